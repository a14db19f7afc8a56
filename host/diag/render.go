package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	tabWidth = 4
	// maxColumns bounds the width of a quoted line; a longer one is cut around the place.
	maxColumns = 100
)

// Pos returns the line and column, both from 1, of a byte offset into source. Columns count runes.
// Offsets outside the text are moved to its ends.
func Pos(source *Source, offset int) (line, column int) {
	text := source.Text
	offset = min(max(offset, 0), len(text))
	line = 1 + strings.Count(text[:offset], "\n")
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	return line, 1 + utf8.RuneCountInString(text[start:offset])
}

// Place formats the position as NAME:LINE:COLUMN.
func Place(source *Source, offset int) string {
	line, column := Pos(source, offset)
	if source.Name == "" {
		return fmt.Sprintf("%d:%d", line, column)
	}
	return fmt.Sprintf("%s:%d:%d", source.Name, line, column)
}

// Render returns the diagnostic with its place, its source line underlined, hint and notes; no newline at the end.
func (d Diagnostic) Render() string {
	var b strings.Builder
	kind := "error"
	if d.Severity == Warning {
		kind = "warning"
	}
	if d.Source != nil {
		b.WriteString(Place(d.Source, d.Span.Start))
		b.WriteString(": ")
	}
	fmt.Fprintf(&b, "%s: %s", kind, d.Message)
	if d.Source != nil {
		quote(&b, d.Source, d.Span)
	}
	if d.Hint != "" {
		b.WriteString("\n  hint: ")
		b.WriteString(indentLines(d.Hint, "        "))
	}
	for _, n := range d.Notes {
		b.WriteString("\n  note: ")
		if n.Source != nil {
			b.WriteString(Place(n.Source, n.Span.Start))
			b.WriteString(": ")
		}
		b.WriteString(indentLines(n.Message, "        "))
		if n.Source != nil {
			quote(&b, n.Source, n.Span)
		}
	}
	return b.String()
}

func indentLines(s, indent string) string { return strings.ReplaceAll(s, "\n", "\n"+indent) }

// quote writes the line on which span starts and a second line with ^~~~ under the span. A span that runs over
// the end of the line is underlined to the end of the line.
func quote(b *strings.Builder, source *Source, span Span) {
	text := source.Text
	start := min(max(span.Start, 0), len(text))
	end := min(max(span.End, start), len(text))
	lineStart := strings.LastIndexByte(text[:start], '\n') + 1
	lineEnd := len(text)
	if k := strings.IndexByte(text[start:], '\n'); k >= 0 {
		lineEnd = start + k
	}
	lineText := strings.TrimRight(text[lineStart:lineEnd], " \t\r")
	if lineText == "" {
		return
	}
	end = min(end, lineStart+len(lineText))

	// Columns on the screen differ from runes: tabs are expanded, wide runes take two cells, marks none.
	var shown []rune
	var cells []int // cells[k]: first cell of shown[k]
	cell, from, to := 0, -1, -1
	for off, r := range lineText {
		at := lineStart + off
		if from < 0 && at >= start {
			from = cell
		}
		if to < 0 && at >= end {
			to = cell
		}
		if r == '\t' {
			for {
				shown, cells = append(shown, ' '), append(cells, cell)
				cell++
				if cell%tabWidth == 0 {
					break
				}
			}
			continue
		}
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			r = '\uFFFD' // a control character in a message could drive the terminal
		}
		shown, cells = append(shown, r), append(cells, cell)
		cell += runeWidth(r)
	}
	if from < 0 {
		from = cell
	}
	if to < 0 {
		to = cell
	}
	to = max(to, from+1)

	// A line that was indented as part of a block is shown without its indentation.
	trim := 0
	for trim < len(shown) && shown[trim] == ' ' && cells[trim] < from {
		trim++
	}
	first, last := trim, len(shown)
	prefix, suffix := "", ""
	if cell-trim > maxColumns {
		lo := max(from-maxColumns/3, trim)
		for first < len(shown) && cells[first] < lo {
			first++
		}
		for last > first && cells[last-1] >= lo+maxColumns {
			last--
		}
		if first > trim {
			prefix = "..."
		}
		if last < len(shown) {
			suffix = "..."
		}
	}
	origin := cell
	if first < len(cells) {
		origin = cells[first]
	}
	stop := cell
	if last < len(cells) {
		stop = cells[last]
	}
	to = max(min(to, stop), from+1)
	b.WriteString("\n    ")
	b.WriteString(prefix)
	b.WriteString(string(shown[first:last]))
	b.WriteString(suffix)
	b.WriteString("\n    ")
	b.WriteString(strings.Repeat(" ", len(prefix)+max(from-origin, 0)))
	b.WriteByte('^')
	b.WriteString(strings.Repeat("~", to-from-1))
}

// runeWidth is the number of terminal cells of r: 0 for combining marks, 2 for East Asian wide forms.
func runeWidth(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0x303e, r >= 0x3041 && r <= 0xa4cf,
		r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f,
		r >= 0xff00 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6, r >= 0x1f300 && r <= 0x1faff,
		r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}
