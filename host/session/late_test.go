package session

import (
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
)

// TestLate edits coupling that takes time while it is under way. v grows by 1 each step, so that what arrives tells from which step it is.
func TestLate(t *testing.T) {
	g := &net.Group{Name: "g", N: 3, Equations: code("dv/dt = 1000/second : 1\nfrom : 1"), Initial: []net.Assignment{{Var: "v", Values: []float64{100}}}}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Equations: code("from_post = v_pre : 1 (summed)"),
		Sums: &net.Pathway{Name: net.SumsPathway, Delay: []float64{3e-3}}, Connect: []*net.Connection{{I: []int32{0}, J: []int32{1}}}}
	n := &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}, Monitors: []*net.StateMonitor{{Name: "from", Group: g, Vars: []string{"from"}}}}
	r := start(t, n, Options{})
	// want checks what arrived in the step that has just been made.
	want := func(step int64, from ...float64) {
		t.Helper()
		r.seek(step + 1)
		got := r.values("g", "from")
		for k := range from {
			if math.Abs(got[k]-from[k]) > 1e-9 {
				t.Fatalf("in step %d came %v, want %v", step, got, from)
			}
		}
	}
	want(0, 0, 100, 0) // as long as there is no past, the initial value
	want(3, 0, 100, 0)
	want(4, 0, 101, 0)
	r.seek(10)
	// A longer delay than any before: what was not kept counts as what is the oldest that was.
	r.must(r.Do(AddEdge{Synapses: "s", Pre: []int32{0}, Post: []int32{2}, Delays: map[string]float64{net.SumsPathway: 8e-3}}))
	want(10, 0, 107, 106)
	want(14, 0, 111, 106)
	want(15, 0, 112, 107)
	long := r.everything()
	r.seek(20)
	r.must(r.Do(AddNode{Group: "g", N: 1, Values: map[string][]float64{"v": {-50}}}))
	r.must(r.Do(AddEdge{Synapses: "s", Pre: []int32{3, 3}, Post: []int32{0, 1}, Delays: map[string]float64{net.SumsPathway: 4e-3}}))
	want(20, -50, 117-50, 112)
	want(24, -50, 121-50, 116)
	want(25, -49, 122-49, 117)
	// A pluck travels like everything else; an edge that is cut and put back has missed nothing.
	r.seek(30)
	r.must(r.Do(SetValues{Object: "g", Variable: "v", Elements: []int32{0}, Values: []float64{1000}}))
	r.must(r.Do(RemoveEdge{"s", []int32{1}}))
	want(32, -42, 129-42, 0)
	r.must(r.Do(RestoreEdge{"s", []int32{1}}))
	want(33, -41, 1000-41, 125)
	want(38, -36, 1005-36, 1000)
	end := r.everything()
	r.seek(16)
	r.same("before the edits", long)
	r.seek(39)
	r.same("after the edits again", end)
	r.undo()
	r.undo()
	r.seek(39)
	want(39, -35, 1006-35, 1001)

	wantError(t, r.Do(AddEdge{Synapses: "s", Pre: []int32{0}, Post: []int32{2}, Delays: map[string]float64{net.SumsPathway: -1e-3}}), "delay", "-0.001")
	wantError(t, r.Do(AddEdge{Synapses: "s", Pre: []int32{0}, Post: []int32{2}, Delays: map[string]float64{"pre": 1e-3}}), "no pathway", "summed")
	wantError(t, r.Do(AddEdge{Synapses: "s", Pre: []int32{0}, Post: []int32{2}, Delays: map[string]float64{net.SumsPathway: 2e6}}), "2e+06 s", "longer")
}
