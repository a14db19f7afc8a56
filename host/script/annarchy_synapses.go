package script

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/rng"
	"go.starlark.net/starlark"
)

// The synapses of a projection as ANNarchy shows them: by postsynaptic neuron, and there by presynaptic one. Synapses with equations are in memory; those
// without are what the connector made, and are written out when one is changed.

// synapseTable is who is joined to whom. Places are those in the order of creation.
type synapseTable struct {
	pre, post []int32 // numbers in the populations, by place
	posts     []int32 // neurons that have synapses, ascending
	rows      [][]int32
}

func newSynapseTable(pre, post []int32) *synapseTable {
	t := &synapseTable{pre: pre, post: post}
	all := make([]int32, len(pre))
	for k := range all {
		all[k] = int32(k)
	}
	slices.SortStableFunc(all, func(a, b int32) int {
		if d := post[a] - post[b]; d != 0 {
			return int(d)
		}
		return int(pre[a] - pre[b])
	})
	for k, at := range all {
		if k == 0 || post[at] != post[all[k-1]] {
			t.posts, t.rows = append(t.posts, post[at]), append(t.rows, nil)
		}
		t.rows[len(t.rows)-1] = append(t.rows[len(t.rows)-1], at)
	}
	return t
}

// synapses are those of the projection.
func (p *projection) synapses() (*synapseTable, error) {
	switch {
	case p.table != nil:
		return p.table, nil
	case !p.connected:
		return nil, fmt.Errorf("%s has no synapses yet", p.what)
	}
	var pre, post []int32
	if p.learned == nil {
		list, err := p.listed()
		if err != nil {
			return nil, err
		}
		pre, post = list.Pre, list.Post
	} else if err := p.look(func(s SpikingSimulation) (err error) {
		a, b, err := s.Edges(p.learned)
		for k := range a {
			pre, post = append(pre, a[k]+int32(p.learned.Pre.Start)), append(post, b[k]+int32(p.learned.Post.Start))
		}
		return err
	}); err != nil {
		return nil, err
	}
	p.table = newSynapseTable(pre, post)
	return p.table, nil
}

// listed are the synapses of a projection without equations, as its connector makes them.
func (p *projection) listed() (*connect.Arrays, error) {
	if a, ok := p.proj.Rule.(*connect.Arrays); ok && p.frozen {
		return a, nil
	}
	shape := func(g *net.Group) connect.Shape { return connect.Shape{Name: g.Name, N: g.N, Grid: g.Grid} }
	pre, post := shape(p.proj.Pre), shape(p.proj.Post)
	key := connect.Key{Seed: p.in.seedOfWorld(p.home), Stream: rng.Stream(p.proj.Name + "/connect")}
	m, err := p.proj.Rule.Build(key, pre, post)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.what, err)
	}
	return m.List(pre, post)
}

// freeze writes the synapses of a projection without equations out, so that they can be changed one by one.
func (p *projection) freeze() (*connect.Arrays, error) {
	a, err := p.listed()
	if err != nil {
		return a, err
	}
	if p.home.ran { // another projection of the description takes its place when the network goes on
		own := *p.proj
		list := p.home.net.Projections
		if k := slices.Index(list, p.proj); k >= 0 {
			list[k] = &own
		}
		p.proj = &own
	} else if p.frozen {
		return a, nil
	}
	n := len(a.Pre)
	full := func(list []float64, otherwise float64) []float64 {
		switch len(list) {
		case n:
			return slices.Clone(list)
		case 0:
			return slices.Repeat([]float64{otherwise}, n)
		}
		return slices.Repeat(list[:1], n)
	}
	own := &connect.Arrays{Pre: slices.Clone(a.Pre), Post: slices.Clone(a.Post), W: full(a.W, 0), D: full(a.D, p.proj.Delay)}
	p.proj.Rule, p.proj.DelaySet, p.frozen = own, false, true
	return own, nil
}

// column is a variable of the synapses: one value, one for each postsynaptic neuron, or one for each place.
func (p *projection) column(name string) (data []float64, v variable, err error) {
	if name == "delay" {
		return p.delayColumn()
	}
	if p.learned != nil {
		v, ok := p.vars[name]
		if !ok {
			return nil, v, noAttr(p.what, name, p.AttrNames())
		}
		err = p.look(func(s SpikingSimulation) error {
			d, _, err := s.GetSynapses(p.learned, name)
			data = slices.Clone(d)
			return err
		})
		return data, v, err
	}
	if name != "w" {
		return nil, v, noAttr(p.what, name, p.AttrNames())
	}
	if !p.connected {
		return nil, v, fmt.Errorf("%s has no synapses yet", p.what)
	}
	a, err := p.listed()
	if err != nil {
		return nil, v, err
	}
	return a.W, variable{name: "w", stored: true, shared: len(a.W) == 1 && !p.several}, nil
}

// delayColumn are the delays in ms, at least one step where neurons are rate-coded, as in ANNarchy.
func (p *projection) delayColumn() ([]float64, variable, error) {
	v := variable{name: "delay", stored: true}
	ms := func(d float64) float64 { return max(d, p.in.dtOf(p.home)) * 1000 }
	if p.learned == nil && !p.proj.DelaySet {
		a, err := p.listed()
		if err != nil {
			return nil, v, err
		}
		out := make([]float64, len(a.D))
		for k, d := range a.D {
			out[k] = ms(d)
		}
		if slices.ContainsFunc(out, func(d float64) bool { return d != out[0] }) {
			return out, v, nil
		}
		if v.shared = true; len(out) > 0 {
			return out[:1], v, nil
		}
		return []float64{ms(0)}, v, nil
	}
	if p.learned != nil && p.ownDelays {
		for _, path := range p.learned.Pathways {
			if path.Post {
				continue
			}
			var data []float64
			err := p.look(func(s SpikingSimulation) error {
				d, _, err := s.GetSynapses(p.learned, path.Name+".delay")
				for _, x := range d {
					data = append(data, ms(x))
				}
				return err
			})
			return data, v, err
		}
	}
	v.shared = true
	return []float64{ms(p.delay)}, v, nil
}

// valueAt is the value of a column at a place.
func valueAt(data []float64, place int32) float64 { return data[min(int(place), len(data)-1)] }

// values are those of a variable: one number for the projection, an array over the postsynaptic neurons, or as in ANNarchy a list with the
// synapses of each postsynaptic neuron that has any.
func (p *projection) values(name string) (starlark.Value, error) {
	data, v, err := p.column(name)
	if err != nil {
		return nil, err
	}
	switch {
	case v.shared:
		return (&Array{kind: v.kind}).elem(data[0]), nil
	}
	t, err := p.synapses()
	if err != nil {
		return nil, err
	}
	if v.postsynaptic {
		a := &Array{shape: []int{len(t.posts)}, kind: v.kind}
		for _, post := range t.posts {
			a.data = append(a.data, data[post])
		}
		return a, nil
	}
	list := []starlark.Value{}
	for _, row := range t.rows {
		a := &Array{shape: []int{len(row)}, kind: v.kind}
		for _, place := range row {
			a.data = append(a.data, valueAt(data, place))
		}
		list = append(list, a)
	}
	return starlark.NewList(list), nil
}

// write sets a variable of all synapses, or of those at places; values are one, or one for each: for all in the order of values().
func (p *projection) write(name string, places []int32, values []float64) error {
	if name == "delay" {
		for k := range values {
			if values[k] < 0 {
				return fmt.Errorf("%s.delay: a delay is zero or positive, not %g ms", p.what, values[k])
			}
			values[k] /= 1000
		}
	}
	v, ok := p.vars[name]
	if p.learned == nil && (name == "w" || name == "delay") {
		v, ok = variable{name: name, stored: true}, true
	}
	switch {
	case !ok && name == "delay":
		return withHint(fmt.Errorf("%s: the delays of synapses with equations are those that the connector made", p.what), "give them to the connector: delays=...")
	case !ok:
		return noAttr(p.what, name, p.AttrNames())
	case !p.connected:
		return fmt.Errorf("%s has no synapses yet", p.what)
	}
	if v.postsynaptic && len(values) > 1 {
		t, err := p.synapses()
		if err != nil {
			return err
		}
		if len(values) != len(t.posts) {
			return fmt.Errorf("%s.%s: %d values for %d neurons that have synapses", p.what, name, len(values), len(t.posts))
		}
		all := make([]float64, p.proj.Post.N)
		for k, post := range t.posts {
			all[post] = values[k]
		}
		values = all
	}
	if !v.shared && !v.postsynaptic {
		t, err := p.synapses()
		if err != nil {
			return err
		}
		n := len(places)
		if places == nil {
			n = len(t.pre)
			if len(values) == n && n > 1 { // by postsynaptic neuron
				places = slices.Concat(t.rows...)
			}
		}
		if len(values) != 1 && len(values) != n {
			return fmt.Errorf("%s.%s: %d values for %d synapses", p.what, name, len(values), n)
		}
	}
	if p.learned == nil {
		a, err := p.freeze()
		if err != nil {
			return err
		}
		to := a.W
		if name == "delay" {
			to = a.D
		}
		if places == nil {
			for k := range to {
				to[k] = values[0]
			}
		}
		for k, place := range places {
			to[place] = values[min(k, len(values)-1)]
		}
		return nil
	}
	return p.writeLearned(v, places, values)
}

// writeLearned sets a variable of synapses with equations.
func (p *projection) writeLearned(v variable, places []int32, values []float64) error {
	if !p.home.ran {
		a := net.Assignment{Var: v.name, Dim: v.dim, Place: p.in.placeOf(p.in.thread), Values: values, Elements: places}
		if places != nil && len(values) == 1 {
			a.Values = slices.Repeat(values, len(places))
		}
		p.learned.Initial = append(p.learned.Initial, a)
		return nil
	}
	return p.look(func(s SpikingSimulation) error {
		if places == nil {
			return s.SetSynapses(p.learned, v.name, values)
		}
		d, _, err := s.GetSynapses(p.learned, v.name)
		if err != nil {
			return err
		}
		d = slices.Clone(d)
		for k, place := range places {
			d[place] = values[min(k, len(values)-1)]
		}
		return s.SetSynapses(p.learned, v.name, d)
	})
}

// SetField writes a variable of the synapses: a number, a distribution, or values for each as they are read.
func (p *projection) SetField(name string, val starlark.Value) error {
	if flag, ok := projectionFlags[name]; ok {
		return p.setFlag(flag, val)
	}
	return p.assign(name, nil, val)
}

// assign is write with a value of a script.
func (p *projection) assign(name string, places []int32, val starlark.Value) error {
	var values []float64
	if d, ok := val.(*distribution); ok {
		n := len(places)
		if places == nil {
			data, v, err := p.column(name)
			if err != nil {
				return err
			}
			if n = len(data); n == 1 && v.name == "w" && p.learned == nil {
				t, err := p.synapses()
				if err != nil {
					return err
				}
				n = len(t.pre)
			}
		}
		values = p.in.draws.fill(n, d.draw)
	} else if err := flatten(val, &values); err != nil {
		return fmt.Errorf("%s.%s: %w", p.what, name, err)
	}
	if len(values) == 0 {
		return fmt.Errorf("%s.%s: no values were given", p.what, name)
	}
	return p.write(name, places, values)
}

// flatten adds the numbers of v, which may be lists of different lengths.
func flatten(v starlark.Value, to *[]float64) error {
	if list, ok := v.(*starlark.List); ok {
		for k := range list.Len() {
			if err := flatten(list.Index(k), to); err != nil {
				return err
			}
		}
		return nil
	}
	if b, ok := v.(starlark.Bool); ok {
		*to = append(*to, boolFloat(bool(b)))
		return nil
	}
	a, err := toArray(v)
	if err != nil {
		return err
	}
	if !a.dim.Dimensionless() {
		return fmt.Errorf("plain numbers are expected, not %s", describeDim(a.dim))
	}
	*to = append(*to, a.data...)
	return nil
}

// matrix is connectivity_matrix(fill=0.0): the weights, [post, pre].
func (p *projection) matrix(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	fill := 0.0
	if err := unpack(b.Name(), args, kwargs, "fill?", asFloat{&fill}); err != nil {
		return nil, err
	}
	t, err := p.synapses()
	if err != nil {
		return nil, err
	}
	w, _, err := p.column("w")
	if err != nil {
		return nil, err
	}
	pre, post := p.ends()
	out := &Array{data: slices.Repeat([]float64{fill}, len(post)*len(pre)), shape: []int{len(post), len(pre)}}
	row, col := places(post), places(pre)
	for k := range t.pre {
		out.data[row[t.post[k]]*len(pre)+col[t.pre[k]]] = valueAt(w, int32(k))
	}
	return out, nil
}

// ends are the neurons that the projection joins.
func (p *projection) ends() (pre, post []int32) {
	of := func(ranks []int32, s net.Span) []int32 {
		if ranks != nil {
			return ranks
		}
		for i := s.Start; i < s.Stop; i++ {
			ranks = append(ranks, int32(i))
		}
		return ranks
	}
	a, b := net.All(p.proj.Pre), net.All(p.proj.Post)
	if p.learned != nil {
		a, b = p.learned.Pre, p.learned.Post
	}
	return of(p.preRanks, a), of(p.postRanks, b)
}

func places(ranks []int32) map[int32]int {
	at := make(map[int32]int, len(ranks))
	for k, r := range ranks {
		at[r] = k
	}
	return at
}
