package script

import (
	"fmt"
	"slices"

	"go.starlark.net/starlark"
)

// made is how an object of a class made of Network was made, to make others like it.
type made struct {
	class  *classValue
	args   starlark.Tuple
	kwargs []starlark.Tuple // without dt= and seed=
}

// makeNetworkOf makes an object of a class of Network: it has dt= and seed= besides the arguments of __init__, and is a Network before that runs.
func (c *classValue) makeNetworkOf(t *starlark.Thread, o *instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var own, rest []starlark.Tuple
	for _, kw := range kwargs {
		if kw[0] == starlark.String("dt") || kw[0] == starlark.String("seed") {
			own = append(own, kw)
		} else {
			rest = append(rest, kw)
		}
	}
	v, err := starlark.Call(t, c.nativeBase(), nil, own)
	if err != nil {
		return nil, err
	}
	n := v.(*network)
	n.made, o.native = &made{c, args, rest}, n
	if init := c.find("__init__"); init != nil {
		_, err = starlark.Call(t, init, append(starlark.Tuple{o}, args...), rest)
	} else if len(args)+len(rest) > 0 {
		err = fmt.Errorf("%s takes dt= and seed= only", c.name)
	}
	return o, err
}

// again is net.copy(*args, **kwargs): another network of the same class, made with other arguments.
func (n *network) again(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if n.made == nil {
		return nil, onlyClasses(b.Name())
	}
	dt := true
	for _, kw := range kwargs {
		dt = dt && kw[0] != starlark.String("dt")
	}
	if dt {
		kwargs = append(kwargs, starlark.Tuple{starlark.String("dt"), starlark.Float(n.in.dtOf(n.w) * 1000)})
	}
	return starlark.Call(t, n.made.class, args, kwargs)
}

func onlyClasses(what string) error {
	return withHint(fmt.Errorf("%s: the network must be of a class that makes it", what), "class MyNetwork(Network), whose __init__ creates and connects; or sweep(...) for many values of a parameter at once")
}

// parallelRun is net.parallel_run(method, number, max_processes=-1, seeds=None, measure_time=False, **kwargs): the method with each of number networks
// like this one, one after another. Lists among the further arguments have one value for each.
func (n *network) parallelRun(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var method starlark.Callable
	number := 0
	var processes, measure, seeds starlark.Value
	var own, rest []starlark.Tuple
	for _, kw := range kwargs {
		switch kw[0].(starlark.String) {
		case "method", "number", "max_processes", "seeds", "measure_time":
			own = append(own, kw)
		default:
			rest = append(rest, kw)
		}
	}
	if err := unpack(b.Name(), args, own, "method", &method, "number", &number, "max_processes?", &processes, "seeds?", &seeds, "measure_time?", &measure); err != nil {
		return nil, err
	}
	if n.made == nil {
		return nil, onlyClasses(b.Name())
	}
	var takes []string
	if init, ok := n.made.class.find("__init__").(*starlark.Function); ok {
		for k := range init.NumParams() {
			name, _ := init.Param(k)
			takes = append(takes, name)
		}
	}
	base, _ := starlark.AsInt32(n.setting("seed"))
	out := make([]starlark.Value, number)
	for k := range out {
		given := map[string]starlark.Value{}
		var order []string
		put := func(name string, v starlark.Value) {
			if given[name] == nil {
				order = append(order, name)
			}
			given[name] = v
		}
		for i, a := range n.made.args {
			if i+1 < len(takes) {
				put(takes[i+1], a)
			}
		}
		for _, kw := range n.made.kwargs {
			put(string(kw[0].(starlark.String)), kw[1])
		}
		put("dt", starlark.Float(n.in.dtOf(n.w)*1000))
		var of []starlark.Tuple
		for _, kw := range rest {
			v, name := kw[1], string(kw[0].(starlark.String))
			if l, ok := v.(*starlark.List); ok {
				if l.Len() != number {
					return nil, fmt.Errorf("%s: %s= has %d values for %d networks", b.Name(), name, l.Len(), number)
				}
				v = l.Index(k)
			}
			if slices.Contains(takes, name) {
				put(name, v)
			} else {
				of = append(of, starlark.Tuple{kw[0], v})
			}
		}
		switch s := seeds.(type) {
		case starlark.String:
			switch s {
			case "same":
				put("seed", starlark.MakeInt(base))
			case "sequential":
				put("seed", starlark.MakeInt(base+k+1))
			default:
				return nil, fmt.Errorf("%s: seeds is a list, 'same' or 'sequential', not %q", b.Name(), string(s))
			}
		case *starlark.List:
			if s.Len() != number {
				return nil, fmt.Errorf("%s: %d seeds for %d networks", b.Name(), s.Len(), number)
			}
			put("seed", s.Index(k))
		default: // a seed for each, from that of the script
			put("seed", starlark.MakeInt(1000+base+k))
		}
		var kw []starlark.Tuple
		for _, name := range order {
			kw = append(kw, starlark.Tuple{starlark.String(name), given[name]})
		}
		other, err := starlark.Call(t, n.made.class, nil, kw)
		if err != nil {
			return nil, err
		}
		if out[k], err = starlark.Call(t, method, starlark.Tuple{other}, of); err != nil {
			return nil, err
		}
	}
	return starlark.NewList(out), nil
}
