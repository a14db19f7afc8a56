package script

import (
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	eqs "github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// apply calls a function of the script.
func (x *inlining) apply(u *unitFunction, args []starlark.Value, kwargs map[string]starlark.Value, at textPlace, text string) starlark.Value {
	fn, ok := u.fn.(*starlark.Function)
	if !ok {
		x.refuse(at, "write a function of its own that calls it", "%s cannot be used in equations", u.fn.Name())
	}
	def := x.in.defined[placeAt(fn.Position())]
	if def == nil {
		x.refuse(at, "", "the text of the function %s is not known here", fn.Name())
	}
	if u.self != nil {
		args = append([]starlark.Value{u.self}, args...)
	}
	defaults := starlark.StringDict{}
	for k := range fn.NumParams() {
		if name, _ := fn.Param(k); fn.ParamDefault(k) != nil {
			defaults[name] = fn.ParamDefault(k)
		}
	}
	values := x.bind(fn.Name(), def, defaults, args, kwargs, at)
	bound := []eqs.Expr{} // not nil: it is a call
	for _, name := range parameterNames(fn) {
		v := values[name]
		spec := u.args[name]
		if s, ok := v.(symbolic); ok {
			s = x.declared(u, name, s, values)
			bound = append(bound, s.e)
			if u.bare {
				s = x.bared(spec, name, s, at)
			}
			values[name] = s
		} else if err := u.fits(fmt.Sprintf("the argument %q of %s", name, u.Name()), spec, v, values); err != nil && !u.bare {
			x.refuse(at, "", "%v", err)
		} else if u.bare && v != nil {
			values[name] = bareValue(v)
		}
	}
	f := &frame{inlining: x, def: def, name: fn.Name(), fn: fn, bare: u.bare}
	f.stub(u, def)
	out := f.call(values, nil, at)
	if u.result.kind == anySpec || u.result.kind == ownSpec {
		if u.bare && u.result.kind == ownSpec {
			x.refuse(textPlace{u.result.src, u.result.sp}, "give the unit itself", "the unit of the result of %s depends on its arguments, which come without units", u.Name())
		}
		if s, ok := out.(symbolic); ok {
			return symbolic{&eqs.Bound{Sp: at.sp, Name: text, X: s.e, Source: s.src, Args: bound}, at.src}
		}
		return out
	}
	s, ok := out.(symbolic)
	if !ok {
		s = symbolic{x.expression(out, x.returned, ""), x.returned.src}
	}
	want := &eqs.Want{What: "the result of " + u.Name(), Dim: u.result.dim, Bool: u.result.kind == boolSpec, Source: u.result.src, Sp: u.result.sp}
	if u.result.kind == sameSpec {
		same, ok := values[u.result.same].(symbolic)
		if !ok {
			same = symbolic{x.expression(values[u.result.same], at, u.result.same), at.src}
		}
		want.Same = same.e
	}
	if u.bare && u.result.kind == dimSpec && !u.result.dim.Dimensionless() {
		of := &eqs.Bound{Sp: s.e.Span(), Name: eqs.Print(s.e), X: s.e, Source: s.src, Want: &eqs.Want{What: "the result of " + u.Name() + ", which computes without units,"}}
		s.e, want = x.times(of, u.result.dim, textPlace{s.src, s.e.Span()}), nil
	}
	return symbolic{&eqs.Bound{Sp: at.sp, Name: text, X: s.e, Source: s.src, Want: want, Args: bound}, at.src}
}

// stub refuses a function whose body says nothing, as those are that have an implementation in another language only.
func (f *frame) stub(u *unitFunction, def *definition) {
	for _, st := range def.body {
		switch st := st.(type) {
		case *syntax.BranchStmt:
			if st.Token == syntax.PASS {
				continue
			}
		case *syntax.ExprStmt:
			if _, ok := st.X.(*syntax.Literal); ok {
				continue
			}
			if _, _, ok := raised(st.X); ok {
				continue
			}
		}
		return
	}
	hint := "return what it computes"
	if u.code != "" {
		hint = fmt.Sprintf("write in the function what its implementation in %s computes: code of other languages is not compiled", u.code)
	}
	f.refuse(textPlace{def.src, def.sp}, hint, "the function %s computes nothing", f.name)
}

// bind gives parameters their values.
func (x *inlining) bind(name string, def *definition, defaults starlark.StringDict, args []starlark.Value, kwargs map[string]starlark.Value, at textPlace) starlark.StringDict {
	var names []string
	least, places, rest := 0, -1, ""
	for _, p := range def.params {
		switch p := p.(type) {
		case *syntax.Ident:
			names = append(names, p.Name)
		case *syntax.BinaryExpr:
			names = append(names, p.X.(*syntax.Ident).Name)
		case *syntax.UnaryExpr:
			if p.Op != syntax.STAR {
				x.refuse(textPlace{def.src, def.sp}, "name the arguments", "%s takes any arguments by name", name)
			}
			if id, ok := p.X.(*syntax.Ident); ok {
				rest = id.Name
			}
			places = len(names)
		}
	}
	if places < 0 {
		places = len(names)
	}
	for _, n := range names {
		if defaults[n] == nil {
			least++
		}
	}
	count := fmt.Sprintf("%d argument%s", len(names), plural(len(names)))
	if least < len(names) {
		count = fmt.Sprintf("%d to %s", least, count)
	}
	wrong := func() {
		x.refuse(at, fmt.Sprintf("write %s(%s)", name, strings.Join(names, ", ")), "%s takes %s, not %d", name, count, len(args)+len(kwargs))
	}
	values := starlark.StringDict{}
	for k, v := range args {
		switch {
		case k < places:
			values[names[k]] = v
		case rest == "":
			wrong()
		}
	}
	if rest != "" {
		values[rest] = starlark.Tuple(args[min(places, len(args)):])
	}
	for n, v := range kwargs {
		if !slices.Contains(names, n) {
			x.refuse(at, diag.DidYouMean(n, names), "%s has no argument %s=", name, n)
		}
		values[n] = v
	}
	for _, n := range names {
		if values[n] == nil {
			if values[n] = defaults[n]; values[n] == nil {
				wrong()
			}
		}
	}
	return values
}

// declared is an argument with the unit that was declared of it.
func (x *inlining) declared(u *unitFunction, name string, s symbolic, values starlark.StringDict) symbolic {
	spec := u.args[name]
	want := &eqs.Want{What: fmt.Sprintf("the argument %q of %s", name, u.Name()), Dim: spec.dim, Bool: spec.kind == boolSpec, Source: spec.src, Sp: spec.sp}
	switch spec.kind {
	case anySpec, ownSpec:
		return s
	case sameSpec:
		other, ok := values[spec.same].(symbolic)
		if !ok || spec.same == name {
			return s
		}
		want.Same = other.e
	}
	return symbolic{&eqs.Bound{Sp: s.e.Span(), Name: eqs.Print(s.e), X: s.e, Want: want}, s.src}
}

// bared is the number of SI units that an argument is.
func (x *inlining) bared(spec unitSpec, name string, s symbolic, at textPlace) symbolic {
	switch {
	case spec.kind == dimSpec && spec.dim.Dimensionless(), spec.kind == boolSpec:
		return s
	case spec.kind != dimSpec:
		x.refuse(at, "@check_units(...) or arg_units= says it", "the unit of the argument %q is not known, but discard_units=True needs it", name)
	}
	return symbolic{x.times(s.e, spec.dim.Inv(), textPlace{s.src, s.e.Span()}), s.src}
}

// bareValue is a value without its unit.
func bareValue(v starlark.Value) starlark.Value {
	switch v := v.(type) {
	case quantity:
		return starlark.Float(v.Value)
	case *Array:
		if !v.dim.Dimensionless() {
			own := *v.now()
			own.dim = units.Dim{}
			return &own
		}
	}
	return v
}
