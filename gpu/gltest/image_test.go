package gltest

import (
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func filled(c color.NRGBA) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, 10, 10))
	for i := range 100 {
		m.SetNRGBA(i%10, i/10, c)
	}
	return m
}

func TestCompare(t *testing.T) {
	white, black := filled(color.NRGBA{255, 255, 255, 255}), filled(color.NRGBA{0, 0, 0, 255})
	if d := Compare(white, white); d.Mean != 0 || d.Max != 0 || d.Exceeds(Tolerance{}) != "" {
		t.Errorf("a picture differs from itself: %+v", d)
	}
	if d := Compare(white, black); d.Mean < 0.999 || d.Mean > 1.001 || d.Exceeds(Default) == "" {
		t.Errorf("black against white is %v, want 1", d.Mean)
	}
	near := filled(color.NRGBA{255, 255, 255, 255})
	near.SetNRGBA(3, 4, color.NRGBA{0, 0, 0, 255})
	d := Compare(near, white)
	if d.Worst != image.Pt(3, 4) || d.Exceeds(Tolerance{Pixel: 0.1, Fraction: 0.01}) != "" {
		t.Errorf("%+v", d)
	}
	if msg := d.Exceeds(Tolerance{Pixel: 0.1, Fraction: 0.009}); !strings.Contains(msg, "1 of 100 pixels") || !strings.Contains(msg, "(3,4)") {
		t.Error(msg)
	}
	if msg := d.Exceeds(Tolerance{Pixel: 2, Mean: 0.005}); !strings.Contains(msg, "mean") {
		t.Error(msg)
	}
	if msg := Compare(white, image.NewNRGBA(image.Rect(0, 0, 3, 3))).Exceeds(Default); msg != "10 x 10 pixels, want 3 x 3" {
		t.Error(msg)
	}
}

// fake records what Image would do to a test.
type fake struct {
	testing.TB
	errors []string
}

func (f *fake) Helper()                        {}
func (f *fake) Errorf(format string, a ...any) { f.errors = append(f.errors, format) }

func TestImageWritesWhatDiffers(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("GALVANI_TEST_OUT", "")
	grey := filled(color.NRGBA{100, 100, 100, 255})
	if err := writePNG(filepath.Join("testdata", "a.png"), grey); err != nil {
		t.Fatal(err)
	}
	f := &fake{TB: t}
	if Image(f, "a", grey, Default); len(f.errors) != 0 {
		t.Fatal("an equal picture fails")
	}
	if Image(f, "a", filled(color.NRGBA{200, 100, 100, 255}), Default); len(f.errors) != 1 {
		t.Fatal("a different picture passes")
	}
	for _, s := range []string{"got", "want", "diff"} {
		if _, err := os.Stat(filepath.Join("out", "test", "a."+s+".png")); err != nil {
			t.Error(err)
		}
	}
}

func TestFromGL(t *testing.T) {
	m := FromGL([]byte{1, 1, 1, 255, 2, 2, 2, 255}, 1, 2)
	if m.NRGBAAt(0, 0).R != 2 || m.NRGBAAt(0, 1).R != 1 {
		t.Error("the last row from OpenGL is the first of the picture")
	}
}
