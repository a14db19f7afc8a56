package examples

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/script"
	"github.com/galvani-sim/galvani/host/sim"
)

var (
	full  = flag.Bool("stats.full", false, "compare every model on every backend with Brian2's statistics, not only those that take seconds")
	first = flag.Uint64("stats.first", 1, "first of the seeds that are compared with Brian2's")
	seeds = flag.Uint64("stats.seeds", 5, "how many seeds are compared with Brian2's")
)

// engine runs scripts on a backend.
type engine struct {
	backend   exec.Backend
	precision plan.Precision
}

// inDouble is the CPU in double precision.
var inDouble = engine{cpu.Backend{}, plan.Double}

func (e engine) Open(n *net.Network, seed uint64, warn func(diag.List)) (script.Simulation, error) {
	s, err := sim.Compile(n, sim.Options{Backend: e.backend, Precision: e.precision, Seed: seed, Warn: warn})
	if err != nil {
		return nil, err
	}
	return script.Adapter{Sim: s}, nil
}

// A model and the engines on which its statistics are compared without -stats.full.
type model struct {
	name, path string
	set        []string
	quick      string  // of "cpu double", "cpu single" and "gl single", those on which five seeds take seconds
	indegree   float64 // expected mean; 0: not tested
}

var models = []model{
	{"CUBA", "cuba/cuba.star", nil, "cpu double, cpu single", 80},
	{"COBA", "coba/coba.star", nil, "cpu double", 80},
	{"BRUNEL_fifth", "brunel/brunel.star", []string{"scale=0.2"}, "cpu double, cpu single, gl single", 250},
	{"COBAHH", "cobahh/cobahh.star", nil, "cpu double", 80},
	{"BRUNEL", "brunel/brunel.star", nil, "", 1250},
	{"SPREIZER_symmetric", "spreizer2019/spreizer2019.star", []string{"landscapes=symmetric"}, "cpu double", 40},
	{"SPREIZER_homog", "spreizer2019/spreizer2019.star", []string{"landscapes=homog"}, "", 40},
	{"STDP", "stdp/stdp.star", []string{"duration=100.1*second"}, "", 0},
}

// statistics that tell a model from another, as far as they apply.
type statistics map[string]float64

// Statistics of the examples are not told apart from Brian2's: Welch's test over seeds, p below 1e-3 fails. Every p is logged: of n tests between equal
// programs, the smallest p is below 1/n more often than not.
func TestStatsDouble(t *testing.T) {
	compare(t, "cpu double", func(testing.TB) engine { return inDouble })
}

func TestStatsSingle(t *testing.T) {
	compare(t, "cpu single", func(testing.TB) engine { return engine{cpu.Backend{}, plan.Single} })
}

func compare(t *testing.T, name string, open func(testing.TB) engine) {
	tests, least := 0, 1.0
	for _, m := range models {
		t.Run(m.name, func(t *testing.T) {
			if !strings.Contains(m.quick, name) && !*full {
				t.Skip("SKIPPED: takes longer; go test ./examples -run Stats -stats.full -timeout 1h")
			}
			want, got := wanted(t, m.name), map[string][]float64{}
			e := open(t)
			for seed := *first; seed < *first+*seeds; seed++ {
				for k, v := range measure(t, e, m, seed) {
					got[k] = append(got[k], v)
				}
			}
			for _, k := range slices.Sorted(maps.Keys(want)) {
				w := want[k]
				if uint64(len(got[k])) != *seeds {
					t.Errorf("%s: %d values", k, len(got[k]))
					continue
				}
				p := welch(got[k], w)
				tests, least = tests+1, min(least, p)
				t.Logf("| %s | %s | %s | %.4g ± %.2g | %.4g ± %.2g | %.2g |", name, m.name, k, stat.Mean(got[k], nil), stat.StdDev(got[k], nil), stat.Mean(w, nil), stat.StdDev(w, nil), p)
				if !(p >= 1e-3) {
					t.Errorf("%s differs from Brian2's: %v, want %v", k, got[k], w)
				}
			}
		})
	}
	t.Logf("%s: %d tests, the smallest p is %.2g", name, tests, least)
}

// wanted are Brian2's values by statistic, one per seed.
func wanted(t *testing.T, model string) map[string][]float64 {
	t.Helper()
	data, err := os.ReadFile("testdata/stats_brian2.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	out := map[string][]float64{}
	for k, raw := range all[model] {
		var s struct{ Values []float64 }
		if json.Unmarshal(raw, &s) == nil && len(s.Values) > 0 {
			out[k] = s.Values
		}
	}
	if len(out) < 2 {
		t.Fatalf("no statistics of %s", model)
	}
	return out
}

// welch is the two-sided p value of Welch's test for equal means.
func welch(a, b []float64) float64 {
	va, vb := stat.Variance(a, nil)/float64(len(a)), stat.Variance(b, nil)/float64(len(b))
	v := (va + vb) * (va + vb) / (va*va/float64(len(a)-1) + vb*vb/float64(len(b)-1))
	x := math.Abs(stat.Mean(a, nil)-stat.Mean(b, nil)) / math.Sqrt(va+vb)
	return 2 * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: v}.Survival(x)
}

func TestWelch(t *testing.T) {
	// Five numbers against the same plus 1: t = 1 with 8 degrees of freedom.
	a, b := []float64{1, 2, 3, 4, 5}, []float64{2, 3, 4, 5, 6}
	if p := welch(a, b); math.Abs(p-0.346594) > 1e-6 {
		t.Errorf("shifted by one: p = %g", p)
	}
	if p := welch(a, []float64{11, 12, 13, 14, 15}); p > 1e-5 {
		t.Errorf("shifted by ten: p = %g", p)
	}
	if p := welch(a, a); math.Abs(p-1) > 1e-12 {
		t.Errorf("equal samples: p = %g", p)
	}
}

// measure runs a script and summarizes its last network.
func measure(t *testing.T, e engine, of model, seed uint64) statistics {
	t.Helper()
	var out bytes.Buffer
	res, err := script.Run(context.Background(), of.path, script.Options{Engine: e, Set: of.set, Seed: &seed, Stdout: &out})
	for _, n := range res.Networks {
		defer n.Sim.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	s := res.Sim.(script.Adapter)
	n := res.Network
	if m := n.SpikeMonitors; len(m) != 1 {
		t.Fatalf("%d spike monitors", len(m))
	}
	spikes, err := s.Spikes(n.SpikeMonitors[0])
	if err != nil {
		t.Fatal(err)
	}
	if of.indegree > 0 {
		checkIndegrees(t, s, n, of.indegree)
	}
	if i := slices.IndexFunc(n.Synapses, func(s *net.Synapses) bool { return s.Method == "" && len(s.Initial) > 0 }); i >= 0 {
		w, _, err := s.GetSynapses(n.Synapses[i], "w")
		if err != nil {
			t.Fatal(err)
		}
		return weights(w, 0.01, float64(len(spikes.T))/s.Time())
	}
	return trains(spikes, s.Time())
}

// weights are the statistics of plasticity between 0 and most.
func weights(w []float64, most, rate float64) statistics {
	r := statistics{"out_rate": rate}
	for _, v := range w {
		r["w_mean"] += v / most / float64(len(w))
		if v < 0.1*most {
			r["w_frac_low"] += 1 / float64(len(w))
		}
		if v > 0.9*most {
			r["w_frac_high"] += 1 / float64(len(w))
		}
	}
	return r
}

// trains are the mean rate, its spread over cells, and the mean coefficient of variation of cells with at least three intervals, in the window
// that the reference has: after 0.1 s of 1.1 s, or after 0.5 s of 3.5 s.
func trains(s script.Spikes, end float64) statistics {
	begin := 0.1
	if end > 2 {
		begin = 0.5
	}
	times := make([][]float64, len(s.Count))
	total := 0
	for k, i := range s.Index {
		if s.T[k] >= begin-1e-9 {
			times[i] = append(times[i], s.T[k])
			total++
		}
	}
	var cv, rates []float64
	for _, t := range times {
		rates = append(rates, float64(len(t))/(end-begin))
		var isi []float64
		for k := 1; k < len(t); k++ {
			isi = append(isi, t[k]-t[k-1])
		}
		if len(isi) >= 3 {
			m, sd := stat.PopMeanStdDev(isi, nil)
			cv = append(cv, sd/m)
		}
	}
	m, sd := stat.PopMeanStdDev(rates, nil)
	return statistics{"rate": m, "rate_std": sd, "cv": stat.Mean(cv, nil)}
}

// checkIndegrees compares the mean in-degree over all synapses with what the rules promise, within five standard errors of independent choices.
func checkIndegrees(t *testing.T, s script.Adapter, n *net.Network, want float64) {
	t.Helper()
	edges, cells := 0, n.SpikeMonitors[0].Of.Len()
	degree := make([]float64, cells)
	for _, y := range n.Synapses {
		_, post, err := s.Edges(y)
		if err != nil {
			t.Fatal(err)
		}
		edges += len(post)
		for _, j := range post {
			degree[j]++
		}
	}
	m, sd := stat.PopMeanStdDev(degree, nil)
	if d := math.Abs(m - want); d > 5*math.Sqrt(want/float64(cells)) {
		t.Errorf("mean in-degree %g, want %g", m, want)
	}
	// Independent choices give a variance of at most the mean, and not less than nine tenths of it at a probability of 0.1.
	if v := sd * sd / want; v < 0.9*(1-5*math.Sqrt(2/float64(cells))) || v > 1+5*math.Sqrt(2/float64(cells)) {
		t.Errorf("variance of in-degrees is %g of their mean", v)
	}
}
