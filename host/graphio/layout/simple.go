package layout

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/rng"
)

// Circle places n nodes on the unit circle, the first at (1, 0), as networkx's circular_layout does; in three dimensions on the unit
// sphere, along a spiral from pole to pole (Vogel 1979).
func Circle(n, dim int) []float32 {
	p := make([]float32, 3*n)
	for k := range n {
		if dim == 3 {
			z := 1 - (2*float64(k)+1)/float64(n)
			r, a := math.Sqrt(1-z*z), float64(k)*math.Pi*(3-math.Sqrt(5))
			p[3*k], p[3*k+1], p[3*k+2] = float32(r*math.Cos(a)), float32(r*math.Sin(a)), float32(z)
			continue
		}
		a := 2 * math.Pi * float64(k) / float64(n)
		p[3*k], p[3*k+1] = float32(math.Cos(a)), float32(math.Sin(a))
	}
	return p
}

// Grid places n nodes in the rows of a square, or in the layers of a cube, from the top left; neighbours are at distance 1 and the
// middle is 0.
func Grid(n, dim int) []float32 {
	p := make([]float32, 3*n)
	side := 1
	for pow(side, dim) < n {
		side++
	}
	middle := float32(side-1) / 2
	rows := (n + side - 1) / side
	for k := range n {
		p[3*k] = float32(k%side) - middle
		if dim == 3 {
			p[3*k+1] = middle - float32(k/side%side)
			p[3*k+2] = float32(k/side/side) - middle
		} else {
			p[3*k+1] = float32(rows-1)/2 - float32(k/side)
		}
	}
	return p
}

func pow(a, n int) int {
	p := 1
	for range n {
		p *= a
	}
	return p
}

// Random places n nodes uniformly in the square or cube from 0 to 1.
func Random(seed uint64, n, dim int) []float32 {
	at := rng.At{Key: rng.NewKey(seed, 0, 0), Stream: rng.Stream("layout/random")}
	p := make([]float32, 3*n)
	for k := range n {
		for c := range dim {
			p[3*k+c] = rng.Uniform[float32](at, uint32(k), uint32(c))
		}
	}
	return p
}

// From3 takes positions [n, dim] of float64, dim 2 or 3, as graphio.Graph holds them.
func From3(pos []float64, n, dim int) ([]float32, error) {
	if dim != 2 && dim != 3 || len(pos) != n*dim {
		return nil, fmt.Errorf("%d coordinates are not %d positions of %d dimensions; 2 or 3 are possible", len(pos), n, dim)
	}
	p := make([]float32, 3*n)
	for k := range n {
		for c := range dim {
			x := pos[k*dim+c]
			if f := float32(x); math.IsNaN(x) || math.IsInf(float64(f), 0) {
				return nil, fmt.Errorf("coordinate %d of node %d is %v, not a finite number", c, k, x)
			}
			p[3*k+c] = float32(x)
		}
	}
	return p, nil
}

func checkDim(dim int) error {
	if dim != 2 && dim != 3 {
		return fmt.Errorf("a layout has 2 or 3 dimensions, not %d", dim)
	}
	return nil
}
