package rng

import "golang.org/x/sys/cpu"

//go:generate go run ./internal/genphilox

//go:noescape
func unitsAVX2(u []float64, s *schedule, first uint32)

//go:noescape
func unitPairsAVX2(u, v []float64, s *schedule, first uint32)

//go:noescape
func unitsAVX512(u []float64, s *schedule, first uint32)

//go:noescape
func unitPairsAVX512(u, v []float64, s *schedule, first uint32)

//go:noescape
func wordsAVX2(u []uint32, s *schedule, first uint32)

//go:noescape
func wordsAVX512(u []uint32, s *schedule, first uint32)

//go:noescape
func singlesAVX2(u []float32, s *schedule, first uint32)

//go:noescape
func singlesAVX512(u []float32, s *schedule, first uint32)

// singlesFast sets u[i] to the 24-bit fraction of word 0 of element first+i for as many elements as the processor's vectors hold; it returns their number.
func singlesFast(u []float32, s *schedule, first uint32) int {
	n := len(u) &^ 7
	switch {
	case n == 0 || !hasAVX2:
		return 0
	case hasAVX512:
		singlesAVX512(u[:n], s, first)
	default:
		singlesAVX2(u[:n], s, first)
	}
	return n
}

// wordsFast sets u to the words of element first and those behind it, four each, for as many elements as the processor's vectors hold; it
// returns their number.
func wordsFast(u []uint32, s *schedule, first uint32) int {
	n := len(u) / 4 &^ 7
	switch {
	case n == 0 || !hasAVX2:
		return 0
	case hasAVX512:
		wordsAVX512(u[:4*n], s, first)
	default:
		wordsAVX2(u[:4*n], s, first)
	}
	return n
}

//go:noescape
func shortPairsAVX512(u, v []float64, s *schedule, first uint32)

// shortsFast sets u[i] and v[i] to the 24-bit fractions of words 0 and 2 of element first+i for as many elements as the processor's vectors hold; it
// returns their number.
func shortsFast(u, v []float64, s *schedule, first uint32) int {
	n := len(u) &^ 7
	if n == 0 || !hasAVX512 {
		return 0
	}
	shortPairsAVX512(u[:n], v[:n], s, first)
	return n
}

//go:noescape
func boxMullerAVX512(dst, u, v []float64)

//go:noescape
func boxMullerSingleAVX512(dst []float32, u, v []float64)

// normalsFast sets dst[i] to boxMuller(u[i], v[i]) for as many elements as the processor's vectors hold; it returns their number.
func normalsFast[T Float](dst []T, u, v []float64) int {
	n := len(dst) &^ 7
	if n == 0 || !hasAVX512 {
		return 0
	}
	switch d := any(dst[:n]).(type) {
	case []float64:
		boxMullerAVX512(d, u[:n], v[:n])
	case []float32:
		boxMullerSingleAVX512(d, u[:n], v[:n])
	}
	return n
}

var (
	hasAVX2   = cpu.X86.HasAVX2
	hasAVX512 = cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ
)

// unitsFast sets u[i] to the 53-bit fraction of words 0 and 1 of element first+i, and v[i] to that of words 2 and 3 when v is not
// nil, for as many elements as the processor's vectors hold; it returns their number.
func unitsFast(u, v []float64, s *schedule, first uint32) int {
	switch n := len(u) &^ 7; {
	case n == 0 || !hasAVX2:
		return 0
	case hasAVX512 && v != nil:
		unitPairsAVX512(u[:n], v[:n], s, first)
		return n
	case hasAVX512:
		unitsAVX512(u[:n], s, first)
		return n
	case v != nil:
		unitPairsAVX2(u[:n], v[:n], s, first)
		return n
	default:
		unitsAVX2(u[:n], s, first)
		return n
	}
}
