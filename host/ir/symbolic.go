package ir

import "slices"

// Walk visits every node that e reaches, each once, arguments before their users. A nil e is skipped.
func Walk(e *Expr, visit func(*Expr)) {
	walkSeen(e, make(map[*Expr]bool), visit)
}

func walkSeen(e *Expr, seen map[*Expr]bool, visit func(*Expr)) {
	if e == nil || seen[e] {
		return
	}
	seen[e] = true
	for _, a := range e.Args {
		walkSeen(a, seen, visit)
	}
	visit(e)
}

// WalkKernel is Walk over all expressions of a kernel.
func WalkKernel(k *Kernel, visit func(*Expr)) {
	seen := make(map[*Expr]bool)
	for _, e := range k.Effects {
		walkSeen(e.Index, seen, visit)
		walkSeen(e.Value, seen, visit)
		walkSeen(e.Mask, seen, visit)
	}
	for _, r := range k.Reductions {
		walkSeen(r.Value, seen, visit)
	}
}

// Any reports whether pred holds for some node that e reaches.
func Any(e *Expr, pred func(*Expr) bool) bool {
	found := false
	Walk(e, func(n *Expr) { found = found || pred(n) })
	return found
}

// NamesEnds reports whether an effect of a kernel depends on where synapses begin or end.
func (k *Kernel) NamesEnds() bool {
	end := func(n *Expr) bool { return n.Op == OpPre || n.Op == OpPost }
	return slices.ContainsFunc(k.Effects, func(e Effect) bool { return Any(e.Index, end) || Any(e.Value, end) || Any(e.Mask, end) })
}

// DependsOn reports whether x occurs in e. Both must come from one Builder, where equal expressions are one pointer.
func DependsOn(e, x *Expr) bool {
	return Any(e, func(n *Expr) bool { return n == x })
}

// Substitute returns e with each node that is a key of with replaced by its value, all at once: what replaces a node
// is not searched again. Keys and values must come from b.
func (b *Builder) Substitute(e *Expr, with map[*Expr]*Expr) *Expr {
	return b.Copy(e, func(n *Expr) *Expr { return with[n] }, nil)
}
