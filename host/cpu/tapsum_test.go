package cpu

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// TestTapSum compares tap sums with their definition, bit for bit: few taps and many, taps that are not shifted, grids narrower and
// wider than a block of columns, taps beyond the border, sources and weights that are not finite.
func TestTapSum(t *testing.T) {
	t.Run("float64", func(t *testing.T) { tapSums[float64](t, plan.Double) })
	t.Run("float32", func(t *testing.T) { tapSums[float32](t, plan.Single) })
}

func tapSums[T real](t *testing.T, precision plan.Precision) {
	r := rand.New(rand.NewPCG(7, 8))
	for n := range 60 {
		o := &plan.TapSum{Name: "taps", Layers: 1 + r.IntN(3), Rows: 1 + r.IntN(9), Cols: 1 + r.IntN(90), Taps: r.IntN(40), Add: n%2 == 0}
		cells := o.Layers * o.Rows * o.Cols
		p := newPlan(precision)
		offsets, weights := make([]int32, 3*o.Taps), make([]float64, o.Taps)
		for k := range weights {
			for i, size := range []int{o.Layers, o.Rows, o.Cols} {
				if n%7 != 3 { // else no tap is shifted
					offsets[3*k+i] = int32(r.IntN(2*size+3) - size - 1)
				}
			}
			weights[k] = float64(T(r.NormFloat64()))
		}
		if n%10 == 9 && o.Taps > 0 {
			weights[r.IntN(o.Taps)] = math.Inf(1)
		}
		values := make([]float64, cells)
		for i, v := range numbers[T](r, cells) {
			values[i] = float64(v)
			if n%3 == 0 && v-v != 0 {
				values[i] = 1
			}
		}
		o.Src = plan.Source{Buf: p.buffer(plan.Buffer{Var: "src", Type: ir.Real, Len: cells, Reals: values}), Len: cells}
		o.Dst = p.real("dst", cells, 0.25)
		o.Offsets = p.buffer(plan.Buffer{Var: "offsets", Type: ir.Int, Len: len(offsets), Ints: offsets, Role: plan.Connectivity})
		o.Weights = p.buffer(plan.Buffer{Var: "weights", Type: ir.Real, Len: o.Taps, Reals: weights, Role: plan.Connectivity})
		p.do(o)
		want := tapSum[T](o, offsets, weights, values)
		x, err := Backend{}.Load(p.Plan, exec.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		if _, err := x.Advance(context.Background(), 1); err != nil {
			t.Fatal(err)
		}
		got := make([]float64, cells)
		if err := x.Read(o.Dst, 0, got); err != nil {
			t.Fatal(err)
		}
		sameBits(t, fmt.Sprintf("%+v", o), got, want)
	}
}

// tapSum is the definition.
func tapSum[T real](o *plan.TapSum, offsets []int32, weights, src []float64) []float64 {
	dst := make([]float64, len(src))
	for i := range dst {
		z, y, x := i/o.Cols/o.Rows, i/o.Cols%o.Rows, i%o.Cols
		var sum T
		for k := range o.Taps {
			sz, sy, sx := z+int(offsets[3*k]), y+int(offsets[3*k+1]), x+int(offsets[3*k+2])
			if sz >= 0 && sz < o.Layers && sy >= 0 && sy < o.Rows && sx >= 0 && sx < o.Cols {
				sum += T(T(weights[k]) * T(src[(sz*o.Rows+sy)*o.Cols+sx]))
			}
		}
		if o.Add {
			sum = T(0.25) + sum
		}
		dst[i] = float64(sum)
	}
	return dst
}

// TestTapsAssembly compares the fast sums over taps with those of the definition.
func TestTapsAssembly(t *testing.T) {
	t.Run("float64", tapsAssembly[float64])
	t.Run("float32", tapsAssembly[float32])
}

func tapsAssembly[T real](t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, v := range []*vec[T]{newVec[T](AVX512.available()), newVec[T](AVX2.available()), goVec[T]()} {
		for _, n := range []int{0, 1, 2, 7, 50} {
			src, weights, at := numbers[T](r, 300), numbers[T](r, n), make([]int32, n)
			got, want := make([]T, v.tapCols), make([]T, v.tapCols)
			for k := range at {
				at[k] = int32(r.IntN(len(src) - v.tapCols))
			}
			for c := range want {
				for k, w := range weights {
					want[c] += T(w * src[int(at[k])+c])
				}
			}
			v.taps(got, src, at, weights)
			sameBits(t, fmt.Sprint(n, " taps"), got, want)
		}
	}
}
