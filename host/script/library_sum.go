package script

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// pythonSum is Python's own sum(x, start=0): the elements one after another, arrays by their rows.
func pythonSum(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value
	var total starlark.Value = starlark.MakeInt(0)
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "iterable", &x, "start?", &total); err != nil {
		return nil, err
	}
	if w, ok := x.(*varView); ok {
		a, err := w.array()
		if err != nil {
			return nil, err
		}
		x = a
	}
	if a, ok := x.(*Array); ok && len(a.shape) == 1 && len(a.data) > 0 && len(args) == 1 && len(kwargs) == 0 {
		s := 0.0
		for _, v := range a.now().data {
			s += v
		}
		if a.kind == boolElems {
			a = &Array{kind: intElems}
		}
		return a.elem(s), nil
	}
	list, err := partsOf(b.Name(), x)
	if err != nil {
		return nil, err
	}
	for k, v := range list {
		if t, ok := v.(starlark.Bool); ok {
			v = starlark.MakeInt(int(boolFloat(bool(t))))
		}
		if n, ok := total.(starlark.Int); ok && k == 0 && n.Sign() == 0 && isSummed(v) { // 0 is 0 in any unit
			if a, ok := v.(*Array); ok {
				v = a.copy()
			}
			total = v
			continue
		}
		if total, err = starlark.Binary(syntax.PLUS, total, v); err != nil {
			return nil, err
		}
	}
	return total, nil
}

func isSummed(v starlark.Value) bool {
	switch v.(type) {
	case starlark.Int, starlark.Float, quantity, *Array, *complexArray:
		return true
	}
	return false
}
