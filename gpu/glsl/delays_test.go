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

// delaysFixture adds to a plan synapses with delays of 0 to delays-1 steps that add what weight makes of their weights.
func delaysFixture(t *testing.T, delays int, weight func(b *ir.Builder, w *ir.Expr) *ir.Expr) (f *fixture, emit, deliver, reset *plan.Run) {
	f, emit, first, reset := spikingFixture(t, plan.Single, max(delays, 2), weight)
	ops := []plan.Op{emit}
	for lag := delays - 1; lag >= 0; lag-- {
		name := fmt.Sprint("delay ", lag)
		n := 500 / delays
		c := &plan.Conn{Name: name, NPre: 100, NPost: 100, N: n, Mapped: true, Division: 1,
			RowPtr: f.buffer("syn", name+" rows", ir.Int, 101), Index: f.buffer("syn", name+" index", ir.Int, n), Syn: f.buffer("syn", name+" synapses", ir.Int, n)}
		f.p.Conns = append(f.p.Conns, c)
		r := *first
		r.Conn, r.Lag = len(f.p.Conns)-1, lag
		if ops = append(ops, &r); deliver == nil {
			deliver = &r
		}
	}
	reset.Lag = 0
	f.p.Schedule[0].Ops = append(ops, reset)
	return f, emit, deliver, reset
}

func TestGoldenDelays(t *testing.T) {
	f, emit, deliver, reset := delaysFixture(t, 3, same)
	l := f.layout()
	d, first := l.DelaysOf(deliver)
	if !first || len(d.Runs) != 3 || len(l.Packed(deliver)) != 1 {
		t.Fatalf("%+v, first %v", d, first)
	}
	p, err := Lists(l, [][]Op{{&Compact{deliver.List}, &Shares{deliver}}}, []*Together{{Parts: []SpikesOf{{List: deliver.List, Delays: d}, {List: reset.List}}, Synapses: true}}, 32)
	golden(t, "delays_lists", p, err)
	p, err = OverSpikes(l, []Op{deliver, reset}, 128)
	golden(t, "delays", p, err)
	packs, err := Pack(l, 64)
	if err != nil || len(packs) != 1 {
		t.Fatal(len(packs), err)
	}
	golden(t, "delays_pack", packs[0], err)
	p, err = Persistent(l, []Pass{{Entries: []Entry{{Op: deliver}, {Op: reset}}, Spikes: true}}, map[int]bool{l.Sums[0].Buffer: true, 0: true}, 64, Wait{})
	golden(t, "delays_persistent", p, err)
	p, err = Persistent(l, []Pass{
		{Entries: []Entry{{Op: emit}}}, {Chains: [][]Op{{&Compact{deliver.List}, &Shares{deliver}}}, Barrier: true, After: []int{0}, Last: true},
		{Entries: []Entry{{Op: deliver}, {Op: reset}}, Spikes: true},
	}, nil, 64, Wait{})
	golden(t, "persistent_lists", p, err)

	f, _, deliver, _ = delaysFixture(t, 3, same)
	l = f.layoutWith(Options{Software: true})
	l.Texels = func(int) bool { return true }
	d, _ = l.DelaysOf(deliver)
	d.Teams, d.Fetched = 4, true
	p, err = OverSpikes(l, []Op{deliver}, 8)
	golden(t, "delays_software", p, err)
}

// The words of the table are where arrays begin, and the texts with many delays are those with few but for numbers.
func TestDelayTable(t *testing.T) {
	numbers := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return -1
			}
			return r
		}, s)
	}
	var texts []string
	for _, n := range []int{2, 100} {
		f, _, deliver, _ := delaysFixture(t, n, same)
		l := f.layout()
		d, _ := l.DelaysOf(deliver)
		words := l.DelayTable(d)
		for k, r := range d.Runs {
			c, w := f.p.Conns[r.Conn], words[delayWords*k:]
			want := []int32{int32(n - 1 - k), int32(l.Buffers[c.RowPtr].Base), int32(l.Buffers[c.Index].Base), int32(l.Buffers[c.Syn].Base), int32(k * (500 / n)), noBound, 0, 1}
			if !slices.Equal(w[:delayWords], want) {
				t.Fatalf("delay %d of %d: %v, want %v", k, n, w[:delayWords], want)
			}
		}
		p, err := OverSpikes(l, []Op{deliver}, 128)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, numbers(p.Text))
		if p, err = Lists(l, [][]Op{{&Compact{deliver.List}, &Shares{deliver}}}, nil, 256); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, numbers(p.Text))
	}
	if texts[0] != texts[2] || texts[1] != texts[3] {
		t.Errorf("texts depend on the number of delays:\n%s\n%s", texts[2], texts[3])
	}
}

// What depends on the order of delays, or on what another delay changes, is not one operation.
func TestApart(t *testing.T) {
	for name, change := range map[string]func(f *fixture, runs []*plan.Run){
		"one operation": func(*fixture, []*plan.Run) {},
		"another list":  func(f *fixture, runs []*plan.Run) { runs[1].List = f.buffer("others", "spikes", ir.Int, 3*101) },
		"what is added to is read": func(_ *fixture, runs []*plan.Run) {
			runs[0].Bind = slices.Clone(runs[0].Bind)
			runs[0].Bind[0] = runs[0].Bind[1]
			runs[1].Bind, runs[2].Bind = runs[0].Bind, runs[0].Bind
		},
		"in order": func(_ *fixture, runs []*plan.Run) { runs[0].Kernel.InOrder = true },
		"values of neurons are stored": func(_ *fixture, runs []*plan.Run) {
			runs[0].Kernel.Effects[0].Kind = ir.Store
		},
		"synapses of several delays are stored": func(f *fixture, runs []*plan.Run) {
			e := &runs[0].Kernel.Effects[0]
			e.Kind, e.Index, e.Slot = ir.Store, nil, 0
			for _, r := range runs {
				f.p.Conns[r.Conn].Division = 0
			}
		},
		"own synapses are stored": func(f *fixture, runs []*plan.Run) {
			e := &runs[0].Kernel.Effects[0]
			e.Kind, e.Index, e.Slot = ir.Store, nil, 0
		},
		"asked for": func(*fixture, []*plan.Run) {},
	} {
		f, _, _, _ := delaysFixture(t, 3, same)
		var runs []*plan.Run
		for _, op := range f.p.Schedule[0].Ops[1:4] {
			runs = append(runs, op.(*plan.Run))
		}
		change(f, runs)
		l := f.layoutWith(Options{Apart: name == "asked for"})
		n := 0
		for _, r := range runs {
			if d, _ := l.DelaysOf(r); d != nil {
				n++
			}
		}
		want := map[string]int{"one operation": 3, "own synapses are stored": 3, "another list": 0}[name]
		if n != want {
			t.Errorf("%s: %d kernels are one operation with others, want %d", name, n, want)
		}
	}
}

// A kernel over a part of its elements is called for those.
func TestGoldenSpan(t *testing.T) {
	f := newFixture(t, plan.Single)
	b := ir.NewBuilder()
	v := b.Slot(ir.Slot{Name: "neurons.v", Type: ir.Real, Kind: ir.PerElement, Access: ir.ReadWrite})
	within := b.Op(ir.OpAnd, b.Op(ir.OpLe, b.ConstInt(20), b.Leaf(ir.OpElem)), b.Op(ir.OpLt, b.Leaf(ir.OpElem), b.ConstInt(60)))
	k := &ir.Kernel{Name: "input", Effects: []ir.Effect{{Kind: ir.Store, Slot: v, Value: b.Select(within, b.Op(ir.OpAdd, b.Load(v), b.Random(ir.OpUniform, 0)), b.Load(v))}}}
	k.Slots = b.Slots()
	p, err := Dispatch(f.layout(), []Op{&plan.Run{Kernel: k, Bind: []plan.BufferID{0}, N: 100, Conn: -1}}, nil, 64)
	golden(t, "span", p, err)
	f.p.Replicas = 3
	p, err = Dispatch(f.layout(), []Op{&plan.Run{Kernel: k, Bind: []plan.BufferID{0}, N: 100, Conn: -1}}, nil, 64)
	if want := "if (e % 100u - 20u < 40u) run_input(e);"; err != nil || !strings.Contains(p.Text, want) {
		t.Errorf("no %q: %v\n%s", want, err, p.Text)
	}
}

// Arguments of indirect dispatches stay within what OpenGL guarantees, however many elements spike: the loops go on from there.
func TestArguments(t *testing.T) {
	for _, n := range []int{0, 1, 65, 65536, 5_000_000, math.MaxInt32 - 100} {
		a := Args(&List{Groups: maxGroups, Split: 1}, n)
		if want := int32(min((n+ActiveGroup-1)/ActiveGroup, 65535)); a[3] != want || a[0] != int32(min(n, 65535)) {
			t.Errorf("%d spikes: %v, want %d work groups", n, a, want)
		}
	}
}
