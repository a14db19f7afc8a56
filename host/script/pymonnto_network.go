package script

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/pystar"
	"go.starlark.net/starlark"
)

// pymonnto is what a Network keeps of PymoNNto's groups. Behaviours become blocks of code in one slot of the step, in the order of their numbers
// across groups; groups of the same number take turns in the order in which they were made.
type pymonnto struct {
	groups   []*pymNeurons
	synapses []*pymSynapses
	ready    bool
}

// behaviorSlot is where in the step behaviours and recorders run. Orders count from 1: monitors of order 0 see the state before the step.
const behaviorSlot = "start"

// pymonntoVocabulary is PymoNNto's.
func (in *interp) pymonntoVocabulary() starlark.StringDict {
	d := starlark.StringDict{"afferent": starlark.String("afferent"), "efferent": starlark.String("efferent")}
	for name, f := range map[string]builtinFunc{
		"NeuronGroup": in.neuronGroupOf, "SynapseGroup": in.makeSynapseGroup, "Behavior": in.makeBehavior, "Recorder": in.makeRecorder, "EventRecorder": in.makeRecorder, pystar.Class: in.makeClass,
		"get_squared_dim": squaredDim, "NeuronDimension": neuronDimension, "get_default_UI_modules": uiModules, "Network_UI": in.networkUI,
	} {
		d[name] = starlark.NewBuiltin(name, f)
	}
	// TabBase is what tabs of a window are made of, which are made and never shown.
	d["TabBase"] = &classValue{in: in, name: "TabBase", attrs: starlark.StringDict{"__init__": starlark.NewBuiltin("__init__", doNothing)}}
	return d
}

// describing makes sure that groups can still be added.
func (n *network) describing(kind string) error {
	if n.pym == nil {
		n.pym = &pymonnto{}
	}
	if n.pym.ready {
		return withHint(fmt.Errorf("%s: the network has been initialized", kind), "make all groups before net.initialize()")
	}
	return nil
}

// stepLength is the time step: one second for an iteration where no other is set, so that t counts iterations.
func (n *network) stepLength() float64 {
	if n.pym != nil && !n.in.dtSet {
		return 1
	}
	return n.in.defaultDT()
}

// iteration is the number of iterations so far.
func (n *network) iteration() starlark.Value {
	t := 0.0
	if n.w.sim != nil {
		t = n.w.sim.Time()
	}
	return starlark.MakeInt64(int64(math.Round(t / n.stepLength())))
}

// initialize is net.initialize(): the initialize parts run in the order of their numbers, then the step is put together.
func (n *network) initialize(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var info, warnings starlark.Value
	if err := unpack(b.Name(), args, kwargs, "info?", &info, "warnings?", &warnings); err != nil {
		return nil, err
	}
	if n.pym == nil {
		return nil, withHint(fmt.Errorf("initialize: the network has no groups with behaviours"), "NeuronGroup(net=net, size=100, behavior={1: Behavior(...)})")
	}
	if n.pym.ready {
		return nil, fmt.Errorf("initialize: the network has been initialized")
	}
	type turn struct {
		g *pymNeurons
		numbered
	}
	var turns []turn
	for _, g := range n.pym.groups {
		for _, p := range g.behaviors {
			turns = append(turns, turn{g, p})
		}
	}
	sort.SliceStable(turns, func(i, j int) bool { return turns[i].key < turns[j].key })
	for _, x := range turns {
		if v, ok := x.value.(*behavior); ok {
			if err := v.runInitialize(t, x.g); err != nil {
				return nil, err
			}
		}
	}
	for _, x := range turns {
		if v, ok := x.value.(*behavior); ok && v.of != nil {
			x.g.changesInPlace(v.body)
		}
	}
	at := 0
	for _, x := range turns {
		if v, ok := x.value.(*behavior); ok {
			pieces, err := x.g.expand(v, x.key)
			if err != nil {
				if v.of != nil {
					return nil, n.in.inLine(v.of.src, err)
				}
				return nil, err
			}
			x.g.addCode(v, x.key, pieces, &at)
		} else {
			at += 3 * len(x.value.(*recorder).exprs) // places for what attach adds
		}
	}
	// Recorders may name variables that a later behaviour makes, so they come last and take their place in the order.
	at = 0
	for _, x := range turns {
		if r, ok := x.value.(*recorder); ok {
			first := at
			if err := r.attach(&at); err != nil {
				return nil, err
			}
			at = first + 3*len(r.exprs)
		} else {
			at += x.g.places[x.value.(*behavior)]
		}
	}
	for _, g := range n.pym.groups {
		if err := g.finish(); err != nil {
			return nil, err
		}
	}
	for _, s := range n.pym.synapses {
		s.finish()
	}
	n.pym.ready = true
	return starlark.None, nil
}

// addCode puts the pieces of a behaviour at the next places of the order.
func (g *pymNeurons) addCode(b *behavior, key float64, pieces []*piece, at *int) {
	if g.places == nil {
		g.places = map[*behavior]int{}
	}
	g.places[b] = len(pieces)
	for k, p := range pieces {
		*at++
		if p.sum != nil {
			p.sum.order = *at
			continue
		}
		name := fmt.Sprintf("%s_%s_%s", g.name, b.suffix(key), b.name)
		if len(pieces) > 1 {
			name += fmt.Sprintf("_%d", k+1)
		}
		src := &diag.Source{Name: fmt.Sprintf("iteration of %s of %s", b.name, g.name), Text: strings.Join(p.code, "\n")}
		block := &net.CodeBlock{Name: name, Code: src, When: behaviorSlot, Order: *at, Place: g.group.Place}
		if p.syn != nil {
			p.syn.code = append(p.syn.code, block)
			continue
		}
		g.group.Code = append(g.group.Code, block)
	}
}

// simulateIterations is net.simulate_iterations(n), or net.simulate_iteration().
func (n *network) simulateIterations(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	count := 1
	var ignored starlark.Value
	var err error
	if b.Name() == "simulate_iteration" {
		err = unpack(b.Name(), args, kwargs, "measure_behavior_execution_time?", &ignored)
	} else {
		err = unpack(b.Name(), args, kwargs, "iterations", &count, "batch_size?", &ignored, "measure_block_time?", &ignored)
	}
	if err != nil {
		return nil, err
	}
	switch {
	case n.pym == nil || !n.pym.ready:
		return nil, withHint(fmt.Errorf("simulate_iterations: the network is not initialized"), "call net.initialize() first")
	case count < 0:
		return nil, fmt.Errorf("simulate_iterations: %d iterations; the number is zero or positive", count)
	}
	if err := n.open(t); err != nil {
		return nil, err
	}
	return n.in.drive(n.w, func(s Simulation) error { return s.Run(n.in.ctx, float64(count)*n.stepLength()) })
}

// tagged is net["TAG"], or net["TAG", 0]: groups, synapse groups, behaviours, recorders and what they record.
func (n *network) tagged(key starlark.Value) (starlark.Value, error) {
	return pick(n.w.name, key, n.matches)
}

// matches lists what the network has under a tag.
func (n *network) matches(tag string) (found []starlark.Value, known []string, err error) {
	for _, g := range n.pym.groups {
		known = append(known, g.tags...)
		if slices.Contains(g.tags, tag) || g.name == tag || tag == "NeuronGroup" || tag == "ng" {
			found = append(found, g)
		}
	}
	for _, s := range n.pym.synapses {
		known = append(known, s.tags...)
		if slices.Contains(s.tags, tag) || tag == "SynapseGroup" || tag == s.src.name+"_to_"+s.dst.name {
			found = append(found, s)
		}
	}
	for _, g := range n.pym.groups {
		f, k, err := g.matches(tag)
		if err != nil {
			return nil, nil, err
		}
		found, known = append(found, f...), append(known, k...)
	}
	if len(found) == 0 {
		if v, _ := n.find(starlark.String(tag)); v != nil {
			found = append(found, v)
		}
	}
	return found, known, nil
}

// pick resolves a tag, or a tag and a place in the list of what has it.
func pick(where string, key starlark.Value, matches func(string) ([]starlark.Value, []string, error)) (starlark.Value, error) {
	at := -1
	if pair, ok := key.(starlark.Tuple); ok && len(pair) == 3 && pair[2] == starlark.String("np") {
		key = pair[:2] // arrays are what there is anyway
	}
	if pair, ok := key.(starlark.Tuple); ok && len(pair) == 2 {
		k, err := starlark.AsInt32(pair[1])
		if err != nil || k < 0 {
			return nil, fmt.Errorf("%s[%v, %v]: the second index is a place in the list, from 0 on", where, pair[0], pair[1])
		}
		at, key = k, pair[0]
	}
	tag, ok := key.(starlark.String)
	if b, isClass := key.(*behavior); isClass && b.of != nil {
		tag, ok = starlark.String(b.of.name), true
	}
	if !ok {
		return nil, fmt.Errorf("%s is indexed with tags, not with %s", where, article(key))
	}
	found, known, err := matches(string(tag))
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, withHint(fmt.Errorf("nothing in %s has the tag %q", where, string(tag)), cmp.Or(diag.DidYouMean(string(tag), known), joined("there is ", known)))
	case at >= len(found):
		return nil, fmt.Errorf("%s[%v, %d]: %d object%s the tag", where, tag, at, len(found), map[bool]string{true: " has", false: "s have"}[len(found) == 1])
	case at >= 0:
		return found[at], nil
	}
	return starlark.NewList(found), nil
}
