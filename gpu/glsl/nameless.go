package glsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
)

// stream is the uniform that holds the stream of a kernel's random numbers. The stream is a hash of names.
func (g *generator) stream(k *ir.Kernel) string {
	for _, e := range exprs(k) {
		if !draws(e.Op) {
			continue
		}
		return g.word(k.Stream)
	}
	return ""
}

// word is the uniform that holds a word which networks of one shape do not share: a stream, or a part of a key.
func (g *generator) word(w uint32) string {
	at := slices.Index(g.streams, w)
	if at < 0 {
		at = len(g.streams)
		g.streams = append(g.streams, w)
	}
	return UniformStream(at)
}

// nameless is a generated text without comments, in which buffers and functions have numbers in the place of names, in the order in which
// they occur. It has the lines of the text.
func (g *generator) nameless(text string) string {
	buffers := make(map[string]bool, len(g.l.Buffers))
	for _, b := range g.l.Buffers {
		buffers[b.Name] = true
	}
	numbers := map[string]string{}
	number := func(id string) string {
		var prefix string
		switch {
		case buffers[id]:
			prefix = "buf_"
		case strings.HasPrefix(id, "run_"), strings.HasPrefix(id, "once_"):
			prefix = "fn_"
		default:
			return id
		}
		n, ok := numbers[id]
		if !ok {
			n = fmt.Sprint(prefix, len(numbers))
			numbers[id] = n
		}
		return n
	}
	var out strings.Builder
	for line := range strings.Lines(text) {
		code, _, comment := strings.Cut(line, "//")
		for code != "" {
			n := strings.IndexFunc(code, isWord)
			if n < 0 {
				break
			}
			out.WriteString(code[:n])
			code = code[n:]
			n = strings.IndexFunc(code, func(r rune) bool { return !isWord(r) })
			if n < 0 {
				n = len(code)
			}
			out.WriteString(number(code[:n]))
			code = code[n:]
		}
		if comment {
			code = strings.TrimRight(code, " \t") + "\n"
		}
		out.WriteString(code)
	}
	return out.String()
}

func isWord(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}
