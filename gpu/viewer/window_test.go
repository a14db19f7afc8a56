//go:build cgo && linux

package viewer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	glcontext "github.com/galvani-sim/galvani/gpu/context"
	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// session is a viewer in a real window, with keys and mouse sent by xdotool.
type session struct {
	t      *testing.T
	dev    *device.Device
	viewer *Viewer
	sim    *sim.Sim
	field  *nettest.FieldNetwork
	done   chan error
	window string
	tab    *tab // a browser's page in place of the window
	said   chan string
	dir    string
}

func open(t *testing.T, n int, backend string, add ...func(*nettest.FieldNetwork)) *session {
	f := nettest.Field(n, 1)
	surfaces(f)
	for _, a := range add {
		a(f)
	}
	s := openNet(t, f.Network, backend)
	s.field = f
	return s
}

// openNet shows a network.
func openNet(t *testing.T, n *net.Network, backend string) *session {
	gltest.Tool(t, "xdotool")
	gltest.Display(t)
	c, err := glcontext.NewWindow(glcontext.WindowOptions{Width: 800, Height: 600, Title: "galvani-test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	s := &session{t: t, done: make(chan error, 1), said: make(chan string, 100), dir: t.TempDir()}
	if s.dev, err = device.New(c, device.Options{}); err != nil {
		t.Fatal(err)
	}
	pictures := 0
	s.viewer, err = New(Options{Context: c, Device: s.dev, Log: func(m string) { s.said <- m },
		Save: func(ext string) (string, error) {
			pictures++
			return filepath.Join(s.dir, fmt.Sprintf("%d%s", pictures, ext)), nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	if s.sim, err = sim.Compile(n, sim.Options{Backend: backends(t, s.dev)[backend], Precision: plan.Single, Driver: s.viewer}); err != nil {
		t.Fatal(err)
	}
	go func() { s.done <- s.viewer.Stay(context.Background(), s.sim) }()
	t.Cleanup(func() {
		closed := false
		for range 4 { // a text, a mode and a selection end first
			s.do("key", "Escape")
			select {
			case err := <-s.done:
				if closed = true; !errors.Is(err, ErrClosed) {
					t.Errorf("the viewer ended with %v", err)
				}
			case <-time.After(5 * time.Second):
				continue
			}
			break
		}
		if !closed {
			get(s, func(v *Viewer) bool { v.quit = true; return true })
			<-s.done
			t.Error("Escape did not close the window")
		}
		s.viewer.Close()
		s.sim.Close()
		var leaks []string
		c.Do(func() { leaks = s.dev.Leaks() })
		if len(leaks) > 0 {
			t.Errorf("left on the GPU: %v", leaks)
		}
	})
	out, err := exec.Command("xdotool", "search", "--sync", "--onlyvisible", "--name", "galvani-test").Output()
	if err != nil {
		t.Fatalf("no window appeared: %v", err)
	}
	s.window = strings.TrimSpace(string(out))
	s.do("windowfocus", "--sync", s.window)
	return s
}

// do sends one command to the window.
func (s *session) do(args ...string) {
	s.t.Helper()
	if s.tab != nil {
		s.tab.xdotool(args...)
		return
	}
	if out, err := exec.Command("xdotool", args...).CombinedOutput(); err != nil {
		s.t.Errorf("xdotool %v: %v\n%s", args, err, out)
	}
}

// get reads the viewer's state on its own thread.
func get[T any](s *session, f func(v *Viewer) T) (out T) {
	s.viewer.opt.Context.Do(func() { out = f(s.viewer) })
	return out
}

// until waits for the viewer to reach a state: what is sent to a window arrives when the X server likes.
func (s *session) until(what string, f func(v *Viewer) bool) {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if get(s, f) {
			return
		}
	}
	s.t.Fatalf("the viewer never reached: %s; %s", what, get(s, func(v *Viewer) string {
		return fmt.Sprintf("it is at step %d of branch %d after %d edits, dirty %v, playing %v, going to %d, the keyboard in %q, saying %q",
			v.line.Step(), v.line.Present(), len(v.line.Log()), v.dirty(), v.playing, v.target, v.inspector.focus, v.message)
	}))
}

// screenshot keeps a picture of the screen for a person to look at.
func (s *session) screenshot(name string) {
	if s.tab != nil {
		s.tab.screenshot(name)
	} else if dir := os.Getenv("GALVANI_KEEP"); dir != "" {
		exec.Command("import", "-window", "root", filepath.Join(dir, name)).Run()
	}
}

func TestWindow(t *testing.T) {
	s := open(t, 20, "gl")
	s.until("first frames", func(v *Viewer) bool { return v.renderer.Draws() > 3 && v.stage.position().Step > 10 })

	t.Run("pause and step", func(t *testing.T) {
		s.do("key", "space")
		s.until("paused", func(v *Viewer) bool { return !v.playing })
		at := get(s, func(v *Viewer) int64 { return v.stage.position().Step })
		s.do("key", "Right")
		s.until("one step", func(v *Viewer) bool { return v.stage.position().Step == at+1 })
		s.screenshot("paused.png")
	})
	t.Run("an idle scene draws nothing", func(t *testing.T) {
		s.do("mousemove", "5", "5")
		s.until("settled", func(v *Viewer) bool { return v.mouse.x == 5 && v.mouse.y == 5 && !v.dirty() })
		before := get(s, func(v *Viewer) int64 { return v.renderer.Draws() })
		for range 10 {
			get(s, func(v *Viewer) bool { return true }) // each comes between two rounds of the loop
		}
		if after := get(s, func(v *Viewer) int64 { return v.renderer.Draws() }); after != before {
			t.Errorf("%d frames drawn of a scene that did not change", after-before)
		}
	})
	t.Run("orbit, pan, zoom", func(t *testing.T) {
		camera := func(v *Viewer) [6]float64 {
			c := v.scene.Panels[0].Camera
			return [6]float64{c.Azimuth, c.Elevation, c.Distance, c.Target[0], c.Target[1], c.Target[2]}
		}
		drag := func(button string, mods ...string) {
			for _, m := range mods {
				s.do("keydown", m)
			}
			s.do("mousemove", "--window", s.window, "200", "300", "mousedown", button, "mousemove", "--window", s.window, "230", "300",
				"mousemove", "--window", s.window, "260", "320", "mouseup", button)
			for _, m := range mods {
				s.do("keyup", m)
			}
		}
		was := get(s, camera)
		drag("1")
		s.until("turned", func(v *Viewer) bool { return camera(v)[0] != was[0] && camera(v)[1] != was[1] && !v.mouse.dragging() })
		for _, how := range [][]string{{"2"}, {"3"}, {"1", "shift"}, {"1", "ctrl"}} {
			was = get(s, camera)
			drag(how[0], how[1:]...)
			s.until(fmt.Sprint("moved sideways with ", how), func(v *Viewer) bool {
				now := camera(v)
				return now[0] == was[0] && now[1] == was[1] && now[3] != was[3] && !v.mouse.dragging()
			})
		}
		was = get(s, camera)
		s.do("mousemove", "--window", s.window, "200", "300", "click", "4")
		s.until("nearer", func(v *Viewer) bool { return camera(v)[2] < was[2] })
		s.do("key", "0")
		s.until("home", func(v *Viewer) bool { return camera(v)[0] == 45 && camera(v)[1] == 30 })
		s.do("key", "bracketright")
		s.until("another view", func(v *Viewer) bool { return v.scene.Panels[0].Camera.Elevation == 90 })
		s.do("key", "bracketleft")
		s.until("the view before", func(v *Viewer) bool { return v.scene.Panels[0].Camera.Elevation == 30 })
	})
	t.Run("hover", func(t *testing.T) {
		s.do("mousemove", "--window", s.window, "200", "340")
		s.until("something under the pointer", func(v *Viewer) bool { return v.hover.hit.Item != nil && !v.hover.waiting })
		h := get(s, func(v *Viewer) hover { return v.hover })
		want, _, err := s.sim.Get(get(s, func(v *Viewer) *panelItem { return v.stage.items[h.hit.Item] }).view.Group, "r")
		if err != nil {
			t.Fatal(err)
		}
		if h.value != want[h.hit.Element] {
			t.Errorf("element %d shows %g, has %g", h.hit.Element, h.value, want[h.hit.Element])
		}
		s.screenshot("hover.png")
	})
	t.Run("double click", func(t *testing.T) {
		target := func(v *Viewer) render.Vec3 { return v.scene.Panels[0].Camera.Target }
		home := get(s, target)
		s.do("mousemove", "--window", s.window, "140", "350", "click", "--repeat", "2", "--delay", "60", "1")
		s.until("another target", func(v *Viewer) bool { return target(v) != home })
		// above the panels, where there is nothing to look at
		s.do("mousemove", "--window", s.window, "20", "20", "click", "--repeat", "2", "--delay", "60", "1")
		s.until("the view at the start", func(v *Viewer) bool { return target(v) == home })
		s.do("mousemove", "--window", s.window, "140", "350", "click", "1")
		s.until("a single click does nothing", func(v *Viewer) bool { return !v.mouse.lastClick.IsZero() })
		if got := get(s, target); got != home {
			t.Errorf("one click moved the camera from %v to %v", home, got)
		}
	})
	t.Run("resize", func(t *testing.T) {
		for _, size := range [][2]int{{640, 480}, {1200, 900}, {800, 600}} {
			s.do("windowsize", s.window, fmt.Sprint(size[0]), fmt.Sprint(size[1]))
			s.until(fmt.Sprint("drawn at ", size), func(v *Viewer) bool {
				return v.lastFrame.Width == size[0] && v.lastFrame.Height == size[1] && !v.dirty()
			})
			s.screenshot(fmt.Sprintf("size%d.png", size[0]))
		}
	})
	t.Run("speed", func(t *testing.T) {
		s.do("key", "minus")
		s.until("slower", func(v *Viewer) bool { return v.pacer.Speed < 1 })
		for range 40 {
			s.do("key", "plus")
		}
		s.until("as fast as possible", func(v *Viewer) bool { return math.IsInf(v.pacer.Speed, 1) })
	})
	t.Run("panels", func(t *testing.T) {
		s.do("key", "F1")
		s.until("keys shown", func(v *Viewer) bool { return v.help })
		s.until("drawn", func(v *Viewer) bool { return !v.dirty() })
		s.screenshot("help.png")
		s.do("key", "question")
		s.until("keys hidden", func(v *Viewer) bool { return !v.help })
		s.do("key", "Tab")
		s.until("bar hidden", func(v *Viewer) bool { return v.bare })
		s.do("key", "Tab")
		s.until("bar shown", func(v *Viewer) bool { return !v.bare })
		s.do("key", "t")
		s.until("light", func(v *Viewer) bool { return v.scene.Theme.Name == "light" && !v.dirty() })
		s.screenshot("light.png")
	})
	t.Run("picture and movie", func(t *testing.T) {
		s.do("key", "p")
		s.until("a picture", func(v *Viewer) bool { return len(s.said) > 0 && strings.HasPrefix(v.message, "saved") })
		if st, err := os.Stat(filepath.Join(s.dir, "1.png")); err != nil || st.Size() < 1000 {
			t.Errorf("picture: %v", err)
		}
		s.do("key", "v")
		s.until("recording", func(v *Viewer) bool { return v.movie != nil })
		s.do("key", "space")
		frames := get(s, func(v *Viewer) int64 { return v.renderer.Draws() })
		s.until("a few frames", func(v *Viewer) bool { return v.renderer.Draws() > frames+20 })
		s.do("key", "v")
		s.until("a movie", func(v *Viewer) bool { return v.movie == nil })
		files, _ := filepath.Glob(filepath.Join(s.dir, "2.*"))
		if len(files) != 1 {
			t.Errorf("movie: %v", files)
		}
	})
	t.Run("full speed", func(t *testing.T) {
		s.do("key", "h")
		s.until("simulation first", func(v *Viewer) bool { return v.pacer.Priority == Fast })
		s.until("many steps between frames", func(v *Viewer) bool { return v.rates.fps > 0 && v.rates.fps < 5 && v.rates.stepRate > 1000 })
	})
}

// The CPU backend's values are uploaded before each frame; points show a variable of a group that is too small for a surface.
func TestWindowOnCPU(t *testing.T) {
	s := open(t, 12, "cpu", func(f *nettest.FieldNetwork) { f.Views[1].Kind = net.Scatter })
	s.until("frames and steps", func(v *Viewer) bool { return v.renderer.Draws() > 3 && v.stage.position().Step > 20 })
	s.do("key", "space")
	s.until("paused and drawn", func(v *Viewer) bool { return !v.playing && !v.dirty() })
	hover := func(x, y int) (name string, element int, value float64) {
		s.t.Helper()
		s.do("mousemove", "--window", s.window, fmt.Sprint(x), fmt.Sprint(y))
		s.until("pointer there", func(v *Viewer) bool {
			return math.Abs(v.mouse.x-float64(x)) < 1 && math.Abs(v.mouse.y-float64(y)) < 1 && !v.hover.waiting && !v.dirty() &&
				v.hover.asked[0] == v.mouse.x && v.hover.asked[1] == v.mouse.y
		})
		type found struct {
			name    string
			element int
			value   float64
		}
		h := get(s, func(v *Viewer) found {
			if it := v.stage.items[v.hover.hit.Item]; it != nil {
				return found{it.view.Group.Name, v.hover.hit.Element, v.hover.value}
			}
			return found{}
		})
		return h.name, h.element, h.value
	}
	for _, want := range []struct {
		panel string
		x0    int
	}{{"Input", 130}, {"Focus", 500}} {
		seen := map[int]bool{}
		for dx := 0; dx < 140; dx += 20 {
			name, element, value := hover(want.x0+dx, 330)
			if name == "" {
				continue // between two points
			}
			all, _, err := s.sim.Get(map[string]*net.Group{"Input": s.field.Input, "Focus": s.field.Focus}[want.panel], "r")
			if err != nil || name != want.panel || all[element] != value {
				t.Errorf("hover in %s shows %s[%d] = %g; %v", want.panel, name, element, value, err)
			}
			seen[element] = true
		}
		if len(seen) < 2 {
			t.Errorf("%s: only elements %v were under the pointer", want.panel, seen)
		}
	}
}

// A viewer that only draws reads nothing back: with fixed limits, no pointer over the window, and no recording, the only bytes
// that come from the GPU over 200 frames are the fault words of the steps' batches: the snapshots that one can go back to stay there.
func TestNothingReadBack(t *testing.T) {
	t.Run("surfaces", func(t *testing.T) { nothingReadBack(t) })
	t.Run("charts", func(t *testing.T) {
		nothingReadBack(t, func(f *nettest.FieldNetwork) {
			// A histogram and a spectrum are not among them: their axes follow the counts, at eight bytes a look.
			g := f.Network.Groups[0]
			for _, k := range []net.ViewKind{net.Traces, net.PhaseCircle, net.Graph} {
				f.Network.Views = append(f.Network.Views, &net.View{Kind: k, Group: g, Var: "r", Max: 1})
			}
		})
	})
	t.Run("spectrum", func(t *testing.T) {
		per := nothingReadBack(t, func(f *nettest.FieldNetwork) {
			f.Network.Views = []*net.View{{Kind: net.Spectrum, Group: f.Network.Groups[0], Var: "r"}, {Kind: net.Histogram, Group: f.Network.Groups[0], Var: "r"}}
		})
		if per > 3*8 {
			t.Errorf("%.1f bytes read back in a frame for the limits of three axes", per)
		}
	})
}

// nothingReadBack gives the bytes read back for limits, per frame.
func nothingReadBack(t *testing.T, add ...func(*nettest.FieldNetwork)) float64 {
	s := open(t, 20, "gl", add...)
	s.do("mousemove", "1200", "1000")
	s.until("running, pointer outside", func(v *Viewer) bool { return v.renderer.Draws() > 5 && !v.mouse.inside && !v.hover.waiting })
	stats := func(v *Viewer) device.Stats { return s.dev.Stats() }
	before, frames := get(s, stats), get(s, func(v *Viewer) int64 { return v.renderer.Draws() })
	count := func(v *Viewer) int { _, n := v.line.Memory(); return n }
	had := get(s, count)
	s.until("200 frames, and snapshots", func(v *Viewer) bool { return v.renderer.Draws() >= frames+200 && count(v) > had })
	after := get(s, stats)
	for p := range device.NumPurposes {
		limits := p == device.ReadRange && slices.ContainsFunc(s.field.Views, func(v *net.View) bool { return v.Kind == net.Spectrum })
		if n := after.ReadBack[p] - before.ReadBack[p]; n != 0 && p != device.ReadFault && !limits {
			t.Errorf("%d bytes read back for %v", n, p)
		}
	}
	return float64(after.ReadBack[device.ReadRange]-before.ReadBack[device.ReadRange]) / float64(get(s, func(v *Viewer) int64 { return v.renderer.Draws() })-frames)
}

// The README lists the keys as the window does.
func TestReadmeListsKeys(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "## The window")
	table, _, _ = strings.Cut(table, "\n## ")
	var rows [][2]string
	for line := range strings.Lines(table) {
		if cells := strings.Split(strings.Trim(line, "|\n "), " | "); len(cells) == 2 && cells[0] != "key or mouse" {
			rows = append(rows, [2]string{cells[0], cells[1]})
		}
	}
	if !slices.Equal(rows, helpLines) {
		t.Errorf("README.md has\n%q\nthe window has\n%q", rows, helpLines)
	}
}
