package script

import (
	"errors"
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/graphio"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// asGraph is the connectivity of synapses. Between two groups the nodes are first those of the source, then those of the target.
func (s *synapses) asGraph(weight string) (*graphio.Graph, error) {
	pre, post, err := s.edges()
	if err != nil {
		return nil, err
	}
	g := &graphio.Graph{N: s.source.Len(), Directed: true, Multi: true, I: pre, J: post}
	if s.source.pop.group != s.target.pop.group || s.source.start != s.target.start || s.source.stop != s.target.stop {
		shift := int32(g.N)
		g.N += s.target.Len()
		g.J = make([]int32, len(post))
		groups := make([]string, g.N)
		for k := range post {
			g.J[k] = post[k] + shift
		}
		for k := range groups {
			groups[k] = s.source.label()
			if k >= int(shift) {
				groups[k] = s.target.label()
			}
		}
		g.Node = append(g.Node, graphio.TextAttr("group", groups))
	} else if p := s.source.pop.group.Positions; p != nil && s.source.whole() {
		g.Dim = 3
		for _, x := range p {
			g.Pos = append(g.Pos, float64(x))
		}
	}
	if weight == "" {
		if _, ok := s.vars["w"]; ok {
			weight = "w"
		}
	}
	if weight != "" {
		v, ok := s.vars[weight]
		if !ok {
			return nil, noAttr(fmt.Sprintf("Synapses %q", s.name), weight, s.names)
		}
		a, err := s.read(v)
		if err != nil {
			return nil, err
		}
		g.W = make([]float64, len(pre))
		for k := range g.W {
			g.W[k] = a.data[min(k, len(a.data)-1)]
		}
	}
	return g, nil
}

// connectGraph is S.connect(graph, weight="w", unit=nS, delay=g.edge_attribute("d")*ms): an undirected edge becomes two synapses.
func (s *synapses) connectGraph(c *net.Connection, g *graphio.Graph, weight string, unit, delay starlark.Value) error {
	if g.N != s.source.Len() || g.N != s.target.Len() {
		return fmt.Errorf("connect: the graph has %d nodes, but %s has %d neurons and %s %d", g.N, s.source.label(), s.source.Len(), s.target.label(), s.target.Len())
	}
	var edge []int32
	c.I, c.J, edge = g.Arcs()
	set, err := s.graphDelays(c, g, edge, delay)
	if err != nil {
		return err
	}
	if weight == "" {
		s.addPairs(c)
		return set()
	}
	v, ok := s.vars[weight]
	if !ok {
		return noAttr(fmt.Sprintf("Synapses %q", s.name), weight, s.names)
	}
	factor, dim := 1.0, noDim
	if isGiven(unit) {
		q, ok := asQuantity(unit)
		if !ok {
			return fmt.Errorf("connect: unit is a unit such as nS, got %s", article(unit))
		}
		factor, dim = q.Value, q.Dim
	}
	switch {
	case dim != v.dim:
		return withHint(fmt.Errorf("connect: %s is in %s, the weights in %s", weight, describeDim(v.dim), describeDim(dim)), "say what a weight of 1 means, such as unit=nS")
	case v.shared:
		return fmt.Errorf("connect: %s is shared by all synapses", weight)
	case !v.stored:
		return fmt.Errorf("connect: %s is computed from its equation and cannot be set", weight)
	case !s.explicit:
		return withHint(fmt.Errorf("connect: weights of a graph after a condition"), "connect the graph first")
	}
	first, err := s.count()
	if err != nil {
		return err
	}
	values, elements := make([]float64, len(edge)), make([]int32, len(edge))
	for k, e := range edge {
		values[k], elements[k] = g.Weight(int(e))*factor, int32(first+k)
	}
	s.addPairs(c)
	if len(values) == 0 {
		return nil
	}
	return errors.Join(s.put(v, net.Assignment{Var: v.name, Dim: v.dim, Elements: elements, Values: values, Place: c.Place}), set())
}

// graphDelays reads the delays of a graph's edges: one for all, or one for each edge as the graph lists them. They are set by the function
// that is returned, once the synapses are there.
func (s *synapses) graphDelays(c *net.Connection, g *graphio.Graph, edge []int32, delay starlark.Value) (set func() error, err error) {
	if !isGiven(delay) {
		return func() error { return nil }, nil
	}
	if name, ok := delay.(starlark.String); ok {
		return nil, withHint(fmt.Errorf("connect: delay=%s: delays are times", name), fmt.Sprintf("write delay=g.edge_attribute(%s)*ms for the graph g", name))
	}
	owner, err := s.delayOwner()
	if err != nil {
		return nil, err
	}
	a, err := toArray(delay)
	switch {
	case err != nil:
		return nil, fmt.Errorf("connect: delay: %w", err)
	case a.dim != units.Second && len(a.data) > 0:
		return nil, withHint(fmt.Errorf("connect: delays are times, but the values are %s", dimPhrase(a.dim)), "multiply by the unit, such as g.edge_attribute(\"d\")*ms")
	case len(a.data) != 1 && len(a.data) != g.Edges():
		return nil, fmt.Errorf("connect: the graph has %d edges, but %d delays were given", g.Edges(), len(a.data))
	case !s.explicit:
		return nil, withHint(fmt.Errorf("connect: delays of a graph after a condition"), "connect the graph first")
	}
	first, err := s.count()
	if err != nil {
		return nil, err
	}
	all := net.Assignment{Var: delayVar.name, Dim: units.Second, Elements: make([]int32, len(edge)), Values: make([]float64, len(edge)), Place: c.Place}
	for k, e := range edge {
		d := a.data[min(int(e), len(a.data)-1)]
		if math.IsNaN(d) {
			return nil, fmt.Errorf("connect: edge %d (from %s to %s) has no delay, or one that is not a number", e, g.ID(int(g.I[e])), g.ID(int(g.J[e])))
		}
		if !(d >= 0) || math.IsInf(d, 0) {
			return nil, fmt.Errorf("connect: the delay of edge %d (from %s to %s) is %s; a delay is zero or positive", e, g.ID(int(g.I[e])), g.ID(int(g.J[e])), quantity{d, units.Second})
		}
		all.Elements[k], all.Values[k] = int32(first+k), d
	}
	return func() error {
		if len(edge) == 0 {
			return nil
		}
		return owner.put(delayVar, all)
	}, nil
}
