package glsl

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Kernels that differ in nothing but the delay, each over the rows of its own synapses, are one operation: that of the first of them, with Delays. What
// differs is in a table, so that no text depends on how many there are. The spikes of all delays are counted up once a step. Each is a segment, the
// synapses of one row, or several where a delay has long rows; and the segments of all delays are shared evenly.

// Delays are kernels of all delays of a pathway, and of earlier delays of it that spikes are under way with.
type Delays struct {
	Runs []*plan.Run
	// Table and Starts index Layout.Buffers. Table has delayWords for each delay. Starts has the number of segments before each delay and their sum, and
	// then three arguments of an indirect dispatch.
	Table, Starts int
	Packed        []Packed
	// Teams is the number of segments that a work group of a dispatch takes side by side, a power of two. Groups is the most work groups of a dispatch;
	// beyond, they take several one after another. The rows of a delay are so many segments each that these have about Part synapses; 0: one. All may be
	// set before programs are generated.
	Teams, Groups, Part int
	// Lanes is the number of invocations that share a segment in a program of many steps, a power of two; 0: see teamIn.
	Lanes int
	// Shared: a work group has a copy of Starts in shared memory, in which looking for the delay of a segment takes far less time than in memory that others
	// write to. It may be set before programs are generated.
	Shared  bool
	bounded bool
	slabs   [delayKinds][]int // of the arrays of each kind that delays have
}

// Packed are values of synapses that no step changes, kept a second time in the order in which the segments of a row lie: those of delay d begin at the
// number of synapses of the delays before it. Those of a segment lie far apart among all synapses.
type Packed struct {
	Values plan.BufferID
	Buffer int // of Layout.Buffers
}

// Kinds of arrays that each delay has one of.
const (
	delayRows     = iota // where rows begin
	delayEnds            // far ends
	delaySynapses        // numbers of synapses
	delayKinds
)

// Words of a delay in the table. A place is that of an array's first element in its slab.
const (
	delayLag    = 0 // steps
	delayPlaces = 1 // by kind
	delayFirst  = 4 // synapses of the delays before
	delayBound  = 5 // place among BetweenWords, noBound without
	delaySlabs  = 6 // which of the slabs of each kind, delaySlabBits each
	delayParts  = 7 // segments of a row
	delayWords  = 8

	noBound       = -1
	delaySlabBits = 8
)

// Args is where the arguments of a dispatch over all delays are in Starts.
func (d *Delays) Args() int { return len(d.Runs) + 1 }

// Shares counts the spikes of each delay in this step, for kernels with Delays. All invocations of one work group take part.
type Shares struct{ Run *plan.Run }

// findDelays finds kernels that are one operation, and lays out what goes with them. Values are packed where they fit into a storage block.
func (l *Layout) findDelays(names *namer, block int64) {
	l.joined = map[*plan.Run]*Delays{}
	if l.Apart {
		return
	}
	for _, it := range l.Plan.Schedule {
		for k := 0; k < len(it.Ops); {
			first, ok := it.Ops[k].(*plan.Run)
			n := 1
			for ok && k+n < len(it.Ops) && l.differInDelay(first, it.Ops[k+n]) {
				n++
			}
			if n > 1 {
				d := &Delays{Groups: maxGroups}
				for _, op := range it.Ops[k : k+n] {
					r := op.(*plan.Run)
					d.Runs, d.bounded = append(d.Runs, r), d.bounded || r.Bounded()
				}
				for _, r := range d.Runs {
					l.joined[r] = d
				}
				d.Part = DelaysGroup / l.TeamsFor(d, DelaysGroup, 1)
				d.Part = max(fewestLanes, min(d.Part, mostLanes))
				d.Teams, d.Shared = DelaysGroup/d.Part, !l.Software && len(d.Runs) < mostShared
				l.delayed = append(l.delayed, first)
				l.addDelays(names, d, block)
			}
			k += n
		}
	}
}

func (l *Layout) addDelays(names *namer, d *Delays, block int64) {
	name := func(what string) string { return names.unique(fmt.Sprintf("delays_%d_%s", len(l.delayed)-1, what)) }
	add := func(b Buffer) int {
		l.Buffers = append(l.Buffers, b)
		return len(l.Buffers) - 1
	}
	d.Table = add(Buffer{Name: name("table"), Type: ir.Int, Len: delayWords * len(d.Runs)})
	d.Starts = add(Buffer{Name: name("starts"), Type: ir.Int, Len: len(d.Runs) + 4})
	r := d.Runs[0]
	if l.NoPacking || l.replicas() > 1 || !l.Plan.Conns[r.Conn].Mapped {
		return
	}
	n := l.Synapses(d)
	for i, s := range r.Kernel.Slots {
		b := r.Bind[i]
		if s.Kind != ir.PerElement || s.Type != ir.Real || !l.Plan.Settled(b) || slices.ContainsFunc(d.Packed, func(p Packed) bool { return p.Values == b }) ||
			int64(n)*int64(l.Size(ir.Real)) > block {
			continue
		}
		d.Packed = append(d.Packed, Packed{b, add(Buffer{Name: name(fmt.Sprint("values_", len(d.Packed))), Type: ir.Real, Len: n})})
	}
}

// Synapses is the number of synapses of all delays.
func (l *Layout) Synapses(d *Delays) (n int) {
	for _, r := range d.Runs {
		n += l.Plan.Conns[r.Conn].N
	}
	return n
}

// differInDelay reports whether two kernels, which follow each other, differ in nothing but their delays, or the steps that spikes are of, and the order
// in which they run does not matter.
func (l *Layout) differInDelay(r *plan.Run, op plan.Op) bool {
	o, ok := op.(*plan.Run)
	k := r.Kernel
	if !ok || k.Domain != ir.Spiking || k.InOrder || o.Kernel != k || o.List != r.List || !slices.Equal(o.Bind, r.Bind) {
		return false
	}
	c, d := l.Plan.Conns[r.Conn], l.Plan.Conns[o.Conn]
	if c.Drawn != nil || d.Drawn != nil || c.ByPost != d.ByPost || c.Mapped != d.Mapped || c.NPre != d.NPre || c.NPost != d.NPost ||
		l.Buffers[c.Index].Narrow != l.Buffers[d.Index].Narrow {
		return false
	}
	added, stored := map[plan.BufferID]bool{}, map[plan.BufferID]bool{}
	for _, e := range k.Effects {
		switch {
		case e.Kind == ir.Accumulate:
			added[r.Bind[e.Slot]] = true
		case e.Kind == ir.Store && e.Index == nil && k.Slots[e.Slot].Kind == ir.PerElement:
			stored[r.Bind[e.Slot]] = true
		case e.Kind != ir.Check:
			return false
		}
	}
	drawing := false
	for _, e := range exprs(k) {
		drawing = drawing || draws(e.Op)
		if e.Op == ir.OpLoad && (added[r.Bind[e.Slot]] || stored[r.Bind[e.Slot]] && k.Slots[e.Slot].Kind != ir.PerElement) {
			return false
		}
	}
	// Synapses that are changed must not be those of another delay.
	if len(stored) > 0 && (c.Division == 0 || c.Division != d.Division || r.Conn == o.Conn) {
		return false
	}
	return !drawing || l.replicas() == 1 || l.stride(r) == l.stride(o)
}

// delayArrays are the arrays of a kind, one for each delay; nil where there are none.
func (l *Layout) delayArrays(d *Delays, kind int) (list []int) {
	for _, r := range d.Runs {
		c := l.Plan.Conns[r.Conn]
		switch {
		case kind == delayRows:
			list = append(list, int(c.RowPtr))
		case kind == delayEnds:
			list = append(list, int(c.Index))
		case c.Mapped:
			list = append(list, int(c.Syn))
		}
	}
	return list
}

// mostSlabs is the number of slabs that the arrays of delays may be in: each is a storage block, and a branch.
const mostSlabs = 6

// delaysPlaced is called when buffers have their places. It reports whether delays can be one operation each: not with an array in pieces, or in many slabs.
func (l *Layout) delaysPlaced() bool {
	for _, r := range l.delayed {
		d, all := l.joined[r], map[int]bool{}
		for kind := range delayKinds {
			for _, b := range l.delayArrays(d, kind) {
				if l.inPieces(b) {
					return false
				}
				s := l.Buffers[b].Slab
				if all[s] = true; !slices.Contains(d.slabs[kind], s) {
					d.slabs[kind] = append(d.slabs[kind], s)
				}
			}
		}
		if len(all) > mostSlabs {
			return false
		}
	}
	return true
}

// Slabs is the number of slabs that the ends of synapses are in.
func (d *Delays) Slabs() int { return len(d.slabs[delayEnds]) }

// DelayedRuns are the kernels with Delays, in the order of the schedule.
func (l *Layout) DelayedRuns() []*plan.Run { return l.delayed }

// DelaysOf are the Delays that a kernel is part of, nil without, and whether it stands for all of them.
func (l *Layout) DelaysOf(r *plan.Run) (d *Delays, first bool) {
	d = l.joined[r]
	return d, d != nil && d.Runs[0] == r
}

// DelayTable is the content of Table.
func (l *Layout) DelayTable(d *Delays) []int32 {
	var words []int32
	first := 0
	for k, r := range d.Runs {
		c := l.Plan.Conns[r.Conn]
		w := [delayWords]int32{delayLag: int32(r.Lag), delayFirst: int32(first), delayBound: noBound, delayParts: 1}
		if d.Part > 0 {
			w[delayParts] = int32(max(1, math.Round(float64(c.N)/float64(max(1, rowsOf(c)))/float64(d.Part))))
		}
		for kind := range delayKinds {
			if list := l.delayArrays(d, kind); list != nil {
				at := l.Buffers[list[k]]
				w[delayPlaces+kind] = int32(at.Base)
				w[delaySlabs] |= int32(slices.Index(d.slabs[kind], at.Slab)) << (delaySlabBits * kind)
			}
		}
		if r.Bounded() {
			w[delayBound] = int32(boundWords * slices.Index(l.bounded, r))
		}
		words = append(words, w[:]...)
		first += c.N
	}
	return words
}

// mostShared is the size of the copy of Starts, at the most.
const mostShared = 2048

// Invocations of hardware that share a segment, of about as many synapses: those that run in step, or fewer where rows are short.
const (
	fewestLanes = 4
	mostLanes   = 32
)

// DelaysGroup is the usual number of invocations in a work group of a dispatch over delays on hardware.
const DelaysGroup = 128

// meanSegment is the mean length of the segment of a synapse.
func (l *Layout) meanSegment(d *Delays) float64 {
	sum, squares := 0.0, 0.0
	for _, r := range d.Runs {
		m := float64(l.Plan.Conns[r.Conn].N) / float64(max(1, rowsOf(l.Plan.Conns[r.Conn])))
		sum, squares = sum+m, squares+m*m
	}
	if sum == 0 {
		return 0
	}
	return squares / sum
}

// TeamsFor is the number of segments that a work group takes side by side such that invocations of one have about so many synapses each.
func (l *Layout) TeamsFor(d *Delays, groupSize int, each float64) int {
	team := 1
	for team < groupSize && float64(team)*each < l.meanSegment(d) {
		team *= 2
	}
	return groupSize / team
}

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
	g.linef("\tfor (uint d = first; d < end; ++d) n += %s(d);", spikes)
	g.linef("\tfound[me] = n;")
	g.linef("\tbarrier();")
	g.linef("\tuint at = 0u, all = 0u;")
	g.linef("\tfor (uint k = 0u; k < %du; ++k) {", (n+share-1)/share)
	g.linef("\t\tat += k < me ? found[k] : 0u;")
	g.linef("\t\tall += found[k];")
	g.linef("\t}")
	g.linef("\tfor (uint d = first; d < end; ++d) {")
	g.linef("\t\t%s(d) = int(at);", starts)
	g.linef("\t\tat += %s(d);", spikes)
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

// delayArray writes, once, the function that loads an element of an array of a kind, and returns its name. place is what the caller adds to the index.
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
	const delayOf = "run_delay_of"
	name := fmt.Sprintf("%s_%d", delayOf, slices.Index(g.l.delayed, r))
	if !slices.Contains(g.written, name) {
		g.written = append(g.written, name)
		g.linef("// The delay of which segment q is.")
		g.linef("uint %s(uint q) {", name)
		g.linef("\tuint d = 0u;")
		g.linef("\tfor (uint end = %du; end - d > 1u;) {", n)
		g.linef("\t\tuint mid = (d + end) / 2u;")
		g.linef("\t\tif (%s <= q) { d = mid; } else { end = mid; }", start("mid"))
		g.linef("\t}")
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
		longest := 0
		for _, o := range d.Runs {
			longest = max(longest, LongestRow(g.l.Plan, g.l.Plan.Conns[o.Conn]))
		}
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
	if len(d.Packed) > 0 {
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
	fmt.Fprintf(t, "\t\t\t\tuvec4 ends = texelFetch(texels%d, int(segment_ends / %du + k / %du));\n", index.Slab, wide, n)
	for j := range n {
		end := fmt.Sprintf("ends.%c", "xyzw"[j*wide/n])
		if index.Narrow {
			end = fmt.Sprintf("%s >> %du & 0xffffu", end, 16*(j%2))
		}
		at := "k"
		if j > 0 {
			at = fmt.Sprintf("k + %du", j)
		}
		fmt.Fprintf(t, "\t\t\t\tif (%s >= from && %s < end) %s(%s, source, int(%s));\n", at, at, call, at, end)
	}
	t.WriteString("\t\t\t}\n")
}

// searchRounds bounds the rounds of the search for one of n delays.
func searchRounds(n int) int { return int(math.Ceil(math.Log2(float64(max(n, 2))))) + 2 }

// SegmentRounds bounds the rounds of an invocation for one segment, whose synapses it takes so many of with each rounds for one.
func SegmentRounds(d *Delays, synapses, each int) int {
	return searchRounds(len(d.Runs)) + 2 + synapses*each
}

// placing is the order in which buffers are placed: first what the kernels of several delays read for each synapse, so that it is in few slabs.
func (l *Layout) placing() []int {
	var order []int
	first := make([]bool, len(l.Buffers))
	for _, r := range l.delayed {
		d := l.joined[r]
		kinds := []int{delayEnds, delayRows}
		for _, kind := range kinds {
			for _, b := range l.delayArrays(d, kind) {
				if !first[b] {
					first[b], order = true, append(order, b)
				}
			}
		}
	}
	for b := range l.Buffers {
		if !first[b] {
			order = append(order, b)
		}
	}
	return order
}

// packedShare is the number of values that an invocation packs, where there are not more than work groups can be for.
const packedShare = 64

// Pack writes the programs that copy values of synapses into the order of segments, see Packed.
func Pack(l *Layout, groupSize int) (programs []*Program, err error) {
	for _, r := range l.delayed {
		d := l.joined[r]
		if len(d.Packed) == 0 {
			continue
		}
		g := newGenerator(l)
		synapse := g.delayArray(r, delaySynapses)
		g.title = append(g.title, "values in the order of delays of "+r.Kernel.Name)
		n, delays := l.Synapses(d), len(d.Runs)
		groups := max(1, min((n+groupSize*packedShare-1)/(groupSize*packedShare), maxGroups))
		g.use(d.Table)
		g.uniforms = append(g.uniforms, "uniform uint tick;       // since the batch began, from 1", "uniform uvec2 clock_step; // of the clock: low and high word")
		g.linef("void main() {")
		g.linef("\tfor (uint e = gl_GlobalInvocationID.x; e < %du; e += %du) {", n, groups*groupSize)
		g.linef("\t\tuint d = 0u;")
		g.linef("\t\tfor (uint end = %du; end - d > 1u;) {", delays)
		g.linef("\t\t\tuint mid = (d + end) / 2u;")
		g.linef("\t\t\tif (%s <= e) { d = mid; } else { end = mid; }", g.delayWord(d, fmt.Sprintf("%du * mid", delayWords), delayFirst))
		g.linef("\t\t}")
		of := fmt.Sprintf("%du * d", delayWords)
		g.linef("\t\tsegment_synapses = %s;", g.delayWord(d, of, delayPlaces+delaySynapses))
		if len(d.slabs[delaySynapses]) > 1 {
			g.linef("\t\tsegment_slabs = %s;", g.delayWord(d, of, delaySlabs))
		}
		g.linef("\t\tuint s = %s(e - %s);", synapse, g.delayWord(d, of, delayFirst))
		for _, p := range d.Packed {
			g.use(p.Buffer)
			g.use(int(p.Values))
			g.linef("\t\t%s(e) = %s(s);", l.Buffers[p.Buffer].Name, l.Buffers[p.Values].Name)
		}
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

// PackedValues reports whether values of a buffer are kept a second time.
func (l *Layout) PackedValues(b plan.BufferID) bool {
	return slices.ContainsFunc(l.delayed, func(r *plan.Run) bool {
		return slices.ContainsFunc(l.joined[r].Packed, func(p Packed) bool { return p.Values == b })
	})
}
