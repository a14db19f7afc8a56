package plan

import (
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"math"
	"runtime"
	"slices"
	"unsafe"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
)

// Delays are those of a pathway in seconds: none, one for all synapses, or one each in order of creation. Delays that expressions give are not
// kept but computed again.
func (r *Result) Delays(path *net.Pathway) ([]float64, error) {
	if f := r.delays[path]; f != nil {
		return f()
	}
	return nil, nil
}

// delaySource gives values part by part, to a function that stops it by returning false.
type delaySource func(yield func(at int, part []float64) bool) error

// delaysOf finds the delays of a pathway; group is where its spikes come from.
func (b *builder) delaysOf(in lower.SynapseInput, w *wiring, path *net.Pathway, group *net.Group) (*delays, bool) {
	s, n := w.s, w.p.pre.Len()
	values := path.Delay
	if s.Dialect == check.ANNarchy && !path.Post {
		values = atLeast(b.dtOf(group.DT), values, w.p.delays)
	}
	if len(values) > 1 && len(values) != n {
		b.mistake(s.Place, "", "%s has %d synapses, but %d delays were given", s.Name, n, len(values))
		return nil, false
	}
	var key uint64
	var source delaySource
	var part *Plan
	var id BufferID
	if len(path.Delays) > 0 {
		var set []float64
		var ok bool
		if part, id, set, ok = b.assignedDelays(in, w, path); !ok {
			return nil, false
		}
		if values = set; part != nil {
			key = partKey(part, s.Name, b.opt.Seed)
			source = func(yield func(int, []float64) bool) error { return b.read(part, id, yield) }
			b.res.delays[path] = func() (all []float64, err error) {
				all = make([]float64, n)
				return all, source(func(at int, part []float64) bool { copy(all[at:], part); return true })
			}
		}
	}
	if source == nil {
		b.res.delays[path] = func() ([]float64, error) { return values, nil }
		n, key = len(values), maphash.Bytes(hashSeed, bytesOf(values))
		source = func(yield func(int, []float64) bool) error { yield(0, values); return nil }
	}
	stepped := func() (*stepMaker, error) {
		m := &stepMaker{dt: b.dtOf(group.DT), limit: b.longestDelay(), steps: makeIndex(n, 0), wrong: -1}
		return m, source(m.add)
	}
	list := func() (Index, error) {
		m, err := stepped()
		return m.steps, err
	}
	// The same delays are other numbers of steps for spikes of a group with another clock.
	key = maphash.Comparable(hashSeed, [2]uint64{key, math.Float64bits(b.dtOf(group.DT))})
	if known, ok := w.p.made.delaysBy(key); ok && (!known.each || path == s.Sums || w.sortedBy(path.Post, key)) {
		known.list = list
		return &known, true
	}
	if part != nil {
		d, err := b.delaysOnDevice(w, part, id, b.dtOf(group.DT))
		if err != nil {
			b.mistake(s.Place, "", "%s: delays: %v", s.Name, err)
			return nil, false
		}
		if d != nil {
			d.key, d.list = key, list
			w.p.made.keepDelays(*d)
			return d, true
		}
	}
	maker, err := stepped()
	d := &delays{each: maker.each, longest: maker.longest, key: key, list: list}
	switch {
	case err != nil:
		b.mistake(s.Place, "", "%s: %v", s.Name, err)
		return nil, false
	case maker.wrong >= 0:
		b.wrongDelay(w, path, maker.wrong, n, maker.one)
		return nil, false
	case !d.each && n > 1:
		b.res.delays[path] = func() ([]float64, error) { return []float64{maker.one}, nil }
	}
	if d.each {
		d.steps = maker.steps
	}
	w.p.made.keepDelays(*d)
	return d, true
}

// atLeast are the first delays that are given, none shorter than a step: in ANNarchy the spikes of a step arrive in the next one at the earliest.
func atLeast(dt float64, given ...[]float64) []float64 {
	for _, values := range given {
		if len(values) == 0 {
			continue
		}
		out := slices.Clone(values)
		for k, d := range out {
			if d >= 0 {
				out[k] = dt * max(math.RoundToEven(d/dt), 1)
			}
		}
		return out
	}
	return []float64{dt}
}

// longestDelay is a delay that is too long to be counted in steps.
func (b *builder) longestDelay() float64 { return math.MaxInt32 * b.plan.BaseDT / 2 }

// stepMaker makes steps of delays, in 16 bits each where that is enough.
type stepMaker struct {
	dt, limit float64
	steps     Index
	one       float64 // the first delay
	each      bool    // others differ from it
	longest   int
	wrong     int // the first that is no delay, which then is one; -1: none
}

// add makes the steps of the synapses from at on.
func (m *stepMaker) add(at int, delays []float64) bool {
	if at == 0 && len(delays) > 0 {
		m.one = delays[0]
	}
	workers := 1
	if len(delays) > aloneBelow {
		workers = runtime.GOMAXPROCS(0)
	}
	parts := make([]stepMaker, workers)
	together(workers, func(w int) {
		lo, hi := len(delays)*w/workers, len(delays)*(w+1)/workers
		parts[w] = *m
		parts[w].part(at+lo, delays[lo:hi])
	})
	for _, p := range parts {
		if p.wrong >= 0 {
			m.one, m.wrong = p.one, p.wrong
			return false
		}
		m.each, m.longest = m.each || p.each, max(m.longest, p.longest)
	}
	if m.steps.Short != nil && m.longest > math.MaxUint16 {
		m.steps = Index{Long: m.steps.List()}
		return m.add(at, delays)
	}
	return true
}

func (m *stepMaker) part(at int, delays []float64) {
	for k, x := range delays {
		if !(x >= 0 && x < m.limit) {
			m.wrong, m.one = at+k, x
			return
		}
		m.each = m.each || x != m.one
		n := stepsIn(x, m.dt)
		m.longest = max(m.longest, n)
		m.steps.set(at+k, int32(n))
	}
}

// wrongDelay reports delay k of n.
func (b *builder) wrongDelay(w *wiring, path *net.Pathway, k, n int, d float64) {
	s, which := w.s, "the delay"
	if n > 1 {
		which = fmt.Sprintf("the delay of synapse %d (from %d to %d)", k, int(w.p.pre.At(k))-s.Pre.Start, int(w.p.post.At(k))-s.Post.Start)
	}
	switch {
	case d < 0 && !math.IsInf(d, 0):
		b.mistake(s.Place, "delays must not be negative", "%s.%s: %s is %g ms", s.Name, path.Name, which, d*1e3)
	case d > 0 && !math.IsInf(d, 0):
		b.mistake(s.Place, "", "%s.%s: %s is %g s, which is longer than steps of %g s are counted", s.Name, path.Name, which, d, b.plan.BaseDT)
	default:
		b.mistake(s.Place, "", "%s.%s: %s is %v, not a time", s.Name, path.Name, which, d)
	}
}

// assignedDelays applies assignments to delays, as to a variable of the synapses. The variable does not stay in the plan: it is buffer id of a part
// that computes it, or, where part is nil, has values, one for all synapses or one each.
func (b *builder) assignedDelays(in lower.SynapseInput, w *wiring, path *net.Pathway) (part *Plan, id BufferID, values []float64, ok bool) {
	s, n, before := w.s, w.p.pre.Len(), len(b.diags)
	own := *b
	own.plan = &Plan{Precision: Double, BaseDT: b.plan.BaseDT, Clocks: b.plan.Clocks,
		Buffers: slices.Clip(b.plan.Buffers), Conns: slices.Clip(b.plan.Conns), Init: slices.Clip(b.plan.Init)}
	own.byName, own.initial = maps.Clone(b.byName), initials{}
	ends := *w
	ends.b, ends.conns = &own, maps.Clone(w.conns)

	v := &check.Variable{Name: "delay", Kind: check.Parameter, Type: check.Type{Dim: units.Second}}
	in.Model = withVariable(in.Model, v)
	id = own.buffer(Buffer{Object: s.Name, Var: v.Name, Type: ir.Real, Len: n, Role: Param})
	if len(path.Delay) > 0 {
		own.plan.Buffers[id].set(path.Delay)
	}
	o := own.synapseOwner(s, in, &ends)
	o.name, o.stream = s.Name+"."+path.Name+".", "delay of "+path.Name+" "
	for i, a := range path.Delays {
		own.assign(o, a, i)
	}
	b.diags = own.diags
	buf := own.plan.Buffers[id]
	switch {
	case len(b.diags) > before:
		return nil, None, nil, false
	case b.diags.Err() != nil || n == 0:
		return nil, None, nil, true
	case own.lastUse(id) != nil:
		part, to, err := own.partOf(nil, []BufferID{id})
		if err != nil {
			b.mistake(s.Place, "", "%s: delays: %v", s.Name, err)
			return nil, None, nil, false
		}
		return part, to[id], nil, true
	case buf.Reals == nil:
		return nil, None, []float64{buf.Fill}, true
	}
	return nil, None, buf.Reals, true
}

// readLen is how many numbers are read at a time.
const readLen = 1 << 20

// read computes a buffer of a part, and gives its contents.
func (b *builder) read(part *Plan, id BufferID, yield func(at int, values []float64) bool) (err error) {
	part.stream(id)
	x, err := b.load(part)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	n := part.Buffers[id].Len
	values := make([]float64, min(n, readLen))
	for at := 0; at < n; at += readLen {
		values = values[:min(readLen, n-at)]
		if err := x.Read(id, at, values); err != nil || !yield(at, values) {
			return err
		}
	}
	return nil
}

var hashSeed = maphash.MakeSeed()

func bytesOf[E int32 | uint16 | float64](v []E) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*int(unsafe.Sizeof(*new(E))))
}

// partKey differs between parts that compute something else, but for the connectivity of an object, which the caller knows to be the same.
func partKey(part *Plan, object string, seed uint64) uint64 {
	var h maphash.Hash
	h.SetSeed(hashSeed)
	fmt.Fprintln(&h, seed, part.BaseDT)
	for _, b := range part.Buffers {
		fmt.Fprintln(&h, b.Object, b.Var, b.Type, b.Len, b.Role, b.Fill)
		if b.Object != object || b.Role != Connectivity {
			x := b.Entries()
			h.Write(bytesOf(x.Long))
			h.Write(bytesOf(x.Short))
			h.Write(bytesOf(b.Reals))
		}
	}
	for _, op := range part.Init {
		r := op.(*Run)
		fmt.Fprintln(&h, r.Kernel, r.Bind, r.N, r.Conn, r.List, r.Lag)
	}
	return h.Sum64()
}
