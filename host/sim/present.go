package sim

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/units"
)

// evaluated counts the expressions evaluated between two steps, each of which draws random numbers of its own.
type evaluated struct {
	random exec.Random
	step   int64
	n      int
}

// Assign evaluates an assignment to a variable of a group on the present state. It is computed in double precision on the CPU whatever
// the backend, so that the random numbers are the same on all of them.
func (s *Sim) Assign(g *net.Group, a net.Assignment) error { return s.assign(g, a) }

// AssignSynapses is Assign for a variable of synapses; expressions may use i, j and the variables of both ends.
func (s *Sim) AssignSynapses(x *net.Synapses, a net.Assignment) error { return s.assign(x, a) }

func (s *Sim) assign(object any, a net.Assignment) error {
	if err := s.follow(); err != nil {
		return err
	}
	if x, ok := object.(*net.Synapses); ok {
		if err := s.unlump(x); err != nil {
			return err
		}
	}
	p, err := s.res.Assignment(object, a, s.ordinal())
	if err != nil {
		return err
	}
	values, err := s.evaluate(p)
	if err != nil {
		return err
	}
	return s.inst.Write(p.Target, 0, values)
}

// Where lists the elements of a *net.Group or *net.Synapses, or of the group of a net.Span, for which a condition holds now, ascending. Names are resolved by names; nil: as
// in the equations.
func (s *Sim) Where(object any, condition *diag.Source, names check.Scope) ([]int32, error) {
	if err := s.follow(); err != nil {
		return nil, err
	}
	if x, ok := object.(*net.Synapses); ok {
		if err := s.unlump(x); err != nil {
			return nil, err
		}
	}
	p, err := s.res.Where(object, condition, names, s.ordinal())
	if err != nil {
		return nil, err
	}
	values, err := s.evaluate(p)
	out := []int32{}
	for k, v := range values {
		if v != 0 {
			out = append(out, int32(k))
		}
	}
	return out, err
}

// GetSynapses reads a variable of synapses in the order of creation: one value per synapse, or one for a shared variable. PATHWAY.delay
// is the delay of a pathway.
func (s *Sim) GetSynapses(x *net.Synapses, name string) ([]float64, units.Dim, error) {
	if err := s.follow(); err != nil {
		return nil, units.Dim{}, err
	}
	if s.drawnAnew(x, name) {
		return nil, units.Dim{}, fmt.Errorf("%s.%s: the synapses are procedural, drawn anew for every spike, and cannot be asked", x.Name, name)
	}
	for _, p := range x.Delayed() {
		if name == p.Name+".delay" {
			d, err := s.delays(x, p)
			return d, units.Second, err
		}
	}
	if b, ok := s.res.Plan.Find(x.Name, name); ok {
		out := make([]float64, b.Len)
		err := s.inst.Read(b.ID, 0, out)
		if slices.Contains(s.res.Ones[x], name) {
			if err := s.pairs.Listed(x); err != nil {
				return nil, units.Dim{}, err
			}
			out = slices.Repeat(out, int(s.res.Synapses[x.Name]))
		}
		return out, units.Dim{}, err
	}
	if out, ok, err := s.lumpedValue(x, name); ok {
		return out, units.Dim{}, err
	}
	if err := s.unlump(x); err != nil {
		return nil, units.Dim{}, err
	}
	return s.value(x, x.Name, name)
}

// drawnAnew reports whether each synapse has a variable that is not stored.
func (s *Sim) drawnAnew(x *net.Synapses, name string) bool {
	if s.res.Procedural[x] == nil {
		return false
	}
	b, ok := s.res.Plan.Find(x.Name, name)
	return !ok || b.Len == 0
}

// SetSynapses writes a variable of synapses: one value for all of them, or one each.
func (s *Sim) SetSynapses(x *net.Synapses, name string, values []float64) error {
	if err := s.follow(); err != nil {
		return err
	}
	if s.drawnAnew(x, name) {
		return fmt.Errorf("%s.%s: the synapses are procedural, drawn anew for every spike with the values that they had at the start, and cannot be set", x.Name, name)
	}
	if vars := s.res.Lumped[x]; len(vars) == 0 || slices.Contains(vars, name) {
		if err := s.unlumpStates(x); err != nil {
			return err
		}
	}
	if slices.Contains(s.res.Ones[x], name) {
		if n := int(s.res.Synapses[x.Name]); len(values) == n && !slices.ContainsFunc(values, func(v float64) bool { return math.Float64bits(v) != math.Float64bits(values[0]) }) {
			values = values[:1]
		} else if len(values) != 1 {
			if err := s.unlump(x); err != nil {
				return err
			}
		}
	}
	b, ok := s.res.Plan.Find(x.Name, name)
	if !ok {
		return fmt.Errorf("%s has no variable %q that can be set", x.Name, name)
	}
	return s.write(b, x.Name+"."+name, values)
}

// delays are those that the plan was made with, one per synapse.
func (s *Sim) delays(x *net.Synapses, p *net.Pathway) ([]float64, error) {
	d, err := s.res.Delays(p)
	if err != nil || len(d) > 1 {
		return slices.Clone(d), err
	}
	if err := s.pairs.Listed(x); err != nil {
		return nil, err
	}
	out := make([]float64, s.res.Synapses[x.Name])
	if len(d) == 1 {
		for k := range out {
			out[k] = d[0]
		}
	}
	return out, nil
}

// value computes a variable that is not stored.
func (s *Sim) value(object any, owner, name string) ([]float64, units.Dim, error) {
	p, ok, err := s.res.Value(object, name, s.ordinal())
	if !ok {
		return nil, units.Dim{}, fmt.Errorf("%s has no variable %q", owner, name)
	}
	if err != nil {
		return nil, units.Dim{}, err
	}
	values, err := s.evaluate(p)
	return values, p.Dim, err
}

// write replaces the contents of a buffer: one value for all elements, or one each.
func (s *Sim) write(b *plan.Buffer, what string, values []float64) error {
	if len(values) == 1 && b.Len != 1 {
		all := make([]float64, b.Len)
		for i := range all {
			all[i] = values[0]
		}
		values = all
	}
	if len(values) != b.Len {
		return fmt.Errorf("%s has %d elements, but %d values were given", what, b.Len, len(values))
	}
	return s.inst.Write(b.ID, 0, values)
}

// Flush takes over what has been recorded up to now. Between runs there is nothing to take; an operation may ask for it, and who uses Advance.
func (s *Sim) Flush() error {
	if !s.calling {
		return s.drainCounts()
	}
	return s.drain()
}

// follow takes in synapses that were connected, or delays that were set, after the plan was made.
func (s *Sim) follow() error {
	if s.calling {
		return nil
	}
	for _, x := range s.net.Synapses {
		if s.connects[x] != len(x.Connect) {
			return s.prepare()
		}
		for _, p := range x.Delayed() {
			if s.delayed[p] != delaysSet(p) {
				return s.prepare()
			}
		}
	}
	return nil
}

// ordinal is the number of the next expression at this step.
func (s *Sim) ordinal() int {
	if at := s.inst.At().Step; s.evaluated.random != s.random || s.evaluated.step != at {
		s.evaluated = evaluated{random: s.random, step: at}
	}
	s.evaluated.n++
	return s.evaluated.n - 1
}

// evaluate runs the part on a copy of the present state.
func (s *Sim) evaluate(p *plan.Present) (values []float64, err error) {
	x, err := cpu.Backend{}.Load(p.Part, exec.Options{Seed: s.random.Seed, Run: s.random.Run, Replica: s.random.Replica, Threads: s.opt.Threads})
	if err != nil {
		return nil, err
	}
	defer func() {
		if cerr := x.Close(); err == nil {
			err = cerr
		}
	}()
	if len(p.Part.Schedule) > 0 {
		step := s.inst.At().Step / s.res.Plan.Clocks[p.Clock].Period
		if step > 0 {
			snap, err := x.Snapshot()
			if err != nil {
				return nil, err
			}
			snap.At = exec.Position{Step: step}
			if err := x.Restore(snap); err != nil {
				return nil, err
			}
		}
		for id, here := range p.From {
			v := make([]float64, s.res.Plan.Buffers[id].Len)
			if err := s.inst.Read(id, 0, v); err != nil {
				return nil, err
			}
			if err := x.Write(here, 0, v); err != nil {
				return nil, err
			}
		}
		if _, err := x.Advance(context.Background(), step+1); err != nil {
			return nil, explain(err, p.Part, x)
		}
	}
	values = make([]float64, p.Part.Buffers[p.Result].Len)
	return values, x.Read(p.Result, 0, values)
}
