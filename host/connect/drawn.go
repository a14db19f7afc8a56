package connect

import "fmt"

// Drawn is connectivity of which nothing is stored: each row is drawn when it is needed, and is the same every time. Its rows are those that
// FixedProbability stores.
type Drawn struct {
	Key Key
	P   float64
	// Rows and columns of the whole, and where those that are connected lie in them.
	NPre, NPost     int
	Pre, Post       int // first
	PreLen, PostLen int
	NoSelf          bool

	draws rowDraws
}

// NewDrawn prepares for drawing.
func NewDrawn(d Drawn) (*Drawn, error) {
	if !(d.P >= 0 && d.P < 1) {
		return nil, fmt.Errorf("rows are drawn with a probability below 1, not %g", d.P)
	}
	n := d.PostLen
	if d.NoSelf {
		n--
	}
	d.draws = rowDraws{gaps: newGaps(d.P), at: d.Key.Sub("rows").at(0), candidates: n, noSelf: d.NoSelf}
	return &d, nil
}

// Append adds the columns of a row to dst, ascending.
func (d *Drawn) Append(dst []int32, row int) []int32 {
	i := row - d.Pre
	if i < 0 || i >= d.PreLen {
		return dst
	}
	before := len(dst)
	dst = d.draws.append(dst, i)
	if d.Post != 0 {
		for k := range dst[before:] {
			dst[before+k] += int32(d.Post)
		}
	}
	return dst
}

// Expected is the mean number of synapses.
func (d *Drawn) Expected() int64 {
	return int64(d.P*float64(pairs(d.PreLen, d.draws.candidates)) + 0.5)
}
