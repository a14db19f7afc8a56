package session

import (
	"context"
	"math"
	"slices"
	"testing"
)

// A number that is set while the network runs acts as the same number of the script would have, and compiles once.
func TestNumbers(t *testing.T) {
	r := start(t, network(5), Options{})
	names := func() (out []string) {
		for _, n := range r.Numbers("g") {
			out = append(out, n.Name)
		}
		return out
	}
	if got := names(); !slices.Equal(got, []string{"tau"}) {
		t.Fatalf("numbers of g: %v", got)
	}
	if n := r.Numbers("feed"); len(n) != 1 || n[0].Name != "gain" || n[0].Live || n[0].Value.Value != 0.4 {
		t.Fatalf("numbers of feed: %+v", n)
	}
	was := r.sim.Plan()
	r.must(r.Do(SetParameter{Name: "tau", Value: 0.05}))
	r.must(r.Do(SetParameter{Name: "gain", Value: 0.6}))
	p := r.sim.Plan()
	if p == was {
		t.Fatal("a number became a variable without another plan")
	}
	r.seek(40)
	got := r.values("g", "v")
	fresh := network(5)
	ns := numbers{"gain": 0.6, "tau": 0.05}
	for _, g := range fresh.Groups {
		g.Namespace = ns
	}
	for _, s := range fresh.Synapses {
		s.Namespace = ns
	}
	f := start(t, fresh, Options{})
	f.seek(40)
	for k, want := range f.values("g", "v") {
		if math.Abs(got[k]-want) > 1e-12 {
			t.Errorf("v[%d] = %v, with the numbers in the script %v", k, got[k], want)
		}
	}
	// Further values are written where the first one made room.
	for _, x := range []float64{0.01, 0.03} {
		r.must(r.Do(SetParameter{Object: "g", Name: "tau", Value: x}))
	}
	if r.sim.Plan() != p {
		t.Error("a further value made another plan")
	}
	if n := r.Numbers("g"); len(n) != 1 || !n[0].Live || n[0].Value.Value != 0.03 {
		t.Errorf("numbers of g: %+v", n)
	}
	at40 := r.everything()
	r.seek(0)
	r.seek(40)
	r.same("there and back", at40)
	r.undo()
	if v := r.values("g", "tau"); v[0] != 0.05 {
		t.Errorf("undone tau is %v", v)
	}
	// A rule that declares the name has a parameter of its own.
	rule := "dv/dt = (drive - v)/(tau*second) : 1 (unless refractory)\ndrive : 1\nage : integer\ntau : 1\npull : 1"
	r.must(r.Do(SetRule{Group: "g", Equations: &rule}))
	if v := r.values("g", "tau"); len(v) != 5 {
		t.Errorf("the rule's own tau has %d values", len(v))
	}
}

// A number in an exponent that a unit depends on cannot be a variable: it is compiled in, and works all the same.
func TestNumberInExponent(t *testing.T) {
	n := network(3)
	g := n.Groups[1]
	g.Namespace = numbers{"gain": 0.4, "tau": 0.02, "n": 2}
	g.Equations = code("dv/dt = (drive - v)/(tau*second) + 0*(age*second)**n/second**n/second : 1 (unless refractory)\ndrive : 1\nage : integer\npull : 1")
	r := start(t, n, Options{})
	r.must(r.Do(SetParameter{Object: "g", Name: "tau", Value: 0.04}))
	wantError(t, r.Do(SetParameter{Object: "g", Name: "nn", Value: 3}), `no parameter "nn"`)
	r.must(r.Do(SetParameter{Object: "g", Name: "n", Value: 3}))
	for _, x := range r.Numbers("g") {
		if want := map[string]float64{"tau": 0.04, "n": 3}[x.Name]; x.Value.Value != want || x.Live != (x.Name == "tau") {
			t.Errorf("%+v, want %v", x, want)
		}
	}
	r.seek(10)
}

// What was set in one go is undone as one, whatever steps lie between, and is played again from a file.
func TestGesture(t *testing.T) {
	ctx := context.Background()
	r := start(t, network(4), Options{})
	r.seek(10)
	drag := func(object, name string, from float64) int {
		g := r.NewGesture()
		for k := range int64(5) {
			r.must(r.DoWithin(g, SetParameter{Object: object, Name: name, Value: from + 0.5*float64(k)}))
			r.must(r.DoWithin(g, SetParameter{Object: object, Name: name, Value: from + float64(k)}))
			r.seek(r.Step() + 2)
		}
		return g
	}
	first := drag("", "gain", 0.1)
	if second := drag("g", "drive", 0.2); second == first {
		t.Fatal("two gestures of one number")
	}
	if n := len(r.Log()); n != 10 {
		t.Fatalf("%d entries for five steps of each of two drags", n)
	}
	e := r.undo()
	if v := r.values("g", "drive"); v[0] != 0.8 || e.(SetParameter).Name != "drive" || r.Step() != 30 {
		t.Errorf("step %d: undone %v, drive is %v", r.Step(), e, v)
	}
	e = r.undo()
	if v := r.Numbers("feed"); v[0].Value.Value != 0.4 || e.(SetParameter).Name != "gain" {
		t.Errorf("undone %v, gain is %+v", e, v)
	}
	if _, err := r.Undo(ctx); err != ErrNothing {
		t.Errorf("a third undo: %v", err)
	}
	_, err := r.Redo()
	r.must(err)
	if v := r.Numbers("feed"); v[0].Value.Value != 4.1 {
		t.Errorf("redone: %+v", v)
	}
	r.seek(40)
	f, err := r.File(Header{})
	r.must(err)
	data, err := f.Encode()
	r.must(err)
	f, err = Decode(data)
	r.must(err)
	again := start(t, network(4), Options{})
	replay := NewReplay(f, Options{})
	r.must(replay.Finish(ctx, again.sim))
	want, err := r.Hash()
	r.must(err)
	if got, err := replay.Timeline().Hash(); err != nil || got != want {
		t.Errorf("played again: %v, %v", got, err)
	}
	if log := replay.Timeline().Log(); log[0].Gesture != first || log[4].Gesture != first {
		t.Errorf("gestures of the file: %+v", log[0])
	}
}

// A number that is set in a group alone stays what it was in code of synapses onto the group, which sees the group's variables by their bare names.
func TestNumberOfOneObject(t *testing.T) {
	make := func(g, syn float64) *rig {
		n := network(4)
		n.Groups[1].Equations = code("dv/dt = (gain*drive - v)/(tau*second) : 1 (unless refractory)\ndrive : 1\nage : integer\npull : 1")
		n.Groups[1].Namespace = numbers{"gain": g, "tau": 0.02}
		for _, s := range n.Synapses {
			s.Namespace = numbers{"gain": syn}
		}
		return start(t, n, Options{})
	}
	r := make(0.4, 0.4)
	r.must(r.Do(SetParameter{Object: "g", Name: "gain", Value: 0.9}))
	if n := r.Numbers("feed"); len(n) != 1 || n[0].Live || n[0].Value.Value != 0.4 {
		t.Errorf("numbers of feed: %+v", n)
	}
	r.seek(30)
	want := make(0.9, 0.4)
	want.seek(30)
	got := r.values("g", "v")
	for k, x := range want.values("g", "v") {
		if math.Abs(got[k]-x) > 1e-12 {
			t.Errorf("v[%d] = %v, want %v", k, got[k], x)
		}
	}
}
