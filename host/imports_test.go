package host

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/galvani-sim/galvani/"

// allowed is the import graph of the project's own packages: the table of host/README.md and gpu/README.md.
var allowed = map[string][]string{
	"host/diag":                {},
	"host/units":               {},
	"host/rng":                 {},
	"host/internal/pages":      {},
	"host/syntax":              {"host/diag", "host/units"},
	"host/check":               {"host/syntax", "host/units", "host/diag"},
	"host/check/checkgen":      {"host/check", "host/syntax", "host/units", "host/diag"},
	"host/eval":                {"host/check", "host/syntax", "host/units", "host/diag", "host/rng"},
	"host/ir":                  {"host/diag"},
	"host/solve":               {"host/ir"},
	"host/connect":             {"host/rng", "host/internal/pages"},
	"host/lower":               {"host/check", "host/connect", "host/ir", "host/rng", "host/solve", "host/syntax", "host/units", "host/diag"},
	"host/net/nettest":         {"host/net", "host/check", "host/connect", "host/diag", "host/units"},
	"host/sim/reference":       {"host/sim", "host/net", "host/plan", "host/exec", "host/check", "host/diag", "host/units", "host/record"},
	"host/sim/conform":         {"host/sim", "host/net", "host/plan", "host/exec", "host/check", "host/check/checkgen", "host/connect", "host/diag", "host/units", "host/eval", "host/rng", "host/record", "host/syntax", "host/net/nettest", "host/ir", "host/cpu"},
	"host/net":                 {"host/check", "host/connect", "host/diag", "host/units"},
	"host/plan":                {"host/net", "host/lower", "host/ir", "host/connect", "host/check", "host/syntax", "host/diag", "host/rng", "host/units", "host/solve", "host/internal/pages"},
	"host/exec":                {"host/plan", "host/ir"},
	"host/exec/exectest":       {"host/exec", "host/plan", "host/ir", "host/rng"},
	"host/cpu":                 {"host/exec", "host/plan", "host/ir", "host/rng", "host/cpu/internal/native", "host/internal/pages"},
	"host/cpu/internal/native": {},
	"host/record":              {"host/internal/pages"},
	"host/sim":                 {"host/ir", "host/cpu", "host/net", "host/plan", "host/exec", "host/record", "host/check", "host/connect", "host/diag", "host/units"},
	"host/session":             {"host/sim", "host/net", "host/plan", "host/exec", "host/record", "host/check", "host/diag", "host/units", "host/ir"},
	"host/colormap":            {},
	"host/figure":              {"host/record", "host/units", "host/colormap"},
	"host/script":              {"host/figure", "host/sim", "host/net", "host/record", "host/check", "host/connect", "host/diag", "host/units", "host/plan", "host/exec", "host/rng", "host/syntax", "host/graphio", "host/graphio/layout", "host/pystar"},
	"host/pystar":              {},
	"shaders":                  {},
	"gpu/context":              {},
	"gpu/device":               {"shaders"},
	"gpu/glsl":                 {"host/ir", "host/plan", "host/rng", "shaders"},
	"gpu/compute":              {"host/rng", "gpu/device", "gpu/context", "gpu/glsl", "host/exec", "host/plan", "host/ir", "shaders"},
	"gpu/render":               {"host/colormap", "gpu/device", "shaders"},
	"gpu/window":               {"gpu/context", "gpu/device"},
	"gpu/serve":                {"gpu/window", "gpu/device", "gpu/render"},
	"gpu/ui":                   {"gpu/window"},
	"gpu/viewer":               {"gpu/window", "gpu/ui", "host/session", "host/diag", "gpu/context", "gpu/render", "gpu/compute", "gpu/device", "host/sim", "host/net", "host/plan", "host/ir", "host/exec", "host/units", "host/check", "host/record", "gpu/layout", "host/graphio", "host/graphio/layout"},
	"gpu/gltest":               {"gpu/context", "gpu/device"},
	"host/graphio":             {"host/connect", "host/record", "host/rng"},
	"host/graphio/layout":      {"host/graphio", "host/rng"},
	"gpu/layout":               {"gpu/device", "host/graphio", "host/graphio/layout", "shaders"},
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		fields := strings.Fields(line)
		pkg := strings.TrimPrefix(fields[0], module)
		may, known := allowed[pkg]
		if strings.Contains(pkg, "/internal/gen") {
			continue // programs that generate code of the package above them
		}
		if !known {
			if strings.HasPrefix(pkg, "host/") || strings.HasPrefix(pkg, "gpu/") {
				t.Errorf("package %s is not in the table; what belongs in it, and what may it import?", pkg)
			}
			continue // cmd, bench and examples may import all
		}
		for _, imp := range fields[1:] {
			if own, ok := strings.CutPrefix(imp, module); ok && !slices.Contains(may, own) {
				t.Errorf("%s imports %s, which the table does not allow", pkg, own)
			}
		}
	}
}
