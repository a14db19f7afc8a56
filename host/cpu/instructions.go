package cpu

import "github.com/galvani-sim/galvani/host/cpu/internal/native"

// Instructions say what a Backend may use of a processor.
type Instructions uint8

const (
	Best     Instructions = iota // all that is there
	Portable                     // functions in Go
	Blocks                       // also assembly for blocks of elements and for rows of synapses, but no machine code of kernels
	AVX2                         // also machine code with AVX2 and FMA
	AVX512                       // machine code with AVX-512 F, DQ and VL
)

// available is what the processor has of the instructions: never Best.
func (i Instructions) available() Instructions {
	switch {
	case i == Portable:
		return Portable
	case (i == Best || i == AVX512) && native.AVX512.InProcessor():
		return AVX512
	case i != Blocks && native.AVX2.InProcessor():
		return AVX2
	}
	return Blocks
}

// Available reports whether a Backend would use the instructions as they are asked for, machine code included.
func (i Instructions) Available() bool {
	use := i.available()
	return i == Best || i == use && (use < AVX2 || use.machineCode() != native.NoSet)
}

// machineCode is the set of instructions that kernels are compiled for, if any.
func (i Instructions) machineCode() native.Set {
	for use, set := range map[Instructions]native.Set{AVX512: native.AVX512, AVX2: native.AVX2} {
		if i == use && set.Available() {
			return set
		}
	}
	return native.NoSet
}
