package script

import (
	"fmt"
	"math/cmplx"
	"strings"

	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// complexArray is an array of complex numbers with one unit, in C order, or one number where it has no shape. Scripts compute with them; neurons do not.
type complexArray struct {
	data  []complex128
	shape []int
	dim   units.Dim
}

var imaginaryUnit = &complexArray{data: []complex128{1i}}

var (
	_ starlark.HasBinary = (*complexArray)(nil)
	_ starlark.HasUnary  = (*complexArray)(nil)
	_ starlark.HasAttrs  = (*complexArray)(nil)
	_ starlark.Mapping   = (*complexArray)(nil)
	_ starlark.Sliceable = (*complexArray)(nil)
)

func (c *complexArray) Type() string         { return "complex" }
func (c *complexArray) Freeze()              {}
func (c *complexArray) Truth() starlark.Bool { return len(c.data) != 1 || c.data[0] != 0 }
func (c *complexArray) Hash() (uint32, error) {
	return 0, fmt.Errorf("unhashable: complex")
}

func (c *complexArray) String() string {
	one := func(z complex128) string { return fmt.Sprintf("(%g%+gj)", real(z), imag(z)) }
	text := ""
	if len(c.shape) == 0 {
		text = one(c.data[0])
	} else {
		var parts []string
		for k, z := range c.data {
			if len(c.data) > 20 && k == 5 {
				parts = append(parts, "...")
			}
			if len(c.data) <= 20 || k < 5 || k >= len(c.data)-5 {
				parts = append(parts, one(z))
			}
		}
		text = "[" + strings.Join(parts, ", ") + "]"
	}
	if !c.dim.Dimensionless() {
		text += " * " + c.dim.String()
	}
	return text
}

// asComplex reads numbers, quantities, arrays and complex numbers.
func asComplex(v starlark.Value) (*complexArray, error) {
	if c, ok := v.(*complexArray); ok {
		return c, nil
	}
	a, err := toArray(v)
	if err != nil {
		return nil, err
	}
	out := &complexArray{data: make([]complex128, len(a.data)), shape: a.shape, dim: a.dim}
	for k, x := range a.data {
		out.data[k] = complex(x, 0)
	}
	return out, nil
}

// parts is f of each number, as real numbers.
func (c *complexArray) parts(f func(complex128) float64, dim units.Dim) starlark.Value {
	out := &Array{data: make([]float64, len(c.data)), shape: c.shape, dim: dim}
	for k, z := range c.data {
		out.data[k] = f(z)
	}
	return result(out, len(c.shape) == 0)
}

func (c *complexArray) each(f func(complex128) complex128) *complexArray {
	out := &complexArray{data: make([]complex128, len(c.data)), shape: c.shape, dim: c.dim}
	for k, z := range c.data {
		out.data[k] = f(z)
	}
	return out
}

// Binary is + - * / of numbers one by one, with numpy's broadcasting.
func (c *complexArray) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	if into, ok := y.(inPlace); ok && side == starlark.Left {
		return c.changed(op, into.Value)
	}
	switch y.(type) {
	case starlark.Bool, starlark.Int, starlark.Float, quantity, *Array, *varView, *complexArray:
	default:
		return nil, nil
	}
	other, err := asComplex(y)
	if err != nil {
		return nil, err
	}
	l, r := c, other
	if side == starlark.Right {
		l, r = r, l
	}
	if op != syntax.PLUS && op != syntax.MINUS && op != syntax.STAR && op != syntax.SLASH {
		return nil, nil
	}
	dim, err := opDim(op, l.dim, r.dim)
	if err != nil {
		return nil, err
	}
	shape, err := broadcastShape(l.shape, r.shape)
	if err != nil {
		return nil, err
	}
	out := &complexArray{shape: shape, dim: dim}
	_, err = broadcast(l.places(), r.places(), noDim, realElems, func(i, j float64) float64 {
		x, y := l.data[int(i)], r.data[int(j)]
		switch op {
		case syntax.PLUS:
			x += y
		case syntax.MINUS:
			x -= y
		case syntax.STAR:
			x *= y
		default:
			x /= y
		}
		out.data = append(out.data, x)
		return 0
	})
	return out, err
}

// changed is c op= y.
func (c *complexArray) changed(op syntax.Token, y starlark.Value) (starlark.Value, error) {
	z, err := c.Binary(op, y, starlark.Left)
	out, ok := z.(*complexArray)
	switch {
	case err != nil || !ok:
		return nil, err
	case len(c.shape) == 0: // a number
		return out, nil
	case !sameShape(out.shape, c.shape):
		return nil, fmt.Errorf("%s=: the result has shape %s and does not fit into the array, of shape %s", op, shapeString(out.shape), shapeString(c.shape))
	}
	copy(c.data, out.data)
	c.dim = out.dim
	return c, nil
}

// Unary is + and -.
func (c *complexArray) Unary(op syntax.Token) (starlark.Value, error) {
	switch op {
	case syntax.PLUS:
		return c, nil
	case syntax.MINUS:
		return c.each(func(z complex128) complex128 { return -z }), nil
	}
	return nil, nil
}

// AttrNames lists what complex numbers have.
func (c *complexArray) AttrNames() []string {
	return []string{"conj", "conjugate", "imag", "mean", "real", "shape", "size", "sum"}
}

// Attr is one of these.
func (c *complexArray) Attr(name string) (starlark.Value, error) {
	switch name {
	case "real", "imag":
		v, err := complexFunctions[name](c, nil, nil)
		if a, ok := v.(*Array); ok {
			a.memoryOf("z."+name, "numpy")
		}
		return v, err
	case "shape":
		return intTuple(c.shape), nil
	case "size":
		return starlark.MakeInt(len(c.data)), nil
	}
	f, ok := complexFunctions[name]
	if !ok || name == "exp" || name == "abs" || name == "angle" {
		return nil, noAttr("complex", name, c.AttrNames())
	}
	return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return f(c, args, kwargs)
	}), nil
}

// Len is the length of the first axis.
func (c *complexArray) Len() int {
	if len(c.shape) == 0 {
		return 1
	}
	return c.shape[0]
}

// places has the place of each number: what is done with an array of numbers, such as broadcasting and indices, is done with places first.
func (c *complexArray) places() *Array {
	return intArray(span(0, len(c.data))).shaped(c.shape...)
}

// indexed is what an index picks, by the rules of arrays of numbers.
func (c *complexArray) indexed(pick func(*Array) (starlark.Value, error)) (starlark.Value, error) {
	v, err := pick(c.places())
	if err != nil {
		return nil, err
	}
	if n, ok := v.(starlark.Int); ok {
		i, _ := n.Int64()
		return &complexArray{data: []complex128{c.data[i]}, dim: c.dim}, nil
	}
	a, err := toArray(v)
	if err != nil {
		return nil, err
	}
	out := &complexArray{data: make([]complex128, len(a.data)), shape: a.shape, dim: c.dim}
	for k, i := range a.data {
		out.data[k] = c.data[int(i)]
	}
	return out, nil
}

// Get is c[index].
func (c *complexArray) Get(key starlark.Value) (starlark.Value, bool, error) {
	if len(c.shape) == 0 {
		return nil, false, fmt.Errorf("one complex number has no elements")
	}
	v, err := c.indexed(func(a *Array) (starlark.Value, error) {
		v, _, err := a.Get(key)
		return v, err
	})
	return v, err == nil, err
}

// Index is c[i].
func (c *complexArray) Index(i int) starlark.Value {
	v, _ := c.indexed(func(a *Array) (starlark.Value, error) { return a.Index(i), nil })
	return v
}

// Slice is c[start:stop:step].
func (c *complexArray) Slice(start, end, step int) starlark.Value {
	v, _ := c.indexed(func(a *Array) (starlark.Value, error) { return a.Slice(start, end, step), nil })
	return v
}

type complexFunction = func(c *complexArray, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

// complexFunctions are functions of numpy that take complex numbers, besides real ones where they have the name of a function of those.
var complexFunctions map[string]complexFunction

func init() {
	simple := func(f func(c *complexArray) (starlark.Value, error)) complexFunction {
		return func(c *complexArray, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if len(args)+len(kwargs) > 0 {
				return nil, fmt.Errorf("functions of complex numbers take no further arguments here")
			}
			return f(c)
		}
	}
	plain := func(name string, f func(complex128) complex128) complexFunction {
		return simple(func(c *complexArray) (starlark.Value, error) {
			if !c.dim.Dimensionless() {
				return nil, fmt.Errorf("%s: expected a number without unit, got %s", name, describeDim(c.dim))
			}
			return c.each(f), nil
		})
	}
	conj := simple(func(c *complexArray) (starlark.Value, error) { return c.each(cmplx.Conj), nil })
	total := func(c *complexArray) complex128 {
		re, im := make([]float64, len(c.data)), make([]float64, len(c.data))
		for k, z := range c.data {
			re[k], im[k] = real(z), imag(z)
		}
		return complex(pairwiseSum(re), pairwiseSum(im))
	}
	complexFunctions = map[string]complexFunction{
		"abs": simple(func(c *complexArray) (starlark.Value, error) { return c.parts(cmplx.Abs, c.dim), nil }),
		"real": simple(func(c *complexArray) (starlark.Value, error) {
			return c.parts(func(z complex128) float64 { return real(z) }, c.dim), nil
		}),
		"imag": simple(func(c *complexArray) (starlark.Value, error) {
			return c.parts(func(z complex128) float64 { return imag(z) }, c.dim), nil
		}),
		"conj": conj, "conjugate": conj,
		"exp": plain("exp", cmplx.Exp), "log": plain("log", cmplx.Log), "sqrt": plain("sqrt", cmplx.Sqrt), "sin": plain("sin", cmplx.Sin), "cos": plain("cos", cmplx.Cos),
		"sum": simple(func(c *complexArray) (starlark.Value, error) {
			return &complexArray{data: []complex128{total(c)}, dim: c.dim}, nil
		}),
		"mean": func(c *complexArray, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			axis := -1
			if err := starlark.UnpackArgs("mean", args, kwargs, "axis?", &axis); err != nil {
				return nil, err
			}
			if len(args)+len(kwargs) == 0 {
				return &complexArray{data: []complex128{total(c) / complex(float64(len(c.data)), 0)}, dim: c.dim}, nil
			}
			if len(c.shape) != 2 || axis < -1 || axis > 1 {
				return nil, fmt.Errorf("mean: complex numbers are averaged along an axis of a matrix, 0 or 1")
			}
			rows, cols := c.shape[0], c.shape[1]
			out := &complexArray{dim: c.dim, data: make([]complex128, cols), shape: []int{cols}}
			n := rows
			if axis != 0 {
				out.data, out.shape, n = make([]complex128, rows), []int{rows}, cols
			}
			for k, z := range c.data {
				if axis == 0 {
					out.data[k%cols] += z
				} else {
					out.data[k/cols] += z
				}
			}
			for k := range out.data {
				out.data[k] /= complex(float64(n), 0)
			}
			return out, nil
		},
	}
}

// angle is angle(z, deg=False) in radians.
func angle(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	deg := false
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "z", &v, "deg?", &deg); err != nil {
		return nil, err
	}
	c, err := asComplex(v)
	if err != nil {
		return nil, fmt.Errorf("angle: %w", err)
	}
	return c.parts(func(z complex128) float64 {
		if deg {
			return degrees(cmplx.Phase(z))
		}
		return cmplx.Phase(z)
	}, noDim), nil
}

// addComplex lets functions take complex numbers, too.
func addComplex(d starlark.StringDict) {
	for name, f := range complexFunctions {
		own, _ := d[name].(*starlark.Builtin)
		d[name] = starlark.NewBuiltin(name, func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if len(args) > 0 {
				if c, ok := args[0].(*complexArray); ok {
					return f(c, args[1:], kwargs)
				}
				if own == nil {
					c, err := asComplex(args[0])
					if err != nil {
						return nil, fmt.Errorf("%s: %w", name, err)
					}
					return f(c, args[1:], kwargs)
				}
			}
			if own == nil {
				return nil, fmt.Errorf("%s: expected numbers", name)
			}
			return starlark.Call(t, own, args, kwargs)
		})
	}
	pow := d["pow"]
	d["pow"] = starlark.NewBuiltin("pow", func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) == 2 {
			c, first := args[0].(*complexArray)
			z, second := args[1].(*complexArray)
			switch {
			case first:
				n, ok := asQuantity(args[1])
				if !ok {
					return nil, fmt.Errorf("pow: complex numbers have powers that are numbers")
				}
				dim, err := powDim(c.dim, n.Value)
				if err != nil {
					return nil, err
				}
				out := c.each(func(z complex128) complex128 {
					if n.Value == 2 {
						return z * z
					}
					return cmplx.Pow(z, complex(n.Value, 0))
				})
				out.dim = dim
				return out, nil
			case second:
				x, ok := asQuantity(args[0])
				if !ok || !x.Dim.Dimensionless() || !z.dim.Dimensionless() {
					return nil, fmt.Errorf("pow: expected numbers without unit")
				}
				return z.each(func(z complex128) complex128 { return cmplx.Pow(complex(x.Value, 0), z) }), nil
			}
		}
		return starlark.Call(t, pow, args, kwargs)
	})
	d["angle"] = starlark.NewBuiltin("angle", angle)
}
