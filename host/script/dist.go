package script

import (
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/rng"
	"go.starlark.net/starlark"
)

// distribution is a random value that has not been drawn: ANNarchy's Uniform(0.0, 1.0) and its like, for weights, delays
// and initial values.
type distribution struct {
	name   string
	text   string
	values connect.Values
	draw   func(at rng.At, k uint32) float64
	// fill draws n numbers, the next of the script's.
	fill func(n int, f func(at rng.At, k uint32) float64) []float64
}

func (d *distribution) String() string        { return d.text }
func (d *distribution) Type() string          { return "distribution" }
func (d *distribution) Freeze()               {}
func (d *distribution) Truth() starlark.Bool  { return true }
func (d *distribution) Hash() (uint32, error) { return starlark.String(d.text).Hash() }

// Attr offers get_values(shape), ANNarchy's way of drawing numbers.
func (d *distribution) Attr(name string) (starlark.Value, error) {
	if name == "get_values" && d.fill != nil {
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var shape starlark.Value
			if err := starlark.UnpackArgs(b.Name(), args, kwargs, "shape", &shape); err != nil {
				return nil, err
			}
			dims, err := lengths(shape)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", b.Name(), err)
			}
			n := 1
			for _, l := range dims {
				if l < 0 || l > 0 && n > maxGroup/l {
					return nil, fmt.Errorf("%s: %s is not a shape", b.Name(), shapeString(dims))
				}
				n *= l
			}
			return &Array{data: d.fill(n, d.draw), shape: dims}, nil
		}), nil
	}
	return nil, noAttr(d.name, name, d.AttrNames())
}

// AttrNames lists get_values.
func (d *distribution) AttrNames() []string { return []string{"get_values"} }

// scaled are a rule's values times f, for delays given in ms.
type scaled struct {
	connect.Values
	factor float64
}

func (s scaled) Const() (float64, bool) {
	v, ok := s.Values.Const()
	return v * s.factor, ok
}

func (s scaled) Fill(dst []float64, pre, post []int32, key connect.Key) error {
	if err := s.Values.Fill(dst, pre, post, key); err != nil {
		return err
	}
	for i := range dst {
		dst[i] *= s.factor
	}
	return nil
}

// distributions is the table of constructors.
func distributions(draws *draws) starlark.StringDict {
	d := starlark.StringDict{}
	two := func(name, p, q string, make func(a, b float64) (*connect.Random, error), draw func(a, b float64, at rng.At, k uint32) float64) {
		d[name] = starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var x, y float64
			var lo, hi, generator starlark.Value = starlark.None, starlark.None, starlark.None
			if q == "max_value" { // ANNarchy 5 calls these min and max, and takes the generator third
				for k, kw := range kwargs {
					if kw[0] == starlark.String("min") || kw[0] == starlark.String("max") {
						kwargs = slices.Clone(kwargs)
						kwargs[k] = starlark.Tuple{kw[0].(starlark.String) + "_value", kw[1]}
					}
				}
				if len(args) > 2 {
					args = args[:2]
				}
			}
			pairs := []any{p, asFloat{&x}}
			if q != "" {
				pairs = append(pairs, q, asFloat{&y})
			}
			pairs = append(pairs, "min?", &lo, "max?", &hi, "rng?", &generator)
			if err := starlark.UnpackArgs(name, args, kwargs, pairs...); err != nil {
				return nil, err
			}
			r, err := make(x, y)
			if err != nil {
				return nil, err
			}
			bounds := [2]float64{math.Inf(-1), math.Inf(1)}
			for i, v := range []starlark.Value{lo, hi} {
				if v != starlark.None {
					f, ok := starlark.AsFloat(v)
					if !ok {
						return nil, fmt.Errorf("%s: min and max are plain numbers", name)
					}
					bounds[i] = f
				}
			}
			if lo != starlark.None || hi != starlark.None {
				if r, err = r.Bounded(bounds[0], bounds[1]); err != nil {
					return nil, err
				}
			}
			text := fmt.Sprintf("%s(%g, %g)", name, x, y)
			if q == "" {
				text = fmt.Sprintf("%s(%g)", name, x)
			}
			return &distribution{name, text, r, func(at rng.At, k uint32) float64 {
				return min(max(draw(x, y, at, k), bounds[0]), bounds[1])
			}, draws.fill}, nil
		})
	}
	two("Uniform", "min_value", "max_value", connect.NewUniform, func(a, b float64, at rng.At, k uint32) float64 {
		return a + float64((b-a)*rng.Uniform[float64](at, k, 0))
	})
	two("DiscreteUniform", "min_value", "max_value", connect.NewDiscreteUniform, func(a, b float64, at rng.At, k uint32) float64 {
		return a + math.Floor((b-a+1)*rng.Uniform[float64](at, k, 0))
	})
	two("Normal", "mu", "sigma", connect.NewNormal, func(a, b float64, at rng.At, k uint32) float64 {
		return a + float64(b*rng.Normal[float64](at, k, 0))
	})
	two("LogNormal", "mu", "sigma", connect.NewLogNormal, func(a, b float64, at rng.At, k uint32) float64 {
		return math.Exp(a + float64(b*rng.Normal[float64](at, k, 0)))
	})
	two("Gamma", "alpha", "beta", connect.NewGamma, func(a, b float64, at rng.At, k uint32) float64 {
		return b * rng.Gamma(at, k, 0, a)
	})
	// Lambda is the rate, as in the density that ANNarchy documents: the mean is 1/Lambda.
	two("Exponential", "Lambda", "", func(a, _ float64) (*connect.Random, error) {
		if !(a > 0) {
			return nil, fmt.Errorf("%s: the rate Lambda must be positive, not %g", "Exponential", a)
		}
		return connect.NewExponential(1 / a)
	}, func(a, _ float64, at rng.At, k uint32) float64 { return rng.Exponential[float64](at, k, 0) / a })
	return d
}

// asFloat unpacks a plain number, whole or not.
type asFloat struct{ p *float64 }

// Unpack implements starlark.Unpacker.
func (a asFloat) Unpack(v starlark.Value) error {
	q, ok := asQuantity(v)
	if !ok {
		return fmt.Errorf("got %s, want a number", v.Type())
	}
	if !q.Dim.Dimensionless() {
		return fmt.Errorf("got %s, want a number without unit", v)
	}
	*a.p = q.Value
	return nil
}
