package plan

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/rng"
)

// Sequence runs kernels for one element after another: each element sees what those before it wrote, also in its sums over synapses. An
// element runs all of Runs, whose loads see memory as it is then, before the next element begins.
//
// Elements that do not see each other may run at the same time; Verify makes sure that a backend can tell: a buffer that the sequence
// writes is read by the element itself, or by a sum over synapses at their far end.
type Sequence struct {
	Name string
	N    int
	// Runs are sums over the rows of N elements (Incoming), and last one kernel over N Elements.
	Runs []*Run
	// Random: ascending by the first word of draw 0 of Stream at the element, as an unsigned number, and by element where those are
	// equal; a new order each step. Otherwise ascending by element.
	Random bool
	Stream uint32
	// Keys and Marks, Int [N], are at the backend's disposal.
	Keys, Marks BufferID
}

// Halt ends the run behind the step in which a list is not empty: Advance returns exec.Stopped.
type Halt struct {
	Name string
	List BufferID
}

func (*Sequence) isOp() {}
func (*Halt) isOp()     {}

// Neighbours lists the connectivities through which elements of a sequence read what other elements of it write.
func (s *Sequence) Neighbours() []int {
	written := s.written()
	var conns []int
	for _, r := range s.Runs {
		if r.Kernel.Domain != ir.Incoming || slices.Contains(conns, r.Conn) {
			continue
		}
		far := false
		for _, red := range r.Kernel.Reductions {
			eachLoad(red.Value, func(e *ir.Expr) {
				far = far || written[r.Bind[e.Slot]] && len(e.Args) == 1 && (e.Args[0].Op == ir.OpPre || e.Args[0].Op == ir.OpPost)
			})
		}
		if far {
			conns = append(conns, r.Conn)
		}
	}
	return conns
}

// written are the buffers that the sequence changes.
func (s *Sequence) written() map[BufferID]bool {
	w := map[BufferID]bool{}
	for _, r := range s.Runs {
		for k, slot := range r.Kernel.Slots {
			if slot.Access&ir.Write != 0 && k < len(r.Bind) {
				w[r.Bind[k]] = true
			}
		}
	}
	return w
}

func eachLoad(e *ir.Expr, visit func(*ir.Expr)) {
	seen := map[*ir.Expr]bool{}
	var walk func(*ir.Expr)
	walk = func(e *ir.Expr) {
		if e == nil || seen[e] {
			return
		}
		seen[e] = true
		if e.Op == ir.OpLoad {
			visit(e)
		}
		for _, a := range e.Args {
			walk(a)
		}
	}
	walk(e)
}

// sequence checks a Sequence beyond what its kernels need on their own.
func (v verifier) sequence(where string, s *Sequence) {
	where += ": " + s.Name
	v.buf(where+": keys", s.Keys, ir.Int, s.N)
	v.buf(where+": marks", s.Marks, ir.Int, s.N)
	if len(s.Runs) == 0 {
		v.bad("%s: nothing to run", where)
	}
	written := s.written()
	for i, r := range s.Runs {
		v.run(where, r)
		k, domain := r.Kernel, ir.Incoming
		if i == len(s.Runs)-1 {
			domain = ir.Elements
		}
		if k.Domain != domain || r.N != s.N || len(r.Bind) != len(k.Slots) {
			v.bad("%s: kernel %s runs over %v of %d elements instead of %v of %d", where, k.Name, k.Domain, r.N, domain, s.N)
			continue
		}
		if k.Domain == ir.Incoming && len(k.Effects) > 0 {
			v.bad("%s: kernel %s has effects beside its sums", where, k.Name)
		}
		for _, e := range k.Effects {
			if e.Kind != ir.Check && (e.Kind != ir.Store || k.Slots[e.Slot].Kind != ir.PerElement) {
				v.bad("%s: kernel %s: %v to %s: an element writes only to its own places", where, k.Name, e.Kind, k.Slots[e.Slot].Name)
			}
			for _, x := range []*ir.Expr{e.Index, e.Value, e.Mask} {
				eachLoad(x, func(l *ir.Expr) {
					if written[r.Bind[l.Slot]] && k.Slots[l.Slot].Kind != ir.PerElement {
						v.bad("%s: kernel %s reads %s of other elements", where, k.Name, k.Slots[l.Slot].Name)
					}
				})
			}
		}
		for _, red := range k.Reductions {
			eachLoad(red.Value, func(l *ir.Expr) {
				end := len(l.Args) == 1 && (l.Args[0].Op == ir.OpPre || l.Args[0].Op == ir.OpPost)
				if written[r.Bind[l.Slot]] && !end {
					v.bad("%s: kernel %s reads %s other than at the ends of its synapses", where, k.Name, k.Slots[l.Slot].Name)
				}
			})
		}
	}
}

// sequenced is code that waits for the sums over synapses to be known.
type sequenced struct {
	g    *net.Group
	in   lower.Input
	c    *net.CodeBlock
	code *check.Code
	item Item
	name string // of the random stream
}

// sequences adds the code that visits elements one after another.
func (b *builder) sequences() error {
	for _, q := range b.sequenced {
		if err := b.sequence(q); err != nil {
			b.mistake(q.c.Place, "", "%v", err)
		}
	}
	return nil
}

func (b *builder) sequence(q *sequenced) error {
	steps, err := lower.CodeKernels(q.in, q.code, q.name, false, lower.Part{})
	if err != nil {
		return err
	}
	item := q.item
	for _, st := range steps {
		if st.N != q.g.N || q.g.N == 1 && st != steps[len(steps)-1] { // shared variables come first, once
			item.Ops = append(item.Ops, b.kernel(st.Kernel, st.N, -1))
			continue
		}
		run := b.kernel(b.where(q.g, st.Kernel, anyRule), st.N, -1)
		s := &Sequence{Name: q.name, N: st.N, Random: q.c.Update == net.RandomOrder, Stream: rng.Stream(q.g.Name + "/" + q.name + "/order")}
		for _, slot := range st.Kernel.Slots {
			for _, sum := range b.sums[slot.Name] {
				if sum.clock != item.Clock {
					return fmt.Errorf("%s reads %s, which is summed with another dt; give %s and the synapses one dt", item.Name, slot.Name, item.Name)
				}
				if sum.delayed {
					return fmt.Errorf("%s runs for one neuron after another, each with the sum %s as it is then; that sum has a delay, and does not change within a step. Leave update= out, or the delay", item.Name, slot.Name)
				}
				s.Runs = append(s.Runs, sum.run)
			}
		}
		s.Runs = append(s.Runs, run)
		scratch := func(what string) BufferID {
			return b.buffer(Buffer{Object: q.g.Name, Var: q.name + "@" + what, Type: ir.Int, Len: st.N, Role: Scratch})
		}
		s.Keys, s.Marks = scratch("keys"), scratch("marks")
		item.Ops = append(item.Ops, s)
	}
	if len(item.Ops) > 0 {
		b.plan.Schedule = append(b.plan.Schedule, item)
	}
	return nil
}

// summand is a kernel that sums into a variable of a group, with its clock.
type summand struct {
	run     *Run
	clock   int
	delayed bool
}
