package cpu

import (
	"math"
	"unsafe"

	"github.com/galvani-sim/galvani/host/ir"
)

// real is the plan's Real.
type real interface{ float32 | float64 }

// The block operations that have one form for vectors and one with a scalar. Operand order is that of the name: sub is a-b,
// rsub is b-a.
const (
	fAdd = iota
	fSub
	fMul
	fDiv
	fRSub
	fRDiv
	fMin
	fMax
	fFloorDiv
	fMod
	fPow
	fRPow
	numBinary
)

// Comparisons; the last two exist for a scalar on the left.
const (
	cLt = iota
	cLe
	cEq
	cNe
	cGt
	cGe
	numCompare
)

// Fused multiply and add in two roundings: the letters say whether a, b and c of a*b+c are vectors or scalars.
const (
	mAddVVV = iota // a*b + c
	mAddVSV
	mAddVVS
	mAddVSS
	mSubVVV // a*b - c
	mSubVSV
	mRSubVVV // c - a*b
	mRSubVVS
	numFused
)

// Int operations.
const (
	iAdd = iota
	iSub
	iMul
	iMin
	iMax
	iFloorDiv
	iMod
	iAnd
	iOr
	iLt
	iLe
	iEq
	iNe
	numInt
)

// vec is the table of block operations on Reals. Operands are as long as d or longer; d may be one of the operands.
type vec[T real] struct {
	unary  [ir.OpMax_]func(d, a []T)
	vv     [numBinary]func(d, a, b []T)
	vs     [numBinary]func(d, a []T, s T)
	cmpVV  [numCompare]func(d []int32, a, b []T)
	cmpVS  [numCompare]func(d []int32, a []T, s T)
	fused  [numFused]func(d, a, b, c []T, s, t T)
	choose func(d []T, m []int32, a, b []T) // d = m ? a : b
	finite func(a []T) bool
	axpy   func(d, a []T, s T) // d += s*a
	// taps sets sum, tapCols columns, to the sum over k of weights[k] times src from at[k] on; see tapsum.go.
	tapCols int
	taps    func(sum, src []T, at []int32, weights []T)
	// tile1 multiplies a row by a packed panel of tileCols columns, product four rows and more; see matmul.go.
	tileCols int
	tile1    func(c, a, panel []T)
	product  func(a *product[T])
	// less is the number of elements of a that are less than end.
	less func(a []int32, end int32) int
	// zeros writes from + k for each mask[k] that is 0 to at, which is eight longer than the mask at least, and returns how many there are.
	zeros func(at, mask []int32, from int32) int
}

// goVec returns the table written in Go.
func goVec[T real]() *vec[T] {
	v := &vec[T]{choose: choose[T], finite: finite[T], axpy: axpy[T], tapCols: 8, taps: taps[T], tileCols: 4, tile1: tile1[T], product: productGo[T], less: less, zeros: zeros}
	v.vv = [numBinary]func(d, a, b []T){
		fAdd: add[T], fSub: sub[T], fMul: mul[T], fDiv: div[T], fMin: vmin[T], fMax: vmax[T],
		fFloorDiv: floorDiv[T], fMod: libm2[T](ir.Mod), fPow: libm2[T](math.Pow),
	}
	v.vs = [numBinary]func(d, a []T, s T){
		fAdd: addS[T], fSub: subS[T], fMul: mulS[T], fDiv: divS[T], fRSub: rsubS[T], fRDiv: rdivS[T],
		fMin: minS[T], fMax: maxS[T], fPow: powS[T],
	}
	v.cmpVV = [numCompare]func(d []int32, a, b []T){cLt: lt[T], cLe: le[T], cEq: eq[T], cNe: ne[T]}
	v.cmpVS = [numCompare]func(d []int32, a []T, s T){cLt: ltS[T], cLe: leS[T], cEq: eqS[T], cNe: neS[T], cGt: gtS[T], cGe: geS[T]}
	v.fused = [numFused]func(d, a, b, c []T, s, t T){
		mAddVVV: mAddVVVgo[T], mAddVSV: mAddVSVgo[T], mAddVVS: mAddVVSgo[T], mAddVSS: mAddVSSgo[T],
		mSubVVV: mSubVVVgo[T], mSubVSV: mSubVSVgo[T], mRSubVVV: mRSubVVVgo[T], mRSubVVS: mRSubVVSgo[T],
	}
	v.unary = unaryTable[T]()
	return v
}

// sizeOf is the size of a number in bytes.
func sizeOf[T real]() int { return int(unsafe.Sizeof(T(0))) }

func wide[T real]() bool { return sizeOf[T]() == 8 }

func b2i(b bool) int32 {
	// Compiles to a flag set, not to a branch.
	var i int32
	if b {
		i = 1
	}
	return i
}

func libm2[T real](f func(x, y float64) float64) func(d, a, b []T) {
	return func(d, a, b []T) {
		a, b = a[:len(d)], b[:len(d)]
		for i := range d {
			d[i] = T(f(float64(a[i]), float64(b[i])))
		}
	}
}

func add[T real](d, a, b []T) {
	a, b = a[:len(d)], b[:len(d)]
	for i := range d {
		d[i] = a[i] + b[i]
	}
}

func sub[T real](d, a, b []T) {
	a, b = a[:len(d)], b[:len(d)]
	for i := range d {
		d[i] = a[i] - b[i]
	}
}

func mul[T real](d, a, b []T) {
	a, b = a[:len(d)], b[:len(d)]
	for i := range d {
		d[i] = a[i] * b[i]
	}
}

func div[T real](d, a, b []T) {
	a, b = a[:len(d)], b[:len(d)]
	for i := range d {
		d[i] = a[i] / b[i]
	}
}

func vmin[T real](d, a, b []T) {
	a, b = a[:len(d)], b[:len(d)]
	for i := range d {
		d[i] = min(a[i], b[i])
	}
}

func vmax[T real](d, a, b []T) {
	a, b = a[:len(d)], b[:len(d)]
	for i := range d {
		d[i] = max(a[i], b[i])
	}
}

// floorDiv rounds the quotient to T before it takes the floor, as the other backend does.
func floorDiv[T real](d, a, b []T) {
	a, b = a[:len(d)], b[:len(d)]
	for i := range d {
		d[i] = T(math.Floor(float64(T(a[i] / b[i]))))
	}
}

func addS[T real](d, a []T, s T) {
	a = a[:len(d)]
	for i := range d {
		d[i] = a[i] + s
	}
}

func subS[T real](d, a []T, s T) {
	a = a[:len(d)]
	for i := range d {
		d[i] = a[i] - s
	}
}

func mulS[T real](d, a []T, s T) {
	a = a[:len(d)]
	for i := range d {
		d[i] = a[i] * s
	}
}

func divS[T real](d, a []T, s T) {
	a = a[:len(d)]
	for i := range d {
		d[i] = a[i] / s
	}
}

func rsubS[T real](d, a []T, s T) {
	a = a[:len(d)]
	for i := range d {
		d[i] = s - a[i]
	}
}

func rdivS[T real](d, a []T, s T) {
	a = a[:len(d)]
	for i := range d {
		d[i] = s / a[i]
	}
}

func minS[T real](d, a []T, s T) {
	a = a[:len(d)]
	for i := range d {
		d[i] = min(a[i], s)
	}
}

func maxS[T real](d, a []T, s T) {
	a = a[:len(d)]
	for i := range d {
		d[i] = max(a[i], s)
	}
}

func mAddVVVgo[T real](d, a, b, c []T, _, _ T) {
	a, b, c = a[:len(d)], b[:len(d)], c[:len(d)]
	for i := range d {
		d[i] = T(a[i]*b[i]) + c[i]
	}
}

func mAddVSVgo[T real](d, a, _, c []T, s, _ T) {
	a, c = a[:len(d)], c[:len(d)]
	for i := range d {
		d[i] = T(a[i]*s) + c[i]
	}
}

func mAddVVSgo[T real](d, a, b, _ []T, _, t T) {
	a, b = a[:len(d)], b[:len(d)]
	for i := range d {
		d[i] = T(a[i]*b[i]) + t
	}
}

func mAddVSSgo[T real](d, a, _, _ []T, s, t T) {
	a = a[:len(d)]
	for i := range d {
		d[i] = T(a[i]*s) + t
	}
}

func mSubVVVgo[T real](d, a, b, c []T, _, _ T) {
	a, b, c = a[:len(d)], b[:len(d)], c[:len(d)]
	for i := range d {
		d[i] = T(a[i]*b[i]) - c[i]
	}
}

func mSubVSVgo[T real](d, a, _, c []T, s, _ T) {
	a, c = a[:len(d)], c[:len(d)]
	for i := range d {
		d[i] = T(a[i]*s) - c[i]
	}
}

func mRSubVVVgo[T real](d, a, b, c []T, _, _ T) {
	a, b, c = a[:len(d)], b[:len(d)], c[:len(d)]
	for i := range d {
		d[i] = c[i] - T(a[i]*b[i])
	}
}

func mRSubVVSgo[T real](d, a, b, _ []T, _, t T) {
	a, b = a[:len(d)], b[:len(d)]
	for i := range d {
		d[i] = t - T(a[i]*b[i])
	}
}

// finite reports whether no element is NaN or infinite: 0 times such a value is NaN, and NaN stays in a sum.
func finite[T real](a []T) bool {
	var s, t T
	for len(a) >= 2 {
		s += T(a[0] * 0)
		t += T(a[1] * 0)
		a = a[2:]
	}
	if len(a) == 1 {
		s += T(a[0] * 0)
	}
	return s+t == 0
}

func axpy[T real](d, a []T, s T) {
	a = a[:len(d)]
	for i := range d {
		d[i] += T(a[i] * s)
	}
}

// taps sums eight columns over taps.
func taps[T real](sum, src []T, at []int32, weights []T) {
	var s0, s1, s2, s3, s4, s5, s6, s7 T
	weights = weights[:len(at)]
	for k, i := range at {
		x, w := src[i:i+8:i+8], weights[k]
		s0 += T(w * x[0])
		s1 += T(w * x[1])
		s2 += T(w * x[2])
		s3 += T(w * x[3])
		s4 += T(w * x[4])
		s5 += T(w * x[5])
		s6 += T(w * x[6])
		s7 += T(w * x[7])
	}
	sum[0], sum[1], sum[2], sum[3], sum[4], sum[5], sum[6], sum[7] = s0, s1, s2, s3, s4, s5, s6, s7
}

func less(a []int32, end int32) (n int) {
	for _, x := range a {
		n += int(b2i(x < end))
	}
	return n
}

// tile1 sets c, four columns, to a times the panel.
func tile1[T real](c, a, panel []T) {
	var c0, c1, c2, c3 T
	for k, x := range a {
		b := panel[4*k : 4*k+4 : 4*k+4]
		c0 += T(x * b[0])
		c1 += T(x * b[1])
		c2 += T(x * b[2])
		c3 += T(x * b[3])
	}
	c[0], c[1], c[2], c[3] = c0, c1, c2, c3
}
