package plan_test

import (
	"bytes"
	"errors"
	"flag"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
)

var update = flag.Bool("update", false, "rewrite golden files")

func build(t *testing.T, n *net.Network, o plan.Options) *plan.Plan {
	t.Helper()
	r, err := plan.Build(n, o)
	if err != nil {
		t.Fatal(err)
	}
	return r.Plan
}

// The plan of the neural field, as `galvani dump --stage plan` shows it: forms of connectivity, histories, order of the step.
func TestDumpField(t *testing.T) {
	f := nettest.Field(20, 1)
	f.Monitors = append(f.Monitors, &net.StateMonitor{Name: "Focus", Group: f.Focus, Vars: []string{"r"}, DT: 0.1})
	var got bytes.Buffer
	build(t, f.Network, plan.Options{Precision: plan.Double}).Dump(&got)
	const file = "testdata/field.txt"
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("the plan has changed (go test -update to accept):\n%s", got.String())
	}
}

func TestFingerprint(t *testing.T) {
	of := func(n int, noise float64) string {
		return build(t, nettest.Field(n, noise).Network, plan.Options{Precision: plan.Double}).Fingerprint
	}
	if first, second := of(20, 1), of(20, 1); first != second {
		t.Error("the same network has two fingerprints")
	}
	if of(20, 1) == of(20, 0.5) || of(20, 1) == of(21, 1) {
		t.Error("different networks share a fingerprint")
	}
}

// A field of 100x100 has 1e8 lateral synapses and is planned in a few megabytes; the same with a weight per synapse is refused with the
// figure before any of it is drawn.
func TestMemory(t *testing.T) {
	const limit = 200 << 20
	p := build(t, nettest.Field(100, 1).Network, plan.Options{Precision: plan.Double, Memory: limit})
	if total := p.Memory().Total; total > limit || total < 1<<20 {
		t.Errorf("a field of 100x100 takes %s", plan.FormatBytes(total))
	}
	f := nettest.Field(100, 1)
	w, err := connect.NewUniform(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	f.Lateral.Rule = connect.AllToAll{Weight: w}
	_, err = plan.Build(f.Network, plan.Options{Precision: plan.Double, Memory: limit})
	var large *plan.TooLarge
	if !errors.As(err, &large) || large.Need < 8e8 || !strings.Contains(err.Error(), "lat") {
		t.Errorf("1e8 stored weights in 200 MB: %v", err)
	}
	_, err = plan.Build(nettest.Field(100, 1).Network, plan.Options{Precision: plan.Double, MaxBuffer: 1 << 16})
	if !errors.As(err, &large) || large.Available != 1<<16 {
		t.Errorf("a buffer larger than the device allows: %v", err)
	}
}

// Clocks share the largest base tick that divides them.
func TestClocks(t *testing.T) {
	for _, c := range []struct {
		dts     []float64
		base    float64
		periods []int64
		err     string
	}{
		{[]float64{1e-4, 1e-3, 0.1}, 1e-4, []int64{1, 10, 1000}, ""},
		{[]float64{1e-4, 2.5e-4}, 5e-5, []int64{2, 5}, ""},
		{[]float64{1e-3, 1e-3 / 3}, 1e-3 / 3, []int64{3, 1}, ""},
		{[]float64{1e-3, math.Pi * 1e-3}, 0, nil, "no common step"},
		{[]float64{1e-3, -1}, 0, nil, "must be positive"},
	} {
		f := nettest.Field(4, 0)
		f.DT = c.dts[0]
		for _, dt := range c.dts[1:] {
			f.Monitors = append(f.Monitors, &net.StateMonitor{Name: "m", Group: f.Focus, Vars: []string{"r"}, DT: dt})
			f.Monitors[len(f.Monitors)-1].Name += string(rune('0' + len(f.Monitors)))
		}
		r, err := plan.Build(f.Network, plan.Options{})
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%v: error %v", c.dts, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%v: %v", c.dts, err)
			continue
		}
		if math.Abs(r.Plan.BaseDT/c.base-1) > 1e-9 {
			t.Errorf("%v: base %g, want %g", c.dts, r.Plan.BaseDT, c.base)
		}
		for i, p := range c.periods {
			if r.Plan.Clocks[i].Period != p {
				t.Errorf("%v: clock %d has the period %d, want %d", c.dts, i, r.Plan.Clocks[i].Period, p)
			}
		}
	}
}

// What does not fit together is refused with a message that names the objects.
func TestMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		change func(f *nettest.FieldNetwork)
		want   string
	}{
		"no grid":         {func(f *nettest.FieldNetwork) { f.Focus.Grid = nil }, "Focus"},
		"sizes":           {func(f *nettest.FieldNetwork) { f.Input.N, f.Input.Grid = 9, &connect.Grid{Layers: 1, Rows: 3, Cols: 3} }, "one_to_one"},
		"negative delay":  {func(f *nettest.FieldNetwork) { f.Projections[0].Delay = -1e-3 }, "negative delay"},
		"unknown target":  {func(f *nettest.FieldNetwork) { f.Lateral.Target = "ihn" }, `the target "ihn"`},
		"two of one name": {func(f *nettest.FieldNetwork) { f.Input.Name = "Focus" }, `named "Focus"`},
		"not connected":   {func(f *nettest.FieldNetwork) { f.Lateral.Rule = nil }, "not connected"},
		"delay too long":  {func(f *nettest.FieldNetwork) { f.Projections[0].Delay = 1e6 }, "memory"},
		"initial size": {func(f *nettest.FieldNetwork) {
			f.Focus.Initial = []net.Assignment{{Var: "r", Values: []float64{1, 2}}}
		}, "2 values"},
		"initial name": {func(f *nettest.FieldNetwork) {
			f.Focus.Initial = []net.Assignment{{Var: "tua", Values: []float64{1}}}
		}, `did you mean "tau"`},
		"monitor element": {func(f *nettest.FieldNetwork) {
			f.Monitors = []*net.StateMonitor{{Name: "m", Group: f.Focus, Vars: []string{"r"}, Elements: []int32{16}}}
		}, "element 16"},
		"method": {func(f *nettest.FieldNetwork) { f.Focus.Method = "magic" }, `"magic"`},
	} {
		t.Run(name, func(t *testing.T) {
			f := nettest.Field(4, 1)
			c.change(f)
			_, err := plan.Build(f.Network, plan.Options{Memory: 1 << 30})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one about %s", err, c.want)
			}
		})
	}
}

// Equations may use the names that the plan could give to what it adds.
func TestOwnNames(t *testing.T) {
	src := func(s string) *diag.Source { return &diag.Source{Name: s, Text: s} }
	n := &net.Network{DT: 1e-4, Groups: []*net.Group{{Name: "g", N: 3, Dialect: check.Brian, Equations: src("spikes : 1\nlist : 1\ncount : 1"),
		Spiking: &net.Spiking{Threshold: src("spikes < 2"), Reset: src("spikes += 1")}}}}
	p := build(t, n, plan.Options{Precision: plan.Double})
	if b, ok := p.Find("g", "spikes"); !ok || b.Type != ir.Real || b.Len != 3 {
		t.Errorf("g.spikes is %+v", b)
	}
}
