package conform

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/sim"
)

// redelayed runs random networks of spiking neurons whose delays change between steps while spikes are under way against the slow evaluator, which
// decides when a spike arrives when it happens. Now and then a state is stored, in memory or in a file, and put back after steps that were for nothing,
// with other delays.
func (s *suite) redelayed(t *testing.T) {
	changes, late := 0, 0
	var total spikingCoverage
	between := func(t *testing.T, m *spikingMaker, r *sim.Sim, slow *slowNet, step int) {
		if !slow.underWay() || m.r.IntN(s.opt.RedelayedEvery) > 0 {
			return
		}
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		n := r.Network()
		change := func() {
			for _, x := range n.Synapses {
				for _, p := range x.Pathways {
					if m.r.IntN(2) == 0 {
						fmt.Fprintf(&m.text, "step %d, %s.%s: ", step, x.Name, p.Name)
						m.delay(p, len(x.Connect[0].I), 2, m.r.IntN(5)) // few different ones: an OpenGL driver takes seconds for many
						changes++
					}
				}
			}
		}
		if m.r.IntN(3) == 0 {
			path := ""
			if m.r.IntN(2) == 0 {
				path = filepath.Join(t.TempDir(), "state")
				ok(r.StoreFile(path, ""))
			} else {
				ok(r.Store(""))
			}
			fmt.Fprintf(&m.text, "step %d: stored\n", step)
			before := map[*net.Pathway][]float64{}
			for _, x := range n.Synapses {
				for _, p := range x.Pathways {
					before[p] = p.Delay
				}
			}
			change()
			run(t, r, dt*float64(1+m.r.IntN(6)))
			if m.r.IntN(2) == 0 {
				for p, d := range before {
					p.Delay = d
				}
			}
			if path != "" {
				ok(r.RestoreFile(path, "", sim.RestoreOptions{Random: true}))
			} else {
				ok(r.Restore("", sim.RestoreOptions{Random: true}))
			}
		} else {
			change()
			ok(r.Reload())
		}
		for _, x := range r.Result().Sendings() {
			if x.Changed() {
				late++
			}
		}
	}
	for k := range uint64(s.opt.Redelayed) {
		t.Run(fmt.Sprint(k), func(t *testing.T) { total.add(s.spikingNetwork(t, 1000+k, between)) })
	}
	if s.opt.Redelayed >= 8 && (late < 3*s.opt.Redelayed || total.events < 20*s.opt.Redelayed) {
		t.Errorf("%d changes in %d networks, %d of them with spikes under way, %d events at synapses: too few to show anything", changes, s.opt.Redelayed, late, total.events)
	}
	t.Logf("%d changes, %d with spikes under way; %d events at synapses in %d steps; largest error %.3g", changes, late, total.events, total.steps, total.worst)
}
