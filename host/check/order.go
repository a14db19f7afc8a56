package check

import (
	"fmt"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
)

// orderSubs sorts the variables that are evaluated from one another within a step, Brian's subexpressions and those
// constant over dt, so that each comes after those it uses. A cycle among them is an algebraic loop.
func (c *checker) orderSubs() {
	if !c.brian() {
		return
	}
	const (
		unseen = iota
		active
		done
	)
	state := map[*Variable]int{}
	inSet := map[*Variable]bool{}
	for _, v := range c.m.Vars {
		inSet[v] = v.Eq != nil && (v.Kind == Subexpression || v.Kind == Assigned)
	}
	var path []*Variable
	var visit func(v *Variable)
	visit = func(v *Variable) {
		state[v] = active
		path = append(path, v)
		for _, id := range c.idents(v.Expr) {
			w := c.m.Refs[id].Var
			if w == nil || !inSet[w] || c.m.Refs[id].Kind != RefVariable {
				continue
			}
			switch state[w] {
			case unseen:
				visit(w)
			case active:
				c.loop(path, w, id)
			}
		}
		path = path[:len(path)-1]
		state[v] = done
		c.m.Subs = append(c.m.Subs, v)
	}
	for _, v := range c.m.Vars {
		if inSet[v] && state[v] == unseen {
			visit(v)
		}
	}
}

// loop reports the cycle from w back to w along path; id is the use that closes it.
func (c *checker) loop(path []*Variable, w *Variable, id *syntax.Ident) {
	var names []string
	for i := len(path) - 1; i >= 0; i-- {
		names = append([]string{path[i].Name}, names...)
		if path[i] == w {
			break
		}
	}
	names = append(names, w.Name)
	last := path[len(path)-1]
	d := diag.Errorf(last.Eq.Source, id.Sp, "algebraic loop: %s", strings.Join(names, " -> "))
	if len(names) == 2 {
		d.Message = "algebraic loop: " + w.Name + " is defined by itself"
	}
	c.list.Add(d.WithHint("a value of the step before needs a differential equation or code that runs each step"))
}

// idents lists the names in e in source order.
func (c *checker) idents(e syntax.Expr) []*syntax.Ident {
	var out []*syntax.Ident
	syntax.Walk(e, func(e syntax.Expr) {
		if id, ok := e.(*syntax.Ident); ok {
			out = append(out, id)
		}
	})
	return out
}

// checkShared reports shared variables that depend on what differs from neuron to neuron.
func (c *checker) checkShared() {
	for _, v := range c.m.Vars {
		if v.Eq == nil || !v.Shared && !v.Postsynaptic {
			continue
		}
		kind, among, each := "shared", "shared", "neuron"
		if c.ctx.Synapse {
			each = "synapse"
		}
		if c.ctx.Synapse && !c.brian() {
			kind, among = "projection-wide", "projection"
		}
		if v.Postsynaptic {
			if kind, among = "postsynaptic", "postsynaptic or projection"; v.Shared {
				c.errorHint(v.Eq.NameSp, "choose one", "%q is postsynaptic and shared at once", v.Name)
				continue
			}
		}
		for _, e := range []syntax.Expr{v.Expr, v.Init, v.Min, v.Max} {
			if e == nil {
				continue
			}
			if sp, what := c.perElement(e, v.Postsynaptic); what != "" {
				c.list.Add(diag.Errorf(v.Eq.Source, sp, "the %s variable %q depends on %s, which differs from %s to %s", kind, v.Name, what, each, each).
					WithHint("declare what it depends on as %s, or drop that flag from %s", among, v.Name))
				break
			}
		}
	}
}

// perElement finds something in e that has a value of its own for each element: its place and what it is. In postsynaptic variables what
// the postsynaptic neuron has is none.
func (c *checker) perElement(e syntax.Expr, post bool) (sp diag.Span, what string) {
	syntax.Walk(e, func(e syntax.Expr) {
		if what != "" {
			return
		}
		switch e := e.(type) {
		case *syntax.Ident:
			ref := c.m.Refs[e]
			if post && (ref.Kind == RefPost || ref.Kind == RefIndex && ref.Name == "j" || ref.Var != nil && ref.Var.Postsynaptic) {
				return
			}
			if (ref.Kind == RefPre || ref.Kind == RefPost) && ref.Var != nil && ref.Var.Shared && c.brian() {
				return // of the group at that end
			}
			if name := e.Name; ref.Kind == RefVariable && ref.Var != nil && !ref.Var.Shared && ref.Var.Kind != Local ||
				ref.Kind == RefIndex || ref.Kind == RefCoord || ref.Kind == RefPre || ref.Kind == RefPost || ref.Kind == RefExternal {
				sp, what = e.Sp, `"`+name+`"`
			}
		case *syntax.Call:
			if ref, ok := c.m.Calls[e]; ok && ref.Kind == CallSum {
				sp, what = e.Sp, "sum("+ref.Name+")"
			}
		}
	})
	return sp, what
}

// checkNoiseUse reports white noise that reaches a stored value through a subexpression.
func (c *checker) checkNoiseUse() {
	for _, v := range c.m.Vars {
		if v.Kind == Assigned && v.Eq != nil {
			c.refuseNoise(v.Expr, v.Eq.Source)
		}
		if v.Summed && v.Eq != nil && v.Expr != nil && c.m.Noisy(v) {
			c.list.Add(diag.Errorf(v.Eq.Source, v.Eq.NameSp, "the sum %q contains white noise, which can only stand in a differential equation", v.Name).
				WithHint("for a random number use randn() or rand()"))
		}
	}
}

// checkDriven reports variables of synapses that depend on others which have no value at that time: event-driven ones have one when a
// spike arrives only, and between two spikes nothing that they depend on may change.
func (c *checker) checkDriven() {
	if !c.brian() || !c.ctx.Synapse {
		return
	}
	for _, v := range c.m.Vars {
		switch {
		case v.Eq == nil || v.Expr == nil || v.EventDriven && v.ClockDriven:
		case v.Summed:
			c.refuseDriven(v, v.Expr, "the sum", "event-driven", "event-driven variables have a value when a spike arrives, but the sum is taken in every step: flag it (clock-driven)",
				func(w *Variable) bool { return w.EventDriven })
		case v.ClockDriven:
			c.refuseDriven(v, v.Expr, "the clock-driven", "event-driven", "event-driven variables have a value when a spike arrives only: flag it (clock-driven)",
				func(w *Variable) bool { return w.EventDriven })
		case v.EventDriven && c.m.Noisy(v):
			c.list.Add(diag.Errorf(v.Eq.Source, v.Eq.NameSp, "the event-driven %q has white noise, which acts in every step", v.Name).WithHint("flag it (clock-driven)"))
		case v.EventDriven && c.tableIn(v.Expr) != nil:
			call := c.tableIn(v.Expr)
			c.list.Add(diag.Errorf(v.Eq.Source, v.Eq.NameSp, "the event-driven %q reads %s, whose values change between events", v.Name, call.Fun.Name).WithHint("flag it (clock-driven)"))
		case v.EventDriven:
			c.refuseDriven(v, v.Expr, "the event-driven", "clock-driven", "event-driven equations are solved from spike to spike, between which it changes: flag both (clock-driven)",
				func(w *Variable) bool { return w.ClockDriven })
		}
	}
}

// refuseDriven reports the first name in e, or in subexpressions that it uses, that is of the other kind.
func (c *checker) refuseDriven(v *Variable, e syntax.Expr, what, other, hint string, is func(*Variable) bool) {
	seen := map[*Variable]bool{}
	var find func(e syntax.Expr) *Variable
	find = func(e syntax.Expr) *Variable {
		for _, id := range c.idents(e) {
			w := c.m.Refs[id].Var
			if w == nil || c.m.Refs[id].Kind != RefVariable || seen[w] {
				continue
			}
			seen[w] = true
			if is(w) {
				return w
			}
			if w.Kind == Subexpression {
				if x := find(w.Expr); x != nil {
					return x
				}
			}
		}
		return nil
	}
	for _, id := range c.idents(e) {
		w := c.m.Refs[id].Var
		if w == nil || c.m.Refs[id].Kind != RefVariable {
			continue
		}
		via, from := "", w
		if !is(w) {
			x := (*Variable)(nil)
			if w.Kind == Subexpression {
				x = find(w.Expr)
			}
			if x == nil {
				continue
			}
			w, via = x, fmt.Sprintf(", through %q", from.Name)
		}
		c.list.Add(diag.Errorf(v.Eq.Source, id.Sp, "%s %q depends on the %s %q%s", what, v.Name, other, w.Name, via).WithHint("%s", hint))
		return
	}
}

// checkDraws reports subexpressions that draw random numbers: each place that reads one would see a number of its own, and so would each neuron of
// a shared one. The only equation of neurons may, as the rates of a PoissonGroup, which nothing but the threshold reads.
func (c *checker) checkDraws() {
	equations := 0
	for _, v := range c.m.Vars {
		if v.Eq != nil {
			equations++
		}
	}
	for _, v := range c.m.Vars {
		if v.Kind != Subexpression || v.Eq == nil || v.Linked || v.Summed || equations == 1 && !v.Shared && !c.ctx.Synapse {
			continue
		}
		draws := false
		syntax.Walk(v.Expr, func(e syntax.Expr) {
			call, ok := e.(*syntax.Call)
			draws = draws || ok && IsRandom(c.m.Calls[call].Name)
		})
		if draws {
			c.list.Add(diag.Errorf(v.Eq.Source, v.Eq.NameSp, "%q draws random numbers, and would draw others wherever it is read", v.Name).
				WithHint("add the flag (constant over dt): then it draws once in each step"))
		}
	}
}

// tableIn is the first call of a table in an expression or its subexpressions.
func (c *checker) tableIn(e syntax.Expr) (found *syntax.Call) {
	seen := map[*Variable]bool{}
	var look func(syntax.Expr)
	look = func(e syntax.Expr) {
		syntax.Walk(e, func(e syntax.Expr) {
			switch e := e.(type) {
			case *syntax.Call:
				if found == nil && c.m.Calls[e].Table != nil {
					found = e
				}
			case *syntax.Ident:
				if v := c.m.Refs[e].Var; v != nil && v.Kind == Subexpression && v.Expr != nil && !seen[v] {
					seen[v] = true
					look(v.Expr)
				}
			}
		})
	}
	look(e)
	return found
}

func (c *checker) refuseNoise(e syntax.Expr, src *diag.Source) {
	for _, id := range c.idents(e) {
		if ref := c.m.Refs[id]; ref.Var != nil && ref.Var.Kind == Subexpression && c.m.Noisy(ref.Var) {
			c.list.Add(diag.Errorf(src, id.Sp, "%q contains white noise, which can only stand in a differential equation", id.Name).
				WithHint("for a random number use randn() or rand()"))
		}
	}
}

// Noisy reports whether the expression of v contains white noise, directly or through subexpressions.
func (m *Model) Noisy(v *Variable) bool {
	seen := map[*Variable]bool{}
	var noisy func(v *Variable) bool
	noisy = func(v *Variable) bool {
		if seen[v] {
			return false
		}
		seen[v] = true
		found := false
		syntax.Walk(v.Expr, func(e syntax.Expr) {
			id, ok := e.(*syntax.Ident)
			if !ok || found {
				return
			}
			ref := m.Refs[id]
			found = ref.Kind == RefNoise && ref.Name != "" || ref.Var != nil && ref.Var.Kind == Subexpression && noisy(ref.Var)
		})
		return found
	}
	return noisy(v)
}
