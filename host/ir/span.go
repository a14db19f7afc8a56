package ir

// Span returns the range of elements from to to-1, of n, outside which a kernel over elements changes nothing: conditions a <= i and i < b guard all
// that it does, as for a part of a group. Without such conditions it is all of them.
func (k *Kernel) Span(n int32) (from, to int32) {
	if k.Domain != Elements || len(k.Reductions) > 0 {
		return 0, n
	}
	var guards []*Expr
	WalkKernel(k, func(e *Expr) {
		if _, _, ok := e.within(); ok {
			guards = append(guards, e)
		}
	})
	for _, g := range guards {
		if a, b, _ := g.within(); k.idleUnless(g) {
			from, to = max(0, a), min(n, b)
			return from, max(from, to)
		}
	}
	return 0, n
}

// within recognises a <= i and i < b, with constants.
func (e *Expr) within() (a, b int32, ok bool) {
	if e.Op != OpAnd || e.Args[0].Op != OpLe || e.Args[1].Op != OpLt {
		return 0, 0, false
	}
	low, high := e.Args[0].Args, e.Args[1].Args
	if low[0].Op != OpConst || low[0].Type != Int || low[1].Op != OpElem || high[0].Op != OpElem || high[1].Op != OpConst || high[1].Type != Int {
		return 0, 0, false
	}
	return int32(low[0].Value), int32(high[1].Value), true
}

// idleUnless reports whether a kernel changes nothing where a condition does not hold.
func (k *Kernel) idleUnless(guard *Expr) bool {
	o := otherwise{guard: guard}
	for _, e := range k.Effects {
		if t, known := o.truth(e.Mask); e.Mask != nil && known && !t {
			continue
		}
		v := o.value(e.Value)
		own := v.Op == OpLoad && len(v.Args) == 0 && k.Slots[v.Slot].Kind == PerElement
		switch {
		case !own || e.Index != nil:
			return false
		case e.Kind == Check: // what is there already
		case e.Kind != Store || v.Slot != e.Slot:
			return false
		}
	}
	return true
}

// otherwise is what expressions are where a condition does not hold.
type otherwise struct{ guard *Expr }

// truth is what a condition is there, as far as that is known.
func (o otherwise) truth(e *Expr) (t, known bool) {
	switch {
	case e == nil:
		return false, false
	case e == o.guard:
		return false, true
	case e.Op == OpConst:
		return e.Value != 0, true
	case e.Op == OpNot:
		t, known = o.truth(e.Args[0])
		return !t, known
	case e.Op == OpAnd, e.Op == OpOr:
		for _, a := range e.Args {
			if t, known := o.truth(a); known && t == (e.Op == OpOr) {
				return t, true
			}
		}
	}
	return false, false
}

// value is the expression that is chosen there.
func (o otherwise) value(e *Expr) *Expr {
	if e.Op != OpSelect {
		return e
	}
	if t, known := o.truth(e.Args[0]); known && t {
		return o.value(e.Args[1])
	} else if known {
		return o.value(e.Args[2])
	}
	if a, b := o.value(e.Args[1]), o.value(e.Args[2]); a == b {
		return a
	}
	return e
}
