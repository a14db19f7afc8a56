//go:build cgo && linux

package viewer

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/gpu/ui"
	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	timeline "github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/units"
)

// entry is a group, synapses, a projection or a monitor in the sidebar.
type entry struct {
	section string
	name    string
	note    string // how many
	where   string // from where to where
	tags    []string
	items   []*item
}

// item is a row of an entry: something to plot, something to set, or both.
type item struct {
	key   string // unique in the sidebar
	label string
	unit  string
	subject
	kinds []kind // ways to plot it, the default first
	param *param
	// scalar: one value, which is shown.
	scalar bool
}

// param is what a slider sets.
type param struct {
	owner  string // where the row stands
	object string // that is set; "": wherever equations contain the number
	name   string
	buf    *plan.Buffer // nil: a number that is compiled in
	dim    units.Dim
	// number: the script's constant of that name, not a variable.
	number bool
	also   []string // other objects that are set with it
	kind   ir.Type
	given  *net.View // the script's own slider
}

// dimOf is the dimension of a variable of a model, false where it has none: ANNarchy's variables have no units.
func dimOf(m *check.Model, name string) (d units.Dim, ok bool) {
	if m == nil || m.ByName[name] == nil || m.Dialect == check.ANNarchy {
		return d, false
	}
	return m.ByName[name].Type.Dim, true
}

// setDim gives an item the dimension and the unit of a variable.
func (it *item) setDim(m *check.Model, name string) {
	if d, ok := dimOf(m, name); ok {
		it.dim, it.unit = d, unitName(d)
	}
}

// variableParam is a variable of an object as something to be set: with its unit and type.
func variableParam(object string, m *check.Model, b *plan.Buffer) *param {
	p := &param{owner: object, object: object, name: b.Var, buf: b, kind: b.Type}
	p.dim, _ = dimOf(m, b.Var)
	return p
}

// shape of the tree, cached until the network changes.
type tree struct {
	plan    *plan.Plan
	entries []*entry
}

// entries are what the sidebar lists.
func (v *Viewer) entries() []*entry {
	t := &v.sidebar.tree
	if t.plan == v.stage.plan {
		return t.entries
	}
	t.plan, t.entries = v.stage.plan, nil
	v.sidebar.readings = nil // buffers have other numbers
	n, res := v.sim.Network(), v.sim.Result()
	numbers := map[string][]timeline.Number{}
	for _, g := range n.Groups {
		numbers[g.Name] = v.line.Numbers(g.Name)
	}
	for _, s := range n.Synapses {
		numbers[s.Name] = v.line.Numbers(s.Name)
	}
	for _, g := range n.Groups {
		e := &entry{section: "groups", name: g.Name, note: grouped(int64(g.N - len(g.Removed))), tags: g.Tags}
		v.variables(e, subject{group: g}, g.Name, res.Models[g], g.N, numbers)
		t.entries = append(t.entries, e)
	}
	for _, s := range n.Synapses {
		e := &entry{section: "synapses", name: s.Name, tags: s.Tags, where: s.Pre.Group.Name + " → " + s.Post.Group.Name}
		count := -1
		if n, ok, _ := v.sim.Synapses(s); ok {
			count = n
			e.note = grouped(int64(count - gone(v.sim.Removed(s))))
		}
		e.items = append(e.items, &item{key: s.Name + " matrix", label: "connections", subject: subject{group: s.Pre.Group, syn: s}})
		v.variables(e, subject{group: s.Pre.Group, syn: s}, s.Name, res.SynapseModel(s), count, numbers)
		t.entries = append(t.entries, e)
	}
	for _, p := range n.Projections {
		e := &entry{section: "synapses", name: p.Name, where: p.Pre.Name + " → " + p.Post.Name + ", " + p.Target}
		if k := res.Synapses[p.Name]; k > 0 {
			e.note = grouped(k)
		}
		t.entries = append(t.entries, e)
	}
	for _, m := range n.SpikeMonitors {
		if m.CountOnly || m.Event != "" {
			continue
		}
		e := &entry{section: "monitors", name: m.Name, where: "spikes of " + m.Of.Group.Name}
		e.items = []*item{{key: m.Name + " spikes", label: "spikes", subject: subject{group: m.Of.Group, spikes: m}}}
		t.entries = append(t.entries, e)
	}
	for _, m := range n.Monitors {
		t.entries = append(t.entries, v.monitorEntry(m))
	}
	for _, e := range t.entries {
		for _, it := range e.items {
			it.kinds = v.stage.kindsOf(&it.subject)
		}
	}
	return t.entries
}

// monitorEntry lists what a StateMonitor records.
func (v *Viewer) monitorEntry(m *net.StateMonitor) *entry {
	s := subject{group: m.Group, syn: m.Synapses, states: m}
	e := &entry{section: "monitors", name: m.Name}
	var object string
	var model *check.Model
	if m.Synapses != nil {
		s.group, object, model = m.Synapses.Pre.Group, m.Synapses.Name, v.sim.Result().SynapseModel(m.Synapses)
	} else {
		object, model = m.Group.Name, v.sim.Result().Models[m.Group]
	}
	e.where = strings.Join(m.Vars, ", ") + " of " + object
	if m.Elements != nil {
		e.note = grouped(int64(len(m.Elements)))
	}
	for _, name := range m.Vars {
		it := &item{key: m.Name + " records " + name, label: name, subject: s}
		// A subexpression has no buffer, and no way to be drawn.
		if b, ok := v.stage.plan.Find(object, name); ok {
			it.buf = b
		}
		it.setDim(model, name)
		e.items = append(e.items, it)
	}
	return e
}

// key tells entries apart.
func (e *entry) key() string { return e.section + " " + e.name }

func gone(removed []bool) (n int) {
	for _, x := range removed {
		if x {
			n++
		}
	}
	return n
}

// variables adds those of an object: states first, then parameters, then the numbers from outside.
func (v *Viewer) variables(e *entry, s subject, object string, m *check.Model, n int, numbers map[string][]timeline.Number) {
	isNumber := func(name string) bool {
		return slices.ContainsFunc(numbers[object], func(x timeline.Number) bool { return x.Name == name })
	}
	var states, params []*item
	written := written(v.stage.plan)
	for _, b := range v.stage.plan.Buffers {
		if b.Object != object || b.Role != plan.State && b.Role != plan.Param || strings.ContainsAny(b.Var, "@ ") || isNumber(b.Var) || b.Len != n && b.Len != 1 {
			continue
		}
		it := &item{key: object + "." + b.Var, label: b.Var, subject: s, scalar: b.Len == 1}
		it.buf = b
		it.setDim(m, b.Var)
		if b.Role == plan.State || written[b.ID] {
			states = append(states, it)
			continue
		}
		it.param = variableParam(object, m, b)
		params = append(params, it)
	}
	e.items = append(append(e.items, states...), params...)
	for _, x := range numbers[object] {
		it := &item{key: object + " number " + x.Name, label: x.Name, scalar: true, unit: unitName(x.Value.Dim)}
		it.param = v.numberParam(object, x, numbers)
		e.items = append(e.items, it)
	}
	for _, it := range e.items {
		if it.param != nil {
			it.param.given = v.given(it.param, s)
		}
	}
}

// written are the buffers that a step writes to, such as sums over synapses: setting them would not last.
func written(p *plan.Plan) map[plan.BufferID]bool {
	out := map[plan.BufferID]bool{}
	run := func(r *plan.Run) {
		for k, s := range r.Kernel.Slots {
			if s.Access != ir.Read {
				out[r.Bind[k]] = true
			}
		}
	}
	for _, it := range p.Schedule {
		for _, op := range it.Ops {
			switch op := op.(type) {
			case *plan.Run:
				run(op)
			case *plan.Sequence:
				for _, r := range op.Runs {
					run(r)
				}
			case *plan.MatMul:
				out[op.C] = true
			case *plan.TapSum:
				out[op.Dst] = true
			}
		}
	}
	return out
}

// numberParam is the slider of a number from outside. Where other objects contain the same number it is set for all of them, as it would be in
// the script.
func (v *Viewer) numberParam(object string, x timeline.Number, numbers map[string][]timeline.Number) *param {
	p := &param{owner: object, name: x.Name, dim: x.Value.Dim, number: true, kind: ir.Real, buf: v.numberBuffer(object, x.Name)}
	for _, other := range slices.Sorted(maps.Keys(numbers)) {
		if other == object {
			continue
		}
		for _, y := range numbers[other] {
			switch {
			case y.Name != x.Name:
			case y.Value != x.Value: // another number of the same name
				p.object, p.also = object, nil
				return p
			default:
				p.also = append(p.also, other)
			}
		}
	}
	return p
}

// numberBuffer is where equations read a number, nil where it is compiled in.
func (v *Viewer) numberBuffer(object, name string) *plan.Buffer {
	if b, ok := v.stage.plan.Find(object, name); ok && b.Len == 1 {
		return b
	}
	return nil
}

// given is the slider that the script has declared for a parameter.
func (v *Viewer) given(p *param, s subject) *net.View {
	for _, w := range v.sim.Network().Views {
		if w.Kind != net.Slider || w.Var != p.name {
			continue
		}
		if p.number && w.Group == nil || !p.number && w.Group == s.group && w.Synapses == s.syn {
			return w
		}
	}
	return nil
}

// unitName is the one that a quantity is typed in, "" for a number.
func unitName(d units.Dim) string {
	if d.Dimensionless() {
		return ""
	}
	_, name := units.Scale(units.Quantity{Value: handySize(d), Dim: d})
	return name
}

// handySize is the unit that values of a dimension are usual in, in SI units.
func handySize(d units.Dim) float64 {
	for _, u := range handyUnits {
		if q, ok := units.Lookup(u); ok && q.Dim == d {
			return q.Value
		}
	}
	return 1
}

// found are the entries that a filter leaves, with those of their items that it names; all items where it names the entry or a tag.
func found(list []*entry, filter string) (out []*entry) {
	for _, e := range list {
		if ui.Matches(filter, append([]string{e.name}, e.tags...)...) {
			out = append(out, e)
			continue
		}
		some := *e
		some.items = nil
		for _, it := range e.items {
			if ui.Matches(filter, append([]string{e.name, it.label}, e.tags...)...) {
				some.items = append(some.items, it)
			}
		}
		if len(some.items) > 0 {
			out = append(out, &some)
		}
	}
	slices.SortStableFunc(out, func(a, b *entry) int { return cmp.Compare(sectionOrder[a.section], sectionOrder[b.section]) })
	return out
}

var sectionOrder = map[string]int{"groups": 0, "synapses": 1, "monitors": 2}
