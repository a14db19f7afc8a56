//go:build cgo && linux

package viewer

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	timeline "github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/sim"
)

// A sine has its peak at its frequency and the power of its variance; noise has its variance; a constant has nothing.
func TestWelch(t *testing.T) {
	const seg, rate = 500, 500.0
	sum := func(p []float64) (s float64) {
		for _, v := range p {
			s += v * rate / seg
		}
		return s
	}
	x := make([]float64, 4*seg)
	for k := range x {
		x[k] = 3 + 2*math.Sin(2*math.Pi*10*float64(k)/rate)
	}
	p := welch(x, seg, rate)
	most := 0
	for k := range p {
		if p[k] > p[most] {
			most = k
		}
	}
	if hz := float64(most+1) * rate / seg; hz != 10 || math.Abs(sum(p)-2) > 1e-9 {
		t.Errorf("a sine of 10 Hz and variance 2 has its peak at %g Hz and the power %g", hz, sum(p))
	}
	for k := range x {
		x[k] = 3
	}
	if s := sum(welch(x, seg, rate)); s > 1e-20 {
		t.Errorf("a constant has the power %g", s)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	mean, trials := 0.0, 50
	for range trials {
		for k := range x {
			x[k] = rng.NormFloat64()
		}
		mean += sum(welch(x, seg, rate)) / float64(trials)
	}
	// The mean that is taken off each segment takes 1/seg of the variance, weighted by the window.
	if math.Abs(mean-1) > 0.01 {
		t.Errorf("noise of variance 1 has the power %g", mean)
	}
}

// Segments grow with the samples that are there, and do not depend on when one looks.
func TestWelchPlan(t *testing.T) {
	last := 0
	for hi := range int64(5000) {
		seg, end := welchPlan(2000, 0, hi)
		if seg < last || seg%2 != 0 || seg > 500 || end > hi || seg > 0 && (end-int64(4*seg) < 0 || end%int64(seg/2) != 0 || hi-end >= int64(seg/2)) {
			t.Fatalf("%d samples: segments of %d up to %d", hi, seg, end)
		}
		last = seg
	}
	if last != 500 {
		t.Errorf("segments of %d in the end", last)
	}
	if seg, _ := welchPlan(2000, 4880, 5000); seg != 24 {
		t.Errorf("of 120 samples segments of %d", seg)
	}
}

// The device's spectra are those of the host.
func TestSpectraOnDevice(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		r, err := render.New(d)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		target, err := render.NewTarget(d, 300, 200, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer target.Close()
		const rows, k, seg, rate = 300, 3, 60, 500.0
		rng := rand.New(rand.NewPCG(1, 1))
		data := make([]float32, rows*k)
		for i := range data {
			data[i] = float32(-0.07 + 0.004*rng.NormFloat64() + 0.003*math.Sin(float64(i/k)*0.3))
		}
		ring, err := device.NewBufferFrom(d, "ring", device.F32, data)
		if err != nil {
			t.Fatal(err)
		}
		defer ring.Close()
		c := &render.Spectra{Name: "v", Values: ring.View(), Capacity: rows, K: k, First: 200, Segment: seg, Parts: welchSegments, Rate: rate, Highest: 250,
			Unit: "mV", PerUnit: 1e-3, Power: render.NewScale("", "", render.Viridis())}
		sc := &render.Scene{Theme: render.Dark(), Panels: []*render.Panel{{Title: "v", Items: []render.Item{c}}}}
		sc.FitCameras(300, 200, 1)
		for version := range uint64(2) {
			c.Version, c.First = version, 200-150*int(version)
			target.Bind()
			if err := r.Draw(sc, render.Frame{Width: 300, Height: 200, Scale: 1, Version: version + 1, Fine: true}); err != nil {
				t.Fatal(err)
			}
			got := make([]float64, k*seg/2)
			if err := r.Computed(c, 0, got); err != nil {
				t.Fatal(err)
			}
			for e := range k {
				x := make([]float64, 4*seg)
				for j := range x {
					x[j] = 1e3 * float64(data[(c.First+j)%rows*k+e])
				}
				want := welch(x, seg, rate)
				for f, w := range want {
					if g := got[e*seg/2+f]; math.Abs(g-w) > 1e-5*slices.Max(want) {
						t.Fatalf("element %d at %d: %g, want %g", e, f, g, w)
					}
				}
			}
		}
	})
}

// Neurons that spike by chance have a flat spectrum as high as their rate, however many they are, and exponential intervals with a
// coefficient of variation of 1.
func TestPoissonPanels(t *testing.T) {
	d := gltest.Device(t)
	const rate, dt, n = 20.0, 1e-4, 40
	network, m := ticking(n)
	network.DT = dt
	gltest.Do(t, d, func(t testing.TB) {
		st := spiking(t, d, network)
		defer st.close()
		s, err := st.rateSpectrum(net.View{Kind: net.Spectrum, Group: m.Of.Group, Spikes: m, Window: 16})
		if err != nil {
			t.Fatal(err)
		}
		h, err := st.isi(net.View{Kind: net.ISI, Group: m.Of.Group, Spikes: m})
		if err != nil {
			t.Fatal(err)
		}
		rec := st.sim.Spikes(m).Recording
		if err := rec.Truncate(0); err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(4, 1))
		const steps = 200000
		for step := range int64(steps) {
			for e := range int32(n) {
				if rng.Float64() < rate*dt {
					if err := rec.Append([]int32{e}, []int64{step}, []float64{float64(step) * dt}); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		f := st.feeds[0].(*rateFeed)
		f.rec, f.follow = rec, rec.Follow()
		_, f.n = f.follow.Changed()
		part, err := spikes(rec, 0, f.n)
		if err != nil {
			t.Fatal(err)
		}
		f.bins.add(part.steps)
		f.seg, f.end = welchPlan(f.most, 0, steps/f.bins.stride)
		f.show(n)
		c := s.(*render.Curve)
		for half, from := range []int{0, len(c.Y) / 2} {
			mean := 0.0
			for _, v := range c.Y[from:][:len(c.Y)/2] {
				mean += v / float64(len(c.Y)/2)
			}
			if math.Abs(mean-rate) > 0.05*rate {
				t.Errorf("half %d of the spectrum has a mean of %.2f Hz, want the rate of %g Hz", half, mean, rate)
			}
		}
		if len(c.Y) != 1000 || c.X[9] != 2.5 {
			t.Errorf("%d frequencies, the tenth %g Hz", len(c.Y), c.X[9])
		}
		if err := st.feeds[1].feed(st, nil); err != nil {
			t.Fatal(err)
		}
		i, bars := st.feeds[1].(*isiFeed), h.(*render.Curve)
		if cv := i.now.cv(); math.Abs(cv-1) > 0.03 {
			t.Errorf("a coefficient of variation of %.3f", cv)
		}
		width := bars.X[1] - bars.X[0]
		for k, y := range bars.Y {
			// The intervals of a chance rate*dt a step are geometric: those from a to before b steps have the chance q^(a-1) - q^(b-1).
			q := 1 - rate*dt
			a, b := math.Round(float64(k)*width*1e-3/dt), math.Round(float64(k+1)*width*1e-3/dt)
			want := i.now.n * (math.Pow(q, math.Max(a-1, 0)) - math.Pow(q, b-1))
			if math.Abs(y-want) > 5*math.Sqrt(want)+1 {
				t.Errorf("bar %d has %g intervals, want %.0f", k, y, want)
			}
		}
	})
}

// A regular train has one bar and no variation.
func TestRegularIntervals(t *testing.T) {
	for _, every := range []int64{1, 7, 100, 5000, 1 << 20} {
		d := newIntervals()
		for k := range int64(50) {
			d.add([]int32{0, 3}, []int64{k * every, k*every + 1})
		}
		counts, width, longer := d.bars(0)
		at := slices.IndexFunc(counts, func(c float64) bool { return c > 0 })
		if at < 0 || counts[at] != 98 || longer != 0 || int64(at)*width > every || every >= int64(at+1)*width || d.cv() > 1e-9 || len(counts) > isiBars {
			t.Errorf("every %d steps: bars %v of %d steps, %g longer, variation %g", every, counts, width, longer, d.cv())
		}
		if _, _, longer := d.bars(float64(every) / 2); every > 1 && longer != 98 {
			t.Errorf("every %d steps: %g are longer than half of that", every, longer)
		}
	}
}

// Whatever happens to a recording, intervals and bins are those of the spikes that it holds.
func TestDigestsFollow(t *testing.T) {
	d := gltest.Device(t)
	network, m := ticking(1)
	gltest.Do(t, d, func(t testing.TB) {
		st := spiking(t, d, network)
		defer st.close()
		for _, v := range []net.View{{Kind: net.ISI, Group: m.Of.Group, Spikes: m}, {Kind: net.Spectrum, Group: m.Of.Group, Spikes: m}} {
			if _, err := st.chart(v); err != nil {
				t.Fatal(err)
			}
		}
		isi, rate := st.feeds[0].(*isiFeed), st.feeds[1].(*rateFeed)
		isi.every = 100
		rec := st.sim.Spikes(m).Recording
		rng := rand.New(rand.NewPCG(3, 1))
		step, saved, gone := int64(0), 0, 0
		for range 400 {
			var err error
			switch all := rec.Samples() + rec.Hidden(); rng.IntN(6) {
			case 0:
				err = rec.Rewind(rng.Int64N(all + 1))
			case 1:
				err = rec.Rewind(all - rng.Int64N(min(all, 50)+1))
			case 2:
				err = rec.Truncate(rec.Samples())
				step += rng.Int64N(40)
			default:
				if err = rec.Rewind(all); err == nil {
					step = addSpikes(t, rec, step, rng.IntN(1+[]int{3, 40, 600}[rng.IntN(3)]))
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			copies := len(isi.saved)
			for _, f := range st.feeds {
				if err := f.feed(st, nil); err != nil {
					t.Fatal(err)
				}
			}
			saved, gone = saved+min(1, len(isi.saved)), gone+max(0, copies-len(isi.saved))
			if isi.n != rec.Samples() {
				t.Fatalf("intervals of %d spikes, there are %d", isi.n, rec.Samples())
			}
			s, err := spikes(rec, 0, rec.Samples())
			if err != nil {
				t.Fatal(err)
			}
			want := newIntervals()
			want.add(s.index, s.steps)
			if !slices.Equal(want.bins, isi.now.bins) || want.width != isi.now.width || want.sum != isi.now.sum || want.squares != isi.now.squares || want.n != isi.now.n {
				t.Fatalf("other intervals than a count from the beginning: %g of %g", isi.now.n, want.n)
			}
			if s, err = spikes(rec, 0, rec.Samples()+rec.Hidden()); err != nil {
				t.Fatal(err)
			}
			bins := spikeBins{stride: rate.bins.stride}
			bins.add(s.steps)
			for b := range int64(len(bins.upto)) + 3 {
				if bins.count(b) != rate.bins.count(b) {
					t.Fatalf("%d spikes in bin %d, want %d", rate.bins.count(b), b, bins.count(b))
				}
			}
		}
		if saved == 0 || gone == 0 {
			t.Errorf("copies of counts were there %d times, and became wrong %d times", saved, gone)
		}
	})
}

// A spectrum's samples are those of its times, on both backends, while the simulation runs, goes back, and takes another future.
func TestSpectrumFollowsTime(t *testing.T) {
	d := gltest.Device(t)
	for name, b := range backends(t, d) {
		t.Run(name, func(t *testing.T) {
			g := &net.Group{Name: "G", N: 4, Namespace: nettest.Constants{}, Equations: nettest.Text("dx/dt = (1 + i)*step/second : 1\nstep : 1"), Method: "euler",
				Initial: []net.Assignment{{Var: "step", Values: []float64{1}}}}
			network := &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Views: []*net.View{
				{Kind: net.Spectrum, Group: g, Var: "x", Elements: []int32{1, 3}, Highest: 100, Window: 0.4}, {Kind: net.Traces, Group: g, Var: "x"}}}
			s, err := sim.Compile(network, sim.Options{Backend: b, Precision: plan.Single})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			line, err := timeline.New(s, timeline.Options{})
			if err != nil {
				t.Fatal(err)
			}
			ctx := context.Background()
			onStage(t, d, s, func(t testing.TB, r *render.Renderer, st *stage) {
				st.step = line.Advance
				panels, err := st.panels(network.Views)
				if err != nil {
					t.Fatal(err)
				}
				c := panels[0].Items[0].(*render.Spectra)
				f := st.feeds[0].(*spectrumFeed)
				if f.stride != 5 || f.most != 80 {
					t.Fatalf("every %d steps, %d samples", f.stride, f.most)
				}
				const far = 4000
				value := func(step int64) float64 { return float64(step) * 1e-3 } // of element 0
				check := func(when string) {
					t.Helper()
					st.follow(line)
					if err := st.feedCharts(r); err != nil {
						t.Fatal(err)
					}
					ring := make([]float32, f.ring.Len())
					if err := device.Read(f.ring, 0, ring, device.ReadTest); err != nil {
						t.Fatal(err)
					}
					for n := f.lo; n < f.hi; n++ {
						for e, x := range []float64{2, 4} {
							if got, want := float64(ring[int(n%f.rows)*2+e]), x*value(n*f.stride); math.Abs(got-want) > 1e-3*math.Max(1, want) {
								t.Fatalf("%s: sample %d of element %d is %g, want %g", when, n, e, got, want)
							}
						}
					}
					now := line.Step()/f.stride + 1
					seg, end := welchPlan(f.most, f.lo, min(now, f.hi))
					if c.Segment != seg || seg > 0 && c.First != int((end-int64(4*seg))%f.rows) {
						t.Fatalf("%s: segments of %d from row %d, want %d up to sample %d", when, c.Segment, c.First, seg, end)
					}
				}
				run := func(to int64) {
					t.Helper()
					for line.Step() < to { // in batches, as between frames
						if err := st.advance(ctx, r, min(to, line.Step()+37)); err != nil {
							t.Fatal(err)
						}
					}
				}
				check("at the beginning")
				run(63)
				if check("soon"); c.Segment != 0 || f.hi != 13 || f.lo != 0 {
					t.Fatalf("segments of %d of samples %d to %d", c.Segment, f.lo, f.hi)
				}
				run(far)
				if check("late"); c.Segment != 20 || f.hi-f.lo != f.rows || f.hi != far/5+1 {
					t.Fatalf("segments of %d of samples %d to %d", c.Segment, f.lo, f.hi)
				}
				was := *c
				seek := func(step int64) {
					t.Helper()
					if err := line.Seek(ctx, step); err != nil {
						t.Fatal(err)
					}
				}
				seek(far - 200)
				if check("200 steps back"); c.Segment != 20 || c.First == was.First {
					t.Error("going back shows the same spectrum")
				}
				seek(far)
				if check("there again"); c.Segment != was.Segment || c.First != was.First || f.hi != far/5+1 {
					t.Error("coming back shows another spectrum")
				}
				seek(10)
				if check("at a time that is not kept"); c.Segment != 0 {
					t.Errorf("segments of %d of samples that are not there", c.Segment)
				}
				seek(far - 300)
				check("before the edit")
				if err := line.Do(timeline.SetParameter{Object: "G", Name: "step", Value: 3}); err != nil {
					if err := line.Do(timeline.SetValues{Object: "G", Variable: "step", Elements: []int32{0, 1, 2, 3}, Values: []float64{3, 3, 3, 3}}); err != nil {
						t.Fatal(err)
					}
				}
				value = func(step int64) float64 {
					if step > far-300 {
						return float64(far-300)*1e-3 + 3*float64(step-far+300)*1e-3
					}
					return float64(step) * 1e-3
				}
				if check("after the edit"); f.hi != (far-300)/5+1 {
					t.Errorf("samples up to %d of the future that was left", f.hi)
				}
				run(far + 100)
				check("in another future")
			})
		})
	}
}
