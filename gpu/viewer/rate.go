//go:build cgo && linux

package viewer

import (
	"math"
	"sort"

	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/record"
)

// spikeBins counts spikes in bins of equal numbers of time steps.
type spikeBins struct {
	stride int64
	upto   []int64 // how many spikes lie in a bin and before it
}

// cut forgets all spikes but the first n.
func (b *spikeBins) cut(n int64) {
	if k := sort.Search(len(b.upto), func(k int) bool { return b.upto[k] >= n }); k < len(b.upto) {
		b.upto = b.upto[:k+1]
		b.upto[k] = n
	}
}

// add takes in spikes, in the order of time.
func (b *spikeBins) add(steps []int64) {
	for _, s := range steps {
		n := int64(0)
		if k := len(b.upto); k > 0 {
			n = b.upto[k-1]
		}
		for int64(len(b.upto)) <= s/b.stride {
			b.upto = append(b.upto, n)
		}
		b.upto[len(b.upto)-1] = n + 1
	}
}

// count is the number of spikes in a bin.
func (b *spikeBins) count(bin int64) int64 {
	at := func(k int64) int64 {
		if k < 0 || len(b.upto) == 0 {
			return 0
		}
		return b.upto[min(k, int64(len(b.upto))-1)]
	}
	return at(bin) - at(bin-1)
}

// rateFeed shows the spectrum of the rate of the elements that a monitor records.
type rateFeed struct {
	item   *render.Curve
	mon    *net.SpikeMonitor
	dt     float64 // of the monitor's clock
	most   int     // bins that the spectrum is taken of
	rec    *record.Recording
	follow *record.Follower
	n      int64 // spikes in bins
	bins   spikeBins
	scale  *render.Scale
	seg    int
	end    int64
	fresh  bool // bins have changed
}

func (f *rateFeed) rate() float64 { return 1 / (float64(f.bins.stride) * f.dt) }

func (f *rateFeed) feed(st *stage, _ *render.Renderer) error {
	r := st.sim.Spikes(f.mon)
	if r == nil {
		return nil
	}
	if r.Recording != f.rec {
		f.rec, f.follow, f.n, f.bins.upto, f.fresh = r.Recording, r.Recording.Follow(), 0, nil, true
	}
	from, to := f.follow.Changed()
	if from < f.n {
		f.bins.cut(from)
		f.n, f.fresh = from, true
	}
	f.n = f.rec.Kept(f.n, to)
	for f.n < to {
		end := min(to, f.n+spikeChunk)
		s, err := spikes(f.rec, f.n, end)
		if err != nil {
			return err
		}
		f.bins.add(s.steps)
		f.n = end
	}
	// Bins that are over; what lies behind the present is counted, and not looked at.
	bins := int64(math.Round(st.sim.Time()/f.dt)) / f.bins.stride
	seg, end := welchPlan(f.most, 0, bins)
	if seg == f.seg && end == f.end && !f.fresh {
		return nil
	}
	f.seg, f.end, f.fresh = seg, end, false
	f.show(len(r.Counts))
	return nil
}

// show takes the spectrum. Its scale is that of spike trains: neurons that spike by chance and do not know of each other have a flat
// spectrum as high as their mean rate, however many there are; what they do together rises above it.
func (f *rateFeed) show(elements int) {
	c := f.item
	c.Version++
	if f.seg == 0 {
		c.X, c.Y, c.Note = []float64{0, c.XTitle.Max}, []float64{0, 0}, welchWait(f.most, f.rate())
		return
	}
	x := make([]float64, 4*f.seg)
	for k := range x {
		x[k] = float64(f.bins.count(f.end-int64(len(x))+int64(k))) / float64(max(elements, 1)) * f.rate()
	}
	p := welch(x, f.seg, f.rate())
	c.X, c.Y = c.X[:0], c.Y[:0]
	most := 0.0
	for k, v := range p {
		hz := float64(k+1) * f.rate() / float64(f.seg)
		if 2*(k+1) < f.seg {
			v /= 2 // the other half is at the negative frequency
		}
		v *= float64(elements)
		c.X, c.Y = append(c.X, hz), append(c.Y, v)
		if hz <= c.XTitle.Max {
			most = math.Max(most, v)
		}
	}
	f.scale.Observe(0, most)
	c.YTitle.Max = f.scale.Max
	c.Note = welchNote(f.seg, f.rate())
}

// sampling is how many time steps lie between two samples of a spectrum, how many samples it is taken of, and up to which frequency it goes.
func sampling(v net.View, dt float64) (stride int64, most int, highest float64) {
	stride = max(1, int64(1/(2*v.SpectrumHighest()*dt)+1e-9))
	rate := 1 / (float64(stride) * dt)
	return stride, int(math.Min(math.Round(v.SpectrumWindow()*rate), net.MostSpectrumSamples)), math.Min(v.SpectrumHighest(), rate/2)
}

// rateSpectrum makes the panel of a net.Spectrum of spikes.
func (st *stage) rateSpectrum(v net.View) (render.Item, error) {
	dt, err := st.clockOf(v.Spikes)
	if err != nil {
		return nil, err
	}
	stride, most, highest := sampling(v, dt)
	f := &rateFeed{mon: v.Spikes, dt: dt, most: most, bins: spikeBins{stride: stride}, scale: render.NewScale("", "", render.Viridis())}
	f.item = &render.Curve{Name: v.Group.Name, Log: true, XTitle: render.Axis{Label: "f", Unit: "Hz", Max: highest}, YTitle: render.Axis{Label: "power of the rate", Unit: "Hz", Max: 1}}
	f.show(1)
	st.feeds = append(st.feeds, f)
	return f.item, nil
}
