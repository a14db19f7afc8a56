#include "textflag.h"

// Loops are aligned: the speed of a short one depends on where the linker happens to put it.

// The fields of rowArgs.
#define ROWPTR  0
#define ORDER   8
#define INDEX   16
#define WEIGHTS 24
#define SOURCE  32
#define DST     40
#define DST2    48
#define ROWS    56
#define PLUS    64

// A row of pairs: CX counts up to 0, R14 and R15 point to the ends of the row's index and weights, X0 sums both.
#define PAIRS_BEGIN \
	MOVQ a+0(FP), AX;      \
	MOVQ ROWPTR(AX), R8;   \
	MOVQ ORDER(AX), R9;    \
	MOVQ INDEX(AX), SI;    \
	MOVQ WEIGHTS(AX), BX;  \
	MOVQ SOURCE(AX), DI;   \
	MOVQ DST(AX), R10;     \
	MOVQ DST2(AX), R11;    \
	MOVQ ROWS(AX), R12

#define PAIRS_ROW \
	MOVLQSX (R9), DX;          \
	ADDQ    $4, R9;            \
	MOVLQSX (R8)(DX*4), CX;    \
	MOVLQSX 4(R8)(DX*4), R13;  \
	LEAQ    (SI)(R13*4), R14;  \
	VXORPD  X0, X0, X0;        \
	SUBQ    R13, CX

// Four rows side by side: R14 points to the arguments, R15 to the rows' numbers, CX to rowPtr. The lengths of the rows lie on the stack.
#define ROW(k, i, w, shift) \
	MOVLQSX (4*k)(R15), AX;    \
	MOVLQSX (CX)(AX*4), DX;    \
	MOVLQSX 4(CX)(AX*4), AX;   \
	SUBQ    DX, AX;            \
	MOVQ    AX, (8*k)(SP);     \
	MOVQ    INDEX(R14), i;     \
	LEAQ    (i)(DX*4), i;      \
	MOVQ    WEIGHTS(R14), w;   \
	SHLQ    $shift, DX;        \
	ADDQ    DX, w

#define FOUR(shift) \
	MOVQ ROWPTR(R14), CX;      \
	ROW(0, SI, R10, shift);    \
	ROW(1, DI, R11, shift);    \
	ROW(2, R8, R12, shift);    \
	ROW(3, R9, R13, shift);    \
	MOVQ    0(SP), DX;         \
	MOVQ    8(SP), AX;         \
	CMPQ    AX, DX;            \
	CMOVQLT AX, DX;            \
	MOVQ    16(SP), AX;        \
	CMPQ    AX, DX;            \
	CMOVQLT AX, DX;            \
	MOVQ    24(SP), AX;        \
	CMPQ    AX, DX;            \
	CMOVQLT AX, DX;            \
	VXORPD  X0, X0, X0;        \
	VXORPD  X1, X1, X1;        \
	VXORPD  X2, X2, X2;        \
	VXORPD  X3, X3, X3;        \
	XORQ    CX, CX;            \
	TESTQ   DX, DX

#define DOT_BEGIN \
	MOVQ a+0(FP), R14;     \
	MOVQ SOURCE(R14), BX;  \
	MOVQ ORDER(R14), R15;  \
	MOVQ ROWS(R14), AX;    \
	MOVQ AX, 32(SP)

#define DOT64(i, w, x) \
	MOVLQSX (i)(CX*4), AX;         \
	VMOVSD  (w)(CX*8), X4;         \
	VMULSD  (BX)(AX*8), X4, X4;    \
	VADDSD  X4, x, x

#define DOT32(i, w, x) \
	MOVLQSX (i)(CX*4), AX;         \
	VMOVSS  (w)(CX*4), X4;         \
	VMULSS  (BX)(AX*4), X4, X4;    \
	VADDSS  X4, x, x

#define SUM64(i, w, x) \
	MOVLQSX (i)(CX*4), AX;         \
	VADDSD  (BX)(AX*8), x, x

#define SUM32(i, w, x) \
	MOVLQSX (i)(CX*4), AX;         \
	VADDSS  (BX)(AX*4), x, x

#define PUT64(k, x) \
	MOVLQSX (4*k)(R15), AX;        \
	VMOVSD  x, (CX)(AX*8)

#define PLUS64(k, x) \
	MOVLQSX (4*k)(R15), AX;        \
	VADDSD  (CX)(AX*8), x, x

#define PUT32(k, x) \
	MOVLQSX (4*k)(R15), AX;        \
	VMOVSS  x, (CX)(AX*4)

#define PLUS32(k, x) \
	MOVLQSX (4*k)(R15), AX;        \
	VADDSS  (CX)(AX*4), x, x

#define DOT(step, shift, put, plus) \
	DOT_BEGIN;                     \
group:                             \
	FOUR(shift);                   \
	JLE tail0;                     \
loop:                              \
	step(SI, R10, X0);             \
	step(DI, R11, X1);             \
	step(R8, R12, X2);             \
	step(R9, R13, X3);             \
	INCQ CX;                       \
	CMPQ CX, DX;                   \
	JLT  loop;                     \
tail0:                             \
	CMPQ CX, 0(SP);                \
	JGE  tail1;                    \
	step(SI, R10, X0);             \
	INCQ CX;                       \
	JMP  tail0;                    \
tail1:                             \
	MOVQ DX, CX;                   \
loop1:                             \
	CMPQ CX, 8(SP);                \
	JGE  tail2;                    \
	step(DI, R11, X1);             \
	INCQ CX;                       \
	JMP  loop1;                    \
tail2:                             \
	MOVQ DX, CX;                   \
loop2:                             \
	CMPQ CX, 16(SP);               \
	JGE  tail3;                    \
	step(R8, R12, X2);             \
	INCQ CX;                       \
	JMP  loop2;                    \
tail3:                             \
	MOVQ DX, CX;                   \
loop3:                             \
	CMPQ CX, 24(SP);               \
	JGE  store;                    \
	step(R9, R13, X3);             \
	INCQ CX;                       \
	JMP  loop3;                    \
store:                             \
	MOVQ DST(R14), CX;             \
	CMPQ PLUS(R14), $0;            \
	JEQ  write;                     \
	plus(0, X0);                   \
	plus(1, X1);                   \
	plus(2, X2);                   \
	plus(3, X3);                   \
write:                             \
	put(0, X0);                    \
	put(1, X1);                    \
	put(2, X2);                    \
	put(3, X3);                    \
	ADDQ $16, R15;                 \
	SUBQ $4, 32(SP);               \
	JGT  group;                    \
	RET

// func pairRows64(a *rowArgs)
TEXT ·pairRows64(SB), NOSPLIT, $0-8
	PAIRS_BEGIN

row:
	PAIRS_ROW
	JGE done

	PCALIGN $32
loop:
	MOVLQSX (R14)(CX*4), AX
	SHLQ    $4, AX
	VADDPD  (DI)(AX*1), X0, X0
	INCQ    CX
	JNE     loop

done:
	VMOVLPD X0, (R10)(DX*8)
	VMOVHPD X0, (R11)(DX*8)
	DECQ    R12
	JNE     row
	RET

// func pairRowsWeighted64(a *rowArgs)
TEXT ·pairRowsWeighted64(SB), NOSPLIT, $0-8
	PAIRS_BEGIN

row:
	PAIRS_ROW
	LEAQ (BX)(R13*8), R15
	JGE  done

	PCALIGN $32
loop:
	MOVLQSX  (R14)(CX*4), AX
	SHLQ     $4, AX
	VMOVDDUP (R15)(CX*8), X1
	VMULPD   (DI)(AX*1), X1, X1
	VADDPD   X1, X0, X0
	INCQ     CX
	JNE      loop

done:
	VMOVLPD X0, (R10)(DX*8)
	VMOVHPD X0, (R11)(DX*8)
	DECQ    R12
	JNE     row
	RET

// func pairRows32(a *rowArgs)
TEXT ·pairRows32(SB), NOSPLIT, $0-8
	PAIRS_BEGIN

row:
	PAIRS_ROW
	JGE done

	PCALIGN $32
loop:
	MOVLQSX (R14)(CX*4), AX
	VMOVSD  (DI)(AX*8), X1
	VADDPS  X1, X0, X0
	INCQ    CX
	JNE     loop

done:
	VMOVSS     X0, (R10)(DX*4)
	VEXTRACTPS $1, X0, (R11)(DX*4)
	DECQ       R12
	JNE        row
	RET

// func pairRowsWeighted32(a *rowArgs)
TEXT ·pairRowsWeighted32(SB), NOSPLIT, $0-8
	PAIRS_BEGIN

row:
	PAIRS_ROW
	LEAQ (BX)(R13*4), R15
	JGE  done

	PCALIGN $32
loop:
	MOVLQSX      (R14)(CX*4), AX
	VMOVSD       (DI)(AX*8), X1
	VBROADCASTSS (R15)(CX*4), X2
	VMULPS       X2, X1, X1
	VADDPS       X1, X0, X0
	INCQ         CX
	JNE          loop

done:
	VMOVSS     X0, (R10)(DX*4)
	VEXTRACTPS $1, X0, (R11)(DX*4)
	DECQ       R12
	JNE        row
	RET

// func dotRows64(a *rowArgs)
TEXT ·dotRows64(SB), NOSPLIT, $40-8
	DOT(DOT64, 3, PUT64, PLUS64)

// func dotRows32(a *rowArgs)
TEXT ·dotRows32(SB), NOSPLIT, $40-8
	DOT(DOT32, 2, PUT32, PLUS32)

// func sumRows64(a *rowArgs)
TEXT ·sumRows64(SB), NOSPLIT, $40-8
	DOT(SUM64, 0, PUT64, PLUS64)

// func sumRows32(a *rowArgs)
TEXT ·sumRows32(SB), NOSPLIT, $40-8
	DOT(SUM32, 0, PUT32, PLUS32)
