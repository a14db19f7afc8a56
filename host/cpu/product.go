package cpu

// product is rows of a matrix product: rows x inner times inner x cols, each operand and the result beginning at the first element of its slice.
// Strides are bytes from row to row, cols is bytes too, as the loops in assembly want them. Every sum runs over inner in ascending order with product
// and sum rounded apart; with add (not 0) it is then added to what dst holds.
type product[T real] struct {
	dst, left, right                   []T
	dstStride, leftStride, rightStride int
	rows, inner, cols                  int
	add                                int
}

// productGo is product in Go.
func productGo[T real](a *product[T]) {
	size := sizeOf[T]()
	ds, ls, rs, cols := a.dstStride/size, a.leftStride/size, a.rightStride/size, a.cols/size
	for r := range a.rows {
		left, dst := a.left[r*ls:r*ls+a.inner], a.dst[r*ds:r*ds+cols]
		c := 0
		for ; c+4 <= cols; c += 4 {
			var s0, s1, s2, s3 T
			for k, x := range left {
				b := a.right[k*rs+c:][:4]
				s0 += T(x * b[0])
				s1 += T(x * b[1])
				s2 += T(x * b[2])
				s3 += T(x * b[3])
			}
			sums := [4]T{s0, s1, s2, s3}
			a.put(dst[c:c+4], sums[:])
		}
		for ; c < cols; c++ {
			var s [1]T
			for k, x := range left {
				s[0] += T(x * a.right[k*rs+c])
			}
			a.put(dst[c:c+1], s[:])
		}
	}
}

func (a *product[T]) put(dst, sums []T) {
	for i, s := range sums {
		if a.add != 0 {
			s = dst[i] + s
		}
		dst[i] = s
	}
}
