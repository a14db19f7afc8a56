package syntax

import (
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
)

var exprSeeds = []string{
	"(ge+gi-(v-El))/taum", "-K^n", "a < b < c", "if a: b elif c: d else: f", "a if b else c if d else f", "pos(baseline + Uniform(-0.5, 0.5))",
	"2**-1**x", "not a and b or c", "!a && b", "1. + .5e3 // 2 % 3", "pre.r * w", "((((", "a +\n b # c\n", "ite(t < 5, 1, exp(-t/tau))",
}

// Whatever the text: no panic, spans inside the text, and printing gives the same tree back.
func FuzzParseExpr(f *testing.F) {
	for _, s := range exprSeeds {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, text string, annarchy bool) {
		dialect := Brian
		if annarchy {
			dialect = ANNarchy
		}
		src := &diag.Source{Text: text}
		e, list := ParseExpr(src, dialect)
		_ = list.Error()
		if list.Err() != nil {
			return
		}
		checkTree(t, text, e)
		roundTrip(t, e, dialect)
	})
}

func roundTrip(t *testing.T, e Expr, dialect Dialect) {
	t.Helper()
	printed := Print(e)
	back, list := ParseExpr(&diag.Source{Text: printed}, dialect)
	if err := list.Err(); err != nil {
		// Printing may repeat the middle of comparison chains, and so pass the limits on size and depth.
		if nodes(e) > maxSize/4 || depth(e) > maxNesting/4 {
			return
		}
		t.Fatalf("printed as %q, which does not parse: %v", printed, err)
	}
	if !Equal(e, back) {
		t.Fatalf("printed as %q, which is another tree: %q", printed, full(back))
	}
}

func depth(e Expr) int {
	d := 0
	for _, c := range Children(e) {
		d = max(d, depth(c))
	}
	return d + 1
}

func checkTree(t *testing.T, text string, e Expr) {
	t.Helper()
	Walk(e, func(e Expr) {
		if sp := e.Span(); sp.Start < 0 || sp.End > len(text) || sp.Start >= sp.End {
			t.Fatalf("span %v of %q outside of the text", sp, Print(e))
		}
	})
}

func FuzzParseEquations(f *testing.F) {
	for _, s := range []string{
		"dv/dt = (ge+gi-(v-El))/taum : volt (unless refractory)\ndge/dt = -ge/taue : volt", "x : 1 (constant)\ny = x**2 : 1",
		"tau * dr/dt + r = sum(exc) + Uniform(-0.5, 0.5) : min=0.0, max=1.0", "r = if a > 0:\n a\nelse:\n 0 : init=1", "0 = -tau*dr/dt - r",
		"dv/dt = (a - v : volt\nx : 1", "x = 1 : : 1", "v = vr; if a:\n  x = 1\nelse: y += 2", "tau = 10.0 : population", "b : boolean (shared, constant)",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		src := &diag.Source{Name: "fuzz", Text: text}
		for _, dialect := range []Dialect{Brian, ANNarchy} {
			eqs, list := ParseEquations(src, dialect)
			_ = list.Error()
			for _, eq := range eqs.Eqs {
				if eq.Name == "" || eq.NameSp.End > len(text) || eq.NameSp.Start > eq.NameSp.End || eq.Sp.End > len(text) {
					t.Fatalf("equation without name or place: %+v", eq)
				}
				for _, e := range []Expr{eq.LHS, eq.RHS, eq.Unit} {
					if e != nil {
						checkTree(t, text, e)
					}
				}
				if list.Err() == nil {
					reparse(t, eq, dialect)
				}
			}
			code, list := ParseCode(src, dialect)
			_ = list.Error()
			_ = code
		}
		_, list := ParseParameters(src)
		_ = list.Error()
	})
}

// reparse prints an equation and reads it back.
func reparse(t *testing.T, eq *Equation, dialect Dialect) {
	t.Helper()
	if nodes := size(eq); nodes > maxSize/4 || nodes > maxNesting/4 {
		return
	}
	printed := PrintEquation(eq, dialect)
	back, list := ParseEquations(&diag.Source{Text: printed}, dialect)
	if err := list.Err(); err != nil {
		t.Fatalf("printed as %q, which does not parse: %v", printed, err)
	}
	if len(back.Eqs) != 1 || !sameEquation(eq, back.Eqs[0]) {
		t.Fatalf("printed as %q, which reads as something else", printed)
	}
}

func size(eq *Equation) int {
	n := 0
	for _, e := range []Expr{eq.LHS, eq.RHS, eq.Unit} {
		if e != nil {
			n += nodes(e)
		}
	}
	for _, f := range eq.Flags {
		if n++; f.Value != nil {
			n += nodes(f.Value)
		}
	}
	return n
}

func sameEquation(a, b *Equation) bool {
	same := func(x, y Expr) bool {
		if x == nil || y == nil {
			return x == nil && y == nil
		}
		return Equal(x, y)
	}
	if a.Kind != b.Kind || a.Name != b.Name || a.Op != b.Op || !same(a.LHS, b.LHS) || !same(a.RHS, b.RHS) || !same(a.Unit, b.Unit) || len(a.Flags) != len(b.Flags) {
		return false
	}
	for i := range a.Flags {
		if a.Flags[i].Name != b.Flags[i].Name || !same(a.Flags[i].Value, b.Flags[i].Value) {
			return false
		}
	}
	return true
}
