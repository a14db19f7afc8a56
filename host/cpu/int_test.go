package cpu

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/ir"
)

// Whatever the processor has, Int and Bool operations mean what they do one element at a time; sums wrap. For every length, and
// when the result is stored over an operand; and nothing is written behind the end.
func TestIntOperations(t *testing.T) {
	want := map[uint8]func(x, y int32) int32{
		iAdd: func(x, y int32) int32 { return x + y }, iSub: func(x, y int32) int32 { return x - y },
		iMul: func(x, y int32) int32 { return x * y },
		iAnd: func(x, y int32) int32 { return x & y }, iOr: func(x, y int32) int32 { return x | y },
		iLt: func(x, y int32) int32 { return b2i(x < y) }, iLe: func(x, y int32) int32 { return b2i(x <= y) },
		iEq: func(x, y int32) int32 { return b2i(x == y) }, iNe: func(x, y int32) int32 { return b2i(x != y) },
	}
	r := rand.New(rand.NewPCG(1, 9))
	value := func(bits bool) int32 {
		switch {
		case bits:
			return int32(r.IntN(2))
		case r.IntN(2) == 0:
			return []int32{math.MinInt32, math.MaxInt32, -1, 0, 1, 50}[r.IntN(6)]
		}
		return int32(r.Uint32())
	}
	for n := range 70 {
		for op, f := range want {
			bits := op == iAnd || op == iOr
			a, b, d := make([]int32, n), make([]int32, n), make([]int32, n+1)
			for i := range n {
				a[i], b[i] = value(bits), value(bits)
			}
			d[n] = 77
			intVV[op](d[:n], a, b)
			over := append([]int32(nil), a...)
			intVV[op](over, over, b)
			for i := range n {
				if w := f(a[i], b[i]); d[i] != w || over[i] != w {
					t.Fatalf("operation %d of %d and %d = %d, over an operand %d, want %d (element %d of %d)", op, a[i], b[i], d[i], over[i], w, i, n)
				}
			}
			if d[n] != 77 {
				t.Fatalf("operation %d wrote behind %d elements", op, n)
			}
		}
		a, d := make([]int32, n), make([]int32, n+1)
		for i := range n {
			a[i] = value(true)
		}
		intUnary[ir.OpNot](d[:n], a)
		for i := range n {
			if d[i] != 1-a[i] {
				t.Fatalf("not %d = %d", a[i], d[i])
			}
		}
	}
}

// Masks with few, many and no elements set, in blocks of every length.
func TestFindSet(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 9))
	for n := range 257 {
		for _, rate := range []float64{0, 0.01, 0.05, 0.5, 1} {
			mask, want := make([]int32, n), []int32(nil)
			for i := range mask {
				if r.Float64() < rate {
					mask[i], want = 1, append(want, int32(i))
				}
			}
			var few [fewSet]int32
			got := findSet(mask, &few)
			if got != min(len(want), fewSet+1) || got <= fewSet && !slices.Equal(few[:got], want) {
				t.Fatalf("%d elements %v of a mask of %d, want %v", got, few, n, want)
			}
		}
	}
}
