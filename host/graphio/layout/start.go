package layout

import (
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/rng"
)

// pivots is how many nodes' distances give the shape.
const pivots = 40

// Start places the nodes by pivot MDS (Brandes and Pich, "Eigensolver methods for progressive multidimensional scaling of large data",
// 2006): each component by the distances in edges from a few of its nodes that are far from each other. Components lie side by
// side, the largest in the middle. Edges have length 1 on average, where that does not crowd the nodes.
func Start(l *Links, dim int, seed uint64) []float32 {
	n := l.N()
	pos := make([]float32, 3*n)
	at := rng.At{Key: rng.NewKey(seed, 0, 0), Stream: rng.Stream("layout/start")}
	distance := make([]int32, n)
	for k := range distance {
		distance[k] = -1
	}
	type part struct {
		nodes  []int32
		radius float64
	}
	var parts []part
	queue := make([]int32, 0, n)
	for k := range int32(n) {
		if distance[k] < 0 {
			queue = l.bfs(k, distance, queue)
			parts = append(parts, part{nodes: slices.Clone(queue)})
		}
	}
	for p := range parts {
		parts[p].radius = placeComponent(l, parts[p].nodes, distance, dim, pos, at)
	}
	slices.SortStableFunc(parts, func(a, b part) int { return len(b.nodes) - len(a.nodes) })
	// Rings around the largest part, filled one after the other. A ring is as wide as its first, largest part.
	if len(parts) > 1 {
		inner := parts[0].radius
		for p := 1; p < len(parts); {
			r := parts[p].radius
			ring := inner + r + 1
			half := func(p int) float64 { return math.Asin(math.Min(1, (parts[p].radius+0.5)/ring)) }
			angle, end := 2*half(p), p+1
			for end < len(parts) && angle+2*half(end) <= 2*math.Pi {
				angle += 2 * half(end)
				end++
			}
			// What is left of the circle is shared, so that a few parts do not stand on one side.
			gap := (2*math.Pi - angle) / float64(end-p)
			angle = 0
			for ; p < end; p++ {
				angle += half(p) + gap/2
				x, y := ring*math.Cos(angle), ring*math.Sin(angle)
				angle += half(p) + gap/2
				for _, k := range parts[p].nodes {
					pos[3*k] += float32(x)
					pos[3*k+1] += float32(y)
				}
			}
			inner = ring + r
		}
	}
	return pos
}

// placeComponent gives the nodes of one component positions around 0, and returns their radius.
func placeComponent(l *Links, nodes, distance []int32, dim int, pos []float32, at rng.At) float64 {
	m := len(nodes)
	if m == 1 {
		return 0.5
	}
	x := pivotMDS(l, nodes, distance, dim)
	// The mean length of an edge becomes 1, but nodes are not crowded more than a few to a cell of that size.
	sum, edges, square := 0.0, 0, 0.0
	local := distance // of each node its place in the component
	for p, k := range nodes {
		local[k] = int32(p)
	}
	for p, k := range nodes {
		for _, j := range l.Neighbours(int(k)) {
			q, d := int(local[j]), 0.0
			for c := range dim {
				d += (x[dim*p+c] - x[dim*q+c]) * (x[dim*p+c] - x[dim*q+c])
			}
			sum += math.Sqrt(d)
			edges++
		}
		for c := range dim {
			square += x[dim*p+c] * x[dim*p+c]
		}
	}
	rms := math.Sqrt(square / float64(m))
	scale := 1.0
	if sum > 0 && rms > 0 {
		scale = math.Max(float64(edges)/sum, 0.35*math.Pow(float64(m), 1/float64(dim))/rms)
	}
	radius := 0.0
	for p, k := range nodes {
		r := 0.0
		for c := range dim {
			// Nodes with the same distances would coincide; what moves them apart depends on the node only.
			v := scale*x[dim*p+c] + 0.5*(rng.Uniform[float64](at, uint32(k), uint32(c))-0.5)
			pos[3*int(k)+c] = float32(v)
			r += v * v
		}
		radius = math.Max(radius, math.Sqrt(r))
	}
	// A few nodes far out need no room of their own around the whole component.
	return math.Min(radius, 2.2*scale*rms) + 0.5
}

// pivotMDS gives coordinates [nodes, dim] of one component.
func pivotMDS(l *Links, nodes, scratch []int32, dim int) []float64 {
	m := len(nodes)
	np := min(pivots, m)
	d2 := make([]float32, np*m) // squared distances [pivot, node], then doubly centred
	place := make([]int32, l.N())
	for p, k := range nodes {
		place[k] = int32(p)
	}
	nearest := make([]int32, m)
	for p := range nearest {
		nearest[p] = math.MaxInt32
	}
	queue := make([]int32, 0, m)
	pivot := nodes[0]
	for p := range np {
		for _, k := range nodes {
			scratch[k] = -1
		}
		queue = l.bfs(pivot, scratch, queue)
		far := int32(-1)
		for q, k := range nodes {
			d := scratch[k]
			d2[p*m+q] = float32(d) * float32(d)
			nearest[q] = min(nearest[q], d)
			if far < 0 || nearest[q] > nearest[far] {
				far = int32(q)
			}
		}
		pivot = nodes[far]
	}
	column := make([]float64, m)
	row := make([]float64, np)
	total := 0.0
	for p := range np {
		for q := range m {
			v := float64(d2[p*m+q])
			row[p] += v / float64(m)
			column[q] += v / float64(np)
		}
		total += row[p] / float64(np)
	}
	for p := range np {
		for q := range m {
			d2[p*m+q] = float32(-0.5 * (float64(d2[p*m+q]) - row[p] - column[q] + total))
		}
	}
	// Eigenvectors of C Cᵀ [pivots, pivots] by the power method, each orthogonal to those before.
	cc := make([]float64, np*np)
	parallel(np, 1, func(lo, hi int) {
		for a := lo; a < hi; a++ {
			for b := range a + 1 {
				s := 0.0
				for q := range m {
					s += float64(d2[a*m+q]) * float64(d2[b*m+q])
				}
				cc[a*np+b] = s
			}
		}
	})
	for a := range np {
		for b := range a {
			cc[b*np+a] = cc[a*np+b]
		}
	}
	x := make([]float64, m*dim)
	var vectors [][]float64
	for c := range dim {
		v := make([]float64, np)
		for p := range v {
			v[p] = math.Cos(float64((p+1)*(c+1))) + 0.1
		}
		next := make([]float64, np)
		value := 0.0
		for range 200 {
			for a := range np {
				next[a] = 0
				for b := range np {
					next[a] += cc[a*np+b] * v[b]
				}
			}
			for _, u := range vectors {
				dot := 0.0
				for p := range u {
					dot += u[p] * next[p]
				}
				for p := range u {
					next[p] -= dot * u[p]
				}
			}
			norm := 0.0
			for _, y := range next {
				norm += y * y
			}
			if norm = math.Sqrt(norm); norm <= 1e-9*cc[0] {
				norm = 0
				break
			}
			for p := range v {
				v[p] = next[p] / norm
			}
			value = norm
		}
		if value == 0 {
			break // the component has fewer dimensions
		}
		vectors = append(vectors, v)
		for q := range m {
			s := 0.0
			for p := range np {
				s += float64(d2[p*m+q]) * v[p]
			}
			x[q*dim+c] = s / math.Sqrt(math.Sqrt(value))
		}
	}
	return x
}
