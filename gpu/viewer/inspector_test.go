//go:build cgo && linux

package viewer

import (
	"math"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
)

// Values of a node have their units, and what is typed for them needs one of the same dimension.
func TestInspectorHasUnits(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		g := &net.Group{Name: "G", N: 2, Namespace: nettest.Constants{}, Equations: nettest.Text("dv/dt = 0*mV/ms : volt\nk : integer\nx : 1"), Method: "euler",
			Initial: []net.Assignment{{Var: "v", Expr: nettest.Text("-62.3*mV")}, {Var: "k", Expr: nettest.Text("3")}, {Var: "x", Expr: nettest.Text("0.25")}}}
		st := spiking(t, d, &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Views: []*net.View{{Kind: net.Scatter, Group: g, Var: "v"}}})
		defer st.kept.close()
		defer st.close()
		v := &Viewer{stage: st, sim: st.sim, kept: st.kept}
		for name, want := range map[string][2]string{"v": {"-62.3 mV", "-62.3*mV"}, "k": {"3", "3"}, "x": {"0.25", "0.25"}} {
			b, _ := st.plan.Find("G", name)
			if got := [2]string{v.valueText(g, b, 1, false), v.valueText(g, b, 1, true)}; got != want {
				t.Errorf("%s is shown and edited as %q, want %q", name, got, want)
			}
		}
		b, _ := st.plan.Find("G", "v")
		if x, err := parseValue(v.variableOf(g, b), "-70*mV"); err != nil || math.Abs(x+0.07) > 1e-12 {
			t.Errorf("-70*mV is %g: %v", x, err)
		}
		if _, err := parseValue(v.variableOf(g, b), "-70"); err == nil || !strings.Contains(err.Error(), "5*mV") {
			t.Errorf("without a unit: %v", err)
		}
	})
}
