package script

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// Reading arguments, and the words of messages about them, for all vocabularies.

// unpack is starlark.UnpackArgs with a spelling hint for keywords that a constructor does not have.
func unpack(kind string, args starlark.Tuple, kwargs []starlark.Tuple, pairs ...any) error {
	var known []string
	for i := 0; i < len(pairs); i += 2 {
		known = append(known, strings.TrimRight(pairs[i].(string), "?"))
	}
	for _, kv := range kwargs {
		if name := string(kv[0].(starlark.String)); !slices.Contains(known, name) {
			return withHint(fmt.Errorf("%s has no argument %s=", kind, name), cmp.Or(diag.DidYouMean(name, known), "it has "+strings.Join(known, ", ")))
		}
	}
	args, kwargs = plainNames(args, kwargs)
	return starlark.UnpackArgs(kind, args, kwargs, pairs...)
}

// isGiven reports whether an optional argument is there, and not None.
func isGiven(v starlark.Value) bool { return v != nil && v != starlark.None }

// text reads an optional string argument.
func text(what string, v starlark.Value) (string, bool, error) {
	switch v := v.(type) {
	case nil, starlark.NoneType:
		return "", false, nil
	case starlark.String:
		return string(v), true, nil
	}
	return "", false, fmt.Errorf("%s must be a string, got %s", what, article(v))
}

// noFalse is v, but nothing for False, which as an argument says the same as None.
func noFalse(v starlark.Value) starlark.Value {
	if v == starlark.False {
		return nil
	}
	return v
}

// checkName refuses names of objects that no file can have.
func checkName(name string) error {
	if name == "" || len(name) > 100 {
		return fmt.Errorf("the name %q must have between 1 and 100 characters", name)
	}
	for i, r := range name {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || !(r >= '0' && r <= '9' || r == '-')) {
			return fmt.Errorf("the name %q may hold letters, digits, _ and -, and starts with a letter; it becomes the name of a file", name)
		}
	}
	return nil
}

// runTime reads for how long a network is to run.
func runTime(what string, v starlark.Value, plainUnit float64) (float64, error) {
	d, err := duration(what, v, plainUnit)
	if err == nil && (!(d >= 0) || math.IsInf(d, 0)) {
		err = fmt.Errorf("%s: a duration is finite, and zero or positive; got %v", what, v)
	}
	return d, err
}

// duration reads a time in seconds: a quantity, or, where plainUnit is 1e-3, a plain number of milliseconds. Where it is 0, a time has its unit.
func duration(what string, v starlark.Value, plainUnit float64) (float64, error) {
	q, ok := asQuantity(v)
	if !ok {
		return 0, fmt.Errorf("%s: expected a time, got %s", what, article(v))
	}
	if q.Dim == units.Second {
		return q.Value, nil
	}
	if q.Dim.Dimensionless() {
		if plainUnit != 0 {
			return q.Value / 1000, nil
		}
		return 0, withHint(fmt.Errorf("%s: expected a time with its unit, got the plain number %v", what, v), "for example 10*ms or 2*second")
	}
	return 0, fmt.Errorf("%s: expected a time, got %s", what, describeDim(q.Dim))
}

// joined lists names after lead; without names it is empty.
func joined(lead string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return lead + strings.Join(names, ", ")
}

// sortedNames joins lists of names for AttrNames.
func sortedNames(lists ...[]string) []string {
	return slices.Sorted(slices.Values(slices.Concat(lists...)))
}

func stringList(names []string) *starlark.List {
	vals := make([]starlark.Value, len(names))
	for i, n := range names {
		vals[i] = starlark.String(n)
	}
	return starlark.NewList(vals)
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// inCall is an error of a constructor's arguments.
func inCall(kind, format string, a ...any) error {
	return fmt.Errorf("%s: %w", kind, fmt.Errorf(format, a...))
}
