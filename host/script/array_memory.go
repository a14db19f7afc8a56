package script

import (
	"errors"
	"fmt"
	"slices"

	"go.starlark.net/starlark"
)

// memory is what an array and its views have in common, so that what is written to one of them is seen in all.
type memory struct {
	data   []float64
	writes int // counts changes, for views that are not one stretch of data
	// live is the variable of a network whose values these are; nil: of none.
	live *liveVariable
}

// liveVariable keeps a memory and a variable the same: G.v[:] of Brian2 is the memory of the variable itself.
type liveVariable struct {
	of *varView
	// moment of the interpreter and assignments to the variable, when the values were read.
	moment, writes int
}

func (w *varView) live() *liveVariable {
	l := &liveVariable{of: &varView{of: w.of, v: w.v}}
	l.read()
	return l
}

func (l *liveVariable) read() {
	o := l.of.of.part()
	l.moment, l.writes = o.in.moment, o.writes[l.of.v.name]
}

func (l *liveVariable) current() bool {
	o := l.of.of.part()
	return l.moment == o.in.moment && l.writes == o.writes[l.of.v.name]
}

// own makes an array's memory one that views can share.
func (a *Array) own() *memory {
	if a.mem == nil {
		a.mem = &memory{data: a.data}
	}
	return a.mem
}

// now is a, with the values of this moment: its memory may have been written through another array. Whoever looks at data calls it first.
func (a *Array) now() *Array {
	m := a.mem
	if m == nil || m.live == nil && a.steps == nil {
		return a
	}
	if l := m.live; l != nil {
		if !l.current() {
			if err := m.reread(); err != nil {
				l.of.of.part().in.cancel(err)
			}
		}
	}
	if a.steps != nil && a.seen != m.writes {
		a.gather()
	}
	return a
}

// reread takes the values of the variable as they are now.
func (m *memory) reread() error {
	m.live.read()
	a, err := m.live.of.array()
	if err != nil {
		return err
	}
	if len(a.data) != len(m.data) { // there are more synapses: their variables have another memory
		m.live = nil
		return nil
	}
	copy(m.data, a.data)
	m.writes++
	return nil
}

// gather copies what a view with steps shows out of its memory.
func (a *Array) gather() {
	a.seen = a.mem.writes
	from := a.mem.data
	a.places(func(k, at int) { a.data[k] = from[at] })
}

// places calls visit for each element of a view with steps, with its place in the memory.
func (a *Array) places(visit func(k, at int)) {
	if len(a.data) == 0 {
		return
	}
	last := len(a.shape) - 1
	idx := make([]int, len(a.shape))
	at := a.origin
	for k := 0; k < len(a.data); {
		for i, p := 0, at; i < a.shape[last]; i++ {
			visit(k, p)
			k++
			p += a.steps[last]
		}
		for ax := last - 1; ax >= 0; ax-- {
			idx[ax]++
			at += a.steps[ax]
			if idx[ax] < a.shape[ax] {
				break
			}
			at -= a.steps[ax] * a.shape[ax]
			idx[ax] = 0
		}
	}
}

// place is where element k lies in the memory.
func (a *Array) place(k int) int {
	if a.steps == nil {
		return a.origin + k
	}
	at := a.origin
	for ax := len(a.shape) - 1; ax >= 0; ax-- {
		at += k % a.shape[ax] * a.steps[ax]
		k /= a.shape[ax]
	}
	return at
}

// stepsOf are the steps in memory along the axes of an array of this shape that is one stretch.
func stepsOf(shape []int) []int {
	steps, step := make([]int, len(shape)), 1
	for ax := len(shape) - 1; ax >= 0; ax-- {
		steps[ax] = step
		step *= shape[ax]
	}
	return steps
}

// layout are the steps of any array.
func (a *Array) layout() []int {
	if a.steps != nil {
		return a.steps
	}
	return stepsOf(a.shape)
}

// view is an array that shares a's memory.
func (a *Array) view(origin int, shape, steps []int) *Array {
	v := &Array{shape: shape, dim: a.dim, kind: a.kind, frozen: a.frozen, mem: a.own(), origin: origin}
	n, stretch, step := 1, true, 1
	for ax := len(shape) - 1; ax >= 0; ax-- {
		stretch = stretch && (shape[ax] <= 1 || steps[ax] == step)
		step *= shape[ax]
		n *= shape[ax]
	}
	if n == len(a.data) {
		v.fixed, v.instead = a.fixed, a.instead
	}
	switch {
	case n == 0:
		v.data, v.origin = []float64{}, 0
	case stretch:
		v.data = v.mem.data[origin : origin+n : origin+n]
	default:
		v.data, v.steps = make([]float64, n), steps
		v.gather()
	}
	return v
}

// sliced is a[key] for numbers and slices, of which the result is a view, as in numpy; ok is false for other keys, and for a single element.
func (a *Array) sliced(key starlark.Value) (v *Array, ok bool, err error) {
	keys, tuple := key.(starlark.Tuple)
	if !tuple {
		keys = starlark.Tuple{key}
	}
	if len(keys) > len(a.shape) {
		return nil, false, nil
	}
	slice := len(keys) < len(a.shape)
	for _, k := range keys {
		switch k.(type) {
		case starlark.Int:
		case sliceValue:
			slice = true
		default:
			return nil, false, nil
		}
	}
	if !slice {
		return nil, false, nil
	}
	steps := slices.Clone(a.layout())
	origin := a.origin
	var shape, left []int
	for ax, n := range a.shape {
		if ax >= len(keys) {
			shape, left = append(shape, n), append(left, steps[ax])
			continue
		}
		if s, is := keys[ax].(sliceValue); is {
			lo, count, step, err := s.bounds(n)
			if err != nil {
				return nil, false, err
			}
			origin += lo * steps[ax]
			shape, left = append(shape, count), append(left, step*steps[ax])
			continue
		}
		pos, _, err := a.axisPositions(ax, n, keys)
		if err != nil {
			return nil, false, err
		}
		origin += pos[0] * steps[ax]
	}
	return a.view(origin, shape, left), true, nil
}

// memoryOf marks an array that is a copy of what in Brian2 or numpy is the memory itself: changing it in place is refused.
func (a *Array) memoryOf(what, changes string) *Array {
	a.fixed = fmt.Sprintf("this would change %s in %s, and is a copy here", what, changes)
	a.instead = "x = x + ... makes a new array, and x = " + what + ".copy() one that can change"
	return a
}

// writable tells why an array cannot be changed; nil: it can.
func (a *Array) writable() error {
	if a.fixed != "" {
		return withHint(errors.New(a.fixed), a.instead)
	}
	if a.frozen {
		return fmt.Errorf("cannot change a frozen array")
	}
	return nil
}

// write stores values in elements of a, and of all that shares its memory. offsets nil: in all of them; one value goes to all.
func (a *Array) write(offsets []int, vals []float64) error {
	value := func(k int) float64 { return vals[min(k, len(vals)-1)] }
	if len(vals) == 0 {
		return nil
	}
	if a.mem != nil && a.mem.live != nil {
		if err := a.writeLive(offsets, value); err != nil {
			return err
		}
	}
	if offsets == nil {
		if len(vals) == len(a.data) {
			copy(a.data, vals)
		} else {
			for k := range a.data {
				a.data[k] = value(k)
			}
		}
	}
	for k, o := range offsets {
		a.data[o] = value(k)
	}
	if a.mem == nil {
		return nil
	}
	a.mem.writes++
	if a.steps == nil {
		return nil
	}
	if a.seen == a.mem.writes-1 {
		a.seen = a.mem.writes
	}
	to := a.mem.data
	if offsets == nil {
		a.places(func(k, at int) { to[at] = a.data[k] })
	}
	for _, o := range offsets {
		to[a.place(o)] = a.data[o]
	}
	return nil
}

// writeLive stores values in the variable whose memory this is.
func (a *Array) writeLive(offsets []int, value func(int) float64) error {
	n := len(offsets)
	if offsets == nil {
		n = len(a.data)
	}
	if n == 0 {
		return nil
	}
	l, places, vals := a.mem.live, make([]int, n), make([]float64, n)
	for k := range places {
		o := k
		if offsets != nil {
			o = offsets[k]
		}
		places[k], vals[k] = a.place(o), value(k)
	}
	var key starlark.Value = intArray(places)
	if offsets == nil && n == len(a.mem.data) && a.steps == nil {
		key = nil
	}
	to := fromSlice(vals, l.of.v.dim)
	to.kind = l.of.v.kind
	if err := assign(l.of.of, l.of.v, key, to); err != nil {
		return err
	}
	l.read() // what was written is in this memory too
	return nil
}
