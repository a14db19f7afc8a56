package script

import (
	"fmt"
	"slices"

	"go.starlark.net/starlark"
)

// poolModule is multiprocessing: a Pool calls its functions one after another in the order of their arguments, each with the network on
// all cores.
func poolModule() starlark.StringDict {
	return functions(map[string]builtinFunc{"Pool": makePool, "cpu_count": oneCore, "freeze_support": doNothing, "set_start_method": doNothing,
		"current_process": func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return &moduleValue{"process", starlark.StringDict{"name": starlark.String("MainProcess"), "pid": starlark.MakeInt(1)}}, nil
		}})
}

// oneCore is cpu_count(): what a script hands out to several processes runs one after another.
func oneCore(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return starlark.MakeInt(1), nil
}

func makePool(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var processes, begin, with, tasks starlark.Value
	if err := unpack(b.Name(), args, kwargs, "processes?", &processes, "initializer?", &begin, "initargs?", &with, "maxtasksperchild?", &tasks); err != nil {
		return nil, err
	}
	if isGiven(begin) {
		return nil, withHint(inCall("Pool", "there is no initializer="), "call the function before")
	}
	return &moduleValue{"Pool", functions(map[string]builtinFunc{
		"map": poolMap(poolList), "imap": poolMap(poolList), "imap_unordered": poolMap(poolList), "starmap": poolMap(poolList), "map_async": poolMap(poolLater), "starmap_async": poolMap(poolLater),
		"apply": poolApply(false), "apply_async": poolApply(true), "close": doNothing, "join": doNothing, "terminate": doNothing,
	})}, nil
}

func poolList(v starlark.Value) starlark.Value { return v }

// poolLater is what will be there: it is.
func poolLater(v starlark.Value) starlark.Value {
	give := func(v starlark.Value) builtinFunc {
		return func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return v, nil
		}
	}
	return &moduleValue{"result", functions(map[string]builtinFunc{"get": give(v), "wait": doNothing, "ready": give(starlark.True), "successful": give(starlark.True)})}
}

// poolMap is map(f, list) and, by the name, starmap(f, list of tuples).
func poolMap(result func(starlark.Value) starlark.Value) builtinFunc {
	return func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var f starlark.Callable
		var over starlark.Iterable
		var chunk starlark.Value
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "func", &f, "iterable", &over, "chunksize?", &chunk); err != nil {
			return nil, err
		}
		stars := b.Name() == "starmap" || b.Name() == "starmap_async"
		each := slices.Collect(starlark.Elements(over))
		out := make([]starlark.Value, len(each))
		for k, v := range each {
			one := starlark.Tuple{v}
			if stars {
				list, ok := v.(starlark.Iterable)
				if !ok {
					return nil, fmt.Errorf("%s: expected lists of arguments, got %s", b.Name(), article(v))
				}
				one = slices.Collect(starlark.Elements(list))
			}
			var err error
			if out[k], err = starlark.Call(t, f, one, nil); err != nil {
				return nil, err
			}
		}
		return result(starlark.NewList(out)), nil
	}
}

// poolApply is apply(f, args=(), kwds={}).
func poolApply(later bool) builtinFunc {
	return func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var f starlark.Callable
		var with starlark.Iterable = starlark.Tuple{}
		named := starlark.NewDict(0)
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "func", &f, "args?", &with, "kwds?", &named); err != nil {
			return nil, err
		}
		v, err := starlark.Call(t, f, slices.Collect(starlark.Elements(with)), named.Items())
		if err == nil && later {
			v = poolLater(v)
		}
		return v, err
	}
}

// joblibModule is Parallel(n_jobs=n)(delayed(f)(x) for x in list), which calls one after another.
func joblibModule() starlark.StringDict {
	return functions(map[string]builtinFunc{"cpu_count": oneCore,
		"delayed": func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			f, err := oneArg(b, args, kwargs)
			if err != nil {
				return nil, err
			}
			return starlark.NewBuiltin("delayed", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				named := make(starlark.Tuple, len(kwargs))
				for k, kv := range kwargs {
					named[k] = kv
				}
				return starlark.Tuple{f, args, named}, nil
			}), nil
		},
		"Parallel": func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.NewBuiltin("Parallel", func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				v, err := oneArg(b, args, kwargs)
				if err != nil {
					return nil, err
				}
				calls, err := partsOf(b.Name(), v)
				if err != nil {
					return nil, err
				}
				out := make([]starlark.Value, len(calls))
				for k, c := range calls {
					call, ok := c.(starlark.Tuple)
					if !ok || len(call) != 3 {
						return nil, withHint(inCall("Parallel", "expected calls that are delayed, got %s", article(c)), "as in Parallel(n_jobs=4)(delayed(f)(x) for x in values)")
					}
					var named []starlark.Tuple
					for _, kv := range call[2].(starlark.Tuple) {
						named = append(named, kv.(starlark.Tuple))
					}
					if out[k], err = starlark.Call(t, call[0], call[1].(starlark.Tuple), named); err != nil {
						return nil, err
					}
				}
				return starlark.NewList(out), nil
			}), nil
		}})
}
