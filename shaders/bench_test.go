//go:build cgo

package shaders_test

import (
	"fmt"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/shaders"
)

// BenchmarkFunction measures calls of each function, 64 for each of 16384 elements.
func BenchmarkFunction(b *testing.B) {
	const n, rounds = 1 << 14, 64
	const frame = `layout(local_size_x = 64) in;
layout(std430, binding = 0) buffer Y { REAL y[]; };
uniform int rounds;
%s
void main() {
	uint i = gl_GlobalInvocationID.x;
	REAL sum = REAL(0.0);
	for (int k = 0; k < rounds; k++) {
		REAL x = REAL(i & 1023u) * REAL(3.0 / 1024.0) + REAL(k) * REAL(0.001) + REAL(0.1);
		sum += REAL(%s);
	}
	y[i] = sum;
}
`
	d := gltest.DeviceWith(b, device.Options{})
	run := func(b *testing.B, real, decl, call string) {
		gltest.Do(b, d, func(t testing.TB) {
			src, err := shaders.Resolve(call, "#define REAL "+real+"\n"+fmt.Sprintf(frame, decl, call))
			if err != nil {
				t.Fatal(err)
			}
			p, err := d.NewCompute(call, device.Source(src))
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			y, err := d.NewBuffer("y", map[string]device.Element{"float": device.F32, "double": device.F64}[real], n)
			if err != nil {
				t.Fatal(err)
			}
			defer y.Close()
			p.SetInt("rounds", rounds)
			d.BindStorage(0, y)
			_ = d.Dispatch(p, n/64, 1, 1) // llvmpipe compiles at the first dispatch
			d.WaitIdle()
			for b.Loop() {
				_ = d.Dispatch(p, n/64, 1, 1)
				d.WaitIdle()
			}
		})
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(n*rounds), "ns/call")
	}
	calls := []function{{name: "x"}}
	calls = append(calls, functions...)
	calls = append(calls, function{name: "m_pow", builtin: "pow(x, 1.7)"})
	for _, f := range calls {
		own, builtin := f.name+"(x)", f.builtin
		switch {
		case f.name == "x":
			own, builtin = "x", "x"
		case f.name == "m_pow":
			own = "m_pow(x, REAL(1.7))"
		case !isExpr(builtin):
			builtin += "(x)"
		}
		b.Run("float/"+f.name, func(b *testing.B) { run(b, "float", "#include \"lib/math.glsl\"", own) })
		b.Run("builtin/"+f.name, func(b *testing.B) { run(b, "float", "", builtin) })
		b.Run("double/"+f.name, func(b *testing.B) { run(b, "double", "#include \"lib/math64.glsl\"", own) })
	}
	for _, f := range []string{"draw_uniform", "draw_normal"} {
		decl := "const uvec2 key = uvec2(1u, 2u);\nconst uvec2 clock_step = uvec2(3u, 0u);\n"
		b.Run("float/"+f, func(b *testing.B) { run(b, "float", decl+"#include \"lib/random.glsl\"", f+"(i, 7u, uint(k))") })
		b.Run("double/"+f, func(b *testing.B) { run(b, "double", decl+"#include \"lib/random64.glsl\"", f+"64(i, 7u, uint(k))") })
	}
}
