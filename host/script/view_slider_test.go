package script

import (
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
)

func TestSliders(t *testing.T) {
	_, res, err := runText(t, panelNetwork+`
K = 3*mV
def put():
    local = 2
    view(slider(G, "omega", 0*Hz, 10*Hz), slider(S, "w", -1, 1, title="weight"), slider("K", 0*mV, 5*mV), slider("local", 0, 4))
put()
run(1*ms)
`, Options{Engine: &spikeEngine{}})
	if err != nil {
		t.Fatal(err)
	}
	v := res.Network.Views
	if len(v) != 4 {
		t.Fatalf("%d views", len(v))
	}
	for _, x := range v {
		if x.Kind != net.Slider {
			t.Errorf("kind %v", x.Kind)
		}
	}
	if v[0].Group.Name == "" || v[0].Var != "omega" || v[0].Max != 10 || v[1].Synapses == nil || v[1].Min != -1 || v[1].Title != "weight" ||
		v[2].Group != nil || v[2].Var != "K" || v[2].Max != 5e-3 || v[3].Max != 4 {
		t.Errorf("%+v %+v %+v %+v", v[0], v[1], v[2], v[3])
	}
}

func TestSliderMistakes(t *testing.T) {
	for text, want := range map[string]string{
		`slider(G, "omega", 0, 1)`:       `min must be in hertz, like omega, not 0`,
		`slider(G, "omega", 0*Hz, 1*mV)`: `max must be in hertz, like omega, not 1 mV`,
		`slider(G, "omega", 5*Hz, 1*Hz)`: `min must be below max`,
		`slider(G, "omga", 0*Hz, 1*Hz)`:  `did you mean "omega"`,
		`slider(S, "v", 0, 1)`:           `has no attribute "v"`,
		`slider("KK", 0, 1)`:             `there is no number "KK"`,
		`slider("S", 0, 1)`:              `"S" is a Synapses`,
		`slider(G, 0, 1)`:                `for example slider(G, "tau"`,
		`slider("mV", 0, 1)`:             `"mV" is a unit`,
		`slider(1, "v", 0, 1)`:           `expected a group, Synapses or the name of a number`,
	} {
		_, _, err := runText(t, panelNetwork+text+"\n", Options{Engine: &spikeEngine{}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
