package plan

import (
	"errors"
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/rng"
)

// ranges are the values of an enumeration's loop variable for each given index.
type ranges struct {
	n             int // given indices
	low, high, by []float64
	p, size       []float64 // nil: not sampled
	same          bool      // all given indices have the same range
	name          string    // of the given index
	sample        func(dst []int32, row int, n int64) ([]int32, error)
	skip          bool
}

// span is the values Low, Low+Step, ... of one given index: n of them.
type span struct{ low, step, n int64 }

// ranges evaluates a range for each given index.
func (b *builder) ranges(x *call, m *meaning) (*ranges, error) {
	e := x.c.Each
	r := &ranges{n: x.s.Pre.Len(), name: "i", skip: e.SkipInvalid}
	if e.Post {
		r.n, r.name = x.s.Post.Len(), "j"
	}
	if e.Var == "" {
		r.low, r.high, r.by, r.same = []float64{0}, []float64{1}, []float64{1}, true
		return r, nil
	}
	if e.High == nil {
		return nil, fmt.Errorf("the range of %s has no end", e.Var)
	}
	if e.P != nil && e.Size != nil {
		return nil, errors.New("sample takes p or size, not both")
	}
	var kernel []lower.Given
	var failed error
	values := func(src *diag.Source, missing float64, t ir.Type, slot string) []float64 {
		if src == nil {
			return []float64{missing}
		}
		c, err := m.number(src)
		if err != nil {
			failed = err
			return nil
		}
		if v, ok := lower.Constant(b.synapseInput(x.s, 0), c); ok {
			return []float64{v}
		}
		if c.Side.Types[c.Expr].Kind == check.Real {
			t = ir.Real // whole is what check calls for
		}
		kernel = append(kernel, lower.Given{Value: c, Type: t, Slot: slot})
		return nil
	}
	all := []struct {
		src     *diag.Source
		missing float64
		t       ir.Type
		slot    string
		to      *[]float64
	}{
		{e.Low, 0, ir.Int, "connect.low", &r.low}, {e.High, 0, ir.Int, "connect.high", &r.high}, {e.Step, 1, ir.Int, "connect.step", &r.by},
		{e.P, 0, ir.Real, "connect.p", &r.p}, {e.Size, 0, ir.Int, "connect.size", &r.size},
	}
	for _, a := range all {
		*a.to = values(a.src, a.missing, a.t, a.slot)
	}
	if failed != nil {
		return nil, failed
	}
	if len(kernel) > 0 && r.n > 0 {
		got, err := b.evaluateGiven(x, kernel, r.n)
		if err != nil {
			return nil, err
		}
		for _, a := range all {
			if v := got[a.slot]; v != nil {
				*a.to = v
			}
		}
	}
	r.same = constant(r.low) && constant(r.high) && constant(r.by)
	if err := r.check(); err != nil {
		return nil, err
	}
	r.sampling(b, x)
	return r, nil
}

// evaluateGiven computes values for each given index, by slot.
func (b *builder) evaluateGiven(x *call, values []lower.Given, n int) (got map[string][]float64, err error) {
	k, err := lower.PairRange(b.synapseInput(x.s, 0), x.c.Each.Post, values, x.stream()+" range")
	if err != nil {
		return nil, err
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
	for _, v := range values {
		got[v.Slot] = make([]float64, n)
		if err := ev.get(v.Slot, got[v.Slot]); err != nil {
			return nil, err
		}
	}
	return got, nil
}

func constant(v []float64) bool {
	for _, x := range v {
		if x != v[0] {
			return false
		}
	}
	return true
}

// of is the value for one given index.
func of(v []float64, given int) float64 {
	if len(v) == 1 {
		return v[0]
	}
	return v[given]
}

func (r *ranges) check() error {
	for i := range r.n {
		for _, v := range []struct {
			what   string
			values []float64
		}{{"start of the range", r.low}, {"end of the range", r.high}, {"step of the range", r.by}, {"size of the sample", r.size}} {
			if v.values != nil && of(v.values, i) != math.Trunc(of(v.values, i)) {
				return fmt.Errorf("the %s is %g for %s = %d, but must be a whole number, as int(...) gives one", v.what, of(v.values, i), r.name, i)
			}
		}
		if of(r.by, i) == 0 {
			return fmt.Errorf("the step of the range is 0 for %s = %d", r.name, i)
		}
	}
	return nil
}

func (r *ranges) at(given int) span {
	low, high, step := int64(of(r.low, given)), int64(of(r.high, given)), int64(of(r.by, given))
	n := int64(0)
	switch {
	case step > 0 && high > low:
		n = (high - low + step - 1) / step
	case step < 0 && high < low:
		n = (low - high - step - 1) / -step
	}
	return span{low, step, n}
}

// sampling prepares the choice of some of the values.
func (r *ranges) sampling(b *builder, x *call) {
	e := x.c.Each
	if e.P == nil && e.Size == nil {
		return
	}
	s := connect.NewSampler(connect.Key{Seed: b.seedOf(x.c), Stream: rng.Stream(x.s.Name + "/" + x.stream() + " sample")})
	alike := constant(r.p)
	r.sample = func(dst []int32, given int, n int64) ([]int32, error) {
		if n > maxSynapses {
			return nil, fmt.Errorf("the range has %d values for %s = %d; at most %d are possible", n, r.name, given, maxSynapses)
		}
		if e.Size != nil {
			size := of(r.size, given)
			if size < 0 || size > float64(n) {
				if !r.skip {
					return nil, fmt.Errorf("a sample of %.0f different values was asked for, but the range has %d for %s = %d", size, n, r.name, given)
				}
				size = max(0, min(size, float64(n)))
			}
			return s.Number(dst, given, int(n), int(size)), nil
		}
		p := of(r.p, given)
		switch {
		case !(p >= 0 && p <= 1):
			return nil, fmt.Errorf("p is %g for %s = %d; a probability lies between 0 and 1", p, r.name, given)
		case alike:
			return s.WithProbability(dst, given, int(n), p), nil
		}
		return s.Each(dst, given, int(n), p), nil
	}
}

// list walks through the values of all given indices, for selectPairs.
func (r *ranges) list() func(given, variable []float64) (int, error) {
	row, begun := 0, false
	var now span
	var at int64
	var chosen []int32
	return func(given, variable []float64) (int, error) {
		n := 0
		for row < r.n {
			if !begun {
				begun, at, now = true, 0, r.at(row)
				if r.sample != nil {
					var err error
					if chosen, err = r.sample(chosen, row, now.n); err != nil {
						return 0, err
					}
					now.n = int64(len(chosen))
				}
			}
			for ; at < now.n; at++ {
				if n == len(given) {
					return n, nil
				}
				k := at
				if r.sample != nil {
					k = int64(chosen[at])
				}
				given[n], variable[n] = float64(row), float64(now.low+k*now.step)
				n++
			}
			row, begun = row+1, false
		}
		return n, nil
	}
}
