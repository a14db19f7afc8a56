package render

import "math"

// grid is how panels share an area: in columns and rows, or one picture with a column of charts beside it.
type grid struct {
	panels     []*Panel
	area       Rect
	cols, rows int
	// leads: the first panel has the first column for itself, and the others are the rows of the second.
	leads bool
}

// grid chooses the largest views, or one picture with the charts that belong to it in a column beside it.
func (s *Scene) grid(area Rect) grid {
	n := len(s.Panels)
	g := grid{panels: s.Panels, area: area}
	if s.leads() && area.W > 1.2*area.H {
		g.leads, g.cols, g.rows = true, 2, n-1
		return g
	}
	g.cols = gridColumns(n, area)
	g.rows = (n + g.cols - 1) / g.cols
	return g
}

// place is the column and row of a panel.
func (g grid) place(k int) (col, row int) {
	if g.leads {
		return min(k, 1), max(k-1, 0)
	}
	return k % g.cols, k / g.cols
}

// column and row are the panels that share a width or a height.
func (g grid) column(c int) (out []*Panel) {
	for k, p := range g.panels {
		if col, _ := g.place(k); col == c {
			out = append(out, p)
		}
	}
	return out
}

func (g grid) row(r int) (out []*Panel) {
	for k, p := range g.panels {
		if col, row := g.place(k); row == r && !(g.leads && col == 0) {
			out = append(out, p)
		}
	}
	return out
}

// weight is the mean of those of panels.
func weight(panels []*Panel, of func(*Panel) float64) float64 {
	sum := 0.0
	for _, p := range panels {
		if w := of(p); w > 0 {
			sum += w
		} else {
			sum++
		}
	}
	return sum / math.Max(1, float64(len(panels)))
}

func wide(p *Panel) float64 { return p.Wide }
func tall(p *Panel) float64 { return p.Tall }

// xs and ys are where columns and rows begin, and where the last ends.
func (g grid) xs() []float64 {
	share := make([]float64, g.cols)
	for c := range share {
		share[c] = weight(g.column(c), wide)
	}
	if g.leads {
		share[0] *= 1 - chartShare
		share[1] *= chartShare
	}
	return cuts(g.area.X, g.area.W, share)
}

func (g grid) ys() []float64 {
	share := make([]float64, g.rows)
	for r := range share {
		share[r] = weight(g.row(r), tall)
	}
	return cuts(g.area.Y, g.area.H, share)
}

// cuts divides a length by shares.
func cuts(at, length float64, share []float64) []float64 {
	sum := 0.0
	for _, s := range share {
		sum += s
	}
	out := []float64{at}
	for _, s := range share {
		at += length * s / sum
		out = append(out, at)
	}
	return out
}

// leastPart is what a column or a row keeps when the divider beside it is moved, where there is room for that.
const leastPart = 90

// cells are where the panels lie.
func (g grid) cells() (out []Rect) {
	xs, ys := g.xs(), g.ys()
	for k := range g.panels {
		c, r := g.place(k)
		cell := Rect{xs[c], ys[r], xs[c+1] - xs[c], ys[r+1] - ys[r]}
		if g.leads && k == 0 {
			cell.Y, cell.H = g.area.Y, g.area.H
		}
		out = append(out, cell)
	}
	return out
}

// Divider is a line between two columns or rows of panels, which can be moved.
type Divider struct {
	// Line is where it lies: a rectangle without width, or without height.
	Line     Rect
	Vertical bool // it is moved along x
	at       int  // columns or rows before it
}

// Dividers are the lines between the panels, in units of scale 1.
func (s *Scene) Dividers(width, height int, scale float64) (out []Divider) {
	if len(s.Panels) < 2 {
		return nil
	}
	area, _ := s.area(width, height, scale)
	g := s.grid(area)
	xs, ys := g.xs(), g.ys()
	for c := 1; c < g.cols; c++ {
		out = append(out, Divider{Rect{xs[c], area.Y, 0, area.H}, true, c})
	}
	left := area.X
	if g.leads {
		left = xs[1]
	}
	for r := 1; r < g.rows; r++ {
		out = append(out, Divider{Rect{left, ys[r], area.X + area.W - left, 0}, false, r})
	}
	return out
}

// Near reports whether a point lies on the line, within a distance.
func (d Divider) Near(x, y, slop float64) bool {
	return x >= d.Line.X-slop && x <= d.Line.X+d.Line.W+slop && y >= d.Line.Y-slop && y <= d.Line.Y+d.Line.H+slop
}

// MoveDivider puts the k-th divider at a place: x of a vertical one, else y. What lies on its two sides shares the same room as before.
func (s *Scene) MoveDivider(width, height int, scale float64, k int, to float64) {
	list := s.Dividers(width, height, scale)
	if k < 0 || k >= len(list) {
		return
	}
	area, _ := s.area(width, height, scale)
	g, d := s.grid(area), list[k]
	at, before, after, of := g.ys(), g.row(d.at-1), g.row(d.at), tall
	part := [2]float64{1, 1} // that the layout gives to a side of weight 1
	if d.Vertical {
		at, before, after, of = g.xs(), g.column(d.at-1), g.column(d.at), wide
		if g.leads {
			part = [2]float64{1 - chartShare, chartShare}
		}
	}
	room := at[d.at+1] - at[d.at-1]
	least := math.Min(leastPart, room/2)
	f := math.Max(least, math.Min(room-least, to-at[d.at-1])) / room
	sum := part[0]*weight(before, of) + part[1]*weight(after, of)
	setWeight(before, d.Vertical, f*sum/part[0])
	setWeight(after, d.Vertical, (1-f)*sum/part[1])
}

// ResetDivider gives the two sides of the k-th divider the room that they have by themselves.
func (s *Scene) ResetDivider(width, height int, scale float64, k int) {
	list := s.Dividers(width, height, scale)
	if k < 0 || k >= len(list) {
		return
	}
	area, _ := s.area(width, height, scale)
	g, d := s.grid(area), list[k]
	if d.Vertical {
		setWeight(append(g.column(d.at-1), g.column(d.at)...), true, 0)
		return
	}
	setWeight(append(g.row(d.at-1), g.row(d.at)...), false, 0)
}

func setWeight(panels []*Panel, vertical bool, w float64) {
	for _, p := range panels {
		if vertical {
			p.Wide = w
		} else {
			p.Tall = w
		}
	}
}
