package ir

import (
	"math"
	"strings"
	"testing"
)

func parse(t testing.TB, text string) *Kernel {
	t.Helper()
	k, err := Parse(strings.NewReader(strings.TrimLeft(text, "\n")))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return k
}

// goodKernels use every construct once.
var goodKernels = map[string]string{
	"state update": `
kernel neurongroup.step over elements stream 0x1234abcd
slot neurongroup.v: real element rw
slot tau: real scalar r
slot rows: real indexed rw
slot mean: real scalar w
slot "odd name\n": bool element w
%0 = load neurongroup.v
%1 = neg %0
%2 = load tau
%3 = div %1 %2
%4 = normal #3
%5 = add %3 %4
%6 = lt 1.0 %5
store neurongroup.v %5 if %6
%7 = mod step 20
%8 = mul %7 count
%9 = add %8 elem
store rows[%9] %0
%10 = time 0.0001
%11 = sin %10
store mean %11
store "odd name\n" %6
check %5 as v
`,
	"delivery": `
kernel synapses.pre over spiking stream 0x00000000
slot w: real element rw
slot ge: int indexed w
slot last: real indexed r
%0 = load w
%1 = real2int %0
accumulate ge[post] %1
%2 = load last pre
%3 = lt %2 0.0
accumulate ge[post] -3 if %3
%4 = mul %0 %2
store w %4
`,
	"sum": `
kernel sum over incoming stream 0x00000007
slot w: real element r
slot r: real indexed r
slot total: real element w
slot v: real element rw
%0 = load v
%1 = exp %0
store v %1
%2 = load w
%3 = load r pre
%4 = mul %2 %3
reduceadd total %4
`,
	"largest": `
kernel largest over incoming stream 0x00000007
slot w: real element r
slot r: real indexed r
slot total: real element w
slot v: real element rw
%0 = load v
%1 = exp %0
store v %1
%2 = load w
%3 = load r pre
%4 = mul %2 %3
largestadd total %4
`,
	"threshold": `
kernel threshold over elements stream 0x00000000
slot v: real element r
slot spikes: int indexed w
%0 = load v
%1 = lt 1.0 %0
emit spikes if %1
`,
	"reset": `
kernel reset over active stream 0x00000000
slot v: real element w
store v -0.065
`,
}

func TestVerifyAccepts(t *testing.T) {
	for name, text := range goodKernels {
		if err := Verify(parse(t, text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{"elements\nslot v: real indexed rw\n%0 = add elem 1\n%1 = load v %0\nstore v[elem] %1",
			`kernel "k": store to "v": the slot is also read at another index, where another element may write, in v[elem+1]`},
		{"elements\nslot v: real scalar rw\n%0 = load v\nstore v %0",
			`kernel "k": store to "v": a scalar that is stored must not be read in the same kernel, in v`},
		{"elements\nslot v: real element rw\nstore v 1.0\nstore v 2.0",
			`kernel "k": slot "v" has two writers, a store and a store`},
		{"elements\nslot v: real indexed w\nslot j: int element r\n%0 = load j\nstore v[%0] 1.0",
			`kernel "k": store to "v": two elements may write the same place: the index must be the element plus something uniform, in j`},
		{"elements\nslot v: real indexed w\n%0 = mul elem 2\nstore v[%0] 1.0",
			`kernel "k": store to "v": two elements may write the same place: the index must be the element plus something uniform, in elem*2`},
		{"synapses\nslot v: real indexed w\nstore v[post] 1.0",
			`kernel "k": store to "v": two elements may write the same place: the index must be the element plus something uniform, in post`},
		{"elements\nslot m: real scalar w\nslot v: real element r\n%0 = load v\nstore m %0",
			`kernel "k": store to "m": a scalar takes a value that is the same for every element, in v`},
		{"elements\nslot m: real scalar w\n%0 = uniform #0\nstore m %0",
			`kernel "k": store to "m": a scalar takes a value that is the same for every element, in uniform()`},
		{"elements\nslot m: real scalar w\nslot b: bool element r\n%0 = load b\nstore m 1.0 if %0",
			`kernel "k": store to "m": a scalar takes a mask that is the same for every element, in b`},
		{"active\nslot m: real scalar w\nstore m 1.0",
			`kernel "k": store to "m": the domain active may be empty, so that a scalar would be written in some steps only`},
		{"elements\nslot v: real element r\nstore v 1.0",
			`kernel "k": store: slot "v" is declared read-only`},
		{"elements\nslot v: real element w\n%0 = load v\nstore v %0",
			`kernel "k": store to "v": slot "v" is declared write-only, in v`},
		{"elements\nslot v: real element w\nstore v 1",
			`kernel "k": store to "v": the value is int, the slot real, in 1`},
		{"elements\nslot v: real element w\nstore v _",
			`kernel "k": store to "v": there is no value`},
		{"elements\nslot v: real element w\nstore v 1.0 if 1",
			`kernel "k": store to "v": the mask is int, not bool, in 1`},
		{"elements\nslot v: real element w\nstore v[elem] 1.0",
			`kernel "k": store to "v": the slot is not indexed, in elem`},
		{"elements\nslot v: real indexed w\nstore v 1.0",
			`kernel "k": store to "v": the slot is indexed and there is no index`},
		{"elements\nslot v: real indexed w\nstore v[2.0] 1.0",
			`kernel "k": store to "v": the index is real, not int, in 2.0`},
		{"elements\nslot v: real indexed r\nslot w: real element w\n%0 = load v\nstore w %0",
			`kernel "k": store to "w": slot "v" is indexed and loaded without an index, in v`},
		{"elements\nslot v: real element r\nslot w: real element w\n%0 = load v elem\nstore w %0",
			`kernel "k": store to "w": slot "v" is not indexed and loaded with an index, in v[elem]`},
		{"elements\nslot v: int element w\nstore v post",
			`kernel "k": store to "v": post has no meaning over elements here, in post`},
		{"incoming\nslot v: int element w\nstore v pre",
			`kernel "k": store to "v": pre has no meaning over incoming here, in pre`},
		{"elements\nslot v: real element w\n%0 = uniform #1\n%1 = normal #1\n%2 = add %0 %1\nstore v %2",
			`kernel "k": store to "v": draw number 1 is also that of uniform(), in normal()`},
		{"elements\nslot v: real indexed w\naccumulate v[elem] 1.0",
			`kernel "k": accumulate to "v": the domain elements has no synapses to sum over`},
		{"synapses\nslot v: real element w\naccumulate v 1.0",
			`kernel "k": accumulate to "v": the slot is not indexed`},
		{"synapses\nslot v: bool indexed w\naccumulate v[post] true",
			`kernel "k": accumulate to "v": a bool does not add up`},
		{"synapses\nslot v: real indexed rw\n%0 = load v post\naccumulate v[post] %0",
			`kernel "k": accumulate to "v": the slot is also read, while other elements change it, in v[post]`},
		{"elements\nslot v: int indexed rw\n%0 = load v elem\n%1 = lt %0 1\nemit v if %1",
			`kernel "k": emit to "v": the slot is also read, while other elements change it, in v[elem]`},
		{"elements\nslot v: real indexed w\nemit v",
			`kernel "k": emit to "v": a spike list is int, not real`},
		{"elements\ncheck 1 as v",
			`kernel "k": check of "v": the value is int, not real, in 1`},
		{"elements\ncheck 1.0 as \"\"",
			`kernel "k": check of "": it has no name`},
		{"elements\nslot v: real element w\nreduce v 1.0",
			`kernel "k": reductions need the domain incoming, not elements`},
		{"incoming\nslot v: real scalar w\nreduce v 1.0",
			`kernel "k": reduction to "v": the result is stored per postsynaptic element, and the slot is a scalar`},
		{"incoming\nslot v: real element rw\n%0 = load v\nreduce v %0",
			`kernel "k": reduction to "v": the slot is also read, in v`},
		{"incoming\nslot v: real element w\nslot w: real element rw\n%0 = load w\nstore w 1.0\nreduce v %0",
			`kernel "k": reduction: slot "w" is read per synapse here and used per postsynaptic element elsewhere, in w`},
		{"incoming\nslot v: real element w\nreduce v 1.0\nreduceadd v 1.0",
			`kernel "k": slot "v" has two writers, a reduction and a reduction`},
		{"elements\nslot v: real element w\n%0 = time -1.0\nstore v %0",
			`kernel "k": store to "v": the time step -1 is not a positive number, in t`},
		{"elements\nslot v: real element none\n",
			`kernel "k": slot "v" has no valid type, kind or access`},
	} {
		err := Verify(parse(t, "kernel k over "+strings.Replace(c.body, "\n", " stream 0\n", 1)))
		if err == nil {
			t.Errorf("accepted:\n%s\nwant: %s", c.body, c.want)
		} else if err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

// TestVerifyRefusesMalformed covers what the parser and the Builder cannot produce.
func TestVerifyRefusesMalformed(t *testing.T) {
	slots := []Slot{{Name: "v", Type: Real, Access: ReadWrite}}
	b, other := NewBuilder(), NewBuilder()
	b.Slot(slots[0])
	one := b.Const(1)
	for range 5 {
		other.Const(float64(other.next))
	}
	late := other.Const(7)
	for _, c := range []struct {
		want string
		k    *Kernel
	}{
		{"unknown domain", &Kernel{Domain: 9}},
		{"has no name", &Kernel{Slots: []Slot{{Access: Read}}}},
		{"declared twice", &Kernel{Slots: append(slots, slots...)}},
		{"no valid type", &Kernel{Slots: []Slot{{Name: "v", Type: 7, Access: Read}}}},
		{"unknown effect", &Kernel{Slots: slots, Effects: []Effect{{Kind: 9, Value: one}}}},
		{"there is no slot 3", &Kernel{Slots: slots, Effects: []Effect{{Slot: 3, Value: one}}}},
		{"there is no slot -1", &Kernel{Slots: slots, Effects: []Effect{{Slot: -1, Value: one}}}},
		{"there is no slot 5", store(slots, &Expr{Op: OpLoad, Type: Real, Slot: 5, id: 9})},
		{"different builders", store(slots, &Expr{Op: OpNeg, Type: Real, Args: []*Expr{late}, id: 2})},
		{"lacks an operand", store(slots, &Expr{Op: OpNeg, Type: Real, Args: []*Expr{nil}, id: 2})},
		{"takes 2 operands, not 1", store(slots, &Expr{Op: OpAdd, Type: Real, Args: []*Expr{one}, id: 2})},
		{"gives real, and is marked int", store([]Slot{{Name: "v", Type: Int, Access: Write}}, &Expr{Op: OpNeg, Type: Int, Args: []*Expr{one}, id: 2})},
		{"does not exist", store(slots, &Expr{Op: OpMax_, Type: Real, id: 2})},
		{"does not exist", store(slots, &Expr{Op: OpInvalid, Type: Real, id: 2})},
		{"not a constant of type int", store([]Slot{{Name: "v", Type: Int, Access: Write}}, &Expr{Op: OpConst, Type: Int, Value: 0.5})},
		{"not a constant of type int", store([]Slot{{Name: "v", Type: Int, Access: Write}}, &Expr{Op: OpConst, Type: Int, Value: math.NaN()})},
		{"not a constant of type bool", store([]Slot{{Name: "v", Type: Bool, Access: Write}}, &Expr{Op: OpConst, Type: Bool, Value: 2})},
		{"it has no name", &Kernel{Effects: []Effect{{Kind: Check, Value: one}}}},
	} {
		c.k.Name = "bad"
		err := Verify(c.k)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), `kernel "bad"`) {
			t.Errorf("got %v, want a message with %q", err, c.want)
		}
		if c.k.String() == "" {
			t.Error("a kernel that is refused must still print")
		}
	}
}

func store(slots []Slot, value *Expr) *Kernel {
	return &Kernel{Slots: slots, Effects: []Effect{{Kind: Store, Value: value}}}
}
