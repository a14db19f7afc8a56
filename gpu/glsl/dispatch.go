package glsl

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/plan"
)

// Dispatch writes the program that runs ops, each over its own elements: invocation e does element e of every operation, in
// order. The caller has made sure that no invocation needs what another one writes. Chains, see Lists, may need what ops write:
// the work group that ends last runs them, one after another.
func Dispatch(l *Layout, ops []Op, chains [][]Op, groupSize int) (*Program, error) {
	return newDispatch(l, groupSize).program(ops, chains, "\tif (halted()) return;")
}

// Flush writes the program that brings all targets of sums up to date, also behind a fault.
func Flush(l *Layout, groupSize int) (*Program, error) {
	var ops []Op
	for k := range l.Sums {
		ops = append(ops, &Apply{k})
	}
	return newDispatch(l, groupSize).program(ops, nil, "")
}

// dispatch is a program under way in which each operation is done for its own elements.
type dispatch struct {
	*generator
	groupSize int
	most      int            // work groups
	parts     []dispatchPart // in order
	n         int            // elements of the longest part
	once      strings.Builder
	gathers   strings.Builder // calls that all invocations of a work group make together
	blocks    int             // of rows, the most of one of them
	emitted   map[int]*List   // by bits
	product   []uint32        // arguments of a product of matrices
	many      bool            // it takes many steps of the clock
}

// dispatchPart is operations over the same number of elements, in order.
type dispatchPart struct {
	id, n int
	calls string
	emits []int   // bits of spikes
	asks  []*List // whose bits are asked for
}

func newDispatch(l *Layout, groupSize int) *dispatch {
	d := &dispatch{generator: newGenerator(l), groupSize: groupSize, most: l.Groups, emitted: map[int]*List{}}
	d.faults = map[int]bool{}
	if d.most <= 0 {
		d.most = maxGroups
	}
	return d
}

// program writes all of it; begin is the statement of main before any other.
func (d *dispatch) program(ops []Op, chains [][]Op, begin string) (*Program, error) {
	main, looped, err := d.stepText(ops)
	if err != nil {
		return nil, err
	}
	steps, groups := d.steps(), d.groups()
	last, err := d.lastGroup(chains, d.groupSize, groups)
	if err != nil {
		return nil, err
	}
	d.blockReporter()
	d.linef("void main() {")
	if begin != "" {
		d.linef("%s", begin)
	}
	d.body.WriteString(d.gathers.String())
	d.body.WriteString(d.once.String())
	d.overSteps(main, steps, groups, looped)
	d.reportKept()
	d.body.WriteString(last)
	d.linef("}")
	p, err := d.finish(d.groupSize, groups)
	if err == nil {
		p.At = append(p.At, d.product...)
	}
	return p, err
}

// stepText writes the functions of operations and returns the statements for each of the steps that invocations take, and whether an invocation takes several.
func (d *dispatch) stepText(ops []Op) (main string, looped bool, err error) {
	d.here = map[int]bool{}
	for _, op := range ops {
		if s, ok := op.(*Spiked); ok && s.Here {
			d.here[d.l.Lists[s.Run.List].Bits] = true
		}
	}
	partOf := d.takeOwn(ops)
	d.chooseWidth()
	for i, op := range ops {
		if err := d.add(op, partOf[i], len(ops)); err != nil {
			return "", false, err
		}
	}
	if !d.many {
		d.stepUniforms()
	}
	d.declareOwn()
	looped = d.groups()*d.groupSize < d.steps() || d.seldom
	main = d.partTexts(d.steps(), looped)
	d.declareKept()
	return main, looped, nil
}

// steps is the number of steps of all invocations together.
func (d *dispatch) steps() int { return (d.n + d.width - 1) / d.width }

// groups is the number of work groups.
func (d *dispatch) groups() int {
	return max(1, min(max((d.steps()+d.groupSize-1)/d.groupSize, d.blocks), d.most))
}

// chooseWidth decides how many elements an invocation takes at a time, and whether what few of them store is noted.
func (d *dispatch) chooseWidth() {
	n := 0
	for _, b := range d.ownOrder {
		n = max(n, d.own[b].n)
	}
	d.width = 1
	if d.l.Wide > 0 && n >= d.l.Wide {
		d.width = wide
		d.seldom = d.l.Software && d.l.Seldom > 0 && n >= d.l.Seldom*d.width*d.groupSize*d.most
	}
	for _, o := range d.own {
		o.cleared = o.cleared && d.seldom
	}
}

// add writes one of several operations and puts its call into its part.
func (d *dispatch) add(op Op, id, of int) error {
	d.part = id
	if by, ok := d.l.GatherOf(op); ok && d.groupSize >= by.Rows {
		f, err := d.gather(op.(*plan.Run), by, d.groupSize)
		fmt.Fprintf(&d.gathers, "\tfor (uint block = gl_WorkGroupID.x; block < %du; block += gl_NumWorkGroups.x) %s(block);\n", f.n, f.name)
		d.blocks = max(d.blocks, f.n)
		return err
	}
	f, err := d.op(op)
	if err != nil {
		return err
	}
	d.n = max(d.n, f.n)
	if f.shared != "" {
		fmt.Fprintf(&d.once, "\t%s;\n", f.shared)
	}
	if len(d.parts) == 0 || d.parts[len(d.parts)-1].id != id {
		d.parts = append(d.parts, dispatchPart{id: id, n: f.n})
	}
	last := &d.parts[len(d.parts)-1]
	for _, b := range slices.Sorted(maps.Keys(d.emits)) {
		if !slices.Contains(last.emits, b) {
			last.emits = append(last.emits, b)
		}
		d.emitted[b] = d.emits[b]
	}
	clear(d.emits)
	last.calls += "\t\t\t" + f.call + ";\n"
	switch op := op.(type) {
	case *Spiked:
		if s := d.l.Lists[op.Run.List]; !op.Here && !slices.Contains(last.asks, s) {
			last.asks = append(last.asks, s)
		}
	case *plan.Sample, *SampleEach:
		if d.many {
			break
		}
		d.uniforms = append(d.uniforms, "uniform uint "+UniformRow(Sampled(op))+";")
	case *plan.MatMul:
		if _, ok := d.shared(op); ok {
			if of > 1 {
				return fmt.Errorf("glsl: %s shares a dispatch", op.Name)
			}
			for _, v := range d.arguments(op) {
				d.product = append(d.product, uint32(v))
			}
			d.uniforms = append(d.uniforms, "uniform uvec4 at;")
		}
	}
	return nil
}

// counter is what an invocation counts, elements or blocks of them, and of which word of a list their bits are.
func (g *generator) counter() (name, word string) {
	if g.width > 1 {
		return "b", "b >> 3"
	}
	return "e", "e >> 5"
}

// partTexts are the statements of one of the steps that invocations take. In a loop, which ends at steps, the longest part needs no condition.
func (d *dispatch) partTexts(steps int, looped bool) string {
	var main strings.Builder
	counter, word := d.counter()
	for _, p := range d.parts {
		limit := (p.n + d.width - 1) / d.width
		if looped && limit == steps {
			main.WriteString("\t\t{\n")
		} else {
			fmt.Fprintf(&main, "\t\tif (%s < %du) {\n", counter, limit)
		}
		for _, s := range p.asks {
			fmt.Fprintf(&main, "\t\t\tuint spiked_%d = uint(%s(%s));\n", s.Bits, d.l.Buffers[s.Bits].Name, s.wordAt(word, false))
		}
		if d.width > 1 {
			d.ownBlock(&main, p.id, p.n, p.calls)
		} else {
			d.ownElement(&main, d.keptIn(p.id), p.calls)
		}
		for _, b := range p.emits {
			fmt.Fprintf(&main, "\t\t\tif (emit_%d != 0u) %s\n\t\t\temit_%d = 0u;\n", b, d.emit(d.emitted[b], word, fmt.Sprintf("emit_%d", b)), b)
		}
		main.WriteString("\t\t}\n")
	}
	return main.String()
}

// declareKept declares what an invocation keeps to the end of a step, or to its own.
func (d *dispatch) declareKept() {
	for _, b := range slices.Sorted(maps.Keys(d.emitted)) {
		d.globals = append(d.globals, fmt.Sprintf("uint emit_%d = 0u;", b))
	}
	for _, k := range sorted(d.faults) {
		d.globals = append(d.globals, fmt.Sprintf("uint fault_%d = 0xffffffffu, fault_kind_%d;", k, k))
	}
	for _, c := range d.blockChecks {
		d.globals = append(d.globals, fmt.Sprintf("uint fault_%d = 0xffffffffu;", c.site))
	}
}

// reportKept reports the first fault of each site that an invocation has kept.
func (d *dispatch) reportKept() {
	for _, k := range sorted(d.faults) {
		d.linef("\tif (fault_%d != 0xffffffffu) report_fault(%du, fault_%d, fault_kind_%d);", k, k, k, k)
	}
	for _, c := range d.blockChecks {
		at := d.l.Buffers[c.buffer]
		stored := fmt.Sprintf("%d[%du + fault_%d]", at.Slab, at.Base/wide, c.site)
		if d.doubles[at.Slab] {
			stored = "four_words(doubles" + stored + ")"
			d.global("vec4 four_words(dvec2 d) { return uintBitsToFloat(uvec4(unpackDouble2x32(d.x), unpackDouble2x32(d.y))); }")
		} else {
			stored = "blocks" + stored
		}
		d.linef("\tif (fault_%d != 0xffffffffu) report_block(%du, fault_%d, %s);", c.site, c.site, c.site, stored)
	}
}

// blockReporter writes the function that finds which of four elements a fault is of.
func (d *dispatch) blockReporter() {
	if len(d.blockChecks) == 0 {
		return
	}
	d.linef("void report_block(uint site, uint block, vec4 v) {")
	d.linef("\tuint k = 0u;")
	d.linef("\tfloat x = v.x;")
	for k := 1; k < wide; k++ {
		d.linef("\tif (op_finite(x)) { k = %du; x = v.%c; }", k, "xyzw"[k])
	}
	d.linef("\treport_fault(site, %du * block + k, op_kind(x));", wide)
	d.linef("}")
	d.linef("")
}

// overSteps writes main for each of the steps, of which an invocation takes several where they are more than invocations.
func (d *dispatch) overSteps(main string, steps, groups int, looped bool) {
	counter, _ := d.counter()
	all := groups * d.groupSize
	switch {
	case !looped:
		d.linef("\tuint %s = gl_GlobalInvocationID.x;", counter)
		d.linef("\t{")
		d.body.WriteString(main)
		d.linef("\t}")
	case d.l.Software:
		// A thread takes neighbours, for its cache, and what it computes side by side goes through the loop before the next does.
		share := (steps + all - 1) / all * d.groupSize
		if d.groupSize%Lanes != 0 || d.groupSize == Lanes {
			d.linef("\tuint end = min((gl_WorkGroupID.x + 1u) * %du, %du);", share, steps)
			d.noted(fmt.Sprintf("gl_WorkGroupID.x * %du + gl_LocalInvocationIndex", share), d.groupSize, main)
			break
		}
		share /= d.groupSize / Lanes
		d.linef("\tuint share = gl_WorkGroupID.x * %du + gl_LocalInvocationIndex / %du;", d.groupSize/Lanes, Lanes)
		d.linef("\tuint end = min((share + 1u) * %du, %du);", share, steps)
		d.noted(fmt.Sprintf("share * %du + gl_LocalInvocationIndex %% %du", share, Lanes), Lanes, main)
	default:
		d.linef("\tfor (uint %s = gl_GlobalInvocationID.x; %s < %du; %s += %du) {", counter, counter, steps, counter, all)
		d.body.WriteString(main)
		d.linef("\t}")
	}
}
