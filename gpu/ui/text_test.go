package ui

import (
	"testing"

	"github.com/galvani-sim/galvani/gpu/window"
)

func TestText(t *testing.T) {
	for _, c := range []struct {
		name, start string
		lines       bool
		do          func(*Text) Answer
		want        string
		line        int
		before      string
		answer      Answer
	}{
		{"type", "ab", false, func(x *Text) Answer { x.Type('c'); return Taken }, "abc", 0, "abc", Taken},
		{"in the middle", "ab", false, func(x *Text) Answer { x.Key(window.KeyLeft, 0); x.Insert("é\tx"); return Taken }, "aé    xb", 0, "aé    x", Taken},
		{"backspace", "äb", false, func(x *Text) Answer { x.Key(window.KeyBackspace, 0); return x.Key(window.KeyBackspace, 0) }, "", 0, "", Taken},
		{"backspace of nothing", "", false, func(x *Text) Answer { return x.Key(window.KeyBackspace, 0) }, "", 0, "", Taken},
		{"delete", "abc", false, func(x *Text) Answer { x.Key(window.KeyHome, 0); return x.Key(window.KeyDelete, 0) }, "bc", 0, "", Taken},
		{"one line", "a", false, func(x *Text) Answer { x.Type('\n'); return x.Key(window.KeyEnter, 0) }, "a", 0, "a", Accepted},
		{"lines", "a", true, func(x *Text) Answer {
			x.Key(window.KeyEnter, 0)
			x.Type('b')
			return x.Key(window.KeyEnter, window.Control)
		}, "a\nb", 1, "b", Accepted},
		{"up keeps the column", "abcd\nefg\nh", true, func(x *Text) Answer {
			x.PlaceCaret(1, 2)
			return x.Key(window.KeyUp, 0)
		}, "abcd\nefg\nh", 0, "ab", Taken},
		{"down to a shorter line", "abcd\nefg\nh", true, func(x *Text) Answer {
			x.PlaceCaret(1, 3)
			return x.Key(window.KeyDown, 0)
		}, "abcd\nefg\nh", 2, "h", Taken},
		{"give up", "a", false, func(x *Text) Answer { return x.Key(window.KeyEscape, 0) }, "a", 0, "a", Left},
		{"no key of a text", "a", false, func(x *Text) Answer { return x.Key(window.KeyF1, 0) }, "a", 0, "a", Ignored},
	} {
		x := &Text{Lines: c.lines}
		x.Set(c.start)
		got := c.do(x)
		line, before := x.Caret()
		if got != c.answer || x.String() != c.want || line != c.line || before != c.before {
			t.Errorf("%s: %q with the caret in line %d behind %q, answer %d; want %q, %d, %q, %d", c.name, x, line, before, got, c.want, c.line, c.before, c.answer)
		}
	}
}
