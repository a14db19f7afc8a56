//go:build cgo

package device

import (
	"fmt"
	"unsafe"

	"github.com/go-gl/gl/v4.5-core/gl"
)

// Format of a texture or of a framebuffer's attachment.
type Format uint8

const (
	R8 Format = iota
	RGBA8
	BGRA8 // RGBA8 with blue first, as software renderers store windows; for framebuffers
	SRGBA8
	R32F
	RGBA16F
	RGBA32F
	R32I
	R32UI
	RG32UI
	Depth24
	Depth32F
)

type formatInfo struct {
	name               string
	internal, fmt, typ uint32
	bytes              int
	integer            bool
}

var formats = [...]formatInfo{
	R8:       {"R8", gl.R8, gl.RED, gl.UNSIGNED_BYTE, 1, false},
	RGBA8:    {"RGBA8", gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, 4, false},
	BGRA8:    {"BGRA8", gl.RGBA, gl.BGRA, gl.UNSIGNED_BYTE, 4, false},
	SRGBA8:   {"SRGBA8", gl.SRGB8_ALPHA8, gl.RGBA, gl.UNSIGNED_BYTE, 4, false},
	R32F:     {"R32F", gl.R32F, gl.RED, gl.FLOAT, 4, false},
	RGBA16F:  {"RGBA16F", gl.RGBA16F, gl.RGBA, gl.HALF_FLOAT, 8, false},
	RGBA32F:  {"RGBA32F", gl.RGBA32F, gl.RGBA, gl.FLOAT, 16, false},
	R32I:     {"R32I", gl.R32I, gl.RED_INTEGER, gl.INT, 4, true},
	R32UI:    {"R32UI", gl.R32UI, gl.RED_INTEGER, gl.UNSIGNED_INT, 4, true},
	RG32UI:   {"RG32UI", gl.RG32UI, gl.RG_INTEGER, gl.UNSIGNED_INT, 8, true},
	Depth24:  {"Depth24", gl.DEPTH_COMPONENT24, gl.DEPTH_COMPONENT, gl.UNSIGNED_INT, 4, false},
	Depth32F: {"Depth32F", gl.DEPTH_COMPONENT32F, gl.DEPTH_COMPONENT, gl.FLOAT, 4, false},
}

// Bytes is the size of one texel as uploaded and read back.
func (f Format) Bytes() int { return formats[f].bytes }

// String names the format.
func (f Format) String() string { return formats[f].name }

// TextureDesc describes a texture.
type TextureDesc struct {
	Label         string
	Width, Height int
	Layers        int // 0: plain 2D; otherwise a 2D array
	Format        Format
	Linear        bool // interpolate; integers never do
	Mipmaps       bool // see GenerateMipmaps
	Repeat        bool // wrap around, otherwise clamp to the edge
}

// Texture is a 2D texture or an array of them.
type Texture struct {
	d      *Device
	name   uint32
	target uint32
	desc   TextureDesc
	levels int
}

// NewTexture allocates a texture; its contents are undefined.
func (d *Device) NewTexture(t TextureDesc) (*Texture, error) {
	l := d.info.Limits
	if t.Format == BGRA8 && (t.Layers > 0 || t.Mipmaps) {
		return nil, fmt.Errorf("device: texture %s: %v is for framebuffers", t.Label, t.Format)
	}
	if t.Width < 1 || t.Height < 1 || t.Layers < 0 || t.Width > l.TextureSize || t.Height > l.TextureSize || t.Layers > l.TextureLayers {
		return nil, fmt.Errorf("device: texture %s: %d x %d x %d, the driver takes up to %d x %d x %d",
			t.Label, t.Width, t.Height, t.Layers, l.TextureSize, l.TextureSize, l.TextureLayers)
	}
	x := &Texture{d: d, target: gl.TEXTURE_2D, desc: t, levels: 1}
	if t.Layers > 0 {
		x.target = gl.TEXTURE_2D_ARRAY
	}
	if t.Mipmaps {
		for s := max(t.Width, t.Height); s > 1; s /= 2 {
			x.levels++
		}
	}
	gl.GenTextures(1, &x.name)
	d.bindScratch(x)
	f := formats[t.Format]
	switch {
	case t.Format == BGRA8: // Mesa takes the order of an unsized format from what could be uploaded
		gl.TexImage2D(x.target, 0, int32(f.internal), int32(t.Width), int32(t.Height), 0, f.fmt, f.typ, nil)
		gl.TexParameteri(x.target, gl.TEXTURE_MAX_LEVEL, 0)
	case t.Layers > 0:
		gl.TexStorage3D(x.target, int32(x.levels), f.internal, int32(t.Width), int32(t.Height), int32(t.Layers))
	default:
		gl.TexStorage2D(x.target, int32(x.levels), f.internal, int32(t.Width), int32(t.Height))
	}
	if err := d.takeErr("glTexStorage"); err != nil {
		gl.DeleteTextures(1, &x.name)
		return nil, fmt.Errorf("device: texture %s (%d x %d, %v): %w", t.Label, t.Width, t.Height, t.Format, err)
	}
	d.track(kindTexture, uint64(x.name), t.Label)
	mag, minf := int32(gl.NEAREST), int32(gl.NEAREST)
	if t.Linear && !f.integer {
		mag, minf = gl.LINEAR, gl.LINEAR
		if t.Mipmaps {
			minf = gl.LINEAR_MIPMAP_LINEAR
		}
	}
	wrap := int32(gl.CLAMP_TO_EDGE)
	if t.Repeat {
		wrap = gl.REPEAT
	}
	gl.TexParameteri(x.target, gl.TEXTURE_MAG_FILTER, mag)
	gl.TexParameteri(x.target, gl.TEXTURE_MIN_FILTER, minf)
	gl.TexParameteri(x.target, gl.TEXTURE_WRAP_S, wrap)
	gl.TexParameteri(x.target, gl.TEXTURE_WRAP_T, wrap)
	d.verify("glTexParameter")
	return x, nil
}

// scratchUnit is bound to edit textures; no shader uses it. Every 4.3 driver has at least 80 units.
const scratchUnit = 79

func (d *Device) bindScratch(x *Texture) {
	gl.ActiveTexture(gl.TEXTURE0 + scratchUnit)
	gl.BindTexture(x.target, x.name)
}

// Desc returns what the texture was made from.
func (x *Texture) Desc() TextureDesc { return x.desc }

// UploadTexels replaces a rectangle of a layer (0 for plain textures) with texels in rows from the first on.
func UploadTexels[T Scalar](x *Texture, layer, left, top, width, height int, data []T) error {
	t := x.desc
	if left < 0 || top < 0 || width < 0 || height < 0 || left+width > t.Width || top+height > t.Height || layer < 0 || layer >= max(t.Layers, 1) {
		return fmt.Errorf("device: texture %s: rectangle %d,%d %dx%d of layer %d is outside", t.Label, left, top, width, height, layer)
	}
	f := formats[t.Format]
	if got, want := len(data)*int(unsafe.Sizeof(*new(T))), width*height*f.bytes; got != want {
		return fmt.Errorf("device: texture %s: %d bytes for %d x %d texels of %v, want %d", t.Label, got, width, height, t.Format, want)
	}
	if len(data) == 0 {
		return nil
	}
	x.d.bindScratch(x)
	if t.Layers > 0 {
		gl.TexSubImage3D(x.target, 0, int32(left), int32(top), int32(layer), int32(width), int32(height), 1, f.fmt, f.typ, unsafe.Pointer(&data[0]))
	} else {
		gl.TexSubImage2D(x.target, 0, int32(left), int32(top), int32(width), int32(height), f.fmt, f.typ, unsafe.Pointer(&data[0]))
	}
	x.d.verify("glTexSubImage")
	return nil
}

// GenerateMipmaps fills the smaller levels from the first.
func (x *Texture) GenerateMipmaps() {
	x.d.bindScratch(x)
	gl.GenerateMipmap(x.target)
	x.d.verify("glGenerateMipmap")
}

// BindTexture binds a texture to a unit (0 to 15) for sampling.
func (d *Device) BindTexture(unit int, x *Texture) {
	gl.ActiveTexture(gl.TEXTURE0 + uint32(unit))
	gl.BindTexture(x.target, x.name)
	d.verify("glBindTexture")
}

// BindImage binds a texture's first level to an image unit for reading and writing in shaders.
func (d *Device) BindImage(unit int, x *Texture) {
	gl.BindImageTexture(uint32(unit), x.name, 0, x.desc.Layers > 0, 0, gl.READ_WRITE, formats[x.desc.Format].internal)
	d.verify("glBindImageTexture")
}

// Close deletes the texture.
func (x *Texture) Close() {
	if x != nil {
		x.d.deleteTexture(&x.name)
	}
}

// deleteTexture deletes the texture of a name, unless that is 0, and sets it to 0.
func (d *Device) deleteTexture(name *uint32) {
	if *name == 0 {
		return
	}
	gl.DeleteTextures(1, name)
	d.untrack(kindTexture, uint64(*name))
	*name = 0
	d.verify("glDeleteTextures")
}
