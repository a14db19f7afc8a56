// Package reference holds networks with the output that Brian2 gives for them, or NumPy for what Brian2 cannot do, and runs them on any
// backend. Only tests import it.
package reference

import (
	"bytes"
	"compress/gzip"
	"context"
	"embed"
	"io"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/record"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/galvani-sim/galvani/host/units"
)

//go:embed testdata/*.gz
var files embed.FS

// reference reads one array of testdata, as float64.
func reference(t *testing.T, name string) []float64 {
	t.Helper()
	f, err := files.Open("testdata/" + name + ".npy.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	a, err := record.ReadNPY(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	switch d := a.Data.(type) {
	case []float64:
		return d
	case []int8:
		return convert(d)
	case []int32:
		return convert(d)
	case []int64:
		return convert(d)
	}
	t.Fatalf("%s: %T", name, a.Data)
	return nil
}

func convert[T int8 | int32 | int64](v []T) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out
}

func ints(v []float64) []int32 {
	out := make([]int32, len(v))
	for i, x := range v {
		out[i] = int32(x)
	}
	return out
}

func scaled(v []float64, k float64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = x * k
	}
	return out
}

// namespace holds quantities and tables written as a script would.
type namespace map[string]any

func (n namespace) Lookup(name string) (check.Value, bool) {
	switch v := n[name].(type) {
	case string:
		q, err := units.Parse(v)
		if err != nil {
			panic(err)
		}
		return check.Value{Kind: check.ValQuantity, Q: q}, true
	case units.Quantity:
		return check.Value{Kind: check.ValQuantity, Q: v}, true
	case *net.TimedArray:
		return check.Value{Kind: check.ValTable, Table: v}, true
	}
	return check.Value{}, false
}

func (n namespace) Names() []string { return nil }

func text(s string) *diag.Source { return &diag.Source{Name: "test", Text: s} }

func dim(t *testing.T, unit string) units.Dim {
	q, err := units.Parse("1*" + unit)
	if err != nil {
		t.Fatal(err)
	}
	return q.Dim
}

// Suite says where the networks run.
type Suite struct {
	Backend   exec.Backend
	Precision plan.Precision
}

// Run runs all networks. In double precision spike lists must be identical and traces agree to 1e-12 of their largest magnitude
// (Hodgkin-Huxley 1e-11). In single precision single cells must agree to 2e-3 of it, with each spike within one step; networks amplify
// rounding, so only their number of spikes is held, to 3%.
func (s Suite) Run(t *testing.T) {
	for _, c := range []struct {
		name string
		run  func(*bench)
	}{
		{"CUBA", testCUBA}, {"COBA", testCOBA}, {"COBAHH", testCOBAHH}, {"STDP", testSTDP}, {"coupled traces", testCoupledTraces}, {"delays", testDelays},
		{"HH loop", testHHLoop}, {"HH shared", testHHShared}, {"tutorial taus", testTutorialTaus},
		{"sine euler", testSineEuler}, {"sine table", testSineTable}, {"image", testImageInput},
		{"alpha synapses", testClockDrivenAlpha}, {"summed", testSummedAddsUp}, {"Poisson input", testPoissonInput},
		{"refractory rules", testRefractoryRules}, {"events", testEvents}, {"run_at", testRunAt},
		{"connect condition", testConnectCondition}, {"several synapses of a pair", testMultisynaptic}, {"delays that change", testRedelayed}, {"order of synapses", testOrderDependentCode}, {"synapses in order", testByIndex},
		{"store in a loop", testStoreLoop}, {"sweep", testSweepLoop}, {"restore, random", testRestoreRandom}, {"restore from a file", testStoreFile},
		{"Kuramoto 10", testKuramoto10}, {"Kuramoto 1000", testKuramoto1000},
		{"Kuramoto K=0", kuramotoAt(0, "0/second")}, {"Kuramoto K=5", kuramotoAt(1, "5/second")},
		{"Kuramoto K=30", kuramotoAt(2, "30/second")}, {"Kuramoto K=300", kuramotoAt(3, "300/second")},
		{"Kuramoto weighted", testKuramotoWeighted}, {"Kuramoto delayed", testKuramotoDelayed}, {"Kuramoto delayed, all to all", testKuramotoDelayedAll}, {"late locking", testLateLocking},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(&bench{t: t, suite: s, Network: &net.Network{DT: 1e-4}}) })
	}
}

// bench is a network under test.
type bench struct {
	t *testing.T
	*net.Network
	suite   Suite
	sim     *sim.Sim
	chaotic bool // a network whose spikes depend on every rounding
}

func (b *bench) double() bool { return b.suite.Precision == plan.Double }

func (b *bench) group(name string, n int, eqs, method string, ns namespace, s *net.Spiking) *net.Group {
	g := &net.Group{Name: name, N: n, Equations: text(eqs), Method: method, Namespace: ns, Spiking: s}
	b.Groups = append(b.Groups, g)
	return g
}

func (b *bench) set(g *net.Group, variable string, values []float64, unit string) {
	g.Initial = append(g.Initial, net.Assignment{Var: variable, Values: values, Dim: dim(b.t, unit)})
}

func (b *bench) generator(name string, n int, index []int32, steps []float64) *net.Group {
	g := &net.Group{Name: name, N: n, Generator: &net.Generator{Index: index, Times: scaled(steps, 1e-4)}, Namespace: namespace{}}
	b.Groups = append(b.Groups, g)
	return g
}

func (b *bench) synapses(name string, pre, post *net.Group, eqs string, ns namespace, pathways ...*net.Pathway) *net.Synapses {
	s := &net.Synapses{Name: name, Pre: net.All(pre), Post: net.All(post), Namespace: ns, Pathways: pathways}
	if eqs != "" {
		s.Equations = text(eqs)
	}
	b.Synapses = append(b.Synapses, s)
	return s
}

func onPre(code string, delay ...float64) *net.Pathway {
	return &net.Pathway{Name: "pre", Code: text(code), Delay: delay}
}

func (b *bench) spikeMonitor(g *net.Group, vars ...string) *net.SpikeMonitor {
	m := &net.SpikeMonitor{Name: "spikes_" + g.Name, Of: net.All(g), Vars: vars}
	b.SpikeMonitors = append(b.SpikeMonitors, m)
	return m
}

func (b *bench) stateMonitor(g *net.Group, vars []string, elements ...int32) *net.StateMonitor {
	m := &net.StateMonitor{Name: "states_" + g.Name, Group: g, Vars: vars, Elements: elements}
	b.Monitors = append(b.Monitors, m)
	return m
}

// run runs for some seconds.
func (b *bench) run(seconds float64) {
	b.t.Helper()
	if b.sim == nil {
		s, err := sim.Compile(b.Network, sim.Options{Backend: b.suite.Backend, Precision: b.suite.Precision})
		if err != nil {
			b.t.Fatal(err)
		}
		b.t.Cleanup(func() { s.Close() })
		b.sim = s
	}
	if err := b.sim.Run(context.Background(), seconds); err != nil {
		b.t.Fatal(err)
	}
}

// wantSpikes compares a spike monitor with a reference of neurons and steps, spike for spike.
func (b *bench) wantSpikes(m *net.SpikeMonitor, index, steps []float64) {
	b.t.Helper()
	column := func(name string) *record.Array {
		a, err := b.sim.Spikes(m).Recording.Array(name)
		if err != nil {
			b.t.Fatal(err)
		}
		return a
	}
	i, step := column("i").Data.([]int32), column("step").Data.([]int64)
	if len(index) == 0 {
		b.t.Fatal("the reference has no spikes")
	}
	if b.chaotic && !b.double() {
		if d := math.Abs(float64(len(i))/float64(len(index)) - 1); d > 0.03 {
			b.t.Errorf("%d spikes, the reference has %d", len(i), len(index))
		}
		return
	}
	slack := 0.0
	if !b.double() {
		slack = 1
	}
	for k := range min(len(i), len(index)) {
		if float64(i[k]) != index[k] && b.double() || math.Abs(float64(step[k])-steps[k]) > slack {
			b.t.Fatalf("spike %d: neuron %d at step %d, want %v at %v", k, i[k], step[k], index[k], steps[k])
		}
	}
	if len(i) != len(index) {
		b.t.Fatalf("%d spikes, want %d", len(i), len(index))
	}
}

// wantTrace compares a recorded variable with [elements, samples] of the reference, relative to its largest magnitude.
func (b *bench) wantTrace(m *net.StateMonitor, variable string, want []float64, tol float64) {
	b.t.Helper()
	a, err := b.sim.Recording(m).Array(variable)
	if err != nil {
		b.t.Fatal(err)
	}
	got := a.Data.([]float64)
	samples, n := a.Shape[0], a.Shape[1]
	if len(want) != len(got) {
		b.t.Fatalf("%s: %d values, want %d", variable, len(got), len(want))
	}
	largest, worst := 0.0, 0.0
	for _, w := range want {
		largest = math.Max(largest, math.Abs(w))
	}
	for s := range samples {
		for e := range n {
			worst = math.Max(worst, math.Abs(got[s*n+e]-want[e*samples+s]))
		}
	}
	switch {
	case b.double() || tol == 0:
	case b.chaotic:
		return
	default:
		tol = 2e-3
	}
	if !(worst <= tol*largest) {
		b.t.Errorf("%s differs by %g of its largest magnitude", variable, worst/largest)
	}
}

// half splits a reference [2, n] into its rows.
func half(v []float64) (a, b []float64) { return v[:len(v)/2], v[len(v)/2:] }
