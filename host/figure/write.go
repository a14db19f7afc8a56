package figure

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"math"
	"path/filepath"
	"strings"

	"github.com/galvani-sim/galvani/host/record"
)

// DefaultDPI is the resolution of PNG files.
const DefaultDPI = 150

// maxSide bounds a picture, in pixels.
const maxSide = 20_000

// PNG writes the figure with dpi pixels per inch; 0 means DefaultDPI.
func (f *Figure) PNG(w io.Writer, dpi float64) error {
	if dpi == 0 {
		dpi = DefaultDPI
	}
	if !(dpi >= 10) || max(f.w, f.h)/72*dpi > maxSide {
		return fmt.Errorf("%g dots per inch for a figure of %g x %g inches; a picture has at most %d pixels along a side, and at least 10 per inch", dpi, f.w/72, f.h/72, maxSide)
	}
	r := newRaster(f.w, f.h, math.Round(dpi))
	if err := f.draw(r); err != nil {
		return err
	}
	e := png.Encoder{CompressionLevel: png.DefaultCompression}
	return e.Encode(w, r.img)
}

// SVG writes the figure. The notes say what could not be kept as shapes.
func (f *Figure) SVG(w io.Writer) (notes []string, err error) {
	s := newSVG(f.w, f.h)
	if err := f.draw(s); err != nil {
		return nil, err
	}
	if s.err != nil {
		return nil, s.err
	}
	_, err = w.Write(s.finish())
	return s.notes, err
}

// Save writes a file whole or not at all; its name ends in .png or .svg.
func (f *Figure) Save(path string, dpi float64) (notes []string, err error) {
	var b bytes.Buffer
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".png":
		err = f.PNG(&b, dpi)
	case ".svg":
		notes, err = f.SVG(&b)
	default:
		return nil, fmt.Errorf("figures are written as .png or .svg, not %q", ext)
	}
	if err != nil {
		return nil, err
	}
	out, err := record.Create(path)
	if err != nil {
		return nil, err
	}
	defer out.Abort()
	if _, err := out.Write(b.Bytes()); err != nil {
		return nil, err
	}
	return notes, out.Commit()
}
