//go:build cgo

package compute

import (
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/exec/exectest"
	"github.com/galvani-sim/galvani/host/plan"
)

// The conformance suite, both ways to run a schedule, in both precisions.
func TestSuite(t *testing.T) {
	for _, mode := range []Mode{Plain, Auto} {
		t.Run(map[Mode]string{Plain: "plain", Auto: "auto"}[mode], func(t *testing.T) {
			t.Run("single", func(t *testing.T) { runSuite(t, mode, plan.Single, exectest.GPUTolerance()) })
			t.Run("double", func(t *testing.T) { runSuite(t, mode, plan.Double, doubleTolerance()) })
		})
	}
}

// doubleTolerance is that of a correctly rounding processor, but for the limits of the functions in shaders/lib/math64.glsl.
func doubleTolerance() exectest.Tolerance {
	return exectest.ExactTolerance(plan.Double)
}

func runSuite(t *testing.T, mode Mode, p plan.Precision, tol exectest.Tolerance) {
	d := gltest.Device(t)
	b, err := New(d)
	if err != nil {
		t.Fatal(err)
	}
	b.Mode = mode
	if p == plan.Double && !b.Caps().Double {
		t.Skip("this OpenGL driver has no double precision")
	}
	exectest.RunSuite(t, func() exec.Backend { return b }, p, tol)
}
