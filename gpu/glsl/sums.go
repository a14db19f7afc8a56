package glsl

import (
	"cmp"
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Sum is the accumulator of a buffer of reals that synapses add to: a fixed-point number of Words 32-bit integers per element, so
// that the order of additions changes nothing. Apply adds it to the target and clears it.
//
// Where values have a bound, in single precision one word does for a sum of few synapses and two for many; in double precision three
// words hold what a few thousand synapses add without rounding, unless weights differ by more than 2^30. Four words (32 bits in front of
// the point, 96 behind) do where nothing is known, or where most values are far below their bound.
type Sum struct {
	Target plan.BufferID
	Buffer int // in Layout.Buffers; Words per element, the lowest first
	Words  int
	// Scale is what values are multiplied with, a power of two; Limit is the largest magnitude of a value. Both may change between
	// steps, see Layout.Rescale.
	Scale, Limit float64
	// Scales, with replicas, indexes Layout.Buffers: three reals for each, scale, its inverse and limit; then those fields are not used.
	Scales  int
	bounded bool // by what is known of the values
	fan     int  // the most synapses that add to one element in one step
	site    int
}

// oneWordFan is the number of synapses up to which one word keeps each value to 20 bits.
const oneWordFan = 1 << 11

// UniformSum is the vec3 of a sum: scale, its inverse, limit.
func UniformSum(k int) string { return fmt.Sprintf("scale_%d", k) }

// addends are the places in a plan where a buffer is added to.
type addend struct {
	run    *plan.Run
	effect *ir.Effect
}

func addends(p *plan.Plan) (order []plan.BufferID, at map[plan.BufferID][]addend) {
	at = map[plan.BufferID][]addend{}
	eachOp(p, func(op plan.Op, _ bool) {
		r, ok := op.(*plan.Run)
		if !ok {
			return
		}
		for k := range r.Kernel.Effects {
			e := &r.Kernel.Effects[k]
			if e.Kind != ir.Accumulate || e.Value.Type != ir.Real {
				continue
			}
			b := r.Bind[e.Slot]
			if at[b] == nil {
				order = append(order, b)
			}
			at[b] = append(at[b], addend{r, e})
		}
	})
	return order, at
}

// addSums makes an accumulator for each buffer of reals that is added to.
func (l *Layout) addSums(names *namer) {
	order, at := addends(l.Plan)
	l.sumOf = map[plan.BufferID]int{}
	if len(order) == 0 {
		return
	}
	l.ranges, l.addends = newRanges(l.Plan), at
	mostly := newRanges(l.Plan)
	mostly.typical = true
	for k, b := range order {
		s := &Sum{Target: b, Buffer: len(l.Buffers), Scales: -1, site: -1}
		for _, a := range at[b] {
			s.fan += l.degree(a)
		}
		s.Words = 4
		if bound := l.most(l.ranges, b); !math.IsInf(bound, 0) {
			mostly.forget() // whatever the other sums are
			s.Words, s.bounded = wordsFor(l.Plan.Precision, s.fan, bound, cmp.Or(l.most(mostly, b), bound))
		}
		l.sumOf[b] = k
		l.Sums = append(l.Sums, s)
		l.Buffers = append(l.Buffers, Buffer{Name: names.unique(fmt.Sprintf("sum_%d", k)), Type: ir.Int, Len: s.Words * l.Buffers[b].Len})
		if l.replicas() > 1 {
			s.Scales = len(l.Buffers)
			l.Buffers = append(l.Buffers, Buffer{Name: names.unique(fmt.Sprintf("scales_%d", k)), Type: ir.Real, Len: 3 * l.replicas()})
		}
		s.Scale, s.Limit = l.scale(s, 0)
	}
}

// bound is the largest magnitude of a value that synapses add to b in one replica, for ranges of values.
func (l *Layout) bound(values *ranges, b plan.BufferID, replica int) float64 {
	v := 0.0
	values.of1(replica)
	for _, a := range l.addends[b] {
		v = math.Max(v, values.of(a.run, a.effect.Value, map[*ir.Expr]span{}).largest())
	}
	return v
}

// most is that in all replicas.
func (l *Layout) most(values *ranges, b plan.BufferID) float64 {
	v := 0.0
	for r := range l.replicas() {
		v = math.Max(v, l.bound(values, b, r))
	}
	return v
}

// wordsFor chooses the words of a sum of fan values with a bound, of which most are as large as typical: those of the bound have as many bits as their
// precision, and so have typical ones that are far below it, with more words. bounded: the scale is that of the bound, which is not so far off that it
// would leave them few bits in four words.
func wordsFor(p plan.Precision, fan int, bound, typical float64) (words int, bounded bool) {
	words, bits := 2, 24.0
	switch {
	case p == plan.Double:
		words, bits = 3, 53
	case fan <= oneWordFan && bound <= 4*typical:
		return 1, true
	}
	if bits += math.Log2(float64(max(fan, 1))) + math.Log2(bound/typical); bits > float64(32*words-1) {
		words = 4
	}
	return words, !(bits > 127)
}

// scale chooses scale and limit of a sum from what is known of the values of a replica now.
func (l *Layout) scale(s *Sum, replica int) (scale, limit float64) {
	fan := float64(max(s.fan, 1))
	if !s.bounded {
		return 1, math.Floor(math.MaxInt32 / fan)
	}
	// A little room for the rounding of the values themselves.
	limit = l.bound(l.ranges, s.Target, replica) * (1 + 1e-5)
	exp := 0.0
	if most := limit * fan; most > 0 && !math.IsInf(most, 0) {
		exp = math.Max(-100, math.Min(100, math.Floor(math.Log2((math.MaxInt32-fan)/most))))
	}
	return math.Exp2(exp), limit
}

// ScalesOf are the contents of a sum's Scales.
func (l *Layout) ScalesOf(s *Sum) []float64 {
	var v []float64
	for r := range l.replicas() {
		scale, limit := l.scale(s, r)
		v = append(v, scale, 1/scale, float64(float32(math.Min(limit, math.MaxFloat32))))
	}
	return v
}

// Widen tells that the host wrote values to a buffer, from an element on. It reports whether scales may have changed.
func (l *Layout) Widen(b plan.BufferID, off int, values []float64) bool {
	if l.ranges == nil || len(values) == 0 || l.Plan.Buffers[b].Type != ir.Real {
		return false
	}
	wider := false
	each := l.each(int(b))
	for len(values) > 0 {
		part, n := plan.Part{Buffer: b}, len(values)
		if each > 0 {
			part.Replica = off / each
			n = min(n, each-off%each)
		}
		now := rangeOf(values[:n])
		off, values = off+n, values[n:]
		old, ok := l.ranges.written[part]
		if ok && old.lo <= now.lo && old.hi >= now.hi {
			continue
		}
		if ok {
			now = now.hull(old)
		}
		l.ranges.written[part] = now
		wider = true
	}
	if !wider {
		return false
	}
	return l.rescale()
}

// Written are the ranges of what the host wrote; with the plan they decide the scales.
func (l *Layout) Written() map[plan.Part][2]float64 {
	if l.ranges == nil || len(l.ranges.written) == 0 {
		return nil
	}
	w := make(map[plan.Part][2]float64, len(l.ranges.written))
	for b, s := range l.ranges.written {
		w[b] = [2]float64{s.lo, s.hi}
	}
	return w
}

// SetWritten goes back to ranges that Written gave, for a state of that time: sums then round as they did. It reports whether scales changed.
func (l *Layout) SetWritten(w map[plan.Part][2]float64) bool {
	if l.ranges == nil {
		return false
	}
	clear(l.ranges.written)
	for b, s := range w {
		l.ranges.written[b] = span{s[0], s[1]}
	}
	return l.rescale()
}

// rescale chooses all scales anew and reports whether one changed.
func (l *Layout) rescale() bool {
	l.ranges.forget()
	changed := l.replicas() > 1
	for _, s := range l.Sums {
		scale, limit := l.scale(s, 0)
		changed = changed || s.Scale != scale || s.Limit != limit
		s.Scale, s.Limit = scale, limit
	}
	return changed
}

// degree is the most synapses through which one element is added to by a in one step.
func (l *Layout) degree(a addend) int {
	p := l.Plan
	if a.run.Conn < 0 {
		return 1
	}
	c := p.Conns[a.run.Conn]
	if c.Drawn != nil && l.Options.Uncounted && c.Drawn.Expected() > 1<<24 {
		return c.Drawn.Room(c.Drawn.PreLen) // of more than a few it does not matter how many
	}
	all := c.N
	if c.Drawn != nil {
		all = int(min(c.Drawn.Count().Total, math.MaxInt32))
	}
	end := ir.OpInvalid
	for e := a.effect.Index; e != nil; {
		switch {
		case e.Op == ir.OpPre || e.Op == ir.OpPost:
			end, e = e.Op, nil
		case e.Op == ir.OpAdd && e.Args[0].Uniform():
			e = e.Args[1]
		case (e.Op == ir.OpAdd || e.Op == ir.OpSub) && e.Args[1].Uniform():
			e = e.Args[0]
		default:
			return all
		}
	}
	if (end == ir.OpPre) != c.ByPost {
		return LongestRow(p, c)
	}
	return mostEnds(p, c)
}

// LongestRow is the number of synapses in the longest row of a connectivity, all of them where it is not known.
func LongestRow(p *plan.Plan, c *plan.Conn) (most int) {
	if c.Drawn != nil {
		return c.Drawn.Count().Longest
	}
	ptr := p.Buffers[c.RowPtr].Ints
	if ptr == nil {
		return c.N
	}
	for k := 1; k < len(ptr); k++ {
		most = max(most, int(ptr[k]-ptr[k-1]))
	}
	return most
}

// mostEnds is the largest number of synapses that end in one element of the far end, all of them where it is not known.
func mostEnds(p *plan.Plan, c *plan.Conn) (most int) {
	if c.Drawn != nil {
		return c.Drawn.Most()
	}
	return p.MostEnds(c)
}

// adder writes, once, the function that adds a value to an element of a sum, and returns its name.
func (g *generator) adder(k int) string {
	if name, ok := g.adders[k]; ok {
		return name
	}
	s := g.l.Sums[k]
	target := g.l.Buffers[s.Target]
	name := g.names.unique("run_add_to_" + target.Name)
	g.adders[k] = name
	g.useSum(k)
	g.use(s.Buffer)
	if s.site < 0 {
		s.site = len(g.l.Sites)
		b := g.l.Plan.Buffers[s.Target]
		g.l.Sites = append(g.l.Sites, Site{Sum: b.Object + "." + b.Var})
	}
	acc, real := g.l.Buffers[s.Buffer].Name, g.l.real()
	g.linef("// Adds x to %s[i] in fixed point: the order of additions changes nothing.", target.Name)
	g.linef("void %s(uint i, %s x) {", name, real)
	scale, limit := fmt.Sprintf("scale_%d.x", k), fmt.Sprintf("scale_%d.z", k)
	if s.Scales >= 0 {
		g.linef("\tuint first = i / %du * 3u;", g.l.part(int(s.Target)))
		scale, limit = fmt.Sprintf("%s(first)", g.l.Buffers[s.Scales].Name), fmt.Sprintf("%s(first + 2u)", g.l.Buffers[s.Scales].Name)
	}
	// Magnitudes of floats compare as their bits do, and NaN is above all: a compiler may assume that there is none.
	large := fmt.Sprintf("(floatBitsToUint(x) & 0x7fffffffu) > floatBitsToUint(%s)", limit)
	if real == "double" {
		large = fmt.Sprintf("!op_finite(x) || abs(x) > double(%s)", limit)
	}
	g.linef("\tif (%s) { report_fault(%du, i, op_finite(x) ? 3u : op_kind(x)); return; }", large, s.site)
	if s.Words == 1 {
		g.linef("\tprecise %s q = roundEven(x * %s);", real, scale)
		g.linef("\tatomicAdd(%s(i), int(q));", acc)
		g.linef("}")
		g.linef("")
		return name
	}
	half := map[string]string{"float": "4294967296.0", "double": "4294967296.0lf"}[real]
	top := s.Words - 1
	g.linef("\tprecise %s rest = abs(x) * %s(%s);", real, real, scale)
	for w := top; w >= 0; w-- {
		g.linef("\tuint w%d = uint(rest);", w)
		if w > 0 {
			g.linef("\trest = (rest - %s(w%d)) * %s;", real, w, half)
		}
	}
	g.linef("\tif (x < %s) { // two's complement", g.l.zero())
	g.negateWords(top)
	g.linef("\t}")
	g.linef("\tuint carry = 0u;")
	for w := 0; w <= top; w++ {
		if w > 0 {
			g.linef("\tw%d += carry;", w)
			g.linef("\tcarry = carry != 0u && w%d == 0u ? 1u : 0u;", w)
		}
		if w < top {
			g.linef("\tif (w%d != 0u && uint(atomicAdd(%s(%du * i + %du), int(w%d))) > ~w%d) carry = 1u;", w, acc, s.Words, w, w, w)
		} else {
			g.linef("\tif (w%d != 0u) atomicAdd(%s(%du * i + %du), int(w%d));", w, acc, s.Words, w, w)
		}
	}
	g.linef("}")
	g.linef("")
	return name
}

// oneWord reports whether a sum has one word and one scale.
func (g *generator) oneWord(k int) bool {
	return k >= 0 && g.l.Sums[k].Words == 1 && g.l.Sums[k].Scales < 0
}

// addConstant adds a constant to an element of a sum of one word. The scale allows for constants: there is nothing to check.
func (g *generator) addConstant(k int, at, value string) string {
	s := g.l.Sums[k]
	g.useSum(k)
	g.use(s.Buffer)
	return fmt.Sprintf("atomicAdd(%s(uint(%s)), int(roundEven(%s * scale_%d.x)));", g.l.Buffers[s.Buffer].Name, at, value, k)
}

// useSum declares the uniform of a sum.
func (g *generator) useSum(k int) {
	if b := g.l.Sums[k].Scales; b >= 0 {
		g.use(b)
		return
	}
	if !g.sums[k] {
		g.sums[k] = true
		g.uniforms = append(g.uniforms, "uniform vec3 "+UniformSum(k)+"; // of a fixed-point sum: scale, its inverse, the largest value")
	}
}

// negateWords writes the two's complement of a number in words w0 to w<top>.
func (g *generator) negateWords(top int) {
	g.linef("\t\tw0 = ~w0 + 1u;")
	borrow := "w0 == 0u"
	for w := 1; w <= top; w++ {
		g.linef("\t\tw%d = ~w%d + (%s ? 1u : 0u);", w, w, borrow)
		borrow += fmt.Sprintf(" && w%d == 0u", w)
	}
}

// apply writes the function that adds element e of a sum to its target. The target is rounded once.
func (g *generator) apply(k int) function {
	s := g.l.Sums[k]
	target := g.l.Buffers[s.Target]
	f := g.function("add the sum to "+target.Name, target.Len)
	g.useSum(k)
	value := g.ownWord(int(s.Target), 0, 1)
	g.linef("void %s(uint e) {", f.name)
	inverse := fmt.Sprintf("double(scale_%d.y)", k)
	switch {
	case s.Scales >= 0:
		inverse = fmt.Sprintf("double(%s(e / %du * 3u + 1u))", g.l.Buffers[s.Scales].Name, g.l.part(int(s.Target)))
	case g.width > 1: // once per invocation, not in the loop over elements
		name := fmt.Sprintf("scale_inverse_%d", k)
		g.global("double " + name + ";")
		f.shared = name + " = " + inverse
		inverse = name
	}
	if s.Words == 1 {
		g.linef("\tint w = %s;", g.ownWord(s.Buffer, 0, 1))
		g.linef("\tif (w == 0) return;")
		g.linef("\tprecise double total = double(w) * %s;", inverse)
		g.linef("\ttotal = double(%s) + total;", value)
		g.linef("\t%s = %s(total);", value, g.l.real())
		g.linef("\t%s = 0;", g.ownWord(s.Buffer, 0, 1))
		g.linef("}")
		g.linef("")
		return f
	}
	zero := ""
	for w := range s.Words {
		g.linef("\tuint w%d = uint(%s);", w, g.ownWord(s.Buffer, w, s.Words))
		if w > 0 {
			zero += " | "
		}
		zero += fmt.Sprintf("w%d", w)
	}
	g.linef("\tif ((%s) == 0u) return;", zero)
	top := s.Words - 1
	g.linef("\tbool negative = int(w%d) < 0;", top)
	g.linef("\tif (negative) {")
	g.negateWords(top)
	g.linef("\t}")
	g.linef("\tprecise double total = double(w0);")
	for w := 1; w <= top; w++ {
		g.linef("\ttotal = total * 2.3283064365386963e-10lf + double(w%d);", w)
	}
	g.linef("\ttotal = total * %s;", inverse)
	g.linef("\ttotal = double(%s) + (negative ? -total : total);", value)
	g.linef("\t%s = %s(total);", value, g.l.real())
	for w := range s.Words {
		g.linef("\t%s = 0;", g.ownWord(s.Buffer, w, s.Words))
	}
	g.linef("}")
	g.linef("")
	return f
}

// SumOf is the index of the accumulator of a buffer, -1 when it has none.
func (l *Layout) SumOf(b plan.BufferID) int {
	if k, ok := l.sumOf[b]; ok {
		return k
	}
	return -1
}

// Bounds reports whether what a buffer holds decides the scale of a sum.
func (l *Layout) Bounds(b plan.BufferID) bool {
	return l.ranges != nil && l.Plan.Buffers[b].Type == ir.Real
}
