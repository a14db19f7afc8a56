package glsl

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a program's text, as generated, with testdata/NAME.comp.
func golden(t *testing.T, name string, p *Program, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name+".comp")
	if *update {
		if err := os.WriteFile(file, []byte(p.Text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if p.Text != string(want) {
		t.Errorf("%s differs (go test -run %s -update writes it anew):\n%s", file, t.Name(), p.Text)
	}
}

type fixture struct {
	p      *plan.Plan
	t      testing.TB
	update *plan.Run
	sum    *plan.Run
	edges  *plan.Run
	mm     *plan.MatMul
	taps   *plan.TapSum
}

// newFixture is a plan with one operation of every kind.
func newFixture(t testing.TB, prec plan.Precision) *fixture {
	f := &fixture{t: t, p: &plan.Plan{Precision: prec, BaseDT: 1e-4, Checks: []string{"neurons.v"}, Clocks: []plan.Clock{
		{Name: "clock", Period: 1, DT: 1e-4}, {Name: "slow", Period: 4, Phase: 1, DT: 4e-4},
	}}}
	const n = 100
	v := f.buffer("neurons", "v", ir.Real, n)
	on := f.buffer("neurons", "on", ir.Bool, n)
	past := f.buffer("neurons", "v@history", ir.Real, 3*n)
	gain := f.buffer("neurons", "gain", ir.Real, 1)
	table := f.buffer("stimulus", "values", ir.Real, 7)
	ptr := f.buffer("syn", "rowptr", ir.Int, n+1)
	idx := f.buffer("syn", "index", ir.Int, 500)
	w := f.buffer("syn", "w", ir.Real, 500)
	lat := f.buffer("neurons", "sum(lat)", ir.Real, n)
	m := f.buffer("dog", "rows", ir.Real, 100)
	off := f.buffer("taps", "offsets", ir.Int, 6)
	tw := f.buffer("taps", "weights", ir.Real, 2)
	f.p.Conns = []*plan.Conn{{Name: "syn", NPre: n, NPost: n, N: 500, ByPost: true, RowPtr: ptr, Index: idx}}
	f.p.Monitors = []*plan.Monitor{{Name: "trace", Clock: 1, Capacity: 10, Vars: []plan.MonitorVar{
		{Name: "v", Buf: v, Elements: []int32{1, 5}, Len: 2}, {Name: "on", Buf: on, Len: n},
	}}}

	b := ir.NewBuilder()
	sv := b.Slot(ir.Slot{Name: "neurons.v", Type: ir.Real, Kind: ir.PerElement, Access: ir.ReadWrite})
	so := b.Slot(ir.Slot{Name: "neurons.on", Type: ir.Bool, Kind: ir.PerElement, Access: ir.ReadWrite})
	sp := b.Slot(ir.Slot{Name: "neurons.v@next", Type: ir.Real, Kind: ir.Indexed, Access: ir.Write})
	sg := b.Slot(ir.Slot{Name: "neurons.gain", Type: ir.Real, Kind: ir.Scalar, Access: ir.Read})
	st := b.Slot(ir.Slot{Name: "stimulus.values", Type: ir.Real, Kind: ir.Indexed, Access: ir.Read})
	x := b.Load(sv)
	drive := b.Op(ir.OpMul, b.Load(sg), b.Op(ir.OpSin, b.Op(ir.OpMul, b.Time(0.1), b.Const(2*math.Pi))))
	stim := b.LoadAt(st, b.Op(ir.OpRealToInt, b.Op(ir.OpMul, b.Time(0.1), b.Const(0.5))))
	dx := b.Op(ir.OpMul, b.Const(0.05), b.Op(ir.OpSub, b.Op(ir.OpAdd, drive, stim), b.Op(ir.OpMul, x, b.Op(ir.OpMul, x, x))))
	next := b.Op(ir.OpAdd, b.Op(ir.OpAdd, x, dx), b.Op(ir.OpMul, b.Const(0.01), b.Random(ir.OpNormal, 2)))
	next = b.Op(ir.OpMin, next, b.Const(math.Inf(1)))
	free := b.Op(ir.OpAnd, b.Load(so), b.Op(ir.OpLt, b.Op(ir.OpMod, b.Leaf(ir.OpElem), b.ConstInt(3)), b.ConstInt(2)))
	row := b.Op(ir.OpMod, b.Op(ir.OpAdd, b.Leaf(ir.OpStep), b.ConstInt(1)), b.ConstInt(3))
	at := b.Op(ir.OpAdd, b.Op(ir.OpMul, row, b.ConstInt(n)), b.Leaf(ir.OpElem))
	k := &ir.Kernel{Name: "neurons update", Stream: 77, Effects: []ir.Effect{
		{Kind: ir.Store, Slot: sv, Value: next, Mask: free},
		{Kind: ir.Store, Slot: sp, Value: next, Index: at},
		{Kind: ir.Store, Slot: so, Value: b.Op(ir.OpNot, b.Op(ir.OpLe, b.Const(1), next))},
		{Kind: ir.Check, Value: next, Name: "neurons.v"},
	}}
	k.Slots = b.Slots()
	f.update = &plan.Run{Kernel: k, Bind: []plan.BufferID{v, on, past, gain, table}, N: n, Conn: -1}

	b = ir.NewBuilder()
	sw := b.Slot(ir.Slot{Name: "syn.w", Type: ir.Real, Kind: ir.PerElement, Access: ir.Read})
	spre := b.Slot(ir.Slot{Name: "neurons.v", Type: ir.Real, Kind: ir.Indexed, Access: ir.Read})
	sl := b.Slot(ir.Slot{Name: "neurons.sum(lat)", Type: ir.Real, Kind: ir.PerElement, Access: ir.ReadWrite})
	ks := &ir.Kernel{Name: "lateral", Domain: ir.Incoming, Reductions: []ir.Reduction{
		{Slot: sl, Value: b.Op(ir.OpMul, b.Load(sw), b.Op(ir.OpTanh, b.LoadAt(spre, b.Leaf(ir.OpPre)))), Add: true},
	}}
	ks.Slots = b.Slots()
	f.sum = &plan.Run{Kernel: ks, Bind: []plan.BufferID{w, v, lat}, N: n, Conn: 0}

	b = ir.NewBuilder()
	sw = b.Slot(ir.Slot{Name: "syn.w", Type: ir.Real, Kind: ir.PerElement, Access: ir.ReadWrite})
	far := b.ToReal(b.Op(ir.OpAbs, b.Op(ir.OpSub, b.Leaf(ir.OpPre), b.Leaf(ir.OpPost))))
	ke := &ir.Kernel{Name: "decay", Domain: ir.Synapses, Effects: []ir.Effect{{Kind: ir.Store, Slot: sw, Value: b.Op(ir.OpDiv, b.Load(sw), far)}}}
	ke.Slots = b.Slots()
	f.edges = &plan.Run{Kernel: ke, Bind: []plan.BufferID{w}, N: 500, Conn: 0}

	f.mm = &plan.MatMul{Name: "rows", A: plan.Source{Buf: m, Len: 100}, B: plan.Source{Buf: v, Len: 100}, C: lat, Scale: plan.None, M: 10, K: 10, N: 10, Add: true}
	f.taps = &plan.TapSum{Name: "taps", Src: plan.Source{Buf: past, Len: n, Depth: 3, Lag: 1}, Dst: lat, Layers: 1, Rows: 10, Cols: 10, Taps: 2, Offsets: off, Weights: tw, Add: true}
	return f
}

func (f *fixture) buffer(object, name string, t ir.Type, n int) plan.BufferID {
	id := plan.BufferID(len(f.p.Buffers))
	f.p.Buffers = append(f.p.Buffers, &plan.Buffer{ID: id, Object: object, Var: name, Type: t, Len: n})
	return id
}

func (f *fixture) layout() *Layout { return f.layoutWith(Options{}) }

func (f *fixture) layoutWith(o Options) *Layout {
	l, err := NewLayout(f.p, 1<<27, o)
	if err != nil {
		f.t.Fatal(err)
	}
	l.Tile = func(*plan.MatMul) (int, int) { return 2, 2 }
	return l
}

func TestGolden(t *testing.T) {
	f := newFixture(t, plan.Single)
	for name, op := range map[string]Op{
		"elements": f.update, "incoming": f.sum, "synapses": f.edges, "matmul": f.mm, "taps": f.taps, "sample": &plan.Sample{Monitor: 0},
	} {
		p, err := Dispatch(f.layout(), []Op{op}, nil, 64)
		golden(t, name, p, err)
	}
	inPieces := func(n int) int { return max(200, n/2) }
	l, err := NewLayout(f.p, 1<<27, Options{Piece: inPieces})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Dispatch(l, []Op{f.edges}, nil, 64)
	golden(t, "pieces", p, err)

	f = newFixture(t, plan.Double)
	p, err = Dispatch(f.layout(), []Op{f.update}, nil, 64)
	golden(t, "elements_double", p, err)

	f = newFixture(t, plan.Single)
	p, err = Resident(f.layout(), []Entry{
		{Op: &plan.Sample{Monitor: 0}, Clock: 1}, {Op: f.taps, Clock: 0}, {Op: f.update, Clock: 0, Sync: true},
	}, nil, 32, false)
	golden(t, "resident", p, err)

	f = newFixture(t, plan.Single)
	l = f.layout()
	written := map[int]bool{int(f.taps.Dst): true}
	for _, e := range f.update.Kernel.Effects {
		written[int(f.update.Bind[e.Slot])] = true
	}
	for _, v := range l.Rings[0].Vars {
		written[v.Rows] = true
	}
	p, err = Persistent(l, []Pass{
		{Entries: []Entry{{Op: &plan.Sample{Monitor: 0}}}, Clock: 1}, {Entries: []Entry{{Op: f.taps}}},
		{Entries: []Entry{{Op: f.update}}, Barrier: true, After: []int{0, 1}}, {Entries: []Entry{{Op: f.update}}, Clock: 1, Barrier: true, After: []int{1}},
	}, written, 64, Wait{})
	golden(t, "persistent", p, err)
}

func TestIncludesResolve(t *testing.T) {
	for _, prec := range []plan.Precision{plan.Single, plan.Double} {
		f := newFixture(t, prec)
		p, err := Dispatch(f.layout(), []Op{f.update, f.sum}, nil, 64)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(p.Source.Text, "#include") || !strings.HasPrefix(p.Source.Text, "#version 450 core\n") {
			t.Error("includes are left, or no version line")
		}
	}
}

func TestIdentifiers(t *testing.T) {
	bufs := []*plan.Buffer{
		{Object: "Focus", Var: "r"}, {Object: "Focus", Var: "sum(lat)"}, {Object: "Focus", Var: "sum lat "}, {Object: "gl", Var: "x"},
		{Object: "3d", Var: "v"}, {Object: "a_", Var: "_b"}, {Object: "Größe", Var: "θ"}, {Object: "m", Var: "exp"}, {Object: "clock", Var: "step"},
		{Object: "", Var: ""}, {Object: "Focus", Var: "r"},
	}
	seen := map[string]bool{}
	for i, name := range new(namer).all(bufs) {
		if seen[name] {
			t.Errorf("%q is given twice", name)
		}
		seen[name] = true
		bad := strings.Contains(name, "__") || strings.HasPrefix(name, "gl_") || !strings.Contains(name, "_")
		for k, r := range name {
			bad = bad || r > 127 || k == 0 && r >= '0' && r <= '9'
		}
		for _, p := range reserved {
			bad = bad || strings.HasPrefix(name, p)
		}
		if bad {
			t.Errorf("%q.%q becomes %q", bufs[i].Object, bufs[i].Var, name)
		}
	}
}

func TestLiterals(t *testing.T) {
	for _, c := range []struct {
		v      float64
		single string
		double string
	}{
		{1, "1.0", "1.0lf"}, {0.1, "0.1", "0.1lf"}, {-2.5, "-2.5", "-2.5lf"}, {1e300, "uintBitsToFloat(0x7f800000u)", "1e+300lf"},
		{math.Copysign(0, -1), "-0.0", "-0.0lf"}, {math.NaN(), "uintBitsToFloat(0x7fc00000u)", "packDouble2x32(uvec2(0x00000001u, 0x7ff80000u))"},
	} {
		if got := literal32(c.v); got != c.single {
			t.Errorf("literal32(%v) = %s, want %s", c.v, got, c.single)
		}
		if got := literal64(c.v); got != c.double {
			t.Errorf("literal64(%v) = %s, want %s", c.v, got, c.double)
		}
	}
}

// Bounds decide which loads need no test; a bound that is too narrow would read foreign memory.
func TestBounds(t *testing.T) {
	b := ir.NewBuilder()
	s := &scope{count: 50, elems: 50}
	e, c := b.Leaf(ir.OpElem), b.ConstInt
	step := b.Leaf(ir.OpStep)
	for _, x := range []struct {
		e      *ir.Expr
		n      int
		within bool
	}{
		{e, 50, true}, {e, 49, false}, {step, 1 << 30, false},
		{b.Op(ir.OpMod, step, c(7)), 7, true}, {b.Op(ir.OpMod, step, c(7)), 6, false},
		{b.Op(ir.OpMod, step, c(-7)), 7, false},
		{b.Op(ir.OpAdd, b.Op(ir.OpMul, b.Op(ir.OpMod, step, c(3)), c(50)), e), 150, true},
		{b.Op(ir.OpAdd, b.Op(ir.OpMul, b.Op(ir.OpMod, step, c(3)), c(50)), e), 149, false},
		{b.Op(ir.OpSub, c(49), e), 50, true}, {b.Op(ir.OpSub, c(48), e), 50, false},
		{b.Op(ir.OpMul, b.Op(ir.OpMul, e, c(1<<30)), c(4)), 1 << 30, false}, // wraps around
		{b.Op(ir.OpMin, b.Op(ir.OpMax, step, c(0)), c(9)), 10, true},
		{b.Op(ir.OpFloorDiv, e, c(10)), 5, true}, {b.Op(ir.OpFloorDiv, e, c(10)), 4, false},
		{b.Op(ir.OpFloorDiv, step, c(10)), 5, false},
		{b.Select(b.Op(ir.OpLt, step, c(0)), e, c(60)), 61, true}, {b.Select(b.Op(ir.OpLt, step, c(0)), e, c(60)), 60, false},
	} {
		if got := s.within(x.e, x.n); got != x.within {
			t.Errorf("%v within %d: %v", x.e.Op, x.n, got)
		}
	}
}
