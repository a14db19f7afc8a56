package sim

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/check"
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

// Get reads a variable of a group: one value per element, or one for a shared variable.
func (s *Sim) Get(g *net.Group, name string) ([]float64, units.Dim, error) {
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
	if len(values) == 1 && b.Len != 1 {
		all := make([]float64, b.Len)
		for i := range all {
			all[i] = values[0]
		}
		values = all
	}
	if len(values) != b.Len {
		return fmt.Errorf("%s.%s has %d elements, but %d values were given", g.Name, name, b.Len, len(values))
	}
	return s.inst.Write(b.ID, 0, values)
}

// operationState is what an operation sees of the running network.
type operationState struct{ s *Sim }

func (o operationState) Time() float64 { return o.s.Time() }

func (o operationState) Get(g *net.Group, name string) ([]float64, error) {
	v, _, err := o.s.Get(g, name)
	return v, err
}

func (o operationState) Set(g *net.Group, name string, values []float64) error {
	return o.s.Set(g, name, values)
}
