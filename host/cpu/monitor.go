package cpu

import (
	"slices"

	"github.com/galvani-sim/galvani/host/plan"
)

// ring keeps a monitor's samples until they are drained. It grows when the host drains late, so that none is lost.
type ring[T real] struct {
	x      *instance[T]
	m      *plan.Monitor
	steps  []int64
	values [][]float64
	// drained: what the slices hold was handed over, and they serve again.
	drained bool
}

func newRing[T real](x *instance[T], m *plan.Monitor) *ring[T] {
	return &ring[T]{x: x, m: m, values: make([][]float64, len(m.Vars))}
}

// drain hands over what was sampled since the last time.
func (r *ring[T]) drain() (steps []int64, values [][]float64) {
	if r.drained {
		return nil, make([][]float64, len(r.values))
	}
	r.drained = true
	return r.steps, slices.Clone(r.values)
}

// reset forgets what was sampled.
func (r *ring[T]) reset() { r.drained = true }

func (r *ring[T]) name() string { return r.m.Name }

func (r *ring[T]) changed(plan.BufferID) {}

func (r *ring[T]) run(step int64) error {
	if r.drained {
		r.drained, r.steps = false, r.steps[:0]
		for i, v := range r.values {
			r.values[i] = v[:0]
		}
	}
	if len(r.steps) == cap(r.steps) {
		// Doubling up to the capacity, which is the room that the plan's estimate has for samples; beyond only for a host that drains late.
		n := max(2*len(r.steps), 16)
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
	if same, ok := any(src).([]float64); ok {
		return append(dst, same[:v.Len]...)
	}
	for _, e := range src[:v.Len] {
		dst = append(dst, float64(e))
	}
	return dst
}
