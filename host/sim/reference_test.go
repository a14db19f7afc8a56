package sim_test

import (
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim/reference"
)

func TestReference(t *testing.T) {
	for name, p := range map[string]plan.Precision{"double": plan.Double, "single": plan.Single} {
		t.Run(name, func(t *testing.T) { reference.Suite{Backend: cpu.Backend{}, Precision: p}.Run(t) })
	}
}
