package figure

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/units"
)

// node is an element of an SVG.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Nodes   []node     `xml:",any"`
}

func (n *node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// all are the elements of a name, or groups of a class, below n.
func (n *node) all(name string) (out []*node) {
	for i := range n.Nodes {
		k := &n.Nodes[i]
		if k.XMLName.Local == name || k.XMLName.Local == "g" && k.attr("class") == name {
			out = append(out, k)
		}
		out = append(out, k.all(name)...)
	}
	return out
}

func parseSVG(t *testing.T, f *Figure) (*node, []string, int) {
	t.Helper()
	var b bytes.Buffer
	notes, err := f.SVG(&b)
	must(t, err)
	var n node
	size := b.Len()
	must(t, xml.Unmarshal(b.Bytes(), &n))
	return &n, notes, size
}

// Every figure is well-formed, stays on its page, and holds the texts and parts that were asked for.
func TestSVG(t *testing.T) {
	for name, want := range map[string]struct {
		parts map[string]int
		words []string
	}{
		"tutorial":   {map[string]int{"axvline": 5, "axhline": 5, "line": 2, "axes": 1}, []string{"Time (ms)", "v (mV)", "−60", "50"}},
		"quantities": {map[string]int{"axes": 2, "line": 3, "legend": 1}, []string{"v (mV)", "Iext (nA)", "Time (ms)", "soma", "200"}},
		"errorbar":   {map[string]int{"errorbar": 2, "grid": 1, "legend": 1}, []string{"τ (ms)", "rate"}},
		"spreizer":   {map[string]int{"axes": 12, "map": 10, "histogram": 8, "image": 10}, []string{"In-degree", "perlin", "10−2", "1400"}},
		"raster":     {map[string]int{"axes": 3, "histogram": 1}, []string{"1000 neurons", "Neuron index"}},
		"map":        {map[string]int{"image": 2, "note": 1}, []string{"membrane potential (mV)", "x (μm)", "source"}},
		"styles":     {map[string]int{"axvspan": 1, "area": 1}, []string{"power f2, 10−3 mV2", "×10−5", "stimulus"}},
	} {
		t.Run(name, func(t *testing.T) {
			n, notes, _ := parseSVG(t, figures[name](t))
			if len(notes) > 0 {
				t.Errorf("notes of a small figure: %q", notes)
			}
			for part, k := range want.parts {
				if got := len(n.all(part)); got != k {
					t.Errorf("%d of %q, want %d", got, part, k)
				}
			}
			var words []string
			for _, x := range n.all("text") {
				words = append(words, strings.ReplaceAll(x.attr("aria-label"), "\u2009", " "))
			}
			for _, w := range want.words {
				found := false
				for _, x := range words {
					found = found || x == w
				}
				if !found {
					t.Errorf("no text %q among %q", w, words)
				}
			}
		})
	}
}

// A million spikes are a picture in SVG, said in a note and in the file; in pixels they are drawn one by one.
func TestManyPoints(t *testing.T) {
	f := newFigure(t, 0, 0)
	r := rand.New(rand.NewPCG(1, 1))
	const n = 1_000_000
	at, idx := make([]float64, n), make([]int32, n)
	for k := range at {
		at[k], idx[k] = r.Float64(), int32(r.IntN(10_000))
	}
	must(t, f.Current().Raster(at, idx, 10_000, Style{}))
	root, notes, size := parseSVG(t, f)
	if len(notes) != 1 || !strings.Contains(notes[0], "1000000 points are embedded as a picture") {
		t.Errorf("notes: %q", notes)
	}
	if size > 2e6 {
		t.Errorf("the SVG has %d bytes", size)
	}
	images := root.all("image")
	if len(images) != 1 || len(root.all("desc")) != 1 {
		t.Fatalf("%d images, %d descriptions", len(images), len(root.all("desc")))
	}
	data, ok := strings.CutPrefix(images[0].attr("href"), "data:image/png;base64,")
	if !ok {
		t.Fatal("the image is no PNG")
	}
	raw, err := base64.StdEncoding.DecodeString(data)
	must(t, err)
	img, err := png.Decode(bytes.NewReader(raw))
	must(t, err)
	if b := img.Bounds(); b.Dx() < 1000 || b.Dy() < 700 {
		t.Errorf("the picture has %v pixels", b)
	}
	must(t, f.PNG(io.Discard, 100))
}

// A long trace keeps its peaks in a small file.
func TestLongTrace(t *testing.T) {
	f := newFigure(t, 0, 0)
	const n = 1_000_000
	x, y := linspace(0, 1, n), make([]float64, n)
	y[123_457] = 1
	y[777_777] = -1
	must(t, f.Current().Plot(Numbers(x...), Numbers(y...), Style{}))
	must(t, f.Current().SetLimits("y", -2, 2, units.Dim{}))
	_, _, size := parseSVG(t, f)
	if size > 50_000 {
		t.Errorf("the SVG has %d bytes", size)
	}
	p := &panel{box: rect{0, 0, 400, 300}, x: scale{hi: 1, p1: 400}, y: scale{lo: -2, hi: 2, p1: 300}}
	pts := thin(f.Current().artists[0].(*Line).points(p), thinning)
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, q := range pts {
		lo, hi = min(lo, q.y), max(hi, q.y)
	}
	if lo != 75 || hi != 225 {
		t.Errorf("thinning kept %g to %g, want 75 to 225", lo, hi)
	}
	if len(pts) > 4*400/thinning {
		t.Errorf("%d points are left", len(pts))
	}
}
