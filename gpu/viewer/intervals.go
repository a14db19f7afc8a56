//go:build cgo && linux

package viewer

import (
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/record"
)

const (
	// isiBins is how many intervals are told apart; when one is longer than all bins, they become twice as wide.
	isiBins = 2048
	// isiBars is how many of a histogram are shown at most.
	isiBars = 50
	// isiShown is the part of the intervals that the axis takes in: a neuron that was silent for long does not push the others together.
	isiShown = 0.995
	// spikeChunk is how many spikes are read at a time.
	spikeChunk = 1 << 16
)

// intervals counts the intervals between spikes, in time steps.
type intervals struct {
	last    []int64 // step of the last spike of each element; -1: none yet
	bins    []int64
	width   int64 // of a bin, in steps
	longest int64

	n, sum, squares float64
}

func newIntervals() *intervals { return &intervals{bins: make([]int64, isiBins), width: 1} }

func (d *intervals) clone() *intervals {
	c := *d
	c.last, c.bins = slices.Clone(d.last), slices.Clone(d.bins)
	return &c
}

func (d *intervals) add(index []int32, steps []int64) {
	for k, i := range index {
		for int(i) >= len(d.last) {
			d.last = append(d.last, -1)
		}
		was := d.last[i]
		d.last[i] = steps[k]
		if was < 0 {
			continue
		}
		x := steps[k] - was
		for x >= d.width*isiBins {
			for j := range isiBins / 2 {
				d.bins[j] = d.bins[2*j] + d.bins[2*j+1]
			}
			clear(d.bins[isiBins/2:])
			d.width *= 2
		}
		d.bins[x/d.width]++
		d.longest = max(d.longest, x)
		d.n, d.sum, d.squares = d.n+1, d.sum+float64(x), d.squares+float64(x)*float64(x)
	}
}

// cv is the coefficient of variation: the standard deviation of all intervals over their mean.
func (d *intervals) cv() float64 {
	mean := d.sum / d.n
	return math.Sqrt(math.Max(0, d.squares/d.n-mean*mean)) / mean
}

// bars joins bins so that at most isiBars reach up to a limit in steps, or with 0 to where isiShown of the intervals lie. It gives the
// counts, the steps that each bar stands for, and how many intervals are longer than all bars.
func (d *intervals) bars(limit float64) (counts []float64, width int64, longer float64) {
	if limit == 0 {
		below := 0.0
		for k, c := range d.bins {
			if below += float64(c); below >= isiShown*d.n {
				limit = 1.2 * float64(d.width) * float64(k+1)
				break
			}
		}
	}
	bins := max(1, int(math.Ceil(limit/float64(d.width)-1e-9)))
	join := (bins + isiBars - 1) / isiBars
	counts = make([]float64, (bins+join-1)/join)
	for k, c := range d.bins {
		if at := k / join; at < len(counts) {
			counts[at] += float64(c)
		} else {
			longer += float64(c)
		}
	}
	return counts, int64(join) * d.width, longer
}

// isiFeed keeps the intervals between all spikes up to the present. So that going back need not begin at the beginning, copies of the counts
// are kept at equal numbers of spikes.
type isiFeed struct {
	item  *render.Curve
	mon   *net.SpikeMonitor
	limit float64 // of the axis, in seconds; 0: by the data
	dt    float64 // of the monitor's clock

	rec    *record.Recording
	follow *record.Follower
	n      int64 // spikes in now
	now    *intervals
	saved  []savedIntervals
	every  int64 // spikes from one copy to the next: copies take a small part of the memory of the recording
	scale  *render.Scale
	drawn  bool
}

type savedIntervals struct {
	n int64
	d *intervals
}

func (f *isiFeed) feed(st *stage, _ *render.Renderer) error {
	r := st.sim.Spikes(f.mon)
	if r == nil {
		return nil
	}
	if r.Recording != f.rec {
		f.rec, f.follow, f.saved = r.Recording, r.Recording.Follow(), nil
		f.n, f.now, f.drawn = 0, newIntervals(), false
	}
	from, _ := f.follow.Changed()
	to := f.rec.Samples()
	if from < f.n || to < f.n {
		f.back(min(from, to))
	} else if to == f.n && f.drawn {
		return nil
	}
	f.saved = slices.DeleteFunc(f.saved, func(s savedIntervals) bool { return s.n > from })
	if f.rec.Kept(f.n, to) > f.n {
		if f.back(to); f.rec.Kept(f.n, to) > f.n {
			to = f.n // the last that is known
		}
	}
	for f.n < to {
		end := min(to, f.n+spikeChunk, (f.n/f.every+1)*f.every)
		s, err := spikes(f.rec, f.n, end)
		if err != nil {
			return err
		}
		f.now.add(s.index, s.steps)
		f.n = end
		if end%f.every == 0 && (len(f.saved) == 0 || f.saved[len(f.saved)-1].n < end) {
			f.saved = append(f.saved, savedIntervals{end, f.now.clone()})
		}
	}
	f.show()
	return nil
}

// back goes to the last copy of at most n spikes.
func (f *isiFeed) back(n int64) {
	f.n, f.now = 0, newIntervals()
	for _, s := range f.saved {
		if s.n <= n && s.n > f.n {
			f.n, f.now = s.n, s.d
		}
	}
	f.now = f.now.clone()
}

func (f *isiFeed) show() {
	f.drawn = true
	c := f.item
	c.Version++
	if f.now.n == 0 {
		c.X, c.Y, c.XTitle.Max, c.YTitle.Max = []float64{0}, []float64{0}, 100, 1
		if f.limit > 0 {
			c.XTitle.Max = 1e3 * f.limit
		}
		c.Note = "no element has spiked twice"
		return
	}
	counts, width, longer := f.now.bars(f.limit / f.dt)
	ms := 1e3 * f.dt * float64(width)
	c.X, c.Y = c.X[:0], c.Y[:0]
	most := 0.0
	for k, n := range counts {
		c.X, c.Y = append(c.X, (float64(k)+0.5)*ms), append(c.Y, n)
		most = math.Max(most, n)
	}
	f.scale.Observe(0, most)
	c.XTitle.Max, c.YTitle.Max = float64(len(counts))*ms, f.scale.Max
	c.Note = fmt.Sprintf("CV %.2f, %.0f intervals", f.now.cv(), f.now.n)
	if longer > 0 {
		c.Note += fmt.Sprintf(", %.0f longer", longer)
	}
}

// isi makes the panel of a net.ISI.
func (st *stage) isi(v net.View) (render.Item, error) {
	dt, err := st.clockOf(v.Spikes)
	if err != nil {
		return nil, err
	}
	f := &isiFeed{mon: v.Spikes, limit: v.Max, dt: dt, every: int64(max(spikeChunk, 8*v.Group.N)), now: newIntervals(), scale: render.NewScale("", "", render.Viridis())}
	f.item = &render.Curve{Name: v.Group.Name, Bars: true, XTitle: render.Axis{Label: "interval", Unit: "ms"}, YTitle: render.Axis{Label: "intervals"}}
	f.show()
	st.feeds = append(st.feeds, f)
	return f.item, nil
}

// clockOf is the time step of a monitor.
func (st *stage) clockOf(m *net.SpikeMonitor) (float64, error) {
	k := slices.Index(st.sim.Network().SpikeMonitors, m)
	if k < 0 || k >= len(st.plan.SpikeMonitors) {
		return 0, fmt.Errorf("a view shows the monitor %q, which is not part of the network", m.Name)
	}
	return st.plan.Clocks[st.plan.SpikeMonitors[k].Clock].DT, nil
}
