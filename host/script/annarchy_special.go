package script

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// makeCurrentInjection is CurrentInjection(pre, post, target, name=None): every neuron that spikes gets the rate of the one of its number, added to g_TARGET in
// every step.
func (in *interp) makeCurrentInjection(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var pre, post, target starlark.Value
	var name starlark.Value = starlark.None
	if err := unpack(b.Name(), args, kwargs, "pre", &pre, "post", &post, "target", &target, "name?", &name); err != nil {
		return nil, err
	}
	from, _, _, err := in.part("pre", pre)
	if err != nil {
		return nil, err
	}
	to, _, _, err := in.part("post", post)
	if err != nil {
		return nil, err
	}
	if from.emits() || !to.emits() {
		return nil, fmt.Errorf("%s: rate-coded neurons send currents to neurons that spike; %q and %q are not such", b.Name(), from.group.Name, to.group.Name)
	}
	v, err := in.projectionOf(t, pre, post, target, name, &synapse{psp: "pre.r"})
	if p, ok := v.(*projection); ok {
		p.current = true
	}
	return v, err
}

// connectCurrent is connect_current() of a CurrentInjection.
func (p *projection) connectCurrent(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return p, p.setRule(t, &ruleValue{rule: connect.OneToOne{Weight: connect.Constant(1)}})
}

// makeDecoding is DecodingProjection(pre, post, target, window=dt, name=None): rate-coded neurons get the mean rate of neurons that spike, over their synapses
// and a window of time, in Hz and times their weights.
func (in *interp) makeDecoding(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var pre, post, target, window starlark.Value
	var name starlark.Value = starlark.None
	if err := unpack(b.Name(), args, kwargs, "pre", &pre, "post", &post, "target", &target, "window?", &window, "name?", &name); err != nil {
		return nil, err
	}
	from, _, _, err := in.part("pre", pre)
	if err != nil {
		return nil, err
	}
	to, _, _, err := in.part("post", post)
	if err != nil {
		return nil, err
	}
	if !from.emits() || to.emits() {
		return nil, fmt.Errorf("%s: rate-coded neurons read neurons that spike; %q and %q are not such", b.Name(), to.group.Name, from.group.Name)
	}
	dt := in.dtOf(from.home)
	seconds := dt
	if isGiven(window) {
		if seconds, err = duration(b.Name()+": window", window, 1e-3); err != nil {
			return nil, err
		}
	}
	steps := math.Round(seconds / dt)
	variable := fmt.Sprintf("rate_in_%g_steps", max(steps, 1))
	if err := from.countSpikes(t, variable, max(steps, 1)*dt); err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	s := &synapse{psp: "w*pre." + variable, decodes: true}
	if err := s.checkOperation("mean"); err != nil {
		return nil, err
	}
	return in.projectionOf(t, pre, post, target, name, s)
}

// projectionOf is Projection(pre, post, target, synapse) made by another object.
func (in *interp) projectionOf(t *starlark.Thread, pre, post, target, name starlark.Value, s *synapse) (starlark.Value, error) {
	return in.makeProjection(t, starlark.NewBuiltin("Projection", nil), starlark.Tuple{pre, post, target, s}, []starlark.Tuple{{starlark.String("name"), name}})
}

// relay makes the synapses of a projection, which learn or look at more than the rate, see rates of earlier: a population repeats those of the
// presynaptic one with the delay but a step, and is what they read.
func (p *projection) relay(delay float64) error {
	in, g := p.in, p.from.group
	for _, s := range []*diag.Source{p.learned.Equations, p.learned.Transmit.Psp} {
		if s == nil {
			continue
		}
		for _, m := range presynapticName.FindAllStringSubmatch(s.Text, -1) {
			if m[1] != "r" {
				return withHint(fmt.Errorf("%s: a delay of %g ms of pre.%s: synapses with equations know pre.r of so long ago, and nothing else", p.what, delay*1e3, m[1]),
					"leave out delays=, or give the population an r that is what the synapses need")
			}
		}
	}
	if v, ok := p.from.vars["r"]; !ok || v.shared {
		return fmt.Errorf("%s: a delay needs neurons with a rate r; %q has none", p.what, g.Name)
	}
	relay := &net.Group{Name: p.proj.Name + "_delay", N: g.N, Grid: g.Grid, Dialect: check.ANNarchy, Params: &diag.Source{}, Place: p.proj.Place,
		Equations: &diag.Source{Name: "delay of " + p.what, Text: "r = sum(delayed)"}, Namespace: &scope{in: in, alone: true}}
	n := p.home.net
	n.Groups = append(n.Groups, relay)
	n.Projections = append(n.Projections, &net.Projection{Name: relay.Name + "_line", Pre: g, Post: relay, Target: "delayed", Rule: connect.OneToOne{Weight: connect.Constant(1)},
		Delay: delay - in.dtOf(p.home), DelaySet: true, Place: p.proj.Place})
	p.learned.Pre.Group = relay
	return nil
}
