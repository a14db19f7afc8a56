package session

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// variable finds a variable that a person may set.
func (t *Timeline) variable(object, name string) (*plan.Buffer, error) {
	p := t.sim.Plan()
	b, ok := p.Find(object, name)
	if ok && (b.Role == plan.State || b.Role == plan.Param) && !strings.ContainsAny(name, "@ ") {
		return b, nil
	}
	var known []string
	found := false
	for _, b := range p.Buffers {
		if b.Object != object {
			continue
		}
		found = true
		if (b.Role == plan.State || b.Role == plan.Param) && !strings.ContainsAny(b.Var, "@ ") {
			known = append(known, b.Var)
		}
	}
	if !found {
		return nil, fmt.Errorf("there is no group or synapses %q%s", object, listed(t.objects()))
	}
	return nil, fmt.Errorf("%q has no variable %q that can be set%s", object, name, listed(known))
}

func (t *Timeline) objects() (names []string) {
	n := t.sim.Network()
	for _, g := range n.Groups {
		names = append(names, g.Name)
	}
	for _, s := range n.Synapses {
		names = append(names, s.Name)
	}
	return names
}

func listed(names []string) string {
	if len(names) == 0 {
		return ""
	}
	if len(names) > 12 {
		names = append(slices.Clone(names[:12]), "...")
	}
	return "; there are " + strings.Join(names, ", ")
}

func (t *Timeline) group(name string) (*net.Group, error) {
	for _, g := range t.sim.Network().Groups {
		if g.Name == name {
			return g, nil
		}
	}
	return nil, fmt.Errorf("there is no group %q%s", name, listed(t.objects()))
}

// number refuses values that a variable cannot hold.
func number(b *plan.Buffer, x float64) error {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return fmt.Errorf("%s.%s cannot be %v", b.Object, b.Var, x)
	case b.Type == ir.Int && (x != math.Trunc(x) || x < math.MinInt32 || x > math.MaxInt32):
		return fmt.Errorf("%s.%s holds integers of 32 bits; %v is not one", b.Object, b.Var, x)
	case b.Type == ir.Bool && x != 0 && x != 1:
		return fmt.Errorf("%s.%s is true (1) or false (0), not %v", b.Object, b.Var, x)
	}
	return nil
}

func (e SetValues) apply(t *Timeline) (Edit, error) {
	b, err := t.variable(e.Object, e.Variable)
	if err != nil {
		return nil, err
	}
	n := len(e.Elements)
	if n == 0 {
		n = b.Len
	}
	if len(e.Values) != 1 && len(e.Values) != n {
		return nil, fmt.Errorf("%s.%s: %d values for %d elements; give one, or one each", e.Object, e.Variable, len(e.Values), n)
	}
	for _, x := range e.Values {
		if err := number(b, x); err != nil {
			return nil, err
		}
	}
	lo, hi := 0, b.Len
	if len(e.Elements) > 0 {
		lo, hi = int(slices.Min(e.Elements)), int(slices.Max(e.Elements))+1
		if lo < 0 || hi > b.Len {
			return nil, fmt.Errorf("%s.%s has elements 0 to %d; elements %d to %d were given", e.Object, e.Variable, b.Len-1, lo, hi-1)
		}
	}
	inst := t.sim.Instance()
	values := make([]float64, hi-lo)
	if len(e.Elements) > 0 && len(e.Elements) < hi-lo { // those between stay
		if err := inst.Read(b.ID, lo, values); err != nil {
			return nil, err
		}
	}
	at := func(k int) float64 {
		if len(e.Values) == 1 {
			return e.Values[0]
		}
		return e.Values[k]
	}
	if len(e.Elements) == 0 {
		for k := range values {
			values[k] = at(k)
		}
	}
	for k, el := range e.Elements {
		values[int(el)-lo] = at(k)
	}
	return nil, inst.Write(b.ID, lo, values)
}

func (e SetParameter) apply(t *Timeline) (Edit, error) {
	if math.IsNaN(e.Value) || math.IsInf(e.Value, 0) {
		return nil, fmt.Errorf("%s cannot be %v", e.Name, e.Value)
	}
	if e.Object != "" && !t.isLive(e.Object, e.Name) {
		if b, err := t.variable(e.Object, e.Name); err == nil {
			return e.set(t, b)
		} else if !slices.Contains(t.objects(), e.Object) {
			return nil, err
		}
	}
	return t.setNumber(e)
}

// set writes a variable as a whole.
func (e SetParameter) set(t *Timeline, b *plan.Buffer) (Edit, error) {
	if err := number(b, e.Value); err != nil {
		return nil, err
	}
	inst := t.sim.Instance()
	old := make([]float64, b.Len)
	if err := inst.Read(b.ID, 0, old); err != nil {
		return nil, err
	}
	if err := inst.Write(b.ID, 0, slices.Repeat([]float64{e.Value}, b.Len)); err != nil {
		return nil, err
	}
	if len(slices.Compact(slices.Clone(old))) <= 1 && len(old) > 0 {
		return SetParameter{e.Object, e.Name, old[0]}, nil
	}
	return SetValues{Object: e.Object, Variable: e.Name, Values: old}, nil
}

func (e MoveNode) apply(t *Timeline) (Edit, error) {
	g, err := t.group(e.Group)
	if err != nil {
		return nil, err
	}
	if e.Node < 0 || int(e.Node) >= g.N {
		return nil, fmt.Errorf("%q has no node %d", e.Group, e.Node)
	}
	for _, x := range []float64{e.X, e.Y, e.Z} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("a node cannot be moved to (%v, %v, %v)", e.X, e.Y, e.Z)
		}
	}
	if was, ok := t.Positions(e.Group)[e.Node]; ok {
		return MoveNode{Group: e.Group, Node: e.Node, X: was[0], Y: was[1], Z: was[2]}, nil
	}
	return MoveNode{Group: e.Group, Node: e.Node, Free: true}, nil
}

// Positions are the places of the nodes of a group that were moved by hand, at the present position. The map must not be changed.
func (t *Timeline) Positions(group string) map[int32][3]float64 {
	if t.placed != t.cursor {
		if t.placed < 0 || t.placed > t.cursor {
			t.positions, t.placed = map[string]map[int32][3]float64{}, 0
		}
		for _, e := range t.cur.log[t.placed:t.cursor] {
			t.place(e.Edit)
		}
		t.placed = t.cursor
	}
	return t.positions[group]
}

// place notes where an edit puts nodes.
func (t *Timeline) place(e Edit) {
	switch e := e.(type) {
	case Together:
		for _, x := range e {
			t.place(x)
		}
	case MoveNode:
		if e.Free {
			delete(t.positions[e.Group], e.Node)
			return
		}
		if t.positions[e.Group] == nil {
			t.positions[e.Group] = map[int32][3]float64{}
		}
		t.positions[e.Group][e.Node] = [3]float64{e.X, e.Y, e.Z}
	}
}
