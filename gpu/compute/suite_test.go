//go:build cgo

package compute

import (
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/exec/exectest"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// The conformance suite, both ways to run a schedule, in both precisions.
func TestSuite(t *testing.T) {
	for _, mode := range []Mode{Plain, Auto} {
		t.Run(map[Mode]string{Plain: "plain", Auto: "auto"}[mode], func(t *testing.T) {
			t.Run("single", func(t *testing.T) { runSuite(t, mode, plan.Single, exectest.GPUTolerance()) })
			if mode == Plain {
				t.Run("no texels", func(t *testing.T) {
					runSuiteOn(t, &Backend{Mode: Plain, blocks: 1, texels: -1}, plan.Single, exectest.GPUTolerance())
				})
			}
			t.Run("double", func(t *testing.T) { runSuite(t, mode, plan.Double, doubleTolerance()) })
		})
	}
}

// doubleTolerance is that of a correctly rounding processor, but that GLSL compilers do not keep the sign of zero. The functions of
// shaders/lib/math64.glsl are as exact as Go's; where Go's own errors are large (arccos near 1, pow of large
// exponents, sin of huge arguments, logarithms of subnormal numbers), the bound is Go's.
func doubleTolerance() exectest.Tolerance {
	t := exectest.ExactTolerance(plan.Double)
	t.AnyZeroSign, t.FlushSubnormals = true, true
	t.ULP[ir.OpPow] = 64
	t.ULP[ir.OpNormal], t.ULP[ir.OpExponential], t.ULP[ir.OpGamma] = 4, 2, 32
	t.Abs = map[ir.Op]float64{ir.OpSin: 1e-16, ir.OpTan: 1e-16, ir.OpArccos: 5e-16}
	return t
}

func runSuite(t *testing.T, mode Mode, p plan.Precision, tol exectest.Tolerance) {
	b := &Backend{Mode: mode}
	if mode == Plain {
		b.blocks, b.texels = 1, 1 // small networks, and hardware, would do without
	}
	runSuiteOn(t, b, p, tol)
}

func runSuiteOn(t *testing.T, b *Backend, p plan.Precision, tol exectest.Tolerance) {
	b.dev = gltest.Device(t)
	if p == plan.Double && !b.Caps().Double {
		t.Skip("this OpenGL driver has no double precision")
	}
	exectest.RunSuite(t, func() exec.Backend { return b }, p, tol)
	t.Run("Spiking", func(t *testing.T) {
		// What synapses add in a step is rounded once. The suite adds one synapse after another, and errs by half an ulp each time.
		tol.SumULP = 32
		exectest.Spikes(t, func() exec.Backend { return b }, p, tol)
		exectest.Networks(t, func() exec.Backend { return b }, p, tol)
	})
}
