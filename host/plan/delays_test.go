package plan_test

import (
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// lagsOf are the lags in steps with which each item of a plan delivers spikes.
func lagsOf(p *plan.Plan) map[string][]int {
	out := map[string][]int{}
	for _, item := range p.Schedule {
		for _, op := range item.Ops {
			if r, ok := op.(*plan.Run); ok && r.Conn >= 0 {
				out[item.Name] = append(out[item.Name], r.Lag)
			}
		}
	}
	return out
}

// Delays that were found before hold for rows that were not yet sorted by them: those by the other end, and those of a group that has grown.
func TestDelaysSortOtherRows(t *testing.T) {
	g := cells()
	each := []float64{0.2e-3, 0.1e-3, 0.3e-3}
	s := &net.Synapses{Name: "S", Pre: net.All(g), Post: net.All(g), Equations: text("w : 1"), Connect: []*net.Connection{{I: []int32{0, 1, 2}, J: []int32{1, 0, 3}}},
		Pathways: []*net.Pathway{{Name: "pre", Code: text("v_post += w"), Delay: each}, {Name: "post", Post: true, Code: text("w += 0.1"), Delay: each}}}
	pairs := plan.Pairs{}
	for range 2 {
		res, err := plan.Build(&net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, plan.Options{Precision: plan.Double, Pairs: pairs})
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for name, lags := range lagsOf(res.Plan) {
			if found++; !slices.Equal(lags, []int{3, 2, 1}) {
				t.Errorf("%d elements: %s has lags %v", g.N, name, lags)
			}
		}
		if found != 2 {
			t.Errorf("%d pathways", found)
		}
		g.N++
		s.Pre, s.Post = net.All(g), net.All(g)
	}
}
