package sim

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/record"
	"github.com/galvani-sim/galvani/host/units"
)

// Parameter is what differs between the runs of a sweep.
type Parameter struct {
	// Name is a constant of the equations, wherever they use it; with Group or Synapses set it is one of their variables, which is set before the run.
	Name     string
	Group    *net.Group
	Synapses *net.Synapses
	Values   []float64 // one per run, SI units
	Dim      units.Dim
}

// SweepOptions describe a sweep. Several parameters change together: run k takes value k of each.
type SweepOptions struct {
	Parameters []Parameter
	Seconds    float64
	// From is the state that every run starts with, for example one reached by a run in common; nil: the network's initial values, in which
	// the parameters count too.
	From *State
	// OwnNoise draws other random numbers in each run; otherwise all draw the same. Connectivity is the same in any case.
	OwnNoise bool
	// Keep lists variables whose values at the end are kept.
	Keep []Quantity
	// Parallel is how many runs may go on at once on the CPU; 0 chooses by the number of threads. Results do not depend on it.
	Parallel int
	// Batch is how many runs are advanced together at most; 0 is as many as fit, 1 advances each on its own. Results do not depend on it.
	Batch int
}

// Quantity is a variable of a *net.Group or *net.Synapses.
type Quantity struct {
	Group    *net.Group
	Synapses *net.Synapses
	Var      string
}

// SweepResult is the outcome of one run.
type SweepResult struct {
	Values []float64 // of the parameters
	// Together is the number of runs, this one included, that were advanced in the same operations; Apart is why it is 1, where there is a
	// reason in the network.
	Together   int
	Apart      string
	recordings map[*net.StateMonitor]*record.Recording
	spikes     map[any]*SpikeRecord
	kept       map[Quantity][]float64
}

// Recording is what a monitor of the network recorded in this run.
func (r *SweepResult) Recording(m *net.StateMonitor) *record.Recording { return r.recordings[m] }

// Spikes is what a *net.SpikeMonitor or *net.RateMonitor of the network recorded in this run.
func (r *SweepResult) Spikes(monitor any) *SpikeRecord { return r.spikes[monitor] }

// Kept is the value of a quantity at the end of the run, one number per element.
func (r *SweepResult) Kept(q Quantity) []float64 { return r.kept[q] }

// Sweep runs a network once per value. As many runs as fit in memory are advanced together, in the same operations of the device; connectivity is
// stored once for all of them. What cannot be advanced together runs side by side on several threads, or one after the other. A run has the
// same results bit for bit in all cases. The network itself and simulations of it are not touched. Results are in the order of the
// values; on an error, which names the value, or when ctx ends, those of the runs that ended before are lost.
func Sweep(ctx context.Context, n *net.Network, o Options, options SweepOptions) ([]*SweepResult, error) {
	runs, err := options.check(n)
	if err != nil {
		return nil, err
	}
	o.Driver, o.Objects, o.RecordPath = nil, nil, nil
	w := &sweeping{SweepOptions: &options, ctx: ctx, net: n, opt: o, cache: newSweepCache(n), results: make([]*SweepResult, runs)}
	why := cannotBatch(n)
	var apart []int
	if why == "" && w.Batch != 1 {
		if apart, why, err = w.batches(); err != nil {
			return nil, err
		}
	} else {
		for k := range runs {
			apart = append(apart, k)
		}
	}
	w.warnApart(len(apart), why)
	if err := w.apart(apart, why); err != nil {
		return nil, err
	}
	return w.results, nil
}

// apart does runs on their own.
func (w *sweeping) apart(list []int, why string) error {
	if len(list) == 0 {
		return nil
	}
	do := func(k int) error {
		if err := w.run(k); err != nil {
			return w.named(k, err)
		}
		w.results[k].Apart = why
		return nil
	}
	// The first run goes alone: the others take the connectivity that it makes, and its warnings stand for theirs.
	if err := do(list[0]); err != nil {
		return err
	}
	list = list[1:]
	w.opt.Warn, w.opt.Progress = nil, nil
	workers := w.workers(w.net, w.opt, len(list)+1)
	if workers > 1 {
		w.opt.Threads = max(1, runtime.GOMAXPROCS(0)/workers)
	}
	ctx, cancel := context.WithCancelCause(w.ctx)
	defer cancel(nil)
	w.ctx = ctx
	var next atomic.Int64
	var wait sync.WaitGroup
	for range workers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := int(next.Add(1)) - 1; i < len(list) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := do(list[i]); err != nil {
					cancel(err)
				}
			}
		}()
	}
	wait.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// workers is how many runs go on at once. Operations are functions of a program that may not be called from several threads.
func (w *SweepOptions) workers(n *net.Network, o Options, runs int) int {
	if o.Backend.Caps().Name != "cpu" || len(n.Operations) > 0 {
		return 1
	}
	parallel := w.Parallel
	if parallel <= 0 {
		parallel = runtime.GOMAXPROCS(0)
		if o.Threads > 0 {
			parallel = min(parallel, o.Threads)
		}
	}
	return max(1, min(parallel, runs-1))
}

// check refuses parameters that do not fit together and returns the number of runs.
func (w *SweepOptions) check(n *net.Network) (int, error) {
	if len(w.Parameters) == 0 {
		return 0, fmt.Errorf("sweep: there is no parameter to sweep over")
	}
	runs := len(w.Parameters[0].Values)
	has := objectNames(n)
	for _, p := range w.Parameters {
		switch {
		case p.Name == "":
			return 0, fmt.Errorf("sweep: a parameter has no name")
		case len(p.Values) == 0:
			return 0, fmt.Errorf("sweep: the parameter %q has no values", p.Name)
		case len(p.Values) != runs:
			return 0, fmt.Errorf("sweep: %q has %d values and %q has %d; parameters that change together have as many", w.Parameters[0].Name, runs, p.Name, len(p.Values))
		}
		if p.Group != nil && has[p.Group] == "" || p.Synapses != nil && has[p.Synapses] == "" {
			return 0, fmt.Errorf("sweep: %q is a variable of an object that is not part of the network", p.Name)
		}
	}
	for _, q := range w.Keep {
		if q.Group != nil && has[q.Group] == "" || q.Synapses != nil && has[q.Synapses] == "" || q.Group == nil && q.Synapses == nil {
			return 0, fmt.Errorf("sweep: %q, which is to be kept, is a variable of an object that is not part of the network", q.Var)
		}
	}
	return runs, nil
}

// run does run k on its own.
func (w *sweeping) run(k int) (err error) {
	r, err := w.open(w.opt.Backend, k)
	if err != nil {
		return err
	}
	defer func() {
		if e := r.s.Close(); err == nil {
			err = e
		}
	}()
	if err := w.start(r.s, k); err != nil {
		return err
	}
	if err := r.s.Run(w.ctx, w.Seconds); err != nil {
		return err
	}
	if w.results[k], err = w.result(r.s, r.c, k); err == nil {
		w.results[k].Together = 1
	}
	return err
}

// start takes over the state to start from; the parameters that are variables then have the values of this run again.
func (w *sweeping) start(s *Sim, k int) error {
	if w.From == nil {
		return nil
	}
	st := *w.From
	st.random.Replica = s.opt.Replica
	if err := s.restore(&st, "From", RestoreOptions{Random: true}); err != nil {
		return err
	}
	for _, p := range w.Parameters {
		var object string
		switch {
		case p.Group != nil:
			object = p.Group.Name
		case p.Synapses != nil:
			object = p.Synapses.Name
		default:
			continue
		}
		b, ok := s.res.Plan.Find(object, p.Name)
		if !ok {
			return fmt.Errorf("%q has no variable %q", object, p.Name)
		}
		all := make([]float64, b.Len)
		for i := range all {
			all[i] = p.Values[k]
		}
		if err := s.inst.Write(b.ID, 0, all); err != nil {
			return err
		}
	}
	return nil
}

// result collects what is kept of a run.
func (w *sweeping) result(s *Sim, c *clone, k int) (*SweepResult, error) {
	r := &SweepResult{recordings: map[*net.StateMonitor]*record.Recording{}, spikes: map[any]*SpikeRecord{}, kept: map[Quantity][]float64{}}
	for _, p := range w.Parameters {
		r.Values = append(r.Values, p.Values[k])
	}
	for old, m := range c.monitors {
		r.recordings[old] = s.records[m]
	}
	for old, m := range c.spikes {
		r.spikes[old] = s.spikes[m]
	}
	for _, q := range w.Keep {
		var name string
		if q.Group != nil {
			name = q.Group.Name
		} else {
			name = q.Synapses.Name
		}
		b, ok := s.res.Plan.Find(name, q.Var)
		if !ok {
			return nil, fmt.Errorf("%s.%s is not stored and cannot be kept", name, q.Var)
		}
		v := make([]float64, b.Len)
		if err := s.inst.Read(b.ID, 0, v); err != nil {
			return nil, err
		}
		r.kept[q] = v
	}
	return r, nil
}

// label names a run for people.
func (w *SweepOptions) label(k int) (text string) {
	for i, p := range w.Parameters {
		if i > 0 {
			text += ", "
		}
		text += p.Name + " = " + units.Format(units.Quantity{Value: p.Values[k], Dim: p.Dim})
	}
	return text
}

// constants are the values of run k of the parameters that are constants.
func (w *SweepOptions) constants(k int) map[string]units.Quantity {
	out := map[string]units.Quantity{}
	for _, p := range w.Parameters {
		if p.Group == nil && p.Synapses == nil {
			out[p.Name] = units.Quantity{Value: p.Values[k], Dim: p.Dim}
		}
	}
	return out
}

// override is a scope in which some constants have other values.
type override struct {
	check.Scope
	values map[string]units.Quantity
	used   map[string]*atomic.Bool
}

// Script is the scope without the values of the run.
func (o override) Script() check.Scope { return o.Scope }

// Lookup prefers the values of the run.
func (o override) Lookup(name string) (check.Value, bool) {
	if q, ok := o.values[name]; ok {
		o.used[name].Store(true)
		return check.Value{Kind: check.ValQuantity, Q: q}, true
	}
	if o.Scope == nil {
		return check.Value{}, false
	}
	return o.Scope.Lookup(name)
}

// Names lists the names of both.
func (o override) Names() (names []string) {
	for name := range o.values {
		names = append(names, name)
	}
	if o.Scope != nil {
		names = append(names, o.Scope.Names()...)
	}
	return names
}

// sweepCache hands the connectivity of the first run to the others.
type sweepCache struct {
	mu       sync.Mutex
	first    *plan.Plan // of a batch: the others share its tables
	share    map[*net.Synapses]bool
	pairs    plan.Pairs
	matrices map[*net.Projection]*connect.Matrix
}

func newSweepCache(n *net.Network) *sweepCache {
	c := &sweepCache{share: map[*net.Synapses]bool{}, pairs: plan.Pairs{}, matrices: map[*net.Projection]*connect.Matrix{}}
	for _, s := range n.Synapses {
		c.share[s] = fixedPairs(s)
	}
	return c
}

// fixedPairs reports whether the pairs of synapses cannot depend on a parameter: no call of connect has an expression.
func fixedPairs(s *net.Synapses) bool {
	for _, c := range s.Connect {
		for _, src := range []*diag.Source{c.Condition, c.P, c.Count} {
			if src != nil {
				return false
			}
		}
		if c.Each != nil {
			return false
		}
	}
	return true
}

// give puts what is known into the registry of a run.
func (c *sweepCache) give(to *clone, o *Objects) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for old, s := range to.synapses {
		if p, ok := c.pairs[old]; ok {
			o.pairs[s] = p
		}
	}
	for old, p := range to.projections {
		if m, ok := c.matrices[old]; ok {
			o.matrices[p] = m
		}
	}
}

// take remembers the connectivity of a run.
func (c *sweepCache) take(from *clone, o *Objects) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for old, s := range from.synapses {
		if c.share[old] {
			c.pairs[old] = o.pairs[s]
		}
	}
	for old, p := range from.projections {
		c.matrices[old] = o.matrices[p]
	}
}
