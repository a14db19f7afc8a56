package eval

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/syntax"
)

// Group is the state of N elements that follow one model. The functions answer for the world outside; a nil one means
// that the model does not ask.
type Group struct {
	Model *check.Model
	N     int
	// Rows and Cols shape the coordinates: x = i mod Cols, y = i div Cols mod Rows, z = i div (Rows × Cols).
	Rows, Cols int
	// DT is the time step in the model's unit of time: seconds in Brian's dialect, milliseconds in ANNarchy's.
	DT   float64
	Step int
	// Values holds every stored variable: N values, or one when it is shared.
	Values map[*check.Variable][]float64

	Sum   func(target string, i int) float64
	Noise func(name string, i int) float64 // standard normal
	Draw  func(site *syntax.Call, d Distribution, arg float64, i int) float64
	Table func(t check.Table, args []float64) (float64, error)

	offset float64                       // of the time within a step, in units of DT
	stage  map[*check.Variable][]float64 // values of the states within a step, in place of the stored ones
}

// NewGroup makes a group and gives every variable its initial value: its init expression, or zero.
func NewGroup(m *check.Model, n int, dt float64) *Group {
	g := &Group{Model: m, N: n, Rows: 1, Cols: n, DT: dt, Values: map[*check.Variable][]float64{}}
	for _, v := range m.Vars {
		if v.Kind != check.Subexpression {
			g.Values[v] = make([]float64, g.length(v))
		}
	}
	return g
}

// Init evaluates the initial values, in the order of the equations. Call it after the functions are set.
func (g *Group) Init() error {
	for _, v := range g.Model.Vars {
		if v.Init == nil {
			continue
		}
		values, err := g.each(v, v.Init)
		if err != nil {
			return err
		}
		g.Values[v] = values
	}
	return nil
}

func (g *Group) length(v *check.Variable) int {
	if v.Shared {
		return 1
	}
	return g.N
}

// each evaluates e for every element of v.
func (g *Group) each(v *check.Variable, e syntax.Expr) ([]float64, error) {
	out := make([]float64, g.length(v))
	for i := range out {
		x, err := Eval(e, g.Model, element{g, i})
		if err != nil {
			return nil, fmt.Errorf("%s[%d]: %w", v.Name, i, err)
		}
		out[i] = store(x, v.Type.Kind)
	}
	return out, nil
}

// Advance computes one step. method is "euler", "rk2" (midpoint) or "rk4"; in ANNarchy's dialect only "euler" exists, each
// update seeing the results of those before it.
func (g *Group) Advance(method string) error {
	for _, u := range g.Model.Updates {
		var err error
		if u.Assign != nil {
			err = g.assign(u.Assign)
		} else {
			err = g.integrate(u.ODEs, method)
		}
		if err != nil {
			return err
		}
	}
	g.Step++
	return nil
}

func (g *Group) assign(v *check.Variable) error {
	values, err := g.each(v, v.Expr)
	if err != nil {
		return err
	}
	for i, x := range values {
		old := g.Values[v][i]
		switch v.Op {
		case "+=":
			x = old + x
		case "-=":
			x = old - x
		case "*=":
			x = old * x
		case "/=":
			x = old / x
		}
		values[i] = store(x, v.Type.Kind)
	}
	g.Values[v] = values
	return g.clamp(v)
}

// clamp brings v into its limits.
func (g *Group) clamp(v *check.Variable) error {
	limit := func(e syntax.Expr, f func(x, y float64) float64) error {
		if e == nil {
			return nil
		}
		bound, err := g.each(v, e)
		for i := range bound {
			g.Values[v][i] = f(g.Values[v][i], bound[i])
		}
		return err
	}
	if err := limit(v.Min, math.Max); err != nil {
		return err
	}
	return limit(v.Max, math.Min)
}

// slopes evaluates the derivatives of vars with the states at base + h × k, and the time at the given part of the step.
func (g *Group) slopes(vars []*check.Variable, k map[*check.Variable][]float64, h, part float64) (map[*check.Variable][]float64, error) {
	g.stage, g.offset = map[*check.Variable][]float64{}, part
	defer func() { g.stage, g.offset = nil, 0 }()
	for _, v := range vars {
		values := make([]float64, g.length(v))
		for i := range values {
			values[i] = g.Values[v][i]
			if k != nil {
				values[i] += h * k[v][i]
			}
		}
		g.stage[v] = values
	}
	out := map[*check.Variable][]float64{}
	for _, v := range vars {
		values, err := g.each(v, v.Expr)
		if err != nil {
			return nil, err
		}
		for i := range values {
			if g.frozen(v, i) {
				values[i] = 0
			}
		}
		out[v] = values
	}
	return out, nil
}

// frozen reports whether v stands still because its neuron is refractory.
func (g *Group) frozen(v *check.Variable, i int) bool {
	free := g.Model.ByName["not_refractory"]
	return v.UnlessRefractory && free != nil && g.Values[free] != nil && g.Values[free][i] == 0
}

func (g *Group) integrate(vars []*check.Variable, method string) error {
	if len(g.Model.Noises) > 0 && method != "euler" {
		return fmt.Errorf("method %s does not take white noise", method)
	}
	dt := g.DT
	k1, err := g.slopes(vars, nil, 0, 0)
	if err != nil {
		return err
	}
	step := func(v *check.Variable, i int) float64 { return dt * k1[v][i] }
	switch method {
	case "euler":
	case "rk2":
		k2, err := g.slopes(vars, k1, dt/2, 0.5)
		if err != nil {
			return err
		}
		step = func(v *check.Variable, i int) float64 { return dt * k2[v][i] }
	case "rk4":
		k2, err := g.slopes(vars, k1, dt/2, 0.5)
		if err != nil {
			return err
		}
		k3, err := g.slopes(vars, k2, dt/2, 0.5)
		if err != nil {
			return err
		}
		k4, err := g.slopes(vars, k3, dt, 1)
		if err != nil {
			return err
		}
		step = func(v *check.Variable, i int) float64 {
			return dt * (k1[v][i] + 2*k2[v][i] + 2*k3[v][i] + k4[v][i]) / 6
		}
	default:
		return fmt.Errorf("the slow evaluator has no method %q", method)
	}
	for _, v := range vars {
		for i := range g.Values[v] {
			g.Values[v][i] += step(v, i)
		}
	}
	for _, v := range vars {
		if err := g.clamp(v); err != nil {
			return err
		}
	}
	return nil
}

// element is the Env of one element of a group.
type element struct {
	g *Group
	i int
}

func (e element) Value(v *check.Variable) float64 {
	values, ok := e.g.stage[v]
	if !ok {
		values = e.g.Values[v]
	}
	if len(values) == 1 {
		return values[0]
	}
	return values[e.i]
}

func (e element) Time() float64 { return (float64(e.g.Step) + e.g.offset) * e.g.DT }
func (e element) Dt() float64   { return e.g.DT }
func (e element) Index() int    { return e.i }
func (e element) Count() int    { return e.g.N }

func (e element) Coord(axis string) float64 {
	switch axis {
	case "x":
		return float64(e.i % e.g.Cols)
	case "y":
		return float64(e.i / e.g.Cols % e.g.Rows)
	}
	return float64(e.i / (e.g.Cols * e.g.Rows))
}

func (e element) Sum(target string) float64 {
	if e.g.Sum == nil {
		return 0 // a target without synapses
	}
	return e.g.Sum(target, e.i)
}

// Noise is white noise over one step: a standard normal divided by sqrt(dt), so that dt × xi has variance dt.
func (e element) Noise(name string) float64 { return e.g.Noise(name, e.i) / math.Sqrt(e.g.DT) }

func (e element) Draw(site *syntax.Call, d Distribution, arg float64) float64 {
	return e.g.Draw(site, d, arg, e.i)
}

func (e element) Table(t check.Table, args []float64) (float64, error) { return e.g.Table(t, args) }

func (e element) Other(ref check.Ref) (float64, error) {
	return 0, fmt.Errorf("%q has no value in a group", ref.Name)
}
