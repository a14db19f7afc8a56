package script

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// neuronGroup is a NeuronGroup, a PoissonGroup, a SpikeGeneratorGroup, or a part G[a:b] of one. Parts share the object.
type neuronGroup struct {
	*object
	pop         *population // the whole group, as views and ANNarchy's monitors know it
	start, stop int
	ns          starlark.StringDict
	more        []variable // lastspike and not_refractory, which no equation names
	partName    string     // of a part that runs code: Brian2's, by which code of several parts is ordered
	of          *synapses  // what the group stands for, where synapses are an end of others; nil: a group in its own right
}

var (
	_ starlark.HasSetField = (*neuronGroup)(nil)
	_ starlark.Sliceable   = (*neuronGroup)(nil)
	_ holder               = (*neuronGroup)(nil)
	_ member               = (*neuronGroup)(nil)
)

func (g *neuronGroup) span() net.Span {
	return net.Span{Group: g.pop.group, Start: g.start, Stop: g.stop}
}
func (g *neuronGroup) part() *object { return g.object }
func (g *neuronGroup) whole() bool   { return g.start == 0 && g.stop == g.pop.group.N }
func (g *neuronGroup) namespace() starlark.StringDict {
	return g.ns
}

func (g *neuronGroup) label() string {
	if g.whole() {
		return g.name
	}
	return fmt.Sprintf("%s[%d:%d]", g.name, g.start, g.stop)
}

func (g *neuronGroup) String() string {
	return fmt.Sprintf("%s(%q, %d neurons)", g.kind, g.label(), g.Len())
}

// Len is the number of neurons.
func (g *neuronGroup) Len() int            { return g.stop - g.start }
func (g *neuronGroup) count() (int, error) { return g.Len(), nil }

// Index is a group of one neuron.
func (g *neuronGroup) Index(i int) starlark.Value { return g.sub(g.start+i, g.start+i+1) }

// Slice is a part of the group; only neighbours form one.
func (g *neuronGroup) Slice(start, end, step int) starlark.Value {
	if step != 1 {
		g.in.thread.Cancel(fmt.Sprintf("%s[::%d]: a part of a group is a range of neighbours, with step 1", g.name, step))
		step = 1
	}
	if start >= end && g.Len() > 0 {
		g.in.thread.Cancel(fmt.Sprintf("this part of %s holds no neuron; it has neurons 0 to %d", g.label(), g.Len()-1))
	}
	return g.sub(g.start+start, g.start+max(end, start))
}

// Get is G[i], or G[[i, i + 1, ...]], for neighbours.
func (g *neuronGroup) Get(key starlark.Value) (starlark.Value, bool, error) {
	picked, err := g.pick(key)
	if err != nil {
		return nil, false, err
	}
	for k, i := range picked {
		if i != picked[0]+int32(k) {
			return nil, false, withHint(fmt.Errorf("%s: a part of a group is a range of neighbours, in order", g.name), "take the whole group, and connect(i=..., j=...), record=[...] or variables with an index, for what concerns some neurons")
		}
	}
	if len(picked) == 0 {
		return nil, false, fmt.Errorf("%s: no neurons are picked", g.name)
	}
	return g.sub(g.start+int(picked[0]), g.start+int(picked[0])+len(picked)), true, nil
}

func (g *neuronGroup) sub(start, stop int) *neuronGroup {
	p := *g
	p.start, p.stop, p.partName = start, stop, ""
	return &p
}

// makeNeuronGroup is NeuronGroup(N, model, method=, threshold=, reset=, refractory=, ...); geometry=(rows, columns) lays the neurons out on a grid,
// row by row, which Brian2 has not.
func (in *interp) makeNeuronGroup(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var nv, equations starlark.Value
	var method, threshold, reset, refractory, rule, events, namespace, dt, name, geometry, clock, ignored starlark.Value
	order := 0
	if err := unpack(b.Name(), args, kwargs, "N", &nv, "model", &equations, "method?", &method, "threshold?", &threshold, "reset?", &reset,
		"refractory?", &refractory, "events?", &events, "namespace?", &namespace, "dtype?", &ignored, "dt?", &dt, "clock?", &clock, "order?", &order,
		"name?", &name, "geometry?", &geometry, "refractory_rule?", &rule, "method_options?", &ignored, "codeobj_class?", &ignored); err != nil {
		return nil, err
	}
	model, ok := equationText(equations)
	if _, swapped := equationText(nv); swapped {
		return nil, fmt.Errorf("NeuronGroup: the number of neurons comes first, then the equations, as in NeuronGroup(100, 'dv/dt = -v/(10*ms) : 1')")
	}
	if !ok {
		return nil, fmt.Errorf("NeuronGroup: model must be a string or Equations, got %s", article(equations))
	}
	nodes, positions, err := nodesOf(nv)
	if err != nil {
		return nil, err
	}
	n, err := groupSize(b.Name(), nodes)
	if err != nil {
		return nil, err
	}
	g := &net.Group{N: n, Dialect: check.Brian, Order: order, Positions: positions}
	if isGiven(geometry) {
		var shape []int
		if shape, g.Grid, err = gridOf(b.Name(), geometry); err != nil {
			return nil, err
		}
		if size := g.Grid.Len(); size != n {
			return nil, fmt.Errorf("%s: geometry %s has %d places for N = %d neurons", b.Name(), shapeString(shape), size, n)
		}
	}
	if g.Method, _, err = text("NeuronGroup: method=", method); err != nil {
		return nil, err
	}
	if err = setClock(b.Name(), dt, clock, &g.DT); err != nil {
		return nil, err
	}
	ns, err := namespaceOf(b.Name(), namespace)
	if err != nil {
		return nil, err
	}
	o, err := in.newObject(t, b.Name(), "neurongroup", name)
	if err != nil {
		return nil, err
	}
	g.Name = o.name
	o.named = func(name string) { g.Name = name }
	g.Equations = in.source(t, o.what(), "equations", model)
	if g.Spiking, err = in.spikingOf(t, o, threshold, reset, refractory, rule); err != nil {
		return nil, err
	}
	if err := in.eventsOf(t, o, g, events); err != nil {
		return nil, err
	}
	if s := g.Spiking; s == nil || s.Refractory == nil {
		in.warnOfClamps(g)
	}
	return in.addNeurons(t, o, g, ns)
}

// warnOfClamps warns, as Brian2 does, of a flag that has no effect in a group that is never refractory.
func (in *interp) warnOfClamps(g *net.Group) {
	eqs, _ := syntax.ParseEquations(g.Equations, syntax.Brian)
	for _, eq := range eqs.Eqs {
		for _, f := range eq.Flags {
			if f.Name == "unless refractory" {
				in.warn(diag.List{diag.Warningf(g.Equations, f.Sp, "%q has the flag (unless refractory), but %s is never refractory", eq.Name, g.Name).WithHint("give the group refractory=5*ms or another time or condition, or leave out the flag")})
				return
			}
		}
	}
}

// groupSize reads N.
func groupSize(kind string, v starlark.Value) (int, error) {
	q, ok := asQuantity(v)
	n := int(q.Value)
	switch {
	case !ok || !q.Dim.Dimensionless():
		return 0, fmt.Errorf("%s: N is the number of neurons, got %s", kind, article(v))
	case float64(n) != q.Value:
		return 0, fmt.Errorf("%s: N is %v; it must be a whole number", kind, v)
	case n < 0 || n > maxGroup:
		return 0, fmt.Errorf("%s: N is %d; a group has between 0 and %d neurons", kind, n, maxGroup)
	}
	return n, nil
}

// spikingOf reads threshold=, reset=, refractory= and refractory_rule=; nil when there is no threshold.
func (in *interp) spikingOf(t *starlark.Thread, o *object, threshold, reset, refractory, rule starlark.Value) (*net.Spiking, error) {
	th, spikes, err := text(o.kind+": threshold=", threshold)
	if err != nil {
		return nil, err
	}
	re, resets, err := text(o.kind+": reset=", reset)
	if err != nil {
		return nil, err
	}
	if refractory == starlark.False {
		refractory = nil
	}
	refracts := isGiven(refractory)
	if !spikes {
		switch {
		case refracts:
			return nil, withHint(fmt.Errorf("%s: refractory= without a threshold: the group never spikes", o.kind), "add threshold='v > ...'")
		case resets:
			return nil, withHint(fmt.Errorf("%s: reset= without a threshold: the group never spikes", o.kind), "add threshold='v > ...'")
		}
		return nil, nil
	}
	s := &net.Spiking{}
	if s.Threshold, err = in.exprSource(t, o.what(), "threshold", th); err != nil {
		return nil, err
	}
	if resets {
		if s.Reset, err = in.codeSource(t, o.what(), "reset", re); err != nil {
			return nil, err
		}
	}
	if refracts {
		if s.Refractory, err = in.refractoryOf(t, o, refractory); err != nil {
			return nil, err
		}
	}
	if !resets && !refracts && !drawsNumbers(s.Threshold) {
		in.warnAt(t, o.name+" has a threshold, but no reset= and no refractory=: it spikes in every step above the threshold", "say reset='v = 0' or what resets it; reset='' says that nothing does")
	}
	switch r, given, err := text(o.kind+": refractory_rule=", rule); {
	case err != nil:
		return nil, err
	case !given || r == "brian" || r == "brian2":
	case r == "nest" || r == "annarchy":
		s.Rule = net.RefractoryNEST
	default:
		return nil, withHint(fmt.Errorf("%s: there is no refractory_rule %q", o.kind, r), `"brian" clamps n-1 updates of a period of n steps, "nest" n`)
	}
	return s, nil
}

func (in *interp) refractoryOf(t *starlark.Thread, o *object, v starlark.Value) (*diag.Source, error) {
	if s, ok := v.(starlark.String); ok {
		return in.exprSource(t, o.what(), "refractory", string(s))
	}
	if _, isBool := v.(starlark.Bool); isBool {
		return nil, withHint(fmt.Errorf("%s: refractory=True says nothing about when it ends", o.kind), "give a time, such as 2*ms, or a condition as a string")
	}
	if elementwiseCompared(v) {
		return nil, withHint(fmt.Errorf("%s: refractory= is one time for all neurons, got %s", o.kind, article(v)), "a variable of the group may differ: refractory='ref', with  ref : second  among the equations")
	}
	d, err := duration(o.kind+": refractory", v, 0)
	if err != nil {
		return nil, err
	}
	if !(d >= 0) {
		return nil, fmt.Errorf("%s: refractory is %v; a time is zero or positive", o.kind, v)
	}
	src := &diag.Source{Name: "refractory of " + o.what(), Text: strconv.FormatFloat(d, 'g', -1, 64) + "*second"}
	in.remember(t, o.what(), src)
	return src, nil
}

// eventsOf reads events={'name': 'condition'}.
func (in *interp) eventsOf(t *starlark.Thread, o *object, g *net.Group, v starlark.Value) error {
	if !isGiven(v) {
		return nil
	}
	d, ok := v.(*starlark.Dict)
	if !ok {
		return fmt.Errorf("%s: events= maps names to conditions, got %s", o.kind, article(v))
	}
	for _, kv := range d.Items() {
		name, ok1 := kv[0].(starlark.String)
		cond, ok2 := kv[1].(starlark.String)
		if !ok1 || !ok2 {
			return fmt.Errorf("%s: events= maps names to conditions, both strings", o.kind)
		}
		src, err := in.exprSource(t, o.what(), "event "+string(name), string(cond))
		if err != nil {
			return err
		}
		if string(name) == "spike" {
			if g.Spiking != nil {
				return fmt.Errorf(`%s: the event "spike" is what threshold= says; give one of them`, o.kind)
			}
			g.Spiking = &net.Spiking{Threshold: src}
			continue
		}
		if err := checkName(string(name)); err != nil {
			return fmt.Errorf("%s: events=: %w", o.kind, err)
		}
		g.Events = append(g.Events, &net.Event{Name: string(name), Condition: src})
	}
	return nil
}

// addNeurons finishes a group: its variables are read from its equations, if it has any.
func (in *interp) addNeurons(t *starlark.Thread, o *object, g *net.Group, ns starlark.StringDict) (*neuronGroup, error) {
	g.Place = in.placeOf(t)
	g.Namespace = &scope{in: in, namespace: ns, made: capture(t)}
	p := &population{in: in, home: in.world, kind: o.kind, group: g, shape: []int{g.N}, vars: map[string]variable{}}
	if g.Equations != nil {
		var err error
		if p.vars, p.names, err = variables(check.Brian, g.Equations, nil); err != nil {
			return nil, err
		}
	}
	ng := &neuronGroup{object: o, pop: p, stop: g.N, ns: ns}
	if g.Spiking != nil {
		ng.more = []variable{{name: "lastspike", dim: units.Second, stored: true}, {name: "not_refractory", kind: boolElems, stored: true}}
	}
	in.byGroup[g] = p
	o.register(ng, func(n *net.Network) {
		g.Inactive = o.inactive
		n.Groups = append(n.Groups, g)
	})
	return ng, nil
}

// lookup finds a variable of the group.
func (g *neuronGroup) lookup(name string) (variable, bool) {
	if v, ok := g.pop.vars[name]; ok {
		return v, true
	}
	for _, v := range g.more {
		if v.name == name {
			return v, true
		}
	}
	return variable{}, false
}

// withMore are the variables of the equations and those that every group with spikes has.
func (g *neuronGroup) withMore() map[string]variable {
	vars := maps.Clone(g.pop.vars)
	for _, v := range g.more {
		vars[v.name] = v
	}
	return vars
}

// emits reports whether the group has an event.
func (g *neuronGroup) emits(event string) bool {
	if event == "" || event == "spike" {
		return g.pop.group.Spiking != nil || g.pop.group.Generator != nil
	}
	for _, e := range g.pop.group.Events {
		if e.Name == event {
			return true
		}
	}
	return false
}

// AttrNames lists variables and fixed attributes.
func (g *neuronGroup) AttrNames() []string {
	names := []string{"name", "N", "i", "t", "dt", "clock", "start", "stop", "variables", "tags", "source", "run_regularly", "run_at", "run_on_event", "stop_when", "get_states", "set_states", "namespace", "events", "active"}
	for _, v := range g.more {
		names = append(names, v.name)
	}
	return sortedNames(names, g.pop.names)
}

// Attr reads a variable or a fixed attribute.
func (g *neuronGroup) Attr(name string) (starlark.Value, error) {
	if v, ok := g.lookup(name); ok {
		return readVariable(g, v)
	}
	switch name {
	case "name":
		return starlark.String(g.name), nil
	case "N", "size":
		return starlark.MakeInt(g.Len()), nil
	case "i":
		return intArray(span(0, g.Len())), nil
	case "t":
		return quantity{g.time(), units.Second}, nil
	case "clock":
		return g.in.clockAt(&g.pop.group.DT), nil
	case "dt":
		return quantity{g.dt(), units.Second}, nil
	case "start":
		return starlark.MakeInt(g.start), nil
	case "stop":
		return starlark.MakeInt(g.stop), nil
	case "source":
		return g.sub(0, g.pop.group.N), nil
	case "variables":
		return g.pop.Attr(name)
	case "tags":
		return stringList(g.pop.group.Tags), nil
	case "run_regularly", "run_at", "run_on_event":
		return starlark.NewBuiltin(name, g.blockMethod(name)), nil
	case "active":
		return g.object.Attr(name)
	case "namespace":
		if g.ns != nil {
			return namespaceValue{g.ns}, nil
		}
	case "events":
		return g.events(), nil
	case "equations", "user_equations":
		if src := g.pop.group.Equations; src != nil {
			return equations{src.Text}, nil
		}
	case "stop_when":
		return starlark.NewBuiltin(name, g.stopWhen), nil
	case "set_spikes":
		if g.pop.group.Generator != nil {
			return starlark.NewBuiltin(name, g.setSpikesMethod), nil
		}
	case "get_states", "set_states":
		return stateMethod(g, name), nil
	}
	if v, ok, err := extra(g, name); ok {
		return v, err
	}
	return nil, noAttr(fmt.Sprintf("%s %q", g.kind, g.name), name, g.AttrNames())
}

// events maps the names of the group's events to their conditions.
func (g *neuronGroup) events() *starlark.Dict {
	d := starlark.NewDict(1)
	put := func(name, condition string) { _ = d.SetKey(starlark.String(name), starlark.String(condition)) } // a text can be a key
	if s := g.pop.group.Spiking; s != nil {
		put("spike", s.Threshold.Text)
	}
	for _, e := range g.pop.group.Events {
		put(e.Name, e.Condition.Text)
	}
	return d
}

func (g *neuronGroup) dt() float64 {
	if g.pop.group.DT > 0 {
		return g.pop.group.DT
	}
	return g.in.defaultDT()
}

func (o *object) time() float64 {
	if st := o.state(); st != nil {
		return st.Time()
	}
	if s := o.sim(); s != nil {
		return s.Time()
	}
	return 0
}

// SetField sets a variable of all neurons of the group, or of the part.
func (g *neuronGroup) SetField(name string, val starlark.Value) error {
	v, ok := g.lookup(name)
	if plain, is := g.lookup(strings.TrimSuffix(name, "_")); !ok && is {
		var err error
		if val, err = unbare(name, val, plain.dim); err != nil {
			return err
		}
		v, ok = plain, true
	}
	if _, added := g.own[name]; added && !ok {
		return g.object.SetField(name, val)
	}
	if !ok {
		switch name {
		case "name", "N", "i", "t", "dt", "start", "stop", "variables":
			return fmt.Errorf("%s of a %s cannot be changed", name, g.kind)
		case "tags":
			return g.pop.setTags(val)
		case "active":
			if !g.whole() {
				return fmt.Errorf("%s is a part of a group; only the whole group can be switched off", g.label())
			}
			return g.object.SetField(name, val)
		}
		what, names := fmt.Sprintf("%s %q", g.kind, g.name), sortedNames(g.pop.names)
		if absent[name] != "" || diag.DidYouMean(name, names) != "" {
			return noAttr(what, name, names)
		}
		return withHint(noAttr(what, name, nil), joined("its variables are ", names)+`; add_attribute("`+name+`") makes an attribute that is none`)
	}
	if l, ok := val.(*linkedVar); ok {
		return g.link(v, l)
	}
	if v.linked {
		return withHint(fmt.Errorf("%s.%s is (linked) and has no values of its own", g.label(), name), fmt.Sprintf(`link it: G.%s = linked_var(H, "v")`, name))
	}
	if w, ok := val.(*varView); ok {
		// G.v += x has evaluated to values already; G.v = G.w copies
		a, err := w.array()
		if err != nil {
			return err
		}
		val = a
	}
	return assign(g, v, nil, val)
}

// pick resolves an index into the group or the part.
func (g *neuronGroup) pick(key starlark.Value) ([]int32, error) {
	part, ok := key.(*neuronGroup)
	if !ok {
		return pickRange(g.Len(), key)
	}
	if part.pop != g.pop || part.start < g.start || part.stop > g.stop {
		return nil, fmt.Errorf("%s is no part of %s", part.label(), g.label())
	}
	out := make([]int32, part.Len())
	for k := range out {
		out[k] = int32(part.start - g.start + k)
	}
	return out, nil
}

// read gives the variable's values for the neurons of the group or part.
func (g *neuronGroup) read(v variable) (*Array, error) {
	if g.of != nil {
		return g.of.read(v)
	}
	data, err := g.values(v)
	if err != nil {
		return nil, err
	}
	switch {
	case v.shared || len(data) == 1 && g.pop.group.N != 1:
		data = data[:1]
	default:
		data = data[g.start:g.stop]
	}
	return &Array{data: append([]float64(nil), data...), shape: []int{len(data)}, dim: v.dim, kind: v.kind}, nil
}

// values are those of the whole group: from the running network, or as the assignments so far will leave them.
func (g *neuronGroup) values(v variable) ([]float64, error) {
	grp := g.pop.group
	if st := g.state(); st != nil {
		return st.Get(grp, v.name)
	}
	if s := g.sim(); s != nil {
		data, _, err := s.Get(grp, v.name)
		return data, err
	}
	if v.stored {
		n, start := grp.N, 0.0
		if v.shared {
			n = 1
		}
		switch v.name {
		case "lastspike":
			start = -1e4
		case "not_refractory":
			start = 1
		}
		if data, ok := replay(grp.Initial, v.name, n, start); ok {
			return data, nil
		}
	}
	var data []float64
	err := g.in.inspect(&net.Network{Groups: withLinked(grp)}, func(s Simulation) (err error) {
		data, _, err = s.Get(grp, v.name)
		return err
	})
	return data, err
}

// where lists the neurons of the group or part for which a condition holds.
func (g *neuronGroup) where(cond *diag.Source, names check.Scope) (out []int, err error) {
	grp := g.pop.group
	var all []int
	if st := g.state(); st != nil {
		all, err = selected(st, g.span(), cond, names)
	} else if s := g.sim(); s != nil {
		all, err = selected(s, g.span(), cond, names)
	} else {
		err = g.in.inspect(&net.Network{Groups: withLinked(grp)}, func(s Simulation) (err error) {
			all, err = selected(s, g.span(), cond, names)
			return err
		})
	}
	for _, e := range all {
		if e >= g.start && e < g.stop {
			out = append(out, e-g.start)
		}
	}
	return out, err
}

// put makes an assignment: of the description before the network is opened, of the state afterwards.
func (g *neuronGroup) put(v variable, a net.Assignment) error {
	if g.of != nil {
		return g.of.put(v, a)
	}
	grp := g.pop.group
	if !v.shared && !g.whole() {
		if a.Elements == nil {
			a.Elements = make([]int32, g.Len())
			for i := range a.Elements {
				a.Elements[i] = int32(i)
			}
		}
		for k := range a.Elements {
			a.Elements[k] += int32(g.start)
		}
		a.Start, a.Len = g.start, g.Len()
	}
	st, s := g.state(), g.sim()
	if st == nil && s == nil {
		if err := g.hold(v.name); err != nil {
			return err
		}
		grp.Initial = append(grp.Initial, a)
		if len(grp.Links) > 0 && (a.Expr != nil || a.Condition != nil) {
			return g.evaluateNow(v)
		}
		return nil
	}
	if a.Expr != nil || a.Condition != nil {
		if st != nil {
			if sp, ok := st.(SpikingState); ok {
				return sp.Assign(grp, a)
			}
			return notYet("an expression in an assignment while the network runs")
		}
		sp, err := spiking(s, "an expression in an assignment after the first run")
		if err != nil {
			return err
		}
		return sp.Assign(grp, a)
	}
	vals := a.Values
	if a.Elements != nil {
		var err error
		if vals, err = g.values(v); err != nil {
			return err
		}
		vals = append([]float64(nil), vals...)
		store(vals, a)
	}
	if st != nil {
		return st.Set(grp, v.name, vals)
	}
	return s.Set(grp, v.name, vals)
}

// groupArg reads an argument that is a group or a part of one.
func groupArg(what string, v starlark.Value) (*neuronGroup, error) {
	if g, ok := v.(*neuronGroup); ok {
		if g.Len() == 0 && g.pop.group.N > 0 { // a part; a whole group may be empty, to be filled by hand
			return nil, fmt.Errorf("%s: %s is empty", what, g.label())
		}
		return g, nil
	}
	return nil, fmt.Errorf("%s: expected a NeuronGroup, a PoissonGroup, a SpikeGeneratorGroup or a part of one, got %s", what, article(v))
}
