//go:build cgo

package device

import (
	"fmt"
	"unsafe"

	"github.com/go-gl/gl/v4.5-core/gl"
)

// FramebufferDesc describes a render target.
type FramebufferDesc struct {
	Label         string
	Width, Height int
	Samples       int      // 0 or 1: one
	Color         []Format // one per draw buffer
	Depth         bool     // Depth32F
	// Sampled makes the attachments textures (Texture), for which Samples must be at most 1.
	Sampled bool
	// TopDown stores the top row first, as software renderers store windows: copying to a window is then copying of memory. Nothing
	// else changes, but gl_FragCoord.y, which counts from the top. Features.ClipControl says whether it is possible.
	TopDown bool
}

// Framebuffer is a render target off the screen, or the window's own.
type Framebuffer struct {
	d        *Device
	name     uint32
	desc     FramebufferDesc
	buffers  []uint32 // renderbuffers
	textures []*Texture
}

// NewFramebuffer makes a render target. More samples than the driver has are reduced; see Desc.
func (d *Device) NewFramebuffer(desc FramebufferDesc) (_ *Framebuffer, err error) {
	if desc.Width < 1 || desc.Height < 1 || desc.Width > d.info.Limits.TextureSize || desc.Height > d.info.Limits.TextureSize {
		return nil, fmt.Errorf("device: framebuffer %s: %d x %d, the driver takes up to %d", desc.Label, desc.Width, desc.Height, d.info.Limits.TextureSize)
	}
	if desc.Sampled && desc.Samples > 1 {
		return nil, fmt.Errorf("device: framebuffer %s: sampled attachments have one sample per pixel", desc.Label)
	}
	desc.Samples = min(desc.Samples, d.info.Limits.Samples)
	for _, f := range desc.Color {
		if formats[f].integer && desc.Samples > 1 {
			desc.Samples = min(desc.Samples, max(geti(gl.MAX_INTEGER_SAMPLES), 1))
		}
	}
	if desc.TopDown && !d.info.Features.ClipControl {
		return nil, fmt.Errorf("device: framebuffer %s: the driver cannot store pictures from the top", desc.Label)
	}
	f := &Framebuffer{d: d, desc: desc}
	gl.GenFramebuffers(1, &f.name)
	gl.BindFramebuffer(gl.FRAMEBUFFER, f.name)
	d.track(kindFramebuffer, uint64(f.name), desc.Label)
	defer func() {
		gl.BindFramebuffer(gl.FRAMEBUFFER, 0)
		d.aim(nil)
		if err != nil {
			f.Close()
		}
	}()
	var draw []uint32
	for i, c := range desc.Color {
		at := uint32(gl.COLOR_ATTACHMENT0 + i)
		if err := f.attach(at, c, fmt.Sprintf("%s color %d", desc.Label, i)); err != nil {
			return nil, err
		}
		draw = append(draw, at)
	}
	if desc.Depth {
		if err := f.attach(gl.DEPTH_ATTACHMENT, Depth32F, desc.Label+" depth"); err != nil {
			return nil, err
		}
	}
	if len(draw) > 0 {
		gl.DrawBuffers(int32(len(draw)), &draw[0])
	} else {
		gl.DrawBuffer(gl.NONE)
		gl.ReadBuffer(gl.NONE)
	}
	if s := gl.CheckFramebufferStatus(gl.FRAMEBUFFER); s != gl.FRAMEBUFFER_COMPLETE {
		_ = d.takeErr("glCheckFramebufferStatus")
		return nil, fmt.Errorf("device: framebuffer %s of %v is not supported by the driver (status 0x%x)", desc.Label, desc.Color, s)
	}
	d.verify("framebuffer " + desc.Label)
	return f, nil
}

func (f *Framebuffer) attach(at uint32, format Format, label string) error {
	d := f.d
	if f.desc.Sampled {
		t, err := d.NewTexture(TextureDesc{Label: label, Width: f.desc.Width, Height: f.desc.Height, Format: format, Linear: format != Depth32F})
		if err != nil {
			return err
		}
		f.textures = append(f.textures, t)
		gl.FramebufferTexture2D(gl.FRAMEBUFFER, at, gl.TEXTURE_2D, t.name, 0)
		return nil
	}
	var rb uint32
	gl.GenRenderbuffers(1, &rb)
	gl.BindRenderbuffer(gl.RENDERBUFFER, rb)
	samples := int32(f.desc.Samples)
	if samples <= 1 {
		samples = 0
	}
	gl.RenderbufferStorageMultisample(gl.RENDERBUFFER, samples, formats[format].internal, int32(f.desc.Width), int32(f.desc.Height))
	gl.BindRenderbuffer(gl.RENDERBUFFER, 0)
	if err := d.takeErr("glRenderbufferStorage"); err != nil {
		gl.DeleteRenderbuffers(1, &rb)
		return fmt.Errorf("device: framebuffer %s (%d x %d, %v, %d samples): %w", f.desc.Label, f.desc.Width, f.desc.Height, format, samples, err)
	}
	f.buffers = append(f.buffers, rb)
	d.track(kindRenderbuffer, uint64(rb), label)
	gl.FramebufferRenderbuffer(gl.FRAMEBUFFER, at, gl.RENDERBUFFER, rb)
	return nil
}

// Screen is the window's own framebuffer at its current size in pixels. It needs no Close.
func (d *Device) Screen(width, height int) *Framebuffer {
	return &Framebuffer{d: d, desc: FramebufferDesc{Label: "screen", Width: width, Height: height, Color: []Format{RGBA8}, Depth: true}}
}

// Target is the framebuffer that draws go to: the one bound or copied to last, or nil before any was.
func (d *Device) Target() *Framebuffer { return d.target }

// Desc is what the framebuffer was made from, with the samples it got.
func (f *Framebuffer) Desc() FramebufferDesc { return f.desc }

// Texture is the color attachment i of a Sampled framebuffer (the depth follows the colors), else nil. It is borrowed.
func (f *Framebuffer) Texture(i int) *Texture {
	if i < 0 || i >= len(f.textures) {
		return nil
	}
	return f.textures[i]
}

// OnScreen reports whether f is the window's own.
func (f *Framebuffer) OnScreen() bool { return f.name == 0 }

// aim makes f the target of draws, in its orientation.
func (d *Device) aim(f *Framebuffer) {
	was := d.topDown()
	d.target = f
	if d.topDown() == was {
		return
	}
	// State is sent again: rectangles mean other rows.
	d.stateKnown, d.viewport = false, [4]int32{-1, -1, -1, -1}
	origin := uint32(gl.LOWER_LEFT)
	if d.topDown() {
		origin = gl.UPPER_LEFT
	}
	gl.ClipControl(origin, gl.NEGATIVE_ONE_TO_ONE)
}

func (d *Device) topDown() bool { return d.target != nil && d.target.desc.TopDown }

// row is the lowest row, as the driver counts, of a rectangle of the target.
func (d *Device) row(y, height int) int32 {
	if d.topDown() {
		y = d.target.desc.Height - y - height
	}
	return int32(y)
}

// Bind makes f the target of draws and clears, and sets the viewport to all of it.
func (f *Framebuffer) Bind() {
	gl.BindFramebuffer(gl.DRAW_FRAMEBUFFER, f.name)
	f.d.aim(f)
	f.d.Viewport(0, 0, f.desc.Width, f.desc.Height)
	f.d.verify("glBindFramebuffer")
}

// ClearColor fills color attachment i of the bound target, within the scissor.
func (f *Framebuffer) ClearColor(i int, rgba [4]float32) {
	gl.ClearBufferfv(gl.COLOR, int32(i), &rgba[0])
	f.d.verify("glClearBufferfv")
}

// ClearUint fills integer attachment i of the bound target, within the scissor.
func (f *Framebuffer) ClearUint(i int, v [4]uint32) {
	if formats[f.desc.Color[i]].typ == gl.INT {
		gl.ClearBufferiv(gl.COLOR, int32(i), (*int32)(unsafe.Pointer(&v[0])))
	} else {
		gl.ClearBufferuiv(gl.COLOR, int32(i), &v[0])
	}
	f.d.verify("glClearBufferuiv")
}

// ClearDepth sets the depth of the bound target to v, within the scissor. It works with depth writes off too.
func (f *Framebuffer) ClearDepth(v float32) {
	if f.d.stateKnown && f.d.state.NoDepthWrite {
		gl.DepthMask(true)
		defer gl.DepthMask(false)
	}
	gl.ClearBufferfv(gl.DEPTH, 0, &v)
	f.d.verify("glClearBufferfv")
}

// Resolve copies color attachment i to attachment j of dst, of the same size, averaging samples. The scissor does not apply.
func (f *Framebuffer) Resolve(i int, dst *Framebuffer, j int) error {
	if f.desc.Width != dst.desc.Width || f.desc.Height != dst.desc.Height {
		return fmt.Errorf("device: resolve %s of %d x %d into %s of %d x %d", f.desc.Label, f.desc.Width, f.desc.Height, dst.desc.Label, dst.desc.Width, dst.desc.Height)
	}
	f.blit(i, dst, j, gl.NEAREST)
	return nil
}

// Blit copies color attachment i to attachment j of dst, scaled to its size. f must have one sample per pixel unless
// the sizes agree.
func (f *Framebuffer) Blit(i int, dst *Framebuffer, j int, linear bool) {
	filter := uint32(gl.NEAREST)
	if linear {
		filter = gl.LINEAR
	}
	f.blit(i, dst, j, filter)
}

func (f *Framebuffer) blit(i int, dst *Framebuffer, j int, filter uint32) {
	d := f.d
	scissor := d.stateKnown && d.state.Scissor
	if scissor {
		gl.Disable(gl.SCISSOR_TEST)
	}
	gl.BindFramebuffer(gl.READ_FRAMEBUFFER, f.name)
	gl.BindFramebuffer(gl.DRAW_FRAMEBUFFER, dst.name)
	d.aim(dst)
	f.readBuffer(i)
	if dst.name != 0 {
		gl.DrawBuffer(gl.COLOR_ATTACHMENT0 + uint32(j))
	}
	bottom, top := int32(0), int32(dst.desc.Height)
	if f.desc.TopDown != dst.desc.TopDown {
		bottom, top = top, bottom
	}
	gl.BlitFramebuffer(0, 0, int32(f.desc.Width), int32(f.desc.Height), 0, bottom, int32(dst.desc.Width), top, gl.COLOR_BUFFER_BIT, filter)
	if dst.name != 0 && len(dst.desc.Color) > 0 {
		all := make([]uint32, len(dst.desc.Color))
		for k := range all {
			all[k] = gl.COLOR_ATTACHMENT0 + uint32(k)
		}
		gl.DrawBuffers(int32(len(all)), &all[0])
	}
	if scissor {
		gl.Enable(gl.SCISSOR_TEST)
	}
	d.verify("glBlitFramebuffer")
}

func (f *Framebuffer) readBuffer(i int) {
	if f.name == 0 {
		gl.ReadBuffer(gl.BACK)
	} else {
		gl.ReadBuffer(gl.COLOR_ATTACHMENT0 + uint32(i))
	}
}

// Rect is a rectangle in pixels; y counts from the bottom, as in OpenGL.
type Rect struct{ X, Y, W, H int }

func (f *Framebuffer) checkRead(i int, r Rect) (formatInfo, error) {
	if i < 0 || i >= len(f.desc.Color) {
		return formatInfo{}, fmt.Errorf("device: framebuffer %s has no color %d", f.desc.Label, i)
	}
	if f.desc.Samples > 1 {
		return formatInfo{}, fmt.Errorf("device: framebuffer %s has %d samples; resolve it before reading", f.desc.Label, f.desc.Samples)
	}
	if r.X < 0 || r.Y < 0 || r.W < 1 || r.H < 1 || r.X+r.W > f.desc.Width || r.Y+r.H > f.desc.Height {
		return formatInfo{}, fmt.Errorf("device: framebuffer %s: %+v is outside %d x %d", f.desc.Label, r, f.desc.Width, f.desc.Height)
	}
	return formats[f.desc.Color[i]], nil
}

// ReadColor copies a rectangle of color attachment i into dst: rows from the bottom up, in the attachment's format. It
// waits for the GPU; Readback.PushPixels does not.
func ReadColor[T Scalar](f *Framebuffer, i int, r Rect, dst []T, why Purpose) error {
	fi, err := f.checkRead(i, r)
	if err != nil {
		return err
	}
	size := r.W * r.H * fi.bytes
	if got := len(dst) * int(unsafe.Sizeof(*new(T))); got != size {
		return fmt.Errorf("device: %d bytes for %d x %d pixels of %s, want %d", got, r.W, r.H, fi.name, size)
	}
	gl.BindFramebuffer(gl.READ_FRAMEBUFFER, f.name)
	f.readBuffer(i)
	gl.ReadPixels(int32(r.X), int32(r.Y), int32(r.W), int32(r.H), fi.fmt, fi.typ, unsafe.Pointer(&dst[0]))
	f.d.stats.ReadBack[why] += int64(size)
	f.d.verify("glReadPixels")
	return nil
}

// Close deletes the framebuffer with its attachments.
func (f *Framebuffer) Close() {
	if f == nil || f.name == 0 {
		return
	}
	if f.d.target == f {
		f.d.aim(nil)
	}
	gl.DeleteFramebuffers(1, &f.name)
	f.d.untrack(kindFramebuffer, uint64(f.name))
	for k := range f.buffers {
		gl.DeleteRenderbuffers(1, &f.buffers[k])
		f.d.untrack(kindRenderbuffer, uint64(f.buffers[k]))
	}
	for _, t := range f.textures {
		t.Close()
	}
	f.name, f.buffers, f.textures = 0, nil, nil
	f.d.verify("glDeleteFramebuffers")
}
