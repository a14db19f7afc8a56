package connect

import "math"

// Sampler draws some of the numbers below n for each of many rows, ascending. Rows are independent of each other: a row has the same
// numbers whichever others are drawn. It is not safe for concurrent use.
type Sampler struct {
	key    Key
	p      float64
	gaps   *gaps
	chosen []uint64
	words  words
}

// NewSampler makes a sampler with the draws of a key.
func NewSampler(key Key) *Sampler { return &Sampler{key: key.Sub("rows")} }

// WithProbability takes each of the numbers below n with probability p in [0, 1]. The same p in row after row is quick. dst is reused.
func (s *Sampler) WithProbability(dst []int32, row, n int, p float64) []int32 {
	if s.gaps == nil || s.p != p {
		s.p, s.gaps = p, newGaps(p)
	}
	if s.gaps.all {
		dst = resized(dst, n)
		s.gaps.row(&s.words, n, dst)
		return dst
	}
	s.words.start(s.key.at(int32(row)))
	return s.gaps.append(dst[:0], &s.words, n)
}

// Each takes each of the numbers below n with probability p, one draw for each: for a p that differs from row to row. dst is reused.
func (s *Sampler) Each(dst []int32, row, n int, p float64) []int32 {
	w := &s.words
	w.start(s.key.at(int32(row)))
	dst = dst[:0]
	// p with 64 fractional bits.
	limit := uint64(math.Floor(math.Ldexp(math.Min(p, 1-0x1p-53), 64)))
	for k := range int32(n) {
		if p >= 1 || w.next64() < limit {
			dst = append(dst, k)
		}
	}
	return dst
}

// Number takes size different ones of the numbers below n, every set equally likely. dst is reused.
func (s *Sampler) Number(dst []int32, row, n, size int) []int32 {
	if words := (n + 63) / 64; len(s.chosen) < words {
		s.chosen = make([]uint64, words)
	}
	dst = resized(dst, size)
	s.words.start(s.key.at(int32(row)))
	choose(&s.words, n, dst, s.chosen[:(n+63)/64])
	return dst
}

func resized(s []int32, n int) []int32 {
	if cap(s) < n {
		return make([]int32, n, n+n/4)
	}
	return s[:n]
}
