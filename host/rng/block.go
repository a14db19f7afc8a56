package rng

import "math"

// The block functions draw for elements first, first+1, ..., and give the same values as the functions for one element.

// FillUniform sets dst[i] to the uniform draw of element first+i.
func FillUniform[T Float](dst []T, at At, first, draw uint32) {
	s := at.schedule(draw, 0)
	if wide[T]() {
		for i := range dst {
			w0, w1, _, _ := s.words(first + uint32(i))
			dst[i] = T(unit53(w0, w1))
		}
		return
	}
	for i := range dst {
		w0, _, _, _ := s.words(first + uint32(i))
		dst[i] = T(unit24(w0))
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
	if wide[T]() {
		for i := range dst {
			w0, w1, w2, w3 := s.words(first + uint32(i))
			dst[i] = T(boxMuller(unit53(w0, w1), unit53(w2, w3)))
		}
		return
	}
	for i := range dst {
		w0, _, w2, _ := s.words(first + uint32(i))
		dst[i] = T(boxMuller(unit24(w0), unit24(w2)))
	}
}

// FillPoisson sets dst[i] to the Poisson draw of element first+i with mean[i].
func FillPoisson[T Float](dst []int32, at At, first, draw uint32, mean []T) {
	for i := range dst {
		dst[i] = Poisson(at, first+uint32(i), draw, mean[i])
	}
}

// FillGamma sets dst[i] to the gamma draw of element first+i with shape[i].
func FillGamma[T Float](dst []T, at At, first, draw uint32, shape []T) {
	for i := range dst {
		dst[i] = Gamma(at, first+uint32(i), draw, shape[i])
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
