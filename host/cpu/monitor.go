package cpu

import "github.com/galvani-sim/galvani/host/plan"

// ring keeps a monitor's samples until they are drained. It grows when the host drains late, so that none is lost.
type ring[T real] struct {
	x      *instance[T]
	m      *plan.Monitor
	steps  []int64
	values [][]float64
	last   int // samples that the last drain took
}

func newRing[T real](x *instance[T], m *plan.Monitor) *ring[T] {
	r := &ring[T]{x: x, m: m}
	r.reset()
	return r
}

func (r *ring[T]) reset() {
	r.last, r.steps = len(r.steps), nil
	r.values = make([][]float64, len(r.m.Vars))
}

func (r *ring[T]) name() string { return r.m.Name }

func (r *ring[T]) changed(plan.BufferID) {}

func (r *ring[T]) run(step int64) error {
	if r.steps == nil {
		// A host that drains often does not pay for room that it never uses.
		n := min(max(r.last, 16), r.m.Capacity)
		r.steps = make([]int64, 0, n)
		for i, v := range r.m.Vars {
			r.values[i] = make([]float64, 0, n*v.Len)
		}
	}
	if len(r.steps) == cap(r.steps) {
		// Doubling up to the capacity, which is the room that the plan's estimate has for samples; beyond only for a host that drains late.
		n := 2 * len(r.steps)
		if len(r.steps) < r.m.Capacity {
			n = min(n, r.m.Capacity)
		}
		r.steps = grown(r.steps, n)
		for i, v := range r.m.Vars {
			r.values[i] = grown(r.values[i], n*v.Len)
		}
	}
	r.steps = append(r.steps, step)
	for i, v := range r.m.Vars {
		if ints := r.x.m.int[v.Buf]; ints != nil {
			r.values[i] = appendValues(r.values[i], ints, v)
		} else {
			r.values[i] = appendValues(r.values[i], r.x.m.real[v.Buf], v)
		}
	}
	return nil
}

// grown is v with room for n elements in all, and for no more.
func grown[E any](v []E, n int) []E { return append(make([]E, 0, n), v...) }

func appendValues[E int32 | float32 | float64](dst []float64, src []E, v plan.MonitorVar) []float64 {
	if v.Elements != nil {
		for _, e := range v.Elements {
			dst = append(dst, float64(src[e]))
		}
		return dst
	}
	for _, e := range src[:v.Len] {
		dst = append(dst, float64(e))
	}
	return dst
}
