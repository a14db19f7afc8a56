package connect

import (
	"errors"
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/rng"
)

// Constant gives every synapse the same value.
type Constant float64

// Const returns the value.
func (c Constant) Const() (float64, bool) { return float64(c), true }

// Fill sets every element.
func (c Constant) Fill(dst []float64, _, _ []int32, _ Key) error {
	for i := range dst {
		dst[i] = float64(c)
	}
	return nil
}

// Func computes values from the synapses' ends, for expressions that the caller evaluates.
type Func func(dst []float64, pre, post []int32, key Key) error

// Const returns false.
func (f Func) Const() (float64, bool) { return 0, false }

// Fill calls f.
func (f Func) Fill(dst []float64, pre, post []int32, key Key) error { return f(dst, pre, post, key) }

// distribution is a kind of random value.
type distribution uint8

const (
	uniform distribution = iota
	discreteUniform
	normal
	logNormal
	exponential
	gamma
)

// Random draws a value for every synapse. The draw belongs to the synapse's two ends (and counts up among synapses between the
// same two), so it does not depend on the order of storage.
type Random struct {
	kind     distribution
	a, b     float64
	min, max float64
}

// ErrDistribution is wrapped by errors about the arguments of a distribution.
var ErrDistribution = errors.New("not a distribution")

func newRandom(kind distribution, name string, a, b float64, ok bool, rule string) (*Random, error) {
	if math.IsNaN(a) || math.IsNaN(b) || math.IsInf(a, 0) || math.IsInf(b, 0) {
		return nil, fmt.Errorf("%s: arguments are finite numbers, not %v and %v: %w", name, a, b, ErrDistribution)
	}
	if !ok {
		return nil, fmt.Errorf("%s: %s: %w", name, rule, ErrDistribution)
	}
	return &Random{kind: kind, a: a, b: b, min: math.Inf(-1), max: math.Inf(1)}, nil
}

// NewUniform draws from [a, b).
func NewUniform(a, b float64) (*Random, error) {
	return newRandom(uniform, "Uniform", a, b, a <= b, fmt.Sprintf("the lower bound %v is above the upper bound %v", a, b))
}

// NewDiscreteUniform draws integers from a to b, both included.
func NewDiscreteUniform(a, b float64) (*Random, error) {
	r, err := newRandom(discreteUniform, "DiscreteUniform", a, b, a <= b, fmt.Sprintf("the lower bound %v is above the upper bound %v", a, b))
	if err == nil && (a != math.Trunc(a) || b != math.Trunc(b) || b-a >= math.MaxUint32) {
		return nil, fmt.Errorf("DiscreteUniform: bounds are integers less than 2^32 apart, not %v and %v: %w", a, b, ErrDistribution)
	}
	return r, err
}

// NewNormal draws from the normal distribution of mean mu and standard deviation sigma.
func NewNormal(mu, sigma float64) (*Random, error) {
	return newRandom(normal, "Normal", mu, sigma, sigma >= 0, fmt.Sprintf("the standard deviation %v is negative", sigma))
}

// NewLogNormal draws exp(X) with X normal of mean mu and standard deviation sigma.
func NewLogNormal(mu, sigma float64) (*Random, error) {
	return newRandom(logNormal, "LogNormal", mu, sigma, sigma >= 0, fmt.Sprintf("the standard deviation %v is negative", sigma))
}

// NewExponential draws from the exponential distribution of the given mean.
func NewExponential(mean float64) (*Random, error) {
	return newRandom(exponential, "Exponential", mean, 0, mean >= 0, fmt.Sprintf("the mean %v is negative", mean))
}

// NewGamma draws from the gamma distribution of shape alpha and scale beta.
func NewGamma(alpha, beta float64) (*Random, error) {
	return newRandom(gamma, "Gamma", alpha, beta, alpha > 0 && beta >= 0, fmt.Sprintf("shape %v and scale %v must be positive", alpha, beta))
}

// Bounded returns the distribution with values clipped to [min, max], as ANNarchy's min and max do.
func (r *Random) Bounded(min, max float64) (*Random, error) {
	if !(min <= max) {
		return nil, fmt.Errorf("min %v is above max %v: %w", min, max, ErrDistribution)
	}
	c := *r
	c.min, c.max = min, max
	return &c, nil
}

// Const answers for a distribution that has no width.
func (r *Random) Const() (float64, bool) {
	v := r.a
	switch r.kind {
	case uniform, discreteUniform:
		if r.a != r.b {
			return 0, false
		}
	case normal:
		if r.b != 0 {
			return 0, false
		}
	case logNormal:
		if r.b != 0 {
			return 0, false
		}
		v = math.Exp(r.a)
	case exponential:
		if r.a != 0 {
			return 0, false
		}
	case gamma:
		if r.b != 0 {
			return 0, false
		}
		v = 0
	}
	return math.Max(r.min, math.Min(r.max, v)), true
}

// Fill draws for each synapse at the place (step pre, element post, draw number among equal ends).
func (r *Random) Fill(dst []float64, pre, post []int32, key Key) error {
	at := key.at(0)
	for k := 0; k < len(dst); {
		// A run of synapses of one presynaptic element without repeats is drawn in one go.
		n := 1
		for k+n < len(dst) && pre[k+n] == pre[k] && post[k+n] != post[k+n-1] {
			n++
		}
		at.Step = uint32(pre[k])
		r.draw(dst[k:k+n], at, post[k:k+n], 0)
		k += n
		last := k - 1
		for draw := uint32(1); k < len(dst) && pre[k] == pre[last] && post[k] == post[last]; draw++ {
			if draw > math.MaxUint16 {
				return fmt.Errorf("more than %d synapses from element %d to element %d", math.MaxUint16+1, pre[k], post[k])
			}
			r.draw(dst[k:k+1], at, post[k:k+1], draw)
			k++
		}
	}
	return nil
}

func (r *Random) draw(dst []float64, at rng.At, elem []int32, draw uint32) {
	switch r.kind {
	case uniform, discreteUniform:
		rng.UniformOf(dst, at, elem, draw)
	case normal, logNormal:
		rng.NormalOf(dst, at, elem, draw)
	case exponential:
		rng.ExponentialOf(dst, at, elem, draw)
	case gamma:
		for k := range dst {
			dst[k] = rng.Gamma(at, uint32(elem[k]), draw, r.a)
		}
	}
	for k, x := range dst {
		switch r.kind {
		case uniform:
			x = r.a + float64((r.b-r.a)*x)
		case discreteUniform:
			x = r.a + math.Floor((r.b-r.a+1)*x)
		case normal:
			x = r.a + float64(r.b*x)
		case logNormal:
			x = math.Exp(r.a + float64(r.b*x))
		case exponential:
			x *= r.a
		case gamma:
			x *= r.b
		}
		dst[k] = max(r.min, min(r.max, x))
	}
}
