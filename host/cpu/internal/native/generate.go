package native

import (
	"fmt"
	"math"
)

// generator writes the code of a loop.
type generator struct {
	assembler
	isa  target
	set  Set
	loop *Loop
	wide int // 1 for float64, the index of the tables of forms
	regs *allocator
	tail bool           // the pass behind the whole vectors
	base map[int32]int  // registers of pinned addresses
	iota operand        // 0, 1, 2, ... among the constants
	bail []int          // jumps out of the loop
	done map[Value]bool // values that came with an earlier one
}

func newGenerator(l *Loop, s Set) *generator {
	g := &generator{loop: l, set: s, base: map[int32]int{}}
	if l.Wide {
		g.wide = 1
	}
	switch s {
	case AVX512:
		g.isa, g.copies = avx512{g}, 1
	case AVX2:
		g.isa, g.copies = avx2{g}, 4
	}
	return g
}

// generate returns the machine code of a loop.
func generate(l *Loop, s Set) ([]byte, error) {
	g := newGenerator(l, s)
	if g.isa == nil {
		return nil, fmt.Errorf("no machine code for the set of instructions %d", s)
	}
	if err := g.check(); err != nil {
		return nil, err
	}
	g.loop = l.live()
	g.prologue()
	// if whole == 0 skip the loop
	g.integer(opMov, rdx, memory(rdi, offWhole))
	g.integer(opTest, rdx, register(rdx))
	skip := g.jump(jumpZero...)
	top := len(g.code)
	if err := g.pass(); err != nil {
		return nil, err
	}
	g.bytes(0x48, 0x83, 0xC1, byte(g.lanes())) // add rcx, lanes
	g.integer(opCompare, rcx, memory(rdi, offWhole))
	g.aim(g.jump(jumpLess...), top)
	g.land(skip)
	g.integer(opMov, rax, memory(rdi, offTail))
	g.integer(opTest, rax, register(rax))
	done := g.jump(jumpZero...)
	g.tail = true
	g.isa.beginTail()
	if err := g.pass(); err != nil {
		return nil, err
	}
	g.land(done)
	for _, from := range g.bail {
		g.land(from)
	}
	g.bytes(0xC5, 0xF8, 0x77, 0xC3) // vzeroupper; ret
	return g.finish(), nil
}

func (g *generator) lanes() int { return g.set.lanes(g.loop.Wide) }

// check reports a loop that Args has no room for, or that is malformed.
func (g *generator) check() error {
	for i := range g.loop.Nodes {
		n := &g.loop.Nodes[i]
		switch n.Op {
		case ScalarReal, ScalarInt, Element:
		case IFloorDiv, IMod:
			if n.Slot <= 0 {
				return fmt.Errorf("operation %d divides by %d", i, n.Slot)
			}
		case DivBy:
			if int(n.Slot) >= len(g.loop.Divisors) {
				return fmt.Errorf("operation %d divides by %d, of %d", i, n.Slot, len(g.loop.Divisors))
			}
		case Check:
			if n.Slot >= MaxChecks {
				return ErrTooLarge
			}
		default:
			if max(n.Slot, n.Index) >= MaxSlots {
				return ErrTooLarge
			}
		}
		var bad error
		n.operands(func(v Value) {
			if v < 0 || int(v) >= i || g.loop.Nodes[v].Op.class() == noClass {
				bad = fmt.Errorf("operation %d has no value %d to work on", i, v)
			}
		})
		if bad != nil {
			return bad
		}
	}
	return nil
}

// prologue loads the addresses used most and sets the counter, rcx, to 0.
func (g *generator) prologue() {
	var count [MaxSlots]int
	for i := range g.loop.Nodes {
		switch n := &g.loop.Nodes[i]; n.Op {
		case LoadReal, LoadInt, LoadShort, StoreReal, StoreInt:
			count[n.Slot]++
		case AddReal, AddRealShort:
			count[n.Slot] += g.lanes()
			count[n.Index] += g.lanes()
		}
	}
	for r := r8; r < r8+g.isa.pinned(); r++ {
		best := -1
		for s, c := range count {
			if c > 0 && (best < 0 || c > count[best]) {
				best = s
			}
		}
		if best < 0 {
			break
		}
		count[best] = 0
		g.base[int32(best)] = r
		g.integer(opMov, r, memory(rdi, offPtr+8*int32(best)))
	}
	g.integer(opMov, rsi, memory(rdi, offReals))
	g.integer(opMov, rbx, memory(rdi, offInts))
	g.integer32(opXor, rcx, register(rcx))
	g.isa.begin()
}

// pass writes the work on one vector.
func (g *generator) pass() error {
	g.regs = newAllocator(g)
	g.done = map[Value]bool{}
	checks := false
	for i := range g.loop.Nodes {
		n := &g.loop.Nodes[i]
		if n.Op == Check {
			checks = true
			g.regs.now++
			continue
		}
		result := None
		if n.Op.class() != noClass {
			result = Value(i)
		}
		if !g.done[Value(i)] {
			g.node(n, Value(i))
		}
		g.regs.step(n, result)
	}
	if checks {
		g.checks()
	}
	if g.regs.spills > maxSpill {
		return ErrTooLarge
	}
	return nil
}

// leave ends the loop before the present vector.
func (g *generator) leave() {
	g.integer(opPut, rcx, memory(rdi, offBail))
	g.bail = append(g.bail, g.jump(jumpAlways...))
}

// intLength is the length of a vector with as many int32 as there are lanes.
func (g *generator) intLength() length {
	if g.loop.Wide {
		return half
	}
	return full
}

// move and put are the forms that load and store a class of vectors.
func (g *generator) move(c class) (form, length) {
	if c == intClass {
		return movInt, g.intLength()
	}
	return movReal[g.wide], full
}

func (g *generator) put(c class) (form, length) {
	if c == intClass {
		return putInt, g.intLength()
	}
	return putReal[g.wide], full
}

// at is the operand of an array at the present vector. size is that of an element.
func (g *generator) at(slot int32, size int) operand {
	r, ok := g.base[slot]
	if !ok {
		r = rax
		g.integer(opMov, rax, memory(rdi, offPtr+8*slot))
	}
	return operand{mem: true, reg: r, index: rcx, scale: size}
}

func (g *generator) realSize() int { return 4 + 4*g.wide }

// scalar is where a scalar lies.
func (g *generator) scalar(n *Node) operand {
	if n.Op == ScalarReal {
		return memory(rsi, n.Slot*int32(g.realSize()))
	}
	return memory(rbx, n.Slot*4)
}

// value returns v as the last operand of an instruction: its register, or a scalar read for all lanes.
func (g *generator) value(v Value) operand {
	if n := &g.loop.Nodes[v]; n.isScalar() {
		return g.isa.each(g.scalar(n), n.Op.class())
	}
	return register(g.regs.get(v))
}

// vector returns v in a register: scalars are spread to a temporary one.
func (g *generator) vector(v Value) int {
	n := &g.loop.Nodes[v]
	if !n.isScalar() {
		return g.regs.get(v)
	}
	r := g.temp(realClass)
	if n.Op == ScalarReal {
		g.isa.fill(g.wide, r, g.scalar(n))
	} else {
		g.isa.fillInt(r, g.scalar(n))
	}
	return r
}

// temp is a register for use within the operation.
func (g *generator) temp(c class) int { return g.regs.temp(c) }

// temps returns n vectors.
func (g *generator) temps(n int) []int {
	r := make([]int, n)
	for i := range r {
		r[i] = g.temp(realClass)
	}
	return r
}

func twice(x uint32) uint64 { return uint64(x) | uint64(x)<<32 }

func float32bits(x float64) uint32 { return math.Float32bits(float32(x)) }

var inf = math.Inf(1)

// num is a real constant in all lanes, and whole an int constant.
func (g *generator) num(x float64) operand {
	if g.loop.Wide {
		return g.constant(double(x))
	}
	return g.constant(twice(float32bits(x)))
}

func (g *generator) whole(x int32) operand { return g.constant(twice(uint32(x))) }

// real and int write an instruction on all lanes of reals, or of ints.
func (g *generator) real(f [2]form, dst, src int, rm operand) {
	g.isa.instruction(f[g.wide], full, dst, src, rm, 0)
}

func (g *generator) int(f form, dst, src int, rm operand) {
	g.isa.instruction(f, g.intLength(), dst, src, rm, 0)
}

// save and reload move a register to Args.spill and back.
func (g *generator) save(c class, r int, place int32) {
	to := memory(rdi, offSpill+64*place)
	if c == maskClass {
		g.isa.saveMask(r, to)
		return
	}
	f, l := g.put(c)
	g.isa.instruction(f, l, r, 0, to, 0)
}

func (g *generator) reload(c class, r int, place int32) {
	from := memory(rdi, offSpill+64*place)
	if c == maskClass {
		g.isa.reloadMask(r, from)
		return
	}
	f, l := g.move(c)
	g.isa.instruction(f, l, r, 0, from, 0)
}
