package session

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
)

// AddEdge makes synapses between elements Pre and Post of the spans that Synapses connects. Values holds one value for all of them or one each,
// by variable; a variable that is not there starts as the script sets it for all synapses, else at 0. Delays are in seconds, by pathway; a
// pathway that is not there has the delay that all synapses have, else none. Monitors of the synapses go on with those that they have.
type AddEdge struct {
	Synapses string               `json:"synapses"`
	Pre      []int32              `json:"pre"`
	Post     []int32              `json:"post"`
	Values   map[string][]float64 `json:"values,omitempty"`
	Delays   map[string]float64   `json:"delays,omitempty"`
}

// RemoveEdge takes synapses out, named by their place in the order of creation, which all synapses keep. Spikes under way along them are
// lost.
type RemoveEdge struct {
	Synapses string  `json:"synapses"`
	Edges    []int32 `json:"edges"`
}

// RestoreEdge puts synapses back that RemoveEdge took out, with the values that they had.
type RestoreEdge struct {
	Synapses string  `json:"synapses"`
	Edges    []int32 `json:"edges"`
}

// AddNode adds N elements to a group, behind those it has. Values as in AddEdge. Synapses, inputs and spike monitors of the whole group include
// them; state monitors go on with the elements that they have.
type AddNode struct {
	Group  string               `json:"group"`
	N      int                  `json:"n"`
	Values map[string][]float64 `json:"values,omitempty"`
}

// RemoveNode takes elements out with all their synapses. Their slots stay, so that the numbers of the others do.
type RemoveNode struct {
	Group string  `json:"group"`
	Nodes []int32 `json:"nodes"`
}

// RestoreNode puts elements back that RemoveNode took out, with the values that they had, and synapses by object.
type RestoreNode struct {
	Group string             `json:"group"`
	Nodes []int32            `json:"nodes"`
	Edges map[string][]int32 `json:"edges,omitempty"`
}

func (AddEdge) kind() string     { return "add_edge" }
func (RemoveEdge) kind() string  { return "remove_edge" }
func (RestoreEdge) kind() string { return "restore_edge" }
func (AddNode) kind() string     { return "add_node" }
func (RemoveNode) kind() string  { return "remove_node" }
func (RestoreNode) kind() string { return "restore_node" }

func (e AddEdge) String() string {
	if len(e.Pre) == 1 && len(e.Post) == 1 {
		return fmt.Sprintf("%s: add %d -> %d", e.Synapses, e.Pre[0], e.Post[0])
	}
	return fmt.Sprintf("%s: add %d edges", e.Synapses, len(e.Pre))
}
func (e RemoveEdge) String() string  { return some(e.Synapses, "remove", "edge", e.Edges) }
func (e RestoreEdge) String() string { return some(e.Synapses, "restore", "edge", e.Edges) }
func (e AddNode) String() string     { return fmt.Sprintf("%s: add %d nodes", e.Group, e.N) }
func (e RemoveNode) String() string  { return some(e.Group, "remove", "node", e.Nodes) }
func (e RestoreNode) String() string { return some(e.Group, "restore", "node", e.Nodes) }

func some(object, do, what string, list []int32) string {
	if len(list) == 1 {
		return fmt.Sprintf("%s: %s %s %d", object, do, what, list[0])
	}
	return fmt.Sprintf("%s: %s %d %ss", object, do, len(list), what)
}

// most is the largest number of nodes or edges that one edit adds.
const most = 1 << 24

func (t *Timeline) synapses(name string) (*net.Synapses, error) {
	n := t.sim.Network()
	for _, s := range n.Synapses {
		if s.Name == name {
			return s, t.isNoEnd(s)
		}
	}
	for _, p := range n.Projections {
		if p.Name == name {
			return nil, fmt.Errorf("%q is a projection, whose connections are those of its rule; only those of Synapses can be edited", name)
		}
	}
	return nil, fmt.Errorf("there are no synapses %q%s", name, listed(t.objects()))
}

// isNoEnd is an error where synapses are an end of others, which have their numbers.
func (t *Timeline) isNoEnd(s *net.Synapses) error {
	for _, o := range t.sim.Network().Synapses {
		if o.Pre.Group.Of == s || o.Post.Group.Of == s {
			return fmt.Errorf("the synapses %q begin or end at those of %q, which stay as they are", o.Name, s.Name)
		}
	}
	return nil
}

// freeze makes the description of synapses that hold for any number of them: what was set for all of them stays for those to come.
func (t *Timeline) freeze(s *net.Synapses) error {
	s.Initial = uniform(s.Initial)
	for _, p := range s.Delayed() {
		d, err := t.sim.Result().Delays(p)
		if err != nil {
			return fmt.Errorf("the delays of %q: %w", s.Name, err)
		}
		p.Delay, p.Delays = d, nil
	}
	return nil
}

// uniform keeps the assignments that set all elements in one way.
func uniform(list []net.Assignment) (out []net.Assignment) {
	for _, a := range list {
		if a.Elements == nil && (a.Expr != nil || len(a.Values) == 1) {
			a.Optional = true
			out = append(out, a)
		}
	}
	return out
}

// fits checks values for n new elements of an object.
func (t *Timeline) fits(object string, values map[string][]float64, n int) error {
	for name, v := range values {
		b, err := t.variable(object, name)
		if err != nil {
			return err
		}
		if len(v) != 1 && len(v) != n {
			return fmt.Errorf("%s.%s: %d values for %d new elements; give one, or one each", object, name, len(v), n)
		}
		for _, x := range v {
			if err := number(b, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// fill gives new elements their values.
func (t *Timeline) fill(object string, values map[string][]float64, first, n int) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if _, err := (SetValues{Object: object, Variable: name, Elements: span(first, n), Values: values[name]}).apply(t); err != nil {
			return err
		}
	}
	return nil
}

// span is first, first+1, ..., n of them.
func span(first, n int) []int32 {
	out := make([]int32, n)
	for k := range out {
		out[k] = int32(first + k)
	}
	return out
}

func (e AddEdge) apply(t *Timeline) (Edit, error) {
	s, err := t.synapses(e.Synapses)
	if err != nil {
		return nil, err
	}
	n := len(e.Pre)
	if n == 0 || n > most {
		return nil, fmt.Errorf("%d edges cannot be added to %q at once", n, e.Synapses)
	}
	if err := t.fits(e.Synapses, e.Values, n); err != nil {
		return nil, err
	}
	var paths []string
	for _, p := range s.Delayed() {
		paths = append(paths, p.Name)
	}
	for name, d := range e.Delays {
		if !slices.Contains(paths, name) {
			return nil, fmt.Errorf("%q has no pathway %q%s", e.Synapses, name, listed(paths))
		}
		if !(d >= 0) || math.IsInf(d, 0) {
			return nil, fmt.Errorf("a delay cannot be %v s", d)
		}
	}
	if err := endsThere(s, "", e.Pre, e.Post); err != nil {
		return nil, err
	}
	first := 0
	err = t.change(func() error {
		if err := t.freeze(s); err != nil {
			return err
		}
		var err error
		if first, err = t.sim.Pairs().Add(s, e.Pre, e.Post); err != nil {
			return err
		}
		for _, m := range t.sim.Network().Monitors {
			if m.Synapses == s && m.Elements == nil {
				m.Elements = span(0, first)
			}
		}
		for _, p := range s.Delayed() {
			p.Delay = longer(p.Delay, first, n, e.Delays[p.Name], hasKey(e.Delays, p.Name))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return RemoveEdge{e.Synapses, span(first, n)}, t.fill(e.Synapses, e.Values, first, n)
}

func hasKey(m map[string]float64, k string) bool { _, ok := m[k]; return ok }

// longer are the delays of a pathway with n more synapses.
func longer(delay []float64, have, n int, d float64, given bool) []float64 {
	if len(delay) <= 1 {
		common := 0.0
		if len(delay) == 1 {
			common = delay[0]
		}
		if !given || d == common {
			return delay
		}
		delay = slices.Repeat([]float64{common}, have)
	}
	return append(slices.Clone(delay), slices.Repeat([]float64{d}, n)...)
}

// endsThere refuses edges from or to elements that were removed. what names them; the indices are relative to the spans.
func endsThere(s *net.Synapses, what string, pre, post []int32) error {
	for _, end := range []struct {
		span net.Span
		at   []int32
	}{{s.Pre, pre}, {s.Post, post}} {
		if len(end.span.Group.Removed) == 0 {
			continue
		}
		gone := map[int32]bool{}
		for _, e := range end.span.Group.Removed {
			gone[e] = true
		}
		for _, e := range end.at {
			if gone[e+int32(end.span.Start)] {
				return fmt.Errorf("node %d of %q was removed, so that %sit cannot have an edge", e, end.span.Group.Name, what)
			}
		}
	}
	return nil
}

func (e RemoveEdge) apply(t *Timeline) (Edit, error) {
	s, err := t.synapses(e.Synapses)
	if err != nil {
		return nil, err
	}
	if len(e.Edges) == 0 {
		return nil, fmt.Errorf("no edges of %q were given", e.Synapses)
	}
	err = t.change(func() error {
		if err := t.freeze(s); err != nil {
			return err
		}
		return t.sim.Pairs().Remove(s, e.Edges, true)
	})
	return RestoreEdge(e), err
}

func (e RestoreEdge) apply(t *Timeline) (Edit, error) {
	s, err := t.synapses(e.Synapses)
	if err != nil {
		return nil, err
	}
	if len(e.Edges) == 0 {
		return nil, fmt.Errorf("no edges of %q were given", e.Synapses)
	}
	err = t.change(func() error { return t.putBack(s, e.Edges) })
	return RemoveEdge(e), err
}

// putBack restores synapses whose ends are there.
func (t *Timeline) putBack(s *net.Synapses, edges []int32) error {
	if err := t.freeze(s); err != nil {
		return err
	}
	if err := t.sim.Pairs().Remove(s, edges, false); err != nil {
		return err
	}
	pre, post, _ := t.sim.Edges(s)
	var from, to []int32
	for _, k := range edges {
		from, to = append(from, pre[k]), append(to, post[k])
	}
	return endsThere(s, "", from, to)
}

// editable finds a group whose number of elements may change.
func (t *Timeline) editable(name string) (*net.Group, error) {
	g, err := t.group(name)
	if err != nil {
		return nil, err
	}
	for _, s := range t.sim.Network().Synapses {
		if _, _, err := t.sim.Synapses(s); err != nil && (s.Pre.Group == g || s.Post.Group == g) {
			return nil, err
		}
	}
	for _, p := range t.sim.Network().Projections {
		if p.Pre == g || p.Post == g {
			return nil, fmt.Errorf("the projection %q connects all of %q by a rule; nodes can be added to groups with Synapses, and taken from them", p.Name, name)
		}
	}
	return g, nil
}

func (e AddNode) apply(t *Timeline) (Edit, error) {
	g, err := t.editable(e.Group)
	switch {
	case err != nil:
		return nil, err
	case g.Grid != nil:
		return nil, fmt.Errorf("%q is a grid, and has as many nodes as that has places", e.Group)
	case e.N < 1 || e.N > most:
		return nil, fmt.Errorf("%d nodes cannot be added to %q at once", e.N, e.Group)
	}
	if err := t.fits(e.Group, e.Values, e.N); err != nil {
		return nil, err
	}
	first := g.N
	whole := func(s *net.Span) {
		if s.Group == g && s.Start == 0 && s.Stop == first {
			s.Stop += e.N
		}
	}
	err = t.change(func() error {
		n := t.sim.Network()
		g.N, g.Initial = first+e.N, uniform(g.Initial)
		for _, s := range n.Synapses {
			if s.Pre.Group == g || s.Post.Group == g {
				if err := t.freeze(s); err != nil {
					return err
				}
				whole(&s.Pre)
				whole(&s.Post)
			}
		}
		for _, p := range n.Inputs {
			whole(&p.Target)
		}
		for _, m := range n.SpikeMonitors {
			whole(&m.Of)
		}
		for _, m := range n.RateMonitors {
			whole(&m.Of)
		}
		for _, m := range n.Monitors {
			if m.Group == g && m.Elements == nil {
				m.Elements = span(0, first)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return RemoveNode{e.Group, span(first, e.N)}, t.fill(e.Group, e.Values, first, e.N)
}

func (e RemoveNode) apply(t *Timeline) (Edit, error) {
	g, err := t.editable(e.Group)
	if err != nil {
		return nil, err
	}
	gone := map[int32]bool{}
	for _, k := range g.Removed {
		gone[k] = true
	}
	fresh := map[int32]bool{}
	for _, k := range e.Nodes {
		switch {
		case k < 0 || int(k) >= g.N:
			return nil, fmt.Errorf("%q has nodes 0 to %d; there is no node %d", e.Group, g.N-1, k)
		case gone[k] || fresh[k]:
			return nil, fmt.Errorf("node %d of %q has been removed already", k, e.Group)
		}
		fresh[k] = true
	}
	if len(fresh) == 0 {
		return nil, fmt.Errorf("no nodes of %q were given", e.Group)
	}
	back := RestoreNode{Group: e.Group, Nodes: e.Nodes}
	err = t.change(func() error {
		g.Removed = append(slices.Clone(g.Removed), e.Nodes...)
		for _, s := range t.sim.Network().Synapses {
			edges := t.touching(s, g, fresh)
			if len(edges) == 0 {
				continue
			}
			if err := t.isNoEnd(s); err != nil {
				return err
			}
			if err := t.freeze(s); err != nil {
				return err
			}
			if err := t.sim.Pairs().Remove(s, edges, true); err != nil {
				return err
			}
			if back.Edges == nil {
				back.Edges = map[string][]int32{}
			}
			back.Edges[s.Name] = edges
		}
		return nil
	})
	return back, err
}

// touching are the synapses that begin or end at nodes of a group.
func (t *Timeline) touching(s *net.Synapses, g *net.Group, nodes map[int32]bool) (edges []int32) {
	pre, post, _ := t.sim.Edges(s)
	removed := t.sim.Removed(s)
	for k := range pre {
		at := func(sp net.Span, e int32) bool { return sp.Group == g && nodes[e+int32(sp.Start)] }
		if (removed == nil || !removed[k]) && (at(s.Pre, pre[k]) || at(s.Post, post[k])) {
			edges = append(edges, int32(k))
		}
	}
	return edges
}

func (e RestoreNode) apply(t *Timeline) (Edit, error) {
	g, err := t.editable(e.Group)
	if err != nil {
		return nil, err
	}
	if len(e.Nodes) == 0 {
		return nil, fmt.Errorf("no nodes of %q were given", e.Group)
	}
	err = t.change(func() error {
		g.Removed = slices.Clone(g.Removed)
		for _, k := range e.Nodes {
			at := slices.Index(g.Removed, k)
			if at < 0 {
				return fmt.Errorf("node %d of %q has not been removed", k, e.Group)
			}
			g.Removed = slices.Delete(g.Removed, at, at+1)
		}
		for _, name := range slices.Sorted(maps.Keys(e.Edges)) {
			s, err := t.synapses(name)
			if err != nil {
				return err
			}
			if err := t.putBack(s, e.Edges[name]); err != nil {
				return err
			}
		}
		return nil
	})
	return RemoveNode{e.Group, e.Nodes}, err
}

// SetRule gives a group, or some of its nodes, other equations, parameters, threshold or reset. What is nil stays as it is; for nodes it is as in
// the group. The state is kept: variables of the same name go on with their values, others begin at their default or at 0. The error of a
// text is a diag.List.
type SetRule struct {
	Group string `json:"group"`
	// Nodes follow the rule, or with no text given that of the group again; nil: the group, but for those of its nodes that have a rule of their own.
	Nodes      []int32 `json:"nodes,omitempty"`
	Equations  *string `json:"equations,omitempty"`
	Parameters *string `json:"parameters,omitempty"` // ANNarchy's block
	Threshold  *string `json:"threshold,omitempty"`
	Reset      *string `json:"reset,omitempty"`
}

func (SetRule) kind() string { return "set_rule" }

func (e SetRule) String() string {
	if len(e.Nodes) > 0 && e.Equations == nil && e.Parameters == nil && e.Threshold == nil && e.Reset == nil {
		return some(e.Group, "the rule of the group for", "node", e.Nodes)
	}
	switch len(e.Nodes) {
	case 0:
		return fmt.Sprintf("%s: another rule", e.Group)
	case 1:
		return fmt.Sprintf("%s: another rule for node %d", e.Group, e.Nodes[0])
	}
	return fmt.Sprintf("%s: another rule for %d nodes", e.Group, len(e.Nodes))
}

// source is a text as a source, and the old one where the text is the same.
func source(what, group string, old *diag.Source, text *string) *diag.Source {
	if text == nil || old != nil && old.Text == *text {
		return old
	}
	name := what + " of " + group
	if old != nil {
		name = old.Name
	}
	return &diag.Source{Name: name, Text: *text}
}

func text(s *diag.Source) *string {
	if s == nil {
		return nil
	}
	return &s.Text
}

func (e SetRule) apply(t *Timeline) (Edit, error) {
	g, err := t.group(e.Group)
	if err != nil {
		return nil, err
	}
	if e.Equations == nil && e.Parameters == nil && e.Threshold == nil && e.Reset == nil && len(e.Nodes) == 0 {
		return nil, fmt.Errorf("%s: no equations, threshold or reset were given", e.Group)
	}
	if (e.Threshold != nil || e.Reset != nil) && g.Spiking == nil {
		return nil, fmt.Errorf("%q has no spikes, and so no threshold and no reset", e.Group)
	}
	if e.Parameters != nil && g.Dialect != check.ANNarchy {
		return nil, fmt.Errorf("%q has its parameters in its equations", e.Group)
	}
	if len(e.Nodes) > 0 {
		return e.nodes(t, g)
	}
	inverse := SetRule{Group: e.Group, Equations: text(g.Equations)}
	if e.Parameters != nil {
		empty := ""
		if inverse.Parameters = text(g.Params); inverse.Parameters == nil {
			inverse.Parameters = &empty
		}
	}
	if g.Spiking != nil {
		inverse.Threshold, inverse.Reset = text(g.Spiking.Threshold), text(g.Spiking.Reset)
		if e.Reset != nil && inverse.Reset == nil {
			empty := ""
			inverse.Reset = &empty
		}
	}
	before, err := t.all(e.Group)
	if err != nil {
		return nil, err
	}
	err = t.change(func() error {
		g.Equations = source("equations", g.Name, g.Equations, e.Equations)
		g.Params = source("parameters", g.Name, g.Params, e.Parameters)
		if g.Spiking != nil {
			s := *g.Spiking
			s.Threshold = source("threshold", g.Name, s.Threshold, e.Threshold)
			s.Reset = source("reset", g.Name, s.Reset, e.Reset)
			g.Spiking = &s
		}
		var keep []net.Assignment
		for _, a := range uniform(g.Initial) {
			if a.Expr == nil && a.Condition == nil { // others may need what is no longer there
				keep = append(keep, a)
			}
		}
		g.Initial = keep
		return nil
	})
	if err != nil {
		return nil, err
	}
	back := []Edit{inverse}
	for _, v := range before {
		if b, ok := t.sim.Plan().Find(e.Group, v.Variable); !ok || b.Len != len(v.Values) {
			back = append(back, v)
		}
	}
	return several(back), nil
}

// all are the values of all variables of an object.
func (t *Timeline) all(object string) (out []SetValues, err error) {
	for _, b := range t.sim.Plan().Buffers {
		if b.Object != object {
			continue
		}
		if _, err := t.variable(object, b.Var); err != nil {
			continue
		}
		v := make([]float64, b.Len)
		if err := t.sim.Instance().Read(b.ID, 0, v); err != nil {
			return nil, err
		}
		out = append(out, SetValues{Object: object, Variable: b.Var, Values: v})
	}
	return out, nil
}

// nodes gives some nodes a rule of their own.
func (e SetRule) nodes(t *Timeline, g *net.Group) (Edit, error) {
	for _, k := range e.Nodes {
		if k < 0 || int(k) >= g.N {
			return nil, fmt.Errorf("%q has nodes 0 to %d; there is no node %d", e.Group, g.N-1, k)
		}
	}
	inverse := setVariants{Group: e.Group}
	for _, v := range g.Variants {
		inverse.Variants = append(inverse.Variants, SetRule{e.Group, v.Elements, text(v.Equations), text(v.Params), text(v.Threshold), text(v.Reset)})
	}
	return inverse, t.change(func() error {
		list := without(g.Variants, e.Nodes)
		v := &net.Variant{Elements: slices.Compact(slices.Sorted(slices.Values(e.Nodes))),
			Equations: source("equations", g.Name, g.Equations, e.Equations), Params: source("parameters", g.Name, g.Params, e.Parameters)}
		if g.Spiking != nil {
			v.Threshold = source("threshold", g.Name, g.Spiking.Threshold, e.Threshold)
			v.Reset = source("reset", g.Name, g.Spiking.Reset, e.Reset)
		}
		g.Variants = merged(g, list, v)
		return nil
	})
}

// without takes elements out of variants.
func without(list []*net.Variant, nodes []int32) (out []*net.Variant) {
	gone := map[int32]bool{}
	for _, k := range nodes {
		gone[k] = true
	}
	for _, v := range list {
		c := *v
		c.Elements = slices.DeleteFunc(slices.Clone(v.Elements), func(k int32) bool { return gone[k] })
		if len(c.Elements) > 0 {
			out = append(out, &c)
		}
	}
	return out
}

// merged adds a variant; where it is the rule of the group or that of another variant, its elements follow that.
func merged(g *net.Group, list []*net.Variant, v *net.Variant) []*net.Variant {
	if v.Equations == g.Equations {
		v.Equations = nil
	}
	if v.Params == g.Params {
		v.Params = nil
	}
	if g.Spiking != nil && v.Threshold == g.Spiking.Threshold {
		v.Threshold = nil
	}
	if g.Spiking != nil && v.Reset == g.Spiking.Reset {
		v.Reset = nil
	}
	if v.Equations == nil && v.Params == nil && v.Threshold == nil && v.Reset == nil {
		return list
	}
	same := func(a, b *diag.Source) bool {
		return a == b || a != nil && b != nil && a.Text == b.Text
	}
	for k, w := range list {
		if same(v.Equations, w.Equations) && same(v.Params, w.Params) && same(v.Threshold, w.Threshold) && same(v.Reset, w.Reset) {
			c := *w
			c.Elements = slices.Sorted(slices.Values(append(slices.Clone(w.Elements), v.Elements...)))
			list[k] = &c
			return list
		}
	}
	return append(list, v)
}

// setVariants is what reverts another rule for some nodes: all rules of nodes at once.
type setVariants struct {
	Group    string    `json:"group"`
	Variants []SetRule `json:"variants"`
}

func (setVariants) kind() string { return "set_variants" }

func (e setVariants) String() string { return fmt.Sprintf("%s: rules of nodes", e.Group) }

func (e setVariants) apply(t *Timeline) (Edit, error) {
	g, err := t.group(e.Group)
	if err != nil {
		return nil, err
	}
	return nil, t.change(func() error {
		g.Variants = nil
		for _, r := range e.Variants {
			g.Variants = append(g.Variants, &net.Variant{Elements: r.Nodes, Equations: source("equations", g.Name, nil, r.Equations),
				Params: source("parameters", g.Name, nil, r.Parameters), Threshold: source("threshold", g.Name, nil, r.Threshold), Reset: source("reset", g.Name, nil, r.Reset)})
		}
		return nil
	})
}
