package script

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// operatorModule is Python's operator: what signs do, as functions.
func operatorModule(d starlark.StringDict) starlark.StringDict {
	m := starlark.StringDict{"pow": d["pow"], "abs": d["abs"]}
	for name, op := range map[string]syntax.Token{"add": syntax.PLUS, "sub": syntax.MINUS, "mul": syntax.STAR, "truediv": syntax.SLASH, "floordiv": syntax.SLASHSLASH, "mod": syntax.PERCENT,
		"and_": syntax.AMP, "or_": syntax.PIPE, "xor": syntax.CIRCUMFLEX, "concat": syntax.PLUS, "iadd": syntax.PLUS, "imul": syntax.STAR} {
		m[name] = starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var x, y starlark.Value
			if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &x, &y); err != nil {
				return nil, err
			}
			return starlark.Binary(op, x, y)
		})
	}
	for name, op := range map[string]syntax.Token{"eq": syntax.EQL, "ne": syntax.NEQ, "lt": syntax.LT, "le": syntax.LE, "gt": syntax.GT, "ge": syntax.GE} {
		m[name] = starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var x, y starlark.Value
			if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &x, &y); err != nil {
				return nil, err
			}
			return compared(op, x, y)
		})
	}
	m["neg"] = starlark.NewBuiltin("neg", func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		x, err := oneArg(b, args, kwargs)
		if err != nil {
			return nil, err
		}
		return starlark.Unary(syntax.MINUS, x)
	})
	m["itemgetter"] = getter("itemgetter", func(x, key starlark.Value) (starlark.Value, error) { return elementOf(x, key) })
	m["attrgetter"] = getter("attrgetter", func(x, key starlark.Value) (starlark.Value, error) {
		name, ok := starlark.AsString(key)
		h, has := x.(starlark.HasAttrs)
		if !ok || !has {
			return nil, fmt.Errorf("attrgetter: %s has no attribute %v", article(x), key)
		}
		v, err := h.Attr(name)
		if err == nil && v == nil {
			err = noAttr(x.Type(), name, h.AttrNames())
		}
		return v, err
	})
	return m
}

// getter is itemgetter(k) or itemgetter(j, k): a function that gives those parts of its argument, several as a tuple.
func getter(name string, part func(x, key starlark.Value) (starlark.Value, error)) *starlark.Builtin {
	return starlark.NewBuiltin(name, func(_ *starlark.Thread, _ *starlark.Builtin, keys starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(keys) == 0 || len(kwargs) > 0 {
			return nil, fmt.Errorf("%s: expected what to take, as in %s(1)", name, name)
		}
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			x, err := oneArg(b, args, kwargs)
			if err != nil {
				return nil, err
			}
			out := make(starlark.Tuple, len(keys))
			for k, key := range keys {
				if out[k], err = part(x, key); err != nil {
					return nil, err
				}
			}
			if len(out) == 1 {
				return out[0], nil
			}
			return out, nil
		}), nil
	})
}

// elementOf is x[key].
func elementOf(x, key starlark.Value) (starlark.Value, error) {
	switch x := x.(type) {
	case starlark.Mapping:
		v, found, err := x.Get(key)
		if err == nil && !found {
			err = fmt.Errorf("there is no key %v in %s", key, article(x))
		}
		return v, err
	case starlark.Indexable:
		k, err := starlark.AsInt32(key)
		if err != nil {
			return nil, err
		}
		if k < 0 {
			k += x.Len()
		}
		if k < 0 || k >= x.Len() {
			return nil, fmt.Errorf("index %v is outside of 0 to %d", key, x.Len()-1)
		}
		return x.Index(k), nil
	}
	return nil, fmt.Errorf("%s has no elements", article(x))
}
