//go:build !cgo || !linux

package bench

import (
	"errors"

	"github.com/galvani-sim/galvani/host/exec"
)

func openCounted() (b, made exec.Backend, allocated func() int64, done func(), err error) {
	return nil, nil, func() int64 { return 0 }, func() {}, errors.New("built without OpenGL")
}
