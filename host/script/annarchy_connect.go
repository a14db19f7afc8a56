package script

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/connect"
	"go.starlark.net/starlark"
)

// ruleValue is a connection rule as a value: dog(...) in connect(dog(...)).
type ruleValue struct {
	rule     connect.Rule
	delay    float64 // seconds, when delaySet
	delaySet bool
	several  bool // each synapse has a weight of its own
}

func (r *ruleValue) String() string        { return r.rule.Name() + "(...)" }
func (r *ruleValue) Type() string          { return "connector" }
func (r *ruleValue) Freeze()               {}
func (r *ruleValue) Truth() starlark.Bool  { return true }
func (r *ruleValue) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: connector") }

type connector func(in *interp, name string, args starlark.Tuple, kwargs []starlark.Tuple) (*ruleValue, error)

// connectors by ANNarchy's names, without "connect_".
var connectors = map[string]connector{
	"one_to_one":        connectOneToOne,
	"all_to_all":        connectAllToAll,
	"fixed_probability": connectFixedProbability,
	"fixed_number_pre":  connectFixedNumber(true),
	"fixed_number_post": connectFixedNumber(false),
	"gaussian":          connectGaussian,
	"dog":               connectDoG,
	"from_matrix":       connectFromMatrix,
	"from_sparse":       connectFromSparse,
	"from_arrays":       connectFromArrays,
}

// connectorAliases are further names of the same connectors.
var connectorAliases = map[string]string{
	"from_matrix_market": "from_sparse",
	"from_file":          "from_matrix",
}

// ignoredArgs are ANNarchy's arguments about storage, which change nothing here.
type ignoredArgs struct{ force, format, order, requires starlark.Value }

func (g *ignoredArgs) pairs() []any {
	return []any{"force_multiple_weights?", &g.force, "storage_format?", &g.format, "storage_order?", &g.order, "requires_multiple_weights?", &g.requires}
}

// several reports force_multiple_weights=True: each synapse has a weight of its own.
func (g *ignoredArgs) several() bool { return g.force == starlark.True || g.requires == starlark.True }

// values reads weights=: a number, a distribution, or nothing.
func values(v starlark.Value) (connect.Values, error) {
	switch x := v.(type) {
	case nil, starlark.NoneType:
		return nil, nil
	case *distribution:
		return x.values, nil
	case *Array, *starlark.List, starlark.Tuple:
		return nil, withHint(fmt.Errorf("weights: one number or a distribution, got %s", article(v)), "weights for each synapse are given with connect_from_matrix or connect_from_arrays")
	}
	q, ok := asQuantity(v)
	if !ok {
		return nil, fmt.Errorf("weights: expected a number or a distribution, got %s", article(v))
	}
	if !q.Dim.Dimensionless() {
		return nil, fmt.Errorf("weights: expected a number without unit, got %s", describeDim(q.Dim))
	}
	if math.IsNaN(q.Value) || math.IsInf(q.Value, 0) {
		return nil, fmt.Errorf("weights: %v is not a finite number", q.Value)
	}
	return connect.Constant(q.Value), nil
}

// delays reads delays=: a time, a plain number of ms, or a distribution in ms. A constant goes to the projection, others to
// the rule.
func delays(r *ruleValue, v starlark.Value) (connect.Values, error) {
	switch x := v.(type) {
	case nil, starlark.NoneType:
		return nil, nil
	case *distribution:
		return scaled{x.values, 1e-3}, nil
	}
	d, err := duration("delays", v, 1e-3)
	if err != nil {
		return nil, err
	}
	if d < 0 || math.IsNaN(d) || math.IsInf(d, 0) {
		return nil, fmt.Errorf("delays: %v is not possible; a delay is zero or positive", v)
	}
	r.delay, r.delaySet = d, true
	return nil, nil
}

func connectOneToOne(_ *interp, name string, args starlark.Tuple, kwargs []starlark.Tuple) (*ruleValue, error) {
	var w, d starlark.Value
	var ig ignoredArgs
	if err := starlark.UnpackArgs(name, args, kwargs, append([]any{"weights?", &w, "delays?", &d}, ig.pairs()...)...); err != nil {
		return nil, err
	}
	r := &ruleValue{several: ig.several()}
	weight, err := values(w)
	if err != nil {
		return nil, err
	}
	delay, err := delays(r, d)
	r.rule = connect.OneToOne{Weight: weight, Delay: delay}
	return r, err
}

func connectAllToAll(_ *interp, name string, args starlark.Tuple, kwargs []starlark.Tuple) (*ruleValue, error) {
	var w, d starlark.Value
	self := false
	var ig ignoredArgs
	if err := starlark.UnpackArgs(name, args, kwargs, append([]any{"weights", &w, "delays?", &d, "allow_self_connections?", &self}, ig.pairs()...)...); err != nil {
		return nil, err
	}
	r := &ruleValue{several: ig.several()}
	weight, err := values(w)
	if err != nil {
		return nil, err
	}
	delay, err := delays(r, d)
	r.rule = connect.AllToAll{Weight: weight, Delay: delay, AllowSelf: self}
	return r, err
}

func connectFixedProbability(_ *interp, name string, args starlark.Tuple, kwargs []starlark.Tuple) (*ruleValue, error) {
	var p float64
	var w, d starlark.Value
	self := false
	var ig ignoredArgs
	if err := starlark.UnpackArgs(name, args, kwargs, append([]any{"probability", asFloat{&p}, "weights", &w, "delays?", &d, "allow_self_connections?", &self}, ig.pairs()...)...); err != nil {
		return nil, err
	}
	r := &ruleValue{several: ig.several()}
	weight, err := values(w)
	if err != nil {
		return nil, err
	}
	delay, err := delays(r, d)
	r.rule = connect.FixedProbability{P: p, Weight: weight, Delay: delay, AllowSelf: self}
	return r, err
}

func connectFixedNumber(pre bool) connector {
	return func(_ *interp, name string, args starlark.Tuple, kwargs []starlark.Tuple) (*ruleValue, error) {
		var n int
		var w, d starlark.Value
		self := false
		var ig ignoredArgs
		if err := starlark.UnpackArgs(name, args, kwargs, append([]any{"number", &n, "weights", &w, "delays?", &d, "allow_self_connections?", &self}, ig.pairs()...)...); err != nil {
			return nil, err
		}
		r := &ruleValue{several: ig.several()}
		weight, err := values(w)
		if err != nil {
			return nil, err
		}
		delay, err := delays(r, d)
		if pre {
			r.rule = connect.FixedNumberPre{N: n, Weight: weight, Delay: delay, AllowSelf: self}
		} else {
			r.rule = connect.FixedNumberPost{N: n, Weight: weight, Delay: delay, AllowSelf: self}
		}
		return r, err
	}
}

func connectGaussian(_ *interp, name string, args starlark.Tuple, kwargs []starlark.Tuple) (*ruleValue, error) {
	var amp, sigma float64
	var d starlark.Value
	limit, self := connect.DefaultLimit, false
	var ig ignoredArgs
	if err := starlark.UnpackArgs(name, args, kwargs, append([]any{"amp", asFloat{&amp}, "sigma", asFloat{&sigma}, "delays?", &d, "limit?", asFloat{&limit},
		"allow_self_connections?", &self}, ig.pairs()...)...); err != nil {
		return nil, err
	}
	r := &ruleValue{}
	delay, err := delays(r, d)
	r.rule = connect.Gaussian{Amp: amp, Sigma: sigma, Limit: limit, AllowSelf: self, Delay: delay}
	return r, err
}

func connectDoG(_ *interp, name string, args starlark.Tuple, kwargs []starlark.Tuple) (*ruleValue, error) {
	var ap, sp, an, sn float64
	var d starlark.Value
	limit, self := connect.DefaultLimit, false
	var ig ignoredArgs
	if err := starlark.UnpackArgs(name, args, kwargs, append([]any{"amp_pos", asFloat{&ap}, "sigma_pos", asFloat{&sp}, "amp_neg", asFloat{&an}, "sigma_neg", asFloat{&sn},
		"delays?", &d, "limit?", asFloat{&limit}, "allow_self_connections?", &self}, ig.pairs()...)...); err != nil {
		return nil, err
	}
	r := &ruleValue{}
	delay, err := delays(r, d)
	r.rule = connect.DoG{AmpPos: ap, SigmaPos: sp, AmpNeg: an, SigmaNeg: sn, Limit: limit, AllowSelf: self, Delay: delay}
	return r, err
}

// connectFromMatrix is connect_from_matrix(weights, delays=0, pre_post=False, nan="error"): weights [post, pre], or
// [pre, post] with pre_post. nan="no synapse" (or "none") says what NaN means. weights may be the name of a file.
func connectFromMatrix(in *interp, name string, args starlark.Tuple, kwargs []starlark.Tuple) (*ruleValue, error) {
	var w, d starlark.Value
	prePost := false
	nan, zero := "error", "synapse"
	var ig ignoredArgs
	if err := starlark.UnpackArgs(name, args, kwargs, append([]any{"weights", &w, "delays?", &d, "pre_post?", &prePost, "nan?", &nan, "zero?", &zero}, ig.pairs()...)...); err != nil {
		return nil, err
	}
	w, source, err := in.weightsOrFile(w)
	if err != nil {
		return nil, err
	}
	if m, ok := w.(*sparseMatrix); ok {
		return m.connect(in, d, source)
	}
	w, gaps := noneAsNaN(w)
	a, err := toArray(w)
	if err != nil {
		return nil, fmt.Errorf("%s: weights: %w", name, err)
	}
	if len(a.shape) != 2 || !a.dim.Dimensionless() {
		return nil, fmt.Errorf("%s: weights must be a matrix of plain numbers [post, pre], got shape %s in %s", name, shapeString(a.shape), describeDim(a.dim))
	}
	if prePost {
		a = a.transpose()
	}
	if nan == "no synapse" {
		nan = "none"
	}
	if nan != "error" && nan != "none" {
		return nil, fmt.Errorf("%s: nan=%q: \"no synapse\" or \"error\"", name, nan)
	}
	if zero != "synapse" && zero != "none" {
		return nil, fmt.Errorf("%s: zero=%q: \"none\" (no synapse) or \"synapse\"", name, zero)
	}
	if gaps {
		nan = "none"
	}
	r := &ruleValue{}
	if _, ok := perSynapse(d); ok {
		r.rule, err = delayedMatrix(name, a, d, prePost, nan == "none", zero == "none")
		return r, err
	}
	delay, err := delays(r, d)
	if err != nil {
		return nil, err
	}
	if source == "" {
		source = a.source
	}
	r.rule = &connect.Dense{W: append([]float64(nil), a.data...), Rows: a.shape[0], Cols: a.shape[1], NaNNone: nan == "none", ZeroNone: zero == "none", Delay: delay, Source: source}
	return r, nil
}

// noneAsNaN replaces None, which stands for no synapse among ANNarchy's weights, by NaN, and says whether there was any.
func noneAsNaN(v starlark.Value) (starlark.Value, bool) {
	switch x := v.(type) {
	case starlark.NoneType:
		return starlark.Float(math.NaN()), true
	case *starlark.List, starlark.Tuple:
		var out []starlark.Value
		found := false
		seq := x.(starlark.Indexable)
		for k := range seq.Len() {
			e, some := noneAsNaN(seq.Index(k))
			out, found = append(out, e), found || some
		}
		if found {
			return starlark.NewList(out), true
		}
	}
	return v, false
}

// delayedMatrix is a matrix of weights, [post, pre], with a matrix of delays in ms: those of NaN (noNaN) and of 0 (noZero) are no synapses.
func delayedMatrix(name string, w *Array, d starlark.Value, prePost, noNaN, noZero bool) (connect.Rule, error) {
	d, _ = noneAsNaN(d)
	a, err := toArray(d)
	if err != nil {
		return nil, fmt.Errorf("%s: delays: %w", name, err)
	}
	if prePost && len(a.shape) == 2 {
		a = a.transpose()
	}
	if !sameShape(a.shape, w.shape) {
		return nil, fmt.Errorf("%s: delays have the shape %s, but weights %s", name, shapeString(a.shape), shapeString(w.shape))
	}
	rule := &connect.Arrays{}
	for k, x := range w.data {
		if noNaN && math.IsNaN(x) || noZero && x == 0 {
			continue
		}
		ms, err := duration("delays", number(a.data[k], a.dim), 1e-3)
		if err != nil {
			return nil, err
		}
		rule.Pre, rule.Post = append(rule.Pre, int32(k%w.shape[1])), append(rule.Post, int32(k/w.shape[1]))
		rule.W, rule.D = append(rule.W, x), append(rule.D, ms)
	}
	return rule, nil
}

// weightsOrFile are weights as they are, or what the file of that name has and its name.
func (in *interp) weightsOrFile(w starlark.Value) (weights starlark.Value, source string, err error) {
	s, ok := w.(starlark.String)
	if !ok {
		return w, "", nil
	}
	weights, err = in.readFile(string(s))
	return weights, string(s), err
}

// connectFromSparse takes what read("w.mtx") gives, [post, pre], or the name of such a file.
func connectFromSparse(in *interp, name string, args starlark.Tuple, kwargs []starlark.Tuple) (*ruleValue, error) {
	var w, d starlark.Value
	var ig ignoredArgs
	if err := starlark.UnpackArgs(name, args, kwargs, append([]any{"weights", &w, "delays?", &d}, ig.pairs()...)...); err != nil {
		return nil, err
	}
	w, source, err := in.weightsOrFile(w)
	if err != nil {
		return nil, err
	}
	m, ok := w.(*sparseMatrix)
	if !ok {
		return nil, withHint(fmt.Errorf("%s: weights must be a sparse matrix, got %s", name, article(w)), "read(\"weights.mtx\") gives one; a dense array goes to connect_from_matrix")
	}
	return m.connect(in, d, source)
}

// connectFromArrays is connect_from_arrays(pre, post, weights=1.0, delays=0): synapse k joins pre[k] to post[k].
func connectFromArrays(_ *interp, name string, args starlark.Tuple, kwargs []starlark.Tuple) (*ruleValue, error) {
	var vi, vj, vw, vd starlark.Value
	var ig ignoredArgs
	if err := starlark.UnpackArgs(name, args, kwargs, append([]any{"pre", &vi, "post", &vj, "weights?", &vw, "delays?", &vd}, ig.pairs()...)...); err != nil {
		return nil, err
	}
	i, err := indices(name+": pre", vi)
	if err != nil {
		return nil, err
	}
	j, err := indices(name+": post", vj)
	if err != nil {
		return nil, err
	}
	r := &ruleValue{}
	rule := &connect.Arrays{Pre: i, Post: j}
	if a, ok := perSynapse(vw); ok {
		if !a.dim.Dimensionless() {
			return nil, fmt.Errorf("%s: weights are plain numbers, got %s", name, describeDim(a.dim))
		}
		rule.W = append([]float64(nil), a.data...)
	} else if rule.Weight, err = values(vw); err != nil {
		return nil, err
	}
	if a, ok := perSynapse(vd); ok {
		rule.D = make([]float64, len(a.data))
		for k, v := range a.data {
			if rule.D[k], err = duration("delays", number(v, a.dim), 1e-3); err != nil {
				return nil, err
			}
		}
	} else if rule.Delay, err = delays(r, vd); err != nil {
		return nil, err
	}
	r.rule = rule
	return r, nil
}

func perSynapse(v starlark.Value) (*Array, bool) {
	switch v.(type) {
	case *Array, *starlark.List, starlark.Tuple:
		a, err := toArray(v)
		return a, err == nil
	}
	return nil, false
}

// ruleConstructors are the connectors as functions, for connect(dog(...)).
func (in *interp) ruleConstructors() starlark.StringDict {
	d := starlark.StringDict{}
	for name, c := range connectors {
		d[name] = starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return c(in, b.Name(), args, kwargs)
		})
	}
	return d
}
