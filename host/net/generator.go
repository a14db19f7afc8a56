package net

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/units"
)

func seconds(t float64) string { return units.Format(units.Quantity{Value: t, Dim: units.Second}) }

// Steps are the steps at which a generator's spikes fall on a clock of dt seconds, as Brian2 rounds them.
func (g *Generator) Steps(dt float64) []int64 {
	steps := make([]int64, len(g.Times))
	for k, t := range g.Times {
		steps[k] = int64((t + 1e-3*dt) / dt)
	}
	return steps
}

// Validate checks spikes that do not depend on a clock: n is the number of elements.
func (g *Generator) Validate(n int) error {
	if len(g.Index) != len(g.Times) {
		return fmt.Errorf("%d indices, but %d times: each spike has one of each", len(g.Index), len(g.Times))
	}
	if g.Period < 0 || math.IsNaN(g.Period) || math.IsInf(g.Period, 0) {
		return fmt.Errorf("the period is %s; it must be positive, or 0 for none", seconds(g.Period))
	}
	for k, i := range g.Index {
		t := g.Times[k]
		switch {
		case i < 0 || int(i) >= n:
			return fmt.Errorf("spike %d is of neuron %d; the group has neurons 0 to %d", k, i, n-1)
		case !(t >= 0) || math.IsInf(t, 0):
			return fmt.Errorf("spike %d is at %s; times are zero or positive", k, seconds(t))
		case g.Period > 0 && t >= g.Period:
			return fmt.Errorf("spike %d is at %s, at or after the end of the period of %s", k, seconds(t), seconds(g.Period))
		}
	}
	return nil
}

// PeriodFits reports whether the period is a multiple of the time step.
func (g *Generator) PeriodFits(dt float64) bool {
	return !(g.Period > 0) || math.Abs(g.Period/dt-math.Round(g.Period/dt)) <= 1e-4
}

// ValidateAt checks what depends on the clock: no element spikes twice in one step.
func (g *Generator) ValidateAt(dt float64) error {
	if !g.PeriodFits(dt) {
		return fmt.Errorf("the period of %s is not a multiple of the time step of %s", seconds(g.Period), seconds(dt))
	}
	steps := g.Steps(dt)
	order := make([]int32, len(steps))
	for k := range order {
		order[k] = int32(k)
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(steps[a], steps[b]), cmp.Compare(g.Index[a], g.Index[b]), cmp.Compare(a, b))
	})
	for k := 1; k < len(order); k++ {
		a, b := order[k-1], order[k]
		if steps[a] == steps[b] && g.Index[a] == g.Index[b] {
			return fmt.Errorf("neuron %d spikes twice, at %s and %s, in one time step of %s", g.Index[a], seconds(g.Times[a]), seconds(g.Times[b]), seconds(dt))
		}
	}
	return nil
}
