package plan

import (
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"

	"github.com/galvani-sim/galvani/host/net"
)

// Sent are the delays with which a pathway sent the spikes of some steps. A spike takes the delays of the step in which it happens, and keeps them
// when they change, as in Brian2.
type Sent struct {
	// Spikes of steps From to Before-1 of the group's clock; those of the present delays have Before 0.
	From, Before int64
	Synapses     int // that there were
	delays       *delays
	dt           float64 // of the steps that delays are counted in; 0: not told
}

// NewSent makes delays in steps of dt: one for all synapses, or one each in order of creation.
func NewSent(from, before int64, synapses int, dt float64, steps []int32) (Sent, error) {
	s := Sent{From: from, Before: before, Synapses: synapses, dt: dt}
	if from < 0 || before < from || synapses < notStored || len(steps) != 1 && len(steps) != synapses || slices.ContainsFunc(steps, func(d int32) bool { return d < 0 }) {
		return s, fmt.Errorf("delays of spikes of steps %d to %d: %d for %d synapses, none of which may be negative", from, before-1, len(steps), synapses)
	}
	s.delays = stepped(steps)
	return s, nil
}

// stepped are delays given in steps.
func stepped(steps []int32) *delays {
	d := &delays{list: func() (Index, error) { return Index{Long: steps}, nil }}
	for _, x := range steps {
		d.longest = max(d.longest, int(x))
		d.each = d.each || x != steps[0]
	}
	if d.each {
		d.steps = Index{Long: steps}
	}
	return d
}

// Longest is the longest of the delays, in steps.
func (s *Sent) Longest() int { return s.delays.longest }

// DT is the length of the steps that delays are counted in.
func (s *Sent) DT() float64 { return s.dt }

// Steps are the delays: one for all synapses, or one each.
func (s *Sent) Steps() ([]int32, error) {
	if !s.delays.each {
		return []int32{int32(s.delays.longest)}, nil
	}
	steps, err := s.delays.list()
	return steps.List(), err
}

// gone reports whether none of the spikes can be under way when a step begins.
func (s *Sent) gone(now int64) bool { return s.Before+int64(s.delays.longest) <= now }

// same reports whether two have the same delays of the same synapses.
func (s *Sent) same(t *Sent) (bool, error) {
	x, y := s.delays, t.delays
	switch {
	case s.Synapses != t.Synapses || x.longest != y.longest:
		return false, nil
	case x.key == y.key && x.key != 0 || !x.each && !y.each:
		return true, nil
	}
	a, err := s.Steps()
	if err != nil {
		return false, err
	}
	b, err := t.Steps()
	if err != nil {
		return false, err
	}
	for k := range max(len(a), len(b)) {
		if a[k%len(a)] != b[k%len(b)] {
			return false, nil
		}
	}
	return true, nil
}

// Past is what a pathway has sent before a plan takes over.
type Past struct {
	Now     int64  // the next step of the group's clock
	Earlier []Sent // oldest first
	Last    Sent   // what was sent with the delays that were in force until now; Before is Now
	// Waiting reports whether any spikes of steps before Now are still listed; nil: they may be.
	Waiting func() (bool, error)
}

// Nothing is the past of a pathway that was not there: nothing of what the group has sent is for it.
func Nothing(now int64) *Past {
	return &Past{Now: now, Last: Sent{From: now, Before: now, delays: stepped([]int32{0})}}
}

// Sending is a pathway with what it has sent and sends.
type Sending struct {
	Synapses *net.Synapses
	Path     *net.Pathway
	Sent     []Sent // oldest first; the last are the present delays
}

// Sendings lists the pathways of the plan.
func (r *Result) Sendings() []*Sending { return slices.Collect(maps.Values(r.sent)) }

// SendingOf is the pathway with a name, of synapses with a name, nil for one that does nothing.
func (r *Result) SendingOf(synapses, path string) *Sending {
	for _, s := range r.sent {
		if s.Synapses.Name == synapses && s.Path.Name == path {
			return s
		}
	}
	return nil
}

// SentAs takes what pathways have sent from the result of another building of the same plan, of which later ones can tell more easily what has changed.
func (r *Result) SentAs(other *Result) { r.sent = other.sent }

// Changed reports whether any spikes may be under way with other delays than those of now.
func (s *Sending) Changed() bool { return s != nil && (len(s.Sent) > 1 || s.Sent[0].From > 0) }

// As reports whether a pathway that had sent what past says would be in the state of s: nothing but the present delays counts.
func (s *Sending) As(past *Past) (bool, error) {
	if s.Changed() || len(past.Earlier) > 0 || past.Last.From > 0 {
		return false, nil
	}
	return s.Sent[0].same(&past.Last)
}

// sendings are the delays that spikes of a pathway may be under way with, oldest first, each for its own steps, and last those of now. n is the
// number of synapses, notStored where they are drawn anew.
func (b *builder) sendings(s *net.Synapses, path *net.Pathway, group *net.Group, n int, now *delays) ([]sending, error) {
	present := Sent{Synapses: n, delays: now, dt: b.dtOf(group.DT)}
	if now.each {
		own := *now
		own.steps = Index{} // the rows are kept, not what they were made from
		present.delays = &own
	}
	past, err := b.underWay(path, &present)
	if err != nil {
		return nil, err
	}
	var list []sending
	for i := range past {
		x := &past[i]
		if x.delays.each || x.Synapses != n && x.Synapses != notStored && n != notStored {
			if n == notStored {
				return nil, errors.New("spikes are under way with delays of their own for each synapse, and here the synapses are procedural")
			}
			if x.Synapses > n {
				return nil, fmt.Errorf("spikes are under way to %d synapses, and here are %d", x.Synapses, n)
			}
			steps, err := x.Steps()
			if err != nil {
				return nil, err
			}
			if len(steps) == 1 {
				steps = slices.Repeat(steps, x.Synapses)
			}
			key := x.delays.key
			if x.Synapses != n || key == 0 {
				key = maphash.Comparable(hashSeed, [2]uint64{maphash.Bytes(hashSeed, bytesOf(steps)), uint64(n)})
			}
			x.delays = &delays{each: true, steps: Index{Long: steps}, longest: x.delays.longest, key: key, list: func() (Index, error) { return Index{Long: steps}, nil }}
		}
		list = append(list, sending{x.From, x.Before, x.delays})
	}
	b.res.sent[path] = &Sending{s, path, append(past, present)}
	return append(list, sending{present.From, 0, now}), nil
}

// notStored is Sent.Synapses of procedural synapses.
const notStored = -1

// sending is Sent in the making of a plan.
type sending struct {
	from, before int64
	*delays
}

// underWay lists earlier delays of spikes that are under way, and finds the step from which on the present ones count.
func (b *builder) underWay(path *net.Pathway, present *Sent) ([]Sent, error) {
	p := b.pastOf(path)
	if p == nil || p.Last.dt != 0 && p.Last.dt != present.dt { // with other steps nothing may be under way, which is seen to when the state is carried over
		return nil, nil
	}
	list := slices.DeleteFunc(append(slices.Clone(p.Earlier), p.Last), func(x Sent) bool { return x.From >= x.Before })
	present.From = p.Now
	if n := len(list) - 1; n >= 0 && list[n].Before == p.Now {
		same, err := list[n].same(present)
		if err != nil {
			return nil, err
		}
		if same {
			present.From, list = list[n].From, list[:n]
		}
	}
	list = slices.DeleteFunc(list, func(x Sent) bool { return x.gone(p.Now) || x.Synapses == 0 })
	if present.From+int64(present.delays.longest) <= p.Now {
		present.From = 0 // nothing is looked at that was sent before
	}
	if p.Waiting != nil && (len(list) > 0 || present.From > 0) {
		waiting, err := p.Waiting()
		if err != nil {
			return nil, err
		}
		if !waiting {
			present.From = 0
			return nil, nil
		}
	}
	return list, nil
}

func (b *builder) pastOf(path *net.Pathway) *Past {
	if b.opt.Past == nil {
		return nil
	}
	return b.opt.Past(path)
}

// sentApart reports whether spikes may be under way with delays that differ from synapse to synapse.
func (b *builder) sentApart(s *net.Synapses, n int) bool {
	return slices.ContainsFunc(s.Pathways, func(path *net.Pathway) bool {
		p := b.pastOf(path)
		return p != nil && slices.ContainsFunc(append(slices.Clone(p.Earlier), p.Last), func(x Sent) bool {
			return !x.gone(p.Now) && (x.delays.each || x.Synapses != n)
		})
	})
}
