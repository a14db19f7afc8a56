package glsl

import (
	"fmt"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// llvmpipe takes no branch around a store: one that no element makes costs about as much as one that all make. What few elements store in a step
// is therefore noted, in a bit for each round of the loop over elements, and done behind so many rounds by loops over the bits that are set.

// notedRounds is the number of rounds that bits are noted for.
const notedRounds = 32

// note is what elements do for which a condition of a kernel holds, the same for all of them.
type note struct {
	id, part int // part of the dispatch
	emits    []*List
	stores   []notedStore
}

type notedStore struct {
	buffer int
	value  string // can be spelled outside of the kernel's function
}

// flag is the condition for the current element.
func (n *note) flag() string { return fmt.Sprintf("note_%d", n.id) }

// word is the variable whose bits are the rounds in which the condition held for the j-th element of the invocation.
func (n *note) word(j int) string { return fmt.Sprintf("noted_%d_%d", n.id, j) }

// noting are the notes of one kernel, by what its text calls their condition.
type noting map[string]*note

// take returns the note for a condition, nil where it is to be acted on at once. New notes are told the condition.
func (k noting) take(g *generator, mask string) *note {
	if !g.seldom || mask == "" {
		return nil
	}
	n := k[mask]
	if n == nil {
		n = &note{id: len(g.notes), part: g.part}
		k[mask] = n
		g.notes = append(g.notes, n)
		g.global(fmt.Sprintf("bool %s;", n.flag()))
		g.linef("\t%s = %s;", n.flag(), mask)
	}
	return n
}

// notable reports whether a store to an own value can be noted: nothing else in the dispatch changes the value or looks for it in memory, and what is
// stored is a constant or the same for all elements.
func (o *ownValue) notable(e *ir.Effect, value string) bool {
	return o.writes == 1 && !o.direct && e.Mask != nil && (e.Value.Op == ir.OpConst || isLocal(value) && value[0] == 'u')
}

// inMemory lists the buffers that an operation may look for in memory; all is true where they are not known. uses are those that it keeps in variables.
func (g *generator) inMemory(op Op, uses map[int]ownUse) (list []int, all bool) {
	var bind []plan.BufferID
	switch op := op.(type) {
	case *plan.Run:
		bind = op.Bind
	case *Spiked:
		bind = op.Run.Bind
	case *Apply:
		s := g.l.Sums[op.Sum]
		bind = []plan.BufferID{s.Target, plan.BufferID(s.Buffer)}
	case *plan.Sample, *SampleEach:
		for _, v := range g.l.Rings[Sampled(op)].Vars {
			bind = append(bind, plan.BufferID(v.Source))
		}
	default:
		return nil, true
	}
	for _, b := range bind {
		if _, ok := uses[int(b)]; !ok {
			list = append(list, int(b))
		}
	}
	return list, false
}

// noteElement writes how the notes of a part are taken for the j-th element of an invocation, before and behind the calls.
func (g *generator) noteElement(t *strings.Builder, part, j int, calls string) {
	for _, n := range g.notes {
		if n.part == part {
			fmt.Fprintf(t, "\t\t\t%s = false;\n", n.flag())
		}
	}
	t.WriteString(calls)
	for _, n := range g.notes {
		if n.part == part {
			fmt.Fprintf(t, "\t\t\tif (%s) %s |= round_bit;\n", n.flag(), n.word(j))
		}
	}
}

// noteCleared writes how it is noted that a block of a sum is not 0.
func noteCleared(t *strings.Builder, o *ownValue) {
	var some []string
	for k := range o.words {
		some = append(some, fmt.Sprintf("was_%d_%d != ivec4(0)", o.buffer, k))
	}
	fmt.Fprintf(t, "\t\t\tif (%s) cleared_%d |= round_bit;\n", strings.Join(some, " || "), o.buffer)
}

// clearedValues are the own values that hold sums and are 0 behind the dispatch.
func (g *generator) clearedValues() (list []*ownValue) {
	for _, b := range g.ownOrder {
		if o := g.own[b]; o.cleared {
			list = append(list, o)
		}
	}
	return list
}

// noted writes the loop over the rounds of a loop from first to end, in steps of stride; what was noted follows it. Without notes it is that loop.
func (g *generator) noted(first string, stride int, body string) {
	cleared := g.clearedValues()
	if len(g.notes)+len(cleared) == 0 {
		c, _ := g.counter()
		g.linef("\tfor (uint %s = %s; %s < end; %s += %du) {", c, first, c, c, stride)
		g.body.WriteString(body)
		g.linef("\t}")
		return
	}
	g.linef("\tfor (uint first_round = %s; first_round < end; first_round += %du) {", first, notedRounds*stride)
	g.linef("\t\tuint stop = min(end, first_round + %du), round_bit = 1u;", notedRounds*stride)
	for _, n := range g.notes {
		for j := range wide {
			g.linef("\t\tuint %s = 0u;", n.word(j))
		}
	}
	for _, o := range cleared {
		g.linef("\t\tuint cleared_%d = 0u;", o.buffer)
	}
	g.linef("\t\tfor (uint b = first_round; b < stop; b += %du) {", stride)
	g.body.WriteString(body)
	g.linef("\t\tround_bit <<= 1u;")
	g.linef("\t\t}")
	for _, o := range cleared {
		g.linef("\t\tfor (uint m = cleared_%d; m != 0u; m &= m - 1u) {", o.buffer)
		g.linef("\t\t\tuint b = first_round + %du * uint(findLSB(m));", stride)
		for k := range o.words {
			g.linef("\t\t\t%s;", g.storeBlock(o, k, "ivec4(0)"))
		}
		g.linef("\t\t}")
	}
	for _, n := range g.notes {
		var any, each []string
		for j := range wide {
			any = append(any, n.word(j))
			each = append(each, fmt.Sprintf("(%s >> r & 1u) << %du", n.word(j), j))
		}
		g.linef("\t\tfor (uint m = %s; m != 0u; m &= m - 1u) {", strings.Join(any, " | "))
		g.linef("\t\t\tuint r = uint(findLSB(m)), b = first_round + %du * r;", stride)
		g.linef("\t\t\tuint which = %s;", strings.Join(each, " | "))
		for _, s := range n.emits {
			g.linef("\t\t\t%s", g.emit(s, "b >> 3", "which << (4u * b & 31u)"))
		}
		for _, s := range n.stores {
			for j := range wide {
				g.linef("\t\t\tif ((which & %du) != 0u) %s(4u * b + %du) = %s;", 1<<j, g.l.Buffers[s.buffer].Name, j, s.value)
			}
		}
		g.linef("\t\t}")
	}
	g.linef("\t}")
}
