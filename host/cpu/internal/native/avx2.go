package native

// avx2 is the target AVX2. A mask is a vector whose lanes, as wide as those of reals, have all bits set or none. Constants stand in
// memory once for every lane, and scalars are spread into a register where they are used.
type avx2 struct{ *generator }

var (
	blend     = [2]form{{opcode: 0x4A, m: 3, pp: 1, imm: true}, {opcode: 0x4B, m: 3, pp: 1, imm: true}} // by the sign of the register in imm
	laneSigns = [2]form{{opcode: 0x50, m: 1}, {opcode: 0x50, m: 1, pp: 1}}
	loadSome  = [2]form{{opcode: 0x2C, m: 2, pp: 1}, {opcode: 0x2D, m: 2, pp: 1}}
	storeSome = [2]form{{opcode: 0x2E, m: 2, pp: 1}, {opcode: 0x2F, m: 2, pp: 1}}
	testAll   = form{opcode: 0x17, m: 2, pp: 1}
	eqInt     = form{opcode: 0x76, m: 1, pp: 1}
	gtInt     = form{opcode: 0x66, m: 1, pp: 1}
	widenInt  = form{opcode: 0x25, m: 2, pp: 1} // int32 to int64
	highHalf  = form{opcode: 0x19, m: 3, pp: 1, imm: true}
	joinHalf  = form{opcode: 0x18, m: 3, pp: 1, imm: true}
	shuffle   = form{opcode: 0xC6, m: 1, imm: true}
	fromGPR   = form{opcode: 0x6E, m: 1, pp: 1}
	shiftInt  = form{opcode: 0x72, m: 1, pp: 1, imm: true} // src = rm shifted; dst says how
)

func (t avx2) vectors() int               { return 16 }
func (t avx2) masks() (first, behind int) { return 0, 0 }
func (t avx2) pinned() int                { return 6 } // r14 and r15 serve emit
func (t avx2) begin()                     {}
func (t avx2) beginTail()                 {}

func (t avx2) instruction(f form, l length, dst, src int, rm operand, imm byte) {
	t.vex(f, byte(l), dst, src, rm, imm)
}

func (t avx2) each(from operand, c class) operand {
	r := t.temp(realClass)
	if c == intClass {
		t.fillInt(r, from)
	} else {
		t.fill(t.wide, r, from)
	}
	return register(r)
}

func (t avx2) fill(wide, r int, from operand) {
	f := spread[wide]
	if from.constant {
		f = movReal[wide]
	}
	t.instruction(f, full, r, 0, from, 0)
}

func (t avx2) fillInt(r int, from operand) {
	f := spreadInt
	if from.constant {
		f = movInt
	}
	t.instruction(f, t.intLength(), r, 0, from, 0)
}

func (t avx2) fillGeneral(r, from int) {
	t.instruction(fromGPR, half, r, 0, register(from), 0)
	t.instruction(spreadInt, t.intLength(), r, 0, register(r), 0)
}

// use is the mask of the lanes in use, in memory: of lanes of reals, or of int32.
func (t avx2) use(c class) operand {
	switch {
	case !t.tail:
		return t.constant(1<<64 - 1)
	case c == realClass && t.loop.Wide:
		return memory(rdi, offLanes64)
	}
	return memory(rdi, offLanes32)
}

// some returns loads or stores of single lanes of a class.
func (t avx2) some(f [2]form, c class) (form, length) {
	if c == intClass {
		return f[0], t.intLength()
	}
	return f[t.wide], full
}

// useIn returns the lanes in use in a register.
func (t avx2) useIn(c class) int {
	r := t.temp(maskClass)
	t.instruction(movInt, full, r, 0, t.use(c), 0)
	return r
}

func (t avx2) load(c class, r int, from operand) {
	if t.tail {
		f, l := t.some(loadSome, c)
		t.instruction(f, l, r, t.useIn(c), from, 0)
		return
	}
	f, l := t.move(c)
	t.instruction(f, l, r, 0, from, 0)
}

// loadShort ends the loop behind the whole vectors: there is no load of some lanes of 16 bits.
func (t avx2) loadShort(r int, from operand) {
	if t.tail {
		t.leave()
		return
	}
	t.instruction(widenShort, t.intLength(), r, 0, from, 0)
}

func (t avx2) store(c class, r int, to operand, mask int) {
	put, l := t.put(c)
	where := mask
	switch {
	case mask < 0 && !t.tail:
		t.instruction(put, l, r, 0, to, 0)
		return
	case mask < 0:
		where = t.useIn(c)
	case c == intClass:
		where = t.forInts(mask)
	}
	if t.tail {
		f, l := t.some(storeSome, c)
		t.instruction(f, l, r, where, to, 0)
		return
	}
	// Some processors are slow at storing single lanes. All elements of the vector are this thread's.
	f, _ := t.some(blend, c)
	move, _ := t.move(c)
	old := t.temp(realClass)
	over := t.none(mask)
	t.instruction(move, l, old, 0, to, 0)
	t.instruction(f, l, old, old, register(r), byte(where)<<4)
	t.instruction(put, l, old, 0, to, 0)
	t.land(over)
}

func (t avx2) equal(x int, in operand) int {
	differ := t.temp(intClass)
	t.instruction(xorBits[0], t.intLength(), differ, x, in, 0)
	return t.none(differ)
}

func (t avx2) saveMask(k int, to operand)     { t.instruction(putReal[t.wide], full, k, 0, to, 0) }
func (t avx2) reloadMask(k int, from operand) { t.instruction(movReal[t.wide], full, k, 0, from, 0) }

func (t avx2) compare(wide int, d, x int, y operand, predicate byte, within bool) {
	t.instruction(cmpReal[wide], full, d, x, y, predicate)
	if within && t.tail {
		t.bitwise(andBits, d, d, t.use(realClass))
	}
}

func (t avx2) bitwise(f [2]form, d, a int, b operand) { t.instruction(f[t.wide], full, d, a, b, 0) }

// fromInts makes a mask of one of int32 lanes.
func (t avx2) fromInts(d int) {
	if t.loop.Wide {
		t.instruction(widenInt, full, d, 0, register(d), 0)
	}
}

// forInts makes int32 lanes of a mask.
func (t avx2) forInts(k int) int {
	if !t.loop.Wide {
		return k
	}
	r := t.temp(maskClass)
	t.pack(r, k)
	return r
}

// pack puts the lower halves of four lanes of 64 bits side by side.
func (t avx2) pack(d, k int) {
	high := t.temp(maskClass)
	t.upper(high, k)
	t.instruction(shuffle, half, d, k, register(high), 0x88)
}

func (t avx2) compareInt(op Op, d, x int, y operand) {
	l := t.intLength()
	switch op {
	case ILt:
		t.instruction(gtInt, l, d, y.reg, register(x), 0)
	case ILe:
		t.instruction(gtInt, l, d, x, y, 0)
	default:
		t.instruction(eqInt, l, d, x, y, 0)
	}
	t.fromInts(d)
	switch {
	case op == ILe || op == INe:
		t.not(d, d)
	case t.tail:
		t.bitwise(andBits, d, d, t.use(realClass))
	}
}

func (t avx2) nonzero(d, x int) {
	zero := t.temp(intClass)
	t.instruction(xorBits[0], full, zero, zero, register(zero), 0)
	t.instruction(eqInt, t.intLength(), d, x, register(zero), 0)
	t.fromInts(d)
	t.not(d, d)
}

func (t avx2) notFinite(d, x, where int) {
	sign, infinite := uint64(1<<63), double(inf)
	if !t.loop.Wide {
		sign, infinite = twice(1<<31), twice(float32bits(inf))
	}
	t.bitwise(andBits, d, x, t.constant(^sign))
	t.instruction(cmpReal[t.wide], full, d, d, t.constant(infinite), predicateNLt)
	switch {
	case where >= 0:
		t.bitwise(andBits, d, d, register(where))
	case t.tail:
		t.bitwise(andBits, d, d, t.use(realClass))
	}
}

func (t avx2) lossy(d, _, x, size int, by *Divisor) {
	t.bitwise(andBits, size, x, t.others())
	t.instruction(cmpReal[t.wide], full, d, size, t.num(by.Least), predicateLt)
}

func (t avx2) notZero(d, x, differ int) {
	t.instruction(cmpReal[t.wide], full, differ, x, t.num(0), predicateNe)
	t.and(d, d, differ)
}

func (t avx2) and(d, a, b int) { t.bitwise(andBits, d, a, register(b)) }
func (t avx2) or(d, a, b int)  { t.bitwise(orBits, d, a, register(b)) }
func (t avx2) not(d, a int)    { t.bitwise(notAnd, d, a, t.use(realClass)) }

func (t avx2) restrict(d, part int) {
	if t.tail {
		t.bitwise(andBits, d, d, memory(rdi, offLanes64+32*int32(part)))
	}
}

func (t avx2) none(k int) int {
	t.instruction(testAll, full, k, 0, register(k), 0)
	return t.jump(jumpZero...)
}

func (t avx2) laneBits(k int) { t.instruction(laneSigns[t.wide], full, rax, 0, register(k), 0) }

func (t avx2) fromMask(d, k int) {
	if t.loop.Wide {
		t.pack(d, k)
		k = d
	}
	t.instruction(shiftInt, t.intLength(), shiftRight, d, register(k), 31)
}

func (t avx2) mix(wide int, d, src int, rm operand, k int) {
	t.instruction(blend[wide], full, d, src, rm, byte(k)<<4)
}

func (t avx2) mixInt(d, src int, rm operand, k int) {
	t.instruction(blend[0], t.intLength(), d, src, rm, byte(t.forInts(k))<<4)
}

// emit goes from one bit of the mask to the next.
func (t avx2) emit(k int) {
	over := t.none(k)
	t.laneBits(k)
	t.integer(opMov, r14, memory(rdi, offFirst))
	t.integer(opAdd, rcx, register(r14))
	t.integer(opMov, r15, memory(rdi, offList))
	t.integer(opMov, rdx, memory(rdi, offCount))
	t.integer(opAddress, r15, operand{mem: true, reg: r15, index: rdx, scale: 4})
	again := len(t.code)
	t.bytes(0x0F, 0xBC, 0xD0) // bsf edx, eax
	t.integer32(opAdd, r14, register(rdx))
	t.integer32(opPut, rdx, memory(r15, 0))
	t.bytes(0x49, 0x83, 0xC7, 4) // add r15, 4
	t.bytes(0x48, 0xFF)          // inc qword
	t.modrm(0, memory(rdi, offCount), false)
	t.integer32(opAddress, rdx, memory(rax, -1))
	t.integer32(opAnd, rdx, register(rax)) // clears the lowest bit that is set
	t.aim(t.jump(jumpNotZero...), again)
	t.land(over)
}

func (t avx2) gather(op Op, d, index int, slot int32) {
	l, inside := t.intLength(), t.temp(maskClass)
	// Only the sign counts: the length is greater, and the index is not negative.
	t.instruction(spreadInt, l, inside, 0, memory(rdi, offLen+4*slot), 0)
	t.instruction(gtInt, l, inside, inside, register(index), 0)
	t.instruction(notAnd[0], l, inside, index, register(inside), 0)
	t.integer(opMov, rax, memory(rdi, offPtr+8*slot))
	t.instruction(xorBits[0], full, d, d, register(d), 0)
	from := operand{mem: true, reg: rax, index: index, scale: 4}
	if op == GatherInt {
		t.instruction(gatherInts, l, d, inside, from, 0)
		return
	}
	t.fromInts(inside)
	from.scale = t.realSize()
	t.instruction(gatherAt[t.wide], full, d, inside, from, 0)
}

// scale multiplies by 2^(k/2) and by the rest, which is a number of the range in all cases that the functions have: the first product
// is exact.
func (t avx2) scale(d, p, shifted, _ int) {
	a, b := t.temp(realClass), t.temp(realClass)
	// The lowest 12 bits of k go to the exponent, where it does not matter what lies above them.
	t.instruction(shiftInt, full, shiftRight, a, register(shifted), 1)
	t.instruction(subInt, full, b, shifted, register(a), 0)
	for _, r := range []int{a, b} {
		t.instruction(shiftLong, full, shiftLeft, r, register(r), 52)
		t.d64(addLong, r, r, t.c64(1))
	}
	t.d64(mulReal[1], a, p, register(a))
	t.d64(mulReal[1], d, a, register(b))
}

func (t avx2) odd(d, x, bit int) {
	t.instruction(shiftLong, full, shiftLeft, d, register(x), byte(63-bit))
}

func (t avx2) upper(d, x int)        { t.instruction(highHalf, full, x, 0, register(d), 1) }
func (t avx2) join(d, low, high int) { t.instruction(joinHalf, full, d, low, register(high), 1) }
