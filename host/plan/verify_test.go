package plan_test

import (
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// A list made by a kernel over rows that are drawn would be lost: such a plan is refused.
func TestDrawnRowsEmitNothing(t *testing.T) {
	g := cells()
	s := &net.Synapses{Name: "S", Pre: net.All(g), Post: net.All(g), Pathways: []*net.Pathway{{Name: "pre", Code: text("v += 0.01")}},
		Connect: []*net.Connection{{P: text("0.5"), Procedural: true}}}
	res, err := plan.Build(&net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, plan.Options{Precision: plan.Double})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range res.Plan.Schedule {
		for _, op := range it.Ops {
			r, ok := op.(*plan.Run)
			if !ok || r.Kernel.Domain != ir.Spiking {
				continue
			}
			k, b := *r.Kernel, ir.NewBuilder()
			for _, slot := range k.Slots {
				b.Slot(slot)
			}
			list := b.Slot(ir.Slot{Name: "list", Type: ir.Int, Kind: ir.Indexed, Access: ir.Write})
			k.Slots, k.Effects = b.Slots(), append(k.Effects[:len(k.Effects):len(k.Effects)], ir.Effect{Kind: ir.Emit, Slot: list, Mask: b.ConstInt(1)})
			r.Kernel, r.Bind = &k, append(r.Bind, r.List)
			if err := res.Plan.Verify(); err == nil || !strings.Contains(err.Error(), "would be lost") {
				t.Errorf("verified: %v", err)
			}
			return
		}
	}
	t.Error("no kernel over spikes")
}
