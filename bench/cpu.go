package bench

import (
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/exec"
)

// OpenCPU is the Opener of the cpu backend.
func OpenCPU() (exec.Backend, func(), error) { return cpu.Backend{}, func() {}, nil }
