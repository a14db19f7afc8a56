// Package nettest describes small networks that tests of several rooms share. Only tests import it.
package nettest

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
)

// Constants is a namespace of numbers without units.
type Constants map[string]float64

// Lookup implements check.Scope.
func (c Constants) Lookup(name string) (check.Value, bool) {
	v, ok := c[name]
	return check.Value{Kind: check.ValQuantity, Q: units.Number(v)}, ok
}

// Names implements check.Scope.
func (c Constants) Names() []string {
	var names []string
	for n := range c {
		names = append(names, n)
	}
	return names
}

// Text is a block of equations in a test.
func Text(text string) *diag.Source { return &diag.Source{Name: "test", Text: text} }

// FieldNetwork is the neural field of ANNarchy's example in the Go API: a bubble circles in Input, and Focus cleans it up.
type FieldNetwork struct {
	*net.Network
	Input, Focus *net.Group
	Lateral      *net.Projection
}

// Field describes a neural field of n x n cells; noise is the width of the uniform noise, 1 in ANNarchy's example.
func Field(n int, noise float64) *FieldNetwork {
	grid := &connect.Grid{Layers: 1, Rows: n, Cols: n}
	f := &FieldNetwork{}
	f.Input = &net.Group{Name: "Input", N: n * n, Grid: grid, Dialect: check.ANNarchy, Namespace: Constants{"middle": float64(n) / 2},
		Equations: Text(fmt.Sprintf(`
angle = 2*pi*(t + dt)/5000 : population
baseline = exp(-((x - middle*(1 + 0.5*cos(angle)))**2 + (y - middle*(1 + 0.5*sin(angle)))**2) / 8)
r = pos(baseline + %g*Uniform(-0.5, 0.5))`, noise))}
	f.Focus = &net.Group{Name: "Focus", N: n * n, Grid: grid, Dialect: check.ANNarchy, Namespace: Constants{},
		Params:    Text("tau = 10.0 : population"),
		Equations: Text(fmt.Sprintf("tau * dr/dt + r = sum(exc) + sum(inh) + %g*Uniform(-0.5, 0.5) : min=0.0, max=1.0", noise))}
	f.Lateral = &net.Projection{Name: "lat", Pre: f.Focus, Post: f.Focus, Target: "inh",
		Rule: connect.DoG{AmpPos: 0.2, SigmaPos: 0.1, AmpNeg: 0.1, SigmaNeg: 0.7, Limit: 0.01}}
	f.Network = &net.Network{DT: 1e-3, Groups: []*net.Group{f.Input, f.Focus}, Projections: []*net.Projection{
		{Name: "ff", Pre: f.Input, Post: f.Focus, Target: "exc", Rule: connect.OneToOne{Weight: connect.Constant(1)}, Delay: 20e-3, DelaySet: true},
		f.Lateral,
	}}
	return f
}
