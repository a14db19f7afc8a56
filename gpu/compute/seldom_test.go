//go:build cgo

package compute

import (
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// eventsPlan is a network of n elements with two lists of spikes. Element e spikes in a where (step + 7 e) mod 11 is 0, which notes the step in last and the
// number in count; in b where (step + 3 e) mod 5 is 0, which sets mark to 9 for good, and last2 to the step. An operation before it sets last2 to e where
// (step + e) mod 2 is 0. Three elements of last are recorded behind that, in the same step.
func eventsPlan(n int) (p *plan.Plan, last plan.BufferID) {
	b := newPlanner(plan.Single)
	ints := func(name string) plan.BufferID { return b.buffer("G", name, ir.Int, n, plan.State, nil) }
	last, count, mark, last2 := ints("last"), ints("count"), ints("mark"), ints("last2")
	listA, listB := b.buffer("G", "a", ir.Int, n+1, plan.History, nil), b.buffer("G", "b", ir.Int, n+1, plan.History, nil)

	kernel := func(name string, build func(k *ir.Builder, at func(plan.BufferID, ir.SlotKind, ir.Access) int, add func(ir.Effect))) *plan.Run {
		k, kernel := ir.NewBuilder(), &ir.Kernel{Name: name}
		r := &plan.Run{Kernel: kernel, N: n, Conn: -1}
		build(k, func(id plan.BufferID, kind ir.SlotKind, access ir.Access) int {
			r.Bind = append(r.Bind, id)
			return k.Slot(ir.Slot{Name: b.p.Buffers[id].Var, Type: ir.Int, Kind: kind, Access: access})
		}, func(e ir.Effect) { kernel.Effects = append(kernel.Effects, e) })
		kernel.Slots = k.Slots()
		return r
	}
	due := func(k *ir.Builder, factor, period int32) *ir.Expr {
		phase := k.Op(ir.OpAdd, k.Leaf(ir.OpStep), k.Op(ir.OpMul, k.Leaf(ir.OpElem), k.ConstInt(factor)))
		return k.Op(ir.OpEq, k.Op(ir.OpMod, phase, k.ConstInt(period)), k.ConstInt(0))
	}
	first := kernel("first", func(k *ir.Builder, at func(plan.BufferID, ir.SlotKind, ir.Access) int, add func(ir.Effect)) {
		add(ir.Effect{Kind: ir.Store, Slot: at(last2, ir.PerElement, ir.Write), Mask: due(k, 1, 2), Value: k.Leaf(ir.OpElem)})
	})
	fire := kernel("fire", func(k *ir.Builder, at func(plan.BufferID, ir.SlotKind, ir.Access) int, add func(ir.Effect)) {
		a, b := due(k, 7, 11), due(k, 3, 5)
		c := at(count, ir.PerElement, ir.ReadWrite)
		more := k.Op(ir.OpAdd, k.Load(c), k.ConstInt(1))
		add(ir.Effect{Kind: ir.Store, Slot: at(last, ir.PerElement, ir.Write), Mask: a, Value: k.Leaf(ir.OpStep)})
		add(ir.Effect{Kind: ir.Store, Slot: c, Mask: a, Value: more})
		add(ir.Effect{Kind: ir.Emit, Slot: at(listA, ir.Indexed, ir.Write), Mask: a})
		add(ir.Effect{Kind: ir.Store, Slot: at(mark, ir.PerElement, ir.Write), Mask: b, Value: k.ConstInt(9)})
		add(ir.Effect{Kind: ir.Store, Slot: at(last2, ir.PerElement, ir.Write), Mask: b, Value: k.Leaf(ir.OpStep)})
		add(ir.Effect{Kind: ir.Emit, Slot: at(listB, ir.Indexed, ir.Write), Mask: b})
	})
	some := []int32{1, int32(n / 2), int32(n - 1)}
	b.p.Monitors = []*plan.Monitor{{Name: "some", Capacity: 100, Vars: []plan.MonitorVar{{Name: "last", Buf: last, Elements: some, Len: 3}}}}
	b.p.SpikeMonitors = []*plan.SpikeMonitor{{Name: "a", List: listA, To: n}, {Name: "b", List: listB, To: n}}
	b.item("fire", 0, first, fire)
	b.item("record", 0, &plan.Sample{}, &plan.RecordSpikes{Monitor: 0}, &plan.RecordSpikes{Monitor: 1})
	return b.p, last
}

// What few elements store, and the lists of several events, are what they should be in all ways, and so is what is recorded in the same step.
func TestNotesOfEvents(t *testing.T) {
	d := gltest.Device(t)
	const steps = 23
	for _, n := range []int{33, 401, 1402, 2051} {
		p, last := eventsPlan(n)
		for way, b := range ways(d) {
			x := loadWith(t, b, p)
			if text := x.i.units[0].text.Text; b.seldom > 0 && n > 400 && d.Info().Software && !strings.Contains(text, "noted_1_0") {
				t.Fatalf("no notes of both events:\n%s", text)
			}
			advance(t, x, steps)
			due := func(step, e, factor, period int) bool { return (step+factor*e)%period == 0 }
			values := make([]float64, n)
			for k, want := range []func(step, e int, old float64) float64{
				func(step, e int, old float64) float64 { return pick(due(step, e, 7, 11), float64(step), old) },
				func(step, e int, old float64) float64 { return pick(due(step, e, 7, 11), old+1, old) },
				func(step, e int, old float64) float64 { return pick(due(step, e, 3, 5), 9, old) },
				func(step, e int, old float64) float64 {
					return pick(due(step, e, 3, 5), float64(step), pick(due(step, e, 1, 2), float64(e), old))
				},
			} {
				id := last + plan.BufferID(k)
				if err := x.Read(id, 0, values); err != nil {
					t.Fatal(err)
				}
				for e, got := range values {
					v := 0.0
					for step := range steps {
						v = want(step, e, v)
					}
					if got != v {
						t.Fatalf("way %d, %d elements: %s[%d] is %v, want %v", way, n, p.Buffers[id].Var, e, got, v)
					}
				}
			}
			_, rows, err := x.Drain(0)
			if err != nil || len(rows[0]) != 3*steps {
				t.Fatalf("%d values, %v", len(rows[0]), err)
			}
			for k, got := range rows[0] {
				e, v := []int{1, n / 2, n - 1}[k%3], 0.0
				for step := range k/3 + 1 {
					v = pick(due(step, e, 7, 11), float64(step), v)
				}
				if got != v {
					t.Fatalf("way %d, %d elements: last[%d] was recorded in step %d as %v, want %v", way, n, e, k/3, got, v)
				}
			}
			for m, c := range [][2]int{{7, 11}, {3, 5}} {
				spikes, err := x.DrainSpikes(m)
				if err != nil {
					t.Fatal(err)
				}
				var at []int64
				var index []int32
				for step := range steps {
					for e := range n {
						if due(step, e, c[0], c[1]) {
							at, index = append(at, int64(step)), append(index, int32(e))
						}
					}
				}
				if !slices.Equal(spikes.Steps, at) || !slices.Equal(spikes.Index, index) {
					t.Fatalf("way %d, %d elements: %d spikes of list %d, want %d", way, n, len(spikes.Index), m, len(index))
				}
			}
		}
	}
}

func pick(cond bool, a, b float64) float64 {
	if cond {
		return a
	}
	return b
}
