package record

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
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

// TestFollow changes a recording at random; a copy that takes only what is told to be new holds what the recording holds.
func TestFollow(t *testing.T) {
	columns := []Column{{Name: "t"}, {Name: "v", Dims: []int{2}}, {Name: "i", Type: Int32}, {Name: "step", Type: Int64}}
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 1))
		r, err := NewRecording(filepath.Join(t.TempDir(), "m.npz"), columns, []int64{1 << 20, 600, 1}[seed%3])
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		f := r.Follow()
		var had []int64 // the steps, as followed
		next := int64(0)
		for range 60 {
			switch all := r.Samples() + r.Hidden(); rng.IntN(4) {
			case 0:
				err = r.Rewind(rng.Int64N(all + 1))
			case 1:
				err = r.Truncate(rng.Int64N(r.Samples() + 1))
			default:
				if r.Hidden() > 0 {
					err = r.Rewind(all)
				}
				for range rng.IntN(9) {
					next++
					x := float64(next)
					err = errors.Join(err, r.Append([]float64{x}, []float64{x, -x}, []int32{int32(next)}, []int64{next}))
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			if rng.IntN(2) == 0 {
				continue
			}
			from, to := f.Changed()
			if from > int64(len(had)) || to != r.Samples()+r.Hidden() {
				t.Fatalf("samples %d to %d are new to one who has %d; there are %d", from, to, len(had), r.Samples()+r.Hidden())
			}
			part, err := r.Part(from, to)
			if err != nil {
				t.Fatal(err)
			}
			had = append(had[:from], part[3].([]int64)...)
			for k, s := range part[3].([]int64) {
				if part[0].([]float64)[k] != float64(s) || part[1].([]float64)[2*k+1] != -float64(s) || part[2].([]int32)[k] != int32(s) {
					t.Fatalf("sample %d is torn", from+int64(k))
				}
			}
			whole, err := r.Tail(0)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(had, whole[3].([]int64)) {
				t.Fatalf("followed %v, the recording has %v", had, whole[3])
			}
		}
		if _, err := r.Part(0, r.Samples()+r.Hidden()+1); err == nil {
			t.Error("a part beyond the end was read")
		}
	}
}
