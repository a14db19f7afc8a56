package connect

import (
	"fmt"
	"slices"
	"sort"
	"testing"

	"github.com/galvani-sim/galvani/host/rng"
)

func drawnOf(t testing.TB, d *Drawn) *Drawn {
	t.Helper()
	x, err := NewDrawn(d)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// rowsBy draws a row as the comment of Drawing says.
func (d *Drawing) rowsBy(row int) (list []int32) {
	if len(d.Table) == 0 {
		return nil
	}
	last := len(d.Table) - 1
	for k, pos := uint32(0), 0; ; k++ {
		w := rng.At{Key: d.Key, Stream: d.Stream, Step: uint32(row)}.Words(k/2, 0, 0)
		u := uint64(w[2*(k%2)])<<32 | uint64(w[2*(k%2)+1])
		gap := sort.Search(len(d.Table), func(g int) bool { return d.Table[g] > u }) - 1
		if guide := int(d.Guide[u>>d.Shift]); gap < guide&0xffff || gap > guide&0xffff+guide>>16 {
			panic("the guide is wrong")
		}
		if pos += gap; pos >= d.Candidates {
			return list
		}
		if gap < last {
			list = append(list, int32(pos))
			pos++
		}
	}
}

// Drawn rows are those that are stored, Drawing says how they are drawn, and the counts are right.
func TestDrawn(t *testing.T) {
	for _, p := range []float64{0, 1e-30, 1e-7, 1e-3, 0.02, 0.3, 0.9, 0.9999} {
		for _, self := range []bool{true, false} {
			t.Run(fmt.Sprint(p, self), func(t *testing.T) {
				key := Key{Seed: 3, Stream: 4}
				shape := Shape{Name: "g", N: 1500}
				m, err := FixedProbability{P: p, AllowSelf: self}.Build(key, shape, shape)
				if err != nil {
					t.Fatal(err)
				}
				d := drawnOf(t, &Drawn{Key: key, P: p, NPre: 1600, NPost: 1700, Pre: 50, Post: 70, PreLen: 1500, PostLen: 1500, NoSelf: !self})
				other := drawnOf(t, &Drawn{Key: key, P: p, NPre: 1600, NPost: 1700, Pre: 50, Post: 70, PreLen: 1500, PostLen: 1500, NoSelf: !self})
				most := other.Most() // counts the rows along
				how := d.Drawing()
				in, longest := make([]int32, 1700), 0
				c := d.Count()
				for row := range 1600 {
					var want []int32
					if i := row - 50; i >= 0 && i < 1500 {
						want = slices.Clone(m.CSR.Index[m.CSR.RowPtr[i]:m.CSR.RowPtr[i+1]])
						by := how.rowsBy(i)
						for k := range by {
							if !self && by[k] >= int32(i) {
								by[k]++
							}
						}
						if !slices.Equal(by, want) {
							t.Fatalf("row %d by its drawing is %v, stored %v", i, by, want)
						}
						for k := range want {
							want[k] += 70
							in[want[k]]++
						}
					}
					longest = max(longest, len(want))
					if got := d.Append(nil, row); !slices.Equal(got, want) {
						t.Fatalf("row %d is %v, stored %v", row, got, want)
					}
					if n := int(c.First[row+1] - c.First[row]); n != len(want) {
						t.Fatalf("row %d has %d synapses, counted %d", row, len(want), n)
					}
				}
				if along := other.Count(); !slices.Equal(along.First, c.First) || along.Total != c.Total || along.Longest != c.Longest || most != d.Most() {
					t.Errorf("rows counted with columns: %d synapses, the longest row %d, at most %d into one", along.Total, along.Longest, most)
				}
				if c.Total != int64(len(m.CSR.Index)) || c.Longest != longest || d.Most() != int(slices.Max(in)) || !slices.Equal(d.Incoming(), in) {
					t.Errorf("%d synapses, the longest row %d, at most %d into one: counted %d, %d, %d", len(m.CSR.Index), longest, slices.Max(in), c.Total, c.Longest, d.Most())
				}
			})
		}
	}
}

// BenchmarkDrawnCount counts 1e6 synapses, 1000 in a row.
func BenchmarkDrawnCount(b *testing.B) {
	for b.Loop() {
		d := drawnOf(b, &Drawn{Key: Key{Seed: 1, Stream: 2}, P: 1e-3, NPre: 1000, NPost: 1_000_000, PreLen: 1000, PostLen: 1_000_000})
		if d.Count().Total < 900_000 {
			b.Fatal(d.Count().Total)
		}
	}
}

// BenchmarkDrawnAppend draws a row of 1000 synapses.
func BenchmarkDrawnAppend(b *testing.B) {
	d := drawnOf(b, &Drawn{Key: Key{Seed: 1, Stream: 2}, P: 1e-3, NPre: 1000, NPost: 1_000_000, PreLen: 1000, PostLen: 1_000_000})
	var row []int32
	k := 0
	for b.Loop() {
		row = d.Append(row[:0], k%1000)
		k++
	}
}
