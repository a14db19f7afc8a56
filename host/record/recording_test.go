package record

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
)

func fill(t *testing.T, r *Recording, samples int) {
	t.Helper()
	for k := 0; k < samples; {
		// Batches of different sizes, as rings are drained.
		n := min(1+k%7, samples-k)
		var times, v, w []float64
		for s := k; s < k+n; s++ {
			times = append(times, float64(s)*1e-3)
			v = append(v, float64(s), -float64(s), 0.5)
			w = append(w, 1/float64(s+1))
		}
		if err := r.Append(times, v, w); err != nil {
			t.Fatal(err)
		}
		k += n
	}
}

func check(t *testing.T, m map[string]*Array, samples int) {
	t.Helper()
	if len(m) != 3 || !reflect.DeepEqual(m["t"].Shape, []int{samples}) || !reflect.DeepEqual(m["v"].Shape, []int{samples, 3}) || !reflect.DeepEqual(m["w"].Shape, []int{samples, 1}) {
		t.Fatalf("%d samples: %v", samples, m)
	}
	for s := range samples {
		if m["t"].Float64s()[s] != float64(s)*1e-3 || m["v"].Float64s()[3*s+1] != -float64(s) || m["w"].Float64s()[s] != 1/float64(s+1) {
			t.Fatalf("sample %d of %d is wrong", s, samples)
		}
	}
}

func TestRecordingInMemoryAndSpilled(t *testing.T) {
	for _, bound := range []int64{1 << 20, 1, 1000} {
		for _, samples := range []int{0, 1, 500} {
			dir := t.TempDir()
			path := filepath.Join(dir, "Focus.npz")
			r, err := NewRecording(path, StateColumns([]string{"v", "w"}, []int{3, 1}), bound)
			if err != nil {
				t.Fatal(err)
			}
			fill(t, r, samples)
			if r.Samples() != int64(samples) {
				t.Errorf("%d samples", r.Samples())
			}
			own := map[string]*Array{}
			for _, name := range []string{"t", "v", "w"} {
				if own[name], err = r.Array(name); err != nil {
					t.Fatal(err)
				}
			}
			check(t, own, samples)
			if err := r.Save(); err != nil {
				t.Fatal(err)
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			onlyFiles(t, dir, "Focus.npz")
			v, err := ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			check(t, v.(map[string]*Array), samples)
		}
	}
}

func TestRecordingAsCSV(t *testing.T) {
	for _, bound := range []int64{1 << 20, 1} {
		path := filepath.Join(t.TempDir(), "spikes.csv")
		r, err := NewRecording(path, SpikeColumns(), bound)
		if err != nil {
			t.Fatal(err)
		}
		for k := range 3 {
			if err := r.Append([]int32{int32(k), 7}, []int64{1 << 40, int64(k)}, []float64{math.NaN(), 0.1}); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Save(); err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		want := "i,step,t\n0,1099511627776,nan\n7,0,0.1\n1,1099511627776,nan\n7,1,0.1\n2,1099511627776,nan\n7,2,0.1\n"
		if got := content(t, path); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	path := filepath.Join(t.TempDir(), "state.csv")
	r, err := NewRecording(path, StateColumns([]string{"v", "w"}, []int{3, 1}), 0)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, r, 4)
	if err := r.Save(); err != nil {
		t.Fatal(err)
	}
	v, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if x := v.(*Table); !reflect.DeepEqual(x.Header, []string{"t", "v[0]", "v[1]", "v[2]", "w[0]"}) || !reflect.DeepEqual(x.Array.Shape, []int{4, 5}) {
		t.Errorf("%v %v", x.Header, x.Array.Shape)
	}
}

func TestCheckpointLeavesReadableFiles(t *testing.T) {
	// What a killed program leaves: every column's temporary file is an .npy of all samples so far.
	dir := t.TempDir()
	r, err := NewRecording(filepath.Join(dir, "m.npz"), StateColumns([]string{"v", "w"}, []int{3, 1}), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, samples := range []int{5, 12} {
		fill(t, r, samples-int(r.Samples()))
		if err := r.Checkpoint(); err != nil {
			t.Fatal(err)
		}
		for k, c := range r.Columns() {
			b, err := os.Open(r.stores[k].name)
			if err != nil {
				t.Fatal(err)
			}
			info, err := b.Stat()
			if err != nil {
				t.Fatal(err)
			}
			a, err := ReadNPY(b, info.Size())
			if err != nil || a.Shape[0] != samples {
				t.Errorf("column %s: %v, %v", c.Name, a, err)
			}
			_ = b.Close()
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	onlyFiles(t, dir)
}

func TestFullDiskKeepsTheSamples(t *testing.T) {
	dir := t.TempDir()
	r, err := NewRecording(filepath.Join(dir, "m.npz"), StateColumns([]string{"v", "w"}, []int{3, 1}), 200)
	if err != nil {
		t.Fatal(err)
	}
	disk := &brokenFiles{room: 700, calls: 1 << 30, err: syscall.ENOSPC}
	r.fs = disk
	failed := 0
	for k := range 20 {
		f := float64(k)
		if err := r.Append([]float64{f * 1e-3}, []float64{f, -f, 0.5}, []float64{1 / (f + 1)}); errors.Is(err, ErrOutput) {
			failed++
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if failed == 0 {
		t.Error("the disk was never full")
	}
	if err := r.Save(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("saving on a full disk: %v", err)
	}
	// Room again: nothing was lost.
	disk.room = 1 << 20
	if err := r.Save(); err != nil {
		t.Fatal(err)
	}
	v, err := ReadFile(r.Path())
	if err != nil {
		t.Fatal(err)
	}
	check(t, v.(map[string]*Array), 20)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestRecordingRefusesWhatDoesNotFit(t *testing.T) {
	r, err := NewRecording("", StateColumns([]string{"v"}, []int{3}), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		data []any
		want string
	}{
		{[]any{[]float64{1}}, "1 arrays for the 2"},
		{[]any{[]float64{1}, []float64{1, 2}}, "2 numbers are not 1 samples of 3"},
		{[]any{[]float64{1, 2}, []float64{1, 2, 3}}, "3 numbers are not 2 samples of 3"},
		{[]any{[]float32{1}, []float64{1, 2, 3}}, "[]float32 is not float64"},
		{[]any{[]int32{1}, []float64{1, 2, 3}}, "holds float64, not int32"},
		{[]any{nil, []float64{1, 2, 3}}, "not float64"},
		{[]any{"x", []float64{1, 2, 3}}, "string is not float64"},
	} {
		if err := r.Append(c.data...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.data, err, c.want)
		}
	}
	if r.Samples() != 0 {
		t.Error("a refused sample was counted")
	}
	if _, err := r.Array("x"); err == nil {
		t.Error("an array that does not exist")
	}
	if err := r.SaveAs("x.mat"); !errors.Is(err, ErrOutput) {
		t.Error(err)
	}
	for _, c := range [][]Column{{}, {{Name: ""}}, {{Name: "a"}, {Name: "a"}}, {{Name: "../x"}}, {{Name: "a", Type: Bool}}, {{Name: "a", Dims: []int{-1}}}} {
		if _, err := NewRecording("x.npz", c, 0); err == nil {
			t.Errorf("columns %v", c)
		}
	}
}

func TestRunInfo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.json")
	info := &RunInfo{Model: "a.star", Parameters: map[string]any{"N": 20, "tau": math.Inf(1), "x": []float64{1, math.NaN()}, "name": "<b>"}, Seed: math.MaxUint64,
		RealTimeFactor: math.NaN(), Phases: []PhaseTime{{"groups", 0.5, 10}}, Memory: map[string]int64{"state": 100}}
	if err := info.Write(path); err != nil {
		t.Fatal(err)
	}
	got := content(t, path)
	for _, want := range []string{`"model": "a.star"`, `"tau": "inf"`, `"nan"`, `"<b>"`, `"seed": 18446744073709551615`, `"real_time_factor": 0`, `"state": 100`, `"calls": 10`, `"compiling": 0`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
	if strings.Contains(got, "stopped") {
		t.Error("a run that ended has no reason for stopping")
	}
}

func BenchmarkRecording(b *testing.B) {
	// 1000 samples of 10,000 elements: 80 MB.
	v := ramp(10000)
	for _, c := range []struct {
		name  string
		bound int64
	}{{"memory", 1 << 30}, {"spilled", 8 << 20}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(80e6)
			for range b.N {
				r, err := NewRecording(filepath.Join(b.TempDir(), "m.npz"), StateColumns([]string{"v"}, []int{10000}), c.bound)
				if err != nil {
					b.Fatal(err)
				}
				for k := range 1000 {
					if err := r.Append([]float64{float64(k)}, v); err != nil {
						b.Fatal(err)
					}
				}
				if err := r.Save(); err != nil {
					b.Fatal(err)
				}
				if err := r.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestSaveNPZ(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.npz")
	if err := SaveNPZ(path, []Named{{"x", New([]int64{1, 2}, 2, 1)}, {"flag", New([]bool{true})}}); err != nil {
		t.Fatal(err)
	}
	v, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m := v.(map[string]*Array)
	if !reflect.DeepEqual(m["x"].Shape, []int{2, 1}) || m["flag"].Float64s()[0] != 1 || len(m) != 2 {
		t.Errorf("%v", m)
	}
	if err := SaveNPZ(path, []Named{{"x", New([]int64{1, 2}, 3)}}); !errors.Is(err, ErrOutput) {
		t.Errorf("an array that does not fill its shape: %v", err)
	}
	if v, err = ReadFile(path); err != nil || len(v.(map[string]*Array)) != 2 {
		t.Errorf("the file of before is gone: %v, %v", v, err)
	}
	onlyFiles(t, dir, "a.npz")
}

func TestFortranOrderOfEveryType(t *testing.T) {
	index := []int{0, 2, 4, 1, 3, 5} // of a 2 x 3 array in C order, stored with the first index fastest
	for _, c := range []struct{ in, want any }{
		{[]float32{0, 1, 2, 3, 4, 5}, pick[float32](index)}, {[]int64{0, 1, 2, 3, 4, 5}, pick[int64](index)},
		{[]int32{0, 1, 2, 3, 4, 5}, pick[int32](index)}, {[]uint8{0, 1, 2, 3, 4, 5}, pick[uint8](index)},
	} {
		a := &Array{Shape: []int{2, 3}, Data: c.in}
		a.toCOrder()
		if !reflect.DeepEqual(a.Data, c.want) {
			t.Errorf("%v, want %v", a.Data, c.want)
		}
	}
}

func pick[T float32 | int64 | int32 | uint8](v []int) []T {
	out := make([]T, len(v))
	for i, x := range v {
		out[i] = T(x)
	}
	return out
}
