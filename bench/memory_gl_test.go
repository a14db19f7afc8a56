//go:build cgo && linux

package bench

import (
	"github.com/galvani-sim/galvani/gpu/compute"
	"github.com/galvani-sim/galvani/host/exec"
)

// openCounted opens the gl backend, one that leaves connectivity to the device, and gives what their buffers take.
func openCounted() (b, made exec.Backend, allocated func() int64, done func(), err error) {
	d, done, err := openDevice()
	if err != nil {
		return nil, nil, func() int64 { return 0 }, func() {}, err
	}
	x, err := compute.New(d)
	if err != nil {
		return nil, nil, nil, done, err
	}
	y := *x
	y.Making = compute.MadeOnDevice
	return x, &y, func() (n int64) {
		d.Do(func() { n = d.Stats().BufferBytes })
		return n
	}, done, err
}
