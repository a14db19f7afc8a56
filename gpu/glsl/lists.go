package glsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// List is a spike list: Rows rows of Width entries, a count and then the elements in ascending order. Row s mod Rows is that of
// step s.
type List struct {
	Rows, Width int
	// Bits indexes Layout.Buffers: a bit per element, set where a kernel emits, cleared when the list is made. -1: no kernel emits.
	Bits  int
	Elems int // elements that kernels may emit
	// Marks is the number of words behind the bits of a row that say which words of them are not 0, a bit for each; 0: all are looked at.
	Marks int
	// Keep leaves the bits of a step until the next list is made: there are two rows of them, and those of step s are in row s mod 2. It may
	// be set before programs are generated where BothRows is.
	Keep, BothRows bool
	// Args indexes Layout.Buffers: the arguments of indirect dispatches, ArgsPerRow per row and then three for the longest row. A last
	// entry counts work groups, see Dispatch; it is 0 between dispatches.
	Args int
	// Split is the number of work groups that share the synapses of one spike.
	Split int
	// Beside is the number of spikes whose synapses a work group takes side by side, a power of two; 0 is 1. It may be set before programs are generated.
	Beside int
	// Groups is the most work groups of an indirect dispatch over spikes; beyond, a work group takes several spikes. It may be set before
	// programs are generated.
	Groups int
}

// ArgsPerRow is the number of dispatch arguments per row of a list: three for a work group per spike, three for an invocation per spike.
const ArgsPerRow = 6

// ActiveGroup is the number of invocations of a work group that has an invocation per spike.
const ActiveGroup = 64

// Compact makes a spike list from the bits that kernels set.
type Compact struct{ List plan.BufferID }

// Apply adds a sum of Layout.Sums to its target.
type Apply struct{ Sum int }

// Spiked is a kernel over the spikes of this step, run over all elements: those act whose bit is set. The list has Keep, or the dispatch emits the spikes
// itself, by an operation before this one over the same elements.
type Spiked struct {
	Run  *plan.Run
	Here bool
}

// SampleEach is a sample that the invocations of the recorded elements take, each its own: for few elements of many.
type SampleEach struct{ Monitor int }

// Sampled is the monitor that an operation samples, -1 for others.
func Sampled(op Op) int {
	switch op := op.(type) {
	case *plan.Sample:
		return op.Monitor
	case *SampleEach:
		return op.Monitor
	}
	return -1
}

// Op is an operation of a plan, *Compact, *Shares, *Apply, *Spiked, *SampleEach or *Together. A kernel with Delays stands for those of all its delays.
type Op any

// Together is an indirect dispatch over the spikes of several lists. Its arguments are the largest of those of its parts.
type Together struct {
	Index    int // of its three arguments in Layout.Together
	Parts    []SpikesOf
	Synapses bool // a work group per spike, else an invocation
}

// SpikesOf are the spikes of a list some steps ago, or where Delays is set, those of all its delays.
type SpikesOf struct {
	List   plan.BufferID
	Lag    int
	Delays *Delays
}

// Words is the number of words of bits for the elements.
func (s *List) Words() int { return (s.Elems + 31) / 32 }

// Looked is the number of words that all are looked at when the list is made: those of bits, or those that mark them.
func (s *List) Looked() int {
	if s.Marks > 0 {
		return s.Marks
	}
	return s.Words()
}

// ListOf is the spike list that an operation makes, records or runs over, plan.None for others.
func (l *Layout) ListOf(op Op) plan.BufferID {
	switch op := op.(type) {
	case *Compact:
		return op.List
	case *plan.RecordSpikes:
		return l.Plan.SpikeMonitors[op.Monitor].List
	case *plan.Run:
		return op.List
	case *Spiked:
		return op.Run.List
	case *Shares:
		return op.Run.List
	}
	return plan.None
}

// argsLen is the length of the buffer of arguments.
func (s *List) argsLen() int { return ArgsPerRow*s.Rows + 4 }

// SpikeRing is the device ring of a spike monitor. Buffers are indices into Layout.Buffers, -1 where there is none.
type SpikeRing struct {
	Capacity, PerStep    int // entries
	Steps, Index, Counts int
	Values               []int // by variable
	// Fill holds two numbers of entries in use: that before step s of the monitor's clock is the one at s mod 2.
	Fill int
}

// spikeRingEntries is what a spike ring holds beside two full steps. A ring that might not hold another step halts the run until the
// host has emptied it.
const spikeRingEntries = 1 << 16

// addLists finds the spike lists of a plan and makes what goes with them.
func (l *Layout) addLists(names *namer) error {
	l.Lists, l.Together = map[plan.BufferID]*List{}, -1
	p := l.Plan
	over := 0 // kernels over spikes
	var err error
	list := func(b plan.BufferID) *List {
		if s, ok := l.Lists[b]; ok {
			return s
		}
		if b < 0 || int(b) >= len(p.Buffers) {
			if err == nil {
				err = fmt.Errorf("glsl: an operation over spikes has no spike list")
			}
			return &List{}
		}
		buf := p.Buffers[b]
		s := &List{Rows: max(1, buf.Rows), Bits: -1, Split: 1, Groups: maxGroups}
		if s.Width = buf.Len / s.Rows; s.Width < 1 || s.Width*s.Rows != buf.Len {
			if err == nil {
				err = fmt.Errorf("glsl: the %d entries of %s.%s are not %d spike lists", buf.Len, buf.Object, buf.Var, s.Rows)
			}
		}
		s.Args = len(l.Buffers)
		l.Buffers = append(l.Buffers, Buffer{Name: names.unique(fmt.Sprintf("groups_%d", len(l.Lists))), Type: ir.Int, Len: s.argsLen()})
		l.Lists[b] = s
		return s
	}
	eachOp(p, func(op plan.Op, _ bool) {
		switch op := op.(type) {
		case *plan.Run:
			if d := op.Kernel.Domain; d == ir.Active || d == ir.Spiking {
				over++
				s := list(op.List)
				s.BothRows = s.BothRows || d == ir.Active && op.Lag == 0
				if d == ir.Spiking && op.Conn >= 0 && !l.Software && p.Conns[op.Conn].Drawn == nil && l.joined[op] == nil {
					c := p.Conns[op.Conn]
					s.Split = max(s.Split, min(16, meanRow(c)/(4*128)))
				}
			}
			for _, e := range op.Kernel.Effects {
				if e.Kind == ir.Emit {
					s := list(op.Bind[e.Slot])
					s.Elems = max(s.Elems, op.N*l.replicas())
				}
			}
		case *plan.Generate:
			list(op.List)
		}
	})
	for k, m := range p.SpikeMonitors {
		list(m.List)
		l.addSpikeRing(names, k, m)
	}
	if over > 0 {
		l.Together = len(l.Buffers)
		l.Buffers = append(l.Buffers, Buffer{Name: names.unique("groups_together"), Type: ir.Int, Len: 3 * over})
	}
	for b := range p.Buffers { // in the order of buffers, so that texts are the same every time
		if s := l.Lists[plan.BufferID(b)]; s != nil && s.Elems > 0 {
			s.Bits = len(l.Buffers)
			rows := 1
			if s.BothRows {
				rows = 2
			}
			if l.MarkWords > 0 && s.Words() >= l.MarkWords {
				s.Marks = (s.Words() + 31) / 32
			}
			l.Buffers = append(l.Buffers, Buffer{Name: names.unique(fmt.Sprintf("fired_%d", b)), Type: ir.Int, Len: rows * (s.Words() + s.Marks)})
		}
	}
	return err
}

func meanRow(c *plan.Conn) int {
	rows := c.NPre
	if c.ByPost {
		rows = c.NPost
	}
	return c.N / max(rows, 1)
}

func (l *Layout) addSpikeRing(names *namer, k int, m *plan.SpikeMonitor) {
	r := &SpikeRing{PerStep: max(1, m.To-m.From), Steps: -1, Index: -1, Counts: -1, Fill: -1}
	add := func(what string, t ir.Type, n int) int {
		l.Buffers = append(l.Buffers, Buffer{Name: names.unique(fmt.Sprintf("spikes_%d_%s", k, what)), Type: t, Len: n})
		return len(l.Buffers) - 1
	}
	if m.CountOnly {
		r.Counts = add("counts", ir.Int, max(1, m.To-m.From))
	}
	if m.Rate {
		r.PerStep = 1
	}
	if m.Rate || !m.CountOnly {
		r.Capacity = 2*r.PerStep + spikeRingEntries
		if l.SpikeEntries > 0 {
			r.Capacity = max(r.PerStep, l.SpikeEntries)
		}
		r.Steps, r.Index, r.Fill = add("steps", ir.Int, r.Capacity), add("index", ir.Int, r.Capacity), add("fill", ir.Int, 2)
		if !m.Rate {
			for v, mv := range m.Vars {
				r.Values = append(r.Values, add(fmt.Sprint(v), l.Buffers[mv.Buf].Type, r.Capacity))
			}
		}
	}
	l.SpikeRings = append(l.SpikeRings, r)
}

// rowAt spells where the row of lag steps ago begins in a list.
func rowAt(s *List, lag int) string {
	if s.Rows == 1 {
		return "0u"
	}
	if lag == 0 {
		return fmt.Sprintf("clock_step.x %% %du * %du", s.Rows, s.Width)
	}
	return fmt.Sprintf("(clock_step.x - %du) %% %du * %du", lag, s.Rows, s.Width)
}

// compact writes the function that makes the list of this step. All invocations of one work group call it.
func (g *generator) compact(b plan.BufferID, groupSize int) function {
	s := g.l.Lists[b]
	list := g.l.Buffers[b].Name
	bits := g.l.Buffers[s.Bits]
	f := g.function("list of "+strings.TrimSuffix(list, "_"), groupSize)
	f.call = f.name + "(me)"
	g.use(int(b))
	g.use(s.Bits)
	words := s.Looked()
	share := (words + groupSize - 1) / groupSize
	g.listShared(groupSize)
	if s.Elems > s.Width-1 {
		g.linef("// The list has room for %d spikes.", s.Width-1)
	}
	g.linef("void %s(uint me) {", f.name)
	g.linef("\tuint first = me * %du, end = min(first + %du, %du), n = 0u;", share, share, words)
	fired := fmt.Sprintf("%s(%s)", bits.Name, s.wordAt("w", false))
	marks, each := fmt.Sprintf("%s(%s)", bits.Name, s.markAt("m", false)), "for (uint w = first; w < end; ++w)"
	if s.Marks > 0 {
		each = fmt.Sprintf("for (uint m = first; m < end; ++m) for (uint k = uint(%s); k != 0u; k &= k - 1u)", marks)
		fired = fmt.Sprintf("%s(%s)", bits.Name, s.wordAt("m * 32u + uint(findLSB(k))", false))
	}
	g.linef("\t%s n += uint(bitCount(%s));", each, fired)
	switch {
	case s.Keep && s.Marks > 0:
		before := fmt.Sprintf("%s(%s)", bits.Name, s.markAt("m", true))
		g.linef("\tfor (uint m = first; m < end; ++m) { // of the step before")
		g.linef("\t\tuint k = uint(%s);", before)
		g.linef("\t\tif (k != 0u) %s = 0;", before)
		g.linef("\t\tfor (; k != 0u; k &= k - 1u) %s(%s) = 0;", bits.Name, s.wordAt("m * 32u + uint(findLSB(k))", true))
		g.linef("\t}")
	case s.Keep:
		g.linef("\tfor (uint w = first; w < end; ++w) %s(%s) = 0; // of the step before", bits.Name, s.wordAt("w", true))
	}
	g.addUp("count", groupSize, groupSize)
	if g.counted {
		most := 32 * share
		if s.Marks > 0 {
			most *= 32
		}
		g.linef("\tspent += min(count, %du);", most)
	}
	if g.tallies {
		g.linef("\tlisted += count;")
	}
	g.linef("\tuint row = %s;", rowAt(s, 0))
	indent := "\t\t"
	if s.Marks > 0 {
		g.linef("\tfor (uint m = first; m < end && n != 0u; ++m) {")
		g.linef("\t\tuint k = uint(%s);", marks)
		if !s.Keep {
			g.linef("\t\tif (k != 0u) %s = 0;", marks)
		}
		g.linef("\t\tfor (; k != 0u; k &= k - 1u) {")
		g.linef("\t\t\tuint w = m * 32u + uint(findLSB(k));")
		fired, indent = fmt.Sprintf("%s(%s)", bits.Name, s.wordAt("w", false)), "\t\t\t"
	} else {
		g.linef("\tfor (uint w = first; w < end && n != 0u; ++w) {")
	}
	g.linef("%suint bits = uint(%s);", indent, fired)
	if !s.Keep {
		g.linef("%sif (bits != 0u) %s = 0;", indent, fired)
	}
	g.linef("%sfor (; bits != 0u; bits &= bits - 1u) {", indent)
	room := ""
	if s.Elems > s.Width-1 {
		room = fmt.Sprintf("if (at < %du) ", s.Width-1)
	}
	g.linef("%s\t%s%s(row + 1u + at) = int(w * 32u) + findLSB(bits);", indent, room, list)
	g.linef("%s\t++at;", indent)
	g.linef("%s}", indent)
	if s.Marks > 0 {
		g.linef("\t\t}")
	}
	g.linef("\t}")
	if room != "" {
		site := g.l.listSite(b, Site{Store: "the spikes of a step into " + list})
		g.linef("\tif (me == 0u && count > %du) report_fault(%du, count, 0u);", s.Width-1, site)
		g.linef("\tcount = min(count, %du);", s.Width-1)
	}
	g.linef("\tif (me == 0u) {")
	g.linef("\t\t%s(row) = int(count);", list)
	g.arguments6(s, list, "\t\t")
	g.linef("\t}")
	g.linef("\tbarrier(); // found is free again")
	g.linef("}")
	g.linef("")
	return f
}

// wordAt spells where word w of the bits of this step is, or with before of those of the step before.
func (s *List) wordAt(w string, before bool) string {
	switch {
	case !s.Keep:
		return w
	case before:
		return fmt.Sprintf("(~clock_step.x & 1u) * %du + (%s)", s.Words()+s.Marks, w)
	}
	return fmt.Sprintf("(clock_step.x & 1u) * %du + (%s)", s.Words()+s.Marks, w)
}

// markAt spells where word m of the marks of this step is, or with before of those of the step before.
func (s *List) markAt(m string, before bool) string {
	return s.wordAt(fmt.Sprintf("%du + (%s)", s.Words(), m), before)
}

// emit writes the statement that sets bits of a word of a list.
func (g *generator) emit(s *List, word, bits string) string {
	name := g.l.Buffers[s.Bits].Name
	set := fmt.Sprintf("atomicOr(%s(%s), int(%s));", name, s.wordAt(word, false), bits)
	if s.Marks == 0 {
		return set
	}
	return fmt.Sprintf("{ %s atomicOr(%s(%s), int(1u << ((%s) & 31u))); }", set, name, s.markAt(word+" >> 5", false), word)
}

// listShared declares, once, what invocations of a work group share while they make lists.
func (g *generator) listShared(groupSize int) {
	g.global(fmt.Sprintf("shared uint found[%d];", groupSize))
}

// addUpApart is the size of a work group up to which each invocation goes through the counts of all.
const addUpApart = 64

// addUp writes how invocations add up what each has found, n, which is 0 behind the first so many: at is what those before it have, all the sum.
func (g *generator) addUp(all string, groupSize, first int) {
	const each = 16
	parts := (first + each - 1) / each
	apart := groupSize <= addUpApart || g.l.Software // where a barrier costs more than the rounds of a loop
	g.linef("\tfound[me] = n;")
	g.linef("\tbarrier();")
	if !apart {
		g.global(fmt.Sprintf("shared uint found_parts[%d]; // of %d", (groupSize+each-1)/each, each)) // whatever the first
		g.linef("\tif (me < %du) {", parts)
		g.linef("\t\tuint sum = 0u;")
		g.linef("\t\tfor (uint k = %du * me; k < min(%du * (me + 1u), %du); ++k) sum += found[k];", each, each, first)
		g.linef("\t\tfound_parts[me] = sum;")
		g.linef("\t}")
		g.linef("\tbarrier();")
	}
	g.linef("\tuint at = 0u, %s = 0u;", all)
	if apart {
		g.linef("\tfor (uint k = 0u; k < %du; ++k) {", first)
		g.linef("\t\tat += k < me ? found[k] : 0u;")
		g.linef("\t\t%s += found[k];", all)
		g.linef("\t}")
		return
	}
	g.linef("\tfor (uint k = 0u; k < %du; ++k) {", parts)
	g.linef("\t\tat += k < me / %du ? found_parts[k] : 0u;", each)
	g.linef("\t\t%s += found_parts[k];", all)
	g.linef("\t}")
	g.linef("\tfor (uint k = me / %du * %du; k < me; ++k) at += found[k];", each, each)
}

// global declares something once.
func (g *generator) global(line string) {
	if !slices.Contains(g.globals, line) {
		g.globals = append(g.globals, line)
	}
}

// arguments6 writes the arguments of the indirect dispatches over a row with count spikes, and over the longest where one takes spikes of several steps.
func (g *generator) arguments6(s *List, list, indent string) {
	g.use(s.Args)
	args := g.l.Buffers[s.Args].Name
	g.linef("%suint to = row / %du * %du;", indent, s.Width, ArgsPerRow)
	g.linef("%s%s(to) = int(min(%s, %du));", indent, args, s.groupsOf("count"), s.Groups)
	g.linef("%s%s(to + 1u) = %d; %s(to + 2u) = 1;", indent, args, s.Split, args)
	g.linef("%s%s(to + 3u) = int(min((count + %du) / %du, %du));", indent, args, ActiveGroup-1, ActiveGroup, maxGroups)
	g.linef("%s%s(to + 4u) = 1; %s(to + 5u) = 1;", indent, args, args)
	if g.l.oneLag(s) {
		return
	}
	if s.Rows > 1 {
		g.linef("%suint longest = 0u; // of the rows that are kept", indent)
		g.linef("%sfor (uint r = 0u; r < %du; ++r) longest = max(longest, uint(%s(r * %du)));", indent, s.Rows, list, s.Width)
	} else {
		g.linef("%suint longest = count;", indent)
	}
	g.linef("%s%s(%du) = int(min(%s, %du));", indent, args, ArgsPerRow*s.Rows, s.groupsOf("longest"), s.Groups)
	g.linef("%s%s(%du) = %d; %s(%du) = 1;", indent, args, ArgsPerRow*s.Rows+1, s.Split, args, ArgsPerRow*s.Rows+2)
}

// groupsOf spells how many work groups have spikes where a row has n.
func (s *List) groupsOf(n string) string {
	if s.beside() == 1 {
		return n
	}
	return fmt.Sprintf("(%s + %du) / %du", n, s.beside()-1, s.beside())
}

// oneLag reports whether no dispatch over a list takes the spikes of different steps, but for those of delays, which have arguments of their own.
func (l *Layout) oneLag(s *List) bool {
	lag, one := -1, true
	for _, it := range l.Plan.Schedule {
		for _, op := range it.Ops {
			if r := overSpikes(op); r != nil && l.joined[r] == nil && l.Lists[r.List] == s {
				one, lag = one && (lag < 0 || r.Lag == lag), r.Lag
			}
		}
	}
	return one
}

func (s *List) beside() int { return max(1, s.Beside) }

// together writes the function that finds the arguments of a dispatch over several lists, behind those of the lists. The first invocation of a work
// group does it.
func (g *generator) together(o *Together) function {
	f := g.function("arguments of a dispatch over several lists", 1)
	f.call = f.name + "(me)"
	g.use(g.l.Together)
	to, split := g.l.Buffers[g.l.Together].Name, 1
	g.linef("void %s(uint me) {", f.name)
	g.linef("\tif (me != 0u) return;")
	g.linef("\tint most = 0;")
	for _, p := range o.Parts {
		s := g.l.Lists[p.List]
		split = max(split, s.Split)
		if p.Delays != nil {
			g.use(p.Delays.Starts)
			g.linef("\tmost = max(most, %s(%du));", g.l.Buffers[p.Delays.Starts].Name, p.Delays.Args())
			continue
		}
		g.use(s.Args)
		at := "0u"
		if s.Rows > 1 {
			at = fmt.Sprintf("(clock_step.x - %du) %% %du * %du", p.Lag, s.Rows, ArgsPerRow)
		}
		if !o.Synapses {
			at += " + 3u"
		}
		cond := ""
		if p.Lag > 0 {
			cond = fmt.Sprintf("if (clock_step.y != 0u || clock_step.x >= %du) ", p.Lag)
		}
		g.linef("\t%smost = max(most, %s(%s));", cond, g.l.Buffers[s.Args].Name, at)
	}
	if !o.Synapses {
		split = 1
	}
	g.linef("\t%s(%du) = most; %s(%du) = %d; %s(%du) = 1;", to, 3*o.Index, to, 3*o.Index+1, split, to, 3*o.Index+2)
	g.linef("}")
	g.linef("")
	return f
}

// generate writes the function that copies spike e of this step into a list.
func (g *generator) generate(o *plan.Generate) function {
	s := g.l.Lists[o.List]
	room := max(1, s.Width-1)
	if first := g.l.Plan.Buffers[o.First].Ints; first != nil {
		most := 1
		for k := 1; k < len(first); k++ {
			most = max(most, int(first[k]-first[k-1]))
		}
		room = min(room, most)
	}
	f := g.function(o.Name, room)
	for _, b := range []plan.BufferID{o.List, o.Steps, o.First, o.Index} {
		g.use(int(b))
	}
	name := func(b plan.BufferID) string { return g.l.Buffers[b].Name }
	g.linef("// The given spikes of this step.")
	g.linef("void %s(uint e) {", f.name)
	g.linef("\tuint step = clock_step.x;")
	if o.Period > 0 {
		g.linef("\tstep = step %% %du;", o.Period)
	}
	g.linef("\tuint k = 0u, end = %du; // the first entry that is not before step", o.Count)
	g.linef("\twhile (k < end) {")
	g.linef("\t\tuint mid = (k + end) / 2u;")
	g.linef("\t\tif (uint(%s(mid)) < step) { k = mid + 1u; } else { end = mid; }", name(o.Steps))
	g.linef("\t}")
	g.linef("\tuint from = 0u, count = 0u;")
	g.linef("\tif (k < %du && uint(%s(k)) == step) {", o.Count, name(o.Steps))
	g.linef("\t\tfrom = uint(%s(k));", name(o.First))
	g.linef("\t\tcount = min(uint(%s(k + 1u)) - from, %du);", name(o.First), room)
	g.linef("\t}")
	g.linef("\tuint row = %s;", rowAt(s, 0))
	g.linef("\tif (e < count) %s(row + 1u + e) = %s(from + e);", name(o.List), name(o.Index))
	g.linef("\tif (e == 0u) {")
	g.linef("\t\t%s(row) = int(count);", name(o.List))
	g.arguments6(s, name(o.List), "\t\t")
	g.linef("\t}")
	g.linef("}")
	g.linef("")
	return f
}

// record writes the function that appends this step's spikes to a monitor's ring. The invocations of one work group call it.
func (g *generator) record(k, groupSize int) function {
	m, r := g.l.Plan.SpikeMonitors[k], g.l.SpikeRings[k]
	s := g.l.Lists[m.List]
	name := func(b int) string { g.use(b); return g.l.Buffers[b].Name }
	list := name(int(m.List))
	f := g.function("record "+m.Name, groupSize)
	f.call = f.name + "(me)"
	g.linef("// Spikes of elements %d to %d.", m.From, m.To-1)
	g.linef("void %s(uint me) {", f.name)
	g.linef("\tuint row = %s;", rowAt(s, 0))
	g.linef("\tuint end = min(uint(%s(row)), %du), begin = 0u, all = end;", list, s.Width-1)
	if g.counted {
		g.linef("\tspent += (all / %du + 2u) * 2u;", groupSize)
	}
	search := func(v string, what int) {
		g.linef("\tfor (uint top = all; %s < top;) {", v)
		g.linef("\t\tuint mid = (%s + top) / 2u;", v)
		g.linef("\t\tif (%s(row + 1u + mid) < %d) { %s = mid + 1u; } else { top = mid; }", list, what, v)
		g.linef("\t}")
	}
	if m.From > 0 {
		search("begin", m.From)
	}
	if m.To < s.Width-1 {
		g.linef("\tend = begin;")
		search("end", m.To)
	}
	if r.Counts >= 0 {
		g.linef("\tfor (uint k = begin + me; k < end; k += %du) %s(%s(row + 1u + k) - %d) += 1;", groupSize, name(r.Counts), list, m.From)
	}
	if r.Steps >= 0 {
		g.linef("\tuint fill = uint(%s(clock_step.x & 1u));", name(r.Fill))
	}
	switch {
	case r.Steps < 0:
	case m.Rate:
		g.linef("\tif (me == 0u) {")
		g.linef("\t\t%s(fill) = int(clock_step.x);", name(r.Steps))
		g.linef("\t\t%s(fill) = int(end - begin);", name(r.Index))
		g.recordEnd(r, "1u")
	default:
		g.linef("\tfor (uint k = begin + me; k < end; k += %du) {", groupSize)
		g.linef("\t\tint i = %s(row + 1u + k);", list)
		g.linef("\t\tuint at = fill + k - begin;")
		g.linef("\t\t%s(at) = int(clock_step.x);", name(r.Steps))
		g.linef("\t\t%s(at) = i - %d;", name(r.Index), m.From)
		for v, mv := range m.Vars {
			g.linef("\t\t%s(at) = %s(%s);", name(r.Values[v]), name(int(mv.Buf)), g.l.valueOf(mv.Buf, (s.Width-1)/g.l.replicas()))
		}
		g.linef("\t}")
		g.linef("\tif (me == 0u) {")
		g.recordEnd(r, "end - begin")
	}
	g.linef("}")
	g.linef("")
	return f
}

// valueOf spells where a buffer has the value of element i of replicas of n elements; a variable with one value has it for all of a replica.
func (l *Layout) valueOf(b plan.BufferID, n int) string {
	part, each := l.part(int(b)), l.each(int(b))
	switch {
	case each == 0 && part == 1:
		return "0"
	case l.replicas() == 1 || each == n && n > 0:
		return "i"
	case each == 0:
		return fmt.Sprintf("i %% %d", max(n, 1))
	case each == 1:
		return fmt.Sprintf("i / %d", max(n, 1))
	}
	return fmt.Sprintf("i / %d * %d + i %% %d", max(n, 1), each, max(n, 1))
}

// recordEnd moves the ring's fill, and halts the run while the ring might not hold another step.
func (g *generator) recordEnd(r *SpikeRing, n string) {
	g.linef("\t\tfill += %s;", n)
	g.linef("\t\t%s((clock_step.x + 1u) & 1u) = int(fill);", g.l.Buffers[r.Fill].Name)
	g.linef("\t\tif (fill > %du) pause_run();", r.Capacity-r.PerStep)
	g.linef("\t}")
}

// listSite is the fault word of a list that may overflow.
func (l *Layout) listSite(b plan.BufferID, s Site) int {
	key := siteKey{nil, int(b)}
	if w, ok := l.sites[key]; ok {
		return w
	}
	if l.sites == nil {
		l.sites = make(map[siteKey]int)
	}
	l.sites[key] = len(l.Sites)
	l.Sites = append(l.Sites, s)
	return len(l.Sites) - 1
}

// Args are the dispatch arguments of a row of n spikes.
func Args(s *List, n int) []int32 {
	return []int32{int32(min((n+s.beside()-1)/s.beside(), s.Groups)), int32(s.Split), 1, int32(min((n+ActiveGroup-1)/ActiveGroup, maxGroups)), 1, 1}
}
