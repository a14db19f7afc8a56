package glsl

import (
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

type nothing struct{}

func (nothing) Lookup(string) (check.Value, bool) { return check.Value{}, false }
func (nothing) Names() []string                   { return nil }

// drawnPlan is a network whose synapses have weights that are drawn with them, and the kernel over its spikes.
func drawnPlan(t *testing.T) (*plan.Plan, *plan.Run) {
	t.Helper()
	src := func(text string) *diag.Source { return &diag.Source{Name: "test", Text: text} }
	g := &net.Group{Name: "cells", N: 4000, Namespace: nothing{}, Equations: src("v : 1\nx : 1"), Spiking: &net.Spiking{Threshold: src("v > 1"), Reset: src("v = 0")}}
	s := &net.Synapses{Name: "S", Pre: net.Span{Group: g, Start: 1000, Stop: 3000}, Post: net.Span{Group: g, Start: 1000, Stop: 3000}, Namespace: nothing{}, Equations: src("w : 1"),
		Pathways: []*net.Pathway{{Name: "pre", Code: src("v_post += w*rand()")}}, Initial: []net.Assignment{{Var: "w", Expr: src("rand()*exp(-x_pre)")}},
		Connect: []*net.Connection{{P: src("0.1"), Condition: src("i != j"), Procedural: true}}}
	r, err := plan.Build(&net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, plan.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range r.Plan.Schedule {
		for _, op := range it.Ops {
			if run, ok := op.(*plan.Run); ok && run.Kernel.Domain == ir.Spiking {
				return r.Plan, run
			}
		}
	}
	t.Fatal("no kernel over spikes")
	return nil, nil
}

func TestGoldenDrawn(t *testing.T) {
	p, run := drawnPlan(t)
	l, err := NewLayout(p, 1<<27, Options{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := OverSpikes(l, []Op{run}, 128)
	golden(t, "drawn", text, err)
}
