//go:build cgo && linux

package viewer

import (
	"context"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/galvani-sim/galvani/gpu/compute"
	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// surfaces asks for both populations as surfaces with fixed limits.
func surfaces(f *nettest.FieldNetwork) {
	for _, g := range []*net.Group{f.Input, f.Focus} {
		f.Views = append(f.Views, &net.View{Kind: net.Surface, Group: g, Var: "r", Title: g.Name, Max: 1.5})
	}
}

func backends(t testing.TB, d *device.Device) map[string]exec.Backend {
	gl, err := compute.New(d)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]exec.Backend{"cpu": cpu.Backend{}, "gl": gl}
}

func TestHeadless(t *testing.T) {
	d := gltest.Device(t)
	for name, b := range backends(t, d) {
		t.Run(name, func(t *testing.T) {
			f := nettest.Field(20, 1)
			surfaces(f)
			dir := t.TempDir()
			if keep := os.Getenv("GALVANI_KEEP"); keep != "" {
				dir = keep
			}
			pic := filepath.Join(dir, name+".png")
			h, err := NewHeadless(HeadlessOptions{Device: d, Width: 800, Height: 600, PNG: pic, Movie: filepath.Join(dir, name+".gif"), Frames: 4, FPS: 10})
			if err != nil {
				t.Fatal(err)
			}
			defer h.Close()
			s, err := sim.Compile(f.Network, sim.Options{Backend: b, Precision: plan.Single, Driver: h})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if err := s.Run(context.Background(), 0.4); err != nil {
				t.Fatal(err)
			}
			if err := h.Finish(); err != nil {
				t.Fatal(err)
			}
			r, err := os.Open(pic)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			img, err := png.Decode(r)
			if err != nil {
				t.Fatal(err)
			}
			colors := map[uint32]bool{}
			for y := range 600 {
				for x := range 800 {
					r, g, b, _ := img.At(x, y).RGBA()
					colors[r>>8<<16|g>>8<<8|b>>8] = true
				}
			}
			if len(colors) < 1000 {
				t.Errorf("%d colors: nothing lit was drawn", len(colors))
			}
		})
	}
}
