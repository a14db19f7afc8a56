package glsl

import (
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Work groups take the sums of large connectivities on hardware: as many rows at a time as fill what they share, and no fewer groups than fill the device
// where rows can be divided.
func TestGatherOf(t *testing.T) {
	for _, c := range []struct {
		name       string
		rows, row  int // of a mean row
		o          Options
		prec       plan.Precision
		want       Gather
		taken      bool
		workGroups int
	}{
		{"rows of a hundred", 100_000, 100, Options{}, plan.Single, Gather{32, 128}, true, 3125},
		{"double", 100_000, 100, Options{}, plan.Double, Gather{16, 128}, true, 6250},
		{"rows of twenty", 100_000, 20, Options{}, plan.Single, Gather{128, 32}, true, 782},
		{"few rows", 1000, 1000, Options{}, plan.Single, Gather{4, 128}, true, 250},
		{"short rows", 100_000, 4, Options{}, plan.Single, Gather{}, false, 0},
		{"few synapses", 100, 40, Options{}, plan.Single, Gather{}, false, 0},
		{"few synapses, asked for", 100, 5, Options{Gather: 1}, plan.Single, Gather{4, 8}, true, 25},
		{"on the processor", 100_000, 100, Options{Software: true}, plan.Single, Gather{}, false, 0},
		{"never", 100_000, 100, Options{Gather: -1}, plan.Single, Gather{}, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, c.prec)
			f.sum.N = c.rows
			f.p.Conns[0].N, f.p.Conns[0].NPost = c.rows*c.row, c.rows
			f.p.Schedule = []plan.Item{{Name: "step", Callback: -1, Ops: []plan.Op{f.sum}}}
			l := f.layoutWith(c.o)
			got, ok := l.GatherOf(f.sum)
			if got != c.want || ok != c.taken {
				t.Fatalf("%v, %v, want %v, %v", got, ok, c.want, c.taken)
			}
			p, err := Dispatch(l, []Op{f.sum}, nil, GatherGroup)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(p.Text, "shared") != ok || ok && p.Groups != c.workGroups {
				t.Errorf("%d work groups, want %d:\n%s", p.Groups, c.workGroups, p.Text)
			}
		})
	}
}

// Beside such sums a dispatch does what it does for each element.
func TestGoldenGather(t *testing.T) {
	f := newFixture(t, plan.Single)
	p, err := Dispatch(f.layoutWith(Options{Gather: 1}), []Op{f.sum, f.edges}, nil, 64)
	golden(t, "gather", p, err)
}

// Values of synapses that no step changes lie in the order of the rows that are summed, where that is not the order of the synapses: then nothing asks for
// the number of a synapse.
func TestPackedSums(t *testing.T) {
	f := newFixture(t, plan.Single)
	c := f.p.Conns[0]
	c.Mapped, c.Syn = true, f.buffer("syn", "order", ir.Int, c.N)
	f.p.Schedule = []plan.Item{{Name: "step", Callback: -1, Ops: []plan.Op{f.sum}}}
	text := func(o Options) string {
		t.Helper()
		l := f.layoutWith(o)
		p, err := Dispatch(l, []Op{f.sum}, nil, 64)
		if err != nil {
			t.Fatal(err)
		}
		packs, err := Pack(l, 64)
		if want := map[bool]int{true: 0, false: 1}[o.NoPacking || !f.p.Settled(f.sum.Bind[0])]; err != nil || len(packs) != want {
			t.Fatalf("%d programs that pack, want %d (%v)", len(packs), want, err)
		}
		return p.Text
	}
	for _, o := range []Options{{}, {Gather: 1}} {
		if s := text(o); !strings.Contains(s, "packed_0_0(k) * ") || strings.Contains(s, "uint s = ") {
			t.Errorf("weights are not packed:\n%s", s)
		}
	}
	if s := text(Options{NoPacking: true}); !strings.Contains(s, "uint s = uint(syn_order(k));") || !strings.Contains(s, "syn_w(s) * ") {
		t.Errorf("without packing:\n%s", s)
	}
	f.p.Schedule[0].Ops = append(f.p.Schedule[0].Ops, f.edges) // changes them
	if s := text(Options{}); !strings.Contains(s, "syn_w(s) * ") {
		t.Errorf("weights that change are packed:\n%s", s)
	}
}
