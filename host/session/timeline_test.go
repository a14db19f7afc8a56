package session

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSeek goes to and fro between steps of a run with edits: state and recordings must be those of a run that never went back.
func TestSeek(t *testing.T) {
	edits := map[int64][]Edit{
		10: {SetValues{Object: "g", Variable: "v", Elements: []int32{2, 0}, Values: []float64{0.95, 0.1}}},
		25: {SetParameter{Name: "gain", Value: 0.7}, SetParameter{Object: "g", Name: "drive", Value: 1.1}},
		26: {SetValues{Object: "rec", Variable: "w", Elements: []int32{1}, Values: []float64{0.9}}, MoveNode{Group: "g", Node: 1, X: 2, Y: 3}},
		60: {SetParameter{Object: "feed", Name: "gain", Value: 0.2}},
	}
	do := func(r *rig, k int64) {
		for _, e := range edits[k] {
			r.must(r.Do(e))
		}
	}
	const steps = 120
	want := history(t, network(5), steps, do)
	for _, o := range []Options{{}, {Spacing: 1}, {Spacing: 7, Memory: 1}, {Spacing: 1, Memory: 20 << 10}} {
		r := start(t, network(5), o)
		for k := range int64(steps) {
			r.seek(k)
			do(r, k)
		}
		rnd := rand.New(rand.NewPCG(1, 2))
		for range 60 {
			k := rnd.Int64N(steps)
			r.seek(k)
			r.same("after a seek", want[k])
			if _, moved := r.Positions("g")[1]; moved != (k >= 26) {
				t.Errorf("step %d: the node was moved: %v", k, moved)
			}
		}
		if first, last := r.Range(); first != 0 || last != steps-1 {
			t.Errorf("range %d to %d", first, last)
		}
		if len(r.Log()) != 6 || len(r.Branches()) != 1 {
			t.Errorf("%d entries, %d branches", len(r.Log()), len(r.Branches()))
		}
	}
}

// TestBranch edits the past: the old future stays, and can be gone back to.
func TestBranch(t *testing.T) {
	ctx := context.Background()
	r := start(t, network(4), Options{Spacing: 5})
	r.seek(50)
	r.must(r.Do(SetParameter{Name: "gain", Value: 0.6}))
	r.seek(100)
	old := r.everything()
	r.seek(30)
	at30 := r.everything()
	r.must(r.Do(SetValues{Object: "g", Variable: "v", Values: []float64{0.5}}))
	r.seek(80)
	fresh := r.everything()

	b := r.Branches()
	if len(b) != 2 || b[1].Parent != 0 || b[1].Fork != 30 || !b[1].Present || b[0].Last != 100 || b[0].Edits != 1 {
		t.Fatalf("branches: %+v", b)
	}
	var ghost *Ghost
	for k := range b[0].Ghosts {
		if g := &b[0].Ghosts[k]; g.Monitor == "states" {
			ghost = g
		}
	}
	if ghost == nil || len(ghost.Data[0].([]float64)) != 70 || ghost.Data[0].([]float64)[0] != 0.03 {
		t.Fatalf("ghost: %+v", ghost)
	}
	r.must(r.Switch(ctx, 0))
	r.same("at the fork", at30)
	if _, last := r.Range(); last != 100 {
		t.Errorf("the old future ends at %d", last)
	}
	r.seek(100)
	r.same("the old future", old)
	r.must(r.Switch(ctx, 1))
	r.seek(80)
	r.same("the new future", fresh)
	wantError(t, r.Switch(ctx, 7), "no branch 7")
}

func TestUndo(t *testing.T) {
	ctx := context.Background()
	r := start(t, network(4), Options{})
	r.seek(20)
	at20 := r.everything()
	pluck := SetValues{Object: "g", Variable: "v", Elements: []int32{1}, Values: []float64{0.99}}
	r.must(r.Do(pluck))
	r.undo()
	r.same("an edit taken back at once", at20)
	if len(r.Log()) != 0 {
		t.Errorf("it left %d entries", len(r.Log()))
	}
	if _, err := r.Undo(ctx); err != ErrNothing {
		t.Errorf("undo of nothing: %v", err)
	}
	_, err := r.Redo()
	r.must(err)
	r.seek(40)
	at40 := r.everything()

	// A parameter is reverted where we are; the slider made one entry.
	for _, x := range []float64{0.5, 0.6, 0.7} {
		r.must(r.Do(SetParameter{Name: "gain", Value: x}))
	}
	if len(r.Log()) != 2 {
		t.Fatalf("%d entries", len(r.Log()))
	}
	r.seek(50)
	r.undo()
	if r.Step() != 50 || len(r.Log()) != 3 || r.Log()[2].Undoes != 1 || r.Log()[2].Edit.(SetParameter).Value != 0.4 {
		t.Fatalf("step %d, log %v", r.Step(), r.Log())
	}
	r.seek(60)
	at60 := r.everything()
	// The next one is the pluck, which time has moved past.
	r.undo()
	r.same("before the pluck", at20)
	_, err = r.Redo()
	r.must(err)
	r.seek(40)
	r.same("plucked again", at40)
	r.must(r.Switch(ctx, 0))
	r.seek(60)
	r.same("the branch that was left", at60)
}

func TestEditErrors(t *testing.T) {
	r := start(t, network(4), Options{})
	r.seek(13)
	before := r.everything()
	for _, x := range []struct {
		e    Edit
		want []string
	}{
		{SetValues{Object: "h", Variable: "v", Values: []float64{1}}, []string{`"h"`, "in, g, feed, rec"}},
		{SetValues{Object: "g", Variable: "u", Values: []float64{1}}, []string{`no variable "u"`, "v, drive, age"}},
		{SetValues{Object: "g", Variable: "spikes", Values: []float64{1}}, []string{`no variable "spikes"`}},
		{SetValues{Object: "g", Variable: "v", Values: []float64{1, 2}}, []string{"2 values for 4 elements"}},
		{SetValues{Object: "g", Variable: "v", Elements: []int32{4}, Values: []float64{1}}, []string{"elements 0 to 3"}},
		{SetValues{Object: "g", Variable: "v", Elements: []int32{-1}, Values: []float64{1}}, []string{"elements 0 to 3"}},
		{SetValues{Object: "g", Variable: "age", Values: []float64{0.5}}, []string{"integers"}},
		{SetParameter{Name: "nothing", Value: 1}, []string{`no parameter "nothing"`}},
		{SetParameter{Object: "g", Name: "nothing", Value: 1}, []string{`"g" has no parameter "nothing"`}},
		{MoveNode{Group: "g", Node: 9}, []string{"no node 9"}},
	} {
		wantError(t, r.Do(x.e), x.want...)
		r.same(x.e.String(), before)
	}
	if len(r.Log()) != 0 {
		t.Errorf("%d entries were logged", len(r.Log()))
	}
}

func TestThin(t *testing.T) {
	r := start(t, network(4), Options{Spacing: 1, Memory: 40 << 10})
	r.seek(3000)
	bytes, n := r.Memory()
	if bytes > 40<<10 || n < 5 {
		t.Fatalf("%d snapshots take %d bytes", n, bytes)
	}
	var ages []int64
	for _, s := range r.snaps.list {
		ages = append(ages, 3000-s.at.Step())
	}
	slices.Reverse(ages)
	t.Log("ages of the snapshots:", ages)
	if ages[len(ages)-1] != 3000 || ages[0] > 1 {
		t.Errorf("ages %v: the first and the newest must be there", ages)
	}
	for k := 2; k < len(ages); k++ {
		if ages[k] > 4*ages[k-1]+16 {
			t.Errorf("no snapshot between ages %d and %d", ages[k-1], ages[k])
		}
	}
}
