package connect

import (
	"math"
	"strings"
	"testing"
)

func TestUniformForms(t *testing.T) {
	a, b := group("a", 6), group("b", 6)
	u, err := NewUniform(1, 2)
	if err != nil {
		t.Fatal(err)
	}
	m := build(t, OneToOne{Weight: Constant(3), Delay: Constant(2e-3)}, Key{}, a, b)
	if x := m.Identity; x == nil || x.W != 3 || x.Delay != 2e-3 || m.Synapses() != 6 {
		t.Errorf("one_to_one: %+v", x)
	}
	m = build(t, OneToOne{Weight: u}, Key{}, a, b)
	if m.CSR == nil || len(m.CSR.W) != 6 || m.CSR.Index[5] != 5 {
		t.Errorf("one_to_one with random weights: %+v", m.CSR)
	}
	for _, c := range []struct {
		rule      AllToAll
		pre, post Shape
		self      bool
		count     int64
	}{
		{AllToAll{}, a, a, false, 30}, {AllToAll{AllowSelf: true}, a, a, true, 36}, {AllToAll{}, a, b, true, 36},
		{AllToAll{}, a, group("c", 4), true, 24},
	} {
		x := build(t, c.rule, Key{}, c.pre, c.post)
		if x.Full == nil || x.Full.Self != c.self || x.Full.Count != c.count || x.Full.W != 1 {
			t.Errorf("all_to_all from %s to %s: %+v", c.pre.Name, c.post.Name, x.Full)
		}
		c.rule.Weight = u
		y := build(t, c.rule, Key{}, c.pre, c.post)
		if y.CSR == nil || y.Synapses() != c.count {
			t.Errorf("all_to_all with random weights: %d synapses", y.Synapses())
		}
		for i := 0; i < c.pre.N; i++ {
			for _, j := range y.CSR.Index[y.CSR.RowPtr[i]:y.CSR.RowPtr[i+1]] {
				if !c.self && int(j) == i {
					t.Errorf("all_to_all connects %d with itself", i)
				}
			}
		}
	}
}

func TestErrorsNameTheMistake(t *testing.T) {
	a, b := group("A", 5), group("B", 7)
	grid := gridGroup("G", 1, 3, 3)
	neg, err := NewUniform(-1e-3, 1e-3)
	if err != nil {
		t.Fatal(err)
	}
	broken := Func(func(dst []float64, _, _ []int32, _ Key) error {
		for i := range dst {
			dst[i] = math.NaN()
		}
		return nil
	})
	nan := math.NaN()
	for _, c := range []struct {
		rule      Rule
		pre, post Shape
		want      string
	}{
		{OneToOne{}, a, b, "A has 5 elements and B has 7"},
		{OneToOne{Delay: Constant(-1e-3)}, a, a, "delay is -0.001 s; a delay cannot be negative"},
		{AllToAll{Weight: Constant(nan)}, a, b, "weight is NaN"},
		{AllToAll{Delay: neg}, a, b, "a delay cannot be negative (synapse from "},
		{AllToAll{Weight: broken}, a, b, "all_to_all: weight is NaN; a synapse needs a number (synapse from 0 to 0)"},
		{FixedProbability{P: 1.5}, a, b, "p is 1.5"},
		{FixedProbability{P: nan}, a, b, "p is NaN"},
		{FixedNumberPre{N: 6}, a, b, "6 different elements were asked for, but A has only 5"},
		{FixedNumberPost{N: 5}, a, a, "but A has only 4 other"},
		{FixedNumberPost{N: -1}, a, a, "cannot be negative"},
		{DoG{1, 1, 1, 1, 0.01, false, nil}, a, a, "A has no geometry"},
		{Gaussian{1, 0, 0.01, false, nil}, grid, grid, "sigma is 0"},
		{Gaussian{1, 1, -1, false, nil}, grid, grid, "limit is -1"},
		{Gaussian{math.Inf(1), 1, 0, false, nil}, grid, grid, "amp is +Inf"},
		{Gaussian{1, 1, 0, false, Constant(-1)}, grid, grid, "a delay cannot be negative"},
		{&Arrays{Pre: []int32{0, 5}, Post: []int32{0, 0}}, a, b, "presynaptic index 5 at place 1; the group has elements 0 to 4"},
		{&Arrays{Pre: []int32{0, 1}, Post: []int32{0, -7}}, a, b, "postsynaptic index -7 at place 1"},
		{&Arrays{Pre: []int32{0, 1}, Post: []int32{0}}, a, b, "2 presynaptic indices but 1 postsynaptic"},
		{&Arrays{Pre: []int32{0, 1, 2}, Post: []int32{0, 1, 2}, W: []float64{1, 2}}, a, b, "2 weights for 3 synapses"},
		{&Arrays{Pre: []int32{0, 1}, Post: []int32{0, 1}, D: []float64{0, -1}}, a, b, "a delay cannot be negative (place 1)"},
		{&Dense{W: make([]float64, 35), Rows: 5, Cols: 7}, a, b, "is 5 x 7; rows are postsynaptic, so from A to B it has to be 7 x 5; transpose it"},
		{&Dense{W: make([]float64, 34), Rows: 7, Cols: 5}, a, b, "holds 34 numbers"},
		{&Dense{W: append(make([]float64, 34), nan), Rows: 7, Cols: 5, Source: "w.npy"}, a, b, "w.npy: NaN at row 6, column 4 (onto B[6] from A[4]); if NaN means"},
		{&Dense{W: append(make([]float64, 34), math.Inf(-1)), Rows: 7, Cols: 5, NaNNone: true}, a, b, "row 6, column 4 is infinite"},
		{&Sparse{Rows: 5, Cols: 7}, a, b, "has to be 7 x 5"},
		{&Sparse{Rows: 7, Cols: 5, I: []int32{7}, J: []int32{0}, V: []float64{1}}, a, b, "postsynaptic index 7"},
		{&Sparse{Rows: 7, Cols: 5, I: []int32{6}, J: []int32{0}, V: []float64{nan}}, a, b, "row 6, column 0 is NaN"},
		{&Sparse{Rows: 7, Cols: 5, RowPtr: []int64{0, 1}, J: []int32{0}, V: []float64{1}}, a, b, "row pointers"},
		{&Sparse{Rows: 7, Cols: 5, RowPtr: []int64{0, 9, 1, 1, 1, 1, 1, 1}, J: []int32{0}, V: []float64{1}}, a, b, "do not ascend"},
	} {
		m, err := c.rule.Build(Key{}, c.pre, c.post)
		if err == nil {
			t.Errorf("%s from %s to %s: no error but %+v; want %q", c.rule.Name(), c.pre.Name, c.post.Name, m, c.want)
		} else if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.rule.Name()) {
			t.Errorf("%s: error %q lacks %q or the rule's name", c.rule.Name(), err, c.want)
		}
	}
}

func TestArraysKeepWhatWasGiven(t *testing.T) {
	// Two synapses 2->1, given apart; storage is sorted and Created leads back.
	r := &Arrays{Pre: []int32{2, 0, 2, 1}, Post: []int32{1, 3, 1, 0}, W: []float64{10, 11, 12, 13}, D: []float64{1e-3, 2e-3, 3e-3, 4e-3}}
	c := build(t, r, Key{}, group("a", 3), group("b", 4)).CSR
	if len(c.Created) != 4 {
		t.Fatalf("creation numbers: %v", c.Created)
	}
	for k, id := range c.Created {
		if c.Index[k] != r.Post[id] || c.W[k] != r.W[id] || c.Delay[k] != r.D[id] {
			t.Errorf("synapse %d created as %d: %d, %v, %v", k, id, c.Index[k], c.W[k], c.Delay[k])
		}
	}
	if c.W[2] != 10 || c.W[3] != 12 {
		t.Errorf("equal pairs changed their order: %v", c.W)
	}
	x := c.Transposed()
	for k, id := range x.Created {
		if x.Index[k] != r.Pre[id] || x.W[k] != r.W[id] || x.Delay[k] != r.D[id] {
			t.Errorf("transposed synapse %d created as %d: %d, %v, %v", k, id, x.Index[k], x.W[k], x.Delay[k])
		}
	}
	if y := x.Transposed(); !sameCSR(y, c) {
		t.Errorf("transposing twice: %+v, want %+v", y, c)
	}
	// Given in storage order, no creation numbers are kept.
	c = build(t, &Arrays{Pre: []int32{0, 1}, Post: []int32{1, 0}, W: []float64{5}}, Key{}, group("a", 3), group("b", 4)).CSR
	if c.Created != nil || len(c.W) != 1 || c.Delay != nil {
		t.Errorf("%+v", c)
	}
}

func TestRandomValuesBelongToTheEnds(t *testing.T) {
	// The weights of a matrix built in columns, and of the same pairs given in reverse, are those of the matrix built in rows.
	n, err := NewNormal(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	a, b := group("a", 40), group("b", 30)
	key := Key{Seed: 9, Stream: 4}
	want := dense(build(t, AllToAll{Weight: n}, key, a, b).CSR)
	var pre, post []int32
	for i := 39; i >= 0; i-- {
		for j := 29; j >= 0; j-- {
			pre, post = append(pre, int32(i)), append(post, int32(j))
		}
	}
	if got := dense(build(t, &Arrays{Pre: pre, Post: post, Weight: n}, key, a, b).CSR); !sameFloats(got, want) {
		t.Error("weights depend on the order of creation")
	}
	if got := dense(build(t, FixedNumberPre{N: 40, Weight: n}, key, a, b).CSR); !sameFloats(got, want) {
		t.Error("weights depend on the order of storage")
	}
	c := build(t, &Arrays{Pre: []int32{1, 1, 1}, Post: []int32{2, 2, 2}, Weight: n}, key, a, b).CSR
	if c.W[0] == c.W[1] || c.W[1] == c.W[2] || c.W[0] != want[2*40+1] {
		t.Errorf("synapses between the same ends: %v, the first alone %v", c.W, want[2*40+1])
	}
}

func TestDistributions(t *testing.T) {
	must := func(r *Random, err error) *Random {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
		return r
	}
	for _, c := range []struct {
		name           string
		v              *Random
		mean, variance float64
		min, max       float64
	}{
		{"Uniform", must(NewUniform(-1, 3)), 1, 16.0 / 12, -1, 3},
		{"DiscreteUniform", must(NewDiscreteUniform(2, 6)), 4, 2, 2, 6},
		{"Normal", must(NewNormal(5, 2)), 5, 4, -20, 30},
		{"LogNormal", must(NewLogNormal(0, 0.5)), math.Exp(0.125), (math.Exp(0.25) - 1) * math.Exp(0.25), 0, 40},
		{"Exponential", must(NewExponential(2)), 2, 4, 0, 60},
		{"Gamma", must(NewGamma(3, 2)), 6, 12, 0, 100},
	} {
		w := build(t, AllToAll{Weight: c.v}, Key{Seed: 5}, group("a", 400), group("b", 500)).CSR.W
		mean, square := 0.0, 0.0
		for _, x := range w {
			mean += x / float64(len(w))
			square += x * x / float64(len(w))
			if x < c.min || x > c.max {
				t.Fatalf("%s gives %v", c.name, x)
			}
		}
		if d := math.Abs(mean - c.mean); d > 5*math.Sqrt(c.variance/float64(len(w))) {
			t.Errorf("%s: mean %v, want %v", c.name, mean, c.mean)
		}
		if v := square - mean*mean; math.Abs(v/c.variance-1) > 0.03 {
			t.Errorf("%s: variance %v, want %v", c.name, v, c.variance)
		}
	}
	w := build(t, AllToAll{Weight: must(must(NewNormal(0, 1)).Bounded(-0.5, 0.25))}, Key{}, group("a", 50), group("b", 50)).CSR.W
	low, high := 0, 0
	for _, x := range w {
		if x < -0.5 || x > 0.25 {
			t.Fatalf("bounded to [-0.5, 0.25]: %v", x)
		}
		if x == -0.5 {
			low++
		}
		if x == 0.25 {
			high++
		}
	}
	if low < 600 || high < 800 {
		t.Errorf("values outside are clipped to the bounds: %d below and %d above of 2500", low, high)
	}
	counts := make([]int, 5)
	for _, x := range build(t, AllToAll{Weight: must(NewDiscreteUniform(2, 6))}, Key{Seed: 1}, group("a", 300), group("b", 300)).CSR.W {
		counts[int(x)-2]++
	}
	chi2(t, "DiscreteUniform", counts, constant(5, 18000))
	for _, c := range []struct {
		err  error
		want string
	}{
		{second(NewUniform(2, 1)), "lower bound 2 is above"}, {second(NewNormal(0, -1)), "is negative"},
		{second(NewNormal(math.NaN(), 1)), "finite"}, {second(NewDiscreteUniform(0.5, 2)), "integers"},
		{second(NewExponential(-1)), "negative"}, {second(NewGamma(0, 1)), "positive"}, {second(must(NewNormal(0, 1)).Bounded(1, 0)), "above max"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("error %v, want %q", c.err, c.want)
		}
	}
}

func second(_ *Random, err error) error { return err }

func TestDense(t *testing.T) {
	nan := math.NaN()
	w := []float64{nan, 1, 0, 2, nan, 3}
	a, b := group("a", 3), group("b", 2)
	c := build(t, &Dense{W: w, Rows: 2, Cols: 3, NaNNone: true, Delay: Constant(1e-3)}, Key{}, a, b).CSR
	if got := dense(c); !sameFloats(got, w) || len(c.Index) != 4 || c.Delay[0] != 1e-3 {
		t.Errorf("%v, delay %v", got, c.Delay)
	}
	c = build(t, &Dense{W: w, Rows: 2, Cols: 3, NaNNone: true, ZeroNone: true}, Key{}, a, b).CSR
	if len(c.Index) != 3 {
		t.Errorf("zeros left out: %v", dense(c))
	}
	s := &Sparse{Rows: 2, Cols: 3, I: []int32{1, 0, 1}, J: []int32{2, 1, 0}, V: []float64{3, 1, 2}}
	x := build(t, s, Key{}, a, b).CSR
	if got, want := dense(x), []float64{nan, 1, nan, 2, nan, 3}; !sameFloats(got, want) {
		t.Errorf("coordinates: %v, want %v", got, want)
	}
	y := build(t, &Sparse{Rows: 2, Cols: 3, RowPtr: []int64{0, 1, 3}, J: []int32{1, 2, 0}, V: []float64{1, 3, 2}}, Key{}, a, b).CSR
	if !sameFloats(dense(y), dense(x)) {
		t.Errorf("compressed rows: %v, want %v", dense(y), dense(x))
	}
}

func TestEstimates(t *testing.T) {
	g := gridGroup("a", 1, 20, 27)
	big := group("big", math.MaxInt32)
	for _, r := range append(randomRules(t), DoG{0.2, 0.1, 0.1, 0.7, 0.01, false, nil}) {
		n, bytes, err := r.Estimate(g, g)
		if err != nil {
			t.Fatal(err)
		}
		m := build(t, r, Key{Seed: 1}, g, g)
		if got := m.Synapses(); math.Abs(float64(got-n)) > 6*math.Sqrt(float64(n)) {
			t.Errorf("%s: %d synapses, estimated %d", r.Name(), got, n)
		}
		if c := m.CSR; c != nil && float64(c.Bytes()) > float64(bytes)*1.001 {
			t.Errorf("%s: %d bytes, estimated %d", r.Name(), c.Bytes(), bytes)
		}
		if r.Name() == "gaussian" || r.Name() == "dog" {
			continue
		}
		// The figure for a network of 2^31 elements must not wrap around.
		if n, bytes, err = r.Estimate(big, big); err != nil || n < 0 || bytes < 0 {
			t.Errorf("%s of 2^31 elements: %d synapses, %d bytes, %v", r.Name(), n, bytes, err)
		}
	}
}

// FuzzSparse builds from arbitrary coordinates: either an error or a matrix that verifies and holds every entry.
func FuzzSparse(f *testing.F) {
	f.Add([]byte{0, 1, 5, 1, 0, 7, 0, 1, 3}, uint8(2), uint8(2))
	f.Add([]byte{200, 1, 5}, uint8(3), uint8(250))
	f.Fuzz(func(t *testing.T, data []byte, rows, cols uint8) {
		r := &Sparse{Rows: int(rows), Cols: int(cols)}
		sum := 0.0
		for ; len(data) >= 3; data = data[3:] {
			r.I, r.J, r.V = append(r.I, int32(int8(data[0]))), append(r.J, int32(data[1])), append(r.V, float64(data[2]))
			sum += float64(data[2])
		}
		m, err := r.Build(Key{}, group("a", int(cols)), group("b", int(rows)))
		if err != nil {
			return
		}
		if err := m.CSR.Verify(); err != nil {
			t.Fatal(err)
		}
		for _, c := range []*CSR{m.CSR, m.CSR.Transposed()} {
			if err := c.Verify(); err != nil {
				t.Fatal(err)
			}
			got := 0.0
			for k := range c.Index {
				got += c.Weight(int64(k))
			}
			if len(c.Index) != len(r.I) || got != sum {
				t.Fatalf("%d entries of sum %v, want %d of %v", len(c.Index), got, len(r.I), sum)
			}
		}
	})
}
