package pystar

import "fmt"

// item is what a bracket holds between commas: tokens lo to hi-1, without their star.
type item struct {
	lo, hi int
	stars  string // "*", "**" or none
	named  bool   // name=value
}

func items(list []token, open int) (all []item, stars int) {
	inside(list, open, func(lo, hi int) {
		p := item{lo: lo, hi: hi}
		if hi-lo > 1 && list[lo].is("*", "**") {
			p.lo, p.stars = lo+1, list[lo].s
			stars++
		}
		p.named = hi-lo > 2 && list[lo+1].is("=")
		all = append(all, p)
	})
	return all, stars
}

// spread rewrites stars in brackets: [*a, b] is what __join__(a, [b]) gives, f(*a, b) gets as much, and {**a, "k": b} is __merge__(a, {"k": b}). A list at
// the end of the arguments stays, as Starlark reads it. It reports whether it has done so.
func (r *rewriter) spread(list []token, open int) bool {
	t := &list[open]
	all, stars := items(list, open)
	if stars == 0 {
		return false
	}
	defer func(was bool) { r.outer = was }(r.outer)
	r.outer = true // than what is rewritten of an item
	end := &list[t.match]
	call := t.is("(") && open > 0 && list[open-1].operand()
	switch {
	case t.is("{") && all[0].mapping(list) || t.is("{") && all[len(all)-1].mapping(list):
		r.replaceToken(t, Merge+"(")
		r.replaceToken(end, ")")
		r.joined(list, all, "{", "}")
	case t.is("{"):
		r.replaceToken(t, "set("+Join+"(")
		r.replaceToken(end, "))")
		r.joined(list, all, "[", "]")
	case t.is("["):
		r.replaceToken(t, Join+"(")
		r.replaceToken(end, ")")
		r.joined(list, all, "[", "]")
	case !call:
		r.replaceToken(t, "tuple("+Join+"(")
		r.replaceToken(end, "))")
		r.joined(list, all, "[", "]")
	case open > 1 && list[open-2].is("def", "class"):
		return false
	default:
		from, to := -1, -1 // from the first list to the last argument without a name
		for k, p := range all {
			if p.stars == "*" && from < 0 {
				from = k
			}
			if p.stars != "**" && !p.named {
				to = k
			}
		}
		if from < 0 || from == to {
			return false
		}
		for _, p := range all[from : to+1] {
			if p.named || p.stars == "**" {
				return false
			}
		}
		r.wrap(list[all[from].lo-1].start, list[all[to].hi-1].end, "*"+Join+"(", ")")
		r.joined(list, all[from:to+1], "[", "]")
	}
	return true
}

// mapping reports whether an item belongs to a dictionary.
func (p item) mapping(list []token) bool {
	if p.stars != "" {
		return p.stars == "**"
	}
	for k := p.lo; k < p.hi; k++ {
		switch t := &list[k]; {
		case t.is("(", "[", "{") && t.match > 0:
			k = t.match
		case t.is(":"):
			return true
		}
	}
	return false
}

// joined takes the stars off and puts brackets around what has none.
func (r *rewriter) joined(list []token, all []item, open, close string) {
	for _, p := range all {
		if p.stars != "" {
			r.replaceToken(&list[p.lo-1], "")
		} else {
			r.wrap(list[p.lo].start, list[p.hi-1].end, open, close)
		}
	}
}

// unpacked rewrites a, *b = x: the targets without a star, and what they get. target are the tokens before the equals sign, value those behind it. It reports
// whether there is a star.
func (r *rewriter) unpacked(target, value []token, offset int) bool {
	before, after, star, start := 0, 0, -1, true
	for k := 0; k < len(target); k++ {
		at := k
		switch t := &target[k]; {
		case t.is("(", "[", "{"):
			if t.match < 0 {
				return false
			}
			k = t.match - offset
		case t.is(","):
			start = true
			continue
		case t.is("*") && start:
			if star >= 0 {
				return false
			}
			star = k
			continue
		}
		if start && star < 0 {
			before++
		} else if start && at != star+1 {
			after++
		}
		start = false
	}
	if star < 0 {
		return false
	}
	r.replaceToken(&target[star], "")
	r.wrap(value[0].start, value[len(value)-1].end, Unpack+"(", fmt.Sprintf(", %d, %d)", before, after))
	return true
}
