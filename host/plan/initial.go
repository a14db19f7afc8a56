package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
)

// initials remembers how initial values came into buffers, so that many small assignments stay cheap.
type initials struct {
	owned map[*Buffer]bool  // contents are ours to change, not the user's array
	over  map[*Run]*overlay // copies from tables
}

// overlay is a copy of numbers into a variable at one place in the order of assignments.
type overlay struct {
	values, picked *Buffer // picked nil: all elements
}

// owner is what the variables of an assignment belong to: a group, or synapses.
type owner struct {
	object   string
	name     string // of a variable, for messages: name + its own
	elements string // what they are called
	n        int
	model    *check.Model
	ctx      check.Context
	stream   string
	running  bool // the network has run
	kernel   func(lower.Assign) (*ir.Kernel, float64, error)
	run      func(k *ir.Kernel, n int) *Run
}

// initialise applies the values that the user set before the first run, in the order in which they were set.
func (b *builder) initialise(g *net.Group, in lower.Input) {
	o := b.groupOwner(g, in)
	for i, a := range g.Initial {
		b.assign(o, a, i)
	}
}

func (b *builder) groupOwner(g *net.Group, in lower.Input) *owner {
	return &owner{
		object: g.Name, name: g.Name + ".", elements: "elements", n: g.N, model: in.Model, stream: "set",
		ctx:    check.Context{Dialect: g.Dialect, Scope: g.Namespace, Geometry: g.Grid != nil, N: g.N},
		kernel: func(a lower.Assign) (*ir.Kernel, float64, error) { return lower.Initial(in, a) },
		run:    func(k *ir.Kernel, n int) *Run { return b.kernel(k, n, -1) },
	}
}

// initialSynapses applies the values that the user gave to synaptic variables.
func (b *builder) initialSynapses(s *net.Synapses, in lower.SynapseInput, w *wiring) {
	o := b.synapseOwner(s, in, w)
	for i, a := range s.Initial {
		if slices.Contains(b.res.Ones[s], a.Var) && len(a.Values) > 1 {
			a.Values = a.Values[:1] // they are equal
		}
		b.assign(o, a, i)
	}
}

func (b *builder) synapseOwner(s *net.Synapses, in lower.SynapseInput, w *wiring) *owner {
	return &owner{
		object: s.Name, name: s.Name + ".", elements: "synapses", n: in.N, model: in.Model, stream: "set", ctx: b.synapseContext(s),
		kernel: func(a lower.Assign) (*ir.Kernel, float64, error) { return lower.SynapseInitial(in, a) },
		run:    func(k *ir.Kernel, n int) *Run { return b.kernel(k, n, w.all()) },
	}
}

// assign applies the i-th assignment: as the contents of a buffer where nothing has touched it, else by an operation at this place in
// the order, so that expressions see what was assigned before them and nothing else.
func (b *builder) assign(o *owner, a net.Assignment, i int) {
	v, ok := o.model.ByName[a.Var]
	var id BufferID
	if ok && v.Kind != check.Subexpression {
		id, ok = b.byName[lower.SlotName(o.object, a.Var)]
	}
	if a.Optional && (!ok || v.Kind == check.Subexpression || a.Expr == nil && a.Dim != v.Type.Dim) {
		return
	}
	if !ok || v.Kind == check.Subexpression {
		b.mistake(a.Place, check.Suggest(a.Var, o.model), "%s has no variable %q that can be set", o.object, a.Var)
		return
	}
	buf := b.plan.Buffers[id]
	if !b.picksWell(o, v, a) {
		return
	}
	as, ok := b.assignment(o, v, a, i, buf.Len)
	if !ok {
		return
	}
	if a.Expr == nil && a.Condition == nil {
		b.setValues(o, v, a.Values, a.Elements, i, buf)
		return
	}
	if a.Elements != nil {
		as.Picked = fmt.Sprintf("%s@%s%d picked", v.Name, o.stream, i)
		b.buffer(Buffer{Object: o.object, Var: as.Picked, Type: ir.Bool, Len: buf.Len, Ints: marks(a.Elements, buf.Len), Role: Table})
	}
	k, fill, err := o.kernel(as)
	switch {
	case err != nil:
		b.mistake(a.Place, "", "%v", err)
	case k == nil:
		b.setValues(o, v, []float64{fill}, nil, i, buf)
	default:
		b.plan.Init = append(b.plan.Init, o.run(k, buf.Len))
	}
}

// assignment is the i-th assignment for package lower, but for the table of the elements that it picks; n is the number of values that v has.
func (b *builder) assignment(o *owner, v *check.Variable, a net.Assignment, i, n int) (as lower.Assign, ok bool) {
	ctx := o.ctx
	ctx.Fixed, ctx.Used = true, nil
	if a.Namespace != nil {
		ctx.Scope = a.Namespace
	}
	as = lower.Assign{Var: v, Part: lower.Part{Start: a.Start, Len: a.Len}, Running: o.running, What: fmt.Sprintf("%s%d %s", o.stream, i, v.Name)}
	if a.Expr != nil {
		if as.Value, ok = b.checked(a.Expr, ctx.Dialect, func(e syntax.Expr) (*check.Model, diag.List) {
			return check.CheckExpr(e, a.Expr, o.model, v, ctx)
		}); !ok {
			return as, false
		}
	} else {
		if !b.valuesFit(o, v, a, n) {
			return as, false
		}
		if len(a.Values) > 0 {
			as.Const = a.Values[0]
		}
	}
	if a.Condition != nil {
		if as.Cond, ok = b.checked(a.Condition, ctx.Dialect, func(e syntax.Expr) (*check.Model, diag.List) {
			return check.CheckCondition(e, a.Condition, o.model, ctx)
		}); !ok {
			return as, false
		}
	}
	return as, true
}

// picksWell checks which elements an assignment sets.
func (b *builder) picksWell(o *owner, v *check.Variable, a net.Assignment) bool {
	if v.Shared && (a.Elements != nil || a.Condition != nil) {
		b.mistake(a.Place, "set it as a whole", "%s%s is shared: it has one value and no elements to choose from", o.name, v.Name)
		return false
	}
	for _, e := range a.Elements {
		if e < 0 || int(e) >= o.n {
			b.mistake(a.Place, "", "%s%s has %d %s (0 to %d); there is no number %d", o.name, v.Name, o.n, o.elements, o.n-1, e)
			return false
		}
	}
	return true
}

// valuesFit checks the unit and the number of given values.
func (b *builder) valuesFit(o *owner, v *check.Variable, a net.Assignment, n int) bool {
	have := len(a.Values)
	switch {
	case a.Dim != v.Type.Dim:
		b.mistake(a.Place, "", "%s%s has the unit %v, but a value with the unit %v was given", o.name, v.Name, v.Type.Dim, a.Dim)
	case a.Condition != nil && have != 1:
		b.mistake(a.Place, "give one value, or an expression", "%s%s: how many %s a condition picks is not known before, but %d values were given", o.name, v.Name, o.elements, have)
	case a.Elements != nil && have != 1 && have != len(a.Elements):
		b.mistake(a.Place, "", "%d %s of %s%s were chosen, but %d values were given", len(a.Elements), o.elements, o.name, v.Name, have)
	case a.Elements == nil && have != 1 && have != n:
		b.mistake(a.Place, "", "%s%s has %d %s, but %d values were given", o.name, v.Name, n, o.elements, have)
	default:
		return true
	}
	return false
}

// checked parses an expression and gives its names a meaning; what is wrong is reported.
func (b *builder) checked(src *diag.Source, d check.Dialect, meaning func(syntax.Expr) (*check.Model, diag.List)) (lower.Checked, bool) {
	e, ds := syntax.ParseExpr(src, d.Syntax())
	b.reportAll(ds)
	if ds.Err() != nil {
		return lower.Checked{}, false
	}
	side, ds := meaning(e)
	b.reportAll(ds)
	return lower.Checked{Expr: side.Expr, Side: side}, ds.Err() == nil
}

// setValues sets all elements (elements nil) or some to given numbers.
func (b *builder) setValues(o *owner, v *check.Variable, values []float64, elements []int32, i int, buf *Buffer) {
	last := b.lastUse(buf.ID)
	if last == nil {
		b.put(buf, elements, values)
		return
	}
	over := b.initial.over[last]
	if over == nil {
		over = b.newOverlay(o, v, elements != nil, i, buf)
	}
	b.put(over.values, elements, values)
	if over.picked != nil {
		one := []float64{1}
		b.put(over.picked, elements, one)
	}
}

// lastUse is the last operation that reads or writes a buffer before the first step.
func (b *builder) lastUse(id BufferID) *Run {
	for _, op := range slices.Backward(b.plan.Init) {
		if r, ok := op.(*Run); ok && slices.Contains(r.Bind, id) {
			return r
		}
	}
	return nil
}

// newOverlay adds a copy from tables, which are filled by the caller and may be changed until something else touches the variable.
func (b *builder) newOverlay(o *owner, v *check.Variable, some bool, i int, dst *Buffer) *overlay {
	table := func(what string, t ir.Type) *Buffer {
		return b.plan.Buffers[b.buffer(Buffer{Object: o.object, Var: fmt.Sprintf("%s@%s%d%s", v.Name, o.stream, i, what), Type: t, Len: dst.Len, Role: Table})]
	}
	over := &overlay{values: table("", dst.Type)}
	ib := ir.NewBuilder()
	load := func(buf *Buffer) *ir.Expr {
		return ib.Load(ib.Slot(ir.Slot{Name: lower.SlotName(o.object, buf.Var), Type: buf.Type, Kind: ir.PerElement, Access: ir.Read}))
	}
	e := ir.Effect{Kind: ir.Store, Value: load(over.values)}
	if some {
		over.picked = table(" picked", ir.Bool)
		e.Mask = load(over.picked)
	}
	e.Slot = ib.Slot(ir.Slot{Name: lower.SlotName(o.object, v.Name), Type: dst.Type, Kind: ir.PerElement, Access: ir.Write})
	r := b.kernel(&ir.Kernel{Name: o.object + " set " + v.Name, Slots: ib.Slots(), Effects: []ir.Effect{e}}, dst.Len, -1)
	b.plan.Init = append(b.plan.Init, r)
	if b.initial.over == nil {
		b.initial.over = map[*Run]*overlay{}
	}
	b.initial.over[r] = over
	return over
}

// put changes the contents of a buffer: one value for all of the elements, or one each; of two values for one element the last counts.
func (b *builder) put(buf *Buffer, elements []int32, values []float64) {
	if elements == nil {
		buf.set(values)
		delete(b.initial.owned, buf)
		return
	}
	if !b.initial.owned[buf] {
		buf.expand()
		if b.initial.owned == nil {
			b.initial.owned = map[*Buffer]bool{}
		}
		b.initial.owned[buf] = true
	}
	for k, e := range elements {
		x := values[0]
		if len(values) > 1 {
			x = values[k]
		}
		if buf.Type == ir.Real {
			buf.Reals[e] = x
		} else {
			buf.Ints[e] = whole(x, buf.Type)
		}
	}
}

// set makes values the initial contents: one for all elements, or one each.
func (b *Buffer) set(values []float64) {
	b.Reals, b.Ints = nil, nil
	switch {
	case len(values) == 1:
		b.Fill = values[0]
		if b.Type != ir.Real {
			b.Fill = float64(whole(values[0], b.Type))
		}
	case b.Type == ir.Real:
		b.Reals = values
	default:
		b.Ints = make([]int32, len(values))
		for i, v := range values {
			b.Ints[i] = whole(v, b.Type)
		}
	}
}

// whole is how a number is kept as an integer or a truth value.
func whole(x float64, t ir.Type) int32 {
	switch {
	case t != ir.Bool:
		return int32(x)
	case x != 0:
		return 1
	}
	return 0
}

// expand gives a buffer contents of its own, one per element.
func (b *Buffer) expand() {
	switch {
	case b.Type == ir.Real && b.Reals != nil:
		b.Reals = slices.Clone(b.Reals)
	case b.Type == ir.Real:
		b.Reals = slices.Repeat([]float64{b.Fill}, b.Len)
	case b.Ints != nil:
		b.Ints = slices.Clone(b.Ints)
	default:
		b.Ints = slices.Repeat([]int32{int32(b.Fill)}, b.Len)
	}
}

// marks is a table of n truth values that hold at the given elements.
func marks(elements []int32, n int) []int32 {
	out := make([]int32, n)
	for _, e := range elements {
		out[e] = 1
	}
	return out
}

// withVariable is a model with one more variable, which hides others of its name.
func withVariable(m *check.Model, v *check.Variable) *check.Model {
	c := *m
	c.ByName = maps.Clone(m.ByName)
	c.ByName[v.Name] = v
	return &c
}
