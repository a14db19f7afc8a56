package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
)

// typeOf checks an expression in a group that has variables of every type.
func typeOf(t *testing.T, text string, dialect Dialect) (Type, diag.List) {
	t.Helper()
	ctx := Context{Dialect: dialect, Scope: script(t), Geometry: true}
	equations, params := "dv/dt = -v/tau : volt\nw : 1\nn : integer\nb : boolean\nI = 3*nA : amp", ""
	if dialect == ANNarchy {
		equations, params = "dr/dt = -r\ns = sum(exc)", "w = 1.0\nn = 1 : int\nb = False : bool"
	}
	m := mustCheck(t, equations, params, ctx)
	src := &diag.Source{Name: "expr", Text: text}
	e, list := syntax.ParseExpr(src, dialect.Syntax())
	if list.Err() != nil {
		t.Fatalf("%s: %v", text, list)
	}
	side, list := CheckExpr(e, src, m, nil, ctx)
	return side.Types[e], list
}

var exprTypes = map[string]string{
	// literals and names
	"3": "integer", "3.0": "1", "1e3": "1", "3000000000": "1", "True": "boolean", "v": "volt", "w": "1", "n": "integer", "b": "boolean", "I": "amp",
	"t": "second", "dt": "second", "i": "integer", "N": "integer", "x": "1", "y": "1", "z": "1", "pi": "1", "e": "1", "inf": "1",
	"tau": "second", "gain": "1", "three": "integer", "huge": "1", "on": "boolean", "mV": "volt", "siemens": "siemens", "umetre2": "metre**2",
	// operators
	"v + El": "volt", "v - El": "volt", "v*I": "watt", "v/tau": "volt/second", "v/v": "1", "-v": "volt", "+n": "integer", "-b": "integer",
	"n + 1": "integer", "n + 1.0": "1", "n*3": "integer", "n/3": "1", "n//3": "integer", "w//3": "1", "n % 3": "integer", "v % El": "volt", "b + 1": "integer", "b*w": "1",
	"n**2": "1", "2**n": "1", "v**2": "volt**2", "v**-1": "1/volt", "v**0.5": "volt**0.5", "v**(1/2)": "volt**0.5", "v**three": "volt**3", "tau**-0.5": "1/second**0.5",
	"v < El": "boolean", "v == El": "boolean", "n != 3": "boolean", "1 < w < 2": "boolean", "b and v > El": "boolean", "b or not b": "boolean", "b == b": "boolean",
	"v if b else El": "volt", "1 if b else 2": "integer", "1 if b else 2.0": "1", "b if b else on": "boolean", "b if b else 2": "integer",
	// functions
	"sin(w)": "1", "cos(w)": "1", "tan(w)": "1", "sinh(w)": "1", "cosh(w)": "1", "tanh(n)": "1", "arcsin(w)": "1", "arccos(w)": "1", "arctan(w)": "1",
	"asin(w)": "1", "acos(w)": "1", "atan(w)": "1", "exp(v/El)": "1", "log(w)": "1", "ln(w)": "1", "log10(w)": "1", "expm1(w)": "1", "log1p(w)": "1", "exprel(w)": "1",
	"sqrt(v)": "volt**0.5", "sqrt(n)": "1", "abs(v)": "volt", "abs(n)": "integer", "fabs(w)": "1", "sign(v)": "1", "sign(n)": "integer",
	"floor(w)": "1", "floor(n)": "integer", "ceil(w)": "1", "clip(v, El, 0*mV)": "volt", "clip(n, 0, 3)": "integer", "clip(n, 0, 3.0)": "1",
	"int(w)": "integer", "int(b)": "integer", "int(v > El)": "integer", "pos(v)": "volt", "positive(n)": "integer", "neg(v)": "volt", "negative(w)": "1",
	"min(v, El)": "volt", "max(1, 2, 3)": "integer", "min(1, 2.0, n)": "1", "pow(v, 2)": "volt**2", "power(w, w)": "1", "modulo(n, 3)": "integer",
	"rand()": "1", "randn()": "1", "poisson(w)": "integer", "timestep(t, dt)": "integer", "timestep(t)": "integer",
	"Uniform(0*mV, El)": "volt", "Uniform(0, 1)": "1", "Normal(El, 1*mV)": "volt", "LogNormal(0, 1)": "1", "Exponential(5*Hz)": "second", "Exponential(2)": "1",
	"Gamma(2, tau)": "second", "DiscreteUniform(0, 3)": "integer", "ite(b, v, El)": "volt",
	"stimulus(t)": "volt", "pattern(t, i)": "amp", "curve(t + 1*ms)": "1", "pattern(t, n + 1)": "amp",
}

func TestTypes(t *testing.T) {
	used := map[string]bool{}
	for text, want := range exprTypes {
		got, list := typeOf(t, text, Brian)
		if err := list.Err(); err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got.String() != want {
			t.Errorf("%s has type %s, want %s", text, got, want)
		}
		if name, _, ok := strings.Cut(text, "("); ok {
			used[name] = true
		}
	}
	for _, f := range Functions() {
		if !used[f.Name] {
			t.Errorf("the table tests no call of %s", f.Name)
		}
	}
	for text, want := range map[string]string{
		"r": "1", "n": "integer", "b": "boolean", "t": "1", "dt": "1", "sum(exc) + sum(inh)": "1", "(r > 0)*r": "1", "n && b": "boolean", "!r": "boolean", "r if n else 2": "1",
		"curve(t)": "1", "timestep(t, 1.0)": "integer", "r^2": "1", "K": "", "gain": "1", "Exponential(2.0)": "1",
	} {
		got, list := typeOf(t, text, ANNarchy)
		if want == "" {
			if list.Err() == nil {
				t.Errorf("%s is accepted", text)
			}
		} else if err := list.Err(); err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got.String() != want {
			t.Errorf("%s has type %s, want %s", text, got, want)
		}
	}
}

func TestFunctionsTable(t *testing.T) {
	for _, f := range Functions() {
		if f.Random != IsRandom(f.Canonical) || f.MaxArgs >= 0 && f.MinArgs > f.MaxArgs {
			t.Errorf("%+v", f)
		}
		if b, ok := builtins[f.Canonical]; !ok || b.canonical != f.Canonical {
			t.Errorf("%s stands for %s, which is not a function", f.Name, f.Canonical)
		}
	}
}

func TestSolve(t *testing.T) {
	for text, want := range map[string]string{
		"tau*dr/dt + r = s":                     "(s - r)/tau",
		"tau*dr/dt = s - r":                     "(s - r)/tau",
		"dr/dt = s - r":                         "s - r",
		"dr/dt + r = s":                         "s - r",
		"-dr/dt = r":                            "-r",
		"-dr/dt = -r":                           "r",
		"0 = -tau*dr/dt - r":                    "-r/tau",
		"0 = s - r - tau*dr/dt":                 "(s - r)/tau",
		"r + tau*dr/dt = 0":                     "-r/tau",
		"dr/dt/tau = r":                         "r/(1/tau)",
		"(dr/dt + r)*tau = s":                   "(s - r*tau)/tau",
		"tau*dr/dt = r + dr/dt":                 "r/(tau - 1)",
		"dr/dt = r - dr/dt":                     "r/(1 + 1)",
		"2*dr/dt + 3*dr/dt = r":                 "r/(2 + 3)",
		"tau*dr/dt = 0":                         "0",
		"(tau*dr/dt if r > 0 else dr/dt*2) = s": "s/(tau if r > 0 else 2)",
		"+dr/dt = s":                            "s",
		"dr/dt*tau - s = r":                     "(r + s)/tau",
	} {
		m, list := checkText(text+"\ns = 1.0", "tau = 10.0", Context{Dialect: ANNarchy})
		if err := list.Err(); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := syntax.Print(m.ByName["r"].Expr)
		if got != want {
			t.Errorf("%s gives dr/dt = %s, want %s", text, got, want)
		}
		syntax.Walk(m.ByName["r"].Expr, func(e syntax.Expr) {
			if _, ok := m.Types[e]; !ok {
				t.Errorf("%s: %q has no type", text, syntax.Print(e))
			}
		})
	}
	m := mustCheck(t, "tau*dv/dt + v = El : volt", "", Context{Scope: script(t)})
	if v := m.ByName["v"]; m.Types[v.Expr].String() != "volt/second" {
		t.Errorf("the derivative is in %s", m.Types[v.Expr])
	}
}

func names(vars []*Variable) string {
	var out []string
	for _, v := range vars {
		out = append(out, v.Name)
	}
	return strings.Join(out, " ")
}

func TestOrder(t *testing.T) {
	m := mustCheck(t, "a = b + c : 1\ndv/dt = a/second : 1\nc = 2*d : 1\nb = c : 1\nd = v : 1 (constant over dt)\ndw/dt = b/second : 1\nf = d : 1 (constant over dt)", "", Context{})
	if got := names(m.Subs); got != "c b a" {
		t.Errorf("subexpressions in the order %s", got)
	}
	var steps []string
	for _, u := range m.Updates {
		if u.Assign != nil {
			steps = append(steps, "="+u.Assign.Name)
		} else {
			steps = append(steps, names(u.ODEs))
		}
	}
	if got := strings.Join(steps, ", "); got != "=d, =f, v w" {
		t.Errorf("updates in the order %s", got)
	}

	m = mustCheck(t, "dx/dt = -x\ndy/dt = x\na = x + y\ndz/dt = a\nb += a", "", Context{Dialect: ANNarchy})
	steps = nil
	for _, u := range m.Updates {
		if u.Assign != nil {
			steps = append(steps, u.Assign.Op+u.Assign.Name)
		} else {
			steps = append(steps, names(u.ODEs))
		}
	}
	if got := strings.Join(steps, ", "); got != "x y, =a, z, +=b" {
		t.Errorf("updates in the order %s", got)
	}
	if len(m.Subs) != 0 {
		t.Errorf("subexpressions %s in ANNarchy's dialect", names(m.Subs))
	}
}

func TestFlags(t *testing.T) {
	syn := Context{Synapse: true, Scope: script(t), Pre: mustCheck(t, "r : 1", "", Context{}), Post: mustCheck(t, "r : 1", "", Context{})}
	for _, c := range []struct {
		ctx  Context
		text string
		ok   func(v *Variable) bool
	}{
		{Context{}, "dv/dt = -v/second : 1 (unless refractory)", func(v *Variable) bool { return v.UnlessRefractory && v.Kind == State }},
		{Context{}, "v : 1 (constant)", func(v *Variable) bool { return v.Constant && v.Kind == Parameter }},
		{Context{}, "v : 1 (shared, constant)", func(v *Variable) bool { return v.Constant && v.Shared }},
		{Context{}, "v = 1 : 1", func(v *Variable) bool { return v.Kind == Subexpression && v.Op == "=" }},
		{Context{}, "v = 1 : 1 (constant over dt)", func(v *Variable) bool { return v.ConstantOverDt && v.Kind == Assigned }},
		{Context{}, "v = 1 : 1 (shared)", func(v *Variable) bool { return v.Shared && v.Kind == Subexpression }},
		{syn, "dv/dt = -v/second : 1 (event-driven)", func(v *Variable) bool { return v.EventDriven }},
		{syn, "dv/dt = -v/second : 1 (clock-driven)", func(v *Variable) bool { return v.ClockDriven }},
		{syn, "r_post = r_pre : 1 (summed)", func(v *Variable) bool { return v.Summed && v.Kind == Subexpression }},
		{Context{Dialect: ANNarchy}, "v = 1.0", func(v *Variable) bool { return v.Kind == Assigned && v.Op == "=" }},
		{Context{Dialect: ANNarchy}, "v *= 2.0", func(v *Variable) bool { return v.Kind == Assigned && v.Op == "*=" }},
		{Context{Dialect: ANNarchy}, "dv/dt = 1.0 : min=0.0, max=1.0, init=0.5", func(v *Variable) bool {
			return syntax.Print(v.Min) == "0.0" && syntax.Print(v.Max) == "1.0" && syntax.Print(v.Init) == "0.5"
		}},
		{Context{Dialect: ANNarchy}, "v = 1 : population, int", func(v *Variable) bool { return v.Shared && v.Type.Kind == Int }},
		{Context{Dialect: ANNarchy}, "v = 1 > 2 : global, bool", func(v *Variable) bool { return v.Shared && v.Type.Kind == Bool }},
		{Context{Dialect: ANNarchy}, "v = 1 : shared, float", func(v *Variable) bool { return v.Shared && v.Type.Kind == Real }},
		{Context{Dialect: ANNarchy, Synapse: true}, "v = 1.0 : projection", func(v *Variable) bool { return v.Shared }},
		{Context{Dialect: ANNarchy, Synapse: true}, "v = 1.0 : postsynaptic", func(v *Variable) bool { return v.Postsynaptic }},
		{Context{Dialect: ANNarchy, Synapse: true}, "dv/dt = 1.0 : event-driven", func(v *Variable) bool { return v.EventDriven }},
		{Context{Dialect: ANNarchy}, "dv/dt = 1.0 : unless_refractory", func(v *Variable) bool { return v.UnlessRefractory }},
		{Context{Dialect: ANNarchy}, "dv/dt = 1.0 : explicit", func(v *Variable) bool { return v.Method == "explicit" }},
		{Context{Dialect: ANNarchy}, "dv/dt = 1.0 : implicit", func(v *Variable) bool { return v.Method == "implicit" }},
		{Context{Dialect: ANNarchy}, "dv/dt = 1.0 : exponential", func(v *Variable) bool { return v.Method == "exponential" }},
		{Context{Dialect: ANNarchy}, "dv/dt = 1.0 : midpoint", func(v *Variable) bool { return v.Method == "midpoint" }},
		{Context{Dialect: ANNarchy}, "dv/dt = 1.0 : rk4", func(v *Variable) bool { return v.Method == "runge-kutta4" }},
		{Context{Dialect: ANNarchy}, "dv/dt = 1.0 : runge_kutta4", func(v *Variable) bool { return v.Method == "runge-kutta4" }},
	} {
		m, list := checkText(c.text, "", c.ctx)
		if err := list.Err(); err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if !c.ok(m.Vars[0]) {
			t.Errorf("%s: %+v", c.text, m.Vars[0])
		}
	}
	m := mustCheck(t, "r = baseline", "baseline = 0.0\ntau = 10.0 : population\nc = 2 : constant\nq : init=3.0", Context{Dialect: ANNarchy})
	for name, want := range map[string]string{"baseline": "0.0", "tau": "10.0", "c": "2", "q": "3.0"} {
		if v := m.ByName[name]; v.Kind != Parameter || syntax.Print(v.Init) != want {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// refs resolves every name of an expression in a synapse.
func TestRefs(t *testing.T) {
	ctx := Context{
		Synapse: true, Scope: script(t), Extra: []*Variable{{Name: "delay", Kind: Parameter, Type: Type{Kind: Real, Dim: units.Second}}},
		Pre: mustCheck(t, "r : Hz", "", Context{}), Post: mustCheck(t, "v : volt", "", Context{}),
	}
	m := mustCheck(t, "w : 1\ndx/dt = -x/tau : 1 (event-driven)", "", ctx)
	for text, want := range map[string]string{
		"w": "0 w 1", "v": "2 v volt", "v_post": "2 v volt", "r_pre": "1 r hertz", "pre.r": "1 r hertz", "post.v": "2 v volt", "tau": "3 tau second", "t": "4 t second", "dt": "5 dt second",
		"i": "6 i integer", "j": "6 j integer", "N": "7 N integer", "N_pre": "7 N_pre integer", "N_post": "7 N_post integer", "N_incoming": "7 N_incoming integer", "N_outgoing": "7 N_outgoing integer",
		"lastupdate": "10 lastupdate second", "delay": "0 delay second", "mV": "3 mV volt", "pi": "3 pi 1",
	} {
		src := &diag.Source{Text: text}
		e, _ := syntax.ParseExpr(src, syntax.ANNarchy)
		side, list := CheckExpr(e, src, m, nil, ctx)
		if err := list.Err(); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		ref := side.Refs[e.(*syntax.Ident)]
		if got := fmt.Sprintf("%d %s %s", ref.Kind, ref.Name, side.Types[e]); got != want {
			t.Errorf("%s resolves to %s, want %s", text, got, want)
		}
		if _, ok := m.Refs[e.(*syntax.Ident)]; ok {
			t.Errorf("checking %s from outside changed the model", text)
		}
	}
}

// Own names come before names of the group, these before the scope, and the scope before constants and units.
func TestPrecedence(t *testing.T) {
	scope := testScope{
		"a": {Kind: ValQuantity, Q: quantity(t, "1*volt")}, "e": {Kind: ValQuantity, Q: quantity(t, "2*amp")}, "mV": {Kind: ValInt, Q: units.Number(7)},
		"t": {Kind: ValInt, Q: units.Number(7)}, "x": {Kind: ValInt, Q: units.Number(7)},
	}
	m, list := checkText("a : siemens\nx : second\nb = a : siemens\nc = e : amp\nd = mV : integer\nf = t : second\ng = x : second", "", Context{Scope: scope, Geometry: true})
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	var warned []string
	for _, d := range m.Warnings {
		warned = append(warned, strings.Split(d.Message, `"`)[1])
	}
	slices.Sort(warned)
	if got := strings.Join(warned, " "); got != "a t x x" {
		t.Errorf("warnings about %s", got)
	}
}

func TestSummary(t *testing.T) {
	m := mustCheck(t, "dr/dt = -r + sum(inh) + sum(exc) + sum(exc)", "", Context{Dialect: ANNarchy})
	if got := strings.Join(m.Targets, " "); got != "exc inh" {
		t.Errorf("targets %s", got)
	}
	m = mustCheck(t, "dv/dt = -v/tau + n + tau**-0.5*xi_b : 1\nn = xi_a*tau**-0.5 : 1/second", "", Context{Scope: script(t)})
	if got := strings.Join(m.Noises, " "); got != "xi_a xi_b" {
		t.Errorf("noises %s", got)
	}
	if !m.Noisy(m.ByName["v"]) || !m.Noisy(m.ByName["n"]) {
		t.Error("noise through a subexpression is not seen")
	}
}

func TestCode(t *testing.T) {
	ctx := Context{Scope: script(t), Synapse: true, Pre: mustCheck(t, "r : Hz", "", Context{}), Post: mustCheck(t, "v : volt\nu : 1", "", Context{})}
	m := mustCheck(t, "w : 1\nn : integer", "", ctx)
	src := &diag.Source{Name: "on_pre", Text: "v_post += w*mV\nu += w\nlocal = 2*w\nif local > 1:\n    n = 3\n    inner = 1\nelse:\n    w = clip(local, 0, 1)\nw *= 0.5"}
	code, list := syntax.ParseCode(src, syntax.Brian)
	if list.Err() != nil {
		t.Fatal(list)
	}
	c, list := CheckCode(code, m, ctx)
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	var got []string
	var show func([]*syntax.Stmt)
	show = func(list []*syntax.Stmt) {
		for _, s := range list {
			if s.Kind == syntax.StmtIf {
				show(s.Body)
				show(s.Else)
				continue
			}
			r := c.Target[s]
			got = append(got, fmt.Sprintf("%d %s %s", r.Kind, r.Name, r.Var.Kind))
		}
	}
	show(c.Block.Stmts)
	want := "2 v parameter, 2 u parameter, 0 local local, 0 n parameter, 0 inner local, 0 w parameter, 0 w parameter"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
	if len(c.Locals["local"]) != 1 || len(c.Locals["inner"]) != 1 {
		t.Errorf("locals %v", c.Locals)
	}
}

func TestDump(t *testing.T) {
	var b strings.Builder
	m, list := checkText("dv/dt = (El - v + I)/tau + sigma*xi*tau**-0.5 : volt (unless refractory)\nI = stimulus(t)*k : volt\nk : 1 (shared, constant)\nsigma = 2*mV : volt (constant over dt)", "", Context{Scope: script(t)})
	if list.Err() != nil {
		t.Fatal(list)
	}
	if err := m.Dump(&b); err != nil {
		t.Fatal(err)
	}
	want := `dialect Brian
state v : volt (unless refractory)
    d/dt = (El - v + I)/tau + sigma*xi*tau**-0.5
subexpression I : volt
    = stimulus(t)*k
parameter k : 1 (shared, constant)
assigned sigma : volt (constant over dt)
    = 2*mV
update 1: assign sigma
update 2: integrate v
order of subexpressions: I
noise: xi
constants: El = -0.07 volt, mV = 0.001 volt, tau = 0.01 second
tables: stimulus
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
}

// models are equations that users of the peers write; none may give an error.
var models = []struct {
	name, equations, parameters string
	dialect                     Dialect
}{
	{name: "cuba", equations: "dv/dt = (ge+gi-(v-El))/taum : volt (unless refractory)\ndge/dt = -ge/taue : volt\ndgi/dt = -gi/taui : volt"},
	{name: "hodgkin huxley", equations: `
dv/dt = (gl*(El-v)+ge*(Ee-v)+gi*(Ei-v)-
         g_na*(m*m*m)*h*(v-ENa)-
         g_kd*(n*n*n*n)*(v-EK))/Cm : volt
dm/dt = alpha_m*(1-m)-beta_m*m : 1
dn/dt = alpha_n*(1-n)-beta_n*n : 1
dh/dt = alpha_h*(1-h)-beta_h*h : 1
dge/dt = -ge*(1./taue) : siemens
dgi/dt = -gi*(1./taui) : siemens
alpha_m = 0.32*(mV**-1)*4*mV/exprel((13*mV-v+VT)/(4*mV))/ms : Hz
beta_m = 0.28*(mV**-1)*5*mV/exprel((v-VT-40*mV)/(5*mV))/ms : Hz
alpha_h = 0.128*exp((17*mV-v+VT)/(18*mV))/ms : Hz
beta_h = 4./(1+exp((40*mV-v+VT)/(5*mV)))/ms : Hz
alpha_n = 0.032*(mV**-1)*5*mV/exprel((15*mV-v+VT)/(5*mV))/ms : Hz
beta_n = .5*exp((10*mV-v+VT)/(40*mV))/ms : Hz`},
	{name: "kuramoto", equations: "dTheta/dt = omega + K/N*coupling : radian\nomega : radian/second (constant) # natural frequency\ncoupling : 1"},
	{name: "fitzhugh nagumo", equations: "dv/dt = (v - v**3/3 - w + 0.5)/(1*ms) : 1\ndw/dt = 0.08*(v + 0.7 - 0.8*w)/(1*ms) : 1"},
	{name: "spreizer", equations: `dv/dt = (E-v)/tau_m + (noise + I_syn)/C : volt (unless refractory)
I_syn : amp
noise = mu + sigma*sqrt(noise_dt)*xi_pop: amp
mu : amp (shared)
sigma : amp (shared)
noise_dt = 1*ms : second (shared)
C = 250*pF : farad (shared)
tau_m = 10*ms : second (shared)
E = -70*mV : volt (shared)`},
	{name: "neural field input", dialect: ANNarchy, equations: "r = pos(baseline + Uniform(-0.5, 0.5))", parameters: "baseline = 0.0"},
	{name: "neural field focus", dialect: ANNarchy, equations: "tau * dr/dt + r = sum(exc) + sum(inh) + Uniform(-0.5, 0.5) : min=0.0, max=1.0", parameters: "tau = 10.0 : population"},
	{name: "bubble", dialect: ANNarchy, equations: "angle = t/period : population\ncx = 10.0*(1.0 + radius*cos(2.0*pi*angle)) : population\nr = exp(-((x - cx)^2 + (y - cx)^2)/2.0/sigma^2)",
		parameters: "radius = 0.5 : population\nsigma = 2.0 : population\nperiod = 5000.0 : population"},
	{name: "izhikevich", dialect: ANNarchy, equations: "noise = 5.0*Normal(0.0, 1.0)\ndv/dt = 0.04*v^2 + 5.0*v + 140.0 - u + noise : init=-65.0, min=-90.0\ndu/dt = a*(b*v - u) : init=-13.0",
		parameters: "a = 0.02\nb = 0.2"},
}

func modelContext(t testing.TB, d Dialect) Context {
	s := testScope{}
	for name, q := range map[string]string{
		"El": "-60*mV", "taum": "20*ms", "taue": "5*ms", "taui": "10*ms", "gl": "10*nS", "Ee": "0*mV", "Ei": "-80*mV", "ENa": "50*mV", "EK": "-90*mV",
		"g_na": "20*uS", "g_kd": "6*uS", "Cm": "200*pF", "VT": "-63*mV", "K": "15*Hz",
	} {
		s[name] = Value{Kind: ValQuantity, Q: quantity(t, q)}
	}
	return Context{Dialect: d, Scope: s, Geometry: true}
}

func TestModels(t *testing.T) {
	for _, c := range models {
		m, list := checkText(c.equations, c.parameters, modelContext(t, c.dialect))
		if len(list) > 0 {
			t.Errorf("%s: %v", c.name, list)
			continue
		}
		// Every node of every expression has a type, every name and call a meaning.
		for _, v := range m.Vars {
			for _, e := range []syntax.Expr{v.Expr, v.Init, v.Min, v.Max} {
				complete(t, m, e)
			}
		}
	}
}

func complete(t testing.TB, m *Model, e syntax.Expr) {
	t.Helper()
	syntax.Walk(e, func(e syntax.Expr) {
		switch n := e.(type) {
		case *syntax.Ident:
			if _, ok := m.Refs[n]; !ok && !isTarget(m, n) {
				t.Fatalf("%s has no meaning", n.Name)
			}
			if isTarget(m, n) {
				return
			}
		case *syntax.Call:
			if _, ok := m.Calls[n]; !ok {
				t.Fatalf("%s has no meaning", n.Fun.Name)
			}
		}
		if _, ok := m.Types[e]; !ok {
			t.Fatalf("%q has no type", syntax.Print(e))
		}
	})
}

func isTarget(m *Model, id *syntax.Ident) bool {
	for call, ref := range m.Calls {
		if ref.Kind == CallSum && call.Args[0] == syntax.Expr(id) {
			return true
		}
	}
	return false
}
