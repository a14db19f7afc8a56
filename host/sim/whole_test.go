package sim

import (
	"context"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
)

// Powers of integers are integers where an integer is asked for, and overflow as products do; elsewhere they are real, and as large as they are.
func TestPowersOfIntegers(t *testing.T) {
	g := &net.Group{Name: "G", N: 4, Namespace: nettest.Constants{}, Equations: nettest.Text("m : integer\nk : integer\nbig : integer\nx : 1\ns = (i - 1)**3 : integer"),
		Initial: []net.Assignment{{Var: "m", Expr: nettest.Text("i**2 - 3")}, {Var: "big", Expr: nettest.Text("(50000 + i)**2")}, {Var: "x", Expr: nettest.Text("(50000 + i)**2")}},
		Code:    []*net.CodeBlock{{Name: "code", Code: nettest.Text("k = -(m + 1)**5 // 2 + s + m**0")}}}
	for name, p := range map[string]plan.Precision{"double": plan.Double, "single": plan.Single} {
		s, err := Compile(&net.Network{DT: 1e-3, Groups: []*net.Group{g}}, Options{Backend: cpu.Backend{}, Precision: p})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.Run(context.Background(), 1e-3); err != nil {
			t.Fatal(err)
		}
		for v, f := range map[string]func(i int64) float64{
			"m": func(i int64) float64 { return float64(i*i - 3) },
			"k": func(i int64) float64 {
				m := i*i - 3
				p := -(m + 1) * (m + 1) * (m + 1) * (m + 1) * (m + 1)
				half := p / 2
				if p%2 != 0 && p < 0 {
					half--
				}
				return float64(half + (i-1)*(i-1)*(i-1) + 1)
			},
			"big": func(i int64) float64 { return float64(int32((50000 + i) * (50000 + i))) },
			"x":   func(i int64) float64 { return float64((50000 + i) * (50000 + i)) },
		} {
			got, _, err := s.Get(g, v)
			if err != nil {
				t.Fatal(err)
			}
			for i, x := range got {
				want := f(int64(i))
				if p == plan.Single {
					want = float64(float32(want))
					x = float64(float32(x))
				}
				if x != want {
					t.Errorf("%s: %s[%d] is %v, want %v", name, v, i, x, want)
				}
			}
		}
	}
	// Other real values are cut off towards 0 where they are set, as Brian2 does; added to an integer they are refused.
	for text, want := range map[string][4]float64{"i**0.5 - 2": {-2, -1, 0, 0}, "(i/2)**2": {0, 0, 1, 2}, "i**2.0/4": {0, 0, 1, 2}, "exp(-i)**2": {1, 0, 0, 0}, "i > 2": {0, 0, 0, 1}} {
		g.Initial[0].Expr = nettest.Text(text)
		s, err := Compile(&net.Network{DT: 1e-3, Groups: []*net.Group{g}}, Options{Backend: cpu.Backend{}})
		if err != nil {
			t.Fatal(err)
		}
		if got, _, err := s.Get(g, "m"); err != nil || [4]float64(got) != want {
			t.Errorf("m = %s: %v, want %v, %v", text, got, want, err)
		}
		s.Close()
	}
	g.Code[0].Code = nettest.Text("k += m/2")
	if _, err := Compile(&net.Network{DT: 1e-3, Groups: []*net.Group{g}}, Options{Backend: cpu.Backend{}}); err == nil || !strings.Contains(err.Error(), "k is an integer, but the value is a real number") {
		t.Errorf("k += m/2: %v", err)
	}
}
