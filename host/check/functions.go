package check

import (
	"fmt"
	"slices"
	"sort"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
)

// rule says how the type of a call follows from its arguments.
type rule uint8

const (
	ruleNumber rule = iota // numbers without unit -> real
	ruleSame               // all of one unit -> the same unit, integer when all are
	ruleRound              // a number without unit -> integer kept, real kept
	ruleSign               // any unit -> a number without unit
	ruleSqrt
	rulePow
	ruleInt
	ruleTimestep
	ruleRate      // a rate -> its inverse
	ruleGamma     // shape without unit, scale -> unit of the scale
	ruleCount     // number without unit -> integer
	ruleSameReal  // all of one unit -> real of the same unit
	ruleCountSame // two numbers without unit -> integer
)

type builtin struct {
	canonical string
	params    []string // names of the parameters, for messages
	more      bool     // any number of further arguments
	optional  int      // how many of the last parameters may be left out
	rule      rule
}

// builtins are the functions of both dialects. CallRef.Name is the canonical name; the other spellings are aliases.
var builtins = buildBuiltins()

func buildBuiltins() map[string]builtin {
	t := map[string]builtin{}
	add := func(b builtin, names ...string) {
		b.canonical = names[0]
		for _, n := range names {
			t[n] = b
		}
	}
	x := []string{"x"}
	for _, n := range []string{"sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log10", "expm1", "log1p", "exprel"} {
		add(builtin{params: x}, n)
	}
	add(builtin{params: x}, "log", "ln")
	add(builtin{params: x}, "arcsin", "asin")
	add(builtin{params: x}, "arccos", "acos")
	add(builtin{params: x}, "arctan", "atan")
	add(builtin{params: x, rule: ruleSqrt}, "sqrt")
	add(builtin{params: x, rule: ruleSame}, "abs", "fabs")
	add(builtin{params: x, rule: ruleSame}, "pos", "positive")
	add(builtin{params: x, rule: ruleSame}, "neg", "negative")
	add(builtin{params: x, rule: ruleSign}, "sign")
	add(builtin{params: x, rule: ruleRound}, "floor")
	add(builtin{params: x, rule: ruleRound}, "ceil")
	add(builtin{params: x, rule: ruleInt}, "int")
	add(builtin{params: []string{"x", "low", "high"}, rule: ruleSame}, "clip")
	add(builtin{params: []string{"a", "b"}, more: true, rule: ruleSame}, "min")
	add(builtin{params: []string{"a", "b"}, more: true, rule: ruleSame}, "max")
	add(builtin{params: []string{"x", "n"}, rule: rulePow}, "pow", "power")
	add(builtin{params: []string{"a", "b"}, rule: ruleSame}, "modulo")
	add(builtin{params: []string{"x", "dt"}, optional: 1, rule: ruleTimestep}, "timestep")
	add(builtin{}, "rand")
	add(builtin{}, "randn")
	add(builtin{params: []string{"mean"}, rule: ruleCount}, "poisson")
	add(builtin{params: []string{"low", "high"}, rule: ruleSameReal}, "Uniform")
	add(builtin{params: []string{"mean", "deviation"}, rule: ruleSameReal}, "Normal")
	add(builtin{params: []string{"mean", "deviation"}}, "LogNormal")
	add(builtin{params: []string{"rate"}, rule: ruleRate}, "Exponential")
	add(builtin{params: []string{"shape", "scale"}, rule: ruleGamma}, "Gamma")
	add(builtin{params: []string{"low", "high"}, rule: ruleCountSame}, "DiscreteUniform")
	return t
}

// Function describes a function of the equation language.
type Function struct {
	Name             string
	Canonical        string // the spelling that CallRef.Name has
	MinArgs, MaxArgs int    // MaxArgs -1: any number
	Random           bool
}

var random = map[string]bool{
	"rand": true, "randn": true, "poisson": true, "Uniform": true, "Normal": true, "LogNormal": true,
	"Exponential": true, "Gamma": true, "DiscreteUniform": true,
}

// IsRandom reports whether a canonical function name draws random numbers.
func IsRandom(name string) bool { return random[name] }

// Functions lists the functions of the language with all their spellings, sorted by name.
func Functions() []Function {
	var out []Function
	for name, b := range builtins {
		f := Function{Name: name, Canonical: b.canonical, MinArgs: len(b.params) - b.optional, MaxArgs: len(b.params), Random: random[b.canonical]}
		if b.more {
			f.MaxArgs = -1
		}
		out = append(out, f)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

func (c *checker) call(e *syntax.Call) typ {
	name := e.Fun.Name
	if name == "sum" && !c.brian() {
		return c.sum(e)
	}
	if _, isTable := c.external(name); name == "sum" && !isTable && c.m.ByName[name] == nil {
		c.errorHint(e.Fun.Sp, "declare a parameter and sum into it from Synapses with the flag (summed)", "sum(...) belongs to ANNarchy's dialect")
		return typ{}
	}
	args := make([]typ, len(e.Args))
	if b, ok := builtins[name]; ok && c.m.ByName[name] == nil {
		for i, a := range e.Args {
			args[i] = c.expr(a)
		}
		return c.builtinCall(e, b, args)
	}
	for i, a := range e.Args {
		args[i] = c.expr(a)
	}
	if c.m.ByName[name] != nil || c.locals[name] != nil {
		c.errorHint(e.Sp, "is an operator missing before the parenthesis?", "%q is a variable and cannot be called", name)
		return typ{}
	}
	v, ok := c.external(name)
	switch {
	case ok && v.Kind == ValTable:
		return c.table(e, v, args)
	case ok && v.Kind == ValOther:
		c.errorHint(e.Fun.Sp, "equations can call the functions of the language, TimedArrays, and functions that the script defines", "%q is a %s, which equations cannot call", name, v.Type)
	case ok:
		c.errorHint(e.Sp, "is an operator missing before the parenthesis?", "%q is a number and cannot be called", name)
	case name == "pre.sum" || name == "post.sum":
		c.errorHint(e.Fun.Sp, "store it in a variable of the group and use that", "%s(...) cannot be used in a synapse", name)
	case isUnit(name) || constants[name] != 0:
		c.errorHint(e.Sp, "is an operator missing before the parenthesis?", "%q is not a function", name)
	default:
		c.errorHint(e.Fun.Sp, c.suggestFunction(name), "unknown function %q", name)
	}
	return typ{}
}

// others are functions that people know from elsewhere, with what to write instead.
var others = map[string]string{
	"round": "floor(x + 0.5)", "atan2": "arctan(y/x)", "arctan2": "arctan(y/x)", "log2": "log(x)/log(2)", "exp2": "2**x", "heaviside": "int(x > 0)", "Heaviside": "int(x > 0)",
	"sigmoid": "1/(1 + exp(-x))", "logistic": "1/(1 + exp(-x))", "random": "rand()", "uniform": "Uniform(a, b)", "normal": "Normal(mean, deviation)", "mod": "x % y", "square": "x**2",
	"bool": "x != 0", "float": "x itself: numbers are converted as needed", "where": "a if condition else b", "relu": "pos(x)", "np": "the function without np.",
	"cot": "1/tan(x)", "sec": "1/cos(x)", "csc": "1/sin(x)", "arcsinh": "log(x + sqrt(x**2 + 1))", "cbrt": "x**(1/3)",
}

func (c *checker) suggestFunction(name string) string {
	if s, ok := others[name]; ok {
		return "write " + s
	}
	var names []string
	for n := range builtins {
		names = append(names, n)
	}
	if !c.brian() {
		names = append(names, "sum")
	}
	names = append(names, "ite")
	if h := diag.DidYouMean(name, names); h != "" {
		return h
	}
	if c.ctx.Scope != nil {
		return diag.DidYouMean(name, c.ctx.Scope.Names())
	}
	return ""
}

// sum resolves sum(target).
func (c *checker) sum(e *syntax.Call) typ {
	if len(e.Args) != 1 {
		c.errorHint(e.Sp, "for example sum(exc)", "sum takes one target, not %d", len(e.Args))
		return typ{}
	}
	target, ok := e.Args[0].(*syntax.Ident)
	switch {
	case !ok:
		c.errorHint(e.Args[0].Span(), "for example sum(exc)", "sum takes the name of a target, not an expression")
		return typ{}
	case c.ctx.Synapse:
		c.errorHint(e.Sp, "use pre.NAME and post.NAME", "sum(...) cannot be used in a synapse")
		return typ{}
	case c.use == useInit:
		c.errorf(e.Sp, "an initial value cannot depend on the input of other groups")
		return typ{}
	}
	c.m.Calls[e] = CallRef{Kind: CallSum, Name: target.Name}
	return known(Real)
}

// table resolves a call of a TimedArray.
func (c *checker) table(e *syntax.Call, v Value, args []typ) typ {
	name := e.Fun.Name
	want := []string{"t"}
	if v.Table.Arity() == 2 {
		want = []string{"t", "i"}
	}
	if len(args) != len(want) {
		c.errorf(e.Sp, "%s takes %d %s (%s), not %d", name, len(want), plural("argument", len(want)), describeArgs(want), len(args))
		return typ{}
	}
	if args[0].known && args[0].Dim != c.second() {
		what := "a time"
		if !c.brian() {
			what = "a time in ms"
		}
		c.errorf(e.Args[0].Span(), "the argument of %s must be %s, but %s", name, what, inUnit(e.Args[0], args[0]))
	}
	if len(args) == 2 && args[1].known && args[1].Kind != Int {
		c.errorHint(e.Args[1].Span(), "write i or an integer", "the second argument of %s must be an integer, but %s", name, inUnit(e.Args[1], args[1]))
	}
	d := v.Table.Dim()
	if !c.brian() && !d.Dimensionless() {
		c.errorHint(e.Sp, "give it numbers without unit", "the values of %s are in %s, but ANNarchy's equations have no units", name, d)
		return typ{}
	}
	c.m.Calls[e] = CallRef{Kind: CallTable, Name: name, Table: v.Table}
	return typ{Type{Real, d}, true}
}

func plural(word string, n int) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

func inUnit(e syntax.Expr, t typ) string {
	return fmt.Sprintf("%q is %s", short(e), describe(t))
}

func (c *checker) builtinCall(e *syntax.Call, b builtin, args []typ) typ {
	name := e.Fun.Name
	if n, least := len(args), len(b.params)-b.optional; n < least || n > len(b.params) && !b.more {
		form := name + "(" + joinComma(b.params, b.more) + ")"
		count := fmt.Sprintf("%d %s", len(b.params), plural("argument", len(b.params)))
		switch {
		case b.more:
			count = fmt.Sprintf("at least %d arguments", least)
		case b.optional > 0:
			count = fmt.Sprintf("%d or %d arguments", least, len(b.params))
		case len(b.params) == 0:
			count = "no arguments"
		}
		c.errorHint(e.Sp, "write "+form, "%s takes %s, not %d", name, count, n)
		return typ{}
	}
	for _, a := range args {
		if !a.known {
			return typ{}
		}
	}
	c.m.Calls[e] = CallRef{Kind: CallBuiltin, Name: b.canonical}
	switch b.rule {
	case ruleSame, ruleSameReal:
		return c.sameUnits(e, b, args)
	case ruleRound:
		if c.noUnits(e, args) {
			return known(numberKind(args[0].Kind, Int))
		}
	case ruleSign:
		return known(numberKind(args[0].Kind, Int))
	case ruleSqrt:
		d, err := args[0].Dim.Sqrt()
		if err != nil {
			c.errorf(e.Args[0].Span(), "%v", err)
			return typ{}
		}
		return typ{Type{Real, d}, true}
	case rulePow:
		return c.power(e.Args[0], args[0], e.Args[1], args[1])
	case ruleInt, ruleCount, ruleCountSame:
		if c.noUnits(e, args) {
			return known(Int)
		}
	case ruleTimestep:
		for i, a := range args {
			if a.Dim != c.second() {
				c.errorf(e.Args[i].Span(), "the arguments of timestep are times, but %s", inUnit(e.Args[i], a))
				return typ{}
			}
		}
		return known(Int)
	case ruleRate:
		return typ{Type{Real, args[0].Dim.Inv()}, true}
	case ruleGamma:
		if c.noUnits(e, args[:1]) {
			return typ{Type{Real, args[1].Dim}, true}
		}
	default:
		if c.noUnits(e, args) {
			return known(Real)
		}
	}
	return typ{}
}

func joinComma(names []string, more bool) string {
	s := ""
	for i, n := range names {
		if i > 0 {
			s += ", "
		}
		s += n
	}
	if more {
		s += ", ..."
	}
	return s
}

// noUnits checks that arguments are dimensionless.
func (c *checker) noUnits(e *syntax.Call, args []typ) bool {
	for i, a := range args {
		if !a.Dim.Dimensionless() {
			c.errorHint(e.Args[i].Span(), "divide it by a quantity of the same unit", "%s needs a number without unit, but %s", e.Fun.Name, inUnit(e.Args[i], a))
			return false
		}
	}
	return true
}

// sameUnits checks that all arguments have one dimension, which is the result's.
func (c *checker) sameUnits(e *syntax.Call, b builtin, args []typ) typ {
	first := max(0, slices.IndexFunc(e.Args, func(a syntax.Expr) bool { return !c.anyUnit(a) }))
	t := Type{Kind: Int, Dim: args[first].Dim}
	for i, a := range args {
		c.agree(e.Args[first], &typ{t, true}, e.Args[i], &a)
		if a.Dim != t.Dim {
			hint := ""
			if n, ok := e.Args[i].(*syntax.Number); ok && a.Dim == (units.Dim{}) {
				hint = "write " + syntax.Print(n) + "*" + t.Dim.String()
			}
			c.errorHint(e.Args[i].Span(), hint, "the arguments of %s must have the same unit: %s and %s", e.Fun.Name, withDim(e.Args[first], args[first]), withDim(e.Args[i], a))
			return typ{}
		}
		t.Kind = numberKind(t.Kind, a.Kind)
	}
	if b.rule == ruleSameReal {
		t.Kind = Real
	}
	return typ{t, true}
}
