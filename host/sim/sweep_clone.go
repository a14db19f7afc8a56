package sim

import (
	"slices"
	"sync/atomic"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
)

// clone is a copy of a network for one run of a sweep: objects of its own, in which some constants have other values. Texts and tables are
// shared.
type clone struct {
	net         *net.Network
	groups      map[*net.Group]*net.Group
	synapses    map[*net.Synapses]*net.Synapses
	projections map[*net.Projection]*net.Projection
	monitors    map[*net.StateMonitor]*net.StateMonitor
	spikes      map[any]any
	used        map[string]*atomic.Bool
	values      map[string]units.Quantity
}

func cloneNetwork(n *net.Network, values map[string]units.Quantity) *clone {
	c := &clone{
		net: &net.Network{DT: n.DT}, values: values, used: map[string]*atomic.Bool{}, spikes: map[any]any{},
		groups: map[*net.Group]*net.Group{}, synapses: map[*net.Synapses]*net.Synapses{},
		projections: map[*net.Projection]*net.Projection{}, monitors: map[*net.StateMonitor]*net.StateMonitor{},
	}
	for name := range values {
		c.used[name] = new(atomic.Bool)
	}
	for _, g := range n.Groups {
		own := *g
		own.Namespace, own.Initial = c.scope(g.Namespace), c.assignments(g.Initial)
		c.groups[g] = &own
		c.net.Groups = append(c.net.Groups, &own)
	}
	for _, g := range c.net.Groups {
		g.Links = slices.Clone(g.Links)
		for k := range g.Links {
			g.Links[k].Group = c.groups[g.Links[k].Group]
		}
	}
	for _, p := range n.Projections {
		own := *p
		own.Pre, own.Post = c.groups[p.Pre], c.groups[p.Post]
		c.projections[p] = &own
		c.net.Projections = append(c.net.Projections, &own)
	}
	for _, s := range n.Synapses {
		c.net.Synapses = append(c.net.Synapses, c.cloneSynapses(s))
	}
	for _, p := range n.Inputs {
		own := *p
		own.Target, own.Namespace = c.span(p.Target), c.scope(p.Namespace)
		c.net.Inputs = append(c.net.Inputs, &own)
	}
	for _, m := range n.Monitors {
		own := *m
		own.Group, own.Synapses = c.groups[m.Group], c.synapses[m.Synapses]
		c.monitors[m] = &own
		c.net.Monitors = append(c.net.Monitors, &own)
	}
	for _, m := range n.SpikeMonitors {
		own := *m
		own.Of = c.span(m.Of)
		c.spikes[m] = &own
		c.net.SpikeMonitors = append(c.net.SpikeMonitors, &own)
	}
	for _, m := range n.RateMonitors {
		own := *m
		own.Of = c.span(m.Of)
		c.spikes[m] = &own
		c.net.RateMonitors = append(c.net.RateMonitors, &own)
	}
	for _, op := range n.Operations {
		own := *op
		own.Func = func(s net.State) error { return op.Func(clonedState{s, c}) }
		c.net.Operations = append(c.net.Operations, &own)
	}
	return c
}

func (c *clone) cloneSynapses(s *net.Synapses) *net.Synapses {
	own := *s
	own.Pre, own.Post = c.span(s.Pre), c.span(s.Post)
	own.Namespace, own.Initial = c.scope(s.Namespace), c.assignments(s.Initial)
	own.Connect, own.Pathways, own.Links = slices.Clone(s.Connect), slices.Clone(s.Pathways), slices.Clone(s.Links)
	for k := range own.Links {
		own.Links[k].Group = c.groups[own.Links[k].Group]
	}
	for k, x := range own.Connect {
		y := *x
		if y.Namespace != nil {
			y.Namespace = c.scope(y.Namespace)
		}
		own.Connect[k] = &y
	}
	for k, x := range own.Pathways {
		y := *x
		y.Delays = c.assignments(x.Delays)
		own.Pathways[k] = &y
	}
	if s.Sums != nil {
		y := *s.Sums
		y.Delays = c.assignments(y.Delays)
		own.Sums = &y
	}
	c.synapses[s] = &own
	return &own
}

func (c *clone) span(s net.Span) net.Span {
	if of := s.Group.Of; of != nil && c.groups[s.Group] == nil {
		own := *s.Group
		own.Of = c.synapses[of]
		c.groups[s.Group] = &own
	}
	s.Group = c.groups[s.Group]
	return s
}

// scope puts the values of the run before those of a namespace.
func (c *clone) scope(s check.Scope) check.Scope {
	if len(c.values) == 0 {
		return s
	}
	return override{s, c.values, c.used}
}

// assignments copies a list, so that one run can add to its own.
func (c *clone) assignments(list []net.Assignment) []net.Assignment {
	list = slices.Clone(list)
	for k := range list {
		if list[k].Namespace != nil {
			list[k].Namespace = c.scope(list[k].Namespace)
		}
	}
	return list
}

// clonedState lets operations name the groups of the network that was swept.
type clonedState struct {
	net.State
	c *clone
}

// Get reads a variable.
func (s clonedState) Get(g *net.Group, name string) ([]float64, error) {
	return s.State.Get(s.c.group(g), name)
}

// Set writes a variable.
func (s clonedState) Set(g *net.Group, name string, values []float64) error {
	return s.State.Set(s.c.group(g), name, values)
}

func (c *clone) group(g *net.Group) *net.Group {
	if own := c.groups[g]; own != nil {
		return own
	}
	return g
}
