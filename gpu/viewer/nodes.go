//go:build cgo && linux

package viewer

import (
	"math"
	"slices"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/layout"
	"github.com/galvani-sim/galvani/gpu/render"
	hostlayout "github.com/galvani-sim/galvani/host/graphio/layout"
	"github.com/galvani-sim/galvani/host/net"
)

// kept is what outlives the panels when an edit makes them anew: where nodes are, what was traced, and scales.
type kept struct {
	nodes   map[nodesKey]*nodes
	traces  map[string]*traceFeed
	spectra map[string]*spectrumFeed
	scales  map[scaleKey]*render.Scale
	zoom    float64 // of the stretch of time that charts show
	// edges of graphs that are asked for by hand: 1 all, -1 none; 0: those that the script wants.
	edges int
}

type nodesKey struct{ group, layout string }

func newKept() *kept {
	return &kept{nodes: map[nodesKey]*nodes{}, traces: map[string]*traceFeed{}, spectra: map[string]*spectrumFeed{}, scales: map[scaleKey]*render.Scale{}, zoom: 1}
}

func (k *kept) close() {
	for _, n := range k.nodes {
		n.close()
	}
	for _, t := range k.traces {
		t.close()
	}
	for _, f := range k.spectra {
		f.close()
	}
}

// nodes is where the nodes of a group are drawn: a layout that moves while somebody pulls at it.
type nodes struct {
	dev       *device.Device
	lay       layout.Layout
	base      []float32 // where nodes are that nobody has moved; nil: where forces take them
	awake     bool      // forces move the nodes
	n         int
	pre, post []int32
	pinned    map[int32][3]float64 // by hand, as the log has it
	held      int32                // the node under the pointer; -1: none
	low, high render.Vec3

	removed []int32
	shown   *device.Buffer // positions with holes, where nodes were removed
	version uint64         // of the layout, in shown
	dirty   bool
	touched bool // a hand has moved a node
	fitting bool // the layout is being made: what is shown is fitted to it
}

const (
	// layoutBudget is how long a layout may take of a frame.
	layoutBudget = 8 * time.Millisecond
	// dragHeat is how warm a layout is kept while a node of it is dragged.
	dragHeat = 0.25
)

// nodesOf finds or makes the places of a group's nodes.
func (st *stage) nodesOf(v net.View, pre, post []int32) (*nodes, error) {
	g := v.Group
	key := nodesKey{g.Name, v.Layout}
	if n := st.kept.nodes[key]; n != nil {
		return n, n.change(g, pre, post)
	}
	n := &nodes{dev: st.dev, n: g.N, pre: pre, post: post, pinned: map[int32][3]float64{}, held: -1, removed: g.Removed, dirty: true}
	i, j := present(pre, post)
	at, err := place(v.Layout, g, i, j)
	if err != nil {
		return nil, err
	}
	if n.lay, err = layout.NewFixed(st.dev, at); err != nil {
		return nil, err
	}
	given := v.Layout == "" && (g.Grid != nil || len(g.Positions) == 3*g.N && g.N > 0)
	if given || v.Layout == "grid" || v.Layout == "circle" {
		n.base = slices.Clone(at)
	}
	st.kept.nodes[key] = n
	if g.N > forceNodes && len(pre) > 0 { // it settles while it is watched
		if err := n.wake(); err != nil {
			return nil, err
		}
	}
	return n, n.fit()
}

// wake lets forces move nodes from now on, where no layout was asked for: a software renderer has them computed on the CPU.
func (n *nodes) wake() error {
	if n.base != nil || n.awake || n.n == 0 {
		return nil
	}
	at, err := n.lay.Positions()
	if err != nil {
		return err
	}
	i, j := present(n.pre, n.post)
	var lay layout.Layout
	o := hostlayout.Options{Start: at}
	if n.n > forceNodes {
		o.Start = nil // a circle is no start for so many
	}
	if n.dev.Info().Software {
		count := n.n
		n.fitting = o.Start == nil
		lay, err = layout.NewHostLater(n.dev, at, func() (*hostlayout.Force, error) { return hostlayout.NewForce(count, i, j, o) })
	} else {
		lay, err = layout.New(n.dev, n.n, i, j, o)
	}
	if err != nil {
		return err
	}
	n.lay.Close()
	n.lay, n.awake, n.dirty, n.touched = lay, true, true, true
	held := n.pinned
	n.pinned = nil
	return n.pins(held)
}

func (n *nodes) close() {
	if n.lay != nil {
		n.lay.Close()
	}
	n.shown.Close()
}

// change follows an edit of the structure.
func (n *nodes) change(g *net.Group, pre, post []int32) error {
	if !slices.Equal(n.removed, g.Removed) {
		n.removed, n.dirty = g.Removed, true
	}
	if g.N == n.n && slices.Equal(pre, n.pre) && slices.Equal(post, n.post) {
		return nil
	}
	n.n, n.pre, n.post, n.dirty = g.N, pre, post, true
	i, j := present(pre, post)
	return n.lay.SetEdges(g.N, i, j)
}

// present are the edges that are there: those that were removed have negative ends.
func present(pre, post []int32) (i, j []int32) {
	for k := range pre {
		if pre[k] >= 0 && post[k] >= 0 {
			i, j = append(i, pre[k]), append(j, post[k])
		}
	}
	return i, j
}

// pins makes the nodes that are held those of the log.
func (n *nodes) pins(want map[int32][3]float64) error {
	for k := range n.pinned {
		if _, ok := want[k]; !ok && int(k) < n.n && k != n.held {
			if err := n.free(int(k)); err != nil {
				return err
			}
			n.dirty, n.touched = true, true
		}
	}
	for k, at := range want {
		if was, ok := n.pinned[k]; (!ok || was != at) && int(k) < n.n && k != n.held {
			if err := n.lay.Pin(int(k), float32(at[0]), float32(at[1]), float32(at[2])); err != nil {
				return err
			}
			n.dirty, n.touched = true, true
		}
	}
	n.pinned = map[int32][3]float64{}
	for k, at := range want {
		if int(k) < n.n {
			n.pinned[k] = at
		}
	}
	return nil
}

// free gives a node back to the layout.
func (n *nodes) free(k int) error {
	if 3*k+2 < len(n.base) {
		return n.lay.Pin(k, n.base[3*k], n.base[3*k+1], n.base[3*k+2])
	}
	if err := n.wake(); err != nil {
		return err
	}
	n.lay.Heat(dragHeat, false)
	return n.lay.Unpin(k)
}

// settle moves the nodes for a part of a frame, and reports whether they moved.
func (n *nodes) settle() (bool, error) {
	if n.lay.Settled() {
		return false, nil
	}
	was := n.lay.Version()
	if _, err := layout.StepFor(n.dev, n.lay, layoutBudget); err != nil || n.lay.Version() == was {
		return false, err
	}
	if n.fitting {
		n.fitting = false
		return true, n.fit()
	}
	return true, nil
}

// view is what is drawn: nodes that were removed have no place. An empty group is drawn as one node that has none.
func (n *nodes) view() (device.View, error) {
	if n.n > 0 && len(n.removed) == 0 {
		return n.lay.View(), nil
	}
	if !n.dirty && n.version == n.lay.Version() && n.shown != nil {
		return n.shown.View(), nil
	}
	if size := 3 * max(n.n, 1); n.shown == nil || n.shown.Len() != size {
		n.shown.Close()
		var err error
		if n.shown, err = n.dev.NewBuffer("shown positions", device.F32, size); err != nil {
			return device.View{}, err
		}
	}
	nan := float32(math.NaN())
	hole := []float32{nan, nan, nan}
	if n.n == 0 {
		if err := device.Upload(n.shown, 0, hole); err != nil {
			return device.View{}, err
		}
	} else {
		at, err := n.lay.Positions()
		if err != nil {
			return device.View{}, err
		}
		for _, k := range n.removed {
			copy(at[3*k:], hole)
		}
		if err := device.Upload(n.shown, 0, at); err != nil {
			return device.View{}, err
		}
	}
	n.dirty, n.version = false, n.lay.Version()
	return n.shown.View(), nil
}

// fit sets the part of the plane that is shown.
func (n *nodes) fit() error {
	at, err := n.lay.Positions()
	if err != nil {
		return err
	}
	if n.n == 0 || len(at) == 0 {
		n.low, n.high = render.Vec3{-1, -1, -1}, render.Vec3{1, 1, 1}
		return nil
	}
	if n.low, n.high = mostCorners(at); n.base != nil {
		n.low, n.high = corners(at) // places that were asked for are all shown
	}
	if n.n <= 2 { // room for more
		for a := range 2 {
			mid := (n.low[a] + n.high[a]) / 2
			n.low[a], n.high[a] = mid-2, mid+2
		}
	}
	return nil
}
