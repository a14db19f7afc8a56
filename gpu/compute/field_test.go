//go:build cgo

package compute

import (
	"math"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// planner puts small plans together by hand.
type planner struct{ p *plan.Plan }

func newPlanner(prec plan.Precision) *planner {
	return &planner{&plan.Plan{
		Precision: prec, BaseDT: 1e-3, Fingerprint: "test",
		Clocks: []plan.Clock{{Name: "clock", Period: 1, DT: 1e-3}},
	}}
}

func (b *planner) buffer(object, name string, t ir.Type, n int, role plan.Role, data []float64) plan.BufferID {
	id := plan.BufferID(len(b.p.Buffers))
	b.p.Buffers = append(b.p.Buffers, &plan.Buffer{ID: id, Object: object, Var: name, Type: t, Len: n, Role: role, Reals: data})
	return id
}

func (b *planner) item(name string, clock int, ops ...plan.Op) {
	b.p.Schedule = append(b.p.Schedule, plan.Item{Name: name, Slot: plan.Groups, Clock: clock, Ops: ops, Callback: -1})
}

func (b *planner) callback(name string, clock, index int) {
	b.p.Schedule = append(b.p.Schedule, plan.Item{Name: name, Clock: clock, Callback: index})
}

// gauss is the n x n matrix amp * exp(-d²/(2 s²)) of distances in cells.
func gauss(n int, amp, s float64) []float64 {
	m := make([]float64, n*n)
	for i := range n {
		for j := range n {
			d := float64(i-j) / float64(n-1)
			m[i*n+j] = amp * math.Exp(-d*d/(2*s*s))
		}
	}
	return m
}

// fieldPlan is the neural field of n x n cells: a bubble that circles, delayed into a second group with lateral
// weights that are a difference of two Gaussians, each applied as two matrix products.
func fieldPlan(n int, prec plan.Precision) *plan.Plan {
	b := newPlanner(prec)
	const depth = 21
	input := b.buffer("Input", "r", ir.Real, n*n, plan.State, nil)
	past := b.buffer("Input", "r@history", ir.Real, depth*n*n, plan.History, nil)
	focus := b.buffer("Focus", "r", ir.Real, n*n, plan.State, nil)
	lat := b.buffer("Focus", "sum(lat)", ir.Real, n*n, plan.Scratch, nil)
	tmp1 := b.buffer("dog", "rows1", ir.Real, n*n, plan.Scratch, nil)
	tmp2 := b.buffer("dog", "rows2", ir.Real, n*n, plan.Scratch, nil)
	g1 := b.buffer("dog", "gauss1", ir.Real, n*n, plan.Connectivity, gauss(n, 1, 0.1))
	g2 := b.buffer("dog", "gauss2", ir.Real, n*n, plan.Connectivity, gauss(n, 1, 0.7))
	h1 := b.buffer("dog", "gauss3", ir.Real, n*n, plan.Connectivity, gauss(n, 0.2, 0.1))
	h2 := b.buffer("dog", "gauss4", ir.Real, n*n, plan.Connectivity, gauss(n, -0.1, 0.7))
	whole := func(id plan.BufferID) plan.Source { return plan.Source{Buf: id, Len: n * n} }
	mm := func(name string, a, bb, c plan.BufferID, add bool) *plan.MatMul {
		return &plan.MatMul{Name: name, A: whole(a), B: whole(bb), C: c, Scale: plan.None, M: n, K: n, N: n, Add: add}
	}
	b.item("lateral", 0, mm("rows1", focus, g1, tmp1, false), mm("rows2", focus, g2, tmp2, false),
		mm("cols1", h1, tmp1, lat, false), mm("cols2", h2, tmp2, lat, true))

	kb := ir.NewBuilder()
	r := kb.Slot(ir.Slot{Name: "Input.r", Type: ir.Real, Kind: ir.PerElement, Access: ir.Write})
	next := kb.Slot(ir.Slot{Name: "Input.r@next", Type: ir.Real, Kind: ir.Indexed, Access: ir.Write})
	e, c := kb.Leaf(ir.OpElem), kb.ConstInt(int32(n))
	x := kb.ToReal(kb.Op(ir.OpMod, e, c))
	y := kb.ToReal(kb.Op(ir.OpFloorDiv, e, c))
	angle := kb.Op(ir.OpMul, kb.Time(1), kb.Const(2*math.Pi/5000))
	half := float64(n) / 2
	centre := func(op ir.Op) *ir.Expr {
		return kb.Op(ir.OpMul, kb.Const(half), kb.Op(ir.OpAdd, kb.Const(1), kb.Op(ir.OpMul, kb.Const(0.5), kb.Op(op, angle))))
	}
	dx, dy := kb.Op(ir.OpSub, x, centre(ir.OpCos)), kb.Op(ir.OpSub, y, centre(ir.OpSin))
	d2 := kb.Op(ir.OpAdd, kb.Op(ir.OpMul, dx, dx), kb.Op(ir.OpMul, dy, dy))
	bubble := kb.Op(ir.OpMax, kb.Op(ir.OpExp, kb.Op(ir.OpDiv, kb.Op(ir.OpNeg, d2), kb.Const(8))), kb.Const(0))
	row := func(step *ir.Expr) *ir.Expr {
		return kb.Op(ir.OpAdd, kb.Op(ir.OpMul, kb.Op(ir.OpMod, step, kb.ConstInt(depth)), kb.ConstInt(int32(n*n))), e)
	}
	in := &ir.Kernel{Name: "Input update", Effects: []ir.Effect{
		{Kind: ir.Store, Slot: r, Value: bubble},
		{Kind: ir.Store, Slot: next, Index: row(kb.Op(ir.OpAdd, kb.Leaf(ir.OpStep), kb.ConstInt(1))), Value: bubble},
		{Kind: ir.Check, Value: bubble, Name: "Input.r"},
	}}
	in.Slots = kb.Slots()
	b.item("Input", 0, &plan.Run{Kernel: in, Bind: []plan.BufferID{input, past}, N: n * n, Conn: -1})

	kb = ir.NewBuilder()
	e = kb.Leaf(ir.OpElem)
	fr := kb.Slot(ir.Slot{Name: "Focus.r", Type: ir.Real, Kind: ir.PerElement, Access: ir.ReadWrite})
	fl := kb.Slot(ir.Slot{Name: "Focus.sum(lat)", Type: ir.Real, Kind: ir.PerElement, Access: ir.Read})
	fp := kb.Slot(ir.Slot{Name: "Input.r@past", Type: ir.Real, Kind: ir.Indexed, Access: ir.Read})
	step := kb.Leaf(ir.OpStep)
	idx := kb.Op(ir.OpAdd, kb.Op(ir.OpMul, kb.Op(ir.OpMod, kb.Op(ir.OpSub, step, kb.ConstInt(19)), kb.ConstInt(depth)), kb.ConstInt(int32(n*n))), e)
	exc := kb.Select(kb.Op(ir.OpLt, step, kb.ConstInt(19)), kb.Const(0), kb.LoadAt(fp, idx))
	v := kb.Load(fr)
	dv := kb.Op(ir.OpMul, kb.Const(0.1), kb.Op(ir.OpAdd, kb.Op(ir.OpAdd, kb.Op(ir.OpNeg, v), exc), kb.Load(fl)))
	nv := kb.Op(ir.OpMin, kb.Op(ir.OpMax, kb.Op(ir.OpAdd, v, dv), kb.Const(0)), kb.Const(1))
	fk := &ir.Kernel{Name: "Focus update", Effects: []ir.Effect{
		{Kind: ir.Store, Slot: fr, Value: nv},
		{Kind: ir.Check, Value: nv, Name: "Focus.r"},
	}}
	fk.Slots = kb.Slots()
	b.item("Focus", 0, &plan.Run{Kernel: fk, Bind: []plan.BufferID{focus, lat, past}, N: n * n, Conn: -1})
	b.p.Checks = []string{"Input.r", "Focus.r"}
	return b.p
}
