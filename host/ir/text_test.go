package ir

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestTextRoundTrip(t *testing.T) {
	for name, text := range goodKernels {
		text = strings.TrimLeft(text, "\n")
		if got := parse(t, text).String(); got != text {
			t.Errorf("%s: printed as\n%s", name, got)
		}
	}
}

// same reports whether two kernels are the same graph: equal fields, and sharing where the other shares.
func same(t testing.TB, a, b *Kernel) bool {
	t.Helper()
	pair := make(map[*Expr]*Expr)
	back := make(map[*Expr]*Expr)
	var expr func(x, y *Expr) bool
	expr = func(x, y *Expr) bool {
		if x == nil || y == nil {
			return x == y
		}
		if p, ok := pair[x]; ok {
			return p == y
		}
		if _, ok := back[y]; ok {
			return false
		}
		pair[x], back[y] = y, x
		if x.Op != y.Op || x.Type != y.Type || x.Slot != y.Slot || x.Draw != y.Draw || len(x.Args) != len(y.Args) || x.uniform != y.uniform ||
			math.Float64bits(x.Value) != math.Float64bits(y.Value) {
			return false
		}
		for i := range x.Args {
			if !expr(x.Args[i], y.Args[i]) {
				return false
			}
		}
		return true
	}
	if a.Name != b.Name || a.Domain != b.Domain || a.Stream != b.Stream || len(a.Effects) != len(b.Effects) || len(a.Reductions) != len(b.Reductions) ||
		len(a.Slots) != len(b.Slots) || len(a.Slots) > 0 && !reflect.DeepEqual(a.Slots, b.Slots) {
		return false
	}
	for i, e := range a.Effects {
		f := b.Effects[i]
		if e.Kind != f.Kind || e.Slot != f.Slot || e.Name != f.Name || !expr(e.Index, f.Index) || !expr(e.Value, f.Value) || !expr(e.Mask, f.Mask) {
			return false
		}
	}
	for i, r := range a.Reductions {
		if s := b.Reductions[i]; r.Slot != s.Slot || r.Add != s.Add || !expr(r.Value, s.Value) {
			return false
		}
	}
	return true
}

func TestTextExactFloats(t *testing.T) {
	for _, v := range []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 1e300, 5e-324, math.MaxFloat64, 1e21, 123456789, math.Inf(1), math.Inf(-1),
		math.NaN(), math.Float64frombits(0xfff8000000000123), math.Nextafter(1, 2)} {
		s := formatReal(v)
		got, ok := parseReal(s)
		if !ok || math.Float64bits(got) != math.Float64bits(v) {
			t.Errorf("%v is written as %q and reads back as %v, %v", v, s, got, ok)
		}
	}
}

// TestTextOfBuilder prints what a Builder made, with expressions the parser never saw.
func TestTextOfBuilder(t *testing.T) {
	b := NewBuilder()
	v := b.Slot(Slot{Name: "v", Type: Real, Access: ReadWrite})
	unused := b.Op(OpExp, b.Load(v))
	x := b.Op(OpAdd, b.Op(OpMul, b.Load(v), b.Const(math.Pi)), b.ToReal(b.Leaf(OpElem)))
	k := &Kernel{Name: "k", Slots: b.Slots(), Effects: []Effect{{Kind: Store, Slot: v, Value: x, Mask: b.Op(OpLt, x, unused)}}}
	if err := Verify(k); err != nil {
		t.Fatal(err)
	}
	if back := parse(t, k.String()); !same(t, k, back) {
		t.Errorf("reads back as\n%s", back)
	}
}

func TestHash(t *testing.T) {
	build := func(name, slot string, reverse bool, factor float64, stream uint32) string {
		b := NewBuilder()
		if reverse {
			b.Const(factor) // built first: other ids, same kernel
		}
		v := b.Slot(Slot{Name: slot, Type: Real, Access: ReadWrite})
		x := b.Op(OpMul, b.Load(v), b.Const(factor))
		return Hash(&Kernel{Name: name, Slots: b.Slots(), Stream: stream, Effects: []Effect{{Kind: Store, Slot: v, Value: x}}})
	}
	h := build("a", "v", false, 2, 0)
	if h != build("b", "w", true, 2, 0) {
		t.Error("names or order of building change the hash")
	}
	if h == build("a", "v", false, math.Nextafter(2, 3), 0) {
		t.Error("the last bit of a constant does not change the hash")
	}
	if h == build("a", "v", false, 2, 1) {
		t.Error("the stream does not change the hash")
	}
}

func TestFormatExpr(t *testing.T) {
	k := parse(t, `
kernel k over elements stream 0
slot v: real element r
slot w: real indexed r
slot out: bool element w
%0 = load v
%1 = neg %0
%2 = add %1 1.0
%3 = sub 2.0 %2
%4 = sub %3 -1.0
%5 = mul %2 %4
%6 = pow %5 %1
%7 = load w elem
%8 = min %6 %7
%9 = time 0.1
%10 = div %8 %9
%11 = lt %10 3.0
%12 = not %11
%13 = or %12 true
%14 = and %13 %11
store out %14
`)
	want := "(not min(((-v+1.0)*(2.0-(-v+1.0)-(-1.0)))**(-v), w[elem])/t < 3.0 or true) and min(((-v+1.0)*(2.0-(-v+1.0)-(-1.0)))**(-v), w[elem])/t < 3.0"
	if got := FormatExpr(k.Effects[0].Value, k.Slots); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	b := NewBuilder()
	deep := b.Leaf(OpElem)
	for range 60 {
		deep = b.Op(OpMul, deep, b.Op(OpAdd, deep, deep)) // 2^60 leaves as a tree
	}
	if got := FormatExpr(deep, nil); !strings.HasSuffix(got, "...") || len(got) > formatLimit+3 {
		t.Errorf("a very large expression is written as %d bytes", len(got))
	}
}

func TestParseRefuses(t *testing.T) {
	const head = "kernel k over elements stream 0\nslot v: real element rw\n"
	for _, c := range []struct{ text, want string }{
		{"", `line 1: expected "kernel NAME over DOMAIN stream NUMBER"`},
		{"slot v: real element r", `line 1: expected "kernel", found "slot"`},
		{"kernel 3 over elements stream 0", `line 1: expected a name, found "3"`},
		{"kernel k over everything stream 0", `line 1: expected a domain (elements, synapses, incoming, spiking, active), found "everything"`},
		{"kernel k over elements stream x", `line 1: stream "x" is not a 32-bit number`},
		{"kernel k over elements stream 0 1", `line 1: unexpected "1" at the end of the line`},
		{head + "slot v: real element rw", `line 3: slot "v" is declared twice`},
		{head + "slot w: float element rw", `line 3: expected a type (bool, int, real), found "float"`},
		{head + "slot \"w: real element rw", `line 3: a quoted name does not end`},
		{head + "%0 = load w", `line 3: slot "w" is not declared`},
		{head + "%0 = exp %1", `line 3: value %1 is used before it is defined`},
		{head + "%0 = exp 1", `line 3: exp: operands have the wrong types: int`},
		{head + "%0 = add 1.0", `line 3: add takes 2 operands, not 1`},
		{head + "%0 = add 1.0 _", `line 3: add lacks an operand`},
		{head + "%0 = frobnicate 1.0", `line 3: unknown operation "frobnicate"`},
		{head + "%0 = exp 1.0\n%0 = exp 2.0", `line 4: value %0 is defined twice`},
		{head + "%x = exp 1.0", `line 3: value "%x" is not % and a number`},
		{head + "%0 = uniform 3", `line 3: draw "3" is not # and a 32-bit number`},
		{head + "%0 = load v 1.0", `line 3: load takes at most one index, an int`},
		{head + "store v 0x1p3", `line 3: "0x1p3" is not an operand`},
		{head + "store v[elem 1.0", `line 3: expected "]", found "1.0"`},
		{head + "store v 1.0 2.0", `line 3: unexpected "2.0" at the end of the line`},
		{head + "explode v", `line 3: expected slot, a value (%0 = ...), store, accumulate, emit, check, reduce, largest or smallest, or one of these with add, found "explode"`},
	} {
		_, err := Parse(strings.NewReader(c.text))
		if err == nil || err.Error() != c.want {
			t.Errorf("%q\ngot  %v\nwant %s", c.text, err, c.want)
		}
	}
}

// FuzzText: whatever parses prints to a text that parses to the same kernel, Verify never panics, and what the text says does
// not depend on the numbering of its values.
func FuzzText(f *testing.F) {
	for _, text := range goodKernels {
		f.Add(strings.TrimLeft(text, "\n"))
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, err := Parse(strings.NewReader(text))
		if err != nil {
			return
		}
		_ = Verify(k)
		printed := k.String()
		back, err := Parse(strings.NewReader(printed))
		if err != nil {
			t.Fatalf("%v in its own text\n%s", err, printed)
		}
		// The text lists only what effects use; slots and effects are all there.
		if !same(t, k, back) {
			t.Fatalf("kernel\n%s\nreads back as\n%s", printed, back)
		}
		if again := back.String(); again != printed {
			t.Fatalf("printed twice:\n%s\n%s", printed, again)
		}
		if Hash(k) != Hash(back) {
			t.Fatal("hash changed")
		}
	})
}

// FuzzKernel builds a kernel from bytes, one operation per three, and reads its text back.
func FuzzKernel(f *testing.F) {
	f.Add([]byte("\x08\x00\x01\x1a\x02\x00\x30\x01\x02"))
	f.Add([]byte{9, 0, 1, 10, 2, 2, 24, 3, 3, 12, 4, 4, 55, 0, 0, 20, 5, 6, 25, 7, 6, 1, 200, 3})
	f.Fuzz(func(t *testing.T, data []byte) {
		b := NewBuilder()
		for i, typ := range []Type{Bool, Int, Real} {
			b.Slot(Slot{Name: string(rune('a' + i)), Type: typ, Access: ReadWrite})
			b.Slot(Slot{Name: string(rune('x' + i)), Type: typ, Kind: Indexed, Access: Read})
		}
		pool := []*Expr{b.Load(0), b.Load(2), b.Load(4), b.Leaf(OpElem), b.Leaf(OpStep), b.Const(0), b.ConstInt(-1)}
		for ; len(data) >= 3; data = data[3:] {
			op := Op(data[0]) % OpMax_
			x, y := pool[int(data[1])%len(pool)], pool[int(data[2])%len(pool)]
			switch {
			case op == OpInvalid || leafNames[op] != "":
				continue
			case op == OpConst:
				pool = append(pool, b.Const(math.Float64frombits(uint64(data[1])<<56|uint64(data[2]))))
			case op == OpTime:
				pool = append(pool, b.Time(float64(data[1])+1))
			case op == OpLoad:
				if x.Type == Int {
					pool = append(pool, b.LoadAt(1+2*(int(data[2])%3), x))
				}
			case op.random():
				if opTable[op].arity == 0 {
					pool = append(pool, b.Random(op, uint32(len(pool))))
				} else if x.Type == Real {
					pool = append(pool, b.Random(op, uint32(len(pool)), x))
				}
			case op == OpSelect:
				if x.Type == y.Type {
					pool = append(pool, b.Select(pool[0], x, y)) // pool[0] is a Bool
				}
			default:
				args := []*Expr{x, y}[:min(2, opTable[op].arity)]
				if _, err := opTable[op].result(args); err == nil {
					pool = append(pool, b.Op(op, args...))
				}
			}
		}
		k := &Kernel{Name: "k", Slots: b.Slots()}
		stored := map[Type]bool{}
		for i := len(pool) - 1; i >= 0; i-- {
			if e := pool[i]; !stored[e.Type] {
				stored[e.Type] = true
				k.Effects = append(k.Effects, Effect{Kind: Store, Slot: 2 * int(e.Type), Value: e})
			}
		}
		if err := Verify(k); err != nil {
			t.Fatalf("%v\n%s", err, k)
		}
		back, err := Parse(strings.NewReader(k.String()))
		if err != nil {
			t.Fatalf("%v\n%s", err, k)
		}
		if !same(t, k, back) {
			t.Fatalf("kernel\n%s\nreads back as\n%s", k, back)
		}
	})
}
