package sim

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// mail is a network whose synapses count what arrives, and, beside it, what has to arrive by when: a spike has the delay of the moment in which it
// is sent.
type mail struct {
	*net.Network
	t    *testing.T
	in   *net.Group
	syn  *net.Synapses
	path *net.Pathway
	pre  []int // of each synapse
	now  int
	due  map[int][]int // synapses, by step
	got  []float64     // arrived
	sim  *Sim
}

// spikesOf reports whether a neuron spikes in a step: often, and not in a pattern that a delay could hide.
func spikesOf(i, step int) bool { return (step*step+3*i*step+i)%5 < 2 }

func newMail(t *testing.T) *mail {
	m := &mail{t: t, pre: []int{0, 1, 2, 0, 2}, due: map[int][]int{}, got: make([]float64, 5)}
	gen := &net.Generator{}
	for step := range 200 {
		for i := range int32(3) {
			if spikesOf(int(i), step) {
				gen.Index, gen.Times = append(gen.Index, i), append(gen.Times, float64(step)*1e-3)
			}
		}
	}
	m.in = &net.Group{Name: "in", N: 3, Generator: gen}
	out := &net.Group{Name: "out", N: 3, Equations: code("v : 1")}
	m.path = &net.Pathway{Name: "pre", Code: code("n += 1")}
	m.syn = &net.Synapses{Name: "syn", Pre: net.All(m.in), Post: net.All(out), Equations: code("n : 1"), Pathways: []*net.Pathway{m.path},
		Connect: []*net.Connection{{I: []int32{0, 1, 2, 0, 2}, J: []int32{0, 1, 2, 1, 0}}}}
	m.Network = &net.Network{DT: 1e-3, Groups: []*net.Group{m.in, out}, Synapses: []*net.Synapses{m.syn}}
	m.compile(Options{})
	return m
}

func (m *mail) compile(o Options) {
	m.t.Helper()
	o.Backend, o.Precision = cpu.Backend{}, plan.Double
	s, err := Compile(m.Network, o)
	m.must(err)
	m.t.Cleanup(func() { s.Close() })
	m.sim = s
}

func (m *mail) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// set sets the delays, in steps.
func (m *mail) set(delays ...float64) {
	m.path.Delay = nil
	for _, d := range delays {
		m.path.Delay = append(m.path.Delay, d*1e-3)
	}
}

// pass notes what happens in a number of steps.
func (m *mail) pass(steps int) {
	for range steps {
		for k, i := range m.pre {
			if spikesOf(i, m.now) {
				d := 0.0
				if n := len(m.path.Delay); n > 0 {
					d = m.path.Delay[k%n]
				}
				at := m.now + int(d*1e3+0.5)
				m.due[at] = append(m.due[at], k)
			}
		}
		for _, k := range m.due[m.now] {
			m.got[k]++
		}
		m.now++
	}
}

// run runs some steps, one by one, and holds what has arrived against what has to.
func (m *mail) run(steps int) {
	m.t.Helper()
	for range steps {
		m.pass(1)
		m.must(m.sim.Run(context.Background(), 1e-3))
		m.check()
	}
}

func (m *mail) check() {
	m.t.Helper()
	got, _, err := m.sim.GetSynapses(m.syn, "n")
	m.must(err)
	if !slices.Equal(got, m.got) {
		m.t.Fatalf("step %d: %v have arrived, want %v", m.now, got, m.got)
	}
}

// copied is the state of what has to arrive.
func (m *mail) copied() mail {
	c := *m
	c.got, c.due = slices.Clone(m.got), map[int][]int{}
	for at, k := range m.due {
		c.due[at] = slices.Clone(k)
	}
	return c
}

// back goes back to such a state; the network and its delays stay.
func (m *mail) back(c *mail) {
	own := c.copied()
	m.now, m.due, m.got = own.now, own.due, own.got
}

// bounded is the number of operations of the plan that are for the spikes of some steps.
func (m *mail) bounded() (n int) {
	for _, it := range m.sim.Plan().Schedule {
		for _, op := range it.Ops {
			if r, ok := op.(*plan.Run); ok && r.Bounded() {
				n++
			}
		}
	}
	return n
}

// TestRedelayed changes delays in all ways; a plan holds the earlier ones only while spikes are under way with them.
func TestRedelayed(t *testing.T) {
	m := newMail(t)
	m.set(4, 1, 0, 7, 2)
	m.run(11)
	conns := len(m.sim.Plan().Conns)
	m.set(4, 1, 0, 7, 2)
	p := m.sim.Plan()
	m.run(1)
	if m.sim.Plan() != p {
		t.Error("the same delays made another plan")
	}
	m.set(1)
	m.run(2)
	m.set(9)
	m.run(1)
	m.set(0, 3, 9, 3, 1)
	m.run(1)
	m.set()
	m.run(1)
	m.set(12)
	m.run(3)
	if n := m.bounded(); n < 5 {
		t.Errorf("%d operations are for some spikes only", n)
	}
	m.set(2, 2, 2, 2, 2) // one number of steps, as if it were one delay
	m.run(2)
	m.set(2)
	m.must(m.sim.Reload())
	p = m.sim.Plan()
	m.run(1)
	if m.sim.Plan() != p {
		t.Error("delays of one value made another plan")
	}
	m.run(13)
	m.set(4, 1, 0, 7, 2)
	m.run(13)
	m.run(1)
	if n, c := m.bounded(), len(m.sim.Plan().Conns); n != 0 || c != conns {
		t.Errorf("when all has arrived, %d operations are for some spikes only, and %d connectivities are left, want %d", n, c, conns)
	}
	m.set(5, 1, 0, 7, 2)
	m.must(m.sim.Reload())
	m.set(4, 1, 0, 7, 2) // back before a step was taken
	m.must(m.sim.Reload())
	if n := m.bounded(); n != 0 {
		t.Errorf("%d operations are for some spikes only, of a change that was taken back", n)
	}
	m.run(3)
}

// TestRedelayedStored stores and restores, in memory and in files, where spikes are under way with several delays, into networks with others.
func TestRedelayedStored(t *testing.T) {
	m := newMail(t)
	m.set(6, 2, 8, 1, 3)
	m.run(14)
	m.set(3)
	m.run(2)
	m.set(0, 5, 2, 2, 9)
	m.run(1)
	at := m.copied()
	file := filepath.Join(t.TempDir(), "state")
	m.must(m.sim.Store(""))
	m.must(m.sim.StoreFile(file, ""))
	m.run(6)
	for _, d := range [][]float64{{0, 5, 2, 2, 9}, {4}, {11, 0, 0, 1, 2}, {}, {0, 5, 2, 2, 9}} {
		m.set(d...)
		m.must(m.sim.Restore("", RestoreOptions{}))
		m.back(&at)
		m.check()
		m.run(4)
		m.must(m.sim.StoreFile(file, "between"))
		between := m.copied()
		m.run(20)
		m.must(m.sim.RestoreFile(file, "between", RestoreOptions{}))
		m.back(&between)
		m.must(m.sim.Retire())
		m.run(20)
	}
	for _, d := range [][]float64{{0, 5, 2, 2, 9}, {4}, {11, 0, 0, 1, 2}} { // another program
		o := newMail(t)
		o.set(d...)
		o.must(o.sim.RestoreFile(file, "", RestoreOptions{}))
		o.back(&at)
		o.run(20)
	}
	// A restore that is refused leaves the plan as it is.
	m.set(1, 2, 3, 4, 5)
	m.run(1)
	o := newMail(t)
	o.syn.Connect[0].J = []int32{1, 1, 1, 1, 1}
	o.compile(Options{})
	wantError(t, o.sim.RestoreFile(file, "", RestoreOptions{}), "connect other neurons")
	if n := o.bounded(); n != 0 {
		t.Errorf("%d operations are for spikes of a state that was refused", n)
	}
}

// TestRedelayedOldFile reads a file of a program that did not say with what delays spikes were under way: those are taken of now.
func TestRedelayedOldFile(t *testing.T) {
	m := newMail(t)
	m.set(6, 2, 8, 1, 3)
	m.run(14)
	at := m.copied()
	st, err := m.sim.storable()
	m.must(err)
	st.wiring = append([]wiringSum{}, m.sim.wiring()...)
	st.sent = nil
	var b bytes.Buffer
	m.must(encodeStates(&b, []namedState{{DefaultState, st}}))
	if v := binary.LittleEndian.Uint32(b.Bytes()[len(stateMagic):]); v != 1 {
		t.Fatalf("version %d", v)
	}
	file := filepath.Join(t.TempDir(), "state")
	m.must(os.WriteFile(file, b.Bytes(), 0o600))
	m.run(3)
	m.must(m.sim.RestoreFile(file, "", RestoreOptions{}))
	m.back(&at)
	m.run(10)
}

// TestRedelayedElsewhere takes synapses from one network to another, whose time is another.
func TestRedelayedElsewhere(t *testing.T) {
	for _, ahead := range []int{0, 3, 40} {
		objects := NewObjects()
		g := &net.Group{Name: "g", N: 2, Equations: code("v : 1\nk : integer"), Spiking: &net.Spiking{Threshold: code("k % 3 == 0"), Reset: code("v += 0")},
			Code: []*net.CodeBlock{{Name: "g_code", Code: code("k += 1 + i")}}}
		path := &net.Pathway{Name: "pre", Code: code("n = 2*n + 1"), Delay: []float64{5e-3, 2e-3}}
		syn := &net.Synapses{Name: "syn", Pre: net.All(g), Post: net.All(g), Equations: code("n : 1"), Pathways: []*net.Pathway{path}, Connect: []*net.Connection{{I: []int32{0, 1}, J: []int32{1, 0}}}}
		extra := &net.Group{Name: "extra", N: 1, Equations: code("x : 1")}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		run := func(s *Sim, steps int) {
			t.Helper()
			must(s.Run(context.Background(), float64(steps)*1e-3))
		}
		whole := func() []float64 { // in one network
			o := *path
			own := *syn
			own.Pathways = []*net.Pathway{&o}
			o.Delay = []float64{5e-3, 2e-3}
			s, err := Compile(&net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{&own}}, Options{Backend: cpu.Backend{}, Precision: plan.Double})
			must(err)
			defer s.Close()
			run(s, 20)
			o.Delay = []float64{1e-3, 4e-3}
			run(s, 1)
			o.Delay = []float64{3e-3}
			run(s, 2)
			run(s, 9)
			v, _, err := s.GetSynapses(&own, "n")
			must(err)
			return v
		}
		want := whole()
		opt := Options{Backend: cpu.Backend{}, Precision: plan.Double, Objects: objects}
		first, err := Compile(&net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{syn}}, opt)
		must(err)
		n := &net.Network{DT: 1e-3, Groups: []*net.Group{extra}}
		second, err := Compile(n, opt)
		must(err)
		run(second, 12+ahead)
		run(first, 20)
		path.Delay = []float64{1e-3, 4e-3}
		run(first, 1)
		path.Delay = []float64{3e-3}
		n.Groups, n.Synapses = append(n.Groups, g), []*net.Synapses{syn}
		run(second, 2)
		run(first, 9)
		got, _, err := first.GetSynapses(syn, "n")
		must(err)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%d steps apart: %v, in one network %v", ahead, got, want)
		}
		must(first.Close())
		must(second.Close())
		must(objects.Close())
	}
}

// TestRedelayedSweep sweeps from a state with spikes under way, runs together and apart.
func TestRedelayedSweep(t *testing.T) {
	for _, batch := range []int{0, 1} {
		c := newChain(t, 3)
		c.run(9e-3)
		c.syn.Pathways[0].Delay = []float64{4e-3, 0, 1e-3}
		c.Synapses[0].Pathways[0].Delay = []float64{6e-3}
		c.run(1e-3)
		st, err := c.sim.State()
		c.must(err)
		c.syn.Pathways[0].Delay = []float64{2e-3}
		kept := []Quantity{{Group: c.g, Var: "v"}, {Synapses: c.syn, Var: "w"}}
		results, err := Sweep(context.Background(), c.Network, c.opt, SweepOptions{From: st, Seconds: 11e-3, Keep: kept, Batch: batch,
			Parameters: []Parameter{{Name: "gain", Values: []float64{0.4, 0.8, 0.4}}}})
		c.must(err)
		if want := map[int]int{0: 3, 1: 1}[batch]; results[0].Together != want {
			t.Errorf("%d runs together, want %d", results[0].Together, want)
		}
		c.run(11e-3)
		for _, k := range []int{0, 2} {
			c.wantSame("from a state", fmt.Sprint(results[k].Kept(kept[0]), results[k].Kept(kept[1])), fmt.Sprint(c.get("g", "v"), c.get("rec", "w")))
		}
	}
}

// TestRedelayedLumped changes delays of synapses whose states are kept per target.
func TestRedelayedLumped(t *testing.T) {
	var want []float64
	for _, each := range []bool{true, false} {
		in := &net.Group{Name: "in", N: 40, Equations: code("a : 1"), Spiking: &net.Spiking{Threshold: code("rand() < 0.1")}}
		g := &net.Group{Name: "g", N: 40, Equations: code("sum : 1")}
		path := &net.Pathway{Name: "pre", Code: code("h += 1"), Delay: []float64{3e-3}}
		syn := &net.Synapses{Name: "S", Pre: net.All(in), Post: net.All(g), Equations: code("dh/dt = -h/(5*ms) : 1 (clock-driven)\nsum_post = 0.5*h : 1 (summed)"), Method: "exact",
			Connect: []*net.Connection{{Rule: connect.FixedProbability{P: 0.5}}}, Pathways: []*net.Pathway{path}}
		s, err := Compile(&net.Network{DT: 1e-3, Groups: []*net.Group{in, g}, Synapses: []*net.Synapses{syn}}, Options{Backend: cpu.Backend{}, Precision: plan.Double, EachSynapse: each})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var got []float64
		for _, d := range []float64{3e-3, 7e-3, 1e-3, 0, 4e-3} {
			path.Delay = []float64{d}
			for range 4 {
				if err := s.Run(context.Background(), 1e-3); err != nil {
					t.Fatal(err)
				}
				if lumped := len(s.res.Lumped[syn]) > 0; lumped == each {
					t.Fatalf("lumped: %v", lumped)
				}
				v, _, err := s.Get(g, "sum")
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, v...)
			}
		}
		if each {
			want = got
			continue
		}
		for k := range got {
			if d := got[k] - want[k]; d > 1e-12 || d < -1e-12 {
				t.Fatalf("value %d is %v, with a state for each synapse %v", k, got[k], want[k])
			}
		}
	}
}

// TestRedelayedProcedural changes delays of synapses that are drawn anew for every spike.
func TestRedelayedProcedural(t *testing.T) {
	var want []float64
	for _, procedural := range []bool{false, true} {
		n := drawnNetwork(procedural)
		s, err := Compile(n, Options{Backend: cpu.Backend{}, Precision: plan.Double, Seed: 4})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for k, d := range []float64{1.2e-3, 0.2e-3, 2.3e-3, 0, 0.7e-3} {
			n.Synapses[1].Pathways[0].Delay = []float64{d}
			n.Synapses[0].Pathways[0].Delay = []float64{float64(k%2) * 0.4e-3}
			if err := s.Run(context.Background(), 4e-3); err != nil {
				t.Fatal(err)
			}
		}
		got, _, err := s.Get(n.Groups[0], "r")
		if err != nil {
			t.Fatal(err)
		}
		if procedural && !slices.Equal(got, want) {
			t.Errorf("procedural synapses: %v; stored ones: %v", got[:10], want[:10])
		}
		want = got
	}
}

// TestLaterSynapses makes synapses while others have spikes under way: those are not for them.
func TestLaterSynapses(t *testing.T) {
	m := newMail(t)
	m.set(6, 2, 8, 1, 3)
	m.run(14)
	other := *m.syn
	other.Name, other.Pathways = "other", []*net.Pathway{{Name: "pre", Code: code("n += 1"), Delay: []float64{5e-3}}}
	m.Synapses = append(m.Synapses, &other)
	want := make([]float64, 5)
	for step := 14; step < 30; step++ {
		m.run(1)
		for k, i := range m.pre {
			if step-5 >= 14 && spikesOf(i, step-5) {
				want[k]++
			}
		}
		got, _, err := m.sim.GetSynapses(&other, "n")
		m.must(err)
		if !slices.Equal(got, want) {
			t.Fatalf("step %d: %v have arrived, want %v", step, got, want)
		}
	}
}

// TestOtherStepUnderWay changes the time step of a group: spikes that are under way cannot follow, and that is said; later it can change.
func TestOtherStepUnderWay(t *testing.T) {
	g := &net.Group{Name: "g", N: 1, Equations: code("k : integer"), Spiking: &net.Spiking{Threshold: code("k == 3"), Reset: code("k = 4")},
		Code: []*net.CodeBlock{{Name: "g_code", Code: code("k += 1")}}}
	syn := &net.Synapses{Name: "syn", Pre: net.All(g), Post: net.All(g), Equations: code("n : 1"), Connect: []*net.Connection{{}},
		Pathways: []*net.Pathway{{Name: "pre", Code: code("n += 1"), Delay: []float64{9e-3}}}}
	s, err := Compile(&net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{syn}}, Options{Backend: cpu.Backend{}, Precision: plan.Double})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := context.Background()
	for _, steps := range []float64{8, 2, 1} { // the spike of step 2 arrives in step 11
		if err := s.Run(ctx, steps*1e-3); err != nil {
			t.Fatal(err)
		}
		g.DT = 3e-3
		wantError(t, s.Run(ctx, 3e-3), `the time step of "g" changed from 0.001 s to 0.003 s`, "under way")
		g.DT = 0
	}
	if err := s.Run(ctx, 1e-3); err != nil {
		t.Fatal(err)
	}
	g.DT = 3e-3
	if err := s.Run(ctx, 3e-3); err != nil {
		t.Error(err)
	}
	if v, _, err := s.GetSynapses(syn, "n"); err != nil || v[0] != 1 {
		t.Errorf("%v have arrived, %v", v, err)
	}
}
