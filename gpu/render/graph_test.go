//go:build cgo

package render

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
)

// web is a graph on the GPU with its host copies.
type web struct {
	*Graph
	at         []float32
	pre, post  []int32
	values     []float32
	bufs       []*device.Buffer
	color, pos *device.Buffer
}

func (w *web) close() {
	for _, b := range w.bufs {
		b.Close()
	}
}

// newWeb scatters n nodes evenly over a disc and joins m pairs, near ones rather than far ones, as a layout would have them.
func newWeb(t testing.TB, d *device.Device, n, m int) *web {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	w := &web{at: make([]float32, 3*n), values: make([]float32, n)}
	for i := range n {
		// Fermat's spiral: even, without a grid.
		r, a := 0.97*math.Sqrt((float64(i)+0.5)/float64(n)), float64(i)*math.Pi*(3-math.Sqrt(5))
		w.at[3*i], w.at[3*i+1] = float32(r*math.Cos(a)), float32(r*math.Sin(a))
		w.at[3*i+2] = float32(2*rng.Float64() - 1)
		w.values[i] = float32(math.Remainder(2*math.Pi*r+a*0+rng.Float64(), 2*math.Pi))
	}
	near := func(i int) int {
		x, y := float64(w.at[3*i]), float64(w.at[3*i+1])
		x, y = x+rng.NormFloat64()*0.2, y+rng.NormFloat64()*0.2
		best, d2 := -1, math.Inf(1)
		for range 12 { // the nearest of a few
			j := rng.IntN(n)
			dx, dy := float64(w.at[3*j])-x, float64(w.at[3*j+1])-y
			if q := dx*dx + dy*dy; q < d2 && j != i {
				best, d2 = j, q
			}
		}
		return best
	}
	for len(w.pre) < m {
		i := rng.IntN(n)
		j := near(i)
		if j < 0 {
			continue
		}
		w.pre, w.post = append(w.pre, int32(i)), append(w.post, int32(j))
		if len(w.pre) < m && len(w.pre)%5 == 0 { // and back
			w.pre, w.post = append(w.pre, int32(j)), append(w.post, int32(i))
		}
	}
	w.pos, w.color = upload(t, d, w.at), upload(t, d, w.values)
	pre, post := uploadInts(t, d, w.pre), uploadInts(t, d, w.post)
	w.bufs = []*device.Buffer{w.pos, w.color, pre, post}
	w.Graph = &Graph{Name: "G", N: n, Positions: w.pos.View(), Color: w.color.View(), Scale: phaseScale(),
		Edges: Edges{M: m, Pre: pre.View(), Post: post.View(), Directed: true}}
	return w
}

// loops replaces a third of the edges by edges from nodes to themselves.
func (w *web) loops(t testing.TB, d *device.Device) {
	pre := append([]int32{}, w.pre...)
	for k := 0; k < len(pre); k += 3 {
		pre[k] = w.post[k]
	}
	b := uploadInts(t, d, pre)
	w.bufs, w.Edges.Pre, w.Edges.Loops = append(w.bufs, b), b.View(), true
	for k := range w.N {
		w.Labels = append(w.Labels, Label{Node: k, Text: fmt.Sprint(k), At: Vec3{float64(w.at[3*k]), float64(w.at[3*k+1]), 0}})
	}
	for k, i := range pre {
		w.Labels[i].Loop = w.Labels[i].Loop || i == w.post[k]
	}
}

func phaseScale() *Scale { return NewFixedScale("theta", "rad", Twilight(), -math.Pi, math.Pi) }

func uploadInts(t testing.TB, d *device.Device, v []int32) *device.Buffer {
	t.Helper()
	if len(v) == 0 {
		v = []int32{0}
	}
	b, err := device.NewBufferFrom(d, "indices", device.I32, v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestGraphPictures(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		for _, c := range []struct {
			name   string
			n, m   int
			w, h   int
			scale  float64
			theme  *Theme
			change func(w *web)
		}{
			{"graph_phases", 10, 24, 320, 240, 1, Dark(), func(w *web) {
				w.Needle = true
				for k := range w.N {
					w.Labels = append(w.Labels, Label{Node: k, Text: fmt.Sprintf("node %d", k), At: Vec3{float64(w.at[3*k]), float64(w.at[3*k+1]), 0}})
				}
				w.Pulses = []Pulse{{0, 0.5, 1}, {5, 0.3, 0.6}}
			}},
			{"graph_phases_light_2x", 12, 24, 640, 480, 2, Light(), func(w *web) { w.Needle = true }},
			{"graph_states", 24, 60, 320, 240, 1, Dark(), func(w *web) {
				w.Shapes, w.Scale = true, NewFixedScale("on", "", TwoTone(), -3, 3)
				w.Marks = map[int]Mark{3: Selected, 7: Hovered, 11: Pinned, 14: Selected | Pinned}
			}},
			{"graph_1000", 1000, 4962, 400, 300, 1, Dark(), func(w *web) { w.Needle, w.ByDegree = true, true }},
			{"graph_loops", 12, 24, 320, 240, 1, Dark(), func(w *web) { w.loops(t, d) }},
			{"graph_loops_undirected_2x", 12, 24, 640, 480, 2, Light(), func(w *web) {
				w.loops(t, d)
				w.Edges.Directed = false
			}},
			{"graph_spatial", 300, 900, 320, 240, 1, Light(), func(w *web) { w.Spatial = true }},
		} {
			s := newStage(t, d, c.w, c.h, c.scale, 1)
			s.f.Fine = true
			w := newWeb(t, d, c.n, c.m)
			c.change(w)
			sc := &Scene{Theme: c.theme, Panels: []*Panel{{Title: "G", Items: []Item{w.Graph}}}}
			img := s.draw(sc)
			keep(t, c.name, img)
			gltest.Image(t, c.name, img, gltest.Default)
			w.close()
			s.close()
		}
	})
}

// The middle of a node picks the node, the middle of an edge picks the edge.
func TestPickGraph(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		s := newStage(t, d, 400, 300, 1, 1)
		defer s.close()
		at := upload(t, d, []float32{-0.8, 0, 0, 0.8, 0, 0, 0, 0.8, 0})
		pre, post := uploadInts(t, d, []int32{2, 0}), uploadInts(t, d, []int32{1, 1})
		for _, b := range []*device.Buffer{at, pre, post} {
			defer b.Close()
		}
		g := &Graph{Name: "G", N: 3, Positions: at.View(), Edges: Edges{M: 2, Pre: pre.View(), Post: post.View(), Directed: true}}
		sc := &Scene{Panels: []*Panel{{Items: []Item{g}}}}
		s.draw(sc)
		v := sc.Layout(400, 300, 1).Panels[0]
		for _, c := range []struct {
			at      Vec3
			element int
			edge    bool
		}{{Vec3{0.8, 0, 0}, 1, false}, {Vec3{0, 0.8, 0}, 2, false}, {Vec3{0, 0, 0}, 1, true}, {Vec3{0.4, 0.4, 0}, 0, true}} {
			x, y, ok := v.Project(c.at)
			if !ok {
				t.Fatalf("%v is out of sight", c.at)
			}
			h, err := s.r.PickNow(sc, s.f, x, y)
			if err != nil {
				t.Fatal(err)
			}
			if h.Item != g || h.Element != c.element || h.Edge != c.edge {
				t.Errorf("at %v there is %d (edge: %v), want %d (%v)", c.at, h.Element, h.Edge, c.element, c.edge)
			}
		}
	})
}

// An edge from a node to itself is picked on its loop, which lies away from the middle of the graph.
func TestPickLoop(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		s := newStage(t, d, 400, 300, 1, 1)
		defer s.close()
		at := upload(t, d, []float32{-0.5, 0, 0, 0.5, 0, 0})
		pre, post := uploadInts(t, d, []int32{0, 1}), uploadInts(t, d, []int32{1, 1})
		for _, b := range []*device.Buffer{at, pre, post} {
			defer b.Close()
		}
		for _, directed := range []bool{true, false} {
			g := &Graph{Name: "G", N: 2, Positions: at.View(), Radius: 0.1, Edges: Edges{M: 2, Pre: pre.View(), Post: post.View(), Directed: directed}}
			sc := &Scene{Panels: []*Panel{{Items: []Item{g}}}}
			s.draw(sc)
			v := sc.Layout(400, 300, 1).Panels[0]
			x, y, _ := v.Project(Vec3{0.5, 0, 0})
			rim, _, _ := v.Project(Vec3{0.6, 0, 0})
			// The far side of the loop: its circle begins inside the node, and is about as large.
			found := false
			for reach := 1.5; reach < 3.5; reach += 0.05 {
				h, err := s.r.PickNow(sc, s.f, x+reach*(rim-x), y)
				if err != nil {
					t.Fatal(err)
				}
				found = found || h.Item == g && h.Edge && h.Element == 1
				if h, err = s.r.PickNow(sc, s.f, x-reach*(rim-x), y); err != nil || h.Edge && h.Element == 1 {
					t.Fatalf("the loop is towards the middle, too: %v", err)
				}
			}
			if !found {
				t.Errorf("directed %v: no loop beside the node", directed)
			}
		}
	})
}

// Of a share of the edges about as many are drawn, an edge with its reverse or neither; without a share all are.
func TestShareOfEdges(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		s := newStage(t, d, 400, 400, 1, 1)
		defer s.close()
		// One edge to each of many nodes in a column, and one back.
		const n = 100
		at := make([]float32, 3*2*n)
		var pre, post []int32
		for k := range n {
			y := 0.98 - 1.96*float32(k)/(n-1)
			at[6*k], at[6*k+1], at[6*k+3], at[6*k+4] = -0.9, y, 0.9, y
			pre, post = append(pre, int32(2*k), int32(2*k+1)), append(post, int32(2*k+1), int32(2*k))
		}
		p, i, j := upload(t, d, at), uploadInts(t, d, pre), uploadInts(t, d, post)
		for _, b := range []*device.Buffer{p, i, j} {
			defer b.Close()
		}
		g := &Graph{Name: "G", N: 2 * n, Positions: p.View(), Radius: 0.002, Edges: Edges{M: 2 * n, Pre: i.View(), Post: j.View(), Opacity: 1}}
		sc := &Scene{Theme: Dark(), Panels: []*Panel{{Items: []Item{g}}}}
		rows := func(share float64) (count int) {
			g.Edges.Share = share
			s.draw(sc)
			v := sc.Layout(400, 400, 1).Panels[0]
			for k := range n {
				x, y, _ := v.Project(Vec3{0, float64(at[6*k+1]), 0})
				if h, err := s.r.PickNow(sc, s.f, x, y); err != nil {
					t.Fatal(err)
				} else if h.Edge && h.Element/2 == k {
					count++
				}
			}
			return count
		}
		if all, some := rows(0), rows(0.3); all < n-2 || some < 18 || some > 42 {
			t.Errorf("%d of %d pairs are drawn; of a share of 0.3 it is %d", all, n, some)
		}
	})
}

// Loops at the rim of a graph have room in the picture.
func TestLoopsHaveRoom(t *testing.T) {
	g := &Graph{N: 2, Low: Vec3{-1, -1, -1}, High: Vec3{1, 1, 1}, Edges: Edges{M: 1}}
	p := &Panel{Items: []Item{g}}
	without := p.nodeRoom(Rect{0, 0, 300, 300})
	g.Edges.Loops = true
	if with := p.nodeRoom(Rect{0, 0, 300, 300}); with < without+(1+loopReach)*0.85*mostNode {
		t.Errorf("room of %g for loops, %g without", with, without)
	}
}

// Where a dispatch takes few work groups, nodes and edges are taken by several: the picture is the same.
func TestGraphInParts(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		w := newWeb(t, d, 1000, 4962)
		defer w.close()
		w.ByDegree, w.Scale = true, NewScale("theta", "rad", Viridis())
		var want []byte
		for _, most := range []int{0, 3} {
			s := newStage(t, d, 400, 300, 1, 1)
			s.r.mostGroups = most
			img := s.draw(&Scene{Panels: []*Panel{{Items: []Item{w.Graph}}}})
			if want == nil {
				want = img.Pix
			} else if !bytes.Equal(img.Pix, want) {
				t.Error("the picture depends on the number of work groups")
			}
			s.close()
		}
	})
}
