package cpu

import "unsafe"

// Comparisons and selections. Bools are 0 or 1 in 32 bits.

func lt[T real](d []int32, a, b []T) {
	a, b = a[:len(d)], b[:len(d)]
	for i := range d {
		d[i] = b2i(a[i] < b[i])
	}
}

func le[T real](d []int32, a, b []T) {
	a, b = a[:len(d)], b[:len(d)]
	for i := range d {
		d[i] = b2i(a[i] <= b[i])
	}
}

func eq[T real](d []int32, a, b []T) {
	a, b = a[:len(d)], b[:len(d)]
	for i := range d {
		d[i] = b2i(a[i] == b[i])
	}
}

func ne[T real](d []int32, a, b []T) {
	a, b = a[:len(d)], b[:len(d)]
	for i := range d {
		d[i] = b2i(a[i] != b[i])
	}
}

func ltS[T real](d []int32, a []T, s T) {
	a = a[:len(d)]
	for i := range d {
		d[i] = b2i(a[i] < s)
	}
}

func leS[T real](d []int32, a []T, s T) {
	a = a[:len(d)]
	for i := range d {
		d[i] = b2i(a[i] <= s)
	}
}

func eqS[T real](d []int32, a []T, s T) {
	a = a[:len(d)]
	for i := range d {
		d[i] = b2i(a[i] == s)
	}
}

func neS[T real](d []int32, a []T, s T) {
	a = a[:len(d)]
	for i := range d {
		d[i] = b2i(a[i] != s)
	}
}

func gtS[T real](d []int32, a []T, s T) {
	a = a[:len(d)]
	for i := range d {
		d[i] = b2i(a[i] > s)
	}
}

func geS[T real](d []int32, a []T, s T) {
	a = a[:len(d)]
	for i := range d {
		d[i] = b2i(a[i] >= s)
	}
}

// selectBits sets d to a where m holds, else to b. It works on integers, so that the choice is a conditional move.
func selectBits[U uint32 | uint64 | int32](d []U, m []int32, a, b []U) {
	m, a, b = m[:len(d)], a[:len(d)], b[:len(d)]
	for i := range d {
		x, y := a[i], b[i]
		if m[i] != 0 {
			y = x
		}
		d[i] = y
	}
}

func bits32[T real](a []T) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(a))), len(a))
}

func bits64[T real](a []T) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(a))), len(a))
}

func choose[T real](d []T, m []int32, a, b []T) {
	if wide[T]() {
		selectBits(bits64(d), m, bits64(a), bits64(b))
	} else {
		selectBits(bits32(d), m, bits32(a), bits32(b))
	}
}

// gather sets d[i] = src[idx[i]], and 0 where the index is outside src.
func gather[E int32 | float32 | float64](d, src []E, idx []int32) {
	idx = idx[:len(d)]
	for i := range d {
		k := uint32(idx[i])
		if int(k) < len(src) {
			d[i] = src[k]
		} else {
			d[i] = 0
		}
	}
}

func fill[E int32 | float32 | float64](d []E, v E) {
	for i := range d {
		d[i] = v
	}
}
