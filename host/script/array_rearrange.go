package script

import (
	"fmt"
	"slices"

	"go.starlark.net/starlark"
)

// flip turns an array around: flipud(a) its rows, fliplr(a) its columns, flip(a) along all axes or axis=.
func flip(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var axis starlark.Value = starlark.None
	a, err := arrayAnd(b, args, kwargs, "axis?", &axis)
	if err != nil {
		return nil, err
	}
	turn := make([]bool, len(a.shape))
	switch {
	case b.Name() == "flipud" && len(a.shape) > 0:
		turn[0] = true
	case b.Name() == "fliplr" && len(a.shape) > 1:
		turn[1] = true
	case b.Name() != "flip":
		return nil, fmt.Errorf("%s: an array of shape %s", b.Name(), shapeString(a.shape))
	case axis == starlark.None:
		for k := range turn {
			turn[k] = true
		}
	default:
		k, err := starlark.AsInt32(axis)
		if err != nil || k < -len(turn) || k >= len(turn) {
			return nil, fmt.Errorf("flip: an array of shape %s has no axis %v", shapeString(a.shape), axis)
		}
		turn[(k+len(turn))%len(turn)] = true
	}
	keys := make(starlark.Tuple, len(turn))
	for k, t := range turn {
		keys[k] = sliceValue{starlark.None, starlark.None, starlark.None}
		if t {
			keys[k] = sliceValue{starlark.None, starlark.None, starlark.MakeInt(-1)}
		}
	}
	v, _, err := a.Get(keys)
	return v, err
}

// roll is roll(a, shift): the elements further on by shift, those behind the end at the beginning; with axis= along one axis.
func roll(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	shift := 0
	var axis starlark.Value = starlark.None
	a, err := arrayAnd(b, args, kwargs, "shift", &shift, "axis?", &axis)
	if err != nil {
		return nil, err
	}
	n, stride := len(a.data), 1
	if axis != starlark.None {
		k, err := starlark.AsInt32(axis)
		if err != nil || k < -len(a.shape) || k >= len(a.shape) {
			return nil, fmt.Errorf("roll: an array of shape %s has no axis %v", shapeString(a.shape), axis)
		}
		k = (k + len(a.shape)) % len(a.shape)
		n = a.shape[k]
		for _, m := range a.shape[k+1:] {
			stride *= m
		}
	}
	out := a.like(make([]float64, len(a.data)))
	for i, v := range a.data {
		at := i / stride % n
		out.data[i+(((at+shift)%n+n)%n-at)*stride] = v
	}
	return out, nil
}

// diagonal is diag(a, k=0): the k-th diagonal of a matrix, or the matrix with a list on it.
func diagonal(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	k := 0
	a, err := arrayAnd(b, args, kwargs, "k?", &k)
	if err != nil {
		return nil, err
	}
	switch len(a.shape) {
	case 1:
		n := len(a.data) + max(k, -k)
		out, err := newArray(n, n)
		if err != nil {
			return nil, fmt.Errorf("diag: %w", err)
		}
		out.dim, out.kind = a.dim, a.kind
		for i, v := range a.data {
			out.data[(i+max(-k, 0))*n+i+max(k, 0)] = v
		}
		return out, nil
	case 2:
		out := fromSlice(nil, a.dim)
		out.kind = a.kind
		for r, c := max(-k, 0), max(k, 0); r < a.shape[0] && c < a.shape[1]; r, c = r+1, c+1 {
			out.data = append(out.data, a.data[r*a.shape[1]+c])
		}
		out.shape = []int{len(out.data)}
		return out, nil
	}
	return nil, fmt.Errorf("%s: takes a list or a matrix, got shape %s", b.Name(), shapeString(a.shape))
}

func trace(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := diagonal(t, b, args, kwargs)
	if err != nil {
		return nil, err
	}
	a := v.(*Array)
	return a.elem(pairwiseSum(a.data)), nil
}

// deleteRows is delete(a, indices): the others.
func deleteRows(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var which, axis starlark.Value
	a, err := arrayAnd(b, args, kwargs, "obj", &which, "axis?", &axis)
	if err != nil {
		return nil, err
	}
	if q, ok := asQuantity(axis); len(a.shape) != 1 && (axis == nil || !ok || q.Value != 0) {
		return nil, fmt.Errorf("delete: takes elements out of a list, or rows (axis=0) out of a matrix")
	}
	if _, one := which.(starlark.Int); one {
		which = starlark.NewList([]starlark.Value{which})
	}
	idx, err := indices(b.Name(), which)
	if err != nil {
		return nil, err
	}
	gone := map[int]bool{}
	for _, i := range idx {
		if i < -int32(a.Len()) || i >= int32(a.Len()) {
			return nil, fmt.Errorf("delete: %d is outside an array of length %d", i, a.Len())
		}
		gone[(int(i)+a.Len())%a.Len()] = true
	}
	var keep []int
	for k := range a.Len() {
		if !gone[k] {
			keep = append(keep, k)
		}
	}
	return a.take(keep), nil
}

// splitRows is split(a, n) or split(a, places), along the first axis; array_split takes lengths that n does not divide.
func splitRows(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var where starlark.Value
	a, err := arrayAnd(b, args, kwargs, "indices_or_sections", &where)
	if err != nil {
		return nil, err
	}
	length := a.Len()
	var ends []int
	if n, err := starlark.AsInt32(where); err == nil {
		if n < 1 || n > length && b.Name() == "split" || b.Name() == "split" && length%n != 0 {
			return nil, fmt.Errorf("%s: %d rows into %d parts", b.Name(), length, n)
		}
		at := 0
		for k := range n {
			at += length / n
			if k < length%n {
				at++
			}
			ends = append(ends, at)
		}
	} else {
		idx, err := indices(b.Name(), where)
		if err != nil {
			return nil, err
		}
		for _, i := range idx {
			ends = append(ends, max(0, min(int(i), length)))
		}
		ends = append(ends, length)
	}
	out := starlark.NewList(nil)
	from := 0
	for _, to := range ends {
		if err := out.Append(a.Slice(from, max(from, to), 1)); err != nil {
			return nil, err
		}
		from = to
	}
	return out, nil
}

func takeRows(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var which starlark.Value
	a, err := arrayAnd(b, args, kwargs, "indices", &which)
	if err != nil {
		return nil, err
	}
	v, _, err := a.shaped(len(a.data)).Get(which)
	return v, err
}

// triangleIndices is triu_indices(n, k=0) or tril_indices(n, k=0): rows and columns on and above, or below, the k-th diagonal.
func triangleIndices(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var n, k int
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "n", &n, "k?", &k); err != nil {
		return nil, err
	}
	if n < 0 || n > 1<<14 {
		return nil, fmt.Errorf("%s: a matrix of %d x %d", b.Name(), n, n)
	}
	rows, cols := []int{}, []int{}
	for r := range n {
		for c := range n {
			if b.Name() == "triu_indices" && c-r >= k || b.Name() == "tril_indices" && c-r <= k {
				rows, cols = append(rows, r), append(cols, c)
			}
		}
	}
	return starlark.Tuple{intArray(rows), intArray(cols)}, nil
}

// tile is tile(a, n), or tile(a, (rows, columns)) of a list or a matrix.
func tile(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var times starlark.Value
	a, err := arrayAnd(b, args, kwargs, "reps", &times)
	if err != nil {
		return nil, err
	}
	reps, err := lengths(times)
	if err != nil {
		return nil, fmt.Errorf("tile: %w", err)
	}
	shape := slices.Clone(a.shape)
	for len(shape) < len(reps) {
		shape = append([]int{1}, shape...)
	}
	for len(reps) < len(shape) {
		reps = append([]int{1}, reps...)
	}
	full := make([]int, len(shape))
	for k := range full {
		full[k] = shape[k] * reps[k]
	}
	out, err := newArray(full...)
	if err != nil {
		return nil, fmt.Errorf("tile: %w", err)
	}
	out.dim, out.kind = a.dim, a.kind
	for i := range out.data {
		from, stride, rest := 0, 1, i
		for k := len(full) - 1; k >= 0; k-- {
			from += rest % full[k] % shape[k] * stride
			rest /= full[k]
			stride *= shape[k]
		}
		out.data[i] = a.data[from]
	}
	return out, nil
}
