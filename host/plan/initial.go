package plan

import (
	"fmt"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
)

// initialise applies the values that the user set before the first run, in the order in which they were set.
func (b *builder) initialise(g *net.Group, in lower.Input) {
	for i, a := range g.Initial {
		v, ok := in.Model.ByName[a.Var]
		if !ok || v.Kind == check.Subexpression {
			b.mistake(a.Place, check.Suggest(a.Var, in.Model), "%s has no variable %q that can be set", g.Name, a.Var)
			continue
		}
		if a.Expr != nil {
			b.initialExpr(g, in, v, a, i)
			continue
		}
		buf := b.plan.Buffers[b.byName[lower.SlotName(g.Name, a.Var)]]
		if a.Dim != v.Type.Dim {
			b.mistake(a.Place, "", "%s.%s has the unit %v, but a value with the unit %v was given", g.Name, a.Var, v.Type.Dim, a.Dim)
			continue
		}
		if len(a.Values) != 1 && len(a.Values) != buf.Len {
			b.mistake(a.Place, "", "%s.%s has %d elements, but %d values were given", g.Name, a.Var, buf.Len, len(a.Values))
			continue
		}
		b.setInitial(g.Name, v.Name, a.Values, i, buf)
	}
}

// setInitial gives a variable its first values: as the buffer's contents, or by a copy at this place in the order of assignments when an
// earlier one was an expression, which must not see them.
func (b *builder) setInitial(object, variable string, values []float64, i int, buf *Buffer) {
	for _, op := range b.plan.Init {
		if r, ok := op.(*Run); ok && len(r.Bind) > 0 && !strings.HasSuffix(r.Kernel.Name, " first "+variable) {
			b.initialCopy(object, variable, values, i, buf)
			return
		}
	}
	buf.set(values)
}

// set makes values the initial contents: one for all elements, or one each.
func (b *Buffer) set(values []float64) {
	b.Reals, b.Ints = nil, nil
	switch {
	case len(values) == 1:
		b.Fill = values[0]
	case b.Type == ir.Real:
		b.Reals = values
	default:
		b.Ints = make([]int32, len(values))
		for i, v := range values {
			b.Ints[i] = int32(v)
		}
	}
}

// initialCopy sets a variable from a table buffer at its place in the order of assignments.
func (b *builder) initialCopy(object, variable string, values []float64, i int, dst *Buffer) {
	name := fmt.Sprintf("%s@set%d", variable, i)
	src := b.buffer(Buffer{Object: object, Var: name, Type: dst.Type, Len: dst.Len, Role: Table})
	b.plan.Buffers[src].set(values)
	ib := ir.NewBuilder()
	from := ib.Slot(ir.Slot{Name: lower.SlotName(object, name), Type: dst.Type, Kind: ir.PerElement, Access: ir.Read})
	to := ib.Slot(ir.Slot{Name: lower.SlotName(object, variable), Type: dst.Type, Kind: ir.PerElement, Access: ir.Write})
	k := &ir.Kernel{Name: object + " set " + variable, Slots: ib.Slots(), Effects: []ir.Effect{{Kind: ir.Store, Slot: to, Value: ib.Load(from)}}}
	b.plan.Init = append(b.plan.Init, b.kernel(k, dst.Len, -1))
}

// initialExpr sets a variable from an expression evaluated on the device.
func (b *builder) initialExpr(g *net.Group, in lower.Input, v *check.Variable, a net.Assignment, i int) {
	e, ds := syntax.ParseExpr(a.Expr, g.Dialect.Syntax())
	if ds.Err() == nil {
		var side *check.Model
		ctx := check.Context{Dialect: g.Dialect, Scope: g.Namespace, Geometry: g.Grid != nil}
		side, ds = check.CheckExpr(e, a.Expr, in.Model, v, ctx)
		if ds.Err() == nil {
			what := fmt.Sprintf("set%d %s", i, v.Name)
			k, fill, err := lower.Initial(in, v, e, side, what)
			n := g.N
			if v.Shared {
				n = 1
			}
			switch {
			case err != nil:
				b.mistake(a.Place, "", "%v", err)
			case k == nil:
				b.setInitial(g.Name, v.Name, []float64{fill}, i, b.plan.Buffers[b.byName[lower.SlotName(g.Name, v.Name)]])
			default:
				b.plan.Init = append(b.plan.Init, b.kernel(k, n, -1))
			}
		}
	}
	for _, d := range ds {
		b.report(d)
	}
}

// initialSynapses applies the values that the user gave to synaptic variables.
func (b *builder) initialSynapses(s *net.Synapses, in lower.SynapseInput, w *wiring) {
	for i, a := range s.Initial {
		v, ok := in.Model.ByName[a.Var]
		if !ok || v.Kind == check.Subexpression {
			b.mistake(a.Place, check.Suggest(a.Var, in.Model), "%s has no variable %q that can be set", s.Name, a.Var)
			continue
		}
		buf := b.plan.Buffers[b.byName[lower.SlotName(s.Name, a.Var)]]
		if a.Expr == nil {
			switch {
			case a.Dim != v.Type.Dim:
				b.mistake(a.Place, "", "%s.%s has the unit %v, but a value with the unit %v was given", s.Name, a.Var, v.Type.Dim, a.Dim)
			case len(a.Values) != 1 && len(a.Values) != buf.Len:
				b.mistake(a.Place, "", "%s has %d synapses, but %d values of %s were given", s.Name, buf.Len, len(a.Values), a.Var)
			default:
				b.setInitial(s.Name, v.Name, a.Values, i, buf)
			}
			continue
		}
		e, ds := syntax.ParseExpr(a.Expr, check.Brian.Syntax())
		b.reportAll(ds)
		if ds.Err() != nil {
			continue
		}
		side, ds := check.CheckExpr(e, a.Expr, in.Model, v, b.synapseContext(s))
		b.reportAll(ds)
		if ds.Err() != nil {
			continue
		}
		k, fill, err := lower.SynapseInitial(in, v, e, side, fmt.Sprintf("set%d %s", i, v.Name))
		switch {
		case err != nil:
			b.mistake(a.Place, "", "%v", err)
		case k == nil:
			b.setInitial(s.Name, v.Name, []float64{fill}, i, buf)
		default:
			b.plan.Init = append(b.plan.Init, b.kernel(k, buf.Len, w.conn(false, nil)[0].conn))
		}
	}
}
