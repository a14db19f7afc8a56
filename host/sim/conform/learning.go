package conform

import (
	"math"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
)

// rule is a learning rule with one step of it written out: w and theta are changed in place.
type rule struct {
	name, parameters, equations, psp string
	operation                        string // of net.Transmission
	theta                            bool
	next                             func(w float64, pre, post, theta, count float64) float64
	transmit                         func(w, pre, post float64) float64
}

var learningRules = []rule{
	{name: "Hebb", parameters: "eta = 0.02", equations: "dw/dt = eta*pre.r*post.r : max=0.9",
		next: func(w, x, y, _, _ float64) float64 { return math.Min(w+0.02*x*y, 0.9) }},
	{name: "Oja", parameters: "tau = 50.0 : projection\nalpha = 2.0", equations: "tau*dw/dt = pre.r*post.r - alpha*post.r^2*w : min=0.0",
		psp: "w * pre.r * (1 + 0.1*post.r)",
		next: func(w, x, y, _, _ float64) float64 {
			return math.Max(w+(x*y-2*y*y*w)/50, 0)
		}, transmit: func(w, x, y float64) float64 { return w * x * (1 + 0.1*y) }},
	{name: "BCM", parameters: "eta = 0.05\ntau = 30.0 : projection", equations: `
tau*dtheta/dt + theta = post.r^2 : postsynaptic, init=0.1
dw/dt = eta*post.r*(post.r - theta)*pre.r : min=0.0, max=1.5`, theta: true,
		next: func(w, x, y, theta, _ float64) float64 { return math.Min(math.Max(w+0.05*y*(y-theta)*x, 0), 1.5) }},
	{name: "statements", parameters: "k = 0.001", equations: `
count += 1 : projection
gain = k*count
w += gain*(pre.r - post.r)`,
		next: func(w, x, y, _, count float64) float64 { return w + 0.001*count*(x-y) }},
	{name: "assigned", equations: `
th = 0.5*post.r : postsynaptic
n += 1 : projection
w += 0.01*th - 0.0001*n`,
		next: func(w, _, y, _, count float64) float64 { return w + 0.01*0.5*y - 0.0001*count }},
	{name: "largest", operation: "max", equations: "w += 0.002*(pre.r - post.r)",
		next: func(w, x, y, _, _ float64) float64 { return w + 0.002*(x-y) }},
	{name: "smallest", operation: "min", equations: "w -= 0.004*pre.r", psp: "(w - 0.2) * pre.r", // which changes its sign
		next: func(w, x, _, _, _ float64) float64 { return w - 0.004*x }, transmit: func(w, x, _ float64) float64 { return (w - 0.2) * x }},
}

// fold is what an operation makes of the values of all synapses.
func fold(operation string, values []float64) float64 {
	switch {
	case len(values) == 0:
		return 0
	case operation == "max":
		return slices.Max(values)
	case operation == "min":
		return slices.Min(values)
	}
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum
}

// learning compares synapses with equations of their own, in ANNarchy's manner, with the steps written out: input is summed from the old
// state, then neurons change, then what is postsynaptic, then the synapses.
func (s *suite) learning(t *testing.T) {
	const n, m, count = 7, 4, 60
	text := func(x string) *diag.Source { return &diag.Source{Name: "text", Text: x} }
	for _, l := range learningRules {
		t.Run(l.name, func(t *testing.T) {
			pre := &net.Group{Name: "pre", N: n, Dialect: check.ANNarchy, Namespace: names{}, Params: text("a = 0.0"), Equations: text("r = a + 0.5*a*t/60.0")}
			post := &net.Group{Name: "post", N: m, Dialect: check.ANNarchy, Namespace: names{}, Params: text("tau = 5.0 : population"),
				Equations: text("tau*dr/dt + r = sum(exc) + 0.1 : min=0.0")}
			a := make([]float64, n)
			for i := range a {
				a[i] = s.round(0.2 + 0.1*float64(i%4))
			}
			set(pre, "a", "", a...)
			conn := &connect.Arrays{}
			for j := range m {
				for i := range n {
					if (i+2*j)%3 != 0 {
						conn.Pre, conn.Post = append(conn.Pre, int32(i)), append(conn.Post, int32(j))
						conn.W = append(conn.W, s.round(0.1+0.05*float64((3*i+j)%5)))
					}
				}
			}
			plain := &connect.Arrays{Pre: []int32{0, 1}, Post: []int32{3, 3}, W: []float64{0.25, 0.5}}
			syn := &net.Synapses{Name: "learn", Pre: net.All(pre), Post: net.All(post), Dialect: check.ANNarchy, Namespace: names{}, Params: text(l.parameters),
				Equations: text(l.equations), Connect: []*net.Connection{{Rule: conn}}, Transmit: &net.Transmission{Target: "exc", Operation: l.operation}}
			if l.psp != "" {
				syn.Transmit.Psp = text(l.psp)
			}
			r := compile(t, &net.Network{DT: 1e-3, Groups: []*net.Group{pre, post}, Synapses: []*net.Synapses{syn},
				Projections: []*net.Projection{{Name: "fixed", Pre: pre, Post: post, Target: "exc", Rule: plain}}}, s.options())
			run(t, r, 0)
			is, js, ok := r.Edges(syn)
			if !ok || len(is) != len(conn.Pre) {
				t.Fatalf("%d synapses, want %d", len(is), len(conn.Pre))
			}
			w, x, y, theta := make([]float64, len(is)), make([]float64, n), make([]float64, m), make([]float64, m)
			for k := range is {
				for c := range conn.Pre {
					if conn.Pre[c] == is[k] && conn.Post[c] == js[k] {
						w[k] = conn.W[c]
					}
				}
			}
			for j := range theta {
				theta[j] = 0.1
			}
			if l.transmit == nil {
				l.transmit = func(w, x, _ float64) float64 { return w * x }
			}
			for step := range count {
				sum, brought := make([]float64, m), make([][]float64, m)
				for k := range w {
					brought[js[k]] = append(brought[js[k]], l.transmit(w[k], x[is[k]], y[js[k]]))
				}
				for j := range sum {
					sum[j] = fold(l.operation, brought[j])
				}
				for k := range plain.Pre {
					sum[plain.Post[k]] += plain.W[k] * x[plain.Pre[k]]
				}
				for i := range x {
					x[i] = a[i] + 0.5*a[i]*float64(step)/60
				}
				for j := range y {
					y[j] = math.Max(y[j]+(sum[j]+0.1-y[j])/5, 0)
					theta[j] += (y[j]*y[j] - theta[j]) / 30
				}
				for k := range w {
					w[k] = l.next(w[k], x[is[k]], y[js[k]], theta[js[k]], float64(step+1))
				}
			}
			steps(t, r, count)
			close := func(what string, got, want []float64) {
				if d, at := distance(got, want); !(d <= s.opt.Closed*s.eps()) {
					t.Errorf("%s[%d] is off by %.3g eps, %g allowed", what, at, d/s.eps(), s.opt.Closed)
				}
			}
			got, _, err := r.GetSynapses(syn, "w")
			if err != nil {
				t.Fatal(err)
			}
			close("w", got, w)
			close("r", get(t, r, post, "r"), y)
			if l.theta {
				if got, _, err = r.GetSynapses(syn, "theta"); err != nil {
					t.Fatal(err)
				}
				close("theta", got, theta)
			}
		})
	}
}
