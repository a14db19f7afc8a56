package check

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
)

var update = flag.Bool("update", false, "rewrite the expected diagnostics in testdata/errors")

// TestErrors compares the whole text of the diagnostics of each file in testdata/errors. A file has a
// line of settings and then sections, each after a line "-- NAME --": the input, and "want", the text that is expected.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.txt")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			input, want, _ := strings.Cut(string(text), "-- want --\n")
			got := diagnose(t, input)
			if got == "\n" {
				t.Fatal("no diagnostic")
			}
			if got == want {
				return
			}
			if !*update {
				t.Fatalf("got\n%s\nwant\n%s", got, want)
			}
			if err := os.WriteFile(file, []byte(input+"-- want --\n"+got), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// sections splits the input of a test file.
func sections(input string) (settings string, list []*diag.Source) {
	for _, line := range strings.SplitAfter(input, "\n") {
		name, ok := strings.CutPrefix(line, "-- ")
		switch {
		case ok && strings.HasSuffix(name, " --\n"):
			list = append(list, &diag.Source{Name: strings.TrimSuffix(name, " --\n")})
		case len(list) == 0:
			settings += line
		default:
			list[len(list)-1].Text += line
		}
	}
	for _, s := range list {
		s.Text = strings.TrimSuffix(s.Text, "\n")
	}
	return settings, list
}

// diagnose runs the front end over the sections of a test file and renders everything that it reports.
func diagnose(t *testing.T, input string) string {
	settings, texts := sections(input)
	ctx := Context{Scope: script(t)}
	if strings.Contains(settings, "annarchy") {
		ctx.Dialect = ANNarchy
	}
	ctx.Geometry = strings.Contains(settings, "geometry")
	if strings.Contains(settings, "extra") {
		ctx.Extra = []*Variable{{Name: "not_refractory", Kind: Assigned, Type: Type{Kind: Bool}}}
	}
	if strings.Contains(settings, "synapse") {
		ctx.Synapse = true
		ctx.Pre = mustCheck(t, "dv/dt = -v/(10*ms) : volt", "", Context{})
		ctx.Post = mustCheck(t, "dv/dt = -v/(10*ms) : volt\nge : 1", "", Context{})
	}
	dialect := ctx.Dialect.Syntax()
	var list diag.List
	section := func(name string) *diag.Source {
		for _, s := range texts {
			if s.Name == name {
				return s
			}
		}
		return nil
	}
	var params []*syntax.Equation
	if src := section("parameters"); src != nil {
		eqs, l := syntax.ParseParameters(src)
		params, list = eqs.Eqs, append(list, l...)
	}
	eqs, l := syntax.ParseEquations(section("equations"), dialect)
	list = append(list, l...)
	var m *Model
	if list.Err() == nil {
		m, l = Check(eqs, params, ctx)
		list = append(list, l...)
	}
	for _, src := range texts {
		name, isSet := strings.CutPrefix(src.Name, "set ")
		switch {
		case src.Name == "code":
			code, l := syntax.ParseCode(src, dialect)
			if list = append(list, l...); l.Err() == nil {
				_, l = CheckCode(code, m, ctx)
				list = append(list, l...)
			}
		case src.Name == "condition", isSet:
			e, l := syntax.ParseExpr(src, dialect)
			if list = append(list, l...); l.Err() != nil {
				break
			}
			if isSet {
				_, l = CheckExpr(e, src, m, m.ByName[name], ctx)
			} else {
				_, l = CheckCondition(e, src, m, ctx)
			}
			list = append(list, l...)
		}
	}
	return list.Error() + "\n"
}
