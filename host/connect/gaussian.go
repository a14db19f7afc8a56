package connect

import (
	"errors"
	"fmt"
	"math"
)

// DefaultLimit is ANNarchy's default for the limit of gaussian and dog.
const DefaultLimit = 0.01

// Gaussian connects groups laid out on grids with weight Amp exp(-d / (2 Sigma²)). d is the squared distance between the two cells in
// coordinates divided by (size - 1) along each dimension (a dimension of size 1 counts as 0), as ANNarchy defines it. Synapses
// with |w| <= Limit |Amp| are left out.
type Gaussian struct {
	Amp, Sigma float64
	Limit      float64
	AllowSelf  bool
	Delay      Values
}

// DoG is the difference of two Gaussians, AmpPos exp(-d / (2 SigmaPos²)) - AmpNeg exp(-d / (2 SigmaNeg²)), with d as for Gaussian. Synapses
// with |w| <= Limit |AmpPos - AmpNeg| are left out.
type DoG struct {
	AmpPos, SigmaPos float64
	AmpNeg, SigmaNeg float64
	Limit            float64
	AllowSelf        bool
	Delay            Values
}

// Name is "gaussian".
func (Gaussian) Name() string { return "gaussian" }

// Name is "dog".
func (DoG) Name() string { return "dog" }

// bell is one Gaussian of a kernel.
type bell struct {
	amp, sigma float64
}

// kernel is what gaussian and dog have in common.
type kernel struct {
	rule      string
	bells     []bell
	floor     float64 // weights of this size or below are left out
	allowSelf bool
	delay     Values
}

func (r Gaussian) kernel() (*kernel, error) {
	k := &kernel{rule: r.Name(), bells: []bell{{r.Amp, r.Sigma}}, floor: r.Limit * math.Abs(r.Amp), allowSelf: r.AllowSelf, delay: r.Delay}
	return k, errors.Join(finite("gaussian", "amp", r.Amp), positive("gaussian", "sigma", r.Sigma), limit("gaussian", r.Limit))
}

func (r DoG) kernel() (*kernel, error) {
	k := &kernel{rule: r.Name(), bells: []bell{{r.AmpPos, r.SigmaPos}, {-r.AmpNeg, r.SigmaNeg}},
		floor: r.Limit * math.Abs(r.AmpPos-r.AmpNeg), allowSelf: r.AllowSelf, delay: r.Delay}
	return k, errors.Join(finite("dog", "amp_pos", r.AmpPos), positive("dog", "sigma_pos", r.SigmaPos),
		finite("dog", "amp_neg", r.AmpNeg), positive("dog", "sigma_neg", r.SigmaNeg), limit("dog", r.Limit))
}

func finite(rule, name string, x float64) error {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return fmt.Errorf("%s: %s is %v; it has to be a finite number", rule, name, x)
	}
	return nil
}

func positive(rule, name string, x float64) error {
	if !(x > 0) || math.IsInf(x, 0) {
		return fmt.Errorf("%s: %s is %v; a width is a positive number, in units of the population's extent", rule, name, x)
	}
	return nil
}

func limit(rule string, x float64) error {
	if !(x >= 0) || math.IsInf(x, 0) {
		return fmt.Errorf("%s: limit is %v; it is a fraction of the amplitude, 0 or more", rule, x)
	}
	return nil
}

// Estimate counts the synapses; see Build for the two forms.
func (r Gaussian) Estimate(pre, post Shape) (int64, int64, error) {
	return estimateKernel(r.kernel, pre, post)
}

// Estimate counts the synapses; see Build for the two forms.
func (r DoG) Estimate(pre, post Shape) (int64, int64, error) {
	return estimateKernel(r.kernel, pre, post)
}

// Build gives Offsets between equal grids, and an explicit CSR with postsynaptic rows between different grids or with delays that
// differ between synapses.
func (r Gaussian) Build(key Key, pre, post Shape) (*Matrix, error) {
	return buildKernel(r.kernel, key, pre, post)
}

// Build gives Offsets between equal grids, and an explicit CSR with postsynaptic rows between different grids or with delays that
// differ between synapses.
func (r DoG) Build(key Key, pre, post Shape) (*Matrix, error) {
	return buildKernel(r.kernel, key, pre, post)
}

func (k *kernel) check(pre, post Shape) error {
	if err := checkShapes(k.rule, pre, post); err != nil {
		return err
	}
	for _, s := range []Shape{pre, post} {
		if s.Grid == nil {
			return fmt.Errorf("%s: %s has no geometry, so its elements have no distance; give it one, e.g. Population(geometry=(20, 20), ...)", k.rule, s.Name)
		}
	}
	return nil
}

// byOffset says whether the kernel can be stored by offset.
func (k *kernel) byOffset(pre, post Shape) (delay float64, ok bool) {
	if *pre.Grid != *post.Grid {
		return 0, false
	}
	if k.delay == nil {
		return 0, true
	}
	return k.delay.Const()
}

func estimateKernel(make func() (*kernel, error), pre, post Shape) (int64, int64, error) {
	k, err := make()
	if err == nil {
		err = k.check(pre, post)
	}
	if err != nil {
		return 0, 0, err
	}
	if _, ok := k.byOffset(pre, post); ok {
		o, _, taps := k.layout(*pre.Grid, excludesSelf(k.allowSelf, pre, post))
		bytes := 24 * taps
		for _, t := range o.Terms {
			bytes += 8 * int64(len(t.Z)+len(t.Y)+len(t.X))
		}
		return o.Count, bytes, nil
	}
	return k.estimateExplicit(pre, post)
}

func buildKernel(make func() (*kernel, error), key Key, pre, post Shape) (*Matrix, error) {
	k, err := make()
	if err == nil {
		err = k.check(pre, post)
	}
	if err != nil {
		return nil, err
	}
	delay, ok := k.byOffset(pre, post)
	if !ok {
		c, err := k.explicit(key, pre, post)
		if err != nil {
			return nil, err
		}
		return &Matrix{CSR: c}, nil
	}
	if err := checkValue(k.rule+": delay", delay, true); err != nil {
		return nil, err
	}
	o := k.offsets(*pre.Grid, excludesSelf(k.allowSelf, pre, post))
	o.Delay = delay
	return &Matrix{Offsets: o}, nil
}

// axis is exp(-(k/(n-1))² / (2 sigma²)) for k = 0..n-1.
func axis(n int, sigma float64) []float64 {
	out := make([]float64, n)
	out[0] = 1
	for k := 1; k < n; k++ {
		r := float64(k) / float64(n-1) / sigma
		out[k] = math.Exp(-r * r / 2)
	}
	return out
}
