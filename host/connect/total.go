package connect

import (
	"math"
	"runtime"
	"slices"
)

// sourcesChunk is how many sources are drawn from one stream.
const sourcesChunk = 1 << 16

// EachTotal calls emit with all rows, in order, of total synapses whose both ends are drawn at random, with replacement, from the rows and
// columns that are picked: NEST's fixed_total_number. A pair may have several synapses. Offsets, Sides and P must not be set, and
// total is below 2^31, 0 where no row or no column is picked.
//
// The rows of all synapses are drawn first, which is how many each row has; then, from a stream of each row, their columns.
func (s *Separable) EachTotal(total int64, emit func(Block) error) error {
	picked := func(only []bool, n int) []int32 {
		list := make([]int32, 0, n)
		for k := range int32(n) {
			if only == nil || only[k] {
				list = append(list, k)
			}
		}
		return list
	}
	rows, cols := picked(s.OnlyRows, s.Rows), picked(s.OnlyCols, s.Cols)
	counts := s.countSources(total, rows)
	key := s.Key.Sub("rows")
	return blocks(s.Rows, func() func([]int32, int) []int32 {
		var w words
		var sorter digitSorter
		return func(dst []int32, i int) []int32 {
			w.start(key.at(int32(i)))
			before := len(dst)
			for range counts[i] {
				dst = append(dst, cols[w.below(uint32(len(cols)))])
			}
			sorter.sort(dst[before:], s.Cols)
			return dst
		}
	}, emit)
}

// countSources draws the rows of all synapses, and returns how many each row has.
func (s *Separable) countSources(total int64, rows []int32) []int32 {
	at := s.Key.Sub("sources")
	chunks := int((total + sourcesChunk - 1) / sourcesChunk)
	// Each worker counts by itself, of the rows that are picked.
	workers := max(1, min(runtime.GOMAXPROCS(0), chunks))
	drawn := make([][]int32, workers)
	_ = parallel(workers, 1, func(k, _ int) error {
		own := make([]int32, len(rows))
		var w words
		for c := chunks * k / workers; c < chunks*(k+1)/workers; c++ {
			w.start(at.at(int32(c)))
			for range min(sourcesChunk, total-int64(c)*sourcesChunk) {
				own[w.below(uint32(len(own)))]++
			}
		}
		drawn[k] = own
		return nil
	})
	counts := make([]int32, s.Rows)
	for _, own := range drawn {
		for i, n := range own {
			counts[rows[i]] += n
		}
	}
	return counts
}

// digitSorter sorts numbers that are not negative by their digits, which for the targets of a neuron is faster than comparing them (BenchmarkTotal).
type digitSorter struct {
	spare []int32
	count [1 << digitBits]int32
}

const digitBits = 11

// sort puts numbers below limit in ascending order.
func (d *digitSorter) sort(a []int32, limit int) {
	if len(a) < 1<<digitBits/8 { // counting would take longer
		slices.Sort(a)
		return
	}
	if len(d.spare) < len(a) {
		d.spare = make([]int32, len(a)+len(a)/4)
	}
	from, to, moved := a, d.spare[:len(a)], false
	for shift := 0; limit>>shift > 0; shift += digitBits {
		clear(d.count[:])
		for _, x := range from {
			d.count[x>>shift&(1<<digitBits-1)]++
		}
		at := int32(0)
		for k, n := range d.count {
			d.count[k] = at
			at += n
		}
		for _, x := range from {
			k := x >> shift & (1<<digitBits - 1)
			to[d.count[k]] = x
			d.count[k]++
		}
		from, to, moved = to, from, !moved
	}
	if moved {
		copy(a, from)
	}
}

// MaxTotal bounds the number of synapses of one call of EachTotal.
const MaxTotal = math.MaxInt32
