package script

import (
	"fmt"
	"regexp"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// attribute is ANNarchy's Parameter(value, locality='global', type='float') or Variable(equation, init=, min=, max=, method=, locality='local', type='float').
type attribute struct {
	kind     string
	equation string         // of a Variable
	value    starlark.Value // of a Parameter, or init=
	min, max starlark.Value
	method   string
	locality string
	typ      string
}

func (a *attribute) String() string        { return a.kind + "(...)" }
func (a *attribute) Type() string          { return a.kind }
func (a *attribute) Freeze()               {}
func (a *attribute) Truth() starlark.Bool  { return true }
func (a *attribute) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: %s", a.kind) }

// localities by ANNarchy's names for them, older ones too.
var localities = map[string]string{"local": "local", "global": "global", "semiglobal": "semiglobal", "population": "global", "projection": "global", "postsynaptic": "semiglobal"}

// attributeTypes are those of values; Python's own types are functions here.
var attributeTypes = map[string]string{"float": "float", "int": "int", "bool": "bool"}

func makeParameter(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a := &attribute{kind: b.Name(), locality: "global"}
	var typ starlark.Value
	if err := unpack(b.Name(), args, kwargs, "value", &a.value, "locality?", &a.locality, "type?", &typ); err != nil {
		return nil, err
	}
	return a, a.check(typ)
}

func makeVariable(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a := &attribute{kind: b.Name(), locality: "local"}
	var typ, method starlark.Value
	if err := unpack(b.Name(), args, kwargs, "equation", &a.equation, "init?", &a.value, "min?", &a.min, "max?", &a.max, "method?", &method, "locality?", &a.locality,
		"type?", &typ); err != nil {
		return nil, err
	}
	var err error
	if a.method, _, err = text(b.Name()+": method=", method); err != nil {
		return nil, err
	}
	return a, a.check(typ)
}

// check reads the locality and the type.
func (a *attribute) check(typ starlark.Value) error {
	l, ok := localities[a.locality]
	if !ok {
		return fmt.Errorf("%s: locality is 'local', 'semiglobal' or 'global', not %q", a.kind, a.locality)
	}
	a.locality, a.typ = l, "float"
	name, _ := starlark.AsString(typ)
	if f, isType := typ.(starlark.Callable); isType {
		name = f.Name()
	}
	if !isGiven(typ) {
		return nil
	}
	if a.typ, ok = attributeTypes[name]; !ok {
		return fmt.Errorf("%s: type is float, int or bool, not %s", a.kind, typ)
	}
	return nil
}

// flags are what stands behind the colon in ANNarchy's text for the locality and the type.
func (a *attribute) flags(synapse bool) (out []string) {
	switch {
	case a.locality == "semiglobal":
		out = append(out, "postsynaptic")
	case a.locality == "global" && synapse:
		out = append(out, "projection")
	case a.locality == "global":
		out = append(out, "population")
	}
	if a.typ != "float" {
		out = append(out, a.typ)
	}
	return out
}

// drawnAttribute is a variable whose values are drawn when its population or projection is there.
type drawnAttribute struct {
	name string
	from *distribution
}

// plainValue is a value as the text of equations has it; a distribution is drawn later, and 0 until then.
func plainValue(v starlark.Value) (text string, d *distribution, err error) {
	switch v := v.(type) {
	case *distribution:
		return "0.0", v, nil
	case starlark.Bool:
		return v.String(), nil, nil
	case starlark.String:
		return string(v), nil, nil
	case *constantValue:
		return v.name, nil, nil
	}
	q, ok := asQuantity(v)
	if !ok || !q.Dim.Dimensionless() {
		return "", nil, fmt.Errorf("expected a plain number, True, False or a distribution, got %s", article(v))
	}
	if _, whole := v.(starlark.Int); whole {
		return v.String(), nil, nil
	}
	return fmt.Sprintf("%v", q.Value), nil, nil
}

// endFlags are flags at the end of an equation's text.
var endFlags = regexp.MustCompile(`:\s*(?:init|min|max|population|projection|postsynaptic|int|bool|float|explicit|implicit|semiimplicit|exponential|midpoint|rk4|event-driven)\b[^:]*$`)

var (
	derivativeName = regexp.MustCompile(`\bd([A-Za-z_]\w*)\s*/\s*dt\b`)
	assignedName   = regexp.MustCompile(`^\s*([A-Za-z_]\w*)\s*[-+*/]?=`)
)

// line is the Variable as a line of equations.
func (a *attribute) line(synapse bool) (string, []drawnAttribute, error) {
	equation := strings.TrimSpace(a.equation)
	name := ""
	if m := derivativeName.FindStringSubmatch(equation); m != nil {
		name = m[1]
	} else if m := assignedName.FindStringSubmatch(equation); m != nil {
		name = m[1]
	}
	var flags []string
	var drawn []drawnAttribute
	for _, f := range []struct {
		name string
		v    starlark.Value
	}{{"init", a.value}, {"min", a.min}, {"max", a.max}} {
		if !isGiven(f.v) {
			continue
		}
		text, d, err := plainValue(f.v)
		if err == nil && d != nil && f.name != "init" {
			err = fmt.Errorf("a bound is not drawn")
		}
		if err != nil {
			return "", nil, fmt.Errorf("%s: %s=: %w", a.kind, f.name, err)
		}
		if d != nil {
			drawn = append(drawn, drawnAttribute{name, d})
			continue
		}
		flags = append(flags, f.name+"="+text)
	}
	if a.method != "" {
		flags = append(flags, a.method)
	}
	if flags = append(flags, a.flags(synapse)...); len(flags) == 0 {
		return equation, drawn, nil
	}
	if endFlags.MatchString(equation) {
		return equation + ", " + strings.Join(flags, ", "), drawn, nil
	}
	return equation + " : " + strings.Join(flags, ", "), drawn, nil
}

// variableText reads equations=: a text, a Variable, or a list of both.
func variableText(what string, v starlark.Value, synapse bool) (string, []drawnAttribute, error) {
	switch v := v.(type) {
	case nil, starlark.NoneType:
		return "", nil, nil
	case starlark.String:
		return string(v), nil, nil
	case *attribute:
		if v.kind == "Variable" {
			return v.line(synapse)
		}
	case *starlark.List, starlark.Tuple:
		var lines []string
		var drawn []drawnAttribute
		list := v.(starlark.Indexable)
		for k := range list.Len() {
			line, d, err := variableText(what, list.Index(k), synapse)
			if err != nil {
				return "", nil, err
			}
			lines, drawn = append(lines, line), append(drawn, d...)
		}
		return strings.Join(lines, "\n"), drawn, nil
	}
	return "", nil, fmt.Errorf("%s: equations are texts, a Variable or a list of both, got %s", what, article(v))
}

// parameterText reads parameters=: a text, a list of texts, or a dictionary, whose values are global unless a Parameter says otherwise.
func parameterText(what string, v starlark.Value, synapse bool) (string, []drawnAttribute, error) {
	d, ok := v.(*starlark.Dict)
	if !ok {
		text, err := blockText("parameters", v)
		return text, nil, err
	}
	var b strings.Builder
	var drawn []drawnAttribute
	for _, kv := range d.Items() {
		name, ok := kv[0].(starlark.String)
		a, isAttribute := kv[1].(*attribute)
		if !isAttribute {
			a = &attribute{kind: "Parameter", value: kv[1], locality: "global", typ: "float"}
		}
		if !ok || a.kind != "Parameter" {
			return "", nil, fmt.Errorf("%s: parameters as a dictionary map names to values or Parameter(...), got %v: %v", what, kv[0], kv[1])
		}
		text, from, err := plainValue(a.value)
		if err != nil {
			return "", nil, fmt.Errorf("%s: the parameter %s: %w", what, string(name), err)
		}
		if from != nil {
			drawn = append(drawn, drawnAttribute{string(name), from})
		}
		fmt.Fprintf(&b, "%s = %s", string(name), text)
		if flags := a.flags(synapse); len(flags) > 0 {
			b.WriteString(" : " + strings.Join(flags, ", "))
		}
		b.WriteString("\n")
	}
	return b.String(), drawn, nil
}

// constantValue is ANNarchy's Constant(name, value): a number that equations know by its name, and that can be set between runs.
type constantValue struct {
	name  string
	value float64
}

var (
	_ starlark.HasAttrs  = (*constantValue)(nil)
	_ starlark.HasBinary = (*constantValue)(nil)
	_ starlark.HasUnary  = (*constantValue)(nil)
)

func (c *constantValue) String() string        { return starlark.Float(c.value).String() }
func (c *constantValue) Type() string          { return "Constant" }
func (c *constantValue) Freeze()               {}
func (c *constantValue) Truth() starlark.Bool  { return c.value != 0 }
func (c *constantValue) Hash() (uint32, error) { return starlark.Float(c.value).Hash() }
func (c *constantValue) AttrNames() []string   { return []string{"name", "set", "value"} }

// Attr is name, value, or set(value).
func (c *constantValue) Attr(name string) (starlark.Value, error) {
	switch name {
	case "name":
		return starlark.String(c.name), nil
	case "value":
		return starlark.Float(c.value), nil
	case "set":
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			err := unpack(b.Name(), args, kwargs, "value", asFloat{&c.value})
			return starlark.None, err
		}), nil
	}
	return nil, noAttr("Constant "+c.name, name, c.AttrNames())
}

// Binary calculates with the value.
func (c *constantValue) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	if o, ok := y.(*constantValue); ok {
		y = starlark.Float(o.value)
	}
	if side == starlark.Right {
		return starlark.Binary(op, y, starlark.Float(c.value))
	}
	return starlark.Binary(op, starlark.Float(c.value), y)
}

// Unary is -c or +c.
func (c *constantValue) Unary(op syntax.Token) (starlark.Value, error) {
	return starlark.Unary(op, starlark.Float(c.value))
}

// makeConstant is Constant(name, value), also net.constant(name, value).
func (in *interp) makeConstant(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	c := &constantValue{}
	var id starlark.Value
	if err := unpack(b.Name(), args, kwargs, "name", &c.name, "value", asFloat{&c.value}, "net_id?", &id); err != nil {
		return nil, err
	}
	if in.constants == nil {
		in.constants = map[string]*constantValue{}
	}
	in.constants[c.name] = c
	return c, nil
}

// makeLocal gives each neuron a value of its own of a parameter that stands in a dictionary, where it is one for all; it reports whether it could.
func (p *population) makeLocal(name string) bool {
	line := regexp.MustCompile(`(?m)^(` + regexp.QuoteMeta(name) + ` = [^:\n]*) : population$`)
	if p.home.ran || p.group.Params == nil || !line.MatchString(p.group.Params.Text) {
		return false
	}
	p.group.Params.Text = line.ReplaceAllString(p.group.Params.Text, "$1")
	v := p.vars[name]
	v.shared = false
	p.vars[name] = v
	return true
}
