package plan

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
)

// afterGroups is the order of ANNarchy's synapse equations, which see what neurons have become in the same step.
const afterGroups = math.MaxInt32

// checkTransmission refuses synapses whose contribution has no meaning.
func (b *builder) checkTransmission(s *net.Synapses, m *check.Model) {
	x := s.Transmit
	if x == nil {
		return
	}
	post := b.res.Models[s.Post.Group]
	if v := conductance(s.Post.Group, x.Target); post != nil && v != "" {
		if post.ByName[v] == nil {
			b.mistake(s.Place, check.Suggest(v, post), "projection %q has the target %q, but %q has no variable %q", s.Name, x.Target, s.Post.Group.Name, v)
		}
	} else if post != nil && !slices.Contains(post.Targets, x.Target) {
		hint := fmt.Sprintf("no equation of %q uses sum(...)", s.Post.Group.Name)
		if len(post.Targets) > 0 {
			hint = fmt.Sprintf("its equations use sum(%s)", strings.Join(post.Targets, "), sum("))
		}
		b.mistake(s.Place, hint, "projection %q has the target %q, which no equation of %q reads", s.Name, x.Target, s.Post.Group.Name)
	}
	if w := m.ByName["w"]; w == nil || w.Type.Kind != check.Real {
		b.mistake(s.Place, "", "the synapses of %q have no real variable w", s.Name)
	}
	if pre := b.res.Models[s.Pre.Group]; pre != nil && x.Psp == nil {
		if v := pre.ByName[rate]; v == nil || v.Type.Kind != check.Real {
			b.mistake(s.Place, "give the synapse a psp=", "projection %q transmits the firing rate r, but %q has no variable r", s.Name, s.Pre.Group.Name)
		}
	}
	if b.dtOf(s.Pre.Group.DT) != b.dtOf(s.Post.Group.DT) {
		b.mistake(s.Place, "give both the same dt", "projection %q connects groups with different time steps", s.Name)
	}
}

// conductance is the variable that continuous synapses add to where the neurons of g spike; "" where they sum their input.
func conductance(g *net.Group, target string) string {
	if g.Dialect == check.ANNarchy && g.Spiking != nil {
		return "g_" + target
	}
	return ""
}

// checkRuleDelays refuses delays of a rule that mean nothing for synapses. Spikes have the delays of their pathways; what is transmitted in every
// step is one step old, as with the shortest delay of a projection.
func (b *builder) checkRuleDelays(x *call, m *connect.Matrix) error {
	s, place := x.s, x.c.Place
	if place.File == "" {
		place = s.Place
	}
	longest := 0.0
	for _, d := range m.Delays() {
		longest = max(longest, d)
	}
	switch {
	case s.Transmit != nil && !s.Transmit.SpikesOnly && longest > 1.5*b.dtOf(s.Post.Group.DT):
		b.mistake(place, "give all synapses one delay: delays=2.0",
			"%s: synapses with equations have delays of up to %.4g ms that differ, which is not supported", s.Name, longest*1e3)
	case s.Transmit == nil && s.Dialect != check.ANNarchy && longest > 0:
		b.mistake(place, "give the delays to the pathways", "%s: the rule gives delays of up to %.4g ms, which synapses do not take from it", s.Name, longest*1e3)
	default:
		return nil
	}
	return errReported
}

// ruleWeights gives w the weights that the rules drew; a w that all synapses share has that of the first.
func (b *builder) ruleWeights(s *net.Synapses, p *pairs) {
	id, ok := b.byName[lower.SlotName(s.Name, "w")]
	if !ok || len(p.weights) == 0 {
		return
	}
	buf := b.plan.Buffers[id]
	switch {
	case buf.Len == p.pre.Len():
		buf.Reals = p.weights
	case buf.Len == 1:
		if slices.ContainsFunc(p.weights, func(w float64) bool { return w != p.weights[0] }) {
			b.mistake(s.Place, "drop the flag from w, or give all synapses one weight", "%s: w is one number for the projection, but the weights differ", s.Name)
		}
		buf.Fill = p.weights[0]
	default:
		b.mistake(s.Place, "drop the flag from w", "%s: w is postsynaptic, but each synapse has a weight", s.Name)
	}
}

// defaultsOfSynapses applies init= and the defaults of ANNarchy's parameters; w has the weights of its rule.
func (b *builder) defaultsOfSynapses(s *net.Synapses, in lower.SynapseInput, w *wiring) {
	for _, v := range in.Model.Vars {
		if v.Init == nil || v.Name == "w" {
			continue
		}
		k, fill, err := lower.SynapseInitial(in, lower.Assign{Var: v, Value: lower.Checked{Expr: v.Init, Side: in.Model}, What: "default of " + v.Name})
		if err != nil {
			b.mistake(s.Place, "", "%s: %v", s.Name, err)
			continue
		}
		buf := b.plan.Buffers[b.byName[lower.SlotName(s.Name, v.Name)]]
		switch {
		case k == nil:
			buf.Fill = fill
		case k.Domain == ir.Synapses:
			b.plan.Init = append(b.plan.Init, b.kernel(k, buf.Len, w.all()))
		default:
			b.plan.Init = append(b.plan.Init, b.kernel(k, buf.Len, -1))
		}
	}
}

// folds are the operations of net.Transmission.
var folds = map[string]ir.Fold{"max": ir.Largest, "min": ir.Smallest}

// transmit adds the sum over synapses with equations to the input of their target.
func (b *builder) transmit(s *net.Synapses, filled map[sumKey]bool) {
	w := b.wires[s]
	if w == nil {
		return
	}
	in := b.synapseInput(s, w.p.pre.Len())
	var psp lower.Checked
	if x := s.Transmit; x.Psp != nil {
		var ok bool
		psp, ok = b.checked(x.Psp, s.Dialect, func(e syntax.Expr) (*check.Model, diag.List) {
			return check.CheckExpr(e, x.Psp, in.Model, nil, b.synapseContext(s))
		})
		if !ok {
			return
		}
	}
	target := s.Post.Group
	key := sumKey{target.Name, s.Transmit.Target}
	slot, order := lower.SlotName(target.Name, sumVar(key.target)), -1
	if v := conductance(target, key.target); v != "" {
		slot, filled[key], order = lower.SlotName(target.Name, v), true, net.Transmit
	}
	k, err := lower.Transmitted(in, psp, slot, filled[key], folds[s.Transmit.Operation])
	if err != nil {
		b.mistake(s.Place, "", "%s: %v", s.Name, err)
		return
	}
	filled[key] = true
	run := b.kernel(k, target.N, w.conn(true, nil)[0].conn)
	b.plan.Schedule = append(b.plan.Schedule, Item{Name: s.Name, Slot: Groups, Order: order, Clock: b.clocks.add(in.Clock.DT), Callback: -1, Ops: []Op{run}})
}
