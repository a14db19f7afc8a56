package serve

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/coder/websocket"
	"github.com/galvani-sim/galvani/gpu/window"
)

const (
	// inFlight is how many frames a browser may have that it has not drawn: one on the wire while one is drawn.
	inFlight = 2
	// maxMessage bounds a message in bytes; pasted text is the longest.
	maxMessage = 128 << 10
	// perSecond and burst bound the messages of one browser. The page sends at most one movement and one turn of the wheel per
	// frame of the display, and one answer per frame.
	perSecond, burst = 500, 1000
	pingEvery        = 15 * time.Second
	// patience is how long one write, or the answer to a ping, may take.
	patience = 20 * time.Second
	// maxNotices bounds what waits for a browser that does not read.
	maxNotices = 64
)

// client is one browser.
type client struct {
	s      *Server
	conn   *websocket.Conn
	cancel context.CancelFunc
	wake   chan struct{}
	gone   chan struct{} // closed when the client has left

	// Guarded by s.mu.
	notices []notice
	sent    uint64   // number of the last frame
	flying  []uint64 // frames that the browser has not drawn yet
	ending  bool
	width   int
	height  int
	scale   float64
	used    time.Time // when it last pressed something
	keys    map[window.Key]bool
	buttons map[window.Button]bool
	inside  bool
}

// notice is a message to the page.
type notice struct {
	T    string `json:"t"` // hello, download, copy or ended
	Text string `json:"text,omitempty"`
	ID   int    `json:"id"`
	Name string `json:"name,omitempty"`
}

func (c *client) notify(n notice) {
	if len(c.notices) < maxNotices {
		c.notices = append(c.notices, n)
	}
}

func (c *client) wakeUp() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// connect makes a request a client and stays until it leaves.
func (s *Server) connect(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	refused := s.places >= maxClients || s.closed
	if !refused {
		s.places++
	}
	s.mu.Unlock()
	if refused {
		http.Error(w, "too many browsers look at this window", http.StatusServiceUnavailable)
		return
	}
	defer func() {
		s.mu.Lock()
		s.places--
		s.mu.Unlock()
	}()
	// The origin is checked by refuse. Pictures are compressed already.
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return // Accept has answered
	}
	conn.SetReadLimit(maxMessage)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := &client{s: s, conn: conn, cancel: cancel, wake: make(chan struct{}, 1), gone: make(chan struct{}),
		keys: map[window.Key]bool{}, buttons: map[window.Button]bool{}}
	if !s.join(c) {
		_ = conn.CloseNow()
		return
	}
	defer close(c.gone)
	defer s.leave(c)
	defer conn.CloseNow()
	go c.write(ctx)
	go c.ping(ctx)
	if err := c.read(ctx); err != nil {
		s.mu.Lock()
		s.stats.Dropped++
		s.mu.Unlock()
		_ = conn.Close(websocket.StatusPolicyViolation, err.Error())
	}
}

// join lets a client in, unless the server has been closed.
func (s *Server) join(c *client) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.clients[c] = true
	s.stats.Accepted++
	s.post(input{Event: window.Event{Kind: window.Refresh}})
	s.encoder.cond.Signal()
	c.wakeUp()
	return true
}

// leave lets go of what the client held.
func (s *Server) leave(c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, c)
	s.letGo(c)
	if s.active == c {
		s.active = nil
		for o := range s.clients {
			if o.width > 0 && (s.active == nil || o.used.After(s.active.used)) {
				s.active = o
			}
		}
		s.resize()
	}
	if len(s.clients) == 0 {
		s.encoder.forget()
		if c.inside {
			s.post(input{Event: window.Event{Kind: window.Leave}})
		}
	}
}

// letGo releases the keys and buttons that a client held, as a window does that loses the focus. s.mu is held.
func (s *Server) letGo(c *client) {
	for b := range c.buttons {
		s.post(input{Event: window.Event{Kind: window.ButtonUp, Button: b}})
	}
	for k := range c.keys {
		s.post(input{Event: window.Event{Kind: window.KeyRelease, Key: k}})
	}
	clear(c.buttons)
	clear(c.keys)
	if s.holder == c {
		s.holder = nil
	}
}

// read takes messages until the connection ends, which is nil, or until the browser breaks the rules.
func (c *client) read(ctx context.Context) error {
	allowance, since := float64(burst), time.Now()
	for {
		kind, data, err := c.conn.Read(ctx)
		if err != nil {
			if errors.Is(err, websocket.ErrMessageTooBig) {
				return errors.New("message too big")
			}
			return nil
		}
		now := time.Now()
		allowance = min(allowance+now.Sub(since).Seconds()*perSecond, burst) - 1
		since = now
		if allowance < 0 {
			return errors.New("too many messages")
		}
		if kind != websocket.MessageText {
			return errors.New("messages must be text")
		}
		m, err := parse(data)
		if err != nil {
			return err
		}
		c.s.mu.Lock()
		ok := c.s.handle(c, m)
		c.s.mu.Unlock()
		if !ok {
			return errors.New("too many messages wait for the simulation")
		}
	}
}

// next is what to send now. A frame is nil where the browser has the latest, or has enough to draw.
func (c *client) next() (notices []notice, f *frame, ending bool) {
	s := c.s
	s.mu.Lock()
	defer s.mu.Unlock()
	notices, c.notices = c.notices, nil
	if !c.ending && s.encoder.frame != nil && s.encoder.frame.number > c.sent && c.ready() {
		f = s.encoder.frame
		c.sent = f.number
		c.flying = append(c.flying, f.number)
		s.stats.Sent++
		s.stats.Bytes += int64(len(f.data))
	}
	return notices, f, c.ending
}

// ready reports whether the browser can take one more frame.
func (c *client) ready() bool { return len(c.flying) < inFlight }

// write sends what there is to send whenever it is woken.
func (c *client) write(ctx context.Context) {
	defer c.cancel()
	for {
		notices, f, ending := c.next()
		for _, n := range notices {
			data, err := json.Marshal(n)
			if err != nil || c.send(ctx, websocket.MessageText, data) != nil {
				return
			}
		}
		if ending {
			// The page closes the connection when it has read that. To close from here could lose what is on its way.
			select {
			case <-ctx.Done():
			case <-time.After(farewell):
			}
			return
		}
		if f != nil {
			if c.send(ctx, websocket.MessageBinary, f.data) != nil {
				return
			}
			continue
		}
		select {
		case <-c.wake:
		case <-ctx.Done():
			return
		}
	}
}

func (c *client) send(ctx context.Context, t websocket.MessageType, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return c.conn.Write(ctx, t, data)
}

// ping finds connections that are dead without having been closed.
func (c *client) ping(ctx context.Context) {
	defer c.cancel()
	t := time.NewTicker(pingEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
		wait, cancel := context.WithTimeout(ctx, patience)
		err := c.conn.Ping(wait)
		cancel()
		if err != nil {
			return
		}
	}
}
