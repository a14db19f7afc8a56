package net

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/units"
)

// TimedArray is a function of time given by samples: value k holds from k*DT on. With Columns > 0 it is a function of time
// and a column index. It is clamped to its first and last sample.
type TimedArray struct {
	Name    string
	Values  []float64 // [samples], or [samples, Columns] in C order
	Columns int
	DT      float64 // seconds
	Unit    units.Dim
}

// NewTimedArray checks the arguments of a table.
func NewTimedArray(name string, values []float64, columns int, dt float64, unit units.Dim) (*TimedArray, error) {
	switch {
	case len(values) == 0:
		return nil, fmt.Errorf("a TimedArray needs at least one sample")
	case !(dt > 0):
		return nil, fmt.Errorf("the dt of a TimedArray must be positive, not %g s", dt)
	case columns < 0 || columns > 0 && len(values)%columns != 0:
		return nil, fmt.Errorf("%d values do not fill rows of %d columns", len(values), columns)
	}
	return &TimedArray{Name: name, Values: values, Columns: columns, DT: dt, Unit: unit}, nil
}

// Arity is 2 for a table with columns, else 1.
func (t *TimedArray) Arity() int {
	if t.Columns > 0 {
		return 2
	}
	return 1
}

// Dim is the unit of the values.
func (t *TimedArray) Dim() units.Dim { return t.Unit }

// Samples is the number of points in time.
func (t *TimedArray) Samples() int { return len(t.Values) / max(t.Columns, 1) }

// Held reports whether samples change only where a step of dt seconds begins. As in Brian2, the quotient of the two, as it is rounded, must be whole.
func (t *TimedArray) Held(dt float64) bool {
	ratio := t.DT / dt
	return ratio >= 1 && ratio == math.Floor(ratio)
}

// Factor is K of Brian2's rule for the sample that holds at a time: i = int((t/eps + 0.5)/K) with eps = DT/K. It is the power of two at or
// above 8 DT/dt for a clock of dt seconds, so that a time which is a multiple of dt never falls on the wrong side of a sample.
func (t *TimedArray) Factor(dt float64) float64 {
	return math.Max(1, math.Exp2(math.Ceil(math.Log2(8*t.DT/dt))))
}

// Sample is the index of the sample that holds at a time in seconds, for a clock of dt seconds.
func (t *TimedArray) Sample(time, dt float64) int {
	k := t.Factor(dt)
	i := (time/(t.DT/k) + 0.5) / k
	return int(math.Min(math.Max(i, 0), float64(t.Samples()-1)))
}
