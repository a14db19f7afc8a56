package main

import (
	"fmt"
	"math"
)

// boxMuller writes a function of the same operations, in the same order, as package rng's boxMuller: math.Log as its assembly for amd64 does it, which
// fuses nothing, the square root, and cos2pi.
func (g *generator) boxMuller() {
	names := map[uint64]string{}
	at := func(bits uint64) string {
		if names[bits] == "" {
			names[bits] = fmt.Sprint("normal", len(names))
			g.constant(names[bits], bits)
		}
		return names[bits] + "<>(SB)"
	}
	type num float64
	text := func(x any) string {
		switch x := x.(type) {
		case num:
			return at(math.Float64bits(float64(x)))
		case uint64:
			return at(x)
		}
		return fmt.Sprint("Z", x)
	}
	const (
		half, one, two = num(0.5), num(1), num(2)

		u, x, f, k, s, s2, s4, t, hfsq = 0, 1, 2, 3, 4, 5, 6, 7, 8
		q, z, sin, cos, w, h           = 9, 10, 11, 12, 13, 14
	)
	var body []string
	// op is dst = a op b.
	op := func(name string, dst int, a int, b any) {
		body = append(body, fmt.Sprintf("\t%s %s, Z%d, Z%d", name, text(b), a, dst))
	}
	raw := func(format string, args ...any) { body = append(body, "\t"+fmt.Sprintf(format, args...)) }
	load := func(dst int, c num) { raw("VMOVUPD %s, Z%d", text(c), dst) }
	horner := func(dst, z int, coefficients ...num) {
		load(dst, coefficients[0])
		for _, c := range coefficients[1:] {
			op("VMULPD", dst, dst, z)
			op("VADDPD", dst, dst, c)
		}
	}
	load(x, one)
	op("VSUBPD", x, x, u)
	// The logarithm of x: mantissa and exponent, with f between 1/sqrt(2) - 1 and sqrt(2) - 1.
	op("VPANDQ", f, x, uint64(0x000FFFFFFFFFFFFF))
	op("VPORQ", f, f, half)
	raw("VPSRLQ $52, Z%d, Z%d", x, k)
	op("VPSUBQ", k, k, uint64(0x3FE))
	raw("VCVTQQ2PD Z%d, Z%d", k, k)
	raw("VCMPPD $2, %s, Z%d, K1", text(num(7.07106781186547524401e-01)), f)
	raw("VSUBPD %s, Z%d, K1, Z%d", text(one), k, k)
	raw("VADDPD Z%d, Z%d, K1, Z%d", f, f, f)
	op("VSUBPD", f, f, one)
	op("VADDPD", s, f, two)
	op("VDIVPD", s, f, s)
	op("VMULPD", s2, s, s)
	op("VMULPD", s4, s2, s2)
	horner(t, s4, 1.479819860511658591e-01, 1.818357216161805012e-01, 2.857142874366239149e-01, 6.666666666666735130e-01)
	op("VMULPD", s2, s2, t)
	horner(t, s4, 1.531383769920937332e-01, 2.222219843214978396e-01, 3.999999999940941908e-01)
	op("VMULPD", s4, s4, t)
	op("VADDPD", s2, s2, s4)
	op("VMULPD", hfsq, f, half)
	op("VMULPD", hfsq, hfsq, f)
	op("VADDPD", s2, s2, hfsq)
	op("VMULPD", s, s, s2)
	op("VMULPD", t, k, num(1.90821492927058770002e-10))
	op("VADDPD", s, s, t)
	op("VSUBPD", hfsq, hfsq, s)
	op("VSUBPD", hfsq, hfsq, f)
	op("VMULPD", k, k, num(6.93147180369123816490e-01))
	op("VSUBPD", k, k, hfsq)
	op("VMULPD", k, k, num(-2))
	raw("VSQRTPD Z%d, Z%d", k, k)
	// The cosine of 2 pi v.
	raw("VMOVUPD (DX)(AX*8), Z%d", x)
	op("VMULPD", z, x, num(4))
	op("VADDPD", z, z, half)
	raw("VCVTTPD2QQ Z%d, Z%d", z, q)
	raw("VCVTQQ2PD Z%d, Z%d", q, z)
	op("VMULPD", z, z, num(0.25))
	op("VSUBPD", x, x, z)
	op("VMULPD", x, x, num(2*math.Pi))
	op("VMULPD", z, x, x)
	horner(sin, z, 1.58969099521155010221e-10, -2.50507602534068634195e-08, 2.75573137070700676789e-06, -1.98412698298579493134e-04,
		8.33333333332248946124e-03, -1.66666666666666324348e-01)
	op("VMULPD", t, x, z)
	op("VMULPD", sin, sin, t)
	op("VADDPD", sin, sin, x)
	horner(cos, z, -1.13596475577881948265e-11, 2.08757232129817482790e-09, -2.75573143513906633035e-07, 2.48015872894767294178e-05,
		-1.38888888888741095749e-03, 4.16666666666666019037e-02)
	op("VMULPD", h, z, half)
	load(t, one)
	op("VSUBPD", w, t, h)
	op("VSUBPD", t, t, w)
	op("VSUBPD", t, t, h)
	op("VMULPD", z, z, z)
	op("VMULPD", cos, cos, z)
	op("VADDPD", cos, cos, t)
	op("VADDPD", cos, cos, w)
	raw("VPTESTMQ %s, Z%d, K1", text(uint64(1)), q)
	raw("VMOVAPD Z%d, K1, Z%d", sin, cos)
	op("VPADDQ", q, q, uint64(1))
	raw("VPSRLQ $1, Z%d, Z%d", q, q)
	raw("VPSLLQ $63, Z%d, Z%d", q, q)
	op("VPXORQ", cos, cos, q)
	op("VMULPD", cos, cos, k)

	for _, form := range []struct{ name, store string }{
		{"boxMullerAVX512", fmt.Sprintf("VMOVUPD Z%d, (DI)(AX*8)", cos)},
		{"boxMullerSingleAVX512", fmt.Sprintf("VCVTPD2PS Z%d, Y%d\n\tVMOVUPS Y%d, (DI)(AX*4)", cos, cos, cos)},
	} {
		g.p("\n// func %s\nTEXT ·%s(SB), NOSPLIT, $0-72", form.name, form.name)
		g.p("\tMOVQ dst_base+0(FP), DI\n\tMOVQ dst_len+8(FP), CX\n\tMOVQ u_base+24(FP), SI\n\tMOVQ v_base+48(FP), DX\n\tXORQ AX, AX\n\tCMPQ AX, CX\n\tJGE done\n\nloop:")
		g.p("\tVMOVUPD (SI)(AX*8), Z%d", u)
		for _, line := range body {
			g.p("%s", line)
		}
		g.p("\t%s\n\tADDQ $8, AX\n\tCMPQ AX, CX\n\tJLT loop\n\ndone:\n\tVZEROUPPER\n\tRET", form.store)
	}
}
