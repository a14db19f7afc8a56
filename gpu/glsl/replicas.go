package glsl

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// A plan with replicas runs each kernel over the elements of all of them. In a kernel's function `e` is the element among all, `own` the one
// within the replica and `rep` the replica. What a replica has of a buffer begins at rep times its length; connectivity is there once.

// MostReplicas is the number of replicas that may draw random numbers of their own: their keys are uniforms.
const MostReplicas = 256

// UniformKeys are the keys of replicas with random numbers of their own: an array of uvec2.
const UniformKeys = "keys"

// replicas is the number of networks that the plan runs side by side.
func (l *Layout) replicas() int { return max(1, l.Plan.Replicas) }

// each is the length of a replica's part of a buffer, 0 when all have one.
func (l *Layout) each(b int) int {
	if b < len(l.Plan.Buffers) {
		return l.Plan.Buffers[b].Each
	}
	return 0
}

// splitElement writes how the replica follows from e, an element of n in each.
func (g *generator) splitElement(s *scope, n int) []string {
	if g.l.replicas() == 1 {
		return nil
	}
	s.single, s.stride = "own", n
	if n == 1 {
		return append([]string{"\tuint rep = e, own = 0u;"}, g.takeKey(s)...)
	}
	return append([]string{fmt.Sprintf("\tuint rep = e / %du, own = e - rep * %du;", n, n)}, g.takeKey(s)...)
}

// splitEntry writes how the replica follows from an entry of connectivity, or over spikes from the row.
func (g *generator) splitEntry(s *scope, r *plan.Run, spiking bool) []string {
	if g.l.replicas() == 1 {
		return nil
	}
	s.single, s.stride = "own", g.l.stride(r)
	name, n := "k", s.conn.N
	if spiking {
		name, n = "row", rowsOf(s.conn)
	}
	return append([]string{fmt.Sprintf("\tuint rep = %s / %du; %s -= rep * %du;", name, max(n, 1), name, n)}, g.takeKey(s)...)
}

// takeKey makes the draws of a kernel those of the replica.
func (g *generator) takeKey(s *scope) []string {
	if g.l.OwnNoise && s.drawing {
		return []string{"\tkey = keys[rep];"}
	}
	return nil
}

func rowsOf(c *plan.Conn) int {
	if c.ByPost {
		return c.NPost
	}
	return c.NPre
}

// stride is the number of synapses of a replica: those of the connectivity, or more where that has a part of them.
func (l *Layout) stride(r *plan.Run) int {
	n := l.Plan.Conns[r.Conn].N
	for i, s := range r.Kernel.Slots {
		if s.Kind == ir.PerElement {
			n = max(n, l.each(int(r.Bind[i])))
		}
	}
	return n
}

// inReplica spells an index of the replica's part of a buffer as one of the buffer.
func (s *scope) inReplica(b int, at string) string {
	if each := s.l.each(b); each > 0 {
		return fmt.Sprintf("rep * %du + uint(%s)", each, at)
	}
	return at
}

// ownPlace spells where the element's own value of a PerElement slot is.
func (s *scope) ownPlace(b int) string {
	each := s.l.each(b)
	switch {
	case s.single == "":
		return s.elem
	case each == 0:
		return s.single
	case each == s.stride:
		return s.elem
	}
	return fmt.Sprintf("rep * %du + %s", each, s.single)
}

// part is the length of what a replica has of a buffer.
func (l *Layout) part(b int) int {
	if each := l.each(b); each > 0 {
		return each
	}
	return l.Buffers[b].Len
}
