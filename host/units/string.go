package units

import (
	"strconv"
	"strings"
)

// printedUnits are the derived units that Dim.String may use as factors, in order of preference. Weber, lumen and the like
// are left out: who mistyped an equation is helped by volt*second, not by a unit never seen before.
var printedUnits = []string{"volt", "siemens", "farad", "ohm", "coulomb"}

// aloneUnits are printed only when they are the whole dimension: volt/second, never volt*hertz.
var aloneUnits = []string{"hertz", "joule", "newton", "watt", "pascal", "henry"}

var baseNames = [7]string{"metre", "kilogram", "second", "amp", "kelvin", "mole", "candela"}

type factor struct {
	name string
	exp  int32 // times ExpDen
}

// String writes the dimension as a person would, in a form that can be pasted into an equation:
// "volt", "siemens/metre**2", "amp*second**0.5", "1/second**0.5"; "1" when dimensionless.
func (d Dim) String() string {
	if d.Dimensionless() {
		return "1"
	}
	for _, name := range aloneUnits {
		if table[name].Dim == d {
			return name
		}
	}
	best := baseFactors(d)
	bestCost := cost(best)
	for _, name := range printedUnits {
		u := table[name].Dim
		for _, p := range []int32{60, -60, 120, -120, 180, -180, 30, -30} { // exponent times ExpDen
			rest := d
			for i := range rest {
				rest[i] -= u[i] / ExpDen * p
			}
			f := append([]factor{{name, p}}, baseFactors(rest)...)
			if c := cost(f); c < bestCost {
				best, bestCost = f, c
			}
		}
	}
	return writeFactors(best)
}

func baseFactors(d Dim) []factor {
	var out []factor
	for i, e := range d {
		if e != 0 {
			out = append(out, factor{baseNames[i], e})
		}
	}
	return out
}

// cost is lower for fewer factors, then for smaller exponents, then for what stands above the line.
func cost(fs []factor) int {
	c := 0
	for _, f := range fs {
		e := f.exp
		if e < 0 {
			e, c = -e, c+4
		}
		c += 40 + int(e)*20/ExpDen
	}
	return c
}

func writeFactors(fs []factor) string {
	var above, below []string
	for _, f := range fs {
		e, list := f.exp, &above
		if e < 0 {
			e, list = -e, &below
		}
		s := f.name
		if e != ExpDen {
			if e%ExpDen == 0 || 1000*e%ExpDen == 0 {
				s += "**" + strconv.FormatFloat(float64(e)/ExpDen, 'g', -1, 64)
			} else {
				g := gcd(e, ExpDen)
				s += "**(" + strconv.Itoa(int(e/g)) + "/" + strconv.Itoa(int(ExpDen/g)) + ")"
			}
		}
		*list = append(*list, s)
	}
	out := strings.Join(above, "*")
	if out == "" {
		out = "1"
	}
	switch {
	case len(below) == 1:
		out += "/" + below[0]
	case len(below) > 1:
		out += "/(" + strings.Join(below, "*") + ")"
	}
	return out
}

func gcd(a, b int32) int32 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
