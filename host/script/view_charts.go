package script

import (
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// phaseNames are variables that are shown as phases unless the script says otherwise.
var phaseNames = []string{"theta", "phi", "phase", "θ", "φ"}

// graphPanel makes graph(G, S, color=, size=, edges=, layout=, ...): nodes G and their synapses S.
func (in *interp) graphPanel(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v := &net.View{Kind: net.Graph, Place: in.placeOf(t)}
	var group, syn starlark.Value = nil, starlark.None
	var lo, hi, edges starlark.Value = starlark.None, starlark.None, starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "group", &group, "synapses?", &syn, "color?", &v.Var, "size?", &v.Size, "edges?", &edges,
		"layout?", &v.Layout, "title?", &v.Title, "unit?", &v.Unit, "min?", &lo, "max?", &hi, "colormap?", &v.Colormap); err != nil {
		return nil, err
	}
	p, err := in.findGroup(b.Name(), group)
	if err != nil {
		return nil, err
	}
	v.Group = p.group
	if err := edgeChoice(v, edges); err != nil {
		return nil, err
	}
	for _, name := range []string{v.Var, v.Size} {
		if _, ok := p.vars[name]; name != "" && !ok && (name != "degree" || name != v.Size) {
			return nil, noAttr(fmt.Sprintf("%s %q", p.kind, p.group.Name), name, p.names)
		}
	}
	if v.Var == "" && len(p.names) > 0 {
		v.Var = defaultVariable(p)
	}
	if v.Layout != "" && !slices.Contains(net.Layouts, v.Layout) {
		return nil, withHint(fmt.Errorf("graph: there is no layout %q", v.Layout), "layouts are "+strings.Join(net.Layouts, ", ")+suffix(diag.DidYouMean(v.Layout, net.Layouts)))
	}
	if syn != starlark.None {
		s, err := synapsesOf(b.Name(), syn)
		if err != nil {
			return nil, err
		}
		if s.syn.Pre.Group != p.group || s.syn.Post.Group != p.group {
			return nil, withHint(fmt.Errorf("graph: the synapses %q connect %q to %q", s.syn.Name, s.syn.Pre.Group.Name, s.syn.Post.Group.Name),
				fmt.Sprintf("a graph of %q shows synapses within %q", p.group.Name, p.group.Name))
		}
		v.Synapses = s.syn
		if _, ok := s.vars[v.Weight]; v.Weight != "" && !ok {
			return nil, noAttr(fmt.Sprintf("Synapses %q", s.syn.Name), v.Weight, s.AttrNames())
		}
	} else if v.Weight != "" {
		return nil, fmt.Errorf("graph: edges=%q is a variable of synapses, and none are given", v.Weight)
	}
	if v.Colormap == "" && slices.Contains(phaseNames, strings.ToLower(v.Var)) {
		v.Colormap = "twilight"
	}
	return in.finishPanel(b.Name(), v, p, lo, hi)
}

// edgeChoice reads edges= of a graph: the variable of the synapses that colors them, False for none, or which part of them is drawn.
func edgeChoice(v *net.View, edges starlark.Value) error {
	switch e := edges.(type) {
	case starlark.NoneType:
		return nil
	case starlark.String:
		v.Weight = string(e)
		return nil
	case starlark.Bool:
		v.NoEdges = !bool(e)
		return nil
	}
	q, ok := asQuantity(edges)
	if !ok || !q.Dim.Dimensionless() || !(q.Value >= 0 && q.Value <= 1) {
		return withHint(fmt.Errorf("graph: edges must be a variable of the synapses, True, False or a number from 0 to 1, got %s", edges.String()),
			"edges=\"w\" colors edges by w, edges=False hides them, edges=0.1 draws a tenth of them")
	}
	v.NoEdges = q.Value == 0
	if q.Value < 1 {
		v.EdgeShare = q.Value
	}
	return nil
}

func synapsesOf(what string, v starlark.Value) (*synapses, error) {
	s, ok := v.(*synapses)
	if !ok {
		return nil, fmt.Errorf("%s: expected Synapses, got %s", what, article(v))
	}
	return s, nil
}

// variablePanel makes traces(G, "v", indices), histogram(G, "v") and phase_circle(G, "theta").
func (in *interp) variablePanel(kind net.ViewKind) builtinFunc {
	return func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		v := &net.View{Kind: kind, Place: in.placeOf(t)}
		var group, elements starlark.Value
		var lo, hi starlark.Value = starlark.None, starlark.None
		pairs := []any{"group", &group, "variable?", &v.Var}
		if kind == net.Traces {
			pairs = append(pairs, "indices?", &elements)
		}
		pairs = append(pairs, "title?", &v.Title, "unit?", &v.Unit, "min?", &lo, "max?", &hi)
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, pairs...); err != nil {
			return nil, err
		}
		if s, ok := group.(*synapses); ok && kind == net.Histogram {
			return in.synapticHistogram(b.Name(), v, s, lo, hi)
		}
		p, err := in.variableOf(b.Name(), v, group, elements)
		if err != nil {
			return nil, err
		}
		return in.finishPanel(b.Name(), v, p, lo, hi)
	}
}

// synapticHistogram is histogram(S, "w").
func (in *interp) synapticHistogram(panel string, v *net.View, s *synapses, lo, hi starlark.Value) (starlark.Value, error) {
	if _, ok := s.vars[v.Var]; !ok {
		if v.Var == "" {
			return nil, withHint(fmt.Errorf("%s: which variable of the synapses %q?", panel, s.syn.Name), "it has "+strings.Join(s.names, ", "))
		}
		return nil, noAttr(fmt.Sprintf("Synapses %q", s.syn.Name), v.Var, s.AttrNames())
	}
	v.Synapses, v.Group = s.syn, s.syn.Pre.Group
	return in.finish(panel, v, s.syn.Name, s.vars[v.Var].dim, lo, hi)
}

// variableOf finds the group, variable and elements that a panel shows.
func (in *interp) variableOf(panel string, v *net.View, group, elements starlark.Value) (*population, error) {
	if m, ok := group.(*stateMonitor); ok && (v.Kind == net.Traces || v.Kind == net.Spectrum) && m.mon.Group != nil {
		// A monitor stands for what it monitors: the window shows more than the monitor's samples.
		v.Elements = append(v.Elements, m.mon.Elements...)
		if v.Var == "" && len(m.mon.Vars) > 0 {
			v.Var = m.mon.Vars[0]
		}
		if g, ok := m.of.(*neuronGroup); ok {
			group = g.pop
		}
	}
	p, err := in.findGroup(panel, group)
	if err != nil {
		return nil, err
	}
	v.Group = p.group
	if v.Var == "" && len(p.names) > 0 {
		v.Var = defaultVariable(p)
	}
	if _, ok := p.vars[v.Var]; !ok {
		return nil, noAttr(fmt.Sprintf("%s %q", p.kind, p.group.Name), v.Var, p.names)
	}
	if isGiven(elements) {
		if v.Elements, err = traceElements(panel, elements, p.group.N); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// maxTraces is how many lines a panel of traces may have: more cannot be told apart.
const maxTraces = 16

// traceElements reads one index or a list of them.
func traceElements(panel string, v starlark.Value, n int) ([]int32, error) {
	var values []starlark.Value
	if it, ok := v.(starlark.Iterable); ok {
		i := it.Iterate()
		defer i.Done()
		for x := starlark.Value(nil); i.Next(&x); {
			values = append(values, x)
		}
	} else {
		values = []starlark.Value{v}
	}
	if len(values) == 0 || len(values) > maxTraces {
		return nil, fmt.Errorf("%s: %d indices, want 1 to %d", panel, len(values), maxTraces)
	}
	var out []int32
	for _, x := range values {
		q, ok := asQuantity(x)
		k := int(q.Value)
		if !ok || float64(k) != q.Value {
			return nil, fmt.Errorf("%s: an index must be a whole number, got %s", panel, article(x))
		}
		if k < 0 || k >= n {
			return nil, fmt.Errorf("%s: there is no element %d; the group has %d", panel, k, n)
		}
		out = append(out, int32(k))
	}
	return out, nil
}

// adjacencyPanel makes adjacency(S).
func (in *interp) adjacencyPanel(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v := &net.View{Kind: net.Adjacency, Place: in.placeOf(t)}
	var syn starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "synapses", &syn, "title?", &v.Title); err != nil {
		return nil, err
	}
	s, err := synapsesOf(b.Name(), syn)
	if err != nil {
		return nil, err
	}
	v.Synapses, v.Group = s.syn, s.syn.Pre.Group
	return &panelValue{v}, nil
}

// sharePanelNames lets panels have names that figures and numpy have too. What is to be drawn decides: a group, or a monitor that has
// recorded nothing yet, is for the window; recorded data and arrays are for a figure.
func (in *interp) sharePanelNames(d starlark.StringDict) {
	fresh := func(v starlark.Value) bool {
		switch v := v.(type) {
		case *population, *neuronGroup, *synapses:
			return true
		case *spikeMonitor:
			return v.world == nil
		case *stateMonitor:
			return v.world == nil
		}
		return false
	}
	for name, panel := range map[string]builtinFunc{
		"raster": in.rasterPanel, "traces": in.variablePanel(net.Traces), "histogram": in.variablePanel(net.Histogram),
	} {
		other := d[name]
		d[name] = starlark.NewBuiltin(name, func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if len(args) > 0 && fresh(args[0]) {
				return panel(t, b, args, kwargs)
			}
			return starlark.Call(t, other, args, kwargs)
		})
	}
	panel, plot := d["scatter"], d["plt"].(*moduleValue).members["scatter"]
	d["scatter"] = starlark.NewBuiltin("scatter", func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		f := panel
		if len(args) > 1 && !fresh(args[0]) { // scatter(x, y)
			f = plot
		}
		return starlark.Call(t, f, args, kwargs)
	})
}
