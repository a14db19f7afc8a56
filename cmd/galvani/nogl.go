//go:build !cgo || !linux

package main

import (
	"io"

	"github.com/galvani-sim/galvani/gpu/context"
	"github.com/galvani-sim/galvani/gpu/serve"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
	timeline "github.com/galvani-sim/galvani/host/session"
)

// builtWithGL: this build can talk to OpenGL.
const builtWithGL = false

// glDevice does not exist in this build.
type glDevice struct{}

func (*glDevice) software() bool { return false }

func openHeadless() (*glDevice, error) {
	_, err := context.NewHeadless(context.HeadlessOptions{})
	return nil, err
}

func openWindow(string, int, int) (*glDevice, error) {
	_, err := context.NewWindow(context.WindowOptions{})
	return nil, err
}

func (d *glDevice) backend(string, func(string)) (exec.Backend, error) { return nil, nil }
func (d *glDevice) close()                                             {}

func dumpGLSL(io.Writer, *plan.Plan) error {
	_, err := openHeadless()
	return machineError(err)
}

func newShow(*glDevice, *serve.Server, *viewFlags, func(string), func(*timeline.Timeline) (string, error)) (show, error) {
	_, err := openHeadless()
	return nil, machineError(err)
}

func newFilm(*glDevice, *movieFlags, *timeline.Replay) (film, error) {
	_, err := openHeadless()
	return nil, machineError(err)
}

func (d *doctor) opengl() {
	_, err := openHeadless()
	d.line("gl backend", missing, "%v", err)
}
