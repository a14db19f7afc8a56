package lower

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
)

// Psp lowers what a synapse of a rate-coded projection contributes, an expression of w, pre.NAME and post.NAME. weight gives w and rate the
// presynaptic rate r at the projection's delay, both in the builder that is returned with the value.
func Psp(in SynapseInput, psp Checked, delayed bool, weight, rate func(*ir.Builder) *ir.Expr) (b *ir.Builder, value *ir.Expr, err error) {
	defer recoverDefect(&err, in.Object)
	s := newSynScope(in, "psp")
	s.model = psp.Side
	s.env[in.Model.ByName["w"]] = weight(s.b)
	own := s.scope.ref
	s.scope.ref = func(r check.Ref) *ir.Expr {
		if r.Kind != check.RefPre {
			return own(r)
		}
		if r.Var.Name == "r" {
			return rate(s.b)
		}
		if delayed {
			err = fmt.Errorf("psp reads pre.%s, but with a delay only pre.r is kept for so long", r.Var.Name)
		}
		return own(r)
	}
	value = s.real(psp.Expr)
	return s.b, value, err
}
