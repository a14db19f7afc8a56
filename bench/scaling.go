package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/figure"
)

// Scaling is the name by which Measure is asked for the cost of a cell of CUBA at many sizes of the network.
const Scaling = "scaling"

// scalingSizes are numbers of cells, 80 synapses each.
var scalingSizes = []int{4000, 12_000, 40_000, 120_000, 400_000, 1_200_000, 4_000_000}

// scalingFrom is the step from which CUBA fires at about its lasting rate: before it is more, since cells begin anywhere below their threshold, and then less.
const scalingFrom = 700

// measureScaling adds cases of CUBA of each size up to a limit (0: none). A size that does not fit into memory is an error of its case.
func (r *Result) measureScaling(ctx context.Context, c Config, limit int) error {
	for _, n := range scalingSizes {
		if limit > 0 && n > limit {
			break
		}
		// One case at a time: the large ones fill the memory.
		for _, b := range c.Backends {
			one, w := c, cuba(n)
			w.From = scalingFrom
			one.Workloads, one.Backends = []Workload{w}, []exec.Backend{b}
			if len(one.Threads) == 0 {
				one.Threads = []int{0}
			}
			part, err := Run(ctx, one)
			if part != nil {
				r.Cases = append(r.Cases, part.Cases...)
				r.Scaling = append(r.Scaling, part.Cases...)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// PerCell is the wall time of one step of one cell in nanoseconds, of the best round.
func (c *CaseResult) PerCell() float64 { return 1e9 / c.Best() / float64(c.Neurons) }

func (r *Result) scaling(b *strings.Builder) {
	if len(r.Scaling) == 0 {
		return
	}
	rows := [][]string{{"CUBA, cells", "case", "ns per cell and step", "of user time", "times the least"}}
	for i := range r.Scaling {
		c := &r.Scaling[i]
		if len(c.Rounds) == 0 {
			continue
		}
		least := c.PerCell()
		for j := range r.Scaling {
			if o := &r.Scaling[j]; o.name() == c.name() && len(o.Rounds) > 0 {
				least = min(least, o.PerCell())
			}
		}
		rows = append(rows, []string{count(float64(c.Neurons)), c.name(), fmt.Sprintf("%.3g", c.PerCell()),
			fmt.Sprintf("%.3g", c.LeastUser()*1e9/float64(c.Neurons)), fmt.Sprintf("%.3g", c.PerCell()/least)})
	}
	table(b, rows)
}

// ScalingFigure draws what a step of a cell costs at each size.
func (r *Result) ScalingFigure() (*figure.Figure, error) {
	f, err := figure.New(0, 0)
	if err != nil {
		return nil, err
	}
	a, err := f.Subplot(1, 1, 1)
	if err != nil {
		return nil, err
	}
	var names []string
	for i := range r.Scaling {
		if n := r.Scaling[i].name(); len(r.Scaling[i].Rounds) > 0 && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	for _, n := range names {
		var x, y []float64
		for i := range r.Scaling {
			if c := &r.Scaling[i]; c.name() == n && len(c.Rounds) > 0 {
				x, y = append(x, float64(c.Neurons)), append(y, c.PerCell())
			}
		}
		if err := a.Plot(figure.Numbers(x...), figure.Numbers(y...), figure.Style{Line: figure.Solid, Marker: "o", Label: n}); err != nil {
			return nil, err
		}
	}
	for _, axis := range []string{"x", "y"} {
		if err := a.SetScale(axis, "log"); err != nil {
			return nil, err
		}
	}
	a.SetTitle("CUBA, 80 synapses per cell: cost of a cell")
	a.SetLabel("x", "cells")
	a.SetLabel("y", "ns per cell and step")
	return f, a.SetLegend(figure.LegendOptions{})
}
