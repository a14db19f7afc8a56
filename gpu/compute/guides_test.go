//go:build cgo

package compute

import (
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
)

// Kernels over all synapses find both ends of each, among rows of all lengths: none, a few and more than a guide's step, before the first step and in it.
func TestGuides(t *testing.T) {
	text := nettest.Text
	g := &net.Group{Name: "g", N: 301, Namespace: nettest.Constants{}, Equations: text("x : 1"), Initial: []net.Assignment{{Var: "x", Expr: text("i")}}}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Namespace: nettest.Constants{}, Equations: text("a : 1\nb : 1"),
		Connect: []*net.Connection{{Condition: text("i > 3 and i < 280 and i % 7 != 0 and (i % 11 == 0 or j % 16 == 0)")}},
		Initial: []net.Assignment{{Var: "a", Expr: text("512*i + j")}},
		Code:    []*net.CodeBlock{{Name: "both", Code: text("b = 512*x_pre + x_post")}}}
	p := planOf(t, &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, plan.Single)
	c, err := cpu.Backend{}.Load(p, exec.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	advance(t, c, 2)
	for name, b := range map[string]*Backend{"as it is": {}, "as on hardware": {hardware: true, Batch: 1}, "resident": {Mode: Resident}, "without": {blind: true}} {
		b.dev = gltest.Device(t)
		if name != "resident" {
			b.Mode = Plain
		}
		x := loadWith(t, b, p)
		if want := map[bool]int{false: 1}[b.blind]; len(x.i.guides) != want {
			t.Errorf("%s: %d guides", name, len(x.i.guides))
		}
		advance(t, x, 2)
		sameState(t, name, p, snapshot(t, x), snapshot(t, c))
	}
}
