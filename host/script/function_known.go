package script

import (
	eqs "github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

const overAll = "sum over neurons with Synapses that have a (summed) variable, and give that to the function"

// builtinCall is a call of a function of the vocabulary with arguments of which one is an expression.
type builtinCall struct {
	*frame
	e      *syntax.CallExpr
	at     textPlace
	name   string
	args   []starlark.Value
	given  []syntax.Expr // as the arguments are written
	kwargs map[string]starlark.Value
	local  *vars
}

// sameFunctions are functions of scripts and of equations with one argument, with their names there.
var sameFunctions = map[string]string{"exp": "exp", "sin": "sin", "cos": "cos", "tan": "tan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "arcsin": "arcsin", "arccos": "arccos", "arctan": "arctan",
	"asin": "arcsin", "acos": "arccos", "atan": "arctan", "expm1": "expm1", "log": "log", "log10": "log10", "log1p": "log1p", "sqrt": "sqrt", "abs": "abs", "fabs": "abs", "sign": "sign",
	"floor": "floor", "ceil": "ceil", "int": "int", "exprel": "exprel", "pos": "pos", "neg": "neg", "trunc": "int", "fix": "int", "int_": "int"}

// sameOperators are functions of two arguments that operators of equations say.
var sameOperators = map[string]string{"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "true_divide": "/", "floor_divide": "//", "remainder": "%", "mod": "%", "pow": "**", "power": "**",
	"equal": "==", "not_equal": "!=", "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "logical_and": "and", "logical_or": "or"}

// unchanged are functions that give the value itself where there is one.
var unchanged = map[string]bool{"float": true, "asarray": true, "array": true, "atleast_1d": true, "copy": true, "astype": true, "flatten": true, "ravel": true, "squeeze": true, "real": true}

// instead is what to write for functions that equations do not have.
var instead = map[string]string{"round": "floor(x + 0.5)", "rint": "floor(x + 0.5)", "where": "where(condition, a, b)", "len": "write the number of elements, or give it to the function as an argument",
	"sum": overAll, "mean": overAll, "max": overAll, "min": overAll, "std": overAll, "any": overAll, "all": overAll, "prod": overAll, "cumsum": overAll, "dot": overAll, "median": overAll, "sort": overAll,
	"interp": "write the pieces with where(...), or keep values in a variable of the group", "print": "leave it out"}

func (b *builtinCall) arg(k int) eqs.Expr { return b.operand(b.args[k], b.given[k], b.local) }

func (b *builtinCall) node(e eqs.Expr) starlark.Value {
	b.made(b.at)
	return symbolic{e, b.at.src}
}

func (b *builtinCall) call(name string, args ...eqs.Expr) eqs.Expr {
	b.made(b.at)
	return &eqs.Call{Sp: b.at.sp, Fun: &eqs.Ident{Sp: b.at.sp, Name: name}, Args: args}
}

func (b *builtinCall) op(name string, x, y eqs.Expr) eqs.Expr {
	b.made(b.at)
	return &eqs.Binary{Sp: b.at.sp, OpSp: b.at.sp, Op: name, X: x, Y: y}
}

// twice is an argument that stands in two places.
func (b *builtinCall) twice(k int) (x, y eqs.Expr) {
	of, at := b.arg(k), b.frame.at(b.given[k])
	one := func() eqs.Expr {
		b.made(at)
		return &eqs.Bound{Sp: at.sp, Name: b.written(b.given[k]), X: of}
	}
	return one(), one()
}

func (b *builtinCall) num(v float64) eqs.Expr { return &eqs.Const{Sp: b.at.sp, Q: units.Number(v)} }

// value is the call in equations.
func (b *builtinCall) value() starlark.Value {
	n := len(b.args)
	for name := range b.kwargs {
		switch name {
		case "dtype", "copy", "out", "min", "max", "a_min", "a_max", "order":
		default:
			b.refuse(b.at, "", "%s with %s= has no meaning in equations", b.written(b.e.Fn), name)
		}
	}
	if own := sameFunctions[b.name]; own != "" && n == 1 {
		return b.node(b.call(own, b.arg(0)))
	}
	if own := sameOperators[b.name]; own != "" && n == 2 {
		return b.node(b.op(own, b.arg(0), b.arg(1)))
	}
	if unchanged[b.name] && n >= 1 {
		if _, list := sequence(b.args[0]); !list {
			return b.node(b.arg(0))
		}
	}
	if _, dotted := b.e.Fn.(*syntax.DotExpr); dotted && (b.name == "max" || b.name == "min") {
		list := false
		if n > 0 {
			_, list = sequence(b.args[0])
		}
		if !list {
			b.refuse(b.at, "write maximum(a, b) or minimum(a, b) for two values; "+overAll, "%s looks at all elements, and a function in equations has one", b.written(b.e))
		}
	}
	switch {
	case b.name == "where" && n == 3:
		return b.node(&eqs.Cond{Sp: b.at.sp, Test: b.arg(0), Then: b.arg(1), Else_: b.arg(2)})
	case b.name == "clip":
		return b.clip()
	case (b.name == "maximum" || b.name == "minimum" || b.name == "max" || b.name == "min") && n >= 2:
		args := make([]eqs.Expr, n)
		for k := range args {
			args[k] = b.arg(k)
		}
		return b.node(b.call(b.name[:3], args...))
	case (b.name == "max" || b.name == "min" || b.name == "sum") && n >= 1:
		return b.ofList()
	case b.name == "log" && n == 2:
		return b.node(b.op("/", b.call("log", b.arg(0)), b.call("log", b.arg(1))))
	case b.name == "log2" && n == 1:
		return b.node(b.op("/", b.call("log", b.arg(0)), b.call("log", b.num(2))))
	case b.name == "exp2" && n == 1:
		return b.node(b.op("**", b.num(2), b.arg(0)))
	case b.name == "square" && n == 1:
		x, y := b.twice(0)
		return b.node(b.op("*", x, y))
	case b.name == "reciprocal" && n == 1:
		return b.node(b.op("/", b.num(1), b.arg(0)))
	case b.name == "negative" && n == 1:
		return b.node(&eqs.Unary{Sp: b.at.sp, Op: "-", X: b.arg(0)})
	case b.name == "hypot" && n == 2:
		x1, x2 := b.twice(0)
		y1, y2 := b.twice(1)
		return b.node(b.call("sqrt", b.op("+", b.op("*", x1, x2), b.op("*", y1, y2))))
	case b.name == "expit" && n == 1:
		return b.node(b.op("/", b.num(1), b.op("+", b.num(1), b.call("exp", &eqs.Unary{Sp: b.at.sp, Op: "-", X: b.arg(0)}))))
	case b.name == "heaviside" && n == 2:
		x, y := b.twice(0)
		return b.node(&eqs.Cond{Sp: b.at.sp, Test: b.op("==", x, b.num(0)), Then: b.arg(1), Else_: b.call("int", b.op(">", y, b.num(0)))})
	case b.name == "logical_not" && n == 1:
		return b.node(&eqs.Unary{Sp: b.at.sp, Op: "not", X: b.arg(0)})
	case b.name == "bool" && n == 1:
		return b.node(b.op("!=", b.arg(0), b.num(0)))
	case b.name == "isnan" && n == 1:
		x, y := b.twice(0)
		return b.node(b.op("!=", x, y))
	case (b.name == "zeros_like" || b.name == "ones_like" || b.name == "full_like") && n >= 1:
		return b.filled()
	}
	if b.name == "range" || b.name == "arange" || b.name == "linspace" {
		b.refuse(b.at, "loop a number of times that is known, and let a step count with where(k < n, ..., ...) only", "how long %s is depends on the arguments", b.written(b.e))
	}
	if hint := instead[b.name]; hint != "" {
		b.refuse(b.at, hint, "%s has no meaning in equations", b.written(b.e))
	}
	b.refuse(b.at, "equations know exp, log, sqrt, sin, tanh, abs, sign, floor, clip, where, minimum, maximum and the like", "equations do not have %s(...)", b.written(b.e.Fn))
	return nil
}

// clip is clip(x, low, high), also with limits that are None or have a name.
func (b *builtinCall) clip() starlark.Value {
	limits := [2]eqs.Expr{}
	for k := range limits {
		if k+1 < len(b.args) && b.args[k+1] != starlark.None {
			limits[k] = b.arg(k + 1)
		}
	}
	for name, v := range b.kwargs {
		k := 0
		if name == "max" || name == "a_max" {
			k = 1
		}
		if v != starlark.None {
			limits[k] = b.expression(v, b.at, "")
		}
	}
	if len(b.args) == 0 {
		b.refuse(b.at, "write clip(x, low, high)", "clip of nothing")
	}
	x := b.arg(0)
	switch {
	case limits[0] != nil && limits[1] != nil:
		return b.node(b.call("clip", x, limits[0], limits[1]))
	case limits[0] != nil:
		return b.node(b.call("max", x, limits[0]))
	case limits[1] != nil:
		return b.node(b.call("min", x, limits[1]))
	}
	return b.node(x)
}

// ofList is max, min or sum of a list of values.
func (b *builtinCall) ofList() starlark.Value {
	list, ok := sequence(b.args[0])
	if !ok || len(b.args) > 2 || b.name != "sum" && (len(b.args) > 1 || len(list) == 0) {
		b.refuse(b.at, instead[b.name], "%s looks at all elements, and a function in equations has one", b.written(b.e))
	}
	parts := make([]eqs.Expr, len(list))
	for k, v := range list {
		parts[k] = b.expression(v, b.at, "")
	}
	switch {
	case b.name == "sum":
		total := b.num(0)
		if len(b.args) == 2 {
			total = b.arg(1)
		} else if len(parts) > 0 {
			total, parts = parts[0], parts[1:]
		}
		for _, p := range parts {
			total = b.op("+", total, p)
		}
		return b.node(total)
	case len(parts) == 1:
		return b.node(parts[0])
	}
	return b.node(b.call(b.name, parts...))
}

// filled is zeros_like(x) and the like: one number.
func (b *builtinCall) filled() starlark.Value {
	switch {
	case b.name == "zeros_like":
		return starlark.Float(0)
	case b.name == "ones_like":
		return starlark.Float(1)
	case len(b.args) > 1:
		return b.args[1]
	}
	b.refuse(b.at, "write full_like(x, value)", "full_like without a value")
	return nil
}
