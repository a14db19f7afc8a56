package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// device counts synapses as a device that makes them does.
type device struct{ surveyed, sorted int }

func (d *device) survey(sources []connect.Source, cols int) (rows [][]int32, in []int32, err error) {
	d.surveyed++
	in = make([]int32, cols)
	for _, s := range sources {
		rows = append(rows, s.Survey(in))
	}
	return rows, in, nil
}

func (d *device) delays(s *plan.Sorting) (*plan.DelayCounts, error) {
	d.sorted++
	x, err := cpu.Backend{}.Load(s.Part, exec.Options{Seed: s.Seed})
	if err != nil {
		return nil, err
	}
	defer x.Close()
	delays := make([]float64, s.Part.Buffers[s.Delay].Len)
	if err := x.Read(s.Delay, 0, delays); err != nil {
		return nil, err
	}
	c, ends := &plan.DelayCounts{}, map[[2]int]int{}
	far, rows := s.Far.Index(), len(s.RowPtr)-1
	for r := range rows {
		for k := s.RowPtr[r]; k < s.RowPtr[r+1]; k++ {
			syn := k
			if s.Number != nil {
				syn = s.Number.Index().At(int(k))
			}
			lag := int(delays[syn]/s.DT + 0.5)
			for lag >= len(c.Rows) {
				c.Rows, c.Most = append(c.Rows, nil), append(c.Most, 0)
			}
			if c.Rows[lag] == nil {
				c.Rows[lag] = make([]int32, rows)
			}
			c.Rows[lag][r]++
			end := [2]int{lag, int(far.At(int(k)))}
			ends[end]++
			c.Most[lag] = max(c.Most[lag], ends[end])
		}
	}
	return c, nil
}

// Plans whose synapses a device makes are those whose synapses the host makes, and so are the ends and what comes of changes.
func TestRecipes(t *testing.T) {
	condition := func(c string, total int64) *net.Connection { return &net.Connection{Condition: text(c), Total: total} }
	p := func(c, p string) *net.Connection {
		x := &net.Connection{P: text(p)}
		if c != "" {
			x.Condition = text(c)
		}
		return x
	}
	given := &net.Connection{I: []int32{1, 2}, J: []int32{0, 3}}
	for _, test := range []struct {
		name   string
		self   bool
		delays string
		c      []*net.Connection
		why    string // the host makes them
		sorts  bool   // the device
	}{
		{"probability", false, "", []*net.Connection{p("", "0.4")}, "", false},
		{"two calls", false, "", []*net.Connection{p("", "0.4"), p("", "0.3")}, "", false},
		{"two calls in order", false, "", []*net.Connection{condition("i < 3", 10), condition("i >= 3", 10)}, "", false},
		{"not itself", true, "", []*net.Connection{p("i != j", "0.9")}, "", false},
		{"all", false, "", []*net.Connection{{}}, "", false},
		{"all but itself", true, "", []*net.Connection{condition("i != j", 0)}, "", false},
		{"total", false, "", []*net.Connection{condition("i > 2 and j % 2 == 0", 40)}, "", false},
		{"delays", false, "rand()*ms", []*net.Connection{p("", "0.4")}, "", true},
		{"delays of three calls", false, "(1 + x_pre)*rand()*0.1*ms", []*net.Connection{condition("i < 5", 40), p("", "0.4"), {}}, "", true},
		{"inexact delays", false, "exp(rand())*0.1*ms", []*net.Connection{p("", "0.4")}, "", false},
		{"one delay", false, "2*ms", []*net.Connection{p("", "0.4")}, "", false},
		{"given", false, "", []*net.Connection{p("", "0.4"), given}, "call 2", false},
		{"probability of i", false, "", []*net.Connection{p("", "0.1*i")}, "call 1", false},
		{"no synapses", false, "", []*net.Connection{p("", "0")}, "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWires(test.c...)
			w.pre.Spiking = &net.Spiking{Threshold: text("x > 100"), Reset: text("x = 0")}
			path := &net.Pathway{Name: "pre", Code: text("y_post += w")}
			if w.syn.Pathways = []*net.Pathway{path}; test.delays != "" {
				path.Delays = []net.Assignment{{Var: "delay", Expr: text(test.delays)}}
			}
			w.syn.Initial = []net.Assignment{{Var: "w", Expr: text("i + 100*j + N_incoming/100")}}
			if test.self {
				w.syn.Post, path.Code = w.syn.Pre, text("x_post += w")
			}
			d := &device{}
			build := func(pairs plan.Pairs, made bool) (*plan.Result, *plan.Plan) {
				o := options(1)
				if o.Pairs = pairs; made {
					o.Survey, o.Delays = d.survey, d.delays
				}
				res, err := plan.Build(w.Network, o)
				if err != nil {
					t.Fatal(err)
				}
				return res, res.Plan
			}
			hostPairs, pairs := plan.Pairs{}, plan.Pairs{}
			same := func(what string) int {
				t.Helper()
				_, host := build(hostPairs, false)
				res, made := build(pairs, true)
				if host.Fingerprint != made.Fingerprint {
					var a, b strings.Builder
					host.Dump(&a)
					made.Dump(&b)
					t.Fatalf("%s: another plan:\n%s\n%s", what, a.String(), b.String())
				}
				recipes := 0
				for k, b := range made.Buffers {
					if b.Recipe != nil {
						recipes++
					}
					if !plan.SameContents(host.Buffers[k], b) {
						t.Errorf("%s: %s.%s is %v, want %v", what, b.Object, b.Var, b.Entries(), host.Buffers[k].Entries())
					}
				}
				for k, c := range made.Conns {
					if a, b := host.MostEnds(host.Conns[k]), made.MostEnds(c); a != b {
						t.Errorf("%s: %s: %d synapses end in one element, want %d", what, c.Name, b, a)
					}
				}
				i, j := hostPairs.Ends(w.syn)
				if k, l := pairs.Ends(w.syn); !slices.Equal(i, k) || !slices.Equal(j, l) {
					t.Errorf("%s: other ends", what)
				}
				if _, again := build(pairs, true); !plan.SameContents(again.Buffers[len(again.Buffers)-1], made.Buffers[len(made.Buffers)-1]) {
					t.Errorf("%s: not the same when it is built again", what)
				}
				how := fmt.Sprint(res.Connecting["S"])
				if said := strings.Contains(how, "made by the host: "+test.why); test.why != "" && !said || strings.Contains(how, "made by the device") != (d.surveyed > 0) {
					t.Errorf("%s: %s", what, how)
				}
				return recipes
			}
			n := same("at first")
			if (n > 0) != (d.surveyed == 1) || (d.surveyed == 1) != (test.why == "" && test.name != "no synapses") {
				t.Errorf("%d arrays are left to the device, which has counted %d times", n, d.surveyed)
			}
			if (d.sorted > 0) != test.sorts {
				t.Errorf("sorted %d times", d.sorted)
			}
			if len(test.c) == 0 || test.name == "no synapses" {
				return
			}
			// Groups may grow, and synapses come and go.
			w.pre.N += 3
			w.post.N += 2
			same("grown")
			for _, p := range []plan.Pairs{hostPairs, pairs} {
				if err := p.Remove(w.syn, []int32{1, 3}, true); err != nil {
					t.Fatal(err)
				}
			}
			same("some removed")
			for _, p := range []plan.Pairs{hostPairs, pairs} {
				if err := p.Remove(w.syn, []int32{1, 3}, false); err != nil {
					t.Fatal(err)
				}
			}
			same("put back")
			for _, p := range []plan.Pairs{hostPairs, pairs} {
				if _, err := p.Add(w.syn, []int32{0, 6}, []int32{1, 1}); err != nil {
					t.Fatal(err)
				}
			}
			if same("added") != 0 {
				t.Error("synapses that were added are left to the device")
			}
		})
	}
}
