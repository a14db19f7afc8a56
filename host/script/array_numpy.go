package script

import (
	"fmt"
	"math"
	"slices"

	"go.starlark.net/starlark"
)

// numpyVocabulary are further functions of numpy, on arrays of any unit.
func numpyVocabulary() starlark.StringDict {
	d := starlark.StringDict{}
	for name, f := range map[string]builtinFunc{
		"array_equal": arrayEqual, "allclose": allClose, "zeros_like": filledLike(0), "ones_like": filledLike(1), "full_like": fullLike,
		"vstack": vstack, "hstack": hstack, "identity": eye, "int_": wholeNumbers, "bincount": bincount, "convolve": convolveFunc, "interp": interpolate,
		"percentile": percentile, "append": appendFunc, "map": mapFunc, "Quantity": asQuantities, "prod": prod, "ravel": ravel, "triu": triangle(true), "tril": triangle(false),
	} {
		d[name] = starlark.NewBuiltin(name, f)
	}
	return d
}

// twoArrays reads two positional arguments, and numbers by name.
func twoArrays(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple, more ...any) (x, y *Array, err error) {
	var u, v starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, append([]any{"a", &u, "b", &v}, more...)...); err != nil {
		return nil, nil, err
	}
	if x, err = toArray(u); err == nil {
		y, err = toArray(v)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", b.Name(), err)
	}
	return x, y, err
}

func arrayEqual(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x, y, err := twoArrays(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	return starlark.Bool(sameShape(x.shape, y.shape) && x.dim == y.dim && slices.Equal(x.data, y.data)), nil
}

// nearArrays reads (a, b, rtol=1e-5, atol=1e-8): near is |a - b| <= atol + rtol |b|, with atol in the unit of the arrays.
func nearArrays(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (x, y *Array, near func(p, q float64) bool, err error) {
	rtol, atol := starlark.Float(1e-5), starlark.Float(1e-8)
	if x, y, err = twoArrays(b, args, kwargs, "rtol?", &rtol, "atol?", &atol); err == nil {
		err = sameDims(b.Name(), x, y)
	}
	return x, y, func(p, q float64) bool { return p == q || math.Abs(p-q) <= float64(atol)+float64(rtol)*math.Abs(q) }, err
}

// allClose is allclose(a, b, rtol=1e-5, atol=1e-8): whether all elements are near, see nearArrays.
func allClose(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x, y, near, err := nearArrays(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	all := true
	_, err = broadcast(x, y, x.dim, boolElems, func(p, q float64) float64 {
		all = all && near(p, q)
		return 0
	})
	return starlark.Bool(all), err
}

func filledLike(v float64) builtinFunc {
	return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var x starlark.Value
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "a", &x); err != nil {
			return nil, err
		}
		a, err := toArray(x)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
		return a.like(slices.Repeat([]float64{v}, len(a.data))), nil
	}
}

func fullLike(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x, y, err := twoArrays(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	if len(y.data) != 1 {
		return nil, fmt.Errorf("full_like: one value fills the array, not %d", len(y.data))
	}
	out := x.like(slices.Repeat(y.data, len(x.data)))
	out.dim, out.kind = y.dim, y.kind
	return out, nil
}

// joined2 concatenates after rows made each array fit for it.
func joined2(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple, rows func(*Array) *Array) ([]*Array, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	list, err := arrays(b.Name(), v)
	for k, a := range list {
		list[k] = rows(a)
	}
	return list, err
}

// vstack is vstack([a, b]): rows below each other.
func vstack(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	list, err := joined2(b, args, kwargs, func(a *Array) *Array {
		if len(a.shape) < 2 {
			return a.shaped(1, len(a.data))
		}
		return a
	})
	if err != nil {
		return nil, err
	}
	return joinRows("vstack", list)
}

// hstack is hstack([a, b]): beside each other.
func hstack(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	list, err := joined2(b, args, kwargs, func(a *Array) *Array {
		switch len(a.shape) {
		case 0:
			return a.shaped(1)
		case 2:
			return a.transpose()
		}
		return a
	})
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(list, func(a *Array) bool { return len(a.shape) > 2 }) {
		return nil, fmt.Errorf("hstack: arrays have at most two dimensions here")
	}
	out, err := joinRows("hstack", list)
	if err == nil && len(out.shape) == 2 {
		out = out.transpose()
	}
	return out, err
}

func joinRows(name string, list []*Array) (*Array, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: there is nothing to join", name)
	}
	first := list[0]
	out := &Array{dim: first.dim, kind: first.kind, shape: slices.Clone(first.shape)}
	out.shape[0] = 0
	for _, a := range list {
		if len(a.shape) != len(first.shape) || !slices.Equal(a.shape[1:], first.shape[1:]) {
			return nil, fmt.Errorf("%s: shapes %s and %s do not fit", name, shapeString(first.shape), shapeString(a.shape))
		}
		if a.dim != first.dim {
			return nil, fmt.Errorf("%s: %s and %s", name, describeDim(first.dim), describeDim(a.dim))
		}
		out.shape[0] += a.shape[0]
		out.kind = min(out.kind, a.kind)
		out.data = append(out.data, a.data...)
	}
	return out, nil
}

// appendFunc is append(a, b): the elements of both in one dimension.
func appendFunc(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x, y, err := twoArrays(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	flat := func(a *Array) *Array {
		return a.shaped(len(a.data))
	}
	return joinRows("append", []*Array{flat(x), flat(y)})
}

// mapFunc is Python's map(f, x, ...), as a list.
func mapFunc(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) < 2 || len(kwargs) > 0 {
		return nil, fmt.Errorf("map: expected a function and what to call it with, as in map(f, [1, 2])")
	}
	its := make([]starlark.Iterator, len(args)-1)
	for k, x := range args[1:] {
		it := starlark.Iterate(x)
		if it == nil {
			return nil, fmt.Errorf("map: %s cannot be gone through", article(x))
		}
		defer it.Done()
		its[k] = it
	}
	out := starlark.NewList(nil)
	for {
		row := make(starlark.Tuple, len(its))
		for k, it := range its {
			if !it.Next(&row[k]) {
				return out, nil
			}
		}
		v, err := starlark.Call(t, args[0], row, nil)
		if err != nil {
			return nil, err
		}
		if err := out.Append(v); err != nil {
			return nil, err
		}
	}
}

// asQuantities is Brian2's Quantity(x): a number or an array with its unit.
func asQuantities(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	switch v.(type) {
	case starlark.Int, starlark.Float, quantity:
		return v, nil
	}
	return toArray(v)
}

// bincount is bincount(x, weights=None, minlength=0): how often each whole number from 0 on is there, or the sum of the weights of those.
func bincount(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v, weights starlark.Value
	n := 0
	if err := unpack(b.Name(), args, kwargs, "x", &v, "weights?", &weights, "minlength?", &n); err != nil {
		return nil, err
	}
	idx, err := indices("bincount", v)
	if err != nil {
		return nil, err
	}
	for _, i := range idx {
		if i < 0 || i > maxElements-1 {
			return nil, fmt.Errorf("bincount: %d cannot be counted", i)
		}
		n = max(n, int(i)+1)
	}
	if isGiven(weights) {
		w, err := toArray(weights)
		if err != nil {
			return nil, fmt.Errorf("bincount: weights: %w", err)
		}
		if len(w.data) != len(idx) {
			return nil, fmt.Errorf("bincount: %d weights for %d numbers", len(w.data), len(idx))
		}
		out := fromSlice(make([]float64, n), w.dim)
		for k, i := range idx {
			out.data[i] += w.data[k]
		}
		return out, nil
	}
	out := make([]int, n)
	for _, i := range idx {
		out[i]++
	}
	return intArray(out), nil
}

// convolveFunc is convolve(a, v, mode="full"), with the modes "full", "same" and "valid".
func convolveFunc(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	mode := "full"
	x, w, err := twoArrays(b, args, kwargs, "mode?", &mode)
	if err != nil {
		return nil, err
	}
	if len(x.shape) != 1 || len(w.shape) != 1 || len(x.data) == 0 || len(w.data) == 0 {
		return nil, fmt.Errorf("convolve: takes two lists that are not empty")
	}
	short, long := min(len(x.data), len(w.data)), max(len(x.data), len(w.data))
	n := len(x.data) + len(w.data) - 1
	from, to := 0, n
	switch mode {
	case "full":
	case "same":
		from = (short - 1) / 2
		to = from + long
	case "valid":
		from, to = short-1, long
	default:
		return nil, fmt.Errorf("convolve: there is no mode %q; \"full\", \"same\" and \"valid\" are", mode)
	}
	out := make([]float64, to-from)
	for k := range out {
		at, sum := k+from, 0.0
		for i := max(0, at-len(x.data)+1); i < len(w.data) && i <= at; i++ {
			sum += float64(w.data[i] * x.data[at-i])
		}
		out[k] = sum
	}
	return fromSlice(out, x.dim.Mul(w.dim)), nil
}

// interpolate is interp(x, xp, fp): linear between the points, constant beyond them. xp ascends.
func interpolate(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var vx, vp, vf starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "x", &vx, "xp", &vp, "fp", &vf); err != nil {
		return nil, err
	}
	x, scalar, err := operand(b.Name(), vx)
	if err != nil {
		return nil, err
	}
	xp, err := toArray(vp)
	if err != nil {
		return nil, fmt.Errorf("interp: %w", err)
	}
	fp, err := toArray(vf)
	if err != nil {
		return nil, fmt.Errorf("interp: %w", err)
	}
	switch {
	case x.dim != xp.dim:
		return nil, fmt.Errorf("interp: x is %s, xp is %s", dimPhrase(x.dim), dimPhrase(xp.dim))
	case len(xp.data) == 0 || len(xp.data) != len(fp.data):
		return nil, fmt.Errorf("interp: %d points with %d values", len(xp.data), len(fp.data))
	case !slices.IsSorted(xp.data):
		return nil, fmt.Errorf("interp: xp must ascend")
	}
	out := x.like(make([]float64, len(x.data)))
	out.dim, out.kind = fp.dim, realElems
	for k, v := range x.data {
		i, _ := slices.BinarySearch(xp.data, v)
		switch {
		case math.IsNaN(v):
			out.data[k] = v
		case i == 0:
			out.data[k] = fp.data[0]
		case i == len(xp.data):
			out.data[k] = fp.data[i-1]
		default:
			slope := (fp.data[i] - fp.data[i-1]) / (xp.data[i] - xp.data[i-1])
			out.data[k] = fp.data[i-1] + float64(slope*(v-xp.data[i-1]))
		}
	}
	return result(out, scalar), nil
}

// percentile is percentile(a, q): linear between the nearest ranks; q in percent, a number or an array.
func percentile(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x, q, err := twoArrays(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	if len(x.data) == 0 {
		return nil, fmt.Errorf("percentile: the array is empty")
	}
	sorted := slices.Sorted(slices.Values(x.data))
	out := q.like(make([]float64, len(q.data)))
	out.dim, out.kind = x.dim, realElems
	for k, p := range q.data {
		if !(p >= 0 && p <= 100) {
			return nil, fmt.Errorf("percentile: q is %g; it lies between 0 and 100", p)
		}
		at := p / 100 * float64(len(sorted)-1)
		i := min(int(at), len(sorted)-1)
		out.data[k] = sorted[i]
		if i+1 < len(sorted) {
			out.data[k] += float64((at - float64(i)) * (sorted[i+1] - sorted[i]))
		}
	}
	return result(out, len(args) > 1 && isScalar(args[1])), nil
}

func prod(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := flatArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	if !a.dim.Dimensionless() {
		return nil, fmt.Errorf("prod: expected numbers without unit, got %s", describeDim(a.dim))
	}
	p := 1.0
	for _, x := range a.data {
		p *= x
	}
	return a.elem(p), nil
}

func ravel(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := flatArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	return a.shaped(len(a.data)), nil
}

// triangle is triu(a, k=0) or tril(a, k=0): what lies below or above the k-th diagonal becomes 0.
func triangle(upper bool) builtinFunc {
	return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var v starlark.Value
		k := 0
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "m", &v, "k?", &k); err != nil {
			return nil, err
		}
		a, err := toArray(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
		if len(a.shape) != 2 {
			return nil, fmt.Errorf("%s: expected a matrix, got shape %s", b.Name(), shapeString(a.shape))
		}
		a = a.copy()
		for i := range a.data {
			row, col := i/a.shape[1], i%a.shape[1]
			if upper && col-row < k || !upper && col-row > k {
				a.data[i] = 0
			}
		}
		return a, nil
	}
}
