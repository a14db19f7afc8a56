package render

import (
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/gpu/device"
)

// Graph draws N nodes where a layout has put them, and the directed edges between them.
//
// Edges, axes and colorbars stay in a picture of their own as long as neither the camera nor Geometry changes: a frame in
// which only the states of nodes differ costs a copy and the nodes.
type Graph struct {
	Name string
	N    int
	// Positions are x, y, z of each node in turn: F32, 3 N elements. A node whose place is not finite is not drawn.
	Positions device.View
	// Low and High are the corners of the part of data space that fills the panel; both zero: from -1 to 1.
	Low, High Vec3
	// Spatial shows z too, with a camera that orbits. Otherwise the graph lies in a plane and is seen from above.
	Spatial bool
	// Geometry changes whenever positions or weights may have; colors and sizes of nodes do not count.
	Geometry uint64

	Color device.View // of nodes, by Scale; without it they have the theme's accent
	Scale *Scale
	// Next is the color variable one step later: nodes show Color + Mix (Next - Color), for a cyclic scale the short way round.
	Next device.View
	Mix  float64
	// Needle shows Color as an angle too, counted from the right against the clock: the period of a cyclic scale is a turn, otherwise
	// it is in radians.
	Needle bool
	// Shapes draws nodes whose color lies in the upper half of Scale as squares: with TwoTone, for states 0 and 1.
	Shapes bool

	Size      device.View // area of the nodes by SizeScale; without it all have Radius
	SizeScale *Scale
	// ByDegree sizes nodes by the number of their edges, in and out, instead.
	ByDegree bool
	// Radius in scene units, where the longer side of the panel's box is 2; 0 chooses from the number of nodes.
	Radius float64

	// Marks are the nodes that are selected, under the pointer or held in place.
	Marks map[int]Mark
	// Labels stand beside their nodes, as many as fit without touching; those of marked nodes come first.
	Labels []Label

	Edges  Edges
	Pulses []Pulse
}

// Edges of a graph: M pairs of node numbers. An edge with a negative number is not drawn, one from a node to itself is a loop.
type Edges struct {
	M int
	// Pre and Post are I32 or U32 with M elements; pairs side by side are two views with stride 2.
	Pre, Post device.View
	// Rows replaces Pre: edges Rows[i] to Rows[i+1] start at node i (I32 or U32, N + 1 elements).
	Rows device.View
	// Version changes whenever the ends in these views may have.
	Version uint64
	Hide    bool
	// Loops says that some edges lead from a node to itself: they have room at the rim of the panel.
	Loops bool
	// Share of the edges that is drawn, evenly among them; 0: all.
	Share float64
	// Directed draws arrow heads, and bends edges that have a reverse so that both are seen.
	Directed bool
	// Weight is shown as color by Scale, or as width by WidthScale (of its absolute value), or both.
	Weight     device.View
	Scale      *Scale
	WidthScale *Scale
	Width      float64 // units of scale 1; 0 chooses
	// Opacity of an edge; 0 chooses from their number.
	Opacity float64
}

// Mark is a set of what a node is to the user.
type Mark uint32

const (
	Selected Mark = 1 << iota // a ring in the accent color
	Hovered                   // a ring in the text's color
	Pinned                    // a pin
)

// Pulse is a signal on its way along an edge.
type Pulse struct {
	Edge     int
	Fraction float64 // of the way from pre to post, in [0, 1]
	Strength float64 // 0 to 1: size and brightness
}

func (g *Graph) name() string  { return g.Name }
func (g *Graph) scale() *Scale { return g.Scale }
func (g *Graph) whole() bool   { return false }

// sign writes everything that a picture of the graph depends on besides the data.
func (g *Graph) sign(w io.Writer) {
	fmt.Fprint(w, g.N, g.Positions, g.Low, g.High, g.Spatial, g.Geometry, g.Color, g.Next, g.Mix, g.Needle, g.Shapes, g.Size, g.ByDegree,
		g.Radius, g.Labels, g.Edges, g.Pulses)
	marks := make([]int, 0, len(g.Marks))
	for i := range g.Marks {
		marks = append(marks, i)
	}
	slices.Sort(marks)
	for _, i := range marks {
		fmt.Fprint(w, i, g.Marks[i])
	}
	for _, s := range []*Scale{g.SizeScale, g.Edges.Scale, g.Edges.WidthScale} {
		if s != nil {
			fmt.Fprint(w, s.Min, s.Max)
		}
	}
}

// edgesShown reports that there are edges to draw.
func (g *Graph) edgesShown() bool { return !g.Edges.Hide && g.Edges.M > 0 }

// corners are Low and High with their default.
func (g *Graph) corners() (low, high Vec3) {
	if g.Low == (Vec3{}) && g.High == (Vec3{}) {
		return Vec3{-1, -1, -1}, Vec3{1, 1, 1}
	}
	return g.Low, g.High
}

func (g *Graph) extent() (x, y, z span) {
	low, high := g.corners()
	x, y = span{low[0], high[0]}, span{low[1], high[1]}
	if g.Spatial {
		z = span{low[2], high[2]}
	}
	return x, y, z
}

// radius in scene units.
func (g *Graph) radius(b Box) float64 {
	if g.Radius > 0 {
		return g.Radius
	}
	size := b.Max.Sub(b.Min)
	n := float64(max(1, g.N))
	if g.Spatial {
		return 0.2 * math.Cbrt(math.Max(size[0]*size[1]*math.Max(size[2], 0.1), 1e-9)/n)
	}
	return 0.25 * math.Sqrt(size[0]*size[1]/n)
}

// Limits of a node's radius, in units of scale 1.
const (
	leastNode = 0.9
	mostNode  = 20.0
)

// share of the edges that is drawn.
func (e *Edges) share() float64 {
	if e.Share > 0 && e.Share < 1 {
		return e.Share
	}
	return 1
}

// seen is how many edges are drawn.
func (e *Edges) seen() int { return int(e.share() * float64(e.M)) }

// opacity of the edges: many of them must not become a solid patch.
func (e *Edges) opacity() float64 {
	if e.Opacity > 0 {
		return e.Opacity
	}
	return math.Max(0.05, math.Min(0.8, 2.4*math.Pow(float64(max(1, e.seen())), -0.27)))
}

// width in units of scale 1.
func (e *Edges) width() float64 {
	switch {
	case e.Width > 0:
		return e.Width
	case e.seen() <= 200:
		return 1.6
	case e.seen() <= 20000:
		return 1.1
	}
	return 1
}

// headLength of an arrow in units of scale 1.
func headLength(edges int) float64 {
	return math.Max(4.5, math.Min(10, 16*math.Pow(float64(max(1, edges)), -0.13)))
}

// loopRadius is that of the loop at a node of a radius, as shaders/render/graph.glsl has it, in units of scale 1.
func (e *Edges) loopRadius(node float64) float64 { return math.Max(0.85*node, 0.8*headLength(e.M)) }

// loopReach is how far a loop's middle lies from the node's rim, in radii of the loop.
const loopReach = 0.6

// Sizes from which detail that cannot be seen is left out.
const (
	headEdges = 20000 // arrow heads
	bentEdges = 20000 // edges with a reverse are bent
	lineEdges = 40000 // edges are plain lines one pixel wide
	loopEdges = 40000 // edges from a node to itself

	coarseEdges = 3000 // likewise on a software rasteriser, while the scene moves
)

// edgeOrder spreads any first part of the edges evenly over all of them: the k-th edge drawn is element k>>shift of block
// k&(1<<shift - 1), of blocks of size elements. The numbers from 0 to size<<shift cover all edges and a few beyond.
func edgeOrder(m int) (shift, size int) {
	for m > 4096 && shift < 12 && m>>shift > 256 {
		shift++
	}
	return shift, (m + 1<<shift - 1) >> shift
}
