package bench

import (
	"strings"
	"time"
)

// FrameConfig of MeasureFrames. Zero values are replaced.
type FrameConfig struct {
	Cells         []int         // cells along one side; none: 20, 100, 500, 1000
	Width, Height int           // pixels, 0: 800 × 600
	Window        bool          // a window on DISPLAY with its buffers swapped, else off the screen
	Samples       int           // per pixel, off the screen; 0: 1
	Rounds        int           // 0: 5
	RoundTime     time.Duration // 0: half a second
}

func (c *FrameConfig) defaults() {
	if len(c.Cells) == 0 {
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

// FrameResult is how fast one surface is drawn.
type FrameResult struct {
	Cells, Width, Height int
	Window               bool
	Renderer             string
	Rounds               []float64 // frames/s
}

func (r *Result) frames(b *strings.Builder) {
	if len(r.Frames) == 0 {
		return
	}
	rows := [][]string{{"lit surface", "pixels", "where", "frames/s best", "median", "renderer"}}
	for i := range r.Frames {
		rows = append(rows, r.Frames[i].row())
	}
	table(b, rows)
}

func (f *FrameResult) row() []string {
	best := 0.0
	for _, v := range f.Rounds {
		best = max(best, v)
	}
	where := "off screen"
	if f.Window {
		where = "window"
	}
	return []string{square(f.Cells), itoa(f.Width) + " x " + itoa(f.Height), where, count(best), count(median(f.Rounds)), f.Renderer}
}
