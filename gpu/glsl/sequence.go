package glsl

import (
	"fmt"
	"strings"

	"github.com/galvani-sim/galvani/host/plan"
)

// UniformPass counts the dispatches of a sequence within one step, from 0.
const UniformPass = "pass_of_step"

// Sequence writes the program in which one work group runs a sequence: the result is that of one element after another, and elements that
// are not neighbours run at the same time.
//
// In each round an element that waits looks at its neighbours that wait too: of two, the later one is marked. Those without a mark have
// nothing before them that they could see, and nothing after them has run: they run now, as Jones and Plassmann (1993) color graphs. The
// rounds are as many as the longest path of neighbours that ascends in the order, which is short for a random order on a sparse graph.
// Both directions matter: an element must neither miss what a neighbour before it wrote, nor see what one behind it will write.
//
// A dispatch takes up to `rounds` rounds; passes is the number of dispatches of a step, and an element that still waits after the last is
// a fault.
func Sequence(l *Layout, s *plan.Sequence, groupSize, rounds, passes int) (*Program, error) {
	g := newGenerator(l)
	g.coherent = "coherent " // what one invocation writes, others read within the same dispatch
	var once, element strings.Builder
	for _, r := range s.Runs {
		f, err := g.op(r)
		if err != nil {
			return nil, err
		}
		if f.shared != "" {
			fmt.Fprintf(&once, "\t%s;\n", f.shared)
		}
		fmt.Fprintf(&element, "\t\t\t%s(e);\n", f.name)
	}
	g.title = []string{s.Name + ", one after another"}
	name := func(b plan.BufferID) string {
		g.use(int(b))
		return l.Buffers[b].Name
	}
	marks := name(s.Marks)
	g.stepUniforms()
	g.uniforms = append(g.uniforms, "uniform uint "+UniformPass+";")
	g.globals = append(g.globals, "shared uint waiting[2]; // whether any element waits, by the parity of the round")
	g.linef("void sync_group() { memoryBarrierBuffer(); barrier(); }")
	g.linef("")
	g.linef("const int DONE = 0x7fffffff; // a mark; others are the number of the round in which a neighbour came before")
	g.linef("")
	before := "a < b"
	if s.Random {
		g.random = true
		keys := name(s.Keys)
		before = fmt.Sprintf("uint(%s(a)) != uint(%s(b)) ? uint(%s(a)) < uint(%s(b)) : a < b", keys, keys, keys, keys)
	}
	g.linef("bool before(uint a, uint b) { return %s; }", before)
	g.linef("")
	loop := fmt.Sprintf("for (uint e = me; e < %du; e += %du)", s.N, groupSize)
	g.linef("void main() {")
	g.linef("\tif (halted()) return;")
	g.linef("\tuint me = gl_LocalInvocationIndex;")
	g.body.WriteString(once.String())
	g.linef("\tif (%s == 0u) %s {", UniformPass, loop)
	if s.Random {
		g.linef("\t\t%s(e) = int(draw_words(e, %du, 0u, 0u).x);", name(s.Keys), s.Stream)
	}
	g.linef("\t\t%s(e) = 0;", marks)
	g.linef("\t}")
	g.linef("\tif (me < 2u) waiting[me] = 0u;")
	g.linef("\tsync_group();")
	g.linef("\tfor (uint round = 0u; round < %du; ++round) {", rounds)
	g.linef("\t\tint mark = int(%s * %du + round) + 1;", UniformPass, rounds)
	g.linef("\t\t%s {", loop)
	g.linef("\t\t\tif (%s(e) == DONE) continue;", marks)
	for _, c := range s.Neighbours() {
		conn := l.Plan.Conns[c]
		rows, index := name(conn.RowPtr), name(conn.Index)
		g.linef("\t\t\tfor (uint k = uint(%s(e)), end = uint(%s(e + 1u)); k < end; ++k) {", rows, rows)
		g.linef("\t\t\t\tuint other = uint(%s(k));", index)
		g.linef("\t\t\t\tif (other == e || %s(other) == DONE) continue;", marks)
		g.linef("\t\t\t\tif (before(other, e)) { %s(e) = mark; } else { %s(other) = mark; }", marks, marks)
		g.linef("\t\t\t}")
	}
	g.linef("\t\t}")
	g.linef("\t\tsync_group();")
	g.linef("\t\tuint now = round & 1u;")
	g.linef("\t\t%s {", loop)
	g.linef("\t\t\tint m = %s(e);", marks)
	g.linef("\t\t\tif (m == DONE) continue;")
	g.linef("\t\t\tif (m == mark) { waiting[now] = 1u; continue; }")
	g.body.WriteString(element.String())
	g.linef("\t\t\t%s(e) = DONE;", marks)
	g.linef("\t\t}")
	g.linef("\t\tif (me == 0u) waiting[1u - now] = 0u;")
	g.linef("\t\tsync_group();")
	g.linef("\t\tif (waiting[now] == 0u) break;")
	g.linef("\t}")
	site := l.listSite(s.Marks, Site{Waits: s.Name})
	g.linef("\tif (%s == %du) %s {", UniformPass, passes-1, loop)
	g.linef("\t\tif (%s(e) != DONE) report_fault(%du, e, 0u);", marks, site)
	g.linef("\t}")
	g.linef("}")
	return g.finish(groupSize, 1)
}

// halt writes the function that ends the run behind this step if a list is not empty.
func (g *generator) halt(h *plan.Halt) function {
	g.use(int(h.List))
	f := g.function(h.Name, 1)
	site := g.l.listSite(h.List, Site{Halt: h.Name})
	g.linef("void %s(uint e) { if (%s(%s) != 0) report_fault(%du, 0u, 0u); }", f.name, g.l.Buffers[h.List].Name, rowAt(g.l.listOf(h.List), 0), site)
	return f
}

// listOf is a list of the plan, also one that nothing follows.
func (l *Layout) listOf(b plan.BufferID) *List {
	if s, ok := l.Lists[b]; ok {
		return s
	}
	rows := max(1, l.Plan.Buffers[b].Rows)
	return &List{Rows: rows, Width: l.Plan.Buffers[b].Len / rows}
}
