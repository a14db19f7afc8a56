package net

import (
	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/units"
)

// Place is where in a script an object or call was written; Source may be nil for Go programs.
type Place struct {
	File string
	Line int
}

// Network is a description of what to simulate: no buffers, no time. The order of the slices is the order of creation.
type Network struct {
	DT          float64 // seconds; default clock
	Groups      []*Group
	Projections []*Projection
	Monitors    []*StateMonitor
	Operations  []*Operation
	Views       []*View

	Synapses      []*Synapses
	Inputs        []*PoissonInput
	SpikeMonitors []*SpikeMonitor
	RateMonitors  []*RateMonitor
}

// Group is a set of neurons that follow the same equations.
type Group struct {
	Name      string
	N         int
	Grid      *connect.Grid // nil: no geometry
	Positions []float32     // [N, 3] where a view draws the elements, as a graph's nodes; nil: the view decides
	Dialect   check.Dialect
	Equations *diag.Source // the equations' text; parsed and checked when the network is compiled
	// Params is ANNarchy's parameters block; nil in Brian's dialect.
	Params    *diag.Source
	Method    string  // "" chooses automatically
	DT        float64 // seconds; 0: the network's
	Namespace check.Scope
	Tags      []string
	Spiking   *Spiking   // nil: no spikes of its own
	Generator *Generator // nil: none; excludes Equations and Spiking
	Code      []*CodeBlock
	// Events are further conditions that are watched like the threshold of spikes.
	Events []*Event
	// Stops are conditions of the group at which a run ends.
	Stops []*StopCondition
	// Links are the variables that are (linked), each once.
	Links []Link
	// Order is the place of the state update among those of other groups, and of thresholds and resets among other code of their slots.
	Order int
	// Initial values in the order they were set; applied after init= and defaults.
	Initial []Assignment
	// Live are numbers of Namespace that may change while the network runs.
	Live []Live
	// Removed are elements that are no longer there: their slots stay, so that the numbers of the others do, but nothing in them changes and
	// they do not spike.
	Removed []int32
	// Variants are other rules that single elements follow.
	Variants []*Variant
	// Of makes the group stand for synapses where these are an end of others: element k is their synapse k in the order of creation, N their number, and
	// the variables are theirs. Such a group has their Name, DT and Order and nothing else, and is not among Network.Groups. nil: a group in its own right.
	Of *Synapses
	// Inactive groups keep their state: they are not updated and do not spike.
	Inactive bool
	Place    Place
}

// Live is a number from outside of the equations that may change while the network runs: a shared parameter of the object, which equations and
// code read under the number's name, begins with its value. A variable of that name hides it.
type Live struct {
	Name  string
	Value units.Quantity
}

// Variant is a rule of some elements of a group. What is nil is as in the group; refractoriness, events and code blocks always are. Variables
// that only the variant has exist for all elements, but not for synapses and monitors. Shared variables follow the group's rule.
type Variant struct {
	Elements                            []int32
	Equations, Params, Threshold, Reset *diag.Source
}

// Assignment sets a variable: to Values (length 1 or that of the elements set, SI units, of dimension Dim) or to an expression.
type Assignment struct {
	Var    string
	Values []float64
	Dim    units.Dim
	Expr   *diag.Source // when not nil
	// Elements are set, in the order of Values; nil: all. For synapses they are places in the order of creation.
	Elements []int32
	// Condition, when not nil, picks the elements for which it holds; Values then has length 1.
	Condition *diag.Source
	// Optional assignments are left out when the equations, which may have changed since, have no such variable of such a unit.
	Optional bool
	// Start and Len are the part of a group that i and N of Expr and Condition count; Len 0: the whole group.
	Start, Len int
	// Namespace resolves names of Expr and Condition as they were where the assignment was made; nil: the owner's.
	Namespace check.Scope
	Place     Place
}

// Projection is rate-coded connectivity in ANNarchy's manner: it contributes to sum(Target) of Post.
type Projection struct {
	Name      string
	Pre, Post *Group
	Target    string
	Rule      connect.Rule
	// Delay is the constant delay in seconds when DelaySet; per-synapse delays come from the rule.
	Delay    float64
	DelaySet bool
	// Psp is the expression summed over synapses; nil means w * pre.r.
	Psp   *diag.Source
	Place Place
}

// Link makes a variable of a group stand for one of another group: read where it is used, never written.
type Link struct {
	Var   string
	Group *Group
	Of    string // variable of Group that is stored
	// Index is the element of Group for each element; nil: the same, or the only one.
	Index []int32
	// Shared: all elements read one value, as Group has one element, or Of is shared.
	Shared bool
}

// StateMonitor records variables of a group, or of synapses.
type StateMonitor struct {
	Name     string
	Group    *Group    // nil when Synapses is set
	Synapses *Synapses // nil when Group is set
	Vars     []string
	Elements []int32 // nil: all; of synapses, places in the order of creation
	DT       float64 // seconds; 0: the group's
	When     string  // slot, "start" when empty
	Order    int
	Place    Place
}

// Operation is a function of the program called during the run, every DT seconds.
type Operation struct {
	Name  string
	DT    float64
	When  string // slot as in CodeBlock, "start" when empty
	Order int
	Func  func(State) error
	Place Place
}

// State is what an operation may do to the running network. Values are in SI units, or in the group's own
// (dimensionless) units in ANNarchy's dialect.
type State interface {
	Time() float64 // seconds
	Get(group *Group, variable string) ([]float64, error)
	Set(group *Group, variable string, values []float64) error // length 1 or N
}

// ViewKind is a kind of panel.
type ViewKind uint8

const (
	Surface ViewKind = iota
	Scatter
	Graph       // nodes and the synapses between them
	Raster      // spikes over time
	Traces      // a variable of some elements over time
	Histogram   // how often a variable has which value
	Adjacency   // synapses as an image, from columns to rows
	PhaseCircle // phases on the unit circle with their mean
	Spectrum    // power spectral density of a variable of some elements, or of the rate of a population
	ISI         // how often which interval lies between two spikes of an element
)

// View asks for a panel in the viewer. Fields left empty are chosen by the viewer.
type View struct {
	Kind     ViewKind
	Group    *Group
	Var      string // height and color of a surface, color of points
	Size     string // Scatter, Graph: variable that sets the points' size; of a Graph also "degree"
	X, Y, Z  string // Scatter: variables that say where the points are; without one, their place on the grid
	Title    string
	Unit     string
	Colormap string  // "viridis", "twilight", "vik"
	Min, Max float64 // both 0: from the data; of an ISI seconds, Min being 0
	// Synapses are the edges of a Graph and what an Adjacency shows; their variable Weight colors them.
	Synapses *Synapses
	Weight   string
	// Of the edges of a Graph: NoEdges hides them until they are asked for, EdgeShare in (0, 1) draws that part of them, 0 all.
	NoEdges   bool
	EdgeShare float64
	Layout    string        // Graph: one of Layouts, or "": chosen by the viewer
	Spikes    *SpikeMonitor // Raster, ISI, Spectrum of a rate
	Elements  []int32       // Traces, Spectrum
	Highest   float64       // Spectrum: up to which frequency, in Hz; 0: 250
	Window    float64       // Spectrum: of how much time at most, in seconds; 0: 4
	Place     Place
}

// Slider is no panel, but the range from Min to Max of the slider for Var: a parameter of Group, or of Synapses where they are given, or, without
// either, a number that equations take from outside.
const Slider ViewKind = 255

// Layouts are the names of ways to place the nodes of a graph.
var Layouts = []string{"spring", "circle", "grid"}
