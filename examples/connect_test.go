package examples

import (
	"context"
	"errors"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/script"
)

// connector stops a script when its first network is ready to run.
type connector struct {
	engine
	synapses int
}

var errConnected = errors.New("connected")

func (c *connector) Open(n *net.Network, seed uint64, warn func(diag.List)) (script.Simulation, error) {
	s, err := c.engine.Open(n, seed, warn)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	for _, y := range n.Synapses {
		pre, _, err := s.(script.Adapter).Edges(y)
		if err != nil {
			return nil, err
		}
		c.synapses += len(pre)
	}
	return nil, errConnected
}

func connect(t testing.TB, scale string, want int) {
	c := &connector{engine: inDouble}
	_, err := script.Run(context.Background(), "spreizer2019/spreizer2019.star", script.Options{Engine: c, Set: []string{"landscapes=homog", "scale=" + scale}})
	if !errors.Is(err, errConnected) {
		t.Fatalf("the script ended with %v", err)
	}
	if c.synapses != want {
		t.Errorf("%d synapses, want %d", c.synapses, want)
	}
}

// A quarter of the cells and a sixteenth of the synapses of the network of BenchmarkSpreizer.
func TestSpreizerConnects(t *testing.T) { connect(t, "2", 2500*250) }

// One landscape of Spreizer 2019 at the size of the paper, described and connected but not run: 10,000 calls of connect, 1e7 synapses.
func BenchmarkSpreizer(b *testing.B) {
	for b.Loop() {
		connect(b, "1", 1e7)
	}
}
