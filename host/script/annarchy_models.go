package script

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
)

// Models that ANNarchy has under a name, of neurons and of synapses. Parameters may be given as arguments: STDP(tau_plus=15.0).

// model is one of them.
type model struct {
	name       string
	parameters []modelParameter
	equations  string
	spike      string // of a neuron
	reset      string
	refractory string
	preSpike   string // of a synapse
	postSpike  string
	isSynapse  bool
}

type modelParameter struct {
	name  string
	value float64
	flag  string
}

// modelValue is a model that can be called, and stands for the one with default parameters where a Neuron or a Synapse is expected.
type modelValue struct{ *model }

var _ starlark.Callable = modelValue{}

func (m modelValue) Name() string          { return m.name }
func (m modelValue) String() string        { return m.name }
func (m modelValue) Type() string          { return "model" }
func (m modelValue) Freeze()               {}
func (m modelValue) Truth() starlark.Bool  { return true }
func (m modelValue) Hash() (uint32, error) { return starlark.String(m.name).Hash() }

// CallInternal makes the Neuron or Synapse with the parameters that are given.
func (m modelValue) CallInternal(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	values := make([]float64, len(m.parameters))
	var pairs []any
	for k, p := range m.parameters {
		values[k] = p.value
		pairs = append(pairs, p.name+"?", asFloat{&values[k]})
	}
	if err := starlark.UnpackArgs(m.name, args, kwargs, pairs...); err != nil {
		return nil, err
	}
	return m.with(values), nil
}

// with is the model with other parameters. Names in braces among the equations stand for their values, where a value is to be constant.
func (m *model) with(values []float64) starlark.Value {
	var params strings.Builder
	equations := m.equations
	for k, p := range m.parameters {
		fmt.Fprintf(&params, "%s = %v", p.name, values[k])
		if p.flag != "" {
			params.WriteString(" : " + p.flag)
		}
		params.WriteString("\n")
		equations = strings.ReplaceAll(equations, "{"+p.name+"}", fmt.Sprint(values[k]))
	}
	if m.isSynapse {
		return &synapse{parameters: params.String(), equations: equations, preSpike: m.preSpike, postSpike: m.postSpike}
	}
	var refractory starlark.Value = starlark.None
	if m.refractory != "" {
		refractory = starlark.String(m.refractory)
	}
	return &neuron{name: m.name, parameters: params.String(), equations: equations, spike: m.spike, reset: m.reset, refractory: refractory}
}

func (m *model) plain() starlark.Value {
	values := make([]float64, len(m.parameters))
	for k, p := range m.parameters {
		values[k] = p.value
	}
	return m.with(values)
}

// neuronArg unpacks a Neuron, or a model that is one.
type neuronArg struct{ to **neuron }

// Unpack implements starlark.Unpacker.
func (a neuronArg) Unpack(v starlark.Value) error {
	if m, ok := v.(modelValue); ok && !m.isSynapse {
		v = m.plain()
	}
	n, ok := v.(*neuron)
	if !ok {
		return fmt.Errorf("got %s, want Neuron", v.Type())
	}
	*a.to = n
	return nil
}

// integrateAndFire is the leaky integrate-and-fire model of PyNN: currents or conductances, which decay (exp) or rise and decay (alpha).
func integrateAndFire(name string, conductance, alpha bool) *model {
	m := &model{name: name, spike: "v > v_thresh", reset: "v = v_reset", refractory: "tau_refrac", parameters: []modelParameter{
		{name: "v_rest", value: -65}, {name: "cm", value: 1}, {name: "tau_m", value: 20}, {name: "tau_refrac"}, {name: "tau_syn_E", value: 5},
		{name: "tau_syn_I", value: 5}, {name: "v_thresh", value: -50}, {name: "v_reset", value: -65}, {name: "i_offset"}}}
	exc, inh := "g_exc", "g_inh"
	if alpha {
		exc, inh = "alpha_exc", "alpha_inh"
		m.equations = "gmax_exc = exp((tau_syn_E - dt/2.0)/tau_syn_E)\ngmax_inh = exp((tau_syn_I - dt/2.0)/tau_syn_I)\n"
	}
	current := exc + " - " + inh
	if conductance {
		rest := m.parameters[6:]
		m.parameters = append(m.parameters[:4:4], modelParameter{name: "tau_syn_E", value: 5}, modelParameter{name: "tau_syn_I", value: 5},
			modelParameter{name: "e_rev_E"}, modelParameter{name: "e_rev_I", value: -70})
		m.parameters = append(m.parameters, rest...)
		current = exc + "*(e_rev_E - v) + " + inh + "*(e_rev_I - v)"
	}
	m.equations += "cm*dv/dt = cm/tau_m*(v_rest - v) + " + current + " + i_offset : exponential, init={v_reset}\n" +
		"tau_syn_E*dg_exc/dt = -g_exc : exponential\ntau_syn_I*dg_inh/dt = -g_inh : exponential\n"
	if alpha {
		m.equations += "tau_syn_E*dalpha_exc/dt = gmax_exc*g_exc - alpha_exc : exponential\ntau_syn_I*dalpha_inh/dt = gmax_inh*g_inh - alpha_inh : exponential\n"
	}
	return m
}

// models are those known by name.
var models = []*model{
	integrateAndFire("IF_curr_exp", false, false), integrateAndFire("IF_cond_exp", true, false),
	integrateAndFire("IF_curr_alpha", false, true), integrateAndFire("IF_cond_alpha", true, true),
	// Brette and Gerstner (2005), Adaptive exponential integrate-and-fire model, in PyNN's form and units.
	{name: "EIF_cond_exp_isfa_ista", spike: "v > v_spike", reset: "v = v_reset\nw += b", refractory: "tau_refrac", parameters: []modelParameter{
		{name: "v_rest", value: -70.6}, {name: "cm", value: 0.281}, {name: "tau_m", value: 9.3667}, {name: "tau_refrac", value: 0.1}, {name: "tau_syn_E", value: 5},
		{name: "tau_syn_I", value: 5}, {name: "e_rev_E"}, {name: "e_rev_I", value: -80}, {name: "tau_w", value: 144}, {name: "a", value: 4}, {name: "b", value: 0.0805},
		{name: "i_offset"}, {name: "delta_T", value: 2}, {name: "v_thresh", value: -50.4}, {name: "v_reset", value: -70.6}, {name: "v_spike", value: -40}},
		equations: "I = g_exc*(e_rev_E - v) + g_inh*(e_rev_I - v) + i_offset\n" +
			"tau_m*dv/dt = v_rest - v + delta_T*exp((v - v_thresh)/delta_T) + tau_m/cm*(I - w) : init={v_reset}\n" +
			"tau_w*dw/dt = a*(v - v_rest)/1000.0 - w\n" +
			"tau_syn_E*dg_exc/dt = -g_exc : exponential\ntau_syn_I*dg_inh/dt = -g_inh : exponential"},
	// Izhikevich (2003), Simple model of spiking neurons.
	{name: "Izhikevich", spike: "v > v_thresh", reset: "v = c\nu += d", refractory: "tau_refrac", parameters: []modelParameter{
		{name: "a", value: 0.02}, {name: "b", value: 0.2}, {name: "c", value: -65}, {name: "d", value: 8}, {name: "v_thresh", value: 30},
		{name: "i_offset"}, {name: "noise"}, {name: "tau_refrac"}},
		equations: "I = g_exc - g_inh + noise*Normal(0.0, 1.0) + i_offset\ndv/dt = 0.04*v^2 + 5.0*v + 140.0 - u + I : init=-65.0\ndu/dt = a*(b*v - u) : init=-13.0"},
	{name: "LeakyIntegrator", parameters: []modelParameter{{name: "tau", value: 10, flag: "population"}, {name: "B"}, {name: "T", flag: "population"}},
		equations: "tau*dv/dt + v = sum(exc) - sum(inh) + B : exponential\nr = pos(v - T)"},
	{name: "Hebb", isSynapse: true, parameters: []modelParameter{{name: "eta", value: 0.01, flag: "projection"}}, equations: "dw/dt = eta*pre.r*post.r : min=0.0, explicit"},
	// Oja (1982), A simplified neuron model as a principal component analyzer.
	{name: "Oja", isSynapse: true, parameters: []modelParameter{{name: "eta", value: 0.01, flag: "projection"}, {name: "alpha", value: 1, flag: "projection"}},
		equations: "dw/dt = eta*(pre.r*post.r - alpha*post.r^2*w) : min=0.0, explicit"},
	// Intrator and Cooper (1992), Objective function formulation of the BCM theory.
	{name: "IBCM", isSynapse: true, parameters: []modelParameter{{name: "eta", value: 0.01, flag: "projection"}, {name: "tau", value: 2000, flag: "projection"}},
		equations: "tau*dtheta/dt + theta = post.r^2 : postsynaptic, exponential\ndw/dt = eta*post.r*(post.r - theta)*pre.r : min=0.0, explicit"},
	// Song, Miller and Abbott (2000), with traces as of Morrison, Diesmann and Gerstner (2008).
	{name: "STDP", isSynapse: true, parameters: []modelParameter{{name: "tau_plus", value: 20, flag: "projection"}, {name: "tau_minus", value: 20, flag: "projection"},
		{name: "A_plus", value: 0.01, flag: "projection"}, {name: "A_minus", value: 0.01, flag: "projection"}, {name: "w_min", flag: "projection"}, {name: "w_max", value: 1, flag: "projection"}},
		equations: "tau_plus*dx/dt = -x : event-driven\ntau_minus*dy/dt = -y : event-driven",
		preSpike:  "g_target += w\nx += A_plus*w_max\nw = clip(w + y, w_min, w_max)", postSpike: "y -= A_minus*w_max\nw = clip(w + x, w_min, w_max)"},
	// Tsodyks and Markram (1997).
	{name: "STP", isSynapse: true, parameters: []modelParameter{{name: "tau_rec", value: 100, flag: "projection"}, {name: "tau_facil", value: 0.01, flag: "projection"}, {name: "U", value: 0.5}},
		equations: "dx/dt = (1 - x)/tau_rec : init=1.0, event-driven\ndu/dt = (U - u)/tau_facil : init={U}, event-driven",
		preSpike:  "g_target += w*u*x\nx *= (1 - u)\nu += U*(1 - u)"},
}
