package connect

import (
	"compress/gzip"
	"encoding/binary"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/dsp/fourier"
)

// plainKernel evaluates gaussian and dog by their definition, cell by cell; NaN where there is no synapse.
func plainKernel(bells []bell, limit float64, self bool, pre, post Grid) []float64 {
	norm := func(k, n int) float64 {
		if n == 1 {
			return 0
		}
		return float64(k) / float64(n-1)
	}
	scale := 0.0
	for _, b := range bells {
		scale += b.amp
	}
	out := make([]float64, pre.Len()*post.Len())
	for j := range post.Len() {
		jz, jy, jx := post.Pair(j, 0)
		for i := range pre.Len() {
			iz, iy, ix := pre.Pair(i, 0)
			dz := norm(iz, pre.Layers) - norm(jz, post.Layers)
			dy := norm(iy, pre.Rows) - norm(jy, post.Rows)
			dx := norm(ix, pre.Cols) - norm(jx, post.Cols)
			d := dz*dz + dy*dy + dx*dx
			w := 0.0
			for _, b := range bells {
				w += b.amp * math.Exp(-d/(2*b.sigma*b.sigma))
			}
			if math.Abs(w) <= limit*math.Abs(scale) || i == j && !self {
				w = math.NaN()
			}
			out[j*pre.Len()+i] = w
		}
	}
	return out
}

func closeFloats(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	for i := range want {
		if math.IsNaN(got[i]) != math.IsNaN(want[i]) || math.Abs(got[i]-want[i]) > tolerance {
			t.Fatalf("%s: element %d is %v, want %v within %v", what, i, got[i], want[i], tolerance)
		}
	}
}

type kernelCase struct {
	name string
	rule Rule
	grid [3]int
}

func kernelCases() []kernelCase {
	var out []kernelCase
	for _, g := range [][3]int{{1, 1, 1}, {1, 1, 9}, {1, 7, 1}, {5, 1, 1}, {1, 6, 8}, {1, 20, 20}, {3, 4, 5}, {1, 2, 2}, {1, 31, 17}, {2, 1, 11}, {1, 1, 200}, {1, 26, 26}} {
		for _, self := range []bool{false, true} {
			out = append(out,
				kernelCase{"example", DoG{0.2, 0.1, 0.1, 0.7, 0.01, self, nil}, g},
				kernelCase{"steep", DoG{0.1, 0.2, 0.3, 0.05, 0.2, self, nil}, g},
				kernelCase{"equal amplitudes", DoG{1, 0.2, 1, 0.4, 0.01, self, nil}, g},
				kernelCase{"one amplitude zero", DoG{1, 0.2, 0, 0.4, 0.3, self, nil}, g},
				kernelCase{"no limit", DoG{0.5, 0.3, 0.2, 0.9, 0, self, nil}, g},
				kernelCase{"negative", Gaussian{-2, 0.15, 0.01, self, nil}, g},
				kernelCase{"narrow", Gaussian{1, 0.03, 1e-6, self, nil}, g},
				kernelCase{"tiny", Gaussian{1, 1e-100, 0.01, self, nil}, g},
				kernelCase{"huge", Gaussian{1, 1e100, 0.01, self, nil}, g},
				kernelCase{"wide", Gaussian{0.3, 0.6, 0.02, self, nil}, g},
				kernelCase{"zero", Gaussian{0, 0.6, 0.02, self, nil}, g})
		}
	}
	return out
}

func (c kernelCase) plain() []float64 {
	g := Grid{c.grid[0], c.grid[1], c.grid[2]}
	switch r := c.rule.(type) {
	case Gaussian:
		return plainKernel([]bell{{r.Amp, r.Sigma}}, r.Limit, r.AllowSelf, g, g)
	case DoG:
		return plainKernel([]bell{{r.AmpPos, r.SigmaPos}, {-r.AmpNeg, r.SigmaNeg}}, r.Limit, r.AllowSelf, g, g)
	}
	return nil
}

func TestOffsetsEqualTheDefinition(t *testing.T) {
	for _, c := range kernelCases() {
		a := gridGroup("a", c.grid[0], c.grid[1], c.grid[2])
		o := build(t, c.rule, Key{}, a, a).Offsets
		want := c.plain()
		o.Delay = 0.003
		x, err := o.CSR()
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Verify(); err != nil {
			t.Fatal(err)
		}
		if int64(len(x.Index)) != o.Count {
			t.Errorf("%s on %v: %d synapses expanded, %d counted", c.name, c.grid, len(x.Index), o.Count)
		}
		if !slices.Equal(x.Delay, []float64{0.003}) {
			t.Errorf("%s on %v: delays %v", c.name, c.grid, x.Delay)
		}
		closeFloats(t, c.name, dense(x), want, 4e-15)
		for j := range a.N {
			for i := range a.N {
				w := o.Weight(a.Grid.Pair(i, j))
				if v := want[j*a.N+i]; math.IsNaN(v) && w != 0 || !math.IsNaN(v) && math.Abs(w-v) > 4e-15 {
					t.Fatalf("%s on %v: weight from %d to %d is %v, want %v", c.name, c.grid, i, j, w, v)
				}
			}
		}
	}
}

func TestLoweringsEqualTheMatrix(t *testing.T) {
	r := random(3)
	used := map[Method]int{}
	for _, c := range kernelCases() {
		a := gridGroup("a", c.grid[0], c.grid[1], c.grid[2])
		o := build(t, c.rule, Key{}, a, a).Offsets
		w := c.plain()
		s := randomVector(r, a.N)
		want, bound := make([]float64, a.N), 0.0
		for j := range a.N {
			sum := 0.0
			for i, v := range w[j*a.N : (j+1)*a.N] {
				if !math.IsNaN(v) {
					want[j] += v * s[i]
				}
			}
			for _, v := range w[j*a.N : (j+1)*a.N] {
				if !math.IsNaN(v) {
					sum += math.Abs(v)
				}
			}
			bound = math.Max(bound, sum)
		}
		check := func(o *Offsets, l *Lowering) {
			t.Helper()
			used[l.Method]++
			got := make([]float64, a.N)
			l.Apply(got, s)
			// The terms that taps cancel take part in the rounding too. Small weights carry the rounding of their exponent, up to 14 here.
			size := bound
			for _, term := range o.Terms {
				size += math.Abs(term.Amp)
			}
			closeFloats(t, c.name+" "+l.Method.String(), got, want, 1e-14*size)
		}
		check(o, o.Lower())
		// Each form by itself, and both ways of storing the kernel, whatever is cheaper.
		full := *o
		if o.Terms == nil {
			full = *withTerms(t, c.rule, *a.Grid, a)
		}
		if l := o.lowerBy(Fourier); l != nil {
			check(o, l)
		}
		for _, m := range []Method{Passes, Direct, Factored, Fourier} {
			if l := full.lowerBy(m); l != nil {
				check(&full, l)
			}
		}
	}
	for _, m := range []Method{NoTerms, Passes, Direct, Factored, Fourier} {
		if used[m] == 0 {
			t.Errorf("no case was applied by %s", m)
		}
	}
}

// withTerms is the kernel as terms with corrections even where single offsets are cheaper.
func withTerms(t *testing.T, r Rule, g Grid, a Shape) *Offsets {
	var k *kernel
	var err error
	switch r := r.(type) {
	case Gaussian:
		k, err = r.kernel()
	case DoG:
		k, err = r.kernel()
	}
	if err != nil {
		t.Fatal(err)
	}
	o := &Offsets{Grid: g, Terms: k.terms(g)}
	o.Taps = k.corrections(o, excludesSelf(k.allowSelf, a, a), false, 0)
	return o
}

func TestANNarchysWeights(t *testing.T) {
	// A .npy file of version 1.0: magic, version, length of the header, header, data.
	f, err := os.Open("../../examples/neural_field/testdata/nf20_W.npy.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	body := data[10+int(binary.LittleEndian.Uint16(data[8:])):]
	want := make([]float64, len(body)/8)
	for i := range want {
		want[i] = math.Float64frombits(binary.LittleEndian.Uint64(body[8*i:]))
	}
	a := gridGroup("Focus", 1, 20, 20)
	o := build(t, DoG{0.2, 0.1, 0.1, 0.7, DefaultLimit, false, nil}, Key{}, a, a).Offsets
	c, err := o.CSR()
	if err != nil {
		t.Fatal(err)
	}
	closeFloats(t, "nf20_W", dense(c), want, 1e-7)
	d := build(t, &Dense{W: want, Rows: 400, Cols: 400, NaNNone: true}, Key{}, a, a).CSR
	if !sameFloats(dense(d), want) {
		t.Error("the matrix read as weights differs from itself")
	}
}

func TestKernelBetweenDifferentGrids(t *testing.T) {
	for _, g := range [][2][3]int{{{1, 10, 12}, {1, 7, 5}}, {{1, 1, 30}, {1, 6, 6}}, {{1, 1, 1}, {1, 4, 4}}, {{2, 3, 4}, {4, 3, 2}}} {
		pre, post := gridGroup("a", g[0][0], g[0][1], g[0][2]), gridGroup("b", g[1][0], g[1][1], g[1][2])
		c := build(t, DoG{0.2, 0.1, 0.1, 0.7, 0.05, false, nil}, Key{}, pre, post).CSR
		closeFloats(t, "dog", dense(c), plainKernel([]bell{{0.2, 0.1}, {-0.1, 0.7}}, 0.05, true, *pre.Grid, *post.Grid), 1e-16)
	}
	// Equal grids of different groups keep their diagonal.
	a, b := gridGroup("a", 1, 5, 5), gridGroup("b", 1, 5, 5)
	if o := build(t, Gaussian{1, 0.2, 0.01, false, nil}, Key{}, a, b).Offsets; o.Weight(0, 0, 0) != 1 {
		t.Error("two groups have no self-connections to leave out")
	}
}

func TestDelaysOfKernels(t *testing.T) {
	a := gridGroup("a", 1, 6, 6)
	if o := build(t, Gaussian{1, 0.2, 0.01, false, Constant(5e-3)}, Key{}, a, a).Offsets; o == nil || o.Delay != 5e-3 {
		t.Errorf("constant delay: %+v", o)
	}
	u, err := NewUniform(0, 1e-2)
	if err != nil {
		t.Fatal(err)
	}
	c := build(t, Gaussian{1, 0.2, 0.01, false, u}, Key{}, a, a).CSR
	if c == nil || len(c.Delay) != len(c.Index) {
		t.Fatal("delays that differ need explicit synapses")
	}
	closeFloats(t, "gaussian", dense(c), plainKernel([]bell{{1, 0.2}}, 0.01, false, *a.Grid, *a.Grid), 1e-15)
}

func TestLargeFieldsAreSmallAndQuick(t *testing.T) {
	for _, c := range []struct {
		n      int
		rule   Rule
		method Method
		count  int64 // at least
	}{
		{512, DoG{0.2, 0.1, 0.1, 0.7, DefaultLimit, false, nil}, Factored, 6e10},
		{512, Gaussian{1, 0.01, DefaultLimit, false, nil}, NoTerms, 1e8},
		{200, Gaussian{1, 0.1, DefaultLimit, false, nil}, Fourier, 3e8},
	} {
		a := gridGroup("Focus", 1, c.n, c.n)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := time.Now()
		o := build(t, c.rule, Key{}, a, a).Offsets
		l := o.Lower()
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 50e6 {
			t.Errorf("%s: %d bytes allocated for a field of %s", c.rule.Name(), bytes, a.Grid)
		}
		if took > time.Second {
			t.Errorf("%s: building took %v", c.rule.Name(), took)
		}
		if l.Method != c.method || o.Count < c.count {
			t.Errorf("%s: %s, %d synapses", c.rule.Name(), l.Method, o.Count)
		}
		// Some cells against the sum over their synapses.
		s := randomVector(random(1), a.N)
		y := make([]float64, a.N)
		l.Apply(y, s)
		for _, j := range []int{0, c.n - 1, a.N/2 + c.n/2, a.N - 1, a.N / 3} {
			want, bound := 0.0, 0.0
			for i := range a.N {
				w := o.Weight(a.Grid.Pair(i, j))
				want += w * s[i]
				bound += math.Abs(w)
			}
			if math.Abs(y[j]-want) > 1e-15*bound {
				t.Errorf("%s: cell %d is %v, want %v within %v", c.rule.Name(), j, y[j], want, 1e-15*bound)
			}
		}
	}
}

func TestSpectrumConvolves(t *testing.T) {
	// The source padded with zeros, its transform times the spectrum, and back, by gonum's transform along each axis.
	a := gridGroup("a", 3, 7, 10)
	g := *a.Grid
	o := build(t, DoG{0.2, 0.2, 0.1, 0.7, 0.05, false, nil}, Key{}, a, a).Offsets
	pz, py, px := 8, 16, 32
	sp, ok := o.Spectrum(pz, py, px)
	if !ok {
		t.Fatal("no spectrum")
	}
	s := randomVector(random(5), a.N)
	x := make([]complex128, pz*py*px)
	for i, v := range s {
		z, y, c := g.Pair(i, 0)
		x[(z*py+y)*px+c] = complex(v, 0)
	}
	along(x, []int{pz, py, px}, func(f *fourier.CmplxFFT, line []complex128) { f.Coefficients(line, line) })
	fold := func(k, p int) int { return min(k, p-k) }
	for k := range x {
		kz, ky, kx := fold(k/(py*px), pz), fold(k/px%py, py), fold(k%px, px)
		x[k] *= complex(sp.Lambda[(kz*(py/2+1)+ky)*(px/2+1)+kx]/float64(len(x)), 0)
	}
	along(x, []int{pz, py, px}, func(f *fourier.CmplxFFT, line []complex128) { f.Sequence(line, line) })
	want := make([]float64, a.N)
	o.Lower().Apply(want, s)
	for j := range want {
		z, y, c := g.Pair(j, 0)
		if got := real(x[(z*py+y)*px+c]); math.Abs(got-want[j]) > 1e-14 {
			t.Fatalf("cell %d: %v, want %v", j, got, want[j])
		}
	}
	if _, ok := o.Spectrum(5, 13, 18); ok {
		t.Error("a padding that wraps around")
	}
	if _, ok := (&Offsets{Grid: Grid{1, 1, 5}, Taps: []Tap{{DX: 1, W: 1}}, Count: 4}).Spectrum(1, 1, 10); ok {
		t.Error("a kernel that is not even has no real spectrum")
	}
}

// along transforms every line of each axis.
func along(x []complex128, dims []int, f func(*fourier.CmplxFFT, []complex128)) {
	stride := 1
	for axis := len(dims) - 1; axis >= 0; axis-- {
		n := dims[axis]
		fft := fourier.NewCmplxFFT(n)
		line := make([]complex128, n)
		for k := range x {
			if k/stride%n != 0 {
				continue
			}
			for i := range line {
				line[i] = x[k+i*stride]
			}
			f(fft, line)
			for i := range line {
				x[k+i*stride] = line[i]
			}
		}
		stride *= n
	}
}

func TestFlat(t *testing.T) {
	off, w := Flat([]Tap{{1, -2, 3, 0.5}, {0, 0, 1, 2}})
	if len(off) != 6 || off[1] != -2 || off[5] != 1 || w[0] != 0.5 || w[1] != 2 {
		t.Error(off, w)
	}
}

func BenchmarkField(b *testing.B) {
	for _, n := range []int{20, 100, 512} {
		a := gridGroup("Focus", 1, n, n)
		b.Run(a.Grid.String()+"/build", func(b *testing.B) {
			for range b.N {
				build(b, DoG{0.2, 0.1, 0.1, 0.7, DefaultLimit, false, nil}, Key{}, a, a).Offsets.Lower()
			}
		})
	}
}
