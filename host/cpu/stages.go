package cpu

import (
	"math/bits"
	"slices"
	"unsafe"

	"github.com/galvani-sim/galvani/host/cpu/internal/native"
)

// stage is a part of a program's body: machine code, or instructions that run one after another.
type stage struct {
	code  *native.Code
	slots []slot
	body  []instr
}

type slotKind uint8

const (
	slotReal   slotKind = iota // real register or view at
	slotInt                    // int register or view at
	slotGather                 // real buffer at, from its beginning
	slotGatherInt
	slotShort  // int view at, of 16 bits
	slotResult // values of a reduction
	slotSums   // sums that they are added to
	slotRows   // rows of the synapses, in whichever form
	slotDrawn  // random numbers, made ahead of the code
)

// slot is an array of a piece of machine code.
type slot struct {
	kind slotKind
	at   int32
}

// makeStages cuts the body into stages, with machine code wherever there is some: all of it and the effects where elements run in order.
func (p *program[T]) makeStages(set native.Set, short func(buf int) bool) {
	if set == native.NoSet {
		return
	}
	v := p.varyingScalars()
	if p.loop && p.effectsInLoop() {
		t := p.newTranslator(v)
		t.whole, t.short = true, short
		if !slices.ContainsFunc(p.body, func(in instr) bool { return !t.instr(&in) }) {
			switch {
			case p.adds:
				t.addResult()
			case p.result != none:
				t.store(native.StoreReal, slot{slotResult, 0}, t.real(p.result), native.None)
			}
			t.effects()
			if code, err := native.Compile(&t.loop, set); err == nil {
				p.whole, p.draws = &stage{code: code, slots: t.slots}, t.draws
				return
			}
		}
	}
	var stages []stage
	found := false
	probe := p.newTranslator(v)
	for at := 0; at < len(p.body); {
		from := at
		t := p.newTranslator(v)
		for at < len(p.body) && t.instr(&p.body[at]) {
			at++
		}
		if at > from {
			t.results(from, at)
			s := stage{body: p.body[from:at]}
			if code, err := native.Compile(&t.loop, set); err == nil {
				s.code, s.slots, found = code, t.slots, true
			}
			stages = append(stages, s)
		}
		from = at
		for at < len(p.body) && !probe.instr(&p.body[at]) {
			at++
		}
		if at > from {
			stages = append(stages, stage{body: p.body[from:at]})
		}
	}
	if found {
		p.stages = stages
	}
}

// varying has the scalars that the prologue computes.
type varying struct{ reals, ints map[int32]bool }

func (p *program[T]) varyingScalars() varying {
	v := varying{map[int32]bool{}, map[int32]bool{}}
	for _, t := range p.times {
		v.reals[t.index] = true
	}
	for _, s := range p.stepAt {
		v.ints[s] = true
	}
	for _, in := range p.prologue {
		if in.kind.writesReal() {
			v.reals[in.d] = true
		} else {
			v.ints[in.d] = true
		}
	}
	return v
}

// effectsInLoop reports whether all effects can be part of the loop over elements.
func (p *program[T]) effectsInLoop() bool {
	for i := range p.eff {
		if k := p.eff[i].kind; k != eStore && k != eEmit && k != eCheck {
			return false
		}
	}
	return len(p.checks) <= native.MaxChecks
}

// drawnLen is the number of elements for which random numbers are made ahead of machine code that reads them.
const drawnLen = 2 * blockLen

// emittedLen is the number of elements that machine code looks at for spikes at a time: there is room for as many, not for all elements of a task.
const emittedLen = 1 << 14

// runWhole runs the program as machine code over the elements of b; false when some are left, which b then describes: all of
// them when a view reaches beyond its buffer.
func (p *program[T]) runWhole(w *worker[T], m *memory[T], b *block) bool {
	if len(p.draws) == 0 && (!p.emits || b.n <= emittedLen) {
		return p.runCode(w, m, b)
	}
	most := emittedLen
	if len(p.draws) > 0 {
		most = drawnLen
	}
	for len(w.drawn.rv) < len(p.draws) {
		w.drawn.rv = append(w.drawn.rv, make([]T, drawnLen))
	}
	for end := b.lo + b.n; b.lo < end; b.lo += b.n {
		b.n = min(most, end-b.lo)
		for i := range p.draws {
			p.draw(&p.draws[i], &w.drawn, b)
		}
		if !p.runCode(w, m, b) {
			b.n = end - b.lo
			return false
		}
	}
	return true
}

// runCode is runWhole behind the draws.
func (p *program[T]) runCode(w *worker[T], m *memory[T], b *block) bool {
	if p.emits && b.shift != 0 {
		return false // the list is of elements of all replicas
	}
	s := p.whole
	a := w.native()
	for i, x := range s.slots {
		switch x.kind {
		case slotReal:
			a.Ptr[i] = part(m.real[p.rviews[int(x.at)-p.nr].buf], p.start(&p.rviews[int(x.at)-p.nr], b), b.n)
		case slotInt:
			a.Ptr[i] = part(m.int[p.iviews[int(x.at)-p.ni].buf], p.start(&p.iviews[int(x.at)-p.ni], b), b.n)
		case slotShort:
			v := &p.iviews[int(x.at)-p.ni]
			a.Ptr[i] = part(m.shorts(v.buf), p.start(v, b), b.n)
		case slotResult:
			a.Ptr[i] = part(w.results, b.lo-w.resultsAt, b.n)
		case slotSums:
			a.Ptr[i] = pointer(p.sums)
		case slotRows:
			if p.rows.Short != nil {
				a.Ptr[i] = part(p.rows.Short, b.lo, b.n)
			} else {
				a.Ptr[i] = part(p.rows.Long, b.lo, b.n)
			}
		case slotDrawn:
			a.Ptr[i] = pointer(w.drawn.rv[x.at])
		default:
			gatherFrom(a, i, x, m)
		}
		if a.Ptr[i] == 0 {
			return false
		}
	}
	if p.emits {
		w.emitted = slices.Grow(w.emitted[:0], b.n+native.Slack)
		a.List(pointer(w.emitted[:cap(w.emitted)]))
	}
	a.Range(b.lo+b.ahead, b.n, pointer(p.sr), pointer(p.si))
	s.code.Run(a)
	if p.emits {
		w.list = append(w.list, w.emitted[:a.Count]...)
	}
	for i := range p.checks {
		if f := &a.Faults[i]; f.Hit != 0 {
			lane := bits.TrailingZeros64(uint64(f.Lanes))
			w.fault.add(i, int(f.Base)+lane+b.shift, f.Real(lane, wide[T]()))
			f.Hit = 0
		}
	}
	if a.Bail >= 0 {
		b.lo, b.n = b.lo+int(a.Bail), b.n-int(a.Bail)
		return false
	}
	return true
}

// start is where a view of a block begins in its buffer.
func (p *program[T]) start(v *view, b *block) int {
	switch v.kind {
	case viewElem:
		return b.lo + b.shift
	case viewOffset:
		return b.lo + int(p.si[v.base])
	case viewWindow:
		return b.lo - *p.window
	}
	return b.lo
}

// part is the address of buf[lo:lo+n], 0 when it is not all there.
func part[E any](buf []E, lo, n int) uintptr {
	if lo < 0 || lo+n > len(buf) {
		return 0
	}
	return pointer(buf[lo:])
}

func pointer[E any](a []E) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(a))) }

// gatherFrom sets slot i to a whole buffer.
func gatherFrom[T real](a *native.Args, i int, x slot, m *memory[T]) {
	if x.kind == slotGather {
		a.Ptr[i], a.Len[i] = pointer(m.real[x.at]), int32(len(m.real[x.at]))
	} else {
		a.Ptr[i], a.Len[i] = pointer(m.int[x.at]), int32(len(m.int[x.at]))
	}
}

// runStages runs the body on one block.
func (p *program[T]) runStages(v *vec[T], w *worker[T], f *frame[T], m *memory[T], b *block) {
	for i := range p.stages {
		s := &p.stages[i]
		if s.code == nil {
			p.instructions(s.body, v, f, m, b)
			continue
		}
		a := w.native()
		for i, x := range s.slots {
			switch x.kind {
			case slotReal:
				a.Ptr[i] = pointer(f.rv[x.at])
			case slotInt:
				a.Ptr[i] = pointer(f.iv[x.at])
			default:
				gatherFrom(a, i, x, m)
			}
		}
		a.Range(b.lo+b.ahead, b.n, pointer(p.sr), pointer(p.si))
		s.code.Run(a)
		if a.Bail >= 0 {
			rest, left := f.behind(b, int(a.Bail))
			p.instructions(s.body, v, rest, m, left)
		}
	}
}

// behind is the part of a block, and of the frame's operands, behind the first n elements.
func (f *frame[T]) behind(b *block, n int) (*frame[T], *block) {
	rest := &frame[T]{rv: make([][]T, len(f.rv)), iv: make([][]int32, len(f.iv))}
	for i, v := range f.rv {
		rest.rv[i] = v[min(n, len(v)):]
	}
	for i, v := range f.iv {
		rest.iv[i] = v[min(n, len(v)):]
	}
	left := *b
	left.lo, left.n = b.lo+n, b.n-n
	if b.list != nil {
		left.list = b.list[n:]
	}
	return rest, &left
}
