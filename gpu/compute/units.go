//go:build cgo

package compute

import (
	"fmt"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/rng"
)

// program is a compiled program, shared by the units whose text is the same.
type program struct {
	*device.Program
	text  *glsl.Program
	slabs []int
}

// unit is one dispatch: operations of one clock that may run without a barrier between them.
type unit struct {
	item    int // schedule position of the first operation
	last    int // and of the last
	clock   int
	ops     []plan.Op
	access  []access
	sample  int // monitor that the unit samples, -1: none
	text    *glsl.Program
	program *program
}

// fuseable reports whether op may share a dispatch: it does little per element, so that the dispatch is what it costs.
func fuseable(op plan.Op) bool {
	r, ok := op.(*plan.Run)
	return ok && r.Kernel.Domain == ir.Elements
}

// partition groups a schedule's operations into dispatches.
func partition(p *plan.Plan, items []plan.Item) []unit {
	var units []unit
	open := false // whether the last unit may take more
	for k, it := range items {
		if it.Callback >= 0 {
			open = false
			continue
		}
		for _, op := range it.Ops {
			a := accesses(p, op)
			if open && fuseable(op) {
				if u := &units[len(units)-1]; u.clock == it.Clock && !conflict(u.access, a) {
					u.ops, u.access, u.last = append(u.ops, op), append(u.access, a...), k
					continue
				}
			}
			u := unit{item: k, last: k, clock: it.Clock, ops: []plan.Op{op}, access: a, sample: -1}
			if s, ok := op.(*plan.Sample); ok {
				u.sample = s.Monitor
			}
			units = append(units, u)
			open = fuseable(op)
		}
	}
	return units
}

// compile builds a program, or returns the one with the same text.
func (i *Instance) compile(t *glsl.Program) (*program, error) {
	if p, ok := i.programs[t.Source.Text]; ok {
		return p, nil
	}
	if need, have := len(t.Slabs)+1, i.dev.Info().Limits.StorageBlocks; need > have {
		return nil, fmt.Errorf("%s needs %d storage blocks in one shader, the OpenGL driver allows %d; use --backend cpu", t.Name, need, have)
	}
	dp, err := i.dev.NewCompute(t.Name, device.Source{Name: t.Source.Name, Text: t.Source.Text, Files: t.Source.Files})
	if err != nil {
		return nil, err
	}
	p := &program{Program: dp, text: t, slabs: t.Slabs}
	if t.Random {
		key := rng.NewKey(i.opts.Seed, i.opts.Run, i.opts.Replica)
		p.SetUints(glsl.UniformKey, key[0], key[1])
	}
	i.programs[t.Source.Text] = p
	return p, nil
}

// bind binds what p's text names.
func (i *Instance) bind(p *program) {
	i.dev.BindStorage(glsl.ControlBinding, i.control)
	for k, s := range p.slabs {
		i.dev.BindStorage(glsl.SlabBinding+k, i.slabs[s].buf)
	}
}
