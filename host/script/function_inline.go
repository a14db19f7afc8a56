package script

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	eqs "github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A function of the script becomes the expression that it returns. Its statements are followed with arguments of which only the expressions are
// known: what depends on these is written down, what does not is computed by the script's interpreter. An "if" whose condition depends on
// them is followed both ways, and its results are joined by a condition.

// symbolic is a value that is known as an expression only. src is the text that the expression stands in.
type symbolic struct {
	e   eqs.Expr
	src *diag.Source
}

func (s symbolic) String() string        { return eqs.Print(s.e) }
func (s symbolic) Type() string          { return "expression" }
func (s symbolic) Freeze()               {}
func (s symbolic) Truth() starlark.Bool  { return true }
func (s symbolic) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: expression") }

// closure is a function that a function defines.
type closure struct {
	*definition
	name     string
	defaults starlark.StringDict
	in       *vars
	fn       *starlark.Function // whose module's names count
}

func (c *closure) String() string        { return "<function " + c.name + ">" }
func (c *closure) Type() string          { return "function" }
func (c *closure) Freeze()               {}
func (c *closure) Truth() starlark.Bool  { return true }
func (c *closure) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: function") }

// partly is the value of a name that was given one under a condition only.
type partly struct{ symbolic }

// vars are the local variables of a function, and those of the function around it.
type vars struct {
	values starlark.StringDict
	outer  *vars
}

func (v *vars) find(name string) starlark.Value {
	for ; v != nil; v = v.outer {
		if x := v.values[name]; x != nil {
			return x
		}
	}
	return nil
}

func (v *vars) copy() *vars { return &vars{maps.Clone(v.values), v.outer} }

// refusal is what a function cannot be in equations for. It is thrown, and caught where the call began.
type refusal struct{ diag.Diagnostic }

// inlining is one call of a function in equations, with all functions that it calls.
type inlining struct {
	in     *interp
	thread *starlark.Thread
	names  check.ScriptNames
	// globals are the global variables of modules, by one of their functions.
	globals map[*starlark.Module]starlark.StringDict
	nodes   int // how many were made
	depth   int // of calls
	// returned is where what was returned last stands.
	returned textPlace
}

// Bounds on what a call may become.
const (
	maxInlined     = 20_000
	maxInlineDepth = 100
)

// Call implements check.ScriptFunction.
func (f *scriptFunction) Call(call *eqs.Call, args []eqs.Expr, src *diag.Source, names check.ScriptNames) (b *eqs.Bound, list diag.List) {
	in := f.in
	in.following.Lock()
	defer in.following.Unlock()
	x := &inlining{in: in, names: names, globals: map[*starlark.Module]starlark.StringDict{}, thread: &starlark.Thread{Name: "equations"}}
	if fn, ok := f.fn.(*starlark.Function); ok && f.pinned != nil {
		x.globals[fn.Module()] = f.pinned
	}
	x.thread.SetMaxExecutionSteps(in.opt.Steps)
	x.thread.SetLocal(comprehensionsKey, in.lists)
	defer func() {
		switch r := recover().(type) {
		case nil:
		case refusal:
			d := r.Diagnostic
			if d.Source != src {
				d = d.WithNote(src, call.Sp, "called here")
			}
			b, list = nil, diag.List{d}
		default:
			panic(r)
		}
	}()
	values := make([]starlark.Value, len(args))
	for k, a := range args {
		values[k] = f.given(k, a, src)
	}
	site := textPlace{src, call.Sp}
	out := x.apply(f.unitFunction, values, nil, site, eqs.Print(call))
	if s, ok := out.(symbolic); ok {
		if b, ok := s.e.(*eqs.Bound); ok && b.Args != nil {
			return b, nil
		}
	}
	at := x.returned
	return &eqs.Bound{Sp: call.Sp, Name: eqs.Print(call), X: x.expression(out, at, ""), Source: at.src, Args: args}, nil
}

// given is an argument: one that is a number is known, so that loops and conditions may depend on it.
func (f *scriptFunction) given(k int, a eqs.Expr, src *diag.Source) starlark.Value {
	if f.self != nil {
		k++
	}
	if k >= len(f.params) || f.args[f.params[k]].kind == anySpec {
		if n, ok := a.(*eqs.Number); ok {
			if n.IsInt {
				return starlark.MakeInt64(int64(n.Value))
			}
			return starlark.Float(n.Value)
		}
	}
	return symbolic{a, src}
}

// textPlace is a part of a text.
type textPlace struct {
	src *diag.Source
	sp  diag.Span
}

func (x *inlining) refuse(at textPlace, hint, format string, args ...any) {
	panic(refusal{diag.Diagnostic{Source: at.src, Span: at.sp, Message: fmt.Sprintf(format, args...), Hint: hint}})
}

// made counts a new node.
func (x *inlining) made(at textPlace) {
	if x.nodes++; x.nodes > maxInlined {
		x.refuse(at, "keep steps on the way in variables of the group", "a call becomes an expression of more than %d parts", maxInlined)
	}
}

// frame is a function that is being followed.
type frame struct {
	*inlining
	def  *definition
	name string
	fn   *starlark.Function // whose free and global variables count
	bare bool               // units are left out
	mask eqs.Expr           // of an assignment to r[mask]
}

// call follows the statements of a function.
func (f *frame) call(values starlark.StringDict, outer *vars, at textPlace) starlark.Value {
	if f.depth++; f.depth > maxInlineDepth {
		f.refuse(at, "write a loop of a known number of steps", "%s calls itself again and again, or functions call each other more than %d deep", f.name, maxInlineDepth)
	}
	out := f.run(f.def.followed(), &vars{values, outer}, flow{next: func(*vars) starlark.Value { return starlark.None }})
	f.depth--
	if out == starlark.None {
		f.refuse(textPlace{f.def.src, f.def.sp}, "end it with return", "the function %s returns nothing", f.name)
	}
	return out
}

// module are the global variables that a function knows.
func (x *inlining) module(fn *starlark.Function) starlark.StringDict {
	m := fn.Module()
	if x.globals[m] == nil {
		x.globals[m] = globalsOf(fn)
	}
	return x.globals[m]
}

// value is what a name means in a function; nil: nothing. With computed, what the expression becomes depends on its value.
func (f *frame) value(name string, local *vars, computed bool) starlark.Value {
	v, own := f.meant(name, local)
	if own {
		return v
	}
	var q units.Quantity
	switch v := v.(type) {
	case starlark.Int:
		q.Value = float64(v.Float())
	case starlark.Float:
		q.Value = float64(v)
	case quantity:
		q = units.Quantity(v)
	default:
		return v
	}
	if now := f.names.Number(name, q, computed); now != q && now.Dim == q.Dim {
		if _, whole := v.(starlark.Int); whole && now.Value == math.Trunc(now.Value) {
			return starlark.MakeInt64(int64(now.Value))
		}
		return number(now.Value, now.Dim)
	}
	return v
}

// meant is value before anything has changed it; own: it is one of the function's own variables.
func (f *frame) meant(name string, local *vars) (v starlark.Value, own bool) {
	if v := local.find(name); v != nil {
		return v, true
	}
	if f.def.own[name] {
		return nil, true
	}
	for k := range f.fn.NumFreeVars() {
		if b, v := f.fn.FreeVar(k); b.Name == name && v != nil {
			return v, false
		}
	}
	if v := f.module(f.fn)[name]; v != nil {
		return v, false
	}
	if name == boxName {
		return f.box(), true
	}
	if v := f.in.vocabulary[name]; v != nil {
		return v, true
	}
	return starlark.Universe[name], true
}

// box are the variables of a file that its global statements name.
func (f *frame) box() *globalBox {
	values := starlark.StringDict{}
	if box, ok := f.fn.Globals()[boxName].(*globalBox); ok {
		for name := range box.values {
			if f.module(f.fn)[name] != nil {
				values[name] = f.value(name, nil, true)
			}
		}
	}
	return &globalBox{values}
}

// at is the place of a part of the function's text.
func (f *frame) at(n syntax.Node) textPlace {
	start, end := n.Span()
	src := f.def.src
	if call, ok := n.(*syntax.CallExpr); ok {
		if op := comparisonNamed(call); op != syntax.ILLEGAL {
			start, _ = call.Args[0].Span()
			_, end = call.Args[1].Span()
		}
	}
	from, to := offset(src, start), offset(src, end)
	if _, ok := n.(*syntax.IndexExpr); ok && to < len(src.Text) && src.Text[to] == ']' {
		to++
	}
	if to <= from || to > len(src.Text) || strings.Contains(src.Text[from:to], "\n\n") {
		return textPlace{src, spanAt(src, start)}
	}
	return textPlace{src, diag.Span{Start: from, End: to}}
}

// written is a part of the function's text on one line.
func (f *frame) written(n syntax.Node) string {
	at := f.at(n)
	return strings.Join(strings.Fields(at.src.Text[at.sp.Start:at.sp.End]), " ")
}

// host evaluates what depends on no argument.
func (f *frame) host(e syntax.Expr, local *vars) starlark.Value {
	env := starlark.StringDict{}
	for _, id := range freeNames(e) {
		v := f.value(id.Name, local, true)
		switch m := v.(type) {
		case nil:
			f.unknown(id)
		case *moduleValue:
			if m.name == "RandomState" || m.name == "default_rng" {
				f.random(e)
			}
		}
		if f.bare {
			v = bareValue(v)
		}
		env[id.Name] = v
	}
	before := f.in.draws.call
	v, err := starlark.EvalExprOptions(fileOptions, f.thread, e, env)
	if err != nil {
		msg, hint := err.Error(), hintOf(err)
		var eval *starlark.EvalError
		if errors.As(err, &eval) {
			msg = eval.Msg
		}
		if hint == "" {
			msg, hint = splitHint(msg)
		}
		f.refuse(f.at(e), hint, "%s", msg)
	}
	if f.in.draws.call != before {
		f.random(e)
	}
	return v
}

func (f *frame) random(e syntax.Expr) {
	f.refuse(f.at(e), fmt.Sprintf("give the number to the function: an argument more, and rand() or randn() where equations call %s", f.name),
		"%s draws a random number, which a function in equations cannot", f.written(e))
}

// unknown refuses a name without a value.
func (f *frame) unknown(id *syntax.Ident) {
	if f.def.own[id.Name] {
		f.refuse(f.at(id), "", "%q has no value here", id.Name)
	}
	f.refuse(f.at(id), diag.DidYouMean(id.Name, f.in.commonNames()), "unknown name %q", id.Name)
}

// freeNames are the names that an expression reads and does not give values itself, as comprehensions and lambdas do.
func freeNames(e syntax.Expr) (out []*syntax.Ident) {
	within := func(e syntax.Expr, own map[string]bool) {
		for _, id := range freeNames(e) {
			if !own[id.Name] {
				out = append(out, id)
			}
		}
	}
	syntax.Walk(e, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Ident:
			out = append(out, n)
		case *syntax.DotExpr:
			within(n.X, nil)
			return false
		case *syntax.CallExpr:
			within(n.Fn, nil)
			for _, a := range n.Args {
				if named, ok := a.(*syntax.BinaryExpr); ok && named.Op == syntax.EQ {
					a = named.Y
				}
				within(a, nil)
			}
			return false
		case *syntax.Comprehension:
			own := map[string]bool{}
			for _, c := range n.Clauses {
				switch c := c.(type) {
				case *syntax.ForClause:
					within(c.X, own)
					maps.Copy(own, ownNames(nil, []syntax.Stmt{&syntax.ForStmt{Vars: c.Vars}}))
				case *syntax.IfClause:
					within(c.Cond, own)
				}
			}
			within(n.Body, own)
			return false
		case *syntax.LambdaExpr:
			for _, p := range n.Params {
				if d, ok := p.(*syntax.BinaryExpr); ok {
					within(d.Y, nil)
				}
			}
			within(n.Body, ownNames(n.Params, nil))
			return false
		}
		return true
	})
	return out
}
