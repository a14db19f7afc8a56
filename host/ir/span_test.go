package ir

import "testing"

// A kernel that is guarded by a range of elements runs over these, and any other over all.
func TestSpan(t *testing.T) {
	b := NewBuilder()
	v := b.Slot(Slot{Name: "v", Type: Real, Kind: PerElement, Access: ReadWrite})
	w := b.Slot(Slot{Name: "w", Type: Real, Kind: PerElement, Access: ReadWrite})
	flag := b.Slot(Slot{Name: "flag", Type: Bool, Kind: PerElement, Access: Read})
	one := b.Slot(Slot{Name: "one", Type: Real, Kind: Scalar, Access: ReadWrite})
	i := b.Leaf(OpElem)
	within := func(from, to int32) *Expr {
		return b.Op(OpAnd, b.Op(OpLe, b.ConstInt(from), i), b.Op(OpLt, i, b.ConstInt(to)))
	}
	g := within(20, 50)
	more := func(slot int) *Expr { return b.Op(OpAdd, b.Load(slot), b.Const(1)) }
	guarded := func(slot int) *Expr { return b.Select(g, more(slot), b.Load(slot)) }
	store := func(slot int, value, mask *Expr) Effect {
		return Effect{Kind: Store, Slot: slot, Value: value, Mask: mask}
	}
	for name, c := range map[string]struct {
		effects  []Effect
		from, to int32
	}{
		"guarded":                  {[]Effect{store(v, guarded(v), nil)}, 20, 50},
		"with a check":             {[]Effect{store(v, guarded(v), nil), {Kind: Check, Name: "v", Value: guarded(v)}}, 20, 50},
		"unless refractory":        {[]Effect{store(v, b.Select(b.Load(flag), guarded(v), b.Load(v)), nil)}, 20, 50},
		"both ways":                {[]Effect{store(v, b.Select(b.Op(OpNot, g), b.Load(v), more(v)), nil)}, 20, 50},
		"and more":                 {[]Effect{store(v, b.Select(b.Op(OpAnd, b.Load(flag), g), more(v), b.Load(v)), nil)}, 20, 50},
		"masked":                   {[]Effect{store(v, more(v), g)}, 20, 50},
		"beyond the group":         {[]Effect{store(v, b.Select(within(-5, 500), more(v), b.Load(v)), nil)}, 0, 100},
		"nothing":                  {[]Effect{store(v, b.Select(within(60, 30), more(v), b.Load(v)), nil)}, 60, 60},
		"two variables":            {[]Effect{store(v, guarded(v), nil), store(w, guarded(w), nil)}, 20, 50},
		"one of two":               {[]Effect{store(v, guarded(v), nil), store(w, more(w), nil)}, 0, 100},
		"another outside":          {[]Effect{store(v, b.Select(g, more(v), b.Load(w)), nil)}, 0, 100},
		"or":                       {[]Effect{store(v, b.Select(b.Op(OpOr, b.Load(flag), g), more(v), b.Load(v)), nil)}, 0, 100},
		"inside out":               {[]Effect{store(v, b.Select(g, b.Load(v), more(v)), nil)}, 0, 100},
		"two ranges":               {[]Effect{store(v, guarded(v), nil), store(w, b.Select(within(0, 30), more(w), b.Load(w)), nil)}, 0, 100},
		"a variable that all have": {[]Effect{store(one, b.Select(g, more(one), b.Load(one)), nil)}, 0, 100},
		"no guard":                 {[]Effect{store(v, more(v), nil)}, 0, 100},
	} {
		k := &Kernel{Name: name, Domain: Elements, Slots: b.Slots(), Effects: c.effects}
		if from, to := k.Span(100); from != c.from || to != c.to {
			t.Errorf("%s: elements %d to %d, want %d to %d", name, from, to, c.from, c.to)
		}
	}
	k := &Kernel{Name: "synapses", Domain: Synapses, Slots: b.Slots(), Effects: []Effect{store(v, guarded(v), nil)}}
	if from, to := k.Span(100); from != 0 || to != 100 {
		t.Errorf("synapses %d to %d", from, to)
	}
}
