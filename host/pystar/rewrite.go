package pystar

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// Text is a script as Starlark reads it.
type Text struct {
	Source, Code string
	Classes      []Behaviors
	Statements   []Statement
	Unclosed     int   // where a bracket stands that is never closed; -1: nowhere
	at           []int // of each byte of Code: where it stood in Source
	sourceLines  []int // where lines begin
	codeLines    []int
}

// Origin is the place in the source of a place in the code.
func (t *Text) Origin(offset int) int {
	if offset < 0 || offset >= len(t.at) {
		return len(t.Source)
	}
	return t.at[offset]
}

// Statement is the beginning of a statement that stays as it is.
type Statement struct {
	Word       string // the first
	Start, End int    // in the source; of an import: up to that word
}

// Position is Origin for lines and columns that count from 1, columns in runes.
func (t *Text) Position(line, col int32) (int32, int32) {
	off := len(t.Code)
	if line >= 1 && int(line) <= len(t.codeLines) {
		off = t.codeLines[line-1]
	}
	for c := int32(1); c < col && off < len(t.Code); c++ {
		_, n := utf8.DecodeRuneInString(t.Code[off:])
		off += n
	}
	origin := t.Origin(off)
	l := sort.SearchInts(t.sourceLines, origin+1)
	return int32(l), int32(utf8.RuneCountInString(t.Source[t.sourceLines[l-1]:origin]) + 1)
}

// lineStarts are the places at which the lines of a text begin.
func lineStarts(s string) []int {
	out := []int{0}
	for i := range len(s) {
		if s[i] == '\n' {
			out = append(out, i+1)
		}
	}
	return out
}

// Local finds modules that are files beside a script, by the path that stands behind import or from; names are those that "from path import *" brings, which
// star asks for.
type Local func(path string, star bool) (names []string, ok bool)

// Rewrite never fails: a text that it cannot take apart stays as it is from there on. local may be nil.
func Rewrite(source string, local Local) *Text {
	list, whole := lex(source, 0, len(source))
	r := &rewriter{src: source, list: list, local: local}
	r.expressions(list)
	r.outer = true
	r.statements()
	t := r.text()
	t.Unclosed = -1
	for k := range list {
		if whole && list[k].is("(", "[", "{") && list[k].match < 0 {
			t.Unclosed = list[k].start
		}
	}
	return t
}

// edit replaces source[at:at+n]. Of those at one place, what closes comes first, of several the one that was opened last, and then what
// opens, of several the one that closes last.
type edit struct {
	at, n   int
	s       string
	closes  bool
	partner int  // where the other one of a pair stands
	from    int  // where s stood
	outer   bool // of a statement: around what its expressions have
}

type rewriter struct {
	src        string
	list       []token // all of it
	edits      []edit
	decorators int
	classes    []Behaviors
	kept       []Statement
	gone       [][2]int // parts of the source that were replaced as a whole
	outer      bool
	inClass    bool // the statement is one of a class
	trying     bool // the statement stands within a try
	local      Local
}

// wrap puts something around source[start:end].
func (r *rewriter) wrap(start, end int, open, close string) {
	r.edits = append(r.edits, edit{at: start, s: open, partner: end, from: start, outer: r.outer},
		edit{at: end, s: close, closes: true, partner: start, from: max(start, end-1), outer: r.outer})
}

func (r *rewriter) replace(start, end int, s string) {
	r.edits = append(r.edits, edit{at: start, n: end - start, s: s, partner: start, from: start})
}

func (r *rewriter) replaceToken(t *token, s string) { r.replace(t.start, t.end, s) }

// whole replaces a stretch in which nothing else is to be rewritten.
func (r *rewriter) whole(start, end int, s string) {
	r.replace(start, end, s)
	r.gone = append(r.gone, [2]int{start, end})
}

func (r *rewriter) text() *Text {
	within := func(e edit) bool {
		return slices.ContainsFunc(r.gone, func(g [2]int) bool {
			if e.closes {
				return e.partner >= g[0] && e.partner < g[1]
			}
			return e.at >= g[0] && e.at < g[1] && !(e.at == g[0] && e.n == g[1]-g[0])
		})
	}
	edits := slices.DeleteFunc(r.edits, within)
	slices.SortStableFunc(edits, func(x, y edit) int {
		switch {
		case x.at != y.at:
			return cmp.Compare(x.at, y.at)
		case x.closes != y.closes:
			if x.closes {
				return -1
			}
			return 1
		case x.outer != y.outer:
			if x.outer != x.closes {
				return -1
			}
			return 1
		}
		return cmp.Compare(y.partner, x.partner)
	})
	t := &Text{Source: r.src, Classes: r.classes, Statements: r.kept, sourceLines: lineStarts(r.src)}
	var out strings.Builder
	put := func(s string, from func(k int) int) {
		for k := range len(s) {
			t.at = append(t.at, from(k))
		}
		out.WriteString(s)
	}
	i := 0
	for _, e := range edits {
		if e.at > i {
			put(r.src[i:e.at], func(k int) int { return i + k })
			i = e.at
		}
		put(e.s, func(int) int { return min(e.from, max(0, len(r.src)-1)) })
		i = max(i, e.at+e.n)
	}
	put(r.src[i:], func(k int) int { return i + k })
	t.Code = out.String()
	t.codeLines = lineStarts(t.Code)
	return t
}

// expressions rewrites what expressions are made of.
func (r *rewriter) expressions(list []token) {
	for k := range list {
		t := &list[k]
		next := &token{kind: newline}
		if k+1 < len(list) {
			next = &list[k+1]
		}
		before := &token{kind: newline}
		if k > 0 {
			before = &list[k-1]
		}
		switch {
		case t.kind == number && strings.ContainsAny(t.s[len(t.s)-1:], "jJ") && !strings.HasPrefix(t.s, "0x"):
			r.replaceToken(t, "("+strings.ReplaceAll(t.s[:len(t.s)-1], "_", "")+"*"+Imaginary+")")
		case t.kind == number && strings.Contains(t.s, "_"):
			r.replaceToken(t, strings.ReplaceAll(t.s, "_", ""))
		case t.kind == ftext:
			r.fstring(t)
		case t.kind == text:
			if i := strings.IndexAny(t.s, `"'`); i > 0 && strings.ContainsAny(t.s[:i], "uURB") {
				r.replace(t.start, t.start+i, strings.ReplaceAll(strings.ToLower(t.s[:i]), "u", ""))
			}
			for i := 0; !t.raw && i+1 < len(t.s); i++ {
				if t.s[i] == '\\' {
					if !escape(t.s[i+1]) {
						r.edits = append(r.edits, edit{at: t.start + i, s: `\`, partner: t.end, from: t.start + i})
					}
					i++
				}
			}
		case t.is("**") && before.operand():
			r.power(list, k)
		case t.is("@") && before.operand():
			r.replaceToken(t, "*"+MatMul+"*")
		case t.is("%") && before.operand():
			r.percent(list, k)
		case t.is("{") && t.match > 0:
			if !r.spread(list, k) {
				r.set(list, k)
			}
		case t.is("is") && before.operand():
			if next.is("not") {
				r.replace(t.start, next.end, "!=")
			} else {
				r.replaceToken(t, "==")
			}
		case comparison(list, k):
			r.chain(list, k)
		case t.is("load") && before.is("."):
			r.replaceToken(t, Load)
		case t.is("(") && t.match > 0:
			if !r.spread(list, k) {
				r.generator(list, k)
			}
		case t.is("[") && t.match > 0 && before.operand():
			r.index(list, k)
		case t.is("[") && t.match > 0:
			r.spread(list, k)
		case t.is("format") && before.is(".") && next.is("(") && next.match > 0 && k > 1:
			if s := literals(list, k-2); s >= 0 {
				r.wrap(list[s].start, list[next.match].start, Format+"(", "")
				r.replace(before.start, next.end, ", ")
			}
		}
		if t.string() && next.string() && !before.string() {
			last := k + 1
			for last+1 < len(list) && list[last+1].string() {
				last++
			}
			r.wrap(t.start, list[last].end, "(", ")")
			for j := k + 1; j <= last; j++ {
				r.edits = append(r.edits, edit{at: list[j].start, s: "+ ", partner: list[j].end + 1, from: list[j].start})
			}
		}
	}
}

// literals is the first token of the literal strings, in parentheses or not, that end at token k; -1 where something else does.
func literals(list []token, k int) int {
	if list[k].is(")") && list[k].match >= 0 {
		open := list[k].match
		if open > 0 && list[open-1].operand() || k-open < 2 {
			return -1
		}
		for j := open + 1; j < k; j++ {
			if !list[j].string() {
				return -1
			}
		}
		return open
	}
	if !list[k].string() {
		return -1
	}
	for k > 0 && list[k-1].string() {
		k--
	}
	return k
}

// primaryStart is the first token of the operand that ends at token k: a name, number, string or bracket with all that is called, indexed or
// taken out of it.
func primaryStart(list []token, k int) int {
	for {
		switch t := &list[k]; {
		case t.is(")", "]", "}"):
			if t.match < 0 {
				return -1
			}
			if k = t.match; !t.is("}") && k > 0 && list[k-1].operand() {
				k--
				continue
			}
		case t.string():
			for k > 0 && list[k-1].string() {
				k--
			}
		}
		if k > 1 && list[k-1].is(".") {
			k -= 2
			continue
		}
		return k
	}
}

// operandEnd is the last token of the operand that begins at token k, with signs before it and powers of it; -1: there is none.
func operandEnd(list []token, k int) int {
	for k < len(list) && list[k].is("-", "+", "~") {
		k++
	}
	switch {
	case k >= len(list):
		return -1
	case list[k].is("(", "[", "{"):
		if k = list[k].match; k < 0 {
			return -1
		}
	case list[k].string():
		for k+1 < len(list) && list[k+1].string() {
			k++
		}
	case !list[k].operand():
		return -1
	}
	for k+1 < len(list) {
		switch next := &list[k+1]; {
		case next.is(".") && k+2 < len(list) && list[k+2].kind == name:
			k += 2
		case next.is("(", "["):
			if next.match < 0 {
				return -1
			}
			k = next.match
		case next.is("**"):
			return operandEnd(list, k+2)
		default:
			return k
		}
	}
	return k
}

// power turns a ** b into a call; -a ** b is -(a ** b).
func (r *rewriter) power(list []token, k int) {
	start, end := primaryStart(list, k-1), operandEnd(list, k+1)
	if start < 0 || end < 0 {
		return
	}
	r.wrap(list[start].start, list[end].end, Pow+"(", ")")
	r.replaceToken(&list[k], ",")
}

// percent turns "format" % values into a call.
func (r *rewriter) percent(list []token, k int) {
	start, end := literals(list, k-1), operandEnd(list, k+1)
	if start < 0 || end < 0 {
		return
	}
	r.wrap(list[start].start, list[end].end, Percent+"(", ")")
	r.replaceToken(&list[k], ",")
}

// inside calls f with the parts of a bracket that commas separate, as tokens from lo up to hi.
func inside(list []token, open int, f func(lo, hi int)) (parts int) {
	lo := open + 1
	for k := lo; ; k++ {
		if k == list[open].match || list[k].is(",") {
			if k > lo || k < list[open].match {
				f(lo, k)
				parts++
			}
			if lo = k + 1; k == list[open].match {
				return parts
			}
		}
		if list[k].is("(", "[", "{") {
			if list[k].match < 0 {
				return 0
			}
			k = list[k].match
		}
	}
}

// colons are the tokens at which a part of an index is a slice; nil: it is none.
func colons(list []token, lo, hi int) (at []int) {
	for k := lo; k < hi; k++ {
		switch {
		case list[k].is("lambda"):
			return nil
		case list[k].is(":"):
			at = append(at, k)
		case list[k].is("(", "[", "{") && list[k].match > 0:
			k = list[k].match
		}
	}
	return at
}

// index turns the slices among several indices into calls: a[:, i:j] into a[slice(None, None), slice(i, j)].
func (r *rewriter) index(list []token, open int) {
	if inside(list, open, func(int, int) {}) < 2 {
		return
	}
	inside(list, open, func(lo, hi int) {
		at := colons(list, lo, hi)
		if len(at) == 0 || len(at) > 2 {
			return
		}
		for n, k := range at {
			s := ", "
			if k == lo || n > 0 && at[n-1] == k-1 {
				s = "None, "
			}
			r.replaceToken(&list[k], s)
		}
		end := ")"
		if at[len(at)-1] == hi-1 {
			end = "None)"
		}
		r.wrap(list[lo].start, list[hi-1].end, Slice+"(", end)
	})
}

var order = []string{"<", "<=", ">", ">=", "==", "!="}

// comparison reports whether token k compares what is before and behind it.
func comparison(list []token, k int) bool {
	return k > 0 && list[k].is(order...) && list[k-1].operand()
}

// outer reports whether a token ends the operand of a comparison.
func outer(t *token) bool {
	switch t.kind {
	case newline:
		return true
	case name:
		return keywords[t.s]
	case op:
		return t.is(",", ":", ";", "(", "[", "{", ")", "]", "}", "->") || strings.HasSuffix(t.s, "=") && !t.is(order...)
	}
	return false
}

// chain turns a < b < c, whose first comparison is token k, into a call.
func (r *rewriter) chain(list []token, k int) {
	start, end := k, k
	for start > 0 {
		t := &list[start-1]
		switch {
		case t.is(")", "]", "}") && t.match >= 0:
			start = t.match
			continue
		case comparison(list, start-1):
			return
		case outer(t):
		default:
			start--
			continue
		}
		break
	}
	var operators []int
	for ; end < len(list); end++ {
		t := &list[end]
		if t.is("(", "[", "{") && t.match >= 0 {
			end = t.match
		} else if comparison(list, end) {
			operators = append(operators, end)
		} else if outer(t) {
			break
		}
	}
	if len(operators) < 2 || end == operators[len(operators)-1]+1 {
		return
	}
	r.wrap(list[start].start, list[end-1].end, Chain+"(", ")")
	for _, o := range operators {
		r.replaceToken(&list[o], ", \""+list[o].s+"\", ")
	}
}

// generator turns (x for y in z) into ([x for y in z]).
func (r *rewriter) generator(list []token, open int) {
	if k := first(list, open, ",", "lambda", "for"); k > open+1 && list[k].is("for") {
		r.wrap(list[open].end, list[list[open].match].start, "[", "]")
	}
}

// first is the first of these words within a bracket, but not within others in it: the end of the bracket where there is none, -1 where the end of a
// bracket is missing.
func first(list []token, open int, words ...string) int {
	for k := open + 1; k < list[open].match; k++ {
		switch t := &list[k]; {
		case t.is("(", "[", "{"):
			if t.match < 0 {
				return -1
			}
			k = t.match
		case t.is(words...):
			return k
		}
	}
	return list[open].match
}

// set turns {a, b} into set([a, b]).
func (r *rewriter) set(list []token, open int) {
	if k := first(list, open, ":", "**", "lambda"); k > open+1 && k == list[open].match {
		r.replaceToken(&list[open], "set([")
		r.replaceToken(&list[list[open].match], "])")
	}
}

// fstring turns an f-string into a call with its texts and values.
func (r *rewriter) fstring(t *token) {
	quoted := func(s string) string {
		prefix := ""
		if t.raw {
			prefix = "r"
		}
		return prefix + t.quote + s + t.quote
	}
	at, before := t.start, FString+"("
	for k, p := range t.parts {
		if k == len(t.parts)-1 {
			r.replace(at, t.end, before+quoted(p.literal)+")")
			return
		}
		r.replace(at, p.start, before+quoted(p.literal)+", (")
		r.expressions(p.tokens)
		at, before = p.end, fmt.Sprintf("), %q, ", p.conversion+":"+p.format)
	}
}
