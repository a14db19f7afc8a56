package glsl

import (
	"math"

	"github.com/galvani-sim/galvani/host/ir"
)

// interval is a closed range of Int values.
type interval struct{ lo, hi int64 }

var anyInt = interval{math.MinInt32, math.MaxInt32}

// within reports whether every value of index lies in [0, n).
func (s *scope) within(index *ir.Expr, n int) bool {
	r := s.bounds(index)
	return r.lo >= 0 && r.hi < int64(n)
}

// bounds is a range that holds every value of an Int expression, as far as its operations show.
func (s *scope) bounds(e *ir.Expr) interval {
	r := s.exact(e)
	if r.lo < math.MinInt32 || r.hi > math.MaxInt32 {
		return anyInt // it may wrap around
	}
	return r
}

func (s *scope) exact(e *ir.Expr) interval {
	arg := func(k int) interval { return s.bounds(e.Args[k]) }
	switch e.Op {
	case ir.OpConst:
		return interval{int64(e.Value), int64(e.Value)}
	case ir.OpElem:
		return interval{0, int64(s.elems) - 1}
	case ir.OpCount:
		return interval{int64(s.count), int64(s.count)}
	case ir.OpBoolToInt:
		return interval{0, 1}
	case ir.OpPre:
		if s.conn != nil {
			return interval{0, int64(s.conn.NPre) - 1}
		}
	case ir.OpPost:
		if s.conn != nil {
			return interval{0, int64(s.conn.NPost) - 1}
		}
	case ir.OpAdd:
		a, b := arg(0), arg(1)
		return interval{a.lo + b.lo, a.hi + b.hi}
	case ir.OpSub:
		a, b := arg(0), arg(1)
		return interval{a.lo - b.hi, a.hi - b.lo}
	case ir.OpMul:
		a, b := arg(0), arg(1)
		p := [4]int64{a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi}
		return interval{min(p[0], p[1], p[2], p[3]), max(p[0], p[1], p[2], p[3])}
	case ir.OpMin:
		a, b := arg(0), arg(1)
		return interval{min(a.lo, b.lo), min(a.hi, b.hi)}
	case ir.OpMax:
		a, b := arg(0), arg(1)
		return interval{max(a.lo, b.lo), max(a.hi, b.hi)}
	case ir.OpMod:
		if b := arg(1); b.lo > 0 {
			return interval{0, b.hi - 1}
		}
	case ir.OpFloorDiv:
		if a, b := arg(0), arg(1); a.lo >= 0 && b.lo > 0 {
			return interval{a.lo / b.hi, a.hi / b.lo}
		}
	case ir.OpSelect:
		a, b := arg(1), arg(2)
		return interval{min(a.lo, b.lo), max(a.hi, b.hi)}
	}
	return anyInt
}
