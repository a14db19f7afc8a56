package script

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// ANNarchy's Network, which makes its objects itself: net.create(...), net.connect(...), net.monitor(...). It is the same value as Brian2's, which is
// given its objects.

// within makes w the network that objects join, and returns what ends that.
func (in *interp) within(w *world) func() {
	before := in.world
	in.world = w
	return func() { in.world = before }
}

// networkMethods are those that ANNarchy's Network has.
var networkMethods = map[string]func(*network, *starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error){
	"create": (*network).create, "connect": (*network).connect, "monitor": (*network).monitor, "compile": (*network).compile, "simulate": (*network).simulate,
	"simulate_until": (*network).simulateUntil, "step": (*network).step, "reset": (*network).reset, "config": (*network).config,
	"constant": (*network).constant, "enable_learning": (*network).switchLearning, "disable_learning": (*network).switchLearning, "get_time": (*network).getTime, "clear": (*network).forget, "parallel_run": (*network).parallelRun, "copy": (*network).again,
	"get_population": (*network).byName, "get_projection": (*network).byName, "get_monitor": (*network).byName,
	"get_populations": (*network).list, "get_projections": (*network).list, "get_monitors": (*network).list,
}

// annarchyAttr is an attribute of ANNarchy's Network; nil when there is none of the name.
func (n *network) annarchyAttr(name string) starlark.Value {
	if f := networkMethods[name]; f != nil {
		return starlark.NewBuiltin(name, func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			defer n.in.within(n.w)()
			return f(n, t, b, args, kwargs)
		})
	}
	return n.setting(name)
}

// setting is an attribute that is a number; nil when there is none of the name.
func (n *network) setting(name string) starlark.Value {
	switch name {
	case "dt":
		return starlark.Float(n.in.dtOf(n.w) * 1000)
	case "time":
		return starlark.Float(n.in.timeOf(n.w) * 1000)
	case "current_step":
		return starlark.MakeInt64(int64(math.Round(n.in.timeOf(n.w) / n.in.dtOf(n.w))))
	case "seed":
		seed := n.in.draws.seed
		if n.w.seed != nil {
			seed = *n.w.seed
		}
		return starlark.MakeUint64(seed)
	case "compiled":
		return starlark.Bool(n.w.compiled)
	}
	return nil
}

// SetField sets dt.
func (n *network) SetField(name string, v starlark.Value) error {
	if name != "dt" {
		err := fmt.Errorf("can't assign to .%s field of Network", name)
		if len(n.w.groups) == 0 {
			return err // which absentHint answers
		}
		return withHint(err, cmp.Or(absent[name], "write a class of your own, class MyNetwork(Network), to keep objects as its attributes"))
	}
	defer n.in.within(n.w)()
	return n.in.putDT("dt", v, 1e-3)
}

// create is net.create(geometry, neuron, stop_condition=None, name=None), or net.create(PoissonPopulation(...)) of what was made outside.
func (n *network) create(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var geometry, neuron, stop, name, pop, order starlark.Value
	if err := unpack(b.Name(), args, kwargs, "geometry?", &geometry, "neuron?", &neuron, "stop_condition?", &stop, "name?", &name, "population?", &pop,
		"storage_order?", &order); err != nil {
		return nil, err
	}
	if _, ok := geometry.(*population); ok && !isGiven(pop) {
		geometry, pop = nil, geometry
	}
	if isGiven(pop) {
		p, ok := pop.(*population)
		switch {
		case !ok || p.again == nil:
			return nil, fmt.Errorf("%s: population= takes a Population that was made outside of networks, got %s", b.Name(), article(pop))
		case isGiven(geometry) || isGiven(neuron) || isGiven(stop) || isGiven(name):
			return nil, fmt.Errorf("%s: what is said of a population stands where it is made, not here", b.Name())
		}
		return n.in.adopt(t, p)
	}
	if !isGiven(geometry) {
		return nil, withHint(fmt.Errorf("%s: the geometry is missing", b.Name()), "net.create(geometry=100, neuron=...)")
	}
	if !isGiven(neuron) {
		return nil, withHint(fmt.Errorf("%s: the neuron is missing", b.Name()), "net.create(geometry=100, neuron=Neuron(...))")
	}
	kw := []starlark.Tuple{{starlark.String("geometry"), geometry}, {starlark.String("neuron"), neuron}}
	for key, v := range map[string]starlark.Value{"stop_condition": stop, "name": name} {
		if isGiven(v) {
			kw = append(kw, starlark.Tuple{starlark.String(key), v})
		}
	}
	return n.in.makePopulation(t, starlark.NewBuiltin("Population", nil), nil, kw)
}

// adopt makes a population that was made outside anew in the network that objects join. What it was outside is no more.
func (in *interp) adopt(t *starlark.Thread, p *population) (starlark.Value, error) {
	if p.home == in.world {
		return p, nil
	}
	if !p.adopted {
		mine := map[any]bool{}
		mark(p.parts.Groups, mine)
		mark(p.parts.Synapses, mine)
		n := p.home.net
		n.Groups, n.Synapses = others(n.Groups, mine), others(n.Synapses, mine)
		p.home.groups = slices.DeleteFunc(p.home.groups, func(q *population) bool { return q == p })
		p.adopted = true
	}
	v, err := p.again(t)
	if own, ok := v.(*population); ok && err == nil {
		own.group.Initial = append(own.group.Initial, p.group.Initial...)
	}
	return v, err
}

// adoptable remembers how populations are made, for networks that make them their own.
func (in *interp) adoptable(f builtinFunc) builtinFunc {
	return func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		before := map[any]bool{}
		mark(in.net.Groups, before)
		mark(in.net.Synapses, before)
		v, err := f(t, b, args, kwargs)
		if p, ok := v.(*population); ok && err == nil {
			p.parts = &net.Network{Groups: others(in.net.Groups, before), Synapses: others(in.net.Synapses, before)}
			p.again = func(t *starlark.Thread) (starlark.Value, error) { return f(t, b, args, kwargs) }
		}
		return v, err
	}
}

// connect is net.connect(pre, post, target, synapse=None, name=None), or net.connect(CurrentInjection(...)).
func (n *network) connect(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) == 1 {
		v := append(args, starlark.Tuple{nil, nil})[0]
		if len(kwargs) == 1 && kwargs[0][0] == starlark.String("projection") {
			v = kwargs[0][1]
		}
		if p, ok := v.(*projection); ok {
			if p.home != n.w {
				return nil, fmt.Errorf("%s: %s joins populations of another network", b.Name(), p.what)
			}
			return p, nil
		}
	}
	return n.in.makeProjection(t, starlark.NewBuiltin("Projection", nil), args, kwargs)
}

// monitor is net.monitor(obj, variables, period=None, period_offset=None, start=True, name=None).
func (n *network) monitor(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 && len(kwargs) == 0 {
		if m, ok := args[0].(*monitor); ok && m.home == n.w {
			return m, nil
		}
	}
	return n.in.makeMonitor(t, starlark.NewBuiltin("Monitor", nil), args, kwargs)
}

func (n *network) compile(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return n.in.compile(t, b, args, kwargs)
}

// prepare completes the description and brings the network into memory.
func (n *network) prepare(t *starlark.Thread) error {
	if err := n.in.checkPending(); err != nil {
		return err
	}
	if err := n.in.settleTargets(n.w); err != nil {
		return err
	}
	if len(n.w.net.Groups) == 0 && len(n.members) == 0 {
		return withHint(fmt.Errorf("there is nothing to simulate in %q", n.w.name), "net.create(geometry, neuron) makes a population")
	}
	if err := n.open(t); err != nil {
		return err
	}
	n.w.ran = true
	return nil
}

// advanceOwn runs the network.
func (n *network) advanceOwn(t *starlark.Thread, f func(Simulation) error) (starlark.Value, error) {
	if err := n.prepare(t); err != nil {
		return nil, err
	}
	return n.in.drive(n.w, f)
}

// simulate is net.simulate(duration) in ms.
func (n *network) simulate(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	d, err := simulateTime(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	return n.advanceOwn(t, func(s Simulation) error { return s.Run(n.in.ctx, d) })
}

func (n *network) step(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return n.advanceOwn(t, func(s Simulation) error { return s.RunSteps(n.in.ctx, 1) })
}

func (n *network) simulateUntil(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return n.in.until(b, args, kwargs, func(f func(Simulation) error) error {
		_, err := n.advanceOwn(t, f)
		return err
	})
}

// reset is net.reset(populations=True, projections=False, synapses=False, monitors=True, reseed_rng=True).
func (n *network) reset(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return n.in.reset(nil, b, args, kwargs)
}

func (n *network) config(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 { // a dictionary
		if d, ok := args[0].(*starlark.Dict); ok {
			args, kwargs = nil, append(d.Items(), kwargs...)
		}
	}
	for k, kw := range kwargs {
		if kw[0] == starlark.String("seed") {
			if err := n.setSeed(kw[1]); err != nil {
				return nil, err
			}
			kwargs = slices.Delete(slices.Clone(kwargs), k, k+1)
			break
		}
	}
	return n.in.setup(t, b, args, kwargs)
}

// setSeed gives the network a seed of its own; --seed on the command line has the last word.
func (n *network) setSeed(v starlark.Value) error {
	if !isGiven(v) || n.in.opt.Seed != nil {
		return nil
	}
	var seed uint64
	if err := starlark.AsInt(v, &seed); err != nil {
		return withHint(fmt.Errorf("seed: %w", err), "a seed is a whole number from 0 on, for example Network(seed=42)")
	}
	n.w.seed = &seed
	n.in.draws.seed, n.in.draws.call = seed, 0
	return nil
}

func (n *network) getTime(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return starlark.Float(n.in.timeOf(n.w) * 1000), nil
}

// forget is net.clear(): what the network had is given up, and the device let go.
func (n *network) forget(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	n.in.retire(n.w)
	return starlark.None, nil
}

// objects of one kind, with their names.
func (n *network) objects(kind string) (names []string, all []starlark.Value) {
	switch kind {
	case "population":
		for _, p := range n.w.groups {
			names, all = append(names, p.group.Name), append(all, p)
		}
	case "projection":
		for _, p := range n.w.pending {
			names, all = append(names, p.proj.Name), append(all, p)
		}
	case "monitor":
		for _, m := range n.w.monitors {
			names, all = append(names, m.mon.Name), append(all, m)
		}
	}
	return names, all
}

// byName is get_population(name) and its like.
func (n *network) byName(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	if err := unpack(b.Name(), args, kwargs, "name", &name); err != nil {
		return nil, err
	}
	kind := b.Name()[len("get_"):]
	names, all := n.objects(kind)
	if k := slices.Index(names, name); k >= 0 {
		return all[k], nil
	}
	return nil, withHint(fmt.Errorf("%s: the network has no %s %q", b.Name(), kind, name), diag.DidYouMean(name, names))
}

func (n *network) constant(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return n.in.makeConstant(t, b, args, kwargs)
}

func (n *network) switchLearning(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return n.in.switchAll(t, b, args, kwargs)
}

// list is get_populations() and its like.
func (n *network) list(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var pre, post, target, post2 starlark.Value
	if err := unpack(b.Name(), args, kwargs, "pre?", &pre, "post?", &post, "target?", &target, "suppress_error?", &post2); err != nil {
		return nil, err
	}
	kind := b.Name()[len("get_") : len(b.Name())-1]
	_, all := n.objects(kind)
	var out []starlark.Value
	for _, v := range all {
		if p, ok := v.(*projection); ok {
			if pre == p.from || !isGiven(pre) || pre == starlark.String(p.from.group.Name) {
				if post == p.to || !isGiven(post) || post == starlark.String(p.to.group.Name) {
					if !isGiven(target) || target == starlark.String(p.proj.Target) {
						out = append(out, v)
					}
				}
			}
			continue
		}
		out = append(out, v)
	}
	return starlark.NewList(out), nil
}

// homeOf is the network of what is monitored; what has none is of the one that objects join.
func (in *interp) homeOf(v starlark.Value) *world {
	switch x := v.(type) {
	case *population:
		return x.home
	case *popView:
		return x.pop.home
	case *projection:
		return x.home
	case *dendrite:
		return x.p.home
	}
	return in.world
}
