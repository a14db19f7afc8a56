package cpu

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Spikes of several delays that run as one operation add what they add one by one, in their order, with weights that are kept in the order of rows
// and follow what the host writes; a step that writes weights is seen by the next.
func TestJointLists(t *testing.T) {
	const npre, npost, lags = 300, 900, 4
	for _, kind := range []string{"settled", "changing", "one for all"} {
		for _, masked := range []bool{false, true} {
			for _, threads := range []int{1, 2} {
				t.Run(fmt.Sprintf("%s, masked %v, %d threads", kind, masked, threads), func(t *testing.T) {
					p := newPlan(plan.Double)
					r := rand.New(rand.NewPCG(3, 14))
					n := randomConn(p, npre, npost, 0.5, false)
					rowPtr, index := p.Buffers[p.Conns[0].RowPtr].Ints, p.Buffers[p.Conns[0].Index].Ints
					lag := make([]int, n)
					for k := range lag {
						lag[k] = r.IntN(lags)
					}
					w, flags := randomReals[float64](r, n), make([]int32, npost)
					for j := range flags {
						flags[j] = int32(r.IntN(2))
					}
					weights := p.buffer(plan.Buffer{Var: "w", Type: ir.Real, Len: n, Reals: w, Role: plan.State})
					target, mask := p.real("v", npost, 0), p.buffer(plan.Buffer{Var: "flag", Type: ir.Bool, Len: npost, Ints: flags, Role: plan.State})

					// Each step some spike.
					const steps = 9
					list, all, first := p.list("spikes", npre, lags), []int32{}, []int32{0}
					var at []int32
					for s := range steps {
						for i := range npre {
							if s%3 != 2 && r.IntN(3) > 0 {
								all = append(all, int32(i))
							}
						}
						at, first = append(at, int32(s)), append(first, int32(len(all)))
					}
					p.do(&plan.Generate{Name: "g", List: list, Steps: p.ints("steps", at), First: p.ints("first", first), Index: p.ints("spiking", all), Count: steps})
					k := newKernel("add", ir.Spiking)
					value := k.Const(0.25)
					if kind != "one for all" {
						value = k.load(p, weights)
					}
					var flag *ir.Expr
					if masked {
						flag = k.at(p, mask, k.Leaf(ir.OpPost))
					}
					k.add(p, target, k.Leaf(ir.OpPost), value, flag)
					k.k.Slots = k.Slots()
					first0 := k.listed(list, 0, 0)
					for d := lags - 1; d >= 0; d-- {
						ptr, ends, syn := []int32{0}, []int32{}, []int32{}
						for i := range npre {
							for e := rowPtr[i]; e < rowPtr[i+1]; e++ {
								if lag[e] == d {
									ends, syn = append(ends, index[e]), append(syn, e)
								}
							}
							ptr = append(ptr, int32(len(ends)))
						}
						name := fmt.Sprint("lag ", d)
						p.Conns = append(p.Conns, &plan.Conn{Name: name, NPre: npre, NPost: npost, N: len(ends), Mapped: true,
							RowPtr: p.ints(name+" rows", ptr), Index: p.ints(name+" index", ends), Syn: p.ints(name+" syn", syn)})
						run := *first0
						run.Lag, run.Conn = d, len(p.Conns)-1
						p.Schedule[len(p.Schedule)-1].Ops = append(p.Schedule[len(p.Schedule)-1].Ops, &run)
					}
					if kind == "changing" {
						c := newKernel("change", ir.Elements)
						c.store(p, weights, c.Op(ir.OpMul, c.load(p, weights), c.Const(1.5)))
						p.do(c.run(n))
					}
					b, err := Backend{}.Load(p.Plan, exec.Options{Threads: threads})
					if err != nil {
						t.Fatal(err)
					}
					defer b.Close()
					x := b.(*instance[float64])
					joint := 0
					for _, it := range x.items {
						for _, op := range it.ops {
							if j, ok := op.(*jointLists[float64]); ok {
								joint++
								if settled := kind == "settled"; len(j.parts) != lags || j.parts[0].reals[0].packed != settled {
									t.Errorf("%d operations as one, packed %v", len(j.parts), j.parts[0].reals[0].packed)
								}
							}
						}
					}
					if joint != 1 {
						t.Fatalf("%d joint operations", joint)
					}
					want := make([]float64, npost)
					for s := range steps {
						if s == 4 {
							w[7], w[n-1] = 100, -3
							for _, e := range []int{7, n - 1} {
								if err := x.Write(weights, e, w[e:e+1]); err != nil {
									t.Fatal(err)
								}
							}
						}
						if _, err := x.Advance(context.Background(), int64(s+1)); err != nil {
							t.Fatal(err)
						}
						for d := lags - 1; d >= 0; d-- {
							if s-d < 0 {
								continue
							}
							for _, i := range all[first[s-d]:first[s-d+1]] {
								for e := rowPtr[i]; e < rowPtr[i+1]; e++ {
									if lag[e] == d && (!masked || flags[index[e]] != 0) {
										v := w[e]
										if kind == "one for all" {
											v = 0.25
										}
										want[index[e]] += v
									}
								}
							}
						}
						if kind == "changing" {
							for e := range w {
								w[e] *= 1.5
							}
						}
						got := make([]float64, npost)
						if err := x.Read(target, 0, got); err != nil {
							t.Fatal(err)
						}
						sameBits(t, fmt.Sprint("step ", s), got, want)
					}
				})
			}
		}
	}
}
