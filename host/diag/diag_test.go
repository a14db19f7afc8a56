package diag

import (
	"errors"
	"strings"
	"testing"
)

func TestPos(t *testing.T) {
	src := &Source{Text: "ab\nτx\n\tz"}
	for _, c := range []struct{ off, line, col int }{
		{0, 1, 1}, {2, 1, 3}, {3, 2, 1}, {5, 2, 2}, {7, 3, 1}, {8, 3, 2}, {9, 3, 3}, {99, 3, 3}, {-4, 1, 1},
	} {
		if l, k := Pos(src, c.off); l != c.line || k != c.col {
			t.Errorf("Pos(%d) = %d:%d, want %d:%d", c.off, l, k, c.line, c.col)
		}
	}
}

func TestRender(t *testing.T) {
	for _, c := range []struct {
		name, text string
		span       Span
		want       string
	}{
		{"middle", "a = b + cc", Span{8, 10}, "m:1:9: error: E\n    a = b + cc\n            ^~"},
		{"indented", "x\n    a = bb", Span{10, 12}, "m:2:9: error: E\n    a = bb\n        ^~"},
		{"tab inside", "a\t= bb", Span{4, 6}, "m:1:5: error: E\n    a   = bb\n          ^~"},
		{"rune before", "τ = bb", Span{5, 7}, "m:1:5: error: E\n    τ = bb\n        ^~"},
		{"wide rune before", "神 = bb", Span{6, 8}, "m:1:5: error: E\n    神 = bb\n         ^~"},
		{"end of line", "a =\nb", Span{3, 3}, "m:1:4: error: E\n    a =\n       ^"},
		{"over lines", "a = (b\n + c)", Span{4, 12}, "m:1:5: error: E\n    a = (b\n        ^~"},
		{"empty text", "", Span{0, 0}, "m:1:1: error: E"},
		{"out of range", "a", Span{7, 9}, "m:1:2: error: E\n    a\n     ^"},
		{"control", "a\x1b[31m = b", Span{0, 1}, "m:1:1: error: E\n    a\uFFFD[31m = b\n    ^"},
		{"CRLF", "a = b\r\nc", Span{4, 5}, "m:1:5: error: E\n    a = b\n        ^"},
	} {
		d := Errorf(&Source{Name: "m", Text: c.text}, c.span, "E")
		if got := d.Render(); got != c.want {
			t.Errorf("%s:\n%q\nwant\n%q", c.name, got, c.want)
		}
	}
}

func TestRenderLongLine(t *testing.T) {
	src := &Source{Name: "m", Text: strings.Repeat("a + ", 200) + "bad" + strings.Repeat(" + c", 200)}
	got := strings.Split(Errorf(src, Span{800, 803}, "E").Render(), "\n")
	if len(got) != 3 {
		t.Fatalf("%d lines", len(got))
	}
	k := strings.Index(got[1], "bad")
	if k < 0 || strings.Index(got[2], "^~~") != k || len(got[1]) > maxColumns+12 {
		t.Errorf("the place is not under the caret:\n%s\n%s", got[1], got[2])
	}
}

func TestHintsAndNotes(t *testing.T) {
	a := &Source{Name: "a", Text: "x = y"}
	d := Errorf(a, Span{0, 1}, "twice").WithHint("one\ntwo").WithNote(a, Span{4, 5}, "here").WithNote(nil, Span{}, "remark")
	want := "a:1:1: error: twice\n    x = y\n    ^\n  hint: one\n        two\n  note: a:1:5: here\n    x = y\n        ^\n  note: remark"
	if got := d.Render(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestList(t *testing.T) {
	var l List
	if l.Err() != nil {
		t.Error("an empty list is an error")
	}
	src := &Source{Name: "m", Text: "abc"}
	l.Add(Warningf(src, Span{0, 1}, "w"))
	if l.Err() != nil {
		t.Error("a warning is an error")
	}
	l.Add(Errorf(src, Span{2, 3}, "late"))
	l.Add(Errorf(src, Span{1, 2}, "early"))
	l.Add(Errorf(src, Span{1, 2}, "early"))
	if len(l) != 3 {
		t.Errorf("%d entries, want 3: the same problem twice is one", len(l))
	}
	l.Sort()
	err := l.Err()
	var back List
	if !errors.As(err, &back) || len(back) != 2 || back[0].Message != "early" {
		t.Errorf("Err() = %v", err)
	}
	for i := 0; i < 40; i++ {
		l = append(l, Errorf(nil, Span{}, "e"))
	}
	if s := l.Error(); !strings.HasSuffix(s, "... and 23 more") {
		t.Errorf("long list ends with %q", s[len(s)-30:])
	}
}

func TestSuggest(t *testing.T) {
	names := []string{"tau", "taum", "v", "V", "threshold", "sigma", "Uniform", "exp", "expm1", "mV"}
	for name, want := range map[string]string{
		"taau": "tau", "tua": "tau", "treshold": "threshold", "uniform": "Uniform", "mv": "mV", "sigmma": "sigma",
		"epx": "exp", "zzz": "", "q": "", "w": "", "": "", "xyzzy": "", "threshld": "threshold",
	} {
		if got := Suggest(name, names); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", name, got, want)
		}
	}
	if got := Suggest("v", []string{"V"}); got != "V" {
		t.Errorf("case only: %q", got)
	}
	// Ties do not depend on the order of candidates.
	if a, b := Suggest("tax", []string{"tau", "tab"}), Suggest("tax", []string{"tab", "tau"}); a != b || a != "tab" {
		t.Errorf("tie: %q and %q", a, b)
	}
}
