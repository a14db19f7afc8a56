//go:build cgo && linux

package viewer

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/net"
)

// traceFeed samples a variable while the simulation runs: on the device, into a ring. After going back the ring holds the future too, which is
// drawn faintly; where the past was edited, the old future stays in a ring of its own.
type traceFeed struct {
	of       *shown
	scale    *render.Scale
	indices  []int32
	elements device.View
	element  *device.Buffer
	ring     samples
	old      samples // the future of the branch that was left
	late     bool    // what the variable holds before the first step is no value of it
	peaks    peaks   // on the CPU backend: what was looked at since the last row

	item, ahead, left *render.Traces
	branch            int
}

// samples are rows of values with the times that they were taken at, in order of time.
type samples struct {
	values, times *device.Buffer
	at            []float64 // of the rows from first on
	first         int
}

func (s *samples) open(dev *device.Device, k int) (err error) {
	if s.values, err = device.NewBufferFrom(dev, "traces", device.F32, make([]float32, traceRows*k)); err != nil {
		return err
	}
	s.times, err = device.NewBufferFrom(dev, "times of traces", device.F32, make([]float32, traceRows))
	return err
}

func (s *samples) close() {
	s.values.Close()
	s.times.Close()
}

// show makes an item draw the rows from lo to before hi.
func (s *samples) show(t *render.Traces, lo, hi int) {
	t.Values, t.Times = s.values.View(), s.times.View()
	t.First, t.Count = (s.first+lo)%traceRows, max(hi-lo, 0)
}

func (t *traceFeed) close() {
	t.element.Close()
	t.ring.close()
	t.old.close()
}

// moment is the number of rows up to a time.
func (t *traceFeed) moment(now float64, dt float64) int {
	return sort.SearchFloat64s(t.ring.at, now+dt/2)
}

func (t *traceFeed) feed(st *stage, r *render.Renderer) error {
	now, dt := st.sim.Time(), st.plan.BaseDT
	if err := t.flush(st); err != nil {
		return err
	}
	p := t.moment(now, dt)
	if st.branch != t.branch {
		if err := t.leave(st, p); err != nil {
			return err
		}
		t.branch = st.branch
	}
	if !(t.late && st.position().Step == 0) && p == len(t.ring.at) && (p == 0 || now > t.ring.at[p-1]+dt/2) {
		if err := t.sample(st, r, now); err != nil {
			return err
		}
		p = len(t.ring.at)
	}
	t.ring.show(t.item, 0, p)
	t.ring.show(t.ahead, max(p-1, 0), len(t.ring.at))
	if t.old.values == nil {
		t.ring.show(t.left, 0, 0)
	} else {
		t.old.show(t.left, 0, len(t.old.at))
	}
	return nil
}

// sample takes a row at the end.
func (t *traceFeed) sample(st *stage, r *render.Renderer, now float64) error {
	s := &t.ring
	row := s.next()
	if err := st.sample(r, t.of, t.elements, len(t.indices), s.values, row); err != nil {
		return err
	}
	s.at = append(s.at, now)
	return device.Upload(s.times, row, []float32{float32(now - st.time.Origin)})
}

// flush adds rows for the peaks that were seen since the last one.
func (t *traceFeed) flush(st *stage) error {
	rows := t.peaks.take(t.scale.Max - t.scale.Min)
	s := &t.ring
	for _, r := range rows {
		if n := len(s.at); n > 0 && r.at <= s.at[n-1]+st.plan.BaseDT/2 {
			continue // the simulation went back
		}
		row := s.next()
		if err := errors.Join(device.Upload(s.values, row*len(r.values), r.values), device.Upload(s.times, row, []float32{float32(r.at - st.time.Origin)})); err != nil {
			return err
		}
		s.at = append(s.at, r.at)
	}
	return nil
}

// next is the place of a row at the end, for which the oldest makes room.
func (s *samples) next() int {
	if len(s.at) == traceRows {
		s.first, s.at = (s.first+1)%traceRows, s.at[1:]
	}
	return (s.first + len(s.at)) % traceRows
}

// leave keeps what lies behind the first p rows as the future that was left.
func (t *traceFeed) leave(st *stage, p int) error {
	if p >= len(t.ring.at)-1 {
		return nil
	}
	if t.old.values == nil {
		if err := t.old.open(st.dev, len(t.indices)); err != nil {
			return err
		}
	}
	if err := errors.Join(device.Copy(t.old.values, 0, t.ring.values, 0, t.ring.values.Len()),
		device.Copy(t.old.times, 0, t.ring.times, 0, traceRows)); err != nil {
		return err
	}
	lo := max(p-1, 0)
	t.old.first, t.old.at = (t.ring.first+lo)%traceRows, append([]float64(nil), t.ring.at[lo:]...)
	t.ring.at = t.ring.at[:p]
	return nil
}

// every is the number of steps from one row to the next: samplesShown in the stretch of time that is shown.
func (t *traceFeed) every(st *stage) int64 {
	return max(1, int64((st.time.Hi-st.time.Lo)/st.plan.BaseDT/samplesShown))
}

// due is when a row is, and on the CPU backend, where looking costs little, more often: a spike may lie between two rows.
func (t *traceFeed) due(st *stage) int64 {
	if n := len(t.ring.at); n > 0 {
		every := t.every(st)
		next := int64(math.Round(t.ring.at[n-1]/st.plan.BaseDT)) + every
		if t.of.copy != nil {
			next = min(next, st.position().Step+max(1, every/looksPerSample))
		}
		return next
	}
	if t.late {
		return max(1, st.position().Step)
	}
	return st.position().Step
}

func (t *traceFeed) take(st *stage, r *render.Renderer) error {
	now, dt, n := st.sim.Time(), st.plan.BaseDT, len(t.ring.at)
	if t.of.copy == nil || n == 0 || st.branch != t.branch || now < t.ring.at[n-1]+dt/2 {
		return t.feed(st, r)
	}
	last := t.ring.at[n-1]
	if err := t.look(st, now); err != nil || now < last+(float64(t.every(st))-0.5)*dt {
		return err
	}
	return t.flush(st)
}

// look reads the elements where that takes no more than memory.
func (t *traceFeed) look(st *stage, now float64) error {
	row := traceRow{now, make([]float32, len(t.indices))}
	var v [1]float64
	for k, e := range t.indices {
		if err := st.sim.Instance().Read(t.of.buf.ID, int(e), v[:]); err != nil {
			return err
		}
		row.values[k] = float32(v[0])
	}
	t.peaks.rows = append(t.peaks.rows, row)
	return nil
}

// late reports a variable that every step computes anew, not from what it was, and that nobody has given a value for the beginning: until the
// first step it holds 0, whatever the equations say.
func (st *stage) late(g *net.Group, name string) bool {
	m := st.sim.Result().Models[g]
	if m == nil || m.ByName[name] == nil {
		return false
	}
	v := m.ByName[name]
	if !st.summed(g, name) && (v.Kind != check.Assigned || v.Op != "=") || v.Init != nil ||
		slices.ContainsFunc(g.Initial, func(a net.Assignment) bool { return a.Var == name }) {
		return false
	}
	return !m.Reads(v.Expr, v)
}

// summed reports that synapses sum into a variable of a group.
func (st *stage) summed(g *net.Group, name string) bool {
	return slices.ContainsFunc(st.sim.Network().Synapses, func(s *net.Synapses) bool {
		m := st.sim.Result().SynapseModel(s)
		into := func(end *net.Group, suffix string) bool {
			return m != nil && end == g && m.ByName[name+suffix] != nil && m.ByName[name+suffix].Summed
		}
		return into(s.Pre.Group, "_pre") || into(s.Post.Group, "_post")
	})
}

// traced are the elements that a view shows one by one.
func traced(v net.View) (elements []int32, err error) {
	if len(v.Elements) > 0 {
		return v.Elements, nil
	}
	n := min(v.Group.N, 5)
	for k := range n {
		elements = append(elements, int32(k*v.Group.N/n))
	}
	if len(elements) == 0 {
		err = fmt.Errorf("%q has no elements to trace yet", v.Group.Name)
	}
	return elements, err
}

func labels(elements []int32) (out []string) {
	for _, e := range elements {
		out = append(out, fmt.Sprint(e))
	}
	return out
}

// traces makes the items of a net.Traces: the present, and behind it the futures.
func (st *stage) traces(v net.View) ([]render.Item, error) {
	of, err := st.traceable(v.Group, v.Var)
	if err != nil {
		return nil, err
	}
	elements, err := traced(v)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprint(v.Group.Name, ".", v.Var, elements)
	t := st.kept.traces[key]
	if t == nil {
		t = &traceFeed{indices: elements, branch: st.branch}
		if err := t.open(st.dev); err != nil {
			t.close()
			return nil, err
		}
		st.kept.traces[key] = t
	}
	scale, err := st.scale(v)
	if err != nil {
		return nil, err
	}
	t.of, t.late, t.scale = of, st.late(v.Group, v.Var), scale
	traces := func(ghost bool) *render.Traces {
		x := &render.Traces{Name: v.Group.Name, Time: &st.time, Capacity: traceRows, K: len(elements), Scale: scale, Ghost: ghost}
		t.ring.show(x, 0, 0)
		return x
	}
	t.item, t.ahead, t.left = traces(false), traces(true), traces(true)
	t.item.Labels = labels(elements)
	st.feeds, st.samplers = append(st.feeds, t), append(st.samplers, t)
	return []render.Item{t.left, t.ahead, t.item}, nil
}

func (t *traceFeed) open(dev *device.Device) (err error) {
	if t.element, err = device.NewBufferFrom(dev, "traced elements", device.I32, t.indices); err != nil {
		return err
	}
	t.elements = t.element.View()
	return t.ring.open(dev, len(t.indices))
}
