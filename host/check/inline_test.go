package check

import (
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
)

// gained is a function of a script: f(x) = x*gain, and with steps a function whose expression depends on the value of gain.
type gained struct {
	gain  units.Quantity
	steps bool
}

var body = &diag.Source{Name: "script", Text: "x*gain"}

func (g gained) Call(call *syntax.Call, args []syntax.Expr, src *diag.Source, names ScriptNames) (*syntax.Bound, diag.List) {
	if len(args) != 1 {
		return nil, diag.List{diag.Errorf(src, call.Sp, "one argument, not %d", len(args))}
	}
	now := names.Number("gain", g.gain, g.steps)
	x := &syntax.Bound{Sp: diag.Span{Start: 0, End: 1}, Name: "x", X: args[0], Source: src}
	c := &syntax.Const{Sp: diag.Span{Start: 2, End: 6}, Name: "gain", Q: now, Free: !g.steps}
	return &syntax.Bound{Sp: call.Sp, Name: syntax.Print(call), Source: body, Args: args, X: &syntax.Binary{Sp: diag.Span{Start: 0, End: 6}, OpSp: diag.Span{Start: 1, End: 2}, Op: "*", X: x, Y: c}}, nil
}

// fnScope is a scope of a script, fnChanged a change of it.
type fnScope map[string]Value

func (n fnScope) Lookup(name string) (Value, bool) { v, ok := n[name]; return v, ok }
func (n fnScope) Names() []string                  { return nil }

type fnChanged struct {
	fnScope
	of Scope
}

func (o fnChanged) Script() Scope { return o.of }
func (o fnChanged) Lookup(name string) (Value, bool) {
	if v, ok := o.fnScope[name]; ok {
		return v, true
	}
	return o.of.Lookup(name)
}

// TestScriptFunction: a call becomes what it stands for; its number is that of the scope as it is, and is read from the variable that stands for it.
func TestScriptFunction(t *testing.T) {
	two := units.Number(2)
	scope := fnScope{"f": {Kind: ValFunction, Function: gained{gain: two}}, "g": {Kind: ValFunction, Function: gained{gain: two, steps: true}},
		"h": {Kind: ValFunction, Function: gained{gain: units.Number(3)}}, "gain": {Kind: ValQuantity, Q: two}, "exp": {Kind: ValFunction, Function: gained{}}}
	check := func(text string, ctx Context) (*Model, diag.List) {
		eqs, list := syntax.ParseEquations(&diag.Source{Name: "equations", Text: text}, syntax.Brian)
		if err := list.Err(); err != nil {
			t.Fatal(err)
		}
		return Check(eqs, nil, ctx)
	}
	whole := func(m *Model, name string) string { return syntax.PrintWhole(m.ByName[name].Expr, 100) }

	m, list := check("a = 1 + f(b + f(1)) : 1\nb : 1\nc = exp(b) : 1\nd = int(0 < f(b) < 1) + f(b)**2 : 1", Context{Scope: scope})
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	if got, want := whole(m, "a"), "1 + (b + 1*2.0)*2.0"; got != want {
		t.Errorf("a = %s, want %s", got, want)
	}
	if got, want := whole(m, "d"), "int(0 < b*2.0 and b*2.0 < 1) + (b*2.0)**2"; got != want {
		t.Errorf("d = %s, want %s", got, want)
	}
	if got := syntax.Print(m.ByName["a"].Expr); got != "1 + f(b + f(1))" {
		t.Errorf("messages show %s", got)
	}
	if got := list.Warnings(); len(got) != 1 || !strings.Contains(got.Error(), `"exp" is here the function of the equations`) {
		t.Errorf("warnings: %v", got)
	}

	live := []*Variable{{Name: "gain", Kind: Parameter, Shared: true, External: true, Value: 5}}
	changed := fnChanged{fnScope{"gain": {Kind: ValQuantity, Q: units.Number(5)}}, scope}
	used := map[string]float64{}
	note := func(n string, q units.Quantity) { used[n] = q.Value }
	m, list = check("a = f(1) : 1\nb = h(1) : 1", Context{Scope: changed, Extra: live, Used: note})
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	if got, want := whole(m, "a")+", "+whole(m, "b"), "1*5.0, 1*3.0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if len(m.Live) != 1 || len(used) != 0 {
		t.Errorf("live %v, used %v", m.Live, used)
	}
	if m, list = check("a = g(1) : 1", Context{Scope: changed, Extra: live, Used: note}); list.Err() != nil || len(m.Live) != 0 || used["gain"] != 5 {
		t.Errorf("live %v, used %v, %v", m.Live, used, list)
	}
	if m, list = check("a = g(1) : 1", Context{Scope: changed}); list.Err() != nil || whole(m, "a") != "1*5.0" {
		t.Errorf("got %s, %v", whole(m, "a"), list)
	}

	// A mistake is reported once, where it stands, with the place of the call.
	_, list = check("a = f(1, 2) : 1\nb = f(v) : volt\nv : volt\nw = f(v) + 1 : volt\nx = exp(f(v)) : 1", Context{Scope: scope})
	if n := len(list.Errors()); n != 3 {
		t.Errorf("%d errors, want 3:\n%v", n, list.Errors())
	}
}
