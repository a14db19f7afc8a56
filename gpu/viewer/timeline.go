//go:build cgo && linux

package viewer

import (
	"context"
	"errors"
	"time"

	"github.com/galvani-sim/galvani/host/exec"
	timeline "github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/sim"
)

// seekSlice is how long the viewer works on going to another time before it looks at input and draws again.
const seekSlice = 40 * time.Millisecond

// follow gives the simulation a timeline, or begins another run of the one that it has.
func (v *Viewer) follow(s *sim.Sim, until int64) error {
	var err error
	switch {
	case v.line == nil:
		o := v.opt.History
		if o.Warn == nil {
			o.Warn = func(text string) { v.say("%s", text) }
		}
		v.line, err = timeline.New(s, o)
	case v.line.Sim() != s:
		err = v.line.Follow(s)
	case until >= 0: // what comes after the script's end belongs to its last run
		err = v.line.Begin()
	}
	v.target = -1
	return err
}

// Timeline is the past and present of what is shown; nil before the first run. It is used on the context's thread only.
func (v *Viewer) Timeline() *timeline.Timeline { return v.line }

// Adopt goes on with a timeline that was made elsewhere, as by a replay. It is called before the simulation is shown.
func (v *Viewer) Adopt(t *timeline.Timeline) { v.line, v.adopted = t, true }

// goTo starts to go to a step, back or forward; the loop does it in slices.
func (v *Viewer) goTo(step int64) {
	first, last := v.line.Range()
	v.playing, v.single = false, 0
	v.target = max(first, min(step, last))
	v.changed = true
}

// stepBy goes some steps back or forward. Beyond what was reached before, new steps are made.
func (v *Viewer) stepBy(n int64) {
	at := v.line.Step()
	if v.target >= 0 { // a key that repeats while the last step is still under way
		at = v.target
	}
	_, last := v.line.Range()
	v.playing = false
	if to := at + n; to <= last {
		v.goTo(to)
		return
	}
	if at < last && n > 1 {
		v.goTo(last)
		return
	}
	v.single += n
}

// seek works on going to the target.
func (v *Viewer) seek(ctx context.Context) error {
	slice, cancel := context.WithTimeout(ctx, v.slice)
	defer cancel()
	err := v.line.Seek(slice, v.target)
	v.version++
	v.changed = true
	// On the way, too, the network may be another one, whose buffers are to be drawn.
	if err := v.refresh(); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case slice.Err() != nil && v.line.Step() != v.target:
		return nil // goes on in the next round
	case errors.As(err, new(*exec.Fault)):
		v.target = -1
		return err
	case err != nil:
		v.say("%v", err)
	default:
		v.fault = nil
	}
	v.target = -1
	return nil
}

// do makes an edit, and says why not when it cannot be made.
func (v *Viewer) do(e timeline.Edit) bool { return v.doWithin(0, e) }

// doWithin makes an edit of a gesture, see session.Timeline.DoWithin.
func (v *Viewer) doWithin(gesture int, e timeline.Edit) bool {
	if !v.arrive() {
		return false
	}
	branches := len(v.line.Branches())
	if err := v.line.DoWithin(gesture, e); err != nil {
		v.say("%s", firstLine(err))
		return false
	}
	if n := len(v.line.Branches()); n > branches {
		v.say("the past was edited: branch %d begins here (b goes to another)", n-1)
	}
	return v.edited()
}

// arrive ends a seek that is under way, so that an edit counts at the step that is asked for.
func (v *Viewer) arrive() bool {
	if v.target < 0 {
		return true
	}
	err := v.line.Seek(context.Background(), v.target)
	v.target = -1
	if err != nil {
		v.say("%s", firstLine(err))
	}
	return err == nil && v.edited()
}

// edited follows what an edit has changed.
func (v *Viewer) edited() bool {
	v.version++
	v.changed = true
	if err := v.refresh(); err != nil {
		v.broken = err
		return false
	}
	return true
}

func (v *Viewer) undo() {
	if !v.arrive() {
		return
	}
	e, err := v.line.Undo(context.Background())
	v.told("undone", e, err)
}

func (v *Viewer) redo() {
	if !v.arrive() {
		return
	}
	e, err := v.line.Redo()
	v.told("redone", e, err)
}

func (v *Viewer) told(what string, e timeline.Edit, err error) {
	if err != nil {
		v.say("%s", firstLine(err))
		return
	}
	v.edited()
	v.say("%s: %s", what, e)
}

// nextBranch goes over to the next future that can be gone to.
func (v *Viewer) nextBranch() {
	list := v.line.Branches()
	at := 0
	for k, b := range list {
		if b.Present {
			at = k
		}
	}
	for k := 1; k < len(list); k++ {
		if b := list[(at+k)%len(list)]; !b.Closed {
			v.switchTo(b.ID)
			return
		}
	}
	v.say("there is one future only; edit the past for another")
}

func (v *Viewer) switchTo(id int) {
	if !v.arrive() {
		return
	}
	v.playing = false
	if err := v.line.Switch(context.Background(), id); err != nil {
		v.say("%s", firstLine(err))
		return
	}
	v.edited()
	v.say("branch %d, at step %d", id, v.line.Step())
}

// saveSession writes the session where the caller wants it.
func (v *Viewer) saveSession() {
	if v.opt.SaveSession == nil {
		v.say("this window has no session to save")
		return
	}
	path, err := v.opt.SaveSession(v.line)
	if err != nil {
		v.say("not saved: %v", err)
		return
	}
	v.say("saved %s", path)
	v.win.Saved(path)
}

// refresh makes the panels anew when an edit, or going back behind one, has changed what there is to show.
func (v *Viewer) refresh() error {
	s := v.line.Sim()
	if v.stage.plan == s.Plan() && v.stage.inst == s.Instance() {
		v.stage.follow(v.line)
		return nil
	}
	return v.rebuild()
}

// firstLine is an error in a line, for the message in the window.
func firstLine(err error) string {
	text := err.Error()
	for k, c := range text {
		if c == '\n' {
			return text[:k]
		}
	}
	return text
}
