package script

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// world is one network of a script with its simulation.
type world struct {
	name    string // for messages
	net     *net.Network
	sim     Simulation // nil before the first run or store()
	objects map[*object]bool
	stored  map[string]storedState
	ran     bool

	// What ANNarchy's objects made of it: they join a network when they are made.
	dtSet      bool   // net.DT was asked for
	method     string // of setup()
	groups     []*population
	pending    []*projection // with those that are connected
	monitors   []*monitor
	openedWith uint64  // the seed of sim
	seed       *uint64 // of Network(seed=), which is not the script's
	compiled   bool
	atCompile  compiledState
}

func newWorld(name string, n *net.Network) *world {
	return &world{name: name, net: n, objects: map[*object]bool{}, stored: map[string]storedState{}}
}

// fill lists objects in the description, in the order in which they were made. What ANNarchy's vocabulary has put there stays.
func (w *world) fill(objects []*object, views []*net.View) error {
	names := map[string]*object{}
	in := map[*object]bool{}
	for _, o := range objects {
		in[o] = true
	}
	for _, o := range objects {
		if o.world != nil && o.world != w {
			return withHint(fmt.Errorf("%q has already been run in %s; an object belongs to one network", o.name, o.world.name),
				"start_scope() keeps earlier objects out of run(); Network.add extends a network")
		}
		if names[o.name] != nil && o.base != "" && o.named != nil && o.world == nil {
			o.rename(names)
		}
		if other := names[o.name]; other != nil {
			return fmt.Errorf("a %s and a %s of this network have the name %q; names are unique in a network", other.kind, o.kind, o.name)
		}
		names[o.name] = o
		for _, need := range o.needs {
			if !in[need] {
				hint := "add it to the Network too"
				if o.in.brian.magic == w {
					hint = "run() takes the objects that variables name where it is called, as in Brian2; keep it in a variable, or use a Network"
				}
				return withHint(fmt.Errorf("%q is in the network, but not %q, which it needs", o.name, need.name), hint)
			}
		}
	}
	n := w.net
	mine := map[any]bool{}
	part := &net.Network{}
	for o := range w.objects {
		o.join(part)
	}
	mark(part.Groups, mine)
	mark(part.Monitors, mine)
	mark(part.Operations, mine)
	mark(part.Synapses, mine)
	mark(part.SpikeMonitors, mine)
	n.Groups, n.Monitors, n.Operations = others(n.Groups, mine), others(n.Monitors, mine), others(n.Operations, mine)
	n.Synapses, n.SpikeMonitors = others(n.Synapses, mine), others(n.SpikeMonitors, mine)
	n.Inputs, n.RateMonitors, n.Views = nil, nil, nil
	sort.SliceStable(objects, func(i, j int) bool { return objects[i].serial < objects[j].serial })
	for _, o := range objects {
		if !o.inactive || o.keeps() {
			o.join(n)
		}
	}
	has := map[*net.Group]bool{}
	for _, g := range n.Groups {
		has[g] = true
	}
	for _, v := range views {
		if has[v.Group] || v.Kind == net.Slider && v.Group == nil {
			n.Views = append(n.Views, v)
		}
	}
	w.objects = in
	return nil
}

func mark[T comparable](list []T, mine map[any]bool) {
	for _, v := range list {
		mine[v] = true
	}
}

func others[T comparable](list []T, mine map[any]bool) []T {
	var out []T
	for _, v := range list {
		if !mine[v] {
			out = append(out, v)
		}
	}
	return out
}

// take marks the objects as run by the network. It warns of synapses that were never connected: with them nothing can happen.
func (w *world) take() {
	var unconnected []*object
	for o := range w.objects {
		if s, ok := o.self.(*synapses); ok && o.world == nil && len(s.syn.Connect) == 0 {
			unconnected = append(unconnected, o)
		}
		o.world = w
		if g, ok := o.self.(*neuronGroup); ok && g.pop.group.Generator != nil && g.pop.group.Generator != g.pop.sent {
			g.pop.sent = g.pop.group.Generator
			o.warnOfPast(g.pop.sent)
		}
	}
	slices.SortFunc(unconnected, func(a, b *object) int { return cmp.Compare(a.serial, b.serial) })
	for _, o := range unconnected {
		o.in.warn(diag.List{{Severity: diag.Warning, Source: o.src, Span: o.span, Message: o.name + " runs without a synapse: it was never connected",
			Hint: "call connect(...) before the run; connect() alone connects all with all"}})
	}
}

// warnOfPast warns, as Brian2 does, of spikes that come too late to be emitted.
func (o *object) warnOfPast(spikes *net.Generator) {
	now, past := o.time(), 0
	for _, t := range spikes.Times {
		if t < now*(1-1e-9) {
			past++
		}
	}
	if past > 0 && spikes.Period == 0 {
		o.in.warn(diag.List{{Severity: diag.Warning, Source: o.src, Span: o.span, Message: fmt.Sprintf("%s: %d spike%s before t = %v, where this run begins, and left out", o.name, past, map[bool]string{true: " is", false: "s are"}[past == 1], quantity{now, units.Second}),
			Hint: "times are counted from the start of the first run, not from the start of each: add the time that has passed"}})
	}
}

// allViews are the panels asked for so far. view() puts them into the network that is being described.
func (in *interp) allViews() []*net.View {
	for _, v := range in.net.Views {
		known := false
		for _, u := range in.brian.views {
			known = known || u == v
		}
		if !known {
			in.brian.views = append(in.brian.views, v)
		}
	}
	return in.brian.views
}

// visible lists Brian2's objects that a variable names where run() was called: the locals of the calling function and the globals. This
// is Brian2's rule; objects in lists or in other functions are not found. Monitors that no variable names are taken with their
// source, since a recording may be wanted as a file only.
func (in *interp) visible(fr *frameScope) []*object {
	seen := map[*object]bool{}
	called := map[starlark.Callable]bool{}
	look := func(d starlark.StringDict) {
		for _, v := range d {
			if m, ok := v.(member); ok && m.part() != nil && m.part().scope == in.brian.scope {
				seen[m.part()] = true
			}
			if f, ok := v.(starlark.Callable); ok {
				called[f] = true
			}
		}
	}
	look(fr.locals)
	look(fr.globals())
	var out []*object
	for _, o := range in.brian.objects {
		if o.scope != in.brian.scope {
			continue
		}
		take := seen[o]
		switch {
		case take:
		case o.function != nil:
			take = called[o.function] || o.function.Name() == "lambda"
		case o.mild && len(o.needs) > 0:
			take = true
			for _, need := range o.needs {
				take = take && seen[need]
			}
			if other := o.world; other != nil && other != in.brian.magic {
				take = false
			}
		}
		if take {
			out = append(out, o)
		}
	}
	return out
}

// collect makes the network of a bare run(): the visible objects. Objects that have run go on where they were; a new set of objects
// is a new network; a mixture is an error, as in Brian2.
func (in *interp) collect(objects []*object) error {
	b := &in.brian
	if b.magic == nil {
		b.magic = in.world
	}
	w := b.magic
	var known, fresh []*object
	for _, o := range objects {
		switch {
		case o.world == w:
			known = append(known, o)
		case !o.mild && o.world == nil:
			fresh = append(fresh, o)
		}
	}
	if w.sim != nil && len(fresh) > 0 {
		if len(known) > 0 {
			return withHint(fmt.Errorf("%q has run before, %q is new: is this a new simulation, or the old one with an addition?", known[0].name, fresh[0].name),
				"make a Network of the objects, or call start_scope() before a new simulation")
		}
		in.newMagic()
		w = b.magic
	}
	return w.fill(objects, in.allViews())
}

// newMagic lets go of the network that a bare run() ran so far.
func (in *interp) newMagic() {
	b := &in.brian
	if b.magic != nil {
		in.retire(b.magic)
	}
	in.allViews()
	last := in.world
	in.world = newWorld("run()", &net.Network{DT: last.net.DT})
	in.dtSet, in.method = last.dtSet, last.method
	b.magic = in.world
}

// openWorlds is how many networks keep the device besides the one that was opened last. A loop over networks needs one; a script that goes back and
// forth between several should not load them anew each time.
const openWorlds = 8

// retire lets a network go from the device. It comes back by itself when the script uses it again.
func (in *interp) retire(w *world) {
	r, ok := w.sim.(Retiring)
	if !ok {
		return
	}
	if err := r.Retire(); err != nil {
		in.warn(diag.List{{Severity: diag.Warning, Message: fmt.Sprintf("letting go of an earlier network: %v", err)}})
	}
}

// use notes that a network is about to run, and lets go of those that were used longest ago. What was opened last stays: it is what a viewer
// shows.
func (in *interp) use(w *world) {
	b := &in.brian
	b.awake = append(slices.DeleteFunc(b.awake, func(x *world) bool { return x == w }), w)
	if len(b.awake) <= openWorlds+1 {
		return
	}
	if oldest := b.awake[0]; oldest != b.worlds[len(b.worlds)-1] {
		in.retire(oldest)
	}
	b.awake = b.awake[1:]
}

// startScope is start_scope(): run() forgets the objects made so far.
func (in *interp) startScope(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) > 0 {
		return nil, fmt.Errorf("start_scope takes no arguments")
	}
	if in.state != nil {
		return nil, fmt.Errorf("a network operation cannot start a scope")
	}
	if err := in.checkPending(); err != nil {
		return nil, err
	}
	in.brian.scope++
	in.newMagic()
	return starlark.None, nil
}

// opened notes that the network of a bare run() is in memory.
func (in *interp) opened(s Simulation) {
	if w := in.brian.magic; w != nil && !slices.Contains(in.brian.worlds, w) {
		w.sim = s
		in.brian.worlds = append(in.brian.worlds, w)
	}
	if w := in.brian.magic; w != nil {
		w.take()
	}
}

// network is Brian2's Network.
type network struct {
	in      *interp
	w       *world
	members []*object
	pym     *pymonnto // nil without PymoNNto's groups
	made    *made     // of a class of Network; nil: it is none
}

var (
	_ starlark.HasAttrs  = (*network)(nil)
	_ starlark.Mapping   = (*network)(nil)
	_ starlark.Container = (*network)(nil)
)

func (n *network) String() string {
	return fmt.Sprintf("Network(%q, %d objects)", n.w.name, len(n.members))
}
func (n *network) Type() string          { return "Network" }
func (n *network) Freeze()               {}
func (n *network) Truth() starlark.Bool  { return true }
func (n *network) Hash() (uint32, error) { return starlark.String(n.w.name).Hash() }

// makeNetwork is Network(*objects, name=None).
func (in *interp) makeNetwork(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name, settings, dt, seed starlark.Value
	if err := unpack(b.Name(), nil, kwargs, "name?", &name, "settings?", &settings, "dt?", &dt, "seed?", &seed); err != nil {
		return nil, err
	}
	o, err := in.newObject(t, b.Name(), "network", name)
	if err != nil {
		return nil, err
	}
	n := &network{in: in, w: newWorld(o.name, &net.Network{DT: in.net.DT})}
	n.w.dtSet, n.w.method = in.dtSet, in.method
	if isGiven(dt) {
		if err := n.SetField("dt", dt); err != nil {
			return nil, err
		}
	}
	if err := n.setSeed(seed); err != nil {
		return nil, err
	}
	return n, n.addAll("Network", args)
}

// addAll adds objects, lists and dictionaries of objects.
func (n *network) addAll(what string, vals starlark.Tuple) error {
	for _, v := range vals {
		switch v := v.(type) {
		case member:
			n.addOne(v.part())
		case *starlark.Dict:
			for _, kv := range v.Items() {
				if err := n.addAll(what, kv[1:]); err != nil {
					return err
				}
			}
		case starlark.Iterable:
			it := v.Iterate()
			var x starlark.Value
			for it.Next(&x) {
				if err := n.addAll(what, starlark.Tuple{x}); err != nil {
					it.Done()
					return err
				}
			}
			it.Done()
		default:
			hint := ""
			if _, ok := v.(*starlark.Function); ok {
				hint = "add what network_operation(f, dt=...) returns"
			}
			return withHint(fmt.Errorf("%s: expected objects such as a NeuronGroup or a SpikeMonitor, got %s", what, article(v)), hint)
		}
	}
	return nil
}

func (n *network) addOne(o *object) {
	if slices.Contains(n.members, o) {
		return
	}
	n.members = append(n.members, o)
}

// AttrNames lists the methods and attributes.
func (n *network) AttrNames() []string {
	return []string{"add", "get_profiling_info", "get_states", "initialize", "iteration", "name", "objects", "profiling_info", "remove", "restore", "run", "schedule", "scheduling_summary", "set_states",
		"simulate_iteration", "simulate_iterations", "stop", "store", "sweep", "t", "create", "connect", "monitor", "compile", "simulate", "simulate_until", "step", "reset", "config", "dt", "time", "seed"}
}

// Attr gives a method or an attribute.
func (n *network) Attr(name string) (starlark.Value, error) {
	switch name {
	case "name":
		return starlark.String(n.w.name), nil
	case "t":
		if n.in.state != nil && n.in.brian.running == n.w {
			return quantity{n.in.state.Time(), units.Second}, nil
		}
		if n.w.sim == nil {
			return quantity{0, units.Second}, nil
		}
		return quantity{n.w.sim.Time(), units.Second}, nil
	case "t_":
		v, _, err := extra(n, name)
		return v, err
	case "objects":
		vals := make([]starlark.Value, len(n.members))
		for k, o := range n.members {
			vals[k] = o.self
		}
		return starlark.NewList(vals), nil
	case "iteration":
		return n.iteration(), nil
	case "initialize":
		return starlark.NewBuiltin(name, n.initialize), nil
	case "simulate_iterations", "simulate_iteration":
		return starlark.NewBuiltin(name, n.simulateIterations), nil
	case "run":
		return starlark.NewBuiltin("run", n.run), nil
	case "sweep":
		return starlark.NewBuiltin("sweep", n.sweep), nil
	case "stop":
		return starlark.NewBuiltin("stop", n.in.stop), nil
	case "store":
		return starlark.NewBuiltin("store", n.store), nil
	case "get_states":
		return starlark.NewBuiltin(name, n.getStates), nil
	case "set_states":
		return starlark.NewBuiltin(name, n.setStates), nil
	case "scheduling_summary":
		return starlark.NewBuiltin(name, n.schedule), nil
	case "get_profiling_info":
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if len(args)+len(kwargs) > 0 {
				return nil, fmt.Errorf("%s takes no arguments", b.Name())
			}
			return n.profile()
		}), nil
	case "schedule":
		return stringList(slots), nil
	case "profiling_info":
		return n.profile()
	case "restore":
		return starlark.NewBuiltin("restore", n.restore), nil
	case "add", "remove":
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if len(kwargs) > 0 {
				return nil, fmt.Errorf("%s takes objects", b.Name())
			}
			if b.Name() == "add" {
				return starlark.None, n.addAll("add", args)
			}
			return starlark.None, n.remove(args)
		}), nil
	}
	if v := n.annarchyAttr(name); v != nil {
		return v, nil
	}
	if n.pym != nil {
		if slices.Contains(switches, name) {
			return switchBehaviors(name, n.matches), nil
		}
		if found, _, err := n.matches(name); err == nil && len(found) > 0 {
			return found[0], nil
		}
	}
	return nil, noAttr("Network", name, n.AttrNames())
}

func (n *network) remove(args starlark.Tuple) error {
	for _, v := range args {
		m, ok := v.(member)
		if !ok {
			return fmt.Errorf("remove: expected objects of the network, got %s", article(v))
		}
		var keep []*object
		for _, o := range n.members {
			if o != m.part() {
				keep = append(keep, o)
			}
		}
		if len(keep) == len(n.members) {
			return fmt.Errorf("remove: %q is not part of the network", m.part().name)
		}
		n.members = keep
	}
	return nil
}

// find is the member of a name.
func (n *network) find(key starlark.Value) (starlark.Value, []string) {
	var names []string
	for _, o := range n.members {
		if starlark.String(o.name) == key {
			return o.self, nil
		}
		names = append(names, o.name)
	}
	return nil, names
}

// Has is NAME in net.
func (n *network) Has(key starlark.Value) (bool, error) {
	if n.pym != nil {
		_, err := n.tagged(key)
		return err == nil, nil
	}
	v, _ := n.find(key)
	return v != nil, nil
}

// Get is net["NAME"].
func (n *network) Get(key starlark.Value) (starlark.Value, bool, error) {
	if n.pym != nil {
		v, err := n.tagged(key)
		return v, err == nil, err
	}
	name, ok := key.(starlark.String)
	if !ok {
		return nil, false, fmt.Errorf("a Network is indexed with names, not with %s", article(key))
	}
	v, names := n.find(key)
	if v == nil {
		return nil, false, withHint(fmt.Errorf("the network has no object %q", string(name)),
			cmp.Or(diag.DidYouMean(string(name), names), joined("it has ", names), "it is empty"))
	}
	return v, true, nil
}

// describe completes the description of the network, with all members.
func (n *network) describe(t *starlark.Thread) error {
	in := n.in
	if in.state != nil {
		return fmt.Errorf("a network operation cannot run a network")
	}
	if err := in.params.unknown(); err != nil {
		return err
	}
	if len(n.members) == 0 && len(n.w.net.Groups) == 0 {
		return withHint(fmt.Errorf("there is nothing to run"), "add objects: Network(G, S, M), or net.add(G)")
	}
	n.w.net.DT = n.stepLength()
	if err := n.w.fill(append([]*object(nil), n.members...), in.allViews()); err != nil {
		return err
	}
	in.runFrame = in.frame(t)
	return in.checkNetwork(n.w.net)
}

// open brings the network into memory.
func (n *network) open(t *starlark.Thread) error {
	in := n.in
	if err := n.describe(t); err != nil {
		return err
	}
	if n.w.sim == nil {
		if in.opt.Engine == nil {
			return ErrStop
		}
		n.w.openedWith = in.seedOfWorld(n.w)
		s, err := in.openWorld(n.w)
		if err != nil {
			return err
		}
		n.w.sim = s
		in.brian.worlds = append(in.brian.worlds, n.w)
	}
	n.w.take()
	return nil
}

// run is net.run(duration).
func (n *network) run(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	d, err := n.in.runDuration(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	if err := n.open(t); err != nil {
		return nil, err
	}
	return n.in.drive(n.w, func(s Simulation) error { return s.Run(n.in.ctx, d) })
}

// frame is what names mean where run() was called, with those of its namespace= before all others.
func (in *interp) frame(t *starlark.Thread) *frameScope {
	fr := capture(t)
	for name, v := range in.brian.namespace {
		if fr.locals == nil {
			fr.locals = starlark.StringDict{}
		}
		fr.locals[name] = v
	}
	return fr
}

// runDuration reads the arguments of run(duration, report=..., ...).
func (in *interp) runDuration(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (float64, error) {
	var v, report, namespace, ignored starlark.Value
	if err := unpack(b.Name(), args, kwargs, "duration", &v, "report?", &report, "report_period?", &ignored, "namespace?", &namespace,
		"profile?", &ignored, "level?", &ignored); err != nil {
		return 0, err
	}
	switch report.(type) {
	case nil, starlark.NoneType, starlark.String, starlark.Bool, starlark.Callable:
	default:
		return 0, fmt.Errorf("%s: report= is \"text\", \"stdout\", \"stderr\" or a function, not %s", b.Name(), article(report))
	}
	if r, ok := report.(starlark.String); ok && !slices.Contains([]string{"text", "stdout", "stderr"}, string(r)) {
		return 0, fmt.Errorf("%s: report= is \"text\", \"stdout\", \"stderr\" or a function, not %s", b.Name(), r)
	}
	var ns starlark.StringDict
	var err error
	if isGiven(namespace) {
		ns, err = namespaceOf("run", namespace)
	}
	if err != nil {
		return 0, err
	}
	in.brian.namespace = ns
	return runTime("run", v, 0)
}

// drive runs f on a world's simulation and gives the script a new allowance of steps.
func (in *interp) drive(w *world, f func(Simulation) error) (starlark.Value, error) {
	before := in.brian.running
	in.brian.running = w
	in.use(w)
	err := f(w.sim)
	in.moment++
	in.brian.running = before
	in.grantSteps()
	if err != nil && in.ctx.Err() != nil {
		return nil, fmt.Errorf("%s", cancelReason)
	}
	return starlark.None, err
}

// collectFunc is collect(): the objects that run() would take.
func (in *interp) collectFunc(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var vals []starlark.Value
	for _, o := range in.visible(capture(t)) {
		vals = append(vals, o.self)
	}
	return starlark.NewList(vals), nil
}

// unseen warns of groups and synapses that no network ever took, which is easily overlooked.
func (in *interp) unseen() {
	if len(in.brian.worlds) == 0 {
		return
	}
	var names []string
	for _, o := range in.brian.objects {
		if o.world == nil && !o.mild && o.scope == in.brian.scope {
			names = append(names, o.name)
		}
	}
	if len(names) > 0 {
		in.warn(diag.List{{Severity: diag.Warning, Message: "never run: " + strings.Join(names, ", "),
			Hint: "run() takes the objects that variables name where it is called; a Network takes what it is given"}})
	}
}

// describeAll puts everything made in the current scope into the network, for scripts that end without a run.
func (in *interp) describeAll() error {
	var objects []*object
	for _, o := range in.brian.objects {
		if o.scope == in.brian.scope && o.world == nil {
			objects = append(objects, o)
		}
	}
	return in.collect(lastOfName(objects))
}

// lastOfName leaves out objects whose name was given again later, and what needs them: a function that is called again makes its objects anew.
func lastOfName(objects []*object) []*object {
	last := map[string]*object{}
	for _, o := range objects {
		if o.base == "" { // the script's own name
			last[o.name] = o
		}
	}
	gone := map[*object]bool{}
	var kept []*object
	for _, o := range objects {
		again := last[o.name] != nil && last[o.name] != o
		if gone[o] = again || slices.ContainsFunc(o.needs, func(n *object) bool { return gone[n] }); !gone[o] {
			kept = append(kept, o)
		}
	}
	return kept
}

// resultNetworks lists the networks that were opened. The last one is the result's own.
func (in *interp) resultNetworks(res *Result) {
	for _, w := range in.brian.worlds {
		res.Networks = append(res.Networks, Opened{w.name, w.net, w.sim})
	}
	if len(res.Networks) == 0 && res.Sim != nil {
		res.Networks = []Opened{{"run()", res.Network, res.Sim}}
	}
	if k := len(res.Networks); k > 0 {
		res.Network, res.Sim = res.Networks[k-1].Network, res.Networks[k-1].Sim
	}
}

// brianVocabulary is Brian2's.
func (in *interp) brianVocabulary() starlark.StringDict {
	d := methodNames()
	for name, f := range map[string]builtinFunc{
		"NeuronGroup": in.makeNeuronGroup, "Equations": in.makeEquations, "PoissonGroup": in.makePoissonGroup, "PoissonInput": in.makePoissonInput,
		"SpikeGeneratorGroup": in.makeSpikeGenerator, "TimedArray": in.adoptable(in.makeTimedArray), "Synapses": in.makeSynapses,
		"StateMonitor": in.makeBrianMonitor, "SpikeMonitor": in.makeSpikeMonitor, "EventMonitor": in.makeSpikeMonitor,
		"PopulationRateMonitor": in.makeRateMonitor, "Network": in.makeNetwork, "Clock": in.makeClock, "network_operation": in.networkOperation, "NetworkOperation": in.makeNetworkOperation,
		"profiling_summary": in.profilingSummary, "scheduling_summary": in.schedulingSummary,
		"start_scope": in.startScope, "linked_var": in.linkedVar, "stop": in.stop, "store": in.magicStore, "restore": in.magicRestore, "collect": in.collectFunc, "sweep": in.magicSweep,
	} {
		d[name] = starlark.NewBuiltin(name, f)
	}
	return d
}
