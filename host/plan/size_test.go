package plan_test

import (
	"runtime"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// large is a network of many synapses, by how they are connected.
func large(kind string, n int) *net.Network {
	g := &net.Group{Name: "G", N: n, Equations: text("x : 1"), Namespace: names{}}
	s := &net.Synapses{Name: "S", Pre: net.All(g), Post: net.All(g), Namespace: names{}}
	add := func(c *net.Connection) { s.Connect = append(s.Connect, c) }
	every := net.Enumeration{Target: text("k"), Var: "k", High: text("N_post")}
	switch kind {
	case "probability":
		s.Pre.Stop = n * 4 / 5
		add(&net.Connection{P: text("0.1")})
	case "condition":
		add(&net.Connection{Condition: text("i != j and x_pre > -1"), P: text("0.1")})
	case "sample":
		every.P = text("0.1")
		add(&net.Connection{Each: &every})
	case "if":
		every.If = text("rand() < 0.1")
		add(&net.Connection{Each: &every})
	case "arrays":
		for i := range n {
			c := &net.Connection{I: make([]int32, n/10), J: make([]int32, n/10)}
			for k := range c.I {
				c.I[k], c.J[k] = int32(i), int32((7*i+13*k)%n)
			}
			add(c)
		}
	}
	return &net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}
}

// What connecting allocates, freed or not, is at most 1.5 times what it leaves, 8 bytes a synapse, besides buffers of a fixed size.
func TestConnectMemory(t *testing.T) {
	for kind, limit := range map[string]float64{"probability": 1.1, "arrays": 1.1, "condition": 1.5, "sample": 1.5, "if": 1.5} {
		n := large(kind, 5000)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		res, err := plan.Build(n, options(1))
		if err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		const fixed = 20 << 20 // candidates of one chunk, here and in the evaluating backend, and the rest of a block
		used, left := float64(after.TotalAlloc-before.TotalAlloc), 8*float64(res.Synapses["S"])
		if used > limit*left+fixed {
			t.Errorf("%s: %.0f bytes were allocated for %.0f (%.2f times)", kind, used, left, used/left)
		}
	}
}

func BenchmarkConnect(b *testing.B) {
	for _, c := range []struct {
		kind string
		n    int
	}{{"probability", 12500}, {"condition", 4000}, {"sample", 4000}, {"if", 4000}, {"arrays", 10000}} {
		b.Run(c.kind, func(b *testing.B) {
			n := large(c.kind, c.n)
			b.ResetTimer()
			for range b.N {
				res, err := plan.Build(n, options(0))
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(res.Synapses["S"]), "synapses")
			}
		})
	}
}
