package reference

import (
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/sim"
)

// Delays change between runs while spikes are under way: those keep the delays that they were sent with.
func testRedelayed(b *bench) {
	i, step := half(reference(b.t, "redelayed_pre"))
	pre := b.generator("pre_spikes", 6, ints(i), step)
	i, step = half(reference(b.t, "redelayed_post"))
	post := b.generator("post_spikes", 4, ints(i), step)
	g := b.group("g", 4, "v : 1", "", namespace{}, nil)
	onPost := &net.Pathway{Name: "post", Post: true, Code: text("w = clip(w + 0.02*x*(0.2 + y), 0, 2)\nn = 0.9*n + 1")}
	learn := onPre("x += 1\nw = clip(w - 0.01*y, 0, 2)")
	s := b.synapses("s", pre, post, "w : 1\ndx/dt = -x/(20*ms) : 1 (event-driven)\ndy/dt = (x - y)/(35*ms) : 1 (event-driven)\nn : 1", namespace{}, learn, onPost)
	s.Connect = []*net.Connection{{Condition: text("(i + j) % 3 != 1")}}
	s.Initial = []net.Assignment{{Var: "w", Values: []float64{1}}}
	send := onPre("v_post += u", 1.5e-3)
	late := &net.Pathway{Name: "late", Code: text("u = 0.9*u + 0.01*i")}
	t := b.synapses("t", pre, g, "u : 1", namespace{}, send, late)
	t.Connect = []*net.Connection{{I: []int32{3, 0, 5, 1, 0, 2, 4}, J: []int32{1, 0, 3, 1, 2, 0, 2}}}
	t.Initial = []net.Assignment{{Var: "u", Expr: text("0.1 + 0.02*i")}}

	set := func(p *net.Pathway, delay string) {
		p.Delay, p.Delays = nil, []net.Assignment{{Var: "delay", Expr: text(delay)}}
	}
	want := reference(b.t, "redelayed_values")
	run := func(steps int) {
		b.t.Helper()
		b.run(float64(steps) * 1e-4)
		n := int(b.sim.Result().Synapses["s"])
		for _, v := range []string{"w", "x", "y", "n"} {
			b.wantSynapses("s", v, want[:n])
			want = want[n:]
		}
		b.wantSynapses("t", "u", want[:7])
		b.wantSynapses("g", "v", want[7:11])
		want = want[11:]
	}
	set(learn, "(0.13 + 0.31*i + 0.2*j)*ms")
	set(onPost, "(2.1 - 0.4*i + 0.1*j)*ms")
	run(100)
	set(learn, "0.1*(i + j)*ms")
	run(12)
	set(learn, "(3.2 - 0.3*i)*ms")
	set(late, "0.9*i*ms")
	send.Delay = []float64{2.4e-3}
	run(7)
	set(learn, "0*ms")
	set(onPost, "1.3*ms")
	run(5)
	set(late, "1*ms")
	run(3)
	set(late, "3*ms")
	send.Delay = []float64{0.2e-3}
	set(learn, "(3.2 - 0.3*i)*ms")
	must(b.t, b.sim.Reload())
	set(learn, "(1.9 - 0.3*i)*ms")
	run(1)
	set(learn, "(0.4 + 0.3*i)*ms")
	learn.Delays = append(learn.Delays, net.Assignment{Var: "delay", Expr: text("4*ms"), Condition: text("i == 2")})
	run(52)
	send.Delay = []float64{0.7e-3}
	must(b.t, b.sim.Store(""))
	set(learn, "(0.4 + 0.3*j)*ms")
	set(late, "(0.5 + 0.3*i)*ms")
	run(40)
	must(b.t, b.sim.Restore("", sim.RestoreOptions{}))
	run(30)
	s.Connect = append(s.Connect, &net.Connection{I: []int32{0, 1, 4}, J: []int32{1, 0, 3}})
	must(b.t, b.sim.AssignSynapses(s, net.Assignment{Var: "w", Elements: []int32{16, 17, 18}, Values: []float64{0.5}}))
	set(learn, "(0.9 + 0.2*i)*ms")
	set(onPost, "2.2*ms")
	run(60)
	if len(want) != 0 {
		b.t.Errorf("%d numbers of the reference are left", len(want))
	}
}
