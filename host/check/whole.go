package check

import (
	"math"

	"github.com/galvani-sim/galvani/host/syntax"
)

// whole reports that e is an integer if powers of integers with constant exponents from 0 on are. They are real elsewhere, where i**2 may be larger
// than an integer; where an integer is asked for, they are computed as one and overflow as products do.
func (c *checker) whole(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.Bound:
		w, ok := c.wholes[e.X]
		if !ok {
			w = c.whole(e.X)
			c.wholes[e.X] = w
		}
		return w
	case *syntax.Unary:
		return c.whole(e.X)
	case *syntax.Cond:
		return c.whole(e.Then) && c.whole(e.Else_)
	case *syntax.Binary:
		switch e.Op {
		case "+", "-", "*", "//", "%":
			return c.whole(e.X) && c.whole(e.Y)
		case "**":
			n, ok := c.constant(e.Y)
			return ok && n >= 0 && n <= math.MaxInt32 && c.m.Types[e.Y].Kind == Int && c.whole(e.X)
		}
	}
	t, known := c.m.Types[e]
	return known && t.Kind != Real
}

// keepWhole gives the parts of an expression that is whole their types.
func (c *checker) keepWhole(e syntax.Expr) {
	if c.m.Types[e].Kind != Real {
		return
	}
	c.m.Types[e] = Type{Kind: Int}
	for _, x := range syntax.Children(e) {
		c.keepWhole(x)
	}
}
