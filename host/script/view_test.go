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
    histogram(G, "theta"), adjacency(S), phase_circle(G, "theta"))
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
	if want := []net.ViewKind{net.Graph, net.Raster, net.Traces, net.Traces, net.Histogram, net.Adjacency, net.PhaseCircle}; !slices.Equal(kinds, want) {
		t.Fatalf("kinds %v, want %v", kinds, want)
	}
	if g := v[0]; g.Synapses == nil || g.Weight != "w" || g.Size != "degree" || g.Layout != "circle" || g.Colormap != "twilight" {
		t.Errorf("graph: %+v", g)
	}
	if v[1].Spikes == nil || !slices.Equal(v[2].Elements, []int32{0, 9}) || !slices.Equal(v[3].Elements, []int32{1, 4}) || v[3].Var != "theta" {
		t.Errorf("charts: %+v %+v %+v", v[1], v[2], v[3])
	}
}

func TestPanelMistakes(t *testing.T) {
	for text, want := range map[string]string{
		`graph(G, S, layout="sprung")`:    `there is no layout "sprung"`,
		`graph(G, S, color="phi")`:        `phi`,
		`graph(G, S, edges="weight")`:     `weight`,
		`graph(G, edges="w")`:             `none are given`,
		`graph(G, G)`:                     `expected Synapses`,
		`traces(G, "theta", [10])`:        `there is no element 10; the group has 10`,
		`traces(G, "theta", [0.5])`:       `whole number`,
		`traces(G, "theta", range(100))`:  `want 1 to 16`,
		`histogram(G, "thet")`:            `thet`,
		`adjacency(G)`:                    `expected Synapses`,
		`phase_circle(S)`:                 `expected a population`,
		`view(1)`:                         `expected a panel`,
		`phase_circle(G, colormap="jet")`: `colormap`,
	} {
		_, _, err := runText(t, panelNetwork+text+"\n", Options{Engine: &spikeEngine{}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
