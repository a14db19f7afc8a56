// Package checkgen makes random models for tests: well typed in their dialect, and numerically tame, so that two
// executions of one model can be compared value by value.
//
// Every differential equation has the form dv/dt = (scale × bounded(...) - v)/tau with tau much longer than the time step, every
// assignment is bounded, and functions are only called inside their domains. So values stay of order one (times the
// variable's scale), and a rounding error does not grow.
package checkgen

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
)

// Options choose what a random model may contain.
type Options struct {
	Dialect check.Dialect
	// Smooth leaves out what jumps when a real value changes by a rounding error: comparisons of reals, floor, sign, //, %.
	Smooth   bool
	Random   bool     // draws of random functions
	OverDt   bool     // subexpressions that are constant over dt, Brian's dialect only
	Geometry bool     // x, y, z
	Targets  []string // targets of sum(...), ANNarchy's dialect only
	States   int      // number of differential equations; 0 means up to three
	Depth    int      // depth of expressions; 0 means 4
}

// Source is a generated model.
type Source struct {
	Equations, Parameters string
}

// Generate returns the model of a seed; the same seed and options give the same model.
func Generate(seed uint64, o Options) Source {
	if o.Depth == 0 {
		o.Depth = 4
	}
	g := &generator{Options: o, r: rand.New(rand.NewPCG(seed, 0x67616c76))}
	return g.model()
}

// variable is one name that expressions may use.
type variable struct {
	name   string
	unit   string // Brian's unit, "1" without
	scale  string // a quantity of that unit; the variable is of its order
	kind   byte   // 'r', 'i' or 'b'
	shared bool
}

type generator struct {
	Options
	r *rand.Rand
	// known are the variables that the expression being made may use.
	known []variable
	// shared: the expression being made must be equal for all elements.
	shared bool
	noRand bool
}

func (g *generator) brian() bool { return g.Dialect == check.Brian }

func (g *generator) pick(options ...string) string { return options[g.r.IntN(len(options))] }

func (g *generator) number(low, high float64) string {
	return fmt.Sprintf("%.3f", low+(high-low)*g.r.Float64())
}

// tau is a time constant of 5 to 50 ms.
func (g *generator) tau() string {
	if g.brian() {
		return fmt.Sprintf("(%s*ms)", g.number(5, 50))
	}
	return g.number(5, 50)
}

var scales = []struct{ unit, scale string }{
	{"1", "1.0"}, {"volt", "(10*mV)"}, {"amp", "(2*nA)"}, {"siemens", "(5*nS)"}, {"hertz", "(20*Hz)"}, {"siemens/metre**2", "(0.1*mS/cm2)"},
}

func (g *generator) model() Source {
	var params, eqs []string
	states := g.States
	if states == 0 {
		states = 1 + g.r.IntN(3)
	}
	for k := 0; k < 1+g.r.IntN(3); k++ {
		p, line := g.parameter(k)
		g.known = append(g.known, p)
		if g.brian() {
			eqs = append(eqs, line)
		} else {
			params = append(params, line)
		}
	}
	var odes []variable
	for k := 0; k < states; k++ {
		v := variable{name: fmt.Sprintf("v%d", k), unit: "1", scale: "1.0", kind: 'r'}
		if g.brian() {
			s := scales[g.r.IntN(len(scales))]
			v.unit, v.scale = s.unit, s.scale
		}
		odes = append(odes, v)
	}
	extra := g.r.IntN(3)
	if g.brian() {
		// Subexpressions come after the states that they use, and before the derivatives that use them.
		g.known = append(g.known, odes...)
		for k := 0; k < extra; k++ {
			v, line := g.subexpression(k)
			g.known = append(g.known, v)
			eqs = append(eqs, line)
		}
		for _, v := range odes {
			eqs = append(eqs, g.ode(v))
		}
		return Source{Equations: strings.Join(eqs, "\n")}
	}
	// In ANNarchy's dialect any order is allowed: a statement sees what is above it new, and what is below it old.
	var assigned []variable
	for k := 0; k < extra; k++ {
		assigned = append(assigned, variable{name: fmt.Sprintf("a%d", k), unit: "1", scale: "1.0", kind: "rrib"[g.r.IntN(4)]})
	}
	g.known = append(append(g.known, odes...), assigned...)
	for len(odes)+len(assigned) > 0 {
		if n := len(odes); n > 0 && (len(assigned) == 0 || g.r.IntN(2) == 0) {
			eqs = append(eqs, g.ode(odes[0]))
			odes = odes[1:]
		} else {
			eqs = append(eqs, g.assignment(assigned[0]))
			assigned = assigned[1:]
		}
	}
	return Source{Equations: strings.Join(eqs, "\n"), Parameters: strings.Join(params, "\n")}
}

func (g *generator) parameter(k int) (variable, string) {
	v := variable{name: fmt.Sprintf("p%d", k), unit: "1", scale: "1.0", kind: "rri"[g.r.IntN(3)], shared: g.r.IntN(2) == 0}
	if !g.brian() {
		line := fmt.Sprintf("%s = %s", v.name, g.number(-2, 2))
		var flags []string
		if v.kind == 'i' {
			line, flags = fmt.Sprintf("%s = %d", v.name, g.r.IntN(9)-4), []string{"int"}
		}
		if v.shared {
			flags = append(flags, "population")
		}
		if flags != nil {
			line += " : " + strings.Join(flags, ", ")
		}
		return v, line
	}
	// Parameters of Brian's dialect have no default: they are zero unless the test sets them.
	flags := ""
	if v.shared {
		flags = " (shared)"
	}
	if v.kind == 'i' {
		return v, fmt.Sprintf("%s : integer%s", v.name, flags)
	}
	s := scales[g.r.IntN(len(scales))]
	v.unit, v.scale = s.unit, s.scale
	return v, fmt.Sprintf("%s : %s%s", v.name, v.unit, flags)
}

func (g *generator) subexpression(k int) (variable, string) {
	v := variable{name: fmt.Sprintf("s%d", k), unit: "1", scale: "1.0", kind: "rrrib"[g.r.IntN(5)]}
	defer func(shared, noRand bool) { g.shared, g.noRand = shared, noRand }(g.shared, g.noRand)
	flags, overDt := "", false
	switch g.r.IntN(4) {
	case 0:
		flags, v.shared, g.shared = " (shared)", true, true
	case 1:
		if overDt = g.OverDt; overDt {
			flags = " (constant over dt)"
		}
	}
	g.noRand = !overDt
	switch v.kind {
	case 'i':
		return v, fmt.Sprintf("%s = %s : integer%s", v.name, g.whole(2), flags)
	case 'b':
		return v, fmt.Sprintf("%s = %s : boolean%s", v.name, g.truth(2), flags)
	}
	s := scales[g.r.IntN(len(scales))]
	v.unit, v.scale = s.unit, s.scale
	return v, fmt.Sprintf("%s = %s : %s%s", v.name, g.scaled(v), v.unit, flags)
}

// scaled is a bounded value of v's unit.
func (g *generator) scaled(v variable) string {
	e := g.bounded(g.Depth)
	if v.unit == "1" {
		return e
	}
	return v.scale + "*" + e
}

func (g *generator) ode(v variable) string {
	tau := g.tau()
	right := g.scaled(v)
	if g.brian() {
		if g.r.IntN(4) == 0 {
			return fmt.Sprintf("%s*d%s/dt + %s = %s : %s", tau, v.name, v.name, right, v.unit)
		}
		return fmt.Sprintf("d%s/dt = (%s - %s)/%s : %s", v.name, right, v.name, tau, v.unit)
	}
	flags := ""
	if g.r.IntN(3) == 0 {
		flags = fmt.Sprintf(" : min=%s, max=%s, init=%s", g.number(-0.5, -0.2), g.number(0.2, 0.5), g.number(-0.1, 0.1))
	} else if g.r.IntN(2) == 0 {
		flags = " : init=" + g.number(-1, 1)
	}
	switch g.r.IntN(3) {
	case 0:
		return fmt.Sprintf("d%s/dt = (%s - %s)/%s%s", v.name, right, v.name, tau, flags)
	case 1:
		return fmt.Sprintf("0.0 = %s - %s - %s*d%s/dt%s", right, v.name, tau, v.name, flags)
	}
	return fmt.Sprintf("%s*d%s/dt + %s = %s%s", tau, v.name, v.name, right, flags)
}

func (g *generator) assignment(v variable) string {
	switch v.kind {
	case 'i':
		return fmt.Sprintf("%s = %s : int", v.name, g.whole(2))
	case 'b':
		return fmt.Sprintf("%s = %s : bool", v.name, g.truth(2))
	}
	switch g.r.IntN(4) {
	case 0:
		return fmt.Sprintf("%s += 0.01*%s : min=-1.0, max=1.0", v.name, g.bounded(g.Depth))
	case 1:
		return fmt.Sprintf("%s *= 0.5*%s", v.name, g.bounded(g.Depth))
	}
	return fmt.Sprintf("%s = %s", v.name, g.bounded(g.Depth))
}
