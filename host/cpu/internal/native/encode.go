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
)

// operand is the last operand of an instruction: a register, memory, or one memory element for all lanes.
type operand struct {
	reg       int // vector or mask register when mem is false; base register when it is
	mem       bool
	index     int // general register, or vector register of a gather; -1: none
	scale     int // 1, 2, 4 or 8
	disp      int32
	broadcast bool
	constant  bool // memory relative to the instruction pointer: constant number disp
}

func register(r int) operand { return operand{reg: r} }

func memory(base int, disp int32) operand {
	return operand{mem: true, reg: base, index: -1, scale: 1, disp: disp}
}

// length is the vector length of an instruction.
type length uint8

const (
	l128 length = iota
	l256
	l512
)

// form is the part of an EVEX instruction that does not depend on its operands.
type form struct {
	opcode byte
	m      byte // opcode map: 1 is 0F, 2 is 0F38, 3 is 0F3A
	pp     byte // 0: none, 1: 66, 2: F3, 3: F2
	w      bool
	imm    bool // an immediate byte follows
}

// assembler collects machine code. Jumps and constants are patched when their targets are known.
type assembler struct {
	code      []byte
	constants []uint64
	index     map[uint64]int32
	patches   []patch // displacements that refer to constants
}

type patch struct {
	at, end int // of the displacement, and the end of the instruction
	number  int32
}

func (a *assembler) bytes(b ...byte) { a.code = append(a.code, b...) }

func (a *assembler) word32(v int32) { a.code = binary.LittleEndian.AppendUint32(a.code, uint32(v)) }

// constant returns the operand that holds the 8 bytes in all lanes; elements of 4 bytes take the lower half.
func (a *assembler) constant(bits uint64) operand {
	n, ok := a.index[bits]
	if !ok {
		n = int32(len(a.constants))
		a.constants = append(a.constants, bits)
		if a.index == nil {
			a.index = make(map[uint64]int32)
		}
		a.index[bits] = n
	}
	return operand{mem: true, constant: true, broadcast: true, index: -1, disp: n}
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// evex encodes an instruction with destination (or mask) dst, first source src and last operand rm; k and zero are the
// write mask (0: none) and whether masked-out lanes become 0.
func (a *assembler) evex(f form, l length, dst, src int, rm operand, k int, zero bool, imm byte) {
	x, b := byte(1), byte(1) // stored inverted
	v := byte(src>>4&1) ^ 1
	if rm.mem {
		if !rm.constant {
			b = byte(rm.reg>>3&1) ^ 1
			if rm.index >= 0 {
				x = byte(rm.index>>3&1) ^ 1
				if rm.index >= 16 {
					v = 0 // the fifth bit of a vector index
				}
			}
		}
	} else {
		b, x = byte(rm.reg>>3&1)^1, byte(rm.reg>>4&1)^1
	}
	a.bytes(0x62,
		(byte(dst>>3&1)^1)<<7|x<<6|b<<5|(byte(dst>>4&1)^1)<<4|f.m,
		bit(f.w)<<7|(^byte(src)&15)<<3|1<<2|f.pp,
		bit(zero)<<7|byte(l)<<5|bit(rm.broadcast)<<4|v<<3|byte(k),
		f.opcode)
	a.modrm(dst, rm, f.imm)
	if f.imm {
		a.bytes(imm)
	}
}

// modrm encodes the operands. Displacements take 32 bits, since the short form counts in vectors.
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

// vex3 encodes a mask instruction of three, or with src = 0 of two, operands.
func (a *assembler) vex3(opcode, m, pp byte, w bool, l byte, dst, src int, rm operand) {
	b, x := byte(1), byte(1)
	if rm.mem {
		b = byte(rm.reg>>3&1) ^ 1
		if rm.index >= 0 {
			x = byte(rm.index>>3&1) ^ 1
		}
	} else {
		b = byte(rm.reg>>3&1) ^ 1
	}
	a.bytes(0xC4, (byte(dst>>3&1)^1)<<7|x<<6|b<<5|m, bit(w)<<7|(^byte(src)&15)<<3|l<<2|pp, opcode)
	a.modrm(dst, rm, false)
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
	for len(a.code)%8 != 0 {
		a.bytes(0xCC)
	}
	base := len(a.code)
	for _, c := range a.constants {
		a.code = binary.LittleEndian.AppendUint64(a.code, c)
	}
	for _, p := range a.patches {
		binary.LittleEndian.PutUint32(a.code[p.at:], uint32(int32(base+8*int(p.number)-p.end)))
	}
	return a.code
}

func double(x float64) uint64 { return math.Float64bits(x) }
