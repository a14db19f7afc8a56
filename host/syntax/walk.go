package syntax

// Children returns the direct subexpressions of e, in source order of their fields. The function name of a Call is not one.
func Children(e Expr) []Expr {
	switch e := e.(type) {
	case *Unary:
		return []Expr{e.X}
	case *Binary:
		return []Expr{e.X, e.Y}
	case *Call:
		return e.Args
	case *Cond:
		return []Expr{e.Test, e.Then, e.Else_}
	}
	return nil
}

// Walk calls f for e and then for its subexpressions. A nil e is passed over; a node with two parents is visited twice.
func Walk(e Expr, f func(Expr)) {
	if e == nil {
		return
	}
	f(e)
	for _, c := range Children(e) {
		Walk(c, f)
	}
}

// Equal reports whether two expressions are the same apart from spelling and place.
func Equal(a, b Expr) bool {
	switch a := a.(type) {
	case nil:
		return b == nil
	case *Number:
		b, ok := b.(*Number)
		return ok && a.Value == b.Value && a.IsInt == b.IsInt
	case *Bool:
		b, ok := b.(*Bool)
		return ok && a.Value == b.Value
	case *Ident:
		b, ok := b.(*Ident)
		return ok && a.Name == b.Name
	case *Unary:
		b, ok := b.(*Unary)
		return ok && a.Op == b.Op && Equal(a.X, b.X)
	case *Binary:
		b, ok := b.(*Binary)
		return ok && a.Op == b.Op && Equal(a.X, b.X) && Equal(a.Y, b.Y)
	case *Call:
		b, ok := b.(*Call)
		if !ok || a.Fun.Name != b.Fun.Name || len(a.Args) != len(b.Args) {
			return false
		}
		for i := range a.Args {
			if !Equal(a.Args[i], b.Args[i]) {
				return false
			}
		}
		return true
	case *Cond:
		b, ok := b.(*Cond)
		return ok && Equal(a.Test, b.Test) && Equal(a.Then, b.Then) && Equal(a.Else_, b.Else_)
	}
	return false
}
