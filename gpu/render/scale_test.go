package render

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestNiceTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi   float64
		max      int
		whole    bool
		labels   []string
		exponent int
	}{
		{0, 1, 6, false, []string{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}, 0},
		{-0.2, 1, 3, false, []string{"0.0", "0.5", "1.0"}, 0},
		{-1, 1, 4, false, []string{"−1", "0", "1"}, 0},
		{0, 19, 5, true, []string{"0", "5", "10", "15"}, 0},
		{0, 2, 9, true, []string{"0", "1", "2"}, 0},
		{-0.08, -0.04, 5, false, []string{"−0.08", "−0.07", "−0.06", "−0.05", "−0.04"}, 0},
		{0, 4e-9, 5, false, []string{"0", "1", "2", "3", "4"}, -9},
		{0, 25e6, 6, false, []string{"0", "5", "10", "15", "20", "25"}, 6},
		{1, 1, 5, false, nil, 0},
		{math.NaN(), 1, 5, false, nil, 0},
		{0, math.Inf(1), 5, false, nil, 0},
	} {
		got := NiceTicks(c.lo, c.hi, c.max, c.whole)
		if !reflect.DeepEqual(got.Labels, c.labels) || got.Exponent != c.exponent {
			t.Errorf("[%g, %g], %d: %q · 10^%d, want %q · 10^%d", c.lo, c.hi, c.max, got.Labels, got.Exponent, c.labels, c.exponent)
		}
		if len(got.Values) > c.max {
			t.Errorf("[%g, %g]: %d ticks, at most %d wanted", c.lo, c.hi, len(got.Values), c.max)
		}
	}
}

func TestAxisTitle(t *testing.T) {
	if got := axisTitle("v", "mV", -6); got != "v (10⁻⁶ mV)" {
		t.Errorf("title %q", got)
	}
}

func TestScaleFollowsWithHysteresis(t *testing.T) {
	s := NewScale("r", "", Viridis())
	s.Observe(0.01, 0.93)
	if s.Min != 0 || s.Max != 1 {
		t.Fatalf("limits [%g, %g], want [0, 1]", s.Min, s.Max)
	}
	for range 1000 {
		if s.Observe(0, 0.7) {
			t.Fatal("the limits moved for data that fill more than half")
		}
	}
	if !s.Observe(0, 1.3) || s.Max < 1.3 {
		t.Fatalf("the scale does not take in 1.3: [%g, %g]", s.Min, s.Max)
	}
	for k := range shrinkAfter - 1 {
		if s.Observe(0, 0.2) {
			t.Fatalf("shrunk after %d observations", k+1)
		}
	}
	s.Observe(0, 1.2) // one burst starts the count again
	for range shrinkAfter - 1 {
		if s.Observe(0, 0.2) {
			t.Fatal("a burst was forgotten")
		}
	}
	if !s.Observe(0, 0.2) || s.Max > 0.3 {
		t.Errorf("did not shrink: [%g, %g]", s.Min, s.Max)
	}
	if s.Observe(math.NaN(), 1) || s.Observe(0, math.Inf(1)) || s.Observe(2, 1) {
		t.Error("limits taken from values that are no range")
	}
}

func TestScaleKinds(t *testing.T) {
	s := NewScale("I", "nA", Vik())
	s.Observe(-0.1, 0.43)
	if s.Min != -s.Max || s.Max < 0.43 || s.Max > 0.6 {
		t.Errorf("a centred map has limits [%g, %g]", s.Min, s.Max)
	}
	v := NewScale("v", "mV", Viridis())
	v.Observe(-0.0701, -0.0502)
	if v.Min > -0.0701 || v.Max < -0.0502 || v.Max > -0.045 {
		t.Errorf("limits [%g, %g] for [-0.0701, -0.0502]", v.Min, v.Max)
	}
	f := NewFixedScale("r", "", Viridis(), 0, 5)
	if f.Observe(-10, 10) || f.Min != 0 || f.Max != 5 {
		t.Errorf("fixed limits moved to [%g, %g]", f.Min, f.Max)
	}
	c := NewScale("c", "", Viridis())
	l := NewScale("x", "", nil)
	l.Length = true
	l.Observe(0, 0) // where all began: nothing to hold on to
	if l.Observe(0, 4e-5); l.Max > 5e-5 || l.Unit != "µm" || math.Abs(l.Shown(l.Max)-40) > 1e-9 {
		t.Errorf("0 to 40 µm: %g to %g %s", l.Min, l.Max, l.Unit)
	}
	l.Observe(1e-5, 1e-5) // together again: the limits stay
	if l.Observe(-0.02, 0); l.Min > -0.02 || l.Max < 4e-5 || l.Unit != "mm" {
		t.Errorf("and from -20 mm: %g to %g %s", l.Min, l.Max, l.Unit)
	}
	c.Observe(3, 3)
	if !(c.Min < 3 && c.Max > 3) {
		t.Errorf("constant data: [%g, %g]", c.Min, c.Max)
	}
}

func TestColormaps(t *testing.T) {
	// First, middle and last entries as published.
	if got := viridis256(0); got != [3]uint8{0x44, 0x01, 0x54} {
		t.Errorf("viridis starts with %x", got)
	}
	if got := viridis256(255); got != [3]uint8{0xfd, 0xe7, 0x25} {
		t.Errorf("viridis ends with %x", got)
	}
	last := -1.0
	for k := 0; k < 256; k += 5 { // single steps are smaller than what 8 bits hold
		l := Viridis().At(float64(k) / 255).luminance()
		if l <= last {
			t.Fatalf("viridis does not get lighter at %d", k)
		}
		last = l
	}
	if a, b := Twilight().table[0], Twilight().table[255]; distance8(a, b) > 6 {
		t.Errorf("twilight's ends differ: %x, %x", a, b)
	}
	mid := Vik().At(0.5).luminance()
	for _, v := range []float64{0, 0.25, 0.75, 1} {
		if Vik().At(v).luminance() >= mid {
			t.Errorf("vik at %g is lighter than at zero", v)
		}
	}
	if _, err := ColormapByName("jet"); err == nil || err.Error() != `no colormap "jet"; there are viridis, twilight, vik, twotone` {
		t.Errorf("jet: %v", err)
	}
	if c := Viridis().At(math.NaN()); c != Viridis().At(0) {
		t.Errorf("NaN gives %v", c)
	}
}

func viridis256(i int) [3]uint8 { return Viridis().table[i] }

func distance8(a, b [3]uint8) int {
	d := 0
	for i := range a {
		d = max(d, max(int(a[i])-int(b[i]), int(b[i])-int(a[i])))
	}
	return d
}

func TestTurn(t *testing.T) {
	cyclic, _ := ColormapByName("twilight")
	full := NewFixedScale("Theta", "", cyclic, 0, 2*math.Pi)
	if got := strings.Join(full.ticks(9).Labels, " "); got != "0 π/2 π 3π/2 2π" {
		t.Error(got)
	}
	if got := full.ticks(3); strings.Join(got.Labels, " ") != "0 π 2π" || math.Abs(got.Values[1]-math.Pi) > 1e-12 {
		t.Error(got)
	}
	if got := strings.Join(NewFixedScale("Theta", "", cyclic, -math.Pi, math.Pi).ticks(9).Labels, " "); got != "−π −π/2 0 π/2 π" {
		t.Error(got)
	}
	if got := NewFixedScale("x", "", cyclic, 0, 24).ticks(9).Labels; strings.Contains(strings.Join(got, " "), "π") {
		t.Error("hours in radians:", got)
	}
}

// Charts that follow a picture stand beside it in a column, where the window is wide enough.
func TestLeadingPicture(t *testing.T) {
	s := &Scene{Panels: []*Panel{{Items: []Item{&Graph{}}}, {Items: []Item{&Histogram{}}}, {Items: []Item{&PhaseCircle{}}}}}
	wide := s.grid(Rect{0, 0, 1200, 700}).cells()
	if wide[0].H != 700 || wide[1].X != wide[2].X || wide[1].X < wide[0].X+wide[0].W-1e-9 || wide[2].Y != 350 {
		t.Error(wide)
	}
	for _, area := range []Rect{{0, 0, 500, 700}, {0, 0, 1200, 700}} {
		var sum float64
		for _, c := range s.grid(area).cells() {
			sum += c.W * c.H
		}
		if area.W < area.H && s.grid(area).cells()[0].H == area.H {
			t.Error("a column beside a picture in a narrow window")
		}
		if sum > area.W*area.H*1.0001 {
			t.Error("cells overlap", area)
		}
	}
	s.Panels[2].Items[0] = &Graph{}
	if c := s.grid(Rect{0, 0, 1200, 700}).cells(); c[0].H == 700 && c[1].X == c[2].X {
		t.Error("two graphs, one as large as the other")
	}
}
