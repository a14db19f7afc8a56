package plan

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
)

// stops adds the conditions at which a run ends. Each any(C), all(C) and sum(C) of a condition becomes a list of the elements at which C
// holds, whose length the rest of the condition looks at; it holds for a list of one element, and that list halts the run.
func (b *builder) stops(g *net.Group, in lower.Input) {
	for _, s := range g.Stops {
		if err := b.stop(g, in, s); err != nil {
			b.mistake(s.Place, "", "%v", err)
		}
	}
}

func (b *builder) stop(g *net.Group, in lower.Input, s *net.StopCondition) error {
	slot, err := slotOf(s.When, End)
	if err != nil {
		return err
	}
	e, ds := syntax.ParseExpr(s.Condition, g.Dialect.Syntax())
	b.reportAll(ds)
	if ds.Err() != nil {
		return nil
	}
	ctx := b.groupContext(g)
	ctx.Extra = nil
	own := in
	own.Clock.Every = b.dtOf(g.DT)
	if s.DT != 0 {
		own.Clock.Every = s.DT
	}
	c := &stopCondition{b: b, g: g, in: own, ctx: ctx, s: s}
	outer := c.count(e)
	if b.diags.Err() != nil {
		return nil
	}
	if len(c.counts) == 0 {
		c.wrong(e, "write for example 'sum(changed) == 0', 'all(not changed)' or 'any(v > 0*mV)'", "a condition to stop looks at the whole group, with any(...), all(...) or sum(...)")
		return nil
	}
	for _, name := range c.counts {
		ctx.Extra = append(ctx.Extra, &check.Variable{Name: name, Kind: check.Parameter, Type: check.Type{Kind: check.Int}, Shared: true})
	}
	model, _ := check.Check(&syntax.Equations{Source: s.Condition}, nil, ctx)
	ctx.Extra = nil
	side, ds := check.CheckCondition(outer, s.Condition, model, ctx)
	b.reportAll(ds)
	if ds.Err() != nil {
		return nil
	}
	whole := lower.Input{Object: s.Name, Model: model, N: 1, Clock: own.Clock, Table: own.Table}
	k, err := lower.Threshold(whole, stopList, side.Expr, side)
	if err != nil {
		return err
	}
	list := b.buffer(Buffer{Object: s.Name, Var: stopList, Type: ir.Int, Len: 2, Rows: 1, Role: History})
	b.plan.Schedule = append(b.plan.Schedule, Item{Name: s.Name, Slot: slot, Order: s.Order, Clock: b.clocks.add(own.Clock.Every), Callback: -1,
		Ops: append(c.ops, b.kernel(k, 1, -1), &Halt{Name: s.Name, List: list})})
	return nil
}

// stopList is the list that is not empty when a run ends.
const stopList = "holds@events"

// stopCondition is a condition in the making.
type stopCondition struct {
	b      *builder
	g      *net.Group
	in     lower.Input
	ctx    check.Context
	s      *net.StopCondition
	counts []string // names of the lengths of lists
	ops    []Op     // that make the lists
}

func (c *stopCondition) wrong(e syntax.Expr, hint, format string, args ...any) {
	c.b.report(diag.Errorf(c.s.Condition, e.Span(), format, args...).WithHint("%s", hint))
}

// count returns e with numbers of elements in place of any, all and sum. The AST is not changed.
func (c *stopCondition) count(e syntax.Expr) syntax.Expr {
	switch e := e.(type) {
	case *syntax.Call:
		if name := e.Fun.Name; name == "any" || name == "all" || name == "sum" {
			return c.list(e)
		}
		call := *e
		call.Args = make([]syntax.Expr, len(e.Args))
		for i, a := range e.Args {
			call.Args[i] = c.count(a)
		}
		return &call
	case *syntax.Unary:
		u := *e
		u.X = c.count(e.X)
		return &u
	case *syntax.Binary:
		x := *e
		x.X, x.Y = c.count(e.X), c.count(e.Y)
		return &x
	case *syntax.Cond:
		x := *e
		x.Test, x.Then, x.Else_ = c.count(e.Test), c.count(e.Then), c.count(e.Else_)
		return &x
	case *syntax.Ident:
		switch v := c.in.Model.ByName[e.Name]; {
		case e.Name == "N" && v == nil:
			return &syntax.Number{Sp: e.Sp, Value: float64(c.g.N), IsInt: true}
		case v != nil || e.Name == "i":
			c.wrong(e, fmt.Sprintf("write any(...) or all(...) around what is asked of each neuron, or count those for which it holds: sum(%s > 0)", e.Name),
				"%q has a value for each neuron, and a run stops as a whole", e.Name)
		}
	}
	return e
}

// list makes the list of one call and returns what stands for it.
func (c *stopCondition) list(e *syntax.Call) syntax.Expr {
	b := c.b
	if len(e.Args) != 1 {
		c.wrong(e, "", "%s takes one condition", e.Fun.Name)
		return e
	}
	side, ds := check.CheckCondition(e.Args[0], c.s.Condition, c.in.Model, c.ctx)
	b.reportAll(ds)
	if ds.Err() != nil {
		return e
	}
	count := fmt.Sprintf("count%d", len(c.counts))
	list := fmt.Sprintf("%s %s@events", c.s.Name, count)
	id := b.buffer(Buffer{Object: c.g.Name, Var: list, Type: ir.Int, Len: c.g.N + 1, Rows: 1, Role: History})
	b.byName[lower.SlotName(c.s.Name, count)] = id // its first entry is the length
	k, err := lower.Threshold(c.in, list, side.Expr, side)
	if err != nil {
		c.wrong(e, "", "%v", err)
		return e
	}
	c.counts = append(c.counts, count)
	c.ops = append(c.ops, b.kernel(b.where(c.g, k, anyRule), c.g.N, -1))
	n := &syntax.Ident{Sp: e.Sp, Name: count}
	number := func(v int) syntax.Expr { return &syntax.Number{Sp: e.Sp, Value: float64(v), IsInt: true} }
	switch e.Fun.Name {
	case "any":
		return &syntax.Binary{Sp: e.Sp, Op: ">", X: n, Y: number(0)}
	case "all":
		return &syntax.Binary{Sp: e.Sp, Op: "==", X: n, Y: number(c.g.N)}
	}
	return n
}
