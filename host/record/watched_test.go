package record

import (
	"math"
	"path/filepath"
	"slices"
	"testing"
)

// What is only watched is there to be read until it is forgotten, is in no file, and ends with a cut to where it begins.
func TestWatch(t *testing.T) {
	for _, bound := range []int64{1 << 20, 1000} {
		path := filepath.Join(t.TempDir(), "m.npz")
		r, err := NewRecording(path, []Column{{Name: "i", Type: Int32}, {Name: "t"}}, bound)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		add := func(watch bool, from, to int) {
			t.Helper()
			var i []int32
			var at []float64
			for k := from; k < to; k++ {
				i, at = append(i, int32(k)), append(at, float64(k))
			}
			err := error(nil)
			if watch {
				err = r.Watch(12*20_000, i, at)
			} else {
				err = r.Append(i, at)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		holds := func(from, to int64) {
			t.Helper()
			part, err := r.Part(from, to)
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range part[0].([]int32) {
				if int64(v) != from+int64(k) || part[1].([]float64)[k] != float64(v) {
					t.Fatalf("sample %d holds %d, %g", from+int64(k), v, part[1].([]float64)[k])
				}
			}
		}
		const end, all = 3000, 200_000
		add(false, 0, end)
		for k := end; k < all; k += 700 {
			add(true, k, min(k+700, all))
		}
		if r.Samples() != all || r.Watched() != all-end {
			t.Fatalf("%d samples, %d of them watched", r.Samples(), r.Watched())
		}
		kept := r.Kept(end, all)
		if kept < all-21_000 || kept > all-19_000 {
			t.Errorf("samples from %d on are kept, of %d with room for 20000", kept, all)
		}
		holds(0, end)
		holds(kept, all)
		if _, err := r.Part(kept-1, all); err == nil {
			t.Error("a forgotten sample can be read")
		}
		if r.Kept(0, end) != 0 || r.Kept(0, all) != kept || r.Kept(end, end+10) != end+10 {
			t.Error("wrong samples are taken for kept ones")
		}
		memory := int64(0)
		for _, s := range r.stores {
			memory += s.memory
		}
		if memory > 12*all/2 {
			t.Errorf("%d bytes in memory, of 12*200000", memory)
		}
		// Back, and forward over what is hidden.
		if err := r.Rewind(end - 100); err != nil {
			t.Fatal(err)
		}
		add(false, end-100, end)
		add(true, end, end+50)
		saved := func(want int) {
			t.Helper()
			if err := r.Save(); err != nil {
				t.Fatal(err)
			}
			v, err := ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			i, ok := v.(map[string]*Array)["i"].Data.([]int32)
			if !ok || len(i) != want || !slices.IsSorted(i) || i[want-1] != int32(want-1) {
				t.Errorf("the file has %d samples, want %d", len(i), want)
			}
		}
		saved(end)
		if r.Samples() != end+50 || r.Hidden() != all-end-50 {
			t.Errorf("%d samples and %d hidden", r.Samples(), r.Hidden())
		}
		// Another future.
		if err := r.Truncate(end - 10); err != nil {
			t.Fatal(err)
		}
		add(false, end-10, end+5)
		add(true, end+5, end+20)
		saved(end + 5)
		holds(0, end+20)
	}
}

// Samples that are only watched stay the last ones.
func TestNothingIsRecordedBehindWhatIsWatched(t *testing.T) {
	r, err := NewRecording("", RateColumns(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Watch(math.MaxInt64, []float64{1}, []float64{2}); err != nil {
		t.Fatal(err)
	}
	if err := r.Append([]float64{2}, []float64{2}); err == nil {
		t.Error("a sample was recorded behind one that is only watched")
	}
}
