package gltest

import (
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the pictures that tests compare with")

// Tolerance of a comparison of pictures. Rasterisers differ at edges: a few pixels may differ much, and many a little.
type Tolerance struct {
	// Pixel is the largest difference of one pixel that counts as equal, 0 to 1 (black to white).
	Pixel float64
	// Fraction of pixels that may differ by more.
	Fraction float64
	// Mean difference over all pixels, 0: no limit.
	Mean float64
}

// Default is for scenes with antialiased edges and text.
var Default = Tolerance{Pixel: 0.08, Fraction: 0.01, Mean: 0.01}

// Image compares got with testdata/NAME.png. With -update it writes that file instead. On a mismatch it writes
// NAME.got.png, NAME.want.png and NAME.diff.png to GALVANI_TEST_OUT, or to out/test below the package.
func Image(t testing.TB, name string, got image.Image, tol Tolerance) {
	t.Helper()
	path := filepath.Join("testdata", name+".png")
	if *update {
		if err := writePNG(path, got); err != nil {
			t.Fatal(err)
		}
		return
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatalf("%v (run the test with -update to write it, then look at it)", err)
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	d := Compare(got, want)
	if msg := d.Exceeds(tol); msg != "" {
		dir := os.Getenv("GALVANI_TEST_OUT")
		if dir == "" {
			dir = filepath.Join("out", "test")
		}
		base := filepath.Join(dir, strings.ReplaceAll(name, "/", "_"))
		for suffix, m := range map[string]image.Image{".got.png": got, ".want.png": want, ".diff.png": d.Image} {
			if m == nil {
				continue
			}
			if err := writePNG(base+suffix, m); err != nil {
				t.Log(err)
			}
		}
		t.Errorf("picture %s: %s; see %s.*.png", name, msg, base)
	}
}

// Difference between two pictures.
type Difference struct {
	Size   string       // not empty when the sizes differ
	Deltas map[int]int  // pixels by difference in 1/1000
	Mean   float64      // 0 to 1
	Max    float64      // 0 to 1
	Worst  image.Point  // where Max is
	Pixels int          // of the picture
	Image  *image.NRGBA // differences, brighter is larger
	bounds image.Rectangle
}

// Compare measures the difference per pixel in a perceptual space: CIE L*a*b* of the colors over black, divided by 100,
// so that black against white is 1.
func Compare(got, want image.Image) *Difference {
	d := &Difference{Deltas: map[int]int{}, bounds: want.Bounds()}
	gb, wb := got.Bounds(), want.Bounds()
	if gb.Dx() != wb.Dx() || gb.Dy() != wb.Dy() {
		d.Size = fmt.Sprintf("%d x %d pixels, want %d x %d", gb.Dx(), gb.Dy(), wb.Dx(), wb.Dy())
		return d
	}
	d.Image = image.NewNRGBA(image.Rect(0, 0, wb.Dx(), wb.Dy()))
	draw.Draw(d.Image, d.Image.Bounds(), image.Black, image.Point{}, draw.Src)
	for y := range wb.Dy() {
		for x := range wb.Dx() {
			e := distance(lab(got.At(gb.Min.X+x, gb.Min.Y+y)), lab(want.At(wb.Min.X+x, wb.Min.Y+y)))
			d.Pixels++
			d.Mean += e
			if e == 0 {
				continue
			}
			d.Deltas[int(math.Ceil(e*1000))]++
			if e > d.Max {
				d.Max, d.Worst = e, image.Pt(x, y)
			}
			v := uint8(math.Min(255, 40+e*600))
			d.Image.SetNRGBA(x, y, color.NRGBA{R: v, G: v / 2, A: 255})
		}
	}
	d.Mean /= math.Max(float64(d.Pixels), 1)
	return d
}

// Exceeds says how the difference exceeds the tolerance, or "".
func (d *Difference) Exceeds(t Tolerance) string {
	if d.Size != "" {
		return d.Size
	}
	n := 0
	for k, c := range d.Deltas {
		if float64(k) > t.Pixel*1000 {
			n += c
		}
	}
	if float64(n) > t.Fraction*float64(d.Pixels) {
		return fmt.Sprintf("%d of %d pixels differ by more than %.3g (allowed %.3g %%), most by %.3g at %v", n, d.Pixels, t.Pixel, t.Fraction*100, d.Max, d.Worst)
	}
	if t.Mean > 0 && d.Mean > t.Mean {
		return fmt.Sprintf("the mean difference is %.3g, allowed %.3g", d.Mean, t.Mean)
	}
	return ""
}

// lab converts sRGB over black to CIE L*a*b* (D65).
func lab(c color.Color) [3]float64 {
	r, g, b, _ := c.RGBA()
	lin := func(v uint32) float64 {
		f := float64(v) / 65535
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	R, G, B := lin(r), lin(g), lin(b)
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((0.4124564*R + 0.3575761*G + 0.1804375*B) / 0.95047)
	y := f(0.2126729*R + 0.7151522*G + 0.0721750*B)
	z := f((0.0193339*R + 0.1191920*G + 0.9503041*B) / 1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func distance(a, b [3]float64) float64 {
	return math.Sqrt((a[0]-b[0])*(a[0]-b[0])+(a[1]-b[1])*(a[1]-b[1])+(a[2]-b[2])*(a[2]-b[2])) / 100
}

// FromGL turns RGBA8 rows from the bottom up, as device.ReadColor gives them, into a picture.
func FromGL(pix []byte, width, height int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		copy(m.Pix[y*m.Stride:(y+1)*m.Stride], pix[(height-1-y)*width*4:])
	}
	return m
}

func writePNG(path string, m image.Image) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := png.Encode(f, m); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
