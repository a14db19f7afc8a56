package session

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/record"
)

// branch is one future: a log from the beginning on.
type branch struct {
	id, parent int
	fork       int64 // step at which it left its parent
	log        []*Entry
	last       int64 // the last step reached
	ghosts     []Ghost
	bytes      int64 // of the ghosts
	left       int64 // step at which the branch was left
	whole      bool  // the ghosts are all that monitors recorded after it
	closed     bool  // of a run before
}

// before is the number of entries of runs before one.
func (b *branch) before(run int) int {
	k := 0
	for k < len(b.log) && b.log[k].Run < run {
		k++
	}
	return k
}

// Branch describes a branch of a timeline.
type Branch struct {
	ID     int
	Parent int   // -1 for the first one
	Fork   int64 // the step at which it left its parent
	Last   int64 // the last step that it reached
	Edits  int   // entries of its log
	// Present is the branch that is played.
	Present bool
	// Closed branches belong to runs of the script before; they can be looked at, not switched to.
	Closed bool
	// Ghosts is what monitors recorded after the fork at which the branch was left, for faint traces behind the present one.
	Ghosts []Ghost
}

// Ghost is the part of a monitor's recording that lies in a future that was left.
type Ghost struct {
	Monitor string
	Columns []record.Column
	// Data holds a []float64, []int64 or []int32 for each column, in C order.
	Data    []any
	watched int64 // samples at their end that are in no file
}

// Branches lists all branches by ID.
func (t *Timeline) Branches() []Branch {
	var out []Branch
	for _, b := range t.branches {
		out = append(out, Branch{ID: b.id, Parent: b.parent, Fork: b.fork, Last: b.last, Edits: len(b.log), Present: b == t.cur, Closed: b.closed, Ghosts: b.ghosts})
	}
	return out
}

// Present is the ID of the branch that is played.
func (t *Timeline) Present() int { return t.cur.id }

// fork leaves the present branch at the present position.
func (t *Timeline) fork() error {
	if err := t.leave(); err != nil {
		return err
	}
	b := &branch{id: len(t.branches), parent: t.cur.id, fork: t.now(), log: slices.Clone(t.cur.log[:t.cursor]), last: t.now()}
	t.branches = append(t.branches, b)
	t.cur = b
	return nil
}

// leave keeps what the present branch recorded behind the present position, and cuts it off.
func (t *Timeline) leave() error {
	t.cur.keep(t.tails(nil))
	t.cur.left = t.now()
	t.shedGhosts()
	return t.sim.Cut()
}

// tails copies what recordings hold behind the present position (at nil), or behind a snapshot.
func (t *Timeline) tails(at *snapshot) (out []Ghost) {
	for _, r := range t.sim.Recordings() {
		from := r.Samples()
		if at != nil {
			from = at.at.Recorded(r.Recording)
		}
		if data, err := r.Tail(from); err == nil { // else there is less to look at
			out = append(out, Ghost{r.Name, r.Columns(), data, min(r.Watched(), r.Samples()+r.Hidden()-from)})
		}
	}
	return out
}

func (b *branch) keep(g []Ghost) {
	b.ghosts, b.bytes, b.whole = g, 0, true
	for _, x := range g {
		for k, d := range x.Data {
			b.bytes += int64(x.Columns[k].Type.Size() * length(d))
		}
	}
}

func length(d any) int {
	switch d := d.(type) {
	case []float64:
		return len(d)
	case []int64:
		return len(d)
	case []int32:
		return len(d)
	}
	return 0
}

// shedGhosts forgets the oldest recordings of left futures that are over the budget.
func (t *Timeline) shedGhosts() {
	sum := int64(0)
	for _, b := range slices.Backward(t.branches) {
		if sum += b.bytes; sum > t.opt.Ghosts && b != t.cur {
			sum -= b.bytes
			b.ghosts, b.bytes, b.whole = nil, 0, false
		}
	}
}

// Switch goes over to another branch: to the step at which it left what the two have in common. Its future is played again from there.
func (t *Timeline) Switch(ctx context.Context, id int) error {
	if id < 0 || id >= len(t.branches) {
		return fmt.Errorf("there is no branch %d; there are 0 to %d", id, len(t.branches)-1)
	}
	b := t.branches[id]
	switch {
	case b == t.cur:
		return nil
	case b.closed:
		return fmt.Errorf("branch %d belongs to a run of the script that is over", id)
	}
	k := 0
	for k < len(b.log) && k < len(t.cur.log) && b.log[k] == t.cur.log[k] {
		k++
	}
	// The last step at which both are the same.
	step := min(t.cur.last, b.last)
	for _, x := range []*branch{t.cur, b} {
		if k < len(x.log) {
			step = min(step, x.log[k].Step)
		}
	}
	if err := t.seek(ctx, max(step, t.first), k); err != nil {
		return err
	}
	if err := t.leave(); err != nil {
		return err
	}
	t.cur, t.redo, t.placed = b, nil, -1
	return t.unfold()
}

// unfold gives the recordings what the present branch had recorded when it was left, where that was here. Elsewhere its future is still exact, but
// has to be run to be seen.
func (t *Timeline) unfold() error {
	b, now := t.cur, t.now()
	recordings := t.sim.Recordings()
	if !b.whole || b.left != now || len(b.ghosts) != len(recordings) {
		b.last = now
		return nil
	}
	for k, r := range recordings {
		n, g := r.Samples(), b.ghosts[k]
		all := length(g.Data[0])
		proper, watched := record.Split(g.Data, all-int(g.watched), all)
		if err := errors.Join(r.Append(proper...), r.Watch(record.WatchedBound, watched...)); err != nil {
			return err
		}
		if err := r.Rewind(n); err != nil {
			return err
		}
	}
	b.ghosts, b.bytes, b.whole = nil, 0, false
	return nil
}
