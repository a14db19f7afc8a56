package script

import (
	"fmt"
	"slices"

	"go.starlark.net/starlark"
)

// What ANNarchy's populations and views have besides their variables.

// populationMethods by name.
var populationMethods map[string]func(p *population, name string) (starlark.Value, error)

func init() { // they refer to each other
	populationMethods = map[string]func(p *population, name string) (starlark.Value, error){
		"ranks": func(p *population, _ string) (starlark.Value, error) {
			return intArray(strided(0, p.group.N, 1)), nil
		},
		"dimension":  func(p *population, _ string) (starlark.Value, error) { return starlark.MakeInt(len(p.shape)), nil },
		"attributes": func(p *population, _ string) (starlark.Value, error) { return stringList(p.shown(true, true)), nil },
		"variables":  func(p *population, _ string) (starlark.Value, error) { return stringList(p.shown(false, true)), nil },
		"parameters": func(p *population, _ string) (starlark.Value, error) { return stringList(p.shown(true, false)), nil },
		"neurons": func(p *population, _ string) (starlark.Value, error) {
			out := make([]starlark.Value, p.group.N)
			for k := range out {
				out[k] = &popView{p, []int{k}}
			}
			return starlark.NewList(out), nil
		},
		"neuron": func(p *population, name string) (starlark.Value, error) {
			return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				rank, err := p.rankAt(b.Name(), args, kwargs)
				return &popView{p, []int{rank}}, err
			}), nil
		},
		"rank_from_coordinates": func(p *population, name string) (starlark.Value, error) {
			return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				rank, err := p.rankAt(b.Name(), args, kwargs)
				return starlark.MakeInt(rank), err
			}), nil
		},
		"coordinates_from_rank": func(p *population, name string) (starlark.Value, error) {
			return oneArgMethod(name, func(v starlark.Value) (starlark.Value, error) {
				at, err := p.coordinates(v)
				return intTuple(at), err
			}), nil
		},
		"normalized_coordinates_from_rank": func(p *population, name string) (starlark.Value, error) {
			return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				var rank starlark.Value
				norm := 1.0
				if err := unpack(b.Name(), args, kwargs, "rank", &rank, "norm?", asFloat{&norm}); err != nil {
					return nil, err
				}
				at, err := p.coordinates(rank)
				out := make(starlark.Tuple, len(at))
				for k, x := range at {
					out[k] = starlark.Float(norm * float64(x) / float64(max(p.shape[k]-1, 1)))
				}
				return out, err
			}), nil
		},
		"sum": func(p *population, name string) (starlark.Value, error) { return starlark.NewBuiltin(name, p.sum), nil },
		"clear": func(p *population, name string) (starlark.Value, error) {
			return starlark.NewBuiltin(name, p.clear), nil
		},
		"enable": func(p *population, name string) (starlark.Value, error) {
			return starlark.NewBuiltin(name, p.enable), nil
		},
		"disable": func(p *population, name string) (starlark.Value, error) {
			return starlark.NewBuiltin(name, p.enable), nil
		},
		"compute_firing_rate": func(p *population, name string) (starlark.Value, error) {
			return starlark.NewBuiltin(name, p.computeFiringRate), nil
		},
		"set": func(p *population, name string) (starlark.Value, error) {
			return starlark.NewBuiltin(name, p.setMany), nil
		},
		"get": func(p *population, name string) (starlark.Value, error) {
			return oneArgMethod(name, func(v starlark.Value) (starlark.Value, error) {
				s, ok := starlark.AsString(v)
				if !ok {
					return nil, fmt.Errorf("get: a name is expected, got %s", article(v))
				}
				return p.Attr(s)
			}), nil
		},
	}
}

// shown are the names of parameters and of variables.
func (p *population) shown(parameters, others bool) []string {
	params := map[string]bool{}
	if p.group.Params != nil {
		_, names, _ := variables(p.group.Dialect, emptySource, p.group.Params)
		for _, n := range names {
			params[n] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(p.names), func(n string) bool {
		if params[n] {
			return !parameters
		}
		return !others
	})
}

// rankAt is the number of the neuron at coordinates, given one by one or as a tuple, or the number itself.
func (p *population) rankAt(what string, args starlark.Tuple, kwargs []starlark.Tuple) (int, error) {
	for _, kw := range kwargs {
		args = append(args, kw[1])
	}
	if len(args) == 1 {
		if t, ok := args[0].(starlark.Tuple); ok {
			args = t
		}
	}
	if len(args) == 1 && (len(p.shape) != 1 || len(args) == len(p.shape)) {
		i, err := starlark.AsInt32(args[0])
		if err != nil {
			return 0, fmt.Errorf("%s: a neuron is given by its number or by its coordinates, got %s", what, article(args[0]))
		}
		if i < 0 || i >= p.group.N {
			return 0, fmt.Errorf("%s: %q has no neuron %d; it has %s", what, p.group.Name, i, elementRange(p.group.N))
		}
		return i, nil
	}
	ranks, err := p.ranksOf(args)
	if err != nil {
		return 0, err
	}
	return ranks[0], nil
}

// coordinates of a neuron in the geometry.
func (p *population) coordinates(v starlark.Value) ([]int, error) {
	i, err := p.rankAt("coordinates_from_rank", starlark.Tuple{v}, nil)
	if err != nil {
		return nil, err
	}
	at := make([]int, len(p.shape))
	for k := len(p.shape) - 1; k >= 0; k-- {
		at[k], i = i%p.shape[k], i/p.shape[k]
	}
	return at, nil
}

// enable is pop.enable() and pop.disable(): a population that is disabled keeps its state.
func (p *population) enable(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	p.group.Inactive = b.Name() == "disable"
	return starlark.None, nil
}

// clear is pop.clear(), of a SpikeSourceArray: its times count from now on.
func (p *population) clear(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	if p.spikeTimes != nil {
		p.spikesFrom = p.in.timeOf(p.home)
		return starlark.None, p.setSpikeTimes(p.spikeTimes)
	}
	return nil, withHint(fmt.Errorf("%s: %q alone cannot begin anew", b.Name(), p.group.Name), "net.reset() begins the network anew, without spikes on their way; or set the variables")
}
