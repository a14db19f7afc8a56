//go:build cgo && linux

package viewer

import (
	"fmt"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/net"
)

// spectrumFeed samples a variable at equal intervals of simulated time, on the device, into a ring that its spectrum is computed from there.
// Samples are numbered from the beginning of the simulation, so that the spectrum of a moment is the same whenever it is looked at.
type spectrumFeed struct {
	of      *shown
	indices []int32
	element *device.Buffer
	ring    *device.Buffer // [rows, elements]
	rows    int64
	lo, hi  int64 // the samples in the ring: sample k in row k % rows
	stride  int64 // time steps from one to the next
	most    int   // samples that the spectrum is taken of
	rate    float64
	branch  int
	anew    bool // samples were replaced by others of the same numbers
	item    *render.Spectra
}

// spectrumHistory is how many times as many samples as a spectrum is taken of are kept for going back.
const spectrumHistory = 4

func (f *spectrumFeed) close() {
	f.element.Close()
	f.ring.Close()
}

func (f *spectrumFeed) open(dev *device.Device) (err error) {
	if f.element, err = device.NewBufferFrom(dev, "elements of a spectrum", device.I32, f.indices); err != nil {
		return err
	}
	f.ring, err = dev.NewBuffer("samples of a spectrum", device.F32, int(f.rows)*len(f.indices))
	return err
}

// due is the next step at which a sample is to be taken.
func (f *spectrumFeed) due(st *stage) int64 { return (st.position().Step/f.stride + 1) * f.stride }

// take samples the present if it is the time of a sample that the ring does not have.
func (f *spectrumFeed) take(st *stage, r *render.Renderer) error {
	f.follow(st)
	step := st.position().Step
	k := step / f.stride
	if step%f.stride != 0 || k >= f.lo && k < f.hi {
		return nil
	}
	if k != f.hi {
		f.lo, f.hi, f.anew = k, k, true // after going to where the ring has no samples
	}
	if err := st.sample(r, f.of, f.element.View(), len(f.indices), f.ring, int(k%f.rows)); err != nil {
		return err
	}
	f.hi = k + 1
	f.lo = max(f.lo, f.hi-f.rows)
	return nil
}

// follow forgets the future where it has become another one.
func (f *spectrumFeed) follow(st *stage) {
	if st.branch != f.branch {
		f.branch, f.anew = st.branch, true
		f.hi = min(f.hi, st.position().Step/f.stride+1)
		f.lo = min(f.lo, f.hi)
	}
}

func (f *spectrumFeed) feed(st *stage, r *render.Renderer) error {
	f.follow(st)
	if step := st.position().Step; step == f.hi*f.stride {
		if err := f.take(st, r); err != nil {
			return err
		}
	}
	seg, end := 0, int64(0)
	if now := min(f.hi, st.position().Step/f.stride+1); now > f.lo {
		seg, end = welchPlan(f.most, f.lo, now)
	}
	c := f.item
	first := 0
	if seg > 0 {
		first = int((end - int64(4*seg)) % f.rows)
		c.Note = welchNote(seg, f.rate)
	} else {
		c.Note = welchWait(f.most, f.rate)
	}
	if seg != c.Segment || first != c.First || f.anew {
		f.anew = false
		c.Segment, c.First = seg, first
		c.Version++
	}
	return nil
}

// spectrum makes the panel of a net.Spectrum.
func (st *stage) spectrum(v net.View) (render.Item, error) {
	if v.Spikes != nil {
		return st.rateSpectrum(v)
	}
	of, err := st.variable(v.Group, v.Var)
	if err != nil {
		return nil, err
	}
	elements, err := traced(v)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprint("spectrum of ", v.Group.Name, ".", v.Var, elements, v.Highest, v.Window)
	f := st.kept.spectra[key]
	if f == nil {
		f = &spectrumFeed{indices: elements, branch: st.branch}
		stride, most, highest := sampling(v, st.plan.BaseDT)
		f.stride, f.most, f.rate, f.rows = stride, most, 1/(float64(stride)*st.plan.BaseDT), int64(spectrumHistory*most)
		if err := f.open(st.dev); err != nil {
			f.close()
			return nil, err
		}
		f.item = &render.Spectra{Name: v.Group.Name, Values: f.ring.View(), Capacity: int(f.rows), K: len(elements), Parts: welchSegments, Rate: f.rate,
			Highest: highest, Power: render.NewScale("", "", render.Viridis()), Labels: labels(elements)}
		_, model := st.owner(v)
		f.item.Unit, f.item.PerUnit = handyUnit(model, v.Var)
		st.kept.spectra[key] = f
	}
	f.of = of
	st.feeds, st.samplers = append(st.feeds, f), append(st.samplers, f)
	return f.item, nil
}
