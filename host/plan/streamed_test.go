package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// Delays that are computed when they are read are those that are computed beforehand, in windows and whole, in any order of synapses.
func TestStreamed(t *testing.T) {
	var whole, windows int
	delays := func(calls int, kept bool, threads int) []float64 {
		a := cells()
		a.N = 400
		path := &net.Pathway{Name: "pre", Code: text("v += w"), Delays: []net.Assignment{
			{Var: "delay", Expr: text("w*ms + (i - j)*0.001*ms + 0.4*ms")}, {Var: "delay", Expr: text("rand()*ms"), Condition: text("delay < 0.7*ms")},
			{Var: "delay", Expr: text("delay + 2*ms*w*rand()"), Condition: text("i > 7 and randn() > 0")}}}
		s := &net.Synapses{Name: "S", Pre: net.All(a), Post: net.All(a), Equations: text("w : 1"), Pathways: []*net.Pathway{path},
			Initial: []net.Assignment{{Var: "w", Expr: text("1 + i*rand()/400")}}}
		for range calls {
			s.Connect = append(s.Connect, &net.Connection{P: text("0.9")})
		}
		o := options(threads)
		evaluate := o.Evaluate
		o.Evaluate = func(part *plan.Plan) (plan.Evaluator, error) {
			for i, b := range part.Buffers {
				own := *b
				switch {
				case !b.Streamed:
					continue
				case kept:
					own.Streamed = false
					whole++
				default:
					windows++
				}
				part.Buffers[i] = &own
			}
			return evaluate(part)
		}
		res, err := plan.Build(&net.Network{DT: 1e-4, Groups: []*net.Group{a}, Synapses: []*net.Synapses{s}}, o)
		if err != nil {
			t.Fatal(err)
		}
		v, err := res.Delays(path)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, calls := range []int{1, 3} { // in rows, and in a list; 3 * 144,000 synapses are more than a window
		want := delays(calls, true, 1)
		for _, threads := range []int{1, 0} {
			if got := delays(calls, false, threads); len(got) < calls*140_000 || !slices.Equal(got, want) {
				t.Errorf("%d calls, %d threads: %d delays differ from those that are kept", calls, threads, len(got))
			}
		}
	}
	if whole == 0 || windows == 0 {
		t.Errorf("delays were computed %d times whole and %d times in windows", whole, windows)
	}
}

// A buffer that something else uses cannot be computed when it is read.
func TestStreamedRefused(t *testing.T) {
	part := func(change func(p *plan.Plan, k *ir.Kernel, b *ir.Builder)) error {
		ib := ir.NewBuilder()
		k := &ir.Kernel{Name: "fill", Domain: ir.Synapses}
		to := ib.Slot(ir.Slot{Name: "x", Type: ir.Real, Kind: ir.PerElement, Access: ir.Write})
		from := ib.Slot(ir.Slot{Name: "y", Type: ir.Real, Kind: ir.PerElement, Access: ir.Read})
		k.Effects = []ir.Effect{{Kind: ir.Store, Slot: to, Value: ib.Op(ir.OpMul, ib.Load(from), ib.Const(2))}}
		ints := func(id plan.BufferID, v ...int32) *plan.Buffer {
			return &plan.Buffer{ID: id, Object: "S", Var: "ends", Type: ir.Int, Len: len(v), Ints: v, Role: plan.Connectivity}
		}
		p := &plan.Plan{Precision: plan.Double, BaseDT: 1e-4, Clocks: []plan.Clock{{Name: "c", Period: 1, DT: 1e-4}},
			Buffers: []*plan.Buffer{ints(0, 0, 1, 1), ints(1, 1, 0, 1), {ID: 2, Object: "S", Var: "x", Type: ir.Real, Len: 3, Streamed: true}, {ID: 3, Object: "S", Var: "y", Type: ir.Real, Len: 3, Reals: []float64{1, 2, 3}}},
			Conns:   []*plan.Conn{{Name: "S", NPre: 2, NPost: 2, N: 3, RowPtr: plan.None, Near: 0, Index: 1, Listed: true}},
			Init:    []plan.Op{&plan.Run{Kernel: k, Bind: []plan.BufferID{2, 3}, N: 3, Conn: 0}},
		}
		if change != nil {
			change(p, k, ib)
		}
		k.Slots = ib.Slots()
		if err := p.Verify(); err != nil {
			return err
		}
		x, err := cpu.Backend{}.Load(p, exec.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		v := make([]float64, 2)
		if err := x.Read(2, 1, v); err != nil || !slices.Equal(v, []float64{4, 6}) {
			t.Errorf("read %v, %v", v, err)
		}
		if err := x.Write(2, 0, v); err == nil {
			t.Error("it was written")
		}
		return nil
	}
	if err := part(nil); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(p *plan.Plan, k *ir.Kernel, b *ir.Builder){
		"a step": func(p *plan.Plan, _ *ir.Kernel, _ *ir.Builder) { p.Schedule = []plan.Item{{Name: "i", Callback: -1}} },
		"another reader": func(p *plan.Plan, k *ir.Kernel, _ *ir.Builder) {
			p.Init = append(p.Init, &plan.Run{Kernel: k, Bind: []plan.BufferID{3, 2}, N: 3, Conn: 0})
		},
		"a later change": func(p *plan.Plan, k *ir.Kernel, _ *ir.Builder) {
			p.Buffers = append(p.Buffers, &plan.Buffer{ID: 4, Object: "S", Var: "z", Type: ir.Real, Len: 3})
			p.Init = append(p.Init, &plan.Run{Kernel: k, Bind: []plan.BufferID{3, 4}, N: 3, Conn: 0})
		},
		"nothing that makes it": func(p *plan.Plan, _ *ir.Kernel, _ *ir.Builder) { p.Init = nil },
		"another length":        func(p *plan.Plan, _ *ir.Kernel, _ *ir.Builder) { p.Buffers[2].Len = 4 },
	} {
		if err := part(change); err == nil || !strings.Contains(err.Error(), "S.x cannot be computed when it is read") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
