package net

import (
	"fmt"

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
