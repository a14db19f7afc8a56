//go:build cgo

package compute

import "github.com/galvani-sim/galvani/gpu/glsl"

// Programs are the programs that advance the schedule, in its order, each once. They are for people to read.
func (i *Instance) Programs() []*glsl.Program {
	seen := map[string]bool{}
	var list []*glsl.Program
	add := func(p *glsl.Program) {
		if p != nil && !seen[keyOf(p)] {
			seen[keyOf(p)] = true
			list = append(list, p)
		}
	}
	if i.resident != nil {
		add(i.resident.text)
	}
	if i.persistent != nil {
		add(i.persistent.text)
	}
	if i.stretch != nil {
		add(i.stretch.text)
	}
	for k := range i.units {
		add(i.units[k].text)
	}
	return list
}

// Programs are those of the instance.
func (s *Shared) Programs() []*glsl.Program { return s.i.Programs() }
