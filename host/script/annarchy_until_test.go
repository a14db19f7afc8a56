package script_test

import (
	"strings"
	"testing"
)

// The states and the numbers of steps (14, 11, 1, 1 and 0) are ANNarchy 4.8.2.6's; it gives them as 28, 22, 2, 2 and 0, since it divides by dt.
func TestSimulateUntil(t *testing.T) {
	got, _, err := runText(t, t.TempDir(), `
setup(dt=0.5)
N = Neuron(parameters="tau = 10.0\nB = 1.0", equations="tau*dr/dt + r = B")
A = Population(3, N, stop_condition="r > 0.5 : any")
B = Population(3, N, stop_condition="(r > 0.5) and (r < 5.0) : all")
C = Population(2, N, stop_condition="r > 0.3")
A.B = [0.6, 1.0, 0.7]
B.B = [0.8, 1.0, 0.7]
def at(p):
    return [format(x, ".8f") for x in p.r]
compile()
print(simulate_until(100.0, A), at(A))
print(simulate_until(100.0, B), at(B))
print(simulate_until(10.0, population=[A, B], operator="or"))
simulate(5.0)
print(at(A))
print(simulate_until(50.0, C), at(C))
print(simulate_until(0.0, A), get_time())
`)
	if err != nil {
		t.Fatal(err)
	}
	want := `7.0 ["0.30739501", "0.51232502", "0.35862751"]
5.5 ["0.57808834", "0.72261043", "0.50582730"]
0.5
["0.50533247", "0.84222079", "0.58955455"]
0.5 ["0.85010975", "0.85010975"]
0.0 18.5
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// What a synapse transmits may depend on the number of synapses at either end.
func TestCountsInTransmission(t *testing.T) {
	const head = "R = Neuron(parameters='B = 2.0', equations='r = B + sum(exc)')\nA = Population(3, R)\nC = Population(2, R)\n"
	for psp, want := range map[string]string{"w*pre.r/N_incoming": "[4, 4]", "pre.r*N_outgoing": "[14, 14]", "w*pre.r/N_pre": "[4, 4]"} {
		out, _, err := runText(t, t.TempDir(), head+"P = Projection(A, C, 'exc', Synapse(psp='"+psp+"'))\nP.connect_all_to_all(1.0)\ncompile()\nsimulate(3.0)\nprint(C.r)\n")
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%s: got %q %v, want %s", psp, out, err, want)
		}
	}
}

// What ANNarchy has and scripts have not is refused with what to write instead.
func TestANNarchyRefusals(t *testing.T) {
	const rates = "R = Neuron(parameters='B = 1.0', equations='r = B + sum(exc)')\nA = Population(4, R)\nB = Population(4, R, stop_condition='r > 1 : any')\n"
	const spikes = "L = Neuron(parameters='I = 1.0', equations='dv/dt = -v + I + g_exc', spike='v > 1', reset='v = 0')\nS = Population(4, L)\n"
	for name, c := range map[string][2]string{
		"operation":       {spikes + "Projection(S, S, 'exc', Synapse(operation='max'))", "rate-coded"},
		"no operation":    {rates + "Projection(A, B, 'exc', Synapse(operation='median'))", `"mean", "max" or "min"`},
		"mean of spikes":  {spikes + "Projection(S, S, 'exc', Synapse(operation='mean'))", "rate-coded"},
		"axon":            {"Neuron(equations='v = 1', spike='v > 1', axon_spike='v > 2')", "a population of its own"},
		"pruning":         {"Synapse(equations='w += 1', pruning='w < 0')", "stay"},
		"largest spiking": {"L = Neuron(equations='dv/dt = max(v)', spike='v > 1', reset='v = 0')\nPopulation(3, L)", "mean, norm1 and norm2"},
		"largest synapse": {rates + "Projection(A, B, 'exc', Synapse(equations='w += max(pre.r)'))", "pre.m"},
		"global name":     {"Population(3, Neuron(equations='r = mean(rr)'))", `has no variable rr`},
		"overlap":         {spikes + "Projection(S[0:3], S[1:4], 'exc').connect_fixed_number_pre(2, weights=1.0)", "allow_self_connections=True"},
		"flag":            {"Population(3, Neuron(equations='r = 1'), stop_condition='r > 1 : some')", "any or all"},
		"spiked":          {spikes + "Population(3, L, stop_condition='spiked : any')", "between runs"},
		"no condition":    {rates + "simulate_until(10.0, A)", "no stop_condition"},
		"operator":        {rates + "simulate_until(10.0, B, operator='xor')", "'and' or 'or'"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := runText(t, t.TempDir(), c[0])
			if err == nil || !strings.Contains(err.Error(), c[1]) {
				t.Errorf("got %v, want %s", err, c[1])
			}
		})
	}
}

// compute_firing_rate counts spikes in a window; what it cannot do is said.
func TestComputeFiringRate(t *testing.T) {
	const pop = "setup(dt=1.0)\nN = Neuron(parameters='I = 1.2', equations='10.0*dv/dt = -v + I', spike='v > 1', reset='v = 0')\nP = Population(2, N)\nP.I = [1.2, 0.5]\n"
	got, _, err := runText(t, t.TempDir(), pop+`
P.compute_firing_rate(50.0)
m = Monitor(P, ["r", "spike"])
simulate(100.0)
d = m.get()
r, steps = d["r"], d["spike"][0]
print(len(steps) > 4, all([r[n, 0] == 20.0*len([s for s in steps if s <= n and s > n - 50]) for n in range(100)]), r[99, 1])
`)
	if err != nil || got != "True True 0.0\n" {
		t.Errorf("%v %s", err, got)
	}
	for name, c := range map[string][2]string{
		"rate-coded": {"Population(1, Neuron(equations='r = 1')).compute_firing_rate(10.0)", "has no spikes"},
		"late":       {pop + "simulate(1.0)\nP.compute_firing_rate(10.0)", "before simulate()"},
		"window":     {pop + "P.compute_firing_rate(0.1)", "at least one step"},
		"twice":      {pop + "P.compute_firing_rate(10.0)\nP.compute_firing_rate(10.0)", "has a variable r already"},
		"extension":  {"BoldMonitor(1)", "equations of a population"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := runText(t, t.TempDir(), c[0])
			if err == nil || !strings.Contains(err.Error(), c[1]) {
				t.Errorf("got %v, want %s", err, c[1])
			}
		})
	}
}
