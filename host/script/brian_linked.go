package script

import (
	"errors"
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// linkedVar is what linked_var(group, "variable", index=) gives, to be assigned to a variable that is (linked).
type linkedVar struct {
	of    *neuronGroup
	v     variable
	index []int32 // in of; nil: none was given
}

func (l *linkedVar) String() string        { return fmt.Sprintf("linked_var(%s, %q)", l.of.label(), l.v.name) }
func (l *linkedVar) Type() string          { return "linked_var" }
func (l *linkedVar) Freeze()               {}
func (l *linkedVar) Truth() starlark.Bool  { return true }
func (l *linkedVar) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: linked_var") }

// linkedVar is linked_var(group, name=None, index=None); the group may be G.v, then without a name.
func (in *interp) linkedVar(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var from, name, index starlark.Value
	if err := unpack(b.Name(), args, kwargs, "group_or_variable", &from, "name?", &name, "index?", &index); err != nil {
		return nil, err
	}
	l := &linkedVar{}
	named, given, err := text("linked_var: name=", name)
	if err != nil {
		return nil, err
	}
	switch x := from.(type) {
	case *varView:
		g, ok := x.of.(*neuronGroup)
		if !ok {
			return nil, fmt.Errorf("linked_var: %s is not a variable of neurons", x.v.name)
		}
		if given {
			return nil, fmt.Errorf("linked_var: the variable is given already; name=%q is one too many", named)
		}
		l.of, l.v = g, x.v
	case *neuronGroup:
		if !given {
			return nil, withHint(fmt.Errorf("linked_var: which variable of %s?", x.label()), `for example linked_var(G, "v")`)
		}
		v, ok := x.lookup(named)
		if !ok {
			return nil, noAttr(fmt.Sprintf("%s %q", x.kind, x.name), named, sortedNames(x.pop.names))
		}
		l.of, l.v = x, v
	default:
		return nil, fmt.Errorf("linked_var: expected neurons or one of their variables, got %s", article(from))
	}
	if isGiven(index) {
		if _, isText := index.(starlark.String); isText {
			return nil, withHint(fmt.Errorf("linked_var: index= takes numbers"), "read them from the variable: index=G.idx[:]")
		}
		if a, err := toArray(index); err == nil {
			for k, i := range a.data {
				if i < 0 {
					return nil, fmt.Errorf("linked_var: element %d of index= is %g; %s has neurons 0 to %d", k, i, l.of.label(), l.of.Len()-1)
				}
			}
		}
		if l.index, err = pickRange(l.of.Len(), index); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// link makes a linked variable of the group stand for another's.
func (g *neuronGroup) link(v variable, l *linkedVar) error {
	switch {
	case !v.linked:
		return withHint(fmt.Errorf("%s.%s is not a linked variable", g.label(), v.name), fmt.Sprintf("write the flag into its line of the equations:  %s : UNIT (linked)", v.name))
	case !g.whole():
		return fmt.Errorf("%s is a part of a group; link %s of the whole group", g.label(), v.name)
	case g.sim() != nil:
		return fmt.Errorf("%s has run; link %s before", g.label(), v.name)
	}
	if l.v.linked {
		var err error
		if l, err = l.followed(); err != nil {
			return err
		}
	}
	grp, of := g.pop.group, l.of.pop.group
	x := net.Link{Var: v.name, Group: of, Of: l.v.name, Shared: l.v.shared || of.N == 1}
	switch {
	case x.Shared:
	case l.index != nil:
		for _, i := range l.index {
			x.Index = append(x.Index, i+int32(l.of.start))
		}
	case !l.of.whole():
		for i := l.of.start; i < l.of.stop; i++ {
			x.Index = append(x.Index, int32(i))
		}
	}
	if x.Shared && !l.v.shared && l.index != nil && len(l.index) != grp.N || x.Index != nil && len(x.Index) != grp.N {
		return fmt.Errorf("linked_var: %s has %d neurons, and %d are given to link them to", g.label(), grp.N, max(len(x.Index), len(l.index)))
	}
	grp.Links = append(slices.DeleteFunc(grp.Links, func(o net.Link) bool { return o.Var == v.name }), x)
	if !slices.Contains(g.needs, l.of.object) && l.of.object != g.object {
		g.needs = append(g.needs, l.of.object)
	}
	return nil
}

// followed is the link to what a linked variable stands for itself.
func (l *linkedVar) followed() (*linkedVar, error) {
	grp := l.of.pop.group
	k := slices.IndexFunc(grp.Links, func(x net.Link) bool { return x.Var == l.v.name })
	if k < 0 {
		return nil, withHint(fmt.Errorf("linked_var: %s.%s is (linked) itself, and not linked yet", l.of.label(), l.v.name), "link that one first")
	}
	x := grp.Links[k]
	end := l.of.in.byGroup[x.Group]
	v, ok := end.vars[x.Of]
	if !ok {
		return nil, fmt.Errorf("linked_var: %s.%s is linked to a variable that cannot be linked again", l.of.label(), l.v.name)
	}
	to := &linkedVar{of: &neuronGroup{object: l.of.object, pop: end, stop: x.Group.N}, v: v, index: l.index}
	for _, o := range l.of.in.brian.objects {
		if g, ok := o.self.(*neuronGroup); ok && g.pop.group == x.Group {
			to.of = g
		}
	}
	if x.Shared {
		return to, nil
	}
	if to.index == nil && (!l.of.whole() || x.Index != nil) {
		for i := range l.of.Len() {
			to.index = append(to.index, int32(i))
		}
	}
	to.index = slices.Clone(to.index)
	for k, i := range to.index {
		if to.index[k] = i + int32(l.of.start); x.Index != nil {
			to.index[k] = x.Index[to.index[k]]
		}
	}
	return to, nil
}

// link makes a linked variable of synapses stand for one of neurons that has one value.
func (s *synapses) link(name string, l *linkedVar) (err error) {
	if l.v.linked {
		if l, err = l.followed(); err != nil {
			return err
		}
	}
	v, ok := s.vars[name]
	switch {
	case !ok:
		return noAttr(fmt.Sprintf("Synapses %q", s.name), name, s.names)
	case !v.linked:
		return withHint(fmt.Errorf("%s.%s is not a linked variable", s.name, name), fmt.Sprintf("write the flag into its line of the equations:  %s : UNIT (linked)", name))
	case s.sim() != nil:
		return fmt.Errorf("%s has run; link %s before", s.name, name)
	case !l.v.shared && l.of.pop.group.N != 1:
		return withHint(fmt.Errorf("%s.%s: variables of synapses are linked only to what has one value", s.name, name), fmt.Sprintf("link a variable of the neurons, %s.%s = %s, and read %s_post in the synapses", s.target.label(), name, l, name))
	}
	x := net.Link{Var: name, Group: l.of.pop.group, Of: l.v.name, Shared: true}
	s.syn.Links = append(slices.DeleteFunc(s.syn.Links, func(o net.Link) bool { return o.Var == name }), x)
	if !slices.Contains(s.needs, l.of.object) {
		s.needs = append(s.needs, l.of.object)
	}
	return nil
}

// evaluateNow turns the assignment that was made last into values: what linked variables in it stand for may be set otherwise afterwards.
func (g *neuronGroup) evaluateNow(v variable) error {
	data, err := g.values(v)
	if errors.Is(err, ErrStop) {
		return nil
	}
	set := g.pop.group.Initial
	if err == nil {
		set[len(set)-1] = net.Assignment{Var: v.name, Dim: v.dim, Values: slices.Clone(data), Place: set[len(set)-1].Place}
	}
	return err
}

// withLinked are groups and those that their linked variables stand for, which come before them, each once.
func withLinked(groups ...*net.Group) (out []*net.Group) {
	seen := map[*net.Group]bool{}
	var add func(*net.Group)
	add = func(g *net.Group) {
		if seen[g] {
			return
		}
		seen[g] = true
		for _, l := range g.Links {
			add(l.Group)
		}
		out = append(out, g)
	}
	for _, g := range groups {
		add(g)
	}
	return out
}
