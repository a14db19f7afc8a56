package script

import (
	"cmp"
	"fmt"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// pathway is S.pre: one way in which spikes act; or S.summed, of which there is only the delay.
type pathway struct {
	of    *synapses
	way   *net.Pathway
	early bool // way.Delay was set before there were synapses, and is that of all
}

var (
	_ starlark.HasSetField = (*pathway)(nil)
	_ holder               = (*pathway)(nil)
)

func (p *pathway) String() string        { return fmt.Sprintf("pathway %q of %s", p.way.Name, p.of.name) }
func (p *pathway) Type() string          { return "SynapticPathway" }
func (p *pathway) Freeze()               {}
func (p *pathway) Truth() starlark.Bool  { return true }
func (p *pathway) Hash() (uint32, error) { return starlark.String(p.label()).Hash() }
func (p *pathway) AttrNames() []string {
	return []string{"N", "active", "clock", "code", "delay", "event", "name", "order", "prepost", "source", "synapses", "target"}
}
func (p *pathway) label() string                            { return p.of.name + "." + p.way.Name }
func (p *pathway) part() *object                            { return p.of.object }
func (p *pathway) namespace() starlark.StringDict           { return p.of.ns }
func (p *pathway) count() (int, error)                      { return p.of.count() }
func (p *pathway) pick(key starlark.Value) ([]int32, error) { return p.of.pick(key) }

var delayVar = variable{name: "delay", dim: units.Second, stored: true}

// Attr gives delay, order and name.
func (p *pathway) Attr(name string) (starlark.Value, error) {
	switch name {
	case "name":
		return starlark.String(p.of.name + "_" + p.way.Name), nil
	case "order":
		if p == p.of.sums {
			break
		}
		return starlark.MakeInt(p.way.Order), nil
	case "active":
		return starlark.Bool(!p.way.Inactive), nil
	case "synapses":
		return p.of, nil
	case "source", "target": // of the spikes
		from, to := p.of.source, p.of.target
		if p.way.Post {
			from, to = to, from
		}
		if name == "target" {
			from = to
		}
		return from.end(), nil
	case "prepost":
		if p.way.Post {
			return starlark.String("post"), nil
		}
		return starlark.String("pre"), nil
	case "event":
		return starlark.String(cmp.Or(p.way.Event, "spike")), nil
	case "code":
		if p.way.Code == nil {
			return starlark.String(""), nil
		}
		return starlark.String(p.way.Code.Text), nil
	case "N", "clock":
		return p.of.Attr(name)
	case "delay":
		if p.of.constructed[p.way.Name] {
			return quantity{p.way.Delay[0], units.Second}, nil
		}
		return readVariable(p, delayVar)
	}
	return nil, noAttr(p.String(), name, p.AttrNames())
}

// SetField sets delay or order.
func (p *pathway) SetField(name string, val starlark.Value) error {
	switch name {
	case "order":
		if p == p.of.sums {
			return fmt.Errorf("%s has no order: sums are taken before the states are updated", p.label())
		}
		n, err := starlark.AsInt32(val)
		if err != nil {
			return fmt.Errorf("%s.order is a whole number", p.label())
		}
		p.way.Order = n
		return nil
	case "active":
		probe := *p.of.object // which says what is wrong
		err := probe.SetField(name, val)
		p.way.Inactive = probe.inactive
		return err
	case "delay":
		return assign(p, delayVar, nil, val)
	}
	return noAttr(p.String(), name, []string{"active", "delay", "order"})
}

// setDelays reads delay= of the constructor: a time for the pathway "pre", or for the sums of synapses that have no pathways, or a dictionary
// by pathway, in which the sums are "summed".
func (s *synapses) setDelays(v starlark.Value) error {
	set := func(name string, v starlark.Value) error {
		p := s.pathway(name)
		if p == nil {
			names := s.delayed()
			return withHint(synapsesError("delay= for the pathway %q, which does not exist", name), cmp.Or(joined("it has ", names), "add on_pre='...', or a variable that is (summed)"))
		}
		if _, text := v.(starlark.String); text {
			return withHint(synapsesError("delay= is one time for all synapses, and not an expression"), "set what differs after connect(...), as in S.delay = "+v.String())
		}
		if elementwiseCompared(v) {
			return withHint(synapsesError("delay= is one time for all synapses, got %s", article(v)), "set what differs after connect(...), as in S.delay = [1, 2]*ms")
		}
		d, err := duration("Synapses: delay", v, 0)
		if err != nil {
			return err
		}
		if !(d >= 0) {
			return synapsesError("delay is %v; a delay is zero or positive", v)
		}
		p.way.Delay = []float64{d}
		s.constructed[name] = true
		return nil
	}
	switch v := v.(type) {
	case nil, starlark.NoneType:
		return nil
	case *starlark.Dict:
		for _, kv := range v.Items() {
			n, ok := kv[0].(starlark.String)
			if !ok {
				return synapsesError("delay= as a dictionary maps names of pathways to times")
			}
			if err := set(string(n), kv[1]); err != nil {
				return err
			}
		}
		return nil
	}
	if p, err := s.delayOwner(); err == nil && p == s.sums {
		return set(p.way.Name, v)
	}
	return set("pre", v)
}

func (s *synapses) pathway(name string) *pathway {
	for _, p := range s.pathways {
		if p.way.Name == name {
			return p
		}
	}
	if s.sums != nil && s.sums.way.Name == name {
		return s.sums
	}
	return nil
}

// delayed are the names of what has delays.
func (s *synapses) delayed() (names []string) {
	for _, p := range s.syn.Delayed() {
		names = append(names, p.Name)
	}
	return names
}

// delayOwner is what S.delay means: the pathway named "pre", as in Brian2, or the only one, or without pathways the sums.
func (s *synapses) delayOwner() (*pathway, error) {
	if p := s.pathway("pre"); p != nil {
		return p, nil
	}
	switch len(s.pathways) {
	case 0:
		if s.sums != nil {
			return s.sums, nil
		}
		return nil, withHint(fmt.Errorf("%s has no pathway, no (summed) variable, and so no delay", s.name), "on_pre= or on_post= make pathways")
	case 1:
		return s.pathways[0], nil
	}
	return nil, withHint(fmt.Errorf("%s has several pathways", s.name), "write "+s.name+"."+s.pathways[0].way.Name+".delay")
}
