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
	"github.com/galvani-sim/galvani/host/rng"
	"github.com/galvani-sim/galvani/host/syntax"
)

// rate is the variable that rate-coded synapses transmit.
const rate = "r"

// connect builds the connectivity of all projections, after checking that it fits in memory.
func (b *builder) connect() error {
	var need int64
	for _, p := range b.net.Projections {
		b.checkProjection(p)
		if b.opt.Matrices[p] != nil {
			continue
		}
		synapses, bytes, err := p.Rule.Estimate(shapeOf(p.Pre), shapeOf(p.Post))
		if err != nil {
			b.mistake(p.Place, "", "projection %q: %v", p.Name, err)
			continue
		}
		need += bytes
		if b.opt.Memory > 0 && need > b.opt.Memory {
			return &TooLarge{What: fmt.Sprintf("connecting %q (%d synapses)", p.Name, synapses), Need: need, Available: b.opt.Memory,
				Hint: "use fewer synapses, or gaussian or dog between grids of the same shape, which store no weights"}
		}
	}
	if err := b.diags.Err(); err != nil {
		return err
	}
	for _, p := range b.net.Projections {
		m := b.opt.Matrices[p]
		if m == nil {
			var err error
			m, err = p.Rule.Build(connect.Key{Seed: b.opt.Seed, Stream: rng.Stream(p.Name + "/connect")}, shapeOf(p.Pre), shapeOf(p.Post))
			if err != nil {
				b.mistake(p.Place, "", "projection %q: %v", p.Name, err)
				continue
			}
			if ownPsp(p) {
				if bytes := 12 * m.Synapses(); b.opt.Memory > 0 && bytes > b.opt.Memory {
					return &TooLarge{What: fmt.Sprintf("writing out the %d synapses of %q for its psp", m.Synapses(), p.Name), Need: bytes, Available: b.opt.Memory,
						Hint: "with psp = \"w * pre.r\" connectivity on grids is not written out"}
				}
				if m, err = stored(m, p); err != nil {
					b.mistake(p.Place, "", "projection %q: %v", p.Name, err)
					continue
				}
			}
			b.opt.Matrices[p] = m
		}
		b.res.Synapses[p.Name] = m.Synapses()
	}
	return nil
}

func shapeOf(g *net.Group) connect.Shape { return connect.Shape{Name: g.Name, N: g.N, Grid: g.Grid} }

// checkProjection refuses what cannot mean anything before connectivity is drawn.
func (b *builder) checkProjection(p *net.Projection) {
	if m := b.res.Models[p.Pre]; m != nil {
		v, ok := m.ByName[rate]
		switch {
		case !ok || v.Kind == check.Subexpression:
			b.mistake(p.Place, "", "projection %q transmits the firing rate r, but %q has no variable r", p.Name, p.Pre.Name)
		case v.Shared || v.Type.Kind != check.Real:
			b.mistake(p.Place, "", "projection %q transmits the firing rate r, but r of %q is not one real number per neuron", p.Name, p.Pre.Name)
		}
	}
	if m := b.res.Models[p.Post]; m != nil && !slices.Contains(m.Targets, p.Target) {
		hint := fmt.Sprintf("no equation of %q uses sum(...)", p.Post.Name)
		if len(m.Targets) > 0 {
			hint = fmt.Sprintf("its equations use sum(%s)", strings.Join(m.Targets, "), sum("))
		}
		b.mistake(p.Place, hint, "projection %q has the target %q, which no equation of %q reads", p.Name, p.Target, p.Post.Name)
	}
	if b.dtOf(p.Pre.DT) != b.dtOf(p.Post.DT) {
		b.mistake(p.Place, "give both the same dt", "projection %q connects groups with different time steps", p.Name)
	}
}

// lag is how many steps before the current state a projection reads: in ANNarchy a delay of d steps, at least one, reads the
// rate computed d steps ago, and the rate of the previous step is the current state.
func (b *builder) lag(p *net.Projection, delay float64) int {
	return max(int(math.RoundToEven(delay/b.dtOf(p.Post.DT)))-1, 0)
}

// delay is the delay that all synapses of a projection share, in seconds; 0 when they have none or each its own.
func (b *builder) delay(p *net.Projection) float64 {
	if p.DelaySet {
		return p.Delay
	}
	if d := b.opt.Matrices[p].Delays(); len(d) == 1 {
		return d[0]
	}
	return 0
}

// ownDelays reports whether each synapse has its own delay.
func (b *builder) ownDelays(p *net.Projection) bool {
	return !p.DelaySet && len(b.opt.Matrices[p].Delays()) > 1
}

// commonLag is the lag of the shared delay.
func (b *builder) commonLag(p *net.Projection) int { return b.lag(p, b.delay(p)) }

// maxLag is the longest lag of a projection.
func (b *builder) maxLag(p *net.Projection) int {
	lag := b.commonLag(p)
	if b.ownDelays(p) {
		for _, d := range b.opt.Matrices[p].Delays() {
			lag = max(lag, b.lag(p, d))
		}
	}
	return lag
}

// planHistory decides which variables keep past values. A projection read in the postsynaptic group's own kernel needs one even
// without a delay: the presynaptic group may already have made its step.
func (b *builder) planHistory() {
	b.separateReaders()
	for _, p := range b.net.Projections {
		inline := b.opt.Matrices[p].Identity != nil
		lag := b.maxLag(p)
		if !inline && lag == 0 {
			continue
		}
		name := lower.SlotName(p.Pre.Name, rate)
		b.history[name] = max(b.history[name], lag+2)
		if lag == 0 {
			b.res.Now[p.Pre] = true
		}
	}
}

// separateReaders sees to it that rates which some projections read with a delay are not read from their past by others without: what is set from
// outside counts at once for these, and for the others, as in ANNarchy, when the neurons have been updated.
func (b *builder) separateReaders() {
	delayed := map[*net.Group]bool{}
	for _, p := range b.net.Projections {
		delayed[p.Pre] = delayed[p.Pre] || b.maxLag(p) > 0
	}
	for _, p := range b.net.Projections {
		if m := b.opt.Matrices[p]; m.Identity != nil && b.maxLag(p) == 0 && delayed[p.Pre] {
			if own, err := stored(m, p); err == nil {
				b.opt.Matrices[p] = own
			}
		}
	}
}

// source is where an operation before the state updates reads the presynaptic rates.
func (b *builder) source(p *net.Projection) Source {
	lag := b.commonLag(p)
	if lag == 0 {
		return Source{Buf: b.byName[lower.SlotName(p.Pre.Name, rate)], Len: p.Pre.N}
	}
	return Source{Buf: b.byName[lower.SlotName(p.Pre.Name, HistoryVar(rate))], Len: p.Pre.N,
		Depth: b.history[lower.SlotName(p.Pre.Name, rate)], Lag: lag}
}

// needsSum reports whether a target of a group has synapses that are summed into a buffer before the update.
func (b *builder) needsSum(g *net.Group, target string) bool {
	for _, s := range b.net.Synapses {
		if s.Transmit != nil && s.Post.Group == g && s.Transmit.Target == target && conductance(g, target) == "" {
			return true
		}
	}
	for _, p := range b.net.Projections {
		if m := b.opt.Matrices[p]; p.Post == g && p.Target == target && (m.CSR != nil || m.Offsets != nil) {
			return true
		}
	}
	return false
}

// sumInput is sum(target) inside a group's kernel: what the sum buffer holds, plus the projections simple enough to be read directly.
func (b *builder) sumInput(ib *ir.Builder, g *net.Group, target string) *ir.Expr {
	var sum *ir.Expr
	add := func(e *ir.Expr) {
		if sum == nil {
			sum = e
			return
		}
		sum = ib.Op(ir.OpAdd, sum, e)
	}
	if b.needsSum(g, target) {
		add(ib.Load(ib.Slot(ir.Slot{Name: lower.SlotName(g.Name, sumVar(target)), Type: ir.Real, Kind: ir.PerElement, Access: ir.Read})))
	}
	for _, p := range b.net.Projections {
		if p.Post != g || p.Target != target {
			continue
		}
		switch m := b.opt.Matrices[p]; {
		case m.Identity != nil:
			add(ib.Op(ir.OpMul, ib.Const(m.Identity.W), b.pastRate(ib, p, ib.Leaf(ir.OpElem))))
		case m.Full != nil:
			total := ib.Load(ib.Slot(ir.Slot{Name: lower.SlotName(p.Name, "total"), Type: ir.Real, Kind: ir.Scalar, Access: ir.Read}))
			if p.Pre == p.Post && !m.Full.Self {
				total = ib.Op(ir.OpSub, total, b.ownRate(ib, p))
			}
			add(ib.Op(ir.OpMul, ib.Const(m.Full.W), total))
		}
	}
	if sum == nil {
		return ib.Const(0)
	}
	return sum
}

// pastRate reads the presynaptic rate at its lag from the history.
func (b *builder) pastRate(ib *ir.Builder, p *net.Projection, element *ir.Expr) *ir.Expr {
	depth := b.history[lower.SlotName(p.Pre.Name, rate)]
	return lower.PastRate(ib, p.Pre.Name, rate, p.Pre.N, depth, ib.ConstInt(int32(b.commonLag(p))), element)
}

// ownRate is the element's own presynaptic rate, which an all-to-all total counts too much.
func (b *builder) ownRate(ib *ir.Builder, p *net.Projection) *ir.Expr {
	if b.commonLag(p) > 0 {
		return b.pastRate(ib, p, ib.Leaf(ir.OpElem))
	}
	return ib.Load(ib.Slot(ir.Slot{Name: lower.SlotName(p.Pre.Name, rate), Type: ir.Real, Kind: ir.PerElement, Access: ir.Read}))
}

// sumKey names one summed input: a group and a target.
type sumKey struct{ group, target string }

// projections adds the operations that sum synaptic input, from the old state, before the groups are updated. The first that runs
// for a sum sets it and the others add to it; they run in the order of their names.
func (b *builder) projections() error {
	filled := map[sumKey]bool{}
	var inputs []input
	for _, p := range b.net.Projections {
		inputs = append(inputs, input{p.Name, p, nil})
	}
	for _, s := range b.net.Synapses {
		if s.Transmit != nil {
			inputs = append(inputs, input{s.Name, nil, s})
		}
	}
	slices.SortFunc(inputs, func(x, y input) int { return strings.Compare(x.name, y.name) })
	for _, x := range inputs {
		if x.synapses != nil {
			b.transmit(x.synapses, filled)
			continue
		}
		p := x.projection
		item := Item{Name: p.Name, Slot: Groups, Order: -1, Clock: b.clocks.add(b.dtOf(p.Post.DT)), Callback: -1}
		key := sumKey{p.Post.Name, p.Target}
		var err error
		switch m := b.opt.Matrices[p]; {
		case m.CSR != nil:
			item.Ops, err = b.sparse(p, m.CSR, filled[key])
			filled[key] = true
		case m.Offsets != nil:
			item.Ops, err = b.offsets(p, m.Offsets, filled[key])
			filled[key] = true
		case m.Full != nil:
			item.Ops = b.full(p)
		}
		if err != nil && err != errReported {
			b.mistake(p.Place, "", "projection %q: %v", p.Name, err)
		}
		if len(item.Ops) > 0 {
			b.plan.Schedule = append(b.plan.Schedule, item)
		}
	}
	return nil
}

// input is one summand of the input of targets: a projection, or synapses that transmit.
type input struct {
	name       string
	projection *net.Projection
	synapses   *net.Synapses
}

// totals lays out one number per projection whose targets all receive the same total; the targets' kernels read it.
func (b *builder) totals() {
	for _, p := range b.net.Projections {
		if b.opt.Matrices[p].Full != nil {
			b.buffer(Buffer{Object: p.Name, Var: "total", Type: ir.Real, Len: 1, Role: Scratch})
		}
	}
}

// full sums all presynaptic rates once.
func (b *builder) full(p *net.Projection) []Op {
	ones := b.buffer(Buffer{Object: p.Name, Var: "ones", Type: ir.Real, Len: p.Pre.N, Role: Connectivity, Fill: 1})
	total := b.byName[lower.SlotName(p.Name, "total")]
	return []Op{&MatMul{Name: p.Name + " total", A: Source{Buf: ones, Len: p.Pre.N}, B: b.source(p), C: total, Scale: None, M: 1, K: p.Pre.N, N: 1}}
}

// sparse sums over stored synapses, each target over its row in ascending presynaptic order.
func (b *builder) sparse(p *net.Projection, c *connect.CSR, add bool) ([]Op, error) {
	if !c.ByPost {
		c = c.Transposed()
		c.Created = nil // nobody asks for the synapses of a projection in the order of creation
		b.opt.Matrices[p] = &connect.Matrix{CSR: c}
	}
	hold(b.plan, c.RowPtr)
	hold(b.plan, c.W, c.Delay)
	if len(c.Index) > math.MaxInt32 {
		return nil, fmt.Errorf("%d synapses are more than one projection can hold (%d)", len(c.Index), math.MaxInt32)
	}
	rowPtr := make([]int32, len(c.RowPtr))
	for i, r := range c.RowPtr {
		rowPtr[i] = int32(r)
	}
	n := len(c.Index)
	conn := len(b.plan.Conns)
	b.plan.Conns = append(b.plan.Conns, &Conn{Name: p.Name, NPre: c.NPre, NPost: c.NPost, N: n, ByPost: true,
		RowPtr: b.buffer(Buffer{Object: p.Name, Var: "rows", Type: ir.Int, Len: len(rowPtr), Ints: rowPtr, Role: Connectivity}),
		Index:  b.buffer(Buffer{Object: p.Name, Var: "pre", Type: ir.Int, Len: n, Ints: c.Index, Role: Connectivity}),
	})
	if len(c.W) != 1 && n > 0 {
		b.buffer(Buffer{Object: p.Name, Var: "w", Type: ir.Real, Len: n, Reals: c.W, Role: Connectivity})
	}
	ib, value, err := b.transmitted(p, c)
	if err != nil {
		return nil, err
	}
	k := &ir.Kernel{Name: p.Name + " sum", Domain: ir.Incoming}
	access := ir.Write
	if add {
		access = ir.ReadWrite
	}
	out := ib.Slot(ir.Slot{Name: lower.SlotName(p.Post.Name, sumVar(p.Target)), Type: ir.Real, Kind: ir.PerElement, Access: access})
	k.Reductions = []ir.Reduction{{Slot: out, Value: value, Add: add}}
	k.Slots = ib.Slots()
	return []Op{b.kernel(k, p.Post.N, conn)}, nil
}

// transmitted is what one stored synapse contributes: its weight times the presynaptic rate, or the projection's psp.
func (b *builder) transmitted(p *net.Projection, c *connect.CSR) (*ir.Builder, *ir.Expr, error) {
	weight := func(ib *ir.Builder) *ir.Expr {
		switch {
		case len(c.W) == 1:
			return ib.Const(c.W[0])
		case len(c.Index) == 0:
			return ib.Const(0)
		}
		return ib.Load(ib.Slot(ir.Slot{Name: lower.SlotName(p.Name, "w"), Type: ir.Real, Kind: ir.PerElement, Access: ir.Read}))
	}
	rateOf := func(ib *ir.Builder) *ir.Expr { return b.sparseRate(ib, p, c) }
	if !ownPsp(p) {
		ib := ir.NewBuilder()
		return ib, ib.Op(ir.OpMul, weight(ib), rateOf(ib)), nil
	}
	in, psp, ok := b.checkPsp(p)
	if !ok {
		return nil, nil, errReported
	}
	in.N = len(c.Index)
	return lower.Psp(in, psp, b.maxLag(p) > 0, weight, rateOf)
}

// ownPsp reports whether a projection transmits something else than w * pre.r.
func ownPsp(p *net.Projection) bool {
	return p.Psp != nil && strings.ReplaceAll(p.Psp.Text, " ", "") != "w*pre.r"
}

// checkPsp checks a projection's psp: an expression of the weight w and of variables of both ends.
func (b *builder) checkPsp(p *net.Projection) (in lower.SynapseInput, psp lower.Checked, ok bool) {
	params, ds := syntax.ParseParameters(&diag.Source{Name: "synapses of " + p.Name, Text: "w = 0.0"})
	b.reportAll(ds)
	ctx := check.Context{Dialect: check.ANNarchy, Scope: p.Post.Namespace, Synapse: true, Pre: b.res.Models[p.Pre], Post: b.res.Models[p.Post]}
	model, ds := check.Check(&syntax.Equations{Source: p.Psp}, params.Eqs, ctx)
	b.reportAll(ds)
	if b.diags.Err() != nil {
		return in, psp, false
	}
	psp, ok = b.checked(p.Psp, check.ANNarchy, func(e syntax.Expr) (*check.Model, diag.List) { return check.CheckExpr(e, p.Psp, model, nil, ctx) })
	end := func(g *net.Group) lower.End { return lower.End{Input: b.lowerInput(g), Len: g.N} }
	in = lower.SynapseInput{Input: lower.Input{Object: p.Name, Model: model, Clock: b.lowerInput(p.Post).Clock, Table: b.tableOf(b.lowerInput(p.Post).Clock, 0)},
		Pre: end(p.Pre), Post: end(p.Post)}
	return in, psp, ok
}

// stored writes connectivity out synapse by synapse, for a projection whose psp is not w*pre.r: sums over the whole group do not help it.
func stored(m *connect.Matrix, p *net.Projection) (*connect.Matrix, error) {
	c := &connect.CSR{NPre: p.Pre.N, NPost: p.Post.N, ByPost: true, RowPtr: make([]int64, 1, p.Post.N+1)}
	uniform := func(row func(post int32)) {
		for post := range int32(p.Post.N) {
			row(post)
			c.RowPtr = append(c.RowPtr, int64(len(c.Index)))
		}
		c.W, c.Delay = m.Weights(), m.Delays()
	}
	switch {
	case m.Offsets != nil:
		csr, err := m.Offsets.CSR()
		return &connect.Matrix{CSR: csr}, err
	case m.Identity != nil:
		uniform(func(post int32) { c.Index = append(c.Index, post) })
	case m.Full != nil:
		uniform(func(post int32) {
			for pre := range int32(p.Pre.N) {
				if m.Full.Self || p.Pre != p.Post || pre != post {
					c.Index = append(c.Index, pre)
				}
			}
		})
	default:
		return m, nil
	}
	return &connect.Matrix{CSR: c}, nil
}

// sparseRate is the presynaptic rate of a synapse, at the projection's delay or the synapse's own.
func (b *builder) sparseRate(ib *ir.Builder, p *net.Projection, c *connect.CSR) *ir.Expr {
	pre := ib.Leaf(ir.OpPre)
	depth := b.history[lower.SlotName(p.Pre.Name, rate)]
	switch {
	case b.ownDelays(p) && b.maxLag(p) > 0:
		lags := make([]int32, len(c.Delay))
		for i, d := range c.Delay {
			lags[i] = int32(b.lag(p, d))
		}
		b.buffer(Buffer{Object: p.Name, Var: "lag", Type: ir.Int, Len: len(lags), Ints: lags, Role: Connectivity})
		lag := ib.Load(ib.Slot(ir.Slot{Name: lower.SlotName(p.Name, "lag"), Type: ir.Int, Kind: ir.PerElement, Access: ir.Read}))
		return lower.PastRate(ib, p.Pre.Name, rate, p.Pre.N, depth, lag, pre)
	case b.commonLag(p) > 0:
		return b.pastRate(ib, p, pre)
	}
	return ib.LoadAt(ib.Slot(ir.Slot{Name: lower.SlotName(p.Pre.Name, rate), Type: ir.Real, Kind: ir.Indexed, Access: ir.Read}), pre)
}
