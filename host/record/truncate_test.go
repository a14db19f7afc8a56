package record

import (
	"fmt"
	"path/filepath"
	"testing"
)

// TestTruncate cuts at every length, in memory and on disk, appends, and compares with what a recording without the cut holds.
func TestTruncate(t *testing.T) {
	columns := []Column{{Name: "t"}, {Name: "v", Dims: []int{3}}, {Name: "i", Type: Int32}}
	sample := func(k int) []any {
		x := float64(k)
		return []any{[]float64{x}, []float64{x, x + 0.25, x + 0.5}, []int32{int32(k)}}
	}
	for _, bound := range []int64{1 << 20, 100, 1} {
		for cut := range 40 {
			t.Run(fmt.Sprint(bound, "/", cut), func(t *testing.T) {
				r, err := NewRecording(filepath.Join(t.TempDir(), "m.npz"), columns, bound)
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				add := func(from, to int) {
					for k := from; k < to; k++ {
						if err := r.Append(sample(k)...); err != nil {
							t.Fatal(err)
						}
					}
				}
				add(0, 39)
				if err := r.Truncate(int64(cut)); err != nil {
					t.Fatal(err)
				}
				add(100, 107)
				if cut > 20 {
					if err := r.Truncate(int64(cut) + 3); err != nil {
						t.Fatal(err)
					}
					add(103, 107)
				}
				want := make([]int, 0, 50)
				for k := range cut {
					want = append(want, k)
				}
				for k := range 7 {
					want = append(want, 100+k)
				}
				v, err := r.Array("v")
				if err != nil {
					t.Fatal(err)
				}
				i, err := r.Array("i")
				if err != nil {
					t.Fatal(err)
				}
				if r.Samples() != int64(len(want)) || len(v.Data.([]float64)) != 3*len(want) {
					t.Fatalf("%d samples, want %d", r.Samples(), len(want))
				}
				for k, w := range want {
					if v.Data.([]float64)[3*k+2] != float64(w)+0.5 || i.Data.([]int32)[k] != int32(w) {
						t.Fatalf("sample %d is %v, want %d", k, i.Data.([]int32)[k], w)
					}
				}
				if err := r.Save(); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
	r, err := NewRecording("", columns, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []int64{-1, 1} {
		if r.Truncate(bad) == nil {
			t.Errorf("an empty recording was cut to %d samples", bad)
		}
	}
}
