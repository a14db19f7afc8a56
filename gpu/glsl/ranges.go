package glsl

import (
	"math"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/rng"
)

// span is a closed range of finite values. What is not finite stops the run by itself.
type span struct{ lo, hi float64 }

var anything = span{math.Inf(-1), math.Inf(1)}

func (s span) hull(t span) span { return span{math.Min(s.lo, t.lo), math.Max(s.hi, t.hi)} }

// largest is the largest magnitude.
func (s span) largest() float64 { return math.Max(math.Abs(s.lo), math.Abs(s.hi)) }

// ranges finds which values variables can take: from their initial contents, what the host wrote, and the stores of all kernels.
type ranges struct {
	p       *plan.Plan
	stores  map[plan.BufferID][]stored
	written map[plan.Part]span // by the host
	replica int                // whose values are asked for
	// typical: asked for the magnitude that most values do not exceed, as far as their expressions tell: draws are within their deviation, exponential
	// functions and quotients are not at the end of their range, values that the host gives are up to twice their mean magnitude, and what steps change
	// is what it was at first.
	typical bool
	known   map[plan.BufferID]span
	busy    map[plan.BufferID]bool
	begins  map[plan.Part]span // with contents, see begin
}

// of1 asks for the values of one replica from now on.
func (r *ranges) of1(replica int) {
	if r.replica != replica {
		r.replica = replica
		r.forget()
	}
}

// stored is one store to a buffer; value nil stands for anything.
type stored struct {
	run   *plan.Run
	value *ir.Expr
	first bool // before the first step
}

func newRanges(p *plan.Plan) *ranges {
	r := &ranges{p: p, stores: map[plan.BufferID][]stored{}, written: map[plan.Part]span{}, begins: map[plan.Part]span{}}
	add := func(b plan.BufferID, s stored) { r.stores[b] = append(r.stores[b], s) }
	eachOp(p, func(op plan.Op, first bool) {
		switch op := op.(type) {
		case *plan.Run:
			for _, e := range op.Kernel.Effects {
				switch e.Kind {
				case ir.Store:
					add(op.Bind[e.Slot], stored{op, e.Value, first})
				case ir.Accumulate, ir.Emit:
					add(op.Bind[e.Slot], stored{})
				}
			}
			for _, red := range op.Kernel.Reductions {
				add(op.Bind[red.Slot], stored{})
			}
		case *plan.MatMul:
			add(op.C, stored{})
		case *plan.TapSum:
			add(op.Dst, stored{})
		case *plan.Generate:
			add(op.List, stored{})
		}
	})
	r.forget()
	return r
}

// eachOp visits the operations of a plan in order, first those before the first step.
func eachOp(p *plan.Plan, visit func(op plan.Op, first bool)) {
	for _, op := range p.Init {
		visit(op, true)
	}
	for _, c := range p.Conns {
		for _, r := range c.Values {
			visit(r, true)
		}
	}
	for _, it := range p.Schedule {
		for _, op := range it.Ops {
			visit(op, false)
			if s, ok := op.(*plan.Sequence); ok {
				for _, r := range s.Runs {
					visit(r, false)
				}
			}
		}
	}
}

func (r *ranges) forget() { r.known, r.busy = map[plan.BufferID]span{}, map[plan.BufferID]bool{} }

// buffer is the range of a buffer's elements.
func (r *ranges) buffer(b plan.BufferID) span {
	if s, ok := r.known[b]; ok {
		return s
	}
	if r.busy[b] {
		return anything // it depends on itself; a value that is clipped has a range all the same
	}
	r.busy[b] = true
	part := plan.Part{Buffer: b}
	if r.p.Buffers[b].Each > 0 {
		part.Replica = r.replica
	}
	s := r.begin(part)
	if w, ok := r.written[part]; ok {
		s = s.hull(w)
	}
	for _, st := range r.stores[b] {
		if r.typical && !st.first && s.largest() > 0 {
			break // what steps may make of it is a limit
		}
		if st.value == nil {
			s = anything
			break
		}
		s = s.hull(r.of(st.run, st.value, map[*ir.Expr]span{}))
	}
	delete(r.busy, b)
	if len(r.busy) == 0 {
		r.known[b] = s // what was found on the way to another buffer may be too wide
	}
	return s
}

// begin is what a part of a buffer begins with. Contents do not change, and may be many.
func (r *ranges) begin(part plan.Part) span {
	b := r.p.Buffers[part.Buffer]
	mean := r.typical && b.Reals != nil
	if mean {
		part.Replica = 0 // one for all
	}
	s, ok := r.begins[part]
	switch {
	case ok:
		return s
	case mean:
		s = magnitudeOf(b.Reals)
	default:
		s = contents(b, part.Replica)
	}
	r.begins[part] = s
	return s
}

// contents is the range of what a replica's part of a buffer begins with.
func contents(b *plan.Buffer, replica int) span {
	from, to := 0, b.Len
	if b.Each > 0 {
		from, to = replica*b.Each, (replica+1)*b.Each
	}
	switch {
	case b.Reals != nil:
		return rangeOf(b.Reals[from:to])
	case b.Narrow():
		return span{0, math.MaxUint16}
	case b.Ints != nil || b.Recipe != nil:
		s := span{}
		for k, v := range b.Entries().Long[from:to] {
			if f := float64(v); k == 0 {
				s = span{f, f}
			} else {
				s = s.hull(span{f, f})
			}
		}
		return s
	}
	return span{b.Fill, b.Fill}
}

// magnitudeOf is a range that reaches to twice the mean magnitude of values that are not 0, which is the largest where they are spread evenly.
func magnitudeOf(v []float64) span {
	sum, n := 0.0, 0
	for _, x := range v {
		if x != 0 {
			sum += math.Abs(x)
			n++
		}
	}
	most := 2 * sum / float64(max(n, 1))
	return span{-most, most}
}

func rangeOf(v []float64) span {
	if len(v) == 0 {
		return span{}
	}
	s := span{v[0], v[0]}
	for _, x := range v {
		if x < s.lo {
			s.lo = x
		}
		if x > s.hi {
			s.hi = x
		}
	}
	return s
}

// of is the range of an expression of a kernel.
func (r *ranges) of(run *plan.Run, e *ir.Expr, seen map[*ir.Expr]span) span {
	if s, ok := seen[e]; ok {
		return s
	}
	s := r.compute(run, e, func(k int) span { return r.of(run, e.Args[k], seen) })
	if math.IsNaN(s.lo) || math.IsNaN(s.hi) {
		s = anything
	}
	seen[e] = s
	return s
}

func (r *ranges) compute(run *plan.Run, e *ir.Expr, arg func(int) span) span {
	switch e.Op {
	case ir.OpConst:
		return span{e.Value, e.Value}
	case ir.OpLoad:
		s := r.buffer(run.Bind[e.Slot])
		if len(e.Args) > 0 {
			s = s.hull(span{}) // an index outside reads 0
		}
		return s
	case ir.OpElem, ir.OpCount, ir.OpPre, ir.OpPost:
		return span{0, r.indices(run, e.Op)}
	case ir.OpUniform, ir.OpLt, ir.OpLe, ir.OpEq, ir.OpNe, ir.OpAnd, ir.OpOr, ir.OpNot:
		return span{0, 1}
	case ir.OpSin, ir.OpCos, ir.OpTanh, ir.OpSign:
		return span{-1, 1}
	case ir.OpIntToReal, ir.OpRealToInt, ir.OpBoolToInt, ir.OpFloor, ir.OpCeil:
		s := arg(0)
		return span{math.Floor(s.lo), math.Ceil(s.hi)}
	case ir.OpAdd:
		a, b := arg(0), arg(1)
		return span{a.lo + b.lo, a.hi + b.hi}
	case ir.OpSub:
		a, b := arg(0), arg(1)
		return span{a.lo - b.hi, a.hi - b.lo}
	case ir.OpNeg:
		a := arg(0)
		return span{-a.hi, -a.lo}
	case ir.OpAbs:
		return span{0, arg(0).largest()}
	case ir.OpMul:
		if e.Args[0] == e.Args[1] {
			return square(arg(0))
		}
		return product4(arg(0), arg(1))
	case ir.OpDiv:
		if b := arg(1); b.lo > 0 || b.hi < 0 {
			if m := math.Copysign(math.Sqrt(b.lo*b.hi), b.lo); r.typical && !math.IsInf(m, 0) {
				b = span{m, m} // few are as small as the smallest
			}
			return product4(arg(0), span{1 / b.hi, 1 / b.lo})
		}
	case ir.OpMin:
		a, b := arg(0), arg(1)
		return span{math.Min(a.lo, b.lo), math.Min(a.hi, b.hi)}
	case ir.OpMax:
		a, b := arg(0), arg(1)
		return span{math.Max(a.lo, b.lo), math.Max(a.hi, b.hi)}
	case ir.OpSelect:
		return arg(1).hull(arg(2))
	case ir.OpNormal:
		most := r.draw(rng.MostNormal[float32], rng.MostNormal[float64])
		return span{-most, most}
	case ir.OpExponential:
		return span{0, r.draw(rng.MostExponential[float32], rng.MostExponential[float64])}
	case ir.OpArctan, ir.OpArcsin:
		return span{-math.Pi / 2, math.Pi / 2}
	case ir.OpMod:
		return modulo(arg(1))
	case ir.OpPow:
		return power(arg(0), arg(1))
	}
	if f := increasing[e.Op]; f != nil {
		s := arg(0)
		if r.typical && exponential[e.Op] {
			s = mostly(s)
		}
		return span{f(s.lo), f(s.hi)} // NaN outside its domain
	}
	return anything
}

// increasing are functions that grow with their argument.
var increasing = map[ir.Op]func(float64) float64{
	ir.OpSqrt: math.Sqrt, ir.OpExp: math.Exp, ir.OpExpm1: math.Expm1, ir.OpLog: math.Log, ir.OpLog10: math.Log10, ir.OpLog1p: math.Log1p, ir.OpSinh: math.Sinh,
}

// exponential are those of them that are far larger at the end of a range than within it.
var exponential = map[ir.Op]bool{ir.OpExp: true, ir.OpExpm1: true, ir.OpSinh: true}

// steep is how far below its largest value, 2^20 times, an exponential function is looked at: what is smaller matters less than what it is added to.
const steep = 20 * math.Ln2

// mostly is the part of a range of the argument of an exponential function up to its middle, since few values are as large as the largest; but not further
// than steep below its end, or below 0 where it ends above.
func mostly(s span) span {
	s.hi = math.Max((s.lo+s.hi)/2, math.Min(s.hi, 0)-steep)
	s.lo = math.Min(s.lo, s.hi)
	return s
}

// draw is the largest draw in the plan's precision.
func (r *ranges) draw(single, double func() float64) float64 {
	switch {
	case r.typical:
		return 1
	case r.p.Precision == plan.Double:
		return double()
	}
	return single()
}

// modulo is the range of x % d, which has the sign of d.
func modulo(d span) span {
	if d.lo > 0 || d.hi < 0 {
		return d.hull(span{})
	}
	return anything
}

// power is the range of a**b. For a that is not negative it is largest and smallest at the ends; else only whole exponents have one.
func power(a, b span) span {
	switch {
	case a.lo < 0 && b.lo == b.hi && b.lo > 0 && b.lo == math.Floor(b.lo):
		most := math.Pow(a.largest(), b.lo)
		if math.Mod(b.lo, 2) == 0 {
			return span{0, most}
		}
		return span{-most, most}
	case a.lo < 0 || a.lo == 0 && b.lo < 0:
		return anything
	}
	s := span{math.Inf(1), math.Inf(-1)}
	for _, x := range [2]float64{a.lo, a.hi} {
		for _, y := range [2]float64{b.lo, b.hi} {
			v := math.Pow(x, y)
			s = s.hull(span{v, v})
		}
	}
	return s
}

// indices is the largest value of an index or a count in a kernel. A bound far above the values would leave them few bits of a sum.
func (r *ranges) indices(run *plan.Run, op ir.Op) float64 {
	if op == ir.OpCount {
		return float64(run.N)
	}
	if run.Conn < 0 || run.Conn >= len(r.p.Conns) {
		return float64(run.N)
	}
	c := r.p.Conns[run.Conn]
	switch op {
	case ir.OpPre:
		return float64(c.NPre)
	case ir.OpPost:
		return float64(c.NPost)
	}
	return math.Inf(1) // synapses keep their numbers where a connectivity has a part of them
}

// square is the range of x * x, which is not that of a product of two: exp(-x * x) is at most 1.
func square(a span) span {
	lo := 0.0
	if a.lo > 0 || a.hi < 0 {
		lo = math.Min(a.lo*a.lo, a.hi*a.hi)
	}
	return span{lo, a.largest() * a.largest()}
}

func product4(a, b span) span {
	p := [4]float64{a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi}
	s := span{p[0], p[0]}
	for _, x := range p {
		if math.IsNaN(x) {
			return anything
		}
		s = s.hull(span{x, x})
	}
	return s
}
