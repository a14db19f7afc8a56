package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/script"
	"github.com/galvani-sim/galvani/host/sim"
)

// Opener opens a backend and says how to let go of it.
type Opener func() (b exec.Backend, close func(), err error)

// StartResult is what passes between a script and its first step, in seconds.
type StartResult struct {
	Script    string
	Backend   string
	Precision string
	// Open is the time to open the backend, which overlaps with reading the script; Describe is reading the script.
	Open, Describe         float64
	Compile, Connect, Load float64
	// Step is the first step, and Total everything until its end.
	Step, Total float64
}

// MeasureStart runs a script to the end of its first step, rounds times, and reports the fastest and the median run.
func MeasureStart(ctx context.Context, path string, open Opener, p plan.Precision, rounds int) (best, mid StartResult, err error) {
	var runs []StartResult
	var totals []float64
	for range max(1, rounds) {
		runtime.GC()
		r, err := start(ctx, path, open, p)
		if err != nil {
			return best, mid, err
		}
		runs, totals = append(runs, r), append(totals, r.Total)
		if best.Total == 0 || r.Total < best.Total {
			best = r
		}
	}
	mid = runs[0]
	m := median(totals)
	for _, r := range runs {
		if max(r.Total-m, m-r.Total) < max(mid.Total-m, m-mid.Total) {
			mid = r
		}
	}
	return best, mid, nil
}

func start(ctx context.Context, path string, open Opener, p plan.Precision) (StartResult, error) {
	e := &starter{ctx: ctx, precision: p, begin: time.Now(), opened: make(chan struct{}), res: StartResult{Script: path, Precision: precisionName(p)}}
	go func() {
		defer close(e.opened)
		e.backend, e.close, e.err = open()
		e.res.Open = time.Since(e.begin).Seconds()
	}()
	r, err := script.Run(ctx, path, script.Options{Engine: e, Warn: func(diag.List) {}})
	if r.Sim != nil {
		err = errors.Join(err, r.Sim.Close())
	}
	<-e.opened
	if e.close != nil {
		e.close()
	}
	if err == nil && !e.stepped {
		err = fmt.Errorf("%s runs no network", path)
	}
	return e.res, err
}

// starter is an engine that ends the script after its first step.
type starter struct {
	ctx       context.Context
	precision plan.Precision
	begin     time.Time
	opened    chan struct{}
	backend   exec.Backend
	close     func()
	err       error
	res       StartResult
	stepped   bool
}

// Open implements script.Engine.
func (e *starter) Open(n *net.Network, seed uint64, warn func(diag.List)) (script.Simulation, error) {
	e.res.Describe = time.Since(e.begin).Seconds()
	<-e.opened
	if e.err != nil {
		return nil, e.err
	}
	e.res.Backend = e.backend.Caps().Name
	s, err := sim.Compile(n, sim.Options{Backend: e.backend, Precision: e.precision, Seed: seed, Warn: warn})
	if err != nil {
		return nil, err
	}
	t := s.Timing()
	e.res.Compile, e.res.Connect, e.res.Load = t.Compile, t.Connect, t.Load
	return &oneStep{s, e}, nil
}

// oneStep is a simulation whose first run is one step, read back so that it is over, and ends the script.
type oneStep struct {
	*sim.Sim
	e *starter
}

// Run implements script.Simulation.
func (s *oneStep) Run(ctx context.Context, _ float64) error { return s.RunSteps(ctx, 1) }

// RunSteps implements script.Simulation.
func (s *oneStep) RunSteps(ctx context.Context, _ int64) error {
	before := time.Now()
	if err := s.Sim.RunSteps(ctx, 1); err != nil {
		return err
	}
	for _, b := range s.Plan().Buffers {
		if b.Role == plan.State && b.Len > 0 {
			var v [1]float64
			if err := s.Instance().Read(b.ID, 0, v[:]); err != nil {
				return err
			}
			break
		}
	}
	s.e.res.Step = time.Since(before).Seconds()
	s.e.res.Total = time.Since(s.e.begin).Seconds()
	s.e.stepped = true
	return script.ErrStop
}

// Samples implements script.Simulation.
func (s *oneStep) Samples(*net.StateMonitor) (script.Samples, error) {
	return script.Samples{}, errors.New("nothing is recorded while the start is measured")
}

func (r *Result) starts(b *strings.Builder) {
	if len(r.Starts) == 0 {
		return
	}
	rows := [][]string{{"script to first step", "backend", "total ms", "open", "describe", "compile", "connect", "load", "step"}}
	for _, s := range r.Starts {
		rows = append(rows, []string{s.Script, s.Backend + " " + s.Precision, ms(s.Total), ms(s.Open), ms(s.Describe), ms(s.Compile), ms(s.Connect), ms(s.Load), ms(s.Step)})
	}
	table(b, rows)
}

func itoa(n int) string   { return strconv.Itoa(n) }
func square(n int) string { return itoa(n) + "²" }
