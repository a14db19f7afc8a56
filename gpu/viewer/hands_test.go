//go:build cgo && linux

package viewer

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
)

// rings is a network of oscillators on a ring, with noise, shown as a graph beside traces.
func rings() *net.Network {
	const n = 8
	g := &net.Group{Name: "osc", N: n, Namespace: nettest.Constants{"K": 2}, Method: "euler",
		Equations: nettest.Text("dtheta/dt = omega/second + K*pull/second + 0.1*xi/sqrt(second) : 1\npull : 1\nomega : 1")}
	g.Initial = []net.Assignment{{Var: "theta", Expr: nettest.Text("2*pi*rand()")}, {Var: "omega", Expr: nettest.Text("3 + rand()")}}
	c := &net.Connection{}
	for k := range int32(n) {
		c.I, c.J = append(c.I, k), append(c.J, (k+1)%n)
	}
	s := &net.Synapses{Name: "edges", Pre: net.All(g), Post: net.All(g), Equations: nettest.Text("w : 1\npull_post = w*sin(theta_pre - theta_post) : 1 (summed)"),
		Namespace: nettest.Constants{}, Connect: []*net.Connection{c}, Initial: []net.Assignment{{Var: "w", Values: []float64{1}}}}
	return &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}, Views: []*net.View{
		{Kind: net.Graph, Group: g, Synapses: s, Var: "theta", Colormap: "twilight", Layout: "circle", Title: "ring"},
		{Kind: net.Traces, Group: g, Var: "theta", Elements: []int32{0, 1}, Title: "phases"}}}
}

// pixel is where a node is drawn, in the window.
func (s *session) pixel(node int) (x, y int) {
	type point struct{ x, y float64 }
	p := get(s, func(v *Viewer) point {
		g := v.stage.graphs[0]
		at, _ := g.at(node)
		w, h, scale := v.size()
		for _, pl := range v.scene.Layout(w, h, scale).Panels {
			if !slices.Contains(v.scene.Panels, pl.Panel) || len(pl.Panel.Items) == 0 || v.graphOf(pl.Panel.Items[0]) != g {
				continue
			}
			box := pl.Panel.Bounds()
			for a := range 2 {
				at[a] = box.Min[a] + (at[a]-g.item.Low[a])/(g.item.High[a]-g.item.Low[a])*(box.Max[a]-box.Min[a])
			}
			at[2] = 0
			x, y, _ := pl.Project(at)
			return point{x, y}
		}
		return point{-1, -1}
	})
	return int(p.x + 0.5), int(p.y + 0.5)
}

func (s *session) at(x, y int, what ...string) {
	s.do(append([]string{"mousemove", "--window", s.window, fmt.Sprint(x), fmt.Sprint(y)}, what...)...)
}

func (s *session) drag(x0, y0, x1, y1 int) {
	s.at(x0, y0, "mousedown", "1")
	s.at((x0+x1)/2, (y0+y1)/2)
	s.at(x1, y1)
	s.at(x1, y1, "mouseup", "1")
}

func edits(v *Viewer) (out []string) {
	for _, e := range v.line.Log()[:v.line.Applied()] {
		out = append(out, e.Edit.String())
	}
	return out
}

func has(text string) func(v *Viewer) bool {
	return func(v *Viewer) bool { return strings.Contains(strings.Join(edits(v), "\n"), text) }
}

// What is done with keys and the mouse in a real window ends in the same state, bit for bit, as its log played without one.
func TestHands(t *testing.T) {
	for _, backend := range []string{"cpu", "gl"} {
		t.Run(backend, func(t *testing.T) { openNet(t, rings(), backend).hands(backend, "") })
	}
}

// The same in a browser.
func TestHandsInBrowser(t *testing.T) {
	b := startChromium(t)
	s, srv := servedNet(t, rings(), "gl")
	s.tab = b.open(srv.URL(), 800, 600)
	s.tab.wait(`Number(` + frameShownOrNone + `) > 0`)
	s.hands("gl", "browser_")
}

// hands plays the script of a person's deeds on rings.
func (s *session) hands(backend, pictures string) {
	t := s.t
	get(s, func(v *Viewer) bool { v.slice = time.Millisecond; return true }) // as on a slow machine: frames are drawn on the way to other times
	s.until("some steps", func(v *Viewer) bool { return v.line.Step() > 50 })
	s.do("key", "space")
	s.until("paused", func(v *Viewer) bool { return !v.playing && !v.dirty() })

	// Drag: the node is where it was dropped, and held there.
	s.do("key", "m")
	x, y := s.pixel(2)
	s.drag(x, y, x+40, y+30)
	s.until("moved", has("move osc[2]"))
	if px, py := s.pixel(2); px < x+36 || px > x+44 || py < y+26 || py > y+34 {
		t.Errorf("node 2 dragged to %d, %d lies at %d, %d", x+40, y+30, px, py)
	}

	// A new edge, and a node with an edge that is taken out again.
	s.do("key", "n")
	x, y = s.pixel(0)
	x1, y1 := s.pixel(4)
	s.drag(x, y, x1, y1)
	s.until("an edge", has("add 0 -> 4"))
	s.at((x+x1)/2, (y+y1)/2+60, "click", "1")
	s.until("a node", func(v *Viewer) bool { return v.stage.graphs[0].view.Group.N == 9 && !v.undrawn })
	nx, ny := s.pixel(8)
	s.drag(nx, ny, x, y)
	s.until("its edge", has("add 8 -> 0"))
	s.drag(nx, ny, x, y)
	s.until("removed", has("remove edge"))
	s.do("key", "ctrl+z")
	s.until("undone", func(v *Viewer) bool { return !has("remove edge")(v) })
	s.screenshot(pictures + backend + "_edges.png")

	// Pluck while it runs.
	s.do("key", "o")
	s.do("key", "space")
	x, y = s.pixel(1)
	s.at(x, y, "click", "1")
	s.until("plucked", has("osc[1].theta"))
	s.until("more steps", func(v *Viewer) bool { return v.line.Step() > v.line.Log()[len(v.line.Log())-1].Step+200 })
	s.do("key", "space")
	s.until("paused", func(v *Viewer) bool { return !v.playing })

	s.editTexts(pictures + backend)

	// Rewind by hand, and by the time bar.
	was := get(s, func(v *Viewer) int64 { return v.line.Step() })
	s.do("key", "Left")
	s.until("one step back", func(v *Viewer) bool { return v.line.Step() == was-1 && v.target < 0 })
	s.do("key", "shift+Left")
	s.until("a hundred steps back", func(v *Viewer) bool { return v.line.Step() == was-101 && v.target < 0 })
	s.do("key", "Right")
	s.until("one step on", func(v *Viewer) bool { return v.line.Step() == was-100 && v.target < 0 })
	s.do("key", "Home")
	s.until("the start", func(v *Viewer) bool { return v.line.Step() == 0 && v.stage.graphs[0].view.Group.N == 8 })
	s.screenshot(pictures + backend + "_start.png")
	s.do("key", "End")
	s.until("the end", func(v *Viewer) bool { return v.line.Step() == was && v.stage.graphs[0].view.Group.N == 9 })
	s.do("key", "ctrl+Left")
	s.until("a thousand steps back", func(v *Viewer) bool { return v.line.Step() == max(0, was-1000) && v.target < 0 })
	s.do("key", "End")
	s.until("the end again", func(v *Viewer) bool { return v.line.Step() == was && v.target < 0 })
	mid := get(s, func(v *Viewer) int { return int(v.scrubX(was-60, 800)) })
	s.drag(780, 540, mid, 540)
	s.until("scrubbed", func(v *Viewer) bool { return v.line.Step() < was-10 && v.target < 0 && !v.mouse.scrub })

	// The past is edited: a branch, with the old future as a ghost.
	at := get(s, func(v *Viewer) int64 { return v.line.Step() })
	x, y = s.pixel(5)
	s.at(x, y, "click", "1")
	s.until("a branch", func(v *Viewer) bool { return len(v.line.Branches()) == 2 && v.line.Step() == at })
	s.do("key", "space")
	s.until("another future", func(v *Viewer) bool { return v.line.Step() > at+100 })
	s.do("key", "space")
	s.until("paused", func(v *Viewer) bool { return !v.playing && !v.dirty() })
	if n := get(s, func(v *Viewer) int { return len(firstTrace(v).old.at) }); n < 2 {
		t.Errorf("the old future has %d samples as a ghost", n)
	}
	s.screenshot(pictures + backend + "_branch.png")

	s.replays(backend, rings)
}

// editTexts edits a value and the rule in the panel of a node.
func (s *session) editTexts(picture string) {
	// A value and the rule are edited as text: an error is shown, and the state is kept.
	s.do("key", "o")
	x, y := s.pixel(3)
	s.at(x, y, "click", "1")
	s.until("inspected", func(v *Viewer) bool { return len(v.inspector.fields) > 2 && !v.dirty() })
	press := func(name string) {
		type place struct{ x, y int }
		p := get(s, func(v *Viewer) (p place) {
			for _, f := range v.inspector.fields {
				if f.name == name {
					p = place{int(f.rect.X) + 20, int(f.rect.Y) + 8}
				}
			}
			return p
		})
		s.at(p.x, p.y, "click", "1")
	}
	click := func(name string) {
		press(name)
		s.until("the keyboard in "+name, func(v *Viewer) bool { return v.inspector.focus == name })
		s.do("key", "ctrl+End")
		for n := get(s, func(v *Viewer) int { return len(v.inspector.text.String()) }); name != ruleField && n > 0; n-- {
			s.do("key", "BackSpace")
		}
	}
	click("omega")
	s.do("type", "9.5")
	s.do("key", "Return")
	s.until("another value", has("osc[3].omega = 9.5"))
	click(ruleField)
	for range 2 {
		s.do("key", "Down")
	}
	s.do("key", "End")
	s.do("key", "Return")
	s.do("type", "damping : nonsense")
	s.do("key", "ctrl+Return")
	s.until("an error", func(v *Viewer) bool { return v.inspector.fault != "" && v.inspector.at > 0 && !v.dirty() })
	s.screenshot(picture + "_error.png")
	for range len("nonsense") {
		s.do("key", "BackSpace")
	}
	s.do("type", "1")
	s.do("key", "ctrl+Return")
	s.until("another rule", func(v *Viewer) bool {
		_, ok := v.stage.plan.Find("osc", "damping")
		return ok && v.inspector.focus == "" && !v.dirty()
	})
	s.screenshot(picture + "_rule.png")

	// A rule of this node only: wrong at first, then right, undone, done again, given up and taken back.
	follows := func(own bool) func(*Viewer) bool {
		return func(v *Viewer) bool {
			return (variantOf(v.sim.Network().Groups[0], 3) != nil) == own && v.inspector.focus == "" && !v.dirty()
		}
	}
	press(onlyThis)
	s.until("a rule of its own begins", func(v *Viewer) bool { return v.inspector.focus == ruleField && !v.dirty() })
	for n := get(s, func(v *Viewer) int { return len(v.inspector.text.String()) }); n > 0; n-- {
		s.do("key", "BackSpace")
	}
	s.do("type", "pull : 1")
	s.do("key", "Return")
	s.do("type", "dtheta/dt = -5*theta/second + volt : 1")
	s.do("key", "ctrl+Return")
	s.until("an error", func(v *Viewer) bool {
		return v.inspector.fault != "" && v.inspector.at > 0 && !v.dirty() && len(v.sim.Network().Groups[0].Variants) == 0
	})
	s.screenshot(picture + "_own_error.png")
	for range len("+ volt : 1") {
		s.do("key", "BackSpace")
	}
	s.do("type", ": 1")
	s.do("key", "ctrl+Return")
	s.until("a rule of node 3", follows(true))
	s.until("in the log", has("osc: another rule for node 3"))
	s.screenshot(picture + "_own.png")
	s.do("key", "ctrl+z")
	s.until("undone", follows(false))
	s.do("key", "ctrl+shift+z")
	s.until("done again", follows(true))
	press(asGroup)
	s.until("the group's rule again", follows(false))
	s.until("that is in the log, too", has("osc: the rule of the group for node 3"))
	s.do("key", "ctrl+z")
	s.until("its own again", follows(true))
	if text := get(s, func(v *Viewer) string { return textOf(v.followed(v.sim.Network().Groups[0], 3).equations) }); text != "pull : 1\ndtheta/dt = -5*theta/second : 1" {
		s.t.Errorf("node 3 follows %q", text)
	}
	if text := get(s, func(v *Viewer) string { return textOf(v.followed(v.sim.Network().Groups[0], 4).equations) }); !strings.Contains(text, "damping") {
		s.t.Errorf("node 4 follows %q", text)
	}
	s.do("key", "Escape")
	s.do("key", "space")
	s.until("a few steps", func(v *Viewer) bool { return v.line.Step() > v.line.Log()[len(v.line.Log())-1].Step+20 })
	s.do("key", "space")
	s.until("paused again", func(v *Viewer) bool { return !v.playing && !v.dirty() })
	s.do("key", "o")
}

func firstTrace(v *Viewer) *traceFeed {
	for _, f := range v.stage.feeds {
		if t, ok := f.(*traceFeed); ok {
			return t
		}
	}
	return nil
}
