package plan

import (
	"bytes"
	"slices"
	"unsafe"

	"github.com/galvani-sim/galvani/host/ir"
)

// Narrow says of each connectivity whether all operations over it take an Index of 16 bits. Those are kernels over spikes and over synapses. Sums over the
// rows of all elements are bound by what they gather, not by the index, and go through it in their own ways.
func (p *Plan) Narrow() []bool {
	narrow := make([]bool, len(p.Conns))
	for i, c := range p.Conns {
		narrow[i] = c.Drawn == nil
	}
	wide := func(i int) {
		if i >= 0 && i < len(narrow) {
			narrow[i] = false
		}
	}
	for _, op := range p.ops() {
		switch op := op.(type) {
		case *Run:
			if k := op.Kernel; k.Domain != ir.Spiking && k.Domain != ir.Synapses || len(k.Reductions) > 0 {
				wide(op.Conn)
			}
		case *Sequence:
			for _, r := range op.Runs {
				wide(r.Conn)
			}
		}
	}
	return narrow
}

// widenSums gives connectivity that is summed over an Index of 32 bits.
func (b *builder) widenSums() {
	for i, narrow := range b.plan.Narrow() {
		if c := b.plan.Conns[i]; (!narrow || b.opt.Long) && c.Drawn == nil {
			for _, id := range c.ends() {
				b.widen(id)
			}
		}
	}
}

// verifyNarrow refuses indices of 16 bits where something reads them as what they are not.
func (p *Plan) verifyNarrow(bad func(string, ...any)) {
	may, narrow := map[BufferID]bool{}, p.Narrow()
	for i, c := range p.Conns {
		for _, id := range c.ends() {
			may[id] = may[id] || narrow[i]
		}
	}
	for i, c := range p.Conns {
		for _, id := range c.Buffers() {
			if !narrow[i] || !slices.Contains(c.ends(), id) {
				delete(may, id)
			}
		}
	}
	for _, r := range p.runs() {
		for _, id := range r.Bind {
			delete(may, id)
		}
		if r.Kernel.Domain == ir.Spiking || r.Kernel.Domain == ir.Active {
			delete(may, r.List)
		}
	}
	for _, b := range p.Buffers {
		if b.Narrow() && !may[b.ID] {
			bad("buffer %s.%s has 16 bits for each entry, but is read as integers of 32", b.Object, b.Var)
		}
	}
}

// Connects reports whether a buffer says what is connected.
func (p *Plan) Connects(id BufferID) bool {
	for _, c := range p.Conns {
		if slices.Contains(c.Buffers(), id) {
			return true
		}
	}
	return false
}

// Narrow reports whether entries have 16 bits each.
func (b *Buffer) Narrow() bool { return b.Shorts != nil || b.Recipe != nil && b.Recipe.Short }

// Entries are the initial contents of an Index; both of its slices are nil where the plan does not tell.
func (b *Buffer) Entries() Index {
	if b.Recipe != nil {
		return b.Recipe.Index()
	}
	return Index{Long: b.Ints, Short: b.Shorts}
}

// MostEnds is the largest number of entries of a connectivity's Index that are one element, all of them where it is not known.
func (p *Plan) MostEnds(c *Conn) (most int) {
	b := p.Buffers[c.Index]
	if b.Recipe != nil {
		return b.Recipe.most
	}
	n := make([]int32, map[bool]int{true: c.NPre, false: c.NPost}[c.ByPost])
	switch {
	case b.Shorts != nil:
		return mostOf(n, b.Shorts[:min(c.N, len(b.Shorts))])
	case b.Ints != nil:
		return mostOf(n, b.Ints[:min(c.N, len(b.Ints))])
	}
	return c.N
}

// mostOf counts entries, and returns the largest number.
func mostOf[E int32 | uint16](n []int32, entries []E) (most int) {
	for _, e := range entries {
		if uint(e) < uint(len(n)) {
			n[e]++
			most = max(most, int(n[e]))
		}
	}
	return most
}

// SameContents reports whether two buffers begin with the same.
func SameContents(a, b *Buffer) bool {
	if a.Fill != b.Fill || a.Narrow() != b.Narrow() || (a.Reals == nil) != (b.Reals == nil) {
		return false
	}
	if a.Recipe != nil && a.Recipe.Same(b.Recipe) {
		return true
	}
	x, y := a.Entries(), b.Entries()
	if (x.Long == nil) != (y.Long == nil) {
		return false
	}
	return same(x.Long, y.Long) && same(x.Short, y.Short) && same(a.Reals, b.Reals)
}

// same compares the bits of two lists.
func same[E int32 | uint16 | float64](a, b []E) bool {
	return len(a) == len(b) && (unsafe.SliceData(a) == unsafe.SliceData(b) || bytes.Equal(bytesOf(a), bytesOf(b)))
}
