package plan

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
)

// Apart is why plans cannot be merged.
type Apart struct {
	Why string
	// Shape: they differ in more than their numbers, so that other groupings of the same plans may do.
	Shape bool
}

// Error says why.
func (e *Apart) Error() string { return e.Why }

// Share takes what is connected, and tables, from another plan where both hold the same, so that many plans of one network hold it once.
func (p *Plan) Share(from *Plan) {
	if len(p.Buffers) != len(from.Buffers) {
		return
	}
	for i, b := range p.Buffers {
		if a := from.Buffers[i]; (b.Role == Connectivity || b.Role == Table) && a.Len == b.Len && SameContents(a, b) {
			b.Ints, b.Shorts, b.Recipe, b.Reals = a.Ints, a.Shorts, a.Recipe, a.Reals
		}
	}
}

// Shape is equal for plans that Merge may be able to merge: it hashes what they are but for the numbers in kernels and buffers.
func (p *Plan) Shape() string {
	var b strings.Builder
	for _, x := range p.Buffers {
		fmt.Fprintln(&b, x.Object, x.Var, x.Type, x.Len, x.Role, x.Rows)
	}
	for _, c := range p.Conns {
		shape := *c
		shape.Pre, shape.Post = nil, nil // the indices tell
		fmt.Fprintln(&b, shape)
	}
	fmt.Fprintln(&b, p.Clocks, p.BaseDT, p.Precision, p.Checks)
	for _, op := range p.ops() {
		fmt.Fprintln(&b, p.describe(op, true))
		if r, ok := op.(*Run); ok {
			fmt.Fprintln(&b, r.N, r.Conn, r.List, r.Lag, r.From, r.Before)
			// Constants are left out of the copy; what was folded away because of its value makes another shape.
			ir.Print(&b, withoutConstants(r.Kernel))
		}
	}
	return b.String()
}

// Merge makes the plan that advances several networks side by side, in the same operations. The networks differ in numbers only: constants
// of the equations, initial contents, spikes of generators. What is connected is stored once, and so is every table that they have in common; the
// rest has a copy for each. A constant that is not the same in all becomes a Scalar slot of the kernel. Every element goes through the same
// operations on the same numbers as alone, in the same order, so that its values have the same bits.
//
// The error is *Apart.
func Merge(parts []*Plan) (*Plan, error) {
	first := parts[0]
	m := &merger{parts: parts, k: len(parts), constants: map[string]BufferID{}, kernels: map[*ir.Kernel]*ir.Kernel{}, out: &Plan{
		Precision: first.Precision, Replicas: len(parts), BaseDT: first.BaseDT, Clocks: first.Clocks, Conns: first.Conns, Checks: first.Checks,
	}}
	if err := m.merge(); err != nil {
		return nil, err
	}
	if err := m.out.Verify(); err != nil {
		return nil, fmt.Errorf("internal error, please report it: %w", err)
	}
	m.out.Fingerprint = m.out.fingerprint()
	return m.out, nil
}

// merger holds a merged plan in the making.
type merger struct {
	parts     []*Plan
	k         int
	out       *Plan
	constants map[string]BufferID // buffers of constants by their bits
	kernels   map[*ir.Kernel]*ir.Kernel
	bound     map[BufferID]bool // buffers that a Scalar slot is bound to
	given     map[BufferID]bool // spikes of generators
}

func apart(format string, args ...any) error { return &Apart{Why: fmt.Sprintf(format, args...)} }

var errShape = &Apart{Why: "their equations come out in different forms", Shape: true}

// same reports whether two connectivities have one shape and lie in the same buffers.
func (c *Conn) same(d *Conn) bool {
	return c.Name == d.Name && c.NPre == d.NPre && c.NPost == d.NPost && c.N == d.N && c.ByPost == d.ByPost && c.RowPtr == d.RowPtr && c.Index == d.Index &&
		c.Mapped == d.Mapped && c.Syn == d.Syn && c.Listed == d.Listed && c.Near == d.Near && c.Unused == d.Unused && c.Division == d.Division && c.Drawn == nil && d.Drawn == nil
}

func (m *merger) merge() error {
	m.survey()
	for _, p := range m.parts[1:] {
		if len(p.Buffers) != len(m.parts[0].Buffers) || len(p.Schedule) != len(m.parts[0].Schedule) || len(p.Init) != len(m.parts[0].Init) || len(p.Conns) != len(m.parts[0].Conns) ||
			!slices.Equal(p.Clocks, m.parts[0].Clocks) || p.Precision != m.parts[0].Precision || p.BaseDT != m.parts[0].BaseDT || len(p.Monitors) != len(m.parts[0].Monitors) {
			return errShape
		}
		for i, c := range p.Conns {
			if !c.same(m.parts[0].Conns[i]) {
				return errShape
			}
		}
	}
	for i := range m.parts[0].Buffers {
		if err := m.buffer(BufferID(i)); err != nil {
			return err
		}
	}
	if err := m.operations(); err != nil {
		return err
	}
	m.monitors()
	return nil
}

// survey finds what decides how buffers are merged.
func (m *merger) survey() {
	m.bound, m.given = map[BufferID]bool{}, map[BufferID]bool{}
	for _, op := range m.parts[0].ops() {
		switch op := op.(type) {
		case *Run:
			for i, s := range op.Kernel.Slots {
				if s.Kind == ir.Scalar {
					m.bound[op.Bind[i]] = true
				}
			}
		case *Generate:
			m.given[op.Steps], m.given[op.First], m.given[op.Index] = true, true, true
		}
	}
}

// buffer merges buffer i of all parts.
func (m *merger) buffer(i BufferID) error {
	a := m.parts[0].Buffers[i]
	same := true
	for _, p := range m.parts[1:] {
		b := p.Buffers[i]
		if m.given[i] {
			continue
		}
		if a.Object != b.Object || a.Var != b.Var || a.Type != b.Type || a.Len != b.Len || a.Role != b.Role || a.Rows != b.Rows {
			return errShape
		}
		same = same && SameContents(a, b)
	}
	c := *a
	m.out.Buffers = append(m.out.Buffers, &c)
	switch {
	case m.given[i]: // filled when the generator is met
	case a.Rows > 0:
		c.Len = a.Rows * (m.k*(a.Len/a.Rows-1) + 1)
	case (a.Role == Connectivity || a.Role == Table) && same && !m.bound[i]:
	case m.parts[0].Connects(i):
		return apart("they do not connect the same elements of %q", a.Object)
	default:
		c.Each, c.Len = a.Len, m.k*a.Len
		m.contents(&c, i)
	}
	return nil
}

// contents puts the initial contents of all parts one after the other.
func (m *merger) contents(c *Buffer, i BufferID) {
	plain := true
	for _, p := range m.parts {
		b := p.Buffers[i]
		plain = plain && b.Ints == nil && b.Reals == nil && math.Float64bits(b.Fill) == math.Float64bits(c.Fill)
	}
	c.Ints, c.Reals = nil, nil
	if plain {
		return
	}
	for _, p := range m.parts {
		b := p.Buffers[i]
		for e := range b.Len {
			switch {
			case b.Reals != nil:
				c.Reals = append(c.Reals, b.Reals[e])
			case b.Ints != nil:
				c.Ints = append(c.Ints, b.Ints[e])
			case b.Type == ir.Real:
				c.Reals = append(c.Reals, b.Fill)
			default:
				c.Ints = append(c.Ints, int32(b.Fill))
			}
		}
	}
	c.Fill = 0
}

// operations merges initialisation and schedule.
func (m *merger) operations() error {
	at := func(pick func(*Plan) Op) (Op, error) {
		ops := make([]Op, m.k)
		for r, p := range m.parts {
			ops[r] = pick(p)
		}
		return m.op(ops)
	}
	for i := range m.parts[0].Init {
		op, err := at(func(p *Plan) Op { return p.Init[i] })
		if err != nil {
			return err
		}
		m.out.Init = append(m.out.Init, op)
	}
	for i, it := range m.parts[0].Schedule {
		if it.Callback >= 0 {
			return apart("%q is a function of the program, which is called with one network at a time", it.Name)
		}
		merged := it
		merged.Ops = nil
		for _, p := range m.parts[1:] {
			o := p.Schedule[i]
			if len(o.Ops) != len(it.Ops) || o.Slot != it.Slot || o.Order != it.Order || o.Clock != it.Clock {
				return errShape
			}
		}
		for j := range it.Ops {
			op, err := at(func(p *Plan) Op { return p.Schedule[i].Ops[j] })
			if err != nil {
				return err
			}
			merged.Ops = append(merged.Ops, op)
		}
		m.out.Schedule = append(m.out.Schedule, merged)
	}
	return nil
}

func (m *merger) op(ops []Op) (Op, error) {
	switch first := ops[0].(type) {
	case *Run:
		return m.run(ops)
	case *Generate:
		return m.generate(ops)
	case *Sample, *RecordSpikes:
		return first, nil
	case *MatMul:
		return nil, apart("%q is a product of matrices", first.Name)
	case *TapSum:
		return nil, apart("%q is a sum over a grid", first.Name)
	}
	return nil, apart("an operation %T is of one network only", ops[0])
}

func (m *merger) run(ops []Op) (Op, error) {
	kernels := make([]*ir.Kernel, m.k)
	first := ops[0].(*Run)
	for r, op := range ops {
		o, ok := op.(*Run)
		if !ok || o.N != first.N || o.Conn != first.Conn || !o.SameSpikes(first) || !slices.Equal(o.Bind, first.Bind) {
			return nil, errShape
		}
		kernels[r] = o.Kernel
	}
	kernel, bind, err := m.kernel(kernels, first.Bind)
	if err != nil {
		return nil, err
	}
	run := *first
	run.Kernel, run.Bind = kernel, bind
	return &run, nil
}

// generate merges the spikes of generators: those of one step and of all replicas in one list.
func (m *merger) generate(ops []Op) (Op, error) {
	g := *ops[0].(*Generate)
	n := m.parts[0].Buffers[g.List].Len/max(m.parts[0].Buffers[g.List].Rows, 1) - 1
	at := map[int32][]int32{}
	for r, op := range ops {
		o, ok := op.(*Generate)
		if !ok || o.Period != g.Period || o.List != g.List {
			return nil, errShape
		}
		p := m.parts[r]
		first, index := p.Buffers[o.First].Ints, p.Buffers[o.Index].Ints
		for k, step := range p.Buffers[o.Steps].Ints {
			for _, e := range index[first[k]:first[k+1]] {
				at[step] = append(at[step], int32(r*n)+e)
			}
		}
	}
	var steps, first, index []int32
	for step := range at {
		steps = append(steps, step)
	}
	slices.Sort(steps)
	for _, step := range steps {
		first = append(first, int32(len(index)))
		index = append(index, at[step]...)
	}
	first = append(first, int32(len(index)))
	for id, v := range map[BufferID][]int32{g.Steps: steps, g.First: first, g.Index: index} {
		b := m.out.Buffers[id]
		b.Ints, b.Len = v, len(v)
	}
	g.Count = len(steps)
	return &g, nil
}

// monitors lets every monitor record all replicas, replica after replica; of spikes it records the whole group, and what was asked for is picked later.
func (m *merger) monitors() {
	for _, pm := range m.parts[0].Monitors {
		c := *pm
		c.Vars = slices.Clone(pm.Vars)
		perSample := 0
		for i := range c.Vars {
			v := &c.Vars[i]
			b := m.out.Buffers[v.Buf]
			if v.Elements != nil {
				var all []int32
				for r := range m.k {
					for _, e := range v.Elements {
						all = append(all, int32(r*b.Each)+e)
					}
				}
				v.Elements = all
			}
			v.Len *= m.k
			perSample += v.Len
		}
		c.Capacity = min(c.Capacity, max(ringBytes/(max(perSample, 1)*int(m.out.RealBytes())), 2))
		m.out.Monitors = append(m.out.Monitors, &c)
	}
	for _, sm := range m.parts[0].SpikeMonitors {
		list := m.out.Buffers[sm.List]
		c := *sm
		c.From, c.To, c.Rate = 0, list.Len/max(list.Rows, 1)-1, false
		c.Vars = slices.Clone(sm.Vars)
		for i := range c.Vars {
			c.Vars[i].Len = m.out.Buffers[c.Vars[i].Buf].Len
		}
		m.out.SpikeMonitors = append(m.out.SpikeMonitors, &c)
	}
}
