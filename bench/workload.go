package bench

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// Workload is a network to measure.
type Workload struct {
	Name  string // for the command line
	Title string // one line for people
	// Params are the sizes that make the workload what it is, in the order to show them.
	Params []Param
	// Build describes the network anew: descriptions are not shared between cases.
	Build func() (*net.Network, error)
	// Watch are the variables that tell whether a case computes the right thing.
	Watch []Watched
	// CompareAt is the step at which cases are compared with each other, and Tolerance the largest difference of a watched value
	// between a case and the CPU in double precision that rounding explains, by precision.
	CompareAt int64
	Tolerance [2]float64
	// From is the step before which rounds do not begin: those of large networks are short, and would see how cells begin and nothing else.
	From int64
	// Rate is the range, in spikes per second and cell since the beginning, that the end state may have when the network has a spike monitor.
	Rate [2]float64
	// Populations are parts of the spike monitor's group that fire at rates of their own.
	Populations []Population
	// Large workloads take seconds to connect; tests leave them out.
	Large bool
}

// Watched is a variable of a group with what is known of its values at any step from CompareAt on: none is beyond ±Most, and
// some are at least Peak, so that a network that has died is not taken for a fast one.
type Watched struct {
	Group, Var string
	Peak, Most float64
	// Check, when not nil, judges the values at the end, seconds of simulated time after those that cases were compared by.
	Check func(early, now []float64, seconds float64) error
}

// Population is a range of elements and the rate, in spikes per second and element, that they have in the long run.
type Population struct {
	Start, Stop int
	// Low and High bound the mean of many long runs, and Spread is the standard deviation of the rate in a second.
	Low, High, Spread float64
}

// Param is one size of a workload.
type Param struct {
	Name  string
	Value float64
}

// String is NAME=VALUE.
func (p Param) String() string { return fmt.Sprintf("%s=%g", p.Name, p.Value) }

// Workloads is the table of what can be measured, in the order to run it.
func Workloads() []Workload {
	return append([]Workload{
		field(20, true, 201), field(20, false, 201), field(100, true, 51), field(512, true, 5),
		rates("all-to-all", "rate network, all to all, random weights", 1000, 999_000,
			func() (*net.Network, error) { return allToAll(1000) }),
		rates("sparse", "rate network, fixed probability 0.01, random weights", 10_000, 1e6,
			func() (*net.Network, error) { return sparse(10_000, 0.01) }),
		rates("delays", "one to one, a delay of 1 to 20 ms per synapse", 100_000, 100_000,
			func() (*net.Network, error) { return delayLine(100_000, 20) }),
	}, append(spiking(), models()...)...)
}

// rounding is what different orders of operations make of these networks: their loops have a gain below one.
var rounding = [2]float64{plan.Single: 2e-5, plan.Double: 1e-12}

func rates(name, title string, n, synapses float64, build func() (*net.Network, error)) Workload {
	return Workload{
		Name: name, Title: title, Params: []Param{{"N", n}, {"synapses", synapses}}, Build: build,
		Watch: []Watched{{Group: "Rate", Var: "r", Peak: 0.1, Most: 1}}, CompareAt: 50, Tolerance: rounding,
	}
}

// field is the neural field of n x n cells. Inhibition grows with the number of cells: from some 50 x 50 on, noise alone silences
// Focus in every second step, so cases are compared at an odd one.
func field(n int, bubble bool, compareAt int64) Workload {
	w := Workload{
		Name: fmt.Sprintf("field-%d", n), Title: fmt.Sprintf("neural field of %d x %d, noise 1", n, n),
		Params: []Param{{"N", float64(n)}, {"synapses", math.Pow(float64(n), 4)}},
		Build:  func() (*net.Network, error) { return neuralField(n, bubble), nil },
		Watch:  []Watched{{Group: "Input", Var: "r", Peak: 0.5, Most: 1.5}, {Group: "Focus", Var: "r", Most: 1}}, CompareAt: compareAt, Tolerance: rounding,
	}
	switch {
	case !bubble:
		w.Name += "-still"
		w.Title += ", no bubble"
		w.Watch[0] = Watched{Group: "Input", Var: "r", Peak: 0.4, Most: 0.5}
	case n <= 20:
		w.Watch[1].Peak = 0.5
	}
	return w
}

// check judges the values of a watched variable.
func (w *Watched) check(early, values []float64, seconds float64) error {
	if w.Check != nil {
		if err := w.Check(early, values, seconds); err != nil {
			return err
		}
	}
	if w.Most == 0 {
		return nil
	}
	top := 0.0
	for i, v := range values {
		if !(math.Abs(v) <= w.Most+1e-6) {
			return fmt.Errorf("%s.%s[%d] is %g, beyond ±%g", w.Group, w.Var, i, v, w.Most)
		}
		top = math.Max(top, math.Abs(v))
	}
	if top < w.Peak {
		return fmt.Errorf("the largest value of %s.%s is %g, which is less than the %g of a network that works", w.Group, w.Var, top, w.Peak)
	}
	return nil
}

// Select returns the workloads of the given names, or all without any: of the table, or of a family and any size. A name ending in * stands for
// all of the table that begin so.
func Select(names []string) ([]Workload, error) {
	all := Workloads()
	if len(names) == 0 {
		return all, nil
	}
	for _, n := range names {
		if slices.ContainsFunc(all, func(have Workload) bool { return have.Name == n }) {
			continue
		}
		w, ok, err := sized(n)
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, w)
		}
	}
	var picked []Workload
	for _, w := range all {
		if slices.ContainsFunc(names, func(n string) bool { return matches(n, w.Name) }) {
			picked = append(picked, w)
		}
	}
	for _, n := range names {
		if !slices.ContainsFunc(all, func(w Workload) bool { return matches(n, w.Name) }) {
			var known []string
			for _, w := range all {
				known = append(known, w.Name)
			}
			sort.Strings(known)
			return nil, fmt.Errorf("there is no workload %q; there are %s, and cuba, procedural, coba, cobahh, cobahh1000, kuramoto, field, spreizer, pymonnto, gaps, nmda, plastic and microcircuit of other sizes", n, strings.Join(known, ", "))
		}
	}
	return picked, nil
}

func matches(pattern, name string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(name, prefix)
	}
	return pattern == name
}
