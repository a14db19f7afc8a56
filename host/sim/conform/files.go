package conform

import (
	"embed"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/record"
	"github.com/galvani-sim/galvani/host/units"
)

//go:embed testdata/*.npy
var testdata embed.FS

// file reads the numbers of a reference file.
func file(t *testing.T, name string) []float64 {
	t.Helper()
	f, err := testdata.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	a, err := record.ReadNPY(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	return a.Data.([]float64)
}

// names is a namespace: quantities as text, or tables.
type names map[string]any

// Lookup implements check.Scope.
func (n names) Lookup(name string) (check.Value, bool) {
	switch v := n[name].(type) {
	case string:
		q, err := units.Parse(v)
		return check.Value{Kind: check.ValQuantity, Q: q}, err == nil
	case check.Table:
		return check.Value{Kind: check.ValTable, Table: v}, true
	}
	return check.Value{}, false
}

// Names implements check.Scope.
func (n names) Names() (list []string) {
	for name := range n {
		list = append(list, name)
	}
	return list
}

func brian(name string, n int, equations, method string, space names) *net.Group {
	return &net.Group{Name: name, N: n, Equations: &diag.Source{Name: name, Text: equations}, Method: method, Namespace: space}
}

func set(g *net.Group, name, unit string, values ...float64) {
	d := units.Dim{}
	if unit != "" {
		d = must(units.Parse("1*" + unit)).Dim
	}
	g.Initial = append(g.Initial, net.Assignment{Var: name, Values: values, Dim: d})
}

// threshold resets v of a group where it exceeds 1, as a threshold does at the end of a step: at the start of the next, before
// monitors.
func threshold(n *net.Network, g *net.Group) {
	n.Operations = append(n.Operations, &net.Operation{Name: "threshold of " + g.Name, Order: -1, Func: func(s net.State) error {
		v, err := s.Get(g, "v")
		if err != nil {
			return err
		}
		fired := false
		for i := range v {
			if v[i] > 1 {
				v[i], fired = 0, true
			}
		}
		if !fired {
			return nil
		}
		return s.Set(g, "v", v)
	}})
}

const dt = 0.1e-3

// near holds rows of got, [samples, elements], against rows of want, [elements, samples] as the peer gives them.
func (s *suite) near(t *testing.T, what string, got, want []float64, elements int, single, double float64) {
	t.Helper()
	bound := double
	if s.precision == plan.Single {
		bound = single
	}
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	samples := len(want) / elements
	worst := 0.0
	for e := range elements {
		for k := range samples {
			d := math.Abs(got[k*elements+e] - want[e*samples+k])
			if !(d <= bound) {
				t.Fatalf("%s[%d] is %v at sample %d, want %v: off by %.3g, %g allowed", what, e, got[k*elements+e], k, want[e*samples+k], d, bound)
			}
			worst = max(worst, d)
		}
	}
	t.Logf("%s: largest error %.2g, %g allowed", what, worst, bound)
}

// files compares with what Brian2 has written.
func (s *suite) files(t *testing.T) {
	t.Run("FitzHugh-Nagumo", s.fitzHughNagumo)
	t.Run("Hodgkin-Huxley", s.hodgkinHuxley)
	t.Run("sine", s.sine)
	t.Run("two-dimensional table", s.image)
}

func (s *suite) fitzHughNagumo(t *testing.T) {
	for _, method := range []string{"euler", "rk4"} {
		g := brian("g", 1, "dv/dt = (v - v**3/3 - w + 0.5)/(1*ms) : 1\ndw/dt = 0.08*(v + 0.7 - 0.8*w)/(1*ms) : 1", method, nil)
		set(g, "v", "", -1)
		set(g, "w", "", 0.3)
		m := &net.StateMonitor{Name: "m", Group: g, Vars: []string{"v", "w"}}
		r := compile(t, &net.Network{DT: dt, Groups: []*net.Group{g}, Monitors: []*net.StateMonitor{m}}, s.options())
		run(t, r, 0.1)
		want := file(t, "fhn_"+method+".npy")
		s.near(t, method+" v", recorded(t, r, m, "v"), want[:1000], 1, 1e-4, 1e-12)
		s.near(t, method+" w", recorded(t, r, m, "w"), want[1000:], 1, 1e-4, 1e-12)
	}
}

// hodgkinHuxley runs five times and changes the current in between.
func (s *suite) hodgkinHuxley(t *testing.T) {
	const cells = `
dv/dt = (gl*(El-v) - g_na*(m*m*m)*h*(v-ENa) - g_kd*(n*n*n*n)*(v-EK) + I)/Cm : volt
dm/dt = 0.32*(mV**-1)*(13.*mV-v+VT)/(exp((13.*mV-v+VT)/(4.*mV))-1.)/ms*(1-m)-0.28*(mV**-1)*(v-VT-40.*mV)/(exp((v-VT-40.*mV)/(5.*mV))-1.)/ms*m : 1
dn/dt = 0.032*(mV**-1)*(15.*mV-v+VT)/(exp((15.*mV-v+VT)/(5.*mV))-1.)/ms*(1.-n)-.5*exp((10.*mV-v+VT)/(40.*mV))/ms*n : 1
dh/dt = 0.128*exp((17.*mV-v+VT)/(18.*mV))/ms*(1.-h)-4./(1+exp((40.*mV-v+VT)/(5.*mV)))/ms*h : 1
I : amp`
	g := brian("g", 1, cells, "exponential_euler", names{
		"Cm": "200*pfarad", "gl": "10*nsiemens", "El": "-65*mV", "EK": "-90*mV", "ENa": "50*mV", "VT": "-63*mV",
		"g_na": "20*usiemens", "g_kd": "6*usiemens",
	})
	set(g, "v", "volt", -0.065)
	m := &net.StateMonitor{Name: "m", Group: g, Vars: []string{"v", "m", "n", "h"}}
	r := compile(t, &net.Network{DT: dt, Groups: []*net.Group{g}, Monitors: []*net.StateMonitor{m}}, s.options())
	for _, nA := range file(t, "hh_I_nA.npy") {
		if err := r.Set(g, "I", []float64{nA * 1e-9}); err != nil {
			t.Fatal(err)
		}
		run(t, r, 10e-3)
	}
	want, final := file(t, "hh_loop_vmnh.npy"), file(t, "hh_loop_final.npy")
	for k, name := range []string{"v", "m", "n", "h"} {
		s.near(t, name, recorded(t, r, m, name), want[500*k:500*k+500], 1, 1e-4, 1e-12)
		s.near(t, name+" at the end", get(t, r, g, name), final[k:k+1], 1, 1e-4, 1e-12)
	}
}

// sine drives a leaky neuron by an expression and by a table.
func (s *suite) sine(t *testing.T) {
	for _, c := range []struct{ file, method, current string }{
		{"sin_euler_vI.npy", "euler", "2.5*sin(2*pi*(10*Hz)*t)"},
		{"sin_ta_exact_vI.npy", "exact", "ta(t)"},
	} {
		ta := must(net.NewTimedArray("ta", file(t, "sin_ta_values.npy"), 0, dt, units.Dim{}))
		g := brian("g", 1, "dv/dt = (I-v)/(5*ms) : 1\nI = "+c.current+" : 1", c.method, names{"ta": ta})
		m := &net.StateMonitor{Name: "m", Group: g, Vars: []string{"v", "I"}}
		n := &net.Network{DT: dt, Groups: []*net.Group{g}, Monitors: []*net.StateMonitor{m}}
		threshold(n, g)
		r := compile(t, n, s.options())
		run(t, r, 0.2)
		want := file(t, c.file)
		s.near(t, c.method+" v", recorded(t, r, m, "v"), want[:2000], 1, 1e-5, 1e-13)
		s.near(t, c.method+" I", recorded(t, r, m, "I"), want[2000:], 1, 1e-5, 1e-13)
	}
}

// image drives neurons by the columns of a table.
func (s *suite) image(t *testing.T) {
	ta := must(net.NewTimedArray("ta", file(t, "ta2d_img.npy"), 85, 1e-3, units.Dim{}))
	g := brian("g", 85, "dv/dt = (1.5*ta(t, i)-v)/(2*ms) : 1", "euler", names{"ta": ta})
	m := &net.StateMonitor{Name: "m", Group: g, Vars: []string{"v"}, Elements: []int32{0, 20, 84}}
	n := &net.Network{DT: dt, Groups: []*net.Group{g}, Monitors: []*net.StateMonitor{m}}
	threshold(n, g)
	r := compile(t, n, s.options())
	run(t, r, 0.228)
	s.near(t, "v", recorded(t, r, m, "v"), file(t, "ta2d_v.npy"), 3, 1e-5, 1e-13)
	v := get(t, r, g, "v")
	for i := range v {
		if v[i] > 1 {
			v[i] = 0 // the last step's threshold
		}
	}
	s.near(t, "v at the end", v, file(t, "ta2d_vend.npy"), 85, 1e-5, 1e-13)
}
