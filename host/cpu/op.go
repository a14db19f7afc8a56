package cpu

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/plan"
)

// operation is one plan.Op made ready to run.
type operation interface {
	// run executes the operation for a step of its clock.
	run(step int64) error
	// changed tells the operation that the host replaced contents of a buffer.
	changed(buf plan.BufferID)
	name() string
}

// Work below this many element operations is done by the calling thread: waking a helper, and waiting for it on a busy machine, costs
// as much.
const inlineWork = 1 << 16

// inlineProducts is inlineWork for products of matrices.
const inlineProducts = inlineWork / 4

// split is the number of tasks for n elements of the given work each: one when there is little to do, else several per thread so that they
// finish together. cut says which elements those are.
func split(n, work, threads int) (tasks int) {
	all := n * work
	if all < inlineWork || threads == 1 {
		return 1
	}
	// As many for each thread, where there is enough to do: threads then keep to their part of the elements.
	return min(threads*min(4, max(1, all/(inlineWork/4*threads))), all/(inlineWork/4))
}

// cut is where task i of some begins in n elements. Parts begin at the same element whether a thread has one task or several, and at one whose
// memory no other part shares: then what different kernels, and spikes, do to a thread's part stays in its cache.
func cut(n, tasks, i int) int {
	if i >= tasks {
		return n
	}
	return n * i / tasks &^ (cutLen - 1)
}

// cutLen is a number of elements that fill cache lines, and vectors.
const cutLen = 64

// compileOp makes op ready to run.
func (x *instance[T]) compileOp(op plan.Op) (operation, error) {
	switch o := op.(type) {
	case *plan.Run:
		k, err := x.compileRun(o)
		if err != nil {
			return nil, err
		}
		if !x.initial {
			if err := k.arrange(o); err != nil {
				return nil, err
			}
		}
		return k, nil
	case *plan.MatMul:
		return x.compileMatMul(o)
	case *plan.TapSum:
		return x.compileTapSum(o)
	case *plan.Sequence:
		return x.compileSequence(o)
	case *plan.Halt:
		return x.compileHalt(o)
	case *plan.Sample:
		if o.Monitor < 0 || o.Monitor >= len(x.monitors) {
			return nil, fmt.Errorf("sample of monitor %d, but the plan has %d", o.Monitor, len(x.monitors))
		}
		return x.monitors[o.Monitor], nil
	case *plan.Generate:
		return x.compileGenerate(o)
	case *plan.RecordSpikes:
		if o.Monitor < 0 || o.Monitor >= len(x.spikes) {
			return nil, fmt.Errorf("spikes for monitor %d, but the plan has %d", o.Monitor, len(x.spikes))
		}
		return x.spikes[o.Monitor], nil
	}
	return nil, fmt.Errorf("operation %T is not known to the CPU backend", op)
}

// sourceRow returns where a Source's values for a step are. Before the first step they were what they are at first.
func sourceRow[T real](m *memory[T], s plan.Source, step int64) []T {
	buf := m.real[s.Buf]
	if s.Depth <= 0 {
		return buf[:s.Len]
	}
	r := int(max(step-int64(s.Lag), 0) % int64(s.Depth))
	return buf[r*s.Len : (r+1)*s.Len]
}

// checkSource reports a Source that reaches beyond its buffer.
func (x *instance[T]) checkSource(what string, s plan.Source, need int) error {
	if s.Buf < 0 || int(s.Buf) >= len(x.m.real) || x.m.real[s.Buf] == nil && s.Len > 0 {
		return fmt.Errorf("%s: buffer %d is not a real buffer", what, s.Buf)
	}
	if s.Len < need {
		return fmt.Errorf("%s: source of %d elements, but %d are needed", what, s.Len, need)
	}
	if size := s.Len * max(s.Depth, 1); size > len(x.m.real[s.Buf]) {
		return fmt.Errorf("%s: source needs a buffer of %d elements, but it has %d", what, size, len(x.m.real[s.Buf]))
	}
	if s.Depth > 0 && (s.Lag < 0 || s.Lag >= s.Depth) {
		return fmt.Errorf("%s: lag %d in a history of %d rows", what, s.Lag, s.Depth)
	}
	return nil
}

func (x *instance[T]) checkReal(what string, b plan.BufferID, need int) error {
	if b < 0 || int(b) >= len(x.m.real) || len(x.m.real[b]) < need {
		return fmt.Errorf("%s: buffer %d is not a real buffer of at least %d elements", what, b, need)
	}
	return nil
}
