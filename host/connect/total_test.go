package connect

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// drawTotal lists the columns of each row.
func drawTotal(t *testing.T, s *Separable, total int64) [][]int32 {
	t.Helper()
	rows := make([][]int32, s.Rows)
	if err := s.EachTotal(total, func(b Block) error {
		at := int32(0)
		for k, n := range b.Counts {
			rows[b.First+k] = slices.Clone(b.Index[at : at+n])
			at += n
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return rows
}

// All synapses are made, within the set and ascending; both ends are uniform, so that counts of rows, of columns and of synapses per pair
// are those of independent draws; and the number of cores changes nothing.
func TestTotal(t *testing.T) {
	const total = 200_000
	s := &Separable{Rows: 50, Cols: 70, OnlyRows: make([]bool, 50), OnlyCols: make([]bool, 70), Key: Key{Seed: 7, Stream: 3}}
	for i := 5; i < 45; i++ {
		s.OnlyRows[i] = true
	}
	for j := 0; j < 70; j += 2 {
		s.OnlyCols[j] = true
	}
	rows := drawTotal(t, s, total)
	pairs := make([][]float64, 3)
	pairs[0], pairs[1], pairs[2] = make([]float64, 40), make([]float64, 35), make([]float64, 40*35)
	n := 0
	for i, row := range rows {
		if !slices.IsSorted(row) {
			t.Errorf("row %d does not ascend", i)
		}
		for _, j := range row {
			if !s.OnlyRows[i] || !s.OnlyCols[j] {
				t.Fatalf("%d to %d is outside of the set", i, j)
			}
			pairs[0][i-5]++
			pairs[1][j/2]++
			pairs[2][(i-5)*35+int(j)/2]++
			n++
		}
	}
	if n != total {
		t.Errorf("%d synapses", n)
	}
	for k, counts := range pairs {
		want, chi := float64(total)/float64(len(counts)), 0.0
		for _, c := range counts {
			chi += (c - want) * (c - want) / want
		}
		// A chi-square variable of many degrees of freedom is nearly normal.
		if df := float64(len(counts) - 1); math.Abs(chi-df) > 4*math.Sqrt(2*df) {
			t.Errorf("counts %d: chi-square %g of %g degrees of freedom", k, chi, df)
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if one := drawTotal(t, s, total); !slices.EqualFunc(rows, one, slices.Equal) {
		t.Error("one core draws other synapses")
	}
}

func TestDigitSorter(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var d digitSorter
	for _, limit := range []int{1, 2, 2047, 2048, 2049, 1 << 16, 1 << 22, 1<<22 + 1, math.MaxInt32} {
		for _, n := range []int{0, 1, 255, 256, 3000, 1000, 50_000} {
			a := make([]int32, n)
			for k := range a {
				a[k] = int32(r.IntN(limit))
			}
			want := slices.Sorted(slices.Values(a))
			if d.sort(a, limit); !slices.Equal(a, want) {
				t.Fatalf("%d numbers below %d", n, limit)
			}
		}
	}
}

func BenchmarkTotal(b *testing.B) {
	s := &Separable{Rows: 2000, Cols: 38_000, Key: Key{Seed: 7, Stream: 3}}
	for b.Loop() {
		_ = s.EachTotal(4_000_000, func(Block) error { return nil })
	}
}
