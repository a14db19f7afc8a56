package glsl

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/plan"
)

// source opens the row of a Source that step sees, row 0 before there is one: it declares NAME_at, the first element. It returns the accessor
// of element i.
func (g *generator) source(name string, src plan.Source) func(i string) string {
	g.use(int(src.Buf))
	acc := g.l.Buffers[src.Buf].Name
	if src.Depth <= 1 {
		return func(i string) string { return acc + "(" + i + ")" }
	}
	g.linef("\tuint %s_at = (clock_step.y == 0u && clock_step.x < %du ? 0u : (clock_step.x - %du) %% %du) * %du;", name, src.Lag, src.Lag, src.Depth, src.Len)
	return func(i string) string { return fmt.Sprintf("%s(%s_at + %s)", acc, name, i) }
}

// tapSum writes a function that computes a few cells of a row, so that they share the loads of offsets and weights. Each cell sums its taps in storage order.
// There are no branches: software renderers go through both sides of one. Their cells are neighbours; on hardware neighbouring invocations have
// neighbouring cells, so that each load of all of them is of one line of memory.
func (g *generator) tapSum(t *plan.TapSum) function {
	cells := 1
	if g.l.TapCells != nil {
		cells = max(1, min(g.l.TapCells(t), t.Cols))
	}
	blocks := (t.Cols + cells - 1) / cells
	first, apart := cells, 1 // cells from one invocation to the next, and between those of one
	if !g.l.Software && cells > 1 {
		first, apart = 1, blocks
	}
	f := g.function(t.Name, t.Layers*t.Rows*blocks)
	real := g.l.real()
	g.linef("// %s: %d taps on a grid of %d x %d x %d cells, %d per call.", t.Name, t.Taps, t.Layers, t.Rows, t.Cols, cells)
	g.linef("void %s(uint e) {", f.name)
	src := g.source("src", t.Src)
	g.use(int(t.Offsets))
	g.use(int(t.Weights))
	g.use(int(t.Dst))
	off, w, dst := g.l.Buffers[t.Offsets].Name, g.l.Buffers[t.Weights].Name, g.l.Buffers[t.Dst].Name
	g.linef("\tint x = int(e %% %du) * %d, y = int(e / %du %% %du), z = int(e / %du);", blocks, first, blocks, t.Rows, t.Rows*blocks)
	for c := range cells {
		g.linef("\tprecise %s sum%d = %s;", real, c, g.l.zero())
	}
	g.linef("\tfor (uint k = 0u; k < %du; ++k) {", t.Taps)
	g.linef("\t\tint sz = z + %s(3u * k), sy = y + %s(3u * k + 1u), sx = x + %s(3u * k + 2u);", off, off, off)
	g.linef("\t\tbool inside = uint(sz) < %du && uint(sy) < %du;", t.Layers, t.Rows)
	g.linef("\t\tint row = inside ? (sz * %d + sy) * %d : 0;", t.Rows, t.Cols)
	g.linef("\t\t%s weight = %s(k);", real, w)
	for c := range cells {
		g.linef("\t\tprecise %s p%d = weight * %s;", real, c, src(fmt.Sprintf("uint(row + clamp(sx + %d, 0, %d))", c*apart, t.Cols-1)))
		g.linef("\t\tsum%d = inside && uint(sx + %d) < %du ? sum%d + p%d : sum%d;", c, c*apart, t.Cols, c, c, c)
	}
	g.linef("\t}")
	g.linef("\tuint at = uint((z * %d + y) * %d + x);", t.Rows, t.Cols)
	for c := range cells {
		last := ""
		if c > 0 && t.Cols%cells != 0 {
			last = fmt.Sprintf("x + %d < %d", c*apart, t.Cols)
		}
		if t.Add {
			g.linef("\tprecise %s total%d = sum%d;", real, c, c)
			g.linef("\t%s", onlyIf(last, fmt.Sprintf("{ total%d = %s(at + %du) + sum%d; %s(at + %du) = total%d; }", c, dst, c*apart, c, dst, c*apart, c)))
		} else {
			g.linef("\t%s", onlyIf(last, fmt.Sprintf("%s(at + %du) = sum%d;", dst, c*apart, c)))
		}
	}
	g.linef("}")
	g.linef("")
	return f
}

// sample writes a function that copies one value of one variable into row of the monitor's ring.
func (g *generator) sample(monitor int, each bool) function {
	ring, m := g.l.Rings[monitor], g.l.Plan.Monitors[monitor]
	n := g.l.SampleWidth(monitor, each)
	f := g.function("sample_"+m.Name, n)
	f.call = fmt.Sprintf("%s(e, %s)", f.name, UniformRow(monitor))
	g.linef("// Samples of monitor %s.", m.Name)
	g.linef("void %s(uint e, uint row) {", f.name)
	for i, v := range ring.Vars {
		g.use(v.Source)
		g.use(v.Rows)
		value := func(from string) string { return fmt.Sprintf("%s(%s)", g.l.Buffers[v.Source].Name, from) }
		store := func(to, from string) string {
			return g.store(v.Rows, fmt.Sprintf("row * %du + %s", v.Len, to), value(from))
		}
		cond := ""
		if v.Len < n {
			cond = fmt.Sprintf("e < %du", v.Len)
		}
		switch {
		case v.Elements < 0:
			g.linef("\t%s", onlyIf(cond, store("e", "e")))
		case each:
			for k, at := range m.Vars[i].Elements {
				g.linef("\tif (e == %du) %s", at, store(fmt.Sprintf("%du", k), "e"))
			}
		default:
			g.use(v.Elements)
			g.linef("\t%s", onlyIf(cond, store("e", g.l.Buffers[v.Elements].Name+"(e)")))
		}
	}
	g.linef("}")
	g.linef("")
	return f
}

// SampleWidth is how many invocations a sample can use, see SampleEach.
func (l *Layout) SampleWidth(monitor int, each bool) (n int) {
	for _, v := range l.Rings[monitor].Vars {
		n = max(n, v.Len)
		if each {
			n = max(n, l.Buffers[v.Source].Len)
		}
	}
	return n
}
