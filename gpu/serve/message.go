package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/galvani-sim/galvani/gpu/window"
)

// message is what the page sends: JSON, one object a message. T says which of the others count.
type message struct {
	T      string  `json:"t"` // key char button move wheel enter leave blur size ack paste
	Code   string  `json:"code"`
	Down   bool    `json:"down"`
	Repeat bool    `json:"repeat"`
	Mods   uint8   `json:"mods"`
	Char   string  `json:"char"`
	Button uint8   `json:"button"`
	X      float64 `json:"x"` // fractions of the picture
	Y      float64 `json:"y"`
	DX     float64 `json:"dx"` // notches
	DY     float64 `json:"dy"`
	W      int     `json:"w"` // pixels
	H      int     `json:"h"`
	Scale  float64 `json:"scale"`
	N      uint64  `json:"n"` // of a frame
	Text   string  `json:"text"`
}

// parse reads a message and checks every number in it. It keeps nothing of data.
func parse(data []byte) (message, error) {
	var m message
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, errors.New("not a message")
	}
	if d.More() {
		return m, errors.New("more than one message")
	}
	// A dragged pointer may leave the picture, though not by much.
	for _, v := range []float64{m.X, m.Y, m.DX, m.DY, m.Scale} {
		if math.IsNaN(v) || math.Abs(v) > 1000 {
			return m, errors.New("number out of range")
		}
	}
	switch m.T {
	case "key":
		if _, ok := keys[m.Code]; !ok {
			m.Code = "" // a key that the viewer has no name for
		}
	case "char":
		r, n := utf8.DecodeRuneInString(m.Char)
		if n == 0 || n != len(m.Char) || r == utf8.RuneError || unicode.IsControl(r) {
			return m, errors.New("not a character")
		}
	case "button":
		if m.Button > 7 {
			return m, errors.New("no such button")
		}
	case "size":
		if m.W < 1 || m.H < 1 || m.W > 1<<15 || m.H > 1<<15 || !(m.Scale > 0) {
			return m, errors.New("size out of range")
		}
	case "move", "wheel", "enter", "leave", "blur", "ack", "paste":
	default:
		return m, fmt.Errorf("no message %.20q", m.T)
	}
	m.Mods &= uint8(window.Shift | window.Control | window.Alt | window.Super)
	return m, nil
}

// handle does what a message asks for; it reports false when too much waits for the drawing thread. s.mu is held.
func (s *Server) handle(c *client, m message) bool {
	e := window.Event{X: m.X, Y: m.Y, Mods: window.Mods(m.Mods)}
	// Two pointers cannot drag at once: while one browser holds a button, those of others rest.
	busy := s.holder != nil && s.holder != c
	switch m.T {
	case "ack":
		if i := slices.Index(c.flying, m.N); i >= 0 {
			c.flying = slices.Delete(c.flying, 0, i+1)
			c.wakeUp()
			s.encoder.cond.Signal()
		}
		return true
	case "size":
		c.width, c.height = min(max(m.W, minSide), maxSide), min(max(m.H, minSide), maxSide)
		c.scale = math.Min(math.Max(m.Scale, 1), 4)
		if s.active == nil {
			s.active = c
		}
		return s.resize()
	case "paste":
		s.clipboard = m.Text
		return true
	case "blur":
		s.letGo(c)
		return true
	case "key":
		k := keys[m.Code]
		if m.Code == "" || !m.Down && !c.keys[k] {
			return true
		}
		e.Kind, e.Key, e.Repeat = window.KeyRelease, k, m.Repeat
		delete(c.keys, k)
		if m.Down {
			e.Kind = window.KeyPress
			c.keys[k] = true
		}
	case "char":
		e.Kind = window.Char
		e.Char, _ = utf8.DecodeRuneInString(m.Char)
	case "button":
		b := window.Button(m.Button)
		if busy || m.Down == c.buttons[b] {
			return true
		}
		// The pointer first: another browser's may have moved since.
		if !s.post(input{Event: window.Event{Kind: window.Move, X: m.X, Y: m.Y}}) {
			return false
		}
		e.Kind, e.Button = window.ButtonUp, b
		delete(c.buttons, b)
		if m.Down {
			e.Kind = window.ButtonDown
			c.buttons[b] = true
		}
		s.holder = nil
		if len(c.buttons) > 0 {
			s.holder = c
		}
	case "move":
		e.Kind = window.Move
	case "wheel":
		e.Kind, e.DX, e.DY = window.Wheel, m.DX, m.DY
		if busy {
			return true
		}
		if !s.post(input{Event: window.Event{Kind: window.Move, X: m.X, Y: m.Y}}) {
			return false
		}
	case "enter", "leave":
		e.Kind, c.inside = window.Enter, true
		if m.T == "leave" {
			e.Kind, c.inside = window.Leave, false
		}
	}
	if busy && (e.Kind == window.Move || e.Kind == window.Enter || e.Kind == window.Leave) {
		return true
	}
	if e.Kind == window.KeyPress || e.Kind == window.ButtonDown || e.Kind == window.Wheel {
		c.used = time.Now()
		if s.active != c && c.width > 0 {
			s.active = c
			if !s.resize() {
				return false
			}
		}
	}
	return s.post(input{Event: e})
}

// resize asks for the active browser's size. s.mu is held.
func (s *Server) resize() bool {
	c := s.active
	if c == nil {
		return true
	}
	return s.post(input{Event: window.Event{Kind: window.Resize}, width: c.width, height: c.height, scale: c.scale})
}

// keys are the places of keys as browsers name them.
var keys = makeKeys()

func makeKeys() map[string]window.Key {
	m := map[string]window.Key{
		"Space": window.KeySpace, "Quote": window.KeyApostrophe, "Comma": window.KeyComma, "Minus": window.KeyMinus,
		"Period": window.KeyPeriod, "Slash": window.KeySlash, "Semicolon": window.KeySemicolon, "Equal": window.KeyEqual,
		"BracketLeft": window.KeyLeftBracket, "Backslash": window.KeyBackslash, "BracketRight": window.KeyRightBracket,
		"Backquote": window.KeyGrave, "IntlBackslash": window.KeyWorld1, "Escape": window.KeyEscape, "Enter": window.KeyEnter,
		"Tab": window.KeyTab, "Backspace": window.KeyBackspace, "Insert": window.KeyInsert, "Delete": window.KeyDelete,
		"ArrowRight": window.KeyRight, "ArrowLeft": window.KeyLeft, "ArrowDown": window.KeyDown, "ArrowUp": window.KeyUp,
		"PageUp": window.KeyPageUp, "PageDown": window.KeyPageDown, "Home": window.KeyHome, "End": window.KeyEnd,
		"NumpadDecimal": window.KeyKPDecimal, "NumpadDivide": window.KeyKPDivide, "NumpadMultiply": window.KeyKPMultiply,
		"NumpadSubtract": window.KeyKPSubtract, "NumpadAdd": window.KeyKPAdd, "NumpadEnter": window.KeyKPEnter, "NumpadEqual": window.KeyKPEqual,
		"ShiftLeft": window.KeyLeftShift, "ControlLeft": window.KeyLeftControl, "AltLeft": window.KeyLeftAlt, "MetaLeft": window.KeyLeftSuper,
		"ShiftRight": window.KeyRightShift, "ControlRight": window.KeyRightControl, "AltRight": window.KeyRightAlt, "MetaRight": window.KeyRightSuper,
	}
	for c := 'A'; c <= 'Z'; c++ {
		m["Key"+string(c)] = window.Key(c)
	}
	for i := range 10 {
		m[fmt.Sprintf("Digit%d", i)] = window.Key0 + window.Key(i)
		m[fmt.Sprintf("Numpad%d", i)] = window.KeyKP0 + window.Key(i)
	}
	for i := range 12 {
		m[fmt.Sprintf("F%d", i+1)] = window.KeyF1 + window.Key(i)
	}
	return m
}
