package connect

import "math"

// Method is a way to apply the terms of a kernel.
type Method uint8

const (
	// NoTerms: the kernel has none; only taps are left.
	NoTerms Method = iota
	// Passes sums along one dimension after the other, over the offsets that are not negligible.
	Passes
	// Direct multiplies by the full matrices of both dimensions.
	Direct
	// Factored multiplies by low-rank factors of them.
	Factored
	// Fourier has the form of Factored, with sines and cosines for factors: taps and terms of the kernel together are diagonal there.
	Fourier
)

// String is the method's name in dumps.
func (m Method) String() string {
	return [...]string{"taps", "passes", "direct", "factored", "fourier"}[m]
}

// Lowering says how to compute y[post] = Σ w · s[pre] for an Offsets kernel without its synapses. The source s and the result y are
// read as matrices S and Y of Rows × Cols, where layers are stacked as rows (Rows = Layers · rows of a layer).
//
//	Passes    for each term: its passes one after the other, each a sum of taps over the result of the one before; the first
//	          pass of a term reads S, its last adds to Y
//	Direct    V = S·TX [Rows, Terms·Cols]; read V as [Rows·Terms, Cols]; Y = TY·V
//	Factored  P = S·UX [Rows, RX]; Q = (UYᵀ·P)∘D [RY, RX]; W = Q·UXᵀ [RY, Cols]; Y = UY·W
//	Fourier   as Factored
//
// Taps are added to Y afterwards; Fourier leaves none.
type Lowering struct {
	Method     Method
	Grid       Grid
	Rows, Cols int

	Passes [][]Pass // one list per term

	Terms int
	TX    []float64 // [Cols, Terms, Cols]: the matrix of each term along x
	TY    []float64 // [Rows, Rows, Terms]: the same along y and z, times the amplitude

	RX, RY int
	UX     []float64 // [Cols, RX]: factors of all terms side by side
	UY     []float64 // [Rows, RY]
	D      []float64 // [RY, RX]: the amplitude where both columns belong to one term, else 0; of Fourier the spectrum

	Taps []Tap

	// MACs is the number of multiplications with addition that one application takes, with a charge for every operation.
	MACs int64
}

// Pass is a sum over taps along one dimension; the last of a term includes its amplitude.
type Pass struct {
	Axis byte // 'z', 'y' or 'x'
	Taps []Tap
}

const (
	// opCharge is the cost of one more operation in multiplications, about a microsecond's worth.
	opCharge = 1000
	// maxDirect bounds the numbers in TX and TY together.
	maxDirect = 1 << 22
	// negligible is the part of the largest entry that is rounding.
	negligible = 1e-17
)

// Lower rewrites the kernel in the cheapest of the forms that Lowering describes. The result differs from the sum over synapses by
// rounding only.
func (o *Offsets) Lower() *Lowering {
	l := o.lowerTerms()
	l.Taps = o.Taps
	if len(o.Taps) > 0 {
		l.MACs += opCharge
		for _, t := range o.Taps {
			l.MACs += int64(o.Grid.Layers-abs(int(t.DZ))) * int64(o.Grid.Rows-abs(int(t.DY))) * int64(o.Grid.Cols-abs(int(t.DX)))
		}
	}
	if f := o.fourier(l.MACs); f != nil {
		return f
	}
	return l
}

func (o *Offsets) lowerTerms() *Lowering {
	best := o.lowering()
	if len(o.Terms) == 0 {
		return best
	}
	best.passes(o.Terms)
	if macs := best.directMACs(); macs < best.MACs {
		best = o.lowering()
		best.Method, best.MACs = Direct, macs
	}
	if f := o.factored(best.MACs); f != nil {
		best = f
	}
	if best.Method == Direct {
		best.direct(o.Terms)
	}
	return best
}

// lowerBy gives one form whatever it costs, or nil where its matrices are too large.
func (o *Offsets) lowerBy(m Method) *Lowering {
	l := o.lowering()
	switch {
	case len(o.Terms) == 0 && m != Fourier:
		return nil
	case m == Passes:
		l.passes(o.Terms)
	case m == Direct && l.directMACs() < math.MaxInt64:
		l.Method, l.MACs = Direct, l.directMACs()
		l.direct(o.Terms)
	case m == Factored:
		l = o.factored(math.MaxInt64)
	case m == Fourier:
		return o.fourier(math.MaxInt64)
	default:
		return nil
	}
	l.Taps = o.Taps
	return l
}

func (o *Offsets) lowering() *Lowering {
	g := o.Grid
	return &Lowering{Grid: g, Rows: g.Layers * g.Rows, Cols: g.Cols, Terms: len(o.Terms)}
}

func (l *Lowering) directMACs() int64 {
	t := int64(l.Terms)
	if t*(pairs(l.Rows, l.Rows)+pairs(l.Cols, l.Cols)) > maxDirect {
		return math.MaxInt64
	}
	return t*int64(l.Grid.Len())*int64(l.Rows+l.Cols) + 2*opCharge
}

// passes cuts every dimension's table where it falls below rounding.
func (l *Lowering) passes(terms []Term) {
	l.Method = Passes
	cells := int64(l.Grid.Len())
	for i := range terms {
		t := &terms[i]
		var ps []Pass
		for _, a := range []struct {
			axis byte
			row  []float64
			unit Tap
		}{{'x', t.X, Tap{DX: 1}}, {'y', t.Y, Tap{DY: 1}}, {'z', t.Z, Tap{DZ: 1}}} {
			if len(a.row) == 1 && !(a.axis == 'z' && ps == nil) {
				continue
			}
			reach := len(a.row) - 1
			for reach > 0 && a.row[reach] <= negligible {
				reach--
			}
			p := Pass{Axis: a.axis}
			for d := -reach; d <= reach; d++ {
				p.Taps = append(p.Taps, Tap{a.unit.DZ * int32(d), a.unit.DY * int32(d), a.unit.DX * int32(d), a.row[abs(d)]})
			}
			ps = append(ps, p)
			l.MACs += cells*int64(len(p.Taps)) + opCharge
		}
		for k := range ps[len(ps)-1].Taps {
			ps[len(ps)-1].Taps[k].W *= t.Amp
		}
		l.Passes = append(l.Passes, ps)
	}
}

// direct fills TX and TY. Interleaving the terms as the last index of TY lets one product add them up: V holds for each row of the
// grid the terms one after the other.
func (l *Lowering) direct(terms []Term) {
	n, r, c := len(terms), l.Rows, l.Cols
	l.TX, l.TY = make([]float64, c*n*c), make([]float64, r*r*n)
	rows := l.Grid.Rows
	for i, t := range terms {
		for a := range c {
			for b := range c {
				l.TX[(a*n+i)*c+b] = t.X[abs(a-b)]
			}
		}
		for a := range r {
			for b := range r {
				l.TY[(a*r+b)*n+i] = float64(t.Amp*t.Z[abs(a/rows-b/rows)]) * t.Y[abs(a%rows-b%rows)]
			}
		}
	}
}

// factorMACs is the cost of the four products with factors of rx and ry columns.
func (l *Lowering) factorMACs(rx, ry int) int64 {
	x, y, rows, cols := int64(rx), int64(ry), int64(l.Rows), int64(l.Cols)
	return rows*cols*(x+y) + y*x*(rows+cols) + 4*opCharge
}

// factored returns the factored form if it takes fewer than limit operations.
func (o *Offsets) factored(limit int64) *Lowering {
	g := o.Grid
	rows, cols := int64(g.Layers)*int64(g.Rows), int64(g.Cols)
	type triple struct{ z, y, x *Factor }
	fs := make([]triple, len(o.Terms))
	budget := limit / (rows * cols)
	f := o.lowering()
	f.Method = Factored
	for i, t := range o.Terms {
		rank := func(row []float64, left int64) *Factor {
			return LowRank(row, int(max(0, min(left, int64(len(row))))))
		}
		if fs[i].x = rank(t.X, budget-int64(f.RX)); fs[i].x == nil {
			return nil
		}
		if fs[i].y = rank(t.Y, budget-int64(f.RY)); fs[i].y == nil {
			return nil
		}
		if fs[i].z = rank(t.Z, budget-int64(f.RY)); fs[i].z == nil {
			return nil
		}
		f.RX += fs[i].x.R
		f.RY += fs[i].z.R * fs[i].y.R
		if int64(f.RX)+int64(f.RY) > budget {
			return nil
		}
	}
	rx, ry := int64(f.RX), int64(f.RY)
	if f.MACs = f.factorMACs(f.RX, f.RY); f.MACs >= limit {
		return nil
	}
	f.UX, f.UY, f.D = make([]float64, cols*rx), make([]float64, rows*ry), make([]float64, ry*rx)
	x0, y0 := 0, 0
	for i, t := range fs {
		for a := range t.x.N {
			copy(f.UX[a*f.RX+x0:], t.x.U[a*t.x.R:(a+1)*t.x.R])
		}
		for z := range t.z.N {
			for y := range t.y.N {
				dst := f.UY[(z*t.y.N+y)*f.RY+y0:]
				for j := range t.z.R {
					for k := range t.y.R {
						dst[j*t.y.R+k] = t.z.U[z*t.z.R+j] * t.y.U[y*t.y.R+k]
					}
				}
			}
		}
		for a := y0; a < y0+t.z.R*t.y.R; a++ {
			for b := x0; b < x0+t.x.R; b++ {
				f.D[a*f.RX+b] = o.Terms[i].Amp
			}
		}
		x0 += t.x.R
		y0 += t.z.R * t.y.R
	}
	return f
}

// Apply computes y = K s in float64 by the method chosen. It is the plain form of what a backend does, for tests and small kernels.
func (l *Lowering) Apply(y, s []float64) {
	for i := range y {
		y[i] = 0
	}
	switch l.Method {
	case Passes:
		for _, passes := range l.Passes {
			from := s
			for k, p := range passes {
				to := y
				if k < len(passes)-1 {
					to = make([]float64, len(y))
				}
				l.sumTaps(to, from, p.Taps)
				from = to
			}
		}
	case Direct:
		v := multiply(s, l.TX, l.Rows, l.Cols, l.Terms*l.Cols)
		copy(y, multiply(l.TY, v, l.Rows, l.Rows*l.Terms, l.Cols))
	case Factored, Fourier:
		p := multiply(s, l.UX, l.Rows, l.Cols, l.RX)
		q := multiply(transpose(l.UY, l.Rows, l.RY), p, l.RY, l.Rows, l.RX)
		for i, d := range l.D {
			q[i] *= d
		}
		w := multiply(q, transpose(l.UX, l.Cols, l.RX), l.RY, l.RX, l.Cols)
		copy(y, multiply(l.UY, w, l.Rows, l.RY, l.Cols))
	}
	l.sumTaps(y, s, l.Taps)
}

// sumTaps adds to each cell the weighted cells at the taps' offsets that lie on the grid.
func (l *Lowering) sumTaps(y, s []float64, taps []Tap) {
	g := l.Grid
	for _, t := range taps {
		dz, dy, dx := int(t.DZ), int(t.DY), int(t.DX)
		for z := max(0, -dz); z < min(g.Layers, g.Layers-dz); z++ {
			for r := max(0, -dy); r < min(g.Rows, g.Rows-dy); r++ {
				to := (z*g.Rows + r) * g.Cols
				from := ((z+dz)*g.Rows+r+dy)*g.Cols + dx
				for x := max(0, -dx); x < min(g.Cols, g.Cols-dx); x++ {
					y[to+x] += float64(t.W * s[from+x])
				}
			}
		}
	}
}

// multiply is the product of row-major a [m, k] and b [k, n].
func multiply(a, b []float64, m, k, n int) []float64 {
	c := make([]float64, m*n)
	for i := range m {
		row := c[i*n : (i+1)*n]
		for j, f := range a[i*k : (i+1)*k] {
			for x, v := range b[j*n : (j+1)*n] {
				row[x] += float64(f * v)
			}
		}
	}
	return c
}

func transpose(a []float64, m, n int) []float64 {
	t := make([]float64, len(a))
	for i := range m {
		for j := range n {
			t[j*m+i] = a[i*n+j]
		}
	}
	return t
}

// Flat returns the taps as a plan holds them: offsets [taps, 3] as (dz, dy, dx), and weights.
func Flat(taps []Tap) (offsets []int32, weights []float64) {
	offsets, weights = make([]int32, 0, 3*len(taps)), make([]float64, len(taps))
	for k, t := range taps {
		offsets = append(offsets, t.DZ, t.DY, t.DX)
		weights[k] = t.W
	}
	return offsets, weights
}

// Bytes is the memory that the matrices, passes and taps hold in numbers of the given width.
func (l *Lowering) Bytes(width int64) int64 {
	n := int64(len(l.TX)+len(l.TY)+len(l.UX)+len(l.UY)+len(l.D)) * width
	taps := int64(len(l.Taps))
	for _, passes := range l.Passes {
		for _, p := range passes {
			taps += int64(len(p.Taps))
		}
	}
	return n + taps*(12+width)
}
