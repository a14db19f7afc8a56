package script

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	eqsyntax "github.com/galvani-sim/galvani/host/syntax"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// equations is Brian2's Equations object: a text with names replaced, that can be added to others.
type equations struct{ text string }

var _ starlark.HasBinary = equations{}

func (e equations) String() string        { return e.text }
func (e equations) Type() string          { return "Equations" }
func (e equations) Freeze()               {}
func (e equations) Truth() starlark.Bool  { return e.text != "" }
func (e equations) Hash() (uint32, error) { return starlark.String(e.text).Hash() }

// Binary puts equations below each other, or a string of them.
func (e equations) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	other, ok := equationText(y)
	if op != syntax.PLUS || !ok {
		return nil, nil
	}
	if side == starlark.Right {
		return equations{other + "\n" + e.text}, nil
	}
	return equations{e.text + "\n" + other}, nil
}

// equationKinds are attributes that list the names of equations of some kinds.
var equationKinds = map[string][]eqsyntax.EqKind{
	"names": {eqsyntax.EqODE, eqsyntax.EqAssign, eqsyntax.EqParam}, "diff_eq_names": {eqsyntax.EqODE},
	"subexpr_names": {eqsyntax.EqAssign}, "parameter_names": {eqsyntax.EqParam}, "eq_names": {eqsyntax.EqODE, eqsyntax.EqAssign},
}

// AttrNames lists what Attr knows.
func (e equations) AttrNames() []string {
	return sortedNames([]string{"substitute", "dimensions", "is_stochastic", "identifiers"}, slices.Collect(maps.Keys(equationKinds)))
}

// Attr is substitute(name=by), which is Equations(e, name=by), or what the equations are about: sets of names, and the dimensions of all as a dictionary.
func (e equations) Attr(name string) (starlark.Value, error) {
	if name != "substitute" {
		return e.about(name)
	}
	return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) > 0 {
			return nil, fmt.Errorf("substitute takes name=value arguments")
		}
		return e.substitute(kwargs)
	}), nil
}

// about is an attribute.
func (e equations) about(name string) (starlark.Value, error) {
	if !slices.Contains(e.AttrNames(), name) {
		return nil, noAttr("Equations", name, e.AttrNames())
	}
	eqs, list := eqsyntax.ParseEquations(&diag.Source{Name: "Equations", Text: e.text}, eqsyntax.Brian)
	if err := list.Err(); err != nil {
		return nil, err
	}
	dims, used := starlark.NewDict(0), starlark.NewSet(0)
	names := starlark.NewSet(0)
	noisy := false
	vars, _, err := variables(check.Brian, &diag.Source{Name: "Equations", Text: e.text}, nil)
	if err != nil {
		return nil, err
	}
	for _, eq := range eqs.Eqs {
		v := starlark.String(eq.Name)
		if slices.Contains(equationKinds[name], eq.Kind) {
			if err := names.Insert(v); err != nil {
				return nil, err
			}
		}
		if err := dims.SetKey(v, dimension(vars[eq.Name].dim)); err != nil {
			return nil, err
		}
		if eq.RHS == nil {
			continue
		}
		eqsyntax.Walk(eq.RHS, func(x eqsyntax.Expr) {
			if id, ok := x.(*eqsyntax.Ident); ok {
				noisy = noisy || id.Name == "xi" || strings.HasPrefix(id.Name, "xi_")
				_ = used.Insert(starlark.String(id.Name)) // only an iteration could refuse
			}
		})
	}
	switch name {
	case "dimensions":
		return dims, nil
	case "is_stochastic":
		return starlark.Bool(noisy), nil
	case "identifiers":
		return used, nil
	}
	return names, nil
}

func equationText(v starlark.Value) (string, bool) {
	switch v := v.(type) {
	case starlark.String:
		return string(v), true
	case equations:
		return v.text, true
	}
	return "", false
}

// makeEquations is Equations(text, name="other", name=value, ...).
func (in *interp) makeEquations(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 {
		return nil, withHint(equationsError("expected one string, got %d arguments", len(args)), `Equations("dv/dt = -v/tau : volt", tau=10*ms, v="vm")`)
	}
	text, ok := equationText(args[0])
	if !ok {
		return nil, equationsError("expected a string, got %s", article(args[0]))
	}
	return equations{text}.substitute(kwargs)
}

// equationsError names the constructor.
func equationsError(format string, a ...any) error {
	return inCall("Equations", format, a...)
}

// substitute replaces names by other names, or by values in parentheses.
func (e equations) substitute(kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(kwargs) == 0 {
		return e, nil
	}
	eqs, list := eqsyntax.ParseEquations(&diag.Source{Name: "Equations", Text: e.text}, eqsyntax.Brian)
	if err := list.Err(); err != nil {
		return nil, err
	}
	own := map[string]bool{}
	for _, eq := range eqs.Eqs {
		own[eq.Name] = true
	}
	to := map[string]string{}
	for _, kw := range kwargs {
		name := string(kw[0].(starlark.String))
		if s, ok := starlark.AsString(kw[1]); ok {
			switch {
			case !isName(s):
				return nil, equationsError("%s=%q: a name can be replaced by another name or by a value", name, s)
			case own[name] && own[s]:
				return nil, equationsError("%s=%q: there is a variable %q already", name, s, s)
			}
			to[name] = s
			continue
		}
		q, ok := asQuantity(kw[1])
		switch {
		case !ok:
			return nil, equationsError("%s= takes a name or a value, got %s", name, article(kw[1]))
		case own[name]:
			return nil, withHint(equationsError("%s is a variable of the equations and cannot be replaced by a value", name), "give it another name, or set it in the group that is made of the equations")
		}
		to[name] = "(" + numberSource("", q.Value, q.Dim).Text + ")"
	}
	return equations{eqsyntax.Rename(eqs, to)}, nil
}
