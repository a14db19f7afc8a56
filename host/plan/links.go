package plan

import (
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
)

// linkVar is the table of the elements that a linked variable reads.
func linkVar(variable string) string { return variable + "@link" }

// linksOf tells of linked variables whether all elements read one value.
func linksOf(links []net.Link) map[string]bool {
	out := map[string]bool{}
	for _, l := range links {
		out[l.Var] = l.Shared
	}
	return out
}

// linksTo is what package lower needs to know of the linked variables of a group or of synapses.
func (b *builder) linksTo(name string, links []net.Link) map[string]lower.Link {
	out := map[string]lower.Link{}
	for _, l := range links {
		m := b.res.Models[l.Group]
		if m == nil || m.ByName[l.Of] == nil {
			continue // reported
		}
		x := lower.Link{Slot: lower.SlotName(l.Group.Name, l.Of), Type: typeOf(m.ByName[l.Of].Type), Shared: l.Shared, Scalar: m.ByName[l.Of].Shared}
		if l.Index != nil && !l.Shared {
			x.Index = lower.SlotName(name, linkVar(l.Var))
		}
		if of := m.ByName[l.Of]; of.Kind == check.Subexpression {
			x.Expr, x.Of = of, func() lower.Input { return b.lowerInput(l.Group) }
		}
		out[l.Var] = x
	}
	return out
}

// checkLinks finds links to what is not there, or is something else.
func (b *builder) checkLinks(g *net.Group) {
	b.checkLinked(g, b.res.Models[g], g.Links)
}

// checkSynapseLinks does so for synapses, whose variables are linked to what has one value.
func (b *builder) checkSynapseLinks(s *net.Synapses) {
	for _, l := range s.Links {
		if !l.Shared {
			b.mistake(s.Place, "link a variable of the neurons, and read it with _pre or _post", "%s.%s is linked to %s.%s, but variables of synapses are linked only to what has one value", s.Name, l.Var, l.Group.Name, l.Of)
			return
		}
	}
	b.checkLinked(&net.Group{Name: s.Name, Place: s.Place}, b.synModels[s], s.Links)
}

// checkLinked checks the links of a group, or of synapses by their name and place.
func (b *builder) checkLinked(g *net.Group, own *check.Model, links []net.Link) {
	if own == nil {
		return
	}
	for _, l := range links {
		v := own.ByName[l.Var]
		switch {
		case v == nil || !v.Linked:
			b.mistake(g.Place, "give the line of the equations the flag (linked)", "%q links %s, which is not a linked variable of its equations", g.Name, l.Var)
			continue
		case l.Group == g:
			b.mistake(g.Place, "connect the group to itself by Synapses with a (summed) variable", "%s.%s is linked to the group itself", g.Name, l.Var)
			continue
		case !slices.Contains(b.net.Groups, l.Group):
			b.mistake(g.Place, "", "%s.%s is linked to %s.%s, which is not in the network", g.Name, l.Var, l.Group.Name, l.Of)
			continue
		}
		m := b.res.Models[l.Group]
		if m == nil {
			continue // reported
		}
		of := m.ByName[l.Of]
		switch {
		case of == nil:
			b.mistake(g.Place, check.Suggest(l.Of, m), "%s.%s is linked to %s of %q, which does not have it", g.Name, l.Var, l.Of, l.Group.Name)
		case of.Linked || of.Eq == nil:
			b.mistake(g.Place, "link to a variable of its equations that has values of its own", "%s.%s is linked to %s of %q, which is not stored there", g.Name, l.Var, l.Of, l.Group.Name)
		case m.Elsewhere(of) != "":
			b.mistake(g.Place, "write (constant over dt) behind it", "%s.%s is linked to %s of %q, which contains %s and is evaluated where it is read", g.Name, l.Var, l.Of, l.Group.Name, m.Elsewhere(of))
		case of.Type != v.Type:
			b.mistake(g.Place, "", "%s.%s is linked to %s.%s, and must be of its type and unit: %s, not %s", g.Name, l.Var, l.Group.Name, l.Of, typeName(of.Type), typeName(v.Type))
		case l.Shared != (l.Group.N == 1 || of.Shared):
			b.mistake(g.Place, "", "%s.%s: %s.%s has one value for all, or one each", g.Name, l.Var, l.Group.Name, l.Of)
		case !l.Shared && l.Index == nil && l.Group.N != g.N:
			b.mistake(g.Place, "give linked_var(..., index=[...]) the neuron to read for each", "%s.%s is linked to %s.%s, but %q has %d neurons and %q %d", g.Name, l.Var, l.Group.Name, l.Of, g.Name, g.N, l.Group.Name, l.Group.N)
		case l.Index != nil && !l.Shared && len(l.Index) != g.N:
			b.mistake(g.Place, "", "%s.%s is linked with %d indices, but %q has %d neurons", g.Name, l.Var, len(l.Index), g.Name, g.N)
		}
		for _, i := range l.Index {
			if i < 0 || int(i) >= l.Group.N {
				b.mistake(g.Place, "", "%s.%s is linked to neuron %d of %q, which has neurons 0 to %d", g.Name, l.Var, i, l.Group.Name, l.Group.N-1)
				break
			}
		}
	}
}

func typeName(t check.Type) string {
	switch t.Kind {
	case check.Int:
		return "integer"
	case check.Bool:
		return "boolean"
	}
	if t.Dim.Dimensionless() {
		return "1"
	}
	return t.Dim.String()
}
