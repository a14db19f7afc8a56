package cpu

import (
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/internal/pages"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

var _ exec.SpikeRecorder = (*instance[float64])(nil)

// spikeRing keeps the spikes of a monitor until they are drained. It grows when the host drains late, so that none is lost.
type spikeRing[T real] struct {
	x    *instance[T]
	m    *plan.SpikeMonitor
	list spikeList
	n    int // elements of a replica
	got  exec.Spikes
}

func newSpikeRing[T real](x *instance[T], m *plan.SpikeMonitor) (*spikeRing[T], error) {
	what := fmt.Sprintf("spike monitor %q", m.Name)
	list, err := x.spikeList(what, m.List)
	if err != nil {
		return nil, err
	}
	if m.From < 0 || m.To < m.From {
		return nil, fmt.Errorf("%s records elements %d to %d", what, m.From, m.To-1)
	}
	for _, v := range m.Vars {
		if v.Buf < 0 || int(v.Buf) >= len(x.plan.Buffers) {
			return nil, fmt.Errorf("%s records %q from no buffer", what, v.Name)
		}
		if n, all := x.plan.Buffers[v.Buf].Part(), m.To/x.replicas(); n != 1 && n < all {
			return nil, fmt.Errorf("%s records %q of elements up to %d, which has %d", what, v.Name, all-1, n)
		}
	}
	r := &spikeRing[T]{x: x, m: m, list: list, n: math.MaxInt}
	if b := x.plan.Buffers[m.List]; x.replicas() > 1 {
		r.n = max(1, (b.Len/max(b.Rows, 1)-1)/x.replicas())
	}
	if m.CountOnly {
		r.got.Counts = pages.Make[int64](m.To - m.From)
	}
	r.reset()
	return r, nil
}

// reset makes room for as many spikes as there were since the last time, so that recording at a steady rate does not allocate.
func (r *spikeRing[T]) reset() {
	old := r.got
	r.got = exec.Spikes{Counts: old.Counts, Steps: make([]int64, 0, len(old.Steps)), Index: make([]int32, 0, len(old.Index))}
	for i := range r.m.Vars {
		n := 0
		if i < len(old.Values) {
			n = len(old.Values[i])
		}
		r.got.Values = append(r.got.Values, make([]float64, 0, n))
	}
}

func (r *spikeRing[T]) name() string { return r.m.Name }

func (r *spikeRing[T]) changed(plan.BufferID) {}

func (r *spikeRing[T]) run(step int64) error {
	spikes, from, to := r.list.spikes(step), int32(r.m.From), int32(r.m.To)
	lo, _ := slices.BinarySearch(spikes, from)
	hi, _ := slices.BinarySearch(spikes[lo:], to)
	spikes = spikes[lo : lo+hi]
	g := &r.got
	if r.m.Rate {
		g.Steps, g.Index = append(g.Steps, step), append(g.Index, int32(len(spikes)))
	}
	if r.m.CountOnly {
		for _, e := range spikes {
			if k := uint(e - from); k < uint(len(g.Counts)) {
				g.Counts[k]++
			}
		}
	}
	if r.m.Rate || r.m.CountOnly || len(spikes) == 0 {
		return nil
	}
	for _, e := range spikes {
		g.Steps, g.Index = append(g.Steps, step), append(g.Index, e-from)
	}
	for i := range r.m.Vars {
		b := r.x.plan.Buffers[r.m.Vars[i].Buf]
		if b.Type == ir.Real {
			g.Values[i] = appendAt(g.Values[i], r.x.m.real[b.ID], spikes, r.n, b)
		} else {
			g.Values[i] = appendAt(g.Values[i], r.x.m.int[b.ID], spikes, r.n, b)
		}
	}
	return nil
}

// appendAt appends the value that buffer b, with contents src, has for each element of replicas of n; a variable with one value has it for all
// elements of a replica.
func appendAt[E int32 | float32 | float64](dst []float64, src []E, elements []int32, n int, b *plan.Buffer) []float64 {
	for _, e := range elements {
		replica, at := int(e)/n, int(e)%n
		if b.Part() == 1 {
			at = 0
		}
		at += replica * b.Each
		var v E
		if uint(at) < uint(len(src)) {
			v = src[at]
		}
		dst = append(dst, float64(v))
	}
	return dst
}

// DrainSpikes hands over the spikes recorded since the last call.
func (x *instance[T]) DrainSpikes(monitor int) (*exec.Spikes, error) {
	if monitor < 0 || monitor >= len(x.spikes) {
		return nil, fmt.Errorf("spike monitor %d does not exist: the plan has %d", monitor, len(x.spikes))
	}
	r := x.spikes[monitor]
	out := r.got
	out.Counts = slices.Clone(out.Counts)
	r.reset()
	return &out, nil
}
