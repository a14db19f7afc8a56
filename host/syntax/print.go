package syntax

import (
	"math"
	"strconv"
	"strings"
)

// Print writes an expression with as few parentheses as its structure needs. Parsing the result gives an Equal tree, except
// that numbers which no literal can stand for are written as inf and nan.
func Print(e Expr) string {
	var b strings.Builder
	printExpr(&b, e, 0)
	return b.String()
}

const precAtom = precPower + 1

// precedence is the binding power of the outermost operator of e; conditionals have 0.
func precedence(e Expr) int {
	switch e := e.(type) {
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

func printExpr(b *strings.Builder, e Expr, least int) {
	if e == nil {
		b.WriteString("<nothing>")
		return
	}
	prec := precedence(e)
	if prec < least {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	switch e := e.(type) {
	case *Number:
		b.WriteString(printNumber(e))
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
			printExpr(b, e.X, precNot)
			return
		}
		b.WriteString(e.Op)
		printExpr(b, e.X, precUnary)
	case *Binary:
		left, right := prec, prec+1
		switch prec {
		case precPower:
			left, right = precAtom, precUnary
		case precCompare:
			left = prec + 1
		}
		printExpr(b, e.X, left)
		if prec >= precProduct {
			b.WriteString(e.Op)
		} else {
			b.WriteString(" " + e.Op + " ")
		}
		printExpr(b, e.Y, right)
	case *Call:
		b.WriteString(e.Fun.Name)
		b.WriteByte('(')
		for i, a := range e.Args {
			if i > 0 {
				b.WriteString(", ")
			}
			printExpr(b, a, 0)
		}
		b.WriteByte(')')
	case *Cond:
		printExpr(b, e.Then, precOr)
		b.WriteString(" if ")
		printExpr(b, e.Test, precOr)
		b.WriteString(" else ")
		printExpr(b, e.Else_, 0)
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
			printExpr(&v, f.Value, precOr)
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
