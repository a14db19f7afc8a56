package exectest

import (
	"math"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Tolerance says how far a backend's results may lie from the exact ones. Units in the last place (ulp) are those of the
// plan's precision at the exact value.
type Tolerance struct {
	// ULP allowed per operation; operations not named are exact.
	ULP map[ir.Op]float64
	// Abs is allowed per operation instead, where it is larger: for functions whose argument reduction is only accurate
	// relative to 1.
	Abs map[ir.Op]float64
	// SumULP is allowed for sums (matrix products, taps, incoming synapses), relative to the sum of magnitudes.
	SumULP float64
	// AnyZeroSign accepts 0 for -0 and the reverse.
	AnyZeroSign bool
	// FlushSubnormals accepts 0 for results below the smallest normal number, and arguments are kept above it.
	FlushSubnormals bool
	// InexactDivision leaves division and square root out of the random programs, where an error of 1 ulp could grow.
	InexactDivision bool
}

var mathOps = []ir.Op{
	ir.OpPow, ir.OpExp, ir.OpExpm1, ir.OpExprel, ir.OpLog, ir.OpLog10, ir.OpLog1p, ir.OpSin, ir.OpCos, ir.OpTan, ir.OpSinh, ir.OpCosh,
	ir.OpTanh, ir.OpArcsin, ir.OpArccos, ir.OpArctan,
}

// ExactTolerance is for backends that round arithmetic correctly and have a good mathematical library: sums and
// products exact, functions within 2 ulp in double precision and 1 ulp in single.
func ExactTolerance(p plan.Precision) Tolerance {
	t := Tolerance{ULP: map[ir.Op]float64{}}
	for _, op := range mathOps {
		t.ULP[op] = 2
		if p == plan.Single {
			t.ULP[op] = 1
		}
	}
	for _, op := range []ir.Op{ir.OpNormal, ir.OpExponential, ir.OpGamma} {
		t.ULP[op] = 0
	}
	return t
}

// GPUTolerance is for float32 on GPUs: arithmetic is exact ("precise" in GLSL), division and square root within the 2.5 ulp
// that GLSL asks for, functions as good as polynomials in float32 can be.
func GPUTolerance() Tolerance {
	t := Tolerance{
		ULP: map[ir.Op]float64{
			ir.OpDiv: 2.5, ir.OpSqrt: 2.5, ir.OpPow: 64, ir.OpExp: 4, ir.OpExpm1: 8, ir.OpExprel: 8, ir.OpLog: 4, ir.OpLog10: 4, ir.OpLog1p: 8,
			ir.OpSin: 4, ir.OpCos: 4, ir.OpTan: 8, ir.OpSinh: 8, ir.OpCosh: 8, ir.OpTanh: 8, ir.OpArcsin: 8, ir.OpArccos: 8, ir.OpArctan: 8,
			ir.OpMod: 4, ir.OpNormal: 16, ir.OpExponential: 8, ir.OpGamma: 512,
		},
		Abs: map[ir.Op]float64{
			ir.OpSin: 1e-6, ir.OpCos: 1e-6, ir.OpTan: 1e-6, ir.OpLog: 3e-7, ir.OpLog10: 3e-7, ir.OpArccos: 5e-7, ir.OpArcsin: 5e-7,
			ir.OpNormal: 2e-6, ir.OpExponential: 1e-6,
		},
		SumULP: 4, AnyZeroSign: true, FlushSubnormals: true, InexactDivision: true,
	}
	return t
}

// ulp is the unit in the last place of precision p at v.
func ulp(p plan.Precision, v float64) float64 {
	bits, least := 52, -1074
	if p == plan.Single {
		bits, least = 23, -149
	}
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return math.Ldexp(1, least)
	}
	_, e := math.Frexp(v)
	return math.Ldexp(1, max(e-1-bits, least))
}

// round rounds v to precision p.
func round(p plan.Precision, v float64) float64 {
	if p == plan.Single {
		return float64(float32(v))
	}
	return v
}

// same reports whether got is what op should give, want being the result before the last rounding.
func (t Tolerance) same(p plan.Precision, op ir.Op, got, want float64) bool {
	exact := round(p, want)
	switch {
	case math.IsNaN(want):
		return math.IsNaN(got)
	case got == exact:
		return got != 0 || t.AnyZeroSign || math.Signbit(got) == math.Signbit(exact)
	case math.IsNaN(got):
		return false
	}
	if t.FlushSubnormals && p == plan.Single && math.Abs(exact) < 0x1p-126 && got == 0 {
		return true
	}
	allowed := math.Max(t.ULP[op]*ulp(p, exact), t.Abs[op])
	if math.IsInf(exact, 0) || math.IsInf(got, 0) {
		// Close to the largest number an allowed error reaches infinity.
		largest := math.MaxFloat64
		if p == plan.Single {
			largest = math.MaxFloat32
		}
		finite := exact
		if math.IsInf(exact, 0) {
			finite = got
		}
		return allowed > 0 && math.Signbit(got) == math.Signbit(exact) && math.Abs(finite) > largest*(1-1e-5)
	}
	return math.Abs(got-want) <= allowed
}
