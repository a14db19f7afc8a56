package glsl

import (
	"fmt"
	"maps"
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// A kernel over all synapses that asks for the end that the rows belong to looks for the row of its entry. Among all rows that is a load for each halving,
// one after the other; a guide has the row of every guideSpan-th entry, between two of which are few.

const (
	guideSpan  = 64      // entries; what a work group looks at begins in few words
	guideLeast = 1 << 12 // entries; among few rows the search is short
)

// addGuides lays out the guides that operations ask for.
func (l *Layout) addGuides(names *namer, block int64) {
	l.guides = map[int]int{}
	if l.NoGuides {
		return
	}
	visit := func(op plan.Op, _ bool) {
		r, ok := op.(*plan.Run)
		if !ok || r.Kernel.Domain != ir.Synapses || r.Conn < 0 || l.replicas() > 1 {
			return
		}
		c := l.Plan.Conns[r.Conn]
		near, _ := sidesOf(c)
		n := (c.N+guideSpan-1)/guideSpan + 1
		if _, made := l.guides[r.Conn]; made || c.Drawn != nil || c.Listed || c.N < guideLeast || !asks(r.Kernel, near) || int64(n)*int64(l.Size(ir.Int)) > block {
			return
		}
		l.guides[r.Conn] = len(l.Buffers)
		l.Buffers = append(l.Buffers, Buffer{Name: names.unique(fmt.Sprintf("guide_%d", r.Conn)), Type: ir.Int, Len: n})
	}
	eachOp(l.Plan, visit)
}

// IsGuide reports whether a buffer of the layout is one.
func (l *Layout) IsGuide(buffer int) bool {
	for _, b := range l.guides {
		if b == buffer {
			return true
		}
	}
	return false
}

// GuideOf is the buffer of the layout with the guide of a kernel's rows, -1 where it has none.
func (l *Layout) GuideOf(r *plan.Run) int {
	if b, ok := l.guides[r.Conn]; ok && r.Kernel.Domain == ir.Synapses {
		return b
	}
	return -1
}

// Guides writes the programs that make all guides.
func Guides(l *Layout, groupSize int) (programs []*Program, err error) {
	for _, k := range slices.Sorted(maps.Keys(l.guides)) {
		c, b := l.Plan.Conns[k], l.guides[k]
		g := newGenerator(l)
		g.title = append(g.title, "guide to the rows of "+c.Name)
		g.use(b)
		n := l.Buffers[b].Len
		groups := max(1, min((n+groupSize-1)/groupSize, maxGroups))
		g.stepUniforms()
		g.linef("void main() {")
		g.linef("\tfor (uint e = gl_GlobalInvocationID.x; e < %du; e += %du) {", n, groups*groupSize)
		g.linef("\t\tuint k = min(e * %du, %du);", guideSpan, c.N-1)
		g.lines(g.searchRow(c, "\t\t", "0u", fmt.Sprintf("%du", rowsOf(c))))
		g.linef("\t\t%s(e) = int(row);", l.Buffers[b].Name)
		g.linef("\t}")
		g.linef("}")
		p, err := g.finish(groupSize, groups)
		if err != nil {
			return nil, err
		}
		programs = append(programs, p)
	}
	return programs, nil
}

// searchRow declares row, that of entry k, which is from a row on and before another.
func (g *generator) searchRow(c *plan.Conn, indent, from, before string) []string {
	g.use(int(c.RowPtr))
	return []string{
		indent + "// The row of entry k: the last one that starts at or before k. Row pointers ascend.",
		indent + "uint row = " + from + ";",
		fmt.Sprintf("%sfor (uint end = %s; row + 1u < end;) {", indent, before),
		indent + "\tuint mid = (row + end) / 2u;",
		fmt.Sprintf("%s\tif (uint(%s(mid)) <= k) { row = mid; } else { end = mid; }", indent, g.l.Buffers[c.RowPtr].Name),
		indent + "}",
	}
}

// rowOf declares row, that of entry k of a kernel.
func (g *generator) rowOf(r *plan.Run, c *plan.Conn) []string {
	b := g.l.GuideOf(r)
	if b < 0 {
		return g.searchRow(c, "\t", "0u", fmt.Sprintf("%du", rowsOf(c)))
	}
	g.use(b)
	name := g.l.Buffers[b].Name
	return g.searchRow(c, "\t", fmt.Sprintf("uint(%s(k / %du))", name, guideSpan), fmt.Sprintf("uint(%s(k / %du + 1u)) + 1u", name, guideSpan))
}
