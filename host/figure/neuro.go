package figure

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/units"
)

// Raster draws spikes: a dot at each time for each neuron. n, if positive, is the number of neurons.
func (a *Axes) Raster(t []float64, i []int32, n int, s Style) error {
	y := make([]float64, len(i))
	for k, x := range i {
		y[k] = float64(x)
		if int(x) >= n {
			n = int(x) + 1
		}
	}
	if s.Marker == "" {
		s.Marker = "."
		if n <= 100 && len(i) <= maxStamps {
			s.Marker = "|"
		}
	}
	if s.MarkerSize == 0 {
		s.MarkerSize = 3
		if s.Marker == "|" {
			s.MarkerSize = min(max(150/float64(max(n, 1)), 2), 12)
		}
	}
	if s.Color == nil {
		s.Color = &black
	}
	if err := a.Plot(Of(t, units.Second), Numbers(y...), s); err != nil {
		return err
	}
	if a.y.label == "" {
		a.y.label = "Neuron index"
	}
	a.y.integers = true
	return a.SetLimits("y", -0.5, float64(max(n, 1))-0.5, units.Dim{})
}

// Trace is one row of Traces.
type Trace struct {
	Label string
	V     []Values // one curve each
	Names []string // of the curves; nil: none
}

// Traces draws rows of curves over a common time, one Axes each.
func (f *Figure) Traces(t Values, rows []Trace) ([]*Axes, error) {
	axes, err := f.Subplots(Grid{Rows: max(len(rows), 1), Cols: 1, ShareX: ShareAll})
	if err != nil {
		return nil, err
	}
	for k, r := range rows {
		for j, v := range r.V {
			s := Style{Width: 1.2}
			if j < len(r.Names) {
				s.Label = r.Names[j]
			}
			if err := axes[k].Plot(t, v, s); err != nil {
				return nil, fmt.Errorf("%s: %w", r.Label, err)
			}
		}
		axes[k].y.label = r.Label
		if len(r.Names) > 1 && len(r.Names) <= 8 {
			if err := axes[k].SetLegend(LegendOptions{}); err != nil {
				return nil, err
			}
		}
	}
	if e := extentOf(t.V); e.lo < e.hi {
		end := e.hi // a sample stands for the step that it begins
		if n := len(t.V); t.V[n-1] == e.hi && t.V[n-1] > t.V[n-2] {
			end += t.V[n-1] - t.V[n-2]
		}
		if err := axes[0].SetLimits("x", e.lo, end, t.Dim); err != nil {
			return nil, err
		}
	}
	return axes, nil
}

// RateHistogram draws how often firing rates occur, lying, with densities on a logarithmic axis.
func (a *Axes) RateHistogram(rates Values, label string) error {
	o := HistOptions{Bins: 25, Density: true, Steps: true, Horizontal: true, Style: Style{Label: label, Width: 2}}
	if _, _, err := a.Hist(rates, o); err != nil {
		return err
	}
	if a.x.label == "" {
		a.x.label = "Probability density"
	}
	if a.y.label == "" {
		a.y.label = "Firing rate"
	}
	return a.SetScale("x", "log")
}

// DegreeMap draws in-degrees [rows, cols] as a map and, unless hist is nil, their distribution lying beside it.
func (a *Axes) DegreeMap(degree []float64, rows, cols int, hist *Axes, label string) (*Mesh, error) {
	m, err := a.Mesh(Numbers(edgesFrom0(cols)...), Numbers(edgesFrom0(rows)...), Numbers(degree...), MeshOptions{Equal: true})
	if err != nil {
		return nil, err
	}
	a.title = label
	for _, x := range []string{"x", "y"} {
		if err := a.SetTicks(x, Values{}, nil); err != nil {
			return nil, err
		}
	}
	if hist == nil {
		return m, nil
	}
	_, _, err = hist.Hist(Numbers(degree...), HistOptions{Edges: wholeEdges(degree, 50), Density: true, Steps: true, Horizontal: true, Style: Style{Label: label, Width: 2}})
	if hist.y.label == "" {
		hist.y.label = "In-degree"
	}
	if hist.x.label == "" {
		hist.x.label = "Probability density"
	}
	return m, err
}

// wholeEdges are at most n bins that all hold the same number of whole numbers, so that none stays empty by rounding.
func wholeEdges(v []float64, n int) []float64 {
	e := extentOf(v)
	if e.lo > e.hi || e.hi-e.lo > 1e15 {
		return nil
	}
	lo := math.Floor(e.lo) - 0.5
	width := math.Max(1, math.Ceil((e.hi-lo)/float64(n)))
	out := []float64{lo}
	for x := lo; x < e.hi; {
		x += width
		out = append(out, x)
	}
	return out
}

func edgesFrom0(n int) []float64 {
	e := make([]float64, n+1)
	for k := range e {
		e[k] = float64(k)
	}
	return e
}

// Curve draws a response, such as firing rate over current, with its error bars.
func (a *Axes) Curve(x, y, sd Values, s Style) error {
	if s.Marker == "" {
		s.Marker = "o"
	}
	if s.Line == "" {
		s.Line = Solid
	}
	if s.MarkerSize == 0 {
		s.MarkerSize = 4
	}
	return a.ErrorBar(x, y, nil, &Errors{sd, sd}, ErrorBarStyle{Style: s, Cap: 2.5})
}

// Centers are the edges of cells around ascending centers, half way between them.
func Centers(v []float64) []float64 {
	n := len(v)
	if n == 0 {
		return nil
	}
	if n == 1 {
		return []float64{v[0] - 0.5, v[0] + 0.5}
	}
	e := make([]float64, n+1)
	for k := 1; k < n; k++ {
		e[k] = (v[k-1] + v[k]) / 2
	}
	e[0], e[n] = v[0]-(e[1]-v[0]), v[n-1]+(v[n-1]-e[n-1])
	if math.IsNaN(e[0]) {
		return nil
	}
	return e
}
