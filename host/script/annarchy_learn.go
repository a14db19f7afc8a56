package script

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// learn gives the projection synapses with equations of their own. A w that the synapse does not declare is a parameter.
func (p *projection) learn(t *starlark.Thread, s *synapse) error {
	in := p.in
	x := &net.Synapses{Name: p.proj.Name, Pre: net.All(p.proj.Pre), Post: net.All(p.proj.Post), Dialect: check.ANNarchy, Method: p.home.method,
		Namespace: &scope{in: in, namespace: nil, made: capture(t)}, Transmit: &net.Transmission{Target: p.proj.Target, Psp: p.proj.Psp}, Place: p.proj.Place}
	x.Equations = &diag.Source{Name: "equations of " + p.what, Text: s.equations}
	x.Params = &diag.Source{Name: "parameters of " + p.what, Text: s.parameters}
	in.remember(t, p.what, x.Equations, x.Params)
	var err error
	if p.vars, p.names, err = variables(check.ANNarchy, x.Equations, x.Params); err != nil {
		return err
	}
	if _, ok := p.vars["w"]; !ok {
		x.Params.Text += "\nw = 0.0"
		p.vars["w"] = variable{name: "w", stored: true}
		p.names = append(p.names, "w")
	}
	p.learned = x
	return p.globalsOf(x.Equations, p.proj.Psp)
}

// joinLearned makes synapses with equations part of the network.
func (p *projection) joinLearned(r *ruleValue) error {
	for _, path := range p.learned.Pathways {
		if !path.Post && r.delaySet {
			path.Delay = []float64{r.delay}
		}
	}
	if d := r.delay; p.learned.Transmit != nil && !p.learned.Transmit.SpikesOnly && r.delaySet && d > p.in.dtOf(p.home)*1.5 {
		if err := p.relay(d); err != nil {
			return err
		}
	}
	p.learned.Connect = []*net.Connection{{Rule: r.rule, Place: p.proj.Place}}
	p.home.net.Synapses = append(p.home.net.Synapses, p.learned)
	return nil
}

// monitored stands for the projection as something whose variables are recorded.
func (p *projection) monitored() (*population, error) {
	if p.learned == nil {
		return nil, withHint(fmt.Errorf("the synapses of %s do not change: there is nothing to monitor", p.what), "give the projection a Synapse with equations=")
	}
	return &population{in: p.in, home: p.home, kind: "Projection", group: &net.Group{Name: p.proj.Name, Dialect: check.ANNarchy}, vars: p.vars, names: p.names}, nil
}

// look calls f with the synapses in memory: those of the network that runs, or before the first run as they would begin.
func (p *projection) look(f func(SpikingSimulation) error) error {
	if !p.connected {
		return fmt.Errorf("%s has no synapses yet", p.what)
	}
	look := func(s Simulation) error {
		sp, err := spiking(s, "a variable of a Projection")
		if err != nil {
			return err
		}
		return f(sp)
	}
	if p.home.sim == nil {
		return p.in.inspectWorld(p.home, look)
	}
	return look(p.home.sim)
}
