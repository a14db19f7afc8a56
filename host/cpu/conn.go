package cpu

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/rng"
)

// connection is connectivity that was checked, so that loops over it need not.
type connection struct {
	name      string
	rowPtr    []int32
	index     plan.Index
	syn       []int32 // nil unless mapped
	rows, far int     // elements at the end that owns rows, and at the other
	byPost    bool
	// ascending: the far end never descends within a row.
	ascending bool
	maxSyn    int // largest entry of syn, -1 when there is none
	// nearOf and farOf are buffers with the ends of each synapse of a mapped or listed connection, -1 until a kernel needs them.
	nearOf, farOf int
	pre, post     *plan.Ends // of each synapse, where the plan tells them
	// drawn makes rows; index has room for those of a few spikes, and drawnRows says where each row is.
	drawn interface {
		Append(dst []int32, row int) []int32
	}
	drawnRows [][2]int
	indexBuf  int
	together  int             // spikes whose rows are drawn together
	first     []int32         // number of the first synapse of each row; nil: not asked
	values    []plan.BufferID // buffers that have room for computed values
	valueKey  rng.Key         // of the random numbers in them
}

// connection checks connectivity i of the plan.
func (x *instance[T]) connection(i int) (*connection, error) {
	if i < 0 || i >= len(x.plan.Conns) {
		return nil, fmt.Errorf("connection %d does not exist: the plan has %d", i, len(x.plan.Conns))
	}
	for len(x.conns) < len(x.plan.Conns) {
		x.conns = append(x.conns, nil)
	}
	if x.conns[i] != nil {
		return x.conns[i], nil
	}
	p := x.plan.Conns[i]
	c := &connection{name: p.Name, rows: p.NPre, far: p.NPost, byPost: p.ByPost, ascending: true, maxSyn: -1, nearOf: -1, farOf: -1}
	if p.ByPost {
		c.rows, c.far = p.NPost, p.NPre
	}
	if p.Drawn != nil {
		c.drawn, c.together, c.index.Long = p.Drawn, p.DrawnRows(), make([]int32, p.DrawnRoom())
		c.valueKey = p.ValueKey(x.replica)
		if p.RowPtr != plan.None {
			if c.first = x.m.int[p.RowPtr]; len(c.first) != c.rows+1 {
				return nil, fmt.Errorf("connection %q: numbers of %d rows for %d", p.Name, len(c.first)-1, c.rows)
			}
		}
		// Rows are written to a buffer behind those of the plan.
		c.indexBuf = len(x.m.int)
		x.m.real, x.m.int = append(x.m.real, nil), append(x.m.int, c.index.Long)
		x.conns[i] = c
		return c, nil
	}
	ints := func(id plan.BufferID, n int) ([]int32, error) {
		if id < 0 || int(id) >= len(x.plan.Buffers) || n < 0 || len(x.m.int[id]) < n {
			return nil, fmt.Errorf("connection %q: buffer %d does not hold %d integers", p.Name, id, n)
		}
		return x.m.int[id][:n], nil
	}
	var err error
	if p.Listed {
		if err := x.listed(c, p); err != nil {
			return nil, err
		}
		x.conns[i] = c
		return c, nil
	}
	if c.rowPtr, err = ints(p.RowPtr, c.rows+1); err != nil {
		return nil, err
	}
	if p.Index >= 0 && int(p.Index) < len(x.plan.Buffers) && x.m.short[p.Index] != nil {
		c.index.Short = x.m.short[p.Index]
	} else if c.index.Long, err = ints(p.Index, p.N); err != nil {
		return nil, err
	}
	if c.index.Len() != p.N {
		return nil, fmt.Errorf("connection %q: %d ends of %d synapses", p.Name, c.index.Len(), p.N)
	}
	if p.Mapped {
		if c.syn, err = ints(p.Syn, p.N); err != nil {
			return nil, err
		}
	}
	if p.Mapped && p.Pre != nil {
		if p.Pre.Len() != p.N || p.Post.Len() != p.N {
			return nil, fmt.Errorf("connection %q: %d and %d ends of %d synapses", p.Name, p.Pre.Len(), p.Post.Len(), p.N)
		}
		c.pre, c.post = p.Pre, p.Post
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	x.conns[i] = c
	x.entries += c.index.Len()
	return c, nil
}

// listed checks a list of synapses.
func (x *instance[T]) listed(c *connection, p *plan.Conn) error {
	if len(x.m.int) < len(x.plan.Buffers) || p.Near < 0 || int(p.Near) >= len(x.plan.Buffers) || p.Index < 0 || int(p.Index) >= len(x.plan.Buffers) {
		return fmt.Errorf("connection %q: no lists of ends", c.name)
	}
	near := x.m.index(int(p.Near))
	c.index, c.nearOf, c.farOf = x.m.index(int(p.Index)), int(p.Near), int(p.Index)
	if near.Len() != p.N || c.index.Len() != p.N {
		return fmt.Errorf("connection %q: %d and %d ends of %d synapses", c.name, near.Len(), c.index.Len(), p.N)
	}
	for k := range p.N {
		if uint32(near.At(k)) >= uint32(c.rows) || uint32(c.index.At(k)) >= uint32(c.far) {
			return fmt.Errorf("connection %q: synapse %d is from element %d of %d to %d of %d", c.name, k, near.At(k), c.rows, c.index.At(k), c.far)
		}
	}
	return nil
}

func (c *connection) check() error {
	if c.rowPtr[0] != 0 || int(c.rowPtr[c.rows]) != c.index.Len() {
		return fmt.Errorf("connection %q: rows cover synapses %d to %d, but there are %d", c.name, c.rowPtr[0], c.rowPtr[c.rows], c.index.Len())
	}
	for r := range c.rows {
		lo, hi := c.rowPtr[r], c.rowPtr[r+1]
		if lo > hi || lo < 0 || int(hi) > c.index.Len() {
			return fmt.Errorf("connection %q: row %d begins at synapse %d and ends at %d", c.name, r, lo, hi)
		}
		var bad int
		if c.index.Short != nil {
			bad = checkRow(c, c.index.Short[lo:hi])
		} else {
			bad = checkRow(c, c.index.Long[lo:hi])
		}
		if bad >= 0 {
			return fmt.Errorf("connection %q: entry %d of row %d is element %d of %d", c.name, bad, r, c.index.At(int(lo)+bad), c.far)
		}
	}
	for k, s := range c.syn {
		if s < 0 {
			return fmt.Errorf("connection %q: entry %d belongs to synapse %d", c.name, k, s)
		}
		c.maxSyn = max(c.maxSyn, int(s))
	}
	return nil
}

// checkRow returns the place of the first entry that is no element of the far end, -1 where all are, and notes whether they ascend.
func checkRow[E int32 | uint16](c *connection, row []E) int {
	last := E(0)
	for k, i := range row {
		if uint32(i) >= uint32(c.far) {
			return k
		}
		c.ascending = c.ascending && i >= last
		last = i
	}
	return -1
}

// synapses are the synapses of n entries, nil when those are the entries themselves.
func (c *connection) synapses(lo, n int) []int32 {
	if c.syn == nil {
		return nil
	}
	return c.syn[lo : lo+n]
}

// ends makes the buffers nearOf and farOf, behind those of the plan.
func (x *instance[T]) ends(c *connection) error {
	if c.syn == nil || c.nearOf >= 0 {
		return nil
	}
	if c.pre != nil {
		near, far := c.pre, c.post
		if c.byPost {
			near, far = far, near
		}
		c.nearOf, c.farOf = x.m.keep(near.Entries()), x.m.keep(far.Entries())
		return nil
	}
	n := len(c.syn)
	near, far, seen := make([]int32, n), make([]int32, n), make([]bool, n)
	for r := range c.rows {
		for k := c.rowPtr[r]; k < c.rowPtr[r+1]; k++ {
			s := int(c.syn[k])
			if s >= n || seen[s] {
				return fmt.Errorf("connection %q: entries do not belong to each of %d synapses once (entry %d to synapse %d)", c.name, n, k, s)
			}
			seen[s] = true
			near[s], far[s] = int32(r), c.index.At(int(k))
		}
	}
	c.nearOf, c.farOf = x.m.keep(plan.Index{Long: near}), x.m.keep(plan.Index{Long: far})
	return nil
}
