//go:build cgo

package compute

import (
	"fmt"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// slab is one storage buffer that holds many of the plan's buffers. Few slabs keep programs within the number of blocks
// that a shader stage may see.
type slab struct {
	typ  ir.Type // Int or Real
	len  int
	buf  *device.Buffer
	elem device.Element
}

// align is the alignment of a buffer within its slab in bytes: no driver asks more of a range's offset.
const align = 256

// layOut places the plan's buffers and the monitors' rings. Nothing is allocated. limit is the size of a storage block in bytes.
func layOut(p *plan.Plan, limit int64) (*glsl.Layout, []slab, error) {
	l := &glsl.Layout{Plan: p}
	names := glsl.Names(p.Buffers)
	for i, b := range p.Buffers {
		t := ir.Int
		if b.Type == ir.Real {
			t = ir.Real
		}
		l.Buffers = append(l.Buffers, glsl.Buffer{Name: names[i], Type: t, Len: b.Len})
	}
	for mi, m := range p.Monitors {
		var ring glsl.Ring
		for vi, v := range m.Vars {
			src := l.Buffers[v.Buf]
			rv := glsl.RingVar{Source: int(v.Buf), Rows: len(l.Buffers), Elements: -1, Len: v.Len}
			l.Buffers = append(l.Buffers, glsl.Buffer{Name: fmt.Sprintf("ring_%d_%d", mi, vi), Type: src.Type, Len: v.Len * m.Capacity})
			if v.Elements != nil {
				rv.Elements = len(l.Buffers)
				l.Buffers = append(l.Buffers, glsl.Buffer{Name: fmt.Sprintf("ring_%d_%d_elements", mi, vi), Type: ir.Int, Len: v.Len})
			}
			ring.Vars = append(ring.Vars, rv)
		}
		l.Rings = append(l.Rings, ring)
	}

	var slabs []slab
	open := map[ir.Type]int{}
	for i := range l.Buffers {
		b := &l.Buffers[i]
		size := elemOf(p, b.Type).Size()
		most := int(min(limit, 1<<33) / int64(size))
		if b.Len > most {
			what := b.Name
			if i < len(p.Buffers) {
				what = p.Buffers[i].Object + "." + p.Buffers[i].Var
			}
			return nil, nil, &plan.TooLarge{What: what, Need: int64(b.Len) * int64(size), Available: limit,
				Hint: "this is the largest storage block of the OpenGL driver; the cpu backend has no such limit"}
		}
		unit := align / size
		k, ok := open[b.Type]
		base := 0
		if ok {
			base = (slabs[k].len + unit - 1) / unit * unit
		}
		if !ok || base+b.Len > most {
			k, base = len(slabs), 0
			slabs = append(slabs, slab{typ: b.Type, elem: elemOf(p, b.Type)})
			l.Slabs = append(l.Slabs, b.Type)
			open[b.Type] = k
		}
		b.Slab, b.Base = k, base
		slabs[k].len = base + b.Len
	}
	return l, slabs, nil
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

func bytesOf(slabs []slab) int64 {
	var n int64
	for _, s := range slabs {
		n += int64(s.len) * int64(s.elem.Size())
	}
	return n
}
