package script

import (
	"maps"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// frameScope is what a script could name at one call: the locals of the calling functions, captured, and the globals, read
// when asked.
type frameScope struct {
	locals starlark.StringDict
	module *starlark.Function // whose module's globals count; nil: none
}

// capture remembers the names visible where a builtin was called. Only the innermost script function's locals and the
// variables it closes over count, as in Starlark itself.
func capture(t *starlark.Thread) *frameScope {
	s := &frameScope{}
	lists, _ := t.Local(comprehensionsKey).(comprehensions)
	for depth := 0; depth < t.CallStackDepth(); depth++ {
		fr := t.DebugFrame(depth)
		fn, ok := fr.Callable().(*starlark.Function)
		if !ok {
			continue
		}
		s.module = fn
		within := s.locals
		s.locals = starlark.StringDict{}
		for i := 0; i < fn.NumFreeVars(); i++ {
			if b, v := fn.FreeVar(i); v != nil {
				s.locals[b.Name] = v
			}
		}
		// A local that inner functions share sits in a cell that cannot be opened; the inner function shows its value.
		for i := 0; i < fr.NumLocals(); i++ {
			if b, v := fr.Local(i); v != nil && lists.visible(b.Pos, fr.Position()) {
				if inner, ok := v.(*starlark.Function); ok {
					for k := 0; k < inner.NumFreeVars(); k++ {
						if b, v := inner.FreeVar(k); v != nil {
							s.locals[b.Name] = v
						}
					}
				}
			}
		}
		for i := 0; i < fr.NumLocals(); i++ {
			if b, v := fr.Local(i); v != nil && v.Type() != "cell" && lists.visible(b.Pos, fr.Position()) {
				s.locals[b.Name] = v
			}
		}
		maps.Copy(s.locals, within)
		if !strings.HasPrefix(fn.Name(), tryName) { // what is tried sees the variables of the function around
			break
		}
	}
	for name, v := range s.locals {
		if box, ok := v.(*globalBox); ok {
			delete(s.locals, name)
			maps.Copy(s.locals, box.values)
		}
	}
	return s
}

// comprehensions are the places of the variables of comprehensions, with where these begin and end. To Starlark they are locals of the function around,
// which keep their last value; as names they end with the comprehension.
type comprehensions map[place][2]place

// place is a syntax.Position that can be compared.
type place struct {
	file      string
	line, col int32
}

const comprehensionsKey = "comprehensions"

func placeAt(p syntax.Position) place { return place{p.Filename(), p.Line, p.Col} }

// visible reports whether a variable that was made at a place means anything where a frame is.
func (c comprehensions) visible(made, at syntax.Position) bool {
	span, ok := c[placeAt(made)]
	if !ok {
		return true
	}
	before := func(p, q place) bool { return p.line < q.line || p.line == q.line && p.col <= q.col }
	return before(span[0], placeAt(at)) && before(placeAt(at), span[1])
}

// add notes the variables of all comprehensions of a file.
func (c comprehensions) add(f *syntax.File) {
	syntax.Walk(f, func(n syntax.Node) bool {
		list, ok := n.(*syntax.Comprehension)
		if !ok {
			return true
		}
		for _, clause := range list.Clauses {
			loop, ok := clause.(*syntax.ForClause)
			if !ok {
				continue
			}
			syntax.Walk(loop.Vars, func(n syntax.Node) bool {
				if id, ok := n.(*syntax.Ident); ok {
					c[placeAt(id.NamePos)] = [2]place{placeAt(list.Lbrack), placeAt(list.Rbrack)}
				}
				return true
			})
		}
		return true
	})
}

// globals are those of the module, as they are now; some have no value yet.
func (s *frameScope) globals() starlark.StringDict {
	if s == nil || s.module == nil {
		return nil
	}
	return globalsOf(s.module)
}

// all is what can be named, with its values.
func (s *frameScope) all() starlark.StringDict {
	out := starlark.StringDict{}
	for n, v := range s.globals() {
		if v != nil {
			out[n] = v
		}
	}
	maps.Copy(out, s.locals)
	return out
}

func (s *frameScope) local(name string) (starlark.Value, bool) {
	if s == nil {
		return nil, false
	}
	v, ok := s.locals[name]
	return v, ok
}

func (s *frameScope) global(name string) (starlark.Value, bool) {
	if s == nil {
		return nil, false
	}
	v := s.globals()[name]
	return v, v != nil
}

func (s *frameScope) names(into map[string]bool) {
	if s == nil {
		return
	}
	for _, list := range []starlark.StringDict{s.locals, s.globals()} {
		for n := range list {
			if !strings.HasPrefix(n, ".") {
				into[n] = true
			}
		}
	}
}

// scope resolves names of a group's equations that are not the group's own: namespace=, constants and units, locals where
// run was called, locals where the group was made, then globals of both places.
type scope struct {
	in        *interp
	namespace starlark.StringDict
	made      *frameScope
	alone     bool // names of the script do not count
}

var _ check.Scope = (*scope)(nil)

// Lookup finds a name. Values that equations cannot use are found too, so that the message can say what they are.
func (s *scope) Lookup(name string) (check.Value, bool) {
	if v, ok := s.namespace[name]; ok {
		return s.in.scopeValue(v), true
	}
	if c := s.in.constants[name]; c != nil && !s.alone {
		return s.in.scopeValue(c), true
	}
	if v, ok := constants[name]; ok {
		return check.Value{Kind: check.ValQuantity, Q: units.Quantity{Value: v}}, true
	}
	if q, ok := units.Lookup(name); ok {
		return check.Value{Kind: check.ValQuantity, Q: q}, true
	}
	if s.alone {
		return check.Value{}, false
	}
	for _, find := range []func(string) (starlark.Value, bool){s.in.runFrame.local, s.made.local, s.in.runFrame.global, s.made.global} {
		if v, ok := find(name); ok {
			return s.in.scopeValue(v), true
		}
	}
	return check.Value{}, false
}

// Names lists what Lookup finds, but for rare unit names.
func (s *scope) Names() []string {
	seen := map[string]bool{}
	for n := range s.namespace {
		seen[n] = true
	}
	s.in.runFrame.names(seen)
	s.made.names(seen)
	for n := range constants {
		seen[n] = true
	}
	for _, n := range units.CommonNames() {
		seen[n] = true
	}
	names := make([]string, 0, len(seen))
	for n := range seen {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

func (in *interp) scopeValue(v starlark.Value) check.Value {
	switch v := v.(type) {
	case starlark.Bool:
		return check.Value{Kind: check.ValBool, Q: units.Quantity{Value: boolFloat(bool(v))}}
	case starlark.Int:
		return check.Value{Kind: check.ValInt, Q: units.Quantity{Value: float64(v.Float())}}
	case starlark.Float:
		return check.Value{Kind: check.ValQuantity, Q: units.Quantity{Value: float64(v)}}
	case quantity:
		return check.Value{Kind: check.ValQuantity, Q: units.Quantity(v)}
	case *constantValue:
		return check.Value{Kind: check.ValQuantity, Q: units.Quantity{Value: v.value}}
	case *timedArray:
		return check.Value{Kind: check.ValTable, Table: v.t}
	case *Array:
		if len(v.data) == 1 {
			kind := check.ValQuantity
			if v.kind == intElems {
				kind = check.ValInt
			}
			return check.Value{Kind: kind, Q: units.Quantity{Value: v.now().data[0], Dim: v.dim}}
		}
	}
	if f := in.equationFunction(v); f != nil {
		return check.Value{Kind: check.ValFunction, Function: f}
	}
	return check.Value{Kind: check.ValOther, Type: v.Type()}
}
