//go:build !cgo || !linux

package bench

import (
	"errors"

	"github.com/galvani-sim/galvani/host/exec"
)

func openCounted() (exec.Backend, func() int64, func(), error) {
	return nil, func() int64 { return 0 }, func() {}, errors.New("built without OpenGL")
}
