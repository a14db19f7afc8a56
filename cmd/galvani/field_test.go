package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/galvani-sim/galvani/host/record"
)

const fieldExample = "../../examples/neural_field"

// reference reads one of the example's reference arrays.
func reference[T any](t *testing.T, name string) T {
	t.Helper()
	v, err := record.ReadFile(filepath.Join(fieldExample, "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return v.(*record.Array).Data.(T)
}

// weightsFile unpacks the reference weights into a folder.
func weightsFile(t *testing.T) string {
	t.Helper()
	f, err := os.Open(filepath.Join(fieldExample, "testdata", "nf20_W.npy.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "W.npy"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// recorded runs the example without noise and returns r of a monitor: [2001 x 400].
func recorded(t *testing.T, args ...string) (input, focus []float64) {
	t.Helper()
	out := t.TempDir()
	var stdout, stderr bytes.Buffer
	args = append([]string{"run", fieldExample + "/neural_field.star", "--set", "noise=0", "--set", "duration=2.001*second",
		"--set", "record_dt=1*ms", "--out", out}, args...)
	if code := Main(args, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d\n%s%s", code, stdout.String(), stderr.String())
	}
	load := func(name string) []float64 {
		v, err := record.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		r := v.(map[string]*record.Array)["r"]
		if len(r.Shape) != 2 || r.Shape[0] != 2001 || r.Shape[1] != 400 {
			t.Fatalf("%s: r has the shape %v", name, r.Shape)
		}
		return r.Data.([]float64)
	}
	return load("Input.npz"), load("Focus.npz")
}

// TestNeuralFieldReference holds the example against ANNarchy's output: sample k is the state after k steps. With the reference's
// own weights the CPU agrees to 1e-12; with dog, which ANNarchy evaluates in float32, to 2e-6; single precision to 2e-5.
func TestNeuralFieldReference(t *testing.T) {
	weights := weightsFile(t)
	matrix := []string{"--data", weights, "--set", "weights=" + filepath.Join(weights, "W.npy")}
	cases := []struct {
		name       string
		input, tol float64
		args       []string
	}{
		{"cpu matrix", 1e-12, 1e-12, append([]string{"--backend", "cpu"}, matrix...)},
		{"cpu dog", 1e-12, 2e-6, []string{"--backend", "cpu"}},
		{"cpu single", 2e-5, 2e-5, []string{"--backend", "cpu", "--precision", "single"}},
	}
	if !haveGL() {
		t.Log("SKIPPED, gl backend: no OpenGL on this machine")
	} else {
		cases = append(cases, []struct {
			name       string
			input, tol float64
			args       []string
		}{
			{"gl single", 2e-5, 2e-5, []string{"--backend", "gl"}},
			{"gl single matrix", 2e-5, 2e-5, append([]string{"--backend", "gl"}, matrix...)},
			{"gl double matrix", 1e-12, 1e-12, append([]string{"--backend", "gl", "--precision", "double"}, matrix...)},
		}...)
	}
	steps := reference[[]int64](t, "nf20_steps.npy")
	wantInput, wantFocus := reference[[]float64](t, "nf20_inp_r.npy"), reference[[]float64](t, "nf20_focus_r.npy")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			input, focus := recorded(t, c.args...)
			for k, step := range steps {
				worst := func(got, want []float64) float64 {
					d := 0.0
					for i := range 400 {
						d = math.Max(d, math.Abs(got[int(step)*400+i]-want[k*400+i]))
					}
					return d
				}
				if d := worst(input, wantInput); !(d <= c.input) {
					t.Errorf("step %d: Input differs by %g", step, d)
				}
				if d := worst(focus, wantFocus); !(d <= c.tol) {
					t.Errorf("step %d: Focus differs by %g", step, d)
				}
			}
		})
	}
}
