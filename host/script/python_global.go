package script

import (
	"fmt"
	"maps"
	"reflect"
	"strconv"

	"github.com/galvani-sim/galvani/host/pystar"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Starlark's functions cannot give a global variable another value. The variables of a file that a function names in a global statement are kept in a
// box, a global variable that they are elements of: count += 1 becomes .globals["count"] += 1 wherever count is that variable.

// boxName is the box of a file, makeBox makes it; no script can have names like them.
const (
	boxName = ".globals"
	makeBox = ".box"
)

// globalBox holds the variables.
type globalBox struct{ values starlark.StringDict }

var _ starlark.HasSetKey = (*globalBox)(nil)

func (b *globalBox) String() string        { return boxName }
func (b *globalBox) Type() string          { return boxName }
func (b *globalBox) Freeze()               {}
func (b *globalBox) Truth() starlark.Bool  { return true }
func (b *globalBox) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: %s", boxName) }

// Get is a variable.
func (b *globalBox) Get(key starlark.Value) (starlark.Value, bool, error) {
	name := string(key.(starlark.String))
	v, ok := b.values[name]
	if !ok {
		return nil, false, fmt.Errorf("global variable %s referenced before assignment", name)
	}
	return v, true, nil
}

// SetKey gives it a value.
func (b *globalBox) SetKey(key, v starlark.Value) error {
	b.values[string(key.(starlark.String))] = v
	return nil
}

func newBox(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return &globalBox{starlark.StringDict{}}, nil
}

// globalsOf are the global variables of a function's file.
func globalsOf(fn *starlark.Function) starlark.StringDict {
	all := fn.Globals()
	box, ok := all[boxName].(*globalBox)
	if !ok {
		return all
	}
	delete(all, boxName)
	maps.Copy(all, box.values)
	return all
}

// boxed puts the variables of global statements into a box.
func boxed(f *syntax.File) {
	shared := map[string]bool{}
	syntax.Walk(f, func(n syntax.Node) bool {
		if names, ok := declaredGlobal(n); ok {
			for _, name := range names {
				shared[name] = true
			}
		}
		return true
	})
	for _, st := range f.Stmts { // a function is no variable
		if def, ok := st.(*syntax.DefStmt); ok {
			delete(shared, def.Name.Name)
		}
	}
	if len(shared) == 0 {
		return
	}
	b := &boxer{shared, boxName}
	f.Stmts = b.stmts(f.Stmts, map[string]bool{})
	start := syntax.Start(f.Stmts[0])
	f.Stmts = append([]syntax.Stmt{b.made(start)}, f.Stmts...)
}

// declaredGlobal are the names of a global statement.
func declaredGlobal(n syntax.Node) (names []string, ok bool) { return declared(n, pystar.Global) }

// declared are the names of a global or nonlocal statement.
func declared(n syntax.Node, how string) (names []string, ok bool) {
	st, ok := n.(*syntax.ExprStmt)
	if !ok {
		return nil, false
	}
	call, ok := st.X.(*syntax.CallExpr)
	if !ok {
		return nil, false
	}
	if id, is := call.Fn.(*syntax.Ident); !is || id.Name != how {
		return nil, false
	}
	for _, arg := range call.Args {
		if lit, is := arg.(*syntax.Literal); is {
			names = append(names, fmt.Sprint(lit.Value))
		}
	}
	return names, true
}

// declaredIn are the names of the global or nonlocal statements of a function.
func declaredIn(list []syntax.Stmt, how string) (names []string) {
	for _, st := range list {
		if of, ok := declared(st, how); ok {
			names = append(names, of...)
		}
		if _, def := st.(*syntax.DefStmt); !def {
			for _, body := range bodies(st) {
				names = append(names, declaredIn(*body, how)...)
			}
		}
	}
	return names
}

// boxer replaces variables by elements of a box, but for those that a function has itself: own.
type boxer struct {
	shared map[string]bool
	name   string
}

func (b *boxer) stmts(list []syntax.Stmt, own map[string]bool) []syntax.Stmt {
	if list == nil {
		return nil // which a tree has where there is no else
	}
	out := make([]syntax.Stmt, 0, len(list))
	for _, st := range list {
		out = append(out, st)
		switch st := st.(type) {
		case *syntax.DefStmt:
			b.params(st.Params, own)
			inner := maps.Clone(own)
			locals(st.Params, st.Body, inner)
			st.Body = b.stmts(st.Body, inner)
			if name := st.Name; b.shared[name.Name] && !own[name.Name] {
				out = append(out, &syntax.AssignStmt{OpPos: st.Def, Op: syntax.EQ, LHS: b.element(name), RHS: &syntax.Ident{NamePos: name.NamePos, Name: name.Name}})
			}
		case *syntax.LoadStmt:
		default:
			b.fields(reflect.ValueOf(st), own)
		}
	}
	return out
}

// made is the statement that makes the box.
func (b *boxer) made(at syntax.Position) syntax.Stmt {
	ident := func(name string) *syntax.Ident { return &syntax.Ident{NamePos: at, Name: name} }
	return &syntax.AssignStmt{OpPos: at, Op: syntax.EQ, LHS: ident(b.name), RHS: &syntax.CallExpr{Fn: ident(makeBox), Lparen: at, Rparen: at}}
}

// element is a variable in the box.
func (b *boxer) element(e *syntax.Ident) syntax.Expr {
	return &syntax.IndexExpr{X: &syntax.Ident{NamePos: e.NamePos, Name: b.name}, Lbrack: e.NamePos, Rbrack: e.NamePos,
		Y: &syntax.Literal{Token: syntax.STRING, TokenPos: e.NamePos, Raw: strconv.Quote(e.Name), Value: e.Name}}
}

// params rewrites the defaults of parameters, which belong to the scope around the function.
func (b *boxer) params(list []syntax.Expr, own map[string]bool) {
	for _, p := range list {
		if def, ok := p.(*syntax.BinaryExpr); ok {
			def.Y = b.expr(def.Y, own)
		}
	}
}

// locals adds what a function gives values to without calling it global or nonlocal, and its parameters.
func locals(params []syntax.Expr, body []syntax.Stmt, own map[string]bool) {
	for _, p := range params {
		switch p := p.(type) {
		case *syntax.Ident:
			own[p.Name] = true
		case *syntax.BinaryExpr:
			own[p.X.(*syntax.Ident).Name] = true
		case *syntax.UnaryExpr:
			if id, ok := p.X.(*syntax.Ident); ok {
				own[id.Name] = true
			}
		}
	}
	var targets func(e syntax.Expr)
	targets = func(e syntax.Expr) {
		switch e := e.(type) {
		case *syntax.Ident:
			own[e.Name] = true
		case *syntax.ParenExpr:
			targets(e.X)
		case *syntax.TupleExpr:
			for _, x := range e.List {
				targets(x)
			}
		case *syntax.ListExpr:
			for _, x := range e.List {
				targets(x)
			}
		}
	}
	var visit func(list []syntax.Stmt)
	visit = func(list []syntax.Stmt) {
		for _, st := range list {
			switch st := st.(type) {
			case *syntax.AssignStmt:
				targets(st.LHS)
			case *syntax.ForStmt:
				targets(st.Vars)
			case *syntax.DefStmt:
				own[st.Name.Name] = true
				continue
			}
			for _, inner := range bodies(st) {
				visit(*inner)
			}
		}
	}
	visit(body)
	for _, how := range []string{pystar.Global, pystar.Nonlocal} {
		for _, name := range declaredIn(body, how) {
			delete(own, name)
		}
	}
}

// expr is an expression with elements of the box.
func (b *boxer) expr(e syntax.Expr, own map[string]bool) syntax.Expr {
	switch e := e.(type) {
	case *syntax.Ident:
		if b.shared[e.Name] && !own[e.Name] {
			return b.element(e)
		}
		return e
	case *syntax.DotExpr:
		e.X = b.expr(e.X, own)
		return e
	case *syntax.CallExpr:
		e.Fn = b.expr(e.Fn, own)
		for k, arg := range e.Args {
			if named, ok := arg.(*syntax.BinaryExpr); ok && named.Op == syntax.EQ {
				named.Y = b.expr(named.Y, own)
			} else {
				e.Args[k] = b.expr(arg, own)
			}
		}
		return e
	case *syntax.LambdaExpr:
		b.params(e.Params, own)
		inner := maps.Clone(own)
		locals(e.Params, nil, inner)
		e.Body = b.expr(e.Body, inner)
		return e
	case *syntax.Comprehension:
		inner := maps.Clone(own)
		for k, clause := range e.Clauses {
			if loop, ok := clause.(*syntax.ForClause); ok {
				at := inner
				if k == 0 {
					at = own
				}
				loop.X = b.expr(loop.X, at)
				locals([]syntax.Expr{}, []syntax.Stmt{&syntax.ForStmt{Vars: loop.Vars}}, inner)
			} else {
				b.fields(reflect.ValueOf(clause), inner)
			}
		}
		e.Body = b.expr(e.Body, inner)
		return e
	}
	b.fields(reflect.ValueOf(e), own)
	return e
}

// fields rewrites the expressions that a node is made of.
func (b *boxer) fields(v reflect.Value, own map[string]bool) {
	if v.Kind() == reflect.Interface && !v.IsNil() && v.CanSet() {
		if e, ok := v.Interface().(syntax.Expr); ok {
			v.Set(reflect.ValueOf(b.expr(e, own)))
			return
		}
	}
	if v.Kind() == reflect.Slice {
		if list, ok := v.Interface().([]syntax.Stmt); ok {
			v.Set(reflect.ValueOf(b.stmts(list, own)))
			return
		}
	}
	eachPart(v, func(part reflect.Value) { b.fields(part, own) })
}
