package record

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestReadCSV(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		text   string
		header []string
		rows   int
		data   []float64
	}{
		{"1,2\n3,4\n", nil, 2, []float64{1, 2, 3, 4}},
		{"a,b\n1,2\n", []string{"a", "b"}, 1, []float64{1, 2}},
		{"\ufefft , \"v, \"\"mV\"\"\"\n1e-3,-inf\n", []string{"t", `v, "mV"`}, 1, []float64{1e-3, math.Inf(-1)}},
		{"# comment\nt;v\n0,5;1\n", nil, 0, nil},
		{"t;v\n0.5;1\n", []string{"t", "v"}, 1, []float64{0.5, 1}},
		{"1\t\t3\n", nil, 1, []float64{1, nan, 3}},
		{"x\n\n1\nNaN\nNA\n", []string{"x"}, 3, []float64{1, nan, nan}},
		{"1, 2\r\n \"3\",4\r\n", nil, 2, []float64{1, 2, 3, 4}},
		{"True,false,1e999\n", nil, 1, []float64{1, 0, math.Inf(1)}},
		{"5", nil, 1, []float64{5}},
		{"a,b\n", []string{"a", "b"}, 0, nil},
	} {
		x, err := ReadCSV(strings.NewReader(c.text))
		if c.data == nil && c.header == nil {
			if err == nil {
				t.Errorf("%q was read as %v", c.text, x.Array)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(x.Header, c.header) || x.Array.Shape[0] != c.rows {
			t.Errorf("%q: %+v, %v", c.text, x, err)
			continue
		}
		for k, v := range x.Array.Float64s() {
			if v != c.data[k] && !(math.IsNaN(v) && math.IsNaN(c.data[k])) {
				t.Errorf("%q: field %d is %v, want %v", c.text, k, v, c.data[k])
			}
		}
	}
	for text, want := range map[string]string{
		"":                   "the file is empty",
		"1,2\n3\n":           "line 2: there are 1 fields, but the first line has 2",
		"a,b\n1,2\n3,x y\n":  `line 3: field 2 is "x y", not a number`,
		"1,2\n3,0x10\n":      "not a number",
		"a\n1\n\"unfinished": "line 3",
	} {
		_, err := ReadCSV(strings.NewReader(text))
		var f *FormatError
		if !errors.As(err, &f) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestWriteCSV(t *testing.T) {
	var b bytes.Buffer
	columns := [][]float64{{0.1, math.Inf(-1), 1e300}, {math.NaN(), math.Inf(1), -0.25}}
	if err := WriteCSV(&b, []string{"t", `v "x", mV`}, columns); err != nil {
		t.Fatal(err)
	}
	if want := "t,\"v \"\"x\"\", mV\"\n0.1,nan\n-inf,inf\n1e+300,-0.25\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	x, err := ReadCSV(&b)
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := x.Column(`v "x", mV`); !ok || !math.IsNaN(c[0]) || c[2] != -0.25 {
		t.Errorf("%v", c)
	}
	if _, ok := x.Column("none"); ok {
		t.Error("a column that does not exist")
	}
	if WriteCSV(&b, []string{"a"}, nil) == nil || WriteCSV(&b, []string{"a", "b"}, [][]float64{{1}, {}}) == nil {
		t.Error("columns of different lengths")
	}
}

func FuzzReadCSV(f *testing.F) {
	for _, s := range []string{"1,2\n3,4\n", "a;b\n1;nan\n", "\"x\n", "#\n\n1\t2"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := ReadCSV(bytes.NewReader(data))
		if err != nil {
			return
		}
		if n := x.Array.Shape[0] * x.Array.Shape[1]; n != x.Array.Len() {
			t.Fatalf("shape %v with %d numbers", x.Array.Shape, x.Array.Len())
		}
	})
}

func TestReadMTX(t *testing.T) {
	for _, c := range []struct {
		text string
		want Triplets
	}{
		{"%%MatrixMarket matrix coordinate real general\n% c\n\n2 3 2\n1 3 0.5\n2 1 -1e3\n",
			Triplets{2, 3, []int32{0, 1}, []int32{2, 0}, []float64{0.5, -1000}}},
		{"%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 3\n",
			Triplets{3, 3, []int32{1, 0, 2}, []int32{0, 1, 2}, []float64{1, 1, 1}}},
		{"%%matrixmarket MATRIX coordinate integer skew-symmetric\n2 2 1\n2 1 4\n",
			Triplets{2, 2, []int32{1, 0}, []int32{0, 1}, []float64{4, -4}}},
		{"%%MatrixMarket matrix array real general\n2 2\n1\n2\n3\n4\n",
			Triplets{2, 2, []int32{0, 1, 0, 1}, []int32{0, 0, 1, 1}, []float64{1, 2, 3, 4}}},
		{"%%MatrixMarket matrix array real symmetric\n2 2\n1\n2\n4\n",
			Triplets{2, 2, []int32{0, 1, 0, 1}, []int32{0, 0, 1, 1}, []float64{1, 2, 2, 4}}},
		{"%%MatrixMarket matrix coordinate real general\n0 0 0\n", Triplets{}},
	} {
		m, err := ReadMTX(strings.NewReader(c.text))
		if err != nil || !reflect.DeepEqual(*m, c.want) {
			t.Errorf("%q: %+v, %v; want %+v", c.text, m, err, c.want)
		}
	}
	head := "%%MatrixMarket matrix coordinate real general\n"
	for text, want := range map[string]string{
		"":      "ends before the banner",
		"hello": "line 1: the first line is \"hello\"",
		head:    "ends before the sizes",
		"%%MatrixMarket matrix coordinate complex general\n":                 "complex",
		"%%MatrixMarket matrix coordinate real hermitian\n":                  "unknown symmetry",
		"%%MatrixMarket matrix array pattern general\n":                      "coordinate and array",
		"%%MatrixMarket matrix coordinate real symmetric\n2 3 0\n":           "is square, not 2 x 3",
		"%%MatrixMarket matrix coordinate real skew-symmetric\n2 2 1\n1 1 2": "no entry on its diagonal",
		head + "2 2\n":                            "3 sizes were expected",
		head + "2 2 -1\n":                         "\"-1\" is not an integer",
		head + "99999999999 2 1\n":                "not an integer from 0",
		head + "2 2 1\n0 1 1\n":                   "line 3: the row \"0\" is not an index from 1 to 2",
		head + "2 2 1\n1 3 1\n":                   "column \"3\"",
		head + "2 2 1\n1 1\n":                     "has 3 fields, not 2",
		head + "2 2 1\n1 1 x\n":                   "\"x\" is not a number",
		head + "2 2 9223372036854775807\n1 1 1\n": "ends before entry 2 of 9223372036854775807",
		head + "2 2 1\n1 1 1\n1 1 1\n":            "more entries",
		"%%MatrixMarket matrix array real general\n0 2147483647\n1\n": "more entries",
	} {
		_, err := ReadMTX(strings.NewReader(text))
		var f *FormatError
		if !errors.As(err, &f) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func FuzzReadMTX(f *testing.F) {
	f.Add([]byte("%%MatrixMarket matrix coordinate real general\n2 3 2\n1 3 0.5\n2 1 -1e3\n"))
	f.Add([]byte("%%MatrixMarket matrix array integer symmetric\n2 2\n1\n2\n4\n"))
	f.Add([]byte("%%MatrixMarket matrix coordinate pattern skew-symmetric\n3 3 1\n2 1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ReadMTX(bytes.NewReader(data))
		if err != nil {
			return
		}
		for k := range m.V {
			if m.I[k] < 0 || int(m.I[k]) >= m.Rows || m.J[k] < 0 || int(m.J[k]) >= m.Cols {
				t.Fatalf("entry %d at (%d, %d) of %d x %d", k, m.I[k], m.J[k], m.Rows, m.Cols)
			}
		}
		var b bytes.Buffer
		if err := WriteMTX(&b, m); err != nil {
			t.Fatal(err)
		}
		again, err := ReadMTX(&b)
		if err != nil || !reflect.DeepEqual(again.I, m.I) || !reflect.DeepEqual(again.J, m.J) || len(again.V) != len(m.V) {
			t.Fatalf("written and read: %v, %v", again, err)
		}
		for k := range m.V {
			if again.V[k] != m.V[k] && !(math.IsNaN(m.V[k]) && math.IsNaN(again.V[k])) {
				t.Fatalf("value %d: %v became %v", k, m.V[k], again.V[k])
			}
		}
	})
}

func TestReadPNG(t *testing.T) {
	const w, h = 3, 2
	gray, gray16 := image.NewGray(image.Rect(0, 0, w, h)), image.NewGray16(image.Rect(0, 0, w, h))
	opaque, clear := image.NewNRGBA(image.Rect(0, 0, w, h)), image.NewNRGBA(image.Rect(0, 0, w, h))
	clear16 := image.NewNRGBA64(image.Rect(0, 0, w, h))
	palette := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.NRGBA{255, 0, 51, 255}, color.NRGBA{0, 0, 0, 255}})
	for y := range h {
		for x := range w {
			v := uint8(40*y + 10*x)
			gray.SetGray(x, y, color.Gray{v})
			gray16.SetGray16(x, y, color.Gray16{uint16(v) * 200})
			opaque.SetNRGBA(x, y, color.NRGBA{v, 255, 0, 255})
			clear.SetNRGBA(x, y, color.NRGBA{v, 255, 0, 100})
			clear16.SetNRGBA64(x, y, color.NRGBA64{uint16(v) * 200, 0, 1, 7})
		}
	}
	for _, c := range []struct {
		name  string
		img   image.Image
		shape []int
		// the pixel of row 1, column 2
		want []float32
	}{
		{"grey", gray, []int{h, w}, []float32{60. / 255}},
		{"grey of 16 bits", gray16, []int{h, w}, []float32{12000. / 65535}},
		{"opaque", opaque, []int{h, w, 3}, []float32{60. / 255, 1, 0}},
		{"transparent", clear, []int{h, w, 4}, []float32{60. / 255, 1, 0, 100. / 255}},
		{"transparent of 16 bits", clear16, []int{h, w, 4}, []float32{12000. / 65535, 0, 1. / 65535, 7. / 65535}},
		{"palette", palette, []int{h, w, 3}, []float32{1, 0, 0.2}},
	} {
		var b bytes.Buffer
		if err := png.Encode(&b, c.img); err != nil {
			t.Fatal(err)
		}
		a, err := ReadPNG(bytes.NewReader(b.Bytes()))
		if err != nil || !reflect.DeepEqual(a.Shape, c.shape) {
			t.Errorf("%s: %v, %v", c.name, a, err)
			continue
		}
		n := len(c.want)
		if got := a.Data.([]float32)[5*n : 6*n]; !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: pixel %v, want %v", c.name, got, c.want)
		}
		for cut := 0; cut < b.Len()-12; cut += 5 {
			if _, err := ReadPNG(bytes.NewReader(b.Bytes()[:cut])); err == nil {
				t.Errorf("%s cut to %d bytes was read", c.name, cut)
			}
		}
	}
	// A header that claims 2^31 pixels, with a checksum that fits.
	huge := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x80\x00\x00\x01\x00\x00\x08\x00\x00\x00\x00")
	huge = append(huge, crc(huge[12:])...)
	if _, err := ReadPNG(bytes.NewReader(huge)); err == nil || !strings.Contains(err.Error(), "32768 x 65536 pixels") {
		t.Error(err)
	}
}

func crc(b []byte) []byte { return binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(b)) }
