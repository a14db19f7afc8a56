package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// resumeModel has all that a continued run depends on: noise, Poisson input, spikes under way with several delays, plastic synapses, a generator
// with a period, code at intervals, and a function that draws numbers in the script.
const resumeModel = `
G = NeuronGroup(60, '''dv/dt = (I - v)/(10*ms) + 0.3*xi/sqrt(10*ms) : 1 (unless refractory)
I : 1''', threshold="v > 1", reset="v = 0", refractory=2*ms, method="euler", name="G")
P = PoissonGroup(30, rates=40*Hz)
X = SpikeGeneratorGroup(2, [0, 1], [1, 4]*ms, period=7*ms)
S = Synapses(G, G, '''w : 1
dx/dt = -x/(20*ms) : 1 (event-driven)
dy/dt = -y/(5*ms) : 1 (clock-driven)''', on_pre="v_post += w*0.2; x += 1; y += x", on_post="w = clip(w + 0.001*x, 0, 1)", method="euler")
S.connect("i != j", p=0.2)
S.w = "rand()"
S.delay = "0.1*ms + rand()*3*ms"
Q = Synapses(P, G, on_pre="v_post += 0.1", delay=1.5*ms)
Q.connect(p=0.3)
Z = Synapses(X, G, on_pre="v_post += 0.2")
Z.connect()
G.run_regularly("I = 0.8 + 0.3*rand()", dt=3*ms)
def shake():
    G.v[[0, 1, 2]] = rand(3)
    S.w["i == 5"] = "rand()"
op = network_operation(shake, dt=2*ms)
M = StateMonitor(G, "v", record=[0, 5, 30], name="trace")
W = StateMonitor(S, ["w", "y"], record=[0, 7], dt=1*ms, name="weights")
K = SpikeMonitor(G, variables="I", name="spikes")
C = SpikeMonitor(P, record=False)
R = PopulationRateMonitor(G, name="rate")
if param("resume", 0):
    restore("half", filename="half.state", restore_random_state=True)
else:
    run(40*ms)
    G.v = "0.5*rand()"
    store("half", filename="half.state")
    if param("kill", 0):
        print("ready")
        run(1e6*second)
G.I = "0.9 + 0.1*rand()"
G.v[[3, 4]] = rand(2)
run(40*ms)
print(C.num_spikes, K.num_spikes, len(S), sum(list(S.w)))
`

// A run that was killed and went on from a file gives the same bytes as one that was never stopped.
func TestResumeAfterKill(t *testing.T) {
	for _, backend := range []string{"cpu", "gl"} {
		t.Run(backend, func(t *testing.T) {
			if backend == "gl" && !haveGL() {
				t.Skip("no OpenGL")
			}
			dir := t.TempDir()
			model := filepath.Join(dir, "m.star")
			if err := os.WriteFile(model, []byte(resumeModel), 0o666); err != nil {
				t.Fatal(err)
			}
			start := func(out string, more ...string) *exec.Cmd {
				c := exec.Command(os.Args[0], append([]string{"run", model, "--backend", backend, "--seed", "5", "--out", filepath.Join(dir, out)}, more...)...)
				c.Env = append(os.Environ(), "GALVANI_TEST_MAIN=1")
				return c
			}
			run := func(out string, more ...string) string {
				text, err := start(out, more...).CombinedOutput()
				if err != nil {
					t.Fatalf("%v\n%s", err, text)
				}
				return string(text)
			}
			whole := run("whole")

			c := start("killed", "--set", "kill=1")
			var stderr bytes.Buffer
			c.Stderr = &stderr
			out, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			guard := time.AfterFunc(30*time.Second, func() { _ = c.Process.Kill() })
			line, err := bufio.NewReader(out).ReadString('\n')
			guard.Stop()
			_ = c.Process.Kill()
			_ = c.Wait()
			if strings.TrimSpace(line) != "ready" {
				t.Fatalf("got %q, %v\n%s", line, err, stderr.String())
			}

			resumed := run("killed", "--set", "resume=1")
			if resumed != whole {
				t.Errorf("went on with %q, the whole run has %q", resumed, whole)
			}
			for _, name := range []string{"trace", "weights", "spikes", "rate"} {
				a, err := os.ReadFile(filepath.Join(dir, "whole", name+".npz"))
				if err != nil {
					t.Fatal(err)
				}
				b, err := os.ReadFile(filepath.Join(dir, "killed", name+".npz"))
				if err != nil {
					t.Fatal(err)
				}
				if len(a) < 500 || !bytes.Equal(a, b) {
					t.Errorf("%s.npz of %d bytes has another content than that of the whole run, %d bytes", name, len(b), len(a))
				}
			}
		})
	}
}
