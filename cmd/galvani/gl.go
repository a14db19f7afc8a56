//go:build cgo && linux

package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/galvani-sim/galvani/gpu/compute"
	"github.com/galvani-sim/galvani/gpu/context"
	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
)

// builtWithGL: this build can talk to OpenGL.
const builtWithGL = true

// glDevice is an OpenGL context with a device on it.
type glDevice struct {
	context *context.Context
	device  *device.Device
}

// software reports whether the processor does what a graphics card should.
func (d *glDevice) software() bool { return d.device.Info().Software }

// openHeadless opens OpenGL without a window.
func openHeadless() (*glDevice, error) {
	if os.Getenv("EGL_LOG_LEVEL") == "" {
		// Mesa prints each driver that it cannot load; the error below says what that means.
		_ = os.Setenv("EGL_LOG_LEVEL", "fatal")
	}
	c, err := context.NewHeadless(context.HeadlessOptions{})
	if err != nil {
		return nil, err
	}
	return newDevice(c)
}

// openWindow opens OpenGL in a window that is not shown yet.
func openWindow(title string, width, height int) (*glDevice, error) {
	if os.Getenv("LIBGL_DEBUG") == "" {
		_ = os.Setenv("LIBGL_DEBUG", "quiet") // as above
	}
	c, err := context.NewWindow(context.WindowOptions{Title: title, Width: width, Height: height})
	if err != nil {
		return nil, err
	}
	return newDevice(c)
}

func newDevice(c *context.Context) (*glDevice, error) {
	o := device.Options{}
	if cache := compute.NewDiskCache(); cache != nil {
		o.Cache = cache // compiled shaders of earlier runs
	}
	d, err := device.New(c, o)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return &glDevice{c, d}, nil
}

// backend is the gl backend in a way to run schedules; note is told when that cannot be, and may be nil.
func (d *glDevice) backend(mode string, note func(string)) (exec.Backend, error) {
	b, err := compute.New(d.device)
	if err != nil {
		return nil, err
	}
	b.Note = note
	if mode != "" {
		if b.Mode, err = compute.ParseMode(mode); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (d *glDevice) close() {
	d.device.Do(func() { _ = d.device.Close() })
	_ = d.context.Close()
}

// dumpGLSL prints the compute shaders that the gl backend builds for a plan on this machine.
func dumpGLSL(w io.Writer, p *plan.Plan) error {
	d, err := openHeadless()
	if err != nil {
		return machineError(err)
	}
	defer d.close()
	b, err := d.backend("", nil)
	if err != nil {
		return machineError(err)
	}
	inst, err := b.Load(p, exec.Options{})
	if err != nil {
		return err
	}
	defer inst.Close()
	programs, ok := inst.(interface{ Programs() []*glsl.Program })
	if !ok {
		return fmt.Errorf("the gl backend does not show its programs")
	}
	for _, g := range programs.Programs() {
		text, err := g.Resolved()
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "// ---- %s\n%s\n", g.Name, text); err != nil {
			return err
		}
	}
	return nil
}
