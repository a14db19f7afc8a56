package script

import (
	"fmt"
	"math"

	"go.starlark.net/starlark"
	"gonum.org/v1/gonum/dsp/fourier"
)

// fftModule is numpy's np.fft, of one dimension.
func fftModule() starlark.StringDict {
	return functions(map[string]builtinFunc{"fft": transform, "ifft": transform, "rfft": transform, "irfft": transform, "fftfreq": frequencies, "rfftfreq": frequencies, "fftshift": fftShift})
}

// transform is fft, ifft or rfft of a list, and irfft(a, n=None).
func transform(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	var length starlark.Value = starlark.None
	if err := unpack(b.Name(), args, kwargs, "a", &v, "n?", &length); err != nil {
		return nil, err
	}
	c, err := asComplex(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	if len(c.shape) != 1 || len(c.data) == 0 {
		return nil, fmt.Errorf("%s: takes a list that is not empty, got shape %s", b.Name(), shapeString(c.shape))
	}
	n := len(c.data)
	if b.Name() == "irfft" {
		n = 2 * (n - 1)
	}
	if length != starlark.None {
		if n, err = starlark.AsInt32(length); err != nil || n < 1 || n > maxElements {
			return nil, fmt.Errorf("%s: n= is a whole number above 0", b.Name())
		}
	}
	if n < 1 {
		return nil, fmt.Errorf("%s: nothing is left of %d numbers", b.Name(), len(c.data))
	}
	in := n
	if b.Name() == "irfft" {
		in = n/2 + 1
	}
	data := make([]complex128, in)
	copy(data, c.data)
	out := &complexArray{dim: c.dim}
	switch b.Name() {
	case "fft":
		out.data = fourier.NewCmplxFFT(n).Coefficients(nil, data)
	case "ifft":
		out.data = fourier.NewCmplxFFT(n).Sequence(nil, data)
		for k := range out.data {
			out.data[k] /= complex(float64(n), 0)
		}
	case "rfft":
		re := make([]float64, n)
		for k, z := range data {
			if imag(z) != 0 {
				return nil, fmt.Errorf("rfft: takes real numbers; fft takes complex ones")
			}
			re[k] = real(z)
		}
		out.data = fourier.NewFFT(n).Coefficients(nil, re)
	default:
		seq := fourier.NewFFT(n).Sequence(nil, data)
		for k := range seq {
			seq[k] /= float64(n)
		}
		return fromSlice(seq, c.dim), nil
	}
	out.shape = []int{len(out.data)}
	return out, nil
}

// frequencies are fftfreq(n, d=1) and rfftfreq(n, d=1): in 1/unit of d.
func frequencies(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	n := 0
	var spacing starlark.Value = starlark.Float(1)
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "n", &n, "d?", &spacing); err != nil {
		return nil, err
	}
	d, ok := asQuantity(spacing)
	if !ok || n < 1 || n > maxElements || d.Value == 0 {
		return nil, fmt.Errorf("%s: expected a number of samples and the time between them", b.Name())
	}
	var out []float64
	for k := range n {
		f := float64(k)
		if b.Name() == "rfftfreq" && k > n/2 {
			break
		}
		if b.Name() == "fftfreq" && k > (n-1)/2 {
			f -= float64(n)
		}
		out = append(out, f/(float64(n)*d.Value))
	}
	return fromSlice(out, noDim.Div(d.Dim)), nil
}

// fftShift puts the frequency 0 of a list into its middle.
func fftShift(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	n, shape := 0, []int(nil)
	c, isComplex := v.(*complexArray)
	var a *Array
	if isComplex {
		n, shape = len(c.data), c.shape
	} else {
		if a, err = toArray(v); err != nil {
			return nil, fmt.Errorf("fftshift: %w", err)
		}
		n, shape = len(a.data), a.shape
	}
	if len(shape) != 1 {
		return nil, fmt.Errorf("fftshift: takes a list, got shape %s", shapeString(shape))
	}
	idx := make([]int, n)
	for k := range idx {
		idx[k] = (k + (n+1)/2) % n
	}
	if !isComplex {
		return a.take(idx), nil
	}
	out := c.each(func(z complex128) complex128 { return z })
	for k, i := range idx {
		out.data[k] = c.data[i]
	}
	return out, nil
}

// linalgModule is what scripts use of numpy's np.linalg.
func linalgModule() starlark.StringDict {
	return functions(map[string]builtinFunc{"norm": norm})
}

// norm is the Euclidean length of all elements.
func norm(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v, ord starlark.Value
	if err := unpack(b.Name(), args, kwargs, "x", &v, "ord?", &ord); err != nil {
		return nil, err
	}
	a, err := flatArg(b, starlark.Tuple{v}, nil)
	if err != nil {
		return nil, err
	}
	if isGiven(ord) {
		if q, ok := asQuantity(ord); !ok || q.Value != 2 && q.Value != 1 || len(a.shape) > 1 {
			return nil, fmt.Errorf("%s: ord is 1 or 2, of a vector", b.Name())
		} else if q.Value == 1 {
			total := 0.0
			for _, x := range a.data {
				total += math.Abs(x)
			}
			return number(total, a.dim), nil
		}
	}
	squares := make([]float64, len(a.data))
	for k, x := range a.data {
		squares[k] = float64(x * x)
	}
	return number(math.Sqrt(pairwiseSum(squares)), a.dim), nil
}
