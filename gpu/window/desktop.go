//go:build cgo && linux

package window

import (
	"errors"
	"math"
	"time"

	"github.com/galvani-sim/galvani/gpu/context"
	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/go-gl/glfw/v3.3/glfw"
)

// desktop is a GLFW window.
type desktop struct {
	w      *glfw.Window
	dev    *device.Device
	events []Event // GLFW calls back from many of its functions, so events wait here for Events
	x, y   float64
}

// NewDesktop takes over the window of a context that has one. It must be called on the context's thread.
func NewDesktop(c *context.Context, d *device.Device) (Window, error) {
	if c.Window() == nil {
		return nil, errors.New("window: the context has no window")
	}
	g := &desktop{w: c.Window(), dev: d}
	g.listen()
	return g, nil
}

func (g *desktop) add(e Event) {
	e.X, e.Y = g.x, g.y
	g.events = append(g.events, e)
}

func (g *desktop) listen() {
	g.w.SetCursorPosCallback(func(_ *glfw.Window, x, y float64) {
		g.x, g.y = g.unit(x), g.unit(y)
		g.add(Event{Kind: Move})
	})
	g.w.SetCursorEnterCallback(func(_ *glfw.Window, in bool) { g.add(Event{Kind: pick(in, Enter, Leave)}) })
	g.w.SetMouseButtonCallback(func(_ *glfw.Window, b glfw.MouseButton, a glfw.Action, mods glfw.ModifierKey) {
		g.add(Event{Kind: pick(a == glfw.Press, ButtonDown, ButtonUp), Button: Button(b), Mods: Mods(mods) & (Shift | Control | Alt | Super)})
	})
	g.w.SetScrollCallback(func(_ *glfw.Window, dx, dy float64) { g.add(Event{Kind: Wheel, DX: dx, DY: dy}) })
	g.w.SetKeyCallback(func(_ *glfw.Window, k glfw.Key, _ int, a glfw.Action, mods glfw.ModifierKey) {
		g.add(Event{Kind: pick(a != glfw.Release, KeyPress, KeyRelease), Key: Key(k), Repeat: a == glfw.Repeat,
			Mods: Mods(mods) & (Shift | Control | Alt | Super)})
	})
	// Characters, not keys, for signs: their keys differ between keyboard layouts.
	g.w.SetCharCallback(func(_ *glfw.Window, c rune) { g.add(Event{Kind: Char, Char: c}) })
	g.w.SetFramebufferSizeCallback(func(*glfw.Window, int, int) { g.add(Event{Kind: Resize}) })
	g.w.SetRefreshCallback(func(*glfw.Window) { g.add(Event{Kind: Refresh}) })
}

func pick(first bool, a, b Kind) Kind {
	if first {
		return a
	}
	return b
}

// unit converts window coordinates to units of scale 1.
func (g *desktop) unit(p float64) float64 {
	w, _ := g.w.GetSize()
	fw, _, scale := g.Size()
	if w == 0 {
		return p
	}
	return p * float64(fw) / float64(w) / scale
}

func (g *desktop) Size() (width, height int, scale float64) {
	width, height = g.w.GetFramebufferSize()
	sx, _ := g.w.GetContentScale()
	return width, height, math.Max(1, float64(sx))
}

func (g *desktop) Visible() bool {
	w, h := g.w.GetFramebufferSize() // zero when minimised
	return w > 0 && h > 0
}

func (g *desktop) Show() { g.w.Show() }

func (g *desktop) Events(wait time.Duration, f func(Event)) {
	if wait > 0 && len(g.events) == 0 {
		glfw.WaitEventsTimeout(wait.Seconds())
	} else {
		glfw.PollEvents()
	}
	events := g.events
	g.events = nil
	for _, e := range events {
		f(e)
	}
	if g.w.ShouldClose() {
		f(Event{Kind: Close})
	}
}

func (g *desktop) Bind() error {
	w, h := g.w.GetFramebufferSize()
	g.dev.Screen(w, h).Bind()
	return nil
}

func (g *desktop) Present() error {
	g.w.SwapBuffers()
	return nil
}

// Saved has nothing to do: the file is where the user is.
func (g *desktop) Saved(string) {}

func (g *desktop) Clipboard() string { return g.w.GetClipboardString() }

func (g *desktop) SetClipboard(text string) { g.w.SetClipboardString(text) }
