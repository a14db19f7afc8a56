package connect

import (
	"math/bits"

	"github.com/galvani-sim/galvani/host/rng"
)

// Sub is the key of one use of a rule's draws. Structure, weights and delays take different ones, so that a change of the weights'
// distribution leaves the wiring as it was.
func (k Key) Sub(name string) Key {
	h := k.Stream
	for i := 0; i < len(name); i++ {
		h ^= uint32(name[i])
		h *= 16777619
	}
	return Key{Seed: k.Seed, Stream: h}
}

// at places the draws of one row, or of the synapses that share an end.
func (k Key) at(row int32) rng.At {
	return rng.At{Key: rng.NewKey(k.Seed, 0, 0), Stream: k.Stream, Step: uint32(row)}
}

// words is the integer stream of one row: block b holds the four words of Philox at counter (b, row, stream, 0).
type words struct {
	at    rng.At
	block uint32
	left  int
	buf   [4]uint32
}

func newWords(at rng.At) words { return words{at: at} }

func (w *words) next() uint32 {
	if w.left == 0 {
		w.buf = w.at.Words(w.block, 0, 0)
		w.block++
		w.left = 4
	}
	w.left--
	return w.buf[3-w.left]
}

// next64 takes two words, the more significant first.
func (w *words) next64() uint64 {
	hi := w.next()
	return uint64(hi)<<32 | uint64(w.next())
}

// below returns an unbiased integer in [0, n), n > 0: Lemire, "Fast random integer generation in an interval", 2019.
func (w *words) below(n uint32) uint32 {
	hi, lo := bits.Mul32(w.next(), n)
	if lo < n {
		for t := -n % n; lo < t; {
			hi, lo = bits.Mul32(w.next(), n)
		}
	}
	return hi
}
