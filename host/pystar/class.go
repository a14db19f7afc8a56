package pystar

import (
	"fmt"
	"slices"
	"strings"
)

// Behaviors is a class of PymoNNto's behaviours: class Name(Base), where Base is Behavior or such a class before it. A call of Class stands in its
// place. Its statements stay Python: Rewrite each of them, behind a def.
type Behaviors struct {
	Name, Base string
	Start      int      // in the source
	Body       [][2]int // the statements, from the beginning of the first line of each to where the last ends
}

// class takes a class of behaviours out, if the first of the statements is one, and returns of how many it consists.
func (r *rewriter) class(all [][2]int) int {
	h := r.list[all[0][0]:all[0][1]]
	if len(h) != 6 || !h[0].is("class") || h[1].kind != name || !h[2].is("(") || h[3].kind != name || !h[4].is(")") || !h[5].is(":") || r.indent(&h[0]) != 0 {
		return 0
	}
	c := Behaviors{Name: h[1].s, Base: h[3].s, Start: h[0].start}
	if c.Base != "Behavior" && !slices.ContainsFunc(r.classes, func(b Behaviors) bool { return b.Name == c.Base }) {
		return 0
	}
	n, outermost, end := 1, 0, h[5].end
	for ; n < len(all); n++ {
		first := &r.list[all[n][0]]
		in := r.indent(first)
		if in == 0 {
			break
		}
		if n == 1 {
			outermost = in
		}
		end = r.list[all[n][1]-1].end
		if in > 0 && in <= outermost {
			c.Body = append(c.Body, [2]int{first.start - in, end})
		} else if len(c.Body) > 0 {
			c.Body[len(c.Body)-1][1] = end
		}
	}
	r.whole(c.Start, end, fmt.Sprintf("%s = %s(%d)", c.Name, Class, len(r.classes)))
	r.classes = append(r.classes, c)
	return n
}

// indent is how many bytes of white space stand before the first token of a line; -1 for others.
func (r *rewriter) indent(t *token) int {
	line := r.src[strings.LastIndexByte(r.src[:t.start], '\n')+1 : t.start]
	if strings.TrimLeft(line, " \t") != "" {
		return -1
	}
	return len(line)
}
