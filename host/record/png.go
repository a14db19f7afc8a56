package record

import (
	"image"
	"image/color"
	"image/png"
	"io"
)

// maxPixels bounds the picture that ReadPNG decodes.
const maxPixels = 1 << 28

// ReadPNG reads a picture as matplotlib's imread does: float32 from 0 to 1, [rows, columns] for grey, [rows, columns, 3] for opaque
// colors and [rows, columns, 4] with transparency (not premultiplied).
func ReadPNG(r io.ReadSeeker) (*Array, error) {
	c, err := png.DecodeConfig(r)
	if err != nil {
		return nil, malformed("not a PNG picture: %v", err)
	}
	if int64(c.Width)*int64(c.Height) > maxPixels {
		return nil, malformed("a picture of %d x %d pixels; at most %d in all are read", c.Width, c.Height, maxPixels)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	img, err := png.Decode(r)
	if err != nil {
		return nil, malformed("the picture is damaged: %v", err)
	}
	w, h := c.Width, c.Height
	pixels := func(channels int, at func(x, y int, dst []float32)) *Array {
		data := make([]float32, w*h*channels)
		for y := range h {
			for x := range w {
				k := (y*w + x) * channels
				at(x, y, data[k:k+channels])
			}
		}
		if channels == 1 {
			return New(data, h, w)
		}
		return New(data, h, w, channels)
	}
	switch m := img.(type) {
	case *image.Gray:
		return pixels(1, func(x, y int, d []float32) { d[0] = unit8(m.GrayAt(x, y).Y) }), nil
	case *image.Gray16:
		return pixels(1, func(x, y int, d []float32) { d[0] = unit16(m.Gray16At(x, y).Y) }), nil
	case *image.RGBA:
		return pixels(3, func(x, y int, d []float32) {
			c := m.RGBAAt(x, y)
			d[0], d[1], d[2] = unit8(c.R), unit8(c.G), unit8(c.B)
		}), nil
	case *image.NRGBA:
		return pixels(4, func(x, y int, d []float32) { nrgba(m.NRGBAAt(x, y), d) }), nil
	case *image.RGBA64:
		return pixels(3, func(x, y int, d []float32) {
			c := m.RGBA64At(x, y)
			d[0], d[1], d[2] = unit16(c.R), unit16(c.G), unit16(c.B)
		}), nil
	case *image.NRGBA64:
		return pixels(4, func(x, y int, d []float32) {
			c := m.NRGBA64At(x, y)
			d[0], d[1], d[2], d[3] = unit16(c.R), unit16(c.G), unit16(c.B), unit16(c.A)
		}), nil
	case *image.Paletted:
		channels := 3
		if !m.Opaque() {
			channels = 4
		}
		return pixels(channels, func(x, y int, d []float32) { nrgba(color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA), d) }), nil
	}
	return nil, malformed("pictures of kind %T are not supported", img)
}

func unit8(v uint8) float32 { return float32(v) / 255 }

func unit16(v uint16) float32 { return float32(v) / 65535 }

// nrgba fills as many channels as d has.
func nrgba(c color.NRGBA, d []float32) {
	d[0], d[1], d[2] = unit8(c.R), unit8(c.G), unit8(c.B)
	if len(d) == 4 {
		d[3] = unit8(c.A)
	}
}
