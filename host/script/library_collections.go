package script

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// defaultDict is a dictionary that makes the values that are asked for: defaultdict(list), Counter().
type defaultDict struct {
	*starlark.Dict
	t    *starlark.Thread
	make starlark.Callable
}

var (
	_ starlark.Mapping   = (*defaultDict)(nil)
	_ starlark.HasSetKey = (*defaultDict)(nil)
	_ starlark.HasAttrs  = (*defaultDict)(nil)
)

func (d *defaultDict) Type() string { return "dict" }

// Get makes what is missing.
func (d *defaultDict) Get(key starlark.Value) (starlark.Value, bool, error) {
	v, found, err := d.Dict.Get(key)
	if found || err != nil {
		return v, found, err
	}
	if v, err = starlark.Call(d.t, d.make, nil, nil); err == nil {
		err = d.Dict.SetKey(key, v)
	}
	return v, err == nil, err
}

// Attr is that of a dictionary.
func (d *defaultDict) Attr(name string) (starlark.Value, error) {
	if name == "most_common" {
		return starlark.NewBuiltin(name, d.mostCommon), nil
	}
	return d.Dict.Attr(name)
}

// mostCommon is Counter.most_common(n): pairs of elements and how often they were there, the most frequent first, of equal ones the first that was seen.
func (d *defaultDict) mostCommon(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	n := d.Len()
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "n?", &n); err != nil {
		return nil, err
	}
	items := d.Items()
	var wrong error
	slices.SortStableFunc(items, func(a, b starlark.Tuple) int {
		x, xok := asQuantity(a[1])
		y, yok := asQuantity(b[1])
		switch {
		case !xok || !yok:
			wrong = fmt.Errorf("most_common: the values are no numbers")
		case x.Value > y.Value:
			return -1
		case x.Value < y.Value:
			return 1
		}
		return 0
	})
	return tuples(items[:max(0, min(n, len(items)))]), wrong
}

func makeDefaultDict(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 || args[0] == starlark.None {
		return plainDict(t, b, args[min(1, len(args)):], kwargs)
	}
	f, ok := args[0].(starlark.Callable)
	if !ok {
		return nil, fmt.Errorf("defaultdict: expected what makes a value, such as list or int, got %s", article(args[0]))
	}
	d, err := plainDict(t, b, args[1:], kwargs)
	if err != nil {
		return nil, err
	}
	return &defaultDict{d.(*starlark.Dict), t, f}, nil
}

// plainDict is dict(...): dictionaries keep the order in which keys came anyway.
func plainDict(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return starlark.Call(t, starlark.Universe["dict"], args, kwargs)
}

// countElements is Counter(list).
func countElements(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	zero := starlark.NewBuiltin("int", func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
		return starlark.MakeInt(0), nil
	})
	d := &defaultDict{starlark.NewDict(0), t, zero}
	if len(args) == 0 {
		return d, nil
	}
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	list, err := partsOf(b.Name(), v)
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		n, found, err := d.Dict.Get(x)
		if err != nil {
			return nil, err
		}
		count := starlark.MakeInt(1)
		if found {
			count = count.Add(n.(starlark.Int))
		}
		if err := d.SetKey(x, count); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// makeNamedTuple is namedtuple("Name", "a b"): what it gives makes structs, whose fields have names only.
func makeNamedTuple(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	var fields starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "typename", &name, "field_names", &fields); err != nil {
		return nil, err
	}
	var names []string
	if s, ok := starlark.AsString(fields); ok {
		names = strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
	} else {
		list, err := partsOf(b.Name(), fields)
		if err != nil {
			return nil, err
		}
		for _, v := range list {
			names = append(names, plainString(v))
		}
	}
	return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		values := make([]starlark.Value, len(names))
		pairs := make([]any, 0, 2*len(names))
		for k, n := range names {
			pairs = append(pairs, n, &values[k])
		}
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, pairs...); err != nil {
			return nil, err
		}
		d := starlark.StringDict{}
		for k, n := range names {
			d[n] = values[k]
		}
		return starlarkstruct.FromStringDict(starlark.String(name), d), nil
	}), nil
}

// shallowCopy is copy.copy(x), and the method of lists, dictionaries and sets.
func shallowCopy(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	return copied(v, func(x starlark.Value) (starlark.Value, error) { return x, nil })
}

// deepCopy is copy.deepcopy(x).
func deepCopy(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	depth := 0
	var deep func(x starlark.Value) (starlark.Value, error)
	deep = func(x starlark.Value) (starlark.Value, error) {
		if depth++; depth > 1000 {
			return nil, fmt.Errorf("deepcopy: it holds itself")
		}
		defer func() { depth-- }()
		return copied(x, deep)
	}
	return deep(v)
}

// copied is a new list, dictionary, set or array of what element makes of the elements; anything else is itself.
func copied(v starlark.Value, element func(starlark.Value) (starlark.Value, error)) (starlark.Value, error) {
	switch v := v.(type) {
	case *Array:
		return v.copy(), nil
	case *varView:
		a, err := v.array()
		if err != nil {
			return nil, err
		}
		return a.copy(), nil
	case *starlark.List:
		out := make([]starlark.Value, v.Len())
		for k := range out {
			var err error
			if out[k], err = element(v.Index(k)); err != nil {
				return nil, err
			}
		}
		return starlark.NewList(out), nil
	case starlark.Tuple:
		out := make(starlark.Tuple, len(v))
		for k := range out {
			var err error
			if out[k], err = element(v[k]); err != nil {
				return nil, err
			}
		}
		return out, nil
	case *defaultDict:
		d, err := copied(v.Dict, element)
		if err != nil {
			return nil, err
		}
		return &defaultDict{d.(*starlark.Dict), v.t, v.make}, nil
	case *starlark.Dict:
		out := starlark.NewDict(v.Len())
		for _, kv := range v.Items() {
			x, err := element(kv[1])
			if err != nil {
				return nil, err
			}
			if err := out.SetKey(kv[0], x); err != nil {
				return nil, err
			}
		}
		return out, nil
	case *starlark.Set:
		return v.Union(starlark.Tuple{}.Iterate())
	}
	return v, nil
}
