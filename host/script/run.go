package script

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// commonVocabulary is what both dialects share.
func (in *interp) commonVocabulary() starlark.StringDict {
	d := starlark.StringDict{"defaultclock": &clock{in}}
	for name, f := range map[string]builtinFunc{
		"param": in.param, "quantity": makeQuantity, "format": format, "slider": in.slider, "read": in.read, "struct": starlarkstruct.Make,
		"run": in.run, "seed": in.seed, "set_dt": in.setDT,
		"view": in.view, "surface": in.panel(net.Surface), "scatter": in.panel(net.Scatter),
		"graph": in.graphPanel, "adjacency": in.adjacencyPanel, "phase_circle": in.variablePanel(net.PhaseCircle),
		"spectrum": in.spectrumPanel, "isi": in.isiPanel,
	} {
		d[name] = starlark.NewBuiltin(name, f)
	}
	return d
}

// makeQuantity is quantity("5e-5*siemens*cm**-2").
func makeQuantity(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text string
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &text); err != nil {
		return nil, err
	}
	q, err := units.Parse(text)
	if err != nil {
		return nil, err
	}
	return number(q.Value, q.Dim), nil
}

// Default time steps in seconds.
const (
	brianDT    = 0.1e-3
	annarchyDT = 1e-3
)

// defaultDT is the time step in force: the one set, else ANNarchy's 1 ms when only Populations exist, else Brian2's 0.1 ms.
func (in *interp) defaultDT() float64 { return in.dtOf(in.world) }

// dtOf is the time step in force in a network.
func (in *interp) dtOf(w *world) float64 {
	if w.dtSet {
		return w.net.DT
	}
	for _, g := range w.net.Groups {
		if g.Dialect != check.ANNarchy {
			return brianDT
		}
	}
	for _, o := range in.brian.objects {
		if !o.mild && o.scope == in.brian.scope {
			return brianDT
		}
	}
	if len(w.net.Groups) > 0 {
		return annarchyDT
	}
	return brianDT
}

func (in *interp) putDT(what string, v starlark.Value, plain float64) error {
	dt, err := duration(what, v, plain)
	if err != nil {
		return err
	}
	if !(dt > 0) || math.IsInf(dt, 0) {
		return fmt.Errorf("%s: the time step must be positive, got %v", what, v)
	}
	if in.ran && dt != in.net.DT && slices.ContainsFunc(in.net.Groups, func(g *net.Group) bool { return g.Dialect == check.ANNarchy }) {
		return fmt.Errorf("%s: the time step cannot change after a network with ANNarchy's populations has run", what)
	}
	in.net.DT, in.dtSet = dt, true
	return nil
}

// clock is Brian2's defaultclock, whose dt can be read and set.
type clock struct{ in *interp }

func (c *clock) String() string        { return "defaultclock" }
func (c *clock) Type() string          { return "Clock" }
func (c *clock) Freeze()               {}
func (c *clock) Truth() starlark.Bool  { return true }
func (c *clock) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: Clock") }
func (c *clock) AttrNames() []string   { return []string{"dt", "name", "t", "timestep"} }

// Attr gives dt and t.
func (c *clock) Attr(name string) (starlark.Value, error) {
	switch name {
	case "dt":
		return quantity{c.in.defaultDT(), units.Second}, nil
	case "t":
		return quantity{c.in.now(), units.Second}, nil
	case "name":
		return starlark.String("defaultclock"), nil
	case "timestep":
		return starlark.MakeInt64(int64(math.Round(c.in.now() / c.in.defaultDT()))), nil
	}
	if v, ok, err := extra(c, name); ok {
		return v, err
	}
	return nil, noAttr("defaultclock", name, c.AttrNames())
}

// SetField sets dt.
func (c *clock) SetField(name string, v starlark.Value) error {
	if name != "dt" {
		return noAttr("defaultclock", name, []string{"dt"})
	}
	return c.in.putDT("defaultclock.dt", v, 0)
}

func (in *interp) now() float64 {
	switch {
	case in.state != nil:
		return in.state.Time()
	case len(in.brian.awake) > 0: // the network that ran last
		return in.brian.awake[len(in.brian.awake)-1].sim.Time()
	case in.sim != nil:
		return in.sim.Time()
	}
	return 0
}

// timeOf is the time of a network.
func (in *interp) timeOf(w *world) float64 {
	switch {
	case in.state != nil && in.brian.running == w:
		return in.state.Time()
	case w.sim != nil:
		return w.sim.Time()
	}
	return 0
}

func (in *interp) setDT(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	return starlark.None, in.putDT("set_dt", v, 0)
}

func (in *interp) getTime(_ *starlark.Thread, _ *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return starlark.Float(in.now() * 1000), nil
}

func (in *interp) getDT(_ *starlark.Thread, _ *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return starlark.Float(in.defaultDT() * 1000), nil
}

// seed(n) starts the random numbers anew, seed() with numbers that no other run has; those of networks that have run too; --seed on the command line has the last word.
func (in *interp) seed(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var given starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "seed?", &given); err != nil {
		return nil, err
	}
	n := rand.Uint64N(1 << 32)
	if isGiven(given) {
		if err := starlark.AsInt(given, &n); err != nil {
			return nil, withHint(fmt.Errorf("seed: %w", err), "a seed is a whole number from 0 on, for example seed(42)")
		}
	}
	if in.opt.Seed == nil {
		in.draws.seed = n
	}
	in.draws.call = 0
	in.brian.renumber()
	if in.state != nil {
		return nil, fmt.Errorf("seed: a network operation cannot change the seed of the network that runs")
	}
	for _, w := range in.brian.worlds {
		if r, ok := w.sim.(Reseeding); ok {
			if err := r.Seed(in.draws.seed); err != nil {
				return nil, err
			}
		}
	}
	return starlark.None, nil
}

// setup is ANNarchy's setup(dt=1.0, seed=..., method=...); other arguments belong to ANNarchy's code generation.
func (in *interp) setup(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		return nil, fmt.Errorf("setup: takes named arguments only, for example setup(dt=1.0)")
	}
	known := []string{"dt", "seed", "method"}
	for _, kw := range kwargs {
		name, v := string(kw[0].(starlark.String)), kw[1]
		switch name {
		case "dt":
			if err := in.putDT("setup: dt", v, 1e-3); err != nil {
				return nil, err
			}
		case "seed":
			if _, err := in.seed(t, b, starlark.Tuple{v}, nil); err != nil {
				return nil, err
			}
		case "method":
			s, ok := v.(starlark.String)
			if !ok {
				return nil, fmt.Errorf("setup: method must be a string, got %s", article(v))
			}
			in.method = string(s)
		case "paradigm", "num_threads", "precision", "visible_cores":
			in.warnAt(t, fmt.Sprintf("setup(%s=...) has no effect", name), "choose with galvani run --backend, --threads or --precision")
		case "structural_plasticity", "sparse_matrix_format", "sparse_matrix_storage_order", "only_int_idx_type", "suppress_warnings", "show_time",
			"disable_shared_library_time_offset", "disable_parallel_rng", "disable_split_matrix", "profiling", "verbose":
		default:
			return nil, noAttr("setup", name, known)
		}
	}
	return starlark.None, nil
}

func (in *interp) warnAt(t *starlark.Thread, msg, hint string) {
	src, span, _ := in.callSite(t)
	in.warn(diag.List{{Severity: diag.Warning, Source: src, Span: span, Message: msg, Hint: hint}})
}

// warn passes on warnings that were not given before: a network is put together anew for each run.
func (in *interp) warn(l diag.List) {
	var fresh diag.List
	for _, d := range in.place(l) {
		if text := d.Render(); !in.warned[text] {
			in.warned[text] = true
			fresh = append(fresh, d)
		}
	}
	if len(fresh) > 0 {
		in.opt.Warn(fresh)
	}
}

// clear is ANNarchy's clear(): a script starts empty anyway.
func (in *interp) clear(_ *starlark.Thread, _ *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if in.sim != nil {
		return nil, fmt.Errorf("clear: the network has already run")
	}
	in.net.Groups, in.net.Projections, in.net.Monitors, in.net.Operations, in.net.Views = nil, nil, nil, nil, nil
	in.net.Synapses, in.net.SpikeMonitors = nil, nil
	in.groups, in.pending, in.functions = nil, nil, nil
	return starlark.None, nil
}

// compile is ANNarchy's compile(): everything is checked now rather than at the first run.
func (in *interp) compile(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := in.checkPending(); err != nil {
		return nil, err
	}
	in.world.markCompiled()
	return starlark.None, nil
}

// open hands the network to the engine.
func (in *interp) open() (Simulation, error) {
	in.net.DT = in.defaultDT()
	return in.openSeeded(in.net)
}

// describe completes the description of the network that a bare run() would take.
func (in *interp) describe(t *starlark.Thread) error {
	if in.state != nil {
		return fmt.Errorf("a network operation cannot run the network")
	}
	if err := in.checkPending(); err != nil {
		return err
	}
	if err := in.params.unknown(); err != nil {
		return err
	}
	fr := in.frame(t)
	if err := in.collect(in.visible(fr)); err != nil {
		return err
	}
	if err := in.settleTargets(in.world); err != nil {
		return err
	}
	if len(in.net.Groups) == 0 {
		return withHint(fmt.Errorf("there is nothing to run"), "make a Population or a NeuronGroup first")
	}
	in.runFrame = fr
	in.net.DT = in.defaultDT()
	return in.checkNetwork(in.net)
}

// ready prepares a run: the description is complete, the network in memory.
func (in *interp) ready(t *starlark.Thread) error {
	if err := in.describe(t); err != nil {
		return err
	}
	if in.sim == nil {
		if in.opt.Engine == nil {
			return ErrStop
		}
		in.openedWith = in.seedOfWorld(in.world)
		s, err := in.open()
		if err != nil {
			return err
		}
		in.sim = s
	}
	in.ran = true
	in.opened(in.sim)
	return nil
}

// advance runs the network and gives the script a new allowance of steps.
func (in *interp) advance(t *starlark.Thread, f func(Simulation) error) (starlark.Value, error) {
	if err := in.ready(t); err != nil {
		return nil, err
	}
	return in.drive(in.brian.magic, f)
}

// simulate is ANNarchy's simulate(duration) in ms; a quantity is taken too.
func (in *interp) simulate(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	d, err := simulateTime(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	return in.advance(t, func(s Simulation) error { return s.Run(in.ctx, d) })
}

// simulateTime reads the arguments of simulate(duration, measure_time=False).
func simulateTime(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (float64, error) {
	var v, measure, callbacks starlark.Value
	if err := unpack(b.Name(), args, kwargs, "duration", &v, "measure_time?", &measure, "callbacks?", &callbacks, "progress_bar?", &callbacks); err != nil {
		return 0, err
	}
	return runTime(b.Name(), v, 1e-3)
}

// run is Brian2's run(duration), with a unit.
func (in *interp) run(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	d, err := in.runDuration(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	return in.advance(t, func(s Simulation) error { return s.Run(in.ctx, d) })
}

// step advances by one step, or by n.
func (in *interp) step(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	n := 1
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "n?", &n); err != nil {
		return nil, err
	}
	if n < 0 {
		return nil, fmt.Errorf("step: the number of steps is zero or positive, got %d", n)
	}
	return in.advance(t, func(s Simulation) error { return s.RunSteps(in.ctx, int64(n)) })
}
