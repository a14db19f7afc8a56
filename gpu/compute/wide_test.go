//go:build cgo

package compute

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim/conform"
)

// ways are those in which elements are taken: one by one, in blocks of four, in blocks that are loaded as texels, and so that besides what few of them
// store is noted and their spikes are marked. The first takes the synapses of one spike at a time.
func ways(d *device.Device) []*Backend {
	return []*Backend{{dev: d, Mode: Plain, blocks: -1, texels: -1, beside: 1}, {dev: d, Mode: Plain, blocks: 1, texels: -1}, {dev: d, Mode: Plain, blocks: 1, texels: 1},
		{dev: d, Mode: Plain, blocks: 1, texels: 1, seldom: 1, groups: 1, marks: 1, few: -1},
		{dev: d, Mode: Plain, blocks: 1, texels: 1, few: 100}, {dev: d, Mode: Plain, blocks: 1, texels: 1, few: 100, stretch: 1}, {dev: d, Mode: Plain, blocks: 1, texels: 1, seldom: 1, groups: 1, stretch: 1, hasty: true}}
}

// Elements in blocks of four give the bits that they give one by one, also where the last block is not full.
func TestBlocksOfElements(t *testing.T) {
	d := gltest.Device(t)
	for _, prec := range []plan.Precision{plan.Single, plan.Double} {
		for _, n := range []int{401, 403, 404, 1402} { // the last is more than 32 rounds of eight blocks
			p := cubaPlan(t, n, prec)
			var states []*exec.Snapshot
			var spikes []*exec.Spikes
			for _, b := range ways(d) {
				x := loadWith(t, b, p)
				text := x.i.units[0].text.Text
				blocks, texels := strings.Contains(text, "blocks0[") || strings.Contains(text, "doubles0["), strings.Contains(text, "imageLoad(")
				if noted := strings.Contains(text, "noted_0_0"); noted != (b.seldom > 0) && d.Info().Software {
					t.Fatalf("seldom %d: notes %v", b.seldom, noted)
				}
				if blocks != (b.blocks > 0) || texels != (b.texels > 0) {
					t.Fatalf("blocks %d, texels %d: stores of blocks %v, texels %v", b.blocks, b.texels, blocks, texels)
				}
				advance(t, x, 200)
				states, spikes = append(states, snapshot(t, x)), append(spikes, drainSpikes(t, x))
			}
			for k := 1; k < len(states); k++ {
				sameSpikes(t, "blocks", spikes[0], spikes[k], true)
				sameState(t, "blocks", p, states[0], states[k])
			}
		}
	}
}

// Networks of all that spikes can do, in blocks.
func TestSpikingBlocks(t *testing.T) {
	for _, b := range ways(gltest.Device(t))[1:] {
		conform.Spiking(t, b, plan.Single, 2)
	}
}

// What the host writes between two batches is what the next loads, with all its bits.
func TestTexelsOfWrites(t *testing.T) {
	p := squares(403)
	x := loadWith(t, &Backend{dev: gltest.Device(t), Mode: Plain, blocks: 1, texels: 1}, p)
	got := make([]float64, 403)
	for step, v := range []float64{3, -5, 7} {
		if err := x.Write(0, 402, []float64{v}); err != nil {
			t.Fatal(err)
		}
		advance(t, x, int64(step+1))
		if err := x.Read(0, 0, got); err != nil {
			t.Fatal(err)
		}
		if got[402] != v*v || got[401] != 0 {
			t.Errorf("the squares of %v and 0 are %v and %v", v, got[402], got[401])
		}
	}
}

// squares is a plan in which x becomes x*x and y becomes -(y*y), which are checked, of n elements that are 0.
func squares(n int) *plan.Plan {
	b := newPlanner(plan.Single)
	k := ir.NewBuilder()
	kernel := &ir.Kernel{Name: "squares"}
	var bind []plan.BufferID
	for slot, name := range []string{"x", "y"} {
		bind = append(bind, b.buffer("G", name, ir.Real, n, plan.State, nil))
		v := k.Load(k.Slot(ir.Slot{Name: name, Type: ir.Real, Kind: ir.PerElement, Access: ir.ReadWrite}))
		v = k.Op(ir.OpMul, v, v)
		if name == "y" {
			v = k.Op(ir.OpNeg, v)
		}
		kernel.Effects = append(kernel.Effects, ir.Effect{Kind: ir.Store, Slot: slot, Value: v}, ir.Effect{Kind: ir.Check, Name: name, Value: v})
		b.p.Checks = append(b.p.Checks, name)
	}
	kernel.Slots = k.Slots()
	b.item("G", 0, &plan.Run{Kernel: kernel, Bind: bind, N: n, Conn: -1})
	return b.p
}

// A fault that is found in a block is that of the first check that failed, with its smallest element and what it was.
func TestFaultsInBlocks(t *testing.T) {
	const n = 403
	type value struct {
		buf plan.BufferID
		at  int
		v   float64
	}
	nan, huge := math.NaN(), 1e30
	for _, c := range []struct {
		values   []value
		variable string
		at       int
		kind     string
	}{
		{[]value{{0, 402, nan}}, "x", 402, "NaN"},
		{[]value{{0, 7, huge}, {0, 6, nan}, {0, 399, nan}}, "x", 6, "NaN"},
		{[]value{{1, 5, huge}, {0, 300, huge}}, "x", 300, "+Inf"},
		{[]value{{1, 205, nan}, {1, 77, huge}}, "y", 77, "-Inf"},
		{[]value{{1, 400, huge}, {1, 401, nan}, {1, 402, nan}}, "y", 400, "-Inf"},
	} {
		for _, b := range ways(gltest.Device(t)) {
			x := loadWith(t, b, squares(n))
			if got := strings.Contains(x.i.units[0].text.Text, "report_block("); got != (b.blocks > 0) {
				t.Fatalf("blocks %d: checks of blocks: %v", b.blocks, got)
			}
			for _, v := range c.values {
				if err := x.Write(v.buf, v.at, []float64{v.v}); err != nil {
					t.Fatal(err)
				}
			}
			_, err := x.Advance(context.Background(), 3)
			var f *exec.Fault
			if !errors.As(err, &f) || f.Variable != c.variable || f.Element != c.at || fmt.Sprint(f.Value) != c.kind || f.Step != 0 {
				t.Errorf("%v: %v, want %s[%d] = %s in step 0", c.values, err, c.variable, c.at, c.kind)
			}
		}
	}
}

// What synapses sent in the last step is there for whoever looks, between batches too.
func TestSettled(t *testing.T) {
	d := gltest.Device(t)
	p := cubaPlan(t, 400, plan.Single)
	whole := loadWith(t, &Backend{dev: d, Mode: Plain}, p)
	if whole.i.flush == nil {
		t.Fatal("no sum is deferred")
	}
	cut := loadWith(t, &Backend{dev: d, Mode: Plain}, p)
	const steps = 200
	advance(t, whole, steps)
	ge, again := make([]float64, 400), make([]float64, 400)
	for k := int64(1); k <= steps; k++ {
		advance(t, cut, k)
		if err := cut.Read(1, 0, again); err != nil {
			t.Fatal(err)
		}
	}
	if err := whole.Read(1, 0, ge); err != nil {
		t.Fatal(err)
	}
	some := false
	for k := range ge {
		if ge[k] != again[k] {
			t.Fatalf("ge[%d] is %v in one go and %v step by step", k, ge[k], again[k])
		}
		some = some || ge[k] != 0
	}
	if !some || whole.i.unsettled {
		t.Error("nothing was sent, or it was not applied")
	}
}
