package plan_test

import (
	"testing"
	"unsafe"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// Synapses are counted where code asks for their number, once for all plans of the same synapses.
func TestCounted(t *testing.T) {
	a := cells()
	a.N = 100
	s := &net.Synapses{Name: "S", Pre: net.All(a), Post: net.All(a), Pathways: []*net.Pathway{{Name: "pre"}}, Connect: []*net.Connection{{}}}
	for i := range int32(100) {
		for j := i; j < 100; j++ {
			s.Connect[0].I, s.Connect[0].J = append(s.Connect[0].I, i), append(s.Connect[0].J, j)
		}
	}
	pairs := plan.Pairs{}
	var first *int32
	for _, c := range []struct {
		code               string
		incoming, outgoing bool
	}{
		{"v += 0.01", false, false},
		{"v += 0.01/N_incoming", true, false},
		{"v += 0.01/N_outgoing", false, true},
		{"v += 0.01*N_outgoing/N_incoming", true, true},
	} {
		s.Pathways[0].Code = text(c.code)
		res, err := plan.Build(&net.Network{DT: 1e-4, Groups: []*net.Group{a}, Synapses: []*net.Synapses{s}}, plan.Options{Precision: plan.Double, Pairs: pairs})
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]bool{"N_incoming": c.incoming, "N_outgoing": c.outgoing} {
			b, ok := res.Plan.Find("S", name)
			if ok != want {
				t.Errorf("%q: a buffer of %s is %t, want %t", c.code, name, ok, want)
			}
			if !ok {
				continue
			}
			if b.Role != plan.Connectivity || b.Type != ir.Int || len(b.Ints) != 100 {
				t.Fatalf("%s is %+v", name, b)
			}
			for e, n := range b.Ints {
				if want := map[string]int{"N_incoming": e + 1, "N_outgoing": 100 - e}[name]; int(n) != want {
					t.Errorf("%q: %s of %d is %d, want %d", c.code, name, e, n, want)
				}
			}
			if name != "N_incoming" {
				continue
			}
			if at := unsafe.SliceData(b.Ints); first == nil {
				first = at
			} else if at != first {
				t.Error("counted anew for another plan")
			}
		}
	}
}
