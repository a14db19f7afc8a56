package glsl

import (
	"fmt"
	"strings"

	"github.com/galvani-sim/galvani/host/plan"
)

// product is what the text of a matrix product depends on. Products that agree in it share one function, whose arguments say where the
// matrices are: compiling is what a small model waits for when it starts.
type product struct {
	m, k, n        int
	transA, transB bool
	a, b, c        int // slabs
}

// shared returns m's product, and whether m can share a function: it reads no history and is not scaled.
func (g *generator) shared(m *plan.MatMul) (product, bool) {
	slab := func(b plan.BufferID) int { return g.l.Buffers[b].Slab }
	ok := m.Scale == plan.None && m.A.Depth <= 1 && m.B.Depth <= 1
	return product{m.M, m.K, m.N, m.TransA, m.TransB, slab(m.A.Buf), slab(m.B.Buf), slab(m.C)}, ok
}

// arguments are m's own arguments of a shared function: where A, B and C begin in their slabs, and whether C is added to.
func (g *generator) arguments(m *plan.MatMul) [4]int {
	add := 0
	if m.Add {
		add = 1
	}
	return [4]int{g.l.Buffers[m.A.Buf].Base, g.l.Buffers[m.B.Buf].Base, g.l.Buffers[m.C].Base, add}
}

// matMul writes a function that computes one tile of C. Every element sums over k in ascending order with the
// product rounded first, so the tile's size changes nothing.
func (g *generator) matMul(m *plan.MatMul) function {
	key, sharing := g.shared(m)
	if f, ok := g.products[key]; ok && sharing {
		return f
	}
	th, tw := 1, 1
	if g.l.Tile != nil {
		th, tw = g.l.Tile(m)
	}
	th, tw = max(1, min(th, m.M)), max(1, min(tw, m.N))
	cols := (m.N + tw - 1) / tw
	name, sign := m.Name, map[bool]string{false: "=", true: "+="}[m.Add]
	if sharing {
		name, sign = fmt.Sprintf("product %d x %d x %d", m.M, m.K, m.N), "= or +="
	}
	f := g.function(name, (m.M+th-1)/th*cols)
	real := g.l.real()
	g.linef("// C[%d x %d] %s A[%d x %d] B[%d x %d], %d x %d elements of C per call.", m.M, m.N, sign, m.M, m.K, m.K, m.N, th, tw)
	if sharing {
		f.call = f.name + "(e, at)"
		g.linef("// at: where A, B and C begin, and whether to add.")
		g.linef("void %s(uint e, uvec4 at) {", f.name)
	} else {
		g.linef("void %s(uint e) {", f.name)
	}
	a := operand{g: g, name: "a", src: m.A, n: th, index: "i", own: m.M, k: m.K, alongK: !m.TransA}
	b := operand{g: g, name: "b", src: m.B, n: tw, index: "j", own: m.N, k: m.K, alongK: m.TransB}
	if sharing {
		a.base, b.base = "at.x", "at.y"
	}
	step := 1
	if a.canPair() && b.canPair() {
		a.pairs, b.pairs, step = true, true, 2
	}
	a.open()
	b.open()
	// The last tile of a row or column is moved inside. What it shares with its neighbour is computed twice, and stored once:
	// where C is added to, a second time would add twice.
	g.linef("\tuint i = e / %du * %du, j = e %% %du * %du;", cols, th, cols, tw)
	if m.M%th != 0 {
		g.linef("\tuint i0 = i;")
		g.linef("\ti = min(i, %du);", m.M-th)
	}
	if m.N%tw != 0 {
		g.linef("\tuint j0 = j;")
		g.linef("\tj = min(j, %du);", m.N-tw)
	}
	for r := range th {
		for c := range tw {
			g.linef("\tprecise %s c%d_%d = %s;", real, r, c, g.l.zero())
		}
	}
	g.linef("\tfor (uint k = 0u; k < %du; k += %du) {", m.K, step)
	a.loadOnce()
	b.loadOnce()
	for kk := range step {
		g.linef("\t\t{")
		a.load(kk)
		b.load(kk)
		for r := range th {
			for c := range tw {
				g.linef("\t\t\tprecise %s p%d_%d = %s * %s; c%d_%d = c%d_%d + p%d_%d;", real, r, c, a.value(r, kk), b.value(c, kk), r, c, r, c, r, c)
			}
		}
		g.linef("\t\t}")
	}
	g.linef("\t}")
	g.storeTile(m, th, tw, sharing)
	g.linef("}")
	g.linef("")
	if sharing {
		g.products[key] = f
	}
	return f
}

// storeTile ends a matrix product: scale, add, store.
func (g *generator) storeTile(m *plan.MatMul, th, tw int, sharing bool) {
	real, name := g.l.real(), g.l.Buffers[m.C].Name
	c := func(where string) string { return name + "(" + where + ")" }
	if sharing {
		slab := g.l.Buffers[m.C].Slab
		g.slabs[slab] = true
		c = func(where string) string { return fmt.Sprintf("slab%d[at.z + %s]", slab, where) }
	} else {
		g.use(int(m.C))
	}
	for r := range th {
		for col := range tw {
			where := fmt.Sprintf("%s * %du + %s", plus("i", r), m.N, plus("j", col))
			value := fmt.Sprintf("c%d_%d", r, col)
			if m.Scale != plan.None {
				g.use(int(m.Scale))
				g.linef("\tprecise %s s%d_%d = %s * %s(%s);", real, r, col, value, g.l.Buffers[m.Scale].Name, where)
				value = fmt.Sprintf("s%d_%d", r, col)
			}
			switch {
			case sharing:
				g.linef("\tif (at.w != 0u) c%d_%d = %s + c%d_%d;", r, col, c(where), r, col)
			case m.Add:
				g.linef("\tprecise %s n%d_%d = %s + %s;", real, r, col, c(where), value)
				value = fmt.Sprintf("n%d_%d", r, col)
			}
			var fresh []string
			if m.M%th != 0 {
				fresh = append(fresh, plus("i", r)+" >= i0")
			}
			if m.N%tw != 0 {
				fresh = append(fresh, plus("j", col)+" >= j0")
			}
			g.linef("\t%s", onlyIf(strings.Join(fresh, " && "), fmt.Sprintf("%s = %s;", c(where), value)))
		}
	}
}

func plus(base string, n int) string {
	if n == 0 {
		return base
	}
	return fmt.Sprintf("(%s + %du)", base, n)
}

// operand is one factor of a matrix product: n rows (or columns) of length k, from index on, of own there are.
type operand struct {
	g           *generator
	name, index string
	src         plan.Source
	n, own, k   int
	alongK      bool // consecutive elements of the buffer differ in k
	// pairs: two floats are loaded as one 64-bit word. llvmpipe loads lane by lane, so that halves the cost; hardware
	// loads 64 bits at once.
	pairs bool
	base  string // where the matrix begins in its slab, in a shared function
	at    func(i string) string
}

func (o *operand) canPair() bool {
	g := o.g
	if g.l.Plan.Precision == plan.Double || !g.l.Pairs || o.k%2 != 0 || o.src.Depth > 1 {
		return false
	}
	return o.alongK || o.n%2 == 0 && o.own%2 == 0
}

func (o *operand) open() {
	b := o.g.l.Buffers[o.src.Buf]
	base := o.base
	if base == "" {
		base = fmt.Sprintf("%du", b.Base)
	}
	switch {
	case o.pairs:
		o.g.pairs[b.Slab] = true
		o.at = func(i string) string {
			return fmt.Sprintf("uintBitsToFloat(unpackDouble2x32(pairs%d[(%s + %s) >> 1]))", b.Slab, base, i)
		}
	case o.base != "":
		o.g.slabs[b.Slab] = true
		o.at = func(i string) string { return fmt.Sprintf("slab%d[%s + %s]", b.Slab, base, i) }
	default:
		o.at = o.g.source(o.name, o.src)
	}
}

// loadOnce declares the pairs that serve both k and k + 1.
func (o *operand) loadOnce() {
	if o.pairs && o.alongK {
		for t := range o.n {
			o.g.linef("\t\tvec2 %s%d = %s;", o.name, t, o.at(fmt.Sprintf("%s * %du + k", plus(o.index, t), o.k)))
		}
	}
}

// load declares what else the products of k + kk need.
func (o *operand) load(kk int) {
	switch {
	case !o.pairs:
		for t := range o.n {
			where := fmt.Sprintf("%s * %du + %s", plus("k", kk), o.own, plus(o.index, t))
			if o.alongK {
				where = fmt.Sprintf("%s * %du + %s", plus(o.index, t), o.k, plus("k", kk))
			}
			o.g.linef("\t\t\t%s %s%d = %s;", o.g.l.real(), o.name, t, o.at(where))
		}
	case !o.alongK:
		for t := 0; t < o.n; t += 2 {
			o.g.linef("\t\t\tvec2 %s%d = %s;", o.name, t, o.at(fmt.Sprintf("%s * %du + %s", plus("k", kk), o.own, plus(o.index, t))))
		}
	}
}

func (o *operand) value(t, kk int) string {
	switch {
	case !o.pairs:
		return fmt.Sprintf("%s%d", o.name, t)
	case o.alongK:
		return fmt.Sprintf("%s%d.%c", o.name, t, "xy"[kk])
	}
	return fmt.Sprintf("%s%d.%c", o.name, t&^1, "xy"[t&1])
}
