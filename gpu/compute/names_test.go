//go:build cgo

package compute

import (
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// Networks that differ in the names of their objects have the same programs, and random numbers of their own.
func TestNamesCompileOnce(t *testing.T) {
	cache := &countingCache{DiskCache: NewDiskCacheIn(t.TempDir())}
	d := gltest.DeviceWith(t, device.Options{Cache: cache})
	if !d.Info().Features.ProgramBinary {
		t.Skip("this driver keeps no programs")
	}
	run := func(name string, mode Mode) []float64 {
		names := constants{"tau": "10*ms"}
		g := &net.Group{Name: name, N: 50, Method: "euler", Namespace: names, Equations: source("dv/dt = (1.1-v)/tau + 0.3*xi/tau**0.5 : 1"),
			Spiking: &net.Spiking{Threshold: source("v>1"), Reset: source("v = 0")}}
		s := &net.Synapses{Name: name + "_syn", Pre: net.All(g), Post: net.All(g), Namespace: names, Pathways: []*net.Pathway{{Name: "pre", Code: source("v += 0.01")}},
			Connect: []*net.Connection{{P: source("0.2")}}}
		res, err := plan.Build(&net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s},
			SpikeMonitors: []*net.SpikeMonitor{{Name: name + "_monitor", Of: net.All(g)}}}, plan.Options{Precision: plan.Single, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		x := loadWith(t, &Backend{dev: d, Mode: mode}, res.Plan)
		advance(t, x, 100)
		v := make([]float64, 50)
		for b, buf := range res.Plan.Buffers {
			if buf.Object == name && buf.Var == "v" {
				if err := x.Read(plan.BufferID(b), 0, v); err != nil {
					t.Fatal(err)
				}
			}
		}
		return v
	}
	for _, mode := range []Mode{Plain, Resident} {
		first := run("first", mode)
		stored := cache.stored
		if stored == 0 {
			t.Fatal("nothing was compiled")
		}
		other := run("an_other", mode)
		if cache.stored != stored {
			t.Errorf("another name compiled %d programs", cache.stored-stored)
		}
		same := 0
		for k := range first {
			if first[k] == other[k] {
				same++
			}
		}
		if same > 5 {
			t.Errorf("%d of 50 values are those of a network of another name: its random numbers are the same", same)
		}
	}
}

// Networks that differ in numbers of their equations have the same programs where a compiler takes its time, and the results that they have where numbers
// stand in the programs.
func TestNumbersCompileOnce(t *testing.T) {
	cache := &countingCache{DiskCache: NewDiskCacheIn(t.TempDir())}
	d := gltest.DeviceWith(t, device.Options{Cache: cache})
	if !d.Info().Features.ProgramBinary {
		t.Skip("this driver keeps no programs")
	}
	for _, prec := range []plan.Precision{plan.Single, plan.Double} {
		if prec == plan.Double && !d.Info().Features.Double {
			continue
		}
		for _, mode := range []Mode{Plain, Resident} {
			stored := 0
			for k, c := range []constants{{"tau": "10*ms", "drive": "1.1", "w": "0.01"}, {"tau": "17*ms", "drive": "1.3", "w": "0.03"}, {"tau": "23*ms", "drive": "-1.7", "w": "-0.04"}} {
				g := &net.Group{Name: "g", N: 50, Method: "euler", Namespace: c, Equations: source("dv/dt = (drive-v)/tau + 0.3*xi/tau**0.5 : 1"),
					Spiking: &net.Spiking{Threshold: source("v>0.9"), Reset: source("v = 0")}}
				s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Namespace: c, Pathways: []*net.Pathway{{Name: "pre", Code: source("v += w")}},
					Connect: []*net.Connection{{P: source("0.2")}}}
				p := planOf(t, &net.Network{DT: 1e-4, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, prec)
				x := loadWith(t, &Backend{dev: d, Mode: mode, hardware: true, Batch: 1}, p)
				advance(t, x, 60)
				if k == 0 {
					stored = cache.stored
				} else if cache.stored != stored {
					t.Errorf("%v, %v: other numbers compiled %d programs", prec, mode, cache.stored-stored)
				}
				y := loadWith(t, &Backend{dev: gltest.Device(t), Mode: Plain}, p)
				advance(t, y, 60)
				sameState(t, "numbers "+c["drive"], p, snapshot(t, x), snapshot(t, y))
			}
		}
	}
}
