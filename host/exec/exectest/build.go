package exectest

import (
	"context"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

const baseDT = 1e-3

// suite is what the tests of one backend in one precision share.
type suite struct {
	backend   exec.Backend
	precision plan.Precision
	tol       Tolerance
}

// builder makes a plan by hand: one clock that ticks every step, and one item unless more are asked for.
type builder struct{ *plan.Plan }

func (s *suite) plan() *builder {
	return &builder{&plan.Plan{
		Precision: s.precision, BaseDT: baseDT, Clocks: []plan.Clock{{Name: "clock", Period: 1, DT: baseDT}}, Fingerprint: "test",
	}}
}

func (b *builder) buffer(v plan.Buffer) plan.BufferID {
	v.ID = plan.BufferID(len(b.Buffers))
	if v.Object == "" {
		v.Object = "test"
	}
	b.Buffers = append(b.Buffers, &v)
	return v.ID
}

func (b *builder) reals(name string, v ...float64) plan.BufferID {
	return b.buffer(plan.Buffer{Var: name, Type: ir.Real, Len: len(v), Reals: v})
}

func (b *builder) realN(name string, n int) plan.BufferID {
	return b.buffer(plan.Buffer{Var: name, Type: ir.Real, Len: n})
}

func (b *builder) ints(name string, v ...int32) plan.BufferID {
	return b.buffer(plan.Buffer{Var: name, Type: ir.Int, Len: len(v), Ints: v})
}

func (b *builder) intN(name string, n int) plan.BufferID {
	return b.buffer(plan.Buffer{Var: name, Type: ir.Int, Len: n})
}

func (b *builder) bools(name string, v ...int32) plan.BufferID {
	return b.buffer(plan.Buffer{Var: name, Type: ir.Bool, Len: len(v), Ints: v})
}

func (b *builder) boolN(name string, n int) plan.BufferID {
	return b.buffer(plan.Buffer{Var: name, Type: ir.Bool, Len: n})
}

// do appends an item on the first clock.
func (b *builder) do(name string, ops ...plan.Op) {
	b.item(plan.Item{Name: name, Slot: plan.Groups, Ops: ops, Callback: -1})
}

func (b *builder) item(it plan.Item) { b.Schedule = append(b.Schedule, it) }

// body builds one kernel together with the buffers that its slots are bound to.
type body struct {
	*ir.Builder
	kernel *ir.Kernel
	bind   []plan.BufferID
}

func newBody(name string, domain ir.DomainKind) *body {
	return &body{Builder: ir.NewBuilder(), kernel: &ir.Kernel{Name: name, Domain: domain}}
}

func (k *body) slot(b *builder, buf plan.BufferID, kind ir.SlotKind, access ir.Access) int {
	v := b.Buffers[buf]
	name := v.Object + "." + v.Var
	if v.Role == plan.History && access == ir.Write {
		name += " next" // rows keep what is read and what is written apart
	}
	i := k.Slot(ir.Slot{Name: name, Type: v.Type, Kind: kind, Access: access})
	if i == len(k.bind) {
		k.bind = append(k.bind, buf)
	}
	return i
}

// load reads buf at the element's own index.
func (k *body) load(b *builder, buf plan.BufferID) *ir.Expr {
	return k.Load(k.slot(b, buf, ir.PerElement, ir.Read))
}

// scalar reads the one value of buf.
func (k *body) scalar(b *builder, buf plan.BufferID) *ir.Expr {
	return k.Load(k.slot(b, buf, ir.Scalar, ir.Read))
}

// at reads buf at an index.
func (k *body) at(b *builder, buf plan.BufferID, index *ir.Expr) *ir.Expr {
	return k.LoadAt(k.slot(b, buf, ir.Indexed, ir.Read), index)
}

func (k *body) effect(e ir.Effect) { k.kernel.Effects = append(k.kernel.Effects, e) }

// store writes buf at the element's own index; mask may be nil.
func (k *body) store(b *builder, buf plan.BufferID, value, mask *ir.Expr) {
	k.effect(ir.Effect{Kind: ir.Store, Slot: k.slot(b, buf, ir.PerElement, ir.Write), Value: value, Mask: mask})
}

// storeAt writes buf at an index.
func (k *body) storeAt(b *builder, buf plan.BufferID, index, value, mask *ir.Expr) {
	k.effect(ir.Effect{Kind: ir.Store, Slot: k.slot(b, buf, ir.Indexed, ir.Write), Index: index, Value: value, Mask: mask})
}

// run returns the operation over n elements.
func (k *body) run(n int) *plan.Run {
	k.kernel.Slots = k.Slots()
	return &plan.Run{Kernel: k.kernel, Bind: k.bind, N: n, Conn: -1}
}

// over returns the operation over a connection.
func (k *body) over(conn, n int) *plan.Run {
	r := k.run(n)
	r.Conn = conn
	return r
}

func (s *suite) load(t *testing.T, b *builder, o exec.Options) exec.Instance {
	t.Helper()
	if err := b.Verify(); err != nil {
		t.Fatalf("the test's own plan is wrong: %v", err)
	}
	x, err := s.backend.Load(b.Plan, o)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return x
}

// steps loads the plan and advances it.
func (s *suite) steps(t *testing.T, b *builder, n int64) exec.Instance {
	t.Helper()
	x := s.load(t, b, exec.Options{Seed: 1})
	advance(t, x, n)
	return x
}

func advance(t *testing.T, x exec.Instance, to int64) {
	t.Helper()
	stop, err := x.Advance(context.Background(), to)
	if err != nil {
		t.Fatalf("Advance(%d): %v", to, err)
	}
	if want := (exec.Position{Step: to}); stop.Reason != exec.Reached || stop.At != want || x.At() != want {
		t.Fatalf("Advance(%d) stopped at %+v (At: %+v)", to, stop, x.At())
	}
}

func read(t *testing.T, x exec.Instance, b *builder, buf plan.BufferID) []float64 {
	t.Helper()
	v := make([]float64, b.Buffers[buf].Len)
	if err := x.Read(buf, 0, v); err != nil {
		t.Fatalf("Read(%s): %v", b.Buffers[buf].Var, err)
	}
	return v
}

// equal compares values that must be exact.
func (s *suite) equal(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	bad := 0
	for i := range got {
		if !s.tol.same(s.precision, ir.OpInvalid, got[i], want[i]) {
			if bad++; bad > 5 {
				t.Fatalf("%s: more differences", what)
			}
			t.Errorf("%s[%d] = %v, want %v", what, i, got[i], want[i])
		}
	}
}
