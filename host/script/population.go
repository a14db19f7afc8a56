package script

import (
	"fmt"
	"slices"
	"sort"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// population is a group of neurons: ANNarchy's Population or Brian2's NeuronGroup.
type population struct {
	in    *interp
	home  *world // the network that it joined
	kind  string // "Population" or "NeuronGroup", for messages
	group *net.Group
	shape []int
	vars  map[string]variable
	names []string
	stop  *net.StopCondition // of simulate_until
	sent  *net.Generator     // the spikes that a run began with
	// again makes another like it, for a network that makes it its own; parts is what this one put into its network.
	// spikeTimes are those of a SpikeSourceArray, timed is what a TimedArray shows, functions are those of the neuron; nil: it is none, or has none.
	spikeTimes starlark.Value
	spikesFrom float64 // seconds: when the times begin
	timed      *timedInput
	functions  []function
	again      func(*starlark.Thread) (starlark.Value, error)
	parts      *net.Network
	adopted    bool
}

var (
	_ starlark.HasSetField = (*population)(nil)
	_ starlark.Sequence    = (*population)(nil)
)

func (p *population) String() string {
	return fmt.Sprintf("%s(%q, %d neurons)", p.kind, p.group.Name, p.group.N)
}
func (p *population) Type() string          { return p.kind }
func (p *population) Freeze()               {}
func (p *population) Truth() starlark.Bool  { return true }
func (p *population) Hash() (uint32, error) { return starlark.String(p.group.Name).Hash() }

// Len is the number of neurons.
func (p *population) Len() int { return p.group.N }

// Iterate yields the neurons' indices.
func (p *population) Iterate() starlark.Iterator {
	return intArray(span(0, p.group.N)).Iterate()
}

func (in *interp) makePopulation(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var geometry starlark.Value
	var n *neuron
	var name starlark.Value = starlark.None
	var stop, format starlark.Value
	var method string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "geometry", &geometry, "neuron", neuronArg{&n}, "name?", &name,
		"stop_condition?", &stop, "storage_order?", &format, "method?", &method); err != nil {
		return nil, err
	}
	until, stops, err := text(b.Name()+": stop_condition=", stop)
	if err != nil {
		return nil, err
	}
	shape, grid, err := gridOf(b.Name(), geometry)
	if err != nil {
		return nil, err
	}
	g := &net.Group{N: grid.Len(), Dialect: check.ANNarchy, Method: method}
	if _, plain := geometry.(starlark.Int); !plain {
		g.Grid = grid
	}
	if g.Name, err = in.objectName(b.Name(), name, func(k int) string { return fmt.Sprintf("pop%d", k) }); err != nil {
		return nil, err
	}
	g.Equations = &diag.Source{Name: fmt.Sprintf("equations of Population '%s'", g.Name), Text: n.equations}
	g.Params = &diag.Source{Name: fmt.Sprintf("parameters of Population '%s'", g.Name), Text: n.parameters}
	if n.spike != "" {
		if err := n.spiking(in, t, g); err != nil {
			return nil, err
		}
	}
	p, err := in.addGroup(t, b.Name(), g, shape, nil)
	if err == nil {
		p.functions = n.functions
		texts := []*diag.Source{g.Equations}
		if g.Spiking != nil {
			texts = append(texts, g.Spiking.Threshold, g.Spiking.Reset)
		}
		if err := p.globals(texts...); err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
	}
	if err == nil && stops {
		if err := p.stopCondition(t, until); err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
	}
	if d, ok := n.refractory.(*distribution); ok && err == nil {
		err = p.SetField("refractory", d)
	}
	for _, d := range n.drawn {
		if err == nil {
			err = p.SetField(d.name, d.from)
		}
	}
	return p, err
}

// gridOf reads geometry=: columns, (rows, columns) or (layers, rows, columns).
func gridOf(kind string, geometry starlark.Value) ([]int, *connect.Grid, error) {
	shape, err := lengths(geometry)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: geometry: %w", kind, err)
	}
	size := 1
	for _, s := range shape {
		if s < 1 || size > maxGroup/s {
			return nil, nil, fmt.Errorf("%s: geometry %s: every length must be at least 1, and a group has at most %d neurons", kind, shapeString(shape), maxGroup)
		}
		size *= s
	}
	switch len(shape) {
	case 1:
		return shape, &connect.Grid{Layers: 1, Rows: 1, Cols: shape[0]}, nil
	case 2:
		return shape, &connect.Grid{Layers: 1, Rows: shape[0], Cols: shape[1]}, nil
	case 3:
		return shape, &connect.Grid{Layers: shape[0], Rows: shape[1], Cols: shape[2]}, nil
	}
	return nil, nil, fmt.Errorf("%s: geometry %s: one, two or three dimensions", kind, shapeString(shape))
}

// maxGroup keeps element indices in 32 bits.
const maxGroup = 1<<31 - 1

// addGroup reads the group's variables and makes it part of the network.
func (in *interp) addGroup(t *starlark.Thread, kind string, g *net.Group, shape []int, namespace starlark.StringDict) (*population, error) {
	g.Place = in.placeOf(t)
	if g.Method == "" {
		g.Method = in.method
	}
	g.Namespace = &scope{in: in, namespace: namespace, made: capture(t)}
	what := fmt.Sprintf("%s '%s'", kind, g.Name)
	in.remember(t, what, g.Equations, g.Params)
	vars, names, err := variables(g.Dialect, g.Equations, g.Params)
	if err != nil {
		return nil, err
	}
	p := &population{in: in, home: in.world, kind: kind, group: g, shape: shape, vars: vars, names: names}
	in.net.Groups = append(in.net.Groups, g)
	in.groups = append(in.groups, p)
	in.byGroup[g] = p
	return p, nil
}

// remember notes where equation texts come from, for messages.
func (in *interp) remember(t *starlark.Thread, what string, texts ...*diag.Source) {
	src, span, _ := in.callSite(t)
	for _, s := range texts {
		if s != nil {
			in.origins[s] = origin{what: what, where: src, span: span}
		}
	}
}

// brianName numbers default names as Brian2 does: base, base_1, base_2, ...
func brianName(base string) func(int) string {
	return func(k int) string {
		if k == 0 {
			return base
		}
		return fmt.Sprintf("%s_%d", base, k)
	}
}

// objectName checks a given name or makes the first free default. Names end up in file names and in messages.
func (in *interp) objectName(kind string, given starlark.Value, def func(int) string) (string, error) {
	taken := map[string]bool{}
	switch kind {
	case "StateMonitor", "Monitor":
		for _, m := range in.net.Monitors {
			taken[m.Name] = true
		}
		for _, m := range in.net.SpikeMonitors {
			taken[m.Name] = true
		}
		for _, m := range in.monitors { // also those that wait for their start
			taken[m.mon.Name] = true
		}
	case "Projection":
		for _, p := range in.net.Projections {
			taken[p.Name] = true
		}
		for _, p := range in.pending {
			taken[p.proj.Name] = true
		}
	default:
		for _, g := range in.net.Groups {
			taken[g.Name] = true
		}
	}
	if isGiven(given) {
		s, ok := given.(starlark.String)
		if !ok {
			return "", fmt.Errorf("%s: name= must be a string, got %s", kind, article(given))
		}
		name := string(s)
		if err := checkName(name); err != nil {
			return "", fmt.Errorf("%s: %w", kind, err)
		}
		if taken[name] {
			return "", fmt.Errorf("%s: the name %q is taken", kind, name)
		}
		return name, nil
	}
	for k := 0; ; k++ {
		if name := def(k); !taken[name] {
			return name, nil
		}
	}
}

// AttrNames lists variables and fixed attributes.
func (p *population) AttrNames() []string {
	names := append([]string{"name", "size", "N", "geometry", "tags"}, p.names...)
	for n := range populationMethods {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Attr reads a variable: its current value, or before the first run its initial one.
func (p *population) Attr(name string) (starlark.Value, error) {
	if v, ok := p.vars[name]; ok {
		return p.get(v)
	}
	switch name {
	case "name":
		return starlark.String(p.group.Name), nil
	case "size", "N":
		return starlark.MakeInt(p.group.N), nil
	case "geometry":
		return intTuple(p.shape), nil
	case "spike_times":
		if p.spikeTimes != nil {
			return p.spikeTimes, nil
		}
	case "rates", "update", "schedule", "period":
		if p.timed != nil {
			return p.timedAttr(name), nil
		}
	}
	if f := populationMethods[name]; f != nil {
		return f(p, name)
	}
	if f := p.functionNamed(name); f != nil {
		return f, nil
	}
	return nil, noAttr(fmt.Sprintf("%s %q", p.kind, p.group.Name), name, p.AttrNames())
}

// setMany is pop.set({"tau": 10.0, ...}).
func (p *population) setMany(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	return starlark.None, setFields(p, v)
}

// array wraps values of a variable in the group's shape.
func (p *population) array(v variable, data []float64) starlark.Value {
	if v.shared || len(data) == 1 && p.group.N != 1 {
		return (&Array{dim: v.dim, kind: v.kind}).elem(data[0])
	}
	return &Array{data: data, shape: append([]int(nil), p.shape...), dim: v.dim, kind: v.kind}
}

func (p *population) get(v variable) (starlark.Value, error) {
	in := p.in
	if in.state != nil {
		data, err := in.state.Get(p.group, v.name)
		if err != nil {
			return nil, err
		}
		return p.array(v, data), nil
	}
	if p.home.sim == nil || !p.home.ran {
		for k := len(p.group.Initial) - 1; k >= 0; k-- {
			a := p.group.Initial[k]
			if a.Var != v.name {
				continue
			}
			if a.Expr != nil {
				break
			}
			data := append([]float64(nil), a.Values...)
			if len(data) == 1 && !v.shared {
				data = make([]float64, p.group.N)
				for i := range data {
					data[i] = a.Values[0]
				}
			}
			return p.array(v, data), nil
		}
		// Defaults and expressions are known to the loaded network only.
		return in.peek(p, v)
	}
	data, _, err := p.home.sim.Get(p.group, v.name)
	if err != nil {
		return nil, err
	}
	return p.array(v, data), nil
}

// peek loads the network as it is, reads a value and lets the network go again, since objects may still be added.
func (in *interp) peek(p *population, v variable) (starlark.Value, error) {
	var data []float64
	err := in.inspectWorld(p.home, func(s Simulation) (err error) {
		data, _, err = s.Get(p.group, v.name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return p.array(v, data), nil
}

// SetField writes a variable: a number, a quantity, an array of the group's size, a distribution or an expression.
func (p *population) SetField(name string, val starlark.Value) error {
	v, ok := p.vars[name]
	if !ok {
		switch name {
		case "spike_times":
			if p.spikeTimes != nil {
				return p.setSpikeTimes(val)
			}
		case "rates", "schedule", "period":
			if p.timed != nil {
				return p.setTimed(name, val)
			}
		case "refractory":
			return p.setRefractory(val)
		case "name", "size", "N", "geometry", "variables":
			return fmt.Errorf("%s of a %s cannot be changed", name, p.kind)
		case "tags":
			return p.setTags(val)
		}
		return noAttr(fmt.Sprintf("%s %q", p.kind, p.group.Name), name, p.names)
	}
	if !v.stored {
		return fmt.Errorf("%s of %q is computed from its equation and cannot be set", name, p.group.Name)
	}
	n := p.group.N
	if v.shared {
		n = 1
	}
	a := net.Assignment{Var: name, Dim: v.dim, Place: p.in.placeOf(p.in.thread)}
	switch x := val.(type) {
	case starlark.String:
		a.Expr = &diag.Source{Name: fmt.Sprintf("initial value of %s.%s", p.group.Name, name), Text: string(x)}
		p.in.remember(p.in.thread, fmt.Sprintf("%s '%s'", p.kind, p.group.Name), a.Expr)
		if p.home.ran || p.in.state != nil {
			return fmt.Errorf("%s.%s: an expression can be assigned before the first run only; assign numbers now", p.group.Name, name)
		}
		p.group.Initial = append(p.group.Initial, a)
		return nil
	case *distribution:
		if !v.dim.Dimensionless() {
			return fmt.Errorf("%s.%s is in %s; a distribution draws plain numbers", p.group.Name, name, describeDim(v.dim))
		}
		a.Values = p.in.draws.fill(n, x.draw)
	default:
		arr, err := toArray(val)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", p.group.Name, name, err)
		}
		if arr.dim != v.dim {
			return unitMismatch(p, v, arr.dim)
		}
		if v.shared && len(arr.data) == p.group.N && p.makeLocal(name) {
			v, n = p.vars[name], p.group.N
		}
		if len(arr.data) != 1 && len(arr.data) != n {
			return fmt.Errorf("%s.%s has %d element%s, but %d values were given", p.group.Name, name, n, plural(n), len(arr.data))
		}
		if len(arr.shape) > 1 && len(arr.data) > 1 && !sameShape(arr.shape, p.shape) && slices.Max(arr.shape) < len(arr.data) {
			return fmt.Errorf("%s has the geometry %s, but the values have the shape %s", p.group.Name, shapeString(p.shape), shapeString(arr.shape))
		}
		a.Values = append([]float64(nil), arr.data...)
	}
	switch {
	case p.in.state != nil:
		return p.in.state.Set(p.group, name, a.Values)
	case p.home.ran:
		return p.home.sim.Set(p.group, name, a.Values)
	}
	p.group.Initial = append(p.group.Initial, a)
	return nil
}

func unitMismatch(p *population, v variable, got units.Dim) error {
	err := fmt.Errorf("%s.%s is %s, but the value is %s", p.group.Name, v.name, dimPhrase(v.dim), dimPhrase(got))
	if p.group.Dialect == check.ANNarchy {
		return withHint(err, "Populations know no units: give plain numbers, times in ms (divide by ms)")
	}
	return withHint(err, "multiply by the unit, for example 10*"+v.dim.String())
}

func (p *population) setTags(val starlark.Value) error {
	seq, ok := val.(starlark.Iterable)
	if !ok {
		return fmt.Errorf("tags is a list of strings")
	}
	it := seq.Iterate()
	defer it.Done()
	var tags []string
	var x starlark.Value
	for it.Next(&x) {
		s, ok := x.(starlark.String)
		if !ok {
			return fmt.Errorf("tags is a list of strings")
		}
		tags = append(tags, string(s))
	}
	p.group.Tags = tags
	return nil
}
