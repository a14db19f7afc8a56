package main

// Offsets in struct rowsAhead.
const (
	offSpikes, offRowPtr, offIndex, offWeights = 0, 8, 16, 24
	offCount, offRowsOf, offMost, offScale     = 32, 40, 48, 56
	offIndexScale                              = 64
)

// ahead writes what asks for the rows of spikes that come later, so that they are in the cache by then.
func (g *generator) ahead() {
	g.decl.WriteString("\n//go:noescape\nfunc prefetchRows(a *rowsAhead, k int)\n")
	g.p("\n// func prefetchRows\nTEXT ·prefetchRows(SB), NOSPLIT, $0-16\n\tMOVQ a+0(FP), DI\n\tMOVQ k+8(FP), AX\n\tMOVQ %d(DI), SI\n\tMOVQ %d(DI), R8\n\tMOVQ %d(DI), R9", offSpikes, offRowPtr, offRowsOf)
	g.p("\tMOVQ %d(DI), CX", offCount)
	// Where the row begins, of a spike twice as far.
	g.p("\tLEAQ 16(AX), BX\n\tCMPQ BX, CX\n\tJGE near\n\tMOVLQZX (SI)(BX*4), DX\n\tCMPQ DX, R9\n\tJCC near\n\tPREFETCHT0 (R8)(DX*4)\n\nnear:")
	g.p("\tADDQ $8, AX\n\tJLT done\n\tCMPQ AX, CX\n\tJGE done\n\tMOVLQZX (SI)(AX*4), DX\n\tCMPQ DX, R9\n\tJCC done")
	g.p("\tMOVLQSX (R8)(DX*4), R10\n\tMOVLQSX 4(R8)(DX*4), R11\n\tMOVQ %d(DI), R12\n\tADDQ R10, R12\n\tCMPQ R11, R12\n\tCMOVQGT R12, R11", offMost)
	g.p("\tMOVQ %d(DI), SI\n\tMOVQ %d(DI), CX\n\tMOVQ R10, BX\n\tSHLQ CX, BX\n\tADDQ SI, BX\n\tMOVQ R11, DX\n\tSHLQ CX, DX\n\tADDQ SI, DX\n\tANDQ $-64, BX\n\nindex:\n\tCMPQ BX, DX\n\tJGE other\n\tPREFETCHT0 (BX)\n\tADDQ $64, BX\n\tJMP index", offIndex, offIndexScale)
	g.p("\nother:\n\tMOVQ %d(DI), SI\n\tTESTQ SI, SI\n\tJEQ done\n\tMOVQ %d(DI), CX\n\tSHLQ CX, R10\n\tSHLQ CX, R11\n\tLEAQ (SI)(R10*1), BX\n\tLEAQ (SI)(R11*1), DX\n\tANDQ $-64, BX", offWeights, offScale)
	g.p("\nweights:\n\tCMPQ BX, DX\n\tJGE done\n\tPREFETCHT0 (BX)\n\tADDQ $64, BX\n\tJMP weights\n\ndone:\n\tRET")
}

// less writes the number of elements below a limit.
func (g *generator) less() {
	g.decl.WriteString("\n//go:noescape\nfunc lessAVX2(a []int32, end int32) int\n")
	g.p("\n// func lessAVX2\nTEXT ·lessAVX2(SB), NOSPLIT, $0-40\n\tMOVQ a_base+0(FP), SI\n\tMOVQ a_len+8(FP), CX\n\tMOVL end+24(FP), DX\n\tVMOVD DX, X1\n\tVPBROADCASTD X1, Y1")
	g.p("\tVPXOR Y0, Y0, Y0\n\tMOVQ CX, R8\n\tANDQ $-8, R8\n\tXORQ AX, AX\n\tCMPQ AX, R8\n\tJGE sum\n\nloop:\n\tVPCMPGTD (SI)(AX*4), Y1, Y2\n\tVPSUBD Y2, Y0, Y0\n\tADDQ $8, AX\n\tCMPQ AX, R8\n\tJLT loop")
	g.p("\nsum:\n\tVEXTRACTI128 $1, Y0, X2\n\tVPADDD X2, X0, X0\n\tVPSHUFD $0x4E, X0, X2\n\tVPADDD X2, X0, X0\n\tVPSHUFD $0xB1, X0, X2\n\tVPADDD X2, X0, X0\n\tVMOVD X0, R9\n\tVZEROUPPER")
	g.p("\ntail:\n\tCMPQ AX, CX\n\tJGE done\n\tXORQ R10, R10\n\tCMPL DX, (SI)(AX*4)\n\tSETGT R10\n\tADDQ R10, R9\n\tINCQ AX\n\tJMP tail\n\ndone:\n\tMOVQ R9, ret+32(FP)\n\tRET")
}

// entries writes what asks for the entries of an array that a list names.
func (g *generator) entries() {
	g.decl.WriteString("\n//go:noescape\nfunc prefetchEntries(list []int32, base *byte, scale int)\n")
	g.p("\n// func prefetchEntries\nTEXT ·prefetchEntries(SB), NOSPLIT, $0-40\n\tMOVQ list_base+0(FP), SI\n\tMOVQ list_len+8(FP), DX\n\tMOVQ base+24(FP), DI\n\tMOVQ scale+32(FP), CX\n\tXORQ AX, AX")
	g.p("\nloop:\n\tCMPQ AX, DX\n\tJGE done\n\tMOVLQSX (SI)(AX*4), BX\n\tSHLQ CX, BX\n\tPREFETCHT0 (DI)(BX*1)\n\tINCQ AX\n\tJMP loop\n\ndone:\n\tRET")
}

// zeros writes the places of the zeros of a mask, with a table of the lanes to keep for each pattern of eight.
func (g *generator) zeros() {
	g.decl.WriteString("\n//go:noescape\nfunc zerosAVX2(at, mask []int32, from int32, lanes *[256][8]uint8) int\n")
	g.p("\n// func zerosAVX2\nTEXT ·zerosAVX2(SB), NOSPLIT, $0-72\n\tMOVQ at_base+0(FP), DI\n\tMOVQ mask_base+24(FP), SI\n\tMOVQ mask_len+32(FP), CX\n\tMOVL from+48(FP), DX\n\tMOVQ lanes+56(FP), R9")
	g.p("\tVMOVD DX, X0\n\tVPBROADCASTD X0, Y0\n\tVPMOVZXBD 2040(R9), Y1\n\tVPADDD Y1, Y0, Y0\n\tVPXOR Y2, Y2, Y2\n\tMOVL $8, DX\n\tVMOVD DX, X3\n\tVPBROADCASTD X3, Y3\n\tXORQ AX, AX\n\tXORQ R8, R8")
	g.p("\nloop:\n\tCMPQ AX, CX\n\tJGE done\n\tVPCMPEQD (SI)(AX*4), Y2, Y4\n\tVMOVMSKPS Y4, BX\n\tVPMOVZXBD (R9)(BX*8), Y5\n\tVPERMD Y0, Y5, Y6\n\tVMOVDQU Y6, (DI)(R8*4)\n\tPOPCNTL BX, BX\n\tADDQ BX, R8\n\tVPADDD Y3, Y0, Y0\n\tADDQ $8, AX\n\tJMP loop")
	g.p("\ndone:\n\tVZEROUPPER\n\tMOVQ R8, ret+64(FP)\n\tRET")
}
