package script

import (
	"fmt"

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

// AttrNames lists what Attr knows.
func (e equations) AttrNames() []string { return []string{"substitute"} }

// Attr is substitute(name=by), which is Equations(e, name=by).
func (e equations) Attr(name string) (starlark.Value, error) {
	if name != "substitute" {
		return nil, noAttr("Equations", name, e.AttrNames())
	}
	return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) > 0 {
			return nil, fmt.Errorf("substitute takes name=value arguments")
		}
		return e.substitute(kwargs)
	}), nil
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
