package serve

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/galvani-sim/galvani/gpu/window"
)

// Options of a server. The zero value listens on a free port.
type Options struct {
	Port          int    // 0: any that is free
	Title         string // of the page
	Width, Height int    // in pixels, until a browser has said its size; 0: 1280 x 720
	Light         bool   // the page around the picture is light
}

const (
	// maxClients is how many browsers may look at once.
	maxClients = 32
	// maxQueue bounds the events that wait for the drawing thread. Movements are merged, so that a person does not reach it.
	maxQueue = 4096
	// minSide and maxSide bound the size in pixels that a browser may ask for.
	minSide, maxSide = 64, 4096
	// farewell is how long Close waits for browsers to be told.
	farewell = time.Second
)

// Server is a window's page, its frames and its events. Methods may be called from any goroutine, but Events and Size only
// from one.
type Server struct {
	token string
	page  *page
	http  *http.Server
	at    net.Addr
	done  chan struct{} // closed by Close
	work  sync.WaitGroup

	// What the drawing thread sees: changed by Events alone, so that a frame has one size from its beginning to its end.
	width, height int
	scale         float64

	mu        sync.Mutex
	clients   map[*client]bool
	places    int     // taken by clients, and by those that are about to be
	active    *client // whose size counts: the last that pressed something
	holder    *client // whose mouse button is down
	queue     []input
	arrived   chan struct{} // there is something in queue
	encoder   encoder
	files     []string // that may be downloaded
	clipboard string
	closed    bool
	stats     Stats
}

// Stats counts what a server did.
type Stats struct {
	Published int64 // frames handed over by the drawing thread
	Encoded   int64 // frames made into JPEG or PNG
	Sent      int64 // frames sent, over all browsers
	Bytes     int64 // of frames sent
	Accepted  int64 // browsers ever
	Refused   int64 // requests without token, from another origin or to another host
	Dropped   int64 // browsers that broke the rules
}

// input is an event on its way to the drawing thread. Positions are fractions of the picture until it arrives.
type input struct {
	window.Event
	width, height int // of a Resize
	scale         float64
}

// ErrPort is the kind of error when a port cannot be had; test with errors.Is.
var ErrPort = errors.New("the port cannot be used")

// Listen starts a server on 127.0.0.1, or on ::1 where there is no IPv4.
func Listen(o Options) (*Server, error) {
	if o.Width == 0 || o.Height == 0 {
		o.Width, o.Height = 1280, 720
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program rather than giving weak bytes
	s := &Server{token: base64.RawURLEncoding.EncodeToString(secret), done: make(chan struct{}), width: o.Width, height: o.Height, scale: 1,
		clients: map[*client]bool{}, arrived: make(chan struct{}, 1)}
	s.encoder.cond.L = &s.mu
	var err error
	if s.page, err = newPage(o.Title, o.Light); err != nil {
		return nil, err
	}
	l, err := listen(o.Port)
	if err != nil {
		return nil, err
	}
	s.at = l.Addr()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: nil}
	s.http.ErrorLog = quiet()
	s.work.Add(2)
	go func() {
		defer s.work.Done()
		_ = s.http.Serve(l) // ends with Close
	}()
	go func() {
		defer s.work.Done()
		s.encode()
	}()
	return s, nil
}

func listen(port int) (net.Listener, error) {
	p := strconv.Itoa(port)
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", p))
	if err != nil && !busy(err) {
		if l6, err6 := net.Listen("tcp", net.JoinHostPort("::1", p)); err6 == nil {
			return l6, nil
		}
	}
	if err == nil {
		return l, nil
	}
	hint := "leave --port out for one that is free"
	if busy(err) {
		return nil, fmt.Errorf("%w: port %d of this machine is in use by another program (%s)", ErrPort, port, hint)
	}
	return nil, fmt.Errorf("%w: %v (%s)", ErrPort, err, hint)
}

// Addr is where the server listens.
func (s *Server) Addr() net.Addr { return s.at }

// URL is the address to open in a browser. Whoever has it can see and use the window.
func (s *Server) URL() string { return fmt.Sprintf("http://%s/?token=%s", s.at, s.token) }

// Stats returns the counters.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats
}

// Close tells every browser why the window is gone, and frees the port.
func (s *Server) Close(why string) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	for c := range s.clients {
		c.notify(notice{T: "ended", Text: why})
		c.ending = true
		c.wakeUp()
	}
	s.encoder.cond.Broadcast()
	s.mu.Unlock()
	close(s.done)
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	_ = s.http.Shutdown(ctx)
	_ = s.http.Close()
	s.mu.Lock()
	var left []*client
	for c := range s.clients {
		left = append(left, c)
	}
	s.mu.Unlock()
	// Shutdown does not know of connections that became websockets.
	for _, c := range left {
		select {
		case <-c.gone:
		case <-ctx.Done():
			c.cancel()
			<-c.gone
		}
	}
	s.work.Wait()
}

// Size is the size of the next frame in pixels, and its pixels per unit of length.
func (s *Server) Size() (width, height int, scale float64) { return s.width, s.height, s.scale }

// Visible reports whether a browser looks.
func (s *Server) Visible() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.clients) > 0
}

// Show has nothing to do: browsers come by themselves.
func (s *Server) Show() {}

// Events hands over what browsers sent; where there is nothing it waits, at most for wait.
func (s *Server) Events(wait time.Duration, f func(window.Event)) {
	queue := s.take()
	if len(queue) == 0 && wait > 0 {
		t := time.NewTimer(wait)
		select {
		case <-s.arrived:
		case <-t.C:
		}
		t.Stop()
		queue = s.take()
	}
	for _, e := range queue {
		if e.Kind == window.Resize {
			s.width, s.height, s.scale = e.width, e.height, e.scale
		}
		e.X *= float64(s.width) / s.scale
		e.Y *= float64(s.height) / s.scale
		f(e.Event)
	}
}

func (s *Server) take() []input {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queue
	s.queue = nil
	select {
	case <-s.arrived:
	default:
	}
	return q
}

// post queues an event; it reports false when the queue is full. s.mu is held.
func (s *Server) post(e input) bool {
	if n := len(s.queue); n > 0 {
		if last := &s.queue[n-1]; last.Kind == e.Kind {
			switch e.Kind {
			case window.Move, window.Resize, window.Refresh:
				*last = e
				return true
			}
		}
	}
	if len(s.queue) >= maxQueue {
		return false
	}
	s.queue = append(s.queue, e)
	select {
	case s.arrived <- struct{}{}:
	default:
	}
	return true
}

// Saved offers a file to the browser that was used last, or to all.
func (s *Server) Saved(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files = append(s.files, path)
	s.tell(notice{T: "download", ID: len(s.files) - 1, Name: baseName(path)})
}

// Clipboard is what was pasted into a browser last.
func (s *Server) Clipboard() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clipboard
}

// SetClipboard copies a text in the browser that was used last.
func (s *Server) SetClipboard(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clipboard = text
	s.tell(notice{T: "copy", Text: text})
}

// tell sends a notice to the active browser, or to all where none is. s.mu is held.
func (s *Server) tell(n notice) {
	for c := range s.clients {
		if s.active == nil || s.active == c {
			c.notify(n)
			c.wakeUp()
		}
	}
}

// Disconnect breaks every connection, as a network does; pages connect again by themselves.
func (s *Server) Disconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.clients {
		c.cancel()
	}
}
