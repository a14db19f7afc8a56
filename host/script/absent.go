package script

import (
	"cmp"
	"regexp"
	"strings"

	"go.starlark.net/starlark"
)

// Hints shared by several names.
const (
	fixedSlots   = "the slots of a step and what happens in each are fixed, scheduling_summary() shows them; when= and order= of objects and of code say where in a step they act"
	whereMade    = "order= and, where an object has it, when= are given where the object is made; run_on_event(\"spike\", code, when='end') puts code at another place of the step"
	onMachine    = "where and how a network runs is chosen on the command line: --backend, --precision, --threads"
	noMorphology = "there are no neurons with a morphology; compartments are neurons of a group, joined by Synapses with (summed) currents"
	extension    = "ANNarchy's extensions are not here; "
)

// absent answers names of Brian2 and of ANNarchy that do not exist here, as attributes and as names of their own.
var absent = map[string]string{
	"set_event_schedule": whereMade, "when": whereMade, "order": whereMade, "thresholder": whereMade, "resetter": whereMade, "state_updater": whereMade,
	"schedule":          fixedSlots,
	"MagicNetwork":      "a bare run() runs the objects that the script has made; collect() lists them, and Network(...) makes one by name",
	"reinit_devices":    onMachine,
	"device_module":     "there is no device.run(): a network runs where run() stands; store() before a loop, and in it restore(), what changes, and run(); or sweep(...)",
	"BrianLogger":       "--quiet leaves out notes; warnings and errors always show",
	"Copy":              extension + "connect a second Projection by the same rule",
	"Transpose":         extension + "connect a second Projection by the transposed matrix",
	"BoldMonitor":       extension + "write the model of the signal as equations of a population that the others project to",
	"BoldModel":         extension + "write the model of the signal as equations of a population that the others project to",
	"ANNtoSNNConverter": extension + "write the spiking network as populations and projections",
	"ImagePopulation":   extension + "read(\"image.png\") gives an array, and pop.r = array sets the rates",
	"VideoPopulation":   extension + "TimedArray(rates=...) shows one row after another",
	"Logger":            extension + "print, or record with a Monitor",
	"parallel_run":      "sweep(...) of a Network runs it for many values of a parameter at once; galvani run --set NAME=VALUE runs one",
	"MPI":               onMachine,
	"report":            "galvani dump MODEL.star --stage model shows the equations",
	"Cylinder":          noMorphology, "Soma": noMorphology, "Section": noMorphology, "SpatialSubgroup": noMorphology, "Morphology": noMorphology, "SpatialNeuron": noMorphology,
}

var noField = regexp.MustCompile(`^can't assign to \.(\w+) field of \w+`)

// absentHint answers a message about a name of Brian2 or of ANNarchy that does not exist here, or about one that cannot be set.
func absentHint(msg string) string {
	if name, ok := strings.CutPrefix(msg, "undefined: "); ok {
		return absent[name]
	}
	if m := noField.FindStringSubmatch(msg); m != nil {
		return cmp.Or(absent[m[1]], "what this object has can be read, not set; its arguments are given where it is made")
	}
	return ""
}

// noEffect stands for what only says how Brian2 runs a network: everything of it can be set and called, and does nothing but warn.
type noEffect struct {
	in         *interp
	name, hint string
}

var (
	_ starlark.HasSetField = (*noEffect)(nil)
	_ starlark.HasSetKey   = (*noEffect)(nil)
	_ starlark.Callable    = (*noEffect)(nil)
)

func (x *noEffect) String() string        { return x.name }
func (x *noEffect) Name() string          { return x.name }
func (x *noEffect) Type() string          { return x.name }
func (x *noEffect) Freeze()               {}
func (x *noEffect) Truth() starlark.Bool  { return true }
func (x *noEffect) Hash() (uint32, error) { return starlark.String(x.name).Hash() }
func (x *noEffect) AttrNames() []string   { return nil }

func (x *noEffect) warn(t *starlark.Thread) {
	x.in.warnAt(t, x.name+" has no effect here", x.hint)
}

// Attr is part of it.
func (x *noEffect) Attr(name string) (starlark.Value, error) {
	return &noEffect{x.in, x.name + "." + name, x.hint}, nil
}

// SetField does nothing.
func (x *noEffect) SetField(name string, _ starlark.Value) error {
	(&noEffect{x.in, x.name + "." + name, x.hint}).warn(x.in.thread)
	return nil
}

// Get is part of it.
func (x *noEffect) Get(key starlark.Value) (starlark.Value, bool, error) {
	return &noEffect{x.in, x.name + "[" + key.String() + "]", x.hint}, true, nil
}

// SetKey does nothing.
func (x *noEffect) SetKey(key, _ starlark.Value) error {
	(&noEffect{x.in, x.name + "[" + key.String() + "]", x.hint}).warn(x.in.thread)
	return nil
}

// CallInternal does nothing.
func (x *noEffect) CallInternal(t *starlark.Thread, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	x.warn(t)
	return starlark.None, nil
}

// networkUI is PymoNNto's Network_UI(network, modules=..., ...): a window is what galvani view opens.
func (in *interp) networkUI(t *starlark.Thread, b *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return &noEffect{in, b.Name(), "galvani view SCRIPT shows the network and lets it run; view(...) says which panels there are"}, nil
}

// uiModules is get_default_UI_modules(...), of which nothing is used.
func uiModules(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return starlark.NewList(nil), nil
}

// machinery is what scripts of Brian2 say about how they run.
func (in *interp) machinery(d starlark.StringDict) {
	for _, name := range []string{"prefs", "set_device", "reinit_devices", "reset_device"} {
		d[name] = &noEffect{in, name, onMachine}
	}
	d["device"], d["get_device"], d["magic_network"] = in.device(), starlark.NewBuiltin("get_device", in.getDevice), magicNetwork{in}
	d["timestep"] = starlark.NewBuiltin("timestep", timestep)
	d["BrianLogger"] = &noEffect{in, "BrianLogger", "--quiet leaves out notes; warnings and errors always show"}
}
