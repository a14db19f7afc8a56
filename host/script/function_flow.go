package script

import (
	"fmt"
	"slices"
	"strings"

	eqs "github.com/galvani-sim/galvani/host/syntax"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// flow says how a function goes on: behind the statements, and where a loop is left or begun anew.
type flow struct{ next, leave, again func(*vars) starlark.Value }

const writeInstead = "compute the value with arithmetic, where(condition, a, b), or if and else"

// run follows statements and then what comes behind them, and gives what the function returns.
func (f *frame) run(list []syntax.Stmt, local *vars, to flow) starlark.Value {
	for k, st := range list {
		rest := list[k+1:]
		switch st := st.(type) {
		case *syntax.AssignStmt:
			f.assign(st, local)
		case *syntax.ReturnStmt:
			if st.Result == nil {
				f.refuse(f.at(st), "return the value", "the function %s returns nothing", f.name)
			}
			v := f.eval(st.Result, local)
			if v == starlark.None {
				f.refuse(f.at(st), "return the value", "the function %s returns None", f.name)
			}
			f.returned = f.at(st.Result)
			return v
		case *syntax.IfStmt:
			cond := f.eval(st.Cond, local)
			s, open := cond.(symbolic)
			if !open {
				branch := st.False
				if bool(cond.Truth()) {
					branch = st.True
				}
				return f.run(branch, local, flow{func(l *vars) starlark.Value { return f.run(rest, l, to) }, to.leave, to.again})
			}
			f.stops(st)
			if leaves(st.True) || leaves(st.False) {
				on := flow{func(l *vars) starlark.Value { return f.run(rest, l, to) }, to.leave, to.again}
				yes := f.run(st.True, local.copy(), on)
				no := f.run(st.False, local.copy(), on)
				return f.choice(s, yes, no, st)
			}
			f.joined(s, st, local, to)
		case *syntax.ForStmt:
			var items []starlark.Value
			for v := range starlark.Elements(f.iterable(st.X, local)) {
				if items = append(items, v); len(items) > maxInlined {
					break // no loop takes more turns
				}
			}
			after := func(l *vars) starlark.Value { return f.run(rest, l, to) }
			var turn func(k int) func(*vars) starlark.Value
			turn = func(k int) func(*vars) starlark.Value {
				return func(l *vars) starlark.Value {
					if k == len(items) {
						return after(l)
					}
					f.made(f.at(st.X))
					f.set(st.Vars, items[k], l)
					return f.run(st.Body, l, flow{turn(k + 1), after, turn(k + 1)})
				}
			}
			return turn(0)(local)
		case *syntax.WhileStmt:
			after := func(l *vars) starlark.Value { return f.run(rest, l, to) }
			var turn func(*vars) starlark.Value
			turn = func(l *vars) starlark.Value {
				f.made(f.at(st.Cond))
				cond := f.eval(st.Cond, l)
				if _, open := cond.(symbolic); open {
					f.refuse(f.at(st.Cond), "loop a number of times that is known, for k in range(10), and keep the value with where(...) when it is reached",
						"how long this loop runs depends on the arguments")
				}
				if !cond.Truth() {
					return after(l)
				}
				return f.run(st.Body, l, flow{turn, after, turn})
			}
			return turn(local)
		case *syntax.DefStmt:
			if strings.HasPrefix(st.Name.Name, tryName) {
				f.refuse(f.at(st), writeInstead, "a function in equations cannot try something")
			}
			local.values[st.Name.Name] = f.closure(defOf(st, f.def.src), st.Name.Name, local)
		case *syntax.BranchStmt:
			switch st.Token {
			case syntax.BREAK:
				return to.leave(local)
			case syntax.CONTINUE:
				return to.again(local)
			}
		case *syntax.ExprStmt:
			f.effect(st)
		default:
			f.refuse(f.at(st), writeInstead, "a function in equations cannot do this")
		}
	}
	return to.next(local)
}

// iterable is what a loop goes over.
func (f *frame) iterable(e syntax.Expr, local *vars) starlark.Iterable {
	over, ok := f.eval(e, local).(starlark.Iterable)
	if !ok {
		f.refuse(f.at(e), "loop over what does not depend on the arguments, such as range(3)", "a loop over %s", f.written(e))
	}
	return over
}

// leaves reports whether statements contain a return, a break or a continue.
func leaves(list []syntax.Stmt) (found bool) {
	for _, st := range list {
		switch st := st.(type) {
		case *syntax.ReturnStmt:
			return true
		case *syntax.BranchStmt:
			found = found || st.Token != syntax.PASS
		case *syntax.DefStmt:
			continue
		}
		for _, body := range bodies(st) {
			found = found || leaves(*body)
		}
	}
	return found
}

// stops refuses errors that depend on arguments.
func (f *frame) stops(st *syntax.IfStmt) {
	for _, body := range [][]syntax.Stmt{st.True, st.False} {
		for _, inner := range body {
			if ex, ok := inner.(*syntax.ExprStmt); ok {
				if _, _, ok := raised(ex.X); ok {
					f.refuse(f.at(ex), "leave it out here; a value that becomes NaN or infinite stops a run anyway", "whether this error occurs depends on the arguments, and equations cannot raise one")
				}
			}
		}
	}
}

// joined follows both branches of a condition and gives each variable the value that it has in the one that holds.
func (f *frame) joined(cond symbolic, st *syntax.IfStmt, local *vars, to flow) {
	keep := func(list []syntax.Stmt) (out *vars) {
		f.run(list, local.copy(), flow{func(l *vars) starlark.Value { out = l; return nil }, to.leave, to.again})
		return out
	}
	yes, no := keep(st.True), keep(st.False)
	for name, a := range yes.values {
		if no.values[name] == nil {
			local.values[name] = partly{cond}
		} else {
			local.values[name] = f.chosen(cond, a, no.values[name], st)
		}
	}
	for name := range no.values {
		if yes.values[name] == nil {
			local.values[name] = partly{cond}
		}
	}
}

// choice is what a function returns that returns one of two values.
func (f *frame) choice(cond symbolic, a, b starlark.Value, at syntax.Node) starlark.Value {
	if a == starlark.None || b == starlark.None {
		f.refuse(f.at(at), "return a value in every case", "the function %s returns a value in one case and none in the other", f.name)
	}
	return f.chosen(cond, a, b, at)
}

// chosen is a where a condition holds and b elsewhere.
func (f *frame) chosen(cond symbolic, a, b starlark.Value, at syntax.Node) starlark.Value {
	if _, half := a.(partly); half {
		return a
	}
	if _, half := b.(partly); half {
		return b
	}
	if same(a, b) {
		return a
	}
	x, isList := sequence(a)
	y, both := sequence(b)
	if isList && both && len(x) == len(y) {
		out := make([]starlark.Value, len(x))
		for k := range x {
			out[k] = f.chosen(cond, x[k], y[k], at)
		}
		if _, tuple := a.(starlark.Tuple); tuple {
			return starlark.Tuple(out)
		}
		return starlark.NewList(out)
	}
	sp := f.at(at)
	if ifs, ok := at.(*syntax.IfStmt); ok {
		sp = f.at(ifs.Cond)
	}
	f.made(sp)
	if cond.src != sp.src {
		f.made(sp)
	}
	return symbolic{&eqs.Cond{Sp: sp.sp, Test: cond.in(sp), Then: f.expression(a, sp, ""), Else_: f.expression(b, sp, "")}, sp.src}
}

// same reports values that need no condition.
func same(a, b starlark.Value) bool {
	x, open := a.(symbolic)
	y, other := b.(symbolic)
	if open || other {
		return open && other && x.e == y.e
	}
	switch a.(type) {
	case starlark.Int, starlark.Float, starlark.Bool, starlark.String, quantity:
		return a == b
	case *closure:
		return a == b
	}
	return a.Type() == b.Type() && fmt.Sprintf("%p", a) == fmt.Sprintf("%p", b)
}

// sequence are the elements of a tuple or a list.
func sequence(v starlark.Value) ([]starlark.Value, bool) {
	switch v := v.(type) {
	case starlark.Tuple:
		return v, true
	case *starlark.List:
		return slices.Collect(starlark.Elements(v)), true
	}
	return nil, false
}

// assign follows an assignment.
func (f *frame) assign(st *syntax.AssignStmt, local *vars) {
	if y := inPlaceSide(st.RHS); y != st.RHS {
		own := *st
		own.RHS, st = y, &own
	}
	if target, ok := st.LHS.(*syntax.IndexExpr); ok {
		f.assignMasked(st, target, local)
		return
	}
	v := f.eval(st.RHS, local)
	if op, ok := augmented[st.Op]; ok {
		v = f.binary(op, f.eval(st.LHS, local), v, st, st.LHS, st.RHS, local)
	}
	f.set(st.LHS, v, local)
}

// augmented are the operators of +=, -= and so on.
var augmented = map[syntax.Token]syntax.Token{syntax.PLUS_EQ: syntax.PLUS, syntax.MINUS_EQ: syntax.MINUS, syntax.STAR_EQ: syntax.STAR, syntax.SLASH_EQ: syntax.SLASH,
	syntax.SLASHSLASH_EQ: syntax.SLASHSLASH, syntax.PERCENT_EQ: syntax.PERCENT, syntax.AMP_EQ: syntax.AMP, syntax.PIPE_EQ: syntax.PIPE}

// set gives a variable, or several, a value.
func (f *frame) set(target syntax.Expr, v starlark.Value, local *vars) {
	var parts []syntax.Expr
	switch t := target.(type) {
	case *syntax.Ident:
		local.values[t.Name] = v
		return
	case *syntax.ParenExpr:
		f.set(t.X, v, local)
		return
	case *syntax.TupleExpr:
		parts = t.List
	case *syntax.ListExpr:
		parts = t.List
	default:
		f.refuse(f.at(target), "compute a new value and return it", "a function in equations cannot change %s", f.written(target))
	}
	if _, open := v.(symbolic); open {
		f.refuse(f.at(target), "", "one value for %d names", len(parts))
	}
	over, ok := v.(starlark.Iterable)
	if !ok {
		f.refuse(f.at(target), "", "%s for %d names", article(v), len(parts))
	}
	values := slices.Collect(starlark.Elements(over))
	if len(values) != len(parts) {
		f.refuse(f.at(target), "", "%d values for %d names", len(values), len(parts))
	}
	for k, p := range parts {
		f.set(p, values[k], local)
	}
}

// assignMasked follows r[x > 0] = value, numpy's way to set a part of the elements: in equations there is one.
func (f *frame) assignMasked(st *syntax.AssignStmt, target *syntax.IndexExpr, local *vars) {
	id, ok := target.X.(*syntax.Ident)
	if !ok || id.Name == boxName || local.find(id.Name) == nil {
		f.refuse(f.at(target), "compute a new value and return it", "a function in equations cannot change %s", f.written(target))
	}
	mask, open := f.eval(target.Y, local).(symbolic)
	old := f.eval(id, local)
	if _, list := sequence(old); !open || list {
		f.refuse(f.at(target), "make a new list of what is in it", "a function in equations cannot change %s", f.written(target))
	}
	outer := f.mask
	f.mask = mask.e
	v := f.eval(st.RHS, local)
	f.mask = outer
	if op, ok := augmented[st.Op]; ok {
		v = f.binary(op, old, v, st, target, st.RHS, local)
	}
	local.values[id.Name] = f.chosen(mask, v, old, target)
}

// effect refuses statements that do something.
func (f *frame) effect(st *syntax.ExprStmt) {
	if _, text := st.X.(*syntax.Literal); text {
		return
	}
	name := ""
	if call, ok := st.X.(*syntax.CallExpr); ok {
		name = strings.TrimSpace(f.written(call.Fn))
	}
	if _, ok := declaredGlobal(st); ok {
		f.refuse(f.at(st), "compute the value from the arguments", "a function in equations cannot change variables of the script")
	}
	if name == "print" {
		f.refuse(f.at(st), "leave it out, and look at values with a StateMonitor", "a function in equations cannot print")
	}
	if _, _, ok := raised(st.X); ok {
		f.refuse(f.at(st), "leave it out here", "the function %s raises an error", f.name)
	}
	f.refuse(f.at(st), writeInstead, "a function in equations can only compute, and this does something else")
}

// closure is a function within the function.
func (f *frame) closure(def *definition, name string, local *vars) *closure {
	c := &closure{definition: def, name: name, defaults: starlark.StringDict{}, in: local, fn: f.fn}
	for _, p := range def.params {
		if d, ok := p.(*syntax.BinaryExpr); ok {
			c.defaults[d.X.(*syntax.Ident).Name] = f.eval(d.Y, local)
		}
	}
	return c
}
