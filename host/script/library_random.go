package script

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/rng"
	"go.starlark.net/starlark"
)

// pythonRandom is Python's module random, drawing from d: other numbers than Python draws, of the same distributions.
func (d *draws) pythonRandom() starlark.StringDict {
	numpy := d.vocabulary()
	return starlark.StringDict{
		"random": numpy["rand"], "uniform": numpy["uniform"], "gauss": numpy["normal"], "normalvariate": numpy["normal"], "shuffle": starlark.NewBuiltin("shuffle", d.shuffle),
		"choice": starlark.NewBuiltin("choice", d.oneOf), "choices": starlark.NewBuiltin("choices", d.someOf), "sample": starlark.NewBuiltin("sample", d.sampleOf),
		"randint": starlark.NewBuiltin("randint", d.between), "randrange": numpy["randint"], "seed": starlark.NewBuiltin("seed", d.reseed),
		"expovariate": starlark.NewBuiltin("expovariate", d.expovariate),
	}
}

// reseed begins a sequence of its own, as for numpy's; a script that seeds Python's random numbers alone gets the same again.
func (d *draws) reseed(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var seed starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "a?", &seed); err != nil {
		return nil, err
	}
	if seed == starlark.None {
		return starlark.None, nil
	}
	n, ok := seed.(starlark.Int)
	if !ok {
		return nil, fmt.Errorf("seed: a seed is a whole number")
	}
	u, ok := n.Uint64()
	if !ok {
		return nil, fmt.Errorf("seed: a seed is a whole number from 0 on")
	}
	d.stream, d.call = fmt.Sprintf("script %d", u), 0
	return starlark.None, nil
}

// uniforms are n numbers in [0, 1).
func (d *draws) uniforms(n int) []float64 {
	return d.fill(n, func(at rng.At, k uint32) float64 { return rng.Uniform[float64](at, k, 0) })
}

// shuffle is shuffle(x): a list, or the rows of an array, in another order, in place (Fisher and Yates).
func (d *draws) shuffle(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	switch x := v.(type) {
	case *starlark.List:
		idx := d.shuffled(x.Len())
		old := make([]starlark.Value, x.Len())
		for k := range old {
			old[k] = x.Index(k)
		}
		for k, i := range idx {
			if err := x.SetIndex(k, old[i]); err != nil {
				return nil, err
			}
		}
	case *Array:
		if err := x.writable(); err != nil {
			return nil, fmt.Errorf("shuffle: %w", err)
		}
		if err := x.write(nil, x.now().take(d.shuffled(x.Len())).data); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("shuffle: expected a list or an array, got %s", article(v))
	}
	return starlark.None, nil
}

// shuffled is 0..n-1 in random order.
func (d *draws) shuffled(n int) []int {
	idx := make([]int, n)
	for i, u := range d.uniforms(n) {
		j := int(float64(i+1) * u)
		idx[i] = idx[j]
		idx[j] = i
	}
	return idx
}

func (d *draws) oneOf(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	list, err := partsOf(b.Name(), v)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("choice: there is nothing to choose from")
	}
	return list[int(float64(len(list))*d.uniforms(1)[0])], nil
}

// someOf is choices(a, k=1): each time one of all.
func (d *draws) someOf(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value
	k := 1
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "population", &x, "k?", &k); err != nil {
		return nil, err
	}
	list, err := partsOf(b.Name(), x)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 || k < 0 || k > maxElements/64 {
		return nil, fmt.Errorf("choices: %d out of %d", k, len(list))
	}
	out := make([]starlark.Value, k)
	for n, u := range d.uniforms(k) {
		out[n] = list[int(float64(len(list))*u)]
	}
	return starlark.NewList(out), nil
}

// sampleOf is sample(a, k): k different ones.
func (d *draws) sampleOf(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value
	k := 0
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "population", &x, "k", &k); err != nil {
		return nil, err
	}
	list, err := partsOf(b.Name(), x)
	if err != nil {
		return nil, err
	}
	if k < 0 || k > len(list) {
		return nil, fmt.Errorf("sample: %d different ones out of %d", k, len(list))
	}
	out := make([]starlark.Value, k)
	for n, u := range d.uniforms(k) {
		j := n + int(float64(len(list)-n)*u)
		list[n], list[j] = list[j], list[n]
		out[n] = list[n]
	}
	return starlark.NewList(out), nil
}

// between is Python's randint(a, b), which includes b.
func (d *draws) between(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var lo, hi int
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "a", &lo, "b", &hi); err != nil {
		return nil, err
	}
	if hi < lo {
		return nil, fmt.Errorf("randint: nothing lies between %d and %d", lo, hi)
	}
	return starlark.MakeInt(lo + int(float64(hi-lo+1)*d.uniforms(1)[0])), nil
}

func (d *draws) expovariate(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var rate float64
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "lambd", asFloat{&rate}); err != nil {
		return nil, err
	}
	return starlark.Float(rng.Exponential[float64](d.next(), 0, 0) / rate), nil
}

// drawCounts are numpy's choice, shuffle, poisson and binomial, drawing from d.
func (d *draws) drawCounts(out starlark.StringDict) {
	for name, f := range map[string]builtinFunc{"choice": d.choice, "shuffle": d.shuffle, "poisson": d.poisson, "binomial": d.binomial} {
		out[name] = starlark.NewBuiltin(name, f)
	}
	out["random_sample"], out["ranf"], out["standard_normal"], out["integers"], out["random"] = sized(out["rand"]), sized(out["rand"]), sized(out["randn"]), out["randint"], sized(out["rand"])
}

// choice is choice(a, size=None, replace=True, p=None): elements of an array, or of 0..a-1.
func (d *draws) choice(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value
	var size, p starlark.Value = starlark.None, starlark.None
	replace := true
	if err := unpack(b.Name(), args, kwargs, "a", &x, "size?", &size, "replace?", &replace, "p?", &p); err != nil {
		return nil, err
	}
	var from []starlark.Value
	var a *Array
	n, err := starlark.AsInt32(x)
	if err != nil {
		if a, err = toArray(x); err != nil {
			if from, err = partsOf("choice", x); err != nil {
				return nil, err
			}
			n = len(from)
		} else {
			n = a.Len()
		}
	}
	if n <= 0 || n > maxElements {
		return nil, fmt.Errorf("choice: there is nothing to choose from")
	}
	count := 1
	var shape []int
	if size != starlark.None {
		if shape, err = lengths(size); err != nil {
			return nil, fmt.Errorf("choice: %w", err)
		}
		probe, err := newArray(shape...)
		if err != nil {
			return nil, fmt.Errorf("choice: %w", err)
		}
		count = len(probe.data)
	}
	if !replace && count > n {
		return nil, fmt.Errorf("choice: %d different ones out of %d", count, n)
	}
	var weights []float64
	if p != starlark.None {
		w, err := toArray(p)
		if err != nil {
			return nil, fmt.Errorf("choice: p=: %w", err)
		}
		sum := pairwiseSum(w.data)
		if len(w.data) != n || math.Abs(sum-1) > 1e-6 {
			return nil, fmt.Errorf("choice: p= are %d probabilities with the sum %g; expected %d with the sum 1", len(w.data), sum, n)
		}
		weights = append([]float64{}, w.data...)
	}
	idx := make([]int, count)
	u := d.uniforms(count)
	switch {
	case weights != nil:
		for k := range idx {
			left, at := u[k]*pairwiseSum(weights), -1
			for i, w := range weights {
				if w > 0 {
					at = i
					if left -= w; left < 0 {
						break
					}
				}
			}
			if at < 0 {
				return nil, fmt.Errorf("choice: fewer than %d elements have a probability above 0", count)
			}
			if idx[k] = at; !replace {
				weights[at] = 0
			}
		}
	case replace:
		for k := range idx {
			idx[k] = int(float64(n) * u[k])
		}
	default:
		moved := map[int]int{} // the part of Fisher and Yates' shuffle that is looked at
		at := func(i int) int {
			if j, ok := moved[i]; ok {
				return j
			}
			return i
		}
		for k := range idx {
			j := k + int(float64(n-k)*u[k])
			idx[k] = at(j)
			moved[j] = at(k)
		}
	}
	if from != nil {
		if size == starlark.None {
			return from[idx[0]], nil
		}
		list := make([]starlark.Value, count)
		for k, i := range idx {
			list[k] = from[i]
		}
		return starlark.NewList(list), nil
	}
	if size == starlark.None {
		if a == nil {
			return starlark.MakeInt(idx[0]), nil
		}
		return a.Index(idx[0]), nil
	}
	out := intArray(idx)
	if a != nil {
		out = a.take(idx)
	}
	if a == nil || len(a.shape) == 1 {
		out.shape = shape
	}
	return out, nil
}

// poisson is poisson(lam=1, size=None).
func (d *draws) poisson(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return d.counts(b, args, kwargs, "lam", starlark.Float(1), "", func(at rng.At, k uint32, lam, _ float64) (float64, error) {
		if !(lam >= 0) || lam > math.MaxInt32/2 {
			return 0, fmt.Errorf("poisson: a mean of %g", lam)
		}
		return float64(rng.Poisson(at, k, 0, lam)), nil
	})
}

// binomial is binomial(n, p, size=None): the sum of n draws.
func (d *draws) binomial(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return d.counts(b, args, kwargs, "n", nil, "p", func(at rng.At, k uint32, n, p float64) (float64, error) {
		if n < 0 || n != math.Floor(n) || n > 1<<15 || !(p >= 0 && p <= 1) {
			return 0, fmt.Errorf("binomial: n is a whole number from 0 to %d, p lies between 0 and 1; got %g and %g", 1<<15, n, p)
		}
		hits := 0.0
		for i := range int(n) {
			if rng.Uniform[float64](at, k, uint32(i)) < p {
				hits++
			}
		}
		return hits, nil
	})
}

// counts draws whole numbers with one or two parameters, each a number or an array.
func (d *draws) counts(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple, first string, byDefault starlark.Value, second string, draw func(at rng.At, k uint32, x, y float64) (float64, error)) (starlark.Value, error) {
	x, y, size := byDefault, starlark.Value(starlark.Float(0)), starlark.Value(starlark.None)
	pairs := []any{first, &x}
	if byDefault != nil {
		pairs[0] = first + "?"
	}
	if second != "" {
		pairs = append(pairs, second, &y)
	}
	if err := unpack(b.Name(), args, kwargs, append(pairs, "size?", &size)...); err != nil {
		return nil, err
	}
	xa, sx, err := operand(b.Name(), x)
	if err != nil {
		return nil, err
	}
	ya, sy, err := operand(b.Name(), y)
	if err != nil {
		return nil, err
	}
	if _, err := noUnit(xa.dim, ya.dim); err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	var wrong error
	v, err := d.withTwo(b.Name(), size, intElems, noDim, xa, ya, sx && sy, func(at rng.At, k uint32, x, y float64) float64 {
		v, err := draw(at, k, x, y)
		if err != nil && wrong == nil {
			wrong = err
		}
		return v
	})
	if wrong != nil {
		return nil, wrong
	}
	return v, err
}

// sized is a function whose lengths are given one by one, as one that also takes them as a tuple: random((3, 4)), or size=.
func sized(f starlark.Value) starlark.Value {
	return starlark.NewBuiltin(f.(starlark.Callable).Name(), func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(kwargs) == 1 && kwargs[0][0] == starlark.String("size") && len(args) == 0 {
			args, kwargs = starlark.Tuple{kwargs[0][1]}, nil
		}
		if len(args) == 1 {
			if shape, ok := args[0].(starlark.Tuple); ok {
				args = shape
			} else if args[0] == starlark.None {
				args = nil
			}
		}
		return starlark.Call(t, f, args, kwargs)
	})
}
