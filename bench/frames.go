package bench

import (
	"fmt"
	"strings"
	"time"
)

// FrameConfig of MeasureFrames. Zero values are replaced; without Cells and Graphs there are four surfaces.
type FrameConfig struct {
	Cells         []int         // surfaces: cells along one side
	Graphs        []GraphSize   // graphs
	Live          []LiveSize    // neural fields that go on between frames
	Width, Height int           // pixels, 0: 800 × 600
	Window        bool          // a window on DISPLAY with its buffers swapped, else off the screen
	Samples       int           // per pixel, off the screen; 0: 1
	Rounds        int           // 0: 5
	RoundTime     time.Duration // 0: half a second
	// Turn is called once per round, for others to have their turn; may be nil.
	Turn func()
}

// LiveSize is a neural field: cells along one side, and steps of the simulation in each frame.
type LiveSize struct{ Cells, Steps int }

// LiveSizes are what is measured when nobody asks for others: a million cells at 1000 steps in 60 frames.
func LiveSizes() []LiveSize { return []LiveSize{{1024, 17}} }

// GraphSize is the size of a graph to draw.
type GraphSize struct{ Nodes, Edges int }

// Graphs are the sizes that are measured when nobody asks for others.
func Graphs() []GraphSize { return []GraphSize{{1000, 4962}, {10000, 50000}, {100000, 1000000}} }

func (c *FrameConfig) defaults() {
	if len(c.Cells)+len(c.Graphs)+len(c.Live) == 0 {
		c.Cells = []int{20, 100, 500, 1000}
	}
	if c.Width == 0 || c.Height == 0 {
		c.Width, c.Height = 800, 600
	}
	if c.Samples == 0 {
		c.Samples = 1
	}
	if c.Rounds == 0 {
		c.Rounds = 5
	}
	if c.RoundTime == 0 {
		c.RoundTime = 500 * time.Millisecond
	}
}

// FrameResult is how fast one picture is drawn.
type FrameResult struct {
	Picture string // what it shows
	Drawn   string // what is drawn anew in each frame
	// Workload is the name by which peers draw the same; "" where none do.
	Workload      string `json:",omitempty"`
	Width, Height int
	Window        bool
	Renderer      string
	Rounds        []float64 // frames/s
	// User is the processor time of a frame, of all threads but not of the X server, in seconds, of each round.
	User []float64
}

func (f *FrameResult) best() float64 { return (&CaseResult{Rounds: f.Rounds}).Best() }

func (r *Result) frames(b *strings.Builder) {
	if len(r.Frames) == 0 {
		return
	}
	rows := [][]string{{"picture", "drawn anew", "pixels", "where", "frames/s best", "median", "user ms/frame", "renderer"}}
	for i := range r.Frames {
		rows = append(rows, r.Frames[i].row())
	}
	table(b, rows)
	r.framesOfPeers(b)
}

func (f *FrameResult) row() []string {
	where := "off screen"
	if f.Window {
		where = "window"
	}
	return []string{f.Picture, f.Drawn, itoa(f.Width) + " x " + itoa(f.Height), where, count(f.best()), count(median(f.Rounds)),
		ms((&CaseResult{User: f.User}).LeastUser()), f.Renderer}
}

// framesOfPeers says how many times as fast as others each picture is drawn that they draw, too.
func (r *Result) framesOfPeers(b *strings.Builder) {
	rows := [][]string{{"picture", "drawn anew", "where", "frames/s best", "peer", "frames/s best", "ratio", "of user time"}}
	for i := range r.Frames {
		f := &r.Frames[i]
		for k := range r.FramePeers {
			p := &r.FramePeers[k]
			if p.Workload != f.Workload || len(p.Rounds) == 0 {
				continue
			}
			row := f.row()
			rows = append(rows, []string{row[0], row[1], row[3], row[4], p.Peer, count(p.best()), fmt.Sprintf("%.3g", f.best()/p.best()), "-"})
			if own := (&CaseResult{User: f.User}).LeastUser(); own > 0 && p.leastUser() > 0 {
				rows[len(rows)-1][7] = fmt.Sprintf("%.3g", p.leastUser()/own)
			}
		}
	}
	if len(rows) > 1 {
		table(b, rows)
	}
	for i := range r.FramePeers {
		if p := &r.FramePeers[i]; p.Missing != "" {
			fmt.Fprintf(b, "\nNot measured: %s, %s: %s\n", p.Workload, p.Peer, p.Missing)
		}
	}
}
