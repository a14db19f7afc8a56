package cpu

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu/internal/native"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// TestCreation compares sums that are made in the order of creation with those of each row in turn, for any number of threads: where rows of targets
// can be cut, where synapses come in another order, and where rows have an order of their own, in which they are then summed.
func TestCreation(t *testing.T) {
	const npost = 1600
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	type shape struct {
		direct bool // has a loop of its own
		value  func(k *testKernel, w, u, far, near *ir.Expr) *ir.Expr
		of     func(w, u, far, near float64) float64
	}
	op := func(k *testKernel, o ir.Op, args ...*ir.Expr) *ir.Expr { return k.Op(o, args...) }
	shapes := []shape{
		{true, func(k *testKernel, w, u, far, near *ir.Expr) *ir.Expr { return w }, func(w, u, far, near float64) float64 { return w }},
		{true, func(k *testKernel, w, u, far, near *ir.Expr) *ir.Expr { return op(k, ir.OpMul, w, u) }, func(w, u, far, near float64) float64 { return w * u }},
		{true, func(k *testKernel, w, u, far, near *ir.Expr) *ir.Expr { return op(k, ir.OpMul, w, far) }, func(w, u, far, near float64) float64 { return w * far }},
		{true, func(k *testKernel, w, u, far, near *ir.Expr) *ir.Expr {
			return op(k, ir.OpMul, op(k, ir.OpSub, far, near), w)
		},
			func(w, u, far, near float64) float64 { return w * (far - near) }},
		{false, func(k *testKernel, w, u, far, near *ir.Expr) *ir.Expr {
			return op(k, ir.OpMul, w, op(k, ir.OpSub, near, far))
		},
			func(w, u, far, near float64) float64 { return w * (near - far) }},
	}
	for _, c := range []struct {
		name    string
		npre    int
		p       float64
		order   func(r *rand.Rand, index, syn []int32, rowPtr []int32) // of the mapped connection
		created [2]bool                                                // with one and two threads, and with four
		parts   bool
	}{
		{"all to all", 250, 1, nil, [2]bool{true, true}, true},
		{"long pieces", 250, 0.8, nil, [2]bool{true, true}, true},
		{"pieces", 2500, 0.1, nil, [2]bool{true, true}, true},
		{"short runs", 2500, 0.018, nil, [2]bool{true, false}, false},
		{"scattered", 1500, 0.1, renumber, [2]bool{true, false}, false},
		{"rows", 1500, 0.1, backwards, [2]bool{}, false},
	} {
		for _, add := range []bool{false, true} {
			for _, threads := range []int{1, 2, 4} {
				for m, f := range shapes {
					use := []Instructions{Best, Portable}[m%2]
					p := newPlan(plan.Double)
					n := randomConn(p, c.npre, npost, c.p, true)
					conn := p.Conns[1]
					r := rand.New(rand.NewPCG(1, 9))
					rowPtr, index, syn := p.Buffers[conn.RowPtr].Ints, p.Buffers[conn.Index].Ints, p.Buffers[conn.Syn].Ints
					if c.order != nil {
						c.order(r, index, syn, rowPtr)
					}
					w, u, a, b, before := randomReals[float64](r, n), randomReals[float64](r, n), randomReals[float64](r, c.npre), randomReals[float64](r, npost), randomReals[float64](r, npost)
					reals := func(name string, v []float64) plan.BufferID {
						return p.buffer(plan.Buffer{Var: name, Type: ir.Real, Len: len(v), Reals: v, Role: plan.State})
					}
					weights, other, pre, post, sums := reals("w", w), reals("u", u), reals("a", a), reals("b", b), reals("x", slices.Clone(before))
					k := newKernel("sum", ir.Incoming)
					v := f.value(k, k.load(p, weights), k.load(p, other), k.at(p, pre, k.Leaf(ir.OpPre)), k.at(p, post, k.Leaf(ir.OpPost)))
					k.k.Reductions = append(k.k.Reductions, ir.Reduction{Slot: k.slot(p, sums, ir.PerElement, ir.ReadWrite), Value: v, Add: add})
					run := k.run(npost)
					run.Conn = 1
					steps := newKernel("weights change", ir.Elements)
					steps.store(p, weights, steps.load(p, weights))
					if p.do(run); c.p < 1 { // of all to all, weights that stay the same, too
						p.do(steps.run(n))
					}
					x, err := Backend{Instructions: use}.Load(p.Plan, exec.Options{Threads: threads})
					if err != nil {
						t.Fatal(err)
					}
					s := x.(*instance[float64]).items[0].ops[0].(*kernelOp[float64]).reduces[0].created
					if has := s != nil; has != c.created[threads/4] || has && (s.parts > 1) != (c.parts && threads > 1) {
						t.Fatalf("%s, %d threads: in order of creation: %v", c.name, threads, has)
					}
					if s != nil && (s.segments != nil) != (c.p == 1) {
						t.Fatalf("%s: segments: %v", c.name, s.segments != nil)
					}
					if s != nil && (s.direct != nil) != f.direct {
						t.Fatalf("shape %d has a loop of its own: %v", m, s.direct != nil)
					}
					if s != nil && s.parts > 1 && !f.direct && (s.room >= n || s.long != (c.p >= 0.8 && threads == 2)) {
						t.Fatalf("%s: %d synapses, a window of %d, long %v", c.name, n, s.room, s.long)
					}
					if _, err := x.Advance(context.Background(), 1); err != nil {
						t.Fatal(err)
					}
					got := make([]float64, npost)
					if err := x.Read(sums, 0, got); err != nil {
						t.Fatal(err)
					}
					for j := range npost {
						want := 0.0
						for e := rowPtr[j]; e < rowPtr[j+1]; e++ {
							want += float64(f.of(w[syn[e]], u[syn[e]], a[index[e]], b[j]))
						}
						if add {
							want += before[j]
						}
						if got[j] != want {
							t.Fatalf("%s, add %v, %d threads: sum of element %d is %v, want %v", c.name, add, threads, j, got[j], want)
						}
					}
					x.Close()
				}
			}
		}
	}
}

// renumber gives synapses other numbers, in the order of which each row is.
func renumber(r *rand.Rand, index, syn, rowPtr []int32) {
	number := r.Perm(len(syn))
	for j := range len(rowPtr) - 1 {
		row := rowPtr[j]
		type entry struct{ syn, index int32 }
		var entries []entry
		for e := row; e < rowPtr[j+1]; e++ {
			entries = append(entries, entry{int32(number[syn[e]]), index[e]})
		}
		slices.SortFunc(entries, func(a, b entry) int { return int(a.syn - b.syn) })
		for e, x := range entries {
			syn[int(row)+e], index[int(row)+e] = x.syn, x.index
		}
	}
}

// TestLoadShort reads integers of 16 bits; what is left behind the last whole vector is left alone or right.
func TestLoadShort(t *testing.T) {
	onSets(t, func(t *testing.T, set native.Set) {
		for _, n := range []int{1, 7, 16, 33, 100} {
			for _, wide := range []bool{true, false} {
				from, got := make([]uint16, n), make([]int32, n+8)
				for i := range from {
					from[i] = uint16(65535 - 977*i)
				}
				l := native.Loop{Wide: wide}
				l.Add(native.StoreInt, 1, l.Add(native.LoadShort, 0))
				c, err := native.Compile(&l, set)
				if err != nil {
					t.Fatal(err)
				}
				a := new(native.Args)
				a.Ptr[0], a.Ptr[1] = address(from), address(got)
				a.Range(0, n, 0, 0)
				c.Run(a)
				done := n
				if a.Bail >= 0 {
					done = int(a.Bail)
				}
				if done < n&^15 {
					t.Errorf("%d of %d were read", done, n)
				}
				for i, v := range got {
					if want := int32(0); i < done && v != int32(from[i]) || i >= done && v != want {
						t.Fatalf("%d of %d: element %d is %d", done, n, i, v)
					}
				}
			}
		}
	})
}

// backwards turns the first row round.
func backwards(_ *rand.Rand, index, syn, rowPtr []int32) {
	slices.Reverse(syn[:rowPtr[1]])
	slices.Reverse(index[:rowPtr[1]])
}
