//go:build cgo && linux

package bench

import (
	"errors"

	"github.com/galvani-sim/galvani/gpu/compute"
	glcontext "github.com/galvani-sim/galvani/gpu/context"
	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/host/exec"
)

// openDevice opens OpenGL without a window.
func openDevice() (*device.Device, func(), error) {
	c, err := glcontext.NewHeadless(glcontext.HeadlessOptions{})
	if err != nil {
		return nil, nil, err
	}
	d, err := device.New(c, device.Options{})
	if err != nil {
		return nil, nil, errors.Join(err, c.Close())
	}
	return d, func() {
		d.Do(func() { _ = d.Close() })
		_ = c.Close()
	}, nil
}

// OpenGL opens the gl backend without a window.
func OpenGL() (exec.Backend, func(), error) {
	d, done, err := openDevice()
	if err != nil {
		return nil, nil, err
	}
	b, err := compute.New(d)
	if err != nil {
		done()
		return nil, nil, err
	}
	return b, done, nil
}
