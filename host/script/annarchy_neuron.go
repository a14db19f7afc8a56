package script

import (
	"fmt"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// neuron is ANNarchy's Neuron(parameters=, equations=): a model that populations share.
type neuron struct {
	name       string
	parameters string
	equations  string
	spike      string // condition; "": rate-coded
	reset      string
	refractory starlark.Value // a time, the name of a variable, or None
	functions  []function     // that were given with it
	drawn      []drawnAttribute
}

func (n *neuron) String() string        { return "Neuron(name=" + n.name + ")" }
func (n *neuron) Type() string          { return "Neuron" }
func (n *neuron) Freeze()               {}
func (n *neuron) Truth() starlark.Bool  { return true }
func (n *neuron) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: Neuron") }

// synapse is ANNarchy's Synapse(parameters=, equations=, psp=, operation=).
type synapse struct {
	psp        string
	mean       bool   // operation="mean", which psp includes
	fold       string // operation="max" or "min"
	decodes    bool   // of a DecodingProjection
	parameters string
	equations  string
	preSpike   string
	postSpike  string
	functions  []function
	drawn      []drawnAttribute
}

// acts reports whether spikes do something to the synapses.
func (s *synapse) acts() bool { return s != nil && (s.preSpike != "" || s.postSpike != "") }

// learns reports whether the synapses have variables besides their weight.
func (s *synapse) learns() bool {
	return strings.TrimSpace(s.equations) != "" || strings.TrimSpace(s.parameters) != ""
}

func (s *synapse) String() string        { return "Synapse(psp=" + s.psp + ")" }
func (s *synapse) Type() string          { return "Synapse" }
func (s *synapse) Freeze()               {}
func (s *synapse) Truth() starlark.Bool  { return true }
func (s *synapse) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: Synapse") }

func (in *interp) makeNeuron(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	n := &neuron{name: "Neuron"}
	var parameters, equations, functions, extra starlark.Value = starlark.None, starlark.None, starlark.None, starlark.None
	var spike, axon, reset, refractory starlark.Value = starlark.None, starlark.None, starlark.None, starlark.None
	var desc string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "parameters?", &parameters, "equations?", &equations,
		"spike?", &spike, "axon_spike?", &axon, "reset?", &reset, "axon_reset?", &axon, "refractory?", &refractory,
		"functions?", &functions, "name?", &n.name, "description?", &desc, "extra_values?", &extra); err != nil {
		return nil, err
	}
	for name, v := range map[string]starlark.Value{"axon_spike": axon, "extra_values": extra} {
		if v != starlark.None {
			hints := map[string]string{"axon_spike": "give each kind of spike a population of its own, driven by the same input", "extra_values": "write the values as parameters"}
			return nil, withHint(fmt.Errorf("%s: %s= is not supported", "Neuron", name), hints[name])
		}
	}
	var err error
	if n.spike, err = blockText("spike", spike); err != nil {
		return nil, err
	}
	if n.reset, err = blockText("reset", reset); err != nil {
		return nil, err
	}
	n.refractory = refractory
	if n.spike == "" && (n.reset != "" || refractory != starlark.None) {
		return nil, withHint(fmt.Errorf("%s: reset= and refractory= belong to spikes, but there is no spike=", "Neuron"), "give the condition, for example spike=\"v > v_T\"")
	}
	if n.parameters, n.drawn, err = parameterText("Neuron", parameters, false); err != nil {
		return nil, err
	}
	var drawn []drawnAttribute
	if n.equations, drawn, err = variableText("Neuron", equations, false); err != nil {
		return nil, err
	}
	n.drawn = append(n.drawn, drawn...)
	if n.functions, err = in.withFunctions(functions, &n.equations, &n.spike, &n.reset); err != nil {
		return nil, fmt.Errorf("%s: %w", "Neuron", err)
	}
	return n, nil
}

// blockText reads a block of lines, or a list of them.
func blockText(what string, v starlark.Value) (string, error) {
	switch v := v.(type) {
	case starlark.NoneType:
		return "", nil
	case starlark.String:
		return string(v), nil
	case *starlark.List, starlark.Tuple:
		var lines []string
		list := v.(starlark.Indexable)
		for k := range list.Len() {
			line, err := blockText(what, list.Index(k))
			if err != nil {
				return "", err
			}
			lines = append(lines, line)
		}
		return strings.Join(lines, "\n"), nil
	}
	return "", fmt.Errorf("%s: %s must be a string or a list of them, got %s", "Neuron", what, article(v))
}

func (in *interp) makeSynapse(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	s := &synapse{}
	operation := "sum"
	var name, desc string
	var parameters, equations starlark.Value = starlark.None, starlark.None
	var preSpike, postSpike, preAxon, functions, pruning, creating starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "parameters?", &parameters, "equations?", &equations, "psp?", &s.psp,
		"operation?", &operation, "pre_spike?", &preSpike, "post_spike?", &postSpike, "pre_axon_spike?", &preAxon, "functions?", &functions,
		"pruning?", &pruning, "creating?", &creating, "name?", &name, "description?", &desc); err != nil {
		return nil, err
	}
	for name, v := range map[string]starlark.Value{"pre_axon_spike": preAxon, "pruning": pruning, "creating": creating} {
		if isGiven(v) {
			hint := "the synapses of a projection stay: let w become 0, or connect anew between runs with the pairs that are left"
			if name == "pre_axon_spike" {
				hint = "pre_spike= acts at the spikes of the presynaptic neuron"
			}
			return nil, withHint(fmt.Errorf("%s: %s= is not supported", "Synapse", name), hint)
		}
	}
	var err error
	for _, part := range []struct {
		name string
		v    starlark.Value
		to   *string
	}{{"pre_spike", preSpike, &s.preSpike}, {"post_spike", postSpike, &s.postSpike}} {
		if part.v != nil {
			if *part.to, err = blockText(part.name, part.v); err != nil {
				return nil, err
			}
		}
	}
	if s.parameters, s.drawn, err = parameterText("Synapse", parameters, true); err != nil {
		return nil, err
	}
	var drawn []drawnAttribute
	if s.equations, drawn, err = variableText("Synapse", equations, true); err != nil {
		return nil, err
	}
	s.drawn = append(s.drawn, drawn...)
	if functions == nil {
		functions = starlark.None
	}
	if s.functions, err = in.withFunctions(functions, &s.equations, &s.psp, &s.preSpike, &s.postSpike); err != nil {
		return nil, fmt.Errorf("%s: %w", "Synapse", err)
	}
	if err := s.checkOperation(operation); err != nil {
		return nil, err
	}
	return s, nil
}

// variable is what the script layer needs to know of a group's variable.
type variable struct {
	name   string
	dim    units.Dim
	kind   elemKind
	shared bool
	stored bool // false for Brian's subexpressions
	linked bool // stands for a variable of another group
	// postsynaptic: one value for each postsynaptic neuron of a projection.
	postsynaptic bool
}

// variables reads the names that a group's text defines. Errors in the text are returned as a diag.List.
func variables(dialect check.Dialect, equations, parameters *diag.Source) (map[string]variable, []string, error) {
	vars := map[string]variable{}
	var names []string
	var problems diag.List
	add := func(eqs *syntax.Equations) {
		for _, eq := range eqs.Eqs {
			if _, known := vars[eq.Name]; known || eq.Name == "" {
				continue
			}
			v := variable{name: eq.Name, stored: dialect == check.ANNarchy || eq.Kind != syntax.EqAssign}
			if eq.Unit != nil {
				v.dim, v.kind = unitOf(equations, eq.Unit)
			}
			for _, f := range eq.Flags {
				switch f.Name {
				case "shared", "population", "global", "projection":
					v.shared = true
				case "postsynaptic":
					v.postsynaptic = true
				case "constant over dt":
					v.stored = true
				case "linked":
					v.linked, v.stored = true, false
				case "bool", "boolean":
					v.kind = boolElems
				case "int", "integer":
					v.kind = intElems
				}
			}
			vars[eq.Name] = v
			names = append(names, eq.Name)
		}
	}
	if parameters != nil {
		eqs, l := syntax.ParseParameters(parameters)
		problems = append(problems, l...)
		add(eqs)
	}
	d := syntax.Brian
	if dialect == check.ANNarchy {
		d = syntax.ANNarchy
	}
	eqs, l := syntax.ParseEquations(equations, d)
	problems = append(problems, l...)
	add(eqs)
	return vars, names, problems.Err()
}

// unitOf reads a unit expression by its text; a unit that is wrong is reported when the equations are checked.
func unitOf(src *diag.Source, e syntax.Expr) (units.Dim, elemKind) {
	sp := e.Span()
	switch text := strings.TrimSpace(src.Text[sp.Start:sp.End]); text {
	case "boolean", "bool":
		return noDim, boolElems
	case "integer", "int":
		return noDim, intElems
	default:
		q, err := units.Parse(text)
		if err != nil {
			return noDim, realElems
		}
		return q.Dim, realElems
	}
}
