package script

import (
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/pystar"
	eqs "github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// comparisonNamed is the operator of what was a comparison; ILLEGAL: it was none.
func comparisonNamed(call *syntax.CallExpr) syntax.Token {
	if id, ok := call.Fn.(*syntax.Ident); ok && len(call.Args) == 2 {
		for op, name := range comparisons {
			if strings.TrimSuffix(id.Name, asked) == name {
				return op
			}
		}
	}
	return syntax.ILLEGAL
}

// open reports a value that the interpreter of the script cannot compute with.
func open(v starlark.Value) bool {
	switch v := v.(type) {
	case symbolic, partly, *closure:
		return true
	case starlark.Tuple:
		return slices.ContainsFunc(v, open)
	case *starlark.List:
		for x := range starlark.Elements(v) {
			if open(x) {
				return true
			}
		}
	case *starlark.Dict:
		for _, kv := range v.Items() {
			if open(kv[1]) {
				return true
			}
		}
	}
	return false
}

// eval follows an expression.
func (f *frame) eval(e syntax.Expr, local *vars) starlark.Value {
	if !slices.ContainsFunc(freeNames(e), func(id *syntax.Ident) bool { return open(local.find(id.Name)) }) {
		if id, ok := e.(*syntax.Ident); ok {
			v := f.value(id.Name, local, true)
			if v == nil {
				f.unknown(id)
			}
			if f.bare {
				return bareValue(v)
			}
			return v
		}
		return f.host(e, local)
	}
	switch e := e.(type) {
	case *syntax.Ident:
		v := local.find(e.Name)
		switch s := v.(type) {
		case partly:
			f.refuse(f.at(e), "give it a value in the other case, too", "%q has a value only where %s holds", e.Name, eqs.Print(s.e))
		case symbolic:
			at := f.at(e)
			f.made(at)
			return symbolic{&eqs.Bound{Sp: at.sp, Name: e.Name, X: s.e, Source: s.src}, at.src}
		}
		return v
	case *syntax.ParenExpr:
		return f.eval(e.X, local)
	case *syntax.TupleExpr:
		return starlark.Tuple(f.evalAll(e.List, local))
	case *syntax.ListExpr:
		return starlark.NewList(f.evalAll(e.List, local))
	case *syntax.DictExpr:
		d := starlark.NewDict(len(e.List))
		for _, item := range e.List {
			entry := item.(*syntax.DictEntry)
			if err := d.SetKey(f.eval(entry.Key, local), f.eval(entry.Value, local)); err != nil {
				f.refuse(f.at(entry.Key), "", "%v", err)
			}
		}
		return d
	case *syntax.UnaryExpr:
		return f.unary(e, f.part(e.X, local), local)
	case *syntax.BinaryExpr:
		x := f.part(e.X, local)
		if e.Op == syntax.AND || e.Op == syntax.OR {
			if !open(x) {
				if bool(x.Truth()) == (e.Op == syntax.OR) {
					return x
				}
				return f.eval(e.Y, local)
			}
		}
		return f.binary(e.Op, x, f.part(e.Y, local), e, e.X, e.Y, local)
	case *syntax.CondExpr:
		cond := f.eval(e.Cond, local)
		if s, isOpen := cond.(symbolic); isOpen {
			return f.chosen(s, f.eval(e.True, local), f.eval(e.False, local), e)
		}
		if bool(cond.Truth()) {
			return f.eval(e.True, local)
		}
		return f.eval(e.False, local)
	case *syntax.CallExpr:
		return f.called(e, local)
	case *syntax.IndexExpr:
		return f.index(e, local)
	case *syntax.LambdaExpr:
		return f.closure(lambdaOf(e, f.def.src), "lambda", local)
	case *syntax.Comprehension:
		return f.comprehension(e, local)
	case *syntax.DotExpr:
		if _, isOpen := f.eval(e.X, local).(symbolic); isOpen {
			f.refuse(f.at(e), "compute with the value itself", "in equations %s has no .%s: it is the value of one element", f.written(e.X), e.Name.Name)
		}
	}
	f.refuse(f.at(e), writeInstead, "%s cannot be written as an equation", f.written(e))
	return nil
}

func (f *frame) evalAll(list []syntax.Expr, local *vars) []starlark.Value {
	out := make([]starlark.Value, len(list))
	for k, e := range list {
		out[k] = f.eval(e, local)
	}
	return out
}

// in is the expression for use at a place, where one of another text stands by what it says.
func (s symbolic) in(at textPlace) eqs.Expr {
	if s.src == at.src {
		return s.e
	}
	return &eqs.Bound{Sp: at.sp, Name: eqs.Print(s.e), X: s.e, Source: s.src}
}

// expression is a value as a part of an expression; name is how it is written.
func (x *inlining) expression(v starlark.Value, at textPlace, name string) eqs.Expr {
	x.made(at)
	c := &eqs.Const{Sp: at.sp, Name: name}
	switch v := v.(type) {
	case symbolic:
		return v.in(at)
	case starlark.Int:
		c.Kind, c.Q.Value = eqs.ConstInt, float64(v.Float())
		return c
	case starlark.Float:
		c.Q.Value = float64(v)
		return c
	case starlark.Bool:
		c.Kind, c.Q.Value = eqs.ConstBool, boolFloat(bool(v))
		return c
	case quantity:
		c.Q = units.Quantity(v)
		return c
	case *Array:
		if len(v.data) == 1 {
			return x.expression(v.elem(v.now().data[0]), at, name)
		}
		x.refuse(at, "one number can stand there: take it out of the array, or keep the array as a parameter of the group", "an array of %d numbers in an equation", len(v.data))
	case starlark.Tuple, *starlark.List:
		x.refuse(at, "return one number; write one function for each of several", "%s of values, where one number can stand", article(v))
	case *unitFunction, *closure, *starlark.Function:
		x.refuse(at, "call it", "a function, where a number can stand")
	}
	x.refuse(at, "equations compute with numbers and quantities", "%s, where a number can stand", article(v))
	return nil
}

// part is eval for an operand, which is read where it stands if it is a variable of the script.
func (f *frame) part(e syntax.Expr, local *vars) starlark.Value {
	if id, ok := e.(*syntax.Ident); ok && !open(local.find(id.Name)) {
		if v := f.value(id.Name, local, false); v != nil && f.bare {
			return bareValue(v)
		} else if v != nil {
			return v
		}
	}
	return f.eval(e, local)
}

// operand is the value of an expression of the function as a part of one.
func (f *frame) operand(v starlark.Value, e syntax.Expr, local *vars) eqs.Expr {
	at, name := f.at(e), ""
	for {
		p, ok := e.(*syntax.ParenExpr)
		if !ok {
			break
		}
		e = p.X
	}
	switch e := e.(type) {
	case *syntax.Ident:
		name = e.Name
		if _, own := f.meant(name, local); own || open(v) {
			break
		}
		of := f.value(name, local, false)
		c, ok := f.expression(of, at, name).(*eqs.Const)
		if ok {
			c.Free, c.Bare = true, f.bare
			return c
		}
	default:
		if name = f.written(e); len(name) > 40 {
			name = ""
		}
	}
	return f.expression(v, at, name)
}

func (f *frame) unary(e *syntax.UnaryExpr, v starlark.Value, local *vars) starlark.Value {
	at := f.at(e)
	f.made(at)
	x := f.operand(v, e.X, local)
	switch e.Op {
	case syntax.MINUS, syntax.PLUS:
		return symbolic{&eqs.Unary{Sp: at.sp, Op: e.Op.String(), X: x}, at.src}
	case syntax.NOT, syntax.TILDE:
		return symbolic{&eqs.Unary{Sp: at.sp, Op: "not", X: x}, at.src}
	}
	f.refuse(at, writeInstead, "%q cannot be written as an equation", e.Op.String())
	return nil
}

// operators are those of equations by those of scripts.
var operators = map[syntax.Token]string{syntax.PLUS: "+", syntax.MINUS: "-", syntax.STAR: "*", syntax.SLASH: "/", syntax.SLASHSLASH: "//", syntax.PERCENT: "%", syntax.AND: "and", syntax.OR: "or",
	syntax.AMP: "and", syntax.PIPE: "or", syntax.EQL: "==", syntax.NEQ: "!=", syntax.LT: "<", syntax.LE: "<=", syntax.GT: ">", syntax.GE: ">=", syntax.STARSTAR: "**"}

// binary is x op y, of which the operands are ex and ey.
func (f *frame) binary(op syntax.Token, x, y starlark.Value, whole syntax.Node, ex, ey syntax.Expr, local *vars) starlark.Value {
	at := f.at(whole)
	_, xOpen := x.(symbolic)
	_, yOpen := y.(symbolic)
	if !xOpen && !yOpen {
		var v starlark.Value
		var err error
		switch _, isComparison := comparisons[op]; {
		case isComparison:
			v, err = compared(op, x, y)
		case op == syntax.STARSTAR:
			v, err = starlark.Call(f.thread, f.in.vocabulary[pystar.Pow], starlark.Tuple{x, y}, nil)
		default:
			v, err = starlark.Binary(op, x, y)
		}
		if err != nil {
			f.refuse(at, "", "%v", err)
		}
		return v
	}
	if x == starlark.None || y == starlark.None { // an argument is not None
		switch op {
		case syntax.EQL:
			return starlark.False
		case syntax.NEQ:
			return starlark.True
		}
	}
	name, ok := operators[op]
	if !ok {
		f.refuse(at, writeInstead, "%q cannot be written as an equation", op.String())
	}
	f.made(at)
	b := &eqs.Binary{Sp: at.sp, OpSp: f.between(ex, ey, at), Op: name, X: f.operand(x, ex, local), Y: f.operand(y, ey, local)}
	return symbolic{b, at.src}
}

// between is the place of an operator.
func (f *frame) between(x, y syntax.Expr, whole textPlace) (sp diag.Span) {
	a, b := f.at(x).sp, f.at(y).sp
	text := whole.src.Text
	if a.End > b.Start {
		return whole.sp
	}
	sp = diag.Span{Start: a.End, End: b.Start}
	skip := func(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '(' || c == ')' || c == '\\' }
	for sp.Start < sp.End && skip(text[sp.Start]) {
		sp.Start++
	}
	for sp.End > sp.Start && skip(text[sp.End-1]) {
		sp.End--
	}
	if sp.Start == sp.End {
		return whole.sp
	}
	return sp
}

// index is x[y].
func (f *frame) index(e *syntax.IndexExpr, local *vars) starlark.Value {
	x, y := f.eval(e.X, local), f.eval(e.Y, local)
	s, xOpen := x.(symbolic)
	m, yOpen := y.(symbolic)
	switch {
	case xOpen && yOpen && f.mask != nil && eqs.Equal(f.mask, m.e):
		return s
	case xOpen:
		f.refuse(f.at(e), "the argument is the value of one element: compute with it, with where(condition, a, b) where elements differ", "%s takes elements out of what is one value in equations", f.written(e))
	case yOpen:
		f.refuse(f.at(e), "keep the values in a variable of the group, G.a = values, and give it to the function; for values in time there is TimedArray",
			"which element %s is depends on the arguments", f.written(e))
	}
	if list, ok := x.(starlark.Indexable); ok {
		if k, err := starlark.AsInt32(y); err == nil {
			if k < 0 {
				k += list.Len()
			}
			if k < 0 || k >= list.Len() {
				f.refuse(f.at(e), "", "there is no element %d of %d", k, list.Len())
			}
			return list.Index(k)
		}
	}
	if d, ok := x.(starlark.Mapping); ok {
		if v, found, err := d.Get(y); err == nil && found {
			return v
		}
	}
	f.refuse(f.at(e), "", "%s has no element %v", f.written(e.X), y)
	return nil
}

// comprehension is a list of what is computed for the elements of others.
func (f *frame) comprehension(e *syntax.Comprehension, local *vars) starlark.Value {
	if e.Curly {
		f.refuse(f.at(e), "make a list", "a dictionary of values of equations")
	}
	inner := &vars{starlark.StringDict{}, local}
	var out []starlark.Value
	var clause func(k int)
	clause = func(k int) {
		if k == len(e.Clauses) {
			f.made(f.at(e))
			out = append(out, f.eval(e.Body, inner))
			return
		}
		switch c := e.Clauses[k].(type) {
		case *syntax.ForClause:
			for v := range starlark.Elements(f.iterable(c.X, inner)) {
				f.set(c.Vars, v, inner)
				clause(k + 1)
			}
		case *syntax.IfClause:
			cond := f.eval(c.Cond, inner)
			if open(cond) {
				f.refuse(f.at(c.Cond), "let all take part, with a value that does not count: where(condition, x, 0)", "which elements take part depends on the arguments")
			}
			if cond.Truth() {
				clause(k + 1)
			}
		}
	}
	clause(0)
	return starlark.NewList(out)
}

// called is a call.
func (f *frame) called(e *syntax.CallExpr, local *vars) starlark.Value {
	at := f.at(e)
	if op := comparisonNamed(e); op != syntax.ILLEGAL {
		return f.binary(op, f.part(e.Args[0], local), f.part(e.Args[1], local), e, e.Args[0], e.Args[1], local)
	}
	if called(e, pystar.Pow, 2) || called(e, pystar.InPlace, 2) {
		return f.binary(syntax.STARSTAR, f.part(e.Args[0], local), f.part(e.Args[1], local), e, e.Args[0], e.Args[1], local)
	}
	fn := e.Fn
	if m, ok := fn.(*syntax.CallExpr); ok && called(m, methodName, 2) {
		fn = &syntax.DotExpr{X: m.Args[0], Name: &syntax.Ident{NamePos: m.Lparen, Name: m.Args[1].(*syntax.Literal).Value.(string)}, NamePos: m.Lparen}
	}
	if dot, ok := fn.(*syntax.DotExpr); ok {
		if on := f.eval(dot.X, local); open(on) {
			return f.methodOf(e, dot, on, local)
		}
	}
	v := f.eval(fn, local)
	var args []starlark.Value
	kwargs, given := map[string]starlark.Value{}, []syntax.Expr{}
	for _, a := range e.Args {
		switch a := a.(type) {
		case *syntax.BinaryExpr:
			if id, named := a.X.(*syntax.Ident); named && a.Op == syntax.EQ {
				kwargs[id.Name] = f.eval(a.Y, local)
				continue
			}
		case *syntax.UnaryExpr:
			if a.Op == syntax.STAR {
				list, ok := sequence(f.eval(a.X, local))
				if !ok {
					f.refuse(f.at(a), "a tuple or a list can stand behind *", "%s is none", f.written(a.X))
				}
				for _, x := range list {
					args, given = append(args, x), append(given, a)
				}
				continue
			}
			if a.Op == syntax.STARSTAR {
				f.refuse(f.at(a), "name the arguments", "arguments of a dictionary in a function in equations")
			}
		}
		x := f.eval(a, local)
		if _, known := v.(*starlark.Builtin); known {
			x = f.part(a, local)
		}
		args, given = append(args, x), append(given, a)
	}
	if u := f.in.equationFunction(v); u != nil {
		return f.apply(u.unitFunction, args, kwargs, at, f.written(e))
	}
	switch v := v.(type) {
	case *closure:
		values := f.bind(v.name, v.definition, v.defaults, args, kwargs, at)
		inner := &frame{inlining: f.inlining, def: v.definition, name: v.name, fn: v.fn, bare: f.bare}
		out := inner.call(values, v.in, at)
		if s, ok := out.(symbolic); ok {
			return symbolic{&eqs.Bound{Sp: at.sp, Name: f.written(e), X: s.e, Source: s.src}, at.src}
		}
		return out
	case *timedArray:
		return f.table(e, fn, v, args, local)
	case *starlark.Builtin:
		b := builtinCall{f, e, at, v.Name(), args, given, kwargs, local}
		return b.value()
	}
	f.refuse(at, writeInstead, "%s cannot be called in equations", f.written(fn))
	return nil
}

// times is an expression with another unit.
func (x *inlining) times(e eqs.Expr, d units.Dim, at textPlace) eqs.Expr {
	if d.Dimensionless() {
		return e
	}
	x.made(at)
	return &eqs.Binary{Sp: at.sp, OpSp: at.sp, Op: "*", X: e, Y: &eqs.Const{Sp: at.sp, Q: units.Quantity{Value: 1, Dim: d}}}
}

// table is a call of a TimedArray, which equations find under the same name.
func (f *frame) table(e *syntax.CallExpr, fn syntax.Expr, v *timedArray, args []starlark.Value, local *vars) starlark.Value {
	at := f.at(e)
	id, ok := fn.(*syntax.Ident)
	if ok {
		got, _ := f.names.Lookup(id.Name)
		ok = got.Kind == check.ValTable && got.Table == check.Table(v.t)
	}
	if !ok {
		f.refuse(at, "call it in the equations, and give its value to the function as an argument", "the equations do not know this TimedArray as %s", f.written(fn))
	}
	call := &eqs.Call{Sp: at.sp, Fun: &eqs.Ident{Sp: f.at(fn).sp, Name: id.Name}}
	for k, a := range args {
		x := f.operand(a, e.Args[k], local)
		if k == 0 && f.bare {
			x = f.times(x, units.Second, f.at(e.Args[k]))
		}
		call.Args = append(call.Args, x)
	}
	if f.bare {
		return symbolic{f.times(call, v.t.Dim().Inv(), at), at.src}
	}
	return symbolic{call, at.src}
}

// methodOf is a call of a method of a value of equations, such as x.clip(0, 1).
func (f *frame) methodOf(e *syntax.CallExpr, dot *syntax.DotExpr, on starlark.Value, local *vars) starlark.Value {
	at := f.at(e)
	if _, isOpen := on.(symbolic); !isOpen {
		f.refuse(at, "make a new list or dictionary of what is in it", "%s changes or reads %s, which holds values of equations", f.written(e.Fn), f.written(dot.X))
	}
	switch name := dot.Name.Name; name {
	case "clip", "copy", "astype", "flatten", "ravel", "squeeze", "round":
		b := builtinCall{f, e, at, name, append([]starlark.Value{on}, f.evalAll(e.Args, local)...), append([]syntax.Expr{dot.X}, e.Args...), nil, local}
		return b.value()
	case "sum", "mean", "max", "min", "std", "var", "any", "all", "prod", "argmax", "argmin":
		f.refuse(at, overAll, "%s looks at all elements, and a function in equations has one", f.written(e))
	}
	f.refuse(at, "compute with the value itself", "in equations %s has no .%s(...)", f.written(dot.X), dot.Name.Name)
	return nil
}
