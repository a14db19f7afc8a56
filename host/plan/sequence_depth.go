package plan

import "github.com/galvani-sim/galvani/host/rng"

// RowLengths is the number of synapses by which each element of a sequence sees others of it; nil where it is not known.
func (p *Plan) RowLengths(s *Sequence) []int {
	out := make([]int, s.N)
	for _, c := range s.Neighbours() {
		rows := p.Buffers[p.Conns[c].RowPtr].Ints
		if rows == nil {
			return nil
		}
		for e := range out {
			out[e] += int(rows[e+1] - rows[e])
		}
	}
	return out
}

// Depth is the longest path of neighbours that ascends in the order of a sequence, and so the number of rounds in which elements that do
// not see each other can run together: exactly where elements go by index, and the largest of a few random orders otherwise.
func (p *Plan) Depth(s *Sequence) int {
	near := make([][]int32, s.N)
	for _, c := range s.Neighbours() {
		rows, index := p.Buffers[p.Conns[c].RowPtr].Ints, p.Buffers[p.Conns[c].Index].Entries().Long
		if rows == nil || index == nil { // rows of a sequence are not Narrow
			return s.N
		}
		for e := range s.N {
			for _, o := range index[rows[e]:rows[e+1]] {
				near[e] = append(near[e], o)
				near[o] = append(near[o], int32(e))
			}
		}
	}
	orders := 1
	if s.Random {
		orders = 3
	}
	deepest := 1
	order, level := make([]int32, s.N), make([]int, s.N)
	for k := range orders {
		for e := range order {
			order[e] = int32(e)
		}
		if s.Random {
			at := rng.At{Key: rng.NewKey(uint64(k), 0, 0), Stream: s.Stream}
			for e := s.N - 1; e > 0; e-- { // Fisher and Yates; a slight bias does no harm here
				o := int(uint64(at.Words(uint32(e), 0, 0)[0]) * uint64(e+1) >> 32)
				order[e], order[o] = order[o], order[e]
			}
		}
		clear(level)
		for _, e := range order {
			deep := 0
			for _, o := range near[e] {
				deep = max(deep, level[o])
			}
			level[e] = deep + 1
			deepest = max(deepest, deep+1)
		}
	}
	return deepest
}
