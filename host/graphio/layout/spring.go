package layout

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/graphio"
)

// MaxSpring is the number of nodes up to which Spring is offered: a step takes time with its square.
const MaxSpring = 5000

// SpringOptions of Spring; the zero value is networkx's default but for Iterations.
type SpringOptions struct {
	Dim        int
	Seed       uint64
	Start      []float32 // nil: random in the unit square
	K          float64   // optimal distance; 0: 1/sqrt(n)
	Iterations int       // 0: 50
	Fixed      []bool    // nodes that stay
}

// Spring is networkx's spring_layout: Fruchterman and Reingold 1991 with weights as strengths, cooled linearly, then centred and
// scaled so that the largest coordinate is 1 (not with fixed nodes). From the same start it gives networkx's positions up to rounding.
func Spring(g *graphio.Graph, o SpringOptions) ([]float32, error) {
	if o.Dim == 0 {
		o.Dim = 2
	}
	if err := checkDim(o.Dim); err != nil {
		return nil, err
	}
	n := g.N
	if n > MaxSpring {
		return nil, fmt.Errorf("the spring layout takes time with the square of %d nodes; use \"force\" above %d", n, MaxSpring)
	}
	if o.Start == nil {
		o.Start = Random(o.Seed, n, o.Dim)
	}
	if len(o.Start) != 3*n || o.Fixed != nil && len(o.Fixed) != n {
		return nil, fmt.Errorf("a start of %d coordinates and %d fixed nodes for %d nodes", len(o.Start), len(o.Fixed), n)
	}
	if o.Iterations == 0 {
		o.Iterations = 50
	}
	k := o.K
	if k == 0 {
		k = math.Sqrt(1 / float64(max(n, 1)))
	}
	pos := make([]float64, 3*n)
	for c, x := range o.Start {
		pos[c] = float64(x)
	}
	a := make([]float64, n*n)
	for e := range g.I {
		i, j, w := int(g.I[e]), int(g.J[e]), g.Weight(e)
		a[i*n+j] += w
		if !g.Directed && i != j {
			a[j*n+i] += w
		}
	}
	t := 0.0
	for c := range 2 {
		lo, hi := math.Inf(1), math.Inf(-1)
		for q := range n {
			lo, hi = math.Min(lo, pos[3*q+c]), math.Max(hi, pos[3*q+c])
		}
		t = math.Max(t, 0.1*(hi-lo))
	}
	cool := t / float64(o.Iterations+1)
	move := make([]float64, 3*n)
	for range o.Iterations {
		parallel(n, 64, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				springForce(move[3*i:3*i+3], pos, a[i*n:(i+1)*n], i, k)
			}
		})
		norm := 0.0
		for i := range n {
			d := move[3*i : 3*i+3]
			length := math.Sqrt(float64(d[0]*d[0]) + float64(d[1]*d[1]) + float64(d[2]*d[2]))
			if length < 0.01 {
				length = 0.1
			}
			if o.Fixed != nil && o.Fixed[i] {
				continue
			}
			for c := range 3 {
				d[c] *= t / length
				norm += d[c] * d[c]
				pos[3*i+c] += d[c]
			}
		}
		t -= cool
		if math.Sqrt(norm)/float64(n) < 1e-4 {
			break
		}
	}
	if o.Fixed == nil {
		rescale(pos, o.Dim)
	}
	out := make([]float32, 3*n)
	for c, x := range pos {
		out[c] = float32(x)
	}
	return out, nil
}

func springForce(out, pos, a []float64, i int, k float64) {
	var f [3]float64
	x, y, z := pos[3*i], pos[3*i+1], pos[3*i+2]
	for j, w := range a {
		dx, dy, dz := x-pos[3*j], y-pos[3*j+1], z-pos[3*j+2]
		d := math.Max(math.Sqrt(float64(dx*dx)+float64(dy*dy)+float64(dz*dz)), 0.01)
		s := k*k/(d*d) - w*d/k
		f[0] += dx * s
		f[1] += dy * s
		f[2] += dz * s
	}
	copy(out, f[:])
}

// rescale is networkx's rescale_layout with scale 1.
func rescale(pos []float64, dim int) {
	n := len(pos) / 3
	largest := 0.0
	for c := range dim {
		mean := 0.0
		for k := range n {
			mean += pos[3*k+c]
		}
		mean /= float64(max(n, 1))
		for k := range n {
			pos[3*k+c] -= mean
			largest = math.Max(largest, math.Abs(pos[3*k+c]))
		}
	}
	if largest > 0 {
		for k := range pos {
			pos[k] /= largest
		}
	}
}
