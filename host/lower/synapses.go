package lower

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/solve"
	"github.com/galvani-sim/galvani/host/syntax"
)

// End is one side of synapses: a group, or elements Start to Start+Len-1 of it.
type End struct {
	Input      // the group
	Start, Len int
}

// SynapseInput describes synapses to lower. Object, Model, N (the number of synapses), Clock, Method and Table of Input are used.
type SynapseInput struct {
	Input
	Pre, Post End
	// EventDT is the time in seconds by which lastupdate counts; the clocks of all pathways are multiples of it.
	EventDT float64
}

// Hidden variables of synapses.
const (
	lastUpdateStep = "lastupdate@step"
	// Incoming and Outgoing count the synapses of an element, by element of the group.
	Incoming = "N_incoming"
	Outgoing = "N_outgoing"
)

// synScope lowers code of synapses: names of both ends, indices and counts.
type synScope struct {
	*kernelScope
	syn SynapseInput
	// read holds the variables of the ends whose old values the code needs.
	read map[string]bool
	// atPost: the kernel runs over the postsynaptic elements, for variables of which each has one.
	atPost bool
	// at answers first for a variable of one end, at the leaf where it lies; nil, or a nil answer: the present value.
	at func(e *End, v *check.Variable, at *ir.Expr) *ir.Expr
}

func newSynScope(in SynapseInput, stream string) *synScope {
	s := &synScope{kernelScope: newScope(in.Input, in.Object+"/"+stream, false), syn: in, read: map[string]bool{}}
	s.scope.ref = s.resolve
	s.value = s.variable
	s.perSyn = true
	s.seen = func(slot string) { s.read[slot] = true }
	return s
}

// variable is the value of a variable of the synapses at this point of the statements.
func (s *synScope) variable(v *check.Variable) *ir.Expr {
	if _, known := s.env[v]; v.Postsynaptic && !known && !s.atPost && v.Kind != check.Subexpression {
		slot := s.b.Slot(ir.Slot{Name: SlotName(s.in.Object, v.Name), Type: irType(v.Type.Kind), Kind: ir.Indexed, Access: ir.Read})
		s.env[v] = s.b.LoadAt(slot, s.b.Leaf(ir.OpPost))
	}
	return s.current(v)
}

// post is the postsynaptic element.
func (s *synScope) post() *ir.Expr {
	if s.atPost {
		return s.b.Leaf(ir.OpElem)
	}
	return s.b.Leaf(ir.OpPost)
}

// resolve gives the names that synapses have besides their own variables.
func (s *synScope) resolve(r check.Ref) *ir.Expr {
	b := s.b
	switch r.Kind {
	case check.RefPre:
		return s.endValue(&s.syn.Pre, r.Var, b.Leaf(ir.OpPre))
	case check.RefPost:
		return s.endValue(&s.syn.Post, r.Var, s.post())
	case check.RefIndex:
		switch r.Name {
		case "i":
			return s.relative(ir.OpPre, s.syn.Pre.Start)
		case "j":
			if s.atPost {
				return s.relative(ir.OpElem, s.syn.Post.Start)
			}
			return s.relative(ir.OpPost, s.syn.Post.Start)
		}
		return b.Load(b.Slot(ir.Slot{Name: SlotName(s.in.Object, r.Name), Type: ir.Int, Kind: ir.PerElement, Access: ir.Read}))
	case check.RefCount:
		switch r.Name {
		case "N_pre":
			return b.ConstInt(int32(s.syn.Pre.Len))
		case "N_post":
			return b.ConstInt(int32(s.syn.Post.Len))
		case Incoming:
			return b.LoadAt(s.count(Incoming), b.Leaf(ir.OpPost))
		case Outgoing:
			return b.LoadAt(s.count(Outgoing), b.Leaf(ir.OpPre))
		}
	case check.RefExternal:
		if r.Name == LastUpdate {
			return s.lastUpdateTime()
		}
	}
	return nil
}

func (s *synScope) relative(op ir.Op, start int) *ir.Expr {
	e := s.b.Leaf(op)
	if start == 0 {
		return e
	}
	return s.b.Op(ir.OpSub, e, s.b.ConstInt(int32(start)))
}

func (s *synScope) count(name string) int {
	return s.b.Slot(ir.Slot{Name: SlotName(s.in.Object, name), Type: ir.Int, Kind: ir.Indexed, Access: ir.Read})
}

// lastUpdateTime is when event-driven variables were brought up to date, in units of the clock.
func (s *synScope) lastUpdateTime() *ir.Expr {
	return s.b.Op(ir.OpMul, s.b.ToReal(s.b.Load(s.lastUpdate(ir.Read))), s.b.Const(s.clock.in(s.syn.EventDT)))
}

func (s *synScope) lastUpdate(access ir.Access) int {
	return s.b.Slot(ir.Slot{Name: SlotName(s.in.Object, lastUpdateStep), Type: ir.Int, Kind: ir.PerElement, Access: access})
}

// endSlot is the slot of a variable of one end, read or added to at an index.
func (s *synScope) endSlot(e *End, v *check.Variable, access ir.Access) int {
	kind := ir.Indexed
	if v.Shared {
		kind = ir.Scalar
	}
	return s.b.Slot(ir.Slot{Name: SlotName(e.Object, v.Name), Type: irType(v.Type.Kind), Kind: kind, Access: access})
}

// endValue reads a variable of one end at the element where the synapse begins or ends.
func (s *synScope) endValue(e *End, v *check.Variable, at *ir.Expr) *ir.Expr {
	b := s.b
	if s.at != nil {
		if x := s.at(e, v, at); x != nil {
			return x
		}
	}
	switch {
	case v.Linked:
		return as(b, s.linked(e.Links[v.Name], at, func(slot string) { s.read[slot] = true }), irType(v.Type.Kind))
	case v.Kind == check.Subexpression:
		// The group's expression, evaluated at that element.
		clock := e.Clock
		clock.Every = s.clock.seconds()
		inner := scope{b: b, model: e.Model, clock: clock, n: e.N, grid: e.Grid, draws: s.draws, table: s.table, conditional: s.conditional}
		inner.value = func(w *check.Variable) *ir.Expr { return s.endValue(e, w, at) }
		inner.ref = func(r check.Ref) *ir.Expr {
			if r.Kind == check.RefIndex {
				return at
			}
			return nil
		}
		return as(b, inner.expr(v.Expr), irType(v.Type.Kind))
	case hidden(v, LastSpike):
		slot := b.Slot(ir.Slot{Name: SlotName(e.Object, lastSpikeStep), Type: ir.Int, Kind: ir.Indexed, Access: ir.Read})
		return b.Op(ir.OpMul, b.ToReal(b.LoadAt(slot, at)), b.Const(e.Clock.dt()))
	}
	s.read[SlotName(e.Object, v.Name)] = true
	slot := s.endSlot(e, v, ir.Read)
	if v.Shared {
		return b.Load(slot)
	}
	return b.LoadAt(slot, at)
}

// evolves reports whether a differential equation is advanced in every step: where Brian2's say so, and ANNarchy's unless they say otherwise.
func evolves(m *check.Model, v *check.Variable) bool {
	return v.ClockDriven || m.Dialect == check.ANNarchy && !v.EventDriven
}

// eventDriven lists the variables that are brought up to date when a spike arrives.
func eventDriven(m *check.Model) []*check.Variable {
	var out []*check.Variable
	for _, v := range m.Vars {
		if v.Kind == check.State && !evolves(m, v) {
			out = append(out, v)
		}
	}
	return out
}

func clockDriven(m *check.Model) []*check.Variable {
	var out []*check.Variable
	for _, v := range m.Vars {
		if v.Kind == check.State && evolves(m, v) {
			out = append(out, v)
		}
	}
	return out
}

// SynapseStorage lists the arrays of synapses.
func SynapseStorage(in SynapseInput) []Storage {
	var out []Storage
	for _, v := range in.Model.Vars {
		if v.Kind == check.Subexpression || v.Summed {
			continue
		}
		s := Storage{Name: v.Name, Type: irType(v.Type.Kind), Len: in.N, Kind: StateVar}
		switch {
		case v.Shared:
			s.Len = 1
		case v.Postsynaptic:
			s.Len = in.Post.N
		}
		out = append(out, s)
	}
	if len(eventDriven(in.Model)) > 0 {
		last := Storage{Name: lastUpdateStep, Type: ir.Int, Len: in.N, Kind: StateVar}
		if in.Model.Dialect == check.ANNarchy {
			last.Fill = -10000 // steps: ANNarchy takes what is event-driven to have been without spikes for so long
		}
		out = append(out, last)
	}
	return out
}

// SynapseUpdate makes the kernels that run in every step: the clock-driven equations, and in ANNarchy's dialect all statements, those of
// the projection as a whole first, then those of its postsynaptic neurons, then those of each synapse.
func SynapseUpdate(in SynapseInput) (steps []Step, err error) {
	defer recoverDefect(&err, in.Object)
	if in.Model.Dialect == check.ANNarchy {
		return learn(in)
	}
	odes := clockDriven(in.Model)
	if len(odes) == 0 {
		return nil, nil
	}
	s := newSynScope(in, "update")
	g := &group{in: in.Input, out: &Output{}, apart: map[*check.Variable]bool{}}
	err = g.odes(s.kernelScope, odes, false, func(v *check.Variable, e *ir.Expr) {
		s.assign(v, e)
		s.store(v.Name, v, e)
		s.effects = append(s.effects, ir.Effect{Kind: ir.Check, Value: e, Name: SlotName(in.Object, v.Name)})
	})
	if err != nil {
		return nil, err
	}
	if k := s.kernel(in.Object + " update"); k != nil {
		k.Domain = ir.Synapses
		steps = append(steps, Step{k, in.N})
	}
	return steps, nil
}

// SummedInput makes the kernel that sums an expression over the synapses of each element of the target group into its variable. past is nil
// where all values are those of the present.
func SummedInput(in SynapseInput, v *check.Variable, target *End, variable string, add bool, past *Past) (k *ir.Kernel, err error) {
	defer recoverDefect(&err, in.Object)
	s := newSynScope(in, "summed "+v.Name)
	if past != nil {
		past.of(s, strings.HasSuffix(v.Name, "_post"))
	}
	value := s.b.ToReal(s.expr(v.Expr))
	access := ir.Write
	if add {
		access = ir.ReadWrite
	}
	if s.read[SlotName(target.Object, variable)] {
		return nil, fmt.Errorf("the sum %s is set from %s itself: what it has then depends on which element is summed first; copy it before, as in run_regularly(\"old = %s\"), and read the copy", v.Name, variable, variable)
	}
	slot := s.b.Slot(ir.Slot{Name: SlotName(target.Object, variable), Type: ir.Real, Kind: ir.PerElement, Access: access})
	k = &ir.Kernel{Name: in.Object + " summed " + v.Name, Domain: ir.Incoming, Slots: s.b.Slots(),
		Reductions: []ir.Reduction{{Slot: slot, Value: value, Add: add}}}
	return compact(k), nil
}

// ClearSums makes the kernel that sets a variable of a group to 0 in parts of it: those that sums are to be added to.
func ClearSums(in Input, variable string, parts []Part) *ir.Kernel {
	b := ir.NewBuilder()
	slot := b.Slot(ir.Slot{Name: SlotName(in.Object, variable), Type: ir.Real, Kind: ir.PerElement, Access: ir.Write})
	var mask *ir.Expr
	for _, p := range parts {
		if mask == nil {
			mask = p.inside(b)
		} else {
			mask = b.Op(ir.OpOr, mask, p.inside(b))
		}
	}
	return &ir.Kernel{Name: in.Object + " cleared " + variable, Slots: b.Slots(), Effects: []ir.Effect{{Kind: ir.Store, Slot: slot, Value: b.Const(0), Mask: mask}}}
}

// OrderDependent says that code of synapses would give another result if synapses ran in another order.
type OrderDependent struct {
	Stmt *syntax.Stmt
	Why  string
}

// Error says why.
func (e *OrderDependent) Error() string { return e.Why }

// Pathway makes the kernel that runs code for each synapse of a spike. Traces are brought up to date first, then the statements run in
// order. Variables of the ends may only be added to, so that the order of synapses cannot matter; anything else is *OrderDependent.
func Pathway(in SynapseInput, code *check.Code, name string, post bool) (k *ir.Kernel, err error) {
	defer recoverDefect(&err, in.Object)
	s := newSynScope(in, name)
	p := &pathway{synScope: s, code: code, post: post, added: map[string]*syntax.Stmt{}}
	if err := p.bringUpToDate(); err != nil {
		return nil, err
	}
	s.model = code.Model
	if err := p.statements(code.Block.Stmts, nil); err != nil {
		return nil, err
	}
	s.storeChanged(p.changed)
	s.effects = append(s.effects, p.sums...)
	for name, st := range p.added {
		if s.read[name] {
			return nil, &OrderDependent{st, fmt.Sprintf("%s is read and changed by the code of %s: each synapse would see what the one before it did", name, in.Object)}
		}
	}
	if k = s.kernel(in.Object + " " + name); k != nil {
		k.Domain = ir.Spiking
	}
	return k, nil
}

type pathway struct {
	*synScope
	code    *check.Code
	post    bool // the spike is that of the postsynaptic neuron
	changed []*check.Variable
	sums    []ir.Effect
	added   map[string]*syntax.Stmt // variables of the ends that are added to
}

// bringUpToDate advances event-driven variables from the last event to now, in closed form.
func (p *pathway) bringUpToDate() error {
	s, b := p.synScope, p.b
	odes := eventDriven(p.syn.Model)
	if len(odes) == 0 {
		return nil
	}
	now := b.Leaf(ir.OpStep)
	if n := int32(math.Round(s.clock.seconds() / p.syn.EventDT)); n > 1 {
		now = b.Op(ir.OpMul, now, b.ConstInt(n))
	}
	since := b.Op(ir.OpSub, now, b.Load(s.lastUpdate(ir.Read)))
	if p.syn.Model.Dialect == check.ANNarchy && !p.post {
		// ANNarchy takes a spike that arrives for one of the step before, but notes the present step.
		since = b.Op(ir.OpSub, since, b.ConstInt(1))
	}
	elapsed := b.Op(ir.OpMul, b.ToReal(since), b.Const(s.clock.in(p.syn.EventDT)))
	sys := &solve.System{B: b, DT: s.clock.dt()}
	for _, v := range odes {
		sys.Vars = append(sys.Vars, solve.Var{Name: v.Name, Value: s.current(v), Deriv: b.ToReal(s.expr(v.Expr))})
	}
	news, err := solve.ExactOver(sys, elapsed)
	if err != nil {
		return fmt.Errorf("%w; what is (event-driven) is advanced from one event to the next in this way: flag it (clock-driven)", err)
	}
	for i, v := range odes {
		s.assign(v, news[i])
		p.changed = append(p.changed, v)
	}
	s.effects = append(s.effects, ir.Effect{Kind: ir.Store, Slot: s.lastUpdate(ir.Write), Value: now})
	return nil
}

func (p *pathway) statements(list []*syntax.Stmt, mask *ir.Expr) error {
	for _, st := range list {
		if st.Kind == syntax.StmtIf {
			then, els := p.branches(st, mask)
			if err := p.statements(st.Body, then); err != nil {
				return err
			}
			if err := p.statements(st.Else, els); err != nil {
				return err
			}
			continue
		}
		if err := p.statement(st, mask); err != nil {
			return err
		}
	}
	return nil
}

// branches are the masks of the two lists of an if. The condition is evaluated before either.
func (p *pathway) branches(st *syntax.Stmt, mask *ir.Expr) (then, els *ir.Expr) {
	b := p.b
	cond := as(b, p.expr(st.X), ir.Bool)
	then, els = cond, b.Op(ir.OpNot, cond)
	if mask != nil {
		then, els = b.Op(ir.OpAnd, mask, then), b.Op(ir.OpAnd, mask, els)
	}
	return then, els
}

func (p *pathway) statement(st *syntax.Stmt, mask *ir.Expr) error {
	ref := p.code.Target[st]
	v := ref.Var
	switch ref.Kind {
	case check.RefPre:
		return p.add(st, &p.syn.Pre, v, p.b.Leaf(ir.OpPre), mask)
	case check.RefPost:
		return p.add(st, &p.syn.Post, v, p.b.Leaf(ir.OpPost), mask)
	}
	if v.Shared && v.Kind != check.Local {
		return &OrderDependent{st, fmt.Sprintf("%s is shared by all synapses: each would see what the one before it did", v.Name)}
	}
	e := as(p.b, p.augment(st, func() *ir.Expr { return p.current(v) }), irType(v.Type.Kind))
	if mask != nil && v.Kind != check.Local {
		e = p.b.Select(mask, e, p.current(v))
	}
	p.assign(v, e)
	if v.Kind != check.Local && !slices.Contains(p.changed, v) {
		p.changed = append(p.changed, v)
	}
	return nil
}

// add lowers `variable_post += value`; a variable that is clamped while its neuron is refractory takes nothing then.
func (p *pathway) add(st *syntax.Stmt, e *End, v *check.Variable, at, mask *ir.Expr) error {
	name := SlotName(e.Object, v.Name)
	if st.Op != "+=" && st.Op != "-=" || v.Shared || v.Type.Kind == check.Bool {
		return &OrderDependent{st, fmt.Sprintf("%s can only be added to (+=, -=) by synapses: with %q the result depends on which synapse comes last", st.Name, st.Op)}
	}
	value := as(p.b, p.expr(st.X), irType(v.Type.Kind))
	if st.Op == "-=" {
		value = p.b.Op(ir.OpNeg, value)
	}
	if v.UnlessRefractory && e.Refractory != nil {
		free := p.endValue(e, e.Model.ByName[NotRefractory], at)
		if mask != nil {
			free = p.b.Op(ir.OpAnd, mask, free)
		}
		mask = free
	}
	p.added[name] = st
	p.sums = append(p.sums, ir.Effect{Kind: ir.Accumulate, Slot: p.endSlot(e, v, ir.Write), Index: at, Value: value, Mask: mask})
	return nil
}

// LastUpdate is the time of the last event of synapses that have event-driven equations, as code and monitors know it.
const LastUpdate = "lastupdate"

// HasLastUpdate reports that synapses have a LastUpdate.
func HasLastUpdate(m *check.Model) bool { return len(eventDriven(m)) > 0 }

// EvaluateSynapses makes a kernel that stores the value of a subexpression of synapses, or their LastUpdate, as a real number, into the slot
// object.NAME.
func EvaluateSynapses(in SynapseInput, v *check.Variable, object string) (k *ir.Kernel, err error) {
	defer recoverDefect(&err, in.Object)
	s := newSynScope(in, "update")
	s.scalar, s.perSyn = v.Shared, !v.Shared
	var x *ir.Expr
	if v.Name == LastUpdate {
		x = s.lastUpdateTime()
	} else {
		x = s.b.ToReal(s.current(v))
	}
	slot := s.b.Slot(ir.Slot{Name: SlotName(object, v.Name), Type: ir.Real, Kind: ir.PerElement, Access: ir.Write})
	s.effects = append(s.effects, ir.Effect{Kind: ir.Store, Slot: slot, Value: x})
	k = s.kernel(object + " " + v.Name)
	if !v.Shared {
		k.Domain = ir.Synapses
	}
	return k, nil
}
