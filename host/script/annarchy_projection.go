package script

import (
	"fmt"
	"maps"
	"slices"
	"sort"

	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// projection is ANNarchy's Projection. It joins the network when a connector gives it synapses.
type projection struct {
	in        *interp
	home      *world // the network that it joined
	proj      *net.Projection
	connected bool
	what      string // for messages: Projection 'NAME'
	// from and to are the populations, targets what the projection acts on; all but the first only where spikes do.
	from, to *population
	targets  []string
	// continuous: the synapses transmit in every step, not by spikes.
	continuous bool
	// learned are the synapses when they have equations of their own; they are then what joins the network.
	learned   *net.Synapses
	functions []function // of the synapse
	drawn     []drawnAttribute
	vars      map[string]variable
	// preArg and postArg are the ends as the script has them; preRanks and postRanks their neurons where they do not follow each other.
	preArg, postArg     starlark.Value
	preRanks, postRanks []int32
	table               *synapseTable // of the synapses, once they were asked for
	frozen              bool          // proj.Rule lists the synapses
	several             bool          // each synapse has a weight of its own, also where they are equal
	delay               float64       // seconds
	ownDelays           bool
	current             bool      // CurrentInjection
	filter              *filtered // Convolution or Pooling
	decodes             bool      // DecodingProjection
	settled             bool      // what its target means was looked at
	// rigid synapses do not learn, silent ones do not transmit; plastic and sends are what they did before.
	rigid, silent bool
	plastic       map[*net.Pathway]*diag.Source
	sends         *net.Transmission
	names         []string
	src           *diag.Source
	span          diag.Span
}

var _ starlark.HasSetField = (*projection)(nil)

func (p *projection) String() string {
	return fmt.Sprintf("Projection(%q, %s -> %s, target=%q)", p.proj.Name, p.proj.Pre.Name, p.proj.Post.Name, p.proj.Target)
}
func (p *projection) Type() string          { return "Projection" }
func (p *projection) Freeze()               {}
func (p *projection) Truth() starlark.Bool  { return true }
func (p *projection) Hash() (uint32, error) { return starlark.String(p.proj.Name).Hash() }

func (in *interp) makeProjection(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var pre, post, target starlark.Value
	var syn, name starlark.Value = starlark.None, starlark.None
	var method, disable starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "pre", &pre, "post", &post, "target", &target, "synapse?", &syn, "name?", &name,
		"method?", &method, "disable_omp?", &disable); err != nil {
		return nil, err
	}
	from, fromSpan, preRanks, err := in.part("pre", pre)
	if err != nil {
		return nil, err
	}
	to, toSpan, postRanks, err := in.part("post", post)
	if err != nil {
		return nil, err
	}
	if from.home != to.home {
		return nil, fmt.Errorf("%s: %q and %q belong to different networks", b.Name(), from.group.Name, to.group.Name)
	}
	defer in.within(from.home)()
	part := fromSpan != net.All(from.group) || toSpan != net.All(to.group)
	targets, err := targetNames(b.Name(), target)
	if err != nil {
		return nil, err
	}
	if len(targets) > 1 && !(from.emits() && to.emits()) {
		return nil, fmt.Errorf("%s: several targets are for spikes only", b.Name())
	}
	p := &projection{in: in, home: in.world, from: from, to: to, preArg: pre, postArg: post, preRanks: preRanks, postRanks: postRanks, targets: targets, proj: &net.Projection{Pre: from.group, Post: to.group, Target: targets[0], Place: in.placeOf(t)}}
	if p.proj.Name, err = in.objectName(b.Name(), name, func(k int) string { return fmt.Sprintf("proj%d", k) }); err != nil {
		return nil, err
	}
	p.what = fmt.Sprintf("Projection '%s'", p.proj.Name)
	var s *synapse
	if syn != starlark.None {
		if m, ok := syn.(modelValue); ok && m.isSynapse {
			syn = m.plain()
		}
		var ok bool
		if s, ok = syn.(*synapse); !ok {
			return nil, fmt.Errorf("%s: synapse= takes a Synapse, got %s", b.Name(), article(syn))
		}
		p.drawn, p.functions = s.drawn, s.functions
	}
	switch {
	case s != nil && s.decodes:
		p.decodes = true
		if err := p.averages(t, s); err != nil {
			return nil, err
		}
	case s != nil && (s.mean || s.fold != "" || s.counts() && !from.emits() && !to.emits() && !s.acts()):
		if err := p.averages(t, s); err != nil {
			return nil, err
		}
	case from.emits() || to.emits() || s.acts():
		p.setPsp(t, s)
		if err := p.spikingSynapses(t, s); err != nil {
			return nil, err
		}
	case part && (s == nil || !s.learns()):
		p.setPsp(t, s)
		p.preRanks, p.postRanks = ranksOf(preRanks, fromSpan), ranksOf(postRanks, toSpan)
	case s != nil:
		p.setPsp(t, s)
		if s.learns() {
			if err := p.learn(t, s); err != nil {
				return nil, err
			}
		}
	}
	if p.learned != nil {
		p.learned.Pre, p.learned.Post = fromSpan, toSpan
	}
	p.src, p.span, _ = in.callSite(t)
	in.pending = append(in.pending, p)
	return p, nil
}

// findGroup reads a population, or the name of one as ANNarchy allows.
func (in *interp) findGroup(what string, v starlark.Value) (*population, error) {
	switch v := v.(type) {
	case *population:
		return v, nil
	case *neuronGroup:
		if v.whole() {
			return v.pop, nil
		}
		return nil, fmt.Errorf("%s: expected a whole group, got its part %s", what, v.label())
	case starlark.String:
		var names []string
		for _, p := range in.groups {
			if p.group.Name == string(v) {
				return p, nil
			}
			names = append(names, p.group.Name)
		}
		return nil, withHint(fmt.Errorf("%s: there is no population named %q", what, string(v)), diag.DidYouMean(string(v), names))
	}
	return nil, fmt.Errorf("%s: expected a population, got %s", what, article(v))
}

// setPsp gives the projection the psp of its synapse, where it has one.
func (p *projection) setPsp(t *starlark.Thread, s *synapse) {
	if s != nil && s.psp != "" {
		p.proj.Psp = &diag.Source{Name: fmt.Sprintf("psp of Projection '%s'", p.proj.Name), Text: s.psp}
		p.in.remember(t, p.what, p.proj.Psp)
	}
}

// targetNames reads target=: a name, or several.
func targetNames(kind string, v starlark.Value) ([]string, error) {
	if s, ok := v.(starlark.String); ok {
		return []string{string(s)}, nil
	}
	var out []string
	if list, ok := v.(starlark.Iterable); ok {
		it := list.Iterate()
		defer it.Done()
		var x starlark.Value
		for it.Next(&x) {
			s, ok := x.(starlark.String)
			if !ok {
				return nil, fmt.Errorf("%s: target: names are strings, got %s", kind, article(x))
			}
			out = append(out, string(s))
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: target must be a string such as \"exc\", got %s", kind, article(v))
	}
	return out, nil
}

// checkPending refuses projections that were never connected.
func (in *interp) checkPending() error {
	for _, p := range in.pending {
		if !p.connected {
			d := diag.Diagnostic{Source: p.src, Span: p.span, Message: fmt.Sprintf("%s has no synapses", p.what),
				Hint: "call one of its connectors, for example connect_one_to_one(weights=1.0)"}
			return &Error{List: diag.List{d}}
		}
	}
	return nil
}

// AttrNames lists attributes and connectors.
func (p *projection) AttrNames() []string {
	names := append([]string{"name", "pre", "post", "target", "connect", "from_function", "connect_with_func"}, p.variableNames()...)
	for n := range projectionMethods {
		names = append(names, n)
	}
	for _, list := range []func(func(string) bool){maps.Keys(connectors), maps.Keys(connectorAliases)} {
		for n := range list {
			names = append(names, n, "connect_"+n)
		}
	}
	sort.Strings(names)
	return names
}

// Attr implements proj.name.
func (p *projection) Attr(name string) (starlark.Value, error) {
	if slices.Contains(p.variableNames(), name) {
		return p.values(name)
	}
	if f := projectionMethods[name]; f != nil {
		return f(p, name)
	}
	switch name {
	case "name":
		return starlark.String(p.proj.Name), nil
	case "pre":
		return p.preArg, nil
	case "post":
		return p.postArg, nil
	case "target":
		return starlark.String(p.proj.Target), nil
	case "connect":
		return starlark.NewBuiltin("connect", func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var r *ruleValue
			if err := starlark.UnpackPositionalArgs("connect", args, kwargs, 1, &r); err != nil {
				return nil, withHint(err, "for example connect(dog(amp_pos=0.2, sigma_pos=0.1, amp_neg=0.1, sigma_neg=0.7))")
			}
			return p, p.setRule(t, r)
		}), nil
	}
	if name == "from_function" || name == "connect_with_func" || name == "connect_from_function" {
		return starlark.NewBuiltin(name, p.fromFunction), nil
	}
	if f := p.filterMethod(name); f != nil {
		return f, nil
	}
	if p.current && name == "connect_current" {
		return starlark.NewBuiltin(name, p.connectCurrent), nil
	}
	if f := p.in.callable(p.functions, name); f != nil {
		return f, nil
	}
	if c := connectorNamed(name); c != nil {
		return starlark.NewBuiltin(name, func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			r, err := c(p.in, b.Name(), args, kwargs)
			if err != nil {
				return nil, err
			}
			return p, p.setRule(t, r)
		}), nil
	}
	return nil, noAttr(p.what, name, p.AttrNames())
}

// setRule gives the projection its synapses. Sizes are checked here, where the script's line is known.
func (p *projection) setRule(t *starlark.Thread, r *ruleValue) error {
	if err := p.withoutSelf(r); err != nil {
		return err
	}
	if p.connected {
		return fmt.Errorf("%s is already connected; make a second Projection for more synapses", p.what)
	}
	shape := func(s net.Span) connect.Shape {
		if s != net.All(s.Group) {
			return connect.Shape{Name: fmt.Sprintf("%s[%d:%d]", s.Group.Name, s.Start, s.Stop), N: s.Len()}
		}
		return connect.Shape{Name: s.Group.Name, N: s.Group.N, Grid: s.Group.Grid}
	}
	pre, post := net.All(p.proj.Pre), net.All(p.proj.Post)
	if p.learned != nil {
		pre, post = p.learned.Pre, p.learned.Post
	}
	p.scatter(r)
	if _, _, err := r.rule.Estimate(shape(pre), shape(post)); err != nil {
		return err
	}
	p.delay, p.several, p.ownDelays = r.delay, r.several, !r.delaySet
	p.proj.Rule, p.proj.Delay, p.proj.DelaySet = r.rule, r.delay, r.delaySet
	p.proj.Place = p.in.placeOf(t)
	p.connected = true
	if p.learned != nil {
		if err := p.joinLearned(r); err != nil {
			return err
		}
		for _, d := range p.drawn {
			if err := p.SetField(d.name, d.from); err != nil {
				return err
			}
		}
		return nil
	}
	p.home.net.Projections = append(p.home.net.Projections, p.proj)
	return nil
}
