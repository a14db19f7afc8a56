package units

import (
	"sort"
	"strconv"
)

type namedUnit struct {
	names  []string // the first is the one that is printed
	symbol string   // for Format
	exp10  int      // value in SI base units is 10**exp10
	dim    Dim
}

func dim(m, kg, s, a, k, mol, cd int32) Dim {
	d := Dim{m, kg, s, a, k, mol, cd}
	for i := range d {
		d[i] *= ExpDen
	}
	return d
}

// unitTable lists the units that have names; every one takes every prefix and the powers 2 and 3.
var unitTable = []namedUnit{
	{[]string{"metre", "meter"}, "m", 0, Metre},
	{[]string{"gram", "gramme"}, "g", -3, Kilogram},
	{[]string{"second"}, "s", 0, Second},
	{[]string{"amp", "ampere"}, "A", 0, Ampere},
	{[]string{"kelvin"}, "K", 0, Kelvin},
	{[]string{"mole", "mol"}, "mol", 0, Mole},
	{[]string{"candela"}, "cd", 0, Candela},
	{[]string{"radian"}, "rad", 0, Dim{}},
	{[]string{"steradian"}, "sr", 0, Dim{}},
	{[]string{"hertz"}, "Hz", 0, dim(0, 0, -1, 0, 0, 0, 0)},
	{[]string{"newton"}, "N", 0, dim(1, 1, -2, 0, 0, 0, 0)},
	{[]string{"pascal"}, "Pa", 0, dim(-1, 1, -2, 0, 0, 0, 0)},
	{[]string{"joule"}, "J", 0, dim(2, 1, -2, 0, 0, 0, 0)},
	{[]string{"watt"}, "W", 0, dim(2, 1, -3, 0, 0, 0, 0)},
	{[]string{"coulomb"}, "C", 0, dim(0, 0, 1, 1, 0, 0, 0)},
	{[]string{"volt"}, "V", 0, dim(2, 1, -3, -1, 0, 0, 0)},
	{[]string{"farad"}, "F", 0, dim(-2, -1, 4, 2, 0, 0, 0)},
	{[]string{"ohm"}, "ohm", 0, dim(2, 1, -3, -2, 0, 0, 0)},
	{[]string{"siemens"}, "S", 0, dim(-2, -1, 3, 2, 0, 0, 0)},
	{[]string{"weber"}, "Wb", 0, dim(2, 1, -2, -1, 0, 0, 0)},
	{[]string{"tesla"}, "T", 0, dim(0, 1, -2, -1, 0, 0, 0)},
	{[]string{"henry"}, "H", 0, dim(2, 1, -2, -2, 0, 0, 0)},
	{[]string{"lumen"}, "lm", 0, Candela},
	{[]string{"lux"}, "lx", 0, dim(-2, 0, 0, 0, 0, 0, 1)},
	{[]string{"becquerel"}, "Bq", 0, dim(0, 0, -1, 0, 0, 0, 0)},
	{[]string{"gray"}, "Gy", 0, dim(2, 0, -2, 0, 0, 0, 0)},
	{[]string{"sievert"}, "Sv", 0, dim(2, 0, -2, 0, 0, 0, 0)},
	{[]string{"katal"}, "kat", 0, dim(0, 0, -1, 0, 0, 1, 0)},
	{[]string{"molar"}, "M", 3, dim(-3, 0, 0, 0, 0, 1, 0)},
	{[]string{"liter", "litre"}, "l", -3, dim(3, 0, 0, 0, 0, 0, 0)},
}

var prefixes = []struct {
	name  string
	exp10 int
}{
	{"", 0}, {"y", -24}, {"z", -21}, {"a", -18}, {"f", -15}, {"p", -12}, {"n", -9}, {"u", -6}, {"m", -3}, {"c", -2}, {"d", -1},
	{"da", 1}, {"h", 2}, {"k", 3}, {"M", 6}, {"G", 9}, {"T", 12}, {"P", 15}, {"E", 18}, {"Z", 21}, {"Y", 24},
}

// shortForms are the abbreviations that Brian2 puts in every namespace.
var shortForms = []struct{ short, full string }{
	{"mV", "mvolt"}, {"mA", "mamp"}, {"uA", "uamp"}, {"nA", "namp"}, {"pA", "pamp"},
	{"pF", "pfarad"}, {"uF", "ufarad"}, {"nF", "nfarad"}, {"nS", "nsiemens"}, {"uS", "usiemens"}, {"mS", "msiemens"},
	{"ms", "msecond"}, {"us", "usecond"}, {"Hz", "hertz"}, {"kHz", "khertz"}, {"MHz", "Mhertz"},
	{"cm", "cmetre"}, {"cm2", "cmetre2"}, {"cm3", "cmetre3"}, {"mm", "mmetre"}, {"mm2", "mmetre2"}, {"mm3", "mmetre3"},
	{"um", "umetre"}, {"um2", "umetre2"}, {"um3", "umetre3"},
	{"mM", "mmolar"}, {"uM", "umolar"}, {"nM", "nmolar"},
}

var table = buildTable()

func buildTable() map[string]Quantity {
	t := make(map[string]Quantity, 3000)
	for _, u := range unitTable {
		for _, n := range u.names {
			for _, p := range prefixes {
				for power := 1; power <= 3; power++ {
					suffix := ""
					if power > 1 {
						suffix = strconv.Itoa(power)
					}
					d := Dim{}
					for k := 0; k < power; k++ {
						d = d.Mul(u.dim)
					}
					// 10 to a whole power is the nearest double, which a product of rounded factors need not be.
					t[p.name+n+suffix] = Quantity{pow10(power * (p.exp10 + u.exp10)), d}
				}
			}
		}
	}
	for _, n := range []string{"kilogram", "kilogramme"} {
		t[n], t[n+"2"], t[n+"3"] = t["kgram"], t["kgram2"], t["kgram3"]
	}
	for _, s := range shortForms {
		t[s.short] = t[s.full]
	}
	return t
}

// pow10 is the nearest double to 10**n; math.Pow10 is not, for some n.
func pow10(n int) float64 {
	v, err := strconv.ParseFloat("1e"+strconv.Itoa(n), 64)
	if err != nil {
		return 0
	}
	return v
}

// Lookup returns the unit with the given name, e.g. "mV", "umetre2", "siemens".
func Lookup(name string) (Quantity, bool) {
	q, ok := table[name]
	return q, ok
}

var names = sortedNames()

func sortedNames() []string {
	out := make([]string, 0, len(table))
	for n := range table {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// Names returns all unit names, sorted. The caller may keep and change the slice.
func Names() []string { return append([]string(nil), names...) }

// CommonNames returns the names that people use most: unprefixed units and short forms, sorted. Spelling hints choose
// among these first, since with all prefixes nearly every word resembles some unit.
func CommonNames() []string {
	var out []string
	for _, u := range unitTable {
		out = append(out, u.names...)
	}
	for _, s := range shortForms {
		out = append(out, s.short)
	}
	out = append(out, "kilogram")
	sort.Strings(out)
	return out
}
