package script

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
	"go.starlark.net/starlark"
)

// What a population received of a target in the last step, pop.sum("exc") or a monitor of "sum(exc)", is a variable of its own, which the population is
// given where the script asks for it.

var (
	sumCall = regexp.MustCompile(`^\s*sum\(\s*(\w*)\s*\)\s*$`)
	// sumAsked is pop.sum("exc") in a script: what is asked for after a run has to be kept from the beginning.
	sumAsked = regexp.MustCompile(`\.\s*sum\(\s*(?:target\s*=\s*)?['"](\w+)['"]`)
)

// sumName is the variable for the sum of a target.
func sumName(target string) string { return "sum_of_" + target }

// sumVariable is the variable that a name such as sum(exc) stands for, or the name.
func sumVariable(name string) string {
	if m := sumCall.FindStringSubmatch(name); m != nil {
		return sumName(m[1])
	}
	return name
}

// keepSum adds the variable for the sum of a target.
func (p *population) keepSum(target string) error {
	name := sumName(target)
	switch {
	case p.vars[name].name != "":
		return nil
	case p.group.Spiking != nil || p.group.Equations == nil:
		return withHint(fmt.Errorf("sum(%s) is of rate-coded neurons; %q has none", target, p.group.Name), "what spikes of a target bring is in g_TARGET")
	case p.home.ran:
		return withHint(fmt.Errorf("sum(%s) of %q was not kept when it ran", target, p.group.Name), "write the target where it is asked for, pop.sum(\""+target+"\"), or give the neuron an equation such as s = sum("+target+")")
	}
	p.group.Equations.Text += fmt.Sprintf("\n%s = sum(%s)", name, target)
	p.vars[name] = variable{name: name, stored: true}
	p.names = append(p.names, name)
	return nil
}

// sumsAmong replaces sum(TARGET) among the variables of a Monitor by the variable that keeps it.
func (p *population) sumsAmong(v starlark.Value) (starlark.Value, error) {
	switch x := v.(type) {
	case starlark.String:
		if m := sumCall.FindStringSubmatch(string(x)); m != nil {
			return starlark.String(sumName(m[1])), p.keepSum(m[1])
		}
	case *starlark.List:
		out := make([]starlark.Value, x.Len())
		for k := range out {
			var err error
			if out[k], err = p.sumsAmong(x.Index(k)); err != nil {
				return nil, err
			}
		}
		return starlark.NewList(out), nil
	}
	return v, nil
}

// sum is pop.sum(target): what the neurons received in the last step.
func (p *population) sum(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var target string
	if err := unpack(b.Name(), args, kwargs, "target", &target); err != nil {
		return nil, err
	}
	if err := p.keepSum(target); err != nil {
		return nil, err
	}
	return p.get(p.vars[sumName(target)])
}

// reads reports whether an equation of the population reads a target.
func (p *population) reads(target string) bool {
	if p.group.Equations == nil {
		return false
	}
	return slices.Contains(p.targets(), target)
}

// targets are those that the equations of the population read.
func (p *population) targets() (out []string) {
	eqs, _ := syntax.ParseEquations(p.group.Equations, syntax.ANNarchy)
	for _, eq := range eqs.Eqs {
		for _, e := range []syntax.Expr{eq.LHS, eq.RHS} {
			syntax.Walk(e, func(e syntax.Expr) {
				c, ok := e.(*syntax.Call)
				if !ok || c.Fun.Name != "sum" || len(c.Args) != 1 {
					return
				}
				if id, ok := c.Args[0].(*syntax.Ident); ok {
					out = append(out, id.Name)
				}
			})
		}
	}
	return out
}

// settleTargets sees to targets that no equation reads: as in ANNarchy synapses learn all the same, and what they bring is lost, unless the script asks
// for the sum.
func (in *interp) settleTargets(w *world) error {
	asked := map[string]bool{}
	for _, src := range in.sources {
		for _, m := range sumAsked.FindAllStringSubmatch(src.Text, -1) {
			asked[m[1]] = true
		}
	}
	for _, p := range w.pending {
		if p.settled || !p.connected || p.to.group.Spiking != nil {
			continue
		}
		p.settled = true
		target := p.proj.Target
		if asked[target] && !w.ran {
			if err := p.to.keepSum(target); err != nil {
				return err
			}
		}
		if p.to.reads(target) {
			continue
		}
		var known []string
		for _, q := range p.to.targets() {
			known = append(known, "sum("+q+")")
		}
		hint := fmt.Sprintf("no equation of %q uses sum(...)", p.to.group.Name)
		if len(known) > 0 {
			hint = "its equations use " + strings.Join(known, ", ")
		}
		in.warn(diag.List{{Severity: diag.Warning, Source: p.src, Span: p.span, Hint: hint,
			Message: fmt.Sprintf("what %s brings is lost: no equation of %q reads the target %q", p.what, p.to.group.Name, target)}})
		if p.learned != nil {
			p.learned.Transmit = nil
			continue
		}
		mine := map[any]bool{p.proj: true}
		w.net.Projections = others(w.net.Projections, mine)
	}
	return nil
}
