//go:build cgo

package layout

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/host/graphio"
	"github.com/galvani-sim/galvani/host/graphio/layout"
)

// Who draws never waits for a layout that is made, or for a long step, on the CPU: a call starts it, shows nothing until it is done, and
// takes it over whole. What is asked of the layout meanwhile happens behind the step, but a node that is dragged is seen at once.
func TestBeside(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		g := must(graphio.WattsStrogatz(1, 3000, 4, 0.05))
		o := layout.Options{Seed: 3, Start: layout.Circle(g.N, 2)}
		want := must(layout.NewForce(g.N, g.I, g.J, o))
		check(t, want.Step(1))
		check(t, want.Pin(7, 1, 2, 0))
		check(t, want.Step(4))

		release := make(chan bool)
		l := must(NewHostLater(d, layout.Circle(g.N, 2), func() (*layout.Force, error) {
			<-release
			return layout.NewForce(g.N, g.I, g.J, o)
		}))
		defer l.Close()
		h := l.(*host)
		wait := func() {
			for !l.Ready() {
				runtime.Gosched()
			}
		}
		version := l.Version()
		for range 100 { // frames
			if n, err := StepFor(d, l, 8*time.Millisecond); n != 0 || err != nil || l.Ready() || l.Settled() || l.Version() != version {
				t.Fatalf("%d steps before the layout is made, ready: %v, settled: %v, %v", n, l.Ready(), l.Settled(), err)
			}
		}
		close(release)
		wait()
		steps := 0
		for steps < 5 {
			h.cost = time.Second // as if each step took that long
			n, err := StepFor(d, l, 8*time.Millisecond)
			check(t, err)
			if n > 1 {
				t.Fatalf("%d steps in one frame", n)
			}
			steps += n
			if steps == 0 { // the first step is under way
				check(t, l.Pin(7, 1, 2, 0))
				if p := positions(t, l); p[21] != 1 || p[22] != 2 || h.busy == nil {
					t.Fatalf("a node that was dragged is shown at %v", p[21:24])
				}
			}
			if steps < 5 {
				wait()
			}
		}
		check(t, h.join())
		p, _ := h.f.Positions()
		check(t, want.Step(1)) // one more was started
		if w, _ := want.Positions(); !slices.Equal(p, w) || !slices.Equal(positions(t, l), w) {
			t.Error("steps beside the drawing end in other places than steps in turn")
		}
		check(t, h.f.Step(400)) // cools down
		if n, err := StepFor(d, l, time.Second); n != 0 || err != nil || h.busy != nil || l.Ready() || !l.Settled() {
			t.Errorf("a settled layout makes %d steps (%v), ready: %v, settled: %v", n, err, l.Ready(), l.Settled())
		}
	})
}
