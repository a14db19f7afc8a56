package ui

import (
	"math"
	"testing"
)

func TestSlider(t *testing.T) {
	for _, c := range []struct {
		x, zero float64
		whole   bool
		want    Slider
	}{
		{3, 1, false, Slider{Lo: 0, Hi: 6}},
		{-70e-3, 1, false, Slider{Lo: -140e-3, Hi: 140e-3}},
		{0, 0.01, false, Slider{Lo: -0.01, Hi: 0.01}},
		{7, 1, true, Slider{Lo: 0, Hi: 14, Whole: true}},
		{0, 1, true, Slider{Lo: -1, Hi: 1, Whole: true}},
	} {
		if got := Around(c.x, c.zero, c.whole); got != c.want {
			t.Errorf("around %v: %+v, want %+v", c.x, got, c.want)
		}
	}
	s := Around(20e-3, 1, false)
	for _, c := range []struct{ f, want float64 }{{0, 0}, {1, 40e-3}, {0.5, 20e-3}, {0.25, 10e-3}, {0.3333, 13.3e-3}, {-3, 0}, {7, 40e-3}} {
		if got := s.Value(c.f); got != c.want {
			t.Errorf("at %v: %v, want %v", c.f, got, c.want)
		}
	}
	if f := s.Fraction(10e-3); math.Abs(f-0.25) > 1e-12 {
		t.Errorf("10 ms lies at %v", f)
	}
	if s.Fraction(1) != 1 || s.Fraction(-1) != 0 || (Slider{Lo: 2, Hi: 2}).Fraction(2) != 0 || (Slider{Lo: 2, Hi: 2}).Value(0.5) != 2 {
		t.Error("numbers beside the range")
	}
	if v := (Slider{Lo: 0, Hi: 10, Whole: true}).Value(0.44); v != 4 {
		t.Errorf("a whole number: %v", v)
	}
	if v := (Slider{Lo: -1e6, Hi: 1e6}).Value(0.7501); v != 500000 && v != 501000 {
		t.Errorf("a large one: %v", v)
	}
	if got := s.Fits(30e-3, 1); got != s {
		t.Errorf("the range moved to %+v although it contains the number", got)
	}
	if got := s.Fits(50e-3, 1); got.Hi != 100e-3 {
		t.Errorf("a number outside: %+v", got)
	}
	if d := (Slider{Lo: 0, Hi: 1, Declared: true}); d.Fits(5, 1) != d {
		t.Error("a declared range was changed")
	}
}

func TestScroll(t *testing.T) {
	var s Scroll
	if _, _, ok := s.Thumb(80, 100); ok {
		t.Error("a thumb although everything is seen")
	}
	s.By(500, 300, 100)
	if s.Offset != 200 {
		t.Errorf("scrolled to %v", s.Offset)
	}
	if at, size, ok := s.Thumb(300, 100); !ok || math.Abs(at+size-100) > 1e-9 {
		t.Errorf("the thumb at the end: %v + %v", at, size)
	}
	s.By(-1000, 300, 100)
	if s.Offset != 0 {
		t.Errorf("scrolled to %v", s.Offset)
	}
	s.Show(150, 20, 300, 100)
	if s.Offset != 70 {
		t.Errorf("a row below: %v", s.Offset)
	}
	s.Show(80, 20, 300, 100)
	if s.Offset != 70 {
		t.Errorf("a row in view: %v", s.Offset)
	}
	s.Show(10, 20, 300, 100)
	if s.Offset != 10 {
		t.Errorf("a row above: %v", s.Offset)
	}
	s.By(0, 50, 100)
	if s.Offset != 0 {
		t.Errorf("a list that became short: %v", s.Offset)
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		filter string
		want   bool
	}{{"", true}, {" ", true}, {"exc", true}, {"EXC", true}, {"exc cortex", true}, {"exc thalamus", false}, {"inh", false}, {"lay", true}} {
		if got := Matches(c.filter, "Excitatory", "cortex", "layer4"); got != c.want {
			t.Errorf("%q: %v", c.filter, got)
		}
	}
}
