package cpu

import (
	"fmt"
	"sort"

	"github.com/galvani-sim/galvani/host/cpu/internal/native"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/rng"
)

// memory is the buffers of a plan, and behind them some of our own. Each is in one of the forms.
type memory[T real] struct {
	real  [][]T
	int   [][]int32
	short [][]uint16 // none for buffers behind its end
}

// part returns elements lo to hi-1 of a buffer that is not in int, in room; nil where there are none such.
func (m *memory[T]) part(buf, lo, hi int, room []int32) []int32 {
	if lo < 0 {
		return nil
	}
	if x := (plan.Index{Short: m.shorts(buf)}); x.Short != nil && hi <= x.Len() {
		return x.Part(lo, hi, room)
	}
	return nil
}

// shorts is a buffer of 16 bits an entry, nil where it is none.
func (m *memory[T]) shorts(buf int) []uint16 {
	if buf < len(m.short) {
		return m.short[buf]
	}
	return nil
}

func (m *memory[T]) isShort(buf int) bool { return m.shorts(buf) != nil }

// index is a buffer of ints in either form.
func (m *memory[T]) index(buf int) plan.Index {
	return plan.Index{Long: m.int[buf], Short: m.shorts(buf)}
}

// keep appends a buffer of ints.
func (m *memory[T]) keep(x plan.Index) (buf int) {
	buf = len(m.int)
	m.real, m.int = append(m.real, nil), append(m.int, x.Long)
	if x.Short != nil {
		m.short = append(m.short, make([][]uint16, buf+1-len(m.short))...)
		m.short[buf] = x.Short
	}
	return buf
}

// worker is what one thread needs to run programs. Registers are shared by all programs that it runs.
type worker[T real] struct {
	regR   []T
	regI   []int32
	frames map[*program[T]]*frame[T]
	fault  found
	err    error
	acc    []T // scratch of matrix products and tap sums
	rows   []T // rows gathered from an operand that is stored by columns
	ahead  rowsAhead
	drawn  frame[T] // random numbers for machine code
	// results is where machine code stores the values of a reduction, those of synapses resultsAt and on.
	results   []T
	resultsAt int
	list      []int32
	emitted   []int32 // room for what machine code emits
	args      *native.Args
	parts     []*frame[T] // of the programs of a sequence
	batch     batch
	noted     additions[T] // nil: what is to be added is added
	// product is kept here, since a pointer to a local variable that goes through a table of functions would move it to the heap.
	product product[T]
}

// native returns the worker's argument block for machine code.
func (w *worker[T]) native() *native.Args {
	if w.args == nil {
		w.args = native.NewArgs()
	}
	return w.args
}

// found is the first fault that a worker saw in one kernel.
type found struct {
	hit            bool
	check, element int
	value          float64
}

func (f *found) add(check, element int, value float64) {
	if !f.hit || check < f.check || check == f.check && element < f.element {
		*f = found{true, check, element, value}
	}
}

// frame is a program's operands on one worker: registers, then views.
type frame[T real] struct {
	rv [][]T
	iv [][]int32
	// spare holds the contents of views that reach beyond their buffer, or that are no lists of 32 bits.
	spareR map[int][]T
	spareI map[int][]int32
}

func (w *worker[T]) frame(p *program[T]) *frame[T] {
	f, ok := w.frames[p]
	if ok {
		return f
	}
	for len(w.regR) < p.nr*blockLen {
		w.regR = make([]T, p.nr*blockLen)
		clear(w.frames)
	}
	for len(w.regI) < p.ni*blockLen {
		w.regI = make([]int32, p.ni*blockLen)
		clear(w.frames)
	}
	f = &frame[T]{rv: make([][]T, p.nr+len(p.rviews)), iv: make([][]int32, p.ni+len(p.iviews))}
	for i := range p.nr {
		f.rv[i] = w.regR[i*blockLen : (i+1)*blockLen]
	}
	for i := range p.ni {
		f.iv[i] = w.regI[i*blockLen : (i+1)*blockLen]
	}
	w.frames[p] = f
	return f
}

// block is the part of the domain that one pass over a program's body covers: elements lo .. lo+n-1, or those of list.
type block struct {
	lo, n  int
	list   []int32 // the elements, where they are not lo, lo+1, ...
	rowPtr []int32 // synaptic domains
	row    int     // row of element lo, or a row before it
	near   []int32 // rows of the elements of a batch
	// Blocks of synapses are numbered within a replica, whose synapses begin at shift.
	replica, shift int
	// ahead is how much larger the number of an element is than its place.
	ahead int
}

// point sets the frame's views to the block.
func (p *program[T]) point(w *worker[T], f *frame[T], m *memory[T], b *block) {
	for i := range p.rviews {
		v := &p.rviews[i]
		lo := p.start(v, b)
		buf := m.real[v.buf]
		if lo < 0 || lo+b.n > len(buf) {
			f.rv[p.nr+i] = outside(buf, lo, b.n, spare(&f.spareR, i))
			w.outside(p, v, lo, b.n, len(buf))
			continue
		}
		f.rv[p.nr+i] = buf[lo : lo+b.n]
	}
	for i := range p.iviews {
		v := &p.iviews[i]
		lo := p.start(v, b)
		buf := m.int[v.buf]
		if buf == nil {
			if part := m.part(v.buf, lo, lo+b.n, spare(&f.spareI, i)); part != nil {
				f.iv[p.ni+i] = part
				continue
			}
		}
		if lo < 0 || lo+b.n > len(buf) {
			f.iv[p.ni+i] = outside(buf, lo, b.n, spare(&f.spareI, i))
			w.outside(p, v, lo, b.n, len(buf))
			continue
		}
		f.iv[p.ni+i] = buf[lo : lo+b.n]
	}
}

// spare is room for the contents of view i.
func spare[E int32 | float32 | float64](all *map[int][]E, i int) []E {
	if *all == nil {
		*all = make(map[int][]E)
	}
	s := (*all)[i]
	if s == nil {
		s = make([]E, blockLen)
		(*all)[i] = s
	}
	return s
}

// outside returns a copy of buf[lo:lo+n] with zeros where that is not part of buf.
func outside[E int32 | float32 | float64](buf []E, lo, n int, s []E) []E {
	s = s[:n]
	for k := range s {
		s[k] = 0
		if j := lo + k; j >= 0 && j < len(buf) {
			s[k] = buf[j]
		}
	}
	return s
}

func (w *worker[T]) outside(p *program[T], v *view, lo, n, size int) {
	if v.written && w.err == nil {
		w.err = fmt.Errorf("kernel %q stores to elements %d to %d of a buffer of %d", p.name, lo, lo+n-1, size)
	}
}

// scalars evaluates the prologue for one step.
func (p *program[T]) scalars(v *vec[T], m *memory[T], step int64) {
	p.random.Key, p.random.Step = *p.key, uint32(step)
	for _, i := range p.stepAt {
		p.si[i] = int32(step)
	}
	for _, t := range p.times {
		p.sr[t.index] = T(t.dt * float64(step))
	}
	sr, si := p.sr, p.si
	for i := range p.prologue {
		in := &p.prologue[i]
		switch in.kind {
		case kUnary:
			v.unary[in.f](sr[in.d:in.d+1], sr[in.a:in.a+1])
		case kVV:
			v.vv[in.f](sr[in.d:in.d+1], sr[in.a:in.a+1], sr[in.b:in.b+1])
		case kCmpVV:
			v.cmpVV[in.f](si[in.d:in.d+1], sr[in.a:in.a+1], sr[in.b:in.b+1])
		case kSelect:
			sr[in.d] = sr[in.c]
			if si[in.a] != 0 {
				sr[in.d] = sr[in.b]
			}
		case kIntSel:
			si[in.d] = si[in.c]
			if si[in.a] != 0 {
				si[in.d] = si[in.b]
			}
		case kIntUnary:
			intUnary[in.f](si[in.d:in.d+1], si[in.a:in.a+1])
		case kIntVV:
			intVV[in.f](si[in.d:in.d+1], si[in.a:in.a+1], si[in.b:in.b+1])
		case kToReal:
			sr[in.d] = T(si[in.a])
		case kToInt:
			si[in.d] = toInt(float64(sr[in.a]))
		case kGather:
			gather(sr[in.d:in.d+1], m.real[in.b], si[in.a:in.a+1])
		case kGatherInt:
			gather(si[in.d:in.d+1], m.int[in.b], si[in.a:in.a+1])
		}
	}
}

// fills sets the registers that keep a scalar for a whole task.
func (p *program[T]) fills(f *frame[T]) {
	for i := range p.once {
		in := &p.once[i]
		if in.kind == kFill {
			spread(f.rv[in.d], p.sr[in.a])
		} else {
			spread(f.iv[in.d], p.si[in.a])
		}
	}
}

// spread sets all elements of a register. Copying what is there doubles it each time, much faster than one store per element.
func spread[E int32 | float32 | float64](d []E, v E) {
	n := min(8, len(d))
	fill(d[:n], v)
	for n < len(d) && n > 0 {
		n += copy(d[n:], d[:n])
	}
}

// fewElements is the length of a block up to which instructions one by one are as quick as machine code.
const fewElements = 4

// compute runs the body on one block.
func (p *program[T]) compute(v *vec[T], w *worker[T], f *frame[T], m *memory[T], b *block) {
	if p.stages != nil && b.n > fewElements {
		p.runStages(v, w, f, m, b)
		return
	}
	p.instructions(p.body, v, f, m, b)
}

// instructions runs a part of the body on one block.
func (p *program[T]) instructions(body []instr, v *vec[T], f *frame[T], m *memory[T], b *block) {
	rv, iv, sr, n := f.rv, f.iv, p.sr, b.n
	for i := range body {
		in := &body[i]
		switch in.kind {
		case kUnary:
			v.unary[in.f](rv[in.d][:n], rv[in.a])
		case kVV:
			v.vv[in.f](rv[in.d][:n], rv[in.a], rv[in.b])
		case kVS:
			v.vs[in.f](rv[in.d][:n], rv[in.a], sr[in.b])
		case kFused:
			fused(v, in, rv, sr, n)
		case kCmpVV:
			v.cmpVV[in.f](iv[in.d][:n], rv[in.a], rv[in.b])
		case kCmpVS:
			v.cmpVS[in.f](iv[in.d][:n], rv[in.a], sr[in.b])
		case kSelect:
			v.choose(rv[in.d][:n], iv[in.a], rv[in.b], rv[in.c])
		case kIntSel:
			selectBits(iv[in.d][:n], iv[in.a], iv[in.b], iv[in.c])
		case kIntUnary:
			intUnary[in.f](iv[in.d][:n], iv[in.a])
		case kIntVV:
			intVV[in.f](iv[in.d][:n], iv[in.a], iv[in.b])
		case kToReal:
			intToReal(rv[in.d][:n], iv[in.a])
		case kToInt:
			realToInt(iv[in.d][:n], rv[in.a])
		case kGather:
			gather(rv[in.d][:n], m.real[in.b], iv[in.a])
		case kGatherInt:
			gather(iv[in.d][:n], m.int[in.b], iv[in.a])
		case kElem:
			if b.list != nil {
				copy(iv[in.d][:n], b.list)
			} else {
				iota32(iv[in.d][:n], b.lo+b.ahead)
			}
		case kRow:
			b.rows(iv[in.d][:n])
		case kLocal:
			p.localOf(iv[in.d][:n], b)
		case kReplica:
			p.replicaOf(iv[in.d][:n], b)
		case kShift:
			p.shifted(iv[in.d][:n], iv[in.a], in.b, b)
		default:
			p.draw(in, f, b)
		}
	}
}

func fused[T real](v *vec[T], in *instr, rv [][]T, sr []T, n int) {
	var b, c []T
	var s, t T
	switch in.f {
	case mAddVSV, mSubVSV:
		s, c = sr[in.b], rv[in.c]
	case mAddVVS, mRSubVVS:
		b, t = rv[in.b], sr[in.c]
	case mAddVSS:
		s, t = sr[in.b], sr[in.c]
	default:
		b, c = rv[in.b], rv[in.c]
	}
	v.fused[in.f](rv[in.d][:n], rv[in.a], b, c, s, t)
}

// draw runs a random instruction.
func (p *program[T]) draw(in *instr, f *frame[T], b *block) {
	if p.period == 0 {
		p.drawPart(in, f, b, 0, b.n, b.replica)
		return
	}
	// Each replica draws for its own elements.
	p.pieces(b, func(from, to, replica int) {
		part := block{lo: (b.lo + from) % int(p.period), n: to - from}
		if b.list != nil {
			var local [blockLen]int32
			for i, e := range b.list[from:to] {
				local[i] = e % p.period
			}
			part.list = local[:part.n]
		}
		p.drawPart(in, f, &part, from, to, replica)
	})
}

// drawPart draws for the elements of b, which go to places from to to-1 of the registers.
func (p *program[T]) drawPart(in *instr, f *frame[T], b *block, from, to, replica int) {
	at, first := p.random, uint32(b.lo+b.ahead)
	if keys := *p.keys; len(keys) > 0 {
		at.Key = keys[replica]
	}
	switch in.kind {
	case kUniform:
		if b.list != nil {
			rng.UniformOf(f.rv[in.d][from:to], at, b.list, in.draw)
			return
		}
		rng.FillUniform(f.rv[in.d][from:to], at, first, in.draw)
	case kNormal:
		if b.list != nil {
			rng.NormalOf(f.rv[in.d][from:to], at, b.list, in.draw)
			return
		}
		rng.FillNormal(f.rv[in.d][from:to], at, first, in.draw)
	case kExponential:
		if b.list != nil {
			rng.ExponentialOf(f.rv[in.d][from:to], at, b.list, in.draw)
			return
		}
		rng.FillExponential(f.rv[in.d][from:to], at, first, in.draw)
	case kPoisson:
		d, mean := f.iv[in.d][from:to], f.rv[in.a][from:to]
		for i := range d {
			d[i] = rng.Poisson(at, b.local(i), in.draw, mean[i])
		}
	case kGamma:
		d, shape := f.rv[in.d][from:to], f.rv[in.a][from:to]
		for i := range d {
			d[i] = rng.Gamma(at, b.local(i), in.draw, shape[i])
		}
	}
}

// element is the number of place i among the elements of all replicas.
func (b *block) element(i int) uint32 { return b.local(i) + uint32(b.shift) }

func (b *block) local(i int) uint32 {
	if b.list != nil {
		return uint32(b.list[i])
	}
	return uint32(b.lo + b.ahead + i)
}

// rows sets d to the row of each synapse of the block, and moves row to that of the last one.
func (b *block) rows(d []int32) {
	if b.near != nil {
		copy(d, b.near)
		return
	}
	if b.rowPtr == nil { // all in one row
		for i := range d {
			d[i] = int32(b.row)
		}
		return
	}
	r := findRow(b.rowPtr, b.row, b.lo)
	for i := range d {
		for int(b.rowPtr[r+1]) <= b.lo+i {
			r++
		}
		d[i] = int32(r)
	}
	b.row = r
}

// findRow returns the row of synapse k, which is not before row from.
func findRow(rowPtr []int32, from, k int) int {
	if from+1 < len(rowPtr) && int(rowPtr[from]) <= k && k < int(rowPtr[from+1]) {
		return from
	}
	return sort.Search(len(rowPtr)-1, func(r int) bool { return int(rowPtr[r+1]) > k })
}
