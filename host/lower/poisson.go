package lower

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
)

// PoissonInput makes the kernel that adds weight times a binomial number, n draws with probability p, to a variable of the elements of a part.
func PoissonInput(in Input, name string, v *check.Variable, w Checked, n int, p float64, part Part) (k *ir.Kernel, err error) {
	defer recoverDefect(&err, in.Object)
	if n < 0 || !(p >= 0 && p <= 1) {
		return nil, fmt.Errorf("%d inputs with a rate of %g per step cannot be drawn", n, p)
	}
	s := newScope(in, name, false)
	s.model = w.Side
	b, weight := s.b, s.real(w.Expr)
	events := binomial(b, b.Random(ir.OpUniform, 0), n, p)
	old := s.current(v)
	e := b.Op(ir.OpAdd, old, b.Op(ir.OpMul, weight, events))
	if part.Len < in.N {
		e = b.Select(part.inside(b), e, old)
	}
	e = s.unlessRefractory(v, old, e)
	s.store(v.Name, v, e)
	s.effects = append(s.effects, ir.Effect{Kind: ir.Check, Value: e, Name: SlotName(in.Object, v.Name)})
	return s.kernel(name), nil
}

// most is the number of thresholds beyond which a binomial number is approximated by a normal one, as Brian2 does.
const most = 256

// binomial turns a uniform number into a binomial one by inversion: it counts the values of the distribution function that lie at or
// below u. n and p are known here, so the thresholds are constants.
func binomial(b *ir.Builder, u *ir.Expr, n int, p float64) *ir.Expr {
	if n == 0 || p == 0 {
		return b.Const(0)
	}
	if p == 1 {
		return b.Const(float64(n))
	}
	mean, sd := float64(n)*p, math.Sqrt(float64(n)*p*(1-p))
	lo, hi := int(math.Max(0, math.Floor(mean-9*sd))), int(math.Min(float64(n), math.Ceil(mean+9*sd+20)))
	if hi-lo > most {
		normal := b.Random(ir.OpNormal, 1)
		return b.Op(ir.OpMax, b.Const(0), b.Op(ir.OpFloor, b.Op(ir.OpAdd, b.Const(mean+0.5), b.Op(ir.OpMul, b.Const(sd), normal))))
	}
	lg := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	sum := 0.0
	count := b.ConstInt(int32(lo))
	for k := lo; k < hi; k++ {
		sum += math.Exp(lg(n) - lg(k) - lg(n-k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
		if sum >= 1 {
			break
		}
		count = b.Op(ir.OpAdd, count, b.Op(ir.OpBoolToInt, b.Op(ir.OpLe, b.Const(sum), u)))
	}
	return b.ToReal(count)
}
