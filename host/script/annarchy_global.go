package script

import (
	"fmt"
	"math"
	"regexp"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
)

// ANNarchy's mean(r), max(r), min(r), norm1(r) and norm2(r) look at all neurons of a population. They are taken when its neurons have been updated, so
// that neurons see those of the step before, and synapses those of the step (of mean, norm1 and norm2, which are sums). Each is a group of one element, which the neurons are linked to.

var (
	globalCall    = regexp.MustCompile(`\b(mean|max|min|norm1|norm2)\(\s*([A-Za-z_]\w*)\s*\)`)
	globalSynapse = regexp.MustCompile(`\b(mean|max|min|norm1|norm2)\(\s*(pre|post)\.([A-Za-z_]\w*)\s*\)`)
)

// everyStep is the event of populations whose neurons report something in every step.
const everyStep = "every_step"

// afterUpdate is the place in the step at which neurons have been updated, before the synapses are.
const afterUpdate = math.MaxInt32 - 4

// globals writes the calls of global operations in the texts of the population's neurons as variables.
func (p *population) globals(texts ...*diag.Source) error {
	for _, s := range texts {
		if s == nil {
			continue
		}
		var err error
		s.Text = globalCall.ReplaceAllStringFunc(s.Text, func(call string) string {
			m := globalCall.FindStringSubmatch(call)
			name, e := p.global(m[1], m[2])
			if e != nil {
				err = e
			}
			return name
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// globalsOf writes the calls in the equations of synapses, such as mean(pre.r).
func (p *projection) globalsOf(texts ...*diag.Source) error {
	for _, s := range texts {
		if s == nil {
			continue
		}
		var err error
		s.Text = globalSynapse.ReplaceAllStringFunc(s.Text, func(call string) string {
			m := globalSynapse.FindStringSubmatch(call)
			pop := map[string]*population{"pre": p.from, "post": p.to}[m[2]]
			if pop.group.Spiking != nil {
				err = withHint(fmt.Errorf("%s: %s: synapses know global operations of rate-coded neurons only", p.what, call),
					"give the neurons a variable of the population, as in m = "+m[1]+"("+m[3]+") : population, and use "+m[2]+".m")
				return call
			}
			if m[1] == "max" || m[1] == "min" {
				err = withHint(fmt.Errorf("%s: %s: synapses know mean, norm1 and norm2 of populations, %s comes a step late", p.what, call, m[1]),
					"give the neurons a variable of the population, as in m = "+m[1]+"("+m[3]+") : population, and use "+m[2]+".m, which is that of the step before")
				return call
			}
			name, e := pop.global(m[1], m[3])
			if e != nil {
				err = fmt.Errorf("%s: %s: %w", p.what, call, e)
			}
			return m[2] + "." + name
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// global makes an operation over the population known to its neurons, and gives the name of its variable.
func (p *population) global(op, of string) (string, error) {
	name := op + "_of_" + of
	g := p.group
	switch v, ok := p.vars[of]; {
	case slices.ContainsFunc(g.Links, func(l net.Link) bool { return l.Var == name }):
		return name, nil
	case !ok:
		return name, withHint(fmt.Errorf("%s(%s): %q has no variable %s", op, of, g.Name, of), diag.DidYouMean(of, p.names))
	case v.shared:
		return name, fmt.Errorf("%s(%s): %s is one value for all neurons of %q", op, of, of, g.Name)
	case g.Spiking != nil && (op == "max" || op == "min"):
		return name, withHint(fmt.Errorf("%s(%s) of neurons that spike is not supported", op, of), "mean, norm1 and norm2 are; of rate-coded neurons all")
	case g.Params == nil || p.home.ran:
		return name, fmt.Errorf("%s(%s): %q has no equations that could use it", op, of, g.Name)
	}
	one := &net.Group{Name: g.Name + "_" + name, N: 1, Dialect: check.Brian, Place: g.Place}
	syn := &net.Synapses{Name: one.Name + "_synapses", Pre: net.All(g), Post: net.All(one), Place: g.Place}
	c := &net.Connection{I: make([]int32, g.N), J: make([]int32, g.N), Place: g.Place}
	for i := range c.I {
		c.I[i] = int32(i)
	}
	syn.Connect = []*net.Connection{c}
	when, order := "groups", afterUpdate
	if g.Spiking != nil {
		when = "end"
		order = math.MinInt32
	}
	source := func(text string) *diag.Source {
		return &diag.Source{Name: fmt.Sprintf("%s(%s) of Population '%s'", op, of, g.Name), Text: text}
	}
	result := map[string]string{"mean": fmt.Sprintf("total/%d", g.N), "norm1": "total", "norm2": "sqrt(total)"}[op]
	block := func(text string, after int) *net.CodeBlock {
		return &net.CodeBlock{Name: fmt.Sprintf("%s_%d", one.Name, after), Code: source(text), When: when, Order: order + after, Place: g.Place}
	}
	one.Equations = source("total : 1\nvalue : 1")
	switch op {
	case "max", "min":
		// Every neuron reports its value in every step, as if by a spike.
		if !slices.ContainsFunc(g.Events, func(e *net.Event) bool { return e.Name == everyStep }) {
			g.Events = append(g.Events, &net.Event{Name: everyStep, Condition: source("1 > 0")})
		}
		one.Code = []*net.CodeBlock{
			{Name: one.Name + "_0", Code: source("total = " + map[string]string{"max": "-3e38", "min": "3e38"}[op]), When: "before_synapses", Place: g.Place},
			{Name: one.Name + "_1", Code: source("value = total"), When: "after_synapses", Place: g.Place}}
		syn.Pathways = []*net.Pathway{{Name: "pre", Event: everyStep, Code: source(fmt.Sprintf("total_post = %s(total_post, %s_pre)", op, of))}}
		syn.ByIndex = true
	default:
		one.Code = []*net.CodeBlock{block("value = "+result, 2)}
		term := map[string]string{"mean": of + "_pre", "norm1": "abs(" + of + "_pre)", "norm2": of + "_pre*" + of + "_pre"}[op]
		syn.Equations = source("total_post = " + term + " : 1 (summed)\n")
		syn.SumAt = map[string]net.Moment{"total_post": {When: when, Order: order + 1}}
	}
	g.Links = append(g.Links, net.Link{Var: name, Group: one, Of: "value", Shared: true})
	g.Params.Text += fmt.Sprintf("\n%s = 0.0 : linked", name)
	n := p.home.net
	n.Groups = slices.Insert(n.Groups, max(slices.Index(n.Groups, g), 0), one)
	n.Synapses = append(n.Synapses, syn)
	return name, nil
}
