package device

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Source is the text of one shader stage. Files[k] names the file that "#line N k" refers to; Files[0] is the text
// itself where there are no #line directives.
type Source struct {
	Name  string
	Text  string
	Files []string
}

// CompileError is a shader that the driver refused.
type CompileError struct {
	Program  string
	Stage    string // "compute", "vertex", ... or "link"
	Log      string // the driver's words
	Messages []CompileMessage
}

// CompileMessage is one line of the driver's log, with its place where the driver names one.
type CompileMessage struct {
	File    string // "" without a place
	Line    int    // from 1
	Text    string // what the driver says
	Excerpt string // the source line
}

// Error lists the messages, each with its place and source line.
func (e *CompileError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "program %s does not compile (%s)", e.Program, e.Stage)
	if e.Stage == "link" {
		b.Reset()
		fmt.Fprintf(&b, "program %s does not link", e.Program)
	}
	for i, m := range e.Messages {
		if i == 10 {
			fmt.Fprintf(&b, "\n  and %d more", len(e.Messages)-i)
			break
		}
		if m.File == "" {
			fmt.Fprintf(&b, "\n  %s", m.Text)
			continue
		}
		fmt.Fprintf(&b, "\n  %s:%d: %s", m.File, m.Line, m.Text)
		if m.Excerpt != "" {
			fmt.Fprintf(&b, "\n    %s", strings.TrimSpace(m.Excerpt))
		}
	}
	return b.String()
}

// Mesa writes 0:12(5): error: ..., NVIDIA 0(12) : error C0000: ..., AMD and Intel on Windows ERROR: 0:12: ...
var logPlaces = []*regexp.Regexp{
	regexp.MustCompile(`^(\d+):(\d+)\(\d+\):\s*(.*)$`),
	regexp.MustCompile(`^(\d+)\((\d+)\)\s*:\s*(.*)$`),
	regexp.MustCompile(`^(?:ERROR|WARNING):\s*(\d+):(\d+):\s*(.*)$`),
}

func newCompileError(program, stage, log string, s Source) *CompileError {
	e := &CompileError{Program: program, Stage: stage, Log: log}
	index := lineIndex(s)
	for _, l := range strings.Split(log, "\n") {
		l = strings.TrimSpace(l)
		if l == "" {
			continue
		}
		m := CompileMessage{Text: l}
		for _, re := range logPlaces {
			g := re.FindStringSubmatch(l)
			if g == nil {
				continue
			}
			file, _ := strconv.Atoi(g[1])
			m.Line, _ = strconv.Atoi(g[2])
			m.Text = g[3]
			m.File = s.fileName(file)
			m.Excerpt = index[place{file, m.Line}]
			break
		}
		e.Messages = append(e.Messages, m)
	}
	if len(e.Messages) == 0 {
		e.Messages = []CompileMessage{{Text: "the driver gives no reason"}}
	}
	return e
}

func (s Source) fileName(k int) string {
	if k >= 0 && k < len(s.Files) {
		return s.Files[k]
	}
	if k == 0 && s.Name != "" {
		return s.Name
	}
	return fmt.Sprintf("string %d", k)
}

type place struct{ file, line int }

var lineDirective = regexp.MustCompile(`^\s*#\s*line\s+(\d+)(?:\s+(\d+))?\s*$`)

// lineIndex numbers the lines of the text as the compiler does, following #line directives.
func lineIndex(s Source) map[place]string {
	index := map[place]string{}
	at := place{0, 1}
	for _, l := range strings.Split(s.Text, "\n") {
		if g := lineDirective.FindStringSubmatch(l); g != nil {
			at.line, _ = strconv.Atoi(g[1]) // the number of the line that follows
			if g[2] != "" {
				at.file, _ = strconv.Atoi(g[2])
			}
			continue
		}
		index[at] = l
		at.line++
	}
	return index
}
