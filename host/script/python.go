package script

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
)

// What people who know Python write first, and what to write here.
const (
	importHint     = "scripts import nothing: the whole vocabulary is already there, also as np, plt, b2 and ann; load(\"other.star\", \"name\") reads another script"
	powerHint      = "there is no ** operator: write pow(x, n), or a unit's power by name, such as cm2"
	decoratorHint  = "there are no decorators: pass the function, as in network_operation(f, dt=10*ms)"
	fstringHint    = "there are no f-strings: write \"%g\" % x or \"{}\".format(x)"
	classHint      = "there are no classes but those of behaviours, class X(Behavior): use functions, dictionaries or struct(...)"
	statementHint  = "this statement of Python does not exist in Starlark; fail(\"...\") stops with a message"
	noneHint       = "write == None or != None"
	columnHint     = "a[:, 0] is written a[slice(None), 0] or a.column(0), and a[i:j, k] a[slice(i, j), k]"
	adjacentHint   = "put a + between two strings"
	escapeHint     = "write \\\\ for a backslash, or put an r before the string, as in r\"$\\tau$\""
	generatorHint  = "there are no generator expressions: put [ ] around it, as in sum([x for x in y])"
	chainHint      = "one assignment a line: b = 1, then a = b"
	commaHint      = "write (x,) = f(), or x = f()[0]"
	loadHint       = "load is a word of Starlark; read(\"x.npy\") reads arrays, also of npz, csv, mtx and png files"
	underscoreHint = "write the number without underscores, or as 25e3"
)

// pythonOnly are forms of Python that no script can have, as they look once strings and comments are taken out.
var pythonOnly = []struct {
	form       *regexp.Regexp // in code whose strings are "" and whose f-strings are ""f
	what, hint string
}{
	{regexp.MustCompile(`(?m)^[ \t]*(?:from[ \t]+\S+[ \t]+import|import[ \t])`), "an import", importHint},
	{regexp.MustCompile(`(?m)^[ \t]*@`), "a decorator", decoratorHint},
	{regexp.MustCompile(`""f`), "an f-string", fstringHint},
	{regexp.MustCompile(`[\w)\]}"][ \t]*\*\*`), "the operator **", powerHint},
	{regexp.MustCompile(`\[[^\[\](){}:,\n]*:[^\[\](){}\n,]*,|\[[^\[\](){}\n:]*,[^\[\](){}\n:,]*:`), "an index of several dimensions with a colon", columnHint},
	{regexp.MustCompile(`(?m)^[ \t]*class\b`), "a class", classHint},
	{regexp.MustCompile(`(?m)^[ \t]*(?:try|except|raise|with|global|assert|yield|nonlocal|async|del)\b`), "a statement that scripts do not have", statementHint},
	{regexp.MustCompile(`\bis[ \t]+(?:not[ \t]+)?None\b`), "is None", noneHint},
	{regexp.MustCompile(`""f?\s+[rbufRBUF]{0,2}""`), "strings that stand next to each other", adjacentHint},
	{regexp.MustCompile(`\b\d+_\d`), "a number with underscores", underscoreHint},
}

// morePython lists what else of Python stands in a file that could not be read, so that it need not be found one by one: each form at its
// first place after the given one, with the lines of the others.
// text is that of the file with what is allowed to be Python blanked out.
func morePython(src *diag.Source, text string, after int) (list diag.List) {
	code, at := withoutStrings(text)
	line := func(off int) int { return 1 + strings.Count(src.Text[:off], "\n") }
	seen := line(after)
	for _, p := range pythonOnly {
		var first diag.Span
		var others []string
		last := seen
		for _, m := range p.form.FindAllStringIndex(code, -1) {
			start := m[0] + len(code[m[0]:m[1]]) - len(strings.TrimLeft(code[m[0]:m[1]], " \t"))
			n := line(at[start])
			if at[start] <= after || n == last || strings.Contains(code[m[0]:m[1]], "lambda") {
				continue
			}
			if first.End == 0 {
				first = diag.Span{Start: at[start], End: at[start] + 1}
				if end := at[m[1]-1] + 1; end > at[start] && line(end-1) == n {
					first.End = end
				}
			} else {
				others = append(others, fmt.Sprint(n))
			}
			last = n
		}
		if first.End == 0 {
			continue
		}
		d := diag.Errorf(src, first, "this is Python: %s", p.what).WithHint("%s", p.hint)
		if len(others) > 0 {
			d.Message += fmt.Sprintf(", as in line%s %s", plural(len(others)), shortened(others))
		}
		list.Add(d)
	}
	list.Sort()
	return list
}

func shortened(lines []string) string {
	const most = 8
	if len(lines) > most {
		return strings.Join(lines[:most], ", ") + " and others"
	}
	return strings.Join(lines, ", ")
}

// withoutStrings empties string literals, drops comments and joins the lines that brackets hold together; at tells where each byte of the code
// stood.
func withoutStrings(text string) (code string, at []int) {
	var out strings.Builder
	depth := 0
	put := func(s string, from int) {
		for k := range len(s) {
			out.WriteByte(s[k])
			at = append(at, from)
		}
	}
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case c == '"' || c == '\'':
			start := i
			mark := text[i : i+1]
			if strings.HasPrefix(text[i:], strings.Repeat(mark, 3)) {
				mark = strings.Repeat(mark, 3)
			}
			for i += len(mark); i < len(text) && !strings.HasPrefix(text[i:], mark); i++ {
				if text[i] == '\\' {
					i++
				} else if len(mark) == 1 && text[i] == '\n' {
					break
				}
			}
			i = min(i+len(mark), len(text))
			prefix := literalPrefix.FindString(text[max(0, start-3):start])
			if strings.ContainsAny(prefix, "fF") {
				put(`""f`, start-len(prefix))
			} else {
				put(`""`, start)
			}
		case c == '\n' && depth > 0:
			put(" ", i)
			i++
		default:
			if strings.IndexByte("([{", c) >= 0 {
				depth++
			} else if strings.IndexByte(")]}", c) >= 0 {
				depth = max(0, depth-1)
			}
			put(text[i:i+1], i)
			i++
		}
	}
	put(" ", len(text))
	return out.String(), at
}

var literalPrefix = regexp.MustCompile(`\b[rbufRBUF]{1,2}$`)
