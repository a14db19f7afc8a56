package script

import (
	"fmt"
	"math"
	"slices"

	"go.starlark.net/starlark"
)

// sliceValue is Python's slice(start, stop, step), for use inside a[...] where Starlark's grammar has no colon.
type sliceValue struct{ start, stop, step starlark.Value }

func (s sliceValue) String() string {
	return fmt.Sprintf("slice(%v, %v, %v)", s.start, s.stop, s.step)
}
func (s sliceValue) Type() string          { return "slice" }
func (s sliceValue) Freeze()               {}
func (s sliceValue) Truth() starlark.Bool  { return true }
func (s sliceValue) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: slice") }

func makeSlice(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	s := sliceValue{starlark.None, starlark.None, starlark.None}
	if len(kwargs) > 0 || len(args) < 1 || len(args) > 3 {
		return nil, fmt.Errorf("slice: expected slice(stop), slice(start, stop) or slice(start, stop, step)")
	}
	switch len(args) {
	case 1:
		s.stop = args[0]
	case 3:
		s.step = args[2]
		fallthrough
	case 2:
		s.start, s.stop = args[0], args[1]
	}
	return s, nil
}

// positions lists the indices that s selects of an axis of length n, by Python's rules.
func (s sliceValue) positions(n int) ([]int, error) {
	read := func(v starlark.Value, def int) (int, error) {
		if !isGiven(v) {
			return def, nil
		}
		i, err := starlark.AsInt32(v)
		if err != nil {
			return 0, fmt.Errorf("slice: %v is not a whole number", v)
		}
		return i, nil
	}
	step, err := read(s.step, 1)
	if err != nil {
		return nil, err
	}
	if step == 0 {
		return nil, fmt.Errorf("slice: the step cannot be 0")
	}
	lo, hi := 0, n
	if step < 0 {
		lo, hi = n-1, -1
	}
	clamp := func(i int) int {
		if i < 0 {
			i += n
		}
		if step > 0 {
			return min(max(i, 0), n)
		}
		return min(max(i, -1), n-1)
	}
	if isGiven(s.start) {
		i, err := read(s.start, 0)
		if err != nil {
			return nil, err
		}
		lo = clamp(i)
	}
	if isGiven(s.stop) {
		i, err := read(s.stop, 0)
		if err != nil {
			return nil, err
		}
		hi = clamp(i)
	}
	return strided(lo, hi, step), nil
}

// strided lists start, start+step and so on, before end.
func strided(start, end, step int) (list []int) {
	for i := start; step > 0 && i < end || step < 0 && i > end; i += step {
		list = append(list, i)
	}
	return list
}

// Index is a[i]: an element of a 1-D array, else a row that shares storage.
func (a *Array) Index(i int) starlark.Value {
	if len(a.shape) == 1 {
		return a.elem(a.data[i])
	}
	stride := len(a.data) / max(a.shape[0], 1)
	return &Array{data: a.data[i*stride : (i+1)*stride : (i+1)*stride], shape: a.shape[1:], dim: a.dim, kind: a.kind, frozen: a.frozen}
}

// Slice is a[start:end:step] along the first axis.
func (a *Array) Slice(start, end, step int) starlark.Value {
	n := max(a.Len(), 1)
	stride := len(a.data) / n
	if step == 1 {
		end = max(start, end)
		return &Array{data: a.data[start*stride : end*stride : end*stride], shape: append([]int{end - start}, a.shape[1:]...), dim: a.dim, kind: a.kind, frozen: a.frozen}
	}
	return a.take(strided(start, end, step))
}

func (a *Array) take(rows []int) *Array {
	stride := len(a.data) / max(a.Len(), 1)
	data := make([]float64, 0, len(rows)*stride)
	for _, r := range rows {
		data = append(data, a.data[r*stride:(r+1)*stride]...)
	}
	return &Array{data: data, shape: append([]int{len(rows)}, a.shape[1:]...), dim: a.dim, kind: a.kind}
}

// selection is the set of elements that an index expression names: offsets into data and the shape they form.
type selection struct {
	offsets []int
	shape   []int
}

// selected resolves the key of a[key] to element offsets: a number, a slice(...), a mask, an index array, or a tuple of
// numbers, slices and index arrays. Several index arrays name elements together, as in numpy.
func (a *Array) selected(key starlark.Value) (selection, error) {
	if m, ok := key.(*Array); ok && m.kind == boolElems && len(m.shape) > 1 {
		if !sameShape(m.shape, a.shape) {
			return selection{}, fmt.Errorf("a mask of shape %s does not fit an array of shape %s", shapeString(m.shape), shapeString(a.shape))
		}
		var s selection
		for i, v := range m.data {
			if v != 0 {
				s.offsets = append(s.offsets, i)
			}
		}
		s.shape = []int{len(s.offsets)}
		return s, nil
	}
	keys, ok := key.(starlark.Tuple)
	if !ok {
		keys = starlark.Tuple{key}
	}
	if len(keys) > len(a.shape) {
		return selection{}, fmt.Errorf("%d indices for an array of %d dimensions", len(keys), len(a.shape))
	}
	keys = slices.Clone(keys)
	var together []int // axes with an index array
	for ax, k := range keys {
		var err error
		if keys[ax], err = plainIndex(k); err != nil {
			return selection{}, err
		}
		switch keys[ax].(type) {
		case *Array, *starlark.List:
			together = append(together, ax)
		}
	}
	if len(together) > 1 {
		return a.selectedTogether(keys, together)
	}
	s := selection{offsets: []int{0}}
	stride := len(a.data)
	for ax, n := range a.shape {
		if n > 0 {
			stride /= n
		}
		pos, keep, err := a.axisPositions(ax, n, keys)
		if err != nil {
			return s, err
		}
		if keep {
			s.shape = append(s.shape, len(pos))
		}
		s.offsets = crossed(s.offsets, pos, stride)
	}
	return s, nil
}

// crossed is offsets, each followed by those of all positions along one more axis.
func crossed(offsets, pos []int, stride int) []int {
	next := make([]int, 0, len(offsets)*len(pos))
	for _, o := range offsets {
		for _, p := range pos {
			next = append(next, o+p*stride)
		}
	}
	return next
}

// selectedTogether is selected with index arrays for several axes, of one length or of one element: they and the numbers among the indices are
// one axis of the result, in the place of the first where they are neighbours and else before all others.
func (a *Array) selectedTogether(keys starlark.Tuple, arrays []int) (selection, error) {
	type axis struct {
		pos    []int
		stride int
	}
	var joint, others []axis
	n, place := 1, 0
	var at []int // axes that go together
	stride := len(a.data)
	for ax, size := range a.shape {
		if size > 0 {
			stride /= size
		}
		pos, keep, err := a.axisPositions(ax, size, keys)
		if err != nil {
			return selection{}, err
		}
		if keep && !slices.Contains(arrays, ax) {
			others = append(others, axis{pos, stride})
			continue
		}
		if len(at) == 0 {
			place = len(others)
		}
		at = append(at, ax)
		joint = append(joint, axis{pos, stride})
		if len(pos) != 1 {
			if n != 1 && n != len(pos) {
				return selection{}, fmt.Errorf("index arrays go together element by element, but have %d and %d elements", n, len(pos))
			}
			n = len(pos)
		}
	}
	if at[len(at)-1]-at[0] != len(at)-1 {
		place = 0
	}
	line := axis{make([]int, n), 1}
	for k := range line.pos {
		for _, j := range joint {
			line.pos[k] += j.pos[min(k, len(j.pos)-1)] * j.stride
		}
	}
	s := selection{offsets: []int{0}}
	for _, x := range slices.Insert(others, place, line) {
		s.offsets, s.shape = crossed(s.offsets, x.pos, x.stride), append(s.shape, len(x.pos))
	}
	return s, nil
}

// axisPositions resolves one index; keep tells whether the axis stays in the result.
func (a *Array) axisPositions(ax, n int, keys starlark.Tuple) (pos []int, keep bool, err error) {
	if ax >= len(keys) {
		pos = make([]int, n)
		for i := range pos {
			pos[i] = i
		}
		return pos, true, nil
	}
	at := func(i int) (int, error) {
		if i < -n || i >= n {
			return 0, fmt.Errorf("index %d is outside an axis of length %d (axis %d of an array of shape %s)", i, n, ax, shapeString(a.shape))
		}
		if i < 0 {
			i += n
		}
		return i, nil
	}
	switch k := keys[ax].(type) {
	case starlark.Int:
		i, err := starlark.AsInt32(k)
		if err != nil {
			return nil, false, err
		}
		i, err = at(i)
		return []int{i}, false, err
	case sliceValue:
		pos, err := k.positions(n)
		return pos, true, err
	case *Array, *starlark.List:
		arr, err := toArray(k)
		if err != nil {
			return nil, false, err
		}
		if len(arr.shape) != 1 {
			return nil, false, fmt.Errorf("an index array must have one dimension, not shape %s", shapeString(arr.shape))
		}
		if arr.kind == boolElems && len(arr.data) > 0 {
			if len(arr.data) != n {
				return nil, false, fmt.Errorf("a mask of length %d does not fit an axis of length %d", len(arr.data), n)
			}
			for i, v := range arr.data {
				if v != 0 {
					pos = append(pos, i)
				}
			}
			return pos, true, nil
		}
		pos = make([]int, len(arr.data))
		for i, v := range arr.data {
			if v != math.Trunc(v) || !arr.dim.Dimensionless() {
				return nil, false, fmt.Errorf("index arrays hold whole numbers; element %d is %v", i, arr.elem(v))
			}
			if pos[i], err = at(int(v)); err != nil {
				return nil, false, err
			}
		}
		return pos, true, nil
	}
	return nil, false, fmt.Errorf("an array is indexed with whole numbers, slice(...), masks or index arrays, not with %s", article(keys[ax]))
}

// Has is x in a, of one of the elements.
func (a *Array) Has(x starlark.Value) (bool, error) {
	if b, ok := x.(starlark.Bool); ok {
		return slices.Contains(a.data, boolFloat(bool(b))), nil
	}
	q, ok := asQuantity(x)
	return ok && (q.Dim == a.dim || q.Value == 0) && slices.Contains(a.data, q.Value), nil
}

// Get implements a[key].
func (a *Array) Get(key starlark.Value) (starlark.Value, bool, error) {
	if k, ok := key.(starlark.Int); ok && len(a.shape) > 0 {
		i, err := starlark.AsInt32(k)
		if err != nil {
			return nil, false, err
		}
		n := a.shape[0]
		if i < -n || i >= n {
			return nil, false, fmt.Errorf("index %d is outside an array of length %d", i, n)
		}
		if i < 0 {
			i += n
		}
		return a.Index(i), true, nil
	}
	if keys, ok := key.(starlark.Tuple); key == starlark.None || ok && slices.Contains(keys, starlark.Value(starlark.None)) {
		if !ok {
			keys = starlark.Tuple{key}
		}
		v, err := a.withAxes(keys)
		return v, err == nil, err
	}
	s, err := a.selected(key)
	if err != nil {
		return nil, false, err
	}
	if len(s.shape) == 0 {
		return a.elem(a.data[s.offsets[0]]), true, nil
	}
	data := make([]float64, len(s.offsets))
	for i, o := range s.offsets {
		data[i] = a.data[o]
	}
	return &Array{data: data, shape: s.shape, dim: a.dim, kind: a.kind}, true, nil
}

// SetKey implements a[key] = v, with v a number or an array that broadcasts to the selected elements.
func (a *Array) SetKey(key, v starlark.Value) error {
	if a.frozen {
		return fmt.Errorf("cannot change a frozen array")
	}
	if a.iters > 0 {
		return fmt.Errorf("cannot change an array during iteration")
	}
	s, err := a.selected(key)
	if err != nil {
		return err
	}
	src, err := toArray(v)
	if err != nil {
		return err
	}
	if a.through != nil {
		if err := a.through(key, v); err != nil {
			return err
		}
	}
	if src.dim != a.dim && !a.dim.Dimensionless() && !src.onlyZeros() { // an array without unit takes the numbers in SI units, as numpy's does
		return fmt.Errorf("cannot store %s in an array of %s", describeDim(src.dim), describeDim(a.dim))
	}
	if a.kind > src.kind && len(src.data) > 0 {
		a.kind = src.kind
	}
	if len(src.data) == 1 {
		for _, o := range s.offsets {
			a.data[o] = src.data[0]
		}
		return nil
	}
	shape, err := broadcastShape(src.shape, s.shape)
	if err != nil || !sameShape(shape, s.shape) && len(src.data) != len(s.offsets) {
		return fmt.Errorf("cannot store values of shape %s in a place of shape %s", shapeString(src.shape), shapeString(s.shape))
	}
	if len(src.data) == len(s.offsets) {
		// src may be a view of the same storage
		vals := append([]float64(nil), src.data...)
		for i, o := range s.offsets {
			a.data[o] = vals[i]
		}
		return nil
	}
	zero := &Array{data: make([]float64, len(s.offsets)), shape: s.shape}
	full, err := broadcast(src, zero, src.dim, src.kind, func(x, _ float64) float64 { return x })
	if err != nil {
		return err
	}
	for i, o := range s.offsets {
		a.data[o] = full.data[i]
	}
	return nil
}

func isScalar(v starlark.Value) bool {
	switch v.(type) {
	case starlark.Int, starlark.Float:
		return true
	}
	return false
}

// plainIndex turns variables and subsets of synapses that stand as an index into arrays of numbers.
func plainIndex(key starlark.Value) (starlark.Value, error) {
	switch k := key.(type) {
	case *varView:
		return k.array()
	case *synapseSubset:
		return indexArray(k.elems), nil
	}
	return key, nil
}

// indices reads an array of element numbers.
func indices(what string, v starlark.Value) ([]int32, error) {
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if len(a.shape) > 1 || !a.dim.Dimensionless() {
		return nil, fmt.Errorf("%s: expected a list of whole numbers, got shape %s in %s", what, shapeString(a.shape), describeDim(a.dim))
	}
	if a.kind == boolElems && len(a.data) > 0 {
		return nil, withHint(fmt.Errorf("%s: expected whole numbers, got True and False", what), "nonzero(mask)[0] gives the indices where a mask is true")
	}
	out := make([]int32, len(a.data))
	for k, x := range a.data {
		if x != math.Trunc(x) || math.Abs(x) > maxGroup {
			return nil, fmt.Errorf("%s: element %d is %v, not a whole number", what, k, x)
		}
		out[k] = int32(x)
	}
	return out, nil
}
