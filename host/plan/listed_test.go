package plan_test

import (
	"testing"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// Synapses that do not come in rows are a list for what is computed for each of them, unless rows of all of them are there anyway.
func TestListed(t *testing.T) {
	for name, c := range map[string]struct {
		calls  int
		delays string
		conns  int // 0: at least two
		listed bool
	}{
		"in rows":                      {1, "rand()*ms", 0, false},
		"several calls":                {2, "", 1, false},
		"several calls, a delay each":  {2, "rand()*ms", 0, true},
		"several calls, equal delays":  {2, "1*ms + 0*w*second", 1, false},
		"several calls, delay of ends": {2, "(i + j)*0.1*ms", 0, true},
	} {
		a := cells()
		s := &net.Synapses{Name: "S", Pre: net.All(a), Post: net.All(a), Equations: text("w : 1"),
			Pathways: []*net.Pathway{{Name: "pre", Code: text("v += w")}}, Initial: []net.Assignment{{Var: "w", Expr: text("0.001*i")}}}
		for range c.calls {
			s.Connect = append(s.Connect, &net.Connection{P: text("0.5")})
		}
		if c.delays != "" {
			s.Pathways[0].Delays = []net.Assignment{{Var: "delay", Expr: text(c.delays)}}
		}
		res, err := plan.Build(&net.Network{DT: 1e-4, Groups: []*net.Group{a}, Synapses: []*net.Synapses{s}}, options(0))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		listed := 0
		for _, conn := range res.Plan.Conns {
			if conn.Listed {
				listed++
			}
		}
		if n := len(res.Plan.Conns); listed > 0 != c.listed || listed > 1 || c.conns > 0 && n != c.conns || c.conns == 0 && n < 2 {
			t.Errorf("%s: %d connectivities, of which %d are lists", name, n, listed)
		}
		if c.listed {
			// Nothing but kernels over synapses may run over a list.
			for _, it := range res.Plan.Schedule {
				for _, op := range it.Ops {
					if r, ok := op.(*plan.Run); ok && r.Conn >= 0 && !res.Plan.Conns[r.Conn].Listed {
						for k, conn := range res.Plan.Conns {
							if conn.Listed {
								r.Conn = k
							}
						}
					}
				}
			}
			if err := res.Plan.Verify(); err == nil {
				t.Errorf("%s: spikes that go through a list are not refused", name)
			}
		}
	}
}
