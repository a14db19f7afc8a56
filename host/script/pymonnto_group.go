package script

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// numbered is a behaviour or a recorder under its number.
type numbered struct {
	key   float64
	value starlark.Value
}

// pymNeurons is PymoNNto's NeuronGroup. Its variables are those that the initialize parts of its behaviours set; all are plain numbers.
type pymNeurons struct {
	*object
	of        *network
	group     *net.Group
	tags      []string
	behaviors []numbered
	values    starlark.StringDict // initial values, by variable
	names     []string
	ns        starlark.StringDict
	cells     *neuronGroup      // nil before net.initialize()
	places    map[*behavior]int // of each behaviour in the order of the step
	inPlace   map[string]bool   // variables that iterations change in place, as numpy does with += and x[mask] =
	reduced   []*groupSum
	owner     map[string]*behavior // of names in ns
}

// groupSum is a sum over all neurons of a group, which the neurons of another read.
type groupSum struct {
	one *net.Group // of one element, which takes the sum
	syn *net.Synapses
	sum *dotSum
}

var (
	_ starlark.HasSetField = (*pymNeurons)(nil)
	_ starlark.Mapping     = (*pymNeurons)(nil)
)

// neuronGroupOf is NeuronGroup: PymoNNto's with net=, else Brian2's.
func (in *interp) neuronGroupOf(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	for _, kv := range kwargs {
		switch kv[0].(starlark.String) {
		case "net", "behavior":
			return in.makePymNeurons(t, b, args, kwargs)
		}
	}
	if len(args) > 0 {
		if _, ok := args[0].(*network); ok {
			return in.makePymNeurons(t, b, args, kwargs)
		}
	}
	return in.makeNeuronGroup(t, b, args, kwargs)
}

// makePymNeurons is NeuronGroup(net=, size=, behavior={NUMBER: ...}, tag=).
func (in *interp) makePymNeurons(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var of *network
	var size, tag, color, blocks starlark.Value
	if err := unpack(b.Name(), args, kwargs, "net", &of, "size", &size, "behavior?", &blocks, "tag?", &tag, "color?", &color); err != nil {
		return nil, err
	}
	if err := of.describing("NeuronGroup"); err != nil {
		return nil, err
	}
	g := &pymNeurons{of: of, values: starlark.StringDict{}, ns: starlark.StringDict{}}
	g.group = &net.Group{Dialect: check.Brian, Place: in.placeOf(t)}
	if d, ok := size.(*starlarkstruct.Struct); ok {
		grid := &connect.Grid{}
		for name, to := range map[string]*int{"depth": &grid.Layers, "height": &grid.Rows, "width": &grid.Cols} {
			v, err := d.Attr(name)
			if err == nil {
				*to, err = starlark.AsInt32(v)
			}
			if err != nil {
				return nil, withHint(fmt.Errorf("NeuronGroup: size= is no NeuronDimension"), "get_squared_dim(100) makes one")
			}
		}
		g.group.Grid = grid
		size = starlark.MakeInt(grid.Len())
	}
	var err error
	if g.group.N, err = groupSize(b.Name(), size); err != nil {
		return nil, err
	}
	if g.tags, err = tagsOf(b.Name(), tag); err != nil {
		return nil, err
	}
	items, err := behaviorItems(b.Name(), blocks)
	if err != nil {
		return nil, err
	}
	for _, kv := range items {
		n, ok := starlark.AsFloat(kv[0])
		if !ok || !(n >= 0) || math.IsInf(n, 0) {
			return nil, fmt.Errorf("NeuronGroup: behaviours have positive numbers, got %v", kv[0])
		}
		switch v := kv[1].(type) {
		case *behavior:
			if v.of != nil && v.given == nil {
				return nil, withHint(fmt.Errorf("NeuronGroup: behavior %v is the class %s", kv[0], v.name), "make one: "+v.name+"()")
			}
		case *recorder:
			if v.group != nil {
				return nil, withHint(fmt.Errorf("NeuronGroup: the recorder %q records %s already", v.name, v.group.name), "make one for each group")
			}
		default:
			return nil, withHint(fmt.Errorf("NeuronGroup: behavior %v is %s", kv[0], article(kv[1])), "give a Behavior(...) or a Recorder(...)")
		}
		g.behaviors = append(g.behaviors, numbered{n, kv[1]})
	}
	sort.SliceStable(g.behaviors, func(i, j int) bool { return g.behaviors[i].key < g.behaviors[j].key })
	if g.object, err = in.newObject(t, b.Name(), tagName(g.tags, "neurongroup"), nil); err != nil {
		return nil, err
	}
	g.group.Name, g.group.Tags = g.name, g.tags
	// The translation of classes looks up what the script knows; equations then have no use for it.
	alone := !slices.ContainsFunc(g.behaviors, func(p numbered) bool { b, ok := p.value.(*behavior); return ok && b.of == nil })
	g.group.Namespace = &scope{in: in, namespace: g.ns, made: capture(t), alone: alone}
	g.register(g, func(n *net.Network) {
		if g.cells != nil {
			for _, r := range g.reduced {
				n.Groups = append(n.Groups, r.one)
			}
			n.Groups = append(n.Groups, g.group)
			for _, r := range g.reduced {
				n.Synapses = append(n.Synapses, r.syn)
			}
		}
	})
	of.addOne(g.object)
	of.pym.groups = append(of.pym.groups, g)
	for _, p := range g.behaviors {
		if r, ok := p.value.(*recorder); ok {
			r.group, r.needs = g, []*object{g.object}
			r.register(r, func(n *net.Network) {
				for _, join := range r.joins {
					join(n)
				}
			})
			of.addOne(r.object)
		}
	}
	return g, nil
}

func (g *pymNeurons) has(name string) bool { _, ok := g.values[name]; return ok }

// inner is the name of a variable in the equations.
func (g *pymNeurons) inner(name string) string { return innerName(name) }

// reduce makes the sum of d over the neurons of its group known to g under the name that it returns.
func (g *pymNeurons) reduce(d *dotSum) string {
	name := fmt.Sprintf("total_%d", len(g.reduced)+1)
	from := d.of.group
	one := &net.Group{Name: g.name + "_" + name, N: 1, Dialect: from.Dialect, Place: g.group.Place, Namespace: g.group.Namespace,
		Equations: &diag.Source{Name: "equations of " + g.name + "_" + name, Text: "total : 1"}}
	syn := &net.Synapses{Name: g.name + "_" + name + "_synapses", Pre: net.All(from), Post: net.All(one), Namespace: d.of.group.Namespace, Place: g.group.Place,
		Equations: &diag.Source{Name: one.Equations.Name, Text: "total_post = " + d.expr + " : 1 (summed)\n"}}
	c := &net.Connection{I: make([]int32, from.N), J: make([]int32, from.N), Place: g.group.Place}
	for i := range c.I {
		c.I[i] = int32(i)
	}
	syn.Connect = []*net.Connection{c}
	g.reduced = append(g.reduced, &groupSum{one, syn, d})
	g.group.Links = append(g.group.Links, net.Link{Var: name, Group: one, Of: "total", Shared: true})
	return name
}

// behaviorItems are the behaviours with their numbers: of a dictionary, or of a list, which counts from 0.
func behaviorItems(kind string, v starlark.Value) (out []starlark.Tuple, err error) {
	switch v := v.(type) {
	case nil, starlark.NoneType:
	case *starlark.Dict:
		return v.Items(), nil
	case *starlark.List:
		for k := range v.Len() {
			out = append(out, starlark.Tuple{starlark.MakeInt(k), v.Index(k)})
		}
	default:
		return nil, fmt.Errorf("%s: behavior= maps numbers to behaviours, got %s", kind, article(v))
	}
	return out, nil
}

// declare adds a variable.
func (g *pymNeurons) declare(name string, v starlark.Value) {
	if !g.has(name) {
		g.names = append(g.names, name)
	}
	g.values[name] = v
}

// oneMemory refuses variables that are one array after initialize, where iterations change one of them in place: the other would change too.
func (g *pymNeurons) oneMemory() error {
	for k, n := range g.names {
		a, _ := g.values[n].(*Array)
		for _, m := range g.names[:k] {
			b, _ := g.values[m].(*Array)
			if a == nil || b == nil || a != b && (a.mem == nil || a.mem != b.mem) || g.tied(g.inner(m), g.inner(n)) {
				continue
			}
			return withHint(fmt.Errorf("%s: %q and %q are one array, and an iteration changes it in place, which would change both", g.name, m, n),
				"a copy is another array: neurons."+n+" = neurons."+m+".copy()")
		}
	}
	return nil
}

// finish describes the group when all its variables are known.
func (g *pymNeurons) finish() error {
	text := ""
	for _, n := range g.names {
		text += g.inner(n) + " : 1\n"
	}
	for _, r := range g.reduced {
		text += strings.TrimPrefix(r.one.Name, g.name+"_") + " : 1 (linked)\n"
		r.syn.SumAt = map[string]net.Moment{"total_post": {When: behaviorSlot, Order: r.sum.order}}
	}
	grp := g.group
	grp.Equations = &diag.Source{Name: "variables of " + g.name, Text: text}
	p := &population{in: g.in, home: g.in.world, kind: g.kind, group: grp, shape: []int{grp.N}, vars: map[string]variable{}}
	var err error
	if p.vars, p.names, err = variables(check.Brian, grp.Equations, nil); err != nil {
		return err
	}
	grp.Initial = nil
	if err := g.oneMemory(); err != nil {
		return err
	}
	for _, n := range g.names {
		if a, ok := g.values[n].(*Array); ok {
			grp.Initial = append(grp.Initial, net.Assignment{Var: g.inner(n), Values: append([]float64(nil), a.now().data...), Place: grp.Place})
		}
	}
	g.cells = &neuronGroup{object: g.object, pop: p, stop: grp.N, ns: g.ns}
	g.in.byGroup[grp] = p
	return nil
}

// AttrNames lists variables and fixed attributes.
func (g *pymNeurons) AttrNames() []string {
	return sortedNames([]string{"N", "def_dtype", "depth", "height", "id", "iteration", "name", "net", "network", "size", "synapses", "tags", "vector", "width", "x", "y", "z"}, g.names)
}

// Attr reads a variable or a fixed attribute.
func (g *pymNeurons) Attr(name string) (starlark.Value, error) {
	if v, ok := g.values[name]; ok {
		if g.cells != nil {
			return g.cells.Attr(g.inner(name))
		}
		return v, nil
	}
	grid := g.group.Grid
	if grid == nil {
		grid = &connect.Grid{Layers: 1, Rows: 1, Cols: g.group.N}
	}
	switch name {
	case "name":
		return starlark.String(g.name), nil
	case "N", "size":
		return starlark.MakeInt(g.group.N), nil
	case "tags":
		return stringList(g.tags), nil
	case "net", "network":
		return g.of, nil
	case "def_dtype":
		return starlark.String("float64"), nil
	case "id":
		return intArray(strided(0, g.group.N, 1)), nil
	case "iteration":
		return g.of.iteration(), nil
	case "vector", "get_neuron_vec", "vec", "array":
		return starlark.NewBuiltin(name, g.in.filled([]int{g.group.N})), nil
	case "synapses":
		return starlark.NewBuiltin(name, g.synapsesMethod), nil
	case "width":
		return starlark.MakeInt(grid.Cols), nil
	case "height":
		return starlark.MakeInt(grid.Rows), nil
	case "depth":
		return starlark.MakeInt(grid.Layers), nil
	case "x", "y", "z":
		// The middle of the grid is 0, as PymoNNto places it.
		out := make([]float64, g.group.N)
		for i := range out {
			at := map[string][2]int{"x": {i % grid.Cols, grid.Cols}, "y": {i / grid.Cols % grid.Rows, grid.Rows}, "z": {i / (grid.Cols * grid.Rows), grid.Layers}}[name]
			out[i] = float64(at[0]) - float64(at[1]-1)/2
		}
		return fromSlice(out, noDim, len(out)), nil
	}
	if slices.Contains(switches, name) {
		return switchBehaviors(name, g.matches), nil
	}
	if found, _, err := g.matches(name); err == nil && len(found) > 0 {
		return found[0], nil
	}
	return nil, noAttr(fmt.Sprintf("%s %q", g.kind, g.name), name, g.AttrNames())
}

// SetField makes or sets a variable.
func (g *pymNeurons) SetField(name string, val starlark.Value) error {
	if g.cells != nil {
		return g.cells.SetField(g.inner(name), val)
	}
	if err := checkName(name); err != nil {
		return err
	}
	a, err := toArray(val)
	if err != nil {
		return fmt.Errorf("%s.%s: %w", g.name, name, err)
	}
	switch n := g.group.N; {
	case !a.dim.Dimensionless():
		return fmt.Errorf("%s.%s: variables of behaviours are plain numbers, got %s", g.name, name, describeDim(a.dim))
	case len(a.shape) > 1:
		return withHint(fmt.Errorf("%s.%s: variables have one value for each neuron, not the shape %s", g.name, name, shapeString(a.shape)), "give each row a variable of its own")
	case len(a.data) != 1 && len(a.data) != n:
		return fmt.Errorf("%s.%s has %d element%s, but %d values were given", g.name, name, n, plural(n), len(a.data))
	case len(a.data) == 1:
		v := a.data[0]
		a = fromSlice(make([]float64, n), noDim, n)
		for i := range a.data {
			a.data[i] = v
		}
	}
	g.declare(name, a)
	return nil
}

// Get is group["TAG"], or group["TAG", 0], among its behaviours, recorders and what they record.
func (g *pymNeurons) Get(key starlark.Value) (starlark.Value, bool, error) {
	v, err := pick(g.name, key, g.matches)
	return v, err == nil, err
}

// matches lists what the group has under a tag.
func (g *pymNeurons) matches(tag string) (found []starlark.Value, known []string, err error) {
	for _, p := range g.behaviors {
		switch v := p.value.(type) {
		case *behavior:
			known = append(known, v.tags...)
			if slices.Contains(v.tags, tag) {
				found = append(found, v)
			}
		case *recorder:
			known = append(append(known, v.tags...), v.exprs...)
			if slices.Contains(v.tags, tag) || tag == v.kind || tag == "recorder" {
				found = append(found, v)
			}
			if data, err := v.event(tag); err != nil {
				return nil, nil, err
			} else if data != nil {
				found = append(found, data)
			}
			if k := v.find(tag); k >= 0 {
				data, err := v.values(k)
				if err != nil {
					return nil, nil, err
				}
				found = append(found, data)
			}
		}
	}
	return found, known, nil
}

// synapsesMethod is neurons.synapses(afferent, 'TAG').
func (g *pymNeurons) synapsesMethod(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	way, tag := "", allTag
	if err := unpack(b.Name(), args, kwargs, "direction", &way, "tag?", &tag); err != nil {
		return nil, err
	}
	found, err := g.connected(way, tag)
	if err != nil {
		return nil, err
	}
	vals := make([]starlark.Value, len(found))
	for k, s := range found {
		vals[k] = s
	}
	return starlark.NewList(vals), nil
}

// allTag is a tag that every synapse group has.
const allTag = "All"

// connected lists the synapse groups that reach or leave the group. A tag that no synapse group has is a slip.
func (g *pymNeurons) connected(way, tag string) ([]*pymSynapses, error) {
	if way != "afferent" && way != "efferent" {
		return nil, withHint(fmt.Errorf("synapses: the direction is %q", way), "afferent or efferent")
	}
	var out []*pymSynapses
	var known []string
	any := false
	for _, s := range g.of.pym.synapses {
		known = append(known, s.tags...)
		if !slices.Contains(s.tags, tag) && tag != allTag {
			continue
		}
		any = true
		if way == "afferent" && s.dst == g || way == "efferent" && s.src == g {
			out = append(out, s)
		}
	}
	if !any && tag != allTag {
		return nil, withHint(fmt.Errorf("no synapse group of the network has the tag %q", tag), cmp.Or(diag.DidYouMean(tag, known), joined("there is ", known), "make a SynapseGroup"))
	}
	return out, nil
}
