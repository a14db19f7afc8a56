package script

import (
	"maps"

	"go.starlark.net/starlark"
)

// annarchyVocabulary is ANNarchy's.
func (in *interp) annarchyVocabulary() starlark.StringDict {
	d := starlark.StringDict{}
	for name, f := range map[string]builtinFunc{
		"Neuron": in.makeNeuron, "Synapse": in.makeSynapse, "Population": in.adoptable(in.makePopulation), "Projection": in.makeProjection,
		"PoissonPopulation": in.adoptable(in.makePoisson), "SpikeSourceArray": in.adoptable(in.makeSpikeSource), "InputArray": in.adoptable(in.makeInputArray), "reset": in.reset,
		"Monitor": in.makeMonitor, "setup": in.setup, "compile": in.compile, "simulate": in.simulate, "simulate_until": in.simulateUntil, "step": in.step,
		"add_function": in.addFunction, "Parameter": makeParameter, "Variable": makeVariable, "Constant": in.makeConstant, "enable_learning": in.switchAll, "disable_learning": in.switchAll, "CurrentInjection": in.makeCurrentInjection, "DecodingProjection": in.makeDecoding, "Convolution": in.makeConvolution, "Pooling": in.makePooling, "LILConnectivity": makeLIL, "CSRConnectivity": makeLIL, "every": in.every, "clear": in.clear, "get_time": in.getTime, "dt": in.getDT,
	} {
		d[name] = starlark.NewBuiltin(name, f)
	}
	named := starlark.StringDict{}
	for _, m := range models {
		d[m.name], named[m.name] = modelValue{m}, modelValue{m}
	}
	d["models"] = &moduleValue{"models", named}
	maps.Copy(d, distributions(&in.draws))
	maps.Copy(d, in.ruleConstructors())
	return d
}
