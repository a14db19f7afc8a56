package script

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// methodName and withEnd are what calls of Python's methods and the ends of "with" blocks call; no script can have names like them.
const (
	methodName = ".method"
	withEnd    = "with:"
)

// pythonMethods are methods that lists, dictionaries, sets and strings have in Python and not in Starlark.
var pythonMethods map[string]func(t *starlark.Thread, b *starlark.Builtin, x starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

func init() {
	pythonMethods = map[string]func(*starlark.Thread, *starlark.Builtin, starlark.Value, starlark.Tuple, []starlark.Tuple) (starlark.Value, error){
		"sort": listSort, "reverse": listReverse, "count": listCount, "copy": func(t *starlark.Thread, b *starlark.Builtin, x starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return shallowCopy(t, b, append(starlark.Tuple{x}, args...), kwargs)
		},
		"ljust": justified("<"), "rjust": justified(">"), "center": justified("^"), "zfill": justified("="),
	}
}

// method is x.name of a name in pythonMethods: what x has, or what is made up for it.
func method(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	x, name := args[0], string(args[1].(starlark.String))
	if has, ok := x.(starlark.HasAttrs); ok {
		if v, err := has.Attr(name); err == nil && v != nil {
			return v, nil
		}
	}
	fits := false
	switch x.(type) {
	case *starlark.List:
		fits = name == "sort" || name == "reverse" || name == "count" || name == "copy"
	case starlark.Tuple:
		fits = name == "count"
	case *starlark.Dict, *defaultDict, *starlark.Set:
		fits = name == "copy"
	case starlark.String:
		fits = name == "ljust" || name == "rjust" || name == "center" || name == "zfill"
	}
	if !fits {
		if has, ok := x.(starlark.HasAttrs); ok {
			if _, err := has.Attr(name); err != nil {
				return nil, err
			}
		}
		return nil, fmt.Errorf("%s has no .%s field or method", x.Type(), name)
	}
	f := pythonMethods[name]
	return starlark.NewBuiltin(name, func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return f(t, b, x, args, kwargs)
	}), nil
}

// listSort is list.sort(key=, reverse=), in place and stable.
func listSort(t *starlark.Thread, b *starlark.Builtin, x starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	sorted, err := starlark.Call(t, starlark.Universe["sorted"], append(starlark.Tuple{x}, args...), kwargs)
	if err != nil {
		return nil, err
	}
	return starlark.None, refill(x.(*starlark.List), sorted.(*starlark.List))
}

func listReverse(t *starlark.Thread, _ *starlark.Builtin, x starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	turned, err := starlark.Call(t, starlark.Universe["reversed"], append(starlark.Tuple{x}, args...), kwargs)
	if err != nil {
		return nil, err
	}
	return starlark.None, refill(x.(*starlark.List), turned.(*starlark.List))
}

// refill gives a list the elements of another of its length.
func refill(l, from *starlark.List) error {
	for k := range from.Len() {
		if err := l.SetIndex(k, from.Index(k)); err != nil {
			return err
		}
	}
	return nil
}

func listCount(_ *starlark.Thread, b *starlark.Builtin, x starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	list, err := partsOf(b.Name(), x)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, e := range list {
		same, err := starlark.Compare(syntax.EQL, e, v)
		if err != nil {
			return nil, err
		}
		if same {
			n++
		}
	}
	return starlark.MakeInt(n), nil
}

// justified are str.ljust, rjust and center(width, fill=" ") and zfill(width).
func justified(align string) func(*starlark.Thread, *starlark.Builtin, starlark.Value, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return func(_ *starlark.Thread, b *starlark.Builtin, x starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		width, fill := 0, " "
		if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &width, &fill); err != nil {
			return nil, err
		}
		s, sign := string(x.(starlark.String)), ""
		if align == "=" {
			fill = "0"
			if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
				sign, s = s[:1], s[1:]
			}
		}
		if len([]rune(fill)) != 1 || width > 10_000 {
			return nil, fmt.Errorf("%s: expected a width up to 10000 and one character", b.Name())
		}
		return starlark.String(padded(sign, s, fill, align, width)), nil
	}
}

// managed is what "with" begins and ends.
type managed interface {
	starlark.Value
	leave() error
}

// enter is what "with x as y" gives to y. What has neither beginning nor end is itself: what such contexts of Python do, showing fewer warnings or plotting in another style, is not there.
func enter(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return oneArg(b, args, kwargs)
}

func leave(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	if c, ok := v.(managed); ok {
		return starlark.None, c.leave()
	}
	return starlark.None, nil
}
