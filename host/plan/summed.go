package plan

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
)

// summing is a summed variable of synapses and where in the step its sum is taken.
type summing struct {
	s      *net.Synapses
	in     lower.SynapseInput
	v      *check.Variable
	target *lower.End
	near   net.Span
	into   string // variable of the target
	w      *wiring
	byPost bool
	lump   *lump // nil: the synapses have variables each
	item   Item
	far    *net.Group // at the other end of the synapses
	lags   []int32    // in steps of far: nil none, one for all synapses, or one each
}

// summed finds the sums over synapses into variables of the groups, from the old state.
func (b *builder) summed(s *net.Synapses, in lower.SynapseInput, w *wiring, l *lump) {
	sums := slices.DeleteFunc(slices.Clone(in.Model.Vars), func(v *check.Variable) bool { return !v.Summed })
	seconds, ok := b.sumDelays(s, in, w, len(sums) > 0)
	if !ok {
		return
	}
	for _, v := range sums {
		in, target, near, far, byPost := in, &in.Post, s.Post, s.Pre.Group, true
		name, ok := strings.CutSuffix(v.Name, "_post")
		if !ok {
			name, byPost = strings.TrimSuffix(v.Name, "_pre"), false
			target, near, far = &in.Pre, s.Pre, s.Post.Group
		}
		// As in Brian2, the sum is taken when its target is updated, right before it, whatever the time step of the synapses.
		in.Clock.Every = b.dtOf(near.Group.DT)
		item := Item{Name: s.Name + "_summed_variable_" + v.Name, Slot: Groups, Order: near.Group.Order - 1, Clock: b.clocks.add(in.Clock.Every), Callback: -1}
		at, elsewhere := s.SumAt[v.Name]
		if elsewhere {
			var err error
			if item.Slot, err = slotOf(at.When, Groups); err != nil {
				b.mistake(s.Place, "", "%s: the sum %s: %v", s.Name, v.Name, err)
				continue
			}
			item.Order = at.Order
		}
		if to := b.res.Models[near.Group].ByName[name]; to != nil && to.Type.Kind != check.Real {
			b.mistake(s.Place, fmt.Sprintf("declare it as a number, %s : 1", name), "%s: the sum %s is set into %s of %q, which is %s; sums are real numbers", s.Name, v.Name, name, near.Group.Name, typeName(to.Type))
			continue
		}
		lags := b.lagsOf(seconds, far)
		if near.Len() < near.Group.N && s.Dialect == check.Brian && !elsewhere && lags == nil {
			item.Order++ // Brian2 gives a part of a group an order one behind that of the group
		}
		switch {
		case lags == nil:
		case elsewhere:
			b.mistake(s.Place, "", "%s: the sum %s is taken elsewhere than before the states are updated, and cannot have a delay", s.Name, v.Name)
			continue
		case item.Clock != b.clocks.add(b.dtOf(far.DT)):
			b.mistake(s.Place, fmt.Sprintf("give both the same dt, or leave the delay of %s out", s.Name), "%s: with a delay, the neurons that are summed into must have the time step of those that are read: %q has %g ms, %q %g ms",
				s.Name, far.Name, b.dtOf(far.DT)*1e3, near.Group.Name, in.Clock.Every*1e3)
			continue
		}
		if s.Inactive {
			continue // of several sums into one variable the next sets it
		}
		b.summing = append(b.summing, &summing{s, in, v, target, near, name, w, byPost, l, item, far, lags})
	}
}

// delayed reports whether a pathway may have delays.
func delayed(p *net.Pathway) bool { return p != nil && (len(p.Delay) > 0 || len(p.Delays) > 0) }

// sumDelays are the delays of the sums of synapses in seconds: none, one, or one each. False means that a mistake was reported.
func (b *builder) sumDelays(s *net.Synapses, in lower.SynapseInput, w *wiring, sums bool) ([]float64, bool) {
	switch {
	case s.Sums == nil:
		return nil, true
	case !sums && delayed(s.Sums):
		b.mistake(s.Place, "the delay of a pathway is its own: write for example delay={'pre': 5*ms}", "%s has a delay of its sums, but no variable that is (summed)", s.Name)
		return nil, false
	}
	d, ok := b.delaysOf(in, w, s.Sums, s.Pre.Group)
	if !ok {
		return nil, false
	}
	seconds, err := b.res.Delays(s.Sums)
	if err != nil {
		b.mistake(s.Place, "", "%s: %v", s.Name, err)
		return nil, false
	}
	if !d.each && len(seconds) > 1 {
		seconds = seconds[:1]
	}
	return seconds, true
}

// lagsOf turns delays into steps of a group; nil where all are 0.
func (b *builder) lagsOf(seconds []float64, g *net.Group) []int32 {
	lags := make([]int32, len(seconds))
	for k, d := range seconds {
		lags[k] = int32(b.delaySteps(d, g))
	}
	if !slices.ContainsFunc(lags, func(l int32) bool { return l > 0 }) {
		return nil
	}
	return lags
}

// Suffixes of the buffers of a ring: a group's variable as it was in the last steps, and by element the first step that is known of it.
const (
	RingSuffix  = lower.RingSuffix
	SinceSuffix = lower.SinceSuffix
)

// ring is what is kept of a group's past, for the sums that read it with a delay.
type ring struct {
	depth int
	kept  map[string]bool // variables
}

// rings finds how much of each group's past is read.
func (b *builder) rings() map[*net.Group]*ring {
	rings := map[*net.Group]*ring{}
	for _, x := range b.summing {
		if x.lags == nil {
			continue
		}
		r := rings[x.far]
		if r == nil {
			r = &ring{kept: map[string]bool{}}
			rings[x.far] = r
		}
		r.depth = max(r.depth, int(slices.Max(x.lags))+1)
	}
	return rings
}

// past is how a sum reads the past, nil when it does not.
func (b *builder) past(x *summing, rings map[*net.Group]*ring) *lower.Past {
	if x.lags == nil {
		return nil
	}
	p := &lower.Past{Depth: rings[x.far].depth}
	if len(x.lags) == 1 {
		p.Lag = func(ib *ir.Builder) *ir.Expr { return ib.ConstInt(x.lags[0]) }
		return p
	}
	name := lower.SlotName(x.s.Name, net.SumsPathway+"@lag")
	if _, known := b.byName[name]; !known {
		b.buffer(Buffer{Object: x.s.Name, Var: net.SumsPathway + "@lag", Type: ir.Int, Len: len(x.lags), Ints: x.lags, Role: Connectivity})
	}
	p.Lag = func(ib *ir.Builder) *ir.Expr {
		return ib.Load(ib.Slot(ir.Slot{Name: name, Type: ir.Int, Kind: ir.PerElement, Access: ir.Read}))
	}
	return p
}

// remember adds the operations that keep what a sum reads with a delay, but for what another sum had kept before.
func (b *builder) remember(x *summing, p *lower.Past, r *ring) ([]Op, error) {
	if p == nil {
		return nil, nil
	}
	var ops []Op
	in := b.lowerInput(x.far)
	for _, v := range p.Read {
		if r.kept[v.Name] {
			continue
		}
		r.kept[v.Name] = true
		k, n, err := lower.Remember(in, v, r.depth)
		if err != nil {
			return nil, err
		}
		entries := int64(n) * int64(r.depth)
		if entries > math.MaxInt32 {
			return nil, &TooLarge{What: fmt.Sprintf("%s.%s of the last %d steps, for the delays of %s", x.far.Name, v.Name, r.depth, x.s.Name), Need: b.plan.RealBytes() * entries,
				Available: b.plan.RealBytes() * math.MaxInt32, Hint: "use shorter delays or a larger dt"}
		}
		b.buffer(Buffer{Object: x.far.Name, Var: v.Name + lower.RingSuffix, Type: k.Slots[k.Effects[len(k.Effects)-1].Slot].Type, Len: int(entries), Depth: r.depth, Role: History})
		b.buffer(Buffer{Object: x.far.Name, Var: v.Name + lower.SinceSuffix, Type: ir.Int, Len: n, Role: History})
		ops = append(ops, b.kernel(k, n, -1))
	}
	return ops, nil
}

// addSums adds the sums that summed found to the schedule. Several into one variable add up: the first of a step sets it, the others add.
func (b *builder) addSums() error {
	slices.SortStableFunc(b.summing, func(x, y *summing) int { return inStep(&x.item, &y.item) })
	into, covered, rings := map[string]*summing{}, map[string][]net.Span{}, b.rings()
	for _, x := range b.summing {
		sum := lower.SlotName(x.target.Object, x.into)
		first := into[sum]
		past := b.past(x, rings)
		sumInto := func(add bool) (*Run, error) {
			k, err := lower.SummedInput(x.in, x.v, x.target, x.into, add, past)
			if err != nil {
				return nil, err
			}
			if x.lump != nil && x.lump.sums[x.v.Name] != nil {
				return b.kernel(x.lump.summed(x.v.Name, add), x.target.N, -1), nil
			}
			return b.kernel(k, x.target.N, x.w.conn(x.byPost, nil)[0].conn), nil
		}
		// What is kept of the past shows in what a sum reads, and comes before it.
		_, err := lower.SummedInput(x.in, x.v, x.target, x.into, first != nil, past)
		if err == nil {
			x.item.Ops, err = b.remember(x, past, rings[x.far])
		}
		var run *Run
		if err == nil {
			run, err = sumInto(first != nil)
		}
		if large, ok := err.(*TooLarge); ok {
			return large
		}
		if err != nil {
			b.mistake(x.s.Place, "", "%s: %v", x.s.Name, err)
			continue
		}
		into[sum] = x
		b.sums[sum] = append(b.sums[sum], summand{run, x.item.Clock, x.lags != nil})
		if parts := uncovered(x.near, covered[sum]); len(parts) > 0 && (first != nil || x.near.Len() < x.target.N) {
			// Elements beside the part that is summed into keep their values, as in Brian2.
			if run, err = sumInto(true); err != nil {
				return err
			}
			x.item.Ops = append(x.item.Ops, b.kernel(lower.ClearSums(x.target.Input, x.into, parts), x.target.N, -1))
		}
		covered[sum] = append(covered[sum], x.near)
		x.item.Ops = append(x.item.Ops, run)
		b.plan.Schedule = append(b.plan.Schedule, x.item)
		if first == nil {
			b.warnEarly(x)
		}
	}
	return nil
}

// uncovered are the parts of a span that are in none of others.
func uncovered(s net.Span, others []net.Span) (parts []lower.Part) {
	for at := s.Start; at < s.Stop; {
		end := s.Stop
		skip := false
		for _, o := range others {
			if o.Start <= at && at < o.Stop {
				at, skip = o.Stop, true
				break
			}
			if o.Start > at {
				end = min(end, o.Start)
			}
		}
		if !skip {
			parts = append(parts, lower.Part{Start: at, Len: end - at})
			at = end
		}
	}
	return parts
}

// warnEarly warns of code that reads a sum before it is taken, in a group that stops when a condition holds: in the first step the sum is 0,
// so that the condition may hold before anything has begun.
func (b *builder) warnEarly(x *summing) {
	for _, g := range b.net.Groups {
		if g.Name != x.target.Object || len(g.Stops) == 0 {
			continue
		}
		for _, c := range g.Code {
			slot, err := slotOf(c.When, Start)
			if err != nil || c.Event != "" || c.Update != net.Synchronous || inStep(&Item{Slot: slot, Order: c.Order, Name: c.Name}, &x.item) > 0 {
				continue
			}
			if at, ok := mention(c.Code.Text, x.into); ok {
				b.report(diag.Warningf(c.Code, at, "the sum %q is taken later in the step than this code runs: it is 0 here in the first step, and that of the step before in the others", x.into).
					WithHint("the run may end before anything has begun; with when=\"after_groups\" the code sees the sums of its own step"))
			}
		}
	}
}

// mention finds a name in a text.
func mention(text, name string) (diag.Span, bool) {
	letter := func(k int) bool {
		if k < 0 || k >= len(text) {
			return false
		}
		r := text[k]
		return r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
	}
	for from := 0; ; {
		k := strings.Index(text[from:], name)
		if k < 0 {
			return diag.Span{}, false
		}
		k += from
		if from = k + len(name); !letter(k-1) && !letter(from) {
			return diag.Span{Start: k, End: from}, true
		}
	}
}
