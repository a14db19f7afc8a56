package graphio

import (
	"math"
	"math/bits"

	"github.com/galvani-sim/galvani/host/rng"
)

// words is a stream of Philox words that belongs to a seed and a name: block b holds the four words at counter (b, row, name, 0).
type words struct {
	at    rng.At
	block uint32
	left  int
	buf   [4]uint32
}

func newWords(seed uint64, name string) *words {
	return &words{at: rng.At{Key: rng.NewKey(seed, 0, 0), Stream: rng.Stream("graph/" + name)}}
}

func (w *words) next() uint32 {
	if w.left == 0 {
		w.buf = w.at.Words(w.block, 0, 0)
		if w.block++; w.block == 0 {
			w.at.Step++
		}
		w.left = 4
	}
	w.left--
	return w.buf[3-w.left]
}

func (w *words) next64() uint64 {
	hi := w.next()
	return uint64(hi)<<32 | uint64(w.next())
}

// below returns an unbiased integer in [0, n), n > 0: Lemire, "Fast random integer generation in an interval", 2019.
func (w *words) below(n uint64) uint64 {
	if n <= math.MaxUint32 {
		m := uint32(n)
		hi, lo := bits.Mul32(w.next(), m)
		if lo < m {
			for t := -m % m; lo < t; {
				hi, lo = bits.Mul32(w.next(), m)
			}
		}
		return uint64(hi)
	}
	hi, lo := bits.Mul64(w.next64(), n)
	if lo < n {
		for t := -n % n; lo < t; {
			hi, lo = bits.Mul64(w.next64(), n)
		}
	}
	return hi
}

// chance is an event of probability p, compared as an integer of 64 bits.
type chance struct {
	limit uint64
	sure  bool
}

func newChance(p float64) chance {
	if p >= 1 {
		return chance{sure: true}
	}
	return chance{limit: uint64(math.Floor(math.Ldexp(p, 64)))}
}

func (c chance) happens(w *words) bool { return c.sure || w.next64() < c.limit }

// pairSet is a set of pairs of nodes: open addressing, for a number of pairs that is known beforehand.
type pairSet struct {
	slot []uint64 // the pair plus 1; 0: empty
	mask uint64
}

func newPairSet(n int) *pairSet {
	size := 16
	for size < 2*n {
		size *= 2
	}
	return &pairSet{slot: make([]uint64, size), mask: uint64(size - 1)}
}

func (s *pairSet) place(key uint64) uint64 {
	h := key * 0x9e3779b97f4a7c15
	k := h >> 32 & s.mask
	for s.slot[k] != 0 && s.slot[k] != key+1 {
		k = (k + 1) & s.mask
	}
	return k
}

func (s *pairSet) has(key uint64) bool { return s.slot[s.place(key)] != 0 }

// add reports whether the key is new.
func (s *pairSet) add(key uint64) bool {
	k := s.place(key)
	if s.slot[k] != 0 {
		return false
	}
	s.slot[k] = key + 1
	return true
}

// remove closes the gap that it leaves.
func (s *pairSet) remove(key uint64) {
	k := s.place(key)
	if s.slot[k] == 0 {
		return
	}
	s.slot[k] = 0
	for q := (k + 1) & s.mask; s.slot[q] != 0; q = (q + 1) & s.mask {
		v := s.slot[q] - 1
		s.slot[q] = 0
		s.slot[s.place(v)] = v + 1
	}
}

func unordered(i, j int32) uint64 {
	if i > j {
		i, j = j, i
	}
	return uint64(i)<<32 | uint64(uint32(j))
}
