package script

import (
	"maps"

	"go.starlark.net/starlark"
)

// annarchyVocabulary is ANNarchy's.
func (in *interp) annarchyVocabulary() starlark.StringDict {
	d := starlark.StringDict{}
	for name, f := range map[string]builtinFunc{
		"Neuron": in.makeNeuron, "Synapse": in.makeSynapse, "Population": in.makePopulation, "Projection": in.makeProjection,
		"PoissonPopulation": in.makePoisson, "SpikeSourceArray": in.makeSpikeSource,
		"Monitor": in.makeMonitor, "setup": in.setup, "compile": in.compile, "simulate": in.simulate, "simulate_until": in.simulateUntil, "step": in.step,
		"add_function": in.addFunction, "every": in.every, "clear": in.clear, "get_time": in.getTime, "dt": in.getDT,
	} {
		d[name] = starlark.NewBuiltin(name, f)
	}
	for _, m := range models {
		d[m.name] = modelValue{m}
	}
	maps.Copy(d, distributions(&in.draws))
	maps.Copy(d, in.ruleConstructors())
	return d
}
