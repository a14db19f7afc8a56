package script

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// pyShape is the shape of a value in numpy's sense.
type pyShape int

const (
	pyScalar pyShape = iota
	pyVec            // one value for each neuron of a group
	pyCol            // x[:, None]: one for each row of a matrix [dst, src]
	pyRow            // x[None, :]
	pyMat
)

// pyVal is an expression of an iteration in the language of equations. Variables of neurons stand between marks, as what they are called depends
// on where the expression is used: x, x_pre or x_post.
type pyVal struct {
	text   string
	shape  pyShape
	of     *pymNeurons  // of a vector
	syn    *pymSynapses // of a matrix
	isBool bool
	random bool
	same   bool   // a vector of equal numbers: attributes of self that were one number
	leaf   string // the variable, when the value is one
	local  bool
	matrix bool   // leaf is one of the matrices that initialize parts set
	mask   string // the mask by which the elements are chosen
	isStr  bool
	str    string
	none   bool
	uses   map[string]bool // locals
}

// Marks around the name of a neuron's variable.
const (
	vecMark = "\x01"
	colMark = "\x03"
	rowMark = "\x04"
	endMark = "\x02"
)

// everything is the mask of x[:].
const everything = ":"

var anyMark = regexp.MustCompile("[" + vecMark + colMark + rowMark + "]([^" + endMark + "]*)" + endMark)

// number and truth are the value as a number and as a condition.
func (v pyVal) number() pyVal {
	if v.isBool {
		v.text, v.isBool = "int("+v.text+")", false
	}
	return v
}

func (v pyVal) truth() pyVal {
	if !v.isBool {
		v.text, v.isBool = "("+v.text+" != 0)", true
	}
	return v
}

// print writes a value as code of the neurons (syn nil) or of synapses.
func (x *expansion) print(v pyVal, syn *pymSynapses) (string, error) {
	switch {
	case v.isStr:
		return "", fmt.Errorf("the text %q is no number", v.str)
	case v.none:
		return "", fmt.Errorf("the value is None, which is no number")
	}
	if syn == nil {
		if v.shape > pyVec {
			return "", withHint(fmt.Errorf("a matrix is used where one value for each neuron is expected"), "sum it: np.sum(..., axis=1)")
		}
		if v.shape == pyVec && v.of != nil && v.of != x.g {
			return "", withHint(fmt.Errorf("values of %q cannot be used by %q one by one", v.of.name, x.g.name), "what they bring goes through synapses: s.W.dot(s.src.NAME)")
		}
		return anyMark.ReplaceAllString(v.text, "$1"), nil
	}
	if v.random && v.shape != pyMat {
		return "", withHint(fmt.Errorf("random vectors cannot be multiplied with matrices"), "keep the vector in a variable of the neurons")
	}
	if v.shape == pyVec && v.of != nil && v.of != syn.src {
		return "", withHint(fmt.Errorf("a vector of %q meets the rows of a matrix, which are as long as %q", v.of.name, syn.src.name), "write x[:, None] for one value in each row")
	}
	return anyMark.ReplaceAllStringFunc(v.text, func(m string) string {
		name := m[1 : len(m)-1]
		post := m[:1] == colMark
		switch {
		case name == "i" && post:
			return "j"
		case name == "i":
			return "i"
		case post:
			return name + "_post"
		}
		return name + "_pre"
	}), nil
}

func (x *expansion) vector(name string) pyVal {
	inner := x.g.inner(name)
	return pyVal{text: vecMark + inner + endMark, shape: pyVec, of: x.g, leaf: inner}
}

// asCol and asRow are x[:, None] and x[None, :].
func asCol(v pyVal) pyVal {
	v.text, v.shape, v.leaf = strings.ReplaceAll(v.text, vecMark, colMark), pyCol, ""
	return v
}

func asRow(v pyVal) pyVal {
	v.text, v.shape, v.leaf = strings.ReplaceAll(v.text, vecMark, rowMark), pyRow, ""
	return v
}

// together is the shape of an operation on two values.
func (x *expansion) together(a, b pyVal) (out pyVal, err error) {
	out = pyVal{uses: merged(a.uses, b.uses), random: a.random || b.random, of: a.of, syn: a.syn, shape: max(a.shape, b.shape)}
	if out.of == nil {
		out.of = b.of
	}
	if out.syn == nil {
		out.syn = b.syn
	}
	out.same = (a.same || a.shape == pyScalar) && (b.same || b.shape == pyScalar)
	if a.mask != "" || b.mask != "" {
		switch {
		case a.mask != "" && b.mask != "" && a.mask != b.mask:
			return out, fmt.Errorf("two different masks meet")
		case a.mask == "" && a.shape != pyScalar || b.mask == "" && b.shape != pyScalar:
			return out, withHint(fmt.Errorf("values chosen by a mask meet others that are not"), "choose both by the same mask")
		}
		if out.mask = a.mask; out.mask == "" {
			out.mask = b.mask
		}
	}
	if a.shape == pyVec && b.shape == pyVec && a.of != nil && b.of != nil && a.of != b.of {
		return out, fmt.Errorf("values of %q and of %q cannot be combined one by one", a.of.name, b.of.name)
	}
	if out.shape > pyVec && (a.shape != b.shape) && min(a.shape, b.shape) != pyScalar || out.shape == pyMat {
		out.shape = pyMat
		if out.syn == nil {
			if len(x.bound) == 0 {
				return out, withHint(fmt.Errorf("a matrix outside of a loop over synapses"), "for s in synapses(afferent, 'TAG'):")
			}
			out.syn = x.bound[len(x.bound)-1].syn
		}
		if a.syn != nil && b.syn != nil && a.syn != b.syn {
			return out, fmt.Errorf("matrices of %q and of %q cannot be combined", a.syn.name, b.syn.name)
		}
		for _, v := range []pyVal{a, b} {
			want := out.syn.src
			if v.shape == pyCol {
				want = out.syn.dst
			}
			if v.shape != pyScalar && v.shape != pyMat && v.of != nil && v.of != want {
				return out, withHint(fmt.Errorf("a vector of %q does not fit a matrix [%s, %s]", v.of.name, out.syn.dst.name, out.syn.src.name), "x[:, None] gives each row one value, x or x[None, :] each column")
			}
			if v.random && v.shape != pyMat && v.shape != pyScalar {
				return out, withHint(fmt.Errorf("random vectors cannot be multiplied with matrices"), "keep the vector in a variable of the neurons")
			}
		}
	}
	return out, nil
}

// both translates two expressions.
func (x *expansion) both(e []*pyExpr) (a, b pyVal, err error) {
	if a, err = x.value(e[0]); err != nil {
		return a, b, err
	}
	b, err = x.value(e[1])
	return a, b, err
}

// value translates an expression.
func (x *expansion) value(e *pyExpr) (pyVal, error) {
	switch e.op {
	case "number":
		return pyVal{text: e.text}, nil
	case "string":
		return pyVal{str: e.text, isStr: true}, nil
	case "name":
		return x.name(e)
	case ".":
		return x.attribute(e)
	case "[]":
		return x.item(e)
	case "call":
		return x.function(e)
	case "u-", "u+":
		v, err := x.value(e.args[0])
		v = v.number()
		v.text, v.leaf = "("+e.op[1:]+v.text+")", ""
		return v, err
	case "not", "~":
		v, err := x.value(e.args[0])
		v = v.truth()
		v.text, v.leaf = "(not "+v.text+")", ""
		return v, err
	case "if":
		c, err := x.value(e.args[0])
		if err != nil {
			return c, err
		}
		return x.choose(c, e.args[1], e.args[2])
	case "other":
		return pyVal{}, fmt.Errorf("%s cannot be part of an iteration", e)
	case "tuple", "list":
		return pyVal{}, withHint(fmt.Errorf("%s: code of an iteration has no lists", e), "keep it in a variable that initialize sets")
	case "slice":
		return pyVal{}, fmt.Errorf("a slice stands alone")
	}
	a, err := x.value(e.args[0])
	if err != nil {
		return a, err
	}
	b, err := x.value(e.args[1])
	if err != nil {
		return b, err
	}
	if e.op == "@" {
		return x.product(a, b, e)
	}
	return x.operate(e.op, a, b)
}

func (x *expansion) operate(op string, a, b pyVal) (pyVal, error) {
	out, err := x.together(a, b)
	if err != nil {
		return out, err
	}
	switch op {
	case "and", "&":
		out.text, out.isBool = fmt.Sprintf("(%s and %s)", a.truth().text, b.truth().text), true
		return out, nil
	case "or", "|":
		out.text, out.isBool = fmt.Sprintf("(%s or %s)", a.truth().text, b.truth().text), true
		return out, nil
	case "^":
		return out, withHint(fmt.Errorf("^ is no operation of an iteration"), "write ** for a power, != for either of two conditions")
	case "<", ">", "<=", ">=", "==", "!=":
		out.isBool = true
	case "+":
		if a.isBool && b.isBool { // as numpy adds them
			return x.operate("or", a, b)
		}
	}
	out.text = fmt.Sprintf("(%s %s %s)", a.number().text, op, b.number().text)
	return out, nil
}

// choose is A if C else B, element by element.
func (x *expansion) choose(c pyVal, ifTrue, ifFalse *pyExpr) (pyVal, error) {
	a, err := x.value(ifTrue)
	if err != nil {
		return a, err
	}
	b, err := x.value(ifFalse)
	if err != nil {
		return b, err
	}
	out, err := x.together(a, b)
	if err != nil {
		return out, err
	}
	if out, err = x.together(out, c); err != nil {
		return out, err
	}
	out.text = fmt.Sprintf("(%s if %s else %s)", a.number().text, c.truth().text, b.number().text)
	return out, nil
}

// selection is the mask of an index: x[mask], x[:], x[2:5], W[W < 0].
func (x *expansion) selection(e *pyExpr) (pyVal, error) {
	if len(e.args) != 2 {
		return pyVal{}, withHint(fmt.Errorf("%s cannot be assigned to", e), "choose elements by one mask")
	}
	k := e.args[1]
	if k.op == "slice" {
		if k.args[0] == nil && k.args[1] == nil && k.args[2] == nil {
			return pyVal{text: everything, isBool: true}, nil
		}
		var conds []string
		for n, part := range k.args {
			if part == nil {
				continue
			}
			v, err := strconv.Atoi(part.text)
			if part.op != "number" || err != nil || v < 0 || n == 2 && v < 1 {
				return pyVal{}, withHint(fmt.Errorf("%s: bounds are whole numbers from 0 on", e), "or choose by a mask")
			}
			switch n {
			case 0:
				conds = append(conds, fmt.Sprintf("(%si%s >= %d)", vecMark, endMark, v))
			case 1:
				conds = append(conds, fmt.Sprintf("(%si%s < %d)", vecMark, endMark, v))
			case 2:
				first := "0"
				if k.args[0] != nil {
					first = k.args[0].text
				}
				conds = append(conds, fmt.Sprintf("((%si%s - %s) %% %d == 0)", vecMark, endMark, first, v))
			}
		}
		return pyVal{text: "(" + strings.Join(conds, " and ") + ")", isBool: true, shape: pyVec, of: x.g}, nil
	}
	if k.op == "number" {
		return pyVal{text: fmt.Sprintf("(%si%s == %s)", vecMark, endMark, k.text), isBool: true, shape: pyVec, of: x.g}, nil
	}
	v, err := x.value(k)
	if err == nil && v.shape == pyScalar {
		err = fmt.Errorf("%s: the index is no mask", e)
	}
	return v.truth(), err
}

// item is an element or a part: x[:, None], x[mask], W[:, mask].
func (x *expansion) item(e *pyExpr) (pyVal, error) {
	if v, ok, err := x.table(e); ok || err != nil {
		return v, err
	}
	v, err := x.value(e.args[0])
	if err != nil {
		return v, err
	}
	all := func(k *pyExpr) bool {
		return k != nil && k.op == "slice" && k.args[0] == nil && k.args[1] == nil && k.args[2] == nil
	}
	none := func(k *pyExpr) bool {
		return k.op == "name" && k.text == "None" || k.op == "." && k.text == "newaxis"
	}
	switch sub := e.args[1:]; {
	case len(sub) == 2 && v.shape <= pyVec && all(sub[0]) && none(sub[1]):
		if v.shape == pyScalar {
			return v, nil
		}
		return asCol(v), nil
	case len(sub) == 2 && v.shape <= pyVec && none(sub[0]) && all(sub[1]):
		if v.shape == pyScalar {
			return v, nil
		}
		return asRow(v), nil
	case len(sub) == 2 && v.shape == pyMat && all(sub[0]) && !all(sub[1]):
		m, err := x.value(sub[1])
		if err != nil {
			return m, err
		}
		if m.shape != pyVec {
			return m, fmt.Errorf("%s: columns are chosen by a mask of the source", e)
		}
		out, err := x.operate("*", v, m.truth().number())
		out.mask = "columns"
		return out, err
	case len(sub) == 1 && all(sub[0]):
		return v, nil
	case len(sub) == 1:
		m, err := x.selection(e)
		if err != nil {
			return m, err
		}
		v.mask, v.uses = m.text, merged(v.uses, m.uses)
		return v, nil
	}
	return v, withHint(fmt.Errorf("%s has no meaning in an iteration", e), "x[mask], x[:, None], x[None, :] and np.sum(W[:, mask], axis=1) have")
}
