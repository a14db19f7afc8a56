//go:build cgo

package compute

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/rng"
	"github.com/galvani-sim/galvani/shaders"
)

// Sizes up to which synapses are sorted by delay on the device.
const (
	mostDelayCounts = 1 << 25 // numbers of synapses by delay and row, and by delay and column
	mostSets        = 1024    // for places in shared memory
	sortThreads     = 32      // of a row
)

// errHost says that something is for the host.
var errHost = errors.New("not on this device")

// Delays computes the delays of synapses and counts them; nil where the host is to do it.
func (b *Backend) Delays(s *plan.Sorting) (c *plan.DelayCounts, err error) {
	b.dev.Do(func() {
		x := &delaySorter{b: b, s: s, m: &rowMaker{dev: b.dev, sorted: b.sorted}}
		defer x.m.close()
		c, err = x.survey()
	})
	if errors.Is(err, errHost) || errors.Is(err, device.ErrOutOfMemory) {
		return nil, nil
	}
	return c, err
}

// delaySorter sorts synapses by delay.
type delaySorter struct {
	b *Backend
	s *plan.Sorting
	m *rowMaker
	// What follows is by synapse in order of creation, by row, and by synapse in rows.
	steps, rowPtr, number, far *device.Buffer
	longest                    int
}

func (x *delaySorter) rows() int { return len(x.s.RowPtr) - 1 }

// prepare computes delays in steps, and makes the synapses in rows.
func (x *delaySorter) prepare() error {
	n := int(x.s.RowPtr[x.rows()])
	switch ok, err := x.b.doubles(); {
	case err != nil:
		return err
	case !ok:
		return errHost
	}
	if most := x.b.Caps().MaxBuffer; n == 0 || most > 0 && 4*int64(n) > most {
		return errHost
	}
	if err := x.delays(n); err != nil {
		return err
	}
	var err error
	if x.rowPtr, err = x.m.words("rows", x.s.RowPtr); err != nil {
		return err
	}
	list := func(r *plan.Recipe) (*device.Buffer, error) {
		b, err := x.m.zeros("synapses in rows", n)
		if err != nil {
			return nil, err
		}
		return b, x.m.make(r, place{buf: b, n: n})
	}
	if x.far, err = list(x.s.Far); err != nil {
		return err
	}
	if x.number = x.steps; x.s.Number != nil { // something has to be bound
		x.number, err = list(x.s.Number)
	}
	x.m.dev.Barrier(device.BarrierStorage)
	return err
}

// delays computes the delays of n synapses in steps.
func (x *delaySorter) delays(n int) error {
	own := &Backend{dev: x.b.dev, Mode: Plain, Making: MadeOnDevice, piece: x.b.piece, block: x.b.block, mostBlocks: x.b.mostBlocks, unread: unread(x.s.Part)}
	i, err := own.LoadHere(x.s.Part, exec.Options{Seed: x.s.Seed})
	if err != nil {
		return errors.Join(err, errHost) // the host says what is wrong, or has more room
	}
	defer i.Close()
	var first [1]float64
	if err := i.Read(x.s.Delay, 0, first[:]); err != nil {
		return err
	}
	if x.steps, err = x.m.zeros("delays in steps", n); err != nil {
		return err
	}
	found, err := x.m.words("what delays are found", []int32{-1, 0, 0})
	if err != nil {
		return err
	}
	p, err := x.m.program("steps", nil)
	if err != nil {
		return err
	}
	p.SetDouble("dt", x.s.DT)
	p.SetDouble("limit", x.s.Limit)
	p.SetDouble("first", first[0])
	x.m.dev.BindStorage(bindOut, x.steps)
	x.m.dev.BindStorage(bindCounts, found)
	from := i.placeOf(int(x.s.Delay))
	if err := from.each(x.m.dev, bindDraws, func(lo, words int) error {
		p.SetUints("delay_0", uint32(from.base-lo))
		end := min(n, lo+words-from.base)
		for at := max(0, lo-from.base); at < end; {
			groups := min(x.m.dev.Info().Limits.WorkGroups[0], (end-at+127)/128)
			p.SetUints("part", uint32(at), uint32(end))
			if err := x.m.dev.Dispatch(p, groups, 1, 1); err != nil {
				return err
			}
			at += 128 * groups
		}
		return nil
	}); err != nil {
		return err
	}
	x.m.dev.Barrier(device.BarrierStorage | device.BarrierBufferUpdate)
	var got [3]int32
	if err := device.Read(found, 0, got[:], device.ReadState); err != nil {
		return err
	}
	if got[0] != -1 || got[2] == 0 { // a mistake, or one delay for all
		return errHost
	}
	x.longest = int(got[1])
	return nil
}

// unread are the lists of ends that no kernel of a part looks at: delays mostly depend on one end.
func unread(p *plan.Plan) map[plan.BufferID]bool {
	set := map[plan.BufferID]bool{}
	for k, c := range p.Conns {
		if !c.Listed {
			continue
		}
		set[c.Near], set[c.Index] = true, true
		for _, op := range p.Init {
			r, ok := op.(*plan.Run)
			if !ok || r.Conn != k {
				continue
			}
			ir.WalkKernel(r.Kernel, func(e *ir.Expr) {
				switch e.Op {
				case ir.OpPre:
					delete(set, c.Near)
				case ir.OpPost:
					delete(set, c.Index)
				}
			})
		}
	}
	return set
}

// job is that of sorting rows.
func (x *delaySorter) job() *rowJob {
	j := &rowJob{file: "sort", wide: sortThreads, rows: [2]int{0, x.rows()}, define: map[string]string{},
		bind: map[int]*device.Buffer{bindAt: x.rowPtr, bindDraws: x.steps, bindGuide: x.number, bindFars: x.far}}
	if x.s.Number == nil {
		j.define["IN_ORDER"] = ""
	}
	j.set = func(p *device.Program) {
		p.SetUints("row_count", uint32(x.rows()))
		p.SetUints("col_count", uint32(x.s.Cols))
	}
	return j
}

// survey is Backend.Delays.
func (x *delaySorter) survey() (*plan.DelayCounts, error) {
	if err := x.prepare(); err != nil {
		return nil, err
	}
	lags, rows, cols := x.longest+1, x.rows(), x.s.Cols
	if lags*(rows+cols) > mostDelayCounts {
		return nil, errHost
	}
	counts, err := x.m.zeros("synapses by delay and row", lags*rows)
	if err != nil {
		return nil, err
	}
	ends, err := x.m.zeros("synapses by delay and column", lags*cols)
	if err != nil {
		return nil, err
	}
	j := x.job()
	j.define["SURVEY"], j.bind[bindCounts], j.bind[bindEnds] = "", counts, ends
	if err := x.m.run(j); err != nil {
		return nil, err
	}
	x.m.dev.Barrier(device.BarrierBufferUpdate)
	byRow, byCol := make([]int32, lags*rows), make([]int32, lags*cols)
	if err := errors.Join(device.Read(counts, 0, byRow, device.ReadState), device.Read(ends, 0, byCol, device.ReadState)); err != nil {
		return nil, err
	}
	c, sets := &plan.DelayCounts{Rows: make([][]int32, lags), Most: make([]int, lags)}, 0
	for lag := range lags {
		if most := slices.Max(byCol[lag*cols : (lag+1)*cols]); most > 0 {
			c.Rows[lag], c.Most[lag] = byRow[lag*rows:(lag+1)*rows], int(most)
			sets++
		}
	}
	if sets > mostSets {
		return nil, errHost
	}
	return c, nil
}

// makeSorted makes the contents of buffers that are sets of synapses sorted by delay.
func (i *Instance) makeSorted(b *Backend, s *plan.Sorting, buffers []int) error {
	x := &delaySorter{b: b, s: s, m: &rowMaker{dev: i.dev, sorted: b.sorted}}
	defer x.m.close()
	if err := x.prepare(); err != nil {
		return err
	}
	if longest := s.Sets[0].Lag; x.longest != longest {
		return fmt.Errorf("the longest delay is %d steps, not %d: %w", x.longest, longest, errHost)
	}
	var places []int32
	for _, set := range s.Sets {
		places = append(places, set.RowPtr[:x.rows()]...)
	}
	firsts, err := x.m.words("places of rows", places)
	if err != nil {
		return err
	}
	// Sets of delays, and where those are whose buffers lie in one slab and have entries of one size.
	type part struct {
		slab   int
		narrow bool
	}
	var order []part
	parts := map[part][]int32{}
	for _, k := range buffers {
		r, at := i.plan.Buffers[k].Recipe, i.layout.Buffers[k]
		key := part{at.Slab, at.Narrow}
		if parts[key] == nil {
			order = append(order, key)
			parts[key] = slices.Repeat([]int32{-1}, x.longest+1+2*len(s.Sets))
			for set := range s.Sets {
				parts[key][s.Sets[set].Lag] = int32(set)
			}
		}
		place := x.longest + 1 + 2*r.Set
		if r.What == plan.Number {
			place++
		}
		parts[key][place] = int32(at.Base)
	}
	for _, key := range order {
		sets, err := x.m.words("sets of delays", parts[key])
		if err != nil {
			return err
		}
		j := x.job()
		j.bind[bindCounts], j.bind[bindEnds] = firsts, sets
		j.define["SETS"] = fmt.Sprint(1 << bits.Len(uint(max(len(s.Sets), 2)-1)))
		if key.narrow {
			j.define["NARROW"] = ""
		}
		set := j.set
		slab := i.layout.Slabs[key.slab]
		to := place{buf: i.slabs[key.slab].buf, n: slab.Len, piece: slab.Piece}
		if err := to.each(i.dev, bindOut, func(from, n int) error {
			j.set = func(p *device.Program) {
				set(p)
				p.SetUints("sets_at", uint32(x.longest+1))
				p.SetUints("set_count", uint32(len(s.Sets)))
				p.SetUints("window", uint32(from), uint32(n))
			}
			return x.m.run(j)
		}); err != nil {
			return err
		}
	}
	return nil
}

// doubles reports whether the device computes with doubles as the processor does, to the last bit, which decides about delays in steps.
func (b *Backend) doubles() (bool, error) {
	if !b.dev.Info().Features.Double {
		return false, nil
	}
	if b.exact == nil {
		same, err := b.tryDoubles()
		if err != nil {
			return false, err
		}
		b.exact = &same
	}
	return *b.exact, nil
}

// tryDoubles draws numbers on the device, and compares them with those of the processor.
func (b *Backend) tryDoubles() (bool, error) {
	const n = 1 << 14
	src, err := shaders.Load("connect/exact.comp.glsl", shaders.Options{Version: b.dev.Info().GLSL})
	if err != nil {
		return false, err
	}
	p, err := b.dev.NewCompute("connect exact", device.Source{Name: src.Name, Text: src.Text, Files: src.Files})
	if err != nil {
		return false, err
	}
	defer p.Close()
	out, err := b.dev.NewBuffer("draws", device.F64, n)
	if err != nil {
		return false, err
	}
	defer out.Close()
	key := rng.NewKey(1, 0, 0)
	p.SetUints("key", key[0], key[1])
	b.dev.BindStorage(bindOut, out)
	if err := b.dev.Dispatch(p, n/64, 1, 1); err != nil {
		return false, err
	}
	b.dev.Barrier(device.BarrierBufferUpdate)
	got := make([]float64, n)
	if err := device.Read(out, 0, got, device.ReadState); err != nil {
		return false, err
	}
	for k, x := range got {
		half := 0.5 * rng.Normal[float64](rng.At{Key: key, Stream: 1}, uint32(k), 0)
		one := 1 + half
		scaled := 1.5 * one
		if x != scaled/3.7 {
			return false, nil
		}
	}
	return true, nil
}
