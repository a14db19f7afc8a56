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

// words is the integer stream of one row: block b holds the four words of Philox at counter (b, row, stream, 0). Blocks are made in
// advance, a few at first, since many rows are short.
type words struct {
	blocks rng.Sequence
	block  uint32 // the first that is not made
	buf    [4 * mostBlocks]uint32
	at, n  int // words of buf from at to n-1 are not read
	ahead  int // blocks to make next
}

// Blocks that are made together. One is what a short row may need; on the way to as many as the processor's vectors hold there are fewer.
const (
	fewBlocks  = 8
	mostBlocks = 16
)

func (w *words) start(at rng.At) {
	w.blocks, w.block, w.at, w.n, w.ahead = at.Sequence(0), 0, 0, 0, 1
}

func (w *words) next() uint32 {
	if w.at >= w.n {
		w.make()
	}
	w.at++
	return w.buf[w.at-1]
}

// make makes the next blocks: one and another one, then few, then more.
func (w *words) make() {
	w.at, w.n = 0, w.blocks.Fill(w.buf[:4*w.ahead], w.block)
	w.block += uint32(w.n / 4)
	switch {
	case w.block < 2:
	case w.ahead == 1:
		w.ahead = fewBlocks
	default:
		w.ahead = mostBlocks
	}
}

// next64 takes two words, the more significant first.
func (w *words) next64() uint64 {
	if w.at+2 <= w.n {
		x := uint64(w.buf[w.at])<<32 | uint64(w.buf[w.at+1])
		w.at += 2
		return x
	}
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
