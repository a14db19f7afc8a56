//go:build cgo

package compute

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/sim"
)

// excited is a noisy ring of spiking neurons with delays of spikes and of continuous coupling, whose sums have a scale that depends on the weights.
func excited(n int) *net.Network {
	text := nettest.Text
	g := &net.Group{Name: "g", N: n, Namespace: nettest.Constants{"tau": 0.02}, Equations: text("dv/dt = (drive + pull - v)/(tau*second) : 1\ndrive : 1\npull : 1"),
		Spiking: &net.Spiking{Threshold: text("v > 0.9"), Reset: text("v = 0.1*rand()")}, Initial: []net.Assignment{{Var: "v", Expr: text("rand()")}, {Var: "drive", Values: []float64{1.1}}}}
	i, j, delays := make([]int32, n), make([]int32, n), make([]float64, n)
	for k := range n {
		i[k], j[k], delays[k] = int32(k), int32((k+1)%n), float64(k%6)*1e-3
	}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Equations: text("w : 1"), Connect: []*net.Connection{{I: i, J: j}},
		Pathways: []*net.Pathway{{Name: "pre", Code: text("v_post += w"), Delay: delays}}, Initial: []net.Assignment{{Var: "w", Values: []float64{0.07}}}}
	late := &net.Synapses{Name: "late", Pre: net.All(g), Post: net.All(g), Equations: text("pull_post = 0.05*sin(v_pre - v_post) : 1 (summed)"), Connect: []*net.Connection{{I: j, J: i}},
		Sums: &net.Pathway{Name: net.SumsPathway, Delay: delays}}
	return &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s, late}, SpikeMonitors: []*net.SpikeMonitor{{Name: "spikes", Of: net.All(g), CountOnly: true}},
		Monitors: []*net.StateMonitor{{Name: "v", Group: g, Vars: []string{"v"}, DT: 20e-3}}}
}

// TestRewind goes back by 1, 100 and 100,000 steps, over edits of every kind while spikes are under way.
func TestRewind(t *testing.T) {
	b, err := New(gltest.Device(t))
	if err != nil {
		t.Fatal(err)
	}
	s, err := sim.Compile(excited(10), sim.Options{Backend: b, Precision: plan.Single, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	line, err := session.New(s, session.Options{Memory: 8 << 20})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	look := func() string {
		t.Helper()
		c, err := s.Checkpoint()
		must(err)
		defer c.Close()
		hash, err := c.Hash()
		must(err)
		out := fmt.Sprintf("%x %v", hash, s.Spikes(s.Network().SpikeMonitors[0]).Counts)
		a, err := s.Recording(s.Network().Monitors[0]).Array("v")
		must(err)
		return fmt.Sprint(out, len(a.Data.([]float64)), a.Data.([]float64)[max(0, len(a.Data.([]float64))-20):])
	}
	const far = 100000
	reset := "v = 0.3"
	edits := map[int64][]session.Edit{
		1000: {session.SetValues{Object: "g", Variable: "v", Elements: []int32{3}, Values: []float64{0.95}}},
		2000: {session.SetValues{Object: "s", Variable: "w", Elements: []int32{1}, Values: []float64{30}}}, // a larger range of sums
		4000: {session.SetParameter{Name: "tau", Value: 0.03}, session.AddEdge{Synapses: "s", Pre: []int32{0, 5}, Post: []int32{5, 0}, Values: map[string][]float64{"w": {0.2}}, Delays: map[string]float64{"pre": 8e-3}},
			session.AddEdge{Synapses: "late", Pre: []int32{0, 5}, Post: []int32{5, 0}, Delays: map[string]float64{net.SumsPathway: 12e-3}}},
		6000: {session.AddNode{Group: "g", N: 3}, session.RemoveEdge{Synapses: "s", Edges: []int32{4}}, session.RemoveNode{Group: "g", Nodes: []int32{7}}, session.SetRule{Group: "g", Nodes: []int32{2}, Reset: &reset}},
	}
	want := map[int64]string{}
	for _, k := range []int64{0, 500, 1000, 1500, 2000, 2500, 4000, 4500, 6000, 6500, far - 100, far - 1, far} {
		start := time.Now()
		must(line.Advance(ctx, k))
		for _, e := range edits[k] {
			must(line.Do(e))
		}
		want[k] = look()
		t.Logf("step %d after %v", k, time.Since(start).Round(time.Millisecond))
	}
	for _, k := range []int64{far - 1, far - 100, 0, 6500, 4500, 2500, 500, 1500, 1000, 6000, 500, 2500, far} {
		from, start := line.Step(), time.Now()
		must(line.Seek(ctx, k))
		t.Logf("from step %d to step %d: %v", from, k, time.Since(start).Round(10*time.Microsecond))
		if got := look(); got != want[k] {
			t.Errorf("step %d:\n%s\nwant\n%s", k, got, want[k])
		}
	}
}

// Snapshots stay on the device within their budget: nothing is read back for them while steps are made, and after ten thousand of them,
// thinned on the way, all memory is given back.
func TestSnapshotMemory(t *testing.T) {
	d := gltest.Device(t)
	b, err := New(d)
	if err != nil {
		t.Fatal(err)
	}
	stats := func() (s device.Stats) {
		d.Do(func() { s = d.Stats() })
		return s
	}
	before := stats()
	n := excited(10)
	n.Monitors, n.SpikeMonitors = nil, nil
	s, err := sim.Compile(n, sim.Options{Backend: b, Precision: plan.Single, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	loaded := stats()
	const budget, steps = 64 << 10, 10000
	line, err := session.New(s, session.Options{Memory: budget, Spacing: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := line.Advance(context.Background(), steps); err != nil {
		t.Fatal(err)
	}
	now := stats()
	bytes, count := line.Memory()
	if bytes > budget || count < 10 || now.BufferBytes-loaded.BufferBytes != bytes {
		t.Errorf("%d snapshots of %d bytes; the device has %d bytes more than without; the budget is %d", count, bytes, now.BufferBytes-loaded.BufferBytes, budget)
	}
	if read := now.ReadBack[device.ReadSnapshot] - before.ReadBack[device.ReadSnapshot]; read != 0 {
		t.Errorf("%d bytes were read back for snapshots", read)
	}
	size := bytes / int64(count)
	if taken := (now.TotalBytes - loaded.TotalBytes) / size; taken < steps {
		t.Errorf("%d snapshots were taken in %d steps", taken, steps)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if after := stats(); after.BufferBytes != before.BufferBytes || after.Live != before.Live {
		t.Errorf("%d bytes and %d objects are left", after.BufferBytes-before.BufferBytes, after.Live-before.Live)
	}
}

// BenchmarkRewind is the time to answer when going back from step 100,000.
func BenchmarkRewind(b *testing.B) {
	back, err := New(gltest.DeviceWith(b, device.Options{}))
	if err != nil {
		b.Fatal(err)
	}
	n := excited(1000)
	n.Monitors, n.SpikeMonitors = nil, nil
	s, err := sim.Compile(n, sim.Options{Backend: back, Precision: plan.Single, Seed: 3})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	line, err := session.New(s, session.Options{})
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	const far = 100000
	if err := line.Advance(ctx, far); err != nil {
		b.Fatal(err)
	}
	for _, steps := range []int64{1, 100, far} {
		b.Run(fmt.Sprintf("neurons=1000/back=%d", steps), func(b *testing.B) {
			for b.Loop() {
				if err := line.Seek(ctx, far-steps); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				if err := line.Seek(ctx, far); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		})
	}
}

// TestEmptyCanvas begins with a group of no nodes; what is made by hand must spike on both backends alike.
func TestEmptyCanvas(t *testing.T) {
	b, err := New(gltest.Device(t))
	if err != nil {
		t.Fatal(err)
	}
	var want string
	for _, backend := range []exec.Backend{cpu.Backend{}, b, &Backend{dev: b.dev, hardware: true, Batch: 1}} {
		text := nettest.Text
		g := &net.Group{Name: "g", N: 0, Equations: text("v : 1"), Spiking: &net.Spiking{Threshold: text("v > 1"), Reset: text("v = 0")}}
		s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Equations: text("w : 1"), Connect: []*net.Connection{{I: []int32{}, J: []int32{}}},
			Pathways: []*net.Pathway{{Name: "pre", Code: text("v_post += w")}}, Initial: []net.Assignment{{Var: "w", Values: []float64{2}}}}
		n := &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}, SpikeMonitors: []*net.SpikeMonitor{{Name: "spikes", Of: net.All(g)}},
			Monitors: []*net.StateMonitor{{Name: "v", Group: g, Vars: []string{"v"}}}}
		x, err := sim.Compile(n, sim.Options{Backend: backend, Precision: plan.Single})
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		line, err := session.New(x, session.Options{})
		if err != nil {
			t.Fatal(err)
		}
		leap := "v = 0.5"
		for _, do := range []error{
			line.Advance(context.Background(), 5),
			line.Do(session.AddNode{Group: "g", N: 4}),
			line.Do(session.AddEdge{Synapses: "s", Pre: []int32{0, 1, 2}, Post: []int32{1, 2, 3}, Delays: map[string]float64{"pre": 3e-3}}),
			line.Do(session.SetRule{Group: "g", Nodes: []int32{1}, Reset: &leap}),
			line.Do(session.RemoveNode{Group: "g", Nodes: []int32{3}}),
			line.Do(session.SetValues{Object: "g", Variable: "v", Elements: []int32{0, 3}, Values: []float64{5}}),
			line.Advance(context.Background(), 30),
			line.Seek(context.Background(), 3),
			line.Seek(context.Background(), 30),
		} {
			if do != nil {
				t.Fatal(do)
			}
		}
		rec := x.Spikes(n.SpikeMonitors[0]).Recording
		i, err := rec.Array("i")
		if err != nil {
			t.Fatal(err)
		}
		steps, err := rec.Array("step")
		if err != nil {
			t.Fatal(err)
		}
		v, _, err := x.Get(g, "v")
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(i.Data, steps.Data, v)
		if want == "" {
			want = got
			if got != "[0 1 2] [5 9 13] [0 0.5 0 5]" {
				t.Errorf("on the cpu: %s", got)
			}
		}
		if got != want {
			t.Errorf("%s, on the cpu %s", got, want)
		}
	}
}
