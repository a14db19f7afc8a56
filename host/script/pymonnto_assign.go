package script

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
)

// assign is an assignment.
func (x *expansion) assign(s *pyStmt) error {
	targets := pyParts(s.target[0])
	if len(targets) > 1 {
		values := pyParts(s.value)
		if len(values) != len(targets) || s.kind != "=" {
			return fmt.Errorf("%q: %d names and %d values", s.text, len(targets), len(values))
		}
		var vals []pyVal
		for _, e := range values {
			v, err := x.value(e)
			if err != nil {
				return err
			}
			vals = append(vals, v)
		}
		for k, t := range targets {
			for _, v := range vals[k+1:] {
				if t.op != "name" && slices.ContainsFunc(values[k+1:], func(e *pyExpr) bool { return pyMentions(e, t.text) }) || v.uses[localName(t.text)] {
					return withHint(fmt.Errorf("%q: a value uses what is assigned before it", s.text), "write one assignment a line, with a name for what is kept")
				}
			}
			if err := x.store(s, t, "=", vals[k]); err != nil {
				return err
			}
		}
		return nil
	}
	v, err := x.value(s.value)
	if err != nil {
		return err
	}
	whole := func(t *pyExpr) bool { return t.op != "[]" }
	to := slices.Clone(s.target)
	if k := slices.IndexFunc(to, whole); k > 0 {
		to[0], to[k] = to[k], to[0]
	}
	for k, t := range to {
		if err := x.store(s, t, s.kind, v); err != nil {
			return err
		}
		if k == 0 && len(to) > 1 && v.shape != pyScalar && whole(t) { // the value may use what has just been assigned
			if v, err = x.value(t); err != nil {
				return err
			}
		}
	}
	return nil
}

func pyMentions(e *pyExpr, name string) bool {
	return e != nil && (e.text == name && (e.op == "name" || e.op == ".") || slices.ContainsFunc(e.args, func(a *pyExpr) bool { return pyMentions(a, name) }))
}

// store emits the assignment of a value.
func (x *expansion) store(s *pyStmt, t *pyExpr, op string, v pyVal) error {
	mask := pyVal{}
	base := t
	if t.op == "[]" {
		base = t.args[0]
		var err error
		if mask, err = x.selection(t); err != nil {
			return err
		}
	}
	fail := func(format string, a ...any) error { return fmt.Errorf("%q: "+format, append([]any{s.text}, a...)...) }
	where, err := x.place(base, v)
	if err != nil {
		return err
	}
	plain := op == "=" && mask.text == ""
	if plain && base.op == "name" && x.bare[base.text] && v.leaf != "" && v.shape == pyVec && x.b.of != nil && x.args == nil {
		// another name for the same array, as in numpy
		x.locals[where.leaf] = &pyLocal{inner: where.leaf, shape: pyVec, alias: v.leaf}
		return nil
	}
	if plain && base.op == "name" {
		if l := x.locals[where.leaf]; l != nil && l.alias != "" {
			delete(x.locals, where.leaf)
			if where, err = x.place(base, v); err != nil {
				return err
			}
		}
	}
	if plain && where.shape == pyVec && v.leaf != "" && v.leaf != where.leaf && v.shape == pyVec && x.b.of != nil && base.op == "." && !x.g.tied(where.leaf, v.leaf) {
		return fail("numpy would give one array two names; write .copy()")
	}
	if plain && where.shape == pyVec {
		for name, l := range x.locals {
			if l.alias == where.leaf && name != where.leaf {
				delete(x.locals, name)
				x.stale(name)
			}
		}
	}
	syn := where.syn
	if where.shape == pyMat {
		syn.changed = syn.changed || where.matrix
	} else if v.shape > pyVec {
		return withHint(fail("a matrix cannot be assigned to neurons"), "sum it: np.sum(..., axis=1)")
	}
	if base.op == "." && base.args[0].op == "name" && base.args[0].text == "self" && v.shape == pyVec && !v.same {
		if _, number := asQuantity(x.b.params[base.text]); number {
			return withHint(fail("self.%s is one number, and gets one for each neuron", base.text), "give the neurons a variable, or let initialize set self."+base.text+" = neurons.vector()")
		}
	}
	if v.mask != "" && v.mask != mask.text {
		return fail("the values are chosen by another mask than what is assigned to")
	}
	value := v.number()
	if op == "=" && where.local {
		value.text = "1.0*" + value.text // a name of the code is a whole number if its first value is
	}
	text, err := x.print(value, syn)
	if err != nil {
		return fmt.Errorf("%q: %w", s.text, err)
	}
	switch op {
	case "**=":
		op, text = "=", fmt.Sprintf("%s**(%s)", where.leaf, text)
	case "//=":
		op, text = "=", fmt.Sprintf("%s//(%s)", where.leaf, text)
	case "%=":
		op, text = "=", fmt.Sprintf("%s %% (%s)", where.leaf, text)
	case "&=":
		op, text = "=", fmt.Sprintf("int(%s != 0 and (%s) != 0)", where.leaf, text)
	case "|=":
		op, text = "=", fmt.Sprintf("int(%s != 0 or (%s) != 0)", where.leaf, text)
	}
	uses := merged(v.uses, mask.uses, where.uses)
	line := where.leaf + " " + op + " " + text
	if mask.text == "" || mask.text == everything {
		x.emit(syn, uses, line)
		return nil
	}
	cond, err := x.print(mask.truth(), syn)
	if err != nil {
		return fmt.Errorf("%q: %w", s.text, err)
	}
	x.emit(syn, uses, "if "+cond+":", "    "+line)
	return nil
}

// stale forgets a local that was another name of an array which is replaced: what it stood for is gone.
func (x *expansion) stale(inner string) {
	x.locals[inner] = &pyLocal{inner: inner, alias: "?"}
}

// changesInPlace notes which variables the iteration of a class changes in place.
func (g *pymNeurons) changesInPlace(list []*pyStmt) {
	if g.inPlace == nil {
		g.inPlace = map[string]bool{}
	}
	for _, s := range list {
		for _, t := range s.target {
			if s.kind != "=" || t.op == "[]" {
				for t.op == "[]" {
					t = t.args[0]
				}
				if t.op == "." {
					g.inPlace[g.inner(t.text)] = true
				}
			}
		}
		g.changesInPlace(s.body)
		g.changesInPlace(s.orelse)
	}
}

// tied reports that two variables may be one array in numpy without anyone noticing: nothing changes either of them in place.
func (g *pymNeurons) tied(a, b string) bool { return !g.inPlace[a] && !g.inPlace[b] }

// place is what an assignment writes: its leaf is the name, its shape that of the variable.
func (x *expansion) place(t *pyExpr, v pyVal) (pyVal, error) {
	own := func(name string) pyVal {
		if !x.g.has(name) {
			x.g.declare(name, starlark.None)
		}
		return pyVal{shape: pyVec, leaf: x.g.inner(name)}
	}
	switch {
	case t.op == "name":
		if !x.bare[t.text] {
			return own(t.text), nil
		}
		inner := localName(t.text)
		l := x.locals[inner]
		if l == nil || l.alias == "?" {
			l = &pyLocal{inner: inner, shape: pyVec, nested: x.indent+len(x.preds) > 0}
			if v.shape > pyVec {
				if len(x.bound) == 0 {
					return pyVal{}, fmt.Errorf("a matrix outside of a loop over synapses cannot be kept in %q", t.text)
				}
				l.shape, l.syn = pyMat, x.bound[len(x.bound)-1].syn
			}
			x.locals[inner] = l
		}
		if l.alias != "" {
			return pyVal{shape: pyVec, leaf: l.alias}, nil
		}
		if (l.shape == pyMat) != (v.shape > pyVec) && v.shape != pyScalar {
			l.shape, l.syn = pyVec, nil
			if v.shape > pyVec {
				l.shape, l.syn = pyMat, x.bound[len(x.bound)-1].syn
			}
		}
		if l.syn != nil && len(x.bound) > 0 {
			l.syn = x.bound[len(x.bound)-1].syn
		}
		return pyVal{shape: l.shape, syn: l.syn, leaf: inner, local: true, uses: map[string]bool{inner: true}}, nil
	case t.op == "." && x.isNeurons(t.args[0]):
		return own(t.text), nil
	case t.op == "." && t.args[0].op == "name" && t.args[0].text == "self":
		return own(x.state(t.text)), nil
	case t.op == "." && t.args[0].op == "name":
		if s := x.synapses(t.args[0].text); s != nil {
			if s.matrices[t.text] == nil && !slices.Contains(s.kept, innerName(t.text)) {
				s.kept = append(s.kept, innerName(t.text))
			}
			return pyVal{shape: pyMat, syn: s, leaf: innerName(t.text), matrix: s.matrices[t.text] != nil}, nil
		}
	case t.op == "." && t.args[0].op == "." && t.args[0].args[0].op == "name":
		if s := x.synapses(t.args[0].args[0].text); s != nil {
			end := map[string]*pymNeurons{"src": s.src, "dst": s.dst}[t.args[0].text]
			if end == x.g {
				return own(t.text), nil
			}
			if end != nil {
				return pyVal{}, withHint(fmt.Errorf("an iteration changes its own neurons, not those of %q", end.name), "give them a behaviour")
			}
		}
	}
	return pyVal{}, withHint(fmt.Errorf("%s cannot be assigned to", t), "assign to neurons.NAME, synapse.W or a name")
}

// state is the variable that keeps an attribute of self which the iteration changes.
func (x *expansion) state(name string) string {
	if v := x.b.stateNames[x.g]; v != nil && v[name] != "" {
		return v[name]
	}
	own := name
	if x.g.has(own) {
		own = fmt.Sprintf("%s_%s", name, strings.NewReplacer(".", "_").Replace(strconv.FormatFloat(x.key, 'f', -1, 64)))
	}
	if x.b.stateNames == nil {
		x.b.stateNames = map[*pymNeurons]map[string]string{}
	}
	if x.b.stateNames[x.g] == nil {
		x.b.stateNames[x.g] = map[string]string{}
	}
	x.b.stateNames[x.g][name] = own
	var start starlark.Value = starlark.None
	if v, ok := x.b.params[name]; ok {
		if a, err := toArray(v); err == nil && (len(a.data) == 1 || len(a.data) == x.g.group.N) {
			start = spread(a, x.g.group.N)
		}
	}
	x.g.declare(own, start)
	return own
}

// synapses is what a loop's variable stands for.
func (x *expansion) synapses(name string) *pymSynapses {
	for k := len(x.bound) - 1; k >= 0; k-- {
		if x.bound[k].name == name {
			return x.bound[k].syn
		}
	}
	return nil
}

// parameter makes a behaviour's parameter known to the code. Behaviours of one group may use a name for different values.
func (x *expansion) parameter(name string, v starlark.Value) (pyVal, error) {
	if b, ok := v.(starlark.Bool); ok {
		v = starlark.Float(boolFloat(bool(b)))
	}
	if v == starlark.None {
		return pyVal{none: true}, nil
	}
	if s, ok := v.(starlark.String); ok {
		return pyVal{str: string(s), isStr: true}, nil
	}
	if a, ok := v.(*Array); ok && len(a.now().data) > 1 || isList(v) {
		if !ok {
			var err error
			if a, err = toArray(v); err != nil {
				return pyVal{}, fmt.Errorf("the parameter %s is %s; code uses numbers", name, article(v))
			}
		}
		if len(a.data) != x.g.group.N {
			return pyVal{}, fmt.Errorf("the parameter %s has %d values for %d neurons", name, len(a.data), x.g.group.N)
		}
		own := x.state(name)
		return x.vector(own), nil
	} else if ok {
		v = starlark.Float(a.data[0])
	}
	if _, ok := asQuantity(v); !ok {
		return pyVal{}, fmt.Errorf("the parameter %s is %s; code uses numbers", name, article(v))
	}
	own := innerName(name)
	if x.g.has(name) {
		own = fmt.Sprintf("%s_of_%s", name, x.b.suffix(x.key))
	}
	if x.g.owner == nil {
		x.g.owner = map[string]*behavior{}
	}
	if by := x.g.owner[own]; by != nil && by != x.b { // a name of its own, as each can be changed
		own = fmt.Sprintf("%s_%s", name, x.b.suffix(x.key))
	}
	x.g.ns[own], x.g.owner[own] = v, x.b
	x.b.named(x.g, name, own)
	return pyVal{text: own}, nil
}

func isList(v starlark.Value) bool {
	_, list := v.(*starlark.List)
	_, tuple := v.(starlark.Tuple)
	return list || tuple
}

// suffix tells the behaviour's names from those of others in the group.
func (b *behavior) suffix(key float64) string {
	return strings.NewReplacer(".", "_").Replace(strconv.FormatFloat(key, 'f', -1, 64))
}

func merged(sets ...map[string]bool) map[string]bool {
	out := map[string]bool{}
	for _, s := range sets {
		for k := range s {
			out[k] = true
		}
	}
	return out
}
