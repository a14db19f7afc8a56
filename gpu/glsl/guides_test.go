package glsl

import (
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Kernels over many synapses that ask for the end that rows belong to find it by a guide.
func TestGuides(t *testing.T) {
	f := newFixture(t, plan.Single)
	c := f.p.Conns[0]
	f.p.Schedule = []plan.Item{{Name: "step", Callback: -1, Ops: []plan.Op{f.edges}}}
	text := func() (string, []*Program) {
		t.Helper()
		l := f.layout()
		p, err := Dispatch(l, []Op{f.edges}, nil, 64)
		if err != nil {
			t.Fatal(err)
		}
		guides, err := Guides(l, 64)
		if err != nil {
			t.Fatal(err)
		}
		return p.Text, guides
	}
	if s, guides := text(); strings.Contains(s, "guide") || len(guides) > 0 {
		t.Errorf("few synapses have a guide:\n%s", s)
	}
	c.N = 1 << 16
	s, guides := text()
	if len(guides) != 1 || !strings.Contains(s, "uint row = uint(guide_0(k / 64u));") || !strings.Contains(s, "for (uint end = uint(guide_0(k / 64u + 1u)) + 1u; row + 1u < end;)") {
		t.Fatalf("%d guides:\n%s", len(guides), s)
	}
	golden(t, "guide", guides[0], nil)
	// One that only asks for the other end has none.
	b := ir.NewBuilder()
	w := b.Slot(ir.Slot{Name: "syn.w", Type: ir.Real, Kind: ir.PerElement, Access: ir.Write})
	f.edges.Kernel = &ir.Kernel{Name: "far", Domain: ir.Synapses, Effects: []ir.Effect{{Kind: ir.Store, Slot: w, Value: b.ToReal(b.Leaf(ir.OpPre))}}}
	f.edges.Kernel.Slots = b.Slots()
	if s, guides := text(); len(guides) > 0 || strings.Contains(s, "row") && strings.Contains(s, "mid") {
		t.Errorf("%d guides that nothing asks for:\n%s", len(guides), s)
	}
}
