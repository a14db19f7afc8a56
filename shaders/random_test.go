//go:build cgo

package shaders_test

import (
	"fmt"
	"maps"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/rng"
)

// The published vectors of Random123.
func TestPhiloxKnownAnswers(t *testing.T) {
	text, err := os.ReadFile("testdata/kat_philox4x32.txt")
	if err != nil {
		t.Fatal(err)
	}
	var in, want []uint32
	for _, l := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		for i, w := range strings.Fields(l)[2:] {
			v, err := strconv.ParseUint(w, 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			if i < 6 {
				in = append(in, uint32(v))
			} else {
				want = append(want, uint32(v))
			}
		}
	}
	if len(want) != 12 {
		t.Fatalf("%d words, want 3 vectors of 4", len(want))
	}
	x := make([]uint32, len(want))
	got := evaluate(t, gltest.Device(t), "#include \"lib/philox.glsl\"",
		"uint v = i / 4u * 6u; y[i] = philox(uvec4(x2[v], x2[v + 1u], x2[v + 2u], x2[v + 3u]), uvec2(x2[v + 4u], x2[v + 5u]))[i & 3u];", x, in)
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("word %d: %08x, want %08x", i, got[i], want[i])
		}
	}
}

// vector is one line of vectors.txt, which package rng is held to as well.
type vector struct {
	dist                string
	bits                int
	seed                uint64
	run, replica        uint32
	stream              string
	element, step, draw uint32
	parameter, value    float64
}

func vectors(t *testing.T) []vector {
	t.Helper()
	text, err := os.ReadFile("testdata/vectors.txt")
	if err != nil {
		t.Fatal(err)
	}
	var l []vector
	for _, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		w := strings.Fields(line)
		n := func(i int) uint64 {
			v, err := strconv.ParseUint(w[i], 10, 64)
			if err != nil {
				t.Fatal(line, err)
			}
			return v
		}
		v := vector{dist: w[0], bits: int(n(1)), seed: n(2), run: uint32(n(3)), replica: uint32(n(4)), stream: w[5],
			element: uint32(n(6)), step: uint32(n(7)), draw: uint32(n(8))}
		if w[9] != "-" {
			v.parameter, _ = strconv.ParseFloat(w[9], 64)
		}
		if v.value, err = strconv.ParseFloat(w[10], 64); err != nil {
			t.Fatal(err)
		}
		l = append(l, v)
	}
	return l
}

// The distributions give the values of the shared reference file: counts and uniforms exactly, the others to a few units
// in the last place; for gamma of its shape, since small values of large shapes are ill-conditioned.
func TestDistributions(t *testing.T) {
	d := gltest.Device(t)
	allowed := map[string]float64{"uniform": 0, "exponential": 1.5, "normal": 2, "gamma": 4, "poisson": 0}
	single := maps.Clone(allowed)
	if !d.Info().Software { // where floats are divided and roots taken as OpenGL allows
		single["exponential"] += division
		single["normal"] += division + root
		single["gamma"] += 2 * (division + root)
	}
	groups := map[string][]vector{}
	for _, v := range vectors(t) {
		if v.bits == 32 || d.Info().Features.Double {
			name := fmt.Sprint(v.dist, v.bits)
			groups[name] = append(groups[name], v)
		}
	}
	if len(groups) != 10 && d.Info().Features.Double {
		t.Errorf("%d distributions to test, want 10", len(groups))
	}
	for name, vs := range groups {
		text, param := drawAll(vs)
		var got []float64
		if vs[0].bits == 64 {
			got = evaluate(t, d, text, "y[i] = draw_line(i, x[i]);", param, nil)
		} else {
			p := make([]float32, len(param))
			for i := range p {
				p[i] = float32(param[i])
			}
			for _, y := range evaluate(t, d, text, "y[i] = draw_line(i, x[i]);", p, nil) {
				got = append(got, float64(y))
			}
		}
		var w worst
		for i, v := range vs {
			scale := v.value
			if v.dist == "gamma" {
				scale = math.Max(scale, v.parameter)
			}
			ulp, most := ulp64(scale), allowed[v.dist]
			if v.bits == 32 {
				ulp, most = ulp32(scale), single[v.dist]
			}
			u := math.Abs(got[i]-v.value) / ulp
			w.see(u, v.parameter, got[i], v.value)
			if !(u <= most) {
				t.Errorf("%+v: %v, %.3g units off, allowed %v", v, got[i], u, most)
			}
		}
		t.Logf("%-14s %.3g units off at most, at parameter %v", name, w.units, w.x)
	}
}

// drawAll writes draw_line(i, p), the draw of the i-th vector with parameter p.
func drawAll(vs []vector) (text string, param []float64) {
	real, suffix := "float", ""
	if vs[0].bits == 64 {
		real, suffix = "double", "64"
	}
	var at, keys []string
	arg := ""
	for _, v := range vs {
		k := rng.NewKey(v.seed, v.run, v.replica)
		keys = append(keys, fmt.Sprintf("uvec2(%du, %du)", k[0], k[1]))
		at = append(at, fmt.Sprintf("uvec4(%du, %du, %du, %du)", v.element, rng.Stream(v.stream), v.draw, v.step))
		param = append(param, v.parameter)
		if v.parameter != 0 {
			arg = ", p"
		}
	}
	return fmt.Sprintf(`uvec2 key, clock_step;
#include "lib/random%[2]s.glsl"
const uvec4 at[] = uvec4[](%[3]s);
const uvec2 keys[] = uvec2[](%[4]s);
%[1]s draw_line(uint i, %[1]s p) {
	key = keys[i];
	clock_step = uvec2(at[i].w, 0u);
	return %[1]s(draw_%[5]s%[2]s(at[i].x, at[i].y, at[i].z%[6]s));
}`, real, suffix, strings.Join(at, ", "), strings.Join(keys, ", "), vs[0].dist, arg), param
}

// Both sides of the language are held to the same file.
func TestReferencesAreShared(t *testing.T) {
	for _, name := range []string{"vectors.txt", "kat_philox4x32.txt"} {
		ours, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := os.ReadFile("../host/rng/testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if string(ours) != string(theirs) {
			t.Errorf("%s differs from host/rng's", name)
		}
	}
}
