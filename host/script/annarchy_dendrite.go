package script

import (
	"fmt"
	"slices"

	"go.starlark.net/starlark"
)

// dendrite is ANNarchy's Dendrite: the synapses of one postsynaptic neuron of a projection.
type dendrite struct {
	p    *projection
	post int32
}

var (
	_ starlark.HasSetField = (*dendrite)(nil)
	_ starlark.Sequence    = (*dendrite)(nil)
	_ starlark.Mapping     = (*dendrite)(nil)
	_ starlark.Mapping     = (*projection)(nil)
	_ starlark.Sequence    = (*projection)(nil)
)

// Get is proj[post].
func (p *projection) Get(k starlark.Value) (starlark.Value, bool, error) {
	d, err := p.dendriteAt(k)
	return d, err == nil, err
}

// Len is the number of neurons that have synapses.
func (p *projection) Len() int {
	t, err := p.synapses()
	if err != nil {
		return 0
	}
	return len(t.posts)
}

// Iterate yields the dendrites.
func (p *projection) Iterate() starlark.Iterator { return starlark.NewList(p.dendrites()).Iterate() }

func (p *projection) dendrites() []starlark.Value {
	out := []starlark.Value{}
	if t, err := p.synapses(); err == nil {
		for _, post := range t.posts {
			out = append(out, &dendrite{p, post})
		}
	}
	return out
}

// dendriteAt is that of a neuron, given by its number or by its coordinates.
func (p *projection) dendriteAt(k starlark.Value) (*dendrite, error) {
	post := 0
	if tuple, ok := k.(starlark.Tuple); ok {
		ranks, err := p.to.ranksOf(tuple)
		if err != nil {
			return nil, err
		}
		post = ranks[0]
	} else if i, err := starlark.AsInt32(k); err != nil {
		return nil, fmt.Errorf("%s: a dendrite is given by the number of its neuron, got %s", p.what, article(k))
	} else {
		post = i
	}
	t, err := p.synapses()
	if err != nil {
		return nil, err
	}
	if _, ok := slices.BinarySearch(t.posts, int32(post)); !ok {
		return nil, withHint(fmt.Errorf("%s: neuron %d of %q has no synapses", p.what, post, p.to.group.Name), "post_ranks lists those that have")
	}
	return &dendrite{p, int32(post)}, nil
}

func (d *dendrite) String() string {
	return fmt.Sprintf("dendrite of neuron %d in %s", d.post, d.p.what)
}
func (d *dendrite) Type() string          { return "Dendrite" }
func (d *dendrite) Freeze()               {}
func (d *dendrite) Truth() starlark.Bool  { return true }
func (d *dendrite) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: Dendrite") }

// places are those of its synapses.
func (d *dendrite) places() []int32 {
	t, err := d.p.synapses()
	if err != nil {
		return nil
	}
	if k, ok := slices.BinarySearch(t.posts, d.post); ok {
		return t.rows[k]
	}
	return nil
}

// pre are the numbers of the presynaptic neurons.
func (d *dendrite) pre() (out []int32) {
	for _, k := range d.places() {
		out = append(out, d.p.table.pre[k])
	}
	return out
}

// Len is the number of synapses.
func (d *dendrite) Len() int { return len(d.places()) }

// Iterate yields the synapses.
func (d *dendrite) Iterate() starlark.Iterator { return starlark.NewList(d.synapses()).Iterate() }

func (d *dendrite) synapses() []starlark.Value {
	out := []starlark.Value{}
	for _, k := range d.places() {
		out = append(out, &oneSynapse{d, k})
	}
	return out
}

// Get is dendrite[pre].
func (d *dendrite) Get(k starlark.Value) (starlark.Value, bool, error) {
	s, err := d.synapseAt(k)
	return s, err == nil, err
}

func (d *dendrite) synapseAt(k starlark.Value) (*oneSynapse, error) {
	pre := 0
	if tuple, ok := k.(starlark.Tuple); ok {
		ranks, err := d.p.from.ranksOf(tuple)
		if err != nil {
			return nil, err
		}
		pre = ranks[0]
	} else if i, err := starlark.AsInt32(k); err != nil {
		return nil, fmt.Errorf("%s: a synapse is given by the number of its presynaptic neuron, got %s", d, article(k))
	} else {
		pre = i
	}
	for j, i := range d.pre() {
		if int(i) == pre {
			return &oneSynapse{d, d.places()[j]}, nil
		}
	}
	return nil, withHint(fmt.Errorf("the %s has no synapse of neuron %d", d, pre), "pre_ranks lists the neurons that have one")
}

func intList(list []int32) *starlark.List {
	out := make([]starlark.Value, len(list))
	for k, i := range list {
		out[k] = starlark.MakeInt(int(i))
	}
	return starlark.NewList(out)
}

// AttrNames lists variables and attributes.
func (d *dendrite) AttrNames() []string {
	return sortedNames([]string{"create_synapse", "get", "nb_synapses", "post_rank", "pre_ranks", "prune_synapse", "receptive_field", "set", "size", "synapse", "synapses"}, d.p.variableNames())
}

// Attr reads a variable of the synapses.
func (d *dendrite) Attr(name string) (starlark.Value, error) {
	switch name {
	case "size", "nb_synapses":
		return starlark.MakeInt(d.Len()), nil
	case "pre_ranks", "rank", "pre_rank":
		return intList(d.pre()), nil
	case "post_rank":
		return starlark.MakeInt(int(d.post)), nil
	case "proj":
		return d.p, nil
	case "synapses":
		return starlark.NewList(d.synapses()), nil
	case "synapse":
		return oneArgMethod(name, func(v starlark.Value) (starlark.Value, error) { return d.synapseAt(v) }), nil
	case "receptive_field":
		return starlark.NewBuiltin(name, d.receptiveField), nil
	case "create_synapse", "create_synapses":
		return starlark.NewBuiltin(name, d.create), nil
	case "prune_synapse", "prune_synapses":
		return oneArgMethod(name, d.prune), nil
	case "get":
		return oneArgMethod(name, func(v starlark.Value) (starlark.Value, error) {
			s, ok := starlark.AsString(v)
			if !ok {
				return nil, fmt.Errorf("get: a name is expected, got %s", article(v))
			}
			return d.Attr(s)
		}), nil
	case "set":
		return oneArgMethod(name, func(v starlark.Value) (starlark.Value, error) { return starlark.None, setFields(d, v) }), nil
	}
	if !slices.Contains(d.p.variableNames(), name) {
		return nil, noAttr(d.String(), name, d.AttrNames())
	}
	data, v, err := d.p.column(name)
	if err != nil {
		return nil, err
	}
	switch {
	case v.postsynaptic:
		return (&Array{kind: v.kind}).elem(valueAt(data, d.post)), nil
	case v.shared && name != "w":
		return (&Array{kind: v.kind}).elem(data[0]), nil
	}
	a := &Array{kind: v.kind, shape: []int{d.Len()}}
	for _, k := range d.places() {
		a.data = append(a.data, valueAt(data, k))
	}
	return a, nil
}

// SetField writes a variable of the synapses.
func (d *dendrite) SetField(name string, val starlark.Value) error {
	v, known := d.p.vars[name]
	switch {
	case known && v.shared:
		return fmt.Errorf("%s of %s is one value for all synapses: set it on the projection", name, d.p.what)
	case known && v.postsynaptic:
		data, _, err := d.p.column(name)
		var values []float64
		if err == nil {
			err = flatten(val, &values)
		}
		if err != nil || len(values) != 1 {
			return fmt.Errorf("%s.%s: one number is expected, got %s", d, name, article(val))
		}
		data[d.post] = values[0]
		return d.p.writeLearned(v, nil, data)
	}
	return d.p.assign(name, d.places(), val)
}

// receptiveField is receptive_field(variable='w', fill=0.0): values in the geometry of the presynaptic population.
func (d *dendrite) receptiveField(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	name, fill := "w", 0.0
	if err := unpack(b.Name(), args, kwargs, "variable?", &name, "fill?", asFloat{&fill}); err != nil {
		return nil, err
	}
	data, _, err := d.p.column(name)
	if err != nil {
		return nil, err
	}
	out := &Array{data: slices.Repeat([]float64{fill}, d.p.from.group.N), shape: slices.Clone(d.p.from.shape)}
	for _, k := range d.places() {
		out.data[d.p.table.pre[k]] = valueAt(data, k)
	}
	return out, nil
}

// create is create_synapse(rank, w=0.0, delay=0), also with lists: further synapses.
func (d *dendrite) create(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var ranks starlark.Value
	var w, delay starlark.Value = starlark.Float(0), starlark.Float(0)
	if err := unpack(b.Name(), args, kwargs, "rank", &ranks, "w?", &w, "delay?", &delay); err != nil {
		return nil, err
	}
	if err := d.p.alterable(b.Name()); err != nil {
		return nil, err
	}
	var pre, ws, ds []float64
	for _, part := range []struct {
		v  starlark.Value
		to *[]float64
	}{{ranks, &pre}, {w, &ws}, {delay, &ds}} {
		if err := flatten(part.v, part.to); err != nil || len(*part.to) == 0 {
			return nil, fmt.Errorf("%s: numbers are expected, got %s", b.Name(), article(part.v))
		}
	}
	a, err := d.p.freeze()
	if err != nil {
		return nil, err
	}
	for k, i := range pre {
		if i < 0 || int(i) >= d.p.from.group.N {
			return nil, fmt.Errorf("%s: %q has no neuron %v", b.Name(), d.p.from.group.Name, i)
		}
		if slices.Contains(d.pre(), int32(i)) {
			continue // as ANNarchy, which says so
		}
		a.Pre, a.Post = append(a.Pre, int32(i)), append(a.Post, d.post)
		a.W, a.D = append(a.W, ws[min(k, len(ws)-1)]), append(a.D, ds[min(k, len(ds)-1)]/1000)
	}
	d.p.table = nil
	return starlark.None, nil
}

// prune is prune_synapse(rank), also with a list.
func (d *dendrite) prune(v starlark.Value) (starlark.Value, error) {
	if err := d.p.alterable("prune_synapse"); err != nil {
		return nil, err
	}
	var gone []float64
	if err := flatten(v, &gone); err != nil {
		return nil, fmt.Errorf("prune_synapse: %w", err)
	}
	a, err := d.p.freeze()
	if err != nil {
		return nil, err
	}
	for k := len(a.Pre) - 1; k >= 0; k-- {
		if a.Post[k] == d.post && slices.Contains(gone, float64(a.Pre[k])) {
			a.Pre, a.Post, a.W, a.D = slices.Delete(a.Pre, k, k+1), slices.Delete(a.Post, k, k+1), slices.Delete(a.W, k, k+1), slices.Delete(a.D, k, k+1)
		}
	}
	d.p.table = nil
	return starlark.None, nil
}

// alterable refuses to make and to remove synapses where that cannot be done.
func (p *projection) alterable(what string) error {
	if p.learned != nil {
		return withHint(fmt.Errorf("%s: %s has synapses that stay", what, p.what),
			"those of synapses without equations can be made and removed between runs; of others let w be 0, and set it between runs")
	}
	return nil
}

// oneSynapse is a synapse.
type oneSynapse struct {
	d     *dendrite
	place int32
}

var _ starlark.HasSetField = (*oneSynapse)(nil)

func (s *oneSynapse) String() string        { return fmt.Sprintf("synapse of the %s", s.d) }
func (s *oneSynapse) Type() string          { return "IndividualSynapse" }
func (s *oneSynapse) Freeze()               {}
func (s *oneSynapse) Truth() starlark.Bool  { return true }
func (s *oneSynapse) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: IndividualSynapse") }

// AttrNames lists variables and the presynaptic neuron.
func (s *oneSynapse) AttrNames() []string {
	return sortedNames([]string{"dendrite", "rank"}, s.d.p.variableNames())
}

// Attr reads a variable.
func (s *oneSynapse) Attr(name string) (starlark.Value, error) {
	switch name {
	case "rank", "pre_rank":
		return starlark.MakeInt(int(s.d.p.table.pre[s.place])), nil
	case "dendrite":
		return s.d, nil
	}
	v, err := s.d.Attr(name)
	if a, ok := v.(*Array); ok && err == nil {
		return a.Index(slices.Index(s.d.places(), s.place)), nil
	}
	return v, err
}

// SetField writes a variable.
func (s *oneSynapse) SetField(name string, v starlark.Value) error {
	if x := s.d.p.vars[name]; x.shared || x.postsynaptic {
		return s.d.SetField(name, v)
	}
	return s.d.p.assign(name, []int32{s.place}, v)
}

// oneArgMethod is a method with one argument.
func oneArgMethod(name string, f func(starlark.Value) (starlark.Value, error)) starlark.Value {
	return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) == 0 && len(kwargs) == 1 {
			return f(kwargs[0][1])
		}
		v, err := oneArg(b, args, kwargs)
		if err != nil {
			return nil, err
		}
		return f(v)
	})
}

// setFields sets what a dictionary says.
func setFields(x starlark.HasSetField, v starlark.Value) error {
	d, ok := v.(*starlark.Dict)
	if !ok {
		return fmt.Errorf("set: a dictionary of names and values is expected, got %s", article(v))
	}
	for _, kv := range d.Items() {
		name, ok := starlark.AsString(kv[0])
		if !ok {
			return fmt.Errorf("set: names are strings")
		}
		if err := x.SetField(name, kv[1]); err != nil {
			return err
		}
	}
	return nil
}
