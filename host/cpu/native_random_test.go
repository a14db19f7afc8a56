package cpu

import (
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/galvani-sim/galvani/host/cpu/internal/native"
	"github.com/galvani-sim/galvani/host/ir"
)

// Operations of random loops by what they take and give: r real, i int, m mask.
var randomOps = map[string][]native.Op{
	"r":   {native.LoadReal, native.ScalarReal},
	"i":   {native.LoadInt, native.ScalarInt, native.Element},
	"rr":  {native.Sqrt, native.Floor, native.Ceil, native.Neg, native.Abs, native.Sign, native.Square, native.Cube, native.Fourth, native.Reciprocal, native.Exp, native.Exprel, native.Expm1, native.Tanh, native.Sinh, native.Cosh, native.Log, native.Log10, native.Log1p, native.Sin, native.Cos},
	"rrr": {native.Add, native.Sub, native.Mul, native.Div, native.Min, native.Max},
	"mrr": {native.Lt, native.Le, native.Eq, native.Ne, native.Gt, native.Ge},
	"iii": {native.IAdd, native.ISub, native.IMul, native.IMin, native.IMax, native.IAnd, native.IOr},
	"ii":  {native.INeg, native.IAbs, native.ISign}, "mii": {native.ILt, native.ILe, native.IEq, native.INe},
	"mmm": {native.And, native.Or}, "mm": {native.Not},
	"rmrr": {native.Select}, "imii": {native.ISelect}, "ri": {native.ToReal, native.GatherReal}, "ir": {native.ToInt}, "mi": {native.ToMask}, "im": {native.FromMask}, "ii ": {native.GatherInt},
}

var realOps = map[native.Op]ir.Op{
	native.Sqrt: ir.OpSqrt, native.Floor: ir.OpFloor, native.Ceil: ir.OpCeil, native.Neg: ir.OpNeg, native.Abs: ir.OpAbs, native.Sign: ir.OpSign,
	native.Exp: ir.OpExp, native.Exprel: ir.OpExprel, native.Expm1: ir.OpExpm1, native.Tanh: ir.OpTanh, native.Sinh: ir.OpSinh, native.Cosh: ir.OpCosh,
	native.Log: ir.OpLog, native.Log10: ir.OpLog10, native.Log1p: ir.OpLog1p, native.Sin: ir.OpSin, native.Cos: ir.OpCos,
}

var (
	powers     = map[native.Op]float64{native.Square: 2, native.Cube: 3, native.Fourth: 4, native.Reciprocal: -1}
	binaryReal = map[native.Op]int{native.Add: fAdd, native.Sub: fSub, native.Mul: fMul, native.Div: fDiv, native.Min: fMin, native.Max: fMax}
	compares   = map[native.Op]int{native.Lt: cLt, native.Le: cLe, native.Eq: cEq, native.Ne: cNe}
	binaryInts = map[native.Op]int{
		native.IAdd: iAdd, native.ISub: iSub, native.IMul: iMul, native.IMin: iMin, native.IMax: iMax, native.IAnd: iAnd, native.IOr: iOr,
		native.ILt: iLt, native.ILe: iLe, native.IEq: iEq, native.INe: iNe,
	}
	unaryInts = map[native.Op]ir.Op{native.INeg: ir.OpNeg, native.IAbs: ir.OpAbs, native.ISign: ir.OpSign}
)

// randomLoop is a loop with the arrays that it works on: inputs and tables, then outputs.
type randomLoop[T real] struct {
	loop   native.Loop
	n      int
	first  int
	sr     []T
	si     []int32
	reals  map[int32][]T
	ints   map[int32][]int32
	slots  int32
	values map[byte][]native.Value
	used   map[native.Value]bool
}

// odd returns an array that begins at no multiple of a vector.
func odd[E any](r *rand.Rand, v []E) []E {
	by := r.IntN(4)
	return append(make([]E, by, by+len(v)), v...)[by:]
}

func newRandomLoop[T real](r *rand.Rand, n, nodes int) *randomLoop[T] {
	x := &randomLoop[T]{
		n: n, first: r.IntN(100), sr: numbers[T](r, 6), si: []int32{0, 1, -1, 3, int32(r.Uint32())}, reals: map[int32][]T{}, ints: map[int32][]int32{},
		values: map[byte][]native.Value{}, used: map[native.Value]bool{},
	}
	x.loop.Wide = wide[T]()
	// Kinds in order, since that of a map is another one each time.
	var kinds []string
	for k := range randomOps {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	for len(x.loop.Nodes) < nodes {
		kind := kinds[r.IntN(len(kinds))]
		ops := randomOps[kind]
		x.add(r, kind, ops[r.IntN(len(ops))])
	}
	x.effects(r)
	return x
}

func (x *randomLoop[T]) array(r *rand.Rand, c byte, n int) int32 {
	x.slots++
	if c == 'r' {
		x.reals[x.slots-1] = odd(r, numbers[T](r, n))
		return x.slots - 1
	}
	v := make([]int32, n)
	for i := range v {
		v[i] = int32(r.IntN(7) - 2)
		if r.IntN(6) == 0 {
			v[i] = int32(r.Uint32())
		}
	}
	x.ints[x.slots-1] = odd(r, v)
	return x.slots - 1
}

func (x *randomLoop[T]) add(r *rand.Rand, kind string, op native.Op) {
	var args []native.Value
	for _, c := range []byte(kind[1:]) {
		if c == ' ' {
			continue
		}
		list := x.values[c]
		if len(list) == 0 {
			return
		}
		args = append(args, list[r.IntN(len(list))])
	}
	slot := int32(0)
	switch op {
	case native.LoadReal, native.LoadInt:
		if x.slots > 30 {
			return
		}
		slot = x.array(r, kind[0], x.n)
	case native.GatherReal, native.GatherInt:
		if x.slots > 30 {
			return
		}
		slot = x.array(r, kind[0], r.IntN(6))
	case native.ScalarReal:
		slot = int32(r.IntN(len(x.sr)))
	case native.ScalarInt:
		slot = int32(r.IntN(len(x.si)))
	}
	for _, v := range args {
		x.used[v] = true
	}
	v := x.loop.Add(op, slot, args...)
	x.values[kind[0]] = append(x.values[kind[0]], v)
}

// effects stores what nothing uses, some of it where a mask holds, checks some values, and emits.
func (x *randomLoop[T]) effects(r *rand.Rand) {
	some := func() []native.Value {
		if m := x.values['m']; len(m) > 0 && r.IntN(2) == 0 {
			return []native.Value{m[r.IntN(len(m))]}
		}
		return nil
	}
	for k := range int32(3) {
		if v := x.values['r']; len(v) > 0 {
			x.loop.Add(native.Check, k, append([]native.Value{v[r.IntN(len(v))]}, some()...)...)
		}
	}
	for _, c := range []byte("ri") {
		for _, v := range x.values[c] {
			if x.slots == native.MaxSlots || x.used[v] && r.IntN(6) > 0 {
				continue
			}
			op := map[byte]native.Op{'r': native.StoreReal, 'i': native.StoreInt}[c]
			x.loop.Add(op, x.array(r, c, x.n+16), append([]native.Value{v}, some()...)...)
		}
	}
	if m := x.values['m']; len(m) > 0 {
		x.loop.Add(native.Emit, 0, m[r.IntN(len(m))])
	}
}

// outcome is what a loop leaves.
type outcome[T real] struct {
	reals map[int32][]T
	ints  map[int32][]int32
	list  []int32
	bad   [3]int // by check, the first element; -1: none
}

// interpret runs the loop by the functions in Go, one operation after another.
func (x *randomLoop[T]) interpret() *outcome[T] {
	o := &outcome[T]{reals: map[int32][]T{}, ints: map[int32][]int32{}, bad: [3]int{-1, -1, -1}}
	slow := goVec[T]()
	re, in := map[native.Value][]T{}, map[native.Value][]int32{}
	for i := range x.loop.Nodes {
		n := &x.loop.Nodes[i]
		d, k := make([]T, x.n), make([]int32, x.n)
		holds := func(e int) bool { return n.B == native.None || in[n.B][e] != 0 }
		_, isReal := realOps[n.Op]
		_, isPower := powers[n.Op]
		_, isBinary := binaryReal[n.Op]
		_, isCompare := compares[n.Op]
		_, isUnaryInt := unaryInts[n.Op]
		_, isBinaryInt := binaryInts[n.Op]
		switch {
		case isReal:
			slow.unary[realOps[n.Op]](d, re[n.A])
		case isPower:
			slow.vs[fPow](d, re[n.A], T(powers[n.Op]))
		case isBinary:
			slow.vv[binaryReal[n.Op]](d, re[n.A], re[n.B])
		case isCompare:
			slow.cmpVV[compares[n.Op]](k, re[n.A], re[n.B])
		case isUnaryInt:
			intUnary[unaryInts[n.Op]](k, in[n.A])
		case isBinaryInt:
			intVV[binaryInts[n.Op]](k, in[n.A], in[n.B])
		}
		switch n.Op {
		case native.LoadReal:
			copy(d, x.reals[n.Slot])
		case native.LoadInt:
			copy(k, x.ints[n.Slot])
		case native.ScalarReal:
			fill(d, x.sr[n.Slot])
		case native.ScalarInt:
			fill(k, x.si[n.Slot])
		case native.Element:
			iota32(k, x.first)
		case native.Gt:
			slow.cmpVV[cLt](k, re[n.B], re[n.A])
		case native.Ge:
			slow.cmpVV[cLe](k, re[n.B], re[n.A])
		case native.And:
			intVV[iAnd](k, in[n.A], in[n.B])
		case native.Or:
			intVV[iOr](k, in[n.A], in[n.B])
		case native.Not:
			intUnary[ir.OpNot](k, in[n.A])
		case native.Select:
			slow.choose(d, in[n.A], re[n.B], re[n.C])
		case native.ISelect:
			selectBits(k, in[n.A], in[n.B], in[n.C])
		case native.ToReal:
			intToReal(d, in[n.A])
		case native.ToInt:
			realToInt(k, re[n.A])
		case native.ToMask:
			copy(k, in[n.A])
			normalise(k)
		case native.FromMask:
			copy(k, in[n.A])
		case native.GatherReal:
			gather(d, x.reals[n.Slot], in[n.A])
		case native.GatherInt:
			gather(k, x.ints[n.Slot], in[n.A])
		case native.StoreReal:
			v := slices.Clone(x.reals[n.Slot])
			for e := range x.n {
				if holds(e) {
					v[e] = re[n.A][e]
				}
			}
			o.reals[n.Slot] = v
		case native.StoreInt:
			v := slices.Clone(x.ints[n.Slot])
			for e := range x.n {
				if holds(e) {
					v[e] = in[n.A][e]
				}
			}
			o.ints[n.Slot] = v
		case native.Check:
			for e := x.n - 1; e >= 0; e-- {
				if v := re[n.A][e]; v-v != 0 && holds(e) {
					o.bad[n.Slot] = e
				}
			}
		case native.Emit:
			for e := range x.n {
				if in[n.A][e] != 0 {
					o.list = append(o.list, int32(x.first+e))
				}
			}
		}
		re[native.Value(i)], in[native.Value(i)] = d, k
	}
	return o
}

// run runs the loop as machine code and compares what it leaves; it reports whether the loop was not too large.
func (x *randomLoop[T]) run(t *testing.T, set native.Set) bool {
	t.Helper()
	want := x.interpret()
	c, err := native.Compile(&x.loop, set)
	if errors.Is(err, native.ErrTooLarge) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	a := new(native.Args)
	before := map[int32]any{}
	for s, v := range x.reals {
		a.Ptr[s], a.Len[s] = address(v), int32(len(v))
		before[s] = slices.Clone(v)
	}
	for s, v := range x.ints {
		a.Ptr[s], a.Len[s] = address(v), int32(len(v))
		before[s] = slices.Clone(v)
	}
	list := make([]int32, x.n+native.Slack)
	a.List(address(list))
	a.Range(x.first, x.n, address(x.sr), address(x.si))
	c.Run(a)
	done := x.n
	if a.Bail >= 0 {
		done = int(a.Bail)
	}
	var size T
	lanes := map[native.Set]int{native.AVX2: 32, native.AVX512: 64}[set] / int(unsafe.Sizeof(size))
	if a.Bail >= 0 && (done%lanes != 0 || done >= x.n) {
		t.Fatalf("%d of %d elements were done before the end", done, x.n)
	}
	for s, v := range want.reals {
		copy(v[done:], before[s].([]T)[done:]) // also what lies behind the elements
		sameBits(t, fmt.Sprintf("%v, %d elements, array %d of %+v", set, x.n, s, x.loop.Nodes), x.reals[s], v)
	}
	for s, v := range want.ints {
		copy(v[done:], before[s].([]int32)[done:])
		if !slices.Equal(x.ints[s], v) {
			t.Fatalf("%v, %d elements, array %d is %v, want %v of %+v", set, x.n, s, x.ints[s], v, x.loop.Nodes)
		}
	}
	at, _ := slices.BinarySearch(want.list, int32(x.first+done))
	if got := list[:a.Count]; !slices.Equal(got, want.list[:at]) {
		t.Fatalf("%v, %d elements: list %v, want %v of %+v", set, x.n, got, want.list[:at], x.loop.Nodes)
	}
	for k, bad := range want.bad {
		f := &a.Faults[k]
		if bad >= done {
			bad = -1
		}
		if (f.Hit != 0) != (bad >= 0) {
			t.Fatalf("%v, check %d: hit %d, want element %d of %+v", set, k, f.Hit, bad, x.loop.Nodes)
		}
		if bad < 0 {
			continue
		}
		lane := bits.TrailingZeros64(uint64(f.Lanes))
		if v := f.Real(lane, wide[T]()); int(f.Base)+lane != x.first+bad || v-v == 0 {
			t.Fatalf("%v, check %d: element %d with %v, want %d of %+v", set, k, int(f.Base)+lane, v, x.first+bad, x.loop.Nodes)
		}
	}
	// The other set is to find the arrays as they were.
	for s, v := range before {
		switch v := v.(type) {
		case []T:
			copy(x.reals[s], v)
		case []int32:
			copy(x.ints[s], v)
		}
	}
	return true
}

// randomNative tries loops of few and of many operations, the latter with more values alive than there are registers.
func randomNative[T real](t *testing.T, set native.Set, seed uint64, loops int) {
	r := rand.New(rand.NewPCG(seed, 33))
	ran := 0
	for range loops {
		n := 1 + r.IntN(9)
		if r.IntN(3) == 0 {
			n = r.IntN(70)
		}
		if newRandomLoop[T](r, n, 3+r.IntN(1+r.IntN(180))).run(t, set) {
			ran++
		}
	}
	if loops > 10 && ran < loops/2 {
		t.Errorf("%d of %d loops were too large", loops-ran, loops)
	}
}

func TestNativeRandom(t *testing.T) {
	onSets(t, func(t *testing.T, set native.Set) {
		t.Run("float64", func(t *testing.T) { randomNative[float64](t, set, 1, 400) })
		t.Run("float32", func(t *testing.T) { randomNative[float32](t, set, 2, 400) })
	})
}

func FuzzNative(f *testing.F) {
	f.Add(uint64(3))
	f.Fuzz(func(t *testing.T, seed uint64) {
		for _, set := range []native.Set{native.AVX2, native.AVX512} {
			if set.Available() {
				randomNative[float64](t, set, seed, 4)
				randomNative[float32](t, set, seed, 4)
			}
		}
	})
}

// A loop that needs more than there is room for is refused, on every set of instructions.
func TestNativeTooLarge(t *testing.T) {
	onSets(t, func(t *testing.T, set native.Set) {
		var arrays, checks, alive native.Loop
		for k := range int32(native.MaxSlots + 1) {
			arrays.Add(native.LoadReal, k)
		}
		checks.Add(native.Check, native.MaxChecks, checks.Add(native.LoadReal, 0))
		var values []native.Value
		for range 200 {
			values = append(values, alive.Add(native.LoadReal, 0))
		}
		for _, v := range values {
			alive.Add(native.StoreReal, 1, v)
		}
		for name, l := range map[string]*native.Loop{"arrays": &arrays, "checks": &checks, "values": &alive} {
			if _, err := native.Compile(l, set); !errors.Is(err, native.ErrTooLarge) {
				t.Errorf("too many %s: %v", name, err)
			}
		}
		alive.Nodes = append(alive.Nodes[:90:90], native.Node{Op: native.StoreReal, Slot: 1, A: 89, B: native.None, C: native.None})
		if _, err := native.Compile(&alive, set); err != nil {
			t.Errorf("a loop that is not too large: %v", err)
		}
	})
}
