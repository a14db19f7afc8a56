//go:build cgo && linux

package viewer

import "math"

// springNodes is up to how many nodes a graph is laid out by springs: each pair of nodes is looked at in each round.
const springNodes = 1500

// spring places nodes as Fruchterman and Reingold do ("Graph drawing by force-directed placement", 1991): edges pull, nodes push
// each other away, and the steps shorten. It starts from a circle, so that the same graph gets the same picture. at holds x, y, z of
// each node and is changed in place.
func spring(at []float32, pre, post []int32) {
	n := len(at) / 3
	if n < 3 {
		return
	}
	x, y := make([]float64, n), make([]float64, n)
	dx, dy := make([]float64, n), make([]float64, n)
	for i := range n {
		// Nodes exactly opposite each other would stay on one line.
		r := 1 + 0.1*math.Sin(float64(i)*12.9898)
		x[i], y[i] = r*float64(at[3*i]), r*float64(at[3*i+1])
	}
	k := math.Sqrt(4 / float64(n))
	rounds := max(50, min(300, 60_000_000/(n*n)))
	for round := range rounds {
		for i := range n {
			fx, fy := -0.05*x[i]/k, -0.05*y[i]/k // parts that are not connected stay near
			for j := range n {
				if ex, ey := x[i]-x[j], y[i]-y[j]; i != j {
					f := k * k / math.Max(ex*ex+ey*ey, 1e-6)
					fx, fy = fx+ex*f, fy+ey*f
				}
			}
			dx[i], dy[i] = fx, fy
		}
		for e := range pre {
			i, j := pre[e], post[e]
			ex, ey := x[i]-x[j], y[i]-y[j]
			f := math.Hypot(ex, ey) / k
			dx[i], dy[i] = dx[i]-ex*f, dy[i]-ey*f
			dx[j], dy[j] = dx[j]+ex*f, dy[j]+ey*f
		}
		most := 0.2 * (1 - float64(round)/float64(rounds))
		for i := range n {
			if l := math.Hypot(dx[i], dy[i]); l > 0 {
				s := math.Min(l, most) / l
				x[i], y[i] = x[i]+dx[i]*s, y[i]+dy[i]*s
			}
		}
	}
	for i := range n {
		at[3*i], at[3*i+1] = float32(x[i]), float32(y[i])
	}
}
