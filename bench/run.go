package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// Config of Run. The zero value of each field but Backends has a meaning.
type Config struct {
	Workloads  []Workload       // none: all
	Backends   []exec.Backend   // at least one
	Precisions []plan.Precision // none: both
	// Threads to try on the CPU; 0 is all of them. None: one, and all.
	Threads []int
	// Rounds is how often each case runs, 0: 5, and RoundTime how long a round should last, 0: half a second.
	Rounds    int
	RoundTime time.Duration
	Seed      uint64
	// Peers take turns with the cases. Python runs the scripts of PeerDir.
	Peers           []Peer
	Python, PeerDir string
	// Log receives one line for each case that was measured; may be nil.
	Log func(string)
}

// Run measures workloads. Within a workload all cases are loaded first and then take turns. An error of one case is part of the result;
// Run itself fails when the context ends, with its cause and what was measured until then, or when there is nothing to run.
func Run(ctx context.Context, c Config) (*Result, error) {
	if len(c.Backends) == 0 {
		return nil, errors.New("nothing to measure: no backend")
	}
	if len(c.Workloads) == 0 {
		c.Workloads = Workloads()
	}
	if c.Rounds <= 0 {
		c.Rounds = 5
	}
	if c.RoundTime <= 0 {
		c.RoundTime = 500 * time.Millisecond
	}
	if c.Log == nil {
		c.Log = func(string) {}
	}
	r := &Result{Machine: thisMachine(c.Backends)}
	for i := range c.Workloads {
		cases := c.cases(&c.Workloads[i])
		peers := c.startPeers(ctx, c.Workloads[i].Name)
		err := measure(ctx, &c, cases, peers)
		for _, p := range peers {
			p.close()
			r.Peers = append(r.Peers, p.res)
		}
		for _, k := range cases {
			r.Cases = append(r.Cases, k.res)
			k.close()
		}
		if err != nil {
			return r, err
		}
	}
	return r, nil
}

// peerLimit is how long a peer may take until its first step.
const peerLimit = 10 * time.Minute

func (c *Config) startPeers(ctx context.Context, workload string) (list []*peerCase) {
	for _, p := range c.Peers {
		if p.Draws {
			continue
		}
		if k := startPeer(ctx, c.Python, c.PeerDir, p, workload, peerLimit); k != nil {
			list = append(list, k)
		}
	}
	return list
}

// benchCase is one workload on one backend, loaded.
type benchCase struct {
	w         *Workload
	backend   exec.Backend
	precision plan.Precision
	sim       *sim.Sim
	early     [][]float64 // Watch at CompareAt
	degrees   *degrees    // of the workload, shared by its cases
	events    float64     // synaptic events until the first round
	begun     int64       // the step at which the rounds begin, and its simulated time
	since     float64
	before    []int64 // spikes of each element until then, with Populations
	res       CaseResult
}

// cases are the combinations to try, the reference first: the CPU in double precision with one thread, when it takes part.
func (c *Config) cases(w *Workload) []*benchCase {
	precisions := c.Precisions
	if len(precisions) == 0 {
		precisions = []plan.Precision{plan.Double, plan.Single}
	}
	var list []*benchCase
	shared := new(degrees)
	for _, p := range precisions {
		for _, b := range c.Backends {
			for _, t := range c.threads(b) {
				list = append(list, &benchCase{w: w, backend: b, precision: p, degrees: shared, res: CaseResult{
					Workload: w.Name, Params: w.Params, Backend: b.Caps().Name, Precision: precisionName(p), Threads: t,
				}})
			}
		}
	}
	return list
}

func (c *Config) threads(b exec.Backend) []int {
	all := b.Caps().Threads
	if all == 0 {
		return []int{0}
	}
	want := c.Threads
	if len(want) == 0 {
		want = []int{1, all}
	}
	var list []int
	for _, t := range want {
		if t <= 0 || t > all {
			t = all
		}
		if !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return list
}

func precisionName(p plan.Precision) string {
	if p == plan.Double {
		return "double"
	}
	return "single"
}

// measure loads cases, compares them, and lets them run in turns. Where the context ends, cases that have run have what was measured until then, checked
// like all: the error is why it ended.
func measure(ctx context.Context, c *Config, cases []*benchCase, peers []*peerCase) error {
	for _, k := range cases {
		err := k.load(ctx, c)
		if err == nil {
			err = agree(k, cases)
		}
		if err == nil {
			continue
		}
		k.fail(err)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	stopped := takeTurns(ctx, c, cases, peers)
	for _, p := range peers {
		c.Log(fmt.Sprintf("%s, %s: %s steps/s %s", p.res.Workload, p.res.Peer, count(p.res.best()), p.res.Missing))
	}
	for _, k := range cases {
		if k.sim != nil && len(k.res.Rounds) > 0 {
			if err := k.finish(); err != nil {
				k.fail(err)
			}
		}
		c.Log(k.res.line())
	}
	return stopped
}

// takeTurns runs the rounds of cases and peers.
func takeTurns(ctx context.Context, c *Config, cases []*benchCase, peers []*peerCase) error {
	batch := make([]int64, len(cases))
	for round := -1; round < c.Rounds; round++ { // the first turn finds out how many steps fill a round
		for i, k := range cases {
			if k.sim == nil {
				continue
			}
			var err error
			if round < 0 {
				if batch[i], err = k.calibrate(ctx, c.RoundTime); err == nil {
					err = k.begin()
				}
			} else {
				err = k.round(ctx, batch[i])
			}
			switch {
			case err == nil:
			case ctx.Err() != nil: // the round that was under way does not count, those before it do
				return context.Cause(ctx)
			default:
				k.fail(err)
			}
		}
		if round < 0 {
			continue
		}
		for _, p := range peers {
			p.round(ctx)
		}
	}
	return nil
}

// fail leaves a case without numbers.
func (k *benchCase) fail(err error) {
	k.res.Error = err.Error()
	k.res.Rounds = nil
	k.close()
}

// load compiles a case and runs it to the step at which cases are compared.
func (k *benchCase) load(ctx context.Context, c *Config) error {
	n, err := k.w.Build()
	if err != nil {
		return err
	}
	// A case should not pay for another's garbage.
	debug.FreeOSMemory()
	peak := watchPeak()
	k.sim, err = sim.Compile(n, sim.Options{Backend: k.backend, Precision: k.precision, Seed: c.Seed, Threads: k.res.Threads, OneNumber: true})
	if err != nil {
		return err
	}
	t := k.sim.Timing()
	k.res.Compile, k.res.Connect, k.res.Load = t.Compile, t.Connect, t.Load
	k.res.Peak, k.res.DT = peak(), k.sim.Plan().BaseDT
	if k.res.Memory, err = exec.MemoryOf(k.backend, k.sim.Plan()); err != nil {
		return err
	}
	for _, g := range n.Groups {
		k.res.Neurons += int64(g.N)
	}
	for _, s := range k.sim.Result().Synapses {
		k.res.Synapses += s
	}
	if err := k.sim.RunSteps(ctx, k.w.CompareAt); err != nil {
		return err
	}
	k.early, err = k.watch()
	return err
}

// watch reads the watched variables.
func (k *benchCase) watch() ([][]float64, error) {
	var all [][]float64
	for _, w := range k.w.Watch {
		i := slices.IndexFunc(k.sim.Network().Groups, func(g *net.Group) bool { return g.Name == w.Group })
		if i < 0 {
			return nil, fmt.Errorf("workload %s watches %s, which it does not have", k.w.Name, w.Group)
		}
		v, _, err := k.sim.Get(k.sim.Network().Groups[i], w.Var)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// isGL reports whether a backend is gl in any of its ways.
func isGL(b exec.Backend) bool { return strings.HasPrefix(b.Caps().Name, "gl") }

// agree compares a case with those before it: within the workload's tolerance, and bit by bit with one that differs only in
// the number of threads or in the way in which OpenGL runs a schedule.
func agree(k *benchCase, cases []*benchCase) error {
	for _, o := range cases {
		if o == k {
			return nil
		}
		if o.early == nil {
			continue
		}
		tolerance := max(k.w.Tolerance[k.precision], k.w.Tolerance[o.precision])
		if o.precision == k.precision && (o.backend == k.backend || isGL(o.backend) && isGL(k.backend)) {
			tolerance = 0
		}
		for j, w := range k.w.Watch {
			for i, v := range k.early[j] {
				if d := math.Abs(v - o.early[j][i]); !(d <= tolerance) {
					return fmt.Errorf("wrong result: %s.%s[%d] is %v after %d steps, but %v on %s; a difference of %g is allowed",
						w.Group, w.Var, i, v, k.w.CompareAt, o.early[j][i], o.res.name(), tolerance)
				}
			}
		}
	}
	return nil
}

// leastSteps is the number of steps of a round that keeps what a call costs, beside its steps, small. A round may take patience times as long as it should
// for their sake.
const leastSteps, patience = 32, 4

// calibrate runs ever longer until the time of a round is in sight, and returns the number of steps that fill it. The first run of a length counts only
// if it is the faster of two: it may be the first to touch some memory.
func (k *benchCase) calibrate(ctx context.Context, want time.Duration) (int64, error) {
	if begin := k.w.From - k.sim.Instance().At().Step; begin > 0 {
		if err := k.sim.RunSteps(ctx, begin); err != nil {
			return 0, err
		}
	}
	run := func(n int64) (time.Duration, error) {
		start := time.Now()
		err := k.sim.Advance(ctx, k.sim.Instance().At().Step+n)
		return max(time.Since(start), time.Microsecond), err
	}
	for n := int64(1); ; n *= 4 {
		took, err := run(n)
		if err != nil {
			return 0, err
		}
		if took < want/8 {
			continue
		}
		again, err := run(n)
		if err != nil {
			return 0, err
		}
		if took = min(took, again); took >= want/8 {
			fill := float64(n) * want.Seconds() / took.Seconds()
			return max(1, int64(max(fill, min(leastSteps, patience*fill)))), nil
		}
	}
}

// begin notes what happened before the rounds.
func (k *benchCase) begin() error {
	if err := k.sim.Flush(); err != nil {
		return err
	}
	k.events, k.begun, k.since = k.spikeEvents(), k.sim.Instance().At().Step, k.sim.Time()
	if len(k.w.Populations) > 0 {
		k.before = slices.Clone(k.sim.Spikes(k.sim.Network().SpikeMonitors[0]).Counts)
	}
	return nil
}

func (k *benchCase) round(ctx context.Context, steps int64) error {
	start, user := time.Now(), userTime()
	if err := k.sim.Advance(ctx, k.sim.Instance().At().Step+steps); err != nil {
		return err
	}
	k.res.Rounds = append(k.res.Rounds, float64(steps)/time.Since(start).Seconds())
	k.res.User = append(k.res.User, (userTime()-user)/float64(steps))
	k.res.Steps += steps
	return nil
}

// finish checks the end state.
func (k *benchCase) finish() error {
	if err := k.sim.Flush(); err != nil {
		return err
	}
	k.res.Phases = k.sim.Instance().Phases()
	k.res.Events = (k.spikeEvents()-k.events)/float64(k.sim.Instance().At().Step-k.begun) + k.everyStep() // with those of a round that was stopped
	values, err := k.watch()
	if err != nil {
		return err
	}
	for i, v := range values {
		if err := k.w.Watch[i].check(k.early[i], v, k.sim.Time()-float64(k.w.CompareAt)*k.res.DT); err != nil {
			return fmt.Errorf("wrong result after %d steps: %w", k.sim.Instance().At().Step, err)
		}
	}
	return k.checkRates()
}

// settled is the simulated time, in seconds, after which a network that has fired too little is wrong: cells first have to charge. Rates are means over at least that.
const settled = 0.05

// checkRates holds the numbers of spikes against the workload's range.
func (k *benchCase) checkRates() error {
	for _, m := range k.sim.Network().SpikeMonitors {
		total := int64(0)
		counts := k.sim.Spikes(m).Counts
		for _, n := range counts {
			total += n
		}
		if err := k.checkPopulations(counts); err != nil {
			return err
		}
		// Initial values may make many cells fire at once, but then not again soon.
		rate := float64(total) / max(k.sim.Time(), settled) / float64(m.Of.Len())
		if low, high := k.w.Rate[0], k.w.Rate[1]; rate > high || rate < low && k.sim.Time() >= settled {
			return fmt.Errorf("wrong result after %d steps: %d spikes, %g per second and cell, but %g to %g are right",
				k.sim.Instance().At().Step, total, rate, low, high)
		}
	}
	return nil
}

// transient is the time, in seconds, whose spikes may be missing or double in a count, because the initial state is still felt.
const transient = 0.02

// checkPopulations wants each population's rate since the beginning of the rounds within what is known of it, and of what chance makes of it in the
// time that was simulated.
func (k *benchCase) checkPopulations(counts []int64) error {
	t := k.sim.Time() - k.since
	if t < settled || len(k.before) != len(counts) {
		return nil
	}
	for i, p := range k.w.Populations {
		total := int64(0)
		for e := p.Start; e < p.Stop; e++ {
			total += counts[e] - k.before[e]
		}
		rate := float64(total) / t / float64(p.Stop-p.Start)
		chance := 4*p.Spread/math.Sqrt(t) + p.High*transient/t
		if rate < p.Low-chance || rate > p.High+chance {
			return fmt.Errorf("wrong result after %d steps: population %d has fired %.3g times per second and cell in %.3g s, but %.3g to %.3g are right",
				k.sim.Instance().At().Step, i, rate, t, math.Max(0, p.Low-chance), p.High+chance)
		}
	}
	return nil
}

func (k *benchCase) close() {
	if k.sim != nil {
		_ = k.sim.Close()
		k.sim = nil
	}
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(v))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}
