//go:build cgo && linux

package viewer

import (
	"context"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// A variable that every step computes anew has no value before the first step, and its trace does not begin with one; what was given a value for
// the beginning, or follows from what it was, has one.
func TestComputedTraceBeginsWithTheFirstStep(t *testing.T) {
	d := gltest.Device(t)
	for name, b := range backends(t, d) {
		t.Run(name, func(t *testing.T) {
			g := &net.Group{Name: "G", N: 2, Dialect: check.ANNarchy, Equations: nettest.Text("a = 5.0 + 0.01*t\nb = 5.0 : init=4.0\nc = c + 1.0\ntau*dr/dt + r = a"),
				Params: nettest.Text("tau = 10.0"), Namespace: nettest.Constants{}}
			network := rings()
			h := network.Groups[0]
			network.Groups = append(network.Groups, g)
			network.Views = nil
			for _, v := range []string{"a", "b", "c", "r"} {
				network.Views = append(network.Views, &net.View{Kind: net.Traces, Group: g, Var: v})
			}
			for _, v := range []string{"pull", "theta"} {
				network.Views = append(network.Views, &net.View{Kind: net.Traces, Group: h, Var: v})
			}
			s, err := sim.Compile(network, sim.Options{Backend: b, Precision: plan.Single})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			gltest.Do(t, d, func(t testing.TB) {
				r, err := render.New(d)
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				k := newKept()
				defer k.close()
				st := newStage(d, s, k)
				defer st.close()
				if _, err := st.panels(network.Views); err != nil {
					t.Fatal(err)
				}
				st.time = render.TimeAxis{Lo: 0, Hi: 0.01}
				for until := range int64(4) {
					if err := st.advance(context.Background(), r, until); err != nil {
						t.Fatal(err)
					}
					for _, f := range st.feeds {
						if err := f.feed(st, r); err != nil {
							t.Fatal(err)
						}
					}
				}
				for i, want := range []struct {
					rows  int
					first float32
				}{{3, 5}, {4, 4}, {4, 0}, {4, 0}, {3, -1}, {4, -1}} {
					f := st.feeds[i].(*traceFeed)
					first := make([]float32, 1)
					if err := device.Read(f.ring.values, 0, first, device.ReadTest); err != nil {
						t.Fatal(err)
					}
					if len(f.ring.at) != want.rows || want.first >= 0 && first[0] != want.first {
						t.Errorf("%s: %d samples, the first is %g; want %d and %g", network.Views[i].Var, len(f.ring.at), first[0], want.rows, want.first)
					}
				}
			})
		})
	}
}
