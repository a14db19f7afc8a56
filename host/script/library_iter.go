package script

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

const (
	slashSlash  = syntax.SLASHSLASH
	percentSign = syntax.PERCENT
)

// itertoolsFunctions give lists, not iterators.
var itertoolsFunctions = map[string]builtinFunc{"product": productOf, "chain": chainOf, "combinations": subsets(true, false), "permutations": subsets(false, false),
	"combinations_with_replacement": subsets(true, true), "repeat": repeatValue, "accumulate": accumulate, "islice": sliceOf, "zip_longest": zipLongest}

// partsOf are what a value that can be gone through consists of; a string is its letters.
func partsOf(name string, v starlark.Value) ([]starlark.Value, error) {
	if s, ok := starlark.AsString(v); ok {
		var out []starlark.Value
		for _, r := range s {
			out = append(out, starlark.String(string(r)))
		}
		return out, nil
	}
	it := starlark.Iterate(v)
	if it == nil {
		return nil, fmt.Errorf("%s: %s cannot be gone through", name, article(v))
	}
	defer it.Done()
	var out []starlark.Value
	for x := starlark.Value(nil); it.Next(&x); {
		if out = append(out, x); len(out) > maxElements {
			return nil, fmt.Errorf("%s: more than %d elements", name, maxElements)
		}
	}
	return out, nil
}

func listsOf(b *starlark.Builtin, args starlark.Tuple) ([][]starlark.Value, error) {
	out := make([][]starlark.Value, len(args))
	for k, v := range args {
		var err error
		if out[k], err = partsOf(b.Name(), v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// productOf is product(a, b, ..., repeat=1): the last changes fastest.
func productOf(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	n := 1
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "repeat?", &n); err != nil {
		return nil, err
	}
	lists, err := listsOf(b, args)
	if err != nil {
		return nil, err
	}
	var all [][]starlark.Value
	for range n {
		all = append(all, lists...)
	}
	rows := []starlark.Tuple{{}}
	for _, list := range all {
		if len(list) > 0 && len(rows) > maxElements/64/len(list) {
			return nil, fmt.Errorf("product: more than %d combinations", maxElements/64)
		}
		next := make([]starlark.Tuple, 0, len(rows)*len(list))
		for _, r := range rows {
			for _, v := range list {
				next = append(next, append(r[:len(r):len(r)], v))
			}
		}
		rows = next
	}
	return tuples(rows), nil
}

func tuples(rows []starlark.Tuple) *starlark.List {
	out := make([]starlark.Value, len(rows))
	for k, r := range rows {
		out[k] = r
	}
	return starlark.NewList(out)
}

func chainOf(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(kwargs) > 0 {
		return nil, fmt.Errorf("chain takes lists only")
	}
	lists, err := listsOf(b, args)
	var out []starlark.Value
	for _, l := range lists {
		out = append(out, l...)
	}
	return starlark.NewList(out), err
}

// subsets are combinations(a, r), permutations(a, r) and combinations_with_replacement(a, r), in Python's order.
func subsets(ascending, again bool) builtinFunc {
	return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var x, length starlark.Value
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "iterable", &x, "r?", &length); err != nil {
			return nil, err
		}
		list, err := partsOf(b.Name(), x)
		if err != nil {
			return nil, err
		}
		r := len(list)
		if isGiven(length) {
			if r, err = starlark.AsInt32(length); err != nil || r < 0 {
				return nil, fmt.Errorf("%s: r is a whole number from 0 on", b.Name())
			}
		} else if ascending {
			return nil, fmt.Errorf("%s: how many elements has a combination? Give r=", b.Name())
		}
		var rows []starlark.Tuple
		used := make([]bool, len(list))
		var row starlark.Tuple
		var visit func(from int) error
		visit = func(from int) error {
			if len(row) == r {
				if rows = append(rows, append(starlark.Tuple{}, row...)); len(rows) > maxElements/64 {
					return fmt.Errorf("%s: more than %d of them", b.Name(), maxElements/64)
				}
				return nil
			}
			if !ascending {
				from = 0
			}
			for k := from; k < len(list); k++ {
				if used[k] && !again {
					continue
				}
				used[k] = true
				row = append(row, list[k])
				next := k + 1
				if again {
					next = k
				}
				err := visit(next)
				row = row[:len(row)-1]
				used[k] = false
				if err != nil {
					return err
				}
			}
			return nil
		}
		err = visit(0)
		return tuples(rows), err
	}
}

func repeatValue(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value
	n := -1
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "object", &x, "times?", &n); err != nil {
		return nil, err
	}
	if n < 0 || n > maxElements/64 {
		return nil, fmt.Errorf("repeat: how often? Give times=, at most %d", maxElements/64)
	}
	out := make([]starlark.Value, n)
	for k := range out {
		out[k] = x
	}
	return starlark.NewList(out), nil
}

// folded is what f makes of the elements one after another, beginning with start or with the first.
func folded(t *starlark.Thread, name string, f, x, start starlark.Value) ([]starlark.Value, error) {
	list, err := partsOf(name, x)
	if err != nil {
		return nil, err
	}
	if isGiven(start) {
		list = append([]starlark.Value{start}, list...)
	}
	out := make([]starlark.Value, len(list))
	for k, v := range list {
		switch {
		case k == 0:
			out[k] = v
		case !isGiven(f):
			out[k], err = starlark.Binary(syntax.PLUS, out[k-1], v)
		default:
			out[k], err = starlark.Call(t, f, starlark.Tuple{out[k-1], v}, nil)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func accumulate(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, f, start starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "iterable", &x, "func?", &f, "initial?", &start); err != nil {
		return nil, err
	}
	out, err := folded(t, b.Name(), f, x, start)
	return starlark.NewList(out), err
}

func reduceFunc(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var f, x, start starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "function", &f, "sequence", &x, "initial?", &start); err != nil {
		return nil, err
	}
	out, err := folded(t, b.Name(), f, x, start)
	if err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("reduce: there is nothing to go through, and no initial value")
	}
	return out[len(out)-1], nil
}

// sliceOf is islice(a, stop) or islice(a, start, stop, step).
func sliceOf(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value
	var p, q, r starlark.Value = starlark.None, starlark.None, starlark.None
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &x, &p, &q, &r); err != nil {
		return nil, err
	}
	list, err := partsOf(b.Name(), x)
	if err != nil {
		return nil, err
	}
	if len(args) == 2 {
		p, q = starlark.None, p
	}
	bounds := [3]int{0, len(list), 1}
	for k, v := range []starlark.Value{p, q, r} {
		if v == starlark.None {
			continue
		}
		if bounds[k], err = starlark.AsInt32(v); err != nil || bounds[k] < k/2 {
			return nil, fmt.Errorf("islice: start, stop and step are whole numbers, not negative")
		}
	}
	var out []starlark.Value
	for k := bounds[0]; k < min(bounds[1], len(list)); k += bounds[2] {
		out = append(out, list[k])
	}
	return starlark.NewList(out), nil
}

func zipLongest(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var fill starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "fillvalue?", &fill); err != nil {
		return nil, err
	}
	lists, err := listsOf(b, args)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, l := range lists {
		n = max(n, len(l))
	}
	rows := make([]starlark.Tuple, n)
	for k := range rows {
		for _, l := range lists {
			if k < len(l) {
				rows[k] = append(rows[k], l[k])
			} else {
				rows[k] = append(rows[k], fill)
			}
		}
	}
	return tuples(rows), nil
}

// partial is partial(f, ...): f with its first arguments, and those with a name, given.
func partial(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("partial: expected a function")
	}
	f, ok := args[0].(starlark.Callable)
	if !ok {
		return nil, fmt.Errorf("partial: expected a function, got %s", article(args[0]))
	}
	first := args[1:]
	return starlark.NewBuiltin(f.Name(), func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, more []starlark.Tuple) (starlark.Value, error) {
		named := append([]starlark.Tuple{}, more...)
	given:
		for _, kv := range kwargs {
			for _, other := range more {
				if kv[0] == other[0] {
					continue given
				}
			}
			named = append(named, kv)
		}
		return starlark.Call(t, f, append(append(starlark.Tuple{}, first...), args...), named)
	}), nil
}
