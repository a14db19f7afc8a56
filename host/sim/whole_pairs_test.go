package sim_test

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// oscillators is n of them, each of which sees all others.
func oscillators(n int, sum string, c *net.Connection) (*net.Network, *net.Group, *net.Synapses) {
	g := &net.Group{Name: "g", N: n, Namespace: nettest.Constants{}, Equations: nettest.Text("dx/dt = 10*s/N/second : 1\ns : 1"), Method: "euler",
		Initial: []net.Assignment{{Var: "x", Expr: nettest.Text("rand()*6.28")}}}
	s := &net.Synapses{Name: "S", Pre: net.All(g), Post: net.All(g), Namespace: nettest.Constants{}, Equations: nettest.Text("w : 1\ns_post = " + sum + " : 1 (summed)"),
		Initial: []net.Assignment{{Var: "w", Values: []float64{0.5}}}, Connect: []*net.Connection{c}}
	return &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, g, s
}

// Synapses that are not listed, and whose lists are made when somebody asks, come to what the same pairs come to that were given one by one.
func TestUnlistedSynapses(t *testing.T) {
	const n = 90
	given := &net.Connection{}
	for i := range int32(n) {
		for j := range int32(n) {
			if i != j {
				given.I, given.J = append(given.I, i), append(given.J, j)
			}
		}
	}
	var told [2][]string
	for k, c := range []*net.Connection{{Condition: nettest.Text("i != j")}, given} {
		network, g, syn := oscillators(n, "w*sin(x_pre - x_post)", c)
		s, err := sim.Compile(network, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double, Seed: 7, OneNumber: true})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		tell := func(what string) {
			t.Helper()
			must(s.Run(context.Background(), 5e-3))
			x, _, err := s.Get(g, "x")
			must(err)
			bits := make([]uint64, len(x))
			for e, v := range x {
				bits[e] = math.Float64bits(v)
			}
			told[k] = append(told[k], fmt.Sprintf("%s: %x", what, bits))
		}
		unused := func(what string, want bool) {
			t.Helper()
			if got := slices.ContainsFunc(s.Plan().Conns, func(c *plan.Conn) bool { return c.Unused }); got != want {
				t.Errorf("%s: connectivity that is not used: %t", what, got)
			}
		}
		tell("run")
		unused("run", true)
		if count, ok, err := s.Synapses(syn); count != n*(n-1) || !ok || err != nil {
			t.Errorf("%d synapses, %t, %v", count, ok, err)
		}
		pre, post, ok := s.Edges(syn)
		if !ok || !slices.Equal(pre, given.I) || !slices.Equal(post, given.J) {
			t.Error("other ends")
		}
		must(s.Store("now"))
		file := filepath.Join(t.TempDir(), "state")
		must(s.StoreFile(file, "now"))
		tell("on")
		must(s.Restore("now", sim.RestoreOptions{}))
		tell("restored")
		must(s.RestoreFile(file, "now", sim.RestoreOptions{}))
		tell("from a file")
		for _, which := range []int{2, 3} {
			if told[k][which][strings.Index(told[k][which], ":"):] != told[k][1][strings.Index(told[k][1], ":"):] {
				t.Error("a restored state goes on otherwise")
			}
		}
		picked, err := s.Where(syn, nettest.Text("i < 2 and j > 85"), nil)
		must(err)
		told[k] = append(told[k], fmt.Sprint("picked ", picked))
		w, _, err := s.GetSynapses(syn, "w")
		must(err)
		for _, e := range picked {
			w[e] = 3
		}
		tell("asked")
		unused("asked", false) // each has its w since
		must(s.SetSynapses(syn, "w", w))
		unused("set", false)
		tell("set")
		must(s.Pairs().Remove(syn, picked, true))
		must(s.Reload())
		tell("removed")
		must(s.Pairs().Remove(syn, picked, false))
		must(s.Reload())
		tell("put back")
		_, err = s.Pairs().Add(syn, []int32{3, 3}, []int32{3, 4})
		must(err)
		must(s.Reload())
		tell("added")
		pre, _, _ = s.Edges(syn)
		told[k] = append(told[k], fmt.Sprint("ends ", pre[len(pre)-4:]))
	}
	for k, got := range told[0] {
		if got != told[1][k] {
			t.Errorf("%.300s, and with pairs one by one\n%.300s", got, told[1][k])
		}
	}
}

// A sum over more synapses than 32 bits can number is that of all neurons.
func TestManySynapses(t *testing.T) {
	const n = 50_000
	for condition, self := range map[string]bool{"True": true, "i != j": false} {
		network, g, syn := oscillators(n, "w*(x_pre + 1)", &net.Connection{Condition: nettest.Text(condition)})
		s, err := sim.Compile(network, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double, Seed: 7, OneNumber: true})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		x, _, err := s.Get(g, "x")
		if err != nil {
			t.Fatal(err)
		}
		x = slices.Clone(x)
		if err := s.Store("start"); err != nil {
			t.Fatal(err)
		}
		if err := s.Run(context.Background(), 1e-3); err != nil {
			t.Fatal(err)
		}
		total := 0.0
		for _, v := range x {
			total += 0.5 * (v + 1)
		}
		sums, _, err := s.Get(g, "s")
		if err != nil {
			t.Fatal(err)
		}
		for e, got := range sums {
			want := total
			if !self {
				want -= 0.5 * (x[e] + 1)
			}
			if math.Abs(got-want) > 1e-10*want {
				t.Fatalf("%s: the sum of %d is %v, want %v", condition, e, got, want)
			}
		}
		if err := s.Restore("start", sim.RestoreOptions{}); err != nil {
			t.Fatal(err)
		}
		if count, ok, err := s.Synapses(syn); count < n*(n-1) || !ok || err == nil {
			t.Errorf("%d synapses, %t, %v", count, ok, err)
		}
		if _, _, ok := s.Edges(syn); ok {
			t.Error("they are listed")
		}
		if _, _, err := s.GetSynapses(syn, "w"); err == nil || !strings.Contains(err.Error(), "too many to be listed") {
			t.Errorf("values of each: %v", err)
		}
		if err := s.AssignSynapses(syn, net.Assignment{Var: "w", Expr: nettest.Text("rand()")}); err == nil {
			t.Error("values of their own were set")
		}
		if err := s.SetSynapses(syn, "w", []float64{0.25}); err != nil {
			t.Error(err)
		}
		if err := s.Run(context.Background(), 1e-3); err != nil {
			t.Errorf("after what was refused: %v", err)
		}
		if half, _, _ := s.Get(g, "s"); math.Abs(half[0]-sums[0]/2) > 1e-10*half[0] {
			t.Errorf("with half of w the sum is %v, and was %v", half[0], sums[0])
		}
	}
}
