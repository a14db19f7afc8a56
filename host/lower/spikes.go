package lower

import (
	"math"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/syntax"
)

// Names of the hidden variables of groups that spike.
const (
	NotRefractory = "not_refractory"
	LastSpike     = "lastspike"
	lastSpikeStep = "lastspike@step"
	SpikeList     = "spike@events" // no name that an equation can have
)

// Refractory describes how long a neuron stays refractory.
type Refractory struct {
	Expr syntax.Expr
	Side *check.Model // the meaning of its names
	// Condition: Expr is a truth value that holds while the neuron stays refractory; otherwise it is a duration.
	Condition bool
	NEST      bool // clamp for n updates instead of Brian's n-1
}

// SpikeVariables are the variables that a group with spikes has besides its own.
func SpikeVariables(second check.Type) []*check.Variable {
	return []*check.Variable{
		{Name: NotRefractory, Kind: check.Parameter, Type: check.Type{Kind: check.Bool}},
		{Name: LastSpike, Kind: check.Parameter, Type: second, Constant: true},
	}
}

func hidden(v *check.Variable, name string) bool { return v.Name == name && v.Eq == nil }

// neverSpiked is the step of a spike 10,000 s before the start, Brian's initial lastspike, as far as it fits.
func neverSpiked(dt float64) float64 { return math.Max(-math.Round(1e4/dt), -(1 << 30)) }

// hiddenStorage is the storage of not_refractory and lastspike; lastspike is kept as a step, so that the length of a refractory
// period is exact in single precision too.
func (g *group) hiddenStorage(v *check.Variable) (Storage, bool) {
	switch {
	case hidden(v, NotRefractory):
		return Storage{Name: NotRefractory, Type: ir.Bool, Len: g.in.N, Kind: StateVar, Fill: 1}, true
	case hidden(v, LastSpike):
		return Storage{Name: lastSpikeStep, Type: ir.Int, Len: g.in.N, Kind: StateVar, Fill: neverSpiked(g.in.Clock.DT)}, true
	}
	return Storage{}, false
}

// lastStep is the step of an element's last spike.
func (s *kernelScope) lastStep(access ir.Access) int {
	return s.b.Slot(ir.Slot{Name: SlotName(s.in.Object, lastSpikeStep), Type: ir.Int, Kind: ir.PerElement, Access: access})
}

// refract computes not_refractory at the start of a state update, from old values.
func (s *kernelScope) refract() {
	r := s.in.Refractory
	if r == nil {
		return
	}
	b, v := s.b, s.in.Model.ByName[NotRefractory]
	model := s.model
	s.model = r.Side
	var free *ir.Expr
	if r.Condition {
		free = b.Op(ir.OpOr, s.current(v), b.Op(ir.OpNot, as(b, s.expr(r.Expr), ir.Bool)))
	} else {
		since := b.Op(ir.OpSub, b.Leaf(ir.OpStep), b.Load(s.lastStep(ir.Read)))
		dt := b.Const(s.clock.dt())
		steps := b.Op(ir.OpRealToInt, b.Op(ir.OpDiv, b.Op(ir.OpAdd, s.real(r.Expr), b.Op(ir.OpMul, b.Const(1e-3), dt)), dt))
		if r.NEST {
			steps = b.Op(ir.OpAdd, steps, b.ConstInt(1))
		}
		free = b.Op(ir.OpLe, steps, since)
	}
	s.model = model
	s.assign(v, free)
	s.store(NotRefractory, v, free)
}

// unlessRefractory keeps the old value of a variable that is clamped while its neuron is refractory.
func (s *kernelScope) unlessRefractory(v *check.Variable, old, e *ir.Expr) *ir.Expr {
	if !v.UnlessRefractory || s.in.Refractory == nil {
		return e
	}
	return s.b.Select(s.current(s.in.Model.ByName[NotRefractory]), e, old)
}

// Threshold makes the kernel that finds the elements at which a condition holds and appends them to one of the group's lists. For the
// list of spikes it also makes them refractory.
func Threshold(in Input, list string, cond syntax.Expr, side *check.Model) (k *ir.Kernel, err error) {
	defer recoverDefect(&err, in.Object)
	s := newScope(in, in.Object+"/threshold/"+list, false)
	s.model = side
	b := s.b
	fires := as(b, s.expr(cond), ir.Bool)
	if v := in.Model.ByName[NotRefractory]; in.Refractory != nil && list == SpikeList {
		fires = b.Op(ir.OpAnd, fires, s.current(v))
		s.effects = append(s.effects,
			ir.Effect{Kind: ir.Store, Slot: s.slot(NotRefractory, v, ir.Write), Value: b.ConstBool(false), Mask: fires},
			ir.Effect{Kind: ir.Store, Slot: s.lastStep(ir.Write), Value: b.Leaf(ir.OpStep), Mask: fires})
	}
	slot := b.Slot(ir.Slot{Name: SlotName(in.Object, list), Type: ir.Int, Kind: ir.Indexed, Access: ir.Write})
	s.effects = append(s.effects, ir.Effect{Kind: ir.Emit, Slot: slot, Mask: fires})
	return s.kernel(in.Object + " threshold " + list), nil
}
