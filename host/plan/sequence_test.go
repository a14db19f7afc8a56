package plan

import (
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
)

// path is a path of n neurons, each seeing its two neighbours, visited by index or at random.
func path(t *testing.T, n int, u net.Update) (*Plan, *Sequence) {
	t.Helper()
	text := func(s string) *diag.Source { return &diag.Source{Name: "text", Text: s} }
	g := &net.Group{Name: "g", N: n, Dialect: check.Brian, Equations: text("x : 1\nk : 1"),
		Code: []*net.CodeBlock{{Name: "visit", Code: text("x = x + k"), Update: u}}}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Equations: text("k_post = x_pre : 1 (summed)")}
	c := &net.Connection{}
	for i := range int32(n - 1) {
		c.I, c.J = append(c.I, i, i+1), append(c.J, i+1, i)
	}
	s.Connect = []*net.Connection{c}
	r, err := Build(&net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, Options{Pairs: Pairs{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range r.Plan.Schedule {
		for _, op := range it.Ops {
			if q, ok := op.(*Sequence); ok {
				return r.Plan, q
			}
		}
	}
	t.Fatal("the plan has no sequence")
	return nil, nil
}

func TestVerifySequence(t *testing.T) {
	for want, spoil := range map[string]func(s *Sequence){
		"instead of":      func(s *Sequence) { slices.Reverse(s.Runs) },
		"nothing to run":  func(s *Sequence) { s.Runs = nil },
		"real, not int":   func(s *Sequence) { s.Marks = s.Runs[0].Bind[0] },
		"of 7 elements":   func(s *Sequence) { r := *s.Runs[1]; r.N = 7; s.Runs[1] = &r },
		"its own places":  func(s *Sequence) { s.Runs[1] = shifted(s.Runs[1], ir.Store) },
		"other elements":  func(s *Sequence) { s.Runs[1] = shifted(s.Runs[1], ir.Check) },
		"no buffer 12345": func(s *Sequence) { s.Keys = 12345 },
	} {
		p, s := path(t, 8, net.RandomOrder)
		spoil(s)
		if err := p.Verify(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// shifted is a kernel like r's that stores to, or looks at, the next element's x.
func shifted(r *Run, kind ir.EffectKind) *Run {
	b := ir.NewBuilder()
	next := b.Op(ir.OpAdd, b.Leaf(ir.OpElem), b.ConstInt(1))
	k := &ir.Kernel{Name: "shifted"}
	x := b.Slot(ir.Slot{Name: "x", Type: ir.Real, Kind: ir.Indexed, Access: ir.ReadWrite})
	e := ir.Effect{Kind: kind, Slot: x, Value: b.LoadAt(x, next), Name: "x"}
	if kind == ir.Store {
		e.Index, e.Value = next, b.Const(1)
	}
	k.Effects, k.Slots = []ir.Effect{e}, b.Slots()
	return &Run{Kernel: k, Bind: r.Bind[:1], N: r.N, Conn: -1}
}

// By index a path is as deep as it is long; in a random order it is not.
func TestDepth(t *testing.T) {
	p, s := path(t, 300, net.IndexOrder)
	if d := p.Depth(s); d != 300 {
		t.Errorf("by index: depth %d of a path of 300", d)
	}
	p, s = path(t, 300, net.RandomOrder)
	if d := p.Depth(s); d < 3 || d > 15 {
		t.Errorf("in random order: depth %d", d)
	}
	if n := p.RowLengths(s); n[0] != 1 || n[5] != 2 {
		t.Errorf("rows %v", n[:6])
	}
}
