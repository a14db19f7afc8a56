package glsl

import (
	"fmt"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/shaders"
)

// Bindings of the storage blocks. Block 0 holds the control words, at their end FaultKinds of them per check.
const (
	ControlBinding = 0
	SlabBinding    = 1 // of Program.Blocks[0]; the others follow
)

// Words of the control block. Those of sites begin at ControlSites.
const (
	ControlFault   = 0 // tick of the first fault
	ControlDone    = 1 // steps that the last dispatch of many steps has taken
	ControlCut     = 2 // not 0: the driver left a loop early
	ControlLeave   = 3
	ControlArrived = 32
	ControlOpen    = 64 // GivenUp where work groups waited for others in vain
	ControlSites   = 96
)

// NoFault is what the words of a check hold while nothing is wrong; otherwise the word of a kind is the smallest element.
const NoFault = 0xffffffff

// Kinds of value in a fault word.
const (
	FaultNaN = iota
	FaultPosInf
	FaultNegInf
	FaultTooLarge // for a fixed-point sum
	FaultKinds
)

// Uniforms of the generated programs, by name.
const (
	UniformKey   = "key"        // uvec2: of the random numbers
	UniformTick  = "tick"       // uint: stamped on faults; the first tick in Resident is "first_tick"
	UniformFirst = "first_tick" // uint, Resident
	UniformTicks = "ticks"      // uint, Resident: how many to take
	UniformStep  = "clock_step" // uvec2: step of the clock, low and high word
	UniformWhole = "whole"      // uint, with UniformBudget: 4, the rounds of a loop that is looked at
	UniformAt    = "at"         // uvec4: the arguments of a matrix product that shares its program with others
)

// UniformClock is the uvec3 of a clock in Resident: low and high word of its step, and ticks until it is due.
func UniformClock(clock int) string { return fmt.Sprintf("clock_%d", clock) }

// UniformRow is the row of a monitor's ring to fill.
func UniformRow(monitor int) string { return fmt.Sprintf("row_%d", monitor) }

// UniformFirstRow is the row of a monitor's ring that Resident fills first.
func UniformFirstRow(monitor int) string { return fmt.Sprintf("first_row_%d", monitor) }

// Program is the text of a compute shader and what it expects to be bound.
type Program struct {
	Name string
	Text string // as generated, for people
	// Source is Text for the driver: includes are resolved, and what comes from names of objects is numbered, so that networks that differ
	// in names only have the same programs.
	Source shaders.Source
	Blocks []Block  // bound at SlabBinding + position; a slab may appear twice, as floats and as pairs
	Texels []int    // slabs bound as texels, at the image units from 0 on
	Groups int      // work groups to dispatch; 0: indirectly
	Sums   []int    // whose UniformSum it has
	At     []uint32 // value of UniformAt, where not nil
	Random bool     // wants UniformKey
	// Constants are the elements of UniformConstants.
	Constants []float64
	// Streams are the values of UniformStream(0), UniformStream(1), ...: hashes of names, and keys of what is drawn for good.
	Streams []uint32
	version string
}

// UniformStream is a uint, a stream of random numbers.
func UniformStream(k int) string { return fmt.Sprintf("stream_%d", k) }

// Resolved is Text with the includes resolved.
func (p *Program) Resolved() (string, error) {
	src, err := shaders.Resolve(p.Name, p.version+p.Text)
	return src.Text, err
}

// Lanes is how many invocations llvmpipe computes side by side.
const Lanes = 8

// maxGroups is the smallest number of work groups per dispatch that OpenGL guarantees.
const maxGroups = 65535

func sorted(set map[int]bool) []int {
	out := make([]int, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	sort.Ints(out)
	return out
}

// function is one generated operation: call runs it for element e, of which there are n.
type function struct {
	name, call string
	shared     string // call that computes what all elements share, before the first; may be empty
	n          int
}

type generator struct {
	l        *Layout
	names    namer
	buffers  map[int]bool
	slabs    map[int]bool // used without naming a buffer
	products map[product]function
	sums     map[int]bool       // whose uniform is declared
	adders   map[int]string     // functions that add to sums
	pairs    map[int]bool       // slabs that are also read as pairs of floats
	written  []string           // functions that were written once
	fetched  map[*plan.Run]bool // kernels whose functions are told the far end
	joint    map[*plan.Run]bool // kernels whose functions are told the synapse and its ends
	storers  map[int]string     // functions that store to buffers in pieces
	body     strings.Builder
	uniforms []string
	globals  []string
	random   bool // draws random numbers
	streams  []uint32
	math     bool // calls functions of lib/math
	philox   bool // draws rows
	gaps     int  // of them that invocations share
	past     bool // draws numbers that belong before the first step
	title    []string
	hoisted  int          // globals so far
	coherent string       // qualifier of the slabs
	seen     map[int]bool // slabs through which work groups of one dispatch see what others wrote
	own      map[int]*ownValue
	ownOrder []int
	blocks   map[int]bool // slabs that are also touched as vectors of four
	doubles  map[int]bool // and as vectors of two doubles
	texels   map[int]bool // slabs that are also read as texels of four words
	width    int          // elements of an invocation at a time
	seldom   bool         // what few elements store is noted, in notes
	notes    []*note
	part     int           // of the operation that is written
	emits    map[int]*List // by bits: lists whose spikes an invocation notes for all its elements at once
	here     map[int]bool  // by bits: lists whose spikes other operations of an invocation wait for
	faults   map[int]bool  // sites whose first fault an invocation keeps to its end; nil: faults are reported at once
	// blockChecks are checks that are made for the elements of an invocation at once.
	blockChecks []blockCheck
	changes     map[int]bool      // what the program changes, where that is known: all else is read through blocks that may be cached
	counted     bool              // the rounds of loops over spikes, for UniformBudget
	inner       map[*plan.Run]int // rounds within an element or a synapse
	each        int               // rounds of what the loop over spikes that is written does for a spike itself
	grid        bool              // many work groups take many steps
	last        bool              // and the last of them does something before it opens a barrier
	tallies     bool              // spikes are counted, see Stretch
	act         string            // and what work groups call for few of them
	fixedSlabs  map[int]bool      // as slabs, where they are only read and a program knows that
	teams       string            // with grid: how many share the segments of delays, see Delays
}

func newGenerator(l *Layout) *generator {
	g := &generator{l: l, buffers: make(map[int]bool), slabs: make(map[int]bool), fixedSlabs: make(map[int]bool), products: make(map[product]function), pairs: make(map[int]bool), sums: make(map[int]bool), adders: make(map[int]string), storers: make(map[int]string), blocks: make(map[int]bool), doubles: make(map[int]bool), texels: make(map[int]bool), emits: make(map[int]*List)}
	for _, b := range l.Buffers {
		g.names.fresh(b.Name)
	}
	return g
}

func (g *generator) use(buffer int) { g.buffers[buffer] = true }

func (g *generator) linef(format string, args ...any) {
	fmt.Fprintf(&g.body, format, args...)
	g.body.WriteByte('\n')
}

func (g *generator) lines(l []string) {
	for _, s := range l {
		g.body.WriteString(s)
		g.body.WriteByte('\n')
	}
}

func (g *generator) function(name string, n int) function {
	g.title = append(g.title, name)
	id := g.names.unique("run_" + strings.Trim(strings.TrimPrefix(identifier(name), "v_"), "_"))
	return function{name: id, call: id + "(e)", n: n}
}

// note notes which libraries an expression needs.
func (g *generator) note(e *ir.Expr) {
	g.random = g.random || draws(e.Op)
	g.math = g.math || strings.HasPrefix(functions[e.Op], "m_")
}

func (g *generator) op(op Op) (function, error) {
	switch op := op.(type) {
	case *plan.Run:
		for _, e := range exprs(op.Kernel) {
			g.note(e)
		}
		return g.kernel(op)
	case *plan.MatMul:
		return g.matMul(op), nil
	case *plan.TapSum:
		return g.tapSum(op), nil
	case *plan.Sample:
		return g.sample(op.Monitor, false), nil
	case *SampleEach:
		return g.sample(op.Monitor, true), nil
	case *plan.Generate:
		return g.generate(op), nil
	case *plan.Halt:
		return g.halt(op), nil
	case *Apply:
		return g.apply(op.Sum), nil
	case *Spiked:
		return g.spiked(op)
	}
	return function{}, fmt.Errorf("glsl: operation of type %T", op)
}

// qualifier is that of a slab's blocks.
func (g *generator) qualifier(slab int) string {
	if g.seen[slab] {
		return "coherent "
	}
	return g.coherent
}

// finish puts the parts together and resolves the includes.
func (g *generator) finish(groupSize, groups int) (*Program, error) {
	p := &Program{Name: title(g.title), Groups: groups, Random: g.random, Sums: sorted(g.sums), Streams: g.streams}
	var t strings.Builder
	for _, s := range g.title {
		fmt.Fprintf(&t, "// %s\n", s)
	}
	fmt.Fprintf(&t, "layout(local_size_x = %d) in;\n\n", groupSize)
	g.bindings(&t, p)
	t.WriteByte('\n')
	g.declarations(&t)
	t.WriteByte('\n')
	t.WriteString("#include \"compute/run.glsl\"\n")
	for _, inc := range g.includes() {
		fmt.Fprintf(&t, "#include \"%s\"\n", inc)
	}
	// Behind the includes, where no name of a library can be meant.
	t.WriteByte('\n')
	for _, b := range sorted(g.buffers) {
		if g.l.inPieces(b) {
			g.accessors(&t, b)
			continue
		}
		buf, block := g.l.Buffers[b], "slab"
		if g.fixed(b) {
			block = "fixed"
		}
		fmt.Fprintf(&t, "#define %s(i) %s\n", buf.Name, buf.access(fmt.Sprintf("%s%d[%du + %%s]", block, buf.Slab, buf.Base)))
	}
	t.WriteByte('\n')
	t.WriteString(g.body.String())
	p.Text = plainText(t.String())
	if g.l.Version != 0 {
		p.version = fmt.Sprintf("#version %d core\n", g.l.Version)
	}
	text, constants := g.l.uniformText(t.String())
	p.Constants = constants
	src, err := shaders.Resolve(p.Name, p.version+g.nameless(text))
	if err != nil {
		return nil, fmt.Errorf("glsl: %s: %w", p.Name, err)
	}
	p.Source = src
	return p, nil
}

// bindings declares the slabs in all ways in which the program touches them, and notes them in p.
func (g *generator) bindings(t *strings.Builder, p *Program) {
	slabs, fixed := g.slabs, g.fixedSlabs
	left := map[int]bool{} // slabs of a buffer in pieces that the program leaves as it is
	for b := range g.buffers {
		slab := g.l.Buffers[b].Slab
		switch {
		case !g.fixed(b):
			slabs[slab] = true
		case g.l.inPieces(b):
			slabs[slab], left[slab] = true, true
		default:
			fixed[slab] = true
		}
	}
	bind := func(b Block) int {
		p.Blocks = append(p.Blocks, b)
		return SlabBinding + len(p.Blocks) - 1
	}
	for _, s := range sorted(slabs) {
		qualifier := g.qualifier(s)
		if left[s] {
			qualifier = ""
		}
		for k, b := range g.l.blocksOf(s) {
			name := fmt.Sprint(s)
			if g.l.Slabs[s].Piece > 0 {
				name = fmt.Sprintf("%d_%d", s, k)
			}
			fmt.Fprintf(t, "layout(std430, binding = %d) %sbuffer Slab%s { %s slab%s[]; };\n", bind(b), qualifier, name, g.l.typeName(g.l.Slabs[s].Type), name)
		}
	}
	for _, s := range sorted(fixed) {
		fmt.Fprintf(t, "layout(std430, binding = %d) readonly buffer Fixed%d { %s fixed%d[]; };\n", bind(g.l.blocksOf(s)[0]), s, g.l.typeName(g.l.Slabs[s].Type), s)
	}
	for _, s := range sorted(g.blocks) {
		fmt.Fprintf(t, "layout(std430, binding = %d) %sbuffer Blocks%d { %s blocks%d[]; };\n", bind(g.l.blocksOf(s)[0]), g.qualifier(s), s, g.l.vectorName(g.l.Slabs[s].Type), s)
	}
	for _, s := range sorted(g.doubles) {
		fmt.Fprintf(t, "layout(std430, binding = %d) %sbuffer Doubles%d { dvec2 doubles%d[]; };\n", bind(g.l.blocksOf(s)[0]), g.qualifier(s), s, s)
	}
	for _, s := range sorted(g.pairs) {
		fmt.Fprintf(t, "layout(std430, binding = %d) %sreadonly buffer Pairs%d { double pairs%d[]; };\n", bind(g.l.blocksOf(s)[0]), g.qualifier(s), s, s)
	}
	for k, s := range sorted(g.texels) {
		fmt.Fprintf(t, "layout(rgba32ui, binding = %d) %sreadonly uniform uimageBuffer texels%d;\n", k, g.coherent, s)
		p.Texels = append(p.Texels, s)
	}
}

// stepUniforms declares where in a batch and at which step of its clock a program runs.
func (g *generator) stepUniforms() {
	g.uniforms = append(g.uniforms, "uniform uint tick;       // since the batch began, from 1", "uniform uvec2 clock_step; // of the clock: low and high word")
}

// declarations are those of uniforms and of what an invocation or a work group shares.
func (g *generator) declarations(t *strings.Builder) {
	if g.gaps > 0 {
		fmt.Fprintf(t, "shared uint drawn_gap[%d];\n", g.gaps)
	}
	switch {
	case g.random && g.l.OwnNoise:
		fmt.Fprintf(t, "uniform uvec2 keys[%d]; // of the random numbers of each replica\nuvec2 key;\n", g.l.replicas())
	case g.random:
		t.WriteString("uniform uvec2 key; // of the random numbers\n")
	}
	for k := range g.streams {
		fmt.Fprintf(t, "uniform uint %s; // of random numbers\n", UniformStream(k))
	}
	for _, u := range g.uniforms {
		t.WriteString(u + "\n")
	}
	for _, u := range g.globals {
		t.WriteString(u + "\n")
	}
	if g.past && g.random {
		t.WriteString("bool draws_past = false;\nuvec2 draws_key;\n#define DRAWS_AT (draws_past ? uvec3(draws_key, 0u) : uvec3(key, clock_step.x))\n")
	}
}

// longestTitle keeps labels of programs within what drivers take (256 bytes).
const longestTitle = 160

// fixed reports whether the program certainly leaves a buffer as it is.
func (g *generator) fixed(b int) bool { return g.changes != nil && !g.changes[b] }

// title names a program by its operations.
func title(ops []string) string {
	t := ""
	for k, op := range ops {
		if k > 0 && len(t)+len(op) > longestTitle {
			return fmt.Sprintf("%s + %d more", t, len(ops)-k)
		}
		if k > 0 {
			t += " + "
		}
		t += op[:min(len(op), longestTitle)]
	}
	return t
}

// includes lists the libraries that the body needs. Fewer lines compile faster.
func (g *generator) includes() []string {
	wide := g.l.Plan.Precision == plan.Double
	inc := []string{"compute/ops.glsl"}
	if wide {
		inc = append(inc, "compute/ops64.glsl")
	}
	if g.math {
		inc = append(inc, map[bool]string{false: "lib/math.glsl", true: "lib/math64.glsl"}[wide])
	}
	if g.philox {
		inc = append(inc, "lib/philox.glsl")
	}
	if g.random {
		inc = append(inc, map[bool]string{false: "lib/random.glsl", true: "lib/random64.glsl"}[wide])
	}
	return inc
}
