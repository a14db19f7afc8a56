package session

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
)

// Number is a number from outside that equations or code of an object contain, such as a constant of the script.
type Number struct {
	Name  string
	Value units.Quantity
	// Live: the equations read it from a variable, so that another value compiles nothing anew. A number becomes so when it is first set.
	Live bool
}

// place is where a number of one name stands: an object with its namespace and its live numbers; nil for Poisson inputs.
type place struct {
	object string
	scope  *check.Scope
	live   *[]net.Live
}

// places are those of one object, or of all with "".
func (t *Timeline) places(object string) (out []place) {
	n := t.sim.Network()
	for _, g := range n.Groups {
		out = append(out, place{g.Name, &g.Namespace, &g.Live})
	}
	for _, s := range n.Synapses {
		out = append(out, place{s.Name, &s.Namespace, &s.Live})
	}
	for _, p := range n.Inputs {
		out = append(out, place{p.Name, &p.Namespace, nil})
	}
	return slices.DeleteFunc(out, func(p place) bool { return object != "" && p.object != object })
}

// isLive reports whether an object reads a number from a variable.
func (t *Timeline) isLive(object, name string) bool {
	for _, p := range t.places(object) {
		if p.find(name) >= 0 {
			return true
		}
	}
	return false
}

// find is the place of a live number in its list, -1 for none.
func (p place) find(name string) int {
	if p.live == nil {
		return -1
	}
	return slices.IndexFunc(*p.live, func(l net.Live) bool { return l.Name == name })
}

// Numbers are the numbers from outside that an object's equations and code contain, at the present position, by name.
func (t *Timeline) Numbers(object string) (out []Number) {
	for name, q := range t.sim.Result().Numbers[object] {
		if !t.isLive(object, name) {
			out = append(out, Number{Name: name, Value: q})
		}
	}
	for _, p := range t.places(object) {
		if p.live == nil {
			continue
		}
		for _, l := range *p.live {
			if b, ok := t.sim.Plan().Find(object, l.Name); ok && b.Len == 1 {
				q := l.Value
				var x [1]float64
				if t.sim.Instance().Read(b.ID, 0, x[:]) == nil {
					q.Value = x[0]
				}
				out = append(out, Number{l.Name, q, true})
			}
		}
	}
	slices.SortFunc(out, func(a, b Number) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// setNumber sets a number that equations take from outside. The equations that contain it read it from a variable from then on. Where that
// cannot be, as in an exponent that a unit depends on, and where it counts before the first step only, they are compiled anew.
func (t *Timeline) setNumber(e SetParameter) (Edit, error) {
	used := t.sim.Result().Numbers
	var inverse []Edit
	var old *units.Quantity
	fresh, compiled := false, false // it becomes live somewhere; it is compiled in somewhere
	for _, p := range t.places(e.Object) {
		q, ok := p.value(e.Name)
		if !ok {
			continue
		}
		if old == nil {
			old = &q
		}
		if q.Value != old.Value {
			inverse = append(inverse, SetParameter{p.object, e.Name, q.Value})
		}
		_, contains := used[p.object][e.Name]
		switch {
		case contains && p.live != nil && p.find(e.Name) < 0:
			fresh = true
		case contains:
			compiled = true
		}
	}
	if old == nil {
		where := "the network"
		if e.Object != "" {
			where = fmt.Sprintf("%q", e.Object)
		}
		return nil, fmt.Errorf("%s has no parameter %q, neither as a variable nor as a number from outside of the equations", where, e.Name)
	}
	var err error
	switch {
	case fresh:
		if err = t.change(func() error { t.note(e, true); return nil }); err != nil {
			err = t.change(func() error { t.note(e, false); return nil })
		}
	case compiled:
		err = t.change(func() error { t.note(e, false); return nil })
	default:
		t.note(e, false)
		t.ver = capture(t.sim)
	}
	if err != nil {
		return nil, err
	}
	for _, p := range t.places(e.Object) {
		if p.find(e.Name) < 0 {
			continue
		}
		if b, ok := t.sim.Plan().Find(p.object, e.Name); ok && b.Len == 1 {
			if err := t.sim.Instance().Write(b.ID, 0, []float64{e.Value}); err != nil {
				return nil, err
			}
		}
	}
	return several(append([]Edit{SetParameter{e.Object, e.Name, old.Value}}, inverse...)), nil
}

// value is what a name stands for at a place; ok is false where it is no number.
func (p place) value(name string) (units.Quantity, bool) {
	if *p.scope == nil {
		return units.Quantity{}, false
	}
	v, ok := (*p.scope).Lookup(name)
	if !ok || v.Kind != check.ValQuantity && v.Kind != check.ValInt {
		return units.Quantity{}, false
	}
	return v.Q, true
}

// note writes a number into the description, with live as one that may change.
func (t *Timeline) note(e SetParameter, live bool) {
	used := t.sim.Result().Numbers
	for _, p := range t.places(e.Object) {
		q, ok := p.value(e.Name)
		if !ok {
			continue
		}
		q.Value = e.Value
		*p.scope = with(*p.scope, e.Name, check.Value{Kind: check.ValQuantity, Q: q})
		_, contains := used[p.object][e.Name]
		switch at := p.find(e.Name); {
		case at >= 0:
			*p.live = slices.Clone(*p.live)
			(*p.live)[at].Value = q
		case live && contains && p.live != nil:
			*p.live = append(slices.Clone(*p.live), net.Live{Name: e.Name, Value: q})
		}
	}
}

// constants are numbers that a person has changed, before those of a namespace.
type constants struct {
	check.Scope
	values map[string]check.Value
}

// with is a namespace in which a name has another value.
func with(s check.Scope, name string, v check.Value) check.Scope {
	c := constants{s, map[string]check.Value{name: v}}
	if under, ok := s.(constants); ok {
		c.Scope = under.Scope
		for k, x := range under.values {
			if k != name {
				c.values[k] = x
			}
		}
	}
	return c
}

// Script is the namespace without what was changed.
func (c constants) Script() check.Scope { return c.Scope }

// Lookup implements check.Scope.
func (c constants) Lookup(name string) (check.Value, bool) {
	if v, ok := c.values[name]; ok {
		return v, true
	}
	return c.Scope.Lookup(name)
}
