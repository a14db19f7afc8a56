package checkgen

import (
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
)

// Check parses and checks a generated model.
func checkSource(t *testing.T, s Source, o Options) *check.Model {
	t.Helper()
	eqs, list := syntax.ParseEquations(&diag.Source{Name: "equations", Text: s.Equations}, o.Dialect.Syntax())
	ps, more := syntax.ParseParameters(&diag.Source{Name: "parameters", Text: s.Parameters})
	list = append(list, more...)
	m, more := check.Check(eqs, ps.Eqs, check.Context{Dialect: o.Dialect, Geometry: o.Geometry})
	if err := append(list, more...).Err(); err != nil {
		t.Fatalf("%s\n%s\n%v", s.Parameters, s.Equations, err)
	}
	return m
}

func allOptions() []Options {
	var out []Options
	for bits := 0; bits < 32; bits++ {
		o := Options{Smooth: bits&1 != 0, Random: bits&2 != 0, Geometry: bits&4 != 0, OverDt: bits&16 != 0}
		if bits&8 != 0 {
			o.Dialect, o.Targets = check.ANNarchy, []string{"exc", "inh"}
		}
		out = append(out, o)
	}
	return out
}

func TestWellTyped(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range allOptions() {
		for seed := uint64(0); seed < 80; seed++ {
			s := Generate(seed, o)
			m := checkSource(t, s, o)
			if again := Generate(seed, o); again != s {
				t.Fatal("the same seed gives two models")
			}
			for _, ref := range m.Calls {
				seen[ref.Name] = true
				if check.IsRandom(ref.Name) && !o.Random {
					t.Fatalf("a random function without Random:\n%s", s.Equations)
				}
			}
			if o.Smooth && strings.Contains(s.Equations, "floor(") {
				t.Fatalf("a jump in a smooth model:\n%s", s.Equations)
			}
		}
	}
	for _, name := range []string{"tanh", "exprel", "clip", "floor", "Uniform", "randn", "exc", "arcsin", "log1p", "min", "int"} {
		if !seen[name] {
			t.Errorf("no model uses %s", name)
		}
	}
}
