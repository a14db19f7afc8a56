package solve

import "github.com/galvani-sim/galvani/host/ir"

func exact(s *System) ([]*ir.Expr, *Unsuitable) {
	return nil, &Unsuitable{Why: "not yet"}
}
