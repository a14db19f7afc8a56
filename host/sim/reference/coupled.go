package reference

import (
	"math"

	"github.com/galvani-sim/galvani/host/net"
)

// Event-driven traces that depend on each other: chains with a time constant per synapse, a pair with real eigenvalues, and a damped
// oscillation.
func testCoupledTraces(b *bench) {
	i, step := half(reference(b.t, "coupled_pre"))
	pre := b.generator("pre_spikes", 6, ints(i), step)
	i, step = half(reference(b.t, "coupled_post"))
	post := b.generator("post_spikes", 4, ints(i), step)
	join := func(name, eqs, onPreCode, onPostCode string) *net.Synapses {
		s := b.synapses(name, pre, post, eqs+"\nw : 1", namespace{}, onPre(onPreCode), &net.Pathway{Name: "post", Post: true, Code: text(onPostCode)})
		s.Connect = []*net.Connection{{}}
		s.Initial = []net.Assignment{{Var: "w", Values: []float64{1}}}
		return s
	}
	chains := join("chains", `tau1 : second
dx/dt = -x/tau1 : 1 (event-driven)
dy/dt = (x - y)/(20*ms) : 1 (event-driven)
da/dt = -a/(30*ms) : 1 (event-driven)
db/dt = (a - b)/(50*ms) : 1 (event-driven)
dc/dt = (b - c)/(9*ms) : 1 (event-driven)`,
		"x += 1\na += 1\nw = clip(w - 0.01*y, 0, 2)", "w = clip(w + 0.02*x*(0.2 + y) - 0.01*c, 0, 2)")
	chains.Initial = append(chains.Initial, net.Assignment{Var: "tau1", Expr: text("(5.5 + 7*i + 4*j)*ms")})
	join("pair", `dg/dt = (0.3*h - g)/(15*ms) : 1 (event-driven)
dh/dt = (0.8*g - h)/(60*ms) : 1 (event-driven)`,
		"g += 1\nw = clip(w - 0.02*h, 0, 2)", "h += 0.5\nw = clip(w + 0.01*g, 0, 2)")
	join("turning", `du/dt = -u/(40*ms) - q/(5*ms) : 1 (event-driven)
dq/dt = u/(5*ms) - q/(40*ms) : 1 (event-driven)`,
		"u += 1\nw = clip(w + 0.05*u*q, 0, 2)", "q += 1\nw = clip(w + 0.05*u*q, 0, 2)")
	b.run(2)
	for object, vars := range map[string][]string{"chains": {"x", "y", "a", "b", "c", "w"}, "pair": {"g", "h", "w"}, "turning": {"u", "q", "w"}} {
		want := reference(b.t, "coupled_"+object)
		for k, v := range vars {
			b.wantSynapses(object, v, want[k*24:(k+1)*24])
		}
	}
}

// wantSynapses compares a variable of synapses, relative to its largest magnitude.
func (b *bench) wantSynapses(object, variable string, want []float64) {
	b.t.Helper()
	buf, ok := b.sim.Plan().Find(object, variable)
	if !ok || buf.Len != len(want) {
		b.t.Fatalf("%s.%s is not there, or not of %d values", object, variable, len(want))
	}
	got := make([]float64, buf.Len)
	if err := b.sim.Instance().Read(buf.ID, 0, got); err != nil {
		b.t.Fatal(err)
	}
	largest, worst := 0.0, 0.0
	for k, w := range want {
		largest, worst = math.Max(largest, math.Abs(w)), math.Max(worst, math.Abs(got[k]-w))
	}
	tol := 1e-12
	if !b.double() {
		tol = 2e-5
	}
	if !(worst <= tol*largest) {
		b.t.Errorf("%s.%s differs by %g of its largest magnitude", object, variable, worst/largest)
	}
}
