package cpu

import (
	"github.com/galvani-sim/galvani/host/cpu/internal/native"
	"github.com/galvani-sim/galvani/host/ir"
)

// translator turns instructions into a loop for machine code. Registers of the block become values of the loop.
type translator[T real] struct {
	p       *program[T]
	loop    native.Loop
	slots   []slot
	place   map[slot]int32
	reals   map[int32]native.Value // by register or view
	ints    map[int32]native.Value // int32 or mask
	masks   map[native.Value]native.Value
	fromM   map[native.Value]native.Value
	isMask  map[native.Value]bool
	scalars map[int32]native.Value
	fixedR  map[int32]int32 // registers that keep a scalar
	fixedI  map[int32]int32
	varying varying
	// stores are made behind everything else: an operation that ends the loop leaves its vector as it was.
	stores []native.Node
	// whole: the loop is all of the program. Random numbers that depend on nothing but the element are made before it, by draws, and views are read
	// in the form in which they lie; else a frame has them, in 32 bits.
	whole bool
	short func(buf int) bool
	draws []instr
}

func (p *program[T]) newTranslator(v varying) *translator[T] {
	t := &translator[T]{
		p: p, place: map[slot]int32{}, reals: map[int32]native.Value{}, ints: map[int32]native.Value{}, masks: map[native.Value]native.Value{},
		fromM: map[native.Value]native.Value{}, isMask: map[native.Value]bool{}, scalars: map[int32]native.Value{},
		fixedR: map[int32]int32{}, fixedI: map[int32]int32{}, varying: v,
	}
	t.loop.Wide = wide[T]()
	for _, in := range p.once {
		if in.kind == kFill {
			t.fixedR[in.d] = in.a
		} else {
			t.fixedI[in.d] = in.a
		}
	}
	return t
}

// slot returns the number of an array.
func (t *translator[T]) slot(s slot) int32 {
	n, ok := t.place[s]
	if !ok {
		n = int32(len(t.slots))
		t.slots = append(t.slots, s)
		t.place[s] = n
	}
	return n
}

// real and int are the values of operands.
func (t *translator[T]) real(r int32) native.Value {
	v, ok := t.reals[r]
	if !ok {
		if s, fixed := t.fixedR[r]; fixed {
			v = t.scalar(s)
		} else {
			v = t.loop.Add(native.LoadReal, t.slot(slot{slotReal, r}))
		}
		t.reals[r] = v
	}
	return v
}

func (t *translator[T]) scalar(s int32) native.Value {
	v, ok := t.scalars[s]
	if !ok {
		v = t.loop.Add(native.ScalarReal, s)
		t.scalars[s] = v
	}
	return v
}

func (t *translator[T]) either(r int32) native.Value {
	v, ok := t.ints[r]
	if !ok {
		if s, fixed := t.fixedI[r]; fixed {
			v = t.loop.Add(native.ScalarInt, s)
		} else {
			v = t.loadInt(r)
		}
		t.ints[r] = v
	}
	return v
}

// loadInt loads a register or a view.
func (t *translator[T]) loadInt(r int32) native.Value {
	if t.whole && int(r) >= t.p.ni && t.short(t.p.iviews[int(r)-t.p.ni].buf) {
		return t.loop.Add(native.LoadShort, t.slot(slot{slotShort, r}))
	}
	return t.loop.Add(native.LoadInt, t.slot(slot{slotInt, r}))
}

func (t *translator[T]) int(r int32) native.Value { return t.asInt(t.either(r)) }

func (t *translator[T]) mask(r int32) native.Value { return t.asMask(t.either(r)) }

func (t *translator[T]) asInt(v native.Value) native.Value {
	if !t.isMask[v] {
		return v
	}
	i, ok := t.fromM[v]
	if !ok {
		i = t.loop.Add(native.FromMask, 0, v)
		t.fromM[v] = i
	}
	return i
}

func (t *translator[T]) asMask(v native.Value) native.Value {
	if t.isMask[v] {
		return v
	}
	m, ok := t.masks[v]
	if !ok {
		m = t.loop.Add(native.ToMask, 0, v)
		t.isMask[m] = true
		t.masks[v] = m
	}
	return m
}

func (t *translator[T]) addMask(op native.Op, operands ...native.Value) native.Value {
	v := t.loop.Add(op, 0, operands...)
	t.isMask[v] = true
	return v
}

var nativeUnary = map[ir.Op]native.Op{
	ir.OpNeg: native.Neg, ir.OpAbs: native.Abs, ir.OpSign: native.Sign, ir.OpSqrt: native.Sqrt, ir.OpFloor: native.Floor,
	ir.OpCeil: native.Ceil, ir.OpExp: native.Exp, ir.OpExpm1: native.Expm1, ir.OpExprel: native.Exprel,
	ir.OpSin: native.Sin, ir.OpCos: native.Cos, ir.OpTanh: native.Tanh, ir.OpSinh: native.Sinh, ir.OpCosh: native.Cosh,
	ir.OpLog: native.Log, ir.OpLog10: native.Log10, ir.OpLog1p: native.Log1p,
}

var nativeBinary = map[uint8]native.Op{fAdd: native.Add, fSub: native.Sub, fMul: native.Mul, fDiv: native.Div, fMin: native.Min, fMax: native.Max}

var nativeCompare = [numCompare]native.Op{cLt: native.Lt, cLe: native.Le, cEq: native.Eq, cNe: native.Ne, cGt: native.Gt, cGe: native.Ge}

var nativeInt = map[uint8]native.Op{
	iAdd: native.IAdd, iSub: native.ISub, iMul: native.IMul, iMin: native.IMin, iMax: native.IMax,
}

var nativeIntCompare = map[uint8]native.Op{iLt: native.ILt, iLe: native.ILe, iEq: native.IEq, iNe: native.INe}

var nativeIntUnary = map[ir.Op]native.Op{ir.OpNeg: native.INeg, ir.OpAbs: native.IAbs, ir.OpSign: native.ISign}

var nativePower = map[float64]native.Op{2: native.Square, 3: native.Cube, 4: native.Fourth, -1: native.Reciprocal}

// instr adds an instruction to the loop; false when machine code has no form for it.
func (t *translator[T]) instr(in *instr) bool {
	var v native.Value
	switch in.kind {
	case kUnary:
		if ir.Op(in.f) == ir.OpLoad {
			v = t.real(in.a)
			break
		}
		op, ok := nativeUnary[ir.Op(in.f)]
		if !ok {
			return false
		}
		v = t.loop.Add(op, 0, t.real(in.a))
	case kVV:
		op, ok := nativeBinary[in.f]
		if !ok {
			return false
		}
		v = t.loop.Add(op, 0, t.real(in.a), t.real(in.b))
	case kVS:
		ok := false
		if v, ok = t.withScalar(in); !ok {
			return false
		}
	case kFused:
		v = t.fused(in)
	case kCmpVV:
		v = t.addMask(nativeCompare[in.f], t.real(in.a), t.real(in.b))
	case kCmpVS:
		v = t.addMask(nativeCompare[in.f], t.real(in.a), t.scalar(in.b))
	case kSelect:
		v = t.loop.Add(native.Select, 0, t.mask(in.a), t.real(in.b), t.real(in.c))
	case kIntUnary:
		switch op, ok := nativeIntUnary[ir.Op(in.f)]; {
		case ok:
			v = t.loop.Add(op, 0, t.int(in.a))
		case ir.Op(in.f) == ir.OpNot:
			v = t.addMask(native.Not, t.mask(in.a))
		case ir.Op(in.f) == ir.OpLoad, ir.Op(in.f) == ir.OpBoolToInt:
			v = t.either(in.a)
		default:
			return false
		}
	case kIntVV:
		ok := false
		if v, ok = t.intBinary(in); !ok {
			return false
		}
	case kIntSel:
		v = t.loop.Add(native.ISelect, 0, t.mask(in.a), t.int(in.b), t.int(in.c))
	case kToReal:
		v = t.loop.Add(native.ToReal, 0, t.int(in.a))
	case kToInt:
		v = t.loop.Add(native.ToInt, 0, t.real(in.a))
	case kGather:
		v = t.loop.Add(native.GatherReal, t.slot(slot{slotGather, in.b}), t.int(in.a))
	case kGatherInt:
		v = t.loop.Add(native.GatherInt, t.slot(slot{slotGatherInt, in.b}), t.int(in.a))
	case kElem:
		if t.p.listed {
			return false
		}
		v = t.loop.Add(native.Element, 0)
	case kUniform, kNormal, kExponential:
		if !t.whole {
			return false
		}
		at := int32(len(t.draws))
		v = t.loop.Add(native.LoadReal, t.slot(slot{slotDrawn, at}))
		t.draws = append(t.draws, instr{kind: in.kind, d: at, draw: in.draw})
	default:
		return false
	}
	if in.kind.writesReal() {
		t.reals[in.d] = v
		if int(in.d) >= t.p.nr {
			t.store(native.StoreReal, slot{slotReal, in.d}, v, native.None)
		}
	} else {
		t.ints[in.d] = v
		if int(in.d) >= t.p.ni {
			t.store(native.StoreInt, slot{slotInt, in.d}, t.asInt(v), native.None)
		}
	}
	return true
}

func (t *translator[T]) withScalar(in *instr) (native.Value, bool) {
	x := t.real(in.a)
	switch in.f {
	case fRSub:
		return t.loop.Add(native.Sub, 0, t.scalar(in.b), x), true
	case fRDiv:
		return t.loop.Add(native.Div, 0, t.scalar(in.b), x), true
	case fPow:
		op, ok := nativePower[float64(t.p.sr[in.b])]
		if !ok || t.varying.reals[in.b] {
			return 0, false
		}
		return t.loop.Add(op, 0, x), true
	}
	op, ok := nativeBinary[in.f]
	if !ok {
		return 0, false
	}
	if in.f == fDiv && !t.varying.reals[in.b] {
		c := float64(t.p.sr[in.b])
		if n := t.loop.Nodes[x]; n.Op == native.Neg {
			x, c = n.A, -c
		}
		if by, ok := native.NewDivisor(c, wide[T]()); ok {
			return t.loop.Divide(x, by), true
		}
		x = t.real(in.a)
	}
	return t.loop.Add(op, 0, x, t.scalar(in.b)), true
}

func (t *translator[T]) fused(in *instr) native.Value {
	var b, c native.Value
	switch in.f {
	case mAddVSV, mAddVSS, mSubVSV:
		b = t.scalar(in.b)
	default:
		b = t.real(in.b)
	}
	switch in.f {
	case mAddVVS, mAddVSS, mRSubVVS:
		c = t.scalar(in.c)
	default:
		c = t.real(in.c)
	}
	product := t.loop.Add(native.Mul, 0, t.real(in.a), b)
	switch in.f {
	case mSubVVV, mSubVSV:
		return t.loop.Add(native.Sub, 0, product, c)
	case mRSubVVV, mRSubVVS:
		return t.loop.Add(native.Sub, 0, c, product)
	}
	return t.loop.Add(native.Add, 0, product, c)
}

func (t *translator[T]) intBinary(in *instr) (native.Value, bool) {
	if op, ok := nativeInt[in.f]; ok {
		return t.loop.Add(op, 0, t.int(in.a), t.int(in.b)), true
	}
	if op, ok := nativeIntCompare[in.f]; ok {
		return t.addMask(op, t.int(in.a), t.int(in.b)), true
	}
	if in.f == iFloorDiv || in.f == iMod {
		return t.divideInt(in)
	}
	if in.f != iAnd && in.f != iOr {
		return 0, false
	}
	// Both are Bools.
	op := native.And
	if in.f == iOr {
		op = native.Or
	}
	return t.addMask(op, t.mask(in.a), t.mask(in.b)), true
}

// divideInt adds a division by a constant, or what it leaves.
func (t *translator[T]) divideInt(in *instr) (native.Value, bool) {
	s, fixed := t.fixedI[in.b]
	if !fixed || t.varying.ints[s] || t.p.si[s] <= 0 {
		return 0, false
	}
	op := native.IFloorDiv
	if in.f == iMod {
		op = native.IMod
	}
	return t.loop.Add(op, t.p.si[s], t.int(in.a)), true
}

// effects adds the program's effects.
func (t *translator[T]) effects() {
	for i := range t.p.eff {
		e := &t.p.eff[i]
		mask := native.None
		if e.mask != none {
			mask = t.mask(e.mask)
		}
		switch {
		case e.kind == eEmit && mask == native.None:
			one := t.loop.Add(native.Element, 0)
			t.loop.Add(native.Emit, 0, t.addMask(native.IEq, one, one))
		case e.kind == eEmit:
			t.loop.Add(native.Emit, 0, mask)
		case e.kind == eCheck:
			t.loop.Add(native.Check, int32(e.check), t.real(e.value), mask)
		case e.isReal:
			t.store(native.StoreReal, slot{slotReal, e.dst}, t.real(e.value), mask)
		default:
			t.store(native.StoreInt, slot{slotInt, e.dst}, t.int(e.value), mask)
		}
	}
	t.finish()
}

func (t *translator[T]) store(op native.Op, to slot, value, mask native.Value) {
	t.stores = append(t.stores, native.Node{Op: op, Slot: t.slot(to), A: value, B: mask, C: native.None})
}

// addResult adds the result to the sums of rows, behind the stores.
func (t *translator[T]) addResult() {
	op := native.AddReal
	if t.p.rows.Short != nil {
		op = native.AddRealShort
	}
	n := native.Node{Op: op, A: t.real(t.p.result), B: native.None, C: native.None}
	n.Slot, n.Index = t.slot(slot{slotSums, 0}), t.slot(slot{slotRows, 0})
	t.stores = append(t.stores, n)
}

// finish adds the stores.
func (t *translator[T]) finish() {
	t.loop.Nodes = append(t.loop.Nodes, t.stores...)
}

// results stores the registers that instructions from to to-1 of the body wrote and that are read behind them.
func (t *translator[T]) results(from, to int) {
	p := t.p
	type register struct {
		r      int32
		isReal bool
	}
	written := map[register]bool{}
	var order []register
	for _, in := range p.body[from:to] {
		r := register{in.d, in.kind.writesReal()}
		if count := p.ni; !written[r] {
			if r.isReal {
				count = p.nr
			}
			if int(r.r) < count {
				written[r] = true
				order = append(order, r)
			}
		}
	}
	needed := map[register]bool{}
	gone := map[register]bool{}
	for i := to; i < len(p.body); i++ {
		in := &p.body[i]
		in.sources(func(op *int32, isReal bool) {
			if r := (register{*op, isReal}); !gone[r] {
				needed[r] = true
			}
		})
		gone[register{in.d, in.kind.writesReal()}] = true
	}
	last := func(op int32, isReal bool) {
		if r := (register{op, isReal}); op != none && !gone[r] {
			needed[r] = true
		}
	}
	for i := range p.eff {
		e := &p.eff[i]
		last(e.value, e.isReal)
		last(e.mask, false)
		last(e.index, false)
	}
	last(p.result, p.resultReal)
	for _, r := range order {
		switch {
		case !needed[r]:
		case r.isReal:
			t.store(native.StoreReal, slot{slotReal, r.r}, t.reals[r.r], native.None)
		default:
			t.store(native.StoreInt, slot{slotInt, r.r}, t.asInt(t.ints[r.r]), native.None)
		}
	}
	t.finish()
}
