//go:build cgo

package layout

import (
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
)

// Layout places the nodes of a graph, a few steps at a time.
type Layout interface {
	// Step moves the nodes n times; one that has settled does nothing.
	Step(n int) error
	// View are the positions, F32 [N, 3] in C order. Its Generation changes with the buffer, as when nodes are added.
	View() device.View
	// Version changes whenever a position does.
	Version() uint64
	// Settled says that Step changes nothing any more; Heat, Pin and SetEdges change that.
	Settled() bool
	// Ready says that StepFor would have something new to show, or something to start; while a long step is made on the CPU it has not.
	Ready() bool
	// Heat makes the nodes move at a temperature of 0 to 1; with hold they stay that warm, until a Heat without.
	Heat(alpha float64, hold bool)
	// Pin holds a node at a place, or moves one that is held; Unpin lets it go.
	Pin(node int, x, y, z float32) error
	Unpin(node int) error
	// SetEdges replaces the edges and adds or removes nodes at the end.
	SetEdges(n int, i, j []int32) error
	// Positions reads the positions back, [N, 3], to save them.
	Positions() ([]float32, error)
	// Close frees the buffers; it may be called twice.
	Close()
}

// StepFor moves the nodes for about the given time, so that a frame of a picture stays within its budget, and returns the number of steps
// that it shows. On the device it makes one step at least, and waits for it. Long steps on the CPU go on beside the caller: a call
// starts one, and a later one shows it.
func StepFor(d *device.Device, l Layout, budget time.Duration) (int, error) {
	if h, ok := l.(*host); ok {
		return h.stepFor(budget)
	}
	start := time.Now()
	for n := 0; ; n++ {
		if used := time.Since(start); l.Settled() || n > 0 && used+used/time.Duration(n) > budget {
			return n, nil
		}
		if err := l.Step(1); err != nil {
			return n, err
		}
		d.WaitIdle()
	}
}
