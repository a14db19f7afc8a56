//go:build cgo && linux

package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/record"
)

// watched is a galvani view in a window.
type watched struct {
	t      *testing.T
	cmd    *exec.Cmd
	lines  *bufio.Reader
	stderr bytes.Buffer
	out    string
}

// watch starts a model in a window and waits until it is on the screen.
func watch(t *testing.T, model string) *watched {
	t.Helper()
	gltest.Tool(t, "xdotool")
	gltest.Display(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "model.star")
	if err := os.WriteFile(path, []byte(model), 0o644); err != nil {
		t.Fatal(err)
	}
	w := &watched{t: t, out: filepath.Join(dir, "out")}
	w.cmd = exec.Command(os.Args[0], "view", path, "--out", w.out, "--size", "640x480", "--speed", "0")
	w.cmd.Env = append(os.Environ(), "GALVANI_TEST_MAIN=1")
	w.cmd.Stderr = &w.stderr
	stdout, err := w.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	w.lines = bufio.NewReader(stdout)
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	guard := time.AfterFunc(60*time.Second, func() { _ = w.cmd.Process.Kill() })
	t.Cleanup(func() { guard.Stop(); _ = w.cmd.Process.Kill() })
	w.do("search", "--sync", "--onlyvisible", "--name", "model.star - Galvani", "windowfocus", "--sync")
	return w
}

func (w *watched) do(args ...string) {
	w.t.Helper()
	c := exec.Command("xdotool", args...)
	if text, err := c.CombinedOutput(); err != nil {
		w.t.Fatalf("xdotool %v: %v\n%s", args, err, text)
	}
}

// printed waits for a line of the script.
func (w *watched) printed(want string) {
	w.t.Helper()
	if line, err := w.lines.ReadString('\n'); err != nil || strings.TrimSpace(line) != want {
		w.t.Fatalf("printed %q, %v; want %q\n%s", line, err, want, w.stderr.String())
	}
}

// ends waits for the program's end.
func (w *watched) ends(code int) {
	w.t.Helper()
	err := w.cmd.Wait()
	var e *exec.ExitError
	got := 0
	if errors.As(err, &e) {
		got = e.ExitCode()
	} else if err != nil {
		w.t.Fatal(err)
	}
	if got != code {
		w.t.Errorf("exit code %d, want %d\n%s", got, code, w.stderr.String())
	}
}

// recorded reads M.npz, whose r counts steps, sampled at every step, and returns the number of samples.
func (w *watched) recorded() int {
	w.t.Helper()
	v, err := record.ReadFile(filepath.Join(w.out, "M.npz"))
	if err != nil {
		w.t.Fatal(err)
	}
	r := v.(map[string]*record.Array)["r"]
	for k := range r.Shape[0] {
		if got := r.Float64s()[k*r.Shape[1]]; got != float64(k) {
			w.t.Fatalf("sample %d is %g", k, got)
		}
	}
	return r.Shape[0]
}

func (w *watched) runJSON() string {
	w.t.Helper()
	data, err := os.ReadFile(filepath.Join(w.out, "run.json"))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(data)
}

const counter = `
p = Population(geometry=(6, 6), neuron=Neuron(equations="r = r + 1"), name="P")
StateMonitor(p, "r", record=True, name="M")
simulate(50.0)
print("ready")
`

// Closing the window during a run ends it; what was recorded is whole and says so.
func TestWindowClosedDuringRun(t *testing.T) {
	w := watch(t, counter+"simulate(1e9)\nprint('not reached')\n")
	w.printed("ready")
	w.do("key", "Escape")
	w.ends(exitOK)
	if n := w.recorded(); n < 50 {
		t.Errorf("%d samples", n)
	}
	if info := w.runJSON(); !strings.Contains(info, `"stopped": "the window was closed at t = `) {
		t.Error(info)
	}
}

// The window stays after the script's end and the network goes on, but the recording is what the script asked for.
func TestWindowStays(t *testing.T) {
	for _, end := range []string{"Escape", "Ctrl-C"} {
		t.Run(end, func(t *testing.T) {
			w := watch(t, counter)
			w.printed("ready")
			w.do("key", "--delay", "100", "F1", "F1", "space", "Right")
			if end == "Escape" {
				w.do("key", "Escape")
				w.ends(exitOK)
			} else {
				if err := w.cmd.Process.Signal(os.Interrupt); err != nil {
					t.Fatal(err)
				}
				w.ends(exitInterrupted)
			}
			if n := w.recorded(); n != 50 {
				t.Errorf("%d samples, want 50", n)
			}
			if info := w.runJSON(); strings.Contains(info, `"stopped"`) {
				t.Error(info)
			}
		})
	}
}

// SIGTERM during a run in a window.
func TestWindowTerminated(t *testing.T) {
	w := watch(t, counter+"simulate(1e9)\n")
	w.printed("ready")
	if err := w.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	w.ends(exitInterrupted)
	if n := w.recorded(); n < 50 {
		t.Errorf("%d samples", n)
	}
	if info := w.runJSON(); !strings.Contains(info, `"stopped": "stopped by a signal to end at t = `) {
		t.Error(info)
	}
}

// A numeric fault stops the simulation, not the window: its state can be looked at, and the exit code says it in the end.
func TestWindowFault(t *testing.T) {
	w := watch(t, `
p = Population(geometry=(6, 6), neuron=Neuron(equations="r = ite(t > 49.5 and i == 3, sqrt(-1.0), r + 1)"), name="P")
StateMonitor(p, "r", record=True, name="M")
simulate(49.0)  # so that keys find a window that steps, on a busy machine too
print("ready")
simulate(1e9)
`)
	w.printed("ready")
	w.do("key", "--delay", "200", "F1", "space", "F1", "Right", "Escape", "Escape")
	w.ends(exitFault)
	if text := w.stderr.String(); strings.Count(text, "P.r[3] became NaN at t = 0.05 s (step 50)") != 2 {
		t.Error(text)
	}
	if n := w.recorded(); n < 50 {
		t.Errorf("%d samples", n)
	}
}
