package compute

import (
	"slices"
	"strings"
	"time"

	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// kind is the form of a dispatch.
type kind uint8

const (
	single   kind = iota // one operation
	elements             // operations over elements or synapses that do little each, so that the dispatch is what they cost; then lists, by the last work group
	lists                // a work group per chain: make a spike list, record it
	spikes               // kernels over spikes, of one list or several, dispatched indirectly
	sequence             // elements one after another, in one work group and several passes
	inOrder              // synapses of spikes one after another, by one invocation and in several passes
)

// unit is one dispatch: operations of one clock that may run without a barrier between them.
type unit struct {
	kind   kind
	item   int // schedule position of the first operation
	last   int // and of the last
	clock  int
	ops    []glsl.Op   // of lists: what is in the chains
	chains [][]glsl.Op // that make lists
	// Of what makes lists: dispatches over several, whose arguments it finds. Of a dispatch over several: itself.
	together []*glsl.Together
	few      []*glsl.Few // dispatches of together whose work its last work group does where it is little
	access   []access
	segment  int   // number of callbacks before it
	maker    int   // of spikes: the unit that makes the last of its lists
	samples  []int // monitors that the unit samples
	text     *glsl.Program
	passes   int   // of a sequence, or of synapses in order
	items    []int // schedule position of each operation
	// Spent so far, where it can be told.
	time  time.Duration
	calls int64
}

// phase names a unit by its items.
func (u *unit) phase(p *plan.Plan) string {
	var names []string
	for k, item := range u.items {
		if !slices.Contains(u.items[:k], item) {
			names = append(names, p.Schedule[item].Name)
		}
	}
	return strings.Join(names, "+")
}

func kindOf(op glsl.Op) kind {
	switch op := op.(type) {
	case *plan.Run:
		switch op.Kernel.Domain {
		case ir.Elements, ir.Synapses, ir.Incoming:
			return elements
		case ir.Active, ir.Spiking:
			if op.Kernel.InOrder {
				return inOrder
			}
			return spikes
		}
	case *plan.Generate, *plan.Sample, *glsl.SampleEach, *glsl.Apply, *glsl.Spiked, *plan.Halt:
		return elements
	case *plan.Sequence:
		return sequence
	case *glsl.Compact, *plan.RecordSpikes, *glsl.Shares:
		return lists
	}
	return single
}

// add puts an operation of a schedule position behind those of a unit.
func (u *unit) add(op glsl.Op, item int, a []access) {
	u.item, u.last = min(u.item, item), max(u.last, item)
	u.ops, u.items, u.access = append(u.ops, op), append(u.items, item), append(u.access, a...)
	if m := glsl.Sampled(op); m >= 0 {
		u.samples = append(u.samples, m)
	}
}

// fitted generates the texts of units. Where the program of several operations would bind more than most storage blocks, they are two units.
func fitted(l *glsl.Layout, units []unit, most int, groupSize func(u *unit) int) (out []unit, err error) {
	for k := range units {
		u := units[k]
		if err := u.program(l, groupSize); err != nil {
			return nil, err
		}
		if u.kind == elements && u.chains != nil && blocks(u.text) > most {
			apart, err := fitted(l, u.apart(l), most, groupSize)
			if err != nil {
				return nil, err
			}
			out = append(out, apart...)
			continue
		}
		if n := u.middle(); n > 0 && blocks(u.text) > most && (u.kind == elements || u.kind == spikes) {
			halves, err := fitted(l, []unit{u.part(l, 0, n), u.part(l, n, len(u.ops))}, most, groupSize)
			if err != nil {
				return nil, err
			}
			out = append(out, halves...)
			continue
		}
		out = append(out, u)
	}
	return out, nil
}

// middle is where the operations of a unit can be parted: what waits for spikes of the dispatch stays with what emits them. 0: nowhere.
func (u *unit) middle() int {
	n := len(u.ops) / 2
	for n > 0 {
		if s, ok := u.ops[n].(*glsl.Spiked); !ok || !s.Here {
			break
		}
		n--
	}
	return n
}

// apart are the dispatch over elements and the one that makes lists.
func (u *unit) apart(l *glsl.Layout) []unit {
	n := len(u.ops)
	first := *u
	first.chains, first.together, first.few = nil, nil, nil
	first = first.part(l, 0, n)
	second := unit{kind: lists, clock: u.clock, segment: u.segment, chains: u.chains, together: u.together, ops: slices.Concat(u.chains...), items: u.items[n:]}
	return []unit{first, second.part(l, 0, len(second.ops))}
}

// part is a unit of the operations from to to-1.
func (u *unit) part(l *glsl.Layout, from, to int) unit {
	p := *u
	p.ops, p.items, p.access, p.samples = nil, nil, nil, nil
	p.item, p.last = u.items[from], u.items[from]
	for k := from; k < to; k++ {
		p.add(u.ops[k], u.items[k], accesses(l, u.ops[k]))
	}
	for _, t := range p.together {
		p.access = append(p.access, togetherAccesses(l, p.kind, t)...)
	}
	return p
}

// blocks is the number of storage blocks that a program binds.
func blocks(t *glsl.Program) int { return len(t.Blocks) + 1 }

// program generates the text of a unit.
func (u *unit) program(l *glsl.Layout, groupSize func(u *unit) int) (err error) {
	switch n := groupSize(u); u.kind {
	case lists:
		u.text, err = glsl.Lists(l, u.chains, u.together, n)
	case spikes:
		u.text, err = glsl.OverSpikes(l, u.ops, n)
	case sequence:
		s := u.ops[0].(*plan.Sequence)
		var rounds int
		if rounds, u.passes, err = sequenceRounds(l, s, n); err == nil {
			u.text, err = glsl.Sequence(l, s, n, rounds, u.passes)
		}
	case inOrder:
		r := u.ops[0].(*plan.Run)
		var synapses int
		if synapses, u.passes, err = inOrderSynapses(l, r); err == nil {
			u.text, err = glsl.InOrder(l, r, synapses)
		}
	default:
		usual := l.Groups
		if usual > 0 {
			l.Groups = groupsFor(l, u, n)
		}
		u.text, err = glsl.Dispatch(l, u.ops, u.withFew(u.few...), n)
		l.Groups = usual
	}
	return err
}

// withFew are the chains of a unit, and behind them what finds the arguments of dispatches over several lists or does the work of some.
func (u *unit) withFew(few ...*glsl.Few) [][]glsl.Op {
	chains := slices.Clone(u.chains)
	for _, t := range u.together {
		op := glsl.Op(t)
		for _, f := range few {
			if f.To == t {
				op = f
			}
		}
		chains = append(chains, []glsl.Op{op})
	}
	return chains
}

// overSynapses reports whether a unit over spikes has a work group per spike.
func (u *unit) overSynapses() bool {
	for _, op := range u.ops {
		if op.(*plan.Run).Kernel.Domain == ir.Spiking {
			return true
		}
	}
	return false
}

// Dump returns the text of the compute shaders of a plan, as the plain schedule runs them. It needs no OpenGL.
func Dump(p *plan.Plan) (string, error) {
	const block = 1 << 31
	l, err := glsl.NewLayout(p, block, glsl.Options{})
	if err != nil {
		return "", err
	}
	var out []string
	step, _ := stepTasks(l)
	for _, tasks := range [][]task{initTasks(l), step} {
		units := partition(l, tasks)
		for k := range units {
			if err := units[k].program(l, func(u *unit) int { return usualGroup(l, u) }); err != nil {
				return "", err
			}
			out = append(out, units[k].text.Text)
		}
	}
	return strings.Join(out, "\n"), nil
}

// groupSize is the usual number of invocations in a work group.
const groupSize = 64

// usualGroup is the size of a work group on hardware.
func usualGroup(l *glsl.Layout, u *unit) int {
	switch u.kind {
	case lists:
		return 256
	case elements:
		// Few words of bits for each invocation of the group that makes the lists; but all wait while they are counted up.
		n := groupSize
		for n < lastGroup && 8*n < mostWords(l, u.chains) {
			n *= 2
		}
		if slices.ContainsFunc(u.ops, func(op glsl.Op) bool { _, ok := l.GatherOf(op); return ok }) {
			n = max(n, glsl.GatherGroup)
		}
		return n
	case sequence:
		return sequenceGroup(l, u.ops[0].(*plan.Sequence), 1024)
	case spikes:
		if !u.overSynapses() {
			return glsl.ActiveGroup
		}
		return rowGroup(l, u, 32, 128)
	}
	return groupSize
}

// rowGroup is a number of invocations for the mean row of the connectivities of a unit, a power of two from least to most.
func rowGroup(l *glsl.Layout, u *unit, least, most int) int {
	mean := 0
	for _, op := range u.ops {
		if r := op.(*plan.Run); r.Conn >= 0 && r.Kernel.Domain == ir.Spiking {
			if d, _ := l.DelaysOf(r); d != nil {
				return most // several segments side by side
			}
			c := l.Plan.Conns[r.Conn]
			rows := c.NPre
			if c.ByPost {
				rows = c.NPost
			}
			mean = max(mean, c.N/max(rows, 1))
		}
	}
	n := least
	for n < mean && n < most {
		n *= 2
	}
	return n
}
