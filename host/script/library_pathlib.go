package script

import (
	"os"
	"path"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// pathValue is pathlib.Path("folder") / "name.npy". What takes the name of a file takes it, too.
type pathValue struct {
	in   *interp
	name string
}

var (
	_ starlark.HasBinary  = pathValue{}
	_ starlark.HasAttrs   = pathValue{}
	_ starlark.Comparable = pathValue{}
)

func (p pathValue) String() string        { return p.name }
func (p pathValue) Type() string          { return "Path" }
func (p pathValue) Freeze()               {}
func (p pathValue) Truth() starlark.Bool  { return true }
func (p pathValue) Hash() (uint32, error) { return starlark.String(p.name).Hash() }

// CompareSameType compares by name.
func (p pathValue) CompareSameType(op syntax.Token, y starlark.Value, depth int) (bool, error) {
	return starlark.CompareDepth(op, starlark.String(p.name), starlark.String(y.(pathValue).name), depth)
}

// Binary is p / "name".
func (p pathValue) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	name, ok := fileName(y)
	if op != syntax.SLASH || !ok {
		return nil, nil
	}
	if side == starlark.Right {
		return pathValue{p.in, joinPath(name, p.name)}, nil
	}
	return pathValue{p.in, joinPath(p.name, name)}, nil
}

func joinPath(parts ...string) string {
	out := ""
	for _, p := range parts {
		if strings.HasPrefix(p, "/") {
			out = p
		} else {
			out = path.Join(out, p)
		}
	}
	if out == "" {
		out = "."
	}
	return out
}

// fileName is the name of a file, a text or a Path.
func fileName(v starlark.Value) (string, bool) {
	if p, ok := v.(pathValue); ok {
		return p.name, true
	}
	return starlark.AsString(v)
}

func (in *interp) makePath(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var parts []string
	for _, v := range args {
		s, ok := fileName(v)
		if !ok || len(kwargs) > 0 {
			return nil, inCall("Path", "expected texts, got %s", article(v))
		}
		parts = append(parts, s)
	}
	return pathValue{in, joinPath(parts...)}, nil
}

// AttrNames lists what a path has.
func (p pathValue) AttrNames() []string {
	return strings.Fields("absolute as_posix exists expanduser is_dir is_file joinpath mkdir name open parent parts resolve stem suffix with_name with_suffix")
}

// Attr is a part of the name, or a method.
func (p pathValue) Attr(name string) (starlark.Value, error) {
	own := func(s string) starlark.Value { return pathValue{p.in, s} }
	base, ext := path.Base(p.name), path.Ext(path.Base(p.name))
	if strings.Trim(base, ".") == "" || ext == base {
		ext = ""
	}
	method := func(f builtinFunc) (starlark.Value, error) { return starlark.NewBuiltin(name, f), nil }
	changed := func(f func(string) string) (starlark.Value, error) {
		return method(func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var s string
			if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &s); err != nil {
				return nil, err
			}
			return own(f(s)), nil
		})
	}
	is := func(want func(os.FileInfo) bool) (starlark.Value, error) {
		return method(func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			real, err := p.in.readable(p.name)
			if err != nil {
				return starlark.False, nil
			}
			info, err := os.Stat(real)
			return starlark.Bool(err == nil && want(info)), nil
		})
	}
	switch name {
	case "name":
		return starlark.String(base), nil
	case "suffix":
		return starlark.String(ext), nil
	case "stem":
		return starlark.String(strings.TrimSuffix(base, ext)), nil
	case "parent":
		return own(path.Dir(p.name)), nil
	case "parts":
		var out starlark.Tuple
		for _, s := range strings.Split(p.name, "/") {
			out = append(out, starlark.String(s))
		}
		return out, nil
	case "as_posix":
		return method(func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.String(p.name), nil
		})
	case "absolute", "resolve", "expanduser":
		return method(func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return p, nil
		})
	case "mkdir": // folders are made where a file is written
		return method(doNothing)
	case "exists":
		return is(func(os.FileInfo) bool { return true })
	case "is_dir":
		return is(os.FileInfo.IsDir)
	case "is_file":
		return is(func(i os.FileInfo) bool { return i.Mode().IsRegular() })
	case "open":
		return method(func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return p.in.openFile(t, b, append(starlark.Tuple{starlark.String(p.name)}, args...), kwargs)
		})
	case "with_name":
		return changed(func(s string) string { return joinPath(path.Dir(p.name), s) })
	case "with_suffix":
		return changed(func(s string) string { return strings.TrimSuffix(p.name, ext) + s })
	case "joinpath":
		return method(func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return p.in.makePath(t, b, append(starlark.Tuple{p}, args...), kwargs)
		})
	}
	return nil, noAttr("Path", name, p.AttrNames())
}

// plainNames are the arguments of a function with texts in place of paths.
func plainNames(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Tuple, []starlark.Tuple) {
	for k, v := range args {
		if p, ok := v.(pathValue); ok {
			args = append(starlark.Tuple(nil), args...)
			args[k] = starlark.String(p.name)
		}
	}
	for k, kv := range kwargs {
		if p, ok := kv[1].(pathValue); ok {
			kwargs = append([]starlark.Tuple(nil), kwargs...)
			kwargs[k] = starlark.Tuple{kv[0], starlark.String(p.name)}
		}
	}
	return args, kwargs
}
