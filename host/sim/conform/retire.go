package conform

import (
	"fmt"
	"testing"

	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/sim"
)

// retire lets a network go from the device between runs, with noise, with spikes under way, with values set from outside and with spikes
// that are only counted: it goes on to the same bits.
func (s *suite) retire(t *testing.T) {
	text := func(x string) *diag.Source { return &diag.Source{Name: "text", Text: x} }
	results := map[bool]string{}
	for _, retire := range []bool{false, true} {
		g := brian("g", 40, "dv/dt = (1.2 - v)/(10*ms) + 0.3*xi*(10*ms)**-0.5 : 1", "euler", nil)
		g.Spiking = &net.Spiking{Threshold: text("v > 1"), Reset: text("v = 0"), Refractory: text("1*ms")}
		g.Namespace = names{}
		syn := &net.Synapses{Name: "S", Pre: net.All(g), Post: net.All(g), Equations: text("w : 1"), Namespace: names{},
			Connect:  []*net.Connection{{Rule: connect.FixedProbability{P: 0.3}}},
			Initial:  []net.Assignment{{Var: "w", Expr: text("0.01*((i + j) % 7)")}},
			Pathways: []*net.Pathway{{Name: "pre", Code: text("v_post += w\nw = w + 0.001"), Delay: []float64{2e-3}, Order: -1}}}
		spikes := &net.SpikeMonitor{Name: "spikes", Of: net.All(g)}
		counts := &net.SpikeMonitor{Name: "counts", Of: net.All(g), CountOnly: true}
		r := compile(t, &net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{syn}, SpikeMonitors: []*net.SpikeMonitor{spikes, counts}}, s.options())
		pause := func() {
			if retire {
				for range 2 {
					if err := r.Retire(); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		pause()
		run(t, r, 31e-3)
		pause()
		if got := r.Time(); got < 0.0309 || got > 0.0311 {
			t.Errorf("a retired network is at %g s", got)
		}
		run(t, r, 7e-3)
		pause()
		v := get(t, r, g, "v")
		v[3] += 0.25
		if err := r.Set(g, "v", v); err != nil {
			t.Fatal(err)
		}
		pause()
		run(t, r, 20e-3)
		pause()
		w, _, err := r.GetSynapses(syn, "w")
		if err != nil {
			t.Fatal(err)
		}
		if n := total(r.Spikes(spikes)); n < 40 || n != total(r.Spikes(counts)) {
			t.Errorf("%d spikes, %d counted", n, total(r.Spikes(counts)))
		}
		results[retire] = fmt.Sprint(get(t, r, g, "v"), w, r.Spikes(spikes).Counts, r.Spikes(counts).Counts)
	}
	if results[false] != results[true] {
		t.Error("a network that was retired between runs gives other numbers")
	}
}

func total(r *sim.SpikeRecord) (n int64) {
	for _, c := range r.Counts {
		n += c
	}
	return n
}
