package syntax

import (
	"fmt"
	"io"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
)

// DumpTokens writes the tokens of src, one per line, with their places.
func DumpTokens(w io.Writer, src *diag.Source) error {
	toks, list := scan(src)
	for _, t := range toks {
		line, column := diag.Pos(src, t.sp.Start)
		text := t.text
		if t.kind == tokNewline {
			text = ""
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("%d:%d\t%s\t%s", line, column, t.kind, text), "\t")); err != nil {
			return err
		}
	}
	return list.Err()
}

// Dump writes the trees of the equations, indented by depth.
func (eqs *Equations) Dump(w io.Writer) error {
	d := &dumper{w: w, src: eqs.Source}
	for _, eq := range eqs.Eqs {
		kind := [...]string{"ode", "assign", "parameter"}[eq.Kind]
		head := kind + " " + eq.Name
		if eq.Kind == EqAssign {
			head += " " + eq.Op
		}
		d.line(0, head, eq.Sp)
		d.labelled(1, "lhs", eq.LHS)
		d.labelled(1, "rhs", eq.RHS)
		d.labelled(1, "unit", eq.Unit)
		for _, f := range eq.Flags {
			d.line(1, "flag "+f.Name, f.Sp)
			if f.Value != nil {
				d.expr(2, f.Value)
			}
		}
	}
	return d.err
}

// Dump writes the trees of the statements, indented by depth.
func (c *Code) Dump(w io.Writer) error {
	d := &dumper{w: w, src: c.Source}
	d.stmts(0, c.Stmts)
	return d.err
}

type dumper struct {
	w   io.Writer
	src *diag.Source
	err error
}

func (d *dumper) line(depth int, text string, sp diag.Span) {
	if d.err == nil {
		line, column := diag.Pos(d.src, sp.Start)
		_, d.err = fmt.Fprintf(d.w, "%s%s  @%d:%d\n", strings.Repeat("  ", depth), text, line, column)
	}
}

func (d *dumper) labelled(depth int, label string, e Expr) {
	if e != nil {
		d.line(depth, label, e.Span())
		d.expr(depth+1, e)
	}
}

func (d *dumper) expr(depth int, e Expr) {
	text := ""
	switch e := e.(type) {
	case *Number:
		text = "number " + printNumber(e)
	case *Bool:
		text = fmt.Sprintf("bool %t", e.Value)
	case *Ident:
		text = "name " + e.Name
	case *Unary:
		text = "unary " + e.Op
	case *Binary:
		text = "binary " + e.Op
	case *Call:
		text = "call " + e.Fun.Name
	case *Cond:
		text = "cond"
	}
	d.line(depth, text, e.Span())
	for _, c := range Children(e) {
		d.expr(depth+1, c)
	}
}

func (d *dumper) stmts(depth int, list []*Stmt) {
	for _, s := range list {
		if s.Kind == StmtIf {
			d.line(depth, "if", s.Sp)
			d.expr(depth+1, s.X)
			d.line(depth, "then", s.Sp)
			d.stmts(depth+1, s.Body)
			if s.Else != nil {
				d.line(depth, "else", s.Sp)
				d.stmts(depth+1, s.Else)
			}
			continue
		}
		d.line(depth, "assign "+s.Name+" "+s.Op, s.Sp)
		d.expr(depth+1, s.X)
	}
}
