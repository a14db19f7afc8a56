//go:build cgo

package layout

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/graphio"
	"github.com/galvani-sim/galvani/host/graphio/layout"
)

func open(t *testing.T, f func(t testing.TB, d *device.Device)) {
	t.Helper()
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) { f(t, d) })
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func positions(t testing.TB, l Layout) []float32 {
	t.Helper()
	p, err := l.Positions()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// deviation is the root mean square of the difference of two sets of vectors, relative to that of the second.
func deviation(a, b []float32) float64 {
	d, s := 0.0, 0.0
	for k := range a {
		d += float64(a[k]-b[k]) * float64(a[k]-b[k])
		s += float64(b[k]) * float64(b[k])
	}
	return math.Sqrt(d / s)
}

func graphs() map[string]*graphio.Graph {
	return map[string]*graphio.Graph{
		"lattice":   must(graphio.Lattice([]int{30, 30}, graphio.LatticeOptions{})),
		"scalefree": must(graphio.BarabasiAlbert(1, 1500, 2)),
		"several":   must(graphio.ErdosRenyi(1, 1000, 0.0012, false)),
		"one":       {N: 1},
		"two":       {N: 2, I: []int32{0}, J: []int32{1}},
	}
}

// TestForces holds the forces on the device against the exact ones of the CPU (a tree that opens every cell).
func TestForces(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		for name, g := range graphs() {
			for _, dim := range []int{2, 3} {
				o := layout.Options{Dim: dim, Seed: 3, Theta: 1e-9}
				exact := must(layout.NewForce(g.N, g.I, g.J, o))
				l := must(New(d, g.N, g.I, g.J, o))
				f := l.(*force)
				if err := f.forces(0); err != nil {
					t.Fatal(err)
				}
				got := make([]float32, 3*g.N)
				d.Barrier(device.BarrierBufferUpdate)
				if err := device.Read(f.vel, 0, got, device.ReadTest); err != nil {
					t.Fatal(err)
				}
				want := exact.Forces()
				if name == "one" {
					if got[0] != want[0] || got[1] != want[1] {
						t.Errorf("one node: %v, want %v", got, want)
					}
				} else if e := deviation(got, want); e > 0.04 {
					t.Errorf("%s in %d dimensions: the forces differ by %.3f", name, dim, e)
				} else {
					t.Logf("%s in %d dimensions: the forces differ by %.4f", name, dim, e)
				}
				l.Close()
			}
		}
	})
}

// TestSettles runs to the end: as good as the CPU's layout, the same bits again, and nothing is read back on the way.
func TestSettles(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		g := must(graphio.Lattice([]int{30, 30}, graphio.LatticeOptions{}))
		links := must(layout.NewLinks(g.N, g.I, g.J))
		run := func(seed uint64) []float32 {
			l := must(New(d, g.N, g.I, g.J, layout.Options{Seed: seed}))
			defer l.Close()
			before := d.Stats().Read()
			for !l.Settled() {
				if err := l.Step(10); err != nil {
					t.Fatal(err)
				}
			}
			if read := d.Stats().Read() - before; read != 0 {
				t.Errorf("%d bytes were read back", read)
			}
			return positions(t, l)
		}
		p := run(1)
		q := layout.Measure(links, p)
		if q.Spread > 0.1 || q.Stress > 0.02 || q.Neighbours < 0.98 {
			t.Errorf("the lattice does not unfold: %+v", q)
		}
		if !slices.Equal(p, run(1)) {
			t.Error("the same seed gives other positions")
		}
		if slices.Equal(p, run(2)) {
			t.Error("another seed gives the same positions")
		}
	})
}

// TestHands pins, moves and frees a node, and changes the graph, on all kinds of layouts.
func TestHands(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		g := must(graphio.Lattice([]int{10, 10}, graphio.LatticeOptions{}))
		kinds := map[string]Layout{
			"device": must(New(d, g.N, g.I, g.J, layout.Options{})),
			"host":   must(NewHost(d, must(layout.NewForce(g.N, g.I, g.J, layout.Options{})))),
			"fixed":  must(NewFixed(d, layout.Grid(g.N, 2))),
		}
		for name, l := range kinds {
			if v := l.View(); v.Count != 300 || v.Elem != device.F32 {
				t.Errorf("%s: view %+v", name, v)
			}
			version := l.Version()
			check(t, l.Pin(7, 20, 30, 0))
			if l.Version() == version {
				t.Errorf("%s: a pin changes no version", name)
			}
			check(t, l.Step(50))
			p := positions(t, l)
			seen := make([]float32, 3)
			check(t, device.ReadView(d, l.View(), 21, seen, device.ReadTest))
			if want := []float32{20, 30, 0}; !slices.Equal(p[21:24], want) || !slices.Equal(seen, want) {
				t.Errorf("%s: the pinned node is at %v, drawn at %v", name, p[21:24], seen)
			}
			check(t, l.Unpin(7))
			l.Heat(1, false)
			check(t, l.Step(50))
			if p = positions(t, l); name != "fixed" && math.Hypot(float64(p[21]), float64(p[22])) > 30 {
				t.Errorf("%s: the freed node stays at %v", name, p[21:24])
			}
			// A node more, joined with the last one, and the rest of the lattice cut off.
			check(t, l.SetEdges(101, []int32{99}, []int32{100}))
			if v := l.View(); v.Count != 303 {
				t.Errorf("%s: %d coordinates after a new node", name, v.Count)
			}
			check(t, l.Step(1))
			p = positions(t, l)
			if d := math.Hypot(float64(p[300]-p[297]), float64(p[301]-p[298])); name != "fixed" && d > 3 {
				t.Errorf("%s: the new node is %v away from its neighbour", name, d)
			}
			check(t, l.SetEdges(50, nil, nil))
			check(t, l.Step(1))
			if v := l.View(); v.Count != 150 {
				t.Errorf("%s: %d coordinates of 50 nodes", name, v.Count)
			}
			for _, err := range []error{l.Pin(50, 0, 0, 0), l.Pin(0, float32(math.NaN()), 0, 0), l.Unpin(-1)} {
				if err == nil {
					t.Errorf("%s: a pin of no node or no place is taken", name)
				}
			}
			l.Close()
			l.Close()
		}
		if _, err := New(d, 2, []int32{0}, []int32{5}, layout.Options{}); err == nil || !strings.Contains(err.Error(), "nodes 0 to 1") {
			t.Errorf("an edge to nowhere: %v", err)
		}
		empty := must(New(d, 0, nil, nil, layout.Options{}))
		check(t, empty.Step(1))
		empty.Close()
	})
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestSame puts all nodes into one place: they must part, and nothing may become NaN.
func TestSame(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		for _, dim := range []int{2, 3} {
			l := must(New(d, 200, nil, nil, layout.Options{Dim: dim, Start: make([]float32, 600)}))
			check(t, l.Step(100))
			p := positions(t, l)
			for k, x := range p {
				if x != x || math.Abs(float64(x)) > 1000 {
					t.Fatalf("coordinate %d is %v", k, x)
				}
			}
			if q := math.Hypot(float64(p[0]-p[3]), float64(p[1]-p[4])); q < 0.01 {
				t.Errorf("two nodes stay together")
			}
			l.Close()
		}
	})
}

// BenchmarkStep is the time of a step with ten edges for each node.
func BenchmarkStep(b *testing.B) {
	d := gltest.Device(b)
	for _, n := range []int{1000, 10000, 100000} {
		for _, dim := range []int{2, 3} {
			g := must(graphio.WattsStrogatz(1, n, 20, 0.05))
			b.Run(fmt.Sprintf("%d/%dD", n, dim), func(b *testing.B) {
				gltest.Do(b, d, func(t testing.TB) {
					l := must(New(d, g.N, g.I, g.J, layout.Options{Dim: dim}))
					defer l.Close()
					check(t, l.Step(1)) // the driver compiles
					d.WaitIdle()
					for b.Loop() {
						l.Heat(0.1, false)
						check(t, l.Step(1))
						d.WaitIdle()
					}
				})
			})
		}
	}
}
