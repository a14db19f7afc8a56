//go:build cgo && linux

package bench

import (
	"github.com/galvani-sim/galvani/gpu/compute"
	"github.com/galvani-sim/galvani/host/exec"
)

// openCounted opens the gl backend, and gives what its buffers take.
func openCounted() (b exec.Backend, allocated func() int64, done func(), err error) {
	d, done, err := openDevice()
	if err != nil {
		return nil, func() int64 { return 0 }, func() {}, err
	}
	b, err = compute.New(d)
	return b, func() (n int64) {
		d.Do(func() { n = d.Stats().BufferBytes })
		return n
	}, done, err
}
