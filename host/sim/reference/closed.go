package reference

import (
	"context"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/galvani-sim/galvani/host/units"
)

func (b *bench) get(g *net.Group, variable string) []float64 {
	b.t.Helper()
	v, _, err := b.sim.Get(g, variable)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// Spreizer's synapses: an alpha function per synapse, advanced every step and summed into the neurons. Its closed form is known.
func testClockDrivenAlpha(b *bench) {
	in := b.generator("sg", 2, []int32{0, 1}, []float64{10, 25})
	ns := namespace{"J": "-10*pA", "tau_s": "5*ms"}
	g := b.group("neurongroup", 2, "I_syn : amp", "", namespace{}, nil)
	s := b.synapses("synapses", in, g, "dg/dt = (-g+h) / tau_s : 1 (clock-driven)\ndh/dt = -h / tau_s : 1 (clock-driven)\nI_syn_post = J*g : amp (summed)",
		ns, onPre("h += exp(1)"))
	s.Method = "exact"
	s.Connect = []*net.Connection{{I: []int32{0, 0, 1}, J: []int32{0, 0, 1}}} // the first pair twice: it counts twice
	m := b.stateMonitor(g, []string{"I_syn"})
	b.run(50e-3)
	a, err := b.sim.Recording(m).Array("I_syn")
	if err != nil {
		b.t.Fatal(err)
	}
	got := a.Data.([]float64)
	tol := 1e-12
	if !b.double() {
		tol = 1e-5
	}
	alpha := func(x float64) float64 { // x in tau; the sum lags the state by one step
		if x < 0 {
			return 0
		}
		return math.E * x * math.Exp(-x)
	}
	for k := range 500 {
		for i, c := range []struct{ spike, weight float64 }{{10, 2}, {25, 1}} {
			// The spike acts at the end of its step; the state after n updates is summed in step n, and read in the next.
			x := (float64(k) - 2 - c.spike) * 0.1 / 5
			want := -10e-12 * c.weight * alpha(x)
			if math.Abs(got[k*2+i]-want) > tol*10e-12 {
				b.t.Fatalf("I_syn[%d] at sample %d is %g, want %g", i, k, got[k*2+i], want)
			}
		}
	}
}

// Several sources into one summed variable add up; a target without synapses gets 0.
func testSummedAddsUp(b *bench) {
	src := b.group("src", 3, "x : 1", "", namespace{}, nil)
	b.set(src, "x", []float64{1, 10, 100}, "1")
	g := b.group("target", 3, "s : 1\ny : 1", "", namespace{}, nil)
	b.set(g, "s", []float64{7, 7, 7}, "1")
	one := b.synapses("one", src, g, "s_post = x_pre : 1 (summed)", namespace{})
	one.Connect = []*net.Connection{{I: []int32{0, 1}, J: []int32{0, 0}}}
	two := b.synapses("two", src, g, "w : 1\ns_post = w*x_pre : 1 (summed)", namespace{})
	two.Connect = []*net.Connection{{I: []int32{2, 2}, J: []int32{0, 1}}}
	two.Initial = []net.Assignment{{Var: "w", Expr: text("j + 2")}}
	b.run(1e-3)
	for i, want := range []float64{211, 300, 0} {
		if got := b.get(g, "s")[i]; got != want {
			b.t.Errorf("s[%d] = %v, want %v", i, got, want)
		}
	}
}

// The binomial number of events of PoissonInput has the right mean and variance.
func testPoissonInput(parent *bench) {
	for _, c := range []struct {
		n    int
		rate float64
	}{{100, 20}, {1000, 900}, {5, 3000}, {20000, 3000}} {
		b := parent.another()
		g := b.group("g", 2000, "v : 1", "", namespace{}, nil)
		b.Inputs = append(b.Inputs, &net.PoissonInput{Name: "poissoninput", Target: net.All(g), Var: "v", N: c.n, Rate: c.rate, Weight: text("2.0"), Namespace: namespace{}})
		b.run(10e-3)
		p := c.rate * 1e-4
		mean, variance := 2*100*float64(c.n)*p, 4*100*float64(c.n)*p*(1-p)
		var sum, sq float64
		for _, v := range b.get(g, "v") {
			sum, sq = sum+v, sq+(v-mean)*(v-mean)
		}
		if d := sum/2000 - mean; math.Abs(d) > 4*math.Sqrt(variance/2000) {
			b.t.Errorf("n %d, rate %g: mean %g, want %g", c.n, c.rate, sum/2000, mean)
		}
		if r := sq / 2000 / variance; r < 0.85 || r > 1.15 {
			b.t.Errorf("n %d, rate %g: variance %g, want %g", c.n, c.rate, sq/2000, variance)
		}
	}
}

// Brian clamps n-1 updates of a refractory period of n steps, NEST n.
func testRefractoryRules(parent *bench) {
	for rule, want := range map[net.RefractoryRule]int{net.RefractoryBrian: 19, net.RefractoryNEST: 20} {
		b := parent.another()
		g := b.group("g", 1, "dv/dt = 1/ms : 1 (unless refractory)", "euler", namespace{},
			&net.Spiking{Threshold: text("v > 0.95"), Reset: text("v = 0"), Refractory: text("2*ms"), Rule: rule})
		m := b.stateMonitor(g, []string{"v"})
		b.run(5e-3)
		a, _ := b.sim.Recording(m).Array("v")
		clamped := 0
		for _, v := range a.Data.([]float64)[10:] {
			if v != 0 {
				break
			}
			clamped++
		}
		// Sample 10 is the state right after the reset, before the first clamped update.
		if clamped-1 != want {
			b.t.Errorf("rule %d: %d updates clamped, want %d", rule, clamped-1, want)
		}
	}
}

// A custom event triggers its own code and pathway.
func testEvents(b *bench) {
	g := b.group("g", 2, "dx/dt = 1/ms : 1\ncrossed : 1", "euler", namespace{}, nil)
	b.set(g, "x", []float64{0, 0.5}, "1")
	g.Events = []*net.Event{{Name: "cross", Condition: text("x > 0.95 and crossed == 0")}}
	g.Code = []*net.CodeBlock{{Name: "mark", Code: text("crossed = 1"), Event: "cross"}}
	out := b.group("out", 2, "n : 1", "", namespace{}, nil)
	s := b.synapses("synapses", g, out, "", namespace{}, &net.Pathway{Name: "pre", Event: "cross", Code: text("n_post += 1"), Delay: []float64{0.3e-3}})
	s.Connect = []*net.Connection{{I: []int32{0, 1}, J: []int32{0, 1}}}
	m := &net.SpikeMonitor{Name: "crossings", Of: net.All(g), Event: "cross"}
	b.SpikeMonitors = append(b.SpikeMonitors, m)
	b.run(2e-3)
	b.wantSpikes(m, []float64{1, 0}, []float64{4, 9})
	for i, n := range b.get(out, "n") {
		if n != 1 {
			b.t.Errorf("n[%d] = %v, want 1", i, n)
		}
	}
}

// Code at given times runs at these steps, with the time it runs at.
func testRunAt(b *bench) {
	g := b.group("g", 1, "count : 1\nlast : second", "", namespace{}, nil)
	g.Code = []*net.CodeBlock{{Name: "g_run_at", Code: text("count += 1\nlast = t"), Times: []float64{1e-3, 3e-3, 0.2e-3}}}
	b.run(2e-3)
	if n := b.get(g, "count")[0]; n != 2 {
		b.t.Errorf("ran %v times in 2 ms, want 2", n)
	}
	b.run(2e-3)
	if n, last := b.get(g, "count")[0], b.get(g, "last")[0]; n != 3 || math.Abs(last-3e-3) > 1e-9 {
		b.t.Errorf("ran %v times, last at %v s", n, last)
	}
}

// Conditions and probabilities of connect are evaluated pair by pair, from the initial values of the groups.
func testConnectCondition(b *bench) {
	g := b.group("g", 200, "x : 1\nn : 1", "", namespace{}, nil)
	x := make([]float64, 200)
	for i := range x {
		x[i] = float64(i % 7)
	}
	b.set(g, "x", x, "1")
	s := b.synapses("synapses", g, g, "w : 1", namespace{"limit": units.Number(2)})
	s.Connect = []*net.Connection{{Condition: text("i != j and abs(x_pre - x_post) < limit")}}
	s.Initial = []net.Assignment{{Var: "w", Expr: text("i*1000.0 + j")}}
	b.run(0)
	buf, _ := b.sim.Plan().Find("synapses", "w")
	w := make([]float64, buf.Len)
	if err := b.sim.Instance().Read(buf.ID, 0, w); err != nil {
		b.t.Fatal(err)
	}
	k := 0
	for i := range 200 {
		for j := range 200 {
			if i != j && math.Abs(x[i]-x[j]) < 2 {
				if k >= len(w) || w[k] != float64(i*1000+j) {
					b.t.Fatalf("synapse %d is not (%d, %d)", k, i, j)
				}
				k++
			}
		}
	}
	if k != len(w) {
		b.t.Errorf("%d synapses, want %d", len(w), k)
	}
}

// Code whose result depends on the order of synapses is refused with the reason.
func testOrderDependentCode(parent *bench) {
	for code, ok := range map[string]bool{
		"v_post += w": true, "v_post -= 2*w\nw *= 0.5": true, "if w > 0: v_post += 1": true,
		"v_post = w": false, "v_post *= 2": false, "v_post += w*v_post": false,
	} {
		b := parent.another()
		in := b.generator("sg", 2, []int32{0}, []float64{1}) // two synapses of one neuron
		g := b.group("g", 1, "v : 1", "", namespace{}, nil)
		s := b.synapses("synapses", in, g, "w : 1", namespace{}, onPre(code))
		s.Connect = []*net.Connection{{}}
		err := b.try(1e-3)
		if (err == nil) != ok {
			b.t.Errorf("%q: error %v", code, err)
		}
	}
}

// With ByIndex synapses run one after another: by the time when the spike was sent, the neuron that spiked, and the order of creation. The
// numbers are those of Brian2 2.5.1 for the same network with its compiled code; its numpy code gives other weights in the third case.
func testByIndex(parent *bench) {
	for code, want := range map[string][2]float64{
		"v_post = w":                {4, 1},
		"v_post = 2*v_post + w":     {2*(2*(2*3+1)+5) + 4, 2*2 + 1},
		"v_post += 1\nw = v_post*w": {6, 2},
	} {
		b := parent.another()
		in := b.generator("sg", 3, []int32{2, 0, 1}, []float64{1, 1, 1})
		g := b.group("g", 2, "v : 1", "", namespace{}, nil)
		s := b.synapses("synapses", in, g, "w : 1", namespace{}, onPre(code))
		s.ByIndex = true
		s.Connect = []*net.Connection{{I: []int32{2, 0, 1, 0, 1}, J: []int32{0, 1, 0, 0, 1}}}
		s.Initial = []net.Assignment{{Var: "w", Values: []float64{4, 2, 5, 1, 1}}}
		b.set(g, "v", []float64{3, 0}, "1")
		b.run(1e-3)
		for i, v := range b.get(g, "v") {
			if v != want[i] {
				b.t.Errorf("%q: v[%d] = %v, want %v", code, i, v, want[i])
			}
		}
		if w, _, err := b.sim.GetSynapses(s, "w"); err != nil || code == "v_post += 1\nw = v_post*w" && !slices.Equal(w, []float64{24, 2, 25, 4, 2}) {
			b.t.Errorf("%q: w = %v, error %v", code, w, err)
		}
	}
}

// try is run for networks that may be refused.
func (b *bench) try(seconds float64) error {
	s, err := sim.Compile(b.Network, sim.Options{Backend: b.suite.Backend, Precision: b.suite.Precision})
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Run(context.Background(), seconds)
}

// another is an empty network on the same backend, for tests that compare several.
func (b *bench) another() *bench {
	return &bench{t: b.t, suite: b.suite, Network: &net.Network{DT: 1e-4}}
}
