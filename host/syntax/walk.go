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
	case *Bound:
		return []Expr{e.X}
	}
	return nil
}

// Walk calls f for e and then for its subexpressions. A nil e is passed over. What a Bound stands for is visited once; another node with
// two parents is visited twice.
func Walk(e Expr, f func(Expr)) {
	w := walker{f: f}
	w.walk(e)
}

type walker struct {
	f    func(Expr)
	seen map[Expr]bool // what Bounds stand for
}

func (w *walker) walk(e Expr) {
	if e == nil {
		return
	}
	w.f(e)
	if b, ok := e.(*Bound); ok {
		if w.seen[b.X] {
			return
		}
		if w.seen == nil {
			w.seen = map[Expr]bool{}
		}
		w.seen[b.X] = true
	}
	for _, c := range Children(e) {
		w.walk(c)
	}
}

// Meant is e itself, or the expression that a Bound stands for.
func Meant(e Expr) Expr {
	for {
		b, ok := e.(*Bound)
		if !ok {
			return e
		}
		e = b.X
	}
}

// Equal reports whether two expressions are the same apart from spelling and place.
func Equal(a, b Expr) bool {
	if a, b = Meant(a), Meant(b); a == b {
		return true
	}
	switch a := a.(type) {
	case nil:
		return b == nil
	case *Const:
		b, ok := b.(*Const)
		return ok && a.Q == b.Q && a.Kind == b.Kind && a.Bare == b.Bare
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
