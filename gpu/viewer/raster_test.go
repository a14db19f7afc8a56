//go:build cgo && linux

package viewer

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/record"
	"github.com/galvani-sim/galvani/host/sim"
)

// ticking is a network of n neurons, of which neuron k spikes in every step that is a multiple of k+1, with a monitor.
func ticking(n int) (*net.Network, *net.SpikeMonitor) {
	g := &net.Group{Name: "G", N: n, Namespace: nettest.Constants{}, Equations: nettest.Text("dx/dt = 1000/second : 1\nevery : 1"), Method: "euler",
		Spiking: &net.Spiking{Threshold: nettest.Text("x >= every - 0.5"), Reset: nettest.Text("x = 0")},
		Initial: []net.Assignment{{Var: "every", Expr: nettest.Text("i + 1")}}}
	m := &net.SpikeMonitor{Name: "M", Of: net.All(g)}
	return &net.Network{DT: 1e-3, Groups: []*net.Group{g}, SpikeMonitors: []*net.SpikeMonitor{m}}, m
}

// spiking is a stage with a chart of a monitor, for feeding by hand.
func spiking(t testing.TB, d *device.Device, n *net.Network) *stage {
	s, err := sim.Compile(n, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Run(context.Background(), 1e-3); err != nil {
		t.Fatal(err)
	}
	return newStage(d, s, newKept())
}

// addSpikes records k spikes of elements 0, 1, 2, ..., one in each step of 0.1 ms after the given one.
func addSpikes(t testing.TB, r *record.Recording, after int64, k int) int64 {
	i, steps, at := make([]int32, k), make([]int64, k), make([]float64, k)
	for j := range k {
		after++
		i[j], steps[j], at[j] = int32(after%7), after, float64(after)*1e-4
	}
	if err := r.Append(i, steps, at); err != nil {
		t.Fatal(err)
	}
	return after
}

// Whatever happens to a recording, a raster shows the spikes that it holds within the time shown, at least half a ring of the latest ones.
func TestRasterFollows(t *testing.T) {
	d := gltest.Device(t)
	n, m := ticking(1)
	gltest.Do(t, d, func(t testing.TB) {
		st := spiking(t, d, n)
		defer st.close()
		const size = 64
		f, err := st.rasterFeed(net.View{Kind: net.Raster, Group: m.Of.Group, Spikes: m}, size)
		if err != nil {
			t.Fatal(err)
		}
		rec := st.sim.Spikes(m).Recording
		rng := rand.New(rand.NewPCG(2, 1))
		step := int64(0)
		noted, ring := 0, make([]float32, 2*size)
		for range 3000 {
			switch all := rec.Samples() + rec.Hidden(); rng.IntN(6) {
			case 0:
				err = rec.Rewind(rng.Int64N(all + 1))
			case 1:
				err = rec.Rewind(all - rng.Int64N(min(all, 9)+1))
			case 2:
				if err = rec.Truncate(rec.Samples()); err == nil { // an edit of the past: other spikes follow
					step += 3
				}
			default:
				if err = rec.Rewind(all); err == nil {
					step = addSpikes(t, rec, step, rng.IntN(1+[]int{3, 40, 200}[rng.IntN(3)]))
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			var all spikeList
			if all, err = spikes(rec, 0, rec.Samples()); err != nil {
				t.Fatal(err)
			}
			st.time.Lo = 0
			if n := len(all.times); n > 0 {
				st.time.Lo = all.times[n-1] - float64(rng.IntN(2*size))*1e-4
			}
			if err := f.feed(st, nil); err != nil {
				t.Fatal(err)
			}
			if err := device.Read(f.buffer, 0, ring, device.ReadTest); err != nil {
				t.Fatal(err)
			}
			seen := 0
			for k := len(all.times) - 1; k >= 0 && all.times[k] >= st.time.Lo; k-- {
				seen++
			}
			shown := f.item.Count
			if shown > seen || shown < min(seen, size/2) || shown == 0 && f.item.Note != "" || shown < seen && f.item.Note == "" {
				t.Fatalf("%d of %d spikes shown, note %q; %+v", shown, seen, f.item.Note, f)
			}
			if shown < seen {
				noted++
			}
			for j := range shown {
				k, at := len(all.times)-shown+j, (f.item.First+j)%size
				if ring[2*at] != float32(all.times[k]) || ring[2*at+1] != float32(all.index[k]) {
					t.Fatalf("spike %d is drawn as %v, want %v %v", k, ring[2*at:2*at+2], all.times[k], all.index[k])
				}
			}
		}
		if noted == 0 {
			t.Error("the ring was never too small")
		}
	})
}

// The cost of a frame of a raster, with twenty new spikes in it, after as many as a long run leaves.
func BenchmarkRaster(b *testing.B) {
	for _, c := range []struct {
		name string
		n    int
	}{{"1e4", 1e4}, {"1e6", 1e6}} {
		b.Run(c.name, func(b *testing.B) {
			d := gltest.Device(b)
			n, m := ticking(1)
			gltest.Do(b, d, func(t testing.TB) {
				st := spiking(t, d, n)
				defer st.close()
				if _, err := st.raster(net.View{Kind: net.Raster, Group: m.Of.Group, Spikes: m}); err != nil {
					t.Fatal(err)
				}
				rec := st.sim.Spikes(m).Recording
				step := addSpikes(t, rec, 0, c.n)
				b.ResetTimer()
				for range b.N {
					step = addSpikes(t, rec, step, 20)
					st.time.Hi = float64(step) * 1e-4
					st.time.Lo = st.time.Hi - 2
					if err := st.feeds[0].feed(st, nil); err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}

// A raster goes on when the script has ended and with it what goes to files, also past the spikes that are forgotten by then.
func TestRasterAfterTheScript(t *testing.T) {
	d := gltest.Device(t)
	n, m := ticking(2)
	gltest.Do(t, d, func(t testing.TB) {
		st := spiking(t, d, n)
		defer st.close()
		f, err := st.rasterFeed(net.View{Kind: net.Raster, Group: m.Of.Group, Spikes: m}, 64)
		if err != nil {
			t.Fatal(err)
		}
		count := func() int {
			if err := f.feed(st, nil); err != nil {
				t.Fatal(err)
			}
			return f.item.Count
		}
		st.sim.StopRecording()
		before := count()
		if err := st.sim.Run(context.Background(), 20e-3); err != nil {
			t.Fatal(err)
		}
		if got := count(); got < before+20 {
			t.Errorf("%d spikes are shown 20 steps after the script's end, %d at its end", got, before)
		}
		rec := st.sim.Spikes(m).Recording
		at := rec.Samples()
		for k := range 40 {
			step := int64(1000 * (k + 1))
			i, steps, times := make([]int32, 1000), make([]int64, 1000), make([]float64, 1000)
			for j := range steps {
				steps[j], times[j] = step+int64(j), float64(step+int64(j))*1e-3
			}
			if err := rec.Watch(20*2000, i, steps, times); err != nil {
				t.Fatal(err)
			}
		}
		if got := count(); got != 32 && got != 64 {
			t.Errorf("%d spikes are shown of many, in a ring of 64", got)
		}
		if err := rec.Rewind(at + 5000); err != nil {
			t.Fatal(err)
		}
		if got := count(); got != 0 || f.item.Note == "" {
			t.Errorf("%d spikes are shown of those that are forgotten, note %q", got, f.item.Note)
		}
		if err := rec.Rewind(int64(before)); err != nil {
			t.Fatal(err)
		}
		if got := count(); got != before {
			t.Error("no spikes are shown of the script's time")
		}
	})
}

// A monitor of a part of a group has an axis of that part, whose spikes are numbered within it, and says which part it is.
func TestRasterOfAPart(t *testing.T) {
	d := gltest.Device(t)
	n, m := ticking(10)
	m.Of.Start, m.Of.Stop = 7, 10
	n.Views = []*net.View{{Kind: net.Raster, Group: m.Of.Group, Spikes: m}, {Kind: net.ISI, Group: m.Of.Group, Spikes: m}}
	gltest.Do(t, d, func(t testing.TB) {
		st := spiking(t, d, n)
		defer st.close()
		panels, err := st.panels(n.Views)
		if err != nil {
			t.Fatal(err)
		}
		r, ok := panels[0].Items[0].(*render.Raster)
		if !ok || r.N != 3 || r.Name != "G[7:10]" || panels[0].Title != "G[7:10]: spikes" || panels[1].Title != "G[7:10]: intervals" {
			t.Errorf("%+v, titles %q and %q", r, panels[0].Title, panels[1].Title)
		}
	})
}
