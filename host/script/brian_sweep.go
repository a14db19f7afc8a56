package script

import (
	"context"
	"fmt"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// Sweeper is an Engine that can run a network once per value of a parameter, side by side.
type Sweeper interface {
	// Sweep starts every run in the state of from, or with the network's initial values when from is nil.
	Sweep(ctx context.Context, n *net.Network, seed uint64, from Simulation, o sim.SweepOptions, warn func(diag.List)) ([]*sim.SweepResult, error)
}

// SweepFrom is the state that a Simulation of this package's Adapter is in, for Sweepers; nil for none.
func SweepFrom(from Simulation) (*sim.State, error) {
	if from == nil {
		return nil, nil
	}
	a, ok := from.(Adapter)
	if !ok {
		return nil, notYet("a sweep that goes on from a run")
	}
	return a.State()
}

// magicSweep is sweep(what, values, duration, ...) for the objects that run() would take.
func (in *interp) magicSweep(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	q, err := in.sweepArgs(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	if err := in.describe(t); err != nil {
		return nil, err
	}
	return q.run(in.net, in.sim)
}

// sweep is net.sweep(what, values, duration, ...).
func (n *network) sweep(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	q, err := n.in.sweepArgs(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	if err := n.describe(t); err != nil {
		return nil, err
	}
	return q.run(n.w.net, n.w.sim)
}

// sweepRequest is a sweep asked for.
type sweepRequest struct {
	in     *interp
	opt    sim.SweepOptions
	keep   []*varView
	values []starlark.Value // of each run: one value, or a tuple
}

// sweepArgs reads sweep(what, values, duration, keep=[], noise="shared", batch=0): what is the name of a constant of the equations or a variable,
// or a list of them, with a list of as many lists of values.
func (in *interp) sweepArgs(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (*sweepRequest, error) {
	var what, values, d, keep starlark.Value
	noise, q := "shared", &sweepRequest{in: in}
	if err := unpack(b.Name(), args, kwargs, "what", &what, "values", &values, "duration", &d, "keep?", &keep, "noise?", &noise, "batch?", &q.opt.Batch); err != nil {
		return nil, err
	}
	var err error
	if q.opt.Seconds, err = runTime(b.Name(), d, 0); err != nil {
		return nil, err
	}
	switch noise {
	case "shared":
	case "own":
		q.opt.OwnNoise = true
	default:
		return nil, fmt.Errorf("sweep: noise= is \"shared\", the same random numbers in all runs, or \"own\", other ones in each; not %q", noise)
	}
	if q.opt.Batch < 0 {
		return nil, fmt.Errorf("sweep: batch= is the largest number of runs that are advanced together, or 0 for as many as fit; not %d", q.opt.Batch)
	}
	whats, lists := []starlark.Value{what}, []starlark.Value{values}
	several := false
	if w, ok := listed(what); ok {
		v, ok := listed(values)
		if !ok || len(v) != len(w) {
			return nil, fmt.Errorf("sweep: %d parameters need a list of %d lists of values", len(w), len(w))
		}
		whats, lists, several = w, v, true
	}
	var arrays []*Array
	for k := range whats {
		a, err := q.parameter(whats[k], lists[k])
		if err != nil {
			return nil, err
		}
		arrays = append(arrays, a)
	}
	for k := range arrays[0].data {
		var all starlark.Tuple
		for _, a := range arrays {
			if k < len(a.data) {
				all = append(all, number(a.data[k], a.dim))
			}
		}
		if several {
			q.values = append(q.values, all)
		} else {
			q.values = append(q.values, all[0])
		}
	}
	return q, q.keeps(keep)
}

// listed gives the items of a list or tuple.
func listed(v starlark.Value) (items []starlark.Value, ok bool) {
	switch v := v.(type) {
	case *starlark.List:
		for k := range v.Len() {
			items = append(items, v.Index(k))
		}
		return items, true
	case starlark.Tuple:
		return v, true
	}
	return nil, false
}

// parameter adds one parameter.
func (q *sweepRequest) parameter(what, values starlark.Value) (*Array, error) {
	a, err := toArray(values)
	if err != nil {
		return nil, fmt.Errorf("sweep: the values: %w", err)
	}
	if len(a.shape) != 1 || len(a.data) == 0 {
		return nil, fmt.Errorf("sweep: values are a list or an array with one dimension and at least one value, got %s", article(values))
	}
	p := sim.Parameter{Values: append([]float64(nil), a.data...), Dim: a.dim}
	switch w := what.(type) {
	case starlark.String:
		p.Name = string(w)
	case *varView:
		quantity, err := sweepQuantity(w)
		if err != nil {
			return nil, err
		}
		p.Name, p.Group, p.Synapses = quantity.Var, quantity.Group, quantity.Synapses
		if a.dim != w.v.dim {
			return nil, fmt.Errorf("sweep: %s.%s is given in %s, its values in %s", w.of.label(), w.v.name, unitName(w.v.dim), unitName(a.dim))
		}
	default:
		return nil, withHint(fmt.Errorf("sweep: expected the name of a constant or a variable, got %s", article(what)), `for example "tau", G.tau or S.w`)
	}
	q.opt.Parameters = append(q.opt.Parameters, p)
	return a, nil
}

func unitName(d units.Dim) string {
	if d.Dimensionless() {
		return "plain numbers"
	}
	return d.String()
}

// sweepQuantity is a variable of a whole group or of synapses.
func sweepQuantity(w *varView) (sim.Quantity, error) {
	switch of := w.of.(type) {
	case *neuronGroup:
		if of.whole() {
			return sim.Quantity{Group: of.pop.group, Var: w.v.name}, nil
		}
	case *synapses:
		return sim.Quantity{Synapses: of.syn, Var: w.v.name}, nil
	}
	return sim.Quantity{}, fmt.Errorf("sweep: %s.%s: only variables of whole groups and of synapses can be swept over or kept", w.of.label(), w.v.name)
}

// keeps reads keep=: a variable or a list of them, whose values at the end are kept.
func (q *sweepRequest) keeps(v starlark.Value) error {
	if !isGiven(v) {
		return nil
	}
	list, ok := listed(v)
	if !ok {
		list = []starlark.Value{v}
	}
	for _, x := range list {
		w, ok := x.(*varView)
		if !ok {
			return withHint(fmt.Errorf("sweep: keep= takes variables, got %s", article(x)), "for example keep=[G.v]")
		}
		quantity, err := sweepQuantity(w)
		if err != nil {
			return err
		}
		q.keep, q.opt.Keep = append(q.keep, w), append(q.opt.Keep, quantity)
	}
	return nil
}

// run does the sweep and returns a list of (value, result).
func (q *sweepRequest) run(n *net.Network, from Simulation) (starlark.Value, error) {
	in := q.in
	if in.opt.Engine == nil {
		return nil, ErrStop
	}
	engine, ok := in.opt.Engine.(Sweeper)
	if !ok {
		// An engine that only plans ends the script here.
		s, err := in.opt.Engine.Open(n, in.draws.seed, in.warn)
		if err != nil {
			return nil, err
		}
		if err := s.Close(); err != nil {
			return nil, err
		}
		return nil, notYet("sweep")
	}
	results, err := engine.Sweep(in.ctx, n, in.draws.seed, from, q.opt, in.warn)
	in.grantSteps()
	if err != nil {
		if in.ctx.Err() != nil {
			return nil, fmt.Errorf("%s", cancelReason)
		}
		return nil, err
	}
	out := make([]starlark.Value, len(results))
	for k, r := range results {
		out[k] = starlark.Tuple{q.values[k], &sweepRun{q, r}}
	}
	return starlark.NewList(out), nil
}

// sweepRun is the result of one run: r[M] is monitor M as it was in that run, r[G.v] a variable that was kept.
type sweepRun struct {
	q   *sweepRequest
	res *sim.SweepResult
}

var (
	_ starlark.HasAttrs = (*sweepRun)(nil)
	_ starlark.Mapping  = (*sweepRun)(nil)
)

func (r *sweepRun) String() string        { return "SweepRun" }
func (r *sweepRun) Type() string          { return "SweepRun" }
func (r *sweepRun) Freeze()               {}
func (r *sweepRun) Truth() starlark.Bool  { return true }
func (r *sweepRun) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: SweepRun") }
func (r *sweepRun) AttrNames() []string   { return []string{"apart", "together"} }

// Attr gives how the run was done: together with how many, and if alone why.
func (r *sweepRun) Attr(name string) (starlark.Value, error) {
	switch name {
	case "together":
		return starlark.MakeInt(r.res.Together), nil
	case "apart":
		return starlark.String(r.res.Apart), nil
	}
	return nil, noAttr("result of a sweep", name, r.AttrNames())
}

// Get is r[M] or r[G.v].
func (r *sweepRun) Get(key starlark.Value) (starlark.Value, bool, error) {
	in := func(o *object) *object {
		c := *o
		c.world = &world{name: "sweep", sim: recorded{res: r.res, seconds: r.q.opt.Seconds}}
		return &c
	}
	switch m := key.(type) {
	case *stateMonitor:
		if r.res.Recording(m.mon) == nil {
			break
		}
		c := *m
		c.object = in(m.object)
		return &c, true, nil
	case *spikeMonitor:
		if r.res.Spikes(m.mon) == nil {
			break
		}
		c := *m
		c.object = in(m.object)
		return &c, true, nil
	case *rateMonitor:
		if r.res.Spikes(m.mon) == nil {
			break
		}
		c := *m
		c.object = in(m.object)
		return &c, true, nil
	case *varView:
		for k, w := range r.q.keep {
			if w.of.part() == m.of.part() && w.v.name == m.v.name {
				v := r.res.Kept(r.q.opt.Keep[k])
				return &Array{data: append([]float64(nil), v...), shape: []int{len(v)}, dim: w.v.dim, kind: w.v.kind}, true, nil
			}
		}
		return nil, false, withHint(fmt.Errorf("%s.%s was not kept", m.of.label(), m.v.name), "name it in keep= of sweep")
	default:
		return nil, false, withHint(fmt.Errorf("the result of a sweep has monitors and variables, not %s", article(key)), "for example r[M].v, or r[G.v] with keep=[G.v]")
	}
	return nil, false, fmt.Errorf("%s was not part of the network that was swept", key.(member).part().name)
}

// recorded is what a monitor needs of a simulation, after a sweep.
type recorded struct {
	SpikingSimulation
	res     *sim.SweepResult
	seconds float64
}

func (r recorded) Time() float64 { return r.seconds }
func (r recorded) Samples(m *net.StateMonitor) (Samples, error) {
	return samplesOf(r.res.Recording(m), m)
}
func (r recorded) Spikes(m *net.SpikeMonitor) (Spikes, error) { return spikesOf(r.res.Spikes(m), m) }
func (r recorded) Rates(m *net.RateMonitor) (Rates, error)    { return ratesOf(r.res.Spikes(m)) }
