package ir

import (
	"fmt"
	"math"
	"strings"
)

// infixOps gives the operations that FormatExpr writes between their operands, with their precedence.
var infixOps = map[Op]struct {
	text string
	prec int
}{
	OpOr: {" or ", 1}, OpAnd: {" and ", 2},
	OpLt: {" < ", 4}, OpLe: {" <= ", 4}, OpEq: {" == ", 4}, OpNe: {" != ", 4},
	OpAdd: {"+", 5}, OpSub: {"-", 5},
	OpMul: {"*", 6}, OpDiv: {"/", 6}, OpFloorDiv: {"//", 6}, OpMod: {"%", 6},
	OpPow: {"**", 8},
}

// formatLimit bounds the length of FormatExpr's result: a shared graph written out as a tree can be very long.
const formatLimit = 200

// FormatExpr writes e as a formula, for messages: loads by the name of their slot, and cut short where it gets long.
func FormatExpr(e *Expr, slots []Slot) string {
	f := formatter{slots: slots}
	f.expr(e, 0)
	if f.out.Len() > formatLimit {
		return f.out.String()[:formatLimit] + "..."
	}
	return f.out.String()
}

// negative reports whether e is written with a leading minus.
func (e *Expr) negative() bool {
	return e.Op == OpNeg || e.Op == OpConst && e.Type != Bool && (e.Value < 0 || e.Value == 0 && math.Signbit(e.Value))
}

// leadingMinus reports whether the text of e starts with a minus.
func (e *Expr) leadingMinus() bool {
	for e != nil && !e.negative() {
		if _, ok := infixOps[e.Op]; !ok || len(e.Args) != 2 {
			return false
		}
		e = e.Args[0] // parentheses around it only make this cautious
	}
	return e != nil
}

type formatter struct {
	slots []Slot
	out   strings.Builder
}

func (f *formatter) expr(e *Expr, prec int) {
	if f.out.Len() > formatLimit {
		return
	}
	paren := func(p int, body func()) {
		if p < prec {
			f.out.WriteByte('(')
			defer f.out.WriteByte(')')
		}
		body()
	}
	if e == nil {
		f.out.WriteString("nothing")
		return
	}
	if inline(e) {
		p := 9
		if e.negative() {
			p = 7
		}
		paren(p, func() { f.out.WriteString(leafText(e)) })
		return
	}
	if op, ok := infixOps[e.Op]; ok && len(e.Args) == 2 {
		left, right := op.prec, op.prec+1
		if e.Op == OpPow {
			left, right = op.prec+1, op.prec
		}
		paren(op.prec, func() {
			f.expr(e.Args[0], left)
			f.out.WriteString(op.text)
			if e.Args[1].leadingMinus() { // x-(-1.0) rather than x--1.0
				right = 9
			}
			f.expr(e.Args[1], right)
		})
		return
	}
	switch {
	case e.Op == OpNeg && len(e.Args) == 1:
		paren(7, func() { f.out.WriteByte('-'); f.expr(e.Args[0], 7) })
		return
	case e.Op == OpNot && len(e.Args) == 1:
		paren(3, func() { f.out.WriteString("not "); f.expr(e.Args[0], 3) })
		return
	case e.Op == OpTime:
		f.out.WriteByte('t')
		return
	case e.Op == OpLoad:
		if e.Slot >= 0 && e.Slot < len(f.slots) {
			f.out.WriteString(f.slots[e.Slot].Name)
		} else {
			fmt.Fprintf(&f.out, "slot %d", e.Slot)
		}
		if len(e.Args) > 0 {
			f.out.WriteByte('[')
			f.expr(e.Args[0], 0)
			f.out.WriteByte(']')
		}
		return
	}
	f.out.WriteString(e.Op.String())
	f.out.WriteByte('(')
	for i, a := range e.Args {
		if i > 0 {
			f.out.WriteString(", ")
		}
		f.expr(a, 0)
	}
	f.out.WriteByte(')')
}
