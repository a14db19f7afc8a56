package script

import "go.starlark.net/starlark"

// wholeVariable is what [:] is taken of in G.v[:].
type wholeVariable struct{ *varView }

// Slice is G.v[:]: the values, and what is stored in them goes to the variable, as in G.v[:][G.v > 0] = 1. In Brian2 it is the memory of
// the variable itself.
func (w wholeVariable) Slice(_, _, _ int) starlark.Value {
	a := w.must()
	a = a.like(a.data)
	g, neurons := w.of.(*neuronGroup)
	_, all := w.of.(*synapses)
	if all = all || neurons && g.whole(); all && w.v.stored && !w.v.shared { // of a part it is a copy
		a.through = w.SetKey
	}
	return a
}
