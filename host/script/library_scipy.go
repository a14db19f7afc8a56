package script

import (
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/rng"
	"go.starlark.net/starlark"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// statsModule is what models use of scipy.stats: a line through points, and normal numbers, whole ones and those within bounds.
func statsModule(r *draws) starlark.StringDict {
	return starlark.StringDict{
		"linregress": starlark.NewBuiltin("linregress", linearRegression),
		"norm": &moduleValue{"norm", functions(map[string]builtinFunc{
			"pdf": ofNormal(func(z, scale float64) float64 { return distuv.UnitNormal.Prob(z) / scale }),
			"cdf": ofNormal(func(z, _ float64) float64 { return distuv.UnitNormal.CDF(z) }),
			"sf":  ofNormal(func(z, _ float64) float64 { return distuv.UnitNormal.CDF(-z) }),
			"ppf": normalQuantile, "rvs": r.normalNumbers,
		})},
		"truncnorm": &moduleValue{"truncnorm", functions(map[string]builtinFunc{"rvs": r.truncatedNormal})},
	}
}

// namedTuple is a tuple whose elements have names, too.
type namedTuple struct {
	starlark.Tuple
	kind  string
	names []string
}

var _ starlark.HasAttrs = namedTuple{}

// AttrNames lists the names.
func (n namedTuple) AttrNames() []string { return n.names }

// Attr is an element by its name.
func (n namedTuple) Attr(name string) (starlark.Value, error) {
	if k := slices.Index(n.names, name); k >= 0 {
		return n.Tuple[k], nil
	}
	return nil, noAttr(n.kind, name, n.names)
}

// linearRegression is linregress(x, y): slope, intercept, correlation, the probability of a slope as large without one, and the slope's standard error.
func linearRegression(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var vx, vy starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "x", &vx, "y", &vy); err != nil {
		return nil, err
	}
	x, _, err := operand(b.Name(), vx)
	if err != nil {
		return nil, err
	}
	y, _, err := operand(b.Name(), vy)
	if err != nil {
		return nil, err
	}
	n := len(x.data)
	if n != len(y.data) || n < 2 {
		return nil, fmt.Errorf("%s: expected two values or more and as many of y as of x, got %d and %d", b.Name(), n, len(y.data))
	}
	mx, my := stat.Mean(x.data, nil), stat.Mean(y.data, nil)
	var sxx, sxy, syy float64
	for k := range x.data {
		dx, dy := x.data[k]-mx, y.data[k]-my
		sxx, sxy, syy = sxx+dx*dx, sxy+dx*dy, syy+dy*dy
	}
	if sxx == 0 {
		return nil, fmt.Errorf("%s: all values of x are %g", b.Name(), mx)
	}
	slope := sxy / sxx
	r := 0.0
	if syy > 0 {
		r = max(-1, min(1, sxy/math.Sqrt(sxx*syy)))
	}
	p, spread := 1.0, 0.0
	if n == 2 {
		if syy > 0 {
			p = 0
		}
	} else {
		free := float64(n - 2)
		const least = 1e-20 // as in scipy, where the correlation is whole
		t := r * math.Sqrt(free/((1-r+least)*(1+r+least)))
		p = 2 * distuv.StudentsT{Sigma: 1, Nu: free}.CDF(-math.Abs(t))
		spread = math.Sqrt((1 - r*r) * syy / sxx / free)
	}
	rise := y.dim.Div(x.dim)
	return namedTuple{starlark.Tuple{number(slope, rise), number(my-slope*mx, y.dim), starlark.Float(r), starlark.Float(p), number(spread, rise)},
		"linregress", []string{"slope", "intercept", "rvalue", "pvalue", "stderr"}}, nil
}

// locScale reads f(x, loc=0, scale=1) with numbers or arrays of one unit.
func locScale(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple, first string) (x, loc, scale *Array, scalar bool, err error) {
	var v starlark.Value
	var at, width starlark.Value = starlark.MakeInt(0), starlark.MakeInt(1)
	if err = starlark.UnpackArgs(b.Name(), args, kwargs, first, &v, "loc?", &at, "scale?", &width); err != nil {
		return
	}
	var one [3]bool
	if x, one[0], err = operand(b.Name(), v); err != nil {
		return
	}
	if loc, one[1], err = operand(b.Name(), at); err != nil {
		return
	}
	scale, one[2], err = operand(b.Name(), width)
	return x, loc, scale, one[0] && one[1] && one[2], err
}

// eachOf calls f for the elements of three arrays that fit each other.
func eachOf(name string, x, y, z *Array, f func(x, y, z float64) float64) (*Array, error) {
	shape, err := broadcastShape(x.shape, y.shape)
	if err == nil {
		shape, err = broadcastShape(shape, z.shape)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	out, err := newArray(shape...)
	if err != nil {
		return nil, err
	}
	if len(shape) == 0 {
		out = &Array{data: make([]float64, 1)}
	}
	for _, a := range []*Array{x, y, z} {
		if len(a.data) != 1 && !sameShape(a.shape, shape) {
			return nil, fmt.Errorf("%s: arrays of shape %s and %s", name, shapeString(a.shape), shapeString(shape))
		}
	}
	at := func(a *Array, k int) float64 { return a.data[min(k, len(a.data)-1)] }
	for k := range out.data {
		out.data[k] = f(at(x, k), at(y, k), at(z, k))
	}
	return out, nil
}

func ofNormal(f func(z, scale float64) float64) builtinFunc {
	return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		x, loc, scale, scalar, err := locScale(b, args, kwargs, "x")
		if err != nil {
			return nil, err
		}
		loc, scale = asUnit(loc, x), asUnit(scale, x)
		if loc.dim != x.dim || scale.dim != x.dim {
			return nil, fmt.Errorf("norm.%s: x is %s, loc %s, scale %s", b.Name(), describeDim(x.dim), describeDim(loc.dim), describeDim(scale.dim))
		}
		out, err := eachOf("norm."+b.Name(), x, loc, scale, func(x, loc, scale float64) float64 { return f((x-loc)/scale, scale) })
		if err != nil {
			return nil, err
		}
		if b.Name() == "pdf" {
			out.dim = x.dim.Inv()
		}
		return result(out, scalar), nil
	}
}

// asUnit is a, which has the unit of x if it is 0.
func asUnit(a, x *Array) *Array {
	if a.onlyZeros() {
		a = a.like(a.data)
		a.dim = x.dim
	}
	return a
}

func normalQuantile(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	p, loc, scale, scalar, err := locScale(b, args, kwargs, "q")
	if err != nil {
		return nil, err
	}
	loc = asUnit(loc, scale)
	if !p.dim.Dimensionless() || loc.dim != scale.dim {
		return nil, fmt.Errorf("norm.ppf: q is %s, loc %s, scale %s", describeDim(p.dim), describeDim(loc.dim), describeDim(scale.dim))
	}
	out, err := eachOf("norm.ppf", p, loc, scale, func(p, loc, scale float64) float64 {
		if !(p >= 0 && p <= 1) {
			return math.NaN()
		}
		return loc + scale*distuv.UnitNormal.Quantile(p)
	})
	if err != nil {
		return nil, err
	}
	out.dim = scale.dim
	return result(out, scalar), nil
}

// normalNumbers is norm.rvs(loc=0, scale=1, size=1).
func (r *draws) normalNumbers(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	for _, kv := range kwargs {
		if kv[0] == starlark.String("random_state") {
			return nil, withHint(fmt.Errorf("norm.rvs: random_state="), "seed(n) starts the random numbers anew")
		}
	}
	return starlark.Call(t, r.vocabulary()["normal"], args, kwargs)
}

// truncatedNormal is truncnorm.rvs(a, b, loc=0, scale=1, size=1): normal numbers between loc + a*scale and loc + b*scale.
func (r *draws) truncatedNormal(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var from, to, size starlark.Value
	var at, width starlark.Value = starlark.MakeInt(0), starlark.MakeInt(1)
	if err := unpack("truncnorm.rvs", args, kwargs, "a", &from, "b", &to, "loc?", &at, "scale?", &width, "size?", &size); err != nil {
		return nil, err
	}
	var v [4]*Array
	scalar, n := true, 1
	var shape starlark.Value = starlark.None
	for k, x := range []starlark.Value{from, to, at, width} {
		a, one, err := operand("truncnorm.rvs", x)
		if err != nil {
			return nil, err
		}
		if v[k] = a; !one {
			scalar, n, shape = false, max(n, len(a.data)), intTuple(a.shape)
		}
	}
	v[2] = asUnit(v[2], v[3])
	if !v[0].dim.Dimensionless() || !v[1].dim.Dimensionless() || v[2].dim != v[3].dim {
		return nil, fmt.Errorf("truncnorm.rvs: the bounds count in scales and have no unit, loc and scale have one; got %s, %s, %s and %s",
			describeDim(v[0].dim), describeDim(v[1].dim), describeDim(v[2].dim), describeDim(v[3].dim))
	}
	if isGiven(size) {
		shape = size
	} else if scalar {
		shape = starlark.None
	}
	of := func(a *Array, k uint32) float64 { return a.data[min(int(k), len(a.data)-1)] }
	var wrong error
	out, err := shaped(shape, realElems, v[3].dim, func(drawn int) []float64 {
		for _, a := range v {
			if len(a.data) != 1 && len(a.data) != drawn {
				wrong = fmt.Errorf("truncnorm.rvs: parameters of %d values for %d numbers", len(a.data), drawn)
				return make([]float64, drawn)
			}
		}
		return r.fill(drawn, func(p rng.At, k uint32) float64 {
			lo, hi := of(v[0], k), of(v[1], k)
			if !(lo < hi) {
				wrong = fmt.Errorf("truncnorm.rvs: nothing lies between %g and %g", lo, hi)
				return math.NaN()
			}
			return of(v[2], k) + of(v[3], k)*between01(lo, hi, rng.Uniform[float64](p, k, 0))
		})
	})
	if err == nil {
		err = wrong
	}
	return out, err
}

// between01 is the standard normal number below which lies the fraction u of those between lo and hi. On the upper side it counts from
// above, where probabilities keep their digits.
func between01(lo, hi, u float64) float64 {
	if lo > 0 {
		return -between01(-hi, -lo, 1-u)
	}
	a, b := distuv.UnitNormal.CDF(lo), distuv.UnitNormal.CDF(hi)
	return max(lo, min(hi, distuv.UnitNormal.Quantile(a+u*(b-a))))
}

// optimizeModule is what models use of scipy.optimize.
func optimizeModule() starlark.StringDict {
	return functions(map[string]builtinFunc{"fsolve": findZero})
}

// findZero is fsolve(f, x0, args=(), xtol=1.49e-8): where f is 0, by Newton's method with slopes from differences. Numbers are in SI units, as f of scipy sees them.
func findZero(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var f starlark.Callable
	var start starlark.Value
	var more starlark.Value = starlark.Tuple{}
	tol := 1.49012e-08
	if err := unpack(b.Name(), args, kwargs, "func", &f, "x0", &start, "args?", &more, "xtol?", asFloat{&tol}); err != nil {
		return nil, err
	}
	x0, _, err := operand(b.Name(), start)
	if err != nil {
		return nil, err
	}
	with, ok := more.(starlark.Tuple)
	if !ok {
		with = starlark.Tuple{more}
	}
	n := len(x0.data)
	x := fromSlice(slices.Clone(x0.data), noDim)
	eval := func(x []float64) ([]float64, error) {
		v, err := starlark.Call(t, f, append(starlark.Tuple{fromSlice(slices.Clone(x), noDim)}, with...), nil)
		if err != nil {
			return nil, err
		}
		y, err := toArray(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
		if len(y.data) != n {
			return nil, fmt.Errorf("%s: the function gives %d values for %d unknowns", b.Name(), len(y.data), n)
		}
		return y.data, nil
	}
	if n == 0 {
		return nil, fmt.Errorf("%s: there is nothing to begin with", b.Name())
	}
	y, err := eval(x.data)
	if err != nil {
		return nil, err
	}
	size := func(v []float64) float64 { return mat.Norm(mat.NewVecDense(len(v), v), 2) }
	const most = 200
	for range most {
		if size(y) == 0 {
			return x, nil
		}
		slopes := mat.NewDense(n, n, nil)
		for k := range x.data {
			moved := slices.Clone(x.data)
			h := 1.5e-8 * math.Abs(moved[k])
			if h == 0 {
				h = 1.5e-8
			}
			moved[k] += h
			z, err := eval(moved)
			if err != nil {
				return nil, err
			}
			for i := range z {
				slopes.Set(i, k, (z[i]-y[i])/h)
			}
		}
		var step mat.VecDense
		if err := step.SolveVec(slopes, mat.NewVecDense(n, y)); err != nil && !isPoorlyConditioned(err) {
			return nil, fmt.Errorf("%s: the function does not change with its argument near %v", b.Name(), x)
		}
		far := mat.Norm(&step, 2)
		done := far <= tol*size(x.data)
		for share := 1.0; ; share /= 2 { // a step that leads away from zero is too long
			next := slices.Clone(x.data)
			for k := range next {
				next[k] -= share * step.AtVec(k)
			}
			z, err := eval(next)
			if err != nil {
				return nil, err
			}
			if size(z) < size(y) || done {
				x.data, y = next, z
				break
			}
			if share < 1e-10 {
				return nil, withHint(fmt.Errorf("%s: no zero is found from %v", b.Name(), start), "begin nearer to it")
			}
		}
		if done {
			return x, nil
		}
	}
	return nil, withHint(fmt.Errorf("%s: no zero is found from %v in %d steps", b.Name(), start, most), "begin nearer to it")
}

func isPoorlyConditioned(err error) bool {
	_, ok := err.(mat.Condition)
	return ok && !math.IsInf(float64(err.(mat.Condition)), 1)
}
