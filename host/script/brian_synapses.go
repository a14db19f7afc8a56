package script

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// synapses is Brian2's Synapses.
type synapses struct {
	*object
	syn         *net.Synapses
	source      *neuronGroup
	target      *neuronGroup
	vars        map[string]variable
	names       []string
	ns          starlark.StringDict
	pathways    []*pathway
	sums        *pathway // the delay of summed variables; nil: there are none
	explicit    bool     // all connections so far are lists of pairs
	pre, post   []int32  // ends of all synapses, when known
	known       int      // pairs or connections that pre and post stand for
	knownCalls  int
	counted     int             // how many synapses there are; 0: not known, or none
	firsts      []int32         // 0, 1, 2, ...: what values are confined to, see confine
	unlisted    error           // why they cannot be listed
	constructed map[string]bool // pathways whose delay is fixed by the constructor
	standIn     *neuronGroup    // these synapses as an end of others; nil: of none
	joined      string          // the others that have been connected to these; "": none
}

var (
	_ starlark.HasSetField = (*synapses)(nil)
	_ starlark.Sequence    = (*synapses)(nil)
	_ starlark.Mapping     = (*synapses)(nil)
	_ starlark.Sliceable   = (*synapses)(nil)
	_ holder               = (*synapses)(nil)
	_ member               = (*synapses)(nil)
)

func (s *synapses) label() string                  { return s.name }
func (s *synapses) namespace() starlark.StringDict { return s.ns }
func (s *synapses) part() *object                  { return s.object }

func (s *synapses) String() string {
	return fmt.Sprintf("Synapses(%q, %s to %s)", s.name, s.source.label(), s.target.label())
}

// Len is the number of synapses.
func (s *synapses) Len() int {
	n, err := s.number()
	if err != nil {
		s.in.cancel(err)
	}
	return n
}

// Iterate yields the synapses' indices.
func (s *synapses) Iterate() starlark.Iterator {
	return intArray(span(0, s.Len())).Iterate()
}

// makeSynapses is Synapses(source, target=None, model=”, on_pre=, on_post=, delay=, ...).
func (in *interp) makeSynapses(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var source, target, model, onPre, onPost, pre, post, delay, onEvent, multi, namespace, dt, clock, method, name, dependent, connect, ignored starlark.Value
	order := 0
	if err := unpack(b.Name(), args, kwargs, "source", &source, "target?", &target, "model?", &model, "on_pre?", &onPre, "pre?", &pre,
		"on_post?", &onPost, "post?", &post, "connect?", &connect, "delay?", &delay, "on_event?", &onEvent, "multisynaptic_index?", &multi,
		"namespace?", &namespace, "dtype?", &ignored, "codeobj_class?", &ignored, "dt?", &dt, "clock?", &clock, "order?", &order,
		"method?", &method, "name?", &name, "order_dependent?", &dependent, "method_options?", &ignored); err != nil {
		return nil, err
	}
	for _, old := range []struct {
		on, old *starlark.Value
		name    string
	}{{&onPre, &pre, "pre"}, {&onPost, &post, "post"}} {
		switch given := isGiven(*old.old); {
		case given && isGiven(*old.on):
			return nil, withHint(synapsesError("both on_%s= and %s= are given", old.name, old.name), fmt.Sprintf("%s= is an old name of on_%s=, and comes right after it where arguments have no names", old.name, old.name))
		case given:
			*old.on = *old.old
		}
	}
	if isGiven(connect) {
		return nil, withHint(synapsesError("connect= of the constructor does not exist"), "call S.connect(...) after it")
	}
	s := &synapses{explicit: true, constructed: map[string]bool{}}
	var err error
	if s.source, err = endArg("Synapses: source", source); err != nil {
		return nil, err
	}
	s.target = s.source
	if isGiven(target) {
		if s.target, err = endArg("Synapses: target", target); err != nil {
			return nil, err
		}
	}
	s.syn = &net.Synapses{Pre: s.source.span(), Post: s.target.span(), Order: order, Place: in.placeOf(t)}
	if s.ns, err = namespaceOf(b.Name(), namespace); err != nil {
		return nil, err
	}
	s.syn.Namespace = &scope{in: in, namespace: s.ns, made: capture(t)}
	if err = setClock(b.Name(), dt, clock, &s.syn.DT); err != nil {
		return nil, err
	}
	if s.syn.Method, _, err = text("Synapses: method=", method); err != nil {
		return nil, err
	}
	switch d, given, err := text("Synapses: order_dependent=", noFalse(dependent)); {
	case err != nil:
		return nil, err
	case given && d == "by index":
		s.syn.ByIndex = true
	case given:
		return nil, withHint(synapsesError("order_dependent=%q", d), `write order_dependent="by index", or leave it out to have such code refused`)
	}
	if s.object, err = in.newObject(t, b.Name(), "synapses", name); err != nil {
		return nil, err
	}
	s.syn.Name = s.name
	s.named = func(name string) {
		s.syn.Name = name
		if s.standIn != nil {
			s.standIn.pop.group.Name = name
		}
	}
	eqs, given := equationText(model)
	if !given && isGiven(model) {
		return nil, synapsesError("model= must be a string or Equations, got %s", article(model))
	}
	s.vars = map[string]variable{}
	if given && strings.TrimSpace(eqs) != "" {
		s.syn.Equations = in.source(t, s.what(), "equations", eqs)
		if err := s.readModel(); err != nil {
			return nil, err
		}
	}
	if err := s.setMulti(multi); err != nil {
		return nil, err
	}
	if err := s.addPathways(t, onPre, false, "on_pre"); err != nil {
		return nil, err
	}
	if err := s.addPathways(t, onPost, true, "on_post"); err != nil {
		return nil, err
	}
	if err := s.setEvents(onEvent); err != nil {
		return nil, err
	}
	if err := s.setDelays(delay); err != nil {
		return nil, err
	}
	s.needs = []*object{s.source.object}
	if s.target.object != s.source.object {
		s.needs = append(s.needs, s.target.object)
	}
	s.register(s, func(n *net.Network) {
		s.syn.Inactive = s.inactive
		n.Synapses = append(n.Synapses, s.syn)
	})
	return s, nil
}

// synapsesError names the constructor.
func synapsesError(format string, a ...any) error {
	return inCall("Synapses", format, a...)
}

// readModel reads the synapses' own variables; a summed variable belongs to the group that it is summed into.
func (s *synapses) readModel() error {
	vars, names, err := variables(check.Brian, s.syn.Equations, nil)
	if err != nil {
		return err
	}
	eqs, _ := syntax.ParseEquations(s.syn.Equations, syntax.Brian)
	summed := map[string]bool{}
	for _, eq := range eqs.Eqs {
		for _, f := range eq.Flags {
			summed[eq.Name] = summed[eq.Name] || f.Name == "summed"
		}
	}
	for _, n := range names {
		if !summed[n] {
			s.vars[n] = vars[n]
			s.names = append(s.names, n)
			continue
		}
		if s.sums == nil {
			s.syn.Sums = &net.Pathway{Name: net.SumsPathway}
			s.sums = &pathway{of: s, way: s.syn.Sums}
		}
	}
	return nil
}

// setMulti reads multisynaptic_index=: the name of a synapse's number among those of the same pair.
func (s *synapses) setMulti(v starlark.Value) error {
	name, given, err := text("Synapses: multisynaptic_index=", v)
	if err != nil || !given {
		return err
	}
	_, variable := s.vars[name]
	_, fixed := slices.BinarySearch(sortedNames(synapseAttrs), name)
	if !isName(name) || variable || fixed || slices.Contains([]string{"dt", "pi", "e", "inf", "xi", "pre", "post"}, name) {
		return withHint(synapsesError("multisynaptic_index=%q: it is no name, or one that means something else here", name), `write multisynaptic_index="k"`)
	}
	s.syn.Multi = name
	return nil
}

// addPathways reads on_pre= or on_post=: code, or a dictionary of names and code.
func (s *synapses) addPathways(t *starlark.Thread, v starlark.Value, post bool, arg string) error {
	side, name, order := s.source, "pre", -1
	if post {
		side, name, order = s.target, "post", 1
	}
	add := func(name, code string) error {
		for _, p := range s.pathways {
			if p.way.Name == name {
				return synapsesError("two pathways have the name %q", name)
			}
		}
		if s.sums != nil && name == s.sums.way.Name {
			return synapsesError("the pathway %q has the name under which the delay of (summed) variables is set", name)
		}
		if !isName(name) {
			return synapsesError("%s: the name of the pathway %q must be made of letters, digits and _", arg, name)
		}
		w := &net.Pathway{Name: name, Post: post, Order: order}
		var err error
		if w.Code, err = s.in.codeSource(t, s.what(), arg, code); err != nil {
			return err
		}
		s.syn.Pathways = append(s.syn.Pathways, w)
		s.pathways = append(s.pathways, &pathway{of: s, way: w})
		return nil
	}
	switch v := v.(type) {
	case nil, starlark.NoneType:
		return nil
	case starlark.String:
		if err := add(name, string(v)); err != nil {
			return err
		}
	case *starlark.Dict:
		for _, kv := range v.Items() {
			n, ok1 := kv[0].(starlark.String)
			c, ok2 := kv[1].(starlark.String)
			if !ok1 || !ok2 {
				return synapsesError("%s= as a dictionary maps names of pathways to code, both strings", arg)
			}
			if err := add(string(n), string(c)); err != nil {
				return err
			}
		}
	default:
		return synapsesError("%s= is code, or a dictionary of names and code, not %s", arg, article(v))
	}
	if !side.emits("spike") && len(side.pop.group.Events) == 0 {
		which := "source"
		if post {
			which = "target"
		}
		if side.of != nil {
			return withHint(synapsesError("%s= needs spikes, and the %s are the synapses %s, which have none", arg, which, side.name),
				"a variable that is (summed), or one with a differential equation, can read what they have, as in \"v_post = w_pre : 1 (summed)\"")
		}
		return withHint(synapsesError("%s= needs spikes, but the %s %s has no threshold", arg, which, side.label()), "add threshold='...' to the group")
	}
	return nil
}

func isName(s string) bool {
	for i, r := range s {
		if !(r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && r >= '0' && r <= '9') {
			return false
		}
	}
	return s != ""
}

// setEvents reads on_event=: the event of all pathways, or a dictionary by pathway.
func (s *synapses) setEvents(v starlark.Value) error {
	set := func(p *pathway, event string) error {
		side := s.source
		if p.way.Post {
			side = s.target
		}
		if !side.emits(event) {
			err := synapsesError("%s has no event %q", side.label(), event)
			if event == "spike" {
				return withHint(err, "add threshold='...' to the group, or name an event of it with on_event=")
			}
			return withHint(err, "events are given where the group is made: events={'"+event+"': 'CONDITION'}")
		}
		if event != "spike" {
			p.way.Event = event
		}
		return nil
	}
	switch v := v.(type) {
	case nil, starlark.NoneType:
	case starlark.String:
		for _, p := range s.pathways {
			if err := set(p, string(v)); err != nil {
				return err
			}
		}
		return nil
	case *starlark.Dict:
		for _, kv := range v.Items() {
			n, _ := kv[0].(starlark.String)
			e, ok := kv[1].(starlark.String)
			p := s.pathway(string(n))
			if p == nil || !ok {
				return synapsesError("on_event= maps names of pathways to events; there is no pathway %v", kv[0])
			}
			if err := set(p, string(e)); err != nil {
				return err
			}
		}
	default:
		return synapsesError("on_event= is the name of an event, or a dictionary by pathway, not %s", article(v))
	}
	for _, p := range s.pathways {
		if err := set(p, cmp.Or(p.way.Event, "spike")); err != nil {
			return err
		}
	}
	return nil
}

// lastUpdate is the time of the last event of synapses that have event-driven equations.
var lastUpdate = variable{name: "lastupdate", dim: units.Second, stored: true}

// given are attributes that all synapses have.
var synapseAttrs = []string{"name", "N", "i", "j", "delay", "source", "target", "connect", "lastupdate", "t", "clock", "N_pre", "N_post", "N_incoming", "N_outgoing",
	"N_incoming_post", "N_outgoing_pre", "variables", "indices", "run_regularly", "get_states", "set_states", "tags", "multisynaptic_index", "dt", "namespace", "active"}

// AttrNames lists variables, pathways and fixed attributes.
func (s *synapses) AttrNames() []string {
	var ways []string
	for _, p := range s.pathways {
		ways = append(ways, p.way.Name)
	}
	if s.sums != nil {
		ways = append(ways, s.sums.way.Name)
	}
	if s.syn.Multi != "" {
		ways = append(ways, s.syn.Multi)
	}
	return sortedNames(synapseAttrs, s.names, ways)
}

// Attr reads a variable, a pathway, or one of the fixed attributes.
func (s *synapses) Attr(name string) (starlark.Value, error) {
	if p := s.pathway(name); p != nil { // goes before a variable of its name, as in Brian2
		return p, nil
	}
	if v, ok := s.vars[name]; ok {
		return readVariable(s, v)
	}
	if name != "" && name == s.syn.Multi {
		return s.structure(name)
	}
	switch name {
	case "name":
		return starlark.String(s.name), nil
	case "clock":
		return s.in.clockAt(&s.syn.DT), nil
	case "dt":
		return s.in.clockAt(&s.syn.DT).(starlark.HasAttrs).Attr(name)
	case "active":
		return s.object.Attr(name)
	case "namespace":
		if s.ns != nil {
			return namespaceValue{s.ns}, nil
		}
	case "equations":
		if s.syn.Equations != nil {
			return equations{s.syn.Equations.Text}, nil
		}
	case "multisynaptic_index":
		if s.syn.Multi == "" {
			return starlark.None, nil
		}
		return starlark.String(s.syn.Multi), nil
	case "source":
		return s.source.end(), nil
	case "target":
		return s.target.end(), nil
	case "connect":
		return starlark.NewBuiltin("connect", s.connect), nil
	case "N":
		n, err := s.number()
		return starlark.MakeInt(n), err
	case "N_pre":
		return starlark.MakeInt(s.source.Len()), nil
	case "N_post":
		return starlark.MakeInt(s.target.Len()), nil
	case "t":
		return quantity{s.time(), units.Second}, nil
	case "variables":
		return stringList(s.names), nil
	case "tags":
		return stringList(s.syn.Tags), nil
	case "delay":
		p, err := s.delayOwner()
		if err != nil {
			return nil, err
		}
		return p.Attr("delay")
	case lastUpdate.name:
		return readVariable(s, lastUpdate)
	case "i", "j":
		return &varView{of: s, v: variable{name: name, kind: intElems}}, nil
	case "N_incoming", "N_outgoing", "N_incoming_post", "N_outgoing_pre":
		return s.structure(name)
	case "indices":
		return &synapseIndices{s}, nil
	case "get_states", "set_states":
		return stateMethod(s, name), nil
	case "run_regularly":
		return starlark.NewBuiltin(name, func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			c, err := s.in.codeBlock(t, s.object, name, 0, args, kwargs)
			if err != nil {
				return nil, err
			}
			if c.Update != net.Synchronous {
				return nil, withHint(errors.New("run_regularly: synapses are updated all at once"), "update= is for neurons, whose sums then see what was written before")
			}
			s.syn.Code = append(s.syn.Code, c)
			return starlark.None, nil
		}), nil
	}
	if e, v, ok := s.endVariable(name); ok {
		return readVariable(e, v)
	}
	if v, ok, err := extra(s, name); ok {
		return v, err
	}
	return nil, noAttr(fmt.Sprintf("Synapses %q", s.name), name, s.AttrNames())
}

// structure is what follows from the ends of the synapses alone.
func (s *synapses) structure(name string) (starlark.Value, error) {
	pre, post, err := s.edges()
	if err != nil {
		return nil, err
	}
	if name == s.syn.Multi {
		out := &Array{data: make([]float64, len(pre)), shape: []int{len(pre)}, kind: intElems}
		for k, number := range numbersInPair(pre, post) {
			out.data[k] = float64(number)
		}
		return out, nil
	}
	ends, n := pre, s.source.Len()
	if strings.HasPrefix(name, "N_incoming") {
		ends, n = post, s.target.Len()
	}
	degree := make([]int, n)
	for _, e := range ends {
		degree[e]++
	}
	if strings.HasSuffix(name, "_post") || strings.HasSuffix(name, "_pre") {
		return intArray(degree), nil
	}
	out := make([]int, len(ends))
	for k, e := range ends {
		out[k] = degree[e]
	}
	return intArray(out), nil
}

// SetField sets a variable or a delay.
func (s *synapses) SetField(name string, val starlark.Value) error {
	if w, ok := val.(*varView); ok {
		a, err := w.array()
		if err != nil {
			return err
		}
		val = a
	}
	if l, ok := val.(*linkedVar); ok {
		return s.link(name, l)
	}
	v, ok := s.vars[name]
	if plain, is := s.vars[strings.TrimSuffix(name, "_")]; !ok && is {
		var err error
		if val, err = unbare(name, val, plain.dim); err != nil {
			return err
		}
		v, ok = plain, true
	}
	if ok {
		if len(s.syn.Connect) == 0 && !v.shared {
			return withHint(fmt.Errorf("%s.%s: there are no synapses yet", s.name, name), "call "+s.name+".connect(...) first")
		}
		return assign(s, v, nil, val)
	}
	if _, added := s.own[name]; added {
		return s.object.SetField(name, val)
	}
	switch name {
	case "delay":
		p, err := s.delayOwner()
		if err != nil {
			return err
		}
		return p.SetField("delay", val)
	case "active":
		err := s.object.SetField(name, val)
		for _, p := range s.pathways {
			p.way.Inactive = s.inactive
		}
		return err
	case "tags":
		tagged := &population{in: s.in, group: &net.Group{}}
		err := tagged.setTags(val)
		s.syn.Tags = tagged.group.Tags
		return err
	}
	if slices.Contains(append([]string{s.syn.Multi}, synapseAttrs...), name) {
		return fmt.Errorf("%s of Synapses cannot be changed", name)
	}
	if e, v, ok := s.endVariable(name); ok {
		return assign(e, v, nil, val)
	}
	names := append([]string{"delay"}, s.names...)
	sort.Strings(names)
	return noAttr(fmt.Sprintf("Synapses %q", s.name), name, names)
}
