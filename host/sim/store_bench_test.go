package sim

import (
	"context"
	"testing"

	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/net"
)

// BenchmarkStoreLoop is one pass of a loop that restores, changes a constant and runs, but for the steps themselves.
func BenchmarkStoreLoop(b *testing.B) {
	for _, size := range []struct {
		name string
		n    int
		p    float64
	}{{"3 neurons", 3, 0}, {"4000 neurons, 320000 synapses", 4000, 0.02}} {
		b.Run(size.name, func(b *testing.B) {
			c := newChain(b, size.n)
			if size.p > 0 {
				c.syn.Pathways[0].Delay = []float64{2e-3}
				c.syn.Connect = []*net.Connection{{Rule: connect.FixedProbability{P: size.p, Weight: connect.Constant(1), AllowSelf: true}}}
			}
			c.compile()
			c.must(c.sim.Store(""))
			for k := range b.N {
				c.must(c.sim.Restore("", RestoreOptions{}))
				c.ns["gain"] = float64(k)
				c.must(c.sim.Run(context.Background(), 1e-3))
			}
		})
	}
}
