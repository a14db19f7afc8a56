package exectest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// summer adds products in order with the rounding of the plan's precision, and keeps the sum of magnitudes for the tolerance.
type summer struct {
	p        plan.Precision
	sum, mag float64
}

func (a *summer) add(x, y float64) {
	v := round(a.p, x*y)
	a.sum = round(a.p, a.sum+v)
	a.mag += math.Abs(v)
}

// near compares a sum, exactly unless the tolerance allows some ulp of the magnitude that was added.
func (s *suite) near(got, want, magnitude float64) bool {
	if s.tol.SumULP == 0 {
		return s.tol.same(s.precision, ir.OpInvalid, got, want)
	}
	return math.Abs(got-want) <= s.tol.SumULP*ulp(s.precision, magnitude)
}

func (s *suite) values(r *rand.Rand, n int) []float64 {
	return seq(n, func(int) float64 { return round(s.precision, r.NormFloat64()) })
}

func (s *suite) matMul(t *testing.T) {
	for _, shape := range [][3]int{{1, 1, 1}, {5, 7, 1}, {1, 9, 6}, {300, 40, 1}, {20, 20, 31}, {33, 17, 2}, {64, 50, 70}, {3, 0, 2}} {
		for flags := range 32 {
			m := &plan.MatMul{
				Name: "product", M: shape[0], K: shape[1], N: shape[2],
				TransA: flags&1 != 0, TransB: flags&2 != 0, Add: flags&4 != 0, Scale: plan.None,
			}
			scaled, variable := flags&8 != 0, flags&16 != 0
			name := fmt.Sprintf("%dx%dx%d,TransA=%v,TransB=%v,Add=%v,Scale=%v,State=%v", m.M, m.K, m.N, m.TransA, m.TransB, m.Add, scaled, variable)
			t.Run(name, func(t *testing.T) { s.oneMatMul(t, m, scaled, variable) })
		}
	}
}

func (s *suite) oneMatMul(t *testing.T, m *plan.MatMul, scaled, variable bool) {
	r := rand.New(rand.NewPCG(uint64(m.M), uint64(m.N)))
	b := s.plan()
	role := plan.Connectivity
	if variable {
		role = plan.State
	}
	av, bv, cv, sv := s.values(r, m.M*m.K), s.values(r, m.K*m.N), s.values(r, m.M*m.N), s.values(r, m.M*m.N)
	m.A = plan.Source{Buf: b.reals("a", av...), Len: m.M * m.K}
	m.B = plan.Source{Buf: b.reals("b", bv...), Len: m.K * m.N}
	b.Buffers[m.A.Buf].Role, b.Buffers[m.B.Buf].Role = role, role
	m.C = b.reals("c", cv...)
	if scaled {
		m.Scale = b.reals("scale", sv...)
	}
	b.do("product", m)
	x := s.steps(t, b, 1)
	// A second product after the host replaced an element of each operand: nothing stale may be used.
	if len(av) > 0 {
		av[len(av)-1], bv[0] = 2, -3
		s.must(t, x.Write(m.A.Buf, len(av)-1, []float64{2}))
		s.must(t, x.Write(m.B.Buf, 0, []float64{-3}))
	}
	s.must(t, x.Write(m.C, 0, cv))
	advance(t, x, 2)
	got := read(t, x, b, m.C)
	for i := range m.M {
		for j := range m.N {
			a := summer{p: s.precision}
			for k := range m.K {
				ai, bi := i*m.K+k, k*m.N+j
				if m.TransA {
					ai = k*m.M + i
				}
				if m.TransB {
					bi = j*m.K + k
				}
				a.add(av[ai], bv[bi])
			}
			at := i*m.N + j
			want := a.sum
			if scaled {
				want = round(s.precision, want*sv[at])
				a.mag *= math.Abs(sv[at])
			}
			if m.Add {
				want = round(s.precision, cv[at]+want)
				a.mag += math.Abs(cv[at])
			}
			if !s.near(got[at], want, a.mag) {
				t.Fatalf("c[%d,%d] = %v, want %v", i, j, got[at], want)
			}
		}
	}
}

func (s *suite) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tapSum compares with a loop over cells, with taps that reach over every border and beyond the whole grid.
func (s *suite) tapSum(t *testing.T) {
	for _, g := range [][3]int{{1, 1, 9}, {1, 13, 11}, {3, 5, 4}, {1, 40, 300}} {
		for _, add := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v,Add=%v", g, add), func(t *testing.T) {
				r := rand.New(rand.NewPCG(uint64(g[1]), 3))
				cells := g[0] * g[1] * g[2]
				var offsets []int32
				for _, d := range [][3]int32{{0, 0, 0}, {0, 0, 1}, {0, 0, -2}, {0, 1, 0}, {0, -3, 2}, {1, 0, 0}, {-2, 1, -1}, {0, 0, 1000}, {0, -1000, 0}} {
					offsets = append(offsets, d[:]...)
				}
				taps := len(offsets) / 3
				src, dst, w := s.values(r, cells), s.values(r, cells), s.values(r, taps)
				b := s.plan()
				op := &plan.TapSum{
					Name: "taps", Layers: g[0], Rows: g[1], Cols: g[2], Taps: taps, Add: add,
					Src: plan.Source{Buf: b.reals("src", src...), Len: cells}, Dst: b.reals("dst", dst...),
					Offsets: b.ints("offsets", offsets...), Weights: b.reals("weights", w...),
				}
				b.do("taps", op)
				got := read(t, s.steps(t, b, 1), b, op.Dst)
				for c := range cells {
					z, y, x := c/(g[1]*g[2]), c/g[2]%g[1], c%g[2]
					a := summer{p: s.precision}
					for k := range taps {
						sz, sy, sx := z+int(offsets[3*k]), y+int(offsets[3*k+1]), x+int(offsets[3*k+2])
						if sz >= 0 && sz < g[0] && sy >= 0 && sy < g[1] && sx >= 0 && sx < g[2] {
							a.add(w[k], src[(sz*g[1]+sy)*g[2]+sx])
						}
					}
					want := a.sum
					if add {
						want = round(s.precision, dst[c]+want)
						a.mag += math.Abs(dst[c])
					}
					if !s.near(got[c], want, a.mag) {
						t.Fatalf("cell %d = %v, want %v", c, got[c], want)
					}
				}
			})
		}
	}
}

// graph is random connectivity by postsynaptic rows, some of them empty and one long.
type graph struct {
	npre, npost  int
	rowPtr, pre  []int32
	post         []int32
	conn         int
	rowBuf, inds plan.BufferID
}

func (b *builder) graph(r *rand.Rand, npre, npost int) *graph {
	g := &graph{npre: npre, npost: npost, rowPtr: []int32{0}}
	for row := range npost {
		p := 0.1 * float64(row%4)
		if row == npost/2 {
			p = 1
		}
		for i := range npre {
			if r.Float64() < p {
				g.pre, g.post = append(g.pre, int32(i)), append(g.post, int32(row))
			}
		}
		g.rowPtr = append(g.rowPtr, int32(len(g.pre)))
	}
	g.rowBuf, g.inds = b.ints("rowptr", g.rowPtr...), b.ints("index", g.pre...)
	b.Buffers[g.rowBuf].Role, b.Buffers[g.inds].Role = plan.Connectivity, plan.Connectivity
	g.conn = len(b.Conns)
	b.Conns = append(b.Conns, &plan.Conn{
		Name: "synapses", NPre: npre, NPost: npost, N: len(g.pre), ByPost: true, RowPtr: g.rowBuf, Index: g.inds,
	})
	return g
}

func (s *suite) incoming(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	b := s.plan()
	g := b.graph(r, 90, 61)
	n := len(g.pre)
	wv, rv, pv := s.values(r, n), s.values(r, g.npre), s.values(r, g.npost)
	old := s.values(r, g.npost)
	w, rate, post := b.reals("w", wv...), b.reals("rate", rv...), b.reals("post", pv...)
	plain, bare, general, added := b.realN("plain", g.npost), b.realN("bare", g.npost), b.realN("general", g.npost), b.reals("added", old...)
	effect := b.realN("effect", g.npost)
	reduce := func(k *body, dst plan.BufferID, v *ir.Expr, add bool) {
		k.kernel.Reductions = append(k.kernel.Reductions, ir.Reduction{Slot: k.slot(b, dst, ir.PerElement, ir.ReadWrite), Value: v, Add: add})
	}
	k := newBody("weighted", ir.Incoming)
	reduce(k, plain, k.Op(ir.OpMul, k.load(b, w), k.at(b, rate, k.Leaf(ir.OpPre))), false)
	b.do("weighted", k.over(g.conn, g.npost))
	k = newBody("bare", ir.Incoming)
	reduce(k, bare, k.at(b, rate, k.Leaf(ir.OpPre)), false)
	b.do("bare", k.over(g.conn, g.npost))
	k = newBody("general", ir.Incoming)
	product := k.Op(ir.OpMul, k.Op(ir.OpSub, k.at(b, rate, k.Leaf(ir.OpPre)), k.at(b, post, k.Leaf(ir.OpPost))), k.load(b, w))
	reduce(k, general, k.Op(ir.OpAdd, product, k.ToReal(k.Leaf(ir.OpElem))), false)
	reduce(k, added, product, true)
	b.do("general", k.over(g.conn, g.npost))
	counted := b.intN("counted", g.npost)
	k = newBody("counted", ir.Incoming)
	reduce(k, counted, k.Op(ir.OpAdd, k.Leaf(ir.OpPre), k.ConstInt(1)), false)
	b.do("counted", k.over(g.conn, g.npost))
	k = newBody("effect", ir.Incoming)
	k.store(b, effect, k.Op(ir.OpMul, k.load(b, post), k.Const(2)), nil)
	b.do("effect", k.over(g.conn, g.npost))
	x := s.steps(t, b, 1)
	p := s.precision
	s.equal(t, "counted", read(t, x, b, counted), seq(g.npost, func(row int) float64 {
		n := 0
		for k := g.rowPtr[row]; k < g.rowPtr[row+1]; k++ {
			n += int(g.pre[k]) + 1
		}
		return float64(n)
	}))
	for row := range g.npost {
		sp, sb, sg, sa := summer{p: p}, summer{p: p}, summer{p: p}, summer{p: p}
		for k := g.rowPtr[row]; k < g.rowPtr[row+1]; k++ {
			pr := rv[g.pre[k]]
			sp.add(wv[k], pr)
			sb.add(1, pr)
			v := round(p, round(p, pr-pv[row])*wv[k])
			sg.add(1, round(p, v+float64(k)))
			sa.add(1, v)
		}
		sa.sum = round(p, old[row]+sa.sum)
		sa.mag += math.Abs(old[row])
		for _, c := range []struct {
			buf plan.BufferID
			sum summer
		}{{plain, sp}, {bare, sb}, {general, sg}, {added, sa}, {effect, summer{sum: 2 * pv[row], mag: math.Abs(2 * pv[row])}}} {
			var got [1]float64
			s.must(t, x.Read(c.buf, row, got[:]))
			if !s.near(got[0], c.sum.sum, c.sum.mag) {
				t.Errorf("%s[%d] = %v, want %v", b.Buffers[c.buf].Var, row, got[0], c.sum.sum)
			}
		}
	}
}

// synapses checks kernels over synapses: ends, storage position, and order of accumulation.
func (s *suite) synapses(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	b := s.plan()
	g := b.graph(r, 70, 53)
	n := len(g.pre)
	pre, post, elem := b.intN("pre", n), b.intN("post", n), b.intN("elem", n)
	vals := s.values(r, n)
	w, tov := b.reals("w", vals...), s.values(r, g.npost)
	gathered := b.realN("gathered", n)
	target := b.reals("target", tov...)
	k := newBody("ends", ir.Synapses)
	k.store(b, pre, k.Leaf(ir.OpPre), nil)
	k.store(b, post, k.Leaf(ir.OpPost), nil)
	k.store(b, elem, k.Leaf(ir.OpElem), nil)
	k.store(b, gathered, k.Op(ir.OpMul, k.at(b, target, k.Leaf(ir.OpPost)), k.load(b, w)), nil)
	b.do("ends", k.over(g.conn, n))
	x := s.steps(t, b, 1)
	s.equal(t, "pre", read(t, x, b, pre), seq(n, func(i int) float64 { return float64(g.pre[i]) }))
	s.equal(t, "post", read(t, x, b, post), seq(n, func(i int) float64 { return float64(g.post[i]) }))
	s.equal(t, "elem", read(t, x, b, elem), seq(n, func(i int) float64 { return float64(i) }))
	s.equal(t, "gathered", read(t, x, b, gathered), seq(n, func(i int) float64 { return round(s.precision, tov[g.post[i]]*vals[i]) }))
}
