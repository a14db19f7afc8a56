package figure

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/units"
)

// Sizes of text in points, as in Matplotlib.
const (
	tickSize  = 10.0
	textSize  = 10.0
	labelSize = 10.0
	titleSize = 12.0
)

// Figure is a page of Axes.
type Figure struct {
	w, h     float64 // points
	axes     []*Axes
	title    string
	current  *Axes
	lastMesh *Mesh
	dry      bool
	placed   []*Axes // at places of the page, not in the grid
	notes    []*note // at fractions of the page
	aligned  bool    // labels of y stand below each other
	spaceX   float64 // between columns, at least, in widths of one; -1: as labels need it
	spaceY   float64 // and between rows
	hidden   [4]bool // sides without a line, of new Axes
	cycle    []Style // of artists that name no color, for new ones; nil: the colors

	// OnMixed is told of quantities on an axis that shows numbers.
	OnMixed func(axis string, d units.Dim)
}

// Default size of a figure in inches.
const (
	DefaultWidth  = 6.4
	DefaultHeight = 4.8
)

// New makes a figure of a size in inches; 0 means the default.
func New(width, height float64) (*Figure, error) {
	if width == 0 && height == 0 {
		width, height = DefaultWidth, DefaultHeight
	}
	if !(width >= 0.5 && width <= 100 && height >= 0.5 && height <= 100) {
		return nil, fmt.Errorf("a figure of %g x %g inches; each side is 0.5 to 100", width, height)
	}
	return &Figure{w: width * 72, h: height * 72, spaceX: -1, spaceY: -1}, nil
}

// Discard makes f check what is drawn and keep none of it, for programs that will not write it.
func (f *Figure) Discard() { f.dry = true }

// SetTitle sets the text above all Axes.
func (f *Figure) SetTitle(s string) { f.title = s }

// Axes lists what was made, in order.
func (f *Figure) Axes() []*Axes { return append([]*Axes(nil), f.axes...) }

// cell is a place in a grid of Axes.
type cell struct {
	rows, cols int
	r, c       int // from the upper left
	rs, cs     int // rows and columns covered
}

// maxCells bounds a grid along each side.
const maxCells = 100

// Subplot is the k-th cell, counted from 1 along the rows, of a grid; the Axes already there if there is one.
func (f *Figure) Subplot(rows, cols, k int) (*Axes, error) { return f.SubplotSpan(rows, cols, k, k) }

// SubplotSpan covers the cells from the first to the last.
func (f *Figure) SubplotSpan(rows, cols, first, last int) (*Axes, error) {
	return f.subplotOf(nil, rows, cols, first, last)
}

// Ratios are the sizes of columns and rows of a grid that several Axes are put into; nil: equal.
type Ratios struct{ r *ratios }

// NewRatios checks and keeps the ratios of a grid.
func NewRatios(g Grid) (Ratios, error) {
	if g.WidthRatios == nil && g.HeightRatios == nil {
		return Ratios{}, nil
	}
	return Ratios{&ratios{g.WidthRatios, g.HeightRatios}}, g.check()
}

// SubplotOf is SubplotSpan in a grid with ratios.
func (f *Figure) SubplotOf(r Ratios, rows, cols, first, last int) (*Axes, error) {
	return f.subplotOf(r.r, rows, cols, first, last)
}

func (f *Figure) subplotOf(r *ratios, rows, cols, first, last int) (*Axes, error) {
	if rows < 1 || cols < 1 || rows > maxCells || cols > maxCells {
		return nil, fmt.Errorf("a grid of %d x %d; there are 1 to %d rows and columns", rows, cols, maxCells)
	}
	if first < 1 || last > rows*cols || first > last {
		return nil, fmt.Errorf("a grid of %d x %d has the places 1 to %d, not %d", rows, cols, rows*cols, max(first, last))
	}
	a, b := first-1, last-1
	r0, c0, r1, c1 := a/cols, a%cols, b/cols, b%cols
	if c1 < c0 {
		c0, c1 = c1, c0
	}
	at := cell{rows: rows, cols: cols, r: r0, c: c0, rs: r1 - r0 + 1, cs: c1 - c0 + 1}
	for _, x := range f.axes {
		if x.at == at && x.ratios == r && !x.twin {
			f.current = x
			return x, nil
		}
	}
	x := f.newAxes(at)
	x.ratios = r
	f.axes = append(f.axes, x)
	f.current = x
	return x, nil
}

// Current is the Axes made last, one that fills the figure if there is none.
func (f *Figure) Current() *Axes {
	if f.current == nil {
		f.current = f.newAxes(cell{1, 1, 0, 0, 1, 1})
		f.axes = append(f.axes, f.current)
	}
	return f.current
}

// SetCurrent makes an Axes the one that Current returns.
func (f *Figure) SetCurrent(a *Axes) { f.current = a }

// Share says which Axes of a grid have common limits.
type Share int

// What shares limits.
const (
	ShareNone Share = iota
	ShareAll
	ShareRow
	ShareCol
)

// Grid says how a grid of Axes is made.
type Grid struct {
	Rows, Cols   int
	ShareX       Share
	ShareY       Share
	WidthRatios  []float64 // of the columns; nil: equal
	HeightRatios []float64
}

// ratios are those of a whole grid, one object for all its Axes.
type ratios struct{ w, h []float64 }

func (g Grid) check() error {
	if g.Rows < 1 || g.Cols < 1 || g.Rows > maxCells || g.Cols > maxCells {
		return fmt.Errorf("a grid of %d x %d; there are 1 to %d rows and columns", g.Rows, g.Cols, maxCells)
	}
	for _, r := range []struct {
		what string
		v    []float64
		n    int
	}{{"width_ratios", g.WidthRatios, g.Cols}, {"height_ratios", g.HeightRatios, g.Rows}} {
		if r.v != nil && len(r.v) != r.n {
			return fmt.Errorf("%s has %d numbers for %d", r.what, len(r.v), r.n)
		}
		for _, x := range r.v {
			if !(x > 0) || math.IsInf(x, 0) {
				return fmt.Errorf("%s: %g is not positive", r.what, x)
			}
		}
	}
	return nil
}

// Subplots makes a whole grid of Axes, row by row. Where limits are shared, only the outer Axes write numbers.
func (f *Figure) Subplots(g Grid) ([]*Axes, error) {
	if err := g.check(); err != nil {
		return nil, err
	}
	all := make([]*Axes, 0, g.Rows*g.Cols)
	rs := &ratios{g.WidthRatios, g.HeightRatios}
	xs, ys := map[int][]*axis{}, map[int][]*axis{}
	for r := range g.Rows {
		for c := range g.Cols {
			a := f.newAxes(cell{g.Rows, g.Cols, r, c, 1, 1})
			a.ratios = rs
			all = append(all, a)
			key := func(s Share) int { return map[Share]int{ShareAll: 0, ShareRow: r, ShareCol: c}[s] }
			if g.ShareX != ShareNone {
				xs[key(g.ShareX)] = append(xs[key(g.ShareX)], &a.x)
				a.x.inner = g.ShareX != ShareRow && r < g.Rows-1
			}
			if g.ShareY != ShareNone {
				ys[key(g.ShareY)] = append(ys[key(g.ShareY)], &a.y)
				a.y.inner = g.ShareY != ShareCol && c > 0
			}
		}
	}
	for _, m := range []map[int][]*axis{xs, ys} {
		for _, group := range m {
			for _, x := range group {
				x.group = group
			}
		}
	}
	f.axes = append(f.axes, all...)
	f.current = all[len(all)-1]
	return all, nil
}
