package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// backends opens cpu and, where there is one, gl.
func backends(t testing.TB) map[string]exec.Backend {
	t.Helper()
	c, _, err := OpenCPU()
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]exec.Backend{"cpu": c}
	g, done, err := OpenGL()
	switch {
	case err == nil:
		t.Cleanup(done)
		list["gl"] = g
	case gltest.Required():
		t.Fatalf("no OpenGL, and CI or GALVANI_REQUIRE_GL asks for it: %v", err)
	default:
		t.Logf("SKIPPED gl: %v", err)
	}
	return list
}

// Every workload runs on both backends, computes what the other computes, and passes its own check.
func TestWorkloads(t *testing.T) {
	list := backends(t)
	both := []exec.Backend{list["cpu"]}
	if g := list["gl"]; g != nil {
		both = append(both, g)
	}
	small := slices.DeleteFunc(Workloads(), func(w Workload) bool { return w.Large })
	r, err := Run(context.Background(), Config{Workloads: small, Backends: both, Rounds: 1, RoundTime: time.Millisecond, Log: func(s string) { t.Log(s) }})
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Cases {
		c := &r.Cases[i]
		if c.Error != "" {
			t.Error(c.line())
			continue
		}
		want := 0.0
		for _, p := range c.Params {
			if p.Name == "synapses" {
				want = p.Value
			}
		}
		if d := math.Abs(float64(c.Synapses) - want); d > 0.01*want+float64(c.Neurons) {
			t.Errorf("%s: %d synapses, but the table says %g", c.Workload, c.Synapses, want)
		}
		if c.Memory.Total <= 0 || c.Memory.Total > 200<<20 || len(c.Phases) == 0 || c.Compile <= 0 || c.Load <= 0 {
			t.Errorf("%s: implausible %+v", c.line(), c)
		}
	}
	var text, data bytes.Buffer
	if err := r.WriteTable(&text); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteJSON(&data); err != nil {
		t.Fatal(err)
	}
	var back Result
	if err := json.Unmarshal(data.Bytes(), &back); err != nil || len(back.Cases) != len(r.Cases) {
		t.Errorf("the JSON does not read back: %v", err)
	}
	if n := strings.Count(text.String(), "\n| field-"); n == 0 {
		t.Errorf("no workload in the table:\n%s", text.String())
	}
}

// broken is a backend that spoils one value.
type broken struct{ exec.Backend }

type brokenInstance struct{ exec.Instance }

func (b broken) Caps() exec.Caps {
	c := b.Backend.Caps()
	c.Name, c.Threads = "broken", 0
	return c
}

func (b broken) Load(p *plan.Plan, o exec.Options) (exec.Instance, error) {
	i, err := b.Backend.Load(p, o)
	return brokenInstance{i}, err
}

func (b brokenInstance) Read(id plan.BufferID, off int, dst []float64) error {
	err := b.Instance.Read(id, off, dst)
	dst[0] += 1e-3
	return err
}

// A backend that computes something else gets no numbers.
func TestWrongResultsAreNotReported(t *testing.T) {
	c, _, err := OpenCPU()
	if err != nil {
		t.Fatal(err)
	}
	w, err := Select([]string{"field-20"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), Config{Workloads: w, Backends: []exec.Backend{c, broken{c}}, Threads: []int{1},
		Precisions: []plan.Precision{plan.Double}, Rounds: 1, RoundTime: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Cases) != 2 || r.Cases[0].Error != "" || !strings.Contains(r.Cases[1].Error, "wrong result: Input.r[0]") || len(r.Cases[1].Rounds) > 0 {
		t.Errorf("%+v", r.Cases)
	}
	w[0].Watch[0] = Watched{Group: "Input", Var: "r", Peak: 2, Most: 3}
	r, err = Run(context.Background(), Config{Workloads: w, Backends: []exec.Backend{c}, Threads: []int{1}, Rounds: 1, RoundTime: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Cases {
		if !strings.Contains(c.Error, "less than the 2") || len(c.Rounds) > 0 {
			t.Errorf("a dead network passes: %+v", c)
		}
	}
}

// A network that fires too much or too little gets no numbers.
func TestRatesAreChecked(t *testing.T) {
	c, _, err := OpenCPU()
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range [][2]float64{{0, 1e-3}, {1e3, 1e4}} {
		w, err := Select([]string{"cuba-4000"})
		if err != nil {
			t.Fatal(err)
		}
		w[0].Rate = wrong
		k := &benchCase{w: &w[0], backend: c, precision: plan.Double, degrees: new(degrees)}
		if err := k.load(context.Background(), &Config{Seed: 1}); err != nil {
			t.Fatal(err)
		}
		if err := k.sim.RunSteps(context.Background(), 1000); err != nil {
			t.Fatal(err)
		}
		if err := k.checkRates(); err == nil || !strings.Contains(err.Error(), "per second and cell") {
			t.Errorf("%v: %v", wrong, err)
		}
		k.close()
	}
}

// Rounds begin where the workload says.
func TestFrom(t *testing.T) {
	c, _, err := OpenCPU()
	if err != nil {
		t.Fatal(err)
	}
	w := cuba(100)
	w.From = 500
	k := &benchCase{w: &w, backend: c, precision: plan.Double, degrees: new(degrees)}
	if err := k.load(context.Background(), &Config{Seed: 1}); err != nil {
		t.Fatal(err)
	}
	defer k.close()
	if _, err := k.calibrate(context.Background(), time.Microsecond); err != nil {
		t.Fatal(err)
	}
	if at := k.sim.Instance().At().Step; at <= 500 || at > 600 {
		t.Errorf("the first round begins at step %d", at)
	}
}

// The microcircuit at a tenth of its size has the rates that Brian2 has, and other rates are told from them.
func TestMicrocircuitRates(t *testing.T) {
	c, _, err := OpenCPU()
	if err != nil {
		t.Fatal(err)
	}
	w, err := Select([]string{"microcircuit-0.1"})
	if err != nil {
		t.Fatal(err)
	}
	k := &benchCase{w: &w[0], backend: c, precision: plan.Single, degrees: new(degrees)}
	if err := k.load(context.Background(), &Config{Seed: 1}); err != nil {
		t.Fatal(err)
	}
	defer k.close()
	if err := k.sim.Advance(context.Background(), 1000); err != nil {
		t.Fatal(err)
	}
	if err := k.begin(); err != nil {
		t.Fatal(err)
	}
	if err := k.sim.RunSteps(context.Background(), 5000); err != nil {
		t.Fatal(err)
	}
	if err := k.checkRates(); err != nil {
		t.Error(err)
	}
	for i, full := range microcircuitData.rates[:2] { // the others differ less
		own := w[0].Populations[i]
		w[0].Populations[i].Low, w[0].Populations[i].High = full, full
		if err := k.checkRates(); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("population %d has fired", i)) {
			t.Errorf("with the rate of full scale: %v", err)
		}
		w[0].Populations[i] = own
	}
}

func TestSelect(t *testing.T) {
	if _, err := Select([]string{"feild-20"}); err == nil || !strings.Contains(err.Error(), "field-20") {
		t.Errorf("unknown name: %v", err)
	}
	for name, want := range map[string]string{"microcircuit-0.01": "from 0.1 to 1", "microcircuit-0.1-dc": "silent", "microcircuit-x": "no workload",
		"cuba-1e5": "no workload", "cuba-10": "from 1000", "spreizer-9": "from 1 to 5", "brunel-100": "no workload", "coba-": "no workload"} {
		if _, err := Select([]string{name}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if w, err := Select([]string{"microcircuit-0.2", "microcircuit-1-dc"}); err != nil || len(w) != 2 || w[1].Params[1].Value != 77169 {
		t.Errorf("%v, %v", w, err)
	}
	if w, err := Select([]string{"cobahh-1000", "cuba-4000", "kuramoto-200", "kuramoto-1000"}); err != nil || len(w) != 4 || w[0].Name != "cuba-4000" ||
		w[1].Params[1].Value != 9924 || w[2].Params[0].Value != 1000 || w[3].Params[1].Value != 2000 {
		t.Errorf("%v, %v", w, err)
	}
	w, err := Select([]string{"field-20*"})
	if err != nil || len(w) != 2 || w[1].Name != "field-20-still" {
		t.Errorf("%v, %v", w, err)
	}
}

// The ways to run a schedule stand beside each other, and one that a network does not run in says why.
func TestWaysOfGL(t *testing.T) {
	r, err := Measure(context.Background(), Options{Names: []string{"field-20", "cascade"}, Backends: []string{"gl-plain", "gl-resident"}, Precisions: []plan.Precision{plan.Single}, Rounds: 1, RoundTime: time.Millisecond})
	if errors.Is(err, ErrNoBackend) && os.Getenv("CI") == "" {
		t.Skip("SKIPPED: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for k, c := range r.Cases {
		refused := strings.Contains(c.Error, "one after another, in a work group of its own")
		if want := []string{"gl-plain", "gl-resident"}[k%2]; c.Backend != want || refused != (k == 3) || len(c.Rounds) == 0 != refused {
			t.Errorf("%s on %s: %d rounds, %s", c.Workload, c.Backend, len(c.Rounds), c.Error)
		}
	}
}

func TestMeasure(t *testing.T) {
	for _, o := range []Options{{Names: []string{"nothing"}}, {Backends: []string{"cuda"}}} {
		if r, err := Measure(context.Background(), o); r != nil || !errors.Is(err, ErrUsage) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if _, err := Measure(context.Background(), Options{Names: []string{Surface}, Backends: []string{"cpu"}}); !errors.Is(err, ErrNoBackend) {
		t.Errorf("surfaces without gl: %v", err)
	}
	r, err := Measure(context.Background(), Options{Names: []string{"field-20"}, Backends: []string{"cpu"}, Rounds: 2, RoundTime: time.Millisecond})
	if err != nil || len(r.Cases) == 0 || len(r.Cases[0].Rounds) != 2 || r.Frames != nil {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestCanceled(t *testing.T) {
	c, _, err := OpenCPU()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, Config{Backends: []exec.Backend{c}}); err == nil {
		t.Error("a canceled Run must fail")
	}
}

// watched calls a function before each batch.
type watched struct {
	exec.Backend
	before func()
}

type watchedInstance struct {
	exec.Instance
	before func()
}

func (b watched) Load(p *plan.Plan, o exec.Options) (exec.Instance, error) {
	x, err := b.Backend.Load(p, o)
	return watchedInstance{x, b.before}, err
}

func (x watchedInstance) Advance(ctx context.Context, step int64) (exec.Stop, error) {
	x.before()
	return x.Instance.Advance(ctx, step)
}

// Who stops a measurement keeps the rounds that were whole, checked like all, and is told what ended it.
func TestStopped(t *testing.T) {
	c, _, err := OpenCPU()
	if err != nil {
		t.Fatal(err)
	}
	list, err := Select([]string{"kuramoto-1000"})
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []bool{false, true} {
		w := list[0]
		if wrong {
			w.Watch = slices.Clone(w.Watch)
			w.Watch[0].Check = func(_, _ []float64, _ float64) error { return errors.New("it is") }
		}
		ctx, cancel := context.WithCancelCause(context.Background())
		why := errors.New("enough")
		var cases []*benchCase
		b := watched{c, func() {
			if len(cases[0].res.Rounds) == 3 {
				cancel(why)
			}
		}}
		config := Config{Backends: []exec.Backend{b}, Precisions: []plan.Precision{plan.Double}, Threads: []int{1}, Rounds: 1000, RoundTime: 50 * time.Millisecond, Seed: 1, Log: func(string) {}}
		cases = config.cases(&w)
		if err := measure(ctx, &config, cases, nil); !errors.Is(err, why) {
			t.Errorf("wrong %v: %v", wrong, err)
		}
		switch k := &cases[0].res; {
		case wrong:
			if len(k.Rounds) != 0 || !strings.Contains(k.Error, "wrong result") {
				t.Errorf("a wrong result has %d rounds, and the error %q", len(k.Rounds), k.Error)
			}
		case len(k.Rounds) != 3 || k.Error != "" || len(k.Phases) == 0 || !(k.Events > 0):
			t.Errorf("%+v", k)
		}
		cases[0].close()
	}
}

func TestCount(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 3.14159: "3.14", 123.4: "123", 24632: "24,600", 1234567: "1,230,000", 1.5e9: "1.50e+09"} {
		if got := count(v); got != want {
			t.Errorf("count(%g) = %q, want %q", v, got, want)
		}
	}
}

// BenchmarkSteps reports steps per second of every workload: one step is one operation.
func BenchmarkSteps(b *testing.B) {
	list := backends(b)
	for _, w := range Workloads() {
		for _, name := range []string{"cpu", "gl"} {
			back := list[name]
			if back == nil {
				continue
			}
			for _, p := range []plan.Precision{plan.Double, plan.Single} {
				for _, threads := range (&Config{}).threads(back) {
					b.Run(fmt.Sprintf("%s/%s/%s/threads=%d", w.Name, name, precisionName(p), threads), func(b *testing.B) {
						benchmarkSteps(b, w, back, p, threads)
					})
				}
			}
		}
	}
}

func benchmarkSteps(b *testing.B, w Workload, back exec.Backend, p plan.Precision, threads int) {
	n, err := w.Build()
	if err != nil {
		b.Fatal(err)
	}
	s, err := sim.Compile(n, sim.Options{Backend: back, Precision: p, Threads: threads})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	ctx := context.Background()
	if err := s.Advance(ctx, w.CompareAt); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	if err := s.Advance(ctx, w.CompareAt+int64(b.N)); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}

const exampleScript = "../examples/neural_field/neural_field.star"

// The example reaches its first step on every backend.
func TestStart(t *testing.T) {
	for name, open := range map[string]Opener{"cpu": OpenCPU, "gl": OpenGL} {
		best, mid, err := MeasureStart(context.Background(), exampleScript, open, plan.Single, 2)
		if err != nil {
			if name == "gl" && !gltest.Required() {
				t.Skipf("SKIPPED: %v", err)
			}
			t.Fatal(err)
		}
		if best.Backend != name || best.Total < best.Load || mid.Total < best.Total {
			t.Errorf("%s: %+v", name, best)
		}
		t.Logf("%s: %.0f ms", name, best.Total*1e3)
	}
}

// BenchmarkStart is the time from a script to its first step; a step is one operation.
func BenchmarkStart(b *testing.B) {
	for _, name := range []string{"cpu", "gl"} {
		open := map[string]Opener{"cpu": OpenCPU, "gl": OpenGL}[name]
		b.Run(name, func(b *testing.B) {
			p := plan.Double
			if name == "gl" {
				p = plan.Single
			}
			for range b.N {
				if _, _, err := MeasureStart(context.Background(), exampleScript, open, p, 1); err != nil {
					if name == "gl" && !gltest.Required() {
						b.Skipf("SKIPPED: %v", err)
					}
					b.Fatal(err)
				}
			}
		})
	}
}
