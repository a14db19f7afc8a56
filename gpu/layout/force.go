//go:build cgo

package layout

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/host/graphio/layout"
	"github.com/galvani-sim/galvani/shaders"
)

// force is the force-directed layout on the device.
type force struct {
	d       *device.Device
	n       int
	seed    uint64
	params  layout.Params
	alpha   layout.Alpha
	levels  int
	version uint64

	pos, vel, nodes          *device.Buffer
	bounds, fine, cells      *device.Buffer
	rows, links              *device.Buffer
	box, deposit             *device.Program
	coarsen, push, translate *device.Program
}

// maxSoftwareDegree keeps the loop over a node's neighbours below what software renderers allow: they leave all loops of an
// invocation after 65,535 rounds.
const maxSoftwareDegree = 50_000

// New makes a force-directed layout of n nodes on the device. A graph that the driver's limits do not allow is laid out on the CPU
// instead; see NewHost.
func New(d *device.Device, n int, i, j []int32, o layout.Options) (Layout, error) {
	l, err := layout.NewLinks(n, i, j)
	if err != nil {
		return nil, err
	}
	if n == 0 || !fits(d, l) {
		h, err := layout.NewForce(n, i, j, o)
		if err != nil {
			return nil, err
		}
		return NewHost(d, h)
	}
	p, pos, err := layout.Prepare(l, o)
	if err != nil {
		return nil, err
	}
	f := &force{d: d, seed: o.Seed, params: p, alpha: layout.Alpha{Value: 1}, version: 1}
	if err := f.open(l, pos); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func fits(d *device.Device, l *layout.Links) bool {
	info := d.Info()
	degree := 0
	for k := range l.N() {
		degree = max(degree, l.Degree(k))
	}
	return (!info.Software || degree <= maxSoftwareDegree) && 8*int64(len(l.To)) <= info.Limits.StorageBlockSize &&
		12*int64(l.N()) <= info.Limits.StorageBlockSize && info.Limits.StorageBlocks >= 8 && l.N() <= 1<<24 &&
		groups(3*l.N(), 128) <= info.Limits.WorkGroups[0]
}

// levelsFor gives about two cells of the finest level for each node.
func levelsFor(n, dim int) int {
	most := 10
	if dim == 3 {
		most = 7
	}
	return min(max(int(math.Round(math.Log2(2*float64(n))/float64(dim))), 2), most)
}

func cellsUpTo(level, dim int) int { return ((1 << (dim * (level + 1))) - 1) / ((1 << dim) - 1) }

func (f *force) open(l *layout.Links, pos []float32) (err error) {
	buffer := func(to **device.Buffer, label string, elem device.Element, count int) {
		if err == nil {
			*to, err = f.d.NewBuffer(label, elem, count)
		}
	}
	n := l.N()
	buffer(&f.pos, "layout positions", device.F32, 3*n)
	buffer(&f.vel, "layout velocities", device.F32, 3*n)
	buffer(&f.nodes, "layout nodes", device.U32, 2*n)
	buffer(&f.bounds, "layout bounds", device.U32, 6)
	buffer(&f.rows, "layout rows", device.I32, n+1)
	buffer(&f.links, "layout links", device.U32, 2)
	buffer(&f.fine, "layout cells", device.U32, 4)
	buffer(&f.cells, "layout masses", device.F32, 4)
	if err != nil {
		return err
	}
	if err := device.Upload(f.pos, 0, pos); err != nil {
		return err
	}
	return f.setLinks(l)
}

// setLinks takes another graph, of which the buffers of nodes have the size already.
func (f *force) setLinks(l *layout.Links) error {
	f.n = l.N()
	both := make([]uint32, 2*max(len(l.To), 1))
	for e := range l.To {
		both[2*e], both[2*e+1] = uint32(l.To[e]), math.Float32bits(l.C[e])
	}
	if err := f.links.Resize(len(both), false); err != nil {
		return err
	}
	if err := device.Upload(f.links, 0, both); err != nil {
		return err
	}
	if err := f.rows.Resize(f.n+1, false); err != nil {
		return err
	}
	if err := device.Upload(f.rows, 0, l.Ptr); err != nil {
		return err
	}
	levels := levelsFor(f.n, f.params.Dim)
	if levels == f.levels && f.push != nil {
		return nil
	}
	f.levels = levels
	finest := 1 << (f.params.Dim * levels)
	if err := f.fine.Resize(5*finest, false); err != nil {
		return err
	}
	if err := f.cells.Resize(4*cellsUpTo(levels, f.params.Dim), false); err != nil {
		return err
	}
	return f.compile()
}

// bitsFor is the fixed point's precision with which no cell's sum overflows, even of all nodes.
func (f *force) bitsFor() int { return min(16, 32-bits.Len(uint(f.n))) }

func (f *force) compile() error {
	f.closePrograms()
	define := map[string]string{"DIM": fmt.Sprint(f.params.Dim), "LEVELS": fmt.Sprint(f.levels), "BITS": fmt.Sprint(f.bitsFor()),
		"SOFTENING": fmt.Sprintf("%g", layout.Softening), "DECAY": fmt.Sprintf("%g", layout.Decay), "MAX_STEP": fmt.Sprintf("%.1f", layout.MaxStep)}
	for name, to := range map[string]**device.Program{"bounds": &f.box, "deposit": &f.deposit, "coarsen": &f.coarsen, "force": &f.push, "move": &f.translate} {
		s, err := shaders.Load("layout/"+name+".comp.glsl", shaders.Options{Version: f.d.Info().GLSL, Define: define})
		if err != nil {
			return err
		}
		if *to, err = f.d.NewCompute("layout "+name, device.Source(s)); err != nil {
			return err
		}
		(*to).SetInt("nodes", int32(f.n))
	}
	return nil
}

func (f *force) Step(n int) error {
	for range n {
		if f.Settled() {
			return nil
		}
		f.alpha.Cool()
		if err := f.forces(float32(f.alpha.Value)); err != nil {
			return err
		}
		if err := f.d.Dispatch(f.translate, groups(3*f.n, 128), 1, 1); err != nil {
			return err
		}
		f.d.Barrier(device.BarrierStorage | device.BarrierVertex | device.BarrierBufferUpdate)
		f.version++
	}
	return nil
}

// forces sets the velocities; with alpha 0 they are the forces.
func (f *force) forces(alpha float32) error {
	for k, b := range []*device.Buffer{f.pos, f.bounds, f.fine, f.cells, f.rows, f.links, f.vel, f.nodes} {
		f.d.BindStorage(k, b)
	}
	if err := device.Upload(f.bounds, 0, []uint32{math.MaxUint32, math.MaxUint32, math.MaxUint32, 0, 0, 0}); err != nil {
		return err
	}
	if err := f.fine.Clear(0, f.fine.Len()); err != nil {
		return err
	}
	dispatch := func(p *device.Program, elements, size int) error {
		err := f.d.Dispatch(p, groups(elements, size), 1, 1)
		f.d.Barrier(device.BarrierStorage)
		return err
	}
	if err := dispatch(f.box, f.n, 128); err != nil {
		return err
	}
	if err := dispatch(f.deposit, f.n, 128); err != nil {
		return err
	}
	for level := f.levels; level >= 2; level-- {
		f.coarsen.SetInt("level", int32(level))
		if err := dispatch(f.coarsen, 1<<(f.params.Dim*level), 64); err != nil {
			return err
		}
	}
	f.push.SetFloats("alpha", alpha)
	f.push.SetFloats("repulsion", float32(f.params.Repulsion))
	f.push.SetFloats("gravity", float32(f.params.Gravity))
	return dispatch(f.push, f.n, 64)
}

func groups(n, size int) int { return (n + size - 1) / size }

func (f *force) View() device.View             { return f.pos.View() }
func (f *force) Version() uint64               { return f.version }
func (f *force) Settled() bool                 { return f.alpha.Settled() && f.alpha.Target < layout.AlphaMin }
func (f *force) Ready() bool                   { return !f.Settled() }
func (f *force) Heat(alpha float64, hold bool) { f.alpha.Heat(alpha, hold) }

func (f *force) Pin(node int, x, y, z float32) error {
	if err := layout.CheckPin(node, f.n, x, y, z); err != nil {
		return err
	}
	if f.params.Dim == 2 {
		z = 0
	}
	f.version++
	if err := device.Upload(f.nodes, 2*node, []uint32{1}); err != nil {
		return err
	}
	return device.Upload(f.pos, 3*node, []float32{x, y, z})
}

func (f *force) Unpin(node int) error {
	if node < 0 || node >= f.n {
		return fmt.Errorf("there is no node %d; the layout has nodes 0 to %d", node, f.n-1)
	}
	return device.Upload(f.nodes, 2*node, []uint32{0})
}

func (f *force) SetEdges(n int, i, j []int32) error {
	l, err := layout.NewLinks(n, i, j)
	if err != nil {
		return err
	}
	if n == 0 || !fits(f.d, l) {
		return fmt.Errorf("a graph of %d nodes and %d edges does not fit the device's layout; lay it out anew", n, len(i))
	}
	if n != f.n {
		pos, err := f.Positions()
		if err != nil {
			return err
		}
		pos = layout.Extend(pos[:3*min(n, f.n)], l, f.params.Dim, f.seed)
		for _, b := range []*device.Buffer{f.pos, f.vel} {
			if err := b.Resize(3*n, true); err != nil {
				return err
			}
		}
		if err := f.nodes.Resize(2*n, true); err != nil {
			return err
		}
		if err := device.Upload(f.pos, 0, pos); err != nil {
			return err
		}
		f.levels = 0 // the programs know the number of nodes
	}
	if err := f.setLinks(l); err != nil {
		return err
	}
	f.Heat(0.3, false)
	f.version++
	return nil
}

func (f *force) Positions() ([]float32, error) {
	out := make([]float32, 3*f.n)
	f.d.Barrier(device.BarrierBufferUpdate)
	return out, device.Read(f.pos, 0, out, device.ReadState)
}

func (f *force) closePrograms() {
	for _, p := range []**device.Program{&f.box, &f.deposit, &f.coarsen, &f.push, &f.translate} {
		(*p).Close()
		*p = nil
	}
}

func (f *force) Close() {
	f.closePrograms()
	for _, b := range []*device.Buffer{f.pos, f.vel, f.nodes, f.bounds, f.fine, f.cells, f.rows, f.links} {
		b.Close()
	}
}
