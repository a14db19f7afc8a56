package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// Indices have 16 bits where that is enough for the far end, and where nothing goes through them as integers of 32.
func TestNarrow(t *testing.T) {
	build := func(targets int, equations string, o plan.Options) *plan.Plan {
		t.Helper()
		a, b := cells(), cells()
		b.Name, b.N = "Q", targets
		b.Equations = text(b.Equations.Text + "\ntotal : 1")
		s := &net.Synapses{Name: "S", Pre: net.All(a), Post: net.All(b), Equations: text(equations), Pathways: []*net.Pathway{{Name: "pre", Code: text("v += 0.01")}},
			Connect: []*net.Connection{{P: text("0.01")}}}
		o.Precision = plan.Double
		res, err := plan.Build(&net.Network{DT: 1e-4, Groups: []*net.Group{a, b}, Synapses: []*net.Synapses{s}}, o)
		if err != nil {
			t.Fatal(err)
		}
		return res.Plan
	}
	const sum = "total_post = v_pre : 1 (summed)"
	for _, c := range []struct {
		targets   int
		equations string
		opt       plan.Options
		narrow    string
	}{
		{1000, "", plan.Options{}, "true"},
		{1000, "", plan.Options{Long: true}, "false"},
		{1 << 16, "", plan.Options{}, "true"},
		{1<<16 + 1, "", plan.Options{}, "false"},
		{1000, sum, plan.Options{}, "true false"}, // where spikes go, and where sums come from
	} {
		p := build(c.targets, c.equations, c.opt)
		var got []string
		for _, conn := range p.Conns {
			b := p.Buffers[conn.Index]
			got = append(got, fmt.Sprint(b.Shorts != nil))
			if size := int64(2+2*min(1, len(b.Ints))) * int64(b.Len); p.Bytes(b) != size {
				t.Errorf("%d targets: %d entries take %d bytes", c.targets, b.Len, p.Bytes(b))
			}
		}
		if strings.Join(got, " ") != c.narrow {
			t.Errorf("%d targets, %q: narrow are %v, want %s", c.targets, c.equations, got, c.narrow)
		}
		var dump strings.Builder
		p.Dump(&dump)
		if n := strings.Count(dump.String(), "narrow indices"); n != strings.Count(c.narrow, "true") {
			t.Errorf("%d targets: the dump names %d narrow indices:\n%s", c.targets, n, dump.String())
		}
	}

	// A plan in which something else reads them is refused.
	p := build(1000, "", plan.Options{})
	index := p.Buffers[p.Conns[0].Index]
	k := &ir.Kernel{Name: "reader", Domain: ir.Elements}
	b := ir.NewBuilder()
	from, to := b.Slot(ir.Slot{Name: "from", Type: ir.Int, Kind: ir.PerElement, Access: ir.Read}), b.Slot(ir.Slot{Name: "to", Type: ir.Int, Kind: ir.PerElement, Access: ir.Write})
	k.Effects = []ir.Effect{{Kind: ir.Store, Slot: to, Value: b.Load(from)}}
	k.Slots = b.Slots()
	out := &plan.Buffer{ID: plan.BufferID(len(p.Buffers)), Object: "out", Var: "v", Type: ir.Int, Len: index.Len}
	p.Buffers = append(p.Buffers, out)
	p.Init = append(p.Init, &plan.Run{Kernel: k, Bind: []plan.BufferID{index.ID, out.ID}, N: index.Len, Conn: -1})
	if err := p.Verify(); err == nil || !strings.Contains(err.Error(), "16 bits") {
		t.Errorf("a kernel that reads narrow indices: %v", err)
	}
	for _, c := range []struct {
		n    int64
		want string
	}{{1023, "1023 B"}, {1001 << 10, "0.978 MiB"}, {999 << 10, "999 KiB"}, {3 << 29, "1.5 GiB"}} {
		if got := plan.FormatBytes(c.n); got != c.want {
			t.Errorf("%d bytes are %q, want %q", c.n, got, c.want)
		}
	}
}
