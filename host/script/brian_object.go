package script

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// object is what Brian2's objects share: a name, the scope they were made in, and the network that runs them. An object joins a network
// when that network first runs, since a bare run() decides only then what it takes.
type object struct {
	in    *interp
	kind  string // NeuronGroup, Synapses, ...
	name  string
	scope int // number of start_scope() calls before
	// mild objects, such as monitors, may join a network that has run already.
	mild  bool
	needs []*object
	join  func(n *net.Network)
	world *world // nil until a network has run it
	// base is what the default name begins with, "" for a name that was given. named tells what the object describes that it has another name.
	base  string
	named func(name string)
	// serial is the place among all objects, in the order in which they were made.
	serial int
	self   starlark.Value
	// drawn is the seed of random numbers of its description, drawnAt counts when they were asked for; 0: never.
	drawn   uint64
	drawnAt int
	// own are attributes of the script's own, from add_attribute(name).
	own starlark.StringDict
	// inactive objects keep what they have, and do nothing in a run.
	inactive bool
	// function is what a network_operation calls: it stands for the operation among the script's names.
	function starlark.Callable
	// writes counts the assignments of numbers to each variable.
	writes map[string]int
	src    *diag.Source
	span   diag.Span
}

// member is a value of a script that is an object of a network.
type member interface {
	starlark.Value
	part() *object
}

func (o *object) part() *object         { return o }
func (o *object) String() string        { return fmt.Sprintf("%s(%q)", o.kind, o.name) }
func (o *object) Type() string          { return o.kind }
func (o *object) Freeze()               {}
func (o *object) Truth() starlark.Bool  { return true }
func (o *object) Hash() (uint32, error) { return starlark.String(o.name).Hash() }

// AttrNames is for objects that have a name and nothing else to show.
func (o *object) AttrNames() []string { return []string{"active", "name"} }

// SetField sets active, which takes effect with the next run.
func (o *object) SetField(name string, val starlark.Value) error {
	if _, ok := o.own[name]; ok {
		o.own[name] = val
		return nil
	}
	if name != "active" {
		return noAttr(fmt.Sprintf("%s %q", o.kind, o.name), name, []string{"active"})
	}
	on, ok := val.(starlark.Bool)
	if !ok {
		return fmt.Errorf("%s.active is True or False, not %s", o.name, article(val))
	}
	if o.state() != nil {
		return withHint(fmt.Errorf("%s.active is set between runs, not while the network runs", o.name), "run(...) once before and once after")
	}
	o.inactive = !bool(on)
	return nil
}

// added is an attribute of the script's own, or the method that adds one; nil for other names.
func (o *object) added(name string) starlark.Value {
	if name != "add_attribute" {
		return o.own[name]
	}
	return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var attr string
		if err := unpack(b.Name(), args, kwargs, "name", &attr); err != nil {
			return nil, err
		}
		if o.own == nil {
			o.own = starlark.StringDict{}
		}
		o.own[attr] = starlark.None
		return starlark.None, nil
	})
}

// keeps reports whether an object has a state that goes on when it is not active: it stays in the network.
func (o *object) keeps() bool {
	switch o.self.(type) {
	case *neuronGroup, *synapses:
		return true
	}
	return false
}

// Attr gives the name, and whether the object is active.
func (o *object) Attr(name string) (starlark.Value, error) {
	switch name {
	case "name":
		return starlark.String(o.name), nil
	case "active":
		return starlark.Bool(!o.inactive), nil
	}
	if v := o.added(name); v != nil {
		return v, nil
	}
	return nil, noAttr(fmt.Sprintf("%s %q", o.kind, o.name), name, o.AttrNames())
}

// brian is what a script's interpreter keeps for Brian2's vocabulary.
type brian struct {
	objects []*object // all that were made, in order
	scope   int
	given   map[string]bool // default names in use: none is given twice in a script
	magic   *world          // what a bare run() runs; nil before the first
	worlds  []*world        // all that were opened, in order
	running *world
	// awake are the networks that may hold the device, the one used last at the end.
	awake []*world
	// described counts what was said with random numbers in it.
	described int
	views     []*net.View
	// namespace is that of the last run(), nil when it had none.
	namespace starlark.StringDict
	// stop is the error for which the script was cancelled where Starlark takes none.
	stop error
}

// newObject names and registers an object. base is the default name, to which _1, _2, ... are added.
func (in *interp) newObject(t *starlark.Thread, kind, base string, name starlark.Value) (*object, error) {
	o := &object{in: in, kind: kind, scope: in.brian.scope}
	if in.brian.given == nil {
		in.brian.given = map[string]bool{}
	}
	switch n := name.(type) {
	case nil, starlark.NoneType:
		o.base = base
		for k := 0; ; k++ {
			if o.name = brianName(base)(k); !in.brian.given[o.name] {
				break
			}
		}
	case starlark.String:
		o.name = string(n)
		// Brian2's name="input*" asks for the first free name of that kind.
		if stem, ok := strings.CutSuffix(o.name, "*"); ok {
			return in.newObject(t, kind, stem, starlark.None)
		}
		if err := checkName(o.name); err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
	default:
		return nil, fmt.Errorf("%s: name= must be a string, got %s", kind, article(name))
	}
	in.brian.given[o.name] = true
	o.src, o.span, _ = in.callSite(t)
	return o, nil
}

// renumber lets default names begin anew, since random numbers are drawn by name: what is made after seed(42) draws what it drew after an
// earlier seed(42). Recordings keep the names of their files apart.
func (b *brian) renumber() {
	for _, o := range b.objects {
		if o.base != "" && o.named != nil {
			delete(b.given, o.name)
		}
	}
}

// rename gives an object with a default name the first free one.
func (o *object) rename(taken map[string]*object) {
	for k := 0; ; k++ {
		if name := brianName(o.base)(k); taken[name] == nil {
			o.name = name
			o.named(name)
			return
		}
	}
}

// register makes the object known to run(). It is the last thing a constructor does.
func (o *object) register(self starlark.Value, join func(*net.Network)) {
	o.self, o.join, o.serial = self, join, len(o.in.brian.objects)
	o.in.brian.objects = append(o.in.brian.objects, o)
}

// sim is the simulation that the object is in, nil before its network has been opened.
func (o *object) sim() Simulation {
	if o.world == nil {
		return nil
	}
	return o.world.sim
}

// state is the running network inside a network operation of it, else nil.
func (o *object) state() net.State {
	if o.world != nil && o.world == o.in.brian.running {
		return o.in.state
	}
	return nil
}

// source makes a piece of equation code whose errors point into the script.
func (in *interp) source(t *starlark.Thread, owner, what, text string) *diag.Source {
	s := &diag.Source{Name: what + " of " + owner, Text: text}
	in.remember(t, owner, s)
	return s
}

// exprSource is source for one expression, parsed now so that a slip in writing is reported where it is.
func (in *interp) exprSource(t *starlark.Thread, owner, what, text string) (*diag.Source, error) {
	s := in.source(t, owner, what, text)
	_, l := syntax.ParseExpr(s, syntax.Brian)
	return s, l.Err()
}

// codeSource is source for statements.
func (in *interp) codeSource(t *starlark.Thread, owner, what, text string) (*diag.Source, error) {
	s := in.source(t, owner, what, text)
	_, l := syntax.ParseCode(s, syntax.Brian)
	return s, l.Err()
}

// namespaceOf reads namespace=.
func namespaceOf(kind string, v starlark.Value) (starlark.StringDict, error) {
	ns := starlark.StringDict{}
	if !isGiven(v) {
		return ns, nil
	}
	d, ok := v.(starlark.IterableMapping)
	if !ok {
		return nil, fmt.Errorf("%s: namespace= takes a dictionary, got %s", kind, article(v))
	}
	for _, kv := range d.Items() {
		k, ok := kv[0].(starlark.String)
		if !ok {
			return nil, fmt.Errorf("%s: namespace= maps names to values; %v is not a name", kind, kv[0])
		}
		ns[string(k)] = kv[1]
	}
	return ns, nil
}

// clockOf reads dt= and clock=: 0 means the network's.
func clockOf(kind string, v, clk starlark.Value) (float64, error) {
	if isGiven(clk) {
		if isGiven(v) {
			return 0, fmt.Errorf("%s: give dt= or clock=, not both", kind)
		}
		switch c := clk.(type) {
		case *clock:
			return 0, nil
		case *ownClock:
			return c.dt, nil
		}
		return 0, withHint(fmt.Errorf("%s: clock= is a Clock, not %s", kind, article(clk)), "for example clock=Clock(dt=1*ms)")
	}
	if !isGiven(v) {
		return 0, nil
	}
	dt, err := duration(kind+": dt", v, 0)
	if err == nil && !(dt > 0) {
		err = fmt.Errorf("%s: dt must be positive, got %v", kind, v)
	}
	return dt, err
}

// setClock reads dt= and clock= of an object, whose interval follows the clock from then on.
func setClock(kind string, v, clk starlark.Value, to *float64) (err error) {
	*to, err = clockOf(kind, v, clk)
	if c, ok := clk.(*ownClock); ok && err == nil {
		c.users = append(c.users, to)
	}
	return err
}

// clockAt is the clock of an object with an interval, 0 for the network's.
func (in *interp) clockAt(dt *float64) starlark.Value {
	if *dt == 0 {
		return &clock{in}
	}
	return &ownClock{"clock", *dt, []*float64{dt}}
}

// ownClock is Brian2's Clock(dt): a time step that objects share.
type ownClock struct {
	name  string
	dt    float64
	users []*float64 // the intervals of those who follow it
}

var _ starlark.HasSetField = (*ownClock)(nil)

// SetField sets dt, also between two runs.
func (c *ownClock) SetField(name string, v starlark.Value) error {
	if name != "dt" {
		return noAttr("Clock", name, []string{"dt"})
	}
	dt, err := clockOf("Clock", v, nil)
	if err != nil {
		return err
	}
	c.dt = dt
	for _, u := range c.users {
		*u = dt
	}
	return nil
}

func (c *ownClock) String() string        { return fmt.Sprintf("Clock(dt=%v)", quantity{c.dt, units.Second}) }
func (c *ownClock) Type() string          { return "Clock" }
func (c *ownClock) Freeze()               {}
func (c *ownClock) Truth() starlark.Bool  { return true }
func (c *ownClock) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: Clock") }
func (c *ownClock) AttrNames() []string   { return []string{"dt", "name"} }

// Attr gives dt and name.
func (c *ownClock) Attr(name string) (starlark.Value, error) {
	switch name {
	case "dt":
		return quantity{c.dt, units.Second}, nil
	case "name":
		return starlark.String(c.name), nil
	}
	if v, ok, err := extra(c, name); ok {
		return v, err
	}
	return nil, noAttr("Clock", name, c.AttrNames())
}

// makeClock is Clock(dt, name="clock").
func (in *interp) makeClock(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var dt starlark.Value
	c := &ownClock{name: "clock"}
	if err := unpack(b.Name(), args, kwargs, "dt", &dt, "name?", &c.name); err != nil {
		return nil, err
	}
	var err error
	c.dt, err = clockOf(b.Name(), dt, nil)
	return c, err
}

var slots = []string{"start", "groups", "thresholds", "synapses", "resets", "end"}

// slotOf checks when=.
func slotOf(kind, when string) error {
	bare := strings.TrimPrefix(strings.TrimPrefix(when, "before_"), "after_")
	if slices.Contains(slots, bare) {
		return nil
	}
	return withHint(fmt.Errorf("%s: there is no slot when=%q", kind, when), cmp.Or(diag.DidYouMean(bare, slots), "a step has the slots "+strings.Join(slots, ", ")))
}

// frozen is a scope that remembers what some names meant at one moment, as Brian2 resolves them when an assignment is made.
type frozen struct {
	values map[string]check.Value
	rest   check.Scope
}

// here resolves names as they are where a builtin was called, whatever run() saw before.
type here struct{ *scope }

// Lookup finds a name.
func (h here) Lookup(name string) (check.Value, bool) {
	if v, ok := h.namespace[name]; ok {
		return h.in.scopeValue(v), true
	}
	if v, ok := h.made.local(name); ok && !isConstant(name) {
		return h.in.scopeValue(v), true
	}
	if v, ok := h.made.global(name); ok && !isConstant(name) {
		return h.in.scopeValue(v), true
	}
	return h.scope.Lookup(name)
}

// isConstant reports names that equations know whatever the script says.
func isConstant(name string) bool {
	if _, ok := constants[name]; ok {
		return true
	}
	_, ok := units.Lookup(name)
	return ok
}

// callScope is the scope of the call in progress.
func (in *interp) callScope(t *starlark.Thread, namespace starlark.StringDict) check.Scope {
	return here{&scope{in: in, namespace: namespace, made: capture(t)}}
}

// freeze looks up the names of expressions now.
func freeze(rest check.Scope, sources ...*diag.Source) check.Scope {
	f := &frozen{map[string]check.Value{}, rest}
	for _, s := range sources {
		if s == nil {
			continue
		}
		e, _ := syntax.ParseExpr(s, syntax.Brian)
		if e == nil {
			continue
		}
		syntax.Walk(e, func(x syntax.Expr) {
			name := ""
			switch x := x.(type) {
			case *syntax.Ident:
				name = x.Name
			case *syntax.Call:
				name = x.Fun.Name
			}
			if name == "" {
				return
			}
			if v, ok := rest.Lookup(name); ok {
				if own, ok := v.Function.(*scriptFunction); ok {
					v.Function = own.pin()
				}
				f.values[name] = v
			}
		})
	}
	return f
}

// Lookup finds a name as it was.
func (f *frozen) Lookup(name string) (check.Value, bool) {
	if v, ok := f.values[name]; ok {
		return v, true
	}
	return f.rest.Lookup(name)
}

// Names lists all that can be found.
func (f *frozen) Names() []string { return f.rest.Names() }

// methodNames are the names under which Brian2 has its methods of integration as objects: method=euler is method="euler".
func methodNames() starlark.StringDict {
	d := starlark.StringDict{}
	for _, name := range []string{"exact", "linear", "euler", "rk2", "rk4", "heun", "milstein", "exponential_euler", "gsl_rk2", "gsl_rk4", "gsl_rkf45", "gsl_rkck", "gsl_rk8pd"} {
		d[name] = starlark.String(name)
	}
	return d
}
