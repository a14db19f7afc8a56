package sim

import (
	"context"
	"fmt"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
)

// limited is a backend that takes few networks with noise of their own.
type limited struct {
	exec.Backend
	most int
}

func (l limited) Caps() exec.Caps {
	c := l.Backend.Caps()
	c.OwnNoise = l.most
	return c
}

func (l limited) Load(p *plan.Plan, o exec.Options) (exec.Instance, error) {
	if len(o.Replicas) > l.most {
		return nil, fmt.Errorf("%d networks with noise of their own", len(o.Replicas))
	}
	return l.Backend.Load(p, o)
}

// TestSweepOwnNoiseLimit: where a backend takes few networks with noise of their own, batches are as small; with common noise they are not.
func TestSweepOwnNoiseLimit(t *testing.T) {
	for _, own := range []bool{true, false} {
		w := SweepOptions{Parameters: []Parameter{{Name: "gain", Values: []float64{0.4, 0.5, 0.6, 0.7, 0.8}}}, Seconds: 30e-3, OwnNoise: own}
		_, want := sweepChain(t, w, nil)
		c := newChain(t, 3)
		results, err := Sweep(context.Background(), c.Network, Options{Backend: limited{c.opt.Backend, 2}, Precision: c.opt.Precision, Seed: c.opt.Seed}, w)
		c.must(err)
		together := fmt.Sprint([]int{5, 5, 5, 5, 5})
		if own {
			together = fmt.Sprint([]int{2, 2, 2, 2, 1})
		}
		var got []int
		for k, r := range results {
			got = append(got, r.Together)
			c.wantSame(fmt.Sprint("run ", k), outcomes(c, r), want[k])
		}
		if fmt.Sprint(got) != together {
			t.Errorf("own noise %v: runs together %v, want %v", own, got, together)
		}
	}
}

// TestSweepSharesTables: the plans of a batch have one copy of what is connected.
func TestSweepSharesTables(t *testing.T) {
	c := newChain(t, 3)
	w := &sweeping{SweepOptions: &SweepOptions{Parameters: []Parameter{{Name: "gain", Values: []float64{0.4, 0.5, 0.6}}}}, ctx: context.Background(), net: c.Network, opt: c.opt,
		cache: newSweepCache(c.Network)}
	b := exec.NewBatch(c.opt.Backend)
	tables := 0
	for k := range 3 {
		r, err := w.open(b, k)
		c.must(err)
		defer r.s.Close()
		for i, x := range r.s.res.Plan.Buffers {
			first := w.cache.first.Buffers[i]
			if x.Role == plan.Connectivity && len(x.Ints) > 0 {
				tables++
				if &x.Ints[0] != &first.Ints[0] {
					t.Errorf("run %d has a %s.%s of its own", k, x.Object, x.Var)
				}
			}
		}
	}
	if tables < 6 {
		t.Errorf("%d tables", tables)
	}
}

// TestCheckSweep: a sweep is planned as it would run.
func TestCheckSweep(t *testing.T) {
	c := newChain(t, 3)
	s, err := CheckSweep(c.Network, c.opt, SweepOptions{Parameters: []Parameter{{Name: "gain", Values: []float64{0.4, 0.5, 0.6}}}})
	c.must(err)
	if s.Runs != 3 || s.Together != 3 || s.Merged == nil || s.Merged.Replicas != 3 || s.Apart != "" {
		t.Errorf("%d of %d together, apart: %q", s.Together, s.Runs, s.Apart)
	}
	_, err = CheckSweep(c.Network, c.opt, SweepOptions{Parameters: []Parameter{{Name: "tua", Values: []float64{1}}}})
	wantError(t, err, `"tua"`, "no equation")
}
