package connect

import (
	"testing"
)

func drawnOf(t testing.TB, d Drawn) *Drawn {
	t.Helper()
	x, err := NewDrawn(&d)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// BenchmarkDrawnCount counts 1e6 synapses, 1000 in a row.
func BenchmarkDrawnCount(b *testing.B) {
	for b.Loop() {
		d := drawnOf(b, Drawn{Key: Key{Seed: 1, Stream: 2}, P: 1e-3, NPre: 1000, NPost: 1_000_000, PreLen: 1000, PostLen: 1_000_000})
		if d.Count().Total < 900_000 {
			b.Fatal(d.Count().Total)
		}
	}
}

// BenchmarkDrawnAppend draws a row of 1000 synapses.
func BenchmarkDrawnAppend(b *testing.B) {
	d := drawnOf(b, Drawn{Key: Key{Seed: 1, Stream: 2}, P: 1e-3, NPre: 1000, NPost: 1_000_000, PreLen: 1000, PostLen: 1_000_000})
	var row []int32
	k := 0
	for b.Loop() {
		row = d.Append(row[:0], k%1000)
		k++
	}
}
