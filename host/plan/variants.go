package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
)

// ruleVar is a table of a group in which single elements follow other rules: 0 for the group's own, k for its k-th variant, -1 for an
// element that was removed. All kernels of the group run over all elements; each has an effect only where its rule holds.
const ruleVar = "@rule"

// anyRule stands for all elements that were not removed.
const anyRule = -1

// ruled reports whether some elements of a group do not follow its own rule.
func ruled(g *net.Group) bool { return len(g.Variants) > 0 || len(g.Removed) > 0 }

// asGroup is a variant as a group of its own, with what it does not say taken from the group.
func asGroup(g *net.Group, v *net.Variant) *net.Group {
	own := *g
	own.Variants = nil
	if v.Equations != nil {
		own.Equations = v.Equations
	}
	if v.Params != nil {
		own.Params = v.Params
	}
	if g.Spiking != nil && (v.Threshold != nil || v.Reset != nil) {
		s := *g.Spiking
		if v.Threshold != nil {
			s.Threshold = v.Threshold
		}
		if v.Reset != nil {
			s.Reset = v.Reset
		}
		own.Spiking = &s
	}
	return &own
}

// checkVariants checks the equations and the code of a group's variants.
func (b *builder) checkVariants(g *net.Group) {
	if g.Generator != nil && len(g.Variants) > 0 {
		b.mistake(g.Place, "", "%q emits given spikes and has no rule that could be another for some of its elements", g.Name)
		return
	}
	for _, v := range g.Variants {
		own := asGroup(g, v)
		for _, e := range v.Elements {
			if e < 0 || int(e) >= g.N {
				b.mistake(g.Place, "", "%q has elements 0 to %d; there is no number %d to give another rule", g.Name, g.N-1, e)
			}
		}
		if (v.Threshold != nil || v.Reset != nil) && g.Spiking == nil {
			b.mistake(g.Place, "give the group a threshold", "%q has no spikes, so none of its elements can have a threshold or a reset", g.Name)
			continue
		}
		m := b.checkGroup(own)
		if m == nil {
			continue
		}
		base := b.res.Models[g]
		for _, t := range m.Targets {
			if base != nil && !slices.Contains(base.Targets, t) {
				b.mistake(g.Place, "", "the other rule for elements of %q uses sum(%s), which the group's own does not", g.Name, t)
			}
		}
		b.variants[v] = own
		b.res.Models[own] = m
		b.checkSpiking(own)
	}
}

// rules lays out the table of rules.
func (b *builder) rules(g *net.Group) {
	if !ruled(g) {
		return
	}
	rule := make([]int32, g.N)
	for k, v := range g.Variants {
		for _, e := range v.Elements {
			rule[e] = int32(k + 1)
		}
	}
	for _, e := range g.Removed {
		if e >= 0 && int(e) < g.N {
			rule[e] = -1
		}
	}
	b.buffer(Buffer{Object: g.Name, Var: ruleVar, Type: ir.Int, Len: g.N, Ints: rule, Role: Table})
}

// where restricts the effects of a group's kernel to the elements of one rule. Shared variables, which have no elements, are the business of
// the group's own rule; nil is returned when nothing is left.
func (b *builder) where(g *net.Group, k *ir.Kernel, rule int) *ir.Kernel {
	if k == nil || !ruled(g) {
		return k
	}
	ib := ir.NewBuilder()
	c := copier{ib, k}
	holds := follows(ib, g, rule)
	out := *k
	out.Effects = nil
	for _, e := range k.Effects {
		shared := e.Kind == ir.Store && k.Slots[e.Slot].Kind == ir.Scalar
		if shared && rule > 0 {
			continue
		}
		e = c.effect(e)
		if !shared {
			e.Mask = both(ib, holds, e.Mask)
		}
		out.Effects = append(out.Effects, e)
	}
	if len(out.Effects) == 0 {
		return nil
	}
	out.Slots = ib.Slots()
	return &out
}

// follows is whether an element follows a rule.
func follows(ib *ir.Builder, g *net.Group, rule int) *ir.Expr {
	is := ib.Load(ib.Slot(ir.Slot{Name: lower.SlotName(g.Name, ruleVar), Type: ir.Int, Kind: ir.PerElement, Access: ir.Read}))
	if rule == anyRule {
		return ib.Op(ir.OpLe, ib.ConstInt(0), is)
	}
	return ib.Op(ir.OpEq, is, ib.ConstInt(int32(rule)))
}

func both(ib *ir.Builder, x, y *ir.Expr) *ir.Expr {
	if y == nil {
		return x
	}
	return ib.Op(ir.OpAnd, x, y)
}

// copier copies expressions of a kernel into another builder; slots are the same where their names are.
type copier struct {
	b *ir.Builder
	k *ir.Kernel
}

func (c copier) expr(e *ir.Expr) *ir.Expr {
	if e == nil {
		return nil
	}
	return c.b.Copy(e, nil, func(i int) int {
		s := c.k.Slots[i]
		s.Access = ir.Read
		return c.b.Slot(s)
	})
}

func (c copier) effect(e ir.Effect) ir.Effect {
	e.Index, e.Value, e.Mask = c.expr(e.Index), c.expr(e.Value), c.expr(e.Mask)
	if e.Kind != ir.Check {
		s := c.k.Slots[e.Slot]
		s.Access = ir.Write
		e.Slot = c.b.Slot(s)
	}
	return e
}

// variantInput is what package lower needs to know of a variant of a group.
func (b *builder) variantInput(g, own *net.Group) lower.Input {
	in := b.lowerInput(g)
	in.Model, in.Refractory = b.res.Models[own], nil
	if f := b.firing[own]; f != nil {
		in.Refractory = f.refractory
	}
	return in
}

// variantStorage lays out what a variant has besides the group's variables.
func (b *builder) variantStorage(g *net.Group, own *net.Group, out *lower.Output) {
	for _, s := range out.Storage {
		id, known := b.byName[lower.SlotName(g.Name, s.Name)]
		if !known {
			b.buffer(Buffer{Object: g.Name, Var: s.Name, Type: s.Type, Len: s.Len, Fill: s.Fill, Role: storageRole(s.Kind)})
			continue
		}
		buf := b.plan.Buffers[id]
		was, is := b.res.Models[g].ByName[s.Name], b.res.Models[own].ByName[s.Name]
		switch {
		case buf.Type != s.Type || buf.Len != s.Len:
			b.mistake(g.Place, "choose another name", "%s.%s is of another kind in the rule of some elements than in that of the group", g.Name, s.Name)
		case was != nil && is != nil && was.Type.Dim != is.Type.Dim:
			b.mistake(g.Place, "choose another name", "%s.%s has the unit %v in the rule of some elements and %v in that of the group", g.Name, s.Name, is.Type.Dim, was.Type.Dim)
		case s.Kind == lower.StateVar:
			buf.Role = State
		}
	}
}

// variantSteps adds what the variants of a group do at initialisation, at the start of a step and in the update.
func (b *builder) variantSteps(g *net.Group, early, update *Item) {
	for k, v := range g.Variants {
		own := b.variants[v]
		if own == nil {
			continue
		}
		out, err := lower.Group(b.variantInput(g, own))
		if err != nil {
			b.mistake(g.Place, "", "%s: %v", g.Name, err)
			continue
		}
		b.variantStorage(g, own, out)
		for _, s := range out.Init {
			if masked := b.where(g, s.Kernel, k+1); masked != nil && s.N == g.N {
				b.plan.Init = append(b.plan.Init, b.kernel(masked, s.N, -1))
			}
		}
		b.variantKernels(g, k+1, out.Early, early)
		b.variantKernels(g, k+1, out.Update, update)
	}
}

// variantKernels adds the kernels of one rule to an item.
func (b *builder) variantKernels(g *net.Group, rule int, steps []lower.Step, item *Item) {
	for _, s := range steps {
		if s.N != g.N {
			continue // of shared variables
		}
		if masked := b.where(g, s.Kernel, rule); masked != nil {
			masked.Name = fmt.Sprintf("%s rule %d", masked.Name, rule)
			item.Ops = append(item.Ops, b.kernel(masked, s.N, -1))
		}
	}
}

// threshold is the kernel that finds the elements that spike, each by its own rule.
func (b *builder) threshold(g *net.Group, in lower.Input) (*ir.Kernel, error) {
	f := b.firing[g]
	base, err := lower.Threshold(in, lower.SpikeList, f.threshold, f.thresholdSide)
	if err != nil || !ruled(g) {
		return base, err
	}
	ib := ir.NewBuilder()
	var fires *ir.Expr
	add := func(k *ir.Kernel, rule int) {
		for _, e := range k.Effects {
			if e.Kind == ir.Emit {
				x := both(ib, follows(ib, g, rule), copier{ib, k}.expr(e.Mask))
				if fires == nil {
					fires = x
				} else {
					fires = ib.Op(ir.OpOr, fires, x)
				}
			}
		}
	}
	add(base, 0)
	for k, v := range g.Variants {
		own := b.variants[v]
		if own == nil || b.firing[own] == nil {
			continue
		}
		f := b.firing[own]
		other, err := lower.Threshold(b.variantInput(g, own), lower.SpikeList, f.threshold, f.thresholdSide)
		if err != nil {
			return nil, err
		}
		add(other, k+1)
	}
	out := *base
	out.Effects = nil
	for _, e := range base.Effects {
		e = copier{ib, base}.effect(e)
		e.Mask = fires
		out.Effects = append(out.Effects, e)
	}
	out.Slots = ib.Slots()
	return &out, nil
}

// resets adds the resets of variants.
func (b *builder) resets(g *net.Group, item Item, list BufferID) {
	for k, v := range g.Variants {
		own := b.variants[v]
		if own == nil || b.firing[own] == nil || b.firing[own].reset == nil {
			continue
		}
		item.Name = fmt.Sprintf("%s_spike_resetter_rule_%d", g.Name, k+1)
		b.code(g, b.variantInput(g, own), b.firing[own].reset, item, "reset", list, k+1, lower.Part{})
	}
}

// without leaves out the spikes of elements that were removed.
func without(gen *net.Generator, removed []int32) *net.Generator {
	gone := map[int32]bool{}
	for _, e := range removed {
		gone[e] = true
	}
	out := &net.Generator{Period: gen.Period}
	for k, i := range gen.Index {
		if !gone[i] {
			out.Index, out.Times = append(out.Index, i), append(out.Times, gen.Times[k])
		}
	}
	return out
}

// checkGroup parses and checks the equations of a group or variant; nil when they are wrong.
func (b *builder) checkGroup(g *net.Group) *check.Model {
	before := len(b.diags)
	src := g.Equations
	if src == nil {
		src = &diag.Source{Name: "equations of " + g.Name}
	}
	eqs, ds := syntax.ParseEquations(src, g.Dialect.Syntax())
	b.reportAll(ds)
	var params []*syntax.Equation
	if g.Params != nil {
		p, ds := syntax.ParseParameters(g.Params)
		b.reportAll(ds)
		if p != nil {
			params = p.Eqs
		}
	}
	if b.diags[before:].Err() != nil {
		return nil
	}
	m, ds := check.Check(eqs, params, b.groupContext(g))
	b.reportAll(ds)
	if ds.Err() != nil {
		return nil
	}
	if g.Dialect == check.ANNarchy && g.Spiking != nil && g.Spiking.Refractory != nil {
		// A refractory neuron of ANNarchy stands still but for its conductances.
		for _, v := range m.Vars {
			if v.Eq != nil && !v.Shared && v.Kind != check.Parameter && !strings.HasPrefix(v.Name, "g_") {
				v.UnlessRefractory = true
			}
		}
	}
	return m
}
