//go:build cgo && linux

package viewer

import (
	"context"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// onStage lets a test draw what a simulation shows.
func onStage(t *testing.T, d *device.Device, s *sim.Sim, do func(t testing.TB, r *render.Renderer, st *stage)) {
	t.Helper()
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
		do(t, r, st)
	})
}

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
			onStage(t, d, s, func(t testing.TB, r *render.Renderer, st *stage) {
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

// However many steps a window is wide, a trace has each peak that lasts a few of them, and going back and forward adds none.
func TestTracesHavePeaks(t *testing.T) {
	d := gltest.Device(t)
	g := &net.Group{Name: "G", N: 2, Dialect: check.ANNarchy, Equations: nettest.Text("c = c + 1.0\nr = ite((c + 11*i) % 61 < 4, 1.0, 0.0)"), Namespace: nettest.Constants{}}
	network := &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Views: []*net.View{{Kind: net.Traces, Group: g, Var: "r"}}}
	s, err := sim.Compile(network, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	onStage(t, d, s, func(t testing.TB, r *render.Renderer, st *stage) {
		if _, err := st.panels(network.Views); err != nil {
			t.Fatal(err)
		}
		st.reach = 20 // seconds: the window is 20000 steps wide
		for until := int64(0); until <= 12200; until += 305 {
			if err := st.advance(context.Background(), r, until); err != nil {
				t.Fatal(err)
			}
			if err := st.feeds[0].feed(st, r); err != nil {
				t.Fatal(err)
			}
		}
		f := st.feeds[0].(*traceFeed)
		rows := len(f.ring.at)
		values := make([]float32, 2*rows)
		if err := device.Read(f.ring.values, 0, values, device.ReadTest); err != nil {
			t.Fatal(err)
		}
		for e := range 2 {
			peaks := 0
			for k := 1; k < rows; k++ {
				if values[2*k+e] == 1 && values[2*(k-1)+e] == 0 {
					peaks++
				}
			}
			if peaks < 199 || peaks > 201 {
				t.Errorf("element %d: %d peaks, want 200", e, peaks)
			}
		}
		if rows > 1500 {
			t.Errorf("%d rows for 400 peaks and 305 samples", rows)
		}
	})
}
