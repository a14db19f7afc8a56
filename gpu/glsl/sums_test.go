package glsl

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// spikingFixture adds to a plan neurons that emit, synapses that add weight (an expression of the weight) to their targets, a reset, and
// recordings.
func spikingFixture(t *testing.T, prec plan.Precision, rows int, weight func(b *ir.Builder, w *ir.Expr) *ir.Expr) (f *fixture, emit, deliver, reset *plan.Run) {
	f = newFixture(t, prec)
	const n = 100
	v, w := plan.BufferID(0), plan.BufferID(7)
	for k := range 500 {
		f.p.Buffers[w].Reals = append(f.p.Buffers[w].Reals, float64(k%7)-2)
	}
	ptr := make([]int32, n+1)
	for k := range ptr {
		ptr[k] = int32(5 * k)
	}
	f.p.Buffers[f.p.Conns[0].RowPtr].Ints = ptr
	g := f.buffer("neurons", "g", ir.Real, n)
	list := f.buffer("neurons", "spikes", ir.Int, rows*(n+1))
	f.p.Buffers[list].Rows = rows
	f.p.SpikeMonitors = []*plan.SpikeMonitor{{Name: "raster", List: list, From: 10, To: 60, Vars: []plan.MonitorVar{{Name: "v", Buf: v, Len: n}}}}

	b := ir.NewBuilder()
	sv := b.Slot(ir.Slot{Name: "neurons.v", Type: ir.Real, Kind: ir.PerElement, Access: ir.Read})
	sl := b.Slot(ir.Slot{Name: "neurons.spikes", Type: ir.Int, Kind: ir.Indexed, Access: ir.Write})
	k := &ir.Kernel{Name: "neurons threshold", Effects: []ir.Effect{{Kind: ir.Emit, Slot: sl, Mask: b.Op(ir.OpLt, b.Const(1), b.Load(sv))}}}
	k.Slots = b.Slots()
	emit = &plan.Run{Kernel: k, Bind: []plan.BufferID{v, list}, N: n, Conn: -1}

	b = ir.NewBuilder()
	sw := b.Slot(ir.Slot{Name: "syn.w", Type: ir.Real, Kind: ir.PerElement, Access: ir.Read})
	sg := b.Slot(ir.Slot{Name: "neurons.g", Type: ir.Real, Kind: ir.Indexed, Access: ir.Write})
	k = &ir.Kernel{Name: "syn pre", Domain: ir.Spiking, Effects: []ir.Effect{{Kind: ir.Accumulate, Slot: sg, Index: b.Leaf(ir.OpPost), Value: weight(b, b.Load(sw))}}}
	k.Slots = b.Slots()
	deliver = &plan.Run{Kernel: k, Bind: []plan.BufferID{w, g}, N: 500, Conn: 0, List: list, Lag: rows - 1}

	b = ir.NewBuilder()
	sv = b.Slot(ir.Slot{Name: "neurons.v", Type: ir.Real, Kind: ir.PerElement, Access: ir.Write})
	k = &ir.Kernel{Name: "neurons reset", Domain: ir.Active, Effects: []ir.Effect{{Kind: ir.Store, Slot: sv, Value: b.Const(0)}}}
	k.Slots = b.Slots()
	reset = &plan.Run{Kernel: k, Bind: []plan.BufferID{v}, Conn: -1, List: list, Lag: rows - 1}
	f.p.Schedule = []plan.Item{{Name: "step", Callback: -1, Ops: []plan.Op{emit, deliver, reset}}}
	return f, emit, deliver, reset
}

func same(_ *ir.Builder, w *ir.Expr) *ir.Expr { return w }

func TestGoldenSpikes(t *testing.T) {
	f, emit, deliver, reset := spikingFixture(t, plan.Single, 3, same)
	l := f.layout()
	p, err := Dispatch(l, []Op{emit, &Apply{0}}, nil, 64)
	golden(t, "emit", p, err)
	l.Wide = 1
	p, err = Dispatch(l, []Op{emit, &Apply{0}}, nil, 8)
	golden(t, "emit_wide", p, err)
	l.Texels = func(int) bool { return true }
	p, err = Dispatch(l, []Op{emit, &Apply{0}}, nil, 8)
	golden(t, "emit_texels", p, err)
	l.Wide, l.Texels = 0, nil
	marked := f.layoutWith(Options{Software: true, MarkWords: 1})
	marked.Wide, marked.Groups, marked.Seldom, marked.Texels = 1, 1, 1, func(int) bool { return true }
	p, err = Dispatch(marked, []Op{emit, &Apply{0}}, [][]Op{{&Compact{deliver.List}}}, 8)
	golden(t, "emit_noted", p, err)
	p, err = Lists(l, [][]Op{{&Compact{deliver.List}, &plan.RecordSpikes{}}}, nil, 32)
	golden(t, "lists", p, err)
	p, err = OverSpikes(l, []Op{deliver, reset}, 64)
	golden(t, "overspikes", p, err)
	f, _, deliver, reset = spikingFixture(t, plan.Single, 3, same)
	f.p.Conns[0].ByPost = false
	l = f.layout()
	l.Texels = func(int) bool { return true }
	l.Lists[deliver.List].Beside = 4
	p, err = OverSpikes(l, []Op{deliver, reset}, 8)
	golden(t, "overspikes_beside", p, err)
	f, _, deliver, _ = spikingFixture(t, plan.Double, 1, same)
	p, err = OverSpikes(f.layout(), []Op{deliver}, 64)
	golden(t, "overspikes_double", p, err)

	f, emit, deliver, _ = spikingFixture(t, plan.Single, 1, same)
	l = f.layout()
	l.Lists[deliver.List].Keep = true
	p, err = Dispatch(l, []Op{emit, &SampleEach{0}}, [][]Op{{&Compact{deliver.List}, &plan.RecordSpikes{}}}, 8)
	golden(t, "last_group", p, err)

	f, emit, deliver, reset = spikingFixture(t, plan.Single, 3, same)
	l = f.layoutWith(Options{Software: true, MarkWords: 1})
	l.Wide, l.Groups, l.Seldom, l.Texels = 1, 2, 1, func(int) bool { return true }
	few := &Few{Ops: []Op{deliver, reset}, Most: 10, To: &Together{Synapses: true, Parts: []SpikesOf{{List: deliver.List, Lag: 2}}}}
	chains := [][]Op{{&Compact{deliver.List}}, {few}}
	p, err = Dispatch(l, []Op{emit, &Apply{0}}, chains, 8)
	golden(t, "few", p, err)
	p, err = Stretch(l, []Op{emit, &Apply{0}}, chains, 0, 16, Rounds{Most: 48_000, Fixed: 100, Worst: 1000, PerListed: 8, PerSpike: 12, Wait: 12_000, Patience: 2000})
	golden(t, "stretch", p, err)
	p, err = Dispatch(l, []Op{&Apply{0}, &Spiked{Run: reset}}, nil, 64)
	golden(t, "spiked", p, err)
	p, err = Dispatch(l, []Op{emit, &Spiked{Run: reset, Here: true}}, nil, 64)
	golden(t, "spiked_here", p, err)

	// The synapses of the other end, with a list of its own.
	learn := func(conn int, list plan.BufferID) *plan.Run {
		b := ir.NewBuilder()
		w := b.Slot(ir.Slot{Name: "syn.w", Type: ir.Real, Kind: ir.PerElement, Access: ir.ReadWrite})
		k := &ir.Kernel{Name: "learn " + f.p.Conns[conn].Name, Domain: ir.Spiking, Effects: []ir.Effect{{Kind: ir.Store, Slot: w, Value: b.Op(ir.OpMul, b.Load(w), b.Load(w))}}}
		k.Slots = b.Slots()
		return &plan.Run{Kernel: k, Bind: []plan.BufferID{7}, N: 500, Conn: conn, List: list}
	}
	byPost := &plan.Conn{Name: "by post", NPre: 100, NPost: 100, N: 500, ByPost: true, Mapped: true, Pre: new(plan.Ends), Post: new(plan.Ends),
		RowPtr: f.buffer("syn", "rows", ir.Int, 101), Index: f.buffer("syn", "pres", ir.Int, 500), Syn: f.buffer("syn", "order", ir.Int, 500)}
	f.p.Conns = append(f.p.Conns, byPost)
	other := f.buffer("others", "spikes", ir.Int, 3*101)
	f.p.Buffers[other].Rows = 3
	pre, post := learn(0, deliver.List), learn(len(f.p.Conns)-1, other)
	post.Lag = 2
	f.p.Schedule[0].Ops = append(f.p.Schedule[0].Ops, pre, post)
	l = f.layout()
	if !Joint(l, pre, post) {
		t.Error("two ends of the same synapses are not joint")
	}
	p, err = OverSpikes(l, []Op{pre, post}, 64)
	golden(t, "joint", p, err)
	p, err = Lists(l, [][]Op{{&Compact{deliver.List}}}, []*Together{{Parts: []SpikesOf{{List: deliver.List}, {List: other, Lag: 2}}, Synapses: true}}, 32)
	golden(t, "together", p, err)
	byPost.Pre, byPost.Post = nil, nil
	if Joint(l, pre, post) {
		t.Error("synapses whose ends are not told are joint")
	}
	// Each list has its own number of spikes side by side.
	l.Lists[deliver.List].Beside = 4
	p, err = OverSpikes(l, []Op{pre, post}, 64)
	if err != nil || !strings.Contains(p.Text, "+ gl_LocalInvocationIndex % 16u; k < end; k += 16u") || !strings.Contains(p.Text, "+ gl_LocalInvocationIndex; k < end; k += 64u") {
		t.Errorf("%v\n%s", err, p.Text)
	}
}

// The number of words and the scale follow from what is known of the values.
func TestSumWords(t *testing.T) {
	clipped := func(b *ir.Builder, w *ir.Expr) *ir.Expr {
		return b.Op(ir.OpMin, b.Op(ir.OpMax, b.Op(ir.OpMul, b.Op(ir.OpExp, w), b.Op(ir.OpLog, w)), b.Const(0)), b.Const(3))
	}
	for _, c := range []struct {
		name   string
		prec   plan.Precision
		weight func(b *ir.Builder, w *ir.Expr) *ir.Expr
		words  int
		limit  float64
	}{
		{"weights", plan.Single, same, 1, 4},
		{"weights", plan.Double, same, 3, 4},
		{"clipped", plan.Single, clipped, 1, 3},
		{"products", plan.Single, func(b *ir.Builder, w *ir.Expr) *ir.Expr { return b.Op(ir.OpMul, w, b.Const(-2)) }, 1, 8},
		{"random", plan.Single, func(b *ir.Builder, w *ir.Expr) *ir.Expr { return b.Op(ir.OpMul, w, b.Random(ir.OpUniform, 0)) }, 1, 4},
		{"normal", plan.Single, func(b *ir.Builder, w *ir.Expr) *ir.Expr { return b.Op(ir.OpMul, w, b.Random(ir.OpNormal, 0)) }, 2, 4 * 5.768},
		{"normal", plan.Double, func(b *ir.Builder, w *ir.Expr) *ir.Expr { return b.Op(ir.OpMul, w, b.Random(ir.OpNormal, 0)) }, 3, 4 * 8.571},
		{"narrow normal", plan.Single, func(b *ir.Builder, w *ir.Expr) *ir.Expr {
			return b.Op(ir.OpMul, w, b.Op(ir.OpAdd, b.Const(1), b.Op(ir.OpMul, b.Const(0.1), b.Random(ir.OpNormal, 0))))
		}, 1, 4 * 1.5768},
		{"lognormal", plan.Single, func(b *ir.Builder, w *ir.Expr) *ir.Expr {
			return b.Op(ir.OpExp, b.Op(ir.OpMul, b.Const(0.5), b.Random(ir.OpNormal, 0)))
		}, 2, math.Exp(0.5 * 5.768)},
		{"exponential", plan.Single, func(b *ir.Builder, w *ir.Expr) *ir.Expr { return b.Random(ir.OpExponential, 0) }, 2, 24 * math.Ln2},
		{"powers", plan.Single, func(b *ir.Builder, w *ir.Expr) *ir.Expr { return b.Op(ir.OpPow, w, b.Const(3)) }, 1, 64},
		{"roots", plan.Single, func(b *ir.Builder, w *ir.Expr) *ir.Expr {
			return b.Op(ir.OpPow, b.Op(ir.OpSqrt, b.Op(ir.OpAbs, w)), b.Op(ir.OpMod, w, b.Const(3)))
		}, 1, 8},
		{"unbounded", plan.Single, func(b *ir.Builder, w *ir.Expr) *ir.Expr { return b.Op(ir.OpTan, w) }, 4, 0},
		// A bound that values come nowhere near leaves them no bits.
		{"gaussian", plan.Single, func(b *ir.Builder, w *ir.Expr) *ir.Expr { return b.Op(ir.OpExp, b.Op(ir.OpNeg, b.Op(ir.OpMul, w, w))) }, 2, 1},
		{"narrow gaussian", plan.Single, func(b *ir.Builder, w *ir.Expr) *ir.Expr {
			return b.Op(ir.OpExp, b.Op(ir.OpMul, b.Const(-0.1), b.Op(ir.OpMul, w, w)))
		}, 1, 1},
		{"even power", plan.Single, func(b *ir.Builder, w *ir.Expr) *ir.Expr {
			return b.Op(ir.OpExp, b.Op(ir.OpNeg, b.Op(ir.OpPow, w, b.Const(4))))
		}, 2, 1},
		{"steep", plan.Single, func(b *ir.Builder, w *ir.Expr) *ir.Expr { return b.Op(ir.OpExp, b.Op(ir.OpMul, w, b.Const(2))) }, 2, math.Exp(8)},
		{"steeper", plan.Single, func(b *ir.Builder, w *ir.Expr) *ir.Expr { return b.Op(ir.OpExp, b.Op(ir.OpMul, w, b.Const(12))) }, 4, math.Exp(48)},
		{"steep", plan.Double, func(b *ir.Builder, w *ir.Expr) *ir.Expr { return b.Op(ir.OpExp, b.Op(ir.OpMul, w, b.Const(12))) }, 4, math.Exp(48)},
		{"steepest", plan.Single, func(b *ir.Builder, w *ir.Expr) *ir.Expr { return b.Op(ir.OpExp, b.Op(ir.OpMul, w, b.Const(64))) }, 4, 0},
		{"steepest", plan.Double, func(b *ir.Builder, w *ir.Expr) *ir.Expr { return b.Op(ir.OpExp, b.Op(ir.OpMul, w, b.Const(64))) }, 4, 0},
		{"quotient", plan.Single, func(b *ir.Builder, w *ir.Expr) *ir.Expr {
			return b.Op(ir.OpDiv, b.Const(1), b.Op(ir.OpAdd, b.Const(0.001), b.Op(ir.OpAbs, w)))
		}, 2, 1000},
	} {
		t.Run(fmt.Sprint(c.name, c.prec), func(t *testing.T) {
			f, _, _, _ := spikingFixture(t, c.prec, 1, c.weight)
			s := f.layout().Sums[0]
			if s.Words != c.words {
				t.Fatalf("%d words, want %d", s.Words, c.words)
			}
			if c.limit == 0 {
				if s.Scale != 1 {
					t.Errorf("scale %v", s.Scale)
				}
				return
			}
			if s.Limit < c.limit || s.Limit > c.limit*1.001 {
				t.Errorf("limit %v, want %v", s.Limit, c.limit)
			}
			// Rows hold five synapses: their sum fills the number at least by a quarter and does not overflow.
			if most := s.Scale * s.Limit * 5; most >= 1<<31 || most < 1<<29 {
				t.Errorf("the largest sum is %v units", most)
			}
		})
	}
}

// A synapse's own range is found through what kernels store, and a variable that feeds on itself has none.
func TestRanges(t *testing.T) {
	f, _, deliver, _ := spikingFixture(t, plan.Single, 1, same)
	w := deliver.Bind[0]
	store := func(value func(b *ir.Builder, old *ir.Expr) *ir.Expr) {
		b := ir.NewBuilder()
		s := b.Slot(ir.Slot{Name: "syn.w", Type: ir.Real, Kind: ir.PerElement, Access: ir.ReadWrite})
		k := &ir.Kernel{Name: "change", Domain: ir.Synapses, Effects: []ir.Effect{{Kind: ir.Store, Slot: s, Value: value(b, b.Load(s))}}}
		k.Slots = b.Slots()
		f.p.Schedule[0].Ops = []plan.Op{deliver, &plan.Run{Kernel: k, Bind: []plan.BufferID{w}, N: 500, Conn: 0}}
	}
	store(func(b *ir.Builder, old *ir.Expr) *ir.Expr {
		return b.Op(ir.OpMin, b.Op(ir.OpMax, b.Op(ir.OpAdd, old, b.Const(1)), b.Const(-1)), b.Const(9))
	})
	if got := newRanges(f.p).buffer(w); got != (span{-2, 9}) {
		t.Errorf("clipped weights lie in %v", got)
	}
	if got := f.layout().Sums[0].Words; got != 1 {
		t.Errorf("weights that are clipped a little above have %d words", got)
	}
	// One value far above all others decides the scale, and the others keep their bits.
	f.p.Schedule[0].Ops, f.p.Buffers[w].Reals[7] = []plan.Op{deliver}, 1e5
	if got := f.layout().Sums[0].Words; got != 2 {
		t.Errorf("weights with an outlier have %d words", got)
	}
	f.p.Buffers[w].Reals[7] = 1
	for most, want := range map[float64]int{1e4: 2, 1e15: 4} {
		store(func(b *ir.Builder, old *ir.Expr) *ir.Expr {
			return b.Op(ir.OpMin, b.Op(ir.OpMax, b.Op(ir.OpAdd, old, b.Const(1)), b.Const(-1)), b.Const(most))
		})
		if got := f.layout().Sums[0].Words; got != want {
			t.Errorf("weights of up to 4 that are clipped at %g have %d words, want %d", most, got, want)
		}
	}
	store(func(b *ir.Builder, old *ir.Expr) *ir.Expr { return b.Op(ir.OpAdd, old, b.Const(1)) })
	if got := newRanges(f.p).buffer(w); !math.IsInf(got.hi, 1) {
		t.Errorf("growing weights lie in %v", got)
	}
}

func TestTitle(t *testing.T) {
	if got := title([]string{"a", "b"}); got != "a + b" {
		t.Error(got)
	}
	var many []string
	for range 100 {
		many = append(many, strings.Repeat("x", 30))
	}
	if got := title(many); len(got) > 200 || !strings.HasSuffix(got, "more") {
		t.Error(got)
	}
}

// What 256 replicas of 20,000 weights of their own begin with.
func BenchmarkReplicaRanges(b *testing.B) {
	const replicas, each = 256, 20_000
	p := &plan.Plan{Replicas: replicas, Buffers: []*plan.Buffer{{Each: each, Len: replicas * each, Reals: slices.Repeat([]float64{1, 2}, replicas*each/2)}}}
	for b.Loop() {
		r := newRanges(p)
		r.typical = true
		for k := range replicas {
			r.of1(k)
			if s := r.buffer(0); s.hi != 3 {
				b.Fatal(s)
			}
		}
	}
}
