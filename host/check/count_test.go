package check

import (
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
)

// N of the script that is the number of the group's neurons, as in NeuronGroup(N, ...), is no other value than that of the equations.
func TestSameCount(t *testing.T) {
	for _, c := range []struct {
		n        units.Quantity
		neurons  int
		warnings int
	}{
		{units.Number(50), 50, 0},
		{units.Number(51), 50, 1},
		{units.Number(50), 0, 1}, // the number of neurons is not told
		{units.Quantity{Value: 50, Dim: units.Second}, 50, 1},
	} {
		eqs, _ := syntax.ParseEquations(&diag.Source{Name: "equations", Text: "a = 1/N : 1"}, syntax.Brian)
		_, list := Check(eqs, nil, Context{Scope: fnScope{"N": {Kind: ValQuantity, Q: c.n}}, N: c.neurons})
		if got := len(list.Warnings()); got != c.warnings || list.Err() != nil {
			t.Errorf("N = %v for %d neurons: %v", c.n, c.neurons, list)
		}
	}
}
