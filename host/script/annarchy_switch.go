package script

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// projectionMethods are the attributes of projections that are neither variables nor connectors.
var projectionMethods map[string]func(p *projection, name string) (starlark.Value, error)

func init() { // they refer to each other
	projectionMethods = map[string]func(p *projection, name string) (starlark.Value, error){
		"connectivity_matrix": func(p *projection, name string) (starlark.Value, error) {
			return starlark.NewBuiltin(name, p.matrix), nil
		},
		"size": func(p *projection, _ string) (starlark.Value, error) {
			t, err := p.synapses()
			if err != nil {
				return nil, err
			}
			return starlark.MakeInt(len(t.posts)), nil
		},
		"nb_synapses": func(p *projection, _ string) (starlark.Value, error) {
			t, err := p.synapses()
			if err != nil {
				return nil, err
			}
			return starlark.MakeInt(len(t.pre)), nil
		},
		"nb_synapses_per_dendrite": func(p *projection, _ string) (starlark.Value, error) {
			return p.perRow(func(row []int32) starlark.Value { return starlark.MakeInt(len(row)) })
		},
		"pre_ranks": func(p *projection, _ string) (starlark.Value, error) {
			return p.perRow(func(row []int32) starlark.Value {
				pre := make([]int32, len(row))
				for k, place := range row {
					pre[k] = p.table.pre[place]
				}
				return intList(pre)
			})
		},
		"post_ranks": func(p *projection, _ string) (starlark.Value, error) {
			t, err := p.synapses()
			if err != nil {
				return nil, err
			}
			return intList(t.posts), nil
		},
		"dendrites": func(p *projection, _ string) (starlark.Value, error) {
			if _, err := p.synapses(); err != nil {
				return nil, err
			}
			return starlark.NewList(p.dendrites()), nil
		},
		"dendrite": func(p *projection, name string) (starlark.Value, error) {
			return oneArgMethod(name, func(v starlark.Value) (starlark.Value, error) { return p.dendriteAt(v) }), nil
		},
		"synapse": func(p *projection, name string) (starlark.Value, error) {
			return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				var pre, post starlark.Value
				if err := unpack(b.Name(), args, kwargs, "pre", &pre, "post", &post); err != nil {
					return nil, err
				}
				d, err := p.dendriteAt(post)
				if err != nil {
					return nil, err
				}
				return d.synapseAt(pre)
			}), nil
		},
		"get": func(p *projection, name string) (starlark.Value, error) {
			return oneArgMethod(name, func(v starlark.Value) (starlark.Value, error) {
				s, ok := starlark.AsString(v)
				if !ok {
					return nil, fmt.Errorf("get: a name is expected, got %s", article(v))
				}
				return p.Attr(s)
			}), nil
		},
		"set": func(p *projection, name string) (starlark.Value, error) {
			return oneArgMethod(name, func(v starlark.Value) (starlark.Value, error) { return starlark.None, setFields(p, v) }), nil
		},
		"enable_learning": func(p *projection, name string) (starlark.Value, error) {
			return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				var period, offset starlark.Value
				if err := unpack(b.Name(), args, kwargs, "period?", &period, "offset?", &offset); err != nil {
					return nil, err
				}
				if isGiven(period) || isGiven(offset) {
					return nil, withHint(fmt.Errorf("%s: period= and offset= are not supported", b.Name()), "call enable_learning() and disable_learning() between runs, or multiply the rule by a function of t")
				}
				return starlark.None, p.learning(true)
			}), nil
		},
		"disable_learning": func(p *projection, name string) (starlark.Value, error) {
			return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				if err := unpack(b.Name(), args, kwargs); err != nil {
					return nil, err
				}
				return starlark.None, p.learning(false)
			}), nil
		},
		"variables": func(p *projection, _ string) (starlark.Value, error) { return stringList(p.variableNames()), nil },
		"transmission": func(p *projection, _ string) (starlark.Value, error) {
			return starlark.Bool(!p.silent), nil
		},
		"update":     func(p *projection, _ string) (starlark.Value, error) { return starlark.Bool(!p.rigid), nil },
		"plasticity": func(p *projection, _ string) (starlark.Value, error) { return starlark.Bool(!p.rigid), nil },
	}
}

func (p *projection) perRow(f func([]int32) starlark.Value) (starlark.Value, error) {
	t, err := p.synapses()
	if err != nil {
		return nil, err
	}
	out := []starlark.Value{}
	for _, row := range t.rows {
		out = append(out, f(row))
	}
	return starlark.NewList(out), nil
}

// variableNames are the names of what each synapse has.
func (p *projection) variableNames() []string {
	if p.learned == nil {
		return []string{"w", "delay"}
	}
	return append([]string{"delay"}, p.names...)
}

// projectionFlags are attributes that switch something on and off.
var projectionFlags = map[string]func(*projection, bool) error{"update": (*projection).learning, "plasticity": (*projection).learning, "transmission": (*projection).transmits}

func (p *projection) setFlag(f func(*projection, bool) error, v starlark.Value) error {
	on, ok := v.(starlark.Bool)
	if !ok {
		return fmt.Errorf("%s: True or False is expected, got %s", p.what, article(v))
	}
	return f(p, bool(on))
}

// learning says whether the synapses change. Of rate-coded neurons no equation of the synapses runs without; those of neurons that spike keep their
// weights, and their other variables go on.
func (p *projection) learning(on bool) error {
	if p.learned == nil || p.rigid == !on {
		return nil // there is nothing to learn
	}
	if !p.from.emits() && !p.to.emits() {
		p.learned.Inactive, p.rigid = !on, !on
		return nil
	}
	if weightEquation.MatchString(p.learned.Equations.Text) {
		return withHint(fmt.Errorf("%s: the equation of the weight of synapses between neurons that spike cannot be switched off", p.what),
			"give the rule a factor that is a parameter of the projection, and set it to 0 between runs")
	}
	for _, path := range p.learned.Pathways {
		switch {
		case !on:
			code := *path.Code
			if code.Text = withoutWeights(code.Text); code.Text == path.Code.Text {
				continue
			}
			if p.plastic == nil {
				p.plastic = map[*net.Pathway]*diag.Source{}
			}
			p.plastic[path], path.Code = path.Code, &code
			if origin, ok := p.in.origins[p.plastic[path]]; ok {
				p.in.origins[path.Code] = origin
			}
		case p.plastic[path] != nil:
			path.Code = p.plastic[path]
		}
	}
	p.rigid = !on
	return nil
}

var weightEquation = regexp.MustCompile(`\bdw\s*/\s*dt\b|(?m)^\s*w\s*[-+*/]?=`)

// withoutWeights is code in which the statements that set w do nothing.
func withoutWeights(code string) string {
	lines := strings.Split(code, "\n")
	for k, line := range lines {
		if m := statementName.FindStringSubmatch(line); m != nil && m[1] == "w" {
			lines[k] = line[:len(line)-len(strings.TrimLeft(line, " \t"))] + "w = w"
		}
	}
	return strings.Join(lines, "\n")
}

// transmits says whether what the synapses receive reaches the neurons.
func (p *projection) transmits(on bool) error {
	if p.silent == !on {
		return nil
	}
	if p.learned == nil || p.learned.Transmit == nil {
		return withHint(fmt.Errorf("%s: transmission= is for synapses with equations between rate-coded neurons", p.what),
			"set the weights to 0, or multiply what they bring by a parameter of the postsynaptic neurons")
	}
	if on {
		p.learned.Transmit = p.sends
	} else {
		p.sends, p.learned.Transmit = p.learned.Transmit, nil
	}
	p.silent = !on
	return nil
}

// switchAll is net.enable_learning(projections=None) and its like.
func (in *interp) switchAll(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var projections, period, offset, id starlark.Value
	if err := unpack(b.Name(), args, kwargs, "projections?", &projections, "period?", &period, "offset?", &offset, "net_id?", &id); err != nil {
		return nil, err
	}
	if isGiven(period) || isGiven(offset) {
		return nil, fmt.Errorf("%s: period= and offset= are not supported", b.Name())
	}
	list := in.pending
	if isGiven(projections) {
		list = nil
		seq, ok := projections.(starlark.Indexable)
		if !ok {
			seq = starlark.NewList([]starlark.Value{projections})
		}
		for k := range seq.Len() {
			p, ok := seq.Index(k).(*projection)
			if !ok {
				return nil, fmt.Errorf("%s: projections= is a list of projections, got %s", b.Name(), article(seq.Index(k)))
			}
			list = append(list, p)
		}
	}
	for _, p := range list {
		if err := p.learning(b.Name() == "enable_learning"); err != nil {
			return nil, err
		}
	}
	return starlark.None, nil
}
