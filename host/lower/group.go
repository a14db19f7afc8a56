package lower

import (
	"fmt"
	"maps"
	"slices"
	"sort"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/rng"
	"github.com/galvani-sim/galvani/host/syntax"
)

// Input describes a group to lower.
type Input struct {
	Object string
	Model  *check.Model
	N      int
	Grid   *connect.Grid
	Clock  Clock
	Method string // "" chooses: exact, euler or heun in Brian's dialect, euler in ANNarchy's
	// Sum returns the summed input of a target as an expression over slots that the caller binds.
	Sum func(b *ir.Builder, target string) *ir.Expr
	// Table lowers a call of a table.
	Table func(b *ir.Builder, t check.Table, args []*ir.Expr) Sample
	// Refractory is nil for groups that have no refractory period.
	Refractory *Refractory
	// Links are the variables of other groups that linked variables stand for, by name.
	Links map[string]Link
	// History holds the depth of the ring of past values to be kept of a variable, by name.
	History map[string]int
}

// Link is a variable of another group.
type Link struct {
	Slot   string // its name, as SlotName gives it
	Type   ir.Type
	Shared bool   // all elements read its one value
	Scalar bool   // it is a shared variable of its group
	Index  string // slot of the element for each element; "": the same
	// Expr is, of a subexpression, the variable of the group that Of describes; nil for a stored one. It is evaluated where it is read.
	Expr *check.Variable
	Of   func() Input
}

// linked reads a linked variable at an element, nil for that of the kernel; seen is told the arrays that are read. A kernel has one slot for an array, so that it is read by index where another
// kind would do: synapses may begin in the neurons that those at their other end are linked to.
func (s *kernelScope) linked(l Link, at *ir.Expr, seen func(slot string)) *ir.Expr {
	b, kind := s.b, ir.Indexed
	if at == nil {
		at = b.Leaf(ir.OpElem)
		if !s.perSyn {
			kind = ir.PerElement
		}
	}
	switch {
	case l.Scalar && kind == ir.Indexed && l.Expr == nil:
		seen(l.Slot)
		return b.Load(b.Slot(ir.Slot{Name: l.Slot, Type: l.Type, Kind: ir.Scalar, Access: ir.Read}))
	case l.Shared:
		at = b.ConstInt(0)
	case l.Index != "":
		index := b.Slot(ir.Slot{Name: l.Index, Type: ir.Int, Kind: kind, Access: ir.Read})
		if kind == ir.PerElement {
			at = b.Load(index)
		} else {
			at = b.LoadAt(index, at)
		}
	}
	if l.Expr != nil {
		in := l.Of()
		return s.elsewhere(&in, l.Expr, at, seen)
	}
	seen(l.Slot)
	return b.LoadAt(b.Slot(ir.Slot{Name: l.Slot, Type: l.Type, Kind: ir.Indexed, Access: ir.Read}), at)
}

// elsewhere is a variable of another group at one of its elements.
func (s *kernelScope) elsewhere(in *Input, v *check.Variable, at *ir.Expr, seen func(slot string)) *ir.Expr {
	b, kind := s.b, ir.Indexed
	switch {
	case v.Kind == check.Subexpression:
		clock := in.Clock
		clock.Every = s.clock.seconds()
		inner := scope{b: b, model: in.Model, clock: clock, n: in.N, grid: in.Grid, draws: s.draws, table: s.table, conditional: s.conditional}
		inner.value = func(w *check.Variable) *ir.Expr { return s.elsewhere(in, w, at, seen) }
		inner.ref = func(r check.Ref) *ir.Expr {
			if r.Kind == check.RefIndex {
				return at
			}
			return nil
		}
		return as(b, inner.expr(v.Expr), irType(v.Type.Kind))
	case hidden(v, LastSpike):
		seen(SlotName(in.Object, lastSpikeStep))
		slot := b.Slot(ir.Slot{Name: SlotName(in.Object, lastSpikeStep), Type: ir.Int, Kind: kind, Access: ir.Read})
		return b.Op(ir.OpMul, b.ToReal(b.LoadAt(slot, at)), b.Const(in.Clock.dt()))
	case v.Shared && s.perSyn:
		kind = ir.Scalar
	case v.Shared: // as a link to the variable itself reads it
		at = b.ConstInt(0)
	}
	seen(SlotName(in.Object, v.Name))
	slot := b.Slot(ir.Slot{Name: SlotName(in.Object, v.Name), Type: irType(v.Type.Kind), Kind: kind, Access: ir.Read})
	if kind == ir.Scalar {
		return b.Load(slot)
	}
	return b.LoadAt(slot, at)
}

// Step is one kernel over N elements.
type Step struct {
	Kernel *ir.Kernel
	N      int
}

// Storage is one array of a group.
type Storage struct {
	Name string
	Type ir.Type
	Len  int
	Kind StorageKind
	Fill float64
}

// StorageKind says who changes a stored variable.
type StorageKind uint8

const (
	StateVar   StorageKind = iota // the step
	ParamVar                      // only the user
	ScratchVar                    // rewritten each step before it is read
)

// Output is a lowered group.
type Output struct {
	Storage []Storage
	Init    []Step // once, in order, before step 0
	Early   []Step // before everything else in a step: Brian2's "constant over dt"
	Update  []Step // each step, in order
	Method  string // the numerical method in use; "" without differential equations
}

// SlotName is the name under which a kernel refers to a variable.
func SlotName(object, variable string) string { return object + "." + variable }

// Slots of the history of a variable: NextSlot is written, PastSlot read.
func NextSlot(object, variable string) string { return object + "." + variable + "@next" }
func PastSlot(object, variable string) string { return object + "." + variable + "@past" }

// newSlot is the scratch slot of a shared variable's new value.
func newSlot(variable string) string { return variable + "@new" }

// drawnSlot is the scratch slot of the draw of a noise that all elements share.
func drawnSlot(noise string) string { return noise + "@drawn" }

// Group lowers a group's equations. Errors are *solve.Unsuitable for a method that cannot be used.
func Group(in Input) (out *Output, err error) {
	defer recoverDefect(&err, in.Object)
	g := &group{in: in, out: &Output{}, draws: map[string]map[*syntax.Call]uint32{}}
	g.classify()
	if err := g.storage(); err != nil {
		return nil, err
	}
	g.early()
	if err := g.update(); err != nil {
		return nil, err
	}
	return g.out, nil
}

// recoverDefect turns a panic of the lowering, which the checker should have made impossible, into an error.
func recoverDefect(err *error, object string) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("internal error while translating the equations of %q, please report it: %v", object, r)
	}
}

type group struct {
	in  Input
	out *Output
	// apart are shared variables that need a kernel of their own.
	apart map[*check.Variable]bool
	// common are the noises that shared equations ask for: one path for all elements.
	common map[string]bool
	// commonCalls are the calls of random functions in shared equations, likewise.
	commonCalls []*syntax.Call
	// before are the assigned variables that Output.Early sets.
	before map[*check.Variable]bool
	// draws numbers the draws of the kernels by their names.
	draws map[string]map[*syntax.Call]uint32
}

// classify decides which shared variables the group's kernel can compute on the way. It can when the value is
// assigned outright, without random draws, and nothing before the assignment reads the old one: then every element computes the
// same value and element 0 stores it.
func (g *group) classify() {
	g.apart, g.common = map[*check.Variable]bool{}, map[string]bool{}
	g.findEarly()
	read := map[*check.Variable]bool{}
	for _, u := range g.in.Model.Updates {
		if g.before[u.Assign] {
			continue
		}
		for _, v := range updated(u) {
			random := false
			g.visit(v.Expr, func(w *check.Variable) { read[w] = true }, &random)
			if v.Shared && (u.Assign == nil || v.Op != "=" || random || read[v]) {
				g.apart[v] = true
			}
			if v.Shared && u.Assign == nil {
				g.noisesOf(v.Expr, g.common)
				g.callsOf(v.Expr)
			}
		}
	}
}

// scopeOf is a scope for a kernel of the group's step. Kernels of one name share a stream of random numbers, and no draw of it.
func (g *group) scopeOf(name string, scalar bool) *kernelScope {
	s := newScope(g.in, g.in.Object+"/"+name, scalar)
	if g.draws[name] == nil {
		g.draws[name] = s.draws
	}
	s.draws = g.draws[name]
	return s
}

func updated(u check.Update) []*check.Variable {
	if u.Assign != nil {
		return []*check.Variable{u.Assign}
	}
	return u.ODEs
}

// through calls f for e and for its parts, and for those of the subexpressions that it names.
func (g *group) through(e syntax.Expr, f func(syntax.Expr)) {
	syntax.Walk(e, func(e syntax.Expr) {
		f(e)
		if id, ok := e.(*syntax.Ident); ok {
			if ref := g.in.Model.Refs[id]; ref.Kind == check.RefVariable && ref.Var != nil && ref.Var.Kind == check.Subexpression {
				g.through(ref.Var.Expr, f)
			}
		}
	})
}

// visit reports the stored variables that e reads, and whether it draws random numbers.
func (g *group) visit(e syntax.Expr, seen func(*check.Variable), random *bool) {
	g.through(e, func(e syntax.Expr) {
		switch e := e.(type) {
		case *syntax.Ident:
			ref := g.in.Model.Refs[e]
			if ref.Var != nil && ref.Var.Kind != check.Subexpression {
				seen(ref.Var)
			}
			*random = *random || ref.Kind == check.RefNoise
		case *syntax.Call:
			*random = *random || g.isDraw(e)
		}
	})
}

// isDraw reports a call of a random function.
func (g *group) isDraw(e *syntax.Call) bool {
	c := g.in.Model.Calls[e]
	return c.Kind == check.CallBuiltin && isRandom[c.Name]
}

var isRandom = map[string]bool{
	"rand": true, "randn": true, "poisson": true, "Uniform": true, "Normal": true, "LogNormal": true,
	"Exponential": true, "Gamma": true, "DiscreteUniform": true,
}

// storage lists the arrays of the group and the kernels that give them their first values.
func (g *group) storage() error {
	for _, v := range g.in.Model.Vars {
		if v.Kind == check.Subexpression {
			continue
		}
		if h, ok := g.hiddenStorage(v); ok {
			g.out.Storage = append(g.out.Storage, h)
			continue
		}
		s := Storage{Name: v.Name, Type: irType(v.Type.Kind), Len: g.in.N, Kind: StateVar}
		if v.Kind == check.Parameter {
			s.Kind = ParamVar
		}
		if v.External {
			s.Fill = v.Value
		}
		if v.Shared {
			s.Len = 1
		}
		if v.Init != nil {
			k, fill, err := Initial(g.in, Assign{Var: v, Value: Checked{v.Init, g.in.Model}, What: "default of " + v.Name})
			if err != nil {
				return err
			}
			s.Fill = fill
			if k != nil {
				g.out.Init = append(g.out.Init, Step{k, s.Len})
			}
		}
		g.out.Storage = append(g.out.Storage, s)
		if g.apart[v] {
			s.Name, s.Kind = newSlot(v.Name), ScratchVar
			g.out.Storage = append(g.out.Storage, s)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g.common)) {
		g.out.Storage = append(g.out.Storage, Storage{Name: drawnSlot(name), Type: ir.Real, Len: 1, Kind: ScratchVar})
	}
	for i := range g.commonCalls {
		g.out.Storage = append(g.out.Storage, Storage{Name: drawnSlot(callName(i)), Type: ir.Real, Len: 1, Kind: ScratchVar})
	}
	return nil
}

// kernelScope is a scope with the effects of the kernel being made.
type kernelScope struct {
	seen func(slot string) // is told what linked variables read; nil: nobody asks
	scope
	in      Input
	stream  string
	scalar  bool // a kernel of one element: shared variables only
	env     map[*check.Variable]*ir.Expr
	effects []ir.Effect
	memo    map[*check.Variable]*ir.Expr // subexpressions, valid until env changes
	// noiseDraws numbers the draws of white noise sources.
	noiseDraws map[string]uint32
	// samples are the calls of tables whose column only the run knows, to be checked.
	samples []Sample
	perSyn  bool // over synapses
	part    Part
}

func newScope(in Input, stream string, scalar bool) *kernelScope {
	s := &kernelScope{in: in, stream: stream, scalar: scalar, env: map[*check.Variable]*ir.Expr{}, memo: map[*check.Variable]*ir.Expr{}, noiseDraws: map[string]uint32{}}
	s.scope = scope{
		b: ir.NewBuilder(), model: in.Model, clock: in.Clock, n: in.N, grid: in.Grid, draws: map[*syntax.Call]uint32{},
	}
	s.value = s.current
	s.sum = func(target string) *ir.Expr { return in.Sum(s.b, target) }
	s.table = s.sample
	return s
}

// Part is elements Start to Start+Len-1 of a group; Len 0: the whole group.
type Part struct{ Start, Len int }

// inPart makes i and N those of a part.
func (s *kernelScope) inPart(p Part) {
	if s.part = p; p.Len == 0 {
		return
	}
	s.ref = func(r check.Ref) *ir.Expr {
		switch r.Kind {
		case check.RefIndex:
			return s.b.Op(ir.OpSub, s.b.Leaf(ir.OpElem), s.b.ConstInt(int32(p.Start)))
		case check.RefCount:
			return s.b.ConstInt(int32(p.Len))
		}
		return nil
	}
}

// inside is the condition that the element is in the part.
func (p Part) inside(b *ir.Builder) *ir.Expr {
	i := b.Leaf(ir.OpElem)
	return b.Op(ir.OpAnd, b.Op(ir.OpLe, b.ConstInt(int32(p.Start)), i), b.Op(ir.OpLt, i, b.ConstInt(int32(p.Start+p.Len))))
}

// current is the value of v at this point of the statements.
func (s *kernelScope) current(v *check.Variable) *ir.Expr {
	if e, ok := s.env[v]; ok {
		return e
	}
	if v.Linked {
		seen := s.seen
		if seen == nil {
			seen = func(string) {}
		}
		return as(s.b, s.linked(s.in.Links[v.Name], nil, seen), irType(v.Type.Kind))
	}
	if v.Kind == check.Subexpression {
		if e, ok := s.memo[v]; ok {
			return e
		}
		if s.part.Len > 0 { // in its equations i and N are those of the group
			ref := s.ref
			s.ref = nil
			defer func() { s.ref = ref }()
		}
		e := as(s.b, s.expr(v.Expr), irType(v.Type.Kind))
		s.memo[v] = e
		return e
	}
	if hidden(v, LastSpike) {
		return s.b.Op(ir.OpMul, s.b.ToReal(s.b.Load(s.lastStep(ir.Read))), s.b.Const(s.clock.dt()))
	}
	e := s.load(v.Name, v)
	s.env[v] = e
	return e
}

func (s *kernelScope) slot(name string, v *check.Variable, access ir.Access) int {
	kind := ir.PerElement
	if v.Shared && !s.scalar {
		kind = ir.Scalar
	}
	return s.b.Slot(ir.Slot{Name: SlotName(s.in.Object, name), Type: irType(v.Type.Kind), Kind: kind, Access: access})
}

func (s *kernelScope) load(name string, v *check.Variable) *ir.Expr {
	return s.b.Load(s.slot(name, v, ir.Read))
}

func (s *kernelScope) store(name string, v *check.Variable, value *ir.Expr) {
	s.effects = append(s.effects, ir.Effect{Kind: ir.Store, Slot: s.slot(name, v, ir.Write), Value: value})
}

// storeChanged stores what statements left of variables, and checks the real ones.
func (s *kernelScope) storeChanged(vars []*check.Variable) {
	for _, v := range vars {
		e := s.env[v]
		s.store(v.Name, v, e)
		if e.Type == ir.Real {
			s.effects = append(s.effects, ir.Effect{Kind: ir.Check, Value: e, Name: SlotName(s.in.Object, v.Name)})
		}
	}
}

// assign sets v for the statements that follow.
func (s *kernelScope) assign(v *check.Variable, e *ir.Expr) {
	s.env[v] = e
	clear(s.memo)
}

// clamp applies min= and max= of v.
func (s *kernelScope) clamp(v *check.Variable, e *ir.Expr) *ir.Expr {
	if v.Min != nil {
		e = s.b.Op(ir.OpMax, e, as(s.b, s.expr(v.Min), e.Type))
	}
	if v.Max != nil {
		e = s.b.Op(ir.OpMin, e, as(s.b, s.expr(v.Max), e.Type))
	}
	return e
}

// kernel finishes the kernel; nil when it has no effects.
func (s *kernelScope) kernel(name string) *ir.Kernel {
	if len(s.effects) == 0 {
		return nil
	}
	checks := s.columnChecks()
	k := &ir.Kernel{Name: name, Slots: s.b.Slots(), Effects: append(checks, s.effects...), Stream: rng.Stream(s.stream)}
	return compact(k)
}

// compact drops the slots that nothing uses, such as the placeholders of noise.
func compact(k *ir.Kernel) *ir.Kernel {
	used := map[int]bool{}
	seen := map[*ir.Expr]bool{}
	var walk func(*ir.Expr)
	walk = func(e *ir.Expr) {
		if e == nil || seen[e] {
			return
		}
		seen[e] = true
		if e.Op == ir.OpLoad {
			used[e.Slot] = true
		}
		for _, a := range e.Args {
			walk(a)
		}
	}
	for _, ef := range k.Effects {
		walk(ef.Index)
		walk(ef.Value)
		walk(ef.Mask)
		if ef.Kind != ir.Check {
			used[ef.Slot] = true
		}
	}
	for _, r := range k.Reductions {
		walk(r.Value)
		used[r.Slot] = true
	}
	order := make([]int, 0, len(used))
	for i := range used {
		order = append(order, i)
	}
	sort.Ints(order)
	to := map[int]int{}
	b := ir.NewBuilder()
	for _, i := range order {
		to[i] = b.Slot(k.Slots[i])
	}
	copyOf := func(e *ir.Expr) *ir.Expr {
		if e == nil {
			return nil
		}
		return b.Copy(e, nil, func(i int) int { return to[i] })
	}
	out := *k
	out.Effects, out.Reductions = nil, nil
	for _, ef := range k.Effects {
		ef.Index, ef.Value, ef.Mask, ef.Slot = copyOf(ef.Index), copyOf(ef.Value), copyOf(ef.Mask), to[ef.Slot]
		out.Effects = append(out.Effects, ef)
	}
	for _, r := range k.Reductions {
		r.Value, r.Slot = copyOf(r.Value), to[r.Slot]
		out.Reductions = append(out.Reductions, r)
	}
	out.Slots = b.Slots()
	return &out
}

// update lowers one time step.
func (g *group) update() error {
	if len(g.apart) > 0 {
		if err := g.kernel("shared", true); err != nil {
			return err
		}
	}
	if err := g.kernel("update", false); err != nil {
		return err
	}
	if len(g.apart) == 0 {
		return nil
	}
	s := newScope(g.in, g.in.Object+"/carry", true)
	for _, v := range g.in.Model.Vars {
		if g.apart[v] {
			s.store(v.Name, v, s.load(newSlot(v.Name), v))
		}
	}
	g.out.Update = append(g.out.Update, Step{s.kernel(g.in.Object + " carry"), 1})
	return nil
}

// kernel lowers the updates of the shared variables apart (scalar), or of all others.
func (g *group) kernel(name string, scalar bool) error {
	s := g.scopeOf(name, scalar)
	var changed []*check.Variable
	raws := map[*check.Variable]*ir.Expr{}
	set := func(v0 *check.Variable, raw *ir.Expr) {
		raw = s.unlessRefractory(v0, s.current(v0), as(s.b, raw, irType(v0.Type.Kind)))
		s.assign(v0, s.clamp(v0, raw))
		changed = append(changed, v0)
		raws[v0] = raw
	}
	if !scalar {
		s.refract()
	}
	for _, u := range g.in.Model.Updates {
		if v := u.Assign; v != nil {
			switch {
			case g.before[v] || scalar && !v.Shared:
			case !scalar && g.apart[v]:
				s.assign(v, s.load(newSlot(v.Name), v))
			default:
				e, err := s.augmented(v)
				if err != nil {
					return err
				}
				set(v, e)
			}
			continue
		}
		if err := g.odes(s, u.ODEs, scalar, set); err != nil {
			return err
		}
	}
	for _, v := range changed {
		e := s.env[v]
		switch {
		case scalar && g.apart[v]:
			s.store(newSlot(v.Name), v, e)
		case scalar:
			continue // the group's kernel stores it
		default:
			s.store(v.Name, v, e)
		}
		if e.Type == ir.Real {
			s.effects = append(s.effects, ir.Effect{Kind: ir.Check, Value: raws[v], Name: SlotName(g.in.Object, v.Name)})
		}
		if depth := g.in.History[v.Name]; depth > 0 && !scalar {
			s.remember(v, depth, 1, e)
		}
	}
	if !scalar {
		for _, v := range g.in.Model.Vars { // what no equation changes is set from outside, and has a past all the same
			if depth := g.in.History[v.Name]; depth > 0 && !slices.Contains(changed, v) && !g.before[v] {
				s.remember(v, depth, 1, s.current(v))
			}
		}
	}
	if k := s.kernel(g.in.Object + " " + name); k != nil {
		n := g.in.N
		if scalar {
			n = 1
		}
		g.out.Update = append(g.out.Update, Step{k, n})
	}
	return nil
}

// augmented lowers an assignment, with += and its kin.
func (s *kernelScope) augmented(v *check.Variable) (*ir.Expr, error) {
	x := s.expr(v.Expr)
	if v.Op == "" || v.Op == "=" {
		return x, nil
	}
	op, ok := map[string]ir.Op{"+=": ir.OpAdd, "-=": ir.OpSub, "*=": ir.OpMul, "/=": ir.OpDiv}[v.Op]
	if !ok {
		return nil, fmt.Errorf("operator %q cannot be used for %s", v.Op, v.Name)
	}
	old := s.current(v)
	t := wider(wider(old.Type, x.Type), ir.Int)
	if op == ir.OpDiv {
		t = ir.Real
	}
	return s.b.Op(op, as(s.b, old, t), as(s.b, x, t)), nil
}

// remember stores the new value as row (step+ahead) mod depth of the history.
func (s *kernelScope) remember(v *check.Variable, depth int, ahead int32, e *ir.Expr) {
	b := s.b
	slot := b.Slot(ir.Slot{Name: NextSlot(s.in.Object, v.Name), Type: e.Type, Kind: ir.Indexed, Access: ir.Write})
	row := b.Op(ir.OpMod, b.Op(ir.OpAdd, b.Leaf(ir.OpStep), b.ConstInt(ahead)), b.ConstInt(int32(depth)))
	at := b.Op(ir.OpAdd, b.Op(ir.OpMul, row, b.ConstInt(int32(s.in.N))), b.Leaf(ir.OpElem))
	s.effects = append(s.effects, ir.Effect{Kind: ir.Store, Slot: slot, Index: at, Value: e})
}

// PastRate reads the value that variable had lag steps ago, at an element of a group of n; before the first step it was what it is at
// first, as in ANNarchy.
func PastRate(b *ir.Builder, object, variable string, n, depth int, lag, element *ir.Expr) *ir.Expr {
	slot := b.Slot(ir.Slot{Name: PastSlot(object, variable), Type: ir.Real, Kind: ir.Indexed, Access: ir.Read})
	then := b.Op(ir.OpMax, b.Op(ir.OpSub, b.Leaf(ir.OpStep), lag), b.ConstInt(0))
	row := b.Op(ir.OpMod, then, b.ConstInt(int32(depth)))
	at := b.Op(ir.OpAdd, b.Op(ir.OpMul, row, b.ConstInt(int32(n))), element)
	return b.LoadAt(slot, at)
}

// Evaluate makes a kernel that stores the current value of a subexpression into the slot object.NAME, over n elements.
func Evaluate(in Input, v *check.Variable, object string) (k *ir.Kernel, n int, err error) {
	defer recoverDefect(&err, in.Object)
	s := newScope(in, in.Object+"/update", v.Shared)
	x := s.current(v)
	slot := s.b.Slot(ir.Slot{Name: SlotName(object, v.Name), Type: x.Type, Kind: ir.PerElement, Access: ir.Write})
	s.effects = append(s.effects, ir.Effect{Kind: ir.Store, Slot: slot, Value: x})
	n = in.N
	if v.Shared {
		n = 1
	}
	return s.kernel(object + " " + v.Name), n, nil
}
