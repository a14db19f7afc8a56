package script

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"gonum.org/v1/gonum/mat"
)

// analysisVocabulary are numpy's functions for looking at what was measured.
func analysisVocabulary() starlark.StringDict {
	d := functions(map[string]builtinFunc{"isclose": isClose, "gradient": gradient, "trapz": trapezoids, "trapezoid": trapezoids, "corrcoef": covariances, "cov": covariances,
		"polyfit": polyfit, "polyval": polyval, "ptp": peakToPeak, "fill_diagonal": fillDiagonal, "digitize": digitize})
	for _, name := range []string{"nanmin", "nanmax", "nansum", "nanmean", "nanstd", "nanvar", "nanmedian"} {
		d[name] = starlark.NewBuiltin(name, withoutNaN)
	}
	for name, f := range map[string]func(float64) float64{"deg2rad": radians, "rad2deg": degrees,
		"arcsinh": math.Asinh, "arccosh": math.Acosh, "arctanh": math.Atanh} {
		d[name] = elementFunction(name, f)
	}
	d["radians"], d["degrees"] = d["deg2rad"], d["rad2deg"]
	return d
}

// withoutNaN is nanmin(a) and the like: the reduction of the elements that are numbers; NaN where there are none.
func withoutNaN(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := flatArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	name := strings.TrimPrefix(b.Name(), "nan")
	data := slices.DeleteFunc(slices.Clone(a.data), math.IsNaN)
	x := math.NaN()
	if len(data) > 0 || name == "sum" {
		if x, err = a.reduce(name, data); err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
	}
	return number(x, a.dim), nil
}

// isClose is isclose(a, b, rtol=1e-5, atol=1e-8), a mask.
func isClose(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x, y, near, err := nearArrays(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	out, err := broadcast(x, y, noDim, boolElems, func(p, q float64) float64 { return boolFloat(near(p, q)) })
	if err != nil {
		return nil, err
	}
	return result(out, len(out.shape) == 0), nil
}

// listOf reads one list of numbers.
func listOf(name string, v starlark.Value, least int) (*Array, error) {
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(a.shape) != 1 || len(a.data) < least {
		return nil, fmt.Errorf("%s: takes a list of at least %d numbers, got shape %s", name, least, shapeString(a.shape))
	}
	return a, nil
}

// gradient is gradient(f, dx=1): central differences, one-sided at the ends; dx is a distance or the places of the values.
func gradient(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	var dx starlark.Value = starlark.Float(1)
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "f", &v, "dx?", &dx); err != nil {
		return nil, err
	}
	f, err := listOf("gradient", v, 2)
	if err != nil {
		return nil, err
	}
	x, err := toArray(dx)
	if err != nil {
		return nil, fmt.Errorf("gradient: %w", err)
	}
	n := len(f.data)
	h := make([]float64, n-1)
	for k := range h {
		switch len(x.data) {
		case 1:
			h[k] = x.data[0]
		case n:
			h[k] = x.data[k+1] - x.data[k]
		default:
			return nil, fmt.Errorf("gradient: %d places of %d values", len(x.data), n)
		}
	}
	out := make([]float64, n)
	out[0], out[n-1] = (f.data[1]-f.data[0])/h[0], (f.data[n-1]-f.data[n-2])/h[n-2]
	for k := 1; k < n-1; k++ {
		p, q := h[k-1], h[k]
		if p == q {
			out[k] = (f.data[k+1] - f.data[k-1]) / (2 * p)
			continue
		}
		out[k] = float64(-q/(p*(p+q))*f.data[k-1]) + float64((q-p)/(p*q)*f.data[k]) + float64(p/(q*(p+q))*f.data[k+1])
	}
	return fromSlice(out, f.dim.Div(x.dim)), nil
}

// trapezoids is trapz(y, x=None, dx=1).
func trapezoids(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	var places, dx starlark.Value = starlark.None, starlark.Float(1)
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "y", &v, "x?", &places, "dx?", &dx); err != nil {
		return nil, err
	}
	y, err := listOf(b.Name(), v, 1)
	if err != nil {
		return nil, err
	}
	if places != starlark.None {
		dx = places
	}
	x, err := toArray(dx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	if len(x.data) != 1 && len(x.data) != len(y.data) || places != starlark.None && len(x.data) != len(y.data) {
		return nil, fmt.Errorf("%s: %d places of %d values", b.Name(), len(x.data), len(y.data))
	}
	parts := make([]float64, len(y.data)-1)
	for k := range parts {
		h := x.data[0]
		if places != starlark.None {
			h = x.data[k+1] - x.data[k]
		}
		parts[k] = float64(h*(y.data[k]+y.data[k+1])) / 2
	}
	return number(pairwiseSum(parts), y.dim.Mul(x.dim)), nil
}

// covariances are corrcoef(x, y) and cov(x, y): a matrix of the variables, one in each row of x, and those of y.
func covariances(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var vx, vy starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "x", &vx, "y?", &vy); err != nil {
		return nil, err
	}
	var rows [][]float64
	dim, n := noDim, -1
	for k, v := range []starlark.Value{vx, vy} {
		if !isGiven(v) {
			continue
		}
		a, err := toArray(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
		if len(a.shape) < 1 || len(a.shape) > 2 {
			return nil, fmt.Errorf("%s: takes lists or matrices, got shape %s", b.Name(), shapeString(a.shape))
		}
		cols := a.shape[len(a.shape)-1]
		if k > 0 && (cols != n || a.dim != dim) {
			if cols != n {
				return nil, fmt.Errorf("%s: lists of %d and %d numbers", b.Name(), n, cols)
			}
			if b.Name() == "cov" {
				return nil, fmt.Errorf("cov: %s and %s", describeDim(dim), describeDim(a.dim))
			}
		}
		dim, n = a.dim, cols
		for r := 0; cols > 0 && r < len(a.data); r += cols {
			rows = append(rows, a.data[r:r+cols])
		}
	}
	if n < 2 {
		return nil, fmt.Errorf("%s: takes at least two numbers", b.Name())
	}
	m := len(rows)
	centred := make([][]float64, m)
	for r, x := range rows {
		mean := pairwiseSum(x) / float64(n)
		centred[r] = make([]float64, n)
		for k := range x {
			centred[r][k] = x[k] - mean
		}
	}
	out, err := newArray(m, m)
	if err != nil {
		return nil, err
	}
	products := make([]float64, n)
	for i := range m {
		for j := i; j < m; j++ {
			for k := range products {
				products[k] = float64(centred[i][k] * centred[j][k])
			}
			out.data[i*m+j] = pairwiseSum(products) / float64(n-1)
			out.data[j*m+i] = out.data[i*m+j]
		}
	}
	if b.Name() == "cov" {
		out.dim = dim.Mul(dim)
		if m == 1 {
			return number(out.data[0], out.dim), nil
		}
		return out, nil
	}
	scale := make([]float64, m)
	for i := range scale {
		scale[i] = math.Sqrt(out.data[i*m+i])
	}
	for i := range out.data {
		out.data[i] = max(-1, min(1, out.data[i]/scale[i/m]/scale[i%m]))
	}
	if m == 1 {
		return starlark.Float(1), nil
	}
	return out, nil
}

// polyfit is polyfit(x, y, deg): the coefficients of the polynomial with the least squares, the highest power first.
func polyfit(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	deg := 0
	var vx, vy starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "x", &vx, "y", &vy, "deg", &deg); err != nil {
		return nil, err
	}
	x, err := listOf("polyfit", vx, 1)
	if err != nil {
		return nil, err
	}
	y, err := listOf("polyfit", vy, 1)
	if err != nil {
		return nil, err
	}
	switch {
	case !x.dim.Dimensionless() || !y.dim.Dimensionless():
		return nil, withHint(fmt.Errorf("polyfit: takes numbers without unit"), "divide by units, as in polyfit(I/nA, rate/Hz, 1)")
	case len(x.data) != len(y.data) || deg < 0 || deg >= len(x.data):
		return nil, fmt.Errorf("polyfit: a polynomial of degree %d through %d and %d numbers", deg, len(x.data), len(y.data))
	}
	a := mat.NewDense(len(x.data), deg+1, nil)
	scale := make([]float64, deg+1)
	for c := range scale {
		for r, v := range x.data {
			p := math.Pow(v, float64(deg-c))
			a.Set(r, c, p)
			scale[c] = math.Hypot(scale[c], p)
		}
		for r := range x.data {
			a.Set(r, c, a.At(r, c)/scale[c])
		}
	}
	var qr mat.QR
	qr.Factorize(a)
	var out mat.Dense
	if err := qr.SolveTo(&out, false, mat.NewDense(len(y.data), 1, slices.Clone(y.data))); err != nil {
		return nil, fmt.Errorf("polyfit: the places do not determine a polynomial of degree %d", deg)
	}
	list := make([]float64, deg+1)
	for c := range list {
		list[c] = out.At(c, 0) / scale[c]
	}
	return fromSlice(list, noDim), nil
}

// polyval is polyval(p, x): the highest power first.
func polyval(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var vp, vx starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "p", &vp, "x", &vx); err != nil {
		return nil, err
	}
	p, err := listOf("polyval", vp, 0)
	if err != nil {
		return nil, err
	}
	x, scalar, err := operand("polyval", vx)
	if err != nil {
		return nil, err
	}
	if !p.dim.Dimensionless() || !x.dim.Dimensionless() {
		return nil, fmt.Errorf("polyval: takes numbers without unit")
	}
	out := x.like(make([]float64, len(x.data)))
	out.kind = realElems
	for k, v := range x.data {
		for _, c := range p.data {
			out.data[k] = float64(out.data[k]*v) + c
		}
	}
	return result(out, scalar), nil
}

func peakToPeak(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := flatArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	if len(a.data) == 0 {
		return nil, fmt.Errorf("ptp: the array is empty")
	}
	return a.elem(slices.Max(a.data) - slices.Min(a.data)), nil
}

// digitize is digitize(x, bins): in which bin each number lies, 0 below the first; bins ascend.
func digitize(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var vx, vb starlark.Value
	right := false
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "x", &vx, "bins", &vb, "right?", &right); err != nil {
		return nil, err
	}
	x, scalar, err := operand("digitize", vx)
	if err != nil {
		return nil, err
	}
	bins, err := listOf("digitize", vb, 1)
	if err != nil {
		return nil, err
	}
	if x.dim != bins.dim || !slices.IsSorted(bins.data) {
		return nil, fmt.Errorf("digitize: bins ascend, and have the unit of what lies in them")
	}
	out := x.like(make([]float64, len(x.data)))
	out.dim, out.kind = noDim, intElems
	for k, v := range x.data {
		n := 0
		for n < len(bins.data) && (bins.data[n] < v || bins.data[n] == v && !right) {
			n++
		}
		out.data[k] = float64(n)
	}
	return result(out, scalar), nil
}

// fillDiagonal is fill_diagonal(a, value), in place.
func fillDiagonal(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v, x starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "a", &v, "val", &x); err != nil {
		return nil, err
	}
	a, ok := v.(*Array)
	if !ok || len(a.shape) != 2 {
		return nil, fmt.Errorf("fill_diagonal: expected a matrix, got %s", article(v))
	}
	for k := range min(a.shape[0], a.shape[1]) {
		if err := a.SetKey(starlark.Tuple{starlark.MakeInt(k), starlark.MakeInt(k)}, x); err != nil {
			return nil, err
		}
	}
	return starlark.None, nil
}
