//go:build cgo && linux

package viewer

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	glcontext "github.com/galvani-sim/galvani/gpu/context"
	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/serve"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// chromium is a browser without a window, driven over its debugging protocol.
type chromium struct {
	t         testing.TB
	conn      *websocket.Conn
	ctx       context.Context
	id        int
	downloads string
}

// tab is one page of it.
type tab struct {
	*chromium
	session string
	x, y    float64 // the pointer
	held    int     // 1 while the left button is
}

// startChromium starts a browser that ends with the test. Where there is none, the test is skipped, unless
// GALVANI_REQUIRE_BROWSER=1 as in `make test-browser`: a browser is too large to be installed for every run of the tests.
func startChromium(t testing.TB) *chromium {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		if os.Getenv("GALVANI_REQUIRE_BROWSER") == "1" {
			t.Fatal("no chromium")
		}
		t.Skip("SKIPPED, no tests in a browser: chromium is not installed; make test-browser installs it")
	}
	// Its processes write into their folder for a moment longer than they live, which t.TempDir does not forgive.
	dir, err := os.MkdirTemp("", "galvani-browser")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	c := &chromium{t: t, downloads: filepath.Join(dir, "downloads")}
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-port=0",
		"--user-data-dir="+filepath.Join(dir, "profile"), "about:blank")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait()
	})
	address := make(chan string, 1)
	go func() {
		for s := bufio.NewScanner(stderr); s.Scan(); {
			if _, url, ok := strings.Cut(s.Text(), "DevTools listening on "); ok {
				address <- strings.TrimSpace(url)
			}
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	t.Cleanup(cancel)
	c.ctx = ctx
	select {
	case url := <-address:
		if c.conn, _, err = websocket.Dial(ctx, url, nil); err != nil {
			t.Fatal(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("chromium did not start")
	}
	c.conn.SetReadLimit(1 << 26)
	t.Cleanup(func() { c.conn.CloseNow() })
	c.call("", "Browser.setDownloadBehavior", map[string]any{"behavior": "allow", "downloadPath": c.downloads})
	return c
}

// call sends a command and returns its result.
func (c *chromium) call(session, method string, params map[string]any) map[string]any {
	c.t.Helper()
	r, err := c.try(session, method, params)
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

// try is call for what may be refused: the error is the browser's.
func (c *chromium) try(session, method string, params map[string]any) (map[string]any, error) {
	c.t.Helper()
	c.id++
	m := map[string]any{"id": c.id, "method": method, "params": params}
	if session != "" {
		m["sessionId"] = session
	}
	data, err := json.Marshal(m)
	if err == nil {
		err = c.conn.Write(c.ctx, websocket.MessageText, data)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	for {
		_, data, err := c.conn.Read(c.ctx)
		if err != nil {
			c.t.Fatalf("%s: %v", method, err)
		}
		var r struct {
			ID     int
			Result map[string]any
			Error  map[string]any
		}
		if err := json.Unmarshal(data, &r); err != nil {
			c.t.Fatal(err)
		}
		if r.ID != c.id {
			continue // an event
		}
		if r.Error != nil {
			return nil, fmt.Errorf("%s: %v", method, r.Error)
		}
		return r.Result, nil
	}
}

// open shows an address in a new tab of the given size.
func (c *chromium) open(url string, width, height int) *tab {
	c.t.Helper()
	target := c.call("", "Target.createTarget", map[string]any{"url": "about:blank"})["targetId"]
	p := &tab{chromium: c, session: c.call("", "Target.attachToTarget", map[string]any{"targetId": target, "flatten": true})["sessionId"].(string)}
	p.resize(width, height, 1)
	p.do("Page.navigate", map[string]any{"url": url})
	return p
}

func (p *tab) do(method string, params map[string]any) map[string]any {
	p.t.Helper()
	return p.call(p.session, method, params)
}

func (p *tab) resize(width, height int, scale float64) {
	p.t.Helper()
	p.do("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": scale, "mobile": false})
}

// eval runs JavaScript in the page; it is nil while one page takes the place of another.
func (p *tab) eval(js string) any {
	p.t.Helper()
	r, _ := p.try(p.session, "Runtime.evaluate", map[string]any{"expression": js, "returnByValue": true})
	value, _ := r["result"].(map[string]any)
	return value["value"]
}

// wait waits until an expression is true in the page.
func (p *tab) wait(js string) {
	p.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if p.eval(js) == true {
			return
		}
	}
	p.screenshot("failed.png")
	p.t.Fatalf("the page never had %s; it says %v", js, p.eval("document.getElementById('status').textContent"))
}

// key presses and releases a key; text is what it types.
func (p *tab) key(code, key, text string) {
	p.t.Helper()
	down := map[string]any{"type": "keyDown", "code": code, "key": key}
	if text != "" {
		down["text"] = text
	} else {
		down["type"] = "rawKeyDown"
	}
	p.do("Input.dispatchKeyEvent", down)
	p.do("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "code": code, "key": key})
}

func (p *tab) mouse(kind string, x, y float64, button string, buttons int) {
	p.t.Helper()
	p.do("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1})
}

// drag moves from one point to another with the left button.
func (p *tab) drag(x, y, dx, dy float64) {
	p.t.Helper()
	p.mouse("mouseMoved", x, y, "none", 0)
	p.mouse("mousePressed", x, y, "left", 1)
	p.mouse("mouseMoved", x+dx/2, y+dy/2, "left", 1)
	p.mouse("mouseMoved", x+dx, y+dy, "left", 1)
	p.mouse("mouseReleased", x+dx, y+dy, "left", 0)
}

// keysOf are keys by the names that xdotool has for them: code, key and text as browsers have them.
var keysOf = map[string][3]string{"space": {"Space", " ", " "}, "Left": {"ArrowLeft", "ArrowLeft", ""}, "Right": {"ArrowRight", "ArrowRight", ""},
	"Home": {"Home", "Home", ""}, "End": {"End", "End", ""}, "Escape": {"Escape", "Escape", ""},
	"Down": {"ArrowDown", "ArrowDown", ""}, "Return": {"Enter", "Enter", ""}, "BackSpace": {"Backspace", "Backspace", ""},
	"period": {"Period", ".", "."}, "comma": {"Comma", ",", ","}}

// xdotool does in the page what xdotool would do in a window, so that the same script of a test plays in both: key [MOD+]KEY,
// type TEXT, mousemove [--window ID] X Y, mousedown and mouseup with button 1, click [--repeat N --delay MS] with button 1 or wheel 5.
func (p *tab) xdotool(args ...string) {
	p.t.Helper()
	number := func(i int) float64 {
		v, err := strconv.ParseFloat(args[i], 64)
		if err != nil {
			p.t.Fatal(err)
		}
		return v
	}
	for len(args) > 0 {
		switch args[0] {
		case "type":
			for _, c := range args[1] {
				p.key("", string(c), string(c))
			}
			args = args[2:]
		case "key":
			name, mods := args[1], 0
			for held, rest, ok := strings.Cut(name, "+"); ok; held, rest, ok = strings.Cut(name, "+") {
				name = rest
				mods |= map[string]int{"ctrl": 2, "shift": 8}[held] // as the debugging protocol numbers them
			}
			k, ok := keysOf[name]
			if !ok {
				k = [3]string{"Key" + strings.ToUpper(name), name, name}
			}
			event := map[string]any{"type": "rawKeyDown", "code": k[0], "key": k[1], "modifiers": mods}
			if k[2] != "" && mods == 0 {
				event["type"], event["text"] = "keyDown", k[2]
			}
			p.do("Input.dispatchKeyEvent", event)
			p.do("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "code": k[0], "key": k[1], "modifiers": mods})
			args = args[2:]
		case "mousemove":
			if args[1] == "--window" {
				args = args[2:]
			}
			p.x, p.y = number(1), number(2)
			button := "none"
			if p.held == 1 {
				button = "left"
			}
			p.mouse("mouseMoved", p.x, p.y, button, p.held)
			args = args[3:]
		case "mousedown":
			p.held = 1
			p.mouse("mousePressed", p.x, p.y, "left", 1)
			args = args[2:]
		case "mouseup":
			p.held = 0
			p.mouse("mouseReleased", p.x, p.y, "left", 0)
			args = args[2:]
		case "click":
			times := 1
			if args[1] == "--repeat" {
				times = int(number(2))
				args = args[4:]
			}
			for range times {
				if args[1] == "5" {
					p.do("Input.dispatchMouseEvent", map[string]any{"type": "mouseWheel", "x": p.x, "y": p.y, "deltaX": 0, "deltaY": 100})
					continue
				}
				p.mouse("mousePressed", p.x, p.y, "left", 1)
				p.mouse("mouseReleased", p.x, p.y, "left", 0)
			}
			args = args[2:]
		default:
			p.t.Fatalf("xdotool %v", args)
		}
	}
}

// screenshot keeps a picture of the page for a person to look at.
func (p *tab) screenshot(name string) {
	if dir := os.Getenv("GALVANI_KEEP"); dir != "" {
		data, _ := base64.StdEncoding.DecodeString(p.do("Page.captureScreenshot", map[string]any{})["data"].(string))
		_ = os.WriteFile(filepath.Join(dir, name), data, 0o644)
	}
}

// served is a viewer of a neural field that browsers look at.
func served(t *testing.T, n int, backend string) (*session, *serve.Server) {
	f := nettest.Field(n, 1)
	surfaces(f)
	s, srv := servedNet(t, f.Network, backend)
	s.field = f
	return s, srv
}

// servedNet is a viewer of any network that browsers look at.
func servedNet(t *testing.T, n *net.Network, backend string) (*session, *serve.Server) {
	c, err := glcontext.NewHeadless(glcontext.HeadlessOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	srv, err := serve.Listen(serve.Options{Width: 800, Height: 600, Title: "galvani-test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close("the test is over") })
	s := &session{t: t, done: make(chan error, 1), said: make(chan string, 100), dir: t.TempDir()}
	if s.dev, err = device.New(c, device.Options{}); err != nil {
		t.Fatal(err)
	}
	win := serve.NewWindow(srv, s.dev)
	pictures := 0
	s.viewer, err = New(Options{Context: c, Device: s.dev, Window: win, FrameRate: 30, Log: func(m string) { s.said <- m },
		Save: func(ext string) (string, error) {
			pictures++
			return filepath.Join(s.dir, fmt.Sprintf("galvani-%03d%s", pictures, ext)), nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	if s.sim, err = sim.Compile(n, sim.Options{Backend: backends(t, s.dev)[backend], Precision: plan.Single, Driver: s.viewer}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { s.done <- s.viewer.Stay(ctx, s.sim) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-s.done:
			if !errors.Is(err, ErrClosed) && !errors.Is(err, context.Canceled) {
				t.Errorf("the viewer ended with %v", err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("the viewer did not end")
		}
		s.viewer.Close()
		c.Do(win.Release)
		s.sim.Close()
		var leaks []string
		c.Do(func() { leaks = s.dev.Leaks() })
		if len(leaks) > 0 {
			t.Errorf("left on the GPU: %v", leaks)
		}
	})
	return s, srv
}

// picked is a number of distinct colors in the page's picture, taken from a grid of points.
const picked = `(() => {
	const v = document.getElementById('view'), d = v.getContext('2d').getImageData(0, 0, v.width, v.height).data, seen = new Set();
	for (let i = 0; i < d.length; i += 4 * 37) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]);
	return seen.size;
})()`

// frameShown is the number of the frame that the page shows.
const frameShown = `document.getElementById('view').dataset.frame`

// frameShownOrNone is frameShown, also before there is a page.
const frameShownOrNone = `document.getElementById('view')?.dataset.frame`

// A real browser shows the frames, and what is done in it happens to the simulation.
func TestBrowser(t *testing.T) {
	b := startChromium(t)
	s, srv := served(t, 20, "gl")
	p := b.open(srv.URL(), 800, 600)
	p.wait(`document.readyState === 'complete' && !!document.getElementById('view')`)
	p.wait(`Number(document.getElementById('view').dataset.frame) > 3`)
	p.wait(`document.getElementById('status').hidden`)
	s.until("running", func(v *Viewer) bool { return v.stage.position().Step > 10 })
	if n := p.eval(picked); n.(float64) < 30 {
		t.Errorf("the picture has %v colors", n)
	}
	if title := p.eval(`document.title`); title != "galvani-test" {
		t.Errorf("title %v", title)
	}
	camera := func(v *Viewer) [3]float64 {
		c := v.scene.Panels[0].Camera
		return [3]float64{c.Azimuth, c.Elevation, c.Distance}
	}
	t.Run("pause", func(t *testing.T) {
		p.key("Space", " ", " ")
		s.until("paused", func(v *Viewer) bool { return !v.playing })
		at := get(s, func(v *Viewer) int64 { return v.stage.position().Step })
		p.key("ArrowRight", "ArrowRight", "")
		s.until("one step", func(v *Viewer) bool { return v.stage.position().Step == at+1 })
		p.screenshot("browser-paused.png")
	})
	t.Run("drag and wheel", func(t *testing.T) {
		was := get(s, camera)
		p.drag(200, 300, 60, 20)
		s.until("turned", func(v *Viewer) bool { return camera(v)[0] != was[0] && camera(v)[1] != was[1] && !v.mouse.dragging() })
		// What a desktop's window does with the same drag: 0.4 degrees for each unit.
		if now := get(s, camera); now[0] != was[0]-24 || now[1] != was[1]+8 {
			t.Errorf("a drag by 60, 20 turned the camera from %v to %v", was, now)
		}
		p.do("Input.dispatchMouseEvent", map[string]any{"type": "mouseWheel", "x": 200, "y": 300, "deltaX": 0, "deltaY": -100})
		s.until("nearer", func(v *Viewer) bool { return camera(v)[2] < was[2] })
	})
	t.Run("characters", func(t *testing.T) {
		p.key("Minus", "-", "-")
		s.until("slower", func(v *Viewer) bool { return v.pacer.Speed < 1 })
		p.key("F1", "F1", "")
		at := p.eval(frameShown)
		s.until("keys shown", func(v *Viewer) bool { return v.help && !v.dirty() })
		p.wait(fmt.Sprintf(`%s !== %q`, frameShown, at))
		p.screenshot("browser-help.png")
		p.key("F1", "F1", "")
	})
	t.Run("an idle scene sends nothing", func(t *testing.T) {
		p.mouse("mouseMoved", 5, 5, "none", 0)
		s.until("settled", func(v *Viewer) bool { return v.mouse.x == 5 && !v.dirty() })
		// The last frame comes once more without loss.
		p.wait(`(window.kinds ||= [0, performance.now(), '']) && (kinds[2] === document.getElementById('view').dataset.frame
			? performance.now() - kinds[1] > 800 : (kinds[1] = performance.now(), kinds[2] = document.getElementById('view').dataset.frame, false))`)
		before := srv.Stats()
		for range 20 {
			p.eval(`1`)
		}
		if after := srv.Stats(); after.Sent != before.Sent || after.Published != before.Published {
			t.Errorf("%d frames drawn, %d sent of a scene that did not change", after.Published-before.Published, after.Sent-before.Sent)
		}
	})
	t.Run("resize", func(t *testing.T) {
		for _, c := range [][3]int{{360, 300, 1}, {1100, 640, 2}, {800, 600, 1}} {
			p.resize(c[0], c[1], float64(c[2]))
			s.until(fmt.Sprint("drawn at ", c), func(v *Viewer) bool {
				return v.lastFrame.Width == c[0]*c[2] && v.lastFrame.Height == c[1]*c[2] && v.lastFrame.Scale == float64(c[2]) && !v.dirty()
			})
			p.wait(fmt.Sprintf(`document.getElementById('view').width === %d && document.getElementById('view').getBoundingClientRect().width === %d`, c[0]*c[2], c[0]))
			p.screenshot(fmt.Sprintf("browser-%d.png", c[0]))
		}
	})
	t.Run("light", func(t *testing.T) {
		p.key("KeyT", "t", "t")
		s.until("light", func(v *Viewer) bool { return v.scene.Theme.Name == "light" && !v.dirty() })
		p.wait(`(() => { const d = document.getElementById('view').getContext('2d').getImageData(4, 4, 1, 1).data; return d[0] > 200; })()`)
		p.wait(`document.documentElement.dataset.theme === 'light'`)
		p.screenshot("browser-light.png")
	})
	t.Run("picture", func(t *testing.T) {
		p.key("KeyP", "p", "p")
		path := filepath.Join(b.downloads, "galvani-001.png")
		want := filepath.Join(s.dir, "galvani-001.png")
		for end := time.Now().Add(20 * time.Second); ; {
			p.eval(`1`)
			got, err := os.ReadFile(path)
			if saved, _ := os.ReadFile(want); err == nil && len(got) > 1000 && string(got) == string(saved) {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("the picture was not downloaded: %v", err)
			}
		}
		p.screenshot("browser-saved.png")
	})
	t.Run("second browser", func(t *testing.T) {
		q := b.open(srv.URL(), 500, 500)
		q.wait(`Number(document.getElementById('view').dataset.frame) > 0`)
		// It sees the other's size, as large as fits.
		q.wait(`document.getElementById('view').width === 800 && document.getElementById('view').getBoundingClientRect().width === 500`)
		q.screenshot("browser-second.png")
		playing := get(s, func(v *Viewer) bool { return v.playing })
		q.key("Space", " ", " ")
		s.until("the other way", func(v *Viewer) bool { return v.playing != playing })
		q.wait(`document.getElementById('view').width === 500`)
	})
	t.Run("a broken connection is made again", func(t *testing.T) {
		before := srv.Stats().Accepted
		p.eval(`document.getElementById('view').dataset.frame = 'before'`)
		srv.Disconnect()
		p.wait(frameShown + ` !== 'before' && document.getElementById('status').hidden && !document.getElementById('view').classList.contains('lost')`)
		if after := srv.Stats().Accepted; after <= before {
			t.Errorf("%d connections before, %d after", before, after)
		}
	})
	t.Run("end", func(t *testing.T) {
		srv.Close("stopped by Ctrl-C")
		p.wait(`document.getElementById('status').textContent === 'The simulation has ended: stopped by Ctrl-C.'`)
		p.screenshot("browser-ended.png")
	})
}

// How many steps lie between two frames that are handed over does not depend on a browser that reads nothing: the drawing thread has
// nothing to wait for.
func TestSlowBrowserDelaysNobody(t *testing.T) {
	s, srv := served(t, 12, "gl")
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	url := strings.Replace(srv.URL(), "http://", "ws://", 1)
	url = strings.Replace(url, "/?", "/ws?", 1)
	for range 3 {
		c, _, err := websocket.Dial(ctx, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer c.CloseNow() // it never reads
	}
	const frames = 60
	s.until("frames", func(v *Viewer) bool { return srv.Stats().Published >= frames })
	st := srv.Stats()
	step := get(s, func(v *Viewer) int64 { return v.stage.position().Step })
	if step < frames/2 {
		t.Errorf("%d steps in %d frames", step, st.Published)
	}
	if st.Sent > 3*2 {
		t.Errorf("%d frames sent to three browsers that drew none", st.Sent)
	}
}
