package lower

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/syntax"
)

// SynapseCode lowers statements that run on all synapses at a slot of the step. Those that assign shared variables run once, before the
// others. stale are the event-driven variables that the code reads: what is stored of them is their value at the last event.
func SynapseCode(in SynapseInput, code *check.Code, name string) (steps []Step, stale []*check.Variable, err error) {
	defer recoverDefect(&err, in.Object)
	if st := targetsEnd(code, code.Block.Stmts); st != nil {
		return nil, nil, fmt.Errorf("%s belongs to the neurons: code that runs on all synapses sets variables of the synapses; add to it in on_pre, or by a variable that is (summed)", st.Name)
	}
	for _, scalar := range []bool{true, false} {
		s := newSynScope(in, fmt.Sprintf("%s/%v", name, scalar))
		s.scalar, s.perSyn = scalar, !scalar
		s.model = code.Model
		c := &block{s: s.kernelScope, code: code, only: func(v *check.Variable) bool { return v.Shared == scalar }, reset: true}
		c.statements(code.Block.Stmts, nil)
		for _, v := range eventDriven(in.Model) {
			if _, known := s.env[v]; known && !slices.Contains(stale, v) {
				stale = append(stale, v)
			}
		}
		s.storeChanged(c.changed)
		k := s.kernel(in.Object + " " + name)
		switch {
		case k == nil:
		case scalar:
			steps = append(steps, Step{k, 1})
		default:
			k.Domain = ir.Synapses
			steps = append(steps, Step{k, in.N})
		}
	}
	return steps, stale, nil
}

// targetsEnd finds a statement that assigns a variable of a neuron.
func targetsEnd(code *check.Code, list []*syntax.Stmt) *syntax.Stmt {
	for _, st := range list {
		if st.Kind == syntax.StmtIf {
			if x := targetsEnd(code, append(slices.Clone(st.Body), st.Else...)); x != nil {
				return x
			}
			continue
		}
		if k := code.Target[st].Kind; k == check.RefPre || k == check.RefPost {
			return st
		}
	}
	return nil
}
