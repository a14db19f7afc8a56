package script

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/galvani-sim/galvani/host/pystar"
	"go.starlark.net/syntax"
)

// Starlark has no exceptions: an error ends what was called. So what stands under "try" becomes a function, which is called with a builtin that
// gives the error back; what it assigns are variables of the function around, which are kept in a box as those of a nonlocal statement are.

// Names that no script can have: of the functions, of what came of them, and of the builtins that look at it.
const (
	tryName     = ".try"
	outcomeName = ".outcome"
	caughtName  = ".caught"
	reraiseName = ".reraise"
)

// What a function of a try ends with, besides what it raised.
const (
	endedRaised   = "error"
	endedReturn   = "return"
	endedBreak    = "break"
	endedContinue = "continue"
)

// tried puts the loops that stand for try, except, else and finally together.
func tried(f *syntax.File) error {
	t := &trier{}
	f.Stmts = t.stmts(f.Stmts, pystar.Global, nil)
	return t.err
}

type trier struct {
	count int
	err   error
}

// tryPart is the word that a loop stands for; "": it is a loop, or no loop.
func tryPart(st syntax.Stmt) (word string, loop *syntax.ForStmt) {
	loop, ok := st.(*syntax.ForStmt)
	if !ok {
		return "", nil
	}
	call, ok := loop.X.(*syntax.CallExpr)
	if !ok {
		return "", nil
	}
	id, ok := call.Fn.(*syntax.Ident)
	if !ok || !slices.Contains([]string{pystar.Try, pystar.Except, pystar.Otherwise, pystar.Finally}, id.Name) {
		return "", nil
	}
	if _, ok := loop.Vars.(*syntax.Ident); !ok || id.Name == pystar.Except && !isText(call.Args) {
		return "", nil
	}
	return id.Name, loop
}

// isText reports arguments that are one text.
func isText(args []syntax.Expr) bool {
	if len(args) != 1 {
		return false
	}
	lit, ok := args[0].(*syntax.Literal)
	return ok && lit.Token == syntax.STRING
}

// stmts rewrites the statements of a function, or of a file. scope is the statement by which a function within it names its variables, but for those in
// global, which it calls global itself.
func (t *trier) stmts(list []syntax.Stmt, scope string, global []string) (out []syntax.Stmt) {
	for k := 0; k < len(list); k++ {
		word, loop := tryPart(list[k])
		switch {
		case word == "":
			if def, ok := list[k].(*syntax.DefStmt); ok {
				def.Body = t.stmts(def.Body, pystar.Nonlocal, declaredIn(def.Body, pystar.Global))
			} else {
				for _, body := range bodies(list[k]) {
					*body = t.stmts(*body, scope, global)
				}
			}
			out = append(out, list[k])
			continue
		case word != pystar.Try:
			if t.err == nil {
				t.err = syntax.Error{Pos: loop.For, Msg: "this belongs to a try, and there is none before it"}
			}
			continue
		}
		c := &attempt{t: t, at: loop.For, body: t.stmts(loop.Body, scope, global), scope: scope, global: global}
		for k+1 < len(list) {
			word, next := tryPart(list[k+1])
			if word == "" || word == pystar.Try || c.finally != nil || word == pystar.Except && c.otherwise != nil || word == pystar.Otherwise && (len(c.handlers) == 0 || c.otherwise != nil) {
				break
			}
			k++
			body := t.stmts(next.Body, scope, global)
			switch word {
			case pystar.Except:
				c.handlers = append(c.handlers, handler{next, body})
			case pystar.Otherwise:
				c.otherwise = body
			case pystar.Finally:
				c.finally = body
			}
		}
		if len(c.handlers) == 0 && c.finally == nil && t.err == nil {
			t.err = syntax.Error{Pos: loop.For, Msg: "a try without except or finally"}
		}
		out = append(out, c.written()...)
	}
	return out
}

// attempt is one try with what belongs to it.
type attempt struct {
	t                  *trier
	at                 syntax.Position
	body               []syntax.Stmt
	handlers           []handler
	otherwise, finally []syntax.Stmt
	scope              string
	global             []string
}

type handler struct {
	*syntax.ForStmt
	body []syntax.Stmt
}

func (c *attempt) ident(name string) *syntax.Ident { return &syntax.Ident{NamePos: c.at, Name: name} }

func (c *attempt) text(s string) *syntax.Literal {
	return &syntax.Literal{Token: syntax.STRING, TokenPos: c.at, Raw: strconv.Quote(s), Value: s}
}

func (c *attempt) call(name string, args ...syntax.Expr) *syntax.CallExpr {
	return &syntax.CallExpr{Fn: c.ident(name), Lparen: c.at, Args: args, Rparen: c.at}
}

// part is outcome[k].
func (c *attempt) part(outcome string, k int64) syntax.Expr {
	return &syntax.IndexExpr{X: c.ident(outcome), Lbrack: c.at, Rbrack: c.at, Y: &syntax.Literal{Token: syntax.INT, TokenPos: c.at, Raw: strconv.FormatInt(k, 10), Value: k}}
}

// ended is a condition: what was tried ended so.
func (c *attempt) ended(outcome, how string) syntax.Expr {
	return &syntax.BinaryExpr{X: c.part(outcome, 0), OpPos: c.at, Op: syntax.EQL, Y: c.text(how)}
}

// written is the whole try.
func (c *attempt) written() []syntax.Stmt {
	if c.finally != nil {
		inner := *c
		inner.finally = nil
		last := &attempt{t: c.t, at: c.at, body: c.body, scope: c.scope, global: c.global}
		if len(c.handlers) > 0 {
			last.body = inner.written()
		}
		out, outcome, exits := last.guarded()
		out = append(out, c.finally...)
		out = append(out, &syntax.IfStmt{If: c.at, Cond: c.ended(outcome, endedRaised), True: []syntax.Stmt{&syntax.ExprStmt{X: c.call(reraiseName, c.ident(outcome))}}})
		return append(out, c.passed(outcome, exits)...)
	}
	out, outcome, exits := c.guarded()
	chain := []syntax.Stmt{&syntax.ExprStmt{X: c.call(reraiseName, c.ident(outcome))}}
	for _, h := range slices.Backward(c.handlers) {
		target := h.Vars.(*syntax.Ident).Name
		body := c.again(h.body, outcome, target)
		if target != "_" {
			body = append([]syntax.Stmt{&syntax.AssignStmt{OpPos: h.For, Op: syntax.EQ, LHS: h.Vars, RHS: c.part(outcome, 1)}}, body...)
		}
		kinds := h.X.(*syntax.CallExpr).Args[0]
		chain = []syntax.Stmt{&syntax.IfStmt{If: h.For, Cond: c.call(caughtName, c.ident(outcome), kinds), True: body, ElsePos: h.For, False: chain}}
	}
	out = append(out, &syntax.IfStmt{If: c.at, Cond: c.ended(outcome, endedRaised), True: chain})
	out = append(out, c.passed(outcome, exits)...)
	if c.otherwise != nil {
		out = append(out, &syntax.IfStmt{If: c.at, Cond: c.ended(outcome, ""), True: c.otherwise})
	}
	return out
}

// guarded makes a function of what is tried, and calls it.
func (c *attempt) guarded() (out []syntax.Stmt, outcome string, exits map[string]bool) {
	c.t.count++
	n := strconv.Itoa(c.t.count)
	var global, outer []syntax.Expr
	for _, name := range slices.Sorted(maps.Keys(ownNames(nil, c.body))) {
		switch {
		case strings.Contains(name, "."):
		case c.scope == pystar.Global || slices.Contains(c.global, name):
			global = append(global, c.text(name))
		default:
			outer = append(outer, c.text(name))
		}
	}
	exits = map[string]bool{}
	body := c.exits(c.body, false, exits)
	for _, names := range []struct {
		how  string
		list []syntax.Expr
	}{{pystar.Global, global}, {pystar.Nonlocal, outer}} {
		if len(names.list) > 0 {
			body = append([]syntax.Stmt{&syntax.ExprStmt{X: c.call(names.how, names.list...)}}, body...)
		}
	}
	outcome = outcomeName + n
	return []syntax.Stmt{&syntax.DefStmt{Def: c.at, Name: c.ident(tryName + n), Body: body},
		&syntax.AssignStmt{OpPos: c.at, Op: syntax.EQ, LHS: c.ident(outcome), RHS: c.call(pystar.Try, c.ident(tryName+n))}}, outcome, exits
}

// exits turns return, break and continue into what the function of a try returns.
func (c *attempt) exits(list []syntax.Stmt, inLoop bool, found map[string]bool) []syntax.Stmt {
	if list == nil {
		return nil // which a tree has where there is no else
	}
	out := make([]syntax.Stmt, len(list))
	leave := func(at syntax.Position, how string, v syntax.Expr) syntax.Stmt {
		found[how] = true
		if v == nil {
			v = &syntax.Ident{NamePos: at, Name: "None"}
		}
		return &syntax.ReturnStmt{Return: at, Result: &syntax.TupleExpr{List: []syntax.Expr{c.text(how), v}}}
	}
	for k, st := range list {
		out[k] = st
		switch st := st.(type) {
		case *syntax.ReturnStmt:
			out[k] = leave(st.Return, endedReturn, st.Result)
			continue
		case *syntax.BranchStmt:
			switch {
			case inLoop:
			case st.Token == syntax.BREAK:
				out[k] = leave(st.TokenPos, endedBreak, nil)
			case st.Token == syntax.CONTINUE:
				out[k] = leave(st.TokenPos, endedContinue, nil)
			}
			continue
		case *syntax.DefStmt:
			continue
		case *syntax.ForStmt, *syntax.WhileStmt:
			for _, body := range bodies(st) {
				*body = c.exits(*body, true, found)
			}
			continue
		}
		for _, body := range bodies(st) {
			*body = c.exits(*body, inLoop, found)
		}
	}
	return out
}

// passed leaves the function or the loop around as what was tried did.
func (c *attempt) passed(outcome string, exits map[string]bool) (out []syntax.Stmt) {
	for _, e := range []struct {
		how string
		st  syntax.Stmt
	}{{endedReturn, &syntax.ReturnStmt{Return: c.at, Result: c.part(outcome, 1)}}, {endedBreak, &syntax.BranchStmt{Token: syntax.BREAK, TokenPos: c.at}},
		{endedContinue, &syntax.BranchStmt{Token: syntax.CONTINUE, TokenPos: c.at}}} {
		if exits[e.how] {
			out = append(out, &syntax.IfStmt{If: c.at, Cond: c.ended(outcome, e.how), True: []syntax.Stmt{e.st}})
		}
	}
	return out
}

// again turns a bare raise, and one of what was caught, into raising it again.
func (c *attempt) again(list []syntax.Stmt, outcome, caught string) []syntax.Stmt {
	if list == nil {
		return nil // which a tree has where there is no else
	}
	out := make([]syntax.Stmt, len(list))
	for k, st := range list {
		out[k] = st
		if ex, ok := st.(*syntax.ExprStmt); ok {
			if kind, args, ok := raised(ex.X); ok && len(args) == 0 && (kind == "again" || kind == caught) {
				out[k] = &syntax.ExprStmt{X: c.call(reraiseName, c.ident(outcome))}
			}
		}
		if _, def := st.(*syntax.DefStmt); !def {
			for _, body := range bodies(st) {
				*body = c.again(*body, outcome, caught)
			}
		}
	}
	return out
}
