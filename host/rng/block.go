package rng

import "math"

// The block functions draw for elements first, first+1, ..., and give the same values as the functions for one element.

// chunk is the number of elements for which words are made before they become a distribution.
const chunk = 256

// units sets u[i] to the uniform of words 0 and 1 of element first+i, and v[i] to that of words 2 and 3 when v is not nil. Values
// have 53 bits, whatever the plan's width; see cut.
func (s *schedule) units(u, v []float64, first uint32) {
	for i := unitsFast(u, v, s, first); i < len(u); i++ {
		w0, w1, w2, w3 := s.words(first + uint32(i))
		u[i] = unit53(w0, w1)
		if v != nil {
			v[i] = unit53(w2, w3)
		}
	}
}

// singles sets u[i] to the uniform of element first+i in single precision, which has 24 bits.
func (s *schedule) singles(u []float32, first uint32) {
	for i := singlesFast(u, s, first); i < len(u); i++ {
		w0, _, _, _ := s.words(first + uint32(i))
		u[i] = float32(unit24(w0))
	}
}

// shorts sets u[i] to the 24-bit fraction of word 0 of element first+i, and v[i] to that of word 2: what both precisions have in common.
func (s *schedule) shorts(u, v []float64, first uint32) {
	for i := shortsFast(u, v, s, first); i < len(u); i++ {
		w0, _, w2, _ := s.words(first + uint32(i))
		u[i], v[i] = unit24(w0), unit24(w2)
	}
}

// FillUniform sets dst[i] to the uniform draw of element first+i.
func FillUniform[T Float](dst []T, at At, first, draw uint32) {
	s := at.schedule(draw, 0)
	switch d := any(dst).(type) {
	case []float64:
		s.units(d, nil, first)
	case []float32:
		s.singles(d, first)
	}
}

// FillExponential sets dst[i] to the exponential draw of element first+i.
func FillExponential[T Float](dst []T, at At, first, draw uint32) {
	FillUniform(dst, at, first, draw)
	for i, u := range dst {
		dst[i] = T(-math.Log(1 - float64(u)))
	}
}

// FillNormal sets dst[i] to the normal draw of element first+i.
func FillNormal[T Float](dst []T, at At, first, draw uint32) {
	s := at.schedule(draw, 0)
	var u, v [chunk]float64
	for len(dst) > 0 {
		n := min(len(dst), chunk)
		if wide[T]() {
			s.units(u[:n], v[:n], first)
		} else {
			s.shorts(u[:n], v[:n], first)
		}
		normals(dst[:n], u[:n], v[:n])
		dst, first = dst[n:], first+uint32(n)
	}
}

// normals makes normal numbers of pairs of uniform ones.
func normals[T Float](dst []T, u, v []float64) {
	for i := normalsFast(dst, u, v); i < len(dst); i++ {
		dst[i] = T(boxMuller(u[i], v[i]))
	}
}

// The functions below draw for the elements listed in elem, as long as dst.

// UniformOf sets dst[i] to the uniform draw of elem[i].
func UniformOf[T Float](dst []T, at At, elem []int32, draw uint32) {
	s := at.schedule(draw, 0)
	for i := range dst {
		w0, w1, _, _ := s.words(uint32(elem[i]))
		dst[i] = T(unit[T](w0, w1))
	}
}

// ExponentialOf sets dst[i] to the exponential draw of elem[i].
func ExponentialOf[T Float](dst []T, at At, elem []int32, draw uint32) {
	UniformOf(dst, at, elem, draw)
	for i, u := range dst {
		dst[i] = T(-math.Log(1 - float64(u)))
	}
}

// NormalOf sets dst[i] to the normal draw of elem[i].
func NormalOf[T Float](dst []T, at At, elem []int32, draw uint32) {
	s := at.schedule(draw, 0)
	for i := range dst {
		w0, w1, w2, w3 := s.words(uint32(elem[i]))
		dst[i] = T(normal[T]([4]uint32{w0, w1, w2, w3}))
	}
}
