package native

import "math"

// Registers: the vectors from firstTemp on and the masks above lastMask serve inside an operation. Mask 7 holds the lanes in
// use: all of them, or in the pass behind the whole vectors the first few.
const (
	firstTemp = 23
	numVector = firstTemp
	lastMask  = 4
	faultMask = 5
	tempMask  = 6
	laneMask  = 7
)

// home is where a value is.
type home struct {
	reg   int // -1: in no register
	saved bool
	spill int32 // place in Args.spill once saved, -1 before
}

// allocator keeps values in registers along the list of nodes.
type allocator struct {
	g      *generator
	uses   [][]int32 // by value: the nodes that use it, ascending
	homes  []home
	vector [numVector]Value
	mask   [lastMask + 1]Value // from 1
	locked map[Value]bool
	spills int32
	free   []int32 // places in Args.spill
	now    int32
}

func newAllocator(g *generator) *allocator {
	a := &allocator{g: g, uses: make([][]int32, len(g.loop.Nodes)), homes: make([]home, len(g.loop.Nodes)), locked: map[Value]bool{}}
	for i := range a.homes {
		a.homes[i] = home{reg: -1, spill: -1}
	}
	for i := range a.vector {
		a.vector[i] = None
	}
	for i := range a.mask {
		a.mask[i] = None
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
		r := a.take(v)
		a.g.reload(a.g.loop.Nodes[v].Op.class(), r, h.spill)
	}
	return h.reg
}

// put returns a register for the result v.
func (a *allocator) put(v Value) int {
	a.locked[v] = true
	return a.take(v)
}

// take finds a register for v, moving to memory the value whose next use is farthest when none is free.
func (a *allocator) take(v Value) int {
	file, from := a.vector[:], 0
	if a.g.loop.Nodes[v].Op.class() == maskClass {
		file, from = a.mask[:], 1
	}
	best, far := -1, int32(-1)
	for r := from; r < len(file); r++ {
		o := file[r]
		if o == None {
			best = r
			break
		}
		if a.locked[o] {
			continue
		}
		if n := a.next(o); n > far {
			best, far = r, n
		}
	}
	if o := file[best]; o != None {
		h := &a.homes[o]
		if far != math.MaxInt32 && !h.saved {
			h.spill, h.saved = a.place(), true
			a.g.save(a.g.loop.Nodes[o].Op.class(), best, h.spill)
		}
		h.reg = -1
	}
	file[best] = v
	a.homes[v].reg = best
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

// step ends a node: what is not used any more leaves its register.
func (a *allocator) step(n *Node, result Value) {
	clear(a.locked)
	a.now++
	release := func(v Value) {
		h := &a.homes[v]
		if a.next(v) != math.MaxInt32 {
			return
		}
		if h.reg >= 0 {
			if a.g.loop.Nodes[v].Op.class() == maskClass {
				a.mask[h.reg] = None
			} else {
				a.vector[h.reg] = None
			}
			h.reg = -1
		}
		if h.saved {
			a.free = append(a.free, h.spill)
			h.saved, h.spill = false, -1
		}
	}
	n.operands(release)
	if result != None {
		release(result)
	}
}
