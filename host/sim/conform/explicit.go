package conform

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/eval"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/rng"
)

// synapse is one connection of a projection, written out.
type synapse struct {
	pre, post int
	w         float64
	delay     int // steps
}

// synapses writes out every connection that a projection makes. Weights of gaussian and dog come from their definition; all other
// rules are taken at connect's word, which has tests of its own.
func synapses(p *net.Projection, dt float64) ([]synapse, error) {
	m, err := p.Rule.Build(connect.Key{Seed: seed, Stream: rng.Stream(p.Name + "/connect")}, shapeOf(p.Pre), shapeOf(p.Post))
	if err != nil {
		return nil, err
	}
	var out []synapse
	add := func(pre, post int, w, delay float64) {
		if p.DelaySet {
			delay = p.Delay
		}
		out = append(out, synapse{pre, post, w, int(math.Round(delay / dt))})
	}
	switch {
	case m.CSR != nil:
		c := m.CSR
		for row := range c.Rows() {
			for k := c.RowPtr[row]; k < c.RowPtr[row+1]; k++ {
				pre, post := row, int(c.Index[k])
				if c.ByPost {
					pre, post = post, pre
				}
				delay := 0.0
				if len(c.Delay) == 1 {
					delay = c.Delay[0]
				} else if c.Delay != nil {
					delay = c.Delay[k]
				}
				add(pre, post, c.Weight(k), delay)
			}
		}
	case m.Identity != nil:
		for i := range p.Pre.N {
			add(i, i, m.Identity.W, m.Identity.Delay)
		}
	case m.Full != nil:
		for post := range p.Post.N {
			for pre := range p.Pre.N {
				if pre != post || p.Pre != p.Post || m.Full.Self {
					add(pre, post, m.Full.W, m.Full.Delay)
				}
			}
		}
	case m.Offsets != nil:
		bell, floor, self, err := bellOf(p.Rule)
		if err != nil {
			return nil, err
		}
		for post := range p.Post.N {
			for pre := range p.Pre.N {
				w := bell(distance2(*p.Pre.Grid, pre, post))
				if math.Abs(w) > floor && (pre != post || p.Pre != p.Post || self) {
					add(pre, post, w, m.Offsets.Delay)
				}
			}
		}
	}
	return out, nil
}

func shapeOf(g *net.Group) connect.Shape {
	return connect.Shape{Name: g.Name, N: g.N, Grid: g.Grid}
}

// bellOf is the weight of a gaussian or dog at a squared distance, and the size at and below which there is no synapse.
func bellOf(r connect.Rule) (bell func(d2 float64) float64, floor float64, self bool, err error) {
	gauss := func(d2, sigma float64) float64 { return math.Exp(-d2 / (2 * sigma * sigma)) }
	switch r := r.(type) {
	case connect.Gaussian:
		return func(d2 float64) float64 { return r.Amp * gauss(d2, r.Sigma) }, r.Limit * math.Abs(r.Amp), r.AllowSelf, nil
	case connect.DoG:
		return func(d2 float64) float64 { return r.AmpPos*gauss(d2, r.SigmaPos) - r.AmpNeg*gauss(d2, r.SigmaNeg) },
			r.Limit * math.Abs(r.AmpPos-r.AmpNeg), r.AllowSelf, nil
	}
	return nil, 0, false, fmt.Errorf("%s gives a kernel by offset", r.Name())
}

// distance2 is ANNarchy's squared distance of two cells of one grid: coordinates divided by size - 1.
func distance2(g connect.Grid, a, b int) float64 {
	d2 := 0.0
	for _, n := range []int{g.Cols, g.Rows, g.Layers} {
		if n > 1 {
			x := float64(a%n-b%n) / float64(n-1)
			d2 += x * x
		}
		a, b = a/n, b/n
	}
	return d2
}

// explicitNetwork advances groups in the slow evaluator, with sums over every synapse and all rates that there ever were.
type explicitNetwork struct {
	groups []*net.Group
	slow   map[*net.Group]*eval.Group
	links  []*net.Projection
	syn    map[*net.Projection][]synapse
	// rates[g][k] are the rates of a group after k steps.
	rates map[*net.Group][][]float64
	sums  map[*net.Group]map[string][]float64
}

func newExplicit(n *net.Network, slow map[*net.Group]*eval.Group) (*explicitNetwork, error) {
	x := &explicitNetwork{groups: n.Groups, slow: slow, links: n.Projections, syn: map[*net.Projection][]synapse{},
		rates: map[*net.Group][][]float64{}, sums: map[*net.Group]map[string][]float64{}}
	for _, p := range n.Projections {
		var err error
		if x.syn[p], err = synapses(p, n.DT); err != nil {
			return nil, err
		}
	}
	for _, g := range n.Groups {
		slow[g].Sum = func(target string, i int) float64 {
			if s := x.sums[g][target]; s != nil {
				return s[i]
			}
			return 0
		}
		x.remember(g)
	}
	return x, nil
}

func (x *explicitNetwork) remember(g *net.Group) {
	r := x.slow[g].Values[x.slow[g].Model.ByName["r"]]
	x.rates[g] = append(x.rates[g], append([]float64(nil), r...))
}

// rate is what a synapse of the given delay transmits in step k, counted from 1: the rate after step k - delay, and at the least that
// of the step before. Before the first step rates were what they are at first.
func (x *explicitNetwork) rate(g *net.Group, i, k, delay int) float64 {
	return x.rates[g][max(k-max(delay, 1), 0)][i]
}

func (x *explicitNetwork) step() error {
	k := len(x.rates[x.groups[0]])
	for _, g := range x.groups {
		x.sums[g] = map[string][]float64{}
	}
	for _, p := range x.links {
		sum := x.sums[p.Post][p.Target]
		if sum == nil {
			sum = make([]float64, p.Post.N)
			x.sums[p.Post][p.Target] = sum
		}
		for _, s := range x.syn[p] {
			sum[s.post] += s.w * x.rate(p.Pre, s.pre, k, s.delay)
		}
	}
	for _, g := range x.groups {
		if err := x.slow[g].Advance("euler"); err != nil {
			return err
		}
		x.remember(g)
	}
	return nil
}
