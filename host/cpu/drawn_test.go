package cpu

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

type noNames struct{}

func (noNames) Lookup(string) (check.Value, bool) { return check.Value{}, false }
func (noNames) Names() []string                   { return nil }

// drawnPlan is a network with two pathways over synapses that are drawn with their weights.
func drawnPlan(t testing.TB, n int, p float64) *plan.Plan {
	t.Helper()
	src := func(text string) *diag.Source { return &diag.Source{Name: "test", Text: text} }
	g := &net.Group{Name: "G", N: n, Namespace: noNames{}, Equations: src("dv/dt = 1/(5*ms) : 1\nw0 : 1\nw1 : 1"), Method: "euler", Initial: []net.Assignment{{Var: "v", Expr: src("rand()")}},
		Spiking: &net.Spiking{Threshold: src("v > 1"), Reset: src("v = 0")}}
	s := &net.Synapses{Name: "S", Pre: net.All(g), Post: net.All(g), Namespace: noNames{}, Equations: src("a : 1\nb : 1"),
		Pathways: []*net.Pathway{{Name: "pre", Code: src("w0_post += a")}, {Name: "late", Code: src("w1_post += b*rand()"), Delay: []float64{1e-3}}},
		Initial:  []net.Assignment{{Var: "a", Expr: src("rand()")}, {Var: "b", Expr: src("a*i")}, {Var: "b", Expr: src("rand()"), Condition: src("i > j")}},
		Connect:  []*net.Connection{{P: src(fmt.Sprint(p)), Procedural: true}}}
	r, err := plan.Build(&net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, plan.Options{Precision: plan.Double, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return r.Plan
}

// Rows that do not fit into the room that was left for them go to a larger one, and nothing else changes.
func TestDrawnRowsNeedRoom(t *testing.T) {
	p := drawnPlan(t, 300, 0.2)
	run := func(room int) []float64 {
		x, err := Backend{}.Load(p, exec.Options{Seed: 1, Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		i := x.(*instance[float64])
		c := i.conns[0]
		if room > 0 {
			c.index.Long = c.index.Long[:room]
			i.m.int[c.indexBuf] = c.index.Long
			for _, id := range c.values {
				i.makeRoom(c, id)
			}
		}
		if _, err := x.Advance(context.Background(), 200); err != nil {
			t.Fatal(err)
		}
		if grown := len(c.index.Long) > room; !grown {
			t.Errorf("%d entries were enough", room)
		}
		var state []float64
		for _, name := range []string{"w0", "w1"} {
			b, _ := p.Find("G", name)
			v := make([]float64, b.Len)
			if err := x.Read(b.ID, 0, v); err != nil {
				t.Fatal(err)
			}
			state = append(state, v...)
		}
		return state
	}
	want := run(0)
	for _, room := range []int{1, 90} {
		for i, v := range run(room) {
			if math.Float64bits(v) != math.Float64bits(want[i]) {
				t.Fatalf("with room for %d synapses, value %d is %v instead of %v", room, i, v, want[i])
			}
		}
	}
}

// BenchmarkDrawnRows takes ten steps with some 400 spikes each, of 1000 synapses on each of two pathways.
func BenchmarkDrawnRows(b *testing.B) {
	p := drawnPlan(b, 20_000, 0.05)
	x, err := Backend{}.Load(p, exec.Options{Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer x.Close()
	step := int64(0)
	for b.Loop() {
		step += 10
		if _, err := x.Advance(context.Background(), step); err != nil {
			b.Fatal(err)
		}
	}
}
