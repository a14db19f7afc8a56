package conform

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// narrow holds random networks whose connectivity has indices of 16 bits against the same networks with 32: all bits of the state are the same.
func (s *suite) narrow(t *testing.T) {
	all, listed := 0, 0
	for k := range uint64(s.opt.Narrow) {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			var text strings.Builder
			defer func() {
				if t.Failed() {
					t.Log(text.String())
				}
			}()
			short, n, lists := s.narrowNetwork(t, k, &text, false)
			long, none, _ := s.narrowNetwork(t, k, &text, true)
			all, listed = all+1, listed+lists
			if n == 0 || none != 0 {
				t.Errorf("%d indices of 16 bits, and %d where there were to be none", n, none)
			}
			for name, v := range long {
				if !slices.Equal(short[name], v) {
					t.Errorf("%s differs", name)
				}
			}
		})
	}
	if all > 3 && listed == 0 {
		t.Error("none of the networks has synapses without rows")
	}
}

// evaluator computes delays for a plan.
type evaluator struct{ exec.Instance }

func (e evaluator) Step() error {
	_, err := e.Advance(context.Background(), e.At().Step+1)
	return err
}

// narrowNetwork returns the state of network k after a while, the number of its indices of 16 bits, and that of synapses without rows.
func (s *suite) narrowNetwork(t *testing.T, k uint64, text *strings.Builder, long bool) (state map[string][]float64, short, listed int) {
	text.Reset()
	r := rand.New(rand.NewPCG(k, 77))
	n := randomProcedural(r, false, text)
	var placed []*net.Synapses
	for _, x := range n.Synapses {
		src := func(code string) *diag.Source { return &diag.Source{Name: x.Name, Text: code} }
		switch r.IntN(3) {
		case 0: // each with a delay of its own
			path := x.Pathways[0]
			path.Delay = nil
			path.Delays = []net.Assignment{{Var: "delay", Expr: src("rand()*1*ms")}}
			// Synapses of two calls do not come in rows.
			x.Connect = append(x.Connect, x.Connect[0])
			x.Equations.Text += "\nplace : 1"
			x.Initial = append(x.Initial, net.Assignment{Var: "place", Expr: src("i + 1000*j")})
			placed = append(placed, x)
			fmt.Fprintln(text, x.Name, "has delays")
		case 1: // rows by the other end, in another order
			x.Equations.Text += "\nlast : 1"
			x.Pathways = append(x.Pathways, &net.Pathway{Name: "post", Post: true, Code: src("last = last + 0.1*x_pre + 0.01*i")})
			fmt.Fprintln(text, x.Name, "learns")
		}
	}
	pairs := plan.Pairs{}
	res, err := plan.Build(n, plan.Options{Precision: s.precision, Seed: k, Long: long, Pairs: pairs, Evaluate: func(part *plan.Plan) (plan.Evaluator, error) {
		x, err := cpu.Backend{}.Load(part, exec.Options{Seed: k})
		return evaluator{x}, err
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range res.Plan.Buffers {
		if b.Shorts != nil {
			short++
		}
	}
	x, err := s.backend.Load(res.Plan, exec.Options{Seed: k})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if _, err := x.Advance(context.Background(), 150); err != nil {
		t.Fatal(err)
	}
	state = map[string][]float64{}
	for _, b := range res.Plan.Buffers {
		if b.Role != plan.State && b.Role != plan.Param && b.Role != plan.Connectivity {
			continue
		}
		v := make([]float64, b.Len)
		if err := x.Read(b.ID, 0, v); err != nil {
			t.Fatal(err)
		}
		if b.Len > 3 { // as the host reads a part
			part := make([]float64, b.Len-3)
			if err := x.Read(b.ID, 1, part); err != nil || !slices.Equal(part, v[1:b.Len-2]) {
				t.Fatalf("%s.%s: another part: %v", b.Object, b.Var, err)
			}
		}
		if len(b.Shorts) > 0 && x.Write(b.ID, 0, v) == nil {
			t.Errorf("%s.%s was written", b.Object, b.Var)
		}
		state[b.Object+"."+b.Var] = v
	}
	for _, x := range placed {
		if slices.ContainsFunc(res.Plan.Conns, func(c *plan.Conn) bool { return c.Listed && strings.HasPrefix(c.Name, x.Name+" ") }) {
			listed++
		}
		pre, post := pairs.Ends(x)
		for k, v := range state[x.Name+".place"] {
			if want := float64(pre[k] + 1000*post[k]); v != want {
				t.Fatalf("%s: synapse %d, from %d to %d, has %v instead of %v", x.Name, k, pre[k], post[k], v, want)
			}
		}
	}
	return state, short, listed
}
