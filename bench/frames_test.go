//go:build cgo && linux

package bench

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/galvani-sim/galvani/gpu/gltest"
)

func frames(t testing.TB, c FrameConfig) []FrameResult {
	t.Helper()
	if c.Window {
		gltest.Display(t)
	}
	r, err := MeasureFrames(context.Background(), c)
	if err != nil {
		if !gltest.Required() {
			t.Skipf("SKIPPED: %v", err)
		}
		t.Fatal(err)
	}
	return r
}

func TestFrames(t *testing.T) {
	for _, window := range []bool{false, true} {
		t.Run(fmt.Sprintf("window=%v", window), func(t *testing.T) {
			turns := 0
			r := frames(t, FrameConfig{Cells: []int{20, 100}, Graphs: []GraphSize{{50, 200}}, Live: []LiveSize{{20, 3}}, Window: window, Rounds: 2, RoundTime: time.Millisecond,
				Turn: func() { turns++ }})
			for _, f := range r {
				if len(f.Rounds) != 2 || f.Rounds[0] <= 0 || len(f.User) != 2 || f.Window != window {
					t.Errorf("%+v", f)
				}
			}
			if len(r) != 3+len(graphCases) || turns != 2 {
				t.Errorf("%d results, %d turns of others", len(r), turns)
			}
		})
	}
}

// Frames of others are set against ours of the same picture.
func TestFramesOfPeers(t *testing.T) {
	r := Result{Frames: []FrameResult{{Picture: "graph", Drawn: "all", Workload: "graph-1-2", Rounds: []float64{90, 100}, User: []float64{0.02, 0.01}}, {Picture: "surface", Rounds: []float64{5}}},
		FramePeers: []PeerResult{{Workload: "graph-1-2", Peer: "crayons", Rounds: []float64{4, 5}, User: []float64{0.2}}, {Workload: "graph-1-2", Peer: "chalk", Missing: "no board"}}}
	var b strings.Builder
	r.frames(&b)
	for _, want := range []string{"| graph   | all        | off screen | 100           | crayons | 5             | 20    | 20           |", "Not measured: graph-1-2, chalk: no board"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

// BenchmarkFrames reports frames per second of lit surfaces and of graphs at 800 x 600.
func BenchmarkFrames(b *testing.B) {
	for _, window := range []bool{false, true} {
		where := "offscreen"
		if window {
			where = "window"
		}
		for _, n := range []int{20, 100, 500, 1000} {
			b.Run(fmt.Sprintf("%s/cells=%d", where, n), func(b *testing.B) {
				r := frames(b, FrameConfig{Cells: []int{n}, Window: window, Rounds: 3, RoundTime: 300 * time.Millisecond})
				b.ReportMetric(median(r[0].Rounds), "frames/s")
				b.ReportMetric(0, "ns/op")
			})
		}
		for _, n := range Graphs() {
			b.Run(fmt.Sprintf("%s/nodes=%d", where, n.Nodes), func(b *testing.B) {
				for _, r := range frames(b, FrameConfig{Graphs: []GraphSize{n}, Window: window, Rounds: 3, RoundTime: 300 * time.Millisecond}) {
					b.ReportMetric(median(r.Rounds), strings.ReplaceAll(r.Drawn, " ", "-")+"-frames/s")
				}
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
