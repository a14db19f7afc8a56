package lower

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
)

// Separated is a condition on pairs taken apart: kernels that evaluate, once per i, once per j, and once per i - j, what depends on
// nothing else, and comparisons of a value of i with one of j. A pair fulfils the condition when it fulfils all parts.
type Separated struct {
	// Rows, Cols and Offsets store to the slots below; nil: nothing to evaluate. Element e of Offsets is i - j = e - (N_post - 1).
	Rows, Cols, Offsets *ir.Kernel
	// OnlyRows, OnlyCols and OnlyOffsets say which of the slots SepRows, SepCols and SepOffsets are stored.
	OnlyRows, OnlyCols, OnlyOffsets bool
	// Sides compare slot SepSide of Rows with that of Cols.
	Sides []ir.Op
	// Swapped says for each side that the value of j stands on the left.
	Swapped []bool
	// Rest: the condition has other parts too, which have to be looked at pair by pair.
	Rest bool
	// Random: the condition draws random numbers, and nothing was taken apart.
	Random bool
	// P says what the probability depends on. In slot SepP of Rows or of Cols where that is one index alone.
	P Dependence
	// Names lists the parts that were found, for people.
	Names []string
}

// Dependence says what a value depends on.
type Dependence uint8

// Dependences.
const (
	OnNothing Dependence = iota
	OnPre
	OnPost
	OnPair // on both, or on chance
)

// Slots of the kernels of a separated condition.
const (
	SepRows    = "connect.rows"
	SepCols    = "connect.columns"
	SepOffsets = "connect.offsets"
	SepP       = "connect.probability"
)

// SepSide is the slot of one side of comparison k.
func SepSide(k int) string { return fmt.Sprintf("connect.side%d", k) }

// separator takes a condition apart. I and J stand for the indices, relative to the spans; loads from the groups see them as well.
type separator struct {
	s    *synScope
	i, j *ir.Expr
	out  *Separated
	// rows, cols and offsets are conjunctions of parts, nil without any.
	rows, cols, offsets *ir.Expr
	sides               [][2]*ir.Expr // of i, of j
}

// Separate takes the condition (Expr nil: none) and the probability (nil: 1) of a connect call apart.
func Separate(in SynapseInput, cond, p Checked, name string) (out *Separated, err error) {
	defer recoverDefect(&err, in.Object)
	s := newSynScope(in, name)
	b := s.b
	index := func(name string) *ir.Expr {
		return b.Load(b.Slot(ir.Slot{Name: name, Type: ir.Int, Kind: ir.Scalar, Access: ir.Read}))
	}
	x := &separator{s: s, i: index("i"), j: index("j"), out: &Separated{}}
	s.scope.ref = func(r check.Ref) *ir.Expr {
		if r.Kind == check.RefIndex && r.Name == "i" {
			return x.i
		}
		if r.Kind == check.RefIndex && r.Name == "j" {
			return x.j
		}
		return s.resolve(r)
	}
	value := func(e Checked, t ir.Type) *ir.Expr {
		s.model = e.Side
		return b.Copy(as(b, s.expr(e.Expr), t), func(e *ir.Expr) *ir.Expr {
			switch e.Op {
			case ir.OpPre:
				return b.Op(ir.OpAdd, x.i, b.ConstInt(int32(in.Pre.Start)))
			case ir.OpPost:
				return b.Op(ir.OpAdd, x.j, b.ConstInt(int32(in.Post.Start)))
			case ir.OpStep:
				return b.ConstInt(0)
			case ir.OpTime:
				return b.Const(0)
			}
			return nil
		}, nil)
	}
	if cond.Expr != nil {
		c := value(cond, ir.Bool)
		if random(c) {
			x.out.Random = true
		} else {
			x.part(c)
		}
	}
	var probability *ir.Expr
	if p.Expr != nil {
		probability = value(p, ir.Real)
		x.out.P = x.dependence(probability)
	}
	x.kernels(probability)
	return x.out, nil
}

func random(e *ir.Expr) bool {
	return ir.Any(e, func(e *ir.Expr) bool {
		switch e.Op {
		case ir.OpUniform, ir.OpNormal, ir.OpPoisson, ir.OpExponential, ir.OpGamma:
			return true
		}
		return false
	})
}

func (x *separator) dependence(e *ir.Expr) Dependence {
	onI, onJ := ir.DependsOn(e, x.i), ir.DependsOn(e, x.j)
	switch {
	case random(e) || onI && onJ:
		return OnPair
	case onI:
		return OnPre
	case onJ:
		return OnPost
	}
	return OnNothing
}

func (x *separator) and(to **ir.Expr, e *ir.Expr) {
	if *to == nil {
		*to = e
		return
	}
	*to = x.s.b.Op(ir.OpAnd, *to, e)
}

// part finds a place for one part of a conjunction.
func (x *separator) part(e *ir.Expr) {
	b := x.s.b
	switch {
	case e.Op == ir.OpAnd:
		x.part(e.Args[0])
		x.part(e.Args[1])
		return
	case e.Op == ir.OpNot && e.Args[0].Op == ir.OpOr && x.dependence(e) == OnPair:
		for _, a := range e.Args[0].Args {
			x.part(b.Op(ir.OpNot, a))
		}
		return
	}
	switch x.dependence(e) {
	case OnNothing, OnPre:
		x.and(&x.rows, e)
		return
	case OnPost:
		x.and(&x.cols, e)
		return
	}
	if d := x.byOffset(e); !ir.DependsOn(d, x.i) && !ir.DependsOn(d, x.j) {
		x.and(&x.offsets, d)
		return
	}
	if !x.side(e) {
		x.out.Rest = true
	}
}

// linear is ci·i + cj·j + c, whole numbers that cannot overflow for the indices of the groups.
type linear struct{ ci, cj, c int64 }

func (x *separator) linear(e *ir.Expr) (l linear, ok bool) {
	if e.Type != ir.Int {
		return l, false
	}
	both := func(sign int64) (linear, bool) {
		p, ok1 := x.linear(e.Args[0])
		q, ok2 := x.linear(e.Args[1])
		return linear{p.ci + sign*q.ci, p.cj + sign*q.cj, p.c + sign*q.c}, ok1 && ok2
	}
	switch {
	case e == x.i:
		l.ci = 1
		return l, true
	case e == x.j:
		l.cj = 1
		return l, true
	}
	switch e.Op {
	case ir.OpConst:
		return linear{c: int64(e.Value)}, true
	case ir.OpAdd:
		l, ok = both(1)
	case ir.OpSub:
		l, ok = both(-1)
	case ir.OpNeg:
		if l, ok = x.linear(e.Args[0]); ok {
			l = linear{-l.ci, -l.cj, -l.c}
		}
	case ir.OpMul:
		p, ok1 := x.linear(e.Args[0])
		q, ok2 := x.linear(e.Args[1])
		if p.ci != 0 || p.cj != 0 {
			p, q = q, p
		}
		l, ok = linear{p.c * q.ci, p.c * q.cj, p.c * q.c}, ok1 && ok2 && p.ci == 0 && p.cj == 0
	}
	return l, ok && x.fits(l)
}

// fits: the value stays below 2^30 for all pairs, so that no regrouping can overflow.
func (x *separator) fits(l linear) bool {
	size := func(c, n int64) float64 { return math.Abs(float64(c)) * float64(n) }
	return size(l.ci, int64(x.s.syn.Pre.Len))+size(l.cj, int64(x.s.syn.Post.Len))+math.Abs(float64(l.c)) < 1<<30
}

// term is c·e, for a whole number.
func (x *separator) term(c int64, e *ir.Expr) *ir.Expr {
	if c == 1 {
		return e
	}
	return x.s.b.Op(ir.OpMul, x.s.b.ConstInt(int32(c)), e)
}

// compared gives L - R of a comparison of whole numbers, which may have been widened.
func (x *separator) compared(e *ir.Expr) (linear, bool) {
	switch e.Op {
	case ir.OpLt, ir.OpLe, ir.OpEq, ir.OpNe:
	default:
		return linear{}, false
	}
	var side [2]linear
	for k, a := range e.Args {
		var ok bool
		switch {
		case a.Op == ir.OpIntToReal:
			side[k], ok = x.linear(a.Args[0])
		case a.Op == ir.OpConst && a.Type == ir.Real && a.Value == math.Trunc(a.Value) && math.Abs(a.Value) < 1<<30:
			side[k], ok = linear{c: int64(a.Value)}, true
		default:
			side[k], ok = x.linear(a)
		}
		if !ok {
			return linear{}, false
		}
	}
	l := linear{side[0].ci - side[1].ci, side[0].cj - side[1].cj, side[0].c - side[1].c}
	return l, x.fits(l)
}

// byOffset writes e in terms of i - j (OpElem less N_post-1) wherever i and j stand in it as c·(i - j) + c0.
func (x *separator) byOffset(e *ir.Expr) *ir.Expr {
	b := x.s.b
	d := b.Op(ir.OpSub, b.Leaf(ir.OpElem), b.ConstInt(int32(x.s.syn.Post.Len-1)))
	form := func(l linear) *ir.Expr { return b.Op(ir.OpAdd, x.term(l.ci, d), b.ConstInt(int32(l.c))) }
	return b.Copy(e, func(e *ir.Expr) *ir.Expr {
		if l, ok := x.compared(e); ok && l.ci != 0 && l.ci == -l.cj {
			return b.Op(e.Op, form(l), b.ConstInt(0))
		}
		if l, ok := x.linear(e); ok && l.ci != 0 && l.ci == -l.cj {
			return form(l)
		}
		return nil
	}, nil)
}

// side finds a comparison of a value of i with one of j.
func (x *separator) side(e *ir.Expr) bool {
	b := x.s.b
	if e.Op == ir.OpNot { // of whole numbers, so that nothing is unordered
		c := e.Args[0]
		if len(c.Args) != 2 || c.Args[0].Type != ir.Int {
			return false
		}
		switch c.Op {
		case ir.OpLt:
			e = b.Op(ir.OpLe, c.Args[1], c.Args[0])
		case ir.OpLe:
			e = b.Op(ir.OpLt, c.Args[1], c.Args[0])
		case ir.OpEq:
			e = b.Op(ir.OpNe, c.Args[0], c.Args[1])
		case ir.OpNe:
			e = b.Op(ir.OpEq, c.Args[0], c.Args[1])
		}
	}
	switch e.Op {
	case ir.OpLt, ir.OpLe, ir.OpEq, ir.OpNe:
	default:
		return false
	}
	l, r := e.Args[0], e.Args[1]
	swapped := false
	switch dl, dr := x.dependence(l), x.dependence(r); {
	case dl == OnPre && dr == OnPost:
	case dl == OnPost && dr == OnPre:
		l, r, swapped = r, l, true
	default:
		// ci·i + c on one side and -cj·j on the other.
		sum, ok := x.compared(e)
		if !ok || sum.ci == 0 || sum.cj == 0 {
			return false
		}
		l, r = b.Op(ir.OpAdd, x.term(sum.ci, x.i), b.ConstInt(int32(sum.c))), x.term(-sum.cj, x.j)
	}
	x.sides = append(x.sides, [2]*ir.Expr{b.ToReal(l), b.ToReal(r)})
	x.out.Sides, x.out.Swapped = append(x.out.Sides, e.Op), append(x.out.Swapped, swapped)
	return true
}

// kernels makes the kernels of all parts.
func (x *separator) kernels(p *ir.Expr) {
	s, b, out := x.s, x.s.b, x.out
	out.OnlyRows, out.OnlyCols, out.OnlyOffsets = x.rows != nil, x.cols != nil, x.offsets != nil
	count := func(n int, one, many string) {
		switch {
		case n == 1:
			out.Names = append(out.Names, one)
		case n > 1:
			out.Names = append(out.Names, fmt.Sprintf(many, n))
		}
	}
	present := func(e *ir.Expr) int {
		if e == nil {
			return 0
		}
		return 1
	}
	count(present(x.rows), "i alone", "")
	count(present(x.cols), "j alone", "")
	count(present(x.offsets), "i - j alone", "")
	count(len(x.sides), "a value of i against one of j", "%d values of i against values of j")
	store := func(slot string, e, index *ir.Expr) {
		if e == nil {
			return
		}
		if index != nil {
			e = b.Substitute(e, map[*ir.Expr]*ir.Expr{index: b.Leaf(ir.OpElem)})
		}
		at := b.Slot(ir.Slot{Name: slot, Type: e.Type, Kind: ir.PerElement, Access: ir.Write})
		s.effects = append(s.effects, ir.Effect{Kind: ir.Store, Slot: at, Value: e})
	}
	finish := func(what string) *ir.Kernel {
		k := s.kernel(s.in.Object + " " + s.stream + " " + what)
		s.effects = nil
		return k
	}
	store(SepRows, x.rows, x.i)
	for k, side := range x.sides {
		store(SepSide(k), side[0], x.i)
	}
	if out.P == OnPre {
		store(SepP, p, x.i)
	}
	out.Rows = finish("rows")
	store(SepCols, x.cols, x.j)
	for k, side := range x.sides {
		store(SepSide(k), side[1], x.j)
	}
	if out.P == OnPost {
		store(SepP, p, x.j)
	}
	out.Cols = finish("columns")
	store(SepOffsets, x.offsets, nil)
	out.Offsets = finish("offsets")
}
