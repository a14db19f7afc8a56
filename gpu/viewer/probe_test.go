//go:build cgo && linux

package viewer

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
)

// charted is a network with a panel of each kind of chart, beside a graph.
func charted() *net.Network {
	n, m := ticking(5)
	g := n.Groups[0]
	g.Name = "osc"
	g.Equations = nettest.Text("dx/dt = 1000/second : 1\nevery : 1\nphase = 0.5 + 0*x : 1\ny = sin(2*pi*50*t/second) : 1\ndz/dt = (y - z)*1000/second : 1")
	g.Initial = []net.Assignment{{Var: "every", Expr: nettest.Text("10*(i + 1)")}}
	s := &net.Synapses{Name: "edges", Pre: net.All(g), Post: net.All(g), Namespace: nettest.Constants{}, Equations: nettest.Text("w : 1"),
		Connect: []*net.Connection{{I: []int32{0, 0, 1, 2, 4}, J: []int32{1, 1, 2, 3, 0}}}}
	n.Synapses = []*net.Synapses{s}
	n.Views = []*net.View{{Kind: net.Graph, Group: g, Synapses: s, Var: "x", Layout: "circle", Title: "graph"}, {Kind: net.Raster, Group: g, Spikes: m, Title: "raster"},
		{Kind: net.Traces, Group: g, Var: "x", Elements: []int32{2, 4}, Title: "traces"}, {Kind: net.Histogram, Group: g, Var: "every", Title: "histogram"},
		{Kind: net.Spectrum, Group: g, Var: "z", Elements: []int32{1, 3}, Title: "spectrum"}, {Kind: net.Spectrum, Group: g, Spikes: m, Title: "rate"},
		{Kind: net.ISI, Group: g, Spikes: m, Title: "isi"}, {Kind: net.Adjacency, Group: g, Synapses: s, Title: "adjacency"},
		{Kind: net.PhaseCircle, Group: g, Var: "every", Title: "circle"}}
	return n
}

// plot finds the panel with a title.
func (v *Viewer) plot(title string) render.PanelLayout {
	w, h, scale := v.size()
	for _, pl := range v.scene.Layout(w, h, scale).Panels {
		if pl.Panel.Title == title {
			return pl
		}
	}
	panic(title)
}

// The pointer over a chart tells what lies there; the wheel over one over time zooms all of them, and nothing over a chart moves a camera.
func TestCharts(t *testing.T) {
	s := openNet(t, charted(), "cpu")
	s.until("a second", func(v *Viewer) bool { return v.line.Step() > 1000 })
	s.do("key", "space")
	s.until("paused", func(v *Viewer) bool { return !v.playing && !v.dirty() })
	over := func(title string, at func(pl render.PanelLayout) (x, y float64)) probe {
		t.Helper()
		type point struct{ x, y float64 }
		p := get(s, func(v *Viewer) point { x, y := at(v.plot(title)); return point{x, y} })
		x, y := math.Round(p.x), math.Round(p.y)
		s.at(int(x), int(y))
		s.until("the pointer over "+title, func(v *Viewer) bool {
			return v.mouse.x == x && v.mouse.y == y && v.hover.asked[0] == x && v.hover.asked[1] == y && !v.dirty()
		})
		return get(s, func(v *Viewer) probe { return v.hover.chart })
	}
	place := func(dx, dy float64) func(pl render.PanelLayout) (x, y float64) {
		return func(pl render.PanelLayout) (x, y float64) { return pl.PointAt(dx, dy) }
	}
	for _, c := range []struct {
		title  string
		x, y   float64
		want   string
		marked bool
	}{
		// Neuron 2 spikes every 30 steps: x goes from 0 to 30.
		{"raster", 0.9, 2, `^osc\[2\]\nt = (869|899|929|870|900|930) ms$`, true},
		{"traces", 0.8, 20, `^osc\[[24]\]   t = (79|80)\d ms\nx = [0-9.]+$`, true},
		{"histogram", 30, 0.5, `^every = [0-9.]+ to [0-9.]+\n1 elements$`, false},
		{"spectrum", 50, -2, `^osc\[[13]\]   f = 50 Hz\npower [0-9.]+ 1/Hz$`, true},
		{"rate", 100, 2, `^f = (95|100|105) Hz\npower of the rate [0-9.e-]+ Hz$`, true},
		{"isi", 31, 30, `^interval [0-9.]+ to [0-9.]+ ms\n(3\d|4\d) intervals$`, false},
		{"adjacency", 0, 1, `^pre 0, post 1\n2 synapses$`, false},
		{"circle", 0, 0, `^order parameter 0\.\d+\nmean phase -?\d\.\d+ rad$`, false},
	} {
		p := over(c.title, place(c.x, c.y))
		if text := strings.Join(p.lines, "\n"); !regexp.MustCompile(c.want).MatchString(text) || p.marked != c.marked {
			t.Errorf("%s at %g, %g says %q, want %s; marked: %v", c.title, c.x, c.y, text, c.want, p.marked)
		}
		s.screenshot("probe_" + c.title + ".png")
	}
	if p := over("traces", func(pl render.PanelLayout) (x, y float64) { return pl.View.X + 5, pl.View.Y + 30 }); len(p.lines) > 0 {
		t.Errorf("beside the plot it says %q", p.lines)
	}
	// The value told is that of the sample at the time told.
	p := over("traces", place(0.5, 5))
	var e, at int
	var x float64
	if _, err := fmt.Sscanf(strings.Join(p.lines, " "), "osc[%d] t = %d ms x = %g", &e, &at, &x); err != nil {
		t.Fatal(err, p.lines)
	}
	if every := 10 * (e + 1); math.Abs(math.Mod(float64(at), float64(every))-x) > 1e-6 {
		t.Errorf("at %d ms neuron %d is said to be at %g", at, e, x)
	}

	type state struct{ cameras, window string }
	now := func(v *Viewer) (out state) {
		for _, p := range v.scene.Panels {
			out.cameras += fmt.Sprintln(*p.Camera)
		}
		return state{out.cameras, fmt.Sprintf("%.9f", v.stage.time.Hi-v.stage.time.Lo)}
	}
	was := get(s, now)
	over("raster", place(0.9, 2))
	s.do("click", "4")
	s.until("a shorter time", func(v *Viewer) bool { return now(v).window < was.window && !v.dirty() })
	if get(s, now).cameras != was.cameras {
		t.Error("the wheel over a raster moves a camera")
	}
	for _, title := range []string{"raster", "circle", "isi", "adjacency"} {
		p := get(s, func(v *Viewer) render.Rect { return v.plot(title).Plot() })
		s.at(int(p.X+p.W/2), int(p.Y+p.H/2), "click", "5")
		s.drag(int(p.X+p.W/2), int(p.Y+p.H/2), int(p.X+p.W/2)+15, int(p.Y+p.H/2)+10)
	}
	over("spectrum", place(50, -2))
	if after := get(s, now); after.cameras != was.cameras {
		t.Error("dragging and the wheel over charts move a camera")
	}
	s.do("key", "0")
	s.until("the whole time", func(v *Viewer) bool { return now(v) == was })
}
