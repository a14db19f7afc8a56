package script

import (
	"fmt"
	"math"
	"sort"

	"go.starlark.net/starlark"
)

// edgesOf reads the bins argument of a histogram: a count over the given or found range, or the edges themselves.
func edgesOf(name string, bins starlark.Value, data *Array, rng starlark.Value) ([]float64, error) {
	if n, err := starlark.AsInt32(bins); err == nil {
		if n < 1 || n > maxElements {
			return nil, fmt.Errorf("%s: the number of bins must be positive", name)
		}
		lo, hi := math.Inf(1), math.Inf(-1)
		if isGiven(rng) {
			r, err := toArray(rng)
			if err != nil || len(r.data) != 2 || r.dim != data.dim {
				return nil, fmt.Errorf("%s: the range must be (low, high) in the unit of the values", name)
			}
			lo, hi = r.data[0], r.data[1]
		} else {
			for _, v := range data.data {
				lo, hi = math.Min(lo, v), math.Max(hi, v)
			}
			if len(data.data) == 0 {
				lo, hi = 0, 1
			}
		}
		if lo == hi {
			lo, hi = lo-0.5, hi+0.5
		}
		if math.IsNaN(lo) || math.IsInf(lo, 0) || math.IsInf(hi, 0) || lo > hi {
			return nil, fmt.Errorf("%s: the range [%g, %g] is not finite and ascending", name, lo, hi)
		}
		edges := make([]float64, n+1)
		step := (hi - lo) / float64(n) // as numpy rounds them
		for i := range edges {
			edges[i] = float64(float64(i)*step) + lo
		}
		edges[n] = hi
		return edges, nil
	}
	e, err := toArray(bins)
	if err != nil {
		return nil, fmt.Errorf("%s: bins must be a number or an array of edges", name)
	}
	if e.dim != data.dim {
		return nil, fmt.Errorf("%s: the edges are %s, the values %s", name, describeDim(e.dim), describeDim(data.dim))
	}
	if len(e.data) < 2 || !sort.Float64sAreSorted(e.data) {
		return nil, fmt.Errorf("%s: edges are two or more ascending values", name)
	}
	return e.data, nil
}

// bin finds the bin of v, or -1. The last bin includes its upper edge.
func bin(edges []float64, v float64) int {
	last := len(edges) - 1
	if !(v >= edges[0] && v <= edges[last]) {
		return -1
	}
	return min(sort.Search(last+1, func(i int) bool { return edges[i] > v })-1, last-1)
}

func histogram(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v, rng starlark.Value
	var bins starlark.Value = starlark.MakeInt(10)
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "values", &v, "bins?", &bins, "range?", &rng); err != nil {
		return nil, err
	}
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("histogram: %w", err)
	}
	edges, err := edgesOf(b.Name(), bins, a, rng)
	if err != nil {
		return nil, err
	}
	n := make([]int, len(edges)-1)
	for _, x := range a.data {
		if k := bin(edges, x); k >= 0 {
			n[k]++
		}
	}
	return starlark.Tuple{intArray(n), fromSlice(edges, a.dim)}, nil
}

func histogram2d(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var vx, vy, rng starlark.Value
	var bins starlark.Value = starlark.MakeInt(10)
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "x", &vx, "y", &vy, "bins?", &bins, "range?", &rng); err != nil {
		return nil, err
	}
	x, err := toArray(vx)
	if err != nil {
		return nil, fmt.Errorf("histogram2d: %w", err)
	}
	y, err := toArray(vy)
	if err != nil {
		return nil, fmt.Errorf("histogram2d: %w", err)
	}
	if len(x.data) != len(y.data) {
		return nil, fmt.Errorf("histogram2d: x has %d values, y has %d", len(x.data), len(y.data))
	}
	pair := func(v starlark.Value) (starlark.Value, starlark.Value) {
		if s, ok := v.(starlark.Indexable); ok && s.Len() == 2 {
			if _, isArray := v.(*Array); !isArray {
				return s.Index(0), s.Index(1)
			}
		}
		return v, v
	}
	bx, by := pair(bins)
	rx, ry := starlark.Value(nil), starlark.Value(nil)
	if isGiven(rng) {
		rx, ry = pair(rng)
	}
	ex, err := edgesOf(b.Name(), bx, x, rx)
	if err != nil {
		return nil, err
	}
	ey, err := edgesOf(b.Name(), by, y, ry)
	if err != nil {
		return nil, err
	}
	out, err := newArray(len(ex)-1, len(ey)-1)
	if err != nil {
		return nil, err
	}
	for k := range x.data {
		i, j := bin(ex, x.data[k]), bin(ey, y.data[k])
		if i >= 0 && j >= 0 {
			out.data[i*(len(ey)-1)+j]++
		}
	}
	return starlark.Tuple{out, fromSlice(ex, x.dim), fromSlice(ey, y.dim)}, nil
}
