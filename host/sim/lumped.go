package sim

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// Plans lump variables of synapses where nobody looks at them (plan.Result.Lumped). The first one who does gets what he asks for: a value is
// read where all synapses of a presynaptic neuron share it; whatever could tell synapses apart, such as writing to one of them, brings the plain
// form back, in which each synapse has its own, with the state that it would have. It stays from then on.

// EachSynapse brings the plain form of all synapses back now. Those who edit synapses, or look into the plan for their variables, call it first.
func (s *Sim) EachSynapse() error {
	if s.opt.EachSynapse {
		return nil
	}
	s.opt.EachSynapse = true
	if len(s.res.Lumped) == 0 && len(s.res.Ones) == 0 {
		return nil
	}
	return s.load()
}

// isPlain is plan.Options.Plain.
func (s *Sim) isPlain(x *net.Synapses) bool { return s.opt.EachSynapse || s.plain[x] }

// mayBeOne is plan.Options.One: a variable that is not one number has a value for each synapse, and keeps it.
func (s *Sim) mayBeOne(x *net.Synapses, name string) (may, is bool) {
	if !s.opt.OneNumber || s.opt.EachSynapse || s.each[x] {
		return false, false
	}
	if s.res == nil {
		return true, false
	}
	is = slices.Contains(s.res.Ones[x], name)
	_, loaded := s.res.Synapses[x.Name]
	return is || !loaded, is
}

// unlump brings the plain form of some synapses back.
func (s *Sim) unlump(x *net.Synapses) error {
	if err := s.pairs.Listed(x); err != nil {
		return err
	}
	s.plain[x], s.each[x] = true, true
	return s.reload(len(s.res.Lumped[x]) > 0 || len(s.res.Ones[x]) > 0)
}

// unlumpStates brings the plain form of the states of some synapses back.
func (s *Sim) unlumpStates(x *net.Synapses) error {
	s.plain[x] = true
	return s.reload(len(s.res.Lumped[x]) > 0)
}

// reload makes another plan where it is needed.
func (s *Sim) reload(needed bool) error {
	switch {
	case !needed:
		return nil
	case s.calling:
		return errors.New("internal error, please report it: synapses are lumped in a network with operations")
	}
	return s.load()
}

// lumpedValue reads a lumped variable: a value per synapse.
func (s *Sim) lumpedValue(x *net.Synapses, name string) ([]float64, bool, error) {
	if !slices.Contains(s.res.Lumped[x], name) {
		return nil, false, nil
	}
	b, ok := s.res.Plan.Find(x.Name, name+plan.AtSource)
	if !ok {
		return nil, true, fmt.Errorf("internal error, please report it: %s.%s is lumped but has no values at its sources", x.Name, name)
	}
	at := make([]float64, b.Len)
	if err := s.inst.Read(b.ID, 0, at); err != nil {
		return nil, true, err
	}
	pre := s.pairs.Sources(x).Head(int(s.res.Synapses[x.Name]))
	out := make([]float64, pre.Len())
	for from, part := range pre.Parts {
		for k, i := range part {
			out[from+k] = at[i]
		}
	}
	return out, true, nil
}

// fit makes a state and the plan in use agree about which synapses are lumped: where a state is plain, the plan becomes so too. only are the
// objects whose state counts; nil: all.
func (s *Sim) fit(st *State, only map[string]bool) error {
	again := false
	for x, vars := range s.res.Lumped {
		if only != nil && !only[x.Name] {
			continue
		}
		if slices.ContainsFunc(vars, func(v string) bool { return st.find(x.Name, v) != nil }) {
			s.plain[x], again = true, true
		}
	}
	for x, vars := range s.res.Ones {
		if only != nil && !only[x.Name] {
			continue
		}
		if slices.ContainsFunc(vars, func(name string) bool { v := st.find(x.Name, name); return v != nil && !v.one }) {
			s.each[x], again = true, true
		}
	}
	if again {
		return s.load()
	}
	return nil
}

// sources lists the presynaptic element of each synapse of objects with lumped variables.
func (s *Sim) sources(lumped map[*net.Synapses][]string) map[string]*plan.Ends {
	out := map[string]*plan.Ends{}
	for x := range lumped {
		out[x.Name] = s.pairs.Sources(x).Head(int(s.res.Synapses[x.Name]))
	}
	return out
}

// sourcesAll is sources for states that were read from a file: of the synapses that there are now.
func (s *Sim) sourcesAll() map[string]*plan.Ends {
	out := map[string]*plan.Ends{}
	for _, x := range s.net.Synapses {
		out[x.Name] = s.pairs.Sources(x)
	}
	return out
}

// changed is a copy of st that may be changed: the state itself where it is one already.
func (st *State) changed(from *State) *State {
	if st != from {
		return st
	}
	c := *st
	c.byName, c.vars = nil, slices.Clone(st.vars)
	return &c
}

// expanded is the state with a value per synapse for variables that are lumped, or one number, but not in p.
func (st *State) expanded(p *plan.Plan) (*State, error) {
	out := st
	for _, b := range p.Buffers {
		if v := st.find(b.Object, b.Var); v != nil && v.one && b.Len != 1 {
			out = out.changed(st)
			all := *v
			all.one, all.n, all.data = false, b.Len, bytes.Repeat(v.data, b.Len)
			out.vars[slices.Index(out.vars, v)] = &all
			continue
		}
		v := st.find(b.Object, b.Var+plan.AtSource)
		pre := st.sources[b.Object]
		if v == nil || pre == nil || st.find(b.Object, b.Var) != nil {
			continue
		}
		out = out.changed(st)
		w := width(ir.Real, st.precision)
		data := make([]byte, pre.Len()*w)
		for from, part := range pre.Parts {
			for k, i := range part {
				if int(i) >= v.n {
					return nil, fmt.Errorf("the state of %s.%s has values for %d presynaptic elements; synapse %d begins at number %d", b.Object, b.Var, v.n, from+k, i)
				}
				copy(data[(from+k)*w:(from+k+1)*w], v.data[int(i)*w:])
			}
		}
		out.vars = slices.DeleteFunc(out.vars, func(o *stored) bool {
			return o.object == b.Object && (o.name == b.Var+plan.AtSource || o.name == b.Var+plan.AtTarget)
		})
		out.vars = append(out.vars, &stored{object: b.Object, name: b.Var, typ: v.typ, role: v.role, n: pre.Len(), data: data})
	}
	return out, nil
}
