package serve

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
	"math"
	"sync"
	"time"
)

const (
	// quality of JPEG while the picture changes.
	quality = 85
	// stillAfter is how long a picture must stand before it is sent again without loss: text is blurred by JPEG.
	stillAfter = 250 * time.Millisecond
)

// headerSize is the length of what stands before a picture: its kind ('J' or 'P'), its number (uint64), width and height in pixels
// (uint16 each) and pixels per unit of length (float32), all big-endian.
const headerSize = 1 + 8 + 2 + 2 + 4

// frame is an encoded picture with its header.
type frame struct {
	number uint64
	data   []byte
}

// picture is what was drawn: RGBA, bottom row first.
type picture struct {
	pix           []byte
	width, height int
	scale         float64
}

func (p *picture) same(q *picture) bool {
	return q != nil && p.width == q.width && p.height == q.height && p.scale == q.scale && bytes.Equal(p.pix, q.pix)
}

// encoder holds the pictures between the thread that draws and the goroutine that encodes. It is guarded by the server's mu.
type encoder struct {
	cond    sync.Cond
	drawn   *picture // waits to be encoded; a newer one takes its place
	shown   *picture // that frame shows
	spare   []*picture
	frame   *frame
	number  uint64
	lossy   bool // frame is a JPEG
	since   time.Time
	waiting *time.Timer
}

// forget drops what nobody looks at. Pictures are left to the garbage collector, since one may be being encoded.
func (e *encoder) forget() { e.drawn, e.shown, e.frame, e.lossy = nil, nil, nil, false }

// Publish takes over a frame: RGBA, the bottom row first, which is copied. It never waits for a browser or for the encoder.
func (s *Server) Publish(pix []byte, width, height int, scale float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Published++
	if s.closed || len(s.clients) == 0 {
		return
	}
	e := &s.encoder
	p := e.drawn
	if p == nil {
		if n := len(e.spare); n > 0 {
			p, e.spare = e.spare[n-1], e.spare[:n-1]
		} else {
			p = &picture{}
		}
	}
	p.pix = append(p.pix[:0], pix...)
	p.width, p.height, p.scale = width, height, scale
	e.drawn = p
	e.cond.Signal()
}

// hungry reports whether some browser could take a new frame now. s.mu is held.
func (s *Server) hungry() bool {
	for c := range s.clients {
		if c.ready() {
			return true
		}
	}
	return false
}

// encode turns pictures into frames until the server closes.
func (s *Server) encode() {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := &s.encoder
	var top []byte
	for {
		for !s.closed && !(s.hungry() && (e.drawn != nil || e.still())) {
			e.cond.Wait()
		}
		if s.closed {
			return
		}
		lossy := e.drawn != nil
		p, before := e.shown, e.shown
		if lossy {
			p, e.drawn = e.drawn, nil
		}
		e.number++
		number := e.number
		s.mu.Unlock()
		var f *frame
		if !lossy || !p.same(before) {
			top = upright(top, p)
			f = compress(p, top, number, lossy)
		}
		s.mu.Lock()
		if len(s.clients) == 0 {
			continue
		}
		if f == nil {
			if p != before {
				e.spare = append(e.spare, p)
			}
			continue
		}
		if lossy && before != nil && e.shown == before {
			e.spare = append(e.spare, before)
		}
		e.shown, e.frame, e.lossy, e.since = p, f, lossy, time.Now()
		s.stats.Encoded++
		if lossy {
			if e.waiting != nil {
				e.waiting.Stop()
			}
			e.waiting = time.AfterFunc(stillAfter, func() {
				s.mu.Lock()
				e.cond.Signal()
				s.mu.Unlock()
			})
		}
		for c := range s.clients {
			c.wakeUp()
		}
	}
}

// still reports whether the frame is a lossy one of a picture that no longer changes.
func (e *encoder) still() bool {
	return e.frame != nil && e.lossy && time.Since(e.since) >= stillAfter
}

// upright copies a picture with its top row first, opaque: blending leaves its own alpha behind.
func upright(dst []byte, p *picture) []byte {
	if cap(dst) < len(p.pix) {
		dst = make([]byte, len(p.pix))
	}
	dst = dst[:len(p.pix)]
	stride := 4 * p.width
	for y := range p.height {
		copy(dst[y*stride:(y+1)*stride], p.pix[(p.height-1-y)*stride:])
	}
	for i := 3; i < len(dst); i += 4 {
		dst[i] = 255
	}
	return dst
}

// compress makes a frame.
func compress(p *picture, top []byte, number uint64, lossy bool) *frame {
	img := &image.RGBA{Pix: top, Stride: 4 * p.width, Rect: image.Rect(0, 0, p.width, p.height)}
	var b bytes.Buffer
	head := make([]byte, headerSize)
	head[0] = 'P'
	if lossy {
		head[0] = 'J'
	}
	binary.BigEndian.PutUint64(head[1:], number)
	binary.BigEndian.PutUint16(head[9:], uint16(p.width))
	binary.BigEndian.PutUint16(head[11:], uint16(p.height))
	binary.BigEndian.PutUint32(head[13:], math.Float32bits(float32(p.scale)))
	b.Write(head)
	// Writing to memory, these fail only for pictures that Publish does not take: no pixels, or 65,536 and more on a side.
	var err error
	if lossy {
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	} else {
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img)
	}
	if err != nil {
		return nil
	}
	return &frame{number: number, data: b.Bytes()}
}
