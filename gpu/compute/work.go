package compute

import (
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// widthOf is how many invocations an operation can use.
func widthOf(l *glsl.Layout, op glsl.Op) int {
	switch op := op.(type) {
	case *plan.Run:
		n := op.N
		if op.Kernel.Domain == ir.Synapses {
			n = max(n, l.Plan.Conns[op.Conn].N)
		}
		return n * max(1, l.Plan.Replicas)
	case *glsl.Spiked:
		return widthOf(l, op.Run)
	case *plan.MatMul:
		return op.M * op.N
	case *plan.TapSum:
		return op.Layers * op.Rows * op.Cols
	case *plan.Sample:
		return l.SampleWidth(op.Monitor, false)
	case *glsl.SampleEach:
		return l.SampleWidth(op.Monitor, true)
	case *glsl.Compact, *glsl.Apply:
		return work(l, op)
	}
	return 1
}

// work is roughly how many multiplications an operation does; it decides what is small.
func work(l *glsl.Layout, op glsl.Op) int {
	p := l.Plan
	switch op := op.(type) {
	case *plan.Run:
		k := max(1, p.Replicas)
		n := op.N * k
		switch op.Kernel.Domain { // few spike in a step
		case ir.Active:
			return n
		case ir.Spiking:
			n := p.Conns[op.Conn].N
			if d, _ := l.DelaysOf(op); d != nil {
				n = l.Synapses(d)
			}
			return n * k / 4
		}
		if op.Conn >= 0 {
			n = max(n, p.Conns[op.Conn].N*k)
		}
		return 16 * n
	case *plan.MatMul:
		return op.M * op.N * op.K
	case *plan.TapSum:
		return op.Layers * op.Rows * op.Cols * op.Taps
	case *plan.Sample:
		n := 0
		for _, v := range p.Monitors[op.Monitor].Vars {
			n += v.Len
		}
		return n
	case *glsl.Spiked:
		return work(l, op.Run)
	case *glsl.SampleEach:
		return widthOf(l, op)
	case *glsl.Compact:
		return l.Lists[op.List].Elems
	case *glsl.Apply:
		return 4 * l.Buffers[l.Sums[op.Sum].Target].Len
	case *glsl.Shares:
		d, _ := l.DelaysOf(op.Run)
		return len(d.Runs)
	case *plan.Generate, *plan.RecordSpikes:
		return 64
	case *plan.Halt:
		return 1
	}
	return 1 << 30
}
