package glsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// ownValue is a buffer that the operations of one dispatch touch at the invocation's own element only. Its values stay in a variable
// from the first operation to the last: memory sees one load and one store.
type ownValue struct {
	buffer int
	words  int  // per element
	part   int  // of the dispatch
	n      int  // elements
	load   bool // an operation reads the value, or leaves it as it is
	store  bool // an operation may change it
	always bool // an operation replaces it whatever it was
	last   Op   // that may change it
	writes int  // places in all operations that may change it
	ops    int  // that touch it
	// direct: an operation may look for the value in memory.
	direct bool
	// Only few elements change it, see seldom.go: those of a note, or it is a sum that is cleared.
	noted, cleared bool
}

// stored reports whether blocks of the value go back to memory in the loop over elements.
func (o *ownValue) stored() bool { return o.store && !o.noted && !o.cleared }

// name is the variable that holds word w of the current element.
func (o *ownValue) name(w int) string { return fmt.Sprintf("own_%d_%d", o.buffer, w) }

// ownUse is how one operation touches an own value.
type ownUse struct {
	read, write, always bool
	writes              int
}

// ownUses lists what op touches at its own element, by buffer, over how many elements; nil for operations that do not work this way.
func (g *generator) ownUses(op Op) (uses map[int]ownUse, order []int, n int) {
	uses = map[int]ownUse{}
	touch := func(b int, u ownUse) {
		old, ok := uses[b]
		if !ok {
			order = append(order, b)
		}
		uses[b] = ownUse{old.read || u.read, old.write || u.write, old.always || u.always, old.writes + u.writes}
	}
	switch op := op.(type) {
	case *Apply:
		s := g.l.Sums[op.Sum]
		if s.Scales >= 0 {
			return nil, nil, 0
		}
		both := ownUse{read: true, write: true, writes: 1}
		touch(s.Buffer, both)
		touch(int(s.Target), both)
		return uses, order, g.l.Buffers[s.Target].Len
	case *Spiked:
		uses, order, _ = g.ownUses(op.Run)
		for b, u := range uses { // others keep what they have
			uses[b] = ownUse{read: true, write: u.write, writes: u.writes}
		}
		return uses, order, g.l.Lists[op.Run.List].Elems
	case *plan.Run:
		if op.Kernel.Domain != ir.Elements && op.Kernel.Domain != ir.Active || len(op.Kernel.Reductions) > 0 || g.l.replicas() > 1 {
			return nil, nil, 0
		}
		k := op.Kernel
		apart := map[int]bool{} // touched at other elements, too
		for i, s := range k.Slots {
			if s.Kind != ir.PerElement {
				apart[int(op.Bind[i])] = true
			}
		}
		for _, e := range exprs(k) {
			if e.Op == ir.OpLoad {
				b := int(op.Bind[e.Slot])
				if len(e.Args) > 0 {
					apart[b] = true
				} else if k.Slots[e.Slot].Kind == ir.PerElement {
					touch(b, ownUse{read: true})
				}
			}
		}
		for _, e := range k.Effects {
			switch e.Kind {
			case ir.Store:
				b := int(op.Bind[e.Slot])
				if e.Index != nil {
					apart[b] = true
				} else if k.Slots[e.Slot].Kind == ir.PerElement {
					touch(b, ownUse{write: true, always: e.Mask == nil, read: e.Mask != nil, writes: 1})
				}
			case ir.Accumulate, ir.Emit:
				apart[int(op.Bind[e.Slot])] = true
			}
		}
		for b := range apart {
			delete(uses, b)
		}
		return uses, order, op.N
	}
	return nil, nil, 0
}

// takeOwn decides which buffers the operations of a dispatch keep in variables, and returns the part of each operation: those of one part
// follow each other and have the same elements.
func (g *generator) takeOwn(ops []Op) (parts []int) {
	g.own, g.ownOrder = map[int]*ownValue{}, nil
	shared := map[int]bool{} // touched in more than one part
	last := 0                // elements of the last part
	direct, all := map[int]bool{}, false
	for _, op := range ops {
		uses, list, n := g.ownUses(op)
		memory, unknown := g.inMemory(op, uses)
		for _, b := range memory {
			direct[b] = true
		}
		all = all || unknown
		part := len(parts)
		if part > 0 && uses != nil && n == last {
			part = parts[part-1]
		}
		parts, last = append(parts, part), n
		for _, b := range list {
			u, ok := uses[b]
			if !ok {
				continue
			}
			o := g.own[b]
			if o == nil {
				o = &ownValue{buffer: b, words: 1, n: n, part: part}
				g.own[b] = o
				g.ownOrder = append(g.ownOrder, b)
			}
			shared[b] = shared[b] || o.part != part
			o.load = o.load || u.read && !o.always
			o.store = o.store || u.write
			if u.write {
				o.last = op
			}
			o.always = o.always || u.always
			o.writes, o.ops = o.writes+u.writes, o.ops+1
			if a, ok := op.(*Apply); ok && g.l.Sums[a.Sum].Buffer == b {
				o.cleared = true
			}
		}
	}
	for _, s := range g.l.Sums {
		if o := g.own[s.Buffer]; o != nil {
			o.words = s.Words
		}
	}
	g.ownOrder = slices.DeleteFunc(g.ownOrder, func(b int) bool {
		o := g.own[b]
		o.direct = all || direct[b]
		o.cleared = o.cleared && o.ops == 1 && !o.direct
		if shared[b] || g.l.inPieces(b) || g.l.Buffers[b].Len != o.words*o.n {
			delete(g.own, b)
			return true
		}
		return false
	})
	return parts
}

// declareOwn declares the variables that values of buffers stay in.
func (g *generator) declareOwn() {
	for _, b := range g.ownOrder {
		for w := range g.own[b].words {
			g.global(fmt.Sprintf("%s %s;", g.l.storedName(g.l.Buffers[b].Type), g.own[b].name(w)))
		}
	}
}

// ownWord spells word w of the current element's value of a buffer.
func (g *generator) ownWord(b, w, words int) string {
	if o := g.own[b]; o != nil {
		return o.name(w)
	}
	return g.memory(b, w, words)
}

// memory spells word w of element e of a buffer.
func (g *generator) memory(b, w, words int) string {
	g.use(b)
	if words == 1 {
		return g.l.Buffers[b].Name + "(e)"
	}
	return fmt.Sprintf("%s(%du * e + %du)", g.l.Buffers[b].Name, words, w)
}

// changed is the condition that two values of a buffer have different bits, where there is a short way to ask; else it is empty.
func (g *generator) changed(b int, x, y string, vector bool) string {
	switch {
	case g.l.Buffers[b].Type != ir.Real:
		return fmt.Sprintf("if (%s != %s) ", x, y)
	case g.l.Plan.Precision == plan.Single:
		return fmt.Sprintf("if (floatBitsToInt(%s) != floatBitsToInt(%s)) ", x, y)
	case !vector:
		return fmt.Sprintf("if (unpackDouble2x32(%s) != unpackDouble2x32(%s)) ", x, y)
	}
	return ""
}

// wide is the number of elements that an invocation takes at a time, as vectors of four.
const wide = 4

// keptIn are the values that a part keeps in variables.
func (g *generator) keptIn(part int) (kept []*ownValue) {
	for _, b := range g.ownOrder {
		if o := g.own[b]; o.part == part {
			kept = append(kept, o)
		}
	}
	return kept
}

// ownElement writes the statements that run calls for element e, between the loads and stores of what they keep in variables. A value that may be
// left as it is goes back only where it changed.
func (g *generator) ownElement(t *strings.Builder, kept []*ownValue, calls string) {
	maybe := func(o *ownValue) bool { return o.store && !o.always }
	for _, o := range kept {
		for w := range o.words {
			if !o.load {
				continue
			}
			from := g.memory(o.buffer, w, o.words)
			if maybe(o) {
				in := fmt.Sprintf("was_%d_%d", o.buffer, w)
				fmt.Fprintf(t, "\t\t\t%s %s = %s;\n", g.l.storedName(g.l.Buffers[o.buffer].Type), in, from)
				from = in
			}
			fmt.Fprintf(t, "\t\t\t%s = %s;\n", o.name(w), from)
		}
	}
	t.WriteString(calls)
	for _, o := range kept {
		for w := range o.words {
			if !o.store {
				continue
			}
			cond := ""
			if maybe(o) {
				cond = g.changed(o.buffer, o.name(w), fmt.Sprintf("was_%d_%d", o.buffer, w), false)
			}
			fmt.Fprintf(t, "\t\t\t%s%s = %s;\n", cond, g.memory(o.buffer, w, o.words), o.name(w))
		}
	}
}

// ownBlock is ownElement for the elements of block b, which are loaded and stored as vectors; in the last block there may be less than wide of n.
func (g *generator) ownBlock(t *strings.Builder, part, n int, calls string) {
	kept := g.keptIn(part)
	compared := map[*ownValue]bool{}
	for _, o := range kept {
		compared[o] = g.loadBlock(t, o)
	}
	word := func(o *ownValue, way string, j, w int) string {
		f := j*o.words + w
		return fmt.Sprintf("%s_%d_%d.%c", way, o.buffer, f/wide, "xyzw"[f%wide])
	}
	for j := range wide {
		t.WriteString("\t\t\t{\n")
		fmt.Fprintf(t, "\t\t\t\tuint e = %du * b + %du;\n", wide, j)
		for _, o := range kept {
			for w := range o.words {
				if o.load {
					fmt.Fprintf(t, "\t\t\t\t%s = %s;\n", o.name(w), word(o, "was", j, w))
				}
			}
		}
		beyond := (n-1)%wide < j
		if beyond {
			fmt.Fprintf(t, "\t\t\t\tif (e < %du) {\n", n)
		}
		g.noteElement(t, part, j, calls)
		for _, o := range kept {
			for w := range o.words {
				if o.stored() {
					fmt.Fprintf(t, "\t\t\t\t%s = %s;\n", word(o, "now", j, w), o.name(w))
				}
			}
		}
		if beyond {
			t.WriteString("\t\t\t\t}\n")
		}
		t.WriteString("\t\t\t}\n")
	}
	for _, c := range g.blockChecks {
		if g.own[c.buffer].part == part {
			fmt.Fprintf(t, "\t\t\tfault_%d = min(fault_%d, op_finite(now_%d_0) ? 0xffffffffu : b);\n", c.site, c.site, c.buffer)
		}
	}
	for _, o := range kept {
		if o.cleared {
			noteCleared(t, o)
		}
		if !o.stored() {
			continue
		}
		for k := range o.words {
			cond := ""
			if v := fmt.Sprintf("%d_%d", o.buffer, k); compared[o] {
				cond = g.changed(o.buffer, "now_"+v, "was_"+v, true)
			}
			fmt.Fprintf(t, "\t\t\t%s%s;\n", cond, g.storeBlock(o, k, fmt.Sprintf("now_%d_%d", o.buffer, k)))
		}
	}
}

// block is the k-th vector of block b of a value.
func (g *generator) block(o *ownValue, k int) string {
	at := &g.l.Buffers[o.buffer]
	g.blocks[at.Slab] = true
	return fmt.Sprintf("blocks%d[%du + b * %du + %du]", at.Slab, at.Base/wide, o.words, k)
}

// storeBlock makes value the k-th vector of block b. llvmpipe stores number by number: two words at a time, as a double, are half as many.
func (g *generator) storeBlock(o *ownValue, k int, value string) string {
	at := &g.l.Buffers[o.buffer]
	if !g.l.Software || g.l.Size(at.Type) != 4 {
		return fmt.Sprintf("%s = %s", g.block(o, k), value)
	}
	g.doubles[at.Slab] = true
	g.global("dvec2 two_words(uvec4 u) { return dvec2(packDouble2x32(u.xy), packDouble2x32(u.zw)); }")
	to := map[string]string{"vec4": "floatBitsToUint", "ivec4": "uvec4"}[g.l.vectorName(at.Type)]
	return fmt.Sprintf("doubles%d[%du + b * %du + %du] = two_words(%s(%s))", at.Slab, at.Base/wide, o.words, k, to, value)
}

// loadBlock writes the declarations of what a value was before calls and of what it becomes, and reports whether to compare the two before storing.
func (g *generator) loadBlock(t *strings.Builder, o *ownValue) (compared bool) {
	at := g.l.Buffers[o.buffer]
	// A condition seldom changes, and a load as texel with a store that is left out costs less than a store.
	seldom := o.store && g.isBool(o.buffer)
	texels := (o.load || seldom) && g.takeTexels(at.Slab)
	typ := g.l.vectorName(at.Type)
	for k := range o.words {
		fmt.Fprintf(t, "\t\t\t%s was_%d_%d = ", typ, o.buffer, k)
		switch {
		case texels:
			read := map[string]string{"ivec4": "ivec4", "vec4": "uintBitsToFloat"}[typ]
			fmt.Fprintf(t, "%s(imageLoad(texels%d, int(%du + b * %du + %du)));", read, at.Slab, at.Base/wide, o.words, k)
		case o.load:
			fmt.Fprintf(t, "%s;", g.block(o, k))
		default:
			fmt.Fprintf(t, "%s(%s);", typ, g.zero(at.Type))
		}
		if o.stored() {
			fmt.Fprintf(t, " %s now_%d_%d = was_%d_%d;", typ, o.buffer, k, o.buffer, k)
		}
		t.WriteByte('\n')
	}
	return !o.always || seldom && texels
}

// blockCheck is a check that the value of a buffer is finite.
type blockCheck struct{ buffer, site int }

// blockChecked returns, by effect, the buffers whose values a run's checks look at, where all of them can be made for the elements of an invocation
// at once: what they look at is what the dispatch stores. Which of several elements it is, is found when all are done. Otherwise it returns nil.
func (g *generator) blockChecked(r *plan.Run) map[int]int {
	if g.faults == nil || g.width == 1 || g.l.Plan.Precision != plan.Single {
		return nil
	}
	found := map[int]int{}
	for i, e := range r.Kernel.Effects {
		if e.Kind != ir.Check || e.Value.Type != ir.Real {
			continue
		}
		at := slices.IndexFunc(r.Kernel.Effects, func(s ir.Effect) bool {
			return s.Kind == ir.Store && s.Value == e.Value && s.Mask == nil && s.Index == nil && r.Kernel.Slots[s.Slot].Kind == ir.PerElement
		})
		if at < 0 || e.Mask != nil {
			return nil
		}
		b := int(r.Bind[r.Kernel.Effects[at].Slot])
		if o := g.own[b]; o == nil || o.last != Op(r) {
			return nil
		}
		found[i] = b
	}
	return found
}

// vectorName is the type of four values of a buffer of type t.
func (l *Layout) vectorName(t ir.Type) string {
	switch {
	case t != ir.Real:
		return "ivec4"
	case l.Plan.Precision == plan.Double:
		return "dvec4"
	}
	return "vec4"
}

// mostTexels is the number of image units that compute shaders have everywhere.
const mostTexels = 8

// takeTexels reports whether a slab is read as texels, which hold four words, and binds it for them. What is loaded so must not change in
// the dispatch before: images are not coherent with storage blocks. The own value of an element is loaded before anything stores it.
func (g *generator) takeTexels(slab int) bool {
	s := g.l.Slabs[slab]
	if g.l.Texels == nil || g.l.Size(s.Type) != 4 || s.Piece > 0 || !g.l.Texels(slab) || len(g.texels) == mostTexels && !g.texels[slab] {
		return false
	}
	g.texels[slab] = true
	return true
}

// isBool reports whether a buffer holds conditions.
func (g *generator) isBool(b int) bool {
	return b < len(g.l.Plan.Buffers) && g.l.Plan.Buffers[b].Type == ir.Bool
}
