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

// cut leaves the 24 leading bits of a 53-bit fraction in a single precision run. Both widths are made of the same bits.
func cut[T Float](u float64) float64 {
	if wide[T]() {
		return u
	}
	return float64(uint32(u*0x1p24)) * 0x1p-24
}

// FillUniform sets dst[i] to the uniform draw of element first+i.
func FillUniform[T Float](dst []T, at At, first, draw uint32) {
	s := at.schedule(draw, 0)
	if d, ok := any(dst).([]float64); ok {
		s.units(d, nil, first)
		return
	}
	var u [chunk]float64
	for len(dst) > 0 {
		n := min(len(dst), chunk)
		s.units(u[:n], nil, first)
		for i, x := range u[:n] {
			dst[i] = T(cut[T](x))
		}
		dst, first = dst[n:], first+uint32(n)
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
		s.units(u[:n], v[:n], first)
		normals(dst[:n], u[:n], v[:n])
		dst, first = dst[n:], first+uint32(n)
	}
}

// normals makes normal numbers of pairs of uniform ones, which it overwrites.
func normals[T Float](dst []T, u, v []float64) {
	if d, ok := any(dst).([]float64); ok {
		for i := normalsFast(d, u, v); i < len(d); i++ {
			d[i] = boxMuller(u[i], v[i])
		}
		return
	}
	for i := range u {
		u[i], v[i] = cut[T](u[i]), cut[T](v[i])
	}
	n := normalsFast(u, u, v)
	for i, x := range u[:n] {
		dst[i] = T(x)
	}
	for i := n; i < len(u); i++ {
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
