package cpu

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/galvani-sim/galvani/host/cpu/internal/native"
	"github.com/galvani-sim/galvani/host/ir"
)

// address is where an array lies, for machine code.
func address[E any](a []E) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(a))) }

// TestNative compares machine code with the functions in Go, bit for bit.
func TestNative(t *testing.T) {
	onSets(t, func(t *testing.T, set native.Set) {
		t.Run("float64", func(t *testing.T) { nativeOps[float64](t, set) })
		t.Run("float32", func(t *testing.T) { nativeOps[float32](t, set) })
	})
}

// onSets runs a test for each set of instructions that this machine has.
func onSets(t *testing.T, f func(t *testing.T, set native.Set)) {
	for _, set := range []native.Set{native.AVX2, native.AVX512} {
		if !set.Available() {
			t.Logf("no machine code for %v here: the functions in Go run instead", set)
			continue
		}
		t.Run(set.String(), func(t *testing.T) { f(t, set) })
	}
}

// runNative runs a loop whose slots 0, 1, ... are the arrays given, over n elements from first on.
func runNative[T real](t *testing.T, set native.Set, l *native.Loop, first, n int, sr []T, si []int32, arrays ...any) *native.Args {
	t.Helper()
	l.Wide = wide[T]()
	c, err := native.Compile(l, set)
	if err != nil {
		t.Fatal(err)
	}
	a := new(native.Args)
	for i, x := range arrays {
		switch x := x.(type) {
		case []T:
			a.Ptr[i], a.Len[i] = address(x), int32(len(x))
		case []int32:
			a.Ptr[i], a.Len[i] = address(x), int32(len(x))
		}
	}
	list := make([]int32, n+native.Slack)
	a.List(address(list))
	a.Range(first, n, address(sr), address(si))
	c.Run(a)
	return a
}

func nativeOps[T real](t *testing.T, set native.Set) {
	slow := goVec[T]()
	r := rand.New(rand.NewPCG(9, 10))
	for _, n := range []int{0, 1, 7, 8, 9, 15, 16, 17, 40, 256} {
		// Guards behind the arrays show what writes too far.
		a, b, c := numbers[T](r, n), numbers[T](r, n), numbers[T](r, n)
		got, want := make([]T, n+32), make([]T, n)
		ints, more := make([]int32, n), make([]int32, n)
		for i := range ints {
			ints[i], more[i] = int32(r.IntN(5)-2), int32(r.Uint32())
		}
		gotI, wantI := make([]int32, n+32), make([]int32, n)
		guard := func(what string) {
			t.Helper()
			for i := n; i < n+32; i++ {
				if got[i] != 0 || gotI[i] != 0 {
					t.Fatalf("%s of %d elements writes to element %d", what, n, i)
				}
			}
		}
		for op, f := range map[native.Op]func(d, a []T){
			native.Sqrt: slow.unary[ir.OpSqrt], native.Floor: slow.unary[ir.OpFloor], native.Ceil: slow.unary[ir.OpCeil],
			native.Neg: slow.unary[ir.OpNeg], native.Abs: slow.unary[ir.OpAbs], native.Sign: slow.unary[ir.OpSign],
			native.Exp: slow.unary[ir.OpExp], native.Expm1: slow.unary[ir.OpExpm1], native.Exprel: slow.unary[ir.OpExprel],
			native.Sin: slow.unary[ir.OpSin], native.Cos: slow.unary[ir.OpCos], native.Tanh: slow.unary[ir.OpTanh],
			native.Sinh: slow.unary[ir.OpSinh], native.Cosh: slow.unary[ir.OpCosh],
			native.Log: slow.unary[ir.OpLog], native.Log10: slow.unary[ir.OpLog10], native.Log1p: slow.unary[ir.OpLog1p],
			native.Square: func(d, a []T) { slow.vs[fPow](d, a, 2) }, native.Cube: func(d, a []T) { slow.vs[fPow](d, a, 3) },
			native.Reciprocal: func(d, a []T) { slow.vs[fPow](d, a, -1) },
			native.Fourth:     func(d, a []T) { slow.vs[fPow](d, a, 4) },
		} {
			var l native.Loop
			l.Add(native.StoreReal, 1, l.Add(op, 0, l.Add(native.LoadReal, 0)))
			args := runNative[T](t, set, &l, 0, n, nil, nil, a, got)
			f(want, a)
			if at := int(args.Bail); at >= 0 {
				lanes := min(n, at+64/int(unsafe.Sizeof(a[0])))
				if !slices.ContainsFunc(a[at:lanes], func(v T) bool { return !(v < 1<<28 && v > -1<<28) }) {
					t.Fatalf("operation %d ends at %v", op, a[at:lanes])
				}
				copy(got[at:n], want[at:])
			}
			sameBits(t, fmt.Sprint("unary ", op), got[:n], want)
			guard("unary")
		}
		var both native.Loop
		angle := both.Add(native.LoadReal, 0)
		both.Add(native.StoreReal, 1, both.Add(native.Cos, 0, angle))
		both.Add(native.StoreReal, 2, both.Add(native.Sin, 0, angle))
		small, other := make([]T, n), make([]T, n+32)
		for i := range small {
			small[i] = T(r.NormFloat64() * 10)
		}
		runNative[T](t, set, &both, 0, n, nil, nil, small, got, other)
		slow.unary[ir.OpCos](want, small)
		sameBits(t, "cosine of a pair", got[:n], want)
		slow.unary[ir.OpSin](want, small)
		sameBits(t, "sine of a pair", other[:n], want)
		s := numbers[T](r, 2)
		for op, k := range map[native.Op]int{native.Add: fAdd, native.Sub: fSub, native.Mul: fMul, native.Div: fDiv, native.Min: fMin, native.Max: fMax} {
			var l native.Loop
			x, y, z := l.Add(native.LoadReal, 0), l.Add(native.LoadReal, 1), l.Add(native.ScalarReal, 1)
			l.Add(native.StoreReal, 2, l.Add(op, 0, x, y))
			runNative[T](t, set, &l, 0, n, s, nil, a, b, got)
			slow.vv[k](want, a, b)
			sameBits(t, fmt.Sprint("binary ", op), got[:n], want)
			l.Add(native.StoreReal, 2, l.Add(op, 0, x, z))
			runNative[T](t, set, &l, 0, n, s, nil, a, b, got)
			slow.vs[k](want, a, s[1])
			sameBits(t, fmt.Sprint("binary with scalar ", op), got[:n], want)
			l.Add(native.StoreReal, 2, l.Add(op, 0, z, x))
			runNative[T](t, set, &l, 0, n, s, nil, a, b, got)
			spread := make([]T, n)
			fill(spread, s[1])
			slow.vv[k](want, spread, a)
			sameBits(t, fmt.Sprint("scalar with ", op), got[:n], want)
			guard("binary")
		}
		for op, k := range map[native.Op]int{native.Lt: cLt, native.Le: cLe, native.Eq: cEq, native.Ne: cNe, native.Gt: cGt, native.Ge: cGe} {
			var l native.Loop
			x := l.Add(native.LoadReal, 0)
			m := l.Add(op, 0, x, l.Add(native.ScalarReal, 0))
			l.Add(native.StoreInt, 1, l.Add(native.FromMask, 0, m))
			l.Add(native.StoreReal, 2, l.Add(native.Select, 0, l.Add(native.Not, 0, m), l.Add(native.LoadReal, 3), x))
			l.Add(native.Emit, 0, m)
			args := runNative[T](t, set, &l, 5, n, s, nil, a, gotI, got, c)
			slow.cmpVS[k](wantI, a, s[0])
			if !slices.Equal(gotI[:n], wantI) {
				t.Fatalf("comparison %d with %v: %v, want %v", op, s[0], gotI[:n], wantI)
			}
			slow.choose(want, wantI, a, c)
			sameBits(t, "select", got[:n], want)
			sum := 0
			for _, v := range wantI {
				sum += int(v)
			}
			if int(args.Count) != sum {
				t.Fatalf("%d elements emitted, want %d", args.Count, sum)
			}
			guard("comparison")
		}
		for op, k := range map[native.Op]int{native.IAdd: iAdd, native.ISub: iSub, native.IMul: iMul, native.IMin: iMin, native.IMax: iMax, native.IAnd: iAnd, native.IOr: iOr} {
			var l native.Loop
			l.Add(native.StoreInt, 2, l.Add(op, 0, l.Add(native.LoadInt, 0), l.Add(native.LoadInt, 1)))
			runNative[T](t, set, &l, 0, n, nil, nil, more, ints, gotI)
			intVV[k](wantI, more, ints)
			if !slices.Equal(gotI[:n], wantI) {
				t.Fatalf("int operation %d: %v, want %v", op, gotI[:n], wantI)
			}
			guard("int")
		}
		for op, f := range map[native.Op]func(x, y int32) int32{native.IFloorDiv: floorDivInt, native.IMod: modInt} {
			for _, by := range []int32{1, 2, 3, 7, 1000, 46341, 1<<31 - 1} {
				for i := range ints { // about multiples, and the ends of the range
					more[i] = []int32{more[i], more[i] / by * by, more[i]/by*by - 1, math.MaxInt32 - int32(i), math.MinInt32 + int32(i), int32(i) - 3}[i%6]
					wantI[i] = f(more[i], by)
				}
				var l native.Loop
				l.Add(native.StoreInt, 1, l.Add(op, by, l.Add(native.LoadInt, 0)))
				runNative[T](t, set, &l, 0, n, nil, nil, more, gotI)
				if !slices.Equal(gotI[:n], wantI) {
					t.Fatalf("int operation %d of %v by %d: %v, want %v", op, more, by, gotI[:n], wantI)
				}
				guard("division")
			}
		}
		for op, k := range map[native.Op]int{native.ILt: iLt, native.ILe: iLe, native.IEq: iEq, native.INe: iNe} {
			var l native.Loop
			m := l.Add(op, 0, l.Add(native.LoadInt, 0), l.Add(native.ScalarInt, 0))
			l.Add(native.StoreInt, 1, l.Add(native.FromMask, 0, m))
			runNative[T](t, set, &l, 0, n, nil, []int32{1}, ints, gotI)
			ones := make([]int32, n)
			fill(ones, 1)
			intVV[k](wantI, ints, ones)
			if !slices.Equal(gotI[:n], wantI) {
				t.Fatalf("int comparison %d: %v, want %v", op, gotI[:n], wantI)
			}
		}
		for op, k := range map[native.Op]ir.Op{native.INeg: ir.OpNeg, native.IAbs: ir.OpAbs, native.ISign: ir.OpSign} {
			var l native.Loop
			l.Add(native.StoreInt, 1, l.Add(op, 0, l.Add(native.LoadInt, 0)))
			runNative[T](t, set, &l, 0, n, nil, nil, more, gotI)
			intUnary[k](wantI, more)
			if !slices.Equal(gotI[:n], wantI) {
				t.Fatalf("int operation %d: %v, want %v", op, gotI[:n], wantI)
			}
		}
		var l native.Loop
		x := l.Add(native.LoadReal, 0)
		i := l.Add(native.ToInt, 0, x)
		l.Add(native.StoreInt, 1, i)
		l.Add(native.StoreReal, 2, l.Add(native.ToReal, 0, i))
		big := numbers[T](r, n)
		for i := range big {
			big[i] *= 1 << 28
		}
		runNative[T](t, set, &l, 0, n, nil, nil, big, gotI, got)
		realToInt(wantI, big)
		intToReal(want, wantI)
		sameBits(t, "to real", got[:n], want)
		if !slices.Equal(gotI[:n], wantI) {
			t.Fatalf("to int of %v: %v, want %v", big, gotI[:n], wantI)
		}
		l = native.Loop{}
		i = l.Add(native.LoadInt, 0)
		l.Add(native.StoreReal, 1, l.Add(native.GatherReal, 3, i))
		l.Add(native.StoreInt, 2, l.Add(native.GatherInt, 4, i), l.Add(native.ToMask, 0, l.Add(native.LoadInt, 5)))
		copy(gotI, more)
		runNative[T](t, set, &l, 0, n, nil, nil, ints, got, gotI, c[:min(n, 2)], more[:min(n, 2)], ints)
		gather(want, c[:min(n, 2)], ints)
		gather(wantI, more[:min(n, 2)], ints)
		selectBits(wantI, ints, wantI, more)
		sameBits(t, "gather", got[:n], want)
		if !slices.Equal(gotI[:n], wantI) {
			t.Fatalf("gather of ints: %v, want %v", gotI[:n], wantI)
		}
		guard("gather")
		// Checks, with and without a mask.
		l = native.Loop{}
		x = l.Add(native.LoadReal, 0)
		l.Add(native.Check, 0, x)
		l.Add(native.Check, 1, x, l.Add(native.ToMask, 0, l.Add(native.LoadInt, 1)))
		args := runNative[T](t, set, &l, 100, n, nil, nil, a, ints)
		for k := range 2 {
			first := slices.IndexFunc(a, func(v T) bool { return v-v != 0 })
			if k == 1 {
				first = -1
				for i, v := range a {
					if v-v != 0 && ints[i] != 0 {
						first = i
						break
					}
				}
			}
			f := &args.Faults[k]
			if (f.Hit != 0) != (first >= 0) {
				t.Fatalf("check %d: hit %d, first %d", k, f.Hit, first)
			}
			if lane := bits.TrailingZeros64(uint64(f.Lanes)); first >= 0 {
				if v := f.Real(lane, wide[T]()); int(f.Base)+lane != 100+first || v-v == 0 {
					t.Fatalf("check %d: element %d, value %v, want element %d", k, int(f.Base)+lane, v, first)
				}
			}
		}
	}
}

// TestNativePressure has many more values alive than there are registers.
func TestNativePressure(t *testing.T) {
	onSets(t, nativePressure)
}

func nativePressure(t *testing.T, set native.Set) {
	const n, arrays = 19, 40
	r := rand.New(rand.NewPCG(11, 12))
	var l native.Loop
	var values, masks []native.Value
	in := make([]any, 0, arrays+1)
	want := make([]float64, n)
	for k := range arrays {
		a := make([]float64, n)
		for i := range a {
			a[i] = r.NormFloat64()
		}
		in = append(in, a)
		v := l.Add(native.LoadReal, int32(k))
		values = append(values, l.Add(native.Exp, 0, v))
		masks = append(masks, l.Add(native.Gt, 0, v, l.Add(native.ScalarReal, 0)))
	}
	got := make([]float64, n)
	in = append(in, got)
	sum := l.Add(native.ScalarReal, 0)
	for k := range values {
		sum = l.Add(native.Add, 0, sum, l.Add(native.Select, 0, masks[(k*7)%arrays], values[(k*11)%arrays], values[k]))
	}
	l.Add(native.StoreReal, arrays, sum)
	runNative[float64](t, set, &l, 0, n, []float64{0.25}, nil, in...)
	for i := range want {
		want[i] = 0.25
		for k := range arrays {
			a := in[k].([]float64)[i]
			if in[(k*7)%arrays].([]float64)[i] > 0.25 {
				a = in[(k*11)%arrays].([]float64)[i]
			}
			want[i] += exp(a)
		}
	}
	sameBits(t, "sum", got, want)
}
