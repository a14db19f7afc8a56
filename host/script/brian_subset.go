package script

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// synapseSubset is S[key]: some synapses, by their places in the order of creation. It is an index for record= and for variables of the synapses.
type synapseSubset struct {
	of    *synapses
	elems []int32
}

func (p *synapseSubset) String() string {
	return fmt.Sprintf("%d synapse%s of %s", len(p.elems), plural(len(p.elems)), p.of.name)
}
func (p *synapseSubset) Type() string          { return "SynapticSubgroup" }
func (p *synapseSubset) Freeze()               {}
func (p *synapseSubset) Truth() starlark.Bool  { return len(p.elems) > 0 }
func (p *synapseSubset) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: %s", p.Type()) }

// Len is the number of synapses.
func (p *synapseSubset) Len() int { return len(p.elems) }

// Iterate yields their places in the order of creation.
func (p *synapseSubset) Iterate() starlark.Iterator { return indexArray(p.elems).Iterate() }

// Get is S[key]: a number, slice(...), mask, list of numbers, or a condition selects synapses, a pair (i, j) those between neurons.
func (s *synapses) Get(key starlark.Value) (starlark.Value, bool, error) {
	if cond, ok := key.(starlark.String); ok {
		src, err := s.in.exprSource(s.in.thread, s.what(), "condition of "+s.name+"[...]", string(cond))
		if err != nil {
			return nil, false, err
		}
		rows, err := s.where(src, freeze(s.in.callScope(s.in.thread, s.ns), src))
		if err != nil {
			return nil, false, err
		}
		elems := make([]int32, len(rows))
		for k, r := range rows {
			elems[k] = int32(r)
		}
		return &synapseSubset{s, elems}, true, nil
	}
	elems, err := s.pick(key)
	if err != nil {
		return nil, false, err
	}
	return &synapseSubset{s, elems}, true, nil
}

// Index is S[k].
func (s *synapses) Index(k int) starlark.Value { return &synapseSubset{s, []int32{int32(k)}} }

// Slice is S[start:end:step].
func (s *synapses) Slice(start, end, step int) starlark.Value {
	p := &synapseSubset{of: s}
	for _, k := range strided(start, end, step) {
		p.elems = append(p.elems, int32(k))
	}
	return p
}

// synapseIndices is S.indices, whose elements S.indices[key] are the places of synapses in the order of creation.
type synapseIndices struct{ of *synapses }

var _ starlark.Mapping = (*synapseIndices)(nil)

func (x *synapseIndices) String() string        { return x.of.name + ".indices" }
func (x *synapseIndices) Type() string          { return "indices" }
func (x *synapseIndices) Freeze()               {}
func (x *synapseIndices) Truth() starlark.Bool  { return true }
func (x *synapseIndices) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: %s", x.Type()) }

// Get gives an array.
func (x *synapseIndices) Get(key starlark.Value) (starlark.Value, bool, error) {
	v, _, err := x.of.Get(key)
	if err != nil {
		return nil, false, err
	}
	return indexArray(v.(*synapseSubset).elems), true, nil
}

// synapseEnd holds the neurons at one end as the synapses see them: one value for each synapse.
type synapseEnd struct {
	*synapses
	side *neuronGroup
	post bool
}

func (e *synapseEnd) label() string {
	if e.post {
		return e.name + " (targets)"
	}
	return e.name + " (sources)"
}

// neurons are those at this end, one for each synapse.
func (e *synapseEnd) neurons() ([]int32, error) {
	pre, post, err := e.edges()
	if e.post {
		return post, err
	}
	return pre, err
}

// read gives a neuron's variable for each synapse.
func (e *synapseEnd) read(v variable) (*Array, error) {
	a, err := e.side.read(v)
	if err != nil || v.shared {
		return a, err
	}
	end, err := e.neurons()
	if err != nil {
		return nil, err
	}
	out := &Array{data: make([]float64, len(end)), shape: []int{len(end)}, dim: a.dim, kind: a.kind}
	for k, i := range end {
		out.data[k] = a.data[i]
	}
	return out, nil
}

// put sets the neurons that have synapses; of several values for one neuron the last counts.
func (e *synapseEnd) put(v variable, a net.Assignment) error {
	if a.Expr != nil || a.Condition != nil {
		return withHint(fmt.Errorf("%s belongs to the neurons of %s and takes no expression through synapses", v.name, e.side.label()), "set it there: "+e.side.label()+"."+v.name+" = '...'")
	}
	if v.shared {
		return e.side.put(v, a)
	}
	end, err := e.neurons()
	if err != nil {
		return err
	}
	n := len(end)
	if a.Elements != nil {
		n = len(a.Elements)
	}
	value := map[int32]float64{}
	for k := range n {
		i := k
		if a.Elements != nil {
			i = int(a.Elements[k])
		}
		value[end[i]] = a.Values[min(k, len(a.Values)-1)]
	}
	a.Elements, a.Values = slices.Sorted(maps.Keys(value)), nil
	for _, i := range a.Elements {
		a.Values = append(a.Values, value[i])
	}
	if len(a.Elements) == 0 {
		return nil
	}
	return e.side.put(v, a)
}

// endVariable finds what NAME_pre, NAME_post, and NAME of the target stand for.
func (s *synapses) endVariable(name string) (e *synapseEnd, v variable, ok bool) {
	if base, is := strings.CutSuffix(name, "_pre"); is {
		v, ok = s.source.lookup(base)
		return &synapseEnd{s, s.source, false}, v, ok
	}
	v, ok = s.target.lookup(strings.TrimSuffix(name, "_post"))
	return &synapseEnd{s, s.target, true}, v, ok
}

// recordable are the variables that a monitor of the synapses may name besides their own: those of the neurons at the ends, indices and counts.
func (s *synapses) recordable(name string) (variable, bool) {
	switch name {
	case lastUpdate.name:
		return lastUpdate, true
	case "i", "j", "N_incoming", "N_outgoing":
		return variable{name: name, kind: intElems}, true
	}
	if name != "" && name == s.syn.Multi {
		return variable{name: name, kind: intElems}, true
	}
	_, v, ok := s.endVariable(name)
	v.name, v.shared = name, false
	return v, ok
}
