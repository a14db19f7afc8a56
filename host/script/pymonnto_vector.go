package script

import (
	"fmt"
	"math"
	"regexp"
	"strconv"

	"github.com/galvani-sim/galvani/host/rng"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// filled is vector(mode, scale=1, density=1) or matrix(...): 'uniform', 'normal', 'uniform(a, b)', 'normal(m, s)', 'zeros', 'ones' or a number.
func (in *interp) filled(shape []int) builtinFunc {
	return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var mode, part, times starlark.Value = starlark.String("zeros"), starlark.None, starlark.None
		if err := unpack(b.Name(), args, kwargs, "mode?", &mode, "scale?", &times, "density?", &part); err != nil {
			return nil, err
		}
		if part == starlark.None {
			part = starlark.MakeInt(1)
		}
		if times == starlark.None {
			times = starlark.MakeInt(1)
		}
		scale, ok := asQuantity(times)
		if !ok || !scale.Dim.Dimensionless() {
			return nil, fmt.Errorf("%s: scale is %v; it is a number", b.Name(), times)
		}
		q, ok := asQuantity(part)
		density := q.Value
		if !ok || !q.Dim.Dimensionless() || !(density >= 0 && density <= 1) {
			return nil, fmt.Errorf("%s: density is %v; it lies between 0 and 1", b.Name(), part)
		}
		out, err := newArray(shape...)
		if err != nil {
			return nil, err
		}
		draw, err := drawOf(b.Name(), mode)
		if err != nil {
			return nil, err
		}
		out.data = in.draws.fill(len(out.data), draw)
		if density < 1 {
			for i, u := range in.draws.fill(len(out.data), func(at rng.At, k uint32) float64 { return rng.Uniform[float64](at, k, 0) }) {
				if u >= density {
					out.data[i] = 0
				}
			}
		}
		if scale.Value != 1 {
			for i := range out.data {
				out.data[i] *= scale.Value
			}
		}
		return out, nil
	}
}

// modesHint lists the modes.
const modesHint = "'uniform', 'normal', 'lognormal', 'uniform(low, high)', 'normal(mean, deviation)', 'zeros', 'ones' or a number"

var distributionText = regexp.MustCompile(`^\s*(\w+)\s*(?:\(\s*(?:(?:(\w+)\s*=\s*)?([^,()=]+?)\s*,\s*(?:(\w+)\s*=\s*)?([^,()=]+?))?\s*\))?\s*$`)

// distributionOf reads a mode such as 'uniform(0, 1)': its name and the two numbers that it has, low and high or mean and deviation.
func distributionOf(mode string) (name string, a, b float64, err error) {
	m := distributionText.FindStringSubmatch(mode)
	bad := fmt.Errorf("there is no mode %q", mode)
	if m == nil {
		return "", 0, 0, bad
	}
	a, b = 0, 1
	if m[3] != "" {
		var err1, err2 error
		a, err1 = strconv.ParseFloat(m[3], 64)
		b, err2 = strconv.ParseFloat(m[5], 64)
		if err1 != nil || err2 != nil {
			return "", 0, 0, bad
		}
		for k, word := range []string{m[2], m[4]} {
			switch word {
			case "high", "scale", "sigma":
				if k == 0 {
					a, b = b, a
				}
			case "", "low", "loc", "mean":
			default:
				return "", 0, 0, bad
			}
		}
	}
	switch name = m[1]; name {
	case "random", "rand", "rnd", "uniform":
		return "uniform", a, b, nil
	case "normal", "lognormal":
		return name, a, b, nil
	case "lognormal_rm", "lognormal_real_mean": // by the mean of the numbers themselves, as PymoNNto has it
		if m[3] == "" {
			a = 1
		}
		return "lognormal", math.Log(a) - b*b, b, nil
	case "zeros", "ones", "bool", "int":
		if m[3] == "" {
			return map[string]string{"ones": "ones"}[name], 0, 0, nil
		}
	}
	return "", 0, 0, bad
}

// drawOf is the distribution of a mode.
func drawOf(what string, mode starlark.Value) (func(at rng.At, k uint32) float64, error) {
	s, isText := mode.(starlark.String)
	if !isText {
		if f, ok := mode.(*starlark.Builtin); ok && (f.Name() == "bool" || f.Name() == "int") {
			return func(rng.At, uint32) float64 { return 0 }, nil
		}
		q, ok := asQuantity(mode)
		if !ok || !q.Dim.Dimensionless() {
			return nil, fmt.Errorf("%s: the mode is a number or a text such as 'uniform', got %s", what, article(mode))
		}
		return func(rng.At, uint32) float64 { return q.Value }, nil
	}
	name, a, b, err := distributionOf(string(s))
	if err != nil {
		return nil, withHint(fmt.Errorf("%s: %w", what, err), modesHint)
	}
	switch name {
	case "uniform":
		return func(at rng.At, k uint32) float64 { return a + float64((b-a)*rng.Uniform[float64](at, k, 0)) }, nil
	case "normal":
		return func(at rng.At, k uint32) float64 { return a + float64(b*rng.Normal[float64](at, k, 0)) }, nil
	case "lognormal":
		return func(at rng.At, k uint32) float64 { return math.Exp(a + float64(b*rng.Normal[float64](at, k, 0))) }, nil
	case "ones":
		return func(rng.At, uint32) float64 { return 1 }, nil
	}
	return func(rng.At, uint32) float64 { return 0 }, nil
}

// squaredDim is get_squared_dim(n, depth=1): a grid of n cells a layer, as near to a square as the divisors of n allow.
func squaredDim(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	n, depth := 0, 1
	if err := unpack(b.Name(), args, kwargs, "number_of_neurons", &n, "depth?", &depth); err != nil {
		return nil, err
	}
	if n < 1 || depth < 1 || n > maxGroup || depth > maxGroup/n {
		return nil, fmt.Errorf("get_squared_dim: %d neurons in %d layers; both are positive, and a group has at most %d neurons", n, depth, maxGroup)
	}
	w := int(math.Sqrt(float64(n)))
	for n%w != 0 {
		w--
	}
	return starlarkstruct.FromStringDict(starlark.String("NeuronDimension"),
		starlark.StringDict{"width": starlark.MakeInt(w), "height": starlark.MakeInt(n / w), "depth": starlark.MakeInt(depth)}), nil
}

// neuronDimension is NeuronDimension(width=10, height=1, depth=1): a grid of cells.
func neuronDimension(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	w, h, d := 10, 1, 1
	var centered starlark.Value
	if err := unpack(b.Name(), args, kwargs, "width?", &w, "height?", &h, "depth?", &d, "input_patterns?", &centered, "centered?", &centered); err != nil {
		return nil, err
	}
	if w < 1 || h < 1 || d < 1 || w > maxGroup/h/d {
		return nil, fmt.Errorf("%s: a grid of %d x %d x %d cells; lengths are positive, and a group has at most %d neurons", b.Name(), w, h, d, maxGroup)
	}
	return starlarkstruct.FromStringDict(starlark.String(b.Name()),
		starlark.StringDict{"width": starlark.MakeInt(w), "height": starlark.MakeInt(h), "depth": starlark.MakeInt(d)}), nil
}
