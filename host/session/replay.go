package session

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/sim"
)

// ErrEnd is what Replay.Drive returns when the session's position is reached before the script has ended: that is where the person stopped.
var ErrEnd = errors.New("the end of the session")

// Replay plays a session again: as the driver of the simulation that its script makes, it advances each run with the logged edits, to
// the position at which the session was saved. Afterwards Timeline can be gone on with.
type Replay struct {
	file *File
	opt  Options
	line *Timeline
	todo []Check
	done bool
}

// NewReplay prepares a replay. The caller makes the network as the header says.
func NewReplay(f *File, o Options) *Replay {
	todo := append(slices.Clone(f.Checks), f.At)
	slices.SortStableFunc(todo, func(a, b Check) int {
		return cmp.Or(cmp.Compare(a.Run, b.Run), cmp.Compare(a.Step, b.Step), cmp.Compare(a.Entries, b.Entries))
	})
	return &Replay{file: f, opt: o, todo: todo}
}

// Timeline is that of the replay, nil before the first run.
func (r *Replay) Timeline() *Timeline { return r.line }

// Done reports whether the session's position has been reached, with the state that it had.
func (r *Replay) Done() bool { return r.done }

// Drive implements sim.Driver.
func (r *Replay) Drive(ctx context.Context, s *sim.Sim, until int64) error {
	if err := r.Enter(s); err != nil {
		return err
	}
	return r.Play(ctx, until)
}

// Enter begins the next run of the script, in a simulation that has not been advanced in it. With Play it is Drive in parts, for somebody who
// looks at what lies between.
func (r *Replay) Enter(s *sim.Sim) error {
	if r.done {
		return ErrEnd
	}
	return r.begin(s)
}

// Play advances the present run to a step; ErrEnd where the session ends before.
func (r *Replay) Play(ctx context.Context, until int64) error {
	if r.done {
		return ErrEnd
	}
	if at := r.file.At; at.Run == r.line.run && at.Step < until {
		if err := r.play(ctx, at.Step); err != nil {
			return err
		}
		return ErrEnd
	}
	return r.play(ctx, until)
}

// Last is the step at which the session ends, in its last run.
func (r *Replay) Last() int64 { return r.file.At.Step }

// End is the step at which the session ends, if it is one of the present run; otherwise ok is false.
func (r *Replay) End() (step int64, ok bool) {
	return r.file.At.Step, r.line != nil && r.file.At.Run == r.line.run
}

func (r *Replay) begin(s *sim.Sim) error {
	switch {
	case r.line == nil:
		var err error
		if r.line, err = New(s, r.opt); err != nil {
			return err
		}
		r.load()
		return nil
	case r.line.sim != s:
		if err := r.line.Follow(s); err != nil {
			return err
		}
	default:
		if err := r.line.Begin(); err != nil {
			return err
		}
	}
	for k, b := range r.file.Branches {
		r.line.branches[k].closed = b.Closed
	}
	return nil
}

// load gives the timeline the branches of the file.
func (r *Replay) load() {
	t := r.line
	t.branches = nil
	for k, b := range r.file.Branches {
		t.branches = append(t.branches, &branch{id: b.ID, parent: b.Parent, fork: b.Fork, last: b.Last, closed: b.Closed, log: r.file.log(k)})
	}
	t.cur = t.branches[r.file.Present]
	t.cur.last = t.first
}

// play advances within the present run and compares the states on the way.
func (r *Replay) play(ctx context.Context, until int64) error {
	t := r.line
	for len(r.todo) > 0 && r.todo[0].Run == t.run && r.todo[0].Step <= until {
		c := r.todo[0]
		if c.Step < t.first || c.Step < t.now() {
			return fmt.Errorf("the session has a state at step %d of run %d, which begins at step %d here: it belongs to another model", c.Step, c.Run+1, t.first)
		}
		if err := t.advance(ctx, c.Step, c.Entries); err != nil {
			return err
		}
		if t.cursor != c.Entries {
			return fmt.Errorf("the session had %d edits at step %d; %d happen here: it belongs to another model", c.Entries, c.Step, t.cursor)
		}
		hash, err := t.hash()
		if err != nil {
			return err
		}
		if hex.EncodeToString(hash[:]) != c.Hash {
			return &MismatchError{Check: c, Got: hex.EncodeToString(hash[:]), Version: r.file.Header.Version}
		}
		r.todo = r.todo[1:]
		r.done = c == r.file.At && len(r.todo) == 0
	}
	if r.done {
		return nil
	}
	limit := len(t.cur.log)
	if t.run == r.file.At.Run {
		limit = r.file.At.Entries
	}
	return t.advance(ctx, until, limit)
}

// Finish plays what came after the end of the script, in the simulation that it left.
func (r *Replay) Finish(ctx context.Context, s *sim.Sim) error {
	if r.line == nil && s != nil { // a script that only describes its network
		if err := r.Enter(s); err != nil {
			return err
		}
	}
	switch at := r.file.At; {
	case r.done:
		return nil
	case r.line == nil:
		return errors.New("the script described no network, and so has no session")
	case at.Run != r.line.run:
		return fmt.Errorf("the session was saved in run %d of the script, which has %d", at.Run+1, r.line.run+1)
	default:
		return r.play(ctx, at.Step)
	}
}

// MismatchError says that a replay came to another state than the session.
type MismatchError struct {
	Check   Check
	Got     string
	Version string // of the program that saved the session
}

// Error says where, and what it may be due to.
func (e *MismatchError) Error() string {
	return fmt.Sprintf("at step %d of run %d the state is not that of the session (%.12s, and was %.12s); it was saved by galvani %s: another version, backend, precision or other data can be why",
		e.Check.Step, e.Check.Run+1, e.Got, e.Check.Hash, e.Version)
}

// Follow goes over to another network of the script, whose run begins.
func (t *Timeline) Follow(s *sim.Sim) error {
	t.sim = s
	return t.Begin()
}

func (t *Timeline) hash() ([sha256.Size]byte, error) {
	c, err := t.sim.Checkpoint()
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	defer c.Close()
	return c.Hash()
}

// Hash identifies the present state, as in session files.
func (t *Timeline) Hash() (string, error) {
	h, err := t.hash()
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(h[:]), nil
}
