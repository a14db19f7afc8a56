//go:build cgo && linux

package bench

import (
	"errors"
	"strings"

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
	list, done, err := openModes([]string{"gl"})
	if err != nil {
		return nil, nil, err
	}
	return list[0], done, nil
}

// mode is the gl backend in one way to run a schedule, under a name of its own.
type mode struct {
	*compute.Backend
	name string
}

func (m mode) Caps() exec.Caps {
	c := m.Backend.Caps()
	c.Name = m.name
	return c
}

// madeOnDevice is gl with connectivity that the device makes wherever it can, also where the host is faster.
const madeOnDevice = "gl-made"

// openModes opens gl and GLModes, all on one context.
func openModes(names []string) (list []exec.Backend, done func(), err error) {
	d, done, err := openDevice()
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		b, err := compute.New(d)
		switch {
		case err != nil || name == "gl":
		case name == madeOnDevice:
			b.Making = compute.MadeOnDevice
		default:
			b.Mode, err = compute.ParseMode(strings.TrimPrefix(name, "gl-"))
		}
		if err != nil {
			done()
			return nil, nil, err
		}
		list = append(list, mode{b, name})
	}
	return list, done, nil
}
