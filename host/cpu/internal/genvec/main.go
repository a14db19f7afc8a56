// Command genvec writes the AVX2 forms of package cpu's block operations: vec_amd64.s and their declarations. They give the
// same bits as the Go forms: every lane does the operations of the Go loop in the same order, and multiplication and
// addition are fused only where the Go code calls math.FMA.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"log"
	"math"
	"os"
	"strings"
)

// width is one of the two widths of Real.
type width struct {
	goType string
	p, s   string // packed and scalar suffix: PD, SD
	bytes  int
	lanes  int // of a 256-bit register
	cmp    string
}

var (
	f64 = width{"float64", "PD", "SD", 8, 4, "PD"}
	f32 = width{"float32", "PS", "SS", 4, 8, "PS"}
)

type generator struct {
	asm, decl bytes.Buffer
}

func (g *generator) p(format string, args ...any) { fmt.Fprintf(&g.asm, format+"\n", args...) }

// body writes the lanes' operations for registers of one kind ("Y" or "X"); operands a, b, c are in registers 0, 1, 2, the
// scalars s and t in 14 and 15, and the result must be in register 0.
type body func(w width, r func(i int) string)

// elementwise writes one operation over slices. in names the vector operands among a, b, c; scalars those among s, t;
// fixed asks for the long signature of the fused operations, in which absent operands take their place.
func (g *generator) elementwise(name string, w width, in, scalars string, fixed bool, f body) {
	fn := name + w.goType
	slices := in
	if fixed {
		slices = "abc"
	}
	if fixed {
		fmt.Fprintf(&g.decl, "\n//go:noescape\nfunc %s(d, a, b, c []%s, s, t %s)\n", fn, w.goType, w.goType)
	} else if scalars != "" {
		fmt.Fprintf(&g.decl, "\n//go:noescape\nfunc %s(d, %s []%s, s %s)\n", fn, strings.Join(strings.Split(in, ""), ", "), w.goType, w.goType)
	} else {
		fmt.Fprintf(&g.decl, "\n//go:noescape\nfunc %s(d, %s []%s)\n", fn, strings.Join(strings.Split(in, ""), ", "), w.goType)
	}
	size := 24 * (1 + len(slices))
	at := map[byte]int{'s': size}
	if scalars != "" || fixed {
		size += w.bytes
	}
	if fixed {
		at['t'] = size
		size += w.bytes
	}
	g.p("\n// func %s\nTEXT ·%s(SB), NOSPLIT, $0-%d", fn, fn, size)
	g.p("\tMOVQ d_base+0(FP), DI\n\tMOVQ d_len+8(FP), CX")
	regs := map[byte]string{'a': "SI", 'b': "DX", 'c': "BX"}
	for _, v := range []byte(in) {
		g.p("\tMOVQ %c_base+%d(FP), %s", v, 24*(1+strings.IndexByte(slices, v)), regs[v])
	}
	for i, v := range []byte("st") {
		if strings.IndexByte(scalars, v) >= 0 {
			g.p("\tVBROADCAST%s %c+%d(FP), Y%d", w.s, v, at[v], 14+i)
		}
	}
	// Whole registers, then single elements in the low lane.
	g.p("\tMOVQ CX, R8\n\tANDQ $-%d, R8\n\tXORQ AX, AX\n\tCMPQ AX, R8\n\tJGE tail\n", w.lanes)
	g.p("loop:")
	for i, v := range []byte("abc") {
		if strings.IndexByte(in, v) >= 0 {
			g.p("\tVMOVU%s (%s)(AX*%d), Y%d", w.p, regs[v], w.bytes, i)
		}
	}
	f(w, func(i int) string { return fmt.Sprint("Y", i) })
	g.p("\tVMOVU%s Y0, (DI)(AX*%d)\n\tADDQ $%d, AX\n\tCMPQ AX, R8\n\tJLT loop\n", w.p, w.bytes, w.lanes)
	g.p("tail:\n\tCMPQ AX, CX\n\tJGE done")
	for i, v := range []byte("abc") {
		if strings.IndexByte(in, v) >= 0 {
			g.p("\tVMOV%s (%s)(AX*%d), X%d", w.s, regs[v], w.bytes, i)
		}
	}
	f(w, func(i int) string { return fmt.Sprint("X", i) })
	g.p("\tVMOV%s X0, (DI)(AX*%d)\n\tINCQ AX\n\tJMP tail\n\ndone:\n\tVZEROUPPER\n\tRET", w.s, w.bytes)
}

// op3 is d = x op y for registers x and y.
func (g *generator) op3(op string, x, y int) body {
	return func(w width, r func(int) string) { g.p("\t%s%s %s, %s, %s", op, w.p, r(y), r(x), r(0)) }
}

// extremum is the smaller or larger operand; NaN if one is NaN, and -0 is smaller than 0. The instruction returns its
// second source when the operands are equal or unordered, so it is done in both orders and the results are joined.
func (g *generator) extremum(op, join string, y int) body {
	return func(w width, r func(int) string) {
		g.p("\tV%s%s %s, %s, %s", op, w.p, r(y), r(0), r(3))
		g.p("\tV%s%s %s, %s, %s", op, w.p, r(0), r(y), r(4))
		g.p("\tV%s%s %s, %s, %s", join, w.p, r(3), r(4), r(3))
		g.p("\tVADD%s %s, %s, %s", w.p, r(y), r(0), r(4))
		g.p("\tVCMP%s $3, %s, %s, %s", w.p, r(y), r(0), r(5))
		g.p("\tVBLENDV%s %s, %s, %s, %s", w.p, r(5), r(4), r(3), r(0))
	}
}

// fused is a*b+c in two roundings, a in register 0; operands are register numbers, op the second operation with its operands' order.
func (g *generator) fused(b int, op string, first, second int) body {
	return func(w width, r func(int) string) {
		g.p("\tVMUL%s %s, %s, %s", w.p, r(b), r(0), r(3))
		reg := func(i int) string {
			if i < 0 {
				return r(3)
			}
			return r(i)
		}
		g.p("\t%s%s %s, %s, %s", op, w.p, reg(second), reg(first), r(0))
	}
}

// compare writes a comparison that gives 0 or 1 in 32 bits.
func (g *generator) compare(name string, w width, predicate int, scalar bool) {
	fn := name + w.goType
	size := 72
	if scalar {
		fmt.Fprintf(&g.decl, "\n//go:noescape\nfunc %s(d []int32, a []%s, s %s)\n", fn, w.goType, w.goType)
		size = 48 + w.bytes
	} else {
		fmt.Fprintf(&g.decl, "\n//go:noescape\nfunc %s(d []int32, a, b []%s)\n", fn, w.goType)
	}
	g.p("\n// func %s\nTEXT ·%s(SB), NOSPLIT, $0-%d", fn, fn, size)
	g.p("\tMOVQ d_base+0(FP), DI\n\tMOVQ d_len+8(FP), CX\n\tMOVQ a_base+24(FP), SI")
	if scalar {
		g.p("\tVBROADCAST%s s+48(FP), Y1", w.s)
	} else {
		g.p("\tMOVQ b_base+48(FP), DX")
	}
	g.p("\tMOVQ CX, R8\n\tANDQ $-%d, R8\n\tXORQ AX, AX\n\tCMPQ AX, R8\n\tJGE tail\n\nloop:", w.lanes)
	g.p("\tVMOVU%s (SI)(AX*%d), Y0", w.p, w.bytes)
	if !scalar {
		g.p("\tVMOVU%s (DX)(AX*%d), Y1", w.p, w.bytes)
	}
	g.p("\tVCMP%s $%d, Y1, Y0, Y0", w.p, predicate)
	if w.bytes == 8 {
		// The low halves of the 64-bit lanes, side by side.
		g.p("\tVEXTRACTF128 $1, Y0, X2\n\tVSHUFPS $0x88, X2, X0, X0\n\tVPSRLD $31, X0, X0\n\tVMOVDQU X0, (DI)(AX*4)")
	} else {
		g.p("\tVPSRLD $31, Y0, Y0\n\tVMOVDQU Y0, (DI)(AX*4)")
	}
	g.p("\tADDQ $%d, AX\n\tCMPQ AX, R8\n\tJLT loop\n\ntail:\n\tCMPQ AX, CX\n\tJGE done", w.lanes)
	g.p("\tVMOV%s (SI)(AX*%d), X0", w.s, w.bytes)
	if !scalar {
		g.p("\tVMOV%s (DX)(AX*%d), X1", w.s, w.bytes)
	}
	g.p("\tVCMP%s $%d, X1, X0, X0\n\tVMOVD X0, R9\n\tANDL $1, R9\n\tMOVL R9, (DI)(AX*4)\n\tINCQ AX\n\tJMP tail\n\ndone:\n\tVZEROUPPER\n\tRET", w.p, predicate)
}

// choose writes d = m ? a : b.
func (g *generator) choose(w width) {
	fn := "chooseAVX2" + w.goType
	fmt.Fprintf(&g.decl, "\n//go:noescape\nfunc %s(d []%s, m []int32, a, b []%s)\n", fn, w.goType, w.goType)
	g.p("\n// func %s\nTEXT ·%s(SB), NOSPLIT, $0-96", fn, fn)
	g.p("\tMOVQ d_base+0(FP), DI\n\tMOVQ d_len+8(FP), CX\n\tMOVQ m_base+24(FP), R10\n\tMOVQ a_base+48(FP), SI\n\tMOVQ b_base+72(FP), DX")
	g.p("\tVPXOR Y5, Y5, Y5\n\tMOVQ CX, R8\n\tANDQ $-%d, R8\n\tXORQ AX, AX\n\tCMPQ AX, R8\n\tJGE tail\n\nloop:", w.lanes)
	if w.bytes == 8 {
		g.p("\tVPMOVSXDQ (R10)(AX*4), Y2\n\tVPCMPEQQ Y5, Y2, Y2")
	} else {
		g.p("\tVMOVDQU (R10)(AX*4), Y2\n\tVPCMPEQD Y5, Y2, Y2")
	}
	g.p("\tVMOVU%s (SI)(AX*%d), Y0\n\tVMOVU%s (DX)(AX*%d), Y1", w.p, w.bytes, w.p, w.bytes)
	g.p("\tVBLENDV%s Y2, Y1, Y0, Y0\n\tVMOVU%s Y0, (DI)(AX*%d)", w.p, w.p, w.bytes)
	g.p("\tADDQ $%d, AX\n\tCMPQ AX, R8\n\tJLT loop\n\ntail:\n\tCMPQ AX, CX\n\tJGE done", w.lanes)
	mov, reg := "MOVQ", "R9"
	if w.bytes == 4 {
		mov = "MOVL"
	}
	g.p("\t%s (SI)(AX*%d), %s\n\t%s (DX)(AX*%d), R11\n\tMOVL (R10)(AX*4), R12\n\tTESTL R12, R12\n\tCMOVQEQ R11, R9\n\t%s R9, (DI)(AX*%d)", mov, w.bytes, reg, mov, w.bytes, mov, w.bytes)
	g.p("\tINCQ AX\n\tJMP tail\n\ndone:\n\tVZEROUPPER\n\tRET")
}

// finite writes the test that no element is NaN or infinite: the sum of 0*x is then 0.
func (g *generator) finite(w width) {
	fn := "finiteAVX2" + w.goType
	fmt.Fprintf(&g.decl, "\n//go:noescape\nfunc %s(a []%s) bool\n", fn, w.goType)
	g.p("\n// func %s\nTEXT ·%s(SB), NOSPLIT, $0-25", fn, fn)
	g.p("\tMOVQ a_base+0(FP), SI\n\tMOVQ a_len+8(FP), CX\n\tVXOR%s Y1, Y1, Y1\n\tVXOR%s Y2, Y2, Y2\n\tMOVQ CX, R8\n\tANDQ $-%d, R8\n\tXORQ AX, AX\n\tCMPQ AX, R8\n\tJGE tail\n\nloop:", w.p, w.p, w.lanes)
	g.p("\tVMUL%s (SI)(AX*%d), Y1, Y0\n\tVOR%s Y0, Y2, Y2\n\tADDQ $%d, AX\n\tCMPQ AX, R8\n\tJLT loop\n\ntail:\n\tCMPQ AX, CX\n\tJGE done", w.p, w.bytes, w.p, w.lanes)
	g.p("\tVMOV%s (SI)(AX*%d), X0\n\tVMUL%s X1, X0, X0\n\tVORP%s Y0, Y2, Y2\n\tINCQ AX\n\tJMP tail\n\ndone:", w.s, w.bytes, w.p, w.p[1:])
	// Products are zeros or NaN; NaN differs from itself.
	g.p("\tVCMP%s $3, Y2, Y2, Y2\n\tVMOVMSK%s Y2, R9\n\tTESTL R9, R9\n\tSETEQ ret+24(FP)\n\tVZEROUPPER\n\tRET", w.p, w.p)
}

// axpy writes d += s*a in two roundings.
func (g *generator) axpy(w width) {
	fn := "axpyAVX2" + w.goType
	fmt.Fprintf(&g.decl, "\n//go:noescape\nfunc %s(d, a []%s, s %s)\n", fn, w.goType, w.goType)
	g.p("\n// func %s\nTEXT ·%s(SB), NOSPLIT, $0-%d", fn, fn, 48+w.bytes)
	g.p("\tMOVQ d_base+0(FP), DI\n\tMOVQ d_len+8(FP), CX\n\tMOVQ a_base+24(FP), SI\n\tVBROADCAST%s s+48(FP), Y1\n\tMOVQ CX, R8\n\tANDQ $-%d, R8\n\tXORQ AX, AX\n\tCMPQ AX, R8\n\tJGE tail\n\nloop:", w.s, w.lanes)
	g.p("\tVMUL%s (SI)(AX*%d), Y1, Y0\n\tVADD%s (DI)(AX*%d), Y0, Y0\n\tVMOVU%s Y0, (DI)(AX*%d)\n\tADDQ $%d, AX\n\tCMPQ AX, R8\n\tJLT loop\n", w.p, w.bytes, w.p, w.bytes, w.p, w.bytes, w.lanes)
	g.p("tail:\n\tCMPQ AX, CX\n\tJGE done\n\tVMUL%s (SI)(AX*%d), X1, X0\n\tVADD%s (DI)(AX*%d), X0, X0\n\tVMOV%s X0, (DI)(AX*%d)\n\tINCQ AX\n\tJMP tail\n\ndone:\n\tVZEROUPPER\n\tRET", w.s, w.bytes, w.s, w.bytes, w.s, w.bytes)
}

// taps writes the sums over taps of weight times source for eight registers of columns, with the sums in registers.
func (g *generator) taps(w width, reg, isa string) {
	fn := "taps" + isa + w.goType
	size := map[string]int{"Y": 32, "Z": 64}[reg]
	fmt.Fprintf(&g.decl, "\n//go:noescape\nfunc %s(sum, src []%s, at []int32, weights []%s)\n", fn, w.goType, w.goType)
	g.p("\n// func %s\nTEXT ·%s(SB), NOSPLIT, $0-96", fn, fn)
	g.p("\tMOVQ sum_base+0(FP), DI\n\tMOVQ src_base+24(FP), SI\n\tMOVQ at_base+48(FP), DX\n\tMOVQ at_len+56(FP), CX\n\tMOVQ weights_base+72(FP), BX")
	for i := range 8 {
		g.p("\tVXORPD Y%d, Y%d, Y%d", i, i, i)
	}
	g.p("\tXORQ AX, AX\n\tCMPQ AX, CX\n\tJGE done\n\nloop:")
	g.p("\tMOVLQSX (DX)(AX*4), R8\n\tVBROADCAST%s (BX)(AX*%d), %s8", w.s, w.bytes, reg)
	for i := range 8 {
		g.p("\tVMUL%s %d(SI)(R8*%d), %s8, %s%d", w.p, i*size, w.bytes, reg, reg, 9+i%4)
		g.p("\tVADD%s %s%d, %s%d, %s%d", w.p, reg, 9+i%4, reg, i, reg, i)
	}
	g.p("\tINCQ AX\n\tCMPQ AX, CX\n\tJLT loop\n\ndone:")
	for i := range 8 {
		g.p("\tVMOVU%s %s%d, %d(DI)", w.p, reg, i, i*size)
	}
	g.p("\tVZEROUPPER\n\tRET")
}

// tile writes a row of a matrix product against a packed panel: two registers of columns, sums in registers. reg is "Y" or "Z".
func (g *generator) tile(w width, reg, isa string) {
	fn := "tile1" + isa + w.goType
	size := map[string]int{"Y": 32, "Z": 64}[reg]
	fmt.Fprintf(&g.decl, "\n//go:noescape\nfunc %s(c, a, panel []%s)\n", fn, w.goType)
	g.p("\n// func %s\nTEXT ·%s(SB), NOSPLIT, $0-72", fn, fn)
	g.p("\tMOVQ c_base+0(FP), DI\n\tMOVQ a_base+24(FP), SI\n\tMOVQ a_len+32(FP), CX\n\tMOVQ panel_base+48(FP), DX")
	const cols = 2
	for i := range cols {
		g.p("\tVXORPD Y%d, Y%d, Y%d", i, i, i)
	}
	g.p("\tXORQ AX, AX\n\tCMPQ AX, CX\n\tJGE done\n\nloop:\n\tVBROADCAST%s (SI)(AX*%d), %s10", w.s, w.bytes, reg)
	for c := range cols {
		g.p("\tVMUL%s %d(DX), %s10, %s%d\n\tVADD%s %s%d, %s%d, %s%d", w.p, c*size, reg, reg, 12+c, w.p, reg, 12+c, reg, c, reg, c)
	}
	g.p("\tADDQ $%d, DX\n\tINCQ AX\n\tCMPQ AX, CX\n\tJLT loop\n\ndone:", cols*size)
	for i := range cols {
		g.p("\tVMOVU%s %s%d, %d(DI)", w.p, reg, i, i*size)
	}
	g.p("\tVZEROUPPER\n\tRET")
}

// constant writes a read-only value in every lane.
func (g *generator) constant(name string, values ...uint64) {
	for i, v := range values {
		for lane := range 8 {
			g.p("DATA %s<>+%d(SB)/8, $%#016x", name, 64*i+8*lane, v)
		}
	}
	g.p("GLOBL %s<>(SB), RODATA|NOPTR, $%d", name, 64*len(values))
}

// exp writes the exponential of the Go function exp, lane by lane. It stops before a group of lanes that needs the slow
// path and returns how many elements it did.
func (g *generator) exp(w width) {
	fn := "expAVX2" + w.goType
	fmt.Fprintf(&g.decl, "\n//go:noescape\nfunc %s(d, a []%s) int\n", fn, w.goType)
	coef, n := "expWide", 11
	if w.bytes == 4 {
		coef, n = "expNarrow", 6
	}
	g.p("\n// func %s\nTEXT ·%s(SB), NOSPLIT, $0-56", fn, fn)
	g.p("\tMOVQ d_base+0(FP), DI\n\tMOVQ d_len+8(FP), CX\n\tMOVQ a_base+24(FP), SI\n\tXORQ AX, AX\n\tANDQ $-4, CX")
	for i, reg := range []int{8, 9, 10, 11, 12, 13, 14} {
		g.p("\tVMOVUPD expCommon<>+%d(SB), Y%d", 64*i, reg)
	}
	g.p("\nloop:\n\tCMPQ AX, CX\n\tJGE done")
	if w.bytes == 8 {
		g.p("\tVMOVUPD (SI)(AX*8), Y0")
	} else {
		g.p("\tVCVTPS2PD (SI)(AX*4), Y0")
	}
	g.p("\tVANDPD Y13, Y0, Y1\n\tVCMPPD $2, Y14, Y1, Y1\n\tVMOVMSKPD Y1, R9\n\tCMPL R9, $15\n\tJNE done")
	g.p("\tVMOVAPD Y9, Y1\n\tVFMADD231PD Y8, Y0, Y1\n\tVSUBPD Y9, Y1, Y2\n\tVFNMADD231PD Y10, Y2, Y0")
	if w.bytes == 8 {
		g.p("\tVMOVAPD Y0, Y5")
	}
	g.p("\tVFNMADD231PD Y11, Y2, Y0")
	if w.bytes == 8 {
		g.p("\tVSUBPD Y0, Y5, Y5\n\tVFNMADD231PD Y11, Y2, Y5")
	}
	g.p("\tVMOVUPD %s<>+%d(SB), Y4", coef, 64*(n-1))
	for i := n - 2; i >= 0; i-- {
		g.p("\tVFMADD213PD %s<>+%d(SB), Y0, Y4", coef, 64*i)
	}
	if w.bytes == 8 {
		g.p("\tVMULPD Y0, Y0, Y3\n\tVFMADD213PD Y5, Y3, Y4\n\tVADDPD Y0, Y12, Y6\n\tVSUBPD Y6, Y12, Y7\n\tVADDPD Y0, Y7, Y7\n\tVADDPD Y4, Y7, Y7\n\tVADDPD Y7, Y6, Y4")
	} else {
		g.p("\tVMULPD Y0, Y0, Y3\n\tVFMADD213PD Y0, Y3, Y4\n\tVADDPD Y12, Y4, Y4")
	}
	g.p("\tVPSLLQ $52, Y1, Y1\n\tVPADDQ Y1, Y4, Y4")
	if w.bytes == 8 {
		g.p("\tVMOVUPD Y4, (DI)(AX*8)")
	} else {
		g.p("\tVCVTPD2PSY Y4, X4\n\tVMOVUPS X4, (DI)(AX*4)")
	}
	g.p("\tADDQ $4, AX\n\tJMP loop\n\ndone:\n\tMOVQ AX, ret+48(FP)\n\tVZEROUPPER\n\tRET")
}

// ExpWide and the others are the constants of package cpu's exp; see vec_exp.go.
var (
	expCommon = []float64{0x1.71547652b82fep+0, 0x1.8p52, 0x1.62e42fefa0000p-1, 0x1.cf79abc9e3b39p-40, 1}
	expWide   = []float64{
		0x1.0000000000000p-1, 0x1.5555555555557p-3, 0x1.5555555555556p-5, 0x1.11111111100cep-7, 0x1.6c16c16c162ccp-10, 0x1.a01a01abef415p-13,
		0x1.a01a01a6dcaffp-16, 0x1.71de021a90822p-19, 0x1.27e4db57442fbp-22, 0x1.af4e196027428p-26, 0x1.1f731ea5352cap-29,
	}
	expNarrow = []float64{
		0x1.0000000b9847ep-1, 0x1.5555555a7c16bp-3, 0x1.5554e8d9c7d96p-5, 0x1.1110e0de7be2bp-7, 0x1.6d4362097d81ap-10, 0x1.a125285dbcbf1p-13,
	}
)

func bits(v []float64) []uint64 {
	out := make([]uint64, len(v))
	for i, x := range v {
		out[i] = math.Float64bits(x)
	}
	return out
}

func main() {
	g := new(generator)
	g.p("// Code generated by internal/genvec. DO NOT EDIT.\n\n//go:build amd64\n\n#include \"textflag.h\"\n")
	g.decl.WriteString("// Code generated by internal/genvec. DO NOT EDIT.\n\npackage cpu\n")
	for i := range 8 { // from 32 bytes before the middle on all lanes of a register, and the fewer the farther from there
		g.p("DATA lanesLeft<>+%d(SB)/8, $%#016x", 8*i, map[bool]uint64{true: math.MaxUint64}[i < 4])
	}
	g.p("GLOBL lanesLeft<>(SB), RODATA|NOPTR, $64")
	g.constant("expCommon", append(bits(expCommon), 0x7fffffffffffffff, math.Float64bits(708))...)
	g.constant("expWide", bits(expWide)...)
	g.constant("expNarrow", bits(expNarrow)...)
	for _, w := range []width{f64, f32} {
		for _, o := range []struct{ name, op string }{{"add", "VADD"}, {"sub", "VSUB"}, {"mul", "VMUL"}, {"div", "VDIV"}} {
			g.elementwise(o.name+"VVAVX2", w, "ab", "", false, g.op3(o.op, 0, 1))
			g.elementwise(o.name+"VSAVX2", w, "a", "s", false, g.op3(o.op, 0, 14))
		}
		g.elementwise("rsubVSAVX2", w, "a", "s", false, g.op3("VSUB", 14, 0))
		g.elementwise("rdivVSAVX2", w, "a", "s", false, g.op3("VDIV", 14, 0))
		for _, o := range []struct{ name, op, join string }{{"min", "MIN", "OR"}, {"max", "MAX", "AND"}} {
			g.elementwise(o.name+"VVAVX2", w, "ab", "", false, g.extremum(o.op, o.join, 1))
			g.elementwise(o.name+"VSAVX2", w, "a", "s", false, g.extremum(o.op, o.join, 14))
		}
		g.elementwise("sqrtAVX2", w, "a", "", false, func(w width, r func(int) string) { g.p("\tVSQRT%s %s, %s", w.p, r(0), r(0)) })
		g.elementwise("floorAVX2", w, "a", "", false, func(w width, r func(int) string) { g.p("\tVROUND%s $9, %s, %s", w.p, r(0), r(0)) })
		g.elementwise("ceilAVX2", w, "a", "", false, func(w width, r func(int) string) { g.p("\tVROUND%s $10, %s, %s", w.p, r(0), r(0)) })
		for _, o := range []struct {
			name, in, scalars string
			f                 body
		}{
			{"mAddVVV", "abc", "", g.fused(1, "VADD", -1, 2)}, {"mAddVSV", "ac", "s", g.fused(14, "VADD", -1, 2)},
			{"mAddVVS", "ab", "t", g.fused(1, "VADD", -1, 15)}, {"mAddVSS", "a", "st", g.fused(14, "VADD", -1, 15)},
			{"mSubVVV", "abc", "", g.fused(1, "VSUB", -1, 2)}, {"mSubVSV", "ac", "s", g.fused(14, "VSUB", -1, 2)},
			{"mRSubVVV", "abc", "", g.fused(1, "VSUB", 2, -1)}, {"mRSubVVS", "ab", "t", g.fused(1, "VSUB", 15, -1)},
		} {
			g.elementwise(o.name+"AVX2", w, o.in, o.scalars, true, o.f)
		}
		// Predicates: ordered and quiet, but for "not equal", which holds for NaN.
		for _, o := range []struct {
			name string
			code int
		}{{"lt", 17}, {"le", 18}, {"eq", 0}, {"ne", 4}} {
			g.compare(o.name+"VVAVX2", w, o.code, false)
			g.compare(o.name+"VSAVX2", w, o.code, true)
		}
		g.compare("gtVSAVX2", w, 30, true)
		g.compare("geVSAVX2", w, 29, true)
		g.choose(w)
		g.finite(w)
		g.axpy(w)
		g.exp(w)
		g.taps(w, "Y", "AVX2")
		g.taps(w, "Z", "AVX512")
		g.tile(w, "Y", "AVX2")
		g.tile(w, "Z", "AVX512")
		g.product(w, "Y", "AVX2", 2)
		g.product(w, "Z", "AVX512", 3)
	}
	g.ahead()
	g.entries()
	g.less()
	g.zeros()
	decl, err := format.Source(g.decl.Bytes())
	if err != nil {
		log.Fatal(err)
	}
	for name, data := range map[string][]byte{"vec_amd64.s": g.asm.Bytes(), "vec_asm_amd64.go": decl} {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
