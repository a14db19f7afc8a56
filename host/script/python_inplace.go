package script

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/pystar"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// inPlaceName is what x += y calls with y: Starlark has the same operator for x + y, and here arrays, and all names that they have, change.
const inPlaceName = ".y="

// inPlace is the right side of +=, *= and so on.
type inPlace struct{ starlark.Value }

var _ starlark.HasBinary = inPlace{}

func rightSide(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	switch y := args[0].(type) {
	case starlark.String, starlark.Bytes: // of no array
		return y, nil
	}
	return inPlace{args[0]}, nil
}

// Binary is x op= y for everything that does not see to it by itself. Lists, sets and dictionaries change, others get a new value.
func (y inPlace) Binary(op syntax.Token, x starlark.Value, side starlark.Side) (starlark.Value, error) {
	if side == starlark.Left {
		return nil, nil
	}
	switch x := x.(type) {
	case *starlark.List:
		if done, err := extendList(op, x, y.Value); done || err != nil {
			return x, err
		}
	case *starlark.Set:
		if z, err := starlark.Binary(op, x, y.Value); err == nil {
			if set, ok := z.(*starlark.Set); ok {
				return x, replaceMembers(x, set)
			}
		}
	case *starlark.Dict:
		if more, ok := y.Value.(*starlark.Dict); ok && op == syntax.PIPE {
			for _, item := range more.Items() {
				if err := x.SetKey(item[0], item[1]); err != nil {
					return nil, err
				}
			}
			return x, nil
		}
	}
	return starlark.Binary(op, x, y.Value)
}

// extendList is list += values and list *= n.
func extendList(op syntax.Token, list *starlark.List, y starlark.Value) (done bool, err error) {
	var more []starlark.Value
	switch op {
	case syntax.PLUS:
		over, ok := y.(starlark.Iterable)
		switch y.(type) {
		case *Array, *varView, *complexArray: // makes an array, as in numpy
			ok = false
		}
		if !ok {
			return false, nil
		}
		more = slices.Collect(starlark.Elements(over))
	case syntax.STAR:
		i, ok := y.(starlark.Int)
		if !ok {
			return false, nil
		}
		n, err := starlark.AsInt32(i)
		if err != nil {
			return false, nil
		}
		if n < 1 {
			return true, list.Clear()
		}
		own := slices.Collect(starlark.Elements(list))
		if len(own) > 0 && n > maxElements/len(own) {
			return false, fmt.Errorf("a list of %d times %d elements is too long", n, len(own))
		}
		more = slices.Repeat(own, n-1)
	default:
		return false, nil
	}
	for _, v := range more {
		if err := list.Append(v); err != nil {
			return false, err
		}
	}
	return true, nil
}

func replaceMembers(set, from *starlark.Set) error {
	members := slices.Collect(starlark.Elements(from))
	if err := set.Clear(); err != nil {
		return err
	}
	for _, v := range members {
		if err := set.Insert(v); err != nil {
			return err
		}
	}
	return nil
}

// powerInPlace is what x **= n assigns to x.
func powerInPlace(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x := args[0]
	z, err := mathPow(t, b, args, kwargs)
	if err != nil {
		return nil, err
	}
	switch x := x.(type) {
	case *Array:
		r, err := toArray(z)
		if err != nil {
			return nil, err
		}
		return x.become("**=", r)
	case *varView:
		return x, x.SetKey(sliceValue{starlark.None, starlark.None, starlark.None}, z)
	}
	return z, nil
}

// inPlaceSide is y of a right side that calls for +=; other expressions are what they are.
func inPlaceSide(e syntax.Expr) syntax.Expr {
	if call, ok := e.(*syntax.CallExpr); ok && called(call, inPlaceName, 1) {
		return call.Args[0]
	}
	return e
}

// changing makes the right side of an augmented assignment call rightSide.
func changing(st *syntax.AssignStmt) {
	if _, ok := augmented[st.Op]; !ok && st.Op != syntax.CIRCUMFLEX_EQ || inPlaceSide(st.RHS) != st.RHS {
		return
	}
	if call, ok := st.RHS.(*syntax.CallExpr); ok && called(call, pystar.InPlace, 2) {
		return
	}
	st.RHS = &syntax.CallExpr{Fn: &syntax.Ident{NamePos: st.OpPos, Name: inPlaceName}, Lparen: st.OpPos, Args: []syntax.Expr{st.RHS}, Rparen: st.OpPos}
}

// changed is a op= y: a itself, with new values.
func (a *Array) changed(op syntax.Token, y starlark.Value) (starlark.Value, error) {
	if _, ok := y.(*complexArray); ok {
		return nil, withHint(fmt.Errorf("%s= cannot store complex numbers in an array of %s elements", op, a.kind), "a = a "+op.String()+" ... makes a new array")
	}
	switch v := y.(type) {
	case starlark.Bool, starlark.Int, starlark.Float, quantity, *Array, *starlark.List, starlark.Tuple:
	case *varView:
		w, err := v.array()
		if err != nil {
			return nil, err
		}
		y = w
	default:
		return nil, nil
	}
	if err := a.writable(); err != nil {
		return nil, err
	}
	b, err := toArray(y)
	if err != nil {
		return nil, err
	}
	left := a.now()
	if a.dim.Dimensionless() { // as numpy's arrays do: numbers in SI units
		b = b.bare()
	}
	if a.simple(op, b) {
		a.combine(op, b)
		return a, nil
	}
	z, err := arrayOp(op, left, b)
	if z == nil || err != nil {
		return nil, err
	}
	return a.become(op.String()+"=", z.(*Array))
}

// bare is a without its unit.
func (a *Array) bare() *Array {
	if a.dim.Dimensionless() {
		return a
	}
	b := *a
	b.dim = noDim
	return &b
}

// simple reports whether a op= b needs no array besides the two.
func (a *Array) simple(op syntax.Token, b *Array) bool {
	switch op {
	case syntax.PLUS, syntax.MINUS:
		if a.dim != b.dim {
			return false
		}
	case syntax.STAR, syntax.SLASH:
		if !b.dim.Dimensionless() {
			return false
		}
	default:
		return false
	}
	if a.kind != realElems || a.steps != nil || a.mem != nil && a.mem.live != nil {
		return false
	}
	return len(b.data) == 1 && len(b.shape) <= len(a.shape) || sameShape(a.shape, b.shape) && (a.mem == nil || a.mem != b.mem)
}

// combine computes in a's own memory.
func (a *Array) combine(op syntax.Token, b *Array) {
	step := 1
	if len(b.data) == 1 {
		step = 0
	}
	if a.mem != nil {
		a.mem.writes++
	}
	if step == 0 {
		y := b.data[0]
		for k, x := range a.data {
			a.data[k] = floatOp(op, x, y)
		}
		return
	}
	for k, x := range a.data {
		a.data[k] = floatOp(op, x, b.data[k])
	}
}

// become gives a the values of r, which an operator made of it.
func (a *Array) become(op string, r *Array) (starlark.Value, error) {
	if err := a.writable(); err != nil {
		return nil, err
	}
	if !sameShape(a.shape, r.shape) {
		return nil, withHint(fmt.Errorf("%s: the result has shape %s and does not fit into the array, of shape %s", op, shapeString(r.shape), shapeString(a.shape)),
			"a = a "+op[:len(op)-1]+" ... makes a new array")
	}
	if r.kind < a.kind && len(r.data) > 0 {
		return nil, withHint(fmt.Errorf("%s: the result has %s elements, the array holds %s", op, r.kind, a.kind),
			"a = a "+op[:len(op)-1]+" ... makes a new array; a = a.astype(float) before, or np.zeros(n), holds any number")
	}
	if err := a.write(nil, r.data); err != nil {
		return nil, err
	}
	if !a.dim.Dimensionless() {
		a.dim = r.dim
	}
	return a, nil
}
