package cpu

import (
	"golang.org/x/sys/cpu"

	"github.com/galvani-sim/galvani/host/ir"
)

// newVec returns the fastest table for this processor that keeps to the instructions. All tables give the same bits.
func newVec[T real](use Instructions) *vec[T] {
	v := goVec[T]()
	if use == Portable || !cpu.X86.HasAVX2 || !cpu.X86.HasFMA {
		return v
	}
	switch v := any(v).(type) {
	case *vec[float64]:
		avx2double(v)
		if use == AVX512 {
			avx512double(v)
		}
	case *vec[float32]:
		avx2single(v)
		if use == AVX512 {
			avx512single(v)
		}
	}
	return v
}

// expWith does by f what f can do and one element after another where f stops.
func expWith[T real](f func(d, a []T) int, d, a []T) {
	a = a[:len(d)]
	for len(d) > 0 {
		n := f(d, a)
		d, a = d[n:], a[n:]
		n = min(len(d), 4)
		expBlock(d[:n], a[:n])
		d, a = d[n:], a[n:]
	}
}

func avx2double(v *vec[float64]) {
	v.vv[fAdd], v.vs[fAdd] = addVVAVX2float64, addVSAVX2float64
	v.vv[fSub], v.vs[fSub] = subVVAVX2float64, subVSAVX2float64
	v.vv[fMul], v.vs[fMul] = mulVVAVX2float64, mulVSAVX2float64
	v.vv[fDiv], v.vs[fDiv] = divVVAVX2float64, divVSAVX2float64
	v.vv[fMin], v.vs[fMin] = minVVAVX2float64, minVSAVX2float64
	v.vv[fMax], v.vs[fMax] = maxVVAVX2float64, maxVSAVX2float64
	v.vs[fRSub], v.vs[fRDiv] = rsubVSAVX2float64, rdivVSAVX2float64
	v.fused[mAddVVV] = mAddVVVAVX2float64
	v.fused[mAddVSV] = mAddVSVAVX2float64
	v.fused[mAddVVS] = mAddVVSAVX2float64
	v.fused[mAddVSS] = mAddVSSAVX2float64
	v.fused[mSubVVV] = mSubVVVAVX2float64
	v.fused[mSubVSV] = mSubVSVAVX2float64
	v.fused[mRSubVVV] = mRSubVVVAVX2float64
	v.fused[mRSubVVS] = mRSubVVSAVX2float64
	v.cmpVV[cLt], v.cmpVS[cLt] = ltVVAVX2float64, ltVSAVX2float64
	v.cmpVV[cLe], v.cmpVS[cLe] = leVVAVX2float64, leVSAVX2float64
	v.cmpVV[cEq], v.cmpVS[cEq] = eqVVAVX2float64, eqVSAVX2float64
	v.cmpVV[cNe], v.cmpVS[cNe] = neVVAVX2float64, neVSAVX2float64
	v.cmpVS[cGt], v.cmpVS[cGe] = gtVSAVX2float64, geVSAVX2float64
	v.unary[ir.OpSqrt], v.unary[ir.OpFloor], v.unary[ir.OpCeil] = sqrtAVX2float64, floorAVX2float64, ceilAVX2float64
	v.unary[ir.OpExp] = func(d, a []float64) { expWith(expAVX2float64, d, a) }
	v.choose, v.finite, v.axpy, v.less = chooseAVX2float64, finiteAVX2float64, axpyAVX2float64, lessAVX2
	v.zeros = zerosEight
	v.tapCols, v.taps = 32, tapsAVX2float64
	v.tileCols, v.tile1, v.product = 8, tile1AVX2float64, productAVX2float64
}

func avx512double(v *vec[float64]) {
	v.tapCols, v.taps = 64, tapsAVX512float64
	v.tileCols, v.tile1, v.product = 16, tile1AVX512float64, productAVX512float64
}

func avx2single(v *vec[float32]) {
	v.vv[fAdd], v.vs[fAdd] = addVVAVX2float32, addVSAVX2float32
	v.vv[fSub], v.vs[fSub] = subVVAVX2float32, subVSAVX2float32
	v.vv[fMul], v.vs[fMul] = mulVVAVX2float32, mulVSAVX2float32
	v.vv[fDiv], v.vs[fDiv] = divVVAVX2float32, divVSAVX2float32
	v.vv[fMin], v.vs[fMin] = minVVAVX2float32, minVSAVX2float32
	v.vv[fMax], v.vs[fMax] = maxVVAVX2float32, maxVSAVX2float32
	v.vs[fRSub], v.vs[fRDiv] = rsubVSAVX2float32, rdivVSAVX2float32
	v.fused[mAddVVV] = mAddVVVAVX2float32
	v.fused[mAddVSV] = mAddVSVAVX2float32
	v.fused[mAddVVS] = mAddVVSAVX2float32
	v.fused[mAddVSS] = mAddVSSAVX2float32
	v.fused[mSubVVV] = mSubVVVAVX2float32
	v.fused[mSubVSV] = mSubVSVAVX2float32
	v.fused[mRSubVVV] = mRSubVVVAVX2float32
	v.fused[mRSubVVS] = mRSubVVSAVX2float32
	v.cmpVV[cLt], v.cmpVS[cLt] = ltVVAVX2float32, ltVSAVX2float32
	v.cmpVV[cLe], v.cmpVS[cLe] = leVVAVX2float32, leVSAVX2float32
	v.cmpVV[cEq], v.cmpVS[cEq] = eqVVAVX2float32, eqVSAVX2float32
	v.cmpVV[cNe], v.cmpVS[cNe] = neVVAVX2float32, neVSAVX2float32
	v.cmpVS[cGt], v.cmpVS[cGe] = gtVSAVX2float32, geVSAVX2float32
	v.unary[ir.OpSqrt], v.unary[ir.OpFloor], v.unary[ir.OpCeil] = sqrtAVX2float32, floorAVX2float32, ceilAVX2float32
	v.unary[ir.OpExp] = func(d, a []float32) { expWith(expAVX2float32, d, a) }
	v.choose, v.finite, v.axpy, v.less = chooseAVX2float32, finiteAVX2float32, axpyAVX2float32, lessAVX2
	v.zeros = zerosEight
	v.tapCols, v.taps = 64, tapsAVX2float32
	v.tileCols, v.tile1, v.product = 16, tile1AVX2float32, productAVX2float32
}

func avx512single(v *vec[float32]) {
	v.tapCols, v.taps = 128, tapsAVX512float32
	v.tileCols, v.tile1, v.product = 32, tile1AVX512float32, productAVX512float32
}

// lanesOf are the lanes that the bits of a number pick, in order.
var lanesOf = func() (t [256][8]uint8) {
	for bits := range t {
		n := 0
		for lane := range uint8(8) {
			if bits>>lane&1 != 0 {
				t[bits][n] = lane
				n++
			}
		}
	}
	return t
}()

// zerosEight is zeros, eight at a time.
func zerosEight(at, mask []int32, from int32) int {
	whole := len(mask) &^ 7
	n := zerosAVX2(at, mask[:whole], from, &lanesOf)
	return n + zeros(at[n:], mask[whole:], from+int32(whole))
}
