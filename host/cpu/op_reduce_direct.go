package cpu

import (
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// directSum is what a sum in order of creation adds up where that is short enough for a loop of its own: a variable of the synapses, its product with
// another one or with a value at the far end, or with the difference of values at both ends, as of gap junctions.
type directSum[T real] struct {
	a         []T
	b         []T        // a product with it, where not nil
	far, near []T        // likewise with far, or with far - near
	from      plan.Index // far end of each synapse
}

// directly returns the loop for a sum, nil where there is none.
func (r *reduceOp[T]) directly(o *plan.Run, value *ir.Expr) *directSum[T] {
	x, k, n := r.x, o.Kernel, len(r.conn.syn)
	synapse := func(e *ir.Expr) []T {
		if e.Op != ir.OpLoad || !isReal(e) || k.Slots[e.Slot].Kind != ir.PerElement || x.plan.Buffers[o.Bind[e.Slot]].Streamed {
			return nil
		}
		if v := x.m.real[o.Bind[e.Slot]]; len(v) >= n {
			return v[:n]
		}
		return nil
	}
	farEnd, nearEnd := ir.OpPost, ir.OpPre
	if r.conn.byPost {
		farEnd, nearEnd = nearEnd, farEnd
	}
	at := func(e *ir.Expr, end ir.Op, count int) []T {
		if e.Op != ir.OpLoad || !isReal(e) || k.Slots[e.Slot].Kind != ir.Indexed || e.Args[0].Op != end {
			return nil
		}
		if v := x.m.real[o.Bind[e.Slot]]; len(v) >= count {
			return v
		}
		return nil
	}
	d := &directSum[T]{a: synapse(value), from: x.m.index(r.conn.farOf)}
	if d.a != nil || value.Op != ir.OpMul {
		return d.orNil()
	}
	e := value.Args[1]
	if d.a = synapse(value.Args[0]); d.a == nil {
		d.a, e = synapse(e), value.Args[0]
	}
	switch {
	case d.a == nil:
	case synapse(e) != nil:
		d.b = synapse(e)
	case e.Op == ir.OpSub:
		d.far, d.near = at(e.Args[0], farEnd, r.conn.far), at(e.Args[1], nearEnd, r.conn.rows)
		if d.far == nil || d.near == nil {
			return nil
		}
	default:
		if d.far = at(e, farEnd, r.conn.far); d.far == nil {
			return nil
		}
	}
	return d.orNil()
}

func (d *directSum[T]) orNil() *directSum[T] {
	if d.a == nil {
		return nil
	}
	return d
}

// add adds the values of synapses lo to hi-1 to the sums of their rows.
func (d *directSum[T]) add(sums []T, to plan.Index, lo, hi int) {
	if to.Short != nil {
		addDirect(d, sums, to.Short[lo:hi], lo)
	} else {
		addDirect(d, sums, to.Long[lo:hi], lo)
	}
}

// ends is the far end of each synapse where the loop asks for it.
func (d *directSum[T]) ends() plan.Index {
	if d.far == nil {
		return plan.Index{}
	}
	return d.from
}

// addSegment is add for a segment that begins in this row. room is for differences.
func (d *directSum[T]) addSegment(v *vec[T], sums []T, row, lo, hi int, room []T) {
	sums, a := sums[row:row+hi-lo], d.a[lo:hi]
	switch {
	case d.b != nil:
		v.fused[mAddVVV](sums, a, d.b[lo:hi], sums, 0, 0)
	case d.far == nil:
		v.vv[fAdd](sums, sums, a)
	case d.near == nil:
		v.fused[mAddVSV](sums, a, nil, sums, d.far[d.from.At(lo)], 0)
	default:
		far, near := d.far[d.from.At(lo)], d.near[row:]
		for at := 0; at < len(sums); at += len(room) {
			end := min(len(sums), at+len(room))
			difference := room[:end-at]
			v.vs[fRSub](difference, near[at:end], far)
			v.fused[mAddVVV](sums[at:end], a[at:end], difference, sums[at:end], 0, 0)
		}
	}
}

func addDirect[T real, I entry](d *directSum[T], sums []T, to []I, lo int) {
	a := d.a[lo : lo+len(to)]
	switch {
	case d.b != nil:
		addProducts(sums, to, a, d.b[lo:lo+len(to)])
	case d.far == nil:
		addWeights(sums, to, a)
	case d.from.Short != nil:
		addFar(sums, to, a, d.far, d.near, d.from.Short[lo:lo+len(to)])
	default:
		addFar(sums, to, a, d.far, d.near, d.from.Long[lo:lo+len(to)])
	}
}

func addProducts[T real, I entry](sums []T, to []I, a, b []T) {
	a, b = a[:len(to)], b[:len(to)]
	for k, i := range to {
		sums[i] += T(a[k] * b[k])
	}
}

func addFar[T real, I, J entry](sums []T, to []I, a, far, near []T, from []J) {
	a, from = a[:len(to)], from[:len(to)]
	if near == nil {
		for k, i := range to {
			sums[i] += T(a[k] * far[from[k]])
		}
		return
	}
	near = near[:len(sums)]
	for k, i := range to {
		sums[i] += T(a[k] * T(far[from[k]]-near[i]))
	}
}
