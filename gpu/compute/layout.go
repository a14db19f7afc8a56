//go:build cgo

package compute

import (
	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// slab is one storage buffer that holds many of the plan's buffers. Few slabs keep programs within the number of blocks
// that a shader stage may see.
type slab struct {
	len int
	buf *device.Buffer
	// texels read the slab through an image unit; nil until a program does.
	texels *device.TexelBuffer
	elem   device.Element
}

// makeSlabs describes the buffers that a layout needs; none is allocated.
func makeSlabs(l *glsl.Layout) []slab {
	slabs := make([]slab, len(l.Slabs))
	for k, s := range l.Slabs {
		slabs[k] = slab{len: s.Len, elem: elemOf(l.Plan, s.Type)}
	}
	return slabs
}

func elemOf(p *plan.Plan, t ir.Type) device.Element {
	switch {
	case t != ir.Real:
		return device.I32
	case p.Precision == plan.Double:
		return device.F64
	}
	return device.F32
}

func (s *slab) bytes() int64 { return int64(s.len) * int64(s.elem.Size()) }

func bytesOf(slabs []slab) int64 {
	var n int64
	for _, s := range slabs {
		n += s.bytes()
	}
	return n
}
