package main

import (
	stdcontext "context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/galvani-sim/galvani/gpu/context"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/record"
	"github.com/galvani-sim/galvani/host/script"
	"github.com/galvani-sim/galvani/host/sim"
)

// backend is a chosen backend with what it takes to let go of it.
type backend struct {
	exec.Backend
	caps  exec.Caps
	gl    *glDevice // nil on the CPU
	close func()
	// why says in one line why auto took the CPU; empty otherwise.
	why string
}

// pending is a backend that is being opened while the script is read; OpenGL takes its time.
type pending struct {
	done chan struct{}
	b    *backend
	err  error
}

// openBackend starts to open what --backend asks for.
func openBackend(f *modelFlags, note func(string)) *pending {
	p := &pending{done: make(chan struct{})}
	go func() {
		defer close(p.done)
		p.b, p.err = chooseBackend(f, openHeadless, note)
		if p.err == nil && p.b.gl != nil && onCPU(f, p.b.gl) {
			p.b.close()
			p.b = cpuBackend("")
		}
	}()
	return p
}

// onCPU reports that the cpu backend is to compute beside an OpenGL that is there: auto leaves OpenGL in software alone, which computes on the
// same processor, and slower. It draws then all the same.
func onCPU(f *modelFlags, d *glDevice) bool {
	return f.backend == "auto" && !f.wantsGL() && d.software()
}

// besideDrawing chooses the backend of a simulation that a device draws.
func besideDrawing(f *modelFlags, d *glDevice, note func(string)) (*backend, error) {
	if onCPU(f, d) {
		return cpuBackend(""), nil
	}
	return chooseBackend(f, func() (*glDevice, error) { return d, nil }, note)
}

func (p *pending) wait() (*backend, error) {
	<-p.done
	return p.b, p.err
}

// release closes the backend, also one that nobody waited for.
func (p *pending) release() {
	if b, _ := p.wait(); b != nil && b.close != nil {
		b.close()
	}
}

func cpuBackend(why string) *backend {
	b := cpu.Backend{}
	return &backend{Backend: b, caps: b.Caps(), why: why}
}

// brief is why there is no OpenGL, without every attempt that was made.
func brief(err error) string {
	var e *context.Error
	if errors.As(err, &e) && e.Hint != "" {
		return fmt.Sprintf("%v (%s; galvani doctor tells more)", e.Kind, e.Hint)
	}
	return err.Error()
}

// chooseBackend opens a backend. auto falls back to the CPU and says why; gl and a way in which it should run do not. note is told of what does not
// run as asked for, and may be nil.
func chooseBackend(f *modelFlags, openGL func() (*glDevice, error), note func(string)) (*backend, error) {
	if f.backend == "cpu" {
		return cpuBackend(""), nil
	}
	fallback := func(err error) (*backend, error) {
		switch {
		case f.backend == "gl":
			return nil, machineError(fmt.Errorf("--backend gl: %w", err))
		case f.wantsGL():
			return nil, machineError(fmt.Errorf("--gl-mode %s: %w", f.glMode, err))
		}
		return cpuBackend(brief(err)), nil
	}
	d, err := openGL()
	if err != nil {
		return fallback(err)
	}
	b, err := d.backend(f.glMode, note)
	if err != nil {
		d.close()
		return fallback(err)
	}
	if f.precision == "double" && !b.Caps().Double {
		d.close()
		return fallback(fmt.Errorf("%s has no double precision", b.Caps().Device))
	}
	return &backend{Backend: b, caps: b.Caps(), gl: d, close: d.close}, nil
}

// session runs a script's network; it is the script's engine.
type session struct {
	flags    *modelFlags
	pending  *pending
	backend  *backend
	progress func(sim.Progress)
	note     func(string) // one line for the user
	// driver is asked for once the backend is known; nil: run as fast as possible.
	driver func(*backend) (sim.Driver, error)
	sim    *sim.Sim // the network that was opened last
	all    []*sim.Sim
	sweeps []record.SweepInfo
	// objects carry their state from one network of the script to the next.
	objects *sim.Objects
	seed    uint64
	// complete: the script has ended, and what goes on is only watched. closed says who ended it early, if not an error.
	complete bool
	closed   string
	// state is the hash of the state that a session ended with.
	state string
}

var (
	_ script.Engine    = (*session)(nil)
	_ script.Inspector = (*session)(nil)
	_ script.Inspector = (*planner)(nil)
	_ script.Sweeper   = (*session)(nil)
	_ script.Sweeper   = (*planner)(nil)
)

// ready waits for the backend and says once if it is not what one would hope for.
func (s *session) ready() error {
	if s.backend != nil {
		return nil
	}
	b, err := s.pending.wait()
	if err != nil {
		return err
	}
	s.backend = b
	if b.why != "" && s.note != nil {
		s.note("running on the CPU: " + b.why)
	}
	return nil
}

func (s *session) options(seed uint64, warn func(diag.List)) sim.Options {
	return sim.Options{Backend: s.backend.Backend, Precision: s.flags.chosen(s.backend.caps.Name), Seed: seed, Threads: s.flags.threads,
		Progress: s.progress, Warn: warn}
}

// Sweep runs the network once per value.
func (s *session) Sweep(ctx stdcontext.Context, n *net.Network, seed uint64, from script.Simulation, o sim.SweepOptions, warn func(diag.List)) ([]*sim.SweepResult, error) {
	if err := s.ready(); err != nil {
		return nil, err
	}
	var err error
	if o.From, err = script.SweepFrom(from); err != nil {
		return nil, err
	}
	s.seed = seed
	start := time.Now()
	results, err := sim.Sweep(ctx, n, s.options(seed, warn), o)
	if err != nil {
		return nil, err
	}
	info := record.SweepInfo{Runs: len(results), Seconds: time.Since(start).Seconds()}
	for _, r := range results {
		if info.Together = max(info.Together, r.Together); r.Apart != "" {
			info.Apart = r.Apart
		}
	}
	s.sweeps = append(s.sweeps, info)
	return results, nil
}

// Open compiles and loads the network.
func (s *session) Open(n *net.Network, seed uint64, warn func(diag.List)) (script.Simulation, error) {
	if err := s.ready(); err != nil {
		return nil, err
	}
	s.seed = seed
	if s.objects == nil {
		s.objects = sim.NewObjects()
	}
	o := s.options(seed, warn)
	o.Objects, o.OneNumber = s.objects, s.driver == nil
	if s.flags.out != "" {
		o.RecordPath = s.path
	}
	if s.driver != nil {
		d, err := s.driver(s.backend)
		if err != nil {
			return nil, err
		}
		o.Driver = d
	}
	c, err := sim.Compile(n, o)
	if err != nil {
		return nil, err
	}
	s.sim, s.all = c, append(s.all, c)
	return script.Adapter{Sim: c}, nil
}

// Inspect loads a part of a network to look into it. It runs on the CPU and shares nothing with the networks that run, since the script goes on to
// change what it has asked about.
func (s *session) Inspect(n *net.Network, seed uint64) (script.Simulation, error) {
	return inspect(n, seed, s.flags.threads)
}

func inspect(n *net.Network, seed uint64, threads int) (script.Simulation, error) {
	c, err := sim.Compile(n, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double, Seed: seed, Threads: threads})
	if err != nil {
		return nil, err
	}
	return script.Adapter{Sim: c}, nil
}

// close lets all networks go, with what their recordings have spilled to disk.
func (s *session) close() {
	for _, c := range s.all {
		c.Close()
	}
	if s.objects != nil {
		s.objects.Close()
	}
}

// options are the script's options on behalf of the flags.
func (f *modelFlags) options(e script.Engine, stdout io.Writer, warn func(diag.List)) script.Options {
	return script.Options{Engine: e, Set: f.set, Data: f.data, Seed: f.seed.pointer(), Steps: f.steps, Stdout: stdout, Warn: warn, Out: f.out,
		Figures: script.FigureOptions{Dir: f.out, All: f.figures}}
}

// planner is an engine that plans the network and runs nothing.
type planner struct {
	precision plan.Precision
	result    *plan.Result
	network   *net.Network
	sweep     *sim.SweepPlan // when the script begins with a sweep
}

// Open plans and ends the script.
func (p *planner) Open(n *net.Network, seed uint64, warn func(diag.List)) (script.Simulation, error) {
	res, err := sim.Check(n, sim.Options{Backend: cpu.Backend{}, Precision: p.precision, Seed: seed, OneNumber: true})
	if err != nil {
		return nil, err
	}
	if len(res.Warnings) > 0 {
		warn(res.Warnings)
	}
	p.result, p.network = res, n
	return nil, script.ErrStop
}

// Sweep plans all runs and ends the script.
func (p *planner) Sweep(_ stdcontext.Context, n *net.Network, seed uint64, _ script.Simulation, o sim.SweepOptions, warn func(diag.List)) ([]*sim.SweepResult, error) {
	s, err := sim.CheckSweep(n, sim.Options{Backend: cpu.Backend{}, Precision: p.precision, Seed: seed}, o)
	if err != nil {
		return nil, err
	}
	if len(s.First.Warnings) > 0 {
		warn(s.First.Warnings)
	}
	p.result, p.network, p.sweep = s.First, s.Network, s
	return nil, script.ErrStop
}

// plan is what the device runs first: of a sweep all networks that are advanced together.
func (p *planner) plan() *plan.Plan {
	if p.sweep != nil && p.sweep.Merged != nil {
		return p.sweep.Merged
	}
	return p.result.Plan
}

// Inspect answers what a script asks about a part of its network before the first run.
func (p *planner) Inspect(n *net.Network, seed uint64) (script.Simulation, error) {
	return inspect(n, seed, 0)
}

// describe runs a script up to its first run and plans what it describes.
func (p *planner) describe(ctx stdcontext.Context, path string, o script.Options) (*script.Result, error) {
	o.Engine, o.Open = p, true
	res, err := script.Run(ctx, path, o)
	if err == nil && p.result == nil {
		err = errors.New("the script describes no network: make a Population or a NeuronGroup")
	}
	return res, err
}
