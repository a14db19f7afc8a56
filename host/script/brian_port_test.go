package script

import (
	"bytes"
	"context"
	"testing"
	"time"
)

func runFile(t *testing.T, path string, e Engine, set ...string) (string, *Result) {
	t.Helper()
	var out bytes.Buffer
	res, err := Run(context.Background(), path, Options{Engine: e, Stdout: &out, Set: set})
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return out.String(), res
}

func TestTutorial3(t *testing.T) {
	e := &spikeEngine{}
	out, res := runFile(t, "testdata/brian/tutorial3.star", e)
	want := `multiple 30 neurongroup_29 spikemonitor_29
store 30 True
generator 30 True
parameter 30 1 ms 10 ms
isi (30,) (30,)
loop 1 -65.0
run_regularly neurongroup_34
network_operation True
own 3 3 160
shared 3
sine True True
timed 2000 2.5
weird True
image 3 2 1.0 1.0
`
	if out != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
	// 30 networks of the first section, one for each section after it, and two Networks in the third
	if len(e.opened) != 30+1+2+1+3+2+4 {
		t.Errorf("%d networks were opened", len(e.opened))
	}
	if e.sims[30].restored != 30 || e.sims[32].restored != 30 {
		t.Errorf("restored %d and %d times", e.sims[30].restored, e.sims[32].restored)
	}
	for k, n := range e.opened[:30] {
		if len(n.Groups) != 2 || len(n.Synapses) != 1 || len(n.SpikeMonitors) != 1 || n.Groups[0].Spiking == nil {
			t.Fatalf("network %d: %+v", k, n)
		}
	}
	if n := e.opened[31]; len(n.Groups) != 1 || len(n.SpikeMonitors) != 1 || len(n.Synapses) != 0 {
		t.Errorf("the first Network: %+v", n)
	}
	if n := e.opened[32]; n.Groups[0].Generator == nil || len(n.Groups[0].Generator.Index) != 100 {
		t.Errorf("the generator: %+v", n.Groups[0])
	}
	if n := e.opened[35]; len(n.Groups[0].Code) != 1 || n.Groups[0].Code[0].Name != "neurongroup_34_run_regularly" || n.Groups[0].Code[0].DT != 0.01 {
		t.Errorf("run_regularly: %+v", n.Groups[0].Code)
	}
	if n := e.opened[36]; len(n.Operations) != 1 || n.Operations[0].DT != 0.01 {
		t.Errorf("network_operation: %+v", n.Operations)
	}
	if len(res.Networks) != len(e.opened) || res.Network != e.opened[len(e.opened)-1] {
		t.Errorf("%d networks in the result", len(res.Networks))
	}
}

func TestSpreizer(t *testing.T) {
	e := &spikeEngine{}
	out, res := runFile(t, "testdata/brian/spreizer2019.star", e)
	line := ""
	for _, l := range []string{"symmetric", "random", "perlin", "homog"} {
		line += l + " 16000 (20, 20) 16000 40.0 3.5 s\n"
	}
	for range 4 {
		line += "(140, 20, 20)\n"
	}
	if out != line {
		t.Errorf("got\n%s\nwant\n%s", out, line)
	}
	if len(res.Networks) != 4 || len(res.Network.Synapses[0].Connect) != 1 || len(res.Network.Synapses[0].Connect[0].I) != 16000 {
		t.Errorf("%d networks", len(res.Networks))
	}
	if s := res.Network.Groups[0]; s.Name != "I" || s.Spiking.Refractory.Text != "0.005*second" || s.Spiking.Threshold.Text != "v>-55.0*mV" {
		t.Errorf("group: %+v %+v", s, s.Spiking)
	}
}

// The full network of Spreizer 2019: 10,000 calls of connect with 1,000 targets each. It is logged how long they take; nothing may be stored per call.
func TestManyConnections(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	start := time.Now()
	_, res, err := runText(t, `
G = NeuronGroup(10000, "v : 1", threshold="v > 1")
S = Synapses(G, G, on_pre="v += 1")
for k in range(10000):
    S.connect(i=k, j=randint(10000, size=1000))
print(len(S), S.N_incoming_post.sum())
`, Options{Engine: &spikeEngine{}})
	if err != nil {
		t.Fatal(err)
	}
	n := res.Network.Synapses[0]
	if len(n.Connect) != 1 || len(n.Connect[0].I) != 1e7 {
		t.Errorf("%d connections", len(n.Connect))
	}
	t.Logf("1e7 synapses in 10,000 calls: %v", time.Since(start))
}
