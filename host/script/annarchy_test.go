package script_test

import (
	"archive/zip"
	"bytes"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/record"
	"github.com/galvani-sim/galvani/host/script"
)

// npz reads the arrays of a file.
func npz(t *testing.T, path string) map[string]*record.Array {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	out := map[string]*record.Array{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		a, err := record.ReadNPY(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(f.Name, ".npy")] = a
	}
	return out
}

// Scripts that are Python as well have in ANNarchy the values that they have here, step by step.
func TestANNarchyReference(t *testing.T) {
	for _, name := range []string{"spikes", "models", "operations", "examples"} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", "annarchy", name+".star"))
			if err != nil {
				t.Fatal(err)
			}
			_, res, err := runText(t, t.TempDir(), string(text))
			if err != nil {
				t.Fatal(err)
			}
			got := map[string][]float64{}
			for _, m := range res.Network.Monitors {
				s, err := res.Sim.Samples(m)
				if err != nil {
					t.Fatal(err)
				}
				for k, v := range m.Vars {
					got[strings.TrimSuffix(m.Name, "_g")+"."+v] = s.Values[k]
				}
			}
			for _, m := range res.Network.SpikeMonitors {
				s, err := res.Sim.(script.SpikingSimulation).Spikes(m)
				if err != nil {
					t.Fatal(err)
				}
				rows := []float64{}
				for k, x := range s.T {
					rows = append(rows, math.Round(x/res.Network.DT), float64(s.Index[k]))
				}
				got[m.Name+".spike"] = rows
			}
			want := npz(t, filepath.Join("testdata", "annarchy", name+".npz"))
			if len(got) != len(want) || len(want) < 15 {
				t.Errorf("%d recordings, want %d", len(got), len(want))
			}
			for key, a := range want {
				compare(t, key, got[key], a.Float64s())
			}
		})
	}
}

// compare reports where values first differ by more than what another order of operations makes of them.
func compare(t *testing.T, name string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values, want %d", name, len(got), len(want))
		return
	}
	scale := 1.0
	for _, x := range want {
		scale = max(scale, math.Abs(x))
	}
	for k := range want {
		if !(math.Abs(got[k]-want[k]) <= 1e-10*scale) {
			t.Errorf("%s[%d] = %v, want %v", name, k, got[k], want[k])
			return
		}
	}
}
