package plan

import (
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/rng"
)

// procedural plans synapses whose ends are drawn anew for every spike instead of being stored, because they were asked for so or because they do
// not fit in memory otherwise. It reports false where they are to be stored.
//
// Synapses that need their number, for random numbers or because the code names it, have those of stored synapses: the number of a row's first is
// kept. What they would store besides, values that nothing changes, is computed when it is needed, see Conn.Values.
func (b *builder) procedural(s *net.Synapses) bool {
	asked := len(s.Connect) > 0 && s.Connect[0].Procedural
	if b.opt.pairsOf(s) != nil {
		return false
	}
	refuse := func(why string) bool {
		if asked {
			b.mistake(s.Connect[0].Place, "leave procedural= out, and the synapses are stored", "%s: procedural synapses %s", s.Name, why)
		}
		return asked
	}
	if b.isEnd(s) {
		return refuse("have no variables that other synapses could end at")
	}
	if why := b.plainPathways(s); why != "" {
		return refuse(why)
	}
	if why := b.plainValues(s); why != "" {
		return refuse(why)
	}
	d, why := b.drawn(s)
	if why != "" {
		return refuse(why)
	}
	in := b.synapseInput(s, int(min(d.Expected(), math.MaxInt32)))
	if n := d.Expected(); !asked && n <= maxSynapses && (b.opt.Memory == 0 || b.storedBytes(in)*n <= b.opt.Memory) {
		return false
	}
	x := &drawing{b: b, s: s, conn: &Conn{Name: s.Name + " procedural", NPre: s.Pre.Group.N, NPost: s.Post.Group.N, N: int(d.Expected()), RowPtr: None, Index: None, Syn: None, Drawn: d}}
	before := len(b.diags)
	code, why := x.lower(in)
	if mistakes := b.diags[before:]; why == "" && mistakes.Err() != nil && asked {
		return true
	}
	b.diags = b.diags[:before]
	switch {
	case why != "":
		return refuse(why)
	case code == nil:
		return false // what is wrong with it is wrong with stored synapses, too
	}
	if x.numbered(code) {
		tooMany := func(n int64) bool {
			return refuse(fmt.Sprintf("with random numbers or code that depends on the number of a synapse are at most %d; these are %d", math.MaxInt32, n))
		}
		if n := d.Expected(); n > math.MaxInt32+math.MaxInt32/8 { // far from the limit they need not be counted, which may take days
			return tooMany(n)
		}
		if b.opt.Columns {
			d.Most()
		}
		c := d.Count()
		if c.First == nil {
			return tooMany(c.Total)
		}
		in.N, x.conn.N = int(c.Total), int(c.Total)
		x.conn.RowPtr = b.buffer(Buffer{Object: s.Name, Var: "first synapses", Type: ir.Int, Len: len(c.First), Ints: c.First, Role: Connectivity})
		code, _ = x.lower(in)
	}
	x.counts(code)
	for _, st := range lower.SynapseStorage(in) {
		buf := Buffer{Object: s.Name, Var: st.Name, Type: st.Type, Len: st.Len, Fill: st.Fill, Role: storageRole(st.Kind)}
		if v := in.Model.ByName[st.Name]; v == nil || !v.Shared {
			buf.Len, buf.Role = 0, Table // computed
		}
		b.buffer(buf)
	}
	x.at = len(b.plan.Conns)
	b.plan.Conns = append(b.plan.Conns, x.conn)
	x.initial(in, code)
	x.schedule(code)
	b.res.Synapses[s.Name] = d.Expected()
	if x.conn.RowPtr != None {
		b.res.Synapses[s.Name] = int64(in.N)
	}
	b.res.Procedural[s] = d
	b.res.Connecting[s.Name] = []string{x.how()}
	return true
}

// storedBytes is what a stored synapse takes at least: its ends, and its variables.
func (b *builder) storedBytes(in lower.SynapseInput) int64 {
	bytes := int64(8)
	for _, v := range in.Model.Vars {
		if v.Kind != check.Subexpression && !v.Shared && !v.Postsynaptic {
			bytes += b.plan.bytesPer(&Buffer{Type: typeOf(v.Type)})
		}
	}
	return bytes
}

// drawing is the connectivity of procedural synapses in the making.
type drawing struct {
	b    *builder
	s    *net.Synapses
	conn *Conn
	at   int // of conn in the plan
}

// drawnCode is the code of procedural synapses.
type drawnCode struct {
	paths  []*ir.Kernel // of each pathway; nil: it does nothing
	values []drawnValue
}

// drawnValue is an assignment to a variable that each synapse has.
type drawnValue struct {
	v     *check.Variable
	place int        // among the assignments
	k     *ir.Kernel // nil: all have fill
	fill  float64
}

// lower makes the kernels of all pathways and values, nil where that is a mistake; why says what of them needs stored synapses. Of the plan it changes
// nothing.
func (x *drawing) lower(in lower.SynapseInput) (code *drawnCode, why string) {
	b, s := x.b, x.s
	code = &drawnCode{}
	for _, path := range s.Pathways {
		k, err := lower.Pathway(b.ofPathway(in, s, path), b.pathCode[path], path.Name, path.Post)
		if err != nil {
			return nil, ""
		}
		if k != nil && slices.ContainsFunc(k.Effects, func(e ir.Effect) bool { return e.Kind != ir.Accumulate }) {
			return nil, "add to variables of neurons and change nothing of their own"
		}
		code.paths = append(code.paths, k)
	}
	o := b.synapseOwner(s, in, nil)
	before := len(b.diags)
	for i, a := range s.Initial {
		v := in.Model.ByName[a.Var]
		if v != nil && v.Shared || a.Optional && (v == nil || v.Kind == check.Subexpression || a.Expr == nil && a.Dim != v.Type.Dim) {
			continue
		}
		if v == nil || v.Kind == check.Subexpression {
			b.mistake(a.Place, check.Suggest(a.Var, o.model), "%s has no variable %q that can be set", o.object, a.Var)
			continue
		}
		as, ok := b.assignment(o, v, a, i, in.N)
		if !ok {
			continue
		}
		k, fill, err := o.kernel(as)
		if err != nil {
			b.mistake(a.Place, "", "%v", err)
		}
		code.values = append(code.values, drawnValue{v, i, k, fill})
	}
	if mistakes := b.diags[before:]; mistakes.Err() != nil {
		return nil, ""
	}
	return code, ""
}

// kernels are those of the code.
func (c *drawnCode) kernels() (list []*ir.Kernel) {
	for _, v := range c.values {
		list = append(list, v.k)
	}
	list = append(list, c.paths...)
	return slices.DeleteFunc(list, func(k *ir.Kernel) bool { return k == nil })
}

// numbered reports whether code depends on the number of a synapse, or on how many there are.
func (x *drawing) numbered(code *drawnCode) bool {
	for _, k := range code.kernels() {
		if x.asks(k, lower.Incoming) || x.asks(k, lower.Outgoing) || usesNumber(k) {
			return true
		}
	}
	// How many there are stands in the code as a constant.
	before := len(x.b.diags)
	one, _ := x.lower(x.b.synapseInput(x.s, 1))
	two, _ := x.lower(x.b.synapseInput(x.s, 2))
	x.b.diags = x.b.diags[:before]
	return !slices.EqualFunc(one.kernels(), two.kernels(), func(k, l *ir.Kernel) bool { return ir.Hash(k) == ir.Hash(l) }) ||
		!slices.EqualFunc(one.values, two.values, func(v, w drawnValue) bool { return v.fill == w.fill })
}

func usesNumber(k *ir.Kernel) (found bool) {
	ir.WalkKernel(k, func(e *ir.Expr) {
		switch e.Op {
		case ir.OpUniform, ir.OpNormal, ir.OpPoisson, ir.OpExponential, ir.OpGamma, ir.OpElem, ir.OpCount:
			found = true
		}
	})
	return found
}

// asks reports whether a kernel has a slot of a variable of the synapses.
func (x *drawing) asks(k *ir.Kernel, name string) bool {
	return slices.ContainsFunc(k.Slots, func(s ir.Slot) bool { return s.Name == lower.SlotName(x.s.Name, name) })
}

// counts stores how many synapses leave and enter each element of the groups, where the code asks.
func (x *drawing) counts(code *drawnCode) {
	buffer := func(name string, n int, make func() []int32) {
		if slices.ContainsFunc(code.kernels(), func(k *ir.Kernel) bool { return x.asks(k, name) }) {
			x.b.buffer(Buffer{Object: x.s.Name, Var: name, Type: ir.Int, Len: n, Ints: make(), Role: Connectivity})
		}
	}
	buffer(lower.Outgoing, x.conn.NPre, func() []int32 {
		first := x.conn.Drawn.Count().First
		out := make([]int32, x.conn.NPre)
		for i := range out {
			out[i] = first[i+1] - first[i]
		}
		return out
	})
	buffer(lower.Incoming, x.conn.NPost, x.conn.Drawn.Incoming)
}

// initial applies the values that the user gave to variables: to shared ones as usual; those of each synapse become kernels of the connectivity.
// Such a kernel runs again and again, and yet has to see the neurons as they were at this place in the order of assignments. What it reads of them
// is copied here.
func (x *drawing) initial(in lower.SynapseInput, code *drawnCode) {
	b, s := x.b, x.s
	shared := b.synapseOwner(s, in, nil)
	shared.run = func(k *ir.Kernel, n int) *Run { return b.kernel(k, n, -1) }
	values := code.values
	set := map[*check.Variable]bool{}
	for i, a := range s.Initial {
		if v := in.Model.ByName[a.Var]; v != nil && v.Shared {
			b.assign(shared, a, i)
			continue
		}
		if len(values) == 0 || values[0].place != i {
			continue
		}
		v := values[0]
		values = values[1:]
		buf := b.plan.Buffers[b.byName[lower.SlotName(s.Name, v.v.Name)]]
		k := v.k
		if k == nil && !set[v.v] {
			buf.set([]float64{v.fill})
			continue
		}
		set[v.v] = true
		if k == nil {
			k = setAll(buf, v.fill)
		}
		r := b.kernel(k, in.N, x.at)
		for slot := range r.Bind {
			if k.Slots[slot].Kind != ir.PerElement {
				r.Bind[slot] = x.copied(r.Bind[slot], i)
			}
		}
		x.conn.Values = append(x.conn.Values, r)
	}
}

// setAll is the kernel that sets a variable of all synapses to one value.
func setAll(buf *Buffer, value float64) *ir.Kernel {
	ib := ir.NewBuilder()
	e := ir.Effect{Kind: ir.Store, Value: ib.Const(value)}
	switch buf.Type {
	case ir.Int:
		e.Value = ib.ConstInt(int32(value))
	case ir.Bool:
		e.Value = ib.ConstBool(value != 0)
	}
	e.Slot = ib.Slot(ir.Slot{Name: lower.SlotName(buf.Object, buf.Var), Type: buf.Type, Kind: ir.PerElement, Access: ir.Write})
	return &ir.Kernel{Name: buf.Object + " set " + buf.Var, Domain: ir.Synapses, Slots: ib.Slots(), Effects: []ir.Effect{e}}
}

// copied is a copy of a buffer as the assignment of a number finds it; what never changes needs none.
func (x *drawing) copied(id BufferID, assignment int) BufferID {
	b := x.b
	if id == None {
		return None
	}
	src := b.plan.Buffers[id]
	if src.Role == Connectivity || src.Role == Table {
		return id
	}
	own := Buffer{Object: x.s.Name, Var: fmt.Sprintf("%s.%s@set%d", src.Object, src.Var, assignment), Type: src.Type, Len: src.Len, Ints: src.Ints, Reals: src.Reals, Fill: src.Fill, Role: Param}
	if known, ok := b.byName[lower.SlotName(own.Object, own.Var)]; ok {
		return known
	}
	to := b.buffer(own)
	ib := ir.NewBuilder()
	e := ir.Effect{Kind: ir.Store, Value: ib.Load(ib.Slot(ir.Slot{Name: lower.SlotName(src.Object, src.Var), Type: src.Type, Kind: ir.PerElement, Access: ir.Read}))}
	e.Slot = ib.Slot(ir.Slot{Name: lower.SlotName(own.Object, own.Var), Type: src.Type, Kind: ir.PerElement, Access: ir.Write})
	k := &ir.Kernel{Name: x.s.Name + " copy of " + src.Object + "." + src.Var, Slots: ib.Slots(), Effects: []ir.Effect{e}}
	b.plan.Init = append(b.plan.Init, &Run{Kernel: k, Bind: []BufferID{id, to}, N: src.Len, Conn: -1})
	return to
}

// schedule adds the pathways.
func (x *drawing) schedule(code *drawnCode) {
	b, s := x.b, x.s
	lists := map[BufferID]int{} // and the longest lag of each
	for i, path := range s.Pathways {
		k := code.paths[i]
		if k == nil {
			continue
		}
		lag := 0
		if len(path.Delay) == 1 {
			lag = b.delaySteps(path.Delay[0], s.Pre.Group)
		}
		b.res.delays[path] = func() ([]float64, error) { return path.Delay, nil }
		item := b.pathwayItem(s, path)
		sendings, err := b.sendings(s, path, s.Pre.Group, notStored, stepped([]int32{int32(lag)}))
		if err != nil {
			b.mistake(s.Place, "", "%s: %v", s.Name, err)
			return
		}
		for _, y := range sendings {
			r := b.kernel(k, x.conn.N, x.at)
			r.List, r.Lag, r.From, r.Before = b.listOf(s.Pre.Group, path.Event), y.longest, y.from, y.before
			lists[r.List] = max(lists[r.List], y.longest)
			item.Ops = append(item.Ops, r)
		}
		b.plan.Schedule = append(b.plan.Schedule, item)
	}
	for list, lag := range lists {
		b.keep(list, lag)
	}
}

// how says what becomes of the synapses, for people.
func (x *drawing) how() string {
	n := fmt.Sprintf("about %d", x.conn.Drawn.Expected())
	if x.conn.RowPtr != None {
		n = fmt.Sprint(x.conn.N)
	}
	what := "drawn anew for every spike and not stored"
	if len(x.conn.Values) > 0 {
		what = "drawn anew for every spike with their values and not stored"
	}
	return fmt.Sprintf("procedural: %s synapses, %s", n, what)
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

// plainValues says why values of variables need synapses that are stored, "" where they do not.
func (b *builder) plainValues(s *net.Synapses) string {
	m := b.synModels[s]
	if slices.ContainsFunc(m.Vars, func(v *check.Variable) bool {
		return v.Kind == check.State || v.Kind == check.Assigned || v.Postsynaptic || v.Init != nil && v.Kind != check.Subexpression
	}) {
		return "have no variables of their own that change"
	}
	for _, a := range s.Initial {
		if v := m.ByName[a.Var]; v != nil && !v.Shared && (a.Elements != nil || a.Expr == nil && len(a.Values) > 1) {
			return fmt.Sprintf("compute their values from an expression, or have one value for all; %s.%s was given as an array", s.Name, a.Var)
		}
	}
	return ""
}

// seedOf is the seed of what a call of connect draws.
func (b *builder) seedOf(c *net.Connection) uint64 {
	if c.Seed != nil {
		return *c.Seed
	}
	return b.opt.Seed
}

// drawn finds the rule of synapses that are connected with one probability.
func (b *builder) drawn(s *net.Synapses) (*connect.Drawn, string) {
	const only = "come from one call of connect with a probability p below 1, of all pairs or of those with i != j"
	if len(s.Connect) != 1 {
		return nil, only
	}
	c := s.Connect[0]
	d := &connect.Drawn{Key: connect.Key{Seed: b.seedOf(c), Stream: rng.Stream(s.Name + "/connect0")},
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
	if known := b.opt.Drawn[s]; known != nil && known.Like(x) {
		return known, ""
	}
	if b.opt.Drawn != nil {
		b.opt.Drawn[s] = x
	}
	return x, ""
}
