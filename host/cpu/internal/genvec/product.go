package main

import "fmt"

// Offsets in struct product.
const (
	offDst, offLeft, offRight                = 0, 24, 48
	offDstStride, offLeftStride, offRowBytes = 72, 80, 88
	offRows, offInner, offCols, offAdd       = 96, 104, 112, 120
)

// product writes rows of a matrix product: the right operand lies in rows, up to vectors registers of whose columns meet four rows of the
// left operand, with the sums in registers. The last register of the columns is masked. Where fewer than four rows are left the last
// takes the place of those behind it, and is stored more than once.
func (g *generator) product(w width, reg, isa string, vectors int) {
	fn := "product" + isa + w.goType
	size := map[string]int{"Y": 32, "Z": 64}[reg]
	fmt.Fprintf(&g.decl, "\n//go:noescape\nfunc %s(a *product[%s])\n", fn, w.goType)
	g.p("\n// func %s\nTEXT ·%s(SB), NOSPLIT, $0-8", fn, fn)
	g.p("\tMOVQ a+0(FP), R15\n\tXORQ BX, BX")
	// R15 arguments, BX bytes of columns done, DI destination, DX right operand, R12 bytes from row to row of it.
	g.p("\nstrip:\n\tMOVQ %d(R15), DI\n\tMOVQ %d(R15), DX\n\tADDQ BX, DI\n\tADDQ BX, DX\n\tMOVQ %d(R15), R12", offDst, offRight, offRowBytes)
	g.p("\tMOVQ %d(R15), SI\n\tMOVQ %d(R15), R13\n\tMOVQ %d(R15), AX\n\tSUBQ BX, AX", offLeft, offRows, offCols)
	// AX bytes of columns left.
	g.p("\tCMPQ AX, $0\n\tJLE done")
	for v := 1; v < vectors; v++ {
		g.p("\tCMPQ AX, $%d\n\tJLE strip%d", v*size, v)
	}
	if vectors == 3 { // four registers are two and two, not three and one
		g.p("\tCMPQ AX, $%d\n\tJLE three\n\tCMPQ AX, $%d\n\tJLE strip2\n\nthree:", 3*size, 4*size)
	}
	for v := vectors; v > 0; v-- {
		g.productStrip(w, reg, v, size)
	}
	g.p("\ndone:\n\tVZEROUPPER\n\tRET")
}

// productStrip writes the loops over rows and over what is summed for v registers of columns.
func (g *generator) productStrip(w width, reg string, v, size int) {
	const rows = 4
	acc := func(r, c int) string { return fmt.Sprint(reg, r*v+c) }
	first := rows * v // the registers behind the sums
	right := func(c int) string { return fmt.Sprint(reg, first+c) }
	each, temps := first+v, 1
	if reg == "Z" {
		temps = 4
	}
	temp := func(i int) string { return fmt.Sprint(reg, each+1+i%temps) }
	move := func(from, to string, last bool) {
		switch {
		case !last:
			g.p("\tVMOVU%s %s, %s", w.p, from, to)
		case reg == "Y":
			g.p("\tVMASKMOV%s %s, Y15, %s", w.p, from, to)
		case from[0] == 'Z':
			g.p("\tVMOVU%s %s, K1, %s", w.p, from, to)
		default:
			g.p("\tVMOVU%s.Z %s, K1, %s", w.p, from, to)
		}
	}
	g.p("\nstrip%d:", v)
	// The lanes of the last register: AX-(v-1)*size bytes, at most all.
	g.p("\tSUBQ $%d, AX\n\tMOVQ $%d, CX\n\tCMPQ AX, CX\n\tCMOVQGT CX, AX", (v-1)*size, size)
	if reg == "Z" {
		g.p("\tMOVQ AX, CX\n\tSHRQ $%d, CX\n\tMOVL $1, AX\n\tSHLL CX, AX\n\tDECL AX\n\tKMOVW AX, K1", map[int]int{8: 3, 4: 2}[w.bytes])
	} else {
		g.p("\tLEAQ lanesLeft<>+32(SB), CX\n\tSUBQ AX, CX\n\tVMOVDQU (CX), Y15")
	}
	g.p("\nrows%d:\n\tCMPQ R13, $0\n\tJLE next%d", v, v)
	// clamped sets three registers to the rows behind base, or to the last that there is.
	clamped := func(base string, stride int) {
		g.p("\tMOVQ %d(R15), AX\n\tXORQ CX, CX", stride)
		for i, to := range []string{"R8", "R9", "R10"} {
			g.p("\tCMPQ R13, $%d\n\tCMOVQLE CX, AX\n\tLEAQ (%s)(AX*1), %s", i+1, base, to)
			base = to
		}
	}
	clamped("SI", offLeftStride)
	for i := range rows * v {
		g.p("\tVXORPD Y%d, Y%d, Y%d", i, i, i)
	}
	g.p("\tMOVQ DX, R11\n\tXORQ CX, CX\n\tMOVQ %d(R15), AX\n\tTESTQ AX, AX\n\tJLE sums%d\n\ninner%d:", offInner, v, v)
	for c := range v {
		move(fmt.Sprintf("%d(R11)", c*size), right(c), c == v-1)
	}
	for r, from := range []string{"SI", "R8", "R9", "R10"} {
		g.p("\tVBROADCAST%s (%s)(CX*%d), %s%d", w.s, from, w.bytes, reg, each)
		for c := range v {
			t := temp(r*v + c)
			g.p("\tVMUL%s %s, %s%d, %s\n\tVADD%s %s, %s, %s", w.p, right(c), reg, each, t, w.p, t, acc(r, c), acc(r, c))
		}
	}
	g.p("\tADDQ R12, R11\n\tINCQ CX\n\tDECQ AX\n\tJNZ inner%d\n\nsums%d:", v, v)
	clamped("DI", offDstStride)
	to := []string{"DI", "R8", "R9", "R10"}
	g.p("\tCMPQ %d(R15), $0\n\tJEQ store%d", offAdd, v)
	for r, at := range to {
		for c := range v {
			move(fmt.Sprintf("%d(%s)", c*size, at), temp(0), c == v-1)
			g.p("\tVADD%s %s, %s, %s", w.p, acc(r, c), temp(0), acc(r, c))
		}
	}
	g.p("\nstore%d:", v)
	for r, at := range to {
		for c := range v {
			move(acc(r, c), fmt.Sprintf("%d(%s)", c*size, at), c == v-1)
		}
	}
	g.p("\tMOVQ %d(R15), AX\n\tLEAQ (SI)(AX*4), SI\n\tMOVQ %d(R15), AX\n\tLEAQ (DI)(AX*4), DI\n\tSUBQ $%d, R13\n\tJMP rows%d", offLeftStride, offDstStride, rows, v)
	g.p("\nnext%d:\n\tADDQ $%d, BX\n\tJMP strip", v, v*size)
}
