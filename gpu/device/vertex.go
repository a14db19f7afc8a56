//go:build cgo

package device

import (
	"fmt"

	"github.com/go-gl/gl/v4.5-core/gl"
)

// Attrib is one vertex attribute. It reads from Buffer, or from View when Buffer is nil.
type Attrib struct {
	Location   int
	Buffer     *Buffer
	View       View
	Components int  // 1 to 4
	Integer    bool // the shader reads int or uint; otherwise numbers convert to float
	Normalized bool // integers map to [0, 1] or [-1, 1]
	Type       AttribType
	Stride     int // bytes; 0: packed
	Offset     int // bytes
	Divisor    int // 0: per vertex; n: advances every n instances
}

// AttribType is how an attribute lies in the buffer; the default follows the buffer's element type.
type AttribType uint32

const (
	AttribAuto AttribType = 0
	AttribF32  AttribType = gl.FLOAT
	AttribF64  AttribType = gl.DOUBLE
	AttribI32  AttribType = gl.INT
	AttribU32  AttribType = gl.UNSIGNED_INT
	AttribI16  AttribType = gl.SHORT
	AttribU16  AttribType = gl.UNSIGNED_SHORT
	AttribI8   AttribType = gl.BYTE
	AttribU8   AttribType = gl.UNSIGNED_BYTE
)

var attribSizes = map[AttribType]int{AttribF32: 4, AttribF64: 8, AttribI32: 4, AttribU32: 4, AttribI16: 2, AttribU16: 2, AttribI8: 1, AttribU8: 1}

// VertexArray says how a draw reads its vertices.
type VertexArray struct {
	d       *Device
	name    uint32
	indexed bool
}

// NewVertexArray makes a vertex array. index may be nil; it must hold U32 for DrawIndexed. The buffers are borrowed:
// a buffer that is resized needs a new vertex array, since its name changes.
func (d *Device) NewVertexArray(label string, attribs []Attrib, index *Buffer) (*VertexArray, error) {
	if index != nil && index.elem != U32 {
		return nil, fmt.Errorf("device: vertex array %s: indices are %v, want uint32", label, index.elem)
	}
	v := &VertexArray{d: d, indexed: index != nil}
	gl.GenVertexArrays(1, &v.name)
	gl.BindVertexArray(v.name)
	d.track(kindVertexArray, uint64(v.name), label)
	for _, a := range attribs {
		if err := a.apply(); err != nil {
			gl.BindVertexArray(0)
			v.Close()
			return nil, fmt.Errorf("device: vertex array %s: attribute %d: %w", label, a.Location, err)
		}
	}
	if index != nil {
		gl.BindBuffer(gl.ELEMENT_ARRAY_BUFFER, index.name)
	}
	gl.BindVertexArray(0)
	d.verify("glVertexAttribPointer")
	return v, nil
}

func (a Attrib) apply() error {
	name, elem, offset, stride, typ := a.View.Buffer, a.View.Elem, a.Offset, a.Stride, a.Type
	if a.Buffer != nil {
		name, elem = a.Buffer.name, a.Buffer.elem
	} else {
		offset += a.View.Offset * elem.Size()
		if stride == 0 {
			stride = a.View.Stride * elem.Size()
		}
	}
	if name == 0 {
		return fmt.Errorf("no buffer")
	}
	if a.Components < 1 || a.Components > 4 {
		return fmt.Errorf("%d components, want 1 to 4", a.Components)
	}
	if typ == AttribAuto {
		switch elem {
		case F32:
			typ = AttribF32
		case F64:
			typ = AttribF64
		case I32:
			typ = AttribI32
		case U32:
			typ = AttribU32
		default:
			return fmt.Errorf("elements of %v need a Type", elem)
		}
	}
	if stride == 0 {
		stride = a.Components * attribSizes[typ]
	}
	gl.BindBuffer(gl.ARRAY_BUFFER, name)
	gl.EnableVertexAttribArray(uint32(a.Location))
	if a.Integer {
		gl.VertexAttribIPointerWithOffset(uint32(a.Location), int32(a.Components), uint32(typ), int32(stride), uintptr(offset))
	} else {
		gl.VertexAttribPointerWithOffset(uint32(a.Location), int32(a.Components), uint32(typ), a.Normalized, int32(stride), uintptr(offset))
	}
	gl.VertexAttribDivisor(uint32(a.Location), uint32(a.Divisor))
	return nil
}

// Close deletes the vertex array.
func (v *VertexArray) Close() {
	if v == nil || v.name == 0 {
		return
	}
	gl.DeleteVertexArrays(1, &v.name)
	v.d.untrack(kindVertexArray, uint64(v.name))
	v.name = 0
	v.d.verify("glDeleteVertexArrays")
}
