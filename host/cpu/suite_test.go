package cpu

import (
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/exec/exectest"
	"github.com/galvani-sim/galvani/host/plan"
)

func TestConformanceDouble(t *testing.T) {
	exectest.RunSuite(t, func() exec.Backend { return Backend{} }, plan.Double, exectest.ExactTolerance(plan.Double))
}

func TestConformanceSingle(t *testing.T) {
	exectest.RunSuite(t, func() exec.Backend { return Backend{} }, plan.Single, exectest.ExactTolerance(plan.Single))
}

func TestSpikes(t *testing.T) {
	for _, p := range []plan.Precision{plan.Single, plan.Double} {
		exectest.Spikes(t, func() exec.Backend { return Backend{} }, p, exectest.ExactTolerance(p))
	}
}

func TestNetworks(t *testing.T) {
	for _, p := range []plan.Precision{plan.Single, plan.Double} {
		exectest.Networks(t, func() exec.Backend { return Backend{} }, p, exectest.ExactTolerance(p))
	}
}
