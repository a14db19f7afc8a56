package plan_test

import (
	"context"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/units"
)

var volt = func() units.Dim {
	q, err := units.Parse("1*volt")
	if err != nil {
		panic(err)
	}
	return q.Dim
}()

// Assignments to groups take effect in order; an expression sees those before it and nothing of those after it.
func TestInitialOrder(t *testing.T) {
	ns := names{"c": 3}
	tests := []struct {
		name string
		set  []net.Assignment
		want func(x []float64)
	}{
		{"elements", []net.Assignment{
			{Var: "x", Values: []float64{1}},
			{Var: "x", Values: []float64{7, 8, 9}, Elements: []int32{5, 2, 5}},
			{Var: "x", Values: []float64{4}, Elements: []int32{0, 1}},
		}, func(x []float64) {
			fill(x, func(int) float64 { return 1 })
			x[2], x[5], x[0], x[1] = 8, 9, 4, 4
		}},
		{"an expression between", []net.Assignment{
			{Var: "x", Values: []float64{2}, Elements: []int32{3}},
			{Var: "x", Expr: text("x + i")},
			{Var: "x", Values: []float64{100}, Elements: []int32{4}},
			{Var: "x", Values: []float64{200, 201}, Elements: []int32{4, 6}},
			{Var: "x", Expr: text("10*x")},
			{Var: "x", Values: []float64{-1}, Elements: []int32{0}},
		}, func(x []float64) {
			fill(x, func(i int) float64 { return float64(10 * i) })
			x[3], x[4], x[6], x[0] = 50, 2000, 2010, -1
		}},
		{"expressions for some", []net.Assignment{
			{Var: "x", Values: []float64{1}},
			{Var: "x", Expr: text("c*i"), Elements: []int32{7, 2}, Namespace: ns},
			{Var: "x", Expr: text("-x"), Condition: text("i > 5 and x < 10")},
			{Var: "x", Values: []float64{0.5}, Condition: text("i < c"), Namespace: names{"c": 1}},
		}, func(x []float64) {
			fill(x, func(int) float64 { return 1 })
			x[7], x[2] = 21, 6
			for i := 6; i < len(x); i++ {
				if x[i] < 10 {
					x[i] = -x[i]
				}
			}
			x[0] = 0.5
		}},
		{"all after an expression", []net.Assignment{
			{Var: "x", Expr: text("i")},
			{Var: "x", Values: []float64{3}, Elements: []int32{1}},
			{Var: "x", Values: []float64{5}},
			{Var: "x", Values: []float64{6}, Elements: []int32{2}},
		}, func(x []float64) {
			fill(x, func(int) float64 { return 5 })
			x[2] = 6
		}},
		{"another variable's past", []net.Assignment{
			{Var: "u", Values: []float64{1}, Dim: volt},
			{Var: "x", Expr: text("u/volt")},
			{Var: "u", Values: []float64{2}, Dim: volt},
			{Var: "x", Expr: text("x + 10*u/volt"), Elements: []int32{3}},
		}, func(x []float64) {
			fill(x, func(int) float64 { return 1 })
			x[3] = 21
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWires()
			w.pre.Initial = test.set
			want := make([]float64, w.pre.N)
			test.want(want)
			if got := variable(t, w, "P", "x", 2); !slices.Equal(got, want) {
				t.Errorf("group: got  %v\nwant %v", got, want)
			}
			// The same on synapses whose order of creation is not that of their rows, with i standing for the place.
			w = newWires()
			w.syn.Connect = append(w.syn.Connect, &net.Connection{I: []int32{6, 0, 3, 3, 5, 1, 0, 2, 6, 4, 1}, J: []int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}})
			for _, a := range test.set {
				a.Var = map[string]string{"x": "w", "u": "v"}[a.Var]
				a.Expr, a.Condition = onSynapses(a.Expr), onSynapses(a.Condition)
				w.syn.Initial = append(w.syn.Initial, a)
			}
			if got := variable(t, w, "S", "w", 2); !slices.Equal(got, want) {
				t.Errorf("synapses: got  %v\nwant %v", got, want)
			}
		})
	}
}

func fill(x []float64, f func(i int) float64) {
	for i := range x {
		x[i] = f(i)
	}
}

// Random values of a subset do not depend on threads, and those of a whole variable are uniform.
func TestInitialRandom(t *testing.T) {
	build := func(threads int) []float64 {
		w := square(5000, &net.Connection{Condition: text("i == 0")})
		w.syn.Initial = []net.Assignment{{Var: "w", Expr: text("rand()")}, {Var: "w", Expr: text("2 + rand()"), Condition: text("j >= 2500")}}
		return variable(t, w, "S", "w", threads)
	}
	x := build(1)
	if !slices.Equal(x, build(2)) {
		t.Error("one thread gives other values than two")
	}
	for half, low := range map[int]float64{0: 0, 1: 2} {
		mean := 0.0
		for _, v := range x[half*2500 : (half+1)*2500] {
			mean += v / 2500
			if v < low || v >= low+1 {
				t.Fatalf("half %d has the value %v", half, v)
			}
		}
		if math.Abs(mean-low-0.5) > 5*math.Sqrt(1.0/12/2500) {
			t.Errorf("half %d has the mean %v", half, mean)
		}
	}
}

// Many small assignments after an expression cost one operation.
func TestInitialMany(t *testing.T) {
	w := newWires()
	w.pre.Initial = append(w.pre.Initial, net.Assignment{Var: "u", Expr: text("i*mV")})
	for i := range int32(11) {
		w.pre.Initial = append(w.pre.Initial, net.Assignment{Var: "x", Values: []float64{float64(i)}, Elements: []int32{i}},
			net.Assignment{Var: "u", Values: []float64{float64(-i)}, Dim: volt, Elements: []int32{i}})
	}
	res, err := plan.Build(w.Network, options(1))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(res.Plan.Init); n > 6 {
		t.Errorf("%d operations", n)
	}
	if x := variable(t, w, "P", "x", 1); x[10] != 10 || x[3] != 3 {
		t.Errorf("x = %v", x)
	}
	if u := variable(t, w, "P", "u", 1); u[10] != -10 || u[3] != -3 {
		t.Errorf("u = %v", u)
	}
}

func TestInitialMistakes(t *testing.T) {
	for _, test := range []struct {
		onGroup bool
		a       net.Assignment
		want    string
	}{
		{true, net.Assignment{Var: "x", Values: []float64{1, 2}}, "P.x has 11 elements, but 2 values"},
		{true, net.Assignment{Var: "x", Values: []float64{1, 2}, Elements: []int32{1, 2, 3}}, "3 elements of P.x were chosen, but 2 values"},
		{true, net.Assignment{Var: "x", Values: []float64{1}, Elements: []int32{11}}, "P.x has 11 elements (0 to 10); there is no number 11"},
		{true, net.Assignment{Var: "x", Values: []float64{1}, Elements: []int32{-1}}, "no number -1"},
		{true, net.Assignment{Var: "x", Values: []float64{1, 2}, Condition: text("i > 8")}, "2 values were given"},
		{true, net.Assignment{Var: "x", Values: []float64{1}, Dim: volt}, "P.x has the unit 1"},
		{true, net.Assignment{Var: "u", Values: []float64{1}}, "P.u has the unit volt"},
		{true, net.Assignment{Var: "u", Expr: text("i")}, "volt"},
		{true, net.Assignment{Var: "u", Expr: text("i*nosuch")}, "nosuch"},
		{true, net.Assignment{Var: "x", Values: []float64{1}, Condition: text("i + 1")}, "condition"},
		{true, net.Assignment{Var: "wide", Values: []float64{1}}, `no variable "wide" that can be set`},
		{true, net.Assignment{Var: "xx", Values: []float64{1}}, `no variable "xx"`},
		{false, net.Assignment{Var: "w", Values: []float64{1, 2}}, "S.w has 77 synapses, but 2 values"},
		{false, net.Assignment{Var: "w", Values: []float64{1}, Elements: []int32{77}}, "S.w has 77 synapses (0 to 76)"},
		{false, net.Assignment{Var: "v", Expr: text("x_pre")}, "volt"},
		{false, net.Assignment{Var: "v", Values: []float64{1}}, "S.v has the unit volt"},
		{false, net.Assignment{Var: "sh", Values: []float64{1}, Elements: []int32{0}}, "shared"},
	} {
		w := newWires(&net.Connection{})
		if test.onGroup {
			w.pre.Initial = append(w.pre.Initial, test.a)
		} else {
			w.syn.Initial = append(w.syn.Initial, test.a)
		}
		_, err := plan.Build(w.Network, options(1))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %q", test.a, err, test.want)
		}
	}
}

// delayed is a network whose synapses write down the step at which the one spike of each neuron reaches them.
func delayed(p *net.Pathway) *wires {
	w := newWires(&net.Connection{I: []int32{6, 0, 3, 3, 5, 1, 0, 2}, J: []int32{0, 1, 2, 3, 4, 5, 6, 7}})
	p.Name, p.Code = "pre", text("k = int(t/dt + 0.5)")
	w.pre.Equations = text("x : 1\nfired : 1")
	w.pre.Spiking = &net.Spiking{Threshold: text("fired < 1"), Reset: text("fired = 1")}
	w.syn.Pathways = []*net.Pathway{p}
	w.syn.Initial = []net.Assignment{{Var: "w", Expr: text("j")}, {Var: "k", Values: []float64{-1}}}
	return w
}

func arrivals(t *testing.T, w *wires) []float64 {
	t.Helper()
	res, err := plan.Build(w.Network, options(2))
	if err != nil {
		t.Fatal(err)
	}
	x, err := cpu.Backend{}.Load(res.Plan, exec.Options{Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if _, err := x.Advance(context.Background(), 200); err != nil {
		t.Fatal(err)
	}
	buf, _ := res.Plan.Find("S", "k")
	k := make([]float64, buf.Len)
	if err := x.Read(buf.ID, 0, k); err != nil {
		t.Fatal(err)
	}
	return k
}

func TestDelays(t *testing.T) {
	second := func(a net.Assignment) net.Assignment {
		a.Var, a.Dim = "delay", units.Second
		return a
	}
	for _, test := range []struct {
		name string
		path net.Pathway
		want []float64
	}{
		{"none", net.Pathway{}, []float64{0, 0, 0, 0, 0, 0, 0, 0}},
		{"one", net.Pathway{Delay: []float64{1e-3}}, []float64{10, 10, 10, 10, 10, 10, 10, 10}},
		{"one assigned", net.Pathway{Delays: []net.Assignment{second(net.Assignment{Values: []float64{2e-4}})}}, []float64{2, 2, 2, 2, 2, 2, 2, 2}},
		{"some of one", net.Pathway{Delay: []float64{1e-3}, Delays: []net.Assignment{
			second(net.Assignment{Values: []float64{5e-4, 0}, Elements: []int32{6, 1}})}}, []float64{10, 0, 10, 10, 10, 10, 5, 10}},
		{"an expression", net.Pathway{Delays: []net.Assignment{second(net.Assignment{Expr: text("(10*i + j)*0.1*ms")})}},
			[]float64{60, 1, 32, 33, 54, 15, 6, 27}},
		{"of variables", net.Pathway{Delay: []float64{1e-3}, Delays: []net.Assignment{
			second(net.Assignment{Expr: text("delay + (w + x_pre)*ms/10"), Condition: text("y_post > 4")}),
			second(net.Assignment{Values: []float64{0}, Elements: []int32{7}}),
		}}, []float64{10, 10, 10, 10, 10 + 4 + 7, 10 + 5 + 3, 10 + 6 + 2, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := delayed(&test.path)
			w.pre.Initial = []net.Assignment{{Var: "x", Expr: text("i")}}
			if got := arrivals(t, w); !slices.Equal(got, test.want) {
				t.Errorf("got  %v\nwant %v", got, test.want)
			}
			o := options(1)
			o.Pairs = plan.Pairs{}
			if res, _ := plan.Build(w.Network, o); res != nil {
				d, err := res.Delays(&test.path)
				if err != nil {
					t.Error(err)
				}
				for k := range d {
					if want := test.want[k] * 1e-4; math.Abs(d[k]-want) > 1e-15 {
						t.Errorf("delay %d is reported as %g s, want %g", k, d[k], want)
					}
				}
				if pre, post := o.Pairs.Ends(w.syn); !slices.Equal(pre, w.syn.Connect[0].I) || !slices.Equal(post, w.syn.Connect[0].J) {
					t.Errorf("ends %v and %v", pre, post)
				}
				if _, kept := res.Plan.Find("S", "delay"); kept {
					t.Error("the delays stay in the plan as a variable")
				}
			}
		})
	}
}

func TestDelayMistakes(t *testing.T) {
	set := func(a net.Assignment) net.Pathway {
		a.Var = "delay"
		return net.Pathway{Delays: []net.Assignment{a}}
	}
	for _, test := range []struct {
		path net.Pathway
		want string
	}{
		{net.Pathway{Delay: []float64{1, 2}}, "S has 8 synapses, but 2 delays"},
		{net.Pathway{Delay: []float64{math.NaN()}}, "S.pre: the delay is NaN, not a time"},
		{net.Pathway{Delay: []float64{math.Inf(1)}}, "not a time"},
		{net.Pathway{Delay: []float64{-1e-3}}, "-1 ms"},
		{set(net.Assignment{Values: []float64{1, 2}, Dim: units.Second}), "S.pre.delay has 8 synapses, but 2 values"},
		{set(net.Assignment{Values: []float64{1}}), "S.pre.delay has the unit s"},
		{set(net.Assignment{Values: []float64{1}, Dim: units.Second, Elements: []int32{8}}), "there is no number 8"},
		{set(net.Assignment{Expr: text("i")}), "second"},
		{set(net.Assignment{Expr: text("(i - 2)*ms")}), "the delay of synapse 1 (from 0 to 1) is -2 ms"},
		{set(net.Assignment{Expr: text("ms/(i - 1)"), Elements: []int32{5, 4}}), "the delay of synapse 5 (from 1 to 5) is +Inf, not a time"},
		{set(net.Assignment{Expr: text("what*ms")}), "what"},
	} {
		_, err := plan.Build(delayed(&test.path).Network, options(1))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %q", test.path, err, test.want)
		}
	}
}

// onSynapses rewrites an expression of a group's test for synapses: j is there the place in the order of creation.
func onSynapses(src *diag.Source) *diag.Source {
	if src == nil {
		return nil
	}
	words := regexp.MustCompile(`\b[a-z]+\b`)
	return text(words.ReplaceAllStringFunc(src.Text, func(s string) string {
		if to, ok := map[string]string{"i": "j", "x": "w", "u": "v"}[s]; ok {
			return to
		}
		return s
	}))
}
