package glsl

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Rows of connectivity that is not stored are drawn by a work group together, see plan.Drawing. Draws are independent of each other, and where a
// synapse ends follows from the sum of the gaps before it: each invocation takes a few draws in a row, and adds up what the invocations before it took.

// DrawnRows is what the device needs to draw rows.
type DrawnRows struct {
	plan.Drawing
	// Table and Guide index Layout.Buffers: the more and the less significant half of each entry, and the guide; -1 where there are no synapses.
	Table, Guide int
}

// Words are the contents of the buffers.
func (d *DrawnRows) Words() (table, guide []int32) {
	for _, t := range d.Drawing.Table {
		table = append(table, int32(uint32(t>>32)), int32(uint32(t)))
	}
	return table, d.Drawing.Guide
}

// addDrawn lays out the tables of gaps; connectivities with one probability share theirs.
func (l *Layout) addDrawn(names *namer) error {
	l.Drawn = map[int]*DrawnRows{}
	known := map[float64]*DrawnRows{}
	for k, c := range l.Plan.Conns {
		if c.Drawn == nil {
			continue
		}
		if l.replicas() > 1 {
			return fmt.Errorf("%s: rows are drawn for one network at a time", c.Name)
		}
		d := &DrawnRows{Drawing: c.Drawn.Drawing(), Table: -1, Guide: -1}
		l.Drawn[k] = d
		if len(d.Drawing.Table) == 0 {
			continue
		}
		if same := known[c.Drawn.P]; same != nil {
			d.Table, d.Guide = same.Table, same.Guide
			continue
		}
		known[c.Drawn.P] = d
		d.Table = len(l.Buffers)
		l.Buffers = append(l.Buffers, Buffer{Name: names.unique(fmt.Sprintf("gaps_%d", k)), Type: ir.Int, Len: 2 * len(d.Drawing.Table)})
		d.Guide = len(l.Buffers)
		l.Buffers = append(l.Buffers, Buffer{Name: names.unique(fmt.Sprintf("guide_%d", k)), Type: ir.Int, Len: len(d.Drawing.Guide)})
	}
	return nil
}

// drawn reports whether r runs over rows that are drawn.
func (g *generator) drawn(r *plan.Run) bool {
	return r.Conn >= 0 && r.Conn < len(g.l.Plan.Conns) && g.l.Plan.Conns[r.Conn].Drawn != nil
}

// drawnValues are the values of synapses that r touches, each in a variable.
func (g *generator) drawnValues(r *plan.Run) map[int]*ownValue {
	kept := map[int]*ownValue{}
	for i, s := range r.Kernel.Slots {
		if s.Kind != ir.PerElement {
			continue
		}
		o := &ownValue{buffer: int(r.Bind[i]), words: 1}
		kept[o.buffer] = o
		g.global(fmt.Sprintf("%s %s;", g.l.storedName(g.l.Buffers[o.buffer].Type), o.name(0)))
	}
	return kept
}

// An invocation takes so many blocks of Philox, of two draws each, at most before sums are exchanged, and all together not more than fit into the
// shared memory that OpenGL guarantees, 32 KiB, with room for what else a program shares.
const (
	mostBlocks  = 8
	groupBlocks = 2048
)

// scanFrom is the size of a work group from which sums are exchanged by doubling; smaller ones look at all.
const scanFrom = 16

// BlocksOf is how many an invocation of a work group takes of a row: enough for most rows in one go.
func BlocksOf(c *plan.Conn, groupSize int) int {
	mean := float64(c.Drawn.Expected()) / float64(max(c.Drawn.PreLen, 1))
	return max(1, min(mostBlocks, groupBlocks/groupSize, int(math.Ceil((mean+3*math.Sqrt(mean)+2)/float64(2*groupSize)))))
}

// drawnRows writes the function in which the invocations of a work group draw the row of an element and run f, the kernel of r, for each of its synapses.
func (g *generator) drawnRows(r *plan.Run, f function, groupSize int) string {
	c, d := g.l.Plan.Conns[r.Conn], g.l.Drawn[r.Conn]
	name := g.names.unique("run_rows_of_" + f.name[len("run_"):])
	if d.Table < 0 {
		g.linef("void %s(uint row, uint me) {} // no synapses", name)
		return name
	}
	g.philox = true
	var calls []string
	for _, id := range c.Computed(r) {
		b := g.l.Plan.Buffers[id]
		calls = append(calls, fmt.Sprintf("%s = %s;", (&ownValue{buffer: int(id)}).name(0), g.l.stored(b.Type, b.Fill)))
	}
	for _, v := range c.ValuesFor(r) {
		for _, e := range exprs(v.Kernel) {
			g.note(e)
		}
		value, err := g.kernel(v)
		if err != nil {
			panic("glsl: " + err.Error()) // a store to its own element cannot fail
		}
		calls = append(calls, value.name+"(e, row, other);")
	}
	calls = append(calls, f.name+"(e, row, other);")

	table, guide := g.l.Buffers[d.Table].Name, g.l.Buffers[d.Guide].Name
	g.use(d.Table)
	g.use(d.Guide)
	blocks, last := BlocksOf(c, groupSize), len(d.Drawing.Table)-1
	g.global(fmt.Sprintf("shared uvec2 drawn_sum[%d];", groupSize))
	g.gaps = max(g.gaps, blocks*groupSize)
	const gaps = "drawn_gap"
	gap := g.names.unique("run_gap_of_" + f.name[len("run_"):])
	g.linef("// The largest gap whose entry of the table is not above 64 random bits.")
	g.linef("uint %s(uint hi, uint lo) {", gap)
	g.linef("\tuint at = uint(%s(hi >> %du)), k = at & 0xffffu, end = k + (at >> 16);", guide, d.Shift-32)
	g.linef("\twhile (k < end) {")
	g.linef("\t\tuint mid = (k + end + 1u) / 2u, t = uint(%s(2u * mid));", table)
	g.linef("\t\tif (t < hi || t == hi && uint(%s(2u * mid + 1u)) <= lo) { k = mid; } else { end = mid - 1u; }", table)
	g.linef("\t}")
	g.linef("\treturn k;")
	g.linef("}")
	g.linef("")
	first := "0u"
	if c.RowPtr != plan.None {
		g.use(int(c.RowPtr))
		first = fmt.Sprintf("uint(%s(row))", g.l.Buffers[c.RowPtr].Name)
	}
	g.linef("// All invocations draw the row together, %d draws each at a time.", 2*blocks)
	g.linef("void %s(uint row, uint me) {", name)
	g.linef("\tuint i = row - %du;", c.Drawn.Pre)
	g.linef("\tif (i >= %du) return;", c.Drawn.PreLen)
	g.linef("\tuint base = 0u, number = %s;", first)
	g.linef("\tfor (uint block = me * %du; base < %du; block += %du) {", blocks, d.Candidates, blocks*groupSize)
	g.linef("\t\tuvec2 own = uvec2(0u); // how far the draws go, and how many synapses they are")
	g.linef("\t\tfor (uint b = 0u; b < %du; ++b) {", blocks)
	g.linef("\t\t\tuvec4 w = philox(uvec4(block + b, i, %s, 0u), uvec2(%s, %s));", g.word(d.Stream), g.word(d.Key[0]), g.word(d.Key[1]))
	g.linef("\t\t\tuvec2 gap = uvec2(%s(w.x, w.y), %s(w.z, w.w));", gap, gap)
	g.linef("\t\t\t%s[b * %du + me] = gap.x | gap.y << 16;", gaps, groupSize)
	g.linef("\t\t\tuint found = uint(gap.x < %du) + uint(gap.y < %du);", last, last)
	g.linef("\t\t\town += uvec2(gap.x + gap.y + found, found);")
	g.linef("\t\t}")
	g.linef("\t\tdrawn_sum[me] = own;")
	g.linef("\t\tbarrier();")
	if groupSize < scanFrom {
		g.linef("\t\tuvec2 before = uvec2(0u), all = uvec2(0u);")
		g.linef("\t\tfor (uint k = 0u; k < %du; ++k) {", groupSize)
		g.linef("\t\t\tuvec2 s = drawn_sum[k];")
		g.linef("\t\t\tbefore += k < me ? s : uvec2(0u);")
		g.linef("\t\t\tall += s;")
		g.linef("\t\t}")
	} else {
		g.linef("\t\tfor (uint by = 1u; by < %du; by *= 2u) {", groupSize)
		g.linef("\t\t\tuvec2 s = me < by ? uvec2(0u) : drawn_sum[me - by];")
		g.linef("\t\t\tbarrier();")
		g.linef("\t\t\tdrawn_sum[me] += s;")
		g.linef("\t\t\tbarrier();")
		g.linef("\t\t}")
		g.linef("\t\tuvec2 before = drawn_sum[me] - own, all = drawn_sum[%du];", groupSize-1)
	}
	g.linef("\t\tuint pos = base + before.x, e = number + before.y;")
	g.linef("\t\tuint two = 0u;")
	g.linef("\t\tfor (uint b = 0u; b < %du && pos < %du; ++b) {", 2*blocks, d.Candidates)
	g.linef("\t\t\ttwo = (b & 1u) == 0u ? %s[(b >> 1) * %du + me] : two >> 16;", gaps, groupSize)
	g.linef("\t\t\tuint gap = two & 0xffffu;")
	g.linef("\t\t\tpos += gap;")
	g.linef("\t\t\tif (gap == %du) continue; // and no synapse behind it", last)
	g.linef("\t\t\tif (pos < %du) {", d.Candidates)
	other := "pos"
	if c.Drawn.NoSelf {
		other += " + uint(pos >= i)"
	}
	if c.Drawn.Post > 0 {
		other += fmt.Sprintf(" + %du", c.Drawn.Post)
	}
	g.linef("\t\t\t\tuint other = %s;", other)
	for _, s := range calls {
		g.linef("\t\t\t\t%s", s)
	}
	g.linef("\t\t\t}")
	g.linef("\t\t\t++pos;")
	g.linef("\t\t\t++e;")
	g.linef("\t\t}")
	g.linef("\t\tbase += all.x;")
	g.linef("\t\tnumber += all.y;")
	g.linef("\t\tbarrier(); // the sums are free again")
	g.linef("\t}")
	g.linef("}")
	g.linef("")
	return name
}

// stored spells a number as a buffer keeps it.
func (l *Layout) stored(t ir.Type, v float64) string {
	switch {
	case t != ir.Real:
		return fmt.Sprintf("%d", int32(v))
	case l.Plan.Precision == plan.Double:
		return literal64(v)
	}
	return literal32(v)
}
