package script

import (
	"fmt"
	"math"
	"regexp"
	"sort"
	"strconv"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/rng"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// numbered is a behaviour or a recorder under its number.
type numbered struct {
	key   int64
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
	cells     *neuronGroup  // nil before net.initialize()
	places    map[int64]int // of each behaviour in the order of the step
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
	return in.makeNeuronGroup(t, b, args, kwargs)
}

// makePymNeurons is NeuronGroup(net=, size=, behavior={NUMBER: ...}, tag=).
func (in *interp) makePymNeurons(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var of *network
	var size, tag starlark.Value
	blocks := &starlark.Dict{}
	if err := unpack(b.Name(), args, kwargs, "net", &of, "size", &size, "behavior?", &blocks, "tag?", &tag); err != nil {
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
	for _, kv := range blocks.Items() {
		key, ok := kv[0].(starlark.Int)
		n, small := key.Int64()
		if !ok || !small || n <= 0 {
			return nil, fmt.Errorf("NeuronGroup: behaviours have positive whole numbers, got %v", kv[0])
		}
		switch v := kv[1].(type) {
		case *behavior:
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
	g.group.Namespace = &scope{in, g.ns, capture(t)}
	g.register(g, func(n *net.Network) {
		if g.cells != nil {
			n.Groups = append(n.Groups, g.group)
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

// declare adds a variable.
func (g *pymNeurons) declare(name string, v starlark.Value) {
	if !g.has(name) {
		g.names = append(g.names, name)
	}
	g.values[name] = v
}

// finish describes the group when all its variables are known.
func (g *pymNeurons) finish() error {
	text := ""
	for _, n := range g.names {
		text += n + " : 1\n"
	}
	grp := g.group
	grp.Equations = &diag.Source{Name: "variables of " + g.name, Text: text}
	p := &population{in: g.in, kind: g.kind, group: grp, shape: []int{grp.N}, vars: map[string]variable{}}
	var err error
	if p.vars, p.names, err = variables(check.Brian, grp.Equations, nil); err != nil {
		return err
	}
	grp.Initial = nil
	for _, n := range g.names {
		if a, ok := g.values[n].(*Array); ok {
			grp.Initial = append(grp.Initial, net.Assignment{Var: n, Values: append([]float64(nil), a.data...), Place: grp.Place})
		}
	}
	g.cells = &neuronGroup{object: g.object, pop: p, stop: grp.N, ns: g.ns}
	g.in.byGroup[grp] = p
	return nil
}

// AttrNames lists variables and fixed attributes.
func (g *pymNeurons) AttrNames() []string {
	return sortedNames([]string{"N", "depth", "height", "iteration", "name", "net", "size", "synapses", "tags", "vector", "width", "x", "y", "z"}, g.names)
}

// Attr reads a variable or a fixed attribute.
func (g *pymNeurons) Attr(name string) (starlark.Value, error) {
	if v, ok := g.values[name]; ok {
		if g.cells != nil {
			return g.cells.Attr(name)
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
	case "net":
		return g.of, nil
	case "iteration":
		return g.of.iteration(), nil
	case "vector":
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
		out := make([]float64, g.group.N)
		for i := range out {
			out[i] = float64(map[string]int{"x": i % grid.Cols, "y": i / grid.Cols % grid.Rows, "z": i / (grid.Cols * grid.Rows)}[name])
		}
		return fromSlice(out, noDim, len(out)), nil
	}
	return nil, noAttr(fmt.Sprintf("%s %q", g.kind, g.name), name, g.AttrNames())
}

// SetField makes or sets a variable.
func (g *pymNeurons) SetField(name string, val starlark.Value) error {
	if g.cells != nil {
		return g.cells.SetField(name, val)
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
			if hasTag(v.tags, tag) {
				found = append(found, v)
			}
		case *recorder:
			known = append(append(known, v.tags...), v.exprs...)
			if hasTag(v.tags, tag) {
				found = append(found, v)
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

func hasTag(tags []string, tag string) bool {
	for _, t := range tags {
		if t == tag {
			return true
		}
	}
	return false
}

// synapsesMethod is neurons.synapses(afferent, 'TAG').
func (g *pymNeurons) synapsesMethod(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var way, tag string
	if err := unpack(b.Name(), args, kwargs, "direction", &way, "tag", &tag); err != nil {
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
		if !hasTag(s.tags, tag) {
			continue
		}
		any = true
		if way == "afferent" && s.dst == g || way == "efferent" && s.src == g {
			out = append(out, s)
		}
	}
	if !any {
		return nil, withHint(fmt.Errorf("no synapse group of the network has the tag %q", tag), suffixless(diag.DidYouMean(tag, known), joined("there is ", known), "make a SynapseGroup"))
	}
	return out, nil
}

var distributionText = regexp.MustCompile(`^(\w+)(?:\(\s*(?:\w+=)?([^,()]+),\s*(?:\w+=)?([^,()]+)\))?$`)

// filled is vector(mode, density=1) or matrix(mode, density=1): 'uniform', 'normal', 'uniform(a, b)', 'normal(m, s)', 'zeros', 'ones' or a number.
func (in *interp) filled(shape []int) builtinFunc {
	return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var mode, part starlark.Value = starlark.String("zeros"), starlark.MakeInt(1)
		if err := unpack(b.Name(), args, kwargs, "mode?", &mode, "density?", &part); err != nil {
			return nil, err
		}
		q, ok := asQuantity(part)
		density := q.Value
		if !ok || !q.Dim.Dimensionless() || !(density >= 0 && density <= 1) {
			return nil, fmt.Errorf("%s: density is %v; it lies between 0 and 1", b.Name(), part)
		}
		out, err := newArray(shape...)
		if err != nil {
			return nil, err
		}
		draw, err := drawOf(b.Name(), mode)
		if err != nil {
			return nil, err
		}
		out.data = in.draws.fill(len(out.data), draw)
		if density < 1 {
			for i, u := range in.draws.fill(len(out.data), func(at rng.At, k uint32) float64 { return rng.Uniform[float64](at, k, 0) }) {
				if u >= density {
					out.data[i] = 0
				}
			}
		}
		return out, nil
	}
}

// drawOf is the distribution of a mode.
func drawOf(what string, mode starlark.Value) (func(at rng.At, k uint32) float64, error) {
	s, isText := mode.(starlark.String)
	if !isText {
		q, ok := asQuantity(mode)
		if !ok || !q.Dim.Dimensionless() {
			return nil, fmt.Errorf("%s: the mode is a number or a text such as 'uniform', got %s", what, article(mode))
		}
		return func(rng.At, uint32) float64 { return q.Value }, nil
	}
	if m := distributionText.FindStringSubmatch(string(s)); m != nil {
		a, b := 0.0, 1.0
		var err1, err2 error
		if m[2] != "" {
			a, err1 = strconv.ParseFloat(m[2], 64)
			b, err2 = strconv.ParseFloat(m[3], 64)
		}
		plain := m[2] == ""
		switch {
		case err1 != nil || err2 != nil:
		case m[1] == "uniform":
			return func(at rng.At, k uint32) float64 { return a + float64((b-a)*rng.Uniform[float64](at, k, 0)) }, nil
		case m[1] == "normal":
			return func(at rng.At, k uint32) float64 { return a + float64(b*rng.Normal[float64](at, k, 0)) }, nil
		case m[1] == "zeros" && plain:
			return func(rng.At, uint32) float64 { return 0 }, nil
		case m[1] == "ones" && plain:
			return func(rng.At, uint32) float64 { return 1 }, nil
		}
	}
	return nil, withHint(fmt.Errorf("%s: there is no mode %q", what, string(s)), "'uniform', 'normal', 'uniform(a, b)', 'normal(mean, deviation)', 'zeros', 'ones' or a number")
}

// squaredDim is get_squared_dim(n, depth=1): a grid of n cells a layer, as near to a square as the divisors of n allow.
func squaredDim(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	n, depth := 0, 1
	if err := unpack(b.Name(), args, kwargs, "number_of_neurons", &n, "depth?", &depth); err != nil {
		return nil, err
	}
	if n < 1 || depth < 1 || n > maxGroup || depth > maxGroup/n {
		return nil, fmt.Errorf("get_squared_dim: %d neurons in %d layers; both are positive, and a group has at most %d neurons", n, depth, maxGroup)
	}
	w := int(math.Sqrt(float64(n)))
	for n%w != 0 {
		w--
	}
	return starlarkstruct.FromStringDict(starlark.String("NeuronDimension"),
		starlark.StringDict{"width": starlark.MakeInt(w), "height": starlark.MakeInt(n / w), "depth": starlark.MakeInt(depth)}), nil
}
