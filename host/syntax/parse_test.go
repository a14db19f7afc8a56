package syntax

import (
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
)

// full writes an expression with a parenthesis around every operation.
func full(e Expr) string {
	switch e := e.(type) {
	case nil:
		return "nil"
	case *Unary:
		return "(" + e.Op + " " + full(e.X) + ")"
	case *Binary:
		return "(" + full(e.X) + " " + e.Op + " " + full(e.Y) + ")"
	case *Call:
		args := make([]string, len(e.Args))
		for i, a := range e.Args {
			args[i] = full(a)
		}
		return e.Fun.Name + "(" + strings.Join(args, ", ") + ")"
	case *Cond:
		return "{" + full(e.Test) + " ? " + full(e.Then) + " : " + full(e.Else_) + "}"
	}
	return Print(e)
}

func TestExpr(t *testing.T) {
	for text, want := range map[string]string{
		"a + b*c": "(a + (b * c))", "a*b + c": "((a * b) + c)", "a - b - c": "((a - b) - c)", "a/b/c": "((a / b) / c)", "a/b*c": "((a / b) * c)",
		"-a*b": "((- a) * b)", "-a**2": "(- (a ** 2))", "2**-1": "(2 ** (- 1))", "a**b**c": "(a ** (b ** c))", "-2**-3**4": "(- (2 ** (- (3 ** 4))))",
		"a//b%c": "((a // b) % c)", "+a": "(+ a)", "--a": "(- (- a))", "a - -b": "(a - (- b))",
		"a < b": "(a < b)", "a < b <= c": "((a < b) and (b <= c))", "a < b < c < d": "(((a < b) and (b < c)) and (c < d))", "(a < b) == c": "((a < b) == c)",
		"not a and b": "((not a) and b)", "not a < b": "(not (a < b))", "a or b and c": "(a or (b and c))", "a and b or c": "((a and b) or c)",
		"a and not b": "(a and (not b))", "not not a": "(not (not a))", "a + b < c * d and e": "(((a + b) < (c * d)) and e)",
		"a if b else c": "{b ? a : c}", "a if b else c if d else f": "{b ? a : {d ? c : f}}", "a + b if c else d": "{c ? (a + b) : d}",
		"if a: b else: c": "{a ? b : c}", "if a: b elif c: d else: f": "{a ? b : {c ? d : f}}", "if a > 0: if b: c else: d else: g": "{(a > 0) ? {b ? c : d} : g}",
		"ite(a, b, c)": "{a ? b : c}", "1 + ite(a, b, c)": "(1 + {a ? b : c})", "(if a: b else: c) + 1": "({a ? b : c} + 1)",
		"f()": "f()", "f(a)": "f(a)", "f(a, b + c,)": "f(a, (b + c))", "f(g(x))**2": "(f(g(x)) ** 2)",
		"1": "1", "1.": "1.", ".5": ".5", "1e-3": "1e-3", "1E3": "1E3", "1.5e+3": "1.5e+3", "007": "007",
		"True and false": "(True and False)", "pre.r * w": "(pre.r * w)", "post.r": "post.r", "τ + µ1": "(τ + µ1)", "_a": "_a",
		"a +\n b": "(a + b)", "(a\n+ b)": "(a + b)", "a \\\n + b": "(a + b)", "a # comment\n + b": "(a + b)", "dx/dt": "(dx / dt)",
	} {
		e, list := ParseExpr(&diag.Source{Text: text}, Brian)
		if err := list.Err(); err != nil {
			t.Errorf("%q: %v", text, err)
		} else if got := full(e); got != want {
			t.Errorf("%q parsed as %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"-K^n": "(- (K ** n))", "a^b^c": "(a ** (b ** c))", "a && b || c": "((a and b) or c)", "!a && b": "((not a) and b)", "!a == b": "((not a) == b)", "a != b": "(a != b)",
	} {
		e, list := ParseExpr(&diag.Source{Text: text}, ANNarchy)
		if err := list.Err(); err != nil {
			t.Errorf("%q: %v", text, err)
		} else if got := full(e); got != want {
			t.Errorf("%q parsed as %s, want %s", text, got, want)
		}
	}
}

func TestExprErrors(t *testing.T) {
	long := strings.Repeat("a+", 30000) + "a"
	for _, c := range []struct{ text, message string }{
		{"", "an expression is missing"}, {"a +", "an expression is missing"}, {"a b", `expected an operator before "b"`}, {"a)", "without an opening"},
		{"(a", `expected ")"`}, {"f(a b)", `expected ")"`}, {"a = b", "cannot stand inside"}, {"2a", "multiplication sign"}, {"1.2.3", "expected an operator"},
		{"a ^ b", `"^" is not an operator`}, {"a && b", `"&&" is not`}, {"!a", `"!" is not`}, {"a $ b", "unexpected character"}, {"a − b", "unexpected character"},
		{"'a'", "unexpected character"}, {"if a: b", `expected "else:"`}, {"a if b", `expected "else"`}, {"if a b", `expected ":"`}, {"ite(a, b)", "3 arguments"},
		{"* a", "expected an expression"}, {"a.b", "unexpected"}, {"a and", "missing"}, {"else", "expected an expression"}, {"1e999", "too large"}, {"f(,)", "expected an expression"},
		{"a == not b", "parentheses"}, {"\xff", "UTF-8"}, {strings.Repeat("(", 100000), "deep"}, {strings.Repeat("-", 100000) + "a", "deep"},
		{strings.Repeat("a**", 100000) + "a", "deep"}, {strings.Repeat("f(", 100000), "deep"}, {strings.Repeat("if a: ", 100000), "deep"},
		{strings.Repeat("a if b else ", 100000) + "c", "deep"}, {strings.Repeat("not ", 100000) + "a", "deep"}, {long, "more than 20000 terms"},
		{strings.Repeat("(a < ", 60) + "b" + strings.Repeat(" < c)", 60), "more than 20000 terms"},
	} {
		_, list := ParseExpr(&diag.Source{Text: c.text}, Brian)
		if err := list.Err(); err == nil || !strings.Contains(list[0].Message+list[0].Hint, c.message) {
			t.Errorf("%.30q: %v, want %q", c.text, err, c.message)
		}
	}
}

// show writes equations in one line each: kind, name, full trees, unit, flags.
func show(eqs *Equations) string {
	var out []string
	for _, eq := range eqs.Eqs {
		s := [...]string{"ode ", "assign ", "param "}[eq.Kind] + eq.Name
		if eq.LHS != nil {
			s += " | " + full(eq.LHS)
		}
		if eq.RHS != nil {
			s += " " + eq.Op + " " + full(eq.RHS)
		}
		if eq.Unit != nil {
			s += " : " + full(eq.Unit)
		}
		for _, f := range eq.Flags {
			s += " [" + f.Name
			if f.Value != nil {
				s += "=" + full(f.Value)
			}
			s += "]"
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

func TestEquationsBrian(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"dv/dt = (ge+gi-(v-El))/taum : volt (unless refractory)", "ode v = (((ge + gi) - (v - El)) / taum) : volt [unless refractory]"},
		{"dv/dt = -v/tau : volt\nge : siemens", "ode v = ((- v) / tau) : volt\nparam ge : siemens"},
		{"I = g*(v - E) : amp (constant over dt, shared)", "assign I = (g * (v - E)) : amp [constant over dt] [shared]"},
		{"x : 1 # a comment : with colon\n\n  y : metre**-2*siemens (constant)", "param x : 1\nparam y : ((metre ** (- 2)) * siemens) [constant]"},
		{"dv/dt = (a +\n  b)/tau : volt", "ode v = ((a + b) / tau) : volt"},
		{"dv/dt = a\n + b\n : volt", "ode v = (a + b) : volt"},
		{"dv/dt =\n a : 1", "ode v = a : 1"},
		{"dv/dt = a \\\n + b : 1", "ode v = (a + b) : 1"},
		{"x = a if b else c : 1", "assign x = {b ? a : c} : 1"},
		{"x = if a: b else: c : 1 (shared)", "assign x = {a ? b : c} : 1 [shared]"},
		{"dApre/dt = -Apre / taupre : 1 (event-driven)", "ode Apre = ((- Apre) / taupre) : 1 [event-driven]"},
		{"I_post = w : amp (summed)", "assign I_post = w : amp [summed]"},
		{"b : boolean\nn : integer (shared)", "param b : boolean\nparam n : integer [shared]"},
		{"f : metre**(-2)", "param f : (metre ** (- 2))"},
		{"f : 1/(second*radian)", "param f : (1 / (second * radian))"},
		{"tau * dx/dt + x = E : volt", "ode x | ((tau * dx/dt) + x) = E : volt"},
		{"noise = mu + sigma*xi_pop: amp", "assign noise = (mu + (sigma * xi_pop)) : amp"},
		{"dx/dt = -dx/dt + y : 1", "ode x | dx/dt = ((- dx/dt) + y) : 1"},
		{"x : 1; y : 1", "param x : 1\nparam y : 1"},
		{"", ""},
	} {
		eqs, list := ParseEquations(&diag.Source{Text: c.text}, Brian)
		if err := list.Err(); err != nil {
			t.Errorf("%q: %v", c.text, err)
		} else if got := show(eqs); got != c.want {
			t.Errorf("%q:\n%s\nwant\n%s", c.text, got, c.want)
		}
	}
}

func TestEquationsANNarchy(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"r = pos(baseline + Uniform(-0.5, 0.5))", "assign r = pos((baseline + Uniform((- 0.5), 0.5)))"},
		{"tau * dr/dt + r = sum(exc) + sum(inh) + Uniform(-0.5, 0.5) : min=0.0, max=1.0",
			"ode r | ((tau * dr/dt) + r) = ((sum(exc) + sum(inh)) + Uniform((- 0.5), 0.5)) [min=0.0] [max=1.0]"},
		{"dv/dt = -v : exponential, init = -65.0", "ode v = (- v) [exponential] [init=(- 65.0)]"},
		{"0 = -tau*dr/dt - r", "ode r | 0 = (((- tau) * dr/dt) - r)"},
		{"x += 1.0 : population", "assign x += 1.0 [population]"},
		{"r = if mp > 0.0:\n      mp\n    else:\n      0.0 : init=1", "assign r = {(mp > 0.0) ? mp : 0.0} [init=1]"},
		{"w *= 0.9", "assign w *= 0.9"},
		{"x = a\n  + b", "assign x = (a + b)"},
		{"x = K^n / (1 + K^n)", "assign x = ((K ** n) / (1 + (K ** n)))"},
		{"v : unless_refractory\nu : event driven", "param v [unless refractory]\nparam u [event-driven]"},
		{"dx/dt + dy/dt = 1", ""},
	} {
		eqs, list := ParseEquations(&diag.Source{Text: c.text}, ANNarchy)
		if c.want == "" {
			if list.Err() == nil {
				t.Errorf("%q is accepted", c.text)
			}
			continue
		}
		if err := list.Err(); err != nil {
			t.Errorf("%q: %v", c.text, err)
		} else if got := show(eqs); got != c.want {
			t.Errorf("%q:\n%s\nwant\n%s", c.text, got, c.want)
		}
	}
}

func TestParameters(t *testing.T) {
	eqs, list := ParseParameters(&diag.Source{Text: "baseline = 0.0\ntau = 10.0 : population\nn = 3 : int, population # rest\nw\nb = False : bool, min=0"})
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	want := "param baseline = 0.0\nparam tau = 10.0 [population]\nparam n = 3 [int] [population]\nparam w\nparam b = False [bool] [min=0]"
	if got := show(eqs); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// One pass reports the errors of all lines and keeps the good ones.
func TestRecovery(t *testing.T) {
	text := "dv/dt = (a - v/tau : volt\nx = 1 +* 2 : 1\ngood : 1\ny : : 1\ndw/dt = (b\nz : volt\n= 3\nq = 2 : 1"
	eqs, list := ParseEquations(&diag.Source{Text: text}, Brian)
	var lines []int
	for _, d := range list {
		l, _ := diag.Pos(d.Source, d.Span.Start)
		lines = append(lines, l)
	}
	want := []int{1, 2, 4, 6, 7}
	if len(lines) != len(want) {
		t.Fatalf("errors on lines %v, want %v\n%v", lines, want, list)
	}
	for i := range want {
		if lines[i] != want[i] {
			t.Errorf("errors on lines %v, want %v", lines, want)
			break
		}
	}
	if got := show(eqs); got != "param good : 1\nparam z : volt\nassign q = 2 : 1" {
		t.Errorf("kept\n%s", got)
	}
}

func TestCode(t *testing.T) {
	src := &diag.Source{Text: "v = vr; u += 1\nif v > 0:\n    w = 1\n    if u: x = 2\n    else: x = 3\nelif u > 1:\n  w = 2\nelse:\n  w = 3\nz = if a: b else: c"}
	code, list := ParseCode(src, Brian)
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := code.Dump(&b); err != nil {
		t.Fatal(err)
	}
	want := `assign v =  @1:1
  name vr  @1:5
assign u +=  @1:9
  number 1  @1:14
if  @2:1
  binary >  @2:4
    name v  @2:4
    number 0  @2:8
then  @2:1
  assign w =  @3:5
    number 1  @3:9
  if  @4:5
    name u  @4:8
  then  @4:5
    assign x =  @4:11
      number 2  @4:15
  else  @4:5
    assign x =  @5:11
      number 3  @5:15
else  @2:1
  if  @6:1
    binary >  @6:6
      name u  @6:6
      number 1  @6:10
  then  @6:1
    assign w =  @7:3
      number 2  @7:7
  else  @6:1
    assign w =  @9:3
      number 3  @9:7
assign z =  @10:1
  cond  @10:5
    name a  @10:8
    name b  @10:11
    name c  @10:19
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	for text, message := range map[string]string{
		"v": `expected "=" after "v"`, "f(x)": `expected "="`, "v = 1 : volt": "neither units nor flags", "if a:\nx = 1": "no statements", "else: x = 1": `"else" without`,
		"if a: x = 1\n   y = 2": "indented differently", "x = 1\n  if a: x = 1\n   y = 2": "indented differently", "3 = x": "expected an assignment", "x == 1": `expected "="`, "x = ": "missing", strings.Repeat("if a: ", 1000) + "x = 1": "deep",
		"if a: x = 1 y": "operator",
	} {
		_, list := ParseCode(&diag.Source{Text: text}, Brian)
		if len(list) == 0 || !strings.Contains(list[0].Message, message) {
			t.Errorf("%.30q: %v, want %q", text, list, message)
		}
	}
}

func TestPrint(t *testing.T) {
	for text, want := range map[string]string{
		"((a))+(b*c)": "a + b*c", "(a+b)*c": "(a + b)*c", "a-(b-c)": "a - (b - c)", "(a-b)-c": "a - b - c", "(-a)**2": "(-a)**2", "-(a**2)": "-a**2",
		"(a**b)**c": "(a**b)**c", "a**(b**c)": "a**b**c", "(a if b else c)+1": "(a if b else c) + 1", "if a: b else: c": "b if a else c",
		"(a if b else c) if d else f": "(a if b else c) if d else f", "not (a and b)": "not (a and b)", "(not a) and b": "not a and b", "(a<b)<c": "(a < b) < c",
		"a/(b*c)": "a/(b*c)", "-(a*b)": "-(a*b)", "f(a if b else c)": "f(a if b else c)", "2**(-1)": "2**-1",
	} {
		e, list := ParseExpr(&diag.Source{Text: text}, Brian)
		if list.Err() != nil {
			t.Fatal(list.Err())
		}
		if got := Print(e); got != want {
			t.Errorf("%s prints as %s, want %s", text, got, want)
		}
	}
	if got := Print(&Binary{Op: "**", X: &Number{Value: -2}, Y: &Number{Value: 3, IsInt: true}}); got != "(-2.0)**3" {
		t.Errorf("made numbers print as %s", got)
	}
}

func TestDump(t *testing.T) {
	src := &diag.Source{Text: "dv/dt = -v/tau : volt (constant) # c\n"}
	var b strings.Builder
	if err := DumpTokens(&b, src); err != nil {
		t.Fatal(err)
	}
	want := "1:1\tname\tdv\n1:3\toperator\t/\n1:4\tname\tdt\n1:7\toperator\t=\n1:9\toperator\t-\n1:10\tname\tv\n1:11\toperator\t/\n1:12\tname\ttau\n" +
		"1:16\toperator\t:\n1:18\tname\tvolt\n1:23\toperator\t(\n1:24\tname\tconstant\n1:32\toperator\t)\n1:37\tnewline\n2:1\tend\n"
	if b.String() != want {
		t.Errorf("tokens\n%s", b.String())
	}
	eqs, _ := ParseEquations(src, Brian)
	b.Reset()
	if err := eqs.Dump(&b); err != nil {
		t.Fatal(err)
	}
	want = "ode v  @1:1\n  rhs  @1:9\n    binary /  @1:9\n      unary -  @1:9\n        name v  @1:10\n      name tau  @1:12\n  unit  @1:18\n    name volt  @1:18\n  flag constant  @1:24\n"
	if b.String() != want {
		t.Errorf("tree\n%s", b.String())
	}
}
