//go:build cgo

package compute

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim/conform"
)

// partEvaluator computes conditions of connect.
type partEvaluator struct{ exec.Instance }

func (e partEvaluator) Step() error {
	_, err := e.Advance(context.Background(), e.At().Step+1)
	return err
}

// builtPlan is the plan of a network whose synapses a backend makes, nil: the host.
func builtPlan(t *testing.T, n *net.Network, long bool, b *Backend) (*plan.Result, plan.Pairs) {
	t.Helper()
	pairs := plan.Pairs{}
	o := plan.Options{Seed: 5, Long: long, Pairs: pairs}
	if b != nil {
		o.Survey, o.Delays = b.Survey, b.Delays
	}
	o.Evaluate = func(part *plan.Plan) (plan.Evaluator, error) {
		x, err := cpu.Backend{}.Load(part, exec.Options{Seed: 5})
		return partEvaluator{x}, err
	}
	res, err := plan.Build(n, o)
	if err != nil {
		t.Fatal(err)
	}
	return res, pairs
}

// recipes counts the buffers that the device is to make.
func recipes(p *plan.Plan) (n int) {
	for _, b := range p.Buffers {
		if b.Recipe != nil {
			n++
		}
	}
	return n
}

// rowsNetwork is synapses of random calls of connect between parts of two groups, one of which has large elements.
func rowsNetwork(r *rand.Rand, large int, text *strings.Builder) *net.Network {
	src := nettest.Text
	groups := make([]*net.Group, 2)
	for k := range groups {
		groups[k] = &net.Group{Name: string(rune('A' + k)), N: 1 + r.IntN(400), Namespace: nettest.Constants{}, Equations: src("dv/dt = (1.3 + 0.2*sin(i) - v)/(5*ms) + g/ms : 1\ng : 1\nx : 1"),
			Spiking: &net.Spiking{Threshold: src("v > 1"), Reset: src("v = 0\ng = 0")}, Initial: []net.Assignment{{Var: "v", Expr: src("rand()")}, {Var: "x", Expr: src("rand()")}}}
	}
	if large > 0 {
		groups[r.IntN(2)].N = large
	}
	n := &net.Network{DT: 1e-4, Groups: groups}
	fmt.Fprintf(text, "%d and %d elements\n", groups[0].N, groups[1].N)
	for k := range 1 + r.IntN(3) {
		part := func() net.Span {
			sp := net.All(groups[r.IntN(2)])
			if r.IntN(3) == 0 {
				sp.Start = r.IntN(sp.Stop)
				sp.Stop = sp.Start + 1 + r.IntN(sp.Stop-sp.Start)
			}
			return sp
		}
		s := &net.Synapses{Name: fmt.Sprintf("S%d", k), Pre: part(), Post: part(), Namespace: nettest.Constants{}, Equations: src("w : 1\nplace : 1"),
			Initial:  []net.Assignment{{Var: "w", Expr: src("0.01*rand()")}, {Var: "place", Expr: src("i + 0.001*j")}},
			Pathways: []*net.Pathway{{Name: "pre", Code: src("g_post += w"), Delay: []float64{1e-3}}}}
		if r.IntN(3) == 0 {
			s.Post = s.Pre
		}
		if path := s.Pathways[0]; r.IntN(2) == 0 {
			path.Delay = nil
			path.Delays = []net.Assignment{{Var: "delay", Expr: src("(1 + 0.5*x_pre)*(0.4 + 0.3*randn())*ms")}, {Var: "delay", Condition: src("delay < 0.2*ms"), Expr: src("rand()*0.6*ms")},
				{Var: "delay", Expr: src("clip(delay, 0.1*ms, 0.7*ms)")}}
			fmt.Fprintln(text, s.Name, "has delays")
		}
		pairs := float64(s.Pre.Len()) * float64(s.Post.Len())
		for range 1 + r.IntN(3)*r.IntN(3) {
			c := &net.Connection{}
			switch r.IntN(3) {
			case 0:
				p := []string{"0.1", "0.3", "0.004", "0.9", "0.999", "1e-9", "0.0"}[r.IntN(7)]
				if pairs > 1e6 {
					p = fmt.Sprint(1e5 / pairs)
				}
				c.P = src(p)
			case 1:
				c.Total = int64(r.IntN(int(min(pairs, 20_000)) + 1))
				if from := r.IntN(s.Pre.Len()); r.IntN(2) == 0 {
					c.Condition = src(fmt.Sprintf("i >= %d and i < %d and j %% %d == 0", from, from+1+r.IntN(s.Pre.Len()-from), 1+r.IntN(3)))
				}
			case 2:
				if pairs > 1e6 {
					c.P = src("1e-7")
				}
			}
			if s.Pre == s.Post && c.Total == 0 && r.IntN(2) == 0 {
				c.Condition = src("i != j")
			}
			fmt.Fprintf(text, "%s: %d-%d of %s to %d-%d of %s, %+v\n", s.Name, s.Pre.Start, s.Pre.Stop, s.Pre.Group.Name, s.Post.Start, s.Post.Stop, s.Post.Group.Name, c)
			s.Connect = append(s.Connect, c)
		}
		n.Synapses = append(n.Synapses, s)
	}
	return n
}

// contentsOf reads all buffers of an instance.
func contentsOf(t *testing.T, x exec.Instance, p *plan.Plan) map[string][]float64 {
	t.Helper()
	all := map[string][]float64{}
	for _, b := range p.Buffers {
		v := make([]float64, b.Len)
		if err := x.Read(b.ID, 0, v); err != nil {
			t.Fatal(err)
		}
		all[b.Object+"."+b.Var] = v
	}
	return all
}

// Synapses that the device makes are those of the host, bit for bit: their ends, what is counted of them, and what becomes of the network; in one storage block and
// in pieces, with indices of 16 bits and of 32, sorted in shared memory and by counting. The host makes the same from what the device has counted.
func TestRows(t *testing.T) {
	d := gltest.Device(t)
	made, sorted, listed := 0, 0, 0
	no := false
	for k := range uint64(16) {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			var text strings.Builder
			defer func() {
				if t.Failed() {
					t.Log(text.String())
				}
			}()
			large := 0
			if k%6 == 5 {
				large = 1<<16 + 100
			}
			n := rowsNetwork(rand.New(rand.NewPCG(k, 3)), large, &text)
			b := &Backend{dev: d, Mode: Plain, Making: MadeOnDevice}
			if k%3 == 1 {
				b.piece, b.mostBlocks = inPieces(100), 16
			}
			if k%4 >= 2 {
				b.sorted = 16
			}
			long := k%5 == 4
			host, hostPairs := builtPlan(t, n, long, nil)
			built, pairs := builtPlan(t, n, long, b)
			if n := recipes(host.Plan); n != 0 {
				t.Fatalf("%d buffers that the device makes, where the host does", n)
			}
			if host.Plan.Fingerprint != built.Plan.Fingerprint {
				t.Error("another plan")
			}
			const steps = 20
			var want map[string][]float64
			// The last two are the host's again, and the host's where the device has found that it cannot sort.
			for way, load := range []struct {
				b *Backend
				p *plan.Plan
			}{{&Backend{dev: d, Mode: Plain}, host.Plan}, {b, built.Plan}, {&Backend{dev: d, Mode: Plain, piece: b.piece, Making: MadeOnHost}, built.Plan},
				{&Backend{dev: d, Mode: Plain, Making: MadeOnDevice, exact: &no}, built.Plan}} {
				if way == 3 && !slices.ContainsFunc(built.Plan.Buffers, func(b *plan.Buffer) bool { return b.Recipe != nil && b.Recipe.Sort != nil }) {
					continue
				}
				x := loadWith(t, load.b, load.p)
				advance(t, x, steps)
				got := contentsOf(t, x, load.p)
				if way == 0 {
					want = got
				}
				for name, v := range want {
					if !slices.Equal(v, got[name]) {
						t.Errorf("way %d: %s differs: %v, want %v", way, name, head(got[name]), head(v))
					}
				}
				if way == 1 {
					for _, b := range built.Plan.Buffers {
						switch {
						case b.Recipe == nil:
						case b.Recipe.Sort != nil:
							sorted += b.Len
						default:
							made += b.Len
						}
					}
					if m := built.Plan.Kept(); m > host.Plan.Kept() && m > 1<<20 {
						t.Errorf("the host keeps %d bytes", m)
					}
				}
			}
			for _, c := range built.Plan.Conns {
				if c.Listed {
					listed++
				}
			}
			for _, s := range n.Synapses {
				i, j := hostPairs.Ends(s)
				if k, l := pairs.Ends(s); !slices.Equal(i, k) || !slices.Equal(j, l) {
					t.Errorf("%s: other ends", s.Name)
				}
			}
		})
	}
	if made < 100_000 || sorted < 50_000 || listed == 0 {
		t.Errorf("the device has made %d ends and sorted %d; %d connectivities have no rows", made, sorted, listed)
	}
}

func head(v []float64) []float64 { return v[:min(len(v), 20)] }

// Networks whose connectivity the device makes wherever it can.
func TestRowsOfNetworks(t *testing.T) {
	b := &Backend{dev: gltest.Device(t), Mode: Plain, Making: MadeOnDevice}
	conform.Run(t, b, plan.Single, conform.Options{Spiking: 3, Procedural: 6, Delayed: 3, Redelayed: 1, RedelayedEvery: 20, Model: 256, Network: 256, Closed: 256, Models: 1, Networks: 8})
}

// Words of a stream that do not count, of which there are some where many are drawn, are the host's.
func TestRowsRejected(t *testing.T) {
	// 2^32 mod n is nearly n: one word in 65,500 does not count.
	const n, total = 66050, 600_000
	src := nettest.Text
	g := &net.Group{Name: "g", N: n, Namespace: nettest.Constants{}, Equations: src("v : 1")}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Namespace: nettest.Constants{}, Equations: src("w : 1"), Connect: []*net.Connection{{Total: total}},
		Initial: []net.Assignment{{Var: "w", Expr: src("i - j")}}}
	network := &net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}
	b := &Backend{dev: gltest.Device(t), Mode: Plain, Making: MadeOnDevice}
	host, _ := builtPlan(t, network, false, nil)
	built, _ := builtPlan(t, network, false, b)
	x := loadWith(t, b, built.Plan)
	for _, c := range host.Plan.Buffers {
		if c.Role == plan.Connectivity {
			v := make([]float64, c.Len)
			if err := x.Read(c.ID, 0, v); err != nil {
				t.Fatal(err)
			}
			for k, e := range v {
				if float64(c.Entries().At(k)) != e {
					t.Fatalf("%s.%s[%d] is %v", c.Object, c.Var, k, e)
				}
			}
		}
	}
}
