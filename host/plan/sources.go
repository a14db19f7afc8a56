package plan

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/rng"
)

// connectDrawn lays out synapses that the device is to make, and only counts them. Where the host is to make them it returns nil, and why: this is
// where that is decided. What is wrong with synapses is found then.
func (b *builder) connectDrawn(s *net.Synapses) (p *pairs, why string, err error) {
	if b.opt.Survey == nil {
		return nil, "", nil
	}
	if why := b.sortedOnHost(s); why != "" {
		return nil, why, nil
	}
	before := len(b.diags)
	var sources []connect.Source
	var how []string
	for n, c := range s.Connect {
		x, text := b.sourceOf(&call{s: s, c: c, n: n})
		if x == nil {
			b.diags = b.diags[:before]
			return nil, fmt.Sprintf("call %d of connect does not draw them row by row", n+1), nil
		}
		sources = append(sources, x)
		if text != "" {
			how = append(how, text)
		}
	}
	switch n := expected(sources); {
	case n == 0:
		return nil, "", nil
	case n > maxSynapses || b.opt.Memory > 0 && 8*n > float64(b.opt.Memory):
		return nil, "they are too many", nil // before they are counted
	}
	rows, in, err := b.opt.Survey(sources, s.Post.Group.N)
	if err != nil {
		return nil, "", fmt.Errorf("counting the synapses: %w", err)
	}
	d := newDrawnPairs(sources, rows, in, s.Pre.Group.N)
	if d == nil {
		return nil, "they are too many", nil
	}
	p = d.pairs(s.Pre.Group.N, s.Post.Group.N)
	p.how = append(how, "made by the device")
	return p, "", nil
}

// expected is about how many synapses are drawn.
func expected(sources []connect.Source) (n float64) {
	for _, s := range sources {
		switch s := s.(type) {
		case *connect.Drawn:
			n += float64(s.Expected())
		case *connect.Full:
			n += float64(s.PreLen) * float64(s.PostLen)
		case *connect.Fixed:
			n += float64(s.Total)
		}
	}
	return n
}

// sortedOnHost says why the host has to have the ends of synapses in lists: it sorts them, or looks at each; "" where it needs not.
func (b *builder) sortedOnHost(s *net.Synapses) string {
	switch {
	case slices.ContainsFunc(s.Delayed(), func(p *net.Pathway) bool { return len(p.Delays) > 0 && b.opt.Delays == nil || len(p.Delay) > 1 }):
		return "they have delays of their own"
	case slices.ContainsFunc(s.Pathways, func(p *net.Pathway) bool { return p.Post }):
		return "they wait for spikes of their targets"
	case s.Transmit != nil || slices.ContainsFunc(b.synModels[s].Vars, func(v *check.Variable) bool { return v.Summed }):
		return "their targets sum over them"
	case s.Multi != "":
		return "they are numbered among those of a pair"
	case s.ByIndex:
		return "they act in order"
	}
	return ""
}

// sourceOf is what draws the synapses of a call, and what that is, for people; nil where they are not drawn row by row.
func (b *builder) sourceOf(x *call) (connect.Source, string) {
	c, s := x.c, x.s
	if c.Rule != nil || c.Each != nil || c.I != nil || c.J != nil || c.N < 0 || c.N > 1 || c.Count != nil {
		return nil, ""
	}
	code, err := b.pairCode(x)
	if err != nil {
		return nil, ""
	}
	if c.Total != 0 {
		set, err := b.totalSet(x, code)
		if err != nil {
			return nil, ""
		}
		return set.Fixed(c.Total, s.Pre.Start, s.Post.Start), totalText(x)
	}
	self := true
	if c.Condition != nil {
		switch squeezed(c.Condition.Text) {
		case "True":
		case "i!=j", "j!=i":
			if s.Pre != s.Post {
				return nil, ""
			}
			self = false
		default:
			return nil, ""
		}
	}
	p := 1.0
	if code.P.Expr != nil {
		var ok bool
		if p, ok = lower.Constant(b.synapseInput(s, 0), code.P); !ok {
			return nil, ""
		}
	}
	if p == 1 {
		return &connect.Full{Pre: s.Pre.Start, Post: s.Post.Start, PreLen: s.Pre.Len(), PostLen: s.Post.Len(), NoSelf: !self}, ""
	}
	d, err := connect.NewDrawn(&connect.Drawn{Key: connect.Key{Seed: b.seedOf(x.c), Stream: rng.Stream(s.Name + "/" + x.stream())}, P: p,
		NPre: s.Pre.Group.N, NPost: s.Post.Group.N, Pre: s.Pre.Start, Post: s.Post.Start, PreLen: s.Pre.Len(), PostLen: s.Post.Len(), NoSelf: !self})
	if err != nil {
		return nil, ""
	}
	return d, ""
}
