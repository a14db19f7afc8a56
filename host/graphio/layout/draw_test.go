package layout

import (
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/galvani-sim/galvani/host/graphio"
)

// draw makes a plain picture, seen from an angle if there is depth.
func draw(t testing.TB, path string, g *graphio.Graph, pos []float32) {
	const size = 700
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	for k := range img.Pix {
		img.Pix[k] = 255
	}
	x, y := make([]float64, g.N), make([]float64, g.N)
	lo, hi := math.Inf(1), math.Inf(-1)
	for k := range g.N {
		a, b, c := float64(pos[3*k]), float64(pos[3*k+1]), float64(pos[3*k+2])
		x[k], y[k] = a+0.35*c, b+0.25*c
		lo, hi = min(lo, x[k], y[k]), max(hi, x[k], y[k])
	}
	scale := (size - 20) / max(hi-lo, 1e-9)
	at := func(k int32) (float64, float64) { return 10 + (x[k]-lo)*scale, size - 10 - (y[k]-lo)*scale }
	for e := range g.I {
		x0, y0 := at(g.I[e])
		x1, y1 := at(g.J[e])
		steps := int(math.Hypot(x1-x0, y1-y0)) + 1
		for s := range steps {
			f := float64(s) / float64(steps)
			px, py := int(x0+f*(x1-x0)), int(y0+f*(y1-y0))
			old := img.RGBAAt(px, py)
			img.SetRGBA(px, py, color.RGBA{uint8(float64(old.R) * 0.75), uint8(float64(old.G) * 0.75), uint8(float64(old.B) * 0.8), 255})
		}
	}
	for k := range int32(g.N) {
		px, py := at(k)
		for dx := -1; dx <= 1; dx++ {
			for dy := -1; dy <= 1; dy++ {
				img.SetRGBA(int(px)+dx, int(py)+dy, color.RGBA{200, 40, 30, 255})
			}
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
}
