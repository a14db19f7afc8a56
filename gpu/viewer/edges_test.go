//go:build cgo && linux

package viewer

import (
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/net"
)

// A graph shows the edges that the script wants until somebody asks for all or none.
func TestEdgesAsTheScriptWants(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		n := rings()
		none, some := *n.Views[0], *n.Views[0]
		none.NoEdges, some.EdgeShare = true, 0.5
		n.Views = []*net.View{&none, &some}
		st := spiking(t, d, n)
		defer st.kept.close()
		defer st.close()
		if _, err := st.panels(n.Views); err != nil {
			t.Fatal(err)
		}
		v := &Viewer{stage: st, kept: st.kept}
		hidden := func(a, b bool) {
			t.Helper()
			if x, y := st.graphs[0].item.Edges.Hide, st.graphs[1].item.Edges.Hide; x != a || y != b {
				t.Errorf("hidden: %v, %v; want %v, %v", x, y, a, b)
			}
		}
		hidden(true, false)
		if share := st.graphs[1].item.Edges.Share; share != 0.5 {
			t.Errorf("share %g", share)
		}
		v.toggleEdges()
		hidden(true, true)
		v.toggleEdges()
		hidden(false, false)
		if _, err := st.panels(n.Views); err != nil {
			t.Fatal(err)
		}
		st.graphs = st.graphs[2:]
		hidden(false, false) // also in panels that are made anew
	})
}
