package sim

import (
	"context"
	"fmt"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
)

// outcomes is what a sweep of a chain gave, as text.
func outcomes(c *chain, r *SweepResult) string {
	c.t.Helper()
	v, err := r.Recording(c.states).Array("v")
	c.must(err)
	i, err := r.Spikes(c.spikes).Recording.Array("step")
	c.must(err)
	return fmt.Sprint(v.Data, i.Data, r.Spikes(c.counts).Counts)
}

func sweepChain(t *testing.T, w SweepOptions, change func(*chain)) (*chain, []string) {
	c := newChain(t, 3)
	if change != nil {
		change(c)
	}
	results, err := Sweep(context.Background(), c.Network, c.opt, w)
	c.must(err)
	var out []string
	for _, r := range results {
		out = append(out, outcomes(c, r))
	}
	return c, out
}

// delayedBy gives synapses a delay that depends on a parameter.
func delayedBy(expr string) func(c *chain) {
	return func(c *chain) {
		path := c.syn.Pathways[0]
		path.Delay, path.Delays = nil, []net.Assignment{{Var: "delay", Expr: code(expr)}}
	}
}

// TestSweepEqualsRuns compares each run of a sweep with a network of its own.
func TestSweepEqualsRuns(t *testing.T) {
	values := []float64{0.1, 0.4, 0.9, 1.1}
	c := newChain(t, 3)
	operated := 0
	count := func(c *chain) {
		c.Operations = []*net.Operation{{Name: "op", DT: 5e-3, Func: func(s net.State) error {
			operated++
			age, err := s.Get(c.g, "age")
			if err == nil {
				err = s.Set(c.g, "age", []float64{age[0] + 100})
			}
			return err
		}}}
	}
	for name, x := range map[string]struct {
		p      func(c *chain) Parameter
		single func(c *chain, v float64)
		change func(c *chain)
	}{
		"constant": {func(*chain) Parameter { return Parameter{Name: "gain"} }, func(c *chain, v float64) { c.ns["gain"] = v }, nil},
		"variable": {func(c *chain) Parameter { return Parameter{Name: "v", Group: c.g} },
			func(c *chain, v float64) {
				c.g.Initial = append(c.g.Initial, net.Assignment{Var: "v", Values: []float64{v}})
			}, nil},
		"weight": {func(c *chain) Parameter { return Parameter{Name: "w", Synapses: c.syn} },
			func(c *chain, v float64) {
				c.syn.Initial = append(c.syn.Initial, net.Assignment{Var: "w", Values: []float64{v}})
			}, nil},
		"connect": {func(*chain) Parameter { return Parameter{Name: "gain"} }, func(c *chain, v float64) { c.ns["gain"] = v },
			func(c *chain) { c.Synapses[0].Connect = []*net.Connection{{Condition: code("i < 3*gain")}} }},
		"delay":     {func(*chain) Parameter { return Parameter{Name: "gain"} }, func(c *chain, v float64) { c.ns["gain"] = v }, delayedBy("gain*5*ms")},
		"delays":    {func(*chain) Parameter { return Parameter{Name: "gain"} }, func(c *chain, v float64) { c.ns["gain"] = v }, delayedBy("gain*(i + 1)*5*ms")},
		"operation": {func(*chain) Parameter { return Parameter{Name: "gain"} }, func(c *chain, v float64) { c.ns["gain"] = v }, count},
	} {
		t.Run(name, func(t *testing.T) {
			var first []string
			for _, parallel := range []int{1, 3} {
				c = newChain(t, 3)
				if x.change != nil {
					x.change(c)
				}
				p := x.p(c)
				p.Values = values
				results, err := Sweep(context.Background(), c.Network, c.opt, SweepOptions{Parameters: []Parameter{p}, Seconds: 30e-3, Parallel: parallel})
				c.must(err)
				for k, r := range results {
					got := outcomes(c, r)
					if parallel > 1 {
						c.wantSame("in parallel", got, first[k])
						continue
					}
					first = append(first, got)
					one := newChain(t, 3)
					if x.change != nil {
						x.change(one)
					}
					x.single(one, values[k])
					one.run(30e-3)
					one.wantSame(fmt.Sprint("run ", k), got, outcomes(one, &SweepResult{recordings: one.sim.records, spikes: one.sim.spikes}))
					for j := range k {
						if first[j] == got {
							t.Errorf("runs %d and %d are the same", j, k)
						}
					}
				}
			}
		})
	}
	if operated == 0 {
		t.Error("the operation was not called")
	}
}

// TestSweepNoise: the same noise in all runs, or other noise in each.
func TestSweepNoise(t *testing.T) {
	w := SweepOptions{Parameters: []Parameter{{Name: "gain", Values: []float64{0.4, 0.4, 0.4}}}, Seconds: 30e-3}
	_, same := sweepChain(t, w, nil)
	w.OwnNoise = true
	_, own := sweepChain(t, w, nil)
	if same[0] != same[1] || same[0] != same[2] || same[0] != own[0] {
		t.Error("runs with common noise differ")
	}
	if own[0] == own[1] || own[1] == own[2] {
		t.Error("runs with noise of their own are the same")
	}
}

// TestSweepFrom starts from a state in the middle of a run.
func TestSweepFrom(t *testing.T) {
	c := newChain(t, 3)
	c.run(9e-3)
	st, err := c.sim.State()
	c.must(err)
	results, err := Sweep(context.Background(), c.Network, c.opt, SweepOptions{From: st, Seconds: 11e-3, Keep: []Quantity{{Group: c.g, Var: "v"}, {Synapses: c.syn, Var: "w"}},
		Parameters: []Parameter{{Name: "gain", Values: []float64{0.4, 0.8}}}})
	c.must(err)
	c.run(11e-3)
	c.wantSame("from a state", fmt.Sprint(results[0].Kept(Quantity{Group: c.g, Var: "v"}), results[0].Kept(Quantity{Synapses: c.syn, Var: "w"})),
		fmt.Sprint(c.get("g", "v"), c.get("rec", "w")))
	if fmt.Sprint(results[1].Kept(Quantity{Group: c.g, Var: "v"})) == fmt.Sprint(c.get("g", "v")) {
		t.Error("the parameter has no effect")
	}
}

func TestSweepMistakes(t *testing.T) {
	c := newChain(t, 3)
	ctx, cancel := context.WithCancel(context.Background())
	run := func(w SweepOptions) error {
		_, err := Sweep(ctx, c.Network, c.opt, w)
		return err
	}
	wantError(t, run(SweepOptions{}), "no parameter")
	wantError(t, run(SweepOptions{Parameters: []Parameter{{Name: "gain"}}}), "no values")
	wantError(t, run(SweepOptions{Parameters: []Parameter{{Name: "gain", Values: []float64{1}}, {Name: "v", Group: c.g, Values: []float64{1, 2}}}}), "gain", "2")
	wantError(t, run(SweepOptions{Parameters: []Parameter{{Name: "tua", Values: []float64{1}}}}), `"tua"`, "no equation")
	wantError(t, run(SweepOptions{Parameters: []Parameter{{Name: "v", Group: &net.Group{}, Values: []float64{1}}}}), "not part of the network")
	wantError(t, run(SweepOptions{Parameters: []Parameter{{Name: "q", Group: c.g, Values: []float64{1}}}}), `"q"`)
	wantError(t, run(SweepOptions{Parameters: []Parameter{{Name: "gain", Values: []float64{1, 2}, Dim: units.Second}}}), "gain = 1")
	wantError(t, run(SweepOptions{Parameters: []Parameter{{Name: "gain", Values: []float64{1}}}, Keep: []Quantity{{Var: "v"}}}), "kept")
	cancel()
	wantError(t, run(SweepOptions{Parameters: []Parameter{{Name: "gain", Values: []float64{1, 2}}}, Seconds: 1}), "canceled")
}
