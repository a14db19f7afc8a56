package bench

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
)

// constants is a namespace of numbers without units.
type constants map[string]float64

// Lookup implements check.Scope.
func (c constants) Lookup(name string) (check.Value, bool) {
	v, ok := c[name]
	return check.Value{Kind: check.ValQuantity, Q: units.Number(v)}, ok
}

// Names implements check.Scope.
func (c constants) Names() []string {
	names := make([]string, 0, len(c))
	for n := range c {
		names = append(names, n)
	}
	return names
}

func equations(text string) *diag.Source { return &diag.Source{Name: "workload", Text: text} }

// neuralField is ANNarchy's example of n × n cells with uniform noise. Without a bubble Input holds noise only, which is
// what its simulation costs when no program moves the bubble.
func neuralField(n int, bubble bool) *net.Network {
	grid := &connect.Grid{Layers: 1, Rows: n, Cols: n}
	input := &net.Group{
		Name: "Input", N: n * n, Grid: grid, Dialect: check.ANNarchy, Namespace: constants{"middle": float64(n) / 2},
		Equations: equations(`
			angle = 2*pi*(t + dt)/5000 : population
			baseline = exp(-((x - middle*(1 + 0.5*cos(angle)))**2 + (y - middle*(1 + 0.5*sin(angle)))**2) / 8)
			r = pos(baseline + Uniform(-0.5, 0.5))`),
	}
	if !bubble {
		input.Params = equations("baseline = 0.0")
		input.Equations = equations("r = pos(baseline + Uniform(-0.5, 0.5))")
	}
	focus := &net.Group{
		Name: "Focus", N: n * n, Grid: grid, Dialect: check.ANNarchy, Namespace: constants{},
		Params:    equations("tau = 10.0 : population"),
		Equations: equations("tau * dr/dt + r = sum(exc) + sum(inh) + Uniform(-0.5, 0.5) : min=0.0, max=1.0"),
	}
	return &net.Network{
		DT:     1e-3,
		Groups: []*net.Group{input, focus},
		Projections: []*net.Projection{
			{Name: "ff", Pre: input, Post: focus, Target: "exc", Rule: connect.OneToOne{Weight: connect.Constant(1)}, Delay: 20e-3, DelaySet: true},
			{Name: "lat", Pre: focus, Post: focus, Target: "inh", Rule: connect.DoG{AmpPos: 0.2, SigmaPos: 0.1, AmpNeg: 0.1, SigmaNeg: 0.7, Limit: 0.01}},
		},
	}
}

// rateGroup is n leaky neurons with a constant drive that differs between them, so that a network at rest is not all zeros.
func rateGroup(n int) *net.Group {
	return &net.Group{
		Name: "Rate", N: n, Dialect: check.ANNarchy, Namespace: constants{"n": float64(n)},
		Params:    equations("tau = 10.0 : population"),
		Equations: equations("tau * dv/dt + v = sum(exc) + 0.5*sin(2*pi*i/n)\nr = tanh(v)"),
	}
}

// recurrent connects a rate group with itself. Weights drawn by the rules below keep the gain of the loop under one, so
// that rounding errors die out and results of different backends can be compared.
func recurrent(n int, rule connect.Rule) *net.Network {
	g := rateGroup(n)
	return &net.Network{
		DT: 1e-3, Groups: []*net.Group{g},
		Projections: []*net.Projection{{Name: "rec", Pre: g, Post: g, Target: "exc", Rule: rule}},
	}
}

// balanced draws weights so that the spectral radius of a matrix with this many inputs per neuron is a half.
func balanced(inputs float64) (connect.Values, error) {
	a := 0.5 * math.Sqrt(3/inputs)
	return connect.NewUniform(-a, a)
}

func allToAll(n int) (*net.Network, error) {
	w, err := balanced(float64(n))
	if err != nil {
		return nil, err
	}
	return recurrent(n, connect.AllToAll{Weight: w}), nil
}

func sparse(n int, p float64) (*net.Network, error) {
	w, err := balanced(float64(n) * p)
	if err != nil {
		return nil, err
	}
	return recurrent(n, connect.FixedProbability{P: p, Weight: w}), nil
}

// delayLine copies the rates of one group to another, each after a delay of its own.
func delayLine(n, longest int) (*net.Network, error) {
	d, err := connect.NewDiscreteUniform(1, float64(longest))
	if err != nil {
		return nil, err
	}
	pre := &net.Group{
		Name: "Source", N: n, Dialect: check.ANNarchy, Namespace: constants{"n": float64(n)},
		Equations: equations("r = 0.5 + 0.5*sin(2*pi*(t/50 + i/n))"),
	}
	post := rateGroup(n)
	return &net.Network{
		DT: 1e-3, Groups: []*net.Group{pre, post},
		Projections: []*net.Projection{{
			Name: "line", Pre: pre, Post: post, Target: "exc", Rule: connect.OneToOne{Weight: connect.Constant(1), Delay: milliseconds{d}},
		}},
	}, nil
}

// milliseconds turns values in milliseconds into the seconds of a rule's delays.
type milliseconds struct{ connect.Values }

// Const implements connect.Values.
func (m milliseconds) Const() (float64, bool) {
	v, ok := m.Values.Const()
	return v * 1e-3, ok
}

// Fill implements connect.Values.
func (m milliseconds) Fill(dst []float64, pre, post []int32, key connect.Key) error {
	if err := m.Values.Fill(dst, pre, post, key); err != nil {
		return fmt.Errorf("delays: %w", err)
	}
	for i := range dst {
		dst[i] *= 1e-3
	}
	return nil
}
