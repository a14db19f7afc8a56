package script

import (
	"fmt"
	"strings"

	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// connectorNamed finds a connector by ANNarchy's name: proj.connect_all_to_all, or since ANNarchy 5 proj.all_to_all.
func connectorNamed(name string) connector {
	kind := strings.TrimPrefix(name, "connect_")
	if k, ok := connectorAliases[kind]; ok {
		kind = k
	}
	return connectors[kind]
}

// lilConnectivity is ANNarchy's LILConnectivity: synapses that a function of the script lists.
type lilConnectivity struct{ connect.Arrays }

var _ starlark.HasAttrs = (*lilConnectivity)(nil)

func (l *lilConnectivity) String() string {
	return fmt.Sprintf("LILConnectivity of %d synapses", len(l.Pre))
}
func (l *lilConnectivity) Type() string          { return "LILConnectivity" }
func (l *lilConnectivity) Freeze()               {}
func (l *lilConnectivity) Truth() starlark.Bool  { return len(l.Pre) > 0 }
func (l *lilConnectivity) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: LILConnectivity") }
func (l *lilConnectivity) AttrNames() []string   { return []string{"add", "push_back", "size"} }

// Attr is add(post_rank, pre_ranks, weights, delays).
func (l *lilConnectivity) Attr(name string) (starlark.Value, error) {
	switch name {
	case "add", "push_back":
		return starlark.NewBuiltin(name, l.add), nil
	case "size":
		return starlark.MakeInt(len(l.Pre)), nil
	}
	return nil, noAttr("LILConnectivity", name, l.AttrNames())
}

func makeLIL(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var dt starlark.Value
	return &lilConnectivity{}, unpack(b.Name(), args, kwargs, "dt?", &dt)
}

func (l *lilConnectivity) add(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var post int
	var ranks, w, d starlark.Value
	if err := unpack(b.Name(), args, kwargs, "post_rank", &post, "pre_rank", &ranks, "w", &w, "d", &d); err != nil {
		return nil, err
	}
	pre, err := indices(b.Name()+": pre_ranks", ranks)
	if err != nil {
		return nil, err
	}
	var ws, ds []float64
	if err := flatten(w, &ws); err != nil {
		return nil, fmt.Errorf("%s: weights: %w", b.Name(), err)
	}
	if err := flatten(d, &ds); err != nil {
		return nil, fmt.Errorf("%s: delays: %w", b.Name(), err)
	}
	for what, list := range map[string][]float64{"weights": ws, "delays": ds} {
		if len(list) != 1 && len(list) != len(pre) {
			return nil, fmt.Errorf("%s: %d %s for %d synapses; give one, or one for each", b.Name(), len(list), what, len(pre))
		}
	}
	for k, i := range pre {
		l.Pre, l.Post = append(l.Pre, i), append(l.Post, int32(post))
		l.W, l.D = append(l.W, ws[min(k, len(ws)-1)]), append(l.D, ds[min(k, len(ds)-1)]/1000)
	}
	return starlark.None, nil
}

// fromFunction is proj.from_function(method, **kwargs), in ANNarchy 4 connect_with_func: the synapses that method(pre, post, **kwargs) lists, by the
// numbers that neurons have in their populations.
func (p *projection) fromFunction(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var f starlark.Value
	var rest []starlark.Tuple
	if len(args) == 1 {
		f = args[0]
	}
	takes := map[string]bool{}
	for _, kw := range kwargs {
		switch string(kw[0].(starlark.String)) {
		case "method":
			f = kw[1]
		case "storage_format", "storage_order":
		default:
			rest = append(rest, kw)
			takes[string(kw[0].(starlark.String))] = true
		}
	}
	fn, ok := f.(starlark.Callable)
	if !ok {
		return nil, withHint(fmt.Errorf("%s: method= is a function", b.Name()), "def pattern(pre, post, weight): ... that returns a LILConnectivity")
	}
	if sf, ok := fn.(*starlark.Function); ok && !takes["dt"] {
		for k := range sf.NumParams() {
			if name, _ := sf.Param(k); name == "dt" {
				rest = append(rest, starlark.Tuple{starlark.String("dt"), starlark.Float(p.in.dtOf(p.home) * 1000)})
			}
		}
	}
	v, err := starlark.Call(t, fn, starlark.Tuple{p.preArg, p.postArg}, rest)
	if err != nil {
		return nil, err
	}
	l, ok := v.(*lilConnectivity)
	if !ok {
		return nil, fmt.Errorf("%s: %s returns a LILConnectivity, got %s", b.Name(), fn.Name(), article(v))
	}
	rule := &l.Arrays
	pre, post := p.ends()
	row, col := places(post), places(pre)
	own := &connect.Arrays{W: rule.W, D: rule.D}
	for k := range rule.Pre {
		i, ok := col[rule.Pre[k]]
		j, also := row[rule.Post[k]]
		if !ok || !also {
			return nil, fmt.Errorf("%s: %s lists a synapse of neuron %d to %d, which the projection does not join", b.Name(), fn.Name(), rule.Pre[k], rule.Post[k])
		}
		own.Pre, own.Post = append(own.Pre, int32(i)), append(own.Post, int32(j))
	}
	return p, p.setRule(t, &ruleValue{rule: own, several: true})
}

// part is how a projection sees one end: neurons that follow each other, or scattered ones in an order of their own (nil: they follow).
func (in *interp) part(what string, x starlark.Value) (p *population, s net.Span, ranks []int32, err error) {
	v, ok := x.(*popView)
	if !ok {
		p, s, err = in.spanOf(what, x)
		return p, s, nil, err
	}
	if len(v.ranks) == 0 {
		return nil, s, nil, fmt.Errorf("%s: the view of %q has no neurons", what, v.pop.group.Name)
	}
	follow := true
	for k, r := range v.ranks {
		follow = follow && r == v.ranks[0]+k
		ranks = append(ranks, int32(r))
	}
	if follow {
		p, s, err = in.spanOf(what, x)
		return p, s, nil, err
	}
	return v.pop, net.All(v.pop.group), ranks, nil
}

// withoutSelf sees to rules that leave out the connection of a neuron with itself where an end is a part of a population.
func (p *projection) withoutSelf(r *ruleValue) error {
	if p.proj.Pre != p.proj.Post || p.learned == nil && p.preRanks == nil && p.postRanks == nil {
		return nil
	}
	if p.learned != nil && p.learned.Pre == p.learned.Post && p.preRanks == nil && p.postRanks == nil {
		return nil
	}
	pre, post := p.ends()
	in := places(pre)
	apart := true
	for _, j := range post {
		_, both := in[j]
		apart = apart && !both
	}
	within := &connect.Within{Apart: !apart}
	if p.learned != nil {
		within.PreAt, within.PostAt = int32(p.learned.Pre.Start), int32(p.learned.Post.Start)
	}
	leaves := func(allowed bool, with connect.Rule) {
		r.rule = with
		if !allowed && !apart {
			within.Rule, r.rule = with, within
		}
	}
	number := func(allowed bool) error {
		if apart || allowed {
			return nil
		}
		return withHint(fmt.Errorf("%s: %s between views that share neurons cannot leave out self-connections", p.what, r.rule.Name()),
			"pass allow_self_connections=True, or give the pairs with connect_from_arrays")
	}
	switch x := r.rule.(type) {
	case connect.AllToAll:
		allowed := x.AllowSelf
		x.AllowSelf = true
		leaves(allowed, x)
	case connect.FixedProbability:
		allowed := x.AllowSelf
		x.AllowSelf = true
		leaves(allowed, x)
	case connect.FixedNumberPre:
		err := number(x.AllowSelf)
		x.AllowSelf, r.rule = true, x
		return err
	case connect.FixedNumberPost:
		err := number(x.AllowSelf)
		x.AllowSelf, r.rule = true, x
		return err
	}
	return nil
}

// ranksOf are the neurons of an end one by one; nil: those of the whole population.
func ranksOf(ranks []int32, s net.Span) []int32 {
	if ranks != nil || s == net.All(s.Group) {
		return ranks
	}
	for i := s.Start; i < s.Stop; i++ {
		ranks = append(ranks, int32(i))
	}
	return ranks
}

// scatter gives the rule the neurons that the projection joins, where these do not follow each other.
func (p *projection) scatter(r *ruleValue) {
	if p.preRanks == nil && p.postRanks == nil {
		return
	}
	if w, ok := r.rule.(*connect.Within); ok { // which leaves out self-connections; by the numbers of neurons
		own := *w
		own.Pre, own.Post = p.preRanks, p.postRanks
		r.rule = &own
		return
	}
	r.rule = &connect.Within{Rule: r.rule, Pre: p.preRanks, Post: p.postRanks}
}
