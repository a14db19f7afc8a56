package script

import (
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/pystar"
	"go.starlark.net/syntax"
)

// What iterations of behaviours are translated from: a tree of their Python, made of Starlark's.

// pyExpr is an expression.
type pyExpr struct {
	op   string // "name", "number", "string", ".", "call", "[]", "slice", "tuple", "list", "if", a unary ("u-", "u+", "not", "~") or a binary operator; "other"
	text string // of names, numbers, strings, attributes and what is "other"
	args []*pyExpr
	kws  []pyKeyword // of calls
}

type pyKeyword struct {
	name  string
	value *pyExpr
}

// pyStmt is a statement.
type pyStmt struct {
	kind   string // "=", an augmented assignment such as "+=", "expr", "for", "if", "pass", "return"
	target []*pyExpr
	value  *pyExpr
	body   []*pyStmt
	orelse []*pyStmt
	line   int    // from 1
	text   string // up to the colon
}

// pyError is a mistake in a line of the text.
type pyError struct {
	line int
	err  error
}

func (e *pyError) Error() string { return e.err.Error() }
func (e *pyError) Unwrap() error { return e.err }

// pyReader makes the tree of a text.
type pyReader struct{ src *diag.Source }

// text is what stands between two places, in one line.
func (r pyReader) text(start, end syntax.Position) string {
	from, to := offset(r.src, start), offset(r.src, end)
	return strings.Join(strings.Fields(r.src.Text[from:max(from, to)]), " ")
}

// block makes the statements of a body; those that are texts say nothing.
func (r pyReader) block(list []syntax.Stmt) (out []*pyStmt, err error) {
	for _, st := range list {
		start, end := st.Span()
		s := &pyStmt{line: int(start.Line), text: r.text(start, end)}
		switch st := st.(type) {
		case *syntax.AssignStmt:
			if id, ok := st.RHS.(*syntax.Ident); ok && id.Name == pystar.Assigned && len(out) > 0 {
				last := out[len(out)-1]
				last.target = append(last.target, r.expr(st.LHS))
				continue
			}
			s.kind, s.value = st.Op.String(), r.expr(inPlaceSide(st.RHS))
			if call, ok := st.RHS.(*syntax.CallExpr); ok && called(call, pystar.InPlace, 2) {
				s.kind, s.value = "**=", r.expr(call.Args[1])
			}
			if id, ok := st.LHS.(*syntax.Ident); !ok || id.Name != pystar.Assigned {
				s.target = []*pyExpr{r.expr(st.LHS)}
			}
		case *syntax.ExprStmt:
			s.kind, s.value = "expr", r.expr(st.X)
			if s.value.op == "string" {
				continue
			}
		case *syntax.ReturnStmt:
			if s.kind = "return"; st.Result != nil {
				s.value = r.expr(st.Result)
			}
		case *syntax.ForStmt:
			s.kind, s.target, s.value = "for", []*pyExpr{r.expr(st.Vars)}, r.expr(st.X)
			_, end = st.X.Span()
			s.text = r.text(start, end) + ":"
			s.body, err = r.block(st.Body)
		case *syntax.IfStmt:
			s.kind, s.value = "if", r.expr(st.Cond)
			_, end = st.Cond.Span()
			s.text = r.text(start, end) + ":"
			if s.body, err = r.block(st.True); err == nil && st.False != nil {
				s.orelse, err = r.block(st.False)
			}
		default:
			if b, ok := st.(*syntax.BranchStmt); ok && b.Token == syntax.PASS {
				s.kind = "pass"
			} else {
				err = &pyError{s.line, fmt.Errorf("%q: behaviours have assignments, if and loops", s.text)}
			}
		}
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func (r pyReader) list(list []syntax.Expr) (out []*pyExpr) {
	for _, e := range list {
		out = append(out, r.expr(e))
	}
	return out
}

// expr makes an expression; nil stays nil.
func (r pyReader) expr(e syntax.Expr) *pyExpr {
	node := func(op string, args ...syntax.Expr) *pyExpr { return &pyExpr{op: op, args: r.list(args)} }
	switch e := e.(type) {
	case nil:
		return nil
	case *syntax.Ident:
		return &pyExpr{op: "name", text: e.Name}
	case *syntax.ParenExpr:
		return r.expr(e.X)
	case *syntax.Literal:
		if text, ok := e.Value.(string); ok && e.Token == syntax.STRING {
			return &pyExpr{op: "string", text: text}
		}
		return &pyExpr{op: "number", text: e.Raw}
	case *syntax.DotExpr:
		return &pyExpr{op: ".", text: e.Name.Name, args: []*pyExpr{r.expr(e.X)}}
	case *syntax.TupleExpr:
		return node("tuple", e.List...)
	case *syntax.ListExpr:
		return node("list", e.List...)
	case *syntax.CondExpr:
		return node("if", e.Cond, e.True, e.False)
	case *syntax.SliceExpr:
		return &pyExpr{op: "[]", args: []*pyExpr{r.expr(e.X), node("slice", e.Lo, e.Hi, e.Step)}}
	case *syntax.IndexExpr:
		if t, ok := e.Y.(*syntax.TupleExpr); ok {
			return node("[]", append([]syntax.Expr{e.X}, t.List...)...)
		}
		return node("[]", e.X, e.Y)
	case *syntax.UnaryExpr:
		switch e.Op {
		case syntax.MINUS, syntax.PLUS:
			return node("u"+e.Op.String(), e.X)
		case syntax.NOT, syntax.TILDE:
			return node(e.Op.String(), e.X)
		}
	case *syntax.BinaryExpr:
		if x, ok := e.X.(*syntax.BinaryExpr); ok && isMatMul(x) {
			return node("@", x.X, e.Y)
		}
		b := node(e.Op.String(), e.X, e.Y)
		if b.op == "+" && b.args[0].op == "string" && b.args[1].op == "string" {
			return &pyExpr{op: "string", text: b.args[0].text + b.args[1].text}
		}
		if b.op != "in" && b.op != "not in" {
			return b
		}
	case *syntax.CallExpr:
		if out := r.call(e); out != nil {
			return out
		}
	}
	start, end := e.Span()
	return &pyExpr{op: "other", text: r.text(start, end)}
}

// call makes a call, or what it stands for in a text that pystar has rewritten; nil: that is none for iterations.
func (r pyReader) call(e *syntax.CallExpr) *pyExpr {
	switch {
	case called(e, pystar.Pow, 2):
		return &pyExpr{op: "**", args: r.list(e.Args)}
	case called(e, pystar.Slice, 2), called(e, pystar.Slice, 3):
		s := &pyExpr{op: "slice", args: make([]*pyExpr, 3)}
		for k, a := range r.list(e.Args) {
			if a.op != "name" || a.text != "None" {
				s.args[k] = a
			}
		}
		return s
	case isChain(e):
		return r.expr(bothOf(e))
	}
	if id, ok := e.Fn.(*syntax.Ident); ok && strings.HasPrefix(id.Name, "__") {
		return nil
	}
	call := &pyExpr{op: "call", args: []*pyExpr{r.expr(e.Fn)}}
	for _, a := range e.Args {
		switch a := a.(type) {
		case *syntax.BinaryExpr:
			if id, ok := a.X.(*syntax.Ident); ok && a.Op == syntax.EQ {
				call.kws = append(call.kws, pyKeyword{id.Name, r.expr(a.Y)})
				continue
			}
		case *syntax.UnaryExpr:
			if a.Op == syntax.STAR || a.Op == syntax.STARSTAR {
				return nil
			}
		}
		call.args = append(call.args, r.expr(a))
	}
	return call
}

// String is the expression as a message shows it.
func (e *pyExpr) String() string {
	if e == nil {
		return ""
	}
	list := func(args []*pyExpr) string {
		var out []string
		for _, a := range args {
			out = append(out, a.String())
		}
		return strings.Join(out, ", ")
	}
	switch e.op {
	case "name", "number", "other":
		return e.text
	case "string":
		return "'" + e.text + "'"
	case ".":
		return e.args[0].String() + "." + e.text
	case "call":
		args := slices.Clone(e.args[1:])
		for _, k := range e.kws {
			args = append(args, &pyExpr{op: "other", text: k.name + "=" + k.value.String()})
		}
		return e.args[0].String() + "(" + list(args) + ")"
	case "[]":
		return e.args[0].String() + "[" + list(e.args[1:]) + "]"
	case "slice":
		s := e.args[0].String() + ":" + e.args[1].String()
		if e.args[2] != nil {
			s += ":" + e.args[2].String()
		}
		return s
	case "tuple":
		return "(" + list(e.args) + ")"
	case "list":
		return "[" + list(e.args) + "]"
	case "if":
		return fmt.Sprintf("%s if %s else %s", e.args[1], e.args[0], e.args[2])
	case "u-", "u+":
		return e.op[1:] + e.args[0].String()
	case "not":
		return "not " + e.args[0].String()
	case "~":
		return "~" + e.args[0].String()
	}
	return fmt.Sprintf("%s %s %s", e.args[0], e.op, e.args[1])
}
