package connect

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
)

func TestVerifyFindsDamage(t *testing.T) {
	good := func() *CSR {
		return &CSR{NPre: 2, NPost: 3, RowPtr: []int64{0, 2, 3}, Index: []int32{0, 2, 1}, W: []float64{1}, Delay: []float64{0, 1e-3, 0}}
	}
	if err := good().Verify(); err != nil {
		t.Fatal(err)
	}
	for want, damage := range map[string]func(c *CSR){
		"do not cover":          func(c *CSR) { c.RowPtr[2] = 4 },
		"row 0 ends before":     func(c *CSR) { c.RowPtr = []int64{0, -1, 3} },
		"row 0: index 0":        func(c *CSR) { c.Index[0], c.Index[1] = 2, 0 },
		"row 1: index 3":        func(c *CSR) { c.Index[2] = 3 },
		"2 weights":             func(c *CSR) { c.W = []float64{1, 2} },
		"0 weights":             func(c *CSR) { c.W = nil },
		"1 creation numbers":    func(c *CSR) { c.Created = []int32{0} },
		"synapse 1 has delay -": func(c *CSR) { c.Delay[1] = -1 },
		"has delay NaN":         func(c *CSR) { c.Delay[0] = math.NaN() },
	} {
		c := good()
		damage(c)
		if err := c.Verify(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestBoundedIntegersAreUnbiased(t *testing.T) {
	// Three quarters of 2^32: the largest share of rejected words, and a bias of a factor of two without rejection.
	var w words
	w.start(Key{Seed: 4}.at(0))
	const n, draws = 3 << 30, 30000
	counts := make([]int, 12)
	for range draws {
		counts[w.below(n)/(1<<28)]++
	}
	chi2(t, "twelve parts", counts, constant(12, draws/12))
	for range 100 {
		if w.below(1) != 0 {
			t.Fatal("below 1 there is only 0")
		}
	}
}

func TestFirstErrorWins(t *testing.T) {
	// Whatever the number of threads, the message names the first synapse that is wrong.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	wrong := errors.New("wrong")
	for threads := 1; threads <= 8; threads++ {
		runtime.GOMAXPROCS(threads)
		err := parallel(10000, 7, func(lo, hi int) error {
			if lo < 350 {
				runtime.Gosched()
			}
			if hi > 350 {
				return fmt.Errorf("%d: %w", lo, wrong)
			}
			return nil
		})
		if !errors.Is(err, wrong) || !strings.HasPrefix(err.Error(), "350:") {
			t.Errorf("%d threads: %v", threads, err)
		}
	}
}

func TestGridNames(t *testing.T) {
	for want, g := range map[string]Grid{"50": {1, 1, 50}, "20x30": {1, 20, 30}, "2x3x4": {2, 3, 4}, "5x1": {1, 5, 1}} {
		if g.String() != want {
			t.Errorf("%s, want %s", g, want)
		}
	}
	wrong := Shape{Name: "A", N: 5, Grid: &Grid{1, 2, 3}}
	if _, err := (AllToAll{}).Build(Key{}, wrong, wrong); err == nil || !strings.Contains(err.Error(), "the geometry of A, 1 x 2 x 3, does not hold its 5 elements") {
		t.Error(err)
	}
}
