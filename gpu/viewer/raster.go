//go:build cgo && linux

package viewer

import (
	"fmt"
	"math"
	"sort"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/record"
)

// rasterSpikes is how many spikes a raster holds on the device; at least the latest half of them is shown.
const rasterSpikes = 1 << 17

// rasterFeed shows what a spike monitor has recorded: the recording is drained for itself, so that nothing is read back for the picture.
// Spikes lie in a ring on the device, to which only new ones are sent. Going back shows fewer of them, and loads older ones where the ring
// has none.
type rasterFeed struct {
	item   *render.Raster
	mon    *net.SpikeMonitor
	buffer *device.Buffer

	rec    *record.Recording
	follow *record.Follower
	size   int64     // of the ring
	first  int64     // the first spike that is shown
	lo, hi int64     // the spikes that the ring holds: spike k at k % size
	times  []float64 // of the ring's spikes
	index  []int32
}

func (f *rasterFeed) feed(st *stage, _ *render.Renderer) error {
	r := st.sim.Spikes(f.mon)
	if r == nil {
		return nil
	}
	if r.Recording != f.rec {
		f.rec, f.follow, f.lo, f.hi = r.Recording, r.Recording.Follow(), 0, 0
	}
	from, all := f.follow.Changed()
	f.hi = min(f.hi, from)
	f.lo = min(f.lo, f.hi)
	n := f.rec.Samples() // what Rewind has hidden lies behind
	if n < f.lo || n > f.hi+f.size || f.lo > 0 && n-f.lo < f.size/2 && f.time(f.lo) >= st.time.Lo {
		f.hi = max(0, n-f.size/2)
		f.lo = f.hi
	}
	if to := min(all, max(n, f.lo+f.size)); to > f.hi {
		if f.rec.Kept(f.hi, to) > f.hi { // not those that will be shown later, then
			to = max(f.hi, min(to, n))
		}
		if at := f.rec.Kept(f.hi, to); at > f.hi {
			f.lo, f.hi = at, at
		}
		if err := f.load(st, f.hi, to); err != nil {
			return err
		}
		f.lo, f.hi = max(f.lo, to-f.size), to
	}
	f.first, f.item.Count, f.item.Note = n, 0, ""
	if f.lo > n {
		f.item.Note = "spikes this long after the script's end are not kept"
		return nil
	}
	first := f.lo + int64(sort.Search(int(n-f.lo), func(k int) bool { return f.time(f.lo+int64(k)) >= st.time.Lo }))
	f.first = first
	f.item.First, f.item.Count = int(first%f.size), int(n-first)
	if f.lo > 0 && first == f.lo {
		f.item.Note = fmt.Sprintf("the latest %d spikes", n-first)
	}
	return nil
}

func (f *rasterFeed) time(spike int64) float64 { return f.times[spike%f.size] }

// near is the spike that is shown nearest to a place in the plot, where distances along the axes count in pixels.
func (f *rasterFeed) near(t, element, perTime, perElement float64) (spike int64, distance float64) {
	first, distance := f.first, math.Inf(1)
	shown := int64(f.item.Count)
	reach := reachOf / perTime
	from := int64(sort.Search(int(shown), func(k int) bool { return f.time(first+int64(k)) >= t-reach }))
	for k := from; k < shown && f.time(first+k) <= t+reach; k++ {
		d := math.Hypot((f.time(first+k)-t)*perTime, (float64(f.index[(first+k)%f.size])-element)*perElement)
		if d < distance {
			spike, distance = first+k, d
		}
	}
	return spike, distance
}

// load sends spikes to their places in the ring.
func (f *rasterFeed) load(st *stage, from, to int64) error {
	from = max(from, to-f.size)
	s, err := spikes(f.rec, from, to)
	if err != nil {
		return err
	}
	data := make([]float32, 0, 2*len(s.index))
	for k, t := range s.times {
		at := (from + int64(k)) % f.size
		f.times[at], f.index[at] = t, s.index[k]
		data = append(data, float32(t-st.time.Origin), float32(s.index[k]))
	}
	at := int(from % f.size)
	end := min(len(data), 2*(int(f.size)-at))
	if err := device.Upload(f.buffer, 2*at, data[:end]); err != nil || end == len(data) {
		return err
	}
	return device.Upload(f.buffer, 0, data[end:])
}

// spikeList is a part of what a spike monitor has recorded.
type spikeList struct {
	index []int32
	steps []int64
	times []float64
}

// spikes reads a part of a spike monitor's recording.
func spikes(r *record.Recording, from, to int64) (s spikeList, err error) {
	part, err := r.Part(from, to)
	if err != nil {
		return s, err
	}
	for k, c := range r.Columns() {
		switch v := part[k].(type) {
		case []int32:
			if c.Name == "i" {
				s.index = v
			}
		case []int64:
			if c.Name == "step" {
				s.steps = v
			}
		case []float64:
			if c.Name == "t" {
				s.times = v
			}
		}
	}
	if n := int(to - from); len(s.index) != n || len(s.steps) != n || len(s.times) != n {
		return s, fmt.Errorf("a panel of spikes needs a monitor that records i, step and t")
	}
	return s, nil
}

// raster makes the panel of a net.Raster.
func (st *stage) raster(v net.View) (render.Item, error) {
	f, err := st.rasterFeed(v, rasterSpikes)
	if err != nil {
		return nil, err
	}
	return f.item, nil
}

func (st *stage) rasterFeed(v net.View, size int) (*rasterFeed, error) {
	b, err := device.NewBufferFrom(st.dev, "raster", device.F32, make([]float32, 2*size))
	if err != nil {
		return nil, err
	}
	st.own = append(st.own, b)
	f := &rasterFeed{mon: v.Spikes, buffer: b, size: int64(size), times: make([]float64, size), index: make([]int32, size)}
	of, n := st.recorded(v.Spikes)
	f.item = &render.Raster{Name: of, Time: &st.time, N: n, Spikes: b.View(), Capacity: size}
	st.feeds = append(st.feeds, f)
	return f, nil
}

// recorded is the name of the group or part whose spikes a monitor records, and the number of its elements, by which spikes are numbered. A
// group may have grown since.
func (st *stage) recorded(m *net.SpikeMonitor) (name string, n int) {
	n = m.Of.Len()
	if r := st.sim.Spikes(m); r != nil {
		n = len(r.Counts)
	}
	if m.Of.Start == 0 && n == m.Of.Group.N {
		return m.Of.Group.Name, n
	}
	return m.Of.Name(), n
}
