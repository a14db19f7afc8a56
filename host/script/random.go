package script

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/rng"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// draws are the script's own random numbers: Philox keyed by the seed, one step per call, one element per number.
type draws struct {
	seed   uint64
	call   uint32
	stream string // "script" when empty
}

// next is the place of the next call's draws.
func (d *draws) next() rng.At {
	d.call++
	stream := d.stream
	if stream == "" {
		stream = "script"
	}
	return rng.At{Key: rng.NewKey(d.seed, 0, 0), Stream: rng.Stream(stream), Step: d.call}
}

// fill draws one number per element; f gets the place and the element.
func (d *draws) fill(n int, f func(at rng.At, k uint32) float64) []float64 {
	at := d.next()
	out := make([]float64, n)
	for i := range out {
		out[i] = f(at, uint32(i))
	}
	return out
}

// vocabulary are the functions that draw from d.
func (d *draws) vocabulary() starlark.StringDict {
	out := starlark.StringDict{}
	add := func(name string, f builtinFunc) { out[name] = starlark.NewBuiltin(name, f) }
	add("rand", d.sized(func(at rng.At, k uint32) float64 { return rng.Uniform[float64](at, k, 0) }))
	add("randn", d.sized(func(at rng.At, k uint32) float64 { return rng.Normal[float64](at, k, 0) }))
	add("uniform", d.drawTwo("low", "high", 0, 1, func(at rng.At, k uint32, a, b float64) float64 {
		return a + float64((b-a)*rng.Uniform[float64](at, k, 0))
	}, sharedUnit))
	add("normal", d.drawTwo("loc", "scale", 0, 1, func(at rng.At, k uint32, a, b float64) float64 {
		return a + float64(b*rng.Normal[float64](at, k, 0))
	}, sharedUnit))
	add("lognormal", d.drawTwo("mean", "sigma", 0, 1, func(at rng.At, k uint32, a, b float64) float64 {
		return math.Exp(a + float64(b*rng.Normal[float64](at, k, 0)))
	}, noUnit))
	add("gamma", d.drawTwo("shape", "scale", 1, 1, func(at rng.At, k uint32, a, b float64) float64 {
		return b * rng.Gamma(at, k, 0, a)
	}, secondUnit))
	add("exponential", d.drawTwo("scale", "unused", 1, 0, func(at rng.At, k uint32, a, _ float64) float64 {
		return a * rng.Exponential[float64](at, k, 0)
	}, func(a, _ units.Dim) (units.Dim, error) { return a, nil }))
	add("randint", d.randint)
	add("permutation", d.permutation)
	return out
}

// numpyRandom is np.random, drawing from d.
func (d *draws) numpyRandom() starlark.StringDict {
	out := d.vocabulary()
	d.drawCounts(out)
	return out
}

func sharedUnit(a, b units.Dim) (units.Dim, error) {
	if a != b {
		return a, fmt.Errorf("the arguments have different units: %s and %s", describeDim(a), describeDim(b))
	}
	return a, nil
}

func noUnit(a, b units.Dim) (units.Dim, error) {
	if !a.Dimensionless() || !b.Dimensionless() {
		return a, fmt.Errorf("the arguments must have no unit")
	}
	return a, nil
}

func secondUnit(a, b units.Dim) (units.Dim, error) {
	if !a.Dimensionless() {
		return a, fmt.Errorf("the shape must have no unit, got %s", describeDim(a))
	}
	return b, nil
}

// shaped wraps n drawn values: one number without a size, else an array.
func shaped(size starlark.Value, kind elemKind, d units.Dim, draw func(n int) []float64) (starlark.Value, error) {
	if !isGiven(size) {
		out := &Array{data: draw(1), dim: d, kind: kind}
		return out.elem(out.data[0]), nil
	}
	shape, err := lengths(size)
	if err != nil {
		return nil, err
	}
	out, err := newArray(shape...)
	if err != nil {
		return nil, err
	}
	out.data, out.dim, out.kind = draw(len(out.data)), d, kind
	return out, nil
}

// sized is rand() and rand(n, m, ...): the arguments are the shape.
func (r *draws) sized(f func(rng.At, uint32) float64) builtinFunc {
	return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(kwargs) > 0 {
			return nil, fmt.Errorf("%s: takes lengths only, e.g. %s(100)", b.Name(), b.Name())
		}
		var size starlark.Value
		if len(args) > 0 {
			size = args
		}
		v, err := shaped(size, realElems, noDim, func(n int) []float64 { return r.fill(n, f) })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
		return v, nil
	}
}

// drawTwo is a distribution of two parameters, each a number or an array of the size drawn.
func (r *draws) drawTwo(p, q string, defP, defQ float64, f func(at rng.At, k uint32, a, b float64) float64,
	unit func(a, b units.Dim) (units.Dim, error)) builtinFunc {
	return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var vp, vq starlark.Value = starlark.Float(defP), starlark.Float(defQ)
		var size starlark.Value = starlark.None
		pairs := []any{p + "?", &vp, q + "?", &vq, "size?", &size}
		if q == "unused" {
			pairs = []any{p + "?", &vp, "size?", &size}
		}
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, pairs...); err != nil {
			return nil, err
		}
		x, sx, err := operand(b.Name(), vp)
		if err != nil {
			return nil, err
		}
		y, sy, err := operand(b.Name(), vq)
		if err != nil {
			return nil, err
		}
		// a plain 0 or 1 left at its default takes the other's unit
		if vq == starlark.Value(starlark.Float(defQ)) && q == "scale" && p == "shape" {
			y = &Array{data: y.data, kind: y.kind}
		}
		d, err := unit(x.dim, y.dim)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
		return r.withTwo(b.Name(), size, realElems, d, x, y, sx && sy, f)
	}
}

// withTwo draws with two parameters, of one value or as many as are drawn: one number, where both are scalars and no size is given.
func (r *draws) withTwo(name string, size starlark.Value, kind elemKind, d units.Dim, x, y *Array, scalars bool, f func(at rng.At, k uint32, a, b float64) float64) (starlark.Value, error) {
	if size == starlark.None && !scalars {
		shape, err := broadcastShape(x.shape, y.shape)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		size = intTuple(shape)
	}
	at := func(a *Array, k uint32) float64 { return a.data[min(int(k), len(a.data)-1)] }
	fits := true
	v, err := shaped(size, kind, d, func(n int) []float64 {
		if fits = (len(x.data) == 1 || len(x.data) == n) && (len(y.data) == 1 || len(y.data) == n); !fits {
			return make([]float64, n)
		}
		return r.fill(n, func(a rng.At, k uint32) float64 { return f(a, k, at(x, k), at(y, k)) })
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if !fits {
		return nil, fmt.Errorf("%s: parameters of %d and %d values do not fit the size %v", name, len(x.data), len(y.data), size)
	}
	return v, nil
}

// randint is randint(high) or randint(low, high): whole numbers low <= k < high.
func (r *draws) randint(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var lo int64
	var high, size starlark.Value = starlark.None, starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "low", &lo, "high?", &high, "size?", &size); err != nil {
		return nil, err
	}
	hi := lo
	if high == starlark.None {
		lo = 0
	} else if i, err := starlark.AsInt32(high); err == nil {
		hi = int64(i)
	} else {
		return nil, fmt.Errorf("randint: high must be a whole number, got %s", article(high))
	}
	if hi <= lo || hi-lo > 1<<53 {
		return nil, fmt.Errorf("randint: nothing lies between %d and %d (high is not included)", lo, hi)
	}
	span := float64(hi - lo)
	v, err := shaped(size, intElems, noDim, func(n int) []float64 {
		return r.fill(n, func(at rng.At, k uint32) float64 {
			return float64(lo) + math.Floor(span*rng.Uniform[float64](at, k, 0))
		})
	})
	if err != nil {
		return nil, fmt.Errorf("randint: %w", err)
	}
	return v, nil
}

// permutation shuffles 0..n-1, or the rows of an array (Fisher and Yates).
func (r *draws) permutation(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	var a *Array
	n, err := starlark.AsInt32(v)
	if err != nil {
		if a, err = toArray(v); err != nil {
			return nil, fmt.Errorf("permutation: %w", err)
		}
		n = a.Len()
	}
	if n < 0 || n > maxElements {
		return nil, fmt.Errorf("permutation: %d elements", n)
	}
	idx := make([]int, n)
	at := r.next()
	for i := range idx {
		j := int(float64(i+1) * rng.Uniform[float64](at, uint32(i), 0))
		idx[i] = idx[j]
		idx[j] = i
	}
	if a != nil {
		return a.take(idx), nil
	}
	return intArray(idx), nil
}
