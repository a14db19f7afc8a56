package ui

import (
	"strings"

	"github.com/galvani-sim/galvani/gpu/window"
)

// Text is a text under edit.
type Text struct {
	// Lines allows more than one; Enter then breaks the line, and Ctrl+Enter accepts.
	Lines bool

	text  []rune
	caret int
}

// Answer is what a key has done to a text.
type Answer uint8

const (
	Ignored  Answer = iota // it is no key of a text
	Taken                  // the text or the caret may have changed
	Accepted               // the text is to be used
	Left                   // the user gave up
)

// Set replaces the text and puts the caret at its end.
func (t *Text) Set(s string) {
	t.text = []rune(s)
	t.caret = len(t.text)
}

// String is the text.
func (t *Text) String() string { return string(t.text) }

// Caret is the place of the caret: a line, and the text before it in that line.
func (t *Text) Caret() (line int, before string) {
	head := string(t.text[:t.caret])
	line = strings.Count(head, "\n")
	return line, head[strings.LastIndexByte(head, '\n')+1:]
}

// PlaceCaret puts the caret into a line, behind n characters of it or at its end.
func (t *Text) PlaceCaret(line, n int) {
	at := 0
	for ; line > 0 && at < len(t.text); at++ {
		if t.text[at] == '\n' {
			line--
		}
	}
	for ; n > 0 && at < len(t.text) && t.text[at] != '\n'; n-- {
		at++
	}
	t.caret = at
}

// Type inserts a character.
func (t *Text) Type(c rune) {
	if c == '\n' && !t.Lines || c < ' ' && c != '\n' {
		return
	}
	t.text = append(t.text[:t.caret], append([]rune{c}, t.text[t.caret:]...)...)
	t.caret++
}

// Insert inserts a text, as one that was copied elsewhere.
func (t *Text) Insert(s string) {
	for _, c := range strings.ReplaceAll(s, "\t", "    ") {
		t.Type(c)
	}
}

// Key does what a key means in a text.
func (t *Text) Key(k window.Key, mods window.Mods) Answer {
	line, before := t.Caret()
	column := len([]rune(before))
	switch k {
	case window.KeyEscape:
		return Left
	case window.KeyEnter, window.KeyKPEnter:
		if !t.Lines || mods&window.Control != 0 {
			return Accepted
		}
		t.Type('\n')
	case window.KeyBackspace:
		if t.caret > 0 {
			t.text = append(t.text[:t.caret-1], t.text[t.caret:]...)
			t.caret--
		}
	case window.KeyDelete:
		if t.caret < len(t.text) {
			t.text = append(t.text[:t.caret], t.text[t.caret+1:]...)
		}
	case window.KeyLeft:
		t.caret = max(t.caret-1, 0)
	case window.KeyRight:
		t.caret = min(t.caret+1, len(t.text))
	case window.KeyHome:
		t.PlaceCaret(line, 0)
	case window.KeyEnd:
		t.PlaceCaret(line, len(t.text))
	case window.KeyUp:
		if line > 0 {
			t.PlaceCaret(line-1, column)
		}
	case window.KeyDown:
		if line < strings.Count(string(t.text), "\n") {
			t.PlaceCaret(line+1, column)
		}
	default:
		return Ignored
	}
	return Taken
}
