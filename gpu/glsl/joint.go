package glsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Joint reports whether two operations over spikes, such as those of the ends of synapses that learn, may be in one dispatch though they change the
// same synapses: whichever of them finds a synapse first, in their order, does the code of both there. For that the
// connectivity of each has to hold all synapses, so that whether the other comes to a synapse follows from the spikes of its other end.
func Joint(l *Layout, a, b Op) bool {
	x, y := overSpikes(a), overSpikes(b)
	if x == nil || y == nil || l.replicas() > 1 {
		return false
	}
	for _, r := range []*plan.Run{x, y} {
		if r.Kernel.Domain != ir.Spiking || r.Kernel.InOrder || r.Bounded() || l.joined[r] != nil {
			return false
		}
		if c := l.Plan.Conns[r.Conn]; c.Mapped && c.Pre == nil {
			return false
		}
	}
	c, d := l.Plan.Conns[x.Conn], l.Plan.Conns[y.Conn]
	if c.N != d.N {
		return false
	}
	for i, s := range x.Kernel.Slots {
		for j, t := range y.Kernel.Slots {
			if s.Kind == ir.PerElement && t.Kind == ir.PerElement && x.Bind[i] == y.Bind[j] && (s.Access|t.Access)&ir.Write != 0 {
				return l.sameEnds(x.Conn, y.Conn)
			}
		}
	}
	return false
}

// sameEnds reports whether synapses have the same ends in two connectivities that hold all. Where one of them says which synapse an entry is, they do.
func (l *Layout) sameEnds(a, b int) bool {
	c, d := l.Plan.Conns[a], l.Plan.Conns[b]
	if a == b || c.Mapped || d.Mapped {
		return true
	}
	key := [2]int{min(a, b), max(a, b)}
	if same, ok := l.ends[key]; ok {
		return same
	}
	if l.ends == nil {
		l.ends = map[[2]int]bool{}
	}
	p, q := l.endsOf(c), l.endsOf(d)
	l.ends[key] = p != nil && q != nil && slices.Equal(p[0], q[0]) && slices.Equal(p[1], q[1])
	return l.ends[key]
}

// endsOf are the presynaptic and the postsynaptic elements of the entries of a connectivity, nil where they are not known.
func (l *Layout) endsOf(c *plan.Conn) [][]int32 {
	rows, index := l.Plan.Buffers[c.RowPtr].Ints, l.Plan.Buffers[c.Index].Entries().List()
	if rows == nil || index == nil {
		return nil
	}
	near := make([]int32, 0, c.N)
	for r := range rowsOf(c) {
		for range rows[r+1] - rows[r] {
			near = append(near, int32(r))
		}
	}
	if c.ByPost {
		return [][]int32{index, near}
	}
	return [][]int32{near, index}
}

// jointWith lists, for each operation of a dispatch, those that change the same synapses, itself included, in their order; nil for those without others.
func jointWith(l *Layout, ops []Op) [][]int {
	class := make([]int, len(ops))
	for i := range ops {
		class[i] = i
		for j := range i {
			if Joint(l, ops[j], ops[i]) {
				from, to := class[i], class[j]
				for k := range i + 1 {
					if class[k] == from {
						class[k] = to
					}
				}
			}
		}
	}
	with := make([][]int, len(ops))
	for i := range ops {
		for j := range ops {
			if class[i] == class[j] {
				with[i] = append(with[i], j)
			}
		}
		if len(with[i]) == 1 {
			with[i] = nil
		}
	}
	return with
}

// jointEntry writes what operation k does at entry k of its connectivity, with those that change the same synapses.
func (g *generator) jointEntry(t *strings.Builder, ops []Op, names []string, k int, with []int) {
	r := ops[k].(*plan.Run)
	c := g.l.Plan.Conns[r.Conn]
	g.use(int(c.Index))
	pre, post := "int(source)", g.l.Buffers[c.Index].Name+"(k)"
	if c.ByPost {
		pre, post = post, pre
	}
	fmt.Fprintf(t, "\n\t\t\tuint e = %s; int pre = %s, post = %s;", g.synapse(c, "k"), pre, post)
	comes := func(j int) string { // whether another operation comes to this synapse
		o := ops[j].(*plan.Run)
		d := g.l.Plan.Conns[o.Conn]
		if o.List == r.List && o.Lag == r.Lag && c.ByPost == d.ByPost {
			return "true"
		}
		end := "pre"
		if d.ByPost {
			end = "post"
		}
		return fmt.Sprintf("%s(%s)", g.spikedAt(o.List, o.Lag), end)
	}
	var before []string
	for _, j := range with {
		if j < k {
			before = append(before, comes(j))
		}
	}
	if len(before) > 0 {
		fmt.Fprintf(t, "\n\t\t\tif (%s) continue;", strings.Join(before, " || "))
	}
	fmt.Fprintf(t, "\n\t\t\t%s(e, pre, post);", names[k])
	for _, j := range with {
		if j > k {
			// A loop: a software renderer goes through both ways of a branch.
			fmt.Fprintf(t, "\n\t\t\tfor (bool also = %s; also; also = false) %s(e, pre, post);", comes(j), names[j])
		}
	}
	t.WriteString("\n\t\t")
}

// spikedAt writes, once, the function that looks for an element in the list of some steps ago, and returns its name.
func (g *generator) spikedAt(list plan.BufferID, lag int) string {
	name := fmt.Sprintf("run_among_%d_%d", list, lag)
	if slices.Contains(g.written, name) {
		return name
	}
	g.written = append(g.written, name)
	g.use(int(list))
	s, at := g.l.Lists[list], g.l.Buffers[list].Name
	g.linef("bool %s(int i) {", name)
	if lag > 0 {
		g.linef("\tif (clock_step.y == 0u && clock_step.x < %du) return false;", lag)
	}
	g.linef("\tuint row = %s;", rowAt(s, lag))
	g.linef("\tuint low = 0u, count = min(uint(%s(row)), %du), top = count;", at, s.Width-1)
	g.linef("\twhile (low < top) {")
	g.linef("\t\tuint mid = (low + top) / 2u;")
	g.linef("\t\tif (%s(row + 1u + mid) < i) { low = mid + 1u; } else { top = mid; }", at)
	g.linef("\t}")
	g.linef("\treturn low < count && %s(row + 1u + low) == i;", at)
	g.linef("}")
	g.linef("")
	return name
}
