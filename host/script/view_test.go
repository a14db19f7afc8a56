package script

import (
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
)

const panelNetwork = `
G = NeuronGroup(10, """dtheta/dt = omega : 1
omega : Hz""", threshold="theta > 6", reset="theta = 0", method="euler")
S = Synapses(G, G, "w : 1", on_pre="theta_post += w")
S.connect(condition="i != j", p=0.5)
M = SpikeMonitor(G)
N = StateMonitor(G, "theta", record=[1, 4])
`

func TestPanels(t *testing.T) {
	_, res, err := runText(t, panelNetwork+`
view(graph(G, S, color="theta", size="degree", edges="w", layout="circle"), raster(M), traces(G, "theta", [0, 9]), traces(N),
    histogram(G, "theta"), adjacency(S), phase_circle(G, "theta"), histogram(S, "w", min=0, max=2))
run(1*ms)
print(histogram([1, 2, 2], 2)[0])
`, Options{Engine: &spikeEngine{}})
	if err != nil {
		t.Fatal(err)
	}
	v := res.Network.Views
	var kinds []net.ViewKind
	for _, x := range v {
		kinds = append(kinds, x.Kind)
	}
	if want := []net.ViewKind{net.Graph, net.Raster, net.Traces, net.Traces, net.Histogram, net.Adjacency, net.PhaseCircle, net.Histogram}; !slices.Equal(kinds, want) {
		t.Fatalf("kinds %v, want %v", kinds, want)
	}
	if g := v[0]; g.Synapses == nil || g.Weight != "w" || g.Size != "degree" || g.Layout != "circle" || g.Colormap != "twilight" {
		t.Errorf("graph: %+v", g)
	}
	if h := v[7]; h.Synapses == nil || h.Var != "w" || h.Max != 2 {
		t.Errorf("histogram of synapses: %+v", h)
	}
	if v[1].Spikes == nil || !slices.Equal(v[2].Elements, []int32{0, 9}) || !slices.Equal(v[3].Elements, []int32{1, 4}) || v[3].Var != "theta" {
		t.Errorf("charts: %+v %+v %+v", v[1], v[2], v[3])
	}
}

func TestScatterPlaces(t *testing.T) {
	const space = `G = NeuronGroup(10, "x : metre\ny : metre\nv : volt")
`
	_, res, err := runText(t, space+`view(scatter(G, color="v", x="x", y="y", z="v"), scatter(G, z="v"))`, Options{Engine: &spikeEngine{}})
	if err != nil {
		t.Fatal(err)
	}
	if v := res.Network.Views[0]; v.X != "x" || v.Y != "y" || v.Z != "v" || v.Var != "v" {
		t.Errorf("%+v", v)
	}
	if v := res.Network.Views[1]; v.X != "" || v.Z != "v" {
		t.Errorf("%+v", v)
	}
	for text, want := range map[string]string{
		`scatter(G, x="xx")`:      `NeuronGroup "neurongroup" has no attribute "xx"`,
		`surface(G, "v", x="x")`:  `surface: unexpected keyword argument "x"`,
		`scatter(G, x=G.x)`:       `scatter: for parameter "x"`,
		`scatter(G, x="x", xx=1)`: `scatter: unexpected keyword argument "xx"`,
	} {
		if _, _, err := runText(t, space+text, Options{Engine: &spikeEngine{}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s", text, err, want)
		}
	}
}

func TestGraphEdges(t *testing.T) {
	_, res, err := runText(t, panelNetwork+`
view(graph(G, S, edges=False), graph(G, S, edges=True), graph(G, S, edges=0.25), graph(G, S, edges=0), graph(G, S, edges=None), graph(G, edges=False))
`, Options{Engine: &spikeEngine{}})
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range []net.View{{NoEdges: true}, {}, {EdgeShare: 0.25}, {NoEdges: true}, {}, {NoEdges: true}} {
		if v := res.Network.Views[k]; v.NoEdges != want.NoEdges || v.EdgeShare != want.EdgeShare || v.Weight != "" {
			t.Errorf("view %d: %+v", k, v)
		}
	}
}

func TestSpectrumAndISI(t *testing.T) {
	_, res, err := runText(t, panelNetwork+`
view(spectrum(G, "theta", [0, 9], fmax=100*Hz, window=2*second), spectrum(M), spectrum(N, title="N"), isi(M), isi(M, max=50*ms, title="I"))
run(1*ms)
`, Options{Engine: &spikeEngine{}})
	if err != nil {
		t.Fatal(err)
	}
	v := res.Network.Views
	if len(v) != 5 {
		t.Fatalf("%d views", len(v))
	}
	if s := v[0]; s.Kind != net.Spectrum || s.Var != "theta" || !slices.Equal(s.Elements, []int32{0, 9}) || s.Highest != 100 || s.Window != 2 || s.Spikes != nil {
		t.Errorf("spectrum of a variable: %+v", s)
	}
	if s := v[1]; s.Kind != net.Spectrum || s.Spikes == nil || s.Group == nil || s.SpectrumHighest() != 250 || s.SpectrumWindow() != 4 || s.SpectrumSamples() != 2000 {
		t.Errorf("spectrum of a rate: %+v", s)
	}
	if s := v[2]; s.Var != "theta" || !slices.Equal(s.Elements, []int32{1, 4}) || s.Title != "N" {
		t.Errorf("spectrum of a monitor: %+v", s)
	}
	if s := v[3]; s.Kind != net.ISI || s.Spikes == nil || s.Max != 0 {
		t.Errorf("isi: %+v", s)
	}
	if s := v[4]; s.Max != 0.05 || s.Title != "I" {
		t.Errorf("isi with a limit: %+v", s)
	}
}

func TestPanelMistakes(t *testing.T) {
	for text, want := range map[string]string{
		`graph(G, S, layout="sprung")`:               `there is no layout "sprung"`,
		`graph(G, S, color="phi")`:                   `phi`,
		`graph(G, S, edges="weight")`:                `weight`,
		`graph(G, edges="w")`:                        `none are given`,
		`graph(G, S, edges=2)`:                       `True, False or a number from 0 to 1, got 2`,
		`graph(G, S, edges=1*ms)`:                    `a number from 0 to 1`,
		`graph(G, G)`:                                `expected Synapses`,
		`traces(G, "theta", [10])`:                   `there is no element 10; the group has 10`,
		`traces(G, "theta", [0.5])`:                  `whole number`,
		`traces(G, "theta", range(100))`:             `want 1 to 16`,
		`histogram(G, "thet")`:                       `thet`,
		`histogram(S, "ww")`:                         `ww`,
		`histogram(S)`:                               `which variable of the synapses "synapses"?`,
		`histogram(S, "w", min=0*mV, max=1*mV)`:      `the unit of synapses.w (a number without unit)`,
		`adjacency(G)`:                               `expected Synapses`,
		`phase_circle(S)`:                            `expected a population`,
		`spectrum(G, "theta", [10])`:                 `spectrum: there is no element 10; the group has 10`,
		`spectrum(G, "thet")`:                        `thet`,
		`spectrum(M, "theta")`:                       `no variable or indices to choose`,
		`spectrum(M, indices=[1])`:                   `no variable or indices to choose`,
		`spectrum(S)`:                                `expected a population`,
		`spectrum(M, fmax=10)`:                       `for example fmax=100*Hz`,
		`spectrum(M, fmax=-1*Hz)`:                    `must be a frequency above 0`,
		`spectrum(M, window=1)`:                      `for example 10*ms or 2*second`,
		`spectrum(M, window=0*ms)`:                   `window must be a time above 0`,
		`spectrum(M, fmax=1*kHz, window=100*second)`: `1e+03 Hz over 100 s are 200000 samples; at most 8192 are taken`,
		`isi(G)`:                                `isi: expected a SpikeMonitor`,
		`isi(N)`:                                `for example isi(SpikeMonitor(G))`,
		`isi(M, max=3)`:                         `expected a time with its unit`,
		`isi(M, max=0*ms)`:                      `max must be a time above 0`,
		`isi(SpikeMonitor(G, record=False))`:    `only counts spikes`,
		`raster(SpikeMonitor(G, record=False))`: `keeps when they were`,
		`view(1)`:                               `expected a panel`,
		`phase_circle(G, colormap="jet")`:       `colormap`,
	} {
		_, _, err := runText(t, panelNetwork+text+"\n", Options{Engine: &spikeEngine{}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
