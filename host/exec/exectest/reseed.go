package exectest

import (
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
)

// reseed changes the random key in the middle of a run: from there on the instance draws what one loaded with that key does.
func (s *suite) reseed(t *testing.T) {
	b, bufs := s.noisy()
	first, other := exec.Options{Seed: 11}, exec.Options{Seed: 1<<40 + 3, Run: 7, Replica: 2}
	state := func(x exec.Instance) (all []float64) {
		for _, id := range bufs {
			all = append(all, read(t, x, b, id)...)
		}
		return all
	}
	x := s.load(t, b, first)
	r, ok := x.(exec.Reseeder)
	if !ok {
		t.Fatalf("%T is no exec.Reseeder", x)
	}
	advance(t, x, 20)
	snap, err := x.Snapshot()
	s.must(t, err)
	advance(t, x, 30)
	before := state(x)

	s.must(t, x.Restore(snap))
	s.must(t, r.Reseed(other.Random()))
	s.exactly(t, "state after a change of key", state(x), func() []float64 {
		y := s.load(t, b, first)
		advance(t, y, 20)
		return state(y)
	}())
	advance(t, x, 30)
	want := s.load(t, b, other)
	s.must(t, want.Restore(snap))
	advance(t, want, 30)
	s.exactly(t, "after a change of key", state(x), state(want))

	same := true
	for i, v := range state(x) {
		same = same && v == before[i]
	}
	if same {
		t.Error("another key drew the same numbers")
	}
	s.must(t, x.Restore(snap))
	s.must(t, r.Reseed(first.Random()))
	advance(t, x, 30)
	s.exactly(t, "after the first key again", state(x), before)
}
