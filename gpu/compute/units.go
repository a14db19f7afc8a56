package compute

import (
	"strings"

	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// unit is one dispatch: operations of one clock that may run without a barrier between them.
type unit struct {
	item   int // schedule position of the first operation
	last   int // and of the last
	clock  int
	ops    []plan.Op
	access []access
	sample int // monitor that the unit samples, -1: none
	text   *glsl.Program
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

// Dump returns the text of the compute shaders of a plan, as the plain schedule runs them. It needs no OpenGL.
func Dump(p *plan.Plan) (string, error) {
	const block = 1 << 31
	l, err := glsl.NewLayout(p, block)
	if err != nil {
		return "", err
	}
	var out []string
	for _, units := range [][]unit{partition(p, []plan.Item{{Ops: p.Init, Callback: -1}}), partition(p, p.Schedule)} {
		for _, u := range units {
			t, err := glsl.Dispatch(l, u.ops, groupSize)
			if err != nil {
				return "", err
			}
			out = append(out, t.Text)
		}
	}
	return strings.Join(out, "\n"), nil
}

// groupSize is the usual number of invocations in a work group.
const groupSize = 64
