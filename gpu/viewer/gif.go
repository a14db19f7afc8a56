package viewer

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/record"
)

// gifMovie writes each frame as it comes, with a palette of its own, so that a long movie does not have to fit in memory as it
// would with image/gif, which encodes all frames at once.
type gifMovie struct {
	path  string
	file  *record.File
	delay int // hundredths of a second
	size  image.Point
}

func newGIF(path string, fps int) (*gifMovie, error) {
	f, err := record.Create(path)
	if err != nil {
		return nil, err
	}
	// Browsers slow down what is faster than 50 frames per second.
	return &gifMovie{path: path, file: f, delay: max((100+fps/2)/fps, 2)}, nil
}

func (m *gifMovie) Add(img *image.RGBA) error {
	var b bytes.Buffer
	if m.size == (image.Point{}) {
		m.size = img.Rect.Size()
		if m.size.X > math.MaxUint16 || m.size.Y > math.MaxUint16 {
			return fmt.Errorf("a GIF of %v pixels is not possible", m.size)
		}
		m.header(&b)
	}
	if img.Rect.Size() != m.size {
		return fmt.Errorf("a frame of %v in a movie of %v", img.Rect.Size(), m.size)
	}
	m.frame(&b, quantise(img))
	_, err := m.file.Write(b.Bytes())
	return err
}

// header writes the logical screen and the extension that makes browsers loop.
func (m *gifMovie) header(b *bytes.Buffer) {
	b.WriteString("GIF89a")
	writeShorts(b, m.size.X, m.size.Y)
	b.Write([]byte{0x70, 0, 0})
	b.WriteString("\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")
}

// frame writes a graphic control extension, an image descriptor with a palette of 256, and the compressed pixels.
func (m *gifMovie) frame(b *bytes.Buffer, p *image.Paletted) {
	b.Write([]byte{0x21, 0xf9, 4, 0})
	writeShorts(b, m.delay)
	b.Write([]byte{0, 0, 0x2c})
	writeShorts(b, 0, 0, m.size.X, m.size.Y)
	b.WriteByte(0x87)
	var palette [3 * 256]byte
	for i, c := range p.Palette {
		c := c.(color.RGBA)
		palette[3*i], palette[3*i+1], palette[3*i+2] = c.R, c.G, c.B
	}
	b.Write(palette[:])
	const literal = 8
	b.WriteByte(literal)
	var pixels bytes.Buffer
	z := lzw.NewWriter(&pixels, lzw.LSB, literal)
	_, _ = z.Write(p.Pix) // a bytes.Buffer takes everything
	_ = z.Close()
	for pixels.Len() > 0 {
		block := pixels.Next(255)
		b.WriteByte(byte(len(block)))
		b.Write(block)
	}
	b.WriteByte(0)
}

func writeShorts(b *bytes.Buffer, values ...int) {
	for _, v := range values {
		b.Write(binary.LittleEndian.AppendUint16(nil, uint16(v)))
	}
}

func (m *gifMovie) Finish() error {
	if m.size == (image.Point{}) {
		m.Abort()
		return failed(m.path, errNoFrames)
	}
	if _, err := m.file.Write([]byte{0x3b}); err != nil {
		m.Abort()
		return err
	}
	return m.file.Commit()
}

func (m *gifMovie) Abort() { m.file.Abort() }

// quantise maps a frame to the 255 most frequent of its colors, counted at 5 bits a channel; the rest go to the nearest.
func quantise(img *image.RGBA) *image.Paletted {
	type bin struct{ key, n, r, g, b int }
	bins := make([]bin, 1<<15)
	key := func(i int) int { return int(img.Pix[i])>>3<<10 | int(img.Pix[i+1])>>3<<5 | int(img.Pix[i+2])>>3 }
	for i := 0; i+3 < len(img.Pix); i += 4 {
		x := &bins[key(i)]
		x.n++
		x.r, x.g, x.b = x.r+int(img.Pix[i]), x.g+int(img.Pix[i+1]), x.b+int(img.Pix[i+2])
	}
	var used []bin
	for k, x := range bins {
		if x.n > 0 {
			used = append(used, bin{k, x.n, x.r / x.n, x.g / x.n, x.b / x.n})
		}
	}
	slices.SortFunc(used, func(a, b bin) int { return b.n - a.n })
	kept := used[:min(len(used), 255)]
	out := image.NewPaletted(img.Rect, nil)
	var index [1 << 15]uint8
	for i, x := range used {
		if i < len(kept) {
			index[x.key] = uint8(i)
			out.Palette = append(out.Palette, color.RGBA{uint8(x.r), uint8(x.g), uint8(x.b), 255})
			continue
		}
		best := math.MaxInt
		for j, y := range kept {
			if d := (x.r-y.r)*(x.r-y.r) + (x.g-y.g)*(x.g-y.g) + (x.b-y.b)*(x.b-y.b); d < best {
				best, index[x.key] = d, uint8(j)
			}
		}
	}
	for i := range out.Pix {
		out.Pix[i] = index[key(4*i)]
	}
	return out
}
