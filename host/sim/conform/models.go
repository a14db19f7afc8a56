package conform

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/check/checkgen"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/eval"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/galvani-sim/galvani/host/syntax"
)

// model is a group with equations and how to advance them.
type model struct {
	name                  string
	dialect               check.Dialect
	equations, parameters string
	method                string // of eval; "" is euler
	layers, rows, cols    int
}

// models runs random and chosen models against the slow evaluator.
func (s *suite) models(t *testing.T) {
	for _, m := range chosenModels {
		t.Run(m.name, func(t *testing.T) { s.model(t, m, 1) })
	}
	for k := range uint64(s.opt.Models) {
		m := randomModel(k, s.precision)
		t.Run(m.name, func(t *testing.T) { s.model(t, m, k) })
	}
	t.Logf("largest error of a model: %.3g eps, %g allowed", s.worst, s.opt.Model)
}

// randomModel is the model with a number.
func randomModel(k uint64, p plan.Precision) model {
	o := checkgen.Options{Random: k%4 < 2, Geometry: true, OverDt: true, Depth: 3 + int(k%3)}
	// In single precision a jump may fall on the other side.
	o.Smooth = p == plan.Single || k%5 < 3
	m := model{name: fmt.Sprint("random", k), method: []string{"euler", "rk2", "rk4"}[k/2%3], layers: 1 + int(k%2), rows: 2, cols: 3}
	if k%2 == 1 {
		o.Dialect, m.method = check.ANNarchy, "euler"
	}
	src := checkgen.Generate(k, o)
	m.dialect, m.equations, m.parameters = o.Dialect, src.Equations, src.Parameters
	return m
}

// group is the model as a user describes it.
func (m *model) group(name string) *net.Group {
	g := &net.Group{
		Name: name, N: m.layers * m.rows * m.cols, Grid: &connect.Grid{Layers: m.layers, Rows: m.rows, Cols: m.cols},
		Dialect: m.dialect, Equations: &diag.Source{Name: "equations", Text: m.equations}, Method: m.method,
	}
	if m.parameters != "" {
		g.Params = &diag.Source{Name: "parameters", Text: m.parameters}
	}
	if m.dialect == check.ANNarchy && m.method == "euler" {
		g.Method = ""
	}
	return g
}

// reference is the same model in the slow evaluator, with initial values by init= and defaults.
func (s *suite) reference(t *testing.T, m *model, name string, dt float64) *eval.Group {
	t.Helper()
	g, err := s.slow(m, name, dt)
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, m.parameters, m.equations)
	}
	return g
}

func (s *suite) slow(m *model, name string, dt float64) (*eval.Group, error) {
	eqs, list := syntax.ParseEquations(&diag.Source{Name: "equations", Text: m.equations}, m.dialect.Syntax())
	ps, more := syntax.ParseParameters(&diag.Source{Name: "parameters", Text: m.parameters})
	if err := append(list, more...).Err(); err != nil {
		return nil, err
	}
	checked, list := check.Check(eqs, ps.Eqs, check.Context{Dialect: m.dialect, Geometry: true})
	if err := list.Err(); err != nil {
		return nil, err
	}
	if m.dialect == check.ANNarchy {
		dt /= 1e-3
	}
	g := eval.NewGroup(checked, m.layers*m.rows*m.cols, dt)
	g.Rows, g.Cols = m.rows, m.cols
	s.drawFor(g, name)
	return g, g.Init()
}

// disturb gives every real and whole variable without a default a value per element, in both descriptions.
func (s *suite) disturb(g *net.Group, slow *eval.Group, k uint64) {
	r := rand.New(rand.NewPCG(k, 5))
	for _, v := range slow.Model.Vars {
		if v.Kind == check.Subexpression || v.Init != nil || v.Type.Kind == check.Bool {
			continue
		}
		values := slow.Values[v]
		for i := range values {
			values[i] = s.round((2*r.Float64() - 1) * size(v))
			if v.Type.Kind == check.Int {
				values[i] = float64(r.IntN(9) - 4)
			}
		}
		g.Initial = append(g.Initial, net.Assignment{Var: v.Name, Values: append([]float64(nil), values...), Dim: v.Type.Dim})
	}
}

func (s *suite) model(t *testing.T, m model, k uint64) {
	const n, dt = 40, 1e-4
	g := m.group("g")
	slow := s.reference(t, &m, "g", dt)
	s.disturb(g, slow, k)
	r := compile(t, &net.Network{DT: dt, Groups: []*net.Group{g}}, s.options())
	var twin *sim.Sim
	if s.opt.Twin != nil {
		o := s.options()
		o.Backend = s.opt.Twin
		twin = compile(t, &net.Network{DT: dt, Groups: []*net.Group{g}}, o)
	}
	for step := 0; step < n; step++ {
		if err := slow.Advance(m.method); err != nil {
			t.Fatal(err)
		}
		if step > 1 && step < n-1 {
			continue
		}
		steps(t, r, int64(slow.Step)-r.Instance().At().Step)
		if twin != nil {
			steps(t, twin, int64(slow.Step)-twin.Instance().At().Step)
		}
		for _, v := range slow.Model.Vars {
			if v.Kind == check.Subexpression {
				continue
			}
			got := get(t, r, g, v.Name)
			s.compare(t, v, got, slow.Values[v], slow.Step)
			if twin != nil {
				if other := get(t, twin, g, v.Name); !slices.EqualFunc(got, other, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) }) {
					t.Errorf("%s is %v after %d steps, from its twin %v", v.Name, got, slow.Step, other)
				}
			}
		}
		if t.Failed() {
			t.Fatalf("%s\n%s", m.parameters, m.equations)
		}
	}
}

// compare holds the values of a variable against the reference's.
func (s *suite) compare(t *testing.T, v *check.Variable, got, want []float64, step int) {
	t.Helper()
	bound := s.opt.Model * s.eps() * size(v)
	if v.Type.Kind != check.Real {
		bound = 0
	}
	d, i := distance(got, want)
	s.worst = max(s.worst, d/s.eps()/size(v))
	if !(d <= bound) {
		t.Errorf("%s[%d] is %v after %d steps, slowly %v: off by %.3g eps, %g allowed", v.Name, i, got[i], step, want[i], d/s.eps()/size(v), s.opt.Model)
	}
}

// size is the order of magnitude of a generated variable.
func size(v *check.Variable) float64 {
	if v.Type.Dim.Dimensionless() {
		return 1
	}
	if x := map[string]float64{"volt": 1e-2, "amp": 2e-9, "siemens": 5e-9, "hertz": 20, "siemens/metre**2": 1}[v.Type.Dim.String()]; x > 0 {
		return x
	}
	return math.NaN()
}
