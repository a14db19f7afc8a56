package plan

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/galvani-sim/galvani/host/net"
)

// Forget drops the pairs of synapses whose description has changed, so that the next plan makes them anew.
func (p Pairs) Forget(s *net.Synapses) { delete(p, s) }

// Sum is a checksum of the ends of all synapses in order of creation, and their number; both 0 when they have not been made.
func (p Pairs) Sum(s *net.Synapses) (sum uint32, n int) {
	ends := p[s]
	if ends == nil {
		return 0, 0
	}
	if p.Listed(s) != nil {
		w := ends.whole
		return Checksum(0, []int32{int32(w.pre.from), int32(w.pre.to), int32(w.post.from), int32(w.post.to)}), ends.pre.Len()
	}
	for _, e := range []*Ends{ends.pre, ends.post} {
		for _, part := range e.Parts {
			sum = Checksum(sum, part)
		}
	}
	for k, gone := range ends.removed {
		if gone {
			sum = Checksum(sum, []int32{int32(k)})
		}
	}
	return sum, ends.pre.Len()
}

// Checksum continues a CRC-32C over integers.
func Checksum(sum uint32, v []int32) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	var block [4 << 10]byte
	for len(v) > 0 {
		n := min(len(v), len(block)/4)
		for i, x := range v[:n] {
			binary.LittleEndian.PutUint32(block[4*i:], uint32(x))
		}
		sum = crc32.Update(sum, table, block[:4*n])
		v = v[n:]
	}
	return sum
}
