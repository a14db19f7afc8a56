package plan

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
)

const realType = ir.Real

// Verify checks that every reference in the plan exists and has the right type and size, that each kernel is sound on its own, and
// that no two slots of one kernel are bound to the same buffer unless it is a History (whose rows keep them apart).
func (p *Plan) Verify() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !(p.BaseDT > 0) {
		bad("base time step %g", p.BaseDT)
	}
	for i, b := range p.Buffers {
		switch {
		case b.ID != BufferID(i):
			bad("buffer %d has ID %d", i, b.ID)
		case b.Len < 0:
			bad("buffer %s.%s has length %d", b.Object, b.Var, b.Len)
		case b.Reals != nil && (len(b.Reals) != b.Len || b.Type != ir.Real):
			bad("buffer %s.%s: %d initial reals for %d elements of type %v", b.Object, b.Var, len(b.Reals), b.Len, b.Type)
		case b.Ints != nil && (len(b.Ints) != b.Len || b.Type == ir.Real):
			bad("buffer %s.%s: %d initial integers for %d elements of type %v", b.Object, b.Var, len(b.Ints), b.Len, b.Type)
		case b.Shorts != nil && (len(b.Shorts) != b.Len || b.Type != ir.Int || b.Ints != nil || b.Role != Connectivity):
			bad("buffer %s.%s: %d initial integers of 16 bits for %d elements of type %v", b.Object, b.Var, len(b.Shorts), b.Len, b.Type)
		case b.Recipe != nil && (b.Recipe.Len != b.Len || b.Type != ir.Int || b.Ints != nil || b.Shorts != nil || b.Role != Connectivity):
			bad("buffer %s.%s: a recipe for %d entries for %d elements of type %v", b.Object, b.Var, b.Recipe.Len, b.Len, b.Type)
		case b.Streamed && !p.streamable(b.ID):
			bad("buffer %s.%s cannot be computed when it is read", b.Object, b.Var)
		}
	}
	p.verifyNarrow(bad)
	v := verifier{p, bad}
	for i, c := range p.Conns {
		v.conn(i, c)
	}
	for _, m := range p.Monitors {
		v.monitor(m)
	}
	for _, op := range p.Init {
		v.op("init", op)
	}
	for _, it := range p.Schedule {
		if it.Clock < 0 || it.Clock >= len(p.Clocks) {
			bad("item %q: no clock %d", it.Name, it.Clock)
		}
		if it.Callback >= 0 && len(it.Ops) > 0 {
			bad("item %q is a callback with operations", it.Name)
		}
		for _, op := range it.Ops {
			v.op(it.Name, op)
			v.time(it, op)
		}
	}
	return errors.Join(errs...)
}

type verifier struct {
	p   *Plan
	bad func(string, ...any)
}

// buf checks a reference to a buffer of at least n elements of type t.
func (v verifier) buf(where string, id BufferID, t ir.Type, n int) {
	if id < 0 || int(id) >= len(v.p.Buffers) {
		v.bad("%s: no buffer %d", where, id)
		return
	}
	b := v.p.Buffers[id]
	if b.Type != t {
		v.bad("%s: buffer %s.%s holds %v, not %v", where, b.Object, b.Var, b.Type, t)
	}
	if b.Len < n {
		v.bad("%s: buffer %s.%s has %d elements, %d are used", where, b.Object, b.Var, b.Len, n)
	}
}

func (v verifier) conn(i int, c *Conn) {
	where := fmt.Sprintf("connectivity %d (%s)", i, c.Name)
	rows := c.NPre
	if c.ByPost {
		rows = c.NPost
	}
	if c.Drawn != nil {
		if c.ByPost || c.Mapped || c.Drawn.NPre != c.NPre || c.Drawn.NPost != c.NPost {
			v.bad("%s: drawn rows are presynaptic, of %d elements", where, c.NPre)
		}
		if c.RowPtr != None {
			v.buf(where, c.RowPtr, ir.Int, rows+1)
		}
		for _, r := range c.Values {
			if r.Conn != i || r.Kernel.Domain != ir.Synapses || slices.ContainsFunc(r.Kernel.Effects, func(e ir.Effect) bool { return e.Kind != ir.Store || e.Index != nil }) {
				v.bad("%s: kernel %s computes no values of drawn synapses", where, r.Kernel.Name)
			}
			v.run(where, r)
		}
		return
	}
	if c.Unused {
		if slices.ContainsFunc(v.p.runs(), func(r *Run) bool { return r.Conn == i }) {
			v.bad("%s: an operation runs over it, and it is empty", where)
		}
		return
	}
	v.buf(where, c.Index, ir.Int, c.N)
	if c.Listed {
		if v.buf(where, c.Near, ir.Int, c.N); c.ByPost || c.Mapped || c.RowPtr != None {
			v.bad("%s: a list of synapses has no rows", where)
		}
		return
	}
	v.buf(where, c.RowPtr, ir.Int, rows+1)
}

func (v verifier) monitor(m *Monitor) {
	where := fmt.Sprintf("monitor %q", m.Name)
	if m.Capacity <= 0 {
		v.bad("%s: capacity %d", where, m.Capacity)
	}
	for _, mv := range m.Vars {
		if mv.Buf < 0 || int(mv.Buf) >= len(v.p.Buffers) {
			v.bad("%s: no buffer %d", where, mv.Buf)
			continue
		}
		n := v.p.Buffers[mv.Buf].Len
		for _, e := range mv.Elements {
			if e < 0 || int(e) >= n {
				v.bad("%s: element %d of %d", where, e, n)
			}
		}
		if mv.Elements != nil && mv.Len != len(mv.Elements) || mv.Elements == nil && mv.Len != n {
			v.bad("%s: %d values per sample", where, mv.Len)
		}
	}
}

func (v verifier) source(where string, s Source, n int) {
	if s.Depth == 0 {
		v.buf(where, s.Buf, ir.Real, n)
		return
	}
	v.buf(where, s.Buf, ir.Real, s.Depth*s.Len)
	if s.Len < n || s.Lag < 0 || s.Lag >= s.Depth {
		v.bad("%s: history of %d×%d read %d elements at lag %d", where, s.Depth, s.Len, n, s.Lag)
	}
}

func (v verifier) op(where string, op Op) {
	switch op := op.(type) {
	case *Run:
		v.run(where, op)
	case *MatMul:
		where += ": " + op.Name
		v.source(where+": A", op.A, op.M*op.K)
		v.source(where+": B", op.B, op.K*op.N)
		v.buf(where+": C", op.C, ir.Real, op.M*op.N)
		if op.Scale != None {
			v.buf(where+": scale", op.Scale, ir.Real, op.M*op.N)
		}
		if op.C == op.A.Buf || op.C == op.B.Buf {
			v.bad("%s: result over an operand", where)
		}
	case *TapSum:
		where += ": " + op.Name
		n := op.Layers * op.Rows * op.Cols
		v.source(where, op.Src, n)
		v.buf(where, op.Dst, ir.Real, n)
		v.buf(where, op.Offsets, ir.Int, 3*op.Taps)
		v.buf(where, op.Weights, ir.Real, op.Taps)
		if op.Dst == op.Src.Buf {
			v.bad("%s: result over the source", where)
		}
	case *Generate:
		where += ": " + op.Name
		v.buf(where, op.List, ir.Int, 1)
		v.buf(where, op.Steps, ir.Int, op.Count)
		v.buf(where, op.First, ir.Int, op.Count+1)
	case *Sequence:
		v.sequence(where, op)
	case *Halt:
		v.buf(where+": "+op.Name, op.List, ir.Int, 1)
	case *RecordSpikes:
		if op.Monitor < 0 || op.Monitor >= len(v.p.SpikeMonitors) {
			v.bad("%s: no spike monitor %d", where, op.Monitor)
		}
	case *Sample:
		if op.Monitor < 0 || op.Monitor >= len(v.p.Monitors) {
			v.bad("%s: no monitor %d", where, op.Monitor)
		}
	default:
		v.bad("%s: unknown operation %T", where, op)
	}
}

// time checks that a kernel counts time in the steps of the clock that runs it, in seconds or milliseconds.
func (v verifier) time(it Item, op Op) {
	run, ok := op.(*Run)
	if !ok || run.Kernel == nil || it.Clock < 0 || it.Clock >= len(v.p.Clocks) {
		return
	}
	dt := v.p.Clocks[it.Clock].DT
	ir.WalkKernel(run.Kernel, func(e *ir.Expr) {
		if e.Op == ir.OpTime && e.Value != dt && math.Abs(e.Value-dt*1e3) > 1e-9*e.Value {
			v.bad("%s: kernel %s: time in steps of %g, run every %g s", it.Name, run.Kernel.Name, e.Value, dt)
		}
	})
}

func (v verifier) run(where string, op *Run) {
	k := op.Kernel
	where += ": kernel " + k.Name
	if err := ir.Verify(k); err != nil {
		v.bad("%s: %w", where, err)
	}
	if len(op.Bind) != len(k.Slots) {
		v.bad("%s: %d buffers for %d slots", where, len(op.Bind), len(k.Slots))
		return
	}
	synaptic := k.Domain == ir.Synapses || k.Domain == ir.Incoming || k.Domain == ir.Spiking
	if synaptic && (op.Conn < 0 || op.Conn >= len(v.p.Conns)) {
		v.bad("%s: no connectivity %d", where, op.Conn)
		return
	}
	if synaptic && v.p.Conns[op.Conn].Listed && (k.Domain != ir.Synapses || len(k.Reductions) > 0) {
		v.bad("%s: connectivity %d has no rows to go through", where, op.Conn)
		return
	}
	if synaptic && v.p.Conns[op.Conn].Drawn != nil && k.Domain != ir.Spiking && !slices.Contains(v.p.Conns[op.Conn].Values, op) {
		v.bad("%s: connectivity %d is drawn for spikes only", where, op.Conn)
	}
	if synaptic && v.p.Conns[op.Conn].Drawn != nil && slices.ContainsFunc(k.Effects, func(e ir.Effect) bool { return e.Kind == ir.Emit }) {
		v.bad("%s: connectivity %d is drawn, and what its kernels emit would be lost", where, op.Conn)
	}
	if op.Bounded() && (op.From < 0 || op.Before != 0 && op.Before <= op.From || k.Domain != ir.Spiking && k.Domain != ir.Active) {
		v.bad("%s: over the spikes of steps %d to %d", where, op.From, op.Before-1)
	}
	seen := map[BufferID]string{}
	for i, s := range k.Slots {
		n := 0
		switch {
		case s.Kind == ir.Scalar:
			n = 1
		case s.Kind == ir.PerElement && k.Domain == ir.Elements:
			n = op.N
		}
		id := op.Bind[i]
		v.buf(where+": slot "+s.Name, id, s.Type, n)
		if other, dup := seen[id]; dup && id >= 0 && int(id) < len(v.p.Buffers) && v.p.Buffers[id].Role != History {
			v.bad("%s: slots %s and %s share a buffer", where, other, s.Name)
		}
		seen[id] = s.Name
	}
}
