//go:build amd64 && linux

#include "textflag.h"

// func call(entry uintptr, a *Args)
// The code may use every register but the stack and frame pointers, and no stack but its return address.
TEXT ·call(SB), NOSPLIT, $8-16
	MOVQ entry+0(FP), AX
	MOVQ a+8(FP), DI
	CALL AX
	RET
