package plan

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
)

// Options of Build.
type Options struct {
	Precision Precision
	Seed      uint64
	// Memory is what connectivity and state may take in bytes; 0: not checked.
	Memory int64
	// MaxBuffer is the largest single buffer the backend can hold, of those that are not Divisible; 0: no limit.
	MaxBuffer int64
	// Matrices caches built connectivity between plans of one network; may be nil.
	Matrices map[*net.Projection]*connect.Matrix
	// Pairs caches the pairs of Synapses likewise.
	Pairs Pairs
	// Drawn caches procedural connectivity likewise, with what was counted of it: the synapses of a network stay though another seed is set.
	Drawn map[*net.Synapses]*connect.Drawn
	// Past is what a pathway has sent before, nil or a nil function: nothing that is under way.
	Past func(*net.Pathway) *Past
	// Plain names synapses whose states are not to be lumped, see Result.Lumped; nil: none.
	Plain func(*net.Synapses) bool
	// One says of a variable of synapses whether it may be kept as one number, see Result.Ones, and whether it has been in a plan before, so that the
	// numbers it was set to need no look; nil: none may.
	One func(s *net.Synapses, variable string) (may, is bool)
	// Apart keeps kernels that could be one, a group's update and its threshold, apart: for comparisons. Results have the same bits.
	Apart bool
	// Long keeps indices of 32 bits where 16 would do: for comparisons. Results have the same bits.
	Long bool
	// Survey counts what sources draw, as connect.Source.Survey does, on a device that makes their synapses itself when it loads the plan; in is
	// how many of all end in each column of cols. nil: the host makes all synapses.
	Survey func(sources []connect.Source, cols int) (rows [][]int32, in []int32, err error)
	// Delays computes the delays of synapses on such a device, which sorts them by delay when it loads the plan; a nil result leaves them to the host.
	Delays func(*Sorting) (*DelayCounts, error)
	// Columns: the backend will ask of procedural connectivity how many synapses end in an element, which is counted with the rest.
	Columns bool
	// Evaluate loads a part of the plan; the builder closes it. It is how conditions of connect and expressions of delays are computed,
	// on the same backend whatever the plan is for. nil: such expressions are refused.
	Evaluate func(part *Plan) (Evaluator, error)
}

// Pairs caches built synapses between plans of one network.
type Pairs map[*net.Synapses]*pairs

func (o *Options) pairsOf(s *net.Synapses) *pairs { return o.Pairs[s] }

func (o *Options) keepPairs(s *net.Synapses, p *pairs) {
	if o.Pairs != nil {
		o.Pairs[s] = p
	}
}

// Result is a plan with what was learned while building it.
type Result struct {
	Plan     *Plan
	Models   map[*net.Group]*check.Model
	Warnings diag.List
	Synapses map[string]int64 // by projection
	// Connecting says, by the name of Synapses, how calls of connect with a condition or a probability found their pairs.
	Connecting map[string][]string
	// Procedural are synapses that are not stored.
	Procedural map[*net.Synapses]*connect.Drawn
	// Lumped are variables of synapses that the plan keeps as sums per postsynaptic element (buffer NAME + AtTarget) and as values per
	// presynaptic element (NAME + AtSource) instead of one value per synapse.
	Lumped map[*net.Synapses][]string
	// Ones are parameters of synapses that the plan keeps as one number for all of them.
	Ones map[*net.Synapses][]string
	// Now are groups whose rate is read from the row of its history that has the present value.
	Now map[*net.Group]bool
	// Rewrites tells by name what was rewritten: "OBJECT: NAME, NAME".
	Rewrites []string
	// Numbers are those from outside that equations and code contain, by the name of the object (of Poisson inputs, too) and their own.
	Numbers map[string]map[string]units.Quantity
	// Seconds spent on equations (parse, check, solve, lower) and on connectivity.
	CompileSeconds, ConnectSeconds float64
	// builder goes on to evaluate what is asked or assigned later, see Present.
	builder *builder
	delays  map[*net.Pathway]func() ([]float64, error) // see Delays
	sent    map[*net.Pathway]*Sending                  // see Sendings
}

// builder holds a plan in the making.
type builder struct {
	net       *net.Network
	opt       Options
	plan      *Plan
	res       *Result
	diags     diag.List
	byName    map[string]BufferID
	countable map[string]countable // by slot
	clocks    clocks
	firing    map[*net.Group]*firing
	synModels map[*net.Synapses]*check.Model
	pathCode  map[*net.Pathway]*check.Code
	wires     map[*net.Synapses]*wiring
	pending   map[*Conn]*pending
	madeOf    map[BufferID]*made // what keeps more of a list of ends for later plans, by that list
	// summing are the sums over synapses into variables of groups, until all are known.
	summing []*summing
	// variants are rules of single elements, as groups.
	variants map[*net.Variant]*net.Group
	// sums holds the kernels that sum into a slot, in order; sequenced is code that will need them.
	sums      map[string][]summand
	sequenced []*sequenced
	initial   initials
	// history is the depth of the ring kept of a group's variable, by "Group.var".
	history map[string]int
}

// Build makes the plan of a network. The error is a diag.List for mistakes in the description, or *TooLarge.
func Build(n *net.Network, o Options) (*Result, error) {
	b := &builder{
		net: n, opt: o, plan: &Plan{Precision: o.Precision}, byName: map[string]BufferID{}, countable: map[string]countable{}, history: map[string]int{},
		firing: map[*net.Group]*firing{}, synModels: map[*net.Synapses]*check.Model{}, pathCode: map[*net.Pathway]*check.Code{},
		sums: map[string][]summand{}, wires: map[*net.Synapses]*wiring{}, madeOf: map[BufferID]*made{}, pending: map[*Conn]*pending{}, variants: map[*net.Variant]*net.Group{},
		res: &Result{Models: map[*net.Group]*check.Model{}, Synapses: map[string]int64{}, Connecting: map[string][]string{}, Procedural: map[*net.Synapses]*connect.Drawn{}, Lumped: map[*net.Synapses][]string{}, Ones: map[*net.Synapses][]string{}, Now: map[*net.Group]bool{}, delays: map[*net.Pathway]func() ([]float64, error){},
			sent:    map[*net.Pathway]*Sending{},
			Numbers: map[string]map[string]units.Quantity{}},
	}
	if b.opt.Matrices == nil {
		b.opt.Matrices = map[*net.Projection]*connect.Matrix{}
	}
	start := time.Now()
	stages := []func() error{b.validate, b.layClocks, b.check, b.checkSynapses}
	for _, stage := range stages {
		if err := b.run(stage); err != nil {
			return nil, err
		}
	}
	b.res.CompileSeconds = time.Since(start).Seconds()
	start = time.Now()
	if err := b.run(b.connect); err != nil {
		return nil, err
	}
	b.res.ConnectSeconds = time.Since(start).Seconds()
	start = time.Now()
	if err := b.run(b.groups); err != nil {
		return nil, err
	}
	b.res.CompileSeconds += time.Since(start).Seconds()
	start = time.Now()
	// Conditions may read the groups' initial values, so synapses are connected once those are laid out.
	if err := b.run(b.synapses); err != nil {
		return nil, err
	}
	b.res.ConnectSeconds += time.Since(start).Seconds()
	start = time.Now()
	for _, stage := range []func() error{b.sequences, b.projections, b.poissonInputs, b.spikeMonitors, b.operations, b.monitors, b.splitSums, b.finish} {
		if err := b.run(stage); err != nil {
			return nil, err
		}
	}
	b.res.CompileSeconds += time.Since(start).Seconds()
	for _, w := range b.wires {
		w.trim()
	}
	b.opt.Past = nil // it may hold the plan before
	b.res.Plan, b.res.builder = b.plan, b
	return b.res, nil
}

// run runs one stage and stops at its first error, or when it has reported mistakes.
func (b *builder) run(stage func() error) error {
	if err := stage(); err != nil {
		return err
	}
	return b.diags.Err()
}

// mistake reports a mistake that has a place in the script but not in a text.
func (b *builder) mistake(p net.Place, hint, format string, args ...any) {
	d := diag.Diagnostic{Message: fmt.Sprintf(format, args...), Hint: hint}
	if p.File != "" {
		d.Message = fmt.Sprintf("%s:%d: %s", p.File, p.Line, d.Message)
	}
	b.diags = append(b.diags, d)
}

// validate checks what concerns objects as such.
func (b *builder) validate() error {
	objects, monitors := map[string]net.Place{}, map[string]net.Place{}
	use := func(names map[string]net.Place, kind, name string, p net.Place) {
		if first, taken := names[name]; taken {
			b.mistake(p, "give one of them another name=", "two %s are named %q (the other one is at line %d)", kind, name, first.Line)
		}
		names[name] = p
	}
	for _, g := range b.net.Groups {
		use(objects, "objects", g.Name, g.Place)
		if g.N < 0 {
			b.mistake(g.Place, "", "group %q has %d elements", g.Name, g.N)
		}
		if g.N > 1<<30 {
			b.mistake(g.Place, "", "group %q has %d elements; at most %d are possible", g.Name, g.N, 1<<30)
		}
	}
	for _, p := range b.net.Projections {
		use(objects, "objects", p.Name, p.Place)
		if p.Rule == nil {
			b.mistake(p.Place, "call one of its connect methods", "projection %q is not connected", p.Name)
		}
		if p.Delay < 0 {
			b.mistake(p.Place, "delays must not be negative", "projection %q has a negative delay of %g ms", p.Name, p.Delay*1e3)
		}
	}
	for _, s := range b.net.Synapses {
		use(objects, "objects", s.Name, s.Place)
	}
	for _, m := range b.net.Monitors {
		use(monitors, "monitors", m.Name, m.Place)
	}
	for _, m := range b.net.SpikeMonitors {
		use(monitors, "monitors", m.Name, m.Place)
	}
	for _, m := range b.net.RateMonitors {
		use(monitors, "monitors", m.Name, m.Place)
	}
	if len(b.net.Groups) == 0 {
		b.mistake(net.Place{}, "make a Population or a NeuronGroup first", "the network is empty")
	}
	return nil
}

func (b *builder) dtOf(dt float64) float64 {
	if dt == 0 {
		return b.net.DT
	}
	return dt
}

// layClocks gathers every interval in the network.
func (b *builder) layClocks() error {
	for _, g := range b.net.Groups {
		b.clocks.add(b.dtOf(g.DT))
		for _, c := range g.Code {
			b.clocks.add(b.codeDT(g.DT, c))
		}
		for _, s := range g.Stops {
			if s.DT != 0 {
				b.clocks.add(s.DT)
			}
		}
	}
	for _, s := range b.net.Synapses {
		b.clocks.add(b.dtOf(s.DT))
		for _, c := range s.Code {
			b.clocks.add(b.codeDT(s.DT, c))
		}
	}
	for _, m := range b.net.Monitors {
		b.clocks.add(b.monitorDT(m))
	}
	for _, o := range b.net.Operations {
		b.clocks.add(b.dtOf(o.DT))
	}
	base, list, err := b.clocks.layout()
	if err != nil {
		b.mistake(net.Place{}, "", "%v", err)
		return nil
	}
	b.plan.BaseDT, b.plan.Clocks = base, list
	return nil
}

func (b *builder) monitorDT(m *net.StateMonitor) float64 {
	switch {
	case m.DT != 0:
		return m.DT
	case m.Synapses != nil:
		return b.dtOf(m.Synapses.DT)
	}
	return b.dtOf(m.Group.DT)
}

// buffer adds a buffer; (object, var) must be new.
func (b *builder) buffer(buf Buffer) BufferID {
	buf.ID = BufferID(len(b.plan.Buffers))
	b.plan.Buffers = append(b.plan.Buffers, &buf)
	b.byName[buf.Object+"."+buf.Var] = buf.ID
	return buf.ID
}

// operations adds one schedule item per function that the program wants called.
func (b *builder) operations() error {
	for i, o := range b.net.Operations {
		slot, err := slotOf(o.When, Start)
		if err != nil {
			b.mistake(o.Place, "", "operation %q: %v", o.Name, err)
			continue
		}
		b.plan.Schedule = append(b.plan.Schedule, Item{
			Name: o.Name, Slot: slot, Order: o.Order, Clock: b.clocks.add(b.dtOf(o.DT)), Callback: i,
		})
	}
	return nil
}

// dropIdle leaves out what would run over the elements of groups that have none.
func (b *builder) dropIdle() {
	if !slices.ContainsFunc(b.net.Groups, func(g *net.Group) bool { return g.N == 0 }) {
		return
	}
	empty := func(list BufferID) bool {
		buf := b.plan.Buffers[list]
		return buf.Rows > 0 && buf.Len == buf.Rows
	}
	idle := func(op Op) bool {
		switch op := op.(type) {
		case *Run:
			listed := op.Kernel.Domain == ir.Spiking || op.Kernel.Domain == ir.Active
			return op.N == 0 && !listed || listed && empty(op.List)
		case *RecordSpikes:
			return empty(b.plan.SpikeMonitors[op.Monitor].List)
		case *Generate:
			return empty(op.List)
		case *Sequence:
			return op.N == 0
		}
		return false
	}
	b.plan.Init = slices.DeleteFunc(b.plan.Init, idle)
	for k := range b.plan.Schedule {
		b.plan.Schedule[k].Ops = slices.DeleteFunc(b.plan.Schedule[k].Ops, idle)
	}
	b.plan.Schedule = slices.DeleteFunc(b.plan.Schedule, func(it Item) bool { return it.Callback < 0 && len(it.Ops) == 0 })
}

// inStep compares the places of two items in a step: by slot, then by order, then by name.
func inStep(x, y *Item) int {
	return cmp.Or(cmp.Compare(x.Slot, y.Slot), cmp.Compare(x.Order, y.Order), cmp.Compare(x.Name, y.Name))
}

// finish sorts the schedule, verifies, and checks the size of the whole.
func (b *builder) finish() error {
	b.dropIdle()
	if err := b.run(b.lists); err != nil {
		return err
	}
	s := b.plan.Schedule
	sort.SliceStable(s, func(i, j int) bool { return inStep(&s[i], &s[j]) < 0 })
	if !b.opt.Apart {
		b.fuseThresholds()
		b.bringUpdates()
	}
	b.widenSums()
	if err := b.plan.Verify(); err != nil {
		return fmt.Errorf("internal error, please report it: %w", err)
	}
	b.plan.Fingerprint = b.plan.fingerprint()
	if err := b.plan.Fits(b.opt.Memory, b.opt.MaxBuffer); err != nil {
		return err
	}
	return nil
}
