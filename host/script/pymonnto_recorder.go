package script

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// recorder is PymoNNto's Recorder: it samples at its place in the order of behaviours.
type recorder struct {
	*object
	tags  []string
	exprs []string
	every int // iterations from sample to sample
	// events: it keeps when and where its variables are not 0.
	events bool
	group  *pymNeurons
	mons   []*net.StateMonitor // of each expression
	joins  []func(*net.Network)
}

var (
	_ starlark.Mapping  = (*recorder)(nil)
	_ starlark.HasAttrs = (*recorder)(nil)
)

// makeRecorder is Recorder(variables, tag=, gapwidth=0) and EventRecorder(variables, tag=).
func (in *interp) makeRecorder(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var vars, tag, ignored starlark.Value
	gap := 0
	if err := unpack(b.Name(), args, kwargs, "variables", &vars, "tag?", &tag, "gapwidth?", &gap, "save_as_numpy?", &ignored); err != nil {
		return nil, err
	}
	if gap < 0 {
		return nil, inCall("Recorder", "gapwidth is %d; every gapwidth-th iteration is recorded", gap)
	}
	r := &recorder{every: max(gap, 1), events: b.Name() == "EventRecorder"}
	var err error
	if r.tags, err = tagsOf("Recorder", tag); err != nil {
		return nil, err
	}
	if s, ok := vars.(starlark.String); ok {
		vars = starlark.NewList([]starlark.Value{s})
	}
	list, ok := vars.(starlark.Iterable)
	if !ok {
		return nil, inCall("Recorder", "variables are names or expressions, got %s", article(vars))
	}
	it := list.Iterate()
	defer it.Done()
	var x starlark.Value
	for it.Next(&x) {
		s, ok := x.(starlark.String)
		if !ok {
			return nil, inCall("Recorder", "variables are names or expressions, got %s", article(x))
		}
		r.exprs = append(r.exprs, recordedName(string(s)))
	}
	if len(r.exprs) == 0 {
		return nil, inCall("Recorder", "there is no variable to record")
	}
	if r.object, err = in.newObject(t, b.Name(), tagName(r.tags, "recorder"), nil); err != nil {
		return nil, err
	}
	r.mild = true
	return r, nil
}

var modulePrefix = regexp.MustCompile(`\b(np|numpy|neurons|n)\.`)

// recordedName brings an expression into the form under which it is looked up.
func recordedName(s string) string {
	return strings.ReplaceAll(modulePrefix.ReplaceAllString(s, ""), " ", "")
}

func (r *recorder) find(expr string) int {
	for k, e := range r.exprs {
		if e == recordedName(expr) {
			return k
		}
	}
	return -1
}

// Get is recorder["activity"], or as with tags recorder["activity", 0]: [iterations, neurons], or [iterations] of a mean or a sum.
func (r *recorder) Get(key starlark.Value) (starlark.Value, bool, error) {
	if pair, ok := key.(starlark.Tuple); ok && len(pair) == 2 {
		if k, err := starlark.AsInt32(pair[1]); err != nil || k != 0 {
			return nil, false, fmt.Errorf("%s[%v, %v]: a recorder has each variable once, at place 0", r.name, pair[0], pair[1])
		}
		key = pair[0]
	}
	s, ok := key.(starlark.String)
	if !ok {
		return nil, false, fmt.Errorf("a Recorder is indexed with what it records, not with %s", article(key))
	}
	if v, err := r.event(string(s)); v != nil || err != nil {
		return v, err == nil, err
	}
	k := r.find(string(s))
	if k < 0 {
		return nil, false, withHint(fmt.Errorf("the recorder %q does not record %q", r.name, string(s)),
			cmp.Or(diag.DidYouMean(recordedName(string(s)), r.exprs), joined("it records ", r.exprs)))
	}
	v, err := r.values(k)
	return v, err == nil, err
}

// samples are what was recorded of an expression so far, of every gapwidth-th iteration.
func (r *recorder) samples(k int) (n int, data []float64, err error) {
	s := r.sim()
	if s == nil {
		return 0, nil, nil
	}
	x, err := s.Samples(r.mons[k])
	if err != nil {
		return 0, nil, err
	}
	width := len(x.Values[0]) / max(len(x.T), 1)
	for at := r.every - 1; at < len(x.T); at += r.every {
		data = append(data, x.Values[0][at*width:(at+1)*width]...)
		n++
	}
	return n, data, nil
}

// event is what an EventRecorder has under NAME.t, the iterations, and NAME.i, the neurons.
func (r *recorder) event(tag string) (starlark.Value, error) {
	name, column := strings.TrimSuffix(strings.TrimSuffix(tag, ".t"), ".i"), 0
	k := r.find(name)
	if !r.events || name == tag || k < 0 {
		return nil, nil
	}
	if strings.HasSuffix(tag, ".i") {
		column = 1
	}
	v, err := r.values(k)
	if err != nil {
		return nil, err
	}
	rows := v.(*Array).data
	out := make([]float64, 0, len(rows)/2)
	for at := column; at < len(rows); at += 2 {
		out = append(out, rows[at])
	}
	return fromSlice(out, noDim, len(out)), nil
}

func (r *recorder) values(k int) (starlark.Value, error) {
	n, data, err := r.samples(k)
	if err != nil {
		return nil, err
	}
	if r.events {
		var rows []float64
		for at, x := range data {
			if x != 0 {
				rows = append(rows, float64(at/r.group.group.N+1), float64(at%r.group.group.N))
			}
		}
		return fromSlice(rows, noDim, len(rows)/2, 2), nil
	}
	if r.group == nil || r.mons != nil && r.mons[k].Group != r.group.group {
		return fromSlice(data, noDim, n), nil
	}
	return fromSlice(data, noDim, n, r.group.group.N), nil
}

// AttrNames lists the fixed attributes.
func (r *recorder) AttrNames() []string { return []string{"name", "tags", "variables"} }

// Attr reads a fixed attribute.
func (r *recorder) Attr(name string) (starlark.Value, error) {
	switch name {
	case "name":
		return starlark.String(r.name), nil
	case "tags":
		return stringList(r.tags), nil
	case "variables":
		return stringList(r.exprs), nil
	}
	return nil, noAttr(r.String(), name, r.AttrNames())
}

var reduction = regexp.MustCompile(`^(\w+)\(([A-Za-z_]\w*)\)$`)

// attach describes the monitors of the recorder at its place in the step. Means and sums are taken on the device: every neuron is connected
// to a group of one element that adds them up.
func (r *recorder) attach(at *int) error {
	g := r.group
	r.joins, r.mons = nil, nil
	monitor := func(k int, group *net.Group, name string) {
		*at++
		m := &net.StateMonitor{Name: fmt.Sprintf("%s_%d", r.name, k), Group: group, Vars: []string{name}, When: behaviorSlot, Order: *at, Place: r.in.placeOf(r.in.thread)}
		if len(r.exprs) == 1 {
			m.Name = r.name
		}
		r.mons = append(r.mons, m)
		r.joins = append(r.joins, func(n *net.Network) { n.Monitors = append(n.Monitors, m) })
	}
	for k, e := range r.exprs {
		if g.has(e) {
			monitor(k, g.group, g.inner(e))
			continue
		}
		if r.events {
			return withHint(inCall("EventRecorder", "%s has no variable %q to record", g.name, e), cmp.Or(diag.DidYouMean(e, g.names), "an event recorder takes variables"))
		}
		m := reduction.FindStringSubmatch(e)
		if m == nil || m[1] != "mean" && m[1] != "sum" || !g.has(m[2]) {
			hint := "a recorder takes variables, mean(VARIABLE) and sum(VARIABLE)"
			if m == nil {
				hint = cmp.Or(diag.DidYouMean(e, g.names), hint)
			}
			return withHint(inCall("Recorder", "%s has no variable %q to record", g.name, e), hint)
		}
		name := fmt.Sprintf("%s_%s_%s", r.name, m[1], m[2])
		one := &net.Group{Name: name, N: 1, Dialect: g.group.Dialect, Place: g.group.Place, Namespace: g.group.Namespace,
			Equations: &diag.Source{Name: "equations of " + name, Text: fmt.Sprintf("total : 1\nmean = total/%d : 1", g.group.N)}}
		*at++
		syn := &net.Synapses{Name: name + "_synapses", Pre: net.All(g.group), Post: net.All(one), Namespace: g.group.Namespace, Place: g.group.Place,
			Equations: &diag.Source{Name: "equations of " + name, Text: fmt.Sprintf("total_post = %s_pre : 1 (summed)", g.inner(m[2]))},
			SumAt:     map[string]net.Moment{"total_post": {When: behaviorSlot, Order: *at}}}
		c := &net.Connection{I: make([]int32, g.group.N), J: make([]int32, g.group.N), Place: g.group.Place}
		for i := range c.I {
			c.I[i] = int32(i)
		}
		syn.Connect = []*net.Connection{c}
		r.joins = append(r.joins, func(n *net.Network) {
			n.Groups = append(n.Groups, one)
			n.Synapses = append(n.Synapses, syn)
		})
		what := map[string]string{"mean": "mean", "sum": "total"}[m[1]]
		monitor(k, one, what)
	}
	return nil
}
