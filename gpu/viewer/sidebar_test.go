//go:build cgo && linux

package viewer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	timeline "github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/galvani-sim/galvani/host/units"
)

// tuned is rings with a parameter of each kind, tags, and a slider of the script.
func tuned() *net.Network {
	n := rings()
	g := n.Groups[0]
	g.Tags = []string{"ring", "oscillator"}
	g.Namespace = nettest.Constants{"K": 2}
	g.Equations = nettest.Text("dtheta/dt = omega/second + K*pull/second + noise*xi : 1\npull : 1\nomega : 1\nnoise : second**-0.5 (shared)\ntau : second (shared)\norder = sin(theta) : 1")
	n.Synapses[0].Tags = []string{"feedback"}
	n.Views = append(n.Views, &net.View{Kind: net.Slider, Group: g, Var: "noise", Min: 0, Max: 3}, &net.View{Kind: net.Slider, Var: "K", Min: 0, Max: 5})
	g.Initial = append(g.Initial, net.Assignment{Var: "tau", Values: []float64{0.02}, Dim: units.Second})
	return n
}

// row is where the middle of a row of the sidebar is drawn.
func (s *session) row(kind rowKind, text string) (x, y int) {
	s.t.Helper()
	var at render.Rect
	find := func(v *Viewer) bool {
		for _, r := range v.sidebar.rows {
			if r.kind == kind && (r.item != nil && r.item.key == text || r.entry != nil && r.entry.name == text) {
				at = render.Rect{X: sidePad, Y: sidebarHead + r.y - v.sidebar.scroll.Offset, W: v.sidebarWidth() - 2*sidePad, H: rowHeights[kind]}
				return !v.dirty()
			}
		}
		return false
	}
	s.until(fmt.Sprintf("a row %q", text), find)
	bottom := get(s, func(v *Viewer) float64 { _, h, scale := v.size(); return float64(h)/scale - barHeight })
	for at.Y+at.H > bottom { // the wheel brings it into sight
		was := get(s, func(v *Viewer) float64 { return v.sidebar.scroll.Offset })
		s.at(100, 200, "click", "5")
		s.until("scrolled", func(v *Viewer) bool { return v.sidebar.scroll.Offset > was })
		s.until(fmt.Sprintf("a row %q", text), find)
	}
	return int(at.X + 30), int(at.Y + at.H/2)
}

// spotOf is where a button or a field is drawn.
func (s *session) spotOf(field string) (x, y int) {
	r := get(s, func(v *Viewer) (r render.Rect) {
		for _, p := range v.sidebar.spots {
			if p.field == field {
				r = p.rect
			}
		}
		return r
	})
	return int(r.X + r.W/2), int(r.Y + r.H/2)
}

func (s *session) typeInto(field, text string) {
	x, y := s.spotOf(field)
	s.at(x, y, "click", "1")
	s.until("the keyboard in "+field, func(v *Viewer) bool { return v.sidebar.focus == field })
	s.do("key", "End")
	for n := get(s, func(v *Viewer) int { return len(v.sidebar.typed(field).String()) }); n > 0; n-- {
		s.do("key", "BackSpace")
	}
	s.do("type", text)
	s.do("key", "Return")
}

func kindsShown(v *Viewer) (out []net.ViewKind) {
	for _, w := range v.panels.views {
		out = append(out, w.Kind)
	}
	return out
}

// What is done in the sidebar with keys and the mouse ends in the state that its log leads to without a window.
func TestSidebar(t *testing.T) {
	for _, backend := range []string{"cpu", "gl"} {
		t.Run(backend, func(t *testing.T) { openNet(t, tuned(), backend).sidebar(backend, "") })
	}
}

// The same in a browser.
func TestSidebarInBrowser(t *testing.T) {
	b := startChromium(t)
	s, srv := servedNet(t, tuned(), "gl")
	s.tab = b.open(srv.URL(), 800, 600)
	s.tab.wait(`Number(` + frameShownOrNone + `) > 0`)
	s.sidebar("gl", "browser_")
}

func (s *session) sidebar(backend, pictures string) {
	t := s.t
	s.until("some steps", func(v *Viewer) bool { return v.line.Step() > 20 })
	s.do("key", "space")
	s.until("paused", func(v *Viewer) bool { return !v.playing && !v.dirty() })

	// The button in the bar and the key show it; panels lie beside it.
	b := get(s, func(v *Viewer) render.Rect { return v.sidebar.button })
	s.at(int(b.X+b.W/2), int(b.Y+b.H/2), "click", "1")
	s.until("a sidebar", func(v *Viewer) bool { return v.sidebarSeen() && len(v.sidebar.rows) > 5 && !v.dirty() })
	type layout struct {
		width float64
		cells []render.Rect
	}
	lay := func(v *Viewer) (l layout) {
		w, h, scale := v.size()
		l.width = v.sidebarWidth()
		for _, p := range v.scene.Layout(w, h, scale).Panels {
			l.cells = append(l.cells, p.Cell)
		}
		return l
	}
	for _, c := range get(s, lay).cells {
		if c.X < get(s, lay).width {
			t.Errorf("a panel at %v under a sidebar of %v", c.X, get(s, lay).width)
		}
	}
	s.do("key", "g")
	s.until("hidden", func(v *Viewer) bool { return !v.sidebar.shown && v.scene.Insets.Left == 0 })
	s.do("key", "g")
	s.until("shown again", func(v *Viewer) bool { return v.sidebarSeen() && v.scene.Insets.Left > 0 && !v.dirty() })
	s.screenshot(pictures + backend + "_sidebar.png")

	// A click plots a variable, another way in its place, and a click again takes it out; the other panels stay as they are.
	cameras := func(v *Viewer) (out []*render.Camera) {
		for _, p := range v.scene.Panels[:2] {
			out = append(out, p.Camera)
		}
		return out
	}
	was := get(s, cameras)
	samples := get(s, func(v *Viewer) int { return len(firstTrace(v).ring.at) })
	x, y := s.row(itemRow, "osc.omega")
	s.at(x, y, "click", "1")
	s.until("a panel of omega", func(v *Viewer) bool {
		return len(v.scene.Panels) == 3 && v.panels.views[2].Var == "omega" && !v.dirty()
	})
	if got := get(s, kindsShown); !slices.Equal(got, []net.ViewKind{net.Graph, net.Traces, net.Histogram}) {
		t.Errorf("kinds %v", got)
	}
	s.screenshot(pictures + backend + "_plotted.png")
	for _, name := range []string{"traces", "points", "graph"} {
		r := get(s, func(v *Viewer) (r render.Rect) {
			for _, w := range v.sidebar.rows {
				if w.kind != kindsRow || w.item.key != "osc.omega" {
					continue
				}
				r.X, r.Y = sidePad+15, sidebarHead+w.y-v.sidebar.scroll.Offset+rowHeights[kindsRow]/2
				for _, k := range w.chips {
					r.W = chipWidth(v.overlay, k.name)
					if k.name == name {
						return r
					}
					r.X += r.W + 4
				}
			}
			return r
		})
		s.at(int(r.X+r.W/2), int(r.Y), "click", "1")
		s.until("as "+name, func(v *Viewer) bool {
			var of string
			for _, k := range kinds {
				if k.of == v.panels.views[2].Kind {
					of = k.name
				}
			}
			return of == name && !v.dirty()
		})
	}
	x, y = s.row(itemRow, "osc.omega")
	s.at(x, y, "click", "1")
	s.until("taken out", func(v *Viewer) bool { return len(v.scene.Panels) == 2 && !v.dirty() })
	if got := get(s, cameras); !slices.Equal(got, was) {
		t.Error("the cameras of other panels are not what they were")
	}
	if got := get(s, func(v *Viewer) int { return len(firstTrace(v).ring.at) }); got < samples {
		t.Errorf("the traces had %d samples and have %d", samples, got)
	}

	// There is room for so many panels.
	full := get(s, func(v *Viewer) string {
		views := v.panels.views
		g := v.sim.Network().Groups[0]
		for v.addView(&net.View{Kind: net.Scatter, Group: g, Var: "omega"}) {
		}
		n := len(v.scene.Panels)
		v.setViews(views)
		return fmt.Sprintf("%d: %s", n, v.message)
	})
	if !strings.HasPrefix(full, "8: 8 panels are shown, and more would be too small to read") {
		t.Errorf("with all panels %s", full)
	}

	// A slider of a number of the script: the network follows on the next step, nothing is compiled on the way, and one undo reverts it.
	s.do("key", "space")
	x, y = s.row(sliderRow, "osc number K")
	s.at(x+60, y, "mousedown", "1")
	s.until("held", func(v *Viewer) bool { return v.sidebar.drag != nil && v.numberBuffer("osc", "K") != nil })
	compiled := get(s, func(v *Viewer) *plan.Plan { return v.stage.plan })
	for dx := 70; dx <= 110; dx += 10 {
		before := get(s, func(v *Viewer) int64 { return v.line.Step() })
		s.at(x+dx, y)
		s.until("a step with the number", func(v *Viewer) bool { return v.line.Step() > before })
	}
	s.at(x+110, y, "mouseup", "1")
	s.until("dropped", func(v *Viewer) bool { return v.sidebar.drag == nil })
	s.do("key", "space")
	s.until("paused", func(v *Viewer) bool { return !v.playing && !v.dirty() })
	if get(s, func(v *Viewer) *plan.Plan { return v.stage.plan }) != compiled {
		t.Error("dragging made another plan")
	}
	number := func(v *Viewer) float64 { return v.line.Numbers("osc")[0].Value.Value }
	dragged := get(s, number)
	if dragged <= 2 || dragged > 4 {
		t.Errorf("K was dragged to %v", dragged)
	}
	gestures := get(s, func(v *Viewer) (n int) {
		for _, e := range v.line.Log() {
			if e.Gesture == 1 {
				n++
			}
		}
		return n
	})
	if gestures < 3 {
		t.Errorf("%d edits while the slider was dragged", gestures)
	}
	s.do("key", "ctrl+z")
	s.until("undone as one", func(v *Viewer) bool { return number(v) == 2 })
	s.do("key", "ctrl+shift+z")
	s.until("redone", func(v *Viewer) bool { return number(v) == dragged && !v.dirty() })
	s.screenshot(pictures + backend + "_dragged.png")

	// Exact values with units; what is wrong is said.
	s.typeInto("osc.tau", "5*mV")
	s.until("refused", func(v *Viewer) bool {
		return strings.Contains(v.sidebar.fault, "tau is in second, and 5*mV is in volt") && !v.dirty()
	})
	s.screenshot(pictures + backend + "_refused.png")
	s.do("key", "Escape")
	s.typeInto("osc.tau", "35*ms")
	s.until("set", has("osc.tau = 0.035"))
	x, y = s.row(sliderRow, "osc.omega")
	s.at(x+100, y, "click", "1")
	s.until("all elements are set", has("osc.omega = "))
	r, err := s.sim, error(nil)
	var omega []float64
	get(s, func(v *Viewer) bool { omega, _, err = r.Get(r.Network().Groups[0], "omega"); return true })
	if err != nil || len(slices.Compact(omega)) != 1 {
		t.Errorf("omega is %v; %v", omega, err)
	}
	if g := get(s, func(v *Viewer) string { return fmt.Sprint(v.sidebar.ranges["osc.noise"], v.sidebar.ranges[".K"]) }); g != "{0 3 false true} {0 5 false true}" {
		t.Errorf("the script's ranges of noise and K are %s", g)
	}

	// Some steps, and a picture of every fifth.
	at := get(s, func(v *Viewer) int64 { return v.line.Step() })
	s.typeInto(stepsField, "37")
	s.until("37 steps", func(v *Viewer) bool { return v.line.Step() == at+37 && !v.playing })
	s.do("key", "r")
	s.until("37 more", func(v *Viewer) bool { return v.line.Step() == at+74 && !v.playing })
	for range 3 {
		s.do("key", "period")
	}
	s.until("every 5th", func(v *Viewer) bool { return v.pace.every == 5 })
	s.typeInto(everyField, "7")
	s.until("every 7th", func(v *Viewer) bool { return v.pace.every == 7 && v.sidebar.focus == "" })
	from := get(s, func(v *Viewer) int64 { return v.line.Step() })
	frames := get(s, func(v *Viewer) int64 { return v.renderer.Draws() })
	s.do("key", "space")
	wrong := int64(-1)
	s.until("many steps", func(v *Viewer) bool {
		if v.version == v.rates.drawnVersion && v.playing && v.line.Step()%7 != 0 && v.line.Step() != from {
			wrong = v.line.Step()
		}
		return v.line.Step() > from+350
	})
	s.do("key", "space")
	s.until("paused", func(v *Viewer) bool { return !v.playing && !v.dirty() })
	if wrong >= 0 {
		t.Errorf("step %d was drawn, which is no multiple of 7", wrong)
	}
	if drawn := get(s, func(v *Viewer) int64 { return v.renderer.Draws() }) - frames; drawn < 50 {
		t.Errorf("%d pictures of 350 steps", drawn)
	}
	s.do("key", "comma")
	s.until("more often", func(v *Viewer) bool { return v.pace.every == 5 })
	for range 3 {
		s.do("key", "comma")
	}
	s.until("off", func(v *Viewer) bool { return v.pace.every == 0 })
	s.typeInto(stepsField, "1000000")
	s.until("running", func(v *Viewer) bool { return v.playing && v.pace.count })
	s.do("key", "Escape")
	s.until("stopped", func(v *Viewer) bool { return !v.playing && !v.pace.count })

	// A divider is dragged, and put back.
	d := get(s, func(v *Viewer) render.Rect {
		w, h, scale := v.size()
		return v.scene.Dividers(w, h, scale)[0].Line
	})
	size := get(s, lay).cells[0]
	dx, dy := 0, 0
	if d.W == 0 {
		dx = -60
	} else {
		dy = -60
	}
	x, y = int(d.X+d.W/2+0.5), int(d.Y+d.H/2+0.5)
	s.at(x, y)
	s.until("the pointer on it", func(v *Viewer) bool { return v.dividerUnder(v.mouse.x, v.mouse.y) == 0 && !v.dirty() })
	s.screenshot(pictures + backend + "_divider.png")
	s.drag(x, y, x+dx, y+dy)
	s.until("smaller", func(v *Viewer) bool {
		c := lay(v).cells[0]
		return c.W-size.W+c.H-size.H < -50 && !v.divider.held
	})
	s.at(x+dx, y+dy, "click", "--repeat", "2", "--delay", "60", "1")
	s.until("as it was", func(v *Viewer) bool { return lay(v).cells[0] == size })

	// The filter leaves what has the tag.
	x, y = s.spotOf(filterField)
	s.at(x, y, "click", "1")
	s.do("type", "feedback")
	s.until("one entry", func(v *Viewer) bool {
		n := 0
		for _, r := range v.sidebar.rows {
			if r.kind == entryRow {
				n++
				if r.entry.name != "edges" {
					return false
				}
			}
		}
		return n == 1 && !v.dirty()
	})
	s.screenshot(pictures + backend + "_filter.png")
	s.do("key", "Escape")
	s.do("key", "Escape")
	s.until("all entries", func(v *Viewer) bool { return v.sidebar.filter.String() == "" && v.sidebar.focus == "" })

	s.replays(backend, tuned)
}

// replays plays the log again without a window.
func (s *session) replays(backend string, network func() *net.Network) {
	t := s.t
	t.Helper()
	type outcome struct {
		file *timeline.File
		hash string
		err  error
	}
	o := get(s, func(v *Viewer) (o outcome) {
		if o.file, o.err = v.line.File(timeline.Header{}); o.err == nil {
			o.hash, o.err = v.line.Hash()
		}
		return o
	})
	if o.err != nil {
		t.Fatal(o.err)
	}
	data, err := o.file.Encode()
	if err != nil {
		t.Fatal(err)
	}
	file, err := timeline.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	hash := ""
	// On the viewer's thread: each call from outside would wait for a round of its loop.
	get(s, func(*Viewer) bool { hash, err = replayOf(file, backends(t, s.dev)[backend], network()); return true })
	if err != nil || hash != o.hash {
		t.Errorf("played again the state is %.12s, and was %.12s in the window; %v", hash, o.hash, err)
	}
}

// replayOf plays a session without a window.
func replayOf(f *timeline.File, b exec.Backend, n *net.Network) (string, error) {
	s, err := sim.Compile(n, sim.Options{Backend: b, Precision: plan.Single})
	if err != nil {
		return "", err
	}
	defer s.Close()
	r := timeline.NewReplay(f, timeline.Options{})
	if err := r.Finish(context.Background(), s); err != nil {
		return "", err
	}
	return r.Timeline().Hash()
}

// State monitors stand beside spike monitors; a click on one of their variables plots the elements that they record.
func TestSidebarListsStateMonitors(t *testing.T) {
	n := tuned()
	g := n.Groups[0]
	n.Views = n.Views[:1]
	n.Monitors = []*net.StateMonitor{{Name: "M", Group: g, Vars: []string{"theta", "order"}, Elements: []int32{2, 5}},
		{Name: "W", Synapses: n.Synapses[0], Vars: []string{"w"}}}
	s := openNet(t, n, "cpu")
	s.do("key", "space")
	s.until("paused", func(v *Viewer) bool { return !v.playing && !v.dirty() })
	s.do("key", "g")
	s.until("the sidebar", (*Viewer).sidebarSeen)
	x, y := s.row(entryRow, "M")
	s.at(x, y, "click", "1")
	x, y = s.row(itemRow, "M records theta")
	s.at(x, y, "click", "1")
	s.until("a panel", func(v *Viewer) bool { return len(v.panels.views) == 2 && !v.dirty() })
	if w := get(s, func(v *Viewer) net.View { return *v.panels.views[1] }); w.Kind != net.Traces || w.Var != "theta" || w.Title != "M.theta" || !slices.Equal(w.Elements, []int32{2, 5}) {
		t.Errorf("a click shows %+v", w)
	}
	s.screenshot("sidebar_monitors.png")
	s.at(x, y, "click", "1")
	s.until("no panel", func(v *Viewer) bool { return len(v.panels.views) == 1 && !v.dirty() })
	get(s, func(v *Viewer) bool {
		for _, e := range v.entries() {
			for _, it := range e.items {
				var of []net.ViewKind
				for _, k := range it.kinds {
					of = append(of, k.of)
				}
				switch it.key {
				case "M records order": // takes no storage
					if len(of) > 0 {
						t.Errorf("a subexpression is drawn as %v", of)
					}
				case "M records theta":
					if !slices.Equal(of, []net.ViewKind{net.Traces, net.Spectrum}) {
						t.Errorf("%s is drawn as %v", it.key, of)
					}
				case "W records w":
					if !slices.Equal(of, []net.ViewKind{net.Histogram}) {
						t.Errorf("%s is drawn as %v", it.key, of)
					}
				}
			}
		}
		return true
	})
	many := &net.StateMonitor{Elements: make([]int32, 1000)}
	for k := range many.Elements {
		many.Elements[k] = int32(k)
	}
	if some := recorded(many); len(some) != mostTraced || some[1] != 62 {
		t.Errorf("of 1000 elements %v are shown", some)
	}
}
