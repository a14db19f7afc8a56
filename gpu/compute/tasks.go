package compute

import (
	"slices"

	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// task is one operation of a step. op nil is a callback: nothing moves across it.
type task struct {
	op    glsl.Op
	item  int // schedule position
	clock int
}

// initTasks are the plan's initial operations.
func initTasks(l *glsl.Layout) []task {
	t, _ := tasksOf(l, []plan.Item{{Clock: 0, Ops: l.Plan.Init, Callback: -1}}, false)
	return t
}

// stepTasks are the operations of one step. Sums that nothing reads in the rest of the step are applied at the start of the next,
// where that shares a dispatch; those are deferred, and Instance.settle does it when somebody looks.
func stepTasks(l *glsl.Layout) (tasks []task, deferred bool) {
	return tasksOf(l, l.Plan.Schedule, true)
}

// tasksOf adds to the operations of a schedule those that make spike lists from bits, and those that apply sums before they are read.
// deferred says that some sums are left at the end.
func tasksOf(l *glsl.Layout, items []plan.Item, cyclic bool) (tasks []task, deferred bool) {
	pending := map[int][]int{} // by sum: the clocks of what added to it
	apply := func(sum, item int) {
		for _, c := range pending[sum] {
			tasks = append(tasks, task{&glsl.Apply{Sum: sum}, item, c})
		}
		delete(pending, sum)
	}
	for k, it := range items {
		if it.Callback >= 0 {
			for s := range l.Sums { // the host sees whole values: those that are left to the next step are settled when it looks
				if !cyclic || pending[s] == nil || !deferrable(l, s, pending[s]) || touched(l, items[k:], s) {
					apply(s, max(0, k-1))
				}
			}
			tasks = append(tasks, task{nil, k, it.Clock})
			continue
		}
		for _, op := range it.Ops {
			if r, ok := op.(*plan.Run); ok {
				if d, first := l.DelaysOf(r); first {
					tasks = append(tasks, task{&glsl.Shares{Run: r}, k, it.Clock})
				} else if d != nil {
					continue // the first of them is all
				}
			}
			for s, sum := range l.Sums {
				if pending[s] != nil && touches(l, op, int(sum.Target)) {
					apply(s, k)
				}
			}
			tasks = append(tasks, task{op, k, it.Clock})
			r, ok := op.(*plan.Run)
			if !ok {
				continue
			}
			for _, e := range r.Kernel.Effects {
				switch e.Kind {
				case ir.Emit:
					tasks = append(tasks, task{&glsl.Compact{List: r.Bind[e.Slot]}, k, it.Clock})
				case ir.Accumulate:
					if s := l.SumOf(r.Bind[e.Slot]); s >= 0 && !slices.Contains(pending[s], it.Clock) {
						pending[s] = append(pending[s], it.Clock)
					}
				}
			}
		}
	}
	for s := range l.Sums {
		if pending[s] == nil {
			continue
		}
		if !cyclic || !deferrable(l, s, pending[s]) {
			apply(s, max(0, len(items)-1))
			continue
		}
		// Before the first that reads or writes the target, or adds to it; where the host looks before that, Instance.settle does it.
		at := max(slices.IndexFunc(tasks, func(t task) bool {
			return t.op != nil && involves(l, t.op, s)
		}), 0)
		item := 0
		if at < len(tasks) {
			item = tasks[at].item
		}
		tasks = slices.Insert(tasks, at, task{&glsl.Apply{Sum: s}, item, pending[s][0]})
		deferred = true
	}
	return tasks, deferred
}

// deferrable reports whether everything that touches a sum's target has one clock.
func deferrable(l *glsl.Layout, sum int, clocks []int) bool {
	if len(clocks) != 1 {
		return false
	}
	for _, it := range l.Plan.Schedule {
		for _, op := range it.Ops {
			if it.Clock != clocks[0] && touches(l, op, int(l.Sums[sum].Target)) {
				return false
			}
		}
	}
	return true
}

// touched reports whether one of some items reads or writes the target of a sum, or adds to it.
func touched(l *glsl.Layout, items []plan.Item, sum int) bool {
	return slices.ContainsFunc(items, func(it plan.Item) bool {
		return slices.ContainsFunc(it.Ops, func(op plan.Op) bool { return involves(l, op, sum) })
	})
}

// involves reports whether op reads or writes the target of a sum, or adds to it.
func involves(l *glsl.Layout, op glsl.Op, sum int) bool {
	s := l.Sums[sum]
	return touches(l, op, int(s.Target)) || touches(l, op, s.Buffer)
}

// touches reports whether op reads or writes a buffer other than by adding to its sum.
func touches(l *glsl.Layout, op glsl.Op, buf int) bool {
	return slices.ContainsFunc(accesses(l, op), func(a access) bool { return a.buf == buf })
}
