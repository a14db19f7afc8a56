package plan_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// Arrays of synapses may be larger than a device's largest buffer; what synapses add to may not.
func TestDivisible(t *testing.T) {
	n := large("probability", 1000)
	g, s := n.Groups[0], n.Synapses[0]
	g.Spiking = &net.Spiking{Threshold: text("x > 1"), Reset: text("x = 0")}
	s.Equations = text("w : 1")
	s.Pathways = []*net.Pathway{{Name: "pre", Code: text("x_post += w")}}
	p := build(t, n, plan.Options{})
	divisible := p.Divisible()
	for _, b := range p.Buffers {
		if b.Len > 10*g.N && !divisible[b.ID] {
			t.Errorf("%s.%s, of %d elements, is not divisible", b.Object, b.Var, b.Len)
		}
		if (b.Var == "x" || b.Rows > 0) && divisible[b.ID] {
			t.Errorf("%s.%s is divisible", b.Object, b.Var)
		}
	}
	if err := p.Fits(0, 8<<10); err != nil {
		t.Error(err)
	}
	var large *plan.TooLarge
	if err := p.Fits(0, 2<<10); !errors.As(err, &large) || !strings.HasPrefix(large.What, "G.") {
		t.Errorf("a group beyond the largest buffer: %v", err)
	}
}
