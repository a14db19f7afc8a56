//go:build cgo && linux

package bench

import (
	"errors"

	"github.com/galvani-sim/galvani/gpu/compute"
	glcontext "github.com/galvani-sim/galvani/gpu/context"
	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/host/exec"
)

// OpenGL opens the gl backend without a window.
func OpenGL() (exec.Backend, func(), error) {
	c, err := glcontext.NewHeadless(glcontext.HeadlessOptions{})
	if err != nil {
		return nil, nil, err
	}
	d, err := device.New(c, device.Options{})
	if err != nil {
		return nil, nil, errors.Join(err, c.Close())
	}
	b, err := compute.New(d)
	if err != nil {
		return nil, nil, errors.Join(err, c.Close())
	}
	return b, func() {
		d.Do(func() { _ = d.Close() })
		_ = c.Close()
	}, nil
}
