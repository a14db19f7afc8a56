package cpu

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/rng"
)

// sequenceOp runs programs for one element after another. Elements that no path of neighbours connects cannot see each other, so that
// their order does not matter: connected parts run on several threads, and one after another where they stay in the cache.
type sequenceOp[T real] struct {
	x     *instance[T]
	seq   *plan.Sequence
	parts []sequencePart[T]
	// order holds the elements by bucket, ascending within each; bucket b is order[bounds[b]:bounds[b+1]].
	order       []int32
	bounds      []int
	keys, spare []uint64 // of a random order, by place in order
	step        int64
	job         func(worker, task int)
}

// sequencePart is one program of a sequence: over elements, or the sum over the row of an element.
type sequencePart[T real] struct {
	p      *program[T]
	reduce *reduceOp[T] // nil: over elements
}

func (x *instance[T]) compileSequence(s *plan.Sequence) (operation, error) {
	q := &sequenceOp[T]{x: x, seq: s}
	q.job = q.bucket
	for _, r := range s.Runs {
		if r.N != s.N {
			return nil, fmt.Errorf("sequence %q: kernel %q runs over %d elements of %d", s.Name, r.Kernel.Name, r.N, s.N)
		}
		k, err := x.compileRun(r)
		if err != nil {
			return nil, err
		}
		for _, red := range k.reduces {
			q.parts = append(q.parts, sequencePart[T]{p: red.p, reduce: red})
		}
		switch body := k.body.(type) {
		case nil:
		case *runOp[T]:
			q.parts = append(q.parts, sequencePart[T]{p: body.p})
		default:
			return nil, fmt.Errorf("sequence %q: kernel %q does not run over elements", s.Name, r.Kernel.Name)
		}
	}
	if err := q.divide(); err != nil {
		return nil, err
	}
	if s.Random {
		q.keys, q.spare = make([]uint64, s.N), make([]uint64, s.N)
	}
	return q, nil
}

// bucketLen is the number of elements from which on a bucket takes no further connected parts.
const bucketLen = 4096

// divide puts elements that are connected, directly or not, into the same bucket.
func (q *sequenceOp[T]) divide() error {
	n := q.seq.N
	parent := make([]int32, n)
	for i := range parent {
		parent[i] = int32(i)
	}
	root := func(e int32) int32 {
		for parent[e] != e {
			parent[e] = parent[parent[e]]
			e = parent[e]
		}
		return e
	}
	for _, k := range q.seq.Neighbours() {
		c, err := q.x.connection(k)
		if err != nil {
			return err
		}
		if c.rows != n || c.far != n {
			return fmt.Errorf("sequence %q: connection %q is of %d and %d elements, not of %d", q.seq.Name, c.name, c.rows, c.far, n)
		}
		for r := range n {
			for _, o := range c.index.Long[c.rowPtr[r]:c.rowPtr[r+1]] {
				a, b := root(int32(r)), root(o)
				parent[max(a, b)] = min(a, b)
			}
		}
	}
	// Parts in the order of their first elements, which are their roots.
	size := make([]int32, n)
	for e := range n {
		size[root(int32(e))]++
	}
	bucket, next := make([]int32, n), int32(0) // by root
	q.bounds = []int{0}
	for e, filled := 0, int32(0); e < n; e++ {
		if size[e] == 0 {
			continue
		}
		if filled >= bucketLen {
			q.bounds = append(q.bounds, q.bounds[next]+int(filled))
			next, filled = next+1, 0
		}
		bucket[e] = next
		filled += size[e]
	}
	q.bounds = append(q.bounds, n)
	q.order = make([]int32, n)
	at := slices.Clone(q.bounds)
	for e := range n {
		b := bucket[root(int32(e))]
		q.order[at[b]] = int32(e)
		at[b]++
	}
	return nil
}

func (q *sequenceOp[T]) name() string          { return q.seq.Name }
func (q *sequenceOp[T]) changed(plan.BufferID) {}

func (q *sequenceOp[T]) run(step int64) error {
	x := q.x
	q.step = step
	for i := range q.parts {
		q.parts[i].p.scalars(x.vec, &x.m, step)
	}
	if err := x.pool.run(len(q.bounds)-1, q.job); err != nil {
		return err
	}
	return x.outcome(q.parts[len(q.parts)-1].p) // sums have no checks
}

// bucket runs the elements of one bucket.
func (q *sequenceOp[T]) bucket(worker, task int) {
	x, w := q.x, q.x.workers[worker]
	from, to := q.bounds[task], q.bounds[task+1]
	frames := w.parts[:0]
	for i := range q.parts {
		w.frame(q.parts[i].p) // may move the registers
	}
	for i := range q.parts {
		frames = append(frames, w.frame(q.parts[i].p))
	}
	w.parts = frames
	if !q.seq.Random {
		for _, e := range q.order[from:to] {
			q.element(x, w, int(e))
		}
		return
	}
	keys := q.keys[from:to]
	at := rng.At{Key: x.key, Stream: q.seq.Stream, Step: uint32(q.step)}
	for i, e := range q.order[from:to] {
		keys[i] = uint64(at.Words(uint32(e), 0, 0)[0])<<32 | uint64(e)
	}
	for _, k := range sortKeys(keys, q.spare[from:to]) {
		q.element(x, w, int(uint32(k)))
	}
}

// element runs all parts for one element. Programs share their registers, so that each fills in its scalars again, in first places only.
func (q *sequenceOp[T]) element(x *instance[T], w *worker[T], e int) {
	for i := range q.parts {
		p, f, r := q.parts[i].p, w.parts[i], q.parts[i].reduce
		switch {
		case r == nil:
			p.fillFirst(f, 1)
			b := block{lo: e, n: 1}
			p.point(w, f, &x.m, &b)
			p.compute(x.vec, w, f, &x.m, &b)
			p.effects(x.vec, w, f, &x.m, &b)
		case r.plain != nil:
			r.plain.rows(e, e+1, 0)
		default:
			p.fillFirst(f, min(blockLen, int(r.rowPtr[e+1]-r.rowPtr[e])))
			r.rows(w, f, e, e+1, 0)
		}
	}
}

// fillFirst is fills for the first n places of the registers.
func (p *program[T]) fillFirst(f *frame[T], n int) {
	for i := range p.once {
		in := &p.once[i]
		if in.kind == kFill {
			fill(f.rv[in.d][:n], p.sr[in.a])
		} else {
			fill(f.iv[in.d][:n], p.si[in.a])
		}
	}
}

// sortKeys sorts by the upper halves, and by the lower ones where those are equal, which must ascend at first. The result is in a or in
// spare. It sorts by eleven bits at a time, the lowest first, keeping the order of equals.
func sortKeys(a, spare []uint64) []uint64 {
	const bits, radix = 11, 1 << 11
	if len(a) < 256 {
		slices.Sort(a)
		return a
	}
	for shift := 32; shift < 64; shift += bits {
		var at [radix]int
		for _, k := range a {
			at[k>>shift&(radix-1)]++
		}
		sum := 0
		for d := range at {
			at[d], sum = sum, sum+at[d]
		}
		for _, k := range a {
			d := k >> shift & (radix - 1)
			spare[at[d]] = k
			at[d]++
		}
		a, spare = spare, a
	}
	return a
}

// haltOp ends the run behind a step in which a list is not empty.
type haltOp[T real] struct {
	x     *instance[T]
	label string
	list  spikeList
}

func (x *instance[T]) compileHalt(h *plan.Halt) (operation, error) {
	l, err := x.spikeList(fmt.Sprintf("halt %q", h.Name), h.List)
	return &haltOp[T]{x, h.Name, l}, err
}

func (h *haltOp[T]) name() string          { return h.label }
func (h *haltOp[T]) changed(plan.BufferID) {}

func (h *haltOp[T]) run(step int64) error {
	if len(h.list.spikes(step)) > 0 {
		h.x.halt = true
	}
	return nil
}
