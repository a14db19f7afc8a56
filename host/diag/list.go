package diag

import (
	"fmt"
	"sort"
	"strings"
)

// maxShown bounds how many diagnostics Error renders; a file that is not a model at all yields one per line.
const maxShown = 20

// Errorf returns an error about span of source.
func Errorf(source *Source, span Span, format string, args ...any) Diagnostic {
	return Diagnostic{Severity: Error, Source: source, Span: span, Message: fmt.Sprintf(format, args...)}
}

// Warningf returns a warning about span of source.
func Warningf(source *Source, span Span, format string, args ...any) Diagnostic {
	return Diagnostic{Severity: Warning, Source: source, Span: span, Message: fmt.Sprintf(format, args...)}
}

// WithHint returns d with a line that says what would be right.
func (d Diagnostic) WithHint(format string, args ...any) Diagnostic {
	d.Hint = fmt.Sprintf(format, args...)
	return d
}

// WithNote returns d with one more place or remark; source may be nil for a remark without a place.
func (d Diagnostic) WithNote(source *Source, span Span, format string, args ...any) Diagnostic {
	notes := make([]Note, 0, len(d.Notes)+1)
	notes = append(notes, d.Notes...)
	d.Notes = append(notes, Note{Source: source, Span: span, Message: fmt.Sprintf(format, args...)})
	return d
}

// Error returns the rendered diagnostic.
func (d Diagnostic) Error() string { return d.Render() }

// Add appends d unless the same problem at the same place is among the last few.
func (l *List) Add(d Diagnostic) {
	const recent = 64 // a bound, so that a long list of errors is not quadratic
	for _, old := range (*l)[max(0, len(*l)-recent):] {
		if old.Source == d.Source && old.Span == d.Span && old.Severity == d.Severity && old.Message == d.Message {
			return
		}
	}
	*l = append(*l, d)
}

// HasErrors reports whether the list holds anything worse than a warning.
func (l List) HasErrors() bool {
	for _, d := range l {
		if d.Severity == Error {
			return true
		}
	}
	return false
}

// Errors returns the errors of the list.
func (l List) Errors() List { return l.only(Error) }

// Warnings returns the warnings of the list.
func (l List) Warnings() List { return l.only(Warning) }

func (l List) only(s Severity) List {
	var out List
	for _, d := range l {
		if d.Severity == s {
			out = append(out, d)
		}
	}
	return out
}

// Err returns the list's errors as a Go error, or nil when there are none. The error is a List, so errors.As finds the
// diagnostics again.
func (l List) Err() error {
	if e := l.Errors(); len(e) > 0 {
		return e
	}
	return nil
}

// Sort orders the list by source name, then by place, errors before warnings; equal places keep their order.
func (l List) Sort() {
	name := func(s *Source) string {
		if s == nil {
			return ""
		}
		return s.Name
	}
	sort.SliceStable(l, func(i, j int) bool {
		a, b := l[i], l[j]
		if a.Source != b.Source {
			if na, nb := name(a.Source), name(b.Source); na != nb {
				return na < nb
			}
			return false
		}
		if a.Span.Start != b.Span.Start {
			return a.Span.Start < b.Span.Start
		}
		return a.Severity < b.Severity
	})
}

// Error renders every diagnostic of the list, up to a limit, one after the other.
func (l List) Error() string {
	var b strings.Builder
	for i, d := range l {
		if i == maxShown {
			fmt.Fprintf(&b, "\n... and %d more", len(l)-maxShown)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(d.Render())
	}
	return b.String()
}
