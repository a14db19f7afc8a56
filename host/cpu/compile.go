package cpu

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/rng"
)

// operand is where the value of an expression is while a program is compiled: a virtual register (>= 0) or a view (< 0,
// ^index). Real and Int operands are numbered apart.
type operand int32

func viewOperand(i int) operand { return ^operand(i) }

// space says which index space the program's elements are in.
type space uint8

const (
	elementSpace space = iota
	synapseSpace
)

type compiler[T real] struct {
	k     *ir.Kernel
	bind  []plan.BufferID
	conn  *plan.Conn
	space space
	// mapped: the program runs over entries of rows, whose synapses lie elsewhere in PerElement slots.
	mapped   bool
	anywhere bool        // elements of a block lie anywhere, for batches of rows
	ends     *connection // domain Synapses of a mapped connection: where the ends of each synapse are
	count    int         // value of OpCount

	// Replicas of the plan (1: none), and what they decide: elements of one where the domain is elements, else 0; synapses of one; buffers.
	replicas, period, synapses int
	buffers                    []*plan.Buffer
	varying                    map[*ir.Expr]bool

	p       *program[T]
	uses    map[*ir.Expr]int
	done    map[*ir.Expr]operand
	scalars map[*ir.Expr]int32
	bases   map[*ir.Expr]int32 // contiguous indices met so far
	negated map[int32]int32
	rdefs   int // virtual registers so far
	idefs   int
	rviews  map[view]int
	iviews  map[view]int
	rfill   []pinned
	ifill   []pinned
	// written holds the buffers that the kernel's effects change.
	written map[int]bool
	// fixed keeps the values of an expression that depends on nothing but the element's index in a buffer; nil: not here.
	fixed func(*ir.Expr) (buf int, ok bool)
	err   error
}

// pinned is a register that is filled with a scalar once per task.
type pinned struct {
	reg    int
	scalar int32
}

// compileKernel compiles the effects of k.
func compileKernel[T real](k *ir.Kernel, run *plan.Run, p *plan.Plan, key randomKeys, ends *connection, fixed func(*ir.Expr) (int, bool), anywhere bool) (*program[T], error) {
	c := newCompiler[T](k, run, p, key)
	c.fixed, c.anywhere = fixed, anywhere
	if k.Domain == ir.Synapses || k.Domain == ir.Spiking {
		c.space = synapseSpace
		c.mapped = c.conn != nil && c.conn.Mapped && k.Domain == ir.Spiking
		c.ends = ends
	}
	c.count = run.N
	if c.replicas > 1 {
		c.fixed = nil
		if c.space == elementSpace {
			c.period, c.p.period = run.N, int32(run.N)
		}
	}
	c.effects()
	return c.finish()
}

// effects compiles the effects of the kernel.
func (c *compiler[T]) effects() {
	for _, e := range c.k.Effects {
		c.countUses(e.Index)
		c.countUses(e.Value)
		c.countUses(e.Mask)
		if e.Kind != ir.Check {
			c.written[int(c.bind[e.Slot])] = true
		}
	}
	for i := range c.k.Effects {
		c.effect(&c.k.Effects[i])
	}
}

// compileReduction compiles the value of one reduction over synapses, in the order of rows or, with ends, in that of creation.
func compileReduction[T real](k *ir.Kernel, r *ir.Reduction, run *plan.Run, p *plan.Plan, key randomKeys, ends *connection) (*program[T], error) {
	c := newCompiler[T](k, run, p, key)
	c.space, c.mapped, c.ends = synapseSpace, c.conn.Mapped && ends == nil, ends
	c.count = c.conn.N
	c.countUses(r.Value)
	op := c.vector(r.Value)
	c.p.result, c.p.resultReal = int32(op), isReal(r.Value)
	return c.finish()
}

func newCompiler[T real](k *ir.Kernel, run *plan.Run, p *plan.Plan, key randomKeys) *compiler[T] {
	c := &compiler[T]{
		k: k, bind: run.Bind,
		p:       &program[T]{name: k.Name, result: none, random: rng.At{Stream: k.Stream}, key: key.common, keys: key.own},
		uses:    make(map[*ir.Expr]int),
		done:    make(map[*ir.Expr]operand),
		scalars: make(map[*ir.Expr]int32),
		bases:   make(map[*ir.Expr]int32),
		negated: make(map[int32]int32),
		rviews:  make(map[view]int),
		iviews:  make(map[view]int),
		written: make(map[int]bool),
		varying: make(map[*ir.Expr]bool), replicas: max(1, p.Replicas), buffers: p.Buffers,
	}
	if run.Conn >= 0 && run.Conn < len(p.Conns) {
		c.conn = p.Conns[run.Conn]
		c.synapses = c.conn.N // or more, when the connection has a part of them
		for i, s := range k.Slots {
			if s.Kind == ir.PerElement && k.Domain != ir.Incoming {
				c.synapses = max(c.synapses, p.Buffers[run.Bind[i]].Each)
			}
		}
		c.p.synapses = c.synapses
	}
	return c
}

func (c *compiler[T]) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("kernel %q: %s", c.k.Name, fmt.Sprintf(format, args...))
	}
}

func (c *compiler[T]) countUses(e *ir.Expr) {
	if e == nil {
		return
	}
	c.uses[e]++
	if c.uses[e] == 1 {
		for _, a := range e.Args {
			c.countUses(a)
		}
	}
}

func isReal(e *ir.Expr) bool { return e.Type == ir.Real }

func (c *compiler[T]) newReg(isReal bool) operand {
	if isReal {
		c.rdefs++
		return operand(c.rdefs - 1)
	}
	c.idefs++
	return operand(c.idefs - 1)
}

func (c *compiler[T]) newView(isReal bool, v view) operand {
	views, list := c.iviews, &c.p.iviews
	if isReal {
		views, list = c.rviews, &c.p.rviews
	}
	i, ok := views[v]
	if !ok {
		i = len(*list)
		views[v] = i
		*list = append(*list, v)
	}
	return viewOperand(i)
}

func (c *compiler[T]) emit(in instr, isReal bool) operand {
	d := c.newReg(isReal)
	in.d = int32(d)
	c.p.body = append(c.p.body, in)
	return d
}

// contiguous reports whether index is the element plus or minus uniform terms, so that the access is a piece of the buffer,
// and returns the scalar that holds the sum of those terms, or -1 when there are none.
func (c *compiler[T]) contiguous(index *ir.Expr) (base int32, ok bool) {
	if c.scattered() || c.replicas > 1 && c.space == elementSpace {
		return 0, false
	}
	switch index.Op {
	case ir.OpElem:
		return -1, true
	case ir.OpAdd, ir.OpSub:
		x, y := index.Args[0], index.Args[1]
		if c.uniform(x) && index.Op == ir.OpAdd {
			x, y = y, x
		}
		if !c.uniform(y) {
			return 0, false
		}
		rest, ok := c.contiguous(x)
		if !ok {
			return 0, false
		}
		if rest < 0 {
			if index.Op == ir.OpAdd {
				return c.scalar(y), true
			}
			rest = c.newScalar(false, 0)
		}
		in := instr{kind: kIntVV, f: iAdd, a: rest, b: c.scalar(y)}
		if index.Op == ir.OpSub {
			in.f = iSub
		}
		in.d = c.newScalar(false, 0)
		c.p.prologue = append(c.p.prologue, in)
		return in.d, true
	}
	return 0, false
}

// place returns the view of slot at the element's own index, or at index when that is contiguous.
func (c *compiler[T]) place(slot int, index *ir.Expr) (operand, bool) {
	s := c.k.Slots[slot]
	v := view{kind: viewElem, buf: int(c.bind[slot])}
	if v.buf < len(c.buffers) && c.buffers[v.buf].Streamed {
		v.kind = viewWindow
	}
	if s.Kind == ir.Indexed {
		base, ok := c.bases[index]
		if !ok {
			if base, ok = c.contiguous(index); !ok {
				return 0, false
			}
			c.bases[index] = base
		}
		switch {
		case base >= 0:
			v.kind, v.base = viewOffset, base
		case c.replicas > 1:
			v.kind = viewLocal
		}
	}
	return c.newView(s.Type == ir.Real, v), true
}

// vector returns the operand with e's value for every element of a block.
func (c *compiler[T]) vector(e *ir.Expr) operand {
	if op, ok := c.done[e]; ok {
		return op
	}
	var op operand
	if c.uniform(e) {
		op = c.broadcast(e)
	} else {
		op = c.compute(e)
	}
	c.done[e] = op
	return op
}

func (c *compiler[T]) broadcast(e *ir.Expr) operand {
	s := c.scalar(e)
	op := c.newReg(isReal(e))
	if isReal(e) {
		c.rfill = append(c.rfill, pinned{int(op), s})
	} else {
		c.ifill = append(c.ifill, pinned{int(op), s})
	}
	return op
}

func (c *compiler[T]) compute(e *ir.Expr) operand {
	switch e.Op {
	case ir.OpLoad:
		return c.load(e)
	case ir.OpElem:
		if c.replicas > 1 {
			return c.local()
		}
		return c.element()
	case ir.OpPre, ir.OpPost:
		return c.end(e.Op)
	case ir.OpUniform:
		return c.emit(instr{kind: kUniform, draw: e.Draw}, true)
	case ir.OpNormal:
		return c.emit(instr{kind: kNormal, draw: e.Draw}, true)
	case ir.OpExponential:
		return c.emit(instr{kind: kExponential, draw: e.Draw}, true)
	case ir.OpPoisson:
		return c.emit(instr{kind: kPoisson, draw: e.Draw, a: int32(c.vector(e.Args[0]))}, false)
	case ir.OpGamma:
		return c.emit(instr{kind: kGamma, draw: e.Draw, a: int32(c.vector(e.Args[0]))}, true)
	}
	if c.fixed != nil {
		if buf, ok := c.fixed(e); ok {
			return c.newView(true, view{kind: viewElem, buf: buf})
		}
	}
	if op, ok := c.fuse(e); ok {
		return op
	}
	if op, ok := c.withScalar(e); ok {
		return op
	}
	in, ok := c.select3(e)
	if !ok {
		c.fail("operation %v is not known to the CPU backend", e.Op)
		return 0
	}
	args := [3]int32{}
	for i, a := range e.Args {
		args[i] = int32(c.vector(a))
	}
	in.a, in.b, in.c = args[0], args[1], args[2]
	return c.emit(in, isReal(e))
}

// end returns the pre- or postsynaptic index of each synapse.
func (c *compiler[T]) end(op ir.Op) operand {
	if c.conn == nil {
		c.fail("%v outside a synaptic domain", op)
		return 0
	}
	if c.space == elementSpace {
		c.fail("%v in an effect of a kernel over incoming synapses", op)
		return 0
	}
	near := (op == ir.OpPost) == c.conn.ByPost
	if c.conn.Listed || c.conn.Mapped && !c.mapped {
		if c.ends == nil {
			c.fail("%v needs the ends of each synapse", op)
			return 0
		}
		buf := c.ends.farOf
		if near {
			buf = c.ends.nearOf
		}
		kind := viewElem
		if c.replicas > 1 {
			kind = viewLocal
		}
		return c.newView(false, view{kind: kind, buf: buf})
	}
	if near {
		return c.emit(instr{kind: kRow}, false)
	}
	index := int(c.conn.Index)
	if c.conn.Drawn != nil {
		index = c.ends.indexBuf
	}
	return c.newView(false, view{kind: viewIndex, buf: index})
}

func (c *compiler[T]) load(e *ir.Expr) operand {
	s := c.k.Slots[e.Slot]
	if c.replicas > 1 && (s.Kind != ir.Indexed || c.each(e.Slot) > 0) {
		return c.loadReplicas(e)
	}
	if c.scattered() && s.Kind == ir.PerElement {
		in := instr{kind: kGatherInt, b: int32(c.bind[e.Slot]), a: int32(c.element())}
		if isReal(e) {
			in.kind = kGather
		}
		return c.emit(in, isReal(e))
	}
	var index *ir.Expr
	if s.Kind == ir.Indexed {
		index = e.Args[0]
	}
	if op, ok := c.place(e.Slot, index); ok {
		return op
	}
	in := instr{kind: kGatherInt, b: int32(c.bind[e.Slot]), a: int32(c.vector(index))}
	if isReal(e) {
		in.kind = kGather
	}
	return c.emit(in, isReal(e))
}

var elemKey = new(ir.Expr)

// scattered reports whether the elements of a block lie anywhere in PerElement slots.
func (c *compiler[T]) scattered() bool { return c.k.Domain == ir.Active || c.mapped || c.anywhere }

// element returns the operand with the element's index, whether or not the kernel names it.
func (c *compiler[T]) element() operand {
	op, ok := c.done[elemKey]
	if !ok {
		if c.mapped {
			op = c.newView(false, view{kind: viewIndex, buf: int(c.conn.Syn)})
		} else {
			op = c.emit(instr{kind: kElem}, false)
		}
		c.done[elemKey] = op
	}
	return op
}

// fuse joins a product that has no other use with the sum or difference around it.
func (c *compiler[T]) fuse(e *ir.Expr) (operand, bool) {
	if !isReal(e) || e.Op != ir.OpAdd && e.Op != ir.OpSub {
		return 0, false
	}
	for i, m := range e.Args {
		if m.Op != ir.OpMul || c.uniform(m) || c.uses[m] != 1 {
			continue
		}
		other := e.Args[1-i]
		x, y := m.Args[0], m.Args[1]
		if c.uniform(x) {
			x, y = y, x
		}
		in := instr{kind: kFused}
		negate := false
		switch {
		case e.Op == ir.OpAdd, i == 0:
			sub := e.Op == ir.OpSub
			switch {
			case !c.uniform(y) && !c.uniform(other):
				in.f = mAddVVV
				if sub {
					in.f = mSubVVV
				}
			case !c.uniform(other):
				in.f = mAddVSV
				if sub {
					in.f = mSubVSV
				}
			case !c.uniform(y):
				in.f, negate = mAddVVS, sub
			default:
				in.f, negate = mAddVSS, sub
			}
			in.a = int32(c.vector(x))
			if c.uniform(y) {
				in.b = c.scalar(y)
			} else {
				in.b = int32(c.vector(y))
			}
			if c.uniform(other) {
				in.c = c.scalar(other)
				if negate {
					in.c = c.negate(in.c)
				}
			} else {
				in.c = int32(c.vector(other))
			}
		default: // other - x*y
			in.a = int32(c.vector(x))
			switch {
			case c.uniform(y):
				in.b = c.negate(c.scalar(y))
				if c.uniform(other) {
					in.f, in.c = mAddVSS, c.scalar(other)
				} else {
					in.f, in.c = mAddVSV, int32(c.vector(other))
				}
			case c.uniform(other):
				in.f, in.b, in.c = mRSubVVS, int32(c.vector(y)), c.scalar(other)
			default:
				in.f, in.b, in.c = mRSubVVV, int32(c.vector(y)), int32(c.vector(other))
			}
		}
		return c.emit(in, true), true
	}
	return 0, false
}

var binaryOp = map[ir.Op]uint8{
	ir.OpAdd: fAdd, ir.OpSub: fSub, ir.OpMul: fMul, ir.OpDiv: fDiv, ir.OpMin: fMin, ir.OpMax: fMax,
	ir.OpFloorDiv: fFloorDiv, ir.OpMod: fMod, ir.OpPow: fPow,
}

// swapped is the operation to use when the scalar is on the left.
var swapped = map[ir.Op]uint8{
	ir.OpAdd: fAdd, ir.OpSub: fRSub, ir.OpMul: fMul, ir.OpDiv: fRDiv, ir.OpMin: fMin, ir.OpMax: fMax,
}

var compareOp = map[ir.Op]uint8{ir.OpLt: cLt, ir.OpLe: cLe, ir.OpEq: cEq, ir.OpNe: cNe}

var swappedCompare = map[ir.Op]uint8{ir.OpLt: cGt, ir.OpLe: cGe, ir.OpEq: cEq, ir.OpNe: cNe}

var intOp = map[ir.Op]uint8{
	ir.OpAdd: iAdd, ir.OpSub: iSub, ir.OpMul: iMul, ir.OpMin: iMin, ir.OpMax: iMax, ir.OpFloorDiv: iFloorDiv, ir.OpMod: iMod,
	ir.OpAnd: iAnd, ir.OpOr: iOr, ir.OpLt: iLt, ir.OpLe: iLe, ir.OpEq: iEq, ir.OpNe: iNe,
}

// withScalar emits a binary operation of Reals with one uniform operand, where there is a form for it.
func (c *compiler[T]) withScalar(e *ir.Expr) (operand, bool) {
	if len(e.Args) != 2 || !isReal(e.Args[0]) {
		return 0, false
	}
	v, s := e.Args[0], e.Args[1]
	table, compare := binaryOp, compareOp
	if c.uniform(v) {
		v, s = s, v
		table, compare = swapped, swappedCompare
	}
	if !c.uniform(s) {
		return 0, false
	}
	if f, ok := compare[e.Op]; ok {
		return c.emit(instr{kind: kCmpVS, f: f, a: int32(c.vector(v)), b: c.scalar(s)}, false), true
	}
	f, ok := table[e.Op]
	if !ok || f == fFloorDiv || f == fMod {
		return 0, false
	}
	return c.emit(instr{kind: kVS, f: f, a: int32(c.vector(v)), b: c.scalar(s)}, true), true
}

// select3 chooses the instruction for e with all operands of the same shape: vectors in the body, scalars in the prologue.
func (c *compiler[T]) select3(e *ir.Expr) (instr, bool) {
	switch e.Op {
	case ir.OpSelect:
		if isReal(e) {
			return instr{kind: kSelect}, true
		}
		return instr{kind: kIntSel}, true
	case ir.OpIntToReal:
		return instr{kind: kToReal}, true
	case ir.OpRealToInt:
		return instr{kind: kToInt}, true
	}
	if len(e.Args) == 0 {
		return instr{}, false
	}
	if !isReal(e.Args[0]) {
		if len(e.Args) == 1 {
			return instr{kind: kIntUnary, f: uint8(e.Op)}, intUnary[e.Op] != nil
		}
		f, ok := intOp[e.Op]
		return instr{kind: kIntVV, f: f}, ok
	}
	if len(e.Args) == 1 {
		return instr{kind: kUnary, f: uint8(e.Op)}, true
	}
	if f, ok := compareOp[e.Op]; ok {
		return instr{kind: kCmpVV, f: f}, true
	}
	f, ok := binaryOp[e.Op]
	return instr{kind: kVV, f: f}, ok
}

// scalar returns the scalar that holds e, a uniform expression.
func (c *compiler[T]) scalar(e *ir.Expr) int32 {
	if s, ok := c.scalars[e]; ok {
		return s
	}
	var s int32
	switch e.Op {
	case ir.OpConst:
		s = c.newScalar(isReal(e), e.Value)
	case ir.OpCount:
		s = c.newScalar(false, float64(c.count))
	case ir.OpStep:
		s = c.newScalar(false, 0)
		c.p.stepAt = append(c.p.stepAt, s)
	case ir.OpTime:
		s = c.newScalar(true, 0)
		c.p.times = append(c.p.times, timeAt{s, e.Value})
	case ir.OpLoad:
		var index int32
		if c.k.Slots[e.Slot].Kind == ir.Indexed {
			index = c.scalar(e.Args[0])
		} else {
			index = c.newScalar(false, 0)
		}
		s = c.newScalar(isReal(e), 0)
		in := instr{kind: kGatherInt, d: s, a: index, b: int32(c.bind[e.Slot])}
		if isReal(e) {
			in.kind = kGather
		}
		c.p.prologue = append(c.p.prologue, in)
	default:
		in, ok := c.select3(e)
		if !ok {
			c.fail("operation %v is not known to the CPU backend", e.Op)
			return 0
		}
		args := [3]int32{}
		for i, a := range e.Args {
			args[i] = c.scalar(a)
		}
		in.a, in.b, in.c = args[0], args[1], args[2]
		s = c.newScalar(isReal(e), 0)
		in.d = s
		c.p.prologue = append(c.p.prologue, in)
	}
	c.scalars[e] = s
	return s
}

func (c *compiler[T]) newScalar(isReal bool, v float64) int32 {
	if isReal {
		c.p.sr = append(c.p.sr, T(v))
		return int32(len(c.p.sr) - 1)
	}
	c.p.si = append(c.p.si, toInt(v))
	return int32(len(c.p.si) - 1)
}

// negate returns a scalar that holds minus the scalar s.
func (c *compiler[T]) negate(s int32) int32 {
	if n, ok := c.negated[s]; ok {
		return n
	}
	n := c.newScalar(true, -float64(c.p.sr[s]))
	c.p.prologue = append(c.p.prologue, instr{kind: kUnary, f: uint8(ir.OpNeg), d: n, a: s})
	c.negated[s] = n
	return n
}
