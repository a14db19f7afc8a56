package pystar

import (
	"fmt"
	"strings"
)

// blocks remembers the statements that the present one is inside of or follows, by how far they are indented.
type blocks map[int]string

// enter notes a statement and returns the one before it with the same indentation, and whether it stands within a try. Statements that do not begin
// their line (indent -1) belong to the one that does.
func (b blocks) enter(indent int, word string) (before string, trying bool) {
	if indent >= 0 {
		for k := range b {
			if k > indent {
				delete(b, k)
			}
		}
		before = b[indent]
		b[indent] = word
	}
	for k, w := range b {
		trying = trying || w == "try" && (k < indent || indent < 0)
	}
	return before, trying
}

// inClass reports whether the statement that begins at an indentation is one of a class, and no method's.
func (b blocks) inClass(indent int) bool {
	outer := -1
	for k := range b {
		if k < indent {
			outer = max(outer, k)
		}
	}
	return outer >= 0 && b[outer] == "class"
}

// attempt rewrites try, except, finally and the else of a try into loops over Try, Except, Finally and Otherwise, which host/script puts together. It returns
// of how many tokens the head consists; 0: the statement is none of them.
func (r *rewriter) attempt(line []token, before string) int {
	t := &line[0]
	head := func(target, what string) int {
		r.replaceToken(t, "for "+target+" in "+what)
		return 2
	}
	switch {
	case len(line) < 2:
	case t.is("try") && line[1].is(":"):
		return head("_", Try+"()")
	case t.is("finally") && line[1].is(":"):
		return head("_", Finally+"()")
	case t.is("else") && line[1].is(":") && before == "except":
		return head("_", Otherwise+"()")
	case t.is("except"):
		depth, as, colon := 0, -1, -1
		for k := 1; k < len(line) && colon < 0; k++ {
			switch u := &line[k]; {
			case u.is("(", "["):
				depth++
			case u.is(")", "]"):
				depth--
			case u.is("as") && depth == 0:
				as = k
			case u.is(":") && depth == 0:
				colon = k
			}
		}
		if colon < 0 || as > 0 && (as != colon-2 || line[as+1].kind != name) {
			return 0
		}
		target, last := "_", colon
		if as > 0 {
			target, last = line[as+1].s, as
		}
		kinds := ""
		if last > 1 {
			kinds = strings.Join(strings.Fields(r.src[line[1].start:line[last-1].end]), " ")
		}
		r.whole(t.start, line[colon].start, fmt.Sprintf("for %s in %s(%q)", target, Except, strings.Trim(kinds, "()")))
		return colon + 1
	}
	return 0
}

// raise rewrites raise, raise X, raise X(...) and raise X(...) from e into calls of attributes of Raise.
func (r *rewriter) raise(line []token, offset int) {
	start, end := line[0].start, line[len(line)-1].end
	last := len(line) - 1
	for k := 1; k < len(line); k++ {
		if line[k].is("(", "[", "{") && line[k].match > 0 {
			k = line[k].match - offset
		} else if line[k].is("from") {
			last = k - 1
			break
		}
	}
	switch {
	case len(line) == 1:
		r.whole(start, end, Raise+".again()")
	case line[1].kind != name || last < 1:
	case last == 1:
		r.whole(start, end, Raise+"."+line[1].s+"()")
	case line[2].is("(") && line[2].match == offset+last:
		r.replace(start, line[1].end, Raise+"."+line[1].s)
		if last < len(line)-1 {
			r.whole(line[last+1].start, end, "")
		}
	}
}
