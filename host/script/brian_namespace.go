package script

import (
	"fmt"
	"maps"
	"slices"

	"go.starlark.net/starlark"
)

// namespaceValue is G.namespace: what names of the object's equations mean before those of the script are looked for. It may be changed until the
// network runs.
type namespaceValue struct{ names starlark.StringDict }

var (
	_ starlark.HasSetKey       = namespaceValue{}
	_ starlark.IterableMapping = namespaceValue{}
	_ starlark.HasAttrs        = namespaceValue{}
)

func (n namespaceValue) dict() *starlark.Dict {
	d := starlark.NewDict(len(n.names))
	for _, name := range slices.Sorted(maps.Keys(n.names)) {
		_ = d.SetKey(starlark.String(name), n.names[name]) // a text can be a key
	}
	return d
}

func (n namespaceValue) String() string             { return n.dict().String() }
func (n namespaceValue) Type() string               { return "namespace" }
func (n namespaceValue) Freeze()                    {}
func (n namespaceValue) Truth() starlark.Bool       { return len(n.names) > 0 }
func (n namespaceValue) Hash() (uint32, error)      { return 0, fmt.Errorf("unhashable: namespace") }
func (n namespaceValue) Iterate() starlark.Iterator { return n.dict().Iterate() }
func (n namespaceValue) Items() []starlark.Tuple    { return n.dict().Items() }

// Get is the value of a name.
func (n namespaceValue) Get(key starlark.Value) (starlark.Value, bool, error) {
	name, _ := starlark.AsString(key)
	v, ok := n.names[name]
	return v, ok, nil
}

// SetKey gives a name a value.
func (n namespaceValue) SetKey(key, v starlark.Value) error {
	name, ok := starlark.AsString(key)
	if !ok {
		return fmt.Errorf("a namespace maps names to values; %v is not a name", key)
	}
	n.names[name] = v
	return nil
}

// AttrNames are those of a dictionary.
func (n namespaceValue) AttrNames() []string {
	return []string{"get", "items", "keys", "update", "values"}
}

// Attr is a method of a dictionary.
func (n namespaceValue) Attr(name string) (starlark.Value, error) {
	if name != "update" {
		if !slices.Contains(n.AttrNames(), name) {
			return nil, noAttr("a namespace", name, n.AttrNames())
		}
		return n.dict().Attr(name)
	}
	return starlark.NewBuiltin(name, func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		d := starlark.NewDict(0)
		update, err := d.Attr("update")
		if err == nil {
			_, err = starlark.Call(t, update, args, kwargs)
		}
		if err != nil {
			return nil, err
		}
		for _, kv := range d.Items() {
			if err := n.SetKey(kv[0], kv[1]); err != nil {
				return nil, err
			}
		}
		return starlark.None, nil
	}), nil
}
