package exectest

import (
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
)

// RunSuite runs all tests on the backend that newBackend returns.
func RunSuite(t *testing.T, newBackend func() exec.Backend, precision plan.Precision, tol Tolerance) {
	s := &suite{backend: newBackend(), precision: precision, tol: tol}
	for _, c := range []struct {
		name string
		test func(*testing.T)
	}{
		{"RealOperations", s.realOperations},
		{"IntOperations", s.intOperations},
		{"BoolOperations", s.boolOperations},
		{"Conversions", s.conversions},
		{"Leaves", s.leaves},
		{"Slots", s.slots},
		{"SimultaneousStores", s.simultaneousStores},
		{"MaskedStores", s.maskedStores},
		{"LargeDomain", s.largeDomain},
		{"History", s.history},
		{"RandomPrograms", s.randomPrograms},
		{"Draws", s.draws},
		{"MatMul", s.matMul},
		{"TapSum", s.tapSum},
		{"Incoming", s.incoming},
		{"Synapses", s.synapses},
		{"Init", s.initOps},
		{"Clocks", s.clocks},
		{"Callbacks", s.callbacks},
		{"Cancel", s.cancel},
		{"Monitors", s.monitors},
		{"ReadWrite", s.readWrite},
		{"Snapshot", s.snapshot},
		{"Reseed", s.reseed},
		{"Faults", s.faults},
	} {
		t.Run(c.name, c.test)
	}
}
