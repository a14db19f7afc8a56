package script

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// behavior is PymoNNto's Behavior: an initialize part, run once by the script, and an iteration part, code that runs in every step.
type behavior struct {
	in         *interp
	name       string
	tags       []string
	initialize starlark.Value // text, a function, or nil
	iteration  string
	params     starlark.StringDict
	made       *frameScope
	// class: the behaviour stands for a class, whose methods were read; neurons is what its iteration calls the group.
	class   bool
	of      *pyClass
	methods map[string]*pyMethod
	body    []*pyStmt
	neurons string
	given   starlark.StringDict // the arguments with which the class was called
	// stateNames are the variables that keep attributes which iterations change.
	stateNames map[*pymNeurons]map[string]string
	// paramNames are the names under which the code of groups knows parameters.
	paramNames map[*pymNeurons]map[string]string
	off        bool // switched off
}

var (
	_ starlark.HasSetField = (*behavior)(nil)
	_ starlark.Callable    = (*behavior)(nil)
)

// Name is what messages call it.
func (b *behavior) Name() string { return b.name }

// CallInternal is Basic_Behavior(decay=0.9): another behaviour of this kind with parameters of its own, as a class of PymoNNto gives one.
func (b *behavior) CallInternal(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		return nil, withHint(errors.New("behaviors take named arguments"), "for example decay=0.99")
	}
	own := *b
	own.params, own.tags, own.given, own.stateNames, own.paramNames = maps.Clone(b.params), slices.Clone(b.tags), maps.Clone(b.given), nil, nil
	for _, kv := range kwargs {
		name := string(kv[0].(starlark.String))
		var err error
		if name == "tag" {
			if own.tags, err = tagsOf("Behavior", kv[1]); err == nil && len(own.tags) > 0 {
				own.name = own.tags[0]
			}
			if b.class {
				own.tags = append(own.tags, b.of.name)
			}
		} else if b.class {
			if own.given == nil {
				own.given = starlark.StringDict{}
			}
			own.given[name] = kv[1]
			if name == switchName {
				own.off = !bool(kv[1].Truth())
			}
		} else {
			err = own.SetField(name, kv[1])
		}
		if err != nil {
			return nil, err
		}
	}
	return &own, nil
}

func (b *behavior) String() string        { return fmt.Sprintf("Behavior(%q)", b.name) }
func (b *behavior) Type() string          { return "Behavior" }
func (b *behavior) Freeze()               {}
func (b *behavior) Truth() starlark.Bool  { return true }
func (b *behavior) Hash() (uint32, error) { return starlark.String(b.name).Hash() }

// AttrNames lists the parameters.
func (b *behavior) AttrNames() []string {
	names := []string{"tags"}
	for n := range b.params {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Attr reads a parameter.
func (b *behavior) Attr(name string) (starlark.Value, error) {
	for g, names := range b.stateNames {
		if own := names[name]; own != "" && g.cells != nil {
			return g.Attr(own)
		}
	}
	if v, ok := b.params[name]; ok {
		return v, nil
	}
	switch name {
	case "tags":
		return stringList(b.tags), nil
	case "parameter", "get_init_attr", "argument":
		return starlark.NewBuiltin(name, b.parameter), nil
	case "set_parameters_as_variables", "set_init_attrs_as_variables":
		return starlark.NewBuiltin(name, b.setParameters), nil
	}
	return nil, noAttr(b.String(), name, b.AttrNames())
}

// parameter is self.parameter(key, default=None, neurons=None): an argument of the class, or the default. A text such as 'uniform(0, 1)' becomes a
// vector of the neurons.
func (b *behavior) parameter(t *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key string
	var def, neurons starlark.Value = starlark.None, starlark.None
	var ignored starlark.Value
	if err := unpack(fn.Name(), args, kwargs, "key", &key, "default?", &def, "neurons?", &neurons, "do_not_diversify?", &ignored, "required?", &ignored); err != nil {
		return nil, err
	}
	v, ok := b.given[key]
	if !ok {
		if v, ok = b.params[key]; !ok || b.class {
			v = def
		}
	}
	if s, isText := v.(starlark.String); isText && strings.Contains(string(s), "(") {
		if g, ok := neurons.(*pymNeurons); ok {
			return g.in.filled([]int{g.group.N})(t, fn, starlark.Tuple{v}, nil)
		}
	}
	return v, nil
}

// setParameters is self.set_parameters_as_variables(object): the arguments of the class become attributes of self or of the neurons.
func (b *behavior) setParameters(t *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var to starlark.Value
	if err := unpack(fn.Name(), args, kwargs, "object", &to); err != nil {
		return nil, err
	}
	object, ok := to.(starlark.HasSetField)
	if !ok {
		return nil, fmt.Errorf("%s: %s has no variables", fn.Name(), article(to))
	}
	for _, name := range slices.Sorted(maps.Keys(b.given)) {
		v := b.given[name]
		if g, ok := to.(*pymNeurons); ok {
			var err error
			if v, err = b.parameter(t, fn, starlark.Tuple{starlark.String(name), starlark.None, g}, nil); err != nil {
				return nil, err
			}
		}
		if err := object.SetField(name, v); err != nil {
			return nil, err
		}
	}
	return starlark.None, nil
}

// SetField sets a parameter: self.decay_factor = 0.99.
func (b *behavior) SetField(name string, v starlark.Value) error {
	if err := checkName(name); err != nil {
		return err
	}
	b.params[name] = v
	return b.change(name, v)
}

// inCall is an error of a constructor's arguments.
func inCall(kind, format string, a ...any) error {
	return fmt.Errorf("%s: %w", kind, fmt.Errorf(format, a...))
}

// makeBehavior is Behavior(initialize=, iteration=, tag=, PARAMETER=...).
func (in *interp) makeBehavior(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		return nil, withHint(errors.New("behaviors take named arguments"), `for example Behavior(iteration="activity *= decay", decay=0.99)`)
	}
	b := &behavior{in: in, params: starlark.StringDict{}, made: capture(t)}
	for _, kv := range kwargs {
		name, v := string(kv[0].(starlark.String)), kv[1]
		var err error
		switch name {
		case "initialize":
			switch v.(type) {
			case starlark.String, *starlark.Function:
				b.initialize = v
			default:
				err = inCall("Behavior", "initialize= is code or a function of the neurons, not %s", article(v))
			}
		case "iteration":
			if _, ok := v.(starlark.Callable); ok {
				return nil, withHint(inCall("Behavior", "iteration= is code as text: it runs on the device in every step, a function of the script cannot"),
					"write the function's body in triple quotes")
			}
			b.iteration, _, err = text("Behavior: iteration=", v)
		case "tag":
			b.tags, err = tagsOf("Behavior", v)
		default:
			err = b.SetField(name, v)
		}
		if err != nil {
			return nil, err
		}
	}
	if b.initialize == nil && b.iteration == "" {
		return nil, inCall("Behavior", "give initialize=, iteration= or both")
	}
	b.name = "behavior"
	if len(b.tags) > 0 {
		b.name = b.tags[0]
	}
	return b, nil
}

// tagsOf reads tag=: a string with tags between commas, or a list of them.
func tagsOf(kind string, v starlark.Value) ([]string, error) {
	var tags []string
	switch v := v.(type) {
	case nil, starlark.NoneType:
		return nil, nil
	case starlark.String:
		for _, s := range strings.Split(string(v), ",") {
			if s = strings.TrimSpace(s); s != "" {
				tags = append(tags, s)
			}
		}
		return tags, nil
	case *starlark.List:
		for k := range v.Len() {
			more, err := tagsOf(kind, v.Index(k))
			if err != nil {
				return nil, err
			}
			tags = append(tags, more...)
		}
		return tags, nil
	}
	return nil, fmt.Errorf("%s: tag= is a string, got %s", kind, article(v))
}

// tagName is the base of an object's name: its first tag, where that is a name.
func tagName(tags []string, base string) string {
	if len(tags) > 0 && checkName(tags[0]) == nil {
		return tags[0]
	}
	return base
}

// runInitialize executes the initialize part of a behaviour of a group.
func (b *behavior) runInitialize(t *starlark.Thread, g *pymNeurons) error {
	if b.class {
		return b.initializeClass(t, g)
	}
	switch f := b.initialize.(type) {
	case *starlark.Function:
		args := starlark.Tuple{g}
		if f.NumParams() == 2 {
			args = starlark.Tuple{b, g}
		}
		_, err := starlark.Call(t, f, args, nil)
		return err
	case starlark.String:
		return b.initializeText(t, g, dedent(string(f)))
	}
	return nil
}

// initializeText executes the text as a script; names that it assigns become variables of the neurons.
func (b *behavior) initializeText(t *starlark.Thread, g *pymNeurons, code string) error {
	in := b.in
	src := &diag.Source{Name: fmt.Sprintf("initialize of %s of %s", b.name, g.name), Text: code}
	names := starlark.StringDict{}
	for n, v := range in.vocabulary {
		names[n] = v
	}
	for _, fn := range b.made.globals {
		for n, v := range fn.Globals() {
			if v != nil {
				names[n] = v
			}
		}
	}
	for n, v := range b.made.locals {
		names[n] = v
	}
	for n, v := range b.params {
		names[n] = v
	}
	for n, v := range g.values {
		names[n] = v
	}
	names["neurons"], names["self"] = g, b
	for _, n := range []string{"vector", "synapses", "size"} {
		names[n], _ = g.Attr(n)
	}
	in.sources[src.Name] = src
	f, err := fileOptions.Parse(src.Name, code, 0)
	if err != nil {
		return in.diagnose(err)
	}
	prog, err := starlark.FileProgram(f, names.Has)
	if err != nil {
		return in.diagnose(err)
	}
	globals, err := prog.Init(t, names)
	if err != nil {
		return in.diagnose(err)
	}
	for _, n := range globals.Keys() {
		switch globals[n].(type) {
		case *Array, starlark.Float, starlark.Int, starlark.Bool:
			if err := g.SetField(n, globals[n]); err != nil {
				return err
			}
		}
	}
	return nil
}

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
			suffixless(diag.DidYouMean(recordedName(string(s)), r.exprs), joined("it records ", r.exprs)))
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
			return withHint(inCall("EventRecorder", "%s has no variable %q to record", g.name, e), suffixless(diag.DidYouMean(e, g.names), "an event recorder takes variables"))
		}
		m := reduction.FindStringSubmatch(e)
		if m == nil || m[1] != "mean" && m[1] != "sum" || !g.has(m[2]) {
			hint := "a recorder takes variables, mean(VARIABLE) and sum(VARIABLE)"
			if m == nil {
				hint = suffixless(diag.DidYouMean(e, g.names), hint)
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
