package eval

import (
	"math"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/syntax"
)

var real1 = map[string]func(float64) float64{
	"sin": math.Sin, "cos": math.Cos, "tan": math.Tan, "sinh": math.Sinh, "cosh": math.Cosh, "tanh": math.Tanh,
	"arcsin": math.Asin, "arccos": math.Acos, "arctan": math.Atan,
	"exp": math.Exp, "expm1": math.Expm1, "log": math.Log, "log10": math.Log10, "log1p": math.Log1p,
	"sqrt": math.Sqrt, "floor": math.Floor, "ceil": math.Ceil, "abs": math.Abs, "int": math.Trunc,
	"pos": func(x float64) float64 { return math.Max(x, 0) },
	"neg": func(x float64) float64 { return math.Min(x, 0) },
	"exprel": func(x float64) float64 {
		if x == 0 {
			return 1
		}
		return math.Expm1(x) / x
	},
	"sign": func(x float64) float64 {
		switch {
		case x > 0:
			return 1
		case x < 0:
			return -1
		}
		return x
	},
}

func (ev *evaluator) call(e *syntax.Call) float64 {
	ref, ok := ev.m.Calls[e]
	if !ok {
		return ev.fail("function %q was not resolved", e.Fun.Name)
	}
	if ref.Kind == check.CallSum {
		return ev.env.Sum(ref.Name)
	}
	args := make([]float64, len(e.Args))
	for i, a := range e.Args {
		args[i] = ev.expr(a)
	}
	if ref.Kind == check.CallTable {
		v, err := ev.env.Table(ref.Table.(check.Table), args)
		if err != nil {
			return ev.fail("%w", err)
		}
		return v
	}
	if f := real1[ref.Name]; f != nil {
		return f(args[0])
	}
	draw := func(d Distribution, arg float64) float64 { return ev.env.Draw(e, d, arg) }
	switch ref.Name {
	case "clip":
		return math.Min(math.Max(args[0], args[1]), args[2])
	case "min", "max":
		r := args[0]
		for _, a := range args[1:] {
			if ref.Name == "min" {
				r = math.Min(r, a)
			} else {
				r = math.Max(r, a)
			}
		}
		return r
	case "pow":
		return math.Pow(args[0], args[1])
	case "modulo":
		return remainder(args[0], args[1])
	case "timestep":
		dt := ev.env.Dt()
		if len(args) == 2 {
			dt = args[1]
		}
		return math.Trunc((args[0] + 1e-3*dt) / dt)
	case "rand":
		return draw(Uniform, 0)
	case "randn":
		return draw(Normal, 0)
	case "poisson":
		return draw(Poisson, args[0])
	case "Uniform":
		return args[0] + (args[1]-args[0])*draw(Uniform, 0)
	case "Normal":
		return args[0] + args[1]*draw(Normal, 0)
	case "LogNormal":
		return math.Exp(args[0] + args[1]*draw(Normal, 0))
	case "Exponential":
		return draw(Exponential, 0) / args[0]
	case "Gamma":
		return args[1] * draw(Gamma, args[0])
	case "DiscreteUniform":
		low, high := math.Floor(args[0]), math.Floor(args[1])
		return math.Floor(low + (high-low+1)*draw(Uniform, 0))
	}
	return ev.fail("function %q has no value", ref.Name)
}
