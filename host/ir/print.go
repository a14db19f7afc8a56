package ir

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// The text form of a kernel has one line per slot, shared or compound value, effect and reduction:
//
//	kernel neurongroup.step over elements stream 0x00000000
//	slot neurongroup.v: real element rw
//	slot tau: real scalar r
//	%0 = load neurongroup.v
//	%1 = neg %0
//	%2 = load tau
//	%3 = div %1 %2
//	store neurongroup.v %3 if %7
//
// Operands are values (%0), literals (1.5, -3, true), and the leaves elem, count, step, pre and post. A Real literal
// has a point, an exponent or is inf or nan, and reads back to the same bits. Values are numbered in the order in which the
// effects need them, so the text does not depend on how the kernel was built.

var (
	typeNames   = []string{Bool: "bool", Int: "int", Real: "real"}
	domainNames = []string{Elements: "elements", Synapses: "synapses", Incoming: "incoming", Spiking: "spiking", Active: "active"}
	kindNames   = []string{PerElement: "element", Scalar: "scalar", Indexed: "indexed"}
	accessNames = []string{0: "none", Read: "r", Write: "w", ReadWrite: "rw"}
	effectNames = []string{Store: "store", Accumulate: "accumulate", Emit: "emit", Check: "check"}
	leafNames   = map[Op]string{OpElem: "elem", OpCount: "count", OpStep: "step", OpPre: "pre", OpPost: "post"}
)

func nameOf[T ~uint8](names []string, v T) string {
	if int(v) < len(names) {
		return names[v]
	}
	return fmt.Sprintf("invalid(%d)", v)
}

// String returns the domain's name as printed.
func (d DomainKind) String() string { return nameOf(domainNames, d) }

// String returns the kind's name as printed.
func (k SlotKind) String() string { return nameOf(kindNames, k) }

// String returns "r", "w" or "rw".
func (a Access) String() string { return nameOf(accessNames, a) }

// String returns the effect's name as printed.
func (k EffectKind) String() string { return nameOf(effectNames, k) }

// Print writes k as text. Parse reads the text of a verified kernel back; what Verify would refuse is printed as well as it
// can be.
func Print(w io.Writer, k *Kernel) error {
	buf := bufio.NewWriter(w)
	p := printer{w: buf, k: k, slot: func(i int) string { return quoteName(k.Slots[i].Name) }, number: make(map[*Expr]int)}
	p.kernel(quoteName(k.Name))
	return buf.Flush()
}

// String returns the text that Print writes.
func (k *Kernel) String() string {
	var s strings.Builder
	_ = Print(&s, k) // a strings.Builder does not fail
	return s.String()
}

// Hash identifies what a kernel computes: equal for kernels that differ only in their name, the names of their slots, and
// the order in which their expressions were built.
func Hash(k *Kernel) string {
	h := sha256.New()
	buf := bufio.NewWriter(h)
	p := printer{w: buf, k: k, slot: func(i int) string { return "s" + strconv.Itoa(i) }, number: make(map[*Expr]int)}
	p.kernel("k")
	_ = buf.Flush() // a hash does not fail
	return fmt.Sprintf("%x", h.Sum(nil))
}

type printer struct {
	w      *bufio.Writer
	k      *Kernel
	slot   func(int) string
	number map[*Expr]int
}

func (p *printer) slotName(i int) string {
	if i < 0 || i >= len(p.k.Slots) {
		return fmt.Sprintf("invalid(%d)", i)
	}
	return p.slot(i)
}

func (p *printer) kernel(name string) {
	fmt.Fprintf(p.w, "kernel %s over %v%s stream %#08x\n", name, p.k.Domain, map[bool]string{true: " in order"}[p.k.InOrder], p.k.Stream)
	for i, s := range p.k.Slots {
		fmt.Fprintf(p.w, "slot %s: %v %v %v\n", p.slot(i), s.Type, s.Kind, s.Access)
	}
	for _, e := range p.k.Effects {
		p.define(e.Index)
		p.define(e.Value)
		p.define(e.Mask)
		fmt.Fprintf(p.w, "%v", e.Kind)
		if e.Kind != Check {
			fmt.Fprintf(p.w, " %s", p.slotName(e.Slot))
			if e.Index != nil {
				fmt.Fprintf(p.w, "[%s]", p.operand(e.Index))
			}
		}
		if e.Kind != Emit {
			fmt.Fprintf(p.w, " %s", p.operand(e.Value))
		}
		if e.Name != "" || e.Kind == Check {
			fmt.Fprintf(p.w, " as %s", quoteName(e.Name))
		}
		if e.Mask != nil {
			fmt.Fprintf(p.w, " if %s", p.operand(e.Mask))
		}
		p.w.WriteByte('\n')
	}
	for _, r := range p.k.Reductions {
		p.define(r.Value)
		verb := foldNames[r.Fold]
		if r.Add {
			verb += "add"
		}
		fmt.Fprintf(p.w, "%s %s %s\n", verb, p.slotName(r.Slot), p.operand(r.Value))
	}
}

// define writes the values that e needs and that have not been written yet.
func (p *printer) define(e *Expr) {
	if e == nil || inline(e) {
		return
	}
	if _, done := p.number[e]; done {
		return
	}
	for _, a := range e.Args {
		p.define(a)
	}
	n := len(p.number)
	p.number[e] = n
	fmt.Fprintf(p.w, "%%%d = %v", n, e.Op)
	switch {
	case e.Op == OpLoad:
		fmt.Fprintf(p.w, " %s", p.slotName(e.Slot))
	case e.Op == OpTime:
		fmt.Fprintf(p.w, " %s", formatReal(e.Value))
	case e.Op.random():
		fmt.Fprintf(p.w, " #%d", e.Draw)
	}
	for _, a := range e.Args {
		fmt.Fprintf(p.w, " %s", p.operand(a))
	}
	p.w.WriteByte('\n')
}

func (p *printer) operand(e *Expr) string {
	if e == nil {
		return "_"
	}
	if inline(e) {
		return leafText(e)
	}
	return "%" + strconv.Itoa(p.number[e])
}

// inline reports whether e is written where it is used instead of on a line of its own.
func inline(e *Expr) bool { return e.Op == OpConst || leafNames[e.Op] != "" }

func leafText(e *Expr) string {
	if e.Op != OpConst {
		return leafNames[e.Op]
	}
	switch e.Type {
	case Bool:
		return strconv.FormatBool(e.Value != 0)
	case Int:
		return strconv.FormatInt(int64(e.Value), 10)
	}
	return formatReal(e.Value)
}

// random reports whether op is a random draw.
func (op Op) random() bool { return op >= OpUniform && op <= OpGamma }

// formatReal writes v so that it is seen to be a Real and parseReal reads back the same bits.
func formatReal(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	case math.IsNaN(v):
		if math.Float64bits(v) == math.Float64bits(math.NaN()) {
			return "nan"
		}
		return fmt.Sprintf("nan%#x", math.Float64bits(v))
	}
	s := strconv.FormatFloat(v, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`)

func quoteName(s string) string {
	if plainName.MatchString(s) {
		return s
	}
	return strconv.Quote(s)
}
