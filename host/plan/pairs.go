package plan

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/internal/pages"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/rng"
)

// pairs are the ends of synapses in order of creation, as elements of the groups.
type pairs struct {
	pre, post *Ends
	removed   []bool   // synapses that were removed since; nil: none
	how       []string // of each call of connect with a condition, for people
	// weights are those of the rules, for synapses in ANNarchy's dialect: one for each, or nil.
	weights []float64
	// delays are likewise those of the rules, in seconds, for what spikes of the presynaptic neurons do; nil: the rules give none.
	delays []float64
	made   *made
	drawn  *drawnPairs // not nil: pre and post are made when they are asked for
	whole  *full       // not nil: what they connect in full, but for those removed; pre and post are likewise made when they are asked for
}

// Ends are the synapses in order of creation, as elements of the spans that they connect; nil when they have not been built, or are not Listed.
func (p Pairs) Ends(s *net.Synapses) (pre, post []int32) {
	q := p[s]
	if q == nil || p.Listed(s) != nil {
		return nil, nil
	}
	shifted := func(ends *Ends, start int) []int32 {
		out := pages.Make[int32](ends.Len())
		for at, part := range ends.Parts {
			for k, e := range part {
				out[at+k] = e - int32(start)
			}
		}
		return out
	}
	return shifted(q.pre, s.Pre.Start), shifted(q.post, s.Post.Start)
}

// Count is the number of synapses, those that were removed among them; false when they have not been built.
func (p Pairs) Count(s *net.Synapses) (n int, ok bool) {
	if p[s] == nil {
		return 0, false
	}
	return p[s].pre.Len(), true
}

// Listed returns an error for synapses that are more than can be numbered, so that nobody can ask for one of them.
func (p Pairs) Listed(s *net.Synapses) error {
	if n, _ := p.Count(s); n > maxSynapses {
		return tooManyToList(s.Name, n)
	}
	return nil
}

func tooManyToList(name string, n int) error {
	return fmt.Errorf("the %d synapses of %q are summed over all neurons and kept as one; they are too many to be listed or to have values of their own (at most %d have)", n, name, maxSynapses)
}

// Sources are the presynaptic elements of all synapses in order of creation, counted in the group; nil when they have not been built.
func (p Pairs) Sources(s *net.Synapses) *Ends {
	if p[s] == nil {
		return nil
	}
	return p[s].pre
}

// numbers counts the synapses of each pair: each synapse has the number of those before it with the same ends.
func (p *pairs) numbers() []int32 {
	pre, post := p.pre.List(), p.post.List()
	order := make([]int32, len(pre))
	for k := range order {
		order[k] = int32(k)
	}
	slices.SortStableFunc(order, func(x, y int32) int {
		return cmp.Or(cmp.Compare(pre[x], pre[y]), cmp.Compare(post[x], post[y]))
	})
	out := make([]int32, len(pre))
	for k := 1; k < len(order); k++ {
		if a, b := order[k-1], order[k]; pre[a] == pre[b] && post[a] == post[b] {
			out[b] = out[a] + 1
		}
	}
	return out
}

// maxSynapses bounds one Synapses object: indices are 32 bits wide.
const maxSynapses = math.MaxInt32

// collector gathers pairs whose number is not known beforehand, in segments that are copied only once.
type collector struct {
	segments []segment
	open     bool // the last segment is a block that may grow
	n        int64
	limit    int64 // bytes; 0: none
	name     string
	how      []string
	weights  []float64 // see pairs
	delays   []float64
}

// segment is a number of pairs in order, each to be repeated.
type segment struct {
	pre, post     []int32
	toPre, toPost int32 // added to each
	times         int
	copied        bool // the arrays are the user's
	// runs, when not nil, stand for the presynaptic ends, or with byPost for the postsynaptic ones: found synapses come in rows.
	runs   []run
	byPost bool
}

// run is one element, several times.
type run struct{ element, n int32 }

// blockLen is the largest number of pairs that a growing segment holds.
const blockLen = 1 << 20

// add appends one pair of a given and a found index; the given one is postsynaptic with byPost.
func (c *collector) add(given, found int32, byPost bool) {
	k := len(c.segments) - 1
	if !c.open || c.segments[k].full() {
		size := 256
		if c.open {
			size = min(2*c.segments[k].room(), blockLen)
		}
		s := segment{times: 1, byPost: byPost}
		*s.found() = make([]int32, 0, size)
		c.segments, c.open, k = append(c.segments, s), true, k+1
	}
	s := &c.segments[k]
	f := s.found()
	*f = append(*f, found)
	if last := len(s.runs) - 1; last >= 0 && s.runs[last].element == given {
		s.runs[last].n++
	} else {
		s.runs = append(s.runs, run{given, 1})
	}
	c.n++
}

func (s *segment) found() *[]int32 {
	if s.byPost {
		return &s.pre
	}
	return &s.post
}

func (s *segment) room() int  { return cap(*s.found()) }
func (s *segment) full() bool { return len(*s.found()) == s.room() }

// segment appends many pairs.
func (c *collector) segment(s segment) {
	c.segments, c.open = append(c.segments, s), false
	c.n += int64(len(s.pre)) * int64(s.times)
}

// rows appends found synapses of consecutive given elements, each the same number of times.
func (c *collector) rows(block connect.Block, toGiven, toFound int32, times int) {
	s := segment{post: block.Index, toPost: toFound, times: times, runs: make([]run, 0, len(block.Counts))}
	for k, n := range block.Counts {
		if n > 0 {
			s.runs = append(s.runs, run{int32(block.First+k) + toGiven, n * int32(times)})
		}
	}
	c.segments, c.open = append(c.segments, s), false
	c.n += int64(len(block.Index)) * int64(times)
}

// fits refuses more synapses than can be held.
func (c *collector) fits() error {
	if bytes := 8 * c.n; c.limit > 0 && bytes > c.limit {
		return &TooLarge{What: fmt.Sprintf("connecting %q (%d synapses or more)", c.name, c.n), Need: bytes, Available: c.limit}
	}
	if c.n > maxSynapses {
		return tooManySynapses(c.n)
	}
	return nil
}

// take joins the segments and forgets them, one end after the other so that little is held twice.
func (c *collector) take(s *net.Synapses) *pairs {
	post, pre := makeEnds(s.Post.Group.N, int(c.n)), makeEnds(s.Pre.Group.N, int(c.n))
	c.join(post, func(x *segment) *segmentEnd { return &segmentEnd{x, &x.post, x.toPost, x.byPost} })
	c.join(pre, func(x *segment) *segmentEnd { return &segmentEnd{x, &x.pre, x.toPre, !x.byPost} })
	return &pairs{pre: pre.end(), post: post.end(), made: newMade()}
}

// join appends one end of all segments to out. Once a list is made of them, segments go to their places in it on all threads.
func (c *collector) join(out *endsMaker, end func(*segment) *segmentEnd) {
	k := 0
	for ; k < len(c.segments) && (out.first != nil || len(c.segments) == 1); k++ {
		end(&c.segments[k]).join(out, len(c.segments) == 1)
	}
	rest := c.segments[k:]
	at := make([]int, len(rest)+1)
	at[0] = out.n
	for i := range rest {
		at[i+1] = at[i] + end(&rest[i]).len()
	}
	if len(rest) == 0 {
		return
	}
	out.extend(at[len(rest)])
	workers := min(runtime.GOMAXPROCS(0), len(rest))
	together(workers, func(w int) {
		for i := len(rest) * w / workers; i < len(rest)*(w+1)/workers; i++ {
			end(&rest[i]).join(out.within(at[i], at[i+1]), false)
		}
	})
}

// segmentEnd is one end of a segment's pairs.
type segmentEnd struct {
	*segment
	list *[]int32
	to   int32 // added to each
	run  bool  // the runs say which they are, where there are any
}

func (e *segmentEnd) len() int {
	if !e.run || e.runs == nil {
		return len(*e.list) * e.times
	}
	n := 0
	for _, r := range e.runs {
		n += int(r.n)
	}
	return n
}

// join appends the ends to out. alone: the segment is the only one.
func (e *segmentEnd) join(out *endsMaker, alone bool) {
	switch {
	case e.run && e.runs != nil:
		for _, r := range e.runs {
			out.add(r.element, r.n)
		}
	case alone && !e.copied && e.times == 1:
		out.adopt(*e.list, e.to)
	default:
		out.addList(*e.list, e.to, e.times)
	}
	*e.list = nil
}

// call is one connect call in the making.
type call struct {
	s   *net.Synapses
	c   *net.Connection
	n   int // place among the calls
	out *collector
}

// stream names the call's random draws.
func (x *call) stream() string { return fmt.Sprintf("connect%d", x.n) }

// errReported says that a mistake has been reported already.
var errReported = errors.New("reported")

// connectSynapses makes the pairs of one Synapses object, connect call by connect call. It returns nil when a mistake was reported; the
// error is *TooLarge or a failure of the evaluation.
func (b *builder) connectSynapses(s *net.Synapses) (*pairs, error) {
	if p := b.wholePairs(s); p != nil {
		return p, nil
	}
	drawn, why, err := b.connectDrawn(s)
	if drawn != nil || err != nil {
		return drawn, err
	}
	out := &collector{limit: b.opt.Memory, name: s.Name}
	before := len(b.diags)
	for n, c := range s.Connect {
		err := b.connectCall(&call{s, c, n, out})
		if err == nil {
			err = out.fits()
		}
		var large *TooLarge
		switch {
		case errors.As(err, &large):
			return nil, large
		case err != nil && err != errReported:
			what := "connect"
			if len(s.Connect) > 1 {
				what = fmt.Sprintf("call %d of connect", n+1)
			}
			place := c.Place
			if place.File == "" {
				place = s.Place
			}
			b.mistake(place, "", "%s: %s: %v", s.Name, what, err)
		}
	}
	if len(b.diags) > before {
		return nil, nil
	}
	p := out.take(s)
	p.how, p.weights, p.delays = out.how, out.weights, out.delays
	if why != "" {
		p.how = append(p.how, "made by the host: "+why)
	}
	return p, nil
}

func (b *builder) connectCall(x *call) error {
	c := x.c
	if c.Count != nil || c.N < 0 {
		if c.N < 0 {
			return fmt.Errorf("n is %d; the number of synapses of a pair cannot be negative", c.N)
		}
		// A number needs no evaluation for each pair.
		if n, ok, err := b.constantCount(x); err != nil {
			return err
		} else if ok {
			if n == 0 {
				return nil
			}
			own := *c
			own.N, own.Count = n, nil
			c, x = &own, &call{x.s, &own, x.n, x.out}
		}
	}
	switch {
	case c.Each != nil:
		return b.enumerate(x)
	case c.Rule != nil:
		if c.Count != nil || c.Condition != nil || c.P != nil {
			return errors.New("a rule is given, and a condition, p or n that differs from pair to pair; use one of them")
		}
		return b.connectRule(x, c.Rule)
	case c.I != nil || c.J != nil:
		return b.connectArrays(x)
	}
	return b.connectCondition(x)
}

// connectArrays connects given pairs, each when the condition and the probability say so.
func (b *builder) connectArrays(x *call) error {
	c, s := x.c, x.s
	if len(c.I) != len(c.J) {
		return fmt.Errorf("%d presynaptic and %d postsynaptic indices", len(c.I), len(c.J))
	}
	inside := func(name string, index []int32, sp net.Span) error {
		for k, i := range index {
			if uint32(i) >= uint32(sp.Len()) {
				return fmt.Errorf("%s[%d] is %d, but %q has elements 0 to %d (the pair is i = %d, j = %d)", name, k, i, spanShape(sp).Name, sp.Len()-1, c.I[k], c.J[k])
			}
		}
		return nil
	}
	if err := errors.Join(inside("i", c.I, s.Pre), inside("j", c.J, s.Post)); err != nil {
		return err
	}
	if c.Condition == nil && c.P == nil && c.Count == nil {
		x.out.segment(segment{pre: c.I, post: c.J, toPre: int32(s.Pre.Start), toPost: int32(s.Post.Start), times: max(c.N, 1), copied: true})
		return nil
	}
	return b.listedPairs(x)
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

// connectRule draws pairs by a rule of package connect, in order of the presynaptic, then the postsynaptic element; in ANNarchy's dialect the
// other way round, as its projections list them.
func (b *builder) connectRule(x *call, rule connect.Rule) error {
	s := x.s
	pre, post := spanShape(s.Pre), spanShape(s.Post)
	synapses, bytes, err := rule.Estimate(pre, post)
	if err != nil {
		return err
	}
	if synapses > maxSynapses {
		return tooManySynapses(synapses)
	}
	// What Build makes becomes one end of the pairs; the other is as large again.
	if bytes += 4 * synapses; b.opt.Memory > 0 && bytes > b.opt.Memory {
		return &TooLarge{What: fmt.Sprintf("connecting %q (%d synapses)", s.Name, synapses), Need: bytes, Available: b.opt.Memory}
	}
	m, err := rule.Build(connect.Key{Seed: b.seedOf(x.c), Stream: rng.Stream(s.Name + "/" + x.stream())}, pre, post)
	if err != nil {
		return err
	}
	if err := b.checkRuleDelays(x, m); err != nil {
		return err
	}
	seg := segment{toPre: int32(s.Pre.Start), toPost: int32(s.Post.Start), times: max(x.c.N, 1)}
	// Rows are those of the end by which synapses are ordered first.
	byPost := s.Dialect == check.ANNarchy
	rows, cols, nRows, nCols := &seg.pre, &seg.post, pre.N, post.N
	if byPost {
		rows, cols, nRows, nCols = cols, rows, nCols, nRows
	}
	csr := m.CSR
	switch {
	case m.Identity != nil:
		seg.pre, seg.post = diagonal(pre.N)
	case m.Full != nil:
		*rows, *cols = rectangle(nRows, nCols, m.Full.Self || pre.Name != post.Name)
	case m.Offsets != nil:
		if csr, err = m.Offsets.CSR(); err != nil {
			return err
		}
		m = &connect.Matrix{CSR: csr}
	}
	if csr != nil {
		if csr.ByPost != byPost {
			csr = csr.Transposed()
			m = &connect.Matrix{CSR: csr}
		}
		*cols = csr.Index[:len(csr.Index):len(csr.Index)]
		*rows = pages.Make[int32](len(csr.Index))
		for i := range nRows {
			row := (*rows)[csr.RowPtr[i]:csr.RowPtr[i+1]]
			for k := range row {
				row[k] = int32(i)
			}
		}
	}
	x.out.segment(seg)
	if s.Dialect == check.ANNarchy {
		w := m.Weights()
		if len(w) == 1 {
			w = slices.Repeat(w, len(seg.post))
		}
		x.out.weights, x.out.delays = append(x.out.weights, w...), m.Delays()
	}
	return nil
}

// diagonal is the pairs (0, 0) to (n-1, n-1).
func diagonal(n int) (pre, post []int32) {
	pre = make([]int32, n)
	for i := range pre {
		pre[i] = int32(i)
	}
	return pre, append([]int32(nil), pre...)
}

// rectangle is all pairs, with or without those of equal indices.
func rectangle(n, m int, self bool) (pre, post []int32) {
	total := n * m
	if !self {
		total -= min(n, m)
	}
	pre, post = pages.Make[int32](total)[:0], pages.Make[int32](total)[:0]
	for i := range int32(n) {
		for j := range int32(m) {
			if self || i != j {
				pre, post = append(pre, i), append(post, j)
			}
		}
	}
	return pre, post
}

// squeezed is an expression's text without blanks.
func squeezed(s string) string { return strings.Join(strings.Fields(s), "") }
