package script

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/galvani-sim/galvani/host/pystar"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A class is what its statements leave in a box: methods become functions beside it, whose names have the class before them, since what a class has is no
// variable of its methods.

// Names that no script can have.
const (
	classBox  = ".class"
	makeClass = ".newclass"
	superName = ".super"
)

// classHead is the call that stands for the head of a class.
func classHead(st syntax.Stmt) (*syntax.IfStmt, *syntax.CallExpr) {
	body, ok := st.(*syntax.IfStmt)
	if !ok {
		return nil, nil
	}
	call, ok := body.Cond.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 || !isText(call.Args[:1]) || !called(call, pystar.ClassDef, len(call.Args)) {
		return nil, nil
	}
	return body, call
}

// className is the name of the class that a statement stands for; "": it stands for none.
func className(st syntax.Stmt) string {
	if _, call := classHead(st); call != nil {
		return call.Args[0].(*syntax.Literal).Value.(string)
	}
	return ""
}

type classMaker struct{ count int }

// stmts puts the classes among statements together.
func (m *classMaker) stmts(list []syntax.Stmt) (out []syntax.Stmt) {
	for _, st := range list {
		for _, body := range bodies(st) {
			*body = m.stmts(*body)
		}
		if className(st) == "" {
			out = append(out, st)
		} else {
			out = append(out, m.class(st)...)
		}
	}
	return out
}

func (m *classMaker) class(st syntax.Stmt) (out []syntax.Stmt) {
	body, head := classHead(st)
	name, at := className(st), body.If
	m.count++
	box := &boxer{ownNames(nil, body.True), classBox + strconv.Itoa(m.count)}
	ident := func(name string) *syntax.Ident { return &syntax.Ident{NamePos: at, Name: name} }
	call := func(name string, args ...syntax.Expr) *syntax.CallExpr {
		return &syntax.CallExpr{Fn: ident(name), Lparen: at, Args: args, Rparen: at}
	}
	set := func(target, v syntax.Expr) syntax.Stmt {
		return &syntax.AssignStmt{OpPos: at, Op: syntax.EQ, LHS: target, RHS: v}
	}
	out = []syntax.Stmt{box.made(at)}
	var order []string
	note := func(name string) {
		if !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	for _, st := range body.True {
		switch st := st.(type) {
		case *syntax.DefStmt:
			box.params(st.Params, map[string]bool{})
			superCalls(st, name)
			own := st.Name.Name
			note(own)
			st.Name = &syntax.Ident{NamePos: st.Name.NamePos, Name: name + "." + own}
			out = append(out, st, set(box.element(&syntax.Ident{NamePos: st.Name.NamePos, Name: own}), &syntax.Ident{NamePos: st.Name.NamePos, Name: st.Name.Name}))
			continue
		case *syntax.AssignStmt:
			if id, ok := st.LHS.(*syntax.Ident); ok {
				note(id.Name)
			}
		}
		box.fields(reflect.ValueOf(st), map[string]bool{})
		out = append(out, st)
	}
	names := strings.Join(order, " ")
	args := append([]syntax.Expr{head.Args[0], ident(box.name), &syntax.Literal{Token: syntax.STRING, TokenPos: at, Raw: strconv.Quote(names), Value: names}}, head.Args[1:]...)
	return append(out, set(ident(name), call(makeClass, args...)))
}

// superCalls gives super() in a method the class and the object.
func superCalls(def *syntax.DefStmt, class string) {
	if len(def.Params) == 0 {
		return
	}
	self, ok := def.Params[0].(*syntax.Ident)
	if !ok {
		return
	}
	syntax.Walk(def, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok && called(call, "super", 0) {
			at := call.Lparen
			call.Fn = &syntax.Ident{NamePos: at, Name: superName}
			call.Args = []syntax.Expr{&syntax.Ident{NamePos: at, Name: class}, &syntax.Ident{NamePos: at, Name: self.Name}}
		}
		return true
	})
}

// classValue is a class of the script.
type classValue struct {
	in     *interp
	name   string
	bases  []*classValue
	native starlark.Callable // Network, which the class is made of; nil: of nothing but classes
	attrs  starlark.StringDict
	order  []string // of attrs
	fields []string // of a dataclass, with those of its bases; nil: it is none
}

var (
	_ starlark.Callable    = (*classValue)(nil)
	_ starlark.HasSetField = (*classValue)(nil)
)

func (c *classValue) String() string        { return "<class " + c.name + ">" }
func (c *classValue) Name() string          { return c.name }
func (c *classValue) Type() string          { return "type" }
func (c *classValue) Freeze()               {}
func (c *classValue) Truth() starlark.Bool  { return true }
func (c *classValue) Hash() (uint32, error) { return starlark.String(c.name).Hash() }

// AttrNames lists what the class and its bases have.
func (c *classValue) AttrNames() (names []string) {
	for _, k := range c.all() {
		for n, v := range k.attrs {
			if v != fieldOf("") {
				names = append(names, n)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// all are the class and its bases, in the order in which attributes are looked for.
func (c *classValue) all() []*classValue {
	out := []*classValue{c}
	for _, b := range c.bases {
		out = append(out, b.all()...)
	}
	return out
}

// nativeBase is what the class or one of its bases is made of besides classes; nil: nothing.
func (c *classValue) nativeBase() starlark.Callable {
	for _, k := range c.all() {
		if k.native != nil {
			return k.native
		}
	}
	return nil
}

func (c *classValue) find(name string) starlark.Value {
	for _, k := range c.all() {
		if v := k.attrs[name]; v != nil && v != fieldOf("") {
			return v
		}
	}
	return nil
}

// Attr is an attribute or a method, which takes the object as its first argument.
func (c *classValue) Attr(name string) (starlark.Value, error) {
	if name == "__name__" {
		return starlark.String(c.name), nil
	}
	if name == "__dict__" {
		return (&instance{class: c, attrs: c.attrs}).Attr(name)
	}
	switch v := c.find(name).(type) {
	case nil:
		return nil, noAttr(c.name, name, c.AttrNames())
	case *methodKind:
		if v.kind == "classmethod" {
			return boundTo(name, v.fn, c), nil
		}
		return v.fn, nil
	default:
		return v, nil
	}
}

// SetField sets an attribute of the class.
func (c *classValue) SetField(name string, v starlark.Value) error {
	c.attrs[name] = v
	return nil
}

// CallInternal makes an object.
func (c *classValue) CallInternal(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	o := &instance{class: c, attrs: starlark.StringDict{}}
	if c.nativeBase() != nil {
		return c.makeNetworkOf(t, o, args, kwargs)
	}
	if init := c.find("__init__"); init != nil {
		_, err := starlark.Call(t, init, append(starlark.Tuple{o}, args...), kwargs)
		return o, err
	}
	if c.fields == nil {
		if len(args)+len(kwargs) > 0 {
			return nil, withHint(fmt.Errorf("%s takes no arguments", c.name), "def __init__(self, ...) says which an object is made with")
		}
		return o, nil
	}
	return o, c.fill(t, o, args, kwargs)
}

// fill gives an object of a dataclass its fields.
func (c *classValue) fill(t *starlark.Thread, o *instance, args starlark.Tuple, kwargs []starlark.Tuple) error {
	if len(args) > len(c.fields) {
		return fmt.Errorf("%s has %d fields, got %d values", c.name, len(c.fields), len(args))
	}
	for k, v := range args {
		o.attrs[c.fields[k]] = v
	}
	for _, kw := range kwargs {
		name := string(kw[0].(starlark.String))
		if !slices.Contains(c.fields, name) {
			return withHint(fmt.Errorf("%s has no field %q", c.name, name), cmpHint(name, c.fields))
		}
		if o.attrs[name] != nil {
			return fmt.Errorf("%s: two values for the field %q", c.name, name)
		}
		o.attrs[name] = kw[1]
	}
	for _, name := range c.fields {
		if o.attrs[name] != nil {
			continue
		}
		v := c.find(name)
		if f, ok := v.(*fieldValue); ok {
			var err error
			if v = f.value; f.factory != nil {
				if v, err = starlark.Call(t, f.factory, nil, nil); err != nil {
					return err
				}
			}
		}
		if v == nil {
			return fmt.Errorf("%s needs a value for the field %q", c.name, name)
		}
		o.attrs[name] = v
	}
	if post := c.find("__post_init__"); post != nil {
		_, err := starlark.Call(t, post, starlark.Tuple{o}, nil)
		return err
	}
	return nil
}

// instance is an object of a class.
type instance struct {
	class *classValue
	attrs starlark.StringDict
	// native is what the object is besides: a Network; nil: nothing.
	native starlark.HasSetField
}

var (
	_ starlark.Callable    = (*instance)(nil)
	_ starlark.HasSetField = (*instance)(nil)
)

func (o *instance) Name() string          { return o.class.name }
func (o *instance) Type() string          { return o.class.name }
func (o *instance) Freeze()               {}
func (o *instance) Truth() starlark.Bool  { return true }
func (o *instance) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: %s", o.class.name) }

// String is what __str__ or __repr__ gives, or the fields of a dataclass.
func (o *instance) String() string {
	for _, name := range []string{"__str__", "__repr__"} {
		if f := o.class.find(name); f != nil {
			if v, err := starlark.Call(&starlark.Thread{Name: "str"}, f, starlark.Tuple{o}, nil); err == nil {
				return plainString(v)
			}
		}
	}
	if o.class.fields == nil {
		return "<" + o.class.name + " object>"
	}
	parts := make([]string, len(o.class.fields))
	for k, name := range o.class.fields {
		parts[k] = name + "=" + o.attrs[name].String()
	}
	return o.class.name + "(" + strings.Join(parts, ", ") + ")"
}

// AttrNames lists what the object has.
func (o *instance) AttrNames() []string {
	names := o.class.AttrNames()
	for n := range o.attrs {
		names = append(names, n)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Attr is an attribute of the object, or what its class has: methods are bound to the object.
func (o *instance) Attr(name string) (starlark.Value, error) {
	if v := o.attrs[name]; v != nil {
		return v, nil
	}
	switch name {
	case "__class__":
		return o.class, nil
	case "__dict__":
		d := starlark.NewDict(len(o.attrs))
		for _, n := range o.attrs.Keys() {
			if err := d.SetKey(starlark.String(n), o.attrs[n]); err != nil {
				return nil, err
			}
		}
		return d, nil
	}
	v := o.class.find(name)
	if v == nil && o.native != nil {
		if own, err := o.native.Attr(name); err == nil && own != nil {
			return own, nil
		}
	}
	if v == nil {
		return nil, noAttr(o.class.name, name, o.AttrNames())
	}
	return o.bound(name, v)
}

// bound is an attribute of a class as the object has it.
func (o *instance) bound(name string, v starlark.Value) (starlark.Value, error) {
	switch v := v.(type) {
	case *methodKind:
		switch v.kind {
		case "property":
			return starlark.Call(o.class.in.thread, v.fn, starlark.Tuple{o}, nil)
		case "classmethod":
			return boundTo(name, v.fn, o.class), nil
		}
		return v.fn, nil
	case *starlark.Function, *unitFunction:
		return boundTo(name, v.(starlark.Callable), o), nil
	}
	return v, nil
}

// boundMethod is a method with the object that it is called with.
type boundMethod struct {
	name string
	fn   starlark.Callable
	self starlark.Value
}

func (m *boundMethod) String() string        { return "<method " + m.name + ">" }
func (m *boundMethod) Name() string          { return m.name }
func (m *boundMethod) Type() string          { return "method" }
func (m *boundMethod) Freeze()               {}
func (m *boundMethod) Truth() starlark.Bool  { return true }
func (m *boundMethod) Hash() (uint32, error) { return starlark.String(m.name).Hash() }

// CallInternal calls the method.
func (m *boundMethod) CallInternal(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return starlark.Call(t, m.fn, append(starlark.Tuple{m.self}, args...), kwargs)
}

func boundTo(name string, fn starlark.Callable, self starlark.Value) starlark.Value {
	return &boundMethod{name, fn, self}
}

// SetField sets an attribute of the object.
func (o *instance) SetField(name string, v starlark.Value) error {
	if m, ok := o.class.find(name).(*methodKind); ok && m.kind == "property" {
		return withHint(fmt.Errorf("%s.%s is a property and cannot be set", o.class.name, name), "set what it is computed from")
	}
	if o.native != nil && name == "dt" {
		return o.native.SetField(name, v)
	}
	o.attrs[name] = v
	return nil
}

// CallInternal is __call__.
func (o *instance) CallInternal(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	f := o.class.find("__call__")
	if f == nil {
		return nil, fmt.Errorf("a %s cannot be called: its class has no __call__", o.class.name)
	}
	return starlark.Call(t, f, append(starlark.Tuple{o}, args...), kwargs)
}

// methodKind is a method with @property, @staticmethod or @classmethod above it.
type methodKind struct {
	kind string
	fn   starlark.Callable
}

func (m *methodKind) String() string        { return "<" + m.kind + ">" }
func (m *methodKind) Type() string          { return m.kind }
func (m *methodKind) Freeze()               {}
func (m *methodKind) Truth() starlark.Bool  { return true }
func (m *methodKind) Hash() (uint32, error) { return starlark.String(m.kind).Hash() }

// fieldOf is a field that has a type and no value.
type fieldOf string

func (fieldOf) String() string        { return "<a field>" }
func (fieldOf) Type() string          { return "field" }
func (fieldOf) Freeze()               {}
func (fieldOf) Truth() starlark.Bool  { return true }
func (fieldOf) Hash() (uint32, error) { return 0, nil }

// fieldValue is field(default=..., default_factory=...) of a dataclass.
type fieldValue struct {
	fieldOf
	value   starlark.Value
	factory starlark.Callable
}

// specialMethods are the methods with two underscores that objects use.
var specialMethods = []string{"__init__", "__call__", "__str__", "__repr__", "__post_init__", "__doc__", "__module__"}

// newClass makes a class of what its statements left in a box.
func (in *interp) newClass(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	c := &classValue{in: in, name: string(args[0].(starlark.String)), attrs: starlark.StringDict{}}
	if len(kwargs) > 0 {
		return nil, fmt.Errorf("class %s: %s= has no meaning here", c.name, string(kwargs[0][0].(starlark.String)))
	}
	for _, b := range args[3:] {
		if f, ok := b.(*starlark.Builtin); ok && f.Name() == "Network" {
			c.native = f
			continue
		}
		base, ok := b.(*classValue)
		if !ok {
			return nil, withHint(fmt.Errorf("class %s: %s is no class that another can be made of", c.name, article(b)), "a class has the classes of the script as bases; behaviours are written class X(Behavior) where nothing is indented")
		}
		c.bases = append(c.bases, base)
	}
	for name, v := range args[1].(*globalBox).values {
		switch {
		case strings.HasPrefix(name, pystar.Decorator):
			continue
		case strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__") && !slices.Contains(specialMethods, name):
			return nil, withHint(fmt.Errorf("class %s: %s has no effect here", c.name, name), "objects use __init__, __call__, __str__ and __repr__; give what it does a name of its own")
		}
		c.attrs[name] = v
	}
	for _, name := range strings.Fields(string(args[2].(starlark.String))) {
		if c.attrs[name] != nil {
			c.order = append(c.order, name)
		}
	}
	return c, nil
}

// dataclass is @dataclass: objects are made with values of the fields.
func dataclass(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 { // @dataclass(frozen=True)
		return starlark.NewBuiltin(b.Name(), dataclass), nil
	}
	c, ok := args[0].(*classValue)
	if !ok {
		return nil, errors.New("dataclass stands above a class")
	}
	fields := []string{}
	for _, k := range slices.Backward(c.all()) {
		for _, name := range k.order {
			switch k.attrs[name].(type) {
			case *starlark.Function, *methodKind, *unitFunction:
				continue
			}
			if !slices.Contains(fields, name) {
				fields = append(fields, name)
			}
		}
	}
	c.fields = fields
	return c, nil
}

// dataField is dataclasses.field.
func dataField(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	f := &fieldValue{}
	err := unpack(b.Name(), args, kwargs, "default?", &f.value, "default_factory?", &f.factory)
	return f, err
}

// super is super() in a method of a class: the methods of its bases, bound to the object.
func super(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	c, ok := args[0].(*classValue)
	o, isObject := args[1].(*instance)
	if !ok || !isObject {
		return nil, errors.New("super() stands in methods of a class")
	}
	above := &classValue{in: c.in, name: "super of " + c.name, bases: c.bases, attrs: starlark.StringDict{}}
	if above.find("__init__") == nil {
		above.attrs["__init__"] = starlark.NewBuiltin("__init__", doNothing)
	}
	return &superOf{above, o}, nil
}

// superOf is what super() gives.
type superOf struct {
	class *classValue
	o     *instance
}

var _ starlark.HasAttrs = (*superOf)(nil)

func (s *superOf) String() string        { return "<super>" }
func (s *superOf) Type() string          { return "super" }
func (s *superOf) Freeze()               {}
func (s *superOf) Truth() starlark.Bool  { return true }
func (s *superOf) Hash() (uint32, error) { return 0, nil }
func (s *superOf) AttrNames() []string   { return s.class.AttrNames() }

// Attr is a method of the bases, bound to the object.
func (s *superOf) Attr(name string) (starlark.Value, error) {
	v := s.class.find(name)
	if v == nil {
		return nil, noAttr(s.class.name, name, s.AttrNames())
	}
	return s.o.bound(name, v)
}

// setAttribute is setattr(x, name, value).
func setAttribute(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, v starlark.Value
	var name string
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 3, &x, &name, &v); err != nil {
		return nil, err
	}
	o, ok := x.(starlark.HasSetField)
	if !ok {
		return nil, fmt.Errorf("setattr: %s has no attributes that can be set", article(x))
	}
	return starlark.None, o.SetField(name, v)
}

// variablesOf is vars(x): what an object or a class has, as a dictionary of its own.
func variablesOf(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case *instance:
		return v.Attr("__dict__")
	case *classValue:
		return v.Attr("__dict__")
	}
	return nil, fmt.Errorf("vars: %s is no object of a class", article(v))
}

// classVocabulary is what classes call.
func (in *interp) classVocabulary(d starlark.StringDict) {
	d[makeClass], d[superName], d[pystar.Field] = starlark.NewBuiltin("class", in.newClass), starlark.NewBuiltin("super", super), fieldOf("")
	d["setattr"], d["vars"] = starlark.NewBuiltin("setattr", setAttribute), starlark.NewBuiltin("vars", variablesOf)
	for _, kind := range []string{"property", "staticmethod", "classmethod"} {
		d[kind] = decorator(kind, func(fn starlark.Callable) (starlark.Value, error) { return &methodKind{kind, fn}, nil })
	}
}
