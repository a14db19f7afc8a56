package script

import (
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/connect"
	"go.starlark.net/starlark"
)

// ANNarchy's Convolution and Pooling are projections whose synapses follow from geometries: those of a filter around the place of each postsynaptic
// neuron, or of a block. Synapses are written out, as of any connector.

// filtered is what a projection has of a Convolution or a Pooling.
type filtered struct {
	kind      string
	operation string
	psp       string // "": w * pre.r
	kernel    *Array // nil before it is connected, and of a Pooling
}

// makeConvolution is Convolution(pre, post, target, psp="pre.r * w", operation="sum", name=None).
func (in *interp) makeConvolution(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return in.makeFiltered(t, b, args, kwargs, &filtered{kind: "Convolution", operation: "sum"})
}

// makePooling is Pooling(pre, post, target, psp="pre.r", operation="max", name=None).
func (in *interp) makePooling(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return in.makeFiltered(t, b, args, kwargs, &filtered{kind: "Pooling", operation: "max"})
}

func (in *interp) makeFiltered(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple, f *filtered) (starlark.Value, error) {
	var pre, post, target starlark.Value
	var name starlark.Value = starlark.None
	if err := unpack(b.Name(), args, kwargs, "pre", &pre, "post", &post, "target", &target, "psp?", &f.psp, "operation?", &f.operation, "name?", &name); err != nil {
		return nil, err
	}
	for what, v := range map[string]starlark.Value{"pre": pre, "post": post} {
		p, err := in.findGroup(what, v)
		if err != nil {
			return nil, withHint(fmt.Errorf("%s: %w", b.Name(), err), "a "+f.kind+" joins whole populations, which have a geometry")
		}
		if p.emits() {
			return nil, fmt.Errorf("%s: %q has neurons that spike; a %s joins rate-coded ones", b.Name(), p.group.Name, f.kind)
		}
	}
	if !slices.Contains([]string{"sum", "mean", "max", "min"}, f.operation) || f.kind == "Pooling" && f.operation == "sum" {
		return nil, fmt.Errorf("%s: there is no operation=%q", b.Name(), f.operation)
	}
	plain := strings.ReplaceAll(f.psp, " ", "")
	if plain == "pre.r*w" || plain == "w*pre.r" || plain == "pre.r" && f.kind == "Pooling" {
		f.psp = ""
	}
	s := &synapse{psp: f.psp}
	if f.operation == "max" || f.operation == "min" {
		s.fold = f.operation
		if f.kind == "Convolution" { // as ANNarchy's, which begins with 0
			s.psp = fmt.Sprintf("%s(%s, 0.0)", f.operation, orPsp(f.psp))
		}
	}
	if f.operation == "mean" && f.psp != "" {
		return nil, withHint(fmt.Errorf("%s: operation=\"mean\" of a psp= is not supported", b.Name()), "take operation=\"sum\" and divide in the psp")
	}
	v, err := in.projectionOf(t, pre, post, target, name, s)
	if p, ok := v.(*projection); ok && err == nil {
		p.filter = f
	}
	return v, err
}

func orPsp(psp string) string {
	if psp == "" {
		return "w * pre.r"
	}
	return psp
}

// filterMethods are those of a Convolution and of a Pooling.
func (p *projection) filterMethod(name string) starlark.Value {
	if p.filter == nil {
		return nil
	}
	switch {
	case p.filter.kind == "Pooling" && (name == "pooling" || name == "connect_pooling"):
		return starlark.NewBuiltin(name, p.pool)
	case p.filter.kind == "Convolution" && slices.Contains([]string{"connect_filter", "connect_filters", "filter", "filters"}, name):
		return starlark.NewBuiltin(name, p.convolve)
	case (name == "weights" || name == "kernel") && p.filter.kernel != nil:
		return p.filter.kernel
	}
	return nil
}

// pool is pooling(extent=None, delays=0.0): each postsynaptic neuron has the presynaptic ones of a block of this extent.
func (p *projection) pool(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var extent, delay starlark.Value
	if err := unpack(b.Name(), args, kwargs, "extent?", &extent, "delays?", &delay); err != nil {
		return nil, err
	}
	pre, post := p.from.shape, slices.Clone(p.to.shape)
	block := make([]int, len(pre))
	if isGiven(extent) {
		e, err := lengths(extent)
		if err != nil || len(e) != len(pre) {
			return nil, fmt.Errorf("%s: extent has %d lengths, those of a block of %q, which has the geometry %s", b.Name(), len(pre), p.from.group.Name, shapeString(pre))
		}
		block = e
		for len(post) < len(pre) { // over the whole of the last dimensions
			post = append(post, 1)
		}
	} else {
		if len(post) != len(pre) {
			return nil, withHint(fmt.Errorf("%s: the geometries %s and %s have not the same number of dimensions", b.Name(), shapeString(pre), shapeString(post)), "give extent=")
		}
		for k := range pre {
			block[k] = pre[k] / post[k]
		}
	}
	for k := range pre {
		if len(post) != len(pre) || block[k] < 1 || block[k]*post[k] != pre[k] {
			return nil, fmt.Errorf("%s: blocks of %s of the geometry %s do not make %s neurons", b.Name(), shapeString(block), shapeString(pre), shapeString(p.to.shape))
		}
	}
	rule := &connect.Arrays{}
	w := 1.0
	if p.filter.operation == "mean" {
		size := 1
		for _, l := range block {
			size *= l
		}
		w = 1 / float64(size)
	}
	eachPlace(post, func(to []int) {
		eachPlace(block, func(at []int) {
			from := make([]int, len(pre))
			for k := range from {
				from[k] = to[k]*block[k] + at[k]
			}
			rule.Pre, rule.Post, rule.W = append(rule.Pre, rankOf(pre, from)), append(rule.Post, rankOf(post, to)), append(rule.W, w)
		})
	})
	return p, p.setFiltered(t, rule, delay)
}

// eachPlace calls f for all coordinates of a geometry, the last dimension fastest.
func eachPlace(shape []int, f func(at []int)) {
	at := make([]int, len(shape))
	for {
		f(slices.Clone(at))
		k := len(shape) - 1
		for ; k >= 0; k-- {
			if at[k]++; at[k] < shape[k] {
				break
			}
			at[k] = 0
		}
		if k < 0 {
			return
		}
	}
}

// rankOf is the number of the neuron at coordinates.
func rankOf(shape, at []int) int32 {
	r := 0
	for k, n := range shape {
		r = r*n + at[k]
	}
	return int32(r)
}

// setFiltered gives the projection its synapses.
func (p *projection) setFiltered(t *starlark.Thread, rule *connect.Arrays, delay starlark.Value) error {
	r := &ruleValue{rule: rule, several: true}
	if _, err := delays(r, delay); err != nil {
		return err
	}
	return p.setRule(t, r)
}

// centerOf is the element of a filter that lies on the neuron in its middle.
func centerOf(n int) int {
	if n%2 == 1 {
		return n / 2
	}
	return n/2 - 1
}

// convolve is connect_filter(weights, delays=0.0, keep_last_dimension=False, padding=0.0, subsampling=None) for one filter, and connect_filters for a bank
// of them, whose first dimension is the last of the postsynaptic population. Coordinates are those of ANNarchy's convolve.
func (p *projection) convolve(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var weights, delay, padding, subsampling starlark.Value
	keep := false
	if err := unpack(b.Name(), args, kwargs, "weights", &weights, "delays?", &delay, "keep_last_dimension?", &keep, "padding?", &padding, "subsampling?", &subsampling); err != nil {
		return nil, err
	}
	kernel, err := toArray(weights)
	if err != nil {
		return nil, fmt.Errorf("%s: weights: %w", b.Name(), err)
	}
	border := padding == starlark.String("border")
	if q, ok := asQuantity(padding); isGiven(padding) && !border && (!ok || q.Value != 0) {
		return nil, withHint(fmt.Errorf("%s: padding=%v is not supported", b.Name(), padding), "0.0 and 'border' are")
	}
	bank := strings.HasSuffix(b.Name(), "filters")
	pre, post := p.from.shape, p.to.shape
	shape := kernel.shape
	filters := 1
	if bank {
		if len(shape) < 2 || shape[0] != post[len(post)-1] {
			return nil, fmt.Errorf("%s: the bank has %d filters, but the last dimension of %q has %d neurons", b.Name(), shape[0], p.to.group.Name, post[len(post)-1])
		}
		filters, shape, post = shape[0], shape[1:], post[:len(post)-1]
	}
	// What the dimensions have to be.
	switch {
	case len(shape) > len(pre):
		return nil, withHint(fmt.Errorf("%s: a filter of shape %s has more dimensions than %q of geometry %s", b.Name(), shapeString(shape), p.from.group.Name, shapeString(pre)),
			"connect_filters takes several filters at once")
	case len(shape) < len(pre)-1 || len(shape) < len(pre) && !keep:
		return nil, withHint(fmt.Errorf("%s: a filter of shape %s has fewer dimensions than %q of geometry %s", b.Name(), shapeString(shape), p.from.group.Name, shapeString(pre)),
			"keep_last_dimension=True filters each part of the last dimension")
	case len(shape) == len(pre) && keep:
		return nil, fmt.Errorf("%s: keep_last_dimension=True is for filters with one dimension less than %q", b.Name(), p.from.group.Name)
	case keep && (len(post) != len(pre) || post[len(post)-1] != pre[len(pre)-1]):
		return nil, fmt.Errorf("%s: keep_last_dimension=True needs populations of the same last dimension, not %s and %s", b.Name(), shapeString(pre), shapeString(p.to.shape))
	}
	places, err := centers(b.Name(), pre, post, shape, keep, subsampling)
	if err != nil {
		return nil, err
	}
	rule := &connect.Arrays{}
	scale := 1.0
	if p.filter.operation == "mean" {
		scale = 1 / float64(len(kernel.data)/filters)
	}
	clamped := border && (p.filter.operation == "sum" || p.filter.operation == "mean")
	size := len(kernel.data) / filters
	for k, center := range places {
		for f := range filters {
			element := 0
			eachPlace(shape, func(at []int) {
				w := kernel.data[f*size+element] * scale
				element++
				from := slices.Clone(center)
				for d := range shape {
					from[d] += at[d] - centerOf(shape[d])
					if clamped {
						from[d] = min(max(from[d], 0), pre[d]-1)
					} else if from[d] < 0 || from[d] >= pre[d] {
						return
					}
				}
				rule.Pre, rule.Post, rule.W = append(rule.Pre, rankOf(pre, from)), append(rule.Post, int32(k*filters+f)), append(rule.W, w)
			})
		}
	}
	p.filter.kernel = kernel
	return p, p.setFiltered(t, rule, delay)
}

// centers are the places in the presynaptic geometry that filters are laid on, one for each postsynaptic neuron of a filter.
func centers(what string, pre, post, shape []int, keep bool, subsampling starlark.Value) ([][]int, error) {
	n := 1
	for _, l := range post {
		n *= l
	}
	if isGiven(subsampling) {
		a, err := toArray(subsampling)
		if err != nil || len(a.shape) != 2 || a.shape[0] != n || a.shape[1] != len(pre) {
			return nil, fmt.Errorf("%s: subsampling is a list of %d places of %d coordinates", what, n, len(pre))
		}
		out := make([][]int, n)
		for k, x := range a.data {
			out[k/len(pre)] = append(out[k/len(pre)], int(x))
		}
		return out, nil
	}
	if len(post) > len(pre) {
		return nil, fmt.Errorf("%s: the geometry %s of the postsynaptic neurons has more dimensions than %s", what, shapeString(post), shapeString(pre))
	}
	if len(post) < len(pre) && shape[len(shape)-1] != pre[len(pre)-1] {
		return nil, fmt.Errorf("%s: where the postsynaptic neurons have a dimension less, the last of the filter, %d, is that of the presynaptic ones, %d", what, shape[len(shape)-1], pre[len(pre)-1])
	}
	sample := make([]int, len(post))
	for k := range post {
		if sample[k] = pre[k] / post[k]; sample[k]*post[k] != pre[k] {
			return nil, fmt.Errorf("%s: the geometry %s is no multiple of %s", what, shapeString(pre), shapeString(post))
		}
	}
	var out [][]int
	eachPlace(post, func(at []int) {
		var center []int
		for k := range pre {
			switch {
			case k < len(post):
				center = append(center, (sample[k]-1)/2+sample[k]*at[k])
			default:
				center = append(center, centerOf(shape[k]))
			}
		}
		out = append(out, center)
	})
	return out, nil
}
