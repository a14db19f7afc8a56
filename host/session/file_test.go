package session

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// script makes two runs of 40 ms, with a change in between that no log holds.
func script(ctx context.Context, s *sim.Sim) error {
	if err := s.Run(ctx, 0.04); err != nil {
		return err
	}
	if err := s.Set(s.Network().Groups[1], "drive", []float64{1.2}); err != nil {
		return err
	}
	return s.Run(ctx, 0.04)
}

func open(t testing.TB, d sim.Driver) *sim.Sim {
	t.Helper()
	s, err := sim.Compile(network(4), sim.Options{Backend: cpu.Backend{}, Precision: plan.Double, Seed: 5, Driver: d})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// person edits while a script runs, as the viewer would drive it.
type person struct {
	line *Timeline
	do   func(*Timeline, int64) error // after each step
}

func (p *person) Drive(ctx context.Context, s *sim.Sim, until int64) (err error) {
	if p.line == nil {
		p.line, err = New(s, Options{Spacing: 8})
	} else {
		err = p.line.Begin()
	}
	for err == nil && p.line.Step() < until {
		if err = p.line.Advance(ctx, p.line.Step()+1); err == nil {
			err = p.do(p.line, p.line.Step())
		}
	}
	return err
}

func recorded(t *testing.T) (*Timeline, []byte) {
	ctx := context.Background()
	back := false
	p := &person{do: func(l *Timeline, step int64) error {
		switch {
		case step == 10:
			return l.Do(SetValues{Object: "g", Variable: "v", Values: []float64{0.1, 0.2, 0.30000000000000004, 1e-300}})
		case step == 40:
			return l.Do(SetParameter{Name: "gain", Value: 0.9})
		case step == 55:
			return l.Do(AddEdge{Synapses: "rec", Pre: []int32{0}, Post: []int32{2}, Values: map[string][]float64{"w": {0.4}}})
		case step == 70 && !back:
			back = true
			if err := l.Seek(ctx, 60); err != nil {
				return err
			}
			return l.Do(RemoveNode{"g", []int32{3}})
		}
		return nil
	}}
	s := open(t, p)
	if err := script(ctx, s); err != nil {
		t.Fatal(err)
	}
	if err := p.line.Advance(ctx, 120); err != nil { // after the script's end
		t.Fatal(err)
	}
	f, err := p.line.File(Header{Version: "test", Model: "m.star", Script: "x = \"<1>\"\n", Seed: 5, Backend: "cpu", Precision: "double", Set: []string{"N=4"}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return p.line, data
}

// TestReplay saves a session of a script with two runs and a branch, opens it, plays it headless, and goes on with it.
func TestReplay(t *testing.T) {
	ctx := context.Background()
	was, _ := recorded(t)
	path := filepath.Join(t.TempDir(), "s.galvani")
	if err := was.Save(path, Header{Version: "test", Script: "x"}); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	r := NewReplay(f, Options{})
	s := open(t, r)
	if err := errors.Join(script(ctx, s), r.Finish(ctx, s)); err != nil {
		t.Fatal(err)
	}
	a := &rig{t, was, was.sim.Network()}
	b := &rig{t, r.Timeline(), s.Network()}
	if !r.Done() {
		t.Error("the replay is not done")
	}
	b.same("the replay", a.everything())
	if len(b.Branches()) != 2 || len(b.Log()) != 4 {
		t.Errorf("branches %+v, log %v", b.Branches(), b.Log())
	}
	b.seek(60)
	b.must(b.Switch(ctx, 0))
	a.must(a.Switch(ctx, 0))
	a.seek(70)
	b.seek(70)
	b.same("the old future", a.everything())
}

// TestReplayStopped was saved in the middle of the script's first run: the replay ends there.
func TestReplayStopped(t *testing.T) {
	ctx := context.Background()
	stop := errors.New("window closed")
	p := &person{do: func(l *Timeline, step int64) error {
		if step == 20 {
			return errors.Join(l.Do(SetParameter{Name: "gain", Value: 1}), stop)
		}
		return nil
	}}
	if err := script(ctx, open(t, p)); !errors.Is(err, stop) {
		t.Fatal(err)
	}
	f, err := p.line.File(Header{})
	if err != nil {
		t.Fatal(err)
	}
	r := NewReplay(f, Options{})
	if err := script(ctx, open(t, r)); !errors.Is(err, ErrEnd) || !r.Done() {
		t.Fatalf("%v, done %v", err, r.Done())
	}
}

// TestReplayElsewhere plays a session with another model: that must be said, not played.
func TestReplayElsewhere(t *testing.T) {
	ctx := context.Background()
	_, data := recorded(t)
	f, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	r := NewReplay(f, Options{})
	s := open(t, r)
	s.Network().Groups[1].Initial = nil
	err = script(ctx, s)
	var m *MismatchError
	if err != nil && !errors.As(err, &m) {
		t.Fatalf("another model: %v", err)
	}
	r = NewReplay(f, Options{})
	o, err := sim.Compile(network(4), sim.Options{Backend: cpu.Backend{}, Precision: plan.Double, Seed: 6, Driver: r})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if err := script(ctx, o); !errors.As(err, &m) {
		t.Errorf("another seed: %v", err)
	}
	wantError(t, NewReplay(f, Options{}).Finish(ctx, nil), "no network")
}

// seal gives changed lines their checksum again, as one who tampers with purpose would.
func seal(lines []string) []byte {
	f := strings.Join(lines, "\n") + "\n"
	d, err := resum([]byte(f))
	if err != nil {
		panic(err)
	}
	return d
}

func TestDamaged(t *testing.T) {
	_, data := recorded(t)
	if f, err := Decode(data); err != nil || f.Header.Script != "x = \"<1>\"\n" || f.Header.Format != FormatVersion {
		t.Fatalf("%v, %+v", err, f)
	}
	for n := range len(data) {
		if _, err := Decode(data[:n]); err == nil {
			t.Fatalf("cut to %d of %d bytes it is accepted", n, len(data))
		}
	}
	for n := 0; n < len(data); n += 7 {
		bad := bytes.Clone(data)
		bad[n] ^= 1
		if _, err := Decode(bad); err == nil {
			t.Fatalf("with byte %d changed it is accepted", n)
		}
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	change := func(old, new string) []byte {
		l := slices.Clone(lines)
		for k := range l {
			l[k] = strings.ReplaceAll(l[k], old, new)
		}
		if slices.Equal(l, lines) {
			t.Fatalf("%q is not there", old)
		}
		return seal(l)
	}
	for _, x := range []struct {
		old, new string
		want     []string
	}{
		{`"format":1`, `"format":2`, []string{"format 2", `"test"`, "reads format 1"}},
		{`"kind":"add_edge"`, `"kind":"format_disk"`, []string{"format_disk", "does not know"}},
		{`"gain"`, `"gain","x":1,"y":"`, []string{"damaged"}},
		{`"parent":0`, `"parent":5`, []string{"branch 1", "parent 5"}},
		{`"common":3`, `"common":300`, []string{"300 entries"}},
		{`"run":0,"step":40`, `"run":0,"step":4`, []string{"happened before"}},
		{`"id":1`, `"id":7`, []string{"number 7"}},
		{`"branch":1,`, `"branch":9,`, []string{"no branch 9"}},
		{`"step":120`, `"step":-1`, []string{"step -1"}},
		{`"entries":4`, `"entries":400`, []string{"400 entries"}},
		{`"pre":[0]`, `"pre":[99999999999]`, []string{"damaged"}},
	} {
		_, err := Decode(change(x.old, x.new))
		wantError(t, err, x.want...)
	}
	_, err := Decode([]byte("{}\n"))
	wantError(t, err, "not a session")

	// Sound as a file, and impossible as an edit.
	for old, want := range map[string]string{`"post":[2]`: "no postsynaptic element 99", `"nodes":[3]`: "no node 99"} {
		f, err := Decode(change(old, old[:strings.Index(old, "[")]+"[99]"))
		if err != nil {
			t.Fatal(err)
		}
		wantError(t, script(context.Background(), open(t, NewReplay(f, Options{}))), want, "does not fit")
	}
}

func FuzzDecode(f *testing.F) {
	_, data := recorded(&testing.T{})
	f.Add(data)
	f.Add([]byte(`{"session":{"format":1}}` + "\n" + `{"end":{"branch":0}}` + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if d, err := resum(data); err == nil {
			data = d
		}
		file, err := Decode(data)
		if err != nil {
			return
		}
		again, err := file.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(again); err != nil {
			t.Fatalf("written again it is refused: %v", err)
		}
	})
}
