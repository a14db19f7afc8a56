package conform

import (
	"fmt"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/sim"
)

// tick is the finest interval of the recorded network, in seconds; intervals below are numbers of ticks.
const tick = 0.05e-3

// counter is a group whose variables say how many steps it has made.
type counter struct {
	*net.Group
	ticks int
	// value is what element i of a variable holds after n steps.
	value  map[string]func(n, i int) float64
	shared map[string]bool
}

func number(n int) float64 { return float64(n) }

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func counters() []*counter {
	a := &counter{
		Group: brian("a", 5, `
k = int(t/dt + 0.5) + 1 : integer (constant over dt)
odd = k % 2 == 1 : boolean (constant over dt)
ks = int(t/dt + 0.5) + 1 : integer (shared, constant over dt)
half = 0.5*k + i : 1
es = 3*ks : integer (shared)
eb = k > i : boolean
p : 1`, "", nil),
		ticks: 2,
		value: map[string]func(n, i int) float64{
			"k": func(n, i int) float64 { return number(n) }, "odd": func(n, i int) float64 { return truth(n%2 == 1) },
			"ks": func(n, i int) float64 { return number(n) }, "half": func(n, i int) float64 { return 0.5*number(n) + number(i) },
			"es": func(n, i int) float64 { return 3 * number(n) }, "eb": func(n, i int) float64 { return truth(n > i) },
			"p": func(n, i int) float64 { return 0.25 * number(i) },
		},
		shared: map[string]bool{"ks": true, "es": true},
	}
	set(a.Group, "p", "", 0, 0.25, 0.5, 0.75, 1)
	b := &counter{
		Group: &net.Group{Name: "b", N: 3, Dialect: check.ANNarchy, Equations: &diag.Source{Name: "b", Text: `
count += 1 : int
total += 2 : population, int
r = 10.0*i + count + 0.5*total : init=1.0*i`}},
		ticks: 5,
		value: map[string]func(n, i int) float64{
			"count": func(n, i int) float64 { return number(n) }, "total": func(n, i int) float64 { return 2 * number(n) },
			"r": func(n, i int) float64 {
				if n == 0 {
					return number(i)
				}
				return 10*number(i) + 2*number(n)
			},
		},
		shared: map[string]bool{"total": true},
	}
	for _, c := range []*counter{a, b} {
		c.DT = tick * float64(c.ticks)
	}
	return []*counter{a, b}
}

// monitored is a monitor of a counter and when it began.
type monitored struct {
	*net.StateMonitor
	of    *counter
	ticks int
	from  int // ticks
}

func watch(c *counter, name string, ticks int, elements []int32, vars ...string) *monitored {
	return &monitored{&net.StateMonitor{Name: name, Group: c.Group, Vars: vars, Elements: elements, DT: tick * float64(ticks)}, c, ticks, 0}
}

// recording checks each sample of monitors with intervals of their own, over several runs whose durations fit no clock, with a monitor
// added in between.
func (s *suite) recording(t *testing.T) {
	list := counters()
	a, b := list[0], list[1]
	all := []string{"k", "odd", "ks", "half", "es", "eb", "p"}
	monitors := []*monitored{
		watch(a, "a0", 2, nil, all...), watch(a, "a3", 6, []int32{4, 0, 4}, all...),
		watch(b, "b0", 5, nil, "count", "total", "r"), watch(b, "fine", 1, []int32{2}, "r", "total"),
	}
	n := &net.Network{DT: 2 * tick, Groups: []*net.Group{a.Group, b.Group}}
	for _, m := range monitors {
		n.Monitors = append(n.Monitors, m.StateMonitor)
	}
	r := compile(t, n, s.options())
	verify := func(until int) {
		t.Helper()
		if got := int(r.Instance().At().Step); got != until {
			t.Fatalf("the run ended at tick %d, want %d", got, until)
		}
		for _, m := range monitors {
			m.verify(t, recordedAll(t, r, m.StateMonitor), until)
		}
	}
	run(t, r, 1.03e-3) // 20.6 ticks: 21 steps
	verify(21)
	run(t, r, 0.7e-3) // 1.73 ms: 34.6 ticks
	verify(35)
	late := watch(a, "late", 3, []int32{1, 3}, "k", "half")
	late.from = 36
	monitors = append(monitors, late)
	n.Monitors = append(n.Monitors, late.StateMonitor)
	run(t, r, 2.22e-3) // 3.95 ms: 79 ticks
	verify(79)
	run(t, r, 0)
	verify(79)
}

// recordedAll is every column of a recording by name.
func recordedAll(t *testing.T, r *sim.Sim, m *net.StateMonitor) map[string][]float64 {
	t.Helper()
	out := map[string][]float64{}
	for _, name := range append([]string{"t"}, m.Vars...) {
		out[name] = recorded(t, r, m, name)
	}
	return out
}

func (m *monitored) verify(t *testing.T, got map[string][]float64, until int) {
	t.Helper()
	var at []int // ticks of the samples
	for k := m.from; k < until; k += m.ticks {
		at = append(at, k)
	}
	var times []float64
	for _, k := range at {
		times = append(times, float64(k/m.ticks)*m.DT)
	}
	if !slices.Equal(got["t"], times) {
		t.Fatalf("%s: samples at %v, want %v", m.Name, got["t"], times)
	}
	for _, name := range m.Vars {
		elements := m.Elements
		switch {
		case m.of.shared[name]:
			elements = []int32{0}
		case elements == nil:
			for i := range int32(m.of.N) {
				elements = append(elements, i)
			}
		}
		if len(got[name]) != len(elements)*len(at) {
			t.Fatalf("%s.%s: %d values for %d samples of %d", m.Name, name, len(got[name]), len(at), len(elements))
		}
		for k, now := range at {
			done := (now + m.of.ticks - 1) / m.of.ticks
			if m.of.Dialect == check.Brian { // what is constant over dt is set before the sample
				done = now/m.of.ticks + 1
			}
			for j, e := range elements {
				if x, want := got[name][k*len(elements)+j], m.of.value[name](done, int(e)); x != want {
					t.Fatalf("%s.%s[%d] = %v at tick %d, want %v", m.Name, name, e, x, now, want)
				}
			}
		}
	}
}

// callbacks read and write state at intervals of their own, before and after monitors of the same step.
func (s *suite) callbacks(t *testing.T) {
	g := &net.Group{Name: "g", N: 3, Dialect: check.ANNarchy, Equations: &diag.Source{Name: "g", Text: "r += 1.0 + k\nk = k : int\nb = b : bool"}}
	m := &net.StateMonitor{Name: "m", Group: g, Vars: []string{"r", "k", "b"}}
	n := &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Monitors: []*net.StateMonitor{m}}
	var calls []string
	operation := func(name string, ms, order int, f func(s net.State) error) {
		n.Operations = append(n.Operations, &net.Operation{Name: name, DT: float64(ms) * 1e-3, Order: order, Func: func(s net.State) error {
			calls = append(calls, fmt.Sprintf("%s %.0f", name, s.Time()*1e3))
			return f(s)
		}})
	}
	operation("before", 4, -1, func(s net.State) error {
		r, err := s.Get(g, "r")
		if err != nil {
			return err
		}
		for i := range r {
			r[i] = r[i]/2 + float64(i)
		}
		return s.Set(g, "r", r)
	})
	operation("after", 3, 1, func(s net.State) error {
		if err := s.Set(g, "b", []float64{1}); err != nil {
			return err
		}
		return s.Set(g, "k", []float64{2, 0, -1})
	})
	r := compile(t, n, s.options())
	run(t, r, 5e-3)
	run(t, r, 6e-3)
	values, k := []float64{0, 0, 0}, []float64{0, 0, 0}
	var wantR, wantK, wantB []float64
	var wantCalls []string
	for step := range 11 {
		if step%4 == 0 {
			wantCalls = append(wantCalls, fmt.Sprint("before ", step))
			for i := range values {
				values[i] = values[i]/2 + float64(i)
			}
		}
		wantR, wantK = append(wantR, values...), append(wantK, k...)
		wantB = append(wantB, truth(step > 0), truth(step > 0), truth(step > 0))
		if step%3 == 0 {
			wantCalls = append(wantCalls, fmt.Sprint("after ", step))
			k = []float64{2, 0, -1}
		}
		for i := range values {
			values[i] += 1 + k[i]
		}
	}
	if !slices.Equal(calls, wantCalls) {
		t.Errorf("calls %v, want %v", calls, wantCalls)
	}
	for name, want := range map[string][]float64{"r": wantR, "k": wantK, "b": wantB} {
		if got := recorded(t, r, m, name); !slices.Equal(got, want) {
			t.Errorf("%s recorded as %v, want %v", name, got, want)
		}
	}
	if got := get(t, r, g, "r"); !slices.Equal(got, values) {
		t.Errorf("r ends as %v, want %v", got, values)
	}
}
