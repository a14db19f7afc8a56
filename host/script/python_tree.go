package script

import (
	"slices"

	"go.starlark.net/syntax"
)

// sliceName is what assigned slices call; no script can have a name like it.
const sliceName = "[i:j]"

// likePython turns what Starlark's parser reads and its resolver refuses into what means the same: a[i:j] = x becomes a[slice(i, j)] = x, and
// arguments with a name after *list go before it.
func likePython(f *syntax.File) {
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.AssignStmt:
			n.LHS = assignable(n.LHS)
		case *syntax.CallExpr:
			slices.SortStableFunc(n.Args, func(a, b syntax.Expr) int { return laterArgument(a) - laterArgument(b) })
		}
		return true
	})
}

// assignable is the target of an assignment with slices as calls.
func assignable(e syntax.Expr) syntax.Expr {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		e.X = assignable(e.X)
	case *syntax.TupleExpr:
		for k := range e.List {
			e.List[k] = assignable(e.List[k])
		}
	case *syntax.ListExpr:
		for k := range e.List {
			e.List[k] = assignable(e.List[k])
		}
	case *syntax.SliceExpr:
		call := &syntax.CallExpr{Fn: &syntax.Ident{NamePos: e.Lbrack, Name: sliceName}, Lparen: e.Lbrack, Rparen: e.Rbrack}
		for _, part := range []syntax.Expr{e.Lo, e.Hi, e.Step} {
			if part == nil {
				part = &syntax.Ident{NamePos: e.Lbrack, Name: "None"}
			}
			call.Args = append(call.Args, part)
		}
		return &syntax.IndexExpr{X: e.X, Lbrack: e.Lbrack, Y: call, Rbrack: e.Rbrack}
	}
	return e
}

// laterArgument orders arguments as Starlark wants them: those in place and with a name as they come, then *list, then **dictionary.
func laterArgument(arg syntax.Expr) int {
	if u, ok := arg.(*syntax.UnaryExpr); ok {
		switch u.Op {
		case syntax.STAR:
			return 1
		case syntax.STARSTAR:
			return 2
		}
	}
	return 0
}
