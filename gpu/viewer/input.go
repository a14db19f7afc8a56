//go:build cgo && linux

package viewer

import (
	"math"
	"time"

	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/gpu/window"
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
	scrub        bool // the left button went down on the time bar
}

func (m *mouse) dragging() bool { return m.drag != noDrag }

// event does what the user asked for.
func (v *Viewer) event(e window.Event) {
	v.changed = v.changed || e.Kind != window.KeyRelease
	switch e.Kind {
	case window.KeyPress:
		v.key(e.Key, e.Mods)
	case window.Char:
		v.char(e.Char)
	case window.ButtonDown:
		v.press(e.Button, e.Mods)
	case window.ButtonUp:
		v.release(e.Button)
	case window.Move:
		v.moved(e.X, e.Y)
	case window.Wheel:
		if !v.sidebarWheel(e.DY) {
			v.wheel(e.DY)
		}
	case window.Enter, window.Leave:
		v.mouse.inside = e.Kind == window.Enter
	case window.Close:
		v.quit = true
	}
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
	if v.scrubbing(x) || v.dragSlider(x) || v.dragDivider(x, y) || v.haul() {
		return
	}
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

func (v *Viewer) release(b window.Button) {
	m := &v.mouse
	m.scrub = false
	v.dropSlider()
	v.divider.held = false
	if b == window.Left && v.drop() {
		return
	}
	if b == window.Left && m.pressed && math.Hypot(m.x-m.downX, m.y-m.downY) < clickSlop {
		v.click()
	}
	m.drag, m.panel, m.pressed = noDrag, nil, false
}

func (v *Viewer) press(b window.Button, mods window.Mods) {
	m := &v.mouse
	m.downX, m.downY = m.x, m.y
	if v.sidebarPress(b, m.x, m.y) || v.barClick(m.x, m.y) || v.inspectorClick(m.x, m.y) || b == window.Left && v.pressDivider(m.x, m.y) {
		return
	}
	if b == window.Left && mods&window.Control == 0 && v.grab(mods) {
		return
	}
	m.panel, _, _ = v.over(m.x, m.y)
	m.pressed = b == window.Left && mods&(window.Shift|window.Control) == 0
	switch {
	case m.panel == nil, m.panel.Panel.Chart() != nil: // a chart has no camera to turn
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
		hit := v.pickNow()
		if g := v.graphOf(hit.Item); g != nil && !hit.Edge {
			v.selectNode(g.view.Group, hit.Element)
		} else if it := v.stage.items[hit.Item]; it != nil && g == nil {
			v.selectNode(it.view.Group, hit.Element)
		} else {
			v.hands.selected.node = -1
		}
		return
	}
	v.mouse.lastClick = time.Time{}
	p, _, _ := v.over(v.mouse.x, v.mouse.y)
	if p == nil {
		v.home()
		return
	}
	if p.Panel.Chart() != nil {
		v.kept.zoom = 1
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
	v.kept.zoom = 1
}

// zoomTime lets all charts over time show a shorter or longer stretch of it, up to the present.
func (v *Viewer) zoomTime(p *render.Panel, dy float64) {
	switch p.Chart().(type) {
	case *render.Raster, *render.Traces:
		v.kept.zoom = math.Max(leastZoom, math.Min(mostZoom, v.kept.zoom*math.Pow(wheelFactor, -dy)))
		v.stage.updateClock()
	}
}

const leastZoom, mostZoom = 1.0 / 64, 8

func (v *Viewer) wheel(dy float64) {
	if p, nx, ny := v.over(v.mouse.x, v.mouse.y); p != nil && p.Panel.Chart() != nil {
		v.zoomTime(p.Panel, dy)
	} else if p != nil {
		p.Panel.Camera.Zoom(math.Pow(wheelFactor, -dy), nx, ny, p.Aspect())
	}
}

func (v *Viewer) key(k window.Key, mods window.Mods) {
	if v.sidebarKey(k, mods) || v.inspectorKey(k, mods) {
		return
	}
	switch k {
	case window.KeySpace:
		v.toggle()
	case window.KeyRight:
		v.stepBy(stride(mods))
	case window.KeyLeft:
		v.stepBy(-stride(mods))
	case window.KeyHome:
		first, _ := v.line.Range()
		v.goTo(first)
	case window.KeyEnd:
		_, last := v.line.Range()
		v.goTo(last)
	case window.Key('M'):
		v.setMode(moving)
	case window.Key('N'):
		v.setMode(linking)
	case window.Key('O'):
		v.setMode(plucking)
	case window.Key('B'):
		v.nextBranch()
	case window.KeyDelete, window.KeyBackspace:
		v.remove()
	case window.Key('S'):
		if mods&window.Control != 0 {
			v.saveSession()
			return
		}
		v.toggleEdges()
	case window.Key('Z'):
		switch mods & (window.Control | window.Shift) {
		case window.Control:
			v.undo()
		case window.Control | window.Shift:
			v.redo()
		}
	case window.Key('Y'):
		if mods&window.Control != 0 {
			v.redo()
		}
	case window.KeyF1:
		v.help = !v.help
	case window.KeyTab:
		v.bare = !v.bare
		v.fit()
	case window.Key('G'):
		v.toggleSidebar()
	case window.Key('R'):
		n := v.pace.steps
		if n == 0 {
			n = runSteps
		}
		v.runFor(n)
	case window.Key('0'):
		v.home()
	case window.Key('P'):
		v.takePicture()
	case window.Key('V'):
		v.toggleMovie()
	case window.Key('H'):
		v.togglePriority()
	case window.Key('T'):
		if v.scene.Theme.Name == "dark" {
			v.scene.Theme = render.Light()
		} else {
			v.scene.Theme = render.Dark()
		}
	case window.KeyEscape:
		if v.help {
			v.help = false
			return
		}
		if v.halt() {
			return
		}
		if v.hands.mode != looking {
			v.setMode(looking)
			return
		}
		if v.hands.selected.node >= 0 {
			v.hands.selected.node = -1
			return
		}
		v.quit = true
	case window.Key('Q'):
		if mods&window.Control != 0 {
			v.quit = true
		}
	case window.KeyKPAdd:
		v.pacer.Faster()
	case window.KeyKPSubtract:
		v.pacer.Slower()
	}
}

func (v *Viewer) char(c rune) {
	if v.sidebar.focus != "" {
		v.sidebarType(c)
		return
	}
	if g, _ := v.inspected(); g != nil && v.inspector.focus != "" {
		v.inspector.text.Type(c)
		return
	}
	switch c {
	case '+', '=':
		v.pacer.Faster()
	case '-':
		v.pacer.Slower()
	case '.':
		v.rarer(1)
	case ',':
		v.rarer(-1)
	case '?':
		v.help = !v.help
	case '[':
		v.nextPreset(-1)
	case ']':
		v.nextPreset(1)
	}
}

// stride is how many steps an arrow key makes.
func stride(mods window.Mods) int64 {
	switch {
	case mods&window.Control != 0:
		return 1000
	case mods&window.Shift != 0:
		return 100
	}
	return 1
}

func (v *Viewer) toggle() {
	if v.fault != nil {
		v.say("stopped by a fault; go back with Left to play again")
		return
	}
	if v.halt() || v.target >= 0 && !v.arrive() {
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
