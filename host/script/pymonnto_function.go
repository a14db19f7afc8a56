package script

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// pyFunctions are numpy's functions by their name in equations.
var pyFunctions = map[string]string{
	"exp": "exp", "log": "log", "log10": "log10", "sqrt": "sqrt", "sin": "sin", "cos": "cos", "tan": "tan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh",
	"arcsin": "arcsin", "arccos": "arccos", "arctan": "arctan", "abs": "abs", "absolute": "abs", "fabs": "abs", "sign": "sign", "floor": "floor", "ceil": "ceil",
	"expm1": "expm1", "log1p": "log1p", "maximum": "max", "minimum": "min", "power": "pow",
}

// reductions are functions of all elements of a vector or a matrix, or of all in a row or column.
var reductions = []string{"sum", "mean", "any", "all", "count_nonzero"}

// maxCalls is how deep functions that are written out may call each other.
const maxCalls = 20

// pyCall is a call of numpy, of a method of an array, or of a function of the equations; args begins with the array.
type pyCall struct {
	*pyExpr
	name   string
	args   []*pyExpr
	method bool
}

// argument is an argument by its name or its place; nil: it is not given.
func (c pyCall) argument(name string, place int) *pyExpr {
	for _, k := range c.kws {
		if k.name == name {
			return k.value
		}
	}
	if place < len(c.args) {
		return c.args[place]
	}
	return nil
}

// function is a call.
func (x *expansion) function(e *pyExpr) (pyVal, error) {
	fn := e.args[0]
	c := pyCall{pyExpr: e, name: fn.text, args: e.args[1:]}
	switch {
	case fn.op == "name" && c.name == "vector":
		return x.filled(e, pyVal{shape: pyVec, of: x.g})
	case fn.op == "name":
	case fn.op != ".":
		return pyVal{}, fmt.Errorf("%s cannot be called", fn)
	default:
		on := fn.args[0]
		named := on.op == "name"
		switch {
		case on.op == "." && on.text == "random" && isNumpy(on.args[0]):
			return x.randomCall(e, c.name)
		case named && on.text == "self":
			return x.ownMethod(e, c.name, c.args)
		case x.isNeurons(on) && slices.Contains([]string{"vector", "get_neuron_vec", "vec", "array"}, c.name):
			return x.filled(e, pyVal{shape: pyVec, of: x.g})
		case named && x.synapses(on.text) != nil && slices.Contains([]string{"matrix", "mat", "get_synapse_mat"}, c.name):
			return x.filled(e, pyVal{shape: pyMat, syn: x.synapses(on.text)})
		case !isNumpy(on):
			c.method, c.args = true, append([]*pyExpr{on}, c.args...)
		}
	}
	if len(c.args) == 0 {
		return x.plainCall(e, c.name, nil)
	}
	for _, known := range []func(pyCall) (pyVal, bool, error){x.summing, x.converting, x.choosing} {
		if v, ok, err := known(c); ok {
			return v, err
		}
	}
	if c.method {
		return pyVal{}, fmt.Errorf("%s: .%s has no meaning in an iteration", e, c.name)
	}
	if fn.op == "." {
		own, ok := pyFunctions[c.name]
		if !ok {
			return pyVal{}, withHint(fmt.Errorf("%s: np.%s is not known to iterations", e, c.name), "they know exp, clip, where, sum, mean, maximum, sign, sqrt and the like")
		}
		c.name = own
	}
	return x.plainCall(e, c.name, c.args)
}

// isNumpy reports whether an expression is the module numpy.
func isNumpy(e *pyExpr) bool { return e.op == "name" && (e.text == "np" || e.text == "numpy") }

// summing are the functions that look at several elements.
func (x *expansion) summing(c pyCall) (v pyVal, ok bool, err error) {
	dotted := c.pyExpr.args[0].op == "."
	switch {
	case slices.Contains(reductions, c.name) && (dotted || c.name == "sum"):
		if v, err = x.value(c.args[0]); err == nil {
			v, err = x.reduction(c.pyExpr, c.name, v, c.argument("axis", 1))
		}
		return v, true, err
	case (c.name == "dot" || c.name == "matmul" || c.name == "outer") && len(c.args) == 2:
		a, b, err := x.both(c.args)
		if err != nil {
			return a, true, err
		}
		if c.name == "outer" {
			v, err = x.operate("*", asCol(a), asRow(b))
		} else {
			v, err = x.product(a, b, c.pyExpr)
		}
		return v, true, err
	}
	switch c.name {
	case "max", "min", "argmax", "argmin", "std", "var", "median", "prod", "cumsum", "sort":
		if len(c.args) == 1 && (dotted || c.name != "max" && c.name != "min") {
			return v, true, withHint(fmt.Errorf("%s: of all neurons an iteration knows sum, mean, any and all", c), "or compute it between runs, from net[...] or neurons.NAME")
		}
	}
	return v, false, nil
}

// converting are the functions that give their one argument another form.
func (x *expansion) converting(c pyCall) (v pyVal, ok bool, err error) {
	switch c.name {
	case "len":
		if _, a := x.arrayParameter(c.args[0]); a != nil && len(c.args) == 1 {
			return pyVal{text: strconv.Itoa(a.shape[0])}, true, nil
		}
		v, err = x.value(c.args[0])
		if err == nil && v.shape == pyVec {
			return pyVal{text: strconv.Itoa(v.of.group.N)}, true, nil
		}
		return v, false, nil
	case "ravel":
		v, err = x.value(c.args[0])
		return v, true, err
	case "copy", "flatten", "array", "asarray", "astype", "zeros_like", "ones_like":
		v, err = x.value(c.args[0])
		v.leaf = ""
	case "logical_not":
		v, err = x.value(&pyExpr{op: "not", args: c.args[:1]})
		return v, true, err
	case "square":
		v, err = x.value(&pyExpr{op: "**", args: []*pyExpr{c.args[0], {op: "number", text: "2"}}})
		return v, true, err
	default:
		return v, false, nil
	}
	switch c.name {
	case "zeros_like":
		v.text = "0.0"
	case "ones_like":
		v.text = "1.0"
	case "astype":
		kind := ""
		if len(c.args) > 1 {
			kind = c.args[1].text
		}
		switch {
		case strings.Contains(kind, "bool"):
			v = v.truth()
		case strings.Contains(kind, "int") && !v.isBool: // cut off towards 0
			v.text = "(1.0*int(" + v.text + "))"
		default:
			v = v.number()
		}
	}
	return v, true, err
}

// choosing are the functions that choose one of several values for each element.
func (x *expansion) choosing(c pyCall) (v pyVal, ok bool, err error) {
	switch {
	case c.name == "where" && len(c.args) == 3:
		if v, err = x.value(c.args[0]); err == nil {
			v, err = x.choose(v, c.args[1], c.args[2])
		}
		return v, true, err
	case (c.name == "logical_and" || c.name == "logical_or") && len(c.args) == 2:
		v, err = x.value(&pyExpr{op: strings.TrimPrefix(c.name, "logical_"), args: c.args})
		return v, true, err
	case c.name == "clip":
		v, err = x.clip(c)
		return v, true, err
	}
	return v, false, nil
}

// clip is np.clip(x, a_min, a_max); a bound may be None.
func (x *expansion) clip(c pyCall) (pyVal, error) {
	v, err := x.value(c.args[0])
	if err != nil {
		return v, err
	}
	for k, f := range []string{"max", "min"} {
		bound := c.argument([]string{"a_min", "a_max"}[k], k+1)
		if bound == nil {
			continue
		}
		b, err := x.value(bound)
		if err != nil {
			return b, err
		}
		if b.none {
			continue
		}
		out, err := x.together(v, b)
		if err != nil {
			return out, err
		}
		out.text = fmt.Sprintf("%s(%s, %s)", f, v.number().text, b.number().text)
		v = out
	}
	v.leaf = ""
	return v, nil
}

// plainCall is a function of the equations, of the script or of the class's file, element by element.
func (x *expansion) plainCall(e *pyExpr, name string, args []*pyExpr) (pyVal, error) {
	out := pyVal{}
	if m := x.inlined(e.args[0]); m != nil {
		return x.inline(e, name, m, m.args, args)
	}
	var texts []string
	for k, a := range args {
		v, err := x.value(a)
		if err != nil {
			return v, err
		}
		if v.isStr || v.none {
			return v, fmt.Errorf("%s: argument %d is no number", e, k+1)
		}
		t := v.number()
		if name == "int" {
			t = v
		}
		texts = append(texts, t.text)
		if k == 0 {
			out = v
			out.isBool, out.leaf, out.uses = false, "", merged(v.uses)
			continue
		}
		if out, err = x.together(out, v); err != nil {
			return out, err
		}
	}
	if len(e.kws) > 0 {
		return out, fmt.Errorf("%s: %s has no argument %s=", e, name, e.kws[0].name)
	}
	if name == "rand" || name == "randn" {
		out.random = true
		out.shape, out.of = pyVec, x.g
	}
	out.text = fmt.Sprintf("%s(%s)", name, strings.Join(texts, ", "))
	return out, nil
}

// reduction is a sum or mean: over an axis of a matrix, or of everything.
func (x *expansion) reduction(e *pyExpr, name string, v pyVal, axis *pyExpr) (pyVal, error) {
	count, truth := 0, false
	switch name {
	case "any", "count_nonzero":
		v = v.truth().number()
		truth = name == "any"
	case "all":
		v = v.truth()
		v.text = "int(not " + v.text + ")"
		v.isBool, truth = false, true
	}
	if v.mask != "" && v.mask != "columns" && v.shape <= pyVec {
		if name == "mean" {
			return v, withHint(fmt.Errorf("%s: a mean of what a mask chooses", e), "np.sum(x*mask)/np.sum(mask)")
		}
		v.text, v.mask = fmt.Sprintf("(%s if %s else 0.0)", v.text, v.mask), ""
	}
	var err error
	which := ""
	if axis != nil {
		if which = axis.text; axis.op == "u-" {
			which = "-" + axis.args[0].text
		}
	}
	switch {
	case v.shape == pyMat && (which == "1" || which == "-1"):
		count = v.syn.src.group.N
		if v.mask == "columns" && name == "mean" {
			return v, fmt.Errorf("%s: a mean of the columns that a mask chooses", e)
		}
		v, err = x.sumRows(v, false)
	case v.shape == pyMat && which == "0":
		count = v.syn.dst.group.N
		v, err = x.sumRows(v, true)
	case axis == nil || v.shape <= pyVec && which == "0":
		switch {
		case v.shape == pyMat:
			count = v.syn.src.group.N * v.syn.dst.group.N
		case v.shape == pyVec:
			count = v.of.group.N
		default:
			count = 1
		}
		v, err = x.total(v)
	default:
		return v, fmt.Errorf("%s: axis is 0 or 1 for a matrix", e)
	}
	if err != nil {
		return v, err
	}
	switch {
	case name == "mean":
		v.text, v.leaf = fmt.Sprintf("(%s/%d)", v.text, count), ""
	case name == "all":
		v.text, v.isBool, v.leaf = "("+v.text+" == 0)", true, ""
	case truth:
		v.text, v.isBool, v.leaf = "("+v.text+" > 0)", true, ""
	}
	return v, nil
}

// ownMethod writes out self.f(x), a method of the class that returns an expression.
func (x *expansion) ownMethod(e *pyExpr, name string, args []*pyExpr) (pyVal, error) {
	m := x.inlined(e.args[0])
	if m == nil {
		return pyVal{}, fmt.Errorf("%s: the class has no method %s", e, name)
	}
	if m.returns() == nil {
		return pyVal{}, withHint(fmt.Errorf("%s: the method %s has more than a return", e, name), "write its statements into iteration")
	}
	if len(m.args) == 0 {
		return pyVal{}, fmt.Errorf("%s: %s lacks self", e, name)
	}
	return x.inline(e, name, m, m.args[1:], args)
}

// inline writes out a call of a function that is a return.
func (x *expansion) inline(e *pyExpr, name string, m *pyMethod, names []string, args []*pyExpr) (pyVal, error) {
	if len(args) != len(names) || len(e.kws) > 0 {
		return pyVal{}, fmt.Errorf("%s: %s takes %d argument%s", e, name, len(names), plural(len(names)))
	}
	if x.calls++; x.calls > maxCalls {
		return pyVal{}, fmt.Errorf("%s: functions call each other without end", e)
	}
	defer func() { x.calls-- }()
	vals := map[string]pyVal{}
	for k, a := range args {
		v, err := x.value(a)
		if err != nil {
			return v, err
		}
		vals[names[k]] = v
	}
	before := x.args
	x.args = vals
	v, err := x.value(m.returns())
	x.args = before
	v.leaf = ""
	return v, err
}

// randomCall is np.random.NAME(...).
func (x *expansion) randomCall(e *pyExpr, name string) (pyVal, error) {
	out := pyVal{shape: pyVec, of: x.g, random: true}
	switch name {
	case "rand", "random", "random_sample", "uniform", "randn", "normal", "standard_normal":
		args := e.args[1:]
		var nums []string
		for _, a := range args {
			if a.op == "number" || a.op == "u-" {
				v, err := x.value(a)
				if err != nil {
					return v, err
				}
				nums = append(nums, v.text)
			}
		}
		for _, k := range e.kws {
			if k.name != "size" {
				v, err := x.value(k.value)
				if err != nil {
					return v, err
				}
				nums = append(nums, v.text)
			}
		}
		draw := "rand()"
		if strings.Contains(name, "norm") || name == "randn" {
			draw = "randn()"
		}
		out.text = draw
		if len(nums) == 2 && name == "uniform" {
			out.text = fmt.Sprintf("(%s + (%s - %s)*rand())", nums[0], nums[1], nums[0])
		} else if len(nums) == 2 && name == "normal" {
			out.text = fmt.Sprintf("(%s + %s*randn())", nums[0], nums[1])
		}
		return out, nil
	}
	return out, withHint(fmt.Errorf("%s: np.random.%s is not known to iterations", e, name), "neurons.vector('uniform') and neurons.vector('normal') are")
}

// filled is vector(mode, scale=, density=) or matrix(...) of random or equal numbers.
func (x *expansion) filled(e *pyExpr, out pyVal) (pyVal, error) {
	mode, scale, density := "0.0", "", ""
	args := e.args[1:]
	for k, name := range []string{"mode", "scale", "density"} {
		var a *pyExpr
		if k < len(args) {
			a = args[k]
		}
		for _, kw := range e.kws {
			if kw.name == name {
				a = kw.value
			} else if kw.name != "mode" && kw.name != "scale" && kw.name != "density" {
				return out, fmt.Errorf("%s: vector has no argument %s=", e, kw.name)
			}
		}
		if a == nil {
			continue
		}
		v, err := x.value(a)
		if err != nil {
			return v, err
		}
		switch {
		case v.isStr && name == "mode":
			if mode, err = modeCode(v.str); err != nil {
				return out, err
			}
			out.random = strings.Contains(mode, "rand")
		case name == "mode":
			mode = v.text
		case name == "scale":
			scale = v.text
		default:
			density, out.random = v.text, true
		}
	}
	if density != "" {
		mode = fmt.Sprintf("(%s*int(rand() < %s))", mode, density)
	}
	if scale != "" {
		mode = fmt.Sprintf("(%s*%s)", mode, scale)
	}
	out.text = "(" + mode + ")"
	return out, nil
}

// modeCode is a distribution by its text, as an expression.
func modeCode(mode string) (string, error) {
	name, a, b, err := distributionOf(mode)
	if err != nil {
		return "", withHint(fmt.Errorf("vector: there is no mode %q in an iteration", mode), modesHint)
	}
	num := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	switch name {
	case "uniform":
		if a == 0 && b == 1 {
			return "rand()", nil
		}
		return fmt.Sprintf("(%s + %s*rand())", num(a), num(b-a)), nil
	case "normal":
		if a == 0 && b == 1 {
			return "randn()", nil
		}
		return fmt.Sprintf("(%s + %s*randn())", num(a), num(b)), nil
	case "lognormal":
		return fmt.Sprintf("exp(%s + %s*randn())", num(a), num(b)), nil
	case "ones":
		return "1.0", nil
	}
	return "0.0", nil
}

// spread gives each of n neurons the one value of a.
func spread(a *Array, n int) *Array {
	if len(a.data) != 1 {
		return a.copy()
	}
	out := fromSlice(make([]float64, n), noDim, n)
	for k := range out.data {
		out.data[k] = a.data[0]
	}
	return out
}
