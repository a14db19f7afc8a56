package script

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Param is one parameter of a script, for run.json and for listing.
type Param struct {
	Name    string
	Value   any    // float64, int64, bool or string; SI units
	Unit    string // "" without a unit
	Text    string // for people, e.g. "2 s"
	Default string
	Doc     string
	Set     bool // came from the command line
}

// params joins the script's param(...) calls with the command line's --set.
type params struct {
	given    map[string]string
	order    []string // of given
	declared []Param
	static   []string // names found in the text before it runs
	dynamic  bool     // some call's name is not a literal, or other files are loaded
}

func (p *params) read(set []string) error {
	p.given = map[string]string{}
	for _, s := range set {
		name, value, ok := strings.Cut(s, "=")
		name = strings.TrimSpace(name)
		if !ok || name == "" {
			return withHint(fmt.Errorf("--set %s: expected NAME=VALUE", s), "for example --set N=100 or --set tau=5*ms")
		}
		if _, twice := p.given[name]; !twice {
			p.order = append(p.order, name)
		}
		p.given[name] = strings.TrimSpace(value)
	}
	return nil
}

// scan finds the parameters that a script declares, so that a mistyped --set is reported before anything runs.
func (p *params) scan(f *syntax.File) {
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.LoadStmt:
			p.dynamic = true
		case *syntax.CallExpr:
			id, ok := n.Fn.(*syntax.Ident)
			if !ok || id.Name != "param" {
				return true
			}
			if len(n.Args) > 0 {
				if lit, ok := n.Args[0].(*syntax.Literal); ok {
					if name, ok := lit.Value.(string); ok {
						p.static = append(p.static, name)
						return true
					}
				}
			}
			p.dynamic = true
		case *syntax.Ident:
			// param passed around as a value: cannot be followed
		}
		return true
	})
}

func (p *params) known() []string {
	seen := map[string]bool{}
	var names []string
	for _, d := range p.declared {
		if !seen[d.Name] {
			seen[d.Name] = true
			names = append(names, d.Name)
		}
	}
	for _, n := range p.static {
		if !seen[n] {
			seen[n] = true
			names = append(names, n)
		}
	}
	return names
}

// unknown is the error of a --set that no param declares.
func (p *params) unknown() error {
	known := p.known()
	for _, name := range p.order {
		found := false
		for _, k := range known {
			found = found || k == name
		}
		if found {
			continue
		}
		if len(known) == 0 {
			return fmt.Errorf("--set %s: this script has no parameters", name)
		}
		sorted := append([]string(nil), known...)
		sort.Strings(sorted)
		return withHint(fmt.Errorf("--set %s: this script has no parameter of that name; it has %s", name, strings.Join(sorted, ", ")),
			diag.DidYouMean(name, known))
	}
	return nil
}

func (p *params) list() []Param { return append([]Param(nil), p.declared...) }

// param is param(name, default, allow=None, min=None, max=None, doc=""): the default, or what --set NAME=VALUE says.
// allow is a unit that a plain default is meant in: param("period", 5000.0, allow=ms) also takes 5*second and gives 5000.
func (in *interp) param(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name, doc string
	var def starlark.Value
	var allow, lo, hi starlark.Value = starlark.None, starlark.None, starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "name", &name, "default", &def, "allow?", &allow, "min?", &lo, "max?", &hi, "doc?", &doc); err != nil {
		return nil, err
	}
	for _, d := range in.params.declared {
		if d.Name == name {
			return nil, fmt.Errorf("param: %q is declared twice", name)
		}
	}
	unit := units.Quantity{Value: 1}
	if allow != starlark.None {
		q, ok := allow.(quantity)
		if d, isPlain := asQuantity(def); !ok || !isPlain || !d.Dim.Dimensionless() {
			return nil, fmt.Errorf("param: allow= takes a unit such as ms, and a default that is a plain number in that unit")
		}
		unit = units.Quantity(q)
	}
	value := def
	text, set := in.params.given[name]
	if set {
		var err error
		if value, err = convertParam(name, text, def, unit); err != nil {
			return nil, err
		}
	}
	p := Param{Name: name, Text: plainString(value), Default: plainString(def), Doc: doc, Set: set}
	switch v := value.(type) {
	case starlark.Bool:
		p.Value = bool(v)
	case starlark.String:
		p.Value = string(v)
	case starlark.Int:
		i, ok := v.Int64()
		if !ok {
			return nil, fmt.Errorf("param: %s is too large", name)
		}
		p.Value = i
	case starlark.Float:
		p.Value = float64(v)
	case quantity:
		p.Value, p.Unit = v.Value, v.Dim.String()
	default:
		return nil, fmt.Errorf("param: the default of %q must be a number, a quantity, a bool or a string, not %s", name, article(def))
	}
	for _, bound := range []struct {
		v    starlark.Value
		op   syntax.Token
		word string
	}{{lo, syntax.LT, "at least"}, {hi, syntax.GT, "at most"}} {
		if bound.v == starlark.None {
			continue
		}
		x, ok1 := asQuantity(value)
		y, ok2 := asQuantity(bound.v)
		if !ok1 || !ok2 || x.Dim != y.Dim {
			return nil, fmt.Errorf("param: the bounds of %q must have the unit of its default", name)
		}
		if compareFloats(bound.op, x.Value, y.Value) {
			return nil, fmt.Errorf("param %s: %s is outside its range; it must be %s %s", name, plainString(value), bound.word, plainString(bound.v))
		}
	}
	in.params.declared = append(in.params.declared, p)
	return value, nil
}

func plainString(v starlark.Value) string {
	if s, ok := v.(starlark.String); ok {
		return string(s)
	}
	return v.String()
}

// convertParam reads the text of --set as a value of the default's type and unit.
func convertParam(name, text string, def starlark.Value, unit units.Quantity) (starlark.Value, error) {
	wrong := func(want, example string) error {
		return withHint(fmt.Errorf("--set %s=%s: the parameter is %s (default %s)", name, text, want, plainString(def)),
			fmt.Sprintf("write for example --set %s=%s", name, example))
	}
	switch d := def.(type) {
	case starlark.String:
		return starlark.String(text), nil
	case starlark.Bool:
		switch strings.ToLower(text) {
		case "true", "1", "yes", "on":
			return starlark.True, nil
		case "false", "0", "no", "off":
			return starlark.False, nil
		}
		return nil, wrong("True or False", "True")
	case starlark.Int, starlark.Float, quantity:
		q, err := units.Parse(text)
		if err != nil {
			return nil, withHint(fmt.Errorf("--set %s: %w", name, err), "values are numbers, with a unit where the parameter has one: 100, 0.5, 5*ms, -70*mV")
		}
		want, _ := asQuantity(d)
		if !unit.Dim.Dimensionless() && q.Dim == unit.Dim {
			q = units.Quantity{Value: q.Value / unit.Value}
			// 5*second/ms is 5000 but for rounding
			if r := math.Round(q.Value); math.Abs(q.Value-r) < 1e-9*math.Abs(r) {
				q.Value = r
			}
		}
		if q.Dim != want.Dim {
			kind := "a number without unit"
			if !want.Dim.Dimensionless() {
				kind = "in " + want.Dim.String()
			}
			return nil, wrong(kind+", the value given is "+dimPhrase(q.Dim), exampleOf(want))
		}
		if math.IsNaN(q.Value) {
			return nil, wrong("a number", exampleOf(want))
		}
		if _, isInt := d.(starlark.Int); isInt {
			if q.Value != math.Trunc(q.Value) || math.Abs(q.Value) > 1<<53 {
				return nil, wrong("a whole number", plainString(def))
			}
			return starlark.MakeInt64(int64(q.Value)), nil
		}
		return number(q.Value, q.Dim), nil
	}
	return def, nil
}

func dimPhrase(d units.Dim) string {
	if d.Dimensionless() {
		return "without unit"
	}
	return "in " + d.String()
}

func exampleOf(q units.Quantity) string {
	if q.Dim.Dimensionless() {
		return units.FormatNumber(q.Value)
	}
	v, unit := units.Scale(q)
	return units.FormatNumber(v) + "*" + unit
}
