package plan

import (
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
)

// "One number": a parameter of synapses, such as a weight, that has the same value for all of them and that nothing in the network changes is kept as if it
// were shared. Sums and states that its being different kept from a rewrite are rewritten, too. Results have the same bits but for those.

// oneNumbers finds such parameters and makes them shared.
func (b *builder) oneNumbers(s *net.Synapses, p *pairs) {
	n := p.pre.Len()
	if b.opt.One == nil || s.Dialect != check.Brian || b.isEnd(s) || len(b.net.Operations) > 0 || p.removed != nil || n < 2 || b.synModels[s] == nil {
		return
	}
	in := b.synapseInput(s, n)
	var candidates []*check.Variable
	known := map[*check.Variable]bool{}
	for _, v := range in.Model.Vars {
		if v.Kind != check.Parameter || v.Type.Kind != check.Real || v.Shared || v.Postsynaptic || v.Summed || v.Eq == nil || v.Init != nil {
			continue
		}
		if may, is := b.opt.One(s, v.Name); may && !b.looksAt(s, v.Name) {
			candidates, known[v] = append(candidates, v), is
		}
	}
	if len(candidates) == 0 {
		return
	}
	written, ok := b.writtenBySynapses(s, in)
	if !ok {
		return
	}
	for _, v := range candidates {
		if !written[lower.SlotName(s.Name, v.Name)] && b.sameForAll(s, in, v, n, known[v]) {
			b.res.Ones[s] = append(b.res.Ones[s], v.Name)
			b.res.Rewrites = append(b.res.Rewrites, s.Name+"."+v.Name+": one number")
		}
	}
	for _, v := range candidates {
		v.Shared = slices.Contains(b.res.Ones[s], v.Name)
	}
}

// looksAt reports whether something shows the variable of each synapse, or takes its delay from it.
func (b *builder) looksAt(s *net.Synapses, name string) bool {
	is := func(other string) bool { return other == name }
	return b.shows(s, is) || slices.ContainsFunc(s.Delayed(), func(p *net.Pathway) bool {
		return slices.ContainsFunc(p.Delays, func(a net.Assignment) bool { return mentions(a, is) })
	})
}

// writtenBySynapses lists what code of the synapses stores; false where that is not known.
func (b *builder) writtenBySynapses(s *net.Synapses, in lower.SynapseInput) (map[string]bool, bool) {
	written := map[string]bool{}
	note := func(k *ir.Kernel) {
		if k == nil {
			return
		}
		for _, e := range k.Effects {
			if e.Kind != ir.Check {
				written[k.Slots[e.Slot].Name] = true
			}
		}
	}
	steps, err := lower.SynapseUpdate(in)
	if err != nil {
		return nil, false
	}
	early, err := lower.SynapseEarly(in)
	if err != nil {
		return nil, false
	}
	steps = append(steps, early...)
	for _, c := range s.Code {
		before, warned := len(b.diags), len(b.res.Warnings)
		code := b.checkCode(c.Code, s.Dialect, in.Model, b.synapseContext(s))
		b.diags, b.res.Warnings = b.diags[:before], b.res.Warnings[:warned]
		if code == nil {
			return nil, false
		}
		every := in
		every.Clock.Every = b.codeDT(s.DT, c)
		more, _, err := lower.SynapseCode(every, code, c.Name)
		if err != nil {
			return nil, false
		}
		steps = append(steps, more...)
	}
	for _, st := range steps {
		note(st.Kernel)
	}
	for _, path := range s.Pathways {
		k, err := lower.Pathway(b.ofPathway(in, s, path), b.pathCode[path], path.Name, path.Post)
		if err != nil {
			return nil, false
		}
		note(k)
	}
	return written, true
}

// sameForAll reports whether all that a variable is set to before the first step is one value for all synapses. known: where it is set to numbers, they
// are known to be equal.
func (b *builder) sameForAll(s *net.Synapses, in lower.SynapseInput, v *check.Variable, n int, known bool) bool {
	o := b.synapseOwner(s, in, nil)
	for i, a := range s.Initial {
		if a.Var != v.Name {
			continue
		}
		switch {
		case a.Elements != nil || a.Condition != nil || a.Optional:
			return false
		case a.Expr == nil:
			if len(a.Values) != 1 && len(a.Values) != n || !known && slices.ContainsFunc(a.Values, func(x float64) bool { return math.Float64bits(x) != math.Float64bits(a.Values[0]) }) {
				return false
			}
		default:
			before, warned := len(b.diags), len(b.res.Warnings)
			as, ok := b.assignment(o, v, a, i, n)
			b.diags, b.res.Warnings = b.diags[:before], b.res.Warnings[:warned]
			if !ok {
				return false
			}
			if k, _, err := o.kernel(as); err != nil || k != nil {
				return false
			}
		}
	}
	return true
}
