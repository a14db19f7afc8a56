package script

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
)

// What a script says of synapses is computed when the network is opened, but means what it means where it stands: values of the synapses there are, with
// the variables of the neurons as they are. What a later statement would change is therefore computed, or confined, before that statement counts.

// confine restricts what was set of all synapses to those that there are, before others are made: as in Brian2, these begin with 0. Only one delay
// that was set before there was any is for all of them.
func (s *synapses) confine() error {
	if len(s.syn.Connect) == 0 {
		return nil
	}
	ways := s.ways()
	open := func(a net.Assignment) bool { return a.Elements == nil && !s.vars[a.Var].shared }
	some := slices.ContainsFunc(s.syn.Initial, open)
	for _, p := range ways {
		some = some || p.later() || slices.ContainsFunc(p.way.Delays, open)
	}
	if !some {
		return nil
	}
	n, err := s.number()
	if err != nil {
		return err
	}
	if n > mostConfined {
		return withHint(fmt.Errorf("connect: the %d synapses of %s have values, and are too many to be told from those that are added", n, s.name), "set values after the last connect(...)")
	}
	for k := len(s.firsts); k < n; k++ {
		s.firsts = append(s.firsts, int32(k))
	}
	first := s.firsts[:n:n]
	restrict := func(list []net.Assignment) {
		for k := range list {
			if open(list[k]) {
				list[k].Elements = first
			}
		}
	}
	restrict(s.syn.Initial)
	for _, p := range ways {
		restrict(p.way.Delays)
		if p.later() {
			p.way.Delays = append([]net.Assignment{{Var: delayVar.name, Dim: units.Second, Elements: first, Values: p.way.Delay, Place: s.syn.Place}}, p.way.Delays...)
			p.way.Delay = nil
		}
	}
	return nil
}

// mostConfined is the number of synapses up to which values are confined to them.
const mostConfined = 1 << 27

// ways are the pathways and the sums: all that has delays.
func (s *synapses) ways() []*pathway {
	if s.sums == nil {
		return s.pathways
	}
	return append(slices.Clone(s.pathways), s.sums)
}

// later reports whether the pathway has one delay, or one for each synapse, that was set when there were synapses.
func (p *pathway) later() bool {
	return p.way.Delay != nil && !p.early && !p.of.constructed[p.way.Name]
}

// hold computes what synapses that have not run take from a variable of the group, which is about to be set: which pairs are connected, values, delays.
func (g *neuronGroup) hold(name string) error {
	for _, o := range g.in.brian.objects {
		s, ok := o.self.(*synapses)
		if !ok || s.world != nil {
			continue
		}
		var suffixes []string
		if s.source.pop == g.pop {
			suffixes = append(suffixes, "_pre")
		}
		if s.target.pop == g.pop {
			suffixes = append(suffixes, "_post", "")
		}
		if suffixes == nil {
			continue
		}
		if err := s.hold(func(word string) bool {
			return slices.ContainsFunc(suffixes, func(suffix string) bool {
				base, ok := strings.CutSuffix(word, suffix)
				if v, known := g.pop.vars[base]; ok && known && !v.stored {
					return true // a subexpression, of whatever
				}
				return ok && base == name
			})
		}); err != nil {
			return err
		}
	}
	return nil
}

var identifiers = regexp.MustCompile(`\b[A-Za-z_]\w*`)

// hold computes what expressions with certain names give.
func (s *synapses) hold(concerns func(word string) bool) error {
	reads := func(exprs ...*diag.Source) bool {
		return slices.ContainsFunc(exprs, func(e *diag.Source) bool {
			return e != nil && slices.ContainsFunc(identifiers.FindAllString(e.Text, -1), concerns)
		})
	}
	for _, c := range s.syn.Connect {
		exprs := []*diag.Source{c.Condition, c.P, c.Count}
		if e := c.Each; e != nil {
			exprs = append(exprs, e.Target, e.Low, e.High, e.Step, e.P, e.Size, e.If)
		}
		if !reads(exprs...) {
			continue
		}
		pre, post, err := s.edges()
		if err != nil {
			return ignoreStop(err)
		}
		s.syn.Connect, s.explicit = []*net.Connection{{I: pre, J: post, Place: c.Place}}, true
		s.keepEdges(pre, post)
		break
	}
	some := func(list []net.Assignment) bool {
		return slices.ContainsFunc(list, func(a net.Assignment) bool { return reads(a.Expr, a.Condition) })
	}
	if some(s.syn.Initial) || slices.ContainsFunc(s.ways(), func(p *pathway) bool { return some(p.way.Delays) }) {
		return ignoreStop(s.object.settle())
	}
	return nil
}

// ignoreStop drops the error of a script that is only looked at and computes nothing.
func ignoreStop(err error) error {
	if errors.Is(err, ErrStop) {
		return nil
	}
	return err
}
