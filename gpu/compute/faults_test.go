//go:build cgo

package compute

import (
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/shaders"
)

// The smallest faulty element of a check is named with its kind, however many elements there are.
func TestFaultsOfManyElements(t *testing.T) {
	const text = `layout(local_size_x = 1) in;
const uint tick = 7u;
const uvec2 clock_step = uvec2(0u);
#include "compute/run.glsl"
void main() {
	report_fault(1u, 0xfffffff0u, 2u);
	report_fault(1u, 0x40000005u, 1u);
	report_fault(1u, 0x40000006u, 0u);
	report_fault(2u, 0x3fffffffu, 3u);
}
`
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		src, err := shaders.Resolve("faults", text)
		if err != nil {
			t.Fatal(err)
		}
		p, err := d.NewCompute("faults", device.Source(src))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		words := make([]uint32, glsl.ControlSites+3*glsl.FaultKinds)
		for k := glsl.ControlSites; k < len(words); k++ {
			words[k] = glsl.NoFault
		}
		b, err := device.NewBufferFrom(d, "fault words", device.U32, words)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		d.BindStorage(glsl.ControlBinding, b)
		if err := d.Dispatch(p, 1, 1, 1); err != nil {
			t.Fatal(err)
		}
		d.Barrier(device.BarrierAll)
		if err := device.Read(b, 0, words, device.ReadTest); err != nil {
			t.Fatal(err)
		}
		got := foundFaults(words[glsl.ControlSites:])
		want := []found{none, {0x40000005, glsl.FaultPosInf}, {0x3fffffff, glsl.FaultTooLarge}}
		for k := range want {
			if got[k] != want[k] {
				t.Errorf("check %d found %+v, want %+v", k, got[k], want[k])
			}
		}
		if words[0] != 7 {
			t.Errorf("in tick %d", words[0])
		}
	})
}
