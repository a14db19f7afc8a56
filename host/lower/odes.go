package lower

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/solve"
	"github.com/galvani-sim/galvani/host/syntax"
)

// odes advances the differential equations of one update together, all from their old values. In the kernel of the shared
// variables only those are advanced; in the group's kernel all are part of the system, because intermediate stages of
// a method may need the shared ones, but those are not stored there.
func (g *group) odes(s *kernelScope, vars []*check.Variable, scalar bool, set func(*check.Variable, *ir.Expr)) error {
	sys := &solve.System{B: s.b, DT: s.clock.dt()}
	var members []*check.Variable
	for _, v := range vars {
		if scalar && !v.Shared {
			continue
		}
		members = append(members, v)
	}
	if len(members) == 0 || !scalar && allApart(members, g.apart) {
		for _, v := range members {
			s.assign(v, s.load(newSlot(v.Name), v))
		}
		return nil
	}
	freeze := newFreezer(s, members)
	defer freeze.release()
	sys.Moved = freeze.moved
	defer func() { s.noise = nil }()
	g.system(s, sys, members, scalar)
	held := map[*check.Variable]*ir.Expr{}
	var news []*ir.Expr
	var err error
	if mixed(vars) {
		news, err = g.apiece(sys, members)
	} else {
		var method string
		if method, err = g.method(sys, vars, scalar); err != nil {
			return err
		}
		if news, err = solve.Step(method, sys); err != nil {
			return err
		}
		held, err = g.whileRefractory(s, sys, members, method)
		g.out.Method = method
	}
	if err != nil {
		return err
	}
	clear(s.memo) // subexpressions so far stand for frozen inputs
	for i, v := range members {
		e := freeze.thaw(news[i])
		if held[v] != nil {
			e = s.b.Select(s.current(s.in.Model.ByName[NotRefractory]), e, freeze.thaw(held[v]))
		}
		if !scalar && g.apart[v] {
			e = s.load(newSlot(v.Name), v)
			s.assign(v, e)
			continue
		}
		set(v, e)
	}
	return nil
}

// whileRefractory advances the variables that go on while those that are clamped (unless refractory) stand still, as far as they follow
// those: a method that looks ahead must not see them move. nil: there are none.
func (g *group) whileRefractory(s *kernelScope, sys *solve.System, members []*check.Variable, method string) (map[*check.Variable]*ir.Expr, error) {
	if s.in.Refractory == nil || s.scalar || method == "euler" {
		return nil, nil
	}
	follows := map[*check.Variable]bool{} // directly or not
	for range members {
		for _, v := range members {
			random := false
			g.visit(v.Expr, func(w *check.Variable) {
				follows[v] = follows[v] || slices.Contains(members, w) && (w.UnlessRefractory || follows[w])
			}, &random)
		}
	}
	rest := &solve.System{B: sys.B, DT: sys.DT, Noises: sys.Noises, Moved: sys.Moved, Called: sys.Called}
	var free []*check.Variable
	some := false
	for i, v := range members {
		if !v.UnlessRefractory {
			rest.Vars, free = append(rest.Vars, sys.Vars[i]), append(free, v)
			some = some || follows[v]
		}
	}
	if !some {
		return nil, nil
	}
	news, err := solve.Step(method, rest)
	if err != nil {
		return nil, err
	}
	out := map[*check.Variable]*ir.Expr{}
	for i, v := range free {
		if follows[v] {
			out[v] = news[i]
		}
	}
	return out, nil
}

// system makes the equations of members and their noises known to sys. A noise that a shared equation asks for is one for the whole group: the
// kernel of the shared variables draws it, and the group's kernel, where it may be part of stages in between and of the neurons' own
// equations, reads what was drawn.
func (g *group) system(s *kernelScope, sys *solve.System, members []*check.Variable, scalar bool) {
	noises := map[string]*ir.Expr{}
	s.noise = func(name string) *ir.Expr {
		e, ok := noises[name]
		if !ok {
			e = s.placeholder(name, ir.Real)
			noises[name] = e
		}
		return e
	}
	s.scope.common = g.commonDraws(s)
	defer func() { s.scope.common = nil }()
	for _, v := range members {
		sys.Vars = append(sys.Vars, solve.Var{Name: v.Name, Value: s.current(v), Deriv: s.b.ToReal(s.expr(v.Expr))})
	}
	if slices.ContainsFunc(members, func(v *check.Variable) bool { return g.callsScript(v.Expr) }) {
		sys.Called = s.calls
	}
	for _, name := range sortedKeys(noises) {
		var normal *ir.Expr
		switch {
		case !g.common[name]:
			normal = s.b.Random(ir.OpNormal, s.drawNoise(name))
		case scalar:
			normal = s.b.Random(ir.OpNormal, s.drawNoise(name))
			s.effects = append(s.effects, ir.Effect{Kind: ir.Store, Slot: s.commonNoise(name, ir.Write), Value: normal})
		default:
			normal = s.b.Load(s.commonNoise(name, ir.Read))
		}
		sys.Noises = append(sys.Noises, solve.Noise{Name: name, Leaf: noises[name], Normal: normal})
	}
}

// commonNoise is the slot of the draw of a noise that all elements share.
func (s *kernelScope) commonNoise(name string, access ir.Access) int {
	kind := ir.Scalar
	if s.scalar {
		kind = ir.PerElement
	}
	return s.b.Slot(ir.Slot{Name: SlotName(s.in.Object, drawnSlot(name)), Type: ir.Real, Kind: kind, Access: access})
}

func callName(i int) string { return fmt.Sprint("call", i) }

// commonDraws draws for the calls in shared equations once, in the kernel of the shared variables; the group's kernel reads what was drawn.
func (g *group) commonDraws(s *kernelScope) func(ir.Op, *syntax.Call, []*ir.Expr) *ir.Expr {
	known := map[*syntax.Call]*ir.Expr{}
	return func(op ir.Op, site *syntax.Call, args []*ir.Expr) *ir.Expr {
		i := slices.Index(g.commonCalls, site)
		if i < 0 {
			return nil
		}
		if known[site] == nil {
			if !s.scalar {
				known[site] = s.b.Load(s.commonNoise(callName(i), ir.Read))
			} else {
				e := s.b.Random(op, s.draw(site), args...)
				s.effects = append(s.effects, ir.Effect{Kind: ir.Store, Slot: s.commonNoise(callName(i), ir.Write), Value: s.b.ToReal(e)})
				known[site] = e
			}
		}
		return known[site]
	}
}

// callsOf adds the calls of random functions in e to those of shared equations.
func (g *group) callsOf(e syntax.Expr) {
	g.through(e, func(e syntax.Expr) {
		if e, ok := e.(*syntax.Call); ok && g.isDraw(e) && !slices.Contains(g.commonCalls, e) {
			g.commonCalls = append(g.commonCalls, e)
		}
	})
}

// callsScript reports whether e calls a function of the script.
func (g *group) callsScript(e syntax.Expr) (found bool) {
	g.through(e, func(e syntax.Expr) {
		b, ok := e.(*syntax.Bound)
		found = found || ok && b.Args != nil
	})
	return found
}

// noisesOf adds the noises that e asks for.
func (g *group) noisesOf(e syntax.Expr, to map[string]bool) {
	g.through(e, func(e syntax.Expr) {
		if id, ok := e.(*syntax.Ident); ok {
			if ref := g.in.Model.Refs[id]; ref.Kind == check.RefNoise {
				to[ref.Name] = true
			}
		}
	})
}

func allApart(vars []*check.Variable, apart map[*check.Variable]bool) bool {
	for _, v := range vars {
		if !apart[v] {
			return false
		}
	}
	return true
}

// flagMethods are ANNarchy's method flags under the names of package solve.
var flagMethods = map[string]string{
	"explicit": "euler", "exponential": "exponential_euler", "midpoint": "rk2", "runge-kutta4": "rk4", "rk4": "rk4", "implicit": "implicit", "semiimplicit": "semiimplicit",
}

// mixed reports whether equations ask for different methods.
func mixed(vars []*check.Variable) bool {
	return slices.ContainsFunc(vars, func(v *check.Variable) bool { return v.Method != vars[0].Method })
}

// apiece advances equations of different methods: those of one method together, from the old values of all others, as ANNarchy does.
func (g *group) apiece(sys *solve.System, members []*check.Variable) ([]*ir.Expr, error) {
	news := make([]*ir.Expr, len(members))
	methods := make([]string, len(members))
	for i, v := range members {
		if v.Method != "" {
			methods[i] = flagMethods[v.Method]
		} else {
			methods[i] = g.ofGroup()
		}
	}
	for i, method := range methods {
		if news[i] != nil {
			continue
		}
		part := *sys
		part.Vars = nil
		var of []int
		for k := i; k < len(members); k++ {
			if methods[k] == method {
				part.Vars, of = append(part.Vars, sys.Vars[k]), append(of, k)
			}
		}
		advanced, err := solve.Step(method, &part)
		if err != nil {
			return nil, err
		}
		for k, at := range of {
			news[at] = advanced[k]
		}
	}
	g.out.Method = strings.Join(slices.Compact(slices.Sorted(slices.Values(methods))), ", ")
	return news, nil
}

// ofGroup is the method of ANNarchy's equations that have no flag.
func (g *group) ofGroup() string {
	if m, ok := flagMethods[g.in.Method]; ok {
		return m
	}
	return cmp.Or(g.in.Method, "euler")
}

// method is what the user asked for, by a flag on the equations or for the group, else what the dialect does.
//
// Equations that are advanced together by one method decide on it together, also where the shared ones among them have a kernel of their own.
func (g *group) method(sys *solve.System, vars []*check.Variable, scalar bool) (string, error) {
	switch {
	case vars[0].Method != "":
		return flagMethods[vars[0].Method], nil
	case g.in.Model.Dialect == check.ANNarchy:
		return g.ofGroup(), nil
	case g.in.Method != "":
		return g.in.Method, g.heldIn(sys, vars)
	}
	if scalar && slices.ContainsFunc(vars, func(v *check.Variable) bool { return !v.Shared }) {
		s := newScope(g.in, "", false)
		sys = &solve.System{B: s.b, DT: s.clock.dt()}
		freeze := newFreezer(s, vars)
		defer freeze.release()
		sys.Moved = freeze.moved
		g.system(s, sys, vars, false)
	}
	return solve.Choose(sys, !slices.ContainsFunc(vars, func(v *check.Variable) bool { return g.changesWithin(v.Expr, sys.DT) })), nil
}

// heldIn refuses the method exact for equations that call what may have another value before a step ends, as Brian2 does.
func (g *group) heldIn(sys *solve.System, vars []*check.Variable) error {
	if method, err := solve.Canonical(g.in.Method); err != nil || method != "exact" {
		return nil // solve.Step says what is wrong
	}
	for _, v := range vars {
		if g.changesWithin(v.Expr, sys.DT) {
			return &solve.Unsuitable{Method: "exact", Var: v.Name, Why: "what it calls may change within a step: a TimedArray whose dt is not a multiple of the time step, " +
				"or whose argument is not t alone, or random numbers", Try: slices.DeleteFunc(solve.Suitable(sys), func(m string) bool { return m == "exact" })}
		}
	}
	return nil
}

// changesWithin reports whether e calls something that Brian2 does not take to have one value over a step of dt seconds: a random function, and a
// table of which that is not known.
func (g *group) changesWithin(e syntax.Expr, dt float64) (found bool) {
	g.through(e, func(e syntax.Expr) {
		call, ok := e.(*syntax.Call)
		if !ok || found {
			return
		}
		if t, ok := g.in.Model.Calls[call].Table.(check.Table); ok {
			found = !t.Held(dt)
			if id, plain := call.Args[0].(*syntax.Ident); !plain || g.in.Model.Refs[id].Kind != check.RefTime {
				g.through(call.Args[0], func(e syntax.Expr) {
					id, ok := e.(*syntax.Ident)
					found = found || ok && g.in.Model.Refs[id].Kind == check.RefTime
				})
			}
			return
		}
		found = g.isDraw(call)
	})
	return found
}

// placeholder is a leaf that means nothing by itself: a load from a slot that compact drops later.
func (s *kernelScope) placeholder(name string, t ir.Type) *ir.Expr {
	return s.b.Load(s.b.Slot(ir.Slot{Name: "?" + name, Type: t, Kind: ir.PerElement, Access: ir.Read}))
}

// drawNoise numbers the draws of noise sources; they follow those of the call sites.
func (s *kernelScope) drawNoise(name string) uint32 {
	if _, ok := s.noiseDraws[name]; !ok {
		s.noiseDraws[name] = 0x8000 + uint32(len(s.noiseDraws))
	}
	return s.noiseDraws[name]
}

// freezer replaces the inputs of the equations by leaves, and puts them back into the result: weighted sums and variables outside the system that
// were assigned earlier in the step, which every method holds constant, and tables of time, which methods that look ahead read there.
type freezer struct {
	s       *kernelScope
	members []*check.Variable
	of      map[*ir.Expr]*ir.Expr
	held    map[*ir.Expr]*ir.Expr // the leaf of an expression that is constant over the step
	tables  map[*ir.Expr]*ir.Expr // the leaf of a table
	sum     func(string) *ir.Expr
	table   func(string, check.Table, []*ir.Expr) *ir.Expr
	value   func(*check.Variable) *ir.Expr
	// samples counts the calls of tables before.
	samples int
}

func newFreezer(s *kernelScope, members []*check.Variable) *freezer {
	f := &freezer{s: s, members: members, samples: len(s.samples), of: map[*ir.Expr]*ir.Expr{}, held: map[*ir.Expr]*ir.Expr{},
		tables: map[*ir.Expr]*ir.Expr{}, sum: s.sum, table: s.table, value: s.value}
	clear(s.memo)
	s.value = func(v *check.Variable) *ir.Expr {
		e := f.value(v)
		// The value of a member that was assigned to a variable before must not move with the member.
		if v.Kind == check.Subexpression || slices.Contains(members, v) || e.Op == ir.OpLoad && len(e.Args) == 0 && !f.follows(e) {
			return e
		}
		return f.leaf(f.held, e)
	}
	s.sum = func(target string) *ir.Expr { return f.leaf(f.held, f.sum(target)) }
	s.table = func(name string, t check.Table, args []*ir.Expr) *ir.Expr {
		e := f.table(name, t, args)
		if f.follows(e) {
			return e
		}
		return f.leaf(f.tables, e)
	}
	return f
}

// follows reports whether e depends on a member of the system.
func (f *freezer) follows(e *ir.Expr) bool {
	return ir.Any(e, func(x *ir.Expr) bool {
		return x.Op == ir.OpLoad && slices.ContainsFunc(f.members, func(v *check.Variable) bool { return f.value(v) == x })
	})
}

// leaf is what stands for e, among the leaves of its kind.
func (f *freezer) leaf(kind map[*ir.Expr]*ir.Expr, e *ir.Expr) *ir.Expr {
	if e.Op == ir.OpConst {
		return e
	}
	if l, ok := kind[e]; ok {
		return l
	}
	// Equations further down number their inputs anew, with other types.
	l := f.s.placeholder(fmt.Sprint(e.Type, " input ", len(f.of)), e.Type)
	f.of[l], kind[e] = e, l
	return l
}

// moved is what a table gives at another time of the step.
func (f *freezer) moved(leaf *ir.Expr, at func(*ir.Expr) *ir.Expr) *ir.Expr {
	e, ok := f.of[leaf]
	if !ok || f.tables[e] != leaf {
		return nil
	}
	return f.leaf(f.tables, at(e))
}

func (f *freezer) thaw(e *ir.Expr) *ir.Expr {
	return f.s.b.Copy(e, func(x *ir.Expr) *ir.Expr {
		if e, ok := f.of[x]; ok {
			return f.thaw(e)
		}
		return nil
	}, nil)
}

func (f *freezer) release() {
	f.s.sum, f.s.table, f.s.value = f.sum, f.table, f.value
	for i := f.samples; i < len(f.s.samples); i++ {
		f.s.samples[i].Column = f.thaw(f.s.samples[i].Column)
	}
}

func sortedKeys(m map[string]*ir.Expr) []string {
	var names []string
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
