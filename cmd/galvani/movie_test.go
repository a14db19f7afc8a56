package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/galvani-sim/galvani/host/script"
	timeline "github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/sim"
)

// plucker plays a script as a person does: it sets values, adds an edge and moves a node on the way.
type plucker struct{ line *timeline.Timeline }

func (h *plucker) Drive(ctx context.Context, s *sim.Sim, until int64) (err error) {
	if h.line, err = timeline.New(s, timeline.Options{}); err != nil {
		return err
	}
	for _, e := range []struct {
		step int64
		edit timeline.Edit
	}{
		{40, timeline.SetValues{Object: "nodes", Variable: "v", Elements: []int32{0}, Values: []float64{1}}},
		{60, timeline.AddEdge{Synapses: "edges", Pre: []int32{3}, Post: []int32{0}}},
		{80, timeline.MoveNode{Group: "nodes", Node: 2, X: 3, Y: 3}},
	} {
		if err := h.line.Advance(ctx, e.step); err != nil {
			return err
		}
		if err := h.line.Do(e.edit); err != nil {
			return err
		}
	}
	return h.line.Advance(ctx, until)
}

const pluckedModel = `
set_dt(1*ms)
nodes = NeuronGroup(4, "dv/dt = (pull - v)/(20*ms) : 1\npull : 1", name="nodes", method="euler")
edges = Synapses(nodes, nodes, "pull_post = v_pre : 1 (summed)", name="edges")
edges.connect(i=[0, 1, 2], j=[1, 2, 3])
view(graph(nodes, edges, color="v", min=0, max=1), traces(nodes, "v", min=0, max=1))
run(100*ms)
`

// A movie of a session has the edits at their steps, and goes on to where the session was saved, behind the end of the script.
func TestMovieOfSession(t *testing.T) {
	if !haveGL() {
		t.Skip("SKIPPED: no OpenGL on this machine")
	}
	dir := t.TempDir()
	model, path := filepath.Join(dir, "m.star"), filepath.Join(dir, "s.galvani")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(model, []byte(pluckedModel), 0o666))
	f := &modelFlags{backend: "cpu", precision: "auto"}
	h := &plucker{}
	s := &session{flags: f, pending: openBackend(f, nil), driver: func(*backend) (sim.Driver, error) { return h, nil }}
	defer s.pending.release()
	res, err := script.RunSource(context.Background(), model, pluckedModel, f.options(s, &bytes.Buffer{}, nil))
	must(err)
	defer s.close()
	must(h.line.Advance(context.Background(), 130))
	head, err := s.header(path, model, pluckedModel, res)
	must(err)
	must(h.line.Save(path, head))

	film := func(what, out string, more ...string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		args := append([]string{"movie", what, "--out", filepath.Join(dir, out) + "/", "--step", "10*ms", "--size", "320x160"}, more...)
		if code := Main(args, &stdout, &stderr); code != 0 {
			t.Fatalf("%v: exit code %d\n%s", args, code, stderr.String())
		}
	}
	frame := func(out string, k int) []byte {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(dir, out, fmt.Sprintf("frame-%06d.png", k)))
		must(err)
		return data
	}
	film(path, "a")
	film(path, "b")
	film(model, "plain", "--backend", "cpu")
	names, err := filepath.Glob(filepath.Join(dir, "a", "*.png"))
	must(err)
	if len(names) != 14 { // 0, 10, ..., 130 ms
		t.Fatalf("%d frames", len(names))
	}
	for k := range names {
		if !bytes.Equal(frame("a", k), frame("b", k)) {
			t.Errorf("frame %d differs from time to time", k)
		}
		if k <= 10 {
			// The first edit is made at 40 ms, before that step: the frame of 40 ms shows it.
			if same := bytes.Equal(frame("a", k), frame("plain", k)); same != (k < 4) {
				t.Errorf("frame %d of the session is that of the model without edits: %v", k, same)
			}
		}
	}
	film(path, "part", "--to", "50*ms")
	if names, _ := filepath.Glob(filepath.Join(dir, "part", "*.png")); len(names) != 6 || !bytes.Equal(frame("part", 5), frame("a", 5)) {
		t.Errorf("to 50 ms: %d frames", len(names))
	}
}

// Ctrl-C ends a movie with nothing left of it.
func TestInterruptMovie(t *testing.T) {
	if !haveGL() {
		t.Skip("SKIPPED: no OpenGL on this machine")
	}
	for _, name := range []string{"m.gif", "m.mp4", "frames/"} {
		if _, err := exec.LookPath("ffmpeg"); err != nil && name == "m.mp4" {
			continue
		}
		dir := t.TempDir()
		model := filepath.Join(dir, "m.star")
		if err := os.WriteFile(model, []byte("p = Population(geometry=(3, 3), neuron=Neuron(equations='r = r + 1'), name='P')\nsimulate(1e9)\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		c := exec.Command(os.Args[0], "movie", model, "--out", filepath.Join(dir, "out")+"/"+name, "--step", "1*ms", "--size", "160x120")
		c.Env = append(os.Environ(), "GALVANI_TEST_MAIN=1")
		var stderr bytes.Buffer
		c.Stderr = &stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		out, started := filepath.Join(dir, "out"), false
		for deadline := time.Now().Add(30 * time.Second); !started && time.Now().Before(deadline); { // until something of it is there
			list, _ := filepath.Glob(filepath.Join(out, "*", "frame-*.png"))
			temporary, _ := filepath.Glob(filepath.Join(out, ".galvani-*.mp4"))
			if gif, _ := filepath.Glob(filepath.Join(out, ".*")); name == "m.gif" && len(gif) > 0 {
				st, err := os.Stat(gif[0])
				started = err == nil && st.Size() > 0
			}
			started = started || len(list) > 1 || name == "m.mp4" && len(temporary) > 0
			runtime.Gosched()
		}
		if !started {
			_ = c.Process.Kill()
			_ = c.Wait()
			t.Fatalf("%s: nothing was filmed: %s", name, stderr.String())
		}
		if err := c.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
		if code := c.ProcessState.ExitCode(); code != exitInterrupted || !strings.Contains(stderr.String(), "stopped by Ctrl-C") {
			t.Errorf("%s: exit code %d, %s", name, code, stderr.String())
		}
		left, _ := filepath.Glob(filepath.Join(out, "*"))
		hidden, _ := filepath.Glob(filepath.Join(out, ".*"))
		inside, _ := filepath.Glob(filepath.Join(out, "frames", "*"))
		if name == "frames/" {
			left = inside
		}
		if len(left)+len(hidden) > 0 {
			t.Errorf("%s: left %v %v", name, left, hidden)
		}
	}
}
