package check

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
)

// Whatever the text: no panic, and a model without errors is whole: every node has a type and every name a meaning.
func FuzzCheck(f *testing.F) {
	for _, c := range models {
		f.Add(c.equations, c.parameters, c.dialect == ANNarchy, "r = v", byte(1))
	}
	files, _ := filepath.Glob("testdata/errors/*.txt")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		input, _, _ := strings.Cut(string(text), "-- want --\n")
		settings, list := sections(input)
		equations, params, code := "", "", ""
		for _, s := range list {
			switch s.Name {
			case "equations":
				equations = s.Text
			case "parameters":
				params = s.Text
			case "code", "condition":
				code = s.Text
			}
		}
		f.Add(equations, params, strings.Contains(settings, "annarchy"), code, byte(strings.Count(settings, "synapse")*2))
	}
	f.Fuzz(func(t *testing.T, equations, params string, annarchy bool, code string, flags byte) {
		ctx := Context{Scope: script(t), Geometry: flags&1 != 0}
		if annarchy {
			ctx.Dialect = ANNarchy
		}
		if flags&2 != 0 {
			ctx.Synapse = true
			ctx.Pre = mustCheck(t, "dv/dt = -v/(10*ms) : volt", "", Context{})
			ctx.Post = mustCheck(t, "dv/dt = -v/(10*ms) : volt\nge : 1", "", Context{})
		}
		dialect := ctx.Dialect.Syntax()
		// Lines with errors are left out, and the rest is checked nevertheless.
		eqs, _ := syntax.ParseEquations(&diag.Source{Name: "equations", Text: equations}, dialect)
		ps, _ := syntax.ParseParameters(&diag.Source{Name: "parameters", Text: params})
		m, list := Check(eqs, ps.Eqs, ctx)
		_ = list.Error()
		if err := m.Dump(io.Discard); err != nil {
			t.Fatal(err)
		}
		if list.Err() != nil {
			return
		}
		for _, v := range m.Vars {
			if v.Kind != Parameter && v.Expr == nil {
				t.Fatalf("%s has no expression", v.Name)
			}
			for _, e := range []syntax.Expr{v.Expr, v.Init, v.Min, v.Max} {
				complete(t, m, e)
			}
		}
		src := &diag.Source{Name: "code", Text: code}
		c, _ := syntax.ParseCode(src, dialect)
		_, list = CheckCode(c, m, ctx)
		_ = list.Error()
		if e, list := syntax.ParseExpr(src, dialect); list.Err() == nil {
			side, list := CheckCondition(e, src, m, ctx)
			if list.Err() == nil {
				complete(t, side, e)
			}
			_, _ = CheckExpr(e, src, m, nil, ctx)
		}
	})
}
