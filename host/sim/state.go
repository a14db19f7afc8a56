package sim

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/units"
)

// variable finds a stored variable of a group.
func (s *Sim) variable(g *net.Group, name string) (*plan.Buffer, *check.Variable, error) {
	m, ok := s.res.Models[g]
	if !ok {
		return nil, nil, fmt.Errorf("%q is not part of the network", g.Name)
	}
	v, ok := m.ByName[name]
	if !ok {
		msg := fmt.Sprintf("%q has no variable %q", g.Name, name)
		if hint := check.Suggest(name, m); hint != "" {
			msg += "; " + hint
		}
		return nil, nil, fmt.Errorf("%s", msg)
	}
	b, ok := s.res.Plan.Find(g.Name, name)
	if !ok {
		return nil, nil, fmt.Errorf("%s.%s is a subexpression and is not stored; record it with a monitor", g.Name, name)
	}
	return b, v, nil
}

// Get reads a variable of a group: one value per element, or one for a shared variable. Subexpressions are evaluated.
func (s *Sim) Get(g *net.Group, name string) ([]float64, units.Dim, error) {
	if m := s.res.Models[g]; m != nil && m.ByName[name] != nil {
		if _, stored := s.res.Plan.Find(g.Name, name); !stored {
			return s.value(g, g.Name, name)
		}
	}
	b, v, err := s.variable(g, name)
	if err != nil {
		return nil, units.Dim{}, err
	}
	out := make([]float64, b.Len)
	return out, v.Type.Dim, s.inst.Read(b.ID, 0, out)
}

// Set writes a variable of a group: one value for all elements, or one each.
func (s *Sim) Set(g *net.Group, name string, values []float64) error {
	b, _, err := s.variable(g, name)
	if err != nil {
		return err
	}
	if err := s.write(b, g.Name+"."+name, values); err != nil || !s.res.Now[g] {
		return err
	}
	return s.setNow(g, b, name)
}

// setNow makes the value that a variable was given the present one for those who read it from its history.
func (s *Sim) setNow(g *net.Group, b *plan.Buffer, name string) error {
	past, ok := s.res.Plan.Find(g.Name, plan.HistoryVar(name))
	if !ok {
		return nil
	}
	values := make([]float64, b.Len)
	if err := s.inst.Read(b.ID, 0, values); err != nil {
		return err
	}
	dt := g.DT
	if dt == 0 {
		dt = s.net.DT
	}
	step := s.inst.At().Step / int64(math.Round(dt/s.res.Plan.BaseDT))
	return s.inst.Write(past.ID, int(step%int64(past.Len/g.N))*g.N, values)
}

// operationState is what an operation sees of the running network.
type operationState struct {
	s     *Sim
	clock plan.Clock
}

// Time is that of the operation's clock, as code of objects sees theirs: 30 ms are as many intervals as they are, not 300 of 0.1 ms.
func (o operationState) Time() float64 {
	if o.clock.Phase != 0 {
		return o.s.Time()
	}
	return float64(o.s.inst.At().Step/o.clock.Period) * o.clock.DT
}

// Stop ends the run with the present step.
func (o operationState) Stop() { o.s.stopping = true }

func (o operationState) Get(g *net.Group, name string) ([]float64, error) {
	v, _, err := o.s.Get(g, name)
	return v, err
}

func (o operationState) Set(g *net.Group, name string, values []float64) error {
	return o.s.Set(g, name, values)
}

func (o operationState) GetSynapses(x *net.Synapses, name string) ([]float64, error) {
	v, _, err := o.s.GetSynapses(x, name)
	return v, err
}

func (o operationState) SetSynapses(x *net.Synapses, name string, values []float64) error {
	return o.s.SetSynapses(x, name, values)
}

func (o operationState) Assign(g *net.Group, a net.Assignment) error { return o.s.Assign(g, a) }

func (o operationState) Where(object any, condition *diag.Source, names check.Scope) ([]int32, error) {
	return o.s.Where(object, condition, names)
}

func (o operationState) AssignSynapses(x *net.Synapses, a net.Assignment) error {
	return o.s.AssignSynapses(x, a)
}
