package lower

import (
	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
)

// locality is what has one value of a variable.
type locality uint8

const (
	perProjection locality = iota
	perPost
	perSynapse
)

func localityOf(v *check.Variable) locality {
	switch {
	case v.Shared:
		return perProjection
	case v.Postsynaptic:
		return perPost
	}
	return perSynapse
}

// learn makes the kernels of ANNarchy's synapse equations, one for each locality. A kernel sees what those before it wrote.
func learn(in SynapseInput) (steps []Step, err error) {
	for _, l := range []struct {
		at   locality
		name string
		n    int
	}{{perProjection, "projection", 1}, {perPost, "postsynaptic", in.Post.N}, {perSynapse, "update", in.N}} {
		s := newSynScope(in, l.name)
		s.scalar, s.atPost = l.at == perProjection, l.at == perPost
		g := &group{in: in.Input, out: &Output{}, apart: map[*check.Variable]bool{}}
		raws := map[*check.Variable]*ir.Expr{}
		var changed []*check.Variable
		set := func(v *check.Variable, raw *ir.Expr) {
			raw = as(s.b, raw, irType(v.Type.Kind))
			if _, again := raws[v]; !again {
				changed = append(changed, v)
			}
			raws[v] = raw
			s.assign(v, s.clamp(v, raw))
		}
		for _, u := range in.Model.Updates {
			if u.Assign != nil {
				if localityOf(u.Assign) == l.at {
					e, err := s.augmented(u.Assign)
					if err != nil {
						return nil, err
					}
					set(u.Assign, e)
				}
				continue
			}
			var odes []*check.Variable
			for _, v := range u.ODEs {
				if localityOf(v) == l.at && evolves(in.Model, v) {
					odes = append(odes, v)
				}
			}
			if len(odes) == 0 {
				continue
			}
			if err := g.odes(s.kernelScope, odes, false, set); err != nil {
				return nil, err
			}
		}
		for _, v := range changed {
			s.store(v.Name, v, s.env[v])
			if raws[v].Type == ir.Real {
				s.effects = append(s.effects, ir.Effect{Kind: ir.Check, Value: raws[v], Name: SlotName(in.Object, v.Name)})
			}
		}
		if k := s.kernel(in.Object + " " + l.name); k != nil {
			if l.at == perSynapse {
				k.Domain = ir.Synapses
			}
			steps = append(steps, Step{k, l.n})
		}
	}
	return steps, nil
}

// Transmitted makes the kernel that sums what synapses transmit, psp or without one w * pre.r, into a slot of the target group.
func Transmitted(in SynapseInput, psp Checked, slot string, add bool, fold ir.Fold) (k *ir.Kernel, err error) {
	defer recoverDefect(&err, in.Object)
	s := newSynScope(in, "psp")
	value := (*ir.Expr)(nil)
	if psp.Expr != nil {
		s.model = psp.Side
		value = s.real(psp.Expr)
	} else {
		w := s.variable(in.Model.ByName["w"])
		value = s.b.Op(ir.OpMul, s.b.ToReal(w), s.endValue(&s.syn.Pre, s.syn.Pre.Model.ByName["r"], s.b.Leaf(ir.OpPre)))
	}
	access := ir.Write
	if add {
		access = ir.ReadWrite
	}
	out := s.b.Slot(ir.Slot{Name: slot, Type: ir.Real, Kind: ir.PerElement, Access: access})
	return compact(&ir.Kernel{Name: in.Object + " sum", Domain: ir.Incoming, Slots: s.b.Slots(),
		Reductions: []ir.Reduction{{Slot: out, Value: value, Add: add, Fold: fold}}}), nil
}
