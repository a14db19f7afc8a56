//go:build !cgo

package compute

import (
	"errors"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
)

// ErrNotBuilt is the error of every call in a program built without cgo.
var ErrNotBuilt = errors.New("built without cgo, so without OpenGL; only the cpu backend is available")

// Backend stands in for the gl backend.
type Backend struct{}

// New returns ErrNotBuilt.
func New(any) (*Backend, error) { return nil, ErrNotBuilt }

// Caps names the backend.
func (*Backend) Caps() exec.Caps { return exec.Caps{Name: "gl"} }

// Load returns ErrNotBuilt.
func (*Backend) Load(*plan.Plan, exec.Options) (exec.Instance, error) { return nil, ErrNotBuilt }
