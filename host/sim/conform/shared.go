package conform

import (
	"fmt"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/eval"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/rng"
)

// sharedODEs are groups whose neurons follow one shared variable s. Their stages in between need that of s, which must be the same path for
// all of them and in every kernel. h is dt divided by the time constant, w the increments of the noise, those of s first.
var sharedODEs = []struct {
	equations, method string
	// call: what is random is the first call of randn() and not a noise, and w its value.
	call bool
	next func(s, v, h float64, w [2]float64) (float64, float64)
}{
	{"ds/dt = (0.2 - s)/(5*ms) + 0.4*xi_s*(5*ms)**-0.5 : 1 (shared)\ndv/dt = (s - v)/(5*ms) : 1", "euler", false,
		func(s, v, h float64, w [2]float64) (float64, float64) { return s + h*(0.2-s) + 0.4*w[0], v + h*(s-v) }},
	{"ds/dt = -s/(5*ms) + 0.4*s*xi_s*(5*ms)**-0.5 : 1 (shared)\ndv/dt = (s - v)/(5*ms) + 0.3*s*xi_v*(5*ms)**-0.5 : 1", "heun", false,
		func(s, v, h float64, w [2]float64) (float64, float64) {
			stage := s + 0.4*s*w[0]
			return s - h*s + 0.4*(s+stage)/2*w[0], v + h*(s-v) + 0.3*(s+stage)/2*w[1]
		}},
	{"ds/dt = -s/(5*ms) + 0.4*s*xi_s*(5*ms)**-0.5 : 1 (shared)\ndv/dt = (s - v)/(5*ms) : 1", "milstein", false,
		func(s, v, h float64, w [2]float64) (float64, float64) {
			a := 0.4 * w[0]
			return s - h*s + s*a + s*a*a/2, v + h*(s-v)
		}},
	// One noise of the shared equation and of the neurons: every neuron is given the same.
	{"pull = 0.4*xi_s*(5*ms)**-0.5 : Hz (shared)\nds/dt = -s/(5*ms) + pull : 1 (shared)\ndv/dt = (s - v)/(5*ms) - pull : 1", "euler", false,
		func(s, v, h float64, w [2]float64) (float64, float64) {
			return s - h*s + 0.4*w[0], v + h*(s-v) - 0.4*w[0]
		}},
	{"ds/dt = (0.2 - s)/(5*ms) : 1 (shared)\ndv/dt = s*(0.5 - v)/(5*ms) : 1", "rk2", false,
		func(s, v, h float64, _ [2]float64) (float64, float64) {
			sm, vm := s+h/2*(0.2-s), v+h/2*s*(0.5-v)
			return s + h*(0.2-sm), v + h*sm*(0.5-vm)
		}},
	// Every neuron sees the one draw of the shared equation, also where it is a stage in between.
	{"ds/dt = (randn() - s)/(5*ms) : 1 (shared)\ndv/dt = (s - v)/(5*ms) : 1", "rk2", true,
		func(s, v, h float64, w [2]float64) (float64, float64) {
			sm, vm := s+h/2*(w[0]-s), v+h/2*(s-v)
			return s + h*(w[0]-sm), v + h*(sm-vm)
		}},
	// The equations of all decide the method: s alone could be advanced exactly.
	{"ds/dt = (0.2 - s)/(5*ms) : 1 (shared)\ndv/dt = (s - v*v)/(5*ms) : 1", "", false,
		func(s, v, h float64, _ [2]float64) (float64, float64) { return s + h*(0.2-s), v + h*(s-v*v) }},
}

// sharedNoise holds shared differential equations against recurrences written out by hand.
func (s *suite) sharedNoise(t *testing.T) {
	n := &net.Network{DT: dt}
	var groups []*net.Group
	for i, c := range sharedODEs {
		g := brian(fmt.Sprint("g", i), 5, c.equations, c.method, nil)
		set(g, "s", "", 1)
		set(g, "v", "", 0.1, 0.2, 0.3, 0.4, 0.5)
		groups = append(groups, g)
	}
	n.Groups = groups
	r := compile(t, n, s.options())
	steps(t, r, closedSteps)
	for k, c := range sharedODEs {
		g := groups[k]
		shared, v := get(t, r, g, "s"), get(t, r, g, "v")
		for e := range 5 {
			ws, wv := 1.0, float64(e+1)/10
			for step := range uint32(closedSteps) {
				at := func(kernel string) rng.At {
					return rng.At{Key: rng.NewKey(seed, 0, 0), Stream: rng.Stream(g.Name + "/" + kernel), Step: step}
				}
				root, first := math.Sqrt(dt/5e-3), uint32(0x8000)
				if c.call {
					root, first = 1, 0
				}
				ws, wv = c.next(ws, wv, dt/5e-3, [2]float64{root * s.draw(at("shared"), eval.Normal, 0, 0, first), root * s.draw(at("update"), eval.Normal, 0, uint32(e), first)})
			}
			if d := max(math.Abs(shared[0]-ws), math.Abs(v[e]-wv)); !(d <= s.opt.Closed*s.eps()) {
				t.Errorf("%q by %q gives s = %v, v[%d] = %v, want %v and %v: off by %.3g eps, %g allowed", c.equations, c.method, shared[0], e, v[e], ws, wv, d/s.eps(), s.opt.Closed)
			}
		}
	}
}
