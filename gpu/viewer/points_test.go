//go:build cgo && linux

package viewer

import (
	"context"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
)

// Points lie where variables say, with the unit that suits them, and move with the variables.
func TestPointsMove(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		g := &net.Group{Name: "G", N: 9, Namespace: nettest.Constants{}, Method: "euler",
			Equations: nettest.Text("dx/dt = 0.2*metre/second : metre\ny : metre\nh : metre\nv : volt\nu = 2*v : volt"),
			Initial:   []net.Assignment{{Var: "x", Expr: nettest.Text("i*mm")}, {Var: "y", Expr: nettest.Text("i*100*umetre")}, {Var: "h", Expr: nettest.Text("i*metre")}}}
		st := spiking(t, d, &net.Network{DT: 1e-3, Groups: []*net.Group{g}})
		defer st.kept.close()
		defer st.close()
		panels, err := st.panels([]*net.View{{Kind: net.Scatter, Group: g, Var: "v", X: "x", Y: "y", Z: "h"}, {Kind: net.Scatter, Group: g, Var: "v", X: "x", Z: "v"},
			{Kind: net.Scatter, Group: g, Var: "v", X: "x", Y: "y"}, {Kind: net.Scatter, Group: g, Var: "v", Y: "y"}})
		if err != nil {
			t.Fatal(err)
		}
		s := panels[0].Items[0].(*render.Scatter)
		flat, single := panels[2].Items[0].(*render.Scatter), panels[3].Items[0].(*render.Scatter)
		for k, c := range []struct {
			scale *render.Scale
			unit  string
			end   float64
		}{
			{s.X.Scale, "mm", 8.2}, {s.Y.Scale, "µm", 800}, {s.Z.Scale, "m", 8},
			{flat.X.Scale, "mm", 8.2}, {single.Y.Scale, "µm", 800},
		} {
			if got := c.scale.Shown(c.scale.Max); c.scale.Unit != c.unit || got < c.end || got > 1.5*c.end {
				t.Errorf("axis %d ends at %g %s, want about %g %s", k, got, c.scale.Unit, c.end, c.unit)
			}
		}
		if err := st.sim.Run(context.Background(), 10e-3); err != nil {
			t.Fatal(err)
		}
		// 0.2 m/s for 1 ms before the panels were made, and for 10 ms since.
		at, err := st.place(s, st.items[s], 5)
		if want := [3]float64{5e-3 + 0.2*11e-3, 5e-4, 5}; err != nil || math.Abs(at[0]-want[0]) > 1e-9 || math.Abs(at[1]-want[1]) > 1e-9 || at[2] != want[2] {
			t.Errorf("%v, %v; want %v", at, err, want)
		}
		for _, c := range []struct {
			view net.View
			want string
		}{
			{net.View{Kind: net.Scatter, Group: g, Var: "v", X: "gone"}, "a view shows G.gone, which is not a stored variable"},
			{net.View{Kind: net.Scatter, Group: g, Var: "v", Y: "u"}, `a view shows G.u, which is computed where it is used and not stored
hint: a parameter can be shown that run_regularly("PARAMETER = u") sets in each step`},
		} {
			if _, err := st.panel(c.view); err == nil || err.Error() != c.want || st.possible(&c.view) == nil {
				t.Errorf("%v; want %s", err, c.want)
			}
			if plain := (net.View{Kind: net.Scatter, Group: g, Var: "v"}); viewKey(&plain) == viewKey(&c.view) {
				t.Error("a panel with places is taken for one without")
			}
		}
		over := panels[1].Items[0].(*render.Scatter)
		if at, err := st.place(over, st.items[over], 5); err != nil || at[1] != 1 || at[2] != 0 {
			t.Errorf("%v, %v: want row 1 of the grid of 3 x 3", at, err)
		}
	})
}
