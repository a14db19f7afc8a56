package cpu

import (
	"fmt"
	"unsafe"
)

// effects carries out a program's effects for one block.
func (p *program[T]) effects(v *vec[T], w *worker[T], f *frame[T], m *memory[T], b *block) {
	// Thresholds are passed by few elements: most blocks have none, and their masked effects are over here.
	last, few, n := int32(none), [fewSet]int32{}, 0
	for i := range p.eff {
		e := &p.eff[i]
		var mask []int32
		if e.mask != none {
			mask = f.iv[e.mask][:b.n]
			if e.mask != last {
				last, n = e.mask, findSet(mask, &few)
			}
			if n == 0 || n <= fewSet && w.sparse(e, f, b, few[:n]) {
				continue
			}
		}
		switch e.kind {
		case eStore:
			if e.isReal {
				store(v, f.rv[e.dst], f.rv[e.value], mask)
			} else if mask == nil {
				copy(f.iv[e.dst], f.iv[e.value][:b.n])
			} else {
				selectBits(f.iv[e.dst][:b.n], mask, f.iv[e.value], f.iv[e.dst])
			}
		case eScatter:
			var bad int
			if e.isReal {
				bad = scatter(m.real[e.buf], f.iv[e.index][:b.n], f.rv[e.value], mask)
			} else {
				bad = scatter(m.int[e.buf], f.iv[e.index][:b.n], f.iv[e.value], mask)
			}
			w.stray(p, e, f, m, bad, "stores to")
		case eAccum:
			var bad int
			if w.noted != nil {
				bad = w.noted.note(i, max(len(m.real[e.buf]), len(m.int[e.buf])), e, f, mask, b.n)
			} else if e.isReal {
				bad = accumulate(m.real[e.buf], f.iv[e.index][:b.n], f.rv[e.value], mask)
			} else {
				bad = accumulate(m.int[e.buf], f.iv[e.index][:b.n], f.iv[e.value], mask)
			}
			w.stray(p, e, f, m, bad, "adds to")
		case eEmit:
			for k := range b.n {
				if mask == nil || mask[k] != 0 {
					w.list = append(w.list, int32(b.element(k)))
				}
			}
		case eCheck:
			if x := f.rv[e.value][:b.n]; !v.finite(x) {
				w.scan(e, x, mask, b)
			}
		}
	}
}

// fewSet is the number of elements of a block up to which they are taken one by one.
const fewSet = 16

// findSet stores the positions of the elements of a mask that hold and returns how many there are, fewSet+1 for more than fit.
func findSet(mask []int32, few *[fewSet]int32) (n int) {
	words := unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(mask))), len(mask)/2)
	at := 0
	for ; at+4 <= len(words); at += 4 {
		if four := words[at : at+4]; four[0]|four[1]|four[2]|four[3] == 0 {
			continue
		}
		if n = appendSet(mask[:2*at+8], 2*at, few, n); n > fewSet {
			return n
		}
	}
	return appendSet(mask, 2*at, few, n)
}

func appendSet(mask []int32, from int, few *[fewSet]int32, n int) int {
	for i := from; i < len(mask); i++ {
		if mask[i] != 0 {
			if n == fewSet {
				return fewSet + 1
			}
			few[n] = int32(i)
			n++
		}
	}
	return n
}

// sparse carries out a store or an emission for a few elements of a block; false for other effects.
func (w *worker[T]) sparse(e *effect, f *frame[T], b *block, few []int32) bool {
	switch {
	case e.kind == eEmit:
		for _, k := range few {
			w.list = append(w.list, int32(b.element(int(k))))
		}
	case e.kind != eStore:
		return false
	case e.isReal:
		dst, src := f.rv[e.dst], f.rv[e.value]
		for _, k := range few {
			dst[k] = src[k]
		}
	default:
		dst, src := f.iv[e.dst], f.iv[e.value]
		for _, k := range few {
			dst[k] = src[k]
		}
	}
	return true
}

func store[T real](v *vec[T], dst, src []T, mask []int32) {
	if mask == nil {
		copy(dst, src[:len(dst)])
		return
	}
	v.choose(dst, mask, src, dst)
}

// scatter returns the position of the first index outside dst, or -1.
func scatter[E int32 | float32 | float64](dst []E, index []int32, src []E, mask []int32) int {
	if mask == nil && scatterAll(dst, index, src) {
		return -1
	}
	bad := -1
	for i, k := range index {
		if mask != nil && mask[i] == 0 {
			continue
		}
		if uint(k) >= uint(len(dst)) {
			if bad < 0 {
				bad = i
			}
			continue
		}
		dst[k] = src[i]
	}
	return bad
}

// scatterAll is scatter without a mask; false when an index is outside. By itself, since its loop needs all registers.
//
//go:noinline
func scatterAll[E int32 | float32 | float64](dst []E, index []int32, src []E) bool {
	src = src[:len(index)]
	for i, k := range index {
		if uint(k) >= uint(len(dst)) {
			return false
		}
		dst[k] = src[i]
	}
	return true
}

// accumulate is scatter that adds.
func accumulate[E int32 | float32 | float64](dst []E, index []int32, src []E, mask []int32) int {
	bad, from := -1, 0
	src = src[:len(index)]
	if mask == nil {
		if from = accumulateAll(dst, index, src); from == len(index) {
			return -1
		}
	}
	for i := from; i < len(index); i++ {
		k := index[i]
		if mask != nil && mask[i] == 0 {
			continue
		}
		if uint(k) >= uint(len(dst)) {
			if bad < 0 {
				bad = i
			}
			continue
		}
		dst[k] += src[i]
	}
	return bad
}

// accumulateAll is accumulate without a mask, up to an index that is outside, whose position it returns.
//
//go:noinline
func accumulateAll[E int32 | float32 | float64](dst []E, index []int32, src []E) int {
	src = src[:len(index)]
	for i, k := range index {
		if uint(k) >= uint(len(dst)) {
			return i
		}
		dst[k] += src[i]
	}
	return len(index)
}

// stray records a store outside its buffer.
func (w *worker[T]) stray(p *program[T], e *effect, f *frame[T], m *memory[T], bad int, verb string) {
	if bad < 0 || w.err != nil {
		return
	}
	w.err = fmt.Errorf("kernel %q %s element %d of a buffer of %d", p.name, verb, f.iv[e.index][bad],
		max(len(m.real[e.buf]), len(m.int[e.buf])))
}

// scan finds the first element that is not finite. Those of a list need not ascend.
func (w *worker[T]) scan(e *effect, x []T, mask []int32, b *block) {
	for i, v := range x {
		if v-v != 0 && (mask == nil || mask[i] != 0) {
			w.fault.add(e.check, int(b.element(i)), float64(v))
			if b.list == nil {
				return
			}
		}
	}
}

// finish stores to scalar slots.
func (p *program[T]) finish(m *memory[T]) {
	for _, s := range p.scalar {
		if s.mask >= 0 && p.si[s.mask] == 0 {
			continue
		}
		if s.isReal {
			m.real[s.buf][0] = p.sr[s.value]
		} else {
			m.int[s.buf][0] = p.si[s.value]
		}
	}
}
