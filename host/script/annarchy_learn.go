package script

import (
	"fmt"
	"slices"

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
		return withHint(fmt.Errorf("%s: a delay of %g ms and equations of the synapses: learning with delays is not supported", p.what, d*1e3),
			"leave out delays=, or delay the rate with an equation of the population")
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

// values are those of a variable: one number for the projection, an array over the postsynaptic neurons, or as in ANNarchy a list with the
// synapses of each postsynaptic neuron that has any.
func (p *projection) values(v variable) (out starlark.Value, err error) {
	err = p.look(func(s SpikingSimulation) error {
		data, _, err := s.GetSynapses(p.learned, v.name)
		if err != nil {
			return err
		}
		pre, post, err := s.Edges(p.learned)
		if err != nil {
			return err
		}
		switch {
		case v.shared:
			out = (&Array{kind: v.kind}).elem(data[0])
			return nil
		case v.postsynaptic:
			out = &Array{data: data, shape: []int{len(data)}, kind: v.kind}
			return nil
		}
		rows := make([][]float64, p.proj.Post.N)
		for k := range pre {
			rows[post[k]] = append(rows[post[k]], data[k])
		}
		list := []starlark.Value{}
		for _, r := range slices.DeleteFunc(rows, func(r []float64) bool { return len(r) == 0 }) {
			list = append(list, &Array{data: r, shape: []int{len(r)}, kind: v.kind})
		}
		out = starlark.NewList(list)
		return nil
	})
	return out, err
}

// SetField writes a variable of the synapses: a number, a distribution, or values for each as they are read.
func (p *projection) SetField(name string, val starlark.Value) error {
	v, ok := p.vars[name]
	switch {
	case p.learned == nil && name == "w":
		return withHint(fmt.Errorf("the weights of %s are those that its connector made", p.what), "give them to the connector, or give the projection a Synapse with equations")
	case !ok:
		return noAttr(p.what, name, p.AttrNames())
	case !p.connected:
		return fmt.Errorf("%s has no synapses yet", p.what)
	}
	a := net.Assignment{Var: name, Dim: v.dim, Place: p.in.placeOf(p.in.thread)}
	if d, ok := val.(*distribution); ok {
		n := 1
		if !v.shared {
			if err := p.look(func(s SpikingSimulation) error {
				all, _, err := s.GetSynapses(p.learned, name)
				n = len(all)
				return err
			}); err != nil {
				return err
			}
		}
		a.Values = p.in.draws.fill(n, d.draw)
	} else if err := flatten(val, &a.Values); err != nil {
		return fmt.Errorf("%s.%s: %w", p.what, name, err)
	}
	if p.home.ran {
		sp, err := spiking(p.home.sim, "a variable of a Projection")
		if err != nil {
			return err
		}
		return sp.SetSynapses(p.learned, name, a.Values)
	}
	p.learned.Initial = append(p.learned.Initial, a)
	return nil
}

// flatten adds the numbers of v, which may be lists of different lengths.
func flatten(v starlark.Value, to *[]float64) error {
	if list, ok := v.(*starlark.List); ok {
		for k := range list.Len() {
			if err := flatten(list.Index(k), to); err != nil {
				return err
			}
		}
		return nil
	}
	a, err := toArray(v)
	if err != nil {
		return err
	}
	if !a.dim.Dimensionless() {
		return fmt.Errorf("plain numbers are expected, not %s", describeDim(a.dim))
	}
	*to = append(*to, a.data...)
	return nil
}

// matrix is connectivity_matrix(fill=0.0): the weights, [post, pre].
func (p *projection) matrix(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var fill starlark.Value = starlark.Float(0)
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "fill?", &fill); err != nil {
		return nil, err
	}
	f, ok := starlark.AsFloat(fill)
	if !ok {
		return nil, fmt.Errorf("%s: fill is a number, got %s", b.Name(), article(fill))
	}
	rows, cols := p.learned.Post.Len(), p.learned.Pre.Len()
	out := &Array{data: slices.Repeat([]float64{f}, rows*cols), shape: []int{rows, cols}}
	return out, p.look(func(s SpikingSimulation) error {
		w, _, err := s.GetSynapses(p.learned, "w")
		if err != nil {
			return err
		}
		pre, post, err := s.Edges(p.learned)
		if err != nil {
			return err
		}
		for k := range pre {
			out.data[int(post[k])*cols+int(pre[k])] = w[min(k, len(w)-1)]
		}
		return nil
	})
}
