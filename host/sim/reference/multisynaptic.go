package reference

import "github.com/galvani-sim/galvani/host/net"

// Several synapses of a pair have numbers, in order of creation over all connect calls, that code, initial values and delays may use.
func testMultisynaptic(b *bench) {
	in := b.generator("sg", 2, []int32{0, 1}, []float64{0, 0})
	g := b.group("g", 2, "v : 1", "", namespace{}, nil)
	p := onPre("v += w + 0.001*number")
	s := b.synapses("synapses", in, g, "w : 1", namespace{}, p)
	s.Multi = "number"
	s.Connect = []*net.Connection{
		{I: []int32{1, 0, 1, 1}, J: []int32{1, 0, 0, 1}},
		{Condition: text("i == 1"), N: 2},
	}
	numbers := []float64{0, 0, 0, 1, 1, 2, 2, 3} // of (1,1) (0,0) (1,0) (1,1); (1,0) twice, (1,1) twice
	s.Initial = []net.Assignment{{Var: "w", Expr: text("10**number")}, {Var: "w", Expr: text("5"), Condition: text("number == 2 and j == 0")}}
	p.Delays = []net.Assignment{{Var: "delay", Expr: text("number*0.2*ms")}}
	states := b.stateMonitor(g, []string{"v"})
	b.run(1e-3)
	b.wantSynapses("synapses", "number", numbers)
	b.wantSynapses("synapses", "w", []float64{1, 1, 1, 10, 10, 5, 100, 1000})
	v0 := []float64{0, 2, 2, 12.001, 12.001, 17.003, 17.003, 17.003, 17.003, 17.003}
	v1 := []float64{0, 1, 1, 11.001, 11.001, 111.003, 111.003, 1111.006, 1111.006, 1111.006}
	b.wantTrace(states, "v", append(v0, v1...), 1e-12)
}
