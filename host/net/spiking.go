package net

import (
	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
)

// Spiking makes a group emit spikes; Threshold is required.
type Spiking struct {
	Threshold *diag.Source // condition
	Reset     *diag.Source // statements, nil: none
	// Refractory is an expression: a duration, or a condition that holds while the neuron stays refractory. nil: none.
	Refractory *diag.Source
	Rule       RefractoryRule
}

// RefractoryRule says how many steps a refractory period of n steps clamps a variable that is (unless refractory).
type RefractoryRule uint8

const (
	RefractoryBrian RefractoryRule = iota // n-1 updates
	RefractoryNEST                        // n updates
)

// CodeBlock is code that runs on a group at a slot of the step, every DT seconds: run_regularly, and numbered behaviours.
type CodeBlock struct {
	Name  string
	Code  *diag.Source
	DT    float64 // seconds; 0: the group's
	When  string  // slot: "start" (default), "groups", "thresholds", "synapses", "resets", "end"
	Order int
	Place Place
}

// Generator makes a group of N elements emit given spikes; the group has no equations.
type Generator struct {
	Index []int32   // element of each spike
	Times []float64 // seconds
	// Period repeats the spikes, in seconds; 0: once.
	Period float64
}

// Span is a group or a contiguous part of it: elements Start to Stop-1.
type Span struct {
	Group       *Group
	Start, Stop int
}

// Len is the number of elements.
func (s Span) Len() int { return s.Stop - s.Start }

// All is the whole of a group.
func All(g *Group) Span { return Span{g, 0, g.N} }

// Synapses are connections in Brian2's manner: code that runs when a spike arrives.
type Synapses struct {
	Name      string
	Pre, Post Span
	Equations *diag.Source // per-synapse variables; may be nil
	Method    string
	Namespace check.Scope
	Pathways  []*Pathway
	Connect   []*Connection
	Initial   []Assignment // as in Group; after connecting
	DT        float64
	// ByIndex runs code whose result depends on the order of synapses in the order of their index, instead of refusing it.
	ByIndex bool
	Tags    []string
	Place   Place
}

// Pathway is code run for each synapse of a spike, a delay after it.
type Pathway struct {
	Name string // "pre", "post", or the user's
	Post bool   // triggered by the postsynaptic spike
	Code *diag.Source
	// Delay in seconds: nil none, one for all synapses, or one each in order of creation.
	Delay []float64
	Order int
}

// Connection is one connect() call: either pairs of indices, or a rule. Indices are relative to the spans.
type Connection struct {
	I, J []int32
	Rule connect.Rule
	// Condition selects pairs (i, j) for which it holds, each with probability P (an expression too; nil: 1), N times.
	Condition, P *diag.Source
	N            int // synapses per pair, 1 if 0
	Place        Place
}

// PoissonInput adds Weight to a variable of each element of Target, for each event of N independent Poisson trains of Rate.
type PoissonInput struct {
	Name   string
	Target Span
	Var    string
	N      int
	Rate   float64 // Hz
	Weight *diag.Source
	When   string
	Order  int
	Place  Place
}

// SpikeMonitor records the spikes of a group, with the values of variables at the spike, before the reset.
type SpikeMonitor struct {
	Name string
	Of   Span
	Vars []string
	// CountOnly keeps the number of spikes per element, not the spikes.
	CountOnly bool
	Place     Place
}

// RateMonitor records the population rate of a group, step by step.
type RateMonitor struct {
	Name  string
	Of    Span
	Place Place
}
