package glsl

import (
	"fmt"

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
