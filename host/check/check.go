package check

import (
	"slices"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
)

// checker holds the state of one check.
type checker struct {
	ctx  Context
	m    *Model
	list diag.List
	src  *diag.Source // the text of the expression being checked
	// eventDriven: equations of synapses are.
	eventDriven bool
	// bad are variables whose type is unknown because of an error that has been reported.
	bad map[*Variable]bool
	// values remembers what the scope answered, so that a name is looked up and warned about once.
	values map[string]Value
	warned map[string]bool
	// use is what the expression being checked is for; it decides about noise.
	use use
	// adding: what is checked is added to what a variable holds.
	adding bool
	// plainXi is the first equation that contains xi without a suffix.
	plainXi *syntax.Equation
	eq      *syntax.Equation
	// locals are the names assigned in a block of code that no variable has.
	locals map[string]*Variable
	// failed are the expressions with several parents whose type is unknown because of an error that has been reported.
	failed map[syntax.Expr]bool
	// wholes remembers what whole said of them.
	wholes map[syntax.Expr]bool
	// anyUnits remembers what anyUnit said of conditions, whose cases may have parts in common.
	anyUnits map[*syntax.Cond]bool
	// derivs gives the names dx/dt a type while an equation's general form is checked.
	derivs map[string]typ
}

// use is what an expression is for.
type use uint8

const (
	useDerivative use = iota
	useSubexpression
	useValue // stored as it is: assignments, thresholds
	useInit  // before the first step
	useClamp
)

func newChecker(m *Model, ctx Context) *checker {
	return &checker{ctx: ctx, m: m, bad: map[*Variable]bool{}, values: map[string]Value{}, warned: map[string]bool{},
		failed: map[syntax.Expr]bool{}, wholes: map[syntax.Expr]bool{}, anyUnits: map[*syntax.Cond]bool{},
		eventDriven: slices.ContainsFunc(m.Vars, func(v *Variable) bool { return v.EventDriven })}
}

func newModel(ctx Context, src *diag.Source) *Model {
	return &Model{
		Dialect: ctx.Dialect, Source: src, ByName: map[string]*Variable{},
		Refs: map[*syntax.Ident]Ref{}, Calls: map[*syntax.Call]CallRef{}, Types: map[syntax.Expr]Type{}, Live: map[*syntax.Const]*Variable{},
	}
}

// Check checks a block of equations, with ANNarchy's block of parameters (nil in Brian's dialect). The list holds errors and
// warnings; a Model is returned in any case, but only one without errors is whole.
func Check(eqs *syntax.Equations, params []*syntax.Equation, ctx Context) (*Model, diag.List) {
	c := newChecker(newModel(ctx, eqs.Source), ctx)
	c.src = eqs.Source
	c.eventDriven = slices.ContainsFunc(eqs.Eqs, func(eq *syntax.Equation) bool { return hasFlag(eq, "event-driven") })
	for _, v := range ctx.Extra {
		c.m.ByName[v.Name] = v
	}
	for _, eq := range params {
		c.declare(eq)
	}
	for _, eq := range eqs.Eqs {
		c.declare(eq)
	}
	for _, v := range ctx.Extra {
		if c.m.ByName[v.Name] == v {
			c.m.Vars = append(c.m.Vars, v)
		}
	}
	for _, v := range c.m.Vars {
		if v.Eq != nil {
			c.variable(v)
		}
	}
	c.orderSubs()
	c.checkShared()
	c.checkNoiseUse()
	c.checkDraws()
	c.checkDriven()
	c.updates()
	c.summary()
	c.m.Warnings = c.list.Warnings()
	return c.m, c.list
}

func (c *checker) errorf(sp diag.Span, format string, args ...any) {
	c.list.Add(diag.Errorf(c.src, sp, format, args...))
}

func (c *checker) errorHint(sp diag.Span, hint, format string, args ...any) {
	d := diag.Errorf(c.src, sp, format, args...)
	d.Hint = hint
	c.list.Add(d)
}

func (c *checker) brian() bool { return c.ctx.Dialect == Brian }

// declare makes the variable of an equation, with what can be said without looking at expressions.
func (c *checker) declare(eq *syntax.Equation) {
	if eq.Source != nil {
		c.src = eq.Source
	}
	v := &Variable{Name: eq.Name, Eq: eq, Op: eq.Op}
	switch eq.Kind {
	case syntax.EqODE:
		v.Kind = State
	case syntax.EqParam:
		v.Kind, v.Op = Parameter, ""
	case syntax.EqAssign:
		if v.Kind = Assigned; c.brian() {
			v.Kind = Subexpression
		}
	}
	if !c.nameAllowed(eq) {
		c.bad[v] = true
	}
	if old := c.m.ByName[eq.Name]; old != nil && !old.External {
		c.duplicate(eq, old)
		return
	}
	if c.brian() && eq.Kind == syntax.EqAssign && eq.Op != "=" {
		c.errorHint(eq.NameSp, `"`+eq.Op+`" belongs in code such as a reset; an equation is written `+eq.Name+" = EXPRESSION : UNIT",
			"an equation cannot be written with %q", eq.Op)
	}
	c.unit(v)
	c.flags(v)
	if v.Linked {
		c.link(v)
	}
	c.m.ByName[v.Name] = v
	c.m.Vars = append(c.m.Vars, v)
}

// link looks up what a linked variable stands for.
func (c *checker) link(v *Variable) {
	shared, known := c.ctx.Links[v.Name]
	switch {
	case !known:
		c.errorHint(v.Eq.NameSp, "write for example G."+v.Name+` = linked_var(H, "v") before the network runs`, "%s is (linked), but to nothing", v.Name)
		c.bad[v] = true
	case c.ctx.Synapse:
		return // has one value for each synapse, which is the same for all
	}
	v.Shared = v.Shared || shared
}

func (c *checker) duplicate(eq *syntax.Equation, old *Variable) {
	if old.Eq == nil {
		c.errorHint(eq.NameSp, "choose another name", "the name %q is given by the group itself", eq.Name)
		return
	}
	d := diag.Errorf(c.src, eq.NameSp, "two equations for %q", eq.Name)
	if old.Kind == Parameter || eq.Kind == syntax.EqParam {
		d = diag.Errorf(c.src, eq.NameSp, "%q is defined twice", eq.Name)
	}
	if c.ctx.Dialect == ANNarchy && eq.Kind == syntax.EqAssign && old.Kind == Assigned {
		d.Hint = "write one expression for the value that it has at the end of the step"
	}
	c.list.Add(d.WithNote(old.Eq.Source, old.Eq.NameSp, "the first is here"))
}

// variable checks the expressions of one declared variable and fills in what depends on them.
func (c *checker) variable(v *Variable) {
	if c.src = v.Eq.Source; c.src == nil {
		c.src = c.m.Source
	}
	c.inlined(v)
	eq := v.Eq
	c.eq = eq
	if v.Linked {
		if eq.Unit == nil && c.brian() {
			c.missingUnit(v, typ{})
		}
		return
	}
	switch v.Kind {
	case State:
		c.use = useDerivative
		c.ode(v)
	case Parameter:
		if eq.RHS != nil && v.Init == nil {
			v.Init = eq.RHS
		}
		if eq.Unit == nil && c.brian() {
			c.missingUnit(v, typ{})
		}
	default:
		c.use = useValue
		if v.Kind == Subexpression {
			c.use = useSubexpression
		}
		t := c.expr(eq.RHS)
		v.Expr = eq.RHS
		if eq.Unit == nil && c.brian() {
			c.missingUnit(v, t)
		} else if v.Op == "*=" || v.Op == "/=" {
			c.assignable(t, Type{Kind: Real}, eq.RHS, "the factor of "+v.Name)
		} else {
			c.storable(t, v, eq.RHS)
		}
		if v.Summed {
			c.summed(v)
		}
	}
	if v.Init != nil {
		c.use = useInit
		c.storable(c.expr(v.Init), v, v.Init)
	}
	c.use = useClamp
	for _, limit := range []syntax.Expr{v.Min, v.Max} {
		if limit != nil {
			c.storable(c.expr(limit), v, limit)
		}
	}
}

// missingUnit reports a line without unit in Brian's dialect, with the unit that fits when the expression t tells it.
func (c *checker) missingUnit(v *Variable, t typ) {
	eq := v.Eq
	what := "the equation"
	hint := "add its unit, for example " + v.Name + " : volt, or : 1 for a number"
	switch {
	case v.Kind == Parameter:
		what = "the parameter"
	case t.known && t.Kind == Bool:
		hint = "add  : boolean"
	case t.known && v.Kind == State:
		hint = "from the right side it would be  : " + t.Dim.Mul(units.Second).String()
	case t.known:
		hint = "from the right side it would be  : " + t.Dim.String()
	}
	c.bad[v] = true
	end := eq.Sp.End
	c.errorHint(diag.Span{Start: eq.Sp.Start, End: end}, hint, "%s for %q has no unit", what, v.Name)
}

// storable checks that a value of type t may be stored in v.
func (c *checker) storable(t typ, v *Variable, e syntax.Expr) {
	if c.bad[v] {
		return
	}
	c.assignable(t, v.Type, e, v.Name)
}

// assignable checks that a value of type t may stand where want is needed; what names the place.
func (c *checker) assignable(t typ, want Type, e syntax.Expr, what string) {
	if !t.known {
		return
	}
	if t.Dim != want.Dim {
		hint := ""
		if n, ok := e.(*syntax.Number); ok && t.Dim.Dimensionless() {
			hint = "write " + syntax.Print(n) + "*" + want.Dim.String()
		} else if n, ok := e.(*syntax.Ident); ok && t.Dim.Dimensionless() {
			hint = "write " + n.Name + "*" + want.Dim.String() + ", or give " + n.Name + " this unit where it is declared"
		}
		c.errorHint(e.Span(), hint, "%s must be %s, but the value is %s", what, inDim(want.Dim), inDim(t.Dim))
		return
	}
	// ANNarchy converts as C++ does. Brian2 does where values are set from outside and in code; what its subexpressions are depends on its target.
	loose := !c.brian() || c.use == useValue && !c.adding
	switch {
	case t.Kind == want.Kind, want.Kind == Real && t.Kind == Int, t.Kind == Bool:
	case want.Kind == Bool && !loose:
		c.errorHint(e.Span(), "write a comparison, such as "+short(e)+" != 0", "%s is boolean, but the value is %s", what, kindName(t.Kind))
	case want.Kind == Int && t.Kind == Real && c.whole(e):
		c.keepWhole(e)
	case want.Kind == Int && t.Kind == Real && !(c.brian() && loose):
		c.errorHint(e.Span(), "write int("+short(e)+")", "%s is an integer, but the value is a real number", what)
	}
}

// summed checks a Brian "(summed)" equation against the variable of the group that it is summed into.
func (c *checker) summed(v *Variable) {
	name, group := v.Name, c.ctx.Post
	switch {
	case strings.HasSuffix(name, "_post"):
		name = strings.TrimSuffix(name, "_post")
	case strings.HasSuffix(name, "_pre"):
		name, group = strings.TrimSuffix(name, "_pre"), c.ctx.Pre
	default:
		c.errorHint(v.Eq.NameSp, "name the variable of the group, as in "+name+"_post = ...", "a summed equation must be for a variable of the target group")
		return
	}
	if group == nil {
		return
	}
	target := group.ByName[name]
	if target == nil {
		c.errorHint(v.Eq.NameSp, diag.DidYouMean(name, modelNames(group)), "the group has no variable %q to sum into", name)
		return
	}
	if target.Kind != Parameter {
		c.errorHint(v.Eq.NameSp, "declare it as a parameter of the group:  "+name+" : "+target.Type.Dim.String(), "%q has an equation of its own and cannot be a sum as well", name)
		return
	}
	if target.Type.Dim != v.Type.Dim && !c.bad[v] {
		c.errorf(v.Eq.NameSp, "%s is %s in its group, but %s here", name, inDim(target.Type.Dim), inDim(v.Type.Dim))
	}
}

// updates puts the step in order: in ANNarchy's dialect what all neurons share, then the rest (of synapses what their postsynaptic neuron has before
// what is their own), and there statements as written, adjacent ODEs together; in Brian's all ODEs together, after what is constant over dt.
func (c *checker) updates() {
	var odes []*Variable
	flush := func() {
		if odes != nil {
			c.m.Updates = append(c.m.Updates, Update{ODEs: odes})
			odes = nil
		}
	}
	if c.brian() {
		for _, v := range c.m.Subs {
			if v.Kind == Assigned {
				c.m.Updates = append(c.m.Updates, Update{Assign: v})
			}
		}
		c.m.Subs = onlyKind(c.m.Subs, Subexpression)
	}
	for level := range 3 {
		for _, v := range c.m.Vars {
			switch {
			case v.Eq == nil || !c.brian() && v.level() != level || c.brian() && level > 0:
			case v.Kind == State:
				odes = append(odes, v)
			case v.Kind == Assigned && !c.brian():
				flush()
				c.m.Updates = append(c.m.Updates, Update{Assign: v})
			}
		}
		flush()
	}
}

// level orders variables by how many share a value of theirs.
func (v *Variable) level() int {
	switch {
	case v.Shared:
		return 0
	case v.Postsynaptic:
		return 1
	}
	return 2
}

func onlyKind(vars []*Variable, k VarKind) []*Variable {
	var out []*Variable
	for _, v := range vars {
		if v.Kind == k {
			out = append(out, v)
		}
	}
	return out
}

// summary lists the targets and noises that the equations name.
func (c *checker) summary() {
	targets, noises := map[string]bool{}, map[string]bool{}
	for _, call := range c.m.Calls {
		if call.Kind == CallSum {
			targets[call.Name] = true
		}
	}
	for _, ref := range c.m.Refs {
		if ref.Kind == RefNoise {
			noises[ref.Name] = true
		}
	}
	c.m.Targets, c.m.Noises = sortedKeys(targets), sortedKeys(noises)
}

func sortedKeys(set map[string]bool) []string {
	var out []string
	for k := range set {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

func modelNames(m *Model) []string {
	out := make([]string, 0, len(m.ByName))
	for n := range m.ByName {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// Suggest returns `did you mean "X"?` for a name that is not a variable of m but resembles one, or "".
func Suggest(name string, m *Model) string { return diag.DidYouMean(name, modelNames(m)) }
