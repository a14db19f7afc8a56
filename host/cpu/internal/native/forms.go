package native

// Instructions that both sets have under one opcode. Those for float64 and float32 differ in W and often in the prefix.
var (
	movReal  = [2]form{{opcode: 0x10, m: 1}, {opcode: 0x10, m: 1, pp: 1, w: true}}
	putReal  = [2]form{{opcode: 0x11, m: 1}, {opcode: 0x11, m: 1, pp: 1, w: true}}
	movOne   = [2]form{{opcode: 0x10, m: 1, pp: 2}, {opcode: 0x10, m: 1, pp: 3, w: true}} // the first lane
	putOne   = [2]form{{opcode: 0x11, m: 1, pp: 2}, {opcode: 0x11, m: 1, pp: 3, w: true}}
	addOne   = [2]form{{opcode: 0x58, m: 1, pp: 2}, {opcode: 0x58, m: 1, pp: 3, w: true}}
	addReal  = [2]form{{opcode: 0x58, m: 1}, {opcode: 0x58, m: 1, pp: 1, w: true}}
	subReal  = [2]form{{opcode: 0x5C, m: 1}, {opcode: 0x5C, m: 1, pp: 1, w: true}}
	mulReal  = [2]form{{opcode: 0x59, m: 1}, {opcode: 0x59, m: 1, pp: 1, w: true}}
	divReal  = [2]form{{opcode: 0x5E, m: 1}, {opcode: 0x5E, m: 1, pp: 1, w: true}}
	minReal  = [2]form{{opcode: 0x5D, m: 1}, {opcode: 0x5D, m: 1, pp: 1, w: true}}
	maxReal  = [2]form{{opcode: 0x5F, m: 1}, {opcode: 0x5F, m: 1, pp: 1, w: true}}
	sqrtReal = [2]form{{opcode: 0x51, m: 1}, {opcode: 0x51, m: 1, pp: 1, w: true}}
	cmpReal  = [2]form{{opcode: 0xC2, m: 1, imm: true}, {opcode: 0xC2, m: 1, pp: 1, w: true, imm: true}}
	roundTo  = [2]form{{opcode: 0x08, m: 3, pp: 1, imm: true}, {opcode: 0x09, m: 3, pp: 1, w: true, imm: true}}
	andBits  = [2]form{{opcode: 0xDB, m: 1, pp: 1}, {opcode: 0xDB, m: 1, pp: 1, w: true}}
	notAnd   = [2]form{{opcode: 0xDF, m: 1, pp: 1}, {opcode: 0xDF, m: 1, pp: 1, w: true}} // dst = not src and rm
	orBits   = [2]form{{opcode: 0xEB, m: 1, pp: 1}, {opcode: 0xEB, m: 1, pp: 1, w: true}}
	xorBits  = [2]form{{opcode: 0xEF, m: 1, pp: 1}, {opcode: 0xEF, m: 1, pp: 1, w: true}}
	spread   = [2]form{{opcode: 0x18, m: 2, pp: 1}, {opcode: 0x19, m: 2, pp: 1, w: true}}
	gatherAt = [2]form{{opcode: 0x92, m: 2, pp: 1}, {opcode: 0x92, m: 2, pp: 1, w: true, vexW: true}}
	fma231   = [2]form{{opcode: 0xB8, m: 2, pp: 1}, {opcode: 0xB8, m: 2, pp: 1, w: true, vexW: true}} // dst = src*rm + dst
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
	spreadInt  = form{opcode: 0x58, m: 2, pp: 1}
	gatherInts = form{opcode: 0x90, m: 2, pp: 1}
	widenShort = form{opcode: 0x33, m: 2, pp: 1} // from uint16

	// Of float64 and int64 lanes.
	fnma231   = form{opcode: 0xBC, m: 2, pp: 1, w: true, vexW: true} // dst = -(src*rm) + dst
	fma213    = form{opcode: 0xA8, m: 2, pp: 1, w: true, vexW: true} // dst = src*dst + rm
	fms231    = form{opcode: 0xBA, m: 2, pp: 1, w: true, vexW: true} // dst = src*rm - dst
	widen     = form{opcode: 0x5A, m: 1}                             // from float32
	narrow    = form{opcode: 0x5A, m: 1, pp: 1, w: true}
	addLong   = form{opcode: 0xD4, m: 1, pp: 1, w: true}
	subLong   = form{opcode: 0xFB, m: 1, pp: 1, w: true}
	shiftLong = form{opcode: 0x73, m: 1, pp: 1, w: true, imm: true} // src = rm shifted; dst says how
)

// Kinds of shiftLong.
const (
	shiftRight = 2
	shiftLeft  = 6
)

// Comparison predicates: false where an operand is NaN, but for those that say not.
const (
	predicateEq  = 0x00
	predicateLt  = 0x11
	predicateLe  = 0x12
	predicateUn  = 0x03
	predicateOr  = 0x07 // ordered
	predicateNe  = 0x04
	predicateGe  = 0x1D
	predicateGt  = 0x1E
	predicateNLt = 0x15 // not less
)

// length is that of a vector: of all its bytes, or of half of them.
type length byte

const (
	half length = iota
	full
)
