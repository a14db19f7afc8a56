package script

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"go.starlark.net/starlark"
)

// behavior is PymoNNto's Behavior: an initialize part, run once by the script, and an iteration part, code that runs in every step.
type behavior struct {
	in         *interp
	name       string
	tags       []string
	initialize starlark.Value // text, a function, or nil
	iteration  string
	params     starlark.StringDict
	made       *frameScope
	of         *pyClass            // nil: the behaviour is none of a class
	body       []*pyStmt           // the iteration of a class
	neurons    string              // what it calls the group
	given      starlark.StringDict // the arguments with which the class was called; nil: this is the class itself
	// stateNames are the variables that keep attributes which iterations change.
	stateNames map[*pymNeurons]map[string]string
	// paramNames are the names under which the code of groups knows parameters.
	paramNames map[*pymNeurons]map[string]string
	off        bool // switched off
}

var (
	_ starlark.HasSetField = (*behavior)(nil)
	_ starlark.Callable    = (*behavior)(nil)
)

// Name is what messages call it.
func (b *behavior) Name() string { return b.name }

// CallInternal is Basic_Behavior(decay=0.9): another behaviour of this kind with parameters of its own, as a class of PymoNNto gives one.
func (b *behavior) CallInternal(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		return nil, withHint(errors.New("behaviors take named arguments"), "for example decay=0.99")
	}
	own := *b
	own.params, own.tags, own.given, own.stateNames, own.paramNames = maps.Clone(b.params), slices.Clone(b.tags), starlark.StringDict{}, nil, nil
	maps.Copy(own.given, b.given)
	for _, kv := range kwargs {
		name := string(kv[0].(starlark.String))
		var err error
		if name == "tag" {
			if own.tags, err = tagsOf("Behavior", kv[1]); err == nil && len(own.tags) > 0 {
				own.name = own.tags[0]
			}
			if b.of != nil {
				own.tags = append(own.tags, b.of.name)
			}
		} else if b.of != nil {
			own.given[name] = kv[1]
			if name == switchName {
				own.off = !bool(kv[1].Truth())
			}
		} else {
			err = own.SetField(name, kv[1])
		}
		if err != nil {
			return nil, err
		}
	}
	return &own, nil
}

func (b *behavior) String() string        { return fmt.Sprintf("Behavior(%q)", b.name) }
func (b *behavior) Type() string          { return "Behavior" }
func (b *behavior) Freeze()               {}
func (b *behavior) Truth() starlark.Bool  { return true }
func (b *behavior) Hash() (uint32, error) { return starlark.String(b.name).Hash() }

// AttrNames lists the parameters.
func (b *behavior) AttrNames() []string {
	names := []string{"tags"}
	for n := range b.params {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Attr reads a parameter.
func (b *behavior) Attr(name string) (starlark.Value, error) {
	for g, names := range b.stateNames {
		if own := names[name]; own != "" && g.cells != nil {
			return g.Attr(own)
		}
	}
	if v, ok := b.params[name]; ok {
		return v, nil
	}
	switch name {
	case "tags":
		return stringList(b.tags), nil
	case "parameter", "get_init_attr", "argument":
		return starlark.NewBuiltin(name, b.parameter), nil
	case "set_parameters_as_variables", "set_init_attrs_as_variables":
		return starlark.NewBuiltin(name, b.setParameters), nil
	}
	return nil, noAttr(b.String(), name, b.AttrNames())
}

// parameter is self.parameter(key, default=None, neurons=None): an argument of the class, or the default. A text such as 'uniform(0, 1)' becomes a
// vector of the neurons.
func (b *behavior) parameter(t *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key string
	var def, neurons starlark.Value = starlark.None, starlark.None
	var ignored starlark.Value
	if err := unpack(fn.Name(), args, kwargs, "key", &key, "default?", &def, "neurons?", &neurons, "do_not_diversify?", &ignored, "required?", &ignored); err != nil {
		return nil, err
	}
	v, ok := b.given[key]
	if !ok {
		if v, ok = b.params[key]; !ok || b.of != nil {
			v = def
		}
	}
	if s, isText := v.(starlark.String); isText && strings.Contains(string(s), "(") {
		if g, ok := neurons.(*pymNeurons); ok {
			return g.in.filled([]int{g.group.N})(t, fn, starlark.Tuple{v}, nil)
		}
	}
	return v, nil
}

// setParameters is self.set_parameters_as_variables(object): the arguments of the class become attributes of self or of the neurons.
func (b *behavior) setParameters(t *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var to starlark.Value
	if err := unpack(fn.Name(), args, kwargs, "object", &to); err != nil {
		return nil, err
	}
	object, ok := to.(starlark.HasSetField)
	if !ok {
		return nil, fmt.Errorf("%s: %s has no variables", fn.Name(), article(to))
	}
	for _, name := range slices.Sorted(maps.Keys(b.given)) {
		v := b.given[name]
		if g, ok := to.(*pymNeurons); ok {
			var err error
			if v, err = b.parameter(t, fn, starlark.Tuple{starlark.String(name), starlark.None, g}, nil); err != nil {
				return nil, err
			}
		}
		if err := object.SetField(name, v); err != nil {
			return nil, err
		}
	}
	return starlark.None, nil
}

// SetField sets a parameter: self.decay_factor = 0.99.
func (b *behavior) SetField(name string, v starlark.Value) error {
	if err := checkName(name); err != nil {
		return err
	}
	b.params[name] = v
	return b.change(name, v)
}

// makeBehavior is Behavior(initialize=, iteration=, tag=, PARAMETER=...).
func (in *interp) makeBehavior(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		return nil, withHint(errors.New("behaviors take named arguments"), `for example Behavior(iteration="activity *= decay", decay=0.99)`)
	}
	b := &behavior{in: in, params: starlark.StringDict{}, made: capture(t)}
	for _, kv := range kwargs {
		name, v := string(kv[0].(starlark.String)), kv[1]
		var err error
		switch name {
		case "initialize":
			switch v.(type) {
			case starlark.String, *starlark.Function:
				b.initialize = v
			default:
				err = inCall("Behavior", "initialize= is code or a function of the neurons, not %s", article(v))
			}
		case "iteration":
			if _, ok := v.(starlark.Callable); ok {
				return nil, withHint(inCall("Behavior", "iteration= is code as text: it runs on the device in every step, a function of the script cannot"),
					"write the function's body in triple quotes")
			}
			b.iteration, _, err = text("Behavior: iteration=", v)
		case "tag":
			b.tags, err = tagsOf("Behavior", v)
		default:
			err = b.SetField(name, v)
		}
		if err != nil {
			return nil, err
		}
	}
	if b.initialize == nil && b.iteration == "" {
		return nil, inCall("Behavior", "give initialize=, iteration= or both")
	}
	b.name = "behavior"
	if len(b.tags) > 0 {
		b.name = b.tags[0]
	}
	return b, nil
}

// tagsOf reads tag=: a string with tags between commas, or a list of them.
func tagsOf(kind string, v starlark.Value) ([]string, error) {
	var tags []string
	switch v := v.(type) {
	case nil, starlark.NoneType:
		return nil, nil
	case starlark.String:
		for _, s := range strings.Split(string(v), ",") {
			if s = strings.TrimSpace(s); s != "" {
				tags = append(tags, s)
			}
		}
		return tags, nil
	case *starlark.List:
		for k := range v.Len() {
			more, err := tagsOf(kind, v.Index(k))
			if err != nil {
				return nil, err
			}
			tags = append(tags, more...)
		}
		return tags, nil
	}
	return nil, fmt.Errorf("%s: tag= is a string, got %s", kind, article(v))
}

// tagName is the base of an object's name: its first tag, where that is a name.
func tagName(tags []string, base string) string {
	if len(tags) > 0 && checkName(tags[0]) == nil {
		return tags[0]
	}
	return base
}

// runInitialize executes the initialize part of a behaviour of a group.
func (b *behavior) runInitialize(t *starlark.Thread, g *pymNeurons) error {
	if b.of != nil {
		return b.initializeClass(t, g)
	}
	switch f := b.initialize.(type) {
	case *starlark.Function:
		args := starlark.Tuple{g}
		if f.NumParams() == 2 {
			args = starlark.Tuple{b, g}
		}
		_, err := starlark.Call(t, f, args, nil)
		return err
	case starlark.String:
		return b.initializeText(t, g, dedent(string(f)))
	}
	return nil
}

// names is what a behaviour's initialize part can name: the vocabulary and, before it, what its own file has, as the text of a class in Python
// means names of the module that it stands in.
func (b *behavior) names() starlark.StringDict {
	names := maps.Clone(b.in.vocabulary)
	maps.Copy(names, b.made.all())
	return names
}

// initializeText executes the text as a script; names that it assigns become variables of the neurons.
func (b *behavior) initializeText(t *starlark.Thread, g *pymNeurons, code string) error {
	in := b.in
	src := &diag.Source{Name: fmt.Sprintf("initialize of %s of %s", b.name, g.name), Text: code}
	names := b.names()
	maps.Copy(names, b.params)
	maps.Copy(names, g.values)
	names["neurons"], names["self"] = g, b
	for _, n := range []string{"vector", "synapses", "size"} {
		names[n], _ = g.Attr(n)
	}
	in.sources[src.Name] = src
	_, f, err := readPython(src.Name, code, nil)
	if err != nil {
		return in.diagnose(err)
	}
	likePython(f)
	globals, err := in.runFile(t, f, names)
	if err != nil {
		return err
	}
	for _, n := range globals.Keys() {
		switch globals[n].(type) {
		case *Array, starlark.Float, starlark.Int, starlark.Bool:
			if err := g.SetField(n, globals[n]); err != nil {
				return err
			}
		}
	}
	return nil
}
