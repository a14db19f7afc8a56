package render

import (
	"image"
	"image/color"
	"math"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
)

const alphabet = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~" +
	"ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψωµ²³¹·−°×…±≤≥≠∞⁰⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉√∂∑–—“”äöüÄÖÜßéè"

func TestEveryCharacterHasAGlyph(t *testing.T) {
	f, err := newFonts()
	if err != nil {
		t.Fatal(err)
	}
	for w := Regular; w < weights; w++ {
		for _, r := range alphabet {
			if m, ok := raised[r]; ok {
				r = m.base
			}
			if i, err := f.parsed[w].GlyphIndex(&f.buf, r); err != nil || i == 0 {
				t.Errorf("font %d has no %q", w, r)
			}
		}
	}
	if g, _ := f.layout("10⁻⁶", Regular, 16); len(g) != 4 || g[2].y >= 0 || g[3].face.size >= g[0].face.size {
		t.Errorf("the exponent is not raised: %+v", g)
	}
}

// The same calls give the same layout at every scale.
func TestTextWidthFollowsScale(t *testing.T) {
	f, err := newFonts()
	if err != nil {
		t.Fatal(err)
	}
	one, two := &Overlay{fonts: f}, &Overlay{fonts: f}
	one.Reset(800, 600, 1)
	two.Reset(1600, 1200, 2)
	st := TextStyle{Size: 13}
	a, ah := one.Measure("membrane potential (mV)", st)
	b, bh := two.Measure("membrane potential (mV)", st)
	if math.Abs(a-b) > 0.01*a || math.Abs(ah-bh) > 0.6 {
		t.Errorf("%g x %g at scale 1, %g x %g at scale 2", a, ah, b, bh)
	}
	if w, h := two.Size(); w != 800 || h != 600 {
		t.Errorf("size %g x %g", w, h)
	}
}

// A glyph in the atlas, at each phase, is what the font package draws there.
func TestGlyphsMatchReference(t *testing.T) {
	f, err := newFonts()
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []float64{12, 13, 24} {
		for phase := range uint8(phases) {
			key := glyphKey{faceKey{Regular, sizeKey(size)}, 'g', phase, false}
			g, ok := f.get(key)
			if !ok {
				t.Fatal("atlas full")
			}
			ref := image.NewAlpha(image.Rect(0, 0, 64, 64))
			d := font.Drawer{Dst: ref, Src: image.NewUniform(color.Alpha{255}), Face: f.face(key.faceKey),
				Dot: fixed.Point26_6{X: 20*64 + fixed.Int26_6(phase)*64/phases, Y: 40 * 64}}
			d.DrawString("g")
			ink := 0
			for y := range 64 {
				for x := range 64 {
					p := image.Pt(x-20-g.off.X, y-40-g.off.Y).Add(g.at.Min)
					got := uint8(0)
					if p.In(g.at) {
						got = f.pix[p.Y*atlasSize+p.X]
					}
					want := ref.AlphaAt(x, y).A
					ink += int(want)
					if math.Abs(float64(got)-float64(want)) > 1 {
						t.Fatalf("size %g, phase %d: %d at %d,%d, want %d", size, phase, got, x, y, want)
					}
				}
			}
			if ink == 0 {
				t.Fatal("the reference is blank")
			}
		}
	}
}

// A full atlas says so, and holds everything again once emptied.
func TestAtlasOverflow(t *testing.T) {
	f, err := newFonts()
	if err != nil {
		t.Fatal(err)
	}
	o := &Overlay{fonts: f}
	o.Reset(100, 100, 1)
	o.Text(0, 0, "first", TextStyle{Size: 16, Color: Color{1, 1, 1, 1}})
	full := false
	for size := 10.0; size < 200 && !full; size += 0.5 {
		o.Text(0, 0, alphabet, TextStyle{Size: size, Color: Color{1, 1, 1, 1}})
		full = !o.resolve()
	}
	if !full {
		t.Fatal("the atlas took everything")
	}
	f.reset()
	o.Reset(100, 100, 1)
	o.Text(0, 0, alphabet, TextStyle{Size: 16, Color: Color{1, 1, 1, 1}})
	if !o.resolve() {
		t.Fatal("one text does not fit into an empty atlas")
	}
	before := o.prims[3]
	f.reset()
	o.fonts.get(glyphKey{faceKey{Mono, sizeKey(40)}, 'W', 0, false}) // takes the first place
	if !o.resolve() || o.prims[3].A == before.A || o.prims[3].Rect != before.Rect {
		t.Error("a list made before the atlas was emptied is not looked up again")
	}
}

func TestLayout(t *testing.T) {
	one, two := NewScale("a", "", Viridis()), NewScale("b", "", Viridis())
	panel := func(s *Scale) *Panel {
		return &Panel{Title: "p", Items: []Item{&Surface{Rows: 5, Cols: 5, Scale: s}}}
	}
	s := &Scene{Panels: []*Panel{panel(one), panel(one)}, Insets: Insets{Bottom: 50}}
	l := s.Layout(800, 600, 1)
	if l.Shared != one || l.Colorbar.W == 0 || l.Panels[0].Colorbar.W != 0 {
		t.Errorf("one scale: shared %v, colorbar %+v", l.Shared, l.Colorbar)
	}
	if a, b := l.Panels[0].View, l.Panels[1].View; a.Y != b.Y || a.X+a.W > b.X || b.Y+b.H > 550 {
		t.Errorf("two panels do not stand beside each other: %+v, %+v", a, b)
	}
	big := s.Layout(1600, 1200, 2)
	if big.Panels[1].View != l.Panels[1].View {
		t.Errorf("the layout changes with scale: %+v, %+v", big.Panels[1].View, l.Panels[1].View)
	}
	s.Panels[1] = panel(two)
	l = s.Layout(800, 600, 1)
	if l.Shared != nil || l.Panels[0].Colorbar.W == 0 || l.Panels[1].Colorbar.W == 0 {
		t.Error("two scales do not have a colorbar each")
	}
	if p, x, y := l.At(l.Panels[1].View.X+1, l.Panels[1].View.Y+1); p == nil || p.Panel != s.Panels[1] || x > -0.9 || y < 0.9 {
		t.Errorf("At gives %v, %g, %g", p, x, y)
	}
	if l := (&Scene{}).Layout(10, 10, 1); len(l.Panels) != 0 {
		t.Error("an empty scene has panels")
	}
	s.FitCameras(800, 600, 1)
	if s.Panels[0].Camera != s.Panels[1].Camera {
		t.Error("panels of the same shape do not share a camera")
	}
}

// referenceText is a line of white text on black, glyph by glyph at the pen positions that Overlay.Text uses.
func referenceText(f *fonts, s string, x, y, size float64, w, h int) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, w, h))
	line, _ := f.layout(s, Regular, size)
	for _, g := range line {
		pen := math.Floor((x+g.x)*phases) / phases
		d := font.Drawer{Dst: out, Src: image.White, Face: f.face(g.face),
			Dot: fixed.Point26_6{X: fixed.Int26_6(pen * 64), Y: fixed.I(int(math.Round(y)))}}
		d.DrawString(string(g.r))
	}
	return out
}
