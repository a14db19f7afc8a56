package connect

import "math"

// Factor is a symmetric positive semidefinite matrix T of n rows as U Uᵀ.
type Factor struct {
	N, R int
	U    []float64 // [N, R] in C order
}

// factorTolerance is the residual at which a factorisation stops, relative to the largest entry. Subtracting the columns found so far
// leaves rounding of about this size; going on would add columns of noise and make the product worse, not better.
const factorTolerance = 1e-15

// LowRank factors the symmetric Toeplitz matrix T[a, b] = row[|a-b|] of a Gaussian, row[0] = 1, by Cholesky's algorithm with complete
// pivoting, which reveals the rank (Higham, "Accuracy and Stability of Numerical Algorithms", section 10.3). No entry of T - U Uᵀ
// exceeds the largest residual of the diagonal. It returns nil when more than maxRank columns are needed.
func LowRank(row []float64, maxRank int) *Factor {
	n := len(row)
	left := make([]float64, n)
	for i := range left {
		left[i] = row[0]
	}
	var cols [][]float64
	for {
		p := 0
		for i, d := range left {
			if d > left[p] {
				p = i
			}
		}
		if !(left[p] > factorTolerance*row[0]) || len(cols) == n {
			break
		}
		if len(cols) == maxRank {
			return nil
		}
		c := make([]float64, n)
		for i := range c {
			c[i] = row[abs(i-p)]
		}
		for _, q := range cols {
			f := q[p]
			for i := range c {
				c[i] -= float64(f * q[i])
			}
		}
		s := 1 / math.Sqrt(left[p])
		for i := range c {
			c[i] *= s
			left[i] -= float64(c[i] * c[i])
		}
		left[p] = 0
		cols = append(cols, c)
	}
	f := &Factor{N: n, R: len(cols), U: make([]float64, n*len(cols))}
	for j, c := range cols {
		for i, v := range c {
			f.U[i*f.R+j] = v
		}
	}
	return f
}
