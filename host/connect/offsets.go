package connect

import (
	"fmt"
	"math"
	"slices"
)

// at is the sum of the terms at one offset. Every user of a term's value goes through here, so that a tap can cancel it exactly; the
// conversions keep the compiler from fusing a multiplication into the sum.
func (o *Offsets) at(dz, dy, dx int) float64 {
	w := 0.0
	for i := range o.Terms {
		t := &o.Terms[i]
		w += float64(float64(float64(t.Amp*t.Z[dz])*t.Y[dy]) * t.X[dx])
	}
	return w
}

// Weight is the weight of the synapse from the cell at distance (dz, dy, dx) = pre - post, 0 where there is none. A kernel has no
// synapses of weight zero.
func (o *Offsets) Weight(dz, dy, dx int) float64 {
	az, ay, ax := abs(dz), abs(dy), abs(dx)
	if az >= o.Grid.Layers || ay >= o.Grid.Rows || ax >= o.Grid.Cols {
		return 0
	}
	w := o.at(az, ay, ax)
	k, ok := slices.BinarySearchFunc(o.Taps, Tap{DZ: int32(dz), DY: int32(dy), DX: int32(dx)}, compareTaps)
	if ok {
		w += o.Taps[k].W
	}
	return w
}

func compareTaps(a, b Tap) int {
	switch {
	case a.DZ != b.DZ:
		return int(a.DZ) - int(b.DZ)
	case a.DY != b.DY:
		return int(a.DY) - int(b.DY)
	}
	return int(a.DX) - int(b.DX)
}

func abs(x int) int {
	if x < 0 {
		return -x
	}
	return x
}

// Pair returns offset (dz, dy, dx) of presynaptic cell pre from postsynaptic cell post.
func (g Grid) Pair(pre, post int) (dz, dy, dx int) {
	area := g.Rows * g.Cols
	dz = pre/area - post/area
	dy = pre%area/g.Cols - post%area/g.Cols
	dx = pre%g.Cols - post%g.Cols
	return dz, dy, dx
}

// CSR expands the kernel into explicit synapses, in rows of postsynaptic cells. It needs memory for all of them; see Count.
func (o *Offsets) CSR() (*CSR, error) {
	n := o.Grid.Len()
	c := &CSR{NPre: n, NPost: n, ByPost: true, RowPtr: make([]int64, n+1), Delay: delays(o.Delay)}
	if o.Count > math.MaxInt64/16 {
		return nil, fmt.Errorf("a kernel of %d synapses cannot be expanded", o.Count)
	}
	table := o.table()
	w, h := 2*o.Grid.Cols-1, 2*o.Grid.Rows-1
	grain := rowGrain(n, int64(n))
	// row calls f for the run of presynaptic cells of each row of the grid: weights and the index of their first cell.
	row := func(post int, f func(weights []float64, first int)) {
		pz, py, px := o.Grid.Pair(post, 0)
		for z := range o.Grid.Layers {
			for y := range o.Grid.Rows {
				at := ((z-pz+o.Grid.Layers-1)*h+(y-py+o.Grid.Rows-1))*w + o.Grid.Cols - 1 - px
				f(table[at:at+o.Grid.Cols], (z*o.Grid.Rows+y)*o.Grid.Cols)
			}
		}
	}
	_ = parallel(n, grain, func(lo, hi int) error {
		for post := lo; post < hi; post++ {
			count := int64(0)
			row(post, func(weights []float64, _ int) {
				for _, v := range weights {
					if v != 0 {
						count++
					}
				}
			})
			c.RowPtr[post+1] = count
		}
		return nil
	})
	rowOffsets(c.RowPtr)
	c.Index, c.W = make([]int32, c.RowPtr[n]), make([]float64, c.RowPtr[n])
	_ = parallel(n, grain, func(lo, hi int) error {
		for post := lo; post < hi; post++ {
			k := c.RowPtr[post]
			row(post, func(weights []float64, first int) {
				for i, v := range weights {
					if v != 0 {
						c.Index[k], c.W[k] = int32(first+i), v
						k++
					}
				}
			})
		}
		return nil
	})
	if o.Delay != 0 {
		c.Delay = []float64{o.Delay}
	}
	return c, nil
}

// table holds the weight of every offset, [2 Layers - 1, 2 Rows - 1, 2 Cols - 1], centre in the middle.
func (o *Offsets) table() []float64 {
	g := o.Grid
	out := make([]float64, (2*g.Layers-1)*(2*g.Rows-1)*(2*g.Cols-1))
	k := 0
	for dz := 1 - g.Layers; dz < g.Layers; dz++ {
		for dy := 1 - g.Rows; dy < g.Rows; dy++ {
			for dx := 1 - g.Cols; dx < g.Cols; dx++ {
				out[k] = o.at(abs(dz), abs(dy), abs(dx))
				k++
			}
		}
	}
	for _, t := range o.Taps {
		out[((int(t.DZ)+g.Layers-1)*(2*g.Rows-1)+int(t.DY)+g.Rows-1)*(2*g.Cols-1)+int(t.DX)+g.Cols-1] += t.W
	}
	return out
}

// terms are the kernel's Gaussians on a grid.
func (k *kernel) terms(g Grid) []Term {
	out := make([]Term, 0, len(k.bells))
	for _, b := range k.bells {
		if b.amp != 0 {
			out = append(out, Term{Amp: b.amp, Z: axis(g.Layers, b.sigma), Y: axis(g.Rows, b.sigma), X: axis(g.Cols, b.sigma)})
		}
	}
	return out
}

// surveyed counts a kernel's offsets and synapses.
type surveyed struct {
	count   int64 // synapses
	kept    int64 // offsets with a synapse
	dropped int64 // offsets without one although the terms are not zero there
	undo    int64 // pairs of cells at dropped offsets
}

// survey visits one octant; mirrored offsets have the same weight.
func (k *kernel) survey(g Grid, noSelf bool) surveyed {
	o := &Offsets{Grid: g, Terms: k.terms(g)}
	var s surveyed
	for dz := range g.Layers {
		for dy := range g.Rows {
			for dx := range g.Cols {
				images := int64(1)
				for _, d := range [3]int{dz, dy, dx} {
					if d > 0 {
						images *= 2
					}
				}
				cells := images * int64(g.Layers-dz) * int64(g.Rows-dy) * int64(g.Cols-dx)
				w := o.at(dz, dy, dx)
				switch {
				case k.keeps(w, dz, dy, dx, noSelf):
					s.count += cells
					s.kept += images
				case w != 0:
					s.dropped += images
					s.undo += cells
				}
			}
		}
	}
	return s
}

func (k *kernel) keeps(w float64, dz, dy, dx int, noSelf bool) bool {
	if noSelf && dz == 0 && dy == 0 && dx == 0 {
		return false
	}
	return math.Abs(w) > k.floor
}

// layout decides how to store the kernel: as terms with corrections or, where that is cheaper to apply, as single offsets only. It
// returns the kernel without its taps, and their number.
func (k *kernel) layout(g Grid, noSelf bool) (o *Offsets, single bool, taps int64) {
	s := k.survey(g, noSelf)
	o = &Offsets{Grid: g, Terms: k.terms(g), Count: s.count}
	if s.count <= s.undo || s.count <= s.undo+o.lowerTerms().MACs {
		return o, true, s.kept
	}
	return o, false, s.dropped
}

func (k *kernel) offsets(g Grid, noSelf bool) *Offsets {
	o, single, taps := k.layout(g, noSelf)
	o.Taps = k.corrections(o, noSelf, single, taps)
	if single {
		o.Terms = nil
	}
	return o
}

// corrections lists the n offsets that have a synapse, or with kept unset cancels the terms at those that have none.
func (k *kernel) corrections(o *Offsets, noSelf, kept bool, n int64) []Tap {
	g := o.Grid
	taps := make([]Tap, 0, n)
	for dz := 1 - g.Layers; dz < g.Layers; dz++ {
		for dy := 1 - g.Rows; dy < g.Rows; dy++ {
			for dx := 1 - g.Cols; dx < g.Cols; dx++ {
				w := o.at(abs(dz), abs(dy), abs(dx))
				if w == 0 || kept != k.keeps(w, dz, dy, dx, noSelf) {
					continue
				}
				if !kept {
					w = -w
				}
				taps = append(taps, Tap{int32(dz), int32(dy), int32(dx), w})
			}
		}
	}
	return taps
}
