package plan

import (
	"fmt"
	"math"
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

// pairs are the ends of synapses in order of creation, as elements of the groups.
type pairs struct{ pre, post []int32 }

func (p *pairs) add(i, j int32) {
	p.pre, p.post = append(p.pre, i), append(p.post, j)
}

// maxSynapses bounds one Synapses object: indices are 32 bits wide.
const maxSynapses = math.MaxInt32

// connectSynapses makes the pairs of one Synapses object, connect call by connect call.
func (b *builder) connectSynapses(s *net.Synapses) (*pairs, error) {
	total := 0
	for _, c := range s.Connect {
		total += len(c.I)
	}
	p := &pairs{make([]int32, 0, total), make([]int32, 0, total)}
	for n, c := range s.Connect {
		var err error
		switch {
		case c.Rule != nil:
			err = b.connectRule(p, s, c, n)
		case c.Condition != nil || c.P != nil || c.I == nil && c.J == nil:
			err = b.connectCondition(p, s, c, n)
		default:
			err = connectArrays(p, s, c)
		}
		if err != nil {
			return nil, fmt.Errorf("connect: %w", err)
		}
		if len(p.pre) > maxSynapses {
			return nil, fmt.Errorf("%d synapses are more than one Synapses object can hold (%d)", len(p.pre), maxSynapses)
		}
	}
	return p, nil
}

func connectArrays(p *pairs, s *net.Synapses, c *net.Connection) error {
	if len(c.I) != len(c.J) {
		return fmt.Errorf("%d presynaptic and %d postsynaptic indices", len(c.I), len(c.J))
	}
	for k, i := range c.I {
		j := c.J[k]
		if i < 0 || int(i) >= s.Pre.Len() {
			return fmt.Errorf("i[%d] = %d, but %q has elements 0 to %d", k, i, s.Pre.Group.Name, s.Pre.Len()-1)
		}
		if j < 0 || int(j) >= s.Post.Len() {
			return fmt.Errorf("j[%d] = %d, but %q has elements 0 to %d", k, j, s.Post.Group.Name, s.Post.Len()-1)
		}
		for range max(c.N, 1) {
			p.add(i+int32(s.Pre.Start), j+int32(s.Post.Start))
		}
	}
	return nil
}

func spanShape(s net.Span) connect.Shape {
	sh := connect.Shape{Name: s.Group.Name, N: s.Len()}
	if s.Len() == s.Group.N {
		sh.Grid = s.Group.Grid
	} else {
		sh.Name = fmt.Sprintf("%s[%d:%d]", s.Group.Name, s.Start, s.Stop)
	}
	return sh
}

// connectRule draws pairs by a rule of package connect, in order of the presynaptic, then the postsynaptic element.
func (b *builder) connectRule(p *pairs, s *net.Synapses, c *net.Connection, n int) error {
	pre, post := spanShape(s.Pre), spanShape(s.Post)
	synapses, bytes, err := c.Rule.Estimate(pre, post)
	if err != nil {
		return err
	}
	if b.opt.Memory > 0 && bytes > b.opt.Memory {
		return &TooLarge{What: fmt.Sprintf("connecting %q (%d synapses)", s.Name, synapses), Need: bytes, Available: b.opt.Memory}
	}
	m, err := c.Rule.Build(connect.Key{Seed: b.opt.Seed, Stream: rng.Stream(fmt.Sprintf("%s/connect%d", s.Name, n))}, pre, post)
	if err != nil {
		return err
	}
	csr := m.CSR
	switch {
	case csr != nil && csr.ByPost:
		csr = csr.Transposed()
	case m.Identity != nil:
		for i := range int32(pre.N) {
			p.add(i+int32(s.Pre.Start), i+int32(s.Post.Start))
		}
		return nil
	case m.Full != nil:
		self := m.Full.Self || pre.Name != post.Name
		for i := range int32(pre.N) {
			for j := range int32(post.N) {
				if self || i != j {
					p.add(i+int32(s.Pre.Start), j+int32(s.Post.Start))
				}
			}
		}
		return nil
	case m.Offsets != nil:
		if csr, err = m.Offsets.CSR(); err != nil {
			return err
		}
		csr = csr.Transposed()
	}
	for i := range csr.NPre {
		for _, j := range csr.Index[csr.RowPtr[i]:csr.RowPtr[i+1]] {
			for range max(c.N, 1) {
				p.add(int32(i+s.Pre.Start), j+int32(s.Post.Start))
			}
		}
	}
	return nil
}

// pairChunk is how many pairs a condition is evaluated for at once.
const pairChunk = 1 << 21

// connectCondition connects the pairs for which a condition holds, each with a probability. It is evaluated like any other code, by
// a kernel over pairs; without condition and probability all pairs are connected.
func (b *builder) connectCondition(p *pairs, s *net.Synapses, c *net.Connection, n int) error {
	if rule := simpleRule(s, c); rule != nil {
		own := *c
		own.Rule = rule
		return b.connectRule(p, s, &own, n)
	}
	if b.opt.Evaluate == nil {
		return fmt.Errorf("conditions cannot be evaluated here")
	}
	kernel, err := b.pairKernel(s, c, n)
	if err != nil || kernel == nil {
		return err
	}
	cols := s.Post.Len()
	rows := max(1, pairChunk/max(cols, 1))
	for first := 0; first < s.Pre.Len(); first += rows {
		count := min(rows, s.Pre.Len()-first) * cols
		holds, err := b.evaluatePairs(kernel, first, count)
		if err != nil {
			return err
		}
		for e, h := range holds {
			if h == 0 {
				continue
			}
			for range max(c.N, 1) {
				p.add(int32(first+e/cols+s.Pre.Start), int32(e%cols+s.Post.Start))
			}
		}
	}
	return nil
}

// simpleRule recognises connect(), connect(p=...) and the condition i != j, which need no kernel.
func simpleRule(s *net.Synapses, c *net.Connection) connect.Rule {
	self := true
	if c.Condition != nil {
		text := strings.ReplaceAll(c.Condition.Text, " ", "")
		if text != "i!=j" || s.Pre.Group != s.Post.Group || s.Pre != s.Post {
			return nil
		}
		self = false
	}
	if c.P == nil {
		return connect.AllToAll{Weight: connect.Constant(1), AllowSelf: self}
	}
	q := 0.0
	if _, err := fmt.Sscanf(c.P.Text, "%g", &q); err != nil || fmt.Sprint(q) != strings.TrimSpace(c.P.Text) {
		return nil
	}
	return connect.FixedProbability{P: q, Weight: connect.Constant(1), AllowSelf: self}
}

// pairKernel lowers a condition and a probability to one kernel over pairs, whose first presynaptic element is in a scalar slot.
func (b *builder) pairKernel(s *net.Synapses, c *net.Connection, n int) (*ir.Kernel, error) {
	in := b.synapseInput(s, 0)
	ctx := b.synapseContext(s)
	parse := func(src *diag.Source, condition bool) (syntax.Expr, *check.Model) {
		e, ds := syntax.ParseExpr(src, check.Brian.Syntax())
		b.reportAll(ds)
		if ds.Err() != nil {
			return nil, nil
		}
		var side *check.Model
		if condition {
			side, ds = check.CheckCondition(e, src, b.synModels[s], ctx)
		} else {
			side, ds = check.CheckExpr(e, src, b.synModels[s], nil, ctx)
		}
		b.reportAll(ds)
		if ds.Err() != nil {
			return nil, nil
		}
		return e, side
	}
	var cond, prob lower.Checked
	if c.Condition != nil {
		if cond.Expr, cond.Side = parse(c.Condition, true); cond.Expr == nil {
			return nil, nil
		}
	}
	if c.P != nil {
		if prob.Expr, prob.Side = parse(c.P, false); prob.Expr == nil {
			return nil, nil
		}
	}
	return lower.PairCondition(in, cond, prob, fmt.Sprintf("connect%d", n))
}

// evaluatePairs runs a condition's kernel on the state that the groups have before the first step.
func (b *builder) evaluatePairs(k *ir.Kernel, first, count int) ([]float64, error) {
	mini := &Plan{Precision: Double, BaseDT: b.plan.BaseDT, Clocks: b.plan.Clocks, Conns: b.plan.Conns}
	mini.Buffers = append(mini.Buffers, b.plan.Buffers...)
	add := func(buf Buffer) BufferID {
		buf.ID = BufferID(len(mini.Buffers))
		mini.Buffers = append(mini.Buffers, &buf)
		return buf.ID
	}
	names := map[string]BufferID{
		lower.PairFirst: add(Buffer{Object: "connect", Var: "first", Type: ir.Int, Len: 1, Fill: float64(first), Role: Param}),
		lower.PairHolds: add(Buffer{Object: "connect", Var: "holds", Type: ir.Int, Len: count, Role: Scratch}),
	}
	r := &Run{Kernel: k, N: count, Conn: -1}
	for _, s := range k.Slots {
		id, ok := names[s.Name]
		if !ok {
			if id, ok = b.byName[s.Name]; !ok {
				return nil, fmt.Errorf("the condition uses %s, which has no value before the synapses exist", s.Name)
			}
		}
		r.Bind = append(r.Bind, id)
	}
	mini.Init = append(append([]Op(nil), b.plan.Init...), r)
	if err := mini.Verify(); err != nil {
		return nil, fmt.Errorf("internal error, please report it: %w", err)
	}
	mini.Fingerprint = "condition"
	return b.opt.Evaluate(mini, names[lower.PairHolds])
}
