package script

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// elemKind is what an array's elements are to a script. Storage is float64 for all.
type elemKind uint8

const (
	realElems elemKind = iota
	intElems
	boolElems
)

func (k elemKind) String() string { return [...]string{"float", "int", "bool"}[k] }

// Array is an array of numbers with one unit, in C order. Rows and slices are views of the array that they were taken from, as in numpy.
type Array struct {
	data   []float64
	shape  []int
	dim    units.Dim
	kind   elemKind
	frozen bool
	source string // the file it was read from, for messages
	// mem is shared with views; nil: there are none. data begins at origin in it, or with steps is a copy of what lies there, taken at write seen.
	mem    *memory
	origin int
	steps  []int
	seen   int
	// fixed tells why it cannot be changed in place, instead what to write.
	fixed, instead string
}

// maxElements bounds one array (2 GiB), so that a typing error is a message and not an exhausted machine.
const maxElements = 1 << 28

var (
	_ starlark.Mapping    = (*Array)(nil)
	_ starlark.HasSetKey  = (*Array)(nil)
	_ starlark.Sliceable  = (*Array)(nil)
	_ starlark.Sequence   = (*Array)(nil)
	_ starlark.HasBinary  = (*Array)(nil)
	_ starlark.HasUnary   = (*Array)(nil)
	_ starlark.HasAttrs   = (*Array)(nil)
	_ starlark.Comparable = (*Array)(nil)
)

func newArray(shape ...int) (*Array, error) {
	n := 1
	for _, s := range shape {
		if s < 0 {
			return nil, fmt.Errorf("an array cannot have the negative length %d", s)
		}
		if s > 0 && n > maxElements/s {
			return nil, fmt.Errorf("an array of shape %s is too large (the limit is %d elements)", shapeString(shape), maxElements)
		}
		n *= s
	}
	return &Array{data: make([]float64, n), shape: append([]int(nil), shape...)}, nil
}

func fromSlice(data []float64, dim units.Dim, shape ...int) *Array {
	if len(shape) == 0 {
		shape = []int{len(data)}
	}
	return &Array{data: data, shape: shape, dim: dim}
}

func (a *Array) like(data []float64) *Array {
	return &Array{data: data, shape: append([]int(nil), a.shape...), dim: a.dim, kind: a.kind}
}

func (a *Array) copy() *Array { return a.like(append([]float64(nil), a.now().data...)) }

// elem is a single element as the script sees it.
func (a *Array) elem(v float64) starlark.Value {
	switch a.kind {
	case intElems:
		return starlark.MakeInt64(int64(v))
	case boolElems:
		return starlark.Bool(v != 0)
	}
	return number(v, a.dim)
}

func shapeString(shape []int) string {
	parts := make([]string, len(shape))
	for i, s := range shape {
		parts[i] = fmt.Sprint(s)
	}
	if len(parts) == 1 {
		return "(" + parts[0] + ",)"
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

func (a *Array) String() string {
	var b strings.Builder
	a.now().print(&b, 0, 0)
	if !a.dim.Dimensionless() {
		b.WriteString(" * " + a.dim.String())
	}
	return b.String()
}

// print writes a row, leaving out the middle of long ones.
func (a *Array) print(b *strings.Builder, axis, off int) {
	if axis == len(a.shape) {
		switch a.kind {
		case realElems:
			fmt.Fprintf(b, "%g", a.data[off])
		default:
			b.WriteString(a.elem(a.data[off]).String())
		}
		return
	}
	stride := 1
	for _, s := range a.shape[axis+1:] {
		stride *= s
	}
	b.WriteByte('[')
	n := a.shape[axis]
	for i := 0; i < n; i++ {
		if i > 0 {
			b.WriteString(", ")
		}
		if n > 20 && i == 5 {
			b.WriteString("...")
			i = n - 6
			continue
		}
		a.print(b, axis+1, off+i*stride)
	}
	b.WriteByte(']')
}

func (a *Array) Type() string { return "array" }

func (a *Array) Freeze() { a.frozen = true }

// Truth is that of the one element, as in numpy; more elements count as a list that is not empty.
func (a *Array) Truth() starlark.Bool {
	return len(a.data) > 1 || len(a.data) == 1 && a.now().data[0] != 0
}
func (a *Array) Hash() (uint32, error) {
	return 0, fmt.Errorf("unhashable: array")
}

// Len is the length of the first axis.
func (a *Array) Len() int {
	if len(a.shape) == 0 {
		return 1
	}
	return a.shape[0]
}

func (a *Array) CompareSameType(op syntax.Token, _ starlark.Value, _ int) (bool, error) {
	return false, fmt.Errorf("%s of arrays: Starlark's comparisons give one truth value; for a mask write %s(a, b)", op, compareName(op))
}

func compareName(op syntax.Token) string {
	switch op {
	case syntax.EQL:
		return "equal"
	case syntax.NEQ:
		return "not_equal"
	case syntax.LT:
		return "less"
	case syntax.LE:
		return "less_equal"
	case syntax.GT:
		return "greater"
	}
	return "greater_equal"
}

// toArray reads an array, a number, or (nested) lists of numbers and quantities.
func toArray(v starlark.Value) (*Array, error) {
	if a, ok := v.(*Array); ok {
		return a.now(), nil
	}
	if w, ok := v.(*varView); ok {
		return w.array()
	}
	b := arrayBuilder{kind: boolElems}
	shape, err := b.add(v, 0)
	if err != nil {
		return nil, err
	}
	if len(b.data) == 0 {
		b.kind = realElems
	}
	return &Array{data: b.data, shape: shape, dim: b.dim, kind: b.kind}, nil
}

// arrayBuilder flattens nested sequences; all leaves must have one unit and all rows one length.
type arrayBuilder struct {
	data []float64
	dim  units.Dim
	seen bool
	kind elemKind // the widest so far: bool, then int, then real
}

func (b *arrayBuilder) leaf(v float64, d units.Dim, k elemKind) error {
	if b.seen && d != b.dim {
		return fmt.Errorf("elements of one array have different units: %s and %s", describeDim(b.dim), describeDim(d))
	}
	b.seen, b.dim = true, d
	b.kind = min(b.kind, k)
	b.data = append(b.data, v)
	return nil
}

func (b *arrayBuilder) add(v starlark.Value, depth int) ([]int, error) {
	switch v := v.(type) {
	case starlark.Bool:
		return nil, b.leaf(boolFloat(bool(v)), units.Dim{}, boolElems)
	case starlark.Int:
		return nil, b.leaf(float64(v.Float()), units.Dim{}, intElems)
	case starlark.Float:
		return nil, b.leaf(float64(v), units.Dim{}, realElems)
	case quantity:
		return nil, b.leaf(v.Value, v.Dim, realElems)
	case *varView:
		a, err := v.array()
		if err != nil {
			return nil, err
		}
		return b.add(a, depth)
	case *Array:
		if v.now(); len(v.data) > 0 {
			if err := b.leaf(v.data[0], v.dim, v.kind); err != nil {
				return nil, err
			}
			b.data = append(b.data, v.data[1:]...)
		}
		return v.shape, nil
	case starlark.String, starlark.Bytes, *starlark.Dict:
	case starlark.Iterable:
		if depth > 8 {
			return nil, fmt.Errorf("lists are nested too deeply for an array")
		}
		it := v.Iterate()
		defer it.Done()
		var x starlark.Value
		var row []int
		n := 0
		for it.Next(&x) {
			s, err := b.add(x, depth+1)
			if err != nil {
				return nil, err
			}
			if n > 0 && !sameShape(s, row) {
				return nil, fmt.Errorf("rows of one array have different shapes: %s and %s", shapeString(row), shapeString(s))
			}
			row = s
			n++
		}
		return append([]int{n}, row...), nil
	}
	return nil, fmt.Errorf("expected numbers, got %s", article(v))
}

func boolFloat(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func sameShape(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// article names a value's type with its article, for messages.
func article(v starlark.Value) string {
	if _, ok := v.(quantity); ok {
		return "a quantity (" + v.String() + ")"
	}
	return typeArticle(v.Type())
}

// Unary implements - + ~; ~ turns a mask around.
func (a *Array) Unary(op syntax.Token) (starlark.Value, error) {
	r := a.copy()
	switch op {
	case syntax.PLUS:
	case syntax.MINUS:
		if a.kind == boolElems {
			r.kind = intElems
		}
		for i, v := range r.data {
			r.data[i] = -v
		}
	case syntax.TILDE:
		if a.kind != boolElems {
			return nil, fmt.Errorf("~ turns a mask around; this array holds %s elements", a.kind)
		}
		for i, v := range r.data {
			r.data[i] = 1 - v
		}
	default:
		return nil, nil
	}
	return r, nil
}

// Binary implements elementwise arithmetic with numpy's broadcasting, and & | ^ on masks.
func (a *Array) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	if y, ok := y.(inPlace); ok && side == starlark.Left {
		return a.changed(op, y.Value)
	}
	switch y.(type) {
	case starlark.Bool, starlark.Int, starlark.Float, quantity, *Array, *starlark.List, starlark.Tuple:
	default:
		return nil, nil
	}
	a.now()
	b, err := toArray(y)
	if err != nil {
		return nil, err
	}
	l, r := a, b
	if side == starlark.Right {
		l, r = b, a
	}
	return arrayOp(op, l, r)
}

func arrayOp(op syntax.Token, l, r *Array) (starlark.Value, error) {
	switch op {
	case syntax.AMP, syntax.PIPE, syntax.CIRCUMFLEX:
		if l.kind == realElems || r.kind == realElems {
			return nil, fmt.Errorf("%s combines masks; the arrays hold %s and %s elements", op, l.kind, r.kind)
		}
		return broadcast(l, r, units.Dim{}, max(min(l.kind, r.kind), intElems), func(x, y float64) float64 {
			i, j := int64(x), int64(y)
			switch op {
			case syntax.AMP:
				return float64(i & j)
			case syntax.PIPE:
				return float64(i | j)
			}
			return float64(i ^ j)
		})
	case syntax.PLUS, syntax.MINUS, syntax.STAR, syntax.SLASH, syntax.SLASHSLASH, syntax.PERCENT:
	default:
		return nil, nil
	}
	x, y := l.dim, r.dim
	adoptUnit(op, l.onlyZeros(), &x, r.onlyZeros(), &y)
	d, err := opDim(op, x, y)
	if err != nil {
		return nil, err
	}
	kind := realElems
	if l.kind == boolElems && r.kind == boolElems { // sums and products of masks are masks
		switch op {
		case syntax.PLUS:
			return broadcast(l, r, noDim, boolElems, math.Max)
		case syntax.STAR:
			return broadcast(l, r, noDim, boolElems, math.Min)
		case syntax.MINUS:
			return nil, withHint(fmt.Errorf("masks have no difference"), "a ^ b tells where they differ, a & ~b where only the first is true; a.astype(int) holds 0 and 1")
		}
	}
	if op != syntax.SLASH && l.kind != realElems && r.kind != realElems {
		kind = intElems
		if op == syntax.SLASHSLASH || op == syntax.PERCENT {
			if slices.Contains(r.data, 0) {
				return nil, fmt.Errorf("integer division by zero")
			}
		}
	}
	return value(broadcast(l, r, d, kind, func(x, y float64) float64 { return floatOp(op, x, y) }))
}

// value keeps a nil array from becoming a value.
func value(a *Array, err error) (starlark.Value, error) {
	if err != nil {
		return nil, err
	}
	return a, nil
}

// broadcastShape is the common shape of two arrays by numpy's rule: aligned at the last axis, lengths equal or 1.
func broadcastShape(l, r []int) ([]int, error) {
	n := max(len(l), len(r))
	out := make([]int, n)
	for k := 1; k <= n; k++ {
		x, y := 1, 1
		if k <= len(l) {
			x = l[len(l)-k]
		}
		if k <= len(r) {
			y = r[len(r)-k]
		}
		switch {
		case x == y || y == 1:
			out[n-k] = x
		case x == 1:
			out[n-k] = y
		default:
			return nil, fmt.Errorf("arrays of shapes %s and %s do not fit together", shapeString(l), shapeString(r))
		}
	}
	return out, nil
}

func broadcast(l, r *Array, d units.Dim, kind elemKind, f func(x, y float64) float64) (*Array, error) {
	if sameShape(l.shape, r.shape) {
		out := &Array{data: make([]float64, len(l.data)), shape: append([]int(nil), l.shape...), dim: d, kind: kind}
		for i, x := range l.data {
			out.data[i] = f(x, r.data[i])
		}
		return out, nil
	}
	shape, err := broadcastShape(l.shape, r.shape)
	if err != nil {
		return nil, err
	}
	out, err := newArray(shape...)
	if err != nil {
		return nil, err
	}
	out.dim, out.kind = d, kind
	ls, rs := strides(l.shape, shape), strides(r.shape, shape)
	idx := make([]int, len(shape))
	li, ri := 0, 0
	for k := range out.data {
		out.data[k] = f(l.data[li], r.data[ri])
		for ax := len(shape) - 1; ax >= 0; ax-- {
			idx[ax]++
			li += ls[ax]
			ri += rs[ax]
			if idx[ax] < shape[ax] {
				break
			}
			li -= ls[ax] * shape[ax]
			ri -= rs[ax] * shape[ax]
			idx[ax] = 0
		}
	}
	return out, nil
}

// strides are the steps through data of shape s when walking an array of shape out: 0 along axes that repeat.
func strides(s, out []int) []int {
	r := make([]int, len(out))
	step := 1
	for k := 1; k <= len(s); k++ {
		if s[len(s)-k] != 1 {
			r[len(out)-k] = step
		}
		step *= s[len(s)-k]
	}
	return r
}

type arrayIter struct {
	a *Array
	i int
}

// Iterate yields elements of a 1-D array and rows of others, which may be changed meanwhile.
func (a *Array) Iterate() starlark.Iterator { return &arrayIter{a: a} }

func (it *arrayIter) Next(p *starlark.Value) bool {
	if len(it.a.shape) == 0 || it.i >= it.a.shape[0] {
		return false
	}
	*p = it.a.Index(it.i)
	it.i++
	return true
}

// Done does nothing: an array keeps its length.
func (it *arrayIter) Done() {}
