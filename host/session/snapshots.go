package session

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/galvani-sim/galvani/host/sim"
)

// snapshot is a checkpoint with its position in the tree of edits.
type snapshot struct {
	at      *sim.Checkpoint
	version *version
	entries int
	last    *Entry // the newest applied; nil: none
	bytes   int64
}

// snapshots are ordered by step, and at one step by the number of edits.
type snapshots struct {
	list  []*snapshot
	bytes int64
	// Seconds that a step and a snapshot take, smoothed.
	step, take float64
}

// fits reports whether a branch leads through a snapshot.
func (s *snapshot) fits(b *branch) bool {
	if s.at.Step() > b.last || s.entries > len(b.log) {
		return false
	}
	if s.entries > 0 && b.log[s.entries-1] != s.last {
		return false
	}
	return s.entries == len(b.log) || b.log[s.entries].Step >= s.at.Step()
}

// best is the newest snapshot of a branch that is not behind a position.
func (s *snapshots) best(b *branch, step int64, entries int) *snapshot {
	for _, x := range slices.Backward(s.list) {
		if x.at.Step() <= step && x.entries <= entries && x.fits(b) {
			return x
		}
	}
	return nil
}

// next is the first snapshot of a branch after a step.
func (s *snapshots) next(b *branch, step int64) *snapshot {
	for _, x := range s.list {
		if x.at.Step() > step && x.fits(b) {
			return x
		}
	}
	return nil
}

// pace notes how long new steps took.
func (s *snapshots) pace(steps int64, took time.Duration) {
	if steps > 0 {
		s.step = smooth(s.step, took.Seconds()/float64(steps))
	}
}

func smooth(old, now float64) float64 {
	if old == 0 {
		return now
	}
	return 0.7*old + 0.3*now
}

// spacing is the number of steps between two snapshots.
func (s *snapshots) spacing(o *Options) int64 {
	if o.Spacing > 0 {
		return o.Spacing
	}
	if s.step == 0 {
		return 100
	}
	return int64(math.Max(1, math.Min(1e9, 20*s.take/s.step)))
}

// worthwhile reports whether restoring a snapshot beats as many steps.
func (s *snapshots) worthwhile(steps int64) bool { return float64(steps)*s.step > s.take }

// due is the step at which the next snapshot is to be taken, or at which one lies ahead whose outcome is in doubt.
func (t *Timeline) due() (int64, *snapshot) {
	now := t.now()
	base := t.snaps.best(t.cur, now, t.cursor)
	due := now + 1
	if base != nil {
		due = max(now+1, base.at.Step()+t.snaps.spacing(&t.opt))
	}
	if len(t.sim.Network().Operations) > 0 {
		for _, x := range t.snaps.list {
			if x.at.Step() > now && x.leads(t.cur) {
				if x.at.Step() <= due {
					return x.at.Step(), x
				}
				break
			}
		}
		return due, nil
	}
	if ahead := t.snaps.next(t.cur, now); ahead != nil && ahead.at.Step() <= due {
		due = max(due, ahead.at.Step()+1) // steps that run again have it already
	}
	return due, nil
}

// leads is fits without regard to what the branch has recorded.
func (s *snapshot) leads(b *branch) bool {
	c := *b
	c.last = math.MaxInt64
	return s.fits(&c)
}

// snapshot copies the present state, unless there is a copy of it.
func (t *Timeline) snapshot() error {
	now := t.now()
	for _, x := range t.snaps.list {
		if x.at.Step() == now && x.entries == t.cursor && x.fits(t.cur) {
			return nil
		}
	}
	start := time.Now()
	c, err := t.sim.Checkpoint()
	if err != nil {
		return err
	}
	t.snaps.take = smooth(t.snaps.take, time.Since(start).Seconds())
	s := &snapshot{at: c, version: t.ver, entries: t.cursor, bytes: c.Bytes()}
	if t.cursor > 0 {
		s.last = t.cur.log[t.cursor-1]
	}
	t.cur.last = max(t.cur.last, now)
	k, _ := slices.BinarySearchFunc(t.snaps.list, s, func(a, b *snapshot) int {
		return cmp.Or(cmp.Compare(a.at.Step(), b.at.Step()), cmp.Compare(a.entries, b.entries))
	})
	t.snaps.list = slices.Insert(t.snaps.list, k, s)
	t.snaps.bytes += s.bytes
	t.snaps.thin(t.opt.Memory, now, s)
	return nil
}

// thin drops snapshots until they fit the budget: always the one whose neighbours lie closest together, measured by how long ago it was. What
// is left lies ever wider apart the older it is.
func (s *snapshots) thin(budget, now int64, keep *snapshot) {
	for s.bytes > budget && len(s.list) > 2 {
		worst, least := -1, math.Inf(1)
		for k := 1; k < len(s.list); k++ {
			if s.list[k] == keep {
				continue
			}
			next := now + 1
			if k+1 < len(s.list) {
				next = s.list[k+1].at.Step()
			}
			age := math.Abs(float64(now-s.list[k].at.Step())) + 1
			if gap := float64(next-s.list[k-1].at.Step()) / age; gap < least {
				worst, least = k, gap
			}
		}
		if worst < 0 {
			return
		}
		s.drop(s.list[worst])
		s.list = slices.Delete(s.list, worst, worst+1)
	}
}

// drop frees a snapshot, which the caller takes out of the list.
func (s *snapshots) drop(x *snapshot) {
	s.bytes -= x.bytes
	x.at.Close()
}

// forget drops snapshots that were taken behind an entry.
func (s *snapshots) forget(e *Entry) {
	s.list = slices.DeleteFunc(s.list, func(x *snapshot) bool {
		if x.last != e {
			return false
		}
		s.drop(x)
		return true
	})
}

// verify compares the present state with a snapshot that was taken here when the steps ran before.
func (t *Timeline) verify(was *snapshot) error {
	hash, err := t.hash()
	if err != nil {
		return err
	}
	before, err := was.at.Hash()
	if err != nil || hash == before {
		return err
	}
	t.warn("diverged", fmt.Sprintf("at step %d the network is not what it was when this step was reached first: a function of the script remembers something that going back does not restore. What follows is a new future", t.now()))
	t.snaps.list = slices.DeleteFunc(t.snaps.list, func(x *snapshot) bool {
		if x.at.Step() < was.at.Step() || !x.leads(t.cur) {
			return false
		}
		t.snaps.drop(x)
		return true
	})
	return t.snapshot()
}

// Memory is what snapshots take at present, in bytes, and their number.
func (t *Timeline) Memory() (bytes int64, snapshots int) { return t.snaps.bytes, len(t.snaps.list) }
