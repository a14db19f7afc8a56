package plan

import (
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
)

// "Lump states": variables of synapses that obey linear equations with the same coefficients everywhere, that spikes only add to, and that
// only enter sums over the synapses of a neuron. The sum over a neuron's synapses obeys the same equations, so it is kept instead
// (AtTarget), equal up to rounding. All synapses of one presynaptic neuron have the same value, which is kept beside it (AtSource), with the
// same roundings: what each synapse would have can be told at any time, and the plain form can go on from there.

// Suffixes of the buffers that lumped variables have.
const (
	AtTarget = "@target" // sum over the synapses of a postsynaptic element
	AtSource = "@source" // value at each synapse of a presynaptic element
)

// lump is what becomes of the kernels of some synapses.
type lump struct {
	vars           []string // names of variables, in the order of the equations
	slots          map[string]bool
	target, source *ir.Kernel // the update
	sums           map[string]*ir.Kernel
	paths          map[*net.Pathway]lumpedPath
}

// lumpedPath is a pathway's code: for each synapse, and once per presynaptic element.
type lumpedPath struct{ synapses, source *ir.Kernel }

// lumpOf decides whether variables of synapses are lumped; nil: they are not.
func (b *builder) lumpOf(s *net.Synapses, in lower.SynapseInput, p *pairs) *lump {
	plain := b.opt.Plain != nil && b.opt.Plain(s) || b.sentApart(s, p.pre.Len())
	if plain || passive(s) || b.isEnd(s) || delayed(s.Sums) || s.Dialect != check.Brian || p.removed != nil || p.pre.Len() <= s.Pre.Group.N+s.Post.Group.N || len(s.Code) > 0 || len(b.net.Operations) > 0 {
		return nil
	}
	if slices.ContainsFunc(in.Model.Updates, func(u check.Update) bool { return u.Assign != nil }) {
		return nil // something is constant over dt
	}
	updates, err := lower.SynapseUpdate(in)
	if err != nil || len(updates) != 1 || updates[0].Kernel.Domain != ir.Synapses {
		return nil
	}
	update := updates[0].Kernel
	l := &lump{slots: map[string]bool{}, sums: map[string]*ir.Kernel{}, paths: map[*net.Pathway]lumpedPath{}}
	for _, e := range update.Effects {
		if e.Kind == ir.Store {
			slot := update.Slots[e.Slot]
			if slot.Kind != ir.PerElement || slot.Type != ir.Real {
				return nil
			}
			name := slot.Name
			l.slots[name] = true
			l.vars = append(l.vars, strings.TrimPrefix(name, s.Name+"."))
		}
	}
	if b.lumpSeen(s, in.Model, l) || !l.update(in, update) {
		return nil
	}
	for _, v := range in.Model.Vars {
		if v.Summed && !l.sum(in, v) {
			return nil
		}
	}
	if len(l.sums) == 0 {
		return nil
	}
	for _, path := range s.Pathways {
		if !l.pathway(b.ofPathway(in, s, path), path, b.pathCode[path]) {
			return nil
		}
	}
	return l
}

// lumpSeen reports whether something outside of the equations looks at the variables, or may.
func (b *builder) lumpSeen(s *net.Synapses, m *check.Model, l *lump) bool {
	derived := func(name string) bool { // from the variables, perhaps
		v := m.ByName[name]
		return slices.Contains(l.vars, name) || name == lower.LastUpdate || v != nil && v.Kind == check.Subexpression
	}
	for _, a := range s.Initial {
		if derived(a.Var) || mentions(a, derived) {
			return true
		}
	}
	if b.shows(s, derived) {
		return true
	}
	for _, g := range b.net.Groups { // code for one neuron after another takes its sums anew each time
		if slices.ContainsFunc(g.Code, func(c *net.CodeBlock) bool { return c.Update != net.Synchronous }) {
			return true
		}
	}
	return false
}

// shows reports whether a monitor or a view shows a variable of each synapse of those names.
func (b *builder) shows(s *net.Synapses, is func(name string) bool) bool {
	return slices.ContainsFunc(b.net.Monitors, func(m *net.StateMonitor) bool { return m.Synapses == s && slices.ContainsFunc(m.Vars, is) }) ||
		slices.ContainsFunc(b.net.Views, func(v *net.View) bool { return v.Synapses == s && is(v.Weight) })
}

// mentions reports whether what an assignment is computed from contains one of those names.
func mentions(a net.Assignment, is func(name string) bool) bool {
	return slices.ContainsFunc([]*diag.Source{a.Expr, a.Condition}, func(text *diag.Source) bool {
		return text != nil && slices.ContainsFunc(strings.FieldsFunc(text.Text, func(r rune) bool {
			return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
		}), is)
	})
}

// update makes the kernels that advance the sums and the values at the sources.
func (l *lump) update(in lower.SynapseInput, k *ir.Kernel) bool {
	for _, e := range k.Effects {
		switch {
		case e.Kind == ir.Check:
		case e.Kind != ir.Store || e.Mask != nil || e.Index != nil || !l.linear(k, e.Value, 0):
			return false
		}
	}
	at := func(suffix, name string) *ir.Kernel {
		ib := ir.NewBuilder()
		out := &ir.Kernel{Name: in.Object + " " + name, Stream: k.Stream}
		for _, e := range k.Effects {
			e.Value = l.copyTo(ib, k, e.Value, suffix, ir.OpInvalid)
			if e.Kind == ir.Check {
				e.Name += suffix
			} else {
				slot := k.Slots[e.Slot]
				slot.Name += suffix
				e.Slot = ib.Slot(slot)
			}
			out.Effects = append(out.Effects, e)
		}
		out.Slots = ib.Slots()
		return out
	}
	l.target, l.source = at(AtTarget, "update of states lumped per target"), at(AtSource, "update of states at the source")
	return true
}

// sum replaces the sum of a variable that lumped ones enter.
func (l *lump) sum(in lower.SynapseInput, v *check.Variable) bool {
	name, byPost := strings.CutSuffix(v.Name, "_post")
	if !byPost {
		name = strings.TrimSuffix(v.Name, "_pre")
	}
	target := &in.Post
	if !byPost {
		target = &in.Pre
	}
	k, err := lower.SummedInput(in, v, target, name, false, nil)
	if err != nil {
		return false
	}
	value := k.Reductions[0].Value
	if !l.reads(k, value) {
		return true
	}
	if !byPost || !l.linear(k, value, postSide) {
		return false
	}
	l.sums[v.Name] = k
	return true
}

// summed is the kernel that stores, or adds, the lumped sum of a variable.
func (l *lump) summed(v string, add bool) *ir.Kernel {
	k := l.sums[v]
	red := k.Reductions[0]
	ib := ir.NewBuilder()
	value := l.copyTo(ib, k, red.Value, AtTarget, ir.OpPost)
	slot := k.Slots[red.Slot]
	if add {
		slot.Access = ir.ReadWrite
	}
	to := ib.Slot(slot)
	if add {
		value = ib.Op(ir.OpAdd, ib.Load(to), value)
	}
	return &ir.Kernel{Name: k.Name + " lumped per target", Slots: ib.Slots(), Effects: []ir.Effect{{Kind: ir.Store, Slot: to, Value: value}}}
}

// pathway takes the code of a pathway apart: what it adds to lumped variables, and the rest.
func (l *lump) pathway(in lower.SynapseInput, path *net.Pathway, code *check.Code) bool {
	k, err := lower.Pathway(in, code, path.Name, path.Post)
	if err != nil || k == nil {
		return err == nil
	}
	syn, src := ir.NewBuilder(), ir.NewBuilder()
	out := &ir.Kernel{Name: k.Name, Domain: ir.Spiking, Stream: k.Stream}
	source := &ir.Kernel{Name: k.Name + " at the source", Domain: ir.Active, Stream: k.Stream}
	for _, e := range k.Effects {
		switch {
		case e.Kind == ir.Store && l.slots[k.Slots[e.Slot].Name]:
			slot := k.Slots[e.Slot]
			parts, ok := l.increment(k, e.Value, e.Slot)
			if !ok || e.Mask != nil || e.Index != nil || path.Post || len(path.Delay) > 1 || len(path.Delays) > 0 {
				return false
			}
			at := src.Slot(ir.Slot{Name: slot.Name + AtSource, Type: ir.Real, Kind: ir.PerElement, Access: ir.ReadWrite})
			value := src.Load(at)
			var sum *ir.Expr
			for _, part := range parts {
				value = src.Op(part.op, value, l.copyTo(src, k, part.value, "", ir.OpPre))
				x := l.copyTo(syn, k, part.value, "", ir.OpInvalid)
				switch {
				case sum != nil:
					sum = syn.Op(part.op, sum, x)
				case part.op == ir.OpSub:
					sum = syn.Op(ir.OpNeg, x)
				default:
					sum = x
				}
			}
			if sum == nil {
				continue
			}
			to := syn.Slot(ir.Slot{Name: slot.Name + AtTarget, Type: ir.Real, Kind: ir.Indexed, Access: ir.Write})
			out.Effects = append(out.Effects, ir.Effect{Kind: ir.Accumulate, Slot: to, Index: syn.Leaf(ir.OpPost), Value: sum})
			source.Effects = append(source.Effects, ir.Effect{Kind: ir.Store, Slot: at, Value: value}, ir.Effect{Kind: ir.Check, Value: value, Name: slot.Name + AtSource})
		case e.Kind == ir.Check && l.slots[e.Name]:
		case l.reads(k, e.Value) || l.reads(k, e.Mask) || l.reads(k, e.Index):
			return false
		default:
			same := func(e *ir.Expr) *ir.Expr {
				if e == nil {
					return nil
				}
				return l.copyTo(syn, k, e, "", ir.OpInvalid)
			}
			e.Value, e.Mask, e.Index = same(e.Value), same(e.Mask), same(e.Index)
			if e.Kind != ir.Check {
				e.Slot = syn.Slot(k.Slots[e.Slot])
			}
			out.Effects = append(out.Effects, e)
		}
	}
	out.Slots, source.Slots = syn.Slots(), src.Slots()
	lp := lumpedPath{synapses: out}
	if len(source.Effects) > 0 {
		lp.source = source
	}
	l.paths[path] = lp
	return true
}

// part is added to a variable, or subtracted from it.
type part struct {
	op    ir.Op
	value *ir.Expr
}

// increment takes apart what is stored to a variable: its old value and what is added to it, which only the presynaptic end decides.
func (l *lump) increment(k *ir.Kernel, e *ir.Expr, slot int) ([]part, bool) {
	switch {
	case e.Op == ir.OpLoad && e.Slot == slot:
		return nil, true
	case e.Op != ir.OpAdd && e.Op != ir.OpSub:
		return nil, false
	}
	old, x := e.Args[0], e.Args[1]
	if e.Op == ir.OpAdd && !l.reads(k, old) {
		old, x = x, old
	}
	list, ok := l.increment(k, old, slot)
	return append(list, part{e.Op, x}), ok && l.coefficient(k, x, preSide)
}

// reads reports whether an expression depends on a lumped variable.
func (l *lump) reads(k *ir.Kernel, e *ir.Expr) bool {
	return e != nil && ir.Any(e, func(n *ir.Expr) bool { return n.Op == ir.OpLoad && l.slots[k.Slots[n.Slot].Name] })
}

// coefficient reports whether an expression depends on one end at most: on the side given, 0 for neither.
func (l *lump) coefficient(k *ir.Kernel, e *ir.Expr, of side) bool {
	s := &splitter{slots: k.Slots, sides: map[*ir.Expr]side{}}
	return s.side(e)&^of == 0 && !ir.Any(e, func(n *ir.Expr) bool { return n.Op == ir.OpCount })
}

// linear reports whether an expression is linear in lumped variables, without a constant part, and with coefficients of one side.
func (l *lump) linear(k *ir.Kernel, e *ir.Expr, of side) bool {
	switch e.Op {
	case ir.OpLoad:
		return l.slots[k.Slots[e.Slot].Name]
	case ir.OpNeg:
		return l.linear(k, e.Args[0], of)
	case ir.OpAdd, ir.OpSub:
		return l.linear(k, e.Args[0], of) && l.linear(k, e.Args[1], of)
	case ir.OpMul:
		x, y := e.Args[0], e.Args[1]
		return l.linear(k, x, of) && l.coefficient(k, y, of) || l.coefficient(k, x, of) && l.linear(k, y, of)
	case ir.OpDiv:
		return l.linear(k, e.Args[0], of) && l.coefficient(k, e.Args[1], of)
	}
	return false
}

// copyTo copies an expression of a kernel with the lumped variables under another name and the element in place of an end.
func (l *lump) copyTo(ib *ir.Builder, k *ir.Kernel, e *ir.Expr, suffix string, end ir.Op) *ir.Expr {
	return ib.Copy(e, func(n *ir.Expr) *ir.Expr {
		if end != ir.OpInvalid && n.Op == end {
			return ib.Leaf(ir.OpElem)
		}
		return nil
	}, func(slot int) int {
		v := k.Slots[slot]
		v.Access = ir.Read
		if l.slots[v.Name] {
			v.Name += suffix
		}
		return ib.Slot(v)
	})
}
