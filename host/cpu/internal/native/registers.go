package native

import "math"

// scratch stands in the place of a value for a register that serves inside an operation.
const scratch Value = -2

// home is where a value is.
type home struct {
	reg   int // -1: in no register
	saved bool
	spill int32 // place in Args.spill once saved, -1 before
}

// file is a set of registers and what they hold, from the first that may be used.
type file struct {
	first int
	holds []Value
}

func newFile(first, behind int) *file {
	f := &file{first, make([]Value, behind)}
	for i := range f.holds {
		f.holds[i] = None
	}
	return f
}

// allocator keeps values in registers along the list of nodes.
type allocator struct {
	g      *generator
	uses   [][]int32 // by value: the nodes that use it, ascending
	homes  []home
	vector *file
	mask   *file // the same where masks are vectors
	locked map[Value]bool
	temps  []temporary
	spills int32
	free   []int32 // places in Args.spill
	now    int32
}

type temporary struct {
	f *file
	r int
}

func newAllocator(g *generator) *allocator {
	a := &allocator{
		g: g, uses: make([][]int32, len(g.loop.Nodes)), homes: make([]home, len(g.loop.Nodes)), locked: map[Value]bool{},
		vector: newFile(0, g.isa.vectors()),
	}
	a.mask = a.vector
	if first, behind := g.isa.masks(); behind > 0 {
		a.mask = newFile(first, behind)
	}
	for i := range a.homes {
		a.homes[i] = home{reg: -1, spill: -1}
	}
	for i := range g.loop.Nodes {
		n := &g.loop.Nodes[i]
		at := int32(i)
		if n.Op == Check { // looked at behind everything else
			at = int32(len(g.loop.Nodes))
		}
		n.operands(func(v Value) { a.uses[v] = append(a.uses[v], at) })
	}
	return a
}

func (a *allocator) file(c class) *file {
	if c == maskClass {
		return a.mask
	}
	return a.vector
}

func (a *allocator) class(v Value) class { return a.g.loop.Nodes[v].Op.class() }

// next is the next use of v from now on; after the last one it is beyond the list.
func (a *allocator) next(v Value) int32 {
	for len(a.uses[v]) > 0 && a.uses[v][0] < a.now {
		a.uses[v] = a.uses[v][1:]
	}
	if len(a.uses[v]) == 0 {
		return math.MaxInt32
	}
	return a.uses[v][0]
}

// get returns the register of v, which stays there until the end of the node.
func (a *allocator) get(v Value) int {
	a.locked[v] = true
	h := &a.homes[v]
	if h.reg < 0 {
		r := a.put(v)
		a.g.reload(a.class(v), r, h.spill)
	}
	return h.reg
}

// put returns a register for the result v.
func (a *allocator) put(v Value) int {
	a.locked[v] = true
	f := a.file(a.class(v))
	r := a.room(f)
	f.holds[r] = v
	a.homes[v].reg = r
	return r
}

// temp returns a register that is free until the end of the node, or until release.
func (a *allocator) temp(c class) int {
	f := a.file(c)
	r := a.room(f)
	f.holds[r] = scratch
	a.temps = append(a.temps, temporary{f, r})
	return r
}

// release frees the temporary registers but the first n.
func (a *allocator) release(n int) {
	for _, t := range a.temps[n:] {
		t.f.holds[t.r] = None
	}
	a.temps = a.temps[:n]
}

// room finds a register, moving to memory the value whose next use is farthest when none is free.
func (a *allocator) room(f *file) int {
	best, far := -1, int32(-1)
	for r := f.first; r < len(f.holds); r++ {
		v := f.holds[r]
		if v == None {
			return r
		}
		if v == scratch || a.locked[v] {
			continue
		}
		if n := a.next(v); n > far {
			best, far = r, n
		}
	}
	v := f.holds[best]
	h := &a.homes[v]
	if far != math.MaxInt32 && !h.saved {
		h.spill, h.saved = a.place(), true
		a.g.save(a.class(v), best, h.spill)
	}
	h.reg = -1
	return best
}

func (a *allocator) place() int32 {
	if n := len(a.free); n > 0 {
		p := a.free[n-1]
		a.free = a.free[:n-1]
		return p
	}
	a.spills++
	return a.spills - 1
}

// unlock lets values move again, and frees the temporary registers but the first n.
func (a *allocator) unlock(n int) {
	clear(a.locked)
	a.release(n)
}

// step ends a node: what is not used any more leaves its register.
func (a *allocator) step(n *Node, result Value) {
	a.unlock(0)
	a.now++
	leave := func(v Value) {
		h := &a.homes[v]
		if a.next(v) != math.MaxInt32 {
			return
		}
		if h.reg >= 0 {
			a.file(a.class(v)).holds[h.reg] = None
			h.reg = -1
		}
		if h.saved {
			a.free = append(a.free, h.spill)
			h.saved, h.spill = false, -1
		}
	}
	n.operands(leave)
	if result != None {
		leave(result)
	}
}
