package layout

import (
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/rng"
)

// Quality says how well positions show a graph.
type Quality struct {
	// Spread is the coefficient of variation of the edges' lengths.
	Spread float64
	// Stress is the mean squared relative error of distances in the picture against distances in edges, after the best scaling, over pairs
	// within components: Kamada and Kawai's weights 1/d². 0 is perfect; 1 is as good as all nodes in one place.
	Stress float64
	// Neighbours is the mean share of a node's neighbours in the graph among as many nearest ones in the picture.
	Neighbours float64
}

// Measure judges positions [N, 3] by samples of at most 200 nodes; the same ones each time.
func Measure(l *Links, pos []float32) Quality {
	n := l.N()
	var q Quality
	at := rng.At{Stream: rng.Stream("layout/measure")}
	between := func(a, b int32) float64 {
		s := 0.0
		for c := range int32(3) {
			d := float64(pos[3*a+c]) - float64(pos[3*b+c])
			s += d * d
		}
		return math.Sqrt(s)
	}
	sum, square, edges := 0.0, 0.0, 0.0
	for k := range int32(n) {
		for _, j := range l.Neighbours(int(k)) {
			d := between(k, j)
			sum += d
			square += d * d
			edges++
		}
	}
	if edges > 0 && sum > 0 {
		mean := sum / edges
		q.Spread = math.Sqrt(math.Max(0, square/edges-mean*mean)) / mean
	}
	distance := make([]int32, n)
	var queue []int32
	xy, xx, yy, kept, asked := 0.0, 0.0, 0.0, 0, 0
	order := make([]int32, n)
	length := make([]float64, n)
	for s := range min(n, 200) {
		k := int32(s)
		if n > 200 {
			k = int32(float64(n) * rng.Uniform[float64](at, uint32(s), 0))
		}
		for j := range distance {
			distance[j] = -1
		}
		queue = l.bfs(k, distance, queue)
		for _, j := range queue[1:] {
			// With x the distance in the picture over that in edges, the stress at scale a is the mean of (a x - 1)².
			x := between(k, j) / float64(distance[j])
			xy += x
			xx += x * x
			yy++
		}
		near := l.Neighbours(int(k))
		if len(near) == 0 {
			continue
		}
		for j := range order {
			order[j] = int32(j)
			length[j] = between(k, int32(j))
		}
		length[k] = math.Inf(1)
		slices.SortFunc(order, func(a, b int32) int {
			switch {
			case length[a] < length[b]:
				return -1
			case length[a] > length[b]:
				return 1
			}
			return int(a - b)
		})
		for _, j := range order[:len(near)] {
			if slices.Contains(near, j) {
				kept++
			}
		}
		asked += len(near)
	}
	if yy > 0 && xx > 0 {
		q.Stress = 1 - xy*xy/(xx*yy)
	}
	if asked > 0 {
		q.Neighbours = float64(kept) / float64(asked)
	}
	return q
}
