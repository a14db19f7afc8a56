package glsl

import (
	"fmt"
	"strings"

	"github.com/galvani-sim/galvani/host/plan"
)

// matMul writes a function that computes one tile of C. Every element sums over k in ascending order with the
// product rounded first, so the tile's size changes nothing.
func (g *generator) matMul(m *plan.MatMul) function {
	th, tw := 1, 1
	if g.l.Tile != nil {
		th, tw = g.l.Tile(m)
	}
	th, tw = max(1, min(th, m.M)), max(1, min(tw, m.N))
	cols := (m.N + tw - 1) / tw
	f := g.function(m.Name, (m.M+th-1)/th*cols)
	real := g.l.real()
	g.linef("// %s: C[%d x %d] %s A[%d x %d] B[%d x %d], %d x %d elements of C per call.", m.Name, m.M, m.N,
		map[bool]string{false: "=", true: "+="}[m.Add], m.M, m.K, m.K, m.N, th, tw)
	g.linef("void %s(uint e) {", f.name)
	a := operand{g: g, name: "a", src: m.A, n: th, index: "i", own: m.M, k: m.K, alongK: !m.TransA}
	b := operand{g: g, name: "b", src: m.B, n: tw, index: "j", own: m.N, k: m.K, alongK: m.TransB}
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
	g.storeTile(m, th, tw)
	g.linef("}")
	g.linef("")
	return f
}

// storeTile ends a matrix product: scale, add, store.
func (g *generator) storeTile(m *plan.MatMul, th, tw int) {
	g.use(int(m.C))
	real, name := g.l.real(), g.l.Buffers[m.C].Name
	for r := range th {
		for c := range tw {
			where := fmt.Sprintf("%s * %du + %s", plus("i", r), m.N, plus("j", c))
			value := fmt.Sprintf("c%d_%d", r, c)
			if m.Scale != plan.None {
				g.use(int(m.Scale))
				g.linef("\tprecise %s s%d_%d = %s * %s(%s);", real, r, c, value, g.l.Buffers[m.Scale].Name, where)
				value = fmt.Sprintf("s%d_%d", r, c)
			}
			if m.Add {
				g.linef("\tprecise %s n%d_%d = %s(%s) + %s;", real, r, c, name, where, value)
				value = fmt.Sprintf("n%d_%d", r, c)
			}
			var fresh []string
			if m.M%th != 0 {
				fresh = append(fresh, plus("i", r)+" >= i0")
			}
			if m.N%tw != 0 {
				fresh = append(fresh, plus("j", c)+" >= j0")
			}
			g.linef("\t%s", onlyIf(strings.Join(fresh, " && "), fmt.Sprintf("%s(%s) = %s;", name, where, value)))
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
	if !o.pairs {
		o.at = o.g.source(o.name, o.src)
		return
	}
	o.g.use(int(o.src.Buf))
	b := o.g.l.Buffers[o.src.Buf]
	o.g.pairs[b.Slab] = true
	o.at = func(i string) string {
		return fmt.Sprintf("uintBitsToFloat(unpackDouble2x32(pairs%d[(%du + %s) >> 1]))", b.Slab, b.Base, i)
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
