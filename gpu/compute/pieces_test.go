//go:build cgo

package compute

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/exec/exectest"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/galvani-sim/galvani/host/sim/conform"
)

// inPieces divides arrays of least elements or more in two. A stage of llvmpipe has 16 blocks.
func inPieces(least int) func(n int) int {
	return func(n int) int {
		if n < least {
			return n
		}
		return (n/2 + 63) / 64 * 64
	}
}

// learners is a network whose synapses learn at both ends, decay by themselves, have delays of their own, are summed and are recorded.
func learners(n int) *net.Network {
	text := nettest.Text
	g := &net.Group{Name: "g", N: n, Namespace: nettest.Constants{}, Equations: text("dv/dt = (1.2 + 0.3*sin(i) + pull - v)/(20*ms) : 1\npull : 1"),
		Spiking: &net.Spiking{Threshold: text("v > 1"), Reset: text("v = 0.2*rand()")}, Initial: []net.Assignment{{Var: "v", Expr: text("rand()")}}}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Namespace: nettest.Constants{},
		Equations: text("dx/dt = -x/(15*ms) : 1 (clock-driven)\ndy/dt = -y/(20*ms) : 1 (event-driven)\nw : 1\npull_post = 0.01*w*x : 1 (summed)"),
		Connect:   []*net.Connection{{Condition: text("i != j"), P: text("0.2")}},
		Initial:   []net.Assignment{{Var: "w", Expr: text("0.1*rand()")}},
		Pathways: []*net.Pathway{
			{Name: "pre", Code: text("v_post += 0.01*w\nx += 0.1\nw = clip(w - 0.01*y, 0, 1)"), Delay: []float64{2e-3}},
			{Name: "post", Post: true, Code: text("y += 0.1\nw = clip(w + 0.01*x, 0, 1)")},
		}}
	return &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}, SpikeMonitors: []*net.SpikeMonitor{{Name: "spikes", Of: net.All(g), Vars: []string{"v"}}},
		Monitors: []*net.StateMonitor{{Name: "weights", Synapses: s, Vars: []string{"w"}, DT: 20e-3}, {Name: "v", Group: g, Vars: []string{"v"}}}}
}

func planOf(t testing.TB, n *net.Network, prec plan.Precision) *plan.Plan {
	t.Helper()
	res, err := sim.Check(n, sim.Options{Precision: prec, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return res.Plan
}

// Arrays in several storage blocks give the bits that they give in one: of spikes, state, samples, and of what the host reads, writes, keeps and
// goes back to.
func TestPieces(t *testing.T) {
	d := gltest.Device(t)
	const steps = 200
	for name, p := range map[string]*plan.Plan{
		"cuba": cubaPlan(t, 400, plan.Single), "cuba double": cubaPlan(t, 400, plan.Double),
		"learners": planOf(t, learners(80), plan.Single), "learners double": planOf(t, learners(80), plan.Double),
	} {
		for _, mode := range []Mode{Plain, Resident} {
			if mode == Resident && len(p.Monitors) > 0 {
				mode = Auto // one program would bind all that is in pieces, and there is another way
			}
			one := loadWith(t, &Backend{dev: d, Mode: mode}, p)
			before := allocated(d)
			b := &Backend{dev: d, Mode: mode, piece: inPieces(1000)}
			several := loadWith(t, b, p)
			m, err := b.Memory(p)
			if got := allocated(d) - before - int64(several.i.control.Size()); err != nil || got != m.Total {
				t.Errorf("%s takes %d bytes, %d are allocated (%v)", name, m.Total, got, err)
			}
			if !slices.ContainsFunc(several.i.layout.Slabs, func(s glsl.Slab) bool { return s.Piece > 0 }) {
				t.Fatalf("%s: nothing is in pieces", name)
			}
			w, ok := p.Find("s", "w")
			for _, x := range []*Shared{one, several} {
				advance(t, x, steps)
				if ok { // across the border of two pieces
					v := make([]float64, w.Len/2)
					for k := range v {
						v[k] = 0.5 + 0.001*float64(k%100)
					}
					if err := x.Write(w.ID, w.Len/4, v); err != nil {
						t.Fatal(err)
					}
					got := make([]float64, len(v))
					if err := x.Read(w.ID, w.Len/4, got); err != nil {
						t.Fatal(err)
					}
					for k := range v {
						if math.Abs(got[k]-v[k]) > 1e-7 {
							t.Fatalf("%s: w[%d] was written as %v and read as %v", name, w.Len/4+k, v[k], got[k])
						}
					}
				}
				kept, err := x.Keep()
				if err != nil {
					t.Fatal(err)
				}
				defer kept.Close()
				before := snapshot(t, x)
				advance(t, x, steps+50)
				after := snapshot(t, x)
				if err := x.Revert(kept, kept.At()); err != nil {
					t.Fatal(err)
				}
				sameState(t, name+", reverted", p, before, snapshot(t, x))
				advance(t, x, steps+50)
				sameState(t, name+", again", p, after, snapshot(t, x))
				if err := x.Restore(before); err != nil {
					t.Fatal(err)
				}
				advance(t, x, 2*steps)
			}
			sameState(t, name, p, snapshot(t, one), snapshot(t, several))
			sameSpikes(t, name, drainSpikes(t, one), drainSpikes(t, several), true)
			for m := range p.Monitors {
				_, want, err := one.Drain(m)
				if err != nil {
					t.Fatal(err)
				}
				_, got, err := several.Drain(m)
				if err != nil {
					t.Fatal(err)
				}
				if len(want) == 0 || len(want[0]) == 0 || !slices.EqualFunc(want, got, slices.Equal[[]float64]) {
					t.Errorf("%s: samples of %s differ", name, p.Monitors[m].Name)
				}
			}
		}
	}
}

// The suites that every backend passes, with the larger arrays in pieces.
func TestSuiteInPieces(t *testing.T) {
	d := gltest.Device(t)
	b := &Backend{dev: d, Mode: Plain, piece: inPieces(500)}
	tol := exectest.GPUTolerance()
	tol.SumULP = 32
	exectest.Spikes(t, func() exec.Backend { return b }, plan.Single, tol)
	exectest.Networks(t, func() exec.Backend { return b }, plan.Single, tol)
	conform.Spiking(t, b, plan.Single, 3)
}

// A dispatch whose program would bind too many blocks is two, which give the same bits.
func TestDispatchesOfFewBlocks(t *testing.T) {
	d := gltest.Device(t)
	p := cubaPlan(t, 400, plan.Single)
	one := loadWith(t, &Backend{dev: d, Mode: Plain}, p)
	for most := 16; ; most-- {
		x := loadWith(t, &Backend{dev: d, Mode: Plain, piece: inPieces(1000), mostBlocks: most}, p)
		if len(x.i.units) == len(one.i.units) {
			continue
		}
		advance(t, one, 200)
		advance(t, x, 200)
		sameState(t, "few blocks", p, snapshot(t, one), snapshot(t, x))
		sameSpikes(t, "few blocks", drainSpikes(t, one), drainSpikes(t, x), true)
		return
	}
}

// What cannot be in pieces, or would take more blocks than a stage may have, is refused before anything is allocated.
func TestRefusedInPieces(t *testing.T) {
	d := gltest.Device(t)
	p := planOf(t, learners(80), plan.Single)
	refused := func(b *Backend, p *plan.Plan) error {
		t.Helper()
		before := allocated(d)
		_, err := b.Load(p, exec.Options{})
		if err == nil {
			t.Fatal("loaded")
		}
		if after := allocated(d); after != before {
			t.Errorf("%d bytes were left behind", after-before)
		}
		return err
	}
	b := &Backend{dev: d, piece: inPieces(1000), mostBlocks: 8}
	err := refused(b, p)
	for _, want := range []string{"storage blocks in one shader", "the OpenGL driver allows 8 of " + plan.FormatBytes(b.Caps().MaxBuffer), "s.w (", "takes 2", "cpu backend"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	err = refused(&Backend{dev: d, block: 1 << 12}, cubaPlan(t, 2000, plan.Single))
	var large *plan.TooLarge
	if !errors.As(err, &large) || large.Available != 1<<12 || !strings.HasPrefix(err.Error(), "cuba.") {
		t.Errorf("a variable that synapses add to, beyond a block: %v", err)
	}
}

func allocated(d *device.Device) (n int64) {
	d.Do(func() { n = d.Stats().BufferBytes })
	return n
}
