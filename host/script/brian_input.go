package script

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

var hertz = units.Dim{}.Div(units.Second)

// atThresholds refuses another place in the step for a source of spikes than the one it has.
func atThresholds(kind string, when starlark.Value) error {
	if name, given := starlark.AsString(when); !isGiven(when) || given && name == "thresholds" {
		return nil
	}
	return withHint(fmt.Errorf("%s: when=%v is not supported; its spikes come with the thresholds", kind, when),
		"leave out when=; order= moves it before or behind other groups, and order= of a pathway says when its spikes act")
}

// makePoissonGroup is PoissonGroup(N, rates): a group whose neurons spike in each step with probability rates*dt.
func (in *interp) makePoissonGroup(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var nv, rates, dt, name, namespace, clock, when, ignored starlark.Value
	order := 0
	if err := unpack(b.Name(), args, kwargs, "N", &nv, "rates", &rates, "dt?", &dt, "clock?", &clock, "when?", &when, "order?", &order,
		"namespace?", &namespace, "name?", &name, "codeobj_class?", &ignored); err != nil {
		return nil, err
	}
	if err := atThresholds(b.Name(), when); err != nil {
		return nil, err
	}
	n, err := groupSize(b.Name(), nv)
	if err != nil {
		return nil, err
	}
	g := &net.Group{N: n, Dialect: check.Brian, Order: order}
	if err = setClock(b.Name(), dt, clock, &g.DT); err != nil {
		return nil, err
	}
	ns, err := namespaceOf(b.Name(), namespace)
	if err != nil {
		return nil, err
	}
	o, err := in.newObject(t, b.Name(), "poissongroup", name)
	if err != nil {
		return nil, err
	}
	g.Name = o.name
	o.named = func(name string) { g.Name = name }
	model := "rates : Hz"
	if s, ok := rates.(starlark.String); ok {
		if _, err := in.exprSource(t, o.what(), "rates", string(s)); err != nil {
			return nil, err
		}
		model = "rates = " + string(s) + " : Hz"
	}
	g.Equations = in.source(t, o.what(), "equations", model)
	g.Spiking = &net.Spiking{Threshold: &diag.Source{Name: "threshold of " + o.what(), Text: "rand() < rates*dt"}}
	p, err := in.addNeurons(t, o, g, ns)
	if err != nil {
		return nil, err
	}
	p.more = nil
	if _, isText := rates.(starlark.String); isText {
		return p, nil
	}
	a, err := toArray(rates)
	if err != nil {
		return nil, fmt.Errorf("PoissonGroup: rates: %w", err)
	}
	if a.dim != hertz {
		return nil, withHint(fmt.Errorf("PoissonGroup: rates are in Hz, got %s", describeDim(a.dim)), "for example rates=10*Hz")
	}
	for k, r := range a.data {
		if !(r >= 0) {
			return nil, fmt.Errorf("PoissonGroup: the rate of neuron %d is %g Hz; rates are zero or positive", k, r)
		}
	}
	if err := p.SetField("rates", a); err != nil {
		return nil, err
	}
	return p, nil
}

// poissonInput is a PoissonInput as a value; all that can be done with it is to run it.
type poissonInput struct {
	*object
	input  *net.PoissonInput
	target *neuronGroup
	weight starlark.Value
}

// AttrNames lists what it was made of.
func (p *poissonInput) AttrNames() []string {
	return []string{"N", "active", "name", "rate", "target", "target_var", "weight"}
}

// Attr gives what it was made of.
func (p *poissonInput) Attr(name string) (starlark.Value, error) {
	switch name {
	case "N":
		return starlark.MakeInt(p.input.N), nil
	case "rate":
		return quantity{p.input.Rate, hertz}, nil
	case "target_var":
		return starlark.String(p.input.Var), nil
	case "target":
		return p.target, nil
	case "weight":
		return p.weight, nil
	}
	if v, ok, err := extra(p, name); ok {
		return v, err
	}
	if name != "name" && name != "active" {
		return nil, noAttr(p.String(), name, p.AttrNames())
	}
	return p.object.Attr(name)
}

// makePoissonInput is PoissonInput(target, target_var, N, rate, weight).
func (in *interp) makePoissonInput(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var target, rate, weight starlark.Value
	p := &net.PoissonInput{When: "synapses", Place: in.placeOf(t)}
	if err := unpack(b.Name(), args, kwargs, "target", &target, "target_var", &p.Var, "N", wholeNumber{&p.N}, "rate", &rate, "weight", &weight,
		"when?", &p.When, "order?", &p.Order); err != nil {
		return nil, err
	}
	g, err := groupArg("PoissonInput: target", target)
	if err != nil {
		return nil, err
	}
	p.Target = g.span()
	v, ok := g.pop.vars[p.Var]
	switch {
	case !ok:
		return nil, noAttr(fmt.Sprintf("%s %q", g.kind, g.name), p.Var, g.pop.names)
	case !v.stored:
		return nil, fmt.Errorf("PoissonInput: %s.%s is computed from its equation; input can only be added to a stored variable", g.name, p.Var)
	case v.kind != realElems:
		return nil, withHint(fmt.Errorf("PoissonInput: %s.%s is declared as %s; input is added to real numbers", g.name, p.Var, map[bool]string{true: "boolean", false: "integer"}[v.kind == boolElems]), "declare it as "+p.Var+" : 1")
	case v.shared:
		return nil, fmt.Errorf("PoissonInput: %s.%s is shared; input is added to each neuron", g.name, p.Var)
	case p.N < 1:
		return nil, fmt.Errorf("PoissonInput: N is %d; it is the number of Poisson trains that each neuron receives, at least 1", p.N)
	}
	if err := slotOf(b.Name(), p.When); err != nil {
		return nil, err
	}
	r, ok := asQuantity(rate)
	if !ok || r.Dim != hertz {
		return nil, withHint(fmt.Errorf("PoissonInput: the rate is one number in Hz, got %v", rate), "for example rate=10*Hz")
	}
	if !(r.Value >= 0) {
		return nil, fmt.Errorf("PoissonInput: the rate is %v; it is zero or positive", rate)
	}
	p.Rate = r.Value
	o, err := in.newObject(t, b.Name(), "poissoninput", starlark.None)
	if err != nil {
		return nil, err
	}
	p.Name = o.name
	o.named = func(name string) { p.Name = name }
	p.Namespace = &scope{in: in, namespace: g.ns, made: capture(t)}
	if s, ok := weight.(starlark.String); ok {
		if p.Weight, err = in.exprSource(t, o.what(), "weight", string(s)); err != nil {
			return nil, err
		}
	} else {
		w, ok := asQuantity(weight)
		if !ok {
			return nil, fmt.Errorf("PoissonInput: weight is a number, a quantity or an expression, got %s", article(weight))
		}
		if w.Dim != v.dim {
			return nil, fmt.Errorf("PoissonInput: %s.%s is %s, but the weight is %s", g.name, p.Var, dimPhrase(v.dim), dimPhrase(w.Dim))
		}
		p.Weight = numberSource("weight of "+o.what(), w.Value, w.Dim)
	}
	o.needs = []*object{g.object}
	pv := &poissonInput{o, p, g, weight}
	o.register(pv, func(n *net.Network) { n.Inputs = append(n.Inputs, p) })
	return pv, nil
}

// makeSpikeGenerator is SpikeGeneratorGroup(N, indices, times, dt=None, period=0*second, sorted=False).
func (in *interp) makeSpikeGenerator(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var nv, idx, times, dt, period, name, clock, when, ignored starlark.Value
	sorted := false
	order := 0
	if err := unpack(b.Name(), args, kwargs, "N", &nv, "indices", &idx, "times", &times, "dt?", &dt, "clock?", &clock, "period?", &period,
		"when?", &when, "order?", &order, "sorted?", &sorted, "name?", &name, "codeobj_class?", &ignored); err != nil {
		return nil, err
	}
	if err := atThresholds(b.Name(), when); err != nil {
		return nil, err
	}
	n, err := groupSize(b.Name(), nv)
	if err != nil {
		return nil, err
	}
	g := &net.Group{N: n, Dialect: check.Brian, Order: order, Generator: &net.Generator{}}
	if err = setClock(b.Name(), dt, clock, &g.DT); err != nil {
		return nil, err
	}
	if isGiven(period) {
		if g.Generator.Period, err = duration("SpikeGeneratorGroup: period", period, 0); err != nil {
			return nil, err
		}
	}
	if err := setSpikes(g, idx, times); err != nil {
		return nil, fmt.Errorf("SpikeGeneratorGroup: %w", err)
	}
	o, err := in.newObject(t, b.Name(), "spikegeneratorgroup", name)
	if err != nil {
		return nil, err
	}
	g.Name = o.name
	o.named = func(name string) { g.Name = name }
	return in.addNeurons(t, o, g, nil)
}

// setSpikes reads the spikes of a generator; one index or one time stands for all.
func setSpikes(g *net.Group, idx, times starlark.Value) error {
	i, err := indices("indices", idx)
	if err != nil {
		return err
	}
	ts, err := timesOf("times", times)
	if err != nil {
		return err
	}
	if q, ok := idx.(starlark.Int); ok && len(ts) != 1 {
		_ = q
		one := i[0]
		i = make([]int32, len(ts))
		for k := range i {
			i[k] = one
		}
	}
	if _, ok := times.(quantity); ok && len(i) != 1 {
		one := ts[0]
		ts = make([]float64, len(i))
		for k := range ts {
			ts[k] = one
		}
	}
	spikes := &net.Generator{Index: i, Times: ts, Period: g.Generator.Period}
	if err := spikes.Validate(g.N); err != nil {
		return err
	}
	g.Generator = spikes
	return nil
}

// setSpikesMethod is group.set_spikes(indices, times, period=0*second, sorted=), between runs.
func (g *neuronGroup) setSpikesMethod(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var idx, times, period starlark.Value
	sorted := false
	if err := unpack(b.Name(), args, kwargs, "indices", &idx, "times", &times, "period?", &period, "sorted?", &sorted); err != nil {
		return nil, err
	}
	if g.state() != nil {
		return nil, fmt.Errorf("set_spikes: spikes cannot be changed while the network runs")
	}
	old := g.pop.group.Generator
	g.pop.group.Generator = &net.Generator{} // without period= the spikes come once, as in Brian2
	if isGiven(period) {
		d, err := duration("set_spikes: period", period, 0)
		if err != nil {
			g.pop.group.Generator = old
			return nil, err
		}
		g.pop.group.Generator = &net.Generator{Period: d}
	}
	if err := setSpikes(g.pop.group, idx, times); err != nil {
		g.pop.group.Generator = old
		return nil, fmt.Errorf("set_spikes: %w", err)
	}
	return starlark.None, nil
}

// wholeNumber reads a number of things, which Python may have computed as 1000.0.
type wholeNumber struct{ p *int }

// Unpack implements starlark.Unpacker.
func (w wholeNumber) Unpack(v starlark.Value) error {
	q, ok := asQuantity(v)
	if !ok || !q.Dim.Dimensionless() || q.Value != math.Trunc(q.Value) || math.Abs(q.Value) > math.MaxInt32 {
		return fmt.Errorf("got %v, want a whole number", v)
	}
	*w.p = int(q.Value)
	return nil
}
