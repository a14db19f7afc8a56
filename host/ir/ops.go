package ir

import (
	"errors"
	"math"
)

type opInfo struct {
	name   string
	arity  int
	result func(args []*Expr) (Type, error)
}

var errOperands = errors.New("operands have the wrong types")

func realOp(args []*Expr) (Type, error) {
	for _, a := range args {
		if a.Type != Real {
			return 0, errOperands
		}
	}
	return Real, nil
}

func numOp(args []*Expr) (Type, error) {
	for _, a := range args {
		if a.Type != args[0].Type || a.Type == Bool {
			return 0, errOperands
		}
	}
	return args[0].Type, nil
}

func cmpOp(args []*Expr) (Type, error) {
	if args[0].Type != args[1].Type {
		return 0, errOperands
	}
	return Bool, nil
}

func boolOp(args []*Expr) (Type, error) {
	for _, a := range args {
		if a.Type != Bool {
			return 0, errOperands
		}
	}
	return Bool, nil
}

func convOp(from, to Type) func([]*Expr) (Type, error) {
	return func(args []*Expr) (Type, error) {
		if args[0].Type != from {
			return 0, errOperands
		}
		return to, nil
	}
}

func noOp(t Type) func([]*Expr) (Type, error) {
	return func([]*Expr) (Type, error) { return t, nil }
}

// opTable is the one list of operations: printer, parser, verifier, executors and code generators follow it.
var opTable = [OpMax_]opInfo{
	OpConst: {"const", 0, noOp(Real)},
	OpLoad:  {"load", 0, noOp(Real)},
	OpElem:  {"elem", 0, noOp(Int)},
	OpCount: {"count", 0, noOp(Int)},
	OpStep:  {"step", 0, noOp(Int)},
	OpTime:  {"time", 0, noOp(Real)},
	OpPre:   {"pre", 0, noOp(Int)},
	OpPost:  {"post", 0, noOp(Int)},

	OpAdd: {"add", 2, numOp}, OpSub: {"sub", 2, numOp}, OpMul: {"mul", 2, numOp}, OpNeg: {"neg", 1, numOp},
	OpMin: {"min", 2, numOp}, OpMax: {"max", 2, numOp}, OpAbs: {"abs", 1, numOp}, OpSign: {"sign", 1, numOp},
	OpDiv: {"div", 2, realOp}, OpFloorDiv: {"floordiv", 2, numOp}, OpMod: {"mod", 2, numOp}, OpPow: {"pow", 2, realOp},
	OpLt: {"lt", 2, cmpOp}, OpLe: {"le", 2, cmpOp}, OpEq: {"eq", 2, cmpOp}, OpNe: {"ne", 2, cmpOp},
	OpAnd: {"and", 2, boolOp}, OpOr: {"or", 2, boolOp}, OpNot: {"not", 1, boolOp},
	OpSelect: {"select", 3, func(a []*Expr) (Type, error) {
		if a[0].Type != Bool || a[1].Type != a[2].Type {
			return 0, errOperands
		}
		return a[1].Type, nil
	}},
	OpIntToReal: {"int2real", 1, convOp(Int, Real)}, OpRealToInt: {"real2int", 1, convOp(Real, Int)},
	OpBoolToInt: {"bool2int", 1, convOp(Bool, Int)},
	OpSqrt:      {"sqrt", 1, realOp}, OpExp: {"exp", 1, realOp}, OpExpm1: {"expm1", 1, realOp}, OpExprel: {"exprel", 1, realOp},
	OpLog: {"log", 1, realOp}, OpLog10: {"log10", 1, realOp}, OpLog1p: {"log1p", 1, realOp},
	OpSin: {"sin", 1, realOp}, OpCos: {"cos", 1, realOp}, OpTan: {"tan", 1, realOp},
	OpSinh: {"sinh", 1, realOp}, OpCosh: {"cosh", 1, realOp}, OpTanh: {"tanh", 1, realOp},
	OpArcsin: {"arcsin", 1, realOp}, OpArccos: {"arccos", 1, realOp}, OpArctan: {"arctan", 1, realOp},
	OpFloor: {"floor", 1, realOp}, OpCeil: {"ceil", 1, realOp},
	OpUniform: {"uniform", 0, noOp(Real)}, OpNormal: {"normal", 0, noOp(Real)},
	OpPoisson:     {"poisson", 1, convOp(Real, Int)},
	OpExponential: {"exponential", 0, noOp(Real)}, OpGamma: {"gamma", 1, convOp(Real, Real)},
}

// String returns the operation's name as printed.
func (op Op) String() string {
	if op < OpMax_ && opTable[op].name != "" {
		return opTable[op].name
	}
	return "invalid"
}

// String returns "bool", "int" or "real".
func (t Type) String() string { return nameOf(typeNames, t) }

func b2f(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Exprel is (exp(x)-1)/x with its limit 1 at 0.
func Exprel(x float64) float64 {
	if math.Abs(x) < 1e-16 {
		return 1
	}
	if x > 717 {
		return math.Inf(1)
	}
	return math.Expm1(x) / x
}

// Exp is e to the x. math.Exp overflows too early on amd64 (Go 1.26): from 709.44 on instead of 709.78.
func Exp(x float64) float64 {
	if !(x > 709 && x < 710) {
		return math.Exp(x)
	}
	return scaledExp(x, 1, 1)
}

// scaledExp is exp(x - n log(2)) times 2 to the m, for x near the largest argument that does not overflow. The first part of log(2)
// leaves an exact difference.
func scaledExp(x, n float64, m int) float64 {
	const hi, lo = 0x1.62e42feep-1, 0x1.a39ef35793c76p-33
	return math.Ldexp(math.Exp(x-n*hi)*(1-n*lo), m)
}

// Log is the natural logarithm. math.Log is wrong for subnormal numbers on amd64 (Go 1.26).
func Log(x float64) float64 {
	if x > 0 && x < 0x1p-1022 {
		return math.Log(x*0x1p54) - 54*math.Ln2
	}
	return math.Log(x)
}

// Log10 is the logarithm to base 10, see Log.
func Log10(x float64) float64 { return Log(x) / math.Ln10 }

// Sinh is (exp(x) - exp(-x))/2, finite as far as the result is.
func Sinh(x float64) float64 {
	if math.Abs(x) < 700 {
		return math.Sinh(x)
	}
	return math.Copysign(halfExp(math.Abs(x)), x)
}

// Cosh is (exp(x) + exp(-x))/2, finite as far as the result is.
func Cosh(x float64) float64 {
	if math.Abs(x) < 700 {
		return math.Cosh(x)
	}
	return halfExp(math.Abs(x))
}

// halfExp is exp(x)/2 for x of at least 700 or NaN.
func halfExp(x float64) float64 {
	if x > 711 {
		return math.Inf(1)
	}
	return scaledExp(x, 4, 3)
}

// Mod is the remainder with the sign of the divisor, as Python's %.
func Mod(x, y float64) float64 {
	m := math.Mod(x, y)
	if m != 0 && (m < 0) != (y < 0) {
		m += y
	}
	return m
}

func truth(v float64) bool { return v != 0 }

// EvalConst evaluates one operation on constants in float64: t is the type of the first operand. The second result is false for
// operations that are not functions of their operands alone, and for Int results that do not fit.
// It is also the reference meaning of each operation for the executors' tests.
func EvalConst(op Op, t Type, v ...float64) (float64, bool) {
	r, ok := evalOp(op, t, v)
	if ok && t == Int && (op == OpAdd || op == OpSub || op == OpMul || op == OpNeg || op == OpAbs || op == OpFloorDiv) && (r > math.MaxInt32 || r < math.MinInt32) {
		return 0, false
	}
	return r, ok
}

func evalOp(op Op, t Type, v []float64) (float64, bool) {
	switch op {
	case OpAdd:
		return v[0] + v[1], true
	case OpSub:
		return v[0] - v[1], true
	case OpMul:
		return v[0] * v[1], true
	case OpNeg:
		return -v[0], true
	case OpMin:
		return min(v[0], v[1]), true // math.Min prefers an infinity to NaN
	case OpMax:
		return max(v[0], v[1]), true
	case OpAbs:
		return math.Abs(v[0]), true
	case OpSign:
		switch {
		case v[0] > 0:
			return 1, true
		case v[0] < 0:
			return -1, true
		}
		return v[0], true
	case OpDiv:
		return v[0] / v[1], true
	case OpFloorDiv:
		if t == Int && v[1] == 0 {
			return 0, false
		}
		return math.Floor(v[0] / v[1]), true
	case OpMod:
		if t == Int && v[1] == 0 {
			return 0, false
		}
		return Mod(v[0], v[1]), true
	case OpPow:
		return math.Pow(v[0], v[1]), true
	case OpLt:
		return b2f(v[0] < v[1]), true
	case OpLe:
		return b2f(v[0] <= v[1]), true
	case OpEq:
		return b2f(v[0] == v[1]), true
	case OpNe:
		return b2f(v[0] != v[1]), true
	case OpAnd:
		return b2f(truth(v[0]) && truth(v[1])), true
	case OpOr:
		return b2f(truth(v[0]) || truth(v[1])), true
	case OpNot:
		return b2f(!truth(v[0])), true
	case OpIntToReal, OpBoolToInt:
		return v[0], true
	case OpRealToInt:
		r := math.Trunc(v[0])
		return r, r >= math.MinInt32 && r <= math.MaxInt32
	}
	if f := realFunc[op]; f != nil {
		return f(v[0]), true
	}
	return 0, false
}

var realFunc = map[Op]func(float64) float64{
	OpSqrt: math.Sqrt, OpExp: Exp, OpExpm1: math.Expm1, OpExprel: Exprel,
	OpLog: Log, OpLog10: Log10, OpLog1p: math.Log1p,
	OpSin: math.Sin, OpCos: math.Cos, OpTan: math.Tan,
	OpSinh: Sinh, OpCosh: Cosh, OpTanh: math.Tanh,
	OpArcsin: math.Asin, OpArccos: math.Acos, OpArctan: math.Atan,
	OpFloor: math.Floor, OpCeil: math.Ceil,
}
