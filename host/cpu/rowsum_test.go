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

// rowsForTest are rows of 0 to 40 entries, some long, and the order that sums take them in.
func rowsForTest(r *rand.Rand, rows, far int) (rowPtr, index, order []int32) {
	rowPtr = []int32{0}
	for k := range rows {
		n := r.IntN(40)
		if k%17 == 3 {
			n = 0
		}
		for range n {
			index = append(index, r.Int32N(int32(far)))
		}
		rowPtr = append(rowPtr, int32(len(index)))
	}
	for _, k := range r.Perm(rows) {
		order = append(order, int32(k))
	}
	return rowPtr, index, order
}

func randomReals[T real](r *rand.Rand, n int) []T {
	v := make([]T, n)
	for i := range v {
		v[i] = T(r.NormFloat64())
	}
	return v
}

// The loops in assembly have the bits of those in Go, whatever the lengths of rows that go side by side.
func TestRowLoops(t *testing.T) {
	if !fastRows() {
		t.Skip("SKIPPED: this processor has no such loops")
	}
	testRowLoops[float64](t)
	testRowLoops[float32](t)
}

func testRowLoops[T real](t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, rows := range []int{1, 3, 4, 5, 8, 130, 1000} {
		const far = 300
		rowPtr, index, order := rowsForTest(r, rows, far)
		u, v, weights, before := randomReals[T](r, far), randomReals[T](r, far), randomReals[T](r, len(index)), randomReals[T](r, rows)
		u[1], u[2], v[3] = T(math.Copysign(0, -1)), T(math.Inf(1)), T(math.NaN())
		pairs := make([]T, 2*far)
		interleave(pairs, u, v)
		for _, w := range [][]T{nil, weights} {
			for _, add := range []bool{false, true} {
				want, got := append([]T(nil), before...), append([]T(nil), before...)
				sumRows(want, rowPtr, index, nil, w, u, 0, rows, add)
				sumOrdered(got, rowPtr, index, order, w, u, add)
				sameBits(t, fmt.Sprintf("%T, %d rows, weights %v, add %v", want, rows, w != nil, add), got, want)
			}
			x, y, x2, y2 := make([]T, rows), make([]T, rows), make([]T, rows), make([]T, rows)
			sumBoth(x, y, rowPtr, index, w, u, v, 0, rows, false)
			pairsOrdered(x2, y2, rowPtr, index, order, w, pairs)
			sameBits(t, fmt.Sprintf("%T, %d rows, weights %v, first of two", x, rows, w != nil), x2, x)
			sameBits(t, fmt.Sprintf("%T, %d rows, weights %v, second of two", x, rows, w != nil), y2, y)
		}
	}
}

// Weights that lie in another order than the rows are copied into it once, and again when the host has changed them.
func TestPackedWeights(t *testing.T) {
	for _, use := range []Instructions{Best, Portable} {
		for _, threads := range []int{1, 2} {
			p := newPlan(plan.Double)
			const npre, npost = 700, 900
			n := randomConn(p, npre, npost, 0.1, true)
			conn := p.Conns[1]
			r := rand.New(rand.NewPCG(1, 9))
			w, a, b := randomReals[float64](r, n), randomReals[float64](r, npre), randomReals[float64](r, npre)
			reals := func(name string, v []float64) plan.BufferID {
				return p.buffer(plan.Buffer{Var: name, Type: ir.Real, Len: len(v), Reals: v, Role: plan.State})
			}
			weights, sources := reals("w", w), [2]plan.BufferID{reals("a", a), reals("b", b)}
			sums := [2]plan.BufferID{p.real("x", npost, 0), p.real("y", npost, 0)}
			k := newKernel("sum", ir.Incoming)
			for i := range sums {
				v := k.Op(ir.OpMul, k.load(p, weights), k.at(p, sources[i], k.Leaf(ir.OpPre)))
				k.k.Reductions = append(k.k.Reductions, ir.Reduction{Slot: k.slot(p, sums[i], ir.PerElement, ir.Write), Value: v})
			}
			run := k.run(npost)
			run.Conn = 1
			p.do(run)
			x, err := Backend{Instructions: use}.Load(p.Plan, exec.Options{Threads: threads})
			if err != nil {
				t.Fatal(err)
			}
			rowPtr, index, syn := p.Buffers[conn.RowPtr].Ints, p.Buffers[conn.Index].Ints, p.Buffers[conn.Syn].Ints
			compare := func(step int64) {
				t.Helper()
				if _, err := x.Advance(context.Background(), step); err != nil {
					t.Fatal(err)
				}
				for i, source := range [][]float64{a, b} {
					got := make([]float64, npost)
					if err := x.Read(sums[i], 0, got); err != nil {
						t.Fatal(err)
					}
					for j := range npost {
						want := 0.0
						for e := rowPtr[j]; e < rowPtr[j+1]; e++ {
							want += float64(w[syn[e]] * source[index[e]])
						}
						if got[j] != want {
							t.Fatalf("instructions %d, %d threads, step %d: sum %d of element %d is %v, want %v", use, threads, step, i, j, got[j], want)
						}
					}
				}
			}
			compare(1)
			kept, err := x.Snapshot()
			if err != nil {
				t.Fatal(err)
			}
			first := append([]float64(nil), w...)
			w[5], w[n-1] = 100, -7
			if err := x.Write(weights, 5, w[5:6]); err != nil {
				t.Fatal(err)
			}
			if err := x.Write(weights, n-1, w[n-1:]); err != nil {
				t.Fatal(err)
			}
			compare(2)
			if err := x.Restore(kept); err != nil {
				t.Fatal(err)
			}
			copy(w, first)
			compare(2)
			x.Close()
		}
	}
}
