package glsl

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/plan"
)

// delayWord spells a word of the delay d, a uint.
func (g *generator) delayWord(d *Delays, at string, word int) string {
	g.use(d.Table)
	if word > 0 {
		at = fmt.Sprintf("%s + %du", at, word)
	}
	return fmt.Sprintf("uint(%s(%s))", g.l.Buffers[d.Table].Name, at)
}

// shares writes the function that counts up the spikes of all delays.
func (g *generator) shares(o *Shares, groupSize int) function {
	d, s := g.l.joined[o.Run], g.l.Lists[o.Run.List]
	f := g.function("segments of each delay of "+o.Run.Kernel.Name, groupSize)
	f.call = f.name + "(me)"
	g.use(d.Starts)
	g.use(int(o.Run.List))
	list, starts, n := g.l.Buffers[o.Run.List].Name, g.l.Buffers[d.Starts].Name, len(d.Runs)
	share := (n + groupSize - 1) / groupSize
	g.listShared(groupSize)
	when := ""
	if d.bounded {
		when = g.runBetween()
	}
	spikes := g.names.unique("run_segments_of_delay")
	g.linef("uint %s(uint d) {", spikes)
	g.linef("\tuint lag = %s;", g.delayWord(d, fmt.Sprintf("%du * d", delayWords), delayLag))
	none := "clock_step.y == 0u && clock_step.x < lag"
	if d.bounded {
		g.linef("\tuint bound = %s;", g.delayWord(d, fmt.Sprintf("%du * d", delayWords), delayBound))
		none = fmt.Sprintf("bound == 0xffffffffu ? %s : !%s(bound)", none, when)
	}
	g.linef("\tif (%s) return 0u;", none)
	g.linef("\treturn min(uint(%s(%s)), %du) * %s;", list, rowOf(s, "lag"), s.Width-1, g.delayWord(d, fmt.Sprintf("%du * d", delayWords), delayParts))
	g.linef("}")
	g.linef("")
	g.linef("// Adds up the segments of %d delays.", n)
	g.linef("void %s(uint me) {", f.name)
	g.linef("\tuint first = min(me * %du, %du), end = min(first + %du, %du), n = 0u;", share, n, share, n)
	g.linef("\tfor (uint d = first; d < end; ++d) {")
	g.linef("\t\tuint own = %s(d);", spikes)
	g.linef("\t\t%s(d) = int(own);", starts)
	g.linef("\t\tn += own;")
	g.linef("\t}")
	g.addUp("all", groupSize, (n+share-1)/share)
	g.linef("\tfor (uint d = first; d < end; ++d) {")
	g.linef("\t\tuint own = uint(%s(d));", starts)
	g.linef("\t\t%s(d) = int(at);", starts)
	g.linef("\t\tat += own;")
	g.linef("\t}")
	g.linef("\tif (me == 0u) {")
	g.linef("\t\t%s(%du) = int(all);", starts, n)
	groups := "all"
	if d.Teams > 1 {
		groups = fmt.Sprintf("(all + %du) / %du", d.Teams-1, d.Teams)
	}
	g.linef("\t\t%s(%du) = int(min(%s, %du));", starts, d.Args(), groups, d.Groups)
	g.linef("\t\t%s(%du) = %d; %s(%du) = 1;", starts, d.Args()+1, s.Split, starts, d.Args()+2)
	g.linef("\t}")
	g.linef("\tbarrier(); // found is free again")
	g.linef("}")
	g.linef("")
	return f
}

// rowOf is rowAt for a lag that is not known when the text is written.
func rowOf(s *List, lag string) string {
	if s.Rows == 1 {
		return "0u"
	}
	return fmt.Sprintf("(clock_step.x - %s) %% %du * %du", lag, s.Rows, s.Width)
}

// segmentGlobals are where the arrays of the segment that is gone through begin.
const segmentGlobals = "uint segment_ends, segment_synapses, segment_values, segment_slabs; // of the delay whose synapses are gone through"

// delayArray writes, once, the function that loads an element of an array of a kind, of the delay that is gone through, and returns its name.
// Rows are asked for by their place in the slab.
func (g *generator) delayArray(r *plan.Run, kind int) string {
	d := g.l.joined[r]
	name := fmt.Sprintf("run_%s_%d", [...]string{"row_of", "end_of", "synapse_of"}[kind], slices.Index(g.l.delayed, r))
	if slices.Contains(g.written, name) {
		return name
	}
	g.written = append(g.written, name)
	g.global(segmentGlobals)
	list := g.l.delayArrays(d, kind)
	block := "slab"
	if !slices.ContainsFunc(list, func(b int) bool { return !g.fixed(b) }) {
		block = "fixed"
	}
	for _, s := range d.slabs[kind] {
		if block == "fixed" {
			g.fixedSlabs[s] = true
		} else {
			g.slabs[s] = true
		}
	}
	g.linef("uint %s(uint i) {", name)
	if len(d.slabs[kind]) > 1 {
		g.linef("\tuint s = segment_slabs >> %du & %du;", delaySlabBits*kind, 1<<delaySlabBits-1)
	}
	narrow := kind == delayEnds && g.l.Buffers[list[0]].Narrow
	at, after := "i", ""
	if narrow {
		at, after = "(i >> 1)", " >> 16u * (i & 1u) & 0xffffu"
	}
	place := map[int]string{delayEnds: "segment_ends + ", delaySynapses: "segment_synapses + "}[kind]
	for k, s := range d.slabs[kind] {
		cond := ""
		if k+1 < len(d.slabs[kind]) {
			cond = fmt.Sprintf("if (s == %du) ", k)
		}
		g.linef("\t%sreturn uint(%s%d[%s%s])%s;", cond, block, s, place, at, after)
	}
	g.linef("}")
	g.linef("")
	return name
}

// segments are how invocations share the segments of all delays. first is the number of the first segment that an invocation takes part in and stride how far
// apart they are, both of which may name total, how many there are; lane its number among those that share a segment, and by how many they are.
type segments struct {
	first, stride, lane, by string
	teams                   bool // a work group takes several side by side
}

// delaysLoop writes the loop over the segments of a kernel with delays. f is its function.
func (g *generator) delaysLoop(t *strings.Builder, r *plan.Run, f function, groupSize int, how segments) {
	d, s := g.l.joined[r], g.l.Lists[r.List]
	g.use(d.Starts)
	g.use(int(r.List))
	n, starts := len(d.Runs), g.l.Buffers[d.Starts].Name
	start := func(d string) string { return fmt.Sprintf("uint(%s(%s))", starts, d) }
	copied := fmt.Sprintf("segment_starts_%d", slices.Index(g.l.delayed, r))
	if d.Shared {
		start = func(d string) string { return fmt.Sprintf("%s[%s]", copied, d) }
		g.global(fmt.Sprintf("shared uint %s[%d];", copied, n+1))
	}
	rows := g.delayArray(r, delayRows)
	name := fmt.Sprintf("run_delay_of_%d", slices.Index(g.l.delayed, r))
	if !slices.Contains(g.written, name) {
		g.written = append(g.written, name)
		g.linef("// The delay of which segment q is.")
		g.linef("uint %s(uint q) {", name)
		g.searchDelay("\t", n, start("mid"), "q")
		g.linef("\treturn d;")
		g.linef("}")
		g.linef("")
	}
	t.WriteString("{\n")
	if d.Shared {
		fmt.Fprintf(t, "\t\tfor (uint d = gl_LocalInvocationIndex; d <= %du; d += %du) %s[d] = uint(%s(d));\n", n, groupSize, copied, starts)
		t.WriteString("\t\tbarrier();\n")
	}
	fmt.Fprintf(t, "\t\tuint total = %s;\n", start(fmt.Sprintf("%du", n)))
	if g.grid {
		fmt.Fprintf(t, "\t\tuint %s = max(%s / max(total, 1u), 1u);\n", sharing, g.teams)
	}
	if g.counted && !how.teams {
		fmt.Fprintf(t, "\t\tspent += (total / (%s) + 2u) * %du;\n", how.stride, searchRounds(n)+1)
	} else if g.counted { // what is the same for all teams
		longest := g.l.LongestSegment(d)
		fmt.Fprintf(t, "\t\tspent += (total / (%s) + 2u) * (%du + (%du / (%s) + 2u) * %du);\n", how.stride, searchRounds(n)+1, longest, how.by, 1+g.inner[r])
	}
	fmt.Fprintf(t, "\t\tfor (uint q = %s; q < total; q += %s) {\n", how.first, how.stride)
	fmt.Fprintf(t, "\t\t\tuint d = %s(q), of = %du * d, parts = %s, part = q - %s;\n", name, delayWords, g.delayWord(d, "of", delayParts), start("d"))
	lag := ""
	if s.Rows > 1 {
		lag = g.delayWord(d, "of", delayLag)
	}
	fmt.Fprintf(t, "\t\t\tuint source = uint(%s(%s + 1u + part / parts));\n", g.l.Buffers[r.List].Name, rowOf(s, lag))
	fmt.Fprintf(t, "\t\t\tsegment_ends = %s;\n", g.delayWord(d, "of", delayPlaces+delayEnds))
	if g.l.delayArrays(d, delaySynapses) != nil {
		fmt.Fprintf(t, "\t\t\tsegment_synapses = %s;\n", g.delayWord(d, "of", delayPlaces+delaySynapses))
	}
	if len(g.l.packed[r]) > 0 {
		fmt.Fprintf(t, "\t\t\tsegment_values = %s;\n", g.delayWord(d, "of", delayFirst))
	}
	if slices.ContainsFunc(d.slabs[:], func(s []int) bool { return len(s) > 1 }) {
		fmt.Fprintf(t, "\t\t\tsegment_slabs = %s;\n", g.delayWord(d, "of", delaySlabs))
	}
	row := "source"
	if g.l.replicas() > 1 {
		row = fmt.Sprintf("source %% %du", max(rowsOf(g.l.Plan.Conns[r.Conn]), 1))
	}
	fmt.Fprintf(t, "\t\t\tuint row = %s + %s;\n", g.delayWord(d, "of", delayPlaces+delayRows), row)
	fmt.Fprintf(t, "\t\t\tuint from = %s(row), end = %s(row + 1u), first = part %% parts * (%s) + %s, by = parts * (%s);\n", rows, rows, how.by, how.lane, how.by)
	if g.counted && !how.teams {
		fmt.Fprintf(t, "\t\t\tspent += ((end - from) / by + 2u) * %du;\n", 1+g.inner[r])
	}
	if g.fetched[r] {
		g.fetchedSegment(t, r, f.name)
	} else {
		fmt.Fprintf(t, "\t\t\tfor (uint k = from + first; k < end; k += by) %s(k, source);\n", f.name)
	}
	t.WriteString("\t\t}\n\t}")
}

// fetchedSegment is fetchedRow for a segment.
func (g *generator) fetchedSegment(t *strings.Builder, r *plan.Run, call string) {
	d := g.l.joined[r]
	index := g.l.Buffers[g.l.delayArrays(d, delayEnds)[0]]
	n := wide // entries of a texel
	if index.Narrow {
		n *= 2
	}
	fmt.Fprintf(t, "\t\t\tfor (uint k = (from & ~%du) + %du * first; k < end; k += %du * by) {\n", n-1, n, n)
	fmt.Fprintf(t, "\t\t\t\tuvec4 ends = imageLoad(texels%d, int(segment_ends / %du + k / %du));\n", index.Slab, wide, n)
	for _, line := range endsOfTexel(n, index.Narrow, call) {
		t.WriteString("\t\t\t\t" + line + "\n")
	}
	t.WriteString("\t\t\t}\n")
}

// searchDelay writes the search for the last of n delays, d, that begins at or before place at; begin spells where delay mid does.
func (g *generator) searchDelay(indent string, n int, begin, at string) {
	g.linef("%suint d = 0u;", indent)
	g.linef("%sfor (uint end = %du; end - d > 1u;) {", indent, n)
	g.linef("%s\tuint mid = (d + end) / 2u;", indent)
	g.linef("%s\tif (%s <= %s) { d = mid; } else { end = mid; }", indent, begin, at)
	g.linef("%s}", indent)
}

// searchRounds bounds the rounds of the search for one of n delays.
func searchRounds(n int) int { return int(math.Ceil(math.Log2(float64(max(n, 2))))) + 2 }

// SegmentRounds bounds the rounds of an invocation for one segment, whose synapses it takes so many of with each rounds for one.
func SegmentRounds(d *Delays, synapses, each int) int {
	return searchRounds(len(d.Runs)) + 2 + synapses*each
}
