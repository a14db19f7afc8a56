package script

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
)

// magicNetwork is Brian2's magic_network: the network of a bare run().
type magicNetwork struct{ in *interp }

var _ starlark.HasAttrs = magicNetwork{}

func (m magicNetwork) String() string        { return "MagicNetwork()" }
func (m magicNetwork) Type() string          { return "MagicNetwork" }
func (m magicNetwork) Freeze()               {}
func (m magicNetwork) Truth() starlark.Bool  { return true }
func (m magicNetwork) Hash() (uint32, error) { return starlark.String("MagicNetwork").Hash() }
func (m magicNetwork) AttrNames() []string {
	return []string{"get_states", "name", "objects", "profiling_info", "restore", "run", "scheduling_summary", "set_states", "stop", "store", "t"}
}

// Attr is that of the network that a bare run() ran last.
func (m magicNetwork) Attr(name string) (starlark.Value, error) {
	switch {
	case !slices.Contains(m.AttrNames(), name):
		return nil, noAttr("magic_network", name, m.AttrNames())
	case name == "name":
		return starlark.String("magicnetwork"), nil
	case name == "run" || name == "store" || name == "restore":
		return map[string]*starlark.Builtin{"run": starlark.NewBuiltin(name, m.in.run), "store": starlark.NewBuiltin(name, m.in.magicStore), "restore": starlark.NewBuiltin(name, m.in.magicRestore)}[name], nil
	case m.in.brian.magic == nil:
		return (&network{in: m.in, w: &world{name: "run()"}}).Attr(name)
	}
	n := &network{in: m.in, w: m.in.brian.magic}
	for o := range n.w.objects {
		n.members = append(n.members, o)
	}
	slices.SortFunc(n.members, func(a, b *object) int { return a.serial - b.serial })
	return n.Attr(name)
}

// deviceValue is Brian2's device, which has no say here.
type deviceValue struct{ noEffect }

func (d *deviceValue) AttrNames() []string { return []string{"__class__", "build", "build_options"} }

// Attr is a part of the device. What would run a network a second time is refused: it would be as if it had not.
func (d *deviceValue) Attr(name string) (starlark.Value, error) {
	switch {
	case name == "__class__":
		return &moduleValue{"RuntimeDevice", starlark.StringDict{"__name__": starlark.String("RuntimeDevice")}}, nil
	case slices.Contains(strings.Fields("run apply_run_args run_function insert_code network_run delete"), name):
		return nil, withHint(fmt.Errorf("there is no device.%s(): a network runs where run() stands", name),
			"store() before a loop, and in it restore(), set what changes as in G.tau = 5*ms, and run(); sweep(...) runs all values at once")
	}
	return d.noEffect.Attr(name)
}

// getDevice is get_device().
func (in *interp) getDevice(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) > 0 {
		return nil, fmt.Errorf("%s takes no arguments", b.Name())
	}
	return in.device(), nil
}

func (in *interp) device() starlark.Value {
	return &deviceValue{noEffect{in, "device", onMachine}}
}
