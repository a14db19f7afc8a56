//go:build cgo

package device

import (
	"fmt"

	"github.com/go-gl/gl/v4.5-core/gl"
)

// TexelBuffer lets shaders read a buffer through an image unit, as a uimageBuffer of rgba32ui whose texel k is the buffer's bytes [16 k, 16 k + 16) in four
// words. Whatever the buffer holds, its bits arrive unchanged. What shaders write to the buffer is seen behind a BarrierImage.
type TexelBuffer struct {
	d          *Device
	name       uint32
	buf        *Buffer
	generation uint64 // of the store that the texture has
}

// texel is the size of a texel in bytes.
const texel = 16

// NewTexelBuffer makes a view of b's whole store, which stays the caller's; bytes behind the last whole texel are out of reach. The error says so
// where the store has more texels than the driver can address.
func (d *Device) NewTexelBuffer(b *Buffer) (*TexelBuffer, error) {
	x := &TexelBuffer{d: d, buf: b}
	gl.GenTextures(1, &x.name)
	if err := x.attach(); err != nil {
		gl.DeleteTextures(1, &x.name)
		return nil, err
	}
	d.track(kindTexture, uint64(x.name), "texels of "+b.label) // exists since it was bound
	return x, nil
}

// attach gives the texture the buffer's store.
func (x *TexelBuffer) attach() error {
	b := x.buf
	if n, most := b.Size()/texel, x.d.info.Limits.TexelBufferSize; n > most {
		return fmt.Errorf("device: buffer %s has %d texels, the driver takes %d", b.label, n, most)
	}
	gl.ActiveTexture(gl.TEXTURE0 + scratchUnit)
	gl.BindTexture(gl.TEXTURE_BUFFER, x.name)
	gl.TexBuffer(gl.TEXTURE_BUFFER, gl.RGBA32UI, b.name)
	if err := x.d.takeErr("glTexBuffer"); err != nil {
		return fmt.Errorf("device: texels of buffer %s: %w", b.label, err)
	}
	x.generation = b.generation
	return nil
}

// Bind binds the texels to an image unit (0 to 7), those of the present store after the buffer was resized.
func (x *TexelBuffer) Bind(unit int) error {
	if x.generation != x.buf.generation {
		if err := x.attach(); err != nil {
			return err
		}
	}
	gl.BindImageTexture(uint32(unit), x.name, 0, false, 0, gl.READ_ONLY, gl.RGBA32UI)
	x.d.verify("glBindImageTexture")
	return nil
}

// Close deletes the texture; the buffer stays.
func (x *TexelBuffer) Close() {
	if x != nil {
		x.d.deleteTexture(&x.name)
	}
}
