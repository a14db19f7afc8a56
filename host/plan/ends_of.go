package plan

import (
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
)

// Synapses whose ends are synapses: a net.Group stands for those, under their name, so that what the code of the others reads and writes are
// their buffers.

// isEnd reports whether synapses are an end of others.
func (b *builder) isEnd(s *net.Synapses) bool {
	return slices.ContainsFunc(b.net.Synapses, func(o *net.Synapses) bool { return o.Pre.Group.Of == s || o.Post.Group.Of == s })
}

// endsKnown reports a mistake where the ends of synapses are synapses that have not been checked before them.
func (b *builder) endsKnown(s *net.Synapses) bool {
	for _, g := range []*net.Group{s.Pre.Group, s.Post.Group} {
		if g.Of == nil || b.res.Models[g] != nil {
			continue
		}
		if b.diags.Err() == nil { // else these have mistakes of their own
			b.mistake(s.Place, "", "%s begins or ends at the synapses %s, which the network does not have, or only after it", s.Name, g.Name)
		}
		return false
	}
	return true
}

// standIns gives the groups that stand for synapses their variables: as in Brian2, the subexpressions among them know nothing of the ends of these.
func (b *builder) standIns(s *net.Synapses, m *check.Model) {
	if !b.isEnd(s) {
		return
	}
	own := map[*check.Variable]bool{}
	var known func(v *check.Variable) bool
	known = func(v *check.Variable) bool {
		if v.Kind != check.Subexpression {
			return true
		}
		if ok, seen := own[v]; seen {
			return ok
		}
		own[v] = true
		syntax.Walk(v.Expr, func(e syntax.Expr) {
			id, ok := e.(*syntax.Ident)
			if !ok {
				return
			}
			switch ref := m.Refs[id]; ref.Kind {
			case check.RefPre, check.RefPost, check.RefIndex, check.RefCount:
				own[v] = false
			case check.RefVariable:
				own[v] = own[v] && known(ref.Var)
			case check.RefExternal:
				own[v] = own[v] && ref.Name != lower.LastUpdate
			}
		})
		return own[v]
	}
	at := *m
	at.Vars, at.ByName = nil, map[string]*check.Variable{}
	for _, v := range m.Vars {
		if !v.Summed && known(v) {
			at.Vars = append(at.Vars, v)
			at.ByName[v.Name] = v
		}
	}
	for _, o := range b.net.Synapses {
		for _, g := range []*net.Group{o.Pre.Group, o.Post.Group} {
			if g.Of == s {
				b.res.Models[g] = &at
			}
		}
	}
}

// endsCounted reports a mistake where synapses that are an end of others have become more or fewer.
func (b *builder) endsCounted(s *net.Synapses) {
	for _, g := range []*net.Group{s.Pre.Group, s.Post.Group} {
		if n, ok := b.res.Synapses[g.Name]; g.Of != nil && ok && n != int64(g.N) {
			b.mistake(s.Place, "connect these before", "%s was connected when %s had %d synapses, and it has %d", s.Name, g.Name, g.N, n)
		}
	}
}
