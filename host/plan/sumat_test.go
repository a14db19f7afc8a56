package plan_test

import (
	"context"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// doubling is two neurons that double x at order 1 and keep the sum of all x in y at order 3; the sum is taken as at says.
func doubling(at map[string]net.Moment) *net.Network {
	g := &net.Group{Name: "G", N: 2, Equations: text("x : 1\ny : 1\ns : 1"), Namespace: names{}}
	g.Initial = []net.Assignment{{Var: "x", Expr: text("1 + i")}}
	g.Code = []*net.CodeBlock{{Name: "double", Code: text("x *= 2"), When: "start", Order: 1}, {Name: "keep", Code: text("y = s"), When: "start", Order: 3}}
	s := &net.Synapses{Name: "S", Pre: net.All(g), Post: net.All(g), Equations: text("s_post = x_pre : 1 (summed)"), Namespace: names{}, SumAt: at,
		Connect: []*net.Connection{{}}}
	return &net.Network{DT: 1, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}
}

func TestSumAt(t *testing.T) {
	for _, c := range []struct {
		at   map[string]net.Moment
		want float64 // y after two steps from x = 1, 2
	}{
		{nil, 6}, // after the code: that of the step before
		{map[string]net.Moment{"s_post": {When: "start", Order: 2}}, 12},
		{map[string]net.Moment{"s_post": {When: "start"}}, 6},
		{map[string]net.Moment{"s_post": {When: "end"}}, 6},
	} {
		res, err := plan.Build(doubling(c.at), options(1))
		if err != nil {
			t.Fatal(err)
		}
		x, err := cpu.Backend{}.Load(res.Plan, exec.Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x.Advance(context.Background(), 2); err != nil {
			t.Fatal(err)
		}
		y, _ := res.Plan.Find("G", "y")
		got := make([]float64, 2)
		if err := x.Read(y.ID, 0, got); err != nil {
			t.Fatal(err)
		}
		if got[0] != c.want || got[1] != c.want {
			t.Errorf("%v: y = %v, want %v", c.at, got, c.want)
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, err := plan.Build(doubling(map[string]net.Moment{"s_post": {When: "middle"}}), options(1))
	if err == nil || !strings.Contains(err.Error(), `"middle" is not a place in the step`) {
		t.Errorf("got %v", err)
	}
}
