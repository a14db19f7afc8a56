package check

import (
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
)

type testScope map[string]Value

func (s testScope) Lookup(name string) (Value, bool) { v, ok := s[name]; return v, ok }

func (s testScope) Names() []string {
	var out []string
	for n := range s {
		out = append(out, n)
	}
	return out
}

type testTable struct {
	arity int
	dim   units.Dim
}

func (t testTable) Arity() int        { return t.arity }
func (t testTable) Held(float64) bool { return true }
func (t testTable) Dim() units.Dim    { return t.dim }

func quantity(t testing.TB, s string) units.Quantity {
	t.Helper()
	q, err := units.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// script is what a script around the equations might define.
func script(t testing.TB) testScope {
	return testScope{
		"tau": {Kind: ValQuantity, Q: quantity(t, "10*ms")}, "El": {Kind: ValQuantity, Q: quantity(t, "-70*mV")},
		"gain": {Kind: ValQuantity, Q: units.Number(0.5)}, "N": {Kind: ValInt, Q: units.Number(20)}, "three": {Kind: ValInt, Q: units.Number(3)},
		"huge": {Kind: ValInt, Q: units.Number(1e12)}, "on": {Kind: ValBool, Q: units.Number(1)}, "numbers": {Kind: ValOther, Type: "list"}, "values": {Kind: ValOther, Type: "array"},
		"stimulus": {Kind: ValTable, Table: testTable{1, quantity(t, "volt").Dim}}, "pattern": {Kind: ValTable, Table: testTable{2, quantity(t, "amp").Dim}},
		"curve": {Kind: ValTable, Table: testTable{1, units.Dim{}}},
	}
}

// mustCheck checks equations that have no errors.
func mustCheck(t testing.TB, equations, parameters string, ctx Context) *Model {
	t.Helper()
	m, list := checkText(equations, parameters, ctx)
	if err := list.Err(); err != nil {
		t.Fatalf("%s\n%v", equations, err)
	}
	return m
}

func checkText(equations, parameters string, ctx Context) (*Model, diag.List) {
	eqs, list := syntax.ParseEquations(&diag.Source{Name: "equations", Text: equations}, ctx.Dialect.Syntax())
	params := &syntax.Equations{}
	if parameters != "" {
		var more diag.List
		params, more = syntax.ParseParameters(&diag.Source{Name: "parameters", Text: parameters})
		list = append(list, more...)
	}
	if list.Err() != nil {
		return nil, list
	}
	m, more := Check(eqs, params.Eqs, ctx)
	return m, append(list, more...)
}
