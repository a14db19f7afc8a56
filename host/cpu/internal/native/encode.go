package native

import (
	"encoding/binary"
	"math"
)

// General registers by number. R14 and R15 mean something only in Go code, which the caller's assembly returns to.
const (
	rax = iota
	rcx
	rdx
	rbx
	rsp
	rbp
	rsi
	rdi
	r8
	r14 = r8 + 6
	r15 = r8 + 7
)

// operand is the last operand of an instruction: a register, memory, or one memory element for all lanes.
type operand struct {
	reg       int // vector or mask register when mem is false; base register when it is
	mem       bool
	index     int // general register, or vector register of a gather; -1: none
	scale     int // 1, 2, 4 or 8
	disp      int32
	broadcast bool // of EVEX instructions
	constant  bool // memory relative to the instruction pointer: word disp of the constants
}

func register(r int) operand { return operand{reg: r} }

func memory(base int, disp int32) operand {
	return operand{mem: true, reg: base, index: -1, scale: 1, disp: disp}
}

// form is the part of a vector instruction that does not depend on its operands. VEX and EVEX differ in little more than W, which
// often means nothing in the former.
type form struct {
	opcode byte
	m      byte // opcode map: 1 is 0F, 2 is 0F38, 3 is 0F3A
	pp     byte // 0: none, 1: 66, 2: F3, 3: F2
	w      bool // W in EVEX
	vexW   bool // W in VEX
	imm    bool // an immediate byte follows
}

// assembler collects machine code. Jumps and constants are patched when their targets are known.
type assembler struct {
	code      []byte
	constants []uint64
	copies    int // of a constant that stand side by side: as many as lanes where instructions cannot spread it
	index     map[uint64]int32
	patches   []patch // displacements that refer to constants
}

type patch struct {
	at, end int // of the displacement, and the end of the instruction
	word    int32
}

func (a *assembler) bytes(b ...byte) { a.code = append(a.code, b...) }

func (a *assembler) word32(v int32) { a.code = binary.LittleEndian.AppendUint32(a.code, uint32(v)) }

// constant returns the operand that holds the 8 bytes in all lanes; of lanes of 4 bytes, each half is in every other one.
func (a *assembler) constant(bits uint64) operand {
	n, ok := a.index[bits]
	if !ok {
		n = int32(len(a.constants))
		for range a.copies {
			a.constants = append(a.constants, bits)
		}
		if a.index == nil {
			a.index = make(map[uint64]int32)
		}
		a.index[bits] = n
	}
	return operand{mem: true, constant: true, broadcast: a.copies == 1, index: -1, disp: n}
}

// words returns the operand that holds the vector.
func (a *assembler) words(v ...uint64) operand {
	a.constants = append(a.constants, v...)
	return operand{mem: true, constant: true, index: -1, disp: int32(len(a.constants) - len(v))}
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// extension returns the inverted third and fourth bits, B and X, of an operand's registers.
func (o operand) extension() (b, x byte) {
	switch {
	case !o.mem:
		return byte(o.reg>>3&1) ^ 1, byte(o.reg>>4&1) ^ 1
	case o.constant:
		return 1, 1
	case o.index >= 0:
		return byte(o.reg>>3&1) ^ 1, byte(o.index>>3&1) ^ 1
	}
	return byte(o.reg>>3&1) ^ 1, 1
}

// evex encodes an instruction with destination (or mask) dst, first source src and last operand rm; long is 1 for 256 bits and 2 for
// 512; k and zero are the write mask (0: none) and whether masked-out lanes become 0.
func (a *assembler) evex(f form, long byte, dst, src int, rm operand, k int, zero bool, imm byte) {
	b, x := rm.extension()
	v := byte(src>>4&1) ^ 1
	if rm.mem && rm.index >= 16 {
		v = 0 // the fifth bit of a vector index
	}
	a.bytes(0x62,
		(byte(dst>>3&1)^1)<<7|x<<6|b<<5|(byte(dst>>4&1)^1)<<4|f.m,
		bit(f.w)<<7|(^byte(src)&15)<<3|1<<2|f.pp,
		bit(zero)<<7|long<<5|bit(rm.broadcast)<<4|v<<3|byte(k),
		f.opcode)
	a.operands(f, dst, rm, imm)
}

// vex encodes an instruction of up to 256 bits, or one on masks; long is 1 for 256 bits.
func (a *assembler) vex(f form, long byte, dst, src int, rm operand, imm byte) {
	b, x := rm.extension()
	if !rm.mem {
		x = 1
	}
	a.bytes(0xC4, (byte(dst>>3&1)^1)<<7|x<<6|b<<5|f.m, bit(f.vexW)<<7|(^byte(src)&15)<<3|long<<2|f.pp, f.opcode)
	a.operands(f, dst, rm, imm)
}

func (a *assembler) operands(f form, dst int, rm operand, imm byte) {
	a.modrm(dst, rm, f.imm)
	if f.imm {
		a.bytes(imm)
	}
}

// modrm encodes the operands. Displacements take 32 bits, since the short form of EVEX counts in vectors.
func (a *assembler) modrm(reg int, rm operand, imm bool) {
	r := byte(reg&7) << 3
	switch {
	case !rm.mem:
		a.bytes(0xC0 | r | byte(rm.reg&7))
	case rm.constant:
		a.bytes(r | 5)
		at := len(a.code)
		a.word32(0)
		end := len(a.code)
		if imm {
			end++
		}
		a.patches = append(a.patches, patch{at, end, rm.disp})
	default:
		mod := byte(0x80)
		if rm.disp == 0 && rm.reg&7 != rbp {
			mod = 0
		}
		if rm.index < 0 && rm.reg&7 != rsp {
			a.bytes(mod | r | byte(rm.reg&7))
		} else {
			s := map[int]byte{1: 0, 2: 1, 4: 2, 8: 3}[rm.scale]
			index := byte(4) // none
			if rm.index >= 0 {
				index = byte(rm.index & 7)
			}
			a.bytes(mod|r|4, s<<6|index<<3|byte(rm.reg&7))
		}
		if mod != 0 {
			a.word32(rm.disp)
		}
	}
}

// integer encodes a 64-bit instruction of general registers and memory with a one-byte opcode.
func (a *assembler) integer(opcode byte, reg int, rm operand) { a.general(0x48, opcode, reg, rm) }

// integer32 is integer for 32 bits.
func (a *assembler) integer32(opcode byte, reg int, rm operand) { a.general(0x40, opcode, reg, rm) }

func (a *assembler) general(rex, opcode byte, reg int, rm operand) {
	rex |= byte(reg >> 3 & 1 << 2)
	rex |= byte(rm.reg >> 3 & 1)
	if rm.mem && rm.index >= 0 {
		rex |= byte(rm.index >> 3 & 1 << 1)
	}
	a.bytes(rex, opcode)
	a.modrm(reg, rm, false)
}

// short loads 16 bits without sign.
func (a *assembler) short(reg int, rm operand) {
	a.bytes(0x40|byte(reg>>3&1<<2)|byte(rm.reg>>3&1)|byte(rm.index>>3&1<<1), 0x0F, 0xB7)
	a.modrm(reg, rm, false)
}

// Opcodes of integer.
const (
	opAdd     = 0x01 // rm += reg
	opAnd     = 0x21 // rm &= reg
	opXor     = 0x31
	opTest    = 0x85
	opPut     = 0x89 // rm = reg
	opMov     = 0x8B // reg = rm
	opAddress = 0x8D // reg = address of rm
	opCompare = 0x3B
)

// jump appends a jump with a 32-bit displacement and returns where to patch it.
func (a *assembler) jump(opcode ...byte) int {
	a.bytes(opcode...)
	a.word32(0)
	return len(a.code)
}

var (
	jumpAlways  = []byte{0xE9}
	jumpZero    = []byte{0x0F, 0x84}
	jumpNotZero = []byte{0x0F, 0x85}
	jumpLess    = []byte{0x0F, 0x8C}
)

// land lets the jump that ended at from go to the present place.
func (a *assembler) land(from int) { a.aim(from, len(a.code)) }

func (a *assembler) aim(from, to int) {
	binary.LittleEndian.PutUint32(a.code[from-4:], uint32(int32(to-from)))
}

// finish appends the constants and returns the code.
func (a *assembler) finish() []byte {
	for len(a.code)%64 != 0 {
		a.bytes(0xCC)
	}
	base := len(a.code)
	for _, c := range a.constants {
		a.code = binary.LittleEndian.AppendUint64(a.code, c)
	}
	for _, p := range a.patches {
		binary.LittleEndian.PutUint32(a.code[p.at:], uint32(int32(base+8*int(p.word)-p.end)))
	}
	return a.code
}

func double(x float64) uint64 { return math.Float64bits(x) }
