package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/galvani-sim/galvani/host/sim"
)

// DefaultMemory is what snapshots may take when Options does not say: 256 MiB.
const DefaultMemory = 256 << 20

// Options of a timeline.
type Options struct {
	// Memory is what snapshots may take in bytes, DefaultMemory if 0, on the device where the backend keeps them there. The first one and the
	// newest are kept whatever they take.
	Memory int64
	// Spacing is the number of steps between two snapshots, before they are thinned. 0 chooses it so that taking them costs about a twentieth of
	// the time.
	Spacing int64
	// Ghosts is what the recordings of futures that were left may take in bytes, 64 MiB if 0; the oldest are forgotten first.
	Ghosts int64
	// Progress is called a few times a second while steps run again; may be nil.
	Progress func(step, until int64)
	// Warn receives one line for a person; may be nil.
	Warn func(string)
}

// Timeline is the past and present of a simulation. The simulation must not be advanced or changed other than through it. It is used from one
// goroutine at a time, never from an operation.
type Timeline struct {
	sim *sim.Sim
	opt Options

	run      int   // ordinal of the script's run
	first    int64 // step at which it began
	branches []*branch
	cur      *branch
	cursor   int // entries of the branch's log that have been applied
	ver      *version
	snaps    snapshots
	redo     []Edit
	fault    error
	stops    bool // conditions to stop are obeyed
	stopped  bool // one held

	positions map[string]map[int32][3]float64
	placed    int // entries of the log that positions include; -1: none are known
	warned    map[string]bool
}

// New starts a timeline at the present step of a simulation.
func New(s *sim.Sim, o Options) (*Timeline, error) {
	if o.Memory <= 0 {
		o.Memory = DefaultMemory
	}
	if o.Ghosts <= 0 {
		o.Ghosts = 64 << 20
	}
	if o.Spacing < 0 {
		return nil, fmt.Errorf("snapshots every %d steps", o.Spacing)
	}
	if err := s.EachSynapse(); err != nil {
		return nil, err
	}
	t := &Timeline{sim: s, opt: o, run: -1, warned: map[string]bool{}, placed: -1}
	t.cur = &branch{id: 0, parent: -1}
	t.branches = []*branch{t.cur}
	if err := t.Begin(); err != nil {
		return nil, err
	}
	return t, nil
}

// Begin makes the present step the first one: call it at the start of each further run of a script, which may have changed the network in
// between. The log goes on; it is not possible to go back behind it, nor to branches of runs before.
func (t *Timeline) Begin() error {
	if err := t.sim.Reload(); err != nil {
		return err
	}
	t.run++
	t.first = t.now()
	for _, x := range t.snaps.list {
		t.snaps.drop(x)
	}
	t.snaps = snapshots{}
	t.redo, t.fault = nil, nil
	t.ver = capture(t.sim)
	for _, b := range t.branches {
		if b != t.cur {
			b.closed = true
		}
	}
	if over := t.cur.before(t.run); t.cursor < over { // edits of the run before that it did not come to again
		t.cur.log = slices.Concat(t.cur.log[:t.cursor], t.cur.log[over:])
	}
	t.cur.last = t.first
	return t.snapshot()
}

func (t *Timeline) now() int64 { return t.sim.Instance().At().Step }

// Sim is the simulation. Its plan and instance change with edits of the structure.
func (t *Timeline) Sim() *sim.Sim { return t.sim }

// Step is the present base step.
func (t *Timeline) Step() int64 { return t.now() }

// Range is the first step that can be gone back to, and the last that the present branch has reached.
func (t *Timeline) Range() (first, last int64) { return t.first, max(t.cur.last, t.now()) }

// Log is the log of the present branch, in order; Applied of its entries lie before the present position, the others ahead. They must not be
// changed.
func (t *Timeline) Log() []*Entry { return t.cur.log }

// Applied is the number of entries of the log that have been applied at the present position.
func (t *Timeline) Applied() int { return t.cursor }

// Advance runs to a step that is not before the present one, and applies the edits that are logged up to it. It ends early where a condition
// to stop holds that was not reached before; see Sim.Stopped.
func (t *Timeline) Advance(ctx context.Context, until int64) error {
	t.stopped, t.stops = false, true
	defer func() { t.stops = false }()
	if now := t.now(); until < now {
		return fmt.Errorf("step %d lies before the present step %d: seek it", until, now)
	}
	return errors.Join(t.advance(ctx, until, len(t.cur.log)), t.sim.Flush())
}

// advance runs to a step, applying entries below limit.
func (t *Timeline) advance(ctx context.Context, until int64, limit int) error {
	if t.fault != nil {
		return t.fault
	}
	for {
		now := t.now()
		for t.cursor < limit && t.cur.log[t.cursor].Run == t.run && t.cur.log[t.cursor].Step <= now {
			if err := t.again(t.cur.log[t.cursor]); err != nil {
				return err
			}
		}
		if now >= until {
			return nil
		}
		to := until
		if t.cursor < limit && t.cur.log[t.cursor].Run == t.run {
			to = min(to, t.cur.log[t.cursor].Step)
		}
		due, known := t.due()
		to = min(to, due)
		start := time.Now()
		err := t.steps(ctx, to, until)
		took := time.Since(start)
		if reached := t.now(); reached > t.cur.last {
			t.cur.last = reached
			t.snaps.pace(reached-now, took)
		}
		if err != nil {
			return err
		}
		if t.stops && t.stopped {
			return t.snapshot()
		}
		switch {
		case known != nil && t.now() == known.at.Step():
			err = t.verify(known)
		case t.now() >= due:
			err = t.snapshot()
		}
		if err != nil {
			return err
		}
	}
}

// steps advances the simulation and reports progress.
func (t *Timeline) steps(ctx context.Context, to, until int64) error {
	batch := int64(1)
	for t.now() < to {
		start := time.Now()
		err := t.sim.Advance(ctx, min(to, t.now()+batch))
		if err == nil && t.stops && t.sim.Stopped() && t.now() > t.cur.last {
			t.stopped = true
			return nil
		}
		if err != nil {
			var fault *sim.FaultError
			if errors.As(err, &fault) {
				t.fault = err
			}
			return err
		}
		if time.Since(start) < 50*time.Millisecond {
			batch *= 2
		}
		if t.opt.Progress != nil && until-t.now() > batch {
			t.opt.Progress(t.now(), until)
		}
	}
	return nil
}

// again applies an entry of the log when its step comes.
func (t *Timeline) again(e *Entry) error {
	inverse, err := e.Edit.apply(t)
	if err != nil {
		return fmt.Errorf("the edit %q, logged at step %d, does not fit: %w", e.Edit, e.Step, err)
	}
	e.inverse = inverse
	t.cursor++
	return nil
}

// Seek goes to a step of the present branch, back or forward, exactly: to the nearest snapshot before it, and from there by steps. When ctx
// ends the timeline stays at a step between, where it can go on.
func (t *Timeline) Seek(ctx context.Context, step int64) error {
	if step < t.first {
		return fmt.Errorf("step %d lies before step %d, at which the present run began; it cannot be gone back further", step, t.first)
	}
	k := t.cursor
	if step < t.now() {
		k = 0
	}
	for k < len(t.cur.log) && (t.cur.log[k].Run < t.run || t.cur.log[k].Run == t.run && t.cur.log[k].Step <= step) {
		k++
	}
	return t.seek(ctx, step, k)
}

// seek goes to a step at which the first entries of the log have been applied.
func (t *Timeline) seek(ctx context.Context, step int64, entries int) error {
	now := t.now()
	back := step < now || entries < t.cursor || t.fault != nil && step <= now
	s := t.snaps.best(t.cur, step, entries)
	switch {
	case s == nil:
		return fmt.Errorf("internal error: no snapshot before step %d", step)
	case back || s.at.Step() > now && t.snaps.worthwhile(s.at.Step()-now):
		if err := t.restore(s); err != nil {
			return err
		}
	}
	return t.advance(ctx, step, entries)
}

// restore puts a snapshot back.
func (t *Timeline) restore(s *snapshot) error {
	back := s.at.Step() < t.cur.last
	if ops := t.sim.Network().Operations; back && len(ops) > 0 {
		t.warn("operations", fmt.Sprintf("the function %q is called again when steps run again; what it remembers outside of the network is not rewound", ops[0].Name))
		t.cur.ghosts = t.tails(s)
	}
	s.version.restore(t.sim)
	if err := t.sim.Rewind(s.at); err != nil {
		return err
	}
	if back && len(t.sim.Network().Operations) > 0 {
		// What functions do is not known to repeat, so what they did is recorded again.
		if err := t.sim.Cut(); err != nil {
			return err
		}
		t.cur.last = s.at.Step()
	}
	t.ver, t.cursor, t.fault = s.version, s.entries, nil
	return nil
}

func (t *Timeline) warn(about, text string) {
	if t.opt.Warn != nil && !t.warned[about] {
		t.warned[about] = true
		t.opt.Warn(text)
	}
}

// Do makes an edit at the present position; it counts from the next step on. In the past it starts a branch, and the old future is kept in
// the one that was left. Errors leave everything as it is; those of equations are a diag.List.
func (t *Timeline) Do(e Edit) error { return t.DoWithin(0, e) }

// DoWithin is Do for an edit of a gesture, a number that NewGesture has given: edits of one gesture set the same thing over and over, as while a
// slider is dragged, and Undo reverts them as one.
func (t *Timeline) DoWithin(gesture int, e Edit) error {
	if err := t.do(e, -1, gesture); err != nil {
		return err
	}
	t.redo = nil
	return nil
}

// NewGesture is a number that no gesture of the log has.
func (t *Timeline) NewGesture() int {
	n := 0
	for _, b := range t.branches {
		for _, e := range b.log {
			n = max(n, e.Gesture)
		}
	}
	return n + 1
}

func (t *Timeline) do(e Edit, undoes, gesture int) error {
	if t.fault != nil {
		return fmt.Errorf("go back before the fault first: %w", t.fault)
	}
	e, err := cloneEdit(e)
	if err != nil {
		return err
	}
	replaced := t.replaces(e, undoes, gesture)
	if replaced == nil && !t.within(gesture) {
		if err := t.snapshot(); err != nil {
			return err
		}
	}
	inverse, err := e.apply(t)
	if err != nil {
		return err
	}
	entry := &Entry{Run: t.run, Step: t.now(), Edit: e, Undoes: undoes, Gesture: gesture, inverse: inverse}
	if replaced != nil {
		entry.inverse = replaced.inverse
		t.snaps.forget(replaced)
		t.cursor--
		t.cur.log = t.cur.log[:t.cursor]
	}
	if t.past() {
		if err := t.fork(); err != nil {
			return err
		}
	}
	t.cur.log = append(t.cur.log[:t.cursor:t.cursor], entry)
	t.cursor++
	t.placed = min(t.placed, t.cursor-1)
	return nil
}

// replaces is the entry that an edit takes the place of: a slider or a dragged node sets the same thing many times before the next step.
func (t *Timeline) replaces(e Edit, undoes, gesture int) *Entry {
	if t.cursor == 0 || undoes >= 0 || t.past() {
		return nil
	}
	last := t.cur.log[t.cursor-1]
	if last.Run != t.run || last.Step != t.now() || last.Undoes >= 0 || last.inverse == nil || last.Gesture != gesture {
		return nil
	}
	switch e := e.(type) {
	case SetParameter:
		if was, ok := last.Edit.(SetParameter); ok && was.Object == e.Object && was.Name == e.Name {
			return last
		}
	case MoveNode:
		if was, ok := last.Edit.(MoveNode); ok && was.Group == e.Group && was.Node == e.Node {
			return last
		}
	}
	return nil
}

// within reports whether the newest edit belongs to a gesture, so that what was before it has its snapshot.
func (t *Timeline) within(gesture int) bool {
	return gesture > 0 && t.cursor > 0 && t.cur.log[t.cursor-1].Gesture == gesture && t.cur.log[t.cursor-1].inverse != nil
}

// past reports whether the branch has a future at the present position.
func (t *Timeline) past() bool { return t.cursor < len(t.cur.log) || t.now() < t.cur.last }
