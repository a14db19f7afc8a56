package script

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Error is a problem with a script or its model, with places. Unwrap gives the error of a lower stage, such as a numeric
// fault, when there is one.
type Error struct {
	List  diag.List
	Cause error
}

// Error renders the diagnostics.
func (e *Error) Error() string { return e.List.Error() }

// Unwrap returns the cause; nil when the script itself is wrong.
func (e *Error) Unwrap() error { return e.Cause }

// hinted is an error with advice.
type hinted struct {
	err  error
	hint string
}

func (h *hinted) Error() string { return h.err.Error() }
func (h *hinted) Unwrap() error { return h.err }

func withHint(err error, hint string) error {
	if hint == "" {
		return err
	}
	return &hinted{err, hint}
}

// origin is where a piece of equation text comes from.
type origin struct {
	what  string // e.g. "Population 'Focus'"
	where *diag.Source
	span  diag.Span
	// text is the whole text that the piece was cut out of, keeping its place; "" when it is whole.
	text string
}

func (o origin) whole(s *diag.Source) string {
	if o.text != "" {
		return o.text
	}
	return s.Text
}

// offset is the byte offset of a Starlark position (lines and columns from 1, columns in runes).
func offset(src *diag.Source, pos syntax.Position) int {
	off := 0
	for l := int32(1); l < pos.Line; l++ {
		k := strings.IndexByte(src.Text[off:], '\n')
		if k < 0 {
			return len(src.Text)
		}
		off += k + 1
	}
	col := int32(1)
	for i := range src.Text[off:] {
		if col == pos.Col {
			return off + i
		}
		col++
	}
	return len(src.Text)
}

func isNameByte(c byte) bool {
	return c == '_' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// spanAt is the text to underline for a position: the name there, or for the "(" of a call the called name before it.
func spanAt(src *diag.Source, pos syntax.Position) diag.Span {
	start := offset(src, pos)
	end := start
	for end < len(src.Text) && isNameByte(src.Text[end]) {
		end++
	}
	if end == start && start < len(src.Text) && src.Text[start] == '(' {
		for start > 0 && isNameByte(src.Text[start-1]) {
			start--
		}
		return diag.Span{Start: start, End: max(end, start+1)}
	}
	return diag.Span{Start: start, End: max(end, start+1)}
}

// diagnose turns what Starlark or a builtin returned into an *Error with places in the script. Cancellation by the context
// is returned as it is.
func (in *interp) diagnose(err error) error {
	if err == nil || errors.Is(err, ErrStop) {
		return err
	}
	if stop := in.brian.stop; stop != nil {
		var list diag.List
		switch {
		case errors.Is(stop, ErrStop):
			return stop
		case errors.As(stop, &list):
			return &Error{List: in.place(list), Cause: stop}
		}
	}
	var done *Error
	if errors.As(err, &done) {
		return done
	}
	var exit *exitCall
	if errors.As(err, &exit) && exit.code == "" {
		return errExited
	}
	if in.ctx.Err() != nil {
		if c := context.Cause(in.ctx); errors.Is(err, c) || strings.Contains(err.Error(), cancelReason) {
			return c
		}
	}
	var resolved resolve.ErrorList
	if errors.As(err, &resolved) {
		var l diag.List
		for _, e := range resolved {
			l.Add(in.positioned(e.Pos, e.Msg, ""))
		}
		return &Error{List: l}
	}
	var parsed syntax.Error
	if errors.As(err, &parsed) {
		d := in.positioned(parsed.Pos, parsed.Msg, "")
		list := diag.List{d}
		if d.Source != nil {
			list = append(list, morePython(d.Source, d.Span.Start)...)
		}
		return &Error{List: list}
	}
	// A network operation's error is inside that of the run that called it; the inner one has the whole stack.
	var eval, inner *starlark.EvalError
	for e := err; errors.As(e, &inner); e = errors.Unwrap(inner) {
		eval = inner
	}
	if eval != nil {
		return in.evalError(eval)
	}
	return &Error{List: diag.List{{Message: err.Error()}}, Cause: err}
}

// positioned makes a diagnostic at a Starlark position and adds what a Python user may have meant.
func (in *interp) positioned(pos syntax.Position, msg, hint string) diag.Diagnostic {
	src := in.sources[pos.Filename()]
	if src == nil {
		return diag.Diagnostic{Message: msg, Hint: hint}
	}
	span := spanAt(src, pos)
	if m, h, ok := missingModule(lineOf(src, span.Start)); ok && strings.HasPrefix(msg, "got ") {
		msg, hint = m, h
	}
	if hint == "" {
		msg, hint = splitHint(msg)
	}
	if hint == "" {
		hint = pythonHint(lineOf(src, span.Start), msg)
	}
	if name, ok := strings.CutPrefix(msg, "undefined: "); ok {
		msg = fmt.Sprintf("unknown name %q", name)
		if hint == "" {
			hint = diag.DidYouMean(name, in.commonNames())
		}
	}
	return diag.Diagnostic{Source: src, Span: span, Message: msg, Hint: hint}
}

func lineOf(src *diag.Source, off int) string {
	start := strings.LastIndexByte(src.Text[:min(off, len(src.Text))], '\n') + 1
	line, _, _ := strings.Cut(src.Text[start:], "\n")
	return line
}

// commonNames are the names of the vocabulary without rare units, for spelling hints.
func (in *interp) commonNames() []string {
	names := units.CommonNames()
	for n := range in.vocabulary {
		if _, unit := units.Lookup(n); !unit && !strings.ContainsAny(n[:1], "_[") {
			names = append(names, n)
		}
	}
	for n := range starlark.Universe {
		names = append(names, n)
	}
	return names
}

// splitHint moves Starlark's "(did you mean X?)" to the hint, or leaves it out where X looks little like what is written.
func splitHint(msg string) (string, string) {
	m := spelling.FindStringSubmatch(msg)
	if m == nil {
		return msg, ""
	}
	if written := writtenName.FindStringSubmatch(m[1]); written != nil && diag.Suggest(written[1], []string{strings.TrimPrefix(m[2], ".")}) == "" {
		return m[1], ""
	}
	return m[1], "did you mean " + m[2] + "?"
}

var (
	spelling = regexp.MustCompile(`^(.*) \(did you mean (.*)\?\)$`)
	// writtenName is what Starlark does not know.
	writtenName = regexp.MustCompile(`(?:undefined: |has no \.|has no attribute ")(\w+)`)
)

// pythonHints answer what people who know Python write first.
var pythonHints = []struct {
	line, msg *regexp.Regexp
	hint      string
}{
	{regexp.MustCompile(`^\s*(from\s+\S+\s+import|import\s)`), nil, importHint},
	{regexp.MustCompile(`^\s*class\b`), regexp.MustCompile(`^got |^a class|not an identifier`), classHint},
	{regexp.MustCompile(`^\s*del\b`), nil, "del removes variables of the script and elements of lists and dictionaries; what belongs to an object stays"},
	{regexp.MustCompile(`^\s*(with|yield|async)\b`), nil, statementHint},
	{regexp.MustCompile(`\d\s*[A-Za-z]`), regexp.MustCompile(`^got (identifier|int literal|float literal), want`), "a multiplication sign may be missing, as in 5*mV"},
	{nil, regexp.MustCompile(`^(keyword|positional) argument may not follow`), "arguments come in the order f(x, name=y, *list, **dictionary)"},
	{nil, regexp.MustCompile(`^got slice, want int`), "parts of a list cannot be set: make it an array, as in x = array([1, 2, 3])"},
	{nil, regexp.MustCompile(`(array|quantity) (<|<=|>|>=) |(<|<=|>|>=) (array|quantity) not implemented`), "compare values of one unit, such as v > 3*mV"},
	{nil, regexp.MustCompile(`undefined: (math|scipy|os|sys|random)$`), "there is no module of that name: write sin(x), linspace(...) and so on directly, or as np.sin(x)"},
}

func pythonHint(line, msg string) string {
	if h := absentHint(msg); h != "" {
		return h
	}
	for _, h := range pythonHints {
		if (h.line == nil || h.line.MatchString(line)) && (h.msg == nil || h.msg.MatchString(msg)) {
			return h.hint
		}
	}
	return ""
}

// evalError renders a runtime error with the script's call stack. Diagnostics of equations keep their own places and get
// notes about the object and the call.
func (in *interp) evalError(eval *starlark.EvalError) error {
	type frame struct {
		src  *diag.Source
		span diag.Span
		name string
	}
	var frames []frame // innermost first
	for i := 0; i < len(eval.CallStack); i++ {
		f := eval.CallStack.At(i)
		if src := in.sources[f.Pos.Filename()]; src != nil {
			frames = append(frames, frame{src, spanAt(src, f.Pos), f.Name})
		}
	}
	cause := errors.Unwrap(eval)
	var list diag.List
	if errors.As(cause, &list) {
		out := in.place(list)
		if len(frames) > 0 {
			for i := range out {
				if !mentions(out[i], frames[0].src, frames[0].span) {
					out[i] = out[i].WithNote(frames[0].src, frames[0].span, "found when this put the network together")
				}
			}
		}
		return &Error{List: out, Cause: cause}
	}
	msg, hint := eval.Msg, ""
	var h *hinted
	if errors.As(cause, &h) {
		hint = h.hint
	}
	if m, rest, ok := strings.Cut(msg, "\nhint: "); ok {
		msg, hint = m, rest
	}
	msg = strings.TrimPrefix(msg, "Starlark computation cancelled: ")
	if in.exceeded != "" {
		msg, hint = in.exceededMessage()
	}
	if m, h, ok := plainMessage(msg); ok {
		msg, hint = m, cmp.Or(hint, h)
	}
	d := diag.Diagnostic{Message: msg, Hint: hint}
	if len(frames) > 0 {
		if m, ok := strings.CutPrefix(msg, "fail: "); ok && !strings.Contains(lineOf(frames[0].src, frames[0].span.Start), "fail") {
			msg = m // what assert and raise say
		}
		if d.Message = msg; hint == "" {
			d.Message, d.Hint = splitHint(msg)
		}
		if d.Hint == "" {
			d.Hint = pythonHint(lineOf(frames[0].src, frames[0].span.Start), msg)
		}
		d.Source, d.Span = frames[0].src, frames[0].span
		notes := 0
		for k := 1; k < len(frames) && notes < 10; notes++ {
			f := frames[k]
			n := 1
			for k+n < len(frames) && frames[k+n] == f {
				n++
			}
			k += n
			if n > 1 {
				d = d.WithNote(f.src, f.span, "called from here, again and again")
			} else {
				d = d.WithNote(f.src, f.span, "called from here")
			}
		}
	}
	return &Error{List: diag.List{d}, Cause: cause}
}

// mentions reports whether a diagnostic already shows the line of a place.
func mentions(d diag.Diagnostic, src *diag.Source, span diag.Span) bool {
	line, _ := diag.Pos(src, span.Start)
	same := func(s *diag.Source, at diag.Span) bool {
		if s != src {
			return false
		}
		l, _ := diag.Pos(s, at.Start)
		return l == line
	}
	if same(d.Source, d.Span) {
		return true
	}
	for _, n := range d.Notes {
		if same(n.Source, n.Span) {
			return true
		}
	}
	return false
}

// placed finds "model.star:12: message" of stages that know a line only.
var placed = regexp.MustCompile(`^([^:\n]+):(\d+): `)

// place moves diagnostics of equation texts to the script's own lines where the text is a literal of the script, and says
// which object they belong to.
func (in *interp) place(l diag.List) diag.List {
	out := make(diag.List, len(l))
	for i, d := range l {
		if m := placed.FindStringSubmatch(d.Message); m != nil && d.Source == nil && in.sources[m[1]] != nil {
			d.Source = in.sources[m[1]]
			line, _ := strconv.Atoi(m[2])
			start := offset(d.Source, syntax.MakePosition(&m[1], int32(line), 1))
			text := lineOf(d.Source, start)
			lead := len(text) - len(strings.TrimLeft(text, " \t"))
			d.Span = diag.Span{Start: start + lead, End: start + len(text)}
			d.Message = d.Message[len(m[0]):]
		}
		o, known := in.origins[d.Source]
		notes := d.Notes
		d.Notes = nil
		name := ""
		if known {
			name = d.Source.Name
			if src, at, ok := in.literal(o, o.whole(d.Source)); ok {
				d.Source, d.Span = src, diag.Span{Start: d.Span.Start + at, End: d.Span.End + at}
			}
		}
		for _, n := range notes {
			if src, at, ok := in.knownLiteral(n.Source); ok {
				n.Source, n.Span = src, diag.Span{Start: n.Span.Start + at, End: n.Span.End + at}
			}
			d.Notes = append(d.Notes, n)
		}
		if known && o.where != nil && !mentions(d, o.where, o.span) {
			d = d.WithNote(o.where, o.span, "in the %s, made here", name)
		}
		out[i] = d
	}
	return out
}

func (in *interp) knownLiteral(s *diag.Source) (*diag.Source, int, bool) {
	if s == nil {
		return nil, 0, false
	}
	o, ok := in.origins[s]
	if !ok {
		return nil, 0, false
	}
	return in.literal(o, o.whole(s))
}

// literal finds the one string literal of the loaded scripts with the given text and returns where the text starts. Of several it is the one in the call
// or on the line that the text was given to.
func (in *interp) literal(o origin, text string) (*diag.Source, int, bool) {
	var found, given []literalText
	end := in.endOf(o)
	for _, lit := range in.literals {
		if lit.text != text {
			continue
		}
		found = append(found, lit)
		if lit.src == o.where && lit.start > o.span.End && lit.start < end {
			given = append(given, lit)
		}
	}
	if len(found) > 1 {
		found = given
	}
	if len(found) != 1 {
		return nil, 0, false
	}
	return found[0].src, found[0].start, true
}

// endOf is where the call ends, or the line, that o is a text of; 0: it is not known.
func (in *interp) endOf(o origin) int {
	if o.where == nil {
		return 0
	}
	line, _ := diag.Pos(o.where, o.span.End)
	for _, c := range in.calls {
		if c.src == o.where && int(c.open.Line) == line && offset(c.src, c.open) == o.span.End {
			return offset(c.src, c.end)
		}
	}
	return o.span.End + len(lineOf(&diag.Source{Text: o.where.Text[o.span.End:]}, 0))
}

// callText is where the parentheses of a call are.
type callText struct {
	src       *diag.Source
	open, end syntax.Position
}

// literalText is a string literal without escapes, found in a script.
type literalText struct {
	src   *diag.Source
	text  string
	start int // offset of the text in src
}

// collectLiterals notes the string literals of a parsed file, for place.
func (in *interp) collectLiterals(f *syntax.File, src *diag.Source) {
	syntax.Walk(f, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok && call.Rparen.IsValid() {
			in.calls = append(in.calls, callText{src, call.Lparen, call.Rparen})
		}
		lit, ok := n.(*syntax.Literal)
		if !ok || lit.Token != syntax.STRING {
			return true
		}
		value, _ := lit.Value.(string)
		start := offset(src, lit.TokenPos)
		k := strings.Index(lit.Raw, value)
		if value == "" || k < 0 {
			return true
		}
		in.literals = append(in.literals, literalText{src, value, start + k})
		return true
	})
}
