//go:build cgo

package device

import (
	"fmt"
	"unsafe"

	"github.com/go-gl/gl/v4.5-core/gl"
)

// Blend is how a fragment joins what is there.
type Blend uint8

const (
	BlendNone          Blend = iota
	BlendAlpha               // straight alpha over
	BlendPremultiplied       // premultiplied alpha over
	BlendAdd                 // sum, weighted by alpha
)

// Cull says which faces are left out.
type Cull uint8

const (
	CullNone Cull = iota
	CullBack
	CullFront
)

// DepthFunc compares depths.
type DepthFunc uint8

const (
	DepthLess DepthFunc = iota
	DepthLessEqual
	DepthGreater
	DepthAlways
)

// State is the fixed-function state of a draw. The zero value draws opaque, without depth test.
type State struct {
	Blend        Blend
	DepthTest    bool
	DepthFunc    DepthFunc
	NoDepthWrite bool
	Cull         Cull
	Scissor      bool
	ScissorRect  Rect
	// PolygonOffset shifts the depth of filled polygons: factor times slope plus units.
	PolygonOffset [2]float32
	Wireframe     bool
	LineWidth     float32 // 0: 1; core contexts may clamp it to 1
	// NoColor[i] set: color attachment i is not written. Draws of integer attachments need blending off there, which
	// OpenGL does by itself.
	NoColor [4]bool
	SRGB    bool // convert to sRGB when the target is
}

// SetState sets the state for the draws that follow; only what differs is sent.
func (d *Device) SetState(s State) {
	old := d.state
	first := !d.stateKnown
	d.state, d.stateKnown = s, true
	if s.LineWidth == 0 {
		s.LineWidth, d.state.LineWidth = 1, 1
	}
	enable := func(cap uint32, was, is bool) {
		if first || was != is {
			if is {
				gl.Enable(cap)
			} else {
				gl.Disable(cap)
			}
		}
	}
	enable(gl.BLEND, old.Blend != BlendNone, s.Blend != BlendNone)
	if s.Blend != BlendNone && (first || old.Blend != s.Blend) {
		switch s.Blend {
		case BlendAlpha:
			gl.BlendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
		case BlendPremultiplied:
			gl.BlendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
		case BlendAdd:
			gl.BlendFunc(gl.SRC_ALPHA, gl.ONE)
		}
	}
	enable(gl.DEPTH_TEST, old.DepthTest, s.DepthTest)
	if first || old.DepthFunc != s.DepthFunc {
		gl.DepthFunc([...]uint32{gl.LESS, gl.LEQUAL, gl.GREATER, gl.ALWAYS}[s.DepthFunc])
	}
	if first || old.NoDepthWrite != s.NoDepthWrite {
		gl.DepthMask(!s.NoDepthWrite)
	}
	enable(gl.CULL_FACE, old.Cull != CullNone, s.Cull != CullNone)
	if s.Cull != CullNone && (first || old.Cull != s.Cull) {
		gl.CullFace([...]uint32{0, gl.BACK, gl.FRONT}[s.Cull])
	}
	enable(gl.SCISSOR_TEST, old.Scissor, s.Scissor)
	if r := s.ScissorRect; s.Scissor && (first || !old.Scissor || old.ScissorRect != r) {
		gl.Scissor(int32(r.X), d.row(r.Y, max(r.H, 0)), int32(max(r.W, 0)), int32(max(r.H, 0)))
	}
	none := [2]float32{}
	enable(gl.POLYGON_OFFSET_FILL, old.PolygonOffset != none, s.PolygonOffset != none)
	if s.PolygonOffset != none && (first || old.PolygonOffset != s.PolygonOffset) {
		gl.PolygonOffset(s.PolygonOffset[0], s.PolygonOffset[1])
	}
	if first || old.Wireframe != s.Wireframe {
		if s.Wireframe {
			gl.PolygonMode(gl.FRONT_AND_BACK, gl.LINE)
		} else {
			gl.PolygonMode(gl.FRONT_AND_BACK, gl.FILL)
		}
	}
	if first || old.LineWidth != s.LineWidth {
		gl.LineWidth(min(max(s.LineWidth, d.info.Limits.LineWidth[0]), d.info.Limits.LineWidth[1]))
	}
	for i := range s.NoColor {
		if first || old.NoColor[i] != s.NoColor[i] {
			on := !s.NoColor[i]
			gl.ColorMaski(uint32(i), on, on, on, on)
		}
	}
	enable(gl.FRAMEBUFFER_SRGB, old.SRGB, s.SRGB)
	d.verify("state")
}

// SetLineWidth changes the width of lines alone, within the driver's limits, and returns what it was.
func (d *Device) SetLineWidth(width float32) float32 {
	s := d.state
	old := s.LineWidth
	s.LineWidth = width
	d.SetState(s)
	return old
}

// Viewport maps clip space to a rectangle of the target, in pixels from its lower left corner.
func (d *Device) Viewport(x, y, width, height int) {
	v := [4]int32{int32(x), d.row(y, height), int32(width), int32(height)}
	if v != d.viewport {
		gl.Viewport(v[0], v[1], v[2], v[3])
		d.viewport = v
		d.verify("glViewport")
	}
}

// Dispatch runs a compute program over x*y*z work groups.
func (d *Device) Dispatch(p *Program, x, y, z int) error {
	l := d.info.Limits.WorkGroups
	if x > l[0] || y > l[1] || z > l[2] || x < 0 || y < 0 || z < 0 {
		return fmt.Errorf("device: program %s: %d x %d x %d work groups, the driver takes up to %v", p.label, x, y, z, l)
	}
	d.use(p)
	d.verifyBound(p)
	gl.DispatchCompute(uint32(x), uint32(y), uint32(z))
	d.stats.Dispatches++
	d.verify("glDispatchCompute")
	return nil
}

// DispatchIndirect takes the three numbers of work groups, uint32 each, from byte offset off of b, a multiple of 4.
func (d *Device) DispatchIndirect(p *Program, b *Buffer, off int) error {
	if off < 0 || off%4 != 0 || off+12 > b.Size() {
		return fmt.Errorf("device: program %s: no dispatch command at byte %d of buffer %s", p.label, off, b.label)
	}
	d.use(p)
	d.verifyBound(p)
	gl.BindBuffer(gl.DISPATCH_INDIRECT_BUFFER, b.name)
	gl.DispatchComputeIndirect(off)
	d.stats.Dispatches++
	d.verify("glDispatchComputeIndirect")
	return nil
}

// Mode is what vertices form.
type Mode uint32

const (
	Points        Mode = gl.POINTS
	Lines         Mode = gl.LINES
	LineStrip     Mode = gl.LINE_STRIP
	Triangles     Mode = gl.TRIANGLES
	TriangleStrip Mode = gl.TRIANGLE_STRIP
	TriangleFan   Mode = gl.TRIANGLE_FAN
)

func (d *Device) prepare(p *Program, v *VertexArray) {
	d.use(p)
	d.verifyBound(p)
	if v == nil {
		gl.BindVertexArray(d.scratchVAO)
	} else {
		gl.BindVertexArray(v.name)
	}
	d.stats.Draws++
}

// Draw draws count vertices from first on. Without a vertex array the shader works from gl_VertexID.
func (d *Device) Draw(p *Program, v *VertexArray, m Mode, first, count int) {
	d.prepare(p, v)
	gl.DrawArrays(uint32(m), int32(first), int32(count))
	d.verify("glDrawArrays")
}

// DrawInstanced draws instances copies, the first being baseInstance: it counts for attributes with a divisor, and not
// for gl_InstanceID.
func (d *Device) DrawInstanced(p *Program, v *VertexArray, m Mode, first, count, instances, baseInstance int) {
	d.prepare(p, v)
	gl.DrawArraysInstancedBaseInstance(uint32(m), int32(first), int32(count), int32(instances), uint32(baseInstance))
	d.verify("glDrawArraysInstancedBaseInstance")
}

// offset is a place in the bound buffer, in the shape of the pointer that older OpenGL took there.
func offset(bytes int) unsafe.Pointer {
	//lint:ignore SA1019 these calls have no overload that takes a number
	return gl.PtrOffset(bytes)
}

// DrawIndexed draws count indices from index first on, in instances copies; baseVertex is added to each index.
func (d *Device) DrawIndexed(p *Program, v *VertexArray, m Mode, first, count, instances, baseVertex, baseInstance int) error {
	if v == nil || !v.indexed {
		return fmt.Errorf("device: program %s: the vertex array has no indices", p.label)
	}
	d.prepare(p, v)
	gl.DrawElementsInstancedBaseVertexBaseInstance(uint32(m), int32(count), gl.UNSIGNED_INT, offset(first*4), int32(instances), int32(baseVertex), uint32(baseInstance))
	d.verify("glDrawElements")
	return nil
}

// DrawIndirect takes count, instances, first and base instance, uint32 each, from byte offset off of b.
func (d *Device) DrawIndirect(p *Program, v *VertexArray, m Mode, b *Buffer, off int) error {
	if off < 0 || off%4 != 0 || off+16 > b.Size() {
		return fmt.Errorf("device: program %s: no draw command at byte %d of buffer %s", p.label, off, b.label)
	}
	d.prepare(p, v)
	gl.BindBuffer(gl.DRAW_INDIRECT_BUFFER, b.name)
	gl.DrawArraysIndirect(uint32(m), offset(off))
	d.verify("glDrawArraysIndirect")
	return nil
}
