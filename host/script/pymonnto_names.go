package script

import (
	"fmt"
	"strconv"

	"go.starlark.net/starlark"
)

// name is a name on its own.
func (x *expansion) name(e *pyExpr) (pyVal, error) {
	if v, ok := x.args[e.text]; ok {
		return v, nil
	}
	switch e.text {
	case "True":
		return pyVal{text: "1"}, nil
	case "False":
		return pyVal{text: "0"}, nil
	case "None":
		return pyVal{none: true}, nil
	}
	if x.bare[e.text] && x.args == nil {
		inner := localName(e.text)
		l := x.locals[inner]
		switch {
		case l == nil:
			return pyVal{}, fmt.Errorf("%s is used before it is set", e.text)
		case l.alias == "?":
			return pyVal{}, withHint(fmt.Errorf("%s was another name of an array that has been replaced since", e.text), "write .copy() where it is set")
		case l.alias != "":
			return pyVal{text: vecMark + l.alias + endMark, shape: pyVec, of: x.g, leaf: l.alias}, nil
		case l.shape == pyMat:
			return pyVal{text: inner, shape: pyMat, syn: l.syn, uses: map[string]bool{inner: true}}, nil
		}
		return pyVal{text: vecMark + inner + endMark, shape: pyVec, of: x.g, uses: map[string]bool{inner: true}}, nil
	}
	if x.b.of != nil {
		// what a class's text names is what the script knows under that name
		if v, ok := x.b.made.find(e.text); ok {
			return x.parameter(e.text, v)
		}
		return pyVal{}, fmt.Errorf("unknown name %q", e.text)
	}
	switch e.text {
	case "iteration":
		return pyVal{text: "(timestep(t, dt) + 1)"}, nil
	case "i":
		return pyVal{text: vecMark + "i" + endMark, shape: pyVec, of: x.g}, nil
	case "x", "y", "z":
		if v, ok := x.coordinate(e.text, x.g); ok {
			return v, nil
		}
	case "size":
		return pyVal{text: strconv.Itoa(x.g.group.N)}, nil
	}
	if v, ok := x.b.params[e.text]; ok && !x.states[e.text] {
		if x.g.has(e.text) {
			return pyVal{}, fmt.Errorf("the parameter %s has the name of a variable of the neurons", e.text)
		}
		return x.parameter(e.text, v)
	}
	if x.g.has(e.text) {
		return x.vector(e.text), nil
	}
	return pyVal{text: e.text}, nil // a name of the equations, of the script, or a slip that is found where the code is checked
}

// find looks a name up where the behaviour was made.
func (f *frameScope) find(name string) (starlark.Value, bool) {
	if v, ok := f.local(name); ok {
		return v, true
	}
	return f.global(name)
}

// coordinate is x, y or z of the neurons on their grid, whose middle is 0.
func (x *expansion) coordinate(name string, g *pymNeurons) (pyVal, bool) {
	if g.group.Grid == nil || g.has(name) {
		return pyVal{}, false
	}
	n := map[string]int{"x": g.group.Grid.Cols, "y": g.group.Grid.Rows, "z": g.group.Grid.Layers}[name]
	if n == 1 {
		return pyVal{text: "0.0"}, true
	}
	return pyVal{text: fmt.Sprintf("(%s%s%s - %v)", vecMark, name, endMark, float64(n-1)/2), shape: pyVec, of: g}, true
}

// attribute is neurons.x, self.x, s.W, s.src.x or np.pi.
func (x *expansion) attribute(e *pyExpr) (pyVal, error) {
	from := e.args[0]
	if from.op == "name" {
		switch {
		case x.isNeurons(from) && x.args[from.text].text == "":
			return x.ofGroup(x.g, e.text)
		case from.text == "self":
			if x.states[e.text] {
				v := x.vector(x.state(e.text))
				_, v.same = asQuantity(x.b.params[e.text])
				return v, nil
			}
			v, ok := x.b.params[e.text]
			if !ok && x.b.of == nil && x.g.has(e.text) {
				return x.vector(e.text), nil
			}
			if !ok {
				return pyVal{}, withHint(fmt.Errorf("self.%s: the behaviour has no such parameter", e.text), "initialize sets it: self."+e.text+" = ...")
			}
			return x.parameter(e.text, v)
		case from.text == "np" || from.text == "numpy":
			switch e.text {
			case "pi":
				return pyVal{text: "3.141592653589793"}, nil
			case "e":
				return pyVal{text: "2.718281828459045"}, nil
			case "inf":
				return pyVal{text: "inf"}, nil
			}
			return pyVal{}, fmt.Errorf("np.%s is no number", e.text)
		}
		if s := x.synapses(from.text); s != nil {
			if m, ok := s.matrices[e.text]; ok && m != nil {
				return pyVal{text: innerName(e.text), shape: pyMat, syn: s, leaf: innerName(e.text), matrix: true}, nil
			}
			if e.text == "iteration" {
				return pyVal{text: "(timestep(t, dt) + 1)"}, nil
			}
			if e.text == "enabled" {
				return pyVal{text: "1"}, nil
			}
			for _, k := range s.kept {
				if k == innerName(e.text) {
					return pyVal{text: k, shape: pyMat, syn: s, leaf: k}, nil
				}
			}
			return pyVal{}, withHint(fmt.Errorf("the synapse group %q has no matrix %q", s.name, e.text), "an initialize part sets it: synapse."+e.text+" = synapse.matrix('uniform', density=0.1)")
		}
	}
	if from.op == "." && from.args[0].op == "name" {
		if s := x.synapses(from.args[0].text); s != nil {
			switch from.text {
			case "src":
				return x.ofGroup(s.src, e.text)
			case "dst":
				return x.ofGroup(s.dst, e.text)
			}
		}
	}
	if e.text == "T" {
		return pyVal{}, withHint(fmt.Errorf("%s: matrices cannot be transposed in an iteration", e), "np.sum(s.W*s.dst.NAME[:, None], axis=0) sums over the columns")
	}
	return pyVal{}, fmt.Errorf("%s is unknown", e)
}

// ofGroup is an attribute of neurons.
func (x *expansion) ofGroup(g *pymNeurons, name string) (pyVal, error) {
	switch name {
	case "size", "N":
		return pyVal{text: strconv.Itoa(g.group.N)}, nil
	case "iteration":
		return pyVal{text: "(timestep(t, dt) + 1)"}, nil
	case "id":
		return pyVal{text: vecMark + "i" + endMark, shape: pyVec, of: g}, nil
	case "width", "height", "depth":
		v, err := g.Attr(name)
		if err != nil {
			return pyVal{}, err
		}
		return pyVal{text: v.String()}, nil
	case "x", "y", "z":
		if v, ok := x.coordinate(name, g); ok {
			return v, nil
		}
	}
	inner := g.inner(name)
	return pyVal{text: vecMark + inner + endMark, shape: pyVec, of: g, leaf: inner}, nil
}
