package rng

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

func lines(t *testing.T, name string) []string {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []string
	s := bufio.NewScanner(f)
	for s.Scan() {
		if l := s.Text(); l != "" && l[0] != '#' {
			out = append(out, l)
		}
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPhiloxKnownAnswers(t *testing.T) {
	rows := lines(t, "kat_philox4x32.txt")
	if len(rows) != 3 {
		t.Fatalf("%d known answers, want 3", len(rows))
	}
	for _, l := range rows {
		var c, want [4]uint32
		var k Key
		if _, err := fmt.Sscanf(l, "philox4x32 10 %x %x %x %x %x %x %x %x %x %x", &c[0], &c[1], &c[2], &c[3], &k[0], &k[1],
			&want[0], &want[1], &want[2], &want[3]); err != nil {
			t.Fatal(err)
		}
		if got := Philox(c, k); got != want {
			t.Errorf("philox(%x, %x) = %x, want %x", c, k, got, want)
		}
		// The hoisted form of the block functions must be the same function.
		s := At{Key: k, Step: c[1], Stream: c[2]}.schedule(c[3]&0xffff, c[3]>>16)
		w0, w1, w2, w3 := s.words(c[0])
		if got := [4]uint32{w0, w1, w2, w3}; got != want {
			t.Errorf("hoisted philox(%x, %x) = %x, want %x", c, k, got, want)
		}
	}
}

func TestStream(t *testing.T) {
	// Published FNV-1a values (Noll's test suite).
	for name, want := range map[string]uint32{"": 0x811c9dc5, "a": 0xe40c292c, "foobar": 0xbf9cf968} {
		if got := Stream(name); got != want {
			t.Errorf("Stream(%q) = %#x, want %#x", name, got, want)
		}
	}
}

// ulps is the distance of got from want in units in the last place of T at want.
func ulps[T Float](got T, want float64) float64 {
	exp := math.Floor(math.Log2(math.Abs(want)))
	unit := math.Ldexp(1, int(exp)-52)
	if !wide[T]() {
		unit = math.Ldexp(1, int(exp)-23)
	}
	return math.Abs(float64(got)-want) / unit
}

func draws[T Float](at At, elem, draw uint32, dist string, par float64) T {
	switch dist {
	case "uniform":
		return Uniform[T](at, elem, draw)
	case "exponential":
		return Exponential[T](at, elem, draw)
	case "normal":
		return Normal[T](at, elem, draw)
	case "poisson":
		return T(Poisson(at, elem, draw, T(par)))
	}
	return Gamma(at, elem, draw, T(par))
}

func TestVectors(t *testing.T) {
	// Largest distance allowed from the exact value, in ulp. For gamma 1 + c x cancels when x is a few
	// standard deviations below 0, and its cube triples what is left.
	tol := map[string]float64{"uniform": 0, "exponential": 1, "normal": 2.5, "poisson": 0, "gamma": 32}
	worst := map[string]float64{}
	for _, l := range lines(t, "vectors.txt") {
		f := strings.Fields(l)
		if len(f) != 11 {
			t.Fatalf("%d fields in %q", len(f), l)
		}
		num := func(s string) uint64 {
			v, err := strconv.ParseUint(s, 0, 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		par, _ := strconv.ParseFloat(f[9], 64)
		want, err := strconv.ParseFloat(f[10], 64)
		if err != nil {
			t.Fatal(err)
		}
		at := At{Key: NewKey(num(f[2]), uint32(num(f[3])), uint32(num(f[4]))), Stream: Stream(f[5]), Step: uint32(num(f[7]))}
		elem, draw := uint32(num(f[6])), uint32(num(f[8]))
		var d float64
		if f[1] == "64" {
			d = ulps(draws[float64](at, elem, draw, f[0], par), want)
		} else {
			d = ulps(draws[float32](at, elem, draw, f[0], par), want)
		}
		if want == 0 {
			d = 0
		}
		if !(d <= tol[f[0]]) {
			t.Errorf("%s: off by %.2f ulp", l, d)
		}
		worst[f[0]+f[1]] = math.Max(worst[f[0]+f[1]], d)
	}
	t.Logf("largest errors in ulp: %v", worst)
}

func TestBlocksEqualSingles(t *testing.T) {
	t.Run("float64", blocksEqualSingles[float64])
	t.Run("float32", blocksEqualSingles[float32])
}

func blocksEqualSingles[T Float](t *testing.T) {
	at := At{Key: NewKey(7, 1, 2), Stream: Stream("x"), Step: 99}
	const n = 1001
	first := uint32(math.MaxUint32 - 500) // wraps around
	elems := make([]int32, n)
	for i := range elems {
		elems[i] = int32(first + uint32(i))
	}
	a, b := make([]T, n), make([]T, n)
	check := func(name string, got []T, one func(e uint32, i int) T) {
		t.Helper()
		for i := range got {
			if want := one(uint32(elems[i]), i); got[i] != want {
				t.Fatalf("%s[%d] = %v, want %v", name, i, got[i], want)
			}
		}
	}
	FillUniform(a, at, first, 3)
	UniformOf(b, at, elems, 3)
	uni := func(e uint32, _ int) T { return Uniform[T](at, e, 3) }
	check("FillUniform", a, uni)
	check("UniformOf", b, uni)
	FillNormal(a, at, first, 4)
	NormalOf(b, at, elems, 4)
	nor := func(e uint32, _ int) T { return Normal[T](at, e, 4) }
	check("FillNormal", a, nor)
	check("NormalOf", b, nor)
	FillExponential(a, at, first, 5)
	ExponentialOf(b, at, elems, 5)
	ex := func(e uint32, _ int) T { return Exponential[T](at, e, 5) }
	check("FillExponential", a, ex)
	check("ExponentialOf", b, ex)
}

// TestVectorForms compares each form of the block functions that this processor has with single draws.
func TestVectorForms(t *testing.T) {
	at := At{Key: NewKey(99, 3, 1), Stream: Stream("vector"), Step: 7}
	for _, n := range []int{0, 1, 7, 8, 9, 24, 255, 300} {
		for _, first := range []uint32{0, 12345, math.MaxUint32 - 20} {
			s := at.schedule(9, 2)
			u, v := make([]float64, n), make([]float64, n)
			for name, fill := range vectorForms() {
				clear(u)
				clear(v)
				done := fill(u, v, &s, first)
				for i := range done {
					w := at.Words(first+uint32(i), 9, 2)
					if u[i] != unit53(w[0], w[1]) || v != nil && v[i] != unit53(w[2], w[3]) {
						t.Fatalf("%s: element %d of %d from %d: %v, %v", name, i, n, first, u[i], v[i])
					}
				}
				alone := make([]float64, n)
				if fill(alone, nil, &s, first) != done {
					t.Fatalf("%s: another number of elements without pairs", name)
				}
				for i := range done {
					if alone[i] != u[i] {
						t.Fatalf("%s: element %d without its pair is %v, with it %v", name, i, alone[i], u[i])
					}
				}
			}
		}
	}
}

// TestSequence compares the words of each form that this processor has, those of Sequence, and numbers in single precision with those of one element.
func TestSequence(t *testing.T) {
	at := At{Key: NewKey(7, 1, 0), Stream: Stream("sequence"), Step: 11}
	check := func(name string, u []uint32, first, draw, attempt uint32) {
		for i := range len(u) / 4 {
			if w := at.Words(first+uint32(i), draw, attempt); w != [4]uint32(u[4*i:4*i+4]) {
				t.Fatalf("%s: element %d from %d has %x, want %x", name, i, first, u[4*i:4*i+4], w)
			}
		}
	}
	for _, first := range []uint32{0, 12345, math.MaxUint32 - 20} {
		for _, n := range []int{0, 1, 7, 8, 9, 16, 24, 40} {
			s := at.schedule(9, 2)
			for name, fill := range wordForms() {
				u := make([]uint32, 4*n)
				done := fill(u, &s, first)
				if done > n || n-done > 7 && name != "chosen" {
					t.Fatalf("%s: %d of %d elements", name, done, n)
				}
				check(name, u[:4*done], first, 9, 2)
			}
			for name, fill := range singleForms() {
				u := make([]float32, n)
				done := fill(u, &s, first)
				if done > n || n-done > 7 && name != "chosen" {
					t.Fatalf("%s: %d of %d numbers in single precision", name, done, n)
				}
				for i, x := range u[:done] {
					if want := float32(unit24(at.Words(first+uint32(i), 9, 2)[0])); x != want {
						t.Fatalf("%s: number %d from %d is %v, want %v", name, i, first, x, want)
					}
				}
			}
			if n > 0 {
				q, u := at.Sequence(9), make([]uint32, 4*n)
				done := q.Fill(u, first)
				if done < 4 || done%4 != 0 || done > len(u) {
					t.Fatalf("%d words for %d elements", done, n)
				}
				check("sequence", u[:done], first, 9, 0)
			}
		}
	}
}
