package script

import "go.starlark.net/starlark"

// wholeVariable is what [:] is taken of in G.v[:].
type wholeVariable struct{ *varView }

// Slice is G.v[:]: the values, and what is stored in them goes to the variable, as in G.v[:][G.v > 0] = 1. In Brian2 it is the memory of
// the variable itself.
func (w wholeVariable) Slice(_, _, _ int) starlark.Value { return w.shown(w.must()) }

// shown makes the values of a variable an array that stays the same as the variable. Of a part of a group it is a copy, as in Brian2.
func (w *varView) shown(a *Array) *Array {
	g, neurons := w.of.(*neuronGroup)
	_, all := w.of.(*synapses)
	if all = all || neurons && g.whole(); !all || !w.v.stored || w.v.shared {
		if all && (w.v.name == "i" || w.v.name == "j") {
			a.memoryOf(w.of.label()+"."+w.v.name+"[:]", "Brian2")
		}
		return a
	}
	a = a.like(a.data)
	a.own().live = w.live()
	return a
}
