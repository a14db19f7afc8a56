//go:build cgo && linux

package viewer

import (
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/units"
)

// subject is what a panel can show: a variable of a group or of synapses, all of it or what a monitor records, the synapses themselves, or the
// spikes of a monitor.
type subject struct {
	group  *net.Group    // of synapses, the presynaptic one
	syn    *net.Synapses // nil: the variable is the group's
	spikes *net.SpikeMonitor
	states *net.StateMonitor // nil: the variable is shown whole
	buf    *plan.Buffer      // of the variable; nil: synapses or spikes as such
	dim    units.Dim
}

// name is that of the variable.
func (s *subject) name() string {
	if s.buf == nil {
		return ""
	}
	return s.buf.Var
}

func (s *subject) ofGroup() bool { return s.syn == nil && s.buf != nil }

// each reports one value per element of a group.
func (s *subject) each() bool { return s.ofGroup() && s.buf.Len == s.group.N && s.group.N > 0 }

// kind is one way to draw a subject.
type kind struct {
	of   net.ViewKind
	name string // on its button
	fits func(st *stage, s *subject) bool
}

// kinds are the ways to draw what is clicked on in the sidebar. The first that fits is the default; one that fits where another is better
// stands behind it.
var kinds = []kind{
	{net.Raster, "raster", func(_ *stage, s *subject) bool { return s.spikes != nil }},
	{net.Surface, "surface", func(_ *stage, s *subject) bool {
		g := s.group
		return s.each() && g.Grid != nil && g.Grid.Layers == 1 && g.Grid.Rows > 1 && g.Grid.Cols > 1
	}},
	{net.Traces, "traces", func(_ *stage, s *subject) bool {
		return s.ofGroup() && s.group.N > 0 && (s.buf.Len == s.group.N || s.buf.Len == 1)
	}},
	{net.Scatter, "points", func(_ *stage, s *subject) bool { return s.each() && s.group.N > 1 }},
	{net.Histogram, "histogram", func(_ *stage, s *subject) bool {
		return s.buf != nil && s.buf.Len > 1 && (s.syn != nil || s.each())
	}},
	{net.Graph, "graph", func(st *stage, s *subject) bool {
		if !s.each() || s.group.N > graphNodes {
			return false
		}
		syn := st.within(s.group)
		if syn == nil {
			return false
		}
		n, ok, _ := st.sim.Synapses(syn)
		return ok && n <= graphEdges
	}},
	{net.PhaseCircle, "phases", func(_ *stage, s *subject) bool { return s.each() && s.group.N > 1 && s.buf.Type == ir.Real }},
	{net.Spectrum, "spectrum", func(_ *stage, s *subject) bool { return s.spikes != nil || s.each() && s.buf.Type == ir.Real }},
	{net.ISI, "intervals", func(_ *stage, s *subject) bool { return s.spikes != nil }},
	{net.Adjacency, "matrix", func(_ *stage, s *subject) bool { return s.syn != nil && s.buf == nil }},
}

// monitored are the ways to draw what a monitor records of a group.
var monitored = []net.ViewKind{net.Traces, net.Spectrum}

// kindsOf are the ways to draw a subject, the default first.
func (st *stage) kindsOf(s *subject) (out []kind) {
	for _, k := range kinds {
		whole := s.states == nil || s.syn != nil && k.of == net.Histogram
		if k.fits(st, s) && (whole || s.syn == nil && slices.Contains(monitored, k.of)) {
			out = append(out, k)
		}
	}
	return out
}

// viewOf is a subject drawn in a way. Unit, colors and limits are those of another view of the same variable, so that both show it alike.
func (v *Viewer) viewOf(s *subject, k kind) *net.View {
	w := &net.View{Kind: k.of, Group: s.group, Var: s.name(), Synapses: s.syn, Spikes: s.spikes}
	switch {
	case s.spikes != nil:
		w.Title = s.spikes.Name + titled[k.of]
	case k.of == net.Traces && v.stage.shared(s.group, s.name()):
		w.Elements = []int32{0}
	case s.states != nil && s.syn == nil:
		w.Title = s.states.Name + "." + s.name() + titled[k.of]
		w.Elements = recorded(s.states)
	case k.of == net.Graph:
		w.Synapses = v.stage.within(s.group)
	}
	if k.of <= net.Graph {
		w.Title = s.group.Name + "." + s.name()
	}
	for _, x := range v.panels.views {
		if s.ofGroup() && x.Group == s.group && x.Var == w.Var && (x.Kind != net.Histogram || x.Synapses == nil) {
			w.Unit, w.Colormap, w.Min, w.Max = x.Unit, x.Colormap, x.Min, x.Max
			break
		}
	}
	return w
}

// mostTraced is how many elements of a monitor are shown at once: more lines cannot be told apart.
const mostTraced = 16

// recorded are the elements that a monitor records, evenly thinned out where there are many; nil: of all.
func recorded(m *net.StateMonitor) []int32 {
	n := len(m.Elements)
	if n <= mostTraced {
		return m.Elements
	}
	var some []int32
	for k := range mostTraced {
		some = append(some, m.Elements[k*n/mostTraced])
	}
	return some
}

// viewsOf are the panels that show a subject.
func (v *Viewer) viewsOf(s *subject) (out []*net.View) {
	for _, w := range v.panels.views {
		switch {
		case s.spikes != nil:
			if w.Spikes == s.spikes {
				out = append(out, w)
			}
		case s.syn != nil && s.buf == nil:
			if w.Kind == net.Adjacency && w.Synapses == s.syn {
				out = append(out, w)
			}
		case s.syn != nil:
			if w.Synapses == s.syn && (w.Kind == net.Histogram && w.Var == s.name() || w.Kind == net.Graph && w.Weight == s.name()) {
				out = append(out, w)
			}
		case s.states != nil:
			own := slices.Equal(w.Elements, recorded(s.states)) || v.stage.shared(s.group, s.name())
			if own && w.Group == s.group && w.Var == s.name() && slices.Contains(monitored, w.Kind) && w.Spikes == nil {
				out = append(out, w)
			}
		case w.Group == s.group && w.Var == s.name() && !(w.Kind == net.Histogram && w.Synapses != nil):
			out = append(out, w)
		}
	}
	return out
}
