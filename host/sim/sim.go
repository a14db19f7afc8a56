package sim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/record"
)

// Options of a simulation.
type Options struct {
	Backend   exec.Backend
	Precision plan.Precision
	Seed      uint64
	Threads   int
	// Replica enters the random key: simulations of one network that differ in it draw different noise, but make the same synapses.
	Replica uint32
	// EachSynapse keeps a value of each variable for each synapse, where plans would otherwise lump them (plan.Result.Lumped).
	EachSynapse bool
	// OneNumber keeps one number for a parameter of synapses that is the same for all of them (plan.Result.Ones). Who looks into the plan for it finds no
	// value of each synapse.
	OneNumber bool
	// Objects carries state from one network to another that has the same objects; nil when there is one network.
	Objects *Objects
	// Progress is called a few times a second while the simulation runs; may be nil.
	Progress func(Progress)
	// Driver takes over the stepping of Run; nil advances as fast as possible.
	Driver Driver
	// Warn receives warnings of the equations; may be nil.
	Warn func(diag.List)
	// RecordPath is the file that a monitor's recording will be saved to, next to which it spills when it outgrows memory;
	// nil, or an empty path, keeps it in memory.
	RecordPath func(monitor string) string
	// from is the state that is restored before anything else.
	from *State
}

// Progress describes a running simulation.
type Progress struct {
	Time, Until float64       // simulated seconds
	Step        int64         // base steps since the start
	Steps       int64         // base steps done in this Run
	Total       int64         // base steps of this Run
	Elapsed     time.Duration // wall time of this Run
}

// Driver advances a simulation until a base step, calling Sim.Advance as it likes. The viewer is one.
type Driver interface {
	Drive(ctx context.Context, s *Sim, until int64) error
}

// Timing is wall time by phase, in seconds.
type Timing struct {
	Compile  float64 // equations to plan
	Connect  float64 // connectivity
	Load     float64 // allocation, device programs, initial values
	Simulate float64
}

// Sim is a network in memory.
type Sim struct {
	// Program is a number that the program keeps in stored states, such as how many random numbers of its own it has drawn; a restore with
	// Random brings it back.
	Program uint64

	net       *net.Network
	shared    *Objects // with other simulations, or of its own
	opt       Options
	res       *plan.Result
	inst      exec.Instance
	records   map[*net.StateMonitor]*record.Recording
	spikes    map[any]*SpikeRecord // by *net.SpikeMonitor or *net.RateMonitor
	matrices  map[*net.Projection]*connect.Matrix
	pairs     plan.Pairs
	drawn     map[*net.Synapses]*connect.Drawn
	seconds   float64 // end of the last Run, as the sum of the durations asked for
	timing    Timing
	faulted   error
	stopped   bool  // the last Run ended early: a condition held, or an operation asked for it
	stopping  bool  // an operation has asked that its step be the last
	silent    bool  // what the device has recorded is dropped
	uncounted bool  // the device may have counts that were not taken over
	ended     int64 // recordings end at this step; see StopRecording

	states   map[string]*State // stored in memory
	random   exec.Random       // key of the instance
	planned  uint64            // seed of what the description draws, which stays when Seed changes that of the run
	restores uint32            // ordinals of random streams used so far
	called   *exec.Position    // of the last operation that was called
	calling  bool              // an operation is running
	// checkpoints hold memory of the backend.
	checkpoints map[*Checkpoint]bool
	connects    map[*net.Synapses]int // connections that the pairs were made from
	evaluated   evaluated
	delayed     map[*net.Pathway]delaySet // that the plan in use was made with
	plain       map[*net.Synapses]bool    // must not be lumped
	each        map[*net.Synapses]bool    // must have a value of each variable for each synapse
	counted     [][]int64                 // by spike monitor that only counts: the instance's counts at the last drain
}

// Compile checks a network, plans it and loads it. Errors are a diag.List, *plan.TooLarge, or the backend's.
func Compile(n *net.Network, o Options) (*Sim, error) {
	shared := o.Objects
	if shared == nil {
		shared = NewObjects()
	}
	s := &Sim{net: n, opt: o, ended: -1, delayed: map[*net.Pathway]delaySet{}, plain: map[*net.Synapses]bool{}, each: map[*net.Synapses]bool{}, records: shared.records, spikes: shared.spikes, matrices: shared.matrices, pairs: shared.pairs, drawn: shared.drawn, connects: shared.connects}
	s.random, s.planned = exec.Random{Seed: o.Seed, Replica: o.Replica}, o.Seed
	shared.open[s] = true
	s.shared = shared
	if err := s.load(); err != nil {
		delete(shared.open, s)
		return nil, err
	}
	if err := s.own(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Check plans a network without loading it.
func Check(n *net.Network, o Options) (*plan.Result, error) {
	p := planOptions(o)
	if o.OneNumber {
		p.One = func(*net.Synapses, string) (may, is bool) { return true, false }
	}
	return plan.Build(n, p)
}

func planOptions(o Options) plan.Options {
	p := plan.Options{Precision: o.Precision, Seed: o.Seed}
	// On the CPU whatever the backend, so that all of them make the same synapses.
	p.Evaluate = func(part *plan.Plan) (plan.Evaluator, error) {
		inst, err := cpu.Backend{}.Load(part, exec.Options{Seed: o.Seed, Threads: o.Threads})
		if err != nil {
			return nil, err
		}
		return evaluator{inst}, nil
	}
	if o.Backend != nil {
		c := o.Backend.Caps()
		p.Memory, p.MaxBuffer, p.Columns = c.Memory, c.MaxBuffer, c.Columns
		if d, ok := o.Backend.(exec.Drawer); ok && d.Draws() {
			p.Survey, p.Delays = d.Survey, d.Delays
		}
	}
	return p
}

// evaluator runs a part of a plan for plan.Build.
type evaluator struct{ exec.Instance }

func (e evaluator) Step() error {
	_, err := e.Advance(context.Background(), e.At().Step+1)
	return err
}

// load follows the description: it builds the plan anew and, when it is another one, carries the state into a fresh instance.
func (s *Sim) load() error { return s.loadWith(s.past()) }

// loadWith is load for pathways that have sent what past says.
func (s *Sim) loadWith(past func(*net.Pathway) *plan.Past) error {
	for _, x := range s.net.Synapses {
		if n, known := s.connects[x]; known && n != len(x.Connect) {
			s.pairs.Forget(x)
			delete(s.drawn, x)
			s.each[x] = s.each[x] || s.res != nil
			s.plain[x] = s.plain[x] || s.res != nil && s.inst.At().Step > 0 // the new ones have not had the spikes of the others
		}
		if s.res != nil && len(s.res.Lumped[x]) == 0 && s.inst.At().Step > 0 {
			s.plain[x] = true // each synapse may have a state of its own
		}
		s.connects[x] = len(x.Connect)
	}
	described := s.opt
	described.Seed = s.planned
	opt := planOptions(described)
	opt.Matrices, opt.Pairs, opt.Drawn, opt.Plain, opt.One, opt.Past = s.matrices, s.pairs, s.drawn, s.isPlain, s.mayBeOne, past
	if opt.Memory > 0 && s.res != nil {
		opt.Memory += s.res.Plan.Memory().All() // what is loaded is no longer available
	}
	res, err := plan.Build(s.net, opt)
	if err != nil {
		return err
	}
	if s.opt.Warn != nil && len(res.Warnings) > 0 {
		s.opt.Warn(res.Warnings)
	}
	for _, x := range s.net.Synapses {
		for _, p := range x.Delayed() {
			s.delayed[p] = delaysSet(p)
		}
	}
	s.timing.Compile += res.CompileSeconds
	s.timing.Connect += res.ConnectSeconds
	if s.res != nil && sameProgram(s.res.Plan, res.Plan) {
		s.res.SentAs(res)
		return nil
	}
	start := time.Now()
	inst, err := s.opt.Backend.Load(res.Plan, exec.Options{Seed: s.opt.Seed, Threads: s.opt.Threads, Replica: s.opt.Replica})
	if err != nil {
		return err
	}
	if err := s.replace(inst, res); err != nil {
		return errors.Join(err, inst.Close())
	}
	s.timing.Load += time.Since(start).Seconds()
	return s.openRecords()
}

// replace makes another instance the one in use, with the state and the random key of the old one.
func (s *Sim) replace(inst exec.Instance, res *plan.Result) error {
	old := s.inst
	if old != nil && s.faulted == nil {
		st, err := s.capture()
		if err != nil {
			return err
		}
		if err := (&transfer{position: true, grown: growing(s.net)}).into(st, inst, res.Plan); err != nil {
			return err
		}
		s.shared.dropped(s, st)
	}
	if loaded := (exec.Random{Seed: s.opt.Seed, Replica: s.opt.Replica}); s.random != loaded {
		if err := s.reseed(inst, s.random); err != nil {
			return err
		}
	}
	s.inst, s.res, s.counted, s.called = inst, res, nil, nil
	if old != nil {
		return old.Close()
	}
	return nil
}

// openRecords starts a recording for each monitor that has none yet.
func (s *Sim) openRecords() error {
	for i, m := range s.net.Monitors {
		if s.records[m] != nil {
			continue
		}
		var names []string
		var lengths []int
		for _, v := range s.res.Plan.Monitors[i].Vars {
			names, lengths = append(names, v.Name), append(lengths, v.Len)
		}
		path := ""
		if s.opt.RecordPath != nil {
			path = s.opt.RecordPath(m.Name)
		}
		r, err := record.NewRecording(path, record.StateColumns(names, lengths), 0)
		if err != nil {
			return fmt.Errorf("monitor %q: %w", m.Name, err)
		}
		s.records[m] = r
	}
	return s.openSpikes()
}

// Plan is the plan in use.
func (s *Sim) Plan() *plan.Plan { return s.res.Plan }

// Result is the plan in use with what was learned while building it.
func (s *Sim) Result() *plan.Result { return s.res }

// Instance is the loaded instance, for viewers.
func (s *Sim) Instance() exec.Instance { return s.inst }

// Network is the description being simulated.
func (s *Sim) Network() *net.Network { return s.net }

// Timing is the wall time spent so far.
func (s *Sim) Timing() Timing { return s.timing }

// Time is the simulated time in seconds.
func (s *Sim) Time() float64 { return float64(s.inst.At().Step) * s.res.Plan.BaseDT }

// epsilonDT is how far, in steps, a duration may be from a whole number of steps and still count as one (Brian's clock).
const epsilonDT = 1e-4

// mostSteps is up to where each number of steps is a float64.
const mostSteps = 1 << 53

// stepAt is the base step at which time t is reached: the nearest, or the next when t lies between two.
func (s *Sim) stepAt(t float64) int64 {
	q := t / s.res.Plan.BaseDT
	n := math.Round(q)
	if math.Abs(n-q) > epsilonDT {
		n = math.Ceil(q)
	}
	return int64(n)
}

// Run advances the simulation by a duration in seconds.
func (s *Sim) Run(ctx context.Context, seconds float64) error {
	if !(seconds >= 0) || math.IsInf(seconds, 0) {
		return fmt.Errorf("cannot run for %g s", seconds)
	}
	if err := s.prepare(); err != nil {
		return err
	}
	if n := (s.seconds + seconds) / s.res.Plan.BaseDT; n > mostSteps {
		return fmt.Errorf("cannot run to %.4g s: that are %.4g steps of %.4g ms, and no more than %.4g can be counted", s.seconds+seconds, n, s.res.Plan.BaseDT*1e3, float64(mostSteps))
	}
	if err := s.drive(ctx, s.stepAt(s.seconds+seconds)); err != nil || s.stopped {
		s.seconds = s.Time()
		return err
	}
	s.seconds += seconds
	return nil
}

// RunSteps advances by n base steps.
func (s *Sim) RunSteps(ctx context.Context, n int64) error {
	if err := s.prepare(); err != nil {
		return err
	}
	err := s.drive(ctx, s.inst.At().Step+n)
	s.seconds = s.Time()
	return err
}

// Stopped reports whether the last Run or Advance ended early because a condition of net.Group.Stops held or an operation called Stop of its
// state. Drivers look at it after each Advance.
func (s *Sim) Stopped() bool { return s.stopped }

// prepare refuses to go on after a fault and follows changes of the description.
func (s *Sim) prepare() error {
	s.stopped = false
	if s.faulted != nil {
		return fmt.Errorf("the simulation cannot go on after a fault: %w", s.faulted)
	}
	if err := s.load(); err != nil {
		return err
	}
	return s.own()
}

func (s *Sim) drive(ctx context.Context, until int64) error {
	advance := s.Loop
	if d := s.opt.Driver; d != nil {
		advance = func(ctx context.Context, until int64) error { return d.Drive(ctx, s, until) }
	}
	return errors.Join(advance(ctx, until), s.drainCounts())
}

// Loop advances to a base step as fast as the backend goes, reporting progress.
func (s *Sim) Loop(ctx context.Context, until int64) error {
	start, first := time.Now(), s.inst.At().Step
	report := func() {
		if s.opt.Progress != nil {
			now := s.inst.At().Step
			s.opt.Progress(Progress{Time: s.Time(), Until: float64(until) * s.res.Plan.BaseDT, Step: now,
				Steps: now - first, Total: until - first, Elapsed: time.Since(start)})
		}
	}
	batch := int64(1)
	for s.inst.At().Step < until && !s.stopped {
		t := time.Now()
		if err := s.Advance(ctx, min(s.inst.At().Step+batch, until)); err != nil {
			return err
		}
		batch = nextBatch(batch, time.Since(t))
		report()
	}
	return nil
}

// batchTime is how long a batch should take: short enough for progress and Ctrl-C, long enough not to cost anything.
const batchTime = 100 * time.Millisecond

func nextBatch(batch int64, took time.Duration) int64 {
	switch {
	case took < batchTime/2:
		return batch * 2
	case took > batchTime*2 && batch > 1:
		return batch / 2
	}
	return batch
}

// Advance advances to a base step: it calls the operations that fall due and drains recordings before they overflow. It ends early where a
// condition to stop holds; see Stopped. Counts of monitors that keep nothing else stay on the device until Flush.
func (s *Sim) Advance(ctx context.Context, until int64) error {
	start := time.Now()
	defer func() { s.timing.Simulate += time.Since(start).Seconds() }()
	s.stopped, s.stopping = false, false
	full := s.inst.At().Step + s.room() // some ring; draining at every callback would cost more than most callbacks
	for s.inst.At().Step < until {
		if s.inst.At().Step >= full {
			if err := s.drainSamples(); err != nil {
				return err
			}
			full = s.inst.At().Step + s.room()
		}
		stop, err := s.inst.Advance(ctx, min(until, full))
		if err != nil {
			s.faulted = err
			return errors.Join(explain(err, s.res.Plan, s.inst), s.drainSamples())
		}
		switch stop.Reason {
		case exec.Callback:
			if err := s.call(stop.Callback); err != nil {
				return errors.Join(err, s.drainSamples())
			}
			if s.stopping {
				until = min(until, s.inst.At().Step+1)
			}
		case exec.Stopped:
			s.stopped = true
			return s.drainSamples()
		case exec.Canceled:
			return errors.Join(context.Cause(ctx), s.drainSamples())
		}
	}
	s.stopped = s.stopping
	return s.drainSamples()
}

// explain adds what a person needs to a fault: what to look for.
func explain(err error, p *plan.Plan, inst exec.Instance) error {
	var f *exec.Fault
	if errors.As(err, &f) {
		column(f, p, inst)
		return &FaultError{f}
	}
	return err
}

// column fills in a fault of a TimedArray's column: which table, and what was asked for, where the kernel kept it.
func column(f *exec.Fault, p *plan.Plan, inst exec.Instance) {
	object, table, columns, ok := plan.ColumnCheck(f.Variable)
	if !ok {
		return
	}
	for _, b := range p.Buffers {
		var v [1]float64
		if b.Object+"."+b.Var == f.Variable && inst.Read(b.ID, f.Replica*b.Each+f.Element, v[:]) == nil {
			f.Value = v[0]
		}
	}
	f.Variable, f.Table, f.Columns = object, table, columns
}

// FaultError is a numeric fault of the model.
type FaultError struct{ Fault *exec.Fault }

// Error names the variable, element, step and time.
func (e *FaultError) Error() string {
	if e.Fault.Table != "" {
		return fmt.Sprintf("numeric fault: %v\nhint: keep the index among the columns, as k %% %d does, or give the table more", e.Fault, e.Fault.Columns)
	}
	return fmt.Sprintf("numeric fault: %v\nhint: look for a division by zero, a growing exponential, or a time step too large for the equations", e.Fault)
}

// Unwrap returns the fault.
func (e *FaultError) Unwrap() error { return e.Fault }

// room is the number of base steps until some monitor's ring could be full.
func (s *Sim) room() int64 {
	room := int64(math.MaxInt64 / 2)
	for _, m := range s.res.Plan.Monitors {
		room = min(room, int64(m.Capacity)*s.res.Plan.Clocks[m.Clock].Period)
	}
	return room
}

// drain moves everything that was recorded from the device.
func (s *Sim) drain() error { return errors.Join(s.drainSamples(), s.drainCounts()) }

// drainSamples moves what grows with time. Counts have a size of their own, however little has happened since.
func (s *Sim) drainSamples() error {
	for i, m := range s.net.Monitors {
		if i >= len(s.res.Plan.Monitors) {
			break
		}
		steps, values, err := s.inst.Drain(i)
		if err != nil {
			return err
		}
		if len(steps) == 0 || s.silent {
			continue
		}
		dt := s.res.Plan.Clocks[s.res.Plan.Monitors[i].Clock].DT
		t := make([]float64, len(steps))
		for k, step := range steps {
			t[k] = float64(step) * dt
		}
		columns := []any{t}
		for _, v := range values {
			columns = append(columns, v)
		}
		proper, _ := s.before(steps, s.res.Plan.Monitors[i].Clock, columns)
		if err := s.records[m].Append(proper...); err != nil {
			return err
		}
	}
	return s.drainSpikes()
}

// call runs one operation of the program.
func (s *Sim) call(i int) error {
	op := s.net.Operations[i]
	s.calling = true
	defer func() { s.calling = false }()
	at := s.inst.At()
	s.called = &at
	if err := op.Func(operationState{s, s.clockOf(i)}); err != nil {
		return fmt.Errorf("operation %q at t = %g s: %w", op.Name, s.Time(), err)
	}
	return nil
}

// clockOf is the clock of an operation.
func (s *Sim) clockOf(operation int) plan.Clock {
	p := s.res.Plan
	k := slices.IndexFunc(p.Schedule, func(it plan.Item) bool { return it.Callback == operation })
	return p.Clocks[p.Schedule[k].Clock]
}

// Recording is what a monitor has recorded so far.
func (s *Sim) Recording(m *net.StateMonitor) *record.Recording { return s.records[m] }

// StopRecording ends all recordings at the present step: what comes later is in no file, and the simulation can go on for as long as someone
// watches it. Only spikes are then still taken in, to be looked at (see record.Recording.Watch). Going back in time before that step and
// forward again records the same again, or what an edit made of it.
func (s *Sim) StopRecording() { s.ended = s.inst.At().Step }

// before parts samples of a clock, by its ticks, into those before the step at which recordings end and the others.
func (s *Sim) before(ticks []int64, clock int, columns []any) (proper, later []any) {
	n := len(ticks)
	if s.ended >= 0 {
		c := s.res.Plan.Clocks[clock]
		n = sort.Search(n, func(k int) bool { return c.Phase+ticks[k]*c.Period >= s.ended })
	}
	return record.Split(columns, n, len(ticks))
}

// Close frees the device and removes what recordings have spilled to disk; they must have been saved before.
func (s *Sim) Close() error {
	if s.inst == nil {
		return nil
	}
	for c := range s.checkpoints {
		c.Close()
	}
	var err error
	if s.opt.Objects != nil { // else nobody asks for the state any more
		err = s.shared.leave(s)
	}
	err = errors.Join(err, s.inst.Close())
	s.inst = nil
	if s.opt.Objects == nil {
		err = errors.Join(err, s.shared.Close())
	}
	return err
}
