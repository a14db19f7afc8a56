package script

import (
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// blockMethod is run_regularly(code, dt=, when=, order=, name=), run_at(code, times=, ...) or run_on_event(event, code, ...).
func (g *neuronGroup) blockMethod(kind string) builtinFunc {
	return func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		o := g.object
		if !g.whole() {
			if g.Len() == 0 {
				return nil, fmt.Errorf("%s: %s is empty", kind, g.label())
			}
			if g.partName == "" {
				named, err := g.in.newObject(t, kind, "", starlark.String(o.name+"_subgroup*"))
				if err != nil {
					return nil, err
				}
				g.partName = named.name
			}
			part := *o
			part.name = g.partName
			o = &part
		}
		order := 0
		if kind == "run_on_event" {
			order = g.pop.group.Order
		}
		c, err := g.in.codeBlock(t, o, kind, order, args, kwargs)
		if err != nil {
			return nil, err
		}
		if !g.whole() {
			if c.Update != net.Synchronous {
				return nil, withHint(fmt.Errorf("%s: %s is a part of a group; update= is for whole groups", kind, g.label()), "use an if with the index i in the code")
			}
			c.Start, c.Len = g.start, g.Len()
		}
		if c.Event != "" && !g.emits(c.Event) {
			return nil, fmt.Errorf("run_on_event: %s has no event %q", g.name, c.Event)
		}
		g.pop.group.Code = append(g.pop.group.Code, c)
		return starlark.None, nil
	}
}

// codeBlock reads the arguments of a method that attaches code to an object; order is that of code that is given none.
func (in *interp) codeBlock(t *starlark.Thread, o *object, kind string, order int, args starlark.Tuple, kwargs []starlark.Tuple) (*net.CodeBlock, error) {
	var code string
	var dt, name, times, update, clk, ignored starlark.Value
	c := &net.CodeBlock{When: "start", Order: order, Place: in.placeOf(t)}
	pairs := []any{"code", &code, "dt?", &dt, "when?", &c.When, "order?", &c.Order, "name?", &name, "clock?", &clk, "codeobj_class?", &ignored, "update?", &update}
	switch kind {
	case "run_at":
		pairs[2], pairs[3] = "times", &times
	case "run_on_event":
		c.When = "after_resets"
		pairs = append([]any{"event", &c.Event}, append(pairs[:2:2], pairs[4:]...)...)
	}
	if err := unpack(kind, args, kwargs, pairs...); err != nil {
		return nil, err
	}
	var err error
	if err := slotOf(kind, c.When); err != nil {
		return nil, err
	}
	if err = setClock(kind, dt, clk, &c.DT); err != nil {
		return nil, err
	}
	if times != nil {
		if c.Times, err = timesOf(kind+": times", times); err != nil {
			return nil, err
		}
	}
	if c.Update, err = updateOf(kind, update); err != nil {
		return nil, err
	}
	s, given, err := text(kind+": name=", name)
	if err != nil {
		return nil, err
	}
	switch {
	case !given && kind == "run_on_event": // Brian2's names, by which code of one slot is ordered
		s = o.name + "_" + c.Event + "_resetter*"
	case !given:
		s = o.name + "_" + kind + "*"
	}
	no, err := in.newObject(t, kind, s, starlark.String(s))
	if err != nil {
		return nil, err
	}
	c.Name = no.name
	c.Code, err = in.codeSource(t, o.what(), "code of "+kind, code)
	return c, err
}

// updateOf reads update=: the order in which the elements run code.
func updateOf(kind string, v starlark.Value) (net.Update, error) {
	how, given, err := text(kind+": update=", v)
	if err != nil || !given {
		return net.Synchronous, err
	}
	for u, name := range map[net.Update]string{net.Synchronous: "synchronous", net.IndexOrder: "index order", net.RandomOrder: "random order"} {
		if how == name {
			return u, nil
		}
	}
	return 0, withHint(fmt.Errorf("%s: there is no update %q", kind, how),
		`"synchronous" (all at once), "random order" or "index order" (one after another, each seeing what those before it wrote)`)
}

// stopWhen is stop_when(condition, dt=, when='end', order=, name=).
func (g *neuronGroup) stopWhen(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if !g.whole() {
		return nil, withHint(fmt.Errorf("stop_when: %s is a part of a group; conditions are of whole groups", g.label()), "use the index i in the condition: 'any(v > 0*mV and i < 10)'")
	}
	var cond string
	var dt, name starlark.Value
	s := &net.StopCondition{When: "end", Place: g.in.placeOf(t)}
	if err := unpack(b.Name(), args, kwargs, "condition", &cond, "dt?", &dt, "when?", &s.When, "order?", &s.Order, "name?", &name); err != nil {
		return nil, err
	}
	err := slotOf(b.Name(), s.When)
	if err != nil {
		return nil, err
	}
	if err = setClock(b.Name(), dt, nil, &s.DT); err != nil {
		return nil, err
	}
	label, given, err := text(b.Name()+": name=", name)
	if err != nil {
		return nil, err
	}
	if !given {
		label = g.name + "_stop_when*"
	}
	o, err := g.in.newObject(t, b.Name(), label, starlark.String(label))
	if err != nil {
		return nil, err
	}
	s.Name = o.name
	if s.Condition, err = g.in.exprSource(t, g.what(), "condition to stop", cond); err != nil {
		return nil, err
	}
	g.pop.group.Stops = append(g.pop.group.Stops, s)
	return starlark.None, nil
}

// timesOf reads times with their unit, ascending or not.
func timesOf(what string, v starlark.Value) ([]float64, error) {
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if a.dim != units.Second && len(a.data) > 0 {
		return nil, withHint(fmt.Errorf("%s: expected times, got %s", what, describeDim(a.dim)), "for example [10, 20]*ms")
	}
	if len(a.shape) > 1 {
		return nil, fmt.Errorf("%s: expected a list, got shape %s", what, shapeString(a.shape))
	}
	for k, t := range a.data {
		if !(t >= 0) || math.IsInf(t, 0) {
			return nil, fmt.Errorf("%s: element %d is %s; times are zero or positive", what, k, quantity{t, units.Second})
		}
	}
	return append([]float64{}, a.data...), nil
}

// operation is a network_operation as a value; calling it calls its function.
type operation struct {
	*object
	f starlark.Callable
}

var (
	_ starlark.Callable = (*operation)(nil)
	_ member            = (*operation)(nil)
)

// Name is the name of the operation.
func (p *operation) Name() string { return p.f.Name() }

// CallInternal calls the function.
func (p *operation) CallInternal(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return starlark.Call(t, p.f, args, kwargs)
}

// networkOperation is network_operation(f, dt=10*ms, when="start"): f() or f(t) is called every dt. Without f, as Brian2's decorator is
// written, it gives a function that takes it: f = network_operation(dt=10*ms)(f).
func (in *interp) networkOperation(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var f starlark.Callable
	var dt, name, clock starlark.Value
	when, order := "start", 0
	if len(args) == 0 && !slices.ContainsFunc(kwargs, func(kv starlark.Tuple) bool { return kv[0] == starlark.String("f") }) {
		return starlark.NewBuiltin(b.Name(), func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, more []starlark.Tuple) (starlark.Value, error) {
			if len(args) != 1 || len(more) > 0 {
				return nil, fmt.Errorf("network_operation(...)(f) takes one function")
			}
			return in.networkOperation(t, b, args, kwargs)
		}), nil
	}
	if err := unpack(b.Name(), args, kwargs, "f", &f, "dt?", &dt, "when?", &when, "order?", &order, "name?", &name, "clock?", &clock); err != nil {
		return nil, err
	}
	if err := slotOf(b.Name(), when); err != nil {
		return nil, err
	}
	op := &net.Operation{When: when, Order: order}
	var err error
	if err = setClock(b.Name(), dt, clock, &op.DT); err != nil {
		return nil, err
	}
	o, err := in.newObject(t, b.Name(), "networkoperation", name)
	if err != nil {
		return nil, err
	}
	o.mild, o.function = true, f
	v := &operation{o, f}
	if err := in.prepareOperation(t, b.Name(), f, op, func() starlark.Value { return quantity{in.now(), units.Second} }); err != nil {
		return nil, err
	}
	op.Name = o.name
	o.register(v, func(n *net.Network) { n.Operations = append(n.Operations, op) })
	return v, nil
}

// makeNetworkOperation is NetworkOperation(function, dt=, clock=, when=, order=, name=), the class behind Brian2's network_operation.
func (in *interp) makeNetworkOperation(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var given []starlark.Tuple
	for _, kv := range kwargs {
		switch kv[0] {
		case starlark.String("function"):
			kv = starlark.Tuple{starlark.String("f"), kv[1]}
		case starlark.String("f"):
			return nil, fmt.Errorf("%s: unexpected keyword argument \"f\" (did you mean function?)", b.Name())
		}
		given = append(given, kv)
	}
	if len(args) == 0 && !slices.ContainsFunc(given, func(kv starlark.Tuple) bool { return kv[0] == starlark.String("f") }) {
		return nil, withHint(fmt.Errorf("%s: missing argument for function", b.Name()), "for example NetworkOperation(f, dt=10*ms)")
	}
	return in.networkOperation(t, b, args, given)
}

// stop is stop(), and stop of a Network: called in a network operation, it ends the run when the step is done.
func (in *interp) stop(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	if in.state == nil {
		return nil, withHint(fmt.Errorf("stop: nothing runs here"), "call it in a function that is given to network_operation(...); stop_when(condition) of a group ends a run without one")
	}
	s, ok := in.state.(interface{ Stop() })
	if !ok {
		return nil, notYet("stop() here")
	}
	s.Stop()
	return starlark.None, nil
}
