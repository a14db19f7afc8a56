package glsl

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// On hardware, sums over all synapses are taken by work groups: an invocation for each row would read far from its neighbours, one synapse after the
// other, and few rows would be few invocations. A group takes several rows and of each a part at a time: neighbouring invocations compute the terms of
// neighbouring synapses into shared memory, from where one invocation for each row adds them up in the order of the row (as CSR-Stream of Greathouse and
// Daga, "Efficient sparse matrix-vector multiplication on GPUs using the CSR storage format", 2014). The sums are those of the loop over a row, bit for bit.

// Gather is how a work group takes sums over rows.
type Gather struct {
	Rows int // at a time
	Part int // synapses of each at a time, a power of two
}

// GatherGroup is the number of invocations of a work group that takes sums over rows.
const GatherGroup = 128

const (
	gatherLeast  = 1 << 12  // synapses; fewer are no matter
	gatherRow    = 8        // synapses of a mean row: shorter ones are read from one line of memory anyway
	gatherMemory = 16 << 10 // bytes that a work group shares: several fit on a multiprocessor side by side
	gatherGroups = 512      // work groups that fill the device
	gatherPart   = 128      // synapses of a row at a time, at the most
)

// GatherOf reports whether work groups take the sums of a kernel, and how.
func (l *Layout) GatherOf(op Op) (Gather, bool) {
	r, ok := op.(*plan.Run)
	if !ok || l.Software || l.Gather < 0 || l.replicas() > 1 || r.Kernel.Domain != ir.Incoming || len(r.Kernel.Reductions) == 0 || len(r.Kernel.Effects) > 0 || r.Conn < 0 {
		return Gather{}, false
	}
	c := l.Plan.Conns[r.Conn]
	if c.Drawn != nil || r.N == 0 || c.N < l.Gather || l.Gather == 0 && (c.N < gatherLeast || c.N < gatherRow*r.N) {
		return Gather{}, false
	}
	size := 0
	for _, red := range r.Kernel.Reductions {
		if red.Fold != ir.Sum {
			return Gather{}, false
		}
		size += int(l.Size(red.Value.Type))
	}
	g := Gather{Rows: 1, Part: gatherRow}
	for g.Part < c.N/r.N && g.Part < gatherPart {
		g.Part *= 2
	}
	for 2*g.Rows*g.Part*size <= gatherMemory && 2*g.Rows <= GatherGroup && (g.Rows < 4 || r.N/(2*g.Rows) >= gatherGroups) {
		g.Rows *= 2
	}
	return g, true
}

// gather writes a function that takes the sums of a block of rows. All invocations of a work group call it.
func (g *generator) gather(r *plan.Run, by Gather, groupSize int) (function, error) {
	k := r.Kernel
	for _, e := range exprs(k) {
		g.note(e)
	}
	f := g.function(k.Name, (r.N+by.Rows-1)/by.Rows)
	s := &scope{l: g.l, bind: r.Bind, slots: k.Slots, stream: g.stream(k), count: r.N, elems: r.N, used: g.use, indent: "\t", elem: "e", pre: "e", post: "e"}
	in := g.incomingTerms(s, r, "\t\t\t\t")
	bounds := func(what string) string { return f.name + "_" + what }
	g.globals = append(g.globals, fmt.Sprintf("shared uint %s[%d], %s[%d], %s;", bounds("begin"), by.Rows, bounds("end"), by.Rows, bounds("most")))
	for i, red := range k.Reductions {
		// A part is followed by a gap, by which what invocations add up lies in different banks.
		g.globals = append(g.globals, fmt.Sprintf("shared %s %s[%d];", g.l.typeName(red.Value.Type), bounds(fmt.Sprintf("terms%d", i)), by.Rows*(by.Part+1)))
	}
	all := by.Rows * by.Part
	g.linef("// %s: %d rows, %d at a time and %d synapses of each.", k.Name, r.N, by.Rows, by.Part)
	g.linef("void %s(uint block) {", f.name)
	g.linef("\tuint me = gl_LocalInvocationIndex, first = block * %du, mine = first + me;", by.Rows)
	g.linef("\tbool adds = me < %du && mine < %du;", by.Rows, r.N)
	g.linef("\tuint length = 0u;")
	g.linef("\tif (me == 0u) %s = 0u;", bounds("most"))
	g.linef("\tbarrier();")
	g.linef("\tif (me < %du) {", by.Rows)
	g.linef("\t\tuint begin = adds ? uint(%s(mine)) : 0u, end = adds ? uint(%s(mine + 1u)) : 0u;", in.ptr, in.ptr)
	g.linef("\t\t%s[me] = begin;", bounds("begin"))
	g.linef("\t\t%s[me] = end;", bounds("end"))
	g.linef("\t\tlength = end - begin;")
	g.linef("\t\tatomicMax(%s, length);", bounds("most"))
	g.linef("\t}")
	g.linef("\tbarrier();")
	g.linef("\tuint most = %s;", bounds("most"))
	g.lines(in.outer.lines)
	for i, red := range k.Reductions {
		g.linef("\tprecise %s sum%d = %s;", g.l.typeName(red.Value.Type), i, g.zero(red.Value.Type))
	}
	g.linef("\tfor (uint at = 0u; at < most; at += %du) {", by.Part)
	g.linef("\t\tfor (uint u = me; u < %du; u += %du) {", all, groupSize)
	g.linef("\t\t\tuint row = u / %du, e = first + row, %s = %s[row] + at + u %% %du;", by.Part, in.entry, bounds("begin"), by.Part)
	g.linef("\t\t\tif (%s < %s[row]) {", in.entry, bounds("end"))
	g.lines(in.head)
	g.lines(in.inner.lines)
	for i, red := range k.Reductions {
		g.linef("\t\t\t\tprecise %s term%d = %s;", g.l.typeName(red.Value.Type), i, in.values[i])
		g.linef("\t\t\t\t%s[row * %du + u %% %du] = term%d;", bounds(fmt.Sprintf("terms%d", i)), by.Part+1, by.Part, i)
	}
	g.linef("\t\t\t}")
	g.linef("\t\t}")
	g.linef("\t\tbarrier();")
	g.linef("\t\tuint count = at < length ? min(length - at, %du) : 0u;", by.Part)
	g.linef("\t\tfor (uint k = me * %du, end = k + count; k < end; ++k) {", by.Part+1)
	for i := range k.Reductions {
		g.linef("\t\t\tsum%d = sum%d + %s[k];", i, i, bounds(fmt.Sprintf("terms%d", i)))
	}
	g.linef("\t\t}")
	g.linef("\t\tbarrier();")
	g.linef("\t}")
	g.linef("\tif (adds) {")
	g.totals(r, "\t\t", "mine")
	g.linef("\t}")
	g.linef("\tbarrier(); // what is shared is free again")
	g.linef("}")
	g.linef("")
	return f, nil
}
