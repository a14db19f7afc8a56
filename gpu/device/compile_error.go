package device

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Source is the text of one shader stage. A comment "//#line N k" on a line of its own says that line N of Files[k]
// follows, for error messages; before the first one the lines are those of Name.
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
	places := sourceLines(s)
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
			m.Text = g[3]
			if n, _ := strconv.Atoi(g[2]); n >= 1 && n <= len(places) {
				m.File, m.Line, m.Excerpt = places[n-1].file, places[n-1].line, places[n-1].text
			}
			break
		}
		e.Messages = append(e.Messages, m)
	}
	if len(e.Messages) == 0 {
		e.Messages = []CompileMessage{{Text: "the driver gives no reason"}}
	}
	return e
}

type sourceLine struct {
	file string
	line int
	text string
}

var lineMark = regexp.MustCompile(`^//#line (\d+) (\d+)$`)

// sourceLines says for each line of the text where it came from.
func sourceLines(s Source) []sourceLine {
	var l []sourceLine
	at := sourceLine{file: s.Name, line: 1}
	if at.file == "" {
		at.file = "text"
	}
	for _, text := range strings.Split(s.Text, "\n") {
		at.text = text
		l = append(l, at)
		at.line++
		if g := lineMark.FindStringSubmatch(text); g != nil {
			at.line, _ = strconv.Atoi(g[1])
			if k, _ := strconv.Atoi(g[2]); k < len(s.Files) {
				at.file = s.Files[k]
			}
		}
	}
	return l
}
