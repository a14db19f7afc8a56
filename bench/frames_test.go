//go:build cgo && linux

package bench

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// display starts an X server for the test and points DISPLAY at it.
func display(t testing.TB) {
	x, err := exec.LookPath("Xvfb")
	switch {
	case err == nil:
	case glRequired():
		t.Fatalf("Xvfb is needed: %v", err)
	default:
		t.Skip("SKIPPED, no window: Xvfb is not installed")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	// Without -noreset the server starts anew when its last client leaves, and the next one may find it away.
	cmd := exec.Command(x, "-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{w}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb did not start: %v", err)
	}
	t.Setenv("DISPLAY", ":"+strings.TrimSpace(number))
}

func frames(t testing.TB, c FrameConfig) []FrameResult {
	t.Helper()
	if c.Window {
		display(t)
	}
	r, err := MeasureFrames(context.Background(), c)
	if err != nil {
		if !glRequired() {
			t.Skipf("SKIPPED: %v", err)
		}
		t.Fatal(err)
	}
	return r
}

func TestFrames(t *testing.T) {
	for _, window := range []bool{false, true} {
		t.Run(fmt.Sprintf("window=%v", window), func(t *testing.T) {
			r := frames(t, FrameConfig{Cells: []int{20, 100}, Window: window, Rounds: 1, RoundTime: time.Millisecond})
			for _, f := range r {
				if len(f.Rounds) != 1 || f.Rounds[0] <= 0 || f.Window != window {
					t.Errorf("%+v", f)
				}
			}
			if len(r) != 2 {
				t.Errorf("%d results", len(r))
			}
		})
	}
}

// BenchmarkFrames reports frames per second of a lit surface at 800 x 600.
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
	}
}
