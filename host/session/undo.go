package session

import (
	"context"
	"errors"
	"fmt"
)

// ErrNothing is what Undo and Redo return when there is nothing to undo or redo.
var ErrNothing = errors.New("there is nothing to undo or redo")

// Undo reverts the newest edit before the present position that was not undone, and returns it. See the package's documentation for what
// happens with time.
func (t *Timeline) Undo(ctx context.Context) (Edit, error) {
	k := t.undoable()
	if k < 0 {
		return nil, ErrNothing
	}
	e := t.cur.log[k]
	first := t.began(k)
	redo := t.redo
	switch {
	case first == k && k == t.cursor-1 && e.Step == t.now() && !t.past():
		if err := t.seek(ctx, e.Step, k); err != nil {
			return nil, err
		}
		t.snaps.forget(e)
		t.cur.log = t.cur.log[:k:k]
		t.merge()
	case t.cur.log[first].inverse != nil:
		if err := t.do(t.cur.log[first].inverse, k, 0); err != nil {
			return nil, fmt.Errorf("undo %q: %w", e.Edit, err)
		}
	default:
		if err := t.seek(ctx, t.cur.log[first].Step, first); err != nil {
			return nil, err
		}
		if err := t.fork(); err != nil {
			return nil, err
		}
	}
	t.redo = append(redo, e.Edit)
	return e.Edit, nil
}

// undoable is the place in the log of the edit that Undo would revert, -1 for none.
func (t *Timeline) undoable() int {
	undone := map[int]bool{}
	for k := t.cursor - 1; k >= 0; k-- {
		switch e := t.cur.log[k]; {
		case e.Run != t.run:
			return -1
		case e.Undoes >= 0:
			for j := t.began(e.Undoes); j <= e.Undoes; j++ {
				undone[j] = true
			}
		case !undone[k]:
			return k
		}
	}
	return -1
}

// began is the first entry of the gesture that entry k ends, k itself when it is a single edit.
func (t *Timeline) began(k int) int {
	g := t.cur.log[k].Gesture
	for g > 0 && k > 0 && t.cur.log[k-1].Gesture == g {
		k--
	}
	return k
}

// merge goes back to the parent of a branch in which nothing has happened.
func (t *Timeline) merge() {
	b := t.cur
	if b.parent < 0 || b.id != len(t.branches)-1 || b.fork != t.now() || b.last != b.fork {
		return
	}
	p := t.branches[b.parent]
	if p.closed || p.left != b.fork || len(p.log) < len(b.log) {
		return
	}
	for k, e := range b.log {
		if p.log[k] != e {
			return
		}
	}
	t.branches = t.branches[:len(t.branches)-1]
	t.cur = p
	if err := t.unfold(); err != nil {
		p.last = t.now()
	}
}

// Redo makes the edit that was undone last again, at the present position, and returns it.
func (t *Timeline) Redo() (Edit, error) {
	n := len(t.redo)
	if n == 0 {
		return nil, ErrNothing
	}
	e, rest := t.redo[n-1], t.redo[:n-1]
	if err := t.do(e, -1, 0); err != nil {
		return nil, fmt.Errorf("redo %q: %w", e, err)
	}
	t.redo = rest
	return e, nil
}
