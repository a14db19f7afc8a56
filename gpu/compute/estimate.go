package compute

import (
	"fmt"

	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/plan"
)

// memoryOf is what a layout takes on the device, by what it is for.
func memoryOf(l *glsl.Layout) plan.Memory {
	sum, placed := map[string]int64{}, int64(0)
	gaps := map[int]bool{}
	for _, d := range l.Drawn {
		gaps[d.Table], gaps[d.Guide] = true, true
	}
	for i, b := range l.Buffers {
		what := "spikes, sums and recording"
		switch {
		case i < len(l.Plan.Buffers):
			what = l.Plan.Buffers[i].Role.String()
		case gaps[i], l.IsGuide(i):
			what = plan.Connectivity.String()
		case l.IsPacked(i):
			what = plan.Param.String()
		}
		n := int64(b.Len) * int64(l.Size(b.Type))
		sum[what] += n
		placed += n
	}
	all := int64(0)
	for _, s := range l.Slabs {
		all += int64(max(s.Len, 1)) * int64(l.Size(s.Type))
	}
	if all > placed {
		sum["gaps between buffers"] = all - placed
	}
	return plan.NewMemory(sum, l.Plan.Kept())
}

// Estimate is what a plan takes on a device with storage blocks of a size in bytes. It needs no OpenGL.
func Estimate(p *plan.Plan, block int64, o glsl.Options) (plan.Memory, error) {
	l, err := glsl.NewLayout(p, block, o)
	if err != nil {
		return plan.Memory{}, fmt.Errorf("gl: %w", err)
	}
	return memoryOf(l), nil
}
