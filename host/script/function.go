package script

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// unitFunction is a function of the script with what Brian2 wants to know of it: what @check_units, @implementation and Function(...) give.
type unitFunction struct {
	in     *interp
	fn     starlark.Callable
	params []string // the names that units are declared for, in order
	args   map[string]unitSpec
	result unitSpec
	// bare: the function computes with plain numbers in SI units, @implementation('numpy', discard_units=True).
	bare bool
	// self is the object of a method; nil: it is a function.
	self starlark.Value
	// code is the first other language that it was given in.
	code string
}

// unitSpec is what was declared of one argument or of the result.
type unitSpec struct {
	kind specKind
	dim  units.Dim
	same string // the argument whose unit it has
	src  *diag.Source
	sp   diag.Span
}

type specKind uint8

const (
	anySpec specKind = iota
	dimSpec
	boolSpec
	sameSpec
	ownSpec // a function of the arguments' units
)

var (
	_ starlark.Callable = (*unitFunction)(nil)
	_ starlark.HasAttrs = (*unitFunction)(nil)
)

func (u *unitFunction) String() string        { return "<function " + u.fn.Name() + ">" }
func (u *unitFunction) Name() string          { return u.fn.Name() }
func (u *unitFunction) Type() string          { return "function" }
func (u *unitFunction) Freeze()               {}
func (u *unitFunction) Truth() starlark.Bool  { return true }
func (u *unitFunction) Hash() (uint32, error) { return starlark.String(u.fn.Name()).Hash() }
func (u *unitFunction) AttrNames() []string   { return []string{"implementations", "pyfunc"} }

// Attr gives the function itself, and the object to which Brian2's implementations are added.
func (u *unitFunction) Attr(name string) (starlark.Value, error) {
	switch name {
	case "pyfunc":
		return u.fn, nil
	case "implementations":
		d := functions(map[string]builtinFunc{"add_dynamic_implementation": doNothing})
		add := func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if b.Name() == "add_numpy_implementation" {
				args = append(starlark.Tuple{starlark.String("numpy")}, args...)
			}
			return starlark.None, u.implemented(b, args, kwargs)
		}
		for _, n := range []string{"add_implementation", "add_numpy_implementation"} {
			d[n] = starlark.NewBuiltin(n, add)
		}
		return &moduleValue{"implementations", d}, nil
	}
	return nil, noAttr("Function", name, u.AttrNames())
}

// CallInternal calls the function from the script, where values have the units that were declared, or it is an error.
func (u *unitFunction) CallInternal(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	given := map[string]starlark.Value{}
	for k, v := range args {
		if k < len(u.params) {
			given[u.params[k]] = v
		}
	}
	for _, kw := range kwargs {
		given[string(kw[0].(starlark.String))] = kw[1]
	}
	for _, name := range u.params {
		if v, ok := given[name]; ok {
			if err := u.fits(fmt.Sprintf("%s: the argument %q", u.Name(), name), u.args[name], v, given); err != nil {
				return nil, err
			}
		}
	}
	out, err := starlark.Call(t, u.fn, args, kwargs)
	if err != nil {
		return nil, err
	}
	return out, u.fits(fmt.Sprintf("%s: the result", u.Name()), u.result, out, given)
}

// fits checks a value against what was declared.
func (u *unitFunction) fits(what string, s unitSpec, v starlark.Value, given map[string]starlark.Value) error {
	a, err := toArray(v)
	if err != nil {
		return nil // texts and None are not checked, as in Brian2
	}
	want := s.dim
	switch s.kind {
	case boolSpec:
		if a.kind != boolElems {
			return fmt.Errorf("%s must be true or false, got %s", what, article(v))
		}
		return nil
	case sameSpec:
		other, err := toArray(given[s.same])
		if given[s.same] == nil || err != nil {
			return nil
		}
		want = other.dim
	case anySpec, ownSpec:
		return nil
	}
	if a.dim != want {
		return fmt.Errorf("%s must have the unit %s, got %s", what, describeDim(want), describeDim(a.dim))
	}
	return nil
}

// functionVocabulary is what Brian2 has for functions in equations.
func (in *interp) functionVocabulary() starlark.StringDict {
	return functions(map[string]builtinFunc{"check_units": in.checkUnits, "implementation": in.implementation, "declare_types": in.declareTypes, "Function": in.makeFunction})
}

// decorator gives what is called with a function.
func decorator(name string, f func(starlark.Callable) (starlark.Value, error)) starlark.Value {
	return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		v, err := oneArg(b, args, kwargs)
		if err != nil {
			return nil, err
		}
		fn, ok := v.(starlark.Callable)
		if !ok {
			return nil, fmt.Errorf("%s stands above a function, not %s", b.Name(), article(v))
		}
		return f(fn)
	})
}

// unitFunctionOf is a function with nothing declared, or a copy of one with what was.
func (in *interp) unitFunctionOf(fn starlark.Callable) *unitFunction {
	if u, ok := fn.(*unitFunction); ok {
		own := *u
		return &own
	}
	return &unitFunction{in: in, fn: fn, params: parameterNames(fn), args: map[string]unitSpec{}}
}

func parameterNames(fn starlark.Callable) (names []string) {
	f, ok := fn.(*starlark.Function)
	if !ok {
		return nil
	}
	for k := range f.NumParams() {
		name, _ := f.Param(k)
		names = append(names, name)
	}
	return names
}

// checkUnits is @check_units(x=volt, result=1).
func (in *interp) checkUnits(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		return nil, withHint(fmt.Errorf("check_units takes units with the names of arguments"), "for example @check_units(x=volt, result=1)")
	}
	src, sp, _ := in.callSite(t)
	specs := map[string]unitSpec{}
	for _, kw := range kwargs {
		name := string(kw[0].(starlark.String))
		s, err := unitSpecOf(kw[1])
		if err != nil {
			return nil, fmt.Errorf("check_units: %s=: %w", name, err)
		}
		s.src, s.sp = src, sp
		specs[name] = s
	}
	return decorator("check_units", func(fn starlark.Callable) (starlark.Value, error) {
		u := in.unitFunctionOf(fn)
		u.args = map[string]unitSpec{}
		for name, s := range specs {
			switch {
			case name == "result":
				u.result = s
			case len(u.params) > 0 && !slices.Contains(u.params, name):
				return nil, withHint(fmt.Errorf("check_units: %s has no argument %q", fn.Name(), name), cmpHint(name, u.params))
			default:
				u.args[name] = s
			}
			if s.kind == sameSpec && len(u.params) > 0 && !slices.Contains(u.params, s.same) {
				return nil, withHint(fmt.Errorf("check_units: %s=%q: %s has no argument %q", name, s.same, fn.Name(), s.same), cmpHint(s.same, u.params))
			}
		}
		return u, nil
	}), nil
}

func cmpHint(name string, names []string) string {
	if h := diag.DidYouMean(name, names); h != "" {
		return h
	}
	return "its arguments are " + strings.Join(names, ", ")
}

// unitSpecOf reads a unit, 1, bool, None, or the name of another argument.
func unitSpecOf(v starlark.Value) (unitSpec, error) {
	switch v := v.(type) {
	case starlark.NoneType:
		return unitSpec{}, nil
	case starlark.String:
		if v == "bool" || v == "bool_" {
			return unitSpec{kind: boolSpec}, nil
		}
		return unitSpec{kind: sameSpec, same: string(v)}, nil
	case quantity:
		return unitSpec{kind: dimSpec, dim: v.Dim}, nil
	case starlark.Int, starlark.Float:
		return unitSpec{kind: dimSpec}, nil
	case *starlark.Builtin:
		if v.Name() == "bool" {
			return unitSpec{kind: boolSpec}, nil
		}
	case *starlark.Function:
		return unitSpec{kind: ownSpec}, nil
	}
	return unitSpec{}, withHint(fmt.Errorf("%s is no unit", article(v)), "a unit such as volt, 1 for a number without unit, or bool")
}

// implementation is @implementation(target, code, ...): code of other languages has no meaning here, the function itself counts.
func (in *interp) implementation(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return decorator(b.Name(), func(fn starlark.Callable) (starlark.Value, error) {
		u := in.unitFunctionOf(fn)
		return u, u.implemented(b, args, kwargs)
	}), nil
}

// implemented notes one implementation.
func (u *unitFunction) implemented(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) error {
	var target string
	var code, discard, ignored starlark.Value
	ignore := func(names ...string) (out []any) {
		for _, n := range names {
			out = append(out, n+"?", &ignored)
		}
		return out
	}
	known := append([]any{"target", &target, "code?", &code}, ignore("namespace", "dependencies")...)
	known = append(append(known, "discard_units?", &discard), ignore("name", "availability_check", "compiler_kwds", "sources", "headers", "include_dirs", "library_dirs", "libraries", "define_macros", "extra_compile_args", "extra_link_args", "runtime_library_dirs")...)
	if err := unpack(b.Name(), args, kwargs, known...); err != nil {
		return err
	}
	if target != "numpy" {
		if u.code == "" {
			u.code = target
		}
		return nil
	}
	if discard != nil && bool(discard.Truth()) {
		u.bare = true
	}
	if fn, ok := code.(starlark.Callable); ok {
		if other, ok := fn.(*unitFunction); ok {
			fn = other.fn
		}
		u.fn = fn
	}
	return nil
}

// declareTypes is @declare_types(i='integer', result='float'): types follow from what a function computes.
func (in *interp) declareTypes(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		return nil, withHint(fmt.Errorf("declare_types takes types with the names of arguments"), "for example @declare_types(i='integer', result='float')")
	}
	types := []string{"boolean", "integer", "float", "any", "highest"}
	for _, kw := range kwargs {
		if s, ok := starlark.AsString(kw[1]); !ok || !slices.Contains(types, s) {
			return nil, fmt.Errorf("declare_types: %s= is one of %s, not %v", kw[0].(starlark.String).GoString(), strings.Join(types, ", "), kw[1])
		}
	}
	return decorator(b.Name(), func(fn starlark.Callable) (starlark.Value, error) { return fn, nil }), nil
}

// makeFunction is Function(f, arg_units=[volt], return_unit=1).
func (in *interp) makeFunction(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var fn starlark.Callable
	var sympy, argUnits, argNames, returnUnit, argTypes, returnType, stateless, vectorise starlark.Value
	if err := unpack(b.Name(), args, kwargs, "pyfunc", &fn, "sympy_func?", &sympy, "arg_units?", &argUnits, "arg_names?", &argNames, "return_unit?", &returnUnit, "arg_types?", &argTypes,
		"return_type?", &returnType, "stateless?", &stateless, "auto_vectorise?", &vectorise); err != nil {
		return nil, err
	}
	u := in.unitFunctionOf(fn)
	src, sp, _ := in.callSite(t)
	if isGiven(argUnits) {
		list, ok := argUnits.(starlark.Iterable)
		if !ok {
			return nil, inCall("Function", "arg_units= is a list of units, not %s", article(argUnits))
		}
		u.args = map[string]unitSpec{}
		k := 0
		for v := range starlark.Elements(list) {
			s, err := unitSpecOf(v)
			if err != nil {
				return nil, inCall("Function", "arg_units=: %w", err)
			}
			if s.src, s.sp = src, sp; k < len(u.params) {
				u.args[u.params[k]] = s
			}
			k++
		}
		if len(u.params) > 0 && k != len(u.params) {
			return nil, inCall("Function", "%s has %d argument%s, but arg_units= has %d", fn.Name(), len(u.params), plural(len(u.params)), k)
		}
	}
	if list, ok := argNames.(starlark.Sequence); ok && len(u.params) > 0 && list.Len() != len(u.params) {
		return nil, inCall("Function", "%s has %d argument%s, but arg_names= has %d", fn.Name(), len(u.params), plural(len(u.params)), list.Len())
	}
	if isGiven(returnUnit) {
		s, err := unitSpecOf(returnUnit)
		if err != nil {
			return nil, inCall("Function", "return_unit=: %w", err)
		}
		s.src, s.sp = src, sp
		u.result = s
	}
	return u, nil
}

// definition is the text of a function: a def, or a lambda.
type definition struct {
	params []syntax.Expr
	body   []syntax.Stmt
	src    *diag.Source
	sp     diag.Span       // its head
	own    map[string]bool // the names that it gives values
	pure   bool            // chains of comparisons name their middle twice
}

// followed is the body as equations have it: what is called in the middle of a chain of comparisons has no effect but its value, and may be there twice.
// The script's own copy is compiled by then.
func (d *definition) followed() []syntax.Stmt {
	if !d.pure {
		d.pure = true
		var middle syntax.Expr
		twice(reflect.ValueOf(d.body), &middle)
	}
	return d.body
}

// twice puts the middle of a chain in the place of keepName and keptName.
func twice(v reflect.Value, middle *syntax.Expr) {
	if v.Kind() == reflect.Interface && v.Type() == exprType && !v.IsNil() && v.CanSet() {
		if call, ok := v.Interface().(*syntax.CallExpr); ok && called(call, keepName, 1) {
			twice(reflect.ValueOf(call.Args), middle)
			*middle = call.Args[0]
			v.Set(reflect.ValueOf(*middle))
			return
		} else if ok && called(call, keptName, 0) {
			v.Set(reflect.ValueOf(*middle))
			return
		}
	}
	if v.Kind() == reflect.Struct {
		for k := range v.NumField() {
			if name := v.Type().Field(k).Name; name != "Binding" && name != "Function" && v.Field(k).CanSet() { // what the compiler notes
				twice(v.Field(k), middle)
			}
		}
		return
	}
	eachPart(v, func(part reflect.Value) { twice(part, middle) })
}

// collectFunctions notes the functions that a file defines, by their places.
func (in *interp) collectFunctions(f *syntax.File, src *diag.Source) {
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.DefStmt:
			in.defined[placeAt(n.Def)] = defOf(n, src)
		case *syntax.LambdaExpr:
			in.defined[placeAt(n.Lambda)] = lambdaOf(n, src)
		}
		return true
	})
}

func defOf(n *syntax.DefStmt, src *diag.Source) *definition {
	return &definition{params: n.Params, body: n.Body, src: src, sp: spanAt(src, n.Name.NamePos), own: ownNames(n.Params, n.Body)}
}

func lambdaOf(n *syntax.LambdaExpr, src *diag.Source) *definition {
	return &definition{params: n.Params, body: []syntax.Stmt{&syntax.ReturnStmt{Return: n.Lambda, Result: n.Body}}, src: src, sp: spanAt(src, n.Lambda), own: ownNames(n.Params, nil)}
}

// ownNames are the names that a function gives values.
func ownNames(params []syntax.Expr, body []syntax.Stmt) map[string]bool {
	own := map[string]bool{}
	locals(params, body, own)
	return own
}

// scriptFunction is a function of the script as equations call it.
type scriptFunction struct {
	*unitFunction
	// pinned are the global variables at an earlier moment; nil: they are read when they are needed.
	pinned starlark.StringDict
}

var _ check.ScriptFunction = (*scriptFunction)(nil)

// equationFunction is a value that equations can call; nil: they cannot.
func (in *interp) equationFunction(v starlark.Value) *scriptFunction {
	switch v := v.(type) {
	case *unitFunction:
		return &scriptFunction{unitFunction: v}
	case *starlark.Function:
		return &scriptFunction{unitFunction: in.unitFunctionOf(v)}
	case *boundMethod:
		u := in.unitFunctionOf(v.fn)
		u.self = v.self
		return &scriptFunction{unitFunction: u}
	}
	return nil
}

// pin keeps what global variables mean now.
func (f *scriptFunction) pin() *scriptFunction {
	if fn, ok := f.fn.(*starlark.Function); ok && f.pinned == nil {
		return &scriptFunction{f.unitFunction, globalsOf(fn)}
	}
	return f
}
