package bench

import (
	"fmt"
	"maps"
	"slices"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/exec"
)

// OpenCPU is the Opener of the cpu backend.
func OpenCPU() (exec.Backend, func(), error) { return cpu.Backend{}, func() {}, nil }

// forms are the cpu backend as it is on processors that have less than this one.
var forms = map[string]cpu.Instructions{
	"cpu-avx512": cpu.AVX512, "cpu-avx2": cpu.AVX2, "cpu-blocks": cpu.Blocks, "cpu-portable": cpu.Portable,
}

// Forms are the names of backends that are the cpu backend with fewer of the processor's instructions.
func Forms() []string { return slices.Sorted(maps.Keys(forms)) }

// form is the cpu backend under another name.
type form struct {
	cpu.Backend
	name string
}

func (f form) Caps() exec.Caps {
	c := f.Backend.Caps()
	c.Name = f.name
	return c
}

func openForm(name string) (exec.Backend, error) {
	i := forms[name]
	if !i.Available() {
		return nil, fmt.Errorf("%s: %w: this processor does not have the instructions", name, ErrNoBackend)
	}
	return form{cpu.Backend{Instructions: i}, name}, nil
}
