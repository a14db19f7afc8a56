package script

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/rng"
	"go.starlark.net/starlark"
)

// connect is S.connect(condition=None, i=None, j=None, p=1, n=1, total=None, skip_if_invalid=False), or S.connect(graph, weight=, unit=, delay=).
func (s *synapses) connect(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var cond, i, j, p, n, total, namespace, unit, delay, ignored starlark.Value
	skip, procedural, weight := false, false, ""
	if err := unpack(b.Name(), args, kwargs, "condition?", &cond, "i?", &i, "j?", &j, "p?", &p, "n?", &n, "total?", &total, "procedural?", &procedural, "skip_if_invalid?", &skip,
		"namespace?", &namespace, "level?", &ignored, "weight?", &weight, "unit?", &unit, "delay?", &delay); err != nil {
		return nil, err
	}
	if s.world != nil {
		return nil, withHint(fmt.Errorf("connect: %s has run already", s.name), "make all synapses before the first run; another Synapses object can be added later")
	}
	if err := errors.Join(s.recountEnds(), s.confine()); err != nil {
		return nil, err
	}
	if s.joined != "" {
		return nil, withHint(fmt.Errorf("connect: %s has been connected to the synapses of %s, and these stay as they are", s.joined, s.name), "make all synapses of "+s.name+" before")
	}
	for _, g := range []*neuronGroup{s.source, s.target} {
		if g.of != nil {
			g.of.joined = s.name
		}
	}
	c := &net.Connection{Place: s.in.placeOf(t), Procedural: procedural}
	if g, ok := cond.(*graphValue); ok {
		if isGiven(i) || isGiven(j) || isGiven(p) || isGiven(n) {
			return nil, fmt.Errorf("connect: a graph says which neurons are connected; i=, j=, p= and n= have no place beside it")
		}
		return starlark.None, s.connectGraph(c, g.g, weight, unit, delay)
	}
	if weight != "" || isGiven(unit) || isGiven(delay) {
		return nil, withHint(fmt.Errorf("connect: weight=, unit= and delay= belong to a graph, as in connect(g, weight=\"w\")"), "set "+s.name+".w or "+s.name+".delay after connect")
	}
	if isGiven(total) {
		if isGiven(i) || isGiven(j) || isGiven(p) || isGiven(n) {
			return nil, fmt.Errorf("connect: total= is the number of all synapses, drawn at random; i=, j=, p= and n= have no place beside it")
		}
		var err error
		if c.Total, err = totalOf(total); err != nil {
			return nil, err
		}
		if c.Total == 0 {
			return starlark.None, nil
		}
	}
	switch {
	case isGiven(cond) && (isGiven(i) || isGiven(j)):
		return nil, fmt.Errorf("connect: a condition, or i= and j=, not both")
	case !isGiven(i) && !isGiven(j):
		if err := s.conditionOf(t, c, cond); err != nil {
			return nil, err
		}
		if cond == starlark.False {
			return starlark.None, nil
		}
	default:
		var err error
		if c.Each, err = s.eachOf(t, i, j); err != nil {
			return nil, err
		}
		if c.Each == nil {
			if err := s.pairs(c, i, j, p, n); err != nil {
				return nil, err
			}
			s.addPairs(c)
			return starlark.None, nil
		}
		c.Each.SkipInvalid = skip
	}
	if err := s.probabilityOf(t, c, p); err != nil {
		return nil, err
	}
	if err := s.multiplicityOf(t, c, n); err != nil {
		return nil, err
	}
	ns, err := namespaceOf("connect", namespace)
	if err != nil {
		return nil, err
	}
	if !isGiven(namespace) {
		ns = s.ns
	}
	exprs := []*diag.Source{c.Condition, c.P, c.Count}
	if e := c.Each; e != nil {
		exprs = append(exprs, e.Target, e.Low, e.High, e.Step, e.P, e.Size, e.If)
	}
	c.Namespace = freeze(s.in.callScope(t, ns), exprs...)
	s.explicit = false
	seed := s.in.draws.seed
	if c.Seed = &seed; slices.ContainsFunc(exprs, drawsNumbers) {
		if err := s.draws(); err != nil {
			return nil, err
		}
	}
	s.syn.Connect = append(s.syn.Connect, c)
	return starlark.None, nil
}

// totalOf reads total=.
func totalOf(v starlark.Value) (int64, error) {
	n, err := starlark.NumberToInt(v)
	count, ok := int64(0), err == nil
	if ok {
		count, ok = n.Int64()
	}
	if !ok || count < 0 || count > connect.MaxTotal {
		return 0, fmt.Errorf("connect: total is a whole number from 0 to %d, got %v", connect.MaxTotal, v)
	}
	return count, nil
}

// eachOf reads an expression that is given for one of i and j; nil: both are numbers or arrays.
func (s *synapses) eachOf(t *starlark.Thread, i, j starlark.Value) (*net.Enumeration, error) {
	is, iText := i.(starlark.String)
	js, jText := j.(starlark.String)
	switch {
	case iText && jText:
		return nil, fmt.Errorf("connect: one of i= and j= can be an expression, not both")
	case jText && isGiven(i):
		return nil, withHint(fmt.Errorf("connect: j= as an expression says the targets of every i"), "leave out i=, or give arrays for both")
	case iText && isGiven(j):
		return nil, withHint(fmt.Errorf("connect: i= as an expression says the sources of every j"), "leave out j=, or give arrays for both")
	case jText, iText:
		return s.in.enumeration(t, s.what(), string(is)+string(js), iText)
	case !isGiven(j):
		return nil, withHint(fmt.Errorf("connect: i= without j="), "both are lists; connect('i == 0') connects neuron 0 with all")
	case !isGiven(i):
		return nil, withHint(fmt.Errorf("connect: j= without i="), "both are lists; connect('j == 0') connects all with neuron 0")
	}
	return nil, nil
}

// conditionOf reads connect(), connect(True) and connect('i != j').
func (s *synapses) conditionOf(t *starlark.Thread, c *net.Connection, v starlark.Value) error {
	switch v := v.(type) {
	case nil, starlark.NoneType, starlark.Bool:
		return nil
	case starlark.String:
		if strings.Contains(string(v), " for ") {
			return withHint(fmt.Errorf("connect: %q is not a condition", string(v)), "write j='EXPR for k in range(a, b)'")
		}
		var err error
		c.Condition, err = s.in.exprSource(t, s.what(), "condition of connect", string(v))
		return err
	}
	return withHint(fmt.Errorf("connect: the condition is a string such as 'i != j', got %s", article(v)), "indices are given with i= and j=")
}

func (s *synapses) probabilityOf(t *starlark.Thread, c *net.Connection, v starlark.Value) error {
	switch v := v.(type) {
	case nil, starlark.NoneType:
		return nil
	case starlark.String:
		var err error
		c.P, err = s.in.exprSource(t, s.what(), "p of connect", string(v))
		return err
	}
	p, err := probability(v)
	if err != nil || p == 1 {
		return err
	}
	c.P = &diag.Source{Name: "p of connect of " + s.what(), Text: strconv.FormatFloat(p, 'g', -1, 64)}
	return nil
}

func probability(v starlark.Value) (float64, error) {
	q, ok := asQuantity(v)
	if !ok || !q.Dim.Dimensionless() {
		return 0, fmt.Errorf("connect: p is a number between 0 and 1, or an expression, got %s", article(v))
	}
	if !(q.Value >= 0 && q.Value <= 1) {
		return 0, fmt.Errorf("connect: p is %g; a probability lies between 0 and 1", q.Value)
	}
	return q.Value, nil
}

func (s *synapses) multiplicityOf(t *starlark.Thread, c *net.Connection, v starlark.Value) error {
	switch v := v.(type) {
	case nil, starlark.NoneType:
		return nil
	case starlark.String:
		var err error
		c.Count, err = s.in.exprSource(t, s.what(), "n of connect", string(v))
		return err
	}
	n, err := multiplicity(v)
	if err != nil {
		return err
	}
	if n != 1 {
		c.N = n
	}
	if n == 0 {
		c.Count = &diag.Source{Name: "n of connect of " + s.what(), Text: "0"}
	}
	return nil
}

func multiplicity(v starlark.Value) (int, error) {
	n, err := starlark.AsInt32(v)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("connect: n is the number of synapses of each pair, a whole number from 0 on, got %v", v)
	}
	return n, nil
}

// pairs reads i= and j= as numbers or arrays; one number stands for all.
func (s *synapses) pairs(c *net.Connection, i, j, p, n starlark.Value) error {
	is, err := s.side("i", i, s.source)
	if err != nil {
		return err
	}
	js, err := s.side("j", j, s.target)
	if err != nil {
		return err
	}
	switch {
	case len(is) == len(js):
	case isScalar(i):
		is = slices.Repeat(is, len(js))
	case isScalar(j):
		js = slices.Repeat(js, len(is))
	default:
		return fmt.Errorf("connect: %d values of i, but %d of j: each synapse has one of each", len(is), len(js))
	}
	if isGiven(p) {
		if _, ok := p.(starlark.String); ok {
			return withHint(fmt.Errorf("connect: p= as an expression with lists of pairs"), "choose the pairs beforehand, for example with a mask of rand(n)")
		}
		prob, err := probability(p)
		if err != nil {
			return err
		}
		if prob < 1 {
			keep := s.in.draws.fill(len(is), func(at rng.At, k uint32) float64 { return rng.Uniform[float64](at, k, 0) })
			var ki, kj []int32
			for k := range is {
				if keep[k] < prob {
					ki, kj = append(ki, is[k]), append(kj, js[k])
				}
			}
			is, js = ki, kj
		}
	}
	if isGiven(n) {
		times, err := multiplicity(n)
		if err != nil {
			return err
		}
		if times != 1 {
			var ki, kj []int32
			for k := range is {
				for range times {
					ki, kj = append(ki, is[k]), append(kj, js[k])
				}
			}
			is, js = ki, kj
		}
	}
	c.I, c.J = is, js
	return nil
}

// side reads the indices of one end. Many calls with arrays have to be quick: no more than one pass.
func (s *synapses) side(name string, v starlark.Value, g *neuronGroup) ([]int32, error) {
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("connect: %s: %w", name, err)
	}
	if len(a.shape) > 1 || !a.dim.Dimensionless() {
		return nil, fmt.Errorf("connect: %s: expected a list of whole numbers, got shape %s in %s", name, shapeString(a.shape), describeDim(a.dim))
	}
	if a.kind == boolElems && len(a.data) > 0 {
		return nil, withHint(fmt.Errorf("connect: %s: expected indices of neurons, got True and False", name), "nonzero(mask)[0] gives the indices where a mask is true")
	}
	out := make([]int32, len(a.data))
	n := float64(g.Len())
	for k, x := range a.data {
		if !(x >= 0 && x < n) {
			return nil, fmt.Errorf("connect: %s names neuron %v; %s has neurons 0 to %d", name, a.elem(x), g.label(), g.Len()-1)
		}
		if x != math.Trunc(x) {
			return nil, fmt.Errorf("connect: %s: element %d is %v, not a whole number", name, k, x)
		}
		out[k] = int32(x)
	}
	return out, nil
}

// addPairs joins lists of pairs of calls that follow each other, so that a call for each neuron makes one list.
func (s *synapses) addPairs(c *net.Connection) {
	if k := len(s.syn.Connect); k > 0 {
		if last := s.syn.Connect[k-1]; last.I != nil {
			last.I, last.J = append(last.I, c.I...), append(last.J, c.J...)
			return
		}
	}
	if c.I == nil {
		c.I, c.J = []int32{}, []int32{}
	}
	s.syn.Connect = append(s.syn.Connect, c)
}
