package script

import (
	"fmt"
	"math"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// stopCondition reads Population(stop_condition="v > 1.0 : any"): a condition of any (when nothing is said) or of all neurons at which
// simulate_until ends.
func (p *population) stopCondition(t *starlark.Thread, text string) error {
	cond, flag, flagged := strings.Cut(text, ":")
	cond, flag = strings.TrimSpace(cond), strings.TrimSpace(flag)
	switch {
	case !flagged:
		flag = "any"
	case flag != "any" && flag != "all":
		return withHint(fmt.Errorf("stop_condition: the flag is any or all, not %q", flag), `for example stop_condition="r > 1.0 : any"`)
	}
	if cond == "spiked" {
		return withHint(fmt.Errorf("stop_condition: spiked is not supported"), "look at a variable that the reset changes, or at how many spikes a Monitor has between runs")
	}
	s := &diag.Source{Name: fmt.Sprintf("stop_condition of Population '%s'", p.group.Name), Text: flag + "(" + cond + ")"}
	p.in.remember(t, fmt.Sprintf("Population '%s'", p.group.Name), s)
	p.stop = &net.StopCondition{Name: p.group.Name + "_stop_condition", Condition: s, When: "end", Place: p.in.placeOf(t)}
	return nil
}

// holdTogether reports whether the conditions of all populations hold now. A run ends where one does.
func holdTogether(s Simulation, list []*population) (bool, error) {
	sel, ok := s.(Selecting)
	if !ok {
		return false, notYet("simulate_until of several populations")
	}
	for _, p := range list {
		cond := *p.stop.Condition
		every := strings.HasPrefix(cond.Text, "all(")
		cond.Text = cond.Text[len("any(") : len(cond.Text)-1]
		found, err := sel.Where(net.All(p.group), &cond, p.group.Namespace)
		if err != nil || len(found) == 0 || every && len(found) < p.group.N {
			return false, err
		}
	}
	return true, nil
}

// simulateUntil is simulate_until(max_duration, population, operator='and'): it runs until the stop_condition of the population holds, or for
// max_duration in ms, and gives the time that it ran, in ms.
func (in *interp) simulateUntil(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return in.until(b, args, kwargs, func(f func(Simulation) error) error {
		_, err := in.advance(t, f)
		return err
	})
}

// until is simulate_until of a network that run advances.
func (in *interp) until(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple, run func(func(Simulation) error) error) (starlark.Value, error) {
	var longest, pops starlark.Value
	operator, measure := "and", false
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "max_duration", &longest, "population", &pops, "operator?", &operator, "measure_time?", &measure); err != nil {
		return nil, err
	}
	most, err := runTime(b.Name(), longest, 1e-3)
	if err != nil {
		return nil, err
	}
	list := []starlark.Value{pops}
	if l, ok := pops.(*starlark.List); ok {
		list = nil
		for k := range l.Len() {
			list = append(list, l.Index(k))
		}
	}
	switch {
	case operator != "and" && operator != "or":
		return nil, fmt.Errorf("%s: operator is 'and' or 'or', got %q", b.Name(), operator)
	}
	var watched []*population
	for _, v := range list {
		p, err := in.findGroup(b.Name(), v)
		if err != nil {
			return nil, err
		}
		if p.stop == nil {
			return nil, withHint(fmt.Errorf("%s: %q has no stop_condition", b.Name(), p.group.Name), `Population(..., stop_condition="r > 1.0 : any")`)
		}
		watched = append(watched, p)
		p.group.Stops = append(p.group.Stops, p.stop)
		defer func(g *net.Group) { g.Stops = nil }(p.group)
	}
	from := in.timeOf(in.world)
	steps := int64(math.Ceil(most/in.defaultDT() - 1e-9))
	if err := run(func(s Simulation) error {
		begin := s.Time()
		for {
			done := int64(math.Round((s.Time() - begin) / in.dtOf(in.world)))
			if err := s.RunSteps(in.ctx, steps-done); err != nil || operator == "or" || len(watched) == 1 {
				return err
			}
			all, err := holdTogether(s, watched)
			if err != nil || all || int64(math.Round((s.Time()-begin)/in.dtOf(in.world))) >= steps {
				return err
			}
		}
	}); err != nil {
		return nil, err
	}
	dt := in.defaultDT()
	return starlark.Float(math.Round((in.timeOf(in.world)-from)/dt) * dt * 1000), nil
}
