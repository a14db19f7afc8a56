package glsl

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// overSpikes returns the kernel operation that runs over a spike list, nil for others.
func overSpikes(op Op) *plan.Run {
	if r, ok := op.(*plan.Run); ok && (r.Kernel.Domain == ir.Active || r.Kernel.Domain == ir.Spiking) {
		return r
	}
	return nil
}

// grouped is op for operations that take a whole work group as well.
func (g *generator) grouped(op Op, groupSize int) (function, error) {
	switch op := op.(type) {
	case *Compact:
		return g.compact(op.List, groupSize), nil
	case *plan.RecordSpikes:
		return g.record(op.Monitor, groupSize), nil
	case *Together:
		return g.together(op), nil
	case *Shares:
		return g.shares(op, groupSize), nil
	case *Few:
		return g.few(op, groupSize)
	}
	return g.op(op)
}

// ownLoop is how the invocations of one work group run an operation that has a loop of its own; "" for others.
func (g *generator) ownLoop(op Op, f function, groupSize int) string {
	switch op.(type) {
	case *Compact, *plan.RecordSpikes, *Shares:
		return f.call + ";"
	}
	if r := overSpikes(op); r != nil {
		var t strings.Builder
		switch {
		case r.Kernel.Domain == ir.Active:
			g.each = g.inner[r]
			g.spikeLoop(&t, r, "me", fmt.Sprint(groupSize, "u"), func() {
				fmt.Fprintf(&t, "%s(source); ", f.name)
			})
		case r.Kernel.InOrder:
			g.inOrderLoop(&t, r, f, "me == 0u")
		case g.l.joined[r] != nil:
			lanes := g.teamIn(r, groupSize)
			g.delaysLoop(&t, r, f, groupSize, segments{fmt.Sprintf("me / %du", lanes), fmt.Sprintf("%du", groupSize/lanes), fmt.Sprintf("me %% %du", lanes), fmt.Sprintf("%du", lanes), lanes < groupSize})
		case g.drawn(r):
			rows := g.drawnRows(r, f, groupSize)
			g.each = g.inner[r]
			g.spikeLoop(&t, r, "0u", "1u", func() { fmt.Fprintf(&t, "%s(source, me); ", rows) })
		default:
			g.spikeLoop(&t, r, "0u", "1u", func() {
				g.rowLoop(&t, r, "me", fmt.Sprint(groupSize, "u"), func() { fmt.Fprintf(&t, "%s(k, source); ", f.name) })
			})
		}
		g.each = 0
		return t.String()
	}
	return ""
}

// inOrderLoop writes how the invocation for which a condition holds takes the synapses of all spikes one after another.
func (g *generator) inOrderLoop(t *strings.Builder, r *plan.Run, f function, who string) {
	counted := g.counted
	g.counted = false // what is counted must be the same in all invocations
	t.WriteString("{ ")
	if counted {
		s := g.l.Lists[r.List]
		g.use(int(r.List))
		fmt.Fprintf(t, "spent += (min(uint(%s(%s)), %du) + 1u) * budget.z; ", g.l.Buffers[r.List].Name, rowAt(s, r.Lag), s.Width-1)
	}
	fmt.Fprintf(t, "if (%s) { ", who)
	g.spikeLoop(t, r, "0u", "1u", func() {
		g.rowLoop(t, r, "0u", "1u", func() { fmt.Fprintf(t, "%s(k, source); ", f.name) })
	})
	t.WriteString(" } }")
	g.counted = counted
}

// spikeLoop writes a loop over every stride-th spike of r's list, from first on; body sees the element as source.
func (g *generator) spikeLoop(t *strings.Builder, r *plan.Run, first, stride string, body func()) {
	s := g.l.Lists[r.List]
	g.use(int(r.List))
	list := g.l.Buffers[r.List].Name
	if cond := g.when(r); cond != "" {
		fmt.Fprintf(t, "if (%s) ", cond)
	}
	fmt.Fprintf(t, "{ uint at = %s; uint count = min(uint(%s(at)), %du); ", rowAt(s, r.Lag), list, s.Width-1)
	if g.grid {
		fmt.Fprintf(t, "uint %s = max(gl_NumWorkGroups.x / max(count, 1u), 1u); ", sharing)
	}
	if g.counted {
		fmt.Fprintf(t, "spent += (count / (%s) + 2u) * %du; ", stride, 1+g.each)
	}
	fmt.Fprintf(t, "for (uint s = %s; s < count; s += %s) { uint source = uint(%s(at + 1u + s)); ", first, stride, list)
	body()
	t.WriteString("} }")
}

// rowLoop writes a loop over every stride-th entry of the row of source; body sees it as k.
func (g *generator) rowLoop(t *strings.Builder, r *plan.Run, first, stride string, body func()) {
	c := g.l.Plan.Conns[r.Conn]
	g.use(int(c.RowPtr))
	ptr := g.l.Buffers[c.RowPtr].Name
	row := "source"
	if g.l.replicas() > 1 {
		row = "source_row"
		fmt.Fprintf(t, "uint source_row = source %% %du; ", max(rowsOf(c), 1))
	}
	fmt.Fprintf(t, "uint end = uint(%s(%s + 1u)); ", ptr, row)
	if g.counted {
		fmt.Fprintf(t, "spent += ((end - uint(%s(%s))) / (%s) + 2u) * %du; ", ptr, row, stride, 1+g.inner[r])
	}
	fmt.Fprintf(t, "for (uint k = uint(%s(%s)) + %s; k < end; k += %s) { ", ptr, row, first, stride)
	body()
	t.WriteString("} ")
}

// The text of kernels is repeated for the entries of a texel where they have few effects and are few: it compiles for so many times longer.
const (
	mostFetched  = 4 // effects
	mostRepeated = 4 // operations of a dispatch
)

// fetchable reports whether the far ends of a kernel's synapses are loaded as texels, several at a time, and binds them for that.
func (g *generator) fetchable(r *plan.Run) bool {
	if r.Kernel.Domain != ir.Spiking || r.Kernel.InOrder || g.l.Lists[r.List].Split > 1 || g.drawn(r) || g.l.replicas() > 1 || g.sideBySide(r) == 1 || len(r.Kernel.Effects) > mostFetched {
		return false
	}
	c := g.l.Plan.Conns[r.Conn]
	_, far := sidesOf(c)
	if d := g.l.joined[r]; d != nil && (len(d.slabs[delayEnds]) > 1 || !d.Fetched) {
		return false
	}
	return c.Index >= 0 && asks(r.Kernel, far) && g.takeTexels(g.l.Buffers[c.Index].Slab)
}

// sideBySide is the number of spikes, or segments, that a work group of a dispatch takes side by side.
func (g *generator) sideBySide(r *plan.Run) int {
	if d := g.l.joined[r]; d != nil {
		return d.Teams
	}
	return g.l.Lists[r.List].beside()
}

// teamIn is the number of invocations that share a segment in a program of many steps, of which a work group has so many. Where rounds are counted,
// which must be the same number in all of them, that is all: so the count is exact.
func (g *generator) teamIn(r *plan.Run, groupSize int) int {
	switch d := g.l.joined[r]; {
	case d.Lanes > 0:
		return min(d.Lanes, groupSize)
	case g.counted:
		return groupSize
	}
	return min(DelaysGroup/g.l.joined[r].Teams, groupSize)
}

// fetchedRow writes a loop over the entries of the row of source, which some invocations share: each takes a texel of far ends at a time, the first the
// one that the row begins in.
func (g *generator) fetchedRow(t *strings.Builder, r *plan.Run, lane string, among int, call string) {
	c := g.l.Plan.Conns[r.Conn]
	g.use(int(c.RowPtr))
	ptr, index := g.l.Buffers[c.RowPtr].Name, g.l.Buffers[c.Index]
	n := wide // entries of a texel
	if index.Narrow {
		n *= 2
	}
	fmt.Fprintf(t, "{ uint from = uint(%s(source)), end = uint(%s(source + 1u)); ", ptr, ptr)
	fmt.Fprintf(t, "for (uint k = (from & ~%du) + %du * (%s); k < end; k += %du) { ", n-1, n, lane, n*among)
	fmt.Fprintf(t, "uvec4 ends = imageLoad(texels%d, int(%du + k / %du)); ", index.Slab, index.Base/wide, n)
	for _, line := range endsOfTexel(n, index.Narrow, call) {
		t.WriteString(line + " ")
	}
	t.WriteString("} } ")
}

// endsOfTexel calls for each of the n synapses from k on whose ends lie in one texel and which the row, or the part of one, has.
func endsOfTexel(n int, narrow bool, call string) (lines []string) {
	for j := range n {
		end := fmt.Sprintf("ends.%c", "xyzw"[j*wide/n])
		if narrow {
			end = fmt.Sprintf("%s >> %du & 0xffffu", end, 16*(j%2))
		}
		at := "k"
		if j > 0 {
			at = fmt.Sprintf("k + %du", j)
		}
		lines = append(lines, fmt.Sprintf("if (%s >= from && %s < end) %s(%s, source, int(%s));", at, at, call, at, end))
	}
	return lines
}

// OverSpikes writes the program of an indirect dispatch that runs kernels over spikes: a work group takes a spike, its invocations
// the synapses. Without synapses an invocation takes a spike.
func OverSpikes(l *Layout, ops []Op, groupSize int) (*Program, error) {
	g := newGenerator(l)
	once, main, err := g.spikeTexts(ops, groupSize, "gl_WorkGroupID.x", "gl_NumWorkGroups.x")
	if err != nil {
		return nil, err
	}
	g.stepUniforms()
	g.linef("void main() {")
	g.linef("\tif (halted()) return;")
	g.body.WriteString(once)
	g.body.WriteString(main)
	g.linef("}")
	return g.finish(groupSize, 0)
}

// spikeTexts writes the functions of kernels over spikes and returns the statements that run them: what is done once, and then for all spikes. They are those
// of a dispatch, or others: group is one of so many groups that share the spikes.
func (g *generator) spikeTexts(ops []Op, groupSize int, group, groups string) (once, main string, err error) {
	var before, t strings.Builder
	l := g.l
	synapses, split := false, false
	for _, op := range ops {
		synapses = synapses || op.(*plan.Run).Kernel.Domain == ir.Spiking
		split = split || l.Lists[op.(*plan.Run).List].Split > 1
	}
	whole := ""
	if group == "gl_WorkGroupID.x" {
		whole = " && gl_WorkGroupID.y == 0u"
	} else {
		split = false
	}
	with := jointWith(l, ops)
	g.joint, g.fetched = map[*plan.Run]bool{}, map[*plan.Run]bool{}
	names, functions := make([]string, len(ops)), make([]function, len(ops))
	for k, op := range ops {
		r := op.(*plan.Run)
		g.joint[r] = with[k] != nil
		// The operations of a synapse are done by one invocation.
		g.fetched[r] = len(ops) <= mostRepeated && !slices.ContainsFunc(ops, func(o Op) bool {
			x := o.(*plan.Run)
			return x.Conn == r.Conn && x.Kernel.Domain == ir.Spiking && (with[slices.Index(ops, o)] != nil || !g.fetchable(x))
		})
		f, err := g.op(r)
		if err != nil {
			return "", "", err
		}
		if f.shared != "" {
			fmt.Fprintf(&before, "\t%s;\n", f.shared)
		}
		names[k], functions[k] = f.name, f
	}
	for k := 0; k < len(ops); {
		r := ops[k].(*plan.Run)
		if d := l.joined[r]; d != nil {
			among := groupSize / d.Teams
			how := segments{fmt.Sprintf("%s * %du + gl_LocalInvocationIndex / %du", group, d.Teams, among), fmt.Sprintf("%s * %du", groups, d.Teams),
				fmt.Sprintf("gl_LocalInvocationIndex %% %du", among), fmt.Sprintf("%du", among), d.Teams > 1}
			if split {
				how.lane += fmt.Sprintf(" + gl_WorkGroupID.y * %du", among)
				how.by += " * gl_NumWorkGroups.y"
			}
			t.WriteByte('\t')
			g.delaysLoop(&t, r, functions[k], groupSize, how)
			t.WriteByte('\n')
			k++
			continue
		}
		// Operations over the same spikes share the loop.
		first, stride := group, groups
		lane, among := "gl_LocalInvocationIndex", groupSize // of the invocations that share a spike, and their number
		if p := l.Lists[r.List].beside(); p > 1 {
			among = groupSize / p
			first = fmt.Sprintf("%s * %du + gl_LocalInvocationIndex / %du", group, p, among)
			stride = fmt.Sprintf("%s * %du", groups, p)
			lane = fmt.Sprintf("gl_LocalInvocationIndex %% %du", among)
		}
		if !synapses {
			first, stride = fmt.Sprintf("%s * %du + gl_LocalInvocationIndex", group, groupSize), fmt.Sprintf("%s * %du", groups, groupSize)
		}
		var body strings.Builder
		n := k
		for ; n < len(ops) && ops[n].(*plan.Run).SameSpikes(r) && l.joined[ops[n].(*plan.Run)] == nil; n++ {
			o := ops[n].(*plan.Run)
			switch {
			case !synapses:
				fmt.Fprintf(&body, "%s(source); ", names[n])
			case o.Kernel.Domain == ir.Active:
				fmt.Fprintf(&body, "if (%s == 0u%s) %s(source); ", lane, whole, names[n])
			case g.drawn(o):
				fmt.Fprintf(&body, "if (gl_WorkGroupID.y == 0u) %s(source, gl_LocalInvocationIndex); ", g.drawnRows(o, functions[n], groupSize))
			default:
				from, by := lane, fmt.Sprintf("%du", among)
				if split {
					from += fmt.Sprintf(" + gl_WorkGroupID.y * %du", groupSize)
					by += " * gl_NumWorkGroups.y"
				}
				if g.fetched[o] {
					g.fetchedRow(&body, o, lane, among, names[n])
					break
				}
				body.WriteString("{ ")
				g.rowLoop(&body, o, from, by, func() {
					if with[n] != nil {
						g.jointEntry(&body, ops, names, n, with[n])
						return
					}
					fmt.Fprintf(&body, "%s(k, source); ", names[n])
				})
				body.WriteString("} ")
			}
		}
		t.WriteByte('\t')
		g.spikeLoop(&t, r, first, stride, func() { t.WriteString(body.String()) })
		t.WriteByte('\n')
		k = n
	}
	return before.String(), t.String(), nil
}

// InOrder writes the program in which one invocation takes the synapses of all spikes one after another: in each pass so many, from
// where the pass before it ended.
func InOrder(l *Layout, r *plan.Run, synapses int) (*Program, error) {
	g := newGenerator(l)
	f, err := g.op(r)
	if err != nil {
		return nil, err
	}
	c := l.Plan.Conns[r.Conn]
	g.use(int(c.RowPtr))
	ptr := l.Buffers[c.RowPtr].Name
	var main strings.Builder
	g.spikeLoop(&main, r, "0u", "1u", func() {
		fmt.Fprintf(&main, "\n\t\tuint row = source %% %du, from = uint(%s(row)), n = uint(%s(row + 1u)) - from;\n", max(rowsOf(c), 1), ptr, ptr)
		main.WriteString("\t\tif (seen + n > begin) {\n")
		main.WriteString("\t\t\tuint first = max(begin, seen) - seen, last = min(n, end - seen);\n")
		fmt.Fprintf(&main, "\t\t\tfor (uint k = from + first; k < from + last; ++k) %s(k, source);\n", f.name)
		main.WriteString("\t\t}\n\t\tseen += n;\n\t\tif (seen >= end) break;\n\t")
	})
	g.stepUniforms()
	g.uniforms = append(g.uniforms, "uniform uint "+UniformPass+";")
	g.linef("void main() {")
	g.linef("\tif (halted()) return;")
	if f.shared != "" {
		g.linef("\t%s;", f.shared)
	}
	g.linef("\tuint begin = %s * %du, end = begin + %du, seen = 0u;", UniformPass, synapses, synapses)
	g.linef("\t%s", main.String())
	g.linef("}")
	return g.finish(1, 1)
}

// Lists writes the program in which each work group runs one chain: making a spike list, and what records it. The last to end finds the arguments
// of dispatches over several lists.
func Lists(l *Layout, chains [][]Op, together []*Together, groupSize int) (*Program, error) {
	g := newGenerator(l)
	g.coherent = "coherent "
	var main strings.Builder
	for k, chain := range chains {
		fmt.Fprintf(&main, "\tif (gl_WorkGroupID.x == %du) {\n", k)
		for j, op := range chain {
			f, err := g.grouped(op, groupSize)
			if err != nil {
				return nil, err
			}
			if j > 0 {
				main.WriteString("\t\tsync_group();\n")
			}
			fmt.Fprintf(&main, "\t\t%s;\n", f.call)
		}
		main.WriteString("\t}\n")
	}
	if len(together) > 0 {
		main.WriteString("\tsync_group();\n")
		g.lastOf(&main, chains[0][0], len(chains))
		for _, o := range together {
			fmt.Fprintf(&main, "\t%s;\n", g.together(o).call)
		}
	}
	g.stepUniforms()
	g.linef("void sync_group() { memoryBarrierBuffer(); barrier(); }")
	g.linef("")
	g.linef("void main() {")
	g.linef("\tif (halted()) return;")
	g.linef("\tuint me = gl_LocalInvocationIndex;")
	g.body.WriteString(main.String())
	g.linef("}")
	return g.finish(groupSize, len(chains))
}

// spiked writes the function of a kernel over spikes, and calls it for an element whose bit is set. The caller has loaded the word of bits.
func (g *generator) spiked(o *Spiked) (function, error) {
	f, err := g.op(o.Run)
	if err != nil {
		return f, err
	}
	s, bits := g.l.Lists[o.Run.List], "emit"
	if !o.Here {
		g.use(s.Bits)
		bits = "spiked"
	}
	f.n = s.Elems
	f.call = fmt.Sprintf("if ((%s_%d >> (e & 31u) & 1u) != 0u) %s(e)", bits, s.Bits, f.name)
	return f, nil
}

// lastGroup writes what the work group that ends last of all does: the chains, which see everything that the others wrote. "" without chains.
func (g *generator) lastGroup(chains [][]Op, groupSize, groups int) (string, error) {
	if len(chains) == 0 {
		return "", nil
	}
	before := maps.Clone(g.buffers)
	clear(g.buffers)
	var main strings.Builder
	main.WriteString("\tuint me = gl_LocalInvocationIndex;\n\tsync_group();\n")
	g.lastOf(&main, chains[0][0], groups)
	if err := g.inTurn(&main, chains, groupSize); err != nil {
		return "", err
	}
	g.seen = map[int]bool{}
	for b := range g.buffers {
		g.seen[g.l.Buffers[b].Slab] = true
	}
	maps.Copy(g.buffers, before)
	g.linef("void sync_group() { memoryBarrierBuffer(); barrier(); }")
	g.linef("")
	return main.String(), nil
}

// inTurn writes the functions of chains and, to main, how one work group runs them one after another.
func (g *generator) inTurn(main *strings.Builder, chains [][]Op, groupSize int) error {
	for k, op := range slices.Concat(chains...) {
		f, err := g.grouped(op, groupSize)
		if err != nil {
			return err
		}
		if k > 0 {
			main.WriteString("\tsync_group();\n")
		}
		fmt.Fprintf(main, "\t%s;\n", f.call)
	}
	return nil
}

// lastOf writes the end of all work groups but the one that comes last. They count in the arguments of the list of op, and have made visible what they
// wrote.
func (g *generator) lastOf(main *strings.Builder, op Op, groups int) {
	if groups == 1 {
		return
	}
	s := g.l.Lists[g.l.ListOf(op)]
	g.use(s.Args)
	g.globals = append(g.globals, "shared bool is_last;")
	arrived := fmt.Sprintf("%s(%du)", g.l.Buffers[s.Args].Name, s.argsLen()-1)
	fmt.Fprintf(main, "\tif (me == 0u) is_last = atomicAdd(%s, 1) == %d;\n", arrived, groups-1)
	main.WriteString("\tbarrier();\n\tif (!is_last) return;\n")
	fmt.Fprintf(main, "\tif (me == 0u) %s = 0;\n", arrived)
	main.WriteString("\tmemoryBarrierBuffer();\n")
}
