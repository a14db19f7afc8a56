package syntax

import (
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
)

// Rename gives the text of a block with names of variables, and names in expressions, replaced by other texts. Names of functions,
// units and flags stay.
func Rename(eqs *Equations, to map[string]string) string {
	edits := map[diag.Span]string{}
	for _, eq := range eqs.Eqs {
		if by, ok := to[eq.Name]; ok {
			edits[eq.NameSp] = by
		}
		for _, e := range []Expr{eq.LHS, eq.RHS} {
			Walk(e, func(e Expr) {
				id, ok := e.(*Ident)
				if !ok {
					return
				}
				sp, by := id.Sp, to[id.Name]
				if of, deriv := strings.CutSuffix(id.Name, "/dt"); deriv {
					sp, by = diag.Span{Start: sp.Start + 1, End: sp.Start + len(of)}, to[of[1:]]
				}
				if by != "" {
					edits[sp] = by
				}
			})
		}
	}
	spans := make([]diag.Span, 0, len(edits))
	for sp := range edits {
		spans = append(spans, sp)
	}
	slices.SortFunc(spans, func(a, b diag.Span) int { return a.Start - b.Start })
	var out strings.Builder
	at := 0
	for _, sp := range spans {
		out.WriteString(eqs.Source.Text[at:sp.Start])
		out.WriteString(edits[sp])
		at = sp.End
	}
	out.WriteString(eqs.Source.Text[at:])
	return out.String()
}
