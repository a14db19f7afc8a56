package glsl

import (
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/plan"
)

// Numbers are uniforms for the driver and literals for people. Those that formulas have of themselves stay, and so do those that are too many.
func TestConstants(t *testing.T) {
	for _, prec := range []plan.Precision{plan.Single, plan.Double} {
		f := newFixture(t, prec)
		usual, err := Dispatch(f.layout(), []Op{f.update}, nil, 64)
		if err != nil {
			t.Fatal(err)
		}
		if len(usual.Constants) > 0 || strings.Contains(usual.Source.Text, UniformConstants) {
			t.Errorf("uniforms that were not asked for: %v", usual.Constants)
		}
		p, err := Dispatch(f.layoutWith(Options{Constants: true}), []Op{f.update}, nil, 64)
		if err != nil {
			t.Fatal(err)
		}
		if p.Text != usual.Text {
			t.Errorf("people see another text:\n%s", p.Text)
		}
		if want := []float64{0.05, 6.283185307179586, 0.01}; !sameValues(p.Constants, want) {
			t.Errorf("constants %v, want %v", p.Constants, want)
		}
		declared := map[plan.Precision]string{plan.Single: "uniform float constants[3];", plan.Double: "uniform uvec2 constants[3];"}[prec]
		if !strings.Contains(p.Source.Text, declared) || !strings.Contains(p.Source.Text, "constants[1]) * (u1") && !strings.Contains(p.Source.Text, "constants[1] * (u1") || strings.Count(p.Source.Text, "\n") != strings.Count(usual.Source.Text, "\n") {
			t.Errorf("for the driver:\n%s", p.Source.Text)
		}
	}
	l := &Layout{Plan: &plan.Plan{}, Options: Options{Constants: true}}
	many := "layout(local_size_x = 64) in;\n" + strings.Repeat(l.marked(0.3, "0.3")+" ", mostConstants+5)
	text, values := l.uniformText(many)
	if len(values) != mostConstants || strings.Count(text, " 0.3") != 5 {
		t.Errorf("%d uniforms:\n%s", len(values), text)
	}
	for _, v := range []float64{0, 1, -1, 2, 0.5} {
		if got := l.marked(v, "x"); got != "x" {
			t.Errorf("%v is marked: %q", v, got)
		}
	}
}

func sameValues(a, b []float64) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}
