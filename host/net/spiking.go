package net

import (
	"fmt"
	"math"
	"slices"

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

// Event is a condition of a group's own choice: code, pathways and monitors may follow it as they follow spikes.
type Event struct {
	Name      string
	Condition *diag.Source
}

// CodeBlock is code that runs on a group at a slot of the step, every DT seconds: run_regularly, and numbered behaviours.
type CodeBlock struct {
	Name string
	Code *diag.Source
	DT   float64 // seconds; 0: the group's
	// When is the slot: "start" (default; "after_resets" for code of an event), "groups", "thresholds", "synapses", "resets", "end", or one of them with "before_" or "after_".
	When  string
	Order int
	// Times, when not nil, are the seconds at which the code runs, instead of every DT.
	Times []float64
	// Event, when not empty, runs the code for the elements at which the event happens, instead of every DT.
	Event string
	// Update says in which order the elements run the code.
	Update Update
	// Start and Len are the part of a group that runs the code, and that i and N count; Len 0: the whole group.
	Start, Len int
	Place      Place
}

// Update is the order in which the elements of a group run code.
type Update uint8

const (
	// Synchronous: all elements see the state before the code; there is no order.
	Synchronous Update = iota
	// IndexOrder: one after another by index. An element sees what those before it wrote, also in `summed` variables of its group, which
	// are summed anew for each element.
	IndexOrder
	// RandomOrder: likewise, in a random order that is drawn anew each time the code runs.
	RandomOrder
)

// StopCondition ends a run behind the step in which it holds.
type StopCondition struct {
	Name string
	// Condition is about the group as a whole: any(C) and all(C) hold if the condition C holds for some or all elements, sum(C) is the
	// number of elements for which it does.
	Condition *diag.Source
	DT        float64 // seconds; 0: the group's
	// When is the slot as in CodeBlock, "end" when empty.
	When  string
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

// Name is that of the group or, as a script writes it, of a part of it.
func (s Span) Name() string {
	if s.Start == 0 && s.Stop == s.Group.N {
		return s.Group.Name
	}
	return fmt.Sprintf("%s[%d:%d]", s.Group.Name, s.Start, s.Stop)
}

// All is the whole of a group.
func All(g *Group) Span { return Span{g, 0, g.N} }

// Synapses are connections in Brian2's manner: code that runs when a spike arrives.
type Synapses struct {
	Name      string
	Pre, Post Span
	Dialect   check.Dialect
	Equations *diag.Source // per-synapse variables; may be nil
	// Params is ANNarchy's parameters block; nil in Brian's dialect.
	Params *diag.Source
	Method string
	Live   []Live // as in Group
	// Inactive synapses keep their state: equations, sums and code do not run. Pathways are active or not by themselves.
	Inactive bool
	// Links are the variables that are (linked), each once, to what has one value.
	Links []Link
	// Transmit makes the synapses contribute to sum(Target) of Post in every step; nil: they act by spikes and summed variables only.
	Transmit  *Transmission
	Namespace check.Scope
	// Multi names the number of a synapse among those of the same pair, in order of creation from 0 (multisynaptic_index); "": none.
	Multi    string
	Pathways []*Pathway
	Connect  []*Connection
	Initial  []Assignment // as in Group; after connecting
	DT       float64
	// Order is the place of the state update among those of others.
	Order int
	Code  []*CodeBlock
	// SumAt says where in the step the sum of a summed variable is taken; without an entry, in "groups" before the states are updated.
	SumAt map[string]Moment
	// Sums holds the delay of continuous coupling, of which Name, Delay and Delays are used: summed variables read the neurons at the far ends of
	// their synapses as they were that long ago. Before the first step of a run, and before anything of a synapse's past is kept, they
	// were what they are at first. nil: no delay.
	Sums *Pathway
	// ByIndex runs code whose result depends on the order of synapses in the order of their index, instead of refusing it.
	ByIndex bool
	Tags    []string
	Place   Place
}

// Delayed lists what has delays: the pathways, and the sums where they have one.
func (s *Synapses) Delayed() []*Pathway {
	if s.Sums == nil {
		return s.Pathways
	}
	return append(slices.Clip(s.Pathways), s.Sums)
}

// SumsPathway is the name of Sums.
const SumsPathway = "summed"

// Transmission is continuous transmission in ANNarchy's manner, of synapses that have equations of their own. Their variable w starts with the
// weights of the rules by which they are connected.
type Transmission struct {
	Target string
	// Psp is the expression summed over synapses; nil means w * pre.r.
	Psp *diag.Source
	// SpikesOnly: Psp reads nothing of the presynaptic neurons, so that delays of a rule are those of spikes.
	SpikesOnly bool
	// Operation is what neurons take of their synapses: the largest, "max", or the smallest, "min"; else the sum.
	Operation string
}

// Moment is a place in the step: a slot as in CodeBlock, and the order within it.
type Moment struct {
	When  string
	Order int
}

// Orders in the slot "groups" at which, in ANNarchy's dialect, spikes arrive and continuous synapses of neurons that spike transmit; a monitor of
// order BeforeUpdate sees what they brought.
const (
	SpikesArrive = math.MinInt32
	Transmit     = SpikesArrive + 1
	BeforeUpdate = SpikesArrive + 2
)

// Pathway is code run for each synapse of a spike, a delay after it.
type Pathway struct {
	Name string // "pre", "post", or the user's
	Post bool   // triggered by the postsynaptic spike
	// Event triggers the pathway; empty: the spike.
	Event string
	Code  *diag.Source
	// Delay in seconds: nil none, one for all synapses, or one each in order of creation.
	Delay []float64
	// Delays are applied after Delay, in order; Var is "delay".
	Delays []Assignment
	Order  int
	// Inactive pathways let spikes that arrive do nothing.
	Inactive bool
}

// Source is the group whose spikes trigger a pathway.
func (s *Synapses) Source(p *Pathway) *Group {
	if p.Post {
		return s.Post.Group
	}
	return s.Pre.Group
}

// Connection is one connect() call, or several that gave pairs: pairs of indices, a rule, an enumeration, or with none of them all
// pairs for which Condition holds. Indices are relative to the spans.
type Connection struct {
	Seed *uint64 // of what is drawn; nil: that of the network
	I, J []int32
	Rule connect.Rule
	Each *Enumeration
	// Condition selects pairs (i, j) for which it holds (nil: all), each with probability P (an expression too; nil: 1), N times.
	Condition, P *diag.Source
	N            int // synapses per pair, 1 if 0
	// Total, when not 0, is a number of synapses whose both ends are drawn at random, with replacement, from the pairs of Condition, which may look at i and
	// j but not compare them: a pair may have several. P, N and Count are not used.
	Total int64
	Count *diag.Source // synapses per pair as an expression, when not nil
	// Procedural: these synapses, which have to be the only ones of the object, are drawn anew for every spike instead of being stored, with what they
	// have of their own. Without it they are when they do not fit in memory.
	Procedural bool
	// Namespace resolves names of the expressions as they were where connect was called; nil: that of the synapses.
	Namespace check.Scope
	Place     Place
}

// Enumeration gives, for each neuron of one side, the neurons of the other: j = "EXPR for VAR in range(a, b) if COND" with the index
// i given, or the same with i and j exchanged. All expressions may use the given index, and Target and If also VAR.
type Enumeration struct {
	Post   bool         // for each j the values are those of i
	Target *diag.Source // the other index, a whole number
	Var    string       // "": one value for each given index
	// VAR takes Low, Low+Step, ... below High (nil: 0 and 1 for Low and Step; downwards when Step is negative). With P each of them is
	// taken with that probability, with Size that many different ones are drawn.
	Low, High, Step *diag.Source
	P, Size         *diag.Source
	If              *diag.Source // nil: always
	// SkipInvalid leaves out indices outside the group, and a Size too large, instead of refusing them.
	SkipInvalid bool
}

// PoissonInput adds Weight to a variable of each element of Target, for each event of N independent Poisson trains of Rate.
type PoissonInput struct {
	Name   string
	Target Span
	Var    string
	// Namespace resolves names of Weight.
	Namespace check.Scope
	N         int
	Rate      float64      // Hz
	Weight    *diag.Source // an expression of the variable's dimension
	When      string       // "synapses" when empty
	Order     int
	Place     Place
}

// SpikeMonitor records the spikes of a group, with the values of variables at the spike, before the reset.
type SpikeMonitor struct {
	Name string
	Of   Span
	Vars []string
	// Event to record instead of spikes; empty: spikes.
	Event string
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
