package native

import (
	"math"
	"math/rand/v2"
	"testing"
)

// by32 is x/by as machine code of float32 lanes has it: the sum of both products is exact in float64 but for the last rounding, which is made to odd
// so that the one to float32 is the only one.
func (d *Divisor) by32(x float32) float32 {
	product := float64(x) * d.High // exact
	low := float64(x * float32(d.Low))
	sum := product + low
	over := sum - product
	if lost := (product - (sum - over)) + (low - over); lost != 0 && math.Float64bits(sum)&1 == 0 {
		if (lost > 0) == (sum > 0) {
			sum = math.Float64frombits(math.Float64bits(sum) | 1)
		} else {
			sum = math.Float64frombits(math.Float64bits(sum) - 1)
		}
	}
	return float32(sum)
}

// TestDivisorAccepts tries every significand of float32 for divisors that are accepted, and finds a wrong quotient for those that are not.
func TestDivisorAccepts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	accepted, refused := 0, 0
	for accepted < 4 || refused < 4 {
		by := math.Float32frombits(0x3f800000 | r.Uint32()>>9)
		d, ok := NewDivisor(float64(by), false)
		if !ok {
			// The products that it would have had.
			high := math.Float32frombits(math.Float32bits(float32(1/float64(by))) - 1)
			for float64(math.Float32frombits(math.Float32bits(high)+1))*float64(by) <= 1 {
				high = math.Float32frombits(math.Float32bits(high) + 1)
			}
			d = Divisor{By: float64(by), High: float64(high), Low: float64(float32((1 - float64(high)*float64(by)) / float64(by)))}
		}
		if ok && accepted == 4 || !ok && refused == 4 {
			continue
		}
		wrong := 0
		for s := range uint32(1 << 23) {
			if x := math.Float32frombits(0x3f800000 | s); d.by32(x) != x/by {
				wrong++
			}
		}
		switch {
		case ok && wrong > 0:
			t.Errorf("%v is accepted, and wrong for %d numbers", by, wrong)
		case !ok && wrong == 0:
			t.Errorf("%v is refused, and right for all numbers", by)
		case ok:
			accepted++
		default:
			refused++
		}
	}
}

// TestDivisorMost shows that nearly all constants have a divisor, and which have none.
func TestDivisorMost(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	for _, wide := range []bool{true, false} {
		const n = 4000
		have := 0
		for range n {
			by := r.NormFloat64() * math.Ldexp(1, r.IntN(80)-40)
			if !wide {
				by = float64(float32(by))
			}
			if _, ok := NewDivisor(by, wide); ok {
				have++
			}
		}
		t.Logf("wide %v: %d of %d", wide, have, n)
		if have < n/2 {
			t.Errorf("wide %v: %d of %d constants have a divisor", wide, have, n)
		}
		for _, by := range []float64{0, math.Inf(1), math.NaN(), 0x1p-1060, 0x1p1000} {
			if d, ok := NewDivisor(by, wide); ok {
				t.Errorf("%v has the divisor %+v", by, d)
			}
		}
	}
}
