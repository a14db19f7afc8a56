package window

import "time"

// Window shows frames and hands over events. Its methods must be called on the thread of its OpenGL context.
type Window interface {
	// Size is the size in pixels of what Bind binds, and the pixels per unit of length, at least 1.
	Size() (width, height int, scale float64)
	// Visible reports whether anybody would see a frame: not in a minimised window, nor where no browser looks. When
	// that changes, an event tells of it.
	Visible() bool
	// Show puts the window on the screen.
	Show()
	// Events hands events to f in the order in which they happened. Where there are none it waits for one, at most for wait.
	Events(wait time.Duration, f func(Event))
	// Bind makes the framebuffer of the next frame the one that is drawn onto.
	Bind() error
	// Present shows what was drawn since Bind.
	Present() error
	// Saved tells that a picture or a movie that was asked for in the window is complete, so that a remote user can have it.
	Saved(path string)
	// Clipboard is the text that was copied last, "" where there is none or where it is not text.
	Clipboard() string
	// SetClipboard copies a text.
	SetClipboard(text string)
}

// Kind says what an Event is.
type Kind uint8

const (
	// KeyPress and KeyRelease are keys by their place on the keyboard: Key, Mods, Repeat.
	KeyPress Kind = iota
	KeyRelease
	// Char is text that was typed, after keyboard layout and dead keys: Char.
	Char
	// ButtonDown and ButtonUp are mouse buttons: Button, Mods, X, Y.
	ButtonDown
	ButtonUp
	// Move is the pointer: X, Y.
	Move
	// Wheel turns by DX and DY notches; DY is positive away from the user: X, Y, DX, DY.
	Wheel
	// Enter and Leave are the pointer coming into the window and going.
	Enter
	Leave
	// Resize tells that Size has changed.
	Resize
	// Refresh asks for a new frame although nothing has changed: Visible may have.
	Refresh
	// Close is the wish to close the window. It comes again with every call of Events until the window is closed.
	Close
)

// Event is one thing that a user did.
type Event struct {
	Kind   Kind
	Key    Key
	Repeat bool // the key was held
	Char   rune
	Button Button
	Mods   Mods
	X, Y   float64 // the pointer, in units of length from the top left corner
	DX, DY float64
}

// Mods is a set of modifier keys.
type Mods uint8

const (
	Shift Mods = 1 << iota
	Control
	Alt
	Super
)

// Button is a mouse button.
type Button uint8

const (
	Left Button = iota
	Right
	Middle
)
