//go:build cgo

package render

import (
	"fmt"
	"math"
	"testing"
)

// charts and pictures of a scene whose layout is asked for; nothing is drawn.
func panelsFor(pictures, charts int) *Scene {
	s := &Scene{}
	for range pictures {
		s.Panels = append(s.Panels, &Panel{Title: "picture", Items: []Item{&Surface{Rows: 3, Cols: 3}}})
	}
	for range charts {
		s.Panels = append(s.Panels, &Panel{Title: "chart", Items: []Item{&PhaseCircle{N: 3}}})
	}
	return s
}

func cellsOf(s *Scene, w, h int) (out []Rect) {
	for _, p := range s.Layout(w, h, 1).Panels {
		out = append(out, p.Cell)
	}
	return out
}

func same(a, b float64) bool { return math.Abs(a-b) < 1e-6 }

// Cells fill the area without overlap, and a divider lies where it was put, for every shape of the layout.
func TestDividers(t *testing.T) {
	for _, c := range []struct{ pictures, charts, w, h, want int }{
		{1, 0, 800, 600, 0}, {2, 0, 800, 600, 1}, {3, 0, 600, 600, 2}, {4, 0, 800, 600, 2}, {6, 0, 1200, 800, 3}, {5, 0, 1000, 700, 3},
		{1, 2, 900, 600, 2}, {1, 3, 900, 600, 3}, {1, 3, 500, 600, 2},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			s := panelsFor(c.pictures, c.charts)
			s.Insets = Insets{Left: 40, Bottom: 60}
			list := s.Dividers(c.w, c.h, 1)
			if len(list) != c.want {
				t.Fatalf("%d dividers, want %d: %+v", len(list), c.want, list)
			}
			for k, d := range list {
				before := s.Dividers(c.w, c.h, 1)
				at := d.Line.X
				if !d.Vertical {
					at = d.Line.Y
				}
				to := math.Round(at) + 37
				s.MoveDivider(c.w, c.h, 1, k, to)
				now := s.Dividers(c.w, c.h, 1)
				got := now[k].Line.X
				if !d.Vertical {
					got = now[k].Line.Y
				}
				if !same(got, to) {
					t.Errorf("divider %d put at %v lies at %v", k, to, got)
				}
				for j := range now {
					if j != k && now[j].Vertical == d.Vertical && !(same(now[j].Line.X, before[j].Line.X) && same(now[j].Line.Y, before[j].Line.Y)) {
						t.Errorf("divider %d moved with %d", j, k)
					}
				}
			}
			cells := cellsOf(s, c.w, c.h)
			sum := 0.0
			for i, a := range cells {
				sum += a.W * a.H
				for _, b := range cells[:i] {
					if math.Min(a.X+a.W, b.X+b.W)-math.Max(a.X, b.X) > 1e-6 && math.Min(a.Y+a.H, b.Y+b.H)-math.Max(a.Y, b.Y) > 1e-6 {
						t.Errorf("%+v and %+v overlap", a, b)
					}
				}
			}
			area := float64(c.w-40) * float64(c.h-60)
			if full := len(cells) != 5 && !(c.pictures == 3); full && !same(sum/area, 1) {
				t.Errorf("cells fill %v of the area", sum/area)
			}
			for k := range list {
				s.ResetDivider(c.w, c.h, 1, k)
			}
			fresh := panelsFor(c.pictures, c.charts)
			fresh.Insets = s.Insets
			for k, want := range cellsOf(fresh, c.w, c.h) {
				if got := cellsOf(s, c.w, c.h)[k]; !same(got.X, want.X) || !same(got.W, want.W) || !same(got.Y, want.Y) || !same(got.H, want.H) {
					t.Errorf("reset: cell %d is %+v, want %+v", k, got, want)
				}
			}
		})
	}
}

// Sizes stay as shares when the window is resized, a panel is added, or a bar is shown; none is dragged to nothing.
func TestDividersStay(t *testing.T) {
	s := panelsFor(2, 0)
	s.MoveDivider(800, 600, 1, 0, 200)
	if c := cellsOf(s, 800, 600); !same(c[0].W, 200) || !same(c[1].W, 600) {
		t.Fatalf("cells %+v", c)
	}
	if c := cellsOf(s, 1600, 600); !same(c[0].W, 400) {
		t.Errorf("in a window twice as wide: %+v", c)
	}
	s.Insets.Left = 100
	if c := cellsOf(s, 800, 500); !same(c[0].W, 175) || !same(c[0].X, 100) {
		t.Errorf("beside a bar: %+v", c)
	}
	s.Insets.Left = 0
	s.Panels = append(s.Panels, panelsFor(1, 0).Panels...)
	if c := cellsOf(s, 1500, 500); !same(c[0].W/c[1].W, 1.0/3) || !same(c[2].W, 500) {
		t.Errorf("with another panel: %+v", c)
	}
	s.MoveDivider(1500, 500, 1, 1, -1000)
	if c := cellsOf(s, 1500, 500); !same(c[1].W, leastPart) || !same(c[0].W, 250) {
		t.Errorf("dragged too far: %+v", c)
	}
	if d := s.Dividers(1500, 500, 1)[0]; !d.Near(253, 100, 5) || d.Near(260, 100, 5) || d.Near(250, 700, 5) {
		t.Errorf("%+v is not near its line", d)
	}
}
