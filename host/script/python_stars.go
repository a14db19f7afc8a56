package script

import (
	"fmt"

	"go.starlark.net/starlark"
)

// joinLists is the list of what all arguments hold, as Python's [*a, *b].
func joinLists(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	var out []starlark.Value
	for _, a := range args {
		all, err := spreadOut(a)
		if err != nil {
			return nil, err
		}
		out = append(out, all...)
	}
	return starlark.NewList(out), nil
}

// spreadOut are what a value with a star consists of.
func spreadOut(v starlark.Value) ([]starlark.Value, error) {
	switch v.(type) {
	case starlark.String, starlark.Iterable:
	default:
		return nil, fmt.Errorf("what follows * is %s, not a list", article(v))
	}
	if n := starlark.Len(v); n > maxElements>>4 { // a value takes as much as 16 numbers
		return nil, fmt.Errorf("a list of %d elements is too long", n)
	}
	return partsOf("*", v)
}

// mergeDicts is the dictionary of what all arguments hold, of which the last counts, as Python's {**a, **b}.
func mergeDicts(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	out := starlark.NewDict(0)
	for _, a := range args {
		m, ok := a.(starlark.IterableMapping)
		if !ok {
			return nil, fmt.Errorf("what follows ** is %s, not a dictionary", article(a))
		}
		for _, kv := range m.Items() {
			if err := out.SetKey(kv[0], kv[1]); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// unpackList is what the targets of a, *b, c = values get: the first values, a list of those between, and the last.
func unpackList(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	var before, after int
	if err := starlark.AsInt(args[1], &before); err != nil {
		return nil, err
	}
	if err := starlark.AsInt(args[2], &after); err != nil {
		return nil, err
	}
	all, err := spreadOut(args[0])
	if err != nil {
		return nil, fmt.Errorf("what is to be unpacked is %s, not a list", article(args[0]))
	}
	if len(all) < before+after {
		return nil, fmt.Errorf("too few values to unpack: got %d, want %d or more", len(all), before+after)
	}
	end := len(all) - after
	out := append(starlark.Tuple{}, all[:before]...)
	out = append(out, starlark.NewList(append([]starlark.Value{}, all[before:end]...)))
	return append(out, all[end:]...), nil
}
