package script

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/galvani-sim/galvani/host/pystar"
	"go.starlark.net/starlark"
)

// addLibrary adds Python's modules, which scripts see when they import them.
func (in *interp) addLibrary(d starlark.StringDict) {
	lib := starlark.StringDict{}
	put := func(name string, members starlark.StringDict) { lib[name] = &moduleValue{name, members} }
	put("math", mathModule(d))
	put("random", in.draws.pythonRandom())
	put("itertools", functions(itertoolsFunctions))
	put("functools", functions(map[string]builtinFunc{"partial": partial, "reduce": reduceFunc, "lru_cache": decoratorOfNothing, "wraps": decoratorOfNothing}))
	put("collections", functions(map[string]builtinFunc{"defaultdict": makeDefaultDict, "OrderedDict": plainDict, "Counter": countElements, "namedtuple": makeNamedTuple}))
	put("dataclasses", functions(map[string]builtinFunc{"dataclass": dataclass, "field": dataField}))
	put("copy", functions(map[string]builtinFunc{"copy": shallowCopy, "deepcopy": deepCopy}))
	put("time", clockFunctions())
	put("timeit", starlark.StringDict{"default_timer": clockFunctions()["time"]})
	put("warnings", functions(map[string]builtinFunc{"filterwarnings": doNothing, "simplefilter": doNothing, "catch_warnings": doNothing, "warn": in.warnFunction}))
	put("os", starlark.StringDict{"path": &moduleValue{"os.path", in.pathFunctions()}, "sep": starlark.String("/"), "getcwd": starlark.NewBuiltin("getcwd", func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
		return starlark.String("."), nil
	}), "makedirs": starlark.NewBuiltin("makedirs", doNothing), "mkdir": starlark.NewBuiltin("mkdir", doNothing), "cpu_count": starlark.NewBuiltin("cpu_count", oneCore), "getpid": starlark.NewBuiltin("getpid", oneCore)})
	put("sys", starlark.StringDict{"argv": starlark.NewList([]starlark.Value{starlark.String("script")}), "exit": starlark.NewBuiltin("exit", exitScript), "path": starlark.NewList(nil),
		"maxsize": starlark.MakeInt64(1<<63 - 1), "version": starlark.String("Starlark"),
		"stdout": &moduleValue{"sys.stdout", starlark.StringDict{"flush": starlark.NewBuiltin("flush", doNothing), "write": starlark.NewBuiltin("write", in.writeOut)}}})
	special := mathModule(d)
	special["expit"] = elementFunction("expit", func(x float64) float64 { return 1 / (1 + math.Exp(-x)) })
	lib["scipy"] = &moduleValue{"scipy", starlark.StringDict{"special": &moduleValue{"scipy.special", special}, "stats": &moduleValue{"scipy.stats", statsModule(&in.draws)}, "optimize": &moduleValue{"scipy.optimize", optimizeModule()}, "sparse": &moduleValue{"scipy.sparse", sparseModule()}}}
	progress := functions(map[string]builtinFunc{"tqdm": progressBar, "trange": progressRange})
	lib["tqdm"] = &moduleValue{"tqdm", progress}
	progress["notebook"], progress["auto"] = lib["tqdm"], lib["tqdm"]
	put("platform", functions(map[string]builtinFunc{"system": platformName, "machine": platformName, "python_version": platformName}))
	put("cycler", functions(map[string]builtinFunc{"cycler": makeCycler}))
	put("builtins", functions(map[string]builtinFunc{"sum": pythonSum}))
	put("operator", operatorModule(d))
	put("multiprocessing", poolModule())
	put("joblib", joblibModule())
	put("pathlib", functions(map[string]builtinFunc{"Path": in.makePath, "PurePath": in.makePath}))
	put("networkx", in.graphVocabulary())
	d[pystar.Library] = &moduleValue{"Python's library", lib}
	for name, f := range map[string]builtinFunc{"exit": exitScript, "quit": exitScript, "divmod": divmod, "callable": isCallable, "isinstance": isInstance, "frozenset": frozenSet, "open": in.openFile, "globals": scopeNames(false), "locals": scopeNames(true)} {
		if d[name] == nil {
			d[name] = starlark.NewBuiltin(name, f)
		}
	}
}

func functions(list map[string]builtinFunc) starlark.StringDict {
	d := starlark.StringDict{}
	for name, f := range list {
		d[name] = starlark.NewBuiltin(name, f)
	}
	return d
}

// doNothing takes anything and is nothing, for what only changes how Python shows or stores things.
func doNothing(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return starlark.None, nil
}

// scopeNames are globals() and locals(): what the names of the place of the call mean, as a dictionary of its own.
func scopeNames(locals bool) builtinFunc {
	return func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args)+len(kwargs) > 0 {
			return nil, fmt.Errorf("%s takes no arguments", b.Name())
		}
		s := capture(t)
		values := s.globals()
		if locals && s.module != nil && s.module.Name() != "<toplevel>" {
			values = s.locals
		}
		out := starlark.NewDict(len(values))
		for _, name := range values.Keys() {
			if v := values[name]; v != nil && !strings.HasPrefix(name, ".") {
				if err := out.SetKey(starlark.String(name), v); err != nil {
					return nil, err
				}
			}
		}
		return out, nil
	}
}

// decoratorOfNothing is @lru_cache, @lru_cache(maxsize=None) or @wraps(f): the function stays as it is.
func decoratorOfNothing(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 && len(kwargs) == 0 && b.Name() == "lru_cache" {
		if f, ok := args[0].(starlark.Callable); ok {
			return f, nil
		}
	}
	return starlark.NewBuiltin(b.Name(), func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return oneArg(b, args, kwargs)
	}), nil
}

// exitCall is how exit() ends a script.
type exitCall struct{ code string }

// errExited is what a script that called exit() ends with.
var errExited = errors.New("the script ended itself")

func (e *exitCall) Error() string { return "the script ended itself: exit(" + e.code + ")" }

// exitScript is exit(): the script ends here, as if the rest of it was not there; with a text or a number that is not 0 it is an error.
func exitScript(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var code starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "code?", &code); err != nil {
		return nil, err
	}
	if n, ok := code.(starlark.Int); code == starlark.None || ok && n.Sign() == 0 {
		return nil, &exitCall{}
	}
	return nil, &exitCall{plainString(code)}
}

// clockFunctions are those of time. They serve to say how long something took: nothing that is simulated reads them.
func clockFunctions() starlark.StringDict {
	d := starlark.StringDict{"sleep": starlark.NewBuiltin("sleep", doNothing)}
	for _, name := range []string{"time", "perf_counter", "process_time", "monotonic", "clock"} {
		d[name] = starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.Float(float64(time.Now().UnixNano()) / 1e9), nil
		})
	}
	return d
}

// warnFunction is warnings.warn(text).
func (in *interp) warnFunction(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("%s: expected a text", b.Name())
	}
	in.warnAt(t, plainString(args[0]), "")
	return starlark.None, nil
}

func (in *interp) writeOut(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprint(in.opt.Stdout, plainString(v))
	return starlark.None, err
}

// pathFunctions are those of os.path.
func (in *interp) pathFunctions() starlark.StringDict {
	texts := func(b *starlark.Builtin, args starlark.Tuple) ([]string, error) {
		out := make([]string, len(args))
		for k, v := range args {
			s, ok := starlark.AsString(v)
			if !ok {
				return nil, fmt.Errorf("%s: expected texts, got %s", b.Name(), article(v))
			}
			out[k] = s
		}
		if len(out) == 0 {
			return nil, fmt.Errorf("%s: expected a path", b.Name())
		}
		return out, nil
	}
	exists := func(want func(os.FileInfo) bool) builtinFunc {
		return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			p, err := texts(b, args)
			if err != nil {
				return nil, err
			}
			real, err := in.readable(p[0])
			if err != nil {
				return starlark.False, nil
			}
			info, err := os.Stat(real)
			return starlark.Bool(err == nil && want(info)), nil
		}
	}
	of := func(f func(string) starlark.Value) builtinFunc {
		return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			p, err := texts(b, args)
			if err != nil {
				return nil, err
			}
			return f(p[0]), nil
		}
	}
	return functions(map[string]builtinFunc{
		"join": func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			p, err := texts(b, args)
			if err != nil {
				return nil, err
			}
			for len(p) > 1 && p[0] == "" {
				p = p[1:]
			}
			return starlark.String(path.Join(p...)), nil
		},
		"exists": exists(func(os.FileInfo) bool { return true }), "isfile": exists(func(i os.FileInfo) bool { return i.Mode().IsRegular() }), "isdir": exists(os.FileInfo.IsDir),
		"basename": of(func(p string) starlark.Value { return starlark.String(p[strings.LastIndexByte(p, '/')+1:]) }),
		"dirname":  of(func(p string) starlark.Value { return starlark.String(p[:max(0, strings.LastIndexByte(p, '/'))]) }),
		"abspath":  of(func(p string) starlark.Value { return starlark.String(p) }), "realpath": of(func(p string) starlark.Value { return starlark.String(p) }),
		"splitext": of(func(p string) starlark.Value {
			ext := path.Ext(p)
			return starlark.Tuple{starlark.String(strings.TrimSuffix(p, ext)), starlark.String(ext)}
		}),
	})
}

// divmod is (a // b, a % b).
func divmod(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, y starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &x, &y); err != nil {
		return nil, err
	}
	q, err := starlark.Binary(slashSlash, x, y)
	if err != nil {
		return nil, err
	}
	r, err := starlark.Binary(percentSign, x, y)
	return starlark.Tuple{q, r}, err
}

func isCallable(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	_, ok := v.(starlark.Callable)
	return starlark.Bool(ok), nil
}

// instances are what a value is an instance of, by its type here.
var instances = map[string]string{"int": "int", "float": "float", "string": "str", "list": "list", "tuple": "tuple", "dict": "dict", "bool": "bool int", "set": "set", "quantity": "Quantity float", "array": "ndarray Quantity"}

// isInstance is isinstance(x, type) or isinstance(x, (type, type)), of the types that scripts make values with.
func isInstance(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, types starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 2, &x, &types); err != nil {
		return nil, err
	}
	list, ok := types.(starlark.Tuple)
	if !ok {
		list = starlark.Tuple{types}
	}
	is := strings.Fields(instances[x.Type()])
	if len(is) == 0 {
		is = []string{x.Type()}
	}
	for _, t := range list {
		name := ""
		switch t := t.(type) {
		case *classValue:
			if o, ok := x.(*instance); ok && slices.Contains(o.class.all(), t) {
				return starlark.True, nil
			}
			continue
		case starlark.Callable:
			name = t.Name()
		case starlark.String:
			name = strings.TrimRight(string(t), "0123468_")
		default:
			return nil, fmt.Errorf("isinstance: expected a type such as int, float or str, got %s", article(t))
		}
		for _, n := range is {
			if n == name {
				return starlark.True, nil
			}
		}
	}
	return starlark.False, nil
}

func frozenSet(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Iterable = starlark.Tuple{}
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 0, &x); err != nil {
		return nil, err
	}
	out := starlark.NewSet(0)
	it := x.Iterate()
	defer it.Done()
	for v := starlark.Value(nil); it.Next(&v); {
		if err := out.Insert(v); err != nil {
			return nil, err
		}
	}
	out.Freeze()
	return out, nil
}
