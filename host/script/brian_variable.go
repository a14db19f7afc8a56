package script

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// holder is what variables belong to: a group, a part of one, synapses, or a pathway.
type holder interface {
	part() *object
	label() string
	// count is the number of elements, which for synapses may have to be found out.
	count() (int, error)
	// pick turns an index into places in the holder.
	pick(key starlark.Value) ([]int32, error)
	// read gives the values of a variable as they are now.
	read(v variable) (*Array, error)
	// where lists the elements for which a condition holds now, counted as in read.
	where(cond *diag.Source, names check.Scope) ([]int, error)
	// put makes a complete assignment.
	put(v variable, a net.Assignment) error
	// namespace is the holder's own, for expressions.
	namespace() starlark.StringDict
}

// varView is a variable as the script sees it: G.v. It is read when it is used, so that it always shows the state of the network, and
// writing to an element of it writes to the network.
type varView struct {
	of   holder
	v    variable
	bare bool // G.v_: numbers in SI units
}

var (
	_ starlark.Mapping   = (*varView)(nil)
	_ starlark.HasSetKey = (*varView)(nil)
	_ starlark.Sliceable = (*varView)(nil)
	_ starlark.Sequence  = (*varView)(nil)
	_ starlark.HasBinary = (*varView)(nil)
	_ starlark.HasUnary  = (*varView)(nil)
	_ starlark.HasAttrs  = (*varView)(nil)
)

func (w *varView) array() (*Array, error) {
	a, err := w.of.read(w.v)
	if err == nil && w.bare {
		a = a.copy()
		a.dim = noDim
	}
	return a, err
}

// must is array where Starlark leaves no way to return an error: the script is stopped with it instead.
func (w *varView) must() *Array {
	a, err := w.array()
	if err != nil {
		w.of.part().in.cancel(err)
		return &Array{shape: []int{0}}
	}
	return a
}

// cancel stops the script with an error at the next step.
func (in *interp) cancel(err error) {
	if in.brian.stop == nil {
		in.brian.stop = err
	}
	in.thread.Cancel(err.Error())
}

func (w *varView) String() string        { return w.must().String() }
func (w *varView) Type() string          { return "variable" }
func (w *varView) Freeze()               {}
func (w *varView) Truth() starlark.Bool  { return w.must().Truth() }
func (w *varView) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: variable") }

// Len is the number of elements.
func (w *varView) Len() int {
	n, err := w.of.count()
	if err != nil {
		w.of.part().in.cancel(err)
	}
	return n
}

// Index is one element.
func (w *varView) Index(i int) starlark.Value {
	a := w.must()
	if i >= len(a.data) {
		return starlark.None
	}
	return a.Index(i)
}

// Slice is a copy of some elements.
func (w *varView) Slice(start, end, step int) starlark.Value {
	a := w.must()
	if len(a.data) < end {
		return a
	}
	return a.Slice(start, end, step)
}

// Iterate goes over the values of this moment.
func (w *varView) Iterate() starlark.Iterator { return w.must().Iterate() }

// Get is G.v[key].
func (w *varView) Get(key starlark.Value) (starlark.Value, bool, error) {
	if cond, ok := key.(starlark.String); ok {
		return w.where(string(cond))
	}
	a, err := w.array()
	if err != nil {
		return nil, false, err
	}
	_, tuple := key.(starlark.Tuple)
	if _, part := key.(*neuronGroup); tuple || part {
		elems, err := w.of.pick(key)
		if err != nil {
			return nil, false, err
		}
		rows := make([]int, len(elems))
		for i, e := range elems {
			rows[i] = int(e)
		}
		return a.take(rows), true, nil
	}
	if key, err = plainIndex(key); err != nil {
		return nil, false, err
	}
	return a.Get(key)
}

// where is G.v['i > 5']: the values of the elements for which a condition holds now.
func (w *varView) where(cond string) (starlark.Value, bool, error) {
	o := w.of.part()
	in := o.in
	src, err := in.exprSource(in.thread, o.what(), "condition of "+w.of.label()+"."+w.v.name, cond)
	if err != nil {
		return nil, false, err
	}
	rows, err := w.of.where(src, freeze(in.callScope(in.thread, w.of.namespace()), src))
	if err != nil {
		return nil, false, err
	}
	a, err := w.array()
	if err != nil {
		return nil, false, err
	}
	return a.take(rows), true, nil
}

// selected asks a simulation, or the state in an operation, for which elements a condition holds.
func selected(from any, object any, cond *diag.Source, names check.Scope) ([]int, error) {
	s, ok := from.(Selecting)
	if !ok {
		return nil, notYet("reading with a condition")
	}
	elems, err := s.Where(object, cond, names)
	out := make([]int, len(elems))
	for k, e := range elems {
		out[k] = int(e)
	}
	return out, err
}

// SetKey is G.v[key] = value: key is an index, a slice(...), a mask, an array of indices, or a condition as a string.
func (w *varView) SetKey(key, val starlark.Value) error {
	if w.bare {
		var err error
		if val, err = unbare(w.v.name+"_", val, w.v.dim); err != nil {
			return err
		}
	}
	return assign(w.of, w.v, key, val)
}

// Unary computes with the values.
func (w *varView) Unary(op syntax.Token) (starlark.Value, error) {
	a, err := w.array()
	if err != nil {
		return nil, err
	}
	return a.Unary(op)
}

// Binary computes with the values; G.v += x comes here and then to SetField.
func (w *varView) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	a, err := w.array()
	if err != nil {
		return nil, err
	}
	into, changes := y.(inPlace)
	if changes {
		y = into.Value
	}
	if o, ok := y.(*varView); ok {
		if y, err = o.array(); err != nil {
			return nil, err
		}
	}
	v, err := a.Binary(op, y, side)
	if changes && v != nil && err == nil && w.v.stored { // x = G.v; x += 1 changes G.v, as in Brian2
		return w, w.SetKey(sliceValue{starlark.None, starlark.None, starlark.None}, v)
	}
	return v, err
}

func (w *varView) dim() units.Dim {
	if w.bare {
		return noDim
	}
	return w.v.dim
}

// AttrNames are those of arrays, and Brian2's get_item and set_item.
func (w *varView) AttrNames() []string {
	return sortedNames((&Array{}).AttrNames(), []string{"get_item", "set_item", "name", "unit", "group"})
}

// Attr is an attribute of the values, such as shape or mean().
func (w *varView) Attr(name string) (starlark.Value, error) {
	switch name {
	case "name":
		return starlark.String(w.v.name), nil
	case "unit":
		return number(1, w.dim()), nil
	case "dim":
		return dimension(w.dim()), nil
	case "group":
		if m, ok := w.of.(member); ok {
			return m, nil
		}
	case "get_item":
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			key, err := oneArg(b, args, kwargs)
			if err != nil {
				return nil, err
			}
			v, _, err := w.Get(key)
			return v, err
		}), nil
	case "set_item":
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var key, val starlark.Value
			if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &key, &val); err != nil {
				return nil, err
			}
			return starlark.None, w.SetKey(key, val)
		}), nil
	}
	a, err := w.array()
	if err != nil {
		return nil, err
	}
	return a.Attr(name)
}

// extra is what attributes of all objects end with: Brian2's NAME_, the plain numbers of x.NAME in SI units, and attributes of the script's own.
func extra(x starlark.HasAttrs, name string) (v starlark.Value, ok bool, err error) {
	if m, is := x.(member); is {
		if v := m.part().added(name); v != nil {
			return v, true, nil
		}
	}
	base, ok := strings.CutSuffix(name, "_")
	if !ok || base == "" || !slices.Contains(x.AttrNames(), base) {
		return nil, false, nil
	}
	if v, err = x.Attr(base); err != nil {
		return nil, true, err
	}
	switch v := v.(type) {
	case quantity:
		return starlark.Float(v.Value), true, nil
	case *varView: // parts of which can be set
		return &varView{v.of, v.v, true}, true, nil
	case *Array:
		a := v.copy()
		a.dim = noDim
		return a, true, nil
	}
	return v, true, nil
}

// unbare is what x.NAME = v means for x.NAME_ = val: a number without unit in the SI unit of the variable.
func unbare(name string, val starlark.Value, dim units.Dim) (starlark.Value, error) {
	if _, text := starlark.AsString(val); text {
		return nil, withHint(fmt.Errorf("%s takes numbers in SI units, not an expression", name), "set "+strings.TrimSuffix(name, "_")+" to the expression, with units")
	}
	a, scalar, err := operand(name, val)
	if err != nil {
		return nil, err
	}
	if !a.dim.Dimensionless() {
		return nil, fmt.Errorf("%s takes numbers in SI units, not %s", name, describeDim(a.dim))
	}
	if scalar {
		return number(a.data[0], dim), nil
	}
	a = a.copy()
	if a.dim = dim; !dim.Dimensionless() {
		a.kind = realElems
	}
	return a, nil
}

// readVariable is the attribute of a holder: a view, or for a shared variable its one value.
func readVariable(h holder, v variable) (starlark.Value, error) {
	if !v.shared {
		return &varView{of: h, v: v}, nil
	}
	a, err := h.read(v)
	if err != nil {
		return nil, err
	}
	if len(a.data) == 0 {
		return nil, fmt.Errorf("%s.%s has no value yet", h.label(), v.name)
	}
	return a.elem(a.data[0]), nil
}

// assign sets a variable, or the elements of it that key selects (nil: all), to a number, an array or an expression.
func assign(h holder, v variable, key, val starlark.Value) error {
	in := h.part().in
	what := h.label() + "." + v.name
	if w, ok := val.(*varView); ok && key == nil && w.of == h && w.v.name == v.name { // G.v += x has done it
		return nil
	}
	if !v.stored {
		return fmt.Errorf("%s is computed from its equation and cannot be set", what)
	}
	if v.shared && key != nil {
		if s, ok := key.(sliceValue); !ok || isGiven(s.start) || isGiven(s.stop) {
			return fmt.Errorf("%s is shared: it has one value for the whole group and no elements", what)
		}
		key = nil
	}
	a := net.Assignment{Var: v.name, Dim: v.dim, Place: in.placeOf(in.thread)}
	var err error
	switch k := key.(type) {
	case nil:
	case starlark.String:
		if a.Condition, err = in.exprSource(in.thread, h.part().what(), "condition of "+what, string(k)); err != nil {
			return err
		}
	default:
		if a.Elements, err = h.pick(key); err != nil {
			return err
		}
		if a.Elements == nil {
			a.Elements = []int32{}
		}
	}
	switch x := val.(type) {
	case starlark.String:
		if a.Expr, err = in.exprSource(in.thread, h.part().what(), "value of "+what, string(x)); err != nil {
			return err
		}
	case *distribution:
		if !v.dim.Dimensionless() {
			return fmt.Errorf("%s is in %s; a distribution draws plain numbers", what, describeDim(v.dim))
		}
		n := 1
		if !v.shared {
			if n, err = elementsOf(h, a); err != nil {
				return err
			}
		}
		a.Values = in.draws.fill(n, x.draw)
	default:
		if err := assignValues(h, v, &a, what, val); err != nil {
			return err
		}
	}
	if a.Expr != nil || a.Condition != nil {
		a.Namespace = freeze(in.callScope(in.thread, h.namespace()), a.Expr, a.Condition)
		if drawsNumbers(a.Expr) || drawsNumbers(a.Condition) {
			if err := h.part().draws(); err != nil {
				return err
			}
		}
	}
	touched(h, v, a)
	return h.put(v, a)
}

// touched counts an assignment, for arrays that show the variable.
func touched(h holder, v variable, a net.Assignment) {
	o := h.part()
	if g, group := h.(*neuronGroup); a.Expr != nil || a.Condition != nil || group && !g.whole() {
		o.in.moment++
		return
	}
	switch h.(type) {
	case *neuronGroup, *synapses:
		if o.writes == nil {
			o.writes = map[string]int{}
		}
		o.writes[v.name]++
	default:
		o.in.moment++
	}
}

// elementsOf is how many elements an assignment sets.
func elementsOf(h holder, a net.Assignment) (int, error) {
	if a.Elements != nil {
		return len(a.Elements), nil
	}
	return h.count()
}

func assignValues(h holder, v variable, a *net.Assignment, what string, val starlark.Value) error {
	arr, err := toArray(val)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if arr.dim != v.dim && !(len(arr.data) == 1 && arr.data[0] == 0 && arr.dim.Dimensionless()) {
		err := fmt.Errorf("%s is %s, but the value is %s", what, dimPhrase(v.dim), dimPhrase(arr.dim))
		switch {
		case v.dim.Dimensionless() && strings.HasPrefix(arr.dim.String(), "1/"):
			return withHint(err, "multiply by the unit, for example x*"+arr.dim.Inv().String())
		case !v.dim.Dimensionless() && !arr.dim.Dimensionless():
			return err
		case v.dim.Dimensionless():
			unit := arr.dim.String()
			if strings.ContainsAny(unit, "*/") {
				unit = "(" + unit + ")"
			}
			return withHint(err, "divide by the unit, for example x/"+unit)
		}
		return withHint(err, "multiply by the unit, for example 10*"+v.dim.String())
	}
	if len(arr.data) != 1 {
		n := 1
		if a.Condition != nil {
			return fmt.Errorf("%s: elements chosen by a condition take one number or an expression, not %d values", what, len(arr.data))
		}
		if !v.shared {
			if n, err = elementsOf(h, *a); err != nil {
				return err
			}
		}
		if len(arr.data) != n {
			return fmt.Errorf("%s has %d element%s, but %d values were given", what, n, plural(n), len(arr.data))
		}
	}
	a.Values = slices.Clone(arr.data)
	for k, x := range a.Values {
		switch v.kind {
		case boolElems: // as numpy makes truth values: what is not 0
			if x != 0 {
				a.Values[k] = 1
			}
		case intElems: // cut off towards 0, as Brian2 does
			if a.Values[k] = math.Trunc(x); !(math.Abs(x) < 1<<31) {
				return fmt.Errorf("%s holds whole numbers of 32 bits; element %d is %g", what, k, x)
			}
		}
	}
	return nil
}

// replay computes what assignments make of n elements, where all they need is known; ok is false when an expression has to be evaluated.
func replay(list []net.Assignment, name string, n int, start float64) (data []float64, ok bool) {
	data = make([]float64, n)
	for i := range data {
		data[i] = start
	}
	for _, a := range list {
		if a.Var != name {
			continue
		}
		if a.Expr != nil || a.Condition != nil {
			// a later assignment to all elements makes up for it
			ok = false
			data = nil
			continue
		}
		if a.Elements == nil {
			if data == nil {
				data = make([]float64, n)
			}
			for i := range data {
				data[i] = a.Values[min(i, len(a.Values)-1)]
			}
			continue
		}
		if data != nil {
			store(data, a)
		}
	}
	return data, data != nil
}

// store writes an assignment of numbers into the values of all elements.
func store(data []float64, a net.Assignment) {
	if a.Elements == nil {
		for i := range data {
			data[i] = a.Values[min(i, len(a.Values)-1)]
		}
		return
	}
	for k, e := range a.Elements {
		data[e] = a.Values[min(k, len(a.Values)-1)]
	}
}

// pickRange resolves an index into n elements.
func pickRange(n int, key starlark.Value) ([]int32, error) {
	key, err := plainIndex(key)
	if err != nil {
		return nil, err
	}
	line := &Array{data: make([]float64, n), shape: []int{n}}
	s, err := line.selected(key)
	if err != nil {
		return nil, err
	}
	out := make([]int32, len(s.offsets))
	for i, o := range s.offsets {
		out[i] = int32(o)
	}
	return out, nil
}

// what names the object in messages about its equations.
func (o *object) what() string { return fmt.Sprintf("%s '%s'", o.kind, o.name) }

// numberSource writes a number of the given dimension as an expression that parses to the same number.
func numberSource(name string, v float64, d units.Dim) *diag.Source {
	text := fmt.Sprintf("%.17g", v)
	if !d.Dimensionless() {
		text += "*" + d.String()
	}
	return &diag.Source{Name: name, Text: text}
}
