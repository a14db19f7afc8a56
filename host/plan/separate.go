package plan

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/rng"
)

// connectCondition connects the pairs for which a condition holds, each with a probability; without either, all pairs.
//
// A probability that is the same for all pairs, or for all pairs of one i, is drawn by gaps through the pairs of each i for which the
// condition holds, in the order of j; one that depends on j alone, through those of each j. So what is drawn depends on which
// pairs fulfil the condition, not on how it is written or found out. A probability of both draws for each pair.
func (b *builder) connectCondition(x *call) error {
	code, err := b.pairCode(x)
	if err != nil {
		return err
	}
	if x.c.Total != 0 {
		return b.connectTotal(x, code)
	}
	if done, err := b.simplePairs(x, code); done || err != nil {
		return err
	}
	sep, err := lower.Separate(b.synapseInput(x.s, 0), code.Cond, code.P, x.stream()+" separate")
	if err != nil {
		return err
	}
	found := sep.OnlyRows || sep.OnlyCols || sep.OnlyOffsets || len(sep.Sides) > 0
	byPair := sep.P == lower.OnPair || sep.Random || code.Count.Expr != nil || sep.Rest && !found
	var how []string
	switch {
	case byPair:
		how = append(how, "every pair is looked at")
	default:
		how = append(how, sep.Names...)
		if sep.Rest {
			how = append(how, "what is left, pair by pair")
		}
	}
	if code.P.Expr != nil {
		how = append(how, [...]string{"one probability", "a probability of i", "a probability of j", "a probability for each pair"}[sep.P])
	}
	x.out.how = append(x.out.how, fmt.Sprintf("%s: %s", x.stream(), strings.Join(how, "; ")))
	code.Cols, code.Step = x.s.Post.Len(), 1
	if sep.P == lower.OnPair {
		return b.selectPairs(x, code, nil)
	}
	set, err := b.separable(x, sep, code, !byPair)
	if err != nil {
		return err
	}
	code.P = lower.Checked{}
	if code.Post = sep.P == lower.OnPost; code.Post {
		code.Cols = x.s.Pre.Len()
		set = set.Transposed()
	}
	if !byPair && !sep.Rest {
		return b.connectRows(x, &set, code.Post)
	}
	thin := newThinner(x, set.P, set.Key, code.Post)
	if byPair {
		err = b.thinnedPairs(x, code, nil, thin)
	} else {
		set.P, code.Candidates = nil, lower.Candidates{}
		next, stop := candidates(&set)
		defer stop()
		err = b.thinnedPairs(x, code, next, thin)
	}
	return errors.Join(err, thin.finish())
}

// connectTotal draws both ends of a number of synapses.
func (b *builder) connectTotal(x *call, code lower.PairCode) error {
	total := x.c.Total
	set, err := b.totalSet(x, code)
	if err != nil {
		return err
	}
	x.out.n += total
	err = x.out.fits()
	x.out.n -= total
	if err != nil {
		return err
	}
	x.out.how = append(x.out.how, totalText(x))
	return set.EachTotal(total, func(rows connect.Block) error {
		x.out.rows(rows, int32(x.s.Pre.Start), int32(x.s.Post.Start), 1)
		return nil
	})
}

func totalText(x *call) string {
	return fmt.Sprintf("%s: %d synapses, both ends at random", x.stream(), x.c.Total)
}

// totalSet is what the ends of a number of synapses are drawn from.
func (b *builder) totalSet(x *call, code lower.PairCode) (set connect.Separable, err error) {
	total := x.c.Total
	switch {
	case x.c.P != nil || x.c.Count != nil || x.c.N > 1:
		return set, errors.New("total is the number of all synapses; it has no place beside p or n")
	case total < 0 || total > connect.MaxTotal:
		return set, fmt.Errorf("total is %d; it lies between 0 and %d", total, int64(connect.MaxTotal))
	}
	sep, err := lower.Separate(b.synapseInput(x.s, 0), code.Cond, code.P, x.stream()+" separate")
	if err != nil {
		return set, err
	}
	if sep.OnlyOffsets || len(sep.Sides) > 0 || sep.Rest || sep.Random {
		return set, errors.New("with total, a condition may say which i and which j are meant, joined by `and`; it cannot compare the two or draw random numbers")
	}
	if set, err = b.separable(x, sep, code, true); err != nil {
		return set, err
	}
	if total > 0 && (set.Rows == 0 || set.Cols == 0 || none(set.OnlyRows) || none(set.OnlyCols)) {
		return set, fmt.Errorf("%d synapses were asked for, but there is no pair to connect", total)
	}
	return set, nil
}

// none reports whether nothing is picked; nil picks all.
func none(only []bool) bool { return only != nil && !slices.Contains(only, true) }

// separable evaluates the parts of a condition and a probability. Without parts only the probability counts.
func (b *builder) separable(x *call, sep *lower.Separated, code lower.PairCode, parts bool) (set connect.Separable, err error) {
	s := x.s
	rows, cols := s.Pre.Len(), s.Post.Len()
	set = connect.Separable{Rows: rows, Cols: cols, Key: connect.Key{Seed: b.seedOf(x.c), Stream: rng.Stream(s.Name + "/" + x.stream())}}
	row, err := b.evaluateSlots(sep.Rows, rows)
	if err != nil {
		return set, err
	}
	col, err := b.evaluateSlots(sep.Cols, cols)
	if err != nil {
		return set, err
	}
	switch sep.P {
	case lower.OnPre:
		set.P = row[lower.SepP]
	case lower.OnPost:
		set.P = col[lower.SepP]
	default:
		if code.P.Expr != nil {
			p, _ := lower.Constant(b.synapseInput(s, 0), code.P)
			set.P = []float64{p}
		}
	}
	if rows == 0 || cols == 0 || !parts {
		return set, nil
	}
	offsets, err := b.evaluateSlots(sep.Offsets, rows+cols-1)
	if err != nil {
		return set, err
	}
	truth := func(given bool, v []float64) []bool {
		if !given {
			return nil
		}
		out := make([]bool, len(v))
		for k := range v {
			out[k] = v[k] != 0
		}
		return out
	}
	set.OnlyRows, set.OnlyCols = truth(sep.OnlyRows, row[lower.SepRows]), truth(sep.OnlyCols, col[lower.SepCols])
	set.Offsets = truth(sep.OnlyOffsets, offsets[lower.SepOffsets])
	for k, op := range sep.Sides {
		c := map[ir.Op]connect.Comparison{ir.OpLt: connect.Less, ir.OpLe: connect.LessEqual, ir.OpEq: connect.Equal, ir.OpNe: connect.NotEqual}[op]
		if sep.Swapped[k] {
			c = map[ir.Op]connect.Comparison{ir.OpLt: connect.Greater, ir.OpLe: connect.GreaterEqual, ir.OpEq: connect.Equal, ir.OpNe: connect.NotEqual}[op]
		}
		set.Sides = append(set.Sides, connect.Side{Op: c, Row: row[lower.SepSide(k)], Col: col[lower.SepSide(k)]})
	}
	return set, nil
}

// evaluateSlots runs a kernel over n elements once, and gives what it stored, by slot.
func (b *builder) evaluateSlots(k *ir.Kernel, n int) (got map[string][]float64, err error) {
	if k == nil || n == 0 {
		return nil, nil
	}
	ev, err := b.connecting(k, n)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, ev.Close()) }()
	if err := ev.Step(); err != nil {
		return nil, err
	}
	got = map[string][]float64{}
	for slot := range ev.slots {
		got[slot] = make([]float64, n)
		if err := ev.get(slot, got[slot]); err != nil {
			return nil, err
		}
	}
	return got, nil
}

// connectRows connects a whole set; its rows are postsynaptic with byPost.
func (b *builder) connectRows(x *call, set *connect.Separable, byPost bool) error {
	s, times := x.s, max(x.c.N, 1)
	if !byPost {
		return set.Each(func(rows connect.Block) error {
			x.out.rows(rows, int32(s.Pre.Start), int32(s.Post.Start), times)
			return x.out.fits()
		})
	}
	t := &turned{call: x}
	err := set.Each(func(rows connect.Block) error {
		at := 0
		for k, n := range rows.Counts {
			for _, i := range rows.Index[at : at+int(n)] {
				t.add(i+int32(s.Pre.Start), int32(rows.First+k+s.Post.Start), times)
			}
			at += int(n)
		}
		return t.fits()
	})
	if err != nil {
		return err
	}
	t.finish()
	return nil
}

// turned gathers pairs in the order of j and connects them in that of i.
type turned struct {
	*call
	pre, post []int32
}

func (t *turned) add(pre, post int32, times int) {
	for range times {
		t.pre, t.post = append(t.pre, pre), append(t.post, post)
	}
}

func (t *turned) fits() error {
	c := *t.out
	c.n += int64(len(t.pre))
	return c.fits()
}

func (t *turned) finish() {
	if len(t.pre) == 0 {
		return
	}
	next := make([]int, t.s.Pre.Group.N+1)
	for _, i := range t.pre {
		next[i+1]++
	}
	for i := range next[1:] {
		next[i+1] += next[i]
	}
	seg := segment{pre: make([]int32, len(t.pre)), post: make([]int32, len(t.pre)), times: 1}
	for k, i := range t.pre {
		seg.pre[next[i]], seg.post[next[i]] = i, t.post[k]
		next[i]++
	}
	t.out.segment(seg)
}

// candidates lists the pairs of a set as selectPairs asks for them.
func candidates(set *connect.Separable) (list func(given, variable []float64) (int, error), stop func()) {
	next, stop := iter.Pull(func(yield func(connect.Block) bool) {
		_ = set.Each(func(rows connect.Block) error { // fails only where the reader has stopped
			if !yield(rows) {
				return errors.New("stopped")
			}
			return nil
		})
	})
	var rows connect.Block
	row, in := 0, int32(0) // place in rows: the row, and how many of its columns were listed
	list = func(given, variable []float64) (n int, err error) {
		for n < len(given) {
			for row < len(rows.Counts) && in == rows.Counts[row] {
				row, in = row+1, 0
			}
			if row == len(rows.Counts) {
				var more bool
				row, in = 0, 0
				if rows, more = next(); !more {
					return n, nil
				}
				continue
			}
			m := min(int(rows.Counts[row]-in), len(given)-n)
			for k := range m {
				given[n+k], variable[n+k] = float64(rows.First+row), float64(rows.Index[k])
			}
			rows.Index = rows.Index[m:]
			in += int32(m)
			n += m
		}
		return n, nil
	}
	return list, stop
}

// thinner draws among the pairs of one given index after another, by gaps, and connects those drawn.
type thinner struct {
	*call
	p       []float64 // of each given index, or of all; nil: all pairs are connected
	sampler *connect.Sampler
	post    bool
	turned  turned
	given   int
	found   []int32 // of the given index, as elements of the group
	times   []int
	drawn   []int32
}

func newThinner(x *call, p []float64, key connect.Key, post bool) *thinner {
	return &thinner{call: x, p: p, sampler: connect.NewSampler(key), post: post, turned: turned{call: x}}
}

func (t *thinner) add(given int, found int32, times int) {
	if given != t.given {
		t.flush()
		t.given = given
	}
	t.found, t.times = append(t.found, found), append(t.times, times)
}

func (t *thinner) flush() {
	connect := func(k int32) {
		if t.post {
			t.turned.add(t.found[k], int32(t.given+t.s.Post.Start), t.times[k])
			return
		}
		for range t.times[k] {
			t.out.add(int32(t.given+t.s.Pre.Start), t.found[k], false)
		}
	}
	if t.p == nil {
		for k := range t.found {
			connect(int32(k))
		}
	} else {
		p := of(t.p, t.given)
		if !(p > 0) {
			p = 0
		}
		t.drawn = t.sampler.WithProbability(t.drawn, t.given, len(t.found), math.Min(p, 1))
		for _, k := range t.drawn {
			connect(k)
		}
	}
	t.found, t.times = t.found[:0], t.times[:0]
}

// finish connects what is left.
func (t *thinner) finish() error {
	t.flush()
	if err := t.turned.fits(); err != nil {
		return err
	}
	t.turned.finish()
	return nil
}
