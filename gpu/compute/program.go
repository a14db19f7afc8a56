//go:build cgo

package compute

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/rng"
)

// program is a compiled program, shared by the units whose text is the same.
type program struct {
	*device.Program
	text *glsl.Program
}

// keyOf tells programs apart.
func keyOf(t *glsl.Program) string { return fmt.Sprint(t.Streams, t.Constants, t.Source.Text) }

// compile builds a program, or returns the one with the same text.
func (i *Instance) compile(t *glsl.Program) (*program, error) {
	key := keyOf(t)
	if p, ok := i.programs[key]; ok {
		return p, nil
	}
	c, err := i.startCompile(t)
	if err != nil {
		return nil, err
	}
	return i.finishCompile(t, c)
}

func (i *Instance) startCompile(t *glsl.Program) (*device.Compilation, error) {
	return i.dev.StartCompute(t.Name, device.Source{Name: t.Source.Name, Text: t.Source.Text, Files: t.Source.Files})
}

func (i *Instance) finishCompile(t *glsl.Program, c *device.Compilation) (*program, error) {
	dp, err := c.Finish()
	if err != nil {
		return nil, err
	}
	p := &program{Program: dp, text: t}
	if t.Random {
		i.setKey(p)
	}
	i.setScales(p)
	for k, v := range t.Streams {
		p.SetUints(glsl.UniformStream(k), v)
	}
	i.setConstants(p)
	i.programs[keyOf(t)] = p
	return p, nil
}

// compileTogether builds what loading and the first step need at once, where the driver compiles programs side by side: with drivers of graphics cards a
// program takes tenths of a second. Other drivers, and the software renderer, compile each when it is first dispatched.
func (i *Instance) compileTogether() error {
	if i.layout.Software || !i.dev.Info().Features.ParallelCompile {
		return nil
	}
	var list []*glsl.Program
	for k := range i.initial {
		list = append(list, i.initial[k].text)
	}
	list = append(append(list, i.guides...), i.pack...)
	switch {
	case i.resident != nil:
		list = append(list, i.resident.text)
	case i.persistent != nil:
		list = append(list, i.persistent.text)
	default:
		for k := range i.units {
			list = append(list, i.units[k].text)
		}
		if i.flush != nil {
			list = append(list, i.flush)
		}
	}
	started := map[string]bool{}
	var texts []*glsl.Program
	var under []*device.Compilation
	var err error
	for _, t := range list {
		if key := keyOf(t); i.programs[key] == nil && !started[key] {
			var c *device.Compilation
			if c, err = i.startCompile(t); err != nil {
				break
			}
			started[key], texts, under = true, append(texts, t), append(under, c)
		}
	}
	for k, c := range under { // also behind an error: nothing is left behind
		if _, e := i.finishCompile(texts[k], c); err == nil {
			err = e
		}
	}
	return err
}

// setConstants tells p the numbers of its equations.
func (i *Instance) setConstants(p *program) {
	if i.plan.Precision == plan.Double {
		var words []uint32
		for _, v := range p.text.Constants {
			bits := math.Float64bits(v)
			words = append(words, uint32(bits), uint32(bits>>32))
		}
		p.SetUintPairs(glsl.UniformConstants, words)
		return
	}
	var floats []float32
	for _, v := range p.text.Constants {
		floats = append(floats, float32(v))
	}
	p.SetFloatArray(glsl.UniformConstants, floats)
}

// setScales tells p the scales of its sums.
func (i *Instance) setScales(p *program) {
	for _, k := range p.text.Sums {
		s := i.layout.Sums[k]
		if s.Scales >= 0 {
			continue // in a buffer, for each replica
		}
		p.SetFloats(glsl.UniformSum(k), float32(s.Scale), float32(1/s.Scale), float32(min(s.Limit, math.MaxFloat32)))
	}
}

// setKey tells p the key of the random numbers, or those of all replicas.
func (i *Instance) setKey(p *program) {
	if !i.layout.OwnNoise {
		key := rng.NewKey(i.opts.Seed, i.opts.Run, i.opts.Replica)
		p.SetUints(glsl.UniformKey, key[0], key[1])
		return
	}
	var keys []uint32
	for _, r := range i.opts.Replicas {
		key := rng.NewKey(i.opts.Seed, i.opts.Run, r)
		keys = append(keys, key[:]...)
	}
	p.SetUintPairs(glsl.UniformKeys, keys)
}

// putScales writes the scales of the sums of each replica.
func (i *Instance) putScales() error {
	for _, s := range i.layout.Sums {
		if s.Scales >= 0 {
			if err := i.put(plan.BufferID(s.Scales), 0, i.layout.ScalesOf(s)); err != nil {
				return err
			}
		}
	}
	return nil
}

// widen tells the layout that the host wrote values, and the programs when scales change with them. All sums are applied then.
func (i *Instance) widen(id plan.BufferID, off int, values []float64) error {
	if !i.layout.Widen(id, off, values) {
		return nil
	}
	i.rescale()
	return i.putScales()
}

// rescale tells all programs the scales of their sums.
func (i *Instance) rescale() {
	for _, p := range i.programs {
		i.setScales(p)
	}
}

// bind binds what p's text names.
func (i *Instance) bind(p *program) error {
	i.dev.BindStorage(glsl.ControlBinding, i.control)
	for k, b := range p.text.Blocks {
		buf := i.slabs[b.Slab].buf
		if i.layout.Slabs[b.Slab].Piece == 0 {
			i.dev.BindStorage(glsl.SlabBinding+k, buf)
		} else if err := i.dev.BindStorageRange(glsl.SlabBinding+k, buf, b.From, b.Len); err != nil {
			return err
		}
	}
	for unit, s := range p.text.Texels {
		if err := i.bindTexels(unit, &i.slabs[s]); err != nil {
			return err
		}
	}
	return nil
}

// bindTexels binds a slab to an image unit.
func (i *Instance) bindTexels(unit int, s *slab) (err error) {
	if s.texels == nil {
		if s.texels, err = i.dev.NewTexelBuffer(s.buf); err != nil {
			return err
		}
	}
	return s.texels.Bind(unit)
}
