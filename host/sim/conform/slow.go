package conform

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/eval"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
)

// slowNet advances a network of spiking neurons as the order of a step is written in Brian2's documentation, one element and one synapse
// after another, by the slow evaluator. Delays are multiples of dt.
type slowNet struct {
	now            int
	groups         []*slowGroup
	synapses       []*slowSynapses
	spikes, events int                           // so far
	past           map[*eval.Group][]*eval.Group // by step, at the time of the sums
	standIns       []*eval.Group                 // synapses as an end of others
	covered        map[summed][]bool             // elements that a sum of the step has set
}

type slowGroup struct {
	*eval.Group
	object     *net.Group
	compared   []string
	threshold  *checked
	refractory *checked // nil: none
	reset      *check.Code
	last       []int    // step of the last spike
	fired      [][2]int // step and index of all spikes
	now        []int    // that spike in this step
}

// checked is an expression with the meaning of its names.
type checked struct {
	syntax.Expr
	side *check.Model
}

type slowSynapses struct {
	*eval.Synapses
	object   *net.Synapses
	compared []string
	paths    []*slowPath
}

type slowPath struct {
	object *net.Pathway
	code   *check.Code
	from   *slowGroup
	due    map[int][]int // synapses by step, in the order in which their spikes were sent
}

func newSlowNet(n *net.Network) (*slowNet, error) {
	out := &slowNet{past: map[*eval.Group][]*eval.Group{}}
	of := map[*net.Group]*slowGroup{}
	for _, g := range n.Groups {
		s, err := newSlowGroup(g, n.DT)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", g.Name, err)
		}
		out.groups, of[g] = append(out.groups, s), s
	}
	made := map[*net.Synapses]*slowSynapses{}
	for _, x := range n.Synapses {
		for _, g := range []*net.Group{x.Pre.Group, x.Post.Group} {
			if s := made[g.Of]; s != nil && of[g] == nil {
				of[g] = &slowGroup{Group: &eval.Group{Model: s.Model, N: len(s.I), DT: n.DT, Values: s.Values}, object: g}
				out.standIns = append(out.standIns, of[g].Group)
			}
		}
		s, err := newSlowSynapses(x, of)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", x.Name, err)
		}
		out.synapses, made[x] = append(out.synapses, s), s
	}
	slices.SortFunc(out.synapses, func(x, y *slowSynapses) int { return cmp.Compare(x.object.Name, y.object.Name) })
	return out, nil
}

func equations(src *diag.Source, ctx check.Context) (*check.Model, error) {
	eqs, list := syntax.ParseEquations(src, check.Brian.Syntax())
	if err := list.Err(); err != nil {
		return nil, err
	}
	m, list := check.Check(eqs, nil, ctx)
	return m, list.Err()
}

func statements(src *diag.Source, m *check.Model, ctx check.Context) (*check.Code, error) {
	code, list := syntax.ParseCode(src, check.Brian.Syntax())
	if err := list.Err(); err != nil {
		return nil, err
	}
	c, list := check.CheckCode(code, m, ctx)
	return c, list.Err()
}

func stored(m *check.Model) (names []string) {
	for _, v := range m.Vars {
		if v.Eq != nil && v.Kind != check.Subexpression && !v.Summed {
			names = append(names, v.Name)
		}
	}
	return names
}

// free is the name of the variable that holds while a neuron is not refractory.
const free = "not_refractory"

func newSlowGroup(g *net.Group, dt float64) (*slowGroup, error) {
	ctx := check.Context{Dialect: check.Brian, Scope: g.Namespace}
	spiking := g.Spiking
	if spiking == nil {
		spiking = &net.Spiking{}
	}
	if spiking.Refractory != nil {
		ctx.Extra = []*check.Variable{{Name: free, Kind: check.Parameter, Type: check.Type{Kind: check.Bool}}}
	}
	m, err := equations(g.Equations, ctx)
	if err != nil {
		return nil, err
	}
	ctx.Extra = nil
	s := &slowGroup{Group: eval.NewGroup(m, g.N, dt), object: g, compared: stored(m), last: make([]int, g.N)}
	for i := range s.last {
		s.last[i] = math.MinInt32
	}
	if v := m.ByName[free]; v != nil {
		for i := range s.Values[v] {
			s.Values[v][i] = 1
		}
	}
	for _, a := range g.Initial {
		values := s.Values[m.ByName[a.Var]]
		for i := range values {
			values[i] = a.Values[i%len(a.Values)]
		}
	}
	condition := func(src *diag.Source) (*checked, error) {
		e, list := syntax.ParseExpr(src, check.Brian.Syntax())
		if err := list.Err(); err != nil {
			return nil, err
		}
		side, list := check.CheckExpr(e, src, m, nil, ctx)
		return &checked{e, side}, list.Err()
	}
	if g.Spiking == nil {
		return s, nil
	}
	if s.threshold, err = condition(spiking.Threshold); err != nil {
		return nil, err
	}
	if spiking.Refractory != nil {
		if s.refractory, err = condition(spiking.Refractory); err != nil {
			return nil, err
		}
	}
	s.reset, err = statements(spiking.Reset, m, ctx)
	return s, err
}

func newSlowSynapses(x *net.Synapses, of map[*net.Group]*slowGroup) (*slowSynapses, error) {
	pre, post := of[x.Pre.Group], of[x.Post.Group]
	ctx := check.Context{Dialect: check.Brian, Scope: x.Namespace, Synapse: true, Pre: pre.Model, Post: post.Model}
	m, err := equations(x.Equations, ctx)
	if err != nil {
		return nil, err
	}
	s := &slowSynapses{object: x, compared: stored(m), Synapses: &eval.Synapses{Model: m, Pre: pre.Group, Post: post.Group, Values: map[*check.Variable][]float64{},
		PreStart: x.Pre.Start, PreLen: x.Pre.Len(), PostStart: x.Post.Start, PostLen: x.Post.Len()}}
	c := x.Connect[0]
	for k := range c.I {
		s.I, s.J = append(s.I, int(c.I[k])+x.Pre.Start), append(s.J, int(c.J[k])+x.Post.Start)
	}
	for _, v := range m.Vars {
		if v.Kind == check.Subexpression || v.Summed {
			continue
		}
		s.Values[v] = make([]float64, len(s.I))
		if v.Shared {
			s.Values[v] = make([]float64, 1)
		}
		if v.Kind == check.State && !v.ClockDriven {
			s.Last = make([]int, len(s.I))
		}
	}
	for _, a := range x.Initial {
		copy(s.Values[m.ByName[a.Var]], a.Values)
	}
	for _, p := range x.Pathways {
		code, err := statements(p.Code, m, ctx)
		if err != nil {
			return nil, err
		}
		path := &slowPath{object: p, code: code, from: pre, due: map[int][]int{}}
		if p.Post {
			path.from = post
		}
		s.paths = append(s.paths, path)
	}
	return s, nil
}

// step takes one step and returns how close a condition came to changing its answer.
func (n *slowNet) step() (nearest float64, err error) {
	nearest = math.Inf(1)
	values, err := n.sums()
	if err != nil {
		return 0, err
	}
	if err := n.states(values, &nearest); err != nil {
		return 0, err
	}
	for _, g := range n.groups {
		if err := g.thresholds(n.now, &nearest); err != nil {
			return 0, err
		}
		n.spikes += len(g.now)
	}
	if err := n.pathways(); err != nil {
		return 0, err
	}
	for _, g := range n.groups {
		for _, i := range g.now {
			if err := g.Run(g.reset, i); err != nil {
				return 0, err
			}
		}
	}
	n.now++
	for _, g := range n.groups {
		g.Step = n.now
	}
	for _, g := range n.standIns {
		g.Step = n.now
	}
	return nearest, nil
}

// ends are the states of the groups that the sum of a variable sees at synapse k: with a delay that of the far end is an old one, and the
// first one where there is none so old.
func (n *slowNet) ends(s *slowSynapses, v *check.Variable, k int) (pre, post *eval.Group) {
	pre, post = s.Pre, s.Post
	if s.object.Sums == nil || len(s.object.Sums.Delay) == 0 {
		return pre, post
	}
	d := s.object.Sums.Delay[k%len(s.object.Sums.Delay)]
	lag := int(math.Round(d / pre.DT))
	if lag == 0 {
		return pre, post
	}
	then := max(n.now-lag, 0)
	if strings.HasSuffix(v.Name, "_post") {
		return n.past[pre][then], post
	}
	return pre, n.past[post][then]
}

// summand is a summed variable of synapses.
type summand struct {
	s    *slowSynapses
	v    *check.Variable
	late bool // into a part of a group: among the state updaters, by name, instead of before them all
}

// summed is what sums go into.
type summed struct {
	g *eval.Group
	v *check.Variable
}

func (n *slowNet) summands() (list []summand) {
	for _, s := range n.synapses {
		for _, v := range s.Model.Vars {
			if !v.Summed {
				continue
			}
			near := s.object.Post
			if strings.HasSuffix(v.Name, "_pre") {
				near = s.object.Pre
			}
			delayed := s.object.Sums != nil && slices.ContainsFunc(s.object.Sums.Delay, func(d float64) bool { return math.Round(d/s.Pre.DT) > 0 })
			list = append(list, summand{s, v, near.Len() < near.Group.N && !delayed})
		}
	}
	return list
}

// sum adds a summed variable to where it goes, which it sets if nothing has in this step.
func (n *slowNet) sum(x summand, values map[summed][]float64) error {
	name, end, byPost := x.v.Name[:strings.LastIndex(x.v.Name, "_")], x.s.Post, true
	if strings.HasSuffix(x.v.Name, "_pre") {
		end, byPost = x.s.Pre, false
	}
	t := summed{end, end.Model.ByName[name]}
	span := x.s.object.Post
	if !byPost {
		span = x.s.object.Pre
	}
	if values[t] == nil { // elements beside the part that is summed into keep what they have
		values[t] = slices.Clone(end.Values[t.v])
		n.covered[t] = make([]bool, end.N)
	}
	for i := span.Start; i < span.Stop; i++ {
		if !n.covered[t][i] {
			n.covered[t][i], values[t][i] = true, 0
		}
	}
	for k := range x.s.I {
		pre, post := n.ends(x.s, x.v, k)
		y, err := eval.Eval(x.v.Expr, x.s.Model, x.s.AtPast(k, pre, post))
		if err != nil {
			return err
		}
		if byPost {
			values[t][x.s.J[k]] += y
		} else {
			values[t][x.s.I[k]] += y
		}
	}
	return nil
}

// sums gives summed variables their values from the state before the step, but for those into parts.
func (n *slowNet) sums() (map[summed][]float64, error) {
	for _, g := range n.groups {
		c := *g.Group
		c.Values = map[*check.Variable][]float64{}
		for v, values := range g.Values {
			c.Values[v] = slices.Clone(values)
		}
		n.past[g.Group] = append(n.past[g.Group], &c)
	}
	values := map[summed][]float64{}
	n.covered = map[summed][]bool{}
	for _, x := range n.summands() {
		if x.late {
			continue
		}
		if err := n.sum(x, values); err != nil {
			return nil, err
		}
		for t, v := range values { // those that come later by name see it
			t.g.Values[t.v] = v
		}
	}
	return values, nil
}

// states advances groups and clock-driven synapses and takes sums into parts of groups, by name.
func (n *slowNet) states(values map[summed][]float64, nearest *float64) error {
	type object struct {
		name    string
		advance func() error
	}
	var list []object
	for _, g := range n.groups {
		list = append(list, object{g.object.Name + "_stateupdater", func() error {
			err := g.advance(n.now, nearest)
			g.Step = n.now // what follows is of the same step
			return err
		}})
	}
	for _, s := range n.synapses {
		list = append(list, object{s.object.Name + "_stateupdater", s.Advance})
	}
	for _, x := range n.summands() {
		if !x.late {
			continue
		}
		list = append(list, object{x.s.object.Name + "_summed_variable_" + x.v.Name, func() error {
			if err := n.sum(x, values); err != nil {
				return err
			}
			for t, v := range values {
				t.g.Values[t.v] = v
			}
			return nil
		}})
	}
	slices.SortFunc(list, func(x, y object) int { return cmp.Compare(x.name, y.name) })
	for _, o := range list {
		if err := o.advance(); err != nil {
			return err
		}
	}
	return nil
}

// test evaluates a condition, and tells how far the two sides of a comparison are apart.
func (g *slowGroup) test(c *checked, i int, nearest *float64) (bool, error) {
	value := func(e syntax.Expr) float64 {
		x, err := eval.Eval(e, c.side, g.At(i))
		if err != nil {
			return math.NaN()
		}
		return x
	}
	if cmp, ok := c.Expr.(*syntax.Binary); ok {
		*nearest = min(*nearest, math.Abs(value(cmp.X)-value(cmp.Y)))
	}
	x, err := eval.Eval(c.Expr, c.side, g.At(i))
	return x != 0, err
}

func (g *slowGroup) advance(now int, nearest *float64) error {
	if r := g.refractory; r != nil {
		values := g.Values[g.Model.ByName[free]]
		for i := range values {
			switch t := r.side.Types[r.Expr]; {
			case t.Kind == check.Bool:
				stays, err := g.test(r, i, nearest)
				if err != nil {
					return err
				}
				if !stays {
					values[i] = 1
				}
			case t.Dim == units.Second:
				x, err := eval.Eval(r.Expr, r.side, g.At(i))
				if err != nil {
					return err
				}
				n := int((x + 1e-3*g.DT) / g.DT)
				if g.object.Spiking.Rule == net.RefractoryNEST {
					n++
				}
				values[i] = 0
				if now-g.last[i] >= n {
					values[i] = 1
				}
			}
		}
	}
	return g.Advance(g.object.Method)
}

func (g *slowGroup) thresholds(now int, nearest *float64) error {
	g.Step, g.now = now, nil
	if g.threshold == nil {
		return nil
	}
	for i := range g.N {
		fires, err := g.test(g.threshold, i, nearest)
		if err != nil {
			return err
		}
		v := g.Model.ByName[free]
		if !fires || v != nil && g.Values[v][i] == 0 {
			continue
		}
		if v != nil {
			g.Values[v][i] = 0
		}
		g.last[i], g.now, g.fired = now, append(g.now, i), append(g.fired, [2]int{now, i})
	}
	return nil
}

// underWay reports whether any spikes have yet to arrive.
func (n *slowNet) underWay() bool {
	return slices.ContainsFunc(n.synapses, func(s *slowSynapses) bool {
		return slices.ContainsFunc(s.paths, func(p *slowPath) bool { return len(p.due) > 0 })
	})
}

// pathways runs the code of what arrives: those of presynaptic spikes first, each kind by name.
func (n *slowNet) pathways() error {
	type entry struct {
		s *slowSynapses
		p *slowPath
	}
	var list []entry
	for _, s := range n.synapses {
		for _, p := range s.paths {
			list = append(list, entry{s, p})
		}
	}
	slices.SortFunc(list, func(x, y entry) int {
		late := func(e entry) int {
			if e.p.object.Post {
				return 1
			}
			return 0
		}
		return cmp.Or(late(x)-late(y), cmp.Compare(x.s.object.Name+"_"+x.p.object.Name, y.s.object.Name+"_"+y.p.object.Name))
	})
	for _, e := range list {
		ends := e.s.I
		if e.p.object.Post {
			ends = e.s.J
		}
		for _, i := range e.p.from.now {
			for k := range ends {
				if ends[k] != i {
					continue
				}
				delay := 0.0
				if d := e.p.object.Delay; len(d) > 0 {
					delay = d[k%len(d)]
				}
				at := n.now + int(math.Round(delay/e.s.Pre.DT))
				e.p.due[at] = append(e.p.due[at], k)
			}
		}
		for _, k := range e.p.due[n.now] {
			if err := e.s.Run(e.p.code, k); err != nil {
				return err
			}
		}
		n.events += len(e.p.due[n.now])
		delete(e.p.due, n.now)
	}
	return nil
}
