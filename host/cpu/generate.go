package cpu

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// generateOp fills a spike list with given spikes.
type generateOp struct {
	label               string
	list                spikeList
	steps, first, index []int32
	period              int64
	bufs                [3]plan.BufferID
	checked             bool
}

func (x *instance[T]) compileGenerate(o *plan.Generate) (*generateOp, error) {
	what := fmt.Sprintf("generator %q", o.Name)
	g := &generateOp{label: o.Name, period: int64(o.Period), bufs: [3]plan.BufferID{o.Steps, o.First, o.Index}}
	var err error
	if g.list, err = x.spikeList(what, o.List); err != nil {
		return nil, err
	}
	need := [3]int{o.Count, o.Count + 1, 0}
	var data [3][]int32
	for i, id := range g.bufs {
		if id < 0 || int(id) >= len(x.plan.Buffers) || x.plan.Buffers[id].Type != ir.Int || x.plan.Buffers[id].Len < need[i] || o.Count < 0 {
			return nil, fmt.Errorf("%s: buffer %d does not hold %d integers", what, id, need[i])
		}
		data[i] = x.m.int[id]
	}
	if o.Period < 0 {
		return nil, fmt.Errorf("%s has the period %d", what, o.Period)
	}
	g.steps, g.first, g.index = data[0][:o.Count], data[1][:o.Count+1], data[2]
	return g, g.check()
}

// check reports spikes that are out of order or do not fit the list.
func (g *generateOp) check() error {
	for k, s := range g.steps {
		if k > 0 && s <= g.steps[k-1] {
			return fmt.Errorf("generator %q: step %d follows step %d", g.label, s, g.steps[k-1])
		}
		lo, hi := int(g.first[k]), int(g.first[k+1])
		if lo < 0 || hi < lo || hi > len(g.index) || hi-lo > g.list.room() {
			return fmt.Errorf("generator %q: spikes %d to %d of step %d do not fit the %d given and the %d of a list", g.label, lo, hi-1, s, len(g.index), g.list.room())
		}
		for i := lo; i < hi; i++ {
			if g.index[i] < 0 || i > lo && g.index[i] <= g.index[i-1] {
				return fmt.Errorf("generator %q: the spikes of step %d are not elements in ascending order, each once (element %d)", g.label, s, g.index[i])
			}
		}
	}
	g.checked = true
	return nil
}

func (g *generateOp) name() string { return g.label }

func (g *generateOp) changed(buf plan.BufferID) {
	if slices.Contains(g.bufs[:], buf) {
		g.checked = false
	}
}

func (g *generateOp) run(step int64) error {
	if !g.checked {
		if err := g.check(); err != nil {
			return err
		}
	}
	row := g.list.row(step)
	row[0] = 0
	if g.period > 0 {
		step %= g.period
	}
	k, ok := slices.BinarySearchFunc(g.steps, step, func(s int32, at int64) int { return int(int64(s) - at) })
	if ok {
		row[0] = int32(copy(row[1:], g.index[g.first[k]:g.first[k+1]]))
	}
	return nil
}
