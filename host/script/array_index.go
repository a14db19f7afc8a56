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
	lo, count, step, err := s.bounds(n)
	if err != nil || count == 0 {
		return nil, err
	}
	list := make([]int, count)
	for k := range list {
		list[k] = lo + k*step
	}
	return list, nil
}

// bounds are the first index that s selects, how many there are, and the step.
func (s sliceValue) bounds(n int) (first, count, step int, err error) {
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
	step, err = read(s.step, 1)
	if err != nil {
		return 0, 0, 0, err
	}
	if step == 0 {
		return 0, 0, 0, fmt.Errorf("slice: the step cannot be 0")
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
			return 0, 0, 0, err
		}
		lo = clamp(i)
	}
	if isGiven(s.stop) {
		i, err := read(s.stop, 0)
		if err != nil {
			return 0, 0, 0, err
		}
		hi = clamp(i)
	}
	if step > 0 {
		count = max(0, (hi-lo+step-1)/step)
	} else {
		count = max(0, (lo-hi-step-1)/-step)
	}
	return lo, count, step, nil
}

// strided lists start, start+step and so on, before end.
func strided(start, end, step int) (list []int) {
	for i := start; step > 0 && i < end || step < 0 && i > end; i += step {
		list = append(list, i)
	}
	return list
}

// Index is a[i]: an element of a 1-D array, else a row, which is a view.
func (a *Array) Index(i int) starlark.Value {
	if len(a.shape) == 1 {
		return a.elem(a.now().data[i])
	}
	steps := a.layout()
	return a.view(a.origin+i*steps[0], a.shape[1:], steps[1:])
}

// Slice is a[start:end:step] along the first axis, a view.
func (a *Array) Slice(start, end, step int) starlark.Value {
	a.now()
	n := 0
	if step > 0 {
		n = max(0, (end-start+step-1)/step)
	} else {
		n = max(0, (start-end-step-1)/-step)
	}
	if len(a.shape) == 0 {
		return a
	}
	steps := slices.Clone(a.layout())
	origin := a.origin + start*steps[0]
	steps[0] *= step
	return a.view(origin, append([]int{n}, a.shape[1:]...), steps)
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
	if m, ok := key.(*Array); ok && m.now().kind == boolElems && len(m.shape) > 1 {
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
	if v, ok, err := a.sliced(key); ok || err != nil {
		return v, err == nil, err
	}
	a.now()
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
	if err := a.writable(); err != nil {
		return err
	}
	if a.now(); a.shows(key, v) { // a[key] += x has done it
		return nil
	}
	s, err := a.selected(key)
	if err != nil {
		return err
	}
	src, err := toArray(v)
	if err != nil {
		return err
	}
	if src.dim != a.dim && !a.dim.Dimensionless() && !src.onlyZeros() { // an array without unit takes the numbers in SI units, as numpy's does
		return fmt.Errorf("cannot store %s in an array of %s", describeDim(src.dim), describeDim(a.dim))
	}
	if len(s.offsets) == 0 {
		s.offsets = []int{}
	}
	if len(src.data) == 1 {
		vals, err := a.held(src)
		if err != nil {
			return err
		}
		return a.write(s.offsets, vals)
	}
	shape, err := broadcastShape(src.shape, s.shape)
	if err != nil || !sameShape(shape, s.shape) && len(src.data) != len(s.offsets) {
		return fmt.Errorf("cannot store values of shape %s in a place of shape %s", shapeString(src.shape), shapeString(s.shape))
	}
	if len(src.data) != len(s.offsets) {
		zero := &Array{data: make([]float64, len(s.offsets)), shape: s.shape}
		if src, err = broadcast(src, zero, src.dim, src.kind, func(x, _ float64) float64 { return x }); err != nil {
			return err
		}
	}
	vals, err := a.held(src)
	if err != nil {
		return err
	}
	if src.mem != nil { // it may be a view of the same memory
		vals = slices.Clone(vals)
	}
	return a.write(s.offsets, vals)
}

// shows reports whether v is the view a[key].
func (a *Array) shows(key, v starlark.Value) bool {
	b, ok := v.(*Array)
	if !ok || b.mem == nil || b.mem != a.mem {
		return false
	}
	if k, ok := key.(starlark.Int); ok {
		if i, err := starlark.AsInt32(k); err == nil && i < 0 && len(a.shape) > 0 {
			key = starlark.MakeInt(i + a.shape[0])
		}
	}
	keys, tuple := key.(starlark.Tuple)
	if !tuple {
		keys = starlark.Tuple{key}
	}
	if len(keys) > len(a.shape) {
		return false
	}
	steps, origin := a.layout(), a.origin
	var shape, left []int
	for ax, n := range a.shape {
		var k starlark.Value = sliceValue{starlark.None, starlark.None, starlark.None}
		if ax < len(keys) {
			k = keys[ax]
		}
		switch k := k.(type) {
		case starlark.Int:
			i, err := starlark.AsInt32(k)
			if err != nil || i < -n || i >= n {
				return false
			}
			origin += (i + n) % n * steps[ax]
		case sliceValue:
			lo, count, step, err := k.bounds(n)
			if err != nil {
				return false
			}
			origin += lo * steps[ax]
			shape, left = append(shape, count), append(left, step*steps[ax])
		default:
			return false
		}
	}
	return origin == b.origin && sameShape(shape, b.shape) && sameShape(left, b.layout())
}

// held are the values of src as a's elements hold them: whole numbers are cut off towards 0, as in numpy.
func (a *Array) held(src *Array) ([]float64, error) {
	if a.kind <= src.kind {
		return src.data, nil
	}
	vals := slices.Clone(src.data)
	for k, x := range vals {
		switch {
		case a.kind == boolElems:
			vals[k] = boolFloat(x != 0)
		case math.IsNaN(x) || math.IsInf(x, 0):
			return nil, withHint(fmt.Errorf("an array of whole numbers cannot hold %v", src.elem(x)), "a.astype(float), or zeros(n), holds it")
		default:
			vals[k] = math.Trunc(x)
		}
	}
	return vals, nil
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
