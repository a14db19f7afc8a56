//go:build cgo

package compute

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// allToAll is a group in which every neuron sees all others, so that no two can be visited together.
func allToAll(n int, u net.Update) (*net.Network, *net.Group) {
	text := func(s string) *diag.Source { return &diag.Source{Name: "text", Text: s} }
	g := &net.Group{Name: "g", N: n, Dialect: check.Brian, Equations: text("x : 1\nk : 1"), Initial: []net.Assignment{{Var: "x", Expr: text("(i*7) % 17")}},
		Code: []*net.CodeBlock{{Name: "visit", Code: text("x = (3*x + k + 1) % 17"), Update: u}}}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Equations: text("k_post = x_pre : 1 (summed)"),
		Connect: []*net.Connection{{Condition: text("i != j")}}}
	return &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, g
}

// A sequence that takes more rounds than a dispatch may is shared among several; the result is that of the CPU.
func TestSequenceInPasses(t *testing.T) {
	d := gltest.Device(t)
	b, err := New(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range []net.Update{net.IndexOrder, net.RandomOrder} {
		var first []float64
		for _, backend := range []exec.Backend{cpu.Backend{}, b} {
			n, g := allToAll(500, u)
			r, err := sim.Compile(n, sim.Options{Backend: backend, Precision: plan.Single, Seed: 3})
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Advance(context.Background(), 3); err != nil {
				t.Fatal(err)
			}
			x, _, err := r.Get(g, "x")
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = x
			} else {
				if !slices.Equal(first, x) {
					t.Errorf("update %d: gl and cpu differ: %v", u, fmt.Sprint(x[:8], first[:8]))
				}
				i := r.Instance().(*Shared).Here()
				passes := 0
				for k := range i.units {
					passes = max(passes, i.units[k].passes)
				}
				if i.dev.Info().Software && passes < 2 {
					t.Errorf("%d passes: this tests nothing", passes)
				}
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// More rounds than were prepared for stop the run instead of leaving neurons out.
func TestSequenceTooDeep(t *testing.T) {
	d := gltest.Device(t)
	b, err := New(d)
	if err != nil {
		t.Fatal(err)
	}
	n, _ := allToAll(100, net.IndexOrder)
	r, err := sim.Compile(n, sim.Options{Backend: b, Precision: plan.Single})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	i := r.Instance().(*Shared).Here()
	d.Do(func() {
		for k := range i.units {
			if u := &i.units[k]; u.kind == sequence {
				u.passes = 1
				if u.text, err = glsl.Sequence(i.layout, u.ops[0].(*plan.Sequence), 16, 50, u.passes); err != nil {
					t.Error(err)
				}
			}
		}
	})
	if err := r.Advance(context.Background(), 1); err == nil || !strings.Contains(err.Error(), "wait for one another") {
		t.Errorf("50 rounds for 100 neurons that all see each other: %v", err)
	}
}
