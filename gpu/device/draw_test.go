//go:build cgo

package device_test

import (
	"testing"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
)

var flat = [2]device.Source{
	{Text: `#version 430 core
layout(location = 0) in vec2 at;
layout(location = 1) in vec4 tint;
out vec4 c;
void main() { gl_Position = vec4(at, 0.0, 1.0); c = tint; }
`},
	{Text: `#version 430 core
in vec4 c;
layout(location = 0) out vec4 color;
layout(location = 1) out uint id;
void main() { color = c; id = 7u + uint(gl_PrimitiveID); }
`},
}

func TestDraw(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		f := must[*device.Framebuffer](t)(d.NewFramebuffer(device.FramebufferDesc{Label: "f", Width: 8, Height: 4, Color: []device.Format{device.RGBA8, device.R32UI}, Depth: true}))
		defer f.Close()
		p := must[*device.Program](t)(d.NewGraphics("flat", flat[0], flat[1]))
		defer p.Close()
		corners := must[*device.Buffer](t)(device.NewBufferFrom(d, "corners", device.F32, []float32{-1, -1, 0, -1, -1, 1, 0, 1}))
		defer corners.Close()
		tints := must[*device.Buffer](t)(device.NewBufferFrom(d, "tints", device.Bytes, []uint8{1, 2, 3, 4, 255, 0, 0, 255}))
		defer tints.Close()
		index := must[*device.Buffer](t)(device.NewBufferFrom(d, "index", device.U32, []uint32{9, 0, 1, 2, 2, 1, 3}))
		defer index.Close()
		v := must[*device.VertexArray](t)(d.NewVertexArray("quad", []device.Attrib{
			{Location: 0, Buffer: corners, Components: 2},
			{Location: 1, Buffer: tints, Components: 4, Type: device.AttribU8, Normalized: true, Divisor: 1},
		}, index))
		defer v.Close()

		f.Bind()
		f.ClearColor(0, [4]float32{0, 0, 1, 1})
		f.ClearUint(1, [4]uint32{99})
		f.ClearDepth(1)
		d.SetState(device.State{DepthTest: true, Cull: device.CullBack})
		ok(t, d.DrawIndexed(p, v, device.Triangles, 1, 6, 1, 0, 1)) // instance 1: red; the left half

		pix := make([]byte, 8*4*4)
		ok(t, device.ReadColor(f, 0, device.Rect{W: 8, H: 4}, pix, device.ReadPixels))
		equal(t, "left", pix[:4], []byte{255, 0, 0, 255})
		equal(t, "right", pix[7*4:8*4], []byte{0, 0, 255, 255})
		ids := make([]uint32, 2)
		ok(t, device.ReadColor(f, 1, device.Rect{X: 3, Y: 0, W: 2, H: 1}, ids, device.ReadPick))
		equal(t, "ids", ids, []uint32{8, 99})
		if s := d.Stats(); s.ReadBack[device.ReadPixels] != 128 || s.ReadBack[device.ReadPick] != 8 || s.Draws != 1 {
			t.Errorf("%+v", s)
		}

		// the same without waiting
		r := must[*device.Readback](t)(d.NewReadback("picks", 8, 1, device.ReadPick))
		defer r.Close()
		ok(t, r.PushPixels(f, 1, device.Rect{X: 3, Y: 0, W: 2, H: 1}, 5))
		if !r.Wait(5*time.Second, func(tag int64, data []byte) {
			equal(t, "pick", append([]byte{byte(tag)}, data...), []byte{5, 8, 0, 0, 0, 99, 0, 0, 0})
		}) {
			t.Error("no pick came back")
		}

		// scissor, blending, and a state that is switched back
		d.SetState(device.State{Blend: device.BlendAdd, Scissor: true, ScissorRect: device.Rect{X: 0, Y: 0, W: 1, H: 4}, NoColor: [4]bool{false, true}})
		f.ClearColor(0, [4]float32{0, 1, 0, 1})
		d.DrawInstanced(p, v, device.TriangleStrip, 0, 4, 1, 1)
		ok(t, device.ReadColor(f, 0, device.Rect{W: 2, H: 1}, pix[:8], device.ReadPixels))
		equal(t, "scissor and sum", pix[:8], []byte{255, 255, 0, 255, 255, 0, 0, 255})
		ok(t, device.ReadColor(f, 1, device.Rect{W: 1, H: 1}, ids[:1], device.ReadPick))
		equal(t, "masked attachment", ids[:1], []uint32{7})
		d.SetState(device.State{})

		refuse(t, d.DrawIndexed(p, nil, device.Triangles, 0, 3, 1, 0, 0), "no indices")
		refuse(t, device.ReadColor(f, 0, device.Rect{X: 7, W: 2, H: 1}, pix[:8], device.ReadPixels), "outside 8 x 4")
		refuse(t, device.ReadColor(f, 2, device.Rect{W: 1, H: 1}, pix[:4], device.ReadPixels), "no color 2")
		refuse(t, device.ReadColor(f, 0, device.Rect{W: 1, H: 1}, pix[:5], device.ReadPixels), "want 4")
		_, err := d.NewVertexArray("bad", []device.Attrib{{Components: 5, Buffer: corners}}, nil)
		refuse(t, err, "5 components")
		_, err = d.NewVertexArray("bad", nil, corners)
		refuse(t, err, "want uint32")
	})
}

func TestFramebufferResolve(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		ms := must[*device.Framebuffer](t)(d.NewFramebuffer(device.FramebufferDesc{Label: "ms", Width: 4, Height: 4, Samples: 4, Color: []device.Format{device.RGBA8}, Depth: true}))
		defer ms.Close()
		one := must[*device.Framebuffer](t)(d.NewFramebuffer(device.FramebufferDesc{Label: "one", Width: 4, Height: 4, Color: []device.Format{device.RGBA8}, Sampled: true}))
		defer one.Close()
		ms.Bind()
		ms.ClearColor(0, [4]float32{1, 1, 1, 1})
		pix := make([]byte, 4)
		refuse(t, device.ReadColor(ms, 0, device.Rect{W: 1, H: 1}, pix, device.ReadPixels), "resolve it before reading")
		ok(t, ms.Resolve(0, one, 0))
		ok(t, device.ReadColor(one, 0, device.Rect{X: 2, Y: 2, W: 1, H: 1}, pix, device.ReadPixels))
		equal(t, "resolved", pix, []byte{255, 255, 255, 255})
		if one.Texture(0) == nil || one.Texture(1) != nil || ms.Texture(0) != nil {
			t.Error("textures of the attachments")
		}
		_, err := d.NewFramebuffer(device.FramebufferDesc{Label: "x", Width: 0, Height: 4})
		refuse(t, err, "0 x 4")
		_, err = d.NewFramebuffer(device.FramebufferDesc{Label: "x", Width: 4, Height: 4, Samples: 4, Sampled: true})
		refuse(t, err, "one sample")
		before := d.Stats().Live
		if _, err = d.NewFramebuffer(device.FramebufferDesc{Label: "mixed", Width: 4, Height: 4, Color: []device.Format{device.RGBA8, device.Depth24}}); err == nil {
			t.Error("a depth format is no color")
		}
		if n := d.Stats().Live; n != before {
			t.Errorf("a failed framebuffer left %d objects: %v", n-before, d.Leaks())
		}
		small := must[*device.Framebuffer](t)(d.NewFramebuffer(device.FramebufferDesc{Label: "small", Width: 2, Height: 2, Color: []device.Format{device.RGBA8}}))
		defer small.Close()
		refuse(t, ms.Resolve(0, small, 0), "2 x 2")
		one.Blit(0, small, 0, true)
		ok(t, device.ReadColor(small, 0, device.Rect{W: 1, H: 1}, pix, device.ReadPixels))
		equal(t, "scaled", pix, []byte{255, 255, 255, 255})
	})
}

func TestTexture(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		x := must[*device.Texture](t)(d.NewTexture(device.TextureDesc{Label: "glyphs", Width: 4, Height: 4, Layers: 2, Format: device.R8, Linear: true, Mipmaps: true}))
		defer x.Close()
		ok(t, device.UploadTexels(x, 0, 0, 0, 4, 4, make([]uint8, 16)))
		ok(t, device.UploadTexels(x, 1, 1, 1, 3, 1, []uint8{10, 20, 30}))
		x.GenerateMipmaps()
		n := must[*device.Texture](t)(d.NewTexture(device.TextureDesc{Label: "numbers", Width: 2, Height: 1, Format: device.R32I}))
		defer n.Close()
		ok(t, device.UploadTexels(n, 0, 0, 0, 2, 1, []int32{-5, 6}))
		p := must[*device.Program](t)(d.NewCompute("fetch", device.Source{Text: `#version 430 core
layout(local_size_x = 1) in;
layout(std430, binding = 0) buffer B { int v[]; };
uniform sampler2DArray glyphs;
uniform isampler2D numbers;
void main() {
	v[0] = int(texelFetch(glyphs, ivec3(2, 1, 1), 0).r * 255.0 + 0.5);
	v[1] = texelFetch(numbers, ivec2(0, 0), 0).r;
}
`}))
		defer p.Close()
		b := must[*device.Buffer](t)(d.NewBuffer("out", device.I32, 2))
		defer b.Close()
		d.BindStorage(0, b)
		d.BindTexture(0, x)
		d.BindTexture(1, n)
		p.SetInt("glyphs", 0)
		p.SetInt("numbers", 1)
		ok(t, d.Dispatch(p, 1, 1, 1))
		d.Barrier(device.BarrierBufferUpdate)
		got := make([]int32, 2)
		ok(t, device.Read(b, 0, got, device.ReadTest))
		equal(t, "texels", got, []int32{20, -5})
		refuse(t, device.UploadTexels(x, 2, 0, 0, 1, 1, []uint8{1}), "outside")
		refuse(t, device.UploadTexels(x, 0, 0, 0, 2, 2, []uint8{1}), "want 4")
		_, err := d.NewTexture(device.TextureDesc{Label: "big", Width: 1 << 20, Height: 1})
		refuse(t, err, "the driver takes up to")
	})
}

func BenchmarkDispatch(b *testing.B) {
	d := gltest.DeviceWith(b, device.Options{})
	gltest.Do(b, d, func(t testing.TB) {
		p := must[*device.Program](t)(d.NewCompute("double", device.Source{Text: double}))
		defer p.Close()
		v := must[*device.Buffer](t)(d.NewBuffer("v", device.F32, 256))
		defer v.Close()
		d.BindStorage(0, v)
		for b.Loop() {
			_ = d.Dispatch(p, 64, 1, 1)
			d.Barrier(device.BarrierStorage)
		}
		d.WaitIdle()
	})
}

// A picture that is stored from the top has the same rows, viewports and scissors as any other, also when it is copied.
func TestTopDown(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		p := must[*device.Program](t)(d.NewGraphics("corner", device.Source{Text: `#version 430 core
void main() { gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0); }
`}, device.Source{Text: `#version 430 core
out vec4 color;
void main() { color = vec4(1.0, 0.5, 0.0, 1.0); }
`}))
		defer p.Close()
		var pictures [2][]byte
		for k, top := range []bool{false, true} {
			desc := device.FramebufferDesc{Label: "picture", Width: 6, Height: 5, Color: []device.Format{device.RGBA8}}
			if top {
				desc.Color[0], desc.Sampled, desc.TopDown = device.BGRA8, true, true
			}
			f := must[*device.Framebuffer](t)(d.NewFramebuffer(desc))
			defer f.Close()
			flat := must[*device.Framebuffer](t)(d.NewFramebuffer(device.FramebufferDesc{Label: "flat", Width: 6, Height: 5, Color: []device.Format{device.RGBA8}}))
			defer flat.Close()
			f.Bind()
			d.SetState(device.State{})
			f.ClearColor(0, [4]float32{0, 0, 1, 1})
			d.SetState(device.State{Scissor: true, ScissorRect: device.Rect{X: 1, Y: 0, W: 4, H: 2}})
			d.Viewport(0, 1, 4, 3)
			d.Draw(p, nil, device.Triangles, 0, 3)
			ok(t, f.Resolve(0, flat, 0))
			pictures[k] = make([]byte, 4*6*5)
			ok(t, device.ReadColor(flat, 0, device.Rect{W: 6, H: 5}, pictures[k], device.ReadPixels))
		}
		equal(t, "below the viewport", pictures[0][4:8], []byte{0, 0, 255, 255})
		equal(t, "within", pictures[0][4*7:4*8], []byte{255, 128, 0, 255})
		equal(t, "stored from the top", pictures[1], pictures[0])
		if _, err := d.NewTexture(device.TextureDesc{Label: "t", Width: 4, Height: 4, Layers: 2, Format: device.BGRA8}); err == nil {
			t.Error("layers of a window's format were made")
		}
	})
}
