package script

import (
	"context"
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/pystar"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// raised takes a raise statement apart.
func raised(e syntax.Expr) (kind string, args []syntax.Expr, ok bool) {
	call, ok := e.(*syntax.CallExpr)
	if !ok {
		return "", nil, false
	}
	if dot, is := call.Fn.(*syntax.DotExpr); is {
		if id, is := dot.X.(*syntax.Ident); is && id.Name == pystar.Raise {
			return dot.Name.Name, call.Args, true
		}
	}
	return "fail", call.Args, called(call, "fail", len(call.Args))
}

// raisedError is an error of a kind that "except" can name.
type raisedError struct{ kind, msg string }

func (e *raisedError) Error() string { return e.msg }

// raiser is what raise statements call: its attributes raise errors of their names.
type raiser struct{}

var _ starlark.HasAttrs = raiser{}

func (raiser) String() string        { return "raise" }
func (raiser) Type() string          { return "raise" }
func (raiser) Freeze()               {}
func (raiser) Truth() starlark.Bool  { return true }
func (raiser) Hash() (uint32, error) { return 0, nil }
func (raiser) AttrNames() []string   { return nil }

// Attr is a function that raises an error of this kind.
func (raiser) Attr(kind string) (starlark.Value, error) {
	return starlark.NewBuiltin("fail", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		if kind == "again" {
			return nil, withHint(errors.New("nothing was raised that could be raised again"), "raise alone stands under an except")
		}
		parts := make([]string, len(args))
		for k, v := range args {
			parts[k] = plainString(v)
		}
		if len(args) == 0 {
			parts = []string{kind}
		}
		return nil, &raisedError{kind, "fail: " + strings.Join(parts, " ")}
	}), nil
}

// exception is what "except X as e" gives e.
type exception struct {
	kind, msg string
	err       error
}

var _ starlark.HasAttrs = (*exception)(nil)

func (e *exception) String() string        { return e.msg }
func (e *exception) Type() string          { return e.kind }
func (e *exception) Freeze()               {}
func (e *exception) Truth() starlark.Bool  { return true }
func (e *exception) Hash() (uint32, error) { return starlark.String(e.msg).Hash() }
func (e *exception) AttrNames() []string   { return []string{"args"} }

// Attr gives args.
func (e *exception) Attr(name string) (starlark.Value, error) {
	if name == "args" {
		return starlark.Tuple{starlark.String(e.msg)}, nil
	}
	return nil, noAttr(e.kind, name, e.AttrNames())
}

// kinds tell which kind of error a message is of.
var kinds = []struct {
	msg  *regexp.Regexp
	kind string
}{
	{regexp.MustCompile(`key .* not in|no key |KeyError`), "KeyError"},
	{regexp.MustCompile(`out of range|there is no element`), "IndexError"},
	{regexp.MustCompile(`division by zero|divided by zero`), "ZeroDivisionError"},
	{regexp.MustCompile(`has no \.\w+ (field or method|attribute)|has no attribute`), "AttributeError"},
	{regexp.MustCompile(`there is no module`), "ModuleNotFoundError"},
	{regexp.MustCompile(`there is no file|no such file|does not exist`), "FileNotFoundError"},
	{regexp.MustCompile(`referenced before assignment`), "UnboundLocalError"},
	{regexp.MustCompile(`invalid literal|invalid syntax|not a number: |as many truth values`), "ValueError"},
	{regexp.MustCompile(`different units|units differ|cannot compare .* with`), "DimensionMismatchError"},
	{regexp.MustCompile(`unknown (binary|unary) op|missing argument|unexpected keyword|unexpected argument|accepts (no|at most)|not iterable|, want `), "TypeError"},
}

// broader are the kinds of which others are special cases.
var broader = map[string][]string{
	"KeyError": {"LookupError"}, "IndexError": {"LookupError"}, "ZeroDivisionError": {"ArithmeticError"}, "OverflowError": {"ArithmeticError"}, "ModuleNotFoundError": {"ImportError"},
	"FileNotFoundError": {"OSError", "IOError", "EnvironmentError"}, "PermissionError": {"OSError", "IOError", "EnvironmentError"}, "OSError": {"IOError", "EnvironmentError"}, "IOError": {"OSError"},
	"UnboundLocalError": {"NameError"}, "NotImplementedError": {"RuntimeError"}, "RecursionError": {"RuntimeError"}, "UnicodeError": {"ValueError"},
}

// try calls what is tried. Errors of models and networks, limits, and the end of a script are no exceptions: they go on.
func (in *interp) try(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 {
		return nil, errors.New("try stands before what is tried")
	}
	v, err := starlark.Call(t, args[0], nil, nil)
	if err == nil {
		if ended, ok := v.(starlark.Tuple); ok {
			return ended, nil
		}
		return starlark.Tuple{starlark.String(""), starlark.None}, nil
	}
	var list diag.List
	var done *Error
	var exit *exitCall
	if errors.Is(err, ErrStop) || errors.As(err, &list) || errors.As(err, &done) || errors.As(err, &exit) || in.exceeded != "" || in.ctx.Err() != nil || errors.Is(err, context.Canceled) || in.brian.stop != nil {
		return nil, err
	}
	e := &exception{kind: "Exception", msg: err.Error(), err: err}
	var eval *starlark.EvalError
	if errors.As(err, &eval) {
		e.msg = eval.Msg
	}
	var own *raisedError
	if errors.As(err, &own) {
		e.kind = own.kind
	} else if errors.Is(err, fs.ErrNotExist) {
		e.kind = "FileNotFoundError"
	} else if strings.HasPrefix(e.msg, "fail: ") {
		e.kind = "Exception"
	} else {
		for _, k := range kinds {
			if k.msg.MatchString(e.msg) {
				e.kind = k.kind
				break
			}
		}
	}
	e.msg, _, _ = strings.Cut(strings.TrimPrefix(e.msg, "fail: "), "\nhint: ")
	return starlark.Tuple{starlark.String(endedRaised), e}, nil
}

// caught reports whether an except that names these kinds catches an error.
func caught(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	e := args[0].(starlark.Tuple)[1].(*exception)
	names := string(args[1].(starlark.String))
	if names == "" {
		return starlark.True, nil
	}
	for _, name := range strings.Split(names, ",") {
		name = strings.TrimSpace(name)
		name = name[strings.LastIndexByte(name, '.')+1:]
		if name == "Exception" || name == "BaseException" || name == e.kind || slices.Contains(broader[e.kind], name) {
			return starlark.True, nil
		}
	}
	return starlark.False, nil
}

func reraise(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return nil, args[0].(starlark.Tuple)[1].(*exception).err
}

// missing is an import, within a try, of what is not there.
func missing(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	var name string
	if err := starlark.UnpackPositionalArgs("import", args, nil, 1, &name); err != nil {
		return nil, err
	}
	msg, hint, _ := missingModule("import " + name)
	return nil, withHint(&raisedError{"ModuleNotFoundError", msg}, hint)
}

// tryVocabulary is what try and raise call.
func (in *interp) tryVocabulary(d starlark.StringDict) {
	for name, f := range map[string]builtinFunc{pystar.Try: in.try, caughtName: caught, reraiseName: reraise, pystar.Missing: missing, pystar.Nonlocal: doNothing} {
		d[name] = starlark.NewBuiltin(strings.Trim(name, "_"), f)
	}
	d[pystar.Raise] = raiser{}
}
