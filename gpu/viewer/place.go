//go:build cgo && linux

package viewer

import (
	"math"
	"slices"

	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/graphio"
	"github.com/galvani-sim/galvani/host/graphio/layout"
	"github.com/galvani-sim/galvani/host/net"
)

// forceNodes is up to how many nodes a graph is laid out by forces before it is first shown; that takes some seconds.
const forceNodes = 10000

// place lays the nodes of a graph out: x, y, z of each in turn. The same graph gets the same picture.
func place(kind string, g *net.Group, pre, post []int32) ([]float32, error) {
	switch {
	case kind == "" && len(g.Positions) == 3*g.N:
		return slices.Clone(g.Positions), nil
	case kind == "grid" || kind == "" && g.Grid != nil:
		s := shape(g)
		at := make([]float32, 0, 3*g.N)
		for k := range g.N {
			at = append(at, float32(k%s[2]), float32(k/s[2]%s[1]), float32(k/(s[2]*s[1])))
		}
		return at, nil
	case kind == "circle" || len(pre) == 0 || g.N > forceNodes:
		return layout.Circle(g.N, 2), nil
	}
	f, err := layout.NewForce(g.N, pre, post, layout.Options{})
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for !f.Settled() {
		if err := f.Step(1); err != nil {
			return nil, err
		}
	}
	at, _ := f.Positions()
	gather(at, &graphio.Graph{N: g.N, I: pre, J: post})
	return at, nil
}

// gather moves what is not connected to the largest component close to it, or a few nodes without edges would make the picture small.
func gather(at []float32, g *graphio.Graph) {
	of, count := g.Components()
	if count < 2 {
		return
	}
	size := make([]int, count)
	middle := make([][2]float64, count)
	for k, c := range of {
		size[c]++
		middle[c][0] += float64(at[3*k])
		middle[c][1] += float64(at[3*k+1])
	}
	main := 0
	for c, n := range size {
		middle[c][0], middle[c][1] = middle[c][0]/float64(n), middle[c][1]/float64(n)
		if n > size[main] {
			main = c
		}
	}
	if 2*size[main] < g.N {
		return // no component stands out
	}
	// How far each component reaches from its middle.
	reach := make([]float64, count)
	for k, c := range of {
		reach[c] = math.Max(reach[c], math.Hypot(float64(at[3*k])-middle[c][0], float64(at[3*k+1])-middle[c][1]))
	}
	for k, c := range of {
		dx, dy := middle[c][0]-middle[main][0], middle[c][1]-middle[main][1]
		far, near := math.Hypot(dx, dy), 1.04*reach[main]+reach[c]
		if int(c) == main || far <= near {
			continue
		}
		at[3*k] += float32(dx * (near/far - 1))
		at[3*k+1] += float32(dy * (near/far - 1))
	}
}

// Where outliers are left out of the first picture: of a layout of so many nodes at least, one in a hundred at each side may lie further out
// than a quarter of the room that the others take.
const (
	fewestForOutliers = 100
	outliers          = 0.01
	outlierRoom       = 0.25
)

// mostCorners are those of a box around all positions except outliers, of which even a few would make the rest tiny.
func mostCorners(at []float32) (low, high render.Vec3) {
	low, high = corners(at)
	n := len(at) / 3
	if n < fewestForOutliers {
		return low, high
	}
	x := make([]float32, n)
	for a := range 3 {
		for k := range x {
			x[k] = at[3*k+a]
		}
		slices.Sort(x)
		cut := int(outliers * float64(n))
		lo, hi := float64(x[cut]), float64(x[n-1-cut])
		if room := outlierRoom * (hi - lo); room > 0 {
			low[a], high[a] = math.Max(low[a], lo-room), math.Min(high[a], hi+room)
		}
	}
	return low, high
}

// corners are those of the smallest box around all positions, the longer side of which is at least 1e-6.
func corners(at []float32) (low, high render.Vec3) {
	for a := range 3 {
		low[a], high[a] = math.Inf(1), math.Inf(-1)
	}
	for k, x := range at {
		low[k%3], high[k%3] = math.Min(low[k%3], float64(x)), math.Max(high[k%3], float64(x))
	}
	for a := range 2 {
		if high[a]-low[a] < 1e-6 {
			low[a], high[a] = low[a]-0.5, high[a]+0.5
		}
	}
	return low, high
}
