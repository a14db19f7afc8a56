package exectest

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// cubaNet is a small network in the manner of Vogels and Abbott 2005, on a lattice: states are rounded down to multiples of 1/1024 and weights
// are such multiples, so that every sum is exact whatever its order, and every backend must give the same bits.
type cubaNet struct {
	*builder
	v, ge, gi, free, last, list plan.BufferID
	edges                       []edge
	start                       []float64
}

const (
	cubaN, cubaExc, cubaDelay = 400, 320, 3
	cubaWe, cubaWi            = 208.0 / 1024, -1200.0 / 1024
	cubaRefractory            = 5
)

func (s *suite) cubaPlan() *cubaNet {
	r := rand.New(rand.NewPCG(48, 9))
	b := s.plan()
	c := &cubaNet{builder: b}
	c.edges, _ = b.twoWays(r, cubaN, cubaN, 0.1)
	c.start = seq(cubaN, func(int) float64 { return math.Floor(r.Float64()*10*1024) / 1024 })
	c.v, c.ge, c.gi = b.reals("v", c.start...), b.realN("ge", cubaN), b.realN("gi", cubaN)
	c.free = b.buffer(plan.Buffer{Var: "free", Type: ir.Bool, Len: cubaN, Fill: 1})
	c.last = b.buffer(plan.Buffer{Var: "last", Type: ir.Int, Len: cubaN, Fill: -1000})
	c.list = b.list(cubaN, cubaDelay+1)
	b.SpikeMonitors = []*plan.SpikeMonitor{{Name: "spikes", List: c.list, To: cubaN, Vars: []plan.MonitorVar{{Name: "v", Buf: c.v, Len: cubaN}}}}

	k := newBody("update", ir.Elements)
	lattice := func(e *ir.Expr) *ir.Expr {
		return k.Op(ir.OpMul, k.Op(ir.OpFloor, k.Op(ir.OpMul, e, k.Const(1024))), k.Const(1.0/1024))
	}
	v, ge, gi := k.load(b, c.v), k.load(b, c.ge), k.load(b, c.gi)
	free := k.Op(ir.OpLe, k.ConstInt(cubaRefractory), k.Op(ir.OpSub, k.Leaf(ir.OpStep), k.load(b, c.last)))
	drive := k.Op(ir.OpAdd, k.Op(ir.OpSub, k.Const(11), v), k.Op(ir.OpAdd, ge, gi))
	k.store(b, c.free, free, nil)
	k.store(b, c.v, k.Select(free, lattice(k.Op(ir.OpAdd, v, k.Op(ir.OpMul, drive, k.Const(0.125)))), v), nil)
	k.store(b, c.ge, lattice(k.Op(ir.OpMul, ge, k.Const(0.75))), nil)
	k.store(b, c.gi, lattice(k.Op(ir.OpMul, gi, k.Const(0.875))), nil)
	b.do("update", k.run(cubaN))

	k = newBody("threshold", ir.Elements)
	fires := k.Op(ir.OpAnd, k.Op(ir.OpLt, k.Const(10), k.load(b, c.v)), k.load(b, c.free))
	k.store(b, c.free, k.ConstBool(false), fires)
	k.store(b, c.last, k.Leaf(ir.OpStep), fires)
	k.emit(b, c.list, fires)
	b.item(plan.Item{Name: "threshold", Slot: plan.Thresholds, Callback: -1, Ops: []plan.Op{k.run(cubaN), &plan.RecordSpikes{}}})

	k = newBody("synapses", ir.Spiking)
	excitatory := k.Op(ir.OpLt, k.Leaf(ir.OpPre), k.ConstInt(cubaExc))
	k.add(b, c.ge, k.Leaf(ir.OpPost), k.Const(cubaWe), excitatory)
	k.add(b, c.gi, k.Leaf(ir.OpPost), k.Const(cubaWi), k.Op(ir.OpNot, excitatory))
	b.item(plan.Item{Name: "synapses", Slot: plan.Synapses, Callback: -1, Ops: []plan.Op{k.listed(c.list, cubaDelay, 0)}})
	k = newBody("kick", ir.Spiking)
	k.add(b, c.v, k.Leaf(ir.OpPost), k.Const(1.0/64), k.at(b, c.free, k.Leaf(ir.OpPost)))
	b.item(plan.Item{Name: "kick", Slot: plan.Synapses, Order: 1, Callback: -1, Ops: []plan.Op{k.listed(c.list, 1, 2)}})

	k = newBody("reset", ir.Active)
	k.store(b, c.v, k.Const(0), nil)
	b.item(plan.Item{Name: "reset", Slot: plan.Resets, Callback: -1, Ops: []plan.Op{k.listed(c.list, 0, -1)}})
	return c
}

// plain is the same network as plain loops.
func (c *cubaNet) plain(steps int) (spikes exec.Spikes, v []float64) {
	v = append(v, c.start...)
	ge, gi, last, free := make([]float64, cubaN), make([]float64, cubaN), make([]int, cubaN), make([]bool, cubaN)
	for i := range last {
		last[i] = -1000
	}
	spikes.Values = make([][]float64, 1)
	var history [][]int
	past := func(lag int) []int {
		if at := len(history) - 1 - lag; at >= 0 {
			return history[at]
		}
		return nil
	}
	for step := range steps {
		var fired []int
		for i := range v {
			free[i] = step-last[i] >= cubaRefractory
			if free[i] {
				v[i] = math.Floor((v[i]+(11-v[i]+(ge[i]+gi[i]))*0.125)*1024) / 1024
			}
			ge[i], gi[i] = math.Floor(ge[i]*0.75*1024)/1024, math.Floor(gi[i]*0.875*1024)/1024
			if v[i] > 10 && free[i] {
				fired = append(fired, i)
				free[i], last[i] = false, step
				spikes.Steps, spikes.Index = append(spikes.Steps, int64(step)), append(spikes.Index, int32(i))
				spikes.Values[0] = append(spikes.Values[0], v[i])
			}
		}
		history = append(history, fired)
		for _, i := range past(cubaDelay) {
			for _, e := range c.edges {
				if e.pre == i && i < cubaExc {
					ge[e.post] += cubaWe
				} else if e.pre == i {
					gi[e.post] += cubaWi
				}
			}
		}
		for _, i := range past(1) {
			for _, e := range c.edges {
				if e.pre == i && free[e.post] {
					v[e.post] += 1.0 / 64
				}
			}
		}
		for _, i := range fired {
			v[i] = 0
		}
	}
	return spikes, v
}

func (s *suite) cuba(t *testing.T) {
	const steps = 300
	c := s.cubaPlan()
	x := s.load(t, c.builder, exec.Options{})
	advance(t, x, steps)
	want, v := c.plain(steps)
	if len(want.Steps) < cubaN || len(want.Steps) > cubaN*steps/cubaRefractory/2 {
		t.Fatalf("the network is not of the kind to be tested: %d spikes", len(want.Steps))
	}
	sameSpikes(t, "spikes", drain(t, x, 0), &want)
	s.equal(t, "v", read(t, x, c.builder, c.v), v)
}

// inFlight restores a snapshot that was taken while spikes were on their way.
func (s *suite) inFlight(t *testing.T) {
	const at, steps = 101, 180
	c := s.cubaPlan()
	x := s.load(t, c.builder, exec.Options{})
	advance(t, x, at)
	if got := drain(t, x, 0).Steps; len(got) == 0 || got[len(got)-1] < at-cubaDelay {
		t.Fatal("no spike is in flight at the snapshot")
	}
	snap, err := x.Snapshot()
	s.must(t, err)
	want, v := c.plain(steps)
	first := 0
	for want.Steps[first] < at {
		first++
	}
	want = exec.Spikes{Steps: want.Steps[first:], Index: want.Index[first:], Values: [][]float64{want.Values[0][first:]}}
	check := func(what string, x exec.Instance) {
		t.Helper()
		advance(t, x, steps)
		sameSpikes(t, what, drain(t, x, 0), &want)
		s.equal(t, what+": v", read(t, x, c.builder, c.v), v)
	}
	check("continued", x)
	s.must(t, x.Restore(snap))
	check("restored", x)
	other := s.load(t, c.builder, exec.Options{})
	advance(t, other, 17)
	drain(t, other, 0)
	s.must(t, other.Restore(snap))
	check("restored into another instance", other)
}
