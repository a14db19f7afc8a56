package session

import (
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
)

// TestGrow adds nodes to a group of as many as indices of 16 bits tell apart, whose synapses each have a delay of their own.
func TestGrow(t *testing.T) {
	const n = 1 << 16
	g := &net.Group{Name: "g", N: n, Equations: code("v : 1"), Spiking: &net.Spiking{Threshold: code("v > 1"), Reset: code("v = 0")}}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Equations: code("w : 1"),
		Pathways: []*net.Pathway{{Name: "pre", Code: code("v_post += w"), Delay: []float64{2e-3, 4e-3}}}, Connect: []*net.Connection{{I: []int32{0, n - 1}, J: []int32{n - 1, 7}}},
		Initial: []net.Assignment{{Var: "w", Values: []float64{2}}}}
	r := start(t, &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}, SpikeMonitors: []*net.SpikeMonitor{{Name: "spikes", Of: net.All(g)}}}, Options{})
	spikes := func(i []int32, at []int64) {
		t.Helper()
		rec := r.sim.Spikes(r.sim.Network().SpikeMonitors[0]).Recording
		gotI, err := rec.Array("i")
		r.must(err)
		gotAt, err := rec.Array("step")
		r.must(err)
		if !slices.Equal(gotI.Data.([]int32), i) || !slices.Equal(gotAt.Data.([]int64), at) {
			t.Errorf("spikes of %v at %v, want %v at %v", gotI.Data, gotAt.Data, i, at)
		}
	}
	pluck := SetValues{Object: "g", Variable: "v", Elements: []int32{0}, Values: []float64{5}}
	r.must(r.Do(AddNode{Group: "g", N: 2}))
	r.must(r.Do(pluck))
	r.seek(10)
	spikes([]int32{0, n - 1, 7}, []int64{0, 3, 8})
	r.must(r.Do(AddEdge{Synapses: "s", Pre: []int32{7}, Post: []int32{n + 1}, Delays: map[string]float64{"pre": 1e-3}}))
	r.must(r.Do(pluck))
	r.seek(30)
	spikes([]int32{0, n - 1, 7, 0, n - 1, 7, n + 1}, []int64{0, 3, 8, 10, 13, 18, 20})
	r.seek(0)
	r.seek(30)
	spikes([]int32{0, n - 1, 7, 0, n - 1, 7, n + 1}, []int64{0, 3, 8, 10, 13, 18, 20})
}
