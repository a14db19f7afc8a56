package sim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// sweeping is a sweep under way.
type sweeping struct {
	*SweepOptions
	ctx     context.Context
	net     *net.Network
	opt     Options
	cache   *sweepCache
	results []*SweepResult
}

// sweepRun is one run of a sweep.
type sweepRun struct {
	k int
	c *clone
	s *Sim
}

// cannotBatch is why a network cannot run in batches, or "".
func cannotBatch(n *net.Network) string {
	if len(n.Operations) > 0 {
		return fmt.Sprintf("%q is a function of the program, which is called with one network at a time", n.Operations[0].Name)
	}
	return ""
}

// batches advances runs together, as many as fit, and returns those that have to run on their own.
func (w *sweeping) batches() (apart []int, why string, err error) {
	next := 0
	for next < len(w.results) && w.ctx.Err() == nil {
		from := next
		var alone []int
		if next, alone, why, err = w.batch(from, why); err != nil {
			return nil, "", err
		}
		apart = append(apart, alone...)
	}
	return apart, why, w.ctx.Err()
}

// batch runs as many values as fit, from the given one on, and returns the next value and those that are left.
func (w *sweeping) batch(from int, why string) (next int, apart []int, _ string, err error) {
	b := exec.NewBatch(w.opt.Backend)
	var runs []*sweepRun
	defer func() {
		for _, r := range runs {
			err = errors.Join(err, r.s.Close())
		}
	}()
	size := 1
	for k := from; k < len(w.results) && k-from < size; k++ {
		r, err := w.open(b, k)
		if err != nil {
			return 0, nil, "", w.named(k, err)
		}
		runs = append(runs, r)
		if k == from {
			size = w.size(r.s.res.Plan)
		}
	}
	next = from + len(runs)
	if err := b.Seal(); err != nil {
		return 0, nil, "", w.named(from, err)
	}
	together := map[int]int{}
	for _, g := range b.Groups() {
		if len(g.Members) == 1 && len(runs) > 1 {
			apart = append(apart, from+g.Members[0])
			if why == "" {
				why = g.Why
			}
			continue
		}
		for _, i := range g.Members {
			together[i] = len(g.Members)
		}
	}
	var going []*sweepRun
	for i, r := range runs {
		if together[i] > 0 {
			going = append(going, r)
		}
	}
	for _, r := range going {
		if err := w.start(r.s, r.k); err != nil {
			return 0, nil, "", w.named(r.k, err)
		}
	}
	for _, r := range going {
		if err := r.s.Run(w.ctx, w.Seconds); err != nil {
			k := r.k
			var f *exec.Fault
			if errors.As(err, &f) {
				k = from + f.Replica
			}
			return 0, nil, "", w.named(k, err)
		}
	}
	for i, r := range runs {
		if together[i] == 0 {
			continue
		}
		if w.results[r.k], err = w.result(r.s, r.c, r.k); err != nil {
			return 0, nil, "", w.named(r.k, err)
		}
		w.results[r.k].Together = together[i]
	}
	return next, apart, why, nil
}

// size is how many networks of a plan are advanced together.
func (w *sweeping) size(p *plan.Plan) int {
	caps := w.opt.Backend.Caps()
	most := len(w.results)
	if w.Batch > 0 {
		most = min(most, w.Batch)
	}
	if w.OwnNoise && caps.OwnNoise > 0 {
		most = min(most, caps.OwnNoise)
	}
	common, each := p.ReplicaBytes()
	if caps.Memory > 0 && each > 0 {
		// Half of it: the results of all runs are kept as well.
		most = min(most, int(max(1, (caps.Memory/2-common)/each)))
	}
	for _, b := range p.Buffers {
		n := p.Bytes(b)
		if caps.MaxBuffer > 0 && n > 0 && b.Role != plan.Connectivity {
			most = min(most, int(max(1, caps.MaxBuffer/n)))
		}
		if b.Len > 0 {
			most = min(most, max(1, math.MaxInt32/b.Len)) // indices have 32 bits
		}
	}
	return most
}

// describe is the network of run k.
func (w *sweeping) describe(k int) *clone {
	c := cloneNetwork(w.net, w.constants(k))
	for _, p := range w.Parameters {
		a := net.Assignment{Var: p.Name, Values: p.Values[k : k+1], Dim: p.Dim}
		switch {
		case p.Group != nil:
			g := c.groups[p.Group]
			g.Initial = append(g.Initial, a)
		case p.Synapses != nil:
			s := c.synapses[p.Synapses]
			s.Initial = append(s.Initial, a)
		}
	}
	return c
}

// open compiles run k for a backend.
func (w *sweeping) open(backend exec.Backend, k int) (_ *sweepRun, err error) {
	c := w.describe(k)
	r := &sweepRun{k: k, c: c}
	o := w.opt
	o.Backend = backend
	o.Objects, o.from = NewObjects(), w.From
	ofSynapses := func(q Quantity) bool { return q.Synapses != nil }
	o.EachSynapse = o.EachSynapse || slices.ContainsFunc(w.Keep, ofSynapses) // read where each synapse has its own
	w.cache.give(c, o.Objects)
	if w.OwnNoise {
		o.Replica = uint32(k)
	}
	if k > 0 {
		o.Warn, o.Progress = nil, nil
	}
	if r.s, err = Compile(c.net, o); err != nil {
		return nil, err
	}
	w.cache.take(c, o.Objects)
	if w.cache.first == nil {
		w.cache.first = r.s.res.Plan
	} else if backend != w.opt.Backend { // nobody else has the plan yet
		r.s.res.Plan.Share(w.cache.first)
	}
	if k == 0 {
		if err := w.used(c); err != nil {
			return nil, errors.Join(err, r.s.Close())
		}
	}
	return r, nil
}

// used refuses constants that no equation has.
func (w *SweepOptions) used(c *clone) error {
	for _, p := range w.Parameters {
		if p.Group == nil && p.Synapses == nil && !c.used[p.Name].Load() {
			return fmt.Errorf("no equation of the network uses a constant %q", p.Name)
		}
	}
	return nil
}

// named adds the values of run k to an error.
func (w *sweeping) named(k int, err error) error {
	if err == context.Canceled || err == context.DeadlineExceeded {
		return err
	}
	var list diag.List
	if errors.As(err, &list) {
		out := slices.Clone(list)
		for i := range out {
			out[i] = out[i].WithNote(nil, diag.Span{}, "in the run of the sweep with %s", w.label(k))
		}
		return out
	}
	return fmt.Errorf("sweep, %s: %w", w.label(k), err)
}

// warnApart tells why runs are not advanced together.
func (w *sweeping) warnApart(n int, why string) {
	if w.opt.Warn != nil && n > 1 && why != "" {
		w.opt.Warn(diag.List{{Severity: diag.Warning, Message: fmt.Sprintf("%d runs of the sweep go on one by one instead of together: %s", n, why)}})
	}
}
