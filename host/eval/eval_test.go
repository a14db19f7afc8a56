package eval

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
)

type fixedEnv struct{ draws map[Distribution]float64 }

func (fixedEnv) Value(v *check.Variable) float64 {
	return map[string]float64{"v": -0.065, "w": 0.25, "n": 7, "b": 1, "r": 0.5, "big": math.MaxInt32}[v.Name]
}
func (fixedEnv) Time() float64          { return 0.25 }
func (fixedEnv) Dt() float64            { return 1e-4 }
func (fixedEnv) Index() int             { return 3 }
func (fixedEnv) Count() int             { return 10 }
func (fixedEnv) Coord(a string) float64 { return map[string]float64{"x": 3, "y": 1, "z": 0}[a] }
func (fixedEnv) Sum(target string) float64 {
	return map[string]float64{"exc": 2, "inh": -1}[target]
}
func (fixedEnv) Noise(string) float64 { return 0.5 }
func (e fixedEnv) Draw(_ *syntax.Call, d Distribution, arg float64) float64 {
	return e.draws[d] + arg
}
func (fixedEnv) Table(_ check.Table, args []float64) (float64, error) {
	if args[0] < 0 {
		return 0, errors.New("before the start")
	}
	return 10 * args[0], nil
}
func (fixedEnv) Other(ref check.Ref) (float64, error) {
	return 0, errors.New(ref.Name + " is not here")
}

type scope struct{}

func (scope) Lookup(name string) (check.Value, bool) {
	switch name {
	case "gain":
		return check.Value{Kind: check.ValQuantity, Q: units.Number(1.5)}, true
	case "ta":
		return check.Value{Kind: check.ValTable, Table: table{}}, true
	}
	return check.Value{}, false
}
func (scope) Names() []string { return nil }

type table struct{}

func (table) Arity() int        { return 1 }
func (table) Held(float64) bool { return true }
func (table) Dim() units.Dim    { return units.Dim{} }

func evalText(t *testing.T, text string, dialect check.Dialect) (float64, error) {
	t.Helper()
	ctx := check.Context{Dialect: dialect, Scope: scope{}, Geometry: true}
	equations := "v : volt\nw : 1\nn : integer\nbig : integer\nb : boolean\ndouble = 2*w : 1\nwhole = n : integer"
	if dialect == check.ANNarchy {
		equations = "r = 1.0"
	}
	m := checked(t, equations, "", ctx)
	src := &diag.Source{Name: "expr", Text: text}
	e, list := syntax.ParseExpr(src, dialect.Syntax())
	if list.Err() != nil {
		t.Fatal(list)
	}
	side, list := check.CheckExpr(e, src, m, nil, ctx)
	if list.Err() != nil {
		t.Fatal(list)
	}
	return Eval(e, side, fixedEnv{map[Distribution]float64{Uniform: 0.75, Normal: -1.5, Poisson: 2, Exponential: 0.5, Gamma: 3}})
}

func checked(t testing.TB, equations, params string, ctx check.Context) *check.Model {
	t.Helper()
	eqs, list := syntax.ParseEquations(&diag.Source{Name: "equations", Text: equations}, ctx.Dialect.Syntax())
	ps, more := syntax.ParseParameters(&diag.Source{Name: "parameters", Text: params})
	list = append(list, more...)
	m, more := check.Check(eqs, ps.Eqs, ctx)
	if err := append(list, more...).Err(); err != nil {
		t.Fatalf("%s\n%v", equations, err)
	}
	return m
}

func TestEval(t *testing.T) {
	inf := math.Inf(1)
	used := map[string]bool{}
	for text, want := range map[string]float64{
		"1 + 2*3": 7, "2**3**2": 512, "-2**2": -4, "7/2": 3.5, "7//2": 3, "-7//2": -4, "7 % 3": 1, "-7 % 3": 2, "7 % -3": -2, "-7.5 % 2": 0.5, "7.5//2": 3,
		"n/2": 3.5, "n//2": 3, "-n//2": -4, "n % 4": 3, "-n": -7, "+n": 7, "big + 1": math.MinInt32, "-big - 2": math.MaxInt32, "big*2": -2, "-(-big - 1)": math.MinInt32,
		"v": -0.065, "v/mV": -0.065 / 1e-3, "t/ms": 0.25 / 1e-3, "dt/ms": 1e-4 / 1e-3, "i": 3, "N": 10, "x": 3, "y": 1, "z": 0, "pi": math.Pi, "e": math.E, "inf": inf, "gain": 1.5,
		"double": 0.5, "double*double": 0.25, "whole + 1": 8, "b + 1": 2, "True": 1, "not b": 0, "b and n > 8": 0, "b or n > 8": 1, "1 < w < 2": 0, "0 < w < 2": 1,
		"w == 0.25": 1, "w != 0.25": 0, "w >= 0.25": 1, "w <= 0.2": 0, "1 if b else 2": 1, "1 if not b else 2": 2, "ite(n > 3, w, 0)": 0.25,
		"sin(w)": math.Sin(0.25), "cos(w)": math.Cos(0.25), "tan(w)": math.Tan(0.25), "sinh(w)": math.Sinh(0.25), "cosh(w)": math.Cosh(0.25), "tanh(w)": math.Tanh(0.25),
		"arcsin(w)": math.Asin(0.25), "arccos(w)": math.Acos(0.25), "arctan(w)": math.Atan(0.25), "exp(w)": math.Exp(0.25), "log(w)": math.Log(0.25), "log10(100)": 2,
		"expm1(1e-10)": math.Expm1(1e-10), "log1p(1e-10)": math.Log1p(1e-10), "exprel(0)": 1, "exprel(w)": math.Expm1(0.25) / 0.25, "exprel(-1000)": 1e-3,
		"sqrt(w)": 0.5, "abs(v)/mV": 0.065 / 1e-3, "abs(-n)": 7, "sign(v)": -1, "sign(0.0)": 0, "sign(n)": 1, "ceil(w)": 1, "floor(-w)": -1,
		"clip(w, 0.5, 1)": 0.5, "clip(w, 0, 0.1)": 0.1, "clip(w, 0, 1)": 0.25, "int(-1.7)": -1, "int(b)": 1, "int(w > 1)": 0, "pos(-1.0)": 0, "pos(w)": 0.25, "neg(-1.0)": -1, "neg(w)": 0,
		"min(3, 1, 2)": 1, "max(3, 1, 2)": 3, "pow(w, 2)": 0.0625, "modulo(-7, 3)": 2, "timestep(1*ms, 0.1*ms)": 10, "timestep(0.9998*ms, dt)": 9, "timestep(0.99999*ms, dt)": 10, "timestep(0.3*ms)": 3,
		"rand()": 0.75, "randn()": -1.5, "poisson(5)": 7, "Uniform(2, 4)": 3.5, "Normal(1, 2)": -2, "LogNormal(0, 2)": math.Exp(-3), "Exponential(4)": 0.125, "Gamma(2, 0.5)": 2.5,
		"DiscreteUniform(1, 4)": 4, "ta(t)": 2.5,
	} {
		got, err := evalText(t, text, check.Brian)
		if err != nil || got != want {
			t.Errorf("%s = %.17g, %v; want %.17g", text, got, err, want)
		}
		for _, f := range check.Functions() {
			if strings.Contains(text, f.Name+"(") {
				used[f.Canonical] = true
			}
		}
	}
	for _, f := range check.Functions() {
		if !used[f.Canonical] {
			t.Errorf("no test evaluates %s", f.Canonical)
		}
	}
	for text, want := range map[string]float64{"sum(exc) - sum(inh)": 3, "r^2": 0.25, "-r^2": -0.25, "(r > 0)*3": 3, "!r": 0, "t": 0.25} {
		if got, err := evalText(t, text, check.ANNarchy); err != nil || got != want {
			t.Errorf("%s = %g, %v; want %g", text, got, err, want)
		}
	}
	if v, err := evalText(t, "ta(t - 1*second) + 1", check.Brian); err == nil {
		t.Errorf("a failing table gives %g", v)
	}
	for _, text := range []string{"sqrt(-w)", "log(-w)", "min(w, 0*inf)"} {
		if v, err := evalText(t, text, check.Brian); err != nil || !math.IsNaN(v) {
			t.Errorf("%s = %g, %v; want NaN", text, v, err)
		}
	}
}
