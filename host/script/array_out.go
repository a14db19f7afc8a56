package script

import (
	"fmt"

	"go.starlark.net/starlark"
)

// takesOut are functions of numpy beside those of mathVocabulary that take out=.
var takesOut = []string{"add", "subtract", "multiply", "divide", "true_divide", "floor_divide", "remainder", "mod", "negative", "square", "reciprocal", "heaviside", "logical_xor",
	"dot", "matmul", "outer", "cumsum", "cumprod", "sum", "mean", "take", "exp2", "rint", "trunc", "fix", "cbrt", "arcsinh", "arccosh", "arctanh", "deg2rad", "rad2deg"}

// withOut gives functions out=, the array that the result goes into.
func withOut(d starlark.StringDict, names []string) {
	for _, name := range names {
		f, ok := d[name].(*starlark.Builtin)
		if !ok {
			continue
		}
		d[name] = starlark.NewBuiltin(name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			for k, kw := range kwargs {
				if kw[0] == starlark.String("out") && kw[1] != starlark.None {
					rest := append(append([]starlark.Tuple{}, kwargs[:k]...), kwargs[k+1:]...)
					return into(t, f, args, rest, kw[1])
				}
			}
			return f.CallInternal(t, args, kwargs)
		})
	}
}

func into(t *starlark.Thread, f *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple, out starlark.Value) (starlark.Value, error) {
	to, ok := out.(*Array)
	if tuple, is := out.(starlark.Tuple); is && len(tuple) == 1 {
		to, ok = tuple[0].(*Array)
	}
	if !ok {
		return nil, fmt.Errorf("%s: out= is an array, not %s", f.Name(), article(out))
	}
	v, err := f.CallInternal(t, args, kwargs)
	if err != nil {
		return nil, err
	}
	r, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	if r, err = r.broadcastTo(to.shape); err != nil {
		return nil, fmt.Errorf("%s: out=: %w", f.Name(), err)
	}
	return to.become(f.Name()+"(out=...)", r)
}

// broadcastTo repeats a along axes, to a shape.
func (a *Array) broadcastTo(shape []int) (*Array, error) {
	if sameShape(a.shape, shape) {
		return a, nil
	}
	if full, err := broadcastShape(a.shape, shape); err != nil || !sameShape(full, shape) {
		return nil, fmt.Errorf("a result of shape %s does not fit into an array of shape %s", shapeString(a.shape), shapeString(shape))
	}
	to, err := newArray(shape...)
	if err != nil {
		return nil, err
	}
	return broadcast(a, to, a.dim, a.kind, func(x, _ float64) float64 { return x })
}

// copyTo is copyto(to, values).
func copyTo(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var to, v starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "dst", &to, "src", &v); err != nil {
		return nil, err
	}
	a, ok := to.(*Array)
	if !ok {
		return nil, fmt.Errorf("copyto: the first argument is an array, not %s", article(to))
	}
	src, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("copyto: %w", err)
	}
	if src, err = src.broadcastTo(a.shape); err != nil {
		return nil, fmt.Errorf("copyto: %w", err)
	}
	if src.kind < a.kind {
		return nil, fmt.Errorf("copyto: %s elements do not go into an array of %s elements", src.kind, a.kind)
	}
	return starlark.None, a.SetKey(sliceValue{starlark.None, starlark.None, starlark.None}, src)
}

// putAt is put(a, indices, values): indices count through all elements.
func putAt(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var to, which, v starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "a", &to, "ind", &which, "v", &v); err != nil {
		return nil, err
	}
	a, ok := to.(*Array)
	if !ok || a.steps != nil {
		return nil, fmt.Errorf("put: the first argument is an array that is one stretch, not %s", article(to))
	}
	return starlark.None, a.shaped(len(a.data)).SetKey(which, v)
}
