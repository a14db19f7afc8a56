//go:build cgo

package compute

import (
	"context"
	"fmt"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
)

// BenchmarkField reports steps per second of the neural field.
func BenchmarkField(b *testing.B) {
	for _, n := range []int{20, 100, 512} {
		for _, mode := range []Mode{Plain, Resident} {
			if mode == Resident && n > 20 {
				continue
			}
			b.Run(fmt.Sprintf("N=%d/%s", n, [...]string{"auto", "plain", "resident"}[mode]), func(b *testing.B) {
				benchPlan(b, fieldPlan(n, plan.Single), mode)
			})
		}
	}
}

// BenchmarkBothEnds reports steps per second of code that runs over 400,000 synapses in every step and reads both ends, with a guide to rows and without.
func BenchmarkBothEnds(b *testing.B) {
	text := nettest.Text
	g := &net.Group{Name: "g", N: 4000, Namespace: nettest.Constants{}, Equations: text("x : 1\ny : 1"), Initial: []net.Assignment{{Var: "x", Expr: text("rand()")}, {Var: "y", Expr: text("rand()")}}}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Namespace: nettest.Constants{}, Equations: text("w : 1"), Connect: []*net.Connection{{P: text("0.025")}},
		Code: []*net.CodeBlock{{Name: "learn", Code: text("w = clip(w + 1e-5*x_pre*y_post, 0, 1)")}}}
	p := planOf(b, &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, plan.Single)
	for name, blind := range map[string]bool{"guided": false, "searched": true} {
		b.Run(name, func(b *testing.B) {
			benchOn(b, p, &Backend{dev: gltest.DeviceWith(b, device.Options{}), Mode: Plain, blind: blind})
		})
	}
}

// BenchmarkPackedSums reports steps per second of a sum over a million synapses of all to all, with their weights in the order of the sum and without.
func BenchmarkPackedSums(b *testing.B) {
	text := nettest.Text
	g := &net.Group{Name: "g", N: 1000, Namespace: nettest.Constants{}, Equations: text("dx/dt = (tanh(h) - x)/(5*ms) : 1\nh : 1"), Initial: []net.Assignment{{Var: "x", Expr: text("rand()")}}}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Namespace: nettest.Constants{}, Equations: text("w : 1\nh_post = w*x_pre : 1 (summed)"),
		Connect: []*net.Connection{{}}, Initial: []net.Assignment{{Var: "w", Expr: text("0.01*rand()")}}}
	p := planOf(b, &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, plan.Single)
	for name, unpacked := range map[string]bool{"packed": false, "scattered": true} {
		b.Run(name, func(b *testing.B) {
			benchOn(b, p, &Backend{dev: gltest.DeviceWith(b, device.Options{}), Mode: Plain, unpacked: unpacked})
		})
	}
}

func benchPlan(b *testing.B, p *plan.Plan, mode Mode) {
	benchOn(b, p, &Backend{dev: gltest.DeviceWith(b, device.Options{}), Mode: mode})
}

func benchOn(b *testing.B, p *plan.Plan, back *Backend) {
	i, err := back.Load(p, exec.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer i.Close()
	if _, err := i.Advance(context.Background(), 20); err != nil { // compiles
		b.Fatal(err)
	}
	b.ResetTimer()
	if _, err := i.Advance(context.Background(), 20+int64(b.N)); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}

// hodgkinHuxley is one step of n neurons with six exponentials and some sixty operations.
func hodgkinHuxley(n int, prec plan.Precision) *plan.Plan {
	b := newPlanner(prec)
	k := ir.NewBuilder()
	kernel := &ir.Kernel{Name: "hh"}
	var bind []plan.BufferID
	load := func(name string, v float64) *ir.Expr {
		id := b.buffer("G", name, ir.Real, n, plan.State, nil)
		b.p.Buffers[id].Fill = v
		bind = append(bind, id)
		return k.Load(k.Slot(ir.Slot{Name: name, Type: ir.Real, Kind: ir.PerElement, Access: ir.ReadWrite}))
	}
	c := k.Const
	add := func(a, b *ir.Expr) *ir.Expr { return k.Op(ir.OpAdd, a, b) }
	sub := func(a, b *ir.Expr) *ir.Expr { return k.Op(ir.OpSub, a, b) }
	mul := func(a, b *ir.Expr) *ir.Expr { return k.Op(ir.OpMul, a, b) }
	div := func(a, b *ir.Expr) *ir.Expr { return k.Op(ir.OpDiv, a, b) }
	exp := func(a *ir.Expr) *ir.Expr { return k.Op(ir.OpExp, a) }
	v, m, h, g := load("v", -63.1), load("m", 0.05), load("h", 0.6), load("n", 0.3)
	u := add(v, c(63))
	rate := func(a, b, d float64) *ir.Expr {
		x := sub(c(b), u)
		return div(mul(c(a), x), sub(exp(div(x, c(d))), c(1)))
	}
	am, bm := rate(0.32, 13, 4), mul(c(0.28), div(sub(u, c(40)), sub(exp(div(sub(u, c(40)), c(5))), c(1))))
	ah, bh := mul(c(0.128), exp(div(sub(c(17), u), c(18)))), div(c(4), add(c(1), exp(div(sub(c(40), u), c(5)))))
	an, bn := rate(0.032, 15, 5), mul(c(0.5), exp(div(sub(c(10), u), c(40))))
	gate := func(x, a, b *ir.Expr) *ir.Expr { return add(x, mul(c(0.01), sub(mul(a, sub(c(1), x)), mul(b, x)))) }
	gna := mul(mul(c(100), mul(mul(m, m), m)), h)
	gk := mul(c(30), mul(mul(g, g), mul(g, g)))
	dv := sub(sub(mul(c(0.05), sub(c(-60), v)), mul(gna, sub(v, c(50)))), mul(gk, sub(v, c(-90))))
	for slot, next := range []*ir.Expr{add(v, mul(c(0.01), dv)), gate(m, am, bm), gate(h, ah, bh), gate(g, an, bn)} {
		name := []string{"v", "m", "h", "n"}[slot]
		kernel.Effects = append(kernel.Effects, ir.Effect{Kind: ir.Store, Slot: slot, Value: next}, ir.Effect{Kind: ir.Check, Name: name, Value: next})
		b.p.Checks = append(b.p.Checks, name)
	}
	kernel.Slots = k.Slots()
	b.item("G", 0, &plan.Run{Kernel: kernel, Bind: bind, N: n, Conn: -1})
	return b.p
}

func BenchmarkHodgkinHuxley(b *testing.B) {
	for _, prec := range []plan.Precision{plan.Single, plan.Double} {
		b.Run(map[plan.Precision]string{plan.Single: "single", plan.Double: "double"}[prec], func(b *testing.B) {
			benchPlan(b, hodgkinHuxley(100_000, prec), Auto)
		})
	}
}

// BenchmarkBlocks compares elements one by one with blocks of four and with blocks that are loaded as texels, which software renderers take.
func BenchmarkBlocks(b *testing.B) {
	p := cubaPlan(b, 20_000, plan.Single)
	for k, name := range []string{"1", "4", "texels"} {
		b.Run(name, func(b *testing.B) { benchOn(b, p, ways(gltest.DeviceWith(b, device.Options{}))[k]) })
	}
}

// BenchmarkStart is the time from a plan to the state after its first step, programs compiled from text.
func BenchmarkStart(b *testing.B) {
	for _, mode := range []Mode{Plain, Resident} {
		b.Run([...]string{"auto", "plain", "resident"}[mode], func(b *testing.B) {
			p := fieldPlan(20, plan.Single)
			back, err := New(gltest.DeviceWith(b, device.Options{}))
			if err != nil {
				b.Fatal(err)
			}
			back.Mode = mode
			for b.Loop() {
				i, err := back.Load(p, exec.Options{})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := i.Advance(context.Background(), 1); err != nil {
					b.Fatal(err)
				}
				i.Close()
			}
		})
	}
}
