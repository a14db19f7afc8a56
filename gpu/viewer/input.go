//go:build cgo && linux

package viewer

import (
	"math"
	"time"

	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/go-gl/glfw/v3.3/glfw"
)

const (
	// doubleClick is the longest time between the clicks of a double click.
	doubleClick = 350 * time.Millisecond
	// clickSlop is how far, in units of scale 1, the pointer may move in a click.
	clickSlop = 4.0
	// orbitPerUnit is degrees per unit of length dragged.
	orbitPerUnit = 0.4
	wheelFactor  = 1.12
)

// drag is what moving the mouse does while a button is held.
type drag uint8

const (
	noDrag drag = iota
	orbiting
	panning
)

type mouse struct {
	x, y         float64 // units of scale 1 from the top left corner
	inside       bool
	drag         drag
	pressed      bool // the left button, alone, and not on the bar
	downX, downY float64
	panel        *render.PanelLayout // where the drag began
	lastClick    time.Time
}

func (m *mouse) dragging() bool { return m.drag != noDrag }

// listen sets the window's callbacks. They run inside poll and wait, on the GL thread.
func (v *Viewer) listen() {
	win := v.opt.Context.Window()
	win.SetCursorPosCallback(func(_ *glfw.Window, x, y float64) { v.moved(v.unit(x), v.unit(y)) })
	win.SetCursorEnterCallback(func(_ *glfw.Window, in bool) { v.mouse.inside, v.changed = in, true })
	win.SetMouseButtonCallback(func(_ *glfw.Window, b glfw.MouseButton, a glfw.Action, mods glfw.ModifierKey) { v.button(b, a, mods) })
	win.SetScrollCallback(func(_ *glfw.Window, _, dy float64) { v.wheel(dy) })
	win.SetKeyCallback(func(_ *glfw.Window, k glfw.Key, _ int, a glfw.Action, mods glfw.ModifierKey) { v.key(k, a, mods) })
	// Characters, not keys, for signs: their keys differ between keyboard layouts.
	win.SetCharCallback(func(_ *glfw.Window, c rune) { v.char(c) })
	win.SetFramebufferSizeCallback(func(*glfw.Window, int, int) { v.changed = true })
	win.SetRefreshCallback(func(*glfw.Window) { v.changed = true })
}

func (v *Viewer) poll() { glfw.PollEvents() }

func (v *Viewer) wait(d time.Duration) { glfw.WaitEventsTimeout(d.Seconds()) }

// unit converts window coordinates to units of scale 1.
func (v *Viewer) unit(p float64) float64 {
	win := v.opt.Context.Window()
	w, _ := win.GetSize()
	fw, _, scale := v.size()
	if w == 0 {
		return p
	}
	return p * float64(fw) / float64(w) / scale
}

// over finds the panel under a point.
func (v *Viewer) over(x, y float64) (p *render.PanelLayout, nx, ny float64) {
	w, h, scale := v.size()
	v.layout = v.scene.Layout(w, h, scale)
	return v.layout.At(x, y)
}

func (v *Viewer) moved(x, y float64) {
	dx, dy := x-v.mouse.x, y-v.mouse.y
	v.mouse.x, v.mouse.y, v.mouse.inside = x, y, true
	v.changed = true
	p := v.mouse.panel
	if p == nil {
		return
	}
	switch c := p.Panel.Camera; v.mouse.drag {
	case orbiting:
		c.Orbit(-dx*orbitPerUnit, dy*orbitPerUnit)
	case panning:
		c.Pan(dx, dy, p.View.W, p.View.H)
	}
}

func (v *Viewer) button(b glfw.MouseButton, a glfw.Action, mods glfw.ModifierKey) {
	m := &v.mouse
	v.changed = true
	if a == glfw.Release {
		if b == glfw.MouseButtonLeft && m.pressed && math.Hypot(m.x-m.downX, m.y-m.downY) < clickSlop {
			v.click()
		}
		m.drag, m.panel, m.pressed = noDrag, nil, false
		return
	}
	m.downX, m.downY = m.x, m.y
	if v.barClick(m.x, m.y) {
		return
	}
	m.panel, _, _ = v.over(m.x, m.y)
	m.pressed = b == glfw.MouseButtonLeft && mods&(glfw.ModShift|glfw.ModControl) == 0
	switch {
	case m.panel == nil:
	case m.pressed && !m.panel.Panel.Camera.Planar:
		m.drag = orbiting
	default:
		m.drag = panning
	}
}

// click handles a click that was no drag: the second of two focuses what is under it, or resets the view.
func (v *Viewer) click() {
	now := time.Now()
	if now.Sub(v.mouse.lastClick) > doubleClick {
		v.mouse.lastClick = now
		return
	}
	v.mouse.lastClick = time.Time{}
	p, _, _ := v.over(v.mouse.x, v.mouse.y)
	if p == nil {
		v.home()
		return
	}
	if at, ok := v.pickPoint(); ok {
		p.Panel.Camera.Focus(at)
		return
	}
	p.Panel.Camera.Reset()
}

// home resets every camera.
func (v *Viewer) home() {
	for _, p := range v.scene.Panels {
		p.Camera.Reset()
	}
}

func (v *Viewer) wheel(dy float64) {
	if p, nx, ny := v.over(v.mouse.x, v.mouse.y); p != nil {
		p.Panel.Camera.Zoom(math.Pow(wheelFactor, -dy), nx, ny, p.Aspect())
		v.changed = true
	}
}

func (v *Viewer) key(k glfw.Key, a glfw.Action, mods glfw.ModifierKey) {
	if a == glfw.Release {
		return
	}
	v.changed = true
	switch k {
	case glfw.KeySpace:
		v.toggle()
	case glfw.KeyRight:
		v.playing = false
		v.single++
	case glfw.KeyLeft:
		v.say("stepping back is not possible yet")
	case glfw.KeyF1:
		v.help = !v.help
	case glfw.KeyTab:
		v.bare = !v.bare
		v.scene.Insets.Bottom = barHeight
		if v.bare {
			v.scene.Insets.Bottom = 0
		}
	case glfw.KeyHome:
		v.home()
	case glfw.KeyP:
		v.takePicture()
	case glfw.KeyV:
		v.toggleMovie()
	case glfw.KeyH:
		v.togglePriority()
	case glfw.KeyT:
		if v.scene.Theme.Name == "dark" {
			v.scene.Theme = render.Light()
		} else {
			v.scene.Theme = render.Dark()
		}
	case glfw.KeyEscape:
		if v.help {
			v.help = false
			return
		}
		v.quit = true
	case glfw.KeyQ:
		if mods&glfw.ModControl != 0 {
			v.quit = true
		}
	case glfw.KeyKPAdd:
		v.pacer.Faster()
	case glfw.KeyKPSubtract:
		v.pacer.Slower()
	}
}

func (v *Viewer) char(c rune) {
	v.changed = true
	switch c {
	case '+', '=':
		v.pacer.Faster()
	case '-':
		v.pacer.Slower()
	case '?':
		v.help = !v.help
	case '[':
		v.nextPreset(-1)
	case ']':
		v.nextPreset(1)
	}
}

func (v *Viewer) toggle() {
	if v.fault != nil {
		return
	}
	v.playing = !v.playing
	v.pacer.Resume(time.Now())
	v.changed = true
}

// togglePriority switches between a steady frame rate and full speed of the simulation.
func (v *Viewer) togglePriority() {
	if v.pacer.Priority == Smooth {
		v.pacer.Priority = Fast
		v.pacer.Speed = math.Inf(1)
		v.say("full speed: pictures are drawn seldom (h for a steady picture)")
		return
	}
	v.pacer.Priority = Smooth
	v.say("steady picture")
}

func (v *Viewer) nextPreset(step int) {
	seen := map[*render.Camera]bool{}
	w, h, scale := v.size()
	for _, p := range v.scene.Layout(w, h, scale).Panels {
		if c := p.Panel.Camera; !seen[c] {
			seen[c] = true
			v.say("view: %s", c.NextPreset(step, p.Aspect()).Name)
		}
	}
}
