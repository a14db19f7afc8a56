package connect

import (
	"math"
	"slices"
)

// SourcesChunk is how many sources are drawn from one stream.
const SourcesChunk = 1 << 16

// EachTotal calls emit with all rows, in order, of total synapses whose both ends are drawn at random, with replacement, from the rows and
// columns that are picked: NEST's fixed_total_number. A pair may have several synapses. Offsets, Sides and P must not be set, and
// total is below 2^31, 0 where no row or no column is picked.
//
// The rows of all synapses are drawn first, which is how many each row has; then, from a stream of each row, their columns.
func (s *Separable) EachTotal(total int64, emit func(Block) error) error {
	f := s.Fixed(total, 0, 0)
	from, to := f.Span()
	counts := make([]int32, s.Rows)
	f.countSources(counts[from:to])
	return blocks(s.Rows, func() func([]int32, int) []int32 {
		d := &rowDrawer{Fixed: f}
		return func(dst []int32, i int) []int32 { return d.append(dst, i, int(counts[i])) }
	}, emit)
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
