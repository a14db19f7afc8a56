package cpu

import (
	"math"
	"math/bits"

	"github.com/galvani-sim/galvani/host/ir"
)

// intVV is the table of Int and Bool operations with two operands.
var intVV = [numInt]func(d, a, b []int32){
	iAdd: func(d, a, b []int32) {
		a, b = a[:len(d)], b[:len(d)]
		for i := range d {
			d[i] = a[i] + b[i]
		}
	},
	iSub: func(d, a, b []int32) {
		a, b = a[:len(d)], b[:len(d)]
		for i := range d {
			d[i] = a[i] - b[i]
		}
	},
	iMul: func(d, a, b []int32) {
		a, b = a[:len(d)], b[:len(d)]
		for i := range d {
			d[i] = a[i] * b[i]
		}
	},
	iMin: intBinary(func(x, y int32) int32 { return min(x, y) }),
	iMax: intBinary(func(x, y int32) int32 { return max(x, y) }),
	iFloorDiv: func(d, a, b []int32) {
		if y, ok := constantDivisor(d, b); ok {
			for i, x := range a[:len(d)] {
				d[i] = y.quotient(x)
			}
			return
		}
		slowFloorDiv(d, a, b)
	},
	iMod: func(d, a, b []int32) {
		if y, ok := constantDivisor(d, b); ok {
			for i, x := range a[:len(d)] {
				d[i] = x - y.quotient(x)*y.y
			}
			return
		}
		slowMod(d, a, b)
	},
	iAnd: func(d, a, b []int32) {
		a, b = a[:len(d)], b[:len(d)]
		for i := range d {
			d[i] = a[i] & b[i]
		}
	},
	iOr: func(d, a, b []int32) {
		a, b = a[:len(d)], b[:len(d)]
		for i := range d {
			d[i] = a[i] | b[i]
		}
	},
	iLt: func(d, a, b []int32) {
		a, b = a[:len(d)], b[:len(d)]
		for i := range d {
			d[i] = b2i(a[i] < b[i])
		}
	},
	iLe: func(d, a, b []int32) {
		a, b = a[:len(d)], b[:len(d)]
		for i := range d {
			d[i] = b2i(a[i] <= b[i])
		}
	},
	iEq: func(d, a, b []int32) {
		a, b = a[:len(d)], b[:len(d)]
		for i := range d {
			d[i] = b2i(a[i] == b[i])
		}
	},
	iNe: func(d, a, b []int32) {
		a, b = a[:len(d)], b[:len(d)]
		for i := range d {
			d[i] = b2i(a[i] != b[i])
		}
	},
}

// intUnary is the table of Int and Bool operations with one operand.
var intUnary = [ir.OpMax_]func(d, a []int32){
	ir.OpNeg: func(d, a []int32) {
		a = a[:len(d)]
		for i := range d {
			d[i] = -a[i]
		}
	},
	ir.OpAbs: func(d, a []int32) {
		a = a[:len(d)]
		for i := range d {
			d[i] = max(a[i], -a[i])
		}
	},
	ir.OpSign: func(d, a []int32) {
		a = a[:len(d)]
		for i := range d {
			d[i] = b2i(a[i] > 0) - b2i(a[i] < 0)
		}
	},
	ir.OpNot: func(d, a []int32) {
		a = a[:len(d)]
		for i := range d {
			d[i] = a[i] ^ 1
		}
	},
	ir.OpBoolToInt: copyInt,
	ir.OpLoad:      copyInt,
}

func copyInt(d, a []int32) { copy(d, a) }

var (
	slowFloorDiv = intBinary(floorDivInt)
	slowMod      = intBinary(modInt)
)

// divisor is a positive divisor with its reciprocal in 32+32 bits (Lemire, Kaser, Kurz, "Faster remainder by direct
// computation", 2019), exact for all dividends from 0 to 2^31-1.
type divisor struct {
	y int32
	m uint64
}

// quotient is x/y rounded towards minus infinity.
func (q divisor) quotient(x int32) int32 {
	s := x >> 31 // for negative x: floor(x/y) = -1 - (-1-x)/y
	hi, _ := bits.Mul64(q.m, uint64(uint32(x^s)))
	return int32(hi) ^ s
}

// constantDivisor reports whether all elements of b are one divisor greater than 1, and the block is long enough to gain.
func constantDivisor(d, b []int32) (divisor, bool) {
	b = b[:len(d)]
	if len(b) < 16 || b[0] <= 1 {
		return divisor{}, false
	}
	for _, v := range b[1:] {
		if v != b[0] {
			return divisor{}, false
		}
	}
	return divisor{b[0], math.MaxUint64/uint64(b[0]) + 1}, true
}

func intBinary(f func(x, y int32) int32) func(d, a, b []int32) {
	return func(d, a, b []int32) {
		a, b = a[:len(d)], b[:len(d)]
		for i := range d {
			d[i] = f(a[i], b[i])
		}
	}
}

func floorDivInt(x, y int32) int32 {
	if y == 0 {
		return 0
	}
	q := x / y
	if x%y != 0 && (x < 0) != (y < 0) {
		q--
	}
	return q
}

func modInt(x, y int32) int32 {
	if y == 0 {
		return 0
	}
	m := x % y
	if m != 0 && (m < 0) != (y < 0) {
		m += y
	}
	return m
}

// toInt truncates towards zero; values beyond an Int give the nearest one, NaN gives 0.
func toInt(x float64) int32 {
	switch {
	case x > math.MinInt32-1 && x < math.MaxInt32+1:
		return int32(x)
	case x > 0:
		return math.MaxInt32
	case x < 0:
		return math.MinInt32
	}
	return 0
}

func realToInt[T real](d []int32, a []T) {
	a = a[:len(d)]
	for i := range d {
		d[i] = toInt(float64(a[i]))
	}
}

func intToReal[T real](d []T, a []int32) {
	a = a[:len(d)]
	for i := range d {
		d[i] = T(a[i])
	}
}

func iota32(d []int32, first int) {
	for i := range d {
		d[i] = int32(first + i)
	}
}
