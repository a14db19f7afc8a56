package sim

import (
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// SweepPlan is what Sweep would do.
type SweepPlan struct {
	First   *plan.Result // of the first run alone
	Network *net.Network // with the values of that run
	// Merged advances the first run together with others; nil when it goes on its own. Together is how many they are, of Runs: memory and other
	// limits of a backend may make them fewer.
	Merged         *plan.Plan
	Together, Runs int
	Apart          string // why runs go on their own, if some do
}

// CheckSweep plans a sweep and runs nothing.
func CheckSweep(n *net.Network, o Options, options SweepOptions) (*SweepPlan, error) {
	runs, err := options.check(n)
	if err != nil {
		return nil, err
	}
	w := &sweeping{SweepOptions: &options, net: n, opt: o}
	out := &SweepPlan{Runs: runs, Together: 1, Apart: cannotBatch(n)}
	var parts []*plan.Plan
	var shape string
	for k := range runs {
		c := w.describe(k)
		res, err := Check(c.net, o)
		if err == nil && k == 0 {
			err = w.used(c)
		}
		if err != nil {
			return nil, w.named(k, err)
		}
		if k == 0 {
			out.First, out.Network, shape = res, c.net, res.Plan.Shape()
		} else {
			res.Plan.Share(out.First.Plan)
		}
		if k == 0 || res.Plan.Shape() == shape {
			parts = append(parts, res.Plan)
		}
	}
	switch {
	case out.Apart != "" || runs == 1:
		return out, nil
	case len(parts) < runs:
		out.Apart = "their equations come out in different forms"
	}
	if len(parts) == 1 {
		return out, nil
	}
	merged, err := plan.Merge(parts)
	if err != nil {
		out.Apart = err.Error()
		return out, nil
	}
	out.Merged, out.Together = merged, len(parts)
	return out, nil
}
