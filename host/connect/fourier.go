package connect

import "math"

// maxFourier bounds the numbers in the factors and the spectrum together: 128 MB in double precision.
const maxFourier = 1 << 24

// Spectrum is the spectrum of a kernel on a grid padded with zeros to Layers × Rows × Cols, which is large enough that nothing wraps
// around. The kernel is the same in both directions of every axis, so its spectrum is real and depends on the size of each
// frequency only: Lambda is [Layers/2+1, Rows/2+1, Cols/2+1]. Multiplying the Fourier transform of the padded source by it and
// transforming back gives the sum over synapses.
type Spectrum struct {
	Layers, Rows, Cols int
	Lambda             []float64
}

// reach is the largest offset of a synapse along each axis. Ok is false for a kernel that differs between the directions of an axis.
func (o *Offsets) reach() (z, y, x int, ok bool) {
	g, t := o.Grid, o.table()
	h, w := 2*g.Rows-1, 2*g.Cols-1
	cz, cy, cx := g.Layers-1, g.Rows-1, g.Cols-1
	for k, v := range t {
		if v == 0 {
			continue
		}
		az, ay, ax := abs(k/(h*w)-cz), abs(k/w%h-cy), abs(k%w-cx)
		// Every offset is compared with the one in the first octant.
		if t[((cz+az)*h+cy+ay)*w+cx+ax] != v || t[((cz-az)*h+cy-ay)*w+cx-ax] != v || t[((cz+az)*h+cy-ay)*w+cx+ax] != v ||
			t[((cz+az)*h+cy+ay)*w+cx-ax] != v || t[((cz-az)*h+cy+ay)*w+cx+ax] != v {
			return 0, 0, 0, false
		}
		z, y, x = max(z, az), max(y, ay), max(x, ax)
	}
	return z, y, x, true
}

// Spectrum transforms the kernel on a grid padded to the given sizes; each is at least the grid's size plus the kernel's reach there.
// The second result is false for a kernel that differs between the directions of an axis or reaches too far.
func (o *Offsets) Spectrum(layers, rows, cols int) (*Spectrum, bool) {
	z, y, x, ok := o.reach()
	if !ok || layers < o.Grid.Layers+z || rows < o.Grid.Rows+y || cols < o.Grid.Cols+x {
		return nil, false
	}
	return o.spectrum([3]int{z, y, x}, [3]int{layers, rows, cols}), true
}

func (o *Offsets) spectrum(reach, size [3]int) *Spectrum {
	a := make([]float64, 0, (reach[0]+1)*(reach[1]+1)*(reach[2]+1))
	for z := range reach[0] + 1 {
		for y := range reach[1] + 1 {
			for x := range reach[2] + 1 {
				a = append(a, o.Weight(z, y, x))
			}
		}
	}
	// One axis at a time: bring it last, transform, so that after three rounds the axes stand as before.
	dims := reach
	for range 3 {
		d, p := dims[0]+1, size[0]
		rest := len(a) / d
		a = transpose(a, d, rest)
		f := p/2 + 1
		a = multiply(a, cosines(d, p), rest, d, f)
		dims = [3]int{dims[1], dims[2], f - 1}
		size = [3]int{size[1], size[2], size[0]}
	}
	return &Spectrum{Layers: size[0], Rows: size[1], Cols: size[2], Lambda: a}
}

// cosines is [n, p/2+1]: the sum of the two Fourier factors of offsets d and -d at each frequency.
func cosines(n, p int) []float64 {
	table := make([]float64, p)
	for m := range table {
		table[m] = 2 * math.Cos(2*math.Pi*float64(m)/float64(p))
	}
	f := p/2 + 1
	out := make([]float64, n*f)
	for d := range n {
		for k := range f {
			out[d*f+k] = table[d*k%p]
			if d == 0 {
				out[k] = 1
			}
		}
	}
	return out
}

// fourier returns the form in which the whole kernel is diagonal, if it takes fewer than limit operations.
func (o *Offsets) fourier(limit int64) *Lowering {
	l := o.lowering()
	l.Method = Fourier
	g := o.Grid
	// The sizes for a kernel that reaches nowhere bound the cost from below; finding the reach costs a table of all offsets.
	if o.Count == 0 || l.factorMACs(g.Cols, l.Rows) >= limit || pairs(l.Rows, g.Cols) > maxFourier/4 {
		return nil
	}
	z, y, x, ok := o.reach()
	if !ok {
		return nil
	}
	pz, py, px := g.Layers+z, g.Rows+y, g.Cols+x
	l.RX, l.RY = px, pz*py
	size := pairs(l.Rows, l.RY) + pairs(l.Cols, l.RX) + pairs(l.RX, l.RY)
	if l.MACs = l.factorMACs(l.RX, l.RY); l.MACs >= limit || size > maxFourier {
		return nil
	}
	s := o.spectrum([3]int{z, y, x}, [3]int{pz, py, px})
	bz, fz := harmonics(g.Layers, pz)
	by, fy := harmonics(g.Rows, py)
	var fx []int
	l.UX, fx = harmonics(g.Cols, px)
	l.UY = make([]float64, l.Rows*l.RY)
	for a := range g.Layers {
		for b := range g.Rows {
			for i := range pz {
				for j := range py {
					l.UY[(a*g.Rows+b)*l.RY+i*py+j] = bz[a*pz+i] * by[b*py+j]
				}
			}
		}
	}
	l.D = make([]float64, l.RY*l.RX)
	hy, hx := py/2+1, px/2+1
	for i := range pz {
		for j := range py {
			for k := range px {
				l.D[(i*py+j)*px+k] = s.Lambda[(fz[i]*hy+fy[j])*hx+fx[k]]
			}
		}
	}
	return l
}

// harmonics is the first n rows of the real orthonormal Fourier basis of length p, [n, p], and the frequency of each column.
func harmonics(n, p int) (basis []float64, frequency []int) {
	basis, frequency = make([]float64, n*p), make([]int, p)
	cos, sin := make([]float64, p), make([]float64, p)
	for m := range p {
		sin[m], cos[m] = math.Sincos(2 * math.Pi * float64(m) / float64(p))
	}
	for c := range p {
		f := (c + 1) / 2
		frequency[c] = f
		scale := math.Sqrt(2 / float64(p))
		if f == 0 || 2*f == p {
			scale = math.Sqrt(1 / float64(p))
		}
		wave := cos
		// Columns are 0, cos 1, sin 1, cos 2, sin 2, ...; of the highest frequency of an even length only the cosine is not zero.
		if c > 0 && c%2 == 0 {
			wave = sin
		}
		for a := range n {
			basis[a*p+c] = scale * wave[a*f%p]
		}
	}
	return basis, frequency
}
