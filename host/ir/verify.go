package ir

import (
	"fmt"
	"math"
)

// Verify checks that k means the same on every backend, whatever the order in which elements run. It returns the first
// violation, naming kernel, slot and expression:
//
//   - every expression has the operands and types that its operation takes, and arguments that were made before it;
//   - slots exist, have distinct names, and are read and written as their access says; PerElement and Scalar slots
//     are loaded without an index, Indexed ones with one;
//   - no element reads what another one writes: a stored Indexed slot is loaded at most at the index that is stored
//     to, and a slot that is accumulated, reduced or emitted to, or a stored Scalar, is not loaded at all;
//   - no two elements write the same place: each slot has one writer (sums may have several terms), and the index of a
//     Store is the element plus something uniform;
//   - a Store to a Scalar has a uniform value and mask;
//   - masks are Bool, checked values Real, stored values of the slot's type;
//   - OpPre and OpPost occur only where there are synapses, Reductions only over Incoming;
//   - a kernel whose synapses run in order is free of the two rules about other elements, but only stores;
//   - different random draws have different numbers.
func Verify(k *Kernel) error {
	v := &verifier{k: k, uniform: make(map[*Expr]bool), draws: make(map[uint32]*Expr), loads: make(map[int][]load), seen: make(map[seenKey]bool)}
	if err := v.slots(); err != nil {
		return err
	}
	for i := range k.Effects {
		if err := v.effectTypes(&k.Effects[i]); err != nil {
			return err
		}
	}
	if len(k.Reductions) > 0 && k.Domain != Incoming {
		return v.errorf("reductions need the domain incoming, not %v", k.Domain)
	}
	for _, r := range k.Reductions {
		if err := v.reductionTypes(r); err != nil {
			return err
		}
	}
	return v.hazards()
}

// load is one use of a slot. Over Incoming, PerElement slots of a reduction run over synapses and those of an effect over
// postsynaptic elements.
type load struct {
	e       *Expr
	synapse bool
}

type seenKey struct {
	e       *Expr
	synapse bool
}

type verifier struct {
	k       *Kernel
	uniform map[*Expr]bool
	draws   map[uint32]*Expr
	loads   map[int][]load
	seen    map[seenKey]bool
}

func (v *verifier) errorf(format string, args ...any) error {
	return fmt.Errorf("kernel %q: %s", v.k.Name, fmt.Sprintf(format, args...))
}

// at reports a problem with the expression of an effect.
func (v *verifier) at(what string, e *Expr, format string, args ...any) error {
	return v.errorf("%s: %s, in %s", what, fmt.Sprintf(format, args...), FormatExpr(e, v.k.Slots))
}

func (v *verifier) slots() error {
	if int(v.k.Domain) >= len(domainNames) {
		return v.errorf("unknown domain %d", v.k.Domain)
	}
	names := make(map[string]bool)
	for i, s := range v.k.Slots {
		switch {
		case s.Name == "":
			return v.errorf("slot %d has no name", i)
		case names[s.Name]:
			return v.errorf("slot %q is declared twice", s.Name)
		case s.Type > Real || s.Kind > Indexed || s.Access == 0 || s.Access > ReadWrite:
			return v.errorf("slot %q has no valid type, kind or access", s.Name)
		}
		names[s.Name] = true
	}
	return nil
}

// written returns the slot that something writes to.
func (v *verifier) written(what string, i int) (Slot, error) {
	if i < 0 || i >= len(v.k.Slots) {
		return Slot{}, v.errorf("%s: there is no slot %d", what, i)
	}
	s := v.k.Slots[i]
	if s.Access&Write == 0 {
		return s, v.errorf("%s: slot %q is declared read-only", what, s.Name)
	}
	return s, nil
}

func (v *verifier) effectTypes(e *Effect) error {
	what := fmt.Sprintf("%v", e.Kind)
	var slot Slot
	switch e.Kind {
	case Store, Accumulate, Emit:
		var err error
		if slot, err = v.written(what, e.Slot); err != nil {
			return err
		}
		what = fmt.Sprintf("%v to %q", e.Kind, slot.Name)
	case Check:
		what = fmt.Sprintf("check of %q", e.Name)
	default:
		return v.errorf("unknown effect %d", e.Kind)
	}
	// Over Incoming, effects run per postsynaptic element; only reductions see synapses.
	synapse := v.k.Domain == Synapses || v.k.Domain == Spiking
	for _, x := range []*Expr{e.Index, e.Value, e.Mask} {
		if x != nil {
			if err := v.expr(what, x, synapse); err != nil {
				return err
			}
		}
	}
	if e.Mask != nil && e.Mask.Type != Bool {
		return v.at(what, e.Mask, "the mask is %v, not bool", e.Mask.Type)
	}
	if e.Index != nil && e.Index.Type != Int {
		return v.at(what, e.Index, "the index is %v, not int", e.Index.Type)
	}
	switch e.Kind {
	case Check:
		return v.checkTypes(what, e)
	case Emit:
		if e.Value != nil || e.Index != nil {
			return v.errorf("%s: it takes no value and no index", what)
		}
		if slot.Type != Int {
			return v.errorf("%s: a spike list is int, not %v", what, slot.Type)
		}
		return nil
	}
	if e.Value == nil {
		return v.errorf("%s: there is no value", what)
	}
	if e.Value.Type != slot.Type {
		return v.at(what, e.Value, "the value is %v, the slot %v", e.Value.Type, slot.Type)
	}
	if (slot.Kind == Indexed) != (e.Index != nil) {
		if e.Index == nil {
			return v.errorf("%s: the slot is indexed and there is no index", what)
		}
		return v.at(what, e.Index, "the slot is not indexed")
	}
	if e.Kind == Accumulate {
		return v.accumulateTypes(what, slot, synapse)
	}
	return v.storeTypes(what, slot, e)
}

func (v *verifier) checkTypes(what string, e *Effect) error {
	switch {
	case e.Name == "":
		return v.errorf("%s: it has no name", what)
	case e.Value == nil:
		return v.errorf("%s: there is no value", what)
	case e.Value.Type != Real:
		return v.at(what, e.Value, "the value is %v, not real", e.Value.Type)
	case e.Index != nil:
		return v.at(what, e.Index, "it takes no index")
	}
	return nil
}

func (v *verifier) accumulateTypes(what string, slot Slot, synapse bool) error {
	switch {
	case !synapse:
		return v.errorf("%s: the domain %v has no synapses to sum over", what, v.k.Domain)
	case slot.Kind != Indexed:
		return v.errorf("%s: the slot is not indexed", what)
	case slot.Type == Bool:
		return v.errorf("%s: a bool does not add up", what)
	}
	return nil
}

func (v *verifier) storeTypes(what string, slot Slot, e *Effect) error {
	switch slot.Kind {
	case Scalar:
		if v.k.Domain == Spiking || v.k.Domain == Active {
			return v.errorf("%s: the domain %v may be empty, so that a scalar would be written in some steps only", what, v.k.Domain)
		}
		if !v.uniform[e.Value] {
			return v.at(what, e.Value, "a scalar takes a value that is the same for every element")
		}
		if e.Mask != nil && !v.uniform[e.Mask] {
			return v.at(what, e.Mask, "a scalar takes a mask that is the same for every element")
		}
	case Indexed:
		if !v.k.InOrder && !v.injective(e.Index) {
			return v.at(what, e.Index, "two elements may write the same place: the index must be the element plus something uniform")
		}
	}
	return nil
}

// injective reports whether distinct elements have distinct values of the index e.
func (v *verifier) injective(e *Expr) bool {
	switch e.Op {
	case OpElem:
		return true
	case OpAdd:
		return v.injective(e.Args[0]) && v.uniform[e.Args[1]] || v.uniform[e.Args[0]] && v.injective(e.Args[1])
	case OpSub:
		return v.injective(e.Args[0]) && v.uniform[e.Args[1]]
	}
	return false
}

func (v *verifier) reductionTypes(r Reduction) error {
	slot, err := v.written("reduction", r.Slot)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("reduction to %q", slot.Name)
	switch {
	case r.Value == nil:
		return v.errorf("%s: there is no value", what)
	case slot.Kind == Scalar:
		return v.errorf("%s: the result is stored per postsynaptic element, and the slot is a scalar", what)
	case int(r.Fold) >= len(foldNames):
		return v.errorf("%s: there is no fold %d", what, r.Fold)
	case slot.Type == Bool:
		return v.errorf("%s: a bool does not add up", what)
	}
	if err := v.expr(what, r.Value, true); err != nil {
		return err
	}
	if r.Value.Type != slot.Type {
		return v.at(what, r.Value, "the value is %v, the slot %v", r.Value.Type, slot.Type)
	}
	return nil
}

// expr checks e and everything it reaches. synapse says that OpPre and OpPost have a meaning here.
func (v *verifier) expr(what string, e *Expr, synapse bool) error {
	key := seenKey{e, synapse}
	if v.seen[key] {
		return nil
	}
	v.seen[key] = true
	for _, a := range e.Args {
		if a == nil {
			return v.at(what, e, "%v lacks an operand", e.Op)
		}
		if a.id >= e.id {
			return v.at(what, e, "an operand was made after %v: the expressions come from different builders", e.Op)
		}
		if err := v.expr(what, a, synapse); err != nil {
			return err
		}
	}
	if e.Op == OpInvalid || e.Op >= OpMax_ || e.Type > Real {
		return v.at(what, e, "operation %d or type %d does not exist", e.Op, e.Type)
	}
	if err := v.leaf(what, e, synapse); err != nil {
		return err
	}
	if e.Op != OpConst {
		copied := *e
		if err := copied.checkArgs(); err != nil {
			return v.at(what, e, "%v", err)
		}
		if copied.Type != e.Type {
			return v.at(what, e, "%v gives %v, and is marked %v", e.Op, copied.Type, e.Type)
		}
	}
	v.uniform[e] = v.isUniform(e)
	return nil
}

// leaf checks what is particular to loads, constants, time, synapse ends and draws.
func (v *verifier) leaf(what string, e *Expr, synapse bool) error {
	switch {
	case e.Op == OpConst:
		if len(e.Args) > 0 {
			return v.at(what, e, "a constant has no operands")
		}
		if e.Type == Int && (e.Value != math.Trunc(e.Value) || math.Abs(e.Value) > 1<<31 || e.Value == 1<<31) || e.Type == Bool && e.Value != 0 && e.Value != 1 {
			return v.at(what, e, "%v is not a constant of type %v", e.Value, e.Type)
		}
	case e.Op == OpTime:
		if !(e.Value > 0) || math.IsInf(e.Value, 0) {
			return v.at(what, e, "the time step %v is not a positive number", e.Value)
		}
	case e.Op == OpPre || e.Op == OpPost:
		if !synapse {
			return v.at(what, e, "%v has no meaning over %v here", e.Op, v.k.Domain)
		}
	case e.Op.random():
		if other, ok := v.draws[e.Draw]; ok && other != e {
			return v.at(what, e, "draw number %d is also that of %s", e.Draw, FormatExpr(other, v.k.Slots))
		}
		v.draws[e.Draw] = e
	case e.Op == OpLoad:
		if e.Slot < 0 || e.Slot >= len(v.k.Slots) {
			return v.at(what, e, "there is no slot %d", e.Slot)
		}
		slot := v.k.Slots[e.Slot]
		switch {
		case slot.Access&Read == 0:
			return v.at(what, e, "slot %q is declared write-only", slot.Name)
		case slot.Type != e.Type:
			return v.at(what, e, "slot %q is %v, and its load is marked %v", slot.Name, slot.Type, e.Type)
		case slot.Kind == Indexed && len(e.Args) == 0:
			return v.at(what, e, "slot %q is indexed and loaded without an index", slot.Name)
		case slot.Kind != Indexed && len(e.Args) > 0:
			return v.at(what, e, "slot %q is not indexed and loaded with an index", slot.Name)
		}
		v.loads[e.Slot] = append(v.loads[e.Slot], load{e, synapse})
	}
	return nil
}

// isUniform repeats the Builder's rule with the kernel's slots.
func (v *verifier) isUniform(e *Expr) bool {
	switch {
	case e.Op == OpElem || e.Op == OpPre || e.Op == OpPost || e.Op.random():
		return false
	case e.Op == OpLoad && v.k.Slots[e.Slot].Kind == PerElement:
		return false
	}
	for _, a := range e.Args {
		if !v.uniform[a] {
			return false
		}
	}
	return true
}

// hazards checks reads and writes of the same slot against each other.
func (v *verifier) hazards() error {
	if v.k.InOrder {
		return v.inOrder()
	}
	writer := make(map[int]string)
	claim := func(slot int, what string) error {
		if by, ok := writer[slot]; ok {
			return v.errorf("slot %q has two writers, a %s and a %s", v.k.Slots[slot].Name, by, what)
		}
		writer[slot] = what
		return nil
	}
	for _, e := range v.k.Effects {
		if e.Kind == Check {
			continue
		}
		if e.Kind == Accumulate && writer[e.Slot] == "accumulate" {
			continue // sums may have several terms
		}
		if err := claim(e.Slot, e.Kind.String()); err != nil {
			return err
		}
	}
	for _, r := range v.k.Reductions {
		if err := claim(r.Slot, "reduction"); err != nil {
			return err
		}
	}
	for _, e := range v.k.Effects {
		if e.Kind == Check {
			continue
		}
		for _, l := range v.loads[e.Slot] {
			what := fmt.Sprintf("%v to %q", e.Kind, v.k.Slots[e.Slot].Name)
			switch kind := v.k.Slots[e.Slot].Kind; {
			case e.Kind != Store:
				return v.at(what, l.e, "the slot is also read, while other elements change it")
			case kind == Scalar:
				return v.at(what, l.e, "a scalar that is stored must not be read in the same kernel")
			case kind == Indexed && l.e.Args[0] != e.Index:
				return v.at(what, l.e, "the slot is also read at another index, where another element may write")
			}
		}
	}
	for _, r := range v.k.Reductions {
		if l := v.loads[r.Slot]; len(l) > 0 {
			return v.at(fmt.Sprintf("reduction to %q", v.k.Slots[r.Slot].Name), l[0].e, "the slot is also read")
		}
	}
	return v.lengths()
}

// inOrder checks what a kernel may not do whose synapses run one after another; there are no hazards.
func (v *verifier) inOrder() error {
	if v.k.Domain != Spiking {
		return v.errorf("only synapses of spikes run in order, not %v", v.k.Domain)
	}
	for _, e := range v.k.Effects {
		if e.Kind != Store && e.Kind != Check {
			return v.errorf("%v has no place among synapses that run in order", e.Kind)
		}
	}
	return nil
}

// lengths refuses, over Incoming, a PerElement slot that would need one value per synapse and one per element.
func (v *verifier) lengths() error {
	if v.k.Domain != Incoming {
		return nil
	}
	element := make(map[int]bool)
	for _, e := range v.k.Effects {
		if e.Kind != Check {
			element[e.Slot] = true
		}
	}
	for slot, loads := range v.loads {
		for _, l := range loads {
			element[slot] = element[slot] || !l.synapse
		}
	}
	for slot, s := range v.k.Slots {
		for _, l := range v.loads[slot] {
			if s.Kind == PerElement && l.synapse && element[slot] {
				return v.at("reduction", l.e, "slot %q is read per synapse here and used per postsynaptic element elsewhere", s.Name)
			}
		}
	}
	return nil
}
