// Command genphilox writes philox_amd64.s: Philox for many elements at once, in AVX2 and AVX-512. A word of the counter
// takes the low half of a 64-bit lane, as the 32 by 32 bit multiplication wants it; what the high halves hold has no meaning. And
// normal numbers of their fractions, in AVX-512.
package main

import (
	"bytes"
	"fmt"
	"log"
	"math"
	"os"
)

type generator struct{ bytes.Buffer }

func (g *generator) p(format string, args ...any) { fmt.Fprintf(g, format+"\n", args...) }

// Offsets in struct schedule.
const (
	offC1, offC0, offC2x, offC2y, offC3 = 80, 84, 88, 92, 96
)

func (g *generator) constant(name string, v uint64) {
	for lane := range 8 {
		g.p("DATA %s<>+%d(SB)/8, $%#016x", name, 8*lane, v)
	}
	g.p("GLOBL %s<>(SB), RODATA|NOPTR, $64", name)
}

// what a function makes of the words of its elements.
type what int

const (
	units      what = iota // fractions of words 0 and 1
	unitPairs              // and of words 2 and 3
	allWords               // the words, those of an element side by side
	singles                // fractions of word 0 in single precision
	shortPairs             // those of words 0 and 2, of as many bits, in double precision
)

// fill writes units from words 0 and 1 to u and, in the form with two slices, from words 2 and 3 to v; or the words as they are. The number of
// elements is a multiple of the lanes.
func (g *generator) fill(isa string, of what) {
	reg, lanes := "Y", 4
	if isa == "AVX512" {
		reg, lanes = "Z", 8
	}
	name, args, s := "units", 36, 24
	switch of {
	case unitPairs:
		name, args, s = "unitPairs", 60, 48
	case shortPairs:
		name, args, s = "shortPairs", 60, 48
	case allWords:
		name = "words"
	case singles:
		name = "singles"
	}
	g.p("\n// func %s%s\nTEXT ·%s%s(SB), NOSPLIT, $0-%d", name, isa, name, isa, args)
	g.p("\tMOVQ u_base+0(FP), DI\n\tMOVQ u_len+8(FP), CX")
	switch of {
	case unitPairs, shortPairs:
		g.p("\tMOVQ v_base+24(FP), DX")
	case allWords:
		g.p("\tSHRQ $2, CX")
		if reg == "Z" {
			g.p("\tMOVL $0x5555, R9\n\tKMOVW R9, K1")
		}
	}
	g.p("\tMOVQ s+%d(FP), SI\n\tMOVL first+%d(FP), R8\n\tVMOVD R8, X15\n\tVPBROADCASTD X15, %s15\n\tVPADDD lanes<>(SB), %s15, %s15", s, s+8, reg, reg, reg)
	g.p("\tVMOVDQU%s mul0<>(SB), %s13\n\tVMOVDQU%s mul1<>(SB), %s14\n\tXORQ AX, AX", suffix(reg), reg, suffix(reg), reg)
	key := func(i int) string { // the key in a register
		if reg == "Z" {
			return fmt.Sprint("Z", 16+i-4)
		}
		g.p("\tVPBROADCASTD %d(SI), Y12", 4*i)
		return "Y12"
	}
	if reg == "Z" {
		for i := 4; i < 20; i++ {
			g.p("\tVPBROADCASTD %d(SI), Z%d", 4*i, 16+i-4)
		}
	}
	// Two vectors at a time, so that one has work while the other waits for a product; then one.
	g.p("\nloop2:\n\tLEAQ %d(AX), R9\n\tCMPQ R9, CX\n\tJGT loop1", 2*lanes)
	g.rounds(reg, 2, lanes, of, key)
	g.p("\tJMP loop2\n\nloop1:\n\tCMPQ AX, CX\n\tJGE done")
	g.rounds(reg, 1, lanes, of, key)
	g.p("\tJMP loop1\n\ndone:\n\tVZEROUPPER\n\tRET")
}

// rounds writes the ten rounds for some vectors of elements, and their fractions. A vector has six registers: words 0 to 3 and two for products, which
// become words 1 and 3.
func (g *generator) rounds(reg string, vectors, lanes int, of what, key func(i int) string) {
	state := make([][6]int, vectors)
	for v := range state {
		for i := range state[v] {
			state[v][i] = 6*v + i
		}
	}
	r := func(i int) string { return fmt.Sprint(reg, i) }
	// Round 1 but for what the elements share, and round 2.
	for v := range state {
		s := &state[v]
		p, q := s[3], s[1]
		g.p("\tVPMULUDQ %s15, %s13, %s\n\tVPSHUFD $0xF5, %s, %s", reg, reg, r(p), r(p), r(s[2]))
		g.p("\tVPADDD step%d<>(SB), %s15, %s15", lanes, reg, reg)
		g.xorBroadcast(reg, offC2x, s[2], s[2])
		g.p("\tVPMULUDQ %s, %s14, %s\n\tVPSHUFD $0xF5, %s, %s", r(s[2]), reg, r(q), r(q), r(s[0]))
		g.xorBroadcast(reg, offC1, s[0], s[0])
		g.xorBroadcast(reg, 8, s[0], s[0])
		g.xorBroadcast(reg, offC2y, p, s[2])
		g.p("\tVPBROADCASTD %d(SI), %s", offC3, r(s[3]))
	}
	for round := 2; round < 10; round++ {
		// Words 2 and 3 of the last round are of no use where only fractions of the others are made.
		both := of != units && of != singles || round < 9
		for v := range state {
			s := &state[v]
			if both {
				g.p("\tVPMULUDQ %s, %s13, %s", r(s[0]), reg, r(s[4]))
			}
			g.p("\tVPMULUDQ %s, %s14, %s", r(s[2]), reg, r(s[5]))
		}
		for half, use := range []bool{true, both} {
			if !use {
				continue
			}
			k := key(2*round + half)
			for v := range state {
				s := &state[v]
				dst, with, product := r(s[2*half]), r(s[2*half+1]), r(s[5-half])
				g.p("\tVPSHUFD $0xF5, %s, %s", product, dst)
				if reg == "Z" {
					g.p("\tVPTERNLOGD $0x96, %s, %s, %s", k, with, dst)
				} else {
					g.p("\tVPXOR %s, %s, %s\n\tVPXOR %s, %s, %s", with, dst, dst, k, dst, dst)
				}
			}
		}
		for v := range state {
			s := &state[v]
			s[1], s[3], s[4], s[5] = s[5], s[4], s[3], s[1]
		}
	}
	for v := range state {
		s := &state[v]
		switch of {
		case allWords:
			g.sideBySide(reg, *s, v)
			continue
		case singles:
			g.single(reg, s[0], fmt.Sprintf("%d(DI)", 4*lanes*v))
			continue
		case shortPairs:
			g.short(s[0], fmt.Sprintf("%d(DI)", 8*lanes*v))
			g.short(s[2], fmt.Sprintf("%d(DX)", 8*lanes*v))
			continue
		}
		g.unit(reg, s[0], s[1], fmt.Sprintf("%d(DI)", 8*lanes*v))
		if of == unitPairs {
			g.unit(reg, s[2], s[3], fmt.Sprintf("%d(DX)", 8*lanes*v))
		}
	}
	if of == allWords {
		g.p("\tADDQ $%d, DI", 16*vectors*lanes)
	}
	g.p("\tADDQ $%d, AX", vectors*lanes)
}

// sideBySide writes the four words of each element of vector v, one element behind the other.
func (g *generator) sideBySide(reg string, s [6]int, v int) {
	r := func(i int) string { return fmt.Sprint(reg, s[i]) }
	for _, i := range []int{0, 2} { // words i and i+1 in one lane
		g.p("\tVPSLLQ $32, %s, %s", r(i+1), r(i+1))
		if reg == "Z" {
			g.p("\tVMOVDQA32 %s, K1, %s", r(i), r(i+1))
		} else {
			g.p("\tVPBLENDD $0x55, %s, %s, %s", r(i), r(i+1), r(i+1))
		}
	}
	g.p("\tVPUNPCKLQDQ %s, %s, %s\n\tVPUNPCKHQDQ %s, %s, %s", r(3), r(1), r(0), r(3), r(1), r(2))
	// In each part of 128 bits: elements 0, 2, 4 and so on, and 1, 3, 5.
	parts, extract := 2, "VEXTRACTI128"
	if reg == "Z" {
		parts, extract = 4, "VEXTRACTI32X4"
	}
	for k := range parts {
		for j, from := range []string{r(0), r(2)} {
			at := fmt.Sprintf("%d(DI)", 16*(2*parts*v+2*k+j))
			if k == 0 {
				g.p("\tVMOVDQU X%s, %s", from[1:], at)
			} else {
				g.p("\t%s $%d, %s, %s", extract, k, from, at)
			}
		}
	}
}

func suffix(reg string) string {
	if reg == "Z" {
		return "64"
	}
	return ""
}

func (g *generator) xorBroadcast(reg string, offset, src, dst int) {
	if reg == "Z" {
		g.p("\tVPXORD.BCST %d(SI), Z%d, Z%d", offset, src, dst)
		return
	}
	g.p("\tVPBROADCASTD %d(SI), Y12\n\tVPXOR Y12, Y%d, Y%d", offset, src, dst)
}

// unit makes 53-bit fractions of words a and b. AVX2 has no conversion from 64-bit integers: each part is put into the mantissa
// of 2^52, which is then subtracted; all steps are exact.
func (g *generator) unit(reg string, a, b int, dst string) {
	g.p("\tVPSLLQ $32, %s%d, %s%d\n\tVPSLLQ $32, %s%d, %s%d\n\tVPSRLQ $37, %s%d, %s%d\n\tVPSRLQ $38, %s%d, %s%d", reg, a, reg, a, reg, b, reg, b, reg, a, reg, a, reg, b, reg, b)
	if reg == "Z" {
		g.p("\tVPSLLQ $26, Z%d, Z%d\n\tVPORQ Z%d, Z%d, Z%d\n\tVCVTUQQ2PD Z%d, Z%d\n\tVMULPD two53<>(SB), Z%d, Z%d\n\tVMOVUPD Z%d, %s(AX*8)", a, a, a, b, a, a, a, a, a, a, dst)
		return
	}
	for _, r := range []int{a, b} {
		g.p("\tVPOR magic<>(SB), Y%d, Y%d\n\tVSUBPD magic<>(SB), Y%d, Y%d", r, r, r, r)
	}
	g.p("\tVMULPD two26<>(SB), Y%d, Y%d\n\tVADDPD Y%d, Y%d, Y%d\n\tVMULPD two53<>(SB), Y%d, Y%d\n\tVMOVUPD Y%d, %s(AX*8)", a, a, b, a, a, a, a, a, dst)
}

// single makes 24-bit fractions of word a, which single precision holds exactly.
func (g *generator) single(reg string, a int, dst string) {
	g.p("\tVPSLLQ $32, %s%d, %s%d\n\tVPSRLQ $40, %s%d, %s%d", reg, a, reg, a, reg, a, reg, a)
	if reg == "Z" {
		g.p("\tVCVTUQQ2PS Z%d, Y%d\n\tVMULPS single24<>(SB), Y%d, Y%d\n\tVMOVUPS Y%d, %s(AX*4)", a, a, a, a, a, dst)
		return
	}
	g.p("\tVEXTRACTI128 $1, Y%d, X12\n\tVSHUFPS $0x88, X12, X%d, X%d\n\tVCVTDQ2PS X%d, X%d\n\tVMULPS single24<>(SB), X%d, X%d\n\tVMOVUPS X%d, %s(AX*4)", a, a, a, a, a, a, a, a, dst)
}

// short makes 24-bit fractions of word a in double precision, in AVX-512.
func (g *generator) short(a int, dst string) {
	g.p("\tVPSLLQ $32, Z%d, Z%d\n\tVPSRLQ $40, Z%d, Z%d\n\tVCVTUQQ2PD Z%d, Z%d\n\tVMULPD two24<>(SB), Z%d, Z%d\n\tVMOVUPD Z%d, %s(AX*8)", a, a, a, a, a, a, a, a, a, dst)
}

func main() {
	g := new(generator)
	g.p("// Code generated by internal/genphilox. DO NOT EDIT.\n\n//go:build amd64\n\n#include \"textflag.h\"\n")
	g.constant("mul0", 0xD2511F53)
	g.constant("mul1", 0xCD9E8D57)
	g.constant("step4", 4)
	g.constant("step8", 8)
	g.constant("magic", math.Float64bits(0x1p52))
	g.constant("two26", math.Float64bits(0x1p26))
	g.constant("two53", math.Float64bits(0x1p-53))
	g.constant("two24", math.Float64bits(0x1p-24))
	two24 := uint64(math.Float32bits(0x1p-24))
	g.constant("single24", two24<<32|two24)
	for lane := range 8 {
		g.p("DATA lanes<>+%d(SB)/8, $%d", 8*lane, lane)
	}
	g.p("GLOBL lanes<>(SB), RODATA|NOPTR, $64")
	for _, isa := range []string{"AVX2", "AVX512"} {
		for _, of := range []what{units, unitPairs, allWords, singles} {
			g.fill(isa, of)
		}
	}
	g.fill("AVX512", shortPairs)
	g.boxMuller()
	if err := os.WriteFile("philox_amd64.s", g.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}
