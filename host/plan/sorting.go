package plan

import (
	"fmt"
	"slices"
	"sync"

	"github.com/galvani-sim/galvani/host/ir"
)

// Sorting is synapses in presynaptic rows that are sorted by delay: a set of rows for each delay, longest first, in which a row is in order of creation.
type Sorting struct {
	// Far and Number are the synapses in rows that are not sorted, which begin at RowPtr; Number nil: entry k is synapse k. Far ends are below Cols.
	Far, Number *Recipe
	RowPtr      []int32
	Cols        int
	// Part is a plan whose operations before the first step compute buffer Delay: the delays of synapses in order of creation, in seconds, with the random numbers of
	// run 0 of Seed. A delay d is d/DT + 0.5 steps, rounded down; it lies in [0, Limit).
	Part      *Plan
	Delay     BufferID
	DT, Limit float64
	Seed      uint64
	Sets      []SortedSet

	pairs    *pairs
	most     []int // see DelayCounts
	evaluate func(*Plan) (Evaluator, error)
	once     sync.Once
	made     []*sorted
	err      error
}

// SortedSet is the synapses of one delay in steps, and where the rows of them begin.
type SortedSet struct {
	Lag    int
	RowPtr []int32
}

// DelayCounts says, by delay in steps, how many synapses of each row have it, and how many of those with it end in one column at the most. Rows[d] is nil where
// no synapse has delay d.
type DelayCounts struct {
	Rows [][]int32
	Most []int
}

// delaysOnDevice has the device compute the delays of synapses that it draws, and count them; nil where the host is to do it, also where one is
// mistaken or all are the same.
func (b *builder) delaysOnDevice(w *wiring, part *Plan, id BufferID, dt float64) (*delays, error) {
	p := w.p
	if b.opt.Delays == nil || p.drawn == nil || p.removed != nil || !part.exact() {
		return nil, nil
	}
	rows, cols := w.rowsOf(false), w.rowsOf(true)
	s := &Sorting{RowPtr: (&Ends{n: p.pre.n, first: p.drawn.first}).pointers(rows), Cols: cols, Part: part, Delay: id, DT: dt, Limit: b.longestDelay(), Seed: b.opt.Seed, pairs: p, evaluate: b.opt.Evaluate}
	if s.Far = p.post.list.later; !p.drawn.ordered {
		unsorted := p.drawn.rows(rows, cols)
		s.Far, s.Number = unsorted.index.later, unsorted.syn.later
	}
	c, err := b.opt.Delays(s)
	if c == nil || err != nil {
		return nil, err
	}
	d := &delays{each: true, longest: len(c.Rows) - 1, sets: s}
	for lag, counts := range slices.Backward(c.Rows) {
		if counts == nil {
			continue
		}
		set := SortedSet{Lag: lag, RowPtr: make([]int32, rows+1)}
		for r, n := range counts {
			set.RowPtr[r+1] = set.RowPtr[r] + n
		}
		s.Sets = append(s.Sets, set)
	}
	s.most = c.Most
	return d, nil
}

// exact reports whether a device that computes with doubles as the processor does has the bits of the cpu backend: its kernels have nothing but arithmetic and draws
// that shaders/lib makes bit by bit. A zero may have another sign there, which is why nothing is divided by what may be one.
func (p *Plan) exact() bool {
	for _, op := range p.Init {
		r, ok := op.(*Run)
		if !ok || len(r.Kernel.Reductions) > 0 || r.Kernel.InOrder {
			return false
		}
		inexact := false
		ir.WalkKernel(r.Kernel, func(e *ir.Expr) {
			switch e.Op {
			case ir.OpConst, ir.OpLoad, ir.OpElem, ir.OpCount, ir.OpStep, ir.OpPre, ir.OpPost, ir.OpAdd, ir.OpSub, ir.OpMul, ir.OpNeg, ir.OpMin, ir.OpMax, ir.OpAbs,
				ir.OpLt, ir.OpLe, ir.OpEq, ir.OpNe, ir.OpAnd, ir.OpOr, ir.OpNot, ir.OpSelect, ir.OpIntToReal, ir.OpBoolToInt, ir.OpUniform, ir.OpNormal:
			case ir.OpDiv:
				inexact = inexact || e.Args[1].Op != ir.OpConst || e.Args[1].Value == 0
			default:
				inexact = true
			}
		})
		if inexact {
			return false
		}
	}
	return true
}

// rows are the sets, in so many rows.
func (s *Sorting) rows(rows int) (list []*sorted) {
	for k, set := range s.Sets {
		n := int(set.RowPtr[len(set.RowPtr)-1])
		recipe := func(what Content, short bool) Index {
			return Index{later: &Recipe{What: what, Len: n, Short: short, Sort: s, Set: k, most: s.most[set.Lag]}}
		}
		list = append(list, &sorted{lag: set.Lag, each: true, ptr: (&Ends{n: n, first: set.RowPtr}).pointers(rows), index: recipe(Far, s.Far.Short), mapped: true, syn: recipe(Number, false)})
	}
	return list
}

// contents are those of a recipe, which the host sorts for all sets at once.
func (s *Sorting) contents(r *Recipe) (Index, error) {
	s.once.Do(func() {
		// The builder that the plan came from would hold all of it.
		own := &builder{opt: Options{Evaluate: s.evaluate}}
		m := &stepMaker{dt: s.DT, limit: s.Limit, steps: makeIndex(s.pairs.pre.n, 0), wrong: -1}
		err := own.read(s.Part, s.Delay, m.add)
		if err != nil {
			s.err = err
			return
		}
		s.made = s.pairs.sort(false, len(s.RowPtr)-1, s.Cols, m.steps)
		if len(s.made) != len(s.Sets) {
			s.err = fmt.Errorf("%d delays in steps, of which the device has found %d", len(s.made), len(s.Sets))
		}
	})
	if s.err != nil {
		return Index{}, s.err
	}
	x := s.made[r.Set].index
	if r.What == Number {
		x = s.made[r.Set].syn
	}
	switch {
	case x.Len() != r.Len:
		return Index{}, fmt.Errorf("%d synapses with a delay of %d steps, of which the device has found %d", x.Len(), s.Sets[r.Set].Lag, r.Len)
	case x.Len() > 0 && (x.Short != nil) != r.Short: // an operation wants the other, or the group has grown
		other := emptyIndex(r.Len, r.Short)
		for k := range r.Len {
			other.set(k, x.At(k))
		}
		return other, nil
	}
	return x, nil
}
