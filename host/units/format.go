package units

import (
	"math"
	"strconv"
)

// formatPrefixes are the prefixes that Format may choose, with the letter that is shown.
var formatPrefixes = []struct {
	name  string
	exp10 int
}{{"G", 9}, {"M", 6}, {"k", 3}, {"", 0}, {"m", -3}, {"u", -6}, {"n", -9}, {"p", -12}, {"f", -15}}

// formatSymbols maps a dimension to the symbol it is shown with. Hertz stands for 1/second, joule for its dimension.
var formatSymbols = func() map[Dim]namedUnit {
	m := make(map[Dim]namedUnit)
	for _, u := range unitTable {
		if u.dim.Dimensionless() || u.names[0] == "liter" || u.names[0] == "katal" {
			continue
		}
		if _, ok := m[u.dim]; !ok {
			m[u.dim] = u
		}
	}
	return m
}()

// Format writes a quantity with a unit and prefix that keep the number between 1 and 1000 where possible:
// "10 ms", "-70 mV", "0.5 GHz"; unnamed dimensions as "3 siemens/metre**2". Up to six significant digits are shown.
func Format(q Quantity) string {
	if q.Dim.Dimensionless() {
		return FormatNumber(q.Value)
	}
	v, unit := Scale(q)
	return FormatNumber(v) + " " + unit
}

// Scale returns the number and the unit that Format writes.
func Scale(q Quantity) (float64, string) {
	u, ok := formatSymbols[q.Dim]
	if !ok {
		return q.Value, q.Dim.String()
	}
	in := q.Value / math.Pow10(u.exp10)
	if in == 0 || math.IsNaN(in) || math.IsInf(in, 0) {
		return in, u.symbol
	}
	for i, p := range formatPrefixes {
		// Division by 1e3 rounds once, multiplication by 1e-3 would round twice.
		var x float64
		if p.exp10 < 0 {
			x = in * math.Pow10(-p.exp10)
		} else {
			x = in / math.Pow10(p.exp10)
		}
		if rounded := roundDigits(x); math.Abs(rounded) >= 1 || i == len(formatPrefixes)-1 {
			return x, p.name + u.symbol
		}
	}
	return in, u.symbol
}

const formatDigits = 6

func roundDigits(x float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', formatDigits, 64), 64)
	if err != nil {
		return x
	}
	return r
}

// FormatNumber writes a number with up to six significant digits.
func FormatNumber(v float64) string {
	return strconv.FormatFloat(roundDigits(v), 'g', -1, 64)
}
