package glsl

import (
	"fmt"
	"strings"

	"github.com/galvani-sim/galvani/host/plan"
)

// source opens the row of a Source that step sees: it declares NAME_at, the first element, and for a history NAME_none, which holds
// before there is such a row. It returns the accessor of element i.
func (g *generator) source(name string, src plan.Source) func(i string) string {
	g.use(int(src.Buf))
	acc := g.l.Buffers[src.Buf].Name
	if src.Depth <= 1 {
		return func(i string) string { return acc + "(" + i + ")" }
	}
	g.linef("\tbool %s_none = clock_step.y == 0u && clock_step.x < %du; // %d steps ago there was nothing", name, src.Lag, src.Lag)
	g.linef("\tuint %s_at = %s_none ? 0u : ((clock_step.x - %du) %% %du) * %du;", name, name, src.Lag, src.Depth, src.Len)
	return func(i string) string {
		return fmt.Sprintf("(%s_none ? %s : %s(%s_at + %s))", name, g.l.zero(), acc, name, i)
	}
}

// matMul writes a function that computes one tile of C. Every element sums over k in ascending order with the
// product rounded first, so the tile's size changes nothing.
func (g *generator) matMul(m *plan.MatMul) function {
	tile := g.l.Tile
	if tile < 1 {
		tile = 1
	}
	th, tw := min(tile, m.M), min(tile, m.N)
	rows, cols := (m.M+th-1)/th, (m.N+tw-1)/tw
	f := g.function(m.Name, rows*cols)
	real := g.l.real()
	g.linef("// %s: C[%d x %d] %s A[%d x %d] B[%d x %d], %d x %d elements of C per call.", m.Name, m.M, m.N,
		map[bool]string{false: "=", true: "+="}[m.Add], m.M, m.K, m.K, m.N, th, tw)
	g.linef("void %s(uint e) {", f.name)
	a, b := g.source("a", m.A), g.source("b", m.B)
	// The last tile of a row or column is moved inside: its overlap is computed twice, with equal results. That would
	// add twice where C is added to, so there the overlap is left out.
	g.linef("\tuint i = e / %du * %du, j = e %% %du * %du;", cols, th, cols, tw)
	ragged := m.M%th != 0 || m.N%tw != 0
	if ragged {
		g.linef("\tuint i0 = i, j0 = j;")
		g.linef("\ti = min(i, %du);", m.M-th)
		g.linef("\tj = min(j, %du);", m.N-tw)
	}
	at := func(base string, n int) string {
		if n == 0 {
			return base
		}
		return fmt.Sprintf("(%s + %du)", base, n)
	}
	for r := range th {
		for c := range tw {
			g.linef("\tprecise %s c%d%d = %s;", real, r, c, g.l.zero())
		}
	}
	g.linef("\tfor (uint k = 0u; k < %du; ++k) {", m.K)
	for r := range th {
		if m.TransA {
			g.linef("\t\t%s a%d = %s;", real, r, a(fmt.Sprintf("k * %du + %s", m.M, at("i", r))))
		} else {
			g.linef("\t\t%s a%d = %s;", real, r, a(fmt.Sprintf("%s * %du + k", at("i", r), m.K)))
		}
	}
	for c := range tw {
		if m.TransB {
			g.linef("\t\t%s b%d = %s;", real, c, b(fmt.Sprintf("%s * %du + k", at("j", c), m.K)))
		} else {
			g.linef("\t\t%s b%d = %s;", real, c, b(fmt.Sprintf("k * %du + %s", m.N, at("j", c))))
		}
	}
	for r := range th {
		for c := range tw {
			g.linef("\t\tprecise %s p%d%d = a%d * b%d;", real, r, c, r, c)
			g.linef("\t\tc%d%d = c%d%d + p%d%d;", r, c, r, c, r, c)
		}
	}
	g.linef("\t}")
	g.use(int(m.C))
	name := g.l.Buffers[m.C].Name
	for r := range th {
		for c := range tw {
			where := fmt.Sprintf("%s * %du + %s", at("i", r), m.N, at("j", c))
			var cond []string
			if m.M%th != 0 {
				cond = append(cond, at("i", r)+" >= i0")
			}
			if m.N%tw != 0 {
				cond = append(cond, at("j", c)+" >= j0")
			}
			value := fmt.Sprintf("c%d%d", r, c)
			if m.Scale != plan.None {
				g.use(int(m.Scale))
				g.linef("\tprecise %s s%d%d = c%d%d * %s(%s);", real, r, c, r, c, g.l.Buffers[m.Scale].Name, where)
				value = fmt.Sprintf("s%d%d", r, c)
			}
			if m.Add {
				g.linef("\tprecise %s n%d%d = %s(%s) + %s;", real, r, c, name, where, value)
				value = fmt.Sprintf("n%d%d", r, c)
			}
			store := fmt.Sprintf("%s(%s) = %s;", name, where, value)
			if len(cond) > 0 {
				store = "if (" + strings.Join(cond, " && ") + ") " + store
			}
			g.linef("\t%s", store)
		}
	}
	g.linef("}")
	g.linef("")
	return f
}

// tapSum writes a function that computes one cell; taps in storage order.
func (g *generator) tapSum(t *plan.TapSum) function {
	n := t.Layers * t.Rows * t.Cols
	f := g.function(t.Name, n)
	real := g.l.real()
	g.linef("// %s: %d taps on a grid of %d x %d x %d cells.", t.Name, t.Taps, t.Layers, t.Rows, t.Cols)
	g.linef("void %s(uint e) {", f.name)
	src := g.source("src", t.Src)
	g.use(int(t.Offsets))
	g.use(int(t.Weights))
	g.use(int(t.Dst))
	off, w, dst := g.l.Buffers[t.Offsets].Name, g.l.Buffers[t.Weights].Name, g.l.Buffers[t.Dst].Name
	g.linef("\tint x = int(e %% %du), y = int(e / %du %% %du), z = int(e / %du);", t.Cols, t.Cols, t.Rows, t.Rows*t.Cols)
	g.linef("\tprecise %s sum = %s;", real, g.l.zero())
	g.linef("\tfor (uint k = 0u; k < %du; ++k) {", t.Taps)
	g.linef("\t\tint sz = z + %s(3u * k), sy = y + %s(3u * k + 1u), sx = x + %s(3u * k + 2u);", off, off, off)
	g.linef("\t\tif (uint(sz) < %du && uint(sy) < %du && uint(sx) < %du) {", t.Layers, t.Rows, t.Cols)
	g.linef("\t\t\tprecise %s p = %s(k) * %s;", real, w, src(fmt.Sprintf("uint((sz * %d + sy) * %d + sx)", t.Rows, t.Cols)))
	g.linef("\t\t\tsum = sum + p;")
	g.linef("\t\t}")
	g.linef("\t}")
	if t.Add {
		g.linef("\tprecise %s total = %s(e) + sum;", real, dst)
		g.linef("\t%s(e) = total;", dst)
	} else {
		g.linef("\t%s(e) = sum;", dst)
	}
	g.linef("}")
	g.linef("")
	return f
}

// sample writes a function that copies one value of one variable into row of the monitor's ring.
func (g *generator) sample(monitor int) function {
	ring := g.l.Rings[monitor]
	n := 0
	for _, v := range ring.Vars {
		n += v.Len
	}
	m := g.l.Plan.Monitors[monitor]
	f := g.function("sample_"+m.Name, n)
	f.call = fmt.Sprintf("%s(e, %s)", f.name, UniformRow(monitor))
	g.linef("// Samples of monitor %s.", m.Name)
	g.linef("void %s(uint e, uint row) {", f.name)
	for i, v := range ring.Vars {
		g.use(v.Source)
		g.use(v.Rows)
		from := "e"
		if v.Elements >= 0 {
			g.use(v.Elements)
			from = g.l.Buffers[v.Elements].Name + "(e)"
		}
		indent := "\t"
		if last := i == len(ring.Vars)-1; !last {
			g.linef("\tif (e < %du) {", v.Len)
			indent = "\t\t"
		}
		g.linef("%s%s(row * %du + e) = %s(%s);", indent, g.l.Buffers[v.Rows].Name, v.Len, g.l.Buffers[v.Source].Name, from)
		if i < len(ring.Vars)-1 {
			g.linef("\t\treturn;")
			g.linef("\t}")
			g.linef("\te -= %du;", v.Len)
		}
	}
	g.linef("}")
	g.linef("")
	return f
}
