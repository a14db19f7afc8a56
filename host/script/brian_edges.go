package script

import (
	"errors"
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// The ends and values of synapses. Pairs that the script gave are known at once; what a condition, a probability or an enumeration
// selects is asked of the engine, which builds the same connectivity when the network runs.

// parts is a network of the synapses and what they connect, to be looked into.
func parts(syn *net.Synapses) *net.Network {
	n := &net.Network{}
	var groups []*net.Group
	var add func(*net.Synapses)
	add = func(s *net.Synapses) {
		if slices.Contains(n.Synapses, s) {
			return
		}
		for _, g := range []*net.Group{s.Pre.Group, s.Post.Group} {
			if g.Of != nil {
				add(g.Of)
			} else {
				groups = append(groups, g)
			}
		}
		for _, l := range s.Links {
			groups = append(groups, l.Group)
		}
		n.Synapses = append(n.Synapses, s)
	}
	add(syn)
	n.Groups = withLinked(groups...)
	return n
}

// still are the synapses and what they connect without spikes and code, whose names may get their values when the script has gone on.
func still(syn *net.Synapses) *net.Synapses {
	quiet := func(g *net.Group) *net.Group {
		if len(g.Links)+len(syn.Links) > 0 || g.Of != nil {
			return g // what it or the synapses are linked to, or an end of the synapses that it stands for, may be the other end
		}
		q := *g
		q.Spiking, q.Code, q.Events, q.Stops = nil, nil, nil, nil
		return &q
	}
	q := *syn
	q.Pathways, q.Code = nil, nil
	q.Pre.Group = quiet(syn.Pre.Group)
	if q.Post.Group = q.Pre.Group; syn.Post.Group != syn.Pre.Group {
		q.Post.Group = quiet(syn.Post.Group)
	}
	return &q
}

// ask calls f with a simulation that has the synapses, and with these as it knows them: the one they run in, or one opened to look.
func (s *synapses) ask(what string, f func(SpikingSimulation, *net.Synapses) error) error {
	use := func(syn *net.Synapses) func(Simulation) error {
		return func(sim Simulation) error {
			sp, err := spiking(sim, what)
			if err != nil {
				return err
			}
			return f(sp, syn)
		}
	}
	if sim := s.sim(); sim != nil {
		return use(s.syn)(sim)
	}
	err := s.in.inspect(parts(s.syn), use(s.syn))
	if err == nil || errors.Is(err, ErrStop) {
		return err
	}
	if q := still(s.syn); s.in.inspect(parts(q), use(q)) == nil {
		return nil
	}
	return err
}

// number is how many synapses there are, also where they are too many to be listed.
func (s *synapses) number() (int, error) {
	n, err := s.count()
	if n > 0 {
		err = nil
	}
	return n, err
}

// count is the number of synapses that can be listed; see Counting.
func (s *synapses) count() (n int, err error) {
	if s.explicit {
		return s.given(), nil
	}
	if (s.counted > 0 || s.pre != nil) && s.fresh() {
		return s.counted, s.unlisted
	}
	var pre, post []int32
	err = s.ask(listOfRule, func(sp SpikingSimulation, syn *net.Synapses) (err error) {
		if c, ok := sp.(Counting); ok {
			if n, err = c.Count(syn); n > listAtOnce || err != nil {
				return err
			}
		}
		pre, post, err = sp.Edges(syn)
		n = len(pre)
		return err
	})
	if err == nil || n > 0 {
		s.keepEdges(pre, post)
		s.counted, s.unlisted = n, err
	}
	return n, err
}

// listAtOnce is the number of synapses up to which who asks for it gets the list kept that he will ask for next.
const listAtOnce = 1 << 20

// listOfRule is what is asked for, for messages.
const listOfRule = "the list of synapses that a rule makes"

// fresh reports whether what is kept of the synapses is of all of them.
func (s *synapses) fresh() bool {
	return s.known == s.given() && s.knownCalls == len(s.syn.Connect)
}

// given is the number of pairs that were given one by one.
func (s *synapses) given() (n int) {
	for _, c := range s.syn.Connect {
		n += len(c.I)
	}
	return n
}

// keepEdges keeps the ends of all synapses.
func (s *synapses) keepEdges(pre, post []int32) {
	s.pre, s.post, s.known, s.knownCalls = pre, post, s.given(), len(s.syn.Connect)
	s.counted, s.unlisted = len(pre), nil
}

// edges are the ends of all synapses, relative to source and target. They are kept until connect is called again.
func (s *synapses) edges() (pre, post []int32, err error) {
	if s.pre != nil && s.fresh() {
		return s.pre, s.post, nil
	}
	n := s.given()
	switch {
	case len(s.syn.Connect) == 1 && s.explicit:
		pre, post = s.syn.Connect[0].I, s.syn.Connect[0].J
	case s.explicit:
		pre, post = make([]int32, 0, n), make([]int32, 0, n)
		for _, c := range s.syn.Connect {
			pre, post = append(pre, c.I...), append(post, c.J...)
		}
	default:
		err = s.ask(listOfRule, func(sp SpikingSimulation, syn *net.Synapses) (err error) {
			pre, post, err = sp.Edges(syn)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	s.keepEdges(pre, post)
	return pre, post, nil
}

// pick resolves an index of synapses: a number, slice(...), mask or array counts in the order of creation; a pair (i, j) selects the
// synapses between neurons.
func (s *synapses) pick(key starlark.Value) ([]int32, error) {
	pair, ok := key.(starlark.Tuple)
	if !ok {
		n, err := s.count()
		if err != nil {
			return nil, err
		}
		return pickRange(n, key)
	}
	if len(pair) != 2 && !(len(pair) == 3 && s.syn.Multi != "") {
		err := fmt.Errorf("%s[...]: one index of synapses, or a pair (i, j) of neurons, not %d indices", s.name, len(pair))
		if len(pair) == 3 {
			err = withHint(err, `synapses of one pair have numbers when Synapses is given multisynaptic_index="k"`)
		}
		return nil, err
	}
	var in [2][]bool
	for k, side := range []*neuronGroup{s.source, s.target} {
		idx, err := side.pick(pair[k])
		if err != nil {
			return nil, err
		}
		in[k] = make([]bool, side.Len())
		for _, i := range idx {
			in[k][i] = true
		}
	}
	pre, post, err := s.edges()
	if err != nil {
		return nil, err
	}
	among := func(int) bool { return true }
	if len(pair) == 3 {
		numbers := numbersInPair(pre, post)
		idx, err := pickRange(int(slices.Max(append(numbers, -1)))+1, pair[2])
		if err != nil {
			return nil, err
		}
		among = func(k int) bool { return slices.Contains(idx, numbers[k]) }
	}
	out := []int32{}
	for k := range pre {
		if in[0][pre[k]] && in[1][post[k]] && among(k) {
			out = append(out, int32(k))
		}
	}
	return out, nil
}

// where lists the synapses for which a condition holds, in the order of creation.
func (s *synapses) where(cond *diag.Source, names check.Scope) (out []int, err error) {
	if st := s.state(); st != nil {
		return selected(st, s.syn, cond, names)
	}
	err = s.ask("reading with a condition", func(sp SpikingSimulation, syn *net.Synapses) (err error) {
		out, err = selected(sp, syn, cond, names)
		return err
	})
	return out, err
}

func (p *pathway) where(cond *diag.Source, names check.Scope) ([]int, error) {
	return p.of.where(cond, names)
}

// numbersInPair gives each synapse the number of those before it between the same two neurons.
func numbersInPair(pre, post []int32) []int32 {
	seen := map[[2]int32]int32{}
	out := make([]int32, len(pre), len(pre)+1)
	for k := range pre {
		pair := [2]int32{pre[k], post[k]}
		out[k] = seen[pair]
		seen[pair]++
	}
	return out
}

// read gives a variable's values in the order of creation.
func (s *synapses) read(v variable) (*Array, error) {
	if !v.stored && (v.name == "i" || v.name == "j") {
		pre, post, err := s.edges()
		if v.name == "j" {
			pre = post
		}
		return indexArray(pre), err
	}
	return s.valuesOf(v, v.name, s.syn.Initial)
}

func (s *synapses) valuesOf(v variable, name string, set []net.Assignment) (*Array, error) {
	array := func(data []float64) *Array {
		return &Array{data: data, shape: []int{len(data)}, dim: v.dim, kind: v.kind}
	}
	if st := s.state(); st != nil {
		sp, ok := st.(SpikingState)
		if !ok {
			return nil, notYet("reading synapses in a network operation")
		}
		data, err := sp.GetSynapses(s.syn, name)
		return array(data), err
	}
	if s.sim() == nil && v.stored && v.name != "lastupdate" {
		n := 1
		if !v.shared {
			var err error
			if n, err = s.count(); err != nil {
				return nil, err
			}
		}
		if data, ok := replay(set, v.name, n, 0); ok {
			return array(data), nil
		}
	}
	var out *Array
	err := s.ask("reading variables of synapses", func(sp SpikingSimulation, syn *net.Synapses) error {
		data, _, err := sp.GetSynapses(syn, name)
		out = array(data)
		return err
	})
	return out, err
}

// put makes an assignment.
func (s *synapses) put(v variable, a net.Assignment) error {
	return s.putInto(v, a, v.name, &s.syn.Initial)
}

func (s *synapses) putInto(v variable, a net.Assignment, name string, list *[]net.Assignment) error {
	st, sim := s.state(), s.sim()
	if st == nil && sim == nil {
		if s.standIn != nil {
			if err := s.standIn.hold(v.name); err != nil {
				return err
			}
		}
		*list = append(*list, a)
		return nil
	}
	a.Var = name
	var run interface {
		SetSynapses(*net.Synapses, string, []float64) error
		AssignSynapses(*net.Synapses, net.Assignment) error
	}
	var ok bool
	if st != nil {
		run, ok = st.(SpikingState)
	} else {
		run, ok = sim.(SpikingSimulation)
	}
	if !ok {
		return notYet("changing synapses after the first run")
	}
	if a.Expr != nil || a.Condition != nil {
		return run.AssignSynapses(s.syn, a)
	}
	vals := a.Values
	if a.Elements != nil {
		old, err := s.valuesOf(v, name, nil)
		if err != nil {
			return err
		}
		vals = append([]float64(nil), old.data...)
		store(vals, a)
	}
	return run.SetSynapses(s.syn, name, vals)
}

// read gives the delays of a pathway.
func (p *pathway) read(v variable) (*Array, error) {
	set := p.way.Delays
	if p.way.Delay != nil {
		set = append([]net.Assignment{{Var: "delay", Values: p.way.Delay}}, set...)
	}
	return p.of.valuesOf(v, p.way.Name+".delay", set)
}

// put sets delays. They are part of how a network is built: after a run they count from the next run on.
func (p *pathway) put(v variable, a net.Assignment) error {
	if p.of.constructed[p.way.Name] && (a.Elements != nil || a.Condition != nil || a.Expr != nil || len(a.Values) != 1) {
		return withHint(fmt.Errorf("%s: delay= of the constructor gave all synapses one delay", p.label()), "leave delay= out to set delays one by one")
	}
	for k, d := range a.Values {
		if !(d >= 0) {
			return fmt.Errorf("%s: delay %d is %s; a delay is zero or positive", p.label(), k, quantity{d, units.Second})
		}
	}
	if p.of.state() != nil {
		return withHint(fmt.Errorf("%s.delay cannot change while the network runs", p.label()), "set it between two runs")
	}
	if a.Expr == nil && a.Condition == nil && a.Elements == nil {
		p.way.Delay, p.way.Delays = a.Values, nil
		p.early = len(p.of.syn.Connect) == 0
		return nil
	}
	if len(p.of.syn.Connect) == 0 {
		return withHint(fmt.Errorf("%s.delay: there are no synapses yet", p.label()), "call "+p.of.name+".connect(...) first")
	}
	p.way.Delays = append(p.way.Delays, a)
	return nil
}
