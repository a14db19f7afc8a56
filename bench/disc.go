package bench

import (
	"fmt"
	"math"
)

// Disc is a graph that looks like one that a layout has placed: nodes even over a disc, x, y, z of each in turn, joined to near nodes
// rather than far ones. peers/networkx_draw.py makes the same.
func Disc(n GraphSize) (at []float32, pre, post []int32) {
	at = make([]float32, 3*n.Nodes)
	for i := range n.Nodes { // Fermat's spiral
		r, a := 0.97*math.Sqrt((float64(i)+0.5)/float64(n.Nodes)), float64(i)*math.Pi*(3-math.Sqrt(5))
		at[3*i], at[3*i+1] = float32(r*math.Cos(a)), float32(r*math.Sin(a))
	}
	state := uint64(1)
	draw := func() int { // Knuth's linear congruential generator
		state = state*6364136223846793005 + 1442695040888963407
		return int(state >> 33 % uint64(n.Nodes))
	}
	for len(pre) < n.Edges {
		i, best, least := draw(), -1, math.Inf(1)
		for range 8 { // the nearest of a few
			j := draw()
			dx, dy := float64(at[3*i]-at[3*j]), float64(at[3*i+1]-at[3*j+1])
			if d := dx*dx + dy*dy; j != i && d < least {
				best, least = j, d
			}
		}
		if best >= 0 {
			pre, post = append(pre, int32(i)), append(post, int32(best))
		}
	}
	return at, pre, post
}

// graphWorkload is the name by which peers draw a graph.
func graphWorkload(n GraphSize) string { return fmt.Sprintf("graph-%d-%d", n.Nodes, n.Edges) }
