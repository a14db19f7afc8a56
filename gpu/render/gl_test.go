//go:build cgo

package render

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
)

// oneSurface is a scene with one surface of fixed limits; plain leaves axes and colorbar out.
func oneSurface(v device.View, rows, cols int, plain bool) (*Scene, *Surface) {
	s := &Surface{Name: "s", Values: v, Rows: rows, Cols: cols, Scale: NewFixedScale("r", "Hz", Viridis(), 0, 1)}
	return &Scene{Theme: Dark(), Panels: []*Panel{{Title: "Focus", Items: []Item{s}, Axes: Axes{Hide: plain}}}}, s
}

// Pictures of 320 x 240 units, each drawn three times with the same outcome to the bit.
func TestPictures(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		for _, c := range []struct {
			name  string
			scale float64
			scene func() (*Scene, []*device.Buffer)
		}{
			{"surfaces_dark", 1, func() (*Scene, []*device.Buffer) { return twoSurfaces(t, d, 20, Dark()) }},
			{"surfaces_light_2x", 2, func() (*Scene, []*device.Buffer) { return twoSurfaces(t, d, 60, Light()) }},
			{"signed_top", 1, func() (*Scene, []*device.Buffer) {
				v := field(30, 45, 1)
				for i := range v {
					v[i] -= 0.4
				}
				b := upload(t, d, v)
				sc, s := oneSurface(b.View(), 30, 45, false)
				s.Scale = NewScale("I", "nA", Vik())
				sc.FitCameras(320, 240, 1)
				sc.Panels[0].Camera.NextPreset(1, sc.Layout(320, 240, 1).Panels[0].Aspect())
				return sc, []*device.Buffer{b}
			}},
			{"scatter_grid", 1, func() (*Scene, []*device.Buffer) {
				b := upload(t, d, field(2*8, 12, 0.5))
				p := NewFixedScale("phase", "rad", Twilight(), -1, 1)
				return &Scene{Theme: Dark(), Panels: []*Panel{{Items: []Item{
					&Scatter{Name: "p", N: 2 * 8 * 12, Grid: [3]int{2, 8, 12}, Color: b.View(), Scale: p, Size: b.View(), SizeScale: p}}}}}, []*device.Buffer{b}
			}},
			{"overlay", 1, func() (*Scene, []*device.Buffer) { return &Scene{Theme: Light()}, nil }},
		} {
			s := newStage(t, d, int(320*c.scale), int(240*c.scale), c.scale, 4)
			scene, bufs := c.scene()
			if c.name == "overlay" {
				scene.Overlay = demoOverlay(s, scene.Theme)
			}
			first := s.draw(scene)
			for range 2 {
				s.f.Version++
				if !bytes.Equal(s.draw(scene).Pix, first.Pix) {
					t.Errorf("%s: drawn again, the picture differs", c.name)
				}
			}
			keep(t, c.name, first)
			gltest.Image(t, c.name, first, gltest.Default)
			for _, b := range bufs {
				b.Close()
			}
			s.close()
		}
	})
}

func demoOverlay(s *stage, th *Theme) *Overlay {
	o := s.r.NewOverlay()
	o.Reset(s.f.Width, s.f.Height, s.f.Scale)
	o.Box(Rect{10, 10, 300, 90}, 8, th.Panel, 1, th.PanelEdge)
	o.Text(20, 34, "Space  plays and pauses", TextStyle{Size: 13, Color: th.Text})
	o.Text(20, 54, "σ² = 0.25 mV·ms⁻¹, 3×10⁴ µS, −70 °C …", TextStyle{Size: 13, Color: th.Muted})
	o.Text(300, 84, "right", TextStyle{Size: 16, Weight: Medium, Color: th.Accent, Align: Right})
	o.Triangle(20, 110, 20, 130, 36, 120, th.Accent)
	o.Circle(60, 120, 9, th.Text)
	o.Line(80, 112, 140, 128, 2, th.Text)
	o.Polyline([]float64{150, 128, 170, 112, 190, 128, 210, 112}, 1.5, th.Bad)
	o.Quad([8]float64{220, 112, 250, 108, 256, 130, 224, 126}, th.Accent.Alpha(0.5))
	o.Gradient(Rect{20, 150, 12, 70}, Viridis())
	o.Fill(Rect{50, 150, 60, 40}, RGB(0x303030))
	o.Text(80, 170, "halo", TextStyle{Size: 15, Color: RGB(0x202020), Halo: RGB(0xffffff), Align: Center, Middle: true})
	return o
}

// A level surface has the colorbar's color; a slope that faces the light is lighter than one that turns away.
func TestLight(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		s := newStage(t, d, 200, 200, 1, 1)
		defer s.close()
		const n = 33
		draw := func(f func(x, y float64) float64) color.RGBA {
			v := make([]float32, n*n)
			for i := range v {
				v[i] = float32(f(float64(i%n)/(n-1)-0.5, float64(i/n)/(n-1)-0.5))
			}
			b := upload(t, d, v)
			defer b.Close()
			sc, _ := oneSurface(b.View(), n, n, true)
			sc.Panels[0].Title = ""
			sc.FitCameras(200, 200, 1)
			sc.Panels[0].Camera.NextPreset(1, 1)
			l := sc.Layout(200, 200, 1).Panels[0]
			at, _ := sc.Panels[0].Place(sc.Panels[0].Items[0], n*n/2, 0.5)
			x, y, ok := l.Project(at)
			if !ok {
				t.Fatal("the middle is out of sight")
			}
			return s.draw(sc).RGBAAt(int(x), int(y))
		}
		level := draw(func(x, y float64) float64 { return 0.5 })
		want := Viridis().At(0.5)
		for i, got := range []uint8{level.R, level.G, level.B} {
			if math.Abs(float64(got)-255*float64(want[i])) > 3 {
				t.Errorf("a level surface is %v, the map says %v", level, want)
				break
			}
		}
		// From above, the light comes from the left: x falls towards it.
		toward := draw(func(x, y float64) float64 { return 0.5 + 0.8*x })
		away := draw(func(x, y float64) float64 { return 0.5 - 0.8*x })
		if bright(toward) < bright(away)+25 {
			t.Errorf("towards the light %v, away from it %v", toward, away)
		}
	})
}

func bright(c color.RGBA) int { return (int(c.R) + int(c.G) + int(c.B)) / 3 }

// What is under the pointer is found, on the near side of what covers it.
func TestPick(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		s := newStage(t, d, 800, 600, 1, 1)
		defer s.close()
		b := upload(t, d, field(20, 20, 0.3))
		defer b.Close()
		values := field(20, 20, 0.3)
		grid := upload(t, d, field(9, 9, 1))
		defer grid.Close()
		sc, surf := oneSurface(b.View(), 20, 20, false)
		points := &Scatter{Name: "p", N: 81, Grid: [3]int{1, 9, 9}, Color: grid.View(), Scale: NewFixedScale("r", "Hz", Viridis(), 0, 1)}
		sc.Panels = append(sc.Panels, &Panel{Title: "points", Items: []Item{points}})
		s.draw(sc)
		lay := sc.Layout(800, 600, 1)
		for _, c := range []struct {
			panel   int
			item    Item
			element int
		}{{0, surf, 19*20 + 19}, {0, surf, 10*20 + 13}, {0, surf, 15*20 + 5}, {1, points, 80}, {1, points, 40}, {1, points, 3}} {
			v := 0.0
			if c.panel == 0 {
				v = float64(values[c.element])
			}
			at, ok := sc.Panels[c.panel].Place(c.item, c.element, v)
			if !ok {
				t.Fatal("no place")
			}
			x, y, ok := lay.Panels[c.panel].Project(at)
			if !ok {
				t.Fatalf("element %d is out of sight", c.element)
			}
			hit, err := s.r.PickNow(sc, s.f, x, y)
			if err != nil {
				t.Fatal(err)
			}
			if hit.Item != c.item || hit.Element != c.element || hit.Panel != sc.Panels[c.panel] {
				t.Errorf("at %.1f, %.1f: %T %d, want %T %d", x, y, hit.Item, hit.Element, c.item, c.element)
			}
			if ok, err := s.r.Pick(sc, s.f, x, y, c.element); !ok || err != nil {
				t.Fatalf("asynchronous pick: %v, %v", ok, err)
			}
			if !s.r.WaitPicks(5*time.Second, func(tag any, h Hit) {
				if tag != c.element || h != hit {
					t.Errorf("asynchronous pick gives %v %d", tag, h.Element)
				}
			}) {
				t.Error("the asynchronous pick did not arrive")
			}
		}
		for _, p := range [][2]float64{{3, 3}, {795, 300}, {200, 590}} {
			if hit, err := s.r.PickNow(sc, s.f, p[0], p[1]); err != nil || hit.Item != nil {
				t.Errorf("at %v: %v, %v; nothing is there", p, hit.Item, err)
			}
		}
		if got := d.Stats().ReadBack[device.ReadPick]; got == 0 {
			t.Error("picking is not counted")
		}
	})
}

// Points are drawn where variables say, in a box that holds them all from the first frame on and grows with them.
func TestPointsAtVariables(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		s := newStage(t, d, 800, 600, 1, 1)
		defer s.close()
		const n = 40
		var at [3][]float32
		for e := range n {
			k := float32(e)
			at[0], at[1], at[2] = append(at[0], 0.99e-3*(k-20)), append(at[1], 0.99e-3*(k*k/40-15)), append(at[2], 0.0198*(1-k/n))
		}
		var all []*device.Buffer
		defer func() {
			for _, b := range all {
				b.Close()
			}
		}()
		metres := func(values []float32) Coord {
			b := upload(t, d, values)
			all = append(all, b)
			c := Coord{Values: b.View(), Scale: NewScale("place", "mm", nil)}
			c.Scale.PerUnit = 1e-3
			return c
		}
		x, y, z := metres(at[0]), metres(at[1]), metres(at[2])
		volts := Coord{Values: z.Values, Scale: NewScale("v", "mV", nil)}
		for _, c := range []struct {
			name    string
			x, y, z Coord
			box     [3]float64 // proportions
			planar  bool
		}{
			{"space", x, y, z, [3]float64{40, 40, 20}, false},
			{"plane", x, y, Coord{}, [3]float64{40, 40, 0}, true},
			{"two quantities", x, volts, Coord{}, [3]float64{1, 1, 0}, true},
			{"height over a grid", Coord{}, Coord{}, z, [3]float64{7, 5, 7 * boxHeight / 2}, false},
		} {
			points := &Scatter{Name: "p", N: n, Grid: [3]int{1, 6, 8}, X: c.x, Y: c.y, Z: c.z, Radius: 0.01}
			sc := &Scene{Panels: []*Panel{{Items: []Item{points}}}}
			s.f.Version++
			s.draw(sc)
			p := sc.Panels[0]
			size := p.Bounds().Max.Sub(p.Bounds().Min)
			if math.Abs(size[1]*c.box[0]-size[0]*c.box[1]) > 0.1 || math.Abs(size[2]*c.box[0]-size[0]*c.box[2]) > 0.1 || p.Camera.Planar != c.planar {
				t.Errorf("%s: a box of %.3g, planar: %v; want proportions of %g", c.name, size, p.Camera.Planar, c.box)
			}
			for _, e := range []int{0, 7, 25, n - 1} {
				var place [3]float64
				place[0], place[1], place[2] = points.OnGrid(e)
				for k, o := range []Coord{c.x, c.y, c.z} {
					if o.Values.Valid() {
						place[k] = float64(at[k][e])
						if o == volts {
							place[k] = float64(at[2][e])
						}
					}
				}
				px, py, ok := sc.Layout(800, 600, 1).Panels[0].Project(p.Put(place[0], place[1], place[2]))
				hit, err := s.r.PickNow(sc, s.f, px, py)
				if !ok || err != nil || hit.Item != Item(points) || hit.Element != e {
					t.Errorf("%s: at the place of point %d is %v %d (%v, %v)", c.name, e, hit.Item, hit.Element, ok, err)
				}
			}
		}
		// A point that leaves takes the limits with it, though means of neighbours hardly move.
		at[0][3] = 0.5
		if err := device.Upload(all[0], 0, at[0]); err != nil {
			t.Fatal(err)
		}
		sc := &Scene{Panels: []*Panel{{Items: []Item{&Scatter{Name: "p", N: n, Grid: [3]int{1, 6, 8}, X: x, Y: y}}}}}
		for k := 0; x.Scale.Max < 0.5 && k < 1000; k++ {
			s.f.Version++
			s.draw(sc)
		}
		if x.Scale.Max < 0.5 || !s.r.Dirty(sc, Frame{Width: 800, Height: 600, Scale: 1, Version: s.f.Version + 1}) {
			t.Errorf("the axis ends at %g", x.Scale.Max)
		}
	})
}

// With fixed limits, drawing reads nothing back, whatever the size of the data.
func TestDrawingReadsNothingBack(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		s := newStage(t, d, 160, 120, 1, 1)
		defer s.close()
		a, b := upload(t, d, field(20, 20, 1)), upload(t, d, field(300, 300, 1))
		defer a.Close()
		defer b.Close()
		sc, surf := oneSurface(a.View(), 20, 20, false)
		other := &Surface{Name: "b", Values: b.View(), Rows: 300, Cols: 300, Scale: surf.Scale}
		dots := &Scatter{Name: "c", N: 400, Grid: [3]int{1, 20, 20}, Color: a.View(), Scale: surf.Scale}
		sc.Panels = append(sc.Panels, &Panel{Items: []Item{other}}, &Panel{Items: []Item{dots}})
		before := d.Stats()
		s.t.Bind()
		for range 200 {
			s.f.Version++
			if err := s.r.Draw(sc, s.f); err != nil {
				t.Fatal(err)
			}
			sc.Panels[0].Camera.Orbit(1, 0.1)
		}
		after := d.Stats()
		if n := after.Read() - before.Read(); n != 0 {
			t.Errorf("%d bytes read back over 200 frames", n)
		}
		if after.Draws-before.Draws < 200*3 {
			t.Errorf("%d draws for 200 frames", after.Draws-before.Draws)
		}
	})
}

// A scale that follows the data reads its extremes only: at once for the first frame, later through fences.
func TestFollowingScale(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		s := newStage(t, d, 160, 120, 1, 1)
		defer s.close()
		v := field(50, 40, 1)
		v[777], v[1234] = -3.2, 7.7
		b := upload(t, d, v)
		defer b.Close()
		sc, surf := oneSurface(b.View(), 50, 40, false)
		surf.Scale = NewScale("r", "", Viridis())
		before := d.Stats()
		s.t.Bind()
		draw := func() {
			if err := s.r.Draw(sc, s.f); err != nil {
				t.Fatal(err)
			}
		}
		draw()
		if surf.Scale.Min != -4 || surf.Scale.Max != 8 {
			t.Errorf("limits [%g, %g], want [-4, 8]", surf.Scale.Min, surf.Scale.Max)
		}
		if err := device.Upload(b, 100, []float32{41}); err != nil {
			t.Fatal(err)
		}
		s.f.Version++
		for k := 0; s.r.Dirty(sc, s.f) || s.r.Waiting(); k++ {
			if k > 5 {
				t.Fatal("the scene never comes to rest")
			}
			draw()
			d.WaitIdle()
		}
		if surf.Scale.Max < 41 {
			t.Errorf("limits [%g, %g] after 41 appeared", surf.Scale.Min, surf.Scale.Max)
		}
		after := d.Stats()
		n := after.ReadBack[device.ReadRange] - before.ReadBack[device.ReadRange]
		if n == 0 || n > 64 || n != after.Read()-before.Read() {
			t.Errorf("%d bytes for extremes, %d in all", n, after.Read()-before.Read())
		}
	})
}

// An idle scene needs no frames; anything that changes the picture asks for one.
func TestDirty(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		s := newStage(t, d, 160, 120, 1, 1)
		defer s.close()
		b := upload(t, d, field(20, 20, 1))
		defer b.Close()
		sc, surf := oneSurface(b.View(), 20, 20, false)
		sc.Overlay = s.r.NewOverlay()
		sc.Overlay.Reset(160, 120, 1)
		if !s.r.Dirty(sc, s.f) {
			t.Error("nothing was drawn, and nothing is to be")
		}
		for what, change := range map[string]func(){
			"nothing": func() {}, "data": func() { s.f.Version++ }, "camera": func() { sc.Panels[0].Camera.Orbit(1, 0) },
			"limits": func() { surf.Scale.Max = 2 }, "title": func() { sc.Panels[0].Title = "other" }, "theme": func() { sc.Theme = Light() },
			"overlay": func() { sc.Overlay.Fill(Rect{0, 0, 5, 5}, Color{1, 1, 1, 1}) }, "fine": func() { s.f.Fine = true },
		} {
			s.draw(sc)
			change()
			if got := s.r.Dirty(sc, s.f); got != (what != "nothing") {
				t.Errorf("after a change of %s: dirty %v", what, got)
			}
		}
	})
}

// Shapes and wrong input that must not crash or pass silently.
func TestOddInput(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		s := newStage(t, d, 160, 120, 1, 1)
		defer s.close()
		b := upload(t, d, field(1, 2000, 1))
		defer b.Close()
		for _, c := range [][2]int{{1, 1}, {1, 2}, {2, 1}, {1, 2000}, {2000, 1}, {2, 1000}, {3, 3}} {
			sc, _ := oneSurface(b.View(), c[0], c[1], false)
			s.f.Version++
			img := s.draw(sc)
			if diffPixels(img, image.NewRGBA(img.Rect), img.Rect) == 0 {
				t.Errorf("%v: an empty picture", c)
			}
		}
		bytesBuf, err := d.NewBuffer("bytes", device.Bytes, 16)
		if err != nil {
			t.Fatal(err)
		}
		defer bytesBuf.Close()
		for want, change := range map[string]func(*Surface){
			"render: s: the surface has no data":                                                  func(x *Surface) { x.Values = device.View{} },
			"render: s: the surface has 2000 elements, want 10000":                                func(x *Surface) { x.Rows, x.Cols = 100, 100 },
			"render: s: a surface of 0 x 20 values":                                               func(x *Surface) { x.Rows = 0 },
			"render: s: a surface needs a scale":                                                  func(x *Surface) { x.Scale = nil },
			"render: a variable of bytes cannot be drawn; float32, float64, int32 and uint32 can": func(x *Surface) { x.Values = bytesBuf.View(); x.Rows, x.Cols = 2, 2 },
		} {
			sc, surf := oneSurface(b.View(), 20, 20, true)
			change(surf)
			s.t.Bind()
			if err := s.r.Draw(sc, s.f); err == nil || err.Error() != want {
				t.Errorf("got %q, want %q", fmt.Sprint(err), want)
			}
		}
	})
}

// Items that leave the scene and levels of detail that are left behind free what they held.
func TestSweep(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		s := newStage(t, d, 160, 120, 1, 1)
		defer s.close()
		b := upload(t, d, field(300, 300, 1))
		defer b.Close()
		s.t.Bind()
		for k := range 400 {
			sc, _ := oneSurface(b.View(), 300, 300, true)
			sc.FitCameras(160, 120, 1)
			sc.Panels[0].Camera.Zoom(1/(1+float64(k)/100), 0, 0, 1)
			if err := s.r.Draw(sc, s.f); err != nil {
				t.Fatal(err)
			}
		}
		if len(s.r.surfaces) > 130 || len(s.r.meshes) > 130 {
			t.Errorf("%d surfaces and %d meshes are kept", len(s.r.surfaces), len(s.r.meshes))
		}
	})
}
