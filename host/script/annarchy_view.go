package script

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// popView is ANNarchy's PopulationView: some neurons of a population, by their ranks.
type popView struct {
	pop   *population
	ranks []int
}

var (
	_ starlark.HasSetField = (*popView)(nil)
	_ starlark.Sequence    = (*popView)(nil)
	_ starlark.Mapping     = (*population)(nil)
	_ starlark.Sliceable   = (*population)(nil)
	_ starlark.Mapping     = (*popView)(nil)
	_ starlark.Sliceable   = (*popView)(nil)
	_ starlark.HasBinary   = (*popView)(nil)
)

// Binary joins two views of one population: pop[0] + pop[5].
func (v *popView) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	o, ok := y.(*popView)
	if op != syntax.PLUS || !ok || side == starlark.Right {
		return nil, nil
	}
	if o.pop != v.pop {
		return nil, fmt.Errorf("views of different populations (%q and %q) cannot be joined", v.pop.group.Name, o.pop.group.Name)
	}
	ranks := slices.Concat(v.ranks, o.ranks)
	slices.Sort(ranks)
	return &popView{v.pop, slices.Compact(ranks)}, nil
}

func (v *popView) String() string {
	return fmt.Sprintf("PopulationView(%q, %d neurons)", v.pop.group.Name, len(v.ranks))
}
func (v *popView) Type() string          { return "PopulationView" }
func (v *popView) Freeze()               {}
func (v *popView) Truth() starlark.Bool  { return true }
func (v *popView) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: PopulationView") }

// Len is the number of neurons.
func (v *popView) Len() int { return len(v.ranks) }

// Iterate yields the neurons' ranks.
func (v *popView) Iterate() starlark.Iterator { return intArray(v.ranks).Iterate() }

// Index and Slice are those of the whole population.
func (p *population) Index(i int) starlark.Value { return &popView{p, []int{i}} }

// Slice is pop[start:end:step].
func (p *population) Slice(start, end, step int) starlark.Value {
	return p.all().Slice(start, end, step)
}

// Get is pop[5], pop[[1, 3]], or pop[row, column] of a geometry.
func (p *population) Get(k starlark.Value) (starlark.Value, bool, error) {
	if t, ok := k.(starlark.Tuple); ok {
		ranks, err := p.ranksOf(t)
		return &popView{p, ranks}, true, err
	}
	return p.all().Get(k)
}

// ranksOf are the neurons at coordinates: a number or slice(...) for each dimension of the geometry.
func (p *population) ranksOf(t starlark.Tuple) ([]int, error) {
	if len(t) != len(p.shape) {
		return nil, fmt.Errorf("%q has the geometry %s: give %d coordinates", p.group.Name, shapeString(p.shape), len(p.shape))
	}
	ranks := []int{0}
	for k, x := range t {
		n := p.shape[k]
		var at []int
		if s, ok := x.(sliceValue); ok {
			var err error
			if at, err = s.positions(n); err != nil {
				return nil, err
			}
		} else {
			i, err := starlark.AsInt32(x)
			if err != nil {
				return nil, fmt.Errorf("%q: coordinates are whole numbers or slice(...), got %s", p.group.Name, article(x))
			}
			if i < 0 {
				i += n
			}
			if i < 0 || i >= n {
				return nil, fmt.Errorf("%q has the geometry %s: there is no neuron %v", p.group.Name, shapeString(p.shape), t)
			}
			at = []int{i}
		}
		var next []int
		for _, r := range ranks {
			for _, i := range at {
				next = append(next, r*n+i)
			}
		}
		ranks = next
	}
	return ranks, nil
}

// all is a view of all neurons.
func (p *population) all() *popView { return &popView{p, strided(0, p.group.N, 1)} }

// Has is rank in view.
func (v *popView) Has(x starlark.Value) (bool, error) {
	i, err := starlark.AsInt32(x)
	return err == nil && slices.Contains(v.ranks, i), nil
}

// Index is one neuron of the view.
func (v *popView) Index(i int) starlark.Value { return &popView{v.pop, []int{v.ranks[i]}} }

// Slice is view[start:end:step].
func (v *popView) Slice(start, end, step int) starlark.Value {
	ranks := strided(start, end, step)
	for k, i := range ranks {
		ranks[k] = v.ranks[i]
	}
	return &popView{v.pop, ranks}
}

// Get is view[5] or view[[1, 3]].
func (v *popView) Get(k starlark.Value) (starlark.Value, bool, error) {
	var at []int32
	if i, err := starlark.AsInt32(k); err == nil {
		at = []int32{int32(i)}
	} else if at, err = indices(fmt.Sprintf("neurons of %q", v.pop.group.Name), k); err != nil {
		return nil, false, err
	}
	var ranks []int
	for _, i := range at {
		if i < 0 {
			i += int32(len(v.ranks))
		}
		if i < 0 || int(i) >= len(v.ranks) {
			return nil, false, fmt.Errorf("there is no neuron %d in %d of %q", i, len(v.ranks), v.pop.group.Name)
		}
		ranks = append(ranks, v.ranks[i])
	}
	return &popView{v.pop, ranks}, true, nil
}

// AttrNames lists variables and fixed attributes.
func (v *popView) AttrNames() []string {
	return sortedNames([]string{"get", "name", "population", "ranks", "set", "size", "sum"}, v.pop.names)
}

// Attr reads a variable of the neurons of the view.
func (v *popView) Attr(name string) (starlark.Value, error) {
	if x, ok := v.pop.vars[name]; ok {
		all, err := v.pop.get(x)
		a, isArray := all.(*Array)
		if err != nil || !isArray || x.shared {
			return all, err
		}
		out := &Array{data: make([]float64, len(v.ranks)), shape: []int{len(v.ranks)}, dim: a.dim, kind: a.kind}
		for k, r := range v.ranks {
			out.data[k] = a.data[r]
		}
		return out, nil
	}
	switch name {
	case "name":
		return starlark.String(v.pop.group.Name), nil
	case "rank":
		if len(v.ranks) == 1 {
			return starlark.MakeInt(v.ranks[0]), nil
		}
	case "get":
		return oneArgMethod(name, func(x starlark.Value) (starlark.Value, error) {
			s, ok := starlark.AsString(x)
			if !ok {
				return nil, fmt.Errorf("get: a name is expected, got %s", article(x))
			}
			return v.Attr(s)
		}), nil
	case "set":
		return oneArgMethod(name, func(x starlark.Value) (starlark.Value, error) { return starlark.None, setFields(v, x) }), nil
	case "sum":
		return oneArgMethod(name, func(x starlark.Value) (starlark.Value, error) {
			all, err := v.pop.sum(nil, starlark.NewBuiltin("sum", nil), starlark.Tuple{x}, nil)
			if err != nil {
				return nil, err
			}
			a, err := toArray(all)
			if err != nil {
				return nil, err
			}
			out := &Array{shape: []int{len(v.ranks)}, kind: a.kind}
			for _, r := range v.ranks {
				out.data = append(out.data, a.data[r])
			}
			return out, nil
		}), nil
	case "size":
		return starlark.MakeInt(len(v.ranks)), nil
	case "ranks":
		return intArray(v.ranks), nil
	case "population":
		return v.pop, nil
	}
	return nil, noAttr(v.String(), name, v.AttrNames())
}

// SetField writes a variable of the neurons of the view.
func (v *popView) SetField(name string, val starlark.Value) error {
	x, ok := v.pop.vars[name]
	switch {
	case !ok:
		return noAttr(v.String(), name, v.pop.names)
	case x.shared && !v.pop.makeLocal(name):
		return fmt.Errorf("%s of %q is one value for all neurons: set it on the population", name, v.pop.group.Name)
	}
	x = v.pop.vars[name]
	all, err := v.pop.get(x)
	if err != nil {
		return err
	}
	a, ok := all.(*Array)
	if !ok { // a population of one neuron
		return v.pop.SetField(name, val)
	}
	a = &Array{data: slices.Clone(a.data), shape: a.shape, dim: a.dim, kind: a.kind}
	var values []float64
	if d, ok := val.(*distribution); ok {
		values = v.pop.in.draws.fill(len(v.ranks), d.draw)
	} else {
		given, err := toArray(val)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", v.pop.group.Name, name, err)
		}
		if given.dim != x.dim {
			return unitMismatch(v.pop, x, given.dim)
		}
		values = given.data
	}
	if len(values) != 1 && len(values) != len(v.ranks) {
		return fmt.Errorf("%s.%s: the view has %d neuron%s, but %d values were given", v.pop.group.Name, name, len(v.ranks), plural(len(v.ranks)), len(values))
	}
	for k, r := range v.ranks {
		a.data[r] = values[min(k, len(values)-1)]
	}
	return v.pop.SetField(name, a)
}

// span reads an end of a projection: a population, or neighbours of one.
func (in *interp) spanOf(what string, x starlark.Value) (*population, net.Span, error) {
	v, ok := x.(*popView)
	if !ok {
		p, err := in.findGroup(what, x)
		if err != nil {
			return nil, net.Span{}, err
		}
		return p, net.All(p.group), nil
	}
	for k, r := range v.ranks {
		if r != v.ranks[0]+k {
			return nil, net.Span{}, fmt.Errorf("%s: neurons that follow each other, such as %s[10:20]; these do not", what, v.pop.group.Name)
		}
	}
	if len(v.ranks) == 0 {
		return nil, net.Span{}, fmt.Errorf("%s: the view of %q has no neurons", what, v.pop.group.Name)
	}
	return v.pop, net.Span{Group: v.pop.group, Start: v.ranks[0], Stop: v.ranks[0] + len(v.ranks)}, nil
}
