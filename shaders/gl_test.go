//go:build cgo

package shaders_test

import (
	"fmt"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/shaders"
)

// evaluate runs a statement such as "y[i] = m_exp(x[i]);" for every element. T and real name the element type.
func evaluate[T float32 | float64 | uint32 | int32](t *testing.T, d *device.Device, decl, body string, x, x2 []T) []T {
	t.Helper()
	elem, name := device.F32, "float"
	switch any(*new(T)).(type) {
	case float64:
		elem, name = device.F64, "double"
	case uint32:
		elem, name = device.U32, "uint"
	case int32:
		elem, name = device.I32, "int"
	}
	if x2 == nil {
		x2 = make([]T, 1)
	}
	text := fmt.Sprintf(`layout(local_size_x = 64) in;
layout(std430, binding = 0) readonly buffer X { %[1]s x[]; };
layout(std430, binding = 1) readonly buffer X2 { %[1]s x2[]; };
layout(std430, binding = 2) writeonly buffer Y { %[1]s y[]; };
%[2]s
void main() {
	uint i = gl_GlobalInvocationID.x;
	if (i < uint(y.length())) { %[3]s }
}
`, name, decl, body)
	y := make([]T, len(x))
	gltest.Do(t, d, func(t testing.TB) {
		src, err := shaders.Resolve("test of "+body, text)
		if err != nil {
			t.Fatal(err)
		}
		p, err := d.NewCompute(body, device.Source(src))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		for i, data := range [][]T{x, x2, y} {
			b, err := device.NewBufferFrom(d, fmt.Sprint("operand ", i), elem, data)
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			d.BindStorage(i, b)
			if i == 2 {
				if err := d.Dispatch(p, (len(x)+63)/64, 1, 1); err != nil {
					t.Fatal(err)
				}
				d.Barrier(device.BarrierBufferUpdate)
				if err := device.Read(b, 0, y, device.ReadTest); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
	return y
}
