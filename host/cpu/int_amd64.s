#include "textflag.h"

// Loops over n elements of d, a and b, n a positive multiple of 8. Y15 holds eight ones. A comparison gives -1 where it holds.

#define BEGIN \
	MOVQ     d+0(FP), DI; \
	MOVQ     a+8(FP), SI; \
	MOVQ     b+16(FP), DX; \
	MOVQ     n+24(FP), CX; \
	VPCMPEQD Y15, Y15, Y15; \
	VPSRLD   $31, Y15, Y15

#define NEXT \
	VMOVDQU Y0, (DI); \
	ADDQ    $32, DI; \
	ADDQ    $32, SI; \
	ADDQ    $32, DX; \
	SUBQ    $8, CX; \
	JNE     loop; \
	VZEROUPPER; \
	RET

// func addInts(d, a, b *int32, n int)
TEXT ·addInts(SB), NOSPLIT, $0-32
	BEGIN
loop:
	VMOVDQU (SI), Y0
	VPADDD  (DX), Y0, Y0
	NEXT

// func subInts(d, a, b *int32, n int)
TEXT ·subInts(SB), NOSPLIT, $0-32
	BEGIN
loop:
	VMOVDQU (SI), Y0
	VPSUBD  (DX), Y0, Y0
	NEXT

// func andInts(d, a, b *int32, n int)
TEXT ·andInts(SB), NOSPLIT, $0-32
	BEGIN
loop:
	VMOVDQU (SI), Y0
	VPAND   (DX), Y0, Y0
	NEXT

// func orInts(d, a, b *int32, n int)
TEXT ·orInts(SB), NOSPLIT, $0-32
	BEGIN
loop:
	VMOVDQU (SI), Y0
	VPOR    (DX), Y0, Y0
	NEXT

// func ltInts(d, a, b *int32, n int)
TEXT ·ltInts(SB), NOSPLIT, $0-32
	BEGIN
loop:
	VMOVDQU  (DX), Y0
	VPCMPGTD (SI), Y0, Y0
	VPSRLD   $31, Y0, Y0
	NEXT

// func leInts(d, a, b *int32, n int)
TEXT ·leInts(SB), NOSPLIT, $0-32
	BEGIN
loop:
	VMOVDQU  (SI), Y0
	VPCMPGTD (DX), Y0, Y0
	VPADDD   Y15, Y0, Y0
	NEXT

// func eqInts(d, a, b *int32, n int)
TEXT ·eqInts(SB), NOSPLIT, $0-32
	BEGIN
loop:
	VMOVDQU  (SI), Y0
	VPCMPEQD (DX), Y0, Y0
	VPSRLD   $31, Y0, Y0
	NEXT

// func neInts(d, a, b *int32, n int)
TEXT ·neInts(SB), NOSPLIT, $0-32
	BEGIN
loop:
	VMOVDQU  (SI), Y0
	VPCMPEQD (DX), Y0, Y0
	VPADDD   Y15, Y0, Y0
	NEXT

// func notInts(d, a, b *int32, n int)
TEXT ·notInts(SB), NOSPLIT, $0-32
	BEGIN
loop:
	VMOVDQU (SI), Y0
	VPXOR   Y15, Y0, Y0
	NEXT
