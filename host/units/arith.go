package units

import (
	"fmt"
	"math"
)

// The base dimensions that dim.go does not name.
var (
	Kelvin  = Dim{0, 0, 0, 0, ExpDen}
	Mole    = Dim{0, 0, 0, 0, 0, ExpDen}
	Candela = Dim{0, 0, 0, 0, 0, 0, ExpDen}
)

// maxExponent bounds exponents; no physical dimension comes near it, and it keeps arithmetic on Dims from overflowing.
const maxExponent = 1000 * ExpDen

// Pow returns d to the power of p. Exponents are multiples of 1/ExpDen, so halves, thirds, quarters, fifths, sixths,
// tenths, ... are exact; any other result is an error.
func (d Dim) Pow(p float64) (Dim, error) {
	if d.Dimensionless() {
		return d, nil
	}
	for i, e := range d {
		if e == 0 {
			continue
		}
		x := float64(e) * p
		r := math.Round(x)
		if !(math.Abs(x-r) <= 1e-9*math.Max(1, math.Abs(x))) || math.Abs(r) > maxExponent {
			return Dim{}, fmt.Errorf("%s to the power of %.6g is not a unit", d, p)
		}
		d[i] = int32(r)
	}
	return d, nil
}

// Sqrt returns the dimension of a square root.
func (d Dim) Sqrt() (Dim, error) { return d.Pow(0.5) }

// Inv returns 1/d.
func (d Dim) Inv() Dim { return Dim{}.Div(d) }

// MismatchError says that two quantities of different dimensions were added, subtracted or compared.
type MismatchError struct {
	Op   string
	X, Y Dim
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("%s of different units: %s and %s", e.Op, name(e.X), name(e.Y))
}

// name is Dim.String with a word for the dimensionless case.
func name(d Dim) string {
	if d.Dimensionless() {
		return "a number without unit"
	}
	return d.String()
}

// Number returns a dimensionless quantity.
func Number(v float64) Quantity { return Quantity{Value: v} }

// Add returns q+r, or a *MismatchError.
func (q Quantity) Add(r Quantity) (Quantity, error) {
	if q.Dim != r.Dim {
		return Quantity{}, &MismatchError{"addition", q.Dim, r.Dim}
	}
	return Quantity{q.Value + r.Value, q.Dim}, nil
}

// Sub returns q-r, or a *MismatchError.
func (q Quantity) Sub(r Quantity) (Quantity, error) {
	if q.Dim != r.Dim {
		return Quantity{}, &MismatchError{"subtraction", q.Dim, r.Dim}
	}
	return Quantity{q.Value - r.Value, q.Dim}, nil
}

// Cmp returns -1, 0 or 1 as q is less than, equal to or greater than r; NaN compares as 1. Different dimensions are a
// *MismatchError.
func (q Quantity) Cmp(r Quantity) (int, error) {
	switch {
	case q.Dim != r.Dim:
		return 0, &MismatchError{"comparison", q.Dim, r.Dim}
	case q.Value < r.Value:
		return -1, nil
	case q.Value == r.Value:
		return 0, nil
	}
	return 1, nil
}

// Mul returns the product.
func (q Quantity) Mul(r Quantity) Quantity { return Quantity{q.Value * r.Value, q.Dim.Mul(r.Dim)} }

// Div returns the quotient.
func (q Quantity) Div(r Quantity) Quantity { return Quantity{q.Value / r.Value, q.Dim.Div(r.Dim)} }

// Neg returns -q.
func (q Quantity) Neg() Quantity { return Quantity{-q.Value, q.Dim} }

// Pow returns q to the power of r; r must be dimensionless and the result's dimension representable.
func (q Quantity) Pow(r Quantity) (Quantity, error) {
	if !r.Dim.Dimensionless() {
		return Quantity{}, fmt.Errorf("an exponent must be a number without unit, this one is in %s", r.Dim)
	}
	d, err := q.Dim.Pow(r.Value)
	if err != nil {
		return Quantity{}, err
	}
	return Quantity{math.Pow(q.Value, r.Value), d}, nil
}

// In returns q as a multiple of unit, or a *MismatchError.
func (q Quantity) In(unit Quantity) (float64, error) {
	if q.Dim != unit.Dim {
		return 0, &MismatchError{"conversion", q.Dim, unit.Dim}
	}
	return q.Value / unit.Value, nil
}
