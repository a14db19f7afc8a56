//go:build cgo && linux

package viewer

import (
	"testing"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
)

// The threshold and the reset of one neuron are given in the window, while the others keep those of their group.
func TestRuleOfOneNeuron(t *testing.T) {
	g := &net.Group{Name: "cells", N: 5, Namespace: nettest.Constants{}, Method: "euler", Equations: nettest.Text("dv/dt = 20/second : 1\nspikes : integer"),
		Spiking: &net.Spiking{Threshold: nettest.Text("v > 1"), Reset: nettest.Text("v = 0\nspikes += 1")}}
	n := &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Views: []*net.View{{Kind: net.Graph, Group: g, Var: "v", Layout: "circle"}}}
	s := openNet(t, n, "cpu")
	s.do("key", "space")
	s.until("paused", func(v *Viewer) bool { return !v.playing && !v.dirty() })
	x, y := s.pixel(2)
	s.at(x, y, "click", "1")
	s.until("inspected", func(v *Viewer) bool { return len(v.inspector.fields) > 5 && !v.dirty() })
	press := func(name string) {
		t.Helper()
		type place struct{ x, y int }
		p := get(s, func(v *Viewer) (p place) {
			for _, f := range v.inspector.fields {
				if f.name == name {
					p = place{int(f.rect.X + f.rect.W/2), int(f.rect.Y + 8)}
				}
			}
			return p
		})
		if p.x == 0 {
			t.Fatalf("no field %q", name)
		}
		s.at(p.x, p.y, "click", "1")
	}
	press(onlyThis)
	s.until("a rule of its own begins", func(v *Viewer) bool { return v.inspector.focus == ruleField && !v.dirty() })
	press(" threshold")
	s.until("the threshold", func(v *Viewer) bool { return v.inspector.focus == " threshold" && !v.dirty() })
	s.do("key", "BackSpace")
	s.do("type", "3 + w")
	s.do("key", "Return")
	s.until("refused", func(v *Viewer) bool {
		return v.inspector.fault != "" && v.inspector.at == len("v > 3 + ") && !v.dirty()
	})
	s.screenshot("cells_error.png")
	for range "3 + w" {
		s.do("key", "BackSpace")
	}
	s.do("type", "2")
	s.do("key", "Return")
	s.until("a threshold of its own", func(v *Viewer) bool { return v.inspector.focus == "" && len(g.Variants) == 1 && !v.dirty() })
	press(" reset")
	s.until("the reset", func(v *Viewer) bool { return v.inspector.focus == " reset" && !v.dirty() })
	s.do("key", "ctrl+End")
	s.do("key", "Return")
	s.do("type", "v = -1")
	s.do("key", "ctrl+Return")
	s.until("a reset of its own", func(v *Viewer) bool {
		return len(g.Variants) == 1 && g.Variants[0].Threshold != nil && g.Variants[0].Reset != nil && v.inspector.focus == "" && !v.dirty()
	})
	s.screenshot("cells.png")
	if r := get(s, func(v *Viewer) rule { return v.followed(g, 2) }); r.threshold.Text != "v > 2" || r.reset.Text != "v = 0\nspikes += 1\nv = -1" || r.equations != g.Equations {
		t.Errorf("it follows %q, %q, %q", textOf(r.equations), textOf(r.threshold), textOf(r.reset))
	}
	from := get(s, func(v *Viewer) int64 { return v.line.Step() })
	s.do("key", "space")
	s.until("a while", func(v *Viewer) bool { return v.line.Step() > from+400 })
	s.do("key", "space")
	s.until("paused", func(v *Viewer) bool { return !v.playing && !v.dirty() })
	spikes := get(s, func(v *Viewer) (out []float64) {
		b, _ := v.stage.plan.Find("cells", "spikes")
		out = make([]float64, 5)
		if err := v.sim.Instance().Read(b.ID, 0, out); err != nil {
			t.Error(err)
		}
		return out
	})
	if spikes[1] < 7 || spikes[1] != spikes[3] || spikes[2] >= spikes[1]-3 {
		t.Errorf("spikes of %v", spikes)
	}
}
