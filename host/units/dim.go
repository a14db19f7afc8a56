package units

// ExpDen is the common denominator of exponents: a Dim stores exponent*ExpDen, so square roots and
// thirds of units are exact.
const ExpDen = 60

// Dim is a physical dimension: exponents (times ExpDen) of metre, kilogram, second, ampere, kelvin, mole, candela.
// The zero Dim is dimensionless. Dims are comparable with ==.
type Dim [7]int32

// Quantity is a number in SI base units with its dimension.
type Quantity struct {
	Value float64
	Dim   Dim
}

// Dimensionless reports whether d has no unit.
func (d Dim) Dimensionless() bool { return d == Dim{} }

// Mul returns the dimension of a product.
func (d Dim) Mul(e Dim) Dim {
	for i := range d {
		d[i] += e[i]
	}
	return d
}

// Div returns the dimension of a quotient.
func (d Dim) Div(e Dim) Dim {
	for i := range d {
		d[i] -= e[i]
	}
	return d
}

// Base dimensions.
var (
	Metre    = Dim{ExpDen}
	Kilogram = Dim{0, ExpDen}
	Second   = Dim{0, 0, ExpDen}
	Ampere   = Dim{0, 0, 0, ExpDen}
)
