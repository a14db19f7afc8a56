package cpu

// sumRows sets or adds to dst[r] the sum of weights × source[index] over row r, with weights at syn where that is not nil. Two rows are
// summed side by side, since one sum alone would wait for each addition.
func sumRows[T real](dst []T, rowPtr, index, syn []int32, weights, source []T, first, last int, add bool) {
	put := func(r int, s T) {
		if add {
			dst[r] += s
		} else {
			dst[r] = s
		}
	}
	if weights != nil && syn != nil {
		for r := first; r < last; r++ {
			put(r, mappedRow(index[rowPtr[r]:rowPtr[r+1]], syn[rowPtr[r]:rowPtr[r+1]], weights, source))
		}
		return
	}
	r := first
	for ; r+1 < last; r += 2 {
		i0, i1, i2 := int(rowPtr[r]), int(rowPtr[r+1]), int(rowPtr[r+2])
		if weights == nil {
			put(r, sumRow(0, index[i0:i1], source))
			put(r+1, sumRow(0, index[i1:i2], source))
			continue
		}
		n := min(i1-i0, i2-i1)
		x, y := index[i0:i0+n], index[i1:i1+n]
		u, v := weights[i0:i0+n], weights[i1:i1+n]
		var s, t T
		for k := range x {
			s += T(u[k] * at(source, x[k]))
			t += T(v[k] * at(source, y[k]))
		}
		put(r, dotRow(s, index[i0+n:i1], weights[i0+n:i1], source))
		put(r+1, dotRow(t, index[i1+n:i2], weights[i1+n:i2], source))
	}
	if r < last {
		i0, i1 := int(rowPtr[r]), int(rowPtr[r+1])
		if weights == nil {
			put(r, sumRow(0, index[i0:i1], source))
		} else {
			put(r, dotRow(0, index[i0:i1], weights[i0:i1], source))
		}
	}
}

// sumBoth makes two sums with the same weights, if any, reading index and weights once.
func sumBoth[T real](x, y []T, rowPtr, index []int32, weights, u, v []T, first, last int, add bool) {
	for r := first; r < last; r++ {
		var s, t T
		lo, hi := rowPtr[r], rowPtr[r+1]
		if weights == nil {
			for _, i := range index[lo:hi] {
				s += at(u, i)
				t += at(v, i)
			}
		} else {
			w := weights[lo:hi]
			for k, i := range index[lo:hi] {
				s += T(w[k] * at(u, i))
				t += T(w[k] * at(v, i))
			}
		}
		if add {
			s += x[r]
			t += y[r]
		}
		x[r], y[r] = s, t
	}
}

// at is source[i], and 0 outside.
func at[T real](source []T, i int32) T {
	if uint(uint32(i)) < uint(len(source)) {
		return source[i]
	}
	return 0
}

func dotRow[T real](s T, index []int32, weights, source []T) T {
	weights = weights[:len(index)]
	for k, i := range index {
		s += T(weights[k] * at(source, i))
	}
	return s
}

// mappedRow is dotRow for weights that lie elsewhere.
func mappedRow[T real](index, syn []int32, weights, source []T) (s T) {
	syn = syn[:len(index)]
	for k, i := range index {
		s += T(weights[syn[k]] * at(source, i))
	}
	return s
}

func sumRow[T real](s T, index []int32, source []T) T {
	for _, i := range index {
		s += at(source, i)
	}
	return s
}
