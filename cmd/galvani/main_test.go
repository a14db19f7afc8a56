package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/record"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	if os.Getenv("GALVANI_TEST_MAIN") == "1" {
		os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	testscript.Main(m, map[string]func(){"galvani": func() { os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr)) }})
}

// TestScripts runs testdata/script. Besides testscript's commands there are
//
//	exits CODE PROGRAM ARG...     run, and compare the exit code
//	shape FILE.npz ARRAY LENGTHS  an array's shape, as 21,400
//	value FILE.npz ARRAY K WANT TOLERANCE   element K in C order
//	complete DIR                  no temporary files are left
//	occupy NAME                   listen on a port of loopback until the script ends; its number goes into $NAME
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, "DISPLAY=", "WAYLAND_DISPLAY=")
			return nil
		},
		Condition: func(c string) (bool, error) {
			switch c {
			case "gl":
				return haveGL(), nil
			case "software":
				d, err := openHeadless()
				if err != nil {
					return false, nil
				}
				defer d.close()
				return d.software(), nil
			case "cgo":
				return builtWithGL, nil
			}
			return false, errors.New("unknown condition " + c)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": func(ts *testscript.TestScript, neg bool, args []string) {
				if neg || len(args) < 2 {
					ts.Fatalf("usage: exits CODE PROGRAM ARG...")
				}
				want, err := strconv.Atoi(args[0])
				ts.Check(err)
				got := 0
				err = ts.Exec(args[1], args[2:]...)
				var e *exec.ExitError
				if errors.As(err, &e) {
					got = e.ExitCode()
				} else {
					ts.Check(err)
				}
				if got != want {
					ts.Fatalf("exit code %d, want %d", got, want)
				}
			},
			"shape": func(ts *testscript.TestScript, neg bool, args []string) {
				a := array(ts, args[0], args[1])
				var got []string
				for _, n := range a.Shape {
					got = append(got, strconv.Itoa(n))
				}
				if s := strings.Join(got, ","); s != args[2] {
					ts.Fatalf("%s of %s has shape %s, want %s", args[1], args[0], s, args[2])
				}
			},
			"value": func(ts *testscript.TestScript, neg bool, args []string) {
				a := array(ts, args[0], args[1])
				k, err := strconv.Atoi(args[2])
				ts.Check(err)
				want, err := strconv.ParseFloat(args[3], 64)
				ts.Check(err)
				tol, err := strconv.ParseFloat(args[4], 64)
				ts.Check(err)
				if got := a.Float64s()[k]; !(got >= want-tol && got <= want+tol) {
					ts.Fatalf("%s[%d] of %s is %v, want %v within %v", args[1], k, args[0], got, want, tol)
				}
			},
			"occupy": func(ts *testscript.TestScript, neg bool, args []string) {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				ts.Check(err)
				ts.Defer(func() { l.Close() })
				ts.Setenv(args[0], strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
			},
			"complete": func(ts *testscript.TestScript, neg bool, args []string) {
				files, err := os.ReadDir(ts.MkAbs(args[0]))
				ts.Check(err)
				for _, f := range files {
					if strings.HasPrefix(f.Name(), ".") || strings.HasSuffix(f.Name(), ".tmp") {
						ts.Fatalf("%s is left in %s", f.Name(), args[0])
					}
					if strings.HasSuffix(f.Name(), ".npz") {
						z, err := zip.OpenReader(filepath.Join(ts.MkAbs(args[0]), f.Name()))
						ts.Check(err)
						z.Close()
					}
				}
			},
		},
	})
}

func array(ts *testscript.TestScript, file, name string) *record.Array {
	v, err := record.ReadFile(ts.MkAbs(file))
	ts.Check(err)
	arrays, ok := v.(map[string]*record.Array)
	if !ok || arrays[name] == nil {
		ts.Fatalf("%s has no array %s", file, name)
	}
	return arrays[name]
}

// haveGL reports whether tests of the gl backend can run. Where they must, they fail instead of being skipped.
func haveGL() bool {
	if gltest.Required() {
		return true
	}
	d, err := openHeadless()
	if err != nil {
		return false
	}
	d.close()
	return true
}

// interrupted starts a model, waits until it prints "ready", interrupts it and returns its exit code and stderr.
func interrupted(t *testing.T, dir, model string, args ...string) (int, string) {
	t.Helper()
	path := filepath.Join(dir, "model.star")
	if err := os.WriteFile(path, []byte(model), 0o644); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(os.Args[0], append([]string{"run", path, "--backend", "cpu"}, args...)...)
	c.Env = append(os.Environ(), "GALVANI_TEST_MAIN=1")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	c.Stderr = &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	guard := time.AfterFunc(30*time.Second, func() { _ = c.Process.Kill() })
	defer guard.Stop()
	lines := bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); err != nil || strings.TrimSpace(line) != "ready" {
		_ = c.Process.Kill()
		_ = c.Wait()
		t.Fatalf("got %q, %v\n%s", line, err, stderr.String())
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, lines)
	err = c.Wait()
	var e *exec.ExitError
	if !errors.As(err, &e) {
		t.Fatalf("ended with %v\n%s", err, stderr.String())
	}
	return e.ExitCode(), stderr.String()
}

// Who interrupts work that is not left in the middle is told that it was heard.
func TestInterruptIsHeard(t *testing.T) {
	r, w := io.Pipe()
	ctx, stop := interruptible(w, 0)
	defer stop()
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil || !strings.Contains(line, "another Ctrl-C") || !errors.Is(context.Cause(ctx), errInterrupted) {
		t.Errorf("%q, %v, %v", line, err, context.Cause(ctx))
	}
}

// What a speed means: above 1 is faster than real time.
func TestProgressLine(t *testing.T) {
	line := progressLine(sim.Progress{Time: 2, Until: 10, Steps: 200, Total: 1000, Elapsed: 500 * time.Millisecond})
	if line != "2.000 of 10.000 s  4x real time  400 steps/s  2 s left" {
		t.Error(line)
	}
}

func TestInterruptLoop(t *testing.T) {
	code, text := interrupted(t, t.TempDir(), "print('ready')\nwhile True:\n    pass\n", "--script-steps", "1000000000000")
	if code != exitInterrupted {
		t.Errorf("exit code %d\n%s", code, text)
	}
}

func TestInterruptRun(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	code, text := interrupted(t, dir, `
p = Population(geometry=(30, 30), neuron=Neuron(equations="r = r + 1"), name="P")
StateMonitor(p, "r", record=True, dt=1*second, name="M")
simulate(10.0)
print("ready")
simulate(1e12)
`, "--out", out)
	if code != exitInterrupted {
		t.Fatalf("exit code %d\n%s", code, text)
	}
	for _, want := range []string{"stopped by Ctrl-C at t = ", out, "repeats the run"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
	v, err := record.ReadFile(filepath.Join(out, "M.npz"))
	if err != nil {
		t.Fatal(err)
	}
	m := v.(map[string]*record.Array)
	tt, r := m["t"].Float64s(), m["r"]
	if len(tt) == 0 || len(r.Shape) != 2 || r.Shape[0] != len(tt) || r.Shape[1] != 900 {
		t.Fatalf("%d times, shape %v", len(tt), r.Shape)
	}
	for k, x := range tt {
		// sample k is the state before step 1000 k, and r counts steps
		if got := r.Float64s()[k*900]; got != float64(1000*k) || x < float64(k)-1e-6 || x > float64(k)+1e-6 {
			t.Fatalf("sample %d at %g s is %g", k, x, got)
		}
	}
	info, err := os.ReadFile(filepath.Join(out, "run.json"))
	if err != nil || !strings.Contains(string(info), `"stopped": "stopped by Ctrl-C`) {
		t.Errorf("run.json: %s, %v", info, err)
	}
}

// TestScriptsTopic: the model of "galvani help scripts" runs, with nothing to warn of.
func TestScriptsTopic(t *testing.T) {
	dir := t.TempDir()
	model, out := filepath.Join(dir, "topic.py"), filepath.Join(dir, "out")
	if err := os.WriteFile(model, []byte(strings.ReplaceAll("\n"+scriptsExample, "\n  ", "\n")), 0o666); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := Main([]string{"run", model, "--out", out, "--figures", "--backend", "cpu"}, &stdout, &stderr); code != 0 || stderr.Len() > 0 {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	for _, name := range []string{"statemonitor.npz", "spikemonitor.npz", "ratemonitor.npz", "figure-1.png", "mine.npz"} {
		if _, err := os.Stat(filepath.Join(out, name)); err != nil {
			t.Error(err)
		}
	}
}
