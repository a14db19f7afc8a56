//go:build !cgo || !linux

package bench

import (
	glcontext "github.com/galvani-sim/galvani/gpu/context"
	"github.com/galvani-sim/galvani/host/exec"
)

// OpenGL says why there is no gl backend in this program.
func OpenGL() (exec.Backend, func(), error) {
	_, err := glcontext.NewHeadless(glcontext.HeadlessOptions{})
	return nil, nil, err
}

func openModes([]string) ([]exec.Backend, func(), error) {
	_, done, err := OpenGL()
	return nil, done, err
}
