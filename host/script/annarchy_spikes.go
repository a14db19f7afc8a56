package script

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
	"go.starlark.net/starlark"
)

// conductance is the variable of a spiking neuron that spikes of a target change.
func conductance(target string) string { return "g_" + target }

// spiking gives a group the spikes of its neuron. Conductances without an equation are 0 again at the end of each step, as in ANNarchy.
func (n *neuron) spiking(in *interp, t *starlark.Thread, g *net.Group) error {
	what := fmt.Sprintf("Population '%s'", g.Name)
	source := func(part, text string) *diag.Source {
		s := &diag.Source{Name: part + " of " + what, Text: text}
		in.remember(t, what, s)
		return s
	}
	g.Spiking = &net.Spiking{Threshold: source("spike", n.spike), Rule: net.RefractoryNEST}
	if strings.TrimSpace(n.reset) != "" {
		text, err := statements(n.reset, nil)
		if err != nil {
			return fmt.Errorf("%s: reset: %w", "Neuron", err)
		}
		g.Spiking.Reset = source("reset", text)
	}
	names := map[string]bool{}
	params, _ := syntax.ParseParameters(g.Params)
	eqs, _ := syntax.ParseEquations(g.Equations, syntax.ANNarchy)
	for _, eq := range slices.Concat(params.Eqs, eqs.Eqs) {
		names[eq.Name] = true
	}
	// ANNarchy counts whole steps, and cuts off what is left over.
	steps := func(time string) *diag.Source { return source("refractory", fmt.Sprintf("dt*floor((%s)/dt)", time)) }
	switch r := n.refractory.(type) {
	case starlark.NoneType:
	case starlark.String:
		g.Spiking.Refractory = steps(string(r))
	case *distribution: // drawn when the population is there
		g.Params.Text += "\nrefractory = 0.0"
		g.Spiking.Refractory = steps("refractory")
	default:
		d, err := duration("Neuron: refractory", n.refractory, 1e-3)
		if err != nil {
			return err
		}
		if !names["refractory"] {
			g.Params.Text += fmt.Sprintf("\nrefractory = %v", d*1e3)
		}
		g.Spiking.Refractory = steps("refractory")
	}
	var missing []string
	for _, eq := range eqs.Eqs {
		for _, e := range []syntax.Expr{eq.LHS, eq.RHS} {
			syntax.Walk(e, func(e syntax.Expr) {
				switch e := e.(type) {
				case *syntax.Ident:
					if strings.HasPrefix(e.Name, "g_") && !names[e.Name] {
						names[e.Name], missing = true, append(missing, e.Name)
					}
				case *syntax.Call:
					if e.Fun.Name == "sum" && g.Spiking != nil {
						names["sum()"] = true
					}
				}
			})
		}
	}
	if names["sum()"] {
		return withHint(fmt.Errorf("%s: sum(...) is for rate-coded neurons; this one has spike=", "Neuron"), "what spikes of a target bring is in g_TARGET, for example g_exc")
	}
	for _, name := range missing {
		g.Equations.Text += "\n" + name + " = 0.0"
	}
	return nil
}

// spikeFlags are what may stand behind a statement of pre_spike, post_spike and reset.
var spikeFlags = regexp.MustCompile(`:\s*((?:unless_post|unless_refractory|min\s*=[^,:]+|max\s*=[^,:]+)(?:\s*,\s*(?:unless_post|unless_refractory|min\s*=[^,:]+|max\s*=[^,:]+))*)\s*$`)

var statementName = regexp.MustCompile(`^\s*([A-Za-z_][A-Za-z_0-9.]*)\s*([-+*/]?=)`)

// statements rewrites ANNarchy's statements as code: bounds become statements of their own, and unless_post a condition. change, when not nil, sees
// each statement and the name that it sets, and gives it in another form and whether it comes before all others.
func statements(text string, change func(name, line string) (string, bool)) (string, error) {
	var first, rest []string
	for _, line := range strings.Split(strings.ReplaceAll(text, ";", "\n"), "\n") {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		var flags []string
		if m := spikeFlags.FindStringSubmatchIndex(line); m != nil {
			flags = strings.Split(line[m[2]:m[3]], ",")
			line = strings.TrimSpace(line[:m[0]])
		}
		m := statementName.FindStringSubmatch(line)
		if m == nil {
			if len(flags) > 0 {
				return "", fmt.Errorf("%q is not an assignment", line)
			}
			rest = append(rest, line) // what is wrong is said where the code is checked
			continue
		}
		lines, unless := []string{line}, false
		for _, f := range flags {
			key, value, _ := strings.Cut(strings.TrimSpace(f), "=")
			switch key, value = strings.TrimSpace(key), strings.TrimSpace(value); key {
			case "min":
				lines = append(lines, fmt.Sprintf("%s = max(%s, %s)", m[1], m[1], value))
			case "max":
				lines = append(lines, fmt.Sprintf("%s = min(%s, %s)", m[1], m[1], value))
			case "unless_post":
				unless = true
			}
		}
		before := false
		if change != nil {
			lines[0], before = change(m[1], line)
		}
		if unless {
			for k := range lines {
				lines[k] = "    " + lines[k]
			}
			lines = append([]string{"if t_pre != t_post:"}, lines...)
		}
		if before {
			first = append(first, lines...)
		} else {
			rest = append(rest, lines...)
		}
	}
	return strings.Join(append(first, rest...), "\n"), nil
}

var gTarget = regexp.MustCompile(`\bg_target\b`)

// pathways gives the synapses what happens at spikes. What changes the conductance comes first, as in ANNarchy.
func (p *projection) pathways(t *starlark.Thread, s *synapse) error {
	x := p.learned
	add := func(name, text string, post bool) error {
		code, err := statements(text, func(name, line string) (string, bool) {
			if name != "g_target" {
				return line, false
			}
			var all []string
			if p.to.group.Spiking == nil { // given spikes depend on nothing
				return "", true
			}
			for _, target := range p.targets {
				all = append(all, gTarget.ReplaceAllString(line, conductance(target)))
			}
			return strings.Join(all, "; "), true
		})
		if err != nil {
			return fmt.Errorf("%s: %s_spike: %w", "Synapse", name, err)
		}
		if !post && !p.continuous && p.to.group.Spiking != nil && !gTarget.MatchString(s.preSpike) {
			line := ""
			for _, target := range p.targets {
				line += conductance(target) + " += w\n"
			}
			code = line + code
		}
		if code == "" {
			return nil
		}
		path := &net.Pathway{Name: name, Post: post, Code: &diag.Source{Name: fmt.Sprintf("%s_spike of %s", name, p.what), Text: code}}
		x.Pathways = append(x.Pathways, path)
		p.in.remember(t, p.what, path.Code)
		return nil
	}
	if p.from.emits() {
		if err := add("pre", s.preSpike, false); err != nil {
			return err
		}
	} else if s.preSpike != "" {
		return fmt.Errorf("%s: the synapse has pre_spike=, but %q does not spike", p.what, p.proj.Pre.Name)
	}
	if s.postSpike != "" && !p.to.emits() {
		return fmt.Errorf("%s: the synapse has post_spike=, but %q does not spike", p.what, p.proj.Post.Name)
	}
	if err := add("post", s.postSpike, true); err != nil {
		return err
	}
	return p.spikeTimes()
}

// lastSpikeVar keeps the time of a neuron's last spike, in ms, where synapses ask for it by t_pre and t_post.
const lastSpikeVar = "last_spike"

var spikeTimeNames = map[string]*regexp.Regexp{"pre": regexp.MustCompile(`\bt_pre\b`), "post": regexp.MustCompile(`\bt_post\b`)}

// spikeTimes makes t_pre and t_post known to the synapses.
func (p *projection) spikeTimes() error {
	x := p.learned
	texts := []*diag.Source{x.Equations}
	for _, path := range x.Pathways {
		texts = append(texts, path.Code)
	}
	for end, name := range spikeTimeNames {
		pop := p.from
		if end == "post" {
			pop = p.to
		}
		for _, s := range texts {
			if !name.MatchString(s.Text) {
				continue
			}
			if err := pop.keepSpikeTimes(); err != nil {
				return fmt.Errorf("%s: t_%s: %w", p.what, end, err)
			}
			s.Text = name.ReplaceAllString(s.Text, end+"."+lastSpikeVar)
		}
	}
	return nil
}

// keepSpikeTimes adds the variable lastSpikeVar to the population.
func (p *population) keepSpikeTimes() error {
	g := p.group
	switch {
	case g.Spiking == nil:
		return withHint(fmt.Errorf("%q has no equations that could tell when it spiked", g.Name), "keep the time in the synapse: pre_spike=\"...; last = t\", with the parameter last = -1e6")
	case p.vars[lastSpikeVar].name != "":
		return nil
	case p.home.ran:
		return fmt.Errorf("%q has run already", g.Name)
	}
	g.Params.Text += fmt.Sprintf("\n%s = -1e6", lastSpikeVar)
	if g.Spiking.Reset == nil {
		g.Spiking.Reset = &diag.Source{Name: fmt.Sprintf("reset of Population '%s'", g.Name)}
	}
	g.Spiking.Reset.Text += fmt.Sprintf("\n%s = t", lastSpikeVar)
	p.vars[lastSpikeVar] = variable{name: lastSpikeVar, stored: true}
	p.names = append(p.names, lastSpikeVar)
	return nil
}

// emits reports whether the population has spikes.
func (p *population) emits() bool { return p.group.Spiking != nil || p.group.Generator != nil }

// spikingSynapses makes the synapses of a projection onto spiking neurons, or with a Synapse that acts by spikes.
func (p *projection) spikingSynapses(t *starlark.Thread, s *synapse) error {
	if s == nil {
		s = &synapse{}
	}
	p.continuous = s.psp != "" || !p.from.emits()
	if p.to.group.Spiking == nil && p.to.group.Generator == nil && !p.continuous {
		return withHint(fmt.Errorf("%s: neurons that spike have no firing rate that %q could sum", p.what, p.proj.Post.Name),
			"give the synapse a psp= of their variables, or make the postsynaptic neurons spike")
	}
	if p.to.group.Spiking != nil {
		for _, target := range p.targets {
			if _, ok := p.to.vars[conductance(target)]; !ok {
				if err := p.to.addConductance(t, target, p.what); err != nil {
					return err
				}
			}
		}
	}
	if err := p.learn(t, s); err != nil {
		return err
	}
	if !p.continuous {
		p.learned.Transmit = nil
	} else {
		p.learned.Transmit.SpikesOnly = p.from.emits() && s.psp != "" && !presynaptic.MatchString(s.psp+"\n"+s.equations)
	}
	return p.pathways(t, s)
}

// presynapticName finds the variables of presynaptic neurons that the text of a synapse names.
var presynapticName = regexp.MustCompile(`\bpre\.([A-Za-z_]\w*)`)

// presynaptic is a variable of the presynaptic neuron in the text of a synapse.
var presynaptic = regexp.MustCompile(`\bpre\.`)

// addConductance gives neurons that spike a conductance for a target that none of their equations reads, as ANNarchy does; what arrives is lost.
func (p *population) addConductance(t *starlark.Thread, target, what string) error {
	name := conductance(target)
	if p.home.ran {
		return withHint(fmt.Errorf("%s has the target %q, but no equation of %q uses %s", what, target, p.group.Name, name), didYouMeanTarget(p))
	}
	p.in.warnAt(t, fmt.Sprintf("what %s brings is lost: no equation of %q uses %s", what, p.group.Name, name), didYouMeanTarget(p))
	p.group.Equations.Text += "\n" + name + " = 0.0"
	p.vars[name] = variable{name: name, stored: true}
	p.names = append(p.names, name)
	return nil
}

func didYouMeanTarget(p *population) string {
	var known []string
	for _, n := range p.names {
		if t, ok := strings.CutPrefix(n, "g_"); ok {
			known = append(known, fmt.Sprintf("%q", t))
		}
	}
	if len(known) == 0 {
		return "add g_TARGET to its equations"
	}
	return "it takes the targets " + strings.Join(known, ", ")
}
