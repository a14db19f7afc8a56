package units

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func mustParse(t *testing.T, s string) Quantity {
	t.Helper()
	q, err := Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestLookup(t *testing.T) {
	// name, value in SI base units, the same dimension spelled in base units
	for _, c := range []struct {
		name string
		v    float64
		base string
	}{
		{"metre", 1, "metre"}, {"meter", 1, "metre"}, {"kilogram", 1, "kilogram"}, {"gram", 1e-3, "kilogram"}, {"ugram", 1e-9, "kilogram"},
		{"second", 1, "second"}, {"amp", 1, "amp"}, {"ampere", 1, "amp"}, {"kelvin", 1, "kelvin"}, {"mole", 1, "mole"}, {"mol", 1, "mole"},
		{"candela", 1, "candela"}, {"radian", 1, "1"}, {"steradian", 1, "1"}, {"mradian", 1e-3, "1"},
		{"hertz", 1, "1/second"}, {"newton", 1, "kilogram*metre/second2"}, {"pascal", 1, "newton/metre2"}, {"joule", 1, "newton*metre"},
		{"watt", 1, "joule/second"}, {"coulomb", 1, "amp*second"}, {"volt", 1, "watt/amp"}, {"farad", 1, "coulomb/volt"},
		{"ohm", 1, "volt/amp"}, {"siemens", 1, "amp/volt"}, {"weber", 1, "volt*second"}, {"tesla", 1, "weber/metre2"},
		{"henry", 1, "weber/amp"}, {"lumen", 1, "candela"}, {"lux", 1, "lumen/metre2"}, {"becquerel", 1, "1/second"},
		{"gray", 1, "joule/kilogram"}, {"sievert", 1, "joule/kilogram"}, {"katal", 1, "mole/second"},
		{"molar", 1e3, "mole/metre3"}, {"liter", 1e-3, "metre3"}, {"mmolar", 1, "mole/metre3"},
		{"pvolt", 1e-12, "volt"}, {"nvolt", 1e-9, "volt"}, {"uvolt", 1e-6, "volt"}, {"mvolt", 1e-3, "volt"}, {"kvolt", 1e3, "volt"},
		{"Mvolt", 1e6, "volt"}, {"Gvolt", 1e9, "volt"}, {"fvolt", 1e-15, "volt"}, {"cmetre", 1e-2, "metre"}, {"dmetre", 1e-1, "metre"},
		{"dametre", 10, "metre"}, {"hmetre", 100, "metre"}, {"Tohm", 1e12, "ohm"}, {"ysecond", 1e-24, "second"}, {"Ysecond", 1e24, "second"},
		{"umetre2", 1e-12, "metre**2"}, {"mmetre3", 1e-9, "metre**3"}, {"metre2", 1, "metre**2"}, {"second2", 1, "second**2"},
		{"kilogram2", 1, "kilogram**2"}, {"gram2", 1e-6, "kilogram**2"},
		{"mV", 1e-3, "volt"}, {"mA", 1e-3, "amp"}, {"uA", 1e-6, "amp"}, {"nA", 1e-9, "amp"}, {"pA", 1e-12, "amp"},
		{"pF", 1e-12, "farad"}, {"uF", 1e-6, "farad"}, {"nF", 1e-9, "farad"}, {"nS", 1e-9, "siemens"}, {"uS", 1e-6, "siemens"}, {"mS", 1e-3, "siemens"},
		{"ms", 1e-3, "second"}, {"us", 1e-6, "second"}, {"Hz", 1, "hertz"}, {"kHz", 1e3, "hertz"}, {"MHz", 1e6, "hertz"},
		{"cm", 1e-2, "metre"}, {"mm", 1e-3, "metre"}, {"um", 1e-6, "metre"}, {"mM", 1, "mole/metre**3"}, {"uM", 1e-3, "mole/metre**3"}, {"nM", 1e-6, "mole/metre**3"},
		{"cm2", 1e-4, "metre**2"}, {"cm3", 1e-6, "metre**3"}, {"mm2", 1e-6, "metre**2"}, {"mm3", 1e-9, "metre**3"}, {"um2", 1e-12, "metre**2"}, {"um3", 1e-18, "metre**3"},
	} {
		q, ok := Lookup(c.name)
		if !ok {
			t.Errorf("%s is unknown", c.name)
			continue
		}
		if q.Value != c.v {
			t.Errorf("%s = %g, want %g", c.name, q.Value, c.v)
		}
		if want := mustParse(t, c.base).Dim; q.Dim != want {
			t.Errorf("%s has dimension %v, want %v", c.name, q.Dim, want)
		}
	}
	for _, n := range []string{"", "m", "V", "mv", "Ms", "volts", "mmV", "metre4", "kkilogram"} {
		if _, ok := Lookup(n); ok {
			t.Errorf("%q is a unit", n)
		}
	}
	if n := Names(); len(n) != len(table) || n[0] > n[1] {
		t.Errorf("Names has %d entries of %d", len(n), len(table))
	}
	for _, n := range CommonNames() {
		if _, ok := Lookup(n); !ok {
			t.Errorf("CommonNames has %q, which is no unit", n)
		}
	}
}

func TestDimString(t *testing.T) {
	for expr, want := range map[string]string{
		"1": "1", "volt": "volt", "siemens": "siemens", "farad": "farad", "ohm": "ohm", "amp": "amp", "second": "second", "hertz": "hertz",
		"coulomb": "coulomb", "joule": "joule", "newton": "newton", "watt": "watt", "pascal": "pascal", "henry": "henry",
		"volt/second": "volt/second", "siemens/metre**2": "siemens/metre**2", "amp/metre**2": "amp/metre**2", "farad/metre2": "farad/metre**2",
		"second**-0.5": "1/second**0.5", "volt/second**0.5": "volt/second**0.5", "metre**2*kilogram": "metre**2*kilogram", "second**2": "second**2",
		"volt**2": "volt**2", "volt**3": "volt**3", "volt**0.5": "volt**0.5", "siemens**-0.5": "ohm**0.5", "amp/volt**2": "amp/volt**2", "1/volt": "1/volt", "volt*second": "volt*second", "molar": "mole/metre**3", "metre**(1/3)": "metre**(1/3)",
		"hertz**2": "1/second**2", "siemens/second": "siemens/second", "amp/second": "amp/second", "coulomb/metre2": "coulomb/metre**2",
		"mole/(metre**2*second)": "mole/(metre**2*second)", "1/(volt*second)": "1/(volt*second)", "volt*hertz": "volt/second", "metre/second": "metre/second",
	} {
		d := mustParse(t, expr).Dim
		got := d.String()
		if got != want {
			t.Errorf("%s prints as %s, want %s", expr, got, want)
		}
		if back := mustParse(t, got).Dim; back != d {
			t.Errorf("%s prints as %s, which is another dimension", expr, got)
		}
	}
}

func TestDimPow(t *testing.T) {
	v := mustParse(t, "volt").Dim
	for _, p := range []float64{0, 1, -1, 2, 0.5, -0.5, 1. / 3, 0.25, 0.2, 1. / 6, 0.1} {
		d, err := v.Pow(p)
		if err != nil {
			t.Errorf("volt**%g: %v", p, err)
		}
		if p != 0 {
			if back, err := d.Pow(1 / p); err != nil || back != v {
				t.Errorf("(volt**%g)**(1/%g) = %v, %v", p, p, back, err)
			}
		}
	}
	for _, p := range []float64{1. / 7, math.Pi, math.NaN(), math.Inf(1), 1e9, -1e300} {
		if d, err := v.Pow(p); err == nil {
			t.Errorf("volt**%g = %v, want an error", p, d)
		}
		if _, err := (Dim{}).Pow(p); err != nil {
			t.Errorf("1**%g: %v", p, err)
		}
	}
}

func TestArithmetic(t *testing.T) {
	mV, ms := mustParse(t, "mV"), mustParse(t, "ms")
	var mismatch *MismatchError
	if _, err := mV.Add(ms); !errors.As(err, &mismatch) || err.Error() != "addition of different units: volt and second" {
		t.Errorf("mV+ms: %v", err)
	}
	if _, err := mV.Sub(Number(1)); !errors.As(err, &mismatch) || err.Error() != "subtraction of different units: volt and a number without unit" {
		t.Errorf("mV-1: %v", err)
	}
	if _, err := mV.Cmp(ms); err == nil {
		t.Error("mV < ms")
	}
	if _, err := mV.Pow(ms); err == nil {
		t.Error("mV**ms")
	}
	if _, err := mV.In(ms); err == nil {
		t.Error("mV in ms")
	}
	if q, err := mustParse(t, "2*mV").Add(mV); err != nil || q.Value != 0.003 {
		t.Errorf("2*mV+mV = %v, %v", q, err)
	}
	if c, err := mV.Cmp(mustParse(t, "1*volt")); err != nil || c != -1 {
		t.Errorf("mV < volt: %d, %v", c, err)
	}
	if x, err := mustParse(t, "5*ms").In(ms); err != nil || x != 5 {
		t.Errorf("5*ms in ms = %g, %v", x, err)
	}
	if q := mV.Div(ms); q.Value != 1 || q.Dim.String() != "volt/second" {
		t.Errorf("mV/ms = %v", q)
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]Quantity{
		"5": {5, Dim{}}, "5*ms": {0.005, Second}, "-70 mV": {-70 * 1e-3, mustParse(t, "volt").Dim}, "-70mV": {-70 * 1e-3, mustParse(t, "volt").Dim},
		" 5e-5*siemens*cm**-2 ": {5e-5 * 1 * math.Pow(1e-2, -2), mustParse(t, "siemens/metre2").Dim},
		"1/(2*second)":          {0.5, Second.Inv()}, "2**3**2": {512, Dim{}}, "-2**2": {-4, Dim{}}, "2^-1": {0.5, Dim{}}, "10 ms/2": {0.005, Second},
		"1.": {1, Dim{}}, ".5": {0.5, Dim{}}, "1e3": {1000, Dim{}}, "2e": {}, "3 kHz + 2*Hz": {3002, Second.Inv()}, "+ -1": {-1, Dim{}}, "(2*ms)": {0.002, Second},
	} {
		q, err := Parse(text)
		if text == "2e" {
			if err == nil {
				t.Errorf("2e parsed as %v", q)
			}
			continue
		}
		if err != nil || q != want {
			t.Errorf("%q = %v, %v; want %v", text, q, err, want)
		}
	}
	for text, part := range map[string]string{
		"": "missing", "5*": "missing", "5 mv": `did you mean "mV"?`, "5*foo": `unknown unit "foo"`, "5 + ms": "addition", "(5": `expected ")"`, "5)": "unexpected ')'",
		"ms ms ms ms ms ms)": "unexpected", ".": "expected a number", "5 $": "unexpected '$'", "1e999": "too large", "2**ms": "exponent", "volt**(1/7)": "not a unit",
		strings.Repeat("(", 5000) + "1": "deep", strings.Repeat("-", 5000) + "1": "deep", strings.Repeat("2**", 5000) + "1": "deep",
		"ms**1000*ms": "beyond", "\xff": "expected", "5*é": "unknown unit",
	} {
		q, err := Parse(text)
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("Parse(%.20q) = %v, %v; want an error with %q", text, q, err, part)
		}
	}
}

func TestFormat(t *testing.T) {
	for text, want := range map[string]string{
		"10*ms": "10 ms", "-70*mV": "-70 mV", "250*pF": "250 pF", "1.5*second": "1.5 s", "20*nS": "20 nS", "100*um": "100 um", "0*mV": "0 V",
		"3.14": "3.14", "999.9999999*ms": "1 s", "2*Gohm": "2 Gohm", "5e-5*siemens*cm**-2": "0.5 siemens/metre**2", "2*Hz": "2 Hz", "5*kHz": "5 kHz",
		"0.1*ms": "100 us", "3*mM": "3 mM", "2*gram": "2 g", "3e-18*second": "0.003 fs", "inf*second": "+Inf s", "1234567*second": "1.23457 Ms", "40*mA": "40 mA",
	} {
		if got := Format(mustParse(t, text)); got != want {
			t.Errorf("Format(%s) = %q, want %q", text, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"5*ms", "-70 mV", "5e-5*siemens*cm**-2", "1/(2*second)", "((1", "2**-0.5", "ms^2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := Parse(s)
		if err != nil {
			return
		}
		_ = Format(q)
		if q.Dim.Dimensionless() {
			return
		}
		back, err := Parse(q.Dim.String())
		if err != nil || back.Dim != q.Dim {
			t.Errorf("%q has dimension %v, printed %q, read back %v, %v", s, q.Dim, q.Dim.String(), back.Dim, err)
		}
	})
}
