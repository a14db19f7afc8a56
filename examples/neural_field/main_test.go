package main

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/galvani-sim/galvani/host/record"
)

// The program's Focus equals ANNarchy's, whose difference of Gaussians is evaluated in float32.
func TestMatchesReference(t *testing.T) {
	out := filepath.Join(t.TempDir(), "Focus.npz")
	if err := run(context.Background(), 20, 0, 2.001, out); err != nil {
		t.Fatal(err)
	}
	file, err := record.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	got := file.(map[string]*record.Array)["r"]
	steps, want := array(t, "nf20_steps.npy").Data.([]int64), array(t, "nf20_focus_r.npy").Data.([]float64)
	compared := 0
	for k, step := range steps {
		if step%100 != 0 {
			continue
		}
		for i := range 400 {
			if d := math.Abs(got.Float64s()[int(step)/100*400+i] - want[k*400+i]); !(d <= 2e-6) {
				t.Fatalf("step %d, neuron %d: differs by %g", step, i, d)
			}
		}
		compared++
	}
	if compared < 5 {
		t.Errorf("only %d steps compared", compared)
	}
}

func array(t *testing.T, name string) *record.Array {
	t.Helper()
	v, err := record.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return v.(*record.Array)
}
