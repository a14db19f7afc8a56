package serve

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/galvani-sim/galvani/gpu/window"
)

// listening starts a server that ends with the test.
func listening(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close("the test is over") })
	return s
}

// browser is a client without a page.
type browser struct {
	t    testing.TB
	conn *websocket.Conn
	ctx  context.Context
}

func (s *Server) wsURL() string {
	return fmt.Sprintf("ws://%s/ws?token=%s", s.at, s.token)
}

// dial connects a browser. What it waits for fails the test after 20 s.
func dial(t testing.TB, s *Server) *browser {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	c, _, err := websocket.Dial(ctx, s.wsURL(), &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"http://" + s.at.String()}}})
	if err != nil {
		t.Fatal(err)
	}
	c.SetReadLimit(1 << 24)
	t.Cleanup(func() { c.CloseNow() })
	return &browser{t, c, ctx}
}

// look connects a browser and waits until the server counts it among those that look: a frame published from then on is sent to it.
func look(t testing.TB, s *Server) *browser {
	t.Helper()
	b := dial(t, s)
	drain(t, s, func(e window.Event) bool { return e.Kind == window.Refresh })
	return b
}

func (b *browser) send(m string) {
	b.t.Helper()
	if err := b.conn.Write(b.ctx, websocket.MessageText, []byte(m)); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) ack(n uint64) { b.send(fmt.Sprintf(`{"t":"ack","n":%d}`, n)) }

// shown is a received frame.
type shown struct {
	number        uint64
	width, height int
	lossy         bool
	img           image.Image
}

// receive returns the next message: a frame or a notice.
func (b *browser) receive() (*shown, *notice, error) {
	kind, data, err := b.conn.Read(b.ctx)
	if err != nil {
		return nil, nil, err
	}
	if kind == websocket.MessageText {
		n := &notice{}
		return nil, n, json.Unmarshal(data, n)
	}
	f := &shown{number: binary.BigEndian.Uint64(data[1:]), lossy: data[0] == 'J',
		width: int(binary.BigEndian.Uint16(data[9:])), height: int(binary.BigEndian.Uint16(data[11:]))}
	if f.lossy {
		f.img, err = jpeg.Decode(bytes.NewReader(data[headerSize:]))
	} else {
		f.img, err = png.Decode(bytes.NewReader(data[headerSize:]))
	}
	return f, nil, err
}

// frame returns the next frame and answers it.
func (b *browser) frame() *shown {
	b.t.Helper()
	for {
		f, _, err := b.receive()
		if err != nil {
			b.t.Fatal(err)
		}
		if f != nil {
			b.ack(f.number)
			return f
		}
	}
}

// plain is a picture of one tone, except for its lowest row: those count from the bottom.
func plain(width, height int, tone byte) []byte {
	pix := bytes.Repeat([]byte{tone, tone, tone, 7}, width*height)
	for i := range width {
		pix[4*i], pix[4*i+1], pix[4*i+2] = 255, 0, 0
	}
	return pix
}

// drain collects events until f says that it has enough.
func drain(t testing.TB, s *Server, f func(window.Event) bool) []window.Event {
	t.Helper()
	var all []window.Event
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		enough := false
		s.Events(100*time.Millisecond, func(e window.Event) {
			all = append(all, e)
			enough = enough || f(e)
		})
		if enough {
			return all
		}
	}
	t.Fatalf("the events never came; got %+v", all)
	return nil
}

func TestAccess(t *testing.T) {
	s := listening(t, Options{Title: `<b>"x"</b>`})
	base := "http://" + s.at.String()
	good := "?token=" + s.token
	_, port, _ := net.SplitHostPort(s.at.String())
	cases := []struct {
		name, path, host string
		header           http.Header
		status           int
	}{
		{"page", "/" + good, "", nil, 200},
		{"localhost", "/" + good, "localhost:" + port, nil, 200},
		{"IPv6", "/" + good, "[::1]:" + port, nil, 200},
		{"port of a tunnel", "/" + good, "127.0.0.1:9999", nil, 200},
		{"own origin", "/" + good, "", http.Header{"Origin": {base}}, 200},
		{"followed link", "/" + good, "", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}}, 200},
		{"no token", "/", "", nil, 403},
		{"empty token", "/?token=", "", nil, 403},
		{"wrong token", "/?token=" + strings.Repeat("A", len(s.token)), "", nil, 403},
		{"beginning of the token", "/?token=" + s.token[:len(s.token)-1], "", nil, 403},
		{"token and more", "/" + good + "A", "", nil, 403},
		{"second token", "/?token=x&token=" + s.token, "", nil, 403},
		{"cookie is no token", "/", "", http.Header{"Cookie": {"token=" + s.token}}, 403},
		{"no token, websocket", "/ws", "", nil, 403},
		{"no token, nothing there", "/nothing", "", nil, 403},
		{"no token, file", "/download/0", "", nil, 403},
		{"rebound name", "/" + good, "attacker.example:" + port, nil, 403},
		{"rebound name that looks like it", "/" + good, "127.0.0.1.attacker.example", nil, 403},
		{"localhost of a domain", "/" + good, "localhost.attacker.example", nil, 403},
		{"address of the network", "/" + good, "0.0.0.0:" + port, nil, 403},
		{"bad port", "/" + good, "localhost:x", nil, 403},
		{"other origin", "/" + good, "", http.Header{"Origin": {"http://attacker.example"}}, 403},
		{"other port's origin", "/" + good, "", http.Header{"Origin": {"http://127.0.0.1:1"}}, 403},
		{"origin null", "/ws" + good, "", http.Header{"Origin": {"null"}}, 403},
		{"https origin", "/ws" + good, "", http.Header{"Origin": {"https://" + s.at.String()}}, 403},
		{"two origins", "/ws" + good, "", http.Header{"Origin": {base, "http://attacker.example"}}, 403},
		{"cross-site request", "/" + good, "", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"no-cors"}}, 403},
		{"nothing there", "/nothing" + good, "", nil, 404},
		{"no file", "/download/0" + good, "", nil, 404},
		{"bad file", "/download/-1" + good, "", nil, 404},
		{"no path", "/download/../../etc/passwd" + good, "", nil, 404},
		{"websocket without upgrade", "/ws" + good, "", nil, 426},
	}
	refused := int64(0)
	for _, c := range cases {
		if c.status == 403 {
			refused++
		}
		t.Run(c.name, func(t *testing.T) {
			r, err := http.NewRequest("GET", base+c.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.header != nil {
				r.Header = c.header
			}
			r.Host = c.host
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, _ := io.ReadAll(res.Body)
			if res.StatusCode != c.status {
				t.Fatalf("status %d, want %d: %s", res.StatusCode, c.status, body)
			}
			if bytes.Contains(body, []byte(s.token)) || res.Header.Get("Set-Cookie") != "" {
				t.Error("the token is given away")
			}
			if !strings.HasPrefix(res.Header.Get("Content-Security-Policy"), "default-src 'none'") || res.Header.Get("Referrer-Policy") != "no-referrer" ||
				res.Header.Get("X-Content-Type-Options") != "nosniff" || res.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("headers: %v", res.Header)
			}
			if c.status == 403 && bytes.Contains(body, []byte("<script")) {
				t.Error("the page was served")
			}
		})
	}
	if st := s.Stats(); st.Refused != refused || st.Accepted != 0 {
		t.Errorf("%+v", st)
	}
}

// The policy names the script and the style by their hashes, so they must stand in the page as they were hashed.
func TestPageIsWhole(t *testing.T) {
	p, err := newPage(`<b>"x"</b>`, true)
	if err != nil {
		t.Fatal(err)
	}
	html := string(p.html)
	for _, want := range []string{"<script>" + pageJS + "</script>", "<style>" + pageCSS + "</style>", "<title>&lt;b&gt;", `data-theme="light"`} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %.60q", want)
		}
	}
	for _, outside := range []string{"https:", "src=", "//cdn", "unsafe"} {
		if strings.Contains(strings.ReplaceAll(html, "'https:'", "")+p.policy("localhost"), outside) {
			t.Errorf("the page has %s", outside)
		}
	}
}

func TestWebsocketAccess(t *testing.T) {
	s := listening(t, Options{})
	for name, c := range map[string]struct{ url, origin, host string }{
		"no token":     {strings.TrimSuffix(s.wsURL(), "?token="+s.token), "http://" + s.at.String(), ""},
		"wrong token":  {s.wsURL() + "x", "http://" + s.at.String(), ""},
		"wrong origin": {s.wsURL(), "http://attacker.example", ""},
		"wrong host":   {s.wsURL(), "http://attacker.example", "attacker.example"},
	} {
		conn, res, err := websocket.Dial(t.Context(), c.url, &websocket.DialOptions{Host: c.host, HTTPHeader: http.Header{"Origin": {c.origin}}})
		if err == nil {
			conn.CloseNow()
			t.Errorf("%s: connected", name)
		} else if res == nil || res.StatusCode != 403 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s.Visible() {
		t.Error("somebody looks")
	}
}

// The server is at loopback and nowhere else.
func TestListensOnLoopbackOnly(t *testing.T) {
	s := listening(t, Options{})
	if a := s.Addr().(*net.TCPAddr); !a.IP.IsLoopback() {
		t.Errorf("listens on %v", a)
	}
	port := s.Addr().(*net.TCPAddr).Port
	if _, err := Listen(Options{Port: port}); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("port %d of this machine is in use", port)) {
		t.Errorf("a second server on the same port: %v", err)
	}
	s.Close("done")
	again, err := Listen(Options{Port: port})
	if err != nil {
		t.Fatalf("the port is not free again: %v", err)
	}
	again.Close("done")
}

func TestFrames(t *testing.T) {
	s := listening(t, Options{})
	s.Publish(plain(40, 30, 10), 40, 30, 1) // nobody looks
	b := look(t, s)
	s.Publish(plain(40, 30, 200), 40, 30, 1)
	f := b.frame()
	if !f.lossy || f.width != 40 || f.height != 30 || f.img.Bounds().Dx() != 40 || f.img.Bounds().Dy() != 30 {
		t.Fatalf("%+v", f)
	}
	// A picture that stands still comes again, exact.
	f = b.frame()
	if f.lossy {
		t.Fatal("a second lossy frame")
	}
	if r, g, bl, a := f.img.At(20, 0).RGBA(); r>>8 != 200 || g>>8 != 200 || bl>>8 != 200 || a>>8 != 255 {
		t.Errorf("top: %d %d %d %d", r>>8, g>>8, bl>>8, a>>8)
	}
	if r, g, _, _ := f.img.At(20, 29).RGBA(); r>>8 != 255 || g != 0 {
		t.Errorf("the last row is not the lowest")
	}
	// The same picture is not sent again, a changed one is.
	s.Publish(plain(40, 30, 200), 40, 30, 1)
	s.Publish(plain(40, 30, 200), 40, 30, 1)
	s.Publish(plain(40, 30, 90), 40, 30, 1)
	if g := b.frame(); !g.lossy {
		t.Errorf("after frame %d came %d, which is not a new picture", f.number, g.number)
	} else if r, _, _, _ := g.img.At(20, 0).RGBA(); absDiff(r>>8, 90) > 3 {
		t.Errorf("frame %d again, instead of the picture after it", f.number)
	}
	// Who comes later sees the same at once.
	late := look(t, s)
	if g := late.frame(); g.width != 40 {
		t.Errorf("%+v", g)
	}
}

// An idle scene sends nothing.
func TestIdleSendsNothing(t *testing.T) {
	s := listening(t, Options{})
	b := look(t, s)
	s.Publish(plain(64, 64, 1), 64, 64, 1)
	for b.frame().lossy {
	}
	before := s.Stats()
	for range 50 {
		s.Publish(plain(64, 64, 1), 64, 64, 1)
	}
	// A change comes through, and as the very next frame.
	s.Publish(plain(64, 64, 2), 64, 64, 1)
	b.frame()
	if after := s.Stats(); after.Sent-before.Sent != 1 || after.Encoded-before.Encoded != 1 {
		t.Errorf("51 frames, of which one was new: %d encoded, %d sent", after.Encoded-before.Encoded, after.Sent-before.Sent)
	}
}

// Ten browsers see the same frames, and each can press keys.
func TestTenBrowsers(t *testing.T) {
	s := listening(t, Options{})
	var all []*browser
	for range 10 {
		all = append(all, look(t, s))
	}
	for tone := range byte(5) {
		s.Publish(plain(32, 16, 20*tone), 32, 16, 1)
		for i, b := range all {
			for {
				f := b.frame()
				if r, _, _, _ := f.img.At(16, 2).RGBA(); absDiff(r>>8, uint32(20*tone)) <= 3 {
					break
				}
				if i > 0 && f.number > 20 {
					t.Fatal("another picture")
				}
			}
		}
	}
	for i, b := range all {
		b.send(fmt.Sprintf(`{"t":"key","code":"Digit%d","down":true}`, i))
	}
	seen := map[window.Key]bool{}
	drain(t, s, func(e window.Event) bool {
		if e.Kind == window.KeyPress {
			seen[e.Key] = true
		}
		return len(seen) == 10
	})
	for range maxClients - 10 {
		dial(t, s)
	}
	if c, res, err := websocket.Dial(t.Context(), s.wsURL(), nil); err == nil {
		c.CloseNow()
		t.Error("more browsers than may be")
	} else if res.StatusCode != http.StatusServiceUnavailable {
		t.Error(err)
	}
}

func absDiff(a, b uint32) uint32 { return max(a, b) - min(a, b) }

// A browser that reads nothing delays nobody: the drawing thread hands over every frame, another browser gets the last of them, and
// to the slow one no more go out than it may have undrawn.
func TestSlowBrowser(t *testing.T) {
	s := listening(t, Options{})
	slow, quick := look(t, s), look(t, s)
	const steps = 300
	pix := make([]byte, 4*256*256)
	for k := range steps {
		for i := range pix {
			pix[i] = byte(i*i/7 + k*i) // does not compress
		}
		s.Publish(pix, 256, 256, 1)
		if k%10 == 0 {
			quick.frame()
		}
	}
	if st := s.Stats(); st.Published != steps {
		t.Errorf("%d of %d frames were taken", st.Published, steps)
	}
	f := quick.frame()
	for f.lossy { // the last picture, standing still, is not
		f = quick.frame()
	}
	last := f.number
	s.mu.Lock()
	for c := range s.clients {
		if n := len(c.flying); n > inFlight {
			t.Errorf("%d frames on their way", n)
		}
	}
	s.mu.Unlock()
	// When it wakes up, it gets what it had been sent, and then the latest.
	got := []uint64{slow.frame().number, slow.frame().number, slow.frame().number}
	if got[2] != last {
		t.Errorf("the slow browser saw frames %v, the latest is %d", got, last)
	}
}

func TestInput(t *testing.T) {
	s := listening(t, Options{Width: 200, Height: 100})
	b := dial(t, s)
	for _, m := range []string{
		`{"t":"size","w":400,"h":200,"scale":2}`,
		`{"t":"enter"}`,
		`{"t":"move","x":0.25,"y":0.5}`, `{"t":"move","x":0.5,"y":0.5}`,
		`{"t":"button","button":0,"down":true,"mods":1,"x":0.5,"y":0.5}`,
		`{"t":"button","button":0,"down":false,"x":0.75,"y":0.5}`,
		`{"t":"wheel","x":0.5,"y":0.5,"dx":0,"dy":-1.5}`,
		`{"t":"key","code":"KeyP","down":true,"mods":2}`,
		`{"t":"key","code":"KeyP","down":true,"repeat":true,"mods":2}`,
		`{"t":"key","code":"KeyP","down":false}`,
		`{"t":"key","code":"LaunchMail","down":true}`,
		`{"t":"char","char":"ä"}`,
		`{"t":"leave"}`,
		`{"t":"char","char":"."}`,
	} {
		b.send(m)
	}
	events := drain(t, s, func(e window.Event) bool { return e.Char == '.' })
	var got []string
	for _, e := range events {
		if e.Kind == window.Refresh {
			continue
		}
		got = append(got, fmt.Sprintf("%d k%d %v %d b%d m%d %g,%g %g,%g", e.Kind, e.Key, e.Repeat, e.Char, e.Button, e.Mods, e.X, e.Y, e.DX, e.DY))
	}
	// Positions are in units: the picture is 200 x 100 of them at a scale of 2. Movements are merged when nobody takes them.
	want := []window.Event{
		{Kind: window.Resize}, {Kind: window.Enter},
		{Kind: window.Move, X: 100, Y: 50},
		{Kind: window.ButtonDown, Mods: window.Shift, X: 100, Y: 50},
		{Kind: window.Move, X: 150, Y: 50}, {Kind: window.ButtonUp, X: 150, Y: 50},
		{Kind: window.Move, X: 100, Y: 50}, {Kind: window.Wheel, X: 100, Y: 50, DY: -1.5},
		{Kind: window.KeyPress, Key: 'P', Mods: window.Control}, {Kind: window.KeyPress, Key: 'P', Mods: window.Control, Repeat: true}, {Kind: window.KeyRelease, Key: 'P'},
		{Kind: window.Char, Char: 'ä'}, {Kind: window.Leave}, {Kind: window.Char, Char: '.'},
	}
	var text []string
	for _, e := range want {
		text = append(text, fmt.Sprintf("%d k%d %v %d b%d m%d %g,%g %g,%g", e.Kind, e.Key, e.Repeat, e.Char, e.Button, e.Mods, e.X, e.Y, e.DX, e.DY))
	}
	// How many movements were merged depends on when they were taken; only the last before another event counts.
	got = lastMoves(got)
	if strings.Join(got, "\n") != strings.Join(text, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(text, "\n"))
	}
	if w, h, scale := s.Size(); w != 400 || h != 200 || scale != 2 {
		t.Errorf("size %d x %d at %g", w, h, scale)
	}
}

func lastMoves(events []string) []string {
	move := fmt.Sprintf("%d ", window.Move)
	var out []string
	for _, e := range events {
		if n := len(out); n > 0 && strings.HasPrefix(e, move) && strings.HasPrefix(out[n-1], move) {
			out[n-1] = e
			continue
		}
		out = append(out, e)
	}
	return out
}

// The size follows the browser that was used last, and falls back to another when that one leaves.
func TestSizeFollowsTheLastUsed(t *testing.T) {
	s := listening(t, Options{})
	a, b := look(t, s), look(t, s)
	to := func(w int) {
		t.Helper()
		if s.width != w {
			drain(t, s, func(window.Event) bool { return s.width == w })
		}
	}
	a.send(`{"t":"size","w":300,"h":200,"scale":1}`)
	to(300)
	b.send(`{"t":"size","w":500,"h":200,"scale":1}`)
	b.send(`{"t":"key","code":"KeyB","down":true}`)
	to(500)
	a.send(`{"t":"size","w":320,"h":200,"scale":1}`) // not the active one: waits
	a.send(`{"t":"char","char":"a"}`)
	drain(t, s, func(e window.Event) bool { return e.Char == 'a' })
	if s.width != 500 {
		t.Errorf("width %d", s.width)
	}
	a.send(`{"t":"button","button":0,"down":true,"x":0.5,"y":0.5}`)
	to(320)
	a.conn.Close(websocket.StatusNormalClosure, "")
	drain(t, s, func(e window.Event) bool { return e.Kind == window.ButtonUp }) // what it held is let go of
	to(500)
	b.send(`{"t":"size","w":1,"h":30000,"scale":0.1}`)
	to(minSide)
	if s.height != maxSide || s.scale != 1 {
		t.Errorf("%d x %d at %g", s.width, s.height, s.scale)
	}
}

// While one browser drags, the pointers of others rest.
func TestOneDragAtATime(t *testing.T) {
	s := listening(t, Options{})
	a, b := look(t, s), look(t, s)
	a.send(`{"t":"button","button":0,"down":true,"x":0.5,"y":0.5}`)
	drain(t, s, func(e window.Event) bool { return e.Kind == window.ButtonDown })
	b.send(`{"t":"move","x":0.1,"y":0.1}`)
	b.send(`{"t":"button","button":0,"down":true,"x":0.1,"y":0.1}`)
	b.send(`{"t":"button","button":0,"down":false,"x":0.1,"y":0.1}`)
	b.send(`{"t":"char","char":"b"}`)
	for _, e := range drain(t, s, func(e window.Event) bool { return e.Char == 'b' }) {
		if e.Kind != window.Char {
			t.Errorf("%+v during another browser's drag", e)
		}
	}
	a.send(`{"t":"button","button":0,"down":false,"x":0.5,"y":0.5}`)
	drain(t, s, func(e window.Event) bool { return e.Kind == window.ButtonUp })
	b.send(`{"t":"button","button":2,"down":true,"x":0.1,"y":0.1}`)
	drain(t, s, func(e window.Event) bool { return e.Kind == window.ButtonDown && e.Button == window.Middle })
}

// What breaks the rules is disconnected with a reason; the others stay.
func TestGarbage(t *testing.T) {
	s := listening(t, Options{})
	good := dial(t, s)
	for _, m := range []string{"", "x", "null x", "[]", `"t"`, `{"t":"key"`, `{"t":1}`, `{"t":"nothing"}`, `{"t":"move","x":1e9}`, `{"t":"move","x":NaN}`,
		`{"t":"char","char":"ab"}`, `{"t":"char","char":""}`, `{"t":"char","char":"\u0007"}`, `{"t":"button","button":9}`, `{"t":"size","w":-1,"h":5,"scale":1}`,
		`{"t":"size","w":10,"h":5,"scale":0}`, `{"t":"size","w":99999999999999999999,"h":5,"scale":1}`, `{"t":"move"}{"t":"move"}`, `{"t":"move","more":1}`,
		strings.Repeat("[", 10000), `{"t":"paste","text":"` + strings.Repeat("x", maxMessage) + `"}`} {
		b := dial(t, s)
		_ = b.conn.Write(b.ctx, websocket.MessageText, []byte(m))
		_, _, err := b.receive()
		if code := websocket.CloseStatus(err); code != websocket.StatusPolicyViolation && code != websocket.StatusMessageTooBig {
			t.Errorf("%.40q: %v", m, err)
		}
	}
	b := dial(t, s)
	_ = b.conn.Write(b.ctx, websocket.MessageBinary, []byte{1, 2, 3})
	if _, _, err := b.receive(); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("binary: %v", err)
	}
	flood := dial(t, s)
	for range burst + 2*perSecond {
		if flood.conn.Write(flood.ctx, websocket.MessageText, []byte(`{"t":"move"}`)) != nil {
			break
		}
	}
	if _, _, err := flood.receive(); err == nil {
		t.Error("a flood of messages is let in")
	}
	good.send(`{"t":"char","char":"."}`)
	drain(t, s, func(e window.Event) bool { return e.Char == '.' })
}

// A drawing thread that is busy does not make the queue grow without end.
func TestQueueIsBounded(t *testing.T) {
	s := listening(t, Options{})
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &client{s: s, keys: map[window.Key]bool{}, buttons: map[window.Button]bool{}}
	for k := range 2 * maxQueue {
		ok := s.handle(c, message{T: "char", Char: "x"})
		if full := len(s.queue) >= maxQueue; !ok && !full || len(s.queue) > maxQueue {
			t.Fatalf("message %d: %v with %d in the queue", k, ok, len(s.queue))
		}
	}
	s.queue = nil
	for range 2 * maxQueue {
		s.handle(c, message{T: "move", X: 0.5})
	}
	if len(s.queue) != 1 {
		t.Errorf("%d movements wait", len(s.queue))
	}
}

func TestSavedFiles(t *testing.T) {
	s := listening(t, Options{})
	a, b := look(t, s), look(t, s)
	a.send(`{"t":"size","w":300,"h":200,"scale":1}`)
	drain(t, s, func(e window.Event) bool { return e.Kind == window.Resize })
	path := filepath.Join(t.TempDir(), `a "picture".png`)
	if err := os.WriteFile(path, []byte("picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Saved(path)
	_, n, err := a.receive()
	if err != nil || n == nil || n.T != "download" || n.Name != filepath.Base(path) {
		t.Fatalf("%+v, %v", n, err)
	}
	res, err := http.Get(fmt.Sprintf("http://%s/download/%d?token=%s", s.at, n.ID, s.token))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); string(body) != "picture" || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%s, %v", body, res.Header)
	}
	s.SetClipboard("copied")
	if _, n, err := a.receive(); err != nil || n.T != "copy" || n.Text != "copied" {
		t.Errorf("%+v, %v", n, err)
	}
	a.send(`{"t":"paste","text":"pasted"}`)
	a.send(`{"t":"char","char":"."}`)
	drain(t, s, func(e window.Event) bool { return e.Char == '.' })
	if s.Clipboard() != "pasted" {
		t.Errorf("clipboard %q", s.Clipboard())
	}
	// The other browser was told nothing: the end is the first that it hears.
	s.Close("the window was closed")
	for _, c := range []*browser{a, b} {
		if _, n, err := c.receive(); err != nil || n.T != "ended" || n.Text != "the window was closed" {
			t.Errorf("%+v, %v", n, err)
		}
		if _, n, err := c.receive(); err == nil {
			t.Errorf("after the end: %+v", n)
		}
	}
}

// A browser may come back: it is shown the picture again, and what it held when it went was let go of.
func TestReconnect(t *testing.T) {
	s := listening(t, Options{})
	b := look(t, s)
	s.Publish(plain(16, 16, 50), 16, 16, 1)
	b.frame()
	b.send(`{"t":"key","code":"KeyA","down":true}`)
	drain(t, s, func(e window.Event) bool { return e.Kind == window.KeyPress })
	b.conn.CloseNow()
	drain(t, s, func(e window.Event) bool { return e.Kind == window.KeyRelease && e.Key == 'A' })
	if s.Visible() {
		t.Error("nobody looks")
	}
	b = look(t, s)
	s.Publish(plain(16, 16, 50), 16, 16, 1)
	b.frame()
}

func FuzzParse(f *testing.F) {
	for _, m := range []string{`{"t":"move","x":0.5,"y":1}`, `{"t":"key","code":"KeyP","down":true}`, `{"t":"char","char":"ä"}`, `{"t":"size","w":1,"h":1,"scale":1}`,
		`{"t":"ack","n":18446744073709551615}`, `{"t":"button","button":255,"mods":255}`, "{", "\xff", `{"t":"paste","text":"\ud800"}`} {
		f.Add([]byte(m))
	}
	s := &Server{clients: map[*client]bool{}, arrived: make(chan struct{}, 1), width: 100, height: 100, scale: 1}
	s.encoder.cond.L = &s.mu
	c := &client{s: s, wake: make(chan struct{}, 1), keys: map[window.Key]bool{}, buttons: map[window.Button]bool{}}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parse(data)
		if err != nil {
			return
		}
		s.mu.Lock()
		s.handle(c, m)
		s.mu.Unlock()
		s.Events(0, func(e window.Event) {
			if e.X != e.X || e.Y != e.Y || e.Kind == window.Char && e.Char == 0 {
				t.Errorf("%q became %+v", data, e)
			}
		})
		if w, h, scale := s.Size(); w < minSide || w > maxSide || h < minSide || h > maxSide || scale < 1 || scale > 4 {
			if w != 100 || h != 100 {
				t.Errorf("%q: %d x %d at %g", data, w, h, scale)
			}
		}
	})
}
