package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/script"
	timeline "github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/sim"
)

const sessionModel = `
drive = read("drive.csv")
G = NeuronGroup(param("N", 3), "dv/dt = (x - v)/tau : 1\nx : 1\ntau : second", threshold="v > 1", reset="v = 0.2*rand()")
G.tau = 10*ms
G.x = 1.2
S = Synapses(G, G, "w : 1", on_pre="v_post += w")
S.connect(i=[0, 1], j=[1, 2])
S.w = 0.1
M = SpikeMonitor(G, name="spikes")
run(50*ms)
G.x = 1.5
run(50*ms)
`

// hand plays a script as a person does, with an edit in each run.
type hand struct{ line *timeline.Timeline }

func (h *hand) Drive(ctx context.Context, s *sim.Sim, until int64) (err error) {
	if h.line == nil {
		h.line, err = timeline.New(s, timeline.Options{})
	} else {
		err = h.line.Begin()
	}
	if err != nil {
		return err
	}
	first := h.line.Step()
	if err := h.line.Advance(ctx, first+123); err != nil {
		return err
	}
	if err := h.line.Do(timeline.AddEdge{Synapses: "synapses", Pre: []int32{2}, Post: []int32{0}, Values: map[string][]float64{"w": {0.3}}}); err != nil {
		return err
	}
	return h.line.Advance(ctx, until)
}

// TestSession saves a session of a script and plays it on the command line, to the same bits.
func TestSession(t *testing.T) {
	dir := t.TempDir()
	model, path, out := filepath.Join(dir, "m.star"), filepath.Join(dir, "s.galvani"), filepath.Join(dir, "out")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(model, []byte(sessionModel), 0o666))
	must(os.WriteFile(filepath.Join(dir, "drive.csv"), []byte("1,2\n"), 0o666))
	f := &modelFlags{backend: "cpu", precision: "auto", set: []string{"N=4"}}
	h := &hand{}
	s := &session{flags: f, pending: openBackend(f, nil), driver: func(*backend) (sim.Driver, error) { return h, nil }}
	defer s.pending.release()
	var printed bytes.Buffer
	res, err := script.RunSource(context.Background(), model, sessionModel, f.options(s, &printed, nil))
	must(err)
	defer s.close()
	must(h.line.Advance(context.Background(), h.line.Step()+77))
	head, err := s.header(path, model, sessionModel, res)
	must(err)
	if head.Model != "m.star" || len(head.Data) != 1 || head.Data[0].Path != "drive.csv" {
		t.Errorf("header: %+v", head)
	}
	must(h.line.Save(path, head))
	want, err := h.line.Hash()
	must(err)

	run := func(args ...string) (int, string) {
		var stdout, stderr bytes.Buffer
		code := Main(append([]string{"run"}, args...), &stdout, &stderr)
		return code, stdout.String() + stderr.String()
	}
	must(os.WriteFile(model, []byte("changed since"), 0o666))
	code, text := run(path, "--out", out)
	if code != 0 || !strings.Contains(text, "state "+want+" at step 1077") || !strings.Contains(text, "has changed since") {
		t.Fatalf("exit code %d:\n%s", code, text)
	}
	data, err := os.ReadFile(filepath.Join(out, "run.json"))
	must(err)
	var info struct {
		State string
		Steps int
	}
	must(json.Unmarshal(data, &info))
	if info.State != want || info.Steps != 1077 {
		t.Errorf("run.json: %+v", info)
	}
	if _, err := os.Stat(filepath.Join(out, "spikes.npz")); err != nil {
		t.Error(err)
	}

	for _, x := range []struct {
		code int
		args []string
		want string
	}{
		{2, []string{path, "--seed", "3"}, "with what it was saved with"},
		{1, []string{filepath.Join(dir, "none.galvani")}, "none.galvani"},
	} {
		if code, text := run(x.args...); code != x.code || !strings.Contains(text, x.want) {
			t.Errorf("%v: exit code %d, %s", x.args, code, text)
		}
	}
	must(os.WriteFile(filepath.Join(dir, "drive.csv"), []byte("1,3\n"), 0o666))
	if code, text := run(path); code != 1 || !strings.Contains(text, "drive.csv") || !strings.Contains(text, "has changed") {
		t.Errorf("changed data: exit code %d, %s", code, text)
	}
	session, err := os.ReadFile(path)
	must(err)
	must(os.WriteFile(path, session[:len(session)/2], 0o666))
	if code, text := run(path); code != 1 || !strings.Contains(text, "damaged") {
		t.Errorf("cut off: exit code %d, %s", code, text)
	}
}
