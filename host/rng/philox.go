package rng

import "math/bits"

// Key is the Philox key of a run.
type Key [2]uint32

const (
	mul0, mul1   = 0xD2511F53, 0xCD9E8D57
	weyl0, weyl1 = 0x9E3779B9, 0xBB67AE85
	keyTag       = 0x67616c76
)

// NewKey mixes seed, run ordinal and replica into a key.
func NewKey(seed uint64, run, replica uint32) Key {
	w := Philox([4]uint32{run, replica, keyTag, 0}, Key{uint32(seed), uint32(seed >> 32)})
	return Key{w[0], w[1]}
}

// Stream returns the stream number of a stable name: its 32-bit FNV-1a hash.
func Stream(name string) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(name); i++ {
		h ^= uint32(name[i])
		h *= 16777619
	}
	return h
}

func round(c0, c1, c2, c3, k0, k1 uint32) (uint32, uint32, uint32, uint32) {
	p, q := uint64(mul0)*uint64(c0), uint64(mul1)*uint64(c2)
	return uint32(q>>32) ^ c1 ^ k0, uint32(q), uint32(p>>32) ^ c3 ^ k1, uint32(p)
}

// Philox is the Philox4x32-10 bijection.
func Philox(c [4]uint32, k Key) [4]uint32 {
	k0, k1 := k[0], k[1]
	for r := 0; r < 10; r++ {
		c[0], c[1], c[2], c[3] = round(c[0], c[1], c[2], c[3], k0, k1)
		k0 += weyl0
		k1 += weyl1
	}
	return c
}

// At is the place of a draw apart from its element: the run, the stream and the step.
type At struct {
	Key    Key
	Stream uint32
	Step   uint32
}

// Words returns the four words of one draw. Draw must be below 65536.
func (a At) Words(elem, draw, attempt uint32) [4]uint32 {
	return Philox([4]uint32{elem, a.Step, a.Stream, draw | attempt<<16}, a.Key)
}

// Sequence makes the words of consecutive elements of one draw, as At.Words does.
type Sequence struct{ s schedule }

// Sequence returns the sequence of a draw, which must be below 65536.
func (a At) Sequence(draw uint32) Sequence { return Sequence{a.schedule(draw, 0)} }

// Fill sets dst to the words of element first and those behind it, four each, and returns the number of words made: those of as many elements as
// this processor makes together, at most len(dst)/4, at least one. dst has room for four words.
func (q *Sequence) Fill(dst []uint32, first uint32) int {
	if n := wordsFast(dst, &q.s, first); n > 0 {
		return 4 * n
	}
	dst[0], dst[1], dst[2], dst[3] = q.s.words(first)
	return 4
}

// schedule is what the counters of one draw share: the key of each round, and the halves of the first two rounds that do not depend
// on the element.
type schedule struct {
	k      [20]uint32
	c1, c0 uint32 // after round 1
	c2x    uint32 // c3 ^ k1 of round 1
	c2y    uint32 // third word of round 2 but for the fourth word of round 1
	c3     uint32 // fourth word of round 2
}

func (a At) schedule(draw, attempt uint32) (s schedule) {
	k0, k1 := a.Key[0], a.Key[1]
	for r := 0; r < 10; r++ {
		s.k[2*r], s.k[2*r+1] = k0, k1
		k0 += weyl0
		k1 += weyl1
	}
	hi, lo := bits.Mul32(mul1, a.Stream)
	s.c0, s.c1 = hi^a.Step^s.k[0], lo
	s.c2x = (draw | attempt<<16) ^ s.k[1]
	hi, lo = bits.Mul32(mul0, s.c0)
	s.c2y, s.c3 = hi^s.k[3], lo
	return s
}

// words finishes the ten rounds for one element.
func (s *schedule) words(elem uint32) (c0, c1, c2, c3 uint32) {
	p := uint64(mul0) * uint64(elem)
	q := uint64(mul1) * uint64(uint32(p>>32)^s.c2x)
	c0, c1, c2, c3 = uint32(q>>32)^s.c1^s.k[2], uint32(q), s.c2y^uint32(p), s.c3
	c0, c1, c2, c3 = round(c0, c1, c2, c3, s.k[4], s.k[5])
	c0, c1, c2, c3 = round(c0, c1, c2, c3, s.k[6], s.k[7])
	c0, c1, c2, c3 = round(c0, c1, c2, c3, s.k[8], s.k[9])
	c0, c1, c2, c3 = round(c0, c1, c2, c3, s.k[10], s.k[11])
	c0, c1, c2, c3 = round(c0, c1, c2, c3, s.k[12], s.k[13])
	c0, c1, c2, c3 = round(c0, c1, c2, c3, s.k[14], s.k[15])
	c0, c1, c2, c3 = round(c0, c1, c2, c3, s.k[16], s.k[17])
	return round(c0, c1, c2, c3, s.k[18], s.k[19])
}
