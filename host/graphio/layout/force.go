package layout

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/rng"
)

// Constants of the forces; see the package's documentation.
const (
	Softening = 0.05
	Decay     = 0.6
	MaxStep   = 1.0
	// Cooling is alpha's loss in a step: 300 steps to AlphaMin.
	Cooling  = 0.02276277904418933
	AlphaMin = 0.001
)

// Options of a force-directed layout.
type Options struct {
	Dim       int // 2 or 3; 0: 2
	Seed      uint64
	Start     []float32 // [N, 3]; nil: Start's
	Repulsion float64   // 0: 0.1
	Gravity   float64   // pull of the middle at the start's radius; 0: 0.02 where there are several components, else none; below 0: none
	Theta     float64   // of the CPU's tree: cells seen under a smaller angle act as one; 0: 0.7, and 1.2 from 20,000 nodes on
}

// Params are the numbers of the forces as a layout uses them.
type Params struct {
	Dim                int
	Repulsion, Gravity float64
}

// Prepare checks options and gives the start and the numbers of the forces: what the CPU's and the device's layouts share.
func Prepare(l *Links, o Options) (Params, []float32, error) {
	if o.Dim == 0 {
		o.Dim = 2
	}
	if err := checkDim(o.Dim); err != nil {
		return Params{}, nil, err
	}
	if o.Repulsion < 0 || math.IsNaN(o.Repulsion) || math.IsInf(o.Repulsion, 0) || math.IsNaN(o.Gravity) || math.IsInf(o.Gravity, 0) {
		return Params{}, nil, fmt.Errorf("a repulsion of %v and a gravity of %v; the first is at least 0, both are finite", o.Repulsion, o.Gravity)
	}
	pos := o.Start
	if pos == nil {
		pos = Start(l, o.Dim, o.Seed)
	} else {
		if len(pos) != 3*l.N() {
			return Params{}, nil, fmt.Errorf("a start of %d coordinates for %d nodes; each has three", len(pos), l.N())
		}
		pos = append([]float32(nil), pos...)
		for k, x := range pos {
			if x != x || math.IsInf(float64(x), 0) {
				return Params{}, nil, fmt.Errorf("coordinate %d of node %d is %v at the start, not a finite number", k%3, k/3, x)
			}
			if o.Dim == 2 && k%3 == 2 {
				pos[k] = 0
			}
		}
	}
	p := Params{Dim: o.Dim, Repulsion: o.Repulsion}
	if p.Repulsion == 0 {
		p.Repulsion = 0.1
	}
	gravity := o.Gravity
	if gravity == 0 && l.components() > 1 {
		gravity = 0.02
	}
	if gravity > 0 {
		radius := 1.0
		for k := range l.N() {
			x, y, z := float64(pos[3*k]), float64(pos[3*k+1]), float64(pos[3*k+2])
			radius = math.Max(radius, math.Sqrt(x*x+y*y+z*z))
		}
		p.Gravity = gravity / radius
	}
	return p, pos, nil
}

func (l *Links) components() int {
	n := 0
	seen := make([]int32, l.N())
	for k := range seen {
		seen[k] = -1
	}
	var queue []int32
	for k := range seen {
		if seen[k] < 0 {
			queue = l.bfs(int32(k), seen, queue)
			n++
		}
	}
	return n
}

// Alpha is the temperature of a layout.
type Alpha struct{ Value, Target float64 }

// Cool is one step of cooling.
func (a *Alpha) Cool() { a.Value += (a.Target - a.Value) * Cooling }

// Settled says that further steps change nothing that could be seen.
func (a *Alpha) Settled() bool { return a.Value < AlphaMin }

// Force is a force-directed layout on the CPU: Barnes and Hut's tree, from all cores. It is used from one goroutine.
type Force struct {
	links  *Links
	params Params
	theta  float64
	seed   uint64
	alpha  Alpha
	pos    []float32
	vel    []float32
	pinned []bool
	tree   tree
	force  []float32
	gen    uint64
	moved  float64
}

// NewForce makes a layout of n nodes with the given edges, whatever their direction.
func NewForce(n int, i, j []int32, o Options) (*Force, error) {
	l, err := NewLinks(n, i, j)
	if err != nil {
		return nil, err
	}
	p, pos, err := Prepare(l, o)
	if err != nil {
		return nil, err
	}
	f := &Force{links: l, params: p, theta: o.Theta, seed: o.Seed, alpha: Alpha{Value: 1}, pos: pos,
		vel: make([]float32, len(pos)), force: make([]float32, len(pos)), pinned: make([]bool, n), gen: 1}
	if f.theta == 0 {
		f.theta = 0.7
		if n >= 20000 {
			f.theta = 1.2 // a third less to compute, and spread, stress and neighbours of Measure stay the same to 1 %
		}
	}
	return f, nil
}

// Positions are [N, 3]; the slice is borrowed until the next call of a method. The number changes whenever they do.
func (f *Force) Positions() ([]float32, uint64) { return f.pos, f.gen }

// Step moves the nodes n times. A layout that has settled stays as it is.
func (f *Force) Step(n int) error {
	for range n {
		if f.Settled() {
			return nil
		}
		f.alpha.Cool()
		f.Forces()
		f.move()
		f.gen++
	}
	return nil
}

// Forces computes the force on each node, [N, 3]; the slice is borrowed.
func (f *Force) Forces() []float32 {
	f.tree.build(f.pos, f.params.Dim)
	t := &f.tree
	parallel(f.links.N(), 512, func(lo, hi int) {
		for q := lo; q < hi; q++ {
			k := t.order[q]
			r := t.repulsion(q, f.theta)
			x, y, z := float64(f.pos[3*k]), float64(f.pos[3*k+1]), float64(f.pos[3*k+2])
			s, g := f.params.Repulsion, f.params.Gravity
			fx, fy, fz := s*r[0]-g*x, s*r[1]-g*y, s*r[2]-g*z
			for e := f.links.Ptr[k]; e < f.links.Ptr[k+1]; e++ {
				j := f.links.To[e]
				dx, dy, dz := x-float64(f.pos[3*j]), y-float64(f.pos[3*j+1]), z-float64(f.pos[3*j+2])
				d := math.Sqrt(dx*dx + dy*dy + dz*dz)
				if d == 0 {
					continue
				}
				c := float64(f.links.C[e]) * (1 - 1/d)
				fx -= c * dx
				fy -= c * dy
				fz -= c * dz
			}
			f.force[3*k], f.force[3*k+1], f.force[3*k+2] = float32(fx), float32(fy), float32(fz)
		}
	})
	return f.force
}

func (f *Force) move() {
	a := float32(f.alpha.Value)
	sum := 0.0
	for k := range f.pinned {
		v := f.vel[3*k : 3*k+3]
		if f.pinned[k] {
			v[0], v[1], v[2] = 0, 0, 0
			continue
		}
		square := float32(0)
		for c := range v {
			v[c] = Decay * (v[c] + a*f.force[3*k+c])
			square += v[c] * v[c]
		}
		if square > MaxStep*MaxStep {
			s := float32(MaxStep / math.Sqrt(float64(square)))
			for c := range v {
				v[c] *= s
			}
			square = 1
		}
		for c := range v {
			f.pos[3*k+c] += v[c]
		}
		sum += math.Sqrt(float64(square))
	}
	f.moved = sum / float64(max(len(f.pinned), 1))
}

// Settled says that the layout has cooled down.
func (f *Force) Settled() bool { return f.alpha.Settled() && f.alpha.Target < AlphaMin }

// Movement is the mean distance that the nodes moved in the last step.
func (f *Force) Movement() float64 { return f.moved }

// Heat makes the layout move again at the given temperature, 0 to 1. With hold it stays that warm, as while a node is
// dragged; a later Heat without ends that.
func (f *Force) Heat(alpha float64, hold bool) { f.alpha.Heat(alpha, hold) }

// Heat raises the temperature; see Force.Heat.
func (a *Alpha) Heat(alpha float64, hold bool) {
	alpha = math.Min(math.Max(alpha, 0), 1)
	a.Value = math.Max(a.Value, alpha)
	a.Target = 0
	if hold {
		a.Target = alpha
	}
}

// Pin holds a node at a place; pinning it again moves it.
func (f *Force) Pin(node int, x, y, z float32) error {
	if err := CheckPin(node, f.links.N(), x, y, z); err != nil {
		return err
	}
	if f.params.Dim == 2 {
		z = 0
	}
	f.pinned[node] = true
	f.pos[3*node], f.pos[3*node+1], f.pos[3*node+2] = x, y, z
	f.gen++
	return nil
}

// CheckPin says what is wrong with a pin.
func CheckPin(node, n int, x, y, z float32) error {
	if node < 0 || node >= n {
		return fmt.Errorf("there is no node %d; the layout has nodes 0 to %d", node, n-1)
	}
	if s := float64(x) + float64(y) + float64(z); math.IsNaN(s) || math.IsInf(s, 0) {
		return fmt.Errorf("node %d cannot be at (%v, %v, %v)", node, x, y, z)
	}
	return nil
}

// Unpin lets a node go.
func (f *Force) Unpin(node int) {
	if node >= 0 && node < len(f.pinned) {
		f.pinned[node] = false
	}
}

// SetEdges replaces the edges, and adds or removes nodes at the end. New nodes appear beside a neighbour that was there, or near the
// middle. The layout grows warm enough to adapt.
func (f *Force) SetEdges(n int, i, j []int32) error {
	l, err := NewLinks(n, i, j)
	if err != nil {
		return err
	}
	f.pos = Extend(f.pos, l, f.params.Dim, f.seed)
	old := f.vel
	f.vel = make([]float32, 3*n)
	copy(f.vel, old)
	pinned := f.pinned
	f.pinned = make([]bool, n)
	copy(f.pinned, pinned)
	f.force = make([]float32, 3*n)
	f.links = l
	f.Heat(0.3, false)
	f.gen++
	return nil
}

// Close ends the layout; it holds nothing that has to be freed.
func (f *Force) Close() {}

// Extend gives positions for the nodes of l, of which the first ones have some.
func Extend(pos []float32, l *Links, dim int, seed uint64) []float32 {
	had := len(pos) / 3
	out := make([]float32, 3*l.N())
	copy(out, pos)
	at := rng.At{Key: rng.NewKey(seed, 0, 0), Stream: rng.Stream("layout/extend")}
	for k := had; k < l.N(); k++ {
		for _, j := range l.Neighbours(k) {
			if int(j) < k {
				copy(out[3*k:3*k+3], out[3*j:3*j+3])
				break
			}
		}
		for c := range dim {
			out[3*k+c] += rng.Uniform[float32](at, uint32(k), uint32(c)) - 0.5
		}
	}
	return out
}
