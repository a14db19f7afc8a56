package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/rng"
)

// procedural plans synapses whose ends are drawn anew for every spike instead of being stored, because they were asked for so or because they do
// not fit in memory otherwise. It reports false where they are to be stored.
func (b *builder) procedural(s *net.Synapses) bool {
	asked := len(s.Connect) > 0 && s.Connect[0].Procedural
	if b.opt.pairsOf(s) != nil || !asked && !b.opt.Procedural {
		return false
	}
	refuse := func(why string) bool {
		if asked {
			b.mistake(s.Connect[0].Place, "leave procedural= out, and the synapses are stored", "%s: procedural synapses %s", s.Name, why)
		}
		return asked
	}
	if asked && !b.opt.Procedural {
		return refuse("run on the cpu backend only")
	}
	if why := b.plainPathways(s); why != "" {
		return refuse(why)
	}
	d, why := b.drawn(s)
	if why != "" {
		return refuse(why)
	}
	// The ends of stored synapses take eight bytes each.
	if n := d.Expected(); !asked && n <= maxSynapses && (b.opt.Memory == 0 || 8*n <= b.opt.Memory) {
		return false
	}
	in := b.synapseInput(s, int(d.Expected()))
	storage := lower.SynapseStorage(in)
	for _, st := range storage {
		if st.Len != 1 {
			return refuse("have no variables of their own")
		}
	}
	conn := &Conn{Name: s.Name + " procedural", NPre: s.Pre.Group.N, NPost: s.Post.Group.N, N: int(d.Expected()), RowPtr: None, Index: None, Syn: None, Drawn: d}
	var kernels []*ir.Kernel
	for _, path := range s.Pathways {
		at := in
		at.Clock.Every = b.dtOf(s.Source(path).DT)
		k, err := lower.Pathway(at, b.pathCode[path], path.Name)
		if err != nil {
			return false // what is wrong with it is wrong with stored synapses, too
		}
		if k != nil {
			if why := readsSynapses(s, k); why != "" {
				return refuse(why)
			}
		}
		kernels = append(kernels, k)
	}
	for _, st := range storage {
		b.buffer(Buffer{Object: s.Name, Var: st.Name, Type: st.Type, Len: st.Len, Fill: st.Fill, Role: storageRole(st.Kind)})
	}
	var items []Item
	lists := map[BufferID]int{} // and the longest lag of each
	for i, path := range s.Pathways {
		k := kernels[i]
		if k == nil {
			continue
		}
		lag := 0
		if len(path.Delay) == 1 {
			lag = b.delaySteps(path.Delay[0], s.Pre.Group)
		}
		r := b.kernel(k, conn.N, len(b.plan.Conns))
		r.List, r.Lag = b.listOf(s.Pre.Group, path.Event), lag
		lists[r.List] = max(lists[r.List], lag)
		order := -1
		if path.Order != 0 {
			order = path.Order
		}
		items = append(items, Item{Name: s.Name + "_" + path.Name, Slot: Synapses, Order: order, Clock: b.clocks.add(b.dtOf(s.Pre.Group.DT)), Callback: -1, Ops: []Op{r}})
	}
	for list, lag := range lists {
		b.keep(list, lag)
	}
	b.plan.Conns = append(b.plan.Conns, conn)
	b.plan.Schedule = append(b.plan.Schedule, items...)
	b.res.Synapses[s.Name] = d.Expected()
	b.res.Procedural[s] = d
	b.res.Connecting[s.Name] = []string{fmt.Sprintf("procedural: about %d synapses, drawn anew for every spike and not stored", d.Expected())}
	return true
}

// plainPathways says why pathways need synapses that are stored, "" where they do not.
func (b *builder) plainPathways(s *net.Synapses) string {
	if slices.ContainsFunc(b.net.Monitors, func(m *net.StateMonitor) bool { return m.Synapses == s }) {
		return "have nothing that a monitor could record"
	}
	if slices.ContainsFunc(b.synModels[s].Vars, func(v *check.Variable) bool { return v.Summed }) {
		return "have no summed variables"
	}
	if len(s.Code) > 0 {
		return "have no code that runs on all of them"
	}
	if s.Transmit != nil || s.Multi != "" || s.ByIndex {
		return "act where spikes arrive, in no order and without numbers"
	}
	for _, p := range s.Pathways {
		switch {
		case p.Post:
			return "have no on_post code: their sources are not known from the target"
		case len(p.Delays) > 0 || len(p.Delay) > 1:
			return "have one delay"
		case len(p.Delay) == 1 && !(p.Delay[0] >= 0):
			return "have a delay that is not negative"
		}
	}
	return ""
}

// drawn finds the rule of synapses that are connected with one probability.
func (b *builder) drawn(s *net.Synapses) (*connect.Drawn, string) {
	const only = "come from one call of connect with a probability p below 1, of all pairs or of those with i != j"
	if len(s.Initial) > 0 {
		return nil, "have no initial values"
	}
	if len(s.Connect) != 1 {
		return nil, only
	}
	c := s.Connect[0]
	d := connect.Drawn{Key: connect.Key{Seed: b.opt.Seed, Stream: rng.Stream(s.Name + "/connect0")},
		NPre: s.Pre.Group.N, NPost: s.Post.Group.N, Pre: s.Pre.Start, Post: s.Post.Start, PreLen: s.Pre.Len(), PostLen: s.Post.Len()}
	if c.Rule != nil || c.Each != nil || c.I != nil || c.J != nil || c.N > 1 || c.Count != nil || c.Total != 0 || c.P == nil {
		return nil, only
	}
	if c.Condition != nil {
		if t := squeezed(c.Condition.Text); t != "i!=j" && t != "j!=i" || s.Pre != s.Post {
			return nil, only
		}
		d.NoSelf = true
	}
	before := len(b.diags)
	code, err := b.pairCode(&call{s: s, c: c})
	b.diags = b.diags[:before] // reported when they are connected in the usual way
	if err != nil || code.P.Expr == nil {
		return nil, only
	}
	p, ok := lower.Constant(b.synapseInput(s, 0), code.P)
	if d.P = p; !ok {
		return nil, only
	}
	x, err := connect.NewDrawn(d)
	if err != nil {
		return nil, only
	}
	return x, ""
}

// readsSynapses says what of synapses a kernel needs that only stored ones have; "" where it only adds to variables of neurons what depends on the
// neurons at both ends.
func readsSynapses(s *net.Synapses, k *ir.Kernel) string {
	for _, slot := range k.Slots {
		name, own := strings.CutPrefix(slot.Name, s.Name+".")
		if own && (slot.Kind == ir.PerElement || name == lower.Incoming || name == lower.Outgoing) {
			return "have no variables of their own and do not know how many they are"
		}
	}
	random := false
	visit := func(e *ir.Expr) {
		if e == nil {
			return
		}
		ir.Walk(e, func(e *ir.Expr) {
			switch e.Op {
			case ir.OpUniform, ir.OpNormal, ir.OpPoisson, ir.OpExponential, ir.OpGamma, ir.OpElem:
				random = true
			}
		})
	}
	for i := range k.Effects {
		e := &k.Effects[i]
		if e.Kind != ir.Accumulate {
			return "add to variables of neurons and do nothing else"
		}
		visit(e.Index)
		visit(e.Value)
		visit(e.Mask)
	}
	if random {
		return "draw no random numbers when spikes arrive"
	}
	return ""
}
