package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
)

// Present is one evaluation on the state that a network has now: an assignment after the first run, or a question. It is a plan of its
// own, so that all backends draw the same random numbers and answer alike.
type Present struct {
	// Part has one step, which makes the assignment.
	Part *Plan
	// From gives the part's buffers that have to be filled before, by those of the network's plan.
	From map[BufferID]BufferID
	// Target is the buffer that is set, in the network's plan; None for a question. Result is the same in the part.
	Target, Result BufferID
	// Clock is that of the owner, an index into the clocks of the network's plan.
	Clock int
	Dim   units.Dim
}

// Assignment evaluates an assignment to a variable of a *net.Group or *net.Synapses. Assignments of one step need different
// ordinals, to draw different random numbers.
func (r *Result) Assignment(object any, a net.Assignment, ordinal int) (*Present, error) {
	return r.present(object, a, nil, ordinal)
}

// Where evaluates a condition for each element of a *net.Group or *net.Synapses, or of the group of a net.Span, in which i and N count the
// elements of the span: the result holds truth values.
func (r *Result) Where(object any, condition *diag.Source, names check.Scope, ordinal int) (*Present, error) {
	v := &check.Variable{Name: "where@now", Kind: check.Parameter, Type: check.Type{Kind: check.Bool}}
	a := net.Assignment{Var: v.Name, Values: []float64{1}, Condition: condition, Namespace: names}
	if sp, ok := object.(net.Span); ok {
		object, a.Start, a.Len = sp.Group, sp.Start, sp.Len()
	}
	return r.present(object, a, v, ordinal)
}

// Value evaluates a variable that is not stored, such as a subexpression. ok is false when there is no such variable.
func (r *Result) Value(object any, name string, ordinal int) (p *Present, ok bool, err error) {
	m := r.builder.synModels[synapsesOf(object)]
	if g, isGroup := object.(*net.Group); isGroup {
		m = r.Models[g]
	}
	if m == nil {
		return nil, false, nil
	}
	v, why := evaluable(m, synapsesOf(object), name)
	switch {
	case why != "":
		return nil, true, fmt.Errorf("%s.%s: %s", synapsesOf(object).Name, name, why)
	case v == nil:
		return nil, false, nil
	}
	own := &check.Variable{Name: "value@now", Kind: check.Parameter, Type: v.Type, Shared: v.Shared}
	p, err = r.present(object, net.Assignment{Var: own.Name, Expr: &diag.Source{Name: name, Text: name}}, own, ordinal)
	return p, true, err
}

func synapsesOf(object any) *net.Synapses {
	s, _ := object.(*net.Synapses)
	return s
}

// present builds the part. own is a variable that only the part has, nil: the assignment is to one of the object's.
func (r *Result) present(object any, a net.Assignment, own *check.Variable, ordinal int) (*Present, error) {
	b := *r.builder
	b.plan = &Plan{Precision: Double, BaseDT: r.Plan.BaseDT, Clocks: slices.Clone(r.Plan.Clocks), Buffers: slices.Clone(r.Plan.Buffers), Conns: slices.Clip(r.Plan.Conns)}
	b.byName, b.initial, b.diags, b.pending = maps.Clone(b.byName), initials{}, nil, map[*Conn]*pending{}
	res := *r
	b.res = &res

	var o *owner
	var dt float64
	switch x := object.(type) {
	case *net.Group:
		in := b.lowerInput(x)
		if in.Model == nil {
			return nil, fmt.Errorf("%q is not part of the network", x.Name)
		}
		if own != nil {
			in.Model = withVariable(in.Model, own)
		}
		o, dt = b.groupOwner(x, in), in.Clock.DT
	case *net.Synapses:
		w := b.wires[x]
		if w == nil {
			if r.Procedural[x] != nil {
				return nil, fmt.Errorf("%q is procedural: its synapses are drawn anew for every spike and cannot be asked", x.Name)
			}
			return nil, fmt.Errorf("%q is not part of the network", x.Name)
		}
		if n := w.p.pre.Len(); n > maxSynapses && own != nil && !own.Shared {
			return nil, tooManyToList(x.Name, n)
		}
		ends := *w
		ends.b, ends.conns = &b, maps.Clone(w.conns)
		in := b.synapseInput(x, w.p.pre.Len())
		if own != nil {
			in.Model = withVariable(in.Model, own)
		}
		o, dt = b.synapseOwner(x, in, &ends), in.Clock.DT
	}
	o.stream, o.running = "now", true
	p := &Present{Target: None, Clock: b.clocks.add(dt)}
	name := lower.SlotName(o.object, a.Var)
	if own != nil {
		n := o.n
		if own.Shared {
			n = 1
		}
		p.Result = b.buffer(Buffer{Object: o.object, Var: own.Name, Type: typeOf(own.Type), Len: n, Role: Param})
		p.Dim = own.Type.Dim
	} else if id, ok := b.byName[name]; ok {
		p.Target, p.Result = id, id
		own := *b.plan.Buffers[id] // a constant goes into the contents, and those of the network's plan stay
		b.plan.Buffers[id] = &own
	}
	b.assign(o, a, ordinal)
	if err := b.diags.Err(); err != nil {
		return nil, err
	}
	var step *Run
	if len(b.plan.Init) > 0 {
		step = b.plan.Init[0].(*Run)
	}
	b.plan.Init = nil
	part, to, err := b.partOf(step, []BufferID{p.Result})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.object, err)
	}
	part.Clocks = []Clock{{Name: "now", Period: 1, DT: r.Plan.Clocks[p.Clock].DT}}
	if err := part.Verify(); err != nil {
		return nil, fmt.Errorf("internal error, please report it: %w", err)
	}
	p.Part, p.From, p.Result = part, map[BufferID]BufferID{}, to[p.Result]
	if step == nil {
		return p, nil
	}
	for id, here := range to {
		if id == None || int(id) >= len(r.Plan.Buffers) {
			continue
		}
		switch r.Plan.Buffers[id].Role {
		case State, Param, Scratch, History:
			p.From[id] = here
		}
	}
	return p, nil
}

func typeOf(t check.Type) ir.Type {
	switch t.Kind {
	case check.Bool:
		return ir.Bool
	case check.Int:
		return ir.Int
	}
	return ir.Real
}

// SynapseModel is the checked model of synapses, nil for others than those of the network.
func (r *Result) SynapseModel(s *net.Synapses) *check.Model { return r.builder.synModels[s] }
