//go:build cgo

package render

import (
	"image"

	"github.com/galvani-sim/galvani/gpu/device"
)

// Target is a framebuffer off the screen whose picture can be read.
type Target struct {
	draw, flat *device.Framebuffer // the same when there is one sample
	width      int
	height     int
}

// NewTarget makes a target with the given number of samples per pixel; drivers may give fewer.
func NewTarget(d *device.Device, width, height, samples int) (*Target, error) {
	desc := device.FramebufferDesc{Label: "picture", Width: width, Height: height, Samples: samples,
		Color: []device.Format{device.RGBA8}, Depth: true}
	draw, err := d.NewFramebuffer(desc)
	if err != nil {
		return nil, err
	}
	t := &Target{draw: draw, flat: draw, width: width, height: height}
	if draw.Desc().Samples > 1 {
		desc.Label, desc.Samples, desc.Depth = "resolved picture", 1, false
		if t.flat, err = d.NewFramebuffer(desc); err != nil {
			draw.Close()
			return nil, err
		}
	}
	return t, nil
}

// Bind makes the target the one that Draw draws onto.
func (t *Target) Bind() { t.draw.Bind() }

// Size is the size in pixels.
func (t *Target) Size() (width, height int) { return t.width, t.height }

// Resolve averages the samples and returns the framebuffer that holds the picture, for a movie's own reading back.
func (t *Target) Resolve() (*device.Framebuffer, error) {
	if t.flat != t.draw {
		if err := t.draw.Resolve(0, t.flat, 0); err != nil {
			return nil, err
		}
	}
	return t.flat, nil
}

// Present copies the picture to a framebuffer of the same size, such as device.Screen.
func (t *Target) Present(dst *device.Framebuffer) error { return t.draw.Resolve(0, dst, 0) }

// Image waits for the picture and returns it, opaque, top row first.
func (t *Target) Image() (*image.RGBA, error) {
	f, err := t.Resolve()
	if err != nil {
		return nil, err
	}
	img := image.NewRGBA(image.Rect(0, 0, t.width, t.height))
	if err := device.ReadColor(f, 0, device.Rect{W: t.width, H: t.height}, img.Pix, device.ReadPixels); err != nil {
		return nil, err
	}
	FlipRows(img.Pix, img.Stride)
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255 // blending leaves its own alpha behind
	}
	return img, nil
}

// FlipRows reverses the order of rows of stride bytes: OpenGL counts them from the bottom, pictures from the top.
func FlipRows(pix []byte, stride int) {
	tmp := make([]byte, stride)
	for i, j := 0, len(pix)-stride; i < j; i, j = i+stride, j-stride {
		copy(tmp, pix[i:i+stride])
		copy(pix[i:i+stride], pix[j:j+stride])
		copy(pix[j:j+stride], tmp)
	}
}

// Close frees the target.
func (t *Target) Close() {
	if t == nil {
		return
	}
	if t.flat != t.draw {
		t.flat.Close()
	}
	t.draw.Close()
}
