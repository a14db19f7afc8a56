package conform

import (
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/sim"
)

// batches requires that networks of a batch can be stored and go on as if they had never stopped, also behind writes of values that are larger
// than what the network holds by then: a backend may have chosen the scale of a sum by them.
func (s *suite) batches(t *testing.T) {
	text := nettest.Text
	type pair struct {
		sims [2]*sim.Sim
		g    *net.Group
		syn  [2]*net.Synapses
		b    *exec.Batch
	}
	open := func() *pair {
		p := &pair{b: exec.NewBatch(s.backend)}
		for k := range p.sims {
			g := &net.Group{Name: "g", N: 40, Equations: text("v : 1\nx : 1"), Spiking: &net.Spiking{Threshold: text("rand() < 0.3"), Reset: text("x += 0.001")}}
			syn := &net.Synapses{Name: "syn", Pre: net.All(g), Post: net.All(g), Equations: text("w : 1"), Connect: []*net.Connection{{P: text("0.5")}},
				Pathways: []*net.Pathway{{Name: "pre", Code: text("v_post += w")}}}
			syn.Initial = []net.Assignment{{Var: "w", Values: []float64{[]float64{0.001, 0.003}[k]}}}
			p.syn[k], p.g = syn, g
			o := s.options()
			o.Backend = p.b
			p.sims[k] = compile(t, &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{syn}}, o)
		}
		return p
	}
	write := func(p *pair, object, name string, value ...float64) {
		for k, r := range p.sims {
			b, ok := r.Plan().Find(object, name)
			if !ok {
				t.Fatalf("no %s.%s", object, name)
			}
			values := make([]float64, b.Len)
			for i := range values {
				values[i] = value[k]
			}
			if err := r.Instance().Write(b.ID, 0, values); err != nil {
				t.Fatal(err)
			}
		}
	}
	advance := func(p *pair, n int64) {
		for _, r := range p.sims {
			steps(t, r, n)
		}
	}
	final := func(p *pair) (out []float64) {
		for _, r := range p.sims {
			for _, name := range []string{"v", "x"} {
				b, _ := r.Plan().Find("g", name)
				v := make([]float64, b.Len)
				if err := r.Instance().Read(b.ID, 0, v); err != nil {
					t.Fatal(err)
				}
				out = append(out, v...)
			}
		}
		return out
	}
	a := open()
	write(a, "syn", "w", 3e5, 0.5)
	advance(a, 3)
	write(a, "syn", "w", 0.0137, 0.0071)
	write(a, "g", "v", 0, 0) // what it has would swallow the small weights
	var snaps [2]*exec.Snapshot
	for k, r := range a.sims {
		var err error
		if snaps[k], err = r.Instance().Snapshot(); err != nil {
			t.Fatal(err)
		}
	}
	if g := a.b.Groups(); len(g) != 1 {
		t.Fatalf("the networks run apart: %+v", g)
	}
	advance(a, 20)
	want := final(a)
	b := open()
	for k, r := range b.sims {
		if err := r.Instance().Restore(snaps[k]); err != nil {
			t.Fatal(err)
		}
	}
	advance(b, 20)
	if got := final(b); !slices.Equal(got, want) {
		d, i := distance(got, want)
		t.Errorf("networks of a batch that were restored go on differently: value %d by %g", i, d)
	}
}
