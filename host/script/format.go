package script

import (
	"fmt"
	"regexp"

	"go.starlark.net/starlark"
)

// formatSpec is the part of Python's format specification that numbers need.
var formatSpec = regexp.MustCompile(`^([<>]?)(\+?)(0?)(\d{0,3})(?:\.(\d{1,2}))?([dfegs%]?)$`)

// format is Python's format(value, ".3f"), which Starlark's % and str.format lack.
func format(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	spec := ""
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &v, &spec); err != nil {
		return nil, err
	}
	m := formatSpec.FindStringSubmatch(spec)
	if m == nil {
		return nil, withHint(fmt.Errorf("format: %q is not a format", spec), "for example \".3f\", \"8.2f\", \".3g\", \"5d\" or \">10\"")
	}
	flags := m[2] + m[3]
	if m[1] == "<" {
		flags = "-" + m[2]
	}
	verb, precision := m[6], ""
	if m[5] != "" {
		precision = "." + m[5]
	}
	q, number := asQuantity(v)
	switch {
	case verb == "s" || verb == "" && (precision == "" || !number):
		if m[1] == "" && !number {
			flags = "-" // strings are set to the left
		}
		return starlark.String(fmt.Sprintf("%"+flags+m[4]+precision+"s", plainString(v))), nil
	case !number || !q.Dim.Dimensionless():
		return nil, fmt.Errorf("format: %q is for numbers without unit, got %s", spec, article(v))
	case verb == "d":
		i, err := floatToInt("format", q.Value)
		if err != nil {
			return nil, err
		}
		n, _ := i.(starlark.Int).Int64()
		return starlark.String(fmt.Sprintf("%"+flags+m[4]+"d", n)), nil
	case verb == "%":
		if precision == "" {
			precision = ".6"
		}
		return starlark.String(fmt.Sprintf("%"+flags+m[4]+precision+"f%%", 100*q.Value)), nil
	case verb == "":
		verb = "g"
	case verb == "f" && precision == "":
		precision = ".6"
	}
	return starlark.String(fmt.Sprintf("%"+flags+m[4]+precision+verb, q.Value)), nil
}
