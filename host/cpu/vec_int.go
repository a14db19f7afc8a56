package cpu

import (
	"math"

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
	iMin:      intBinary(func(x, y int32) int32 { return min(x, y) }),
	iMax:      intBinary(func(x, y int32) int32 { return max(x, y) }),
	iFloorDiv: intBinary(floorDivInt),
	iMod:      intBinary(modInt),
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
