package solve

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/ir"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// zoo are systems that some method refuses.
var zoo = []struct {
	name   string
	choose string
	build  func(m *model)
}{
	{"dv/dt = (1 - v**2)/tau", "euler", func(m *model) {
		v := m.state("v", 0)
		m.ode("v", m.div(m.sub(m.c(1), m.pow(v, 2)), m.shared("tau", 1)))
	}},
	{"dv/dt = exp(v) - v", "euler", func(m *model) {
		v := m.state("v", 0)
		m.ode("v", m.sub(m.exp(v), v))
	}},
	{"dv/dt = 1/v", "euler", func(m *model) {
		v := m.state("v", 0)
		m.ode("v", m.div(m.c(1), v))
	}},
	{"dv/dt = 2**v", "euler", func(m *model) {
		v := m.state("v", 0)
		m.ode("v", m.B.Op(ir.OpPow, m.c(2), v))
	}},
	{"dv/dt = 1 if v < 0 else -1", "euler", func(m *model) {
		v := m.state("v", 0)
		m.ode("v", m.B.Select(m.B.Op(ir.OpLt, v, m.c(0)), m.c(1), m.c(-1)))
	}},
	{"dv/dt = ge*(0 - v); dge/dt = -ge", "euler", func(m *model) {
		v, ge := m.state("v", 0), m.state("ge", 0)
		m.ode("v", m.mul(ge, m.sub(m.c(0), v)))
		m.ode("ge", m.neg(ge))
	}},
	{"dv/dt = v*(1 - v)", "euler", func(m *model) {
		v := m.state("v", 0)
		m.ode("v", m.mul(v, m.sub(m.c(1), v)))
	}},
	{"dv/dt = sin(t) - v", "euler", func(m *model) {
		v := m.state("v", 0)
		m.ode("v", m.sub(m.B.Op(ir.OpSin, m.B.Time(1e-4)), v))
	}},
	{"dv/dt = -v/0", "euler", func(m *model) {
		v := m.state("v", 0)
		m.ode("v", m.div(m.neg(v), m.c(0)))
	}},
	{"dv/dt = 1e9*v + u; du/dt = v", "euler", func(m *model) {
		v, u := m.state("v", 0), m.state("u", 0)
		m.ode("v", m.add(m.mul(m.c(1e9), v), u))
		m.ode("u", v)
	}},
	{"dv/dt = -v + xi", "euler", func(m *model) {
		v := m.state("v", 0)
		m.ode("v", m.sub(m.noise("xi"), v))
	}},
	{"dv/dt = -v + t*xi", "heun", func(m *model) {
		v := m.state("v", 0)
		m.ode("v", m.sub(m.mul(m.B.Time(1e-4), m.noise("xi")), v))
	}},
	{"dv/dt = -v + v*xi", "heun", func(m *model) {
		v := m.state("v", 0)
		m.ode("v", m.sub(m.mul(v, m.noise("xi")), v))
	}},
	{"dv/dt = u*xi_a + xi_b; du/dt = -u", "heun", func(m *model) {
		_, u := m.state("v", 0), m.state("u", 0)
		m.ode("v", m.add(m.mul(u, m.noise("xi_a")), m.noise("xi_b")))
		m.ode("u", m.neg(u))
	}},
	{"dv/dt = v*xi; du/dt = u*xi", "heun", func(m *model) {
		v, u := m.state("v", 0), m.state("u", 0)
		xi := m.noise("xi")
		m.ode("v", m.mul(v, xi))
		m.ode("u", m.mul(u, xi))
	}},
	{"dv/dt = (u + v)*xi_a; du/dt = xi_b", "heun", func(m *model) {
		v, u := m.state("v", 0), m.state("u", 0)
		m.ode("v", m.mul(m.add(u, v), m.noise("xi_a")))
		m.ode("u", m.noise("xi_b"))
	}},
	{"dv/dt = sqrt(xi)", "heun", func(m *model) {
		m.state("v", 0)
		m.ode("v", m.B.Op(ir.OpSqrt, m.noise("xi")))
	}},
	{"seven coupled variables with a rate per neuron", "euler", func(m *model) {
		rate := m.leaf("rate", 1)
		var x []*ir.Expr
		for i := range 7 {
			x = append(x, m.state(fmt.Sprintf("x%d", i), 0))
		}
		for i := range x {
			m.ode(fmt.Sprintf("x%d", i), m.mul(rate, m.sub(x[(i+1)%7], x[i])))
		}
	}},
}

// TestRefusals holds every message, and the automatic choice, against testdata/refusals.txt.
func TestRefusals(t *testing.T) {
	var out strings.Builder
	for _, z := range zoo {
		m := newModel(1e-4)
		z.build(m)
		fmt.Fprintf(&out, "%s\n", z.name)
		choice := Choose(m.System, true)
		if choice != z.choose {
			t.Errorf("%s: Choose = %q, want %q", z.name, choice, z.choose)
		}
		able := Suitable(m.System)
		fmt.Fprintf(&out, "    automatic: %s\n", choice)
		for _, method := range Methods() {
			news, err := Step(method, m.System)
			var u *Unsuitable
			switch {
			case err == nil:
				if len(news) != len(m.Vars) {
					t.Errorf("%s: %d results of %d variables", method, len(news), len(m.Vars))
				}
				continue
			case !errors.As(err, &u):
				t.Errorf("%s: %v is no *Unsuitable", method, err)
			case u.Method != method || u.Why == "" || u.Var == "":
				t.Errorf("%s: incomplete refusal %+v", method, u)
			case slices.Contains(able, method):
				t.Errorf("%s refuses what Suitable lists", method)
			}
			fmt.Fprintf(&out, "    %v\n", err)
		}
	}
	checkGolden(t, "testdata/refusals.txt", out.String())
}

func TestStepMistakes(t *testing.T) {
	m := fitzHughNagumo()
	if _, err := Step("runge", m.System); err == nil || !strings.Contains(err.Error(), `unknown method "runge"`) || !strings.Contains(err.Error(), `"rk4"`) {
		t.Errorf("unknown method: %v", err)
	}
	for name, want := range map[string]string{"Euler": "euler", "explicit": "euler", "midpoint": "rk2", "exponential": "exponential_euler", "linear": "exact"} {
		if got, err := Canonical(name); got != want || err != nil {
			t.Errorf("Canonical(%q) = %q, %v", name, got, err)
		}
	}
	if _, err := Step("midpoint", m.System); err != nil {
		t.Error(err)
	}
	m.DT = 0
	if _, err := Step("euler", m.System); err == nil {
		t.Error("a step of length 0 is accepted")
	}
	m = fitzHughNagumo()
	m.Vars[0].Deriv = nil
	if _, err := Step("euler", m.System); err == nil {
		t.Error("a variable without derivative is accepted")
	}
}

// TestForms holds the expressions that the common equations become: what a dump shows, and what costs time.
func TestForms(t *testing.T) {
	var out strings.Builder
	show := func(name string, m *model, method string) {
		fmt.Fprintf(&out, "%s, %s\n", name, method)
		for i, e := range m.must(t, method) {
			fmt.Fprintf(&out, "    %s = %s\n", m.Vars[i].Name, ir.FormatExpr(e, m.B.Slots()))
		}
	}
	for _, kind := range []string{"number", "shared", "per element"} {
		show("CUBA, time constants: "+kind, cuba(constants[kind]), "exact")
	}
	show("CUBA, time constants: shared", cuba(constants["shared"]), "exponential_euler")
	show("CUBA, time constants: shared", cuba(constants["shared"]), "euler")
	show("CUBA, time constants: shared", cuba(constants["shared"]), "rk2")
	noisy := newModel(1e-4)
	v := noisy.state("v", 0)
	tau := noisy.shared("tau", 0.01)
	noisy.ode("v", noisy.add(noisy.div(noisy.neg(v), tau), noisy.mul(noisy.mul(noisy.shared("sigma", 1), v), noisy.noise("xi"))))
	show("multiplicative noise", noisy, "milstein")
	show("multiplicative noise", noisy, "heun")
	checkGolden(t, "testdata/forms.txt", out.String())
}

func checkGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("differs from %s (go test -update rewrites it):\n%s", path, got)
	}
}
