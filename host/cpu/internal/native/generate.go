package native

import "fmt"

// Instructions for float64 and float32 differ in W and often in the prefix.
var (
	movReal  = [2]form{{opcode: 0x10, m: 1}, {opcode: 0x10, m: 1, pp: 1, w: true}}
	putReal  = [2]form{{opcode: 0x11, m: 1}, {opcode: 0x11, m: 1, pp: 1, w: true}}
	addReal  = [2]form{{opcode: 0x58, m: 1}, {opcode: 0x58, m: 1, pp: 1, w: true}}
	subReal  = [2]form{{opcode: 0x5C, m: 1}, {opcode: 0x5C, m: 1, pp: 1, w: true}}
	mulReal  = [2]form{{opcode: 0x59, m: 1}, {opcode: 0x59, m: 1, pp: 1, w: true}}
	divReal  = [2]form{{opcode: 0x5E, m: 1}, {opcode: 0x5E, m: 1, pp: 1, w: true}}
	minReal  = [2]form{{opcode: 0x5D, m: 1}, {opcode: 0x5D, m: 1, pp: 1, w: true}}
	maxReal  = [2]form{{opcode: 0x5F, m: 1}, {opcode: 0x5F, m: 1, pp: 1, w: true}}
	sqrtReal = [2]form{{opcode: 0x51, m: 1}, {opcode: 0x51, m: 1, pp: 1, w: true}}
	cmpReal  = [2]form{{opcode: 0xC2, m: 1, imm: true}, {opcode: 0xC2, m: 1, pp: 1, w: true, imm: true}}
	mixReal  = [2]form{{opcode: 0x65, m: 2, pp: 1}, {opcode: 0x65, m: 2, pp: 1, w: true}}
	roundTo  = [2]form{{opcode: 0x08, m: 3, pp: 1, imm: true}, {opcode: 0x09, m: 3, pp: 1, w: true, imm: true}}
	andBits  = [2]form{{opcode: 0xDB, m: 1, pp: 1}, {opcode: 0xDB, m: 1, pp: 1, w: true}}
	orBits   = [2]form{{opcode: 0xEB, m: 1, pp: 1}, {opcode: 0xEB, m: 1, pp: 1, w: true}}
	xorBits  = [2]form{{opcode: 0xEF, m: 1, pp: 1}, {opcode: 0xEF, m: 1, pp: 1, w: true}}
	spread   = [2]form{{opcode: 0x18, m: 2, pp: 1}, {opcode: 0x19, m: 2, pp: 1, w: true}}
	classify = [2]form{{opcode: 0x66, m: 3, pp: 1, imm: true}, {opcode: 0x66, m: 3, pp: 1, w: true, imm: true}}
	gatherAt = [2]form{{opcode: 0x92, m: 2, pp: 1}, {opcode: 0x92, m: 2, pp: 1, w: true}}
	fromInt  = [2]form{{opcode: 0x5B, m: 1}, {opcode: 0xE6, m: 1, pp: 2}}
	toIntCut = [2]form{{opcode: 0x5B, m: 1, pp: 2}, {opcode: 0xE6, m: 1, pp: 1, w: true}}

	movInt     = form{opcode: 0x6F, m: 1, pp: 2}
	putInt     = form{opcode: 0x7F, m: 1, pp: 2}
	addInt     = form{opcode: 0xFE, m: 1, pp: 1}
	subInt     = form{opcode: 0xFA, m: 1, pp: 1}
	mulInt     = form{opcode: 0x40, m: 2, pp: 1}
	minInt     = form{opcode: 0x39, m: 2, pp: 1}
	maxInt     = form{opcode: 0x3D, m: 2, pp: 1}
	absInt     = form{opcode: 0x1E, m: 2, pp: 1}
	cmpInt     = form{opcode: 0x1F, m: 3, pp: 1, imm: true}
	cmpIntUns  = form{opcode: 0x1E, m: 3, pp: 1, imm: true}
	testInt    = form{opcode: 0x27, m: 2, pp: 1}
	mixInt     = form{opcode: 0x64, m: 2, pp: 1}
	spreadInt  = form{opcode: 0x58, m: 2, pp: 1}
	spreadGPR  = form{opcode: 0x7C, m: 2, pp: 1}
	compress   = form{opcode: 0x8B, m: 2, pp: 1}
	gatherInts = form{opcode: 0x90, m: 2, pp: 1}
)

// Comparison predicates: false where an operand is NaN, but for not equal.
const (
	predicateEq = 0x00
	predicateLt = 0x11
	predicateLe = 0x12
	predicateUn = 0x03
	predicateOr = 0x07 // ordered
	predicateNe = 0x04
	predicateGe = 0x1D
	predicateGt = 0x1E
)

// pinned is the number of array addresses that stay in registers, r8 to r15.
const pinned = 8

// generator writes the code of a loop.
type generator struct {
	assembler
	loop *Loop
	wide int // 1 for float64, the index of the tables above
	regs *allocator
	tail bool           // the masked pass
	base map[int32]int  // registers of pinned addresses
	iota *int32         // place of 0, 1, 2, ... among the constants
	bail []int          // jumps out of the loop
	done map[Value]bool // values that came with an earlier one
}

// generate returns the machine code of a loop.
func generate(l *Loop) ([]byte, error) {
	g := &generator{loop: l, base: map[int32]int{}}
	if l.Wide {
		g.wide = 1
	}
	if err := g.check(); err != nil {
		return nil, err
	}
	g.prologue()
	// if whole == 0 skip the loop
	g.integer(0x8B, rdx, memory(rdi, offWhole))
	g.integer(0x85, rdx, register(rdx))
	skip := g.jump(jumpZero...)
	top := len(g.code)
	if err := g.pass(); err != nil {
		return nil, err
	}
	g.bytes(0x48, 0x83, 0xC1, byte(g.lanes())) // add rcx, lanes
	g.integer(0x3B, rcx, memory(rdi, offWhole))
	g.aim(g.jump(jumpLess...), top)
	g.land(skip)
	g.integer(0x8B, rax, memory(rdi, offTail))
	g.integer(0x85, rax, register(rax))
	done := g.jump(jumpZero...)
	g.maskFrom(laneMask, rax)
	g.tail = true
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

func (g *generator) lanes() int { return lanesOf(g.loop.Wide) }

// check reports a loop that Args has no room for, or that is malformed.
func (g *generator) check() error {
	for i := range g.loop.Nodes {
		n := &g.loop.Nodes[i]
		switch n.Op {
		case ScalarReal, ScalarInt, Element:
		case Check:
			if n.Slot >= MaxChecks {
				return ErrTooLarge
			}
		default:
			if n.Slot >= MaxSlots {
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
		case LoadReal, LoadInt, StoreReal, StoreInt:
			count[n.Slot]++
		}
	}
	for r := r8; r < r8+pinned; r++ {
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
		g.integer(0x8B, r, memory(rdi, offPtr+8*int32(best)))
	}
	g.integer(0x8B, rsi, memory(rdi, offReals))
	g.integer(0x8B, rbx, memory(rdi, offInts))
	g.integer32(0x31, rcx, register(rcx))
	g.bytes(0xB8) // mov eax, lanes
	g.word32(1<<g.lanes() - 1)
	g.maskFrom(laneMask, rax)
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
			clear(g.regs.locked)
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

// write is the mask of loads and stores and of masks that come from comparisons: the lanes in use behind the whole vectors.
func (g *generator) write() int {
	if g.tail {
		return laneMask
	}
	return 0
}

// intLength is the length of a vector with as many int32 as there are lanes.
func (g *generator) intLength() length {
	if g.loop.Wide {
		return l256
	}
	return l512
}

// at is the operand of an array at the present vector. size is that of an element.
func (g *generator) at(slot int32, size int) operand {
	r, ok := g.base[slot]
	if !ok {
		r = rax
		g.integer(0x8B, rax, memory(rdi, offPtr+8*slot))
	}
	return operand{mem: true, reg: r, index: rcx, scale: size}
}

func (g *generator) realSize() int { return 4 + 4*g.wide }

// value returns v as the last operand of an instruction: its register, or a scalar read for all lanes.
func (g *generator) value(v Value) operand {
	n := &g.loop.Nodes[v]
	switch n.Op {
	case ScalarReal:
		return operand{mem: true, reg: rsi, index: -1, scale: 1, disp: n.Slot * int32(g.realSize()), broadcast: true}
	case ScalarInt:
		return operand{mem: true, reg: rbx, index: -1, scale: 1, disp: n.Slot * 4, broadcast: true}
	}
	return register(g.regs.get(v))
}

// vector returns v in a register: scalars are spread to temp.
func (g *generator) vector(v Value, temp int) int {
	switch g.loop.Nodes[v].Op {
	case ScalarReal:
		g.fill(temp, g.value(v))
		return temp
	case ScalarInt:
		o := g.value(v)
		o.broadcast = false
		g.evex(spreadInt, g.intLength(), temp, 0, o, 0, false, 0)
		return temp
	}
	return g.regs.get(v)
}

// fill sets all lanes of r to a real scalar or constant.
func (g *generator) fill(r int, from operand) {
	from.broadcast = false
	g.evex(spread[g.wide], l512, r, 0, from, 0, false, 0)
}

// num is a constant in all lanes.
func (g *generator) num(x float64) operand {
	if g.loop.Wide {
		return g.constant(double(x))
	}
	return g.constant(uint64(float32bits(x)))
}

// real writes a real instruction on all lanes.
func (g *generator) real(f [2]form, dst, src int, rm operand) {
	g.evex(f[g.wide], l512, dst, src, rm, 0, false, 0)
}

func (g *generator) realImm(f [2]form, dst, src int, rm operand, k int, imm byte) {
	g.evex(f[g.wide], l512, dst, src, rm, k, false, imm)
}

func (g *generator) int(f form, dst, src int, rm operand) {
	g.evex(f, g.intLength(), dst, src, rm, 0, false, 0)
}

// maskFrom sets mask k to general register r.
func (g *generator) maskFrom(k, r int) { g.vex3(0x92, 1, 0, false, 0, k, 0, register(r)) }

// maskOp sets mask k to a op b. Opcodes: 0x41 and, 0x42 not a and b, 0x45 or, 0x47 exclusive or.
func (g *generator) maskOp(opcode byte, k, a, b int) {
	g.vex3(opcode, 1, 0, false, 1, k, a, register(b))
}

// none jumps where no lane of k is set.
func (g *generator) none(k int) int {
	g.vex3(0x98, 1, 0, false, 0, k, 0, register(k))
	return g.jump(jumpZero...)
}

// save and reload move a register to Args.spill and back.
func (g *generator) save(c class, r int, place int32) {
	to := memory(rdi, offSpill+64*place)
	switch c {
	case maskClass:
		g.vex3(0x91, 1, 0, false, 0, r, 0, to)
	case intClass:
		g.evex(putInt, g.intLength(), r, 0, to, 0, false, 0)
	default:
		g.real(putReal, r, 0, to)
	}
}

func (g *generator) reload(c class, r int, place int32) {
	from := memory(rdi, offSpill+64*place)
	switch c {
	case maskClass:
		g.vex3(0x90, 1, 0, false, 0, r, 0, from)
	case intClass:
		g.evex(movInt, g.intLength(), r, 0, from, 0, false, 0)
	default:
		g.real(movReal, r, 0, from)
	}
}
