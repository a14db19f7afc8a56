package native

// avx512 is the target AVX512. Mask 7 holds the lanes in use: all of them, or in the pass behind the whole vectors the first few.
type avx512 struct{ *generator }

const laneMask = 7

var (
	mixForm   = [2]form{{opcode: 0x65, m: 2, pp: 1}, {opcode: 0x65, m: 2, pp: 1, w: true}}
	classify  = [2]form{{opcode: 0x66, m: 3, pp: 1, imm: true}, {opcode: 0x66, m: 3, pp: 1, w: true, imm: true}}
	mixInts   = form{opcode: 0x64, m: 2, pp: 1}
	cmpInt    = form{opcode: 0x1F, m: 3, pp: 1, imm: true}
	cmpIntUns = form{opcode: 0x1E, m: 3, pp: 1, imm: true}
	testInt   = form{opcode: 0x27, m: 2, pp: 1}
	testReal  = [2]form{testInt, testLong}
	testLong  = form{opcode: 0x27, m: 2, pp: 1, w: true}
	spreadGPR = form{opcode: 0x7C, m: 2, pp: 1}
	compress  = form{opcode: 0x8B, m: 2, pp: 1}
	scaleForm = form{opcode: 0x2C, m: 2, pp: 1, w: true}            // dst = src * 2^floor(rm)
	upperForm = form{opcode: 0x1B, m: 3, pp: 1, w: true, imm: true} // vextractf64x4
	joinForm  = form{opcode: 0x1A, m: 3, pp: 1, w: true, imm: true} // vinsertf64x4

	// Of masks, in VEX.
	maskAnd    = form{opcode: 0x41, m: 1}
	maskNotAnd = form{opcode: 0x42, m: 1} // dst = not src and rm
	maskOr     = form{opcode: 0x45, m: 1}
	maskLoad   = form{opcode: 0x90, m: 1}
	maskStore  = form{opcode: 0x91, m: 1}
	maskFrom   = form{opcode: 0x92, m: 1} // from a general register
	maskTo     = form{opcode: 0x93, m: 1}
	maskTest   = form{opcode: 0x98, m: 1}
	maskShift  = form{opcode: 0x30, m: 3, pp: 1, vexW: true, imm: true} // to the right
)

// Classes of classify: both NaNs and both infinities; both zeros and subnormal numbers.
const (
	classNotFinite = 0x99
	classTiny      = 0x26
)

var intPredicates = map[Op]byte{ILt: 1, ILe: 2, IEq: 0, INe: 4}

func (t avx512) vectors() int               { return 32 }
func (t avx512) masks() (first, behind int) { return 1, laneMask }
func (t avx512) pinned() int                { return 8 }

func (t avx512) begin() {
	t.bytes(0xB8) // mov eax, lanes
	t.word32(1<<t.lanes() - 1)
	t.vex(maskFrom, 0, laneMask, 0, register(rax), 0)
}

func (t avx512) beginTail() {
	t.integer(opMov, rax, memory(rdi, offTail))
	t.vex(maskFrom, 0, laneMask, 0, register(rax), 0)
}

// masked is instruction with a write mask.
func (t avx512) masked(f form, l length, dst, src int, rm operand, k int, zero bool, imm byte) {
	t.evex(f, byte(l)+1, dst, src, rm, k, zero, imm)
}

func (t avx512) instruction(f form, l length, dst, src int, rm operand, imm byte) {
	t.masked(f, l, dst, src, rm, 0, false, imm)
}

func (t avx512) each(from operand, _ class) operand {
	from.broadcast = true
	return from
}

func (t avx512) fill(wide, r int, from operand) {
	from.broadcast = false
	t.instruction(spread[wide], full, r, 0, from, 0)
}

func (t avx512) fillInt(r int, from operand) {
	from.broadcast = false
	t.instruction(spreadInt, t.intLength(), r, 0, from, 0)
}

func (t avx512) fillGeneral(r, from int) {
	t.instruction(spreadGPR, t.intLength(), r, 0, register(from), 0)
}

// use is the mask of loads and stores and of masks that come from comparisons: the lanes in use behind the whole vectors.
func (t avx512) use() int {
	if t.tail {
		return laneMask
	}
	return 0
}

func (t avx512) load(c class, r int, from operand) {
	f, l := t.move(c)
	t.masked(f, l, r, 0, from, t.use(), t.tail, 0)
}

func (t avx512) loadShort(r int, from operand) {
	t.masked(widenShort, t.intLength(), r, 0, from, t.use(), t.tail, 0)
}

func (t avx512) store(c class, r int, to operand, mask int) {
	f, l := t.put(c)
	if mask < 0 {
		t.masked(f, l, r, 0, to, t.use(), false, 0)
		return
	}
	over := t.none(mask) // masks have no lanes beyond those in use
	t.masked(f, l, r, 0, to, mask, false, 0)
	t.land(over)
}

func (t avx512) equal(x int, in operand) int {
	k := t.temp(maskClass)
	t.compareInt(INe, k, x, in)
	return t.none(k)
}

func (t avx512) saveMask(k int, to operand)     { t.vex(maskStore, 0, k, 0, to, 0) }
func (t avx512) reloadMask(k int, from operand) { t.vex(maskLoad, 0, k, 0, from, 0) }

func (t avx512) compare(wide int, d, x int, y operand, predicate byte, within bool) {
	k := 0
	if within {
		k = t.use()
	}
	t.masked(cmpReal[wide], full, d, x, y, k, false, predicate)
}

func (t avx512) compareInt(op Op, d, x int, y operand) {
	t.masked(cmpInt, t.intLength(), d, x, y, t.use(), false, intPredicates[op])
}

func (t avx512) nonzero(d, x int) {
	t.masked(testInt, t.intLength(), d, x, register(x), t.use(), false, 0)
}

func (t avx512) notFinite(d, x, where int) {
	if where < 0 {
		where = t.use()
	}
	t.masked(classify[t.wide], full, d, 0, register(x), where, false, classNotFinite)
}

func (t avx512) lossy(d, low, _, _ int, _ *Divisor) {
	t.masked(classify[t.wide], full, d, 0, register(low), 0, false, classTiny)
}

func (t avx512) notZero(d, x, _ int) { t.masked(testReal[t.wide], full, d, x, t.others(), d, false, 0) }

func (t avx512) and(d, a, b int) { t.vex(maskAnd, 1, d, a, register(b), 0) }
func (t avx512) or(d, a, b int)  { t.vex(maskOr, 1, d, a, register(b), 0) }
func (t avx512) not(d, a int)    { t.vex(maskNotAnd, 1, d, a, register(laneMask), 0) }

func (t avx512) restrict(d, part int) {
	lanes := laneMask
	if part > 0 {
		lanes = t.temp(maskClass)
		t.vex(maskShift, 0, lanes, 0, register(laneMask), 8)
	}
	t.and(d, d, lanes)
}

func (t avx512) none(k int) int {
	t.vex(maskTest, 0, k, 0, register(k), 0)
	return t.jump(jumpZero...)
}

func (t avx512) laneBits(k int) { t.vex(maskTo, 0, rax, 0, register(k), 0) }

func (t avx512) fromMask(d, k int) {
	one := t.constant(1 | 1<<32)
	one.broadcast = false
	t.masked(spreadInt, t.intLength(), d, 0, one, k, true, 0)
}

func (t avx512) mix(wide int, d, src int, rm operand, k int) {
	t.masked(mixForm[wide], full, d, src, rm, k, false, 0)
}

func (t avx512) mixInt(d, src int, rm operand, k int) {
	t.masked(mixInts, t.intLength(), d, src, rm, k, false, 0)
}

func (t avx512) emit(k int) {
	all, some := t.temp(realClass), t.temp(realClass)
	over := t.none(k)
	t.elements(all)
	t.masked(compress, t.intLength(), all, 0, register(some), k, true, 0)
	t.integer(opMov, rax, memory(rdi, offList))
	t.integer(opMov, rdx, memory(rdi, offCount))
	t.instruction(putInt, t.intLength(), some, 0, operand{mem: true, reg: rax, index: rdx, scale: 4}, 0)
	t.laneBits(k)
	t.bytes(0xF3, 0x0F, 0xB8, 0xC0) // popcnt eax, eax
	t.integer(opAdd, rax, memory(rdi, offCount))
	t.land(over)
}

func (t avx512) gather(op Op, d, index int, slot int32) {
	inside := t.temp(maskClass)
	size := memory(rdi, offLen+4*slot)
	size.broadcast = true
	// A negative index is large without a sign.
	t.masked(cmpIntUns, t.intLength(), inside, index, size, t.use(), false, 1)
	t.integer(opMov, rax, memory(rdi, offPtr+8*slot))
	t.instruction(xorBits[1], full, d, d, register(d), 0)
	from := operand{mem: true, reg: rax, index: index, scale: 4}
	if op == GatherInt {
		t.masked(gatherInts, t.intLength(), d, 0, from, inside, false, 0)
		return
	}
	from.scale = t.realSize()
	t.masked(gatherAt[t.wide], full, d, 0, from, inside, false, 0)
}

func (t avx512) scale(d, p, _, k int) { t.instruction(scaleForm, full, d, p, register(k), 0) }

func (t avx512) odd(d, x, bit int) {
	t.instruction(testLong, full, d, x, t.constant(1<<bit), 0)
}

func (t avx512) upper(d, x int)        { t.instruction(upperForm, full, x, 0, register(d), 1) }
func (t avx512) join(d, low, high int) { t.instruction(joinForm, full, d, low, register(high), 1) }
