//go:build cgo

package render

import (
	"fmt"

	"github.com/galvani-sim/galvani/gpu/device"
)

// Pixels that a drawn cell spans. On a software rasteriser a triangle costs as much as some dozens of pixels.
const (
	cellPixels         = 1.5
	cellPixelsSoftware = 5.0
	cellPixelsFine     = 1.0
	// wirePixels is the size from which on cells are large enough to be told apart by lines.
	wirePixels = 9
)

// surfaceState is what the renderer keeps for one surface between frames.
type surfaceState struct {
	lod     lod
	pitch   float64        // projected size of one value's cell in the last frame, pixels
	cells   *device.Buffer // decimated values; nil while every value is drawn
	reduced reduceKey
	frame   int64 // last used
}

// reduceKey is what the cells were made from.
type reduceKey struct {
	version uint64
	view    device.View
	lod     lod
	ranged  bool
}

func (s *surfaceState) close() { s.cells.Close() }

// mesh holds the triangles of a vertex grid.
type mesh struct {
	index *device.Buffer
	array *device.VertexArray
	count int
	frame int64
}

func (m *mesh) close() {
	m.array.Close()
	m.index.Close()
}

func (r *Renderer) mesh(w, h int) (*mesh, error) {
	key := [2]int{w, h}
	if m, ok := r.meshes[key]; ok {
		m.frame = r.frame
		return m, nil
	}
	idx := gridIndices(w, h)
	b, err := device.NewBufferFrom(r.d, fmt.Sprintf("mesh %d x %d", w, h), device.U32, idx)
	if err != nil {
		return nil, err
	}
	a, err := r.d.NewVertexArray("mesh", nil, b)
	if err != nil {
		b.Close()
		return nil, err
	}
	m := &mesh{index: b, array: a, count: len(idx), frame: r.frame}
	r.meshes[key] = m
	return m, nil
}

// sweep frees what has not been used for a while: items that left the scene, and levels of detail of an earlier zoom.
func (r *Renderer) sweep() {
	const patience = 120
	for s, st := range r.surfaces {
		if st.frame < r.frame-patience {
			st.close()
			delete(r.surfaces, s)
		}
	}
	for c, st := range r.charts {
		if st.frame < r.frame-patience {
			st.close()
			delete(r.charts, c)
		}
	}
	for g, st := range r.graphs {
		if st.frame < r.frame-patience {
			st.close()
			delete(r.graphs, g)
		}
	}
	for k, m := range r.meshes {
		if m.frame < r.frame-patience {
			m.close()
			delete(r.meshes, k)
		}
	}
}

// level chooses a surface's level of detail for a frame.
func (r *Renderer) level(v *panelView, s *Surface, f Frame) (lod, float64) {
	px := cellPixels
	switch {
	case f.Fine:
		px = cellPixelsFine
	case r.software:
		px = cellPixelsSoftware
	}
	l, pitch := chooseLOD(s.Cols, s.Rows, v.box, v.mvp, float64(v.w), float64(v.h), px)
	// One row or column is drawn as a ribbon: its values stand at both edges.
	l.cols, l.rows = max(l.cols, 2), max(l.rows, 2)
	l.c1, l.r1 = max(l.c1, min(2, l.cols)), max(l.r1, min(2, l.rows))
	return l, pitch
}

// reduce brings the decimated values and the extremes of all items up to date.
func (r *Renderer) reduce(views []panelView, f Frame) error {
	// The simulation's writes, before anything here reads them.
	r.d.Barrier(device.BarrierStorage)
	dispatched := false
	r.ranges.begin(r.frame, f.Version, f.Follow)
	for i := range views {
		for _, it := range views[i].Panel.Items {
			var did bool
			var err error
			switch x := it.(type) {
			case *Surface:
				did, err = r.reduceSurface(&views[i], x, f)
			case *Scatter:
				did, err = r.reduceScatter(x)
			case *Graph:
				did, err = r.reduceGraph(x)
			case chart:
				did, err = r.reduceChart(x)
			}
			if err != nil {
				return err
			}
			dispatched = dispatched || did
		}
	}
	if dispatched {
		r.d.Barrier(device.BarrierStorage | device.BarrierBufferUpdate)
	}
	return r.ranges.submit()
}

func (r *Renderer) reduceSurface(v *panelView, s *Surface, f Frame) (bool, error) {
	if s.Rows < 1 || s.Cols < 1 {
		return false, fmt.Errorf("render: %s: a surface of %d x %d values", s.Name, s.Rows, s.Cols)
	}
	if s.Scale == nil {
		return false, fmt.Errorf("render: %s: a surface needs a scale", s.Name)
	}
	if err := checkView(s.Name, "the surface", s.Values, s.Rows*s.Cols); err != nil {
		return false, err
	}
	st := r.surfaces[s]
	if st == nil {
		st = &surfaceState{}
		r.surfaces[s] = st
	}
	st.frame = r.frame
	st.lod, st.pitch = r.level(v, s, f)
	store := st.lod.kx > 1 || st.lod.ky > 1
	key := reduceKey{version: f.Version, view: s.Values, lod: st.lod}
	key.lod.c0, key.lod.c1, key.lod.r0, key.lod.r1 = 0, 0, 0, 0 // all cells are made, whatever part is seen
	same := st.reduced
	same.ranged = false
	if same == key && (st.reduced.ranged || s.Scale.Fixed) {
		return false, nil
	}
	slot := -1
	if !s.Scale.Fixed {
		slot = r.ranges.slot(s.Scale)
	}
	key.ranged = slot >= 0
	if slot < 0 && (!store || same == key) {
		st.reduced = key
		return false, nil
	}
	n := st.lod.cols * st.lod.rows
	if store && (st.cells == nil || st.cells.Len() < n) {
		st.cells.Close()
		var err error
		if st.cells, err = r.d.NewBuffer(s.Name+" cells", device.F32, n); err != nil {
			return false, err
		}
	}
	l := st.lod
	if !store {
		// Only the extremes are wanted; blocks keep the number of invocations low.
		l = lod{kx: 4, ky: 4, cols: decimated(s.Cols, 4), rows: decimated(s.Rows, 4)}
	}
	if err := r.dispatchReduce(s.Values, s.Cols, s.Rows, l, st.cells, store, slot, s.Scale); err != nil {
		return false, err
	}
	st.reduced = key
	return true, nil
}

// inOneRow are the blocks of n values of which only the extremes are wanted: 16 in each, or more where a dispatch would not take all.
func (r *Renderer) inOneRow(n int) lod {
	k := 16
	for decimated(n, k) > 8*r.workGroups() {
		k *= 2
	}
	return lod{kx: k, ky: 1, cols: decimated(n, k), rows: 1}
}

// dispatchReduce runs shaders/render/reduce.comp.glsl. On a cyclic scale the cells are means of angles.
func (r *Renderer) dispatchReduce(values device.View, cols, rows int, l lod, cells *device.Buffer, store bool, slot int, s *Scale) error {
	typ, err := glslType(values)
	if err != nil {
		return err
	}
	p, err := r.compute("reduce", map[string]string{"VALUE": typ})
	if err != nil {
		return err
	}
	first, err := r.d.BindView(0, values)
	if err != nil {
		return err
	}
	if store {
		r.d.BindStorage(1, cells)
	} else {
		r.d.BindStorage(1, r.ranges.buffer) // bound, not written
	}
	r.d.BindStorage(2, r.ranges.buffer)
	p.SetInt("first", int32(first))
	p.SetInt("stride", int32(values.Stride))
	p.SetInts("size", int32(cols), int32(rows))
	p.SetInts("block", int32(l.kx), int32(l.ky))
	p.SetInts("dims", int32(l.cols), int32(l.rows))
	p.SetInt("store", int32(btoi(store)))
	p.SetInt("range", int32(slot))
	p.SetFloats("cycle", float32(s.Min), float32(s.Period()))
	return r.d.Dispatch(p, (l.cols+7)/8, (l.rows+7)/8, 1)
}

// drawSurface draws a surface; item is 0 for the picture and the item's number for picking.
func (r *Renderer) drawSurface(v *panelView, s *Surface, th *Theme, f Frame, item uint32) error {
	st := r.surfaces[s]
	if st == nil {
		return fmt.Errorf("render: %s: picked before it was drawn", s.Name)
	}
	l := st.lod // for a pick too: it finds what is on the screen
	w, h := l.c1-l.c0, l.r1-l.r0
	if w < 2 || h < 2 {
		return nil
	}
	m, err := r.mesh(w, h)
	if err != nil {
		return err
	}
	define := map[string]string{}
	cells := l.kx > 1 || l.ky > 1
	if cells {
		define["CELLS"] = ""
	} else {
		if define["VALUE"], err = glslType(s.Values); err != nil {
			return err
		}
	}
	if s.Scale.Period() > 0 && item == 0 {
		define["CYCLIC"] = ""
	}
	switch {
	case item != 0:
		define["PICK"] = ""
	case st.pitch >= wirePixels*f.Scale && !cells:
		define["WIRE"] = ""
	}
	p, err := r.graphics("surface", define)
	if err != nil {
		return err
	}
	if cells {
		r.d.BindStorage(0, st.cells)
	} else {
		first, err := r.d.BindView(0, s.Values)
		if err != nil {
			return err
		}
		p.SetInt("first", int32(first))
		p.SetInt("stride", int32(s.Values.Stride))
	}
	mvp := v.mvp.float32s()
	p.SetMat4("toClip", &mvp)
	p.SetInts("window", int32(l.c0), int32(l.r0), int32(w))
	p.SetInts("grid", int32(l.cols), int32(l.rows), int32(l.kx), int32(l.ky))
	p.SetInts("size", int32(s.Cols), int32(s.Rows))
	sx := (v.box.Max[0] - v.box.Min[0]) / float64(max(1, s.Cols-1))
	sy := (v.box.Max[1] - v.box.Min[1]) / float64(max(1, s.Rows-1))
	p.SetFloats("place", float32(v.box.Min[0]), float32(v.box.Min[1]), float32(sx), float32(sy))
	tall := v.box.Max[2]
	if s.Flat {
		tall = 0
	}
	setTones(p, "tones", s.Scale)
	p.SetFloats("height", float32(tall))
	if item != 0 {
		p.SetUints("item", item)
	} else {
		v.setLight(p)
		p.SetFloats("bad", th.Bad[0], th.Bad[1], th.Bad[2])
		p.SetInt("map", int32(mapIndex(s.Scale.Colormap)))
		p.SetInt("maps", 1)
		r.d.BindTexture(1, r.maps)
	}
	return r.d.DrawIndexed(p, m.array, device.Triangles, 0, m.count, 1, 0, 0)
}

// setTones tells a shader about a scale; see shaders/render/tone.glsl.
func setTones(p *device.Program, uniform string, s *Scale) {
	p.SetFloats(uniform, float32(s.Min), inverse(s), float32(btoi(s.Period() > 0)))
}

// inverse is 1 over the span of a scale's limits.
func inverse(s *Scale) float32 {
	if s.Max == s.Min {
		return 1
	}
	return float32(1 / (s.Max - s.Min))
}
