package script

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// pymSynapses is PymoNNto's SynapseGroup: matrices [dst, src] between two groups, set by initialize parts. Pairs that are zero in all matrices
// are left out.
type pymSynapses struct {
	*object
	of       *network
	src, dst *pymNeurons
	tags     []string
	matrices map[string]*Array
	dots     []*dotSum
	code     []*net.CodeBlock // of iterations
	kept     []string         // variables that iterations need besides the matrices
	changed  bool             // iterations change the matrices
	syn      *net.Synapses    // nil: the group has no effect
}

var _ starlark.HasSetField = (*pymSynapses)(nil)

// makeSynapseGroup is SynapseGroup(net=, src=, dst=, tag=); src and dst are groups or their tags.
func (in *interp) makeSynapseGroup(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var of *network
	var src, dst, tag, blocks starlark.Value
	if err := unpack(b.Name(), args, kwargs, "net", &of, "src", &src, "dst", &dst, "tag?", &tag, "behavior?", &blocks); err != nil {
		return nil, err
	}
	if items, err := behaviorItems(b.Name(), blocks); err != nil || len(items) > 0 {
		return nil, withHint(fmt.Errorf("SynapseGroup: behaviours of synapses are not supported"), "give them to the neurons of dst, which loop over synapses(afferent, 'TAG')")
	}
	if err := of.describing(b.Name()); err != nil {
		return nil, err
	}
	s := &pymSynapses{of: of, matrices: map[string]*Array{}}
	var err error
	if s.src, err = of.end("src", src); err != nil {
		return nil, err
	}
	if s.dst, err = of.end("dst", dst); err != nil {
		return nil, err
	}
	if s.tags, err = tagsOf(b.Name(), tag); err != nil {
		return nil, err
	}
	if s.object, err = in.newObject(t, b.Name(), tagName(s.tags, "synapsegroup"), nil); err != nil {
		return nil, err
	}
	s.needs = []*object{s.src.object, s.dst.object}
	s.register(s, func(n *net.Network) {
		if s.syn != nil {
			n.Synapses = append(n.Synapses, s.syn)
		}
	})
	of.addOne(s.object)
	of.pym.synapses = append(of.pym.synapses, s)
	return s, nil
}

// end is the group that src= or dst= names.
func (n *network) end(arg string, v starlark.Value) (*pymNeurons, error) {
	switch v := v.(type) {
	case *pymNeurons:
		if v.of != n {
			return nil, fmt.Errorf("SynapseGroup: %s= is a group of another network", arg)
		}
		return v, nil
	case starlark.String:
		var known []string
		var found []*pymNeurons
		for _, g := range n.pym.groups {
			known = append(known, g.tags...)
			if slices.Contains(g.tags, string(v)) {
				found = append(found, g)
			}
		}
		switch len(found) {
		case 0:
			return nil, withHint(fmt.Errorf("SynapseGroup: no group of the network has the tag %s=%v", arg, v), cmp.Or(diag.DidYouMean(string(v), known), joined("there is ", known)))
		case 1:
			return found[0], nil
		}
		return nil, withHint(fmt.Errorf("SynapseGroup: %d groups have the tag %s=%v", len(found), arg, v), "give the group itself")
	}
	return nil, fmt.Errorf("SynapseGroup: %s= is a group or its tag, got %s", arg, article(v))
}

// AttrNames lists matrices and fixed attributes.
func (s *pymSynapses) AttrNames() []string {
	names := []string{"dst", "matrix", "name", "src", "tags"}
	for n := range s.matrices {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Attr reads a matrix or a fixed attribute.
func (s *pymSynapses) Attr(name string) (starlark.Value, error) {
	if m, ok := s.matrices[name]; ok {
		if s.changed && s.syn != nil && s.sim() != nil {
			return s.current(name)
		}
		return m, nil
	}
	switch name {
	case "src":
		return s.src, nil
	case "dst":
		return s.dst, nil
	case "name":
		return starlark.String(s.name), nil
	case "tags":
		return stringList(s.tags), nil
	case "enabled":
		return starlark.MakeInt(1), nil
	case "matrix", "mat", "get_synapse_mat":
		return starlark.NewBuiltin(name, s.in.filled([]int{s.dst.group.N, s.src.group.N})), nil
	}
	return nil, noAttr(s.String(), name, s.AttrNames())
}

// current is a matrix as it is after what has run.
func (s *pymSynapses) current(name string) (starlark.Value, error) {
	sim, err := spiking(s.sim(), "learning")
	if err != nil {
		return nil, err
	}
	data, _, err := sim.GetSynapses(s.syn, innerName(name))
	if err != nil {
		return nil, err
	}
	pre, post, err := sim.Edges(s.syn)
	if err != nil {
		return nil, err
	}
	n := s.src.group.N
	out := fromSlice(make([]float64, n*s.dst.group.N), noDim, s.dst.group.N, n)
	for k := range pre {
		out.data[int(post[k])*n+int(pre[k])] = data[k]
	}
	return out, nil
}

// SetField sets a matrix of shape [dst, src].
func (s *pymSynapses) SetField(name string, val starlark.Value) error {
	if s.of.pym.ready {
		return fmt.Errorf("%s.%s: matrices are set before the network is initialized", s.name, name)
	}
	if err := checkName(name); err != nil {
		return err
	}
	a, err := toArray(val)
	if err != nil {
		return fmt.Errorf("%s.%s: %w", s.name, name, err)
	}
	want := []int{s.dst.group.N, s.src.group.N}
	if !a.dim.Dimensionless() || !sameShape(a.shape, want) {
		return withHint(fmt.Errorf("%s.%s has the shape %s, one row for each neuron of dst; got %s of shape %s", s.name, name, shapeString(want), article(val), shapeString(a.shape)),
			"synapse.matrix('uniform', density=0.1) makes one")
	}
	s.matrices[name] = a.copy()
	return nil
}

// finish describes the synapses if a behaviour uses them.
func (s *pymSynapses) finish() {
	s.syn = nil
	if len(s.dots) == 0 && len(s.code) == 0 {
		return
	}
	var names []string
	for n := range s.matrices {
		names = append(names, n)
	}
	sort.Strings(names)
	c := &net.Connection{Place: s.dst.group.Place}
	values := make([][]float64, len(names))
	for j := range s.dst.group.N {
		for i := range s.src.group.N {
			at, used := j*s.src.group.N+i, s.changed || len(names) == 0
			for _, n := range names {
				used = used || s.matrices[n].data[at] != 0
			}
			if !used {
				continue
			}
			c.I, c.J = append(c.I, int32(i)), append(c.J, int32(j))
			for k, n := range names {
				values[k] = append(values[k], s.matrices[n].data[at])
			}
		}
	}
	if len(c.I) == 0 {
		return // all sums are 0
	}
	var text strings.Builder
	s.syn = &net.Synapses{Name: s.name, Pre: net.All(s.src.group), Post: net.All(s.dst.group), Connect: []*net.Connection{c}, Tags: s.tags,
		Namespace: s.dst.group.Namespace, Place: s.dst.group.Place, SumAt: map[string]net.Moment{}}
	for k, n := range names {
		fmt.Fprintf(&text, "%s : 1\n", innerName(n))
		s.syn.Initial = append(s.syn.Initial, net.Assignment{Var: innerName(n), Values: values[k], Place: s.dst.group.Place})
	}
	for _, n := range s.kept {
		fmt.Fprintf(&text, "%s : 1\n", n)
	}
	for _, d := range s.dots {
		target := d.target + "_post"
		if d.pre {
			target = d.target + "_pre"
		}
		fmt.Fprintf(&text, "%s = %s : 1 (summed)\n", target, d.expr)
		s.syn.SumAt[target] = net.Moment{When: behaviorSlot, Order: d.order}
	}
	s.syn.Code = s.code
	s.syn.Equations = &diag.Source{Name: "equations of " + s.name, Text: text.String()}
}
