package syntax

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Print writes an expression with as few parentheses as its structure needs. Parsing the result gives an Equal tree, except
// that numbers which no literal can stand for are written as inf and nan.
func Print(e Expr) string {
	var b strings.Builder
	(&printer{Builder: &b}).expr(e, 0)
	return b.String()
}

// PrintWhole is Print with what each Bound stands for in its place, and numbers of the script as numbers. What is longer than most bytes
// ends in "...".
func PrintWhole(e Expr, most int) string {
	var b strings.Builder
	(&printer{&b, most}).expr(e, 0)
	if b.Len() <= most {
		return b.String()
	}
	end := most
	for !utf8.RuneStart(b.String()[end]) {
		end--
	}
	return b.String()[:end] + "..."
}

// printer writes expressions. With most it writes what a Bound stands for, until the text is longer.
type printer struct {
	*strings.Builder
	most int
}

const precAtom = precPower + 1

// precedence is the binding power of the outermost operator of e; conditionals have 0.
func (p *printer) precedence(e Expr) int {
	switch e := e.(type) {
	case *Bound:
		if p.most > 0 {
			return p.precedence(e.X)
		}
	case *Const:
		switch {
		case p.most == 0 && e.Name != "", e.Kind != ConstReal, e.Bare, e.Q.Dim.Dimensionless():
			return precAtom
		}
		return precProduct
	case *Cond:
		return 0
	case *Binary:
		return binaryPrec[e.Op]
	case *Unary:
		if e.Op == "not" {
			return precNot
		}
		return precUnary
	}
	return precAtom
}

func (b *printer) expr(e Expr, least int) {
	if b.most > 0 && b.Len() > b.most {
		return
	}
	if e == nil {
		b.WriteString("<nothing>")
		return
	}
	if bound, ok := e.(*Bound); ok && b.most > 0 {
		b.expr(bound.X, least)
		return
	}
	prec := b.precedence(e)
	if prec < least {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	switch e := e.(type) {
	case *Number:
		b.WriteString(printNumber(e))
	case *Bound:
		b.WriteString(e.Name)
	case *Const:
		switch {
		case b.most == 0 && e.Name != "":
			b.WriteString(e.Name)
		case e.Kind == ConstBool:
			b.WriteString(map[bool]string{true: "True", false: "False"}[e.Q.Value != 0])
		default:
			b.WriteString(printNumber(&Number{Value: e.Q.Value, IsInt: e.Kind == ConstInt}))
			if !e.Bare && !e.Q.Dim.Dimensionless() {
				b.WriteString("*" + e.Q.Dim.String())
			}
		}
	case *Bool:
		if e.Value {
			b.WriteString("True")
		} else {
			b.WriteString("False")
		}
	case *Ident:
		b.WriteString(e.Name)
	case *Unary:
		if e.Op == "not" {
			b.WriteString("not ")
			b.expr(e.X, precNot)
			return
		}
		b.WriteString(e.Op)
		b.expr(e.X, precUnary)
	case *Binary:
		left, right := prec, prec+1
		switch prec {
		case precPower:
			left, right = precAtom, precUnary
		case precCompare:
			left = prec + 1
		}
		b.expr(e.X, left)
		if prec >= precProduct {
			b.WriteString(e.Op)
		} else {
			b.WriteString(" " + e.Op + " ")
		}
		b.expr(e.Y, right)
	case *Call:
		b.WriteString(e.Fun.Name)
		b.WriteByte('(')
		for i, a := range e.Args {
			if i > 0 {
				b.WriteString(", ")
			}
			b.expr(a, 0)
		}
		b.WriteByte(')')
	case *Cond:
		b.expr(e.Then, precOr)
		b.WriteString(" if ")
		b.expr(e.Test, precOr)
		b.WriteString(" else ")
		b.expr(e.Else_, 0)
	}
}

func printNumber(e *Number) string {
	if e.Text != "" {
		return e.Text
	}
	switch {
	case math.IsNaN(e.Value):
		return "nan"
	case math.IsInf(e.Value, 1):
		return "inf"
	case math.IsInf(e.Value, -1):
		return "(-inf)"
	}
	s := strconv.FormatFloat(e.Value, 'g', -1, 64)
	if !e.IsInt && !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	if e.Value < 0 {
		s = "(" + s + ")"
	}
	return s
}

// PrintEquation writes an equation in the given dialect, on one line.
func PrintEquation(eq *Equation, dialect Dialect) string {
	var b strings.Builder
	switch {
	case eq.LHS != nil:
		b.WriteString(Print(eq.LHS))
	case eq.Kind == EqODE:
		b.WriteString(DerivName(eq.Name))
	default:
		b.WriteString(eq.Name)
	}
	if eq.RHS != nil {
		b.WriteString(" " + eq.Op + " " + Print(eq.RHS))
	}
	flags := make([]string, len(eq.Flags))
	for i, f := range eq.Flags {
		flags[i] = f.Name
		if f.Value != nil {
			var v strings.Builder
			(&printer{Builder: &v}).expr(f.Value, precOr)
			flags[i] += "=" + v.String()
		}
	}
	all := strings.Join(flags, ", ")
	switch {
	case dialect == ANNarchy && all != "":
		b.WriteString(" : " + all)
	case dialect == Brian && eq.Unit != nil:
		b.WriteString(" : " + Print(eq.Unit))
		if all != "" {
			b.WriteString(" (" + all + ")")
		}
	}
	return b.String()
}
