//go:build cgo

package render

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/gpu/device"
)

// scatterSlots are the buffers of shaders/render/scatter.vert.glsl in the order of their bindings.
func (s *Scatter) slots() [5]device.View {
	return [5]device.View{s.X.Values, s.Y.Values, s.Z.Values, s.Color, s.Size}
}

var scatterNames = [5]string{"x", "y", "z", "color", "size"}
var scatterMacros = [5]string{"X", "Y", "Z", "COLOR", "SIZE"}

// reduceScatter finds the extremes of the variables for color, size and place where their scales follow the data.
func (r *Renderer) reduceScatter(s *Scatter) (bool, error) {
	if s.N < 1 {
		return false, fmt.Errorf("render: %s: a scatter of %d points", s.Name, s.N)
	}
	for i, v := range s.slots() {
		if v.Buffer == 0 {
			continue
		}
		if err := checkView(s.Name, scatterNames[i], v, s.N); err != nil {
			return false, err
		}
	}
	if s.Color.Valid() && s.Scale == nil || s.Size.Valid() && s.SizeScale == nil {
		return false, fmt.Errorf("render: %s: a variable for color or size needs a scale", s.Name)
	}
	for i, c := range []Coord{s.X, s.Y, s.Z} {
		if c.Values.Valid() && c.Scale == nil {
			return false, fmt.Errorf("render: %s: a variable for %s needs a scale", s.Name, scatterNames[i])
		}
	}
	did := false
	for _, x := range []struct {
		v device.View
		s *Scale
	}{{s.Color, s.Scale}, {s.Size, s.SizeScale}, {s.X.Values, s.X.Scale}, {s.Y.Values, s.Y.Scale}, {s.Z.Values, s.Z.Scale}} {
		if !x.v.Valid() || x.s.Fixed {
			continue
		}
		slot := r.ranges.slot(x.s)
		if slot < 0 {
			continue
		}
		l := r.inOneRow(s.N)
		if err := r.dispatchReduce(x.v, s.N, 1, l, nil, false, slot, x.s); err != nil {
			return did, err
		}
		did = true
	}
	return did, nil
}

// drawScatter draws the points; item is 0 for the picture and the item's number for picking.
func (r *Renderer) drawScatter(v *panelView, s *Scatter, th *Theme, item uint32) error {
	define := map[string]string{}
	for i, view := range s.slots() {
		if !view.Valid() {
			continue
		}
		t, err := glslType(view)
		if err != nil {
			return err
		}
		define[scatterMacros[i]] = t
	}
	if item != 0 {
		define["PICK"] = ""
	}
	// Writing depth costs a rasteriser its early test.
	if s.largest(v) < dotPixels {
		define["DOT"] = ""
	}
	p, err := r.graphics("scatter", define)
	if err != nil {
		return err
	}
	for i, view := range s.slots() {
		if !view.Valid() {
			continue
		}
		first, err := r.d.BindView(i, view)
		if err != nil {
			return err
		}
		p.SetInts(scatterNames[i]+"At", int32(first), int32(view.Stride))
	}
	view, proj, mvp := v.view.float32s(), v.proj.float32s(), v.mvp.float32s()
	p.SetMat4("toView", &view)
	p.SetMat4("toClip", &mvp)
	x, y, z := v.Panel.extent()
	p.SetInts("shape", int32(max(1, s.Grid[2])), int32(max(1, s.Grid[1])))
	p.SetFloats("low", float32(x.lo), float32(y.lo), float32(z.lo))
	p.SetFloats("high", float32(x.hi), float32(y.hi), float32(z.hi))
	vec(p, "boxLow", v.box.Min)
	vec(p, "boxHigh", v.box.Max)
	if s.Scale != nil {
		setTones(p, "tones", s.Scale)
		p.SetInt("map", int32(mapIndex(s.Scale.Colormap)))
	}
	if s.SizeScale != nil {
		setTones(p, "sizes", s.SizeScale)
	}
	p.SetFloats("radius", float32(s.radius(v.box)))
	// proj[5] is 1/tan of half the opening: a unit length at w = 1 spans proj[5]/2 of the viewport's height.
	p.SetFloats("pixels", float32(v.proj[5]*float64(v.h)))
	p.SetFloats("depth", proj[10], proj[14], proj[11], proj[15])
	if item != 0 {
		p.SetUints("item", item)
	} else {
		v.setLight(p)
		p.SetMat3("toScene", &[9]float32{
			float32(v.right[0]), float32(v.right[1]), float32(v.right[2]),
			float32(v.up[0]), float32(v.up[1]), float32(v.up[2]),
			float32(v.back[0]), float32(v.back[1]), float32(v.back[2])})
		p.SetFloats("bad", th.Bad[0], th.Bad[1], th.Bad[2])
		p.SetFloats("plain", th.Accent[0], th.Accent[1], th.Accent[2])
		p.SetInt("maps", 1)
		r.d.BindTexture(1, r.maps)
	}
	r.d.Draw(p, nil, device.Points, 0, s.N)
	return nil
}

// dotPixels is the diameter below which a ball is drawn flat.
const dotPixels = 5

// largest is the diameter in pixels of the ball that is nearest to the eye.
func (s *Scatter) largest(v *panelView) float64 {
	w := math.Inf(1)
	for _, c := range v.box.Corners() {
		w = math.Min(w, v.mvp.Apply(c)[3])
	}
	return v.proj[5] * float64(v.h) * s.radius(v.box) / math.Max(w, 1e-3)
}
