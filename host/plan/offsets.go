package plan

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
)

// offsets applies a kernel that is kept by offset, in the form that connect found cheapest. The rewrite's name is that of the form:
// "passes", "direct", "factored", "fourier" or "taps"; it is the first word of the operations' names.
func (b *builder) offsets(p *net.Projection, o *connect.Offsets, add bool) ([]Op, error) {
	g := &gridSum{b: b, p: p, l: o.Lower(), src: b.source(p), add: add,
		dst: b.byName[lower.SlotName(p.Post.Name, sumVar(p.Target))]}
	switch g.l.Method {
	case connect.Passes:
		g.passes()
	case connect.Direct:
		g.direct()
	case connect.Factored, connect.Fourier:
		g.factored()
	case connect.NoTerms:
	default:
		return nil, fmt.Errorf("internal error: unknown form %v of a kernel", g.l.Method)
	}
	if len(g.l.Taps) > 0 || len(g.ops) == 0 {
		g.taps("corrections", g.src, g.dst, g.l.Taps, g.add)
	}
	return g.ops, nil
}

// gridSum is the list of operations of one kernel in the making.
type gridSum struct {
	b   *builder
	p   *net.Projection
	l   *connect.Lowering
	src Source
	dst BufferID
	add bool // the result already holds something to add to
	ops []Op
}

func (g *gridSum) matrix(name string, values []float64) Source {
	return Source{Len: len(values), Buf: g.b.buffer(Buffer{Object: g.p.Name, Var: name, Type: ir.Real, Len: len(values), Reals: values, Role: Connectivity})}
}

func (g *gridSum) scratch(name string, n int) Source {
	return Source{Len: n, Buf: g.b.buffer(Buffer{Object: g.p.Name, Var: name, Type: ir.Real, Len: n, Role: Scratch})}
}

func (g *gridSum) matmul(m MatMul) {
	m.Name = fmt.Sprintf("%v %s", g.l.Method, g.p.Name)
	g.ops = append(g.ops, &m)
}

// taps adds a sum over taps along the whole grid.
func (g *gridSum) taps(what string, src Source, dst BufferID, taps []connect.Tap, add bool) {
	name := fmt.Sprintf("%s %d", what, len(g.ops))
	offsets, weights := connect.Flat(taps)
	g.ops = append(g.ops, &TapSum{
		Name: fmt.Sprintf("%v %s %s", g.l.Method, g.p.Name, what), Src: src, Dst: dst, Add: add,
		Layers: g.l.Grid.Layers, Rows: g.l.Grid.Rows, Cols: g.l.Grid.Cols, Taps: len(taps),
		Offsets: g.b.buffer(Buffer{Object: g.p.Name, Var: name + " offsets", Type: ir.Int, Len: len(offsets), Ints: offsets, Role: Connectivity}),
		Weights: g.b.buffer(Buffer{Object: g.p.Name, Var: name + " weights", Type: ir.Real, Len: len(weights), Reals: weights, Role: Connectivity}),
	})
	g.add = g.add || dst == g.dst
}

// passes sums along one dimension after the other.
func (g *gridSum) passes() {
	n := g.l.Grid.Len()
	for t, term := range g.l.Passes {
		src := g.src
		for i, pass := range term {
			if i == len(term)-1 {
				g.taps(fmt.Sprintf("term %d along %c", t, pass.Axis), src, g.dst, pass.Taps, g.add)
				break
			}
			next := g.scratch(fmt.Sprintf("term %d pass %d", t, i), n)
			g.taps(fmt.Sprintf("term %d along %c", t, pass.Axis), src, next.Buf, pass.Taps, false)
			src = next
		}
	}
}

// direct multiplies by the full matrices of both dimensions, all terms at once.
func (g *gridSum) direct() {
	l := g.l
	v := g.scratch("V", l.Rows*l.Terms*l.Cols)
	g.matmul(MatMul{A: g.src, B: g.matrix("TX", l.TX), C: v.Buf, Scale: None, M: l.Rows, K: l.Cols, N: l.Terms * l.Cols})
	g.matmul(MatMul{A: g.matrix("TY", l.TY), B: v, C: g.dst, Scale: None, M: l.Rows, K: l.Rows * l.Terms, N: l.Cols, Add: g.add})
	g.add = true
}

// factored goes through the factors of both dimensions: of low rank, or the waves of a Fourier transform.
func (g *gridSum) factored() {
	l := g.l
	ux, uy, d := g.matrix("UX", l.UX), g.matrix("UY", l.UY), g.matrix("D", l.D)
	p, q, w := g.scratch("P", l.Rows*l.RX), g.scratch("Q", l.RY*l.RX), g.scratch("W", l.RY*l.Cols)
	g.matmul(MatMul{A: g.src, B: ux, C: p.Buf, Scale: None, M: l.Rows, K: l.Cols, N: l.RX})
	g.matmul(MatMul{A: uy, TransA: true, B: p, C: q.Buf, Scale: d.Buf, M: l.RY, K: l.Rows, N: l.RX})
	g.matmul(MatMul{A: q, B: ux, TransB: true, C: w.Buf, Scale: None, M: l.RY, K: l.RX, N: l.Cols})
	g.matmul(MatMul{A: uy, B: w, C: g.dst, Scale: None, M: l.Rows, K: l.RY, N: l.Cols, Add: g.add})
	g.add = true
}
