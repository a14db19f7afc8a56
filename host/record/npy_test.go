package record

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func readTest(t *testing.T, name string) *Array {
	t.Helper()
	v, err := ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return v.(*Array)
}

func ramp(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(i)
	}
	return out
}

func TestNumpysFiles(t *testing.T) {
	for name, typ := range map[string]Type{
		"c_f8": Float64, "c_f4": Float32, "c_i8": Int64, "c_i4": Int32, "c_u1": Uint8, "c_f8be": Float64, "c_i4be": Int32,
		"c_i2": Int32, "c_u2": Int32, "c_i1": Int32, "c_u4": Int64, "c_u8": Int64, "fortran_f8": Float64, "v2": Float64, "v3": Float64,
	} {
		a := readTest(t, name+".npy")
		if a.Type() != typ || !reflect.DeepEqual(a.Shape, []int{2, 3, 4}) || !reflect.DeepEqual(a.Float64s(), ramp(24)) {
			t.Errorf("%s: %s %v %v", name, a.Type(), a.Shape, a.Data)
		}
	}
	a := readTest(t, "bool.npy")
	for k, v := range a.Data.([]bool) {
		if v != (k%3 == 0) {
			t.Errorf("bool: element %d is %v", k, v)
		}
	}
	a = readTest(t, "fortran_bool2.npy")
	for k, v := range a.Data.([]bool) {
		if v != (k%2 == 0) {
			t.Errorf("fortran bool: element %d is %v", k, v)
		}
	}
	if a = readTest(t, "scalar.npy"); len(a.Shape) != 0 || a.Float64s()[0] != 2.5 {
		t.Errorf("scalar: %+v", a)
	}
	if a = readTest(t, "empty.npy"); !reflect.DeepEqual(a.Shape, []int{0, 3}) || a.Len() != 0 {
		t.Errorf("empty: %+v", a)
	}
	if a = readTest(t, "four.npy"); !reflect.DeepEqual(a.Shape, []int{2, 2, 2, 2}) || !reflect.DeepEqual(a.Float64s(), ramp(16)) {
		t.Errorf("four dimensions: %+v", a)
	}
	s := readTest(t, "special.npy").Float64s()
	if !math.IsNaN(s[0]) || !math.IsInf(s[1], 1) || !math.IsInf(s[2], -1) || !math.Signbit(s[3]) || s[4] != 5e-324 || s[5] != math.MaxFloat64 {
		t.Errorf("special: %v", s)
	}
	for _, name := range []string{"plain.npz", "deflated.npz"} {
		v, err := ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		m := v.(map[string]*Array)
		if len(m) != 2 || !reflect.DeepEqual(m["a"].Float64s(), ramp(24)) || !reflect.DeepEqual(m["b"].Data, []int32{0, 1, 2}) {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

func TestRefusedFiles(t *testing.T) {
	for name, want := range map[string]string{
		"object.npy": "Python objects (a pickle), which are never loaded", "struct.npy": "structured arrays", "complex.npy": "complex numbers",
		"text.npy": "text", "pickle.npy": "pickle", "README.md": "npy, npz, csv, mtx and png",
	} {
		_, err := ReadFile(filepath.Join("testdata", name))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if _, err := ReadFile(filepath.Join("testdata", "missing.npy")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := ReadFile("testdata"); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("folder: %v", err)
	}
}

// npyBytes is a file with the given header text.
func npyBytes(header string, data int) []byte {
	b := append([]byte(npyMagic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func TestHostileHeaders(t *testing.T) {
	for _, c := range []struct{ header, want string }{
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }", "needs 799999999992 bytes, but the file holds only 16"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296), }", "too large"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807,), }", "too large"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }", "not a size"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", "not a size"},
		{"{'descr': '<f8', 'fortran_order': 0, 'shape': (1,), }", "neither True nor False"},
		{"{'descr': '<f8', 'fortran_order': False}", "\"shape\" is missing"},
		{"{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': ()}", "twice"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}", "unknown key"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} + 1", "after the dictionary"},
		{"{'descr': '<f8'", "','"},
		{"{'descr': '<f8", "a string was expected"},
		{"{'descr': '', 'fortran_order': False, 'shape': (1,)}", "unknown element type"},
		{"{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}", "unknown element type"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (" + strings.Repeat("1,", 40) + ")}", "32 dimensions"},
		{"[]", "not a dictionary"}, {"", "not a dictionary"},
	} {
		b := npyBytes(c.header, 16)
		a, err := ReadNPY(bytes.NewReader(b), int64(len(b)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v, want %q", c.header, a, err, c.want)
		}
	}
	// A length that cannot be checked costs no memory either.
	b := npyBytes("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }", 16)
	if n := testing.AllocsPerRun(1, func() {
		if _, err := ReadNPY(bytes.NewReader(b), -1); err == nil || !strings.Contains(err.Error(), "ends within the data") {
			t.Error(err)
		}
	}); n > 100 {
		t.Errorf("%v allocations", n)
	}
	if _, err := ReadNPY(strings.NewReader(npyMagic+"\x02\x00\xff\xff\xff\xff"), -1); err == nil || !strings.Contains(err.Error(), "a header of 4294967295 bytes") {
		t.Error(err)
	}
	if _, err := ReadNPY(strings.NewReader(npyMagic+"\x09\x00"), -1); err == nil || !strings.Contains(err.Error(), "version 9.0") {
		t.Error(err)
	}
}

func TestTruncatedAnywhere(t *testing.T) {
	for _, name := range []string{"c_f8.npy", "v2.npy", "plain.npz", "deflated.npz"} {
		whole, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		for n := range whole {
			cut := whole[:n]
			if strings.HasSuffix(name, ".npy") {
				_, err1 := ReadNPY(bytes.NewReader(cut), int64(n))
				_, err2 := ReadNPY(bytes.NewReader(cut), -1)
				var f *FormatError
				if !errors.As(err1, &f) || !errors.As(err2, &f) {
					t.Fatalf("%s cut to %d bytes: %v, %v", name, n, err1, err2)
				}
			} else if _, err := ReadNPZ(bytes.NewReader(cut), int64(n)); err == nil {
				t.Fatalf("%s cut to %d bytes was read", name, n)
			}
		}
	}
}

func TestDamagedEntryIsFound(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join("testdata", "plain.npz"))
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(whole, []byte(npyMagic)) + 140
	whole[at] ^= 1
	if _, err := ReadNPZ(bytes.NewReader(whole), int64(len(whole))); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a flipped bit in the data: %v", err)
	}
}

func TestWriteThenRead(t *testing.T) {
	for _, a := range []*Array{
		New([]float64{1, math.Inf(1), -0.5, 1e-300}, 2, 2), New([]float32{1, 2, 3}), New([]int64{math.MinInt64, 0, math.MaxInt64}, 1, 3, 1),
		New([]int32{-1, 7}, 2, 1, 1, 1), New([]bool{true, false}), New([]uint8{0, 255}), New([]float64{}, 0, 5), {Shape: []int{}, Data: []float64{4}},
		New(ramp(20000), 100, 200), New([]int32{}),
	} {
		var b bytes.Buffer
		if err := WriteNPY(&b, a); err != nil {
			t.Fatal(err)
		}
		if prefix := b.Len() - a.Len()*a.Type().Size(); prefix%64 != 0 {
			t.Errorf("the data of %v begins at byte %d", a.Shape, prefix)
		}
		for _, size := range []int64{int64(b.Len()), -1} {
			got, err := ReadNPY(bytes.NewReader(b.Bytes()), size)
			if err != nil || !reflect.DeepEqual(got, a) {
				t.Errorf("%v %v: read %v, %v", a.Shape, a.Data, got, err)
			}
		}
	}
	if err := WriteNPY(io.Discard, New([]float64{1, 2}, 3)); err == nil {
		t.Error("an array that does not fill its shape was written")
	}
}

func TestIndices(t *testing.T) {
	for _, a := range []*Array{New([]float64{0, 3}), New([]int64{0, 3}), New([]int32{0, 3}), New([]uint8{0, 3})} {
		if got, err := a.Int32s(); err != nil || got[1] != 3 {
			t.Errorf("%v: %v, %v", a.Data, got, err)
		}
	}
	for _, a := range []*Array{New([]float64{0, 0.5}), New([]float64{0, math.NaN()}), New([]int64{0, 1 << 31}), New([]float64{0, 1e10})} {
		if _, err := a.Int32s(); err == nil || !strings.Contains(err.Error(), "element 1") {
			t.Errorf("%v: %v", a.Data, err)
		}
	}
}

// FuzzReadNPY: any bytes give an error or an array that is written and read back as itself, with memory in proportion to the input.
func FuzzReadNPY(f *testing.F) {
	for _, name := range []string{"c_f8", "c_u1", "fortran_f8", "v2", "v3", "bool", "object", "scalar", "empty", "c_i4be"} {
		b, err := os.ReadFile(filepath.Join("testdata", name+".npy"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, size := range []int64{int64(len(data)), -1} {
			a, err := ReadNPY(bytes.NewReader(data), size)
			if err != nil {
				continue
			}
			if n, ok := count(a.Shape, 1); !ok || n != a.Len() || a.Len() > len(data) {
				t.Fatalf("shape %v with %d elements from %d bytes", a.Shape, a.Len(), len(data))
			}
			var b bytes.Buffer
			if err := WriteNPY(&b, a); err != nil {
				t.Fatal(err)
			}
			again, err := ReadNPY(&b, int64(b.Len()))
			if err != nil || !bytes.Equal(raw(again), raw(a)) {
				t.Fatalf("%v became %v, %v", a, again, err)
			}
		}
	})
}

func raw(a *Array) []byte {
	var b bytes.Buffer
	if err := writeElements(&b, a.Data); err != nil {
		return nil
	}
	return b.Bytes()
}

func FuzzReadNPZ(f *testing.F) {
	for _, name := range []string{"plain.npz", "deflated.npz"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ReadNPZ(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		for name, a := range m {
			if n, ok := count(a.Shape, 1); !ok || n != a.Len() {
				t.Fatalf("%s: shape %v with %d elements", name, a.Shape, a.Len())
			}
		}
	})
}
