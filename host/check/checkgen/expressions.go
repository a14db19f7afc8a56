package checkgen

import "fmt"

// bounded is a real expression without unit between -1 and 1.
func (g *generator) bounded(depth int) string {
	e := g.real(depth - 1)
	switch g.r.IntN(5) {
	case 0:
		return "tanh(" + e + ")"
	case 1:
		return "sin(" + e + ")"
	case 2:
		return "clip(" + e + ", -1.0, 1.0)"
	case 3:
		return fmt.Sprintf("(%s)/(1.0 + abs(%s))", e, e)
	}
	return "cos(" + e + ")"
}

// real is a real expression without unit, of moderate size.
func (g *generator) real(depth int) string {
	if depth <= 0 {
		return g.leaf()
	}
	sub := func() string { return g.real(depth - 1) }
	small := func() string { return g.bounded(depth - 1) }
	switch g.r.IntN(16) {
	case 0, 1:
		return fmt.Sprintf("(%s %s %s)", sub(), g.pick("+", "-"), sub())
	case 2, 3:
		return fmt.Sprintf("%s*%s", small(), small())
	case 4:
		return fmt.Sprintf("(%s)/(1.5 + %s)", sub(), small())
	case 5:
		return "-(" + sub() + ")"
	case 6:
		return fmt.Sprintf("%s(%s)", g.pick("sin", "cos", "tanh", "arctan"), sub())
	case 7:
		return fmt.Sprintf("%s(%s)", g.pick("exp", "sinh", "cosh", "expm1", "exprel", "arcsin", "arccos", "tan"), small())
	case 8:
		return fmt.Sprintf("%s(1.5 + %s)", g.pick("log", "log10", "sqrt", "log1p"), small())
	case 9:
		return fmt.Sprintf("(1.5 + %s)**%s", small(), g.pick("2", "3", "0.5", "-1", "1.7"))
	case 10:
		return fmt.Sprintf("%s(%s, %s)", g.pick("min", "max"), sub(), sub())
	case 11:
		return fmt.Sprintf("%s(%s)", g.pick("abs", "pos", "neg"), sub())
	case 12:
		c := g.truth(depth - 1)
		if g.r.IntN(2) == 0 {
			return fmt.Sprintf("ite(%s, %s, %s)", c, sub(), sub())
		}
		return fmt.Sprintf("(%s if %s else %s)", sub(), c, sub())
	case 13:
		if !g.Smooth {
			switch g.r.IntN(3) {
			case 0:
				return fmt.Sprintf("%s(%s)", g.pick("floor", "ceil", "sign"), sub())
			case 1:
				return fmt.Sprintf("(%s %% 1.25)", small())
			}
			return fmt.Sprintf("(%s // 0.4)", small())
		}
	case 14:
		return fmt.Sprintf("0.25*%s", g.whole(depth-1))
	case 15:
		if g.Random && !g.noRand {
			return g.draw()
		}
	}
	return g.leaf()
}

func (g *generator) draw() string {
	if g.brian() && g.r.IntN(2) == 0 {
		return g.pick("rand()", "0.3*randn()")
	}
	return g.pick("Uniform(-0.5, 0.5)", "Normal(0.0, 0.3)", "Uniform(0.0, 1.0)", "0.1*Exponential(2.0)")
}

// usable lists the known variables of a kind that may stand here.
func (g *generator) usable(kind byte) []variable {
	var out []variable
	for _, v := range g.known {
		if v.kind == kind && (v.shared || !g.shared) {
			out = append(out, v)
		}
	}
	return out
}

func (g *generator) leaf() string {
	vars := g.usable('r')
	if len(vars) > 0 && g.r.IntN(3) > 0 {
		v := vars[g.r.IntN(len(vars))]
		if v.unit == "1" {
			return v.name
		}
		return fmt.Sprintf("(%s/%s)", v.name, v.scale)
	}
	var options []string
	if g.brian() {
		options = append(options, "(t/(100*ms))", "sin(2*pi*10*Hz*t)")
	} else {
		options = append(options, "(t/100.0)", "sin(t/16.0)")
	}
	if !g.shared {
		options = append(options, "(0.1*i)", "(i/N)")
		if g.Geometry {
			options = append(options, "(0.1*x)", "(0.2*y)", "sin(x - y)", "(0.1*z)")
		}
		for _, target := range g.Targets {
			if !g.brian() {
				options = append(options, "tanh(sum("+target+"))")
			}
		}
	}
	if g.r.IntN(3) == 0 {
		return g.number(-2, 2)
	}
	return g.pick(options...)
}

// whole is an integer expression of moderate size.
func (g *generator) whole(depth int) string {
	vars := g.usable('i')
	if depth <= 0 {
		if len(vars) > 0 && g.r.IntN(2) == 0 {
			return vars[g.r.IntN(len(vars))].name
		}
		if !g.shared && g.r.IntN(2) == 0 {
			return "(i % 7)"
		}
		return fmt.Sprint(g.r.IntN(5) + 1)
	}
	sub := func() string { return g.whole(depth - 1) }
	switch g.r.IntN(8) {
	case 0:
		return fmt.Sprintf("((%s + %s) %% 5)", sub(), sub())
	case 1:
		return fmt.Sprintf("(%s - %s)", sub(), sub())
	case 2:
		return fmt.Sprintf("(%s // 3)", sub())
	case 3:
		return fmt.Sprintf("clip(%s, -3, 4)", sub())
	case 4:
		return fmt.Sprintf("int(%s)", g.truth(depth-1))
	case 5:
		return fmt.Sprintf("(%s if %s else %s)", sub(), g.truth(depth-1), sub())
	case 6:
		return fmt.Sprintf("%s(%s, %s)", g.pick("min", "max"), sub(), sub())
	}
	return fmt.Sprintf("(%s*%s %% 11)", sub(), sub())
}

// truth is a boolean expression.
func (g *generator) truth(depth int) string {
	vars := g.usable('b')
	if depth <= 0 {
		if len(vars) > 0 && g.r.IntN(2) == 0 {
			return vars[g.r.IntN(len(vars))].name
		}
		return fmt.Sprintf("(%s %s %s)", g.whole(0), g.pick("<", "<=", ">", ">=", "==", "!="), g.whole(0))
	}
	switch g.r.IntN(6) {
	case 0:
		return fmt.Sprintf("(%s %s %s)", g.truth(depth-1), g.pick("and", "or"), g.truth(depth-1))
	case 1:
		return fmt.Sprintf("(not %s)", g.truth(depth-1))
	case 2:
		if !g.Smooth {
			return fmt.Sprintf("(%s %s %s)", g.real(depth-1), g.pick("<", "<=", ">", ">="), g.real(depth-1))
		}
	case 3:
		return fmt.Sprintf("(%s < %s <= %s)", g.whole(depth-1), g.whole(depth-1), g.whole(depth-1))
	}
	return fmt.Sprintf("(%s %s %s)", g.whole(depth-1), g.pick("<", "<=", ">", ">=", "==", "!="), g.whole(depth-1))
}
