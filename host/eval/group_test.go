package eval

import (
	"encoding/binary"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/syntax"
)

// readNpy reads the numbers of a little-endian float64 or int64 file.
func readNpy(t *testing.T, file string) []float64 {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	n := 10 + int(binary.LittleEndian.Uint16(b[8:]))
	header, b := string(b[:n]), b[n:]
	isInt := strings.Contains(header, "<i8")
	if !isInt && !strings.Contains(header, "<f8") || strings.Contains(header, "'fortran_order': True") {
		t.Fatalf("%s: %s", file, header)
	}
	out := make([]float64, len(b)/8)
	for i := range out {
		bits := binary.LittleEndian.Uint64(b[8*i:])
		if out[i] = math.Float64frombits(bits); isInt {
			out[i] = float64(int64(bits))
		}
	}
	return out
}

func TestFitzHughNagumo(t *testing.T) {
	for _, method := range []string{"euler", "rk4"} {
		want := readNpy(t, "fhn_"+method+".npy")
		m := checked(t, "dv/dt = (v - v**3/3 - w + 0.5)/(1*ms) : 1\ndw/dt = 0.08*(v + 0.7 - 0.8*w)/(1*ms) : 1", "", check.Context{})
		g := NewGroup(m, 1, 1e-4)
		v, w := m.ByName["v"], m.ByName["w"]
		g.Values[v][0], g.Values[w][0] = -1, 0.3
		for n := 0; n < 1000; n++ {
			if dv, dw := g.Values[v][0]-want[n], g.Values[w][0]-want[1000+n]; math.Abs(dv) > 1e-12 || math.Abs(dw) > 1e-12 {
				t.Fatalf("%s: off by %g, %g at step %d", method, dv, dw, n)
			}
			if err := g.Advance(method); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Exponential decay with a slope that depends on time: the error falls with the order of the method.
func TestOrderOfMethods(t *testing.T) {
	for method, order := range map[string]float64{"euler": 1, "rk2": 2, "rk4": 4} {
		errorAt := func(steps int) float64 {
			m := checked(t, "dv/dt = -v/second + cos(t/second)/second : 1", "", check.Context{})
			g := NewGroup(m, 1, 1/float64(steps))
			v := m.ByName["v"]
			for n := 0; n < steps; n++ {
				if err := g.Advance(method); err != nil {
					t.Fatal(err)
				}
			}
			exact := (math.Sin(1)+math.Cos(1))/2 - math.Exp(-1)/2
			return math.Abs(g.Values[v][0] - exact)
		}
		got := math.Log2(errorAt(20) / errorAt(40))
		if math.Abs(got-order) > 0.15 {
			t.Errorf("%s has order %.3f, want %g", method, got, order)
		}
	}
}

// The input population of the neural field: a bubble that circles, as an expression of t, x and y.
func TestNeuralField(t *testing.T) {
	const n, steps = 20, 401
	ctx := check.Context{Dialect: check.ANNarchy, Geometry: true}
	in := NewGroup(checked(t, "angle = (t + 1.0)/5000.0 : population\nr = pos(exp(-((x - 10.0*(1.0 + 0.5*cos(2.0*pi*angle)))^2 + (y - 10.0*(1.0 + 0.5*sin(2.0*pi*angle)))^2)/8.0))", "", ctx), n*n, 1)
	in.Rows, in.Cols = n, n
	focus := NewGroup(checked(t, "tau * dr/dt + r = sum(exc) + sum(inh) : min=0.0, max=1.0", "tau = 10.0 : population", ctx), n*n, 1)
	if err := focus.Init(); err != nil {
		t.Fatal(err)
	}
	w := dog(n)
	var past [][]float64
	inR, focusR := in.Model.ByName["r"], focus.Model.ByName["r"]
	lateral := make([]float64, n*n)
	focus.Sum = func(target string, i int) float64 {
		if target == "inh" {
			return lateral[i]
		}
		if k := len(past) - 21; k >= 0 {
			return past[k][i]
		}
		return 0
	}
	at := readNpy(t, "nf20_steps.npy")
	wantIn, wantFocus := readNpy(t, "nf20_inp_r.npy"), readNpy(t, "nf20_focus_r.npy")
	compared := 0
	for step := 1; step <= steps; step++ {
		if err := in.Advance("euler"); err != nil {
			t.Fatal(err)
		}
		past = append(past, in.Values[inR])
		for i := range lateral {
			lateral[i] = 0
			for j, r := range focus.Values[focusR] {
				if r != 0 {
					lateral[i] += w[i*n*n+j] * r
				}
			}
		}
		if err := focus.Advance("euler"); err != nil {
			t.Fatal(err)
		}
		for k, s := range at {
			if int(s) != step {
				continue
			}
			compared++
			for i := 0; i < n*n; i++ {
				if d := in.Values[inR][i] - wantIn[k*n*n+i]; math.Abs(d) > 1e-12 {
					t.Fatalf("Input.r[%d] is off by %g after step %d", i, d, step)
				}
				// The peer computes the weights in float32.
				if d := focus.Values[focusR][i] - wantFocus[k*n*n+i]; math.Abs(d) > 2e-6 {
					t.Fatalf("Focus.r[%d] is off by %g after step %d", i, d, step)
				}
			}
		}
	}
	if compared < 3 {
		t.Fatalf("compared %d steps", compared)
	}
}

// dog is the peer's difference of Gaussians: squared distance of coordinates divided by n-1, no self-connection.
func dog(n int) []float64 {
	w := make([]float64, n*n*n*n)
	for i := 0; i < n*n; i++ {
		for j := 0; j < n*n; j++ {
			dx, dy := float64(i%n-j%n)/float64(n-1), float64(i/n-j/n)/float64(n-1)
			d := dx*dx + dy*dy
			if x := 0.2*math.Exp(-d/2/0.01) - 0.1*math.Exp(-d/2/0.49); i != j && math.Abs(x) > 0.001 {
				w[i*n*n+j] = x
			}
		}
	}
	return w
}

// Statements run in textual order, adjacent ODEs together, and limits act after each update.
func TestTextualOrder(t *testing.T) {
	m := checked(t, "dx/dt = y\ndy/dt = x\na = x + y\nb += a : max=20.0\ndz/dt = a : min=-1.0", "k = 2.0 : population", check.Context{Dialect: check.ANNarchy})
	g := NewGroup(m, 2, 0.5)
	get := func(name string, i int) float64 { return g.Values[m.ByName[name]][i] }
	g.Values[m.ByName["x"]][1], g.Values[m.ByName["y"]][1], g.Values[m.ByName["b"]][1] = 2, 4, 16
	if err := g.Advance("euler"); err != nil {
		t.Fatal(err)
	}
	// x = 2 + 0.5*4, y = 4 + 0.5*2 (old x), a = 9, b = min(16+9, 20), z = 0.5*9
	for name, want := range map[string]float64{"x": 4, "y": 5, "a": 9, "b": 20, "z": 4.5} {
		if got := get(name, 1); got != want {
			t.Errorf("%s = %g, want %g", name, got, want)
		}
		if got := get(name, 0); got != 0 {
			t.Errorf("%s of the other element = %g", name, got)
		}
	}
}

func TestRefractoryAndNoise(t *testing.T) {
	free := &check.Variable{Name: "not_refractory", Kind: check.Assigned, Type: check.Type{Kind: check.Bool}}
	m := checked(t, "dv/dt = 1/second : 1 (unless refractory)\ndu/dt = 1/second + second**-0.5*xi : 1", "", check.Context{Extra: []*check.Variable{free}})
	g := NewGroup(m, 2, 0.25)
	g.Values[free][1] = 1
	g.Noise = func(string, int) float64 { return 3 }
	if err := g.Advance("euler"); err != nil {
		t.Fatal(err)
	}
	if v := g.Values[m.ByName["v"]]; v[0] != 0 || v[1] != 0.25 {
		t.Errorf("v = %v", v)
	}
	// 0.25*1 + sqrt(0.25)*3
	if u := g.Values[m.ByName["u"]]; u[0] != 1.75 {
		t.Errorf("u = %v", u)
	}
	if err := g.Advance("rk4"); err == nil {
		t.Error("rk4 takes noise")
	}
	if err := g.Advance("magic"); err == nil {
		t.Error("any method is taken")
	}
}

func TestInitialValues(t *testing.T) {
	m := checked(t, "dr/dt = -r : init=k\ns = Uniform(1.0, 3.0) : population", "k = 2*i\nq = 3 : population, int\nz0 = Uniform(0.0, 4.0)", check.Context{Dialect: check.ANNarchy})
	g := NewGroup(m, 3, 1)
	calls := 0
	g.Draw = func(_ *syntax.Call, d Distribution, _ float64, i int) float64 { calls++; return 0.5 }
	if err := g.Init(); err != nil {
		t.Fatal(err)
	}
	if r := g.Values[m.ByName["r"]]; r[0] != 0 || r[2] != 4 {
		t.Errorf("r = %v", r)
	}
	if z := g.Values[m.ByName["z0"]]; z[1] != 2 {
		t.Errorf("z0 = %v", z)
	}
	if err := g.Advance("euler"); err != nil {
		t.Fatal(err)
	}
	if s := g.Values[m.ByName["s"]]; len(s) != 1 || s[0] != 2 || calls != 4 {
		t.Errorf("s = %v after %d draws", s, calls)
	}
}
